/* harvest_items_sql.c - what was received, what it was before, and what was refused. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "harvest/harvest_priv.h"

#define PAYLOAD_LEVEL    1
#define PAYLOADS_AT_ONCE 500u

static struct xt_str copied(struct xt_arena *arena, struct xt_str text)
{
    return (struct xt_str){xt_arena_strndup(arena, text.s ? text.s : "", text.n), text.n};
}

static void bind_hash(struct xt_stmt *stmt, int index, bool has, const struct xt_hash *hash)
{
    xt_bind_blob(stmt, index, has ? hash->bytes : NULL, sizeof hash->bytes);
}

static bool read_hash(struct xt_stmt *stmt, int column, struct xt_hash *out)
{
    struct xt_str blob = xt_col_blob(stmt, column);

    memset(out, 0, sizeof *out);
    if (blob.n != sizeof out->bytes)
        return false;
    memcpy(out->bytes, blob.s, blob.n);
    return true;
}

/* One number out of a statement with numbers. */
static enum xt_code ask_int(struct xt_conn *conn, const struct xt_stmt_def *def, const int64_t *numbers, size_t count,
                            int64_t *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);
    bool row = false;
    size_t i;

    *out = 0;
    if (rc != XT_OK)
        return rc;
    for (i = 0; i < count; i++)
        xt_bind_int(stmt, (int)i + 1, numbers[i]);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK && row)
        *out = xt_col_int(stmt, 0);
    return rc;
}

static enum xt_code do_ints(struct xt_tx *tx, const struct xt_stmt_def *def, const int64_t *numbers, size_t count,
                            struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), def, &stmt, err);
    size_t i;

    if (rc != XT_OK)
        return rc;
    for (i = 0; i < count; i++)
        xt_bind_int(stmt, (int)i + 1, numbers[i]);
    return xt_stmt_run(stmt, NULL, err);
}

/* ---- answers ---- */

static const struct xt_stmt_def NOTE_PAGE = {
    .name = "harvest_note_page",
    .sql = "INSERT INTO harvest_page (run_id, mark) VALUES ($1, $2) ON CONFLICT DO NOTHING",
};

enum xt_code page_note(struct xt_tx *tx, xt_id run, const struct xt_hash *mark, bool *out_new, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &NOTE_PAGE, &stmt, err);
    int64_t changed = 0;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, run);
    xt_bind_blob(stmt, 2, mark->bytes, sizeof mark->bytes);
    rc = xt_stmt_run(stmt, &changed, err);
    *out_new = changed > 0;
    return rc;
}

/* ---- staged ---- */

static const struct xt_stmt_def ADD_STAGED = {
    .name = "harvest_add_staged",
    .sql = "INSERT INTO harvest_staged (run_id, n, kind, identifier, datestamp, hash, rule, reason_zh, reason_en)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};

enum xt_code staged_add(struct xt_tx *tx, xt_id run, const struct staged *row, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &ADD_STAGED, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, run);
    xt_bind_int(stmt, 2, row->n);
    xt_bind_int(stmt, 3, row->kind);
    xt_bind_str(stmt, 4, row->identifier);
    xt_bind_str(stmt, 5, row->datestamp);
    bind_hash(stmt, 6, row->has_hash, &row->hash);
    xt_bind_str(stmt, 7, row->rule.s ? row->rule : XT_STR(""));
    xt_bind_str(stmt, 8, row->reason_zh.s ? row->reason_zh : XT_STR(""));
    xt_bind_str(stmt, 9, row->reason_en.s ? row->reason_en : XT_STR(""));
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def READ_STAGED = {
    .name = "harvest_read_staged",
    .sql = "SELECT n, kind, identifier, datestamp, hash, rule, reason_zh, reason_en FROM harvest_staged"
           " WHERE run_id = $1 AND n > $2 ORDER BY n LIMIT $3",
};

enum xt_code staged_read(struct xt_conn *conn, xt_id run, int64_t after, size_t limit, struct xt_arena *arena,
                         struct staged *out, size_t *out_count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &READ_STAGED, &stmt, err);
    bool row = true;

    *out_count = 0;
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, run);
    xt_bind_int(stmt, 2, after);
    xt_bind_int(stmt, 3, (int64_t)limit);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        struct staged *s = &out[(*out_count)++];

        *s = (struct staged){.n = xt_col_int(stmt, 0),
                             .kind = (enum staged_kind)xt_col_int(stmt, 1),
                             .identifier = copied(arena, xt_col_str(stmt, 2)),
                             .datestamp = copied(arena, xt_col_str(stmt, 3)),
                             .rule = copied(arena, xt_col_str(stmt, 5)),
                             .reason_zh = copied(arena, xt_col_str(stmt, 6)),
                             .reason_en = copied(arena, xt_col_str(stmt, 7))};
        s->has_hash = read_hash(stmt, 4, &s->hash);
    }
    return rc;
}

