/* harvest_sql.c - sources and runs. Their columns are rows of tables here, in the order of the statements. */
#include <string.h>

#include "harvest/harvest_priv.h"

struct column {
    enum { C_INT, C_TEXT } kind;
    size_t place;
};
#define I(type, member)                      \
    {                                        \
        C_INT, offsetof(struct type, member) \
    }
#define T(type, member)                       \
    {                                         \
        C_TEXT, offsetof(struct type, member) \
    }

static void bind_columns(struct xt_stmt *stmt, const struct column *columns, size_t count, const void *row)
{
    const char *base = row;
    size_t i;

    for (i = 0; i < count; i++) {
        if (columns[i].kind == C_INT)
            xt_bind_int(stmt, (int)i + 1, *(const int64_t *)(const void *)(base + columns[i].place));
        else
            xt_bind_z(stmt, (int)i + 1, *(const char *const *)(const void *)(base + columns[i].place));
    }
}

/* from: the first column of the statement that is one of these. */
static void read_columns(struct xt_stmt *stmt, int from, const struct column *columns, size_t count,
                         struct xt_arena *arena, void *row)
{
    char *base = row;
    size_t i;

    for (i = 0; i < count; i++) {
        if (columns[i].kind == C_INT) {
            *(int64_t *)(void *)(base + columns[i].place) = xt_col_int(stmt, from + (int)i);
        } else {
            struct xt_str text = xt_col_str(stmt, from + (int)i);

            *(const char **)(void *)(base + columns[i].place) = xt_arena_strndup(arena, text.s ? text.s : "", text.n);
        }
    }
}

static enum xt_code run_with(struct xt_conn *conn, const struct xt_stmt_def *def, const int64_t *numbers, size_t count,
                             int64_t *out_changed, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);
    size_t i;

    if (rc != XT_OK)
        return rc;
    for (i = 0; i < count; i++)
        xt_bind_int(stmt, (int)i + 1, numbers[i]);
    return xt_stmt_run(stmt, out_changed, err);
}

/* ---- sources ---- */

#define SETTINGS                                                                                      \
    "name, url, prefix, set_spec, mapping, every_s, overlap_s, reconcile_s, guard_percent, pause_ms," \
    " timeout_s, page_mib, retries, retry_ms, allow, ca, pin"
#define REST                                                                                              \
    "rests, full_next, repository, deleted_record, day_granular, earliest, last_response, reconciled_at," \
    " due_at, failures, live, created_at"

#define SETTING_COUNT 17
static const struct column SOURCE[] = {
    T(source, name),
    T(source, url),
    T(source, prefix),
    T(source, set_spec),
    T(source, mapping),
    I(source, every_s),
    I(source, overlap_s),
    I(source, reconcile_s),
    I(source, guard_percent),
    I(source, pause_ms),
    I(source, timeout_s),
    I(source, page_mib),
    I(source, retries),
    I(source, retry_ms),
    T(source, allow),
    T(source, ca),
    T(source, pin),
    I(source, rests),
    I(source, full_next),
    T(source, repository),
    T(source, deleted_record),
    I(source, day_granular),
    T(source, earliest),
    I(source, last_response),
    I(source, reconciled_at),
    I(source, due_at),
    I(source, failures),
    I(source, live),
    I(source, created_at),
};

static const struct xt_stmt_def ADD_SOURCE = {
    .name = "harvest_add_source",
    .sql = "INSERT INTO harvest_source (" SETTINGS ", " REST ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
           " $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)",
};

enum xt_code source_add(struct xt_tx *tx, const struct source *source, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &ADD_SOURCE, &stmt, err);

    if (rc != XT_OK)
        return rc;
    bind_columns(stmt, SOURCE, XT_COUNT(SOURCE), source);
    rc = xt_stmt_run(stmt, NULL, err);
    return rc == XT_E_CONFLICT ? xt_fail(err, XT_E_CONFLICT, "name", XT_MSG_HARVEST_THERE, XT_TEXT(source->name)) : rc;
}

static const struct xt_stmt_def SETTLE_SOURCE = {
    .name = "harvest_settle_source",
    .sql = "UPDATE harvest_source SET (" SETTINGS ") = ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
           " $15, $16, $17) WHERE name = $1",
};

