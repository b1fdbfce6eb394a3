/*
 * table_citation.c - citations as GB/T 7714 writes them, one object each.
 *
 * "[1]authors. title[J]. journal, year, volume(issue): pages." The mark of the kind divides what is cited from where it
 * was published; what stands behind it depends on the kind. Chinese and Latin punctuation both count.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "table/table_objects.h"

#define AUTHORS_MAX 1000

/* ---- small pieces ---- */

static void set(json_t *object, const char *name, struct xt_str value)
{
    value = xt_str_trim(value);
    if (value.n > 0)
        json_object_set_new(object, name, xt_json_text(value));
}

/* Where one of the signs stands, and its bytes; n where none does. */
static size_t find_sign(struct xt_str s, const char *const *signs, size_t *out_bytes)
{
    size_t i, k;

    for (i = 0; i < s.n; i++)
        for (k = 0; signs[k]; k++)
            if (xt_str_starts((struct xt_str){s.s + i, s.n - i}, signs[k])) {
                *out_bytes = strlen(signs[k]);
                return i;
            }
    *out_bytes = 0;
    return s.n;
}

/* What stands before the first sign; rest becomes what stands behind it. */
static struct xt_str cut(struct xt_str *rest, const char *const *signs)
{
    size_t bytes, n = find_sign(*rest, signs, &bytes);
    struct xt_str before = {rest->s, n};

    rest->s += n + bytes;
    rest->n -= n + bytes;
    return xt_str_trim(before);
}

static const char *const COMMAS[] = {",", "，", NULL};
static const char *const COLONS[] = {":", "：", NULL};
static const char *const BETWEEN[] = {",", "，", ";", "；", "、", NULL};
static const char *const OPENING[] = {"(", "（", NULL};
static const char *const CLOSING[] = {")", "）", NULL};
static const char *const STOPS[] = {".", "．", "。", NULL};

static bool has(struct xt_str s, const char *const *signs)
{
    size_t bytes;

    return find_sign(s, signs, &bytes) < s.n;
}

/* Without stops, slashes and blanks at its ends. */
static struct xt_str bare(struct xt_str s)
{
    static const char *const ends[] = {".", "．", "。", ",", "，", NULL};
    bool again = true;
    size_t k;

    while (again) {
        again = false;
        s = xt_str_trim(s);
        for (k = 0; ends[k]; k++) {
            size_t n = strlen(ends[k]);

            if (xt_str_starts(s, ends[k])) {
                s.s += n;
                s.n -= n;
                again = true;
            }
            if (xt_str_ends(s, ends[k])) {
                s.n -= n;
                again = true;
            }
        }
    }
    return s;
}

/* A year, "2015", at the beginning; the bytes it takes. */
static size_t year_at(struct xt_str s)
{
    size_t i;

    if (s.n < 4 || (s.s[0] != '1' && s.s[0] != '2'))
        return 0;
    for (i = 0; i < 4; i++)
        if (!isdigit((unsigned char)s.s[i]))
            return 0;
    return s.n == 4 || !isdigit((unsigned char)s.s[4]) ? 4 : 0;
}

/* "2002-12-25" and the like at the beginning. */
static size_t date_at(struct xt_str s)
{
    size_t n = year_at(s);

    if (n == 0)
        return 0;
    while (n < s.n && (isdigit((unsigned char)s.s[n]) || s.s[n] == '-' || s.s[n] == '/'))
        n++;
    return n;
}

/* ---- before the mark ---- */

static bool is_initial(struct xt_str s, size_t dot)
{
    return dot > 0 && isupper((unsigned char)s.s[dot - 1]) &&
           (dot == 1 || strchr(" ,.-", s.s[dot - 2]) || ((unsigned char)s.s[dot - 2] & 0x80));
}

