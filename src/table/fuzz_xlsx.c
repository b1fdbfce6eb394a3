/*
 * fuzz_xlsx.c - workbooks: any bytes as the file, and any text as the XML of a part.
 *
 * The first byte chooses: 0 the rest is the whole file; 1 to 4 it is one part of an otherwise sound workbook that lies in
 * memory, which gets past the checksums of zip. Such a part is read twice, by the quick way and by libxml2 alone: rows,
 * cells, and faults with their lines have to be the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table/table_priv.h"

static const char *const SOUND[][2] = {
    {"_rels/.rels",
     "<Relationships><Relationship Id='r' Type='x/officeDocument' Target='xl/workbook.xml'/></Relationships>"},
    {"xl/workbook.xml",
     "<workbook><workbookPr date1904='0'/><sheets><sheet name='a' id='r1'/><sheet name='b' state='hidden'"
     " id='r2'/></sheets></workbook>"},
    {"xl/_rels/workbook.xml.rels",
     "<Relationships><Relationship Id='r1' Type='x/worksheet' Target='worksheets/sheet1.xml'/>"
     "</Relationships>"},
    {"xl/worksheets/sheet1.xml",
     "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c>"
     "</row><row r='2'><c r='A2'><v>1</v></c><c r='B2' s='1'><v>45000.5</v></c></row></sheetData>"
     "<mergeCells><mergeCell ref='A2:A3'/></mergeCells></worksheet>"},
    {"xl/sharedStrings.xml", "<sst><si><t>name</t></si><si><r><t>va</t></r><r><t>lue</t></r></si></sst>"},
    {"xl/styles.xml", "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy&quot;x&quot;m'/></numFmts><cellXfs>"
                      "<xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='9'/></cellXfs></styleSheet>"},
};

struct memory_package {
    struct xt_package base;
    const char *part; /* the one that is fuzzed */
    const uint8_t *data;
    size_t size;
};

static enum xt_code memory_open(struct xt_package *package, const char *part, struct xt_source **out,
                                struct xt_error *err)
{
    const struct memory_package *memory = (const struct memory_package *)package;
    size_t i;

    (void)err;
    *out = NULL;
    for (i = 0; i < XT_COUNT(SOUND); i++)
        if (strcmp(SOUND[i][0], part) == 0)
            *out = strcmp(part, memory->part) == 0 ? xt_source_memory(memory->data, memory->size)
                                                   : xt_source_memory(SOUND[i][1], strlen(SOUND[i][1]));
    return XT_OK;
}

static void memory_close(struct xt_package *package)
{
    free(package);
}

/* Rows and cells as one text, up to the end or the fault, which stands behind them. */
static void read_all(struct xt_table *table, struct xt_text *out)
{
    struct xt_row row;
    struct xt_error err;
    bool more = true;
    enum xt_code rc;
    size_t i;

    do {
        rc = xt_table_next(table, &row, &more, &err);
        xt_text_addf(out, "\n%lld %d", (long long)row.number, rc);
        for (i = 0; i < row.count; i++) {
            if (!xt_utf8_valid(row.cells[i].s, row.cells[i].n))
                abort();
            xt_text_addf(out, "|%.*s", (int)row.cells[i].n, row.cells[i].s);
        }
        if (rc != XT_OK)
            xt_error_say(&err, XT_EN, out);
    } while (more && (rc == XT_OK || rc == XT_E_INPUT));
}

/* A workbook in memory of which one part is fuzzed; plain: all of it through libxml2. */
static void read_part(const char *part, const uint8_t *data, size_t size, bool small, bool plain, struct xt_text *out)
{
    struct xt_table_options options = {.limits = {.inflated_bytes = 64 << 20}};
    struct memory_package *memory = calloc(1, sizeof *memory);
    struct xt_package *package;
    struct xt_table *table = NULL;
    struct xt_error err;

    if (!memory)
        return;
    *memory =
        (struct memory_package){.base = {.open = memory_open, .close = memory_close, .name = "a.xlsx", .plain = plain},
                                .part = part,
                                .data = data,
                                .size = size};
    package = &memory->base;
    if (small)
        options.limits = (struct xt_table_limits){.cell_bytes = 16, .columns = 4, .line_bytes = 200};
    if (xt_table_open_package(&package, &options, &table, &err) == XT_OK)
        read_all(table, out);
    else
        xt_error_say(&err, XT_EN, out);
    xt_table_close(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const parts[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml",
                                        "xl/workbook.xml", "xl/_rels/workbook.xml.rels"};
    struct xt_table_options options = {.limits = {.inflated_bytes = 64 << 20}};
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_text quick, plain;

    if (size < 1)
        return 0;
    xt_text_init(&quick, 64 * XT_MIB);
    xt_text_init(&plain, 64 * XT_MIB);
    if (data[0] == 0) {
        if (xt_table_open_memory("a.xlsx", data + 1, size - 1, &options, &table, &err) == XT_OK)
            read_all(table, &quick);
        xt_table_close(&table);
    } else {
        const char *part = parts[data[0] % XT_COUNT(parts)];
        bool small = data[0] >= 128;

        read_part(part, data + 1, size - 1, small, false, &quick);
        read_part(part, data + 1, size - 1, small, true, &plain);
        if (quick.n != plain.n || memcmp(quick.s, plain.s, quick.n) != 0) {
            fprintf(stderr, "quick:\n%s\nplain:\n%s\n", quick.s, plain.s);
            abort();
        }
    }
    xt_text_done(&quick);
    xt_text_done(&plain);
    return 0;
}
