/*
 * store.h - the store: connections, transactions, statements, migrations and the sequence of changes.
 *
 * Owns the tables node_seq, change and migration, and the connections. Two backends stand behind this header:
 * SQLite (sqlite.c, here) and PostgreSQL (with its own issue); rooms use only what is declared here.
 *
 * Holds always:
 *  - One transaction writes at a time. xt_tx_begin() queues the calling thread; transactions that wait share one
 *    durable commit (group commit), each in a savepoint of its own. xt_tx_commit() returns XT_OK only after the
 *    group is durable; if the group's commit fails, all in it fail and nothing of them is stored.
 *  - Every change takes the next number of the node's sequence in the transaction that makes it: numbers follow
 *    commit order, have no gaps, and their instants never run backwards (instant = max(clock, last)).
 *  - The change table is a hash chain: chain(n) = SHA-256(chain(n-1), the fields of change n). It is never edited.
 *    The bytes hashed, numbers big-endian: chain(n-1) (32 bytes; zeros before the first), seq (8), at (8), then
 *    actor, for_whom, room, subject, action, reason, each as its length (4) and its bytes, then before_hash and
 *    after_hash, each as one byte 0 when NULL, or 1 and its 32 bytes.
 *
 * Shared SQL is in the common subset of SQLite and PostgreSQL. Parameters are written $1, $2 ... and bound by that
 * name, in any order (SQLite takes $3 as a name, not as a position). Text compares by bytes. Schema files use the
 * types INTEGER, REAL, TEXT and BLOB (on PostgreSQL: BIGINT, DOUBLE PRECISION, TEXT COLLATE "C", BYTEA), INTEGER
 * PRIMARY KEY for row numbers, and no deferred constraints: one that fails at the commit would fail the whole group.
 *
 * Files (SQLite): PATH, PATH-wal, PATH-shm and PATH-turn, an empty file that processes lock while they wait to write.
 *
 * Threads: a struct xt_store is safe from any thread. A struct xt_tx or xt_read belongs to one thread between
 * begin and end; statements belong to their tx or read.
 */
#ifndef XT_STORE_STORE_H
#define XT_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/time.h"

struct xt_store;
struct xt_conn; /* what statements run on: a tx or a read lends it */
struct xt_tx;
struct xt_read;
struct xt_stmt;

/* ---- opening ---- */

struct xt_store_options {
    const char *url;          /* a file path (SQLite); postgresql://... is refused by name until that is built */
    bool create;              /* make it when absent; otherwise XT_E_NOT_FOUND */
    bool read_only;           /* xt_tx_begin() answers XT_E_DENIED */
    unsigned readers;         /* most read connections kept, 0 = 8 */
    unsigned busy_timeout_ms; /* waiting for another process's write, 0 = 10,000 */
};

XT_MUST_USE enum xt_code xt_store_open(const struct xt_store_options *options, struct xt_store **out,
                                       struct xt_error *err);
void xt_store_close(struct xt_store **store);               /* waits for no one: all tx and reads must have ended */
const char *xt_store_backend(const struct xt_store *store); /* "sqlite" */

/* A room's schema: SQL files embedded under sql/ROOM/NNN-name.sql, run in order, each once, in one transaction
 * each, recorded in the table migration with the file's hash. A released file whose hash changed and a store newer
 * than this program are refused by name (XT_E_CONFLICT), and so is one that lacks a file but is open read-only. */
XT_MUST_USE enum xt_code xt_store_migrate(struct xt_store *store, const char *room, struct xt_error *err);

/* ---- reading ---- */

/* A consistent snapshot on a pooled connection; waits for a free one at most wait_ms, then XT_E_BUSY. The snapshot is
 * that of the first statement run in it and stays until the end. All statements must be done before the end. */
XT_MUST_USE enum xt_code xt_read_begin(struct xt_store *store, unsigned wait_ms, struct xt_read **out,
                                       struct xt_error *err);
