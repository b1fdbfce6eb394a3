/* page_lists.c - home, results, record types, and the pages that are only named here. */
#include <string.h>

#include "base/number.h"
#include "portal/portal_priv.h"

#define RESULTS_SHOWN 20
#define BUDGET_MS     2000 /* of the search behind a page; the application asks again with more patience */
#define SNIPPET_CHARS 160
#define ADDRESS_MAX   (32 * XT_KIB)
#define PAGE_MOST     1000000 /* as in the application */

/* ---- home ---- */

static void write_type_counts(struct page *page, const int64_t *counts)
{
    const struct xt_region *region = page->request->node->region;
    enum xt_lang lang = page->request->lang;
    size_t i;

    xt_text_add_z(&page->body, "<h2>");
    html_z(&page->body, say(page->request, W_BY_TYPE));
    xt_text_add_z(&page->body, "</h2>\n<ul class=\"areas\">\n");
    for (i = 0; i < region->type_count; i++) {
        const struct xt_type *type = &region->types[i];

        if (counts[i] == 0)
            continue;
        xt_text_add_z(&page->body, "<li>");
        page_link(page, xt_arena_printf(page->request->arena, "/search?type=%s", type->name),
                  xt_str(type->plurals[lang]));
        xt_text_add_z(&page->body, " <span class=\"quiet\">");
        page_number(&page->body, counts[i]);
        xt_text_add_z(&page->body, "</span></li>\n");
    }
    xt_text_add_z(&page->body, "</ul>\n");
}

/* The site, with how to search it: schema.org WebSite and SearchAction. */
static void write_site(struct page *page, struct xt_str house)
{
    const struct xt_request *request = page->request;
    struct xt_json w;

    xt_json_init(&w, &page->thing);
    xt_json_object(&w);
    xt_json_kv_z(&w, "@context", "https://schema.org");
    xt_json_kv_z(&w, "@type", "WebSite");
    xt_json_kv_str(&w, "name", house);
    xt_json_kv_z(&w, "url", xt_arena_printf(request->arena, "%s/", request->base_url));
    xt_json_kv_z(&w, "inLanguage", request->lang == XT_ZH ? "zh-CN" : "en");
    xt_json_key(&w, "potentialAction");
    xt_json_object(&w);
    xt_json_kv_z(&w, "@type", "SearchAction");
    xt_json_kv_z(&w, "target", xt_arena_printf(request->arena, "%s/search?q={search_term_string}", request->base_url));
    xt_json_kv_z(&w, "query-input", "required name=search_term_string");
    xt_json_end_object(&w);
    xt_json_end_object(&w);
}

static void feed_link(struct page *page, const char *query)
{
    xt_text_add_z(&page->head, "    <link rel=\"alternate\" type=\"application/atom+xml\" title=\"");
    html_z(&page->head, say(page->request, W_FEED));
    xt_text_add_z(&page->head, "\" href=\"/feed.atom");
    html_z(&page->head, query);
    xt_text_add_z(&page->head, "\" data-served>\n");
}

enum xt_code page_home(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(page_done) struct page page = {0};
    struct xt_type_counts counts;
    enum xt_code rc;

    page_init(&page, request, "/");
    rc = xt_catalog_count_types(request, reply, &counts, err);
    if (rc != XT_OK)
        return rc;
    xt_text_addf(&page.description, "%s%s", request->node->region->labels[request->lang], say(request, W_HOME_ABOUT));
    write_site(&page, house_name(request));
    feed_link(&page, request->lang == XT_EN ? "?lang=en" : "");
    xt_text_add_z(&page.body, "<h1>");
    html_text(&page.body, house_name(request));
    xt_text_add_z(&page.body, "</h1>\n<p>");
    html_text(&page.body, xt_text_view(&page.description));
    xt_text_add_z(&page.body, "</p>\n<p>");
    page_link(&page, "/search", xt_str(say(request, W_EVERYTHING)));
    xt_text_add_char(&page.body, ' ');
    page_records(&page, counts.total);
    xt_text_add_z(&page.body, "</p>\n");
    write_type_counts(&page, counts.types);
    page_reply(&page, reply);
    return XT_OK;
}

/* ---- results ---- */

struct results {
    struct page page;
    struct asked asked;
    struct xt_search_request ask;
    struct xt_search_answer answer;
};

