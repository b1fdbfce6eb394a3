/* http_params.c - percent-decoding, and parameters checked against their rows: all problems at once. */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "http/http_priv.h"
#include "room/nearest.h"

#define TEXT_MAX 1000 /* bytes of a TEXT whose row names no limit */

/* ---- decoding ---- */

static bool needs_decoding(struct xt_str raw, bool plus)
{
    return raw.n > 0 && (memchr(raw.s, '%', raw.n) || (plus && memchr(raw.s, '+', raw.n)));
}

/* Byte of raw, from 1, at which decoded text stops being UTF-8. */
static size_t first_bad(struct xt_str text)
{
    size_t at = 0;

    while (at < text.n) {
        uint32_t c;
        size_t step = xt_utf8_decode(text.s + at, text.n - at, &c);

        if (!xt_utf8_valid(text.s + at, step))
            break;
        at += step;
    }
    return at + 1;
}

bool xt_http_decode(struct xt_str raw, bool plus, struct xt_arena *arena, struct xt_str *out, size_t *out_bad)
{
    char *s;
    size_t n = 0;

    if (!needs_decoding(raw, plus)) {
        *out = raw;
    } else {
        s = xt_arena_alloc(arena, raw.n + 1);
        for (size_t i = 0; i < raw.n; i++) {
            if (raw.s[i] == '%') {
                int high = i + 1 < raw.n ? xt_hex_digit(raw.s[i + 1]) : -1;
                int low = i + 2 < raw.n ? xt_hex_digit(raw.s[i + 2]) : -1;

                if (high < 0 || low < 0) {
                    *out_bad = i + 1;
                    return false;
                }
                s[n++] = (char)(high * 16 + low);
                i += 2;
            } else {
                s[n++] = plus && raw.s[i] == '+' ? ' ' : raw.s[i];
            }
        }
        *out = (struct xt_str){s, n};
    }
    if (xt_utf8_valid(out->s, out->n))
        return true;
    *out_bad = first_bad(*out);
    return false;
}

/* ---- one value against its row ---- */

static void one_of(struct xt_request *request, const char *name, const char *values, struct xt_str value)
{
    size_t n = strlen(values);
    char *list = xt_arena_alloc(request->arena, n * 2 + 1);
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        if (values[i] == ' ')
            list[at++] = ',';
        list[at++] = values[i];
    }
    xt_problem(&request->problems, name, XT_MSG_HTTP_PARAM_ONE_OF, XT_TEXT(list), XT_VIEW(value));
}

static bool in_values(const char *values, struct xt_str value)
{
    while (*values) {
        size_t n = strcspn(values, " ");

        if (n == value.n && memcmp(values, value.s, n) == 0)
            return true;
        values += n + (values[n] == ' ');
    }
    return false;
}

static void check_int(struct xt_request *request, const struct xt_param *row, struct xt_str value)
{
    int64_t number;

    if (!xt_int_parse(value, &number))
        xt_problem(&request->problems, row->name, XT_MSG_NOT_INTEGER, XT_VIEW(value));
    else if (number < row->min && (row->min != 0 || row->max != 0))
        xt_problem(&request->problems, row->name, XT_MSG_TOO_SMALL, XT_INT(row->min), XT_INT(number));
    else if (number > row->max && (row->min != 0 || row->max != 0))
        xt_problem(&request->problems, row->name, XT_MSG_TOO_BIG, XT_INT(row->max), XT_INT(number));
}

static void check_bool(struct xt_request *request, const struct xt_param *row, struct xt_str value)
{
    if (!in_values("true false 1 0 yes no", value))
        xt_problem(&request->problems, row->name, XT_MSG_NOT_BOOL, XT_VIEW(value));
}

