/* catalog_sql.c - the statements over records, sources, links and identities. */
#include <string.h>

#include "catalog/catalog_priv.h"

static const struct xt_stmt_def FIND_SOURCES = {
    .name = "catalog_find_sources",
    .sql = "SELECT record_id, ordinal, file_id, hash, deleted FROM record_source"
           " WHERE node = $1 AND source_key = $2 ORDER BY ordinal",
};

enum xt_code sql_find_sources(struct xt_conn *conn, struct xt_str node, struct xt_str key, struct found_source *out,
                              size_t *out_count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &FIND_SOURCES, &stmt, err);
    bool row = true;

    *out_count = 0;
    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, node);
    xt_bind_str(stmt, 2, key);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row && *out_count < FOUND_SOURCES_MAX) {
        struct found_source *s = &out[(*out_count)++];
        struct xt_str hash = xt_col_blob(stmt, 3);

        s->record = xt_col_int(stmt, 0);
        s->ordinal = xt_col_int(stmt, 1);
        s->file = xt_col_int(stmt, 2);
        s->deleted = xt_col_int(stmt, 4) != 0;
        memset(&s->hash, 0, sizeof s->hash);
        if (hash.n == sizeof s->hash.bytes)
            memcpy(s->hash.bytes, hash.s, hash.n);
    }
    return rc;
}

/* First column of the first row of a statement with up to three text parameters; *out stays 0 without a row. */
static enum xt_code find_id(struct xt_conn *conn, const struct xt_stmt_def *def, const struct xt_str *args,
                            size_t count, xt_id *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);
    bool row = false;
    size_t i;

    *out = 0;
    if (rc != XT_OK)
        return rc;
    for (i = 0; i < count; i++)
        xt_bind_str(stmt, (int)i + 1, args[i]);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK && row)
        *out = xt_col_int(stmt, 0);
    return rc;
}

static const struct xt_stmt_def FIND_IDENTITY = {
    .name = "catalog_find_identity",
    .sql = "SELECT record_id FROM record_identity WHERE scheme = $1 AND value = $2 AND type = $3",
};
static const struct xt_stmt_def FIND_IDENTITY_ANY = {
    .name = "catalog_find_identity_any",
    .sql = "SELECT record_id FROM record_identity WHERE scheme = $1 AND value = $2 ORDER BY type LIMIT 1",
};

enum xt_code sql_find_identity(struct xt_conn *conn, struct xt_str type, struct xt_str scheme, struct xt_str value,
                               xt_id *out, struct xt_error *err)
{
    const struct xt_str args[] = {scheme, value, type};

    return type.n > 0 ? find_id(conn, &FIND_IDENTITY, args, 3, out, err)
                      : find_id(conn, &FIND_IDENTITY_ANY, args, 2, out, err);
}

static const struct xt_stmt_def FIND_KEY = {
    .name = "catalog_find_key",
    .sql = "SELECT id FROM record WHERE key = $1",
};

enum xt_code sql_find_key(struct xt_conn *conn, struct xt_str key, xt_id *out, struct xt_error *err)
{
    return find_id(conn, &FIND_KEY, &key, 1, out, err);
}

/* Source keys are a node's own; a link names them without the node, and the first that came is meant. */
static const struct xt_stmt_def FIND_SOURCE_RECORD = {
    .name = "catalog_find_source_record",
    .sql = "SELECT record_id FROM record_source WHERE source_key = $1 ORDER BY seq LIMIT 1",
};

static const struct xt_stmt_def FIND_PART_RECORD = {
    .name = "catalog_find_part_record",
    .sql = "SELECT record_id FROM record_source"
           " WHERE source_key >= $1 || '##' AND source_key < $1 || '#$'" /* '$' comes behind '#' */
           " ORDER BY source_key LIMIT 1",
};

enum xt_code sql_find_source_record(struct xt_conn *conn, struct xt_str source_key, xt_id *out, struct xt_error *err)
{
    enum xt_code rc = find_id(conn, &FIND_SOURCE_RECORD, &source_key, 1, out, err);

