/* catalog_search.c - GET /api/v1/search: a query and its filters in, hits with highlights and facets out. */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "catalog/catalog_routes.h"
#include "catalog/catalog_view.h"
#include "catalog/show.h"

#define READ_WAIT_MS  2000
#define BUDGET_MS     5000 /* of one search; past it the answer says "gte" */
#define RELAX_MS      1000 /* of all questions after one that found nothing */
#define SNIPPET_CHARS 160
#define TITLE_CHARS   400
#define FACETS_MAX    24

const struct xt_param xt_catalog_search_params[] = {
    XT_SEARCH_PARAMS,
    {.name = "facets",
     .kind = XT_P_LIST,
     .max = 300,
     .otherwise = "",
     .about = "Facets to count, by name, comma-separated."},
    {.name = "facet_values",
     .kind = XT_P_INT,
     .min = 1,
     .max = 200,
     .otherwise = "20",
     .about = "Most values of a facet."},
    {.name = "sort",
     .kind = XT_P_ENUM,
     .values = "relevance date title",
     .otherwise = "relevance",
     .about = "Order: best match, newest first, title in pinyin order."},
    {.name = "limit", .kind = XT_P_INT, .min = 0, .max = 200, .otherwise = "20", .about = "Most items."},
    {.name = "cursor", .kind = XT_P_TEXT, .max = 500, .about = "From an earlier answer's next."},
    {.name = NULL},
};

struct asking {
    struct xt_request *request;
    struct xt_search_request ask;
    struct xt_str facets[FACETS_MAX];
    struct xt_search_relaxed relaxed[XT_RELAXED_MAX];
    size_t relaxed_count;
};

static bool is_asked(const struct asking *a, struct xt_str facet)
{
    size_t i;

    for (i = 0; i < a->ask.facet_count; i++) {
        if (xt_str_eq(a->facets[i], facet))
            return true;
    }
    return false;
}

static void read_facets(struct asking *a)
{
    const struct xt_search_schema *schema = &a->request->node->region->schema;
    struct xt_str list = xt_request_param(a->request, "facets");
    size_t i;

    a->ask.facets = a->facets;
    while (list.n > 0) {
        const char *comma = memchr(list.s, ',', list.n);
        struct xt_str raw = {list.s, comma ? (size_t)(comma - list.s) : list.n}, name = xt_str_trim(raw);

        for (i = 0; i < schema->facet_count; i++) {
            if (xt_str_is(name, schema->facets[i].name))
                break;
        }
        if (name.n > 0 && (i == schema->facet_count || a->ask.facet_count == FACETS_MAX))
            xt_problem(&a->request->problems, "facets", XT_MSG_NO_FACET, XT_VIEW(name));
        else if (name.n > 0 && !is_asked(a, name))
            a->facets[a->ask.facet_count++] = xt_str(schema->facets[i].name);
        list.s += raw.n + (comma ? 1 : 0);
        list.n -= raw.n + (comma ? 1 : 0);
    }
}

enum xt_code catalog_like(struct xt_node *node, struct xt_str key, struct xt_arena *arena,
                          struct xt_search_request *ask, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_json_unref) json_t *body = NULL;
    struct xt_search_doc *doc = xt_arena_alloc(arena, sizeof *doc);
    const struct xt_type *type = NULL;
    struct xt_record record;
    int64_t *id = xt_arena_alloc(arena, sizeof *id);
    enum xt_code rc = xt_read_begin(node->store, READ_WAIT_MS, &read, err);

    if (rc == XT_OK)
        rc = xt_catalog_get(xt_read_conn(read), key, arena, &record, err);
    if (rc == XT_OK)
        type = xt_region_type(node->region, xt_str(record.type));
    if (rc == XT_E_NOT_FOUND || (rc == XT_OK && (!type || record.deleted || !xt_catalog_may_see(&record, ask->reader))))
        return xt_fail(err, XT_E_NOT_FOUND, "like", XT_MSG_NO_RECORD, XT_VIEW(key));
    if (rc == XT_OK)
        rc = xt_json_parse(record.body, &body, err);
    if (rc != XT_OK)
        return rc;
    *id = record.id;
    doc_build(node->region, type, &record, body, arena, doc);
    /* The texts borrow from the body, which goes: they are few. */
    struct xt_search_text *texts = xt_arena_alloc(arena, (doc->text_count + 1) * sizeof *texts);
    for (size_t i = 0; i < doc->text_count; i++)
        texts[i] = (struct xt_search_text){
            doc->texts[i].field,
            {xt_arena_strndup(arena, doc->texts[i].text.s, doc->texts[i].text.n), doc->texts[i].text.n}};
    ask->like = texts;
    ask->like_count = doc->text_count;
    ask->without = id;
    return XT_OK;
}

