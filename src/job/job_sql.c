/* The table job. */
#include "job/job_priv.h"

#define COLUMNS                                                                                                  \
    "id, key, kind, state, input, result, failure, unit, runner, done, total, attempts, created_at, started_at," \
    " ended_at, lease_until"

static const struct xt_stmt_def NEXT_QUEUED = {
    .name = "job_next_queued",
    .sql = "SELECT " COLUMNS " FROM job WHERE state = 'queued' AND id > $1 ORDER BY id LIMIT 1",
};
static const struct xt_stmt_def NEXT_LOST = {
    .name = "job_next_lost",
    .sql = "SELECT " COLUMNS " FROM job WHERE state = 'running' AND id > $1 AND lease_until < $2 ORDER BY id LIMIT 1",
};
static const struct xt_stmt_def FIND = {
    .name = "job_find",
    .sql = "SELECT " COLUMNS " FROM job WHERE key = $1",
};
static const struct xt_stmt_def LIST = {
    .name = "job_list",
    .sql = "SELECT " COLUMNS " FROM job"
           " WHERE id < $1 AND ($2 = '' OR kind = $2) AND ($3 = '' OR state = $3) ORDER BY id DESC LIMIT $4",
};
static const struct xt_stmt_def LAST_OF = {
    .name = "job_last_of",
    .sql = "SELECT created_at, ended_at FROM job WHERE kind = $1 ORDER BY id DESC LIMIT 1",
};
static const struct xt_stmt_def COUNT = {
    .name = "job_count",
    .sql = "SELECT count(*) FROM job WHERE state = $1",
};
static const struct xt_stmt_def ADD = {
    .name = "job_add",
    .sql = "INSERT INTO job (key, kind, state, input, created_at) VALUES ($1, $2, 'queued', $3, $4)",
};
static const struct xt_stmt_def RUN = {
    .name = "job_run",
    .sql = "UPDATE job SET state = 'running', runner = $2, lease_until = $3, started_at = $4,"
           " attempts = attempts + 1, done = 0, total = 0, unit = ''"
           " WHERE id = $1 AND state = 'queued'",
};
static const struct xt_stmt_def RENEW = {
    .name = "job_renew",
    .sql = "UPDATE job SET lease_until = $3 WHERE id = $1 AND runner = $2 AND state = 'running'",
};
static const struct xt_stmt_def PROGRESS = {
    .name = "job_progress",
    .sql = "UPDATE job SET lease_until = $3, done = $4, total = $5, unit = $6"
           " WHERE id = $1 AND runner = $2 AND state = 'running'",
};
static const struct xt_stmt_def END = {
    .name = "job_end",
    .sql = "UPDATE job SET state = $3, failure = $4, result = $5, ended_at = $6, lease_until = 0"
           " WHERE id = $1 AND runner = $2 AND state = 'running'",
};
static const struct xt_stmt_def REQUEUE = {
    .name = "job_requeue",
    .sql = "UPDATE job SET state = 'queued', runner = '', lease_until = 0, attempts = attempts - $3"
           " WHERE id = $1 AND runner = $2 AND state = 'running'",
};
static const struct xt_stmt_def CANCEL = {
    .name = "job_cancel",
    .sql = "UPDATE job SET state = 'cancelled', ended_at = $2, lease_until = 0"
           " WHERE key = $1 AND state IN ('queued', 'running')",
};
static const struct xt_stmt_def FORGET = {
    .name = "job_forget",
    .sql = "DELETE FROM job WHERE kind = $1 AND created_at < $2 AND ended_at > 0",
};

/* ---- reading ---- */

static void read_row(struct xt_stmt *stmt, struct job_row *row)
{
    struct xt_str *const texts[] = {&row->key,    &row->kind,    &row->state, &row->input,
                                    &row->result, &row->failure, &row->unit,  &row->runner};
    int64_t *const numbers[] = {&row->done,       &row->total,    &row->attempts,   &row->created_at,
                                &row->started_at, &row->ended_at, &row->lease_until};
    int column = 0;

    row->id = xt_col_int(stmt, column++);
    for (size_t i = 0; i < XT_COUNT(texts); i++)
        *texts[i] = xt_col_str(stmt, column++);
    for (size_t i = 0; i < XT_COUNT(numbers); i++)
        *numbers[i] = xt_col_int(stmt, column++);
}

static void keep(struct xt_arena *arena, struct xt_str *text)
{
    text->s = xt_arena_strndup(arena, text->s ? text->s : "", text->n);
}

/* Steps once; copies the row out of the statement. */
static enum xt_code one_row(struct xt_stmt *stmt, struct xt_arena *arena, struct job_row *out, bool *out_found,
                            struct xt_error *err)
{
    enum xt_code rc = xt_stmt_step(stmt, out_found, err);

    if (rc != XT_OK || !*out_found)
        return rc;
    read_row(stmt, out);
    keep(arena, &out->key);
    keep(arena, &out->kind);
    keep(arena, &out->state);
    keep(arena, &out->input);
    keep(arena, &out->result);
    keep(arena, &out->failure);
    keep(arena, &out->unit);
    keep(arena, &out->runner);
    return XT_OK;
}

enum xt_code xt_job_sql_next_queued(struct xt_conn *conn, xt_id after, struct xt_arena *arena, struct job_row *out,
                                    bool *out_found, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &NEXT_QUEUED, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, after);
    return one_row(stmt, arena, out, out_found, err);
}

enum xt_code xt_job_sql_next_lost(struct xt_conn *conn, xt_id after, xt_instant now, struct xt_arena *arena,
                                  struct job_row *out, bool *out_found, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &NEXT_LOST, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, after);
    xt_bind_int(stmt, 2, now);
    return one_row(stmt, arena, out, out_found, err);
}

