/*
 * catalog_feed.c - the search index follows the sequence.
 *
 * One feeding at a time in a process (feed_lock), one feeding process for a DATA folder (the index's own lock). When
 * that process ends, killed or not, another that waits for the index takes over within a second. A
 * batch is the records changed after the number reached, in order of their numbers; several changes of one record
 * between two batches are fed once.
 */
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/time.h"
#include "catalog/catalog_priv.h"

#define BATCH_RECORDS 1000
#define BATCH_BYTES   (8 * XT_MIB)

static const struct xt_stmt_def CHANGED_AFTER = {
    .name = "catalog_changed_after",
    .sql = "SELECT id, type, title, status, deleted, seq, body FROM record WHERE seq > $1 ORDER BY seq LIMIT $2",
};

struct batch {
    struct xt_arena arena;
    struct xt_search_doc *docs;
    json_t **bodies;
    size_t count, bytes; /* bytes of the bodies' text, from which documents borrow */
    int64_t reached;     /* number of its last record */
};

static void batch_clear(struct batch *batch)
{
    size_t i;

    for (i = 0; i < batch->count; i++)
        json_decref(batch->bodies[i]);
    batch->count = batch->bytes = 0;
    xt_arena_clear(&batch->arena);
}

static enum xt_code batch_add(struct xt_node *node, struct batch *batch, struct xt_stmt *stmt, struct xt_error *err)
{
    struct xt_str type_name = xt_col_str(stmt, 1), title = xt_col_str(stmt, 2), status = xt_col_str(stmt, 3);
    const struct xt_type *type = xt_region_type(node->region, type_name);
    struct xt_record record = {.id = xt_col_int(stmt, 0), .deleted = xt_col_int(stmt, 4) != 0 || !type};
    json_t *body = NULL;
    enum xt_code rc;

    record.title = xt_arena_strndup(&batch->arena, title.s, title.n);
    record.status = xt_arena_strndup(&batch->arena, status.s, status.n);
    if (!record.deleted) {
        rc = xt_json_parse(xt_col_str(stmt, 6), &body, err);
        if (rc != XT_OK)
            return rc;
    }
    doc_build(node->region, type, &record, body, &batch->arena, &batch->docs[batch->count]);
    batch->bodies[batch->count++] = body;
    batch->bytes += xt_col_str(stmt, 6).n;
    batch->reached = xt_col_int(stmt, 5);
    return XT_OK;
}

/* Reads the records changed after seq. *out_end is the number the store stood at in the same snapshot, when the
 * batch holds all there is; otherwise the last record's. */
static enum xt_code batch_read(struct xt_node *node, int64_t after, struct batch *batch, bool *out_more,
                               struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_read_begin(node->store, 10000, &read, err);
    bool row = true;

    if (rc == XT_OK)
        rc = xt_stmt_take(xt_read_conn(read), &CHANGED_AFTER, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, after);
    xt_bind_int(stmt, 2, BATCH_RECORDS);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        rc = batch_add(node, batch, stmt, err);
        if (rc != XT_OK || batch->arena.used_bytes + batch->bytes > BATCH_BYTES)
            break;
    }
    *out_more = row;
    return rc;
}

/* Feeds search until the number last, which was committed when it was read, is reached, or *stop (NULL = never). */
static enum xt_code feed_to(struct xt_node *node, struct xt_search *search, int64_t last, const _Atomic bool *stop,
                            void (*progress)(void *context, int64_t reached, int64_t last), void *context,
                            struct xt_error *err)
{
    struct batch batch = {.docs = xt_calloc(BATCH_RECORDS, sizeof *batch.docs),
                          .bodies = xt_calloc(BATCH_RECORDS, sizeof *batch.bodies)};
    enum xt_code rc = XT_OK;
    int64_t reached = xt_search_reached(search);
    bool more;

    xt_arena_init(&batch.arena);
    while (reached < last && rc == XT_OK && !(stop && atomic_load(stop))) {
        rc = batch_read(node, reached, &batch, &more, err);
        if (rc != XT_OK)
            break;
        /* Numbers above the last record's belong to changes that made no record: reached all the same. */
        reached = batch.count == BATCH_RECORDS || more ? batch.reached : batch.reached > last ? batch.reached : last;
        rc = xt_search_feed(search, batch.docs, batch.count, reached, err);
        batch_clear(&batch);
        if (rc == XT_OK && progress)
            progress(context, reached, last);
    }
    batch_clear(&batch);
    xt_arena_done(&batch.arena);
    free(batch.docs);
    free(batch.bodies);
    return rc;
}

static void sleep_ms(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    (void)nanosleep(&pause, NULL); /* woken early: the loop looks again */
}

#define TAKE_OVER_MS 500

/* What this process feeds through: the node's index, or one of its own since the process that fed has gone (the node's
 * stays as it is, for those who search). NULL while another process feeds. The feed_lock is held. */
static struct xt_search *feeding_handle(struct xt_node *node)
{
    struct xt_catalog *catalog = node->catalog;
    int64_t now = xt_monotonic_us();

    if (xt_search_is_feeder(node->search))
        return node->search;
    if (catalog->taken_over || node->read_only || now < catalog->try_again_us)
        return catalog->taken_over;
    catalog->try_again_us = now + TAKE_OVER_MS * 1000;
    if (catalog_open_index(node, &catalog->taken_over, NULL) == XT_OK && !xt_search_is_feeder(catalog->taken_over))
        xt_search_close(&catalog->taken_over);
    return catalog->taken_over;
}

