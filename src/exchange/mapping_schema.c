/* mapping_schema.c - the mapping format as JSON Schema 2020-12, for editors: from the tables that loading reads. */
#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "exchange/mapping_priv.h"

/* What each kind of member looks like. */
static const char *const forms[] = {
    [M_ANY] = "{}",
    [M_TEXT] = "{\"type\":\"string\"}",
    [M_TEXTS] = "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]}",
    [M_BOOL] = "{\"type\":\"boolean\"}",
    [M_INTEGER] = "{\"type\":\"integer\",\"minimum\":1}",
    [M_WORDS] = "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"properties\":"
                "{\"zh\":{\"type\":\"string\"},\"en\":{\"type\":\"string\"}}}]}",
    [M_OBJECT] = "{}",
    [M_OBJECTS] = "{\"type\":\"array\"}",
    [M_MAP] = "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}",
    [M_TYPE] = "{\"$ref\":\"#/$defs/type\"}",
    [M_CONDITIONS] = "{\"$ref\":\"#/$defs/conditions\"}",
    [M_SKIP] = "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/conditions\"}}",
    [M_KEY] =
        "{\"anyOf\":[{\"$ref\":\"#/$defs/source\"},{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/source\"}}]}",
    [M_VALUE] = "{\"$ref\":\"#/$defs/source\"}",
    [M_VALUES] = "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/source\"}}",
    [M_REF] = "{\"anyOf\":[{\"$ref\":\"#/$defs/source\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]}",
    [M_FIELDS] = "{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#/$defs/source\"}}",
};

static json_t *parsed(const char *text)
{
    json_t *tree = NULL;
    enum xt_code rc = xt_json_parse(xt_str(text), &tree, NULL);

    assert(rc == XT_OK); /* our own text */
    (void)rc;
    return tree;
}

static json_t *reference_to(const char *name)
{
    return json_sprintf("#/$defs/%s", name);
}

static json_t *member_schema(const struct member *member, enum xt_lang lang)
{
    json_t *out = parsed(forms[member->kind]);

    if (member->kind == M_OBJECT)
        json_object_set_new(out, "$ref", reference_to(member->inside->name));
    if (member->kind == M_OBJECTS)
        json_object_set_new(out, "items", json_pack("{s:o}", "$ref", reference_to(member->inside->name)));
    json_object_set_new(out, "description", json_string(lang == XT_ZH ? member->zh : member->en));
    return out;
}

static json_t *object_schema(const struct members *members, enum xt_lang lang)
{
    json_t *properties = json_object(), *required = json_array();
    const struct member *row;

    for (row = members->rows; row->name; row++) {
        json_object_set_new(properties, row->name, member_schema(row, lang));
        if (row->required)
            json_array_append_new(required, json_string(row->name));
    }
    return json_pack("{s:s, s:b, s:o, s:o}", "type", "object", "additionalProperties", 0, "required", required,
                     "properties", properties);
}

static json_t *type_names(const struct xt_region *region, enum xt_lang lang)
{
    json_t *list = json_array();
    size_t i;

    for (i = 0; i < region->type_count; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:s}", "const", region->types[i].name, "title", region->types[i].labels[lang]));
    return json_pack("{s:o}", "oneOf", list);
}

/* Groups nest no deeper than one level. */
static json_t *fields_schema(const struct xt_field *fields, size_t count, enum xt_lang lang)
{
    json_t *properties = json_object();
    size_t i;

    for (i = 0; i < count; i++) {
        json_t *one = json_pack("{s:s, s:s}", "title", fields[i].labels[lang], "$ref", "#/$defs/source");

        if (fields[i].help[lang])
            json_object_set_new(one, "description", json_string(fields[i].help[lang]));
        if (fields[i].kind == XT_KIND_GROUP)
            json_object_set_new(
                one, "properties",
                json_pack("{s:o}", "fields", fields_schema(fields[i].fields, fields[i].field_count, lang)));
        json_object_set_new(properties, fields[i].name, one);
    }
    return json_pack("{s:o, s:b}", "properties", properties, "additionalProperties", 0);
}

/* Which fields a record may have depends on its type. */
static json_t *by_type(const struct xt_region *region, enum xt_lang lang)
{
    json_t *list = json_array();
    size_t i;

    for (i = 0; i < region->type_count; i++) {
        const struct xt_type *type = &region->types[i];

        json_array_append_new(list, json_pack("{s:{s:{s:{s:s}}}, s:{s:{s:o}}}", "if", "properties", "type", "const",
                                              type->name, "then", "properties", "fields",
                                              fields_schema(type->fields, type->field_count, lang)));
    }
    return list;
}

static void add_object(json_t *defs, const struct members *members, enum xt_lang lang);

/* The objects that stand inside, and inside those. */
static void add_inside(json_t *defs, const struct members *members, enum xt_lang lang)
{
    const struct member *row;

    for (row = members->rows; row->name; row++) {
        if (row->inside)
            add_object(defs, row->inside, lang);
    }
}

static void add_object(json_t *defs, const struct members *members, enum xt_lang lang)
{
    if (json_object_get(defs, members->name))
        return;
    json_object_set_new(defs, members->name, object_schema(members, lang));
    add_inside(defs, members, lang);
}

void xt_mapping_schema(const struct xt_region *region, enum xt_lang lang, struct xt_text *out)
{
    json_t *schema = object_schema(&members_mapping, lang), *defs = json_object();
    struct xt_json w;

    json_object_set_new(schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
    json_object_set_new(schema, "title", json_string(lang == XT_ZH ? "映射" : "Mapping"));
    add_inside(defs, &members_mapping, lang);
    add_object(defs, &members_value, lang);
    add_object(defs, &members_condition, lang);
    json_object_set_new(json_object_get(defs, members_record.name), "allOf", by_type(region, lang));
    json_object_set_new(defs, "type", type_names(region, lang));
    /* A column's name stands for the value of that column. */
    json_object_set_new(defs, "source", parsed("{\"anyOf\":[{\"type\":\"string\"},{\"$ref\":\"#/$defs/value\"}]}"));
    json_object_set_new(defs, "one-condition",
                        parsed("{\"anyOf\":[{\"type\":\"string\"},{\"$ref\":\"#/$defs/condition\"}]}"));
    json_object_set_new(defs, "conditions",
                        parsed("{\"anyOf\":[{\"$ref\":\"#/$defs/one-condition\"},{\"type\":\"array\","
                               "\"items\":{\"$ref\":\"#/$defs/one-condition\"}}]}"));
    json_object_set_new(schema, "$defs", defs);
    xt_json_init(&w, out);
    xt_json_add_tree(&w, schema);
    json_decref(schema);
}
