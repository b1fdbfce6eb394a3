/*
 * ask.h - answering a query over a view of any engine.
 *
 * For the room's own files. struct scratch holds the counters of facets between questions, always zero then, so that
 * a question that matches little also costs little; one question uses it at a time.
 */
#ifndef XT_SEARCH_ASK_H
#define XT_SEARCH_ASK_H

#include "search/engine.h"

struct facet_counts {
    uint32_t *leaf;    /* by ordinal: documents with only this value */
    uint32_t *direct;  /* nested facets: documents with several values, counted with all that stand above */
    uint32_t *touched; /* ordinals with a count */
    uint32_t touched_count;
    size_t room; /* ordinals the arrays have room for */
};

#define PASSES_MAX 2 /* threads that work on one question */

struct scratch {
    struct scratch *next;
    struct facet_counts counts[PASSES_MAX][SCHEMA_FACETS_MAX];
};

void scratch_free(struct scratch *scratch);

XT_MUST_USE enum xt_code ask_view(const struct engine_ops *ops, struct view *view,
                                  const struct xt_search_schema *schema, struct scratch *scratch,
                                  const struct xt_search_request *request, struct xt_arena *arena,
                                  struct xt_search_answer *out, struct xt_error *err);

/* For tests alone: in how many documents a phrase is said to be, in place of what the engine counts, so that two engines
 * score with the same numbers. NULL otherwise. */
extern int64_t (*ask_frequency)(const struct query_node *leaf);

/* Pages: what the last hit of a page was, and how it was scored. */
struct cursor {
    enum xt_sort sort;
    int64_t id;
    double score;
    int64_t date;
    struct xt_str key;
    struct rank rank;
    size_t leaf_count;
};

/* Text of a cursor that only fits the same question. */
const char *cursor_write(const struct cursor *cursor, const struct xt_search_request *request, struct xt_arena *arena);
bool cursor_read(struct xt_str text, const struct xt_search_request *request, struct xt_arena *arena,
                 struct cursor *out);

#endif
