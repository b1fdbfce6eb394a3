/* cite_routes.c - how a record is cited, over HTTP. */
#include <string.h>

#include "base/json.h"
#include "exchange/cite.h"
#include "exchange/exchange_priv.h"

#define READ_WAIT_MS 2000

const struct xt_param xt_exchange_citation_params[] = {
    {.name = "type", .in = XT_IN_PATH, .kind = XT_P_TEXT, .max = 50, .about = "Name of a record type."},
    {.name = "id", .in = XT_IN_PATH, .kind = XT_P_TEXT, .max = 40, .about = "The ULID of the record's key."},
    {.name = "style",
     .kind = XT_P_ENUM,
     .values = "all gb7714 apa bibtex ris",
     .otherwise = "all",
     .about = "GB/T 7714-2015, APA 7, BibTeX or RIS, each as a text of its own; all as JSON."},
    {.name = "cited_on",
     .kind = XT_P_TEXT,
     .max = 10,
     .about = "The day of citing, such as 2026-03-05, where a style names it; otherwise today."},
    {.name = NULL},
};

const struct xt_schema xt_exchange_schemas[] = {
    {"Citations",
     "{\"type\":\"object\",\"description\":\"A record as it is cited, in each style.\","
     "\"required\":[\"key\",\"gb7714\",\"apa\",\"bibtex\",\"ris\"],\"properties\":{\"key\":{\"type\":\"string\"},"
     "\"gb7714\":{\"type\":\"string\"},\"apa\":{\"type\":\"string\"},\"bibtex\":{\"type\":\"string\"},\"ris\":{\"type\":"
     "\"string\"}}}"},
    {NULL, NULL},
};

struct xt_cite_context xt_exchange_cite_context(const struct xt_request *request, char today[XT_DATE_SIZE])
{
    return (struct xt_cite_context){
        .region = request->node->region,
        .base_url = request->base_url,
        .cited_on = xt_date_of(xt_now(), request->node->minutes_east, today),
        .lang = request->lang,
    };
}

static void write_one(const struct xt_cited *cited, enum xt_cite_style style, struct xt_request *request,
                      struct xt_reply *reply)
{
    xt_cite(cited, style, &reply->body);
    reply->content_type = xt_cite_media(style);
    if (style == XT_CITE_BIBTEX || style == XT_CITE_RIS) {
        struct xt_str id = xt_request_param(request, "id");

        reply->download_name = xt_arena_printf(request->arena, "%.*s.%s", (int)id.n, id.s, xt_cite_ending(style));
    }
}

static void write_all(const struct xt_cited *cited, struct xt_reply *reply)
{
    struct xt_json w;
    int style;

    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_kv_z(&w, "key", cited->key);
    for (style = 0; style < XT_CITE_STYLES; style++) {
        XT_AUTO(xt_text_done) struct xt_text entry = {0};

        xt_text_init(&entry, XT_MIB);
        xt_cite(cited, (enum xt_cite_style)style, &entry);
        xt_json_kv_str(&w, xt_cite_style_name((enum xt_cite_style)style), xt_str_trim(xt_text_view(&entry)));
    }
    xt_json_end_object(&w);
}

enum xt_code xt_exchange_get_citation(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_shown_done) struct xt_shown shown = {0};
    struct xt_str type = xt_request_param(request, "type"), id = xt_request_param(request, "id");
    struct xt_str on = xt_request_param(request, "cited_on"), style = xt_request_param(request, "style");
    const char *key = xt_arena_printf(request->arena, "%.*s/%.*s", (int)type.n, type.s, (int)id.n, id.s);
    char today[XT_DATE_SIZE];
    struct xt_cite_context context = xt_exchange_cite_context(request, today);
    struct xt_cited cited;
    int year, month, day;
    enum xt_code rc;

    if (on.n > 0 && (!xt_date_parse(on, &year, &month, &day) || day == 0))
        return xt_fail(err, XT_E_INPUT, "cited_on", XT_MSG_NOT_DATE, XT_VIEW(on));
    if (on.n > 0)
        context.cited_on = xt_arena_strndup(request->arena, on.s, on.n);
    rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc == XT_OK)
        rc = xt_shown_load(request->node->region, xt_read_conn(read), xt_str(key), request->actor.reads, request->arena,
                           &shown, err);
    if (rc != XT_OK)
        return rc;
    if (shown.record.merged_into) {
        reply->status = 301;
        reply->location = xt_arena_printf(request->arena, "/api/v1/records/%s/citation%s", shown.record.merged_into,
                                          xt_request_query(request));
        return XT_OK;
    }
    xt_cited_of(&shown, &context, request->arena, &cited);
    if (xt_cite_style(style) < XT_CITE_STYLES)
        write_one(&cited, xt_cite_style(style), request, reply);
    else
        write_all(&cited, reply);
    return XT_OK;
}
