/* index_priv.h - what the steps of an index share; for index_*.c only. */
#ifndef XT_INDICATOR_INDEX_PRIV_H
#define XT_INDICATOR_INDEX_PRIV_H

#include "indicator/index.h"

struct xt_index_state { /* of a run */
    const struct xt_index_tree *tree;
    const struct xt_index_table *table;
    struct xt_arena *arena;
    struct xt_index_result *result;
    double **x;           /* [indicator][row]: as it stands now */
    size_t *by_period;    /* rows sorted by period, then by place */
    size_t *period_first; /* of each period into by_period; one more at the end */
    size_t periods;
    size_t *by_unit, *by_group; /* rows by unit and period, by period and group; NULL until they are asked for */
    double *scratch, *scratch2; /* rows of them */
    struct xt_problems *problems, *warnings;
};

/* index_steps.c, index_treat.c, index_aggregate.c: each changes state->x (or fills the scores). */
void xt_index_screen(struct xt_index_state *state, const struct xt_index_step *step);
void xt_index_denominate(struct xt_index_state *state, const struct xt_index_step *step);
void xt_index_impute(struct xt_index_state *state, const struct xt_index_step *step);
void xt_index_treat(struct xt_index_state *state, const struct xt_index_step *step);
void xt_index_normalise(struct xt_index_state *state, const struct xt_index_step *step);
void xt_index_aggregate(struct xt_index_state *state, const struct xt_index_step *step);

/* Fills the groups of score ([node][row]) from its indicators; used (may be NULL) gets the weights, siblings summing to 1. */
void xt_index_score(struct xt_index_state *state, const struct xt_index_step *step, double **score, double *used);
/* Ranks of scores within each period. */
void xt_index_rank(struct xt_index_state *state, const double *score, int32_t *out);
/* A run begun and its steps done up to one, without checks; in state->x. */
void xt_index_begin(struct xt_index_state *state);
void xt_index_step(struct xt_index_state *state, const struct xt_index_step *step);
/* What is said of a run that met problems, before of which were there already: the first of its own; where too many came
 * before, the last that was kept. */
XT_MUST_USE enum xt_code xt_index_failed(const struct xt_problems *problems, size_t before, struct xt_error *err);

/* One vector: winsorised point by point, then, still failing, the logarithm of what it was. In place. */
void xt_index_treat_vector(double *x, size_t n, const struct xt_index_step *step, double *scratch,
                           struct xt_index_treated *out);

#endif
