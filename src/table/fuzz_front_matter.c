/* fuzz_front_matter.c - any bytes as a text, and as the first page of a paper. */
#include "table/fuzz_objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_objects(data, size, "text", NULL);
    fuzz_objects(data, size, "front-matter", NULL);
    return 0;
}