static const struct xt_stmt_def DROP_STAGED = {
    .name = "harvest_drop_staged",
    .sql = "DELETE FROM harvest_staged WHERE run_id = $1 AND n <= $2",
};

enum xt_code staged_drop(struct xt_tx *tx, xt_id run, int64_t through, struct xt_error *err)
{
    return do_ints(tx, &DROP_STAGED, (const int64_t[]){run, through}, 2, err);
}

/* Items of a source in their order, each with whether a staged row of the run names it as there. */
static const struct xt_stmt_def COMPARE = {
    .name = "harvest_compare",
    .sql = "SELECT i.identifier, i.datestamp, i.deleted, (SELECT COUNT(*) FROM harvest_staged s"
           " WHERE s.run_id = $2 AND s.identifier = i.identifier) FROM harvest_item i"
           " WHERE i.source_id = $1 AND i.identifier > $3 ORDER BY i.identifier LIMIT $4",
};

enum xt_code staged_missing(struct xt_tx *tx, xt_id source, xt_id run, struct xt_str after, int64_t limit, int64_t *n,
                            int64_t *missing, struct xt_arena *arena, struct xt_str *out_last, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &COMPARE, &stmt, err);
    struct staged *rows = xt_arena_alloc(arena, (size_t)limit * sizeof *rows);
    size_t count = 0, i;
    bool row = true;

    *out_last = (struct xt_str){"", 0};
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_int(stmt, 2, run);
    xt_bind_str(stmt, 3, after);
    xt_bind_int(stmt, 4, limit);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        *out_last = copied(arena, xt_col_str(stmt, 0));
        if (xt_col_int(stmt, 2) == 0 && xt_col_int(stmt, 3) == 0)
            rows[count++] = (struct staged){
                .kind = STAGED_MISSING, .identifier = *out_last, .datestamp = copied(arena, xt_col_str(stmt, 1))};
    }
    for (i = 0; i < count && rc == XT_OK; i++) {
        rows[i].n = ++*n;
        ++*missing;
        rc = staged_add(tx, run, &rows[i], err);
    }
    return rc;
}

static const struct xt_stmt_def LOSING = {
    .name = "harvest_losing",
    .sql = "SELECT COUNT(DISTINCT s.identifier) FROM harvest_staged s JOIN harvest_item i"
           " ON i.source_id = $1 AND i.identifier = s.identifier WHERE s.run_id = $2 AND s.kind IN (1, 2)"
           " AND i.deleted = 0",
};

enum xt_code staged_losing(struct xt_conn *conn, xt_id source, xt_id run, int64_t *out, struct xt_error *err)
{
    return ask_int(conn, &LOSING, (const int64_t[]){source, run}, 2, out, err);
}

