/* test_error.c - the table of messages as a whole, and problems put into words in both languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

/* Bit n for each {n} in the sentence. */
static unsigned placeholders(const char *s)
{
    unsigned seen = 0;

    for (; *s; s++) {
        if (s[0] == '{' && s[1] >= '0' && s[1] <= '9' && s[2] == '}')
            seen |= 1u << (s[1] - '0');
    }
    return seen;
}

static void every_row_has_both_languages(void **state)
{
    int wrong = 0, i;

    (void)state;
    for (i = XT_MSG_NONE + 1; i < XT_MSG_COUNT; i++) {
        const char *zh = xt_msg_sentence((enum xt_msg)i, XT_ZH), *en = xt_msg_sentence((enum xt_msg)i, XT_EN);
        unsigned used = placeholders(zh);
        const char *why = NULL;

        if (!zh[0] || !en[0])
            why = "lacks a language";
        else if (!xt_utf8_valid(zh, strlen(zh)) || !xt_utf8_valid(en, strlen(en)))
            why = "is not UTF-8";
        else if (used != placeholders(en))
            why = "names other arguments in Chinese than in English";
        else if (used & 1 || used >> (XT_ARGS_MAX + 1) != 0)
            why = "names an argument that cannot be";
        else if (used & (used + 2)) /* of ...1110 nothing but a row of ones from bit 1 */
            why = "leaves an argument out";
        if (why) {
            print_message("%s %s\n", xt_msg_name((enum xt_msg)i), why);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void names_are_unlike(void **state)
{
    char names[XT_MSG_COUNT][64];
    int i, k;

    (void)state;
    for (i = 0; i < XT_MSG_COUNT; i++) {
        snprintf(names[i], sizeof names[i], "%s", xt_msg_name((enum xt_msg)i));
        assert_true(strlen(names[i]) > 0 &&
                    strspn(names[i], "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(names[i]));
        for (k = 0; k < i; k++)
            assert_string_not_equal(names[i], names[k]);
    }
    assert_string_equal(xt_msg_name(XT_MSG_TOO_LONG), "too-long");
}

static void codes_have_status_and_name(void **state)
{
    int i;

    (void)state;
    assert_int_equal(xt_code_status(XT_OK), 200);
    assert_string_equal(xt_code_name(XT_E_NOT_FOUND), "not-found");
    for (i = XT_OK + 1; i < XT_CODES_COUNT; i++) {
        assert_in_range(xt_code_status((enum xt_code)i), 400, 599);
        assert_true(strlen(xt_code_name((enum xt_code)i)) > 0);
    }
}

static void assert_says(const struct xt_error *err, enum xt_lang lang, const char *wanted)
{
    struct xt_text text;

    xt_text_init(&text, 4096);
    xt_error_say(err, lang, &text);
    assert_string_equal(text.s, wanted);
    xt_text_done(&text);
}

static void an_error_is_said_in_both_languages(void **state)
{
    struct xt_error err = {0};

    (void)state;
    assert_int_equal(xt_fail(&err, XT_E_INPUT, "title", XT_MSG_TOO_LONG, XT_INT(500), XT_INT(-7)), XT_E_INPUT);
    assert_int_equal(err.code, XT_E_INPUT);
    assert_string_equal(err.field, "title");
    assert_says(&err, XT_ZH, "最多 500 个字符，现有 -7 个");
    assert_says(&err, XT_EN, "may have at most 500 characters, has -7");
    (void)xt_fail(&err, XT_E_NOT_FOUND, "", XT_MSG_NO_TYPE, XT_VIEW(((struct xt_str){"协同工作", 6})));
    assert_says(&err, XT_EN, "There is no type \"协同\"");
    (void)xt_fail(&err, XT_E_NOT_FOUND, "", XT_MSG_NOT_IN_LIST, XT_TEXT("{2}"), XT_TEXT("x"));
    assert_says(&err, XT_EN, "code \"{2}\" is not in the list \"x\""); /* an argument is not read as a sentence */
    (void)xt_fail(&err, XT_E_NOT_FOUND, "", XT_MSG_NO_TYPE, XT_TEXT(NULL));
    assert_says(&err, XT_EN, "There is no type \"\"");
    assert_int_equal(xt_fail(NULL, XT_E_BUSY, "x", XT_MSG_NONE), XT_E_BUSY);
}

/* Long arguments and fields are cut between characters. */
static void what_is_long_is_cut_between_characters(void **state)
{
    char many[1000], field[200];
    struct xt_error err;
    struct xt_text text;
    size_t shift, i;

    (void)state;
    xt_text_init(&text, 4096);
    for (shift = 0; shift < 3; shift++) {
        memset(many, 'a', shift);
        for (i = shift; i + 3 < sizeof many; i += 3)
            memcpy(many + i, "长", 3);
        many[i] = '\0';
        snprintf(field, sizeof field, "%.*s", 60 * 3 + (int)shift, many);
        (void)xt_fail(&err, XT_E_INPUT, field, XT_MSG_NO_TYPE, XT_TEXT(many));
        assert_true(xt_utf8_valid(err.field, strlen(err.field)));
        assert_true(strlen(err.field) > sizeof err.field - 4);
        xt_text_clear(&text);
        xt_error_say(&err, XT_EN, &text);
        assert_true(xt_utf8_valid(text.s, text.n));
        assert_non_null(strstr(text.s, "…"));
        assert_true(text.n < 160);
    }
    xt_text_done(&text);
}

static void problems_are_kept_to_a_limit_and_counted_beyond(void **state)
{
    struct xt_problems problems;
    struct xt_error err;
    struct xt_text text;
    size_t i;

    (void)state;
    xt_problems_init(&problems);
    xt_text_init(&text, 64 * XT_KIB);
    xt_problem(&problems, "title", XT_MSG_REQUIRED);
    xt_problem(&problems, "", XT_MSG_NOT_OBJECT);
    (void)xt_fail(&err, XT_E_INPUT, "年份", XT_MSG_NOT_DATE, XT_TEXT("昨天"));
    xt_problems_add_error(&problems, &err);
    xt_problems_say(&problems, XT_EN, &text);
    assert_string_equal(text.s,
                        "title is required; must be an object; 年份 must be a date such as 2026-03-05, is \"昨天\"");
    xt_text_clear(&text);
    xt_problems_say(&problems, XT_ZH, &text);
    assert_string_equal(text.s, "title：必填；应为对象；年份：应为日期（如 2026-03-05），现为“昨天”");
    for (i = problems.count; i < XT_PROBLEMS_MAX + 5; i++)
        xt_problem(&problems, "x", XT_MSG_REQUIRED);
    assert_int_equal(problems.count, XT_PROBLEMS_MAX);
    assert_int_equal(problems.seen, XT_PROBLEMS_MAX + 5);
    xt_text_clear(&text);
    xt_problems_say(&problems, XT_EN, &text);
    assert_true(xt_str_ends(xt_text_view(&text), "; and 985 more"));
    xt_problems_clear(&problems);
    assert_int_equal(problems.seen, 0);
    xt_text_done(&text);
    xt_problems_done(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_both_languages),
        cmocka_unit_test(names_are_unlike),
        cmocka_unit_test(codes_have_status_and_name),
        cmocka_unit_test(an_error_is_said_in_both_languages),
        cmocka_unit_test(what_is_long_is_cut_between_characters),
        cmocka_unit_test(problems_are_kept_to_a_limit_and_counted_beyond),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
