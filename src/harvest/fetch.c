/* fetch.c - libcurl, held short. */
#include <curl/curl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/time.h"
#include "harvest/fetch.h"

#define CONNECT_S         20
#define SLOW_BYTES        50 /* a second, over the time of an answer or a minute: then it is given up */
#define SLOW_S            60
#define BOMB_FROM         (10 * (int64_t)XT_MIB) /* from here on an answer may not be more than BOMB_RATIO of what came */
#define BOMB_RATIO        200
#define RETRY_AFTER_MAX_S (7 * 86400)

struct xt_fetch {
    const struct xt_fetch_rules *rules;
    CURL *curl;
    char failure[CURL_ERROR_SIZE];
    /* of the request at hand */
    struct xt_fetched *out;
    char location[XT_FETCH_URL_MAX];
    char refused[64]; /* an address that was not allowed */
    bool too_large, bomb, stopped;
    int64_t bytes;
};

static void init_curl(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort(); /* only memory can be missing: as xt_alloc() */
}

/* ---- what libcurl calls ---- */

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct xt_fetch *f = context;

    (void)purpose;
    if (!xt_fetch_allowed(&address->addr, f->rules->allow)) {
        char host[64] = "?";

        (void)getnameinfo(&address->addr, address->addrlen, host, sizeof host, NULL, 0, NI_NUMERICHOST);
        (void)snprintf(f->refused, sizeof f->refused, "%s", host);
        return CURL_SOCKET_BAD;
    }
    f->refused[0] = '\0';
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct xt_fetch *f = context;
    size_t n = size * count;
    curl_off_t wire = 0;

    f->bytes += (int64_t)n;
    if (f->bytes > f->rules->bytes_max) {
        f->too_large = true;
        return 0;
    }
    if (f->bytes > BOMB_FROM) {
        (void)curl_easy_getinfo(f->curl, CURLINFO_SIZE_DOWNLOAD_T, &wire);
        if (f->bytes > BOMB_RATIO * ((int64_t)wire + 1)) {
            f->bomb = true;
            return 0;
        }
    }
    xt_text_add(&f->out->body, data, n);
    return n;
}

static int look(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
    struct xt_fetch *f = context;

    (void)down_total;
    (void)up_total;
    (void)up;
    f->out->wire_bytes = (int64_t)down;
    f->stopped = f->rules->stop && f->rules->stop(f->rules->context);
    return f->stopped;
}

/* "120", or a date of HTTP. */
static int64_t retry_after(struct xt_str value)
{
    char text[64];
    int64_t seconds;
    time_t at;

    value = xt_str_trim(value);
    if (value.n == 0 || value.n >= sizeof text)
        return -1;
    memcpy(text, value.s, value.n);
    text[value.n] = '\0';
    if (!xt_int_parse(value, &seconds)) {
        at = curl_getdate(text, NULL);
        if (at < 0)
            return -1;
        seconds = (int64_t)at - xt_now() / XT_SECOND;
    }
    return seconds < 0 ? 0 : seconds > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : seconds;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    struct xt_fetch *f = context;
    struct xt_str line = {data, size * count};
    static const char name[] = "retry-after:";

    if (line.n > sizeof name - 1 && strncasecmp(line.s, name, sizeof name - 1) == 0)
        f->out->retry_after_s = retry_after((struct xt_str){line.s + sizeof name - 1, line.n - sizeof name + 1});
    return line.n;
}

/* ---- */

struct xt_fetch *xt_fetch_new(const struct xt_fetch_rules *rules)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct xt_fetch *f = xt_calloc(1, sizeof *f);
    int64_t slow = rules->timeout_s < SLOW_S ? rules->timeout_s : SLOW_S;
    CURL *c;

    (void)pthread_once(&once, init_curl);
    f->rules = rules;
    f->curl = c = curl_easy_init();
    if (!c)
        abort(); /* memory */
    /* What is set here cannot fail but for memory. */
    (void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(c, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    (void)curl_easy_setopt(c, CURLOPT_USERAGENT, rules->agent);
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT,
                           (long)(rules->timeout_s < CONNECT_S ? rules->timeout_s : CONNECT_S));
    (void)curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)rules->timeout_s);
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)slow);
    (void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    if (rules->ca && *rules->ca)
        (void)curl_easy_setopt(c, CURLOPT_CAINFO, rules->ca);
    if (rules->pin && *rules->pin)
        (void)curl_easy_setopt(c, CURLOPT_PINNEDPUBLICKEY, rules->pin);
    (void)curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void)curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, f);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
    (void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    (void)curl_easy_setopt(c, CURLOPT_HEADERDATA, f);
    (void)curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, look);
    (void)curl_easy_setopt(c, CURLOPT_XFERINFODATA, f);
    (void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, f->failure);
    return f;
}

void xt_fetch_free(struct xt_fetch **fetch)
{
    if (!*fetch)
        return;
    curl_easy_cleanup((*fetch)->curl);
    free(*fetch);
    *fetch = NULL;
}

void xt_fetched_done(struct xt_fetched *fetched)
{
    xt_text_done(&fetched->body);
}

