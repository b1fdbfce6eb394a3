/* harvest_routes.c - GET /api/v1/sources: what is harvested, how far it is, what was refused. */
#include <string.h>

#include "base/json.h"
#include "harvest/harvest_priv.h"

#define READ_WAIT_MS   2000
#define RUNS           10
#define REFUSED        50
#define DIAGNOSIS_ROWS 20

static void add_instant(struct xt_json *w, const char *key, xt_instant at)
{
    char text[XT_INSTANT_SIZE];

    xt_json_kv_str(w, key, at > 0 ? xt_str(xt_instant_format(at, false, text)) : (struct xt_str){NULL, 0});
}

/* Where a name leads to inside a network is for those who run the node. */
static bool may_be_told(const struct run *run, const struct xt_request *request)
{
    return strcmp(run->error_class, "address") != 0 || request->actor.may[XT_MAY_ADMIN];
}

static void add_run(struct xt_json *w, const struct run *run, const struct xt_request *request)
{
    const struct {
        const char *name;
        int64_t value;
    } counts[] = {{"seen", run->seen},       {"stored", run->stored},     {"unchanged", run->unchanged},
                  {"deleted", run->deleted}, {"rejected", run->rejected}, {"waiting", run->waiting},
                  {"missing", run->missing}, {"losing", run->losing},     {"pages", run->pages},
                  {"bytes", run->bytes},     {"retries", run->retries},   {"repaired", run->repaired}};
    size_t i;

    xt_json_object(w);
    xt_json_kv_int(w, "run", run->id);
    xt_json_kv_z(w, "kind", run->kind);
    xt_json_kv_z(w, "state", run->state);
    xt_json_kv_z(w, "phase", run->phase);
    add_instant(w, "started", run->started_at);
    add_instant(w, "updated", run->updated_at);
    add_instant(w, "ended", run->ended_at);
    add_instant(w, "from", run->from_at);
    for (i = 0; i < XT_COUNT(counts); i++)
        xt_json_kv_int(w, counts[i].name, counts[i].value);
    if (run->list_size >= 0)
        xt_json_kv_int(w, "list_size", run->list_size);
    xt_json_key(w, "error");
    if (*run->error_class) {
        xt_json_object(w);
        xt_json_kv_z(w, "class", run->error_class);
        if (may_be_told(run, request))
            xt_json_kv_z(w, "message", request->lang == XT_ZH ? run->error_zh : run->error_en);
        xt_json_end_object(w);
    } else {
        xt_json_add_null(w);
    }
    xt_json_end_object(w);
}

/* The members of a source; the object stays open. */
static enum xt_code add_source(struct xt_json *w, struct xt_conn *conn, const struct source *s,
                               struct xt_request *request, struct xt_error *err)
{
    struct run run;
    bool found = false;
    int64_t refused = 0;
    enum xt_code rc = quarantine_count(conn, s->id, &refused, err);

    if (rc == XT_OK)
        rc = run_last(conn, s->id, request->arena, &run, &found, err);
    if (rc != XT_OK)
        return rc;
    xt_json_kv_z(w, "name", s->name);
    xt_json_kv_z(w, "url", s->url);
    xt_json_kv_z(w, "prefix", s->prefix);
    xt_json_kv_z(w, "set", s->set_spec);
    xt_json_kv_z(w, "repository", s->repository);
    xt_json_kv_bool(w, "resting", s->rests);
    xt_json_kv_int(w, "every_s", s->every_s);
    xt_json_kv_int(w, "guard_percent", s->guard_percent);
    xt_json_kv_int(w, "live", s->live);
    xt_json_kv_int(w, "quarantined", refused);
    add_instant(w, "harvested_up_to", s->last_response);
    add_instant(w, "due", s->due_at);
    xt_json_key(w, "last");
    if (found)
        add_run(w, &run, request);
    else
        xt_json_add_null(w);
    return XT_OK;
}

/* ---- GET /api/v1/sources ---- */

static enum xt_code get_sources(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    int64_t limit = xt_request_int(request, "limit", REFUSED), count = 0;
    struct xt_str after = xt_request_param(request, "after");
    struct source source;
    struct xt_json w;
    bool more = true;
    enum xt_code rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);

    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    while (rc == XT_OK && count <= limit) {
        rc = source_next(xt_read_conn(read), after.s ? after : XT_STR(""), request->arena, &source, &more, err);
        if (rc != XT_OK || !more || count++ == limit)
            break;
        after = xt_str(source.name);
        xt_json_object(&w);
        rc = add_source(&w, xt_read_conn(read), &source, request, err);
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_key(&w, "next"); /* names need no escaping */
    if (rc == XT_OK && more)
        xt_json_add_z(&w, xt_arena_printf(request->arena, "/api/v1/sources?limit=%lld&after=%.*s", (long long)limit,
                                          (int)after.n, after.s));
    else
        xt_json_add_null(&w);
    xt_json_end_object(&w);
    return rc;
}

