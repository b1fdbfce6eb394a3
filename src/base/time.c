/* time.c - instants and dates. Civil calendar arithmetic after the era algorithm (400-year eras of 146,097 days). */
#include "base/time.h"

#include <string.h>
#include <time.h>

xt_instant xt_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (xt_instant)ts.tv_sec * XT_SECOND + ts.tv_nsec / 1000;
}

int64_t xt_monotonic_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * XT_SECOND + ts.tv_nsec / 1000;
}

int64_t xt_days_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void xt_civil_from_days(int64_t days, int *out_year, int *out_month, int *out_day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * of_year + 2) / 153;

    *out_day = (int)(of_year - (153 * month + 2) / 5 + 1);
    *out_month = (int)(month < 10 ? month + 3 : month - 9);
    *out_year = (int)(year_of_era + era * 400 + (*out_month <= 2));
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Writes value as count digits and returns the place after them. */
static char *put(char *at, int64_t value, int count)
{
    int i;

    for (i = count - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + count;
}

char *xt_instant_format(xt_instant at, bool micros, char out[XT_INSTANT_SIZE])
{
    int64_t seconds = floor_div(at, XT_SECOND);
    int64_t days = floor_div(seconds, 86400);
    int64_t of_day = seconds - days * 86400;
    int year, month, day;
    char *p = out;

    xt_civil_from_days(days, &year, &month, &day);
    p = put(p, year < 0 ? 0 : year > 9999 ? 9999 : year, 4);
    *p++ = '-';
    p = put(p, month, 2);
    *p++ = '-';
    p = put(p, day, 2);
    *p++ = 'T';
    p = put(p, of_day / 3600, 2);
    *p++ = ':';
    p = put(p, of_day / 60 % 60, 2);
    *p++ = ':';
    p = put(p, of_day % 60, 2);
    if (micros) {
        *p++ = '.';
        p = put(p, at - seconds * XT_SECOND, 6);
    }
    *p++ = 'Z';
    *p = '\0';
    return out;
}

/* Reads exactly count digits. */
static bool digits(const char *s, int count, int *out)
{
    int i;

    *out = 0;
    for (i = 0; i < count; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        *out = *out * 10 + (s[i] - '0');
    }
    return true;
}

bool xt_date_valid(int year, int month, int day)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    if (year < 1000 || year > 2200 || month < 0 || month > 12 || day < 0)
        return false;
    if (month == 0)
        return day == 0;
    return day <= length[month - 1] + (month == 2 && leap);
}

bool xt_date_parse(struct xt_str text, int *out_year, int *out_month, int *out_day)
{
    int year = 0, month = 0, day = 0;

    if (text.n != 4 && text.n != 7 && text.n != 10)
        return false;
    if (!digits(text.s, 4, &year))
        return false;
    if (text.n >= 7 && (text.s[4] != '-' || !digits(text.s + 5, 2, &month) || month == 0))
        return false;
    if (text.n == 10 && (text.s[7] != '-' || !digits(text.s + 8, 2, &day) || day == 0))
        return false;
    if (!xt_date_valid(year, month, day))
        return false;
    *out_year = year;
    *out_month = month;
    *out_day = day;
    return true;
}

bool xt_instant_parse(struct xt_str text, xt_instant *out)
{
    int year, month, day, hour = 0, minute = 0, second = 0, micros = 0;
    size_t i = 10;
    int64_t days;

    if (text.n < 10 || !xt_date_parse((struct xt_str){text.s, 10}, &year, &month, &day))
        return false;
    if (text.n > 10) {
        if (text.n < 20 || text.s[10] != 'T' || !digits(text.s + 11, 2, &hour) || text.s[13] != ':' ||
            !digits(text.s + 14, 2, &minute) || text.s[16] != ':' || !digits(text.s + 17, 2, &second))
            return false;
        i = 19;
        if (text.s[i] == '.') {
            int scale = 100000;

            for (i++; i < text.n && text.s[i] >= '0' && text.s[i] <= '9' && scale > 0; i++, scale /= 10)
                micros += (text.s[i] - '0') * scale;
            if (i == 20)
                return false; /* a point without decimals */
        }
        if (i != text.n - 1 || text.s[i] != 'Z' || hour > 23 || minute > 59 || second > 59)
            return false;
    }
    days = xt_days_from_civil(year, month, day);
    *out = (days * 86400 + hour * 3600 + minute * 60 + second) * XT_SECOND + micros;
    return true;
}

char *xt_date_of(xt_instant at, int minutes_east, char out[XT_DATE_SIZE])
{
    char whole[XT_INSTANT_SIZE];

    xt_instant_format(at + minutes_east * 60 * XT_SECOND, false, whole);
    memcpy(out, whole, 10);
    out[10] = '\0';
    return out;
}
