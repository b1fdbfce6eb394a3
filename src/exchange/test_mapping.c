/* test_mapping.c - mappings: what they make of rows, what is said of their mistakes, and those of the region. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "exchange/mapping_priv.h"
#include "table/table_yaml.h"

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

static void show(const struct xt_problems *problems)
{
    struct xt_text text;

    xt_text_init(&text, 64 * XT_KIB);
    xt_problems_say(problems, XT_EN, &text);
    print_message("%s\n", text.s);
    xt_text_done(&text);
}

static struct xt_mapping *load(const char *json)
{
    struct xt_mapping *mapping = NULL;
    struct xt_problems problems;
    struct xt_error err = {0};

    xt_problems_init(&problems);
    if (xt_mapping_load(region, XT_STR("test"), xt_str(json), &mapping, &problems, &err) != XT_OK) {
        show(&problems);
        fail();
    }
    xt_problems_done(&problems);
    return mapping;
}

/* A mapping of one paper whose fields are given, run over one row of cells: head=cell|head=cell. */
static void run_cells(const char *fields, const char *cells, const char *type, const char *key, char **out,
                      struct xt_text *problems)
{
    char json[4000];
    struct xt_mapping *mapping;
    struct xt_plan *plan = NULL;
    struct xt_str heads[16], texts[16];
    struct xt_row row = {.number = 1};
    struct xt_mapped mapped;
    struct xt_error err = {0};
    size_t count = 0;

    snprintf(json, sizeof json, "{\"namespace\":\"t\",\"records\":[{\"type\":\"%s\",\"key\":%s,\"fields\":{%s}}]}",
             type, key, fields);
    mapping = load(json);
    while (*cells) {
        size_t n = strcspn(cells, "|"), equals = strcspn(cells, "=");

        heads[count] = (struct xt_str){cells, equals};
        texts[count++] = (struct xt_str){cells + equals + 1, n - equals - 1};
        cells += n + (cells[n] == '|');
    }
    row.cells = texts;
    row.count = count;
    assert_int_equal(xt_plan_new(mapping, heads, count, &plan, &err), XT_OK);
    xt_plan_row(plan, &row, &mapped);
    assert_int_equal(mapped.count, 1);
    *out = json_dumps(mapped.records[0].body, JSON_COMPACT);
    if (problems)
        xt_problems_say(&mapped.records[0].problems, XT_EN, problems);
    xt_plan_free(&plan);
    xt_mapping_free(&mapping);
}

