/*
 * test_table_hostile.c - files made to do harm or merely strange: each is read right or refused with a sentence, in bounded
 * memory and time. Every file is made here and read by a process of its own, which tells how far its memory rose.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "table/table_priv.h"

/* What the address sanitizer holds back from reuse would count as ours. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=1:detect_leaks=0";
}

#define RISE_MAX_KB (64 * 1024) /* with the sanitizer's shadow and redzones; ./dev bench measures without */

static char folder[] = "/tmp/xt-hostile-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/a", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder); /* fails where reading wrote anything */
}

/* ---- reading, in a process of its own ---- */

static long peak_kb(void)
{
    char line[128];
    long kb = 0;
    FILE *status = fopen("/proc/self/status", "r");

    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kb = strtol(line + 6, NULL, 10);
    if (status)
        (void)fclose(status);
    return kb;
}

/* "cells/cells", refused rows as "!message", "+" where there are more than eight, the fault that ends it as "!!message". */
static void read_file(int out)
{
    struct xt_table_options options = {.sheet = "*"};
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_text text;
    struct xt_row row;
    bool more = true;
    long before;
    int64_t rows = 0;
    size_t i;

    xt_text_init(&text, 4000);
    before = peak_kb();
    alarm(60);
    enum xt_code rc = xt_table_open(path, &options, &table, &err);

    if (rc != XT_OK)
        xt_text_addf(&text, "!!%s", xt_msg_name(err.msg));
    while (rc == XT_OK && more) {
        rc = xt_table_next(table, &row, &more, &err);
        if (rc == XT_OK && !more)
            break;
        if (rc != XT_OK) {
            xt_text_addf(&text, rc == XT_E_INPUT && more ? "!%s/" : "!!%s", xt_msg_name(err.msg));
            rc = more ? XT_OK : rc;
            continue;
        }
        if (++rows > 8) {
            if (rows == 9)
                xt_text_add_char(&text, '+');
            continue;
        }
        if (row.member.n > 0)
            xt_text_addf(&text, "%.*s:", (int)row.member.n, row.member.s);
        for (i = 0; i < row.count; i++) {
            struct xt_str cell = xt_str_trim(row.cells[i]);

            xt_text_addf(&text, i > 0 ? "|%.*s" : "%.*s", (int)cell.n, cell.s);
        }
        xt_text_add_char(&text, '/');
    }
    if (table && xt_table_facts(table)->members_skipped > 0)
        xt_text_addf(&text, "(%lld %s)", (long long)xt_table_facts(table)->members_skipped,
                     xt_msg_name(xt_table_facts(table)->skipped[0].why.msg));
    xt_table_close(&table);
    dprintf(out, "%ld %s", peak_kb() - before, text.s);
    _exit(0);
}

static void expect(const char *name, const char *wanted)
{
    char answer[4096];
    size_t n = 0;
    ssize_t got;
    int ends[2], status;

    assert_int_equal(pipe(ends), 0);
    (void)fflush(NULL);
    pid_t child = fork();

    if (child == 0)
        read_file(ends[1]);
    (void)close(ends[1]);
    while ((got = read(ends[0], answer + n, sizeof answer - 1 - n)) > 0)
        n += (size_t)got;
    answer[n] = '\0';
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (status != 0)
        fail_msg("%s: the reader ended with %d", name, status);
    const char *text = strchr(answer, ' ') + 1;
    long rise = strtol(answer, NULL, 10);

    if (strcmp(text, wanted) != 0)
        fail_msg("%s:\n%s\nwanted:\n%s", name, text, wanted);
    if (rise > RISE_MAX_KB)
        fail_msg("%s: memory rose by %ld kB", name, rise);
    print_message("%-44s %6ld kB\n", name, rise);
}

/* ---- making ---- */

static void write_file(const void *data, size_t n)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static size_t file_size(void)
{
    struct stat facts;

    assert_int_equal(stat(path, &facts), 0);
    return (size_t)facts.st_size;
}

/* n letters. The files of giants are not packed, so that the cap on packing is not what refuses them. */
static void add_letters(struct xt_text *text, size_t n)
{
    char *letters = malloc(n);

    assert_non_null(letters);
    memset(letters, 'x', n);
    xt_text_add(text, letters, n);
    free(letters);
}

