/*
 * table_xls_sheet.c - the rows of one sheet.
 *
 * Cells mostly come row by row, but nothing makes a writer do so, and merged ranges stand behind them. So the records
 * are gone through once for where each run of cells of one row begins; the runs, sorted, give the rows. That is 16 bytes
 * a row where the file is in order.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "table/table_bytes.h"
#include "table/table_xls_priv.h"

#define RUNS_MAX   ((size_t)1 << 20)
#define MERGES_MAX 200000u

struct run {
    uint64_t at; /* of its first record */
    uint32_t row;
};

struct sheet {
    struct xt_reader base;
    struct xt_xls *xls;
    struct xt_biff *biff;
    struct run *runs;
    size_t run_count, run_capacity, run_at;
    struct xt_merge *merges;
    size_t merge_capacity;
    struct xt_cells row;
    struct xt_str *cells; /* of the row handed out */
};

/* Has row and column at its beginning, and shows something. */
static bool is_cell(uint16_t type)
{
    switch (type) {
    case XT_BIFF_FORMULA:
    case XT_BIFF_MULRK:
    case XT_BIFF_RSTRING:
    case XT_BIFF_LABELSST:
    case XT_BIFF_NUMBER:
    case XT_BIFF_LABEL:
    case XT_BIFF_BOOLERR:
    case XT_BIFF_RK:
        return true;
    default:
        return false;
    }
}

/* ---- going through once ---- */

/* The next record of this sheet itself; charts and the like inside it are passed over. *out_more false behind its EOF. */
static enum xt_code next_own(struct xt_biff *biff, size_t most, bool *out_more, struct xt_error *err)
{
    unsigned depth = 0;
    enum xt_code rc;

    for (;;) {
        rc = xt_biff_next(biff, most, out_more, err);
        if (rc != XT_OK || !*out_more)
            return rc;
        if (biff->type == XT_BIFF_BOF) {
            depth++;
        } else if (biff->type == XT_BIFF_EOF) {
            *out_more = depth > 0;
            if (depth == 0)
                return XT_OK;
            depth--;
        } else if (depth == 0) {
            return XT_OK;
        }
    }
}

/* 8 bytes a range: first row, last row, first column, last column, from 0. */
static void add_merges(struct sheet *sheet)
{
    const char *body = sheet->biff->body;
    size_t count = sheet->biff->read >= 2 ? xt_le16(body) : 0, i;

    for (i = 0; i < count && 2 + 8 * i + 8 <= sheet->biff->read && sheet->base.merge_count < MERGES_MAX; i++) {
        const char *range = body + 2 + 8 * i;
        struct xt_merge merge = {xt_le16(range) + 1, xt_le16(range + 2) + 1, xt_le16(range + 4) + 1,
                                 xt_le16(range + 6) + 1};

        if (merge.row2 < merge.row1 || merge.column2 < merge.column1)
            continue;
        xt_grow(&sheet->merges, &sheet->merge_capacity, sheet->base.merge_count + 1, sizeof *sheet->merges);
        sheet->merges[sheet->base.merge_count++] = merge;
    }
}

static enum xt_code add_run(struct sheet *sheet, struct xt_error *err)
{
    const struct xt_biff *biff = sheet->biff;

    if (biff->read < 6)
        return xt_biff_damaged(biff, err);
    uint32_t row = xt_le16(biff->body);

    if (sheet->run_count > 0 && sheet->runs[sheet->run_count - 1].row == row)
        return XT_OK;
    if (sheet->run_count >= RUNS_MAX)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLS_ORDER, XT_TEXT(biff->name), XT_INT(RUNS_MAX));
    xt_grow(&sheet->runs, &sheet->run_capacity, sheet->run_count + 1, sizeof *sheet->runs);
    sheet->runs[sheet->run_count++] = (struct run){.at = biff->from, .row = row};
    return XT_OK;
}

