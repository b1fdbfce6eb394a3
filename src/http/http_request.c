/*
 * http_request.c - how a request travels: checked (limits, route, rights, parameters), handled, its reply prepared.
 *
 * http.c calls xt_http_request_check() once the headers are there and xt_http_request_handle() once the body is; the
 * latter on the slow pool where the route asks for it.
 */
#include <stdlib.h>
#include <string.h>

#include "access/access.h"
#include "base/id.h"
#include "base/log.h"
#include "base/number.h"
#include "http/http_priv.h"

#define BUFFER_KEEP       (256 * XT_KIB) /* a buffer that grew beyond it is not kept for the next request */
#define FREE_REQUESTS_MAX 256

/* ---- request objects, reused with their memory ---- */

struct http_request *xt_http_request_take(struct xt_http *http)
{
    struct http_request *hr;

    pthread_mutex_lock(&http->free_lock);
    hr = http->free_requests;
    if (hr) {
        http->free_requests = hr->next_free;
        http->free_count--;
    }
    pthread_mutex_unlock(&http->free_lock);
    if (hr)
        return hr;
    hr = xt_calloc(1, sizeof *hr);
    hr->http = http;
    xt_arena_init(&hr->arena);
    xt_text_init(&hr->body, XT_HTTP_BODY_MAX);
    xt_text_init(&hr->reply.body, XT_HTTP_REPLY_MAX);
    xt_problems_init(&hr->request.problems);
    return hr;
}

static void empty(struct xt_text *text)
{
    size_t cap = text->cap;

    if (text->capacity <= BUFFER_KEEP) {
        xt_text_clear(text);
        return;
    }
    xt_text_done(text);
    xt_text_init(text, cap);
}

static void free_request(struct http_request *hr)
{
    xt_arena_done(&hr->arena);
    xt_text_done(&hr->body);
    free(hr->packed.data);
    xt_text_done(&hr->reply.body);
    xt_problems_done(&hr->request.problems);
    free(hr);
}

void xt_http_request_give(struct http_request *hr)
{
    struct xt_http *http = hr->http;
    struct http_request kept = {.http = http};
    bool keep;

    xt_http_cache_release(hr);
    xt_http_reply_close_file(&hr->reply);
    empty(&hr->body);
    if (hr->packed.capacity > BUFFER_KEEP) {
        free(hr->packed.data);
        hr->packed = (struct http_bytes){0};
    }
    empty(&hr->reply.body);
    xt_problems_clear(&hr->request.problems);
    xt_arena_clear(&hr->arena);
    kept.arena = hr->arena;
    kept.body = hr->body;
    kept.packed = hr->packed;
    kept.reply.body = hr->reply.body;
    kept.request.problems = hr->request.problems;
    *hr = kept;

    pthread_mutex_lock(&http->free_lock);
    keep = http->free_count < FREE_REQUESTS_MAX;
    if (keep) {
        hr->next_free = http->free_requests;
        http->free_requests = hr;
        http->free_count++;
    }
    pthread_mutex_unlock(&http->free_lock);
    if (!keep)
        free_request(hr);
}

void xt_http_requests_free(struct xt_http *http)
{
    while (http->free_requests) {
        struct http_request *hr = http->free_requests;

        http->free_requests = hr->next_free;
        free_request(hr);
    }
}

/* ---- checking ---- */

static enum http_run refuse(struct http_request *hr, int status, const struct xt_error *err)
{
    xt_http_reply_problem(hr, status, err);
    xt_http_reply_prepare(hr);
    return HTTP_RUN_NOT;
}

#define REFUSE(hr, status, code, field, ...)               \
    do {                                                   \
        struct xt_error refusal;                           \
        (void)xt_fail(&refusal, code, field, __VA_ARGS__); \
        return refuse(hr, status, &refusal);               \
    } while (0)

static void take_id(struct http_request *hr)
{
    const char *given = hr->headers.request_id;

    if (given && xt_http_id_sane(xt_str(given)))
        memcpy(hr->id, given, strlen(given) + 1);
    else
        xt_ulid_make(hr->id);
    hr->request.id = hr->id;
}

/* "http://HOST": --base-url, or the name the client used. */
static void take_base_url(struct http_request *hr)
{
    const char *host = hr->headers.host;

    if (hr->http->base_url)
        hr->request.base_url = hr->http->base_url;
    else if (host && xt_http_host_sane(xt_str(host)))
        hr->request.base_url = xt_arena_printf(&hr->arena, "http://%s", host);
    else
        hr->request.base_url = hr->http->url;
}

