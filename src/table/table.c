/* table.c - rows of a table of any kind, part after part; merged cells. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "table/table_part.h"

static const char *const FORMAT_NAMES[XT_FORMATS] = {"csv", "tsv", "xlsx",  "jsonl", "json",
                                                     "xls", "ods", "xmlss", "html"};

bool xt_format_written(enum xt_format format)
{
    return format < XT_FORMAT_JSON;
}

bool xt_format_book(enum xt_format format)
{
    return format == XT_FORMAT_XLSX || format >= XT_FORMAT_XLS;
}

const char *xt_format_name(enum xt_format format)
{
    return FORMAT_NAMES[format];
}

bool xt_format_by_name(struct xt_str name, enum xt_format *out)
{
    int i;
    size_t k;

    if (name.n > 0 && *name.s == '.') {
        name.s++;
        name.n--;
    }
    for (i = 0; i < XT_FORMATS; i++) {
        for (k = 0; k < name.n && FORMAT_NAMES[i][k] && (name.s[k] | 32) == FORMAT_NAMES[i][k];)
            k++;
        if (k == name.n && !FORMAT_NAMES[i][k]) {
            *out = (enum xt_format)i;
            return true;
        }
    }
    return false;
}

void xt_table_set_limits(struct xt_table_limits *limits)
{
    if (limits->cell_bytes <= 0)
        limits->cell_bytes = (int64_t)XT_MIB;
    if (limits->columns <= 0)
        limits->columns = 2000;
    if (limits->inflated_bytes <= 0)
        limits->inflated_bytes = 4 * (int64_t)XT_GIB;
    if (limits->inflate_ratio <= 0)
        limits->inflate_ratio = 200;
    if (limits->line_bytes <= 0)
        limits->line_bytes = 16 * (int64_t)XT_MIB;
    if (limits->json_depth <= 0 || limits->json_depth > XT_JSON_DEPTH_MAX)
        limits->json_depth = XT_JSON_DEPTH_MAX;
    if (limits->strings_bytes <= 0)
        limits->strings_bytes = (int64_t)XT_GIB;
}

const struct xt_table_facts *xt_table_facts(const struct xt_table *table)
{
    return &table->facts;
}

size_t xt_table_columns(const struct xt_table *table, const struct xt_str **out_heads)
{
    *out_heads = table->part.heads;
    return table->part.columns;
}

const struct xt_column_guess *xt_table_column_kinds(const struct xt_table *table)
{
    return table->part.kinds;
}

const struct xt_merge *xt_table_merges(const struct xt_table *table, size_t *out_count)
{
    const struct xt_reader *reader = table->part.reader;

    *out_count = reader ? reader->merge_count : 0;
    return reader ? reader->merges : NULL;
}

/* ---- merged cells ---- */

/* Ranges that begin in this row are taken up with their value, those that are over are dropped. */
static void turn_merges(struct xt_table *table, int64_t number, const struct xt_str *cells, size_t count)
{
    const struct xt_reader *reader = table->part.reader;
    size_t i, kept = 0;

    for (i = 0; i < table->part.filled_count; i++) {
        if (table->part.filled[i].range.row2 >= number)
            table->part.filled[kept++] = table->part.filled[i];
        else
            free(table->part.filled[i].value);
    }
    table->part.filled_count = kept;
    for (; table->part.merge_at < reader->merge_count && reader->merges[table->part.merge_at].row1 <= number;
         table->part.merge_at++) {
        const struct xt_merge *m = &reader->merges[table->part.merge_at];
        size_t column = (size_t)m->column1 - 1;

        if (m->row1 != number || column >= count || cells[column].n == 0)
            continue;
        if (table->part.filled_count > table->part.columns)
            continue; /* so many cannot lie in one row but over one another, which is no workbook's doing */
        xt_grow(&table->part.filled, &table->part.filled_capacity, table->part.filled_count + 1,
                sizeof *table->part.filled);
        table->part.filled[table->part.filled_count++] =
            (struct xt_filled){*m, xt_strndup(cells[column].s, cells[column].n), cells[column].n};
    }
}

static void fill_merged(struct xt_table *table, int64_t number, struct xt_str *cells, size_t *count)
{
    size_t i, column;

    if (table->part.reader->merge_count == 0)
        return;
    turn_merges(table, number, cells, *count);
    for (i = 0; i < table->part.filled_count; i++) {
        const struct xt_filled *f = &table->part.filled[i];
        size_t first = (size_t)f->range.column1 - 1;
        size_t behind = (size_t)f->range.column2 < table->part.columns ? (size_t)f->range.column2 : table->part.columns;

        if (f->range.row1 > number || (first == 0 && behind == table->part.columns && table->part.columns > 1))
            continue;
        for (column = first; column < behind; column++) {
            for (; *count <= column; (*count)++)
                cells[*count] = XT_STR("");
            if (cells[column].n == 0)
                cells[column] = (struct xt_str){f->value, f->n};
        }
    }
}

/* ---- rows ---- */

/* The next raw row: first those of the sample, then the reader's. */
static enum xt_code next_raw(struct xt_table *table, struct xt_raw_row *raw, bool *out_more, struct xt_error *err)
{
    if (table->part.sample_at < table->part.sample_count) {
        struct xt_sample_row *row = &table->part.sample[table->part.sample_at++];

        *raw = (struct xt_raw_row){.number = row->number,
                                   .cells = row->cells,
                                   .count = row->count,
                                   .raw = row->raw,
                                   .bytes_done = row->bytes_done,
                                   .bad = row->bad,
                                   .bad_places = row->bad_places,
                                   .bad_count = row->bad_count};
        *out_more = true;
        if (row->code != XT_OK && err)
            *err = row->err;
        return row->code;
    }
    return table->part.reader->ops->next(table->part.reader, raw, out_more, err);
}

