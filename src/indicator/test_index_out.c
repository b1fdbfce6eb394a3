/* test_index_out.c - what is written of a release: workbooks read back, JSON that sums up, reports that are the same twice. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/number.h"
#include "indicator/index_export.h"
#include "indicator/index_report.h"

#define SHEET_ALWAYS 4 /* columns before the figures */

static struct xt_index_release release;
static struct xt_index_book book;
static char path[] = "/tmp/xt-index-out-XXXXXX";

static void read_text(const char *name, struct xt_text *out)
{
    FILE *file = fopen(name, "rb");
    char piece[4096];
    size_t n;

    assert_non_null(file);
    xt_text_init(out, 16 * XT_MIB);
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        xt_text_add(out, piece, n);
    assert_int_equal(fclose(file), 0);
}

static int begin(void **state)
{
    const char *const paths[] = {"region/sample/town-index.csv", NULL};
    struct xt_index_release_options options = {.uncertainty = XT_UNCERTAIN_DRAW, .draws = 60};
    struct xt_index_file *file = NULL;
    struct xt_index_data *data = NULL;
    struct xt_problems problems, warnings;
    struct xt_text definition, bytes;
    char id[XT_RELEASE_ID];
    struct xt_error err;
    int fd = mkstemp(path);

    (void)state;
    if (fd < 0 || close(fd) != 0)
        return -1;
    xt_problems_init(&problems);
    xt_problems_init(&warnings);
    xt_text_init(&bytes, 16 * XT_MIB);
    read_text("region/indexes/specialised-town.json", &definition);
    assert_int_equal(xt_index_file_load("towns", xt_text_view(&definition), NULL, &file, &problems, &err), XT_OK);
    assert_int_equal(xt_index_data_read(file, paths, NULL, &data, &problems, &err), XT_OK);
    assert_int_equal(xt_index_release_make(file, data, &options, &bytes, &problems, &warnings, &err), XT_OK);
    assert_int_equal(xt_index_release_read(xt_text_view(&bytes), &release, &problems, &err), XT_OK);
    xt_index_release_id(xt_text_view(&bytes), id);
    assert_int_equal(xt_index_book_open(&release, id, &book, &problems, &err), XT_OK);
    xt_index_file_free(&file);
    xt_index_data_free(&data);
    xt_text_done(&definition);
    xt_text_done(&bytes);
    xt_problems_done(&problems);
    xt_problems_done(&warnings);
    return 0;
}

static int end(void **state)
{
    (void)state;
    xt_index_book_done(&book);
    xt_index_release_done(&release);
    return unlink(path);
}

/* ---- the workbook, by the reader of this house ---- */

static struct xt_table *open_sheet(const char *number)
{
    struct xt_table_options options = {.sheet = number};
    struct xt_table *table = NULL;
    struct xt_error err;

    assert_int_equal(xt_table_open(path, &options, &table, &err), XT_OK);
    return table;
}

static bool next_row(struct xt_table *table, struct xt_row *row)
{
    struct xt_error err;
    bool more = false;

    assert_int_equal(xt_table_next(table, row, &more, &err), XT_OK);
    return more;
}

/* A cell of figures: empty where the value is missing. */
static void expect_figure(const struct xt_row *row, size_t column, double wanted)
{
    struct xt_str cell = column < row->count ? row->cells[column] : XT_STR("");
    bool percent = cell.n > 1 && cell.s[cell.n - 1] == '%'; /* as the reader gives cells of such a format */
    double value;

    if (isnan(wanted)) {
        assert_int_equal(cell.n, 0);
        return;
    }
    cell.n -= percent;
    if (!xt_double_parse(cell, &value))
        fail_msg("column %zu: \"%.*s\" is no number", column, (int)cell.n, cell.s);
    value /= percent ? 100 : 1;
    assert_true(fabs(value - wanted) <= 1e-11 * fabs(wanted));
}

