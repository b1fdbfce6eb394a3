/*
 * table_jsonl.c - JSON Lines and JSON (an array of objects, or objects one after the other).
 *
 * Only the ends of values are found here, by counting brackets outside strings; jansson judges each value by itself, so
 * one that is wrong costs one row.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/table_priv.h"

struct json_reader {
    struct xt_objects base;
    struct xt_window window;
    const struct xt_table_limits *limits;
    bool by_line;
    size_t at;
    int64_t line, item;
    bool begun, array, over; /* not by line: the bracket of the array was seen, and its end */
    struct xt_text mended;
    int64_t bad;
};

static enum xt_code slide(struct json_reader *reader, struct xt_error *err)
{
    enum xt_code rc = xt_window_fill(&reader->window, reader->at, err);

    reader->at = 0;
    return rc;
}

static int64_t count_breaks(const char *s, size_t n)
{
    int64_t breaks = 0;
    size_t i;

    for (i = 0; i < n; i++)
        breaks += s[i] == '\n';
    return breaks;
}

static bool over_cap(const struct json_reader *reader, size_t n)
{
    return (int64_t)n > reader->limits->line_bytes;
}

static enum xt_code too_long(const struct json_reader *reader, struct xt_error *err)
{
    return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_LONG, XT_INT(reader->limits->line_bytes));
}

/* ---- by line ---- */

/* Drops the rest of a line that is above the cap, without keeping it. */
static enum xt_code drop_line(struct json_reader *reader, struct xt_error *err)
{
    struct xt_window *w = &reader->window;

    for (;;) {
        const char *end = memchr(w->s + reader->at, '\n', w->n - reader->at);

        if (end) {
            reader->at = (size_t)(end - w->s) + 1;
            reader->line++;
            return XT_OK;
        }
        reader->at = w->n;
        if (w->ended)
            return XT_OK;
        enum xt_code rc = slide(reader, err);

        if (rc != XT_OK)
            return rc;
    }
}

static enum xt_code next_line(struct json_reader *reader, struct xt_object_row *row, bool *out_more,
                              struct xt_error *err)
{
    struct xt_window *w = &reader->window;
    size_t looked = 0;

    for (;;) {
        const char *from = w->n > 0 ? w->s + reader->at : NULL;
        const char *end = w->n > reader->at + looked ? memchr(from + looked, '\n', w->n - reader->at - looked) : NULL;
        size_t n = end ? (size_t)(end - from) : w->n - reader->at;

        row->number = reader->line;
        if (over_cap(reader, n)) {
            enum xt_code rc = drop_line(reader, err);

            return rc != XT_OK ? rc : too_long(reader, err);
        }
        if (end || (w->ended && n > 0)) {
            reader->at += n + (end ? 1 : 0);
            reader->line++;
            row->raw = xt_str_trim((struct xt_str){from, n});
            *out_more = true;
            if (row->raw.n > 0)
                return XT_OK;
            looked = 0;
            continue;
        }
        if (w->ended) {
            *out_more = false;
            return XT_OK;
        }
        looked = n;
        enum xt_code rc = slide(reader, err);

        if (rc != XT_OK)
            return rc;
    }
}

/* ---- value by value ---- */

struct value_scan {
    size_t at; /* behind what was looked at */
    unsigned depth;
    bool quoted;
    bool escaped;
};

/* True once the value that begins at s is over; scan->at is then its length. */
static bool value_over(struct value_scan *scan, const char *s, size_t n)
{
    size_t i;

    for (i = scan->at; i < n; i++) {
        char c = s[i];

        if (scan->escaped) {
            scan->escaped = false;
        } else if (scan->quoted) {
            scan->escaped = c == '\\';
            scan->quoted = c != '"';
        } else if (c == '"') {
            scan->quoted = true;
        } else if (c == '{' || c == '[') {
            scan->depth++;
        } else if (c == '}' || c == ']') {
            if (scan->depth == 0) { /* the end of the array around */
                scan->at = i;
                return true;
            }
            if (--scan->depth == 0) {
                scan->at = i + 1;
                return true;
            }
        } else if (scan->depth == 0 && (c == ',' || c == '\n') && i > 0) {
            scan->at = i;
            return true;
        }
    }
    scan->at = n;
    return false;
}

/* Moves to the next byte that is no white space and no comma; *out_byte -1 at the end. */
static enum xt_code next_byte(struct json_reader *reader, int *out_byte, struct xt_error *err)
{
    struct xt_window *w = &reader->window;