static void fields_from_cells(void **state)
{
    static const struct {
        const char *type, *fields, *cells, *body;
    } rows[] = {
        {"paper", "\"title\":\"题名\"", "题名= 水 ", "{\"title\":\"水\"}"},
        {"paper", "\"title\":{\"from\":[\"a\",\"b\"]}", "a=|b=水", "{\"title\":\"水\"}"},
        {"paper", "\"title\":{\"text\":[\"{a}：{b}\",\"{b}\"]}", "a=|b=水", "{\"title\":\"水\"}"},
        {"paper", "\"title\":{\"text\":\"{a}：{{b}\"}", "a=江|b=水", "{\"title\":\"江：{b}\"}"},
        {"paper", "\"title\":{\"from\":\"a\",\"strip\":\"[]'\"}", "a=['水']", "{\"title\":\"水\"}"},
        {"paper", "\"title\":{\"from\":\"a\",\"extract\":\"^第([0-9]+)号\"}", "a=第12号文", "{\"title\":\"12\"}"},
        {"paper", "\"title\":{\"from\":\"a\",\"extract\":\"^([^、，]+)[、，]\"}", "a=刘晓玲、王某",
         "{\"title\":\"刘晓玲\"}"},
        {"paper", "\"title\":{\"from\":\"a\",\"empty\":[\"0\"],\"otherwise\":\"无题\"}", "a=0", "{\"title\":\"无题\"}"},
        {"paper", "\"keywords\":{\"from\":\"a\",\"split\":\"_；\"}", "a=机器人_ 控制；机器人",
         "{\"keywords\":[\"机器人\",\"控制\"]}"},
        {"paper", "\"keywords\":{\"all\":[\"a\",{\"from\":\"b\",\"split\":\";\"}]}", "a=甲|b=乙;丙",
         "{\"keywords\":[\"甲\",\"乙\",\"丙\"]}"},
        {"paper", "\"keywords\":{\"from\":\"a\",\"split\":\";\",\"longest\":2}", "a=甲;乙丙丁",
         "{\"keywords\":[\"甲\"]}"},
        {"paper", "\"title\":{\"from\":\"a\",\"split\":\";\",\"join\":\"、\"}", "a=甲;乙", "{\"title\":\"甲、乙\"}"},
        {"paper", "\"title\":{\"from\":\"a\",\"split\":\";\",\"first\":true}", "a=甲;乙", "{\"title\":\"甲\"}"},
        {"paper", "\"title\":{\"value\":\"固定\"}", "a=1", "{\"title\":\"固定\"}"},
        {"paper", "\"title\":{\"value\":\"固定\",\"when\":{\"column\":\"a\",\"is\":[\"2\",\"3\"]}}", "a=1", "{}"},
        {"paper", "\"title\":{\"from\":\"a\",\"when\":{\"column\":\"a\",\"unlike\":\"社$\"}}", "a=出版社", "{}"},
        {"paper", "\"title\":{\"from\":\"a\",\"map\":{\"x\":\"甲\",\"y\":\"\"}}", "a=x", "{\"title\":\"甲\"}"},
        {"paper", "\"title\":{\"from\":\"a\",\"map\":{\"x\":\"甲\",\"y\":\"\"}}", "a=y", "{}"},
        {"paper", "\"title\":{\"from\":\"a\",\"fold\":true}", "a=ＡＢＣ", "{\"title\":\"abc\"}"},
        {"paper", "\"published_on\":\"a\"", "a=2016年3月", "{\"published_on\":\"2016-03\"}"},
        {"paper", "\"published_on\":\"a\"", "a=2016/3/5", "{\"published_on\":\"2016-03-05\"}"},
        {"paper", "\"published_on\":\"a\"", "a=2016.3.5", "{\"published_on\":\"2016-03-05\"}"},
        {"paper", "\"published_on\":\"a\"", "a=20160305", "{\"published_on\":\"2016-03-05\"}"},
        {"paper", "\"published_on\":\"a\"", "a=2016-03-05 08:00:00", "{\"published_on\":\"2016-03-05\"}"},
        {"paper", "\"published_on\":\"a\"", "a=2016-03-05T08:00:00Z", "{\"published_on\":\"2016-03-05\"}"},
        {"paper", "\"published_on\":\"a\"", "a=0000-00-00", "{}"},
        {"paper", "\"published_on\":\"a\"", "a=2015-00-00", "{\"published_on\":\"2015\"}"},
        {"paper", "\"published_on\":{\"from\":\"a\",\"date\":\"d/m/y\"}", "a=05/03/2016",
         "{\"published_on\":\"2016-03-05\"}"},
        {"paper", "\"published_on\":{\"from\":\"a\",\"date\":\"m/d/y\"}", "a=05/03/2016",
         "{\"published_on\":\"2016-05-03\"}"},
        {"paper", "\"published_on\":{\"from\":\"a\",\"date\":\"excel\"}", "a=42434",
         "{\"published_on\":\"2016-03-05\"}"},
        {"project", "\"year\":\"a\"", "a=2016-03-05", "{\"year\":2016}"},
        {"project", "\"total\":{\"from\":\"a\",\"unit\":\"万元\"}", "a=12.5", "{\"total\":12500000}"},
        {"project", "\"total\":{\"from\":\"a\",\"unit\":\"亿元\"}", "a=1,000.00000001", "{\"total\":10000000000100}"},
        {"project", "\"total\":\"a\"", "a=12.5", "{\"total\":1250}"},
        {"project", "\"kind\":\"a\"", "a=重点项目", "{\"kind\":\"key-project\"}"},
        {"project", "\"kind\":{\"from\":\"a\",\"unknown\":\"drop\"}", "a=别的", "{}"},
        {"project", "\"kind\":{\"from\":\"a\",\"unknown\":\"entrusted-project\"}", "a=别的",
         "{\"kind\":\"entrusted-project\"}"},
        {"project", "\"units\":{\"from\":\"a\",\"split\":\"、\",\"key\":\"{}|{b}\"}", "a=甲、乙|b=x",
         "{\"units\":[{\"label\":\"甲\",\"ref\":\"src:t/organisation/甲|x\"},{\"label\":\"乙\",\"ref\":\"src:t/organisation/乙|x\"}]}"},
        {"project", "\"units\":{\"from\":\"a\",\"ref\":\"ror:{b}\"}", "a=甲|b=0064kty71",
         "{\"units\":[{\"label\":\"甲\",\"ref\":\"ror:0064kty71\"}]}"},
        {"project", "\"units\":{\"from\":\"a\",\"ref\":\"ror:{b}\"}", "a=甲|b=错", "{\"units\":[{\"label\":\"甲\"}]}"},
        {"project", "\"funding\":{\"fields\":{\"source\":{\"value\":\"central\"},\"amount\":\"a\"}}",
         "a=", "{\"funding\":[{\"source\":\"central\"}]}"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        char *body = NULL;

        run_cells(rows[i].fields, rows[i].cells, rows[i].type, "[]", &body, NULL);
        if (strcmp(body, rows[i].body) != 0)
            print_message("row %zu: %s\n", i, rows[i].fields);
        assert_string_equal(body, rows[i].body);
        free(body);
    }
}

static void cells_that_cannot_be_read(void **state)
{
    static const struct {
        const char *type, *fields, *cells, *said;
    } rows[] = {
        {"paper", "\"published_on\":\"a\"", "a=昨天", "published_on"},
        {"paper", "\"published_on\":{\"from\":\"a\",\"date\":\"d/m/y\"}", "a=31/02/2016", "published_on"},
        {"paper", "\"title\":{\"from\":\"a\",\"split\":\";\"}", "a=甲;乙", "title may have at most 1 items, has 2"},
        {"project", "\"total\":{\"from\":\"a\",\"unit\":\"万元\"}", "a=约12", "total"},
        {"project", "\"total\":{\"from\":\"a\",\"unit\":\"元\"}", "a=1.001", "total"},
        {"project", "\"total\":{\"from\":\"a\",\"unit\":\"亿元\"}", "a=99999999999999", "total"},
    };
    struct xt_text said;
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        char *body = NULL;

        xt_text_init(&said, 4 * XT_KIB);
        run_cells(rows[i].fields, rows[i].cells, rows[i].type, "[]", &body, &said);
        if (!strstr(said.s, rows[i].said))
            print_message("row %zu said: %s\n", i, said.s);
        assert_non_null(strstr(said.s, rows[i].said));
        free(body);
        xt_text_done(&said);
    }
}