static void check_value(struct xt_request *request, const struct xt_param *row, struct xt_str value)
{
    int64_t most = row->max > 0 ? row->max : TEXT_MAX;

    switch (row->kind) {
    case XT_P_INT:
        check_int(request, row, value);
        return;
    case XT_P_BOOL:
        check_bool(request, row, value);
        return;
    case XT_P_ENUM:
        if (!in_values(row->values, value))
            one_of(request, row->name, row->values, value);
        return;
    case XT_P_TEXT:
    case XT_P_LIST:
        if (value.n > (size_t)most)
            xt_problem(&request->problems, row->name, XT_MSG_TOO_LARGE, XT_INT(most), XT_INT(value.n));
        return;
    }
}

/* ---- all parameters of a request ---- */

/* An array that grows in the arena. */
struct pairs {
    struct xt_pair *list;
    size_t count, capacity, seen;
};

static void add_pair(struct xt_request *request, struct pairs *pairs, struct xt_str name, struct xt_str value)
{
    pairs->seen++;
    if (pairs->count == XT_HTTP_PARAMS_MAX)
        return;
    if (pairs->count == pairs->capacity) {
        size_t capacity = pairs->capacity > 0 ? pairs->capacity * 4 : 8;
        struct xt_pair *list = xt_arena_alloc(request->arena, capacity * sizeof *list);

        if (pairs->count > 0)
            memcpy(list, pairs->list, pairs->count * sizeof *list);
        pairs->list = list;
        pairs->capacity = capacity;
    }
    pairs->list[pairs->count++] = (struct xt_pair){name, value};
}

/* Problem paths are zero-terminated; names from outside are clipped so that they stay readable. */
static const char *name_z(struct xt_request *request, struct xt_str name)
{
    return xt_arena_strndup(request->arena, name.s ? name.s : "", xt_utf8_clip(name.s, name.n, 60));
}

static struct xt_str cut_at(struct xt_str *rest, char separator)
{
    const char *at = rest->n > 0 ? memchr(rest->s, separator, rest->n) : NULL;
    struct xt_str part = {rest->s, at ? (size_t)(at - rest->s) : rest->n};
    size_t step = at ? part.n + 1 : part.n;

    rest->s += step;
    rest->n -= step;
    return part;
}

static void read_query(struct xt_request *request, struct pairs *pairs, struct xt_str query)
{
    while (query.n > 0) {
        struct xt_str value = cut_at(&query, '&');
        struct xt_str raw_name = cut_at(&value, '=');
        struct xt_str name, decoded;
        size_t bad;

        if (raw_name.n == 0 && value.n == 0)
            continue;
        if (!xt_http_decode(raw_name, true, request->arena, &name, &bad)) {
            xt_problem(&request->problems, "?", XT_MSG_HTTP_PARAM_ESCAPE, XT_INT(bad));
            continue;
        }
        if (!xt_http_decode(value, true, request->arena, &decoded, &bad)) {
            xt_problem(&request->problems, name_z(request, name), XT_MSG_HTTP_PARAM_ESCAPE, XT_INT(bad));
            continue;
        }
        add_pair(request, pairs, name, decoded);
    }
}

static const struct xt_param *find_row(const struct xt_route *route, struct xt_str name, enum xt_param_in in)
{
    const struct xt_param *row;

    for (row = route->params; row && row->name; row++) {
        if (row->in == in && xt_str_is(name, row->name))
            return row;
    }
    return NULL;
}

static void unknown_param(struct xt_request *request, struct xt_str name)
{
    struct xt_nearest nearest;
    const struct xt_param *row;

    xt_nearest_init(&nearest, name);
    xt_nearest_offer(&nearest, "lang");
    for (row = request->route->params; row && row->name; row++) {
        if (row->in == XT_IN_QUERY)
            xt_nearest_offer(&nearest, row->name);
    }
    if (nearest.name)
        xt_problem(&request->problems, name_z(request, name), XT_MSG_HTTP_PARAM_UNKNOWN_NEAR, XT_TEXT(nearest.name));
    else
        xt_problem(&request->problems, name_z(request, name), XT_MSG_HTTP_PARAM_UNKNOWN);
}

