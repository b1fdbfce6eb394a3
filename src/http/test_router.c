#include "http/http_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum xt_code nothing(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    (void)request;
    (void)reply;
    (void)err;
    return XT_OK;
}

/* method, path, and what every row needs */
#define ROUTE(method, path)                                                     \
    {                                                                           \
        method, path, XT_MAY_READ, 0, nothing, NULL, "A test", NULL, NULL, NULL \
    }

static const struct xt_route first_routes[] = {
    ROUTE("GET", "/healthz"),
    ROUTE("GET", "/api/v1/records/{type}/{id}"),
    ROUTE("PUT", "/api/v1/records/{type}/{id}"),
    ROUTE("GET", "/api/v1/records/{type}/{id}/history"),
    ROUTE("POST", "/api/v1/records"),
    {.method = NULL},
};
static const struct xt_route second_routes[] = {
    ROUTE("GET", "/api/v1/types"),
    ROUTE("GET", "/api/v1/types/{type}"),
    ROUTE("GET", "/api/v1/types/{type}/template.csv"),
    ROUTE("GET", "/api/v1/types/new"),
    ROUTE("GET", "/api/v1/records/paper/special"),
    {.method = NULL},
};
static const struct xt_room first = {.name = "first", .routes = first_routes};
static const struct xt_room second = {.name = "second", .routes = second_routes};
static const struct xt_room without = {.name = "without"};
static const struct xt_room *const rooms[] = {&first, &without, &second, NULL};

static const struct {
    const char *method, *path;
    const char *route;  /* NULL = none */
    const char *values; /* joined by | */
    const char *allow;
} rows[] = {
    {"GET", "/healthz", "/healthz", "", "GET, HEAD, OPTIONS"},
    {"HEAD", "/healthz", "/healthz", "", "GET, HEAD, OPTIONS"},
    {"POST", "/healthz", NULL, "", "GET, HEAD, OPTIONS"},
    {"GET", "/healthz/", NULL, "", ""},
    {"GET", "//healthz", NULL, "", ""},
    {"GET", "/", NULL, "", ""},
    {"GET", "", NULL, "", ""},
    {"GET", "healthz", NULL, "", ""},
    {"GET", "/api/v1/records/paper/01J", "/api/v1/records/{type}/{id}", "paper|01J", "GET, HEAD, PUT, OPTIONS"},
    {"PUT", "/api/v1/records/paper/01J", "/api/v1/records/{type}/{id}", "paper|01J", "GET, HEAD, PUT, OPTIONS"},
    {"DELETE", "/api/v1/records/paper/01J", NULL, "paper|01J", "GET, HEAD, PUT, OPTIONS"},
    {"GET", "/api/v1/records/paper/01J/history", "/api/v1/records/{type}/{id}/history", "paper|01J",
     "GET, HEAD, OPTIONS"},
    {"GET", "/api/v1/records/paper/special", "/api/v1/records/paper/special", "", "GET, HEAD, OPTIONS"},
    /* The literal branch leads nowhere here: the {names} take over again. */
    {"GET", "/api/v1/records/paper/other", "/api/v1/records/{type}/{id}", "paper|other", "GET, HEAD, PUT, OPTIONS"},
    {"GET", "/api/v1/records/paper/special/history", "/api/v1/records/{type}/{id}/history", "paper|special",
     "GET, HEAD, OPTIONS"},
    {"GET", "/api/v1/records/a%2Fb/c", "/api/v1/records/{type}/{id}", "a%2Fb|c", "GET, HEAD, PUT, OPTIONS"},
    {"GET", "/api/v1/records//c", NULL, "", ""},
    {"GET", "/api/v1/records/paper/", NULL, "", ""},
    {"GET", "/api/v1/records", NULL, "", "POST, OPTIONS"},
    {"GET", "/api/v1/types/new", "/api/v1/types/new", "", "GET, HEAD, OPTIONS"},
    {"GET", "/api/v1/types/new/template.csv", "/api/v1/types/{type}/template.csv", "new", "GET, HEAD, OPTIONS"},
    {"GET", "/api/v1/types/x/template.xlsx", NULL, "", ""},
    {"GET", "/api", NULL, "", ""},
};

static void paths_find_routes(void **state)
{
    struct http_router router;

    (void)state;
    xt_http_router_init(&router, rooms);
    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        struct http_match match;
        char values[256] = "";

        xt_http_router_find(&router, rows[i].method, xt_str(rows[i].path), &match);
        for (size_t v = 0; v < match.value_count; v++)
            (void)snprintf(values + strlen(values), sizeof values - strlen(values), "%s%.*s", v > 0 ? "|" : "",
                           (int)match.values[v].n, match.values[v].s);
        assert_string_equal(match.route ? match.route->path : "", rows[i].route ? rows[i].route : "");
        assert_string_equal(match.allow, rows[i].allow);
        assert_string_equal(values, rows[i].values);
        if (match.route)
            assert_ptr_equal(router.routes[match.number], match.route);
    }
    xt_http_router_done(&router);
}

static void deep_paths_end(void **state)
{
    struct http_router router;
    struct http_match match;
    char path[4001];

    (void)state;
    for (size_t i = 0; i < sizeof path - 1; i++)
        path[i] = i % 2 ? 'a' : '/';
    path[sizeof path - 1] = '\0';
    xt_http_router_init(&router, rooms);
    xt_http_router_find(&router, "GET", xt_str(path), &match);
    assert_null(match.route);
    xt_http_router_done(&router);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_routes),
        cmocka_unit_test(deep_paths_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
