/* catalog.c - the room: opening, feeding while serving, checking, metrics. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "catalog/catalog_priv.h"
#include "catalog/suggest.h"
#include "room/cli.h"

/* ---- opening ---- */

const char *catalog_engine(void)
{
    return getenv("XIETONG_SEARCH_ENGINE"); /* an operator's way back: "fts5" */
}

enum xt_code catalog_open_index(struct xt_node *node, struct xt_search **out, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_search_options options = {
        .may_feed = !node->read_only, .schema = &node->region->schema, .engine = catalog_engine()};
    bool fresh = false;
    enum xt_code rc;

    xt_arena_init(&arena);
    options.dir = xt_arena_printf(&arena, "%s/index", node->data);
    rc = xt_search_open(&options, out, &fresh, err);
    if (rc == XT_E_BUSY && node->read_only) { /* none is there yet and nobody makes one: an empty one is no write */
        options.may_feed = true;
        rc = xt_search_open(&options, out, &fresh, err);
    }
    return rc;
}

#define INDEX_WAIT_MS 5000

/* Another process may be making the index just now: it takes that one a moment. */
static enum xt_code open_index(struct xt_node *node, struct xt_error *err)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    int64_t until = xt_monotonic_us() + INDEX_WAIT_MS * 1000;
    enum xt_code rc;

    while ((rc = catalog_open_index(node, &node->search, err)) == XT_E_BUSY && xt_monotonic_us() < until)
        (void)nanosleep(&pause, NULL); /* woken early: the loop looks again */
    return rc;
}

enum xt_code xt_catalog_region(const struct xt_node *node, struct xt_region **out, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    enum xt_code rc;

    xt_problems_init(&problems);
    xt_arena_init(&arena);
    rc = xt_region_load(node->region_path, node->data ? xt_arena_printf(&arena, "%s/region", node->data) : NULL, out,
                        &problems, err);
    if (rc != XT_OK && problems.count > 0) { /* the first, with its file: read at a terminal, in its language */
        XT_AUTO(xt_text_done) struct xt_text words = {0};

        xt_text_init(&words, 4 * XT_KIB);
        xt_problem_say(&problems.list[0], xt_cli_lang(), &words);
        rc = xt_fail(err, XT_E_INPUT, "region", XT_MSG_REGION_AT, XT_TEXT(problems.list[0].path),
                     XT_VIEW(xt_text_view(&words)), XT_INT(problems.seen));
    }
    return rc;
}

static enum xt_code open_catalog(struct xt_node *node, struct xt_error *err)
{
    enum xt_code rc = xt_catalog_region(node, &node->region, err);

    if (rc != XT_OK)
        return rc;
    rc = open_index(node, err);
    if (rc != XT_OK) {
        xt_region_free(&node->region);
        return rc;
    }
    node->catalog = xt_calloc(1, sizeof *node->catalog);
    node->catalog->node = node;
    pthread_mutex_init(&node->catalog->feed_lock, NULL);
    pthread_mutex_init(&node->catalog->suggest_lock, NULL);
    return XT_OK;
}

static void close_catalog(struct xt_node *node)
{
    if (!node->catalog)
        return;
    xt_catalog_feed_stop(node);
    xt_search_close(&node->catalog->taken_over);
    pthread_mutex_destroy(&node->catalog->feed_lock);
    pthread_mutex_destroy(&node->catalog->suggest_lock);
    xt_suggest_tables_free(&node->catalog->suggest);
    free(node->catalog);
    node->catalog = NULL;
    xt_search_close(&node->search);
    xt_region_free(&node->region);
}

static enum xt_code start_catalog(struct xt_node *node, struct xt_error *err)
{
    (void)err; /* a node whose index is fed by another process serves all the same */
    xt_catalog_feed_start(node);
    xt_catalog_suggest_prepare(node);
    return XT_OK;
}

/* ---- checking ---- */

struct id_set {
    int64_t *ids;
    size_t count, capacity;
};

static bool note_id(void *context, int64_t id)
{
    struct id_set *set = context;

    xt_grow(&set->ids, &set->capacity, set->count + 1, sizeof *set->ids);
    set->ids[set->count++] = id;
    return true;
}

static int by_id(const void *a, const void *b)
{
    const int64_t *l = a, *r = b;

    return (*l > *r) - (*l < *r);
}

static const struct xt_stmt_def LIVE_IDS = {
    .name = "catalog_live_ids",
    .sql = "SELECT id FROM record WHERE deleted = 0 ORDER BY id",
};
static const struct xt_stmt_def SEQ_OF = {
    .name = "catalog_seq_of",
    .sql = "SELECT seq FROM record WHERE id = $1",
};

/* A difference between store and index is one only if the record has not changed since the comparing began: others may
 * write and feed meanwhile. */
static enum xt_code add_difference(struct xt_conn *conn, int64_t began, enum xt_msg msg, int64_t id,
                                   struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &SEQ_OF, &stmt, err);
    bool row = false;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, id);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK && (!row || xt_col_int(stmt, 0) <= began))
        xt_problem(problems, "index", msg, XT_INT(id));
    return rc;
}