/* What went wrong in one request, as a sentence. The host is enough for people: addresses may carry passwords. */
static enum xt_code say(struct xt_fetch *f, CURLcode code, const char *host, struct xt_error *err)
{
    const char *words = f->failure[0] ? f->failure : curl_easy_strerror(code);

    if (f->stopped)
        return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_FETCH_STOPPED);
    if (f->too_large)
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_FETCH_TOO_LARGE, XT_INT(f->rules->bytes_max / (int64_t)XT_MIB));
    if (f->bomb)
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_FETCH_BOMB, XT_INT(BOMB_RATIO), XT_INT(f->bytes));
    if (f->refused[0])
        return xt_fail(err, XT_E_DENIED, "", XT_MSG_FETCH_ADDRESS, XT_TEXT(host), XT_TEXT(f->refused));
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return xt_fail(err, XT_E_DENIED, "", XT_MSG_FETCH_CERTIFICATE, XT_TEXT(host), XT_TEXT(words));
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        return xt_fail(err, XT_E_DENIED, "", XT_MSG_FETCH_PIN, XT_TEXT(host));
    case CURLE_OPERATION_TIMEDOUT:
        return xt_fail(err, XT_E_TIMEOUT, "", XT_MSG_FETCH_TIMEOUT, XT_TEXT(host), XT_INT(f->rules->timeout_s));
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
        return xt_fail(err, XT_E_INPUT, "url", XT_MSG_FETCH_PROTOCOL, XT_TEXT(host));
    case CURLE_COULDNT_RESOLVE_HOST:
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_FETCH_NO_HOST, XT_TEXT(host));
    default:
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_FETCH_NETWORK, XT_TEXT(host), XT_TEXT(words));
    }
}

static bool scheme_and_host(const char *url, char *scheme, size_t scheme_size, char *host, size_t host_size)
{
    CURLU *u = curl_url();
    char *part = NULL, *name = NULL;
    bool well = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_SCHEME, &part, 0) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_HOST, &name, 0) == CURLUE_OK;

    (void)snprintf(scheme, scheme_size, "%s", well ? part : "");
    (void)snprintf(host, host_size, "%s", well ? name : url);
    curl_free(part);
    curl_free(name);
    curl_url_cleanup(u);
    return well;
}

/* One request without following. *out_next is "" unless it is a redirection. */
static enum xt_code ask(struct xt_fetch *f, const char *url, const char *host, struct xt_error *err)
{
    long status = 0;
    char *to = NULL;
    CURLcode code;

    f->failure[0] = f->refused[0] = f->location[0] = '\0';
    f->too_large = f->bomb = f->stopped = false;
    f->bytes = 0;
    f->out->status = 0;
    f->out->retry_after_s = -1;
    xt_text_clear(&f->out->body);
    if (curl_easy_setopt(f->curl, CURLOPT_URL, url) != CURLE_OK)
        abort(); /* memory */
    code = curl_easy_perform(f->curl);
    if (code != CURLE_OK) {
        if (code == CURLE_WRITE_ERROR || code == CURLE_ABORTED_BY_CALLBACK)
            f->failure[0] = '\0';
        xt_log_detail("%s", f->failure);
        return say(f, code, host, err);
    }
    (void)curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
    f->out->status = (int)status;
    (void)curl_easy_getinfo(f->curl, CURLINFO_REDIRECT_URL, &to);
    if (status >= 300 && status < 400 && to) {
        if (strlen(to) >= sizeof f->location)
            return xt_fail(err, XT_E_INPUT, "url", XT_MSG_TOO_LONG, XT_INT(sizeof f->location - 1), XT_INT(strlen(to)));
        memcpy(f->location, to, strlen(to) + 1);
    }
    return XT_OK;
}

enum xt_code xt_fetch_get(struct xt_fetch *fetch, const char *url, struct xt_fetched *out, struct xt_error *err)
{
    char visited[XT_FETCH_HOPS_MAX + 1][XT_FETCH_URL_MAX];
    char scheme[10], host[256], before[10] = "";
    enum xt_code rc;
    int hop, i;

    *out = (struct xt_fetched){.retry_after_s = -1};
    xt_text_init(&out->body, (size_t)fetch->rules->bytes_max + 1);
    fetch->out = out;
    for (hop = 0; hop <= XT_FETCH_HOPS_MAX; hop++) {
        if (strlen(url) >= sizeof visited[0] || !scheme_and_host(url, scheme, sizeof scheme, host, sizeof host))
            return xt_fail(err, XT_E_INPUT, "url", XT_MSG_FETCH_PROTOCOL, XT_TEXT(url));
        if (strcmp(before, "https") == 0 && strcmp(scheme, "https") != 0)
            return xt_fail(err, XT_E_DENIED, "", XT_MSG_FETCH_DOWNGRADE, XT_TEXT(host));
        for (i = 0; i < hop; i++)
            if (strcmp(visited[i], url) == 0)
                return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_FETCH_CIRCLE, XT_TEXT(host));
        memcpy(visited[hop], url, strlen(url) + 1);
        memcpy(before, scheme, sizeof before);
        rc = ask(fetch, visited[hop], host, err);
        if (rc != XT_OK || !fetch->location[0])
            return rc;
        url = fetch->location;
    }
    return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_FETCH_HOPS, XT_TEXT(host), XT_INT(XT_FETCH_HOPS_MAX));
}
