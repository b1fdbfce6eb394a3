/*
 * table_kinds.c - what kind of values stand in each column, from the rows of the sample below the head.
 *
 * Only forms are judged, not meanings: "440100" is an integer though it may be a code. What begins with a zero and more
 * digits ("01"), or has more digits than a double keeps, is text, because reading it as a number would lose something.
 */
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "base/time.h"
#include "table/table_priv.h"

#define DIGITS_MAX 15 /* that a double keeps, and Excel */

static const char *const KIND_NAMES[XT_COLUMN_KINDS] = {"empty", "text", "integer", "number", "date", "bool", "mixed"};

const char *xt_column_kind_name(enum xt_column_kind kind)
{
    return KIND_NAMES[kind];
}

static bool among(struct xt_str cell, const char *const *words, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (cell.n == strlen(words[i]) && strncasecmp(cell.s, words[i], cell.n) == 0)
            return true;
    return false;
}

/* Signs that a value is missing say nothing about the column. */
static bool is_missing(struct xt_str cell)
{
    static const char *const words[] = {"-",  "--", "—",   "——",  "－",   "…",    "……",  "/",
                                        "\\", "NA", "N/A", "NaN", "null", "none", "#N/A"};

    return cell.n == 0 || among(cell, words, XT_COUNT(words));
}

static bool is_bool(struct xt_str cell)
{
    static const char *const words[] = {"true", "false", "是", "否", "有", "无", "yes", "no", "y", "n", "√", "×"};

    return among(cell, words, XT_COUNT(words));
}

/* Digits at *s, at most `most`; moves behind them. */
static bool take_digits(struct xt_str *s, size_t least, size_t most, int *out)
{
    size_t n = 0;

    *out = 0;
    while (n < s->n && n < most && s->s[n] >= '0' && s->s[n] <= '9')
        *out = *out * 10 + (s->s[n++] - '0');
    s->s += n;
    s->n -= n;
    return n >= least;
}

static bool take(struct xt_str *s, const char *word)
{
    size_t n = strlen(word);

    if (!xt_str_starts(*s, word))
        return false;
    s->s += n;
    s->n -= n;
    return true;
}

static bool is_time(struct xt_str s)
{
    int hour, minute, second;

    if (!take_digits(&s, 1, 2, &hour) || !take(&s, ":") || !take_digits(&s, 2, 2, &minute) || hour > 24 || minute > 59)
        return false;
    if (take(&s, ":") && (!take_digits(&s, 2, 2, &second) || second > 60))
        return false;
    if (take(&s, "."))
        (void)take_digits(&s, 1, 9, &second); /* decimals: any will do */
    (void)take(&s, "Z");                      /* may be there */
    return s.n == 0;
}