/* The path and query of the request line; proxies' absolute form loses its scheme and authority. */
static void split_target(const char *target, struct xt_str *out_path, struct xt_str *out_query)
{
    const char *question;

    if (target[0] != '/' && strncmp(target, "http", 4) == 0) {
        const char *authority = strstr(target, "://");
        const char *slash = authority ? strchr(authority + 3, '/') : NULL;

        target = slash ? slash : "/";
    }
    question = strchr(target, '?');
    *out_path = (struct xt_str){target, question ? (size_t)(question - target) : strlen(target)};
    *out_query = question ? xt_str(question + 1) : (struct xt_str){"", 0};
}

/* No route of that path. */
static enum http_run check_page(struct http_request *hr, struct xt_str path)
{
    const char *method = hr->request.method;

    hr->match.number = hr->http->router.route_count + 1; /* counted as "none" */
    if (!xt_http_static_find(hr, path))
        REFUSE(hr, 0, XT_E_NOT_FOUND, "", XT_MSG_HTTP_NO_ROUTE, XT_VIEW(path));
    hr->match.number = hr->http->router.route_count;
    hr->allow = "GET, HEAD, OPTIONS";
    if (strcmp(method, "OPTIONS") == 0) {
        hr->file = NULL;
        hr->reply.status = 204;
    } else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        hr->file = NULL;
        REFUSE(hr, 0, XT_E_METHOD, "", XT_MSG_HTTP_METHOD, XT_TEXT(method), XT_TEXT(hr->allow));
    } else {
        hr->allow = NULL;
    }
    xt_http_reply_prepare(hr);
    return HTTP_RUN_NOT;
}

/* The path is a route's, its method is not. */
static enum http_run check_method(struct http_request *hr)
{
    hr->match.number = hr->http->router.route_count + 1;
    hr->allow = hr->match.allow;
    if (strcmp(hr->request.method, "OPTIONS") != 0)
        REFUSE(hr, 0, XT_E_METHOD, "", XT_MSG_HTTP_METHOD, XT_TEXT(hr->request.method), XT_TEXT(hr->allow));
    hr->reply.status = 204;
    xt_http_reply_prepare(hr);
    return HTTP_RUN_NOT;
}

static enum http_run check_size(struct http_request *hr)
{
    int64_t length;

    if (hr->target_size > XT_HTTP_URL_MAX)
        REFUSE(hr, 414, XT_E_TOO_LARGE, "", XT_MSG_HTTP_URL_LONG, XT_INT(XT_HTTP_URL_MAX), XT_INT(hr->target_size));
    if (hr->headers.bytes > XT_HTTP_HEADERS_MAX)
        REFUSE(hr, 431, XT_E_TOO_LARGE, "", XT_MSG_HTTP_HEADERS_LARGE, XT_INT(XT_HTTP_HEADERS_MAX),
               XT_INT(hr->headers.bytes));
    if (hr->headers.content_length && xt_int_parse(xt_str(hr->headers.content_length), &length) &&
        length > (int64_t)XT_HTTP_BODY_MAX)
        REFUSE(hr, 0, XT_E_TOO_LARGE, "body", XT_MSG_HTTP_BODY_LARGE, XT_INT(XT_HTTP_BODY_MAX));
    return HTTP_RUN_HERE;
}

static enum http_run check_rights(struct http_request *hr)
{
    struct xt_actor *actor = &hr->request.actor;

    *actor = xt_access_anonymous();
    if (actor->may[hr->request.route->right])
        return HTTP_RUN_HERE;
    if (strcmp(actor->name, "anonymous") == 0)
        REFUSE(hr, 0, XT_E_UNAUTHENTICATED, "", XT_MSG_HTTP_SIGN_IN);
    REFUSE(hr, 0, XT_E_DENIED, "", XT_MSG_HTTP_DENIED);
}

static enum http_run check_body(struct http_request *hr)
{
    const char *type = hr->headers.content_type, *coding = hr->headers.content_encoding;

    if (!hr->request.route->body_schema)
        return HTTP_RUN_HERE;
    if (!type || !xt_http_media_is(xt_str(type), "application/json"))
        REFUSE(hr, 0, XT_E_MEDIA, "Content-Type", XT_MSG_HTTP_BODY_TYPE, XT_TEXT("application/json"),
               XT_TEXT(type ? type : ""));
    if (coding && !xt_http_media_is(xt_str(coding), "identity"))
        REFUSE(hr, 0, XT_E_MEDIA, "Content-Encoding", XT_MSG_HTTP_BODY_TYPE, XT_TEXT("identity"), XT_TEXT(coding));
    return HTTP_RUN_HERE;
}

