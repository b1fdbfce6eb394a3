/*
 * grid.h - whole sheets at once: all cells as they stand, with their merged ranges, for tables whose head is more than a row.
 *
 * Any file that table.h reads as rows of cells, part after part (the sheets of a book, the members of an archive); nothing is
 * taken for a head, no row is left out, merged cells are not filled. Statistical tables are small, so a part has caps: rows,
 * cells, bytes of text and merged ranges (XT_GRID_...). Used by one thread.
 */
#ifndef XT_TABLE_GRID_H
#define XT_TABLE_GRID_H

#include "table/table.h"

#define XT_GRID_ROWS_MAX   200000
#define XT_GRID_CELLS_MAX  4000000
#define XT_GRID_BYTES_MAX  ((size_t)128 * XT_MIB)
#define XT_GRID_MERGES_MAX 100000

struct xt_grid_row {
    int64_t number;             /* line or row of the file, from 1 */
    const struct xt_str *cells; /* without empty ones at the end */
    size_t count;
};

struct xt_grid_merge { /* indexes into rows and cells, from 0, inclusive */
    size_t row1, row2;
    size_t column1, column2;
};

struct xt_grid {
    const char *file, *member, *sheet; /* "" where there is none */
    const struct xt_grid_row *rows;
    size_t row_count;
    size_t columns; /* of the widest row */
    const struct xt_grid_merge *merges;
    size_t merge_count;
};

/* The cell at row and column, empty where there is none. */
struct xt_str xt_grid_cell(const struct xt_grid *grid, size_t row, size_t column);

struct xt_grids;
XT_MUST_USE enum xt_code xt_grids_open(const char *path, const struct xt_table_options *options, struct xt_grids **out,
                                       struct xt_error *err);
void xt_grids_close(struct xt_grids **grids);
/* The next part, lent until the one after; *out NULL at the end. XT_E_TOO_LARGE for a part above a cap and XT_E_INPUT for one
 * with a row that cannot be read: the parts behind it can still be asked for. Parts that are objects are passed over. */
XT_MUST_USE enum xt_code xt_grids_next(struct xt_grids *grids, const struct xt_grid **out, struct xt_error *err);

#endif
