/*
 * sitemap.c - robots.txt and the site map (sitemaps.org, protocol 0.9).
 *
 * A part holds the records whose ids lie in a stretch of STRETCH ids, which never change: a record stays in its part, and none
 * holds more than the protocol allows. The tags are of the sequence: after any change all parts are written again for who asks,
 * and a full one (some 6 MB) is too large to be kept in between. The map of the parts does not say when one changed last: to
 * know it, all its records would have to be read.
 */
#include <string.h>

#include "base/number.h"
#include "portal/portal_priv.h"

#define SITEMAP_URLS 50000 /* the protocol's limit, and the application's pages are in the first part beside them: */
#define STRETCH      (SITEMAP_URLS - 100)

static const struct xt_stmt_def ANY_LISTED = {
    .name = "portal_any_listed",
    .sql = "SELECT 1 FROM record WHERE id > $1 AND id <= $2 AND deleted = 0 AND status = 'published' LIMIT 1",
};
static const struct xt_stmt_def LISTED = {
    .name = "portal_listed",
    .sql = "SELECT key, updated FROM record WHERE id > $1 AND id <= $2 AND deleted = 0 AND status = 'published'"
           " ORDER BY id",
};

static const char *const fixed[] = {"/",         "/search",      "/types",        "/overview",
                                    "/data",     "/indexes",     "/observations", "/help",
                                    "/glossary", "/identifiers", "/api"};

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define XMLNS    "http://www.sitemaps.org/schemas/sitemap/0.9"

enum xt_code get_robots(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    (void)err;
    /* The API stays open to them: some run the application, which asks it. Files are no pages. */
    xt_text_addf(&reply->body,
                 "User-agent: *\nDisallow: /api/v1/search/export\nDisallow: /metrics\nDisallow: /healthz\n"
                 "Disallow: /*?*cursor=\n\nSitemap: %s/sitemap.xml\n",
                 request->base_url);
    reply->cache_control = "max-age=3600";
    return XT_OK;
}

static enum xt_code any_listed(struct xt_conn *conn, int64_t part, bool *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &ANY_LISTED, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, part * STRETCH);
    xt_bind_int(stmt, 2, (part + 1) * STRETCH);
    return xt_stmt_step(stmt, out, err);
}

enum xt_code get_sitemap(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_text *out = &reply->body;
    int64_t last, part;
    enum xt_code rc = xt_seq_last(request->node->store, &last, err);

    if (rc == XT_OK)
        rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc != XT_OK)
        return rc;
    xt_text_add_z(out, XML_HEAD "<sitemapindex xmlns=\"" XMLNS "\">\n");
    for (part = 0; part * STRETCH <= last && rc == XT_OK; part++) {
        bool any = part == 0; /* the application's own pages */

        if (part > 0)
            rc = any_listed(xt_read_conn(read), part, &any, err);
        if (!any)
            continue;
        xt_text_add_z(out, "<sitemap><loc>");
        html_z(out, request->base_url);
        xt_text_addf(out, "/sitemap/%lld.xml</loc></sitemap>\n", (long long)part);
    }
    xt_text_add_z(out, "</sitemapindex>\n");
    (void)snprintf(reply->etag, sizeof reply->etag, "seq-%lld", (long long)last);
    return rc;
}

static void write_fixed(struct xt_request *request, struct xt_text *out)
{
    size_t i;

    for (i = 0; i < XT_COUNT(fixed); i++) {
        xt_text_add_z(out, "<url><loc>");
        html_z(out, request->base_url);
        xt_text_addf(out, "%s</loc></url>\n", fixed[i]);
    }
}

static enum xt_code write_listed(struct xt_request *request, struct xt_conn *conn, int64_t part, struct xt_text *out,
                                 struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &LISTED, &stmt, err);
    char at[XT_INSTANT_SIZE];
    bool row = true;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, part * STRETCH);
    xt_bind_int(stmt, 2, (part + 1) * STRETCH);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        xt_text_add_z(out, "<url><loc>");
        html_z(out, request->base_url);
        xt_text_add_z(out, "/records/");
        html_text(out, xt_col_str(stmt, 0));
        xt_text_addf(out, "</loc><lastmod>%s</lastmod></url>\n", xt_instant_format(xt_col_int(stmt, 1), false, at));
    }
    return rc;
}

enum xt_code get_sitemap_part(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_str name = xt_request_param(request, "part"), number = name;
    int64_t last, part = -1;
    enum xt_code rc = xt_seq_last(request->node->store, &last, err);

    if (rc != XT_OK)
        return rc;
    if (xt_str_ends(name, ".xml"))
        number.n -= strlen(".xml");
    if (number.n == name.n || !xt_int_parse(number, &part) || part < 0 || part > last / STRETCH)
        return xt_fail(err, XT_E_NOT_FOUND, "part", XT_MSG_NO_RECORD, XT_VIEW(name));
    rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc != XT_OK)
        return rc;
    xt_text_add_z(&reply->body, XML_HEAD "<urlset xmlns=\"" XMLNS "\">\n");
    if (part == 0)
        write_fixed(request, &reply->body);
    rc = write_listed(request, xt_read_conn(read), part, &reply->body, err);
    xt_text_add_z(&reply->body, "</urlset>\n");
    (void)snprintf(reply->etag, sizeof reply->etag, "seq-%lld", (long long)last);
    return rc;
}
