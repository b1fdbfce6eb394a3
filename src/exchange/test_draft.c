/* test_draft.c - mappings proposed for made-up files, and for files that are none. */
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
#include "exchange/draft_priv.h"

static struct xt_region *region;
static char folder[64];

static int set_up(void **state)
{
    struct xt_problems problems;
    struct xt_error err = {0};
    enum xt_code rc;

    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/xietong-draft-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    xt_problems_init(&problems);
    rc = xt_region_load(NULL, NULL, &region, &problems, &err);
    xt_problems_done(&problems);
    return rc == XT_OK ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    xt_region_free(&region);
    return rmdir(folder);
}

static enum xt_code draft_bytes(const char *name, const char *bytes, size_t n, struct xt_draft **out,
                                struct xt_error *err)
{
    struct xt_draft_options options = {.lang = XT_ZH};
    char path[200];
    enum xt_code rc;
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "wbe");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    rc = xt_draft_file(region, path, &options, out, err);
    (void)unlink(path);
    return rc;
}

static struct xt_draft *draft_text(const char *name, const char *text)
{
    struct xt_draft *draft = NULL;
    struct xt_error err = {0};

    assert_int_equal(draft_bytes(name, text, strlen(text), &draft, &err), XT_OK);
    return draft;
}

static const struct xt_draft_column *column_of(const struct xt_draft *draft, const char *name)
{
    size_t i;

    for (i = 0; i < draft->column_count; i++) {
        if (strcmp(draft->columns[i].column, name) == 0)
            return &draft->columns[i];
    }
    fail_msg("no column %s", name);
    return NULL;
}

static void expect_field(const struct xt_draft *draft, const char *column, const char *field)
{
    const struct xt_draft_column *found = column_of(draft, column);

    if ((found->field == NULL) != (field == NULL) || (field && strcmp(found->field, field) != 0))
        print_message("%s: %s (%s)\n", column, found->field ? found->field : "-", found->why);
    assert_true((found->field == NULL) == (field == NULL));
    if (field)
        assert_string_equal(found->field, field);
    assert_non_null(found->why);
    assert_in_range(found->certainty, 1, 99);
}

/* The JSON at a place of the mapping, as text. */
static void expect_json(const json_t *value, const char *text)
{
    char *got = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    assert_non_null(got);
    assert_string_equal(got, text);
    free(got);
}

static const json_t *record(const struct xt_draft *draft, size_t number)
{
    return json_array_get(json_object_get(draft->mapping, "records"), number);
}

static const json_t *spec(const struct xt_draft *draft, const char *field)
{
    return json_object_get(json_object_get(record(draft, 0), "fields"), field);
}

static const char projects[] =
    "序号,课题编号,课题名称,承担单位,负责人,联系电话,经费（万元）,起止时间,所在地区,类别,关键词,完成情况\n"
    "1,GD2020-001,河口湿地碳汇的遥感估算研究,示例第一大学,张示例,020-12345678,30.5,2020.01-2022.12,广东,重点项目,湿地；碳汇,—\n"
    "2,GD2020-002,柔性传感器的印刷制造技术,示例材料研究所,李样本,020-12345679,20,2020.01-2021.12,湖南,一般项目,传感器；印刷,—\n"
    "3,GD2020-003,荔枝保鲜中的酶学机理分析,示例农业科学院,王测试,13800000000,15,2020.03-2022.02,广东,一般项目,荔枝；保鲜；酶,—\n"
    "4,GD2021-001,珠三角制造业数字化转型对策,示例第一大学,陈范例,020-12345670,8,2021.01-2022.12,广东,青年项目,制造业；数字化,—\n"
    "5,GD2021-002,高速列车轴承的故障诊断应用,示例轴承有限公司,刘试验,020-12345671,50,2021.06-2023.05,广西,重点项目,轴承；诊断,—\n"
    "序号,课题编号,课题名称,承担单位,负责人,联系电话,经费（万元）,起止时间,所在地区,类别,关键词,完成情况\n"
    ",,合计,,,,123.5,,,,,\n";

