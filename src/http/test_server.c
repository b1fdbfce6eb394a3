/* test_server.c - the server as clients see it, with routes of its own. */
#include "http/http_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libdeflate.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/number.h"
#include "base/time.h"
#include "room/node.h"
#include "store/store.h"

/* ---- routes to ask ---- */

static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_changed = PTHREAD_COND_INITIALIZER;
static bool gate_open;
static unsigned at_gate;

static enum xt_code get_fast(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    struct xt_json w;

    (void)err;
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_kv_str(&w, "q", xt_request_param(request, "q"));
    xt_json_kv_z(&w, "base", request->base_url);
    xt_json_kv_z(&w, "lang", request->lang == XT_ZH ? "zh" : "en");
    xt_json_end_object(&w);
    return XT_OK;
}

static enum xt_code get_big(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    (void)request;
    (void)err;
    xt_text_add_z(&reply->body, "[0");
    for (int i = 1; i < 2000; i++)
        xt_text_addf(&reply->body, ",%d", i);
    xt_text_add_z(&reply->body, "]");
    memcpy(reply->etag, "seq-7", sizeof "seq-7");
    return XT_OK;
}

/* Waits until the test opens the gate. */
static enum xt_code get_slow(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    (void)request;
    (void)err;
    pthread_mutex_lock(&gate_lock);
    at_gate++;
    pthread_cond_broadcast(&gate_changed);
    while (!gate_open)
        pthread_cond_wait(&gate_changed, &gate_lock);
    at_gate--;
    pthread_mutex_unlock(&gate_lock);
    xt_text_add_z(&reply->body, "{}");
    return XT_OK;
}

/* How often it was called. */
static enum xt_code get_counted(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    static int calls;

    (void)request;
    (void)err;
    xt_text_addf(&reply->body, "{\"calls\":%d}", ++calls);
    memcpy(reply->etag, "seq-9", sizeof "seq-9");
    return XT_OK;
}

static enum xt_code post_echo(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    (void)err;
    xt_text_add_str(&reply->body, request->body);
    reply->status = 201;
    reply->location = xt_arena_strdup(request->arena, "/api/v1/echo/1");
    return XT_OK;
}

static enum xt_code get_gone(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    reply->problem_members = xt_arena_printf(request->arena, "\"deleted\":\"2026-03-05T08:00:00Z\"");
    return xt_fail(err, XT_E_GONE, "", XT_MSG_HTTP_NO_ROUTE, XT_TEXT(request->path));
}

static enum xt_code get_problems(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    (void)reply;
    (void)err;
    xt_problem(&request->problems, "title", XT_MSG_REQUIRED);
    xt_problem(&request->problems, "year", XT_MSG_TOO_SMALL, XT_INT(1000), XT_INT(7));
    return XT_E_INPUT;
}

static enum xt_code get_table(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    (void)err;
    xt_text_add_z(&reply->body, "a,b\n");
    reply->download_name = xt_arena_strdup(request->arena, "论文 1.csv");
    return XT_OK;
}

static enum xt_code get_packed(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    static unsigned char packed[128];
    static size_t size;
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);

    (void)request;
    (void)err;
    size = libdeflate_gzip_compress(compressor, "[1,2,3]", 7, packed, sizeof packed);
    libdeflate_free_compressor(compressor);
    reply->fixed = packed;
    reply->fixed_size = size;
    reply->fixed_gzip = true;
    return XT_OK;
}

static const struct xt_param fast_params[] = {
    {"q", XT_IN_QUERY, XT_P_TEXT, false, false, 0, 9000, NULL, NULL, "Anything"},
    {.name = NULL},
};

#define GET(path, handle)                                                     \
    {                                                                         \
        "GET", path, XT_MAY_READ, 0, handle, NULL, "A test", NULL, NULL, NULL \
    }