static enum xt_code read_request(struct asking *a, struct xt_error *err)
{
    struct xt_request *request = a->request;

    xt_catalog_read_search(request->node->region, request->params, request->param_count, xt_catalog_search_params,
                           &request->problems, request->arena, &a->ask);
    a->ask.limit = (unsigned)xt_request_int(request, "limit", 20);
    a->ask.facet_values = (unsigned)xt_request_int(request, "facet_values", 20);
    a->ask.cursor = xt_request_param(request, "cursor");
    a->ask.reader = request->actor.reads;
    a->ask.budget_ms = BUDGET_MS;
    read_facets(a);
    if (request->problems.count > 0)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_REQUEST_WRONG, XT_INT(request->problems.seen));
    return xt_catalog_read_related(request, &a->ask, err);
}

/* ---- the answer ---- */

static void write_highlight(struct xt_json *w, const struct xt_search_words *words, const struct xt_type *type,
                            const struct xt_record *record, const json_t *body, enum xt_class reader)
{
    XT_AUTO(xt_text_done) struct xt_text title = {0}, best = {0}, text = {0}, source = {0};
    const struct xt_field *best_field = NULL;
    size_t i, most = 0, hits;

    xt_text_init(&title, 16 * XT_KIB);
    xt_text_init(&best, 16 * XT_KIB);
    xt_text_init(&text, 16 * XT_KIB);
    xt_text_init(&source, XT_MIB);
    (void)xt_search_highlight(words, (unsigned)(type->title->search >= 0 ? type->title->search : 0),
                              xt_str(record->title), TITLE_CHARS, &title);
    for (i = 0; i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];
        const json_t *value = json_object_get(body, field->name);

        if (!value || field->search < 0 || field == type->title || field->visibility > reader)
            continue;
        xt_text_clear(&source);
        xt_text_clear(&text);
        doc_value_text(field, value, &source);
        hits = xt_search_highlight(words, (unsigned)field->search, xt_text_view(&source), SNIPPET_CHARS, &text);
        /* The field with most hits; without any, the first long text as a summary. */
        if (hits > most || (most == 0 && !best_field && field->kind == XT_KIND_TEXT)) {
            most = hits;
            best_field = field;
            xt_text_clear(&best);
            xt_text_add_str(&best, xt_text_view(&text));
        }
    }
    xt_json_key(w, "highlight");
    xt_json_object(w);
    xt_json_kv_str(w, "title", xt_text_view(&title));
    xt_json_kv_str(w, "text", best_field ? xt_text_view(&best) : (struct xt_str){NULL, 0});
    xt_json_kv_z(w, "field", best_field ? best_field->name : NULL);
    xt_json_end_object(w);
}

static void write_year(struct xt_json *w, struct xt_str date)
{
    int64_t year;

    xt_json_key(w, "year");
    if (date.n >= 4 && xt_int_parse((struct xt_str){date.s, 4}, &year))
        xt_json_add_int(w, year);
    else
        xt_json_add_null(w);
}

static enum xt_code write_item(struct xt_json *w, struct asking *a, struct xt_conn *conn,
                               const struct xt_search_answer *answer, const struct xt_search_hit *hit,
                               struct xt_error *err)
{
    const struct xt_request *request = a->request;
    const struct xt_region *region = request->node->region;
    const struct xt_facet *areas = xt_region_facet(region, XT_STR("area"));
    XT_AUTO(xt_json_unref) json_t *body = NULL;
    struct xt_record record;
    const struct xt_type *type;
    struct xt_str area, date;
    enum xt_code rc = xt_catalog_get_id(conn, hit->id, request->arena, &record, err);