enum xt_code source_settle(struct xt_tx *tx, const struct source *source, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &SETTLE_SOURCE, &stmt, err);

    if (rc != XT_OK)
        return rc;
    bind_columns(stmt, SOURCE, SETTING_COUNT, source);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def FIND_SOURCE = {
    .name = "harvest_find_source",
    .sql = "SELECT id, " SETTINGS ", " REST " FROM harvest_source WHERE name = $1",
};
static const struct xt_stmt_def NEXT_SOURCE = {
    .name = "harvest_next_source",
    .sql = "SELECT id, " SETTINGS ", " REST " FROM harvest_source WHERE name > $1 ORDER BY name LIMIT 1",
};

static enum xt_code read_source(struct xt_conn *conn, const struct xt_stmt_def *def, struct xt_str name,
                                struct xt_arena *arena, struct source *out, bool *out_found, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, name);
    rc = xt_stmt_step(stmt, out_found, err);
    if (rc != XT_OK || !*out_found)
        return rc;
    out->id = xt_col_int(stmt, 0);
    read_columns(stmt, 1, SOURCE, XT_COUNT(SOURCE), arena, out);
    return XT_OK;
}

enum xt_code source_find(struct xt_conn *conn, struct xt_str name, struct xt_arena *arena, struct source *out,
                         struct xt_error *err)
{
    bool found = false;
    enum xt_code rc = read_source(conn, &FIND_SOURCE, name, arena, out, &found, err);

    if (rc == XT_OK && !found)
        return xt_fail(err, XT_E_NOT_FOUND, "name", XT_MSG_HARVEST_NO_SOURCE, XT_VIEW(name));
    return rc;
}

enum xt_code source_next(struct xt_conn *conn, struct xt_str after, struct xt_arena *arena, struct source *out,
                         bool *out_found, struct xt_error *err)
{
    return read_source(conn, &NEXT_SOURCE, after, arena, out, out_found, err);
}

static const struct xt_stmt_def LEARN_SOURCE = {
    .name = "harvest_learn_source",
    .sql = "UPDATE harvest_source SET repository = $2, deleted_record = $3, day_granular = $4, earliest = $5"
           " WHERE id = $1",
};

enum xt_code source_learned(struct xt_tx *tx, const struct source *source, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &LEARN_SOURCE, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source->id);
    xt_bind_z(stmt, 2, source->repository);
    xt_bind_z(stmt, 3, source->deleted_record);
    xt_bind_int(stmt, 4, source->day_granular);
    xt_bind_z(stmt, 5, source->earliest);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def REST_SOURCE = {
    .name = "harvest_rest_source",
    .sql = "UPDATE harvest_source SET rests = $2 WHERE id = $1",
};

enum xt_code source_rest(struct xt_tx *tx, xt_id id, bool rests, struct xt_error *err)
{
    return run_with(xt_tx_conn(tx), &REST_SOURCE, (const int64_t[]){id, rests}, 2, NULL, err);
}

static const struct xt_stmt_def RAN_SOURCE = {
    .name = "harvest_ran_source",
    .sql = "UPDATE harvest_source SET full_next = $2, last_response = $3, reconciled_at = $4, due_at = $5,"
           " failures = $6 WHERE id = $1",
};

enum xt_code source_ran(struct xt_tx *tx, const struct source *source, struct xt_error *err)
{
    const int64_t numbers[] = {source->id,     source->full_next, source->last_response, source->reconciled_at,
                               source->due_at, source->failures};

    return run_with(xt_tx_conn(tx), &RAN_SOURCE, numbers, XT_COUNT(numbers), NULL, err);
}

static const struct xt_stmt_def LIVE_SOURCE = {
    .name = "harvest_live_source",
    .sql = "UPDATE harvest_source SET live = live + $2 WHERE id = $1",
};

enum xt_code source_add_live(struct xt_tx *tx, xt_id id, int64_t change, struct xt_error *err)
{
    return run_with(xt_tx_conn(tx), &LIVE_SOURCE, (const int64_t[]){id, change}, 2, NULL, err);
}