static const struct xt_route routes[] = {
    {.method = "GET", .path = "/api/v1/fast", .handle = get_fast, .params = fast_params, .summary = "A test"},
    GET("/api/v1/big", get_big),
    {.method = "GET", .path = "/api/v1/slow", .handle = get_slow, .flags = XT_ROUTE_SLOW, .summary = "A test"},
    {.method = "POST", .path = "/api/v1/echo", .handle = post_echo, .body_schema = "Health", .summary = "A test"},
    {.method = "PUT", .path = "/api/v1/echo", .handle = post_echo, .right = XT_MAY_WRITE, .summary = "A test"},
    GET("/api/v1/gone/{id}", get_gone),
    GET("/api/v1/problems", get_problems),
    {.method = "GET", .path = "/api/v1/table", .handle = get_table, .reply_type = "text/csv", .summary = "A test"},
    GET("/api/v1/packed", get_packed),
    {.method = "GET", .path = "/api/v1/counted", .handle = get_counted, .flags = XT_ROUTE_BY_SEQ, .summary = "A test"},
    {.method = NULL},
};
static const struct xt_room test_room = {.name = "test", .routes = routes};
static const struct xt_room *const rooms[] = {&test_room, &xt_room_http, NULL};

/* ---- a server and a client ---- */

static struct xt_node node = {.name = "test.local", .rooms = rooms};
static struct xt_http *http;
static char answer[256 * 1024];
static size_t answer_size;

static int start_with(const struct xt_http_options *options)
{
    struct xt_error err;

    gate_open = false;
    return xt_http_start(&node, options, &http, &err) == XT_OK ? 0 : -1;
}

static int start(void **state)
{
    const struct xt_http_options options = {
        .listen = "127.0.0.1:0", .quiet = true, .slow_threads = 1, .slow_queue = 2, .idle_s = 2};

    (void)state;
    return start_with(&options);
}

static int stop(void **state)
{
    (void)state;
    pthread_mutex_lock(&gate_lock);
    gate_open = true;
    pthread_cond_broadcast(&gate_changed);
    pthread_mutex_unlock(&gate_lock);
    xt_http_stop(&http);
    return http ? -1 : 0;
}

static int connect_to_server(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval limit = {.tv_sec = 20};
    int64_t port;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(xt_int_parse(xt_str(strrchr(xt_http_url(http), ':') + 1), &port));
    address.sin_port = htons((uint16_t)port);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void send_all(int fd, const char *s, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, s, n, MSG_NOSIGNAL);

        if (sent <= 0)
            return; /* the server may refuse the rest */
        s += sent;
        n -= (size_t)sent;
    }
}

/* Reads to the end of the connection. */
static void receive_all(int fd)
{
    ssize_t got;

    answer_size = 0;
    while (answer_size < sizeof answer - 1 &&
           (got = recv(fd, answer + answer_size, sizeof answer - 1 - answer_size, 0)) > 0)
        answer_size += (size_t)got;
    answer[answer_size] = '\0';
    close(fd);
}

static int status(void)
{
    int64_t code = 0;

    (void)xt_int_parse((struct xt_str){answer + 9, 3}, &code);
    return answer_size > 12 ? (int)code : 0;
}

static const char *body(void)
{
    const char *end = strstr(answer, "\r\n\r\n");

    return end ? end + 4 : "";
}

/* One request on a connection of its own; extra is header lines. Returns the status. */
static int ask_with(const char *method, const char *target, const char *extra, const char *content)
{
    char head[20000];
    int fd = connect_to_server();
    int n = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: node.example:81\r\nConnection: close\r\n%s\r\n",
                     method, target, extra);

    assert_true(n > 0 && (size_t)n < sizeof head);
    send_all(fd, head, (size_t)n);
    send_all(fd, content, strlen(content));
    receive_all(fd);
    return status();
}

static int ask(const char *method, const char *target)
{
    return ask_with(method, target, "", "");
}

static bool has(const char *text)
{
    return strstr(answer, text) != NULL;
}

/* ---- routing ---- */

