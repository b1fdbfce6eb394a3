/* stat_commands.c - `xietong table`: statistical tables as long rows, and against a truth. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "exchange/exchange_priv.h"
#include "exchange/stat_table.h"
#include "room/cli.h"

#define EXIT_NOTHING       1 /* it ran, and there was nothing in it */
#define EXIT_COULD_NOT     2
#define DIFFERENCES_MAX    200000u
#define DIFFERENCES_SHOWN  20
#define AGAINST_MAX        10000u

#define pick(lang, zh, en) ((lang) == XT_ZH ? zh : en)

const struct xt_option xt_stat_options[] = {
    {"mapping", "NAME|FILE", "统计表映射（region/tables/ 中的名称，或 JSON 文件）",
     "mapping of statistical tables (a name in region/tables/, or a JSON file)"},
    {"format", "csv|jsonl", "长表的格式，默认 csv", "format of the long rows, csv by default"},
    {"out", "FILE", "写到此文件；默认写到标准输出", "write to this file; standard output by default"},
    {"against", "FILE|PATTERN", "与整理好的长表逐格比较（可多次给出，可用 * ?）",
     "compare cell by cell with tidy files (may be repeated, may hold * ?)"},
    {"against-mapping", "NAME|FILE", "比较所用长表的映射", "the mapping of those tidy files"},
    {"faults", "NUMBER", "列出多少处差异，默认 20", "how many differences to list, 20 by default"},
    {"report", "FILE", "把比较结果追加写成一行 JSON", "append the comparison as a line of JSON"},
    {"sheet", "NAME|NUMBER", "只读此工作表", "read this sheet only"},
    {"charset", "NAME", "字符集，如 gb18030；默认自动判断", "character set such as gb18030; guessed by default"},
    {NULL, NULL, NULL, NULL},
};

struct work {
    struct xt_cli *cli;
    struct xt_region *region;
    struct xt_stat_mapping *mapping, *tidy;
    struct xt_stat_reader *reader;
    struct xt_stat_compare *compare; /* NULL: rows are written */
    struct xt_out *out;
    struct xt_table_options table;
    int64_t shown, shown_max;
    struct xt_text report; /* the differences as JSON, while they are found */
    struct xt_json json;
    size_t differences;
    bool failed;
};

static void say_problems(const struct xt_problems *problems, enum xt_lang lang)
{
    size_t i;

    for (i = 0; i < problems->count; i++) {
        XT_AUTO(xt_text_done) struct xt_text line = {0};

        xt_text_init(&line, 4 * XT_KIB);
        xt_problem_say(&problems->list[i], lang, &line);
        (void)fprintf(stderr, "%s: %s\n", problems->list[i].path, line.s);
    }
}

static enum xt_code load_region(struct work *w, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    XT_AUTO(xt_text_done) struct xt_text data = {0};
    const char *folder = xt_cli_option(w->cli, "data");
    enum xt_code rc;

    xt_text_init(&data, 4 * XT_KIB);
    if (folder)
        xt_text_addf(&data, "%s/region", folder);
    xt_problems_init(&problems);
    rc = xt_region_load(xt_cli_option(w->cli, "region"), folder ? data.s : NULL, &w->region, &problems, err);
    if (rc != XT_OK)
        say_problems(&problems, w->cli->lang);
    return rc;
}

static enum xt_code load_mapping(struct work *w, const char *option, struct xt_stat_mapping **out, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    const char *name = xt_cli_option(w->cli, option);
    enum xt_code rc;

    if (!name)
        return XT_OK;
    xt_problems_init(&problems);
    rc = xt_stat_mapping_find(w->region, name, out, &problems, err);
    if (rc != XT_OK)
        say_problems(&problems, w->cli->lang);
    return rc;
}

/* ---- rows out ---- */

static const struct xt_out_column COLUMNS[] = {
    {.head = "area"},   {.head = "area_name"}, {.head = "year"}, {.head = "indicator"}, {.head = "indicator_name"},
    {.head = "value"},  {.head = "decimal"},   {.head = "unit"}, {.head = "note"},      {.head = "file"},
    {.head = "member"}, {.head = "sheet"},     {.head = "row"},  {.head = "column"},
};

