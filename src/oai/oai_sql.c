/* oai_sql.c - the statements of the room. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "catalog/catalog.h"
#include "oai/oai_priv.h"

/* ---- a record from a row ---- */

/* A draft that was never anything else is nobody's business; one that was published before is gone, for harvesters. */
#define KNOWN "(r.status = 'published' OR r.version > 1)"
#define COLUMNS                                                                                          \
    "r.id, r.key, r.node, r.title, r.type, r.version, r.seq, r.created, r.updated, r.deleted, r.status," \
    " r.merged_into, r.body"

static void record_of(const struct xt_region *region, struct xt_stmt *stmt, struct write_record *out)
{
    *out = (struct write_record){
        .id = xt_col_int(stmt, 0),
        .key = xt_col_str(stmt, 1),
        .node = xt_col_str(stmt, 2),
        .title = xt_col_str(stmt, 3),
        .type = xt_region_type(region, xt_col_str(stmt, 4)),
        .version = xt_col_int(stmt, 5),
        .seq = xt_col_int(stmt, 6),
        .created = xt_col_int(stmt, 7),
        .updated = xt_col_int(stmt, 8),
        .body = xt_col_str(stmt, 12),
    };
    out->deleted = xt_col_int(stmt, 9) != 0 || !xt_str_is(xt_col_str(stmt, 10), "published") ||
                   !xt_col_null(stmt, 11) || !out->type;
    if (out->body.n == 0)
        out->body = XT_STR("{}");
}

static const struct xt_stmt_def ONE = {
    .name = "oai_one",
    .sql = "SELECT " COLUMNS " FROM record r WHERE r.key = $1 AND " KNOWN,
};

enum xt_code oai_record(struct xt_conn *conn, const struct xt_region *region, struct xt_str key,
                        struct xt_stmt **out_stmt, struct write_record *out, struct xt_error *err)
{
    enum xt_code rc = xt_stmt_take(conn, &ONE, out_stmt, err);
    bool row = false;

    if (rc != XT_OK)
        return rc;
    xt_bind_str(*out_stmt, 1, key);
    rc = xt_stmt_step(*out_stmt, &row, err);
    if (rc == XT_OK && !row)
        rc = xt_fail(err, XT_E_NOT_FOUND, "identifier", XT_MSG_NO_RECORD, XT_VIEW(key));
    if (rc == XT_OK)
        record_of(region, *out_stmt, out);
    return rc;
}

/* ---- ranges of the sequence ---- */

static const struct xt_stmt_def ALL = {
    .name = "oai_all",
    .sql = "SELECT " COLUMNS " FROM record r WHERE r.seq > $1 AND r.seq <= $2 AND " KNOWN " ORDER BY r.seq",
};

static const struct xt_stmt_def OF_TYPE = {
    .name = "oai_of_type",
    .sql = "SELECT " COLUMNS " FROM record r WHERE r.type = $3 AND r.seq > $1 AND r.seq <= $2 AND " KNOWN
           " ORDER BY r.seq",
};
static const struct xt_stmt_def BY_ID = {
    .name = "oai_by_id",
    .sql = "SELECT " COLUMNS " FROM record r WHERE r.id = $1 AND " KNOWN,
};

/* Several types: their own ranges of the index merged, each read only as far as the whole is. */
#define ONE_TYPE(n) "SELECT id, seq FROM record WHERE type = $" #n " AND seq > $1 AND seq <= $2"
#define BATCH       200
static const struct xt_stmt_def OF_TYPES = {
    .name = "oai_of_types",
    .sql = ONE_TYPE(3) " UNION ALL " ONE_TYPE(4) " UNION ALL " ONE_TYPE(5) " UNION ALL " ONE_TYPE(6) " UNION ALL " ONE_TYPE(7) " UNION ALL " ONE_TYPE(8) " UNION ALL " ONE_TYPE(9) " UNION ALL " ONE_TYPE(10) " UNION ALL " ONE_TYPE(
        11) " UNION ALL " ONE_TYPE(12) " UNION ALL " ONE_TYPE(13) " UNION ALL " ONE_TYPE(14) " UNION ALL " ONE_TYPE(15) " UNION ALL " ONE_TYPE(16) " UNION ALL " ONE_TYPE(17) " UNION ALL " ONE_TYPE(18) " ORDER BY 2 LIMIT 200",
};

