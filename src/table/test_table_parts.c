/* test_table_parts.c - files of several parts: sheets, members of archives, what is passed over and what is broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "table/table_priv.h"

static char path[] = "/tmp/xt-parts-XXXXXX";

static int make_path(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? 1 : close(fd);
}

static int drop_path(void **state)
{
    (void)state;
    return unlink(path);
}

struct file {
    const char *name, *data;
    size_t n;
};
#define TEXT_FILE(name, text)        \
    {                                \
        name, text, sizeof(text) - 1 \
    }

/* path becomes a zip of these files, and the bytes of it go to out. */
static size_t make_zip(const struct file *files, size_t count, char *out, size_t cap)
{
    FILE *file;
    int fault;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &fault);
    size_t i, n;

    assert_non_null(zip);
    for (i = 0; i < count; i++)
        assert_true(zip_file_add(zip, files[i].name, zip_source_buffer(zip, files[i].data, files[i].n, 0), 0) >= 0);
    assert_int_equal(zip_close(zip), 0);
    file = fopen(path, "rb");
    assert_non_null(file);
    n = fread(out, 1, cap, file);
    assert_int_equal(fclose(file), 0);
    return n;
}

/* A tar of these files: POSIX.1-1988 headers. */
static size_t make_tar(const struct file *files, size_t count, char *out)
{
    char *at = out;
    size_t i, k;

    for (i = 0; i < count; i++) {
        unsigned sum = 0;

        memset(at, 0, 512);
        (void)snprintf(at, 100, "%s", files[i].name);
        (void)snprintf(at + 100, 8, "0000644");
        (void)snprintf(at + 124, 12, "%011zo", files[i].n);
        memset(at + 148, ' ', 8);
        at[156] = '0';
        memcpy(at + 257, "ustar\00000", 8);
        for (k = 0; k < 512; k++)
            sum += (unsigned char)at[k];
        (void)snprintf(at + 148, 8, "%06o", sum);
        memcpy(at + 512, files[i].data, files[i].n);
        memset(at + 512 + files[i].n, 0, 512);
        at += 512 + (files[i].n + 511) / 512 * 512;
    }
    memset(at, 0, 1024);
    return (size_t)(at - out) + 1024;
}

static void dump(struct xt_table *table, struct xt_text *out)
{
    int64_t part = 0;
    struct xt_row row;
    bool more = true;

    for (;;) {
        const struct xt_str *heads;
        struct xt_error err;
        enum xt_code rc = xt_table_next(table, &row, &more, &err);
        size_t i, count = xt_table_columns(table, &heads);

        if (!more) {
            if (rc != XT_OK)
                xt_text_addf(out, "!! %s", xt_msg_name(err.msg));
            return;
        }
        if (row.part != part) {
            part = row.part;
            xt_text_addf(out, "[%lld%s%.*s", (long long)part, row.title.n > 0 ? " " : "", (int)row.title.n,
                         row.title.s);
            for (i = 0; i < count; i++)
                xt_text_addf(out, " %.*s", (int)heads[i].n, heads[i].s);
            xt_text_add_char(out, ']');
        }
        xt_text_addf(out, "%.*s%.*s:%lld ", (int)row.member.n, row.member.s, (int)row.sheet.n, row.sheet.s,
                     (long long)row.number);
        if (rc == XT_E_INPUT)
            xt_text_addf(out, "! %s", xt_msg_name(err.msg));
        for (i = 0; rc == XT_OK && i < row.count; i++)
            xt_text_addf(out, "%s%.*s", i > 0 ? "|" : "", (int)row.cells[i].n, row.cells[i].s);
        if (rc == XT_OK && row.json)
            xt_text_addf(out, "%.*s", (int)row.raw.n, row.raw.s);
        xt_text_add_char(out, '/');
    }
}

static void expect(const char *name, const void *data, size_t n, const char *sheet, const char *wanted)
{
    struct xt_table_options options = {.sheet = sheet};
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_text out;

    xt_text_init(&out, XT_MIB);
    if (xt_table_open_memory(name, data, n, &options, &table, &err) != XT_OK)
        xt_text_addf(&out, "%s", xt_msg_name(err.msg));
    else
        dump(table, &out);
    assert_string_equal(out.s, wanted);
    xt_table_close(&table);
    xt_text_done(&out);
}

