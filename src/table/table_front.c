/* table_front.c - what the first page of a paper says, as OCR left it. */
#include "table/table_objects.h"

void xt_front_matter_read(struct xt_str text, json_t *object)
{
    json_object_set_new(object, "text", xt_json_text(text));
}
