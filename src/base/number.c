/* number.c - numbers from text. */
#include "base/number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool xt_int_parse(struct xt_str text, int64_t *out)
{
    size_t i = 0;
    bool minus = false;
    uint64_t value = 0, limit;

    if (text.n > 0 && (text.s[0] == '-' || text.s[0] == '+')) {
        minus = text.s[0] == '-';
        i = 1;
    }
    if (i == text.n)
        return false;
    limit = (uint64_t)INT64_MAX + (minus ? 1 : 0);
    for (; i < text.n; i++) {
        unsigned digit = (unsigned char)text.s[i] - (unsigned)'0';

        if (digit > 9 || value > (limit - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = minus ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool xt_double_parse(struct xt_str text, double *out)
{
    char copy[64];
    char *end;
    size_t i;
    double value;

    if (text.n == 0 || text.n >= sizeof copy)
        return false;
    for (i = 0; i < text.n; i++) {
        char c = text.s[i];

        if (!((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E'))
            return false; /* keeps hex, inf and nan out; the locale is never set, so the point is a point */
        copy[i] = c;
    }
    copy[text.n] = '\0';
    errno = 0;
    value = strtod(copy, &end);
    if (*end || !isfinite(value))
        return false;
    *out = value;
    return true;
}

char *xt_double_format(double value, char out[XT_DOUBLE_SIZE])
{
    int precision;

    for (precision = 15; precision <= 17; precision++) {
        snprintf(out, XT_DOUBLE_SIZE, "%.*g", precision, value);
        if (strtod(out, NULL) == value)
            break;
    }
    return out;
}

bool xt_money_parse(struct xt_str text, int64_t *out_fen)
{
    char plain[32] = "-"; /* a sign that is used or not, then digits: the least amount has no positive */
    size_t i, n = 0, group = 0;
    int decimals = -1;
    bool grouped = false, minus = false;

    text = xt_str_trim(text);
    if (xt_str_starts(text, "¥") || xt_str_starts(text, "￥")) {
        size_t mark = xt_str_starts(text, "¥") ? strlen("¥") : strlen("￥");

        text = xt_str_trim((struct xt_str){text.s + mark, text.n - mark});
    }
    if (text.n > 0 && text.s[0] == '-') {
        minus = true;
        text.s++;
        text.n--;
    }
    for (i = 0; i < text.n; i++) {
        char c = text.s[i];

        if (c >= '0' && c <= '9') {
            if (n >= sizeof plain - 5 || (decimals >= 0 && ++decimals > 2))
                return false;
            plain[++n] = c;
            group++;
        } else if (c == ',' && decimals < 0) {
            if (n == 0 || (grouped && group != 3) || (!grouped && group > 3))
                return false;
            grouped = true;
            group = 0;
        } else if (c == '.' && decimals < 0 && n > 0) {
            if (grouped && group != 3)
                return false;
            decimals = 0;
            grouped = false;
        } else {
            return false;
        }
    }
    if (n == 0 || decimals == 0 || (grouped && group != 3))
        return false;
    for (; decimals < 2; decimals++) {
        if (decimals < 0)
            decimals = 0;
        plain[++n] = '0';
    }
    return xt_int_parse(minus ? (struct xt_str){plain, n + 1} : (struct xt_str){plain + 1, n}, out_fen);
}

char *xt_money_format(int64_t fen, char out[XT_MONEY_SIZE])
{
    uint64_t value = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;

    snprintf(out, XT_MONEY_SIZE, "%s%llu.%02llu", fen < 0 ? "-" : "", (unsigned long long)(value / 100),
             (unsigned long long)(value % 100));
    return out;
}

int xt_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}
