/*
 * table_sql_copy.c - the COPY blocks of a PostgreSQL dump (pg_dump, text format): one object a row.
 *
 * "COPY public.tool (id, name) FROM stdin;", rows of cells between tabs, "\." at the end. \N is null; backslashes escape
 * as in "COPY, Text Format" of the PostgreSQL manual. All other statements are passed over.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/table_objects.h"

struct sql_copy {
    struct xt_objects base;
    struct xt_lines lines;
    const struct xt_table_limits *limits;
    char *name, *wanted; /* of the file; the table asked for, or NULL */
    char *table;         /* of the block at hand */
    char **columns;
    size_t count, capacity;
    bool inside, any, any_block, may_be_empty;
    struct xt_text value;
    json_t *object;
};

/* ---- the head of a block ---- */

static void drop_columns(struct sql_copy *reader)
{
    size_t i;

    for (i = 0; i < reader->count; i++)
        free(reader->columns[i]);
    reader->count = 0;
    free(reader->table);
    reader->table = NULL;
}

/* A name, plain or in quotes, at *s; behind it afterwards. */
static char *take_name(struct xt_str *s)
{
    XT_AUTO(xt_text_done) struct xt_text name = {0};

    xt_text_init(&name, 4 * XT_KIB);
    *s = xt_str_trim(*s);
    if (s->n > 0 && *s->s == '"') {
        for (s->s++, s->n--; s->n > 0; s->s++, s->n--) {
            if (*s->s == '"' && (s->n == 1 || s->s[1] != '"')) {
                s->s++;
                s->n--;
                break;
            }
            s->s += *s->s == '"';
            s->n -= s->n > 1 && s->s[-1] == '"';
            xt_text_add_char(&name, *s->s);
        }
    } else {
        for (; s->n > 0 && !strchr(" .,()\t", *s->s); s->s++, s->n--)
            xt_text_add_char(&name, *s->s);
    }
    return xt_text_take(&name);
}

static bool take_sign(struct xt_str *s, char sign)
{
    *s = xt_str_trim(*s);
    if (s->n == 0 || *s->s != sign)
        return false;
    s->s++;
    s->n--;
    return true;
}

/* "COPY schema.table (a, b) FROM stdin;" */
static bool begin_block(struct sql_copy *reader, struct xt_str line)
{
    if (!xt_str_starts(line, "COPY ") || xt_str_find(line, XT_STR(" FROM stdin")) == SIZE_MAX)
        return false;
    line.s += 5;
    line.n -= 5;
    drop_columns(reader);
    reader->table = take_name(&line);
    if (take_sign(&line, '.')) {
        free(reader->table);
        reader->table = take_name(&line);
    }
    if (take_sign(&line, '('))
        do {
            if (reader->count >= (size_t)reader->limits->columns)
                break;
            xt_grow(&reader->columns, &reader->capacity, reader->count + 1, sizeof *reader->columns);
            reader->columns[reader->count++] = take_name(&line);
        } while (take_sign(&line, ','));
    reader->any_block = true;
    return true;
}

/* ---- rows ---- */

static size_t add_digits(struct xt_str s, unsigned base, size_t most, struct xt_text *out)
{
    unsigned value = 0;
    size_t n = 0;

    while (n < most && n < s.n && isxdigit((unsigned char)s.s[n])) {
        unsigned digit = isdigit((unsigned char)s.s[n]) ? (unsigned)(s.s[n] - '0')
                                                        : (unsigned)(tolower((unsigned char)s.s[n]) - 'a') + 10;

        if (digit >= base)
            break;
        value = value * base + digit;
        n++;
    }
    if (value > 0)
        xt_text_add_char(out, (char)(value & 0xFF));
    return n;
}

static void unescape(struct xt_str cell, struct xt_text *out)
{
    static const char from[] = "bfnrtv", to[] = "\b\f\n\r\t\v";
    size_t i;

    xt_text_clear(out);
    for (i = 0; i < cell.n; i++) {
        char c = cell.s[i];
        const char *known;

        if (c != '\\' || i + 1 == cell.n) {
            xt_text_add_char(out, c);
            continue;
        }
        c = cell.s[++i];
        known = strchr(from, c);
        if (known)
            xt_text_add_char(out, to[known - from]);
        else if (c == 'x' && i + 1 < cell.n)
            i += add_digits((struct xt_str){cell.s + i + 1, cell.n - i - 1}, 16, 2, out);
        else if (c >= '0' && c < '8')
            i += add_digits((struct xt_str){cell.s + i, cell.n - i}, 8, 3, out) - 1;
        else
            xt_text_add_char(out, c);
    }
}

