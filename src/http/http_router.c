/* http_router.c - routes as a tree of path segments, compiled once at start. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_priv.h"

#define METHODS_MAX 8

struct http_node {
    struct xt_str segment;      /* literal text; of a {name} "" */
    struct http_node *children; /* literal ones, linked by next */
    struct http_node *next;
    struct http_node *any;      /* the {name} child */
    size_t routes[METHODS_MAX]; /* numbers of the routes that end here */
    size_t route_count;
    char allow[HTTP_METHODS_SIZE];
};

/* Takes the segment before the next slash from the front of *path. */
static struct xt_str next_segment(struct xt_str *path)
{
    const char *slash = path->n > 0 ? memchr(path->s, '/', path->n) : NULL;
    struct xt_str segment = {path->s, slash ? (size_t)(slash - path->s) : path->n};
    size_t step = slash ? segment.n + 1 : segment.n;

    path->s += step;
    path->n -= step;
    return segment;
}

static struct http_node *find_literal(const struct http_node *node, struct xt_str segment)
{
    struct http_node *child;

    for (child = node->children; child; child = child->next) {
        if (xt_str_eq(child->segment, segment))
            return child;
    }
    return NULL;
}

static struct http_node *child_for(struct http_router *router, struct http_node *node, struct xt_str segment)
{
    bool any = segment.n > 0 && segment.s[0] == '{';
    struct http_node *child = any ? node->any : find_literal(node, segment);

    if (child)
        return child;
    child = xt_arena_alloc(&router->arena, sizeof *child);
    if (any) {
        node->any = child;
    } else {
        child->segment = segment;
        child->next = node->children;
        node->children = child;
    }
    return child;
}

static void add_route(struct http_router *router, const struct xt_room *owner, const struct xt_route *route)
{
    struct http_node *node = router->root;
    struct xt_str path = xt_str(route->path);
    size_t i, segments = 0;

    assert(path.n > 0 && path.s[0] == '/');
    path.s++;
    path.n--;
    do {
        node = child_for(router, node, next_segment(&path));
        segments++;
    } while (path.n > 0);
    assert(segments <= HTTP_SEGMENTS_MAX);
    for (i = 0; i < node->route_count; i++)
        assert(strcmp(router->routes[node->routes[i]]->method, route->method) != 0); /* two rows for one thing */
    assert(node->route_count < METHODS_MAX);
    node->routes[node->route_count++] = router->route_count;

    xt_grow(&router->routes, &router->capacity, router->route_count + 1, sizeof *router->routes);
    router->routes[router->route_count] = route;
    router->owners = xt_realloc(router->owners, (router->route_count + 1) * sizeof *router->owners);
    router->owners[router->route_count++] = owner;
}

static void fill_allow(struct http_router *router, struct http_node *node)
{
    struct http_node *child;
    size_t i, n = 0;

    for (i = 0; i < node->route_count; i++) {
        const char *method = router->routes[node->routes[i]]->method;

        n += (size_t)snprintf(node->allow + n, sizeof node->allow - n, "%s, ", method);
        if (strcmp(method, "GET") == 0)
            n += (size_t)snprintf(node->allow + n, sizeof node->allow - n, "HEAD, ");
        assert(n < sizeof node->allow);
    }
    if (node->route_count > 0)
        n += (size_t)snprintf(node->allow + n, sizeof node->allow - n, "OPTIONS");
    assert(n < sizeof node->allow);
    for (child = node->children; child; child = child->next)
        fill_allow(router, child);
    if (node->any)
        fill_allow(router, node->any);
}

void xt_http_router_init(struct http_router *router, const struct xt_room *const *rooms)
{
    *router = (struct http_router){0};
    xt_arena_init(&router->arena);
    router->root = xt_arena_alloc(&router->arena, sizeof *router->root);
    for (size_t i = 0; rooms[i]; i++) {
        const struct xt_route *route;

        for (route = rooms[i]->routes; route && route->method; route++)
            add_route(router, rooms[i], route);
    }
    fill_allow(router, router->root);
}

void xt_http_router_done(struct http_router *router)
{
    free(router->routes);
    free(router->owners);
    xt_arena_done(&router->arena);
    *router = (struct http_router){0};
}

/* The node at the end of path, trying literal children first and going back where they lead nowhere. */
static const struct http_node *walk(const struct http_node *node, struct xt_str path, unsigned depth,
                                    struct http_match *out)
{
    const struct http_node *child, *found;
    struct xt_str rest = path, segment;

    if (depth == HTTP_SEGMENTS_MAX)
        return NULL;
    segment = next_segment(&rest);
    child = find_literal(node, segment);
    if (child) {
        /* A path that ends in a slash has an empty last segment, which is nobody's. */
        bool last = rest.n == 0 && (segment.s + segment.n == path.s + path.n);

        found = last ? (child->route_count > 0 ? child : NULL) : walk(child, rest, depth + 1, out);
        if (found)
            return found;
    }
    if (node->any && segment.n > 0) {
        size_t taken = out->value_count;
        bool last = segment.s + segment.n == path.s + path.n;

        out->values[out->value_count++] = segment;
        found = last ? (node->any->route_count > 0 ? node->any : NULL) : walk(node->any, rest, depth + 1, out);
        if (found)
            return found;
        out->value_count = taken;
    }
    return NULL;
}

void xt_http_router_find(const struct http_router *router, const char *method, struct xt_str path,
                         struct http_match *out)
{
    const struct http_node *node;
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;

    out->route = NULL;
    out->value_count = 0;
    out->allow[0] = '\0';
    if (path.n == 0 || path.s[0] != '/')
        return;
    node = walk(router->root, (struct xt_str){path.s + 1, path.n - 1}, 0, out);
    if (!node)
        return;
    for (size_t i = 0; i < node->route_count; i++) {
        const struct xt_route *route = router->routes[node->routes[i]];

        if (strcmp(route->method, wanted) == 0) {
            out->route = route;
            out->number = node->routes[i];
        }
    }
    memcpy(out->allow, node->allow, sizeof out->allow);
}
