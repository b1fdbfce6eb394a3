/* page_index.c - the pages of indexes: what there is, a ranking, a unit of it. */
#include <math.h>
#include <string.h>

#include "indicator/index_turn.h"
#include "indicator/published.h"
#include "portal/portal_priv.h"

#define ROWS_SHOWN 2000

struct index_page {
    struct page page;
    struct xt_published published;
    struct xt_index_opened opened; /* not open where the release is larger than an answer over HTTP may take */
    bool turn;
};

static void drop(struct index_page *p)
{
    xt_index_opened_done(&p->opened);
    if (p->turn)
        xt_index_turn_leave();
    page_done(&p->page);
}

/* One text for both languages, or one for each. */
static const char *in_words(struct xt_request *request, const json_t *words)
{
    const char *text =
        json_is_string(words) ? json_string_value(words) : xt_json_z(words, request->lang == XT_ZH ? "zh" : "en", "");

    return xt_arena_strdup(request->arena, text);
}

/* The definition of an index of the region, for the caller to release; NULL where there is none. */
static json_t *definition_of(struct xt_request *request, struct xt_str index)
{
    json_t *definition = NULL;
    struct xt_str text;

    if (!xt_index_of_region(request->node->region, index, &text) || xt_json_parse(text, &definition, NULL) != XT_OK)
        return NULL;
    return definition;
}

/* The label of an index of the region, from its definition. */
static const char *label_of(struct xt_request *request, struct xt_str index, const char **out_about)
{
    XT_AUTO(xt_json_unref) json_t *definition = definition_of(request, index);

    *out_about = "";
    if (!definition)
        return NULL;
    *out_about = in_words(request, json_object_get(definition, "about"));
    return in_words(request, json_object_get(definition, "label"));
}

/* The current release of the index in the address. XT_E_NOT_FOUND where there is none. */
static enum xt_code find_current(struct xt_request *request, struct xt_published *out, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);

    return rc == XT_OK ? xt_published_find(xt_read_conn(read), xt_request_param(request, "index"), XT_STR("current"),
                                           request->arena, out, err)
                       : rc;
}

/* The same, laid open until drop(), one at a time as all that is made of releases. */
static enum xt_code open_current(struct index_page *p, struct xt_error *err)
{
    enum xt_code rc = find_current(p->page.request, &p->published, err);

    if (rc != XT_OK || xt_index_turn_check(p->published.size, NULL) != XT_OK)
        return rc;
    rc = xt_index_turn_take(err);
    if (rc != XT_OK)
        return rc;
    p->turn = true;
    return xt_published_open(p->page.request->node, &p->published, &p->opened, err);
}

static const char *encoded(struct xt_request *request, const char *s)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};

    xt_text_init(&out, 64 * XT_KIB);
    html_query(&out, xt_str(s));
    return xt_arena_strdup(request->arena, out.s);
}

/* ---- all indexes ---- */

enum xt_code page_indexes(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(page_done) struct page page = {0};
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_published *list;
    size_t count = 0, i;
    enum xt_code rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);

    page_init(&page, request, "/indexes");
    if (rc == XT_OK)
        rc = xt_published_list(xt_read_conn(read), XT_STR(""), request->arena, &list, &count, err);
    if (rc != XT_OK)
        return rc;
    xt_text_add_z(&page.title, say(request, W_INDEXES));
    xt_text_add_z(&page.description, say(request, W_INDEXES_ABOUT));
    xt_text_addf(&page.body, "<h1>%s</h1>\n<p>%s</p>\n<ul class=\"dots\">\n", say(request, W_INDEXES),
                 say(request, W_INDEXES_ABOUT));
    for (i = 0; i < count; i++) {
        const char *about, *label = list[i].current ? label_of(request, xt_str(list[i].index), &about) : NULL;

        if (!label)
            continue;
        xt_text_add_z(&page.body, "<li>");
        page_link(&page, xt_arena_printf(request->arena, "/indexes/%s", encoded(request, list[i].index)),
                  xt_str(label));
        xt_text_add_char(&page.body, ' ');
        html_z(&page.body, about);
        xt_text_add_z(&page.body, "</li>\n");
    }
    xt_text_add_z(&page.body, "</ul>\n<p>");
    page_link(&page, "/observations", xt_str(say(request, W_OBSERVATIONS)));
    xt_text_add_z(&page.body, "</p>\n");
    page_reply(&page, reply);
    return XT_OK;
}