static void mistakes_are_all_named(void **state)
{
    static const char json[] =
        "{\"namespace\":\"a/b\",\"lable\":1,\"skip_if\":{},\"records\":["
        "{\"type\":\"papr\"},"
        "{\"type\":\"paper\",\"key\":\"{a\",\"fields\":{\"titel\":\"a\",\"title\":{\"from\":\"a\",\"spilt\":\";\"},"
        "\"published_on\":{\"from\":\"a\",\"date\":\"y/y\"},\"keywords\":{\"extract\":\"(\",\"from\":\"a\"},\"abstract\":{},"
        "\"category\":{\"from\":\"a\",\"map\":{\"x\":\"nonsense\"}},\"journal\":{\"from\":\"a\",\"key\":\"{}\"},"
        "\"cited\":{\"from\":\"a\",\"unit\":\"元\"}}}]}";
    static const char *const paths[] = {
        "namespace",
        "lable",
        "skip_if",
        "records[0].type",
        "records[1].key",
        "records[1].fields.titel",
        "records[1].fields.title.spilt",
        "records[1].fields.published_on.date",
        "records[1].fields.keywords.extract",
        "records[1].fields.abstract",
        "records[1].fields.category.map.x",
        "records[1].fields.journal.key",
        "records[1].fields.cited.unit",
    };
    struct xt_mapping *mapping = NULL;
    struct xt_problems problems;
    struct xt_error err = {0};
    size_t i, k;

    (void)state;
    xt_problems_init(&problems);
    assert_int_equal(xt_mapping_load(region, XT_STR("t"), XT_STR(json), &mapping, &problems, &err), XT_E_INPUT);
    assert_null(mapping);
    for (i = 0; i < XT_COUNT(paths); i++) {
        for (k = 0; k < problems.count && strcmp(problems.list[k].path, paths[i]) != 0; k++)
            ;
        if (k == problems.count) {
            print_message("not named: %s\n", paths[i]);
            show(&problems);
            fail();
        }
    }
    assert_int_equal(problems.count, XT_COUNT(paths));
    for (k = 0; k < problems.count; k++) /* json is one line; each stands at its own key */
        assert_int_equal(problems.list[k].line, 1);
    for (k = 1; k < problems.count; k++)
        assert_true(problems.list[k - 1].column < problems.list[k].column);
    xt_problems_done(&problems);
}