/* ---- GET /api/v1/sources/{name} ---- */

struct page {
    struct xt_json *w;
    struct xt_request *request;
    struct xt_str last; /* identifier of the record at hand, the arena's; empty before the first */
    int64_t count, limit;
    bool open, more;
};

static void end_refused(struct page *page)
{
    if (!page->open)
        return;
    xt_json_end_array(page->w);
    xt_json_end_object(page->w);
    page->open = false;
}

static void add_reason(struct xt_json *w, const struct refused_row *row, enum xt_lang lang)
{
    xt_json_object(w);
    xt_json_kv_str(w, "rule", row->rule);
    xt_json_kv_str(w, "field", row->field);
    xt_json_kv_str(w, "message", lang == XT_ZH ? row->zh : row->en);
    xt_json_end_object(w);
}

static bool add_refused(void *context, const struct refused_row *row)
{
    struct page *page = context;

    if (!page->open || !xt_str_eq(page->last, row->identifier)) {
        end_refused(page);
        if (page->count == page->limit) {
            page->more = true;
            return false;
        }
        page->count++;
        page->last = (struct xt_str){xt_arena_strndup(page->request->arena, row->identifier.s, row->identifier.n),
                                     row->identifier.n};
        xt_json_object(page->w);
        xt_json_kv_str(page->w, "identifier", row->identifier);
        xt_json_kv_str(page->w, "datestamp", row->datestamp);
        add_instant(page->w, "at", row->at);
        xt_json_key(page->w, "reasons");
        xt_json_array(page->w);
        page->open = true;
    }
    add_reason(page->w, row, page->request->lang);
    return true;
}

static enum xt_code add_quarantine(struct xt_json *w, struct xt_conn *conn, const struct source *source,
                                   struct xt_request *request, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text next = {0};
    struct page page = {.w = w, .request = request, .limit = xt_request_int(request, "limit", REFUSED)};
    struct xt_str after = xt_request_param(request, "after");
    enum xt_code rc;

    xt_json_key(w, "quarantine");
    xt_json_object(w);
    xt_json_key(w, "items");
    xt_json_array(w);
    rc = quarantine_each(conn, source->id, after.s ? after : XT_STR(""), page.limit + 1, add_refused, &page, err);
    end_refused(&page);
    xt_json_end_array(w);
    xt_json_key(w, "next");
    if (page.more) {
        xt_text_init(&next, 4 * XT_OAI_IDENTIFIER_MAX + 400);
        xt_text_addf(&next, "/api/v1/sources/%s?limit=%lld", source->name, (long long)page.limit);
        harvest_query_add(&next, "after", page.last);
        xt_json_add_str(w, xt_text_view(&next));
    } else {
        xt_json_add_null(w);
    }
    xt_json_end_object(w);
    return rc;
}

static enum xt_code add_runs(struct xt_json *w, struct xt_conn *conn, const struct source *source,
                             struct xt_request *request, struct xt_error *err)
{
    struct run run = {.id = INT64_MAX};
    bool found = true;
    enum xt_code rc = XT_OK;
    int i;

    xt_json_key(w, "runs");
    xt_json_array(w);
    for (i = 0; i < RUNS && rc == XT_OK; i++) {
        rc = run_before(conn, source->id, run.id, request->arena, &run, &found, err);
        if (rc != XT_OK || !found)
            break;
        add_run(w, &run, request);
    }
    xt_json_end_array(w);
    return rc;
}

struct rules {
    struct xt_arena *arena;
    struct diagnosis_row rows[DIAGNOSIS_ROWS];
    size_t count;
};

static void keep_rule(void *context, const struct diagnosis_row *row)
{
    struct rules *rules = context;

    if (rules->count < DIAGNOSIS_ROWS)
        rules->rows[rules->count++] =
            (struct diagnosis_row){{xt_arena_strndup(rules->arena, row->rule.s, row->rule.n), row->rule.n},
                                   {xt_arena_strndup(rules->arena, row->field.s, row->field.n), row->field.n},
                                   row->count};
}

