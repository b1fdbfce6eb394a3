/* test_mapping_lists.c - lists as offices write them: several records in a cell, values that stay for the rows below,
 * results of one body over years, names of places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exchange/mapping_priv.h"

static struct xt_region *region;

static int load_region(void **state)
{
    struct xt_problems problems;
    struct xt_error err = {0};
    enum xt_code rc;

    (void)state;
    xt_problems_init(&problems);
    rc = xt_region_load(NULL, NULL, &region, &problems, &err);
    xt_problems_done(&problems);
    return rc == XT_OK ? 0 : 1;
}

static int free_region(void **state)
{
    (void)state;
    xt_region_free(&region);
    return 0;
}

static struct xt_mapping *load(const char *json)
{
    struct xt_mapping *mapping = NULL;
    struct xt_problems problems;
    struct xt_error err = {0};
    struct xt_text said;

    xt_problems_init(&problems);
    xt_text_init(&said, 64 * XT_KIB);
    if (xt_mapping_load(region, XT_STR("test"), xt_str(json), &mapping, &problems, &err) != XT_OK) {
        xt_problems_say(&problems, XT_EN, &said);
        fail_msg("%s", said.s);
    }
    xt_text_done(&said);
    xt_problems_done(&problems);
    return mapping;
}

#define COLUMNS 4

/* One row; what it makes is written as "key##part body problems" lines, "skip" or "". */
static void run(struct xt_plan *plan, const char *const *cells, struct xt_text *out)
{
    struct xt_str texts[COLUMNS];
    struct xt_row row = {.number = 2, .cells = texts, .count = COLUMNS};
    struct xt_mapped mapped;
    size_t i;

    for (i = 0; i < COLUMNS; i++)
        texts[i] = xt_str(cells[i]);
    xt_text_clear(out);
    xt_plan_row(plan, &row, &mapped);
    if (mapped.skip)
        xt_text_add_z(out, "skip");
    for (i = 0; i < mapped.count; i++) {
        const struct xt_mapped_record *record = &mapped.records[i];
        char *body = json_dumps(record->body, JSON_COMPACT);

        if (i > 0)
            xt_text_add_char(out, '\n');
        xt_text_add_str(out, record->key);
        if (record->part.n > 0)
            xt_text_addf(out, "##%.*s", (int)record->part.n, record->part.s);
        xt_text_addf(out, " %s", body);
        if (record->problems.seen > 0) {
            xt_text_add_char(out, ' ');
            xt_problems_say(&record->problems, XT_EN, out);
        }
        free(body);
    }
    if (mapped.too_many)
        xt_text_add_z(out, " too many");
}

static struct xt_plan *plan_of(const struct xt_mapping *mapping)
{
    const struct xt_str heads[COLUMNS] = {XT_STR("a"), XT_STR("b"), XT_STR("c"), XT_STR("d")};
    struct xt_plan *plan = NULL;
    struct xt_error err = {0};

    assert_int_equal(xt_plan_new(mapping, heads, COLUMNS, &plan, &err), XT_OK);
    return plan;
}

/* A mapping through which some rows go; text is what comes out of each. */
struct rows {
    const char *json;
    struct {
        const char *cells[COLUMNS];
        const char *text;
    } rows[6];
};

