/* fuzz_sql_copy.c - any bytes as a dump, all tables and one. */
#include "table/fuzz_objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_objects(data, size, "sql", NULL);
    fuzz_objects(data, size, "sql", "t");
    return 0;
}