enum xt_code xt_job_sql_find(struct xt_conn *conn, struct xt_str key, struct xt_arena *arena, struct job_row *out,
                             bool *out_found, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &FIND, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, key);
    return one_row(stmt, arena, out, out_found, err);
}

enum xt_code xt_job_sql_list(struct xt_conn *conn, struct xt_str kind, struct xt_str state, xt_id before, int64_t limit,
                             void (*visit)(void *context, const struct job_row *row), void *context,
                             struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    struct job_row row;
    bool more;
    enum xt_code rc = xt_stmt_take(conn, &LIST, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, before);
    xt_bind_str(stmt, 2, kind.s ? kind : XT_STR(""));
    xt_bind_str(stmt, 3, state.s ? state : XT_STR(""));
    xt_bind_int(stmt, 4, limit);
    while ((rc = xt_stmt_step(stmt, &more, err)) == XT_OK && more) {
        read_row(stmt, &row);
        visit(context, &row);
    }
    return rc;
}

enum xt_code xt_job_sql_last_of(struct xt_conn *conn, const char *kind, xt_instant *out_at, bool *out_open,
                                struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool row;
    enum xt_code rc = xt_stmt_take(conn, &LAST_OF, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_z(stmt, 1, kind);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc != XT_OK)
        return rc;
    *out_at = row ? xt_col_int(stmt, 0) : 0;
    *out_open = row && xt_col_int(stmt, 1) == 0;
    return XT_OK;
}

enum xt_code xt_job_sql_count(struct xt_conn *conn, const char *state, int64_t *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool row;
    enum xt_code rc = xt_stmt_take(conn, &COUNT, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_z(stmt, 1, state);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK)
        *out = row ? xt_col_int(stmt, 0) : 0;
    return rc;
}

/* ---- changing ---- */

static enum xt_code run_one(struct xt_stmt *stmt, bool *out_changed, struct xt_error *err)
{
    int64_t changed;
    enum xt_code rc = xt_stmt_run(stmt, &changed, err);

    if (rc == XT_OK)
        *out_changed = changed == 1;
    return rc;
}

/* Takes a statement whose first parameters are a job and who runs it. */
static enum xt_code take_for(struct xt_tx *tx, const struct xt_stmt_def *def, xt_id id, struct xt_str runner,
                             struct xt_stmt **out, struct xt_error *err)
{
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), def, out, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(*out, 1, id);
    xt_bind_str(*out, 2, runner);
    return XT_OK;
}

enum xt_code xt_job_sql_add(struct xt_tx *tx, const char *key, struct xt_str kind, struct xt_str input, xt_id *out_id,
                            struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &ADD, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_z(stmt, 1, key);
    xt_bind_str(stmt, 2, kind);
    xt_bind_str(stmt, 3, input.s ? input : XT_STR(""));
    xt_bind_int(stmt, 4, xt_tx_now(tx));
    rc = xt_stmt_run(stmt, NULL, err);
    if (rc == XT_OK)
        *out_id = xt_last_id(xt_tx_conn(tx));
    return rc;
}

enum xt_code xt_job_sql_run(struct xt_tx *tx, xt_id id, struct xt_str runner, bool *out_changed, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = take_for(tx, &RUN, id, runner, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 3, xt_tx_now(tx) + JOB_LEASE_US);
    xt_bind_int(stmt, 4, xt_tx_now(tx));
    return run_one(stmt, out_changed, err);
}

enum xt_code xt_job_sql_renew(struct xt_tx *tx, xt_id id, struct xt_str runner, bool *out_changed, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = take_for(tx, &RENEW, id, runner, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 3, xt_tx_now(tx) + JOB_LEASE_US);
    return run_one(stmt, out_changed, err);
}

enum xt_code xt_job_sql_progress(struct xt_tx *tx, xt_id id, struct xt_str runner, const struct job_row *progress,
                                 bool *out_changed, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = take_for(tx, &PROGRESS, id, runner, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 3, xt_tx_now(tx) + JOB_LEASE_US);
    xt_bind_int(stmt, 4, progress->done);
    xt_bind_int(stmt, 5, progress->total);
    xt_bind_str(stmt, 6, progress->unit);
    return run_one(stmt, out_changed, err);
}

enum xt_code xt_job_sql_end(struct xt_tx *tx, xt_id id, struct xt_str runner, const struct job_row *outcome,
                            bool *out_changed, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = take_for(tx, &END, id, runner, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 3, outcome->state);
    xt_bind_str(stmt, 4, outcome->failure.s ? outcome->failure : XT_STR(""));
    xt_bind_str(stmt, 5, outcome->result.s ? outcome->result : XT_STR(""));
    xt_bind_int(stmt, 6, xt_tx_now(tx));
    return run_one(stmt, out_changed, err);
}

enum xt_code xt_job_sql_requeue(struct xt_tx *tx, xt_id id, struct xt_str runner, bool refund, bool *out_changed,
                                struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = take_for(tx, &REQUEUE, id, runner, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 3, refund ? 1 : 0);
    return run_one(stmt, out_changed, err);
}

enum xt_code xt_job_sql_cancel(struct xt_tx *tx, struct xt_str key, bool *out_changed, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &CANCEL, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, key);
    xt_bind_int(stmt, 2, xt_tx_now(tx));
    return run_one(stmt, out_changed, err);
}

enum xt_code xt_job_sql_forget(struct xt_tx *tx, const char *kind, xt_instant before, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &FORGET, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_z(stmt, 1, kind);
    xt_bind_int(stmt, 2, before);
    return xt_stmt_run(stmt, NULL, err);
}
