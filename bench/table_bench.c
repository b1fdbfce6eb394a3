/*
 * table_bench.c - sample tables, and one reading of one file.
 *
 *   table_bench make ROWS FOLDER    rows of 20 columns as offices have them, in every form that bench/table.mjs measures
 *   table_bench read FILE           all cells of it; prints {"rows", "cells", "bytes", "us", "peak_kb"}
 *
 * Reading is a process of its own, so that the most memory it had (VmHWM) is that of reading alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/time.h"
#include "table/table.h"

enum { COLUMNS = 20, TEXT_SIZE = 160 };

static void die(const struct xt_error *err)
{
    struct xt_text text;

    xt_text_init(&text, 4096);
    xt_error_say(err, XT_EN, &text);
    fprintf(stderr, "table_bench: %s\n", text.s);
    exit(1);
}

/* ---- making ---- */

/* What a column holds, as lists of projects and instruments have it: codes, names, places, dates, money, remarks. */
enum what { CODE, TITLE, UNIT, CITY, KIND, DATE, MONEY, COUNT, RATE, REMARK };
static const struct column {
    const char *head;
    enum what what;
} COLUMN[COLUMNS] = {
    {"编号", CODE},     {"项目名称", TITLE}, {"承担单位", UNIT},  {"所在地", CITY},    {"类别", KIND},
    {"立项日期", DATE}, {"结项日期", DATE},  {"总经费", MONEY},   {"财政经费", MONEY}, {"人数", COUNT},
    {"论文", COUNT},    {"专利", COUNT},     {"完成率", RATE},    {"增长率", RATE},    {"合作单位", UNIT},
    {"合作地", CITY},   {"分类号", CODE},    {"成果名称", TITLE}, {"年度", COUNT},     {"备注", REMARK},
};

static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xFF51AFD7ED558CCDULL;
    x ^= x >> 33;
    x *= 0xC4CEB9FE1A85EC53ULL;
    return x ^ x >> 33;
}

static bool is_number(enum what what)
{
    return what == MONEY || what == COUNT || what == RATE;
}

static size_t cell_text(int64_t row, int column, char out[TEXT_SIZE])
{
    static const char *const cities[] = {"广州市", "深圳市", "珠海市", "佛山市", "惠州市",
                                         "东莞市", "中山市", "江门市", "肇庆市"};
    static const char *const kinds[] = {"基础研究", "应用研究", "试验发展", "成果转化"};
    static const char *const words[] = {"材料", "智能", "海洋", "农业", "光电", "生物", "制造", "能源", "环境", "通信"};
    uint64_t h = mix((uint64_t)row * 64 + (uint64_t)column);
    const char *w = words[h % XT_COUNT(words)], *v = words[(h >> 8) % XT_COUNT(words)];
    unsigned n = (unsigned)(h >> 20);
    int length = 0;

    switch (COLUMN[column].what) {
    case CODE:
        length = snprintf(out, TEXT_SIZE, "%c%07u", 'A' + (int)(h % 5), n % 10000000);
        break;
    case TITLE:
        length = snprintf(out, TEXT_SIZE, "面向%s%s的关键技术研究与应用示范（%u）", w, v, n % 1000000);
        break;
    case UNIT:
        length = snprintf(out, TEXT_SIZE, "示例%s研究院第%u研究所", w, n % 2000);
        break;
    case CITY:
        length = snprintf(out, TEXT_SIZE, "%s", cities[h % XT_COUNT(cities)]);
        break;
    case KIND:
        length = snprintf(out, TEXT_SIZE, "%s", kinds[h % XT_COUNT(kinds)]);
        break;
    case DATE:
        length = snprintf(out, TEXT_SIZE, "20%02u-%02u-%02u", n % 26, n / 26 % 12 + 1, n / 312 % 28 + 1);
        break;
    case MONEY:
        length =
            snprintf(out, TEXT_SIZE, "%u.%02u", n % 100000, (n / 100000) % 90 + 11 - ((n / 100000) % 90 + 11) % 10 + 1);
        break;
    case COUNT:
        length = snprintf(out, TEXT_SIZE, "%u", n % 2000);
        break;
    case RATE:
        length = snprintf(out, TEXT_SIZE, "%.9g", (double)(n % 1000000) / 3e6);
        break;
    case REMARK:
        length = h % 4 ? 0 : snprintf(out, TEXT_SIZE, "see also %s, no. %u", v, n % 100000);
        break;
    }
    return length > 0 ? (size_t)length : 0;
}

static void make_out(const char *folder, const char *name, enum xt_format format, enum xt_charset charset, int64_t rows)
{
    char path[512], cells[COLUMNS][TEXT_SIZE];
    struct xt_out_column columns[COLUMNS];
    struct xt_str views[COLUMNS];
    struct xt_out *out = NULL;
    struct xt_error err;
    int64_t row;
    int k;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (k = 0; k < COLUMNS; k++)
        columns[k] = (struct xt_out_column){.head = COLUMN[k].head,
                                            .kind = is_number(COLUMN[k].what) ? XT_CELL_NUMBER : XT_CELL_TEXT};
    if (xt_out_open(path, format, charset, NULL, columns, COLUMNS, &out, &err) != XT_OK)
        die(&err);
    for (row = 0; row < rows; row++) {
        for (k = 0; k < COLUMNS; k++)
            views[k] = (struct xt_str){cells[k], cell_text(row, k, cells[k])};
        if (xt_out_row(out, views, COLUMNS, &err) != XT_OK)
            die(&err);
    }
    if (xt_out_close(&out, &err) != XT_OK)
        die(&err);
}