    return rc == XT_OK && *out == 0 ? find_id(conn, &FIND_PART_RECORD, &source_key, 1, out, err) : rc;
}

static const struct xt_stmt_def KEY_OF = {
    .name = "catalog_key_of",
    .sql = "SELECT key FROM record WHERE id = $1",
};

enum xt_code xt_catalog_key(struct xt_conn *conn, xt_id id, char out[XT_KEY_SIZE], struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &KEY_OF, &stmt, err);
    bool row = false;
    struct xt_str key;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, id);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc != XT_OK)
        return rc;
    key = row ? xt_col_str(stmt, 0) : (struct xt_str){"", 0};
    if (key.n >= XT_KEY_SIZE)
        key.n = XT_KEY_SIZE - 1;
    memcpy(out, key.s, key.n);
    out[key.n] = '\0';
    return XT_OK;
}

#define HEAD_COLUMNS   "SELECT id, key, type, title, node, status, merged_into, version, seq, created, updated, deleted, "
#define RECORD_COLUMNS HEAD_COLUMNS "body FROM record "

static void record_of(struct xt_stmt *stmt, struct xt_arena *arena, struct xt_record *out)
{
    const char **texts[] = {&out->key, &out->type, &out->title, &out->node, &out->status, &out->merged_into};
    struct xt_str s;
    size_t i;

    *out = (struct xt_record){.id = xt_col_int(stmt, 0)};
    for (i = 0; i < XT_COUNT(texts); i++) {
        s = xt_col_str(stmt, (int)i + 1);
        *texts[i] = s.s ? xt_arena_strndup(arena, s.s, s.n) : NULL;
    }
    out->version = xt_col_int(stmt, 7);
    out->seq = xt_col_int(stmt, 8);
    out->created = xt_col_int(stmt, 9);
    out->updated = xt_col_int(stmt, 10);
    out->deleted = xt_col_int(stmt, 11) != 0;
    s = xt_col_str(stmt, 12);
    out->body = (struct xt_str){xt_arena_strndup(arena, s.s, s.n), s.n};
}

static const struct xt_stmt_def GET = {.name = "catalog_get", .sql = RECORD_COLUMNS "WHERE id = $1"};
static const struct xt_stmt_def GET_HEAD = {.name = "catalog_get_head",
                                            .sql = HEAD_COLUMNS "'' FROM record WHERE id = $1"};
static const struct xt_stmt_def GET_BY_KEY = {.name = "catalog_get_by_key", .sql = RECORD_COLUMNS "WHERE key = $1"};

static enum xt_code get_one(struct xt_stmt *stmt, struct xt_str shown, struct xt_arena *arena, struct xt_record *out,
                            struct xt_error *err)
{
    bool row = false;
    enum xt_code rc = xt_stmt_step(stmt, &row, err);

    if (rc != XT_OK)
        return rc;
    if (!row)
        return xt_fail(err, XT_E_NOT_FOUND, "key", XT_MSG_NO_RECORD, XT_VIEW(shown));
    record_of(stmt, arena, out);
    return XT_OK;
}

static enum xt_code get_by_id(struct xt_conn *conn, const struct xt_stmt_def *def, xt_id id, struct xt_arena *arena,
                              struct xt_record *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, id);
    return get_one(stmt, XT_STR("?"), arena, out, err);
}

enum xt_code xt_catalog_get_id(struct xt_conn *conn, xt_id id, struct xt_arena *arena, struct xt_record *out,
                               struct xt_error *err)
{
    return get_by_id(conn, &GET, id, arena, out, err);
}

enum xt_code xt_catalog_get_head(struct xt_conn *conn, xt_id id, struct xt_arena *arena, struct xt_record *out,
                                 struct xt_error *err)
{
    return get_by_id(conn, &GET_HEAD, id, arena, out, err);
}

