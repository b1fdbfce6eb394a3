/*
 * sensitivity.h - how sure an index is: ranks over many ways of making it, and which choice moves them.
 *
 * A *factor* is a choice that might have been made otherwise: another value of a step, another set of weights, noise on
 * weights, one indicator left out, error of measurement. A *draw* makes one choice for each factor and runs the index.
 * The result holds the rank of every unit in every draw; all else (intervals, chances, Sobol indices) comes from that.
 *
 * Draws are points of Sobol's sequence (sobol.h), or all combinations where the factors are discrete and few
 * (xt_sensitivity_exact): then the figures are exact. Handbook step 7; Saltelli et al. 2010 for the estimators: Jansen for
 * the total effect, and for the first order mean((yB - m)(yAB - yA)) / V with m the mean of all y.
 *
 * The same factors, seed and number of draws give the same bytes whatever the number of threads. Steps that two draws
 * share are done once a thread. Units are the rows of one period.
 */
#ifndef XT_INDICATOR_SENSITIVITY_H
#define XT_INDICATOR_SENSITIVITY_H

#include "indicator/index.h"
#include "indicator/sobol.h"

#define XT_FACTORS_MAX     (XT_SOBOL_DIMENSIONS_MAX / 2)
#define XT_CHOICES_MAX     1000 /* of a factor */
#define XT_DRAWS_MAX       2000000
#define XT_EXACT_DRAWS_MAX 200000
#define XT_RANKS_MAX       ((size_t)200 * 1000 * 1000) /* draws times rows */

enum xt_factor_kind {
    XT_FACTOR_STEP,    /* one of `steps` in the place of step `at` */
    XT_FACTOR_WEIGHTS, /* one of `weights` (of each node) in place of the nominal ones */
    XT_FACTOR_NOISE,   /* each weight times 1 + amount * u, u within -1 and 1 */
    XT_FACTOR_EXCLUDE, /* one indicator left out (its weight is 0), or none: equally likely */
    XT_FACTOR_ERROR    /* each value times 1 + amount * z, z normal */
};

struct xt_factor {
    const char *name;
    enum xt_factor_kind kind;
    size_t at; /* STEP: which; the aggregation too */
    const struct xt_index_step
        *steps;                   /* STEP: alternatives of the same kind as the recipe's, or a kind of its own place */
    const bool *left_out;         /* STEP: per alternative, the step is not done at all; NULL = none is */
    const double *const *weights; /* WEIGHTS */
    size_t count;                 /* STEP, WEIGHTS: how many alternatives */
    double amount;                /* NOISE, ERROR: relative, 0..1 */
};

struct xt_sensitivity_plan {
    const struct xt_factor *factors;
    size_t factor_count;
    size_t draws;     /* uncertainty: as many; sobol: N, so that draws * (factors + 2) runs are made */
    uint64_t seed;    /* of noise and error, and of the shift of the points */
    int32_t period;   /* whose units; ignored where the table has no periods */
    unsigned threads; /* 0 = as many as there are cores, at most 16 */
};

struct xt_sensitivity {
    size_t draws, rows, factors;
    size_t *row;      /* of each unit into the table */
    int32_t *nominal; /* [unit]: rank by the recipe as it is; 0 = missing */
    int32_t *ranks;   /* [draw * rows + unit] */
    double *shift;    /* [draw]: mean absolute difference of the ranks from the nominal ones */
    /* sobol and exact only, else NULL */
    double *first, *total;           /* [factor]: of the mean shift */
    double *first_unit, *total_unit; /* [factor * rows + unit]: of the unit's rank; NaN where it never moves */
    size_t failed; /* draws in which the index could not be made: their ranks are all 0 and they count nowhere */
};

/* Whether plan fits: XT_E_INPUT with every fault by factor name (no alternatives, a step that is not there or of another
 * kind, too many draws, an amount out of range, a period that is not in the table). */
XT_MUST_USE enum xt_code xt_sensitivity_check(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                              const struct xt_index_recipe *recipe,
                                              const struct xt_sensitivity_plan *plan, struct xt_problems *problems,
                                              struct xt_error *err);

/* All three free what they made when they fail; xt_sensitivity_done() frees the result. */
XT_MUST_USE enum xt_code xt_sensitivity_draw(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                             const struct xt_index_recipe *recipe,
                                             const struct xt_sensitivity_plan *plan, struct xt_sensitivity *out,
                                             struct xt_problems *problems, struct xt_error *err);
XT_MUST_USE enum xt_code xt_sensitivity_sobol(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                              const struct xt_index_recipe *recipe,
                                              const struct xt_sensitivity_plan *plan, struct xt_sensitivity *out,
                                              struct xt_problems *problems, struct xt_error *err);
/* Every combination, each as likely as the other. XT_E_INPUT where a factor is not discrete or there are more than
 * XT_EXACT_DRAWS_MAX; EXCLUDE is discrete. */
XT_MUST_USE enum xt_code xt_sensitivity_exact(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                              const struct xt_index_recipe *recipe,
                                              const struct xt_sensitivity_plan *plan, struct xt_sensitivity *out,
                                              struct xt_problems *problems, struct xt_error *err);
void xt_sensitivity_done(struct xt_sensitivity *result);

/* ---- what the ranks say ---- */

struct xt_rank_range {
    double mean, median, low, high; /* quantiles of type 7: low and high at 5 and 95 % */
    int32_t best, worst;
    size_t draws; /* in which the unit had a rank */
};
void xt_sensitivity_range(const struct xt_sensitivity *result, size_t unit, struct xt_rank_range *out);
/* The share of draws in which unit is among the first k. */
double xt_sensitivity_top(const struct xt_sensitivity *result, size_t unit, int32_t k);
/* The share of draws in which a stands before b, ties half. */
double xt_sensitivity_ahead(const struct xt_sensitivity *result, size_t a, size_t b);

/* ---- estimators by themselves, for functions of any kind ---- */

/* yA, yB: n values each; yAB: factors * n. Values of NaN in any of the three leave their place out. */
void xt_sobol_indices(const double *y_a, const double *y_b, const double *y_ab, size_t n, size_t factors, double *first,
                      double *total);
/* y of every combination in mixed radix: the first factor turns slowest. */
void xt_exact_indices(const double *y, const size_t *levels, size_t factors, double *first, double *total);

#endif
