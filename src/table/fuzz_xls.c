/*
 * fuzz_xls.c - old workbooks: a compound file as it stands, or any records in a sound compound file.
 *
 * What does not begin as a compound file is a stream of records: its first byte chooses the name of the stream.
 */
#include <stdlib.h>
#include <string.h>

#include "table/table_priv.h"
#include "table/test_ole.h"

#define STREAM_MAX ((size_t)1 << 20)

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
    struct xt_table *table = NULL;
    struct xt_error err;
    unsigned char *made = NULL;

    if (size < 2 || size > STREAM_MAX)
        return 0;
    if (data[0] != 0xD0) {
        data = made = ole_file(data[0] & 1 ? "Book" : "Workbook", data + 1, size - 1, &size);
    }
    if (xt_table_open_memory("a.xls", data, size, NULL, &table, &err) == XT_OK)
        read_all(table);
    xt_table_close(&table);
    free(made);
    return 0;
}