static const struct xt_stmt_def OF_SET = {
    .name = "oai_of_set",
    .sql = "SELECT " COLUMNS ", m.gone FROM oai_member m JOIN record r ON r.id = m.record_id AND r.seq = m.seq"
           " WHERE m.set_id = $3 AND m.seq > $1 AND m.seq <= $2 AND " KNOWN " ORDER BY m.seq",
};

/* Whether a record that is not fed yet was in the set before: its row there stands under an earlier number. */
static const struct xt_stmt_def WAS_IN = {
    .name = "oai_was_in",
    .sql = "SELECT 1 FROM oai_record o JOIN oai_member m ON m.set_id = $2 AND m.seq = o.seq WHERE o.record_id = $1",
};

struct each {
    struct xt_node *node;
    struct xt_conn *conn;
    const struct oai_range *range;
    oai_visit *visit;
    void *context;
    struct view view; /* of records whose sets are read from their bodies */
    struct xt_arena arena;
    bool go_on;
};

static enum xt_code was_in(struct each *e, xt_id record, bool *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(e->conn, &WAS_IN, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, record);
    xt_bind_int(stmt, 2, e->range->set->id);
    return xt_stmt_step(stmt, out, err);
}

/* Whether a record that is not fed yet is in the set, or was. */
static enum xt_code is_in(struct each *e, struct oai_row *row, bool *out, struct xt_error *err)
{
    struct xt_str specs[OAI_SETS_MAX];
    size_t count, i;
    bool was = false;
    enum xt_code rc;

    *out = true;
    if (!row->record.deleted && view_parse(&e->view, row->record.body)) {
        xt_arena_clear(&e->arena);
        count = sets_of(e->node->oai, &e->view, &row->record, &e->arena, specs);
        for (i = 0; i < count; i++)
            if (xt_str_eq(specs[i], e->range->set->spec))
                return XT_OK;
    }
    rc = was_in(e, row->record.id, &was, err);
    row->left = was;
    *out = was;
    return rc;
}

static enum xt_code each_row(struct each *e, struct xt_stmt *stmt, bool members, struct xt_error *err)
{
    const struct set_asked *set = e->range->set;
    enum xt_code rc;
    bool row = true;

    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row && e->go_on) {
        struct oai_row one = {.left = members && xt_col_int(stmt, 13) != 0};
        bool in = true;

        record_of(e->node->region, stmt, &one.record);
        if (set->kind == SET_OWN)
            in = xt_str_is(one.record.node, e->node->name);
        else if (set->kind == SET_MEMBERS && !members)
            rc = is_in(e, &one, &in, err);
        if (rc == XT_OK && in)
            rc = e->visit(e->context, &one, &e->go_on, err);
        if (rc != XT_OK)
            break;
    }
    return rc;
}

static enum xt_code each_of(struct each *e, const struct xt_stmt_def *def, int64_t after, int64_t until,
                            struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    const struct set_asked *set = e->range->set;
    enum xt_code rc = after < until ? xt_stmt_take(e->conn, def, &stmt, err) : XT_OK;

    if (!stmt)
        return rc;
    xt_bind_int(stmt, 1, after);
    xt_bind_int(stmt, 2, until);
    if (def == &OF_SET)
        xt_bind_int(stmt, 3, set->id);
    if (def == &OF_TYPE)
        xt_bind_z(stmt, 3, set->types[0]->name);
    return each_row(e, stmt, def == &OF_SET, err);
}

/* Numbers of the next records of the types asked for. */
static enum xt_code next_of_types(struct each *e, int64_t after, xt_id ids[BATCH], size_t *out_count,
                                  int64_t *out_reached, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    const struct set_asked *set = e->range->set;
    enum xt_code rc = xt_stmt_take(e->conn, &OF_TYPES, &stmt, err);
    bool row = true;
    size_t i;

    *out_count = 0;
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, after);
    xt_bind_int(stmt, 2, e->range->until);
    for (i = 0; i < OAI_TYPES_MAX; i++)
        xt_bind_z(stmt, (int)i + 3, i < set->type_count ? set->types[i]->name : NULL);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row && *out_count < BATCH) {
        ids[(*out_count)++] = xt_col_int(stmt, 0);
        *out_reached = xt_col_int(stmt, 1);
    }
    return rc;
}