static void gzip_file(const char *data, size_t n)
{
    gzFile file = gzopen(path, "wb1");

    assert_non_null(file);
    assert_int_equal(gzwrite(file, data, (unsigned)n), n);
    assert_int_equal(gzclose(file), Z_OK);
}

struct part {
    const char *name, *data;
    size_t n; /* 0: as long as the text */
};

static void zip_file(const struct part *parts, size_t count, bool packed)
{
    int fault;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &fault);
    size_t i;

    assert_non_null(zip);
    for (i = 0; i < count; i++) {
        size_t n = parts[i].n ? parts[i].n : strlen(parts[i].data);
        zip_int64_t index =
            zip_file_add(zip, parts[i].name, zip_source_buffer(zip, parts[i].data, n, 0), ZIP_FL_ENC_UTF_8);

        assert_true(index >= 0);
        assert_int_equal(
            zip_set_file_compression(zip, (zip_uint64_t)index, packed ? ZIP_CM_DEFLATE : ZIP_CM_STORE, packed ? 1 : 0),
            0);
    }
    assert_int_equal(zip_close(zip), 0);
}

#define RELS                                                                                   \
    "<Relationships><Relationship Id='r1' Type='t/worksheet' Target='worksheets/sheet1.xml'/>" \
    "<Relationship Id='r2' Type='t/sharedStrings' Target='sharedStrings.xml'/>"                \
    "<Relationship Id='r3' Type='t/styles' Target='styles.xml'/></Relationships>"
#define BOOK "<workbook><sheets><sheet name='s' id='r1'/></sheets></workbook>"

/* A workbook of one sheet; strings and styles may be NULL. */
static void book_file(const char *sheet, size_t sheet_n, const char *strings, size_t strings_n, const char *styles,
                      bool packed)
{
    struct part parts[5] = {{"xl/workbook.xml", BOOK, 0},
                            {"xl/_rels/workbook.xml.rels", RELS, 0},
                            {"xl/worksheets/sheet1.xml", sheet, sheet_n}};
    size_t count = 3;

    if (strings)
        parts[count++] = (struct part){"xl/sharedStrings.xml", strings, strings_n};
    if (styles)
        parts[count++] = (struct part){"xl/styles.xml", styles, 0};
    zip_file(parts, count, packed);
}

#define SHEET(rows) "<worksheet><sheetData>" rows "</sheetData></worksheet>"
#define HEAD        "<row r='1'><c r='A1' t='str'><v>h</v></c><c r='B1' t='str'><v>i</v></c></row>"
#define ROW_12      "<row><c><v>1</v></c><c><v>2</v></c></row>"

/* ---- bombs and giants ---- */

static void bombs(void **state)
{
    const size_t n = 64 * XT_MIB;
    char *same = malloc(n);
    struct xt_text text;
    size_t i;

    (void)state;
    assert_non_null(same);
    memset(same, ' ', n);
    same[n - 1] = '\n';
    for (i = 0; i < n; i += 4096) /* long rows: what is tested is how much is unpacked, not how many rows are read */
        memcpy(same + i, "\n1,2", 4);
    gzip_file(same, n);
    expect("the same row again and again in gzip", "1|2/1|2/1|2/1|2/1|2/1|2/1|2/1|2/+!!table-ratio");
    zip_file((struct part[]){{"a.csv", "h,i\n1,2\n", 0}, {"b.csv", same, n}}, 2, true);
    expect("a bomb beside a table", "a.csv:1|2/b.csv:1|2/b.csv:1|2/b.csv:1|2/b.csv:1|2/b.csv:1|2/b.csv:1|2/b.csv:1|2/+"
                                    "!table-ratio/");
    memset(same, ' ', n);
    gzip_file(same, n);
    expect("spaces in gzip", "!!file-is-empty");
    xt_text_init(&text, 2 * n);
    xt_text_add_z(&text, "<worksheet><sheetData>" HEAD);
    xt_text_add(&text, same, n);
    xt_text_add_z(&text, "</sheetData></worksheet>");
    book_file(text.s, text.n, NULL, 0, NULL, true);
    expect("a sheet of spaces", "!!table-ratio");
    xt_text_clear(&text);
    xt_text_add_z(&text, "<sst><si><t>");
    xt_text_add(&text, same, n);
    xt_text_add_z(&text, "</t></si></sst>");
    book_file(SHEET(HEAD), 0, text.s, text.n, NULL, true);
    expect("a shared string of spaces", "!!table-ratio");
    free(same);
    xt_text_done(&text);
}