/* What hangs on a source, in the order in which it may go. */
static const struct xt_stmt_def REMOVALS[] = {
    {.name = "harvest_remove_reason", .sql = "DELETE FROM harvest_reason WHERE source_id = $1"},
    {.name = "harvest_remove_quarantine", .sql = "DELETE FROM harvest_quarantine WHERE source_id = $1"},
    {.name = "harvest_remove_past", .sql = "DELETE FROM harvest_past WHERE source_id = $1"},
    {.name = "harvest_remove_item", .sql = "DELETE FROM harvest_item WHERE source_id = $1"},
    {.name = "harvest_remove_staged",
     .sql = "DELETE FROM harvest_staged WHERE run_id IN (SELECT id FROM harvest_run WHERE source_id = $1)"},
    {.name = "harvest_remove_page",
     .sql = "DELETE FROM harvest_page WHERE run_id IN (SELECT id FROM harvest_run WHERE source_id = $1)"},
    {.name = "harvest_remove_run", .sql = "DELETE FROM harvest_run WHERE source_id = $1"},
    {.name = "harvest_remove_source", .sql = "DELETE FROM harvest_source WHERE id = $1"},
};

enum xt_code source_remove(struct xt_tx *tx, xt_id id, struct xt_error *err)
{ /* its payloads go with the next tidying */
    enum xt_code rc = XT_OK;
    size_t i;

    for (i = 0; i < XT_COUNT(REMOVALS) && rc == XT_OK; i++)
        rc = run_with(xt_tx_conn(tx), &REMOVALS[i], &id, 1, NULL, err);
    return rc;
}

/* ---- runs ---- */

#define RUN_COLUMNS                                                                                         \
    "source_id, kind, state, phase, from_at, response_at, token, pages, list_size, staged, seen, stored,"   \
    " unchanged, deleted, rejected, waiting, missing, lacking, losing, repaired, salvaged, bytes, retries," \
    " restarts, empty_pages, confirmed, target_run, error_class, error_zh, error_en, started_at, updated_at, ended_at"
#define RUN_PLACES                                                                                          \
    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22," \
    " $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)"

static const struct column RUN[] = {
    I(run, source_id),   T(run, kind),       T(run, state),       T(run, phase),     I(run, from_at),
    I(run, response_at), T(run, token),      I(run, pages),       I(run, list_size), I(run, staged),
    I(run, seen),        I(run, stored),     I(run, unchanged),   I(run, deleted),   I(run, rejected),
    I(run, waiting),     I(run, missing),    I(run, lacking),     I(run, losing),    I(run, repaired),
    I(run, salvaged),    I(run, bytes),      I(run, retries),     I(run, restarts),  I(run, empty_pages),
    I(run, confirmed),   I(run, target_run), T(run, error_class), T(run, error_zh),  T(run, error_en),
    I(run, started_at),  I(run, updated_at), I(run, ended_at),
};

static const struct xt_stmt_def ADD_RUN = {
    .name = "harvest_add_run",
    .sql = "INSERT INTO harvest_run (" RUN_COLUMNS ") VALUES " RUN_PLACES,
};

enum xt_code run_add(struct xt_tx *tx, struct run *run, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &ADD_RUN, &stmt, err);

    if (rc != XT_OK)
        return rc;
    bind_columns(stmt, RUN, XT_COUNT(RUN), run);
    rc = xt_stmt_run(stmt, NULL, err);
    if (rc == XT_OK)
        run->id = xt_last_id(xt_tx_conn(tx));
    return rc;
}

static const struct xt_stmt_def SAVE_RUN = {
    .name = "harvest_save_run",
    .sql = "UPDATE harvest_run SET (" RUN_COLUMNS ") = " RUN_PLACES " WHERE id = $34",
};

enum xt_code run_save(struct xt_tx *tx, const struct run *run, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &SAVE_RUN, &stmt, err);

    if (rc != XT_OK)
        return rc;
    bind_columns(stmt, RUN, XT_COUNT(RUN), run);
    xt_bind_int(stmt, (int)XT_COUNT(RUN) + 1, run->id);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def RUN_BEFORE = {
    .name = "harvest_run_before",
    .sql = "SELECT id, " RUN_COLUMNS " FROM harvest_run WHERE source_id = $1 AND id < $2 ORDER BY id DESC LIMIT 1",
};

