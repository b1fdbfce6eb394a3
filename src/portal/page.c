/* page.c - a document from its parts: the application's own, with head and body filled in. */
#include "portal/portal_priv.h"

#include <pthread.h>
#include <string.h>

#include "base/embed.h"

#define TITLE_MAX       (4 * XT_KIB)
#define DESCRIPTION_MAX (16 * XT_KIB)
#define BODY_MAX        (8 * XT_MIB)

#define DESCRIBED_CHARS 160 /* about as much as search engines show */

static const char *const words[WORDS][XT_LANGS] = {
#define X(name, zh, en) [W_##name] = {[XT_ZH] = zh, [XT_EN] = en},
#include "portal/words.h"
#undef X
};

const char *say(const struct xt_request *request, enum word word)
{
    return words[word][request->lang];
}

/* ---- the application's document, cut where something is filled in ---- */

static struct {
    struct xt_str before_lang, before_title, before_body, rest;
    bool whole; /* it is the application's; else a note that it was not built, which is served as it is */
} document;
static pthread_once_t document_once = PTHREAD_ONCE_INIT;

/* Takes what stands before the end of mark (with it) from the front of *rest; false when mark is not there. */
static bool take_until(struct xt_str *rest, const char *mark, struct xt_str *out)
{
    size_t at = xt_str_find(*rest, xt_str(mark)), n;

    if (at == SIZE_MAX)
        return false;
    n = at + strlen(mark);
    *out = (struct xt_str){rest->s, n};
    *rest = (struct xt_str){rest->s + n, rest->n - n};
    return true;
}

static void cut_document(void)
{
    const struct xt_embed_file *file = xt_embed_find("web/index.html");
    struct xt_str whole = {(const char *)file->data, file->size}, rest = whole, skipped;

    document.whole = take_until(&rest, "<html lang=\"zh-CN", &document.before_lang) &&
                     take_until(&rest, "<title>", &document.before_title) && take_until(&rest, "</title>", &skipped) &&
                     take_until(&rest, "<div id=\"app\">", &document.before_body);
    document.before_lang.n -= document.whole ? strlen("zh-CN") : 0;
    document.before_title.n -= document.whole ? strlen("<title>") : 0;
    document.rest = document.whole ? rest : whole;
}

/* The elements that fetch the page's own scripts beside the first, from the build of the application: a line "ROUTE<TAB>HTML" for each
 * of its routes (web/scripts/heads.mjs). Nothing where there is none: the application asks for them itself, later. */
static struct xt_str scripts_of(const struct xt_route *route)
{
    const struct xt_embed_file *file = xt_embed_find("web/heads.txt");
    struct xt_str rest = file ? (struct xt_str){(const char *)file->data, file->size} : (struct xt_str){"", 0}, path,
                  line;

    while (take_until(&rest, "\t", &path) && take_until(&rest, "\n", &line)) {
        path.n--;
        line.n--;
        if (xt_str_is(path, route->path))
            return line;
    }
    return (struct xt_str){"", 0};
}

/* ---- parts ---- */

void page_init(struct page *page, struct xt_request *request, const char *path)
{
    *page = (struct page){.request = request, .path = path};
    xt_text_init(&page->title, TITLE_MAX);
    xt_text_init(&page->description, DESCRIPTION_MAX);
    xt_text_init(&page->head, BODY_MAX);
    xt_text_init(&page->body, BODY_MAX);
    xt_text_init(&page->thing, BODY_MAX);
}

void page_done(struct page *page)
{
    xt_text_done(&page->title);
    xt_text_done(&page->description);
    xt_text_done(&page->head);
    xt_text_done(&page->body);
    xt_text_done(&page->thing);
}

void page_address(const struct xt_request *request, const char *path, enum xt_lang lang, struct xt_text *out)
{
    xt_text_add_z(out, request->base_url);
    xt_text_add_z(out, path);
    if (lang == XT_EN)
        xt_text_addf(out, "%clang=en", strchr(path, '?') ? '&' : '?');
}

void page_href(struct page *page, const char *path)
{
    html_z(&page->body, path);
    if (page->request->lang == XT_EN)
        xt_text_addf(&page->body, "%slang=en", strchr(path, '?') ? "&amp;" : "?");
}

