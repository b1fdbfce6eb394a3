/* index_routes.c - indexes, their published releases and the observations over HTTP; read only, and public. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/number.h"
#include "file/file.h"
#include "indicator/index_drawn.h"
#include "indicator/index_out.h"
#include "indicator/index_routes.h"
#include "indicator/observation_view.h"
#include "indicator/published.h"

#define READ_WAIT_MS 2000
#define BODY_MAX     (8 * (int64_t)XT_MIB) /* larger releases are sent from their file */
#define THAN_MAX     100                   /* units that one is held against: below the cap of parameters */
#define RELEASE_KEPT "public, max-age=31536000, immutable"

/* ---- indexes ---- */

static void add_label(struct xt_json *w, const char *key, const char *const label[XT_LANGS], enum xt_lang lang,
                      const char *otherwise)
{
    const char *other = label[lang == XT_ZH ? XT_EN : XT_ZH];

    xt_json_kv_z(w, key, label[lang] ? label[lang] : other ? other : otherwise);
}

static void write_release(struct xt_json *w, const struct xt_published *p)
{
    char when[XT_INSTANT_SIZE];

    xt_json_object(w);
    xt_json_kv_z(w, "release", p->release);
    xt_json_key(w, "periods");
    xt_json_add_raw(w, xt_str(p->periods));
    xt_json_kv_int(w, "period", p->period);
    xt_json_kv_int(w, "units", p->units);
    xt_json_kv_z(w, "uncertainty", p->uncertainty);
    xt_json_kv_z(w, "published", xt_instant_format(p->published, false, when));
    xt_json_kv_bool(w, "current", p->current);
    xt_json_kv_z(w, "note", p->note);
    xt_json_end_object(w);
}

/* definition: with the file of the region as it is. */
static enum xt_code write_index(struct xt_json *w, struct xt_request *request, struct xt_conn *conn, struct xt_str name,
                                struct xt_str text, bool definition, struct xt_error *err)
{
    XT_AUTO(xt_index_file_free) struct xt_index_file *file = NULL;
    struct xt_published *releases;
    size_t count, i;
    const char *name_z = xt_arena_strndup(request->arena, name.s, name.n);
    enum xt_code rc = xt_index_file_load(name_z, text, NULL, &file, &request->problems, err);

    if (rc == XT_OK)
        rc = xt_published_list(conn, name, request->arena, &releases, &count, err);
    if (rc != XT_OK)
        return rc;
    xt_json_object(w);
    xt_json_kv_str(w, "name", name);
    xt_json_kv_z(w, "version", file->version);
    add_label(w, "label", file->label, request->lang, name_z);
    add_label(w, "about", file->about, request->lang, NULL);
    xt_json_kv_z(w, "source", file->source);
    xt_json_kv_int(w, "indicators", (int64_t)file->tree.indicator_count);
    xt_json_key(w, "releases");
    xt_json_array(w);
    for (i = 0; i < count; i++)
        write_release(w, &releases[i]);
    xt_json_end_array(w);
    if (definition) {
        xt_json_key(w, "definition");
        xt_json_add_tree(w, file->json);
    }
    xt_json_end_object(w);
    return XT_OK;
}

/* A file of the region that is faulty is the operator's mistake, not the asker's. */
static enum xt_code region_fault(struct xt_request *request, const char *path, enum xt_code rc, struct xt_error *err)
{
    if (rc != XT_E_INPUT)
        return rc;
    xt_problems_clear(&request->problems);
    return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INDEX_FAULTY, XT_TEXT(path));
}

static enum xt_code get_indexes(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    const char *const *paths = xt_region_list(request->node->region, "indexes/", request->arena);
    struct xt_json w;
    enum xt_code rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);

    if (rc != XT_OK)
        return rc;
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    for (; rc == XT_OK && *paths; paths++) {
        const char *base = strrchr(*paths, '/') + 1;
        struct xt_str name = {base, strcspn(base, ".")}, text;

        if (xt_index_of_region(request->node->region, name, &text))
            rc = region_fault(request, *paths, write_index(&w, request, xt_read_conn(read), name, text, false, err),
                              err);
    }
    xt_json_end_array(&w);
    xt_json_end_object(&w);
    return rc;
}

