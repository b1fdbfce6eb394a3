/* page_help.c - help as it is served: the tour of the query language, the glossary, the kinds of identifiers. */
#include <string.h>

#include "catalog/glossary.h"
#include "catalog/identifiers.h"
#include "catalog/tour.h"
#include "portal/portal_priv.h"

#define ADDRESS_MAX (32 * XT_KIB)

static void heading(struct page *page, enum word title, enum word about)
{
    xt_text_add_z(&page->title, say(page->request, title));
    xt_text_add_z(&page->description, say(page->request, about));
    xt_text_addf(&page->body, "<h1>%s</h1>\n<p>%s</p>\n", say(page->request, title), say(page->request, about));
}

static void add_paragraph(struct page *page, const char *text)
{
    if (!text || !text[0])
        return;
    xt_text_add_z(&page->body, "<p>");
    html_z(&page->body, text);
    xt_text_add_z(&page->body, "</p>\n");
}

/* ---- the tour ---- */

static void add_count(struct page *page, const struct xt_search_answer *answer)
{
    xt_text_add_z(&page->body, " <span class=\"quiet\">");
    html_z(&page->body, say(page->request, W_TOTAL_BEFORE));
    xt_text_add_z(&page->body, answer->at_least ? "&gt; " : "");
    page_number(&page->body, answer->total);
    html_z(&page->body, say(page->request, W_TOTAL_AFTER));
    xt_text_add_z(&page->body, "</span>");
}

/* "/search?q=…" and, for people, "电镜 syn=0". */
static void write_search(struct page *page, const struct xt_tour_example *example)
{
    XT_AUTO(xt_text_done) struct xt_text path = {0}, words = {0};
    size_t i;

    xt_text_init(&path, ADDRESS_MAX);
    xt_text_init(&words, ADDRESS_MAX);
    xt_text_add_z(&path, example->overview ? "/overview" : "/search");
    for (i = 0; i < example->param_count; i++) {
        const struct xt_pair *pair = &example->params[i];

        xt_text_add_char(&path, i == 0 ? '?' : '&');
        html_query(&path, pair->name);
        xt_text_add_char(&path, '=');
        html_query(&path, pair->value);
        xt_text_add_z(&words, i == 0 ? "" : " ");
        if (!xt_str_is(pair->name, "q")) {
            xt_text_add_str(&words, pair->name);
            xt_text_add_char(&words, '=');
        }
        xt_text_add_str(&words, pair->value);
    }
    page_link(page, path.s, xt_text_view(&words));
    xt_text_add_char(&page->body, ' ');
    html_z(&page->body, example->says);
    add_count(page, &example->answer);
    for (i = 0; i < example->answer.ignored_count; i++) {
        xt_text_add_z(&page->body, " <code>");
        html_text(&page->body, example->answer.ignored[i].part);
        xt_text_add_z(&page->body, "</code> ");
        html_z(&page->body, xt_msg_sentence(example->answer.ignored[i].why, page->request->lang));
    }
}

static void write_typed(struct page *page, const struct xt_tour_example *example)
{
    size_t i;

    xt_text_add_z(&page->body, "<code>");
    html_z(&page->body, example->typed);
    xt_text_add_z(&page->body, "</code> ");
    html_z(&page->body, example->says);
    for (i = 0; i < example->suggested.count; i++) {
        const struct xt_suggestion *s = &example->suggested.items[i];
        XT_AUTO(xt_text_done) struct xt_text path = {0};

        xt_text_init(&path, ADDRESS_MAX);
        if (s->key) {
            xt_text_addf(&path, "/records/%s", s->key);
        } else {
            xt_text_addf(&path, "/search?%s=", s->facet);
            html_query(&path, xt_str(s->value));
        }
        xt_text_add_z(&page->body, " · ");
        page_link(page, path.s, xt_str(s->label));
    }
}

static enum xt_code write_step(struct page *page, size_t number, bool *passing, struct xt_error *err)
{
    struct xt_request *request = page->request;
    struct xt_tour_step step;
    enum xt_code rc = XT_OK;
    size_t i;

