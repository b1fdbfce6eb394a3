/* export.c - records out, one after the other. */
#include "exchange/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/time.h"
#include "exchange/links.h"
#include "exchange/pack.h"

#define CELL_MAX     ((size_t)4 * XT_MIB)
#define READ_WAIT_MS 10000

#define LONG_BODY    ((size_t)8 * XT_KIB) /* no cell of a shorter body is longer than a workbook's can be */

struct export
{
    struct xt_node *node;
    const struct xt_export_options *options;
    struct xt_export_result *result;
    struct xt_conn *conn;
    struct xt_out *out;
    struct xt_arena arena, record, cited; /* of the columns of a type; of one record; of its reference */
    const struct xt_type *type;           /* whose records are written; NULL: each its own */
    bool measuring;                       /* columns are counted, nothing is written */
    struct xt_str *cells;
    struct xt_text *texts;
    size_t *spread; /* columns of a value, 1 = one */
    size_t column_count, cell_count;
    int64_t said, began;
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

bool xt_export_continues(struct xt_str head, struct xt_str *out_base)
{
    size_t n = head.n;

    if (n < 5 || head.s[n - 1] != ')')
        return false;
    for (n--; n > 0 && head.s[n - 1] >= '0' && head.s[n - 1] <= '9';)
        n--;
    if (n + 1 >= head.n || n < 3 || memcmp(head.s + n - 3, " (+", 3) != 0)
        return false;
    *out_base = (struct xt_str){head.s, n - 3};
    return true;
}

/* The columns with those that go on where a value is longer than a cell. */
static struct xt_out_column *spread_columns(struct export *x, const struct xt_out_column *columns)
{
    struct xt_out_column *all;
    size_t n = 0, i, k;

    x->cell_count = 0;
    for (i = 0; i < x->column_count; i++)
        x->cell_count += x->spread[i];
    all = xt_arena_alloc(&x->arena, x->cell_count * sizeof *all);
    for (i = 0; i < x->column_count; i++) {
        all[n++] = columns[i];
        for (k = 2; k <= x->spread[i]; k++)
            all[n++] = (struct xt_out_column){.head = xt_arena_printf(&x->arena, "%s (+%zu)", columns[i].head, k)};
    }
    return all;
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

static void measure(struct export *x, size_t column, struct xt_str text)
{
    size_t parts = 1, fits;

    while ((fits = xt_out_cell_fits(text)) < text.n) {
        text.s += fits;
        text.n -= fits;
        parts++;
    }
    if (parts > x->spread[column])
        x->spread[column] = parts;
}

static void add_cell(struct export *x, size_t column, struct xt_str text, size_t *n)
{
    size_t k;

    for (k = 0; k < x->spread[column]; k++) {
        size_t fits = x->spread[column] > 1 ? xt_out_cell_fits(text) : text.n;

        x->cells[(*n)++] = (struct xt_str){text.s, fits};
        text.s += fits;
        text.n -= fits;
    }
}

static enum xt_code write_row(struct export *x, const char *key, const json_t *body, struct xt_error *err)
{
    const struct xt_type *type = x->type;
    size_t n = 0, column = 0, i;

    if (!x->measuring)
        add_cell(x, column, xt_str(key), &n);
    for (i = 0; i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];
        const json_t *value;