static void routes_answer(void **state)
{
    (void)state;
    assert_int_equal(ask("GET", "/api/v1/fast?q=%E6%9C%BA+1"), 200);
    assert_string_equal(body(), "{\"q\":\"机 1\",\"base\":\"http://node.example:81\",\"lang\":\"zh\"}");
    assert_true(has("Content-Type: application/json\r\n"));
    assert_true(has("X-Content-Type-Options: nosniff\r\n"));
    assert_true(has("frame-ancestors 'none'"));
    assert_int_equal(ask("GET", "http://elsewhere/api/v1/fast"), 200);
    assert_int_equal(ask("HEAD", "/api/v1/fast"), 200);
    assert_string_equal(body(), "");
    assert_false(has("Content-Length: 0\r\n"));
    assert_int_equal(ask("OPTIONS", "/api/v1/fast"), 204);
    assert_true(has("Allow: GET, HEAD, OPTIONS\r\n"));
    assert_int_equal(ask("DELETE", "/api/v1/fast"), 405);
    assert_true(has("Allow: GET, HEAD, OPTIONS\r\n"));
    assert_int_equal(ask("GET", "/api/v1/echo"), 405);
    assert_true(has("Allow: POST, PUT, OPTIONS\r\n"));
    assert_int_equal(ask("GET", "/api/v1/nothing"), 404);
    assert_int_equal(ask("GET", "/api/%zz"), 400);
}

static void page_addresses_get_the_page(void **state)
{
    (void)state;
    assert_int_equal(ask("GET", "/"), 200);
    assert_true(has("Content-Type: text/html; charset=utf-8\r\n"));
    assert_true(has("default-src 'self'"));
    assert_false(has("unsafe-inline"));
    assert_true(has("Cross-Origin-Opener-Policy: same-origin\r\n"));
    assert_true(has("Referrer-Policy: same-origin\r\n"));
    /* No room here has pages: the application says that there is none of that address. */
    assert_int_equal(ask("GET", "/records/paper/01J"), 404);
    assert_true(has("Content-Type: text/html; charset=utf-8\r\n"));
    assert_true(has("<html"));
    assert_true(has("frame-ancestors 'none'"));
    assert_int_equal(ask("GET", "/%E6%9C%BA"), 404);
    /* Only a chart that is made for it may stand in a frame of another page; codes may have dots. */
    assert_int_equal(ask("GET", "/embed/towns/ranking"), 200);
    assert_true(has("default-src 'self'"));
    assert_true(has("frame-ancestors *\r\n"));
    assert_int_equal(ask("GET", "/embedded"), 404);
    assert_true(has("<html"));
    assert_true(has("frame-ancestors 'none'"));
    assert_int_equal(ask("GET", "/indexes/towns/units/UKM.5"), 404);
    assert_true(has("<html"));
    assert_true(has("frame-ancestors 'none'"));
    assert_int_equal(ask("GET", "/indexes.txt"), 404);
    assert_int_equal(ask("HEAD", "/search"), 404);
    assert_int_equal(ask("POST", "/search"), 405);
    assert_int_equal(ask("OPTIONS", "/search"), 204);
    assert_int_equal(ask("GET", "/assets/nothing.js"), 404);
    assert_int_equal(ask("GET", "/robots.txt"), 404);
    assert_int_equal(ask("GET", "/../region/roles.json"), 404);
    assert_int_equal(ask("GET", "/oai"), 404);
}

/* ---- negotiation ---- */

static void replies_are_compressed_when_asked(void **state)
{
    struct libdeflate_decompressor *unpack = libdeflate_alloc_decompressor();
    static char plain[64 * 1024];
    size_t n = 0;

    (void)state;
    assert_int_equal(ask_with("GET", "/api/v1/big", "Accept-Encoding: gzip\r\n", ""), 200);
    assert_true(has("Content-Encoding: gzip\r\n"));
    assert_true(has("ETag: \"seq-7-gz\"\r\n"));
    assert_true(has("Vary: Accept-Encoding, Accept-Language\r\n"));
    assert_int_equal(
        libdeflate_gzip_decompress(unpack, body(), answer_size - (size_t)(body() - answer), plain, sizeof plain, &n),
        LIBDEFLATE_SUCCESS);
    libdeflate_free_decompressor(unpack);
    assert_int_equal(ask("GET", "/api/v1/big"), 200);
    assert_false(has("Content-Encoding"));
    assert_int_equal(n, strlen(body()));
    assert_memory_equal(plain, body(), n);
    assert_int_equal(ask_with("GET", "/api/v1/fast", "Accept-Encoding: gzip\r\n", ""), 200);
    assert_false(has("Content-Encoding")); /* too small to be worth it */
}

