/* http_reply.c - problem details, entity tags, compression, headers. */
#include <assert.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "http/http_priv.h"
#include "room/etag.h"

/* 12 kB of search results: 21 us to 18 % at level 1, 45 us to 17 % at level 6. */
#define GZIP_LEVEL 1
#define GZIP_LEAST XT_KIB /* smaller replies fit in a packet or two anyway */

static const enum xt_msg titles[XT_CODES_COUNT] = {
    [XT_E_INPUT] = XT_MSG_HTTP_TITLE_INPUT,         [XT_E_UNAUTHENTICATED] = XT_MSG_HTTP_TITLE_UNAUTHENTICATED,
    [XT_E_DENIED] = XT_MSG_HTTP_TITLE_DENIED,       [XT_E_NOT_FOUND] = XT_MSG_HTTP_TITLE_NOT_FOUND,
    [XT_E_METHOD] = XT_MSG_HTTP_TITLE_METHOD,       [XT_E_NOT_ACCEPTABLE] = XT_MSG_HTTP_TITLE_NOT_ACCEPTABLE,
    [XT_E_TIMEOUT] = XT_MSG_HTTP_TITLE_TIMEOUT,     [XT_E_CONFLICT] = XT_MSG_HTTP_TITLE_CONFLICT,
    [XT_E_GONE] = XT_MSG_HTTP_TITLE_GONE,           [XT_E_CHANGED] = XT_MSG_HTTP_TITLE_CHANGED,
    [XT_E_TOO_LARGE] = XT_MSG_HTTP_TITLE_TOO_LARGE, [XT_E_MEDIA] = XT_MSG_HTTP_TITLE_MEDIA,
    [XT_E_TOO_MANY] = XT_MSG_HTTP_TITLE_TOO_MANY,   [XT_E_INTERNAL] = XT_MSG_HTTP_TITLE_INTERNAL,
    [XT_E_BUSY] = XT_MSG_HTTP_TITLE_BUSY,           [XT_E_FULL] = XT_MSG_HTTP_TITLE_FULL,
};

/* ---- problems ---- */

static void add_problem(struct xt_json *w, const char *field, enum xt_msg msg, struct xt_text *sentence)
{
    xt_json_object(w);
    xt_json_kv_z(w, "field", field);
    xt_json_kv_z(w, "code", xt_msg_name(msg));
    xt_json_kv_str(w, "message", xt_text_view(sentence));
    xt_json_end_object(w);
}

static void add_problems(struct xt_json *w, const struct http_request *hr, const struct xt_error *err,
                         struct xt_text *sentence)
{
    const struct xt_problems *problems = &hr->request.problems;

    xt_json_key(w, "problems");
    xt_json_array(w);
    for (size_t i = 0; i < problems->count; i++) {
        xt_text_clear(sentence);
        xt_problem_say(&problems->list[i], hr->request.lang, sentence);
        add_problem(w, problems->list[i].path, problems->list[i].msg, sentence);
    }
    if (problems->count == 0 && err->field[0]) {
        xt_text_clear(sentence);
        xt_error_say(err, hr->request.lang, sentence);
        add_problem(w, err->field, err->msg, sentence);
    }
    xt_json_end_array(w);
}

void xt_http_reply_close_file(struct xt_reply *reply)
{
    if (reply->from_file)
        (void)close(reply->file); /* only read */
    reply->from_file = false;
}

