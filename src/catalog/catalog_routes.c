/* catalog_routes.c - the node, its types and code lists, and records over HTTP. */
#include "catalog/catalog_routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/time.h"
#include "catalog/catalog_view.h"
#include "catalog/show.h"

#define READ_WAIT_MS    2000
#define BACKLINKS_SHOWN 20
#define HISTORY_BYTES   (2 * XT_MIB) /* a page of history ends after the version that passes it */

/* ---- the node ---- */

#define COUNT_MS 2000

enum xt_code xt_catalog_count_types(struct xt_request *request, struct xt_reply *reply, struct xt_type_counts *out,
                                    struct xt_error *err)
{
    const struct xt_region *region = request->node->region;
    struct xt_str type = XT_STR("type");
    struct xt_search_request ask = {
        .facets = &type, .facet_count = 1, .facet_values = 200, .reader = request->actor.reads, .budget_ms = COUNT_MS};
    struct xt_search_answer answer;
    size_t i, k;
    enum xt_code rc = xt_seq_last(request->node->store, &out->last, err);

    reply->passing = rc == XT_OK && xt_search_reached(request->node->search) < out->last;
    if (rc == XT_OK)
        rc = xt_search_ask(request->node->search, &ask, request->arena, &answer, err);
    if (rc != XT_OK)
        return rc;
    reply->passing = reply->passing || answer.at_least;
    out->total = answer.total;
    out->types = xt_arena_alloc(request->arena, (region->type_count + 1) * sizeof *out->types);
    for (i = 0; i < region->type_count && answer.facet_count > 0; i++)
        for (k = 0; k < answer.facets[0].count; k++)
            if (strcmp(answer.facets[0].counts[k].value, region->types[i].name) == 0)
                out->types[i] = answer.facets[0].counts[k].count;
    return XT_OK;
}