    for (;;) {
        for (; reader->at < w->n; reader->at++) {
            char c = w->s[reader->at];

            if (c == '\n')
                reader->line++;
            else if (c != ' ' && c != '\t' && c != '\r' && c != ',') {
                *out_byte = (unsigned char)c;
                return XT_OK;
            }
        }
        *out_byte = -1;
        if (w->ended)
            return XT_OK;
        enum xt_code rc = slide(reader, err);

        if (rc != XT_OK)
            return rc;
    }
}

static enum xt_code next_value(struct json_reader *reader, struct xt_object_row *row, bool *out_more,
                               struct xt_error *err)
{
    struct xt_window *w = &reader->window;
    struct value_scan scan = {0};
    bool dropped = false;
    int byte;
    enum xt_code rc = next_byte(reader, &byte, err);

    if (rc == XT_OK && !reader->begun && byte == '[') {
        reader->array = true;
        reader->at++;
        rc = next_byte(reader, &byte, err);
    }
    reader->begun = true;
    if (rc != XT_OK)
        return rc;
    *out_more = byte >= 0 && !reader->over && !(reader->array && byte == ']');
    if (!*out_more) {
        reader->over = true;
        return XT_OK;
    }
    row->number = ++reader->item;
    while (!value_over(&scan, w->s + reader->at, w->n - reader->at) && !w->ended) {
        if (over_cap(reader, scan.at)) { /* goes on looking for its end, but keeps nothing */
            dropped = true;
            reader->line += count_breaks(w->s + reader->at, scan.at);
            reader->at += scan.at;
            scan.at = 0;
        }
        rc = slide(reader, err);
        if (rc != XT_OK)
            return rc;
    }
    if (scan.at == 0 && !dropped) /* a closing bracket that closes nothing */
        scan.at = 1;
    row->raw = xt_str_trim((struct xt_str){w->s + reader->at, scan.at});
    reader->line += count_breaks(w->s + reader->at, scan.at);
    reader->at += scan.at;
    return dropped || over_cap(reader, scan.at) ? too_long(reader, err) : XT_OK;
}

/* ---- as objects ---- */

static enum xt_code json_next(struct xt_objects *objects, struct xt_object_row *row, bool *out_more,
                              struct xt_error *err)
{
    struct json_reader *reader = (struct json_reader *)objects;
    struct xt_bad_place place;
    enum xt_code rc;
    size_t at;

    row->number = reader->item;
    rc = reader->by_line ? next_line(reader, row, out_more, err) : next_value(reader, row, out_more, err);
    row->bytes_done = reader->window.source->done;
    row->bad = 0;
    while (xt_window_fault(&reader->window, reader->at, &at, &place))
        row->bad++;
    if (rc == XT_OK && *out_more && !xt_ascii_clean(row->raw.s, row->raw.n) && !xt_utf8_valid(row->raw.s, row->raw.n)) {
        xt_text_clear(&reader->mended);
        int64_t bad = xt_utf8_mend(row->raw.s, row->raw.n, &reader->mended);

        reader->bad += bad;
        row->bad += bad;
        row->raw = xt_text_view(&reader->mended);
    }
    return rc;
}

static int64_t json_bad(const struct xt_objects *objects)
{
    const struct json_reader *reader = (const struct json_reader *)objects;

    return reader->bad + xt_window_bad(&reader->window);
}

static void json_close(struct xt_objects *objects)
{
    struct json_reader *reader = (struct json_reader *)objects;

    xt_window_done(&reader->window);
    xt_text_done(&reader->mended);
    free(reader);
}

static const struct xt_objects_ops JSON_OPS = {json_next, json_bad, json_close};

enum xt_code xt_jsonl_open(struct xt_source **source, enum xt_charset charset, size_t bom, bool by_line,
                           const struct xt_table_limits *limits, struct xt_objects **out, struct xt_error *err)
{
    struct json_reader *reader = xt_calloc(1, sizeof *reader);
    enum xt_code rc;

    reader->base.ops = &JSON_OPS;
    reader->limits = limits;
    reader->by_line = by_line;
    reader->line = 1;
    xt_text_init(&reader->mended, 4 * ((size_t)limits->line_bytes + XT_MIB));
    rc = xt_window_open(&reader->window, source, charset, bom, err);
    if (rc != XT_OK)
        json_close(&reader->base);
    else
        *out = &reader->base;
    return rc;
}
