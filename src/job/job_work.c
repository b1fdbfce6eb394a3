/* The worker threads of `serve`: they take queued jobs, mind the leases of all, and queue what is due. */
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "job/job_priv.h"

/* ---- kinds ---- */

const struct xt_job_kind *xt_job_kind_find(const struct xt_node *node, struct xt_str name)
{
    for (size_t i = 0; node->rooms && node->rooms[i]; i++)
        for (const struct xt_job_kind *kind = node->rooms[i]->jobs; kind && kind->name; kind++)
            if (xt_str_is(name, kind->name))
                return kind;
    return NULL;
}

static enum xt_code is_due(struct xt_conn *conn, const struct xt_job_kind *kind, xt_instant now, bool *out,
                           struct xt_error *err)
{
    xt_instant last;
    bool open;
    enum xt_code rc = xt_job_sql_last_of(conn, kind->name, &last, &open, err);

    if (rc == XT_OK)
        *out = !open && (last == 0 || now - last >= kind->every_s * XT_SECOND);
    return rc;
}

/* Queues the kind when it is due, and forgets its runs of long ago. */
static enum xt_code queue_if_due(struct xt_tx *tx, const struct xt_job_kind *kind, struct xt_error *err)
{
    xt_instant now = xt_tx_now(tx);
    char key[XT_ULID_SIZE];
    bool due;
    enum xt_code rc = is_due(xt_tx_conn(tx), kind, now, &due, err);
    xt_id id;

    if (rc != XT_OK || !due)
        return rc;
    xt_ulid_make(key);
    rc = xt_job_sql_add(tx, key, xt_str(kind->name), XT_STR(""), &id, err);
    return rc == XT_OK ? xt_job_sql_forget(tx, kind->name, now - JOB_KEEP_US, err) : rc;
}

static enum xt_code queue_due(struct xt_node *node, struct xt_tx *tx, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    for (size_t i = 0; node->rooms && node->rooms[i]; i++)
        for (const struct xt_job_kind *kind = node->rooms[i]->jobs; rc == XT_OK && kind && kind->name; kind++)
            if (kind->every_s > 0)
                rc = queue_if_due(tx, kind, err);
    return rc;
}

/* ---- lost leases ---- */

/* Its process is gone. A kind that runs by itself is tried again, but not for ever: the job may be what killed it. */
static enum xt_code settle_lost(struct xt_node *node, struct xt_tx *tx, const struct job_row *row, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text words = {0};
    struct job_row outcome = {.state = XT_STR("failed")};
    struct xt_error failure;
    bool changed;

    xt_text_init(&words, 4096);
    if (xt_job_kind_find(node, row->kind) && row->attempts < JOB_ATTEMPTS_MAX)
        return xt_job_sql_requeue(tx, row->id, row->runner, false, &changed, err);
    (void)xt_fail(&failure, XT_E_INTERNAL, "", XT_MSG_JOB_LEASE_LOST);
    xt_job_error_write(&failure, &words);
    outcome.failure = xt_text_view(&words);
    return xt_job_sql_end(tx, row->id, row->runner, &outcome, &changed, err);
}

static enum xt_code settle_all_lost(struct xt_node *node, struct xt_tx *tx, struct xt_error *err)
{
    struct xt_arena arena;
    struct job_row row = {0};
    bool found = true;
    enum xt_code rc = XT_OK;

    xt_arena_init(&arena);
    while (rc == XT_OK && found) {
        rc = xt_job_sql_next_lost(xt_tx_conn(tx), row.id, xt_tx_now(tx), &arena, &row, &found, err);
        if (rc == XT_OK && found)
            rc = settle_lost(node, tx, &row, err);
    }
    xt_arena_done(&arena);
    return rc;
}

enum xt_code xt_job_tidy(struct xt_node *node, struct xt_tx *tx, struct xt_error *err)
{
    enum xt_code rc = settle_all_lost(node, tx, err);

    return rc == XT_OK ? queue_due(node, tx, err) : rc;
}

/* ---- is there anything to do? Only read, so that an idle node writes nothing. ---- */

/* The first queued job of a kind this program knows. */
static enum xt_code first_queued(struct xt_node *node, struct xt_conn *conn, struct xt_arena *arena,
                                 struct job_row *out, bool *out_found, struct xt_error *err)
{
    enum xt_code rc;

    out->id = 0;
    do {
        rc = xt_job_sql_next_queued(conn, out->id, arena, out, out_found, err);
    } while (rc == XT_OK && *out_found && !xt_job_kind_find(node, out->kind));
    return rc;
}