void xt_http_reply_problem(struct http_request *hr, int status, const struct xt_error *err)
{
    struct xt_reply *reply = &hr->reply;
    XT_AUTO(xt_text_done) struct xt_text sentence = {0};
    struct xt_json w;

    xt_text_init(&sentence, 16 * XT_KIB);
    reply->status = status > 0 ? status : xt_code_status(err->code);
    reply->content_type = "application/problem+json";
    reply->cache_control = "no-store";
    reply->fixed = NULL;
    xt_http_reply_close_file(reply);
    reply->etag[0] = '\0';
    reply->location = NULL;
    reply->download_name = NULL;
    reply->link = NULL;
    hr->file = NULL;
    xt_text_clear(&reply->body);

    if (hr->request.problems.count > 0)
        xt_problems_say(&hr->request.problems, hr->request.lang, &sentence);
    else
        xt_error_say(err, hr->request.lang, &sentence);
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_kv_z(&w, "type", "about:blank");
    xt_json_kv_z(&w, "title", xt_msg_sentence(titles[err->code], hr->request.lang));
    xt_json_kv_int(&w, "status", reply->status);
    xt_json_kv_z(&w, "code", xt_code_name(err->code));
    xt_json_kv_str(&w, "detail", xt_text_view(&sentence));
    xt_json_kv_z(&w, "request_id", hr->id);
    add_problems(&w, hr, err, &sentence);
    xt_json_end_object(&w);
    if (hr->is_page) { /* people get the application, which finds out and says it in their words */
        xt_text_clear(&reply->body);
        reply->content_type = NULL;
        hr->file = xt_embed_find("web/index.html");
    } else if (reply->problem_members) { /* in the place of the closing brace */
        xt_text_cut(&reply->body, reply->body.n - 1);
        xt_text_addf(&reply->body, ",%s}", reply->problem_members);
    }
}

/* ---- compression ---- */

static pthread_key_t compressor_key;
static pthread_once_t compressor_once = PTHREAD_ONCE_INIT;

static void free_compressor(void *compressor)
{
    libdeflate_free_compressor(compressor);
}

static void make_compressor_key(void)
{
    if (pthread_key_create(&compressor_key, free_compressor) != 0)
        abort(); /* only where a process has over a thousand keys */
}

/* One for each thread: making it costs more than most replies. */
static struct libdeflate_compressor *own_compressor(void)
{
    struct libdeflate_compressor *own;

    pthread_once(&compressor_once, make_compressor_key);
    own = pthread_getspecific(compressor_key);
    if (!own) {
        own = libdeflate_alloc_compressor(GZIP_LEVEL);
        pthread_setspecific(compressor_key, own);
    }
    return own;
}

bool xt_http_gzip(const void *data, size_t size, struct http_bytes *out)
{
    struct libdeflate_compressor *own = own_compressor();

    if (!own)
        return false;
    xt_grow(&out->data, &out->capacity, size, 1);
    /* With no more room than the plain form has, it fails where it would not save anything. */
    out->size = libdeflate_gzip_compress(own, data, size, out->data, size);
    return out->size > 0;
}

static bool compressible(const char *type)
{
    return strncmp(type, "text/", 5) == 0 || strncmp(type, "application/json", 16) == 0 || strstr(type, "+json") ||
           strstr(type, "xml") || strstr(type, "javascript");
}

/* ---- preparing ---- */

static const char *content_type_of(const struct http_request *hr)
{
    if (hr->reply.content_type)
        return hr->reply.content_type;
    if (hr->file && hr->file->path)
        return xt_http_static_type(hr->file->path);
    if (hr->request.route && hr->request.route->reply_type)
        return hr->request.route->reply_type;
    return "application/json";
}

bool xt_http_worth_gzip(const struct http_request *hr, size_t size)
{
    return size > GZIP_LEAST && compressible(content_type_of(hr));
}

/* The bytes of the reply before compression; whether another form of them is to be sent. */
static bool choose_bytes(struct http_request *hr)
{
    struct xt_reply *reply = &hr->reply;

    if (hr->file) {
        bool gzip = hr->gzip_accepted && hr->file->gzip;

        hr->out = gzip ? hr->file->gzip : hr->file->data;
        hr->out_size = gzip ? hr->file->gzip_size : hr->file->size;
        hr->gzipped = gzip;
        return false;
    }
    if (reply->from_file) {
        hr->out_size = (size_t)reply->file_size;
        return false;
    }
    hr->out = reply->fixed ? reply->fixed : reply->body.s;
    hr->out_size = reply->fixed ? reply->fixed_size : reply->body.n;
    hr->gzipped = reply->fixed && reply->fixed_gzip;
    return hr->gzip_accepted && !hr->gzipped && xt_http_worth_gzip(hr, hr->out_size);
}

