/*
 * harvest_ask.c - one request to a source: its turn at the host, its retries, its answer read.
 *
 * What may pass by itself is tried again: no network, time out, 429 and 5xx, an answer that is cut or is no XML. The waits
 * are doubled from one to the next; Retry-After is kept to where it is not longer than an hour (then the run ends and
 * goes on when the server said).
 */
#include <string.h>
#include <time.h>

#include "harvest/harvest_priv.h"

#define WAIT_MAX_S 3600

/* What a fault is called, and whether it may pass by itself. */
static const struct {
    enum xt_msg msg;
    const char *name;
    bool retry;
} CLASSES[] = {
    {XT_MSG_FETCH_NETWORK, "network", true},     {XT_MSG_FETCH_NO_HOST, "network", true},
    {XT_MSG_FETCH_TIMEOUT, "timeout", true},     {XT_MSG_FETCH_STOPPED, "stopped", false},
    {XT_MSG_FETCH_TOO_LARGE, "size", false},     {XT_MSG_FETCH_BOMB, "size", false},
    {XT_MSG_HARVEST_TOO_LARGE, "size", false},   {XT_MSG_HARVEST_MANY_RECORDS, "size", false},
    {XT_MSG_HARVEST_TOKEN_LONG, "size", false},  {XT_MSG_FETCH_ADDRESS, "address", false},
    {XT_MSG_FETCH_PROTOCOL, "address", false},   {XT_MSG_FETCH_CERTIFICATE, "certificate", false},
    {XT_MSG_FETCH_PIN, "certificate", false},    {XT_MSG_FETCH_DOWNGRADE, "redirect", false},
    {XT_MSG_FETCH_CIRCLE, "redirect", false},    {XT_MSG_FETCH_HOPS, "redirect", false},
    {XT_MSG_HARVEST_HTTP, "http", false},        {XT_MSG_HARVEST_HTTP_BUSY, "http", true},
    {XT_MSG_HARVEST_LATER, "http", false},       {XT_MSG_HARVEST_XML, "xml", true},
    {XT_MSG_HARVEST_NOT_OAI, "xml", true},       {XT_MSG_HARVEST_WEB_PAGE, "xml", true},
    {XT_MSG_HARVEST_DTD, "xml", false},          {XT_MSG_HARVEST_CHARSET, "xml", false},
    {XT_MSG_HARVEST_OAI_ERROR, "oai", false},    {XT_MSG_HARVEST_OAI_VERSION, "oai", false},
    {XT_MSG_HARVEST_NO_IDENTIFY, "oai", false},  {XT_MSG_HARVEST_NO_LIST, "oai", false},
    {XT_MSG_HARVEST_FORGETS, "oai", false},      {XT_MSG_HARVEST_LOOP, "loop", false},
    {XT_MSG_HARVEST_EMPTY_PAGES, "loop", false},
};

const char *harvest_class(const struct xt_error *fault, bool *out_retry)
{
    size_t i;

    for (i = 0; i < XT_COUNT(CLASSES); i++) {
        if (CLASSES[i].msg == fault->msg) {
            *out_retry = CLASSES[i].retry;
            return CLASSES[i].name;
        }
    }
    *out_retry = false;
    return "mapping";
}

void harvest_query_add(struct xt_text *query, const char *name, struct xt_str value)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    size_t i;

    xt_text_addf(query, "&%s=", name);
    for (i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.s[i];

        if (c && strchr(plain, c))
            xt_text_add_char(query, (char)c);
        else
            xt_text_addf(query, "%%%02X", c);
    }
}

static bool wait_ms(struct harvest *h, int64_t ms)
{
    int64_t until = xt_monotonic_us() + ms * 1000;

    while (!harvest_stopping(h)) {
        int64_t left = until - xt_monotonic_us();
        struct timespec nap = {.tv_nsec = (left < 50000 ? left : 50000) * 1000};

        if (left <= 0)
            return true;
        (void)nanosleep(&nap, NULL);
    }
    return false;
}

/* One try; *out_wait_s is what the server asks to wait, -1 = nothing. */
static enum xt_code try_once(struct harvest *h, const char *url, struct xt_oai_page *out, int64_t *out_wait_s,
                             struct xt_error *err)
{
    XT_AUTO(xt_fetched_done) struct xt_fetched fetched = {0};
    struct turn turn;
    enum xt_code rc;

    *out_wait_s = -1;
    if (!turn_take(h, url, &turn)) {
        xt_text_init(&fetched.body, 1);
        return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_FETCH_STOPPED);
    }
    rc = xt_fetch_get(h->fetch, url, &fetched, err);
    turn_give(&turn);
    if (rc != XT_OK)
        return rc;
    h->run.bytes += (int64_t)fetched.body.n;
    *out_wait_s = fetched.retry_after_s;
    if (fetched.status == 429 || fetched.status >= 500)
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_HARVEST_HTTP_BUSY, XT_INT(fetched.status));
    rc = xt_oai_read(xt_text_view(&fetched.body), out, err);
    /* Some say "nothing matches" by a status of HTTP, too: the error of OAI-PMH is the better one. */
    if (fetched.status != 200 && (rc != XT_OK || out->error_code.n == 0))
        return xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_HARVEST_HTTP, XT_INT(fetched.status));
    return rc;
}

enum xt_code harvest_ask(struct harvest *h, const char *query, struct xt_oai_page *out, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text url = {0};
    struct xt_error fault;
    int64_t tries, wait_s, ms;
    bool retry;
    enum xt_code rc;

    xt_text_init(&url, XT_FETCH_URL_MAX + 3 * XT_OAI_TOKEN_MAX);
    xt_text_add_z(&url, h->source.url);
    xt_text_add_char(&url, strchr(h->source.url, '?') ? '&' : '?');
    xt_text_add_z(&url, query);
    for (tries = 0;; tries++) {
        *out = (struct xt_oai_page){.list_size = -1};
        rc = try_once(h, url.s, out, &wait_s, &fault);
        if (rc == XT_OK)
            return rc;
        xt_oai_page_done(out);
        (void)harvest_class(&fault, &retry);
        if (!retry || tries >= h->source.retries) {
            *err = fault; /* not before: a fault that passed is none */
            return rc;
        }
        if (wait_s > WAIT_MAX_S)
            return xt_fail(err, XT_E_BUSY, "", XT_MSG_HARVEST_LATER, XT_INT(wait_s));
        ms = h->source.retry_ms << (tries < 12 ? tries : 12);
        if (ms > WAIT_MAX_S * 1000)
            ms = WAIT_MAX_S * 1000;
        if (wait_s >= 0 && wait_s * 1000 > ms)
            ms = wait_s * 1000;
        h->run.retries++;
        if (!wait_ms(h, ms))
            return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_FETCH_STOPPED);
    }
}
