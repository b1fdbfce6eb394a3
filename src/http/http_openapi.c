/*
 * http_openapi.c - the API description, written from the same tables that route and check: OpenAPI 3.1.
 *
 * Both public linters (redocly, spectral) must have nothing to say about it; a test runs them.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "http/http_priv.h"

static void set(json_t *object, const char *key, json_t *value)
{
    (void)json_object_set_new(object, key, value); /* fails only without memory: then the document is short */
}

static void set_z(json_t *object, const char *key, const char *value)
{
    set(object, key, json_string(value));
}

static json_t *ref_to(const char *kind, const char *name)
{
    return json_pack("{s:s+++}", "$ref", "#/components/", kind, "/", name);
}

/* ---- parameters ---- */

static json_t *words_of(const char *values)
{
    json_t *list = json_array();

    while (*values) {
        size_t n = strcspn(values, " ");

        (void)json_array_append_new(list, json_stringn(values, n));
        values += n + (values[n] == ' ');
    }
    return list;
}

static json_t *default_of(const struct xt_param *row)
{
    if (row->kind == XT_P_INT)
        return json_integer((json_int_t)strtoll(row->otherwise, NULL, 10));
    if (row->kind == XT_P_BOOL)
        return json_boolean(strcmp(row->otherwise, "true") == 0);
    return json_string(row->otherwise);
}

/* The schema of one value. */
static json_t *value_schema(const struct xt_param *row)
{
    json_t *schema = json_object();

    switch (row->kind) {
    case XT_P_TEXT:
    case XT_P_LIST:
        set_z(schema, "type", "string");
        if (row->max > 0)
            set(schema, "maxLength", json_integer(row->max));
        break;
    case XT_P_INT:
        set_z(schema, "type", "integer");
        if (row->min != 0 || row->max != 0) {
            set(schema, "minimum", json_integer(row->min));
            set(schema, "maximum", json_integer(row->max));
        }
        break;
    case XT_P_BOOL:
        set_z(schema, "type", "boolean");
        break;
    case XT_P_ENUM:
        set_z(schema, "type", "string");
        set(schema, "enum", words_of(row->values));
        break;
    }
    return schema;
}

static json_t *param_schema(const struct xt_param *row)
{
    json_t *schema = value_schema(row), *array;

    if (row->kind == XT_P_LIST)
        (void)json_object_del(schema, "maxLength"); /* it is the list's, not the item's */
    if (row->kind == XT_P_LIST || row->many) {
        array = json_object();
        set_z(array, "type", "array");
        set(array, "items", schema);
        return array;
    }
    if (row->otherwise)
        set(schema, "default", default_of(row));
    return schema;
}

static json_t *param_of(const struct xt_param *row)
{
    json_t *param = json_object();

    set_z(param, "name", row->name);
    set_z(param, "in", row->in == XT_IN_PATH ? "path" : "query");
    if (row->about)
        set_z(param, "description", row->about);
    if (row->required || row->in == XT_IN_PATH)
        set(param, "required", json_true());
    if (row->kind == XT_P_LIST) {
        set_z(param, "style", "form");
        set(param, "explode", json_false());
    }
    set(param, "schema", param_schema(row));
    return param;
}

static bool has_row(const struct xt_route *route, struct xt_str name)
{
    const struct xt_param *row;

    for (row = route->params; row && row->name; row++) {
        if (row->in == XT_IN_PATH && xt_str_is(name, row->name))
            return true;
    }
    return false;
}

/* {names} of the path without a row are plain text. */
static void add_path_params(json_t *params, const struct xt_route *route)
{
    const char *at = route->path;

    while ((at = strchr(at, '{'))) {
        struct xt_str name = {at + 1, strcspn(at + 1, "}")};

        at += name.n;
        if (!has_row(route, name))
            (void)json_array_append_new(params, json_pack("{s:s%,s:s,s:b,s:{s:s}}", "name", name.s, name.n, "in",
                                                          "path", "required", 1, "schema", "type", "string"));
    }
}

static json_t *params_of(const struct xt_route *route)
{
    json_t *params = json_array();
    const struct xt_param *row;

    for (row = route->params; row && row->name; row++)
        (void)json_array_append_new(params, param_of(row));
    add_path_params(params, route);
    if (route->flags & XT_ROUTE_ANY_PARAM)
        (void)json_array_append_new(params, ref_to("parameters", "facets"));
    (void)json_array_append_new(params, ref_to("parameters", "lang"));
    return params;
}

/* ---- replies ---- */

