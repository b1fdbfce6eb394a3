/* export.c - records out, one after the other. */
#include "exchange/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/time.h"
#include "exchange/links.h"

#define CELL_MAX     ((size_t)4 * XT_MIB)
#define READ_WAIT_MS 10000

struct export
{
    struct xt_node *node;
    const struct xt_export_options *options;
    struct xt_conn *conn;
    struct xt_out *out;
    struct xt_arena arena; /* of columns */
    struct xt_str *cells;
    struct xt_text *texts;
    size_t column_count;
    int64_t count, said, began;
};

/* ---- columns ---- */

static enum xt_cell_kind cell_kind(const struct xt_field *field)
{
    if (field->many)
        return XT_CELL_TEXT;
    switch (field->kind) {
    case XT_KIND_INTEGER:
    case XT_KIND_DECIMAL:
    case XT_KIND_MONEY:
    case XT_KIND_YEAR:
        return XT_CELL_NUMBER;
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_BOOL:
    case XT_KIND_DATE: /* "2016" and "2016-03" are dates here, not in a workbook */
    case XT_KIND_CODE:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_URL:
    case XT_KIND_EMAIL:
    case XT_KIND_LINK:
    case XT_KIND_GROUP:
    case XT_KINDS:
        break;
    }
    return XT_CELL_TEXT;
}

/* Two fields with one label are told apart by their names. */
static const char *head_of(const struct xt_type *type, const struct xt_field *field, enum xt_lang lang)
{
    const char *label = field->labels[lang] ? field->labels[lang] : field->name;

    return xt_type_field_by_head(type, xt_str(label)) == field ? label : field->name;
}

struct xt_out_column *xt_export_columns(const struct xt_type *type, enum xt_lang lang, struct xt_arena *arena,
                                        size_t *out_count)
{
    struct xt_out_column *columns = xt_arena_alloc(arena, (type->field_count + 1) * sizeof *columns);
    size_t n = 0, i;

    columns[n++] = (struct xt_out_column){.head = "_key", .width = 36};
    for (i = 0; i < type->field_count; i++) {
        if (type->fields[i].visibility < XT_PRIVATE)
            columns[n++] = (struct xt_out_column){.head = head_of(type, &type->fields[i], lang),
                                                  .kind = cell_kind(&type->fields[i])};
    }
    *out_count = n;
    return columns;
}

/* ---- rows ---- */

/* Whether the values of a field with many would come apart again where they were not joined. */
static bool needs_json(const struct xt_field *field, const json_t *value)
{
    json_t *item;
    size_t i;

    json_array_foreach (value, i, item) {
        struct xt_str s = field->kind == XT_KIND_LINK ? xt_json_str(item, "label") : xt_json_view(item);

        if (s.n > 0 && (s.s[0] == '[' || memchr(s.s, ';', s.n) || memchr(s.s, '\n', s.n) ||
                        xt_str_find(s, XT_STR("；")) != SIZE_MAX))
            return true;
        if (field->kind == XT_KIND_LINK && xt_json_str(item, "ref").n == 0 &&
            (xt_str_ends(s, ">") || memchr(s.s, ':', s.n)))
            return true;
    }
    return false;
}

static void write_cell(const struct xt_field *field, const json_t *value, struct xt_text *out)
{
    if (field->many && field->kind != XT_KIND_GROUP && needs_json(field, value)) {
        struct xt_json w;

        xt_json_init(&w, out);
        xt_json_add_tree(&w, value);
    } else {
        xt_field_to_text(field, value, out);
    }
}

static enum xt_code write_row(struct export *x, const char *key, const json_t *body, struct xt_error *err)
{
    const struct xt_type *type = x->options->type;
    size_t n = 0, i;

    x->cells[n++] = xt_str(key);
    for (i = 0; i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];
        const json_t *value;