static enum xt_code get_node(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    const struct xt_node *node = request->node;
    struct xt_type_counts counts;
    struct xt_search_stats stats;
    struct xt_json w;
    size_t i;
    enum xt_code rc = xt_catalog_count_types(request, reply, &counts, err);

    if (rc != XT_OK)
        return rc;
    xt_search_stats(node->search, &stats);
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_kv_z(&w, "name", node->name);
    xt_json_key(&w, "region");
    xt_json_object(&w);
    xt_json_kv_z(&w, "zh", node->region->labels[XT_ZH]);
    xt_json_kv_z(&w, "en", node->region->labels[XT_EN]);
    xt_json_end_object(&w);
    xt_json_kv_z(&w, "area", node->region->area);
    xt_json_kv_z(&w, "version", XT_VERSION);
    xt_json_kv_z(&w, "time_zone", node->zone ? node->zone : "Asia/Shanghai");
    xt_json_kv_int(&w, "seq", counts.last);
    xt_json_kv_int(&w, "total", counts.total);
    xt_json_key(&w, "counts");
    xt_json_object(&w);
    for (i = 0; i < node->region->type_count; i++)
        xt_json_kv_int(&w, node->region->types[i].name, counts.types[i]);
    xt_json_end_object(&w);
    xt_json_key(&w, "facets");
    xt_json_array(&w);
    for (i = 0; i < node->region->facet_count; i++) {
        const struct xt_facet *facet = &node->region->facets[i];

        xt_json_object(&w);
        xt_json_kv_z(&w, "name", facet->name);
        xt_json_kv_z(&w, "label", facet->labels[request->lang]);
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_key(&w, "index");
    xt_json_object(&w);
    xt_json_kv_z(&w, "engine", stats.engine);
    xt_json_kv_int(&w, "reached", stats.reached);
    xt_json_kv_int(&w, "seq", counts.last);
    xt_json_kv_z(&w, "state",
                 stats.reached >= counts.last ? "ready"
                 : stats.reached == 0         ? "rebuilding"
                                              : "catching-up");
    xt_json_end_object(&w);
    xt_json_end_object(&w);
    return XT_OK;
}

/* ---- types ---- */

static void write_type(struct xt_json *w, const struct xt_type *type, int64_t count)
{
    const char *name;
    json_t *member;

    xt_json_object(w);
    json_object_foreach ((json_t *)(uintptr_t)type->json, name, member) { /* only read */
        xt_json_key(w, name);
        xt_json_add_tree(w, member);
    }
    xt_json_kv_int(w, "count", count);
    xt_json_end_object(w);
}

static enum xt_code get_types(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    const struct xt_region *region = request->node->region;
    struct xt_type_counts counts;
    struct xt_json w;
    size_t i;
    enum xt_code rc = xt_catalog_count_types(request, reply, &counts, err);

    if (rc != XT_OK)
        return rc;
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    for (i = 0; i < region->type_count; i++)
        write_type(&w, &region->types[i], counts.types[i]);
    xt_json_end_array(&w);
    xt_json_key(&w, "roles");
    xt_json_object(&w);
    for (i = 0; i < region->role_count; i++) {
        const struct xt_role *role = &region->roles[i];

        xt_json_key(&w, role->name);
        xt_json_object(&w);
        xt_json_kv_z(&w, "label", role->labels[request->lang]);
        xt_json_kv_z(&w, "inverse", role->inverse[request->lang]);
        xt_json_end_object(&w);
    }
    xt_json_end_object(&w);
    xt_json_key(&w, "schemes");
    xt_json_object(&w);
    for (i = 0; i < region->scheme_count; i++)
        xt_json_kv_z(&w, region->schemes[i].name, region->schemes[i].labels[request->lang]);
    xt_json_end_object(&w);
    xt_json_key(&w, "resolvers");
    xt_json_object(&w);
    for (i = 0; i < region->scheme_count; i++)
        if (region->schemes[i].resolve)
            xt_json_kv_z(&w, region->schemes[i].name, region->schemes[i].resolve);
    xt_json_end_object(&w);
    xt_json_end_object(&w);
    return XT_OK;
}

static enum xt_code find_type(struct xt_request *request, const struct xt_type **out, struct xt_error *err)
{
    struct xt_str name = xt_request_param(request, "type");

    *out = xt_region_type(request->node->region, name);
    if (!*out)
        return xt_fail(err, XT_E_NOT_FOUND, "type", XT_MSG_NO_TYPE, XT_VIEW(name));
    return XT_OK;
}

static enum xt_code get_type(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    const struct xt_type *type;
    struct xt_type_counts counts;
    struct xt_json w;
    enum xt_code rc = find_type(request, &type, err);

    if (rc == XT_OK)
        rc = xt_catalog_count_types(request, reply, &counts, err);
    if (rc != XT_OK)
        return rc;
    xt_json_init(&w, &reply->body);
    write_type(&w, type, counts.types[type - request->node->region->types]);
    return XT_OK;
}

static enum xt_code get_type_schema(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    const struct xt_type *type;
    enum xt_code rc = find_type(request, &type, err);

    if (rc == XT_OK)
        xt_type_schema(type, &reply->body);
    return rc;
}

/* ---- code lists ---- */

static bool wanted_item(const struct xt_code_item *item, struct xt_str parent, struct xt_str q)
{
    if (parent.s && !(parent.n == 0 ? !item->parent : item->parent && xt_str_is(parent, item->parent->code)))
        return false;
    return q.n == 0 || xt_str_find(xt_str(item->code), q) == 0 ||
           xt_str_find(xt_str(item->labels[XT_ZH]), q) != SIZE_MAX ||
           xt_str_find(xt_str(item->labels[XT_EN]), q) != SIZE_MAX;
}

static enum xt_code get_codes(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    struct xt_str name = xt_request_param(request, "list"), parent = xt_request_param(request, "parent");
    struct xt_str q = xt_request_param(request, "q");
    int64_t limit = xt_request_int(request, "limit", 1000), shown = 0, matching = 0;
    const struct xt_codes *codes = xt_region_codes(request->node->region, name);
    struct xt_json w;
    size_t i;

    if (!codes)
        return xt_fail(err, XT_E_NOT_FOUND, "list", XT_MSG_NO_CODES, XT_VIEW(name));
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_kv_z(&w, "list", codes->name);
    xt_json_kv_z(&w, "label", codes->labels[request->lang]);
    xt_json_kv_bool(&w, "open", codes->open);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    for (i = 0; i < codes->count; i++) {
        const struct xt_code_item *item = &codes->items[i];

        if (!wanted_item(item, parent, q))
            continue;
        matching++;
        if (shown >= limit)
            continue;
        shown++;
        xt_json_object(&w);
        xt_json_kv_z(&w, "code", item->code);
        xt_json_kv_z(&w, "label", item->labels[request->lang]);
        xt_json_kv_z(&w, "parent", item->parent ? item->parent->code : NULL);
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_kv_int(&w, "total", matching);
    xt_json_end_object(&w);
    return XT_OK;
}

/* ---- one record ---- */

static void protect_fields(const struct xt_field *fields, size_t count, json_t *object, enum xt_class reader)
{
    size_t i, k;
    json_t *item, *member;
    const char *name;
    void *next;

    json_object_foreach_safe (object, next, name, member) { /* of an earlier type file: its class is not known */
        if (!xt_fields_find(fields, count, xt_str(name)))
            json_object_del(object, name);
    }
    for (i = 0; i < count; i++) {
        json_t *value = json_object_get(object, fields[i].name);

        if (!value)
            continue;
        if (fields[i].visibility > reader) {
            json_object_del(object, fields[i].name);
        } else if (fields[i].kind == XT_KIND_GROUP) {
            if (json_is_object(value))
                protect_fields(fields[i].fields, fields[i].field_count, value, reader);
            json_array_foreach (value, k, item)
                protect_fields(fields[i].fields, fields[i].field_count, item, reader);
        }
    }
}

void xt_catalog_protect(const struct xt_type *type, json_t *body, enum xt_class reader)
{
    protect_fields(type->fields, type->field_count, body, reader);
}

static void write_link(struct xt_json *w, const struct xt_field *field, const json_t *link, int64_t n,
                       const struct xt_shown_link *targets, size_t target_count, enum xt_lang lang)
{
    const struct xt_shown_link *target = NULL;
    struct xt_str ref = xt_json_str(link, "ref");
    const char *colon = ref.n > 0 ? memchr(ref.s, ':', ref.n) : NULL;
    size_t i;

    for (i = 0; i < target_count && !target; i++) {
        if (targets[i].n == n && xt_str_is(targets[i].field, field->name))
            target = &targets[i];
    }
    xt_json_object(w);
    xt_json_kv_z(w, "field", field->name);
    xt_json_kv_z(w, "role", field->role->name);
    xt_json_kv_z(w, "role_label", field->role->labels[lang]);
    xt_json_kv_str(w, "label", xt_json_str(link, "label"));
    xt_json_kv_str(w, "key", target ? target->key : (struct xt_str){NULL, 0});
    xt_json_kv_str(w, "type", target ? target->type : (struct xt_str){NULL, 0});
    if (target && target->deleted)
        xt_json_kv_bool(w, "deleted", true);
    if (colon && !xt_str_starts(ref, "src:")) {
        xt_json_kv_str(w, "scheme", (struct xt_str){ref.s, (size_t)(colon - ref.s)});
        xt_json_kv_str(w, "value", (struct xt_str){colon + 1, ref.n - (size_t)(colon - ref.s) - 1});
    }
    xt_json_end_object(w);
}

static enum xt_code write_links(struct xt_json *w, struct xt_request *request, struct xt_conn *conn,
                                const struct xt_type *type, const struct xt_record *record, const json_t *body,
                                struct xt_error *err)
{
    const struct xt_shown_link *targets = NULL;
    size_t count = 0, i, k;
    json_t *item;
    enum xt_code rc =
        xt_shown_links(conn, type, body, record->id, request->actor.reads, request->arena, &targets, &count, err);

    if (rc != XT_OK)
        return rc;
    xt_json_key(w, "links");
    xt_json_array(w);
    for (i = 0; i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];
        const json_t *value = field->kind == XT_KIND_LINK ? json_object_get(body, field->name) : NULL;

        if (json_is_object(value))
            write_link(w, field, value, 0, targets, count, request->lang);
        json_array_foreach (value, k, item)
            write_link(w, field, item, (int64_t)k, targets, count, request->lang);
    }
    xt_json_end_array(w);
    return XT_OK;
}

/* ---- who links here ---- */

#define BACKLINKS_COUNTED 100000 /* a group is counted up to here: everybody's hub must not hold up a page */

/* The group after ($2, $3, $4): a seek in the index for each of its columns, not a walk over the group's links. */
static const struct xt_stmt_def NEXT_GROUP = {
    .name = "catalog_next_backlink_group",
    .sql = "SELECT role, field, from_type FROM (SELECT role, field, from_type FROM record_link"
           "   WHERE to_id = $1 AND role = $2 AND field = $3 AND from_type > $4 ORDER BY from_type LIMIT 1) same_field"
           " UNION ALL SELECT role, field, from_type FROM (SELECT role, field, from_type FROM record_link"
           "   WHERE to_id = $1 AND role = $2 AND field > $3 ORDER BY field, from_type LIMIT 1) same_role"
           " UNION ALL SELECT role, field, from_type FROM (SELECT role, field, from_type FROM record_link"
           "   WHERE to_id = $1 AND role > $2 ORDER BY role, field, from_type LIMIT 1) others"
           " LIMIT 1",
};
static const struct xt_stmt_def COUNT_GROUP = {
    .name = "catalog_count_backlinks",
    .sql = "SELECT count(*) FROM (SELECT DISTINCT from_id FROM record_link"
           "   WHERE to_id = $1 AND role = $2 AND field = $3 AND from_type = $4 LIMIT $5) counted",
};
static const struct xt_stmt_def BACKLINKS = {
    .name = "catalog_backlinks",
    .sql = "SELECT r.id, r.key, r.title, r.body FROM (SELECT DISTINCT from_id FROM record_link"
           "   WHERE to_id = $1 AND role = $2 AND field = $3 AND from_type = $4 AND from_id < $5"
           "   ORDER BY from_id DESC LIMIT $6) l JOIN record r ON r.id = l.from_id ORDER BY r.id DESC",
};
static const struct xt_stmt_def MORE_BACKLINKS = {
    .name = "catalog_more_backlinks",
    .sql = "SELECT count(*) FROM (SELECT 1 FROM record_link"
           "   WHERE to_id = $1 AND role = $2 AND field = $3 AND from_type = $4 AND from_id < $5 LIMIT 1) more",
};

struct backlink_group {
    const char *role, *field, *type;
    int64_t total;
};

static void bind_group(struct xt_stmt *stmt, xt_id to, const struct backlink_group *group)
{
    xt_bind_int(stmt, 1, to);
    xt_bind_z(stmt, 2, group->role);
    xt_bind_z(stmt, 3, group->field);
    xt_bind_z(stmt, 4, group->type);
}

/* The newest records of a group, before the number before; *out_last gets the last one's. */
static enum xt_code write_backlinks(struct xt_json *w, struct xt_request *request, struct xt_conn *conn, xt_id to,
                                    const struct backlink_group *group, xt_id before, int64_t limit, xt_id *out_last,
                                    struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    const struct xt_region *region = request->node->region;
    const struct xt_type *type = xt_region_type(region, xt_str(group->type));
    enum xt_code rc = xt_stmt_take(conn, &BACKLINKS, &stmt, err);
    bool row = true;

    *out_last = 0;
    if (rc != XT_OK)
        return rc;
    bind_group(stmt, to, group);
    xt_bind_int(stmt, 5, before);
    xt_bind_int(stmt, 6, limit);
    xt_json_key(w, "items");
    xt_json_array(w);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        XT_AUTO(xt_json_unref) json_t *body = NULL;
        struct xt_str year = {NULL, 0};

        rc = xt_json_parse(xt_col_str(stmt, 3), &body, err);
        if (rc != XT_OK)
            return rc;
        if (type) {
            xt_catalog_protect(type, body, request->actor.reads);
            year = xt_show_facet(region, type, body, "year", request->arena);
        }
        xt_json_object(w);
        xt_json_kv_str(w, "key", xt_col_str(stmt, 1));
        xt_json_kv_str(w, "title", xt_col_str(stmt, 2));
        xt_json_kv_str(w, "date", year);
        xt_json_end_object(w);
        *out_last = xt_col_int(stmt, 0);
    }
    xt_json_end_array(w);
    return rc;
}

