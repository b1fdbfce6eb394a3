/* out_csv.c - CSV and TSV by RFC 4180, and JSON Lines. */
#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "table/out_priv.h"
#include "table/table_priv.h"

/* ---- CSV ---- */

/* Whatever a reader could take for a delimiter stands in quotes: short files are guessed right, too. */
static bool must_quote(struct xt_str cell)
{
    size_t i;

    if (cell.n > 0 && (cell.s[0] == ' ' || cell.s[cell.n - 1] == ' '))
        return true;
    for (i = 0; i < cell.n; i++)
        if (strchr(",;\t|\"\n\r", cell.s[i]) && cell.s[i])
            return true;
    return false;
}

/* "-5" and "+8.2" are numbers: no spreadsheet runs them. */
static bool is_number(struct xt_str cell)
{
    double value;

    return xt_double_parse(cell, &value);
}

static void add_quoted(struct xt_text *out, struct xt_str cell)
{
    while (cell.n > 0) {
        const char *quote = memchr(cell.s, '"', cell.n);
        size_t n = quote ? (size_t)(quote - cell.s) + 1 : cell.n;

        xt_text_add(out, cell.s, n);
        if (quote)
            xt_text_add_char(out, '"');
        cell.s += n;
        cell.n -= n;
    }
}

static void add_cell(struct xt_text *out, struct xt_str cell)
{
    bool apostrophes = false;
    bool guard = xt_formula_like(cell, &apostrophes) && (apostrophes || !is_number(cell));

    if (!guard && !must_quote(cell)) {
        xt_text_add_str(out, cell);
        return;
    }
    xt_text_add_char(out, '"');
    if (guard)
        xt_text_add_char(out, '\'');
    add_quoted(out, cell);
    xt_text_add_char(out, '"');
}

static enum xt_code csv_cells(struct xt_out *out, const struct xt_str *cells, size_t count, size_t least,
                              struct xt_error *err)
{
    char delimiter = out->options.format == XT_FORMAT_TSV ? '\t'
                     : out->options.delimiter             ? out->options.delimiter
                                                          : ',';
    size_t i;

    for (i = 0; i < least || i < count; i++) {
        if (i > 0)
            xt_text_add_char(&out->buffer, delimiter);
        if (i < count)
            add_cell(&out->buffer, cells[i]);
    }
    xt_text_add_z(&out->buffer, "\r\n");
    return xt_out_flush(out, false, err);
}

static enum xt_code csv_row(struct xt_out *out, const struct xt_str *cells, size_t count,
                            const struct xt_out_mark *marks, size_t mark_count, struct xt_error *err)
{
    (void)marks;
    (void)mark_count;
    return csv_cells(out, cells, count, out->count, err);
}

static enum xt_code csv_lead(struct xt_out *out, const struct xt_str *cells, size_t count, bool lowest,
                             struct xt_error *err)
{
    return csv_cells(out, cells, count, lowest ? out->count : 0, err);
}

static enum xt_code csv_table(struct xt_out *out, const struct xt_out_table *table, struct xt_error *err)
{
    XT_AUTO(xt_free_ptr) struct xt_str *list = xt_calloc(table->count + 1, sizeof *list);
    size_t i;

    assert(out->rows == 0); /* one table a file */
    if (out->options.charset != XT_CHARSET_GB18030 && !out->options.no_bom)
        xt_text_add_z(&out->buffer, "\xEF\xBB\xBF");
    if (table->headless)
        return XT_OK;
    if (table->lead)
        return xt_out_each_lead(out, table, csv_lead, err);
    for (i = 0; i < table->count; i++)
        list[i] = xt_str(table->columns[i].head);
    return csv_cells(out, list, table->count, 0, err);
}

static enum xt_code text_finish(struct xt_out *out, struct xt_error *err)
{
    return xt_out_flush(out, true, err);
}

static void text_drop(struct xt_out *out)
{
    (void)out; /* owns nothing beyond what out.c releases */
}

const struct xt_out_ops xt_out_csv_ops = {csv_table, csv_row, NULL, text_finish, text_drop};

/* ---- JSON Lines ---- */

static enum xt_code jsonl_table(struct xt_out *out, const struct xt_out_table *table, struct xt_error *err)
{
    (void)out;
    (void)table; /* its heads were taken */
    (void)err;
    return XT_OK;
}

static enum xt_code jsonl_row(struct xt_out *out, const struct xt_str *cells, size_t count,
                              const struct xt_out_mark *marks, size_t mark_count, struct xt_error *err)
{
    struct xt_json json;
    size_t i;

    (void)marks;
    (void)mark_count;
    assert(count <= out->count);
    xt_json_init(&json, &out->buffer);
    xt_json_object(&json);
    for (i = 0; i < count; i++)
        if (cells[i].n > 0)
            xt_json_kv_str(&json, out->heads[i].head, cells[i]);
    xt_json_end_object(&json);
    xt_text_add_char(&out->buffer, '\n');
    return xt_out_flush(out, false, err);
}

static enum xt_code jsonl_json(struct xt_out *out, const json_t *object, struct xt_error *err)
{
    struct xt_json json;

    xt_json_init(&json, &out->buffer);
    xt_json_add_tree(&json, object);
    xt_text_add_char(&out->buffer, '\n');
    return xt_out_flush(out, false, err);
}

const struct xt_out_ops xt_out_jsonl_ops = {jsonl_table, jsonl_row, jsonl_json, text_finish, text_drop};
