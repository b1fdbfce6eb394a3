/* stat_text.c - single cells of statistical tables: names, numbers, units, years. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exchange/stat_priv.h"
#include "text/token.h"

/* ---- names ---- */

static bool is_space(uint32_t c)
{
    return c <= 0x20 || c == 0xA0 || c == 0x3000 || c == 0xFEFF || (c >= 0x2000 && c <= 0x200F) || c == 0x202F;
}

static uint32_t narrow(uint32_t c)
{
    return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c;
}

/* Chinese text takes no spaces: characters, and marks that only stand among them. */
static bool is_wide(uint32_t c)
{
    return xt_is_han(c) || (c >= 0x3001 && c <= 0x301F);
}

void xt_stat_squeeze(struct xt_str text, struct xt_text *out)
{
    bool spaced = false, any = false, wide = false;
    size_t i = 0;

    while (i < text.n) {
        uint32_t c;

        i += xt_utf8_decode(text.s + i, text.n - i, &c);
        if (is_space(c)) {
            spaced = any;
            continue;
        }
        bool now = is_wide(c);

        c = narrow(c);
        if (spaced && !wide && !now)
            xt_text_add_char(out, ' ');
        xt_text_add_utf8(out, c);
        spaced = false;
        any = true;
        wide = now;
    }
}

/* A word of Latin letters that is part of the Chinese name before it: "篇数SCI", but "合计Total" is two languages. */
static size_t tail_word(struct xt_str text, size_t at)
{
    size_t i = at, upper = 0, lower = 0;

    for (; i < text.n && (unsigned char)text.s[i] < 128 && (isalnum((unsigned char)text.s[i]) || text.s[i] == '-');
         i++) {
        upper += text.s[i] >= 'A' && text.s[i] <= 'Z';
        lower += text.s[i] >= 'a' && text.s[i] <= 'z';
    }
    return upper > 0 && lower > 0 ? at : i;
}

/* Brackets behind a Chinese name are its own while there are no letters in them: "(2018)", "（%）" on the next line too, but not
 * "(unit)". Where the name ends. */
static size_t own_brackets(struct xt_str text, size_t at)
{
    size_t i = at;

    while (i < text.n) {
        bool letters = false, closed = false;
        uint32_t c;
        size_t k = i + xt_utf8_decode(text.s + i, text.n - i, &c);

        if (is_space(c)) {
            i = k;
            continue;
        }
        if (c == ')' || c == 0xFF09) {
            at = i = k;
            continue;
        }
        if (c != '(' && c != 0xFF08)
            break;
        while (k < text.n && !closed) {
            k += xt_utf8_decode(text.s + k, text.n - k, &c);
            letters = letters || (c < 128 && isalpha((int)c));
            closed = c == ')' || c == 0xFF09;
        }
        if (letters || !closed)
            break;
        at = i = k;
    }
    return at;
}

void xt_stat_split(struct xt_str text, struct xt_str *zh, struct xt_str *en)
{
    size_t i = 0, cut = 0;
    uint32_t c;

    while (i < text.n) {
        i += xt_utf8_decode(text.s + i, text.n - i, &c);
        if (is_wide(c))
            cut = i;
    }
    if (cut > 0)
        cut = own_brackets(text, tail_word(text, cut));
    *zh = xt_str_trim((struct xt_str){text.s, cut});
    *en = xt_str_trim((struct xt_str){text.s + cut, text.n - cut});
}

/* ---- units ---- */

