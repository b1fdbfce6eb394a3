/*
 * fetch.h - asks other servers over HTTP, and trusts none of them.
 *
 * Only http and https. Each connection is made to an address that is allowed, looked at when the socket is opened, so that
 * a name which leads elsewhere the second time it is looked up (DNS rebinding) gains nothing. Redirections are followed
 * here, at most XT_FETCH_HOPS_MAX of them, each checked like the first address; from https never back to http. Proxies of
 * the environment are not used. Answers have caps for bytes, time, slowness and how far they may unpack.
 *
 * Threads: any; a struct xt_fetch belongs to one at a time.
 */
#ifndef XT_HARVEST_FETCH_H
#define XT_HARVEST_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define XT_FETCH_HOPS_MAX 5
#define XT_FETCH_URL_MAX  16000

struct sockaddr;

/* Networks besides the public internet that a source may be in: words of a list, divided by blanks or commas.
 * "loopback", "private" (10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7), or a network as "10.2.0.0/16", "fd00::/8",
 * "127.0.0.1". False when a word is none; *out_bad is it. */
bool xt_fetch_allow_valid(struct xt_str list, struct xt_str *out_bad);
/* Whether a connection to this address may be made: public, or in a network of the list. */
bool xt_fetch_allowed(const struct sockaddr *address, struct xt_str list);

struct xt_fetch_rules {
    struct xt_str allow;         /* see xt_fetch_allow_valid() */
    const char *ca;              /* file of certificates to trust instead of the system's, NULL = those */
    const char *pin;             /* "sha256//...": the public key its server must have; NULL = any that is trusted */
    const char *agent;           /* User-Agent */
    int64_t timeout_s;           /* of one answer from first to last byte */
    int64_t bytes_max;           /* of one answer, unpacked */
    bool (*stop)(void *context); /* asked often: true ends the waiting. NULL = never */
    void *context;
};

struct xt_fetched {
    int status;            /* 200; 0 = there was no answer */
    struct xt_text body;   /* whatever the status */
    int64_t retry_after_s; /* what the server asks to wait, -1 = nothing */
    int64_t wire_bytes;    /* as they came */
};

struct xt_fetch;                                                   /* a connection that is kept for the next request */
struct xt_fetch *xt_fetch_new(const struct xt_fetch_rules *rules); /* borrowed as long as it lives */
void xt_fetch_free(struct xt_fetch **fetch);
/* GET. The result is to be given back (xt_fetched_done) whatever is returned. XT_OK also for answers other than 200.
 * Failures by their message: XT_MSG_FETCH_... */
XT_MUST_USE enum xt_code xt_fetch_get(struct xt_fetch *fetch, const char *url, struct xt_fetched *out,
                                      struct xt_error *err);
void xt_fetched_done(struct xt_fetched *fetched);

#endif
