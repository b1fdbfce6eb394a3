/* fuzz_oai_object.c - any bytes as a payload, plain and with its white space. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harvest/oai.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_text clean;
    struct xt_error err;
    int64_t repaired;
    int plain;

    xt_text_init(&clean, 4 * size + 64);
    if (xt_oai_clean((struct xt_str){(const char *)data, size}, &clean, &repaired, &err) == XT_OK) {
        if (clean.n > 0 && memchr(clean.s, 0, clean.n))
            abort();
        for (plain = 0; plain < 2; plain++) {
            json_t *object = NULL;

            if (xt_oai_object(xt_text_view(&clean), plain, &object, &err) == XT_OK && !json_is_object(object))
                abort();
            json_decref(object);
        }
    }
    xt_text_done(&clean);
    return 0;
}
