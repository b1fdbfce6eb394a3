/* grid.c - sheets as a whole: every cell where it stands, and the merged ranges. */
#include "table/grid.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/table_priv.h"

struct xt_grids {
    struct xt_table *table;
    char *file;
    struct xt_row ahead; /* the first row of the next part, lent by the table until more is asked of it */
    bool has_ahead, ended;
    struct xt_merge *ranges; /* of the part at hand, as the table has them */
    size_t range_count;
    struct xt_arena arena; /* of the part at hand */
    struct xt_grid grid;
    struct xt_grid_row *rows;
    size_t row_capacity;
    struct xt_grid_merge *merges;
    size_t cells;
};

struct xt_str xt_grid_cell(const struct xt_grid *grid, size_t row, size_t column)
{
    if (row >= grid->row_count || column >= grid->rows[row].count)
        return XT_STR("");
    return grid->rows[row].cells[column];
}

enum xt_code xt_grids_open(const char *path, const struct xt_table_options *options, struct xt_grids **out,
                           struct xt_error *err)
{
    struct xt_table_options raw = options ? *options : (struct xt_table_options){0};
    struct xt_grids *grids;
    const char *slash = strrchr(path, '/');
    struct xt_table *table = NULL;
    enum xt_code rc;

    raw.raw = true;
    raw.sheet = raw.sheet ? raw.sheet : "*";
    rc = xt_table_open(path, &raw, &table, err);
    if (rc != XT_OK)
        return rc;
    grids = xt_calloc(1, sizeof *grids);
    grids->table = table;
    grids->file = xt_strdup(slash ? slash + 1 : path);
    xt_arena_init(&grids->arena);
    *out = grids;
    return XT_OK;
}

void xt_grids_close(struct xt_grids **grids)
{
    struct xt_grids *g = *grids;

    if (!g)
        return;
    xt_table_close(&g->table);
    xt_arena_done(&g->arena);
    free(g->rows);
    free(g->merges);
    free(g->ranges);
    free(g->file);
    free(g);
    *grids = NULL;
}

static enum xt_code too_large(const struct xt_grids *g, struct xt_error *err)
{
    return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_GRID_TOO_LARGE, XT_TEXT(g->file), XT_INT(XT_GRID_ROWS_MAX),
                   XT_INT(XT_GRID_CELLS_MAX), XT_INT(XT_GRID_MERGES_MAX));
}

static bool blank(struct xt_str cell)
{
    return xt_str_trim(cell).n == 0;
}

static enum xt_code keep_row(struct xt_grids *g, const struct xt_row *row, struct xt_error *err)
{
    size_t count = row->count, i;
    struct xt_str *cells;

    while (count > 0 && blank(row->cells[count - 1]))
        count--;
    g->cells += count;
    if (g->grid.row_count == XT_GRID_ROWS_MAX || g->cells > XT_GRID_CELLS_MAX ||
        g->arena.used_bytes > XT_GRID_BYTES_MAX)
        return too_large(g, err);
    cells = xt_arena_alloc(&g->arena, (count + 1) * sizeof *cells);
    for (i = 0; i < count; i++)
        cells[i] = (struct xt_str){xt_arena_strndup(&g->arena, row->cells[i].s, row->cells[i].n), row->cells[i].n};
    xt_grow(&g->rows, &g->row_capacity, g->grid.row_count + 1, sizeof *g->rows);
    g->rows[g->grid.row_count++] = (struct xt_grid_row){row->number, cells, count};
    g->grid.columns = count > g->grid.columns ? count : g->grid.columns;
    return XT_OK;
}