static void fixed_gzip_is_unpacked_for_others(void **state)
{
    (void)state;
    assert_int_equal(ask("GET", "/api/v1/packed"), 200);
    assert_string_equal(body(), "[1,2,3]");
    assert_int_equal(ask_with("GET", "/api/v1/packed", "Accept-Encoding: gzip\r\n", ""), 200);
    assert_true(has("Content-Encoding: gzip\r\n"));
}

static void entity_tags_guard(void **state)
{
    static const struct {
        const char *headers;
        int status;
    } rows[] = {
        {"If-None-Match: \"seq-7\"\r\n", 304},
        {"If-None-Match: \"seq-6\", W/\"seq-7\"\r\n", 304},
        {"If-None-Match: *\r\n", 304},
        {"If-None-Match: \"seq-6\"\r\n", 200},
        {"If-None-Match: \"seq-7\"\r\nAccept-Language: en\r\n", 200}, /* another representation */
        {"If-None-Match: \"seq-7-en\"\r\nAccept-Language: en\r\n", 304},
        {"If-None-Match: \"seq-7-gz\"\r\nAccept-Encoding: gzip\r\n", 304},
        {"If-Match: \"seq-7\"\r\n", 200},
        {"If-Match: \"seq-7-en-gz\"\r\n", 200},
        {"If-Match: \"seq-6\"\r\n", 412},
        {"If-Match: W/\"seq-7\"\r\n", 412}, /* RFC 9110, 13.1.1: strong comparison */
        {"If-Match: *\r\n", 200},
    };

    (void)state;
    for (size_t i = 0; i < XT_COUNT(rows); i++)
        assert_int_equal(ask_with("GET", "/api/v1/big", rows[i].headers, ""), rows[i].status);
    assert_int_equal(ask_with("GET", "/api/v1/big", "If-None-Match: \"seq-7\"\r\n", ""), 304);
    assert_true(has("ETag: \"seq-7\"\r\n"));
    assert_string_equal(body(), "");
}

static void language_is_heard(void **state)
{
    (void)state;
    assert_int_equal(ask_with("GET", "/api/v1/fast", "Accept-Language: en\r\n", ""), 200);
    assert_true(has("\"lang\":\"en\""));
    assert_int_equal(ask_with("GET", "/api/v1/fast?lang=zh", "Accept-Language: en\r\n", ""), 200);
    assert_true(has("\"lang\":\"zh\""));
    assert_int_equal(ask("GET", "/api/v1/nothing?lang=en"), 404);
    assert_true(has("\"title\":\"Not found\""));
}

/* ---- problems and ids ---- */

static void problems_are_told(void **state)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;
    struct xt_error err;

    (void)state;
    assert_int_equal(ask_with("GET", "/api/v1/problems?lang=en", "X-Request-Id: abc-1\r\n", ""), 400);
    assert_true(has("Content-Type: application/problem+json\r\n"));
    assert_true(has("X-Request-Id: abc-1\r\n"));
    assert_int_equal(xt_json_parse(xt_str(body()), &tree, &err), XT_OK);
    assert_int_equal(xt_json_int(tree, "status", 0), 400);
    assert_string_equal(xt_json_z(tree, "request_id", ""), "abc-1");
    assert_int_equal(json_array_size(xt_json_get(tree, "problems")), 2);
    assert_true(has("must be at least 1000, is 7"));
    assert_int_equal(ask_with("GET", "/api/v1/problems", "X-Request-Id: a b\r\n", ""), 400);
    assert_false(has("a b"));
}

static void gone_says_when(void **state)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;
    struct xt_error err;

    (void)state;
    assert_int_equal(ask("GET", "/api/v1/gone/1"), 410);
    assert_int_equal(xt_json_parse(xt_str(body()), &tree, &err), XT_OK);
    assert_string_equal(xt_json_z(tree, "deleted", ""), "2026-03-05T08:00:00Z");
}