/* A stop at i that may end the authors: its bytes, or 0. */
static size_t stop_at(struct xt_str s, size_t i)
{
    struct xt_str here = {s.s + i, s.n - i};

    if (xt_str_starts(here, "．") || xt_str_starts(here, "。"))
        return 3;
    if (i + 1 >= s.n || s.s[i] != '.')
        return 0;
    return s.s[i + 1] == ' ' || ((unsigned char)s.s[i + 1] & 0x80 && i > 0 && (unsigned char)s.s[i - 1] & 0x80);
}

/* Several words without a comma: a title rather than a name. */
static bool is_wordy(struct xt_str s)
{
    s = xt_str_trim(s);
    return !has(s, COMMAS) && s.n > 0 && memchr(s.s, ' ', s.n);
}

/* Where the authors end: at the first stop that is not that of an initial ("Doe J. A."), or at the last initial's when
 * what follows it is no name ("Doe J. On names"). */
static size_t end_of_authors(struct xt_str s, size_t *out_bytes)
{
    size_t i, bytes, initial = SIZE_MAX;

    for (i = 0; i < s.n; i++) {
        bytes = stop_at(s, i);
        if (bytes == 0)
            continue;
        if (!is_initial(s, i))
            break;
        initial = i;
    }
    if (initial != SIZE_MAX && (i == s.n || is_wordy((struct xt_str){s.s + initial + 1, i - initial - 1})))
        i = initial;
    *out_bytes = i < s.n ? stop_at(s, i) : 0;
    return i;
}

static void add_authors(json_t *object, struct xt_str s)
{
    json_t *list = json_array();

    while (s.n > 0 && json_array_size(list) < AUTHORS_MAX) {
        struct xt_str one = bare(cut(&s, BETWEEN));

        if (one.n > 0 && !xt_str_is(one, "等") && !xt_str_is(one, "et al"))
            json_array_append_new(list, xt_json_text(one));
    }
    json_object_set_new(object, "authors", list);
}

static void take_authors_and_title(json_t *object, struct xt_str s)
{
    size_t bytes, n;

    s = bare(s);
    n = end_of_authors(s, &bytes);
    if (n < s.n) {
        add_authors(object, (struct xt_str){s.s, n});
        s.s += n + bytes;
        s.n -= n + bytes;
    }
    set(object, "title", bare(s));
}

/* ---- behind the mark ---- */

/* "place: publisher, year: pages" and less */
static void take_imprint(json_t *object, struct xt_str s, const char *publisher)
{
    struct xt_str first;

    s = bare(s);
    if (has(s, COMMAS)) {
        first = cut(&s, COMMAS);
        if (has(first, COLONS))
            set(object, "place", cut(&first, COLONS));
        set(object, publisher, first);
        s = xt_str_trim(s);
    }
    size_t n = date_at(s);

    set(object, n > 4 ? "date" : "year", (struct xt_str){s.s, n});
    s.s += n;
    s.n -= n;
    if (n == 0)
        set(object, publisher, cut(&s, COLONS));
    else if (has(s, COLONS))
        (void)cut(&s, COLONS);
    set(object, "pages", bare(s));
}

/* "volume(issue): pages", "(issue): pages", "volume: pages" */
static void take_volume(json_t *object, struct xt_str s)
{
    struct xt_str place = cut(&s, COLONS);

    set(object, "pages", bare(s));
    if (has(place, OPENING)) {
        set(object, "volume", bare(cut(&place, OPENING)));
        set(object, "issue", bare(cut(&place, CLOSING)));
    } else {
        set(object, "volume", bare(place));
    }
}

/* "journal, year, volume(issue): pages" */
static void take_journal(json_t *object, struct xt_str s)
{
    size_t n;

    s = bare(s);
    set(object, "journal", cut(&s, COMMAS));
    s = xt_str_trim(s);
    n = date_at(s);
    set(object, n > 4 ? "date" : "year", (struct xt_str){s.s, n});
    s.s += n;
    s.n -= n;
    if (n > 0 && s.n > 0 && !has((struct xt_str){s.s, 1}, OPENING) && !has((struct xt_str){s.s, 1}, COLONS))
        s = bare(s);
    take_volume(object, s);
}