static enum xt_code find_index(struct xt_request *request, struct xt_str *name, struct xt_str *text,
                               struct xt_error *err)
{
    *name = xt_request_param(request, "index");
    if (!xt_index_of_region(request->node->region, *name, text))
        return xt_fail(err, XT_E_NOT_FOUND, "index", XT_MSG_INDEX_UNKNOWN, XT_VIEW(*name));
    return XT_OK;
}

static enum xt_code get_index(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_str name, text;
    struct xt_json w;
    enum xt_code rc = find_index(request, &name, &text, err);

    if (rc == XT_OK)
        rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc != XT_OK)
        return rc;
    xt_json_init(&w, &reply->body);
    rc = write_index(&w, request, xt_read_conn(read), name, text, true, err);
    return region_fault(request, xt_arena_strndup(request->arena, name.s, name.n), rc, err);
}

/* ---- a release ---- */

enum xt_code xt_index_find_release(struct xt_request *request, struct xt_published *out, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);

    return rc == XT_OK ? xt_published_find(xt_read_conn(read), xt_request_param(request, "index"),
                                           xt_request_param(request, "release"), request->arena, out, err)
                       : rc;
}

static enum xt_code send_file(struct xt_request *request, struct xt_reply *reply, const struct xt_published *p,
                              struct xt_error *err)
{
    const char *path;
    struct stat facts;
    enum xt_code rc = xt_file_path(request->node->files, &p->hash, request->arena, &path, err);

    if (rc != XT_OK)
        return rc;
    reply->file = open(path, O_RDONLY | O_CLOEXEC);
    if (reply->file < 0)
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_OPEN, XT_TEXT(path), XT_TEXT(strerror(errno)));
    if (fstat(reply->file, &facts) != 0 || facts.st_size != p->size) { /* the answer would break off in the middle */
        (void)close(reply->file);
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_RELEASE_DAMAGED, XT_TEXT(p->release));
    }
    reply->from_file = true;
    reply->file_size = (uint64_t)p->size;
    return XT_OK;
}

static enum xt_code get_release(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    struct xt_published p;
    enum xt_code rc = xt_index_find_release(request, &p, err);

    if (rc == XT_OK)
        rc = p.size > BODY_MAX ? send_file(request, reply, &p, err)
                               : xt_published_read(request->node, &p, &reply->body, err);
    if (rc != XT_OK)
        return rc;
    (void)snprintf(reply->etag, sizeof reply->etag, "%s", p.release);
    /* What an id names are these bytes for ever; "current" changes, and so does what another version makes of a release. */
    if (!xt_str_is(xt_request_param(request, "release"), "current"))
        reply->cache_control = RELEASE_KEPT;
    return XT_OK;
}

/* ---- what its draws say ---- */

static enum xt_code drawn_of(struct xt_request *request, struct xt_reply *reply, struct xt_index_drawn **out,
                             struct xt_error *err)
{
    struct xt_published p;
    enum xt_code rc = xt_index_find_release(request, &p, err);

    if (rc == XT_OK)
        rc = xt_index_drawn_take(request->node, &p, out, err);
    if (rc == XT_OK)
        (void)snprintf(reply->etag, sizeof reply->etag, "%s-%s", p.release, XT_VERSION);
    return rc;
}

static void no_unit(struct xt_request *request, const struct xt_index_drawn *d, const char *param, struct xt_str code)
{
    xt_problem(&request->problems, param, XT_MSG_INDEX_NO_UNIT, XT_VIEW(code), XT_INT(d->period));
}