static void write_hit(struct results *r, const struct xt_shown *shown)
{
    struct xt_request *request = r->page.request;
    const struct xt_region *region = request->node->region;
    struct xt_text *out = &r->page.body;
    struct xt_str year = xt_show_facet(region, shown->type, shown->body, "year", request->arena);
    size_t i;

    xt_text_add_z(out, "<li><h2>");
    page_link(&r->page, xt_arena_printf(request->arena, "/records/%s", shown->record.key), xt_str(shown->record.title));
    xt_text_add_z(out, "</h2>\n<p class=\"small quiet\">");
    html_z(out, shown->type->labels[request->lang]);
    if (year.n > 0) {
        xt_text_add_z(out, " · ");
        html_text(out, year);
    }
    xt_text_add_z(out, "</p>");
    for (i = 0; i < shown->type->field_count; i++) {
        const json_t *value = json_object_get(shown->body, shown->type->fields[i].name);

        if (shown->type->fields[i].kind != XT_KIND_TEXT || !json_is_string(value))
            continue;
        xt_text_add_z(out, "<p>");
        html_clipped(out, xt_json_view(value), SNIPPET_CHARS);
        xt_text_add_z(out, "</p>");
        break;
    }
    xt_text_add_z(out, "</li>\n");
}

static enum xt_code write_hits(struct results *r, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_request *request = r->page.request;
    enum xt_code rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    size_t i;

    if (rc != XT_OK)
        return rc;
    xt_text_add_z(&r->page.body, "<ol class=\"cards\">\n");
    for (i = 0; i < r->answer.hit_count; i++) {
        XT_AUTO(xt_shown_done) struct xt_shown shown = {0};
        struct xt_record record;

        rc = xt_catalog_get_id(xt_read_conn(read), r->answer.hits[i].id, request->arena, &record, err);
        if (rc == XT_OK)
            rc = xt_shown_of(request->node->region, xt_read_conn(read), &record, request->actor.reads, request->arena,
                             &shown, err);
        if (rc == XT_OK && shown.type)
            write_hit(r, &shown);
        else if (rc != XT_OK && rc != XT_E_NOT_FOUND && rc != XT_E_GONE)
            return rc; /* those two: gone since the index was fed */
    }
    xt_text_add_z(&r->page.body, "</ol>\n");
    return XT_OK;
}

/* Which page of the list the address says that it is; the cursor alone tells what is on it. */
static int64_t shown_page(const struct xt_request *request)
{
    int64_t number;

    return xt_request_param(request, "cursor").n > 0 && xt_int_parse(xt_request_param(request, "page"), &number) &&
                   number > 1 && number < PAGE_MOST
               ? number
               : 1;
}

static void write_paging(struct results *r, bool later)
{
    XT_AUTO(xt_text_done) struct xt_text next = {0};

    if (!later && !r->answer.next)
        return;
    xt_text_add_z(&r->page.body, "<p class=\"row\">");
    if (later)
        page_link(&r->page, r->page.path, xt_str(say(r->page.request, W_FIRST)));
    if (r->answer.next) {
        xt_text_init(&next, ADDRESS_MAX);
        xt_text_addf(&next, "%s%ccursor=", r->page.path, strchr(r->page.path, '?') ? '&' : '?');
        html_query(&next, xt_str(r->answer.next));
        xt_text_addf(&next, "&page=%lld", (long long)shown_page(r->page.request) + 1);
        page_link(&r->page, next.s, xt_str(say(r->page.request, W_NEXT)));
    }
    xt_text_add_z(&r->page.body, "</p>\n");
}

static enum xt_code write_results(struct results *r, bool later, struct xt_error *err)
{
    struct page *page = &r->page;
    enum xt_code rc;