static void a_table(void **state)
{
    struct xt_draft *draft = draft_text("projects.csv", projects);

    (void)state;
    assert_string_equal(draft->type->name, "project");
    expect_field(draft, "序号", NULL);
    expect_field(draft, "课题编号", "number");
    expect_field(draft, "课题名称", "title");
    expect_field(draft, "承担单位", "units");
    expect_field(draft, "负责人", "principal");
    expect_field(draft, "联系电话", NULL);
    assert_non_null(strstr(column_of(draft, "联系电话")->why, "个人信息"));
    expect_field(draft, "经费（万元）", "total");
    expect_field(draft, "起止时间", "starts_on");
    expect_field(draft, "所在地区", "area");
    expect_field(draft, "类别", "kind");
    expect_field(draft, "关键词", "keywords");
    expect_field(draft, "完成情况", NULL);
    expect_json(json_object_get(record(draft, 0), "key"), "\"{课题编号}\"");
    expect_json(spec(draft, "total"), "{\"from\":\"经费（万元）\",\"unit\":\"万元\"}");
    expect_json(json_object_get(spec(draft, "keywords"), "split"), "\"；\"");
    expect_json(json_object_get(spec(draft, "units"), "key"), "\"{}\"");
    expect_json(json_object_get(spec(draft, "principal"), "key"), "\"{}|{承担单位}\"");
    assert_non_null(spec(draft, "ends_on"));
    expect_json(json_object_get(json_object_get(spec(draft, "area"), "map"), "湖南"), "\"430000\"");
    expect_json(json_object_get(draft->mapping, "empty"), "[\"—\"]");
    expect_json(json_object_get(draft->mapping, "skip_if"), "[{\"column\":\"课题名称\",\"is\":\"课题名称\"},"
                                                            "{\"column\":\"课题名称\",\"is\":\"合计\"}]");
    expect_json(json_object_get(record(draft, 1), "type"), "\"organisation\"");
    expect_json(json_object_get(record(draft, 2), "type"), "\"person\"");
    assert_int_equal(draft->tried, 5);
    assert_int_equal(draft->rejected, 0);
    xt_draft_free(&draft);
}

/* What was written loads and reads the rows as meant. */
static void the_draft_runs(void **state)
{
    struct xt_draft *draft = draft_text("projects.csv", projects);
    const struct xt_str cells[] = {XT_STR("1"),
                                   XT_STR("GD2020-001"),
                                   XT_STR("河口湿地碳汇的遥感估算研究"),
                                   XT_STR("示例第一大学"),
                                   XT_STR("张示例"),
                                   XT_STR("020-12345678"),
                                   XT_STR("30.5"),
                                   XT_STR("2020.01-2022.12"),
                                   XT_STR("湖南"),
                                   XT_STR("重点项目"),
                                   XT_STR("湿地；碳汇"),
                                   XT_STR("—")};
    struct xt_str heads[XT_COUNT(cells)];
    struct xt_row row = {.number = 2, .cells = cells, .count = XT_COUNT(cells)};
    struct xt_mapping *mapping = NULL;
    struct xt_plan *plan = NULL;
    struct xt_problems problems;
    struct xt_mapped mapped;
    struct xt_text text;
    struct xt_error err = {0};
    size_t i;

    (void)state;
    xt_problems_init(&problems);
    xt_text_init(&text, XT_MIB);
    xt_draft_write(draft, &text);
    assert_int_equal(xt_mapping_load(region, XT_STR("t"), xt_text_view(&text), &mapping, &problems, &err), XT_OK);
    for (i = 0; i < XT_COUNT(cells); i++)
        heads[i] = xt_str(draft->columns[i].column);
    assert_int_equal(xt_plan_new(mapping, heads, XT_COUNT(cells), &plan, &err), XT_OK);
    xt_plan_row(plan, &row, &mapped);
    assert_int_equal(mapped.count, 3);
    expect_json(json_object_get(mapped.records[0].body, "total"), "30500000");
    expect_json(json_object_get(mapped.records[0].body, "starts_on"), "\"2020-01\"");
    expect_json(json_object_get(mapped.records[0].body, "ends_on"), "\"2022-12\"");
    expect_json(json_object_get(mapped.records[0].body, "area"), "\"430000\"");
    expect_json(json_object_get(mapped.records[0].body, "keywords"), "[\"湿地\",\"碳汇\"]");
    expect_json(json_object_get(mapped.records[1].body, "kind"), "\"university\"");
    assert_true(xt_str_is(mapped.records[2].key, "projects/person/张示例|示例第一大学"));
    xt_plan_free(&plan);
    xt_mapping_free(&mapping);
    xt_text_done(&text);
    xt_problems_done(&problems);
    xt_draft_free(&draft);
}

