/* harvest_keep.c - what a running node does by itself: harvests what is due, and tidies. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "harvest/harvest_priv.h"
#include "job/job.h"

#define TICK_MS      1000 /* how soon a source that is due is begun */
#define BUSY_US      (10 * XT_SECOND)
#define KEEP_RUNS_US (180LL * 86400 * XT_SECOND)

static atomic_bool ends;

bool harvest_ends(void)
{
    return atomic_load(&ends);
}

/* ---- tidying ---- */

static enum xt_code find_named(struct xt_node *node, uint64_t **out, size_t *out_count, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(node->store, 10000, &read, err);

    return rc == XT_OK ? payloads_named(xt_read_conn(read), out, out_count, err) : rc;
}

enum xt_code harvest_tidy(struct xt_node *node, struct xt_job *job, struct xt_error *err)
{
    XT_AUTO(xt_free_ptr) uint64_t *named = NULL;
    struct xt_hash after = {{0}};
    xt_instant since = xt_now();
    size_t count = 0;
    bool more = true;
    int64_t done = 0;
    enum xt_code rc = find_named(node, &named, &count, err);

    while (rc == XT_OK && more && (!job || xt_job_progress(job, done++, 0, "batch"))) {
        XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;

        rc = xt_tx_begin(node->store, &tx, err);
        if (rc == XT_OK)
            rc = payload_trim(tx, named, count, since, &after, &more, err);
        if (rc == XT_OK && !more)
            rc = run_trim(tx, xt_tx_now(tx) - KEEP_RUNS_US, err);
        if (rc == XT_OK)
            rc = xt_tx_commit(&tx, err);
    }
    return rc;
}

/* ---- continuous harvesting ---- */

struct worker {
    pthread_t thread;
    xt_id source;
    bool used, over;
    char name[HARVEST_NAME_MAX + 1];
    int64_t not_before; /* monotonic: another process is at it */
};

static struct {
    struct xt_node *node;
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct worker workers[HARVEST_AT_ONCE];
} keeper = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static void *work_one(void *context)
{
    struct worker *worker = context;
    const struct harvest_options options = {.wish = WISH_CONTINUE, .lang = XT_EN};
    struct xt_error failure = {.code = XT_OK};
    struct xt_arena arena;
    struct run run;
    enum xt_code rc;

    xt_arena_init(&arena);
    rc = harvest_work(keeper.node, xt_str(worker->name), &options, &arena, &run, &failure);
    if (rc == XT_OK)
        xt_log(XT_LOG_INFO, "harvest", XT_P("source", XT_TEXT(worker->name)), XT_P("run", XT_INT(run.id)),
               XT_P("state", XT_TEXT(run.state)), XT_P("seen", XT_INT(run.seen)), XT_P("stored", XT_INT(run.stored)),
               XT_P("rejected", XT_INT(run.rejected)), XT_P("error", XT_TEXT(run.error_class)));
    else if (rc != XT_E_BUSY)
        xt_log(XT_LOG_ERROR, "harvest", XT_P("source", XT_TEXT(worker->name)), XT_P("code", XT_TEXT(xt_code_name(rc))));
    xt_arena_done(&arena);
    (void)pthread_mutex_lock(&keeper.lock);
    worker->over = true;
    worker->not_before = rc == XT_OK ? 0 : xt_monotonic_us() + BUSY_US;
    (void)pthread_mutex_unlock(&keeper.lock);
    return NULL;
}

/* Whether a source is to be worked on now. */
static bool is_due(const struct source *source, const struct run *last, bool found, xt_instant now)
{
    if (source->rests)
        return false;
    if (found && strcmp(last->state, "running") == 0) /* its process is gone, or holds the lock */
        return true;
    if (found && (strcmp(last->state, "held") == 0 || strcmp(last->state, "stopped") == 0))
        return false;
    return source->every_s > 0 && source->due_at <= now;
}

/* With the lock held: a worker for a source, or none when it has one or all are taken. */
static void take_up(const struct source *source)
{
    struct worker *idle = NULL;
    size_t i;

    for (i = 0; i < HARVEST_AT_ONCE; i++) {
        struct worker *w = &keeper.workers[i];

        if (w->used && w->over) {
            (void)pthread_join(w->thread, NULL);
            w->used = false;
        }
        if (w->source == source->id && (w->used || xt_monotonic_us() < w->not_before))
            return;
        if (!w->used && xt_monotonic_us() >= w->not_before && !idle)
            idle = w;
    }
    if (!idle)
        return;
    *idle = (struct worker){.source = source->id, .used = true};
    (void)snprintf(idle->name, sizeof idle->name, "%s", source->name);
    idle->used = pthread_create(&idle->thread, NULL, work_one, idle) == 0; /* otherwise at the next look */
}

static void look_around(void)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_str after = {"", 0};
    struct source source;
    struct run last;
    bool more = true, found;

    xt_arena_init(&arena);
    while (more) {
        XT_AUTO(xt_read_end) struct xt_read *read = NULL;

        /* What fails here (a busy store) is looked at again in a second. */
        if (xt_read_begin(keeper.node->store, 1000, &read, NULL) != XT_OK ||
            source_next(xt_read_conn(read), after, &arena, &source, &more, NULL) != XT_OK || !more ||
            run_last(xt_read_conn(read), source.id, &arena, &last, &found, NULL) != XT_OK)
            return;
        after = xt_str(source.name);
        if (is_due(&source, &last, found, xt_now()))
            take_up(&source);
    }
}

static void *keep(void *context)
{
    struct timespec until;

    (void)context;
    (void)pthread_mutex_lock(&keeper.lock);
    while (!harvest_ends()) {
        look_around();
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += TICK_MS / 1000;
        if (!harvest_ends())
            (void)pthread_cond_timedwait(&keeper.wake, &keeper.lock, &until);
    }
    (void)pthread_mutex_unlock(&keeper.lock);
    return NULL;
}

enum xt_code harvest_start(struct xt_node *node, struct xt_error *err)
{
    int failed;

    if (node->read_only)
        return XT_OK;
    keeper.node = node;
    atomic_store(&ends, false);
    failed = pthread_create(&keeper.thread, NULL, keep, NULL);
    if (failed)
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT(strerrordesc_np(failed)));
    keeper.runs = true;
    return XT_OK;
}

void harvest_stop(struct xt_node *node)
{
    size_t i;

    (void)node;
    if (!keeper.runs)
        return;
    atomic_store(&ends, true);
    (void)pthread_mutex_lock(&keeper.lock);
    (void)pthread_cond_broadcast(&keeper.wake);
    (void)pthread_mutex_unlock(&keeper.lock);
    (void)pthread_join(keeper.thread, NULL);
    keeper.runs = false;
    for (i = 0; i < HARVEST_AT_ONCE; i++) {
        if (keeper.workers[i].used)
            (void)pthread_join(keeper.workers[i].thread, NULL);
        keeper.workers[i] = (struct worker){0};
    }
    atomic_store(&ends, false);
}