    if (rc == XT_E_NOT_FOUND)
        return XT_OK; /* the index is rebuilt from what is there; a stray hit is left out */
    if (rc == XT_OK && record.deleted)
        return XT_OK; /* since the index was fed; and a draft since then: */
    if (rc == XT_OK && !xt_catalog_may_see(&record, request->actor.reads))
        return XT_OK;
    if (rc == XT_OK)
        rc = xt_json_parse(record.body, &body, err);
    type = rc == XT_OK ? xt_region_type(region, xt_str(record.type)) : NULL;
    if (!type)
        return rc;
    xt_catalog_protect(type, body, request->actor.reads);
    area = xt_show_facet(region, type, body, "area", request->arena);
    date = xt_show_facet(region, type, body, "year", request->arena);
    xt_json_object(w);
    xt_json_kv_z(w, "key", record.key);
    xt_json_kv_z(w, "type", record.type);
    xt_json_kv_z(w, "type_label", type->labels[request->lang]);
    xt_json_kv_z(w, "title", record.title);
    write_highlight(w, answer->words, type, &record, body, request->actor.reads);
    xt_json_kv_str(w, "area", area);
    xt_json_kv_z(w, "area_label", areas && area.n > 0 ? xt_facet_label(areas, region, area, request->lang) : NULL);
    write_year(w, date);
    view_facts(w, type, body, request->lang);
    view_instant(w, "updated", record.updated);
    xt_json_end_object(w);
    return XT_OK;
}

static void write_parent(struct xt_json *w, const struct xt_region *region, const char *name, const char *value)
{
    size_t i;

    for (i = 0; i < region->schema.facet_count; i++) {
        const struct xt_search_facet *facet = &region->schema.facets[i];

        if (facet->parent && strcmp(facet->name, name) == 0 && facet->parent(facet->context, value))
            xt_json_kv_z(w, "parent", facet->parent(facet->context, value));
    }
}

static void write_facets(struct xt_json *w, const struct asking *a, const struct xt_search_answer *answer)
{
    const struct xt_region *region = a->request->node->region;
    size_t i, k;

    xt_json_key(w, "facets");
    xt_json_object(w);
    for (i = 0; i < answer->facet_count; i++) {
        const struct xt_search_facet_counts *counts = &answer->facets[i];
        const struct xt_facet *facet = xt_region_facet(region, xt_str(counts->name));

        xt_json_key(w, counts->name);
        xt_json_array(w);
        for (k = 0; k < counts->count; k++) {
            const char *value = counts->counts[k].value;
            const char *label = facet ? xt_facet_label(facet, region, xt_str(value), a->request->lang) : NULL;

            xt_json_object(w);
            xt_json_kv_z(w, "value", value);
            xt_json_kv_z(w, "label", label ? label : value);
            xt_json_kv_int(w, "count", counts->counts[k].count);
            write_parent(w, region, counts->name, value);
            xt_json_end_object(w);
        }
        xt_json_end_array(w);
    }
    xt_json_end_object(w);
    xt_json_key(w, "facet_labels");
    xt_json_object(w);
    for (i = 0; i < answer->facet_count; i++) {
        const struct xt_facet *facet = xt_region_facet(region, xt_str(answer->facets[i].name));

        xt_json_kv_z(w, answer->facets[i].name, facet ? facet->labels[a->request->lang] : answer->facets[i].name);
    }
    xt_json_end_object(w);
    xt_json_key(w, "facet_distinct");
    xt_json_object(w);
    for (i = 0; i < answer->facet_count; i++)
        xt_json_kv_int(w, answer->facets[i].name, (int64_t)answer->facets[i].distinct);
    xt_json_end_object(w);
}