static void giants(void **state)
{
    struct xt_text text, strings;
    size_t i;

    (void)state;
    xt_text_init(&text, 120 * XT_MIB);
    xt_text_init(&strings, 120 * XT_MIB);
    xt_text_add_z(&text, "h,i\n1,2\n");
    for (i = 0; i < 1000000; i++)
        xt_text_add_char(&text, ',');
    xt_text_add_z(&text, "\n3,4\n");
    write_file(text.s, text.n);
    expect("a million columns, CSV", "1|2/!row-columns/3|4/");

    xt_text_clear(&text);
    for (i = 0; i < 2000; i++)
        xt_text_add_z(&text, i > 0 ? ",h" : "h");
    xt_text_add_char(&text, '\n');
    for (i = 0; i < 2000; i++)
        xt_text_add_z(&text, "1,");
    write_file(text.s, text.n);
    expect("2,000 columns of one name", "!row-columns/");

    xt_text_clear(&text);
    xt_text_add_z(&text, "<worksheet><sheetData>" HEAD "<row>");
    for (i = 0; i < 1000000; i++)
        xt_text_add_z(&text, "<c><v>7</v></c>");
    xt_text_add_z(&text, "</row>" ROW_12 "</sheetData></worksheet>");
    book_file(text.s, text.n, NULL, 0, NULL, false);
    expect("a million columns, XLSX", "!row-columns/1|2/");

    xt_text_clear(&text);
    xt_text_add_z(&text, "h,i\n1,");
    add_letters(&text, 100 * XT_MIB);
    xt_text_add_z(&text, "\n3,4\n");
    write_file(text.s, text.n);
    expect("a cell of 100 MB, CSV", "!row-long/3|4/");
    text.s[6] = '"';
    text.s[40 * XT_MIB] = '\n';
    write_file(text.s, 40 * XT_MIB + 1);
    expect("a quote that is never closed, 40 MB", "!row-quote/");

    xt_text_clear(&text);
    xt_text_add_z(&text, "<worksheet><sheetData>" HEAD "<row><c t='inlineStr'><is><t>");
    add_letters(&text, 40 * XT_MIB);
    xt_text_add_z(&text, "</t></is></c></row>" ROW_12 "</sheetData></worksheet>");
    book_file(text.s, text.n, NULL, 0, NULL, false);
    expect("a cell of 40 MB, XLSX inline", "!cell-long/1|2/");

    xt_text_add_z(&strings, "<sst><si><t>");
    add_letters(&strings, 40 * XT_MIB);
    xt_text_add_z(&strings, "</t></si><si><t>fine</t></si></sst>");
    book_file(SHEET(HEAD "<row><c t='s'><v>0</v></c></row><row><c t='s'><v>1</v></c></row>"), 0, strings.s, strings.n,
              NULL, false);
    expect("a shared string of 40 MB", "!cell-long/fine|/");

    xt_text_clear(&text);
    xt_text_add_z(&text, "{\"a\":\"");
    add_letters(&text, 40 * XT_MIB);
    xt_text_add_z(&text, "\"}\n");
    write_file(text.s, text.n);
    expect("a JSON line of 40 MB", "!row-long/");
    xt_text_done(&text);
    xt_text_done(&strings);
}