static json_t *reply_content(const struct xt_route *route)
{
    const char *type = route->reply_type ? route->reply_type : "application/json";
    json_t *media = json_object();

    if (route->reply_schema)
        set(media, "schema", ref_to("schemas", route->reply_schema));
    else if (strncmp(type, "text/", 5) == 0)
        set(media, "schema", json_pack("{s:s}", "type", "string"));
    else if (strstr(type, "json"))
        set(media, "schema", json_pack("{s:s}", "type", "object"));
    return json_pack("{s:o}", type, media);
}

static json_t *responses_of(const struct xt_route *route)
{
    json_t *responses = json_object();

    set(responses, "200", json_pack("{s:s,s:o}", "description", route->summary, "content", reply_content(route)));
    set(responses, "400", ref_to("responses", "BadRequest"));
    if (strchr(route->path, '{'))
        set(responses, "404", ref_to("responses", "NotFound"));
    if (route->flags & XT_ROUTE_SLOW)
        set(responses, "503", ref_to("responses", "Busy"));
    set(responses, "default", ref_to("responses", "Failure"));
    return responses;
}

static json_t *problem_response(const char *description)
{
    return json_pack("{s:s,s:{s:{s:o}}}", "description", description, "content", "application/problem+json", "schema",
                     ref_to("schemas", "Problem"));
}

/* ---- operations ---- */

/* "GET /api/v1/records/{type}/{id}" is getRecordsByTypeById. */
static void operation_id(const struct xt_route *route, struct xt_text *out)
{
    const char *at = route->path;
    bool upper = true;

    if (strncmp(at, "/api/v1", 7) == 0)
        at += 7;
    for (size_t i = 0; route->method[i]; i++)
        xt_text_add_char(out, (char)tolower((unsigned char)route->method[i]));
    for (; *at; at++) {
        if (*at == '{')
            xt_text_add_z(out, "By");
        if (!isalnum((unsigned char)*at)) {
            upper = true;
            continue;
        }
        xt_text_add_char(out, upper ? (char)toupper((unsigned char)*at) : *at);
        upper = false;
    }
}

static json_t *operation_of(const struct xt_route *route, const struct xt_room *owner)
{
    XT_AUTO(xt_text_done) struct xt_text id = {0};
    json_t *operation = json_object();

    xt_text_init(&id, 1024);
    operation_id(route, &id);
    set_z(operation, "operationId", id.s);
    set_z(operation, "summary", route->summary);
    set(operation, "description", json_pack("s+", route->summary, "."));
    set(operation, "tags", json_pack("[s]", owner->name));
    set(operation, "parameters", params_of(route));
    if (route->body_schema)
        set(operation, "requestBody",
            json_pack("{s:b,s:{s:{s:o}}}", "required", 1, "content", "application/json", "schema",
                      ref_to("schemas", route->body_schema)));
    set(operation, "responses", responses_of(route));
    return operation;
}

static void lower(const char *s, char *out, size_t size)
{
    size_t i;

    for (i = 0; s[i] && i < size - 1; i++)
        out[i] = (char)tolower((unsigned char)s[i]);
    out[i] = '\0';
}

static void add_routes(json_t *paths, const struct xt_room *room)
{
    const struct xt_route *route;
    char method[16];

    for (route = room->routes; route && route->method; route++) {
        json_t *item = json_object_get(paths, route->path);

        if (route->flags & XT_ROUTE_PAGE)
            continue;
        if (!item) {
            item = json_object();
            set(paths, route->path, item);
        }
        lower(route->method, method, sizeof method);
        set(item, method, operation_of(route, room));
    }
}

/* ---- components ---- */

static enum xt_code add_schemas(json_t *schemas, const struct xt_room *room, struct xt_error *err)
{
    const struct xt_schema *row;

    for (row = room->schemas; row && row->name; row++) {
        json_t *tree = NULL;
        enum xt_code rc = xt_json_parse(xt_str(row->json), &tree, err);

        if (rc != XT_OK) {
            xt_log_detail("schema %s of room %s", row->name, room->name);
            return rc;
        }
        set(schemas, row->name, tree);
    }
    return XT_OK;
}

static enum xt_code check_schema(const json_t *schemas, const char *name, struct xt_error *err)
{
    if (!name || json_object_get(schemas, name))
        return XT_OK;
    return xt_fail(err, XT_E_INTERNAL, "schemas", XT_MSG_HTTP_NO_SCHEMA, XT_TEXT(name));
}

/* A route that names a schema nobody offers would make a description that points nowhere. */
static enum xt_code check_refs(const json_t *schemas, const struct xt_room *const *rooms, struct xt_error *err)
{
    const struct xt_route *route;

    for (size_t i = 0; rooms[i]; i++) {
        for (route = rooms[i]->routes; route && route->method; route++) {
            enum xt_code rc = check_schema(schemas, route->reply_schema, err);

            if (rc == XT_OK)
                rc = check_schema(schemas, route->body_schema, err);
            if (rc != XT_OK)
                return rc;
        }
    }
    return XT_OK;
}

