/* http.c - the socket, libmicrohttpd's threads, connections and their deadlines, stopping. */
#include "http/http_priv.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/number.h"
#include "base/time.h"

#define LISTEN_DEFAULT   "127.0.0.1:8080"
#define BACKLOG          1024
#define SLOW_QUEUE       64
#define SLOW_WAIT_MS     2000
#define CONNECTIONS      2048
#define IDLE_S           30
#define SEND_S           120           /* a reply must be taken within it */
#define SPARE_FILES      128           /* file handles kept for the store, the index and files */
#define SLOWEST_BYTES_S  (64 * XT_KIB) /* of a download */
#define REFUSED_BODY_MAX (8 * XT_MIB)  /* a body over the limit is read up to here so that the answer arrives */
/* libmicrohttpd's memory of a connection: request line and headers at their limits, and the reply's headers. */
#define CONNECTION_BYTES (XT_HTTP_URL_MAX + XT_HTTP_HEADERS_MAX + 8 * XT_KIB)

/* ---- one request, as libmicrohttpd tells it ---- */

static struct http_connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static void set_deadline(struct MHD_Connection *connection, unsigned seconds)
{
    struct http_connection *hc = connection_of(connection);

    if (hc)
        atomic_store_explicit(&hc->deadline_us, seconds > 0 ? xt_monotonic_us() + seconds * XT_SECOND : 0,
                              memory_order_relaxed);
}

/* The request line is there: the earliest call, with the target as it was sent. */
static void *on_request_line(void *context, const char *target, struct MHD_Connection *connection)
{
    struct xt_http *http = context;
    struct http_request *hr = xt_http_request_take(http);

    atomic_fetch_add(&http->active, 1);
    hr->started_us = xt_monotonic_us();
    hr->connection = connection;
    hr->target_size = strlen(target);
    hr->request.target =
        xt_arena_strndup(&hr->arena, target, hr->target_size > XT_HTTP_URL_MAX ? XT_HTTP_URL_MAX : hr->target_size);
    set_deadline(connection, http->idle_s);
    return hr;
}

static const struct {
    const char *name;
    size_t offset;
} wanted_headers[] = {
#define AT(member) offsetof(struct http_headers, member)
    {"Accept-Encoding", AT(accept_encoding)},
    {"Accept-Language", AT(accept_language)},
    {"Content-Encoding", AT(content_encoding)},
    {"Content-Length", AT(content_length)},
    {"Content-Type", AT(content_type)},
    {"Host", AT(host)},
    {"If-Match", AT(if_match)},
    {"If-None-Match", AT(if_none_match)},
    {"X-Request-Id", AT(request_id)},
    {"Transfer-Encoding", AT(transfer_encoding)},
#undef AT
};

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct http_headers *headers = context;

    (void)kind;
    headers->bytes += strlen(name) + (value ? strlen(value) : 0) + 4;
    for (size_t i = 0; i < XT_COUNT(wanted_headers); i++) {
        if ((name[0] | 0x20) == (wanted_headers[i].name[0] | 0x20) && strcasecmp(name, wanted_headers[i].name) == 0) {
            memcpy((char *)headers + wanted_headers[i].offset, &value, sizeof value);
            break;
        }
    }
    return MHD_YES;
}

static enum MHD_Result queue_reply(struct http_request *hr, struct MHD_Connection *connection)
{
    unsigned seconds = SEND_S;

    if (hr->reply.from_file) /* large files get the time that a slow line takes */
        seconds += (unsigned)(hr->reply.file_size / SLOWEST_BYTES_S);
    set_deadline(connection, seconds);
    return xt_http_reply_queue(hr, connection);
}

/* The whole request is there. */
static enum MHD_Result run(struct http_request *hr, struct MHD_Connection *connection)
{
    set_deadline(connection, 0);
    if (hr->request.route->flags & XT_ROUTE_SLOW) {
        if (xt_http_slow_add(&hr->http->slow, hr))
            return MHD_YES; /* suspended */
    } else {
        xt_http_request_handle(hr);
    }
    return queue_reply(hr, connection);
}

static bool has_body(const struct http_request *hr)
{
    return hr->headers.transfer_encoding ||
           (hr->headers.content_length && strcmp(hr->headers.content_length, "0") != 0);
}

/* The headers are there. A reply queued now makes libmicrohttpd close the connection, as it must where a body is
 * refused; other replies wait for the call that says the request is complete. */
static enum MHD_Result first_call(struct http_request *hr, struct MHD_Connection *connection, const char *method)
{
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header, &hr->headers);
    if (xt_http_request_check(hr, method) == HTTP_RUN_NOT)
        return has_body(hr) ? queue_reply(hr, connection) : MHD_YES;
    hr->stage = HTTP_BODY;
    return MHD_YES;
}