/* Every cell in quotes; titles with doubled quotes and line breaks within, as some exports have them. */
static void make_quoted(const char *folder, int64_t rows)
{
    char path[512], cell[TEXT_SIZE];
    FILE *out;
    int64_t row;
    int k;

    snprintf(path, sizeof path, "%s/quoted.csv", folder);
    out = fopen(path, "w");
    if (!out)
        exit(1);
    for (row = -1; row < rows; row++)
        for (k = 0; k < COLUMNS; k++) {
            size_t n = row < 0 ? 0 : cell_text(row, k, cell);

            if (row < 0)
                fprintf(out, "\"%s\"", COLUMN[k].head);
            else if (k == 17 && row % 4 == 0)
                fprintf(out, "\"\"\"%.*s\"\"\n%lld\"", (int)n, cell, (long long)row);
            else
                fprintf(out, "\"%.*s\"", (int)n, cell);
            fputs(k + 1 < COLUMNS ? "," : "\r\n", out);
        }
    if (fclose(out) != 0)
        exit(1);
}

/* As Excel itself writes: texts in the table of shared strings, dates as numbers with a format. */
static void make_shared(const char *folder, int64_t rows)
{
    char path[512], cell[TEXT_SIZE];
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *date;
    int64_t row;
    int k, year, month, day;

    snprintf(path, sizeof path, "%s/shared.xlsx", folder);
    book = workbook_new(path);
    sheet = workbook_add_worksheet(book, NULL);
    date = workbook_add_format(book);
    format_set_num_format(date, "yyyy-mm-dd");
    for (k = 0; k < COLUMNS; k++)
        (void)worksheet_write_string(sheet, 0, (lxw_col_t)k, COLUMN[k].head, NULL);
    for (row = 0; row < rows; row++)
        for (k = 0; k < COLUMNS; k++) {
            size_t n = cell_text(row, k, cell);
            lxw_row_t r = (lxw_row_t)row + 1;
            lxw_col_t c = (lxw_col_t)k;

            if (n == 0)
                continue;
            if (is_number(COLUMN[k].what))
                (void)worksheet_write_number(sheet, r, c, strtod(cell, NULL), NULL);
            else if (COLUMN[k].what == DATE && xt_date_parse((struct xt_str){cell, n}, &year, &month, &day))
                (void)worksheet_write_number(sheet, r, c, (double)(xt_days_from_civil(year, month, day) + 25569), date);
            else
                (void)worksheet_write_string(sheet, r, c, cell, NULL);
        }
    if (workbook_close(book) != LXW_NO_ERROR)
        exit(1);
}

static void make_gzip(const char *folder)
{
    char path[512], piece[65536];
    gzFile out;
    FILE *in;
    size_t n;

    snprintf(path, sizeof path, "%s/rows.csv", folder);
    in = fopen(path, "r");
    snprintf(path, sizeof path, "%s/rows.csv.gz", folder);
    out = gzopen(path, "w6");
    if (!in || !out)
        exit(1);
    while ((n = fread(piece, 1, sizeof piece, in)) > 0)
        if (gzwrite(out, piece, (unsigned)n) != (int)n)
            exit(1);
    (void)fclose(in); /* only read */
    if (gzclose(out) != Z_OK)
        exit(1);
}

static void make(const char *folder, int64_t rows)
{
    make_out(folder, "rows.csv", XT_FORMAT_CSV, XT_CHARSET_UTF8, rows);
    make_out(folder, "gb18030.csv", XT_FORMAT_CSV, XT_CHARSET_GB18030, rows);
    make_out(folder, "rows.jsonl", XT_FORMAT_JSONL, XT_CHARSET_UTF8, rows);
    make_out(folder, "inline.xlsx", XT_FORMAT_XLSX, XT_CHARSET_UTF8, rows);
    make_quoted(folder, rows);
    make_shared(folder, rows);
    make_gzip(folder);
}

/* ---- reading ---- */

static long peak_kb(void)
{
    char line[128];
    long kb = 0;
    FILE *status = fopen("/proc/self/status", "r");

    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kb = strtol(line + 6, NULL, 10);
    if (status)
        (void)fclose(status); /* only read */
    return kb;
}

static void read_all(const char *path)
{
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_row row;
    int64_t began = xt_monotonic_us(), rows = 0, cells = 0, bytes = 0;
    bool more = true;
    size_t i;

    if (xt_table_open(path, NULL, &table, &err) != XT_OK)
        die(&err);
    for (;;) {
        if (xt_table_next(table, &row, &more, &err) != XT_OK)
            die(&err);
        if (!more)
            break;
        rows++;
        cells += (int64_t)(row.json ? json_object_size(row.json) : row.count);
        for (i = 0; row.cells && i < row.count; i++)
            bytes += (int64_t)row.cells[i].n;
    }
    xt_table_close(&table);
    printf("{\"rows\":%lld,\"cells\":%lld,\"bytes\":%lld,\"us\":%lld,\"peak_kb\":%ld}\n", (long long)rows,
           (long long)cells, (long long)bytes, (long long)(xt_monotonic_us() - began), peak_kb());
}

int main(int argc, char **argv)
{
    int64_t rows;

    if (argc == 4 && strcmp(argv[1], "make") == 0 && xt_int_parse(xt_str(argv[2]), &rows) && rows > 0)
        make(argv[3], rows);
    else if (argc == 3 && strcmp(argv[1], "read") == 0)
        read_all(argv[2]);
    else
        return 2;
    return 0;
}