    asked_words(page->request, &r->asked, &page->title);
    page->unlisted = r->asked.count > 0 || later; /* the records are what is to be listed */
    feed_link(page, r->asked.query[0] && page->request->lang == XT_EN
                        ? xt_arena_printf(page->request->arena, "%s&lang=en", r->asked.query)
                    : page->request->lang == XT_EN ? "?lang=en"
                                                   : r->asked.query);
    xt_text_add_z(&page->body, "<h1>");
    html_text(&page->body, xt_text_view(&page->title));
    xt_text_add_z(&page->body, "</h1>\n<p>");
    html_z(&page->body, say(page->request, W_TOTAL_BEFORE));
    xt_text_add_z(&page->body, r->answer.at_least ? "&gt; " : "");
    page_number(&page->body, r->answer.total);
    html_z(&page->body, say(page->request, W_TOTAL_AFTER));
    xt_text_add_z(&page->body, "</p>\n");
    xt_text_addf(&page->description, "%s", say(page->request, W_TOTAL_BEFORE));
    page_number(&page->description, r->answer.total);
    xt_text_add_z(&page->description, say(page->request, W_TOTAL_AFTER));
    if (r->answer.hit_count == 0)
        xt_text_addf(&page->body, "<p>%s</p>\n", say(page->request, W_NOTHING));
    rc = write_hits(r, err);
    write_paging(r, later);
    xt_text_addf(&page->title, " · %s", say(page->request, W_SEARCH));
    return rc;
}

static void write_problems(struct page *page)
{
    const struct xt_problems *problems = &page->request->problems;
    XT_AUTO(xt_text_done) struct xt_text words = {0};

    page->unlisted = true;
    xt_text_init(&words, 64 * XT_KIB);
    xt_problems_say(problems, page->request->lang, &words);
    xt_text_add_z(&page->title, say(page->request, W_SEARCH));
    xt_text_add_z(&page->body, "<h1>");
    html_z(&page->body, say(page->request, W_SEARCH));
    xt_text_add_z(&page->body, "</h1>\n<p>");
    html_text(&page->body, xt_text_view(&words));
    xt_text_add_z(&page->body, "</p>\n");
}

static void results_done(struct results *r)
{
    page_done(&r->page);
}

enum xt_code page_results(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(results_done) struct results r = {0};
    struct xt_str cursor = xt_request_param(request, "cursor");
    enum xt_code rc = XT_OK;

    page_init(&r.page, request, "/search");
    asked_read(request, &r.asked);
    r.page.path = xt_arena_printf(request->arena, "/search%s", r.asked.query);
    xt_catalog_read_search(request->node->region, r.asked.pairs, r.asked.count, NULL, &request->problems,
                           request->arena, &r.ask);
    if (request->problems.count == 0) {
        r.ask.limit = RESULTS_SHOWN;
        r.ask.cursor = cursor;
        r.ask.reader = request->actor.reads;
        r.ask.budget_ms = BUDGET_MS;
        rc = xt_catalog_read_related(request, &r.ask, err);
        if (rc == XT_OK)
            rc = xt_search_ask(request->node->search, &r.ask, request->arena, &r.answer, err);
        if (rc == XT_E_INPUT) { /* a cursor of another time */
            xt_problems_add_error(&request->problems, err);
            rc = XT_OK;
        }
    }
    if (request->problems.count > 0) {
        reply->status = 400;
        write_problems(&r.page);
    } else if (rc == XT_OK) {
        rc = write_results(&r, cursor.n > 0, err);
    }
    if (rc == XT_OK)
        page_reply(&r.page, reply);
    return rc;
}

/* ---- record types ---- */

enum xt_code page_types(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(page_done) struct page page = {0};
    const struct xt_region *region = request->node->region;
    struct xt_type_counts counts;
    size_t i, k;
    enum xt_code rc;

    page_init(&page, request, "/types");
    rc = xt_catalog_count_types(request, reply, &counts, err);
    if (rc != XT_OK)
        return rc;
    xt_text_add_z(&page.title, say(request, W_TYPES));
    xt_text_add_z(&page.description, say(request, W_TYPES_ABOUT));
    xt_text_addf(&page.body, "<h1>%s</h1>\n<p>%s</p>\n", say(request, W_TYPES), say(request, W_TYPES_ABOUT));
    for (i = 0; i < region->type_count; i++) {
        const struct xt_type *type = &region->types[i];

        xt_text_addf(&page.body, "<section id=\"%s\"><h2>", type->name);
        html_z(&page.body, type->labels[request->lang]);
        xt_text_add_z(&page.body, "</h2>\n<p>");
        if (type->descriptions[request->lang])
            html_z(&page.body, type->descriptions[request->lang]);
        xt_text_add_char(&page.body, ' ');
        page_link(&page, xt_arena_printf(request->arena, "/search?type=%s", type->name), xt_str(type->name));
        xt_text_add_char(&page.body, ' ');
        page_records(&page, counts.types[i]);
        xt_text_add_z(&page.body, "</p>\n<p class=\"small quiet\">");
        for (k = 0; k < type->field_count; k++) {
            xt_text_add_z(&page.body, k == 0 ? "" : request->lang == XT_ZH ? "、" : ", ");
            html_z(&page.body, type->fields[k].labels[request->lang]);
        }
        xt_text_add_z(&page.body, "</p></section>\n");
    }
    page_reply(&page, reply);
    return XT_OK;
}

