/*
 * relevance_sets.h - a collection of records with queries and what is right for each, and the measures of an answer.
 *
 * Reads what relevance_sets.mjs wrote: FOLDER/docs.tsv and FOLDER/queries.tsv. All texts point into the files, which the
 * collection owns.
 */
#ifndef XT_BENCH_RELEVANCE_SETS_H
#define XT_BENCH_RELEVANCE_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define RELEVANCE_DEPTH 100 /* so many hits are looked at; what stands behind them counts as not found */

enum { RELEVANCE_TITLE, RELEVANCE_KEYWORDS, RELEVANCE_ABSTRACT, RELEVANCE_FIELDS };

struct relevance_doc {
    struct xt_str fields[RELEVANCE_FIELDS]; /* keywords: several, with U+001F between */
};

struct relevance_right {
    uint32_t doc;
    float grade;
};

struct relevance_query {
    struct xt_str set;
    unsigned half; /* 0: weights are chosen by it, 1: they are checked by it */
    bool any;      /* OR, else AND */
    bool as_it_is; /* one term, sent as a person would type it; else each term is a phrase */
    struct xt_str terms[64];
    size_t term_count;
    int64_t left_out;              /* a record that is no answer; -1 = none */
    struct relevance_right *right; /* by rising doc */
    size_t right_count;
    double ideal; /* the discounted gain of the best order */
};

struct relevance_collection {
    struct relevance_doc *docs;
    size_t doc_count;
    struct relevance_query *queries;
    size_t query_count;
    char *files[2];
};

/* Leaves the program with a sentence when a file is not there or not as expected. */
void relevance_read(const char *folder, struct relevance_collection *out);
void relevance_done(struct relevance_collection *collection);

/* What an answer is worth: 1/rank of the first right one (0 behind RELEVANCE_DEPTH), whether a right one is first and among
 * the first ten, and nDCG@10 with the grade as gain and log2(rank + 1) as discount. */
struct relevance_worth {
    double reciprocal, first, ten, ndcg;
};
struct relevance_worth relevance_judge(const struct relevance_query *query, const uint32_t *hits, size_t count);

/* The next item of a list with this separator; false when there is none left. */
bool relevance_item(struct xt_str *list, char separator, struct xt_str *out);

#endif
