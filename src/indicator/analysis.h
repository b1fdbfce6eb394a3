/*
 * analysis.h - what an index is made of: correlations, consistency, principal components, weights from judgements, what
 * each indicator does to scores and ranks, and why a unit moved between two times. Handbook steps 4, 6, 7 and 8.
 *
 * Columns are arrays of n values; a row counts where all values it needs are there. Functions of plain arrays hold nothing
 * and are safe from any thread.
 */
#ifndef XT_INDICATOR_ANALYSIS_H
#define XT_INDICATOR_ANALYSIS_H

#include "indicator/index.h"

/* ---- between columns ---- */

double xt_correlation(const double *x, const double *y, size_t n); /* Pearson; NaN below three pairs or when constant */
double xt_correlation_spearman(const double *x, const double *y, size_t n); /* of mean ranks */
double xt_correlation_kendall(const double *x, const double *y, size_t n);  /* tau-b */

/* Cronbach's alpha of count columns over complete rows (k / (k-1) * (1 - sum of variances / variance of the sum)); NaN for
 * fewer than two columns or rows. */
double xt_cronbach(const double *const *columns, size_t count, size_t n);

/* Principal components of the correlation matrix over complete rows: values descending and sum to count; vector[k * count + i]
 * is column i in component k, of length 1, with its largest part positive. XT_E_INPUT with fewer than three complete rows
 * or a constant column (its number in the error). */
XT_MUST_USE enum xt_code xt_principal(const double *const *columns, size_t count, size_t n, double *values,
                                      double *vectors, struct xt_error *err);
/* Weights by the first component: squared loadings, which sum to 1. */
void xt_principal_weights(const double *vectors, size_t count, double *weights);

/* ---- weights from judgements (analytic hierarchy process, Saaty 1980) ---- */

#define XT_AHP_MAX 15
struct xt_ahp {
    double weights[XT_AHP_MAX]; /* sum to 1: the principal eigenvector */
    double lambda, consistency; /* its value; the consistency ratio, which should stay below 0.1 */
};
/* m[i * n + j]: how many times more i counts than j. XT_E_INPUT where it is not reciprocal (m_ij m_ji = 1 to 1e-6),
 * not positive, or n is not 1..XT_AHP_MAX; the place is named. */
XT_MUST_USE enum xt_code xt_ahp(const double *m, size_t n, struct xt_ahp *out, struct xt_error *err);

/* ---- what each node does ---- */

struct xt_node_effect {
    double nominal; /* share in the top by weights alone: the product of its own and those above it */
    double
        variance; /* share in the variance of the top: cov(nominal * x, top) / var(top); sums to 1 over the indicators of
                        an arithmetic index without missing values */
    double correlation; /* with the top */
};
/* For every node; rows of `period` only (ignored where there are none). */
void xt_index_effects(const struct xt_index_tree *tree, const struct xt_index_table *table,
                      const struct xt_index_result *result, int32_t period, struct xt_node_effect *out);

struct xt_removed {
    double shift;    /* mean absolute change of rank of all units when this node is left out */
    int32_t largest; /* the greatest, */
    size_t unit;     /* and whose it is: a row of the table */
};
/* Leaves out each node but the top in turn, at the aggregation. */
XT_MUST_USE enum xt_code xt_index_remove_each(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                              const struct xt_index_recipe *recipe, int32_t period,
                                              struct xt_removed *out, struct xt_problems *problems,
                                              struct xt_error *err);

/* What lifts and what lowers a unit beside its peers: for each indicator, its nominal share times the distance of its
 * normalised value from the mean of the peers (rows; the unit itself may be among them). NaN where it has none. */
void xt_index_against(const struct xt_index_tree *tree, const struct xt_index_result *result, size_t row,
                      const size_t *peers, size_t peer_count, double *out);

struct xt_index_change {
    double before, after; /* scores of the top */
    double own;           /* what the unit's own values did, measured with the yardstick of before */
    double yardstick;     /* what the others' values did to it: after - before - own */
};
/* Between two periods of table; one entry for each row of `after` (in the order of rows), NaN where a score is missing. The
 * steps run over all rows: before and after are the scores of xt_index_run() with recipe. For own a normalisation over each
 * period is taken with the minimum, maximum, mean and deviation of `before`; one over all periods, over a base or by a base
 * year is the same in both, and then own is the whole change. XT_E_INPUT as of a run, also where a value of `after` measured
 * so does not allow the recipe's means. */
XT_MUST_USE enum xt_code xt_index_changes(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                          const struct xt_index_recipe *recipe, int32_t before, int32_t after,
                                          struct xt_index_change *out, struct xt_problems *problems,
                                          struct xt_error *err);

#endif
