/* harvest_items_sql.c - what was received and what it was before. */
#include <string.h>

#include "harvest/harvest_priv.h"

static struct xt_str copied(struct xt_arena *arena, struct xt_str text)
{
    return (struct xt_str){xt_arena_strndup(arena, text.s ? text.s : "", text.n), text.n};
}

void harvest_bind_hash(struct xt_stmt *stmt, int index, bool has, const struct xt_hash *hash)
{
    xt_bind_blob(stmt, index, has ? hash->bytes : NULL, sizeof hash->bytes);
}

bool harvest_read_hash(struct xt_stmt *stmt, int column, struct xt_hash *out)
{
    struct xt_str blob = xt_col_blob(stmt, column);

    memset(out, 0, sizeof *out);
    if (blob.n != sizeof out->bytes)
        return false;
    memcpy(out->bytes, blob.s, blob.n);
    return true;
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
    harvest_bind_hash(stmt, 6, row->has_hash, &row->hash);
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
        s->has_hash = harvest_read_hash(stmt, 4, &s->hash);
    }
    return rc;
}

static const struct xt_stmt_def DROP_STAGED = {
    .name = "harvest_drop_staged",
    .sql = "DELETE FROM harvest_staged WHERE run_id = $1 AND n <= $2",
};

enum xt_code staged_drop(struct xt_tx *tx, xt_id run, int64_t through, struct xt_error *err)
{
    return xt_run_ints(xt_tx_conn(tx), &DROP_STAGED, (const int64_t[]){run, through}, 2, err);
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
    return xt_query_ints(conn, &LOSING, (const int64_t[]){source, run}, 2, out, err);
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
    return xt_query_ints(conn, &LACKING, (const int64_t[]){source, run}, 2, out, err);
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
    return xt_run_ints(xt_tx_conn(tx), &STAGE_ALL, (const int64_t[]){source, run}, 2, err);
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
    return xt_run_ints(xt_tx_conn(tx), &STAGE_PAST, (const int64_t[]){source, run, target}, 3, err);
}

static const struct xt_stmt_def STAGE_NONE = {
    .name = "harvest_stage_none",
    .sql = "INSERT INTO harvest_staged (run_id, n, kind, identifier, datestamp, hash, rule, reason_zh, reason_en)"
           " SELECT $2, ROW_NUMBER() OVER (ORDER BY identifier), 2, identifier, datestamp, NULL, '', '', ''"
           " FROM harvest_item WHERE source_id = $1 AND deleted = 0",
};

enum xt_code staged_none(struct xt_tx *tx, xt_id source, xt_id run, struct xt_error *err)
{
    return xt_run_ints(xt_tx_conn(tx), &STAGE_NONE, (const int64_t[]){source, run}, 2, err);
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
    enum xt_code rc = xt_query_ints(conn, &LAST_STAGED, &run, 1, out_last, err);

    return rc == XT_OK ? xt_query_ints(conn, &COUNT_STAGED, &run, 1, out_count, err) : rc;
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
    out->has_hash = harvest_read_hash(stmt, 2, &out->hash);
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
    harvest_bind_hash(stmt, 5, item->has_hash, &item->hash);
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
    harvest_bind_hash(stmt, 6, before->has_hash, &before->hash);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def TRIM_PAST = {
    .name = "harvest_trim_past",
    .sql = "DELETE FROM harvest_past WHERE source_id = $1 AND run_id < $2",
};

enum xt_code past_trim(struct xt_tx *tx, xt_id source, xt_id before_run, struct xt_error *err)
{
    return xt_run_ints(xt_tx_conn(tx), &TRIM_PAST, (const int64_t[]){source, before_run}, 2, err);
}

static const struct xt_stmt_def COUNT_LIVE = {
    .name = "harvest_count_live",
    .sql = "SELECT COUNT(*) FROM harvest_item WHERE source_id = $1 AND deleted = 0",
};

enum xt_code live_count(struct xt_conn *conn, xt_id source, int64_t *out, struct xt_error *err)
{
    return xt_query_ints(conn, &COUNT_LIVE, &source, 1, out, err);
}
