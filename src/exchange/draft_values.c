/* draft_values.c - what the values of a column look like: dates, numbers, names of people and bodies, codes, lists. */
#include <ctype.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "base/time.h"
#include "exchange/draft_priv.h"
#include "exchange/mapping_priv.h"
#include "text/token.h"

#define CODE_PARTS  60 /* distinct values held against each code list */
#define PROBE_PARTS 12 /* the first of them decide whether the rest is */
#define ID_PARTS    100
#define LONG_LIST   3000

/* ---- parts ---- */

/* Bytes of the separator at s, 0 when none of split begins there. */
static size_t separator_at(const char *split, const char *s, size_t n)
{
    size_t i, took;
    uint32_t c, wanted;

    for (i = 0; split[i]; i += took) {
        took = xt_utf8_decode(split + i, strlen(split + i), &wanted);
        if (n >= took && xt_utf8_decode(s, n, &c) == took && c == wanted)
            return took;
    }
    return 0;
}

static void parts_of(struct xt_str text, const char *split, int64_t count,
                     void (*visit)(void *context, struct xt_str part, int64_t count), void *context)
{
    size_t i = 0, start = 0, took;

    while (i <= text.n) {
        took = i < text.n ? separator_at(split, text.s + i, text.n - i) : 1;
        if (took > 0) {
            struct xt_str part = xt_str_trim((struct xt_str){text.s + start, i - start});

            if (part.n > 0)
                visit(context, part, count);
            i += took;
            start = i;
        } else {
            uint32_t c;

            i += xt_utf8_decode(text.s + i, text.n - i, &c);
        }
    }
}

void draft_parts(const struct draft_column *column, size_t most,
                 void (*visit)(void *context, struct xt_str part, int64_t count), void *context)
{
    size_t i;

    for (i = 0; i < column->count && i < most; i++)
        parts_of(column->values[i].text, column->split, column->values[i].count, visit, context);
}

/* ---- single texts ---- */

static bool is_year(struct xt_str s)
{
    static const char year[] = "年";
    int64_t value;

    if (s.n == 4 + strlen(year) && memcmp(s.s + 4, year, strlen(year)) == 0)
        s.n = 4;
    return s.n == 4 && xt_int_parse(s, &value) && value >= 1800 && value <= 2100;
}

static bool all_digits(struct xt_str s)
{
    size_t i;

    for (i = 0; i < s.n; i++) {
        if (!isdigit((unsigned char)s.s[i]))
            return false;
    }
    return s.n > 0;
}

/* Codes are digits too: a run of digits is a date only when it begins like one of our times. */
static bool is_date(struct xt_str s, enum date_order order)
{
    char out[XT_DATE_SIZE];
    bool none;

    if (s.n > 40)
        return false;
    if (all_digits(s) && s.n != 4 && ((s.n != 8 && s.n != 6) || (s.s[0] != '2' && (s.s[0] != '1' || s.s[1] != '9'))))
        return false;
    return xt_read_date(s, order, out, &none) && !none;
}

static bool is_number(struct xt_str s, bool *out_whole)
{
    char digits[64];
    size_t i, n = 0;
    double value;

    for (i = 0; i < s.n && n < sizeof digits - 1; i++) {
        if (s.s[i] != ',')
            digits[n++] = s.s[i];
    }
    if (i < s.n || n == 0 || !xt_double_parse((struct xt_str){digits, n}, &value))
        return false;
    *out_whole = floor(value) == value && !memchr(digits, '.', n);
    return true;
}

static bool is_bool(struct xt_str s)
{
    static const char *const words[] = {"是",    "否",  "有", "无", "true", "false", "TRUE", "FALSE", "True",
                                        "False", "yes", "no", "Y",  "N",    "√",     "×",    "0",     "1"};
    size_t i;

    for (i = 0; i < XT_COUNT(words); i++) {
        if (xt_str_is(s, words[i]))
            return true;
    }
    return false;
}