static enum xt_code write_row(void *user, const struct xt_stat_row *row, struct xt_error *err)
{
    struct work *w = user;
    char number[2][24];
    struct xt_str cells[XT_COUNT(COLUMNS)] = {
        xt_str(row->area), row->area_name, row->year, row->indicator,    row->name,           row->value,
        row->decimal,      row->unit,      row->note, xt_str(row->file), xt_str(row->member), xt_str(row->sheet),
    };

    (void)snprintf(number[0], sizeof number[0], "%lld", (long long)row->row);
    (void)snprintf(number[1], sizeof number[1], "%lld", (long long)row->column);
    cells[XT_COUNT(COLUMNS) - 2] = xt_str(number[0]);
    cells[XT_COUNT(COLUMNS) - 1] = xt_str(number[1]);
    return xt_out_row(w->out, cells, XT_COUNT(cells), err);
}

static enum xt_code open_out(struct work *w, struct xt_error *err)
{
    const char *asked = xt_cli_option(w->cli, "format"), *path = xt_cli_option(w->cli, "out");
    enum xt_format format = XT_FORMAT_CSV;

    if (asked && (!xt_format_by_name(xt_str(asked), &format) || (format != XT_FORMAT_CSV && format != XT_FORMAT_JSONL)))
        return xt_fail(err, XT_E_INPUT, "format", XT_MSG_STAT_FORMAT, XT_TEXT(asked));
    return xt_out_open(path ? path : "-", format, XT_CHARSET_UTF8, "", COLUMNS, XT_COUNT(COLUMNS), &w->out, err);
}

/* ---- files in ---- */

static void say_file(const struct work *w, const char *file, const struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text line = {0};

    xt_text_init(&line, 4 * XT_KIB);
    xt_error_say(err, w->cli->lang, &line);
    (void)fprintf(stderr, "%s: %s\n", file, line.s);
}

/* All sheets of a file. A sheet that cannot be read is said and passed over. */
static enum xt_code read_sheets(struct work *w, struct xt_stat_reader *reader, const char *path, xt_stat_take *take,
                                void *user, struct xt_error *err)
{
    XT_AUTO(xt_grids_close) struct xt_grids *grids = NULL;
    enum xt_code rc = xt_grids_open(path, &w->table, &grids, err);

    while (rc == XT_OK) {
        const struct xt_grid *grid = NULL;
        struct xt_error why;

        rc = xt_grids_next(grids, &grid, &why);
        if (rc == XT_OK && !grid)
            break;
        if (rc == XT_OK)
            rc = xt_stat_read(reader, grid, take, user, &why);
        if (rc == XT_E_TOO_LARGE || rc == XT_E_INPUT) {
            say_file(w, path, &why);
            w->failed = true;
            rc = XT_OK;
        } else if (rc != XT_OK && err) {
            *err = why;
        }
    }
    return rc;
}

/* ---- against a truth ---- */

static enum xt_code read_truth_pattern(struct work *w, struct xt_stat_reader *reader, const char *pattern,
                                       struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    glob_t found = {0};
    size_t i;

    if (glob(pattern, GLOB_NOCHECK, NULL, &found) != 0)
        return xt_fail(err, XT_E_NOT_FOUND, "against", XT_MSG_FILE_OPEN, XT_TEXT(pattern), XT_TEXT(strerror(ENOENT)));
    for (i = 0; rc == XT_OK && i < found.gl_pathc && i < AGAINST_MAX; i++)
        rc = read_sheets(w, reader, found.gl_pathv[i], xt_stat_compare_truth, w->compare, err);
    globfree(&found);
    return rc;
}

static enum xt_code read_truth(struct work *w, struct xt_error *err)
{
    struct xt_stat_reader *reader = xt_stat_reader_new(w->region, w->tidy);
    enum xt_code rc = XT_OK;
    size_t i;

    for (i = 0; rc == XT_OK && i < w->cli->option_count; i++)
        if (xt_str_is(w->cli->options[i].name, "against"))
            rc = read_truth_pattern(w, reader, w->cli->options[i].value.s, err);
    xt_stat_reader_free(&reader);
    return rc;
}