/* ---- pages whose content is the application's ---- */

static const struct {
    const char *path;
    enum word title, about;
} plain[] = {
    {"/data", W_DATA_PAGE, W_DATA_ABOUT},
    {"/api", W_API, W_API_ABOUT},
    {"/observations", W_OBSERVATIONS, W_OBSERVATIONS_ABOUT},
    {"/overview", W_OVERVIEW, W_OVERVIEW_ABOUT},
    {"/compare", W_COMPARE, W_COMPARE_ABOUT},
    {"/advanced", W_ADVANCED, W_ADVANCED_ABOUT},
};

/* All parameters but the language's, as "?a=b"; NULL where there are none. */
static const char *rest_of_address(struct xt_request *request)
{
    XT_AUTO(xt_text_done) struct xt_text query = {0};
    size_t i;

    xt_text_init(&query, ADDRESS_MAX);
    for (i = 0; i < request->param_count; i++) {
        if (xt_str_is(request->params[i].name, "lang"))
            continue;
        xt_text_add_char(&query, query.n == 0 ? '?' : '&');
        html_query(&query, request->params[i].name);
        xt_text_add_char(&query, '=');
        html_query(&query, request->params[i].value);
    }
    return query.n > 0 ? xt_arena_strdup(request->arena, query.s) : NULL;
}

enum xt_code page_plain(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(page_done) struct page page = {0};
    size_t i = 0;

    (void)err;
    while (i + 1 < XT_COUNT(plain) && strcmp(plain[i].path, request->route->path) != 0)
        i++;
    page_init(&page, request, plain[i].path);
    page.query = rest_of_address(request);
    xt_text_add_z(&page.title, say(request, plain[i].title));
    xt_text_add_z(&page.description, say(request, plain[i].about));
    xt_text_addf(&page.body, "<h1>%s</h1>\n<p>%s</p>\n", say(request, plain[i].title), say(request, plain[i].about));
    page_reply(&page, reply);
    return XT_OK;
}

/* A value of a facet: without the application, a way to its records. */
enum xt_code page_topic(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(page_done) struct page page = {0};
    XT_AUTO(xt_text_done) struct xt_text path = {0}, query = {0};
    const struct xt_region *region = request->node->region;
    struct xt_str value = xt_request_param(request, "value");
    const struct xt_facet *facet = xt_region_facet(region, xt_request_param(request, "facet"));
    const char *label;

    if (!facet)
        return xt_fail(err, XT_E_NOT_FOUND, "facet", XT_MSG_NO_FACET, XT_VIEW(xt_request_param(request, "facet")));
    xt_text_init(&path, 64 * XT_KIB);
    xt_text_init(&query, 64 * XT_KIB);
    xt_text_addf(&path, "/topics/%s/", facet->name);
    html_query(&path, value);
    xt_text_addf(&query, "/search?%s=", facet->name);
    html_query(&query, value);
    label = xt_facet_label(facet, region, value, request->lang);
    page_init(&page, request, path.s);
    xt_text_add_str(&page.title, label ? xt_str(label) : value);
    xt_text_addf(&page.description, "%s: ", facet->labels[request->lang]);
    xt_text_add_str(&page.description, label ? xt_str(label) : value);
    xt_text_add_z(&page.body, "<h1>");
    html_text(&page.body, label ? xt_str(label) : value);
    xt_text_add_z(&page.body, "</h1>\n<p>");
    page_link(&page, query.s, xt_str(say(request, W_RECORDS_OF_TOPIC)));
    xt_text_add_z(&page.body, "</p>\n");
    page_reply(&page, reply);
    return XT_OK;
}