static int run_order(const void *a, const void *b)
{
    const struct run *x = a, *y = b;

    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static int merge_order(const void *a, const void *b)
{
    const struct xt_merge *x = a, *y = b;

    if (x->row1 != y->row1)
        return x->row1 < y->row1 ? -1 : 1;
    return (x->column1 > y->column1) - (x->column1 < y->column1);
}

static enum xt_code go_through(struct sheet *sheet, uint64_t at, struct xt_error *err)
{
    struct xt_biff *biff = sheet->biff;
    bool more = true;
    enum xt_code rc;

    biff->at = at;
    rc = xt_biff_next(biff, 4, &more, err);
    if (rc == XT_OK && (!more || biff->type != XT_BIFF_BOF))
        rc = xt_biff_damaged(biff, err);
    while (rc == XT_OK && more) {
        uint64_t before;

        rc = next_own(biff, 6, &more, err);
        if (rc != XT_OK || !more)
            break;
        before = biff->from;
        if (is_cell(biff->type)) {
            rc = add_run(sheet, err);
        } else if (biff->type == XT_BIFF_MERGECELLS) {
            biff->at = before;
            rc = xt_biff_next(biff, XT_BIFF_BODY, &more, err);
            add_merges(sheet);
        }
    }
    if (sheet->run_count > 0)
        qsort(sheet->runs, sheet->run_count, sizeof *sheet->runs, run_order);
    if (sheet->base.merge_count > 0)
        qsort(sheet->merges, sheet->base.merge_count, sizeof *sheet->merges, merge_order);
    sheet->base.merges = sheet->merges;
    return rc;
}

/* ---- cells ---- */

static double rk_number(uint32_t rk)
{
    double value;

    if (rk & 2) {
        value = (double)((int32_t)rk >> 2);
    } else {
        uint64_t bits = (uint64_t)(rk & 0xFFFFFFFC) << 32;

        memcpy(&value, &bits, sizeof value);
    }
    return rk & 1 ? value / 100 : value;
}

static void number_cell(struct sheet *sheet, int64_t column, uint16_t xf, double value)
{
    const struct xt_xls *xls = sheet->xls;
    struct xt_show show = xf < xls->xf_count ? xls->styles[xf] : (struct xt_show){.kind = XT_SHOW_NUMBER};
    size_t from = sheet->row.text.n;

    xt_show_double(value, show, xls->date1904, &sheet->row.text);
    xt_cells_end(&sheet->row, column, from);
}

static void bool_cell(struct sheet *sheet, int64_t column, unsigned char value, bool is_error)
{
    static const struct {
        unsigned char code;
        const char *shown;
    } errors[] = {
        {0x00, "#NULL!"}, {0x07, "#DIV/0!"}, {0x0F, "#VALUE!"}, {0x17, "#REF!"},
        {0x1D, "#NAME?"}, {0x24, "#NUM!"},   {0x2A, "#N/A"},
    };
    const char *shown = value ? "TRUE" : "FALSE";
    size_t from = sheet->row.text.n, i;

    if (is_error)
        shown = "#ERROR!";
    for (i = 0; is_error && i < XT_COUNT(errors); i++)
        if (errors[i].code == value)
            shown = errors[i].shown;
    xt_text_add_z(&sheet->row.text, shown);
    xt_cells_end(&sheet->row, column, from);
}

static void shared_cell(struct sheet *sheet, int64_t column)
{
    struct xt_str s;

    if (sheet->biff->read < 10 || !xt_strings_get(sheet->xls->strings, xt_le32(sheet->biff->body + 6), &s))
        xt_cells_refuse(&sheet->row, XT_MSG_XLSX_STRING, column + 1, 0);
    else
        xt_cells_lend(&sheet->row, column, s);
}

static enum xt_code text_cell(struct sheet *sheet, int64_t column, size_t at, struct xt_error *err)
{
    struct xt_biff_in in = {.biff = sheet->biff, .at = at};
    size_t from = sheet->row.text.n;

    if (!xt_biff_string(&sheet->xls->text, &in, 2, &sheet->row.text)) {
        if (in.rc == XT_OK)
            return xt_biff_damaged(sheet->biff, err);
        if (err)
            *err = in.err;
        return in.rc;
    }
    xt_cells_end(&sheet->row, column, from);
    return XT_OK;
}

/* The text a formula gave stands in a STRING record behind it, after the formulas it shares. */
static enum xt_code formula_text(struct sheet *sheet, int64_t column, struct xt_error *err)
{
    struct xt_biff *biff = sheet->biff;
    bool more;

    for (;;) {
        uint64_t before = biff->at;
        enum xt_code rc = xt_biff_next(biff, XT_BIFF_BODY, &more, err);

        if (rc != XT_OK)
            return rc;
        if (more && biff->type == XT_BIFF_STRING)
            return text_cell(sheet, column, 0, err);
        if (!more || (biff->type != XT_BIFF_SHRFMLA && biff->type != XT_BIFF_ARRAY && biff->type != XT_BIFF_TABLE &&
                      biff->type != XT_BIFF_CONTINUE)) {
            biff->at = before;
            return XT_OK;
        }
    }
}

static enum xt_code formula_cell(struct sheet *sheet, int64_t column, uint16_t xf, struct xt_error *err)
{
    const char *result = sheet->biff->body + 6;

    if (sheet->biff->read < 14)
        return xt_biff_damaged(sheet->biff, err);
    if (xt_le16(result + 6) != 0xFFFF) {
        number_cell(sheet, column, xf, xt_le_double(result));
        return XT_OK;
    }
    switch (result[0]) {
    case 0:
        return formula_text(sheet, column, err);
    case 1:
    case 2:
        bool_cell(sheet, column, (unsigned char)result[2], result[0] == 2);
        return XT_OK;
    default: /* an empty text */
        return XT_OK;
    }
}

static enum xt_code take_cell(struct sheet *sheet, struct xt_error *err)
{
    const struct xt_biff *biff = sheet->biff;
    const char *body = biff->body;
    int64_t column = xt_le16(body + 2);
    uint16_t xf = xt_le16(body + 4);
    size_t i;

    switch (biff->type) {
    case XT_BIFF_LABELSST:
        shared_cell(sheet, column);
        return XT_OK;
    case XT_BIFF_RK:
        if (biff->read < 10)
            return xt_biff_damaged(biff, err);
        number_cell(sheet, column, xf, rk_number(xt_le32(body + 6)));
        return XT_OK;
    case XT_BIFF_MULRK: /* row, first column, then format and number of each, last column */
        for (i = 4; i + 8 <= biff->read; i += 6)
            number_cell(sheet, column++, xt_le16(body + i), rk_number(xt_le32(body + i + 2)));
        return XT_OK;
    case XT_BIFF_NUMBER:
        if (biff->read < 14)
            return xt_biff_damaged(biff, err);
        number_cell(sheet, column, xf, xt_le_double(body + 6));
        return XT_OK;
    case XT_BIFF_BOOLERR:
        if (biff->read < 8)
            return xt_biff_damaged(biff, err);
        bool_cell(sheet, column, (unsigned char)body[6], body[7] != 0);
        return XT_OK;
    case XT_BIFF_LABEL:
    case XT_BIFF_RSTRING:
        return text_cell(sheet, column, 6, err);
    default:
        return formula_cell(sheet, column, xf, err);
    }
}

/* ---- the reader ---- */

static enum xt_code read_run(struct sheet *sheet, const struct run *run, struct xt_error *err)
{
    bool more = true;
    enum xt_code rc = XT_OK;

    sheet->biff->at = run->at;
    while (rc == XT_OK) {
        rc = next_own(sheet->biff, XT_BIFF_BODY, &more, err);
        if (rc != XT_OK || !more)
            break;
        if (!is_cell(sheet->biff->type))
            continue;
        if (xt_le16(sheet->biff->body) != run->row)
            break;
        rc = take_cell(sheet, err);
    }
    return rc;
}

static enum xt_code sheet_next(struct xt_reader *reader, struct xt_raw_row *row, bool *out_more, struct xt_error *err)
{
    struct sheet *sheet = (struct sheet *)reader;
    size_t at;
    enum xt_code rc = XT_OK;

    *out_more = sheet->run_at < sheet->run_count;
    if (!*out_more)
        return XT_OK;
    uint32_t number = sheet->runs[sheet->run_at].row;

    xt_cells_clear(&sheet->row);
    for (at = sheet->run_at; rc == XT_OK && at < sheet->run_count && sheet->runs[at].row == number; at++)
        rc = read_run(sheet, &sheet->runs[at], err);
    if (rc != XT_OK)
        return rc; /* and again, whoever asks again */
    sheet->run_at = at;
    row->bytes_done =
        (int64_t)sheet->biff->at < sheet->xls->bytes_total ? (int64_t)sheet->biff->at : sheet->xls->bytes_total;
    return xt_cells_row(&sheet->row, (int64_t)number + 1, sheet->cells, row, err);
}

static int64_t sheet_bad(const struct xt_reader *reader)
{
    return ((const struct sheet *)reader)->xls->text.bad;
}

static void sheet_close(struct xt_reader *reader)
{
    struct sheet *sheet = (struct sheet *)reader;

    free(sheet->runs);
    free(sheet->merges);
    free(sheet->cells);
    free(sheet->biff);
    xt_cells_done(&sheet->row);
    free(sheet);
}

static const struct xt_reader_ops SHEET_OPS = {sheet_next, sheet_bad, sheet_close};

enum xt_code xt_xls_sheet_open(struct xt_book *book, size_t index, struct xt_reader **out, struct xt_error *err)
{
    struct xt_xls *xls = (struct xt_xls *)book;
    struct sheet *sheet = xt_calloc(1, sizeof *sheet);
    enum xt_code rc;

    sheet->base.ops = &SHEET_OPS;
    sheet->xls = xls;
    sheet->biff = xt_biff_new(&xls->stream, &xls->crypt, xls->name);
    sheet->cells = xt_calloc((size_t)xls->limits->columns, sizeof *sheet->cells);
    xt_cells_init(&sheet->row, xls->limits);
    rc = go_through(sheet, xls->sheets[index].at, err);
    if (rc != XT_OK) {
        sheet_close(&sheet->base);
        return rc;
    }
    *out = &sheet->base;
    return XT_OK;
}
