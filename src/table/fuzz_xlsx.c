/*
 * fuzz_xlsx.c - workbooks: any bytes as the file, and any text as the XML of a part.
 *
 * The first byte chooses: 0 the rest is the whole file; 1 to 4 it is one part of an otherwise sound workbook that lies in
 * memory, which gets past the checksums of zip.
 */
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

static void read_all(struct xt_table *table)
{
    struct xt_row row;
    bool more = true;
    size_t i;

    for (;;) {
        struct xt_error err;
        enum xt_code rc = xt_table_next(table, &row, &more, &err);

        if (!more || (rc != XT_OK && rc != XT_E_INPUT))
            return;
        for (i = 0; i < row.count; i++)
            if (!xt_utf8_valid(row.cells[i].s, row.cells[i].n))
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const parts[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml",
                                        "xl/workbook.xml", "xl/_rels/workbook.xml.rels"};
    struct xt_table_options options = {.limits = {.inflated_bytes = 64 << 20}};
    struct xt_table *table = NULL;
    struct xt_error err;
    enum xt_code rc;

    if (size < 1)
        return 0;
    if (data[0] == 0) {
        rc = xt_table_open_memory("a.xlsx", data + 1, size - 1, &options, &table, &err);
    } else {
        struct memory_package *memory = calloc(1, sizeof *memory);
        struct xt_package *package;

        if (!memory)
            return 0;
        *memory = (struct memory_package){.base = {.open = memory_open, .close = memory_close, .name = "a.xlsx"},
                                          .part = parts[data[0] % XT_COUNT(parts)],
                                          .data = data + 1,
                                          .size = size - 1};
        package = &memory->base;
        rc = xt_table_open_package(&package, &options, &table, &err);
    }
    if (rc == XT_OK)
        read_all(table);
    xt_table_close(&table);
    return 0;
}