static enum MHD_Result take_body(struct http_request *hr, const char *data, size_t *size)
{
    if (!hr->too_much_body) {
        xt_text_add(&hr->body, data, *size);
        hr->too_much_body = xt_text_overflowed(&hr->body);
    }
    hr->headers.bytes += *size; /* a body without a length has no other bound */
    *size = 0;
    return hr->headers.bytes > REFUSED_BODY_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *data_size, void **request)
{
    struct http_request *hr = *request;

    (void)context;
    (void)url; /* hr->request.target is as it was sent */
    (void)version;
    switch (hr->stage) {
    case HTTP_NEW:
        return first_call(hr, connection, method);
    case HTTP_BODY:
        return *data_size > 0 ? take_body(hr, data, data_size) : run(hr, connection);
    case HTTP_PREPARED: /* refused before, or resumed by the slow pool */
        return queue_reply(hr, connection);
    case HTTP_WAITING:
    case HTTP_QUEUED:
        return MHD_YES;
    }
    return MHD_NO;
}

static void log_request(const struct http_request *hr, int64_t took_us)
{
    xt_log(XT_LOG_INFO, "request", XT_P("id", XT_TEXT(hr->id)), XT_P("method", XT_TEXT(hr->request.method)),
           XT_P("target", XT_TEXT(hr->request.target)), XT_P("status", XT_INT(hr->reply.status)),
           XT_P("bytes", XT_INT(hr->out_size)), XT_P("us", XT_INT(took_us)));
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code)
{
    struct xt_http *http = context;
    struct http_request *hr = *request;
    int64_t took_us;

    (void)code;
    if (!hr)
        return;
    *request = NULL;
    took_us = xt_monotonic_us() - hr->started_us;
    if (hr->stage == HTTP_QUEUED) {
        xt_http_metrics_count(&http->metrics, hr->match.number, hr->reply.status, took_us);
        atomic_fetch_add_explicit(&http->metrics.sent_bytes, hr->out_size, memory_order_relaxed);
        if (!http->quiet)
            log_request(hr, took_us);
    }
    set_deadline(connection, http->idle_s);
    xt_http_request_give(hr);
    atomic_fetch_sub(&http->active, 1);
}

/* libmicrohttpd would decode the path in place; paths are taken apart before they are decoded. */
static size_t leave_encoded(void *context, struct MHD_Connection *connection, char *s)
{
    (void)context;
    (void)connection;
    return strlen(s);
}

/* ---- connections ---- */

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct xt_http *http = context;
    struct http_connection *hc = *socket_context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

        hc = xt_calloc(1, sizeof *hc);
        hc->fd = info ? info->connect_fd : -1;
        hc->deadline_us = xt_monotonic_us() + http->idle_s * XT_SECOND;
        *socket_context = hc;
        atomic_fetch_add(&http->metrics.connections, 1);
        atomic_fetch_add_explicit(&http->metrics.connections_total, 1, memory_order_relaxed);
        pthread_mutex_lock(&http->connections_lock);
        hc->next = http->connections;
        if (hc->next)
            hc->next->previous = hc;
        http->connections = hc;
        pthread_mutex_unlock(&http->connections_lock);
        return;
    }
    if (!hc)
        return;
    /* Called before the socket is closed: the watchdog, under the same lock, never touches a reused handle. */
    pthread_mutex_lock(&http->connections_lock);
    if (hc->previous)
        hc->previous->next = hc->next;
    else
        http->connections = hc->next;
    if (hc->next)
        hc->next->previous = hc->previous;
    pthread_mutex_unlock(&http->connections_lock);
    atomic_fetch_sub(&http->metrics.connections, 1);
    *socket_context = NULL;
    free(hc);
}

/* Cuts off those over their deadline. libmicrohttpd's own timeout only sees silence: a byte a second would hold a
 * connection for ever. */
static void cut_late(struct xt_http *http)
{
    int64_t now = xt_monotonic_us();

    for (struct http_connection *hc = http->connections; hc; hc = hc->next) {
        int64_t deadline = atomic_load_explicit(&hc->deadline_us, memory_order_relaxed);

        if (deadline > 0 && now > deadline && hc->fd >= 0) {
            (void)shutdown(hc->fd, SHUT_RDWR); /* its I/O thread sees the end and closes it */
            atomic_store_explicit(&hc->deadline_us, 0, memory_order_relaxed);
        }
    }
}