static bool is_email(struct xt_str s)
{
    const char *at = memchr(s.s, '@', s.n);

    return at && at > s.s && memchr(at, '.', (size_t)(s.s + s.n - at)) && !memchr(s.s, ' ', s.n) && s.n < 120;
}

/* 020-12345678, 13812345678, +86 ... */
static bool is_phone(struct xt_str s)
{
    size_t i, digits = 0;

    for (i = 0; i < s.n; i++) {
        if (isdigit((unsigned char)s.s[i]))
            digits++;
        else if (!strchr("+-() /", s.s[i]))
            return false;
    }
    if (digits == 11 && s.n == 11)
        return s.s[0] == '1' && s.s[1] >= '3';
    return digits >= 10 && digits <= 14 && (s.s[0] == '0' || s.s[0] == '+' || s.s[0] == '(') && s.n > digits;
}

static bool is_url(struct xt_str s)
{
    return xt_str_starts(s, "http://") || xt_str_starts(s, "https://") || xt_str_starts(s, "www.");
}

static size_t han_count(struct xt_str s)
{
    size_t i = 0, count = 0;
    uint32_t c;

    while (i < s.n) {
        i += xt_utf8_decode(s.s + i, s.n - i, &c);
        count += xt_is_han(c);
    }
    return count;
}

/* Two to four characters after a surname; with a dot between, a transcribed name; "Li, Wei" and "Wei Li". */
static bool is_person(const struct draft_words *words, struct xt_str s)
{
    const char *surnames = xt_json_z(words->tree, "surnames", "");
    const json_t *list = json_object_get(words->tree, "compound_surnames"), *item;
    size_t chars = xt_utf8_count(s.s, s.n), i, capitals = 0, letters = 0;
    char first[5] = "";
    uint32_t c;

    if (han_count(s) == chars && chars >= 2 && chars <= 4) {
        json_array_foreach (list, i, item) {
            if (xt_str_starts(s, json_string_value(item)))
                return true;
        }
        memcpy(first, s.s, xt_utf8_decode(s.s, s.n, &c));
        return chars <= 3 && strstr(surnames, first) != NULL;
    }
    if (s.n > 60 || han_count(s) > 0 || !memchr(s.s, ' ', s.n))
        return false;
    for (i = 0; i < s.n; i++) {
        bool begins = i == 0 || s.s[i - 1] == ' ' || s.s[i - 1] == '-';

        if (isdigit((unsigned char)s.s[i]) || (begins && islower((unsigned char)s.s[i])))
            return false;
        capitals += begins && isupper((unsigned char)s.s[i]);
        letters += isalpha((unsigned char)s.s[i]) != 0;
    }
    return capitals >= 2 && capitals <= 4 && letters > capitals;
}

static bool ends_word(struct xt_str s, const char *end)
{
    size_t n = strlen(end), i;

    if ((unsigned char)end[0] >= 0x80)
        return s.n >= n + 3 && xt_str_ends(s, end);
    for (i = 0; i + n <= s.n; i++) { /* a word anywhere: University of ... */
        if (strncasecmp(s.s + i, end, n) == 0 && (i == 0 || !isalpha((unsigned char)s.s[i - 1])) &&
            (i + n == s.n || !isalpha((unsigned char)s.s[i + n])))
            return s.n > n;
    }
    return false;
}

static bool is_organisation(const struct draft_words *words, struct xt_str s)
{
    const json_t *ends = json_object_get(words->tree, "organisation_ends"), *end;
    size_t i, open;

    if (s.n < 6 || s.n > 200)
        return false;
    open = xt_str_find(s, XT_STR("（"));
    if (open == SIZE_MAX)
        open = xt_str_find(s, XT_STR("("));
    if (open != SIZE_MAX && open >= 6)
        s.n = open; /* 示例大学（深圳） */
    json_array_foreach (ends, i, end) {
        if (ends_word(s, json_string_value(end)))
            return true;
    }
    return false;
}