static void take_page_lang(struct xt_request *request, struct xt_str query)
{
    request->lang = XT_ZH;
    (void)xt_http_lang_of_query(query, &request->lang); /* it need not say */
}

enum http_run xt_http_request_check(struct http_request *hr, const char *method)
{
    struct xt_request *request = &hr->request;
    struct xt_str raw_path, query, path;
    size_t bad;

    request->node = hr->http->node;
    request->method = method;
    request->arena = &hr->arena;
    request->if_none_match = hr->headers.if_none_match;
    request->if_match = hr->headers.if_match;
    hr->gzip_accepted = hr->headers.accept_encoding && xt_http_accepts_gzip(xt_str(hr->headers.accept_encoding));
    hr->match.number = hr->http->router.route_count + 1;
    take_id(hr);
    split_target(request->target, &raw_path, &query);
    if (hr->headers.accept_language)
        request->lang = xt_http_accept_lang(xt_str(hr->headers.accept_language));
    (void)xt_http_lang_of_query(query, &request->lang); /* it need not say */

    if (check_size(hr) == HTTP_RUN_NOT)
        return HTTP_RUN_NOT;
    if (!xt_http_decode(raw_path, false, &hr->arena, &path, &bad))
        REFUSE(hr, 0, XT_E_INPUT, "", XT_MSG_HTTP_PATH_ESCAPE, XT_INT(bad));
    request->path = path.s == raw_path.s ? xt_arena_strndup(&hr->arena, path.s, path.n) : path.s;
    xt_http_router_find(&hr->http->router, method, raw_path, &hr->match);
    if (!hr->match.route)
        return hr->match.allow[0] ? check_method(hr) : check_page(hr, path);

    request->route = hr->match.route;
    hr->is_page = (request->route->flags & XT_ROUTE_PAGE) != 0;
    hr->by_language = !hr->is_page;
    if (hr->is_page)
        take_page_lang(request, query);
    take_base_url(hr);
    if (check_rights(hr) == HTTP_RUN_NOT)
        return HTTP_RUN_NOT;
    xt_http_params(request, &hr->match, query);
    if (request->route->flags & XT_ROUTE_OWN_PARAMS)
        xt_problems_clear(&request->problems);
    if (request->problems.count > 0 && !hr->is_page) {
        struct xt_error err;

        (void)xt_fail(&err, XT_E_INPUT, "", XT_MSG_NONE); /* the problems say it */
        return refuse(hr, 0, &err);
    }
    if (check_body(hr) == HTTP_RUN_NOT)
        return HTTP_RUN_NOT;
    if (xt_http_cache_find(hr)) {
        xt_http_reply_prepare(hr);
        return HTTP_RUN_NOT;
    }
    return request->route->flags & XT_ROUTE_SLOW ? HTTP_RUN_SLOW : HTTP_RUN_HERE;
}

/* ---- handling ---- */

static void log_failure(const struct http_request *hr, const struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text sentence = {0};

    xt_text_init(&sentence, 4 * XT_KIB);
    xt_error_say(err, XT_EN, &sentence);
    xt_log(XT_LOG_ERROR, "failure", XT_P("request", XT_TEXT(hr->id)), XT_P("path", XT_TEXT(hr->request.path)),
           XT_P("code", XT_TEXT(xt_code_name(err->code))), XT_P("message", XT_VIEW(xt_text_view(&sentence))));
}

void xt_http_request_handle(struct http_request *hr)
{
    struct xt_error err = {.code = XT_OK};
    enum xt_code rc;

    if (hr->too_much_body) {
        rc = xt_fail(&err, XT_E_TOO_LARGE, "body", XT_MSG_HTTP_BODY_LARGE, XT_INT(XT_HTTP_BODY_MAX));
    } else {
        hr->request.body = xt_text_view(&hr->body);
        rc = hr->request.route->handle(&hr->request, &hr->reply, &err);
    }
    if (rc != XT_OK) {
        if (err.code == XT_OK) /* a handler may leave it to its problems */
            (void)xt_fail(&err, rc, "", XT_MSG_NONE);
        if (rc == XT_E_INTERNAL || rc == XT_E_FULL)
            log_failure(hr, &err);
        if (rc == XT_E_BUSY)
            hr->retry_after_s = 1;
        xt_http_reply_problem(hr, 0, &err);
    } else {
        xt_http_cache_keep(hr);
    }
    xt_http_reply_prepare(hr);
}
