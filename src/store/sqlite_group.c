/*
 * Writing: threads queue for the one write connection, and transactions that wait for each other share a commit.
 *
 * The thread whose turn it is works alone on the connection. When its transaction ends and another thread waits, the
 * turn passes on inside the open database transaction (the group); when none waits, or the group is old or large
 * enough, the thread commits the group and wakes all whose transactions are in it. So one thread alone pays one
 * commit for each transaction, and eight threads share one.
 *
 * The first transaction of a group needs no savepoint: to undo it is to undo the group, which holds nothing else.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/store_priv.h"

static const struct xt_stmt_def BEGIN_WRITE = {.name = "store_begin_write", .sql = "BEGIN IMMEDIATE"};
static const struct xt_stmt_def COMMIT = {.name = "store_commit", .sql = "COMMIT"};
static const struct xt_stmt_def ROLLBACK = {.name = "store_rollback", .sql = "ROLLBACK"};
static const struct xt_stmt_def TX_SAVE = {.name = "store_tx_save", .sql = "SAVEPOINT tx"};
static const struct xt_stmt_def TX_RELEASE = {.name = "store_tx_release", .sql = "RELEASE SAVEPOINT tx"};
static const struct xt_stmt_def TX_UNDO = {.name = "store_tx_undo", .sql = "ROLLBACK TO SAVEPOINT tx"};
static const struct xt_stmt_def ROW_SAVE = {.name = "store_row_save", .sql = "SAVEPOINT part"};
static const struct xt_stmt_def ROW_RELEASE = {.name = "store_row_release", .sql = "RELEASE SAVEPOINT part"};
static const struct xt_stmt_def ROW_UNDO = {.name = "store_row_undo", .sql = "ROLLBACK TO SAVEPOINT part"};

/* ---- the turn ---- */

static void unqueue(struct xt_store *store, struct waiter *me)
{
    struct waiter **link = &store->queue_head;
    struct waiter *before = NULL;

    while (*link != me) {
        before = *link;
        link = &before->next;
    }
    *link = me->next;
    if (store->queue_tail == me)
        store->queue_tail = before;
}

/* Waits in the queue, the lock held. False when the time is over. */
static bool wait_in_queue(struct xt_store *store)
{
    struct waiter me = {.thread = pthread_self()};
    struct timespec until;

    xt_store_after_ms(store->busy_timeout_ms, &until);
    xt_store_cond_init(&me.granted_cond);
    if (store->queue_tail)
        store->queue_tail->next = &me;
    else
        store->queue_head = &me;
    store->queue_tail = &me;
    while (!me.granted)
        if (pthread_cond_timedwait(&me.granted_cond, &store->group_lock, &until) == ETIMEDOUT && !me.granted) {
            unqueue(store, &me);
            break;
        }
    (void)pthread_cond_destroy(&me.granted_cond);
    return me.granted;
}

static enum xt_code take_turn(struct xt_store *store, struct xt_error *err)
{
    bool got = true;

    (void)pthread_mutex_lock(&store->group_lock);
    if (store->turn_taken) {
        assert(!pthread_equal(store->turn_owner, pthread_self())); /* a tx inside a tx would wait for itself */
        got = wait_in_queue(store);
    } else {
        store->turn_taken = true;
        store->turn_owner = pthread_self();
    }
    (void)pthread_mutex_unlock(&store->group_lock);
    return got ? XT_OK : xt_fail(err, XT_E_BUSY, "", XT_MSG_STORE_BUSY, XT_INT(store->busy_timeout_ms));
}

/* Gives the turn to the first in the queue, or lays it down. The lock is held. */
static void pass_turn(struct xt_store *store)
{
    struct waiter *next = store->queue_head;

    if (!next) {
        store->turn_taken = false;
        return;
    }
    store->queue_head = next->next;
    if (!store->queue_head)
        store->queue_tail = NULL;
    store->turn_owner = next->thread;
    next->granted = true;
    (void)pthread_cond_signal(&next->granted_cond);
}

/* ---- groups ---- */

/* Among processes: whoever wants to begin a group holds PATH-turn while it waits for the database's own lock. A
 * process that writes without pause must queue here behind one that waits, instead of taking the database again
 * before that one has looked. The kernel drops the lock of a process that dies. */
static enum xt_code lock_turn(struct xt_store *store, struct xt_error *err)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int64_t until = xt_monotonic_us() + (int64_t)store->busy_timeout_ms * 1000;

    while (flock(store->turn_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return XT_OK; /* a file system without flock: SQLite's own lock still holds, only less fair */
        if (xt_monotonic_us() >= until)
            return xt_fail(err, XT_E_BUSY, "", XT_MSG_STORE_BUSY, XT_INT(store->busy_timeout_ms));
        (void)nanosleep(&pause, NULL);
    }
    return XT_OK;
}

