/* test_identity.c - the check rules, each with numbers that are right and ones that are nearly so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

#include "catalog/region.h"

static const struct {
    const char *rule, *text, *normal; /* normal NULL = refused */
} rows[] = {
    {"uscc", "91440300708461136T", "91440300708461136T"},
    {"uscc", " 91440300708461136t ", "91440300708461136T"},
    {"uscc", "９１４４０３００７０８４６１１３６Ｔ", "91440300708461136T"},
    {"uscc", "91440300708461136A", NULL},
    {"uscc", "9144030070846113", NULL},
    {"uscc", "9144030O708461136T", NULL},
    {"orcid", "0000-0002-1825-0097", "0000-0002-1825-0097"},
    {"orcid", "https://orcid.org/0000-0002-1694-233X", "0000-0002-1694-233X"},
    {"orcid", "0000-0002-1825-0098", NULL},
    {"doi", "https://doi.org/10.1000/ABC", "10.1000/abc"},
    {"doi", "doi:10.5555/12345678", "10.5555/12345678"},
    {"doi", "10.1/abc", NULL},
    {"doi", "11.1000/abc", NULL},
    {"doi", "10.1000/", NULL},
    {"issn", "0317-8471", "0317-8471"},
    {"issn", "ISSN 2434561x", "2434-561X"},
    {"issn", "0317-8472", NULL},
    {"isbn", "978-7-03-000000-3", NULL},
    {"isbn", "978-0-306-40615-7", "9780306406157"},
    {"isbn", "0-306-40615-2", "9780306406157"},
    {"isbn", "0-306-40615-3", NULL},
    {"cn-patent", "CN101234567A", "CN101234567A"},
    {"cn-patent", "cn 201234567 u", "CN201234567U"},
    {"cn-patent", "CN101234567", NULL},
    {"cn-patent", "US1234567A", NULL},
    {"cn-application", "CN200410018477.9", "200410018477.9"},
    {"cn-application", "ZL 02131414.X", NULL},
    {"standard-number", "GB/T 30523—2023", "GB/T 30523-2023"},
    {"standard-number", "ISO/IEC  27001:2022", "ISO/IEC 27001:2022"},
    {"standard-number", "2023", NULL},
    {"cstr", "CSTR:16666.11.nbsdc.abc", "16666.11.nbsdc.abc"},
    {"cstr", "16666.1.abc", NULL},
    {"ror", "https://ror.org/05a28rw58", "05a28rw58"},
    {"ror", "05a28rw59", NULL},
    {"name", " 中国 地质大学 (武汉) ", "中国地质大学（武汉）"},
    {"name", "ＡＢＣ　研究院", "ABC研究院"},
    {"name", "Sun  Yat-sen University", "Sun Yat-sen University"},
    {"name", "院", NULL},
    {"none", "  a   b ", "a b"},
    {"none", "   ", NULL},
};

static void rules_accept_and_refuse(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        bool (*check)(struct xt_str, char *, size_t) = xt_identity_rule(rows[i].rule);
        char out[200];
        bool accepted;

        assert_non_null(check);
        accepted = check(xt_str(rows[i].text), out, sizeof out);
        if (accepted != (rows[i].normal != NULL))
            print_message("%s \"%s\" was %s\n", rows[i].rule, rows[i].text, accepted ? "accepted" : "refused");
        assert_int_equal(accepted, rows[i].normal != NULL);
        if (accepted)
            assert_string_equal(out, rows[i].normal);
    }
}

/* The application number's check digit: computed here once more, by the standard's own sum. */
static void application_numbers_round_trip(void **state)
{
    bool (*check)(struct xt_str, char *, size_t) = xt_identity_rule("cn-application");
    const char *digits = "202010123456";
    char text[32], out[64];
    int sum = 0, i, right = 0;

    (void)state;
    for (i = 0; i < 12; i++)
        sum += (digits[i] - '0') * (2 + i % 8);
    for (i = 0; i < 11; i++) {
        snprintf(text, sizeof text, "CN%s.%c", digits, i == 10 ? 'X' : '0' + i);
        if (check(xt_str(text), out, sizeof out)) {
            right++;
            assert_int_equal(i, sum % 11);
        }
    }
    assert_int_equal(right, 1);
}

/* The sum is that of the parts, and a number with the expected characters passes the rule: for each sign in each place. */
static void check_characters_are_worked_out(void **state)
{
    static const struct {
        const char *rule, *text, *expected, *mended;
    } good[] = {
        {"uscc", "91440300708461136A", "T", "91440300708461136T"},
        {"orcid", "0000-0002-1694-2330", "X", "000000021694233X"},
        {"issn", "ISSN 0317-8472", "1", "03178471"},
        {"isbn", "0-306-40615-3", "2", "0306406152"},
        {"isbn", "978-0-306-40615-8", "7", "9780306406157"},
        {"cn-application", "ZL200410018477.X", "9", "2004100184779"},
        {"cn-application", "02131414.X", "4", "021314144"},
        {"ror", "https://ror.org/05a28rw59", "58", "05A28RW58"},
    };
    struct xt_working working;
    char out[64];
    size_t i, k;

    (void)state;
    for (i = 0; i < XT_COUNT(good); i++) {
        int sum = 0;

        assert_int_equal(xt_identity_work(good[i].rule, xt_str(good[i].text), &working), XT_WORKED);
        assert_string_equal(working.expected, good[i].expected);
        assert_string_equal(working.mended, good[i].mended);
        assert_true(xt_identity_rule(good[i].rule)(xt_str(working.mended), out, sizeof out));
        for (k = 0; k < working.count; k++)
            sum += working.parts[k].value * working.parts[k].weight;
        assert_int_equal(working.sum, sum);
        assert_int_equal(working.rest, sum % working.modulus);
    }
    assert_int_equal(xt_identity_work("isbn", XT_STR("978030640615"), &working), XT_WORKED_LENGTH);
    assert_int_equal(working.wanted, 13);
    assert_int_equal(working.also_wanted, 10);
    assert_int_equal(working.found, 12);
    assert_int_equal(xt_identity_work("uscc", XT_STR("9144030O708461136T"), &working), XT_WORKED_CHARACTER);
    assert_int_equal(working.found, 8);
    assert_int_equal(working.bad, 'O');
    assert_int_equal(working.count, 0);
    assert_int_equal(xt_identity_work("doi", XT_STR("10.1000/182"), &working), XT_WORKED_NOT);
    assert_int_equal(xt_identity_work("issn", XT_STR("期刊"), &working), XT_WORKED_NOT);
}

static void unknown_rules_are_null(void **state)
{
    (void)state;
    assert_null(xt_identity_rule("nothing"));
}

static void long_input_is_refused(void **state)
{
    static const char *const names[] = {"uscc",           "orcid",           "doi",  "issn", "isbn", "cn-patent",
                                        "cn-application", "standard-number", "cstr", "ror",  "none"};
    char text[2000], out[16];
    size_t i;

    (void)state;
    memset(text, '1', sizeof text);
    for (i = 0; i < XT_COUNT(names); i++)
        assert_false(xt_identity_rule(names[i])((struct xt_str){text, sizeof text}, out, sizeof out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_accept_and_refuse),         cmocka_unit_test(application_numbers_round_trip),
        cmocka_unit_test(check_characters_are_worked_out), cmocka_unit_test(unknown_rules_are_null),
        cmocka_unit_test(long_input_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