static void merges_without_end(void **state)
{
    struct xt_text text;
    int i;

    (void)state;
    xt_text_init(&text, 200 * XT_MIB);
    xt_text_add_z(&text, "<worksheet><sheetData>" HEAD ROW_12 "</sheetData><mergeCells>");
    for (i = 0; i < 1000000; i++)
        xt_text_addf(&text, "<mergeCell ref=\"A%d:B%d\"/>", i + 3, i + 3);
    xt_text_add_z(&text, "</mergeCells></worksheet>");
    book_file(text.s, text.n, NULL, 0, NULL, false);
    expect("1,000,000 merged ranges", "!!xlsx-merges");

    xt_text_clear(&text);
    xt_text_add_z(&text, "<worksheet><sheetData>" HEAD);
    for (i = 2; i < 3000; i++)
        xt_text_addf(&text, "<row r='%d'><c r='A%d'><v>1</v></c><c r='B%d'><v>2</v></c></row>", i, i, i);
    xt_text_add_z(&text, "</sheetData><mergeCells>");
    for (i = 0; i < 150000; i++)
        xt_text_addf(&text, "<mergeCell ref=\"A2:A%d\"/>", 1000000 - i);
    xt_text_add_z(&text, "</mergeCells></worksheet>");
    book_file(text.s, text.n, NULL, 0, NULL, false);
    expect("150,000 ranges over one another", "1|2/1|2/1|2/1|2/1|2/1|2/1|2/1|2/+");
    xt_text_done(&text);
}

/* ---- workbooks that are strange ---- */

#define STYLES      "<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='22'/></cellXfs></styleSheet>"
#define STRINGS     "<sst><si><t>h</t></si><si><t>i</t></si></sst>"
#define DATE(value) "<row><c s='1'><v>" value "</v></c><c s='2'><v>" value "</v></c></row>"

static void strange_workbooks(void **state)
{
    struct xt_text text;
    int i;

    (void)state;
    xt_text_init(&text, 16 * XT_MIB);
    /* Formulas are never worked out: what the program that wrote them saw stands beside them. */
    book_file(SHEET(HEAD "<row r=\"2\"><c r=\"A2\"><f t=\"shared\" ref=\"A2:B2\" si=\"0\">B2</f><v>1</v></c>"
                         "<c r=\"B2\"><f t=\"shared\" si=\"0\">A2</f><v>2</v></c></row>"
                         "<row r=\"3\"><c r=\"A3\"><f t=\"shared\" si=\"99\"/></c><c r=\"B3\"><v>3</v></c></row>"),
              0, NULL, 0, NULL, true);
    expect("circular shared formulas", "1|2/|3/");

    book_file(
        SHEET(
            "<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row><row><c t='s'><v>2</v></c></row>"
            "<row><c t='s'><v>-1</v></c></row><row><c t='s'><v>99999999999</v></c></row><row><c t='s'><v>x</v></c></row>"
            "<row><c t='s'><v>1</v></c></row>"),
        0, STRINGS, 0, NULL, true);
    expect("shared strings that are not there", "!xlsx-string/!xlsx-string/!xlsx-string/!xlsx-string/i|/");

    book_file(SHEET("<row r='1'><c r='B1' t='str'><v>i</v></c><c r='A1' t='str'><v>h</v></c></row>"
                    "<row r='9'><c r='A9'><v>9</v></c></row><row r='5'><c r='B5'><v>5</v></c></row>"
                    "<row r='5'><c r='A5'><v>6</v></c><c r='A5'><v>7</v></c></row><row r='-3'><c><v>8</v></c></row>"
                    "<row r='99999999'><c><v>9</v></c></row>"),
              0, NULL, 0, NULL, true);
    expect("rows and cells out of order and repeated", "9|/|5/7|/8|/9|/");

    book_file(SHEET(HEAD DATE("-1") DATE("0") DATE("60") DATE("2958465") DATE("2958466") DATE("1e300") DATE("46086.5")),
              0, NULL, 0, STYLES, true);
    expect("dates that are none", "-1|-1/0|0/60|60/9999-12-31|9999-12-31/2958466|2958466/1e+300|1e+300/"
                                  "2026-03-05|2026-03-05T12:00:00/");

    xt_text_add_z(&text, "<styleSheet><cellXfs>");
    for (i = 0; i < 70000; i++)
        xt_text_addf(&text, "<xf numFmtId='%d'/>", i == 64999 ? 14 : 0);
    xt_text_add_z(&text, "</cellXfs></styleSheet>");
    book_file(SHEET(HEAD "<row><c s='64999'><v>46086</v></c><c s='69999'><v>2</v></c></row>"
                         "<row><c s='4294967295'><v>3</v></c><c s='-1'><v>4</v></c></row>"),
              0, NULL, 0, text.s, true);
    expect("70,000 styles", "2026-03-05|2/3|4/");
    xt_text_done(&text);
}

