/* test_table_csv.c - CSV and TSV as offices send them, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table/table_priv.h"

/* Heads, then rows: cells by "|", rows by "/"; a refused row is "!number" and its message's name. */
static void dump(struct xt_table *table, struct xt_text *out)
{
    const struct xt_str *heads;
    size_t columns = xt_table_columns(table, &heads), i;
    struct xt_row row;
    bool more = true;

    for (i = 0; i < columns; i++)
        xt_text_addf(out, "%s%.*s", i > 0 ? "|" : "", (int)heads[i].n, heads[i].s);
    for (;;) {
        struct xt_error err;
        enum xt_code rc = xt_table_next(table, &row, &more, &err);

        if (rc == XT_OK && !more)
            return;
        if (rc != XT_OK) {
            assert_int_equal(rc, XT_E_INPUT);
            assert_true(more);
            xt_text_addf(out, "/!%lld %s", (long long)row.number, xt_msg_name(err.msg));
            continue;
        }
        assert_int_equal(row.count, columns);
        for (i = 0; i < row.count; i++)
            xt_text_addf(out, "%s%.*s", i > 0 ? "|" : "/", (int)row.cells[i].n, row.cells[i].s);
    }
}

static void expect_bytes(const char *name, const char *bytes, size_t n, const struct xt_table_options *options,
                         const char *wanted)
{
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_text out;

    xt_text_init(&out, XT_MIB);
    if (xt_table_open_memory(name, bytes, n, options, &table, &err) != XT_OK)
        xt_text_addf(&out, "%s", xt_msg_name(err.msg));
    else
        dump(table, &out);
    assert_string_equal(out.s, wanted);
    xt_table_close(&table);
    xt_text_done(&out);
}

static void expect(const char *text, const char *wanted)
{
    expect_bytes("test.csv", text, strlen(text), NULL, wanted);
}

static void rows_as_they_should_be(void **state)
{
    (void)state;
    expect("a,b\n1,2\n", "a|b/1|2");
    expect("a,b\r\n1,2\r\n3,4", "a|b/1|2/3|4");
    expect("a,b\r1,2\r3,4\r", "a|b/1|2/3|4");
    expect("\xEF\xBB\xBF"
           "a,b\n1,2\n",
           "a|b/1|2");
    expect("a,b\n\"x,y\",\"say \"\"yes\"\"\"\n", "a|b/x,y|say \"yes\"");
    expect("a,b\n\"line\nbreak\",2\n", "a|b/line\nbreak|2");
    expect("a,b\n\"\",\n1,\n", "a|b/1|");
    expect("a,b\nx,\"y\"   \n", "a|b/x|y");
}

static void delimiters_are_found(void **state)
{
    (void)state;
    expect("名称;数量\n甲, 乙;1\n丙, 丁;2\n", "名称|数量/甲, 乙|1/丙, 丁|2");
    expect("a\tb\n1,5\t2\n", "a|b/1,5|2");
    expect("a|b|c\n1|2|3\n", "a|b|c/1|2|3");
    expect("one column\nx\ny\n", "one column/x/y");
}

static void lone_quotes_stand(void **state)
{
    (void)state;
    expect("a,b\n5\" disk,1\nx \"y\" z,2\n", "a|b/5\" disk|1/x \"y\" z|2");
    expect("a,b\n\"中国\"制造,1\n", "a|b/\"中国\"制造|1");
    /* A quote that is never closed costs its own line, not the rest of the file. */
    expect("a,b\n\"open,1\n2,3\n4,5\n", "a|b/!2 row-quote/2|3/4|5");
    expect("a,b\n1,2\n\"open,1\n2,\"x\"\n4,5\n", "a|b/1|2/!3 row-quote/2|x/4|5");
}

static void heads_are_found(void **state)
{
    (void)state;
    expect("表 1 各市情况\n单位：万元,,\n地区,金额,备注\n广州,1,x\n深圳,2,y\n", "地区|金额|备注/广州|1|x/深圳|2|y");
    expect("Unnamed: 0,名称\n1,甲\n", "Unnamed: 0|名称/1|甲");
    expect("名称,名称,\n1,2,3\n4,5,6\n", "名称|名称 (2)|column 3/1|2|3/4|5|6");
    expect("\"two\n lines\",b\n1,2\n", "two lines|b/1|2");
    expect("地区,合计,分项,,\n,,研究,试验,其他\n广州,3,1,1,1\n深圳,6,2,2,2\n",
           "地区|合计|研究|试验|其他/广州|3|1|1|1/深圳|6|2|2|2");
}