static const struct rows lists[] = {
    /* A record for each name in a cell. */
    {"{\"namespace\":\"t\",\"records\":[{\"type\":\"specialised-town\",\"per\":{\"from\":\"b\",\"split\":\"、\"},"
     "\"key\":\"{a}|{}\",\"fields\":{\"name\":\"{}\",\"batch\":{\"text\":\"{c}：{}\"},"
     "\"titles\":{\"from\":\"{}\",\"extract\":\"(.)镇$\"}}}]}",
     {{{"甲", "东镇、西乡", "2019", ""},
       "t/specialised-town/甲|东镇 {\"name\":\"东镇\",\"batch\":\"2019：东镇\",\"titles\":[\"东\"]}\n"
       "t/specialised-town/甲|西乡 {\"name\":\"西乡\",\"batch\":\"2019：西乡\"}"},
      {{"", "东镇", "", ""}, ""}, /* half a key is no key, and no hash tells elements apart */
      {{"甲", "", "2019", ""}, ""}}},
    /* Conditions on the element; records beside the main one. */
    {"{\"namespace\":\"t\",\"records\":[{\"type\":\"project\",\"key\":\"{a}\",\"fields\":{\"title\":\"a\"}},"
     "{\"type\":\"organisation\",\"per\":{\"from\":\"b\",\"split\":\";\"},\"when\":{\"column\":\"{}\",\"unlike\":\"^等\"},"
     "\"key\":\"{}\",\"fields\":{\"name\":\"{}\"}}]}",
     {{{"题", "甲大学;等3家;乙公司", "", ""},
       "t/project/题 {\"title\":\"题\"}\nt/organisation/甲大学 {\"name\":\"甲大学\"}\n"
       "t/organisation/乙公司 {\"name\":\"乙公司\"}"}}},
    /* A line between the data says the province of what follows; another province has other cities. */
    {"{\"namespace\":\"t\",\"carry\":{\"省\":{\"from\":\"a\",\"extract\":\"^(.+)（[0-9]+所）$\"},\"b\":\"b\"},"
     "\"skip_if\":[{\"column\":\"c\",\"empty\":true}],\"records\":[{\"type\":\"organisation\",\"key\":\"{c}\","
     "\"fields\":{\"name\":\"c\",\"area\":{\"text\":[\"{省}{b}\",\"{省}\"],\"place\":\"area\"}}}]}",
     {{{"广东省（2所）", "", "", ""}, "skip"},
      {{"1", "广州市", "甲学院", ""}, "t/organisation/甲学院 {\"name\":\"甲学院\",\"area\":\"440100\"}"},
      {{"2", "", "乙学院", ""}, "t/organisation/乙学院 {\"name\":\"乙学院\",\"area\":\"440100\"}"},
      {{"海南省（1所）", "", "", ""}, "skip"},
      {{"3", "", "丙学院", ""}, "t/organisation/丙学院 {\"name\":\"丙学院\",\"area\":\"460000\"}"}}},
    /* Each year's result is a source of its own. */
    {"{\"namespace\":\"t\",\"records\":[{\"type\":\"organisation\",\"key\":\"{a}\",\"part\":\"{b}\",\"fields\":{"
     "\"name\":\"a\",\"evaluations\":{\"fields\":{\"year\":\"b\",\"result\":\"c\"}}}}]}",
     {{{"甲", "2019", "优秀", ""},
       "t/organisation/甲##2019 {\"name\":\"甲\",\"evaluations\":[{\"year\":2019,\"result\":\"excellent\"}]}"},
      {{"甲", "", "", ""}, "t/organisation/甲 {\"name\":\"甲\"}"}}},
    /* Places: as codes, and inside references. */
    {"{\"namespace\":\"t\",\"records\":[{\"type\":\"recognition\",\"key\":\"{a}\",\"fields\":{\"name\":\"a\","
     "\"area\":{\"text\":\"{b}{c}\",\"place\":\"area\"},"
     "\"holder\":{\"text\":\"{b}{c}\",\"label\":\"c\",\"ref\":{\"text\":\"{b}{c}\",\"place\":\"area\",\"as\":\"area-code:{}\"}}}}]}",
     {{{"x", "广东", "南海区", ""},
       "t/recognition/x {\"name\":\"x\",\"area\":\"440605\",\"holder\":{\"label\":\"南海区\",\"ref\":\"area-code:440605\"}}"},
      {{"x", "火星", "一区", ""},
       "t/recognition/x {\"name\":\"x\",\"holder\":{\"label\":\"一区\"}} area \"火星一区\" does not begin with a place that is known"},
      {{"x", "鼓楼区", "一街", ""},
       "t/recognition/x {\"name\":\"x\",\"holder\":{\"label\":\"一街\"}} area \"鼓楼区一街\" may be several places: name the area above it"}}},
};

static void rows_of_lists(void **state)
{
    struct xt_text out;
    size_t i, k;

    (void)state;
    xt_text_init(&out, 64 * XT_KIB);
    for (i = 0; i < XT_COUNT(lists); i++) {
        struct xt_mapping *mapping = load(lists[i].json);
        struct xt_plan *plan = plan_of(mapping);

        for (k = 0; k < XT_COUNT(lists[i].rows) && lists[i].rows[k].text; k++) {
            run(plan, lists[i].rows[k].cells, &out);
            if (strcmp(out.s, lists[i].rows[k].text) != 0)
                print_message("list %zu, row %zu\n", i, k);
            assert_string_equal(out.s, lists[i].rows[k].text);
        }
        xt_plan_free(&plan);
        xt_mapping_free(&mapping);
    }
    xt_text_done(&out);
}

