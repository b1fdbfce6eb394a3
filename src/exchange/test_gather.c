/* test_gather.c - rows that become one, and cells that hold lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exchange/gather.h"
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

/* A mapping of papers; what is wrong with it in out (may be NULL). */
static struct xt_mapping *load(const char *input, const char *fields, struct xt_text *out)
{
    struct xt_mapping *mapping = NULL;
    struct xt_problems problems;
    struct xt_error err = {0};
    char json[2000];

    snprintf(
        json, sizeof json,
        "{\"namespace\":\"t\",\"input\":{%s},\"records\":[{\"type\":\"paper\",\"key\":\"{题名}\",\"fields\":{%s}}]}",
        input, fields);
    xt_problems_init(&problems);
    if (xt_mapping_load(region, XT_STR("test"), xt_str(json), &mapping, &problems, &err) != XT_OK && out)
        xt_problems_say(&problems, XT_EN, out);
    xt_problems_done(&problems);
    return mapping;
}

/* ---- lists in cells ---- */

static void literals_as_json(void **state)
{
    static const struct {
        const char *cell, *json; /* NULL: cannot be read; "" is plain text */
    } rows[] = {
        {"['甲', \"乙\"]", "[\"甲\",\"乙\"]"},
        {"[u'甲', b'x', 'a\\'b\\r\\n\\x41\\u6c34\\q']", "[\"甲\",\"x\",\"a'b\\r\\nA水\\\\q\"]"},
        {"[\"\\ud83d\\ude00\", \"\\ud800\", '\\0']", "[\"😀\",\"�\",\" \"]"},
        {" [1, -2.5, None, True, false, null, nan] ", "[1,-2.5,null,true,false,null,null]"},
        {"[('号', 'A 1'), ('日', None), ('号', 'A 2')]", "{\"号\":[\"A 1\",\"A 2\"],\"日\":null}"},
        {"[('号', ['A 1']), ('号', 'A 2')]", "{\"号\":[\"A 1\",\"A 2\"]}"},
        {"[['a', 'b'], ['c', 'd']]", "[[\"a\",\"b\"],[\"c\",\"d\"]]"}, /* lists in a list are no pairs */
        {"('a', 'b',)", "[\"a\",\"b\"]"},
        {"{4: 'x', 'y': {'z'}}", "{\"4\":\"x\",\"y\":[\"z\"]}"},
        {"{}", "{}"},
        {"[]", "[]"},
        {"['a' 'b']", "[\"ab\"]"},
        {"甲、乙", ""},
        {"", ""},
        {"['a', 'b", NULL},
        {"['a'] tail", NULL},
        {"[a]", NULL},
        {"{'a': 1, 'b'}", NULL},
        {"{'a', 'b': 1}", NULL},
        {"['a' 1]", NULL},
        {"[1 2]", NULL},
        {"[\"\\u12\"]", NULL},
        {"[", NULL},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *value = NULL;
        bool good = xt_literal_parse(xt_str(rows[i].cell), &value);
        char *dump = value ? json_dumps(value, JSON_COMPACT) : NULL;

        if (good != (rows[i].json != NULL) || (good && strcmp(dump ? dump : "", rows[i].json) != 0))
            fail_msg("%s gives %s", rows[i].cell, good ? dump : "nothing");
        free(dump);
        json_decref(value);
    }
}

static void literals_have_caps(void **state)
{
    struct xt_text text;
    json_t *value = NULL;
    size_t i;

    (void)state;
    xt_text_init(&text, XT_MIB);
    for (i = 0; i < 100000; i++)
        xt_text_add_char(&text, '[');
    assert_false(xt_literal_parse(xt_text_view(&text), &value));
    xt_text_clear(&text);
    xt_text_add_char(&text, '[');
    for (i = 0; i < 100001; i++)
        xt_text_add_z(&text, "1,");
    xt_text_add_char(&text, ']');
    assert_false(xt_literal_parse(xt_text_view(&text), &value));
    xt_text_done(&text);
}