static void heads_that_are_none_or_short(void **state)
{
    const char *text = "按类,一种方法,工学\n按类,另一种,医学\n按类,第三种,工学\n按类,第四种,理学\n";
    struct xt_table *table = NULL;
    struct xt_error err;

    (void)state;
    expect("表 1,,,\n,,机构数,企业数\n全国,Total,8,9\n东部,East,6,7\n西部,West,2,2\n",
           "column 1|column 2|机构数|企业数/全国|Total|8|9/东部|East|6|7/西部|West|2|2");
    /* What stands in every row is no head: the first row is taken, as unsure as can be. */
    assert_int_equal(xt_table_open_memory("t.csv", text, strlen(text), NULL, &table, &err), XT_OK);
    assert_int_equal(xt_table_facts(table)->head_certainty, 20);
    xt_table_close(&table);
}

static void known_heads_and_a_given_row(void **state)
{
    static const char *const known[] = {"代码", "名称", NULL};
    struct xt_table_options options = {.known_heads = known};
    const char *text = "说明,表\n代码,名称\n1,甲\n";

    (void)state;
    expect_bytes("t.csv", text, strlen(text), &options, "代码|名称/1|甲");
    options = (struct xt_table_options){.head_row = 3};
    expect_bytes("t.csv", text, strlen(text), &options, "1|甲");
}

static void ragged_rows(void **state)
{
    (void)state;
    expect("a,b,c\n1\n1,2,3\n1,2,3,\n1,2,3,4\n5,6,7\n", "a|b|c/1||/1|2|3/1|2|3/!5 row-ragged/5|6|7");
}

static void thousands_of_empty_rows(void **state)
{
    struct xt_text text;
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_row row;
    bool more;
    int i;

    (void)state;
    xt_text_init(&text, XT_MIB);
    xt_text_add_z(&text, "a,b,c,d\n1,2,3,4\n");
    for (i = 0; i < 4000; i++)
        xt_text_add_z(&text, ",,,\n");
    xt_text_add_z(&text, "5,6,7,8\n");
    assert_int_equal(xt_table_open_memory("t.csv", text.s, text.n, NULL, &table, &err), XT_OK);
    assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
    assert_int_equal(row.number, 2);
    assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
    assert_true(more);
    assert_int_equal(row.number, 4003);
    assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
    assert_false(more);
    assert_int_equal(xt_table_facts(table)->empty_rows, 4000);
    xt_table_close(&table);
    xt_text_done(&text);
}

static void character_sets(void **state)
{
    static const char gb[] = "\xC3\xFB\xB3\xC6,\xC7\xF8\r\n\xCA\xBE\xC0\xFD,\xCC\xEC\xBA\xD3\r\n";
    static const char utf16[] = "\xFF\xFE"
                                "a\0;\0b\0\n\0"
                                "1\0;\0-N\n\0";
    static const char broken[] = "a,b\nok,\xE4\xBD\nx,y\0z\n";
    struct xt_table_options options = {.charset = "utf-8"};
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_row row;
    bool more;

    (void)state;
    expect_bytes("t.csv", gb, sizeof gb - 1, NULL, "名称|区/示例|天河");
    expect_bytes("t.csv", utf16, sizeof utf16 - 1, NULL, "a|b/1|中");
    assert_int_equal(xt_table_open_memory("t.csv", broken, sizeof broken - 1, &options, &table, &err), XT_OK);
    assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
    assert_true(xt_utf8_valid(row.cells[1].s, row.cells[1].n));
    assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
    assert_true(xt_str_is(row.cells[1], "y\xEF\xBF\xBDz"));
    assert_true(xt_table_facts(table)->bad_characters >= 2);
    xt_table_close(&table);
}

