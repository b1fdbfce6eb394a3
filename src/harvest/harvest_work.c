/*
 * harvest_work.c - who works on a source when.
 *
 * Locks are flock() on files of DATA/harvest/: they end with the process, however it ends. ID.lock is held while a source
 * is worked on, host-HASH.lock while a request to a host is on its way; the time of the last one is the file's.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harvest/harvest_priv.h"
#include "job/job.h"

#define LOOK_US     300000 /* how soon a wish to stop is noticed */
#define PROGRESS_US 200000

/* ---- locks ---- */

static int open_lock(const struct xt_node *node, const char *name)
{
    char path[1200];

    (void)snprintf(path, sizeof path, "%s/harvest/%s.lock", node->data, name);
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static void nap_ms(long ms)
{
    struct timespec nap = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    (void)nanosleep(&nap, NULL);
}

static int64_t since_us(int fd)
{
    struct timespec now;
    struct stat state;

    if (fstat(fd, &state) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0 || state.st_size == 0)
        return INT64_MAX; /* new: nobody has asked yet */
    return (now.tv_sec - state.st_mtim.tv_sec) * XT_SECOND + (now.tv_nsec - state.st_mtim.tv_nsec) / 1000;
}

bool turn_take(struct harvest *h, const char *url, struct turn *out)
{
    const char *host = strstr(url, "://");
    char name[40];

    host = host ? host + 3 : url;
    struct xt_hash hash = xt_hash_of(host, strcspn(host, "/?#"));
    char hex[XT_HASH_HEX];

    (void)snprintf(name, sizeof name, "host-%.16s", xt_hash_hex(&hash, hex));
    out->fd = open_lock(h->node, name);
    while (out->fd >= 0 && flock(out->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        if (harvest_stopping(h)) {
            (void)close(out->fd);
            return false;
        }
        nap_ms(20);
    }
    while (out->fd >= 0 && since_us(out->fd) < h->source.pause_ms * 1000) {
        if (harvest_stopping(h)) {
            (void)close(out->fd);
            return false;
        }
        nap_ms(20);
    }
    return !harvest_stopping(h);
}

void turn_give(struct turn *turn)
{
    if (turn->fd < 0) /* no lock could be had: politeness is lost, nothing else */
        return;
    (void)!pwrite(turn->fd, "\n", 1, 0);
    (void)close(turn->fd);
}

/* ---- stopping ---- */

static const struct xt_stmt_def RESTS = {
    .name = "harvest_rests",
    .sql = "SELECT rests FROM harvest_source WHERE id = $1",
};

static bool rests(const struct harvest *h)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool row = false;

    /* A store that is busy now is asked again at the next look. */
    if (xt_read_begin(h->node->store, 100, &read, NULL) != XT_OK ||
        xt_stmt_take(xt_read_conn(read), &RESTS, &stmt, NULL) != XT_OK)
        return false;
    xt_bind_int(stmt, 1, h->source.id);
    return xt_stmt_step(stmt, &row, NULL) == XT_OK && (!row || xt_col_int(stmt, 0) != 0);
}

static void say_progress(struct harvest *h, int64_t now)
{
    const struct run *r = &h->run;

    if (!h->progress || now - h->said < PROGRESS_US)
        return;
    h->said = now;
    (void)fprintf(h->progress,
                  h->lang == XT_ZH ? "\r%s  %s  收到 %lld，待处理 %lld，入库 %lld，拒绝 %lld    "
                                   : "\r%s  %s  %lld seen, %lld waiting, %lld stored, %lld rejected    ",
                  h->source.name, r->phase, (long long)r->seen, (long long)r->waiting, (long long)r->stored,
                  (long long)r->rejected);
    (void)fflush(h->progress);
}

bool harvest_stopping(struct harvest *h)
{
    int64_t now = xt_monotonic_us();

    if (h->stop)
        return true;
    if (harvest_ends()) {
        h->stop = h->ending = true;
        return true;
    }
    say_progress(h, now);
    if (now - h->looked < LOOK_US)
        return false;
    h->looked = now;
    if (h->job && !xt_job_progress(h->job, h->run.seen - h->run.waiting, h->run.seen, "record"))
        h->stop = true;
    h->stop = h->stop || rests(h);
    return h->stop;
}

static bool stop_fetch(void *context)
{
    return harvest_stopping(context);
}

/* ---- what to do ---- */

static struct run new_run(const struct harvest *h, const char *kind, const char *phase)
{
    return (struct run){.source_id = h->source.id,
                        .kind = kind,
                        .state = "running",
                        .phase = phase,
                        .token = "",
                        .list_size = -1,
                        .error_class = "",
                        .error_zh = "",
                        .error_en = ""};
}

static enum xt_code begin_run(struct harvest *h, struct xt_tx *tx, const char *kind, xt_id target, struct xt_error *err)
{
    bool stored = strcmp(kind, "remap") == 0 || strcmp(kind, "rollback") == 0;
    enum xt_code rc;

    h->run = new_run(h, kind, stored ? "publish" : "identify");
    h->run.started_at = h->run.updated_at = xt_tx_now(tx);
    h->run.target_run = target;
    h->run.response_at = h->source.last_response;
    rc = run_add(tx, &h->run, err);
    if (rc == XT_OK && stored)
        rc = strcmp(kind, "remap") == 0 ? staged_all(tx, h->source.id, h->run.id, err)
             : target == 0              ? staged_none(tx, h->source.id, h->run.id, err)
                                        : staged_past(tx, h->source.id, h->run.id, target, err);
    if (rc == XT_OK && stored)
        rc = staged_count(xt_tx_conn(tx), h->run.id, &h->run.staged, &h->run.seen, err);
    if (rc != XT_OK || !stored)
        return rc;
    h->run.waiting = h->run.seen;
    h->run.missing = h->run.staged - h->run.seen;
    return run_save(tx, &h->run, err);
}

static enum xt_code drop_run(struct harvest *h, struct xt_tx *tx, struct xt_error *err)
{
    bool more = true;
    enum xt_code rc = XT_OK;

    h->run.state = "dropped";
    h->run.ended_at = xt_tx_now(tx);
    while (rc == XT_OK && more)
        rc = run_sweep(tx, h->run.id, INT32_MAX, &more, err);
    return rc == XT_OK ? run_save(tx, &h->run, err) : rc;
}

/* The published run before the last one, or the one asked for where it can still be gone back to. */
static enum xt_code find_target(struct harvest *h, struct xt_tx *tx, xt_id wanted, xt_id *out, struct xt_error *err)
{
    xt_id oldest = 0, before_last = 0;
    struct run run;
    bool found = false;
    enum xt_code rc = run_kept(xt_tx_conn(tx), h->source.id, 2, &before_last, err);

    if (rc == XT_OK)
        rc = run_kept(xt_tx_conn(tx), h->source.id, HARVEST_KEPT_RUNS + 1, &oldest, err);
    if (rc != XT_OK)
        return rc;
    *out = wanted >= 0 ? wanted : before_last;
    if (wanted == 0)
        return XT_OK;
    if (*out > 0)
        rc = run_before(xt_tx_conn(tx), h->source.id, *out + 1, &h->arena, &run, &found, err);
    if (rc != XT_OK)
        return rc;
    if (*out == 0 || !found || run.id != *out || strcmp(run.state, "done") != 0 || *out < oldest)
        return xt_fail(err, XT_E_CONFLICT, "to", XT_MSG_HARVEST_NO_TARGET, XT_TEXT(h->source.name), XT_INT(*out));
    return XT_OK;
}

/* Takes up the open run or begins another, as it is wished. h->run is the last run where open is set. */
static enum xt_code choose_run(struct harvest *h, struct xt_tx *tx, const struct harvest_options *options, bool open,
                               struct xt_error *err)
{
    xt_id target = 0;
    enum xt_code rc = XT_OK;

    if (options->wish == WISH_CONFIRM && (!open || strcmp(h->run.state, "held") != 0))
        return xt_fail(err, XT_E_CONFLICT, "name", XT_MSG_HARVEST_NOT_HELD, XT_TEXT(h->source.name));
    if (options->wish == WISH_REMAP && open)
        return xt_fail(err, XT_E_CONFLICT, "name", XT_MSG_HARVEST_OPEN, XT_TEXT(h->source.name));
    if (options->wish == WISH_ROLLBACK)
        rc = find_target(h, tx, options->target, &target, err);
    if (rc == XT_OK)
        rc = source_rest(tx, h->source.id, false, err);
    if (rc != XT_OK)
        return rc;
    if (open && (options->wish == WISH_CONTINUE || options->wish == WISH_CONFIRM)) {
        if (strcmp(h->run.state, "held") == 0 && options->wish != WISH_CONFIRM)
            return XT_OK;
        h->run.confirmed |= options->wish == WISH_CONFIRM;
        h->run.state = "running";
        h->run.error_class = h->run.error_zh = h->run.error_en = "";
        return run_save(tx, &h->run, err);
    }
    if (open)
        rc = drop_run(h, tx, err);
    if (rc != XT_OK)
        return rc;
    switch (options->wish) {
    case WISH_FULL:
        return begin_run(h, tx, "full", 0, err);
    case WISH_REMAP:
        return begin_run(h, tx, "remap", 0, err);
    case WISH_ROLLBACK:
        return begin_run(h, tx, "rollback", target, err);
    case WISH_CONTINUE:
    case WISH_RESTART:
    case WISH_CONFIRM:
        break;
    }
    return begin_run(h, tx, "harvest", 0, err);
}

static enum xt_code prepare(struct harvest *h, const struct harvest_options *options, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    bool found = false;
    xt_id last_done = 0;
    enum xt_code rc = xt_tx_begin(h->node->store, &tx, err);

    if (rc == XT_OK) /* again, now that it is ours */
        rc = source_find(xt_tx_conn(tx), xt_str(h->source.name), &h->arena, &h->source, err);
    if (rc == XT_OK)
        rc = run_last(xt_tx_conn(tx), h->source.id, &h->arena, &h->run, &found, err);
    if (rc == XT_OK)
        rc = choose_run(h, tx, options, found && run_is_open(&h->run), err);
    if (rc == XT_OK)
        rc = run_kept(xt_tx_conn(tx), h->source.id, 1, &last_done, err);
    h->first = last_done == 0;
    return rc == XT_OK ? xt_tx_commit(&tx, err) : rc;
}

/* ---- working ---- */

static enum xt_code find(struct harvest *h, struct xt_str name, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(h->node->store, 10000, &read, err);

    return rc == XT_OK ? source_find(xt_read_conn(read), name, &h->arena, &h->source, err) : rc;
}

static void begin_job(struct harvest *h)
{
    char input[100];

    (void)snprintf(input, sizeof input, "{\"source\":\"%s\",\"run\":%lld}", h->source.name, (long long)h->run.id);
    /* Without a row in the list of jobs the harvest is as good: its own row says it all. */
    (void)!xt_job_begin(h->node, "harvest.run", xt_str(input), &h->job, NULL);
}

static void end_job(struct harvest *h, enum xt_code rc, const struct xt_error *err)
{
    char result[300];
    const struct run *r = &h->run;

    (void)snprintf(result, sizeof result,
                   "{\"run\":%lld,\"seen\":%lld,\"stored\":%lld,\"unchanged\":%lld,\"deleted\":%lld,\"rejected\":%lld}",
                   (long long)r->id, (long long)r->seen, (long long)r->stored, (long long)r->unchanged,
                   (long long)r->deleted, (long long)r->rejected);
    if (h->job)
        xt_job_end(&h->job, rc != XT_OK ? err : h->fault.code != XT_OK ? &h->fault : NULL, xt_str(result));
}

static enum xt_code work(struct harvest *h, const struct harvest_options *options, struct xt_error *err)
{
    char agent[300];
    enum xt_code rc = prepare(h, options, err);

    if (rc != XT_OK || strcmp(h->run.state, "running") != 0)
        return rc;
    (void)snprintf(agent, sizeof agent, "Xietong/" XT_VERSION " (OAI-PMH harvester of %s)", h->node->name);
    h->rules = (struct xt_fetch_rules){.allow = xt_str(h->source.allow),
                                       .ca = h->source.ca,
                                       .pin = h->source.pin,
                                       .agent = agent,
                                       .timeout_s = h->source.timeout_s,
                                       .bytes_max = h->source.page_mib * (int64_t)XT_MIB,
                                       .stop = stop_fetch,
                                       .context = h};
    h->fetch = xt_fetch_new(&h->rules);
    begin_job(h);
    rc = harvest_run(h, err);
    if (h->progress && h->said > 0)
        (void)fprintf(h->progress, "\r\033[K");
    end_job(h, rc, err);
    mapper_free(&h->mapper);
    xt_fetch_free(&h->fetch);
    return rc;
}

/* The run's texts, which lie in another arena or are constants. */
static void copy_run(const struct run *run, struct xt_arena *arena, struct run *out)
{
    const char **texts[] = {&out->kind,        &out->state,    &out->phase,   &out->token,
                            &out->error_class, &out->error_zh, &out->error_en};
    size_t i;

    *out = *run;
    for (i = 0; i < XT_COUNT(texts); i++)
        *texts[i] = xt_arena_strdup(arena, *texts[i] ? *texts[i] : "");
}

enum xt_code harvest_work(struct xt_node *node, struct xt_str name, const struct harvest_options *options,
                          struct xt_arena *arena, struct run *out_run, struct xt_error *err)
{
    struct harvest *h = xt_calloc(1, sizeof *h);
    char lock[40];
    int fd = -1;
    enum xt_code rc;

    h->node = node;
    h->progress = options->progress;
    h->lang = options->lang;
    xt_arena_init(&h->arena);
    rc = find(h, name, err);
    if (rc == XT_OK) {
        h->actor = xt_str(xt_arena_printf(&h->arena, "harvest:%s", h->source.name));
        (void)snprintf(lock, sizeof lock, "%lld", (long long)h->source.id);
        fd = open_lock(node, lock);
        if (fd < 0)
            rc = xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_OPEN, XT_TEXT(lock), XT_TEXT(strerror(errno)));
        else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
            rc = xt_fail(err, XT_E_BUSY, "name", XT_MSG_HARVEST_BUSY, XT_TEXT(h->source.name));
    }
    if (rc == XT_OK)
        rc = work(h, options, err);
    if (rc == XT_OK)
        copy_run(&h->run, arena, out_run);
    if (fd >= 0)
        (void)close(fd);
    xt_arena_done(&h->arena);
    free(h);
    return rc;
}