/* One that is refused is known, too; one that waits in this run as a record will be. */
static const struct xt_stmt_def LACKING = {
    .name = "harvest_lacking",
    .sql = "SELECT COUNT(*) FROM harvest_staged s WHERE s.run_id = $2 AND s.kind = 3"
           " AND NOT EXISTS (SELECT 1 FROM harvest_item i WHERE i.source_id = $1 AND i.identifier = s.identifier)"
           " AND NOT EXISTS (SELECT 1 FROM harvest_quarantine q WHERE q.source_id = $1 AND q.identifier = s.identifier)"
           " AND NOT EXISTS (SELECT 1 FROM harvest_staged o WHERE o.run_id = $2 AND o.identifier = s.identifier"
           " AND o.kind IN (0, 4))",
};

enum xt_code staged_lacking(struct xt_conn *conn, xt_id source, xt_id run, int64_t *out, struct xt_error *err)
{
    return ask_int(conn, &LACKING, (const int64_t[]){source, run}, 2, out, err);
}

static const struct xt_stmt_def STAGE_ALL = {
    .name = "harvest_stage_all",
    .sql = "INSERT INTO harvest_staged (run_id, n, kind, identifier, datestamp, hash, rule, reason_zh, reason_en)"
           " SELECT $2, ROW_NUMBER() OVER (ORDER BY identifier), 0, identifier, datestamp, hash, '', '', ''"
           " FROM (SELECT identifier, datestamp, hash FROM harvest_item WHERE source_id = $1 AND deleted = 0"
           " AND hash IS NOT NULL UNION SELECT identifier, datestamp, hash FROM harvest_quarantine"
           " WHERE source_id = $1 AND hash IS NOT NULL AND NOT EXISTS (SELECT 1 FROM harvest_item i"
           " WHERE i.source_id = $1 AND i.identifier = harvest_quarantine.identifier AND i.deleted = 0)) x",
};

enum xt_code staged_all(struct xt_tx *tx, xt_id source, xt_id run, struct xt_error *err)
{
    return do_ints(tx, &STAGE_ALL, (const int64_t[]){source, run}, 2, err);
}

static const struct xt_stmt_def STAGE_PAST = {
    .name = "harvest_stage_past",
    .sql = "INSERT INTO harvest_staged (run_id, n, kind, identifier, datestamp, hash, rule, reason_zh, reason_en)"
           " SELECT $2, ROW_NUMBER() OVER (ORDER BY p.identifier), CASE WHEN p.deleted = 1 OR p.datestamp = '' THEN 2"
           " ELSE 0 END, p.identifier, p.datestamp, p.hash, '', '', '' FROM harvest_past p WHERE p.source_id = $1"
           " AND p.run_id = (SELECT MIN(o.run_id) FROM harvest_past o WHERE o.source_id = $1"
           " AND o.identifier = p.identifier AND o.run_id > $3)",
};

enum xt_code staged_past(struct xt_tx *tx, xt_id source, xt_id run, xt_id target, struct xt_error *err)
{
    return do_ints(tx, &STAGE_PAST, (const int64_t[]){source, run, target}, 3, err);
}

static const struct xt_stmt_def STAGE_NONE = {
    .name = "harvest_stage_none",
    .sql = "INSERT INTO harvest_staged (run_id, n, kind, identifier, datestamp, hash, rule, reason_zh, reason_en)"
           " SELECT $2, ROW_NUMBER() OVER (ORDER BY identifier), 2, identifier, datestamp, NULL, '', '', ''"
           " FROM harvest_item WHERE source_id = $1 AND deleted = 0",
};

enum xt_code staged_none(struct xt_tx *tx, xt_id source, xt_id run, struct xt_error *err)
{
    return do_ints(tx, &STAGE_NONE, (const int64_t[]){source, run}, 2, err);
}

static const struct xt_stmt_def COUNT_STAGED = {
    .name = "harvest_count_staged",
    .sql = "SELECT COUNT(*) FROM harvest_staged WHERE run_id = $1 AND kind IN (0, 1, 4)",
};
static const struct xt_stmt_def LAST_STAGED = {
    .name = "harvest_last_staged",
    .sql = "SELECT COALESCE(MAX(n), 0) FROM harvest_staged WHERE run_id = $1",
};

