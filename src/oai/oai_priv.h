/*
 * oai_priv.h - what the files of oai/ share; for this room only.
 *
 * oai.c      tables of the room, opening    request.c  arguments, and what is wrong with them
 * verbs.c    the six verbs                  token.c    resumption tokens
 * list.c     records by sequence            sets.c     which sets a record is in; feeding oai_member
 * format.c   formats from region/formats    write.c    one record by a template    dc.c xt.c  the other two ways
 * view.c     JSON read where it lies        xml.c      escaping                    oai_sql.c  statements
 */
#ifndef XT_OAI_OAI_PRIV_H
#define XT_OAI_OAI_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "oai/format.h"
#include "oai/oai.h"
#include "oai/request.h"
#include "oai/token.h"
#include "oai/write.h"

#define OAI_PATH       "/oai"
#define OAI_PAGE       500           /* records of a page; identifiers and sets likewise */
#define OAI_PAGE_BYTES (24 * XT_MIB) /* a page of very long records ends earlier */
#define OAI_SETS_MAX   128           /* of one record */
#define OAI_TYPES_MAX  16            /* of one set, or of a format that not every type has */
#define READ_WAIT_MS   2000

struct xt_oai {
    struct formats formats;
    unsigned char key[TOKEN_KEY_BYTES]; /* signs tokens; zeros until the room is started */
    const struct xt_codes *areas;       /* of the facet "area", NULL where the region has none */
    int area_facet;                     /* its place among the region's facets */
    const char *const *type_sets; /* of each type of the region: its <setSpec> elements that depend on the type alone */
    pthread_t feeder;
    bool feeding;
    _Atomic bool stopping;
};

/* ---- names ---- */

/* "oai:NODE:paper/01J…"; with the format's name for the type: "oai:NODE:Publications/01J…". NODE is the record's own. */
void oai_identifier(const struct format *format, const struct xt_region *region, const struct write_record *record,
                    struct xt_text *out);
/* Where a format's schema lies: its own address, or this node's. */
void oai_schema_address(const struct format *format, const char *base_url, struct xt_text *out);

/* ---- sets ---- */

/* The specs of the sets that the record in view is in beyond those of its type: "area:440106" and those around it, and
 * "owner:NODE". At most OAI_SETS_MAX, the strings in arena; returns how many. */
size_t sets_of(const struct xt_oai *oai, const struct view *view, const struct write_record *record,
               struct xt_arena *arena, struct xt_str *out);
/* What is asked for as set=. */
enum set_kind { SET_ALL, SET_TYPES, SET_OWN, SET_MEMBERS, SET_NONE };
struct set_asked {
    enum set_kind kind;
    struct xt_str spec;
    const struct xt_type *types[OAI_TYPES_MAX]; /* of TYPES */
    size_t type_count;
    int64_t id; /* of MEMBERS; 0 while no record is known to be in it. OWN: the records of this node itself */
};
XT_MUST_USE enum xt_code sets_find(struct xt_node *node, struct xt_conn *conn, struct xt_str spec,
                                   struct set_asked *out, struct xt_error *err);
/* Brings oai_member up to the sequence, in transactions of a thousand records, until all is fed or *stop. */
XT_MUST_USE enum xt_code sets_feed(struct xt_node *node, const _Atomic bool *stop, struct xt_error *err);

/* ---- statements (oai_sql.c) ---- */

/* Links of a record that lead to live published ones; arena strings. */
XT_MUST_USE enum xt_code oai_links(struct xt_conn *conn, const struct xt_region *region, xt_id from,
                                   struct xt_arena *arena, const struct write_link **out, size_t *out_count,
                                   struct xt_error *err);
XT_MUST_USE enum xt_code oai_sources(struct xt_conn *conn, xt_id record, struct xt_arena *arena,
                                     const struct write_source **out, size_t *out_count, struct xt_error *err);
/* Keys of the records that were merged into key. */
XT_MUST_USE enum xt_code oai_merged(struct xt_conn *conn, struct xt_str key, struct xt_arena *arena,
                                    struct xt_str **out, size_t *out_count, struct xt_error *err);
/* One record; XT_E_NOT_FOUND where there is none that anybody may know of. Views live until the statement is done. */
struct xt_stmt;
XT_MUST_USE enum xt_code oai_record(struct xt_conn *conn, const struct xt_region *region, struct xt_str key,
                                    struct xt_stmt **out_stmt, struct write_record *out, struct xt_error *err);

/* Rows of records by sequence, and what set they are asked for in. */
struct oai_range {
    const struct set_asked *set;
    int64_t after, until; /* numbers: after < seq <= until */
    int64_t reached;      /* oai_member holds what was changed up to here */
};
struct oai_row {
    struct write_record record;
    bool left; /* it is no longer in the set */
};
/* Calls each row in order until visit sets go_on to false. */
typedef enum xt_code oai_visit(void *context, const struct oai_row *row, bool *go_on, struct xt_error *err);
XT_MUST_USE enum xt_code oai_each(struct xt_node *node, struct xt_conn *conn, const struct oai_range *range,
                                  oai_visit *visit, void *context, struct xt_error *err);
/* How many there are, and it may be a few off: rows of a set that wait to be fed, drafts. */
XT_MUST_USE enum xt_code oai_count(struct xt_conn *conn, const struct oai_range *range, int64_t *out,
                                   struct xt_error *err);
/* The number of the last change before the instant; 0 when there is none. */
XT_MUST_USE enum xt_code oai_seq_before(struct xt_conn *conn, xt_instant at, int64_t *out, struct xt_error *err);
XT_MUST_USE enum xt_code oai_last(struct xt_conn *conn, int64_t *out_seq, int64_t *out_reached, struct xt_error *err);
XT_MUST_USE enum xt_code oai_earliest(struct xt_conn *conn, xt_instant *out, struct xt_error *err);
/* The store's key for tokens and the state of the sets, made when they are not there; the sets are fed anew where hash (the
 * region's) is another than they were made for. */
XT_MUST_USE enum xt_code oai_state(struct xt_node *node, unsigned char key[TOKEN_KEY_BYTES], struct xt_error *err);
XT_MUST_USE enum xt_code oai_set_id(struct xt_conn *conn, struct xt_str spec, int64_t *out, struct xt_error *err);
/* Sets after a number, with a row each; visit as above. */
XT_MUST_USE enum xt_code oai_each_set(struct xt_conn *conn, int64_t after,
                                      bool (*visit)(void *context, int64_t id, struct xt_str spec), void *context,
                                      struct xt_error *err);
/* One batch of feeding, in tx; *out_more: there is more to feed. */
XT_MUST_USE enum xt_code oai_feed_batch(struct xt_node *node, struct xt_tx *tx, bool *out_more, struct xt_error *err);

/* How many records stand in sets under another number than their own, and rows of sets that belong to none. */
XT_MUST_USE enum xt_code oai_sets_wrong(struct xt_conn *conn, int64_t *out, struct xt_error *err);

/* ---- routes ---- */

enum xt_code oai_answer(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);
enum xt_code oai_schema(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);

#endif