/* "newspaper, 2013-03-16(1)" */
static void take_newspaper(json_t *object, struct xt_str s)
{
    s = bare(s);
    set(object, "journal", cut(&s, COMMAS));
    s = xt_str_trim(s);
    set(object, "date", cut(&s, OPENING));
    set(object, "pages", bare(cut(&s, CLOSING)));
}

/* "(2013-01-04)[2014-04-22]. address" */
static void take_address(json_t *object, struct xt_str s)
{
    static const char *const close[] = {"]", "］", NULL};
    size_t at;

    s = bare(s);
    if (xt_str_starts(s, "(") || xt_str_starts(s, "（")) {
        (void)cut(&s, OPENING);
        set(object, "date", cut(&s, CLOSING));
        s = bare(s);
    }
    if (xt_str_starts(s, "[")) {
        s.s++;
        s.n--;
        set(object, "accessed", cut(&s, close));
    }
    at = xt_str_find(s, XT_STR("http"));
    if (at != SIZE_MAX)
        set(object, "url", bare((struct xt_str){s.s + at, s.n - at}));
    else
        take_imprint(object, s, "publisher");
}

/* "// proceedings. place: publisher, year: pages" */
static void take_proceedings(json_t *object, struct xt_str s)
{
    size_t bytes, n;

    s = bare(s);
    while (s.n > 0 && *s.s == '/') {
        s.s++;
        s.n--;
    }
    s = bare(s);
    n = find_sign(s, STOPS, &bytes);
    if (n < s.n) {
        set(object, "book", (struct xt_str){s.s, n});
        s.s += n + bytes;
        s.n -= n + bytes;
    }
    take_imprint(object, s, "publisher");
}

/* A number of a patent office at the beginning: "CN1387401", "200610171314.3". */
static size_t patent_number_at(struct xt_str s)
{
    size_t n = 0, digits = 0;

    while (n < s.n && n < 4 && isupper((unsigned char)s.s[n]))
        n++;
    for (; n < s.n && (isalnum((unsigned char)s.s[n]) || s.s[n] == '.' || s.s[n] == '/'); n++)
        digits += isdigit((unsigned char)s.s[n]) != 0;
    while (n > 0 && s.s[n - 1] == '.')
        n--;
    return digits >= 5 ? n : 0;
}

/* The standard of 2015 puts the number behind the title: "title: 200610171314.3[P]. date" */
static void number_of_title(json_t *object)
{
    struct xt_str title = xt_json_str(object, "title"), rest = title, number;

    while (has(rest, COLONS)) {
        (void)cut(&rest, COLONS);
        number = xt_str_trim(rest);
        if (has(number, COMMAS))
            (void)cut(&number, COMMAS);
        number = xt_str_trim(number);
        if (patent_number_at(number) == number.n && number.n > 0) {
            size_t colon = (size_t)(rest.s - title.s);
            struct xt_str country = xt_str_trim((struct xt_str){rest.s, (size_t)(number.s - rest.s)});

            set(object, "number", number);
            set(object, "place", bare(country));
            while (colon > 0 && !has((struct xt_str){title.s + colon, title.n - colon}, COLONS))
                colon--;
            set(object, "title", (struct xt_str){title.s, colon});
            return;
        }
    }
}

/* "province: CN1387401,2002-12-25" */
static void take_patent(json_t *object, struct xt_str s)
{
    size_t n;

    s = bare(s);
    if (has(s, COLONS))
        set(object, "place", cut(&s, COLONS));
    s = xt_str_trim(s);
    n = date_at(s) > 4 ? 0 : patent_number_at(s);
    set(object, "number", (struct xt_str){s.s, n});
    s.s += n;
    s.n -= n;
    s = bare(s);
    set(object, "date", (struct xt_str){s.s, date_at(s)});
    if (!json_object_get(object, "number"))
        number_of_title(object);
}

/* ---- kinds ---- */

static void take_book(json_t *object, struct xt_str s)
{
    take_imprint(object, s, "publisher");
}