/* The first row whose number is not below. */
static size_t row_from(const struct xt_grids *g, int64_t number)
{
    size_t low = 0, high = g->grid.row_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (g->rows[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The table has them from the first row of a part on, and loses them with its last. */
static enum xt_code take_ranges(struct xt_grids *g, struct xt_error *err)
{
    const struct xt_merge *merges = xt_table_merges(g->table, &g->range_count);

    if (g->range_count > XT_GRID_MERGES_MAX) {
        g->range_count = 0;
        return too_large(g, err);
    }
    g->ranges = xt_realloc(g->ranges, (g->range_count + 1) * sizeof *g->ranges);
    if (g->range_count > 0)
        memcpy(g->ranges, merges, g->range_count * sizeof *g->ranges);
    return XT_OK;
}

/* Row numbers into indexes. */
static void keep_merges(struct xt_grids *g)
{
    size_t i, n = 0;

    g->merges = xt_realloc(g->merges, (g->range_count + 1) * sizeof *g->merges);
    for (i = 0; i < g->range_count; i++) {
        const struct xt_merge *m = &g->ranges[i];
        size_t from = row_from(g, m->row1), behind = row_from(g, m->row2 + 1);

        if (from < behind && (size_t)m->column1 <= g->grid.columns)
            g->merges[n++] = (struct xt_grid_merge){from, behind - 1, (size_t)m->column1 - 1, (size_t)m->column2 - 1};
    }
    g->grid.merges = g->merges;
    g->grid.merge_count = n;
}

static void begin_part(struct xt_grids *g)
{
    xt_arena_clear(&g->arena);
    g->grid = (struct xt_grid){.file = g->file, .member = "", .sheet = ""};
    g->cells = 0;
    g->range_count = 0;
}

static enum xt_code first_row(struct xt_grids *g, const struct xt_row *row, struct xt_error *err)
{
    g->grid.member = xt_arena_strndup(&g->arena, row->member.s ? row->member.s : "", row->member.n);
    g->grid.sheet = xt_arena_strndup(&g->arena, row->sheet.s ? row->sheet.s : "", row->sheet.n);
    return take_ranges(g, err);
}

/* The next row, the one that was read ahead before all. */
static enum xt_code next_row(struct xt_grids *g, struct xt_row *row, bool *out_more, struct xt_error *err)
{
    if (!g->has_ahead)
        return xt_table_next(g->table, row, out_more, err);
    *row = g->ahead;
    *out_more = true;
    g->has_ahead = false;
    return XT_OK;
}

/* Rows up to the end of the part. One above a cap, or with a row that is refused, is read on and not kept. */
static enum xt_code take_part(struct xt_grids *g, struct xt_error *err)
{
    enum xt_code fault = XT_OK;
    int64_t part = -1;

    for (;;) {
        struct xt_row row = {0};
        struct xt_error why;
        bool more = true;
        enum xt_code rc = next_row(g, &row, &more, &why);

        if (rc == XT_OK && !more) {
            g->ended = true;
            return fault;
        }
        if (rc == XT_OK && row.json)
            continue;
        if (part >= 0 && row.part != part && rc == XT_OK) {
            g->ahead = row;
            g->has_ahead = true;
            return fault;
        }
        if (part < 0 && rc == XT_OK)
            rc = first_row(g, &row, &why);
        part = row.part;
        if (rc == XT_OK && fault == XT_OK)
            rc = keep_row(g, &row, &why);
        if (rc != XT_OK && fault == XT_OK) {
            fault = rc;
            if (err)
                *err = why;
        }
        if (rc != XT_OK && rc != XT_E_INPUT && rc != XT_E_TOO_LARGE) {
            g->ended = true;
            return fault;
        }
    }
}

enum xt_code xt_grids_next(struct xt_grids *g, const struct xt_grid **out, struct xt_error *err)
{
    *out = NULL;
    while (!g->ended) {
        enum xt_code rc;

        begin_part(g);
        rc = take_part(g, err);
        if (rc != XT_OK)
            return rc;
        if (g->grid.row_count == 0)
            continue;
        keep_merges(g);
        g->grid.rows = g->rows;
        *out = &g->grid;
        return XT_OK;
    }
    return XT_OK;
}