enum xt_code xt_catalog_catch_up(struct xt_node *node, unsigned wait_ms,
                                 void (*progress)(void *context, int64_t reached, int64_t last), void *context,
                                 struct xt_error *err)
{
    int64_t until = xt_monotonic_us() + (int64_t)wait_ms * 1000, last;
    enum xt_code rc = xt_seq_last(node->store, &last, err);

    while (rc == XT_OK && xt_search_reached(node->search) < last) {
        struct xt_search *search;

        pthread_mutex_lock(&node->catalog->feed_lock);
        search = feeding_handle(node);
        if (search)
            rc = feed_to(node, search, last, NULL, progress, context, err);
        pthread_mutex_unlock(&node->catalog->feed_lock);
        if (search)
            break;
        if (xt_monotonic_us() >= until)
            return xt_fail(err, XT_E_BUSY, "", XT_MSG_INDEX_BUSY, XT_INT(wait_ms / 1000));
        sleep_ms(20);
    }
    return rc;
}

enum xt_code xt_catalog_rebuild(struct xt_node *node, void (*progress)(void *context, int64_t reached, int64_t last),
                                void *context, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_search_options options = {.may_feed = true, .schema = &node->region->schema, .engine = catalog_engine()};
    const char *dir;
    struct xt_search *made = NULL;
    int64_t last = 0;
    bool fresh;
    enum xt_code rc;

    xt_arena_init(&arena);
    dir = xt_arena_printf(&arena, "%s/index", node->data);
    options.dir = xt_arena_printf(&arena, "%s/index/rebuild", node->data);
    rc = xt_search_open(&options, &made, &fresh, err);
    if (rc == XT_OK && !xt_search_is_feeder(made))
        rc = xt_fail(err, XT_E_BUSY, "", XT_MSG_SEARCH_INDEX_BUSY);
    while (rc == XT_OK) { /* what changes meanwhile is fed too */
        rc = xt_seq_last(node->store, &last, err);
        if (rc != XT_OK || xt_search_reached(made) >= last)
            break;
        rc = feed_to(node, made, last, NULL, progress, context, err);
    }
    if (rc == XT_OK)
        rc = xt_search_tidy(made, 1000, err);
    if (rc == XT_OK)
        rc = xt_search_switch(&made, dir, err);
    else
        xt_search_close(&made);
    if (rc == XT_OK && xt_search_is_feeder(node->search)) { /* it goes over to the new one now, which it says */
        enum xt_code gone = xt_search_tidy(node->search, 0, NULL);

        rc = gone == XT_E_GONE ? XT_OK : gone;
    }
    return rc;
}

/* ---- in the background ---- */

#define TIDY_MS  50
#define RETRY_MS 1000

static void *feeder_main(void *argument)
{
    struct xt_node *node = argument;
    struct xt_catalog *catalog = node->catalog;
    struct xt_error err;

    while (!atomic_load(&catalog->stop)) {
        int64_t reached = xt_search_reached(node->search);
        int64_t last = xt_seq_wait(node->store, reached, 1000);
        struct xt_search *search;
        enum xt_code rc = XT_OK;

        pthread_mutex_lock(&catalog->feed_lock);
        search = last > reached                      ? feeding_handle(node)
                 : xt_search_is_feeder(node->search) ? node->search
                                                     : catalog->taken_over;
        if (search && last > reached) {
            atomic_store(&catalog->feeder_state, FEED_CATCHING_UP);
            rc = feed_to(node, search, last, &catalog->stop, NULL, NULL, &err);
        } else if (search) {
            rc = xt_search_tidy(search, TIDY_MS, &err);
        }
        pthread_mutex_unlock(&catalog->feed_lock);
        if (!search && last > reached)
            sleep_ms(20);      /* another process is at it */
        if (rc == XT_E_GONE) { /* another index stands in its place: it is fed from where that one is */
            xt_log(XT_LOG_INFO, "index-replaced", XT_P("reached", XT_INT(xt_search_reached(node->search))));
            rc = XT_OK;
        }
        atomic_store(&catalog->feeder_state, rc == XT_OK ? FEED_IDLE : FEED_FAILED);
        if (rc != XT_OK) { /* said each time: an operator must see that it lasts */
            XT_AUTO(xt_text_done) struct xt_text words = {0};

            xt_text_init(&words, 4 * XT_KIB);
            xt_error_say(&err, XT_EN, &words);
            xt_log(XT_LOG_ERROR, "index-feed-failed", XT_P("reason", XT_VIEW(xt_text_view(&words))));
            sleep_ms(RETRY_MS);
        }
    }
    return NULL;
}

void xt_catalog_feed_start(struct xt_node *node)
{
    struct xt_catalog *catalog = node->catalog;

    if (catalog->feeding || node->read_only)
        return;
    atomic_store(&catalog->stop, false);
    catalog->feeding = pthread_create(&catalog->feeder, NULL, feeder_main, node) == 0;
}

void xt_catalog_feed_stop(struct xt_node *node)
{
    struct xt_catalog *catalog = node->catalog;

    if (!catalog->feeding)
        return;
    atomic_store(&catalog->stop, true);
    xt_seq_wake(node->store);
    pthread_join(catalog->feeder, NULL);
    catalog->feeding = false;
    atomic_store(&catalog->stop, false);
}