/* 2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日, 20260305, also without a day, also with a time behind it. */
static bool is_date(struct xt_str s)
{
    static const char *const dividers[][3] = {{"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}};
    int year, month = 0, day = 0;
    size_t i;

    if (!take_digits(&s, 4, 4, &year) || year < 1000 || year > 2200 || s.n == 0)
        return false;
    if (s.n == 4 && take_digits(&s, 2, 2, &month) && take_digits(&s, 2, 2, &day) && s.n == 0)
        return year >= 1900 && year <= 2100 && month > 0 && day > 0 && xt_date_valid(year, month, day);
    for (i = 0; i < XT_COUNT(dividers) && !take(&s, dividers[i][0]);)
        i++;
    if (i == XT_COUNT(dividers))
        return false;
    if (i == 3 && s.n == 0)
        return true;                                                          /* 2026年 */
    if (!take_digits(&s, 1, 2, &month) || month == 0 || (i == 2 && s.n == 0)) /* 2026.3 is a number */
        return false;
    if (take(&s, dividers[i][1]) && s.n > 0 &&
        (!take_digits(&s, 1, 2, &day) || day == 0 || (i == 3 && !take(&s, "日"))))
        return false;
    if (!xt_date_valid(year, month, day))
        return false;
    return s.n == 0 || (day > 0 && (take(&s, " ") || take(&s, "T")) && is_time(xt_str_trim(s)));
}

/* Plain, "1,234.5", "15.3%": the digits of it without grouping. False where there is more to it. */
static bool is_number(struct xt_str cell, bool *out_whole)
{
    char plain[32];
    size_t n = 0, digits = 0, grouped = 0, i = 0;
    bool percent = false, point = false;
    double value;

    if (cell.n > 1 && cell.s[cell.n - 1] == '%') {
        percent = true;
        cell.n--;
    }
    if (cell.n > 0 && (cell.s[0] == '-' || cell.s[0] == '+'))
        i++;
    if (i + 1 < cell.n && cell.s[i] == '0' && cell.s[i + 1] >= '0' && cell.s[i + 1] <= '9')
        return false;
    for (i = 0; i < cell.n && n < sizeof plain; i++) {
        char c = cell.s[i];

        if (c == ',' && !point && digits > 0 && (grouped == 0 ? digits <= 3 : digits == grouped + 3)) {
            grouped = digits;
            continue;
        }
        point |= c == '.' || c == 'e' || c == 'E';
        digits += c >= '0' && c <= '9' && !point;
        plain[n++] = c;
    }
    if (i < cell.n || digits > DIGITS_MAX || (grouped > 0 && digits != grouped + 3))
        return false;
    *out_whole = !point && !percent;
    return xt_double_parse((struct xt_str){plain, n}, &value);
}

static bool all_digits(struct xt_str cell)
{
    size_t i;

    for (i = 0; i < cell.n; i++)
        if (cell.s[i] < '0' || cell.s[i] > '9')
            return false;
    return true;
}

struct tally {
    size_t of[XT_COLUMN_KINDS];
    size_t compact; /* of the dates: eight digits, which may as well be a number */
    size_t codes;   /* of the texts: digits that are no number; those beside them are none either */
    size_t filled;
};

static void count_cell(struct tally *tally, struct xt_str cell)
{
    bool whole = false;
    bool number = is_number(cell, &whole);
    enum xt_column_kind kind = XT_COLUMN_TEXT;

    if (is_date(cell)) {
        kind = XT_COLUMN_DATE;
        tally->compact += number && whole;
    } else if (number) {
        kind = whole ? XT_COLUMN_INTEGER : XT_COLUMN_NUMBER;
    } else if (is_bool(cell)) {
        kind = XT_COLUMN_BOOL;
    } else {
        tally->codes += all_digits(cell);
    }
    tally->of[kind]++;
    tally->filled++;
}

/* The kind that nine in ten have. Whole numbers among others are numbers, eight digits among whole numbers no dates. */
static struct xt_column_guess guess_of(struct tally *tally)
{
    struct xt_column_guess guess = {.kind = XT_COLUMN_EMPTY, .filled = tally->filled};
    size_t kind;

    if (tally->filled == 0)
        return guess;
    if (tally->of[XT_COLUMN_INTEGER] + tally->of[XT_COLUMN_NUMBER] > 0) {
        tally->of[XT_COLUMN_DATE] -= tally->compact;
        tally->of[XT_COLUMN_INTEGER] += tally->compact;
    }
    if (tally->codes > 0) {
        tally->of[XT_COLUMN_TEXT] += tally->of[XT_COLUMN_INTEGER];
        tally->of[XT_COLUMN_INTEGER] = 0;
    }
    if (tally->of[XT_COLUMN_NUMBER] > 0) {
        tally->of[XT_COLUMN_NUMBER] += tally->of[XT_COLUMN_INTEGER];
        tally->of[XT_COLUMN_INTEGER] = 0;
    }
    for (kind = 0; kind < XT_COLUMN_KINDS; kind++)
        if (tally->of[kind] > guess.agreeing) {
            guess.agreeing = tally->of[kind];
            guess.kind = (enum xt_column_kind)kind;
        }
    if (10 * guess.agreeing < 9 * guess.filled) {
        guess.kind = XT_COLUMN_MIXED;
        guess.agreeing = guess.filled;
    }
    guess.certainty = (int)(100 * (guess.agreeing + 1) / (guess.filled + 2)); /* Laplace's rule of succession */
    return guess;
}

struct xt_column_guess xt_guess_kind(const struct xt_sample_row *rows, size_t count, size_t column)
{
    struct tally tally = {0};
    size_t i;

    for (i = 0; i < count; i++) {
        if (rows[i].code != XT_OK || column >= rows[i].count)
            continue;
        struct xt_str cell = xt_str_trim(rows[i].cells[column]);

        if (!is_missing(cell))
            count_cell(&tally, cell);
    }
    return guess_of(&tally);
}