/* ---- lists inside cells ---- */

struct splitting {
    const struct draft_words *words;
    int64_t parts, chars, longest, names;
};

static void measure_part(void *context, struct xt_str part, int64_t count)
{
    struct splitting *m = context;
    int64_t chars = (int64_t)xt_utf8_count(part.s, part.n);

    m->parts += count;
    m->chars += chars * count;
    m->names += is_person(m->words, part) ? count : 0;
    if (chars > m->longest)
        m->longest = chars;
}

/* Separators of which the parts are short. Those that also stand inside sentences must stand in most cells, or between
 * names. */
static void find_split(struct draft *d, struct draft_column *column)
{
    static const struct {
        const char *separator;
        bool weak;
    } all[] = {{";", false}, {"；", false}, {"|", false}, {"\n", false}, {"、", false},
               {"，", true}, {",", true},   {"/", true},  {"_", true},   {" ", true}};
    size_t i, k;

    for (i = 0; i < XT_COUNT(all); i++) {
        struct splitting m = {.words = &d->words};
        int64_t with = 0, cells = 0;

        for (k = 0; k < column->count; k++) {
            if (column->values[k].text.n >= DRAFT_VALUE_BYTES - 4)
                continue; /* it may have been clipped */
            if (xt_str_find(column->values[k].text, xt_str(all[i].separator)) != SIZE_MAX) {
                with += column->values[k].count;
                parts_of(column->values[k].text, all[i].separator, column->values[k].count, measure_part, &m);
            }
            cells += column->values[k].count;
        }
        if (with < 2 || m.parts == 0)
            continue;
        if (all[i].weak ? (double)with < 0.3 * (double)cells && (double)m.names < 0.8 * (double)m.parts
                        : with * 200 < cells && with < 3)
            continue;
        if (strcmp(all[i].separator, " ") == 0 && (double)m.names < 0.8 * (double)m.parts)
            continue; /* words of a sentence */
        if ((double)m.chars / (double)m.parts > (all[i].weak ? 12 : 20) || m.longest > 80)
            continue;
        if (strlen(column->split) + strlen(all[i].separator) < sizeof column->split)
            memcpy(column->split + strlen(column->split), all[i].separator, strlen(all[i].separator) + 1);
    }
}

/* ---- all of it ---- */

struct looking {
    const struct draft_words *words;
    double persons, organisations, parts;
};

static void look_at_part(void *context, struct xt_str part, int64_t count)
{
    struct looking *look = context;
    double n = (double)count;

    look->parts += n;
    if (is_organisation(look->words, part)) /* first: "Aix University" is written like a name */
        look->organisations += n;
    else if (is_person(look->words, part))
        look->persons += n;
}

static void look_at_value(const struct draft *d, struct draft_looks *looks, struct xt_str s, double n,
                          const regex_t *range)
{
    size_t chars = xt_utf8_count(s.s, s.n), han = han_count(s), digits = 0, i;
    char buffer[64];
    bool whole = false;

    for (i = 0; i < s.n; i++)
        digits += isdigit((unsigned char)s.s[i]) != 0;
    looks->dates += is_date(s, DATE_YMD) ? n : 0;
    looks->dates_dmy += is_date(s, DATE_DMY) ? n : 0;
    looks->dates_mdy += is_date(s, DATE_MDY) ? n : 0;
    if (s.n < sizeof buffer) {
        memcpy(buffer, s.s, s.n);
        buffer[s.n] = '\0';
        looks->ranges += regexec(range, buffer, 0, NULL, 0) == 0 ? n : 0;
    }
    looks->years += is_year(s) ? n : 0;
    if (is_number(s, &whole)) {
        looks->numbers += n;
        looks->integers += whole ? n : 0;
    }
    looks->bools += is_bool(s) ? n : 0;
    looks->urls += is_url(s) ? n : 0;
    looks->emails += is_email(s) ? n : 0;
    looks->phones += is_phone(s) ? n : 0;
    looks->han += han > 0 ? n : 0;
    looks->latin += han == 0 && digits < s.n / 2 ? n : 0;
    looks->digits += digits > 0 ? n : 0;
    looks->chars += n * (double)chars;
    if ((double)chars > looks->chars_most)
        looks->chars_most = (double)chars;
    (void)d;
}