static void cells_that_hold_lists(void **state)
{
    static const struct {
        const char *fields, *cell, *body, *problems;
    } rows[] = {
        {"\"keywords\":\"格\"", "['甲', ' 乙 ', '']", "{\"title\":\"水\",\"keywords\":[\"甲\",\"乙\"]}", ""},
        {"\"keywords\":{\"from\":\"格\",\"rest\":true}", "['甲', '乙', '甲', '丙']",
         "{\"title\":\"水\",\"keywords\":[\"乙\",\"丙\"]}", ""},
        {"\"issue\":{\"from\":\"格\",\"last\":true,\"clip\":2}", "['甲', '乙', '甲乙丙']",
         "{\"title\":\"水\",\"issue\":\"甲乙……\"}", ""},
        {"\"issue\":{\"from\":\"格\",\"last\":true,\"clip\":2}", "['甲', '乙', '甲', '']",
         "{\"title\":\"水\",\"issue\":\"甲\"}", ""},
        {"\"keywords\":{\"from\":\"格\",\"rest\":true}", "['甲']", "{\"title\":\"水\"}", ""},
        {"\"keywords\":{\"from\":\"格[1]\"}", "['甲', '乙']", "{\"title\":\"水\",\"keywords\":[\"乙\"]}", ""},
        {"\"keywords\":{\"from\":\"格\",\"empty\":[\"、\"]}", "['甲', '\\r\\n\\t、', '乙']",
         "{\"title\":\"水\",\"keywords\":[\"甲\",\"乙\"]}", ""},
        {"\"issue\":\"格.期\"", "[('期', '3'), ('卷', '1')]", "{\"title\":\"水\",\"issue\":\"3\"}", ""},
        {"\"issue\":{\"text\":\"{格.卷}-{格.期}\"}", "{'期': 3, '卷': 1}", "{\"title\":\"水\",\"issue\":\"1-3\"}", ""},
        {"\"authors\":{\"each\":\"格\",\"label\":\"name\",\"key\":\"{name}|{$.题名}\"}", "[{'name': '甲'}]",
         "{\"title\":\"水\",\"authors\":[{\"label\":\"甲\",\"ref\":\"src:t/person/甲|水\"}]}", ""},
        {"\"keywords\":\"格\"", "没有列表", "{\"title\":\"水\",\"keywords\":[\"没有列表\"]}", ""},
        {"\"keywords\":\"格\"", "['甲', '乙", NULL, "格 begins like a list but is not a whole one (was it cut off?)"},
    };
    struct xt_str heads[] = {XT_STR("题名"), XT_STR("格")};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        char fields[1000];
        struct xt_mapping *mapping;
        struct xt_plan *plan = NULL;
        struct xt_str cells[] = {XT_STR("水"), xt_str(rows[i].cell)};
        struct xt_row row = {.number = 1, .cells = cells, .count = 2};
        struct xt_mapped mapped;
        struct xt_text problems;
        struct xt_error err = {0};
        char *body;

        snprintf(fields, sizeof fields, "\"title\":\"题名\",%s", rows[i].fields);
        mapping = load("\"lists\":[\"格\"]", fields, NULL);
        assert_non_null(mapping);
        assert_int_equal(xt_plan_new(mapping, heads, 2, &plan, &err), XT_OK);
        xt_plan_row(plan, &row, &mapped);
        xt_plan_row(plan, &row, &mapped); /* nothing of the first is left */
        assert_int_equal(mapped.count, 1);
        xt_text_init(&problems, 4 * XT_KIB);
        xt_problems_say(&mapped.records[0].problems, XT_EN, &problems);
        assert_string_equal(problems.s ? problems.s : "", rows[i].problems);
        body = json_dumps(mapped.records[0].body, JSON_COMPACT);
        if (rows[i].body)
            assert_string_equal(body, rows[i].body);
        free(body);
        xt_text_done(&problems);
        xt_plan_free(&plan);
        xt_mapping_free(&mapping);
    }
}

/* ---- gathered rows ---- */

#define COLUMNS 4

static void add(struct xt_gather *gather, int64_t number, const char *a, const char *b, const char *c, const char *d)
{
    struct xt_str cells[COLUMNS] = {xt_str(a), xt_str(b), xt_str(c), xt_str(d)};
    struct xt_row row = {.number = number, .cells = cells, .count = COLUMNS, .sheet = XT_STR("表"), .part = 1};
    struct xt_error err = {0};

    assert_int_equal(xt_gather_add(gather, &row, &err), XT_OK);
}

