/* test_table_xlsx.c - workbooks of strange structure, JSON in all its forms, archives; and the real files, if there. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "table/table_priv.h"

static char path[] = "/tmp/xt-test-xlsx-XXXXXX";

static int make_path(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? 1 : close(fd);
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

/* Parts: name, text, name, text, NULL. */
static void write_zip(const char *const *parts)
{
    int fault;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &fault);

    assert_non_null(zip);
    for (; *parts; parts += 2)
        assert_true(
            zip_file_add(zip, parts[0], zip_source_buffer(zip, parts[1], strlen(parts[1]), 0), ZIP_FL_OVERWRITE) >= 0);
    assert_int_equal(zip_close(zip), 0);
}

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
            if (rc != XT_E_INPUT) {
                xt_text_addf(out, "/!! %s", xt_msg_name(err.msg));
                return;
            }
            xt_text_addf(out, "/!%lld %s", (long long)row.number, xt_msg_name(err.msg));
            continue;
        }
        if (row.json)
            xt_text_addf(out, "/%.*s:%.*s", (int)row.member.n, row.member.s, (int)row.raw.n, row.raw.s);
        for (i = 0; i < row.count; i++)
            xt_text_addf(out, "%s%.*s", i > 0 ? "|" : "/", (int)row.cells[i].n, row.cells[i].s);
    }
}

static void expect_file(const struct xt_table_options *options, const char *wanted)
{
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_text out;

    xt_text_init(&out, XT_MIB);
    if (xt_table_open(path, options, &table, &err) != XT_OK)
        xt_text_addf(&out, "%s", xt_msg_name(err.msg));
    else
        dump(table, &out);
    assert_string_equal(out.s, wanted);
    xt_table_close(&table);
    xt_text_done(&out);
}

static void expect_data(const void *data, size_t n, const char *wanted)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    expect_file(NULL, wanted);
}

#define WORKBOOK \
    "<workbook xmlns:r='r'><sheets><sheet name='空' r:id='r1'/><sheet name='数据' r:id='r2'/></sheets></workbook>"
#define RELATIONS                                                                      \
    "<Relationships><Relationship Id='r1' Type='x/worksheet' Target='/xl/empty.xml'/>" \
    "<Relationship Id='r2' Type='x/worksheet' Target='../odd/data.xml'/>"              \
    "<Relationship Id='r3' Type='x/styles' Target='styles.xml'/></Relationships>"
#define STYLES                                                                                                  \
    "<styleSheet><numFmts><numFmt numFmtId='170' formatCode='yyyy\"年\"m\"月\"'/><numFmt numFmtId='171' "     \
    "formatCode='000000'/></numFmts><cellStyleXfs><xf numFmtId='9'/></cellStyleXfs><cellXfs><xf numFmtId='0'/>" \
    "<xf numFmtId='14'/><xf numFmtId='22'/><xf numFmtId='170'/><xf numFmtId='171'/><xf numFmtId='10'/></cellXfs></styleSheet>"
#define SHEET(rows, rest) "<x:worksheet xmlns:x='u'><x:sheetData>" rows "</x:sheetData>" rest "</x:worksheet>"

static void expect_sheet(const char *sheet, const char *wanted)
{
    const char *parts[] = {"xl/workbook.xml",
                           WORKBOOK,
                           "xl/_rels/workbook.xml.rels",
                           RELATIONS,
                           "xl/styles.xml",
                           STYLES,
                           "xl/empty.xml",
                           "<worksheet><sheetData/><drawing/></worksheet>",
                           "odd/data.xml",
                           sheet,
                           NULL};

    write_zip(parts);
    expect_file(NULL, wanted);
}

#define TEXT(s)          "<x:c t='inlineStr'><x:is><x:t>" s "</x:t></x:is></x:c>"
#define NUMBER(style, v) "<x:c s='" style "'><x:v>" v "</x:v></x:c>"

