/* test_out.c - what is written is read back as it was, in every format. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "table/table.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/xt-test-out-XXXXXX");
    return mkdtemp(folder) ? 0 : 1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder); /* fails when a writer left a file behind */
}

static void path_of(const char *name, char path[128])
{
    snprintf(path, 128, "%s/%s", folder, name);
}

static const struct xt_out_column COLUMNS[] = {
    {.head = "名称", .required = true, .note = "机构的全称"},
    {.head = "备注", .kind = XT_CELL_TEXT},
    {.head = "数量", .kind = XT_CELL_NUMBER},
    {.head = "日期", .kind = XT_CELL_DATE},
};

/* Texts that have broken tables before. */
static const char *const NASTY[] = {
    "=1+1",
    "+8613800000000",
    "-5",
    "-5+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "'=1",
    "''",
    "'plain",
    "\ttab first",
    "＝1＋1",
    "a,b",
    "a\tb",
    "a;b|c",
    "say \"yes\"",
    "\"",
    "\"\"",
    "line\nbreak",
    "line\r\nbreak",
    "  spaces  ",
    "007",
    "1e5",
    "1.50",
    "12345678901234567890",
    "true",
    "TRUE",
    "#N/A",
    "_x0041_",
    "_x005F_",
    "a_x000D_b",
    "<b>&amp;</b>",
    "𠮷野家",
    "é̀ combining",
    "\xE2\x80\xAE right to left",
    "NULL",
    "2026-03-05",
    "2026",
    "1/2",
    "中文，逗号",
    "\x01\x1F control",
    "\xEF\xBF\xBF",
};

static void write_nasty(enum xt_format format, enum xt_charset charset, const char *path)
{
    struct xt_out *out = NULL;
    struct xt_error err;
    size_t i;

    assert_int_equal(xt_out_open(path, format, charset, "机构", COLUMNS, 4, &out, &err), XT_OK);
    for (i = 0; i < XT_COUNT(NASTY); i++) {
        struct xt_str cells[4] = {xt_str("x"), xt_str(NASTY[i]), xt_str(NASTY[i]), xt_str(NASTY[i])};

        assert_int_equal(xt_out_row(out, cells, 4, &err), XT_OK);
    }
    assert_int_equal(xt_out_rows(out), XT_COUNT(NASTY));
    assert_int_equal(access(path, F_OK), -1); /* not there before it is whole */
    assert_int_equal(xt_out_close(&out, &err), XT_OK);
}

static void check_cell(struct xt_str cell, const char *wanted, bool workbook, bool text)
{
    struct xt_str w = xt_str(wanted);

    if (workbook && strcmp(wanted, "\xEF\xBF\xBF") == 0)
        w = xt_str("\xEF\xBF\xBD"); /* XML cannot hold it */
    if (workbook && !text && strcmp(wanted, "1.50") == 0)
        w = xt_str("1.5"); /* a number */
    if (!xt_str_eq(cell, w))
        print_error("wanted [%s], got [%.*s]\n", wanted, (int)cell.n, cell.s);
    assert_true(xt_str_eq(cell, w));
}

static void read_nasty(const char *path, bool workbook)
{
    struct xt_table *table = NULL;
    const struct xt_str *heads;
    struct xt_error err;
    struct xt_row row;
    bool more;
    size_t i;

    assert_int_equal(xt_table_open(path, NULL, &table, &err), XT_OK);
    assert_int_equal(xt_table_columns(table, &heads), 4);
    assert_true(xt_str_is(heads[0], "名称"));
    assert_true(xt_str_is(heads[3], "日期"));
    for (i = 0; i < XT_COUNT(NASTY); i++) {
        assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
        assert_true(more);
        check_cell(row.cells[1], NASTY[i], workbook, true);
        check_cell(row.cells[2], NASTY[i], workbook, false);
        check_cell(row.cells[3], NASTY[i], workbook, true);
    }
    assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
    assert_false(more);
    xt_table_close(&table);
}

static void round_trip(const char *name, enum xt_format format, enum xt_charset charset)
{
    char path[128];

    path_of(name, path);
    write_nasty(format, charset, path);
    read_nasty(path, format == XT_FORMAT_XLSX);
    unlink(path);
}

static void csv_comes_back(void **state)
{
    (void)state;
    round_trip("a.csv", XT_FORMAT_CSV, XT_CHARSET_UTF8);
}

static void gb18030_comes_back(void **state)
{
    (void)state;
    round_trip("a.csv", XT_FORMAT_CSV, XT_CHARSET_GB18030);
}

static void tsv_comes_back(void **state)
{
    (void)state;
    round_trip("a.tsv", XT_FORMAT_TSV, XT_CHARSET_UTF8);
}

