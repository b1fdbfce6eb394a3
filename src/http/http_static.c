/* http_static.c - the page's files, as packed into the program. */
#include <string.h>

#include "http/http_priv.h"

#define PATH_MAX_BYTES 512

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".jpg", "image/jpeg"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".xml", "application/xml"},
};

/* First segments that are programs' addresses: what is not a route there is not a page either. */
static const char *const not_pages[] = {"api", "oai", "sru", "feed", "healthz", "metrics", "assets"};

#define EMBEDDED "embed" /* under it are charts that others may show in a frame of their page */

const char *xt_http_static_type(const char *path)
{
    for (size_t i = 0; i < XT_COUNT(types); i++) {
        if (xt_str_ends(xt_str(path), types[i].ending))
            return types[i].type;
    }
    return "application/octet-stream";
}

static struct xt_str first_part(struct xt_str path)
{
    struct xt_str first = {path.s + 1, path.n - 1};
    const char *slash = memchr(first.s, '/', first.n);

    if (slash)
        first.n = (size_t)(slash - first.s);
    return first;
}

/* The browser application answers every address without a file's ending: beside the pages that are routes, which are served with
 * their heads, it shows its own "not found", and for charts in frames what they are. The codes of units and
 * indicators, which end the addresses of their pages, may have a dot. */
static bool is_page(struct xt_str path)
{
    const char *last = memrchr(path.s, '/', path.n);
    struct xt_str first = first_part(path);

    if (first.n < path.n - 1 && (xt_str_is(first, "indexes") || xt_str_is(first, EMBEDDED)))
        return true;
    for (size_t i = 0; i < XT_COUNT(not_pages); i++) {
        if (xt_str_is(first, not_pages[i]))
            return false;
    }
    return !memchr(last, '.', (size_t)(path.s + path.n - last));
}

bool xt_http_static_find(struct http_request *hr, struct xt_str path)
{
    char packed[PATH_MAX_BYTES];

    if (path.n == 0 || path.s[0] != '/' || path.n + sizeof "web" > sizeof packed)
        return false;
    memcpy(packed, "web", 3);
    memcpy(packed + 3, path.s, path.n);
    packed[3 + path.n] = '\0';
    hr->file = path.n > 1 ? xt_embed_find(packed) : NULL;
    if (hr->file) {
        hr->immutable = xt_str_starts(path, "/assets/"); /* their names hold a hash of what is in them */
        hr->is_page = xt_str_ends(path, ".html");
        return true;
    }
    if (!is_page(path))
        return false;
    hr->file = xt_embed_find("web/index.html");
    hr->is_page = true;
    hr->may_be_framed = xt_str_is(first_part(path), EMBEDDED);
    if (!hr->may_be_framed && path.n > 1) /* its other pages are routes */
        hr->reply.status = 404;
    return true;
}
