#include "room/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct xt_option search_options[] = {
    {"limit", "N", "条数", "how many"},
    {"json", NULL, "JSON", "JSON"},
    {.name = NULL},
};
static const struct xt_command own[] = {
    {"init", XT_NEEDS_NOTHING, 0, 0, NULL, NULL, "建立节点", "make a node", NULL},
    {.name = NULL},
};
static const struct xt_command searching[] = {
    {"search", XT_NEEDS_NODE_READ, 1, 2, "QUERY", search_options, "检索", "search", NULL},
    {.name = NULL},
};
static const struct xt_room room = {.name = "search", .commands = searching};
static const struct xt_room *const rooms[] = {&room, NULL};
static const struct xt_cli_tables tables = {own, rooms};

#define WORDS 8

static const struct {
    const char *words[WORDS];
    enum xt_code code;
    enum xt_msg msg;
    const char *command;
    size_t args, options;
} rows[] = {
    {{"search", "a"}, XT_OK, XT_MSG_NONE, "search", 1, 0},
    {{"search", "a", "--limit", "5", "--json"}, XT_OK, XT_MSG_NONE, "search", 1, 2},
    {{"--data", "d", "search", "--limit=5", "a", "b"}, XT_OK, XT_MSG_NONE, "search", 2, 2},
    {{"search", "--", "--json"}, XT_OK, XT_MSG_NONE, "search", 1, 0},
    {{"search", "-"}, XT_OK, XT_MSG_NONE, "search", 1, 0},
    {{"search", "-h"}, XT_OK, XT_MSG_NONE, "search", 0, 1},
    {{"search", "--limit="}, XT_E_INPUT, XT_MSG_CLI_ARGS_FEW, "search", 0, 1},
    {{"search"}, XT_E_INPUT, XT_MSG_CLI_ARGS_FEW, "search", 0, 0},
    {{"search", "a", "b", "c"}, XT_E_INPUT, XT_MSG_CLI_ARGS_MANY, "search", 3, 0},
    {{"search", "a", "--limit"}, XT_E_INPUT, XT_MSG_CLI_OPTION_VALUE, "search", 1, 0},
    {{"search", "a", "--json=x"}, XT_E_INPUT, XT_MSG_CLI_OPTION_FLAG, "search", 1, 0},
    {{"search", "a", "--limt", "5"}, XT_E_INPUT, XT_MSG_CLI_NO_OPTION_NEAR, "search", 1, 0},
    {{"search", "a", "--colour"}, XT_E_INPUT, XT_MSG_CLI_NO_OPTION, "search", 1, 0},
    {{"search", "-x"}, XT_E_INPUT, XT_MSG_CLI_NO_OPTION, "search", 0, 0},
    {{"serach", "a"}, XT_E_INPUT, XT_MSG_CLI_NO_COMMAND_NEAR, NULL, 0, 0},
    {{"frobnicate"}, XT_E_INPUT, XT_MSG_CLI_NO_COMMAND, NULL, 0, 0},
    {{"--limit", "5", "search", "a"}, XT_E_INPUT, XT_MSG_CLI_NO_OPTION, NULL, 0, 0},
    {{NULL}, XT_OK, XT_MSG_NONE, NULL, 0, 0},
};

static void command_lines_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        char *argv[WORDS + 2] = {(char *)"xietong"};
        const struct xt_command *command = NULL;
        struct xt_error err = {.code = XT_OK};
        struct xt_cli cli = {0};
        struct xt_arena arena;
        int argc = 1;

        while (argc <= WORDS && rows[i].words[argc - 1]) {
            argv[argc] = (char *)rows[i].words[argc - 1];
            argc++;
        }
        xt_arena_init(&arena);
        assert_int_equal(xt_cli_read(&tables, argc, argv, &arena, &cli, &command, &err), rows[i].code);
        assert_int_equal(err.msg, rows[i].msg);
        assert_string_equal(command ? command->name : "", rows[i].command ? rows[i].command : "");
        assert_int_equal(cli.arg_count, rows[i].args);
        assert_int_equal(cli.option_count, rows[i].options);
        assert_null(cli.args[cli.arg_count]);
        xt_arena_done(&arena);
    }
}

static void the_last_option_counts(void **state)
{
    const struct xt_pair options[] = {
        {XT_STR("limit"), XT_STR("5")}, {XT_STR("limit"), XT_STR("6")}, {XT_STR("wait"), XT_STR("x")}};
    struct xt_cli cli = {.options = options, .option_count = XT_COUNT(options)};
    struct xt_error err;
    int64_t value = 0;

    (void)state;
    assert_int_equal(xt_cli_int(&cli, "limit", 1, 10, 0, &value, &err), XT_OK);
    assert_int_equal(value, 6);
    assert_int_equal(xt_cli_int(&cli, "limit", 1, 5, 0, &value, &err), XT_E_INPUT);
    assert_int_equal(err.msg, XT_MSG_CLI_OPTION_NUMBER);
    assert_int_equal(xt_cli_int(&cli, "wait", 1, 5, 0, &value, &err), XT_E_INPUT);
    assert_int_equal(xt_cli_int(&cli, "other", 1, 5, 9, &value, &err), XT_OK);
    assert_int_equal(value, 9);
}

static void help_names_all_in_both_languages(void **state)
{
    struct xt_text text;

    (void)state;
    xt_text_init(&text, XT_MIB);
    xt_cli_help_all(&tables, XT_EN, &text);
    assert_non_null(strstr(text.s, "  init "));
    assert_non_null(strstr(text.s, "  search "));
    assert_non_null(strstr(text.s, "--data DIR"));
    xt_text_clear(&text);
    xt_cli_help_one(&searching[0], XT_ZH, &text);
    assert_non_null(strstr(text.s, "检索"));
    assert_non_null(strstr(text.s, "xietong search [选项] QUERY"));
    assert_non_null(strstr(text.s, "--limit N"));
    xt_text_clear(&text);
    xt_cli_help_man(&tables, XT_EN, &text);
    assert_non_null(strstr(text.s, ".TH XIETONG 1"));
    assert_non_null(strstr(text.s, "\\-\\-limit"));
    xt_text_done(&text);
}

static void language_comes_from_the_environment(void **state)
{
    (void)state;
    unsetenv("LC_ALL");
    unsetenv("LC_MESSAGES");
    setenv("LANG", "zh_CN.UTF-8", 1);
    assert_int_equal(xt_cli_lang(), XT_ZH);
    setenv("LC_ALL", "C.UTF-8", 1);
    assert_int_equal(xt_cli_lang(), XT_EN);
    setenv("LC_ALL", "", 1);
    assert_int_equal(xt_cli_lang(), XT_ZH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_lines_are_read),
        cmocka_unit_test(the_last_option_counts),
        cmocka_unit_test(help_names_all_in_both_languages),
        cmocka_unit_test(language_comes_from_the_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
