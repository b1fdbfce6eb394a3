/*
 * table_bench.c - how fast tables are read and written: 100,000 rows of 20 columns, in this run, beside openpyxl where
 * python3-openpyxl is installed. Prints "name value unit" lines; arguments: [ROWS [FOLDER]].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "base/time.h"
#include "table/table.h"

enum { COLUMNS = 20, RUNS = 3 };

static void fail(const struct xt_error *err)
{
    struct xt_text text;

    xt_text_init(&text, 4096);
    xt_error_say(err, XT_EN, &text);
    fprintf(stderr, "%s\n", text.s);
    exit(1);
}

static void make(const char *path, enum xt_format format, int64_t rows)
{
    struct xt_out_column columns[COLUMNS];
    char heads[COLUMNS][16], cells[COLUMNS][48];
    struct xt_str views[COLUMNS];
    struct xt_out *out = NULL;
    struct xt_error err;
    int64_t i;
    int k;

    for (k = 0; k < COLUMNS; k++) {
        snprintf(heads[k], sizeof heads[k], "列%d", k + 1);
        columns[k] = (struct xt_out_column){.head = heads[k], .kind = k % 2 ? XT_CELL_NUMBER : XT_CELL_TEXT};
    }
    if (xt_out_open(path, format, XT_CHARSET_UTF8, NULL, columns, COLUMNS, &out, &err) != XT_OK)
        fail(&err);
    for (i = 0; i < rows; i++) {
        for (k = 0; k < COLUMNS; k++) {
            int n = k % 2 ? snprintf(cells[k], sizeof cells[k], "%lld", (long long)(i * 31 + k) % 1000000)
                          : snprintf(cells[k], sizeof cells[k], "示例 text %lld", (long long)(i * 7 + k) % 9973);

            views[k] = (struct xt_str){cells[k], (size_t)n};
        }
        if (xt_out_row(out, views, COLUMNS, &err) != XT_OK)
            fail(&err);
    }
    if (xt_out_close(&out, &err) != XT_OK)
        fail(&err);
}

/* Microseconds for all cells of the file. */
static int64_t read_all(const char *path, int64_t rows_wanted)
{
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_row row;
    int64_t began = xt_monotonic_us(), rows = 0;
    bool more = true;

    if (xt_table_open(path, NULL, &table, &err) != XT_OK)
        fail(&err);
    for (;;) {
        if (xt_table_next(table, &row, &more, &err) != XT_OK)
            fail(&err);
        if (!more)
            break;
        rows++;
    }
    xt_table_close(&table);
    if (rows != rows_wanted) {
        fprintf(stderr, "%s: %lld rows read\n", path, (long long)rows);
        exit(1);
    }
    return xt_monotonic_us() - began;
}

static int64_t best_of(const char *path, int64_t rows)
{
    int64_t best = INT64_MAX;
    int i;

    for (i = 0; i < RUNS; i++) {
        int64_t us = read_all(path, rows);

        best = us < best ? us : best;
    }
    return best;
}

static void peer(const char *path, int64_t rows, int64_t ours_us)
{
    char command[1024], line[64] = "";
    double seconds;
    FILE *pipe;

    snprintf(
        command, sizeof command,
        "/usr/bin/python3 -c \"import time,openpyxl\nt=time.time()\nn=sum(1 for r in "
        "openpyxl.load_workbook('%s',read_only=True).active.iter_rows(values_only=True))\nprint(time.time()-t)\" 2>/dev/null",
        path);
    pipe = popen(command, "r");
    if (!pipe)
        return;
    if (!fgets(line, sizeof line, pipe) || !xt_double_parse(xt_str_trim(xt_str(line)), &seconds))
        seconds = 0;
    (void)pclose(pipe); /* an empty line already says that it failed */
    if (seconds <= 0) {
        printf("openpyxl is not installed\n");
        return;
    }
    printf("openpyxl_read_only %.0f rows/s\n", (double)rows / seconds);
    printf("xlsx_against_openpyxl %.1f times\n", seconds * 1e6 / (double)ours_us);
}

int main(int argc, char **argv)
{
    char csv[512], xlsx[512];
    int64_t rows = 100000, us;
    struct rusage usage;
    struct stat facts;

    if (argc > 1 && !xt_int_parse(xt_str(argv[1]), &rows))
        return 2;
    snprintf(csv, sizeof csv, "%s/table_bench.csv", argc > 2 ? argv[2] : "/tmp");
    snprintf(xlsx, sizeof xlsx, "%s/table_bench.xlsx", argc > 2 ? argv[2] : "/tmp");
    make(csv, XT_FORMAT_CSV, rows);
    if (stat(csv, &facts) != 0)
        return 1;
    us = best_of(csv, rows);
    printf("csv_read %.0f MB/s\n", (double)facts.st_size / (double)us);
    us = xt_monotonic_us();
    make(xlsx, XT_FORMAT_XLSX, rows);
    printf("xlsx_write %.0f rows/s\n", (double)rows * 1e6 / (double)(xt_monotonic_us() - us));
    us = best_of(xlsx, rows);
    printf("xlsx_read %.0f rows/s\n", (double)rows * 1e6 / (double)us);
    (void)getrusage(RUSAGE_SELF, &usage); /* cannot fail for oneself */
    printf("memory_peak %ld MiB\n", usage.ru_maxrss / 1024);
    peer(xlsx, rows, us);
    (void)unlink(csv);
    (void)unlink(xlsx);
    return 0;
}
