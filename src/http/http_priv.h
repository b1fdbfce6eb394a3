/*
 * http_priv.h - what the files of http/ share; for this room only.
 *
 * http.c          socket, I/O threads, connections, stopping       http_request.c  how a request travels
 * http_router.c   routes as a tree of path segments                 http_params.c   percent-decoding, checks
 * http_headers.c  negotiation from header values                    http_reply.c    problems, tags, compression
 * http_slow.c     the bounded pool                                  http_static.c   the page's files
 * http_metrics.c  counts                                            http_openapi.c  the API description
 * http_cache.c    replies kept until the sequence moves on
 * http_room.c     own routes                                        http_serve.c    the command serve
 */
#ifndef XT_HTTP_HTTP_PRIV_H
#define XT_HTTP_HTTP_PRIV_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/embed.h"
#include "http/http.h"

/* ---- router ---- */

struct http_node;
struct http_router {
    struct http_node *root;
    const struct xt_route **routes; /* all of them, in order: the index is the route's number in metrics */
    const struct xt_room **owners;  /* of each route */
    size_t route_count, capacity;
    struct xt_arena arena;
};

#define HTTP_SEGMENTS_MAX 32
#define HTTP_METHODS_SIZE 64

struct http_match {
    const struct xt_route *route;            /* NULL: no such path (allow "") or no such method there */
    size_t number;                           /* of the route */
    struct xt_str values[HTTP_SEGMENTS_MAX]; /* what the {names} of the route took, raw, in order */
    size_t value_count;
    char allow[HTTP_METHODS_SIZE]; /* "GET, HEAD, OPTIONS" */
};

/* Compiles the routes of all rooms. Two rows that cannot be told apart are our own mistake: an assertion. */
void xt_http_router_init(struct http_router *router, const struct xt_room *const *rooms);
void xt_http_router_done(struct http_router *router);
/* path is raw, without query. HEAD finds the GET route. A literal segment wins over a {name}. */
void xt_http_router_find(const struct http_router *router, const char *method, struct xt_str path,
                         struct http_match *out);

/* ---- parameters ---- */

/* Decodes percent-encoding into arena; with plus, "+" is a space. False where it is broken or the result is not
 * UTF-8 without zero bytes: *out_bad is then the byte of raw, from 1. Without anything to decode *out is raw. */
bool xt_http_decode(struct xt_str raw, bool plus, struct xt_arena *arena, struct xt_str *out, size_t *out_bad);
/* Fills params and param_count of request (path values first) and adds all that is wrong to its problems. */
void xt_http_params(struct xt_request *request, const struct http_match *match, struct xt_str query);
/* The last lang= of a raw query, for problems found before parameters are read. */
bool xt_http_lang_of_query(struct xt_str query, enum xt_lang *out);

/* ---- header values ---- */

bool xt_http_accepts_gzip(struct xt_str accept_encoding);
enum xt_lang xt_http_accept_lang(struct xt_str accept_language); /* zh unless en is preferred */
bool xt_http_id_sane(struct xt_str request_id);                  /* 1 to 64 of letters, digits, . _ - */
bool xt_http_host_sane(struct xt_str host);                      /* fit to be repeated in addresses */
bool xt_http_media_is(struct xt_str content_type, const char *media_type);

/* ---- a request under way ---- */

struct http_bytes {
    unsigned char *data; /* owned */
    size_t size, capacity;
};

enum http_stage { HTTP_NEW, HTTP_BODY, HTTP_WAITING, HTTP_PREPARED, HTTP_QUEUED };

struct http_headers { /* views into libmicrohttpd's memory, zero-terminated */
    const char *accept_encoding, *accept_language, *content_encoding, *content_length, *content_type, *host;
    const char *if_match, *if_none_match, *request_id, *transfer_encoding;
    size_t bytes;
};

struct http_request {
    struct xt_request request; /* first: what handlers see */
    struct xt_reply reply;
    struct xt_http *http;
    struct http_request *next_free; /* in http->free_requests */
    struct http_request *next_slow; /* in the pool's queue */
    struct MHD_Connection *connection;
    struct http_headers headers;
    struct xt_arena arena;
    struct xt_text body;      /* of the request */
    struct http_bytes packed; /* the reply, compressed (or a fixed one, unpacked) */
    enum http_stage stage;
    struct http_match match;
    int64_t seq;     /* the last number before the handler read; of routes by sequence */
    char *cache_key; /* NULL where the reply is not to be kept */
    uint64_t cache_hash;
    struct http_cached *cached;       /* the reply is this one, held until it is sent */
    const struct xt_embed_file *file; /* the reply is this file */
    bool immutable;                   /* ... whose name changes with its content */
    bool is_page;                     /* a document of the browser application */
    bool may_be_framed;               /* one chart, for pages of others */
    bool by_language;                 /* the reply depends on the language */
    bool too_much_body;
    bool gzip_accepted;
    bool gzipped;    /* out is */
    const void *out; /* the bytes to send */
    size_t out_size;
    const char *allow;
    unsigned retry_after_s;
    int64_t started_us, queued_us;
    size_t target_size; /* as sent, before it was cut */
    char id[65];
    char etag[112]; /* of the representation, without quotes */
};

