/* fuzz_xml_records.c - any bytes as XML: the path guessed, given, and the root. */
#include "table/fuzz_objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_objects(data, size, "xml", NULL);
    fuzz_objects(data, size, "xml", "a|b/*");
    fuzz_objects(data, size, "xml", ".");
    return 0;
}