static void take_thesis(json_t *object, struct xt_str s)
{
    take_imprint(object, s, "school");
}

static const struct kind {
    const char *mark;
    void (*take)(json_t *object, struct xt_str behind);
} KINDS[] = {
    {"J", take_journal},     {"P", take_patent},      {"D", take_thesis},   {"M", take_book},
    {"C", take_proceedings}, {"G", take_proceedings}, {"S", take_book},     {"R", take_book},
    {"N", take_newspaper},   {"EB", take_address},    {"DB", take_address}, {"CP", take_address},
    {"DS", take_address},    {"A", take_book},        {"CM", take_book},    {"Z", take_book},
};

static const struct kind *kind_of(struct xt_str mark)
{
    size_t i;

    for (i = 0; i < XT_COUNT(KINDS); i++)
        if (xt_str_is(mark, KINDS[i].mark))
            return &KINDS[i];
    return NULL;
}

struct mark {
    size_t from, to; /* with its brackets */
    struct xt_str kind, medium;
    bool found;
};

/* The last mark of a known kind; out->kind is that of an unknown one when there is no other. */
static void find_mark(struct xt_str s, struct mark *out)
{
    size_t i;

    *out = (struct mark){0};
    for (i = 1; i + 2 < s.n; i++) {
        size_t from = i + 1, to, slash;

        if (s.s[i] != '[' || !isupper((unsigned char)s.s[from]))
            continue;
        for (slash = from; slash < s.n && isupper((unsigned char)s.s[slash]);)
            slash++;
        for (to = slash + (slash < s.n && s.s[slash] == '/'); to < s.n && isupper((unsigned char)s.s[to]);)
            to++;
        if (to >= s.n || s.s[to] != ']' || to - from > 5)
            continue;
        struct xt_str kind = {s.s + from, slash - from};

        if (!kind_of(kind) && out->found)
            continue;
        *out = (struct mark){.from = i, .to = to + 1, .kind = kind, .found = kind_of(kind) != NULL};
        if (slash < to)
            out->medium = (struct xt_str){s.s + slash + 1, to - slash - 1};
    }
}

/* "[12]" at the beginning: its bytes. */
static size_t index_at(struct xt_str s)
{
    size_t n = 1;

    if (s.n < 3 || *s.s != '[')
        return 0;
    while (n < s.n && isdigit((unsigned char)s.s[n]))
        n++;
    return n > 1 && n < s.n && s.s[n] == ']' ? n + 1 : 0;
}

enum xt_code xt_citation_parse(struct xt_str text, json_t **out, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *object = json_object();
    struct mark mark;
    size_t n;

    text = xt_str_trim(text);
    n = index_at(text);
    if (n > 0)
        set(object, "index", (struct xt_str){text.s + 1, n - 2});
    text.s += n;
    text.n -= n;
    find_mark(text, &mark);
    if (!mark.found)
        return mark.kind.n > 0 ? xt_fail(err, XT_E_INPUT, "", XT_MSG_CITATION_KIND, XT_VIEW(mark.kind))
                               : xt_fail(err, XT_E_INPUT, "", XT_MSG_CITATION_NO_MARK);
    set(object, "kind", mark.kind);
    set(object, "medium", mark.medium);
    take_authors_and_title(object, (struct xt_str){text.s, mark.from});
    if (!json_object_get(object, "title"))
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_CITATION_NO_TITLE);
    kind_of(mark.kind)->take(object, (struct xt_str){text.s + mark.to, text.n - mark.to});
    if (xt_str_is(mark.kind, "P") && !json_object_get(object, "number"))
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_CITATION_NO_NUMBER);
    *out = object;
    object = NULL;
    return XT_OK;
}

/* ---- the reader ---- */

struct citations {
    struct xt_objects base;
    struct xt_lines lines;
    const struct xt_table_limits *limits;
    bool numbered, asked;
    struct xt_text raw, next, tidy;
    int64_t next_number;
    json_t *object;
};