bool xt_catalog_may_see(const struct xt_record *record, enum xt_class reader)
{
    return reader >= XT_OFFICER || strcmp(record->status, "published") == 0;
}

enum xt_code xt_catalog_get(struct xt_conn *conn, struct xt_str key, struct xt_arena *arena, struct xt_record *out,
                            struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &GET_BY_KEY, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, key);
    return get_one(stmt, key, arena, out, err);
}

/* Keys of a type are a range of the key's index: "paper/" up to "paper0", the next byte. */
static const struct xt_stmt_def EACH_OF_TYPE = {
    .name = "catalog_each_of_type",
    .sql = RECORD_COLUMNS "WHERE key >= $1 AND key < $2 AND deleted = 0 ORDER BY key",
};
static const struct xt_stmt_def EACH = {
    .name = "catalog_each",
    .sql = RECORD_COLUMNS "WHERE deleted = 0 ORDER BY id",
};

enum xt_code xt_catalog_each(struct xt_conn *conn, const char *type,
                             enum xt_code (*visit)(void *context, const struct xt_record *record, struct xt_error *err),
                             void *context, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    enum xt_code rc;
    char from[XT_KEY_SIZE], to[XT_KEY_SIZE];
    bool row = true;

    xt_arena_init(&arena);
    rc = xt_stmt_take(conn, type ? &EACH_OF_TYPE : &EACH, &stmt, err);
    if (rc != XT_OK)
        return rc;
    if (type) {
        snprintf(from, sizeof from, "%s/", type);
        snprintf(to, sizeof to, "%s0", type);
        xt_bind_z(stmt, 1, from);
        xt_bind_z(stmt, 2, to);
    }
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        struct xt_record record;

        xt_arena_clear(&arena);
        record_of(stmt, &arena, &record);
        rc = visit(context, &record, err);
        if (rc != XT_OK)
            break;
    }
    return rc;
}

static const struct xt_stmt_def INSERT_RECORD = {
    .name = "catalog_insert_record",
    .sql = "INSERT INTO record (id, key, type, node, version, seq, created, updated, deleted, status, owner, title,"
           " body) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, '', $10, $11)",
};
static const struct xt_stmt_def UPDATE_RECORD = {
    .name = "catalog_update_record",
    .sql = "UPDATE record SET version = $5, seq = $6, updated = $7, deleted = $8, status = $9, title = $10,"
           " body = $11 WHERE id = $1",
};

static enum xt_code write_record(struct xt_conn *conn, const struct xt_stmt_def *def, const struct new_record *r,
                                 struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, r->id);
    if (def == &INSERT_RECORD) {
        xt_bind_z(stmt, 2, r->key);
        xt_bind_z(stmt, 3, r->type);
        xt_bind_str(stmt, 4, r->node);
    }
    xt_bind_int(stmt, 5, r->version);
    xt_bind_int(stmt, 6, r->seq);
    xt_bind_int(stmt, 7, r->at);
    xt_bind_int(stmt, 8, r->deleted);
    xt_bind_z(stmt, 9, r->status);
    xt_bind_str(stmt, 10, r->title);
    xt_bind_str(stmt, 11, r->body);
    return xt_stmt_run(stmt, NULL, err);
}

enum xt_code sql_insert_record(struct xt_conn *conn, const struct new_record *r, struct xt_error *err)
{
    return write_record(conn, &INSERT_RECORD, r, err);
}

enum xt_code sql_update_record(struct xt_conn *conn, const struct new_record *r, struct xt_error *err)
{
    return write_record(conn, &UPDATE_RECORD, r, err);
}

/* Runs a statement whose parameters are one number and perhaps a second. */
static enum xt_code run_with(struct xt_conn *conn, const struct xt_stmt_def *def, int64_t first, const int64_t *second,
                             struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, first);
    if (second)
        xt_bind_int(stmt, 2, *second);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def KEEP_VERSION = {
    .name = "catalog_keep_version",
    .sql = "INSERT INTO record_version (record_id, version, seq, body)"
           " SELECT id, version, seq, body FROM record WHERE id = $1",
};