void page_link(struct page *page, const char *path, struct xt_str text)
{
    xt_text_add_z(&page->body, "<a href=\"");
    page_href(page, path);
    xt_text_add_z(&page->body, "\">");
    html_text(&page->body, text);
    xt_text_add_z(&page->body, "</a>");
}

void page_number(struct xt_text *out, int64_t number)
{
    char digits[24];
    size_t i, n = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)number);

    for (i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0 && digits[i - 1] != '-')
            xt_text_add_char(out, ',');
        xt_text_add_char(out, digits[i]);
    }
}

void page_records(struct page *page, int64_t number)
{
    page_number(&page->body, number);
    html_z(&page->body, say(page->request, number == 1 ? W_RECORD : W_RECORDS));
}

struct xt_str house_name(const struct xt_request *request)
{
    return xt_str(xt_region_house(request->node->region, request->lang, request->arena));
}

void page_absent(struct page *page, enum word title, enum word text)
{
    page->unlisted = true;
    xt_text_add_z(&page->title, say(page->request, title));
    xt_text_add_z(&page->description, say(page->request, text));
    xt_text_add_z(&page->body, "<h1>");
    html_z(&page->body, say(page->request, title));
    xt_text_add_z(&page->body, "</h1>\n<p>");
    html_z(&page->body, say(page->request, text));
    xt_text_add_z(&page->body, "</p>\n");
}

/* ---- the head ---- */

/* <meta name="NAME" content="VALUE" data-served>: the application takes away what is marked when it shows another page. */
static void meta(struct xt_text *out, const char *attribute, const char *name, struct xt_str value, size_t max)
{
    if (value.n == 0)
        return;
    xt_text_addf(out, "    <meta %s=\"%s\" content=\"", attribute, name);
    html_clipped(out, value, max);
    xt_text_add_z(out, "\" data-served>\n");
}

static void link_to(struct xt_text *out, const struct page *page, const char *rel, const char *hreflang,
                    enum xt_lang lang)
{
    XT_AUTO(xt_text_done) struct xt_text address = {0};

    xt_text_init(&address, 64 * XT_KIB);
    page_address(page->request, page->path, lang, &address);
    xt_text_addf(out, "    <link rel=\"%s\"", rel);
    if (hreflang)
        xt_text_addf(out, " hreflang=\"%s\"", hreflang);
    xt_text_add_z(out, " href=\"");
    html_text(out, xt_text_view(&address));
    xt_text_add_z(out, "\" data-served>\n");
}

static void write_head(const struct page *page, struct xt_str house, struct xt_text *out)
{
    XT_AUTO(xt_text_done) struct xt_text address = {0};
    struct xt_str title = xt_text_view(&page->title);

    xt_text_add_z(out, "<title>");
    html_clipped(out, title, 300);
    xt_text_add_z(out, title.n > 0 ? " · " : "");
    html_text(out, house);
    xt_text_add_z(out, "</title>\n");
    meta(out, "name", "description", xt_text_view(&page->description), DESCRIBED_CHARS);
    if (page->unlisted)
        meta(out, "name", "robots", XT_STR("noindex, follow"), 40);
    link_to(out, page, "canonical", NULL, page->request->lang);
    link_to(out, page, "alternate", "zh-CN", XT_ZH);
    link_to(out, page, "alternate", "en", XT_EN);
    link_to(out, page, "alternate", "x-default", XT_ZH);
    xt_text_init(&address, 64 * XT_KIB);
    page_address(page->request, page->path, page->request->lang, &address);
    meta(out, "property", "og:type", xt_str(page->og_type ? page->og_type : "website"), 40);
    meta(out, "property", "og:title", title.n > 0 ? title : house, 300);
    meta(out, "property", "og:description", xt_text_view(&page->description), DESCRIBED_CHARS);
    meta(out, "property", "og:url", xt_text_view(&address), SIZE_MAX);
    meta(out, "property", "og:site_name", house, 300);
    meta(out, "property", "og:locale", xt_str(page->request->lang == XT_ZH ? "zh_CN" : "en_GB"), 10);
    meta(out, "name", "twitter:card", XT_STR("summary"), 20);
    xt_text_add_str(out, xt_text_view(&page->head));
    xt_text_add_str(out, scripts_of(page->request->route));
    if (page->thing.n > 0) {
        xt_text_add_z(out, "    <script type=\"application/ld+json\" data-served>");
        html_json(out, xt_text_view(&page->thing));
        xt_text_add_z(out, "</script>\n");
    }
}

