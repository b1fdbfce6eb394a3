/*
 * engine.h - what an engine does behind search.h: keep documents and find those that match a tree of phrases.
 *
 * For the room's own files. Facets, ranges, order, paging and counting are ask.c's and the same for all engines.
 * An engine numbers documents from 0 as they come; a new version of a record is a new number.
 */
#ifndef XT_SEARCH_ENGINE_H
#define XT_SEARCH_ENGINE_H

#include "search/columns.h"
#include "search/dict.h"
#include "search/query.h"
#include "search/rank.h"

/* What is true of the index as of one committed transaction. */
struct index_state {
    uint32_t generation;   /* counts transactions */
    uint64_t docs;         /* numbers given so far */
    uint64_t live;         /* of them not replaced or deleted */
    uint64_t total_length; /* tokens of the living */
    uint64_t pool_used;
    int64_t reached;
    int32_t newest_year;   /* not later than the year in which it was fed */
    struct field_set used; /* fields that hold anything */
};

struct engine;
struct engine_reader;

/* A snapshot to search in, held by one thread. */
struct view {
    struct engine *engine;
    struct engine_reader *reader;
    const struct columns *columns;
    struct dict *dict;
    struct index_state state;
    uint8_t sees; /* documents of classes above this are not counted */
};

/* A tree of phrases (AND, OR, NOT below AND with something positive, TEXT) and how to score it. */
struct text_plan {
    const struct query_node *root;
    const struct field_set *allowed; /* the reader's fields, NULL = all */
    const struct rank *rank;
    const double *weights; /* by field */
    bool scored;           /* else scores need not be worked out */
    const double *least;   /* a score that is certain to be below this may be given as any other that is */
    uint64_t from, to;     /* documents: from <= number < to */
};

#define BATCH_DOCS 1024 /* at most this many at a time */

/* Takes matching documents: in rising order, each batch of one block of the columns. False ends the search. Dead ones and
 * those above the reader's class come too. scores may be NULL when none were asked for. */
typedef bool take_docs(void *context, const uint32_t *docs, const double *scores, size_t count);

struct engine_ops {
    const char *name;
    bool
        mixes; /* run() also takes a tree in which AND and OR stand below each other, or NOT beside a word with a twin */
    /* See xt_search_open. *out_fresh is set when the index had to be made. */
    enum xt_code (*open)(const char *dir, const struct xt_search_schema *schema, bool may_feed, struct engine **out,
                         bool *out_fresh, struct xt_error *err);
    void (*close)(struct engine *engine);
    enum xt_code (*feed)(struct engine *engine, const struct xt_search_doc *docs, size_t count, int64_t reached,
                         struct xt_error *err);
    enum xt_code (*tidy)(struct engine *engine, unsigned budget_ms, struct xt_error *err);
    enum xt_code (*verify)(struct engine *engine, struct xt_problems *problems, struct xt_error *err);
    int64_t (*parts)(const struct view *view); /* NULL = one */
    /* Ends what runs in the background, before another takes its place. NULL = nothing does. */
    void (*rest)(struct engine *engine);
    /* Has the index been deleted or replaced since it was opened? */
    bool (*gone)(struct engine *engine);
    enum xt_code (*begin)(struct engine *engine, struct view *out, struct xt_error *err);
    void (*end)(struct view *view);
    /* How many living documents that the view sees a phrase occurs in, at least roughly. */
    enum xt_code (*frequency)(struct view *view, const struct query_node *leaf, const struct field_set *allowed,
                              int64_t *out, struct xt_error *err);
    enum xt_code (*run)(struct view *view, const struct text_plan *plan, take_docs *take, void *context,
                        struct xt_error *err);
    /* About how many postings run() would read. NULL: parts of a plan cannot run at the same time in one view. */
    uint64_t (*work)(struct view *view, const struct text_plan *plan);
};

extern const struct engine_ops engine_fts5;
extern const struct engine_ops engine_segment;

#endif