static enum xt_code each_of_types(struct each *e, struct xt_error *err)
{
    int64_t after = e->range->after;
    size_t count = BATCH, i;
    enum xt_code rc = XT_OK;

    while (rc == XT_OK && e->go_on && count == BATCH) {
        XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
        xt_id ids[BATCH];

        rc = next_of_types(e, after, ids, &count, &after, err);
        if (rc == XT_OK)
            rc = xt_stmt_take(e->conn, &BY_ID, &stmt, err);
        for (i = 0; i < count && rc == XT_OK && e->go_on; i++) {
            xt_bind_int(stmt, 1, ids[i]);
            rc = each_row(e, stmt, false, err);
            xt_stmt_reset(stmt);
        }
    }
    return rc;
}

enum xt_code oai_each(struct xt_node *node, struct xt_conn *conn, const struct oai_range *range, oai_visit *visit,
                      void *context, struct xt_error *err)
{
    struct each e = {.node = node, .conn = conn, .range = range, .visit = visit, .context = context, .go_on = true};
    int64_t fed = range->reached < range->until ? range->reached : range->until;
    enum xt_code rc = XT_OK;

    switch (range->set->kind) {
    case SET_NONE:
        return XT_OK;
    case SET_TYPES:
        if (range->set->type_count > 1)
            return each_of_types(&e, err);
        return each_of(&e, &OF_TYPE, range->after, range->until, err);
    case SET_ALL:
    case SET_OWN:
        return each_of(&e, &ALL, range->after, range->until, err);
    case SET_MEMBERS:
        break;
    }
    view_init(&e.view);
    xt_arena_init(&e.arena);
    if (range->set->id > 0)
        rc = each_of(&e, &OF_SET, range->after, fed, err);
    if (rc == XT_OK && e.go_on)
        rc = each_of(&e, &ALL, range->after > fed ? range->after : fed, range->until, err);
    view_done(&e.view);
    xt_arena_done(&e.arena);
    return rc;
}

/* ---- counting ---- */

static const struct xt_stmt_def COUNT_ALL = {
    .name = "oai_count_all",
    .sql = "SELECT COUNT(*) FROM record WHERE seq > $1 AND seq <= $2",
};
static const struct xt_stmt_def COUNT_TYPE = {
    .name = "oai_count_type",
    .sql = "SELECT COUNT(*) FROM record WHERE type = $3 AND seq > $1 AND seq <= $2",
};
static const struct xt_stmt_def COUNT_SET = {
    .name = "oai_count_set",
    .sql = "SELECT COUNT(*) FROM oai_member WHERE set_id = $3 AND seq > $1 AND seq <= $2",
};

/* All but the node's own have a row in a set of their owner. */
static const struct xt_stmt_def COUNT_OWN = {
    .name = "oai_count_own",
    .sql = "SELECT (SELECT COUNT(*) FROM record WHERE seq > $1 AND seq <= $2) - (SELECT COUNT(*) FROM oai_set s"
           " JOIN oai_member m ON m.set_id = s.id WHERE s.spec >= 'owner:' AND s.spec < 'owner;' AND m.seq > $1"
           " AND m.seq <= $2)",
};

static enum xt_code count_of(struct xt_conn *conn, const struct xt_stmt_def *def, const struct oai_range *range,
                             const struct xt_type *type, int64_t *total, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);
    bool row = false;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, range->after);
    xt_bind_int(stmt, 2, range->until);
    if (def == &COUNT_TYPE)
        xt_bind_z(stmt, 3, type->name);
    if (def == &COUNT_SET)
        xt_bind_int(stmt, 3, range->set->id);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK && row)
        *total += xt_col_int(stmt, 0);
    return rc;
}

enum xt_code oai_count(struct xt_conn *conn, const struct oai_range *range, int64_t *out, struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    size_t i;

    *out = 0;
    switch (range->set->kind) {
    case SET_NONE:
        break;
    case SET_TYPES:
        for (i = 0; i < range->set->type_count && rc == XT_OK; i++)
            rc = count_of(conn, &COUNT_TYPE, range, range->set->types[i], out, err);
        break;
    case SET_ALL:
        rc = count_of(conn, &COUNT_ALL, range, NULL, out, err);
        break;
    case SET_OWN:
        rc = count_of(conn, &COUNT_OWN, range, NULL, out, err);
        break;
    case SET_MEMBERS:
        if (range->set->id > 0)
            rc = count_of(conn, &COUNT_SET, range, NULL, out, err);
        break;
    }
    return rc;
}