/* Whether the group has records before the number last. */
static enum xt_code more_backlinks(struct xt_conn *conn, xt_id to, const struct backlink_group *group, xt_id last,
                                   bool *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &MORE_BACKLINKS, &stmt, err);
    bool row = false;

    if (rc != XT_OK)
        return rc;
    bind_group(stmt, to, group);
    xt_bind_int(stmt, 5, last);
    rc = xt_stmt_step(stmt, &row, err);
    *out = rc == XT_OK && row && xt_col_int(stmt, 0) > 0;
    return rc;
}

#define GROUPS_MAX 64

/* A field that the reader may not see must not show from the other end; nor one that its type has no more. */
static bool group_is_shown(const struct xt_request *request, const struct backlink_group *group)
{
    const struct xt_type *type = xt_region_type(request->node->region, xt_str(group->type));
    const struct xt_field *field = type ? xt_type_field(type, xt_str(group->field)) : NULL;

    return field && field->visibility <= request->actor.reads;
}

static enum xt_code count_group(struct xt_conn *conn, xt_id to, struct backlink_group *group, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &COUNT_GROUP, &stmt, err);
    bool row = false;

    if (rc != XT_OK)
        return rc;
    bind_group(stmt, to, group);
    xt_bind_int(stmt, 5, BACKLINKS_COUNTED + 1);
    rc = xt_stmt_step(stmt, &row, err);
    group->total = rc == XT_OK && row ? xt_col_int(stmt, 0) : 0;
    return rc;
}