    xt_tour_step(request->node->region, number, request->lang, &step);
    xt_text_addf(&page->body, "<section id=\"%s\"><h2>", step.name);
    html_z(&page->body, step.label);
    xt_text_add_z(&page->body, "</h2>\n");
    add_paragraph(page, step.about);
    xt_text_add_z(&page->body, "<ul class=\"dots\">\n");
    for (i = 0; i < step.example_count && rc == XT_OK; i++) {
        struct xt_tour_example example;
        bool known;

        rc = xt_tour_run(request, &step, i, &example, &known, err);
        if (rc != XT_OK || !known)
            continue;
        *passing = *passing || example.passing;
        xt_text_add_z(&page->body, "<li>");
        if (example.typed)
            write_typed(page, &example);
        else
            write_search(page, &example);
        xt_text_add_z(&page->body, "</li>\n");
    }
    xt_text_add_z(&page->body, "</ul></section>\n");
    return rc;
}

enum xt_code page_help(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(page_done) struct page page = {0};
    enum xt_code rc = XT_OK;
    size_t i;

    page_init(&page, request, "/help");
    heading(&page, W_HELP, W_HELP_ABOUT);
    for (i = 0; i < xt_tour_steps(request->node->region) && rc == XT_OK; i++)
        rc = write_step(&page, i, &reply->passing, err);
    xt_text_add_z(&page.body, "<p>");
    page_link(&page, "/glossary", xt_str(say(request, W_GLOSSARY)));
    xt_text_add_char(&page.body, ' ');
    page_link(&page, "/identifiers", xt_str(say(request, W_IDENTIFIERS)));
    xt_text_add_z(&page.body, "</p>\n");
    if (rc == XT_OK)
        page_reply(&page, reply);
    return rc;
}

/* ---- the glossary ---- */

/* What a term's page is beside the glossary: its type's records, its kind of identifier; NULL. */
static const char *page_of(struct xt_request *request, const struct xt_term *term)
{
    if (term->kind == XT_TERM_TYPE)
        return xt_arena_printf(request->arena, "/search?type=%s", term->of);
    return term->kind == XT_TERM_IDENTIFIER ? xt_arena_printf(request->arena, "/identifiers#%s", term->of) : NULL;
}

static void write_term(struct page *page, const struct xt_term *term)
{
    enum xt_lang lang = page->request->lang;
    const char *more = page_of(page->request, term);

    xt_text_addf(&page->body, "<dt id=\"%s\"><strong>", term->name);
    html_z(&page->body, term->labels[lang]);
    xt_text_addf(&page->body, "</strong> <span class=\"quiet\" lang=\"%s\">", lang == XT_ZH ? "en" : "zh-CN");
    html_z(&page->body, term->labels[lang == XT_ZH ? XT_EN : XT_ZH]);
    xt_text_add_z(&page->body, "</span></dt>\n<dd>");
    html_z(&page->body, term->about[lang]);
    if (term->source) {
        xt_text_add_z(&page->body, " <span class=\"small quiet\">");
        html_z(&page->body, term->source);
        xt_text_add_z(&page->body, "</span>");
    }
    if (more && !strchr(more, '#')) {
        xt_text_add_char(&page->body, ' ');
        page_link(page, more, xt_str(say(page->request, W_RECORDS_OF_TOPIC)));
    } else if (more) {
        xt_text_addf(&page->body, " <a href=\"/identifiers%s%s\">", lang == XT_EN ? "?lang=en" : "", strchr(more, '#'));
        html_z(&page->body, say(page->request, W_IDENTIFIERS));
        xt_text_add_z(&page->body, "</a>");
    }
    xt_text_add_z(&page->body, "</dd>\n");
}

