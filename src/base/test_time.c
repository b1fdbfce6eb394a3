/* test_time.c - dates by counting days one by one, and instants there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);

    return days[month - 1] + (month == 2 ? leap : 0);
}

/* Walks from 1000-01-01 day by day: the number of days, the date and its text agree on every one of them. */
static void every_day_of_1000_to_2200(void **state)
{
    int64_t count = xt_days_from_civil(1000, 1, 1);
    int year, month, day;

    (void)state;
    assert_int_equal(xt_days_from_civil(1970, 1, 1), 0);
    assert_int_equal(xt_days_from_civil(2026, 3, 5), 20517);
    for (year = 1000; year <= 2200; year++) {
        for (month = 1; month <= 12; month++) {
            for (day = 1; day <= days_in(year, month); day++, count++) {
                int y, m, d;

                if (xt_days_from_civil(year, month, day) != count)
                    fail_msg("%04d-%02d-%02d", year, month, day);
                xt_civil_from_days(count, &y, &m, &d);
                if (y != year || m != month || d != day)
                    fail_msg("%04d-%02d-%02d", year, month, day);
            }
            assert_false(xt_date_valid(year, month, days_in(year, month) + 1));
        }
    }
}

static void dates_as_text(void **state)
{
    int year, month, day, y, m, d;

    (void)state;
    for (year = 1000; year <= 2200; year += 3) {
        for (month = 0; month <= 12; month++) {
            for (day = 0; day <= (month > 0 ? days_in(year, month) : 0); day += 9) {
                char text[40];
                size_t n = month == 0 ? 4 : day == 0 ? 7 : 10;

                snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                assert_true(xt_date_parse((struct xt_str){text, n}, &y, &m, &d));
                assert_true(y == year && m == month && d == day);
            }
        }
    }
}

static void what_is_no_date(void **state)
{
    static const char *const rows[] = {
        "",        "2",       "20",         "202",           "20266",      "2026-",      "2026-3",     "2026-3-5",
        "2026-13", "2026-00", "2026-03-00", "2026-03-32",    "2026-02-29", "1900-02-29", "2100-02-29", "2026-04-31",
        "0999",    "2201",    "0999-12-31", "2201-01-01",    "2026/03/05", "2026-03 05", " 2026",      "2026 ",
        "+026",    "-026",    "２０２６",   "2026-03-05T00", "2026-0a",    "abcd",
    };
    size_t i;
    int y = 7, m = 7, d = 7;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        if (xt_date_parse(xt_str(rows[i]), &y, &m, &d))
            fail_msg("%s", rows[i]);
    }
    assert_true(y == 7 && m == 7 && d == 7); /* set only when it is a date */
    assert_true(xt_date_parse(XT_STR("2000-02-29"), &y, &m, &d));
    assert_false(xt_date_valid(2026, 0, 1));
    assert_false(xt_date_valid(2026, -1, 0));
    assert_false(xt_date_valid(2026, 1, -1));
}

static void instants_there_and_back(void **state)
{
    xt_instant first = xt_days_from_civil(1000, 1, 1) * 86400 * XT_SECOND;
    xt_instant last = xt_days_from_civil(2200, 12, 31) * 86400 * XT_SECOND + 86399999999;
    xt_instant at, back;
    char text[XT_INSTANT_SIZE];

    (void)state;
    for (at = first; at <= last; at += 377777777777) { /* about four days and a bit */
        assert_int_equal(strlen(xt_instant_format(at, true, text)), 27);
        assert_true(xt_instant_parse(xt_str(text), &back));
        assert_true(back == at);
        assert_int_equal(strlen(xt_instant_format(at, false, text)), 20);
        assert_true(xt_instant_parse(xt_str(text), &back));
        assert_true(at - back >= 0 && at - back < XT_SECOND);
    }
    assert_string_equal(xt_instant_format(0, false, text), "1970-01-01T00:00:00Z");
    assert_string_equal(xt_instant_format(-1, true, text), "1969-12-31T23:59:59.999999Z");
    assert_string_equal(xt_instant_format(last, true, text), "2200-12-31T23:59:59.999999Z");
}

static void instants_as_text(void **state)
{
    static const struct {
        const char *text;
        bool good;
        xt_instant at;
    } rows[] = {
        {"1970-01-02", true, 86400 * XT_SECOND},
        {"1970-01-01T00:00:01Z", true, XT_SECOND},
        {"1970-01-01T00:00:01.5Z", true, 1500000},
        {"1970-01-01T00:00:01.000001Z", true, 1000001},
        {"1970-01-01T23:59:59.999999Z", true, 86399999999},
        {"1970-01-01T00:00:01.Z", false, 0},
        {"1970-01-01T00:00:01.0000001Z", false, 0},
        {"1970-01-01T24:00:00Z", false, 0},
        {"1970-01-01T00:60:00Z", false, 0},
        {"1970-01-01T00:00:60Z", false, 0},
        {"1970-01-01T00:00:00", false, 0},
        {"1970-01-01 00:00:00Z", false, 0},
        {"1970-01-01T00:00:00+08:00", false, 0},
        {"1970-01-01T00:00Z", false, 0},
        {"1970-01-01T", false, 0},
        {"1970-01", false, 0},
        {"1970-02-30T00:00:00Z", false, 0},
        {"", false, 0},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        xt_instant at = -1;

        if (xt_instant_parse(xt_str(rows[i].text), &at) != rows[i].good || (rows[i].good && at != rows[i].at))
            fail_msg("%s", rows[i].text);
    }
}

static void the_day_depends_on_the_zone(void **state)
{
    xt_instant at = (xt_days_from_civil(2026, 3, 5) * 86400 + 17 * 3600) * XT_SECOND;
    char day[XT_DATE_SIZE];

    (void)state;
    assert_string_equal(xt_date_of(at, 0, day), "2026-03-05");
    assert_string_equal(xt_date_of(at, 480, day), "2026-03-06");
    assert_string_equal(xt_date_of(at - 17 * 3600 * XT_SECOND, -1, day), "2026-03-04");
}

static void clocks_go_forward(void **state)
{
    int64_t before = xt_monotonic_us();

    (void)state;
    assert_true(xt_now() > xt_days_from_civil(2020, 1, 1) * 86400 * XT_SECOND);
    assert_true(xt_monotonic_us() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_1000_to_2200), cmocka_unit_test(dates_as_text),
        cmocka_unit_test(what_is_no_date),           cmocka_unit_test(instants_there_and_back),
        cmocka_unit_test(instants_as_text),          cmocka_unit_test(the_day_depends_on_the_zone),
        cmocka_unit_test(clocks_go_forward),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