static enum xt_code next_group(struct xt_conn *conn, xt_id to, struct xt_arena *arena, struct backlink_group *group,
                               bool *out_row, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &NEXT_GROUP, &stmt, err);
    struct xt_str role, field, type;

    *out_row = false;
    if (rc != XT_OK)
        return rc;
    bind_group(stmt, to, group);
    rc = xt_stmt_step(stmt, out_row, err);
    if (rc != XT_OK || !*out_row)
        return rc;
    role = xt_col_str(stmt, 0);
    field = xt_col_str(stmt, 1);
    type = xt_col_str(stmt, 2);
    *group = (struct backlink_group){xt_arena_strndup(arena, role.s, role.n), xt_arena_strndup(arena, field.s, field.n),
                                     xt_arena_strndup(arena, type.s, type.n), 0};
    return XT_OK;
}

static int by_total(const void *a, const void *b)
{
    const struct backlink_group *l = a, *r = b;
    int order;

    if (l->total != r->total)
        return l->total > r->total ? -1 : 1;
    order = strcmp(l->role, r->role);
    if (order == 0)
        order = strcmp(l->field, r->field);
    return order != 0 ? order : strcmp(l->type, r->type);
}

/* The groups the reader may see, the largest first. */
static enum xt_code load_groups(struct xt_request *request, struct xt_conn *conn, xt_id to, struct backlink_group *out,
                                size_t *out_count, struct xt_error *err)
{
    struct backlink_group group = {"", "", "", 0};
    enum xt_code rc = XT_OK;
    bool row = true;

    *out_count = 0;
    while (rc == XT_OK && *out_count < GROUPS_MAX) {
        rc = next_group(conn, to, request->arena, &group, &row, err);
        if (rc != XT_OK || !row)
            break;
        if (!group_is_shown(request, &group))
            continue;
        rc = count_group(conn, to, &group, err);
        out[(*out_count)++] = group;
    }
    if (*out_count > 1)
        qsort(out, *out_count, sizeof *out, by_total);
    return rc;
}

static const struct xt_stmt_def LINKED = {
    .name = "catalog_linked",
    .sql = "SELECT DISTINCT from_id FROM record_link"
           "   WHERE to_id = $1 AND role = $2 AND field = $3 AND from_type = $4 LIMIT $5",
};

static int by_id(const void *a, const void *b)
{
    int64_t l = *(const int64_t *)a, r = *(const int64_t *)b;

    return (l > r) - (l < r);
}

/* Appends the records of a group to ids, at most up to XT_LINKED_MAX + 1 of them. */
static enum xt_code add_linked(struct xt_conn *conn, xt_id to, const struct backlink_group *group, int64_t *ids,
                               size_t *count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &LINKED, &stmt, err);
    bool row = true;

    if (rc != XT_OK)
        return rc;
    bind_group(stmt, to, group);
    xt_bind_int(stmt, 5, XT_LINKED_MAX + 1 - (int64_t)*count);
    while (*count <= XT_LINKED_MAX && (rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row)
        ids[(*count)++] = xt_col_int(stmt, 0);
    return rc;
}

static enum xt_code read_linked(struct xt_request *request, struct xt_str key, struct xt_search_request *ask,
                                struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct backlink_group group = {"", "", "", 0};
    struct xt_record record;
    size_t count = 0;
    bool row = true;
    enum xt_code rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);

    if (rc == XT_OK)
        rc = xt_catalog_get(xt_read_conn(read), key, request->arena, &record, err);
    if (rc == XT_E_NOT_FOUND || (rc == XT_OK && (record.deleted || !xt_catalog_may_see(&record, request->actor.reads))))
        return xt_fail(err, XT_E_NOT_FOUND, "linked", XT_MSG_NO_RECORD, XT_VIEW(key));
    int64_t *ids = xt_arena_alloc(request->arena, (XT_LINKED_MAX + 1) * sizeof *ids);
    while (rc == XT_OK && count <= XT_LINKED_MAX) {
        rc = next_group(xt_read_conn(read), record.id, request->arena, &group, &row, err);
        if (rc != XT_OK || !row)
            break;
        if (group_is_shown(request, &group))
            rc = add_linked(xt_read_conn(read), record.id, &group, ids, &count, err);
    }
    if (rc == XT_OK && count > XT_LINKED_MAX)
        return xt_fail(err, XT_E_INPUT, "linked", XT_MSG_TOO_MANY_ITEMS, XT_INT(XT_LINKED_MAX), XT_INT(count));
    /* A record in two groups stands there twice, which does no harm where it is only looked for. */
    if (count > 1)
        qsort(ids, count, sizeof *ids, by_id);
    ask->among = ids;
    ask->among_count = count;
    return rc;
}

enum xt_code catalog_relate(struct xt_request *request, struct xt_str linked, struct xt_str like,
                            struct xt_search_request *ask, struct xt_error *err)
{
    enum xt_code rc = linked.n ? read_linked(request, linked, ask, err) : XT_OK;

    if (rc == XT_OK && like.n)
        rc = catalog_like(request->node, like, request->arena, ask, err);
    return rc;
}

enum xt_code xt_catalog_read_related(struct xt_request *request, struct xt_search_request *ask, struct xt_error *err)
{
    return catalog_relate(request, xt_request_param(request, "linked"), xt_request_param(request, "like"), ask, err);
}

static void write_group_head(struct xt_json *w, const struct xt_region *region, const struct backlink_group *group,
                             enum xt_lang lang)
{
    const struct xt_role *role = xt_region_role(region, xt_str(group->role));
    const struct xt_type *type = xt_region_type(region, xt_str(group->type));