static void write_ahead(struct xt_request *request, struct xt_text *out, const struct xt_index_drawn *d, size_t unit)
{
    struct xt_json w;
    size_t i;

    xt_json_init(&w, out);
    xt_json_object(&w);
    xt_json_kv_z(&w, "unit", d->unit[unit]);
    xt_json_kv_int(&w, "draws", (int64_t)d->s.draws);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    for (i = 0; i < request->param_count; i++) {
        struct xt_str code = request->params[i].value;
        size_t other;

        if (!xt_str_is(request->params[i].name, "than"))
            continue;
        other = xt_index_drawn_unit(d, code);
        if (other == SIZE_MAX) {
            no_unit(request, d, "than", code);
            continue;
        }
        xt_json_object(&w);
        xt_json_kv_z(&w, "unit", d->unit[other]);
        xt_json_key(&w, "ahead");
        xt_json_add_double(&w, xt_sensitivity_ahead(&d->s, unit, other));
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_end_object(&w);
}

static size_t times_given(const struct xt_request *request, const char *name)
{
    size_t i, n = 0;

    for (i = 0; i < request->param_count; i++)
        n += xt_str_is(request->params[i].name, name);
    return n;
}

static enum xt_code get_ahead(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_index_drawn_done) struct xt_index_drawn *d = NULL;
    struct xt_str code = xt_request_param(request, "unit");
    size_t unit, than = times_given(request, "than");
    enum xt_code rc;

    if (than > THAN_MAX)
        return xt_fail(err, XT_E_INPUT, "than", XT_MSG_INDEX_TOO_MANY, XT_INT(than), XT_INT(THAN_MAX));
    rc = drawn_of(request, reply, &d, err);
    if (rc != XT_OK)
        return rc;
    unit = xt_index_drawn_unit(d, code);
    if (unit == SIZE_MAX)
        no_unit(request, d, "unit", code);
    else
        write_ahead(request, &reply->body, d, unit);
    return request->problems.seen == 0
               ? XT_OK
               : xt_fail(err, XT_E_INPUT, "unit", XT_MSG_INDEX_NO_UNIT, XT_VIEW(code), XT_INT(d->period));
}

static enum xt_code get_top(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_index_drawn_done) struct xt_index_drawn *d = NULL;
    int64_t k = xt_request_int(request, "k", 10);
    struct xt_json w;
    size_t unit;
    enum xt_code rc = drawn_of(request, reply, &d, err);

    if (rc != XT_OK)
        return rc;
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_kv_int(&w, "k", k);
    xt_json_kv_int(&w, "draws", (int64_t)d->s.draws);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    for (unit = 0; unit < d->s.rows; unit++) {
        xt_json_object(&w);
        xt_json_kv_z(&w, "unit", d->unit[unit]);
        xt_json_key(&w, "probability");
        xt_json_add_double(&w, xt_sensitivity_top(&d->s, unit, (int32_t)k));
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_end_object(&w);
    return XT_OK;
}

/* ---- observations ---- */

struct page {
    struct xt_json w;
    struct xt_request *request;
    int64_t limit, count;
    char cursor[80]; /* of the last one */
    bool more;
};

/* One more than the page holds is asked for: it only says that there is a next page. */
static bool add_observation(void *context, const struct xt_observation *o)
{
    struct page *page = context;

    if (page->count == page->limit) {
        page->more = true;
        return false;
    }
    page->count++;
    xt_observation_write(&page->w, o, page->request->node->region, page->request->lang);
    (void)snprintf(page->cursor, sizeof page->cursor, "%lld.%lld.%lld", (long long)o->series, (long long)o->period,
                   (long long)o->revision);
    return true;
}

static bool read_cursor(struct xt_str cursor, struct xt_observation_ask *ask)
{
    int64_t *const parts[] = {&ask->after_series, &ask->after_period, &ask->after_revision};
    size_t i;

    for (i = 0; i < XT_COUNT(parts); i++) {
        const char *dot = cursor.n > 0 ? memchr(cursor.s, '.', cursor.n) : NULL;
        size_t n = dot ? (size_t)(dot - cursor.s) : cursor.n;

        if ((dot != NULL) != (i + 1 < XT_COUNT(parts)) || !xt_int_parse((struct xt_str){cursor.s, n}, parts[i]))
            return false;
        cursor = (struct xt_str){cursor.s + n + (dot ? 1 : 0), cursor.n - n - (dot ? 1 : 0)};
    }
    return true;
}