struct example {
    struct xt_json *w;
    enum xt_lang lang;
};

static void add_example(void *context, const struct refused_row *row)
{
    struct example *e = context;

    xt_json_object(e->w);
    xt_json_kv_str(e->w, "identifier", row->identifier);
    xt_json_kv_str(e->w, "message", e->lang == XT_ZH ? row->zh : row->en);
    xt_json_end_object(e->w);
}

/* Which rules the records break, how many, and ten of them each. */
static enum xt_code add_diagnosis(struct xt_json *w, struct xt_conn *conn, const struct source *source,
                                  struct xt_request *request, struct xt_error *err)
{
    struct rules rules = {.arena = request->arena};
    struct example example = {w, request->lang};
    int64_t refused = 0;
    enum xt_code rc = quarantine_count(conn, source->id, &refused, err);
    size_t i;

    if (rc == XT_OK)
        rc = diagnosis_each(conn, source->id, DIAGNOSIS_ROWS, keep_rule, &rules, err);
    xt_json_key(w, "diagnosis");
    xt_json_array(w);
    for (i = 0; i < rules.count && rc == XT_OK; i++) {
        xt_json_object(w);
        xt_json_kv_str(w, "rule", rules.rows[i].rule);
        xt_json_kv_str(w, "field", rules.rows[i].field);
        xt_json_kv_int(w, "breaking", rules.rows[i].count);
        xt_json_kv_int(w, "of", source->live + refused);
        xt_json_key(w, "examples");
        xt_json_array(w);
        rc = diagnosis_examples(conn, source->id, &rules.rows[i], add_example, &example, err);
        xt_json_end_array(w);
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
    return rc;
}

static enum xt_code get_source(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct source source;
    struct xt_json w;
    enum xt_code rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);

    if (rc == XT_OK)
        rc = source_find(xt_read_conn(read), xt_request_param(request, "name"), request->arena, &source, err);
    if (rc != XT_OK)
        return rc;
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    rc = add_source(&w, xt_read_conn(read), &source, request, err);
    if (rc == XT_OK)
        rc = add_runs(&w, xt_read_conn(read), &source, request, err);
    if (rc == XT_OK)
        rc = add_diagnosis(&w, xt_read_conn(read), &source, request, err);
    if (rc == XT_OK)
        rc = add_quarantine(&w, xt_read_conn(read), &source, request, err);
    xt_json_end_object(&w);
    return rc;
}

/* ---- the tables ---- */

static const struct xt_param list_params[] = {
    {.name = "limit", .kind = XT_P_INT, .min = 1, .max = 200, .otherwise = "50", .about = "Most sources on a page."},
    {.name = "after",
     .kind = XT_P_TEXT,
     .max = HARVEST_NAME_MAX,
     .about = "Name of the last source of the page before."},
    {.name = NULL},
};

static const struct xt_param one_params[] = {
    {.name = "name",
     .in = XT_IN_PATH,
     .kind = XT_P_TEXT,
     .required = true,
     .max = HARVEST_NAME_MAX,
     .about = "The source's name."},
    {.name = "limit",
     .kind = XT_P_INT,
     .min = 1,
     .max = 200,
     .otherwise = "50",
     .about = "Most refused records on a page."},
    {.name = "after",
     .kind = XT_P_TEXT,
     .max = XT_OAI_IDENTIFIER_MAX,
     .about = "Identifier of the last refused record of the page before."},
    {.name = NULL},
};

const struct xt_route xt_harvest_routes[] = {
    {.method = "GET",
     .path = "/api/v1/sources",
     .right = XT_MAY_READ,
     .handle = get_sources,
     .params = list_params,
     .summary = "The repositories that this node harvests, by name, each with its last run",
     .reply_schema = "HarvestSourceList"},
    {.method = "GET",
     .path = "/api/v1/sources/{name}",
     .right = XT_MAY_READ,
     .flags = XT_ROUTE_SLOW,
     .handle = get_source,
     .params = one_params,
     .summary = "A source with its last runs, the rules its records break, and those that were refused",
     .reply_schema = "HarvestSourceDetail"},
    {.method = NULL},
};