/* Checks, routes and either fills the reply (stage HTTP_PREPARED) or asks to be run on the slow pool. */
enum http_run { HTTP_RUN_HERE, HTTP_RUN_SLOW, HTTP_RUN_NOT };
enum http_run xt_http_request_check(struct http_request *hr, const char *method);
/* Calls the handler and prepares the reply. Any thread. */
void xt_http_request_handle(struct http_request *hr);

/* ---- the reply ---- */

/* A failure in the place of the reply; status 0 is the code's own. */
void xt_http_reply_problem(struct http_request *hr, int status, const struct xt_error *err);
/* Decides status, entity tag, compression and bytes. After it only xt_http_reply_queue() is left. */
void xt_http_reply_prepare(struct http_request *hr);
/* Closes the file that a reply is to be sent from and was not. */
void xt_http_reply_close_file(struct xt_reply *reply);
/* Hands the reply to libmicrohttpd, on the connection's I/O thread. */
enum MHD_Result xt_http_reply_queue(struct http_request *hr, struct MHD_Connection *connection);

/* True when a reply of that size is worth compressing. */
bool xt_http_worth_gzip(const struct http_request *hr, size_t size);

/* ---- replies kept ---- */

struct http_cached;
struct http_cache {
    pthread_mutex_t lock;
    struct http_cached **buckets;
    struct http_cached *newest, *oldest; /* by last use */
    size_t bytes;
    uint64_t hits, misses;
};

void xt_http_cache_init(struct http_cache *cache);
void xt_http_cache_done(struct http_cache *cache);
/* Whether the reply of a checked request is there: then hr has it. */
bool xt_http_cache_find(struct http_request *hr);
/* Keeps the handler's reply, before it is prepared. */
void xt_http_cache_keep(struct http_request *hr);
void xt_http_cache_release(struct http_request *hr);

/* ---- the slow pool ---- */

struct http_slow {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct http_request *first, *last;
    unsigned waiting, limit, wait_ms, busy;
    bool stopping;
    pthread_t *threads;
    unsigned thread_count;
};

void xt_http_slow_start(struct http_slow *slow, unsigned threads, unsigned limit, unsigned wait_ms);
/* Works off the queue and ends the threads; xt_http_slow_add() refuses from then on, until _done(). */
void xt_http_slow_stop(struct http_slow *slow);
void xt_http_slow_done(struct http_slow *slow);
/* Suspends the connection and queues the request, or returns false when the queue is full. */
bool xt_http_slow_add(struct http_slow *slow, struct http_request *hr);

/* ---- counts ---- */

#define HTTP_BUCKETS  14
#define HTTP_STATUSES 24

struct http_route_counts {
    _Atomic uint64_t status[HTTP_STATUSES];
    _Atomic uint64_t bucket[HTTP_BUCKETS + 1]; /* the last is above all bounds */
    _Atomic uint64_t sum_us;
};

struct http_metrics {
    struct http_route_counts *routes; /* one per route, then "page" and "none" */
    size_t route_count;
    _Atomic uint64_t connections_total, refused_busy, sent_bytes;
    _Atomic int64_t connections;
};

void xt_http_metrics_init(struct http_metrics *metrics, size_t routes);
void xt_http_metrics_done(struct http_metrics *metrics);
void xt_http_metrics_count(struct http_metrics *metrics, size_t route, int status, int64_t took_us);
void xt_http_metrics_write(struct xt_http *http, struct xt_text *out);

/* ---- the server ---- */

/* What is known of a connection; the watchdog closes those that take too long over a request. */
struct http_connection {
    struct http_connection *previous, *next;
    int fd;
    _Atomic int64_t deadline_us; /* monotonic; 0 = the answer is our part, none */
};

struct xt_http {
    struct xt_node *node;
    struct MHD_Daemon *daemon;
    struct http_router router;
    struct http_metrics metrics;
    struct http_cache cache;
    struct http_slow slow;
    bool quiet;
    unsigned idle_s;
    const char *base_url; /* given, or NULL */
    char url[300];
    int listen_fd; /* -1 once drained */
    _Atomic bool draining;
    _Atomic unsigned active;

    pthread_mutex_t free_lock; /* free_requests */
    struct http_request *free_requests;
    unsigned free_count;

    pthread_mutex_t connections_lock; /* the list, and closing against the watchdog */
    struct http_connection *connections;
    pthread_t watchdog;
    pthread_cond_t watchdog_end; /* with connections_lock */
    bool watchdog_stop;          /* with connections_lock */
    bool watching;               /* the thread runs */

    struct xt_text openapi;
    char openapi_etag[17];
    struct http_bytes openapi_gzip;
    struct xt_embed_file openapi_file; /* the description, plain and compressed */
};

/* Request objects are reused with their memory. */
struct http_request *xt_http_request_take(struct xt_http *http);
void xt_http_request_give(struct http_request *hr);
void xt_http_requests_free(struct xt_http *http);

/* ---- the page's files ---- */

/* True when path names a file of the page or a page of the application: hr->file is set. */
bool xt_http_static_find(struct http_request *hr, struct xt_str path);
const char *xt_http_static_type(const char *path);

/* gzip of data at our level into out; false when that saves nothing. Any thread. */
bool xt_http_gzip(const void *data, size_t size, struct http_bytes *out);

/* ---- the command serve ---- */

int xt_http_run_serve(struct xt_cli *cli, struct xt_error *err);
extern const struct xt_option xt_http_serve_options[];

#endif
