/* fuzz_tagged.c - any bytes as the format they look like, and as each of those with tagged lines. */
#include "table/fuzz_objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const formats[] = {NULL,          "ris",     "nbib", "endnote",  "refworks",
                                          "noteexpress", "e-study", "wos",  "greenbook"};
    size_t i;

    for (i = 0; i < XT_COUNT(formats); i++)
        fuzz_objects(data, size, formats[i], NULL);
    return 0;
}