static void parts_that_are_missing_or_in_other_words(void **state)
{
    struct part strict[] = {
        {"_rels/.rels",
         "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='rId1'"
         " Type='http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument' Target='/xl/workbook.xml'/>"
         "</Relationships>",
         0},
        {"xl/workbook.xml",
         "<x:workbook xmlns:x='http://purl.oclc.org/ooxml/spreadsheetml/main'"
         " xmlns:r='http://purl.oclc.org/ooxml/officeDocument/relationships'><x:sheets>"
         "<x:sheet name='s' sheetId='1' r:id='rId1'/></x:sheets></x:workbook>",
         0},
        {"xl/_rels/workbook.xml.rels",
         "<Relationships><Relationship Id='rId1'"
         " Type='http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet' Target='../xl/./worksheets/s.xml'/>"
         "</Relationships>",
         0},
        {"xl/worksheets/s.xml",
         "<x:worksheet xmlns:x='http://purl.oclc.org/ooxml/spreadsheetml/main'><x:sheetData>"
         "<x:row r='1'><x:c r='A1' t='str'><x:v>h</x:v></x:c><x:c r='B1' t='str'><x:v>i</x:v></x:c></x:row>"
         "<x:row r='2'><x:c r='A2' t='d'><x:v>2026-03-05T00:00:00</x:v></x:c><x:c r='B2'><x:v>2</x:v></x:c></x:row>"
         "<x:row r='3'><x:c r='B3'><x:v>3</x:v></x:c></x:row></x:sheetData>"
         "<x:mergeCells><x:mergeCell ref='A2:A3'/></x:mergeCells><x:drawing r:id='rId9'/></x:worksheet>",
         0},
    };
    static const char text[] = SHEET(HEAD "<row r='2'><c r='A2'><v>1</v></c><c r='B2'><v>2</v></c></row>"
                                          "<row r='3'><c r='B3'><v>3</v></c></row>");
    char *wide = xt_calloc(2, 2048);
    const char *merges = "<mergeCells><mergeCell ref='A2:A3'/></mergeCells></worksheet>", *s;
    size_t n = 0;

    (void)state;
    zip_file(strict, XT_COUNT(strict), true);
    expect("strict names, prefixes, a drawing that is not there", "2026-03-05|2/2026-03-05|3/");

    wide[n++] = (char)0xFF;
    wide[n++] = (char)0xFE;
    for (s = text; s < text + sizeof text - 1 - strlen("</worksheet>"); s++, n += 2)
        wide[n] = *s;
    for (s = merges; *s; s++, n += 2)
        wide[n] = *s;
    book_file(wide, n, NULL, 0, NULL, true);
    expect("a sheet in UTF-16", "1|2/1|3/");
    free(wide);

    book_file("\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8'?>" SHEET(HEAD ROW_12), 0, NULL, 0, NULL, true);
    expect("a byte order mark", "1|2/");
    book_file(
        "<?xml version='1.0' encoding='GB18030'?><worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>\xC3\xFB</v>"
        "</c></row><row r=\"2\"><c r=\"A2\" t=\"str\"><v>\xB3\xC6</v></c></row></sheetData></worksheet>",
        0, NULL, 0, NULL, true);
    expect("a sheet in GB18030", "称/");
    zip_file((struct part[]){{"xl/workbook.xml", BOOK, 0}}, 1, true);
    expect("a sheet that is not there", "!!xlsx-no-part");
    book_file(SHEET(HEAD "<row><c t='s'><v>0</v></c></row>"), 0, NULL, 0, NULL, true);
    expect("no strings and no styles", "!xlsx-string/");
    book_file("<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;&b;&b;'>]>" SHEET(HEAD ROW_12), 0, NULL, 0, NULL, true);
    expect("entities", "!!xlsx-dtd");
}

/* ---- damage ---- */