static void values_are_what_people_see(void **state)
{
    (void)state;
    expect_sheet(
        SHEET("<x:row>" TEXT("a") TEXT("b") TEXT("c") TEXT(
                  "d") "</x:row>"
                       "<x:row>" NUMBER("0", "12.0") NUMBER("1", "46086") NUMBER("2", "46086.25") NUMBER(
                           "3",
                           "46086") "</x:row>"
                                    "<x:row>" NUMBER("4", "1") NUMBER("5", "0.153") NUMBER("0", "0.30000000000000004")
                                        NUMBER(
                                            "0",
                                            "1E3") "</x:row><x:row><x:c t='b'><x:v>1</x:v></x:c><x:c t='e'><x:v>#N/A</x:v></x:c><x:c t='str'><x:f>1</x:f>"
                                                   "<x:v>a_x000A_b&amp;</x:v></x:c><x:c t='d'><x:v>2026-03-05T00:00:00</x:v></x:c></x:row>",
              ""),
        "a|b|c|d/12|2026-03-05|2026-03-05T06:00:00|2026-03/000001|15.3%|0.3|1000/TRUE|#N/A|a\nb&|2026-03-05");
}

static void merged_cells_are_filled(void **state)
{
    (void)state;
    expect_sheet(
        SHEET("<x:row r='1'>" TEXT(
                  "标题") "</x:row>"
                          "<x:row r='2'>" TEXT("省") TEXT("市") TEXT(
                              "值") "</x:row>"
                                    "<x:row r='3'>" TEXT("广东") TEXT("广州") NUMBER(
                                        "0", "1") "</x:row>"
                                                  "<x:row r='4'><x:c r='B4' t='str'><x:v>深圳</x:v></x:c>" NUMBER(
                                                      "0", "2") "</x:row>"
                                                                "<x:row r='5'><x:c r='C5'><x:v>3</x:v></x:c></x:row>"
                                                                "<x:row r='7'>" TEXT("合计") "</x:row>",
              "<x:mergeCells count='3'><x:mergeCell ref='A1:C1'/><x:mergeCell ref='A3:A5'/><x:mergeCell ref='B4:B5'/>"
              "<x:mergeCell ref='A7:C7'/></x:mergeCells>"),
        "省|市|值/广东|广州|1/广东|深圳|2/广东|深圳|3/合计||");
}

static void heads_of_two_rows(void **state)
{
    (void)state;
    expect_sheet(
        SHEET(
            "<x:row r='1'>" TEXT("地区") TEXT("合计") TEXT(
                "分项") "</x:row>"
                        "<x:row r='2'><x:c r='C2' t='str'><x:v>研究</x:v></x:c><x:c r='D2' t='str'><x:v>试验</x:v></x:c></x:row>"
                        "<x:row r='3'>" TEXT("广州") NUMBER("0", "3") NUMBER("0", "1") NUMBER("0", "2") "</x:row>",
            "<x:mergeCells><x:mergeCell ref='A1:A2'/><x:mergeCell ref='B1:B2'/><x:mergeCell ref='C1:D1'/></x:mergeCells>"),
        "地区|合计|研究|试验/广州|3|1|2");
}

static void faults_of_workbooks(void **state)
{
    const char *no_sheet[] = {"xl/workbook.xml", "<workbook><sheets><sheet name='a'/></sheets></workbook>", NULL};
    const char *word[] = {"word/document.xml", "<document/>", NULL};
    const char *other[] = {"readme.txt", "nothing", NULL};
    struct xt_table_options options = {.sheet = "没有"};

    (void)state;
    write_zip(no_sheet);
    expect_file(NULL, "xlsx-no-part");
    write_zip(word);
    expect_file(NULL, "file-is-word");
    write_zip(other);
    expect_file(NULL, "file-is-packed");
    expect_sheet("<!DOCTYPE a [<!ENTITY b 'c'>]>" SHEET("<x:row>" TEXT("&b;") "</x:row>", ""), "xlsx-dtd");
    expect_sheet("<worksheet><sheetData><row><c", "xlsx-damaged");
    expect_sheet(
        SHEET("<x:row>" TEXT("a") "</x:row><x:row><x:c t='s'><x:v>7</x:v></x:c></x:row><x:row>" TEXT("b") "</x:row>",
              ""),
        "a/!2 xlsx-string/b");
    expect_sheet(
        SHEET("<x:row><x:c r='ZZZ1' t='str'><x:v>a</x:v></x:c></x:row><x:row>" TEXT("b") TEXT("c") "</x:row>", ""),
        "b|c");
    expect_sheet(SHEET("<x:row>" TEXT("a") "</x:row>", ""), "a");
    expect_file(&options, "xlsx-sheet");
}