/* Undoes what is open on the write connection. */
static void undo_all(struct xt_store *store)
{
    struct xt_error err = {0};

    store->writer.lost = false;
    if (!sqlite3_get_autocommit(store->writer.db) && xt_stmt_once(&store->writer, &ROLLBACK, &err) != XT_OK)
        /* After a failed ROLLBACK (a read error, say) SQLite still drops the transaction. */
        xt_log_detail("rollback: code %s", xt_code_name(err.code));
    store->writer.in_tx = false;
    store->writer.lost = false;
}

/* After a full disk: the log is folded into the file and written from its start again, before it takes what space was
 * freed meanwhile. Tried at each group until it succeeds. */
static void make_space(struct xt_store *store)
{
    if (store->writer.full)
        store->writer.full =
            sqlite3_wal_checkpoint_v2(store->writer.db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) != SQLITE_OK;
}

static enum xt_code begin_database(struct xt_store *store, struct xt_error *err)
{
    enum xt_code rc = lock_turn(store, err);

    if (rc != XT_OK)
        return rc;
    make_space(store);
    rc = xt_stmt_once(&store->writer, &BEGIN_WRITE, err);
    (void)flock(store->turn_fd, LOCK_UN); /* of our own file: nothing can fail */
    if (rc != XT_OK)
        return rc;
    store->writer.in_tx = true;
    /* Another process may have written since. */
    if (store->bare)
        store->seq = (struct seq_state){0};
    else
        rc = xt_store_seq_load(&store->writer, &store->seq, err);
    if (rc != XT_OK)
        undo_all(store);
    store->seq_written = store->seq.seq;
    return rc;
}

static enum xt_code open_group(struct xt_store *store, struct xt_error *err)
{
    enum xt_code rc = begin_database(store, err);

    if (rc != XT_OK)
        return rc;
    store->group = xt_calloc(1, sizeof(*store->group));
    store->group->opened_us = xt_monotonic_us();
    store->group->refs = 1; /* the store's */
    xt_store_cond_init(&store->group->ended);
    return XT_OK;
}

static void unref_group(struct group *group)
{
    assert(group->refs > 0);
    if (--group->refs > 0)
        return;
    (void)pthread_cond_destroy(&group->ended);
    free(group);
}

/* Makes the group durable; on failure nothing of it is stored. */
static enum xt_code commit_database(struct xt_store *store, struct xt_error *err)
{
    struct xt_conn *conn = &store->writer;
    enum xt_code rc = XT_OK;

    if (conn->lost) {
        rc = xt_fail(err, conn->lost_error.code, "", XT_MSG_STORE_GROUP_LOST);
    } else {
        if (store->seq.seq != store->seq_written)
            rc = xt_store_seq_save(conn, &store->seq, err);
        if (rc == XT_OK)
            rc = xt_stmt_once(conn, &COMMIT, err);
    }
    if (rc != XT_OK)
        undo_all(store);
    conn->in_tx = false;
    return rc;
}

/* Ends the open group and tells its members. The turn is ours, the lock not held. */
static void close_group(struct xt_store *store)
{
    struct group *group = store->group;
    struct xt_error error = {0};
    enum xt_code rc = XT_OK;
    int64_t seq = store->seq.seq;

    if (group->members > 0)
        rc = commit_database(store, &error);
    else
        undo_all(store);
    if (rc == XT_OK && group->members > 0)
        xt_store_seq_committed(store, seq);
    (void)pthread_mutex_lock(&store->group_lock);
    if (rc == XT_OK && group->members > 0) {
        store->commits++;
        store->transactions += group->members;
    }
    group->error = error;
    group->error.code = rc;
    group->done = true;
    (void)pthread_cond_broadcast(&group->ended);
    store->group = NULL;
    unref_group(group);
    (void)pthread_mutex_unlock(&store->group_lock);
}

/* After a transaction: the next thread goes on in the group, or the group ends. */
static void leave(struct xt_store *store)
{
    struct group *group = store->group;
    bool go_on;

    (void)pthread_mutex_lock(&store->group_lock);
    go_on = store->queue_head && group->members > 0 && group->members < GROUP_MEMBERS && !store->writer.lost &&
            xt_monotonic_us() - group->opened_us < GROUP_AGE_US;
    if (!go_on) {
        (void)pthread_mutex_unlock(&store->group_lock);
        close_group(store);
        (void)pthread_mutex_lock(&store->group_lock);
    }
    pass_turn(store);
    (void)pthread_mutex_unlock(&store->group_lock);
}

static enum xt_code wait_for_commit(struct xt_store *store, struct group *group, struct xt_error *err)
{
    enum xt_code rc;

    (void)pthread_mutex_lock(&store->group_lock);
    while (!group->done)
        (void)pthread_cond_wait(&group->ended, &store->group_lock);
    rc = group->error.code;
    if (rc != XT_OK && err)
        *err = group->error;
    unref_group(group);
    (void)pthread_mutex_unlock(&store->group_lock);
    return rc;
}

