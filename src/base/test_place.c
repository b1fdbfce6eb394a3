/* test_place.c - lines and columns of members. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/place.h"

static const struct xt_problem *at_path(const struct xt_problems *problems, const char *path)
{
    size_t i;

    for (i = 0; i < problems->count && strcmp(problems->list[i].path, path) != 0; i++)
        ;
    assert_true(i < problems->count);
    return &problems->list[i];
}

static void places(void **state)
{
    static const char json[] = "{\n"
                               "  \"名称\" : 1, \"b\": [ true,\n"
                               "    {\"c.d\": {\"e\": \"\\\"x\\u4e2d\"}} , [ [] , null ] ]\r\n"
                               ", \"z\":-1.5e3}";
    static const struct {
        const char *path;
        int64_t line, column;
    } rows[] = {
        {"", 1, 1},         {"名称", 2, 3},           {"b", 2, 13},    {"b[0]", 2, 20},    {"b[1]", 3, 5},
        {"b[1].c.d", 3, 6}, {"b[1].c.d.e", 3, 14},    {"b[2]", 3, 35}, {"b[2][0]", 3, 37}, {"b[2][1]", 3, 42},
        {"z", 4, 3},        {"b[1].c.missing", 3, 5}, /* the nearest around it */
        {"b[7]", 2, 13},    {"nothing.at.all", 1, 1},
    };
    struct xt_problems problems;
    size_t i;

    (void)state;
    xt_problems_init(&problems);
    xt_problem(&problems, "kept", XT_MSG_REQUIRED);
    for (i = 0; i < XT_COUNT(rows); i++)
        xt_problem(&problems, rows[i].path, XT_MSG_REQUIRED);
    xt_json_place(XT_STR(json), &problems, 1);
    assert_int_equal(problems.list[0].line, 0);
    for (i = 0; i < XT_COUNT(rows); i++) {
        const struct xt_problem *problem = at_path(&problems, rows[i].path);

        if (problem->line != rows[i].line || problem->column != rows[i].column)
            print_message("%s: %d:%d\n", rows[i].path, (int)problem->line, (int)problem->column);
        assert_int_equal(problem->line, rows[i].line);
        assert_int_equal(problem->column, rows[i].column);
        assert_true(i < 2 || problems.list[i].line <= problems.list[i + 1].line);
    }
    xt_problems_done(&problems);
}

/* What cannot be indexed stands where the member around it does. */
static void long_paths(void **state)
{
    struct xt_problems problems;
    struct xt_text json, path;
    size_t i;

    (void)state;
    xt_problems_init(&problems);
    xt_text_init(&json, XT_MIB);
    xt_text_init(&path, XT_MIB);
    xt_text_add_z(&json, "{\"a\":\n{\"");
    xt_text_add_z(&path, "a.");
    for (i = 0; i < 2000; i++) {
        xt_text_add_char(&json, 'k');
        xt_text_add_char(&path, 'k');
    }
    xt_text_add_z(&json, "\":\n{\"in\":1,\"a\":2}},\n\"b\":1}");
    xt_text_add_z(&path, ".in");
    xt_problem(&problems, path.s, XT_MSG_REQUIRED);
    xt_problem(&problems, "b", XT_MSG_REQUIRED);
    xt_problem(&problems, "a.a", XT_MSG_REQUIRED);
    xt_json_place(xt_text_view(&json), &problems, 0);
    assert_int_equal(at_path(&problems, path.s)->line, 1);
    assert_int_equal(at_path(&problems, path.s)->column, 2);
    assert_int_equal(at_path(&problems, "b")->line, 4);
    assert_int_equal(at_path(&problems, "a.a")->line, 1);
    xt_text_done(&json);
    xt_text_done(&path);
    xt_problems_done(&problems);
}

static void scalars(void **state)
{
    static const char *const texts[] = {"28", " \"a\"", " null", " -1.5e3 "};
    struct xt_problems problems;
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(texts); i++) {
        xt_problems_init(&problems);
        xt_problem(&problems, "", XT_MSG_NOT_OBJECT);
        xt_json_place(xt_str(texts[i]), &problems, 0);
        assert_int_equal(problems.list[0].line, 1);
        assert_int_equal(problems.list[0].column, texts[i][0] == ' ' ? 2 : 1);
        xt_problems_done(&problems);
    }
}

static void broken_text(void **state)
{
    static const char *const texts[] = {"", " ", "{", "[[[[", "{\"a\":", "\"", "{\"a\" 1}", "\xff", "nul"};
    struct xt_problems problems;
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(texts); i++) {
        xt_problems_init(&problems);
        xt_problem(&problems, "a.b[0]", XT_MSG_REQUIRED);
        xt_json_place(xt_str(texts[i]), &problems, 0);
        assert_true(problems.list[0].line <= 1);
        xt_problems_done(&problems);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(places),
        cmocka_unit_test(long_paths),
        cmocka_unit_test(scalars),
        cmocka_unit_test(broken_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
