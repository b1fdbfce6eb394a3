/* The sequence of changes and its hash chain; store.h says which bytes are hashed. */
#include <assert.h>
#include <string.h>

#include "store/store_priv.h"

#define TEXT_MAX_BYTES 4096

static const struct xt_stmt_def LOAD_SEQ = {
    .name = "store_load_seq",
    .sql = "SELECT seq, at, chain FROM node_seq",
};
static const struct xt_stmt_def SAVE_SEQ = {
    .name = "store_save_seq",
    .sql = "UPDATE node_seq SET seq = $1, at = $2, chain = $3",
};
static const struct xt_stmt_def ADD_CHANGE = {
    .name = "store_add_change",
    .sql = "INSERT INTO change"
           " (seq, at, actor, for_whom, room, subject, action, reason, before_hash, after_hash, chain)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
};
static const struct xt_stmt_def EACH_CHANGE = {
    .name = "store_each_change",
    .sql = "SELECT seq, at, actor, for_whom, room, subject, action, reason, before_hash, after_hash, chain"
           " FROM change WHERE seq > $1 ORDER BY seq LIMIT $2",
};

/* ---- where the sequence stands ---- */

static bool col_hash(struct xt_stmt *stmt, int column, struct xt_hash *out)
{
    struct xt_str bytes = xt_col_blob(stmt, column);

    memset(out, 0, sizeof(*out));
    if (bytes.n != sizeof(out->bytes))
        return false;
    memcpy(out->bytes, bytes.s, bytes.n);
    return true;
}

enum xt_code xt_store_seq_load(struct xt_conn *conn, struct seq_state *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool row;
    enum xt_code rc;

    rc = xt_stmt_take(conn, &LOAD_SEQ, &stmt, err);
    if (rc == XT_OK)
        rc = xt_stmt_step(stmt, &row, err);
    if (rc != XT_OK)
        return rc;
    if (!row)
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_STORE_CORRUPT, XT_TEXT(conn->store->path), XT_TEXT("node_seq"));
    out->seq = xt_col_int(stmt, 0);
    out->at = xt_col_int(stmt, 1);
    if (!col_hash(stmt, 2, &out->chain))
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_STORE_CORRUPT, XT_TEXT(conn->store->path), XT_TEXT("node_seq"));
    return XT_OK;
}

enum xt_code xt_store_seq_save(struct xt_conn *conn, const struct seq_state *state, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &SAVE_SEQ, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, state->seq);
    xt_bind_int(stmt, 2, state->at);
    xt_bind_blob(stmt, 3, state->chain.bytes, sizeof(state->chain.bytes));
    return xt_stmt_run(stmt, NULL, err);
}

/* ---- the chain ---- */

static void hash_number(struct xt_hasher *hasher, uint64_t value, size_t bytes)
{
    unsigned char big_endian[8];

    for (size_t i = 0; i < bytes; i++)
        big_endian[i] = (unsigned char)(value >> (8 * (bytes - 1 - i)));
    xt_hasher_add(hasher, big_endian, bytes);
}

static void hash_text(struct xt_hasher *hasher, struct xt_str text)
{
    hash_number(hasher, text.n, 4);
    xt_hasher_add(hasher, text.s, text.n);
}

static void hash_hash(struct xt_hasher *hasher, bool has, const struct xt_hash *hash)
{
    hash_number(hasher, has, 1);
    if (has)
        xt_hasher_add(hasher, hash->bytes, sizeof(hash->bytes));
}

/* The layout of store.h. row->chain is not read. */
static struct xt_hash chain_of(const struct xt_hash *before, const struct xt_change_row *row)
{
    struct xt_hasher hasher;
    struct xt_hash out;

    xt_hasher_init(&hasher);
    xt_hasher_add(&hasher, before->bytes, sizeof(before->bytes));
    hash_number(&hasher, (uint64_t)row->seq, 8);
    hash_number(&hasher, (uint64_t)row->at, 8);
    hash_text(&hasher, row->actor);
    hash_text(&hasher, row->for_whom);
    hash_text(&hasher, row->room);
    hash_text(&hasher, row->subject);
    hash_text(&hasher, row->action);
    hash_text(&hasher, row->reason);
    hash_hash(&hasher, row->has_before, &row->before);
    hash_hash(&hasher, row->has_after, &row->after);
    xt_hasher_end(&hasher, &out);
    return out;
}

/* ---- adding ---- */

static enum xt_code check_text(const char *field, struct xt_str text, struct xt_error *err)
{
    if (text.n > TEXT_MAX_BYTES)
        return xt_fail(err, XT_E_INPUT, field, XT_MSG_TOO_LARGE, XT_INT(TEXT_MAX_BYTES), XT_INT(text.n));
    return XT_OK;
}

static enum xt_code check_texts(const struct xt_change_row *row, struct xt_error *err)
{
    enum xt_code rc = check_text("actor", row->actor, err);

    if (rc == XT_OK)
        rc = check_text("for_whom", row->for_whom, err);
    if (rc == XT_OK)
        rc = check_text("subject", row->subject, err);
    if (rc == XT_OK)
        rc = check_text("reason", row->reason, err);
    return rc;
}

static struct xt_str or_empty(struct xt_str text)
{
    return text.s ? text : XT_STR("");
}

