/* table_document.c - a text as one object: as it is, or what the first page of a paper says. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/table_objects.h"

#define LINES_MAX 5000u

struct document {
    struct xt_objects base;
    struct xt_window window;
    const struct xt_table_limits *limits;
    char *name;
    bool front, given;
    struct xt_text text;
    int64_t bad;
    json_t *object;
};

static void add_lines(json_t *object, struct xt_str text)
{
    json_t *lines = json_array();
    bool head = false;

    while (text.n > 0 && json_array_size(lines) < LINES_MAX) {
        struct xt_str line = xt_line_of(&text);

        json_array_append_new(lines, xt_json_text(line));
        line = xt_str_trim(line);
        while (line.n > 0 && *line.s == '#') {
            line.s++;
            line.n--;
        }
        line = xt_str_trim(line);
        if (!head && line.n > 0) {
            json_object_set_new(object, "head", xt_json_text(line));
            head = true;
        }
    }
    json_object_set_new(object, "lines", lines);
}

static enum xt_code take_all(struct document *document, struct xt_error *err)
{
    struct xt_window *w = &document->window;

    while (!w->ended) {
        enum xt_code rc = xt_window_fill(w, 0, err);

        if (rc != XT_OK)
            return rc;
        if ((int64_t)w->n > document->limits->line_bytes)
            return xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_MEMBER_LARGE, XT_TEXT(document->name),
                           XT_INT(document->limits->line_bytes));
    }
    document->bad = xt_utf8_mend(w->n > 0 ? w->s : "", w->n, &document->text);
    return XT_OK;
}

static enum xt_code read_next(struct xt_objects *objects, struct xt_object_row *row, bool *out_more,
                              struct xt_error *err)
{
    struct document *document = (struct document *)objects;
    enum xt_code rc;

    *out_more = !document->given;
    if (document->given)
        return XT_OK;
    document->given = true;
    rc = take_all(document, err);
    if (rc != XT_OK)
        return rc;
    row->number = 1;
    row->bytes_done = document->window.source->done;
    row->object = document->object = json_object();
    row->raw = xt_text_view(&document->text);
    json_object_set_new(document->object, "file", xt_json_text(xt_str(document->name)));
    if (document->front) {
        xt_front_matter_read(row->raw, document->object);
    } else {
        json_object_set_new(document->object, "text", xt_json_text(row->raw));
        add_lines(document->object, row->raw);
    }
    return XT_OK;
}

static int64_t bad(const struct xt_objects *objects)
{
    const struct document *document = (const struct document *)objects;

    return document->bad + xt_window_bad(&document->window);
}

static void close_reader(struct xt_objects *objects)
{
    struct document *document = (struct document *)objects;

    xt_window_done(&document->window);
    xt_text_done(&document->text);
    json_decref(document->object);
    free(document->name);
    free(document);
}

static const struct xt_objects_ops OPS = {read_next, bad, close_reader};

static enum xt_code open_document(struct xt_objects_input *input, bool front, struct xt_objects **out,
                                  struct xt_error *err)
{
    struct document *document = xt_calloc(1, sizeof *document);
    const char *slash = strrchr(input->name, '/');
    enum xt_code rc;

    document->base.ops = &OPS;
    document->limits = input->limits;
    document->front = front;
    document->name = xt_strdup(slash ? slash + 1 : input->name);
    xt_text_init(&document->text, 4 * (size_t)input->limits->line_bytes);
    rc = xt_window_open(&document->window, input->source, input->charset, input->bom, err);
    if (rc != XT_OK)
        close_reader(&document->base);
    else
        *out = &document->base;
    return rc;
}

enum xt_code xt_text_document_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                                   struct xt_objects **out, struct xt_error *err)
{
    (void)format;
    return open_document(input, false, out, err);
}

enum xt_code xt_front_matter_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                                  struct xt_objects **out, struct xt_error *err)
{
    (void)format;
    return open_document(input, true, out, err);
}