/* Two shapes of one record, as registers mix them. */
static void objects(void **state)
{
    static const char old[] =
        "{\"name\":\"Example University %d\",\"website\":\"https://a%d.example.org/\",\"country\":"
        "{\"code\":\"CN\"}}\n";
    static const char new[] = "{\"names\":[{\"lang\":\"en\",\"value\":\"Example Institute %d\"}],\"web\":{\"url\":"
                              "\"https://b%d.example.org/\"},\"country\":{\"code\":\"US\"}}\n";
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    struct xt_draft *draft;
    int i;

    (void)state;
    xt_text_init(&text, XT_MIB);
    for (i = 0; i < 20; i++) {
        xt_text_addf(&text, old, i, i);
        xt_text_addf(&text, new, i, i);
    }
    draft = draft_text("universities.jsonl", text.s);
    assert_string_equal(draft->type->name, "organisation");
    expect_field(draft, "name", "name");
    expect_field(draft, "country.code", "country");
    expect_json(json_object_get(spec(draft, "name"), "from"), "[\"name\",\"names.value\"]");
    assert_int_equal(draft->rejected, 0);
    xt_draft_free(&draft);
}

static void identifiers_by_their_check_digits(void **state)
{
    /* Those of the sample's invented units: they name a place that is none. */
    struct xt_draft *draft =
        draft_text("a.csv", "名称,乙\n示例一有限公司,12000000XT00000145\n示例二有限公司,12000000XT00000220\n"
                            "示例三有限公司,12000000XT0000030T\n示例四有限公司,12000000XT0000049P\n");

    (void)state;
    assert_string_equal(draft->type->name, "organisation");
    expect_field(draft, "乙", "uscc");
    xt_draft_free(&draft);
}

static void refused(const char *name, const char *bytes, size_t n)
{
    struct xt_draft *draft = NULL;
    struct xt_error err = {0};
    enum xt_code rc = draft_bytes(name, bytes, n, &draft, &err);

    assert_int_not_equal(rc, XT_OK);
    assert_int_not_equal(rc, XT_E_INTERNAL);
    assert_int_not_equal(err.msg, XT_MSG_NONE);
    assert_null(draft);
}

static void files_that_are_none(void **state)
{
    static const char binary[] = "\x7f"
                                 "ELF\x02\x01\x01\0\0\0\0\0\x03\0>\0\xff\xfe\0\0\0\1\2\3";

    (void)state;
    refused("empty.csv", "", 0);
    refused("head.csv", "题名,作者\n", strlen("题名,作者\n"));
    refused("blank.csv", "题名,作者\n,\n,\n", strlen("题名,作者\n,\n,\n"));
    refused("binary.bin", binary, sizeof binary - 1);
    refused("empty.json", "[]", 2);
    refused("broken.json", "{\"a\":", 5);
    refused("scalars.json", "[1,2,3]", 7);
    refused("nothing.jsonl", "{}\n{}\n", 6);
    refused("unlike.csv", "q1x,q2x\n7,8\n7,9\n8,7\n", 20);
}

