/*
 * write.h - one record as XML, in any of the formats.
 *
 * The body is read where it lies (view.h) and each value is escaped into the buffer as it is met: no tree is built. What is
 * written is what an anonymous reader may see: public fields, and links to records that are there for him. One writer a request.
 */
#ifndef XT_OAI_WRITE_H
#define XT_OAI_WRITE_H

#include "base/time.h"
#include "oai/format.h"
#include "store/store.h"

/* Where a link of the body leads: a live published record. */
struct write_link {
    struct xt_str field, key, title;
    const struct xt_type *type;
    int64_t n;
};

struct write_source {
    struct xt_str node, mapping, file;
    int64_t row; /* 0 = none */
    xt_instant datestamp;
    int origin; /* enum xt_origin */
};

/* A record as a row of the store; views live as the row does. */
struct write_record {
    xt_id id;
    struct xt_str key, node, title;
    const struct xt_type *type; /* NULL: a type that the region does not have (any more) */
    int64_t version, seq;
    xt_instant created, updated;
    bool deleted; /* or not for everybody to see */
    struct xt_str body;
};

struct writer {
    struct xt_text *out;
    const struct xt_region *region;
    const char *base_url, *node;
    struct xt_conn *conn;
    struct view view; /* the present record's body */
    const struct write_record *record;
    const struct format *format;
    struct xt_arena arena; /* the present record's links and sources */
    const struct write_link *links;
    size_t link_count;
    struct xt_text scratch;
};

void writer_init(struct writer *writer, struct xt_text *out, const struct xt_region *region, const char *base_url,
                 const char *node, struct xt_conn *conn);
void writer_done(struct writer *writer); /* for XT_AUTO */

/* Makes record the present one: reads its body (of a tombstone too, where it has one). XT_E_INTERNAL for a body that is
 * no JSON. Borrows record. */
XT_MUST_USE enum xt_code writer_take(struct writer *writer, const struct write_record *record, struct xt_error *err);
/* Writes the present record, which is not deleted, in format, which its type has. */
XT_MUST_USE enum xt_code writer_metadata(struct writer *writer, const struct format *format, struct xt_error *err);
/* Writes a part that reads no record: the node itself. */
void writer_service(struct writer *writer, const struct format *format);

/* The id of a record in a format: "Persons/01J…", "paper/01J…". */
void writer_id(const struct format *format, const struct xt_region *region, const struct xt_type *type,
               struct xt_str key, struct xt_text *out);

/* One value as text: money in yuan, a code as itself or (label) by its Chinese label, a link by its label. Views as view_text(). */
struct xt_str writer_value(struct writer *writer, const struct xt_field *field, uint32_t at, bool label);

/* ---- "dublin-core" and "full": dc.c, xt.c ---- */
void write_dublin_core(struct writer *writer);
enum xt_code write_full(struct writer *writer, struct xt_error *err);
/* The schema of "full", from the region's types. */
void write_full_schema(const struct xt_region *region, const char *ns, struct xt_text *out);

#endif
