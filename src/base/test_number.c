/* test_number.c - whole numbers, doubles and money: what is read, what is refused, and the way back. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"

static uint64_t seed = 7;

static uint64_t any(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void whole_numbers(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"+7", true, 7},
        {"007", true, 7},
        {"-12", true, -12},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"18446744073709551616", false, 0},
        {"99999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+", false, 0},
        {"--1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"0x10", false, 0},
        {"１", false, 0},
        {"1,000", false, 0},
    };
    size_t i;
    int64_t value;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        value = 42;
        if (xt_int_parse(xt_str(rows[i].text), &value) != rows[i].good || value != (rows[i].good ? rows[i].value : 42))
            fail_msg("%s", rows[i].text);
    }
    for (i = 0; i < 100000; i++) {
        int64_t wanted = (int64_t)(any() >> any() % 64) * (any() % 2 ? 1 : -1);
        char text[32];

        snprintf(text, sizeof text, "%" PRId64, wanted);
        assert_true(xt_int_parse(xt_str(text), &value));
        assert_true(value == wanted);
    }
}

static void what_is_no_double(void **state)
{
    static const char *const rows[] = {"",      ".",     "-",      "+",     "e",  "1e", "1e+", "inf", "nan", "Infinity",
                                       "0x1p3", "1e400", "-1e400", "1.2.3", "1 ", " 1", "1,5", "--1", "１",  "1f"};
    char many[80];
    double value = 42;
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        if (xt_double_parse(xt_str(rows[i]), &value))
            fail_msg("%s", rows[i]);
    }
    memset(many, '1', sizeof many);
    assert_false(xt_double_parse((struct xt_str){many, sizeof many}, &value));
    assert_true(value == 42);
    assert_true(xt_double_parse(XT_STR("-1.5e-3"), &value) && value == -0.0015);
    assert_true(xt_double_parse(XT_STR("1e-400"), &value) && value == 0); /* too small to tell from nothing */
}

static void doubles_there_and_back(void **state)
{
    char text[XT_DOUBLE_SIZE];
    double value, back;
    unsigned i;

    (void)state;
    for (i = 0; i < 200000; i++) {
        uint64_t bits = any();

        if (i % 2)
            value = (double)(int64_t)(any() % 2000000) / 1000; /* as people write them */
        else
            memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        assert_true(strlen(xt_double_format(value, text)) < XT_DOUBLE_SIZE);
        assert_true(xt_double_parse(xt_str(text), &back));
        if (back != value)
            fail_msg("%s", text);
    }
    assert_string_equal(xt_double_format(0.1, text), "0.1");
    assert_string_equal(xt_double_format(113.26436, text), "113.26436");
    assert_string_equal(xt_double_format(5e-324, text), "4.94065645841247e-324");
}

static void money(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t fen;
    } rows[] = {
        {"0", true, 0},
        {"12", true, 1200},
        {"12.5", true, 1250},
        {"12.50", true, 1250},
        {"0.01", true, 1},
        {"-0.01", true, -1},
        {"1,234.50", true, 123450},
        {"1,234,567", true, 123456700},
        {"12,345", true, 1234500},
        {"¥12", true, 1200},
        {"￥ 1,000.00", true, 100000},
        {" 12 ", true, 1200},
        {"　12　", true, 1200},
        {"¥-12", true, -1200},
        {"92233720368547758.07", true, INT64_MAX},
        {"-92233720368547758.08", true, INT64_MIN},
        {"92233720368547758.08", false, 0},
        {"-92233720368547758.09", false, 0},
        {"999999999999999999999", false, 0},
        {"", false, 0},
        {"¥", false, 0},
        {"-", false, 0},
        {".", false, 0},
        {".5", false, 0},
        {"12.", false, 0},
        {"1.234", false, 0},
        {"1,23", false, 0},
        {"1,2345", false, 0},
        {"1234,567", false, 0},
        {",123", false, 0},
        {"123,", false, 0},
        {"1,234,56", false, 0},
        {"1,,234", false, 0},
        {"1.5,000", false, 0},
        {"1.2.3", false, 0},
        {"12元", false, 0},
        {"1e3", false, 0},
        {"--1", false, 0},
        {"+1", false, 0},
        {"1 2", false, 0},
    };
    int64_t fen;
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        fen = 42;
        if (xt_money_parse(xt_str(rows[i].text), &fen) != rows[i].good || fen != (rows[i].good ? rows[i].fen : 42))
            fail_msg("%s", rows[i].text);
    }
}

static void money_there_and_back(void **state)
{
    static const int64_t edges[] = {0, 1, -1, 99, -99, 100, -100, INT64_MAX, INT64_MIN};
    char text[XT_MONEY_SIZE];
    int64_t fen, back;
    unsigned i;

    (void)state;
    for (i = 0; i < 100000; i++) {
        fen = i < XT_COUNT(edges) ? edges[i] : (int64_t)any() >> any() % 64;
        assert_true(xt_money_parse(xt_str(xt_money_format(fen, text)), &back));
        if (back != fen)
            fail_msg("%s", text);
    }
    assert_string_equal(xt_money_format(-5, text), "-0.05");
    assert_string_equal(xt_money_format(123450, text), "1234.50");
}

static void hex_digits(void **state)
{
    int c;

    (void)state;
    for (c = 0; c < 256; c++) {
        const char *digits = "0123456789abcdef", *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

        assert_int_equal(xt_hex_digit((char)c), found ? (int)(found - digits) : -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers),          cmocka_unit_test(what_is_no_double),
        cmocka_unit_test(doubles_there_and_back), cmocka_unit_test(money),
        cmocka_unit_test(money_there_and_back),   cmocka_unit_test(hex_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