enum xt_code staged_count(struct xt_conn *conn, xt_id run, int64_t *out_last, int64_t *out_count, struct xt_error *err)
{
    enum xt_code rc = ask_int(conn, &LAST_STAGED, &run, 1, out_last, err);

    return rc == XT_OK ? ask_int(conn, &COUNT_STAGED, &run, 1, out_count, err) : rc;
}

/* ---- payloads ---- */

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
        if (!read_hash(stmt, 0, &hash))
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
        *out_count += read_hash(stmt, 0, &out[*out_count]);
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
    enum xt_code rc = ask_int(xt_tx_conn(tx), &QUIET, &since, 1, &quiet, err);

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

/* ---- items ---- */

static const struct xt_stmt_def GET_ITEM = {
    .name = "harvest_get_item",
    .sql = "SELECT datestamp, deleted, hash, keys FROM harvest_item WHERE source_id = $1 AND identifier = $2",
};

enum xt_code item_get(struct xt_conn *conn, xt_id source, struct xt_str identifier, struct xt_arena *arena,
                      struct item *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &GET_ITEM, &stmt, err);

    *out = (struct item){.datestamp = {"", 0}, .keys = XT_STR("[]")};
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, identifier);
    rc = xt_stmt_step(stmt, &out->found, err);
    if (rc != XT_OK || !out->found)
        return rc;
    out->datestamp = copied(arena, xt_col_str(stmt, 0));
    out->deleted = xt_col_int(stmt, 1) != 0;
    out->has_hash = read_hash(stmt, 2, &out->hash);
    out->keys = copied(arena, xt_col_str(stmt, 3));
    return XT_OK;
}

static const struct xt_stmt_def PUT_ITEM = {
    .name = "harvest_put_item",
    .sql = "INSERT INTO harvest_item (source_id, identifier, datestamp, deleted, hash, keys, run_id)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (source_id, identifier) DO UPDATE SET"
           " datestamp = excluded.datestamp, deleted = excluded.deleted, hash = excluded.hash, keys = excluded.keys,"
           " run_id = excluded.run_id",
};

enum xt_code item_put(struct xt_tx *tx, xt_id source, struct xt_str identifier, const struct item *item, xt_id run,
                      struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &PUT_ITEM, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, identifier);
    xt_bind_str(stmt, 3, item->datestamp);
    xt_bind_int(stmt, 4, item->deleted);
    bind_hash(stmt, 5, item->has_hash, &item->hash);
    xt_bind_str(stmt, 6, item->keys);
    xt_bind_int(stmt, 7, run);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def NOTE_PAST = {
    .name = "harvest_note_past",
    .sql = "INSERT INTO harvest_past (source_id, identifier, run_id, datestamp, deleted, hash)"
           " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
};

enum xt_code past_note(struct xt_tx *tx, xt_id source, struct xt_str identifier, const struct item *before, xt_id run,
                       struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &NOTE_PAST, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, identifier);
    xt_bind_int(stmt, 3, run);
    xt_bind_str(stmt, 4, before->datestamp);
    xt_bind_int(stmt, 5, before->deleted);
    bind_hash(stmt, 6, before->has_hash, &before->hash);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def TRIM_PAST = {
    .name = "harvest_trim_past",
    .sql = "DELETE FROM harvest_past WHERE source_id = $1 AND run_id < $2",
};

enum xt_code past_trim(struct xt_tx *tx, xt_id source, xt_id before_run, struct xt_error *err)
{
    return do_ints(tx, &TRIM_PAST, (const int64_t[]){source, before_run}, 2, err);
}

static const struct xt_stmt_def COUNT_LIVE = {
    .name = "harvest_count_live",
    .sql = "SELECT COUNT(*) FROM harvest_item WHERE source_id = $1 AND deleted = 0",
};

enum xt_code live_count(struct xt_conn *conn, xt_id source, int64_t *out, struct xt_error *err)
{
    return ask_int(conn, &COUNT_LIVE, &source, 1, out, err);
}

/* ---- quarantine ---- */

