/*
 * ask_priv.h - one question being answered: what is the same for all its documents (struct ask), and what one thread
 * has found so far (struct pass).
 *
 * For ask.c (from the question to a plan, from the passes to the answer) and ask_pass.c (the documents between).
 * struct ask is read-only while passes run; each pass belongs to one thread.
 */
#ifndef XT_SEARCH_ASK_PRIV_H
#define XT_SEARCH_ASK_PRIV_H

#include "search/ask.h"

#define FILTERS_MAX (SCHEMA_FACETS_MAX + SCHEMA_RANGES_MAX)

struct span {
    int64_t low, high;
};

struct filter {
    bool is_facet;
    unsigned index;   /* of the facet or range */
    uint8_t *pass;    /* by ordinal: chosen, or below a chosen one */
    uint32_t *chosen; /* ordinals chosen, for the list of counts */
    size_t chosen_count;
    struct span *spans;
    size_t span_count;
};

/* One side of a table of two facets. */
struct axis {
    unsigned facet, size;  /* with place 0, in which all count */
    const uint16_t *place; /* by ordinal, 0 for 0; 0 = in none of the others */
};

struct hit {
    double score;
    int64_t date; /* or the number to sort by */
    uint64_t prefix;
    int64_t id;
    uint32_t doc;
};

struct ask {
    const struct engine_ops *ops;
    struct view *view;
    const struct columns *columns;
    struct dict *dict;
    const struct xt_search_schema *schema;
    const struct xt_search_request *request;
    struct xt_arena *arena;
    struct query query;

    uint32_t generation;
    uint8_t reader;
    struct field_set allowed_set;
    const struct field_set *allowed; /* NULL = all fields */

    const struct query_node *conditions[QUERY_LEAVES_MAX];
    size_t condition_count;
    struct filter filters[FILTERS_MAX];
    size_t filter_count;
    int filter_of_facet[SCHEMA_FACETS_MAX]; /* -1 = none */

    unsigned wanted[SCHEMA_FACETS_MAX]; /* facets to count */
    size_t wanted_count;
    struct axis axes[2]; /* rows, columns */
    size_t cells;        /* of the table, 0 = none is wanted */

    enum xt_sort sort;
    unsigned limit;
    bool has_cursor;
    struct cursor cursor;
    bool scored; /* score * freshness decides the order */
    int year_facet;
    double *fresh; /* by ordinal of the year facet */
    struct rank rank;
    double weights[SCHEMA_FIELDS_MAX];

    int64_t until_us; /* 0 = no budget */
};

struct pass {
    const struct ask *ask;
    struct facet_counts *counts; /* by facet */
    struct hit *heap;            /* the worst of the best first */
    size_t heap_count;
    int64_t *table; /* ask's cells, row by row */
    int64_t total, after_cursor;
    double least;      /* scores below this cannot be among the best any more */
    bool stopped;      /* the time was up */
    uint64_t from, to; /* documents that this pass looks at */
    uint64_t next;     /* the first that it has not seen */
};

/* A take_docs() for a pass: filters, counts and keeps the best of a batch. */
bool pass_take(void *pass, const uint32_t *docs, const double *scores, size_t count);
/* False when the time is up, and from then on. */
bool pass_in_time(struct pass *pass);
bool condition_holds(const struct ask *a, const struct query_node *node, uint32_t doc);

/* Does x stand before y? No two documents are equal: ids differ. */
bool hit_before(const struct ask *a, const struct hit *x, const struct hit *y);
void heap_keep(struct pass *pass, const struct hit *hit);
void heap_sift_down(struct pass *pass, size_t at, size_t count);

/* ---- cross.c ---- */

/* By ordinal of `through`, whose values are names: the place that by_value, by ordinal of facet, gives the first value with one
 * of the document of that name. The reader's arena. */
uint16_t *places_by_name(const struct ask *a, unsigned through, unsigned facet, const uint16_t *by_value);
XT_MUST_USE enum xt_code cross_prepare(struct ask *a, struct xt_error *err);
/* Counts documents of one block, n > 0. */
void cross_take(struct pass *pass, const uint32_t *docs, size_t n);
void cross_join(struct pass *pass, const struct pass *other);

/* ---- like.c ---- */

/* The query's tree and, beside it, any of the words that tell most of the request's texts; nothing matches when none tells
 * anything. */
XT_MUST_USE enum xt_code like_add(struct ask *a, struct xt_error *err);

static inline void counts_touch(struct facet_counts *counts, uint32_t ordinal)
{
    if (counts->leaf[ordinal] == 0 && counts->direct[ordinal] == 0)
        counts->touched[counts->touched_count++] = ordinal;
}

#endif
