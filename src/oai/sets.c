/*
 * sets.c - which sets a record is in, and keeping that by the sequence.
 *
 * A set by type (type:paper, openaire_cris_publications) never changes for a record and is read from the records' own index. The others
 * come from the body (area:440106 and the areas around it) or from where a record came from (owner:NODE): they stand in oai_member, fed in
 * the background. What is not fed yet is read from the records themselves, so that a list is always of what is stored.
 */
#include <string.h>

#include "base/log.h"
#include "oai/oai_priv.h"

#define AREA  "area:"
#define OWNER "owner:"

/* ---- of a record ---- */

static size_t add_spec(struct xt_arena *arena, struct xt_str *out, size_t n, const char *kind, struct xt_str value)
{
    size_t kind_n = strlen(kind), i;
    struct xt_str spec = {.n = kind_n + value.n};
    char *s;

    if (n == OAI_SETS_MAX)
        return n;
    s = xt_arena_alloc(arena, spec.n + 1); /* for every record of every page: no printf */
    memcpy(s, kind, kind_n);
    memcpy(s + kind_n, value.s, value.n);
    spec.s = s;
    for (i = 0; i < n; i++)
        if (xt_str_eq(out[i], spec))
            return n;
    out[n] = spec;
    return n + 1;
}

/* A code and all that it lies in. A code that is not listed (an open list) counts to the listed one it begins with. */
static size_t add_areas(const struct xt_codes *areas, struct xt_arena *arena, struct xt_str code, struct xt_str *out,
                        size_t n)
{
    const struct xt_code_item *item = xt_codes_find(areas, code);

    if (!item && oai_is_prefix(code))
        n = add_spec(arena, out, n, AREA, code);
    for (; item; item = item->parent)
        if (oai_is_prefix(xt_str(item->code)))
            n = add_spec(arena, out, n, AREA, xt_str(item->code));
    return n;
}

size_t sets_of(const struct xt_oai *oai, const struct view *view, const struct write_record *record,
               struct xt_arena *arena, struct xt_str *out)
{
    const struct xt_type *type = record->type;
    size_t n = 0, i;

    for (i = 0; type && oai->areas && i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];
        uint32_t at, item;

        if (field->codes != oai->areas || field->facet != oai->area_facet || field->visibility != XT_PUBLIC)
            continue;
        at = view_member(view, 0, field->name, strlen(field->name));
        for (item = view_first(view, at); item; item = view_next(view, at, item))
            if (view->nodes[item].kind == VIEW_STRING && !view->nodes[item].escaped)
                n = add_areas(
                    oai->areas, arena,
                    (struct xt_str){view->s + view->nodes[item].start, view->nodes[item].end - view->nodes[item].start},
                    out, n);
    }
    return add_spec(arena, out, n, OWNER, record->node);
}

/* ---- by name ---- */

enum xt_code sets_find(struct xt_node *node, struct xt_conn *conn, struct xt_str spec, struct set_asked *out,
                       struct xt_error *err)
{
    const struct xt_oai *oai = node->oai;
    size_t f, s, i;

    *out = (struct set_asked){.kind = spec.s ? SET_NONE : SET_ALL, .spec = spec};
    if (!spec.s)
        return XT_OK;
    if (xt_str_starts(spec, "type:")) {
        out->types[0] = xt_region_type(node->region, (struct xt_str){spec.s + 5, spec.n - 5});
        out->type_count = out->types[0] != NULL;
        out->kind = out->types[0] ? SET_TYPES : SET_NONE;
        return XT_OK;
    }
    if (xt_str_starts(spec, OWNER) && xt_str_is((struct xt_str){spec.s + 6, spec.n - 6}, node->name)) {
        out->kind = SET_OWN;
        return XT_OK;
    }
    if (xt_str_starts(spec, AREA) || xt_str_starts(spec, OWNER)) {
        out->kind = SET_MEMBERS;
        return oai_set_id(conn, spec, &out->id, err);
    }
    for (f = 0; f < oai->formats.count; f++) {
        const struct format *format = &oai->formats.list[f];

        for (s = 0; s < format->set_count; s++) {
            if (!xt_str_is(spec, format->sets[s].spec))
                continue;
            for (i = 0; i < format->sets[s].type_count && i < XT_COUNT(out->types); i++)
                out->types[out->type_count++] = format->sets[s].types[i];
            out->kind = out->type_count > 0 ? SET_TYPES : SET_NONE;
            return XT_OK;
        }
    }
    return XT_OK;
}

/* ---- feeding ---- */

enum xt_code sets_feed(struct xt_node *node, const _Atomic bool *stop, struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    bool more = true;

    while (rc == XT_OK && more && !(stop && atomic_load(stop))) {
        XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;

        rc = xt_tx_begin(node->store, &tx, err);
        if (rc == XT_OK)
            rc = oai_feed_batch(node, tx, &more, err);
        if (rc == XT_OK)
            rc = xt_tx_commit(&tx, err);
    }
    return rc;
}