static const struct file MIXED[] = {
    TEXT_FILE("a/2019.csv", "名称,年份\n甲,2019\n乙,2019\n"),
    TEXT_FILE("a/readme.txt", "这里是说明\n没有表\n"),
    TEXT_FILE("a/2020.tsv", "表 2020\n名称\t年份\t备注\n丙\t2020\t无\n"),
    TEXT_FILE("b.json", "{\"a\": 1}"),
    TEXT_FILE("c.yaml", "a: 2\n"),
    TEXT_FILE("d.jsonl", "{\"a\":3}\n{\"a\":4}\n"),
    TEXT_FILE("~$lock.png", "\x89PNG\r\n\x1a\n"),
    TEXT_FILE("e.csv", "x,y\n1,2\n"),
};
#define MIXED_ROWS                                                                                                             \
    "[1 名称 年份]a/2019.csv:2 甲|2019/a/2019.csv:3 乙|2019/[2 表 2020 名称 年份 备注]a/2020.tsv:3 丙|2020|无/" \
    "[3]b.json:1 {\"a\": 1}/c.yaml:1 {\"a\":\"2\"}/d.jsonl:1 {\"a\":3}/d.jsonl:2 {\"a\":4}/[4 x y]e.csv:2 1|2/"

static void archives_are_read_member_by_member(void **state)
{
    static char data[64 * 1024];
    size_t n = make_zip(MIXED, XT_COUNT(MIXED), data, sizeof data);

    (void)state;
    expect("a.zip", data, n, NULL, MIXED_ROWS);
    n = make_tar(MIXED, XT_COUNT(MIXED), data);
    expect("a.tar", data, n, NULL, MIXED_ROWS);
}

static void what_is_passed_over_is_counted_with_its_reason(void **state)
{
    static char data[64 * 1024];
    size_t n = make_tar(MIXED, XT_COUNT(MIXED), data);
    struct xt_table *table = NULL;
    struct xt_row row;
    struct xt_error err;
    bool more = true;

    (void)state;
    assert_int_equal(xt_table_open_memory("a.tar", data, n, NULL, &table, &err), XT_OK);
    while (more)
        assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
    const struct xt_table_facts *facts = xt_table_facts(table);

    assert_int_equal(facts->members, 6);
    assert_int_equal(facts->members_skipped, 2);
    assert_string_equal(facts->skipped[0].member, "a/readme.txt");
    assert_int_equal(facts->skipped[0].why.msg, XT_MSG_FILE_IS_TEXT);
    assert_string_equal(facts->skipped[1].member, "~$lock.png");
    assert_int_equal(facts->skipped[1].why.msg, XT_MSG_FILE_IS_IMAGE);
    xt_table_close(&table);
}

static size_t gzip_of(const char *text, char *out, size_t cap)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)text,
                  .avail_in = (uInt)strlen(text),
                  .next_out = (Bytef *)out,
                  .avail_out = (uInt)cap};

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&z), Z_OK);
    return cap - z.avail_out;
}

/* A member that breaks costs itself: what was read of it stands, one row says it, and the rest of the archive follows. */
static void a_broken_member_costs_itself(void **state)
{
    enum { ROWS = 20000 };
    static char packed[256 * 1024], data[512 * 1024];
    struct xt_table *table = NULL;
    struct xt_text text;
    struct xt_row row;
    struct xt_error err;
    bool more = true;
    int64_t refused = 0, seen = 0, behind = 0;
    size_t n, i;

    (void)state;
    xt_text_init(&text, XT_MIB);
    xt_text_add_z(&text, "a,b\n");
    for (i = 0; i < ROWS; i++)
        xt_text_addf(&text, "%zu,%zu\n", i, i * i % 1009);
    n = gzip_of(text.s, packed, sizeof packed);
    packed[n - 6] ^= 1; /* the checksum, known only at the end */
    struct file files[] = {
        TEXT_FILE("1.csv", "a,b\n0,0\n"),
        {"2.csv.gz", packed, n},
        TEXT_FILE("3.csv", "a,b\n3,4\n"),
    };

    n = make_tar(files, XT_COUNT(files), data);
    assert_int_equal(xt_table_open_memory("a.tar", data, n, NULL, &table, &err), XT_OK);
    for (;;) {
        enum xt_code rc = xt_table_next(table, &row, &more, &err);

        if (!more)
            break;
        seen++;
        behind += refused > 0;
        if (rc == XT_OK)
            continue;
        assert_int_equal(rc, XT_E_INPUT);
        assert_int_equal(err.msg, XT_MSG_TABLE_GZIP);
        assert_true(xt_str_is(row.member, "2.csv.gz"));
        refused++;
    }
    assert_int_equal(refused, 1);
    assert_true(seen > ROWS / 2); /* the last piece may not have been handed out */
    assert_int_equal(behind, 1);  /* 3.csv */
    xt_table_close(&table);
    xt_text_done(&text);
}

#define SHEET(rows) "<worksheet><sheetData>" rows "</sheetData></worksheet>"
#define CELL(s)     "<c t='inlineStr'><is><t>" s "</t></is></c>"

