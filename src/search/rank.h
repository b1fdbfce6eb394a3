/*
 * rank.h - the rank formula, the same in every engine (docs/search.md explains it).
 *
 * For the room's own files. A phrase that hits a document gives idf * core, where core saturates the hits weighted by
 * the field they stand in against the document's length (BM25F with one length). AND adds its parts, OR adds those that
 * match, NOT gives what stands before it. The sum is raised a little for the newest documents. The values were measured
 * on real data (./dev bench relevance).
 */
#ifndef XT_SEARCH_RANK_H
#define XT_SEARCH_RANK_H

#include <math.h>
#include <stdint.h>

#include "search/query.h"

#define RANK_K1          1.2
#define RANK_B           0.6
#define RANK_SYNONYM     0.6 /* a synonym counts so much of what the word itself would */
#define RANK_FRESH       0.1 /* a document of the newest year counts a tenth more ... */
#define RANK_FRESH_YEARS 20  /* ... one that is this much older nothing more */

/* What scoring needs of the index; a cursor carries it on, so that every page is scored alike. */
struct rank {
    double average_length;
    int32_t newest_year;
    double idf[QUERY_LEAVES_MAX];
};

static inline double rank_weight(enum xt_weight weight)
{
    static const double weights[XT_WEIGHTS] = {
        [XT_WEIGHT_TITLE] = 6.0, [XT_WEIGHT_KEYWORDS] = 4.0, [XT_WEIGHT_WHO] = 2.5,
        [XT_WEIGHT_IDENT] = 2.0, [XT_WEIGHT_TEXT] = 1.0,     [XT_WEIGHT_APART] = 1.0,
    };

    return weights[weight];
}

static inline double rank_idf(int64_t documents, int64_t with)
{
    if (with > documents)
        with = documents;
    return log(1.0 + ((double)documents - (double)with + 0.5) / ((double)with + 0.5));
}

static inline double rank_core(const struct rank *rank, double weighted_hits, unsigned length)
{
    double k = RANK_K1 * (1.0 - RANK_B + RANK_B * (double)length / rank->average_length);

    return weighted_hits * (RANK_K1 + 1.0) / (weighted_hits + k);
}

static inline double rank_fresh(const struct rank *rank, int32_t year)
{
    int32_t age = rank->newest_year - year;

    if (year == 0 || age >= RANK_FRESH_YEARS)
        return 1.0;
    if (age < 0)
        age = 0;
    return 1.0 + RANK_FRESH * (double)(RANK_FRESH_YEARS - age) / RANK_FRESH_YEARS;
}

/* The score of a tree of phrases from idf * core of each leaf (negative = the leaf does not match); negative when the
 * tree does not match. What stands under a NOT is known not to match. */
double rank_tree(const struct query_node *node, const double *scores);

#endif