static struct xt_change_row row_of(struct xt_tx *tx, const struct xt_change *change)
{
    struct xt_change_row row = {
        .seq = tx->store->seq.seq + 1,
        .at = tx->now,
        .room = xt_str(change->room),
        .subject = or_empty(change->subject),
        .action = xt_str(change->action),
        .actor = or_empty(change->actor),
        .for_whom = or_empty(change->for_whom),
        .reason = or_empty(change->reason),
        .has_before = change->before != NULL,
        .has_after = change->after != NULL,
    };

    if (change->before)
        row.before = *change->before;
    if (change->after)
        row.after = *change->after;
    row.chain = chain_of(&tx->store->seq.chain, &row);
    return row;
}

static enum xt_code insert_row(struct xt_conn *conn, const struct xt_change_row *row, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &ADD_CHANGE, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, row->seq);
    xt_bind_int(stmt, 2, row->at);
    xt_bind_str(stmt, 3, row->actor);
    xt_bind_str(stmt, 4, row->for_whom);
    xt_bind_str(stmt, 5, row->room);
    xt_bind_str(stmt, 6, row->subject);
    xt_bind_str(stmt, 7, row->action);
    xt_bind_str(stmt, 8, row->reason);
    xt_bind_blob(stmt, 9, row->has_before ? row->before.bytes : NULL, sizeof(row->before.bytes));
    xt_bind_blob(stmt, 10, row->has_after ? row->after.bytes : NULL, sizeof(row->after.bytes));
    xt_bind_blob(stmt, 11, row->chain.bytes, sizeof(row->chain.bytes));
    return xt_stmt_run(stmt, NULL, err);
}

enum xt_code xt_change_add(struct xt_tx *tx, const struct xt_change *change, int64_t *out_seq, struct xt_error *err)
{
    struct seq_state *state = &tx->store->seq;
    struct xt_change_row row;
    enum xt_code rc;

    assert(change->room && change->room[0]);
    assert(change->action && change->action[0]);
    row = row_of(tx, change);
    rc = check_texts(&row, err);
    if (rc == XT_OK)
        rc = insert_row(&tx->store->writer, &row, err);
    if (rc != XT_OK)
        return rc;
    state->seq = row.seq;
    state->at = row.at;
    state->chain = row.chain;
    if (out_seq)
        *out_seq = row.seq;
    return XT_OK;
}

/* ---- reading and proving ---- */

/* False when a hash has not the size of one. */
static bool read_row(struct xt_stmt *stmt, struct xt_change_row *row)
{
    bool well;

    row->seq = xt_col_int(stmt, 0);
    row->at = xt_col_int(stmt, 1);
    row->actor = xt_col_str(stmt, 2);
    row->for_whom = xt_col_str(stmt, 3);
    row->room = xt_col_str(stmt, 4);
    row->subject = xt_col_str(stmt, 5);
    row->action = xt_col_str(stmt, 6);
    row->reason = xt_col_str(stmt, 7);
    row->has_before = !xt_col_null(stmt, 8);
    row->has_after = !xt_col_null(stmt, 9);
    well = col_hash(stmt, 8, &row->before) || !row->has_before;
    well &= col_hash(stmt, 9, &row->after) || !row->has_after;
    well &= col_hash(stmt, 10, &row->chain);
    return well;
}

enum xt_code xt_change_each(struct xt_conn *conn, int64_t after_seq, int64_t limit,
                            bool (*visit)(void *context, const struct xt_change_row *row), void *context,
                            struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    struct xt_change_row row;
    bool more;
    enum xt_code rc = xt_stmt_take(conn, &EACH_CHANGE, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, after_seq);
    xt_bind_int(stmt, 2, limit);
    while ((rc = xt_stmt_step(stmt, &more, err)) == XT_OK && more) {
        (void)read_row(stmt, &row); /* a hash of a wrong size reads as zeros; the chain check names it */
        if (!visit(context, &row))
            break;
    }
    return rc;
}

static enum xt_code broken_at(int64_t seq, struct xt_error *err)
{
    return xt_fail(err, XT_E_CONFLICT, "change", XT_MSG_CHAIN_BROKEN, XT_INT(seq));
}

enum xt_code xt_change_verify(struct xt_conn *conn, int64_t *out_count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    struct seq_state state = {0};
    struct seq_state end;
    struct xt_change_row row;
    bool more;
    enum xt_code rc;

    rc = xt_store_seq_load(conn, &end, err);
    if (rc == XT_OK)
        rc = xt_stmt_take(conn, &EACH_CHANGE, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, INT64_MIN);
    xt_bind_int(stmt, 2, -1);
    while ((rc = xt_stmt_step(stmt, &more, err)) == XT_OK && more) {
        struct xt_hash chain;

        if (!read_row(stmt, &row) || row.seq != state.seq + 1 || row.at < state.at)
            return broken_at(state.seq + 1, err);
        chain = chain_of(&state.chain, &row);
        if (memcmp(chain.bytes, row.chain.bytes, sizeof(chain.bytes)) != 0)
            return broken_at(row.seq, err);
        state = (struct seq_state){row.seq, row.at, chain};
    }
    if (rc != XT_OK)
        return rc;
    /* Rows cut off at the end leave a good chain, but not the number that node_seq remembers. */
    if (end.seq != state.seq || end.at != state.at || memcmp(&end.chain, &state.chain, sizeof(end.chain)) != 0)
        return broken_at(end.seq > state.seq ? state.seq + 1 : end.seq + 1, err);
    *out_count = state.seq;
    return XT_OK;
}