static void report_difference(struct work *w, const struct xt_stat_difference *d)
{
    if (w->differences++ >= DIFFERENCES_MAX)
        return;
    xt_json_object(&w->json);
    xt_json_kv_z(&w->json, "kind", xt_stat_fault_name(d->kind));
    xt_json_kv_z(&w->json, "file", d->file);
    xt_json_kv_z(&w->json, "area", d->area_name[0] ? d->area_name : d->area);
    xt_json_kv_z(&w->json, "year", d->year);
    xt_json_kv_z(&w->json, "indicator", d->indicator);
    xt_json_kv_z(&w->json, "name", d->name);
    xt_json_kv_z(&w->json, "truth", d->truth);
    xt_json_kv_z(&w->json, "truth_unit", d->truth_unit);
    xt_json_kv_z(&w->json, "found", d->found);
    xt_json_kv_z(&w->json, "found_unit", d->found_unit);
    xt_json_end_object(&w->json);
}

static void say_difference(void *user, const struct xt_stat_difference *d)
{
    struct work *w = user;
    bool unit = d->kind == XT_STAT_UNIT;

    report_difference(w, d);
    if (w->shown++ >= w->shown_max)
        return;
    (void)fprintf(stderr, "%s: %s %s %s (%s): %s: %s / %s\n", d->file, d->area_name, d->year, d->name, d->indicator,
                  xt_stat_fault_label(d->kind, w->cli->lang), unit ? d->truth_unit : d->truth,
                  unit ? d->found_unit : d->found);
}

static void say_line(const char *file, const char *year, const struct xt_stat_year *y)
{
    size_t k;

    (void)printf("%-64s %-5s %7lld %7lld %6.2f%%", file, year, (long long)y->cells, (long long)y->right,
                 y->cells > 0 ? 100.0 * (double)y->right / (double)y->cells : 0.0);
    for (k = 0; k < XT_STAT_FAULT_KINDS; k++)
        (void)printf(" %9lld", (long long)y->faults[k]);
    (void)putchar('\n');
}

static void say_years(const struct work *w)
{
    size_t count, i, k;
    const struct xt_stat_year *years = xt_stat_compare_years(w->compare, &count);
    struct xt_stat_year all = {0};

    (void)printf("%-64s %-5s %7s %7s %7s", "file", "year", "cells", "right", "share");
    for (k = 0; k < XT_STAT_FAULT_KINDS; k++)
        (void)printf(" %9s", xt_stat_fault_name((enum xt_stat_fault)k));
    (void)putchar('\n');
    for (i = 0; i < count; i++) {
        say_line(years[i].file, years[i].year, &years[i]);
        all.cells += years[i].cells;
        all.right += years[i].right;
        for (k = 0; k < XT_STAT_FAULT_KINDS; k++)
            all.faults[k] += years[i].faults[k];
    }
    say_line("all", "", &all);
}

static enum xt_code write_report(struct work *w, const char *path, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text line = {0};
    const char *mapping = xt_cli_option(w->cli, "mapping");
    size_t count, i, k;
    const struct xt_stat_year *years = xt_stat_compare_years(w->compare, &count);
    struct xt_json j;
    FILE *file;

    xt_text_init(&line, 256 * XT_MIB);
    xt_json_init(&j, &line);
    xt_json_object(&j);
    xt_json_kv_z(&j, "mapping", mapping ? mapping : "");
    xt_json_key(&j, "years");
    xt_json_array(&j);
    for (i = 0; i < count; i++) {
        xt_json_object(&j);
        xt_json_kv_z(&j, "file", years[i].file);
        xt_json_kv_z(&j, "year", years[i].year);
        xt_json_kv_int(&j, "cells", years[i].cells);
        xt_json_kv_int(&j, "right", years[i].right);
        xt_json_key(&j, "faults");
        xt_json_object(&j);
        for (k = 0; k < XT_STAT_FAULT_KINDS; k++)
            xt_json_kv_int(&j, xt_stat_fault_name((enum xt_stat_fault)k), years[i].faults[k]);
        xt_json_end_object(&j);
        xt_json_end_object(&j);
    }
    xt_json_end_array(&j);
    xt_json_key(&j, "differences");
    xt_json_end_array(&w->json);
    xt_json_add_raw(&j, xt_text_view(&w->report));
    xt_json_end_object(&j);
    xt_text_add_char(&line, '\n');
    file = fopen(path, "abe");
    if (!file || fwrite(line.s, 1, line.n, file) != line.n || fclose(file) != 0)
        return xt_fail(err, XT_E_INTERNAL, "report", XT_MSG_FILE_WRITE, XT_TEXT(path), XT_TEXT(strerror(errno)));
    return XT_OK;
}