static void expect_unit(const struct xt_row *row, size_t at)
{
    assert_true(xt_str_is(row->cells[0], book.table->unit[at]));
    assert_true(xt_str_is(row->cells[1], release.data->names[at]));
    expect_figure(row, 2, book.table->period[at]);
}

/* Every value of a sheet; values NULL = as they were read. */
static void expect_values(const char *sheet, double *const *values)
{
    struct xt_table *table = open_sheet(sheet);
    struct xt_row row;
    size_t at = 0, c;

    while (next_row(table, &row)) {
        assert_true(at < book.table->rows);
        expect_unit(&row, at);
        for (c = 0; c < book.tree->indicator_count; c++)
            expect_figure(&row, SHEET_ALWAYS + c, values ? values[c][at] : book.table->values[c][at]);
        at++;
    }
    assert_int_equal(at, book.table->rows);
    xt_table_close(&table);
}

static void expect_groups(void)
{
    struct xt_table *table = open_sheet("10");
    size_t n = book.tree->group_count, at, level, i, k;
    struct xt_row row;

    for (at = 0; next_row(table, &row); at++) {
        k = 0;
        expect_unit(&row, at);
        for (level = book.tree->levels; level > 1; level--)
            for (i = 0; i < book.tree->count; i++) {
                if (book.tree->nodes[i].indicator || book.tree->level[i] != level)
                    continue;
                expect_figure(&row, SHEET_ALWAYS + k, xt_index_release_score(&release, i, at));
                expect_figure(&row, SHEET_ALWAYS + n + k,
                              book.rank[i][at] > 0 ? (double)xt_index_release_rank(&release, i, at) : (double)NAN);
                k++;
            }
    }
    assert_int_equal(at, book.table->rows);
    xt_table_close(&table);
}

/* Row of a unit's year. */
static size_t row_of(const struct xt_row *row)
{
    char unit[XT_INDEX_CODE_SIZE];
    int64_t period;

    (void)snprintf(unit, sizeof unit, "%.*s", (int)row->cells[0].n, row->cells[0].s);
    assert_true(xt_int_parse(row->cells[2], &period));
    return xt_index_release_row(&release, unit, (int32_t)period);
}

static void expect_results(void)
{
    struct xt_table *table = open_sheet("11");
    size_t top = book.tree->top, n = 0, at;
    struct xt_row row;

    for (; next_row(table, &row); n++) {
        at = row_of(&row);
        assert_int_not_equal(at, SIZE_MAX);
        if (n == 0)
            assert_true(xt_str_is(row.cells[4], "1")); /* the best of the last year stands first */
        expect_figure(&row, 4, book.rank[top][at] > 0 ? (double)book.rank[top][at] : (double)NAN);
        expect_figure(&row, 5, xt_index_release_score(&release, top, at));
        expect_figure(&row, 6, book.range[at].known ? book.range[at].low : NAN);
        expect_figure(&row, 8, book.range[at].known ? book.range[at].high : NAN);
        expect_figure(&row, 11, book.range[at].known ? book.range[at].top10 : NAN);
    }
    assert_int_equal(n, book.table->rows);
    xt_table_close(&table);
}

static void expect_changes(void)
{
    struct xt_table *table = open_sheet("12");
    size_t n = 0;
    struct xt_row row;

    for (; next_row(table, &row); n++) {
        size_t at = row_of(&row);
        double change = 0, own = 0, yardstick = 0;

        expect_figure(&row, 9, book.moved[at].change);
        if (row.count < 12 || row.cells[11].n == 0)
            continue;
        assert_true(xt_double_parse(row.cells[9], &change) && xt_double_parse(row.cells[10], &own) &&
                    xt_double_parse(row.cells[11], &yardstick));
        assert_true(fabs(change - own - yardstick) < 1e-9);
    }
    assert_int_equal(n, 240);
    xt_table_close(&table);
}

