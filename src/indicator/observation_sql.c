/* observation_sql.c - the tables of observations. */
#include <assert.h>
#include <string.h>

#include "indicator/observation_priv.h"

#define READ_WAIT_MS 10000

static const struct xt_stmt_def BATCHES = {
    .name = "observation_batches",
    .sql = "SELECT id, seq, first_id, last_id, recorded FROM observation_batch"
           " WHERE index_name = $1 AND id > $2 AND recorded <= $3 ORDER BY id",
};
static const struct xt_stmt_def ALL_BATCHES = {
    .name = "observation_all_batches",
    .sql = "SELECT id, seq, first_id, last_id, recorded FROM observation_batch"
           " WHERE id > $2 AND recorded <= $3 ORDER BY id",
};
static const struct xt_stmt_def ADD_BATCH = {
    .name = "observation_add_batch",
    .sql = "INSERT INTO observation_batch (id, index_name, import, source, note, recorded, seq, first_id, last_id)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};
static const struct xt_stmt_def LAST_BATCH = {
    .name = "observation_last_batch",
    .sql = "SELECT max(id) FROM observation_batch",
};
static const struct xt_stmt_def LAST_ROW = {
    .name = "observation_last_row",
    .sql = "SELECT max(id) FROM observation",
};
static const struct xt_stmt_def SERIES = {
    .name = "observation_series_of",
    .sql = "SELECT id, indicator, area FROM observation_series WHERE index_name = $1 AND id > $2",
};
static const struct xt_stmt_def ADD_SERIES = {
    .name = "observation_add_series",
    .sql = "INSERT INTO observation_series (index_name, indicator, area) VALUES ($1, $2, $3)",
};
static const struct xt_stmt_def ROWS = {
    .name = "observation_rows",
    .sql = "SELECT id, series_id, period, revision, value, text, unit, status FROM observation"
           " WHERE id BETWEEN $1 AND $2 ORDER BY id",
};
static const struct xt_stmt_def ADD = {
    .name = "observation_add",
    .sql = "INSERT INTO observation (id, series_id, period, revision, value, text, unit, status, batch_id)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};

/* ---- batches ---- */

enum xt_code xt_observation_sql_batches(struct xt_conn *conn, struct xt_str index, int64_t after, xt_instant as_of,
                                        struct xt_arena *arena, struct xt_observed_batch **out, size_t *out_count,
                                        struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    XT_AUTO(xt_free_ptr) struct xt_observed_batch *list = NULL;
    size_t n = 0, capacity = 0;
    bool more;
    enum xt_code rc = xt_stmt_take(conn, index.n > 0 ? &BATCHES : &ALL_BATCHES, &stmt, err);

    if (rc != XT_OK)
        return rc;
    if (index.n > 0)
        xt_bind_str(stmt, 1, index);
    xt_bind_int(stmt, 2, after);
    xt_bind_int(stmt, 3, as_of);
    while ((rc = xt_stmt_step(stmt, &more, err)) == XT_OK && more) {
        xt_grow(&list, &capacity, n + 1, sizeof *list);
        list[n++] = (struct xt_observed_batch){.id = xt_col_int(stmt, 0),
                                               .seq = xt_col_int(stmt, 1),
                                               .first = xt_col_int(stmt, 2),
                                               .last = xt_col_int(stmt, 3),
                                               .recorded = xt_col_int(stmt, 4)};
    }
    *out = xt_arena_alloc(arena, (n + 1) * sizeof **out);
    *out_count = n;
    for (size_t i = 0; i < n; i++)
        (*out)[i] = list[i];
    return rc;
}

enum xt_code xt_observation_sql_add_batch(struct xt_conn *conn, const struct xt_observed_batch *batch,
                                          struct xt_str index, const char *import, const char *source, const char *note,
                                          struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &ADD_BATCH, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, batch->id);
    xt_bind_str(stmt, 2, index);
    xt_bind_z(stmt, 3, import);
    xt_bind_z(stmt, 4, source);
    xt_bind_z(stmt, 5, note);
    xt_bind_int(stmt, 6, batch->recorded);
    xt_bind_int(stmt, 7, batch->seq);
    xt_bind_int(stmt, 8, batch->first);
    xt_bind_int(stmt, 9, batch->last);
    return xt_stmt_run(stmt, NULL, err);
}

enum xt_code xt_observation_sql_next_ids(struct xt_conn *conn, int64_t *batch, int64_t *observation,
                                         struct xt_error *err)
{
    enum xt_code rc = xt_query_int(conn, &LAST_BATCH, 0, batch, err);

    if (rc == XT_OK)
        rc = xt_query_int(conn, &LAST_ROW, 0, observation, err);
    ++*batch;
    ++*observation;
    return rc;
}

/* ---- series ---- */

enum xt_code xt_observation_sql_series(struct xt_conn *conn, struct xt_str index, int64_t after,
                                       void (*visit)(void *context, int64_t id, struct xt_str indicator,
                                                     struct xt_str area),
                                       void *context, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool more;
    enum xt_code rc = xt_stmt_take(conn, &SERIES, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, index);
    xt_bind_int(stmt, 2, after);
    while ((rc = xt_stmt_step(stmt, &more, err)) == XT_OK && more)
        visit(context, xt_col_int(stmt, 0), xt_col_str(stmt, 1), xt_col_str(stmt, 2));
    return rc;
}

enum xt_code xt_observation_sql_add_series(struct xt_conn *conn, struct xt_str index, struct xt_str indicator,
                                           struct xt_str area, int64_t *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &ADD_SERIES, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, index);
    xt_bind_str(stmt, 2, indicator);
    xt_bind_str(stmt, 3, area);
    rc = xt_stmt_run(stmt, NULL, err);
    *out = xt_last_id(conn);
    return rc;
}

