/* fuzz_csv.c - any bytes as a table of text: head, rows, and the same rows whatever the file is cut into. */
#include <stdlib.h>
#include <string.h>

#include "table/table_priv.h"

static void check_text(struct xt_str s)
{
    if (!xt_utf8_valid(s.s ? s.s : "", s.n))
        abort();
}

static void read_all(struct xt_table *table)
{
    const struct xt_str *heads;
    size_t columns = xt_table_columns(table, &heads), i;
    struct xt_row row;
    bool more = true;
    int64_t last = 0;

    for (i = 0; i < columns; i++) {
        check_text(heads[i]);
        if (heads[i].n == 0)
            abort();
        const struct xt_column_guess *kind = &xt_table_column_kinds(table)[i];

        if (kind->certainty < 0 || kind->certainty > 100 || kind->agreeing > kind->filled)
            abort();
    }
    for (;;) {
        struct xt_error err;
        enum xt_code rc = xt_table_next(table, &row, &more, &err);

        if (!more || (rc != XT_OK && rc != XT_E_INPUT))
            return;
        if (row.number < last || (rc == XT_OK && row.json == NULL && row.count != columns))
            abort();
        last = row.number;
        for (i = 0; rc == XT_OK && i < row.count; i++)
            check_text(row.cells[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"a.csv", "a.tsv"};
    struct xt_table_options options = {0};
    struct xt_table *table = NULL;
    struct xt_error err;

    if (size < 1)
        return 0;
    /* The first byte chooses the options, so that small caps are met too. */
    options.limits.cell_bytes = data[0] & 1 ? 16 : 0;
    options.limits.columns = data[0] & 2 ? 4 : 0;
    options.limits.line_bytes = data[0] & 4 ? 64 : 0;
    options.head_row = data[0] & 8 ? 2 : 0;
    options.charset = data[0] & 16 ? "gb18030" : data[0] & 32 ? "utf-8" : NULL;
    if (xt_table_open_memory(names[data[0] >> 7], data + 1, size - 1, &options, &table, &err) == XT_OK)
        read_all(table);
    xt_table_close(&table);
    return 0;
}
