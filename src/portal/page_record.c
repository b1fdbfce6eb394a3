/* page_record.c - a record's page: every field the reader may see, with labels, links and sources. */
#include <string.h>

#include "portal/portal_priv.h"

#define VALUES_MAX      200        /* of a field; the application shows the others */
#define DESCRIBED_BYTES 4 * XT_KIB /* of a description's text, of which a few hundred characters are shown */

struct record_page {
    struct page page;
    struct xt_conn *conn;
    struct xt_shown shown;
    bool *done; /* [field]: it is written */
};

/* ---- values ---- */

static void write_value(struct record_page *p, const struct xt_field *field, const json_t *value, size_t n);

static void write_group(struct record_page *p, const struct xt_field *group, const json_t *value)
{
    struct xt_text *out = &p->page.body;
    size_t i, k;

    xt_text_add_z(out, "<dl class=\"inner\">");
    for (i = 0; i < group->field_count; i++) {
        const struct xt_field *field = &group->fields[i];
        const json_t *member = json_object_get(value, field->name), *item;

        if (!member)
            continue;
        xt_text_add_z(out, "<div><dt>");
        html_z(out, field->labels[p->page.request->lang]);
        xt_text_add_z(out, "</dt>");
        if (!json_is_array(member)) {
            xt_text_add_z(out, "<dd>");
            write_value(p, field, member, 0);
            xt_text_add_z(out, "</dd>");
        }
        for (k = 0; json_is_array(member) && k < json_array_size(member); k++) {
            item = json_array_get(member, k);
            xt_text_add_z(out, "<dd>");
            write_value(p, field, item, k);
            xt_text_add_z(out, "</dd>");
        }
        xt_text_add_z(out, "</div>");
    }
    xt_text_add_z(out, "</dl>");
}

static void write_link(struct record_page *p, const struct xt_field *field, const json_t *value, size_t n)
{
    const struct xt_shown_link *target = xt_shown_target(&p->shown, field, n);

    if (target && !target->deleted)
        page_link(&p->page, xt_arena_printf(p->page.request->arena, "/records/%.*s", (int)target->key.n, target->key.s),
                  xt_json_str(value, "label"));
    else
        html_text(&p->page.body, xt_json_str(value, "label"));
}

static void write_value(struct record_page *p, const struct xt_field *field, const json_t *value, size_t n)
{
    struct xt_text *out = &p->page.body;
    XT_AUTO(xt_text_done) struct xt_text words = {0};

    if (field->kind == XT_KIND_GROUP) {
        write_group(p, field, value);
        return;
    }
    if (field->kind == XT_KIND_LINK) {
        write_link(p, field, value, n);
        return;
    }
    xt_text_init(&words, XT_MIB);
    xt_show_one(field, value, p->page.request->lang, &words);
    if (field->kind == XT_KIND_URL && html_safe_url(xt_text_view(&words))) {
        xt_text_add_z(out, "<a rel=\"noreferrer external\" href=\"");
        html_text(out, xt_text_view(&words));
        xt_text_add_z(out, "\">");
        html_text(out, xt_text_view(&words));
        xt_text_add_z(out, "</a>");
    } else {
        html_text(out, xt_text_view(&words));
    }
}

static void write_field(struct record_page *p, const struct xt_field *field)
{
    const json_t *value = json_object_get(p->shown.body, field->name);
    struct xt_text *out = &p->page.body;
    size_t count, i;

    if (!value || p->done[field - p->shown.type->fields])
        return;
    p->done[field - p->shown.type->fields] = true;
    count = json_is_array(value) ? json_array_size(value) : 1;
    xt_text_add_z(out, "<div><dt>");
    html_z(out, field->labels[p->page.request->lang]);
    xt_text_add_z(out, field->kind == XT_KIND_TEXT ? "</dt><dd class=\"prose\"><p>" : "</dt><dd>");
    for (i = 0; i < count && i < VALUES_MAX; i++) {
        if (i > 0 && field->kind != XT_KIND_GROUP)
            xt_text_add_z(out, p->page.request->lang == XT_ZH ? "；" : "; ");
        write_value(p, field, json_is_array(value) ? json_array_get(value, i) : value, i);
    }
    if (count > VALUES_MAX)
        xt_text_addf(out, " … (%zu)", count);
    xt_text_add_z(out, field->kind == XT_KIND_TEXT ? "</p></dd></div>\n" : "</dd></div>\n");
}