/* ?lang= is everybody's. */
static void check_lang(struct xt_request *request, struct xt_str value)
{
    if (xt_str_is(value, "zh"))
        request->lang = XT_ZH;
    else if (xt_str_is(value, "en"))
        request->lang = XT_EN;
    else
        one_of(request, "lang", "zh en", value);
}

static void check_pair(struct xt_request *request, const struct xt_pair *pair)
{
    const struct xt_param *row = find_row(request->route, pair->name, XT_IN_QUERY);

    if (row) {
        /* q= is no value for a number or a choice, but an empty text is one. */
        if (pair->value.n > 0 || row->kind == XT_P_INT || row->kind == XT_P_ENUM || row->kind == XT_P_BOOL)
            check_value(request, row, pair->value);
    } else if (xt_str_is(pair->name, "lang")) {
        check_lang(request, pair->value);
    } else if (!(request->route->flags & XT_ROUTE_ANY_PARAM)) {
        unknown_param(request, pair->name);
    } else if (pair->value.n > TEXT_MAX) {
        xt_problem(&request->problems, name_z(request, pair->name), XT_MSG_TOO_LARGE, XT_INT(TEXT_MAX),
                   XT_INT(pair->value.n));
    }
}

/* What a row asks of the query as a whole: there at all, and not twice. */
static void check_row(struct xt_request *request, const struct xt_param *row)
{
    size_t times = 0;

    for (size_t i = 0; i < request->param_count; i++)
        times += xt_str_is(request->params[i].name, row->name);
    if (times == 0 && row->required)
        xt_problem(&request->problems, row->name, XT_MSG_REQUIRED);
    if (times > 1 && !row->many)
        xt_problem(&request->problems, row->name, XT_MSG_HTTP_PARAM_REPEATED, XT_INT(times));
}

/* The {names} of the route's path, in order. */
static void read_path(struct xt_request *request, struct pairs *pairs, const struct http_match *match)
{
    const char *at = request->route->path;

    for (size_t i = 0; i < match->value_count; i++) {
        struct xt_str name, value;
        const struct xt_param *row;
        size_t bad;

        at = strchr(at, '{') + 1; /* one for each value: the router matched this very path */
        name = (struct xt_str){at, strcspn(at, "}")};
        if (!xt_http_decode(match->values[i], false, request->arena, &value, &bad)) {
            xt_problem(&request->problems, name_z(request, name), XT_MSG_HTTP_PARAM_ESCAPE, XT_INT(bad));
            continue;
        }
        row = find_row(request->route, name, XT_IN_PATH);
        if (row)
            check_value(request, row, value);
        else if (value.n > TEXT_MAX)
            xt_problem(&request->problems, name_z(request, name), XT_MSG_TOO_LARGE, XT_INT(TEXT_MAX), XT_INT(value.n));
        add_pair(request, pairs, name, value);
    }
}

void xt_http_params(struct xt_request *request, const struct http_match *match, struct xt_str query)
{
    struct pairs pairs = {0};
    const struct xt_param *row;
    size_t from_path;

    read_path(request, &pairs, match);
    from_path = pairs.count;
    read_query(request, &pairs, query);
    request->params = pairs.list;
    request->param_count = pairs.count;
    if (pairs.seen > pairs.count)
        xt_problem(&request->problems, "", XT_MSG_HTTP_PARAM_COUNT, XT_INT(XT_HTTP_PARAMS_MAX), XT_INT(pairs.seen));
    for (size_t i = from_path; i < pairs.count; i++)
        check_pair(request, &pairs.list[i]);
    for (row = request->route->params; row && row->name; row++) {
        if (row->in == XT_IN_QUERY)
            check_row(request, row);
    }
}

bool xt_http_lang_of_query(struct xt_str query, enum xt_lang *out)
{
    bool found = false;

    while (query.n > 0) {
        struct xt_str pair = cut_at(&query, '&');

        if (xt_str_is(pair, "lang=zh") || xt_str_is(pair, "lang=en")) {
            *out = pair.s[5] == 'z' ? XT_ZH : XT_EN;
            found = true;
        }
    }
    return found;
}