static void forms_are_checked(void **state)
{
    static const struct {
        const char *json, *path;
        enum xt_msg msg;
    } rows[] = {
        {"{\"namespace\":7,\"records\":[]}", "namespace", XT_MSG_NOT_TEXT},
        {"{\"namespace\":\"a\",\"records\":{}}", "records", XT_MSG_NOT_ARRAY},
        {"{\"namespace\":\"a\",\"records\":[7]}", "records[0]", XT_MSG_NOT_OBJECT},
        {"{\"namespace\":\"a\",\"empty\":[1],\"records\":[]}", "empty", XT_MSG_NOT_TEXT},
        {"{\"namespace\":\"a\",\"empty\":1,\"records\":[]}", "empty", XT_MSG_NOT_TEXTS},
        {"{\"namespace\":\"a\",\"label\":1,\"records\":[]}", "label", XT_MSG_NOT_WORDS},
        {"{\"namespace\":\"a\",\"input\":1,\"records\":[]}", "input", XT_MSG_NOT_OBJECT},
        {"{\"namespace\":\"a\",\"input\":{\"head\":0},\"records\":[]}", "input.head", XT_MSG_NOT_INTEGER},
        {"{\"namespace\":\"a\",\"remember\":{},\"records\":[]}", "remember", XT_MSG_NOT_ARRAY},
        {"{\"namespace\":\"a\",\"skip_if\":[7],\"records\":[]}", "skip_if[0]", XT_MSG_NOT_OBJECT},
        {"{\"namespace\":\"a\",\"records\":[{\"type\":\"paper\",\"fields\":{\"title\":{\"from\":\"a\",\"first\":1}}}]}",
         "records[0].fields.title.first", XT_MSG_NOT_BOOL},
        {"{\"namespace\":\"a\",\"records\":[{\"type\":\"paper\",\"fields\":{\"title\":{\"all\":7}}}]}",
         "records[0].fields.title.all", XT_MSG_NOT_ARRAY},
    };
    struct xt_problems problems;
    struct xt_error err;
    size_t i, k;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        struct xt_mapping *mapping = NULL;

        xt_problems_init(&problems);
        assert_int_equal(xt_mapping_load(region, XT_STR("t"), xt_str(rows[i].json), &mapping, &problems, &err),
                         XT_E_INPUT);
        for (k = 0; k < problems.count; k++) {
            if (strcmp(problems.list[k].path, rows[i].path) == 0 && problems.list[k].msg == rows[i].msg)
                break;
        }
        if (k == problems.count) {
            print_message("row %zu\n", i);
            show(&problems);
        }
        assert_true(k < problems.count);
        assert_int_equal(problems.list[k].line, 1);
        xt_problems_done(&problems);
    }
}

