/* Reading: a pool of connections, and waiting for the sequence to move. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/store_priv.h"

/* How long another process's commit may stay unnoticed. */
#define POLL_MS 50

static const struct xt_stmt_def BEGIN_READ = {.name = "store_begin_read", .sql = "BEGIN"};
static const struct xt_stmt_def END_READ = {.name = "store_end_read", .sql = "COMMIT"};
static const struct xt_stmt_def LAST_SEQ = {.name = "store_last_seq", .sql = "SELECT seq FROM node_seq"};

/* ---- the pool ---- */

static void give_back(struct xt_store *store, struct xt_read *read)
{
    (void)pthread_mutex_lock(&store->read_lock);
    store->reads_out--;
    if (read) {
        read->next = store->free_reads; /* last in, first out: its cache is warm */
        store->free_reads = read;
    } else {
        store->reads_open--;
    }
    (void)pthread_cond_signal(&store->read_free);
    (void)pthread_mutex_unlock(&store->read_lock);
}

/* A free connection, or NULL and the right to open one. XT_E_BUSY when neither came in time. */
static enum xt_code wait_for_read(struct xt_store *store, unsigned wait_ms, struct xt_read **out, struct xt_error *err)
{
    struct timespec until;
    bool late = false;

    xt_store_after_ms(wait_ms, &until);
    (void)pthread_mutex_lock(&store->read_lock);
    while (!store->free_reads && store->reads_open >= store->readers_max && !late)
        late = pthread_cond_timedwait(&store->read_free, &store->read_lock, &until) == ETIMEDOUT;
    *out = store->free_reads;
    if (*out) {
        store->free_reads = (*out)->next;
        late = false;
    } else if (store->reads_open < store->readers_max) {
        store->reads_open++;
        late = false;
    }
    if (!late)
        store->reads_out++;
    (void)pthread_mutex_unlock(&store->read_lock);
    return late ? xt_fail(err, XT_E_BUSY, "", XT_MSG_STORE_BUSY, XT_INT(wait_ms)) : XT_OK;
}

enum xt_code xt_read_begin(struct xt_store *store, unsigned wait_ms, struct xt_read **out, struct xt_error *err)
{
    struct xt_read *read;
    enum xt_code rc = wait_for_read(store, wait_ms, &read, err);

    if (rc != XT_OK)
        return rc;
    if (!read) {
        read = xt_calloc(1, sizeof(*read));
        rc = xt_store_conn_open(store, &read->conn, false, err);
        if (rc != XT_OK) {
            free(read);
            give_back(store, NULL);
            return rc;
        }
    }
    rc = xt_stmt_once(&read->conn, &BEGIN_READ, err);
    if (rc != XT_OK) {
        give_back(store, read);
        return rc;
    }
    *out = read;
    return XT_OK;
}

void xt_read_end(struct xt_read **read_variable)
{
    struct xt_read *read = *read_variable;

    if (!read)
        return;
    *read_variable = NULL;
    assert(read->conn.taken == 0); /* every statement is done */
    /* After a read error SQLite may have ended the transaction by itself. */
    if (!sqlite3_get_autocommit(read->conn.db))
        (void)xt_stmt_once(&read->conn, &END_READ, NULL); /* nothing was written, nothing can be lost */
    give_back(read->conn.store, read);
}

struct xt_conn *xt_read_conn(struct xt_read *read)
{
    return &read->conn;
}

/* ---- the sequence ---- */

void xt_store_seq_committed(struct xt_store *store, int64_t seq)
{
    (void)pthread_mutex_lock(&store->seq_lock);
    if (seq > store->seq_last) {
        store->seq_last = seq;
        (void)pthread_cond_broadcast(&store->seq_moved);
    }
    (void)pthread_mutex_unlock(&store->seq_lock);
}

enum xt_code xt_seq_last(struct xt_store *store, int64_t *out, struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    int64_t seq = 0;

    (void)pthread_mutex_lock(&store->watch_lock);
    if (!store->watch.db)
        rc = xt_store_conn_open(store, &store->watch, false, err);
    if (rc == XT_OK)
        rc = xt_query_int(&store->watch, &LAST_SEQ, 0, &seq, err);
    (void)pthread_mutex_unlock(&store->watch_lock);
    if (rc != XT_OK)
        return rc;
    xt_store_seq_committed(store, seq);
    *out = seq;
    return XT_OK;
}

static int64_t look(struct xt_store *store, int64_t known)
{
    int64_t seq;

    /* A store that cannot be read now is read again at the next tick; the readers tell why. */
    return xt_seq_last(store, &seq, NULL) == XT_OK && seq > known ? seq : known;
}

int64_t xt_seq_wait(struct xt_store *store, int64_t seq, unsigned timeout_ms)
{
    int64_t until = xt_monotonic_us() + (int64_t)timeout_ms * 1000;
    int64_t last = look(store, 0);
    uint64_t wakes;

    (void)pthread_mutex_lock(&store->seq_lock);
    wakes = store->seq_wakes;
    for (;;) {
        int64_t left_ms = (until - xt_monotonic_us()) / 1000;
        struct timespec tick;
        bool quiet;

        last = store->seq_last > last ? store->seq_last : last;
        if (last > seq || left_ms <= 0 || store->seq_wakes != wakes)
            break;
        xt_store_after_ms((unsigned)(left_ms < POLL_MS ? left_ms : POLL_MS), &tick);
        quiet = pthread_cond_timedwait(&store->seq_moved, &store->seq_lock, &tick) == ETIMEDOUT;
        if (quiet) {
            (void)pthread_mutex_unlock(&store->seq_lock);
            last = look(store, last);
            (void)pthread_mutex_lock(&store->seq_lock);
        }
    }
    (void)pthread_mutex_unlock(&store->seq_lock);
    return last;
}

void xt_seq_wake(struct xt_store *store)
{
    (void)pthread_mutex_lock(&store->seq_lock);
    store->seq_wakes++;
    (void)pthread_cond_broadcast(&store->seq_moved);
    (void)pthread_mutex_unlock(&store->seq_lock);
}
