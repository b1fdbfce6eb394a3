/* fuzz_bibtex.c - any bytes as BibTeX. */
#include "table/fuzz_objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_objects(data, size, "bibtex", NULL);
    return 0;
}