static enum xt_code make_schemas(struct xt_node *node, json_t *schemas, struct xt_error *err)
{
    for (size_t i = 0; node->rooms[i]; i++) {
        enum xt_code rc = add_schemas(schemas, node->rooms[i], err);

        if (rc == XT_OK && node->rooms[i]->describe)
            rc = node->rooms[i]->describe(node, schemas, err);
        if (rc != XT_OK)
            return rc;
    }
    return check_refs(schemas, node->rooms, err);
}

static bool any_route(struct xt_node *node, bool (*test)(const struct xt_route *route))
{
    for (size_t i = 0; node->rooms[i]; i++) {
        for (const struct xt_route *route = node->rooms[i]->routes; route && route->method; route++) {
            if (test(route))
                return true;
        }
    }
    return false;
}

static bool is_slow(const struct xt_route *route)
{
    return (route->flags & XT_ROUTE_SLOW) != 0;
}

static bool has_path_params(const struct xt_route *route)
{
    return strchr(route->path, '{') != NULL;
}

static bool takes_any(const struct xt_route *route)
{
    return (route->flags & XT_ROUTE_ANY_PARAM) != 0;
}

static json_t *shared_params(struct xt_node *node)
{
    json_t *params = json_pack("{s:{s:s,s:s,s:s,s:{s:s,s:[s,s]}}}", "lang", "name", "lang", "in", "query",
                               "description", "Language of labels and messages; otherwise Accept-Language decides.",
                               "schema", "type", "string", "enum", "zh", "en");

    if (any_route(node, takes_any))
        set(params, "facets",
            json_pack("{s:s,s:s,s:s,s:s,s:b,s:{s:s,s:{s:s,s:{s:s}}}}", "name", "filters", "in", "query", "description",
                      "Any facet by its name, repeated for several values: type=paper&type=patent.", "style", "form",
                      "explode", 1, "schema", "type", "object", "additionalProperties", "type", "array", "items",
                      "type", "string"));
    return params;
}

/* Only those in use: linters object to the others. */
static json_t *shared_responses(struct xt_node *node)
{
    json_t *responses = json_object();

    set(responses, "BadRequest", problem_response("The request has faults; all of them are listed."));
    if (any_route(node, has_path_params))
        set(responses, "NotFound", problem_response("There is nothing of that name."));
    if (any_route(node, is_slow))
        set(responses, "Busy", problem_response("Too much to do at the moment: try again after Retry-After seconds."));
    set(responses, "Failure", problem_response("It could not be done; title and detail say why."));
    return responses;
}

/* ---- the document ---- */

static json_t *tags_of(struct xt_node *node)
{
    json_t *tags = json_array();

    for (size_t i = 0; node->rooms[i]; i++) {
        const struct xt_room *room = node->rooms[i];

        if (!room->routes || !room->routes[0].method)
            continue;
        (void)json_array_append_new(
            tags, json_pack("{s:s,s:s}", "name", room->name, "description", room->about ? room->about : room->name));
    }
    return tags;
}

static json_t *info_of(void)
{
    return json_pack("{s:s,s:s,s:s,s:{s:s},s:{s:s,s:s}}", "title", "Xietong", "version", XT_VERSION, "description",
                     "The API of a Xietong node: the catalogue of a region's shared innovation resources. Reading what "
                     "is public needs no sign-in. Lists are paged by the link in next; replies carry an ETag.",
                     "contact", "name", "The operator of this node", "license", "name", "Apache-2.0", "identifier",
                     "Apache-2.0");
}

enum xt_code xt_http_openapi(struct xt_node *node, struct xt_text *out, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *document = json_object();
    json_t *schemas = json_object(), *paths = json_object(), *components = json_object();
    char *text;
    enum xt_code rc;

    set_z(document, "openapi", "3.1.0");
    set(document, "info", info_of());
    set(document, "servers", json_pack("[{s:s,s:s}]", "url", "/", "description", "This node"));
    set(document, "security", json_array());
    set(document, "tags", tags_of(node));
    set(document, "paths", paths);
    set(document, "components", components);
    set(components, "schemas", schemas);
    rc = make_schemas(node, schemas, err);
    if (rc != XT_OK)
        return rc;
    for (size_t i = 0; node->rooms[i]; i++)
        add_routes(paths, node->rooms[i]);
    set(components, "parameters", shared_params(node));
    set(components, "responses", shared_responses(node));
    text = json_dumps(document, JSON_INDENT(1));
    if (!text)
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT("OpenAPI"));
    xt_text_add_z(out, text);
    free(text);
    return XT_OK;
}
