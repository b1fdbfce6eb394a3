/* harvest_payload_sql.c - payloads as they came, packed, each once. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "harvest/harvest_priv.h"

#define PAYLOAD_LEVEL    1
#define PAYLOADS_AT_ONCE 500u

static const struct xt_stmt_def HAS_PAYLOAD = {
    .name = "harvest_has_payload",
    .sql = "SELECT 1 FROM harvest_payload WHERE hash = $1",
};
static const struct xt_stmt_def ADD_PAYLOAD = {
    .name = "harvest_add_payload",
    .sql = "INSERT INTO harvest_payload (hash, size, bytes) VALUES ($1, $2, $3)",
};
static const struct xt_stmt_def GET_PAYLOAD = {
    .name = "harvest_get_payload",
    .sql = "SELECT size, bytes FROM harvest_payload WHERE hash = $1",
};

static enum xt_code has_payload(struct xt_conn *conn, const struct xt_hash *hash, bool *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &HAS_PAYLOAD, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_blob(stmt, 1, hash->bytes, sizeof hash->bytes);
    return xt_stmt_step(stmt, out, err);
}

/* Making one costs more than packing a payload: one a thread, which ends with it. */
struct zstd {
    ZSTD_CCtx *in;
    ZSTD_DCtx *out;
};

static pthread_key_t zstd_key;

static void free_zstd(void *value)
{
    struct zstd *zstd = value;

    ZSTD_freeCCtx(zstd->in);
    ZSTD_freeDCtx(zstd->out);
    free(zstd);
}

static void make_zstd_key(void)
{
    if (pthread_key_create(&zstd_key, free_zstd) != 0)
        abort(); /* the program has few */
}

static struct zstd *zstd_of_thread(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct zstd *zstd;

    (void)pthread_once(&once, make_zstd_key);
    zstd = pthread_getspecific(zstd_key);
    if (zstd)
        return zstd;
    zstd = xt_calloc(1, sizeof *zstd);
    zstd->in = ZSTD_createCCtx();
    zstd->out = ZSTD_createDCtx();
    if (!zstd->in || !zstd->out || pthread_setspecific(zstd_key, zstd) != 0)
        abort(); /* memory: as xt_alloc() */
    return zstd;
}

enum xt_code payload_put(struct xt_tx *tx, struct xt_str bytes, struct xt_hash *hash, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    XT_AUTO(xt_free_ptr) char *packed = NULL;
    size_t room = ZSTD_compressBound(bytes.n), n;
    bool there = false;
    enum xt_code rc;

    *hash = xt_hash_of(bytes.s, bytes.n);
    rc = has_payload(xt_tx_conn(tx), hash, &there, err);
    if (rc != XT_OK || there)
        return rc;
    packed = xt_alloc(room);
    n = ZSTD_compressCCtx(zstd_of_thread()->in, packed, room, bytes.s, bytes.n, PAYLOAD_LEVEL);
    if (ZSTD_isError(n))
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT(ZSTD_getErrorName(n)));
    rc = xt_stmt_take(xt_tx_conn(tx), &ADD_PAYLOAD, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_blob(stmt, 1, hash->bytes, sizeof hash->bytes);
    xt_bind_int(stmt, 2, (int64_t)bytes.n);
    xt_bind_blob(stmt, 3, packed, n);
    return xt_stmt_run(stmt, NULL, err);
}

enum xt_code payload_get(struct xt_conn *conn, const struct xt_hash *hash, struct xt_arena *arena, struct xt_str *out,
                         struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &GET_PAYLOAD, &stmt, err);
    bool row = false;
    struct xt_str packed;
    int64_t size;
    char *bytes;
    size_t n;

    *out = (struct xt_str){NULL, 0};
    if (rc != XT_OK)
        return rc;
    xt_bind_blob(stmt, 1, hash->bytes, sizeof hash->bytes);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc != XT_OK || !row)
        return rc;
    size = xt_col_int(stmt, 0);
    packed = xt_col_blob(stmt, 1);
    if (size < 0 || size > (int64_t)XT_OAI_PAGE_MAX)
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_HARVEST_PAYLOAD_DAMAGED);
    bytes = xt_arena_alloc(arena, (size_t)size + 1);
    n = ZSTD_decompressDCtx(zstd_of_thread()->out, bytes, (size_t)size, packed.s, packed.n);
    if (n != (size_t)size) /* an error, too, is another number */
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_HARVEST_PAYLOAD_DAMAGED);
    *out = (struct xt_str){bytes, n};
    return XT_OK;
}