static void downloads_have_names(void **state)
{
    (void)state;
    assert_int_equal(ask("GET", "/api/v1/table"), 200);
    assert_true(has("Content-Type: text/csv\r\n"));
    assert_true(has("filename*=UTF-8''%E8%AE%BA%E6%96%87%201.csv\r\n"));
}

/* ---- limits ---- */

static void bodies_are_taken_within_limits(void **state)
{
    static char large[XT_HTTP_BODY_MAX + 2];
    const char *json = "Content-Type: application/json\r\n";
    char headers[200];

    (void)state;
    (void)snprintf(headers, sizeof headers, "%sContent-Length: 7\r\n", json);
    assert_int_equal(ask_with("POST", "/api/v1/echo", headers, "{\"a\":1}"), 201);
    assert_string_equal(body(), "{\"a\":1}");
    assert_true(has("Location: /api/v1/echo/1\r\n"));
    (void)snprintf(headers, sizeof headers, "%sTransfer-Encoding: chunked\r\n", json);
    assert_int_equal(ask_with("POST", "/api/v1/echo", headers, "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n"), 201);
    assert_string_equal(body(), "{\"a\":1}");
    assert_int_equal(ask_with("POST", "/api/v1/echo", "Content-Length: 2\r\n", "{}"), 415);
    assert_int_equal(ask_with("POST", "/api/v1/echo", "Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}"), 415);
    assert_int_equal(ask_with("PUT", "/api/v1/echo", "Content-Length: 2\r\n", "{}"), 401);
    assert_true(has("WWW-Authenticate: Bearer\r\n"));

    (void)snprintf(headers, sizeof headers, "%sContent-Length: %zu\r\n", json, (size_t)XT_HTTP_BODY_MAX + 1);
    assert_int_equal(ask_with("POST", "/api/v1/echo", headers, ""), 413); /* before it is sent */
    memset(large, ' ', sizeof large - 1);
    (void)snprintf(headers, sizeof headers, "%sContent-Length: %zu\r\n", json, (size_t)XT_HTTP_BODY_MAX);
    large[XT_HTTP_BODY_MAX] = '\0';
    assert_int_equal(ask_with("POST", "/api/v1/echo", headers, large), 201);
}

static void a_chunked_body_has_the_same_limit(void **state)
{
    static char chunk[64 * 1024 + 1];
    int fd = connect_to_server();
    const char *head = "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                       "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

    (void)state;
    memset(chunk, ' ', sizeof chunk - 1);
    send_all(fd, head, strlen(head));
    for (int i = 0; i < 20; i++) {
        send_all(fd, "10000\r\n", 7);
        send_all(fd, chunk, 0x10000);
        send_all(fd, "\r\n", 2);
    }
    send_all(fd, "0\r\n\r\n", 5);
    receive_all(fd);
    assert_int_equal(status(), 413);
}

static void long_addresses_and_headers_are_refused(void **state)
{
    static char target[XT_HTTP_URL_MAX + 100];
    static char headers[18000];

    (void)state;
    memset(target, 'a', sizeof target - 1);
    memcpy(target, "/api/v1/fast?q=", 15);
    assert_int_equal(ask("GET", target), 414);
    target[XT_HTTP_URL_MAX] = '\0';
    assert_int_equal(ask("GET", target), 200);
    for (size_t i = 0; i < 17000; i += 100)
        (void)snprintf(headers + i, sizeof headers - i, "X-Header-%04zu: %083d\r\n", i, 0);
    assert_int_equal(ask_with("GET", "/api/v1/fast", headers, ""), 200);
}

