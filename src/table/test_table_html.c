/* test_table_html.c - the tables of pages: spans, tables in tables, character sets; the real pages, if there. */
#include <ftw.h>
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
        for (i = 0; i < row.count; i++)
            xt_text_addf(out, "%s%.*s", i > 0 ? "|" : "/", (int)row.cells[i].n, row.cells[i].s);
    }
}

static void expect_page(const char *page, const struct xt_table_options *options, const char *wanted)
{
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_text out;

    xt_text_init(&out, XT_MIB);
    if (xt_table_open_memory("a.xls", page, strlen(page), options, &table, &err) != XT_OK)
        xt_text_addf(&out, "%s", xt_msg_name(err.msg));
    else
        dump(table, &out);
    assert_string_equal(out.s, wanted);
    if (table)
        assert_int_equal(xt_table_facts(table)->format, XT_FORMAT_HTML);
    xt_table_close(&table);
    xt_text_done(&out);
}

static void cells_of_a_page(void **state)
{
    (void)state;
    expect_page(
        "<html><table><tr><th>名称<th>值</tr><tr><td> a \n b<br>c<p>d</p><td>&nbsp;1&nbsp;&nbsp;2 </tr></table>", NULL,
        "table 1:名称|值/a b\nc\nd|1  2");
    expect_page(
        "\n\n<!-- page --><html><table><caption> 附表  一 </caption><tr><td>a<td>b<tr><td>1<td>&lt;2&gt;</table>", NULL,
        "附表 一:a|b/1|<2>");
    expect_page("<table><tr><td>a</td><td>b</td></tr><tr><td><script>x</script>1</td><td>2", NULL, "table 1:a|b/1|2");
}

static void spans(void **state)
{
    (void)state;
    expect_page("<table><tr><td rowspan=2>地区<td colspan=2>经费<tr><td>合计<td>政府"
                "<tr><td rowspan='2'>广州<td>1<td>2<tr><td>3<td>4</table>",
                NULL, "table 1:地区|合计|政府/广州|1|2/广州|3|4");
}

static void tables_in_tables(void **state)
{
    struct xt_table_options second = {.sheet = "2"}, all = {.sheet = "*"};
    static const char page[] =
        "<table><tr><td>菜单<td>页<tr><td>左<td><table><tr><td>a<td>b<tr><td>1<td>2<tr><td>3<td>4</table></table>"
        "<table><tr><td>c<td>d<tr><td><table><tr><td>x<td>y</tr></table><table><tr><td>z</table><td>e</table>";
    static const char twice[] =
        "<table><tr><td>a<td>b<tr><td>1<td>2</table><table><tr><td>a<td>b<tr><td>1<td>2</table>";

    (void)state;
    expect_page(page, NULL, "table 1:a|b/1|2/3|4");
    expect_page(page, &second, "table 2:c|d/x y\nz|e");
    expect_page(twice, &all, "table 1:a|b/1|2");
}

static void the_main_table(void **state)
{
    (void)state;
    expect_page("<table><tr><td>单位：人</table><table><tr><td>a<td>b<tr><td>1<td>2</table>", NULL, "table 2:a|b/1|2");
    expect_page("<table><tr><td>a<td>b<tr><td>1<td>2</table><table><tr><td>c<td>d<tr><td>1<td>2<tr><td>3<td>4</table>",
                NULL, "table 2:c|d/1|2/3|4");
    expect_page("<html><body><p>没有表格</p></body></html>", NULL, "file-is-html");
    expect_page("<html><table></table><table><tr><td> </td></tr></table></html>", NULL, "file-is-html");
    expect_page("MIME-Version: 1.0\nContent-Type: multipart/related\n\n<table><tr><td>a</table>", NULL, "file-is-mht");
}

static void character_sets(void **state)
{
    struct xt_table_options gbk = {.charset = "gbk"};

    (void)state;
    expect_page("<meta charset=gb2312><table><tr><td>\xB5\xD8\xC7\xF8<td>\xD6\xB5<tr><td>\xB9\xE3\xD6\xDD<td>1</table>",
                NULL, "table 1:地区|值/广州|1");
    expect_page("<table><tr><td>\xB5\xD8\xC7\xF8<td>\xD6\xB5<tr><td>\xB9\xE3\xD6\xDD<td>1</table>", &gbk,
                "table 1:地区|值/广州|1");
    expect_page(
        "<meta http-equiv=Content-Type content='text/html; charset=gb2312'><table><tr><td>地区<td>值<tr><td>广州<td>1</table>",
        NULL, "table 1:地区|值/广州|1"); /* the bytes are right, the page is not */
}

static void limits(void **state)
{
    struct xt_table_options few = {.limits = {.columns = 3, .cell_bytes = 8}};

    (void)state;
    expect_page(
        "<table><tr><td>a<td>b<tr><td>1<td>2<td>3<td>4<tr><td colspan=900000>5<td>6<tr><td>123456789<td>7<tr><td>8<td>9</table>",
        &few, "table 1:a|b/!row-columns/1|2|3/!row-columns/5/!cell-long/123456789|7/8|9");
}

/* ---- the real pages ---- */

static int opened, without;

static int read_real(const char *file, const struct stat *facts, int kind, struct FTW *place)
{
    struct xt_str name = xt_str(file);
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_row row;
    bool more = true;

    (void)facts;
    (void)place;
    if (kind != FTW_F || !(xt_str_ends(name, ".html") || xt_str_ends(name, ".html.gz") || xt_str_ends(name, ".htm.gz")))
        return 0;
    if (xt_table_open(file, NULL, &table, &err) != XT_OK) {
        if (err.msg != XT_MSG_FILE_IS_HTML)
            print_error("%s: %s\n", file, xt_msg_name(err.msg));
        assert_int_equal(err.msg, XT_MSG_FILE_IS_HTML);
        without++;
        return 0;
    }
    opened++;
    while (more) {
        enum xt_code rc = xt_table_next(table, &row, &more, &err);

        assert_true(rc == XT_OK || rc == XT_E_INPUT);
    }
    xt_table_close(&table);
    return 0;
}

static void real_pages(void **state)
{
    const char *folder = getenv("XIETONG_DATA");

    (void)state;
    if (!folder)
        folder = "../shared/data";
    if (access(folder, R_OK) != 0) {
        print_message("skipped: no data in %s (XIETONG_DATA)\n", folder);
        skip();
    }
    assert_int_equal(nftw(folder, read_real, 16, FTW_PHYS), 0);
    print_message("%d real pages with tables, %d without\n", opened, without);
    assert_true(opened > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_of_a_page), cmocka_unit_test(spans),          cmocka_unit_test(tables_in_tables),
        cmocka_unit_test(the_main_table),  cmocka_unit_test(character_sets), cmocka_unit_test(limits),
        cmocka_unit_test(real_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