static void two_thousand_columns(void **state)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    struct xt_draft *draft;
    int i, row;

    (void)state;
    xt_text_init(&text, 4 * XT_MIB);
    xt_text_add_z(&text, "论文题名,作者,期刊");
    for (i = 3; i < 2000; i++)
        xt_text_addf(&text, ",列%d", i);
    for (row = 0; row < 20; row++) {
        xt_text_addf(&text, "\n关于某某问题的第%d次研究,张示例,示例学报", row);
        for (i = 3; i < 2000; i++)
            xt_text_addf(&text, ",%d", i * row);
    }
    draft = draft_text("wide.csv", text.s);
    assert_string_equal(draft->type->name, "paper");
    assert_int_equal(draft->column_count, XT_DRAFT_COLUMNS);
    assert_int_equal(draft->columns_beyond, 2000 - XT_DRAFT_COLUMNS);
    expect_field(draft, "论文题名", "title");
    expect_field(draft, "作者", "authors");
    xt_draft_free(&draft);
}

/* Deep, wide and oddly named objects: paths that no mapping can name are passed over. */
static void odd_objects(void **state)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    struct xt_draft *draft;
    int i;

    (void)state;
    xt_text_init(&text, 4 * XT_MIB);
    for (i = 0; i < 10; i++) {
        int k;

        xt_text_addf(
            &text,
            "{\"title\":\"论%d\",\"\":1,\"a.b\":2,\"c[0]\":3,\"$d\":4,\"{e}\":5,\"n\":null,\"m\":[[1],[2]],\"x\":[{},{}]",
            i);
        for (k = 0; k < 500; k++)
            xt_text_addf(&text, ",\"k%d_%d\":{\"type\":\"t]%d\",\"v\":[{\"type\":\"u%d\",\"w\":%d}]}", i, k, k, k, k);
        xt_text_add_z(&text, ",\"deep\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}\n");
    }
    draft = draft_text("odd.jsonl", text.s);
    expect_field(draft, "title", "title");
    assert_int_equal(draft->column_count, XT_DRAFT_COLUMNS);
    assert_true(draft->columns_beyond > 0);
    xt_draft_free(&draft);
}

static void heads(void **state)
{
    static const struct {
        const char *head, *folded, *unit;
    } rows[] = {
        {"金额（万元）", "金额", "万元"},
        {"Total funds [CNY]", "total fund", "CNY"},
        {"areaCode", "area code", ""},
        {"publication_numbers", "publication number", ""},
        {"项目 名称", "项目名称", ""},
        {" 负责人 ", "负责人", ""},
        {"Universities", "university", ""},
        {"（备注）", "备注", ""},
        {"", "", ""},
        {"IPC分类号", "ipc 分类号", ""},
    };
    static const struct {
        const char *head, *term;
        int least, most;
    } alike[] = {
        {"负责人", "负责人", 100, 100},
        {"项目负责人", "负责人", 70, 95},
        {"单位类别", "单位", 0, 55},
        {"patent title", "title", 60, 80},
        {"name", "former name", 0, 40},
        {"甲", "乙", 0, 0},
        {"", "name", 0, 0},
    };
    struct xt_arena arena;
    size_t i;

    (void)state;
    xt_arena_init(&arena);
    for (i = 0; i < XT_COUNT(rows); i++) {
        const char *unit;

        assert_string_equal(draft_head(xt_str(rows[i].head), &arena, &unit), rows[i].folded);
        assert_string_equal(unit, rows[i].unit);
    }
    for (i = 0; i < XT_COUNT(alike); i++)
        assert_in_range(draft_alike(alike[i].head, alike[i].term), alike[i].least, alike[i].most);
    xt_arena_done(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table),
        cmocka_unit_test(the_draft_runs),
        cmocka_unit_test(objects),
        cmocka_unit_test(identifiers_by_their_check_digits),
        cmocka_unit_test(files_that_are_none),
        cmocka_unit_test(two_thousand_columns),
        cmocka_unit_test(odd_objects),
        cmocka_unit_test(heads),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
