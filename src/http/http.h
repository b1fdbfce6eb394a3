/*
 * http.h - the server: walks the tables of routes that rooms offer.
 *
 * Owns the listening socket, the I/O threads (libmicrohttpd with epoll), the bounded pool for routes marked slow,
 * request ids, limits, negotiation (language, compression, entity tags), problem details (RFC 9457), the page's
 * files, /healthz, /metrics and the API description. Rooms see struct xt_request and struct xt_reply of room.h.
 */
#ifndef XT_HTTP_HTTP_H
#define XT_HTTP_HTTP_H

#include "room/room.h"

#define XT_HTTP_URL_MAX     (8 * XT_KIB) /* path and query as sent */
#define XT_HTTP_HEADERS_MAX (32 * XT_KIB)
#define XT_HTTP_BODY_MAX    XT_MIB /* of a request */
#define XT_HTTP_REPLY_MAX   (64 * XT_MIB)
#define XT_HTTP_PARAMS_MAX  128

struct xt_http;

struct xt_http_options {
    const char *listen;    /* "127.0.0.1:8080", "[::1]:0"; port 0 picks a free one; NULL = 127.0.0.1:8080 */
    const char *base_url;  /* how clients name this node, behind a proxy; NULL = as their Host header says */
    unsigned io_threads;   /* 0 = number of cores, at least 2 */
    unsigned slow_threads; /* 0 = number of cores, at least 2 */
    unsigned slow_queue;   /* requests that may wait for the slow pool; 0 = 64 */
    unsigned slow_wait_ms; /* a request that waited longer is answered 503; 0 = 2,000 */
    unsigned connections;  /* 0 = 2,048 */
    unsigned idle_s;       /* the next request must be there in full within it; 0 = 30 */
    bool quiet;            /* no line a request in the log */
};

/* Listens and answers. node and options->base_url are borrowed until xt_http_stop(). XT_E_CONFLICT when the address is taken,
 * XT_E_INPUT when it is none. */
XT_MUST_USE enum xt_code xt_http_start(struct xt_node *node, const struct xt_http_options *options,
                                       struct xt_http **out, struct xt_error *err);
/* "http://127.0.0.1:8080", with the port really taken. Lent. */
const char *xt_http_url(const struct xt_http *http);
/* Stops taking connections; requests under way are answered, and each connection is closed after its answer. */
void xt_http_drain(struct xt_http *http);
/* Requests under way. */
unsigned xt_http_active(const struct xt_http *http);
/* Closes what is left and frees all. *http is NULL after. */
void xt_http_stop(struct xt_http **http);

/* The API description (OpenAPI 3.1) of the rooms' tables, as JSON. */
XT_MUST_USE enum xt_code xt_http_openapi(struct xt_node *node, struct xt_text *out, struct xt_error *err);

extern const struct xt_room xt_room_http; /* /healthz, /metrics, /api/openapi.json; serve */

#endif
