/*
 * fuzz_ods.c - the XML of spreadsheets. The first byte chooses: "x" the XML of Excel 2003, "P" (as all zips begin) an
 * OpenDocument file as it stands, "s" its styles.xml, anything else its content.xml.
 */
#include <stdlib.h>
#include <string.h>

#include "table/table_priv.h"

#define INPUT_MAX ((size_t)256 << 10)
#define ROWS_MAX  100000 /* of a sheet: rows may be repeated a million times */

static const char SOUND[] =
    "<a><automatic-styles><style name='c' family='table-cell' data-style-name='N'/></automatic-styles><spreadsheet>"
    "<table name='t'><table-row><table-cell style-name='c' value-type='float' value='1'/><table-cell style-name='c'"
    " value-type='date' date-value='2026-03-05T01:02:03'/></table-row></table></spreadsheet></a>";

struct memory_package {
    struct xt_package base;
    const char *part;
    const uint8_t *data;
    size_t size;
};

static enum xt_code memory_open(struct xt_package *package, const char *part, struct xt_source **out,
                                struct xt_error *err)
{
    const struct memory_package *memory = (const struct memory_package *)package;

    (void)err;
    *out = strcmp(part, memory->part) == 0    ? xt_source_memory(memory->data, memory->size)
           : strcmp(part, "content.xml") == 0 ? xt_source_memory(SOUND, sizeof SOUND - 1)
                                              : NULL;
    return XT_OK;
}

static void memory_close(struct xt_package *package)
{
    free(package);
}

static void read_sheet(struct xt_book *book, size_t sheet)
{
    struct xt_reader *reader = NULL;
    struct xt_error err;
    bool more = true;
    int count;
    size_t i;

    if (book->ops->open(book, sheet, &reader, &err) != XT_OK)
        return;
    for (count = 0; more && count < ROWS_MAX; count++) {
        struct xt_raw_row row = {0};
        enum xt_code rc = reader->ops->next(reader, &row, &more, &err);

        if (rc != XT_OK && rc != XT_E_INPUT)
            break;
        for (i = 0; i < row.count; i++)
            if (!xt_utf8_valid(row.cells[i].s, row.cells[i].n))
                abort();
    }
    reader->ops->close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_table_options options = {.limits = {.inflated_bytes = 64 << 20}};
    struct xt_table_limits limits = {.columns = 50, .cell_bytes = 4096};
    struct xt_book *book = NULL;
    struct xt_error err;
    enum xt_code rc;
    size_t i;

    xt_table_set_limits(&limits);
    if (size < 2 || size > INPUT_MAX)
        return 0;
    if (data[0] == 'P') {
        struct xt_table *table = NULL;

        (void)xt_table_open_memory("a.ods", data, size, &options, &table, &err); /* opening reads both parts */
        xt_table_close(&table);
        return 0;
    }
    if (data[0] == 'x') {
        struct xt_source *source = xt_source_memory(data + 1, size - 1);

        rc = xt_xmlss_open(&source, "a.xml", &limits, &book, &err);
    } else {
        struct memory_package *memory = calloc(1, sizeof *memory);
        struct xt_package *package;

        if (!memory)
            return 0;
        *memory = (struct memory_package){.base = {.open = memory_open, .close = memory_close, .name = "a.ods"},
                                          .part = data[0] == 's' ? "styles.xml" : "content.xml",
                                          .data = data + 1,
                                          .size = size - 1};
        package = &memory->base;
        rc = xt_ods_open(&package, &limits, &book, &err);
    }
    if (rc != XT_OK)
        return 0;
    for (i = 0; i < book->count && i < 4; i++)
        read_sheet(book, i);
    book->ops->close(book);
    return 0;
}
