/*
 * store_priv.h - what the store's own files share. For src/store/ only (and its tests).
 *
 * sqlite.c        opening, closing, errors, check, copy
 * sqlite_stmt.c   statements, kept per connection
 * sqlite_group.c  writing: the queue, transactions, group commit
 * sqlite_read.c   reading: the pool of connections, waiting for the sequence
 * store_change.c  the change table and its chain
 * store_migrate.c schema files
 *
 * Locks, in the order they may be taken: store.group_lock, then store.seq_lock. read_lock and watch_lock stand
 * alone. No lock is held while the database works, but watch_lock.
 */
#ifndef XT_STORE_STORE_PRIV_H
#define XT_STORE_STORE_PRIV_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "store/store.h"

#define READERS_DEFAULT 8u
#define BUSY_TIMEOUT_MS 10000u
#define GROUP_AGE_US    100000 /* a group older than this takes no further transaction */
#define GROUP_MEMBERS   64u    /* nor one that holds this many */

/* A connection and the statements prepared on it. Used by one thread at a time. */
struct xt_conn {
    sqlite3 *db;
    struct xt_store *store;
    struct xt_stmt **slots; /* open addressing, by the address of the definition */
    unsigned slot_bits;     /* there are 1 << slot_bits slots */
    unsigned kept;          /* statements in slots */
    unsigned taken;         /* of them, taken and not yet done */
    bool in_tx;             /* the write connection, between BEGIN and COMMIT */
    bool lost;              /* SQLite rolled the transaction back by itself; lost_error says why */
    bool full;              /* a write found no space */
    struct xt_error lost_error;
};

/* Where the sequence stands, as in node_seq. */
struct seq_state {
    int64_t seq;
    xt_instant at;
    struct xt_hash chain;
};

/* Transactions that share a commit. Lives until the last of them has read its outcome. */
struct group {
    unsigned refs;
    unsigned members; /* transactions that committed into it */
    int64_t opened_us;
    bool done;
    struct xt_error error; /* code XT_OK when it is durable */
    pthread_cond_t ended;  /* with group_lock */
};

/* A thread that waits for its turn to write; lives on that thread's stack. */
struct waiter {
    struct waiter *next;
    pthread_t thread;
    pthread_cond_t granted_cond;
    bool granted;
};

struct xt_tx {
    struct xt_store *store;
    struct group *group;
    bool in_savepoint; /* not the group's first: undone alone, without the others */
    bool in_row;       /* between xt_tx_savepoint() and its end */
    xt_instant now;
    struct seq_state at_begin;
    struct seq_state at_row;
};

struct xt_read {
    struct xt_conn conn;
    struct xt_read *next; /* in the free list */
};

struct xt_store {
    char *path;
    bool read_only;
    bool bare; /* while opening: the store's own tables are not made yet */
    unsigned busy_timeout_ms;
    unsigned readers_max;

    /* Writing. Whoever has the turn owns writer, seq and group without the lock. */
    pthread_mutex_t group_lock;
    bool turn_taken;
    pthread_t turn_owner;
    struct waiter *queue_head, *queue_tail;
    struct xt_conn writer;
    struct seq_state seq;
    int64_t seq_written;           /* node_seq as the group found it */
    struct group *group;           /* NULL between groups */
    int turn_fd;                   /* PATH-turn, see sqlite_group.c */
    int64_t commits, transactions; /* under group_lock */
    _Atomic int64_t busy_waits;

    /* Reading. */
    pthread_mutex_t read_lock;
    pthread_cond_t read_free;
    struct xt_read *free_reads;
    unsigned reads_open, reads_out;

    /* The last committed number and those who wait for the next. */
    pthread_mutex_t seq_lock;
    pthread_cond_t seq_moved;
    int64_t seq_last;
    uint64_t seq_wakes;
    pthread_mutex_t watch_lock;
    struct xt_conn watch; /* opened on first use */
};

/* sqlite.c */
enum xt_code xt_store_conn_open(struct xt_store *store, struct xt_conn *conn, bool writer, struct xt_error *err);
void xt_store_conn_close(struct xt_conn *conn);
/* Says what SQLite's result means. */
enum xt_code xt_store_fail(const struct xt_conn *conn, int result, struct xt_error *err);
void xt_store_cond_init(pthread_cond_t *cond);             /* on the monotonic clock */
void xt_store_after_ms(unsigned ms, struct timespec *out); /* that clock, ms from now */

/* sqlite_stmt.c */
enum xt_code xt_stmt_once(struct xt_conn *conn, const struct xt_stmt_def *def,
                          struct xt_error *err); /* takes def, runs it without parameters, gives it back */
void xt_stmts_free(struct xt_conn *conn);

/* sqlite_read.c */
void xt_store_seq_committed(struct xt_store *store, int64_t seq);

/* store_change.c */
enum xt_code xt_store_seq_load(struct xt_conn *conn, struct seq_state *out, struct xt_error *err);
enum xt_code xt_store_seq_save(struct xt_conn *conn, const struct seq_state *state, struct xt_error *err);

/* store_migrate.c: files in the order to run. */
struct xt_embed_file;
enum xt_code xt_store_migrate_files(struct xt_store *store, const char *room, const struct xt_embed_file *files,
                                    size_t count, struct xt_error *err);

#endif