/* ---- numbers and instants ---- */

static const struct xt_stmt_def AT = {
    .name = "oai_at",
    .sql = "SELECT at FROM change WHERE seq = $1",
};
static const struct xt_stmt_def STANDS = {
    .name = "oai_stands",
    .sql = "SELECT n.seq, s.reached FROM node_seq n LEFT JOIN oai_state s ON s.id = 1",
};
static const struct xt_stmt_def EARLIEST = {
    .name = "oai_earliest",
    .sql = "SELECT updated FROM record ORDER BY seq LIMIT 1",
};

enum xt_code oai_last(struct xt_conn *conn, int64_t *out_seq, int64_t *out_reached, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &STANDS, &stmt, err);
    bool row = false;

    if (rc == XT_OK)
        rc = xt_stmt_step(stmt, &row, err);
    if (rc != XT_OK)
        return rc;
    *out_seq = row ? xt_col_int(stmt, 0) : 0;
    *out_reached = row ? xt_col_int(stmt, 1) : 0;
    return XT_OK;
}

enum xt_code oai_earliest(struct xt_conn *conn, xt_instant *out, struct xt_error *err)
{
    return xt_query_int(conn, &EARLIEST, xt_now(), out, err);
}

/* The instants of changes never run backwards: halving finds the first that is not before. */
enum xt_code oai_seq_before(struct xt_conn *conn, xt_instant at, int64_t *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    int64_t low = 0, high, reached;
    enum xt_code rc = oai_last(conn, &high, &reached, err);

    if (rc == XT_OK)
        rc = xt_stmt_take(conn, &AT, &stmt, err);
    while (rc == XT_OK && low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        bool row = false;

        xt_bind_int(stmt, 1, middle);
        rc = xt_stmt_step(stmt, &row, err);
        if (rc == XT_OK && row && xt_col_int(stmt, 0) < at)
            low = middle;
        else
            high = middle - 1;
        xt_stmt_reset(stmt);
    }
    *out = low;
    return rc;
}

/* ---- what stands beside a record ---- */

static const struct xt_stmt_def LINKS = {
    .name = "oai_links",
    .sql = "SELECT l.field, l.n, t.key, t.title, t.type FROM record_link l JOIN record t ON t.id = l.to_id"
           " WHERE l.from_id = $1 AND t.deleted = 0 AND t.status = 'published' AND t.merged_into IS NULL",
};

static struct xt_str copied(struct xt_arena *arena, struct xt_str s)
{
    return (struct xt_str){s.n > 0 ? xt_arena_strndup(arena, s.s, s.n) : "", s.n};
}

enum xt_code oai_links(struct xt_conn *conn, const struct xt_region *region, xt_id from, struct xt_arena *arena,
                       const struct write_link **out, size_t *out_count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &LINKS, &stmt, err);
    struct write_link *list = NULL;
    size_t count = 0, room = 0;
    bool row = true;

    *out_count = 0;
    *out = NULL;
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, from);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        const struct xt_type *type = xt_region_type(region, xt_col_str(stmt, 4));

        if (!type)
            continue;
        if (count ==
            room) { /* an arena does not grow what it gave: twice as much, the old stays until the record is done */
            struct write_link *more = xt_arena_alloc(arena, (room * 2 + 8) * sizeof *more);

            if (count > 0)
                memcpy(more, list, count * sizeof *more);
            list = more;
            room = room * 2 + 8;
        }
        list[count++] = (struct write_link){.field = copied(arena, xt_col_str(stmt, 0)),
                                            .n = xt_col_int(stmt, 1),
                                            .key = copied(arena, xt_col_str(stmt, 2)),
                                            .title = copied(arena, xt_col_str(stmt, 3)),
                                            .type = type};
    }
    *out = list;
    *out_count = count;
    return rc;
}

#define SOURCES_MAX 100
static const struct xt_stmt_def SOURCES = {
    .name = "oai_sources",
    .sql = "SELECT s.node, s.mapping, COALESCE(f.name, ''), s.row_no, s.datestamp, s.origin FROM record_source s"
           " LEFT JOIN file_use f ON f.id = s.file_id WHERE s.record_id = $1 AND s.deleted = 0"
           " ORDER BY s.origin = 0 DESC, s.datestamp DESC, s.seq LIMIT 100",
};