static void *watch(void *context)
{
    struct xt_http *http = context;

    pthread_mutex_lock(&http->connections_lock);
    while (!http->watchdog_stop) {
        struct timespec until;

        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        (void)pthread_cond_timedwait(&http->watchdog_end, &http->connections_lock, &until);
        cut_late(http);
    }
    pthread_mutex_unlock(&http->connections_lock);
    return NULL;
}

/* ---- listening ---- */

/* "HOST:PORT" or "[IPV6]:PORT" into its parts. */
static enum xt_code split_listen(const char *listen_on, char *host, size_t host_size, int64_t *out_port,
                                 struct xt_error *err)
{
    const char *colon = strrchr(listen_on, ':');
    size_t n = colon ? (size_t)(colon - listen_on) : 0;
    const char *start = listen_on;

    if (n >= 2 && listen_on[0] == '[' && listen_on[n - 1] == ']') {
        start++;
        n -= 2;
    } else if (n > 0 && memchr(listen_on, ':', n)) {
        n = 0; /* a bare IPv6 address: which colon begins the port? */
    }
    if (n == 0 || n >= host_size || !xt_int_parse(xt_str(colon + 1), out_port) || *out_port < 0 || *out_port > 65535)
        return xt_fail(err, XT_E_INPUT, "listen", XT_MSG_HTTP_LISTEN_FORM, XT_TEXT(listen_on));
    memcpy(host, start, n);
    host[n] = '\0';
    return XT_OK;
}

static int try_listen(const struct addrinfo *address)
{
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
    int on = 1, failure;

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* without it, a restart waits a minute */
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    failure = errno;
    (void)close(fd);
    errno = failure;
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char port[NI_MAXSERV];
    int64_t number = 0;

    if (getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
        getnameinfo((struct sockaddr *)&address, size, NULL, 0, port, sizeof port, NI_NUMERICSERV) == 0)
        (void)xt_int_parse(xt_str(port), &number);
    return (int)number;
}

static enum xt_code open_socket(struct xt_http *http, const char *listen_on, struct xt_error *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *found = NULL;
    char host[256], port_text[8];
    int64_t port;
    int rc, failure = 0;

    if (split_listen(listen_on, host, sizeof host, &port, err) != XT_OK)
        return XT_E_INPUT;
    (void)snprintf(port_text, sizeof port_text, "%d", (int)port);
    rc = getaddrinfo(host, port_text, &hints, &found);
    if (rc != 0)
        return xt_fail(err, XT_E_INPUT, "listen", XT_MSG_HTTP_LISTEN, XT_TEXT(listen_on), XT_TEXT(gai_strerror(rc)));
    for (struct addrinfo *one = found; one && http->listen_fd < 0; one = one->ai_next) {
        http->listen_fd = try_listen(one);
        failure = errno;
    }
    freeaddrinfo(found);
    if (http->listen_fd < 0)
        return xt_fail(err, XT_E_CONFLICT, "listen", XT_MSG_HTTP_LISTEN, XT_TEXT(listen_on),
                       XT_TEXT(strerror(failure)));
    (void)snprintf(http->url, sizeof http->url, strchr(host, ':') ? "http://[%.250s]:%d" : "http://%.250s:%d", host,
                   port_of(http->listen_fd));
    return XT_OK;
}

/* ---- starting and stopping ---- */

static unsigned given_or(unsigned given, unsigned otherwise)
{
    return given > 0 ? given : otherwise;
}

static unsigned thread_default(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    return cores > 2 ? (unsigned)cores : 2;
}

/* As many connections as wanted and as file handles allow. */
static unsigned connection_limit(unsigned wanted)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return wanted;
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files); /* where it may not be raised, it stays as it is */
    (void)getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < (rlim_t)wanted + SPARE_FILES)
        return files.rlim_cur > 2 * SPARE_FILES ? (unsigned)(files.rlim_cur - SPARE_FILES) : SPARE_FILES;
    return wanted;
}

static enum xt_code start_daemon(struct xt_http *http, const struct xt_http_options *options, struct xt_error *err)
{
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, NULL, NULL, on_request, http,
        MHD_OPTION_LISTEN_SOCKET, http->listen_fd, MHD_OPTION_THREAD_POOL_SIZE,
        given_or(options->io_threads, thread_default()), MHD_OPTION_URI_LOG_CALLBACK, on_request_line, http,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_LIMIT, connection_limit(given_or(options->connections, CONNECTIONS)),
        MHD_OPTION_CONNECTION_TIMEOUT, http->idle_s, MHD_OPTION_END);
    if (http->daemon)
        return XT_OK;
    return xt_fail(err, XT_E_INTERNAL, "listen", XT_MSG_HTTP_LISTEN, XT_TEXT(http->url), XT_TEXT("libmicrohttpd"));
}

