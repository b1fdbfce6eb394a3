/* fuzz_oai.c - any bytes as the answer of a repository; payloads that were found are read, too. */
#include <stdint.h>
#include <stdlib.h>

#include "harvest/oai.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_oai_page page;
    struct xt_error err;
    size_t i;

    if (xt_oai_read((struct xt_str){(const char *)data, size}, &page, &err) == XT_OK) {
        for (i = 0; i < page.count; i++) {
            const struct xt_oai_record *record = &page.records[i];
            json_t *object = NULL;

            if (record->fault.code == XT_OK && record->identifier.n == 0)
                abort(); /* what can be used has a name */
            if (record->fault.code == XT_OK && record->payload.s) {
                /* What was well-formed as part of the answer is so by itself, but for its caps. */
                if (xt_oai_object(record->payload, true, &object, &err) != XT_OK &&
                    err.msg == XT_MSG_HARVEST_RECORD_XML)
                    abort();
                json_decref(object);
            }
        }
    }
    xt_oai_page_done(&page);
    return 0;
}
