/* published_sql.c - the table index_release. */
#include <string.h>

#include "indicator/published_priv.h"

/* A later release of the same index: then this one is not current. */
#define COLUMNS                                                                                                  \
    "SELECT r.id, r.index_name, r.release, r.hash, r.size, r.periods, r.period, r.units, r.uncertainty, r.note," \
    " r.published, NOT EXISTS (SELECT 1 FROM index_release l WHERE l.index_name = r.index_name AND l.id > r.id)" \
    " FROM index_release r"

static const struct xt_stmt_def FIND = {
    .name = "published_find",
    .sql = COLUMNS " WHERE r.index_name = $1 AND r.release = $2",
};
static const struct xt_stmt_def CURRENT = {
    .name = "published_current",
    .sql = COLUMNS " WHERE r.index_name = $1 ORDER BY r.id DESC LIMIT 1",
};
static const struct xt_stmt_def LIST = {
    .name = "published_list",
    .sql = COLUMNS " WHERE r.index_name = $1 ORDER BY r.id DESC",
};
static const struct xt_stmt_def LIST_ALL = {
    .name = "published_list_all",
    .sql = COLUMNS " ORDER BY r.id DESC",
};
static const struct xt_stmt_def ADD = {
    .name = "published_add",
    .sql = "INSERT INTO index_release (index_name, release, hash, size, file_id, periods, period, units, uncertainty,"
           " note, published, seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
};

static const char *kept(struct xt_stmt *stmt, int column, struct xt_arena *arena)
{
    struct xt_str text = xt_col_str(stmt, column);

    return xt_arena_strndup(arena, text.s ? text.s : "", text.n);
}

static void read_row(struct xt_stmt *stmt, struct xt_arena *arena, struct xt_published *out)
{
    struct xt_str hash = xt_col_blob(stmt, 3);

    *out = (struct xt_published){.id = xt_col_int(stmt, 0),
                                 .index = kept(stmt, 1, arena),
                                 .size = xt_col_int(stmt, 4),
                                 .periods = kept(stmt, 5, arena),
                                 .period = xt_col_int(stmt, 6),
                                 .units = xt_col_int(stmt, 7),
                                 .uncertainty = kept(stmt, 8, arena),
                                 .note = kept(stmt, 9, arena),
                                 .published = xt_col_int(stmt, 10),
                                 .current = xt_col_int(stmt, 11) != 0};
    (void)snprintf(out->release, sizeof out->release, "%s", kept(stmt, 2, arena));
    if (hash.n == sizeof out->hash.bytes)
        memcpy(out->hash.bytes, hash.s, hash.n);
}

enum xt_code xt_published_sql_find(struct xt_conn *conn, struct xt_str index, struct xt_str release,
                                   struct xt_arena *arena, struct xt_published *out, bool *found, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool current = xt_str_is(release, "current");
    enum xt_code rc = xt_stmt_take(conn, current ? &CURRENT : &FIND, &stmt, err);

    *found = false;
    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, index);
    if (!current)
        xt_bind_str(stmt, 2, release);
    rc = xt_stmt_step(stmt, found, err);
    if (rc == XT_OK && *found)
        read_row(stmt, arena, out);
    return rc;
}

enum xt_code xt_published_list(struct xt_conn *conn, struct xt_str index, struct xt_arena *arena,
                               struct xt_published **out, size_t *out_count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    XT_AUTO(xt_free_ptr) struct xt_published *list = NULL;
    size_t n = 0, capacity = 0;
    bool more;
    enum xt_code rc = xt_stmt_take(conn, index.n > 0 ? &LIST : &LIST_ALL, &stmt, err);

    if (rc != XT_OK)
        return rc;
    if (index.n > 0)
        xt_bind_str(stmt, 1, index);
    while ((rc = xt_stmt_step(stmt, &more, err)) == XT_OK && more) {
        xt_grow(&list, &capacity, n + 1, sizeof *list);
        read_row(stmt, arena, &list[n++]);
    }
    *out = xt_arena_alloc(arena, (n + 1) * sizeof **out);
    if (n > 0)
        memcpy(*out, list, n * sizeof *list);
    *out_count = n;
    return rc;
}

enum xt_code xt_published_sql_add(struct xt_conn *conn, const struct xt_published *p, xt_id file, int64_t seq,
                                  struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &ADD, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_z(stmt, 1, p->index);
    xt_bind_z(stmt, 2, p->release);
    xt_bind_blob(stmt, 3, p->hash.bytes, sizeof p->hash.bytes);
    xt_bind_int(stmt, 4, p->size);
    xt_bind_int(stmt, 5, file);
    xt_bind_z(stmt, 6, p->periods);
    xt_bind_int(stmt, 7, p->period);
    xt_bind_int(stmt, 8, p->units);
    xt_bind_z(stmt, 9, p->uncertainty);
    xt_bind_z(stmt, 10, p->note);
    xt_bind_int(stmt, 11, p->published);
    xt_bind_int(stmt, 12, seq);
    return xt_stmt_run(stmt, NULL, err);
}