static void workbook_says_what_the_release_says(void **state)
{
    static const char *const of_step[] = {"5", "6", "7", "8", "9"};
    struct xt_error err;
    size_t i;

    (void)state;
    assert_int_equal(xt_index_export_workbook(&book, XT_ZH, path, &err), XT_OK);
    expect_values("3", NULL);
    for (i = 0; i < XT_COUNT(of_step); i++)
        expect_values(of_step[i], book.run.step[i]);
    expect_groups();
    expect_results();
    expect_changes();
}

static void tree_of_the_workbook(void **state)
{
    struct xt_error err;
    struct xt_table *table;
    struct xt_row row;
    size_t i;

    (void)state;
    assert_int_equal(xt_index_export_workbook(&book, XT_EN, path, &err), XT_OK);
    table = open_sheet("2");
    assert_string_equal(xt_table_facts(table)->sheets[0], "1 About");
    assert_int_equal(xt_table_facts(table)->sheet_count, 13);
    for (i = 0; next_row(table, &row); i++) {
        assert_true(xt_str_is(row.cells[0], book.tree->nodes[i].code));
        expect_figure(&row, 8, book.weight[i]);
        expect_figure(&row, 9, book.share[i]);
        expect_figure(&row, 10, book.variance[i]);
    }
    assert_int_equal(i, book.tree->count);
    xt_table_close(&table);
}

static void table_has_every_node(void **state)
{
    struct xt_error err;
    struct xt_table *table;
    struct xt_row row;
    size_t i, at, n = book.tree->count;

    (void)state;
    assert_int_equal(xt_index_export_table(&book, XT_FORMAT_CSV, XT_EN, path, &err), XT_OK);
    table = open_sheet(NULL);
    for (at = 0; next_row(table, &row); at++) {
        expect_unit(&row, at);
        assert_int_equal(row.count, SHEET_ALWAYS + 2 * n + 7);
        for (i = 0; i < n; i++) {
            expect_figure(&row, SHEET_ALWAYS + i, xt_index_release_score(&release, i, at));
            expect_figure(&row, SHEET_ALWAYS + n + i,
                          book.rank[i][at] > 0 ? (double)xt_index_release_rank(&release, i, at) : (double)NAN);
        }
        expect_figure(&row, SHEET_ALWAYS + 2 * n, book.range[at].known ? book.range[at].low : NAN);
        expect_figure(&row, SHEET_ALWAYS + 2 * n + 6, book.range[at].known ? book.range[at].top10 : NAN);
    }
    assert_int_equal(at, book.table->rows);
    xt_table_close(&table);
}

/* ---- JSON ---- */

static void contributions_sum_to_the_score(void **state)
{
    struct xt_text out;
    struct xt_error err;
    json_t *json = NULL, *unit, *node;
    size_t i, filled = 0, intervals = 0;
    const char *code;

    (void)state;
    xt_text_init(&out, 64 * XT_MIB);
    xt_index_export_json(&book, &out);
    assert_int_equal(xt_json_parse(xt_text_view(&out), &json, &err), XT_OK);
    assert_string_equal(xt_json_z(json, "format", ""), "xietong-index-export/1");
    assert_string_equal(xt_json_z(json, "release", ""), book.id);
    assert_int_equal(json_array_size(json_object_get(json, "units")), book.table->rows);
    json_array_foreach (json_object_get(json, "units"), i, unit) {
        double sum = 0, score = json_number_value(json_object_get(unit, "score"));

        assert_string_equal(xt_json_z(unit, "unit", ""), book.table->unit[i]);
        intervals += json_object_get(unit, "interval") != NULL;
        json_object_foreach (json_object_get(unit, "nodes"), code, node) {
            size_t at = xt_index_tree_find(book.tree, code);

            filled += xt_json_bool(node, "filled", false);
            if (book.tree->nodes[at].indicator)
                sum += json_number_value(json_object_get(node, "contribution"));
        }
        /* Where no value is missing at the end, arithmetic means are sums. */
        if (json_is_number(json_object_get(unit, "score")))
            assert_true(fabs(sum - score) < 1e-8);
    }
    assert_int_equal(intervals, xt_index_book_ranked(&book, book.period_count - 1));
    assert_true(filled > 20);
    json_decref(json);
    xt_text_done(&out);
}

