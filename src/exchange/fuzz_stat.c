/* fuzz_stat.c - a sheet through a mapping: the input is a mapping's JSON (or nothing), a zero byte, then rows of cells apart by
 * "|", a line each; lines "=r r c c" are merged ranges. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/stat_priv.h"

#define ROWS_MAX    200u
#define COLUMNS_MAX 60u
#define MERGES_MAX  200u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct xt_region *region;

static void load_region(void)
{
    struct xt_problems problems;
    struct xt_error err;

    xt_problems_init(&problems);
    if (xt_region_load(NULL, NULL, &region, &problems, &err) != XT_OK)
        abort();
    xt_problems_done(&problems);
}

static enum xt_code take(void *user, const struct xt_stat_row *row, struct xt_error *err)
{
    enum xt_code rc = xt_stat_compare_row(user, row, err);

    return rc == XT_OK ? xt_stat_compare_truth(user, row, err) : rc;
}

static struct xt_str next_part(struct xt_str *rest, char separator)
{
    const char *end = rest->n > 0 ? memchr(rest->s, separator, rest->n) : NULL;
    struct xt_str part = {rest->s, end ? (size_t)(end - rest->s) : rest->n};

    rest->s += part.n + (end ? 1 : 0);
    rest->n -= part.n + (end ? 1 : 0);
    return part;
}

struct sheet {
    struct xt_str cells[ROWS_MAX][COLUMNS_MAX];
    struct xt_grid_row rows[ROWS_MAX];
    struct xt_grid_merge merges[MERGES_MAX];
    struct xt_grid grid;
};

static void add_merge(struct sheet *sheet, struct xt_str line)
{
    unsigned char n[4] = {0};
    size_t i;

    for (i = 0; i < 4 && i + 1 < line.n; i++)
        n[i] = (unsigned char)line.s[i + 1];
    if (sheet->grid.merge_count < MERGES_MAX && n[0] <= n[1] && n[2] <= n[3] && n[1] < ROWS_MAX)
        sheet->merges[sheet->grid.merge_count++] = (struct xt_grid_merge){n[0], n[1], n[2], n[3]};
}

static int by_row(const void *a, const void *b)
{
    const struct xt_grid_merge *x = a, *y = b;

    return (x->row1 > y->row1) - (x->row1 < y->row1);
}

static void make(struct sheet *sheet, struct xt_str rest)
{
    struct xt_grid *grid = &sheet->grid;

    *grid = (struct xt_grid){
        .file = "fuzz-2018.csv", .member = "", .sheet = "1", .rows = sheet->rows, .merges = sheet->merges};
    while (rest.n > 0 && grid->row_count < ROWS_MAX) {
        struct xt_str line = next_part(&rest, '\n');
        struct xt_str *cells = sheet->cells[grid->row_count];
        size_t count = 0;

        if (line.n > 4 && *line.s == '=') {
            add_merge(sheet, line);
            continue;
        }
        while (line.n > 0 && count < COLUMNS_MAX)
            cells[count++] = next_part(&line, '|');
        grid->columns = count > grid->columns ? count : grid->columns;
        sheet->rows[grid->row_count] = (struct xt_grid_row){(int64_t)grid->row_count + 1, cells, count};
        grid->row_count++;
    }
    if (grid->merge_count > 0)
        qsort(sheet->merges, grid->merge_count, sizeof *sheet->merges, by_row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sheet sheet;
    struct xt_stat_mapping *mapping = NULL;
    struct xt_stat_compare *compare = xt_stat_compare_new();
    static struct xt_stat_reader *reader;
    struct xt_problems problems;
    struct xt_error err;
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    size_t n = zero ? (size_t)(zero - data) : 0;

    if (!region) {
        load_region();
        reader = xt_stat_reader_new(region, NULL);
    }
    xt_problems_init(&problems);
    if (n > 0)
        (void)!xt_stat_mapping_load(XT_STR("fuzz"), (struct xt_str){(const char *)data, n}, &mapping, &problems, &err);
    xt_problems_done(&problems);
    n += zero ? 1 : 0;
    make(&sheet, (struct xt_str){(const char *)data + n, size - n});
    xt_stat_reader_use(reader, mapping);
    (void)!xt_stat_read(reader, &sheet.grid, take, compare, &err);
    xt_stat_compare_file(compare, "fuzz", NULL, NULL);
    xt_stat_reader_use(reader, NULL);
    xt_stat_compare_free(&compare);
    xt_stat_mapping_free(&mapping);
    return 0;
}