    xt_json_kv_z(w, "type", group->type);
    xt_json_kv_z(w, "type_label", type ? type->labels[lang] : group->type);
    xt_json_kv_z(w, "field", group->field);
    xt_json_kv_z(w, "role", group->role);
    xt_json_kv_z(w, "role_label", role ? role->inverse[lang] : group->role);
    xt_json_kv_int(w, "total", group->total > BACKLINKS_COUNTED ? BACKLINKS_COUNTED : group->total);
    xt_json_kv_z(w, "relation", group->total > BACKLINKS_COUNTED ? "gte" : "eq");
}

static enum xt_code write_all_backlinks(struct xt_json *w, struct xt_request *request, struct xt_conn *conn, xt_id to,
                                        struct xt_error *err)
{
    struct backlink_group *groups = xt_arena_alloc(request->arena, GROUPS_MAX * sizeof *groups);
    size_t count, i;
    xt_id last;
    enum xt_code rc = load_groups(request, conn, to, groups, &count, err);

    xt_json_key(w, "backlinks");
    xt_json_array(w);
    for (i = 0; rc == XT_OK && i < count; i++) {
        xt_json_object(w);
        write_group_head(w, request->node->region, &groups[i], request->lang);
        rc = write_backlinks(w, request, conn, to, &groups[i], INT64_MAX, BACKLINKS_SHOWN, &last, err);
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
    return rc;
}

/* ---- sources, identities ---- */

static const struct xt_stmt_def FILE_NAME = {
    .name = "catalog_file_name",
    .sql = "SELECT name FROM file_use WHERE id = $1",
};

static enum xt_code write_sources(struct xt_json *w, struct xt_conn *conn, const struct sources *sources,
                                  struct xt_error *err)
{
    static const char *const origins[] = {"local", "import", "harvest"};
    size_t i;

    xt_json_key(w, "sources");
    xt_json_array(w);
    for (i = 0; i < sources->count; i++) {
        const struct source *s = &sources->list[i];
        XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
        bool row = false;
        enum xt_code rc;

        xt_json_object(w);
        xt_json_kv_str(w, "node", s->node);
        xt_json_kv_str(w, "source_key", s->source_key);
        xt_json_kv_z(w, "origin", origins[s->origin]);
        if (s->mapping.n > 0)
            xt_json_kv_str(w, "mapping", s->mapping);
        if (s->file > 0) {
            rc = xt_stmt_take(conn, &FILE_NAME, &stmt, err);
            if (rc != XT_OK)
                return rc;
            xt_bind_int(stmt, 1, s->file);
            rc = xt_stmt_step(stmt, &row, err);
            if (rc != XT_OK)
                return rc;
            if (row)
                xt_json_kv_str(w, "file", xt_col_str(stmt, 0));
        }
        if (s->row > 0)
            xt_json_kv_int(w, "row", s->row);
        view_instant(w, "datestamp", s->datestamp);
        xt_json_kv_bool(w, "deleted", s->deleted);
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
    return XT_OK;
}

static void write_identities(struct xt_json *w, const struct xt_type *type, const json_t *body)
{
    size_t i, k;

    xt_json_key(w, "identities");
    xt_json_array(w);
    for (i = 0; i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];
        const json_t *value = field->kind == XT_KIND_IDENTIFIER ? json_object_get(body, field->name) : NULL;
        size_t count = !value ? 0 : json_is_array(value) ? json_array_size(value) : 1;

        for (k = 0; k < count; k++) {
            xt_json_object(w);
            xt_json_kv_z(w, "scheme", field->scheme->name);
            xt_json_kv_str(w, "value", xt_json_view(json_is_array(value) ? json_array_get(value, k) : value));
            xt_json_end_object(w);
        }
    }
    xt_json_end_array(w);
}

static void write_record_head(struct xt_json *w, const struct xt_record *record, const struct xt_type *type,
                              enum xt_lang lang)
{
    xt_json_kv_z(w, "key", record->key);
    xt_json_kv_z(w, "type", record->type);
    xt_json_kv_z(w, "type_label", type->labels[lang]);
    xt_json_kv_z(w, "title", record->title);
    xt_json_kv_z(w, "node", record->node);
    xt_json_kv_z(w, "status", record->status);
    xt_json_kv_int(w, "version", record->version);
    xt_json_kv_int(w, "seq", record->seq);
    view_instant(w, "created", record->created);
    view_instant(w, "updated", record->updated);
}

/* For each field of body (already without what the reader may not see) the source that gave it. */
static void write_provenance(struct xt_json *w, const struct xt_type *type, const json_t *body,
                             const struct sources *sources)
{
    json_t *provenance = NULL, *value;
    const char *name;

    if (sources->count > 1) /* a lone source gave everything: no need to fold */
        json_decref(sources_fold(type, sources, &provenance));
    xt_json_key(w, "provenance");
    xt_json_object(w);
    json_object_foreach ((json_t *)(uintptr_t)body, name, value) /* only read */
        xt_json_kv_int(w, name, xt_json_int(provenance, name, 0));
    xt_json_end_object(w);
    json_decref(provenance);
}

static enum xt_code write_record(struct xt_request *request, struct xt_reply *reply, struct xt_conn *conn,
                                 const struct xt_type *type, const struct xt_record *record, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *body = NULL;
    XT_AUTO(sources_done) struct sources sources = {0};
    struct xt_json w;
    enum xt_code rc = xt_json_parse(record->body, &body, err);

    if (rc == XT_OK)
        rc = sources_load(conn, record->id, body, request->arena, &sources, err);
    if (rc != XT_OK)
        return rc;
    xt_catalog_protect(type, body, request->actor.reads);
    sources_sort(&sources);
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    write_record_head(&w, record, type, request->lang);
    xt_json_key(&w, "body");
    xt_json_add_tree(&w, body);
    view_facts(&w, type, body, request->lang);
    rc = write_links(&w, request, conn, type, record, body, err);
    if (rc == XT_OK)
        rc = write_all_backlinks(&w, request, conn, record->id, err);
    if (rc == XT_OK)
        write_identities(&w, type, body);
    if (rc == XT_OK)
        rc = write_sources(&w, conn, &sources, err);
    if (rc != XT_OK)
        return rc;
    write_provenance(&w, type, body, &sources);
    view_labels(&w, type, body, request->lang);
    xt_json_end_object(&w);
    return XT_OK;
}

/* Finds the record of the path; a tombstone or a merged key is answered here. */
static enum xt_code find_record(struct xt_request *request, struct xt_reply *reply, struct xt_conn *conn,
                                const struct xt_type **out_type, struct xt_record *out, struct xt_error *err)
{
    struct xt_str type = xt_request_param(request, "type"), id = xt_request_param(request, "id");
    char *key = xt_arena_printf(request->arena, "%.*s/%.*s", (int)type.n, type.s, (int)id.n, id.s);
    char at[XT_INSTANT_SIZE];
    enum xt_code rc = find_type(request, out_type, err);

    if (rc == XT_OK)
        rc = xt_catalog_get(conn, xt_str(key), request->arena, out, err);
    if (rc != XT_OK)
        return rc;
    if (out->merged_into) {
        reply->status = 301;
        reply->location =
            xt_arena_printf(request->arena, "/api/v1/records/%s%s", out->merged_into, xt_request_query(request));
        return XT_OK;
    }
    if (!xt_catalog_may_see(out, request->actor.reads))
        return xt_fail(err, XT_E_NOT_FOUND, "key", XT_MSG_NO_RECORD, XT_TEXT(key));
    if (!out->deleted)
        return XT_OK;
    reply->problem_members =
        xt_arena_printf(request->arena, "\"deleted\":\"%s\"", xt_instant_format(out->updated, false, at));
    return xt_fail(err, XT_E_GONE, "key", XT_MSG_RECORD_DELETED, XT_TEXT(key));
}

static enum xt_code get_record(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    const struct xt_type *type;
    struct xt_record record;
    int64_t last;
    enum xt_code rc = xt_seq_last(request->node->store, &last, err);

    if (rc == XT_OK)
        rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc == XT_OK)
        rc = find_record(request, reply, xt_read_conn(read), &type, &record, err);
    if (rc != XT_OK || reply->status == 301)
        return rc;
    /* Not the record's own number: what links here, what it links to and its sources change without it. */
    snprintf(reply->etag, sizeof reply->etag, "seq-%lld", (long long)last);
    return write_record(request, reply, xt_read_conn(read), type, &record, err);
}