/* Unpacks a fixed gzip body for a client that does not take it. */
static void inflate_fixed(struct http_request *hr)
{
    struct libdeflate_decompressor *unpack = libdeflate_alloc_decompressor();
    const unsigned char *end = (const unsigned char *)hr->out + hr->out_size - 4; /* gzip: the size, at the end */
    size_t size = (size_t)end[0] | (size_t)end[1] << 8 | (size_t)end[2] << 16 | (size_t)end[3] << 24;

    assert(size <= XT_HTTP_REPLY_MAX); /* fixed bodies are the program's own */
    xt_grow(&hr->packed.data, &hr->packed.capacity, size, 1);
    if (unpack &&
        libdeflate_gzip_decompress(unpack, hr->out, hr->out_size, hr->packed.data, size, NULL) == LIBDEFLATE_SUCCESS) {
        hr->out = hr->packed.data;
        hr->out_size = size;
        hr->gzipped = false;
    }
    libdeflate_free_decompressor(unpack);
}

static void make_etag(struct http_request *hr, bool gzip)
{
    const char *state = hr->file ? hr->file->etag : hr->reply.etag;
    bool english = hr->by_language && hr->request.lang == XT_EN;

    hr->etag[0] = '\0';
    if (state[0])
        (void)snprintf(hr->etag, sizeof hr->etag, "%s%s%s", state, english ? "-en" : "", gzip ? "-gz" : "");
}

static bool is_get(const struct http_request *hr)
{
    return strcmp(hr->request.method, "GET") == 0 || strcmp(hr->request.method, "HEAD") == 0;
}

/* RFC 9110, 13.2.2: If-Match comes first. Handlers of other methods look at If-Match before they act. */
static bool fails_if_match(const struct http_request *hr)
{
    const char *state = hr->file ? hr->file->etag : hr->reply.etag;

    return hr->request.if_match && is_get(hr) && hr->reply.status == 200 &&
           !xt_etag_state_listed(xt_str(hr->request.if_match), xt_str(state));
}

static void fail_if_match(struct http_request *hr)
{
    struct xt_error err;

    (void)xt_fail(&err, XT_E_CHANGED, "If-Match", XT_MSG_HTTP_CHANGED, XT_TEXT(hr->reply.etag));
    xt_http_reply_problem(hr, 0, &err);
}

static bool is_unchanged(const struct http_request *hr)
{
    return hr->request.if_none_match && is_get(hr) && hr->reply.status == 200 && hr->etag[0] &&
           xt_etag_listed(xt_str(hr->request.if_none_match), xt_str(hr->etag), true);
}

void xt_http_reply_prepare(struct http_request *hr)
{
    struct xt_reply *reply = &hr->reply;
    bool gzip;

    if (reply->status == 0)
        reply->status = 200;
    if (xt_text_overflowed(&reply->body)) {
        struct xt_error err;

        (void)xt_fail(&err, XT_E_INTERNAL, "", XT_MSG_HTTP_REPLY_LARGE, XT_INT(XT_HTTP_REPLY_MAX));
        xt_http_reply_problem(hr, 0, &err);
    }
    if (fails_if_match(hr))
        fail_if_match(hr);
    gzip = choose_bytes(hr);
    if (hr->gzipped && !hr->gzip_accepted)
        inflate_fixed(hr);
    make_etag(hr, gzip || hr->gzipped);
    if (is_unchanged(hr)) {
        reply->status = 304;
        hr->out_size = 0;
        hr->gzipped = false;
    } else if (gzip && xt_http_gzip(hr->out, hr->out_size, &hr->packed)) {
        hr->out = hr->packed.data;
        hr->out_size = hr->packed.size;
        hr->gzipped = true;
    }
    hr->stage = HTTP_PREPARED;
}

/* ---- handing over ---- */

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    /* It refuses line breaks in values; ours have none, so what is left is lack of memory. */
    (void)MHD_add_response_header(response, name, value);
}

#define PAGE_POLICY "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "

static void add_security(const struct http_request *hr, struct MHD_Response *response)
{
    add_header(response, "X-Content-Type-Options", "nosniff");
    if (!hr->is_page) {
        add_header(response, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        return;
    }
    add_header(response, "Content-Security-Policy",
               hr->may_be_framed ? PAGE_POLICY "frame-ancestors *" : PAGE_POLICY "frame-ancestors 'none'");
    add_header(response, "Referrer-Policy", "same-origin");
    add_header(response, "Cross-Origin-Opener-Policy", "same-origin");
}

static void add_caching(const struct http_request *hr, struct MHD_Response *response)
{
    char quoted[sizeof hr->etag + 2];
    const char *cache = hr->reply.cache_control ? hr->reply.cache_control : "no-cache";

    if (hr->immutable)
        cache = "public, max-age=31536000, immutable";
    if (hr->etag[0]) {
        (void)snprintf(quoted, sizeof quoted, "\"%s\"", hr->etag);
        add_header(response, "ETag", quoted);
    }
    add_header(response, "Cache-Control", cache);
    add_header(response, "Vary", hr->by_language ? "Accept-Encoding, Accept-Language" : "Accept-Encoding");
}

/* RFC 6266: the name in ASCII for old clients and in UTF-8. */
static void add_download(struct http_request *hr, struct MHD_Response *response)
{
    static const char hex[] = "0123456789ABCDEF";
    const char *name = hr->reply.download_name;
    char *plain = xt_arena_strdup(&hr->arena, name);
    char *coded = xt_arena_alloc(&hr->arena, strlen(name) * 3 + 1);
    size_t at = 0;

    for (size_t i = 0; name[i]; i++) {
        unsigned char c = (unsigned char)name[i];
        bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                    c == '-' || c == '_';

        plain[i] = safe ? name[i] : '_';
        if (safe) {
            coded[at++] = name[i];
        } else {
            coded[at++] = '%';
            coded[at++] = hex[c >> 4];
            coded[at++] = hex[c & 15];
        }
    }
    add_header(response, "Content-Disposition",
               xt_arena_printf(&hr->arena, "attachment; filename=\"%s\"; filename*=UTF-8''%s", plain, coded));
}

static void add_rare(struct http_request *hr, struct MHD_Response *response)
{
    char seconds[16];

    if (hr->reply.location)
        add_header(response, "Location", hr->reply.location);
    if (hr->reply.link)
        add_header(response, "Link", hr->reply.link);
    if (hr->reply.download_name)
        add_download(hr, response);
    if (hr->allow)
        add_header(response, "Allow", hr->allow);
    if (hr->reply.status == 401)
        add_header(response, "WWW-Authenticate", "Bearer");
    if (hr->retry_after_s > 0) {
        (void)snprintf(seconds, sizeof seconds, "%u", hr->retry_after_s);
        add_header(response, "Retry-After", seconds);
    }
}

enum MHD_Result xt_http_reply_queue(struct http_request *hr, struct MHD_Connection *connection)
{
    struct MHD_Response *response;
    int status = hr->reply.status;
    enum MHD_Result queued;

    /* It only reads the bytes, and they outlive the reply: they belong to hr, to a file or to the program. */
    if (hr->reply.from_file) /* it closes the file in the end */
        response = MHD_create_response_from_fd64(hr->reply.file_size, hr->reply.file);
    else
        response = MHD_create_response_from_buffer(hr->out_size, (void *)(uintptr_t)hr->out, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    hr->reply.from_file = false;
    if (status != 304 && status != 204)
        add_header(response, "Content-Type", content_type_of(hr));
    if (hr->gzipped)
        add_header(response, "Content-Encoding", "gzip");
    add_caching(hr, response);
    add_security(hr, response);
    add_rare(hr, response);
    add_header(response, "X-Request-Id", hr->id);
    if (atomic_load_explicit(&hr->http->draining, memory_order_relaxed))
        add_header(response, "Connection", "close");
    queued = MHD_queue_response(connection, (unsigned)status, response);
    MHD_destroy_response(response);
    hr->stage = HTTP_QUEUED;
    return queued;
}
