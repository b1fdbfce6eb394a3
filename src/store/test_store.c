/* Opening, statements, reading, schema files, the chain, copy and check: one thread. */
#include "store/test_help.h"

#include <fcntl.h>
#include <sys/stat.h>

/* ---- opening ---- */

static enum xt_code try_open(const char *path, bool create, bool read_only, struct xt_store **out, enum xt_msg *out_msg)
{
    const struct xt_store_options options = {.url = path, .create = create, .read_only = read_only};
    struct xt_error err = {0};
    enum xt_code rc = xt_store_open(&options, out, &err);

    *out_msg = err.msg;
    return rc;
}

static void write_file(const char *path, const char *content)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void what_cannot_be_opened_is_named(void **state)
{
    struct fixture *f = *state;
    enum xt_msg msg;
    char long_text[2000];

    assert_int_equal(try_open(f->path, false, false, &f->store, &msg), XT_E_NOT_FOUND);
    assert_int_equal(msg, XT_MSG_STORE_NOT_FOUND);
    assert_int_equal(try_open(f->path, true, true, &f->store, &msg), XT_E_NOT_FOUND); /* reading makes nothing */
    assert_int_equal(try_open("postgresql://u:secret@h/d", true, false, &f->store, &msg), XT_E_INPUT);
    assert_int_equal(msg, XT_MSG_STORE_NO_POSTGRESQL);
    assert_int_equal(try_open("/nowhere/at/all.db", true, false, &f->store, &msg), XT_E_INTERNAL);
    assert_int_equal(msg, XT_MSG_STORE_NOT_OPEN);
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = 0;
    write_file(f->path, long_text);
    assert_int_equal(try_open(f->path, true, false, &f->store, &msg), XT_E_CONFLICT);
    assert_int_equal(msg, XT_MSG_STORE_FOREIGN);
}

static void another_programs_database_is_refused(void **state)
{
    struct fixture *f = *state;
    enum xt_msg msg;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE theirs (x)", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(try_open(f->path, true, false, &f->store, &msg), XT_E_CONFLICT);
    assert_int_equal(msg, XT_MSG_STORE_FOREIGN);
}

static void read_only_store_reads_and_refuses_writing(void **state)
{
    struct fixture *f = *state;
    struct xt_tx *tx = NULL;
    enum xt_msg msg;

    assert_int_equal(write_one(f->store, 1), 1);
    xt_store_close(&f->store);
    assert_int_equal(try_open(f->path, false, true, &f->store, &msg), XT_OK);
    assert_int_equal(read_int(f->store, &COUNT_ITEMS), 1);
    assert_int_equal(xt_tx_begin(f->store, &tx, NULL), XT_E_DENIED);
    assert_int_equal(verified(f->store), 1);
    assert_string_equal(xt_store_backend(f->store), "sqlite");
}

/* ---- statements ---- */

static const struct xt_stmt_def KINDS = {
    .name = "test_kinds",
    .sql = "SELECT $5, $1, $4, $2, $3, $1",
};

static void parameters_bind_by_name_and_columns_read_back(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    bool row;

    assert_int_equal(xt_read_begin(f->store, 1000, &read, NULL), XT_OK);
    for (int round = 0; round < 2; round++) {
        XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;

        assert_int_equal(xt_stmt_take(xt_read_conn(read), &KINDS, &stmt, NULL), XT_OK);
        xt_bind_int(stmt, 1, INT64_MIN);
        xt_bind_double(stmt, 2, 0.5);
        xt_bind_str(stmt, 3, XT_STR("协同"));
        xt_bind_blob(stmt, 4, "", 0);
        xt_bind_z(stmt, 5, NULL);
        assert_int_equal(xt_stmt_step(stmt, &row, NULL), XT_OK);
        assert_true(row);
        assert_true(xt_col_null(stmt, 0));
        assert_null(xt_col_str(stmt, 0).s);
        assert_null(xt_col_blob(stmt, 0).s);
        assert_int_equal(xt_col_int(stmt, 0), 0);
        assert_true(xt_col_int(stmt, 1) == INT64_MIN && xt_col_int(stmt, 5) == INT64_MIN);
        assert_false(xt_col_null(stmt, 2));
        assert_non_null(xt_col_blob(stmt, 2).s);
        assert_int_equal(xt_col_blob(stmt, 2).n, 0);
        assert_true(xt_col_double(stmt, 3) > 0.4 && xt_col_double(stmt, 3) < 0.6);
        assert_true(xt_str_is(xt_col_str(stmt, 4), "协同"));
        assert_int_equal(xt_stmt_step(stmt, &row, NULL), XT_OK);
        assert_false(row);
        xt_stmt_reset(stmt); /* bindings are gone */
        assert_int_equal(xt_stmt_step(stmt, &row, NULL), XT_OK);
        assert_true(xt_col_null(stmt, 1));
    }
}