/* ---- a ranking ---- */

/* The release as a data set, with the files it can be had in. */
static void write_dataset(struct index_page *p, const char *label, const char *about)
{
    static const struct {
        const char *format, *media;
    } files[] = {
        {"csv", "text/csv"},
        {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {"json", "application/json"},
    };
    struct xt_request *request = p->page.request;
    const struct xt_index_book *book = &p->opened.book;
    char at[XT_INSTANT_SIZE];
    struct xt_json w;
    size_t i;

    xt_json_init(&w, &p->page.thing);
    xt_json_object(&w);
    xt_json_kv_z(&w, "@context", "https://schema.org");
    xt_json_kv_z(&w, "@type", "Dataset");
    xt_json_kv_z(&w, "name", label);
    xt_json_kv_z(&w, "description", about[0] ? about : label);
    xt_json_kv_z(&w, "url", xt_arena_printf(request->arena, "%s%s", request->base_url, p->page.path));
    xt_json_kv_z(&w, "version", p->published.release);
    xt_json_kv_z(&w, "datePublished", xt_instant_format(p->published.published, false, at));
    if (p->opened.open && book->period_count > 0 && book->periods[0] > 0)
        xt_json_kv_z(
            &w, "temporalCoverage",
            xt_arena_printf(request->arena, "%04d/%04d", book->periods[0], book->periods[book->period_count - 1]));
    xt_json_key(&w, "distribution");
    xt_json_array(&w);
    for (i = 0; i < XT_COUNT(files); i++) {
        xt_json_object(&w);
        xt_json_kv_z(&w, "@type", "DataDownload");
        xt_json_kv_z(&w, "encodingFormat", files[i].media);
        xt_json_kv_z(&w, "contentUrl",
                     xt_arena_printf(request->arena, "%s/api/v1/indexes/%s/releases/%s/export?format=%s",
                                     request->base_url, encoded(request, p->published.index), p->published.release,
                                     files[i].format));
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_end_object(&w);
}

/* What stands in place of a table that is too large to be made here. */
static void write_elsewhere(struct index_page *p)
{
    struct xt_request *request = p->page.request;

    xt_text_add_z(&p->page.body, "<p>");
    html_z(&p->page.body, say(request, W_TOO_LARGE));
    xt_text_add_z(&p->page.body, " <a href=\"");
    html_z(&p->page.body, xt_arena_printf(request->arena, "/api/v1/indexes/%s/releases/%s",
                                          encoded(request, p->published.index), p->published.release));
    xt_text_add_z(&p->page.body, "\">JSON</a></p>\n");
}

static void write_rows(struct index_page *p)
{
    struct xt_request *request = p->page.request;
    const struct xt_index_book *book = &p->opened.book;
    const struct xt_index_data *data = p->opened.release.data;
    struct xt_text *out = &p->page.body;
    size_t last = book->period_count > 0 ? book->period_count - 1 : 0, i;
    size_t top = book->tree->top;
    char figure[XT_FIGURE_SIZE];

    xt_text_addf(
        out,
        "<div class=\"scroller\"><table>\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
        say(request, W_RANK), say(request, W_UNIT), say(request, W_SCORE));
    for (i = 0; book->period_count > 0 && i < xt_index_book_units(book, last) && i < ROWS_SHOWN; i++) {
        size_t row = book->by_period[book->period_first[last] + i];

        xt_text_add_z(out, "<tr><td>");
        if (book->rank[top][row] > 0)
            xt_text_addf(out, "%d", book->rank[top][row]);
        xt_text_add_z(out, "</td><td>");
        page_link(&p->page,
                  xt_arena_printf(request->arena, "/indexes/%s/units/%s", encoded(request, p->published.index),
                                  encoded(request, book->table->unit[row])),
                  xt_str(data->names[row]));
        xt_text_add_z(out, "</td><td>");
        if (!isnan(book->score[top][row]))
            xt_text_add_z(out, xt_index_figure(book->score[top][row], figure));
        xt_text_add_z(out, "</td></tr>\n");
    }
    xt_text_add_z(out, "</tbody></table></div>\n");
}

static void absent(struct page *page, struct xt_reply *reply)
{
    reply->status = 404;
    page->path = "/indexes";
    page_absent(page, W_NO_PAGE, W_INDEXES_ABOUT);
    page_reply(page, reply);
}

enum xt_code page_ranking(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(drop) struct index_page p = {0};
    struct xt_str index = xt_request_param(request, "index");
    const char *about, *label = label_of(request, index, &about);
    int32_t period = 0;
    enum xt_code rc;

    page_init(&p.page, request,
              xt_arena_printf(request->arena, "/indexes/%s",
                              encoded(request, xt_arena_strndup(request->arena, index.s, index.n))));
    rc = label ? open_current(&p, err) : XT_E_NOT_FOUND;
    if (rc == XT_E_NOT_FOUND) {
        absent(&p.page, reply);
        return XT_OK;
    }
    if (rc != XT_OK)
        return rc;
    if (p.opened.open && p.opened.book.period_count > 0)
        period = p.opened.book.periods[p.opened.book.period_count - 1];
    xt_text_addf(&p.page.title, "%s · %s", label, say(request, W_RANKING));
    if (period > 0)
        xt_text_addf(&p.page.title, " · %d", period);
    xt_text_add_z(&p.page.description, about[0] ? about : label);
    write_dataset(&p, label, about);
    xt_text_add_z(&p.page.body, "<h1>");
    html_text(&p.page.body, xt_text_view(&p.page.title));
    xt_text_add_z(&p.page.body, "</h1>\n<p>");
    html_z(&p.page.body, about);
    xt_text_add_z(&p.page.body, "</p>\n<p>");
    page_link(&p.page, xt_arena_printf(request->arena, "%s/method", p.page.path), xt_str(say(request, W_METHOD)));
    xt_text_add_z(&p.page.body, "</p>\n");
    if (p.opened.open)
        write_rows(&p);
    else
        write_elsewhere(&p);
    page_reply(&p.page, reply);
    return XT_OK;
}

/* ---- a unit ---- */

static void write_unit(struct index_page *p, size_t row, const char *label)
{
    struct xt_request *request = p->page.request;
    const struct xt_index_book *book = &p->opened.book;
    struct xt_text *out = &p->page.body;
    const size_t *years;
    size_t count = xt_index_book_years(book, row, &years), top = book->tree->top, i;
    char figure[XT_FIGURE_SIZE];

    xt_text_add_z(out, "<h1>");
    html_text(out, xt_text_view(&p->page.title));
    xt_text_add_z(out, "</h1>\n<p>");
    page_link(&p->page, xt_arena_printf(request->arena, "/indexes/%s", encoded(request, p->published.index)),
              xt_str(label));
    xt_text_addf(
        out,
        "</p>\n<table>\n<thead><tr><th scope=\"col\"></th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
        say(request, W_RANK), say(request, W_SCORE));
    for (i = count; i > 0; i--) {
        size_t at = years[i - 1];

        xt_text_add_z(out, "<tr><th scope=\"row\">");
        if (book->period[at] != 0)
            xt_text_addf(out, "%d", book->period[at]);
        xt_text_add_z(out, "</th><td>");
        if (book->rank[top][at] > 0)
            xt_text_addf(out, "%d", book->rank[top][at]);
        xt_text_add_z(out, "</td><td>");
        if (!isnan(book->score[top][at]))
            xt_text_add_z(out, xt_index_figure(book->score[top][at], figure));
        xt_text_add_z(out, "</td></tr>\n");
    }
    xt_text_add_z(out, "</tbody></table>\n");
}

enum xt_code page_unit(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(drop) struct index_page p = {0};
    struct xt_str index = xt_request_param(request, "index"), unit = xt_request_param(request, "unit");
    const char *about, *label = label_of(request, index, &about);
    const char *code = xt_arena_strndup(request->arena, unit.s, unit.n);
    size_t row = SIZE_MAX, i;
    enum xt_code rc;

    page_init(&p.page, request,
              xt_arena_printf(request->arena, "/indexes/%s/units/%s",
                              encoded(request, xt_arena_strndup(request->arena, index.s, index.n)),
                              encoded(request, code)));
    rc = label ? open_current(&p, err) : XT_E_NOT_FOUND;
    /* The last period that has the unit, be it by its code or by its name. */
    for (i = 0; rc == XT_OK && p.opened.open && i < p.opened.book.period_count; i++) {
        size_t found = xt_index_release_row(&p.opened.release, code, p.opened.book.periods[i]);

        row = found != SIZE_MAX ? found : row;
    }
    if (rc == XT_E_NOT_FOUND || (rc == XT_OK && p.opened.open && row == SIZE_MAX)) {
        absent(&p.page, reply);
        return XT_OK;
    }
    if (rc != XT_OK)
        return rc;
    xt_text_addf(&p.page.title, "%s · %s", p.opened.open ? p.opened.release.data->names[row] : code, label);
    xt_text_add_z(&p.page.description, about[0] ? about : label);
    if (p.opened.open) {
        write_unit(&p, row, label);
    } else { /* whether there is such a unit is not known here */
        p.page.unlisted = true;
        xt_text_add_z(&p.page.body, "<h1>");
        html_text(&p.page.body, xt_text_view(&p.page.title));
        xt_text_add_z(&p.page.body, "</h1>\n");
        write_elsewhere(&p);
    }
    page_reply(&p.page, reply);
    return XT_OK;
}

/* ---- its other pages, whose content is the application's ---- */

/* What a node of the index is called: "A11 地区生产总值"; NULL where it has none of that code. */
static const char *node_label(struct xt_request *request, struct xt_str index, struct xt_str code)
{
    XT_AUTO(xt_json_unref) json_t *definition = definition_of(request, index);
    json_t *node;
    size_t i;

    json_array_foreach (json_object_get(definition, "nodes"), i, node)
        if (xt_str_eq(xt_json_str(node, "code"), code))
            return xt_arena_printf(request->arena, "%.*s %s", (int)code.n, code.s,
                                   in_words(request, json_object_get(node, "label")));
    return NULL;
}

enum xt_code page_index_part(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(page_done) struct page page = {0};
    struct xt_str index = xt_request_param(request, "index"), code = xt_request_param(request, "code");
    const char *about, *label = label_of(request, index, &about);
    const char *name = encoded(request, xt_arena_strndup(request->arena, index.s, index.n));
    const char *node = code.n > 0 ? node_label(request, index, code) : NULL;
    bool method = xt_str_ends(xt_str(request->route->path), "/method");
    struct xt_published published;
    enum xt_code rc = label && (code.n == 0 || node) ? find_current(request, &published, err) : XT_E_NOT_FOUND;

    page_init(&page, request, NULL);
    if (rc == XT_E_NOT_FOUND) {
        absent(&page, reply);
        return XT_OK;
    }
    if (rc != XT_OK)
        return rc;
    page.path = code.n > 0 ? xt_arena_printf(request->arena, "/indexes/%s/indicators/%s", name,
                                             encoded(request, xt_arena_strndup(request->arena, code.s, code.n)))
                           : xt_arena_printf(request->arena, "/indexes/%s/%s", name, method ? "method" : "workshop");
    if (code.n > 0)
        xt_text_addf(&page.title, "%s · %s", node, label);
    else
        xt_text_addf(&page.title, "%s · %s", label, say(request, method ? W_METHOD : W_WORKSHOP));
    xt_text_add_z(&page.description, about[0] ? about : label);
    xt_text_add_z(&page.body, "<h1>");
    html_text(&page.body, xt_text_view(&page.title));
    xt_text_add_z(&page.body, "</h1>\n<p>");
    html_z(&page.body, about);
    xt_text_add_z(&page.body, "</p>\n<p>");
    page_link(&page, xt_arena_printf(request->arena, "/indexes/%s", name), xt_str(say(request, W_RANKING)));
    xt_text_add_z(&page.body, "</p>\n");
    page_reply(&page, reply);
    return XT_OK;
}