/* Lines of a citation: up to the next "[n]" where they are numbered, else one line. */
static enum xt_code gather(struct citations *reader, int64_t *out_number, bool *out_more, struct xt_error *err)
{
    struct xt_str line;

    xt_text_clear(&reader->raw);
    xt_text_add_str(&reader->raw, xt_text_view(&reader->next));
    *out_number = reader->next_number;
    xt_text_clear(&reader->next);
    for (;;) {
        enum xt_code rc = xt_lines_next(&reader->lines, &line, out_more, err);

        if (rc != XT_OK || !*out_more) {
            *out_more = reader->raw.n > 0;
            return rc;
        }
        line = xt_str_trim(line);
        if (line.n == 0)
            continue;
        if (!reader->asked)
            reader->numbered = index_at(line) > 0;
        reader->asked = true;
        if (reader->raw.n > 0 && (!reader->numbered || index_at(line) > 0)) {
            xt_text_add_str(&reader->next, line);
            reader->next_number = reader->lines.number;
            return XT_OK;
        }
        if (reader->raw.n == 0)
            *out_number = reader->lines.number;
        else
            xt_text_add_char(&reader->raw, '\n');
        xt_text_add_str(&reader->raw, line);
    }
}

static enum xt_code read_next(struct xt_objects *objects, struct xt_object_row *row, bool *out_more,
                              struct xt_error *err)
{
    struct citations *reader = (struct citations *)objects;
    enum xt_code rc;

    json_decref(reader->object);
    reader->object = NULL;
    rc = gather(reader, &row->number, out_more, err);
    row->bytes_done = xt_lines_done_bytes(&reader->lines);
    if (rc != XT_OK || !*out_more)
        return rc;
    row->raw = xt_text_view(&reader->raw);
    if (xt_text_overflowed(&reader->raw))
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_LONG, XT_INT(reader->limits->cell_bytes));
    xt_text_clear(&reader->tidy);
    xt_tidy_add(&reader->tidy, row->raw);
    rc = xt_citation_parse(xt_text_view(&reader->tidy), &reader->object, err);
    row->object = reader->object;
    return rc;
}

static int64_t bad(const struct xt_objects *objects)
{
    return xt_lines_bad(&((const struct citations *)objects)->lines);
}

static void close_reader(struct xt_objects *objects)
{
    struct citations *reader = (struct citations *)objects;

    xt_lines_done(&reader->lines);
    xt_text_done(&reader->raw);
    xt_text_done(&reader->next);
    xt_text_done(&reader->tidy);
    json_decref(reader->object);
    free(reader);
}

static const struct xt_objects_ops OPS = {read_next, bad, close_reader};

enum xt_code xt_citations_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                               struct xt_objects **out, struct xt_error *err)
{
    struct citations *reader = xt_calloc(1, sizeof *reader);
    size_t most = (size_t)input->limits->cell_bytes;
    enum xt_code rc;

    (void)format;
    reader->base.ops = &OPS;
    reader->limits = input->limits;
    xt_text_init(&reader->raw, most);
    xt_text_init(&reader->next, most);
    xt_text_init(&reader->tidy, most + 16);
    rc = xt_lines_open(&reader->lines, input->source, input->charset, input->bom, most, err);
    if (rc != XT_OK)
        close_reader(&reader->base);
    else
        *out = &reader->base;
    return rc;
}

/* "[1]" at the beginning of the first line, and marks in what follows; or a mark in each of several lines. */
int xt_citations_look(struct xt_str text)
{
    size_t lines = 0, marks = 0;
    bool numbered = false;
    struct mark mark;

    text = xt_str_trim(text);
    while (text.n > 0 && lines < 10) {
        struct xt_str line = xt_str_trim(xt_line_of(&text));

        if (line.n == 0)
            continue;
        if (lines++ == 0)
            numbered = index_at(line) > 0;
        find_mark(line, &mark);
        marks += mark.found;
    }
    if (numbered && 3 * marks >= lines && marks > 0)
        return 95;
    return lines >= 3 && 10 * marks >= 8 * lines ? 85 : 0;
}
