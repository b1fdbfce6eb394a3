/*
 * relevance_model.h - the rank formula of rank.h with weights that can be chosen, over hits counted once by a plain scan.
 *
 * Serves to try weights without building the program anew, and agrees with the engines where the weights are theirs.
 * Queries sent as they are typed are left out: few of them find more than themselves.
 */
#ifndef XT_BENCH_RELEVANCE_MODEL_H
#define XT_BENCH_RELEVANCE_MODEL_H

#include "relevance_sets.h"
#include "search/search.h"

struct relevance_weights {
    double fields[RELEVANCE_FIELDS];
    double k1, b;
    double fresh; /* share that a record of the newest year gains; ages are drawn by lot, 0 to 20 years */
};
struct relevance_weights relevance_present(void); /* those of rank.h, without freshness */

struct relevance_model;
/* Borrows the collection. */
struct relevance_model *relevance_model_new(const struct relevance_collection *collection,
                                            const struct xt_search_schema *schema);
void relevance_model_free(struct relevance_model **model);

/* Is this query in the model? Then its worth with these weights. */
bool relevance_model_has(const struct relevance_model *model, size_t query);
struct relevance_worth relevance_model_judge(const struct relevance_model *model, size_t query,
                                             const struct relevance_weights *weights);

/* The query in our language. */
void relevance_text(const struct relevance_query *query, struct xt_text *out);

#endif
