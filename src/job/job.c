/* A job's life: queued, begun, renewed, ended; the room's row. */
#include "job/job.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "job/job_priv.h"

#define FAILURE_MAX_BYTES 4096
#define END_TRIES         3

bool xt_job_stopping(struct xt_jobs *jobs)
{
    bool stopping;

    (void)pthread_mutex_lock(&jobs->lock);
    stopping = jobs->stopping;
    (void)pthread_mutex_unlock(&jobs->lock);
    return stopping;
}

/* ---- the heartbeat ---- */

/* Renews the lease; false when the job is not ours any more. A write that failed is tried again at the next beat:
 * the lease lasts three. */
static bool renew(struct xt_job *job)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    bool ours = true;

    if (xt_tx_begin(job->node->store, &tx, NULL) != XT_OK ||
        xt_job_sql_renew(tx, job->id, xt_str(job->runner), &ours, NULL) != XT_OK)
        return true;
    return xt_tx_commit(&tx, NULL) != XT_OK || ours;
}

static void *beat(void *context)
{
    struct xt_job *job = context;
    struct timespec next;

    (void)pthread_mutex_lock(&job->lock);
    while (!job->ended && !job->lost) {
        (void)clock_gettime(CLOCK_MONOTONIC, &next);
        next.tv_sec += JOB_RENEW_MS / 1000;
        if (pthread_cond_timedwait(&job->ending, &job->lock, &next) == ETIMEDOUT) {
            bool ours;

            (void)pthread_mutex_unlock(&job->lock);
            ours = renew(job);
            (void)pthread_mutex_lock(&job->lock);
            job->lost |= !ours;
        }
    }
    (void)pthread_mutex_unlock(&job->lock);
    return NULL;
}

struct xt_job *xt_job_new(struct xt_node *node, xt_id id, const char *runner, struct xt_str input, bool by_worker)
{
    struct xt_job *job = xt_calloc(1, sizeof(*job));
    pthread_condattr_t attr;

    job->node = node;
    job->id = id;
    (void)snprintf(job->runner, sizeof(job->runner), "%s", runner);
    job->input = xt_strndup(input.s ? input.s : "", input.n);
    job->by_worker = by_worker;
    (void)pthread_mutex_init(&job->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&job->ending, &attr);
    (void)pthread_condattr_destroy(&attr);
    /* Without a thread to spare, xt_job_progress() alone renews the lease. */
    job->has_heart = pthread_create(&job->heart, NULL, beat, job) == 0;
    return job;
}

static void job_free(struct xt_job *job)
{
    (void)pthread_mutex_lock(&job->lock);
    job->ended = true;
    (void)pthread_cond_signal(&job->ending);
    (void)pthread_mutex_unlock(&job->lock);
    if (job->has_heart)
        (void)pthread_join(job->heart, NULL);
    (void)pthread_cond_destroy(&job->ending);
    (void)pthread_mutex_destroy(&job->lock);
    free(job->input);
    free(job);
}

/* ---- queueing and beginning ---- */

static enum xt_code check_input(struct xt_str input, struct xt_error *err)
{
    if (input.n > XT_JOB_TEXT_MAX)
        return xt_fail(err, XT_E_TOO_LARGE, "input", XT_MSG_TOO_LARGE, XT_INT(XT_JOB_TEXT_MAX), XT_INT(input.n));
    return XT_OK;
}

enum xt_code xt_job_add(struct xt_node *node, const char *kind, struct xt_str input, xt_id *out_id,
                        struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    char key[XT_ULID_SIZE];
    enum xt_code rc;
    xt_id id;

    if (!xt_job_kind_find(node, xt_str(kind)))
        return xt_fail(err, XT_E_INPUT, "kind", XT_MSG_JOB_UNKNOWN_KIND, XT_TEXT(kind));
    rc = check_input(input, err);
    if (rc == XT_OK)
        rc = xt_tx_begin(node->store, &tx, err);
    if (rc != XT_OK)
        return rc;
    xt_ulid_make(key);
    rc = xt_job_sql_add(tx, key, xt_str(kind), input, &id, err);
    if (rc == XT_OK)
        rc = xt_tx_commit(&tx, err);
    if (rc != XT_OK)
        return rc;
    *out_id = id;
    (void)pthread_mutex_lock(&node->jobs->lock);
    (void)pthread_cond_signal(&node->jobs->queued);
    (void)pthread_mutex_unlock(&node->jobs->lock);
    return XT_OK;
}

enum xt_code xt_job_begin(struct xt_node *node, const char *kind, struct xt_str input, struct xt_job **out,
                          struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    char key[XT_ULID_SIZE];
    char runner[XT_ULID_SIZE];
    enum xt_code rc = check_input(input, err);
    bool running;
    xt_id id;

    if (rc == XT_OK)
        rc = xt_tx_begin(node->store, &tx, err);
    if (rc != XT_OK)
        return rc;
    xt_ulid_make(key);
    xt_ulid_make(runner);
    rc = xt_job_sql_add(tx, key, xt_str(kind), input, &id, err);
    if (rc == XT_OK)
        rc = xt_job_sql_run(tx, id, xt_str(runner), &running, err);
    if (rc == XT_OK)
        rc = xt_tx_commit(&tx, err);
    if (rc == XT_OK)
        *out = xt_job_new(node, id, runner, input, false);
    return rc;
}

struct xt_str xt_job_input(const struct xt_job *job)
{
    return xt_str(job->input);
}

/* ---- progress ---- */

static bool should_go_on(struct xt_job *job)
{
    bool stop = job->by_worker && xt_job_stopping(job->node->jobs);
    bool go_on;

    (void)pthread_mutex_lock(&job->lock);
    job->told_to_stop |= stop;
    go_on = !job->lost && !job->told_to_stop;
    (void)pthread_mutex_unlock(&job->lock);
    return go_on;
}