/* Every member that loading takes is in the schema, and the schema is JSON. */
static void schema(void **state)
{
    struct xt_text text;
    struct xt_error err;
    json_t *tree = NULL, *fields;

    (void)state;
    xt_text_init(&text, 4 * XT_MIB);
    xt_mapping_schema(region, XT_ZH, &text);
    assert_int_equal(xt_json_parse(xt_text_view(&text), &tree, &err), XT_OK);
    assert_non_null(json_object_get(json_object_get(tree, "properties"), "skip_if"));
    assert_int_equal(
        json_array_size(json_object_get(json_object_get(json_object_get(tree, "$defs"), "record"), "allOf")),
        region->type_count);
    fields = json_object_get(json_object_get(json_object_get(json_object_get(tree, "$defs"), "value"), "properties"),
                             "unit");
    assert_true(json_is_string(json_object_get(fields, "description")));
    json_decref(tree);
    xt_text_done(&text);
}

static void json_rows(void **state)
{
    static const char json[] =
        "{\"namespace\":\"t\",\"records\":[{\"type\":\"organisation\",\"key\":\"{id}\",\"fields\":{"
        "\"name\":{\"from\":[\"names[lang=zh][types=label].value\",\"name\"],\"first\":true},"
        "\"aliases\":{\"all\":[\"names[types=alias].value\",\"aliases\"]},"
        "\"longitude\":\"places[0].lng\","
        "\"other_ids\":{\"from\":\"ids.GRID.all\",\"as\":\"GRID {}\"},"
        "\"successors\":{\"each\":\"relations[type=successor]\",\"label\":\"label\",\"ref\":{\"from\":\"id\",\"extract\":\"([0-9a-z]{9})$\",\"as\":\"ror:{}\"}},"
        "\"certificates\":{\"each\":\"certs\",\"fields\":{\"kind\":{\"value\":\"award\"},\"number\":\"no\",\"issuer\":\"$.id\"}}}}]}";
    static const char input[] =
        "{\"id\":\"x1\",\"names\":[{\"value\":\"甲\",\"lang\":\"zh\",\"types\":[\"label\",\"ror_display\"]},"
        "{\"value\":\"Jia\",\"lang\":\"en\",\"types\":[\"alias\"]}],\"aliases\":[\"J\"],\"places\":[{\"lng\":113.5}],"
        "\"ids\":{\"GRID\":{\"all\":\"grid.1\"}},\"relations\":[{\"type\":\"Successor\",\"label\":\"乙\","
        "\"id\":\"https://ror.org/0064kty71\"},{\"type\":\"child\",\"label\":\"丙\"}],\"certs\":[{\"no\":\"1\"},{\"no\":\"2\"}]}";
    static const char body[] =
        "{\"name\":\"甲\",\"aliases\":[\"Jia\",\"J\"],\"longitude\":113.5,\"other_ids\":[\"GRID grid.1\"],"
        "\"successors\":[{\"label\":\"乙\",\"ref\":\"ror:0064kty71\"}],"
        "\"certificates\":[{\"kind\":\"award\",\"number\":\"1\",\"issuer\":\"x1\"},{\"kind\":\"award\",\"number\":\"2\",\"issuer\":\"x1\"}]}";
    struct xt_mapping *mapping = load(json);
    struct xt_plan *plan = NULL;
    struct xt_row row = {.number = 1};
    struct xt_mapped mapped;
    struct xt_error err = {0};
    char *got;

    (void)state;
    assert_int_equal(xt_json_parse(XT_STR(input), &row.json, &err), XT_OK);
    assert_int_equal(xt_plan_new(mapping, NULL, 0, &plan, &err), XT_OK);
    xt_plan_row(plan, &row, &mapped);
    assert_int_equal(mapped.count, 1);
    assert_true(xt_str_is(mapped.records[0].key, "t/organisation/x1"));
    got = json_dumps(mapped.records[0].body, JSON_COMPACT);
    assert_string_equal(got, body);
    free(got);
    xt_plan_free(&plan);
    json_decref(row.json);
    xt_mapping_free(&mapping);
}