        if (field->visibility == XT_PRIVATE)
            continue;
        column++;
        xt_text_clear(&x->texts[column]);
        value = json_object_get(body, field->name);
        if (value)
            write_cell(field, value, &x->texts[column]);
        if (x->measuring)
            measure(x, column, xt_text_view(&x->texts[column]));
        else
            add_cell(x, column, xt_text_view(&x->texts[column]), &n);
    }
    return x->measuring ? XT_OK : xt_out_row(x->out, x->cells, n, err);
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

/* A reference; in the standard's list they are numbered. */
static enum xt_code write_cited(struct export *x, const struct xt_type *type, const struct xt_record *record,
                                json_t *body, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text entry = {0};
    struct xt_shown shown = {.type = type, .record = *record, .body = body};
    struct xt_cited cited;

    xt_arena_clear(&x->cited);
    xt_text_init(&entry, CELL_MAX);
    xt_cited_of(&shown, x->options->cite, &x->cited, &cited);
    if (x->options->style == XT_CITE_GB7714)
        xt_text_addf(&entry, "[%lld] ", (long long)x->result->count + 1);
    xt_cite(&cited, x->options->style, &entry);
    return xt_out_text(x->out, xt_text_view(&entry), err);
}

static void say_progress(struct export *x)
{
    int64_t now = xt_monotonic_us();

    if (!x->options->progress || now - x->said < 200000)
        return;
    x->said = now;
    (void)fprintf(x->options->progress,
                  x->options->lang == XT_ZH ? "\r%lld 条  %.0f 条/秒  " : "\r%lld records  %.0f/s  ",
                  (long long)x->result->count, (double)x->result->count * 1e6 / (double)(now - x->began + 1));
    (void)fflush(x->options->progress);
}

/* Since the index was fed a record may have gone, or become a draft. */
static bool may_leave(const struct export *x, const struct xt_record *record)
{
    return !record->deleted && xt_catalog_may_see(record, x->options->reader);
}

static enum xt_code visit(void *context, const struct xt_record *record, struct xt_error *err)
{
    struct export *x = context;
    const struct xt_type *type = x->type ? x->type : xt_region_type(x->node->region, xt_str(record->type));
    XT_AUTO(xt_json_unref) json_t *body = NULL;
    enum xt_class reader = x->options->reader < XT_PRIVATE ? x->options->reader : XT_OFFICER;
    enum xt_code rc;

    if (!type || !may_leave(x, record) || (x->measuring && record->body.n < LONG_BODY))
        return XT_OK;
    rc = xt_json_parse(record->body, &body, err);
    if (rc != XT_OK)
        return rc;
    xt_catalog_protect(type, body, reader);
    if (x->options->cite) {
        rc = write_cited(x, type, record, body, err);
    } else {
        rc = xt_links_out(x->conn, type, body, err);
        if (rc == XT_OK)
            rc = x->options->format == XT_FORMAT_JSONL ? write_json(x, record->key, body, err)
                                                       : write_row(x, record->key, body, err);
    }
    if (x->measuring)
        return rc;
    x->result->count++;
    say_progress(x);
    return rc;
}

/* ---- which records ---- */

/* What a search found, of one type or of all. */
static enum xt_code each_found(struct export *x, const struct xt_search_answer *found, struct xt_error *err)
{
    struct xt_record record;
    enum xt_code rc = XT_OK;
    size_t i;

    for (i = 0; i < found->hit_count && rc == XT_OK; i++) {
        xt_arena_clear(&x->record);
        rc = xt_catalog_get_id(x->conn, found->hits[i].id, &x->record, &record, err);
        if (rc == XT_E_NOT_FOUND)
            rc = XT_OK; /* the index is ahead or behind */
        else if (rc == XT_OK)
            rc = visit(x, &record, err);
    }
    return rc;
}

static enum xt_code each_record(struct export *x, const struct xt_search_answer *found, struct xt_error *err)
{
    return found ? each_found(x, found, err) : xt_catalog_each(x->conn, x->type->name, visit, x, err);
}

/* ---- tables ---- */

static void free_table(struct export *x)
{
    size_t i;

    for (i = 0; i < x->column_count; i++)
        xt_text_done(&x->texts[i]);
    free(x->texts);
    free(x->cells);
    free(x->spread);
    x->texts = NULL;
    x->cells = NULL;
    x->spread = NULL;
    x->column_count = 0;
    xt_arena_clear(&x->arena);
}

/* A table of the records of one type: in a workbook a sheet. */
static enum xt_code write_table(struct export *x, const struct xt_type *type, const struct xt_search_answer *found,
                                struct xt_error *err)
{
    const struct xt_out_column *columns = xt_export_columns(type, x->options->lang, &x->arena, &x->column_count);
    struct xt_out_table table = {.name = type->labels[x->options->lang]};
    enum xt_code rc = XT_OK;
    size_t i;

