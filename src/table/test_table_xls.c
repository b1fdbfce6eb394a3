/* test_table_xls.c - old workbooks: those LibreOffice wrote (test/fuzz/xls), records put together here, the real ones. */
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
#include "table/test_ole.h"

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

static void expect_file(const char *path, const char *sheet, const char *wanted)
{
    struct xt_table_options options = {.sheet = sheet};
    struct xt_table *table = NULL;
    struct xt_error err;
    enum xt_code rc = xt_table_open(path, &options, &table, &err);

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
    expect_file("test/fuzz/xls/plain.xls", NULL, PLAIN);
    expect_file("test/fuzz/xls/default.xls", NULL, PLAIN); /* RC4, Excel's own password */
    expect_file("test/fuzz/xls/plain.xls", "藏起来", "藏起来:密|数");
    expect_file("test/fuzz/xls/plain.xls", "空表", "file-is-empty");
    expect_file("test/fuzz/xls/other.xls", NULL, "file-is-encrypted");
}

/* Made from plain.xls by a program that had only the standards to go by; LibreOffice opens the first as well. */
static void other_ciphers(void **state)
{
    (void)state;
    expect_file("test/fuzz/xls/xor.xls", NULL, PLAIN);
    expect_file("test/fuzz/xls/capi128.xls", NULL, PLAIN);
    expect_file("test/samples/standard.xlsx", NULL, "s:a|b/1|2"); /* a workbook of Excel 2007, AES */
    expect_file("test/samples/agile.xlsx", NULL, "s:a|b/1|2");    /* and of 2010, as xlsx-populate writes it */
    expect_file("test/samples/agile-other.xlsx", NULL, "file-is-encrypted");
}

static void ciphers_that_are_not_known(void **state)
{
    static const char known[] = "hashAlgorithm=\"SHA512\"";
    static char data[32 * 1024];
    struct xt_table *table = NULL;
    struct xt_error err;
    FILE *file = fopen("test/samples/agile.xlsx", "rb");
    char *at = data;
    size_t n;

    (void)state;
    assert_non_null(file);
    n = fread(data, 1, sizeof data, file);
    assert_int_equal(fclose(file), 0);
    for (; (at = memmem(at, n - (size_t)(at - data), known, sizeof known - 1)) != NULL; at++)
        memcpy(at + sizeof "hashAlgorithm=\"" - 1, "WHIRL1", 6);
    assert_int_equal(xt_table_open_memory("a.xlsx", data, n, NULL, &table, &err), XT_E_MEDIA);
    assert_int_equal(err.msg, XT_MSG_XLS_CIPHER);
}

static void excel_95(void **state)
{
    (void)state;
    expect_file("test/fuzz/xls/biff5.xls", NULL, "表一:地区|月|率|值/广州|2026-03|153%|算出"); /* code page 936 */
}

/* Shared strings that go on in CONTINUE records, narrow and wide ones. */
static void strings_over_records(void **state)
{
    struct xt_table *table = NULL;
    struct xt_table_options options = {.head_row = 1};
    struct xt_error err;
    struct xt_row row;
    bool more;
    int i;

    (void)state;
    assert_int_equal(xt_table_open("test/fuzz/xls/split.xls", &options, &table, &err), XT_OK);
    for (i = 1; i < 14; i++) {
        char number[8];
        size_t digits = (size_t)snprintf(number, sizeof number, "%d", i), wide = i % 2 ? 3 : 1;

        assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
        assert_int_equal(row.number, i + 1);
        assert_int_equal(row.cells[0].n, 3 + digits + 1 + wide * (size_t)(300 + i) + (i % 3 ? 2 : 3));
        assert_memory_equal(row.cells[0].s + row.cells[0].n - (i % 3 ? 2 : 3), i % 3 ? "é" : "尾", i % 3 ? 2 : 3);
        assert_int_equal(xt_utf8_count(row.cells[0].s, row.cells[0].n), (size_t)(2 + 300 + i + 1) + digits);
        assert_int_equal(row.cells[2].n, 11 + digits + 1 + 200);
    }
    assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
    assert_false(more);
    xt_table_close(&table);
}

/* ---- records put together here ---- */