enum xt_code oai_sources(struct xt_conn *conn, xt_id record, struct xt_arena *arena, const struct write_source **out,
                         size_t *out_count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &SOURCES, &stmt, err);
    struct write_source *list = NULL;
    size_t n = 0;
    bool row = true;

    *out_count = 0;
    *out = NULL;
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, record);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        int64_t origin = xt_col_int(stmt, 5);

        if (!list)
            list = xt_arena_alloc(arena, SOURCES_MAX * sizeof *list);
        list[n++] = (struct write_source){
            .node = copied(arena, xt_col_str(stmt, 0)),
            .mapping = copied(arena, xt_col_str(stmt, 1)),
            .file = copied(arena, xt_col_str(stmt, 2)),
            .row = xt_col_int(stmt, 3),
            .datestamp = xt_col_int(stmt, 4),
            .origin = origin >= XT_ORIGIN_LOCAL && origin <= XT_ORIGIN_HARVEST ? (int)origin : XT_ORIGIN_IMPORT};
    }
    *out = list;
    *out_count = n;
    return rc;
}

#define MERGED_MAX 1000
static const struct xt_stmt_def MERGED = {
    .name = "oai_merged",
    .sql = "SELECT key FROM record WHERE merged_into = $1 ORDER BY id LIMIT 1000",
};

enum xt_code oai_merged(struct xt_conn *conn, struct xt_str key, struct xt_arena *arena, struct xt_str **out,
                        size_t *out_count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &MERGED, &stmt, err);
    bool row = true;

    *out = NULL;
    *out_count = 0;
    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, key);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        if (!*out)
            *out = xt_arena_alloc(arena, MERGED_MAX * sizeof **out);
        (*out)[(*out_count)++] = copied(arena, xt_col_str(stmt, 0));
    }
    return rc;
}

/* ---- state ---- */

static const struct xt_stmt_def GET_STATE = {
    .name = "oai_get_state",
    .sql = "SELECT key, region FROM oai_state WHERE id = 1",
};
static const struct xt_stmt_def MAKE_STATE = {
    .name = "oai_make_state",
    .sql = "INSERT INTO oai_state (id, key, region, reached) VALUES (1, $1, $2, 0)",
};
static const struct xt_stmt_def FEED_ANEW = {
    .name = "oai_feed_anew",
    .sql = "UPDATE oai_state SET region = $1, reached = 0 WHERE id = 1",
};

enum xt_code oai_state(struct xt_node *node, unsigned char key[TOKEN_KEY_BYTES], struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    const struct xt_hash *region = &node->region->hash;
    const struct xt_stmt_def *change = NULL;
    bool row = false;
    enum xt_code rc = xt_tx_begin(node->store, &tx, err);

    if (rc == XT_OK)
        rc = xt_stmt_take(xt_tx_conn(tx), &GET_STATE, &stmt, err);
    if (rc == XT_OK)
        rc = xt_stmt_step(stmt, &row, err);
    if (rc != XT_OK)
        return rc;
    if (row && xt_col_blob(stmt, 0).n == TOKEN_KEY_BYTES) {
        struct xt_str made_for = xt_col_blob(stmt, 1);

        memcpy(key, xt_col_blob(stmt, 0).s, TOKEN_KEY_BYTES);
        if (made_for.n != sizeof region->bytes || memcmp(made_for.s, region->bytes, made_for.n) != 0)
            change = &FEED_ANEW;
    } else {
        randombytes_buf(key, TOKEN_KEY_BYTES);
        change = &MAKE_STATE;
    }
    xt_stmt_done(&stmt);
    if (!change)
        return XT_OK;
    rc = xt_stmt_take(xt_tx_conn(tx), change, &stmt, err);
    if (rc != XT_OK)
        return rc;
    if (change == &MAKE_STATE)
        xt_bind_blob(stmt, 1, key, TOKEN_KEY_BYTES);
    xt_bind_blob(stmt, change == &MAKE_STATE ? 2 : 1, region->bytes, sizeof region->bytes);
    rc = xt_stmt_run(stmt, NULL, err);
    xt_stmt_done(&stmt);
    return rc == XT_OK ? xt_tx_commit(&tx, err) : rc;
}

/* ---- sets ---- */