/* ---- rows ---- */

static struct xt_observed_row row_of(struct xt_stmt *stmt)
{
    return (struct xt_observed_row){.id = xt_col_int(stmt, 0),
                                    .series = xt_col_int(stmt, 1),
                                    .period = xt_col_int(stmt, 2),
                                    .revision = xt_col_int(stmt, 3),
                                    .has_value = !xt_col_null(stmt, 4),
                                    .value = xt_col_double(stmt, 4),
                                    .text = xt_col_str(stmt, 5),
                                    .unit = xt_col_str(stmt, 6),
                                    .status = xt_col_str(stmt, 7)};
}

enum xt_code xt_observation_sql_rows(struct xt_conn *conn, int64_t first, int64_t last,
                                     void (*visit)(void *context, const struct xt_observed_row *row), void *context,
                                     struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool more;
    enum xt_code rc = xt_stmt_take(conn, &ROWS, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, first);
    xt_bind_int(stmt, 2, last);
    while ((rc = xt_stmt_step(stmt, &more, err)) == XT_OK && more) {
        struct xt_observed_row row = row_of(stmt);

        visit(context, &row);
    }
    return rc;
}

enum xt_code xt_observation_sql_add(struct xt_conn *conn, const struct xt_observed_row *row, int64_t batch,
                                    struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &ADD, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, row->id);
    xt_bind_int(stmt, 2, row->series);
    xt_bind_int(stmt, 3, row->period);
    xt_bind_int(stmt, 4, row->revision);
    if (row->has_value)
        xt_bind_double(stmt, 5, row->value);
    else
        xt_bind_null(stmt, 5);
    xt_bind_str(stmt, 6, row->text);
    xt_bind_str(stmt, 7, row->unit);
    xt_bind_str(stmt, 8, row->status);
    xt_bind_int(stmt, 9, batch);
    return xt_stmt_run(stmt, NULL, err);
}

/* ---- one by one ---- */

/* Series first, in their order: a page is read and no more (CROSS JOIN keeps SQLite from turning it round).
 * $1 the last id known at the instant asked for; $2 and $3 index and indicator, '' = any; $4 to $10 periods, so that only those
 * of a series are read; $5 to $7 behind what; $8 how many; $9 1 = all revisions; areas from $11 on. */
#define LIST_COLUMNS                                                                                              \
    "SELECT o.id, o.series_id, o.period, o.revision, s.index_name, s.indicator, s.area, o.value, o.text, o.unit," \
    " o.status, b.source, b.note, b.recorded,"                                                                    \
    " (SELECT n.text FROM observation n JOIN observation_series ns ON n.series_id = ns.id"                        \
    "   WHERE ns.index_name = s.index_name AND ns.indicator = '" XT_OBSERVED_NAME "' AND ns.area = s.area"        \
    "     AND n.period = o.period AND n.id <= $1 ORDER BY n.revision DESC LIMIT 1)"                               \
    " FROM observation_series s CROSS JOIN observation o CROSS JOIN observation_batch b"
#define LIST_REST                                                                                     \
    " AND o.series_id = s.id AND b.id = o.batch_id AND o.id <= $1 AND ($2 = '' OR s.index_name = $2)" \
    " AND o.period BETWEEN $4 AND $10"                                                                \
    " AND s.id >= $5 AND (s.id > $5 OR o.period > $6 OR (o.period = $6 AND o.revision > $7))"         \
    " AND ($9 = 1 OR NOT EXISTS (SELECT 1 FROM observation l WHERE l.series_id = o.series_id"         \
    "   AND l.period = o.period AND l.revision > o.revision AND l.id <= $1))"                         \
    " ORDER BY s.id, o.period, o.revision LIMIT $8"