    x->type = type;
    x->texts = xt_calloc(x->column_count, sizeof *x->texts);
    x->spread = xt_calloc(x->column_count, sizeof *x->spread);
    for (i = 0; i < x->column_count; i++) {
        xt_text_init(&x->texts[i], CELL_MAX);
        x->spread[i] = 1;
    }
    if (x->options->format == XT_FORMAT_XLSX) {
        x->measuring = true;
        rc = each_record(x, found, err);
        x->measuring = false;
    }
    table.columns = spread_columns(x, columns);
    table.count = x->cell_count;
    x->cells = xt_calloc(x->cell_count, sizeof *x->cells);
    if (rc == XT_OK)
        rc = xt_out_table(x->out, &table, err);
    if (rc == XT_OK)
        rc = each_record(x, found, err);
    free_table(x);
    return rc;
}

/* ---- what a search finds ---- */

struct finding {
    struct xt_search_request ask; /* with one filter more than was given */
    struct xt_search_filter *filters;
    size_t type_filter;
    struct xt_str type;
    struct xt_arena arena; /* of one answer */
};

static void finding_init(struct finding *f, const struct xt_export_options *options)
{
    const struct xt_search_request *ask = options->ask;
    size_t i;

    xt_arena_init(&f->arena);
    f->ask = *ask;
    f->ask.facets = NULL;
    f->ask.facet_count = 0;
    f->ask.cursor = XT_STR("");
    f->ask.budget_ms = 0;
    f->ask.reader = options->reader;
    f->filters = xt_calloc(ask->filter_count + 1, sizeof *f->filters);
    f->type_filter = ask->filter_count;
    for (i = 0; i < ask->filter_count; i++) {
        f->filters[i] = ask->filters[i];
        if (xt_str_is(ask->filters[i].name, "type"))
            f->type_filter = i;
    }
    f->ask.filters = f->filters;
}

/* All that is found of a type, or (NULL) of all that are asked for. */
static enum xt_code find(struct export *x, struct finding *f, const struct xt_type *type, bool only_count,
                         struct xt_search_answer *out, struct xt_error *err)
{
    enum xt_code rc;

    xt_arena_clear(&f->arena);
    f->ask.filter_count = x->options->ask->filter_count;
    if (f->type_filter < f->ask.filter_count)
        f->filters[f->type_filter] = x->options->ask->filters[f->type_filter];
    if (type) {
        f->type = xt_str(type->name);
        f->filters[f->type_filter] = (struct xt_search_filter){XT_STR("type"), &f->type, 1};
        if (f->type_filter == f->ask.filter_count)
            f->ask.filter_count++;
    }
    f->ask.limit = 0;
    rc = xt_search_ask(x->node->search, &f->ask, &f->arena, out, err);
    if (rc != XT_OK || only_count)
        return rc;
    f->ask.limit = out->total < UINT32_MAX ? (unsigned)out->total : UINT32_MAX;
    return f->ask.limit > 0 ? xt_search_ask(x->node->search, &f->ask, &f->arena, out, err) : XT_OK;
}

static bool is_asked_for(const struct xt_search_request *ask, const struct xt_type *type)
{
    bool any = true;
    size_t i, k;

    for (i = 0; i < ask->filter_count; i++) {
        if (!xt_str_is(ask->filters[i].name, "type"))
            continue;
        any = false;
        for (k = 0; k < ask->filters[i].value_count; k++)
            any = any || xt_str_is(ask->filters[i].values[k], type->name);
    }
    return any;
}

/* The types of which something is found, in the order of the region; a type that was asked for alone is there though
 * nothing is. */
static enum xt_code find_types(struct export *x, struct finding *f, const struct xt_type **types, size_t *out_count,
                               struct xt_error *err)
{
    const struct xt_region *region = x->node->region;
    struct xt_search_answer answer;
    const struct xt_type *asked = NULL;
    size_t count = 0, asked_count = 0, i;
    enum xt_code rc = find(x, f, NULL, true, &answer, err);

    if (rc == XT_OK && x->options->most > 0 && answer.total > x->options->most)
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_EXPORT_TOO_MANY, XT_INT(answer.total), XT_INT(x->options->most));
    for (i = 0; i < region->type_count && rc == XT_OK; i++) {
        const struct xt_type *type = &region->types[i];

        if (!is_asked_for(x->options->ask, type) || (x->options->type && x->options->type != type))
            continue;
        asked = type;
        asked_count++;
        rc = find(x, f, type, true, &answer, err);
        if (rc == XT_OK && answer.total > 0)
            types[count++] = type;
    }
    if (rc == XT_OK && count == 0 && asked_count == 1)
        types[count++] = asked;
    *out_count = count;
    return rc == XT_OK && count == 0 ? xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_EXPORT_NOTHING) : rc;
}

/* ---- files ---- */

/* Records of all types one after the other, in the order of the search. */
static bool in_one_file(const struct export *x)
{
    return x->options->cite || x->options->format == XT_FORMAT_JSONL;
}

static enum xt_code begin(struct export *x, const char *path, struct xt_error *err)
{
    struct xt_out_options options = {.format = x->options->cite ? XT_FORMAT_JSONL : x->options->format,
                                     .charset = x->options->charset};