/* ---- reports ---- */

static enum xt_code report(const char *const *units, enum xt_lang lang, struct xt_text *out, size_t *faults)
{
    struct xt_index_report_options options = {.lang = lang, .units = units};
    struct xt_problems problems;
    size_t missing = 0;
    struct xt_error err;
    enum xt_code rc;

    xt_problems_init(&problems);
    xt_text_init(out, XT_REPORT_BYTES_MAX);
    rc = xt_index_report(&book, &options, out, &missing, &problems, &err);
    *faults = problems.count;
    xt_problems_done(&problems);
    assert_int_equal(missing, 0);
    return rc;
}

static void reports_are_the_same_twice(void **state)
{
    const char *const two[] = {"ex-05", "ex-41", NULL};
    struct xt_text first, second, all;
    size_t faults;

    (void)state;
    assert_int_equal(report(two, XT_ZH, &first, &faults), XT_OK);
    assert_int_equal(report(two, XT_ZH, &second, &faults), XT_OK);
    assert_true(xt_str_starts(xt_text_view(&first), "%PDF-1."));
    assert_true(xt_str_eq(xt_text_view(&first), xt_text_view(&second)));
    assert_int_equal(report(NULL, XT_EN, &all, &faults), XT_OK);
    assert_true(all.n > first.n);
    xt_text_done(&first);
    xt_text_done(&second);
    xt_text_done(&all);
}

static void unknown_units_are_all_named(void **state)
{
    const char *const some[] = {"ex-05", "nobody", "nowhere", NULL};
    struct xt_text out;
    size_t faults;

    (void)state;
    assert_int_equal(report(some, XT_EN, &out, &faults), XT_E_NOT_FOUND);
    assert_int_equal(faults, 2);
    assert_int_equal(out.n, 0);
    xt_text_done(&out);
}

/* ---- the book ---- */

static void years_and_peers(void **state)
{
    size_t row = xt_index_release_row(&release, "ex-05", 2021), n, i;
    size_t peers[60];
    const size_t *years;
    bool grouped;

    (void)state;
    n = xt_index_book_years(&book, row, &years);
    assert_int_equal(n, 5);
    for (i = 0; i < n; i++) {
        assert_string_equal(book.table->unit[years[i]], "ex-05");
        assert_int_equal(book.period[years[i]], 2019 + (int)i);
    }
    assert_int_equal(book.moved[years[0]].row_before, SIZE_MAX);
    assert_int_equal(book.moved[years[1]].row_before, years[0]);
    n = xt_index_book_peers(&book, row, peers, &grouped);
    assert_true(grouped && n >= XT_INDEX_PEERS_MIN && n < 60);
    for (i = 0; i < n; i++)
        assert_true(book.period[peers[i]] == 2021 && strcmp(book.table->group[peers[i]], book.table->group[row]) == 0);
}

static void figures_for_people(void **state)
{
    static const struct {
        double value;
        const char *wanted;
    } rows[] = {{0, "0"},
                {7, "7"},
                {2023, "2023"},
                {12345, "12,345"},
                {-1234567, "-1,234,567"},
                {1234.56, "1234.6"},
                {12.345, "12.35"},
                {0.1234, "0.123"},
                {0.001234, "0.001234"},
                {15647.8, "15,648"},
                {NAN, "—"},
                {1.5e18, "1.5e+18"}};
    char out[XT_FIGURE_SIZE];
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++)
        assert_string_equal(xt_index_figure(rows[i].value, out), rows[i].wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workbook_says_what_the_release_says),
        cmocka_unit_test(tree_of_the_workbook),
        cmocka_unit_test(table_has_every_node),
        cmocka_unit_test(contributions_sum_to_the_score),
        cmocka_unit_test(reports_are_the_same_twice),
        cmocka_unit_test(unknown_units_are_all_named),
        cmocka_unit_test(years_and_peers),
        cmocka_unit_test(figures_for_people),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