/* A column of 1, 2, 3 ... says nothing. */
static bool is_serial(const struct draft_column *column)
{
    int64_t before = 0, value;
    size_t i;

    for (i = 0; i < column->count && i < 50; i++) {
        if (!xt_int_parse(column->values[i].text, &value) || (i > 0 && value != before + 1) || (i == 0 && value > 1))
            return false;
        before = value;
    }
    return i >= 5;
}

void draft_look(struct draft *d, struct draft_column *column)
{
    static const char range_form[] = "^[12][0-9]{3}[./年-][0-9]{1,2}([./月-][0-9]{1,2})?[日月]? *(-|—|–|~|至|到|－)+ "
                                     "*[12][0-9]{3}[./年-][0-9]{1,2}";
    struct draft_looks *looks = &column->looks;
    double *shares[] = {&looks->dates,    &looks->dates_dmy, &looks->dates_mdy, &looks->ranges, &looks->years,
                        &looks->integers, &looks->numbers,   &looks->bools,     &looks->urls,   &looks->emails,
                        &looks->phones,   &looks->latin,     &looks->han,       &looks->digits, &looks->chars};
    struct looking look = {.words = &d->words};
    double counted = 0, marks = 0;
    locale_t before = xt_regex_locale_begin();
    regex_t range;
    size_t i, at = (size_t)(column - d->sample.columns);
    int64_t filled, repeats;

    if (regcomp(&range, range_form, REG_EXTENDED | REG_NOSUB) != 0) {
        xt_regex_locale_end(before);
        return; /* our own text: it does compile */
    }
    for (i = 0; i < column->count; i++) {
        struct draft_value *value = &column->values[i];
        bool mark = draft_word_in(&d->words, "empty", value->text) || xt_str_is(value->text, "0000-00-00");

        marks += mark ? (double)value->count : 0;
        if (mark)
            continue;
        counted += (double)value->count;
        look_at_value(d, looks, value->text, (double)value->count, &range);
    }
    regfree(&range);
    xt_regex_locale_end(before);
    for (i = 0; i < XT_COUNT(shares) && counted > 0; i++)
        *shares[i] /= counted;
    looks->marks = column->counted > 0 ? marks / (double)column->counted : 0;
    if (looks->numbers < 0.5 && looks->dates < 0.5 && looks->urls < 0.5 && looks->ranges < 0.5)
        find_split(d, column);
    draft_parts(column, DRAFT_VALUES_MAX, look_at_part, &look);
    if (look.parts > 0) {
        looks->persons = look.persons / look.parts;
        looks->organisations = look.organisations / look.parts;
    }
    column->serial = is_serial(column);
    draft_sample_unique(&d->sample, &at, 1, &filled, &repeats);
    column->repeated = filled > 0 ? (double)repeats / (double)filled : 0;
}

/* ---- against lists and schemes ---- */

struct holding {
    const struct xt_codes *codes;
    const struct xt_scheme *scheme;
    size_t seen, different;
    double all, by_code, by_label, listed;
};

static void hold_code(void *context, struct xt_str part, int64_t count)
{
    struct holding *h = context;
    double n = (double)count;
    bool found = true;

    if (h->seen == PROBE_PARTS && h->by_code + h->by_label == 0)
        return;
    h->seen++;
    h->all += n;
    if (xt_codes_find(h->codes, part)) {
        h->by_code += n;
        h->listed += n;
    } else if (xt_codes_accept(h->codes, part)) {
        h->by_code += n;
    } else if (xt_codes_by_label(h->codes, part) || draft_nearly(h->codes, part)) {
        h->by_label += n;
    } else {
        found = false;
    }
    h->different += found;
}