static enum xt_code fit_row(struct xt_table *table, struct xt_raw_row *raw, struct xt_row *row, struct xt_error *err)
{
    size_t count = raw->count, i;

    fill_merged(table, raw->number, raw->cells, &count);
    for (; count < table->part.columns; count++)
        raw->cells[count] = XT_STR("");
    row->cells = raw->cells;
    row->count = table->part.columns;
    for (i = count; i > table->part.columns && raw->cells[i - 1].n == 0;)
        i--;
    if (i > table->part.columns && !xt_cells_blank(raw->cells + table->part.columns, i - table->part.columns)) {
        row->count = i;
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_RAGGED, XT_INT(i), XT_INT(table->part.columns));
    }
    return XT_OK;
}

static enum xt_code next_cells(struct xt_table *table, struct xt_row *row, bool *out_more, struct xt_error *err)
{
    for (;;) {
        struct xt_raw_row raw = {0};
        enum xt_code rc = next_raw(table, &raw, out_more, err);

        table->facts.bad_characters = table->bad_before + table->part.reader->ops->bad(table->part.reader);
        row->number = raw.number;
        row->raw = raw.raw;
        row->bytes_done = raw.bytes_done;
        row->bad = raw.bad;
        row->bad_places = raw.bad_places;
        row->bad_count = raw.bad_count;
        if (rc != XT_OK) {
            *out_more = rc == XT_E_INPUT;
            row->cells = raw.cells;
            row->count = raw.count;
            return rc;
        }
        if (!*out_more)
            return XT_OK;
        if (table->options.raw) {
            row->cells = raw.cells;
            row->count = raw.count;
            return XT_OK;
        }
        if (xt_cells_blank(raw.cells, raw.count)) {
            table->facts.empty_rows++;
            continue;
        }
        return fit_row(table, &raw, row, err);
    }
}

static unsigned depth_of(struct xt_str text)
{
    unsigned depth = 0, deepest = 0;
    bool quoted = false;
    size_t i;

    for (i = 0; i < text.n; i++) {
        char c = text.s[i];

        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
            deepest = depth > deepest ? depth : deepest;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

static enum xt_code next_object(struct xt_table *table, struct xt_row *row, bool *out_more, struct xt_error *err)
{
    struct xt_objects *objects = table->part.objects;
    struct xt_object_row raw = {0};
    enum xt_code rc = objects->ops->next(objects, &raw, out_more, err);

    table->facts.bad_characters = table->bad_before + objects->ops->bad(objects);
    row->bad = raw.bad;
    json_decref(table->object);
    table->object = NULL;
    row->number = raw.number;
    row->bytes_done = raw.bytes_done;
    row->raw = raw.raw;
    if (rc != XT_OK || !*out_more) {
        *out_more = rc == XT_E_INPUT;
        return rc;
    }
    row->json = raw.object;
    if (row->json)
        return XT_OK;
    if (table->limits.json_depth < XT_JSON_DEPTH_MAX && depth_of(raw.raw) > table->limits.json_depth)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_JSON_TOO_DEEP, XT_INT(table->limits.json_depth));
    rc = xt_json_parse(raw.raw, &table->object, err);
    if (rc != XT_OK)
        return rc;
    if (!json_is_object(table->object))
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_NOT_OBJECT);
    row->json = table->object;
    return XT_OK;
}

/* Where the row is, for people and for mappings. */
static void place(const struct xt_table *table, struct xt_row *row)
{
    row->part = table->facts.part;
    row->file = xt_str(table->name);
    row->sheet = xt_str(table->facts.sheet ? table->facts.sheet : "");
    row->title = table->part.title;
    if (!table->archive)
        return;
    row->member = xt_text_view(&table->member);
    row->bytes_done = xt_archive_done(table->archive);
}

void xt_table_head_row(const struct xt_table *table, struct xt_row *out)
{
    const struct xt_part *part = &table->part;

    *out = (struct xt_row){.number = table->facts.head_row};
    if (part->lead_count > 0) { /* as it is: heads are told apart by numbers */
        out->cells = part->lead[part->lead_count - 1].cells;
        out->count = part->lead[part->lead_count - 1].count;
    }
    place(table, out);
}

/* On to the next part. All members that hold objects are one part to the caller: columns they have none. */
static enum xt_code turn_part(struct xt_table *table, bool *out_more, struct xt_error *err)
{
    bool objects = table->part.objects != NULL;
    int64_t members = table->facts.members, bad = table->facts.bad_characters;
    enum xt_code rc = xt_table_next_part(table, out_more, err);

    if (table->facts.members != members) /* the sheets of one book count together */
        table->bad_before = bad;
    table->part_over = false;
    if (rc == XT_OK && *out_more && !(objects && table->part.objects))
        table->facts.part++;
    return rc;
}

enum xt_code xt_table_next(struct xt_table *table, struct xt_row *row, bool *out_more, struct xt_error *err)
{
    enum xt_code rc;

    assert(table && row && out_more);
    for (;;) {
        *row = (struct xt_row){0};
        *out_more = false;
        if (table->part_over)
            rc = XT_OK;
        else
            rc = table->part.objects ? next_object(table, row, out_more, err) : next_cells(table, row, out_more, err);
        place(table, row);
        if ((rc == XT_E_MEDIA || rc == XT_E_TOO_LARGE) &&
            table->archive) { /* a broken member costs itself, not the rest of the archive */
            table->part_over = true;
            *out_more = true;
            if (err)
                err->code = XT_E_INPUT;
            return XT_E_INPUT;
        }
        if (rc != XT_OK || *out_more)
            return rc;
        rc = turn_part(table, out_more, err);
        if (rc != XT_OK || !*out_more)
            return rc;
    }
}