/* Where bytes are no text: the row, the column, the byte of the file. */
static void bad_bytes_have_places(void **state)
{
    static const char gb[] =
        "\xC3\xFB\xB3\xC6,b,c\n\xC3\xFB,x,\xFFy\xFF\n1,2,3\n\"\"\"\x81\n\",\x85\x30\x81\x30,\xC3\xFB\n";
    static const char utf8[] = "\xEF\xBB\xBF名,b\nok,\xE4\xBD\nx,\"\"\"y\xFFz\"\n1,2\n";
    struct xt_table_options options = {.charset = "utf-8"};
    static const struct {
        const char *text;
        size_t n;
        int row; /* 1: the first below the head */
        int bad;
        size_t column;
        int64_t offset;
        unsigned char first;
    } rows[] = {
        {gb, sizeof gb - 1, 1, 2, 3, 14, 0xFF},     {gb, sizeof gb - 1, 2, 0, 0, 0, 0},
        {gb, sizeof gb - 1, 3, 2, 1, 27, 0x81},     {utf8, sizeof utf8 - 1, 1, 2, 2, 12, 0xE4},
        {utf8, sizeof utf8 - 1, 2, 1, 2, 21, 0xFF}, {utf8, sizeof utf8 - 1, 3, 0, 0, 0, 0},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        struct xt_table *table = NULL;
        struct xt_error err;
        struct xt_row row;
        bool more;
        int k;

        options.charset = rows[i].text == gb ? "gb18030" : "utf-8";
        assert_int_equal(xt_table_open_memory("t.csv", rows[i].text, rows[i].n, &options, &table, &err), XT_OK);
        for (k = 0; k < rows[i].row; k++)
            assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
        assert_int_equal(row.bad, rows[i].bad);
        if (row.bad > 0) {
            assert_int_equal(row.bad_places[0].column, rows[i].column);
            assert_int_equal(row.bad_places[0].offset, rows[i].offset);
            assert_int_equal(row.bad_places[0].bytes[0], rows[i].first);
            assert_int_equal((unsigned char)rows[i].text[rows[i].offset], rows[i].first);
        }
        xt_table_close(&table);
    }
}

static void formulas_come_back_as_they_were(void **state)
{
    (void)state;
    expect("a,b\n\"'=1+1\",\"''@x\"\n\"'plain\",\"'＝x\"\n", "a|b/=1+1|'@x/'plain|＝x");
}

static void caps(void **state)
{
    struct xt_table_options options = {.limits = {.cell_bytes = 8, .columns = 3, .line_bytes = 40}};
    const char *text = "a,b,c\n123456789,1,2\n1,2,3,4\n1,2,3\n"
                       "1,2,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n4,5,6\n";

    (void)state;
    expect_bytes("t.csv", text, strlen(text), &options, "a|b|c/!2 cell-long/!3 row-columns/1|2|3/!5 row-long/4|5|6");
}

/* Every place where a window may end gives the same rows: a file longer than one piece. */
static void rows_across_pieces(void **state)
{
    struct xt_text text;
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_row row;
    bool more = true;
    int i, rows = 0;

    (void)state;
    xt_text_init(&text, 64 * XT_MIB);
    xt_text_add_z(&text, "n,quoted,tail\r\n");
    for (i = 0; i < 60000; i++)
        xt_text_addf(&text, "%d,\"a \"\"%d\"\"\r\nb\",尾%d\r\n", i, i, i);
    assert_int_equal(xt_table_open_memory("t.csv", text.s, text.n, NULL, &table, &err), XT_OK);
    for (;;) {
        char wanted[64];

        assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
        if (!more)
            break;
        snprintf(wanted, sizeof wanted, "a \"%d\"\r\nb", rows);
        assert_true(xt_str_is(row.cells[1], wanted));
        snprintf(wanted, sizeof wanted, "尾%d", rows);
        assert_true(xt_str_is(row.cells[2], wanted));
        assert_int_equal(row.number, 2 + 2 * rows);
        rows++;
    }
    assert_int_equal(rows, 60000);
    xt_table_close(&table);
    xt_text_done(&text);
}

