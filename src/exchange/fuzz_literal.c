/* fuzz_literal.c - a cell that holds a list as programs print it; what is read prints as JSON. */
#include <stdint.h>
#include <stdlib.h>

#include "exchange/mapping_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_str text = {(const char *)data, size};
    json_t *value = NULL;

    if (!xt_utf8_valid(text.s, text.n)) /* readers give nothing else */
        return 0;
    if (xt_literal_parse(text, &value) && value) {
        char *dump = json_dumps(value, JSON_COMPACT);

        if (!dump)
            abort();
        free(dump);
    }
    json_decref(value);
    return 0;
}