static void xlsx_comes_back(void **state)
{
    (void)state;
    round_trip("a.xlsx", XT_FORMAT_XLSX, XT_CHARSET_UTF8);
}

static uint32_t random_state = 12345;

static uint32_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

/* Any characters but zero and surrogates; often those that mean something to a format. */
static void random_text(struct xt_text *out)
{
    static const char special[] = "\",;|\t\r\n'=+-@_x ";
    uint32_t n = next_random() % 12, i;

    xt_text_clear(out);
    for (i = 0; i < n; i++) {
        uint32_t c;

        switch (next_random() % 4) {
        case 0:
            c = (unsigned char)special[next_random() % (sizeof special - 1)];
            break;
        case 1:
            c = 0x20 + next_random() % 0x5F;
            break;
        case 2:
            c = 0x4E00 + next_random() % 0x5000;
            break;
        default:
            c = 1 + next_random() % 0x10FFFD;
        }
        if ((c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF || c == 0xFEFF)
            c = 'x';
        xt_text_add_utf8(out, c);
    }
}

static void random_round(enum xt_format format, const char *name)
{
    enum { ROWS = 400 };
    static struct xt_text texts[ROWS][2];
    struct xt_table *table = NULL;
    struct xt_out *out = NULL;
    struct xt_error err;
    struct xt_row row;
    char path[128];
    bool more;
    size_t i, k;

    path_of(name, path);
    assert_int_equal(xt_out_open(path, format, XT_CHARSET_UTF8, NULL, COLUMNS, 2, &out, &err), XT_OK);
    for (i = 0; i < ROWS; i++) {
        struct xt_str cells[2];

        for (k = 0; k < 2; k++) {
            xt_text_init(&texts[i][k], 4096);
            random_text(&texts[i][k]);
            if (k == 0)
                xt_text_add_char(&texts[i][k], '.'); /* no empty rows */
            cells[k] = xt_text_view(&texts[i][k]);
        }
        assert_int_equal(xt_out_row(out, cells, 2, &err), XT_OK);
    }
    assert_int_equal(xt_out_close(&out, &err), XT_OK);
    assert_int_equal(xt_table_open(path, NULL, &table, &err), XT_OK);
    for (i = 0; i < ROWS; i++) {
        assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
        assert_true(more);
        for (k = 0; k < 2; k++) {
            assert_int_equal(row.cells[k].n, texts[i][k].n);
            assert_memory_equal(row.cells[k].s, texts[i][k].s, texts[i][k].n);
            xt_text_done(&texts[i][k]);
        }
    }
    xt_table_close(&table);
    unlink(path);
}

static void random_texts_come_back(void **state)
{
    (void)state;
    random_round(XT_FORMAT_CSV, "r.csv");
    random_round(XT_FORMAT_TSV, "r.tsv");
    random_round(XT_FORMAT_XLSX, "r.xlsx");
}

static void json_lines_come_back(void **state)
{
    struct xt_table *table = NULL;
    struct xt_out *out = NULL;
    struct xt_error err;
    struct xt_row row;
    json_t *object = json_pack("{s:s, s:I, s:[s,n]}", "名称", "示例\n\"", "n", (json_int_t)INT64_MAX, "list", "a");
    char path[128];
    bool more;

    (void)state;
    path_of("a.jsonl", path);
    assert_int_equal(xt_out_open(path, XT_FORMAT_JSONL, XT_CHARSET_UTF8, NULL, NULL, 0, &out, &err), XT_OK);
    assert_int_equal(xt_out_json(out, object, &err), XT_OK);
    assert_int_equal(xt_out_close(&out, &err), XT_OK);
    assert_int_equal(xt_table_open(path, NULL, &table, &err), XT_OK);
    assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
    assert_true(json_equal(row.json, object));
    assert_int_equal(xt_table_facts(table)->format, XT_FORMAT_JSONL);
    xt_table_close(&table);
    json_decref(object);
    unlink(path);
}

/* Numbers, dates, drop-downs: the hidden sheet with the lists is not what is read. */
static void workbook_is_typed(void **state)
{
    const char *choices[402] = {NULL};
    char names[401][16];
    struct xt_out_column columns[] = {{.head = "代码"},
                                      {.head = "类别", .choices = choices, .rule = {.kind = XT_RULE_LIST}},
                                      {.head = "价值", .kind = XT_CELL_NUMBER},
                                      {.head = "启用", .kind = XT_CELL_DATE}};
    struct xt_str cells[] = {xt_str("00123"), xt_str("类 7"), xt_str("1234567.5"), xt_str("2026-03-05")};
    struct xt_table *table = NULL;
    struct xt_out *out = NULL;
    struct xt_error err;
    struct xt_row row;
    char path[128];
    bool more;
    size_t i;

    (void)state;
    for (i = 0; i < 401; i++) {
        snprintf(names[i], sizeof names[i], "类 %zu", i);
        choices[i] = names[i];
    }
    path_of("typed.xlsx", path);
    assert_int_equal(xt_out_open(path, XT_FORMAT_XLSX, XT_CHARSET_UTF8, "a/b:c", columns, 4, &out, &err), XT_OK);
    assert_int_equal(xt_out_row(out, cells, 4, &err), XT_OK);
    assert_int_equal(xt_out_close(&out, &err), XT_OK);
    assert_int_equal(xt_table_open(path, NULL, &table, &err), XT_OK);
    assert_int_equal(xt_table_facts(table)->sheet_count, 2);
    assert_string_equal(xt_table_facts(table)->sheet, "a_b_c");
    assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
    for (i = 0; i < 4; i++)
        assert_true(xt_str_eq(row.cells[i], cells[i]));
    xt_table_close(&table);
    unlink(path);
}

static void cells_that_do_not_fit(void **state)
{
    struct xt_out *out = NULL;
    struct xt_error err;
    char path[128];
    char *large = xt_alloc(40000);
    struct xt_str cells[] = {xt_str("a"), {large, 40000}};

    (void)state;
    memset(large, 'x', 40000);
    path_of("large.xlsx", path);
    assert_int_equal(xt_out_open(path, XT_FORMAT_XLSX, XT_CHARSET_UTF8, NULL, COLUMNS, 2, &out, &err), XT_OK);
    assert_int_equal(xt_out_row(out, cells, 2, &err), XT_E_INPUT);
    assert_string_equal(err.field, "备注");
    assert_int_equal(xt_out_rows(out), 0);
    xt_out_drop(&out);
    assert_int_equal(access(path, F_OK), -1);
    free(large);
}

static void nothing_is_left_where_it_cannot_be_written(void **state)
{
    struct xt_out *out = NULL;
    struct xt_error err;
    char path[128];

    (void)state;
    path_of("no/such/folder.csv", path);
    assert_int_not_equal(xt_out_open(path, XT_FORMAT_CSV, XT_CHARSET_UTF8, NULL, COLUMNS, 4, &out, &err), XT_OK);
    assert_int_equal(err.msg, XT_MSG_FILE_WRITE);
    path_of("dropped.csv", path);
    assert_int_equal(xt_out_open(path, XT_FORMAT_CSV, XT_CHARSET_UTF8, NULL, COLUMNS, 4, &out, &err), XT_OK);
    xt_out_drop(&out);
    assert_int_equal(access(path, F_OK), -1);
}

/* A library nobody here wrote opens what we write: openpyxl, where it is installed. */
static void openpyxl_reads_it(void **state)
{
    char path[128], command[1024];
    int rc;

    (void)state;
    if (system("/usr/bin/python3 -c 'import openpyxl' 2>/dev/null") != 0) {
        print_message("skipped: python3-openpyxl is not installed\n");
        skip();
    }
    path_of("peer.xlsx", path);
    write_nasty(XT_FORMAT_XLSX, XT_CHARSET_UTF8, path);
    snprintf(
        command, sizeof command,
        "/usr/bin/python3 -c \"import openpyxl,sys; s=openpyxl.load_workbook('%s').active;"
        "sys.exit(not (s.max_row==%zu and s['A1'].value=='名称' and s['B2'].value=='=1+1' and s['B2'].data_type!='f'"
        " and s['A1'].comment and s.freeze_panes=='A2' and s.auto_filter.ref))\"",
        path, XT_COUNT(NASTY) + 1);
    rc = system(command);
    unlink(path);
    assert_int_equal(rc, 0);
}

/* Standard input is 0: a writer that never opened its file must not take it for its own. */
static void a_file_that_cannot_be_made_closes_nothing(void **state)
{
    struct xt_error err;
    char path[128];

    (void)state;
    path_of("nowhere/out.json", path);
    assert_int_not_equal(fcntl(0, F_GETFD), -1);
    assert_int_equal(xt_out_whole(path, XT_STR("{}"), &err), XT_E_INTERNAL);
    assert_int_not_equal(fcntl(0, F_GETFD), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_comes_back),
        cmocka_unit_test(gb18030_comes_back),
        cmocka_unit_test(tsv_comes_back),
        cmocka_unit_test(xlsx_comes_back),
        cmocka_unit_test(random_texts_come_back),
        cmocka_unit_test(json_lines_come_back),
        cmocka_unit_test(workbook_is_typed),
        cmocka_unit_test(cells_that_do_not_fit),
        cmocka_unit_test(nothing_is_left_where_it_cannot_be_written),
        cmocka_unit_test(a_file_that_cannot_be_made_closes_nothing),
        cmocka_unit_test(openpyxl_reads_it),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
