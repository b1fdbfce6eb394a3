/*
 * http_cache.c - replies kept until the sequence moves on.
 *
 * A route marked XT_ROUTE_BY_SEQ says that its reply depends on the address, the language and what is stored, and
 * nothing else. Every change of what is stored takes a number of the sequence, so a reply made at a number is still
 * the right one while that number is the last: asking for it is one small read, whoever wrote.
 * Bounded by bytes, least recently used first out. Entries are counted references: one may be sent while it goes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "http/http_priv.h"
#include "store/store.h"

#define CACHE_BYTES (32 * XT_MIB)
#define ENTRY_BYTES XT_MIB /* larger replies are not kept */
#define BUCKETS     4096u  /* a power of two */

struct http_cached {
    struct http_cached *next;          /* in its bucket */
    struct http_cached *newer, *older; /* by last use */
    uint64_t hash;
    int64_t seq;
    unsigned refs; /* requests that send it, and the table; with cache->lock */
    size_t bytes;
    char *key, *content_type, *cache_control, *link;
    struct http_bytes plain, gzip;
    char etag[sizeof((struct xt_reply *)0)->etag];
    struct xt_embed_file file;
};

static void free_cached(struct http_cached *cached)
{
    free(cached->key);
    free(cached->content_type);
    free(cached->cache_control);
    free(cached->link);
    free(cached->plain.data);
    free(cached->gzip.data);
    free(cached);
}

/* ---- the table; all with cache->lock ---- */

static struct http_cached **bucket_of(struct http_cache *cache, uint64_t hash)
{
    return &cache->buckets[hash & (BUCKETS - 1)];
}

static struct http_cached *look(struct http_cache *cache, uint64_t hash, const char *key)
{
    struct http_cached *cached = *bucket_of(cache, hash);

    while (cached && (cached->hash != hash || strcmp(cached->key, key) != 0))
        cached = cached->next;
    return cached;
}

static void unuse(struct http_cache *cache, struct http_cached *cached)
{
    *(cached->newer ? &cached->newer->older : &cache->newest) = cached->older;
    *(cached->older ? &cached->older->newer : &cache->oldest) = cached->newer;
}

static void use(struct http_cache *cache, struct http_cached *cached)
{
    cached->newer = NULL;
    cached->older = cache->newest;
    *(cached->older ? &cached->older->newer : &cache->oldest) = cached;
    cache->newest = cached;
}

static void unref(struct http_cached *cached)
{
    if (--cached->refs == 0)
        free_cached(cached);
}

static void drop(struct http_cache *cache, struct http_cached *cached)
{
    struct http_cached **at = bucket_of(cache, cached->hash);

    while (*at != cached)
        at = &(*at)->next;
    *at = cached->next;
    unuse(cache, cached);
    cache->bytes -= cached->bytes;
    unref(cached);
}

/* ---- for the other files ---- */

void xt_http_cache_init(struct http_cache *cache)
{
    *cache = (struct http_cache){0};
    pthread_mutex_init(&cache->lock, NULL);
    cache->buckets = xt_calloc(BUCKETS, sizeof(struct http_cached *));
}

void xt_http_cache_done(struct http_cache *cache)
{
    while (cache->newest)
        drop(cache, cache->newest);
    free(cache->buckets);
    pthread_mutex_destroy(&cache->lock);
}

/* The reply of this key at this number, with a reference, or NULL. */
static struct http_cached *find(struct http_cache *cache, uint64_t hash, const char *key, int64_t seq)
{
    struct http_cached *cached;

    pthread_mutex_lock(&cache->lock);
    cached = look(cache, hash, key);
    if (cached && cached->seq != seq) {
        drop(cache, cached);
        cached = NULL;
    }
    if (cached) {
        cached->refs++;
        unuse(cache, cached);
        use(cache, cached);
        cache->hits++;
    } else {
        cache->misses++;
    }
    pthread_mutex_unlock(&cache->lock);
    return cached;
}