static const struct xt_stmt_def PUT_REFUSED = {
    .name = "harvest_put_refused",
    .sql = "INSERT INTO harvest_quarantine (source_id, identifier, run_id, at, datestamp, hash)"
           " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (source_id, identifier) DO UPDATE SET"
           " run_id = excluded.run_id, at = excluded.at, datestamp = excluded.datestamp, hash = excluded.hash",
};
static const struct xt_stmt_def PUT_REASON = {
    .name = "harvest_put_reason",
    .sql = "INSERT INTO harvest_reason (source_id, identifier, n, rule, field, zh, en)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7)",
};
static const struct xt_stmt_def DROP_REASONS = {
    .name = "harvest_drop_reasons",
    .sql = "DELETE FROM harvest_reason WHERE source_id = $1 AND identifier = $2",
};
static const struct xt_stmt_def DROP_REFUSED = {
    .name = "harvest_drop_refused",
    .sql = "DELETE FROM harvest_quarantine WHERE source_id = $1 AND identifier = $2",
};
static const struct xt_stmt_def HAS_REFUSED = {
    .name = "harvest_has_refused",
    .sql = "SELECT 1 FROM harvest_quarantine WHERE source_id = $1 AND identifier = $2",
};

static enum xt_code with_identifier(struct xt_conn *conn, const struct xt_stmt_def *def, xt_id source,
                                    struct xt_str identifier, int64_t *out_changed, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, identifier);
    return xt_stmt_run(stmt, out_changed, err);
}

static enum xt_code put_reason(struct xt_tx *tx, xt_id source, struct xt_str identifier, size_t n,
                               const struct reason *reason, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &PUT_REASON, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, identifier);
    xt_bind_int(stmt, 3, (int64_t)n);
    xt_bind_str(stmt, 4, reason->rule);
    xt_bind_str(stmt, 5, reason->field);
    xt_bind_str(stmt, 6, reason->zh);
    xt_bind_str(stmt, 7, reason->en);
    return xt_stmt_run(stmt, NULL, err);
}

enum xt_code quarantine_put(struct xt_tx *tx, xt_id source, xt_id run, const struct refused *refused,
                            const struct reason *reasons, size_t count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = with_identifier(xt_tx_conn(tx), &DROP_REASONS, source, refused->identifier, NULL, err);
    size_t i;

    if (rc == XT_OK)
        rc = xt_stmt_take(xt_tx_conn(tx), &PUT_REFUSED, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, refused->identifier);
    xt_bind_int(stmt, 3, run);
    xt_bind_int(stmt, 4, xt_tx_now(tx));
    xt_bind_str(stmt, 5, refused->datestamp);
    bind_hash(stmt, 6, refused->has_hash, &refused->hash);
    rc = xt_stmt_run(stmt, NULL, err);
    for (i = 0; i < count && rc == XT_OK; i++)
        rc = put_reason(tx, source, refused->identifier, i, &reasons[i], err);
    return rc;
}

enum xt_code quarantine_drop(struct xt_tx *tx, xt_id source, struct xt_str identifier, bool *out_was,
                             struct xt_error *err)
{
    int64_t changed = 0;
    enum xt_code rc = with_identifier(xt_tx_conn(tx), &DROP_REFUSED, source, identifier, &changed, err);

    *out_was = changed > 0;
    return rc == XT_OK && changed > 0 ? with_identifier(xt_tx_conn(tx), &DROP_REASONS, source, identifier, NULL, err)
                                      : rc;
}

enum xt_code quarantine_has(struct xt_conn *conn, xt_id source, struct xt_str identifier, bool *out,
                            struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &HAS_REFUSED, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, identifier);
    return xt_stmt_step(stmt, out, err);
}

static const struct xt_stmt_def COUNT_REFUSED = {
    .name = "harvest_count_refused",
    .sql = "SELECT COUNT(*) FROM harvest_quarantine WHERE source_id = $1",
};