#define INSTANT_OR_NULL "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define COUNT           "{\"type\":\"integer\",\"minimum\":0}"
#define TEXT            "{\"type\":\"string\"}"
#define SOURCE_MEMBERS                                                                                               \
    "\"name\":" TEXT ",\"url\":" TEXT ",\"prefix\":" TEXT ",\"set\":" TEXT ",\"repository\":" TEXT                   \
    ",\"resting\":{\"type\":\"boolean\",\"description\":\"A person stopped it.\"},\"every_s\":" COUNT                \
    ",\"guard_percent\":" COUNT ",\"live\":" COUNT ",\"quarantined\":" COUNT ",\"harvested_up_to\":" INSTANT_OR_NULL \
    ",\"due\":" INSTANT_OR_NULL                                                                                      \
    ",\"last\":{\"oneOf\":[{\"$ref\":\"#/components/schemas/HarvestRun\"},{\"type\":\"null\"}]}"
#define SOURCE_REQUIRED                                                                                      \
    "\"name\",\"url\",\"prefix\",\"set\",\"repository\",\"resting\",\"every_s\",\"guard_percent\",\"live\"," \
    "\"quarantined\",\"harvested_up_to\",\"due\",\"last\""

const struct xt_schema xt_harvest_schemas[] = {
    {"HarvestRun",
     "{\"type\":\"object\",\"description\":\"One harvest. seen = stored + unchanged + deleted + rejected + waiting.\","
     "\"required\":[\"run\",\"kind\",\"state\",\"phase\",\"started\",\"updated\",\"ended\",\"from\",\"seen\",\"stored\","
     "\"unchanged\",\"deleted\",\"rejected\",\"waiting\",\"missing\",\"losing\",\"pages\",\"bytes\",\"retries\","
     "\"repaired\",\"error\"],\"properties\":{\"run\":" COUNT
     ",\"kind\":{\"type\":\"string\",\"enum\":[\"harvest\",\"full\",\"remap\",\"rollback\"]},"
     "\"state\":{\"type\":\"string\",\"enum\":[\"running\",\"stopped\",\"held\",\"failed\",\"done\",\"dropped\"]},"
     "\"phase\":{\"type\":\"string\",\"enum\":[\"identify\",\"list\",\"identifiers\",\"compare\",\"publish\",\"end\"]},"
     "\"started\":" INSTANT_OR_NULL ",\"updated\":" INSTANT_OR_NULL ",\"ended\":" INSTANT_OR_NULL
     ",\"from\":" INSTANT_OR_NULL ",\"seen\":" COUNT ",\"stored\":" COUNT ",\"unchanged\":" COUNT ",\"deleted\":" COUNT
     ",\"rejected\":" COUNT ",\"waiting\":" COUNT ",\"missing\":" COUNT ",\"losing\":" COUNT ",\"pages\":" COUNT
     ",\"bytes\":" COUNT ",\"retries\":" COUNT ",\"repaired\":" COUNT ",\"list_size\":" COUNT
     ",\"error\":{\"type\":[\"object\",\"null\"],\"required\":[\"class\"],\"properties\":{\"class\":" TEXT
     ",\"message\":" TEXT "}}}}"},
    {"HarvestSource", "{\"type\":\"object\",\"required\":[" SOURCE_REQUIRED "],\"properties\":{" SOURCE_MEMBERS "}}"},
    {"HarvestSourceList", "{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{"
                          "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/HarvestSource\"}},"
                          "\"next\":{\"type\":[\"string\",\"null\"],\"description\":\"Address of the next page.\"}}}"},
    {"HarvestSourceDetail",
     "{\"type\":\"object\",\"required\":[" SOURCE_REQUIRED
     ",\"runs\",\"diagnosis\",\"quarantine\"],\"properties\":{" SOURCE_MEMBERS
     ",\"runs\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/HarvestRun\"}},"
     "\"diagnosis\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"rule\",\"field\",\"breaking\",\"of\","
     "\"examples\"],\"properties\":{\"rule\":" TEXT ",\"field\":" TEXT ",\"breaking\":" COUNT ",\"of\":" COUNT
     ",\"examples\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"identifier\",\"message\"],"
     "\"properties\":{\"identifier\":" TEXT ",\"message\":" TEXT "}}}}}},"
     "\"quarantine\":{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{"
     "\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"identifier\",\"datestamp\",\"at\","
     "\"reasons\"],\"properties\":{\"identifier\":" TEXT ",\"datestamp\":" TEXT ",\"at\":" INSTANT_OR_NULL
     ",\"reasons\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"rule\",\"field\",\"message\"],"
     "\"properties\":{\"rule\":" TEXT ",\"field\":" TEXT ",\"message\":" TEXT "}}}}}},"
     "\"next\":{\"type\":[\"string\",\"null\"]}}}}}"},
    {.name = NULL},
};