/* The terms that are shown as schema.org says them. */
static void write_term_set(struct page *page, const struct xt_term *const *terms, size_t count)
{
    const struct xt_request *request = page->request;
    enum xt_lang lang = request->lang, other = lang == XT_ZH ? XT_EN : XT_ZH;
    const char *set = xt_arena_printf(request->arena, "%s/glossary", request->base_url);
    struct xt_json w;
    size_t i;

    xt_json_init(&w, &page->thing);
    xt_json_object(&w);
    xt_json_kv_z(&w, "@context", "https://schema.org");
    xt_json_kv_z(&w, "@type", "DefinedTermSet");
    xt_json_kv_z(&w, "@id", set);
    xt_json_kv_z(&w, "name", say(request, W_GLOSSARY));
    xt_json_kv_z(&w, "inLanguage", lang == XT_ZH ? "zh-CN" : "en");
    xt_json_key(&w, "hasDefinedTerm");
    xt_json_array(&w);
    for (i = 0; i < count; i++) {
        xt_json_object(&w);
        xt_json_kv_z(&w, "@type", "DefinedTerm");
        xt_json_kv_z(&w, "@id", xt_arena_printf(request->arena, "%s#%s", set, terms[i]->name));
        xt_json_kv_z(&w, "termCode", terms[i]->name);
        xt_json_kv_z(&w, "name", terms[i]->labels[lang]);
        xt_json_kv_z(&w, "alternateName", terms[i]->labels[other]);
        xt_json_kv_z(&w, "description", terms[i]->about[lang]);
        xt_json_kv_z(&w, "inDefinedTermSet", set);
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_end_object(&w);
}

enum xt_code page_glossary(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(page_done) struct page page = {0};
    XT_AUTO(xt_text_done) struct xt_text path = {0};
    struct xt_str typed = xt_request_param(request, "q");
    const struct xt_term **terms;
    size_t count, i;

    (void)err;
    if (typed.n > XT_SUGGEST_TYPED_MAX)
        typed = (struct xt_str){"", 0}; /* no word: the whole of it */
    count = xt_glossary_find(request->node->region, typed, request->lang, request->arena, &terms);
    xt_text_init(&path, ADDRESS_MAX);
    xt_text_add_z(&path, "/glossary");
    if (typed.n > 0) {
        xt_text_add_z(&path, "?q=");
        html_query(&path, typed);
    }
    page_init(&page, request, path.s);
    page.unlisted = typed.n > 0;
    heading(&page, W_GLOSSARY, W_GLOSSARY_ABOUT);
    write_term_set(&page, terms, count);
    xt_text_add_z(&page.body,
                  "<form class=\"row\" action=\"/glossary\" method=\"get\"><input type=\"search\" name=\"q\" "
                  "maxlength=\"60\" aria-label=\"");
    html_z(&page.body, say(request, W_FIND_TERM));
    xt_text_add_z(&page.body, "\" value=\"");
    html_text(&page.body, typed);
    xt_text_add_z(&page.body, request->lang == XT_EN ? "\"><input type=\"hidden\" name=\"lang\" value=\"en\">" : "\">");
    xt_text_addf(&page.body, "<button class=\"button\" type=\"submit\">%s</button></form>\n",
                 say(request, W_FIND_TERM));
    if (count == 0)
        add_paragraph(&page, say(request, W_NOTHING));
    else
        xt_text_add_z(&page.body, "<dl>\n");
    for (i = 0; i < count; i++)
        write_term(&page, terms[i]);
    xt_text_add_z(&page.body, count > 0 ? "</dl>\n" : "");
    page_reply(&page, reply);
    return XT_OK;
}

/* ---- identifiers ---- */

static void write_form(struct page *page, struct xt_str chosen, struct xt_str value)
{
    const struct xt_request *request = page->request;
    const struct xt_region *region = request->node->region;
    struct xt_text *out = &page->body;
    size_t i;

    xt_text_addf(
        out, "<form class=\"row\" action=\"/identifiers\" method=\"get\"><select name=\"scheme\" aria-label=\"%s\">",
        say(request, W_KIND_OF_IDENTIFIER));
    for (i = 0; i < region->scheme_count; i++) {
        const struct xt_scheme *scheme = &region->schemes[i];

        if (!xt_identifier_used(region, scheme, request->actor.reads))
            continue;
        xt_text_addf(out, "<option value=\"%s\"%s>", scheme->name, xt_str_is(chosen, scheme->name) ? " selected" : "");
        html_z(out, scheme->labels[request->lang]);
        xt_text_add_z(out, "</option>");
    }
    xt_text_addf(out, "</select><input name=\"value\" maxlength=\"%d\" aria-label=\"%s\" value=\"", XT_IDENTIFIER_MAX,
                 say(request, W_IDENTIFIER));
    html_text(out, value);
    xt_text_add_z(out, request->lang == XT_EN ? "\"><input type=\"hidden\" name=\"lang\" value=\"en\">" : "\">");
    xt_text_addf(out, "<button class=\"button\" type=\"submit\">%s</button></form>\n", say(request, W_CHECK));
}

static void write_found(struct page *page, const struct xt_identifier *found)
{
    size_t i;

    add_paragraph(page, found->says);
    add_paragraph(page, found->mended);
    if (found->good && found->record_count == 0)
        add_paragraph(page, say(page->request, W_IDENTIFIER_NOBODY));
    xt_text_add_z(&page->body, found->record_count > 0 ? "<ul class=\"dots\">" : "");
    for (i = 0; i < found->record_count; i++) {
        xt_text_add_z(&page->body, "<li>");
        page_link(page, xt_arena_printf(page->request->arena, "/records/%s", found->records[i].key),
                  xt_str(found->records[i].title));
        xt_text_add_z(&page->body, "</li>");
    }
    xt_text_add_z(&page->body, found->record_count > 0 ? "</ul>\n" : "");
}

static void write_fact(struct page *page, enum word name, const char *value)
{
    if (!value)
        return;
    xt_text_addf(&page->body, "<dt>%s</dt><dd>", say(page->request, name));
    html_z(&page->body, value);
    xt_text_add_z(&page->body, "</dd>\n");
}

static void write_carriers(struct page *page, const struct xt_scheme *scheme)
{
    const struct xt_request *request = page->request;
    const struct xt_region *region = request->node->region;
    bool first = true;
    size_t i, k;

    xt_text_addf(&page->body, "<dt>%s</dt><dd>", say(request, W_CARRIED_BY));
    for (i = 0; i < region->type_count; i++) {
        for (k = 0; k < region->types[i].field_count; k++) {
            if (!xt_identifier_field(&region->types[i].fields[k], scheme, request->actor.reads))
                continue;
            xt_text_add_z(&page->body, first ? "" : " · ");
            page_link(page, xt_arena_printf(request->arena, "/search?type=%s", region->types[i].name),
                      xt_str(region->types[i].labels[request->lang]));
            first = false;
            break;
        }
    }
    xt_text_add_z(&page->body, "</dd>\n");
}

/* "9×1 + 1×3 + … = 2408; 2408 mod 31 = 21 → T" */
static void write_working(struct page *page, const struct xt_scheme *scheme)
{
    struct xt_text *out = &page->body;
    struct xt_working working;
    size_t i;

    if (!scheme->example || xt_identity_work(scheme->rule, xt_str(scheme->example), &working) != XT_WORKED)
        return;
    xt_text_addf(out, "<dt>%s</dt><dd>", say(page->request, W_CHECK_CHARACTER));
    for (i = 0; i < working.count; i++)
        xt_text_addf(out, "%s%d×%d", i == 0 ? "" : " + ", working.parts[i].value, working.parts[i].weight);
    xt_text_addf(out, " = %d; %d mod %d = %d → %s</dd>\n", working.sum, working.sum, working.modulus, working.rest,
                 working.expected);
}

static void write_scheme(struct page *page, const struct xt_scheme *scheme)
{
    enum xt_lang lang = page->request->lang;

    xt_text_addf(&page->body, "<section id=\"%s\"><h2>", scheme->name);
    html_z(&page->body, scheme->labels[lang]);
    xt_text_add_z(&page->body, "</h2>\n");
    add_paragraph(page, scheme->about[lang]);
    xt_text_add_z(&page->body, "<dl>\n");
    write_fact(page, W_FORM, scheme->form[lang]);
    write_fact(page, W_EXAMPLE, scheme->example);
    write_working(page, scheme);
    write_fact(page, W_STANDARD, scheme->standard);
    write_fact(page, W_RESOLVED_AT, scheme->resolve);
    write_carriers(page, scheme);
    xt_text_add_z(&page->body, "</dl></section>\n");
}

enum xt_code page_identifiers(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(page_done) struct page page = {0};
    XT_AUTO(xt_text_done) struct xt_text path = {0};
    const struct xt_region *region = request->node->region;
    struct xt_str name = xt_request_param(request, "scheme"), value = xt_str_trim(xt_request_param(request, "value"));
    const struct xt_scheme *scheme = xt_region_scheme(region, name);
    struct xt_identifier found = {.says = ""};
    enum xt_code rc = XT_OK;
    size_t i;

    if (value.n > XT_IDENTIFIER_MAX || !scheme || !xt_identifier_used(region, scheme, request->actor.reads))
        value = (struct xt_str){"", 0};
    xt_text_init(&path, ADDRESS_MAX);
    xt_text_add_z(&path, "/identifiers");
    if (value.n > 0) {
        xt_text_addf(&path, "?scheme=%s&value=", scheme->name);
        html_query(&path, value);
    }
    page_init(&page, request, path.s);
    page.unlisted = value.n > 0;
    heading(&page, W_IDENTIFIERS, W_IDENTIFIERS_ABOUT);
    write_form(&page, name, value);
    if (value.n > 0)
        rc = xt_identifier_look(request, scheme, value, &found, err);
    if (rc != XT_OK)
        return rc;
    write_found(&page, &found);
    for (i = 0; i < region->scheme_count; i++)
        if (xt_identifier_used(region, &region->schemes[i], request->actor.reads))
            write_scheme(&page, &region->schemes[i]);
    page_reply(&page, reply);
    return XT_OK;
}