static void too_large_headers_are_refused(void **state)
{
    static char request[XT_HTTP_HEADERS_MAX + 4096];
    size_t n =
        (size_t)snprintf(request, sizeof request, "GET /api/v1/fast HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    int fd;

    (void)state;
    while (n < XT_HTTP_HEADERS_MAX + 1000)
        n += (size_t)snprintf(request + n, sizeof request - n, "X-Header: %0500d\r\n", 0);
    n += (size_t)snprintf(request + n, sizeof request - n, "\r\n");
    fd = connect_to_server();
    send_all(fd, request, n);
    receive_all(fd);
    assert_int_equal(status(), 431);
}

static void slow_senders_are_cut_off(void **state)
{
    static const char half_body[] = "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                    "Content-Length: 100\r\n\r\n";
    static const char *const starts[] = {"", "GET /api/v1/fast HTTP/1.1\r\nHost: x\r\n", half_body};

    (void)state;
    for (size_t i = 0; i < XT_COUNT(starts); i++) {
        int fd = connect_to_server();
        int64_t begun = xt_monotonic_us();
        char byte;

        send_all(fd, starts[i], strlen(starts[i]));
        /* A byte every 200 ms is never silent for the 2 s of the timeout. */
        while (xt_monotonic_us() - begun < 12 * XT_SECOND && recv(fd, &byte, 1, MSG_DONTWAIT) != 0) {
            send_all(fd, "x", 1);
            usleep(200000);
        }
        close(fd);
        assert_true(xt_monotonic_us() - begun < 10 * XT_SECOND);
    }
    assert_int_equal(ask("GET", "/api/v1/fast"), 200);
}

/* ---- overload and stopping ---- */

static void wait_at_gate(unsigned count)
{
    pthread_mutex_lock(&gate_lock);
    while (at_gate < count)
        pthread_cond_wait(&gate_changed, &gate_lock);
    pthread_mutex_unlock(&gate_lock);
}

static void open_gate(void)
{
    pthread_mutex_lock(&gate_lock);
    gate_open = true;
    pthread_cond_broadcast(&gate_changed);
    pthread_mutex_unlock(&gate_lock);
}

static int begin_slow(void)
{
    int fd = connect_to_server();
    const char *request = "GET /api/v1/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    send_all(fd, request, strlen(request));
    return fd;
}

static unsigned slow_waiting(void)
{
    unsigned waiting;

    pthread_mutex_lock(&http->slow.lock);
    waiting = http->slow.waiting;
    pthread_mutex_unlock(&http->slow.lock);
    return waiting;
}

static void a_full_pool_says_no_early(void **state)
{
    int held[3];

    (void)state;
    held[0] = begin_slow();
    wait_at_gate(1);
    held[1] = begin_slow();
    held[2] = begin_slow();
    while (slow_waiting() < 2)
        usleep(1000);
    assert_int_equal(ask("GET", "/api/v1/slow"), 503);
    assert_true(has("Retry-After: 1\r\n"));
    assert_int_equal(ask("GET", "/api/v1/fast"), 200); /* cheap routes stay quick */
    open_gate();
    for (size_t i = 0; i < XT_COUNT(held); i++) {
        receive_all(held[i]);
        assert_int_equal(status(), 200);
    }
    assert_int_equal(ask("GET", "/metrics"), 200);
    assert_true(has("xietong_http_slow_refused_total 1\n"));
    assert_true(has("xietong_http_requests_total{method=\"GET\",route=\"/api/v1/slow\",status=\"503\"} 1\n"));
}

static void who_waited_too_long_is_told_so(void **state)
{
    int first, second;

    (void)state;
    http->slow.wait_ms = 100;
    first = begin_slow();
    wait_at_gate(1);
    second = begin_slow();
    while (slow_waiting() < 1)
        usleep(1000);
    usleep(200000);
    open_gate();
    receive_all(first);
    assert_int_equal(status(), 200);
    receive_all(second);
    assert_int_equal(status(), 503);
}

static void clients_that_leave_do_no_harm(void **state)
{
    int first;

    (void)state;
    first = begin_slow();
    wait_at_gate(1);
    close(begin_slow());
    close(first);
    open_gate();
    assert_int_equal(ask("GET", "/api/v1/slow"), 200);
}

static void draining_answers_what_is_under_way(void **state)
{
    int fd;

    (void)state;
    fd = begin_slow();
    wait_at_gate(1);
    xt_http_drain(http);
    assert_int_equal(xt_http_active(http), 1);
    open_gate();
    receive_all(fd);
    assert_int_equal(status(), 200);
    assert_true(has("Connection: close\r\n"));
    while (xt_http_active(http) > 0)
        usleep(1000);
}

static void addresses_to_listen_on_are_checked(void **state)
{
    static const char *const wrong[] = {"",    "8080",   "127.0.0.1",   "127.0.0.1:x", "127.0.0.1:70000",
                                        ":80", "::1:80", "127.0.0.1:-1"};
    struct xt_http_options options = {.quiet = true};
    struct xt_http *other = NULL;
    struct xt_error err;

    (void)state;
    for (size_t i = 0; i < XT_COUNT(wrong); i++) {
        options.listen = wrong[i];
        assert_int_equal(xt_http_start(&node, &options, &other, &err), XT_E_INPUT);
        assert_null(other);
    }
    options.listen = xt_http_url(http) + strlen("http://");
    assert_int_equal(xt_http_start(&node, &options, &other, &err), XT_E_CONFLICT); /* taken */
    assert_null(other);
}

/* ---- replies by sequence ---- */

static void make_change(struct xt_store *store)
{
    const struct xt_change change = {
        .room = "test", .subject = XT_STR("x"), .action = "update", .actor = XT_STR("test")};
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct xt_error err;
    int64_t seq;

    assert_int_equal(xt_tx_begin(store, &tx, &err), XT_OK);
    assert_int_equal(xt_change_add(tx, &change, &seq, &err), XT_OK);
    assert_int_equal(xt_tx_commit(&tx, &err), XT_OK);
}

static void replies_stay_until_the_sequence_moves(void **state)
{
    char folder[] = "/tmp/xietong-http-XXXXXX", command[64], first[sizeof answer];
    struct xt_node_options options = {.data = folder, .rooms = rooms};
    struct xt_node_made made;
    struct xt_node *opened = NULL;
    struct xt_error err;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(xt_node_make(&options, NULL, &made, &err), XT_OK);
    assert_int_equal(xt_node_open(&options, &opened, &err), XT_OK);
    node.store = opened->store;

    assert_int_equal(ask("GET", "/api/v1/counted"), 200);
    (void)snprintf(first, sizeof first, "%s", body());
    assert_int_equal(ask("GET", "/api/v1/counted"), 200);
    assert_string_equal(body(), first);
    assert_true(has("ETag: \"seq-9\"\r\n"));
    assert_true(has("Content-Type: application/json\r\n"));
    assert_int_equal(ask_with("GET", "/api/v1/counted", "If-None-Match: \"seq-9\"\r\n", ""), 304);
    assert_int_equal(ask_with("GET", "/api/v1/counted", "Accept-Language: en\r\n", ""), 200);
    assert_string_not_equal(body(), first); /* another representation */
    make_change(opened->store);
    assert_int_equal(ask("GET", "/api/v1/counted"), 200);
    assert_string_not_equal(body(), first);

    node.store = NULL;
    xt_node_close(&opened);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static void the_description_is_json(void **state)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;
    struct xt_error err;

    (void)state;
    assert_int_equal(ask("GET", "/api/openapi.json"), 200);
    assert_int_equal(xt_json_parse(xt_str(body()), &tree, &err), XT_OK);
    assert_string_equal(xt_json_z(tree, "openapi", ""), "3.1.0");
    assert_non_null(json_object_get(json_object_get(tree, "paths"), "/api/v1/gone/{id}"));
    assert_int_equal(ask("GET", "/healthz"), 200);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(routes_answer),
        TEST(page_addresses_get_the_page),
        TEST(replies_are_compressed_when_asked),
        TEST(fixed_gzip_is_unpacked_for_others),
        TEST(entity_tags_guard),
        TEST(language_is_heard),
        TEST(problems_are_told),
        TEST(gone_says_when),
        TEST(downloads_have_names),
        TEST(bodies_are_taken_within_limits),
        TEST(a_chunked_body_has_the_same_limit),
        TEST(long_addresses_and_headers_are_refused),
        TEST(too_large_headers_are_refused),
        TEST(slow_senders_are_cut_off),
        TEST(a_full_pool_says_no_early),
        TEST(who_waited_too_long_is_told_so),
        TEST(clients_that_leave_do_no_harm),
        TEST(draining_answers_what_is_under_way),
        TEST(addresses_to_listen_on_are_checked),
        TEST(replies_stay_until_the_sequence_moves),
        TEST(the_description_is_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