enum xt_code sql_keep_version(struct xt_conn *conn, xt_id id, struct xt_error *err)
{
    return run_with(conn, &KEEP_VERSION, id, NULL, err);
}

static const struct xt_stmt_def INSERT_SOURCE = {
    .name = "catalog_insert_source",
    .sql = "INSERT INTO record_source (record_id, node, source_key, ordinal, origin, mapping, file_id, row_no,"
           " datestamp, seq, hash, deleted, body)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
};
static const struct xt_stmt_def REPLACE_SOURCE = {
    .name = "catalog_replace_source",
    .sql = "UPDATE record_source SET record_id = $1, origin = $5, mapping = $6, file_id = $7, row_no = $8,"
           " datestamp = $9, seq = $10, hash = $11, deleted = $12, body = $13"
           " WHERE node = $2 AND source_key = $3 AND ordinal = $4",
};

enum xt_code sql_put_source(struct xt_conn *conn, xt_id record, const struct source *s, struct xt_str body,
                            bool replace, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, replace ? &REPLACE_SOURCE : &INSERT_SOURCE, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, record);
    xt_bind_str(stmt, 2, s->node);
    xt_bind_str(stmt, 3, s->source_key);
    xt_bind_int(stmt, 4, s->ordinal);
    xt_bind_int(stmt, 5, s->origin);
    xt_bind_str(stmt, 6, s->mapping.s ? s->mapping : XT_STR(""));
    xt_bind_int(stmt, 7, s->file);
    xt_bind_int(stmt, 8, s->row);
    xt_bind_int(stmt, 9, s->datestamp);
    xt_bind_int(stmt, 10, s->seq);
    xt_bind_blob(stmt, 11, s->hash.bytes, sizeof s->hash.bytes);
    xt_bind_int(stmt, 12, s->deleted);
    xt_bind_str(stmt, 13, body);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def SPELL_SOURCES = {
    .name = "catalog_spell_sources",
    .sql = "UPDATE record_source SET body = (SELECT body FROM record WHERE record.id = record_source.record_id)"
           " WHERE record_id = $1 AND body IS NULL",
};

enum xt_code sql_spell_sources(struct xt_conn *conn, xt_id record, struct xt_error *err)
{
    return run_with(conn, &SPELL_SOURCES, record, NULL, err);
}

static const struct xt_stmt_def CONFIRM_SOURCE = {
    .name = "catalog_confirm_source",
    .sql = "UPDATE record_source SET file_id = $4, row_no = $5"
           " WHERE node = $1 AND source_key = $2 AND ordinal = $3",
};

enum xt_code sql_confirm_source(struct xt_conn *conn, const struct source *s, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &CONFIRM_SOURCE, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, s->node);
    xt_bind_str(stmt, 2, s->source_key);
    xt_bind_int(stmt, 3, s->ordinal);
    xt_bind_int(stmt, 4, s->file);
    xt_bind_int(stmt, 5, s->row);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def WITHDRAW_SOURCE = {
    .name = "catalog_withdraw_source",
    .sql = "UPDATE record_source SET deleted = 1, seq = $3, datestamp = $4"
           " WHERE node = $1 AND source_key = $2 AND deleted = 0",
};

enum xt_code sql_withdraw_source(struct xt_conn *conn, const struct source *s, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &WITHDRAW_SOURCE, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, s->node);
    xt_bind_str(stmt, 2, s->source_key);
    xt_bind_int(stmt, 3, s->seq);
    xt_bind_int(stmt, 4, s->datestamp);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def WITHDRAW_SOURCES = {
    .name = "catalog_withdraw_sources",
    .sql = "UPDATE record_source SET deleted = 1, seq = $2 WHERE record_id = $1 AND deleted = 0",
};