/* ---- the command ---- */

static enum xt_code read_file(struct work *w, const char *path, struct xt_error *err)
{
    const char *slash = strrchr(path, '/');
    enum xt_code rc;

    if (!w->compare)
        return read_sheets(w, w->reader, path, write_row, w, err);
    rc = read_sheets(w, w->reader, path, xt_stat_compare_row, w->compare, err);
    xt_stat_compare_file(w->compare, slash ? slash + 1 : path, say_difference, w);
    return rc;
}

static void read_files(struct work *w)
{
    size_t i;

    for (i = 0; i < w->cli->arg_count; i++) {
        struct xt_error why;

        if (read_file(w, w->cli->args[i], &why) == XT_OK)
            continue;
        say_file(w, w->cli->args[i], &why);
        w->failed = true;
    }
}

static void say_facts(const struct work *w)
{
    const struct xt_stat_facts *f = xt_stat_reader_facts(w->reader);

    (void)fprintf(stderr,
                  "sheets=%lld tables=%lld rows=%lld without_area=%lld without_year=%lld without_indicator=%lld\n",
                  (long long)f->sheets, (long long)f->tables, (long long)f->rows, (long long)f->without_area,
                  (long long)f->without_year, (long long)f->without_indicator);
}

static enum xt_code prepare(struct work *w, struct xt_error *err)
{
    enum xt_code rc = load_region(w, err);

    w->table.sheet = xt_cli_option(w->cli, "sheet");
    w->table.charset = xt_cli_option(w->cli, "charset");
    if (rc == XT_OK)
        rc = xt_cli_int(w->cli, "faults", 0, DIFFERENCES_MAX, DIFFERENCES_SHOWN, &w->shown_max, err);
    if (rc == XT_OK)
        rc = load_mapping(w, "mapping", &w->mapping, err);
    if (rc == XT_OK)
        rc = load_mapping(w, "against-mapping", &w->tidy, err);
    if (rc != XT_OK)
        return rc;
    w->reader = xt_stat_reader_new(w->region, w->mapping);
    if (!xt_cli_option(w->cli, "against"))
        return open_out(w, err);
    w->compare = xt_stat_compare_new();
    return read_truth(w, err);
}

static enum xt_code finish(struct work *w, struct xt_error *err)
{
    const char *report = xt_cli_option(w->cli, "report");

    if (!w->compare)
        return xt_out_close(&w->out, err);
    say_years(w);
    return report ? write_report(w, report, err) : XT_OK;
}

int xt_stat_run(struct xt_cli *cli, struct xt_error *err)
{
    struct work w = {.cli = cli};
    enum xt_code rc;
    int status;

    xt_text_init(&w.report, 200 * XT_MIB);
    xt_json_init(&w.json, &w.report);
    xt_json_array(&w.json);
    rc = prepare(&w, err);
    if (rc == XT_OK) {
        read_files(&w);
        rc = finish(&w, err);
        say_facts(&w);
    }
    status = rc != XT_OK || w.failed ? EXIT_COULD_NOT : xt_stat_reader_facts(w.reader)->rows == 0 ? EXIT_NOTHING : 0;
    xt_out_drop(&w.out);
    xt_stat_compare_free(&w.compare);
    xt_stat_reader_free(&w.reader);
    xt_stat_mapping_free(&w.mapping);
    xt_stat_mapping_free(&w.tidy);
    xt_region_free(&w.region);
    xt_text_done(&w.report);
    return status;
}