static const struct xt_stmt_def SET_ID = {
    .name = "oai_set_id",
    .sql = "SELECT id FROM oai_set WHERE spec = $1",
};
static const struct xt_stmt_def ADD_SET = {
    .name = "oai_add_set",
    .sql = "INSERT INTO oai_set (spec) VALUES ($1)",
};
static const struct xt_stmt_def EACH_SET = {
    .name = "oai_each_set",
    .sql = "SELECT id, spec FROM oai_set WHERE id > $1 ORDER BY id",
};

enum xt_code oai_set_id(struct xt_conn *conn, struct xt_str spec, int64_t *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &SET_ID, &stmt, err);
    bool row = false;

    *out = 0;
    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, spec);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK && row)
        *out = xt_col_int(stmt, 0);
    return rc;
}

static enum xt_code add_set(struct xt_conn *conn, struct xt_str spec, int64_t *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = oai_set_id(conn, spec, out, err);

    if (rc != XT_OK || *out > 0)
        return rc;
    rc = xt_stmt_take(conn, &ADD_SET, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_str(stmt, 1, spec);
    rc = xt_stmt_run(stmt, NULL, err);
    *out = xt_last_id(conn);
    return rc;
}

enum xt_code oai_each_set(struct xt_conn *conn, int64_t after,
                          bool (*visit)(void *context, int64_t id, struct xt_str spec), void *context,
                          struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &EACH_SET, &stmt, err);
    bool row = true;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, after);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row)
        if (!visit(context, xt_col_int(stmt, 0), xt_col_str(stmt, 1)))
            break;
    return rc;
}

/* ---- feeding ---- */

#define FEED_RECORDS 1000
static const struct xt_stmt_def TO_FEED = {
    .name = "oai_to_feed",
    .sql = "SELECT " COLUMNS ", o.seq, o.sets FROM record r LEFT JOIN oai_record o ON o.record_id = r.id"
           " WHERE r.seq > $1 ORDER BY r.seq LIMIT 1000",
};
static const struct xt_stmt_def TAKE_OUT = {
    .name = "oai_take_out",
    .sql = "DELETE FROM oai_member WHERE set_id = $1 AND seq = $2",
};
static const struct xt_stmt_def PUT_IN = {
    .name = "oai_put_in",
    .sql = "INSERT INTO oai_member (set_id, seq, record_id, gone) VALUES ($1, $2, $3, $4)",
};
static const struct xt_stmt_def NOTE = {
    .name = "oai_note",
    .sql = "INSERT INTO oai_record (record_id, seq, sets) VALUES ($1, $2, $3)"
           " ON CONFLICT (record_id) DO UPDATE SET seq = excluded.seq, sets = excluded.sets",
};
static const struct xt_stmt_def REACHED = {
    .name = "oai_reached",
    .sql = "UPDATE oai_state SET reached = $1 WHERE id = 1",
};

struct membership {
    int64_t set;
    bool gone;
};

/* "3,17,-25": the sets a record was in; out takes those, gone, and their rows under seq are taken out. */
static enum xt_code take_out(struct xt_conn *conn, struct xt_str sets, int64_t seq, struct membership *out,
                             size_t *out_count, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    *out_count = 0;
    while (rc == XT_OK && sets.n > 0 && *out_count < OAI_SETS_MAX) {
        const char *stop = memchr(sets.s, ',', sets.n);
        struct xt_str one = {sets.s, stop ? (size_t)(stop - sets.s) : sets.n};
        int64_t id = 0;

        sets.s += one.n + (stop != NULL);
        sets.n -= one.n + (stop != NULL);
        if (!xt_int_parse(one, &id) || id == 0)
            continue;
        id = id < 0 ? -id : id;
        out[(*out_count)++] = (struct membership){id, true};
        rc = xt_run_ints(conn, &TAKE_OUT, (const int64_t[]){id, seq}, 2, err);
    }
    return rc;
}

static enum xt_code put_in(struct xt_conn *conn, const struct write_record *record, const struct membership *list,
                           size_t count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    enum xt_code rc = XT_OK;
    size_t i;

    xt_text_init(&text, 16 * XT_KIB);
    for (i = 0; i < count && rc == XT_OK; i++) {
        const int64_t row[] = {list[i].set, record->seq, record->id, list[i].gone};

        rc = xt_run_ints(conn, &PUT_IN, row, 4, err);
        if (i > 0)
            xt_text_add_char(&text, ',');
        xt_text_add_int(&text, list[i].gone ? -list[i].set : list[i].set);
    }
    if (rc == XT_OK)
        rc = xt_stmt_take(conn, &NOTE, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, record->id);
    xt_bind_int(stmt, 2, record->seq);
    xt_bind_str(stmt, 3, xt_text_view(&text));
    return xt_stmt_run(stmt, NULL, err);
}