static enum xt_code make_openapi(struct xt_http *http, struct xt_error *err)
{
    struct xt_hash hash;
    char hex[XT_HASH_HEX];
    enum xt_code rc;

    rc = xt_http_openapi(http->node, &http->openapi, err);
    if (rc != XT_OK)
        return rc;
    hash = xt_hash_of(http->openapi.s, http->openapi.n);
    memcpy(http->openapi_etag, xt_hash_hex(&hash, hex), sizeof http->openapi_etag - 1);
    http->openapi_file = (struct xt_embed_file){
        .etag = http->openapi_etag,
        .data = (const unsigned char *)http->openapi.s,
        .size = http->openapi.n,
    };
    if (xt_http_gzip(http->openapi.s, http->openapi.n, &http->openapi_gzip)) {
        http->openapi_file.gzip = http->openapi_gzip.data;
        http->openapi_file.gzip_size = http->openapi_gzip.size;
    }
    return XT_OK;
}

static void free_http(struct xt_http *http)
{
    xt_http_requests_free(http);
    xt_http_slow_done(&http->slow);
    xt_http_cache_done(&http->cache);
    xt_http_router_done(&http->router);
    xt_http_metrics_done(&http->metrics);
    xt_text_done(&http->openapi);
    free(http->openapi_gzip.data);
    pthread_mutex_destroy(&http->free_lock);
    pthread_mutex_destroy(&http->connections_lock);
    pthread_cond_destroy(&http->watchdog_end);
    free(http);
}

static void start_threads(struct xt_http *http, const struct xt_http_options *options)
{
    xt_http_slow_start(&http->slow, given_or(options->slow_threads, thread_default()),
                       given_or(options->slow_queue, SLOW_QUEUE), given_or(options->slow_wait_ms, SLOW_WAIT_MS));
    http->watching = pthread_create(&http->watchdog, NULL, watch, http) == 0;
}

static void stop_threads(struct xt_http *http)
{
    xt_http_slow_stop(&http->slow);
    pthread_mutex_lock(&http->connections_lock);
    http->watchdog_stop = true;
    pthread_cond_signal(&http->watchdog_end);
    pthread_mutex_unlock(&http->connections_lock);
    if (http->watching)
        pthread_join(http->watchdog, NULL);
}

enum xt_code xt_http_start(struct xt_node *node, const struct xt_http_options *options, struct xt_http **out,
                           struct xt_error *err)
{
    struct xt_http *http = xt_calloc(1, sizeof *http);
    enum xt_code rc;

    http->node = node;
    http->listen_fd = -1;
    http->quiet = options->quiet;
    http->base_url = options->base_url;
    http->idle_s = given_or(options->idle_s, IDLE_S);
    xt_text_init(&http->openapi, XT_HTTP_REPLY_MAX);
    pthread_mutex_init(&http->free_lock, NULL);
    pthread_mutex_init(&http->connections_lock, NULL);
    pthread_cond_init(&http->watchdog_end, NULL);
    xt_http_router_init(&http->router, node->rooms);
    xt_http_metrics_init(&http->metrics, http->router.route_count);
    xt_http_cache_init(&http->cache);
    start_threads(http, options);

    rc = make_openapi(http, err);
    if (rc == XT_OK)
        rc = open_socket(http, options->listen ? options->listen : LISTEN_DEFAULT, err);
    if (rc == XT_OK)
        rc = start_daemon(http, options, err);
    if (rc != XT_OK) {
        xt_http_stop(&http);
        return rc;
    }
    *out = http;
    return XT_OK;
}

const char *xt_http_url(const struct xt_http *http)
{
    return http->url;
}

unsigned xt_http_active(const struct xt_http *http)
{
    return atomic_load(&http->active);
}

void xt_http_drain(struct xt_http *http)
{
    int fd = http->listen_fd;

    atomic_store(&http->draining, true);
    if (fd < 0)
        return;
    http->listen_fd = -1;
    if (http->daemon && MHD_quiesce_daemon(http->daemon) == MHD_INVALID_SOCKET)
        return;
    (void)close(fd);
}

void xt_http_stop(struct xt_http **http_variable)
{
    struct xt_http *http = *http_variable;

    if (!http)
        return;
    if (http->daemon)
        xt_http_drain(http);
    stop_threads(http);
    if (http->daemon)
        MHD_stop_daemon(http->daemon);
    else if (http->listen_fd >= 0)
        (void)close(http->listen_fd);
    free_http(http);
    *http_variable = NULL;
}