static enum xt_code any_due(struct xt_node *node, struct xt_conn *conn, bool *out, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    *out = false;
    for (size_t i = 0; node->rooms && node->rooms[i]; i++)
        for (const struct xt_job_kind *kind = node->rooms[i]->jobs; rc == XT_OK && !*out && kind && kind->name; kind++)
            if (kind->every_s > 0)
                rc = is_due(conn, kind, xt_now(), out, err);
    return rc;
}

static enum xt_code anything(struct xt_node *node, struct xt_arena *arena, bool *out, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct job_row row;
    enum xt_code rc = xt_read_begin(node->store, 1000, &read, err);

    if (rc == XT_OK)
        rc = first_queued(node, xt_read_conn(read), arena, &row, out, err);
    if (rc == XT_OK && !*out)
        rc = xt_job_sql_next_lost(xt_read_conn(read), 0, xt_now(), arena, &row, out, err);
    if (rc == XT_OK && !*out)
        rc = any_due(node, xt_read_conn(read), out, err);
    return rc;
}

/* ---- the worker ---- */

/* Takes the next job; *out_job stays NULL when there is none. */
static enum xt_code take(struct xt_node *node, struct xt_arena *arena, struct xt_job **out_job,
                         const struct xt_job_kind **out_kind, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    char runner[XT_ULID_SIZE];
    struct job_row row = {0};
    bool found = false;
    enum xt_code rc = xt_tx_begin(node->store, &tx, err);

    if (rc != XT_OK)
        return rc;
    xt_ulid_make(runner);
    rc = xt_job_tidy(node, tx, err);
    if (rc == XT_OK)
        rc = first_queued(node, xt_tx_conn(tx), arena, &row, &found, err);
    if (rc == XT_OK && found)
        rc = xt_job_sql_run(tx, row.id, xt_str(runner), &found, err);
    if (rc == XT_OK)
        rc = xt_tx_commit(&tx, err);
    if (rc != XT_OK || !found)
        return rc;
    *out_kind = xt_job_kind_find(node, row.kind);
    *out_job = xt_job_new(node, row.id, runner, row.input, true);
    return XT_OK;
}

static void run_job(struct xt_node *node, struct xt_job *job, const struct xt_job_kind *kind)
{
    struct xt_error err = {0};
    enum xt_code rc = kind->run(node, job, &err);

    xt_job_end_of_worker(&job, rc == XT_OK ? NULL : &err);
}

/* One look and, when there is one, one job. True when there may be more. */
static bool work_once(struct xt_node *node)
{
    const struct xt_job_kind *kind = NULL;
    struct xt_job *job = NULL;
    struct xt_arena arena;
    bool any = false;
    bool well;

    xt_arena_init(&arena);
    /* What fails here (a busy or full store) is tried again at the next look; the request that needs the store says
     * what is wrong with it. */
    well = anything(node, &arena, &any, NULL) == XT_OK && (!any || take(node, &arena, &job, &kind, NULL) == XT_OK);
    xt_arena_done(&arena);
    if (job)
        run_job(node, job, kind);
    return well && job;
}

static void wait_for_work(struct xt_jobs *jobs)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += JOB_POLL_MS / 1000;
    (void)pthread_mutex_lock(&jobs->lock);
    if (!jobs->stopping)
        (void)pthread_cond_timedwait(&jobs->queued, &jobs->lock, &until);
    (void)pthread_mutex_unlock(&jobs->lock);
}

static void *work(void *context)
{
    struct xt_jobs *jobs = context;

    while (!xt_job_stopping(jobs))
        if (!work_once(jobs->node))
            wait_for_work(jobs);
    return NULL;
}

enum xt_code xt_job_start(struct xt_node *node, struct xt_error *err)
{
    struct xt_jobs *jobs = node->jobs;

    if (node->read_only)
        return XT_OK;
    jobs->stopping = false;
    while (jobs->worker_count < JOB_WORKERS) {
        int failed = pthread_create(&jobs->workers[jobs->worker_count], NULL, work, jobs);

        if (failed) {
            xt_job_stop(node);
            return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT(strerrordesc_np(failed)));
        }
        jobs->worker_count++;
    }
    return XT_OK;
}

void xt_job_stop(struct xt_node *node)
{
    struct xt_jobs *jobs = node->jobs;

    (void)pthread_mutex_lock(&jobs->lock);
    jobs->stopping = true;
    (void)pthread_cond_broadcast(&jobs->queued);
    (void)pthread_mutex_unlock(&jobs->lock);
    while (jobs->worker_count > 0)
        (void)pthread_join(jobs->workers[--jobs->worker_count], NULL);
}