/* More definitions than the first table of a connection has slots. */
static void statements_are_kept_by_address(void **state)
{
    enum { MANY = 300 };
    static struct xt_stmt_def defs[MANY];
    struct fixture *f = *state;
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_stmt *first[MANY];
    struct xt_stmt *again;
    int64_t value;

    assert_int_equal(xt_read_begin(f->store, 1000, &read, NULL), XT_OK);
    for (int i = 0; i < MANY; i++) {
        defs[i] = (struct xt_stmt_def){.name = "test_many", .sql = i % 2 ? "SELECT 1" : "SELECT 2"};
        assert_int_equal(xt_stmt_take(xt_read_conn(read), &defs[i], &first[i], NULL), XT_OK);
    }
    for (int i = 0; i < MANY; i++) {
        again = first[i];
        xt_stmt_done(&again);
        assert_null(again);
        assert_int_equal(xt_query_int(xt_read_conn(read), &defs[i], -1, &value, NULL), XT_OK);
        assert_int_equal(value, i % 2 ? 1 : 2);
        assert_int_equal(xt_stmt_take(xt_read_conn(read), &defs[i], &again, NULL), XT_OK);
        assert_ptr_equal(again, first[i]);
        xt_stmt_done(&again);
    }
}

static void constraint_is_a_conflict_and_the_transaction_goes_on(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct xt_error err = {0};
    int64_t seq;

    assert_int_equal(xt_tx_begin(f->store, &tx, NULL), XT_OK);
    assert_int_equal(add_both(tx, 1, &seq, NULL), XT_OK);
    {
        XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
        int64_t changed;

        assert_int_equal(xt_stmt_take(xt_tx_conn(tx), &ADD_ITEM, &stmt, NULL), XT_OK);
        xt_bind_int(stmt, 1, seq);
        xt_bind_int(stmt, 2, 1);
        assert_int_equal(xt_stmt_run(stmt, NULL, &err), XT_E_CONFLICT);
        assert_int_equal(err.msg, XT_MSG_STORE_CONSTRAINT);
        assert_string_equal(err.args[0].text, "UNIQUE constraint failed: item.seq");
        xt_bind_int(stmt, 1, 100);
        xt_bind_int(stmt, 2, 1);
        assert_int_equal(xt_stmt_run(stmt, &changed, NULL), XT_OK);
        assert_int_equal(changed, 1);
        assert_int_equal(xt_last_id(xt_tx_conn(tx)), 2);
    }
    assert_int_equal(xt_tx_commit(&tx, NULL), XT_OK);
    assert_int_equal(read_int(f->store, &COUNT_ITEMS), 2);
}