static void damage(void **state)
{
    struct xt_text text;
    char *data;
    size_t n, cut;
    int i;

    (void)state;
    xt_text_init(&text, 16 * XT_MIB);
    xt_text_add_z(&text, "<worksheet><sheetData>" HEAD);
    for (i = 0; i < 2000; i++)
        xt_text_addf(&text, "<row><c><v>%d</v></c><c><v>%d</v></c></row>", i, i * 7919 % 10007);
    xt_text_add_z(&text, "</sheetData></worksheet>");
    for (i = 0; i < 2; i++) {
        book_file(text.s, text.n, NULL, 0, NULL, i == 0);
        n = file_size();
        data = malloc(n);
        assert_non_null(data);
        FILE *file = fopen(path, "rb");

        assert_non_null(file);
        assert_int_equal(fread(data, 1, n, file), n);
        assert_int_equal(fclose(file), 0);
        for (cut = 1; cut < n; cut *= 3) {
            write_file(data, n - cut);
            expect("a workbook cut short", "!!table-zip");
        }
        data[n / 2] ^= 4; /* in the sheet */
        write_file(data, n);
        expect(i == 0 ? "a wrong bit in deflate" : "a wrong checksum in a zip", "!!table-zip");
        free(data);
    }
    xt_text_clear(&text);
    xt_text_add_z(&text, "h,i\n1,2\n");
    gzip_file(text.s, text.n);
    n = file_size();
    data = malloc(n);
    assert_non_null(data);
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    assert_int_equal(fread(data, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    data[n - 8] ^= 1;
    write_file(data, n);
    expect("a wrong checksum in gzip", "!!table-gzip");
    data[n - 8] ^= 1;
    data[n - 1] ^= 1;
    write_file(data, n);
    expect("a wrong length in gzip", "!!table-gzip");
    write_file(data, n - 3);
    expect("gzip cut short", "!!table-gzip");
    free(data);
    xt_text_done(&text);
}

/* ---- names and kinds of members ---- */

struct tar {
    char *s;
    size_t n;
};

static void tar_add(struct tar *tar, const char *name, size_t name_n, char kind, const char *data, size_t n,
                    size_t said)
{
    char *at = tar->s + tar->n;
    unsigned sum = 0;
    size_t i;

    memset(at, 0, 512 + (n + 511) / 512 * 512);
    memcpy(at, name, name_n);
    memcpy(at + 100, "0000644", 7);
    (void)snprintf(at + 124, 12, "%011zo", said);
    memset(at + 148, ' ', 8);
    at[156] = kind;
    memcpy(at + 257, "ustar\00000", 8);
    if (kind == 'S')
        at[482] = 1; /* the map goes on in a block of its own */
    for (i = 0; i < 512; i++)
        sum += (unsigned char)at[i];
    (void)snprintf(at + 148, 8, "%06o", sum);
    memcpy(at + 512, data, n);
    tar->n += 512 + (n + 511) / 512 * 512;
}
#define TAR_ADD(tar, name, kind, data) \
    tar_add(tar, name, sizeof(name) - 1, kind, data, sizeof(data) - 1, sizeof(data) - 1)

static void tar_write(struct tar *tar)
{
    memset(tar->s + tar->n, 0, 1024);
    write_file(tar->s, tar->n + 1024);
    tar->n = 0;
}

static void names_that_climb(void **state)
{
    struct tar tar = {xt_calloc(1, 64 * XT_KIB), 0};
    int before = 0, after = 0;
    DIR *here = opendir("..");

    (void)state;
    while (here && readdir(here))
        before++;
    TAR_ADD(&tar, "../../up.csv", '0', "h,i\n1,2\n");
    TAR_ADD(&tar, "/etc/abs.csv", '0', "h,i\n3,4\n");
    TAR_ADD(&tar, "C:\\drive.csv", '0', "h,i\n5,6\n");
    TAR_ADD(&tar, "zero\0.csv", '0', "h,i\n7,8\n");
    TAR_ADD(&tar, "twice.csv", '0', "h,i\n9,0\n");
    TAR_ADD(&tar, "twice.csv", '0', "h,i\n1,1\n");
    TAR_ADD(&tar, "\xC3\xFB\n.csv", '0', "h,i\n2,2\n");
    tar_write(&tar);
    expect("names in a tar", "../../up.csv:1|2//etc/abs.csv:3|4/C:\\drive.csv:5|6/zero:7|8/twice.csv:9|0/twice.csv:1|1/"
                             "名?.csv:2|2/");
    if (here) {
        rewinddir(here);
        while (readdir(here))
            after++;
        assert_int_equal(before, after);
        (void)closedir(here);
    }
    TAR_ADD(&tar, "folder/", '5', "");
    TAR_ADD(&tar, "link.csv", '2', "");
    TAR_ADD(&tar, "hard.csv", '1', "");
    TAR_ADD(&tar, "device", '3', "");
    TAR_ADD(&tar, "last.csv", '0', "h,i\n1,2\n");
    tar_write(&tar);
    expect("links and devices in a tar", "last.csv:1|2/(2 table-link)");

    /* Old sparse files: a map, which may go on in blocks of its own, then the pieces. */
    static char pieces[512 + 10] = "";

    memcpy(pieces + 512, "h,i\n1,2\n..", 10);
    tar_add(&tar, "sparse.csv", 10, 'S', pieces, sizeof pieces, 10);
    TAR_ADD(&tar, "pax", 'x', "22 GNU.sparse.major=1\n");
    TAR_ADD(&tar, "GNUSparseFile.0/b.csv", '0', "h,i\n1,2\n");
    TAR_ADD(&tar, "last.csv", '0', "h,i\n3,4\n");
    tar_write(&tar);
    expect("sparse files in a tar", "last.csv:3|4/(2 table-sparse)");

    TAR_ADD(&tar, "pax", 'x', "20 path=a\nb,中.csv\n9 size=8\n");
    tar_add(&tar, "short", 5, '0', "h,i\n1,2\n", 8, 0); /* its size stands in pax alone */
    TAR_ADD(&tar, "././@LongLink", 'L', "a long name.csv\0");
    TAR_ADD(&tar, "short", '0', "h,i\n3,4\n");
    TAR_ADD(&tar, "pax", 'g', "16 comment=once\n");
    TAR_ADD(&tar, "last.csv", '0', "h,i\n5,6\n");
    tar_write(&tar);
    expect("what pax says", "a?b,中.csv:1|2/a long name.csv:3|4/last.csv:5|6/");

    TAR_ADD(&tar, "1.csv", '0', "h,i\n1,2\n");
    TAR_ADD(&tar, "pax", 'x', "99999 path=a\n");
    TAR_ADD(&tar, "2.csv", '0', "h,i\n1,2\n");
    tar_write(&tar);
    expect("pax that lies about its length", "1.csv:1|2/!!table-tar");
    TAR_ADD(&tar, "1.csv", '0', "h,i\n1,2\n");
    tar_add(&tar, "2.csv", 5, '0', "h,i\n1,2\n", 8, 1 << 20);
    tar_write(&tar);
    expect("a tar cut short", "1.csv:1|2/!!table-tar(1 table-tar)");
    free(tar.s);
}

static void names_in_zips(void **state)
{
    struct part parts[] = {
        {"../../up.csv", "h,i\n1,2\n", 0}, {"/abs.csv", "h,i\n3,4\n", 0}, {"a.csv", "h,i\n5,6\n", 0},
        {"b.csv", "h,i\n7,8\n", 0},        {"XX.csv", "h,i\n9,0\n", 0},
    };
    static char data[4096];
    size_t n, i;
    FILE *file;

    (void)state;
    zip_file(parts, XT_COUNT(parts), false);
    n = file_size();
    file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(data, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    for (i = 0; i + 6 < n; i++) {
        if (memcmp(data + i, "b.csv", 5) == 0)
            data[i] = 'a'; /* the same name twice */
        if (memcmp(data + i, "XX.csv", 6) == 0)
            memcpy(data + i, "\xC3\xFB", 2);
        if (memcmp(data + i, "PK\3\4", 4) == 0)
            data[i + 7] &= ~8; /* no longer said to be UTF-8 */
        if (memcmp(data + i, "PK\1\2", 4) == 0)
            data[i + 9] &= ~8;
    }
    write_file(data, n);
    expect("names in a zip", "../../up.csv:1|2//abs.csv:3|4/a.csv:5|6/a.csv:7|8/名.csv:9|0/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bombs),
        cmocka_unit_test(giants),
        cmocka_unit_test(merges_without_end),
        cmocka_unit_test(strange_workbooks),
        cmocka_unit_test(parts_that_are_missing_or_in_other_words),
        cmocka_unit_test(damage),
        cmocka_unit_test(names_that_climb),
        cmocka_unit_test(names_in_zips),
    };

    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
