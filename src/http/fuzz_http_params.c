/*
 * fuzz_http_params.c - query strings, paths and header values from anybody.
 *
 * The input is lines: path, query, then one header value a line, tried in each reader.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_priv.h"
#include "room/etag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum xt_code nothing(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    (void)request;
    (void)reply;
    (void)err;
    return XT_OK;
}

static const struct xt_param params[] = {
    {"type", XT_IN_PATH, XT_P_TEXT, false, true, 0, 40, NULL, NULL, "Type"},
    {"q", XT_IN_QUERY, XT_P_TEXT, false, true, 0, 1000, NULL, NULL, "Query"},
    {"limit", XT_IN_QUERY, XT_P_INT, false, false, 1, 100, NULL, "20", "How many"},
    {"sort", XT_IN_QUERY, XT_P_ENUM, false, false, 0, 0, "relevance date title", NULL, "Order"},
    {"open", XT_IN_QUERY, XT_P_BOOL, false, false, 0, 0, NULL, NULL, "Open"},
    {"area", XT_IN_QUERY, XT_P_LIST, true, false, 0, 0, NULL, NULL, "Areas"},
    {.name = NULL},
};
static const struct xt_route routes[] = {
    {.method = "GET", .path = "/api/{type}/{id}", .params = params, .handle = nothing},
    {.method = "GET", .path = "/api/{type}/x/{id}", .params = params, .handle = nothing, .flags = XT_ROUTE_ANY_PARAM},
    {.method = "GET", .path = "/api/paper/special", .params = params, .handle = nothing},
    {.method = NULL},
};
static const struct xt_room room = {.name = "fuzz", .routes = routes};
static const struct xt_room *const rooms[] = {&room, NULL};

static struct xt_str next_line(struct xt_str *rest)
{
    const char *end = rest->n > 0 ? memchr(rest->s, '\n', rest->n) : NULL;
    struct xt_str line = {rest->s, end ? (size_t)(end - rest->s) : rest->n};
    size_t step = end ? line.n + 1 : line.n;

    rest->s += step;
    rest->n -= step;
    return line;
}

static void read_request(struct xt_str path, struct xt_str query)
{
    struct http_router router;
    struct http_match match;
    struct xt_arena arena;
    struct xt_request request = {.arena = &arena};
    struct xt_text said;
    enum xt_lang lang = XT_ZH;

    xt_http_router_init(&router, rooms);
    xt_arena_init(&arena);
    xt_problems_init(&request.problems);
    xt_text_init(&said, 64 * XT_KIB);
    xt_http_router_find(&router, "GET", path, &match);
    if (!match.route)
        match = (struct http_match){.route = &routes[1], .value_count = 2, .values = {path, path}};
    request.route = match.route;
    (void)xt_http_lang_of_query(query, &lang);
    xt_http_params(&request, &match, query);
    for (size_t i = 0; i < request.param_count; i++) {
        if (!xt_utf8_valid(request.params[i].value.s, request.params[i].value.n))
            abort(); /* what handlers get is UTF-8 without zero bytes */
    }
    (void)xt_request_int(&request, "limit", 0);
    (void)xt_request_bool(&request, "open", false);
    xt_problems_say(&request.problems, XT_ZH, &said);
    if (!xt_utf8_valid(said.s, said.n))
        abort();
    xt_text_done(&said);
    xt_problems_done(&request.problems);
    xt_arena_done(&arena);
    xt_http_router_done(&router);
}

static void read_header(struct xt_str value)
{
    (void)xt_http_accepts_gzip(value);
    (void)xt_http_accept_lang(value);
    (void)xt_http_id_sane(value);
    (void)xt_http_host_sane(value);
    (void)xt_http_media_is(value, "application/json");
    (void)xt_etag_listed(value, XT_STR("seq-1"), true);
    (void)xt_etag_state_listed(value, XT_STR("seq-1"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_str rest = {(const char *)data, size};
    struct xt_str path = next_line(&rest);
    struct xt_str query = next_line(&rest);

    read_request(path, query);
    while (rest.n > 0)
        read_header(next_line(&rest));
    return 0;
}