static const struct file BOOK[] = {
    TEXT_FILE("xl/workbook.xml",
              "<workbook xmlns:r='r'><sheets><sheet name='甲' r:id='r1'/><sheet name='空' r:id='r2'/>"
              "<sheet name='密' state='hidden' r:id='r3'/><sheet name='乙' r:id='r4'/></sheets></workbook>"),
    TEXT_FILE("xl/_rels/workbook.xml.rels",
              "<Relationships><Relationship Id='r1' Type='x/worksheet' Target='1.xml'/>"
              "<Relationship Id='r2' Type='x/worksheet' Target='2.xml'/>"
              "<Relationship Id='r3' Type='x/worksheet' Target='3.xml'/>"
              "<Relationship Id='r4' Type='x/worksheet' Target='4.xml'/></Relationships>"),
    TEXT_FILE("xl/1.xml", SHEET("<row>" CELL("a") CELL("b") "</row><row>" CELL("x") CELL("y") "</row>")),
    TEXT_FILE("xl/2.xml", SHEET("")),
    TEXT_FILE("xl/3.xml", SHEET("<row>" CELL("h") CELL("i") "</row><row>" CELL("1") CELL("2") "</row>")),
    TEXT_FILE("xl/4.xml", SHEET("<row>" CELL("c") CELL("d") "</row><row>" CELL("z") "</row>")),
};

static void sheets_follow_one_another_when_asked(void **state)
{
    static char data[64 * 1024], outer[128 * 1024];
    size_t n = make_zip(BOOK, XT_COUNT(BOOK), data, sizeof data);

    (void)state;
    expect("a.xlsx", data, n, NULL, "[1 a b]甲:2 x|y/");
    expect("a.xlsx", data, n, "乙", "[1 c d]乙:2 z|/");
    expect("a.xlsx", data, n, "3", "[1 h i]密:2 1|2/");
    expect("a.xlsx", data, n, "*", "[1 a b]甲:2 x|y/[2 c d]乙:2 z|/");
    expect("a.xlsx", data, n, "丙", "xlsx-sheet");
    /* inside an archive, which may hold several books */
    struct file files[] = {{"1.xlsx", data, n}, TEXT_FILE("2.csv", "p,q\n1,2\n"), {"3.xlsx", data, n}};

    size_t m = make_tar(files, XT_COUNT(files), outer);
    expect("a.tar", outer, m, "*",
           "[1 a b]1.xlsx甲:2 x|y/[2 c d]1.xlsx乙:2 z|/[3 p q]2.csv:2 1|2/[4 a b]3.xlsx甲:2 x|y/[5 c d]3.xlsx乙:2 z|/");
    m = make_zip(files, XT_COUNT(files), outer, sizeof outer);
    expect("a.zip", outer, m, NULL, "[1 a b]1.xlsx甲:2 x|y/[2 p q]2.csv:2 1|2/[3 a b]3.xlsx甲:2 x|y/");
}

static void an_archive_in_an_archive_is_not_gone_into(void **state)
{
    static char inner[4096], outer[16 * 1024];
    const struct file one[] = {TEXT_FILE("1.csv", "a,b\n1,2\n")};
    size_t n = make_zip(one, 1, inner, sizeof inner);
    struct file files[] = {{"in.zip", inner, n}, TEXT_FILE("2.csv", "a,b\n3,4\n")};

    (void)state;
    expect("a.tar", outer, make_tar(files, 2, outer), NULL, "[1 a b]2.csv:2 3|4/");
    expect("a.tar", outer, make_tar(files, 1, outer), NULL, "file-is-packed");
    expect("a.tar", outer, make_tar(files, 0, outer), NULL, "file-is-empty");
}

/* What is ill-formed in a page is known with its first sheet, and counts once. */
static void bad_bytes_of_a_book_count_once(void **state)
{
    static const char page[] =
        "<table><tr><td>a<td>b<tr><td>\xFF<td>1</table><p><table><tr><td>c<td>d<tr><td>2<td>3</table>";
    const struct xt_table_options one = {0}, all = {.sheet = "*"};
    const struct xt_table_options *options[] = {&one, &all};
    int64_t bad[2];
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        struct xt_table *table;
        struct xt_error err;
        struct xt_row row;
        bool more = true;

        assert_int_equal(xt_table_open_memory("a.html", page, sizeof page - 1, options[i], &table, &err), XT_OK);
        while (more)
            assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
        bad[i] = xt_table_facts(table)->bad_characters;
        xt_table_close(&table);
    }
    assert_true(bad[0] > 0);
    assert_int_equal(bad[0], bad[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(archives_are_read_member_by_member),
        cmocka_unit_test(what_is_passed_over_is_counted_with_its_reason),
        cmocka_unit_test(a_broken_member_costs_itself),
        cmocka_unit_test(sheets_follow_one_another_when_asked),
        cmocka_unit_test(an_archive_in_an_archive_is_not_gone_into),
        cmocka_unit_test(bad_bytes_of_a_book_count_once),
    };

    return cmocka_run_group_tests(tests, make_path, drop_path);
}