/* ---- the page ---- */

static bool has_any(const struct record_page *p, const struct xt_field *const *fields, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (json_object_get(p->shown.body, fields[i]->name) && !p->done[fields[i] - p->shown.type->fields])
            return true;
    return false;
}

static void write_section(struct record_page *p, const char *label, const struct xt_field *const *fields, size_t count)
{
    struct xt_text *out = &p->page.body;
    size_t i;

    if (!has_any(p, fields, count))
        return;
    xt_text_add_z(out, "<section><h2>");
    html_z(out, label);
    xt_text_add_z(out, "</h2>\n<dl class=\"fields\">\n");
    for (i = 0; i < count; i++)
        write_field(p, fields[i]);
    xt_text_add_z(out, "</dl></section>\n");
}

static void write_sections(struct record_page *p)
{
    const struct xt_type *type = p->shown.type;
    const struct xt_field **all = xt_arena_alloc(p->page.request->arena, (type->field_count + 1) * sizeof *all);
    enum xt_lang lang = p->page.request->lang;
    size_t i;

    p->done = xt_arena_alloc(p->page.request->arena, type->field_count * sizeof *p->done);
    p->done[type->title - type->fields] = true; /* it is the heading */
    for (i = 0; i < type->section_count; i++)
        write_section(p, type->sections[i].labels[lang], type->sections[i].fields, type->sections[i].count);
    for (i = 0; i < type->field_count; i++)
        all[i] = &type->fields[i];
    write_section(p, say(p->page.request, W_OTHER), all, type->field_count);
}

static enum xt_code write_sources(struct record_page *p, struct xt_error *err)
{
    struct xt_text *out = &p->page.body;
    struct xt_shown_source *sources;
    size_t count = 0, i;
    char day[XT_DATE_SIZE];
    enum xt_code rc = xt_shown_sources(p->conn, &p->shown, p->page.request->arena, &sources, &count, err);

    if (rc != XT_OK || count == 0)
        return rc;
    xt_text_add_z(out, "<section><h2>");
    html_z(out, say(p->page.request, W_SOURCES));
    xt_text_add_z(out, "</h2>\n<ol class=\"dots\">\n");
    for (i = 0; i < count; i++) {
        xt_text_add_z(out, "<li>");
        html_text(out, sources[i].node);
        if (sources[i].mapping.n > 0) {
            xt_text_add_z(out, " · ");
            html_text(out, sources[i].mapping);
        }
        if (sources[i].file.n > 0) {
            xt_text_add_z(out, " · ");
            html_text(out, sources[i].file);
        }
        if (sources[i].row > 0)
            xt_text_addf(out, " : %lld", (long long)sources[i].row);
        xt_text_addf(out, " · <time>%s</time></li>\n",
                     xt_date_of(sources[i].datestamp, p->page.request->node->minutes_east, day));
    }
    xt_text_add_z(out, "</ol></section>\n");
    return XT_OK;
}

void describe_record(const struct xt_request *request, const struct xt_shown *shown, struct xt_text *out)
{
    const struct xt_type *type = shown->type;
    enum xt_lang lang = request->lang;
    size_t i, k;

    xt_text_add_z(out, type->labels[lang]);
    for (i = 0; i < type->fact_count; i++) {
        const json_t *value = json_object_get(shown->body, type->facts[i]->name);
        size_t count = !value ? 0 : json_is_array(value) ? json_array_size(value) : 1;

        if (!value || type->facts[i]->kind == XT_KIND_GROUP)
            continue;
        xt_text_addf(out, lang == XT_ZH ? "；%s：" : "; %s: ", type->facts[i]->labels[lang]);
        for (k = 0; k < count && k < 3; k++) {
            if (k > 0)
                xt_text_add_z(out, lang == XT_ZH ? "、" : ", ");
            xt_show_one(type->facts[i], json_is_array(value) ? json_array_get(value, k) : value, lang, out);
        }
    }
    for (i = 0; i < type->field_count; i++) {
        const json_t *value = json_object_get(shown->body, type->fields[i].name);

        if (type->fields[i].kind == XT_KIND_TEXT && json_is_string(value)) {
            struct xt_str text = xt_json_view(value);

            xt_text_add_z(out, lang == XT_ZH ? "。" : ". ");
            xt_text_add(out, text.s, xt_utf8_clip(text.s, text.n, DESCRIBED_BYTES));
            return;
        }
    }
}