/* Hashes are random: an index over them would cost each record a page, for a look once a day. What is named is held in
 * memory instead, eight bytes of each hash, and nothing is removed once any run has come on meanwhile. */
static const struct xt_stmt_def NAMED_PAYLOADS = {
    .name = "harvest_named_payloads",
    .sql = "SELECT hash FROM harvest_item WHERE hash IS NOT NULL UNION ALL SELECT hash FROM harvest_past"
           " WHERE hash IS NOT NULL UNION ALL SELECT hash FROM harvest_quarantine WHERE hash IS NOT NULL",
};
static const struct xt_stmt_def QUIET = {
    .name = "harvest_quiet",
    .sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM harvest_staged) OR EXISTS (SELECT 1 FROM harvest_run"
           " WHERE updated_at >= $1) THEN 0 ELSE 1 END",
};
static const struct xt_stmt_def NEXT_PAYLOADS = {
    .name = "harvest_next_payloads",
    .sql = "SELECT hash FROM harvest_payload WHERE hash > $1 ORDER BY hash LIMIT $2",
};
static const struct xt_stmt_def DROP_PAYLOAD = {
    .name = "harvest_drop_payload",
    .sql = "DELETE FROM harvest_payload WHERE hash = $1",
};

static uint64_t beginning(const struct xt_hash *hash)
{
    uint64_t value;

    memcpy(&value, hash->bytes, sizeof value);
    return value;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *l = a, *r = b;

    return *l < *r ? -1 : *l > *r;
}

enum xt_code payloads_named(struct xt_conn *conn, uint64_t **out, size_t *out_count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &NAMED_PAYLOADS, &stmt, err);
    struct xt_hash hash;
    size_t capacity = 0;
    bool row = true;

    *out = NULL;
    *out_count = 0;
    while (rc == XT_OK && (rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        if (!harvest_read_hash(stmt, 0, &hash))
            continue;
        xt_grow(out, &capacity, *out_count + 1, sizeof **out);
        (*out)[(*out_count)++] = beginning(&hash);
    }
    if (*out_count > 0)
        qsort(*out, *out_count, sizeof **out, by_value);
    return rc;
}

static enum xt_code next_payloads(struct xt_conn *conn, const struct xt_hash *after, size_t limit, struct xt_hash *out,
                                  size_t *out_count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &NEXT_PAYLOADS, &stmt, err);
    bool row = true;

    *out_count = 0;
    if (rc != XT_OK)
        return rc;
    xt_bind_blob(stmt, 1, after->bytes, sizeof after->bytes);
    xt_bind_int(stmt, 2, (int64_t)limit);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row && *out_count < limit)
        *out_count += harvest_read_hash(stmt, 0, &out[*out_count]);
    return rc;
}

static enum xt_code drop_payload(struct xt_tx *tx, const struct xt_hash *hash, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &DROP_PAYLOAD, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_blob(stmt, 1, hash->bytes, sizeof hash->bytes);
    return xt_stmt_run(stmt, NULL, err);
}

enum xt_code payload_trim(struct xt_tx *tx, const uint64_t *named, size_t count, xt_instant since,
                          struct xt_hash *after, bool *out_more, struct xt_error *err)
{
    struct xt_hash hashes[PAYLOADS_AT_ONCE];
    size_t found = 0, i;
    int64_t quiet;
    enum xt_code rc = xt_query_ints(xt_tx_conn(tx), &QUIET, &since, 1, &quiet, err);

    *out_more = false;
    if (rc == XT_OK && quiet)
        rc = next_payloads(xt_tx_conn(tx), after, PAYLOADS_AT_ONCE, hashes, &found, err);
    for (i = 0; i < found && rc == XT_OK; i++) {
        uint64_t value = beginning(&hashes[i]);

        if (count == 0 || !bsearch(&value, named, count, sizeof *named, by_value))
            rc = drop_payload(tx, &hashes[i], err);
    }
    if (found > 0)
        *after = hashes[found - 1];
    *out_more = found == PAYLOADS_AT_ONCE;
    return rc;
}
