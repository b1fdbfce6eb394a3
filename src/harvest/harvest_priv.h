/*
 * harvest_priv.h - what the files of src/harvest/ share.
 *
 * oai.h, fetch.h     reading answers, asking for them
 * harvest_sql.c      sources and runs; harvest_items_sql.c, harvest_payload_sql.c, harvest_quarantine_sql.c: the rest
 * harvest_map.c      a payload into records, by the mapping of its format; harvest_xt.c: by that of these nodes
 * harvest_publish.c  what waits goes into the catalogue
 * harvest_ask.c      one request with its retries
 * harvest_run.c      the phases of a run
 * harvest_work.c     who works on a source: locks, what is wished; harvest_keep.c: by itself while the node runs
 * harvest_commands.c, harvest_settings.c, harvest_show.c, harvest_routes.c
 */
#ifndef XT_HARVEST_PRIV_H
#define XT_HARVEST_PRIV_H

#include <stdio.h>

#include "catalog/catalog.h"
#include "exchange/mapping.h"
#include "harvest/fetch.h"
#include "harvest/harvest.h"
#include "harvest/oai.h"
#include "store/store.h"

#define HARVEST_NAME_MAX  60
#define HARVEST_KEPT_RUNS 10 /* published runs of a source that can be undone */
#define HARVEST_GUARD_MIN 5  /* a harvest that takes away no more items than this passes whatever the share */
#define HARVEST_AT_ONCE   8  /* sources in one process */

#define XT_EXIT_FOUND     1 /* it ran, and did not come to its end */
#define XT_EXIT_COULD_NOT 2

/* ---- rows ---- */

struct source { /* see sql/001-harvest.sql; texts are the arena's */
    xt_id id;
    const char *name, *url, *prefix, *set_spec, *mapping;
    int64_t every_s, overlap_s, reconcile_s, guard_percent, pause_ms, timeout_s, page_mib, retries, retry_ms;
    const char *allow, *ca, *pin;
    int64_t rests, full_next;
    const char *repository, *deleted_record;
    int64_t day_granular;
    const char *earliest;
    int64_t last_response, reconciled_at, due_at, failures, live, created_at;
};

struct run {
    xt_id id;
    int64_t source_id;
    const char *kind, *state, *phase;
    int64_t from_at, response_at;
    const char *token;
    int64_t pages, list_size, staged, seen, stored, unchanged, deleted, rejected, waiting, missing, lacking, losing;
    int64_t repaired, salvaged, bytes, retries, restarts, empty_pages, confirmed, target_run;
    const char *error_class, *error_zh, *error_en;
    int64_t started_at, updated_at, ended_at;
};

enum staged_kind { STAGED_RECORD, STAGED_DELETED, STAGED_MISSING, STAGED_PRESENT, STAGED_UNREAD };

struct staged {
    int64_t n;
    enum staged_kind kind;
    struct xt_str identifier, datestamp;
    bool has_hash;
    struct xt_hash hash;
    struct xt_str rule, reason_zh, reason_en; /* of UNREAD */
};

struct item {
    bool found, deleted, has_hash;
    struct xt_str datestamp, keys; /* the arena's */
    struct xt_hash hash;
};

/* ---- harvest_sql.c ---- */

enum xt_code source_add(struct xt_tx *tx, const struct source *source,
                        struct xt_error *err); /* XT_E_CONFLICT: the name is taken */
enum xt_code source_settle(struct xt_tx *tx, const struct source *source, struct xt_error *err); /* the settings */
/* XT_E_NOT_FOUND when there is none of that name. */
enum xt_code source_find(struct xt_conn *conn, struct xt_str name, struct xt_arena *arena, struct source *out,
                         struct xt_error *err);
/* The next by name behind a name ("" = the first); *out_found false at the end. */
enum xt_code source_next(struct xt_conn *conn, struct xt_str after, struct xt_arena *arena, struct source *out,
                         bool *out_found, struct xt_error *err);
enum xt_code source_learned(struct xt_tx *tx, const struct source *source, struct xt_error *err); /* from Identify */
enum xt_code source_rest(struct xt_tx *tx, xt_id id, bool rests, struct xt_error *err);
enum xt_code source_ran(struct xt_tx *tx, const struct source *source,
                        struct xt_error *err); /* last_response ... failures */
enum xt_code source_add_live(struct xt_tx *tx, xt_id id, int64_t change, struct xt_error *err);
enum xt_code source_remove(struct xt_tx *tx, xt_id id, struct xt_error *err); /* and all that is known of it */