/* ---- the body ---- */

static void shell_link(struct page *page, const char *path, enum word text)
{
    page_link(page, path, xt_str(say(page->request, text)));
}

static void write_header(struct page *page, struct xt_str house)
{
    struct xt_text *out = &page->body;

    xt_text_add_z(out, "<header class=\"site-head\"><div class=\"wrap bar\">");
    xt_text_add_z(out, "<a class=\"brand\" href=\"");
    page_href(page, "/");
    xt_text_add_z(out, "\"><strong>");
    html_text(out, house);
    xt_text_addf(out, "</strong></a>\n<nav class=\"row\" aria-label=\"%s\">", say(page->request, W_MAIN));
    shell_link(page, "/search", W_FIND);
    shell_link(page, "/overview", W_DATA);
    xt_text_add_z(
        out,
        "</nav>\n<form class=\"row\" role=\"search\" action=\"/search\" method=\"get\"><input type=\"search\" name=\"q\" "
        "maxlength=\"2000\" aria-label=\"");
    html_z(out, say(page->request, W_SEARCH_WORDS));
    xt_text_add_z(out, "\" value=\"");
    if (xt_str_starts(xt_str(page->path), "/search"))
        html_text(out, xt_request_param(page->request, "q"));
    xt_text_add_z(out, "\">");
    if (page->request->lang == XT_EN)
        xt_text_add_z(out, "<input type=\"hidden\" name=\"lang\" value=\"en\">");
    xt_text_add_z(out, "<button class=\"button main\" type=\"submit\">");
    html_z(out, say(page->request, W_SEARCH));
    xt_text_addf(out, "</button></form>\n<a hreflang=\"%s\" lang=\"%s\" href=\"",
                 page->request->lang == XT_ZH ? "en" : "zh-CN", page->request->lang == XT_ZH ? "en" : "zh-CN");
    html_z(out, page->path);
    html_z(out, page->query);
    xt_text_addf(out, "%slang=%s\">", page->query || strchr(page->path, '?') ? "&amp;" : "?",
                 page->request->lang == XT_ZH ? "en" : "zh");
    html_z(out, say(page->request, W_OTHER_LANGUAGE));
    xt_text_add_z(out, "</a></div></header>\n");
}

static void write_footer(struct page *page)
{
    struct xt_text *out = &page->body;

    xt_text_add_z(out, "<footer class=\"site-foot small\"><div class=\"wrap row\">");
    shell_link(page, "/types", W_TYPES);
    shell_link(page, "/data", W_DATA_PAGE);
    shell_link(page, "/help", W_HELP);
    shell_link(page, "/glossary", W_GLOSSARY);
    shell_link(page, "/api", W_API);
    xt_text_add_z(out, "<noscript>");
    html_z(out, say(page->request, W_PLAIN));
    xt_text_add_z(out, "</noscript></div></footer>\n");
}

void page_reply(struct page *page, struct xt_reply *reply)
{
    XT_AUTO(xt_text_done) struct xt_text main = page->body;
    const struct xt_str house = house_name(page->request);
    struct xt_text *out = &reply->body;

    pthread_once(&document_once, cut_document);
    xt_text_init(&page->body, BODY_MAX); /* main has the old one */
    if (document.whole) {
        xt_text_add_str(out, document.before_lang);
        xt_text_add_z(out, page->request->lang == XT_ZH ? "zh-CN" : "en");
        xt_text_add_str(out, document.before_title);
        write_head(page, house, out);
        xt_text_add_str(out, document.before_body);
        write_header(page, house);
        xt_text_add_z(&page->body, "<main id=\"main\" class=\"wrap served\">\n");
        xt_text_add_str(&page->body, xt_text_view(&main));
        xt_text_add_z(&page->body, "</main>\n");
        write_footer(page);
        xt_text_add_str(out, xt_text_view(&page->body));
    }
    xt_text_add_str(out, document.rest);
    /* The tag is of the bytes: another program's document names other scripts, at the same number of the sequence. */
    xt_reply_tag_body(reply);
}