static enum xt_code observations_asked(struct xt_request *request, const struct xt_areas *areas,
                                       struct xt_observation_ask *out, struct xt_error *err)
{
    struct xt_str as_of = xt_request_param(request, "as_of"), area = xt_request_param(request, "area");
    struct xt_str cursor = xt_request_param(request, "cursor"), period = xt_request_param(request, "period");

    *out = (struct xt_observation_ask){.index = xt_request_param(request, "index"),
                                       .indicator = xt_request_param(request, "indicator"),
                                       .has_period = period.n > 0,
                                       .period = (int32_t)xt_request_int(request, "period", 0),
                                       .revisions = xt_request_bool(request, "revisions", false)};
    if (as_of.n > 0 && !xt_as_of_parse(as_of, request->node->minutes_east, &out->as_of))
        xt_problem(&request->problems, "as_of", XT_MSG_INDEX_INSTANT, XT_VIEW(as_of));
    if (cursor.n > 0 && !read_cursor(cursor, out))
        xt_problem(&request->problems, "cursor", XT_MSG_SEARCH_CURSOR);
    if (area.n > 0)
        out->area_count = xt_area_codes(areas, area, out->areas);
    if (request->problems.seen > 0)
        return xt_fail(err, XT_E_INPUT, "as_of", XT_MSG_INDEX_INSTANT, XT_VIEW(as_of));
    return XT_OK;
}

/* The room keeps them; where its file is faulty it has none, and each asker is told. */
static enum xt_code areas_of(struct xt_request *request, struct xt_areas *faulty, const struct xt_areas **out,
                             struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems faults = {0};
    enum xt_code rc = XT_OK;

    xt_problems_init(&faults);
    *out = request->node->areas;
    if (!*out) {
        rc = xt_areas_of(request->node->region, request->arena, faulty, &faults, err);
        *out = faulty;
    }
    return region_fault(request, "area-changes.tsv", rc, err);
}

/* Where one area is asked for: its earlier codes, and where it is not the same any longer. */
static void write_notes(struct xt_json *w, struct xt_request *request, const struct xt_areas *areas,
                        const struct xt_observation_ask *ask)
{
    XT_AUTO(xt_problems_done) struct xt_problems notes = {0};
    XT_AUTO(xt_text_done) struct xt_text sentence = {0};
    size_t i;

    xt_problems_init(&notes);
    xt_text_init(&sentence, 4 * XT_KIB);
    for (i = 0; i < ask->area_count; i++)
        xt_area_notes(areas, ask->areas[i], &notes);
    xt_json_key(w, "notes");
    xt_json_array(w);
    for (i = 0; i < notes.count; i++) {
        xt_text_clear(&sentence);
        xt_problem_say(&notes.list[i], request->lang, &sentence);
        xt_json_add_str(w, xt_text_view(&sentence));
    }
    xt_json_end_array(w);
}

static enum xt_code get_observations(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct page page = {.request = request, .limit = xt_request_int(request, "limit", 100)};
    struct xt_observation_ask ask;
    const struct xt_areas *areas;
    struct xt_areas faulty;
    enum xt_code rc = areas_of(request, &faulty, &areas, err);

    if (rc == XT_OK)
        rc = observations_asked(request, areas, &ask, err);
    if (rc == XT_OK)
        rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc != XT_OK)
        return rc;
    ask.limit = page.limit + 1;
    xt_json_init(&page.w, &reply->body);
    xt_json_object(&page.w);
    xt_json_key(&page.w, "items");
    xt_json_array(&page.w);
    rc = xt_observation_each(xt_read_conn(read), &ask, add_observation, &page, err);
    xt_json_end_array(&page.w);
    xt_json_kv_z(&page.w, "next", page.more ? xt_request_next(request, "/api/v1/observations", page.cursor) : NULL);
    write_notes(&page.w, request, areas, &ask);
    xt_json_end_object(&page.w);
    return rc;
}

/* ---- the tables ---- */