/* "号=1 题名=水 年=[a,b]; ..." of the gathered rows, with the sentence of those that are refused. */
static void show_rows(struct xt_gather *gather, struct xt_text *out)
{
    const struct xt_str *heads;
    size_t count = xt_gather_columns(gather, &heads), i;
    struct xt_error err = {0};
    struct xt_row row;
    enum xt_code rc;
    bool more;

    while ((rc = xt_gather_next(gather, &row, &more, &err)) != XT_OK || more) {
        const struct xt_row *of;

        xt_text_addf(out, "%lld:", (long long)row.number);
        if (rc != XT_OK) {
            assert_int_equal(rc, XT_E_INPUT);
            xt_text_addf(out, " refused %zu ", xt_gather_rows(gather, &of));
            xt_error_say(&err, XT_EN, out);
        }
        for (i = 0; i < count && rc == XT_OK; i++) {
            if (row.lists[i]) {
                char *list = json_dumps(row.lists[i], JSON_COMPACT);

                xt_text_addf(out, " %s=%s", heads[i].s, list);
                free(list);
            } else if (row.cells[i].n > 0) {
                xt_text_addf(out, " %s=%.*s", heads[i].s, (int)row.cells[i].n, row.cells[i].s);
            }
        }
        xt_text_add_z(out, "\n");
    }
}

static struct xt_gather *gather_of(const struct xt_mapping *mapping)
{
    const struct xt_str columns[COLUMNS] = {XT_STR("号"), XT_STR("项"), XT_STR("值"), XT_STR("年")};
    struct xt_gather *gather = xt_gather_new(mapping);
    struct xt_error err = {0};

    assert_non_null(gather);
    assert_int_equal(xt_gather_part(gather, columns, COLUMNS, &err), XT_OK);
    return gather;
}

static void long_tables(void **state)
{
    struct xt_mapping *mapping = load("\"gather\":{\"by\":\"号\",\"name\":\"项\",\"value\":\"值\"}",
                                      "\"title\":\"题名\",\"issue\":\"期\"", NULL);
    struct xt_gather *gather = gather_of(mapping);
    struct xt_text text;

    (void)state;
    xt_text_init(&text, XT_MIB);
    add(gather, 2, "1", "题名", "水", "2018");
    add(gather, 3, "2", "题名", "火", "2018");
    add(gather, 4, "", "题名", "土", "2018");
    add(gather, 5, "1", " 期 ", "3", "2019");
    add(gather, 6, "2", "没有用的", "x", "2018");
    add(gather, 7, "1", "期", "4", "2018");
    show_rows(gather, &text);
    assert_string_equal(text.s, "2: 号=1 年=[\"2018\",\"2019\",\"2018\"] 题名=水 期=[\"3\",\"4\"]\n"
                                "3: 号=2 年=2018 题名=火\n"
                                "4: refused 1 \"号\" is empty: nobody knows which record this row is a part of\n");
    xt_gather_free(&gather);
    xt_mapping_free(&mapping);
    xt_text_done(&text);
}

static void rows_over_the_years(void **state)
{
    struct xt_mapping *mapping = load("\"gather\":{\"by\":[\"号\",\"项\"]}", "\"title\":\"题名\"", NULL);
    struct xt_gather *gather = gather_of(mapping);
    struct xt_text text;

    (void)state;
    xt_text_init(&text, XT_MIB);
    add(gather, 1, "1", "县", "", "1990");
    add(gather, 2, "", "", "单", "1990");
    add(gather, 3, "1", "县", "", "1991");
    add(gather, 4, "1", "市", "", "1992");
    add(gather, 5, "", "", "单", "1990");
    show_rows(gather, &text);
    assert_string_equal(text.s, "1: 号=1 项=县 年=[\"1990\",\"1991\"]\n"
                                "2: 值=单 年=1990\n"
                                "4: 号=1 项=市 年=1992\n"
                                "5: 值=单 年=1990\n");
    xt_gather_free(&gather);
    xt_mapping_free(&mapping);
    xt_text_done(&text);
}

