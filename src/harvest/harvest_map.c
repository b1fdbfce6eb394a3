/*
 * harvest_map.c - a payload into records.
 *
 * Which mapping reads a format is a row of region/harvest.json; the source may name another. A payload is the JSON that
 * oai.h makes of it, with what its header says as "^header" (the element around it, as in files of XML): mappings read
 * it like any other row. "reader": "xt" is the format of these nodes, which needs no mapping. A format without a row is
 * kept as it is, without records, until there is one (harvest remap).
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "harvest/harvest_priv.h"

struct mapper {
    const struct xt_node *node;
    struct xt_mapping *mapping; /* NULL: payloads are kept as they are */
    struct xt_plan *plan;
    bool xt; /* payloads are those of these nodes */
    struct xt_row row;
};

/* ---- which mapping ---- */

static bool prefix_fits(struct xt_str pattern, struct xt_str prefix)
{
    if (pattern.n > 0 && pattern.s[pattern.n - 1] == '*')
        return prefix.n >= pattern.n - 1 && memcmp(prefix.s, pattern.s, pattern.n - 1) == 0;
    return xt_str_eq(pattern, prefix);
}

/* A misspelt member must not pass for an absent one. */
static bool row_is_good(const json_t *row, size_t at, struct xt_problems *problems)
{
    size_t before = problems->seen;
    const char *name;
    const json_t *value;
    char path[200];

    json_object_foreach ((json_t *)(uintptr_t)row, name, value) {
        (void)snprintf(path, sizeof path, "harvest.json: formats[%zu].%s", at, name);
        if (strcmp(name, "prefix") != 0 && strcmp(name, "mapping") != 0 && strcmp(name, "reader") != 0)
            xt_problem(problems, path, XT_MSG_UNKNOWN_FIELD);
        else if (!json_is_string(value))
            xt_problem(problems, path, XT_MSG_NOT_TEXT);
        else if (strcmp(name, "reader") == 0 && strcmp(json_string_value(value), "xt") != 0)
            xt_problem(problems, path, XT_MSG_NOT_IN_LIST, XT_TEXT(json_string_value(value)), XT_TEXT("xt"));
    }
    (void)snprintf(path, sizeof path, "harvest.json: formats[%zu].prefix", at);
    if (xt_json_str(row, "prefix").n == 0)
        xt_problem(problems, path, XT_MSG_REQUIRED);
    return problems->seen == before;
}

/* The row for a prefix, borrowed from *tree, or NULL. */
static enum xt_code format_of(struct xt_region *region, const char *prefix, json_t **tree, const json_t **out,
                              struct xt_problems *problems, struct xt_error *err)
{
    struct xt_str text;
    const json_t *row;
    enum xt_code rc;
    size_t i;

    *out = NULL;
    if (!xt_region_file(region, "harvest.json", &text))
        return XT_OK;
    rc = xt_json_parse(text, tree, err);
    if (rc != XT_OK)
        return rc;
    json_array_foreach (xt_json_get(*tree, "formats"), i, row) {
        if (!row_is_good(row, i, problems))
            rc = xt_fail(err, XT_E_INPUT, "mapping", XT_MSG_REGION_WRONG, XT_INT(problems->seen));
        else if (!*out && prefix_fits(xt_json_str(row, "prefix"), xt_str(prefix)))
            *out = row;
    }
    return rc;
}

enum xt_code mapper_new(struct xt_node *node, const struct source *source, struct mapper **out,
                        struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;
    XT_AUTO(mapper_free) struct mapper *mapper = xt_calloc(1, sizeof *mapper);
    const json_t *format = NULL;
    const char *name = source->mapping;
    enum xt_code rc = format_of(node->region, source->prefix, &tree, &format, problems, err);

    if (rc != XT_OK)
        return rc;
    mapper->node = node;
    if (!*name)
        name = xt_json_z(format, "mapping", "");
    mapper->xt = !*name && strcmp(xt_json_z(format, "reader", ""), "xt") == 0;
    if (mapper->xt)
        mapper->mapping = xt_mapping_of_types(node->region);
    else if (*name)
        rc = xt_mapping_find(node->region, name, &mapper->mapping, problems, err);
    if (rc == XT_OK && mapper->mapping)
        rc = xt_plan_new(mapper->mapping, NULL, 0, &mapper->plan, err);
    if (rc != XT_OK)
        return rc;
    *out = mapper;
    mapper = NULL;
    return XT_OK;
}

void mapper_free(struct mapper **mapper)
{
    if (!*mapper)
        return;
    json_decref((*mapper)->row.json);
    xt_plan_free(&(*mapper)->plan);
    xt_mapping_free(&(*mapper)->mapping);
    free(*mapper);
    *mapper = NULL;
}

bool mapper_keeps_only(const struct mapper *mapper)
{
    return !mapper->plan;
}

static json_t *header_of(const struct staged *row)
{
    json_t *header = json_object();

    json_object_set_new(header, "identifier", json_stringn(row->identifier.s, row->identifier.n));
    json_object_set_new(header, "datestamp", json_stringn(row->datestamp.s, row->datestamp.n));
    return header;
}

/* *out_own: a record of this node that comes back. */
static enum xt_code read_payload(struct mapper *mapper, struct xt_str payload, bool *out_own, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *object = NULL;
    enum xt_code rc = xt_oai_object(payload, !mapper->xt, &object, err);

    *out_own = false;
    if (rc != XT_OK)
        return rc;
    if (mapper->xt)
        return harvest_xt_row(mapper->node, object, &mapper->row.json, out_own, err);
    mapper->row.json = object;
    object = NULL;
    return XT_OK;
}

enum xt_code mapper_read(struct mapper *mapper, const struct staged *row, struct xt_str payload, struct xt_mapped *out,
                         struct xt_error *err)
{
    bool own;
    enum xt_code rc;

    *out = (struct xt_mapped){0};
    json_decref(mapper->row.json);
    mapper->row = (struct xt_row){.number = row->n};
    if (!mapper->plan)
        return XT_OK;
    rc = read_payload(mapper, payload, &own, err);
    if (rc != XT_OK)
        return rc;
    if (own) {
        out->skip = true;
        return XT_OK;
    }
    if (!mapper->xt)
        json_object_set_new(mapper->row.json, "^header", header_of(row));
    xt_plan_row(mapper->plan, &mapper->row, out);
    return XT_OK;
}