static enum xt_code object_of(struct sql_copy *reader, struct xt_str line, json_t **out, struct xt_error *err)
{
    json_t *object = json_object();
    size_t count = 0;
    bool more = true;

    json_object_set_new(object, "#table", xt_json_text(xt_str(reader->table)));
    while (more) {
        const char *tab = line.n > 0 ? memchr(line.s, '\t', line.n) : NULL;
        struct xt_str cell = {line.s, tab ? (size_t)(tab - line.s) : line.n};

        more = tab != NULL;
        line.s += cell.n + more;
        line.n -= cell.n + more;
        if (count < reader->count) {
            unescape(cell, &reader->value);
            json_object_set_new(object, reader->columns[count],
                                xt_str_is(cell, "\\N") ? json_null() : xt_json_text(xt_text_view(&reader->value)));
        }
        count++;
    }
    *out = object;
    return count == reader->count ? XT_OK
                                  : xt_fail(err, XT_E_INPUT, "", XT_MSG_SQL_COLUMNS, XT_TEXT(reader->table),
                                            XT_INT(count), XT_INT(reader->count));
}

/* ---- the reader ---- */

static bool wants_block(const struct sql_copy *reader)
{
    return !reader->wanted || strcmp(reader->wanted, reader->table) == 0;
}

static enum xt_code at_end(const struct sql_copy *reader, struct xt_error *err)
{
    if (reader->may_be_empty)
        return XT_OK;
    if (!reader->any_block)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_SQL_NO_COPY, XT_TEXT(reader->name));
    if (!reader->any && reader->wanted)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_SQL_NO_TABLE, XT_TEXT(reader->name), XT_TEXT(reader->wanted));
    return XT_OK;
}

static enum xt_code read_next(struct xt_objects *objects, struct xt_object_row *row, bool *out_more,
                              struct xt_error *err)
{
    struct sql_copy *reader = (struct sql_copy *)objects;
    struct xt_str line;

    json_decref(reader->object);
    reader->object = NULL;
    for (;;) {
        enum xt_code rc = xt_lines_next(&reader->lines, &line, out_more, err);

        row->bytes_done = xt_lines_done_bytes(&reader->lines);
        if (rc != XT_OK)
            return rc;
        if (!*out_more)
            return at_end(reader, err);
        if (!reader->inside) {
            reader->inside = begin_block(reader, line);
            continue;
        }
        reader->inside = !xt_str_is(line, "\\.");
        if (!reader->inside || !wants_block(reader))
            continue;
        reader->any = true;
        row->number = reader->lines.number;
        row->raw = line;
        if (reader->lines.cut)
            return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_LONG, XT_INT(reader->limits->line_bytes));
        rc = object_of(reader, line, &reader->object, err);
        row->object = rc == XT_OK ? reader->object : NULL;
        return rc;
    }
}

static int64_t bad(const struct xt_objects *objects)
{
    return xt_lines_bad(&((const struct sql_copy *)objects)->lines);
}

static void close_reader(struct xt_objects *objects)
{
    struct sql_copy *reader = (struct sql_copy *)objects;

    xt_lines_done(&reader->lines);
    drop_columns(reader);
    free(reader->columns);
    free(reader->name);
    free(reader->wanted);
    xt_text_done(&reader->value);
    json_decref(reader->object);
    free(reader);
}

static const struct xt_objects_ops OPS = {read_next, bad, close_reader};

enum xt_code xt_sql_copy_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                              struct xt_objects **out, struct xt_error *err)
{
    struct sql_copy *reader = xt_calloc(1, sizeof *reader);
    size_t most = (size_t)input->limits->line_bytes;
    enum xt_code rc;

    (void)format;
    reader->base.ops = &OPS;
    reader->limits = input->limits;
    reader->may_be_empty = input->member;
    reader->name = xt_strdup(input->name);
    reader->wanted = input->records ? xt_strdup(input->records) : NULL;
    xt_text_init(&reader->value, most);
    rc = xt_lines_open(&reader->lines, input->source, input->charset, input->bom, most, err);
    if (rc != XT_OK)
        close_reader(&reader->base);
    else
        *out = &reader->base;
    return rc;
}

int xt_sql_copy_look(struct xt_str text)
{
    size_t copy = xt_str_find(text, XT_STR("\nCOPY "));

    text = xt_str_trim(text);
    if (xt_str_starts(text, "--\n-- PostgreSQL database dump"))
        return 98;
    if (xt_str_starts(text, "COPY "))
        copy = 0;
    return copy != SIZE_MAX &&
                   xt_str_find((struct xt_str){text.s + copy, text.n - copy}, XT_STR(" FROM stdin;")) != SIZE_MAX
               ? 95
               : 0;
}
