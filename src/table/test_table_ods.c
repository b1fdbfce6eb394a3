/* test_table_ods.c - spreadsheets as XML: OpenDocument as LibreOffice writes it, and Excel 2003's; their limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "table/table_priv.h"

static void dump(struct xt_table *table, struct xt_text *out)
{
    const struct xt_str *heads;
    size_t columns = xt_table_columns(table, &heads), i;
    struct xt_row row;
    bool more = true;

    xt_text_addf(out, "%s:", xt_table_facts(table)->sheet);
    for (i = 0; i < columns; i++)
        xt_text_addf(out, "%s%.*s", i > 0 ? "|" : "", (int)heads[i].n, heads[i].s);
    for (;;) {
        struct xt_error err;
        enum xt_code rc = xt_table_next(table, &row, &more, &err);

        if (rc == XT_OK && !more)
            return;
        if (rc != XT_OK)
            xt_text_addf(out, "/!%s", xt_msg_name(err.msg));
        if (rc != XT_OK && rc != XT_E_INPUT)
            return;
        for (i = 0; i < row.count; i++)
            xt_text_addf(out, "%s%.*s", i > 0 ? "|" : "/", (int)row.cells[i].n, row.cells[i].s);
    }
}

static void expect(enum xt_code rc, struct xt_table *table, const struct xt_error *err, const char *wanted)
{
    struct xt_text out;

    xt_text_init(&out, XT_MIB);
    if (rc != XT_OK)
        xt_text_addf(&out, "%s", xt_msg_name(err->msg));
    else
        dump(table, &out);
    assert_string_equal(out.s, wanted);
    xt_table_close(&table);
    xt_text_done(&out);
}

static void expect_file(const char *path, const char *sheet, enum xt_format format, const char *wanted)
{
    struct xt_table_options options = {.sheet = sheet};
    struct xt_table *table = NULL;
    struct xt_error err;
    enum xt_code rc = xt_table_open(path, &options, &table, &err);

    if (rc == XT_OK)
        assert_int_equal(xt_table_facts(table)->format, format);
    expect(rc, table, &err, wanted);
}

static void expect_text(const char *text, const struct xt_table_options *options, const char *wanted)
{
    struct xt_table *table = NULL;
    struct xt_error err;
    enum xt_code rc = xt_table_open_memory("a.xml", text, strlen(text), options, &table, &err);

    expect(rc, table, &err, wanted);
}

/* Makes a file of one part more than its type: content.xml. */
static void expect_content(const char *content, const struct xt_table_options *options, const char *wanted)
{
    char path[] = "/tmp/xt-test-ods-XXXXXX";
    int fd = mkstemp(path), fault;
    struct xt_table *table = NULL;
    struct xt_error err;
    enum xt_code rc;
    zip_t *zip;

    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &fault);
    assert_non_null(zip);
    assert_true(zip_file_add(zip, "content.xml", zip_source_buffer(zip, content, strlen(content), 0), 0) >= 0);
    assert_int_equal(zip_close(zip), 0);
    rc = xt_table_open(path, options, &table, &err);
    assert_int_equal(unlink(path), 0);
    expect(rc, table, &err, wanted);
}

#define PLAIN                                                                                                                \
    "数据:地区|编号|日期|时刻|比率|数值|公式|文字公式|真假|错误"                                     \
    "/全   国|000007|2026-03-05|2026-03-05T06:00:00|15.3%|12|30|全   国合|TRUE|#N/A"                                    \
    "/甲|123456789012345|2026-03|||-0.01|1234567.125|||/甲|||||0.0000001|0.1|𠮷野家 \"引号\", 逗号\n换行|33.33|" \
    "/|0|1.5|3|4.5|6||||"

static void written_by_libreoffice(void **state)
{
    (void)state;
    expect_file("test/fuzz/ods/plain.ods", NULL, XT_FORMAT_ODS, PLAIN);
    expect_file("test/fuzz/ods/plain.ods", "藏起来", XT_FORMAT_ODS, "藏起来:密|数");
    expect_file("test/fuzz/ods/plain.ods", "1", XT_FORMAT_ODS, "file-is-empty");
}

#define CONTENT(rows) "<a><spreadsheet><table name='t'>" rows "</table></spreadsheet></a>"
#define CELL(text)    "<table-cell value-type='string'><p>" text "</p></table-cell>"

static void cells_of_opendocument(void **state)
{
    struct xt_table_options first = {.head_row = 1, .limits = {.columns = 4}};

    (void)state;
    expect_content(
        CONTENT("<table-row>" CELL("a") CELL(
            "b") "</table-row><table-row number-rows-repeated='3'><table-cell/></table-row>"
                 "<table-row number-rows-repeated='2'><table-cell value-type='float' value='1.50'"
                 " number-columns-repeated='2'/></table-row><table-row>" CELL(
                     "x<s c='3'/>y</p><annotation><p>note</p>"
                     "</annotation><p>z") "<covered-table-cell value-type='string'><p>hidden</p></covered-table-cell>"
                                          "</table-row><table-row><table-cell value-type='time' time-value='PT26H03M04S'/>"
                                          "<table-cell value-type='boolean' boolean-value='false'/></table-row>"),
        NULL, "t:a|b/1.5|1.5/1.5|1.5/x   y\nz|/26:03:04|FALSE");
    expect_content(
        CONTENT("<table-row>" CELL("a") CELL(
            "b") "</table-row><table-row number-rows-repeated='2'>"
                 "<table-cell value-type='float' value='1' number-columns-repeated='1000000000'/></table-row>"
                 "<table-row><table-cell number-columns-repeated='1000000000'/>" CELL("c") "</table-row>"
                                                                                           "<table-row>" CELL(
                                                                                               "d") "</table-row>"),
        &first, "t:a|b/!row-columns/1|1|1|1/!row-columns/1|1|1|1/!row-columns/d|");
    expect_content("<a><text><table name='t'><table-row>" CELL("a") "</table-row></table></text></a>", NULL,
                   "file-is-odf");
    expect_content(CONTENT("<table-row>" CELL("a") "</table-row><table-row"), NULL, "xlsx-damaged");
    expect_content("<!DOCTYPE a [<!ENTITY b 'c'>]>" CONTENT(""), NULL, "xlsx-dtd");
}

/* A row said to come sixteen million times is handed out row by row; behind a billion of empty ones there is no row. */
static void rows_that_repeat(void **state)
{
    struct xt_table_options second = {.sheet = "b"};

    (void)state;
    expect_content("<a><spreadsheet><table name='a'><table-row number-rows-repeated='1000000000'>" CELL(
                       "x") "</table-row></table>"
                            "<table name='b'><table-row>" CELL("a")
                                CELL("b") "</table-row><table-row number-rows-repeated='1000000000'>"
                                          "<table-cell/></table-row><table-row>" CELL("1")
                                              CELL("2") "</table-row></table></spreadsheet></a>",
                   &second, "b:a|b/!table-rows");
}

static void excel_2003(void **state)
{
    static char text[16384];
    FILE *file = fopen("test/fuzz/ods/xmlss", "rb");
    size_t n;

    (void)state;
    assert_non_null(file);
    n = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file); /* only read */
    text[n] = '\0';
    expect_text(text + 1, NULL, "数据:地区|合计|政府|时间/000007|15.3%|1 2|2026-03/||TRUE|#N/A");
    text[n - 30] = '\0';
    expect_text(text + 1, NULL, "xlsx-damaged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_by_libreoffice),
        cmocka_unit_test(cells_of_opendocument),
        cmocka_unit_test(rows_that_repeat),
        cmocka_unit_test(excel_2003),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