static const struct xt_param index_params[] = {XT_INDEX_PARAM, {.name = NULL}};
static const struct xt_param release_params[] = {XT_INDEX_PARAM, XT_RELEASE_PARAM, {.name = NULL}};
static const struct xt_param ahead_params[] = {
    XT_INDEX_PARAM,
    XT_RELEASE_PARAM,
    {.name = "unit", .kind = XT_P_TEXT, .max = 200, .required = true, .about = "Code of a unit."},
    {.name = "than",
     .kind = XT_P_TEXT,
     .max = 200,
     .many = true,
     .required = true,
     .about = "Code of a unit that it is held against; may be repeated, at most 100 times."},
    {.name = NULL},
};
static const struct xt_param top_params[] = {
    XT_INDEX_PARAM,
    XT_RELEASE_PARAM,
    {.name = "k", .kind = XT_P_INT, .min = 1, .max = XT_INDEX_ROWS_MAX, .otherwise = "10", .about = "The first k."},
    {.name = NULL},
};
static const struct xt_param observation_params[] = {
    {.name = "index", .kind = XT_P_TEXT, .max = XT_INDEX_NAME_MAX, .about = "Only of this index."},
    {.name = "indicator",
     .kind = XT_P_TEXT,
     .max = XT_INDEX_CODE_SIZE,
     .about = "Only of the indicator or column with this code."},
    {.name = "area",
     .kind = XT_P_TEXT,
     .max = 200,
     .about = "Only of this area or unit; where its code changed, under the earlier codes too."},
    {.name = "period", .kind = XT_P_INT, .min = -100000, .max = 100000, .about = "Only of this period."},
    {.name = "as_of",
     .kind = XT_P_TEXT,
     .max = 40,
     .about = "What the node knew at this instant, or at the end of this day in its zone."},
    {.name = "revisions", .kind = XT_P_BOOL, .otherwise = "false", .about = "Every revision, not only the last."},
    {.name = "limit", .kind = XT_P_INT, .min = 1, .max = 1000, .otherwise = "100", .about = "Most items."},
    {.name = "cursor", .kind = XT_P_TEXT, .max = 80, .about = "From an earlier answer's next."},
    {.name = NULL},
};

const struct xt_route xt_indicator_routes[] = {
    {"GET", "/api/v1/indexes", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_BY_SEQ, get_indexes, NULL,
     "The indexes of the region and their published releases", "IndexList", NULL, NULL},
    {"GET", "/api/v1/indexes/{index}", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_BY_SEQ, get_index, index_params,
     "One index, with its definition", "Index", NULL, NULL},
    {"GET", "/api/v1/indexes/{index}/releases/{release}", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_BY_SEQ, get_release,
     release_params, "A release as it was published: definition, data, scores, ranks and intervals", "IndexRelease",
     NULL, NULL},
    {"GET", "/api/v1/indexes/{index}/releases/{release}/ahead", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_BY_SEQ, get_ahead,
     ahead_params, "How often a unit stands before others in the draws of a release, ties half", "IndexAhead", NULL,
     NULL},
    {"GET", "/api/v1/indexes/{index}/releases/{release}/top", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_BY_SEQ, get_top,
     top_params, "How often each unit is among the first k in the draws of a release", "IndexTop", NULL, NULL},
    {"GET", "/api/v1/indexes/{index}/releases/{release}/export", XT_MAY_READ, XT_ROUTE_SLOW, xt_index_get_export,
     xt_index_export_params, "A release as a table, a workbook with a sheet for each step, or JSON in an easy shape",
     NULL, "text/csv; charset=utf-8", NULL},
    {"GET", "/api/v1/indexes/{index}/releases/{release}/report", XT_MAY_READ, XT_ROUTE_SLOW, xt_index_get_report,
     xt_index_report_params, "A release as a printed report: a page for each unit, or the whole", NULL,
     "application/pdf", NULL},
    {"GET", "/api/v1/observations", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_BY_SEQ, get_observations, observation_params,
     "Figures as they are known, or were: values with unit, source, status and revision", "ObservationList", NULL,
     NULL},
    {.method = NULL},
};

