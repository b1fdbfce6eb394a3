/* request.c - parameters of a request as handlers read them. http/ has checked them against the route's rows. */
#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "base/number.h"
#include "room/room.h"

#define NEXT_MAX (32 * XT_KIB) /* bytes of an address: what http/ lets in */

static const struct xt_param *row_of(const struct xt_request *request, const char *name)
{
    const struct xt_param *row = request->route ? request->route->params : NULL;

    for (; row && row->name; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

struct xt_str xt_request_param(const struct xt_request *request, const char *name)
{
    const struct xt_param *row;
    size_t i;

    assert(request && name);
    for (i = 0; i < request->param_count; i++) {
        if (xt_str_is(request->params[i].name, name))
            return request->params[i].value;
    }
    row = row_of(request, name);
    return row && row->otherwise ? xt_str(row->otherwise) : (struct xt_str){NULL, 0};
}

int64_t xt_request_int(const struct xt_request *request, const char *name, int64_t otherwise)
{
    int64_t value;

    return xt_int_parse(xt_request_param(request, name), &value) ? value : otherwise;
}

bool xt_request_bool(const struct xt_request *request, const char *name, bool otherwise)
{
    struct xt_str value = xt_request_param(request, name);

    if (xt_str_is(value, "true") || xt_str_is(value, "1") || xt_str_is(value, "yes"))
        return true;
    if (xt_str_is(value, "false") || xt_str_is(value, "0") || xt_str_is(value, "no"))
        return false;
    return otherwise;
}

/* Percent-encodes all but unreserved characters (RFC 3986, 2.3). */
static void add_encoded(struct xt_text *out, struct xt_str s)
{
    size_t i;

    for (i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.s[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~,", c)))
            xt_text_add_char(out, (char)c);
        else
            xt_text_addf(out, "%%%02X", c);
    }
}

static bool in_path(const struct xt_request *request, struct xt_str name)
{
    const struct xt_param *row = request->route ? request->route->params : NULL;

    for (; row && row->name; row++)
        if (row->in == XT_IN_PATH && xt_str_is(name, row->name))
            return true;
    return false;
}

void xt_reply_tag_body(struct xt_reply *reply)
{
    struct xt_hash hash = xt_hash_of(reply->body.s, reply->body.n);
    char hex[XT_HASH_HEX];

    memcpy(reply->etag, xt_hash_hex(&hash, hex), 16);
    reply->etag[16] = '\0';
}

const char *xt_request_query(const struct xt_request *request)
{
    const char *query = request->target ? strchr(request->target, '?') : NULL;

    return query ? query : "";
}

const char *xt_request_next(const struct xt_request *request, const char *path, const char *cursor)
{
    XT_AUTO(xt_text_done) struct xt_text next = {0};
    size_t i;

    xt_text_init(&next, NEXT_MAX);
    xt_text_addf(&next, "%s?", path);
    for (i = 0; i < request->param_count; i++) {
        if (xt_str_is(request->params[i].name, "cursor") || in_path(request, request->params[i].name))
            continue;
        add_encoded(&next, request->params[i].name);
        xt_text_add_char(&next, '=');
        add_encoded(&next, request->params[i].value);
        xt_text_add_char(&next, '&');
    }
    xt_text_add_z(&next, "cursor=");
    add_encoded(&next, xt_str(cursor));
    return xt_arena_strndup(request->arena, next.s, next.n);
}
