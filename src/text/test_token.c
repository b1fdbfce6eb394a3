#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/token.h"

/* Tokens as "text/start-end" with a mark before the first of a run and a kind. */
static bool print_token(void *context, const struct xt_token *token)
{
    static const char kinds[] = {[XT_TOKEN_PAIR] = 'P', [XT_TOKEN_LAST] = 'L', [XT_TOKEN_WORD] = 'W'};
    struct xt_text *out = context;

    if (out->n)
        xt_text_add_char(out, ' ');
    if (token->run_starts)
        xt_text_add_char(out, '^');
    xt_text_add(out, token->s, token->n);
    xt_text_add_char(out, '/');
    xt_text_add_char(out, token->digits ? 'D' : kinds[token->kind]);
    xt_text_addf(out, "%zu-%zu", token->start, token->end);
    return true;
}

static void tokens_are_as_described(void **state)
{
    (void)state;
    static const struct {
        const char *text, *tokens;
    } rows[] = {
        {"", ""},
        {" ,.!", ""},
        {"机", "^机/L0-3"},
        {"机器人", "^机器/P0-6 器人/P3-9 人/L6-9"},
        {"機器", "^机器/P0-6 器/L3-6"},
        {"ＡＢＣ１２", "^abc12/W0-15"},
        {"3D打印", "^3d/W0-2 ^打印/P2-8 印/L5-8"},
        {"PM2.5", "^pm2/W0-3 ^5/D4-5"},
        {"Caf\u00e9 e\u0301t\u00e9", "^cafe/W0-5 ^ete/W6-12"},
        {"stra\u00dfe", "^strasse/W0-7"},
        {"\u33a1", "^m2/W0-3"},
        {"\u3231", "^株/L0-3"},
        {"カラー", "^カラ/P0-6 ラー/P3-9 ー/L6-9"},
        {"한국", "^한국/P0-6 국/L3-6"},
        {"a\xff\xfe"
         "b",
         "^a/W0-1 ^b/W3-4"},
        {"2015", "^2015/D0-4"},
        {"\u200b机\u200b器", "^机器/P3-12 器/L9-12"},
        {"\u00b5m", "^\u03bcm/W0-3"},
        {"don't", "^don/W0-3 ^t/W4-5"},
    };

    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        struct xt_text out;

        xt_text_init(&out, XT_MIB);
        xt_token_each(xt_str(rows[i].text), print_token, &out);
        assert_string_equal(out.s, rows[i].tokens);
        xt_text_done(&out);
    }
}

static void long_words_are_clipped_at_a_character(void **state)
{
    (void)state;
    struct xt_text word, out;

    xt_text_init(&word, XT_MIB);
    xt_text_init(&out, XT_MIB);
    xt_text_add_char(&word, 'x');
    for (int i = 0; i < 100; i++)
        xt_text_add_z(&word, "\u0436"); /* two bytes each: 1 + 31 * 2 = 63 fit */
    xt_fold(xt_text_view(&word), &out);
    assert_int_equal(out.n, 63);
    assert_true(xt_utf8_valid(out.s, out.n));
    xt_text_done(&word);
    xt_text_done(&out);
}

static void folding_makes_equal_what_reads_equal(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"ＩＢＭ　研究院", "ibm 研究院"},
        {"廣東省科學院", "广东省科学院"},
        {"《机器人》（第2版）", "机器人 第 2 版"},
        {"3D 打印", "3D打印"},
        {"Universität", "UNIVERSITAT"},
        {"ﬁle", "file"},
        {"①②", "12"},
    };

    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        struct xt_text a, b;

        xt_text_init(&a, XT_MIB);
        xt_text_init(&b, XT_MIB);
        xt_fold(xt_str(rows[i][0]), &a);
        xt_fold(xt_str(rows[i][1]), &b);
        assert_string_equal(a.s, b.s);
        xt_text_done(&a);
        xt_text_done(&b);
    }
}

static void code_points_fold(void **state)
{
    (void)state;
    assert_int_equal(xt_fold_code_point('A'), 'a');
    assert_int_equal(xt_fold_code_point(0xFF21), 'a');
    assert_int_equal(xt_fold_code_point(0x6A5F), 0x673A);
    assert_int_equal(xt_fold_code_point(' '), 0);
    assert_int_equal(xt_fold_code_point(0x301), 0);
    assert_int_equal(xt_fold_code_point(0x200B), 0);
    assert_int_equal(xt_fold_code_point(0x10FFFF), 0);
    assert_true(xt_is_han(0x4E00));
    assert_true(xt_is_han(0x20000));
    assert_true(xt_is_han(0x3042));
    assert_false(xt_is_han('a'));
    assert_false(xt_is_han(0x3002));
}

/* A folded code point is not folded further: what is indexed is found by itself. */
static void folding_is_stable(void **state)
{
    (void)state;
    for (uint32_t c = 1; c < 0x30000; c++) {
        uint32_t folded = xt_fold_code_point(c);

        if (folded && xt_fold_code_point(folded) != folded)
            fail_msg("U+%04X folds to U+%04X and on to U+%04X", c, folded, xt_fold_code_point(folded));
    }
}

static bool stop_after_two(void *context, const struct xt_token *token)
{
    int *count = context;

    (void)token;
    return ++*count < 2;
}

static void visit_may_stop(void **state)
{
    (void)state;
    int count = 0;

    xt_token_each(XT_STR("a b c d 机器人"), stop_after_two, &count);
    assert_int_equal(count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_as_described),
        cmocka_unit_test(long_words_are_clipped_at_a_character),
        cmocka_unit_test(folding_makes_equal_what_reads_equal),
        cmocka_unit_test(code_points_fold),
        cmocka_unit_test(folding_is_stable),
        cmocka_unit_test(visit_may_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
