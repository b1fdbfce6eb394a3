/* Schema files: which have run, and running the others. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/mem.h"
#include "store/store_priv.h"

static const struct xt_stmt_def HAS_MIGRATIONS = {
    .name = "store_has_migrations",
    .sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migration'",
};
static const struct xt_stmt_def LIST_MIGRATIONS = {
    .name = "store_list_migrations",
    .sql = "SELECT name, hash FROM migration WHERE room = $1 ORDER BY name",
};
static const struct xt_stmt_def ADD_MIGRATION = {
    .name = "store_add_migration",
    .sql = "INSERT INTO migration (room, name, hash, at) VALUES ($1, $2, $3, $4)",
};

static const char *name_of(const struct xt_embed_file *file)
{
    const char *slash = strrchr(file->path, '/');

    return slash ? slash + 1 : file->path;
}

/* Looks up one row of the table among the files: it must be there and be unchanged. */
static enum xt_code check_one(const char *room, const struct xt_embed_file *files, size_t count, struct xt_str name,
                              struct xt_str hash, bool *has_run, struct xt_error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct xt_hash now;

        if (!xt_str_is(name, name_of(&files[i])))
            continue;
        now = xt_hash_of(files[i].data, files[i].size);
        if (hash.n != sizeof(now.bytes) || memcmp(hash.s, now.bytes, hash.n) != 0)
            return xt_fail(err, XT_E_CONFLICT, "data", XT_MSG_STORE_MIGRATION_CHANGED, XT_TEXT(room), XT_VIEW(name));
        has_run[i] = true;
        return XT_OK;
    }
    return xt_fail(err, XT_E_CONFLICT, "data", XT_MSG_STORE_NEWER, XT_TEXT(room), XT_VIEW(name));
}

/* Fills has_run[count]. */
static enum xt_code look_up(struct xt_conn *conn, const char *room, const struct xt_embed_file *files, size_t count,
                            bool *has_run, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    int64_t there;
    bool row;
    enum xt_code rc;

    memset(has_run, 0, count * sizeof(*has_run));
    rc = xt_query_int(conn, &HAS_MIGRATIONS, 0, &there, err);
    if (rc != XT_OK || !there) /* not yet: the store's own first file makes it */
        return rc;
    rc = xt_stmt_take(conn, &LIST_MIGRATIONS, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_z(stmt, 1, room);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        rc = check_one(room, files, count, xt_col_str(stmt, 0), xt_col_blob(stmt, 1), has_run, err);
        if (rc != XT_OK)
            break;
    }
    return rc;
}

static enum xt_code record(struct xt_tx *tx, const char *room, const struct xt_embed_file *file, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    struct xt_hash hash = xt_hash_of(file->data, file->size);
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &ADD_MIGRATION, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_z(stmt, 1, room);
    xt_bind_z(stmt, 2, name_of(file));
    xt_bind_blob(stmt, 3, hash.bytes, sizeof(hash.bytes));
    xt_bind_int(stmt, 4, xt_tx_now(tx));
    return xt_stmt_run(stmt, NULL, err);
}

/* Runs files[at] in a transaction of its own, unless another process has done so meanwhile. */
static enum xt_code run_one(struct xt_store *store, const char *room, const struct xt_embed_file *files, size_t count,
                            size_t at, bool *has_run, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct xt_conn *conn;
    enum xt_code rc;

    rc = xt_tx_begin(store, &tx, err);
    if (rc != XT_OK)
        return rc;
    conn = xt_tx_conn(tx);
    rc = look_up(conn, room, files, count, has_run, err);
    if (rc != XT_OK || has_run[at])
        return rc;
    if (sqlite3_exec(conn->db, (const char *)files[at].data, NULL, NULL, NULL) != SQLITE_OK)
        return xt_fail(err, XT_E_INTERNAL, "data", XT_MSG_STORE_MIGRATION_FAILED, XT_TEXT(room),
                       XT_TEXT(name_of(&files[at])), XT_TEXT(sqlite3_errmsg(conn->db)));
    rc = record(tx, room, &files[at], err);
    return rc == XT_OK ? xt_tx_commit(&tx, err) : rc;
}

static enum xt_code look_up_by_read(struct xt_store *store, const char *room, const struct xt_embed_file *files,
                                    size_t count, bool *has_run, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(store, store->busy_timeout_ms, &read, err);

    return rc == XT_OK ? look_up(xt_read_conn(read), room, files, count, has_run, err) : rc;
}

enum xt_code xt_store_migrate_files(struct xt_store *store, const char *room, const struct xt_embed_file *files,
                                    size_t count, struct xt_error *err)
{
    XT_AUTO(xt_free_ptr) bool *has_run = xt_calloc(count + 1, sizeof(*has_run));
    enum xt_code rc = look_up_by_read(store, room, files, count, has_run, err);

    for (size_t i = 0; rc == XT_OK && i < count; i++) {
        if (has_run[i])
            continue;
        if (store->read_only)
            return xt_fail(err, XT_E_CONFLICT, "data", XT_MSG_STORE_OLDER, XT_TEXT(room), XT_TEXT(name_of(&files[i])));
        rc = run_one(store, room, files, count, i, has_run, err);
    }
    return rc;
}

enum xt_code xt_store_migrate(struct xt_store *store, const char *room, struct xt_error *err)
{
    const struct xt_embed_file *files;
    char prefix[64];
    size_t count;

    (void)snprintf(prefix, sizeof(prefix), "sql/%s/", room);
    count = xt_embed_list(prefix, &files);
    assert(count > 0); /* the room says it has migrations */
    return xt_store_migrate_files(store, room, files, count, err);
}
