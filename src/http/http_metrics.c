/* http_metrics.c - counts, and the Prometheus text that says them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_priv.h"
#include "store/store.h"

static const int statuses[HTTP_STATUSES] = {
    200, 201, 202, 204, 206, 301, 302, 303, 304, 400, 401, 403,
    404, 405, 406, 409, 410, 412, 413, 414, 415, 500, 503, 0, /* any other */
};

/* Upper bounds in microseconds: a cheap route takes some ten, a search some thousand. */
static const int64_t bounds_us[HTTP_BUCKETS] = {
    50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 5000000,
};

void xt_http_metrics_init(struct http_metrics *metrics, size_t routes)
{
    metrics->route_count = routes + 2;
    metrics->routes = xt_calloc(metrics->route_count, sizeof *metrics->routes);
}

void xt_http_metrics_done(struct http_metrics *metrics)
{
    free(metrics->routes);
    metrics->routes = NULL;
}

static void add(_Atomic uint64_t *count, uint64_t n)
{
    atomic_fetch_add_explicit(count, n, memory_order_relaxed);
}

void xt_http_metrics_count(struct http_metrics *metrics, size_t route, int status, int64_t took_us)
{
    struct http_route_counts *counts = &metrics->routes[route];
    size_t at = 0, bucket = 0;

    while (at < HTTP_STATUSES - 1 && statuses[at] != status)
        at++;
    while (bucket < HTTP_BUCKETS && took_us > bounds_us[bucket])
        bucket++;
    add(&counts->status[at], 1);
    add(&counts->bucket[bucket], 1);
    add(&counts->sum_us, (uint64_t)took_us);
}

static uint64_t read_count(const _Atomic uint64_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

static void route_label(const struct http_router *router, size_t number, char *out, size_t size)
{
    if (number < router->route_count)
        (void)snprintf(out, size, "method=\"%s\",route=\"%s\"", router->routes[number]->method,
                       router->routes[number]->path);
    else
        (void)snprintf(out, size, "method=\"\",route=\"%s\"", number == router->route_count ? "page" : "none");
}

static void write_requests(struct xt_http *http, struct xt_text *out)
{
    char label[300];

    xt_text_add_z(out, "# HELP xietong_http_requests_total Requests answered.\n"
                       "# TYPE xietong_http_requests_total counter\n");
    for (size_t r = 0; r < http->metrics.route_count; r++) {
        route_label(&http->router, r, label, sizeof label);
        for (size_t s = 0; s < HTTP_STATUSES; s++) {
            uint64_t n = read_count(&http->metrics.routes[r].status[s]);

            if (n > 0)
                xt_text_addf(out, "xietong_http_requests_total{%s,status=\"%d\"} %" PRIu64 "\n", label, statuses[s], n);
        }
    }
}

static void write_durations(struct xt_http *http, struct xt_text *out)
{
    char label[300];

    xt_text_add_z(out, "# HELP xietong_http_request_seconds From the request line to the last byte handed over.\n"
                       "# TYPE xietong_http_request_seconds histogram\n");
    for (size_t r = 0; r < http->metrics.route_count; r++) {
        const struct http_route_counts *counts = &http->metrics.routes[r];
        uint64_t below = 0, total = 0;

        for (size_t b = 0; b <= HTTP_BUCKETS; b++)
            total += read_count(&counts->bucket[b]);
        if (total == 0)
            continue;
        route_label(&http->router, r, label, sizeof label);
        for (size_t b = 0; b < HTTP_BUCKETS; b++) {
            below += read_count(&counts->bucket[b]);
            xt_text_addf(out, "xietong_http_request_seconds_bucket{%s,le=\"%g\"} %" PRIu64 "\n", label,
                         (double)bounds_us[b] / 1e6, below);
        }
        xt_text_addf(out, "xietong_http_request_seconds_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", label, total);
        xt_text_addf(out, "xietong_http_request_seconds_sum{%s} %.6f\n", label,
                     (double)read_count(&counts->sum_us) / 1e6);
        xt_text_addf(out, "xietong_http_request_seconds_count{%s} %" PRIu64 "\n", label, total);
    }
}

static void write_one(struct xt_text *out, const char *name, const char *type, const char *help, int64_t value)
{
    xt_text_addf(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", name, help, name, type, name, value);
}

static void write_server(struct xt_http *http, struct xt_text *out)
{
    struct http_slow *slow = &http->slow;
    unsigned waiting, busy;

    pthread_mutex_lock(&slow->lock);
    waiting = slow->waiting;
    busy = slow->busy;
    pthread_mutex_unlock(&slow->lock);
    write_one(out, "xietong_http_active", "gauge", "Requests under way.", (int64_t)atomic_load(&http->active));
    write_one(out, "xietong_http_connections", "gauge", "Open connections.", atomic_load(&http->metrics.connections));
    write_one(out, "xietong_http_connections_total", "counter", "Connections taken.",
              (int64_t)read_count(&http->metrics.connections_total));
    write_one(out, "xietong_http_sent_bytes_total", "counter", "Bytes of bodies sent.",
              (int64_t)read_count(&http->metrics.sent_bytes));
    write_one(out, "xietong_http_slow_waiting", "gauge", "Requests that wait for the slow pool.", waiting);
    write_one(out, "xietong_http_slow_busy", "gauge", "Requests the slow pool works on.", busy);
    write_one(out, "xietong_http_slow_refused_total", "counter", "Requests refused because the slow pool was full.",
              (int64_t)read_count(&http->metrics.refused_busy));
}

static void write_cache(struct http_cache *cache, struct xt_text *out)
{
    uint64_t hits, misses;
    size_t bytes;

    pthread_mutex_lock(&cache->lock);
    hits = cache->hits;
    misses = cache->misses;
    bytes = cache->bytes;
    pthread_mutex_unlock(&cache->lock);
    write_one(out, "xietong_http_cache_hits_total", "counter", "Replies that were there.", (int64_t)hits);
    write_one(out, "xietong_http_cache_misses_total", "counter", "Replies that had to be made.", (int64_t)misses);
    write_one(out, "xietong_http_cache_bytes", "gauge", "Bytes of the replies kept.", (int64_t)bytes);
}

static void write_store(struct xt_node *node, struct xt_text *out)
{
    struct xt_store_stats stats;

    if (!node->store)
        return;
    xt_store_stats(node->store, &stats);
    write_one(out, "xietong_store_commits_total", "counter", "Durable commits.", stats.commits);
    write_one(out, "xietong_store_transactions_total", "counter", "Transactions in them.", stats.transactions);
    write_one(out, "xietong_store_busy_waits_total", "counter", "Waits for another process's write.", stats.busy_waits);
    write_one(out, "xietong_store_bytes", "gauge", "Bytes on disk.", stats.bytes);
}

void xt_http_metrics_write(struct xt_http *http, struct xt_text *out)
{
    xt_text_add_z(out, "# HELP xietong_info The program.\n# TYPE xietong_info gauge\n"
                       "xietong_info{version=\"" XT_VERSION "\"} 1\n");
    write_requests(http, out);
    write_durations(http, out);
    write_server(http, out);
    write_cache(&http->cache, out);
    write_store(http->node, out);
    for (size_t i = 0; http->node->rooms[i]; i++) {
        if (http->node->rooms[i]->metrics)
            http->node->rooms[i]->metrics(http->node, out);
    }
}
