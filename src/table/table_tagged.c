/*
 * table_tagged.c - exports of literature databases and patent offices whose lines begin with a tag.
 *
 * A row per format says how a tag looks, with which one a record begins, how values go on, which lines are values of
 * their own, and which tags hold lists. One loop gathers the lines of a record, another makes the object.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/table_objects.h"

#define VALUES_MAX 20000

/* A tag and its value; false where the line goes on with the value before. */
typedef bool tag_of_line(struct xt_str line, struct xt_str *out_tag, struct xt_str *out_value);

struct tag_list {
    const char *tag;
    const char *separators;
};

struct xt_tagged_format {
    const char *name;
    tag_of_line *tag;
    const char *begin;            /* tag of a record's first line */
    const char *end;              /* of its last; may be NULL */
    const char *const *around;    /* tags of lines that belong to the file, not to a record */
    bool blank_ends;              /* so does an empty line, when a tag follows it */
    char joint;                   /* between the lines of a value: ' ' or '\n' */
    const char *const *by_line;   /* tags each line of which is a value of its own */
    const struct tag_list *lists; /* tags that hold several values */
    const char *const *sections;  /* tags without value that begin a group: "INVT" -> INVT.NAM */
    bool capitals;                /* tags are written in either case: made capitals */
};

struct tagged {
    struct xt_objects base;
    struct xt_lines lines;
    const struct xt_tagged_format *format;
    const struct xt_table_limits *limits;
    struct xt_text raw;  /* the lines of the record at hand */
    struct xt_text next; /* first line of the one behind it */
    int64_t next_number;
    bool has_next, over;
    struct xt_text value;
    json_t *object;
};

/* ---- how tags look ---- */