/* ---- links of a record, page by page ---- */

static enum xt_code get_record_links(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_str field = xt_request_param(request, "field"), role = xt_request_param(request, "role");
    struct xt_str from = xt_request_param(request, "from"), cursor = xt_request_param(request, "cursor");
    int64_t limit = xt_request_int(request, "limit", 50), before = INT64_MAX;
    const struct xt_type *type;
    struct xt_record record;
    struct backlink_group group;
    struct xt_json w;
    bool more = false;
    xt_id last;
    enum xt_code rc;

    if (cursor.n > 0 && (!xt_int_parse(cursor, &before) || before <= 0))
        return xt_fail(err, XT_E_INPUT, "cursor", XT_MSG_NOT_INTEGER, XT_VIEW(cursor));
    rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc == XT_OK)
        rc = find_record(request, reply, xt_read_conn(read), &type, &record, err);
    if (rc != XT_OK || reply->status == 301)
        return rc;
    group = (struct backlink_group){xt_arena_strndup(request->arena, role.s, role.n),
                                    xt_arena_strndup(request->arena, field.s, field.n),
                                    xt_arena_strndup(request->arena, from.s, from.n), 0};
    if (group_is_shown(request, &group))
        rc = count_group(xt_read_conn(read), record.id, &group, err);
    if (rc != XT_OK)
        return rc;
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    if (group.total == 0) {
        xt_json_kv_int(&w, "total", 0);
        xt_json_key(&w, "items");
        xt_json_add_raw(&w, XT_STR("[]"));
        xt_json_kv_z(&w, "next", NULL);
        xt_json_end_object(&w);
        return XT_OK;
    }
    write_group_head(&w, request->node->region, &group, request->lang);
    rc = write_backlinks(&w, request, xt_read_conn(read), record.id, &group, before, limit, &last, err);
    if (rc != XT_OK)
        return rc;
    rc = more_backlinks(xt_read_conn(read), record.id, &group, last, &more, err);
    xt_json_kv_z(&w, "next",
                 !more ? NULL
                       : xt_arena_printf(
                             request->arena, "/api/v1/records/%s/links?field=%s&role=%s&from=%s&limit=%lld&cursor=%lld",
                             record.key, group.field, group.role, group.type, (long long)limit, (long long)last));
    xt_json_end_object(&w);
    return rc;
}

/* ---- history ---- */

static const struct xt_stmt_def HISTORY = {
    .name = "catalog_history",
    .sql = "SELECT v.version, v.seq, v.body, c.at, c.actor, c.action, c.reason FROM"
           " (SELECT version, seq, body FROM record_version WHERE record_id = $1"
           "  UNION ALL SELECT version, seq, body FROM record WHERE id = $1) v"
           " JOIN change c ON c.seq = v.seq WHERE v.version < $2 ORDER BY v.version DESC LIMIT $3",
};

/* Who typed is the node's own affair: the public sees by which way a change came ("cli:anna" is "cli"). */
static struct xt_str shown_actor(const struct xt_request *request, struct xt_str actor)
{
    const char *colon = actor.n > 0 ? memchr(actor.s, ':', actor.n) : NULL;

    if (colon && request->actor.reads < XT_OFFICER)
        actor.n = (size_t)(colon - actor.s);
    return actor;
}