static const char *const UNITS[] = {
    "个",        "人",        "人年",       "人月",   "人次",     "人天",       "户",
    "家",        "件",        "项",         "篇",     "元",       "美元",       "欧元",
    "吨",        "公斤",      "千克",       "克",     "毫克",     "微克",       "公顷",
    "亩",        "公里",      "千米",       "米",     "厘米",     "毫米",       "升",
    "度",        "千瓦时",    "千瓦",       "瓦",     "平方米",   "套",         "台",
    "辆",        "架",        "艘",         "所",     "座",       "处",         "张",
    "册",        "种",        "部",         "集",     "小时",     "天",         "日",
    "月",        "年",        "岁",         "次",     "条",       "床",         "瓶",
    "头",        "只",        "株",         "标箱",   "枚",       "幅",         "封",
    "门",        "线",        "间",         "口",     "支",       "份",         "宗",
    "批",        "立方米",    "吨公里",     "人公里", "平方公里", "平方千米",   "吨标准煤",
    "标准箱",    "百分点",    "%",          "‰",      "person",   "persons",    "yuan",
    "US dollar", "unit",      "units",      "piece",  "pieces",   "item",       "items",
    "ton",       "tons",      "km",         "sq km",  "sq.km",    "persons/km", "persons/sq km",
    "man-year",  "household", "households", "ug/m3",  "μg/m3",    "years",      "year",
};
static const char *const PREFIXES[] = {"十万", "百万", "千万",    "万亿",    "亿",     "万",           "千",
                                       "百",   "十",   "10,000 ", "10 000 ", "10000 ", "100 million ", "million "};

static bool unit_word(struct xt_str text)
{
    size_t i, k;

    for (i = 0; i < XT_COUNT(UNITS); i++)
        if (xt_str_is(text, UNITS[i]))
            return true;
    for (i = 0; i < XT_COUNT(PREFIXES); i++) {
        struct xt_str rest = text;

        if (!xt_str_starts(text, PREFIXES[i]))
            continue;
        rest.s += strlen(PREFIXES[i]);
        rest.n -= strlen(PREFIXES[i]);
        for (k = 0; k < XT_COUNT(UNITS); k++)
            if (xt_str_is(rest, UNITS[k]))
                return true;
    }
    return false;
}

bool xt_stat_is_unit(struct xt_str text)
{
    struct xt_str part;
    const char *slash;

    if (text.n == 0 || text.n > 60)
        return false;
    if (unit_word(text))
        return true;
    slash = memchr(text.s, '/', text.n);
    if (!slash)
        return false;
    part = (struct xt_str){text.s, (size_t)(slash - text.s)};
    text.n -= part.n + 1;
    text.s = slash + 1;
    return unit_word(part) && xt_stat_is_unit(text);
}

bool xt_stat_cut_unit(struct xt_str *name, struct xt_str *unit)
{
    size_t at = name->n;

    if (at < 3 || name->s[at - 1] != ')')
        return false;
    while (at > 0 && name->s[at - 1] != '(')
        at--;
    if (at == 0)
        return false;
    struct xt_str inside = xt_str_trim((struct xt_str){name->s + at, name->n - at - 1});

    if (!xt_stat_is_unit(inside))
        return false;
    *unit = inside;
    *name = xt_str_trim((struct xt_str){name->s, at - 1});
    return true;
}

bool xt_stat_unit_line(struct xt_str text, struct xt_str *unit)
{
    size_t at = xt_str_find(text, XT_STR("单位:")), i;

    if (at == SIZE_MAX || (at > 0 && text.s[at - 1] != '(' && text.s[at - 1] != ' ' && (text.s[at - 1] & 0x80) == 0))
        return false;
    at += strlen("单位:");
    for (i = at; i < text.n && text.s[i] != ')' && text.s[i] != '(' && text.s[i] != '\n'; i++)
        ;
    *unit = xt_str_trim((struct xt_str){text.s + at, i - at});
    return unit->n > 0;
}

/* ---- years ---- */

static bool digit_at(struct xt_str text, size_t at)
{
    return at < text.n && text.s[at] >= '0' && text.s[at] <= '9';
}

static bool four_digits(struct xt_str text, size_t at, int64_t *out)
{
    int64_t value = 0;
    size_t i;

    for (i = 0; i < 4; i++) {
        if (!digit_at(text, at + i))
            return false;
        value = value * 10 + (text.s[at + i] - '0');
    }
    *out = value;
    return value >= 1900 && value <= 2100;
}