#define STRING         "{\"type\":\"string\"}"
#define STRING_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define INTEGER        "{\"type\":\"integer\"}"
#define NUMBER_OR_NULL "{\"type\":[\"number\",\"null\"]}"
#define BY_NODE(of)    "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"array\",\"items\":" of "}}"
#define INDEX_MEMBERS                                                                                   \
    "\"name\":" STRING ",\"version\":" STRING_OR_NULL ",\"label\":" STRING ",\"about\":" STRING_OR_NULL \
    ",\"source\":" STRING_OR_NULL ",\"indicators\":" INTEGER                                            \
    ",\"releases\":{\"type\":\"array\",\"description\":\"Newest first.\","                              \
    "\"items\":{\"$ref\":\"#/components/schemas/IndexReleaseNote\"}}"
#define INDEX_REQUIRED "\"name\",\"version\",\"label\",\"about\",\"source\",\"indicators\",\"releases\""

const struct xt_schema xt_indicator_schemas[] = {
    {"IndexReleaseNote",
     "{\"type\":\"object\",\"description\":\"A published release, without its content.\",\"required\":[\"release\","
     "\"periods\",\"period\",\"units\",\"uncertainty\",\"published\",\"current\",\"note\"],\"properties\":{"
     "\"release\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{16}$\"},"
     "\"periods\":{\"type\":\"array\",\"items\":" INTEGER "},"
     "\"period\":{\"type\":\"integer\",\"description\":\"Of the intervals, else the last; 0 where there are none.\"},"
     "\"units\":{\"type\":\"integer\",\"description\":\"Of that period.\"},"
     "\"uncertainty\":{\"type\":\"string\",\"enum\":[\"no\",\"draws\",\"sobol\",\"exact\"]},"
     "\"published\":{\"type\":\"string\",\"format\":\"date-time\"},\"current\":{\"type\":\"boolean\"},"
     "\"note\":" STRING "}}"},
    {"IndexSummary", "{\"type\":\"object\",\"description\":\"An index of the region.\",\"required\":[" INDEX_REQUIRED
                     "],\"properties\":{" INDEX_MEMBERS "}}"},
    {"IndexList", "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{"
                  "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/IndexSummary\"}}}}"},
    {"Index",
     "{\"type\":\"object\",\"description\":\"An index of the region with its definition.\",\"required\":[" INDEX_REQUIRED
     ",\"definition\"],\"properties\":{" INDEX_MEMBERS
     ",\"definition\":{\"type\":\"object\",\"description\":\"The file of the region.\","
     "\"additionalProperties\":true}}}"},
    {"IndexRelease",
     "{\"type\":\"object\",\"description\":\"What was published of an index, with all that made it. Columns of data, scores "
     "and ranks stand in the order of data.units; a rank of 0 is none.\","
     "\"required\":[\"format\",\"index\",\"definition\",\"chosen\",\"data\",\"weights\",\"scores\",\"ranks\","
     "\"screened_out\",\"effects\",\"warnings\"],\"properties\":{\"format\":" STRING ",\"index\":" STRING ","
     "\"definition\":{\"type\":\"object\",\"additionalProperties\":true},"
     "\"chosen\":{\"type\":\"array\",\"items\":" STRING "},"
     "\"data\":{\"type\":\"object\",\"required\":[\"sha256\",\"units\",\"values\",\"extras\"],\"properties\":{"
     "\"sha256\":" STRING ",\"units\":{\"type\":\"array\",\"description\":\"Code, name, period, group.\","
     "\"items\":{\"type\":\"array\",\"items\":{\"type\":[\"string\",\"integer\"]}}},"
     "\"values\":" BY_NODE(NUMBER_OR_NULL) ",\"extras\":" BY_NODE(
         NUMBER_OR_NULL) "}},"
                         "\"weights\":{\"type\":\"object\",\"additionalProperties\":" NUMBER_OR_NULL "},"
                         "\"scores\":" BY_NODE(NUMBER_OR_NULL) ",\"ranks\":" BY_NODE(
                             INTEGER) ","
                                      "\"screened_out\":{\"type\":\"array\",\"items\":" INTEGER "},"
                                      "\"treated\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\",\"additionalProperties\":true}},"
                                      "\"effects\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\",\"properties\":{"
                                      "\"nominal\":" NUMBER_OR_NULL ",\"variance\":" NUMBER_OR_NULL
                                      ",\"correlation\":" NUMBER_OR_NULL "}}},"
                                      "\"warnings\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"node\":" STRING
                                      ",\"what\":" STRING "}}},"
                                      "\"uncertainty\":{\"type\":\"object\",\"required\":[\"design\",\"draws\",\"period\",\"units\",\"factors\"],"
                                      "\"properties\":{\"design\":" STRING ",\"generator\":" STRING ",\"seed\":" INTEGER
                                      ",\"draws\":" INTEGER ",\"failed\":" INTEGER ",\"period\":" INTEGER
                                      ",\"mean_shift\":" NUMBER_OR_NULL ","
                                      "\"units\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"row\",\"low\",\"median\",\"mean\","
                                      "\"high\",\"best\",\"worst\",\"top10\"],\"properties\":{\"row\":" INTEGER
                                      ",\"low\":" NUMBER_OR_NULL ",\"median\":" NUMBER_OR_NULL
                                      ",\"mean\":" NUMBER_OR_NULL ",\"high\":" NUMBER_OR_NULL ",\"best\":" INTEGER
                                      ",\"worst\":" INTEGER ",\"top10\":" NUMBER_OR_NULL "}}},"
                                      "\"factors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\"],\"properties\":{"
                                      "\"name\":" STRING ",\"first\":" NUMBER_OR_NULL ",\"total\":" NUMBER_OR_NULL ","
                                      "\"first_by_unit\":{\"type\":\"array\",\"items\":" NUMBER_OR_NULL "},"
                                      "\"total_by_unit\":{\"type\":\"array\",\"items\":" NUMBER_OR_NULL "}}}}}}}}"},
    {"IndexAhead",
     "{\"type\":\"object\",\"required\":[\"unit\",\"draws\",\"items\"],\"properties\":{\"unit\":" STRING
     ",\"draws\":" INTEGER ",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"unit\","
     "\"ahead\"],\"properties\":{\"unit\":" STRING ",\"ahead\":{\"type\":\"number\",\"minimum\":0,\"maximum\":1}}}}}}"},
    {"IndexTop",
     "{\"type\":\"object\",\"required\":[\"k\",\"draws\",\"items\"],\"properties\":{\"k\":" INTEGER
     ",\"draws\":" INTEGER
     ",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"unit\",\"probability\"],"
     "\"properties\":{\"unit\":" STRING ",\"probability\":{\"type\":\"number\",\"minimum\":0,\"maximum\":1}}}}}}"},
    {"Observation",
     "{\"type\":\"object\",\"description\":\"What was said of an indicator in an area and a period.\",\"required\":["
     "\"index\",\"indicator\",\"area\",\"area_name\",\"period\",\"value\",\"unit\",\"source\",\"status\",\"revision\","
     "\"recorded\",\"note\"],\"properties\":{\"index\":" STRING ",\"indicator\":" STRING ",\"area\":" STRING
     ",\"area_name\":" STRING_OR_NULL ",\"period\":{\"type\":\"integer\",\"description\":\"0 where there is none.\"},"
     "\"value\":{\"type\":[\"number\",\"string\",\"null\"],\"description\":\"null = missing; a text for groups.\"},"
     "\"unit\":{\"type\":\"string\",\"description\":\"Of measure.\"},\"source\":" STRING ","
     "\"status\":{\"type\":\"string\",\"enum\":[\"final\",\"provisional\",\"estimated\",\"missing\"]},"
     "\"revision\":{\"type\":\"integer\",\"minimum\":1},"
     "\"recorded\":{\"type\":\"string\",\"format\":\"date-time\"},\"note\":" STRING "}}"},
    {"ObservationList",
     "{\"type\":\"object\",\"required\":[\"items\",\"next\",\"notes\"],\"properties\":{"
     "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Observation\"}},"
     "\"next\":{\"type\":[\"string\",\"null\"],\"description\":\"Address of the next page.\"},"
     "\"notes\":{\"type\":\"array\",\"description\":\"Of the area that was asked for: earlier codes, breaks.\","
     "\"items\":" STRING "}}}"},
    {.name = NULL},
};