static bool is_capital(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static struct xt_str from(struct xt_str line, size_t at)
{
    return at < line.n ? xt_str_trim((struct xt_str){line.s + at, line.n - at}) : XT_STR("");
}

/* "TY  - JOUR", "PMID- 123": up to four letters, a dash in the fifth place. Some write one blank less. */
static bool tag_dash(struct xt_str line, struct xt_str *out_tag, struct xt_str *out_value)
{
    size_t n = 0, dash;

    while (n < line.n && n < 4 && is_capital(line.s[n]))
        n++;
    for (dash = n; dash < line.n && dash < 5 && line.s[dash] == ' ';)
        dash++;
    if (n < 2 || dash >= line.n || dash < 3 || line.s[dash] != '-' || (dash + 1 < line.n && line.s[dash + 1] != ' '))
        return false;
    *out_tag = (struct xt_str){line.s, n};
    *out_value = from(line, dash + 1);
    return true;
}

/* "%A Name" */
static bool tag_percent(struct xt_str line, struct xt_str *out_tag, struct xt_str *out_value)
{
    if (line.n < 2 || line.s[0] != '%' || line.s[1] <= ' ' || (line.n > 2 && line.s[2] != ' '))
        return false;
    *out_tag = (struct xt_str){line.s, 2};
    *out_value = from(line, 2);
    return true;
}

/* "AU Name", going on with "   Name" */
static bool tag_two(struct xt_str line, struct xt_str *out_tag, struct xt_str *out_value)
{
    if (line.n < 2 || line.s[0] < 'A' || line.s[0] > 'Z' || !is_capital(line.s[1]) || (line.n > 2 && line.s[2] != ' '))
        return false;
    *out_tag = (struct xt_str){line.s, 2};
    *out_value = from(line, 2);
    return true;
}

/* RefWorks: as above, but abstracts go on without indent, and "vo" is written small: only its own tags count. */
static bool tag_refworks(struct xt_str line, struct xt_str *out_tag, struct xt_str *out_value)
{
    static const char tags[] =
        " RT SR ID A1 A2 A3 A4 A5 A6 T1 T2 T3 JF JO YR FD VO IS SP OP K1 AB NO PB PP ED SN CN AD "
        "AN LA CL SF OT LK DO DS DB UL RD WT WV WP U1 U2 U3 U4 U5 ";
    char wanted[5] = "    ";

    if (line.n < 2 || (line.n > 2 && line.s[2] != ' '))
        return false;
    wanted[1] = (char)toupper((unsigned char)line.s[0]);
    wanted[2] = (char)toupper((unsigned char)line.s[1]);
    if (!isalnum((unsigned char)wanted[1]) || !isalnum((unsigned char)wanted[2]) || !strstr(tags, wanted) ||
        (islower((unsigned char)line.s[0]) && strcmp(wanted, " VO ") != 0))
        return false;
    *out_tag = (struct xt_str){line.s, 2};
    *out_value = from(line, 2);
    return true;
}

/* "{Author}: Name" */
static bool tag_braces(struct xt_str line, struct xt_str *out_tag, struct xt_str *out_value)
{
    const char *close = line.n > 2 && line.s[0] == '{' ? memchr(line.s, '}', line.n < 80 ? line.n : 80) : NULL;
    size_t at;

    if (!close || close == line.s + 1)
        return false;
    at = (size_t)(close - line.s) + 1;
    if (at >= line.n || line.s[at] != ':')
        return false;
    *out_tag = (struct xt_str){line.s + 1, at - 2};
    *out_value = from(line, at + 1);
    return true;
}

/* "Title-题名: value"; the first line of a record is "DataType: 1". */
static bool tag_estudy(struct xt_str line, struct xt_str *out_tag, struct xt_str *out_value)
{
    size_t n = 0, colon;

    while (n < line.n && n < 30 && isalpha((unsigned char)line.s[n]))
        n++;
    *out_tag = (struct xt_str){line.s, n};
    for (colon = n; colon < line.n && colon < 80 && line.s[colon] != ':';)
        colon++;
    if (n < 2 || colon >= line.n || line.s[colon] != ':')
        return false;
    if (!xt_str_is(*out_tag, "DataType") &&
        (colon < n + 2 || line.s[n] != '-' || !((unsigned char)line.s[n + 1] & 0x80)))
        return false;
    *out_value = from(line, colon + 1);
    return true;
}

/* "WKU  039327094": up to four letters, the value from the sixth place; a lone tag begins a group. */
static bool tag_greenbook(struct xt_str line, struct xt_str *out_tag, struct xt_str *out_value)
{
    size_t n = 0, i;

    while (n < line.n && n < 4 && is_capital(line.s[n]))
        n++;
    for (i = n; i < line.n && i < 5; i++)
        if (line.s[i] != ' ')
            return false;
    if (n < 3)
        return false;
    *out_tag = (struct xt_str){line.s, n};
    *out_value = from(line, 5);
    return true;
}

/* ---- the formats ---- */

static const char *const WOS_AROUND[] = {"FN", "VR", "EF", NULL};
static const char *const WOS_BY_LINE[] = {"AU", "AF", "BA", "BF", "BE", "C1", "CR", "GP", NULL};
static const struct tag_list WOS_LISTS[] = {{"DE", ";"}, {"ID", ";"}, {"SC", ";"},
                                            {"WC", ";"}, {"OI", ";"}, {NULL, NULL}};
const struct xt_tagged_format xt_tagged_wos = {.name = "Web of Science",
                                               .tag = tag_two,
                                               .begin = "PT",
                                               .end = "ER",
                                               .around = WOS_AROUND,
                                               .joint = ' ',
                                               .by_line = WOS_BY_LINE,
                                               .lists = WOS_LISTS};

const struct xt_tagged_format xt_tagged_ris = {
    .name = "RIS", .tag = tag_dash, .begin = "TY", .end = "ER", .joint = '\n'};

const struct xt_tagged_format xt_tagged_nbib = {.name = "PubMed", .tag = tag_dash, .begin = "PMID", .joint = ' '};

static const struct tag_list ENDNOTE_LISTS[] = {{"%K", ";\n"}, {NULL, NULL}};
const struct xt_tagged_format xt_tagged_endnote = {
    .name = "EndNote", .tag = tag_percent, .begin = "%0", .blank_ends = true, .joint = '\n', .lists = ENDNOTE_LISTS};

static const struct tag_list REFWORKS_LISTS[] = {{"A1", ";"}, {"A2", ";"}, {"AD", ";"},
                                                 {"K1", ";"}, {"LA", ";"}, {NULL, NULL}};
const struct xt_tagged_format xt_tagged_refworks = {
    .name = "RefWorks", .tag = tag_refworks, .begin = "RT", .joint = '\n', .lists = REFWORKS_LISTS, .capitals = true};

static const struct tag_list NOTEEXPRESS_LISTS[] = {{"Keywords", ";"}, {"Translated Keywords", ";"}, {NULL, NULL}};
const struct xt_tagged_format xt_tagged_noteexpress = {
    .name = "NoteExpress", .tag = tag_braces, .begin = "Reference Type", .joint = '\n', .lists = NOTEEXPRESS_LISTS};

static const struct tag_list ESTUDY_LISTS[] = {{"Author", ";"}, {"Keyword", ";"}, {"Organ", ";"}, {NULL, NULL}};
const struct xt_tagged_format xt_tagged_estudy = {
    .name = "E-Study", .tag = tag_estudy, .begin = "DataType", .joint = '\n', .lists = ESTUDY_LISTS};

static const char *const GREENBOOK_SECTIONS[] = {"INVT", "ASSG", "PRIR", "REIS", "RLAP", "CLAS", "UREF",
                                                 "FREF", "OREF", "LREP", "PCTA", "ABST", "GOVT", "PARN",
                                                 "BSUM", "DRWD", "DETD", "CLMS", "DCLM", NULL};
const struct xt_tagged_format xt_tagged_greenbook = {
    .name = "USPTO Greenbook", .tag = tag_greenbook, .begin = "PATN", .joint = ' ', .sections = GREENBOOK_SECTIONS};

/* ---- how they are recognised ---- */

static bool among(struct xt_str tag, const char *const *list)
{
    for (; list && *list; list++)
        if (xt_str_is(tag, *list))
            return true;
    return false;
}

static bool same_tag(struct xt_str tag, const char *wanted)
{
    return tag.n == strlen(wanted) && strncasecmp(tag.s, wanted, tag.n) == 0;
}

/* The first line with text begins a record (or the file), and tags follow it. */
static int look(const struct xt_tagged_format *format, struct xt_str text)
{
    size_t tags = 0, lines = 0;
    bool begun = false;
    struct xt_str tag, value;

    text = xt_str_trim(text);
    while (text.n > 0 && lines < 12) {
        struct xt_str line = xt_line_of(&text);

        if (xt_str_trim(line).n == 0)
            continue;
        lines++;
        if (!format->tag(line, &tag, &value)) {
            if (lines == 1)
                return 0;
            continue;
        }
        tags++;
        begun |= same_tag(tag, format->begin);
        if (lines == 1 && !begun && !among(tag, format->around))
            return 0;
    }
    return begun && tags >= 3 ? 95 : 0;
}

int xt_wos_look(struct xt_str text)
{
    return look(&xt_tagged_wos, text);
}

int xt_ris_look(struct xt_str text)
{
    return look(&xt_tagged_ris, text);
}

int xt_nbib_look(struct xt_str text)
{
    return look(&xt_tagged_nbib, text);
}

int xt_endnote_look(struct xt_str text)
{
    return look(&xt_tagged_endnote, text);
}

int xt_refworks_look(struct xt_str text)
{
    return look(&xt_tagged_refworks, text);
}

int xt_noteexpress_look(struct xt_str text)
{
    return look(&xt_tagged_noteexpress, text);
}

int xt_estudy_look(struct xt_str text)
{
    return look(&xt_tagged_estudy, text);
}

int xt_greenbook_look(struct xt_str text)
{
    return look(&xt_tagged_greenbook, text);
}

/* ---- the lines of a record ---- */

static void keep_line(struct tagged *reader, struct xt_str line)
{
    xt_text_add_str(&reader->raw, line);
    xt_text_add_char(&reader->raw, '\n');
}

enum line_place { LINE_INSIDE, LINE_BEGINS, LINE_ENDS, LINE_AROUND };

static enum line_place place_of(const struct tagged *reader, struct xt_str line, bool after_blank)
{
    const struct xt_tagged_format *format = reader->format;
    struct xt_str tag, value;

    if (!format->tag(line, &tag, &value))
        return LINE_INSIDE;
    if (same_tag(tag, format->begin) || (after_blank && format->blank_ends))
        return LINE_BEGINS;
    if (format->end && xt_str_is(tag, format->end))
        return LINE_ENDS;
    return among(tag, format->around) ? LINE_AROUND : LINE_INSIDE;
}

static void keep_for_next(struct tagged *reader, struct xt_str line)
{
    xt_text_clear(&reader->next);
    xt_text_add_str(&reader->next, line);
    reader->next_number = reader->lines.number;
    reader->has_next = true;
}

/* Gathers lines up to the end of the record. *out_stray: they do not belong to any. */
static enum xt_code gather(struct tagged *reader, int64_t *out_number, bool *out_stray, bool *out_more,
                           struct xt_error *err)
{
    bool blank = false, begun = reader->has_next;
    struct xt_str line;

    xt_text_clear(&reader->raw);
    *out_number = reader->next_number;
    *out_stray = false;
    if (begun)
        keep_line(reader, xt_text_view(&reader->next));
    reader->has_next = false;
    for (;;) {
        enum xt_code rc = xt_lines_next(&reader->lines, &line, out_more, err);

        if (rc != XT_OK || !*out_more) {
            *out_more = begun;
            return rc;
        }
        enum line_place place = place_of(reader, line, blank);

        blank = xt_str_trim(line).n == 0;
        if (place == LINE_BEGINS && begun) {
            keep_for_next(reader, line);
            return XT_OK;
        }
        if (place == LINE_ENDS && begun)
            return XT_OK;
        if (place == LINE_AROUND || place == LINE_ENDS || (blank && !begun))
            continue;
        if (!begun) {
            *out_number = reader->lines.number;
            *out_stray = place != LINE_BEGINS;
            begun = true;
        }
        keep_line(reader, line);
    }
}

/* ---- the object of a record ---- */

struct build {
    struct tagged *reader;
    json_t *object, *group; /* the record, and the part of it that is open (sections) */
    struct xt_str tag;
    char name[84];
    bool any;
    size_t values;
};

static const char *separators_of(const struct xt_tagged_format *format, struct xt_str tag)
{
    const struct tag_list *list;

    for (list = format->lists; list && list->tag; list++)
        if (xt_str_is(tag, list->tag))
            return list->separators;
    return NULL;
}

static void add_value(struct build *build, struct xt_str value)
{
    value = xt_str_trim(value);
    if (value.n == 0 || build->values++ > VALUES_MAX)
        return;
    xt_object_add(build->group ? build->group : build->object, xt_str(build->name), xt_json_text(value));
}

/* The value gathered for the tag, whole or divided. */
static void flush(struct build *build)
{
    struct xt_text *text = &build->reader->value;
    const char *separators = build->any ? separators_of(build->reader->format, xt_str(build->name)) : NULL;
    struct xt_str rest = xt_text_view(text);
    size_t n;

    if (!separators) {
        add_value(build, rest);
    } else {
        while (rest.n > 0) {
            for (n = 0; n < rest.n && !strchr(separators, rest.s[n]);)
                n++;
            add_value(build, (struct xt_str){rest.s, n});
            n += n < rest.n;
            rest.s += n;
            rest.n -= n;
        }
    }
    xt_text_clear(text);
    build->any = false;
}

static void name_tag(struct build *build, struct xt_str tag)
{
    size_t i, n = xt_utf8_clip(tag.s, tag.n, sizeof build->name - 1);

    memcpy(build->name, tag.s, n);
    build->name[n] = '\0';
    for (i = 0; build->reader->format->capitals && i < n; i++)
        build->name[i] = (char)toupper((unsigned char)build->name[i]);
}

static void take_line(struct build *build, struct xt_str line)
{
    const struct xt_tagged_format *format = build->reader->format;
    struct xt_text *text = &build->reader->value;
    struct xt_str tag, value;

    if (format->tag(line, &tag, &value)) {
        flush(build);
        if (value.n == 0 && among(tag, format->sections)) {
            if (build->values++ > VALUES_MAX)
                return;
            build->group = json_object();
            xt_object_add(build->object, tag, build->group); /* lent by the record from here on */
            return;
        }
        name_tag(build, tag);
        build->any = true;
        xt_text_add_str(text, value);
        return;
    }
    value = xt_str_trim(line);
    if (value.n == 0 || !build->any)
        return;
    if (among(xt_str(build->name), format->by_line)) {
        add_value(build, xt_text_view(text));
        xt_text_clear(text);
    } else if (text->n > 0) {
        xt_text_add_char(text, format->joint);
    }
    xt_text_add_str(text, value);
}

static json_t *object_of(struct tagged *reader, struct xt_str raw, struct xt_error *err)
{
    struct build build = {.reader = reader, .object = json_object()};

    while (raw.n > 0)
        take_line(&build, xt_line_of(&raw));
    flush(&build);
    if (build.values <= VALUES_MAX)
        return build.object;
    json_decref(build.object);
    (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_TAGGED_MANY, XT_INT(VALUES_MAX));
    return NULL;
}

/* ---- the reader ---- */

static enum xt_code read_next(struct xt_objects *objects, struct xt_object_row *row, bool *out_more,
                              struct xt_error *err)
{
    struct tagged *reader = (struct tagged *)objects;
    bool stray;
    enum xt_code rc;

    json_decref(reader->object);
    reader->object = NULL;
    rc = gather(reader, &row->number, &stray, out_more, err);
    row->bytes_done = xt_lines_done_bytes(&reader->lines);
    if (rc != XT_OK || !*out_more)
        return rc;
    row->raw = xt_text_view(&reader->raw);
    if (xt_text_overflowed(&reader->raw))
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_LONG, XT_INT(reader->limits->line_bytes));
    if (stray)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_TAGGED_START, XT_INT(row->number), XT_TEXT(reader->format->begin));
    row->object = reader->object = object_of(reader, row->raw, err);
    return reader->object ? XT_OK : XT_E_INPUT;
}

static int64_t bad(const struct xt_objects *objects)
{
    return xt_lines_bad(&((const struct tagged *)objects)->lines);
}

static void close_reader(struct xt_objects *objects)
{
    struct tagged *reader = (struct tagged *)objects;

    xt_lines_done(&reader->lines);
    xt_text_done(&reader->raw);
    xt_text_done(&reader->next);
    xt_text_done(&reader->value);
    json_decref(reader->object);
    free(reader);
}

static const struct xt_objects_ops OPS = {read_next, bad, close_reader};

enum xt_code xt_tagged_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                            struct xt_objects **out, struct xt_error *err)
{
    struct tagged *reader = xt_calloc(1, sizeof *reader);
    size_t most = (size_t)input->limits->line_bytes;
    enum xt_code rc;

    reader->base.ops = &OPS;
    reader->format = format->details;
    reader->limits = input->limits;
    xt_text_init(&reader->raw, most);
    xt_text_init(&reader->next, most);
    xt_text_init(&reader->value, most);
    rc = xt_lines_open(&reader->lines, input->source, input->charset, input->bom, most, err);
    if (rc != XT_OK)
        close_reader(&reader->base);
    else
        *out = &reader->base;
    return rc;
}