/* ---- several at once ---- */

struct crowd {
    struct xt_node *node;
    const char *const *names;
    size_t count, next;
    const struct harvest_options *options;
    const struct harvest_done *done;
    pthread_mutex_t lock;
};

static void *work_some(void *context)
{
    struct crowd *c = context;

    for (;;) {
        struct xt_error failure = {.code = XT_OK};
        struct xt_arena arena;
        struct run run;
        const char *name;
        enum xt_code rc;

        (void)pthread_mutex_lock(&c->lock);
        name = c->next < c->count ? c->names[c->next++] : NULL;
        (void)pthread_mutex_unlock(&c->lock);
        if (!name)
            return NULL;
        xt_arena_init(&arena);
        rc = harvest_work(c->node, xt_str(name), c->options, &arena, &run, &failure);
        (void)pthread_mutex_lock(&c->lock);
        c->done->done(c->done->context, name, rc == XT_OK ? &run : NULL, rc == XT_OK ? NULL : &failure);
        (void)pthread_mutex_unlock(&c->lock);
        xt_arena_done(&arena);
    }
}

void harvest_work_all(struct xt_node *node, const char *const *names, size_t count,
                      const struct harvest_options *options, const struct harvest_done *done)
{
    struct crowd crowd = {.node = node, .names = names, .count = count, .options = options, .done = done};
    pthread_t threads[HARVEST_AT_ONCE];
    size_t began = 0, i;

    (void)pthread_mutex_init(&crowd.lock, NULL);
    while (began + 1 < count && began < HARVEST_AT_ONCE - 1 &&
           pthread_create(&threads[began], NULL, work_some, &crowd) == 0)
        began++;
    (void)work_some(&crowd); /* this thread is one of them */
    for (i = 0; i < began; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_mutex_destroy(&crowd.lock);
}