/* As renew(), with the figures. */
static bool write_progress(struct xt_job *job, const struct job_row *progress)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    bool ours = true;

    if (xt_tx_begin(job->node->store, &tx, NULL) != XT_OK ||
        xt_job_sql_progress(tx, job->id, xt_str(job->runner), progress, &ours, NULL) != XT_OK)
        return true;
    return xt_tx_commit(&tx, NULL) != XT_OK || ours;
}

bool xt_job_progress(struct xt_job *job, int64_t done, int64_t total, const char *unit)
{
    const struct job_row progress = {.done = done, .total = total, .unit = unit ? xt_str(unit) : XT_STR("")};
    int64_t now = xt_monotonic_us();

    if (job->last_write_us == 0 || now - job->last_write_us >= JOB_PROGRESS_US) {
        bool ours = write_progress(job, &progress);

        job->last_write_us = now;
        (void)pthread_mutex_lock(&job->lock);
        job->lost |= !ours;
        (void)pthread_mutex_unlock(&job->lock);
    }
    return should_go_on(job);
}

/* ---- ending ---- */

static enum xt_code try_end(struct xt_job *job, const struct job_row *outcome, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    bool ours; /* not when it was cancelled or lost its lease: then the row says how it ended */
    enum xt_code rc = xt_tx_begin(job->node->store, &tx, err);

    if (rc == XT_OK && outcome->state.n > 0)
        rc = xt_job_sql_end(tx, job->id, xt_str(job->runner), outcome, &ours, err);
    else if (rc == XT_OK)
        rc = xt_job_sql_requeue(tx, job->id, xt_str(job->runner), true, &ours, err);
    return rc == XT_OK ? xt_tx_commit(&tx, err) : rc;
}

/* An empty state puts it back into the queue. What cannot be written now, the end of the lease will say. */
static void end_as(struct xt_job **job_variable, const struct job_row *outcome)
{
    struct xt_job *job = *job_variable;
    struct xt_error err = {0};
    enum xt_code rc = XT_E_BUSY;

    *job_variable = NULL;
    for (int i = 0; i < END_TRIES && rc == XT_E_BUSY; i++)
        rc = try_end(job, outcome, &err);
    if (rc != XT_OK)
        xt_log_detail("end of job %lld: %s", (long long)job->id, xt_code_name(rc));
    job_free(job);
}

void xt_job_end(struct xt_job **job, const struct xt_error *failure, struct xt_str result)
{
    XT_AUTO(xt_text_done) struct xt_text words = {0};
    struct job_row outcome = {.state = failure ? XT_STR("failed") : XT_STR("done")};

    xt_text_init(&words, FAILURE_MAX_BYTES);
    if (!*job)
        return;
    if (failure) {
        xt_job_error_write(failure, &words);
        outcome.failure = xt_text_view(&words);
    }
    if (result.n <= XT_JOB_TEXT_MAX)
        outcome.result = result;
    end_as(job, &outcome);
}

void xt_job_end_of_worker(struct xt_job **job_variable, const struct xt_error *failure)
{
    struct xt_job *job = *job_variable;
    const struct job_row again = {.state = XT_STR("")};
    bool told;

    (void)pthread_mutex_lock(&job->lock);
    told = job->told_to_stop;
    (void)pthread_mutex_unlock(&job->lock);
    if (told)
        end_as(job_variable, &again);
    else
        xt_job_end(job_variable, failure, XT_STR(""));
}

enum xt_code xt_job_cancel(struct xt_node *node, struct xt_str key, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct xt_arena arena;
    struct job_row row;
    bool found = false;
    bool changed = false;
    enum xt_code rc = xt_tx_begin(node->store, &tx, err);

    if (rc != XT_OK)
        return rc;
    xt_arena_init(&arena);
    rc = xt_job_sql_find(xt_tx_conn(tx), key, &arena, &row, &found, err);
    xt_arena_done(&arena);
    if (rc == XT_OK && !found)
        return xt_fail(err, XT_E_NOT_FOUND, "key", XT_MSG_JOB_NOT_FOUND, XT_VIEW(key));
    if (rc == XT_OK)
        rc = xt_job_sql_cancel(tx, key, &changed, err);
    if (rc == XT_OK && !changed)
        return xt_fail(err, XT_E_CONFLICT, "key", XT_MSG_JOB_ENDED);
    return rc == XT_OK ? xt_tx_commit(&tx, err) : rc;
}

/* ---- the room ---- */

static enum xt_code open_jobs(struct xt_node *node, struct xt_error *err)
{
    pthread_condattr_t attr;

    (void)err;
    node->jobs = xt_calloc(1, sizeof(*node->jobs));
    node->jobs->node = node;
    (void)pthread_mutex_init(&node->jobs->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&node->jobs->queued, &attr);
    (void)pthread_condattr_destroy(&attr);
    return XT_OK;
}

static void close_jobs(struct xt_node *node)
{
    if (!node->jobs)
        return;
    assert(node->jobs->worker_count == 0); /* stop() came before */
    (void)pthread_cond_destroy(&node->jobs->queued);
    (void)pthread_mutex_destroy(&node->jobs->lock);
    free(node->jobs);
    node->jobs = NULL;
}

const struct xt_room xt_room_job = {
    .name = "job",
    .migrations = true,
    .routes = xt_job_routes,
    .schemas = xt_job_schemas,
    .commands = xt_job_commands,
    .open = open_jobs,
    .close = close_jobs,
    .start = xt_job_start,
    .stop = xt_job_stop,
    .metrics = xt_job_metrics,
    .about = "Long work: what is queued, runs, has ended, and how.",
};
