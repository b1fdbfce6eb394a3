/* test_index_release.c - figures from files, and releases that are the same to the byte when run again. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "indicator/index_release.h"

#define INDEX                                                                                                                    \
    "{\"nodes\":[{\"code\":\"I\",\"label\":{\"zh\":\"总\"}},{\"code\":\"a\",\"parent\":\"I\",\"label\":{\"zh\":"                \
    "\"产值\"},\"unit\":\"万元\"},{\"code\":\"b\",\"parent\":\"I\",\"label\":{\"zh\":\"份额\"},\"denominator\":\"base\"}," \
    "{\"code\":\"c\",\"parent\":\"I\",\"direction\":-1}],\"columns\":[{\"code\":\"kind\",\"label\":{\"zh\":\"类型\"},"         \
    "\"group\":true},{\"code\":\"industry\"},{\"code\":\"service\"},{\"code\":\"base\",\"by\":\"kind\",\"take\":{\"工业\":"    \
    "\"industry\",\"服务\":\"service\"}}],\"recipe\":{\"steps\":[{\"step\":\"denominate\"},{\"step\":\"impute\","              \
    "\"method\":\"group-mean\"},{\"step\":\"normalise\",\"lo\":1},{\"step\":\"aggregate\",\"by_level\":[\"geometric\"]}],"       \
    "\"uncertainty\":{\"draws\":64,\"seed\":5,\"factors\":[{\"name\":\"w\",\"factor\":\"noise\",\"amount\":0.5},{"               \
    "\"name\":\"x\",\"factor\":\"exclude\"}]}}}"

static char path[] = "/tmp/xt-index-XXXXXX";
static struct xt_index_file *file;

static int begin(void **state)
{
    struct xt_problems problems;
    struct xt_error err;
    int fd = mkstemp(path);
    enum xt_code rc;

    (void)state;
    xt_problems_init(&problems);
    rc = xt_index_file_load("test", XT_STR(INDEX), NULL, &file, &problems, &err);
    xt_problems_done(&problems);
    return fd < 0 || close(fd) != 0 || rc != XT_OK;
}

static int end(void **state)
{
    (void)state;
    xt_index_file_free(&file);
    return unlink(path);
}

static void write_file(const char *text)
{
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
    assert_int_equal(fclose(out), 0);
}

/* The table that text makes, or its faults, in a line. */
static void expect(const char *text, const char *wanted)
{
    const char *const paths[] = {path, NULL};
    struct xt_index_data *data = NULL;
    struct xt_problems problems;
    struct xt_error err;
    struct xt_text out;
    size_t i, c;

    write_file(text);
    xt_problems_init(&problems);
    xt_text_init(&out, XT_MIB);
    if (xt_index_data_read(file, paths, NULL, &data, &problems, &err) != XT_OK) {
        for (i = 0; i < problems.count; i++)
            xt_text_addf(&out, "%s%s %s", i > 0 ? "; " : "", problems.list[i].path, xt_msg_name(problems.list[i].msg));
        if (problems.count == 0)
            xt_text_add_z(&out, xt_msg_name(err.msg));
    }
    for (i = 0; data && i < data->table.rows; i++) {
        xt_text_addf(&out, "%s%s,%d:", i > 0 ? " " : "", data->table.unit[i],
                     data->table.period ? data->table.period[i] : 0);
        for (c = 0; c < 3; c++)
            xt_text_addf(&out, "%s%g", c > 0 ? "|" : "", data->table.values[c][i]);
        xt_text_addf(&out, "/%g", data->table.extras[3].values[i]);
    }
    assert_string_equal(out.s, wanted);
    xt_index_data_free(&data);
    xt_text_done(&out);
    xt_problems_done(&problems);
}

static void tables_wide_and_long(void **state)
{
    (void)state;
    expect(
        "镇,年份,产值（万元）,b,c,类型,industry,service\n甲,2020,\"1,200\",3,—,工业,10,20\n乙,2020,5%,4,1.5,服务,10,20\n",
        "甲,2020:1200|3|nan/10 乙,2020:5|4|1.5/20");
    expect("unit,indicator,year,value\n甲,a,2020,1\n甲,b,2020,2\n乙,a,2020,3\n甲,a,2021,4\n甲,unknown,2021,4\n",
           "甲,2020:1|2|nan/nan 乙,2020:3|nan|nan/nan 甲,2021:4|nan|nan/nan");
    expect("name,a,b,c\n甲,1,x,2\n乙,多,1,2\n", "row 2, b index-not-a-number; row 3, a index-not-a-number");
    expect("unit,a\n甲,1\n甲,2\n", "甲 index-unit-twice");
    expect("a,b\n1,2\n", "index-no-unit-column");
    expect("unit,z\n甲,2\n", "index-no-figures");
    expect("unit,year,a\n甲,二零,2\n", "row 2 index-period");
}

static const char TWO[] =
    "unit,year,a,b,c,kind,industry,service\n"
    "甲,2020,5,2,1,工业,10,1\n乙,2020,6,3,2,工业,20,1\n丙,2020,7,,3,服务,1,5\n丁,2020,1,4,4,服务,1,8\n"
    "甲,2021,6,2,1,工业,10,1\n乙,2021,7,3,2,工业,20,1\n丙,2021,9,,3,服务,1,5\n丁,2021,2,4,4,服务,1,8\n";

