/*
 * index_drawn.h - the draws of a published release, run again for questions that it holds no answer to.
 *
 * The last ones are kept in memory (some 50 MB at most), so that what is asked next of the same release is answered at once.
 * They are made by one thread, and by turns (index_turn.h). Safe from any thread; what was taken is read-only.
 */
#ifndef XT_INDICATOR_INDEX_DRAWN_H
#define XT_INDICATOR_INDEX_DRAWN_H

#include "indicator/published.h"

#define XT_DRAWN_RANKS_MAX ((size_t)10 * 1000 * 1000)     /* draws times units: four bytes each */
#define XT_DRAWN_WORK_MAX  ((uint64_t)1000 * 1000 * 1000) /* draws times rows times nodes: some seconds */

struct xt_index_drawn {
    struct xt_sensitivity s;
    const char **unit; /* code of each unit of s */
    int32_t period;    /* theirs */
    /* private */
    struct xt_arena arena;
    struct xt_hash hash; /* of the release */
    unsigned refs;
};

/* XT_E_NOT_FOUND where the release has no draws, XT_E_TOO_LARGE where they are too many to be run for a question, XT_E_BUSY.
 * Given back by xt_index_drawn_done(). */
XT_MUST_USE enum xt_code xt_index_drawn_take(struct xt_node *node, const struct xt_published *published,
                                             struct xt_index_drawn **out, struct xt_error *err);
void xt_index_drawn_done(struct xt_index_drawn **drawn); /* for XT_AUTO; NULL is fine */
/* Which of the units has this code; SIZE_MAX = none. */
size_t xt_index_drawn_unit(const struct xt_index_drawn *drawn, struct xt_str code);

#endif