enum xt_code quarantine_count(struct xt_conn *conn, xt_id source, int64_t *out, struct xt_error *err)
{
    return ask_int(conn, &COUNT_REFUSED, &source, 1, out, err);
}

static const struct xt_stmt_def EACH_REFUSED = {
    .name = "harvest_each_refused",
    .sql =
        "SELECT q.identifier, q.datestamp, q.at, r.rule, r.field, r.zh, r.en, r.n FROM (SELECT * FROM harvest_quarantine"
        " WHERE source_id = $1 AND identifier > $2 ORDER BY identifier LIMIT $3) q JOIN harvest_reason r"
        " ON r.source_id = q.source_id AND r.identifier = q.identifier ORDER BY q.identifier, r.n",
};

static struct refused_row refused_of(struct xt_stmt *stmt)
{
    return (struct refused_row){.identifier = xt_col_str(stmt, 0),
                                .datestamp = xt_col_str(stmt, 1),
                                .at = xt_col_int(stmt, 2),
                                .rule = xt_col_str(stmt, 3),
                                .field = xt_col_str(stmt, 4),
                                .zh = xt_col_str(stmt, 5),
                                .en = xt_col_str(stmt, 6),
                                .n = xt_col_int(stmt, 7)};
}

enum xt_code quarantine_each(struct xt_conn *conn, xt_id source, struct xt_str after, int64_t records,
                             bool (*visit)(void *context, const struct refused_row *row), void *context,
                             struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &EACH_REFUSED, &stmt, err);
    bool row = true;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, after);
    xt_bind_int(stmt, 3, records);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        struct refused_row one = refused_of(stmt);

        if (!visit(context, &one))
            break;
    }
    return rc;
}

static const struct xt_stmt_def DIAGNOSIS = {
    .name = "harvest_diagnosis",
    .sql = "SELECT rule, field, COUNT(DISTINCT identifier) FROM harvest_reason WHERE source_id = $1"
           " GROUP BY rule, field ORDER BY 3 DESC, rule, field LIMIT $2",
};
static const struct xt_stmt_def EXAMPLES = {
    .name = "harvest_examples",
    .sql = "SELECT q.identifier, q.datestamp, q.at, r.rule, r.field, r.zh, r.en, r.n FROM harvest_reason r"
           " JOIN harvest_quarantine q ON q.source_id = r.source_id AND q.identifier = r.identifier"
           " WHERE r.source_id = $1 AND r.rule = $2 AND r.field = $3 ORDER BY q.identifier LIMIT 10",
};

enum xt_code diagnosis_each(struct xt_conn *conn, xt_id source, int64_t limit,
                            void (*visit)(void *context, const struct diagnosis_row *row), void *context,
                            struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &DIAGNOSIS, &stmt, err);
    bool row = true;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_int(stmt, 2, limit);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        struct diagnosis_row one = {xt_col_str(stmt, 0), xt_col_str(stmt, 1), xt_col_int(stmt, 2)};

        visit(context, &one);
    }
    return rc;
}

enum xt_code diagnosis_examples(struct xt_conn *conn, xt_id source, const struct diagnosis_row *rule,
                                void (*visit)(void *context, const struct refused_row *row), void *context,
                                struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &EXAMPLES, &stmt, err);
    bool row = true;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, rule->rule);
    xt_bind_str(stmt, 3, rule->field);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        struct refused_row one = refused_of(stmt);

        visit(context, &one);
    }
    return rc;
}

static const struct xt_stmt_def REFUSED_HASH = {
    .name = "harvest_refused_hash",
    .sql = "SELECT hash FROM harvest_quarantine WHERE source_id = $1 AND identifier = $2",
};

enum xt_code quarantine_hash(struct xt_conn *conn, xt_id source, struct xt_str identifier, bool *out_has,
                             struct xt_hash *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &REFUSED_HASH, &stmt, err);
    bool row = false;

    *out_has = false;
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, identifier);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK && row)
        *out_has = read_hash(stmt, 0, out);
    return rc;
}
