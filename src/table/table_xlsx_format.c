/*
 * table_xlsx_format.c - numbers of a workbook into what people see.
 *
 * A workbook keeps 2026-03-05 as 46086 and 15.3 % as 0.153 with a number format beside it (ECMA-376, 18.8.30). Formats are
 * not obeyed in full: they tell dates, percentages and codes with leading zeros from plain numbers.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/time.h"
#include "table/table_priv.h"

#define DATE (XT_SHOW_YEAR | XT_SHOW_MONTH | XT_SHOW_DAY)

struct xt_show xt_show_builtin(int64_t id)
{
    if (id == 9 || id == 10)
        return (struct xt_show){.kind = XT_SHOW_PERCENT};
    if ((id >= 14 && id <= 16) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) || id == 57 || id == 58)
        return (struct xt_show){.kind = XT_SHOW_DATE, .date_parts = DATE};
    if (id == 17)
        return (struct xt_show){.kind = XT_SHOW_DATE, .date_parts = XT_SHOW_YEAR | XT_SHOW_MONTH};
    if (id == 22)
        return (struct xt_show){.kind = XT_SHOW_DATE, .date_parts = DATE | XT_SHOW_TIME};
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) || id == 55 || id == 56)
        return (struct xt_show){.kind = XT_SHOW_DATE, .date_parts = XT_SHOW_TIME};
    return (struct xt_show){.kind = XT_SHOW_NUMBER};
}

struct format_look {
    bool year, month, day, hour, second, percent, general;
    size_t zeros; /* of a format that is zeros only */
    bool other;   /* anything else that shows */
};

/* "[h]", "[mm]", "[ss]": hours, minutes and seconds that count on; other brackets hold colours and languages. */
static bool is_elapsed(struct xt_str inside)
{
    size_t i;

    for (i = 0; i < inside.n; i++)
        if (!strchr("hmsHMS", inside.s[i]) || inside.s[i] != inside.s[0])
            return false;
    return inside.n > 0;
}

/* Copies the first section of a format without what is quoted, escaped or in brackets (but for [h], [m], [s]). */
static size_t bare_format(struct xt_str code, char out[64])
{
    size_t n = 0, i;

    for (i = 0; i < code.n && n < 63; i++) {
        char c = code.s[i];

        if (c == ';')
            break;
        if (c == '"') {
            for (i++; i < code.n && code.s[i] != '"';)
                i++;
        } else if (c == '\\' || c == '_' || c == '*') {
            i++;
        } else if (c == '[') {
            size_t from = i + 1;

            while (i < code.n && code.s[i] != ']')
                i++;
            if (is_elapsed((struct xt_str){code.s + from, i > from ? i - from : 0}))
                out[n++] = 'h';
        } else {
            out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        }
    }
    out[n] = '\0';
    return n;
}

static struct format_look look_at(struct xt_str code)
{
    struct format_look look = {0};
    char bare[64];
    size_t n = bare_format(code, bare), i;

    if (strstr(bare, "general")) {
        look.general = true;
        return look;
    }
    for (i = 0; i < n; i++) {
        char c = bare[i];

        look.year |= c == 'y' || c == 'e';
        look.day |= c == 'd';
        look.hour |= c == 'h';
        look.second |= c == 's';
        look.percent |= c == '%';
        look.zeros += c == '0';
        look.other |= c != '0';
        look.month |= c == 'm';
    }
    if (look.zeros > 0 && look.year && !look.month && !look.day)
        look.year = false; /* "0.00E+00": e is an exponent */
    return look;
}

struct xt_show xt_show_custom(struct xt_str code)
{
    struct format_look look = look_at(code);

    if (look.general)
        return (struct xt_show){.kind = XT_SHOW_NUMBER};
    if (look.year || look.day || look.hour || look.second || (look.month && look.zeros == 0)) {
        /* m beside h or s is minutes, beside y or d a month. */
        uint8_t parts =
            (uint8_t)((look.year ? XT_SHOW_YEAR : 0) | (look.day ? XT_SHOW_DAY : 0) |
                      (look.month && (look.year || look.day || !(look.hour || look.second)) ? XT_SHOW_MONTH : 0) |
                      (look.hour || look.second ? XT_SHOW_TIME : 0));

        return (struct xt_show){.kind = XT_SHOW_DATE, .date_parts = parts};
    }
    if (look.percent)
        return (struct xt_show){.kind = XT_SHOW_PERCENT};
    if (look.zeros > 1 && !look.other)
        return (struct xt_show){.kind = XT_SHOW_PADDED, .digits = (uint8_t)(look.zeros < 60 ? look.zeros : 60)};
    return (struct xt_show){.kind = XT_SHOW_NUMBER};
}

/* ---- numbers ---- */

/* Digits, at most one point, no exponent, nothing to round or drop: the text stands as it is. */
static bool is_plain(struct xt_str v)
{
    size_t i = v.n > 0 && v.s[0] == '-' ? 1 : 0, digits = 0;
    bool point = false;

    if (i == v.n || v.n > 16 || v.s[i] == '.' || (v.s[i] == '0' && i + 1 < v.n && v.s[i + 1] != '.'))
        return false;
    for (; i < v.n; i++) {
        if (v.s[i] == '.' && !point)
            point = true;
        else if (v.s[i] >= '0' && v.s[i] <= '9')
            digits++;
        else
            return false;
    }
    return digits <= 15 && !(point && (v.s[v.n - 1] == '0' || v.s[v.n - 1] == '.'));
}