enum xt_code run_add(struct xt_tx *tx, struct run *run, struct xt_error *err); /* sets its id */
enum xt_code run_save(struct xt_tx *tx, const struct run *run, struct xt_error *err);
/* The last one of a source; *out_found false when there is none. */
enum xt_code run_last(struct xt_conn *conn, xt_id source, struct xt_arena *arena, struct run *out, bool *out_found,
                      struct xt_error *err);
/* The newest before a number. */
enum xt_code run_before(struct xt_conn *conn, xt_id source, xt_id before, struct xt_arena *arena, struct run *out,
                        bool *out_found, struct xt_error *err);
bool run_is_open(const struct run *run);
/* Removes the rows of a list begun anew: those of its identifiers (kind PRESENT), or all. */
enum xt_code run_forget(struct xt_tx *tx, xt_id run, bool present_only, struct xt_error *err);
/* Removes pages and staged rows of a run, at most limit rows; *out_more when there may be others. */
enum xt_code run_sweep(struct xt_tx *tx, xt_id run, int64_t limit, bool *out_more, struct xt_error *err);

/* ---- harvest_items_sql.c ---- */

void harvest_bind_hash(struct xt_stmt *stmt, int index, bool has, const struct xt_hash *hash);
bool harvest_read_hash(struct xt_stmt *stmt, int column, struct xt_hash *out); /* false: NULL */

/* *out_new false: an answer with this mark was there before in this run. */
enum xt_code page_note(struct xt_tx *tx, xt_id run, const struct xt_hash *mark, bool *out_new, struct xt_error *err);
enum xt_code staged_add(struct xt_tx *tx, xt_id run, const struct staged *row, struct xt_error *err);
/* The rows behind n in their order, at most limit; texts are the arena's. */
enum xt_code staged_read(struct xt_conn *conn, xt_id run, int64_t after, size_t limit, struct xt_arena *arena,
                         struct staged *out, size_t *out_count, struct xt_error *err);
enum xt_code staged_drop(struct xt_tx *tx, xt_id run, int64_t through, struct xt_error *err);
/* Live items behind an identifier that no staged row names, as rows of kind MISSING from n on; looks at `limit` items.
 * *out_last is the last identifier looked at, empty at the end. */
enum xt_code staged_missing(struct xt_tx *tx, xt_id source, xt_id run, struct xt_str after, int64_t limit, int64_t *n,
                            int64_t *missing, struct xt_arena *arena, struct xt_str *out_last, struct xt_error *err);
/* Removes runs that ended before an instant and that nothing goes back to. */
enum xt_code run_trim(struct xt_tx *tx, xt_instant before, struct xt_error *err);
/* The oldest of the last `kept` published runs of a source, 0 = there are fewer. */
enum xt_code run_kept(struct xt_conn *conn, xt_id source, int64_t kept, xt_id *out, struct xt_error *err);
/* How many live items the staged rows take away. */
enum xt_code staged_losing(struct xt_conn *conn, xt_id source, xt_id run, int64_t *out, struct xt_error *err);
/* Headers of all identifiers whose items are not here. */
enum xt_code staged_lacking(struct xt_conn *conn, xt_id source, xt_id run, int64_t *out, struct xt_error *err);
/* All live items with their payloads as records: for remapping. */
enum xt_code staged_all(struct xt_tx *tx, xt_id source, xt_id run, struct xt_error *err);
/* All live items as missing ones: nothing of the source stays. */
enum xt_code staged_none(struct xt_tx *tx, xt_id source, xt_id run, struct xt_error *err);
/* What items were when run `target` had ended, for those changed since. */
enum xt_code staged_past(struct xt_tx *tx, xt_id source, xt_id run, xt_id target, struct xt_error *err);
enum xt_code staged_count(struct xt_conn *conn, xt_id run, int64_t *out_last, int64_t *out_count, struct xt_error *err);

/* Keeps bytes once; *hash is their SHA-256. */
enum xt_code payload_put(struct xt_tx *tx, struct xt_str bytes, struct xt_hash *hash, struct xt_error *err);
/* The bytes, the arena's; s NULL when they are not there. */
enum xt_code payload_get(struct xt_conn *conn, const struct xt_hash *hash, struct xt_arena *arena, struct xt_str *out,
                         struct xt_error *err);

enum xt_code item_get(struct xt_conn *conn, xt_id source, struct xt_str identifier, struct xt_arena *arena,
                      struct item *out, struct xt_error *err);
enum xt_code item_put(struct xt_tx *tx, xt_id source, struct xt_str identifier, const struct item *item, xt_id run,
                      struct xt_error *err);