struct feeding {
    struct xt_node *node;
    struct xt_conn *conn;
    struct view view;
    struct xt_arena arena;
};

/* The sets a record is in now, of which this node keeps rows, in place in list; those it was in stay there as gone. */
static enum xt_code add_present(struct feeding *f, const struct write_record *record, struct membership *list,
                                size_t *count, struct xt_error *err)
{
    struct xt_str specs[OAI_SETS_MAX];
    size_t n, i, k;
    enum xt_code rc = XT_OK;

    if (record->deleted || !view_parse(&f->view, record->body))
        return XT_OK;
    n = sets_of(f->node->oai, &f->view, record, &f->arena, specs);
    for (i = 0; i < n && rc == XT_OK; i++) {
        int64_t id;

        if (xt_str_starts(specs[i], "owner:") && xt_str_is(record->node, f->node->name))
            continue; /* nearly all there is: read from the records themselves */
        rc = add_set(f->conn, specs[i], &id, err);
        for (k = 0; k < *count && list[k].set != id; k++)
            ;
        if (rc == XT_OK && k < 2 * OAI_SETS_MAX) {
            list[k] = (struct membership){id, false};
            *count = k == *count ? k + 1 : *count;
        }
    }
    return rc;
}

static enum xt_code feed_one(struct feeding *f, struct xt_stmt *stmt, int64_t *out_seq, struct xt_error *err)
{
    struct membership list[2 * OAI_SETS_MAX];
    struct write_record record;
    bool known = !xt_col_null(stmt, 13);
    size_t count = 0;
    enum xt_code rc = XT_OK;

    record_of(f->node->region, stmt, &record);
    *out_seq = record.seq;
    xt_arena_clear(&f->arena);
    if (known)
        rc = take_out(f->conn, xt_col_str(stmt, 14), xt_col_int(stmt, 13), list, &count, err);
    if (rc == XT_OK)
        rc = add_present(f, &record, list, &count, err);
    if (rc == XT_OK && (count > 0 || known))
        rc = put_in(f->conn, &record, list, count, err);
    return rc;
}

enum xt_code oai_feed_batch(struct xt_node *node, struct xt_tx *tx, bool *out_more, struct xt_error *err)
{
    struct feeding f = {.node = node, .conn = xt_tx_conn(tx)};
    struct xt_stmt *stmt = NULL;
    int64_t last, reached, seq = 0;
    size_t n = 0;
    bool row = true;
    enum xt_code rc = oai_last(f.conn, &last, &reached, err);

    view_init(&f.view);
    xt_arena_init(&f.arena);
    if (rc == XT_OK)
        rc = xt_stmt_take(f.conn, &TO_FEED, &stmt, err);
    if (rc == XT_OK)
        xt_bind_int(stmt, 1, reached);
    while (rc == XT_OK && (rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        rc = feed_one(&f, stmt, &seq, err);
        n++;
    }
    if (stmt)
        xt_stmt_done(&stmt);
    *out_more = n == FEED_RECORDS;
    if (rc == XT_OK && (n > 0 || reached < last)) /* numbers behind the last record's made no record */
        rc = xt_run_ints(f.conn, &REACHED, (const int64_t[]){*out_more || seq > last ? seq : last}, 1, err);
    view_done(&f.view);
    xt_arena_done(&f.arena);
    return rc;
}

/* ---- the check ---- */

static const struct xt_stmt_def WRONG = {
    .name = "oai_wrong",
    .sql = "SELECT (SELECT COUNT(*) FROM oai_record o JOIN record r ON r.id = o.record_id, oai_state s"
           " WHERE o.seq <> r.seq AND r.seq <= s.reached)"
           " + (SELECT COUNT(*) FROM oai_member m LEFT JOIN oai_record o ON o.record_id = m.record_id AND o.seq = m.seq"
           " WHERE o.record_id IS NULL)",
};

enum xt_code oai_sets_wrong(struct xt_conn *conn, int64_t *out, struct xt_error *err)
{
    return xt_query_int(conn, &WRONG, 0, out, err);
}
