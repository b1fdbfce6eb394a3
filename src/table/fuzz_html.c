/* fuzz_html.c - pages of any bytes. */
#include <stdlib.h>
#include <string.h>

#include "table/table_priv.h"

#define PAGE_MAX ((size_t)256 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_table_limits limits = {.cell_bytes = 4096, .columns = 50};
    struct xt_source *source = xt_source_memory(data, size);
    struct xt_book *book = NULL;
    struct xt_error err;
    size_t i, k;

    xt_table_set_limits(&limits);
    if (size > PAGE_MAX || xt_html_open(&source, XT_CHARSET_UTF8, 0, "a.html", &limits, &book, &err) != XT_OK) {
        xt_source_close(&source);
        return 0;
    }
    for (i = 0; i < book->count; i++) {
        struct xt_reader *reader;
        bool more = true;
        int64_t number = 0;

        if (book->ops->open(book, i, &reader, &err) != XT_OK)
            abort();
        while (more) {
            struct xt_raw_row row = {0};
            enum xt_code rc = reader->ops->next(reader, &row, &more, &err);

            if (rc != XT_OK && rc != XT_E_INPUT)
                break;
            if (more && row.number <= number) /* rows come in order */
                abort();
            number = row.number;
            for (k = 0; k < row.count; k++)
                if (!xt_utf8_valid(row.cells[k].s, row.cells[k].n))
                    abort();
        }
        for (k = 0; k < reader->merge_count; k++)
            if (reader->merges[k].row2 < reader->merges[k].row1 ||
                (k > 0 && reader->merges[k].row1 < reader->merges[k - 1].row1))
                abort();
        reader->ops->close(reader);
    }
    book->ops->close(book);
    return 0;
}
