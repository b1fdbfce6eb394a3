/* fuzz_citation.c - any bytes as citations. */
#include "table/fuzz_objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_objects(data, size, "citations", NULL);
    return 0;
}