static void keys(void **state)
{
    static const char json[] =
        "{\"namespace\":\"t\",\"skip_if\":[{\"column\":\"a\",\"is\":\"合计\"}],"
        "\"remember\":[{\"name\":\"n\",\"key\":\"a\",\"value\":\"b\"}],"
        "\"records\":[{\"type\":\"project\",\"key\":[\"{a}\",\"{b}|{c}\"],\"fields\":{\"title\":\"b\"}},"
        "{\"type\":\"organisation\",\"key\":\"{c}\",\"fields\":{\"name\":{\"recall\":\"n\",\"key\":\"{c}\"}}}]}";
    const struct xt_str heads[] = {XT_STR("a"), XT_STR(" Ｂ"), XT_STR("c"), XT_STR("d")};
    struct xt_mapping *mapping = load(json);
    struct xt_plan *plan = NULL;
    struct xt_error err = {0};
    struct xt_str cells[4] = {XT_STR("1"), XT_STR("甲"), XT_STR(""), XT_STR("")};
    struct xt_row row = {.number = 1, .cells = cells, .count = 4};
    struct xt_mapped mapped;
    struct xt_text columns;

    (void)state;
    assert_int_equal(xt_plan_new(mapping, heads, 4, &plan, &err), XT_OK);
    assert_string_equal(xt_plan_unused(plan, 0), "d");
    assert_null(xt_plan_unused(plan, 1));
    xt_text_init(&columns, 100);
    xt_plan_columns_of(plan, 0, XT_STR("title"), &columns);
    assert_string_equal(columns.s, "b");
    xt_text_done(&columns);

    xt_plan_row(plan, &row, &mapped);
    assert_int_equal(mapped.count, 1);
    assert_true(xt_str_is(mapped.records[0].key, "t/project/1"));
    cells[0] = XT_STR("");
    cells[2] = XT_STR("1");
    xt_plan_row(plan, &row, &mapped);
    assert_int_equal(mapped.count, 2);
    assert_true(xt_str_is(mapped.records[0].key, "t/project/甲|1"));
    assert_string_equal(json_string_value(json_object_get(mapped.records[1].body, "name")), "甲");
    cells[0] = XT_STR("合计");
    xt_plan_row(plan, &row, &mapped);
    assert_true(mapped.skip);
    xt_plan_free(&plan);

    assert_int_equal(xt_plan_new(mapping, heads + 2, 2, &plan, &err), XT_E_INPUT);
    assert_int_equal(err.msg, XT_MSG_MAPPING_COLUMNS);
    xt_mapping_free(&mapping);
}

