/*
 * catalog.h - records: put, get, fold over sources, links, identity, history, tombstones; and the feeding of the
 * search index.
 *
 * Owns the tables record, record_version, record_source, record_link and record_identity.
 * Holds always:
 *  - A record is the fold over its live sources: local typing wins by field, then the newest datestamp, then the
 *    first come; fields with many values are joined over the sources that are not overruled. It can be folded again at any time.
 *  - Each source is kept as it came (normalised body), with node, key, file and row. One source key may have several
 *    ordinals when one file gives different rows under the same key: each is a fact, folded into one record. Parts of
 *    a key ("KEY##PART") are sources of their own, in one record all the same, which "src:KEY" means.
 *  - Equal identities (scheme, value) within a type are one record. An input whose identities belong to two records
 *    is refused (XT_MSG_IDENTITY_OF_TWO).
 *  - Links are kept in the body as {"ref","label"}; record_link is derived, to_id empty until the target arrives,
 *    filled in the transaction that brings it. A deleted target leaves the link and its label.
 *  - Deleted records stay as tombstones for ever; keys are never used again.
 */
#ifndef XT_CATALOG_CATALOG_H
#define XT_CATALOG_CATALOG_H

#include <jansson.h>

#include "base/id.h"
#include "catalog/region.h"
#include "store/store.h"

struct xt_catalog;

#define XT_KEY_SIZE 80 /* "specialised-town/" + ULID, types up to 50 characters */

enum xt_origin { XT_ORIGIN_LOCAL, XT_ORIGIN_IMPORT, XT_ORIGIN_HARVEST };

struct xt_put {
    const struct xt_type *type;
    enum xt_origin origin;
    struct xt_str node;       /* node of origin; empty = this node */
    struct xt_str source_key; /* the input's key inside its node: "csl/ts-dev-17". Empty = made from the body's hash */
    struct xt_str
        part; /* which of several sources under that key, each replaced by itself only: a year. Empty = the one */
    struct xt_str mapping; /* what read it, may be empty */
    xt_id file;            /* row of file_use, 0 = none. Same file and key with another body = one more ordinal */
    int64_t row;           /* in that file, 0 = none */
    xt_instant datestamp;  /* of the source, 0 = now; one import run gives all rows of a file the same */
    bool deleted;          /* the source says it is gone; body is ignored */
    json_t *body;          /* borrowed, brought into normal form in place */
    struct xt_str actor, reason;
};

enum xt_outcome { XT_STORED, XT_UNCHANGED, XT_DELETED, XT_REJECTED, XT_OUTCOMES };

struct xt_put_result {
    enum xt_outcome outcome;
    bool created;
    xt_id id;
    char key[XT_KEY_SIZE];
    int64_t seq, version;
};

/* Checks and stores one source in tx and folds its record anew. XT_E_INPUT with problems filled (all of them, at
 * most XT_PROBLEMS_MAX) when the input is refused: nothing is written then. Other codes: the tx must be given up. */
XT_MUST_USE enum xt_code xt_catalog_put(struct xt_node *node, struct xt_tx *tx, const struct xt_put *put,
                                        struct xt_problems *problems, struct xt_put_result *out, struct xt_error *err);

/* Tombstones the record of key whatever its sources. */
XT_MUST_USE enum xt_code xt_catalog_delete(struct xt_node *node, struct xt_tx *tx, struct xt_str key,
                                           struct xt_str actor, struct xt_str reason, struct xt_error *err);

struct xt_record {
    xt_id id;
    const char *key, *type, *title, *node, *status;
    const char *merged_into; /* key of the survivor, NULL */
    int64_t version, seq;
    xt_instant created, updated;
    bool deleted;
    struct xt_str body; /* JSON text */
};
/* Strings are the arena's. XT_E_NOT_FOUND when there is no such key; tombstones are found (deleted). */
XT_MUST_USE enum xt_code xt_catalog_get(struct xt_conn *conn, struct xt_str key, struct xt_arena *arena,
                                        struct xt_record *out, struct xt_error *err);
/* The same by number, which an index may still know after the record has gone. */
XT_MUST_USE enum xt_code xt_catalog_get_id(struct xt_conn *conn, xt_id id, struct xt_arena *arena,
                                           struct xt_record *out, struct xt_error *err);
/* The same without its body, which may be large. */
XT_MUST_USE enum xt_code xt_catalog_get_head(struct xt_conn *conn, xt_id id, struct xt_arena *arena,
                                             struct xt_record *out, struct xt_error *err);
/* Whether a reader may know of a record: drafts are the officers'. A tombstone is known to have been there, and no more is
 * shown of it: who shows bodies asks for record->deleted too. */
bool xt_catalog_may_see(const struct xt_record *record, enum xt_class reader);
/* The record that a ref means: "type/ULID", "scheme:value", "src:source-key". 0 when there is none. */
XT_MUST_USE enum xt_code xt_catalog_resolve(struct xt_conn *conn, struct xt_str ref, struct xt_str type_or_empty,
                                            xt_id *out, struct xt_error *err);

/* The key of the record with that number, "" when there is none. */
XT_MUST_USE enum xt_code xt_catalog_key(struct xt_conn *conn, xt_id id, char out[XT_KEY_SIZE], struct xt_error *err);