/* Walks the live records and the index's documents side by side. conn sees what was stored after both were listed. */
static enum xt_code compare_ids(struct xt_conn *conn, int64_t began, const struct id_set *live,
                                const struct id_set *indexed, struct xt_problems *problems, struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    size_t l = 0, i = 0;

    while (rc == XT_OK && (l < live->count || i < indexed->count)) {
        if (i == indexed->count || (l < live->count && live->ids[l] < indexed->ids[i])) {
            rc = add_difference(conn, began, XT_MSG_INDEX_MISSING, live->ids[l++], problems, err);
        } else if (l == live->count || indexed->ids[i] < live->ids[l]) {
            rc = add_difference(conn, began, XT_MSG_INDEX_EXTRA, indexed->ids[i++], problems, err);
        } else {
            for (i++; i < indexed->count && indexed->ids[i] == live->ids[l]; i++) /* a document twice */
                xt_problem(problems, "index", XT_MSG_INDEX_EXTRA, XT_INT(indexed->ids[i]));
            l++;
        }
    }
    return rc;
}

static enum xt_code live_ids(struct xt_node *node, struct id_set *live, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_read_begin(node->store, 10000, &read, err);
    bool row = true;

    if (rc == XT_OK)
        rc = xt_stmt_take(xt_read_conn(read), &LIVE_IDS, &stmt, err);
    while (rc == XT_OK && (rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row)
        (void)note_id(live, xt_col_int(stmt, 0));
    return rc;
}

/* The index as it is once it has what was stored when this began. */
static enum xt_code indexed_ids(struct xt_node *node, int64_t began, struct id_set *indexed,
                                struct xt_problems *problems, struct xt_error *err)
{
    enum xt_code rc = node->read_only ? XT_OK : xt_catalog_catch_up(node, 10000, NULL, NULL, err);
    int64_t reached = xt_search_reached(node->search);

    if (rc == XT_E_BUSY) /* the process that feeds is behind: said here, with the numbers */
        rc = XT_OK;
    if (rc == XT_OK && reached < began)
        xt_problem(problems, "index", XT_MSG_INDEX_BEHIND, XT_INT(reached), XT_INT(began));
    if (rc == XT_OK)
        rc = xt_search_verify(node->search, problems, err);
    if (rc == XT_OK)
        rc = xt_search_each(node->search, note_id, indexed, err);
    if (indexed->count > 0)
        qsort(indexed->ids, indexed->count, sizeof *indexed->ids, by_id);
    return rc;
}

static enum xt_code check_index(struct xt_node *node, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct id_set live = {0}, indexed = {0};
    int64_t began;
    enum xt_code rc = xt_seq_last(node->store, &began, err);

    if (rc == XT_OK)
        rc = live_ids(node, &live, err);
    if (rc == XT_OK)
        rc = indexed_ids(node, began, &indexed, problems, err);
    if (rc == XT_OK)
        rc = xt_read_begin(node->store, 10000, &read, err);
    if (rc == XT_OK)
        rc = compare_ids(xt_read_conn(read), began, &live, &indexed, problems, err);
    free(live.ids);
    free(indexed.ids);
    return rc;
}

struct folding {
    struct xt_node *node;
    struct xt_conn *conn;
    struct xt_problems *problems;
    struct xt_arena arena;
};

static const struct xt_stmt_def LINKS_OF = {
    .name = "catalog_links_of",
    .sql = "SELECT field, n, to_ref FROM record_link WHERE from_id = $1 ORDER BY field, n",
};

/* Every link of the body that names a target stands in record_link, and nothing else does. */
static enum xt_code check_links(struct folding *f, const struct xt_type *type, const struct xt_record *record,
                                const json_t *body, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(f->conn, &LINKS_OF, &stmt, err);
    int64_t rows = 0, wanted = 0;
    bool row = true, same = true;
    size_t i, k;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, record->id);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        const struct xt_field *field = xt_type_field(type, xt_col_str(stmt, 0));
        const json_t *value = field ? json_object_get(body, field->name) : NULL;

        if (field && field->many)
            value = json_array_get(value, (size_t)xt_col_int(stmt, 1));
        same = same && xt_str_eq(xt_json_str(value, "ref"), xt_col_str(stmt, 2));
        rows++;
    }
    for (i = 0; i < type->field_count; i++) {
        const json_t *value = json_object_get(body, type->fields[i].name), *item;

        if (type->fields[i].kind != XT_KIND_LINK || !value)
            continue;
        if (!type->fields[i].many)
            wanted += xt_json_str(value, "ref").n > 0;
        json_array_foreach (value, k, item)
            wanted += xt_json_str(item, "ref").n > 0;
    }
    if (rc == XT_OK && (!same || rows != wanted))
        xt_problem(f->problems, "links", XT_MSG_LINKS_DIFFER, XT_TEXT(record->key));
    return rc;
}