        if (field->visibility == XT_PRIVATE)
            continue;
        xt_text_clear(&x->texts[n]);
        value = json_object_get(body, field->name);
        if (value)
            write_cell(field, value, &x->texts[n]);
        x->cells[n] = xt_text_view(&x->texts[n]);
        n++;
    }
    return xt_out_row(x->out, x->cells, n, err);
}

static enum xt_code write_json(struct export *x, const char *key, const json_t *body, struct xt_error *err)
{
    json_t *object = json_object(), *value;
    const char *name;
    enum xt_code rc;

    json_object_set_new(object, "_key", json_string(key));
    json_object_foreach ((json_t *)body, name, value)
        json_object_set(object, name, value);
    rc = xt_out_json(x->out, object, err);
    json_decref(object);
    return rc;
}

static void say_progress(struct export *x)
{
    int64_t now = xt_monotonic_us();

    if (!x->options->progress || now - x->said < 200000)
        return;
    x->said = now;
    (void)fprintf(x->options->progress,
                  x->options->lang == XT_ZH ? "\r%lld 条  %.0f 条/秒  " : "\r%lld records  %.0f/s  ",
                  (long long)x->count, (double)x->count * 1e6 / (double)(now - x->began + 1));
    (void)fflush(x->options->progress);
}

static enum xt_code visit(void *context, const struct xt_record *record, struct xt_error *err)
{
    struct export *x = context;
    XT_AUTO(xt_json_unref) json_t *body = NULL;
    enum xt_class reader = x->options->reader < XT_PRIVATE ? x->options->reader : XT_OFFICER;
    enum xt_code rc = xt_json_parse(record->body, &body, err);

    if (rc != XT_OK)
        return rc;
    xt_catalog_protect(x->options->type, body, reader);
    rc = xt_links_out(x->conn, x->options->type, body, err);
    if (rc != XT_OK)
        return rc;
    rc = x->options->format == XT_FORMAT_JSONL ? write_json(x, record->key, body, err)
                                               : write_row(x, record->key, body, err);
    x->count++;
    say_progress(x);
    return rc;
}

/* ---- the contract ---- */

static enum xt_code open_out(struct export *x, const char *path, struct xt_error *err)
{
    const struct xt_export_options *o = x->options;
    const struct xt_out_column *columns = xt_export_columns(o->type, o->lang, &x->arena, &x->column_count);
    size_t i;

    x->cells = xt_calloc(x->column_count, sizeof *x->cells);
    x->texts = xt_calloc(x->column_count, sizeof *x->texts);
    for (i = 0; i < x->column_count; i++)
        xt_text_init(&x->texts[i], CELL_MAX);
    return xt_out_open(path, o->format, o->charset, o->type->labels[o->lang], columns, x->column_count, &x->out, err);
}

static enum xt_code each_record(struct export *x, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(x->node->store, READ_WAIT_MS, &read, err);

    if (rc != XT_OK)
        return rc;
    x->conn = xt_read_conn(read);
    return xt_catalog_each(x->conn, x->options->type->name, visit, x, err);
}

enum xt_code xt_export_type(struct xt_node *node, const struct xt_export_options *options, const char *path,
                            int64_t *out_count, struct xt_error *err)
{
    struct export x = {.node = node, .options = options, .began = xt_monotonic_us()};
    enum xt_code rc;
    size_t i;

    xt_arena_init(&x.arena);
    rc = open_out(&x, path, err);
    if (rc == XT_OK)
        rc = each_record(&x, err);
    if (options->progress && x.said > 0)
        (void)fprintf(options->progress, "\r\033[K");
    if (rc == XT_OK)
        rc = xt_out_close(&x.out, err);
    if (x.out)
        xt_out_drop(&x.out);
    for (i = 0; i < x.column_count; i++)
        xt_text_done(&x.texts[i]);
    free(x.texts);
    free(x.cells);
    xt_arena_done(&x.arena);
    *out_count = x.count;
    return rc;
}