static void kinds_of_columns(void **state)
{
    static const struct {
        const char *cells; /* by "/" */
        enum xt_column_kind kind;
        int certainty;
    } rows[] = {
        {"-/N/A/…", XT_COLUMN_EMPTY, 0},
        {"1", XT_COLUMN_INTEGER, 66},
        {"1/2/-3/1,234/12,345,678/440100/20", XT_COLUMN_INTEGER, 88},
        {"1/2/3.5/15.3%/1e5", XT_COLUMN_NUMBER, 85},
        {"01/02/11", XT_COLUMN_TEXT, 80}, /* a code keeps its zeros */
        {"01/02/03", XT_COLUMN_TEXT, 80},
        {"4401001234567890/4401001234567891", XT_COLUMN_TEXT, 75},
        {"1,23/4,56", XT_COLUMN_TEXT, 75},
        {"2026-03-05/2026.3.5/2026年3月/2026年3月5日/2026-03", XT_COLUMN_DATE, 85},
        {"2026-03-05 08:00/2026-03-05T08:00:00Z/2026-3-5", XT_COLUMN_DATE, 80},
        {"20260305/20260306", XT_COLUMN_DATE, 75},
        {"20260305/20260399", XT_COLUMN_INTEGER, 75},
        {"2026-13-05/2026-02-30", XT_COLUMN_TEXT, 75},
        {"2024/2025/2026", XT_COLUMN_INTEGER, 80},
        {"是/否/是/-", XT_COLUMN_BOOL, 80},
        {"TRUE/false", XT_COLUMN_BOOL, 75},
        {"12万元/约5", XT_COLUMN_TEXT, 75},
        {"1/2/3/4/5/6/7/8/9/x", XT_COLUMN_INTEGER, 83},
        {"1/2/3/4/x", XT_COLUMN_MIXED, 85},
    };
    struct xt_table *table;
    struct xt_error err;
    struct xt_text text;
    size_t i;

    (void)state;
    xt_text_init(&text, XT_MIB);
    for (i = 0; i < XT_COUNT(rows); i++) {
        const char *c;

        xt_text_clear(&text);
        xt_text_add_z(&text, "name\tvalue\n");
        xt_text_add_z(&text, "x\t");
        for (c = rows[i].cells; *c; c++)
            if (*c == '/' && !(c[-1] == 'N' && c[1] == 'A'))
                xt_text_add_z(&text, "\nx\t");
            else
                xt_text_add_char(&text, *c);
        assert_int_equal(xt_table_open_memory("t.tsv", text.s, text.n, NULL, &table, &err), XT_OK);
        const struct xt_column_guess *guess = &xt_table_column_kinds(table)[1];

        if (guess->kind != rows[i].kind || guess->certainty != rows[i].certainty)
            fail_msg("%s: %s %d", rows[i].cells, xt_column_kind_name(guess->kind), guess->certainty);
        xt_table_close(&table);
    }
    xt_text_done(&text);
}

static void what_is_no_table(void **state)
{
    char lock[165];

    (void)state;
    memset(lock, ' ', sizeof lock);
    lock[0] = 6;
    memcpy(lock + 1, "person", 6);
    expect_bytes("~$a.xlsx", lock, sizeof lock, NULL, "file-is-lock");
    expect("<html><body><table><tr><td>1</td></tr></table></body></html>", "1");
    expect("<html><body><p>1</p></body></html>", "file-is-html");
    expect("%PDF-1.4 and so on", "file-is-pdf");
    expect("", "file-is-empty");
    expect("\n \n,,\n", "file-is-empty");
    expect_bytes("a.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on", 18, NULL, "ole-header");
    expect_bytes("a.csv", "\x89PNG\r\n\x1A\n", 8, NULL, "file-is-image");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_as_they_should_be),
        cmocka_unit_test(delimiters_are_found),
        cmocka_unit_test(lone_quotes_stand),
        cmocka_unit_test(heads_are_found),
        cmocka_unit_test(heads_that_are_none_or_short),
        cmocka_unit_test(known_heads_and_a_given_row),
        cmocka_unit_test(ragged_rows),
        cmocka_unit_test(thousands_of_empty_rows),
        cmocka_unit_test(character_sets),
        cmocka_unit_test(bad_bytes_have_places),
        cmocka_unit_test(formulas_come_back_as_they_were),
        cmocka_unit_test(caps),
        cmocka_unit_test(rows_across_pieces),
        cmocka_unit_test(kinds_of_columns),
        cmocka_unit_test(what_is_no_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
