/* fuzz_objects.h - what the fuzzers of readers of objects share: bytes read in one way, with and without small caps. */
#include <stdlib.h>
#include <string.h>

#include "table/table_objects.h"

static inline void fuzz_objects_once(const uint8_t *data, size_t size, const char *as, const char *records,
                                     int64_t line_bytes)
{
    struct xt_table_options options = {
        .as = as, .records = records, .limits = {.line_bytes = line_bytes, .cell_bytes = line_bytes}};
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_row row;
    bool more = true;

    if (xt_table_open_memory("fuzz", data, size, &options, &table, &err) == XT_OK)
        for (;;) {
            enum xt_code rc = xt_table_next(table, &row, &more, &err);

            if (!more || (rc != XT_OK && rc != XT_E_INPUT))
                break;
            /* A record is an object that can be written, which refuses ill-formed text. */
            if (rc == XT_OK && row.json) {
                char *json = json_dumps(row.json, JSON_COMPACT);

                if (!json_is_object(row.json) || !json)
                    abort();
                free(json);
            }
        }
    xt_table_close(&table);
}

static inline void fuzz_objects(const uint8_t *data, size_t size, const char *as, const char *records)
{
    fuzz_objects_once(data, size, as, records, 0);
    fuzz_objects_once(data, size, as, records, 100);
}