enum xt_code run_before(struct xt_conn *conn, xt_id source, xt_id before, struct xt_arena *arena, struct run *out,
                        bool *out_found, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &RUN_BEFORE, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_int(stmt, 2, before);
    rc = xt_stmt_step(stmt, out_found, err);
    if (rc != XT_OK || !*out_found)
        return rc;
    out->id = xt_col_int(stmt, 0);
    read_columns(stmt, 1, RUN, XT_COUNT(RUN), arena, out);
    return XT_OK;
}

enum xt_code run_last(struct xt_conn *conn, xt_id source, struct xt_arena *arena, struct run *out, bool *out_found,
                      struct xt_error *err)
{
    return run_before(conn, source, INT64_MAX, arena, out, out_found, err);
}

bool run_is_open(const struct run *run)
{
    return strcmp(run->state, "done") != 0 && strcmp(run->state, "dropped") != 0;
}

static const struct xt_stmt_def SWEEP_STAGED = {
    .name = "harvest_sweep_staged",
    .sql =
        "DELETE FROM harvest_staged WHERE run_id = $1 AND n < $2 + (SELECT MIN(n) FROM harvest_staged WHERE run_id = $1)",
};
static const struct xt_stmt_def SWEEP_PAGES = {
    .name = "harvest_sweep_pages",
    .sql = "DELETE FROM harvest_page WHERE run_id = $1",
};

enum xt_code run_sweep(struct xt_tx *tx, xt_id run, int64_t limit, bool *out_more, struct xt_error *err)
{
    int64_t changed = 0;
    enum xt_code rc = run_with(xt_tx_conn(tx), &SWEEP_PAGES, &run, 1, NULL, err);

    if (rc == XT_OK)
        rc = run_with(xt_tx_conn(tx), &SWEEP_STAGED, (const int64_t[]){run, limit}, 2, &changed, err);
    *out_more = changed > 0;
    return rc;
}

static const struct xt_stmt_def FORGET_PRESENT = {
    .name = "harvest_forget_present",
    .sql = "DELETE FROM harvest_staged WHERE run_id = $1 AND kind = 3",
};
static const struct xt_stmt_def FORGET_ALL = {
    .name = "harvest_forget_all",
    .sql = "DELETE FROM harvest_staged WHERE run_id = $1",
};

enum xt_code run_forget(struct xt_tx *tx, xt_id run, bool present_only, struct xt_error *err)
{
    enum xt_code rc = run_with(xt_tx_conn(tx), &SWEEP_PAGES, &run, 1, NULL, err);

    return rc == XT_OK ? run_with(xt_tx_conn(tx), present_only ? &FORGET_PRESENT : &FORGET_ALL, &run, 1, NULL, err)
                       : rc;
}

static const struct xt_stmt_def KEPT_RUN = {
    .name = "harvest_kept_run",
    .sql = "SELECT id FROM harvest_run WHERE source_id = $1 AND state = 'done' ORDER BY id DESC LIMIT 1 OFFSET $2",
};

enum xt_code run_kept(struct xt_conn *conn, xt_id source, int64_t kept, xt_id *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &KEPT_RUN, &stmt, err);
    bool row = false;

    *out = 0;
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_int(stmt, 2, kept - 1);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK && row)
        *out = xt_col_int(stmt, 0);
    return rc;
}

static const struct xt_stmt_def TRIM_RUNS = {
    .name = "harvest_trim_runs",
    .sql =
        "DELETE FROM harvest_run WHERE ended_at > 0 AND ended_at < $1"
        " AND NOT EXISTS (SELECT 1 FROM harvest_past p WHERE p.source_id = harvest_run.source_id AND p.run_id = harvest_run.id)"
        " AND NOT EXISTS (SELECT 1 FROM harvest_page g WHERE g.run_id = harvest_run.id)"
        " AND NOT EXISTS (SELECT 1 FROM harvest_staged s WHERE s.run_id = harvest_run.id)"
        " AND id < (SELECT MAX(o.id) FROM harvest_run o WHERE o.source_id = harvest_run.source_id)",
};

enum xt_code run_trim(struct xt_tx *tx, xt_instant before, struct xt_error *err)
{
    return run_with(xt_tx_conn(tx), &TRIM_RUNS, &before, 1, NULL, err);
}
