/*
 * show.h - a record as a reader may see it, for rooms that write it out: pages, citations, feeds.
 *
 * The one place where drafts, tombstones, merged keys and protected fields are decided for them, as the API decides.
 */
#ifndef XT_CATALOG_SHOW_H
#define XT_CATALOG_SHOW_H

#include "catalog/catalog.h"

/* Where a link of a body leads, by its field and its place in it. */
struct xt_shown_link {
    struct xt_str field, key, type;
    int64_t n;
    bool deleted;
};

struct xt_shown_source {
    struct xt_str node, mapping, file; /* mapping and file may be empty */
    int64_t row;                       /* 0 = none */
    xt_instant datestamp;
    bool deleted;
};

struct xt_shown {
    const struct xt_type *type;
    struct xt_record record;
    json_t *body; /* owned: without what the reader may not see */
    const struct xt_shown_link *links;
    size_t link_count;
};

/* The record of key. Strings are the arena's. XT_E_NOT_FOUND for what the reader may not know of, XT_E_GONE for what was
 * deleted (out->record tells when); of a merged key record.merged_into is set and there is neither type nor body. */
XT_MUST_USE enum xt_code xt_shown_load(const struct xt_region *region, struct xt_conn *conn, struct xt_str key,
                                       enum xt_class reader, struct xt_arena *arena, struct xt_shown *out,
                                       struct xt_error *err);
/* The same of a record that was read already. */
XT_MUST_USE enum xt_code xt_shown_of(const struct xt_region *region, struct xt_conn *conn,
                                     const struct xt_record *record, enum xt_class reader, struct xt_arena *arena,
                                     struct xt_shown *out, struct xt_error *err);
void xt_shown_done(struct xt_shown *shown); /* for XT_AUTO */
/* The target of a link, NULL while it is not there. */
const struct xt_shown_link *xt_shown_target(const struct xt_shown *shown, const struct xt_field *field, size_t n);

/* Links of a record's body that lead to one the reader may see. */
XT_MUST_USE enum xt_code xt_shown_links(struct xt_conn *conn, const struct xt_type *type, const json_t *body,
                                        xt_id from, enum xt_class reader, struct xt_arena *arena,
                                        const struct xt_shown_link **out, size_t *out_count, struct xt_error *err);
/* Where its facts come from, in order of precedence. */
XT_MUST_USE enum xt_code xt_shown_sources(struct xt_conn *conn, const struct xt_shown *shown, struct xt_arena *arena,
                                          struct xt_shown_source **out, size_t *out_count, struct xt_error *err);

/* One value (not a list) in words for people: the label of a code, money as yuan, a link by its label. */
void xt_show_one(const struct xt_field *field, const json_t *value, enum xt_lang lang, struct xt_text *out);
/* The first value under a facet ("area", "year"), with the body's own text; {NULL, 0} when there is none. */
struct xt_str xt_show_facet(const struct xt_region *region, const struct xt_type *type, const json_t *body,
                            const char *facet, struct xt_arena *arena);

#endif