/* ---- transactions ---- */

/* Opens or joins the group; the turn is ours. */
static enum xt_code join_group(struct xt_store *store, struct xt_tx *tx, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    if (!store->group) {
        rc = open_group(store, err);
    } else {
        rc = xt_stmt_once(&store->writer, &TX_SAVE, err);
        tx->in_savepoint = rc == XT_OK;
    }
    if (rc != XT_OK)
        return rc;
    tx->group = store->group;
    tx->at_begin = store->seq;
    tx->now = xt_now();
    if (tx->now < store->seq.at)
        tx->now = store->seq.at;
    return XT_OK;
}

enum xt_code xt_tx_begin(struct xt_store *store, struct xt_tx **out, struct xt_error *err)
{
    struct xt_tx *tx;
    enum xt_code rc;

    if (store->read_only)
        return xt_fail(err, XT_E_DENIED, "", XT_MSG_STORE_READ_ONLY);
    rc = take_turn(store, err);
    if (rc != XT_OK)
        return rc;
    tx = xt_calloc(1, sizeof(*tx));
    tx->store = store;
    rc = join_group(store, tx, err);
    if (rc != XT_OK) {
        free(tx);
        if (store->group) {
            leave(store);
        } else {
            (void)pthread_mutex_lock(&store->group_lock);
            pass_turn(store);
            (void)pthread_mutex_unlock(&store->group_lock);
        }
        return rc;
    }
    *out = tx;
    return XT_OK;
}

enum xt_code xt_tx_commit(struct xt_tx **tx_variable, struct xt_error *err)
{
    struct xt_tx *tx = *tx_variable;
    struct xt_store *store = tx->store;
    struct group *group = tx->group;
    enum xt_code rc = XT_OK;

    assert(store->writer.taken == 0); /* every statement is done: an open one would keep the old snapshot */
    assert(!tx->in_row);
    if (store->writer.lost) {
        rc = store->writer.lost_error.code;
        if (err)
            *err = store->writer.lost_error;
    } else if (tx->in_savepoint) {
        rc = xt_stmt_once(&store->writer, &TX_RELEASE, err);
    }
    if (rc != XT_OK) {
        xt_tx_end(tx_variable);
        return rc;
    }
    *tx_variable = NULL;
    free(tx);
    (void)pthread_mutex_lock(&store->group_lock);
    group->members++;
    group->refs++;
    (void)pthread_mutex_unlock(&store->group_lock);
    leave(store);
    return wait_for_commit(store, group, err);
}

/* A part that cannot be undone takes the whole group with it: better than to store half of it. */
static void undo_to(struct xt_store *store, const struct xt_stmt_def *undo, const struct xt_stmt_def *release)
{
    struct xt_conn *conn = &store->writer;
    struct xt_error err = {0};

    if (conn->lost)
        return;
    if (xt_stmt_once(conn, undo, &err) != XT_OK || xt_stmt_once(conn, release, &err) != XT_OK) {
        conn->lost = true;
        conn->lost_error = err;
    }
}

void xt_tx_end(struct xt_tx **tx_variable)
{
    struct xt_tx *tx = *tx_variable;
    struct xt_store *store;

    if (!tx)
        return;
    *tx_variable = NULL;
    store = tx->store;
    assert(store->writer.taken == 0);
    if (tx->in_savepoint)
        undo_to(store, &TX_UNDO, &TX_RELEASE);
    store->seq = tx->at_begin;
    free(tx);
    leave(store); /* without savepoint the group has no members, and closing it undoes it */
}

struct xt_conn *xt_tx_conn(struct xt_tx *tx)
{
    return &tx->store->writer;
}

xt_instant xt_tx_now(struct xt_tx *tx)
{
    return tx->now;
}

/* ---- parts of a transaction ---- */

enum xt_code xt_tx_savepoint(struct xt_tx *tx, struct xt_error *err)
{
    enum xt_code rc;

    assert(!tx->in_row);
    rc = xt_stmt_once(&tx->store->writer, &ROW_SAVE, err);
    if (rc != XT_OK)
        return rc;
    tx->in_row = true;
    tx->at_row = tx->store->seq;
    return XT_OK;
}

enum xt_code xt_tx_release(struct xt_tx *tx, struct xt_error *err)
{
    assert(tx->in_row);
    tx->in_row = false;
    return xt_stmt_once(&tx->store->writer, &ROW_RELEASE, err);
}

void xt_tx_rollback_to(struct xt_tx *tx)
{
    assert(tx->in_row);
    tx->in_row = false;
    undo_to(tx->store, &ROW_UNDO, &ROW_RELEASE);
    tx->store->seq = tx->at_row;
}
