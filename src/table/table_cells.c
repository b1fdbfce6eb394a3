/* table_cells.c - one row being put together, cell by cell, within the limits. */
#include <stdlib.h>

#include "base/mem.h"
#include "table/table_priv.h"

void xt_cells_init(struct xt_cells *cells, const struct xt_table_limits *limits)
{
    *cells = (struct xt_cells){.limits = limits};
    xt_text_init(&cells->text, (size_t)limits->line_bytes + XT_MIB);
}

void xt_cells_done(struct xt_cells *cells)
{
    xt_text_done(&cells->text);
    free(cells->list);
}

void xt_cells_clear(struct xt_cells *cells)
{
    xt_text_clear(&cells->text);
    cells->count = 0;
    cells->fault = XT_MSG_NONE;
}

void xt_cells_refuse(struct xt_cells *cells, enum xt_msg fault, int64_t limit, int64_t value)
{
    if (cells->fault != XT_MSG_NONE)
        return;
    cells->fault = fault;
    cells->fault_limit = limit;
    cells->fault_value = value;
}

void xt_cells_end(struct xt_cells *cells, int64_t column, size_t from)
{
    size_t n = cells->text.n - from;

    if (xt_text_overflowed(&cells->text) || (int64_t)cells->text.n > cells->limits->line_bytes)
        xt_cells_refuse(cells, XT_MSG_ROW_LONG, cells->limits->line_bytes, 0);
    if (n == 0)
        return;
    if ((int64_t)n > cells->limits->cell_bytes)
        xt_cells_refuse(cells, XT_MSG_CELL_LONG, cells->limits->cell_bytes, (int64_t)n);
    if (column >= cells->limits->columns) {
        xt_cells_refuse(cells, XT_MSG_ROW_COLUMNS, cells->limits->columns, column + 1);
        xt_text_cut(&cells->text, from);
        return;
    }
    xt_grow(&cells->list, &cells->capacity, cells->count + 1, sizeof *cells->list);
    cells->list[cells->count++] = (struct xt_cell){.column = column, .at = from, .n = n};
}

void xt_cells_again(struct xt_cells *cells, int64_t column)
{
    if (cells->count == 0)
        return;
    if (column >= cells->limits->columns) {
        xt_cells_refuse(cells, XT_MSG_ROW_COLUMNS, cells->limits->columns, column + 1);
        return;
    }
    xt_grow(&cells->list, &cells->capacity, cells->count + 1, sizeof *cells->list);
    cells->list[cells->count] = cells->list[cells->count - 1];
    cells->list[cells->count++].column = column;
}

void xt_cells_lend(struct xt_cells *cells, int64_t column, struct xt_str value)
{
    size_t had = cells->count, at = cells->text.n;

    if (value.n == 0)
        return;
    if ((int64_t)value.n > cells->limits->cell_bytes)
        xt_cells_refuse(cells, XT_MSG_CELL_LONG, cells->limits->cell_bytes, (int64_t)value.n);
    if (column >= cells->limits->columns) {
        xt_cells_refuse(cells, XT_MSG_ROW_COLUMNS, cells->limits->columns, column + 1);
        return;
    }
    xt_grow(&cells->list, &cells->capacity, had + 1, sizeof *cells->list);
    cells->list[cells->count++] = (struct xt_cell){.column = column, .lent = value.s, .at = at, .n = value.n};
}

enum xt_code xt_cells_row(const struct xt_cells *cells, int64_t number, struct xt_str *out, struct xt_raw_row *row,
                          struct xt_error *err)
{
    size_t count = 0, i;

    for (i = 0; i < cells->count; i++) {
        const struct xt_cell *cell = &cells->list[i];
        size_t column = (size_t)cell->column;

        for (; count <= column; count++)
            out[count] = XT_STR("");
        out[column] = (struct xt_str){cell->lent ? cell->lent : cells->text.s + cell->at, cell->n};
    }
    row->number = number;
    row->cells = out;
    row->count = count;
    if (cells->fault != XT_MSG_NONE)
        return xt_fail(err, XT_E_INPUT, "", cells->fault, XT_INT(cells->fault_limit), XT_INT(cells->fault_value));
    return XT_OK;
}
