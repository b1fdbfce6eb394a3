/*
 * tour.h - the tour of the query language: examples of searches from tour.json, run for a reader.
 *
 * Page, API, documentation and tests take their examples from this one file, so none of them shows what does not run.
 */
#ifndef XT_CATALOG_TOUR_H
#define XT_CATALOG_TOUR_H

#include "catalog/catalog.h"
#include "catalog/suggest.h"

struct xt_tour_step { /* strings are the region's */
    const char *name, *label, *about;
    const json_t *examples;
    size_t example_count;
};

struct xt_tour_example { /* strings are the arena's or the region's */
    const char *says;
    const char *typed;                  /* in the search box, for suggestions; NULL of a search */
    struct xt_suggest_answer suggested; /* of what is typed */
    const struct xt_pair *params;       /* of a search: names and values */
    size_t param_count;
    bool overview;                  /* is to be seen from above: /overview with these parameters */
    bool nowhere;                   /* the record that it starts from is not here: nothing was asked */
    bool passing;                   /* soon another: time was up, or the index is behind; for reply->passing */
    struct xt_search_answer answer; /* total and how it was read; without hits */
};

size_t xt_tour_steps(const struct xt_region *region); /* 0 where the region has no tour */
void xt_tour_step(const struct xt_region *region, size_t step, enum xt_lang lang, struct xt_tour_step *out);
/* Runs one example. *out_known is false, and nothing else is said, where it names a facet that this region does not have. */
XT_MUST_USE enum xt_code xt_tour_run(struct xt_request *request, const struct xt_tour_step *step, size_t example,
                                     struct xt_tour_example *out, bool *out_known, struct xt_error *err);

#endif