#define LIST_AREAS      "s.area IN ($11, $12, $13, $14, $15, $16, $17, $18)"
#define LIST_FIRST_AREA 11
static_assert(XT_OBSERVATION_AREAS_MAX == 8, "LIST_AREAS names as many");

static const struct xt_stmt_def LIST_ANY = {
    .name = "observation_list",
    .sql = LIST_COLUMNS " WHERE ($3 = '' AND s.indicator <> '" XT_OBSERVED_NAME "')" LIST_REST,
};
static const struct xt_stmt_def LIST_OF_INDICATOR = {
    .name = "observation_list_indicator",
    .sql = LIST_COLUMNS " WHERE s.indicator = $3" LIST_REST,
};
static const struct xt_stmt_def LIST_OF_AREA = {
    .name = "observation_list_area",
    .sql = LIST_COLUMNS " WHERE " LIST_AREAS
                        " AND ((s.indicator = $3) OR ($3 = '' AND s.indicator <> '" XT_OBSERVED_NAME "'))" LIST_REST,
};
static const struct xt_stmt_def LAST_THEN = {
    .name = "observation_last_then",
    .sql = "SELECT max(last_id) FROM observation_batch WHERE recorded <= $1",
};

static enum xt_code last_then(struct xt_conn *conn, xt_instant as_of, int64_t *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool row = false;
    enum xt_code rc = xt_stmt_take(conn, &LAST_THEN, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, as_of > 0 ? as_of : INT64_MAX);
    rc = xt_stmt_step(stmt, &row, err);
    *out = rc == XT_OK && row ? xt_col_int(stmt, 0) : 0;
    return rc;
}

static void bind_ask(struct xt_stmt *stmt, const struct xt_observation_ask *ask, int64_t last)
{
    size_t i;

    xt_bind_int(stmt, 1, last);
    xt_bind_str(stmt, 2, ask->index.n > 0 ? ask->index : XT_STR(""));
    xt_bind_str(stmt, 3, ask->indicator.n > 0 ? ask->indicator : XT_STR(""));
    xt_bind_int(stmt, 4, ask->has_period ? ask->period : INT32_MIN);
    xt_bind_int(stmt, 5, ask->after_series);
    xt_bind_int(stmt, 6, ask->after_period);
    xt_bind_int(stmt, 7, ask->after_revision);
    xt_bind_int(stmt, 8, ask->limit);
    xt_bind_int(stmt, 9, ask->revisions);
    xt_bind_int(stmt, 10, ask->has_period ? ask->period : INT32_MAX);
    for (i = 0; ask->area_count > 0 && i < XT_OBSERVATION_AREAS_MAX; i++)
        xt_bind_str(stmt, LIST_FIRST_AREA + (int)i, ask->areas[i < ask->area_count ? i : 0]);
}

static struct xt_observation observation_of(struct xt_stmt *stmt)
{
    return (struct xt_observation){
        .id = xt_col_int(stmt, 0),
        .series = xt_col_int(stmt, 1),
        .period = xt_col_int(stmt, 2),
        .revision = xt_col_int(stmt, 3),
        .index = xt_col_str(stmt, 4),
        .indicator = xt_col_str(stmt, 5),
        .area = xt_col_str(stmt, 6),
        .has_value = !xt_col_null(stmt, 7),
        .value = xt_col_double(stmt, 7),
        .text = xt_col_str(stmt, 8),
        .unit = xt_col_str(stmt, 9),
        .status = xt_col_str(stmt, 10),
        .source = xt_col_str(stmt, 11),
        .note = xt_col_str(stmt, 12),
        .recorded = xt_col_int(stmt, 13),
        .name = xt_col_str(stmt, 14),
    };
}

enum xt_code xt_observation_each(struct xt_conn *conn, const struct xt_observation_ask *ask,
                                 bool (*visit)(void *context, const struct xt_observation *o), void *context,
                                 struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    const struct xt_stmt_def *def = ask->area_count > 0    ? &LIST_OF_AREA
                                    : ask->indicator.n > 0 ? &LIST_OF_INDICATOR
                                                           : &LIST_ANY;
    int64_t last = 0;
    bool more;
    enum xt_code rc = last_then(conn, ask->as_of, &last, err);

    if (rc != XT_OK || last == 0) /* nothing was known then */
        return rc;
    rc = xt_stmt_take(conn, def, &stmt, err);
    if (rc != XT_OK)
        return rc;
    bind_ask(stmt, ask, last);
    while ((rc = xt_stmt_step(stmt, &more, err)) == XT_OK && more) {
        struct xt_observation o = observation_of(stmt);

        if (!visit(context, &o))
            break;
    }
    return rc;
}