/* Calls every live record of type (NULL = all) in order of id, in one snapshot. */
XT_MUST_USE enum xt_code xt_catalog_each(struct xt_conn *conn, const char *type,
                                         enum xt_code (*visit)(void *context, const struct xt_record *record,
                                                               struct xt_error *err),
                                         void *context, struct xt_error *err);

/* Loads the region a node would use (--region, DATA/region, embedded), for what needs no open node. On failure err
 * names the first mistake's file. The caller frees it. */
XT_MUST_USE enum xt_code xt_catalog_region(const struct xt_node *node, struct xt_region **out, struct xt_error *err);

/* ---- the index ---- */

/* A search from names and values: "q", "sort", "match", "syn", and the names of facets and ranges, which may be repeated (any of). Names in
 * others are passed over (NULL = none), further ones are problems. *out borrows params and arena; reader and limit are the
 * caller's to set. */
void xt_catalog_read_search(const struct xt_region *region, const struct xt_pair *params, size_t count,
                            const struct xt_param *others, struct xt_problems *problems, struct xt_arena *arena,
                            struct xt_search_request *out);

/* The parameters that say which records a search is of, as rows for a route that takes one; facets and ranges are further ones
 * (XT_ROUTE_ANY_PARAM). Read by the functions here. */
#define XT_SEARCH_PARAMS                                                                                              \
    {.name = "q", .kind = XT_P_TEXT, .max = 2000, .about = "The query, see the help page; empty finds everything."},  \
        {.name = "type",                                                                                              \
         .kind = XT_P_TEXT,                                                                                           \
         .max = 100,                                                                                                  \
         .many = true,                                                                                                \
         .about = "Record type; may be repeated (any of)."},                                                          \
        {.name = "area",                                                                                              \
         .kind = XT_P_TEXT,                                                                                           \
         .max = 100,                                                                                                  \
         .many = true,                                                                                                \
         .about = "Area code; what lies inside counts; may be repeated (any of)."},                                   \
        {.name = "year", .kind = XT_P_TEXT, .max = 100, .many = true, .about = "Year or range 2015..2018."},          \
        {.name = "like",                                                                                              \
         .kind = XT_P_TEXT,                                                                                           \
         .max = 100,                                                                                                  \
         .about = "Key of a record: only others that share its most telling words, the likest first; one page."},     \
        {.name = "linked", .kind = XT_P_TEXT, .max = 100, .about = "Key of a record: only records that link to it."}, \
        {.name = "match",                                                                                             \
         .kind = XT_P_ENUM,                                                                                           \
         .values = "phrase pieces",                                                                                   \
         .otherwise = "phrase",                                                                                       \
         .about = "phrase: what stands together is found as it stands, and all words are. pieces: any piece of the "  \
                  "words will do, the best match first."},                                                            \
    {                                                                                                                 \
        .name = "syn", .kind = XT_P_ENUM, .values = "0 1", .otherwise = "1",                                          \
        .about = "1: synonyms of the words are looked for too and count less. 0: only the words as they are written." \
    }

/* True for the name of a parameter that decides what is found or in what order. */
bool xt_catalog_is_search_param(const struct xt_region *region, struct xt_str name);

/* The records that the request's parameters "linked" and "like" leave (only those that link to that one in fields that the
 * reader may see; only others that are like that one). Without them, all. ask->reader is set; ask borrows the request's arena.
 * XT_E_NOT_FOUND: no such record, or not for this reader. XT_E_INPUT: more than XT_LINKED_MAX records link there. */
#define XT_LINKED_MAX 100000
struct xt_request;
XT_MUST_USE enum xt_code xt_catalog_read_related(struct xt_request *request, struct xt_search_request *ask,
                                                 struct xt_error *err);

/* How many records of each type the reader can find, and that the index lags behind the sequence, or took too long to count them
 * all: reply->passing, for routes that are kept (XT_ROUTE_BY_SEQ). A facet over all records: such routes are XT_ROUTE_SLOW. */
struct xt_type_counts {
    int64_t *types; /* in the order of the region's types; the request's arena */
    int64_t total;
    int64_t last; /* number of the sequence */
};
struct xt_reply;
XT_MUST_USE enum xt_code xt_catalog_count_types(struct xt_request *request, struct xt_reply *reply,
                                                struct xt_type_counts *out, struct xt_error *err);

/* Feeds the index in this thread until it has reached the store's last number. When another process is the feeder, waits for
 * that one at most wait_ms (then XT_E_BUSY), and takes over when it ends before. progress may be NULL. */
XT_MUST_USE enum xt_code xt_catalog_catch_up(struct xt_node *node, unsigned wait_ms,
                                             void (*progress)(void *context, int64_t reached, int64_t last),
                                             void *context, struct xt_error *err);
/* Makes the index anew from the records, beside the one in use, and puts it in its place when it has caught up: searches go on
 * all the while, also in other processes. One that was interrupted goes on where it stood. XT_E_BUSY: another process is
 * at it. */
XT_MUST_USE enum xt_code xt_catalog_rebuild(struct xt_node *node,
                                            void (*progress)(void *context, int64_t reached, int64_t last),
                                            void *context, struct xt_error *err);
/* Background feeding while a long command writes: visible within a second, on the second core. */
void xt_catalog_feed_start(struct xt_node *node);
void xt_catalog_feed_stop(struct xt_node *node);

/* Removes protected fields from a body for a reader: classes above reader go. */
void xt_catalog_protect(const struct xt_type *type, json_t *body, enum xt_class reader);

extern const struct xt_room xt_room_catalog;

#endif