/* Parts may have their columns in another order, and more of them. */
static void parts_with_other_columns(void **state)
{
    const struct xt_str other[] = {XT_STR("新"), XT_STR("年"), XT_STR("号")}, lacking[] = {XT_STR("新")};
    struct xt_mapping *mapping = load("\"gather\":{\"by\":\"号\"}", "\"title\":\"题名\"", NULL);
    struct xt_gather *gather = gather_of(mapping);
    struct xt_str cells[] = {XT_STR("甲"), XT_STR("1991"), XT_STR("1")};
    struct xt_row row = {.number = 2, .cells = cells, .count = 3, .part = 2};
    struct xt_error err = {0};
    struct xt_text text;

    (void)state;
    xt_text_init(&text, XT_MIB);
    add(gather, 1, "1", "", "", "1990");
    assert_int_equal(xt_gather_part(gather, lacking, 1, &err), XT_E_INPUT);
    xt_error_say(&err, XT_EN, &text);
    assert_string_equal(
        text.s, "The mapping makes one row of those that agree in \"号\", but the file lacks that column; it has: 新");
    xt_text_clear(&text);
    assert_int_equal(xt_gather_part(gather, other, 3, &err), XT_OK);
    assert_int_equal(xt_gather_add(gather, &row, &err), XT_OK);
    show_rows(gather, &text);
    assert_string_equal(text.s, "1: 号=1 年=[\"1990\",\"1991\"] 新=甲\n");
    xt_gather_free(&gather);
    xt_mapping_free(&mapping);
    xt_text_done(&text);
}

/* More than stays in memory, and more rows than may be one. */
static void many_rows(void **state)
{
    enum { ROWS = 60000 };
    struct xt_mapping *mapping = load("\"gather\":{\"by\":\"号\"}", "\"title\":\"题名\"", NULL);
    struct xt_gather *gather = gather_of(mapping);
    const struct xt_row *of;
    struct xt_error err = {0};
    struct xt_row row;
    size_t gathered = 0, refused = 0;
    char number[16], filler[401];
    bool more = true;
    int i;

    (void)state;
    memset(filler, 'x', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    for (i = 0; i < ROWS; i++) {
        snprintf(number, sizeof number, "%d", i % 2 ? 0 : i % 20000);
        add(gather, i, number, filler, "", number);
    }
    for (;;) {
        enum xt_code rc = xt_gather_next(gather, &row, &more, &err);

        if (!more)
            break;
        if (rc == XT_OK) {
            assert_int_equal(xt_gather_rows(gather, &of), 3);
            assert_int_equal(row.number % 20000, strtol(row.cells[0].s, NULL, 10));
            gathered++;
        } else {
            refused += xt_gather_rows(gather, &of);
            assert_string_equal(err.args[0].text, "号");
        }
    }
    assert_int_equal(gathered, 9999); /* "0" is that of the many */
    assert_int_equal(refused, ROWS / 2 + 3);
    xt_gather_free(&gather);
    xt_mapping_free(&mapping);
}

/* ---- mistakes ---- */

static void mistakes_are_named(void **state)
{
    static const struct {
        const char *input, *says;
    } rows[] = {
        {"\"gather\":{}", "input.gather.by is required"},
        {"\"gather\":{\"by\":\"a\",\"name\":\"b\"}", "input.gather.value is required"},
        {"\"gather\":{\"by\":\"a\",\"value\":\"b\"}", "input.gather.name is required"},
        {"\"gather\":{\"by\":\"a\",\"names\":\"b\"}", "input.gather.names is not a setting of a mapping"},
        {"\"gather\":\"a\"", "input.gather must be an object"},
        {"\"gather\":{\"by\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]}",
         "input.gather.by may have at most 8 items, has 9"},
        {"\"lists\":1", "input.lists must be a text or a list of texts"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct xt_text text;

        xt_text_init(&text, 4 * XT_KIB);
        assert_null(load(rows[i].input, "\"title\":\"题名\"", &text));
        assert_string_equal(text.s, rows[i].says);
        xt_text_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_as_json),
        cmocka_unit_test(literals_have_caps),
        cmocka_unit_test(cells_that_hold_lists),
        cmocka_unit_test(long_tables),
        cmocka_unit_test(rows_over_the_years),
        cmocka_unit_test(parts_with_other_columns),
        cmocka_unit_test(many_rows),
        cmocka_unit_test(mistakes_are_named),
    };

    return cmocka_run_group_tests(tests, load_region, free_region);
}