enum xt_code sql_withdraw_sources(struct xt_conn *conn, xt_id record, int64_t seq, struct xt_error *err)
{
    return run_with(conn, &WITHDRAW_SOURCES, record, &seq, err);
}

static const struct xt_stmt_def INSERT_IDENTITY = {
    .name = "catalog_insert_identity",
    .sql = "INSERT INTO record_identity (type, scheme, value, record_id) VALUES ($1, $2, $3, $4)"
           " ON CONFLICT (scheme, value, type) DO NOTHING",
};
static const struct xt_stmt_def DELETE_IDENTITY = {
    .name = "catalog_delete_identity",
    .sql = "DELETE FROM record_identity WHERE type = $1 AND scheme = $2 AND value = $3 AND record_id = $4",
};

static enum xt_code run_identity(struct xt_conn *conn, const struct xt_stmt_def *def, struct xt_str type,
                                 struct xt_str scheme, struct xt_str value, xt_id record, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, type);
    xt_bind_str(stmt, 2, scheme);
    xt_bind_str(stmt, 3, value);
    xt_bind_int(stmt, 4, record);
    return xt_stmt_run(stmt, NULL, err);
}

enum xt_code sql_insert_identity(struct xt_conn *conn, struct xt_str type, struct xt_str scheme, struct xt_str value,
                                 xt_id record, struct xt_error *err)
{
    return run_identity(conn, &INSERT_IDENTITY, type, scheme, value, record, err);
}

enum xt_code sql_delete_identity(struct xt_conn *conn, struct xt_str type, struct xt_str scheme, struct xt_str value,
                                 xt_id record, struct xt_error *err)
{
    return run_identity(conn, &DELETE_IDENTITY, type, scheme, value, record, err);
}

static const struct xt_stmt_def INSERT_LINK = {
    .name = "catalog_insert_link",
    .sql = "INSERT INTO record_link (from_id, field, n, role, to_ref, to_id, from_type)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7)",
};

enum xt_code sql_insert_link(struct xt_conn *conn, xt_id from, const char *from_type, const char *field, int64_t n,
                             const char *role, struct xt_str ref, xt_id to, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &INSERT_LINK, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, from);
    xt_bind_z(stmt, 2, field);
    xt_bind_int(stmt, 3, n);
    xt_bind_z(stmt, 4, role);
    xt_bind_str(stmt, 5, ref);
    if (to > 0)
        xt_bind_int(stmt, 6, to);
    else
        xt_bind_null(stmt, 6);
    xt_bind_z(stmt, 7, from_type);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def DELETE_LINKS = {
    .name = "catalog_delete_links",
    .sql = "DELETE FROM record_link WHERE from_id = $1",
};

enum xt_code sql_delete_links(struct xt_conn *conn, xt_id from, struct xt_error *err)
{
    return run_with(conn, &DELETE_LINKS, from, NULL, err);
}

static const struct xt_stmt_def ARRIVE = {
    .name = "catalog_arrive",
    .sql = "UPDATE record_link SET to_id = $2 WHERE to_ref = $1 AND to_id IS NULL",
};

enum xt_code sql_arrive(struct xt_conn *conn, struct xt_str ref, xt_id to, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &ARRIVE, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, ref);
    xt_bind_int(stmt, 2, to);
    return xt_stmt_run(stmt, NULL, err);
}

static const struct xt_stmt_def LEAVE = {
    .name = "catalog_leave",
    .sql = "UPDATE record_link SET to_id = $3 WHERE to_ref = $1 AND to_id = $2",
};

enum xt_code sql_leave(struct xt_conn *conn, struct xt_str ref, xt_id from, xt_id to, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &LEAVE, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, ref);
    xt_bind_int(stmt, 2, from);
    if (to > 0)
        xt_bind_int(stmt, 3, to);
    else
        xt_bind_null(stmt, 3);
    return xt_stmt_run(stmt, NULL, err);
}