static void a_cell_makes_no_more_than_the_cap(void **state)
{
    static const char json[] = "{\"namespace\":\"t\",\"records\":[{\"type\":\"organisation\",\"per\":{\"from\":\"a\","
                               "\"split\":\";\"},\"key\":\"{}\",\"fields\":{\"name\":\"{}\"}}]}";
    struct xt_mapping *mapping = load(json);
    struct xt_plan *plan = plan_of(mapping);
    struct xt_text cell, out;
    const char *cells[COLUMNS] = {"", "", "", ""};
    size_t i;

    (void)state;
    xt_text_init(&cell, XT_MIB);
    xt_text_init(&out, XT_MIB);
    for (i = 0; i <= XT_ROW_RECORDS_MAX; i++)
        xt_text_addf(&cell, "%zu;", i + 10);
    cells[0] = cell.s;
    run(plan, cells, &out);
    assert_true(xt_str_ends(xt_text_view(&out), " too many"));
    *strrchr(cell.s, ';') = '\0';
    *strrchr(cell.s, ';') = '\0'; /* one fewer: just as many as may be */
    run(plan, cells, &out);
    assert_false(xt_str_ends(xt_text_view(&out), " too many"));
    xt_text_done(&cell);
    xt_text_done(&out);
    xt_plan_free(&plan);
    xt_mapping_free(&mapping);
}

static void what_is_left_out_is_counted(void **state)
{
    static const char json[] =
        "{\"namespace\":\"t\",\"records\":[{\"type\":\"organisation\",\"key\":\"{a}\",\"fields\":{\"name\":\"a\","
        "\"area\":{\"from\":\"b\",\"place\":\"area\",\"unknown\":\"drop\"},"
        "\"evaluations\":{\"fields\":{\"year\":\"c\",\"result\":{\"from\":\"d\",\"unknown\":\"drop\"}}}}}]}";
    struct xt_mapping *mapping = load(json);
    struct xt_plan *plan = plan_of(mapping);
    struct xt_left_out left;
    struct xt_text out;

    (void)state;
    xt_text_init(&out, XT_MIB);
    assert_false(xt_plan_left_out(plan, 0, &left));
    run(plan, (const char *const[]){"甲", "火星", "2019", "还行"}, &out);
    run(plan, (const char *const[]){"甲", "月球", "2019", "优秀"}, &out);
    run(plan, (const char *const[]){"甲", "河北桥西区", "2019", "优秀"}, &out);
    assert_true(xt_plan_left_out(plan, 0, &left));
    assert_string_equal(left.field->name, "area");
    assert_int_equal(left.unknown, 2);
    assert_string_equal(left.unknown_first, "火星");
    assert_int_equal(left.ambiguous, 1);
    assert_string_equal(left.ambiguous_first, "河北桥西区");
    assert_true(xt_plan_left_out(plan, 1, &left));
    assert_string_equal(left.field->name, "result");
    assert_int_equal(left.unknown, 1);
    assert_false(xt_plan_left_out(plan, 2, &left));
    xt_text_done(&out);
    xt_plan_free(&plan);
    xt_mapping_free(&mapping);
}

static void mistakes_are_named(void **state)
{
    static const struct {
        const char *json, *path;
    } rows[] = {
        {"{\"namespace\":\"t\",\"carry\":[],\"records\":[{\"type\":\"paper\",\"fields\":{}}]}", "carry"},
        {"{\"namespace\":\"t\",\"carry\":{\"x\":{\"extract\":\"a\"}},\"records\":[{\"type\":\"paper\",\"fields\":{}}]}",
         "carry.x"},
        {"{\"namespace\":\"t\",\"records\":[{\"type\":\"paper\",\"per\":5,\"fields\":{}}]}", "records[0].per"},
        {"{\"namespace\":\"t\",\"records\":[{\"type\":\"paper\",\"part\":\"{a\",\"fields\":{}}]}", "records[0].part"},
        {"{\"namespace\":\"t\",\"records\":[{\"type\":\"organisation\",\"fields\":{\"area\":{\"from\":\"a\","
         "\"place\":\"level\"}}}]}",
         "records[0].fields.area.place"},
    };
    size_t i, k;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        struct xt_mapping *mapping = NULL;
        struct xt_problems problems;
        struct xt_error err = {0};

        xt_problems_init(&problems);
        assert_int_equal(xt_mapping_load(region, XT_STR("t"), xt_str(rows[i].json), &mapping, &problems, &err),
                         XT_E_INPUT);
        for (k = 0; k < problems.count && strcmp(problems.list[k].path, rows[i].path) != 0; k++)
            ;
        if (k == problems.count)
            fail_msg("not named: %s", rows[i].path);
        xt_problems_done(&problems);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_lists),
        cmocka_unit_test(a_cell_makes_no_more_than_the_cap),
        cmocka_unit_test(what_is_left_out_is_counted),
        cmocka_unit_test(mistakes_are_named),
    };

    return cmocka_run_group_tests(tests, load_region, free_region);
}