static void full_disk_has_its_own_code(void **state)
{
    struct fixture *f = *state;
    struct xt_error err = {0};
    enum xt_code rc = XT_OK;

    assert_int_equal(sqlite3_exec(f->store->writer.db, "PRAGMA max_page_count = 20", NULL, NULL, NULL), SQLITE_OK);
    {
        XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
        int64_t seq;

        assert_int_equal(xt_tx_begin(f->store, &tx, NULL), XT_OK);
        while (rc == XT_OK)
            rc = add_both(tx, 1, &seq, &err);
        assert_int_equal(rc, XT_E_FULL);
        assert_int_equal(err.msg, XT_MSG_STORE_FULL);
    }
    assert_int_equal(verified(f->store), 0);
    assert_int_equal(sqlite3_exec(f->store->writer.db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(write_one(f->store, 1), 1);
}

static void damaged_file_is_named(void **state)
{
    struct fixture *f = *state;
    struct xt_problems problems;
    int fd;

    for (int i = 0; i < 50; i++)
        assert_true(write_one(f->store, i) > 0);
    xt_store_close(&f->store); /* folds the log into the file */
    fd = open(f->path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    for (off_t page = 2; page < 8; page++)
        assert_int_equal(pwrite(fd, "\x0d spoiled spoiled spoiled", 26, page * 4096), 26);
    assert_int_equal(close(fd), 0);

    const struct xt_store_options options = {.url = f->path};
    struct xt_error err = {0};
    enum xt_code rc = xt_store_open(&options, &f->store, &err);

    if (rc != XT_OK) {
        assert_int_equal(err.msg, XT_MSG_STORE_CORRUPT);
        return;
    }
    xt_problems_init(&problems);
    assert_int_equal(xt_store_check(f->store, &problems, NULL), XT_OK);
    assert_true(problems.seen > 0);
    xt_problems_done(&problems);
}

/* ---- reading ---- */

static void snapshot_stays(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    int64_t count;

    assert_int_equal(write_one(f->store, 1), 1);
    assert_int_equal(xt_read_begin(f->store, 1000, &read, NULL), XT_OK);
    assert_int_equal(xt_query_int(xt_read_conn(read), &COUNT_ITEMS, -1, &count, NULL), XT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(write_one(f->store, 1), 2);
    assert_int_equal(xt_query_int(xt_read_conn(read), &COUNT_ITEMS, -1, &count, NULL), XT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(read_int(f->store, &COUNT_ITEMS), 2);
}

static void reading_connections_are_bounded(void **state)
{
    struct fixture *f = *state;
    struct xt_read *reads[4] = {NULL};
    struct xt_read *more = NULL;
    struct xt_read *kept;

    for (int i = 0; i < 4; i++)
        assert_int_equal(xt_read_begin(f->store, 0, &reads[i], NULL), XT_OK);
    assert_int_equal(xt_read_begin(f->store, 20, &more, NULL), XT_E_BUSY);
    kept = reads[2];
    xt_read_end(&reads[2]);
    assert_int_equal(xt_read_begin(f->store, 0, &more, NULL), XT_OK);
    assert_ptr_equal(more, kept);
    xt_read_end(&more);
    for (int i = 0; i < 4; i++)
        xt_read_end(&reads[i]);
}

static const struct xt_stmt_def DELETE_ITEMS = {.name = "test_delete_items", .sql = "DELETE FROM item"};

static void reading_connection_cannot_write(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;

    assert_int_equal(xt_read_begin(f->store, 0, &read, NULL), XT_OK);
    assert_int_equal(xt_stmt_once(xt_read_conn(read), &DELETE_ITEMS, NULL), XT_E_DENIED);
}

/* ---- transactions and the sequence ---- */

static void rollback_restores_the_sequence(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(write_one(f->store, 1), 1);
    {
        XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
        int64_t seq;

        assert_int_equal(xt_tx_begin(f->store, &tx, NULL), XT_OK);
        assert_int_equal(add_both(tx, 1, &seq, NULL), XT_OK);
        assert_int_equal(seq, 2);
    }
    assert_int_equal(write_one(f->store, 1), 2);
    assert_int_equal(verified(f->store), 2);
    assert_int_equal(read_int(f->store, &COUNT_ITEMS), 2);
}

static void savepoint_undoes_its_part_only(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    int64_t seq;

    assert_int_equal(xt_tx_begin(f->store, &tx, NULL), XT_OK);
    for (int row = 0; row < 5; row++) {
        assert_int_equal(xt_tx_savepoint(tx, NULL), XT_OK);
        assert_int_equal(add_both(tx, row, &seq, NULL), XT_OK);
        if (row == 1 || row == 3)
            xt_tx_rollback_to(tx);
        else
            assert_int_equal(xt_tx_release(tx, NULL), XT_OK);
    }
    assert_int_equal(xt_tx_commit(&tx, NULL), XT_OK);
    assert_int_equal(seq, 3);
    assert_int_equal(verified(f->store), 3);
    assert_int_equal(read_int(f->store, &COUNT_ITEMS), 3);
}

static void instants_never_run_backwards(void **state)
{
    struct fixture *f = *state;
    const xt_instant future = xt_now() + 3600 * XT_SECOND;
    int64_t seq;

    {
        XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;

        assert_int_equal(xt_tx_begin(f->store, &tx, NULL), XT_OK);
        tx->now = future; /* a clock that was put back afterwards */
        assert_int_equal(add_both(tx, 1, &seq, NULL), XT_OK);
        assert_int_equal(xt_tx_commit(&tx, NULL), XT_OK);
    }
    {
        XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;

        assert_int_equal(xt_tx_begin(f->store, &tx, NULL), XT_OK);
        assert_true(xt_tx_now(tx) == future);
    }
    assert_int_equal(write_one(f->store, 1), 2);
    assert_int_equal(verified(f->store), 2);
}

static void waiting_for_the_sequence(void **state)
{
    struct fixture *f = *state;
    int64_t last = -1;
    int64_t started = xt_monotonic_us();

    assert_int_equal(xt_seq_last(f->store, &last, NULL), XT_OK);
    assert_int_equal(last, 0);
    assert_int_equal(xt_seq_wait(f->store, 0, 30), 0);
    assert_true(xt_monotonic_us() - started >= 25000);
    assert_int_equal(write_one(f->store, 1), 1);
    assert_int_equal(xt_seq_wait(f->store, 0, 10000), 1);
    assert_int_equal(xt_seq_last(f->store, &last, NULL), XT_OK);
    assert_int_equal(last, 1);
}

static void *write_later(void *context)
{
    (void)usleep(20000);
    return write_one(context, 1) > 0 ? context : NULL;
}

static void *wake_later(void *context)
{
    (void)usleep(20000);
    xt_seq_wake(context);
    return context;
}

static void waiting_ends_at_a_commit_and_at_a_wake(void **state)
{
    struct fixture *f = *state;
    int64_t started = xt_monotonic_us();
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, write_later, f->store), 0);
    assert_int_equal(xt_seq_wait(f->store, 0, 30000), 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(pthread_create(&thread, NULL, wake_later, f->store), 0);
    assert_int_equal(xt_seq_wait(f->store, 1, 30000), 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(xt_monotonic_us() - started < 20000000);
}

/* ---- the chain ---- */

/* The fields of the first change as they are hashed; the instant stands at byte 8. */
static const char FIRST_BYTES[] = "\0\0\0\0\0\0\0\1" /* seq */
                                  "\0\0\0\0\0\0\0\0" /* at: filled in */
                                  "\0\0\0\10"
                                  "cli:test"
                                  "\0\0\0\0" /* for_whom */
                                  "\0\0\0\4"
                                  "test"
                                  "\0\0\0\6"
                                  "item/1"
                                  "\0\0\0\6"
                                  "create"
                                  "\0\0\0\0" /* reason */
                                  "\0"       /* before_hash: none */
                                  "\1";      /* after_hash: its 32 bytes follow */

static bool keep_row(void *context, const struct xt_change_row *row)
{
    *(struct xt_change_row *)context = *row;
    return true;
}

/* The layout of store.h, built here byte by byte: it must never change. */
static void chain_is_over_the_documented_bytes(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_change_row row;
    const size_t fields = sizeof(FIRST_BYTES) - 1;
    unsigned char bytes[32 + sizeof(FIRST_BYTES) - 1 + 32] = {0};
    struct xt_hash after = xt_hash_of("after", 5);
    struct xt_hash chain;

    assert_int_equal(write_one(f->store, 1), 1);
    assert_int_equal(xt_read_begin(f->store, 1000, &read, NULL), XT_OK);
    assert_int_equal(xt_change_each(xt_read_conn(read), 0, 10, keep_row, &row, NULL), XT_OK);
    memcpy(bytes + 32, FIRST_BYTES, fields);
    for (int i = 0; i < 8; i++)
        bytes[32 + 8 + i] = (unsigned char)((uint64_t)row.at >> (8 * (7 - i)));
    memcpy(bytes + 32 + fields, after.bytes, 32);
    chain = xt_hash_of(bytes, sizeof(bytes));
    assert_memory_equal(row.chain.bytes, chain.bytes, sizeof(chain.bytes));
    assert_memory_equal(row.after.bytes, after.bytes, sizeof(after.bytes));
    assert_true(row.has_after && !row.has_before);
}

struct seen {
    int64_t seqs[8];
    size_t count;
};

static bool note_seq(void *context, const struct xt_change_row *row)
{
    struct seen *seen = context;

    seen->seqs[seen->count++] = row->seq;
    return seen->count < 3;
}

static void changes_are_listed_in_order(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct seen seen = {0};

    for (int i = 1; i <= 7; i++)
        assert_int_equal(write_one(f->store, 1), i);
    assert_int_equal(xt_read_begin(f->store, 1000, &read, NULL), XT_OK);
    assert_int_equal(xt_change_each(xt_read_conn(read), 2, 2, note_seq, &seen, NULL), XT_OK);
    assert_int_equal(seen.count, 2);
    assert_true(seen.seqs[0] == 3 && seen.seqs[1] == 4);
    seen.count = 0;
    assert_int_equal(xt_change_each(xt_read_conn(read), 0, 100, note_seq, &seen, NULL), XT_OK);
    assert_int_equal(seen.count, 3); /* visit said enough */
}

static void too_long_a_reason_is_refused(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    XT_AUTO(xt_free_ptr) char *text = xt_calloc(1, 5000);
    struct xt_change change = {.room = "test", .action = "create", .reason = {text, 4097}};
    struct xt_error err = {0};

    memset(text, 'x', 4999);
    assert_int_equal(xt_tx_begin(f->store, &tx, NULL), XT_OK);
    assert_int_equal(xt_change_add(tx, &change, NULL, &err), XT_E_INPUT);
    assert_string_equal(err.field, "reason");
    change.reason.n = 4096;
    assert_int_equal(xt_change_add(tx, &change, NULL, &err), XT_OK);
    assert_int_equal(xt_tx_commit(&tx, NULL), XT_OK);
    assert_int_equal(verified(f->store), 1);
}

static int64_t first_broken(struct xt_store *store)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_error err = {0};
    int64_t count = -1;

    assert_int_equal(xt_read_begin(store, 1000, &read, NULL), XT_OK);
    if (xt_change_verify(xt_read_conn(read), &count, &err) == XT_OK)
        return 0;
    assert_int_equal(err.code, XT_E_CONFLICT);
    assert_int_equal(err.msg, XT_MSG_CHAIN_BROKEN);
    return err.args[0].i;
}

static void any_edit_of_the_past_is_found(void **state)
{
    static const struct {
        const char *sql;
        int64_t first;
    } rows[] = {
        {"UPDATE change SET reason = 'other' WHERE seq = 4", 4},
        {"UPDATE change SET at = at + 1 WHERE seq = 10", 10},
        {"UPDATE change SET after_hash = NULL WHERE seq = 2", 2},
        {"UPDATE change SET after_hash = X'00' WHERE seq = 2", 2},
        {"UPDATE change SET actor = 'cli:', for_whom = 'test' WHERE seq = 1", 1},
        {"UPDATE change SET chain = zeroblob(32) WHERE seq = 7", 7},
        {"DELETE FROM change WHERE seq = 5", 5},
        {"DELETE FROM change WHERE seq > 8", 9},
        {"DELETE FROM change", 1},
        {"UPDATE node_seq SET seq = 9", 10},
        {"UPDATE node_seq SET chain = zeroblob(32)", 11},
    };
    static const char KEEP[] = "CREATE TABLE c AS SELECT * FROM change; CREATE TABLE n AS SELECT * FROM node_seq";
    static const char RESTORE[] = "DELETE FROM change; INSERT INTO change SELECT * FROM c; DROP TABLE c;"
                                  "DELETE FROM node_seq; INSERT INTO node_seq SELECT * FROM n; DROP TABLE n";
    struct fixture *f = *state;

    for (int i = 0; i < 10; i++)
        assert_true(write_one(f->store, i) > 0);
    assert_int_equal(first_broken(f->store), 0);
    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        sqlite3 *db = f->store->writer.db;

        assert_int_equal(sqlite3_exec(db, KEEP, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, rows[i].sql, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(first_broken(f->store), rows[i].first);
        assert_int_equal(sqlite3_exec(db, RESTORE, NULL, NULL, NULL), SQLITE_OK);
    }
    assert_int_equal(first_broken(f->store), 0);
}

/* ---- schema files ---- */

static void schema_files_run_once(void **state)
{
    struct fixture *f = *state;
    const struct xt_embed_file files[] = {
        sql_file("sql/test/001-item.sql", ITEM_SQL),
        sql_file("sql/test/002-more.sql", "CREATE TABLE more (id INTEGER PRIMARY KEY); INSERT INTO more VALUES (1);"),
    };
    static const struct xt_stmt_def COUNT_MORE = {.name = "test_count_more", .sql = "SELECT count(*) FROM more"};

    assert_int_equal(xt_store_migrate_files(f->store, "test", files, 2, NULL), XT_OK);
    assert_int_equal(xt_store_migrate_files(f->store, "test", files, 2, NULL), XT_OK);
    assert_int_equal(read_int(f->store, &COUNT_MORE), 1);
    assert_int_equal(xt_store_migrate(f->store, "store", NULL), XT_OK);
}

static void changed_and_newer_schema_files_are_refused(void **state)
{
    struct fixture *f = *state;
    const struct xt_embed_file changed = sql_file("sql/test/001-item.sql", ITEM_SQL " ");
    const struct xt_embed_file more[] = {
        sql_file("sql/test/001-item.sql", ITEM_SQL),
        sql_file("sql/test/002-more.sql", "CREATE TABLE more (id INTEGER PRIMARY KEY)"),
    };
    struct xt_error err = {0};

    assert_int_equal(xt_store_migrate_files(f->store, "test", &changed, 1, &err), XT_E_CONFLICT);
    assert_int_equal(err.msg, XT_MSG_STORE_MIGRATION_CHANGED);
    assert_int_equal(xt_store_migrate_files(f->store, "test", more, 2, NULL), XT_OK);
    assert_int_equal(xt_store_migrate_files(f->store, "test", more, 1, &err), XT_E_CONFLICT);
    assert_int_equal(err.msg, XT_MSG_STORE_NEWER);
    assert_string_equal(err.args[1].text, "002-more.sql");
}

static void failing_schema_file_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    const struct xt_embed_file files[] = {
        sql_file("sql/test/001-item.sql", ITEM_SQL),
        sql_file("sql/test/002-bad.sql", "CREATE TABLE half (id INTEGER); CREATE TABLE item (id INTEGER)"),
    };
    static const struct xt_stmt_def COUNT_HALF = {
        .name = "test_count_half",
        .sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'half'",
    };
    struct xt_error err = {0};

    assert_int_equal(xt_store_migrate_files(f->store, "test", files, 2, &err), XT_E_INTERNAL);
    assert_int_equal(err.msg, XT_MSG_STORE_MIGRATION_FAILED);
    assert_int_equal(read_int(f->store, &COUNT_HALF), 0);
    assert_int_equal(write_one(f->store, 1), 1);
}

static void read_only_store_that_lacks_a_file_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct xt_embed_file file = sql_file("sql/else/001-else.sql", "CREATE TABLE x (id INTEGER)");
    struct xt_error err = {0};
    enum xt_msg msg;

    xt_store_close(&f->store);
    assert_int_equal(try_open(f->path, false, true, &f->store, &msg), XT_OK);
    assert_int_equal(xt_store_migrate_files(f->store, "else", &file, 1, &err), XT_E_CONFLICT);
    assert_int_equal(err.msg, XT_MSG_STORE_OLDER);
}

/* ---- copy and check ---- */

static void copy_is_whole_and_never_overwrites(void **state)
{
    struct fixture *f = *state;
    struct xt_store *copy;
    char path[128];

    (void)snprintf(path, sizeof(path), "%s.copy", f->path);
    for (int i = 0; i < 20; i++)
        assert_true(write_one(f->store, i) > 0);
    assert_int_equal(xt_store_copy(f->store, path, NULL), XT_OK);
    assert_int_equal(xt_store_copy(f->store, path, NULL), XT_E_CONFLICT);
    assert_int_equal(write_one(f->store, 1), 21);
    copy = open_at(path);
    assert_int_equal(verified(copy), 20);
    assert_int_equal(read_int(copy, &COUNT_ITEMS), 20);
    assert_int_equal(write_one(copy, 1), 21); /* it lives on by itself */
    xt_store_close(&copy);
}

static void copy_while_a_transaction_is_open(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct xt_store *copy;
    char path[128];
    int64_t seq;

    (void)snprintf(path, sizeof(path), "%s.copy", f->path);
    assert_int_equal(write_one(f->store, 1), 1);
    assert_int_equal(xt_tx_begin(f->store, &tx, NULL), XT_OK);
    assert_int_equal(add_both(tx, 1, &seq, NULL), XT_OK);
    assert_int_equal(xt_store_copy(f->store, path, NULL), XT_OK);
    copy = open_at(path);
    assert_int_equal(verified(copy), 1);
    xt_store_close(&copy);
    assert_int_equal(xt_tx_commit(&tx, NULL), XT_OK);
}

static void check_finds_orphans(void **state)
{
    struct fixture *f = *state;
    struct xt_problems problems;

    xt_problems_init(&problems);
    assert_int_equal(xt_store_check(f->store, &problems, NULL), XT_OK);
    assert_int_equal(problems.seen, 0);
    assert_int_equal(sqlite3_exec(f->store->writer.db,
                                  "CREATE TABLE part (id INTEGER PRIMARY KEY, item_id INTEGER REFERENCES item (id));"
                                  "PRAGMA foreign_keys = OFF; INSERT INTO part VALUES (5, 99);"
                                  "PRAGMA foreign_keys = ON",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(xt_store_check(f->store, &problems, NULL), XT_OK);
    assert_int_equal(problems.seen, 1);
    assert_int_equal(problems.list[0].msg, XT_MSG_STORE_ORPHAN);
    assert_int_equal(problems.list[0].args[1].i, 5);
    xt_problems_done(&problems);
}

static void figures(void **state)
{
    struct fixture *f = *state;
    struct xt_store_stats before, after;

    xt_store_stats(f->store, &before);
    assert_int_equal(write_one(f->store, 1), 1);
    assert_int_equal(write_one(f->store, 1), 2);
    xt_store_stats(f->store, &after);
    assert_int_equal(after.commits - before.commits, 2);
    assert_int_equal(after.transactions - before.transactions, 2);
    assert_true(after.bytes > 4096);
}

int main(void)
{
#define WITH(setup, test) cmocka_unit_test_setup_teardown(test, setup, fixture_close)
    const struct CMUnitTest tests[] = {
        WITH(fixture_folder, what_cannot_be_opened_is_named),
        WITH(fixture_folder, another_programs_database_is_refused),
        WITH(fixture_open, read_only_store_reads_and_refuses_writing),
        WITH(fixture_open, parameters_bind_by_name_and_columns_read_back),
        WITH(fixture_open, statements_are_kept_by_address),
        WITH(fixture_open, constraint_is_a_conflict_and_the_transaction_goes_on),
        WITH(fixture_open, full_disk_has_its_own_code),
        WITH(fixture_open, damaged_file_is_named),
        WITH(fixture_open, snapshot_stays),
        WITH(fixture_open, reading_connections_are_bounded),
        WITH(fixture_open, reading_connection_cannot_write),
        WITH(fixture_open, rollback_restores_the_sequence),
        WITH(fixture_open, savepoint_undoes_its_part_only),
        WITH(fixture_open, instants_never_run_backwards),
        WITH(fixture_open, waiting_for_the_sequence),
        WITH(fixture_open, waiting_ends_at_a_commit_and_at_a_wake),
        WITH(fixture_open, chain_is_over_the_documented_bytes),
        WITH(fixture_open, changes_are_listed_in_order),
        WITH(fixture_open, too_long_a_reason_is_refused),
        WITH(fixture_open, any_edit_of_the_past_is_found),
        WITH(fixture_open, schema_files_run_once),
        WITH(fixture_open, changed_and_newer_schema_files_are_refused),
        WITH(fixture_open, failing_schema_file_leaves_nothing),
        WITH(fixture_open, read_only_store_that_lacks_a_file_is_refused),
        WITH(fixture_open, copy_is_whole_and_never_overwrites),
        WITH(fixture_open, copy_while_a_transaction_is_open),
        WITH(fixture_open, check_finds_orphans),
        WITH(fixture_open, figures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