bool xt_http_cache_find(struct http_request *hr)
{
    const struct xt_request *request = &hr->request;
    struct xt_error err;

    if (!(request->route->flags & XT_ROUTE_BY_SEQ) || strcmp(request->route->method, "GET") != 0 ||
        !request->node->store || request->actor.reads != XT_PUBLIC)
        return false;
    /* Before the handler reads: what it then sees is of this number or later, and later shows at the next request. */
    if (xt_seq_last(request->node->store, &hr->seq, &err) != XT_OK)
        return false; /* the handler will say what is wrong with the store */
    hr->cache_key =
        xt_arena_printf(&hr->arena, "%c %s %s", request->lang == XT_ZH ? 'z' : 'e', request->base_url, request->target);
    hr->cache_hash = xt_hash64(hr->cache_key, strlen(hr->cache_key));
    hr->cached = find(&hr->http->cache, hr->cache_hash, hr->cache_key, hr->seq);
    if (!hr->cached)
        return false;
    hr->file = &hr->cached->file;
    hr->reply.content_type = hr->cached->content_type;
    hr->reply.cache_control = hr->cached->cache_control;
    hr->reply.link = hr->cached->link;
    return true;
}

static char *copy_or_null(const char *s)
{
    return s ? xt_strdup(s) : NULL;
}

static struct http_cached *make_cached(const struct http_request *hr)
{
    const struct xt_reply *reply = &hr->reply;
    struct http_cached *cached = xt_calloc(1, sizeof *cached);

    cached->hash = hr->cache_hash;
    cached->seq = hr->seq;
    cached->refs = 1;
    cached->key = xt_strdup(hr->cache_key);
    cached->content_type = copy_or_null(reply->content_type);
    cached->cache_control = copy_or_null(reply->cache_control);
    cached->link = copy_or_null(reply->link);
    memcpy(cached->etag, reply->etag, sizeof cached->etag);
    cached->plain.data = (unsigned char *)xt_strndup(reply->body.s, reply->body.n);
    cached->plain.size = reply->body.n;
    cached->file = (struct xt_embed_file){.etag = cached->etag, .data = cached->plain.data, .size = cached->plain.size};
    if (xt_http_worth_gzip(hr, reply->body.n) && xt_http_gzip(reply->body.s, reply->body.n, &cached->gzip)) {
        cached->file.gzip = cached->gzip.data;
        cached->file.gzip_size = cached->gzip.size;
    }
    cached->bytes = sizeof *cached + strlen(cached->key) + cached->plain.size + cached->gzip.capacity;
    return cached;
}

void xt_http_cache_keep(struct http_request *hr)
{
    struct http_cache *cache = &hr->http->cache;
    const struct xt_reply *reply = &hr->reply;
    struct http_cached *cached, *before;

    if (!hr->cache_key || reply->passing || (reply->status != 0 && reply->status != 200) || hr->file || reply->fixed ||
        reply->from_file || reply->location || reply->download_name || reply->body.n > ENTRY_BYTES ||
        xt_text_overflowed(&reply->body))
        return;
    cached = make_cached(hr);
    pthread_mutex_lock(&cache->lock);
    before = look(cache, cached->hash, cached->key);
    if (before)
        drop(cache, before);
    cached->next = *bucket_of(cache, cached->hash);
    *bucket_of(cache, cached->hash) = cached;
    use(cache, cached);
    cache->bytes += cached->bytes;
    while (cache->bytes > CACHE_BYTES)
        drop(cache, cache->oldest);
    pthread_mutex_unlock(&cache->lock);
}

void xt_http_cache_release(struct http_request *hr)
{
    if (!hr->cached)
        return;
    pthread_mutex_lock(&hr->http->cache.lock);
    unref(hr->cached);
    pthread_mutex_unlock(&hr->http->cache.lock);
    hr->cached = NULL;
}
