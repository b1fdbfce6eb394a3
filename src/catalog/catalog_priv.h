/*
 * catalog_priv.h - for the files of catalog/ only: statements, folding, documents.
 */
#ifndef XT_CATALOG_CATALOG_PRIV_H
#define XT_CATALOG_CATALOG_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/json.h"
#include "base/mem.h"
#include "catalog/catalog.h"

struct xt_suggest_tables;

struct xt_catalog {
    struct xt_node *node;
    pthread_t feeder;
    bool feeding; /* the feeder thread runs */
    _Atomic bool stop;
    _Atomic int feeder_state;     /* enum feeder_state */
    pthread_mutex_t feed_lock;    /* one feeding at a time in this process; and over the two below */
    struct xt_search *taken_over; /* opened to feed since the process that fed has gone; NULL */
    int64_t try_again_us;         /* when to look next whether it has gone */
    pthread_mutex_t suggest_lock; /* over the making of: */
    struct xt_suggest_tables *suggest;
};

/* Opens the index of the node. */
/* Makes ask one for records like that of key, which the reader must be allowed to see. XT_E_NOT_FOUND. */
XT_MUST_USE enum xt_code catalog_like(struct xt_node *node, struct xt_str key, struct xt_arena *arena,
                                      struct xt_search_request *ask, struct xt_error *err);
const char *catalog_engine(void); /* of the index; NULL = the default */
XT_MUST_USE enum xt_code catalog_open_index(struct xt_node *node, struct xt_search **out, struct xt_error *err);

enum feeder_state { FEED_IDLE, FEED_CATCHING_UP, FEED_REBUILDING, FEED_FAILED };

/* ---- sources and folding (catalog_fold.c) ---- */

struct source {
    struct xt_str node, source_key, mapping;
    int64_t ordinal, origin, file, row, seq;
    xt_instant datestamp;
    bool deleted;
    struct xt_hash hash;
    json_t *body; /* owned */
};

#define SOURCES_MAX 1000 /* of one record */

struct sources {
    struct source *list; /* in order of precedence */
    size_t count;
};

/* Strings are the arena's; the bodies are released by sources_done(). record_body stands for a NULL body. */
XT_MUST_USE enum xt_code sources_load(struct xt_conn *conn, xt_id record, const json_t *record_body,
                                      struct xt_arena *arena, struct sources *out, struct xt_error *err);
void sources_sort(struct sources *sources);
void sources_done(struct sources *sources);
/* The fold over the live sources, in sources_sort() order; NULL when none is live. For each field *provenance (may be NULL)
 * gets the index of the first source that gave it. */
json_t *sources_fold(const struct xt_type *type, const struct sources *sources, json_t **provenance);

/* ---- statements (catalog_sql.c) ---- */

struct found_source {
    xt_id record;
    int64_t ordinal, file;
    struct xt_hash hash;
    bool deleted;
};
#define FOUND_SOURCES_MAX 256 /* ordinals of one key: a column that is no key would make one for each row */
XT_MUST_USE enum xt_code sql_find_sources(struct xt_conn *conn, struct xt_str node, struct xt_str key,
                                          struct found_source *out, size_t *out_count, struct xt_error *err);
XT_MUST_USE enum xt_code sql_find_identity(struct xt_conn *conn, struct xt_str type, struct xt_str scheme,
                                           struct xt_str value, xt_id *out, struct xt_error *err);
/* A source key and a part of it: "KEY##PART". */
#define PART_MARK "##"
/* The record of a source key, or of any part of it. */
XT_MUST_USE enum xt_code sql_find_source_record(struct xt_conn *conn, struct xt_str source_key, xt_id *out,
                                                struct xt_error *err);
XT_MUST_USE enum xt_code sql_find_key(struct xt_conn *conn, struct xt_str key, xt_id *out, struct xt_error *err);

struct new_record {
    const char *key, *type, *status;
    struct xt_str node, title, body;
    xt_id id;
    int64_t version, seq;
    xt_instant at;
    bool deleted;
};
XT_MUST_USE enum xt_code sql_insert_record(struct xt_conn *conn, const struct new_record *r, struct xt_error *err);
XT_MUST_USE enum xt_code sql_update_record(struct xt_conn *conn, const struct new_record *r, struct xt_error *err);
XT_MUST_USE enum xt_code sql_keep_version(struct xt_conn *conn, xt_id id, struct xt_error *err);
/* body NULL = as the record's. */
XT_MUST_USE enum xt_code sql_put_source(struct xt_conn *conn, xt_id record, const struct source *s, struct xt_str body,
                                        bool replace, struct xt_error *err);
XT_MUST_USE enum xt_code sql_spell_sources(struct xt_conn *conn, xt_id record, struct xt_error *err);
/* The file and row that said it last; what it said stays. */
XT_MUST_USE enum xt_code sql_confirm_source(struct xt_conn *conn, const struct source *s, struct xt_error *err);
/* All ordinals of its key. */
XT_MUST_USE enum xt_code sql_withdraw_source(struct xt_conn *conn, const struct source *s, struct xt_error *err);
XT_MUST_USE enum xt_code sql_withdraw_sources(struct xt_conn *conn, xt_id record, int64_t seq, struct xt_error *err);
XT_MUST_USE enum xt_code sql_insert_identity(struct xt_conn *conn, struct xt_str type, struct xt_str scheme,
                                             struct xt_str value, xt_id record, struct xt_error *err);
XT_MUST_USE enum xt_code sql_delete_identity(struct xt_conn *conn, struct xt_str type, struct xt_str scheme,
                                             struct xt_str value, xt_id record, struct xt_error *err);
/* from_type "" while the record is a draft. */
XT_MUST_USE enum xt_code sql_insert_link(struct xt_conn *conn, xt_id from, const char *from_type, const char *field,
                                         int64_t n, const char *role, struct xt_str ref, xt_id to,
                                         struct xt_error *err);
XT_MUST_USE enum xt_code sql_delete_links(struct xt_conn *conn, xt_id from, struct xt_error *err);
XT_MUST_USE enum xt_code sql_arrive(struct xt_conn *conn, struct xt_str ref, xt_id to, struct xt_error *err);
/* Links by ref that led to the record from lead to the record to, 0 = wait again. */
XT_MUST_USE enum xt_code sql_leave(struct xt_conn *conn, struct xt_str ref, xt_id from, xt_id to, struct xt_error *err);

/* ---- documents (catalog_doc.c) ---- */

/* What the index is told of a record; everything in the arena. body is parsed by the caller. */
void doc_build(const struct xt_region *region, const struct xt_type *type, const struct xt_record *record,
               const json_t *body, struct xt_arena *arena, struct xt_search_doc *out);
/* All text of a value, for highlighting and indexing: labels of links and codes, members of groups. */
void doc_value_text(const struct xt_field *field, const json_t *value, struct xt_text *out);

/* ---- tables of the room ---- */

extern const struct xt_route xt_catalog_routes[];
extern const struct xt_schema xt_catalog_schemas[];
extern const struct xt_command xt_catalog_commands[];

#endif
