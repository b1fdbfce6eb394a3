/* links.c - references of bodies that leave and come back. */
#include "exchange/links.h"

#include <string.h>

#include "base/json.h"

static bool is_source(struct xt_str ref)
{
    return xt_str_starts(ref, "src:");
}

/* The key of the record that a source key means; empty when it is not here. */
static enum xt_code key_of(struct xt_conn *conn, struct xt_str ref, char out[XT_KEY_SIZE], struct xt_error *err)
{
    xt_id id = 0;
    enum xt_code rc = xt_catalog_resolve(conn, ref, (struct xt_str){"", 0}, &id, err);

    out[0] = '\0';
    return rc == XT_OK && id > 0 ? xt_catalog_key(conn, id, out, err) : rc;
}

typedef enum xt_code visit_link(struct xt_conn *conn, const struct xt_field *field, json_t *link, void *context,
                                struct xt_error *err);

static enum xt_code each_link(struct xt_conn *conn, const struct xt_type *type, json_t *body, visit_link *visit,
                              void *context, struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    size_t i, k;

    for (i = 0; i < type->field_count && rc == XT_OK; i++) {
        const struct xt_field *field = &type->fields[i];
        json_t *value, *item;

        if (field->kind != XT_KIND_LINK)
            continue;
        value = json_object_get(body, field->name);
        if (json_is_object(value))
            rc = visit(conn, field, value, context, err);
        json_array_foreach (value, k, item) {
            if (rc == XT_OK && json_is_object(item))
                rc = visit(conn, field, item, context, err);
        }
    }
    return rc;
}

static enum xt_code link_out(struct xt_conn *conn, const struct xt_field *field, json_t *link, void *context,
                             struct xt_error *err)
{
    struct xt_str ref = xt_json_str(link, "ref");
    char key[XT_KEY_SIZE];
    enum xt_code rc;

    (void)field; /* every link alike */
    (void)context;
    if (!is_source(ref))
        return XT_OK;
    rc = key_of(conn, ref, key, err);
    if (rc == XT_OK && key[0])
        json_object_set_new(link, "ref", json_string(key));
    return rc;
}

enum xt_code xt_links_out(struct xt_conn *conn, const struct xt_type *type, json_t *body, struct xt_error *err)
{
    return each_link(conn, type, body, link_out, NULL, err);
}

/* The stored link that leaves as link does. */
static enum xt_code find_stored(struct xt_conn *conn, const json_t *stored, struct xt_str ref, json_t **out,
                                struct xt_error *err)
{
    size_t count = json_is_array(stored) ? json_array_size(stored) : 1, i;
    char key[XT_KEY_SIZE];

    *out = NULL;
    for (i = 0; i < count && !*out; i++) {
        const json_t *link = json_is_array(stored) ? json_array_get(stored, i) : stored;
        struct xt_str was = xt_json_str(link, "ref");

        if (!is_source(was))
            continue;
        enum xt_code rc = key_of(conn, was, key, err);

        if (rc != XT_OK)
            return rc;
        if (xt_str_is(ref, key))
            *out = json_object_get(link, "ref");
    }
    return XT_OK;
}

static enum xt_code link_back(struct xt_conn *conn, const struct xt_field *field, json_t *link, void *context,
                              struct xt_error *err)
{
    const json_t *stored = json_object_get(context, field->name);
    struct xt_str ref = xt_json_str(link, "ref");
    json_t *was;
    enum xt_code rc;

    if (!stored || ref.n == 0 || is_source(ref) || !memchr(ref.s, '/', ref.n))
        return XT_OK;
    rc = find_stored(conn, stored, ref, &was, err);
    if (rc == XT_OK && was)
        json_object_set(link, "ref", was);
    return rc;
}

enum xt_code xt_links_back(struct xt_conn *conn, const struct xt_type *type, const json_t *stored, json_t *body,
                           struct xt_error *err)
{
    return each_link(conn, type, body, link_back, (json_t *)stored, err); /* only read */
}
