/*
 * index.h - composite indexes: a table of units and indicators becomes scores, ranks and reasons.
 *
 * A *tree* says what is measured: indicators (leaves) under groups, dimensions and the index. A *table* holds the values:
 * a row for each unit and period, a column for each indicator, missing values as NaN. A *recipe* is a list of steps; the
 * result keeps what each step made, so that every number opens to what made it.
 *
 * Formulas and their sources are in docs/index-method.md; "Handbook" is the OECD/JRC Handbook on Constructing Composite
 * Indicators (2008). Rules that hold everywhere:
 *   - Missing stays missing until a step fills it. A missing child is left out of its parent and the other weights are
 *     rescaled; a parent without children is missing.
 *   - Direction: values of an indicator of direction -1 change their sign before they are normalised, not before.
 *   - Scores rank from the greatest, equal ones share the best place (1, 2, 2, 4); missing ones have rank 0.
 *   - What is constant says nothing: it is normalised to the middle of its range (by rank, borda and percentile to the
 *     least, by fraction-max to 1), with a warning.
 *   - Order of rows and columns changes nothing but the last digits of sums. A change of units (x -> a x + b, a > 0) changes no normalised value but
 *     those that the method ties to zero (fraction of the maximum, distance to a target, base year).
 * Numbers are IEEE doubles; sums run in the order of the tree and of the rows, whatever the number of threads, so the
 * same input gives the same bytes.
 *
 * Threads: trees and tables are read-only once made and may be shared; a run belongs to one thread.
 */
#ifndef XT_INDICATOR_INDEX_H
#define XT_INDICATOR_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"

#define XT_INDEX_NODES_MAX   2000
#define XT_INDEX_ROWS_MAX    200000
#define XT_INDEX_STEPS_MAX   16
#define XT_INDEX_LEVELS_MAX  8
#define XT_INDEX_CODE_SIZE   64
#define XT_INDEX_CELLS_MAX   10000000 /* indicators and columns times rows */
#define XT_INDEX_COLUMNS_MAX 100      /* beside the indicators */
#define XT_INDEX_CONTEST_MAX 5000     /* units of a period that are compared in pairs (Copeland) */
#define XT_INDEX_POINTS_MAX  100      /* winsorised */
#define XT_INDEX_VALUE_MAX   1e60     /* fourth powers of more are no numbers any longer */

/* ---- the tree ---- */

struct xt_index_node {
    char code[XT_INDEX_CODE_SIZE];
    const char *label[XT_LANGS]; /* NULL = the code */
    const char *unit;
    const char *head;                /* by which data know it beside code and label; NULL = none */
    char parent[XT_INDEX_CODE_SIZE]; /* "" of the top */
    double weight;                   /* nominal, relative to its siblings, >= 0 */
    /* indicators */
    bool indicator;
    int direction;                        /* 1: more is better; -1: less is */
    char denominator[XT_INDEX_CODE_SIZE]; /* code of a column of the table or of another indicator, "" = none */
    double target;                        /* NaN = none */
};

struct xt_index_tree {
    const struct xt_index_node *nodes; /* as given, owned by the arena that the tree was made in */
    size_t count;
    size_t top;
    size_t *parent;     /* of each node; SIZE_MAX of the top */
    size_t *level;      /* of each node: 1 = indicators, a parent stands one above its highest child */
    size_t levels;      /* of the top */
    size_t *indicators; /* node numbers of the indicators, in order */
    size_t indicator_count;
    size_t *column;              /* of each node: the place of an indicator among them; SIZE_MAX of others */
    size_t *first, *child_count; /* children of node n are child[first[n]] ... */
    size_t *child;
    size_t *upward; /* groups in an order in which children come before their parent */
    size_t group_count;
};

/* Checks nodes as a whole and puts the tree together in arena. XT_E_INPUT with every fault by code: a code that is empty,
 * doubled or too long, a parent that is missing or an indicator, circles, no or several tops, weights below zero or that
 * sum to nothing among siblings, a direction that is neither 1 nor -1, groups without children, no indicator. */
XT_MUST_USE enum xt_code xt_index_tree_make(const struct xt_index_node *nodes, size_t count, struct xt_arena *arena,
                                            struct xt_index_tree *out, struct xt_problems *problems,
                                            struct xt_error *err);
