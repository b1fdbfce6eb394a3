/* show.c - a record as a reader may see it. */
#include "catalog/show.h"

#include <string.h>

#include "catalog/catalog_priv.h"

static const struct xt_stmt_def TARGETS = {
    .name = "catalog_targets",
    .sql = "SELECT l.field, l.n, r.key, r.type, r.deleted FROM record_link l"
           " JOIN record r ON r.id = l.to_id WHERE l.from_id = $1 AND (r.status = 'published' OR $2)",
};
static const struct xt_stmt_def FILE_NAME = {
    .name = "catalog_shown_file",
    .sql = "SELECT name FROM file_use WHERE id = $1",
};

static struct xt_str copied(struct xt_arena *arena, struct xt_str s)
{
    return (struct xt_str){xt_arena_strndup(arena, s.s ? s.s : "", s.n), s.n};
}

/* Whether any link of body names a target. */
static bool has_refs(const struct xt_type *type, const json_t *body)
{
    size_t i, k;
    json_t *item;

    for (i = 0; i < type->field_count; i++) {
        const json_t *value = type->fields[i].kind == XT_KIND_LINK ? json_object_get(body, type->fields[i].name) : NULL;

        if (xt_json_str(value, "ref").n > 0)
            return true;
        json_array_foreach (value, k, item) {
            if (xt_json_str(item, "ref").n > 0)
                return true;
        }
    }
    return false;
}

enum xt_code xt_shown_links(struct xt_conn *conn, const struct xt_type *type, const json_t *body, xt_id from,
                            enum xt_class reader, struct xt_arena *arena, const struct xt_shown_link **out,
                            size_t *out_count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc;
    struct xt_shown_link *list = NULL;
    size_t count = 0, room = 0;
    bool row = true;

    *out = NULL;
    *out_count = 0;
    if (!has_refs(type, body)) /* most records: no need to ask */
        return XT_OK;
    rc = xt_stmt_take(conn, &TARGETS, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, from);
    xt_bind_int(stmt, 2, reader >= XT_OFFICER);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        if (count == room) {
            struct xt_shown_link *more = xt_arena_alloc(arena, (room * 2 + 16) * sizeof *more);

            if (count > 0)
                memcpy(more, list, count * sizeof *more);
            list = more;
            room = room * 2 + 16;
        }
        list[count++] = (struct xt_shown_link){
            .field = copied(arena, xt_col_str(stmt, 0)),
            .key = copied(arena, xt_col_str(stmt, 2)),
            .type = copied(arena, xt_col_str(stmt, 3)),
            .n = xt_col_int(stmt, 1),
            .deleted = xt_col_int(stmt, 4) != 0,
        };
    }
    *out = list;
    *out_count = count;
    return rc;
}

enum xt_code xt_shown_of(const struct xt_region *region, struct xt_conn *conn, const struct xt_record *record,
                         enum xt_class reader, struct xt_arena *arena, struct xt_shown *out, struct xt_error *err)
{
    enum xt_code rc;

    *out = (struct xt_shown){.record = *record};
    if (record->merged_into)
        return XT_OK;
    out->type = xt_region_type(region, xt_str(record->type));
    if (!out->type || !xt_catalog_may_see(record, reader))
        return xt_fail(err, XT_E_NOT_FOUND, "key", XT_MSG_NO_RECORD, XT_TEXT(record->key));
    if (record->deleted)
        return xt_fail(err, XT_E_GONE, "key", XT_MSG_RECORD_DELETED, XT_TEXT(record->key));
    rc = xt_json_parse(record->body, &out->body, err);
    if (rc != XT_OK)
        return rc;
    xt_catalog_protect(out->type, out->body, reader);
    return xt_shown_links(conn, out->type, out->body, record->id, reader, arena, &out->links, &out->link_count, err);
}

enum xt_code xt_shown_load(const struct xt_region *region, struct xt_conn *conn, struct xt_str key,
                           enum xt_class reader, struct xt_arena *arena, struct xt_shown *out, struct xt_error *err)
{
    struct xt_record record;
    enum xt_code rc = xt_catalog_get(conn, key, arena, &record, err);

    *out = (struct xt_shown){0};
    return rc == XT_OK ? xt_shown_of(region, conn, &record, reader, arena, out, err) : rc;
}

void xt_shown_done(struct xt_shown *shown)
{
    json_decref(shown->body);
    shown->body = NULL;
}

const struct xt_shown_link *xt_shown_target(const struct xt_shown *shown, const struct xt_field *field, size_t n)
{
    size_t i;

    for (i = 0; i < shown->link_count; i++)
        if (shown->links[i].n == (int64_t)n && xt_str_is(shown->links[i].field, field->name))
            return &shown->links[i];
    return NULL;
}

static enum xt_code file_name(struct xt_conn *conn, int64_t file, struct xt_arena *arena, struct xt_str *out,
                              struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &FILE_NAME, &stmt, err);
    bool row = false;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, file);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK && row)
        *out = copied(arena, xt_col_str(stmt, 0));
    return rc;
}

enum xt_code xt_shown_sources(struct xt_conn *conn, const struct xt_shown *shown, struct xt_arena *arena,
                              struct xt_shown_source **out, size_t *out_count, struct xt_error *err)
{
    XT_AUTO(sources_done) struct sources sources = {0};
    enum xt_code rc = sources_load(conn, shown->record.id, shown->body, arena, &sources, err);
    size_t i;

    if (rc != XT_OK)
        return rc;
    sources_sort(&sources);
    *out = xt_arena_alloc(arena, (sources.count + 1) * sizeof **out);
    *out_count = sources.count;
    for (i = 0; i < sources.count && rc == XT_OK; i++) {
        const struct source *s = &sources.list[i];

        (*out)[i] = (struct xt_shown_source){
            .node = s->node,
            .mapping = s->mapping,
            .row = s->row,
            .datestamp = s->datestamp,
            .deleted = s->deleted,
        };
        if (s->file > 0)
            rc = file_name(conn, s->file, arena, &(*out)[i].file, err);
    }
    return rc;
}