struct draft_codes_share draft_in_codes(const struct draft_column *column, const struct xt_codes *codes)
{
    struct holding h = {.codes = codes};

    draft_parts(column, CODE_PARTS, hold_code, &h);
    if (h.all == 0)
        return (struct draft_codes_share){0};
    return (struct draft_codes_share){
        .share = (float)((h.by_code + h.by_label) / h.all),
        .listed = (float)(h.listed / h.all),
        .by_label = h.by_label > h.by_code,
        .different = (uint8_t)(h.different < 255 ? h.different : 255),
    };
}

static void hold_beginning(void *context, struct xt_str part, int64_t count)
{
    struct holding *h = context;
    size_t n;

    h->all += (double)count;
    for (n = part.n; n > part.n / 2 && n > 2; n--) {
        if (xt_codes_find(h->codes, (struct xt_str){part.s, n})) {
            h->by_code += (double)count;
            return;
        }
    }
}

bool draft_begins_codes(const struct draft_column *column, const struct xt_codes *codes)
{
    struct holding h = {.codes = codes};

    draft_parts(column, CODE_PARTS, hold_beginning, &h);
    return h.all > 0 && h.by_code > 0.5 * h.all;
}

const struct xt_codes *draft_list_of_scheme(const struct xt_region *region, const struct xt_scheme *scheme)
{
    const char *dash = strrchr(scheme->name, '-');

    if (!dash || strcmp(dash, "-code") != 0)
        return NULL;
    return xt_region_codes(region, (struct xt_str){scheme->name, (size_t)(dash - scheme->name)});
}

static void hold_scheme(void *context, struct xt_str part, int64_t count)
{
    struct holding *h = context;
    char out[600];

    h->all += (double)count;
    if (part.n < sizeof out / 2 && h->scheme->check(part, out, sizeof out))
        h->by_code += (double)count;
}

bool draft_scheme_proves(const struct xt_scheme *scheme)
{
    char out[64];

    return !scheme->check(XT_STR("任意名称"), out, sizeof out);
}

double draft_in_scheme(const struct draft_column *column, const struct xt_scheme *scheme)
{
    struct holding h = {.scheme = scheme};

    draft_parts(column, ID_PARTS, hold_scheme, &h);
    return h.all > 0 ? h.by_code / h.all : 0;
}

/* Texts of three characters and more only, so that 工 does not name 工业; "湖北" and 湖北省, "青年科学基金项目" and 青年项目 not. */
static bool nearly_same(struct xt_str label, struct xt_str text)
{
    struct xt_str shorter = label.n < text.n ? label : text, longer = label.n < text.n ? text : label;

    if (shorter.n < 6 || longer.n - shorter.n > 15)
        return false;
    return memcmp(shorter.s, longer.s, shorter.n) == 0;
}

const struct xt_code_item *draft_nearly(const struct xt_codes *codes, struct xt_str text)
{
    const struct xt_code_item *found = NULL;
    size_t i;

    if (codes->count > LONG_LIST) { /* areas: provinces come first */
        for (i = 0; i < codes->count; i++) {
            const struct xt_code_item *parent = codes->items[i].parent;

            if ((!parent || !parent->parent) && nearly_same(xt_str(codes->items[i].labels[XT_ZH]), text))
                return &codes->items[i];
        }
    }
    for (i = 0; i < codes->count; i++) {
        if (!nearly_same(xt_str(codes->items[i].labels[XT_ZH]), text))
            continue;
        if (codes->count > LONG_LIST && xt_str(codes->items[i].labels[XT_ZH]).n < text.n)
            continue; /* a longer text is an address, not an area */
        if (found)
            return NULL; /* two come near */
        found = &codes->items[i];
    }
    return found;
}