static void by_type(void **state)
{
    const struct xt_str heads[] = {XT_STR("_key"), XT_STR("题名"), XT_STR("keywords"),
                                   XT_STR("作者"), XT_STR("别的"), XT_STR("_拒绝原因")};
    struct xt_str cells[] = {XT_STR("k1"), XT_STR("水"), XT_STR("[\"a;b\",\"c\"]"), XT_STR("张三 <src:x/y>；李四"),
                             XT_STR("x"),  XT_STR("y")};
    struct xt_mapping *mapping = xt_mapping_of_type(region, xt_region_type(region, XT_STR("paper")));
    struct xt_plan *plan = NULL;
    struct xt_row row = {.number = 2, .cells = cells, .count = 6};
    struct xt_mapped mapped;
    struct xt_error err = {0};
    char *body, first[200];

    (void)state;
    assert_int_equal(xt_plan_new(mapping, heads, 6, &plan, &err), XT_OK);
    assert_string_equal(xt_plan_unused(plan, 0), "别的");
    assert_null(xt_plan_unused(plan, 1));
    xt_plan_row(plan, &row, &mapped);
    assert_true(xt_str_is(mapped.records[0].key, "k1"));
    body = json_dumps(mapped.records[0].body, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(body, "{\"authors\":[{\"label\":\"张三\",\"ref\":\"src:x/y\"},{\"label\":\"李四\"}],"
                              "\"keywords\":[\"a;b\",\"c\"],\"title\":\"水\"}");
    free(body);
    cells[0] = XT_STR("示例");
    xt_plan_row(plan, &row, &mapped);
    assert_true(mapped.skip);
    cells[0] = XT_STR(""); /* known by the hash of its cells, whatever the reasons say */
    xt_plan_row(plan, &row, &mapped);
    snprintf(first, sizeof first, "%.*s", (int)mapped.records[0].key.n, mapped.records[0].key.s);
    assert_false(mapped.records[0].own_key);
    cells[5] = XT_STR("z");
    xt_plan_row(plan, &row, &mapped);
    assert_true(xt_str_is(mapped.records[0].key, first));
    xt_plan_free(&plan);
    assert_int_equal(xt_plan_new(mapping, heads + 4, 1, &plan, &err), XT_E_INPUT);
    xt_mapping_free(&mapping);
}

static void mappings_of_the_region(void **state)
{
    struct xt_arena arena;
    const char *const *paths;
    size_t count = 0;

    (void)state;
    xt_arena_init(&arena);
    for (paths = xt_region_list(region, "mappings/", &arena); *paths; paths++) {
        struct xt_mapping *mapping = NULL;
        struct xt_problems problems;
        struct xt_error err = {0};
        char name[100];

        if (!strstr(*paths, ".json"))
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(strlen(*paths) - strlen("mappings/.json")),
                 *paths + strlen("mappings/"));
        xt_problems_init(&problems);
        if (xt_mapping_find(region, name, &mapping, &problems, &err) != XT_OK) {
            print_message("%s:\n", name);
            show(&problems);
            fail();
        }
        xt_problems_done(&problems);
        xt_mapping_free(&mapping);
        count++;
    }
    assert_true(count >= 7);
    xt_arena_done(&arena);
}

static void yaml_as_json(void **state)
{
    static const struct {
        const char *yaml, *json;
    } rows[] = {
        {"---\na: 1\nb:\n- x\n- y: 'true'\n  z: true\nc: ~\n",
         "{\"a\":\"1\",\"b\":[\"x\",{\"y\":\"true\",\"z\":true}],\"c\":null}"},
        {"a: 2009-12\nb: |-\n  l1\n  l2\n", "{\"a\":\"2009-12\",\"b\":\"l1\\nl2\"}"},
        {"", "null"},
        {"a: 1\n---\nb: 2\n", "{\"a\":\"1\"}"},
        {"a: [", NULL},
        {"a: &x 1\nb: *x\n", NULL},
        {"? [a]\n: b\n", NULL},
        {"a: b: c", NULL},
        {"\t- a", NULL},
    };
    struct xt_text out;
    struct xt_error err;
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        enum xt_code rc;

        xt_text_init(&out, XT_MIB);
        rc = xt_yaml_to_json(xt_str(rows[i].yaml), &out, &err);
        assert_int_equal(rc, rows[i].json ? XT_OK : XT_E_INPUT);
        if (rows[i].json)
            assert_string_equal(out.s, rows[i].json);
        xt_text_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_from_cells),
        cmocka_unit_test(cells_that_cannot_be_read),
        cmocka_unit_test(mistakes_are_all_named),
        cmocka_unit_test(forms_are_checked),
        cmocka_unit_test(schema),
        cmocka_unit_test(json_rows),
        cmocka_unit_test(keys),
        cmocka_unit_test(by_type),
        cmocka_unit_test(mappings_of_the_region),
        cmocka_unit_test(yaml_as_json),
    };

    return cmocka_run_group_tests(tests, load_region, free_region);
}