/* ---- proof ---- */

static const struct xt_stmt_def GAPS = {
    .name = "observation_gaps",
    .sql = "SELECT s.index_name, s.indicator, s.area, g.period, g.last, g.held FROM"
           " (SELECT series_id, period, max(revision) AS last, count(*) AS held FROM observation"
           "   GROUP BY series_id, period HAVING max(revision) <> count(*)) g"
           " JOIN observation_series s ON s.id = g.series_id",
};
static const struct xt_stmt_def PROVE_ROWS = {
    .name = "observation_prove_rows",
    .sql = "SELECT o.id, o.series_id, o.period, o.revision, o.value, o.text, o.unit, o.status, s.area, s.indicator"
           " FROM observation o JOIN observation_series s ON s.id = o.series_id"
           " WHERE o.id BETWEEN $1 AND $2 AND o.batch_id = $3 ORDER BY o.id",
};
static const struct xt_stmt_def ORPHANS = {
    .name = "observation_orphans",
    .sql = "SELECT count(*) FROM observation",
};

static enum xt_code find_gaps(struct xt_conn *conn, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool more;
    enum xt_code rc = xt_stmt_take(conn, &GAPS, &stmt, err);

    if (rc != XT_OK)
        return rc;
    while ((rc = xt_stmt_step(stmt, &more, err)) == XT_OK && more) {
        struct xt_str index = xt_col_str(stmt, 0), indicator = xt_col_str(stmt, 1), area = xt_col_str(stmt, 2);
        char path[300];

        (void)snprintf(path, sizeof path, "%.*s %.*s %.*s", (int)index.n, index.s, (int)indicator.n, indicator.s,
                       (int)area.n, area.s);
        xt_problem(problems, path, XT_MSG_OBSERVATION_GAP, XT_INT(xt_col_int(stmt, 3)), XT_INT(xt_col_int(stmt, 4)),
                   XT_INT(xt_col_int(stmt, 5)));
    }
    return rc;
}

static enum xt_code hash_batch(struct xt_conn *conn, const struct xt_observed_batch *batch, struct xt_hash *out,
                               int64_t *rows, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    struct xt_hasher hasher;
    bool more;
    enum xt_code rc = xt_stmt_take(conn, &PROVE_ROWS, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, batch->first);
    xt_bind_int(stmt, 2, batch->last);
    xt_bind_int(stmt, 3, batch->id);
    xt_hasher_init(&hasher);
    while ((rc = xt_stmt_step(stmt, &more, err)) == XT_OK && more) {
        struct xt_observed_row row = row_of(stmt);

        xt_observation_hash(&hasher, xt_col_str(stmt, 8), xt_col_str(stmt, 9), &row);
        ++*rows;
    }
    xt_hasher_end(&hasher, out);
    return rc;
}

struct expected {
    const struct xt_hash *hash;
    bool well;
};

static bool is_expected(void *context, const struct xt_change_row *row)
{
    struct expected *e = context;

    e->well = xt_str_is(row->room, "indicator") && xt_str_is(row->action, "import") && row->has_after &&
              memcmp(row->after.bytes, e->hash->bytes, sizeof e->hash->bytes) == 0;
    return false;
}

/* Each batch as its change says, and no observation outside of them. */
static enum xt_code prove_batches(struct xt_conn *conn, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_observed_batch *batches;
    int64_t rows = 0, held = 0;
    size_t count, i;
    enum xt_code rc;

    xt_arena_init(&arena);
    rc = xt_observation_sql_batches(conn, XT_STR(""), 0, INT64_MAX, &arena, &batches, &count, err);
    for (i = 0; rc == XT_OK && i < count; i++) {
        struct xt_hash hash;
        struct expected e = {&hash, false};

        rc = hash_batch(conn, &batches[i], &hash, &rows, err);
        if (rc == XT_OK)
            rc = xt_change_each(conn, batches[i].seq - 1, 1, is_expected, &e, err);
        if (rc == XT_OK && !e.well)
            xt_problem(problems, "observation", XT_MSG_OBSERVATION_BATCH, XT_INT(batches[i].id));
    }
    if (rc == XT_OK)
        rc = xt_query_int(conn, &ORPHANS, 0, &held, err);
    if (rc == XT_OK && held != rows)
        xt_problem(problems, "observation", XT_MSG_OBSERVATION_STRAY, XT_INT(held), XT_INT(rows));
    return rc;
}

enum xt_code xt_observation_check(struct xt_store *store, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(store, READ_WAIT_MS, &read, err);

    if (rc == XT_OK)
        rc = find_gaps(xt_read_conn(read), problems, err);
    if (rc == XT_OK)
        rc = prove_batches(xt_read_conn(read), problems, err);
    return rc;
}