struct stream {
    unsigned char data[65536];
    size_t n;
};

static void record(struct stream *stream, unsigned type, const void *body, size_t n)
{
    ole_put(stream->data + stream->n, type, 2);
    ole_put(stream->data + stream->n + 2, (uint32_t)n, 2);
    memcpy(stream->data + stream->n + 4, body, n);
    stream->n += 4 + n;
}

#define RECORD(stream, type, ...) \
    record(stream, type, (const unsigned char[]){__VA_ARGS__}, sizeof((const unsigned char[]){__VA_ARGS__}))
#define NOTHING(stream, type) record(stream, type, "", 0)

static void expect_stream(const char *name, const struct stream *stream, const char *wanted)
{
    size_t n;
    unsigned char *file = ole_file(name, stream->data, stream->n, &n);
    struct xt_table *table = NULL;
    struct xt_error err;
    enum xt_code rc = xt_table_open_memory("a.xls", file, n, NULL, &table, &err);

    expect(rc, table, &err, wanted);
    free(file);
}

/* Globals with one sheet, whose beginning the caller has still to set at `*out_at`. */
static void begin8(struct stream *stream, size_t *out_at)
{
    stream->n = 0;
    RECORD(stream, 0x809, 0, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    *out_at = stream->n + 4;
    RECORD(stream, 0x85, 0, 0, 0, 0, 0, 0, 1, 0, 's');
    RECORD(stream, 0xFC, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 'a', 2, 0, 1, 'b', 0, 0x2D, 0x4E);
    NOTHING(stream, 0x0A);
    ole_put(stream->data + *out_at, (uint32_t)stream->n, 4);
    RECORD(stream, 0x809, 0, 6, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

static void cells_in_any_order(void **state)
{
    struct stream stream;
    size_t at;

    (void)state;
    begin8(&stream, &at);
    RECORD(&stream, 0xFD, 2, 0, 1, 0, 0, 0, 1, 0, 0, 0);                 /* B3 "b中" */
    RECORD(&stream, 0xFD, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0);                 /* B1 */
    RECORD(&stream, 0x809, 0, 6, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0); /* a chart inside */
    RECORD(&stream, 0xFD, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    NOTHING(&stream, 0x0A);
    RECORD(&stream, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);                                        /* A1 "a" */
    RECORD(&stream, 0x27E, 2, 0, 0, 0, 0, 0, 0x27, 0x13, 0, 0);                                 /* A3: 1225 over 100 */
    RECORD(&stream, 0xBD, 1, 0, 0, 0, 0, 0, 0x16, 0, 0, 0, 0, 0, 0xFA, 0xFF, 0xFF, 0xFF, 1, 0); /* A2:B2 5, -2 */
    RECORD(&stream, 0xE5, 1, 0, 2, 0, 3, 0, 1, 0, 1, 0);                                        /* B3:B4 */
    RECORD(&stream, 0x205, 3, 0, 0, 0, 0, 0, 0x07, 1);                                          /* A4 */
    NOTHING(&stream, 0x0A);
    expect_stream("Workbook", &stream, "s:a|b中/5|-2/12.25|b中/#DIV/0!|b中");
    expect_stream("WORKBOOK", &stream, "s:a|b中/5|-2/12.25|b中/#DIV/0!|b中");
}

static void broken_workbooks(void **state)
{
    struct stream stream;
    size_t at, n;
    unsigned char *file;

    (void)state;
    begin8(&stream, &at);
    RECORD(&stream, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    RECORD(&stream, 0xFD, 1, 0, 0, 0, 0, 0, 9, 0, 0, 0); /* a string that is not there */
    NOTHING(&stream, 0x0A);
    expect_stream("Workbook", &stream, "s:a/!xlsx-string");
    ole_put(stream.data + stream.n - 4 - 14 + 2, 0xFFFF, 2); /* a record longer than the stream */
    expect_stream("Workbook", &stream, "xls-record");
    ole_put(stream.data + at, 0x7FFFFFFF, 4);
    expect_stream("Workbook", &stream, "xls-record");
    expect_stream("WordDocument", &stream, "file-is-word");
    expect_stream("PowerPoint Document", &stream, "file-is-slides");
    expect_stream("Contents", &stream, "file-is-binary");

    begin8(&stream, &at);
    NOTHING(&stream, 0x0A);
    file = ole_file("Workbook", stream.data, stream.n, &n);
    struct {
        size_t at;
        uint32_t value;
        const char *wanted;
    } faults[] = {
        {30, 7, "ole-header"},                             /* sector size */
        {44, 1000, "ole-header"},                          /* FAT sectors */
        {76, 5000, "ole-chain"},                           /* where the FAT is */
        {48, 5000, "ole-chain"},                           /* where the directory is */
        {OLE_SECTOR + 66, 1, "ole-header"},                /* no root */
        {OLE_SECTOR + 128 + 116, 5000, "ole-chain"},       /* where the stream begins */
        {OLE_SECTOR + 128 + 120, 0x7FFFFFFF, "ole-chain"}, /* how long it is */
        {n - OLE_SECTOR + 4 * 3, 1, "ole-chain"},          /* a circle */
        {n - OLE_SECTOR, 0, "ole-chain"},                  /* a circle in the directory */
        {2 * OLE_SECTOR, 0x00020809, "xls-record"},        /* the first record cut short */
        {2 * OLE_SECTOR + 4, 0x00050400, "file-is-xls"},   /* BIFF4 */
    };
    size_t i;

    for (i = 0; i < XT_COUNT(faults); i++) {
        unsigned char *copy = xt_alloc(n);
        struct xt_table *table = NULL;
        struct xt_error err;
        enum xt_code rc;

        memcpy(copy, file, n);
        ole_put(copy + faults[i].at, faults[i].value, 4);
        rc = xt_table_open_memory("a.xls", copy, n, NULL, &table, &err);
        if (rc == XT_OK || strcmp(xt_msg_name(err.msg), faults[i].wanted) != 0)
            print_error("fault %zu\n", i);
        expect(rc, table, &err, faults[i].wanted);
        free(copy);
    }
    free(file);
}

/* Cut at every length, a file is refused or gives what is there; never more. */
static void truncated_files(void **state)
{
    FILE *file = fopen("test/fuzz/xls/plain.xls", "rb");
    static char data[65536];
    size_t n, cut;

    (void)state;
    assert_non_null(file);
    n = fread(data, 1, sizeof data, file);
    (void)fclose(file); /* only read */
    for (cut = 1; cut < n; cut += 61) {
        struct xt_table *table = NULL;
        struct xt_error err;
        enum xt_code rc = xt_table_open_memory("a.xls", data, cut, NULL, &table, &err);

        assert_true(rc == XT_OK || rc == XT_E_MEDIA);
        while (rc == XT_OK) {
            struct xt_row row;
            bool more;

            rc = xt_table_next(table, &row, &more, &err);
            if (!more)
                break;
        }
        xt_table_close(&table);
    }
}

/* ---- the real files ---- */

static int opened, rows;

static int read_real(const char *file, const struct stat *facts, int kind, struct FTW *place)
{
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_row row;
    bool more = true;
    int before = rows;

    (void)facts;
    (void)place;
    if (kind != FTW_F || !xt_str_ends(xt_str(file), ".xls"))
        return 0;
    if (xt_table_open(file, NULL, &table, &err) != XT_OK) {
        print_error("%s: %s\n", file, xt_msg_name(err.msg));
        return 1;
    }
    opened++;
    while (more) {
        enum xt_code rc = xt_table_next(table, &row, &more, &err);

        assert_true(rc == XT_OK || rc == XT_E_INPUT);
        rows += more;
    }
    xt_table_close(&table);
    assert_true(rows > before);
    return 0;
}

static void every_real_file_gives_rows(void **state)
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
    print_message("%d real .xls files opened, %d rows\n", opened, rows);
    assert_true(opened > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_by_libreoffice),     cmocka_unit_test(other_ciphers),
        cmocka_unit_test(ciphers_that_are_not_known), cmocka_unit_test(excel_95),
        cmocka_unit_test(strings_over_records),       cmocka_unit_test(cells_in_any_order),
        cmocka_unit_test(broken_workbooks),           cmocka_unit_test(truncated_files),
        cmocka_unit_test(every_real_file_gives_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