    return xt_out_begin(path, &options, &x->out, err);
}

static enum xt_code write_types(struct export *x, struct finding *f, const struct xt_type *const *types, size_t count,
                                struct xt_error *err)
{
    struct xt_search_answer found;
    enum xt_code rc = XT_OK;
    size_t i;

    for (i = 0; i < count && rc == XT_OK; i++) {
        rc = find(x, f, types[i], false, &found, err);
        if (rc == XT_OK)
            rc = write_table(x, types[i], &found, err);
    }
    return rc;
}

/* A zip with a file for each type, which are written beside it first. */
static enum xt_code write_zip(struct export *x, struct finding *f, const struct xt_type *const *types, size_t count,
                              const char *path, struct xt_error *err)
{
    XT_AUTO(xt_pack_drop) struct xt_pack *pack = NULL;
    enum xt_code rc = xt_pack_begin(path, &pack, err);
    size_t i;

    for (i = 0; i < count && rc == XT_OK; i++) {
        char name[128];
        const char *file;

        (void)snprintf(name, sizeof name, "%s.%s", types[i]->name, xt_format_name(x->options->format));
        file = xt_pack_add(pack, name);
        rc = begin(x, file, err);
        if (rc == XT_OK)
            rc = write_types(x, f, &types[i], 1, err);
        if (rc == XT_OK)
            rc = xt_out_close(&x->out, err);
        if (x->out)
            xt_out_drop(&x->out);
    }
    return rc == XT_OK ? xt_pack_close(&pack, err) : rc;
}

static enum xt_code write_found(struct export *x, const char *path, struct xt_error *err)
{
    XT_AUTO(xt_free_ptr)
    const struct xt_type **types = xt_calloc(x->node->region->type_count + 1, sizeof(struct xt_type *));
    struct xt_search_answer found;
    struct finding f;
    size_t count = 0;
    enum xt_code rc;

    finding_init(&f, x->options);
    rc = find_types(x, &f, types, &count, err);
    x->result->types = count;
    x->result->zip = !in_one_file(x) && x->options->format != XT_FORMAT_XLSX && (count > 1 || x->options->zip);
    if (rc == XT_OK && x->result->zip && strcmp(path, "-") == 0)
        rc = xt_fail(err, XT_E_INPUT, "", XT_MSG_EXPORT_SEVERAL, XT_INT(count));
    if (rc == XT_OK && x->result->zip) {
        rc = write_zip(x, &f, types, count, path, err);
    } else if (rc == XT_OK) {
        rc = begin(x, path, err);
        if (rc == XT_OK && in_one_file(x)) {
            rc = find(x, &f, x->options->type, false, &found, err);
            if (rc == XT_OK)
                rc = each_found(x, &found, err);
        } else if (rc == XT_OK) {
            rc = write_types(x, &f, types, count, err);
        }
    }
    free(f.filters);
    xt_arena_done(&f.arena);
    return rc;
}

static enum xt_code write_all(struct export *x, const char *path, struct xt_error *err)
{
    enum xt_code rc = begin(x, path, err);

    x->result->types = 1;
    x->type = x->options->type;
    if (rc != XT_OK)
        return rc;
    return in_one_file(x) ? each_record(x, NULL, err) : write_table(x, x->type, NULL, err);
}

enum xt_code xt_export(struct xt_node *node, const struct xt_export_options *options, const char *path,
                       struct xt_export_result *out, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct export x = {.node = node, .options = options, .result = out, .began = xt_monotonic_us()};
    enum xt_code rc;

    *out = (struct xt_export_result){0};
    xt_arena_init(&x.arena);
    xt_arena_init(&x.record);
    xt_arena_init(&x.cited);
    rc = xt_read_begin(node->store, READ_WAIT_MS, &read, err);
    if (rc == XT_OK) {
        x.conn = xt_read_conn(read);
        rc = options->ask ? write_found(&x, path, err) : write_all(&x, path, err);
    }
    if (options->progress && x.said > 0)
        (void)fprintf(options->progress, "\r\033[K");
    if (rc == XT_OK && x.out)
        rc = xt_out_close(&x.out, err);
    if (x.out)
        xt_out_drop(&x.out);
    xt_arena_done(&x.cited);
    xt_arena_done(&x.record);
    xt_arena_done(&x.arena);
    return rc;
}
