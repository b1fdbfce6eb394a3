/* The table file_use. */
#include <string.h>

#include "file/file_priv.h"

static const struct xt_stmt_def ADD_USE = {
    .name = "file_add_use",
    .sql = "INSERT INTO file_use (hash, size, name, at) VALUES ($1, $2, $3, $4)",
};
static const struct xt_stmt_def IS_USED = {
    .name = "file_is_used",
    .sql = "SELECT 1 FROM file_use WHERE hash = $1 LIMIT 1",
};
static const struct xt_stmt_def EACH_HASH = {
    .name = "file_each_hash",
    .sql = "SELECT hash, max(size) FROM file_use GROUP BY hash ORDER BY hash",
};

enum xt_code xt_file_use(struct xt_tx *tx, const struct xt_hash *hash, int64_t size, struct xt_str name, xt_id *out_id,
                         struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc;

    if (name.n > XT_FILE_NAME_MAX)
        return xt_fail(err, XT_E_INPUT, "name", XT_MSG_TOO_LARGE, XT_INT(XT_FILE_NAME_MAX), XT_INT(name.n));
    rc = xt_stmt_take(xt_tx_conn(tx), &ADD_USE, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_blob(stmt, 1, hash->bytes, sizeof(hash->bytes));
    xt_bind_int(stmt, 2, size);
    xt_bind_str(stmt, 3, name.s ? name : XT_STR(""));
    xt_bind_int(stmt, 4, xt_tx_now(tx));
    rc = xt_stmt_run(stmt, NULL, err);
    if (rc == XT_OK)
        *out_id = xt_last_id(xt_tx_conn(tx));
    return rc;
}

enum xt_code xt_file_sql_used(struct xt_conn *conn, const struct xt_hash *hash, bool *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &IS_USED, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_blob(stmt, 1, hash->bytes, sizeof(hash->bytes));
    return xt_stmt_step(stmt, out, err);
}

enum xt_code xt_file_sql_each(struct xt_conn *conn,
                              void (*visit)(void *context, const struct xt_hash *hash, int64_t size), void *context,
                              struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool row;
    enum xt_code rc = xt_stmt_take(conn, &EACH_HASH, &stmt, err);

    if (rc != XT_OK)
        return rc;
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        struct xt_str bytes = xt_col_blob(stmt, 0);
        struct xt_hash hash = {{0}};

        /* A hash of another size names a file that cannot be there, and is reported so. */
        memcpy(hash.bytes, bytes.s, bytes.n < sizeof(hash.bytes) ? bytes.n : sizeof(hash.bytes));
        visit(context, &hash, xt_col_int(stmt, 1));
    }
    return rc;
}