static enum xt_code write_history(struct xt_json *w, struct xt_request *request, struct xt_conn *conn,
                                  const struct xt_type *type, const struct xt_record *record, int64_t before,
                                  int64_t limit, int64_t *out_last, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &HISTORY, &stmt, err);
    bool row = true;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, record->id);
    xt_bind_int(stmt, 2, before);
    xt_bind_int(stmt, 3, limit);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        XT_AUTO(xt_json_unref) json_t *body = NULL;

        rc = xt_json_parse(xt_col_str(stmt, 2), &body, err);
        if (rc != XT_OK)
            break;
        xt_catalog_protect(type, body, request->actor.reads);
        xt_json_object(w);
        xt_json_kv_int(w, "version", *out_last = xt_col_int(stmt, 0));
        xt_json_kv_int(w, "seq", xt_col_int(stmt, 1));
        view_instant(w, "at", xt_col_int(stmt, 3));
        xt_json_kv_str(w, "actor", shown_actor(request, xt_col_str(stmt, 4)));
        xt_json_kv_str(w, "action", xt_col_str(stmt, 5));
        xt_json_kv_str(w, "reason", xt_col_str(stmt, 6));
        xt_json_key(w, "body");
        xt_json_add_tree(w, body);
        xt_json_end_object(w);
        if (w->out->n > HISTORY_BYTES) /* the rest is on the next page */
            break;
    }
    return rc;
}

static enum xt_code get_record_history(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_str cursor = xt_request_param(request, "cursor");
    int64_t limit = xt_request_int(request, "limit", 20), before = INT64_MAX, last = 0;
    const struct xt_type *type;
    struct xt_record record;
    struct xt_json w;
    enum xt_code rc;

    if (cursor.n > 0 && (!xt_int_parse(cursor, &before) || before <= 0))
        return xt_fail(err, XT_E_INPUT, "cursor", XT_MSG_NOT_INTEGER, XT_VIEW(cursor));
    rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc == XT_OK)
        rc = find_record(request, reply, xt_read_conn(read), &type, &record, err);
    if (rc != XT_OK || reply->status == 301)
        return rc;
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    rc = write_history(&w, request, xt_read_conn(read), type, &record, before, limit, &last, err);
    xt_json_end_array(&w);
    xt_json_kv_z(&w, "next",
                 last <= 1 ? NULL
                           : xt_arena_printf(request->arena, "/api/v1/records/%s/history?limit=%lld&cursor=%lld",
                                             record.key, (long long)limit, (long long)last));
    xt_json_end_object(&w);
    return rc;
}

/* ---- changes ---- */

struct change_writer {
    struct xt_json w;
    struct xt_request *request;
    struct xt_conn *conn;
    int64_t last, count;
};

static const struct xt_stmt_def TITLE_OF = {
    .name = "catalog_title_of",
    .sql = "SELECT type, title FROM record WHERE key = $1 AND deleted = 0 AND status = 'published'",
};

static bool all_public(const struct xt_field *fields, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (fields[i].visibility != XT_PUBLIC || !all_public(fields[i].fields, fields[i].field_count))
            return false;
    }
    return true;
}

/* What the subject is called now, where it is a record to be seen. The hash is over the whole body: beside the public
 * fields it would let anyone try out a telephone number, so it is told only where nothing is protected. */
static void write_subject(struct change_writer *c, struct xt_str key, const struct xt_hash *after)
{
    char hex[XT_HASH_HEX];
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    const struct xt_type *type;
    bool row = false;

    if (xt_stmt_take(c->conn, &TITLE_OF, &stmt, NULL) != XT_OK)
        return;
    xt_bind_str(stmt, 1, key);
    if (xt_stmt_step(stmt, &row, NULL) != XT_OK || !row)
        return;
    type = xt_region_type(c->request->node->region, xt_col_str(stmt, 0));
    xt_json_kv_str(&c->w, "type", xt_col_str(stmt, 0));
    if (type)
        xt_json_kv_z(&c->w, "type_label", type->labels[c->request->lang]);
    xt_json_kv_str(&c->w, "title", xt_col_str(stmt, 1));
    if (type && after && all_public(type->fields, type->field_count))
        xt_json_kv_z(&c->w, "hash", xt_hash_hex(after, hex));
}

static bool write_change(void *context, const struct xt_change_row *row)
{
    struct change_writer *c = context;

    xt_json_object(&c->w);
    xt_json_kv_int(&c->w, "seq", row->seq);
    view_instant(&c->w, "at", row->at);
    xt_json_kv_str(&c->w, "room", row->room);
    xt_json_kv_str(&c->w, "subject", row->subject);
    if (xt_str_is(row->room, "catalog"))
        write_subject(c, row->subject, row->has_after ? &row->after : NULL);
    xt_json_kv_str(&c->w, "action", row->action);
    xt_json_kv_str(&c->w, "reason", row->reason);
    xt_json_end_object(&c->w);
    c->last = row->seq;
    c->count++;
    return true;
}

static enum xt_code get_changes(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    int64_t after = xt_request_int(request, "after", 0), limit = xt_request_int(request, "limit", 100), last;
    struct change_writer c = {.request = request, .last = after};
    enum xt_code rc = xt_seq_last(request->node->store, &last, err);

    if (rc == XT_OK)
        rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc != XT_OK)
        return rc;
    if (after < 0) /* the newest: -20 is the last twenty */
        after = c.last = last + after > 0 ? last + after : 0;
    c.conn = xt_read_conn(read);
    xt_json_init(&c.w, &reply->body);
    xt_json_object(&c.w);
    xt_json_key(&c.w, "items");
    xt_json_array(&c.w);
    rc = xt_change_each(xt_read_conn(read), after, limit, write_change, &c, err);
    xt_json_end_array(&c.w);
    xt_json_kv_int(&c.w, "last", last);
    xt_json_kv_z(&c.w, "next",
                 c.count < limit ? NULL
                                 : xt_arena_printf(request->arena, "/api/v1/changes?after=%lld&limit=%lld",
                                                   (long long)c.last, (long long)limit));
    xt_json_end_object(&c.w);
    return rc;
}

/* ---- the table ---- */