size_t xt_index_tree_find(const struct xt_index_tree *tree, const char *code); /* SIZE_MAX = there is none */

/* ---- the table ---- */

struct xt_index_extra { /* a column beside the indicators: a denominator */
    char code[XT_INDEX_CODE_SIZE];
    const double *values;
};
struct xt_index_table {
    size_t rows;
    const char *const *unit;     /* code of each row's unit, unique within a period */
    const int32_t *period;       /* of each row; NULL = all are one */
    const char *const *group;    /* of each row, for imputation by group; NULL = none, entries may be NULL */
    const double *const *values; /* a column for each indicator of the tree, in its order; NaN = missing */
    const struct xt_index_extra *extras;
    size_t extra_count;
};
/* XT_E_INPUT: no rows, too many, a unit twice in a period, values that are infinite or beyond XT_INDEX_VALUE_MAX (all
 * named), more than XT_INDEX_CELLS_MAX cells. */
XT_MUST_USE enum xt_code xt_index_table_check(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                              struct xt_problems *problems, struct xt_error *err);

/* ---- the recipe ---- */

enum xt_index_step_kind {
    XT_STEP_SCREEN,     /* rows with too few values are left out of all that follows */
    XT_STEP_DENOMINATE, /* x / denominator */
    XT_STEP_IMPUTE,     /* missing values are filled */
    XT_STEP_TREAT,      /* outliers */
    XT_STEP_NORMALISE,  /* onto one scale; direction is applied here */
    XT_STEP_AGGREGATE,  /* last */
    XT_STEP_KINDS
};

enum xt_impute {
    XT_IMPUTE_MEAN,
    XT_IMPUTE_MEDIAN,
    XT_IMPUTE_GROUP_MEAN,
    XT_IMPUTE_GROUP_MEDIAN,
    XT_IMPUTE_LAST,
    XT_IMPUTE_LINEAR
};

enum xt_normalise {
    XT_NORM_MINMAX,       /* lo + (x - min) / (max - min) * (hi - lo) */
    XT_NORM_Z,            /* (x - mean) / sd * hi + lo, sd with n - 1 */
    XT_NORM_RANK,         /* ascending from 1, equal ones share the least */
    XT_NORM_PERCENTILE,   /* (rank - 1) / (n - 1) */
    XT_NORM_BORDA,        /* rank - 1 */
    XT_NORM_DISTANCE_MAX, /* 1 - (max - x) / (max - min) */
    XT_NORM_FRACTION_MAX, /* x / max; max must be above zero */
    XT_NORM_REFERENCE,    /* 1 - (ref - x) / (ref - min), ref = the value of the reference unit in the period */
    XT_NORM_SCALED,       /* (x - lo) / (hi - lo) * 100 */
    XT_NORM_GOALPOSTS,    /* (x - lo) / (hi - lo) within 0 and 1; lo and hi before the direction */
    XT_NORM_TARGET,       /* (x - min) / (target - min), at most 1 when capped */
    XT_NORM_BASE_YEAR,    /* x / x of the same unit in the base period * 100; -1: the other way round */
    XT_NORMALISES
};
enum xt_norm_over { XT_OVER_PERIOD, XT_OVER_ALL, XT_OVER_BASE }; /* whose minimum, maximum, mean */

enum xt_aggregate { XT_AGG_ARITHMETIC, XT_AGG_GEOMETRIC, XT_AGG_HARMONIC, XT_AGG_POWER, XT_AGG_COPELAND };

