/* table_xmlrows.c - rows between a parser that gives many and a reader that takes one. */
#include <stdlib.h>

#include "base/mem.h"
#include "table/table_xmlrows.h"

void xt_xml_rows_init(struct xt_xml_rows *rows, const struct xt_table_limits *limits)
{
    *rows = (struct xt_xml_rows){.limits = limits};
    rows->cells = xt_calloc((size_t)limits->columns, sizeof *rows->cells);
}

void xt_xml_rows_done(struct xt_xml_rows *rows)
{
    size_t i;

    for (i = 0; i < rows->capacity; i++)
        if (rows->list[i].cells.limits)
            xt_cells_done(&rows->list[i].cells);
    free(rows->list);
    free(rows->cells);
}

struct xt_cells *xt_xml_rows_begin(struct xt_xml_rows *rows)
{
    size_t had = rows->capacity;

    xt_grow(&rows->list, &rows->capacity, rows->whole + 1, sizeof *rows->list);
    for (; had < rows->capacity; had++)
        rows->list[had] = (struct xt_xml_row){0};
    struct xt_cells *cells = &rows->list[rows->whole].cells;

    if (!cells->limits)
        xt_cells_init(cells, rows->limits);
    xt_cells_clear(cells);
    return cells;
}

void xt_xml_rows_end(struct xt_xml_rows *rows, int64_t number, int64_t repeat)
{
    struct xt_xml_row *row = &rows->list[rows->whole];

    row->number = number;
    row->repeat = repeat;
    if (row->cells.count == 0 && row->cells.fault == XT_MSG_NONE)
        return;
    rows->beyond |= number > XT_XML_ROWS_MAX;
    rows->over |= rows->beyond;
    rows->whole += !rows->beyond;
}

/* All were taken: the row being read becomes the first, and lends its memory to the next. */
static void begin_anew(struct xt_xml_rows *rows)
{
    if (rows->whole > 0 && rows->whole < rows->capacity) {
        struct xt_xml_row first = rows->list[0];

        rows->list[0] = rows->list[rows->whole];
        rows->list[rows->whole] = first;
    }
    rows->taken = rows->whole = 0;
}

enum xt_code xt_xml_rows_next(struct xt_xml_rows *rows, struct xt_xml *xml, struct xt_raw_row *row, bool *out_more,
                              struct xt_error *err)
{
    while (rows->taken == rows->whole && !rows->over) {
        bool more;
        enum xt_code rc;

        begin_anew(rows);
        rc = xt_xml_step(xml, &more, err);
        if (rc != XT_OK)
            return rc;
        rows->over |= !more;
    }
    *out_more = rows->taken < rows->whole;
    if (!*out_more)
        return rows->beyond ? xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_ROWS, XT_INT(XT_XML_ROWS_MAX)) : XT_OK;
    const struct xt_xml_row *from = &rows->list[rows->taken];
    int64_t number = from->number + rows->repeated;

    if (++rows->repeated >= from->repeat) {
        rows->repeated = 0;
        rows->taken++;
    }
    row->bytes_done = xt_xml_done(xml);
    return xt_cells_row(&from->cells, number, rows->cells, row, err);
}

void xt_merges_add(struct xt_merges *merges, const struct xt_merge *merge, size_t *left)
{
    if (*left == 0 || merge->row2 < merge->row1 || merge->column2 < merge->column1 ||
        (merge->row1 == merge->row2 && merge->column1 == merge->column2))
        return;
    --*left;
    xt_grow(&merges->list, &merges->capacity, merges->count + 1, sizeof *merges->list);
    merges->list[merges->count++] = *merge;
}

static int by_row(const void *a, const void *b)
{
    const struct xt_merge *x = a, *y = b;

    if (x->row1 != y->row1)
        return x->row1 < y->row1 ? -1 : 1;
    return (x->column1 > y->column1) - (x->column1 < y->column1);
}

void xt_merges_sort(struct xt_merges *merges)
{
    if (merges->count > 0)
        qsort(merges->list, merges->count, sizeof *merges->list, by_row);
}