static const struct xt_param type_params[] = {
    {.name = "type", .in = XT_IN_PATH, .kind = XT_P_TEXT, .max = 50, .about = "Name of a record type."},
    {.name = NULL},
};
static const struct xt_param code_params[] = {
    {.name = "list", .in = XT_IN_PATH, .kind = XT_P_TEXT, .max = 50, .about = "Name of a code list."},
    {.name = "parent", .kind = XT_P_TEXT, .max = 100, .about = "Only the children of this code; empty for the top."},
    {.name = "q", .kind = XT_P_TEXT, .max = 200, .about = "Only codes that begin with it or labels that contain it."},
    {.name = "limit", .kind = XT_P_INT, .min = 1, .max = 10000, .otherwise = "1000", .about = "Most items."},
    {.name = NULL},
};
#define RECORD_PATH                                                                                            \
    {.name = "type", .in = XT_IN_PATH, .kind = XT_P_TEXT, .max = 50, .about = "Name of a record type."},       \
    {                                                                                                          \
        .name = "id", .in = XT_IN_PATH, .kind = XT_P_TEXT, .max = 40, .about = "The ULID of the record's key." \
    }
static const struct xt_param record_params[] = {
    RECORD_PATH,
    {.name = NULL},
};
static const struct xt_param history_params[] = {
    RECORD_PATH,
    {.name = "limit", .kind = XT_P_INT, .min = 1, .max = 200, .otherwise = "20", .about = "Most items."},
    {.name = "cursor", .kind = XT_P_TEXT, .max = 40, .about = "From an earlier answer's next."},
    {.name = NULL},
};
static const struct xt_param link_params[] = {
    RECORD_PATH,
    {.name = "field", .kind = XT_P_TEXT, .max = 100, .required = true, .about = "Field that holds the link."},
    {.name = "role", .kind = XT_P_TEXT, .max = 100, .required = true, .about = "Role of the link."},
    {.name = "from", .kind = XT_P_TEXT, .max = 50, .required = true, .about = "Type of the records that link here."},
    {.name = "limit", .kind = XT_P_INT, .min = 1, .max = 200, .otherwise = "50", .about = "Most items."},
    {.name = "cursor", .kind = XT_P_TEXT, .max = 40, .about = "From an earlier answer's next."},
    {.name = NULL},
};
static const struct xt_param change_params[] = {
    {.name = "after",
     .kind = XT_P_INT,
     .min = -1000,
     .max = INT64_MAX,
     .otherwise = "0",
     .about = "Changes after this number; -20 gives the last twenty."},
    {.name = "limit", .kind = XT_P_INT, .min = 1, .max = 1000, .otherwise = "100", .about = "Most items."},
    {.name = NULL},
};

const struct xt_route xt_catalog_routes[] = {
    {"GET", "/api/v1/node", XT_MAY_READ, XT_ROUTE_SLOW, get_node, NULL, "This node: name, counts, state of its index",
     "Node", NULL, NULL},
    {"GET", "/api/v1/types", XT_MAY_READ, XT_ROUTE_BY_SEQ | XT_ROUTE_SLOW, get_types, NULL, "The record types, as data",
     "TypeList", NULL, NULL},
    {"GET", "/api/v1/types/{type}", XT_MAY_READ, XT_ROUTE_BY_SEQ | XT_ROUTE_SLOW, get_type, type_params,
     "One record type", "Type", NULL, NULL},
    {"GET", "/api/v1/types/{type}/schema", XT_MAY_READ, XT_ROUTE_BY_SEQ, get_type_schema, type_params,
     "A type's body as JSON Schema 2020-12", "JsonSchema", "application/schema+json", NULL},
    {"GET", "/api/v1/codes/{list}", XT_MAY_READ, XT_ROUTE_BY_SEQ, get_codes, code_params, "A code list", "CodeList",
     NULL, NULL},
    {"GET", "/api/v1/search", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_ANY_PARAM, xt_catalog_search,
     xt_catalog_search_params, "Search with facets; facet names are parameters too", "SearchAnswer", NULL, NULL},
    {"GET", "/api/v1/cross", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_ANY_PARAM | XT_ROUTE_BY_SEQ, xt_catalog_cross,
     xt_catalog_cross_params, "A table of two facets over a search; facet names are parameters too", "Cross", NULL,
     NULL},
    {"GET", "/api/v1/suggest", XT_MAY_READ, XT_ROUTE_SLOW, xt_catalog_suggest_route, xt_catalog_suggest_params,
     "What somebody may mean who has typed so much: types, places, terms, records", "Suggestions", NULL, NULL},
    {"GET", "/api/v1/tour", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_BY_SEQ, xt_catalog_tour, NULL,
     "Examples of searches, from simple to advanced, each run", "Tour", NULL, NULL},
    {"GET", "/api/v1/glossary", XT_MAY_READ, 0, xt_catalog_glossary, xt_catalog_glossary_params,
     "The words of the pages explained", "Glossary", NULL, NULL},
    {"GET", "/api/v1/identifiers", XT_MAY_READ, 0, xt_catalog_identifiers, NULL,
     "The kinds of identifiers: form, check rule and fields", "IdentifierKinds", NULL, NULL},
    {"GET", "/api/v1/identifiers/{scheme}/{value}", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_BY_SEQ, xt_catalog_identifier,
     xt_catalog_identifier_params, "Whether an identifier is well formed, and whose it is", "Identifier", NULL, NULL},
    {"GET", "/api/v1/records/{type}/{id}", XT_MAY_READ, XT_ROUTE_BY_SEQ, get_record, record_params,
     "A record with links, sources and version", "Record", NULL, NULL},
    {"GET", "/api/v1/records/{type}/{id}/history", XT_MAY_READ, XT_ROUTE_BY_SEQ, get_record_history, history_params,
     "A record's versions, newest first", "History", NULL, NULL},
    {"GET", "/api/v1/records/{type}/{id}/links", XT_MAY_READ, XT_ROUTE_BY_SEQ, get_record_links, link_params,
     "The records that link to a record in one role", "Backlinks", NULL, NULL},
    {"GET", "/api/v1/changes", XT_MAY_READ, 0, get_changes, change_params, "The sequence of changes", "ChangeList",
     NULL, NULL},
    {.method = NULL},
};