static void bombs_are_refused(void **state)
{
    size_t n = 64 * XT_MIB, i;
    char *zeros = xt_calloc(1, n + 1);
    const char *parts[] = {"xl/workbook.xml", zeros, NULL};

    (void)state;
    memset(zeros, ' ', n);
    write_zip(parts);
    expect_file(NULL, "table-ratio");

    memcpy(zeros, "a,b\n", 4);
    for (i = 4; i < n; i += 2)
        memcpy(zeros + i, ",\n", 2);
    uLongf packed_n = compressBound((uLong)n);
    unsigned char *packed = xt_alloc(packed_n + 64);
    z_stream z = {0};

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)zeros;
    z.avail_in = (unsigned)n;
    z.next_out = packed;
    z.avail_out = (unsigned)packed_n;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    expect_data(packed, z.total_out, "table-ratio");
    expect_data(packed, 200, "a|b/!! table-gzip");
    (void)deflateEnd(&z);
    free(packed);
    free(zeros);
}

#define EXPECT(text, wanted) expect_data(text, sizeof(text) - 1, wanted)

static void json_in_all_its_forms(void **state)
{
    const char *members[] = {"a.json", "{\"a\":1}", "notes.txt", "text", "b.json", "[{\"a\":2},{\"a\":3}]",
                             "c.yaml", "a: x\n",    NULL};
    struct xt_table_options small = {.limits = {.line_bytes = 20, .json_depth = 3}};

    (void)state;
    EXPECT("{\"a\":1}\r\n\n{\"a\":\n{\"b\":[\"}\"]}\n[1]\n",
           "/:{\"a\":1}/!3 json-syntax/:{\"b\":[\"}\"]}/!5 not-object");
    EXPECT("[ {\"a\":1} , {\"b\":\"]\"}, 5 ]", "/:{\"a\":1}/:{\"b\":\"]\"}/!3 not-object");
    EXPECT("{\n\"a\":1}\n{\"a\":2}", "/:{\n\"a\":1}/:{\"a\":2}");
    EXPECT("\xEF\xBB\xBF{\"a\":\"\xE4\"}", "/:{\"a\":\"\xEF\xBF\xBD\"}");
    EXPECT("{\"a\":1,\"a\":2}\n", "/!1 json-syntax");
    write_zip(members);
    expect_file(NULL, "/a.json:{\"a\":1}/b.json:{\"a\":2}/b.json:{\"a\":3}/c.yaml:{\"a\":\"x\"}");
    EXPECT("{\"a\":1}\n{\"a\":\"0123456789012345678901234567890\"}\n{\"a\":[[[]]]}\n{\"a\":2}\n",
           "/:{\"a\":1}/:{\"a\":\"0123456789012345678901234567890\"}/:{\"a\":[[[]]]}/:{\"a\":2}");
    expect_file(&small, "/:{\"a\":1}/!2 row-long/!3 json-too-deep/:{\"a\":2}");
}

/* ---- the real files ---- */

static int opened, refused, rows, bad_rows;

static int read_real(const char *file, const struct stat *facts, int kind, struct FTW *place)
{
    struct xt_str name = xt_str(file);
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_row row;
    bool more = true;
    enum xt_code rc;

    (void)facts;
    (void)place;
    if (kind != FTW_F || !(xt_str_ends(name, ".csv") || xt_str_ends(name, ".csv.gz") || xt_str_ends(name, ".xlsx") ||
                           xt_str_ends(name, ".xls") || xt_str_ends(name, ".jsonl.gz")))
        return 0;
    rc = xt_table_open(file, NULL, &table, &err);
    if (rc != XT_OK) {
        if (rc != XT_E_MEDIA)
            print_error("%s: %s\n", file, xt_msg_name(err.msg));
        assert_int_equal(rc, XT_E_MEDIA);
        refused++;
        return 0;
    }
    opened++;
    while (more) {
        rc = xt_table_next(table, &row, &more, &err);
        assert_true(rc == XT_OK || rc == XT_E_INPUT);
        rows += rc == XT_OK && more;
        bad_rows += rc == XT_E_INPUT;
    }
    xt_table_close(&table);
    return 0;
}

static void real_files(void **state)
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
    print_message("%d real files opened, %d refused by name, %d rows, %d rows refused\n", opened, refused, rows,
                  bad_rows);
    assert_true(opened > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_what_people_see),
        cmocka_unit_test(merged_cells_are_filled),
        cmocka_unit_test(heads_of_two_rows),
        cmocka_unit_test(faults_of_workbooks),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(json_in_all_its_forms),
        cmocka_unit_test(real_files),
    };

    return cmocka_run_group_tests(tests, make_path, remove_path);
}