static void write_links(struct record_page *p)
{
    xt_text_addf(&p->page.head,
                 "    <link rel=\"alternate\" type=\"application/json\" href=\"/api/v1/records/%s\" data-served>\n",
                 p->shown.record.key);
}

static enum xt_code write_page(struct record_page *p, struct xt_error *err)
{
    const struct xt_record *record = &p->shown.record;
    struct xt_text *out = &p->page.body;
    struct xt_json w;
    char day[XT_DATE_SIZE];
    enum xt_code rc;

    xt_text_addf(&p->page.title, "%s · %s", record->title, p->shown.type->labels[p->page.request->lang]);
    describe_record(p->page.request, &p->shown, &p->page.description);
    write_links(p);
    xt_json_init(&w, &p->page.thing);
    thing_write(&w, p->page.request, &p->shown);
    xt_text_add_z(out, "<article>\n<p>");
    page_link(&p->page, xt_arena_printf(p->page.request->arena, "/search?type=%s", record->type),
              xt_str(p->shown.type->labels[p->page.request->lang]));
    xt_text_add_z(out, "</p>\n<h1>");
    html_z(out, record->title);
    xt_text_add_z(out, "</h1>\n");
    write_sections(p);
    rc = write_sources(p, err);
    if (rc != XT_OK)
        return rc;
    xt_text_add_z(out, "<p class=\"small quiet\">");
    html_z(out, say(p->page.request, W_KEY));
    html_z(out, record->key);
    xt_text_add_z(out, " · ");
    html_z(out, say(p->page.request, W_UPDATED));
    xt_text_addf(out, "<time>%s</time> · <a href=\"/api/v1/records/%s\">JSON</a></p>\n</article>\n",
                 xt_date_of(record->updated, p->page.request->node->minutes_east, day), record->key);
    return XT_OK;
}

/* The path as it was asked for: what is absent has no better address. */
static const char *raw_path(const struct xt_request *request)
{
    return request->target[0] == '/' ? xt_arena_strndup(request->arena, request->target, strcspn(request->target, "?"))
                                     : "/";
}

static void drop(struct record_page *p)
{
    xt_shown_done(&p->shown);
    page_done(&p->page);
}

enum xt_code page_record(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(drop) struct record_page p = {0};
    struct xt_str type = xt_request_param(request, "type"), id = xt_request_param(request, "id");
    const char *key = xt_arena_printf(request->arena, "%.*s/%.*s", (int)type.n, type.s, (int)id.n, id.s);
    enum xt_code rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);

    page_init(&p.page, request, NULL);
    p.page.og_type = "article";
    if (rc == XT_OK) {
        p.conn = xt_read_conn(read);
        rc = xt_shown_load(request->node->region, p.conn, xt_str(key), request->actor.reads, request->arena, &p.shown,
                           err);
    }
    if (rc == XT_OK && p.shown.record.merged_into) {
        reply->status = 301;
        reply->location = xt_arena_printf(request->arena, "/records/%s%s", p.shown.record.merged_into,
                                          request->lang == XT_EN ? "?lang=en" : "");
        return XT_OK;
    }
    p.page.path = raw_path(request);
    if (rc == XT_OK) {
        p.page.path = xt_arena_printf(request->arena, "/records/%s", p.shown.record.key);
        rc = write_page(&p, err);
    } else if (rc == XT_E_NOT_FOUND) {
        reply->status = 404;
        page_absent(&p.page, W_MISSING, W_MISSING_TEXT);
        rc = XT_OK;
    } else if (rc == XT_E_GONE) {
        reply->status = 410;
        page_absent(&p.page, W_GONE, W_GONE_TEXT);
        rc = XT_OK;
    }
    if (rc == XT_OK)
        page_reply(&p.page, reply);
    return rc;
}