static bool month_name(struct xt_str text, int *out)
{
    static const char NAMES[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    size_t i;

    for (i = 0; i < 12; i++)
        if (text.n >= 3 && strncasecmp(text.s, NAMES + 3 * i, 3) == 0) {
            *out = (int)i + 1;
            return true;
        }
    return false;
}

bool xt_stat_period(struct xt_str cell, char out[XT_STAT_PERIOD_SIZE])
{
    struct xt_str rest;
    int64_t year;
    int month;

    cell = xt_str_trim(cell);
    if (cell.n == 6 && cell.s[3] == '-' && digit_at(cell, 4) && digit_at(cell, 5) && month_name(cell, &month)) {
        year = (cell.s[4] - '0') * 10 + (cell.s[5] - '0');
        (void)snprintf(out, XT_STAT_PERIOD_SIZE, "%d-%02d", (int)(year < 50 ? 2000 + year : 1900 + year), month);
        return true;
    }
    if (!four_digits(cell, 0, &year))
        return false;
    rest = xt_str_trim((struct xt_str){cell.s + 4, cell.n - 4});
    if (rest.n == 0 || xt_str_is(rest, "年") || xt_str_is(rest, ".0")) {
        (void)snprintf(out, XT_STAT_PERIOD_SIZE, "%d", (int)year);
        return true;
    }
    if ((rest.n == 3 || rest.n == 2) && (*rest.s == '-' || *rest.s == '/') && digit_at(rest, 1) &&
        digit_at(rest, rest.n - 1)) {
        month = rest.s[1] - '0';
        month = rest.n == 3 ? month * 10 + (rest.s[2] - '0') : month;
        if (month < 1 || month > 12)
            return false;
        (void)snprintf(out, XT_STAT_PERIOD_SIZE, "%d-%02d", (int)year, month);
        return true;
    }
    return false;
}

static int year_strength(struct xt_str text, size_t at)
{
    struct xt_str behind = {text.s + at + 4, text.n - at - 4};
    bool bracket = at > 0 && text.s[at - 1] == '(';

    if (at > 0 && (digit_at(text, at - 1) || text.s[at - 1] == '.'))
        return 0;
    if (digit_at(behind, 0))
        return 0;
    /* "1999-2010年累计", "1991-2015" */
    if ((behind.n > 4 && (*behind.s == '-' || *behind.s == '~') && digit_at(behind, 1)) ||
        (at > 4 && (text.s[at - 1] == '-' || text.s[at - 1] == '~') && digit_at(text, at - 2)))
        return 0;
    if (xt_str_starts(behind, "年"))
        return bracket ? 5 : 4;
    return bracket ? 2 : 1;
}

int xt_stat_year_in(struct xt_str text, int64_t *out)
{
    int best = 0;
    size_t i;

    for (i = 0; i + 4 <= text.n; i++) {
        int64_t year;
        int strength;

        if (!four_digits(text, i, &year))
            continue;
        strength = year_strength(text, i);
        if (strength > best) {
            best = strength;
            *out = year;
        }
        i += 3;
    }
    return best;
}

/* ---- values ---- */

static const char *const MARKS[] = {"-",       "--",    "---", "—",    "——",  "―",    "–",    "…",    "……",
                                    "...",     "..",    ".",   "*",    "**",  "#",    "/",    "×",    "空格",
                                    "NA",      "N/A",   "n/a", "NaN",  "nan", "null", "NULL", "#N/A", "#DIV/0!",
                                    "#VALUE!", "#REF!", "－",  "－－", "无",  "x",    "X",    "c"};

static bool is_mark(struct xt_str cell)
{
    size_t i;

    for (i = 0; i < XT_COUNT(MARKS); i++)
        if (xt_str_is(cell, MARKS[i]))
            return true;
    return false;
}

/* Signs of footnotes behind a number: "123①", "123*", "123 1)". */
static bool footnote_sign(struct xt_str rest)
{
    size_t i = 0;

    if (rest.n == 0)
        return false;
    while (i < rest.n) {
        uint32_t c;

        i += xt_utf8_decode(rest.s + i, rest.n - i, &c);
        if (!((c >= 0x2460 && c <= 0x2473) || c == '*' || c == 0x203B || c == 0xB9 || c == 0xB2 || c == 0xB3 ||
              (i == 1 && rest.n == 2 && rest.s[1] == ')' && c >= '1' && c <= '9') || (i == 2 && c == ')')))
            return false;
    }
    return true;
}

/* Digits with separators every three: bytes used, 0 when there is no number. Digits go to decimal. */
static size_t whole_digits(struct xt_str text, struct xt_text *decimal)
{
    size_t i = 0, group = 0;
    char separator = 0;

    for (; i < text.n; i++) {
        char c = text.s[i];

        if (c >= '0' && c <= '9') {
            xt_text_add_char(decimal, c);
            group++;
        } else if ((c == ',' || c == ' ') && group > 0 &&
                   (separator == 0 ? group <= 3 : c == separator && group == 3) && digit_at(text, i + 1) &&
                   digit_at(text, i + 2) && digit_at(text, i + 3) && !digit_at(text, i + 4)) {
            separator = c;
            group = 0;
        } else {
            break;
        }
    }
    return separator && group != 3 ? 0 : i;
}

/* The number at the beginning of text as plain decimal text; bytes used, 0 for none. */
static size_t take_number(struct xt_str text, struct xt_text *decimal)
{
    size_t at = 0, n;

    if (xt_str_starts(text, "−") || xt_str_starts(text, "－")) {
        xt_text_add_char(decimal, '-');
        at = 3;
    } else if (text.n > 0 && (*text.s == '-' || *text.s == '+')) {
        if (*text.s == '-')
            xt_text_add_char(decimal, '-');
        at = 1;
    }
    n = whole_digits((struct xt_str){text.s + at, text.n - at}, decimal);
    at += n;
    if (at < text.n && text.s[at] == '.' && digit_at(text, at + 1)) {
        if (n == 0)
            xt_text_add_char(decimal, '0');
        do
            xt_text_add_char(decimal, text.s[at++]);
        while (digit_at(text, at));
    } else if (n == 0) {
        return 0;
    } else if (at < text.n && text.s[at] == '.' && at + 1 == text.n) {
        at++;
    }
    n = at;
    if (n + 1 < text.n && (text.s[n] == 'e' || text.s[n] == 'E')) {
        size_t k = n + 1 + (text.s[n + 1] == '-' || text.s[n + 1] == '+');

        if (!digit_at(text, k) || k > n + 2)
            return at;
        while (digit_at(text, k))
            k++;
        if (k - n > 6)
            return at;
        xt_text_add(decimal, text.s + n, k - n);
        at = k;
    }
    return at;
}

static struct xt_str half_width(struct xt_str cell, struct xt_text *out)
{
    size_t i;

    for (i = 0; i < cell.n && (unsigned char)cell.s[i] < 128; i++)
        ;
    if (i == cell.n)
        return cell;
    for (i = 0; i < cell.n;) {
        uint32_t c;

        i += xt_utf8_decode(cell.s + i, cell.n - i, &c);
        xt_text_add_utf8(out, c == 0xA0 || c == 0x202F ? ' ' : narrow(c));
    }
    return xt_text_view(out);
}

enum xt_stat_cell xt_stat_read_cell(struct xt_str cell, struct xt_text *decimal, struct xt_text *note)
{
    XT_AUTO(xt_text_done) struct xt_text digits = {0};
    XT_AUTO(xt_text_done) struct xt_text half = {0};
    struct xt_str rest;
    size_t n;

    cell = xt_str_trim(cell);
    if (cell.n == 0)
        return XT_STAT_EMPTY;
    if (cell.n > 200)
        return XT_STAT_TEXT;
    if (is_mark(cell)) {
        if (note)
            xt_text_add_str(note, cell);
        return XT_STAT_MARK;
    }
    xt_text_init(&digits, 400);
    xt_text_init(&half, 4 * 200);
    cell = half_width(cell, &half);
    n = take_number(cell, &digits);
    if (n == 0)
        return XT_STAT_TEXT;
    rest = xt_str_trim((struct xt_str){cell.s + n, cell.n - n});
    if (rest.n > 0 && !xt_str_is(rest, "%") && !footnote_sign(rest))
        return XT_STAT_TEXT;
    if (note && rest.n > 0 && !xt_str_is(rest, "%"))
        xt_text_add_str(note, rest);
    if (decimal)
        xt_text_add_str(decimal, xt_text_view(&digits));
    return XT_STAT_NUMBER;
}