static enum xt_code check_record(void *context, const struct xt_record *record, struct xt_error *err)
{
    struct folding *f = context;
    const struct xt_type *type = xt_region_type(f->node->region, xt_str(record->type));
    struct sources sources = {0};
    json_t *body = NULL, *folded = NULL;
    enum xt_code rc;

    if (!type) {
        xt_problem(f->problems, record->key, XT_MSG_NO_TYPE, XT_TEXT(record->type));
        return XT_OK;
    }
    xt_arena_clear(&f->arena);
    rc = xt_json_parse(record->body, &body, err);
    if (rc == XT_OK)
        rc = sources_load(f->conn, record->id, body, &f->arena, &sources, err);
    if (rc == XT_OK) {
        sources_sort(&sources);
        folded = sources_fold(type, &sources, NULL);
        if (!folded || !json_equal(folded, body))
            xt_problem(f->problems, "fold", XT_MSG_FOLD_DIFFERS, XT_TEXT(record->key));
        rc = check_links(f, type, record, body, err);
    }
    json_decref(folded);
    sources_done(&sources);
    json_decref(body);
    return rc;
}

static enum xt_code check_catalog(struct xt_node *node, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct folding f = {.node = node, .problems = problems};
    enum xt_code rc = check_index(node, problems, err);

    if (rc == XT_OK)
        rc = xt_read_begin(node->store, 10000, &read, err);
    if (rc != XT_OK)
        return rc;
    f.conn = xt_read_conn(read);
    xt_arena_init(&f.arena);
    rc = xt_catalog_each(f.conn, NULL, check_record, &f, err);
    xt_arena_done(&f.arena);
    return rc;
}

/* ---- metrics, description ---- */

static void metrics(struct xt_node *node, struct xt_text *out)
{
    struct xt_search_stats stats;
    struct xt_error err;
    int64_t last = 0;

    xt_search_stats(node->search, &stats);
    if (xt_seq_last(node->store, &last, &err) != XT_OK)
        last = stats.reached;
    xt_text_addf(out, "# TYPE xietong_index_documents gauge\nxietong_index_documents %lld\n",
                 (long long)stats.documents);
    xt_text_addf(out, "# TYPE xietong_index_tombstones gauge\nxietong_index_tombstones %lld\n",
                 (long long)stats.tombstones);
    xt_text_addf(out, "# TYPE xietong_index_bytes gauge\nxietong_index_bytes %lld\n", (long long)stats.bytes);
    xt_text_addf(out, "# TYPE xietong_index_lag gauge\nxietong_index_lag %lld\n", (long long)(last - stats.reached));
    xt_text_addf(out, "# TYPE xietong_sequence counter\nxietong_sequence %lld\n", (long long)last);
}

/* Each type's body as a component schema: "Instrument" -> "InstrumentBody". */
static enum xt_code describe(struct xt_node *node, json_t *components, struct xt_error *err)
{
    struct xt_region *region = node->region, *loaded = NULL;
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    json_t *bodies = json_array(), *record;
    enum xt_code rc = XT_OK;
    size_t i;

    xt_text_init(&text, 16 * XT_MIB);
    if (!region) {
        rc = xt_catalog_region(node, &loaded, err);
        region = loaded;
    }
    for (i = 0; rc == XT_OK && i < region->type_count; i++) {
        json_t *schema = NULL;
        char name[80] = "";
        size_t n = 0, k;
        bool upper = true;

        for (k = 0; region->types[i].name[k] && n + 5 < sizeof name; k++) {
            char c = region->types[i].name[k];

            if (c == '-') {
                upper = true;
                continue;
            }
            name[n++] = upper && c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
            upper = false;
        }
        memcpy(name + n, "Body", 5);
        xt_text_clear(&text);
        xt_type_schema(&region->types[i], &text);
        rc = xt_json_parse(xt_text_view(&text), &schema, err);
        if (rc == XT_OK) {
            json_object_del(schema, "$schema");
            json_object_set_new(components, name, schema);
            json_array_append_new(bodies, json_pack("{s:o}", "$ref", json_sprintf("#/components/schemas/%s", name)));
        }
    }
    record = json_object_get(json_object_get(json_object_get(components, "Record"), "properties"), "body");
    json_object_set(record, "anyOf", bodies);
    json_decref(bodies);
    xt_region_free(&loaded);
    return rc;
}

const struct xt_room xt_room_catalog = {
    .name = "catalog",
    .about = "Records of shared resources: types, code lists, search, records with links, sources and history.",
    .migrations = true,
    .routes = xt_catalog_routes,
    .schemas = xt_catalog_schemas,
    .commands = xt_catalog_commands,
    .open = open_catalog,
    .close = close_catalog,
    .start = start_catalog,
    .stop = xt_catalog_feed_stop,
    .check = check_catalog,
    .metrics = metrics,
    .describe = describe,
};