void xt_read_end(struct xt_read **read); /* NULL inside is fine; for XT_AUTO */
struct xt_conn *xt_read_conn(struct xt_read *read);

/* ---- writing ---- */

/* Waits for its turn at most the store's busy timeout, then XT_E_BUSY; whoever asks first writes first. One tx at a
 * time in a thread (an assertion), and as short as can be: all writers wait for it. All statements must be done
 * before xt_tx_commit() and xt_tx_end(). Once SQLite has dropped the transaction (disk full), every further
 * statement and the commit answer that error. */
XT_MUST_USE enum xt_code xt_tx_begin(struct xt_store *store, struct xt_tx **out, struct xt_error *err);
XT_MUST_USE enum xt_code xt_tx_commit(struct xt_tx **tx, struct xt_error *err); /* durable on XT_OK; *tx NULL after */
void xt_tx_end(struct xt_tx **tx); /* rolls back unless committed; for XT_AUTO */
struct xt_conn *xt_tx_conn(struct xt_tx *tx);
xt_instant xt_tx_now(struct xt_tx *tx); /* the transaction's instant: max(clock at begin, last change's) */
/* A part that may be undone inside tx (one row of a batch). Nested one deep. */
XT_MUST_USE enum xt_code xt_tx_savepoint(struct xt_tx *tx, struct xt_error *err);
XT_MUST_USE enum xt_code xt_tx_release(struct xt_tx *tx, struct xt_error *err);
void xt_tx_rollback_to(struct xt_tx *tx); /* undoes since the savepoint, the sequence too, and drops it */

/* ---- statements ---- */

/* Defined once, as constants, in a room's _sql.c. Prepared on first use and kept per connection by address. */
struct xt_stmt_def {
    const char *name;
    const char *sql;
};

/* Takes the statement of def on conn, reset and without bindings. It must be given back by xt_stmt_done()
 * (XT_AUTO) before the same def is taken again on that connection; taking it twice is an assertion. */
XT_MUST_USE enum xt_code xt_stmt_take(struct xt_conn *conn, const struct xt_stmt_def *def, struct xt_stmt **out,
                                      struct xt_error *err);
void xt_stmt_done(struct xt_stmt **stmt);

/* index is the number after the dollar sign. Text and bytes must stay until the statement is done or reset. */
void xt_bind_int(struct xt_stmt *stmt, int index, int64_t value);
void xt_bind_double(struct xt_stmt *stmt, int index, double value);
void xt_bind_str(struct xt_stmt *stmt, int index, struct xt_str value);         /* s NULL binds NULL */
void xt_bind_z(struct xt_stmt *stmt, int index, const char *value);             /* NULL binds NULL */
void xt_bind_blob(struct xt_stmt *stmt, int index, const void *data, size_t n); /* data NULL binds NULL */
void xt_bind_null(struct xt_stmt *stmt, int index);

/* Moves to the next row: *out_row says whether there is one. */
XT_MUST_USE enum xt_code xt_stmt_step(struct xt_stmt *stmt, bool *out_row, struct xt_error *err);
/* For statements without rows: runs to the end and makes it ready for new bindings. XT_E_CONFLICT with
 * XT_MSG_STORE_CONSTRAINT when a constraint refuses. *out_changed (NULL allowed) gets the rows changed. */
XT_MUST_USE enum xt_code xt_stmt_run(struct xt_stmt *stmt, int64_t *out_changed, struct xt_error *err);
void xt_stmt_reset(struct xt_stmt *stmt); /* ready for new bindings */

/* Columns of the present row, from 0. Views live until the next step, reset or done. */
int64_t xt_col_int(struct xt_stmt *stmt, int column); /* NULL reads as 0 */
double xt_col_double(struct xt_stmt *stmt, int column);
struct xt_str xt_col_str(struct xt_stmt *stmt, int column); /* NULL reads as {NULL, 0} */
struct xt_str xt_col_blob(struct xt_stmt *stmt, int column);
bool xt_col_null(struct xt_stmt *stmt, int column);

