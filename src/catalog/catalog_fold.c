/* catalog_fold.c - the sources of a record and the fold over them. */
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog_priv.h"

static const struct xt_stmt_def SOURCES_OF = {
    .name = "catalog_sources_of",
    .sql = "SELECT node, source_key, mapping, ordinal, origin, file_id, row_no, seq, datestamp, deleted, hash, body"
           " FROM record_source WHERE record_id = $1",
};

static struct xt_str copied(struct xt_arena *arena, struct xt_str s)
{
    return (struct xt_str){xt_arena_strndup(arena, s.s ? s.s : "", s.n), s.n};
}

enum xt_code sources_load(struct xt_conn *conn, xt_id record, const json_t *record_body, struct xt_arena *arena,
                          struct sources *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &SOURCES_OF, &stmt, err);
    struct source *list = NULL;
    size_t capacity = 0, count = 0;
    bool row = true;

    *out = (struct sources){0};
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, record);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row && count < SOURCES_MAX) {
        struct source *s;
        struct xt_str hash = xt_col_blob(stmt, 10);

        xt_grow(&list, &capacity, count + 2, sizeof *list); /* one more for what a put adds */
        s = &list[count++];
        *s = (struct source){
            .node = copied(arena, xt_col_str(stmt, 0)),
            .source_key = copied(arena, xt_col_str(stmt, 1)),
            .mapping = copied(arena, xt_col_str(stmt, 2)),
            .ordinal = xt_col_int(stmt, 3),
            .origin = xt_col_int(stmt, 4),
            .file = xt_col_int(stmt, 5),
            .row = xt_col_int(stmt, 6),
            .seq = xt_col_int(stmt, 7),
            .datestamp = xt_col_int(stmt, 8),
            .deleted = xt_col_int(stmt, 9) != 0,
        };
        if (hash.n == sizeof s->hash.bytes)
            memcpy(s->hash.bytes, hash.s, hash.n);
        if (xt_col_null(stmt, 11))
            s->body = json_incref((json_t *)(uintptr_t)record_body); /* shared: sources are only read */
        else
            rc = xt_json_parse(xt_col_str(stmt, 11), &s->body, err);
        if (rc != XT_OK)
            break;
    }
    *out = (struct sources){list, count};
    if (rc != XT_OK)
        sources_done(out);
    return rc;
}

/* Local typing first, then the newest datestamp; within one (a file's rows share theirs) the earlier row; at last by
 * arrival and ordinal, so that the order is the same wherever it is computed. */
static int by_precedence(const void *a, const void *b)
{
    const struct source *l = a, *r = b;

    if ((l->origin == XT_ORIGIN_LOCAL) != (r->origin == XT_ORIGIN_LOCAL))
        return l->origin == XT_ORIGIN_LOCAL ? -1 : 1;
    if (l->datestamp != r->datestamp)
        return l->datestamp > r->datestamp ? -1 : 1;
    if (l->row != r->row)
        return l->row < r->row ? -1 : 1;
    if (l->seq != r->seq)
        return l->seq < r->seq ? -1 : 1;
    return l->ordinal < r->ordinal ? -1 : l->ordinal > r->ordinal;
}

void sources_sort(struct sources *sources)
{
    if (sources->count > 1)
        qsort(sources->list, sources->count, sizeof *sources->list, by_precedence);
}

void sources_done(struct sources *sources)
{
    size_t i;

    for (i = 0; i < sources->count; i++)
        json_decref(sources->list[i].body);
    free(sources->list);
    *sources = (struct sources){0};
}

#define COMPARED_ITEMS 64 /* longer lists are looked up: comparing each with each would take minutes */

/* Notes item in seen; false when it was there. */
static bool note_item(json_t *seen, const json_t *item)
{
    char *text = json_dumps(item, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
    bool fresh = text && !json_object_get(seen, text);

    if (fresh)
        json_object_set_new(seen, text, json_true());
    free(text);
    return fresh;
}

/* Adds the items of from that into has not yet. seen holds into's once they are many. */
static void join_items(json_t *into, const json_t *from, json_t *seen)
{
    bool many = json_array_size(into) + json_array_size(from) > COMPARED_ITEMS;
    size_t i, k;
    json_t *item;

    if (many && json_object_size(seen) == 0) {
        json_array_foreach (into, i, item)
            (void)note_item(seen, item); /* twice in one source is that source's word */
    }
    json_array_foreach (from, i, item) {
        for (k = 0; !many && k < json_array_size(into); k++) {
            if (json_equal(json_array_get(into, k), item))
                break;
        }
        if (many ? note_item(seen, item) : k == json_array_size(into))
            json_array_append(into, item);
    }
}

/* The set of what a field's list holds, made when first asked for. */
static json_t *seen_of(json_t *sets, const char *field)
{
    json_t *seen = json_object_get(sets, field);

    if (!seen) {
        seen = json_object();
        json_object_set_new(sets, field, seen);
    }
    return seen;
}

json_t *sources_fold(const struct xt_type *type, const struct sources *sources, json_t **provenance)
{
    json_t *body = NULL, *given = json_object(), *sets = json_object();
    size_t i, f;

    for (i = 0; i < sources->count; i++) {
        const struct source *s = &sources->list[i];

        if (s->deleted || !s->body)
            continue;
        if (!body)
            body = json_object();
        for (f = 0; f < type->field_count; f++) {
            const struct xt_field *field = &type->fields[f];
            json_t *value = json_object_get(s->body, field->name);
            json_t *have = json_object_get(body, field->name);
            const json_t *first = json_object_get(given, field->name);

            if (!value)
                continue;
            if (!have) {
                json_object_set_new(body, field->name, json_deep_copy(value));
                json_object_set_new(given, field->name, json_integer((json_int_t)i));
            } else if (field->many && json_is_array(have) &&
                       sources->list[json_integer_value(first)].origin != XT_ORIGIN_LOCAL) {
                join_items(have, value, seen_of(sets, field->name));
            }
        }
    }
    json_decref(sets);
    if (provenance)
        *provenance = given;
    else
        json_decref(given);
    return body;
}
