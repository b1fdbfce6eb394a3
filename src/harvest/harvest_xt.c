/*
 * harvest_xt.c - "xt": records as these nodes give them to each other, with everything that is public.
 *
 * <record type key node> holds <core>, an element of the type's name with the fields by their names, and <provenance>
 * (docs/exchange.md). The element of the type becomes the row that an export of records is: members by field, numbers and
 * bools as such, money in fen, links as {"label", "ref"}. What a region has no field for is left out; the payload keeps it.
 */
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "harvest/harvest_priv.h"

static struct xt_str text_of(const json_t *node)
{
    struct xt_str text = json_is_object(node) ? xt_json_str(node, "#text") : xt_json_view(node);

    return text.s ? text : (struct xt_str){"", 0};
}

static json_t *number_of(struct xt_str text, bool whole)
{
    int64_t integer;
    double number;

    if (xt_int_parse(text, &integer))
        return json_integer(integer);
    if (!whole && xt_double_parse(text, &number))
        return json_real(number);
    return json_stringn(text.s, text.n); /* the check of the type says what is wrong with it */
}

static json_t *fields_of(const struct xt_field *fields, size_t count, const json_t *element);

static json_t *link_of(const json_t *node)
{
    json_t *link = json_object();
    struct xt_str label = text_of(node), ref = xt_json_str(node, "@ref");

    if (ref.n == 0)
        ref = xt_json_str(node, "@key");
    json_object_set_new(link, "label", json_stringn(label.s, label.n));
    if (ref.n > 0)
        json_object_set_new(link, "ref", json_stringn(ref.s, ref.n));
    return link;
}

static json_t *value_of(const struct xt_field *field, const json_t *node)
{
    struct xt_str text = text_of(node);

    switch (field->kind) {
    case XT_KIND_INTEGER:
    case XT_KIND_MONEY:
    case XT_KIND_YEAR:
        return number_of(text, true);
    case XT_KIND_DECIMAL:
        return number_of(text, false);
    case XT_KIND_BOOL:
        if (xt_str_is(text, "true") || xt_str_is(text, "false"))
            return json_boolean(xt_str_is(text, "true"));
        break;
    case XT_KIND_LINK:
        return link_of(node);
    case XT_KIND_GROUP:
        return fields_of(field->fields, field->field_count, node);
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_DATE:
    case XT_KIND_CODE:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_URL:
    case XT_KIND_EMAIL:
    case XT_KINDS:
        break;
    }
    return json_stringn(text.s, text.n);
}

static json_t *fields_of(const struct xt_field *fields, size_t count, const json_t *element)
{
    json_t *body = json_object();
    size_t i, k;

    for (i = 0; i < count; i++) {
        const json_t *node = json_object_get(element, fields[i].name), *item;
        json_t *list;

        if (!node)
            continue;
        if (!fields[i].many && !json_is_array(node)) {
            json_object_set_new(body, fields[i].name, value_of(&fields[i], node));
            continue;
        }
        list = json_array(); /* several values of a field that takes one are refused by its type */
        if (!json_is_array(node))
            json_array_append_new(list, value_of(&fields[i], node));
        json_array_foreach (node, k, item)
            json_array_append_new(list, value_of(&fields[i], item));
        json_object_set_new(body, fields[i].name, list);
    }
    return body;
}

enum xt_code harvest_xt_row(const struct xt_node *node, const json_t *payload, json_t **out, bool *out_own,
                            struct xt_error *err)
{
    struct xt_str name = xt_json_str(payload, "@type"), key = xt_json_str(payload, "@key");
    const struct xt_type *type = xt_region_type(node->region, name);
    const json_t *element;

    *out = NULL;
    *out_own = xt_str_is(xt_json_str(payload, "@node"), node->name);
    if (!type)
        return xt_fail(err, XT_E_INPUT, "type", XT_MSG_IMPORT_NO_TYPE, XT_VIEW(name));
    if (key.n <= name.n || memcmp(key.s, name.s, name.n) != 0 || key.s[name.n] != '/')
        return xt_fail(err, XT_E_INPUT, "key", XT_MSG_HARVEST_XT_KEY, XT_VIEW(key), XT_VIEW(name));
    element = json_object_get(payload, type->name);
    if (!json_is_object(element))
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_HARVEST_NO_METADATA);
    *out = fields_of(type->fields, type->field_count, element);
    json_object_set_new(*out, "_key", json_stringn(key.s, key.n));
    return XT_OK;
}
