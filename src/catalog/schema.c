/* schema.c - a type as JSON Schema 2020-12. */
#include <string.h>

#include "base/json.h"
#include "catalog/region.h"

static void labels_of(struct xt_json *w, const struct xt_field *field)
{
    xt_json_kv_z(w, "title", field->labels[XT_EN]);
    xt_json_key(w, "x-label");
    xt_json_object(w);
    xt_json_kv_z(w, "zh", field->labels[XT_ZH]);
    xt_json_kv_z(w, "en", field->labels[XT_EN]);
    xt_json_end_object(w);
    if (field->help[XT_EN])
        xt_json_kv_z(w, "description", field->help[XT_EN]);
    if (field->unit)
        xt_json_kv_z(w, "x-unit", field->unit);
}

#define LISTED_CODES_MAX 200 /* longer lists are named, not written out */

static void code_of(struct xt_json *w, const struct xt_field *field)
{
    size_t i;

    xt_json_kv_z(w, "type", "string");
    xt_json_kv_z(w, "x-codes", field->codes->name);
    if (field->codes->open || field->codes->count > LISTED_CODES_MAX) {
        xt_json_kv_int(w, "maxLength", field->max_chars);
        return;
    }
    xt_json_key(w, "enum");
    xt_json_array(w);
    for (i = 0; i < field->codes->count; i++)
        xt_json_add_z(w, field->codes->items[i].code);
    xt_json_end_array(w);
}

static void link_of(struct xt_json *w, const struct xt_field *field)
{
    size_t i;

    xt_json_kv_z(w, "type", "object");
    xt_json_kv_bool(w, "additionalProperties", false);
    xt_json_key(w, "required");
    xt_json_array(w);
    xt_json_add_z(w, "label");
    xt_json_end_array(w);
    xt_json_key(w, "properties");
    xt_json_add_raw(w, XT_STR("{\"label\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":1000},"
                              "\"ref\":{\"type\":\"string\",\"maxLength\":600,"
                              "\"description\":\"type/ULID or scheme:value\"}}"));
    xt_json_kv_z(w, "x-role", field->role->name);
    xt_json_key(w, "x-to");
    xt_json_array(w);
    for (i = 0; field->to[i]; i++)
        xt_json_add_z(w, field->to[i]);
    xt_json_end_array(w);
}

static void properties_of(struct xt_json *w, const struct xt_field *fields, size_t count);

static void number_of(struct xt_json *w, const struct xt_field *field)
{
    xt_json_kv_z(w, "type", field->kind == XT_KIND_DECIMAL ? "number" : "integer");
    if (field->kind == XT_KIND_YEAR) {
        xt_json_kv_int(w, "minimum", field->has_min && field->min > 1000 ? (int64_t)field->min : 1000);
        xt_json_kv_int(w, "maximum", field->has_max && field->max < 2200 ? (int64_t)field->max : 2200);
        return;
    }
    if (field->kind == XT_KIND_MONEY)
        xt_json_kv_z(w, "x-unit-minor", "fen");
    if (field->has_min) {
        xt_json_key(w, "minimum");
        xt_json_add_double(w, field->min);
    }
    if (field->has_max) {
        xt_json_key(w, "maximum");
        xt_json_add_double(w, field->max);
    }
}

/* The members that say what one value is, inside an object that is open. */
static void value_of(struct xt_json *w, const struct xt_field *field)
{
    switch (field->kind) {
    case XT_KIND_INTEGER:
    case XT_KIND_DECIMAL:
    case XT_KIND_MONEY:
    case XT_KIND_YEAR:
        number_of(w, field);
        return;
    case XT_KIND_BOOL:
        xt_json_kv_z(w, "type", "boolean");
        return;
    case XT_KIND_CODE:
        code_of(w, field);
        return;
    case XT_KIND_LINK:
        link_of(w, field);
        return;
    case XT_KIND_GROUP:
        properties_of(w, field->fields, field->field_count);
        return;
    case XT_KIND_DATE:
        xt_json_kv_z(w, "type", "string");
        xt_json_kv_z(w, "pattern", "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$");
        return;
    case XT_KIND_URL:
        xt_json_kv_z(w, "type", "string");
        xt_json_kv_z(w, "format", "uri");
        break;
    case XT_KIND_EMAIL:
        xt_json_kv_z(w, "type", "string");
        xt_json_kv_z(w, "format", "email");
        break;
    case XT_KIND_IDENTIFIER:
        xt_json_kv_z(w, "type", "string");
        xt_json_kv_z(w, "x-scheme", field->scheme->name);
        break;
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KINDS:
        xt_json_kv_z(w, "type", "string");
        break;
    }
    xt_json_kv_int(w, "minLength", 1);
    xt_json_kv_int(w, "maxLength", field->max_chars);
    if (field->pattern)
        xt_json_kv_z(w, "pattern", field->pattern);
}

static void properties_of(struct xt_json *w, const struct xt_field *fields, size_t count)
{
    bool any = false;
    size_t i;

    xt_json_kv_z(w, "type", "object");
    xt_json_kv_bool(w, "additionalProperties", false);
    for (i = 0; i < count; i++)
        any = any || fields[i].required;
    if (any) {
        xt_json_key(w, "required");
        xt_json_array(w);
        for (i = 0; i < count; i++) {
            if (fields[i].required)
                xt_json_add_z(w, fields[i].name);
        }
        xt_json_end_array(w);
    }
    xt_json_key(w, "properties");
    xt_json_object(w);
    for (i = 0; i < count; i++) {
        xt_json_key(w, fields[i].name);
        xt_json_object(w);
        labels_of(w, &fields[i]);
        if (fields[i].many) {
            xt_json_kv_z(w, "type", "array");
            xt_json_kv_int(w, "minItems", 1);
            if (fields[i].unique_items)
                xt_json_kv_bool(w, "uniqueItems", true);
            xt_json_key(w, "items");
            xt_json_object(w);
            value_of(w, &fields[i]);
            xt_json_end_object(w);
        } else {
            value_of(w, &fields[i]);
        }
        xt_json_end_object(w);
    }
    xt_json_end_object(w);
}

void xt_type_schema(const struct xt_type *type, struct xt_text *out)
{
    struct xt_json w;

    xt_json_init(&w, out);
    xt_json_object(&w);
    xt_json_kv_z(&w, "$schema", "https://json-schema.org/draft/2020-12/schema");
    xt_json_kv_z(&w, "title", type->labels[XT_EN]);
    if (type->descriptions[XT_EN])
        xt_json_kv_z(&w, "description", type->descriptions[XT_EN]);
    properties_of(&w, type->fields, type->field_count);
    xt_json_end_object(&w);
}