void catalog_write_read(struct xt_json *w, const struct xt_search_answer *answer, enum xt_lang lang)
{
    size_t i;

    xt_json_kv_z(w, "understood", answer->understood[lang]);
    xt_json_key(w, "ignored");
    xt_json_array(w);
    for (i = 0; i < answer->ignored_count; i++) {
        xt_json_object(w);
        xt_json_kv_str(w, "text", answer->ignored[i].part);
        xt_json_kv_z(w, "reason", xt_msg_sentence(answer->ignored[i].why, lang));
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
    xt_json_key(w, "synonyms");
    xt_json_array(w);
    for (i = 0; i < answer->synonym_count; i++) {
        xt_json_object(w);
        xt_json_kv_str(w, "word", answer->synonyms[i].phrase);
        xt_json_kv_str(w, "also", answer->synonyms[i].also);
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
}

static void write_query(struct xt_json *w, const struct asking *a, const struct xt_search_answer *answer)
{
    xt_json_key(w, "query");
    xt_json_object(w);
    xt_json_kv_str(w, "text", a->ask.query.s ? a->ask.query : XT_STR(""));
    catalog_write_read(w, answer, a->request->lang);
    xt_json_end_object(w);
}

static const struct xt_search_filter *filter_named(const struct asking *a, struct xt_str name)
{
    size_t i;

    for (i = 0; i < a->ask.filter_count; i++) {
        if (xt_str_eq(a->ask.filters[i].name, name))
            return &a->ask.filters[i];
    }
    return NULL;
}

/* "广州市、深圳市": a filter's values in words. */
static void write_filter_values(struct xt_json *w, const struct asking *a, struct xt_str name)
{
    const struct xt_region *region = a->request->node->region;
    const struct xt_facet *facet = xt_region_facet(region, name);
    const struct xt_search_filter *filter = filter_named(a, name);
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    size_t i;

    xt_text_init(&text, 16 * XT_KIB);
    for (i = 0; filter && i < filter->value_count; i++) {
        const char *label = facet ? xt_facet_label(facet, region, filter->values[i], a->request->lang) : NULL;

        if (i > 0)
            xt_text_add_z(&text, a->request->lang == XT_ZH ? "、" : ", ");
        if (label)
            xt_text_add_z(&text, label);
        else
            xt_text_add_str(&text, filter->values[i]);
    }
    xt_json_kv_str(w, "part", xt_text_view(&text));
}

/* Nothing was found: what would be with less asked for. */
static enum xt_code relax(struct asking *a, const struct xt_search_answer *answer, struct xt_error *err)
{
    if (answer->total > 0 || answer->at_least || a->ask.like || a->ask.cursor.n > 0 || a->ask.limit == 0)
        return XT_OK;
    return xt_search_relax(a->request->node->search, &a->request->node->region->schema, &a->ask, a->request->lang,
                           RELAX_MS, a->request->arena, a->relaxed, &a->relaxed_count, err);
}

static void write_relaxed(struct xt_json *w, const struct asking *a)
{
    static const char *const names[] = {[XT_RELAX_SYNONYMS] = "synonyms",
                                        [XT_RELAX_PIECES] = "pieces",
                                        [XT_RELAX_FILTER] = "filter",
                                        [XT_RELAX_WORD] = "word"};
    size_t i;

    xt_json_key(w, "relaxed");
    xt_json_array(w);
    for (i = 0; i < a->relaxed_count; i++) {
        const struct xt_search_relaxed *one = &a->relaxed[i];

        xt_json_object(w);
        xt_json_kv_z(w, "how", names[one->how]);
        xt_json_kv_z(w, "q", one->query);
        xt_json_kv_z(w, "match", one->how == XT_RELAX_PIECES || a->ask.pieces ? "pieces" : "phrase");
        xt_json_kv_str(w, "filter", one->how == XT_RELAX_FILTER ? one->part : (struct xt_str){NULL, 0});
        if (one->how == XT_RELAX_FILTER)
            write_filter_values(w, a, one->part);
        else
            xt_json_kv_str(w, "part", one->part);
        xt_json_kv_int(w, "total", one->total);
        xt_json_kv_z(w, "relation", one->at_least ? "gte" : "eq");
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
}

static enum xt_code write_answer(struct xt_text *out, struct asking *a, const struct xt_search_answer *answer,
                                 struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_json w;
    size_t i;
    enum xt_code rc = xt_read_begin(a->request->node->store, READ_WAIT_MS, &read, err);

    if (rc != XT_OK)
        return rc;
    xt_json_init(&w, out);
    xt_json_object(&w);
    xt_json_kv_int(&w, "total", answer->total);
    xt_json_kv_z(&w, "relation", answer->at_least ? "gte" : "eq");
    xt_json_key(&w, "looked");
    xt_json_add_double(&w, answer->looked);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    for (i = 0; rc == XT_OK && i < answer->hit_count; i++)
        rc = write_item(&w, a, xt_read_conn(read), answer, &answer->hits[i], err);
    xt_json_end_array(&w);
    write_facets(&w, a, answer);
    write_query(&w, a, answer);
    write_relaxed(&w, a);
    xt_json_kv_z(&w, "next", answer->next ? xt_request_next(a->request, "/api/v1/search", answer->next) : NULL);
    xt_json_kv_int(&w, "took_us", answer->took_us);
    xt_json_end_object(&w);
    return rc;
}

enum xt_code xt_catalog_search(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    struct asking *a = xt_arena_alloc(request->arena, sizeof *a);
    struct xt_search_answer answer;
    enum xt_code rc;

    a->request = request;
    rc = read_request(a, err);
    if (rc == XT_OK)
        rc = xt_search_ask(request->node->search, &a->ask, request->arena, &answer, err);
    if (rc == XT_OK)
        rc = relax(a, &answer, err); /* before a connection is taken: it may search for a second */
    if (rc == XT_OK)
        rc = write_answer(&reply->body, a, &answer, err);
    return rc;
}