/* Notes what an item was before this run, unless the run has changed it before. */
enum xt_code past_note(struct xt_tx *tx, xt_id source, struct xt_str identifier, const struct item *before, xt_id run,
                       struct xt_error *err);
/* Lets go of what can no longer be undone: the past of runs before the kept ones. */
enum xt_code past_trim(struct xt_tx *tx, xt_id source, xt_id before_run, struct xt_error *err);
/* The first eight bytes of the hashes that items, their past and quarantine name, sorted, on the heap. */
enum xt_code payloads_named(struct xt_conn *conn, uint64_t **out, size_t *out_count, struct xt_error *err);
/* Removes of the next payloads behind a hash those that are not named, and moves the hash on; *out_more false at the end, or
 * when a run has come on since: then nothing is removed. */
enum xt_code payload_trim(struct xt_tx *tx, const uint64_t *named, size_t count, xt_instant since,
                          struct xt_hash *after, bool *out_more, struct xt_error *err);
enum xt_code live_count(struct xt_conn *conn, xt_id source, int64_t *out, struct xt_error *err);

struct refused {
    struct xt_str identifier, datestamp;
    bool has_hash;
    struct xt_hash hash;
};
struct reason {
    struct xt_str rule, field, zh, en;
};
enum xt_code quarantine_put(struct xt_tx *tx, xt_id source, xt_id run, const struct refused *refused,
                            const struct reason *reasons, size_t count, struct xt_error *err);
enum xt_code quarantine_drop(struct xt_tx *tx, xt_id source, struct xt_str identifier, bool *out_was,
                             struct xt_error *err);
enum xt_code quarantine_count(struct xt_conn *conn, xt_id source, int64_t *out, struct xt_error *err);
/* The payload of a refused record. */
enum xt_code quarantine_hash(struct xt_conn *conn, xt_id source, struct xt_str identifier, bool *out_has,
                             struct xt_hash *out, struct xt_error *err);
enum xt_code quarantine_has(struct xt_conn *conn, xt_id source, struct xt_str identifier, bool *out,
                            struct xt_error *err);
struct refused_row {
    struct xt_str identifier, datestamp, rule, field, zh, en; /* one reason of it */
    int64_t at, n;
};
/* The reasons of refused records behind an identifier; visit returns false to stop. */
enum xt_code quarantine_each(struct xt_conn *conn, xt_id source, struct xt_str after, int64_t records,
                             bool (*visit)(void *context, const struct refused_row *row), void *context,
                             struct xt_error *err);
struct diagnosis_row {
    struct xt_str rule, field;
    int64_t count;
};
/* How many records break each rule, most first, at most limit rules. */
enum xt_code diagnosis_each(struct xt_conn *conn, xt_id source, int64_t limit,
                            void (*visit)(void *context, const struct diagnosis_row *row), void *context,
                            struct xt_error *err);
/* Up to ten records that break a rule. */
enum xt_code diagnosis_examples(struct xt_conn *conn, xt_id source, const struct diagnosis_row *rule,
                                void (*visit)(void *context, const struct refused_row *row), void *context,
                                struct xt_error *err);

/* ---- harvest_map.c ---- */

struct mapper; /* of one source, for one thread */
/* problems: of the mapping, when XT_E_INPUT. */
enum xt_code mapper_new(struct xt_node *node, const struct source *source, struct mapper **out,
                        struct xt_problems *problems, struct xt_error *err);
void mapper_free(struct mapper **mapper);
/* A payload as records, lent until the next. XT_E_INPUT: it cannot be read. No mapping for the format: count 0. */
enum xt_code mapper_read(struct mapper *mapper, const struct staged *row, struct xt_str payload, struct xt_mapped *out,
                         struct xt_error *err);
/* A payload of the format "xt" as a row of an export, new. *out_own: it is a record of this node itself. XT_E_INPUT names
 * what is wrong. */
enum xt_code harvest_xt_row(const struct xt_node *node, const json_t *payload, json_t **out, bool *out_own,
                            struct xt_error *err);
bool mapper_keeps_only(const struct mapper *mapper); /* there is no mapping: payloads are kept as they are */

/* ---- working on a run ---- */

struct harvest { /* one source being worked on, by one thread */
    struct xt_node *node;
    struct xt_job *job; /* NULL in tests */
    struct source source;
    struct run run;
    struct xt_arena arena; /* of source and run */
    struct xt_fetch_rules rules;
    struct xt_fetch *fetch;
    struct mapper *mapper;
    struct xt_str actor;
    FILE *progress; /* where to say how far it is, NULL = nowhere */
    enum xt_lang lang;
    int64_t said;          /* monotonic */
    int64_t looked;        /* when the wish to stop was last looked for, monotonic */
    bool stop;             /* it is wished */
    bool ending;           /* the program ends: the run stays open */
    bool first;            /* no run of the source is done yet: there is nothing to go back to */
    struct xt_error fault; /* of the source, code XT_OK = none: what ends the run */
};