/* 15 digits, as Excel shows them; whole numbers without an exponent. */
static void add_double(double value, struct xt_text *out)
{
    char text[64];

    if (value == 0) {
        xt_text_add_char(out, '0');
        return;
    }
    snprintf(text, sizeof text, "%.15g", value);
    if (strchr(text, 'e') && fabs(value) >= 1 && fabs(value) < 1e21) {
        double rounded = strtod(text, NULL);

        snprintf(text, sizeof text, "%.0f", rounded);
    } else if (strchr(text, 'e') && fabs(value) < 1 && fabs(value) >= 1e-9) {
        int64_t exponent = 0;
        size_t n;

        (void)xt_int_parse(xt_str(strchr(text, 'e') + 1), &exponent); /* printf wrote it */
        snprintf(text, sizeof text, "%.*f", (int)(14 - exponent), value);
        for (n = strlen(text); n > 0 && text[n - 1] == '0';)
            text[--n] = '\0';
    }
    xt_text_add_z(out, text);
}

/* ---- dates ---- */

#define SERIAL_EPOCH 25569   /* 1970-01-01 */
#define SERIAL_END   2958466 /* the day after 9999-12-31 */
#define DAY_SECONDS  86400

static void put_digits(char *out, size_t n, int value)
{
    for (; n > 0; value /= 10)
        out[--n] = (char)('0' + value % 10);
}

static bool add_date(double serial, uint8_t parts, bool date1904, struct xt_text *out)
{
    int year, month, day;

    if (date1904)
        serial += 1462;
    if (!(serial >= 0 && serial < SERIAL_END) || ((parts & DATE) && serial < 1))
        return false;
    int64_t days = (int64_t)floor(serial);
    int64_t seconds = (int64_t)llround((serial - (double)days) * DAY_SECONDS);

    if (seconds == DAY_SECONDS) {
        seconds = 0;
        days++;
    }
    if (days == 60 && !date1904)
        return false; /* 1900-02-29, which Lotus had */
    if (parts & DATE) {
        xt_civil_from_days(days - SERIAL_EPOCH + (days < 60 && !date1904 ? 1 : 0), &year, &month, &day);
        char text[] = "0000-00-00"; /* printf is a third of the time a sheet of dates takes */

        put_digits(text, 4, year);
        put_digits(text + 5, 2, month);
        put_digits(text + 8, 2, day);
        xt_text_add(out, text, parts & XT_SHOW_DAY ? 10 : parts & XT_SHOW_MONTH ? 7 : 4);
        if (!(parts & XT_SHOW_TIME) || seconds == 0)
            return true;
        xt_text_add_char(out, 'T');
    } else {
        seconds += days * DAY_SECONDS; /* [h]:mm:ss counts on past 24 */
    }
    xt_text_addf(out, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
    return true;
}

static void add_padded(struct xt_str value, uint8_t digits, struct xt_text *out)
{
    size_t i;

    for (i = value.n; i < digits; i++)
        xt_text_add_char(out, '0');
    xt_text_add_str(out, value);
}

bool xt_show_stands(struct xt_str value, struct xt_show show)
{
    return show.kind == XT_SHOW_NUMBER && is_plain(value);
}

void xt_show_number(struct xt_str value, struct xt_show show, bool date1904, struct xt_text *out)
{
    double number;

    if (xt_show_stands(value, show)) {
        xt_text_add_str(out, value);
        return;
    }
    value = xt_str_trim(value);
    if (!xt_double_parse(value, &number)) {
        xt_text_add_str(out, value); /* no number at all: what stands there is better than nothing */
        return;
    }
    xt_show_double(number, show, date1904, out);
}

void xt_show_double(double number, struct xt_show show, bool date1904, struct xt_text *out)
{
    if (show.kind == XT_SHOW_DATE && add_date(number, show.date_parts, date1904, out))
        return;
    size_t from = out->n;

    add_double(show.kind == XT_SHOW_PERCENT ? number * 100 : number, out);
    if (show.kind == XT_SHOW_PERCENT)
        xt_text_add_char(out, '%');
    if (show.kind == XT_SHOW_PADDED && number >= 0 && number < 1e15 && number == floor(number)) {
        char digits[32];
        size_t n = out->n - from < sizeof digits ? out->n - from : sizeof digits;

        memcpy(digits, out->s + from, n);
        xt_text_cut(out, from);
        add_padded((struct xt_str){digits, n}, show.digits, out);
    }
}

void xt_show_iso(struct xt_text *text, size_t from, struct xt_show show)
{
    struct xt_str value = {text->s + from, text->n - from};
    const char *t = memchr(value.s, 'T', value.n);
    const char *point = memchr(value.s, '.', value.n);

    if (t && point > t)
        value.n = (size_t)(point - value.s);
    if (xt_str_ends(value, "Z"))
        value.n--;
    if (show.kind == XT_SHOW_DATE && t && !(show.date_parts & DATE)) {
        size_t n = value.n - (size_t)(t - value.s) - 1;

        memmove(text->s + from, t + 1, n);
        value.n = n;
    } else if (show.kind == XT_SHOW_DATE && !(show.date_parts & XT_SHOW_DAY) && value.n >= 7) {
        value.n = show.date_parts & XT_SHOW_MONTH ? 7 : 4;
    } else if (t &&
               (xt_str_ends(value, "T00:00:00") || (show.kind == XT_SHOW_DATE && !(show.date_parts & XT_SHOW_TIME)))) {
        value.n = (size_t)(t - value.s);
    }
    xt_text_cut(text, from + value.n);
}