static void make(enum xt_uncertainty uncertainty, unsigned threads, struct xt_text *out)
{
    const char *const paths[] = {path, NULL};
    struct xt_index_release_options options = {.uncertainty = uncertainty, .threads = threads};
    struct xt_index_data *data = NULL;
    struct xt_problems problems, warnings;
    struct xt_error err;

    xt_problems_init(&problems);
    xt_problems_init(&warnings);
    xt_text_init(out, 4 * XT_MIB);
    assert_int_equal(xt_index_data_read(file, paths, NULL, &data, &problems, &err), XT_OK);
    assert_int_equal(xt_index_release_make(file, data, &options, out, &problems, &warnings, &err), XT_OK);
    xt_index_data_free(&data);
    xt_problems_done(&problems);
    xt_problems_done(&warnings);
}

static void releases_are_the_same_when_run_again(void **state)
{
    const enum xt_uncertainty all[] = {XT_UNCERTAIN_NO, XT_UNCERTAIN_DRAW, XT_UNCERTAIN_SOBOL};
    struct xt_problems problems;
    struct xt_error err;
    size_t i;

    (void)state;
    write_file(TWO);
    xt_problems_init(&problems);
    for (i = 0; i < XT_COUNT(all); i++) {
        struct xt_text one, many;
        char *seven;

        make(all[i], 1, &one);
        make(all[i], 7, &many);
        assert_string_equal(one.s, many.s);
        assert_int_equal(xt_index_release_verify(xt_text_view(&one), &problems, &err), XT_OK);
        seven = strstr(one.s, "\"a\":[5,6,7");
        assert_non_null(seven);
        seven[5] = '4'; /* other data */
        assert_int_equal(xt_index_release_verify(xt_text_view(&one), &problems, &err), XT_E_CONFLICT);
        xt_text_done(&one);
        xt_text_done(&many);
    }
    assert_int_equal(xt_index_release_verify(XT_STR("{\"format\":\"other\"}"), &problems, &err), XT_E_INPUT);
    assert_int_equal(err.msg, XT_MSG_RELEASE_FORMAT);
    xt_problems_done(&problems);
}

/* Where the name of one unit is the code of another, the code is meant. */
static void units_are_known_by_code_before_name(void **state)
{
    struct xt_index_release release;
    struct xt_problems problems;
    struct xt_error err;
    struct xt_text text;

    (void)state;
    xt_problems_init(&problems);
    write_file(
        "unit,name,a,b,c,kind,industry,service\n1,2,5,2,1,工业,10,1\n2,南,6,3,2,工业,20,1\n3,北,7,1,3,服务,1,5\n");
    make(XT_UNCERTAIN_NO, 1, &text);
    assert_int_equal(xt_index_release_read(xt_text_view(&text), &release, &problems, &err), XT_OK);
    assert_int_equal(xt_index_release_row(&release, "2", 0), 1);
    assert_int_equal(xt_index_release_row(&release, "北", 0), 2);
    assert_true(xt_index_release_row(&release, "西", 0) == SIZE_MAX);
    xt_index_release_done(&release);
    xt_text_done(&text);
    xt_problems_done(&problems);
}

/* The parts of a change sum to it. */
static void a_change_is_split_between_two_releases(void **state)
{
    struct xt_index_release before, after;
    struct xt_index_split split;
    struct xt_problems problems;
    struct xt_error err;
    struct xt_text a, b;
    size_t row, units = 0;

    (void)state;
    xt_problems_init(&problems);
    write_file("unit,a,b,c,kind,industry,service\n甲,5,2,1,工业,10,1\n乙,6,3,2,工业,20,1\n丙,7,1,3,服务,1,5\n");
    make(XT_UNCERTAIN_NO, 1, &a);
    write_file(
        "unit,a,b,c,kind,industry,service\n乙,6,3,2,工业,20,1\n丙,9,1,3,服务,1,5\n甲,6,2,1,工业,10,1\n新,6,2,2,服务,10,2\n");
    make(XT_UNCERTAIN_NO, 1, &b);
    assert_int_equal(xt_index_release_read(xt_text_view(&a), &before, &problems, &err), XT_OK);
    assert_int_equal(xt_index_release_read(xt_text_view(&b), &after, &problems, &err), XT_OK);
    assert_int_equal(xt_index_release_split(&before, &after, &split, &err), XT_OK);
    for (row = 0; row < after.data->table.rows; row++) {
        size_t old = xt_index_release_row(&before, after.data->table.unit[row], 0);

        if (old == SIZE_MAX) {
            assert_true(isnan(split.change[row]));
            continue;
        }
        units++;
        assert_true(fabs(split.own[row] + split.yardstick[row] - split.change[row]) < 1e-9);
        assert_true(fabs(split.change[row] - (xt_index_release_score(&after, after.file->tree.top, row) -
                                              xt_index_release_score(&before, before.file->tree.top, old))) < 1e-9);
    }
    assert_int_equal(units, 3);
    assert_true(fabs(split.own[0]) < 1e-9); /* 乙 changed nothing */
    free(split.change);
    free(split.own);
    free(split.yardstick);
    xt_index_release_done(&before);
    xt_index_release_done(&after);
    xt_text_done(&a);
    xt_text_done(&b);
    xt_problems_done(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_wide_and_long),
        cmocka_unit_test(releases_are_the_same_when_run_again),
        cmocka_unit_test(units_are_known_by_code_before_name),
        cmocka_unit_test(a_change_is_split_between_two_releases),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