/* One row, one integer; *out keeps otherwise when there is no row. */
XT_MUST_USE enum xt_code xt_query_int(struct xt_conn *conn, const struct xt_stmt_def *def, int64_t otherwise,
                                      int64_t *out, struct xt_error *err);
/* The same of a statement with numbers, bound to $1, $2 ...; *out is 0 when there is no row. */
XT_MUST_USE enum xt_code xt_query_ints(struct xt_conn *conn, const struct xt_stmt_def *def, const int64_t *numbers,
                                       size_t count, int64_t *out, struct xt_error *err);
/* Runs a statement without rows with such numbers; on a tx's connection. */
XT_MUST_USE enum xt_code xt_run_ints(struct xt_conn *conn, const struct xt_stmt_def *def, const int64_t *numbers,
                                     size_t count, struct xt_error *err);
/* The row number of the last INSERT into a table with an integer primary key, on a tx's connection. */
xt_id xt_last_id(struct xt_conn *conn);

/* ---- the sequence of changes ---- */

struct xt_change {
    const char *room;                     /* "catalog" */
    struct xt_str subject;                /* what changed: a record's key, an import's number */
    const char *action;                   /* "create", "update", "delete", "merge", "import" ... */
    struct xt_str actor;                  /* who: "cli:root", a user's key */
    struct xt_str for_whom;               /* on whose behalf, may be empty */
    struct xt_str reason;                 /* may be empty */
    const struct xt_hash *before, *after; /* of the subject's body; NULL when there is none */
};

/* Takes the next number and writes the change. A text of more than 4,096 bytes is XT_E_INPUT. out_seq may be NULL. */
XT_MUST_USE enum xt_code xt_change_add(struct xt_tx *tx, const struct xt_change *change, int64_t *out_seq,
                                       struct xt_error *err);
/* The last committed number, of this process or another: one read of one row. */
XT_MUST_USE enum xt_code xt_seq_last(struct xt_store *store, int64_t *out, struct xt_error *err);
/* Waits until the last committed number is above seq, by this process or another, or timeout_ms passed.
 * Notices this process's commits at once, others' within 100 ms. Returns the last number known. */
int64_t xt_seq_wait(struct xt_store *store, int64_t seq, unsigned timeout_ms);
/* Wakes all waiters of xt_seq_wait() early (for shutdown). */
void xt_seq_wake(struct xt_store *store);

struct xt_change_row {
    int64_t seq;
    xt_instant at;
    struct xt_str room, subject, action, actor, for_whom, reason;
    bool has_before, has_after;
    struct xt_hash before, after, chain;
};
/* Calls each row after seq in order, at most limit; stops early when visit returns false. visit may use conn, but not
 * call this function again. */
XT_MUST_USE enum xt_code xt_change_each(struct xt_conn *conn, int64_t after_seq, int64_t limit,
                                        bool (*visit)(void *context, const struct xt_change_row *row), void *context,
                                        struct xt_error *err);
/* Recomputes the chain over all changes; XT_E_CONFLICT with XT_MSG_CHAIN_BROKEN and the first wrong number
 * (rows changed, missing, out of order in time, or cut off at the end). */
XT_MUST_USE enum xt_code xt_change_verify(struct xt_conn *conn, int64_t *out_count, struct xt_error *err);

/* The backend's own integrity check (PRAGMA integrity_check, foreign keys); problems as sentences. */
XT_MUST_USE enum xt_code xt_store_check(struct xt_store *store, struct xt_problems *problems, struct xt_error *err);
/* A consistent copy of the running store into a new file at path (XT_E_CONFLICT when it exists), without holding up
 * writers. The name appears only when the copy is whole and on the disk. */
XT_MUST_USE enum xt_code xt_store_copy(struct xt_store *store, const char *path, struct xt_error *err);

struct xt_store_stats {
    int64_t commits, transactions, busy_waits; /* since open; transactions / commits = mean group */
    int64_t bytes;                             /* on disk */
};
void xt_store_stats(struct xt_store *store, struct xt_store_stats *out);

#endif