/* Whether the work shall end: asked for by a person, by the job or because the program ends. */
bool harvest_stopping(struct harvest *h);
/* Saves h->run as it is, in a transaction of its own. */
enum xt_code harvest_save(struct harvest *h, struct xt_error *err);

/* harvest_ask.c: one request, with waits and retries. query begins with "verb=". XT_E_MEDIA and others as their messages. */
enum xt_code harvest_ask(struct harvest *h, const char *query, struct xt_oai_page *out, struct xt_error *err);
/* Adds name=value, escaped, to a query. */
void harvest_query_add(struct xt_text *query, const char *name, struct xt_str value);

/* harvest_publish.c: what waits, in batches; begins where it stopped. */
enum xt_code harvest_publish(struct harvest *h, struct xt_error *err);

/* harvest_run.c: brings h->run to its end, or as far as it comes; what stopped it stands in the run. Returns an error only
 * when the store fails. */
enum xt_code harvest_run(struct harvest *h, struct xt_error *err);

/* The class of a fault: "network", "timeout" ...; *out_retry: it may pass by itself. */
const char *harvest_class(const struct xt_error *fault, bool *out_retry);

/* ---- harvest_work.c ---- */

enum harvest_wish {
    WISH_CONTINUE, /* the open run, or a new one */
    WISH_FULL,     /* a new one from the beginning; an open one is dropped */
    WISH_RESTART,  /* an open one is dropped, a new one begun */
    WISH_CONFIRM,  /* the one that waits at the guard goes on */
    WISH_REMAP,    /* the payloads are mapped once more */
    WISH_ROLLBACK, /* back to the state after run `target` */
};
struct harvest_options {
    enum harvest_wish wish;
    xt_id target; /* ROLLBACK: -1 = the one before the last, 0 = before the first */
    struct xt_str actor;
    FILE *progress;
    enum xt_lang lang;
};
/* Works on the source of that name in this thread until its run ends or waits. *out_run is the run as it stands (texts the
 * arena's). XT_E_BUSY: another process or thread is at it. Also XT_E_CONFLICT: there is nothing to be confirmed or undone. */
enum xt_code harvest_work(struct xt_node *node, struct xt_str name, const struct harvest_options *options,
                          struct xt_arena *arena, struct run *out_run, struct xt_error *err);
/* Several in threads of their own, HARVEST_AT_ONCE at a time; done is told of each as it ends, one call at a time. */
struct harvest_done {
    void (*done)(void *context, const char *name, const struct run *run, const struct xt_error *failure);
    void *context;
};
void harvest_work_all(struct xt_node *node, const char *const *names, size_t count,
                      const struct harvest_options *options, const struct harvest_done *done);
enum xt_code harvest_start(struct xt_node *node, struct xt_error *err); /* continuous harvesting */
void harvest_stop(struct xt_node *node);
bool harvest_ends(void); /* the program ends */
/* Removes payloads that nothing names and runs of long ago: a job of its own, daily. */
enum xt_code harvest_tidy(struct xt_node *node, struct xt_job *job, struct xt_error *err);

/* One request at a time to a host, from all processes of this node, with a pause between them. Wait until it is our turn;
 * false: stopped. */
struct turn {
    int fd;
};
bool turn_take(struct harvest *h, const char *url, struct turn *out);
void turn_give(struct turn *turn);

/* harvest_settings.c: options that were given, into source; with `all` also the defaults of those that were not. */
enum xt_code harvest_read_settings(struct xt_cli *cli, struct source *source, bool all, struct xt_error *err);
/* harvest_show.c */
int harvest_list(struct xt_cli *cli, struct xt_error *err);
int harvest_show(struct xt_cli *cli, struct xt_error *err);
int harvest_quarantine(struct xt_cli *cli, struct xt_error *err);
int harvest_diagnose(struct xt_cli *cli, struct xt_error *err);
int harvest_payload(struct xt_cli *cli, struct xt_error *err);
void harvest_print_counts(const struct run *run); /* "seen=1 stored=1 ..." to standard output */

/* harvest_commands.c, harvest_routes.c */
extern const struct xt_command xt_harvest_commands[];
extern const struct xt_route xt_harvest_routes[];
extern const struct xt_schema xt_harvest_schemas[];

#endif