struct xt_index_step {
    enum xt_index_step_kind kind;
    union {
        struct {
            double present;  /* least share of indicators that are there, 0..1 */
            double non_zero; /* least share of those there that are not zero; 0 = any */
        } screen;
        struct {
            double scale; /* the quotient times this; 0 = 1 */
        } denominate;
        struct {
            enum xt_impute method;
        } impute;
        struct {
            double skew, kurtosis; /* passes when |skew| < skew or kurtosis < kurtosis; zeros: 2 and 3.5 */
            int points;            /* winsorised at most, 0..; then, still failing, the logarithm of the original */
            bool no_log;
        } treat;
        struct {
            enum xt_normalise method;
            double lo, hi;
            enum xt_norm_over over;
            int32_t base;        /* period of XT_OVER_BASE and XT_NORM_BASE_YEAR */
            const char *unit;    /* XT_NORM_REFERENCE */
            bool capped;         /* XT_NORM_TARGET */
            const double *posts; /* XT_NORM_GOALPOSTS, XT_NORM_SCALED: lo and hi of each indicator, in pairs */
        } normalise;
        struct {
            enum xt_aggregate
                by_level[XT_INDEX_LEVELS_MAX]; /* [0]: of parents at level 2 ... the last one given counts on */
            size_t levels;                     /* how many are given, 1.. */
            double power;                      /* XT_AGG_POWER: p, not 0 */
            double present;        /* a parent is missing when a smaller share of its children is there; 0 = any */
            const double *weights; /* of each node in place of the nominal ones, NULL = these */
        } aggregate;
    };
};

struct xt_index_recipe {
    struct xt_index_step steps[XT_INDEX_STEPS_MAX];
    size_t count;
};
/* What can be known before a run: XT_E_INPUT with every fault ("steps[2].hi"). The last step must aggregate, and only it;
 * geometric and harmonic means want values above zero, so a normalisation whose lo is not above zero before them is
 * refused. */
XT_MUST_USE enum xt_code xt_index_recipe_check(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                               const struct xt_index_recipe *recipe, struct xt_problems *problems,
                                               struct xt_error *err);

/* ---- the result ---- */

struct xt_index_treated { /* what was done to an indicator */
    bool passed_before, passed_after;
    double skew_before, kurtosis_before, skew_after, kurtosis_after; /* after winsorising */
    int points;                                                      /* values that were replaced */
    bool logged;
};

struct xt_index_result {
    size_t rows, nodes, steps;
    double **step[XT_INDEX_STEPS_MAX]; /* [step][indicator][row] as it left the step; NULL for the aggregation */
    bool *out;                         /* rows that were screened out */
    double **score;                    /* [node][row]; indicators: as normalised */
    int32_t **rank;                    /* [node][row], within the period; 0 = missing */
    double *weight;                    /* [node] as used, siblings sum to 1 */
    struct xt_index_treated *treated;  /* [indicator], NULL where no step treats */
};

/* Runs recipe. The result lives in arena. warnings collects what is worth knowing (constant indicators, values that could
 * not be filled) by path "INDICATOR"; it may be NULL. XT_E_INPUT where the data do not allow a step (zero denominators,
 * a value not above zero before a geometric mean, a reference unit that is missing), named in problems. */
XT_MUST_USE enum xt_code xt_index_run(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                      const struct xt_index_recipe *recipe, struct xt_arena *arena,
                                      struct xt_index_result *out, struct xt_problems *problems,
                                      struct xt_problems *warnings, struct xt_error *err);

/* ---- statistics, NaN left out ---- */

double xt_stat_mean(const double *x, size_t n);
double xt_stat_sd(const double *x, size_t n);       /* n - 1; NaN below two values */
double xt_stat_skew(const double *x, size_t n);     /* bias-corrected ("type 2"); NaN below three or when constant */
double xt_stat_kurtosis(const double *x, size_t n); /* excess, type 2; NaN below four or when constant */
void xt_stat_shape(const double *x, size_t n, double *skew, double *kurtosis); /* both at once */
/* Quantile of type 7 (Hyndman and Fan 1996); p 0..1. scratch holds n values. */
double xt_stat_quantile(const double *x, size_t n, double p, double *scratch);
/* Rank from the greatest, ties share the best; NaN has 0. */
void xt_stat_rank_down(const double *x, size_t n, int32_t *out);
/* Rank from the least, ties share the least; NaN has 0. */
void xt_stat_rank_up(const double *x, size_t n, int32_t *out);

/* ---- outranking (Handbook 6.10; Copeland 1951) ---- */

/* e[i * rows + j] = share of the weight on which i is better than j, equal ones half; only columns that both have count, their
 * weights rescaled (so it does not matter in which order rows stand, and e_ij + e_ji = 1); 0.5 without any. */
void xt_index_outrank(const double *const *columns, const double *weights, size_t count, size_t rows, double *e);
/* Sum over j of the sign of e_ij - 0.5. */
void xt_index_copeland(const double *e, size_t rows, double *score);

#endif
