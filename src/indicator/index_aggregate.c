/* index_aggregate.c - from indicators upward, group by group; then ranks within each period. */
#include <math.h>
#include <string.h>

#include "indicator/index_priv.h"

struct children { /* of one group */
    const double **column;
    double *weight;
    size_t count;
};

static enum xt_aggregate method_of(const struct xt_index_step *step, size_t level)
{
    size_t at = level - 2;

    return step->aggregate.by_level[at < step->aggregate.levels ? at : step->aggregate.levels - 1];
}

/* What a method adds up and how it takes the sum back. */
static double into(double x, enum xt_aggregate method, double power)
{
    switch (method) {
    case XT_AGG_GEOMETRIC:
        return log(x);
    case XT_AGG_HARMONIC:
        return 1 / x;
    case XT_AGG_POWER:
        return pow(x, power);
    case XT_AGG_ARITHMETIC:
    case XT_AGG_COPELAND:
        break;
    }
    return x;
}

static double back(double mean, enum xt_aggregate method, double power)
{
    switch (method) {
    case XT_AGG_GEOMETRIC:
        return exp(mean);
    case XT_AGG_HARMONIC:
        return 1 / mean;
    case XT_AGG_POWER:
        return pow(mean, 1 / power);
    case XT_AGG_ARITHMETIC:
    case XT_AGG_COPELAND:
        break;
    }
    return mean;
}

/* The mean of the children that are there, their weights rescaled by the sum of those. Column by column, so that the
 * inner loops run along arrays; each row's sum is in the order of the children all the same. weights and there are
 * scratch of a value for each row. */
static void means(const struct children *kids, const struct xt_index_step *step, enum xt_aggregate method, size_t rows,
                  double *score, double *weights, double *there)
{
    double power = step->aggregate.power, least = step->aggregate.present * (double)kids->count;
    size_t i, row;

    for (row = 0; row < rows; row++)
        score[row] = weights[row] = there[row] = 0;
    for (i = 0; i < kids->count; i++) {
        const double *x = kids->column[i];
        double w = kids->weight[i];

        for (row = 0; row < rows; row++) {
            double v = method == XT_AGG_ARITHMETIC ? x[row] : into(x[row], method, power);
            bool missing = isnan(v);

            score[row] += missing ? 0 : w * v;
            weights[row] += missing ? 0 : w;
            there[row] += missing ? 0 : 1;
        }
    }
    for (row = 0; row < rows; row++) {
        if (there[row] == 0 || !(weights[row] > 0) || there[row] < least)
            score[row] = NAN;
        else
            score[row] = back(score[row] / weights[row], method, power);
    }
}

/* Geometric, harmonic and power means are of values above zero. The first that is none is named. */
static bool all_positive(struct xt_index_state *state, const struct children *kids, size_t group)
{
    const struct xt_index_tree *tree = state->tree;
    size_t i, row;

    for (i = 0; i < kids->count; i++)
        for (row = 0; row < state->table->rows; row++)
            if (kids->column[i][row] <= 0) {
                xt_problem(state->problems, tree->nodes[tree->child[tree->first[group] + i]].code,
                           XT_MSG_INDEX_NOT_POSITIVE, XT_TEXT(state->table->unit[row]),
                           XT_TEXT(tree->nodes[group].code));
                return false;
            }
    return true;
}

/* Each period is a contest of its own. */
static void copeland(struct xt_index_state *state, const struct children *kids, double present, double *score)
{
    size_t period, i, k;

    for (period = 0; period < state->periods; period++) {
        size_t first = state->period_first[period], n = state->period_first[period + 1] - first;
        double *e = xt_alloc((n * n + 1) * sizeof *e), *made = xt_alloc((n + 1) * sizeof *made);
        double *values = xt_alloc((n * kids->count + 1) * sizeof *values);
        const double **columns = xt_alloc((kids->count + 1) * sizeof *columns);

        for (k = 0; k < kids->count; k++) {
            columns[k] = values + k * n;
            for (i = 0; i < n; i++)
                values[k * n + i] = kids->column[k][state->by_period[first + i]];
        }
        xt_index_outrank(columns, kids->weight, kids->count, n, e);
        xt_index_copeland(e, n, made);
        for (i = 0; i < n; i++) {
            size_t there = 0;

            for (k = 0; k < kids->count; k++)
                there += isnan(columns[k][i]) ? 0 : 1;
            score[state->by_period[first + i]] =
                there == 0 || (double)there < present * (double)kids->count ? NAN : made[i];
        }
        xt_free_ptr(&e);
        xt_free_ptr(&made);
        xt_free_ptr(&values);
        xt_free_ptr(&columns);
    }
}

void xt_index_rank(struct xt_index_state *state, const double *score, int32_t *out)
{
    size_t period, i;
    int32_t *rank = xt_alloc((state->table->rows + 1) * sizeof *rank);

    for (period = 0; period < state->periods; period++) {
        size_t first = state->period_first[period], n = state->period_first[period + 1] - first;

        for (i = 0; i < n; i++)
            state->scratch[i] = score[state->by_period[first + i]];
        xt_stat_rank_down(state->scratch, n, rank);
        for (i = 0; i < n; i++)
            out[state->by_period[first + i]] = rank[i];
    }
    xt_free_ptr(&rank);
}

static void score_group(struct xt_index_state *state, const struct xt_index_step *step, size_t group, double **score,
                        double *used, struct children *kids)
{
    const struct xt_index_tree *tree = state->tree;
    enum xt_aggregate method = method_of(step, tree->level[group]);
    const double *weights = step->aggregate.weights;
    double sum = 0;
    size_t i;

    kids->count = tree->child_count[group];
    for (i = 0; i < kids->count; i++) {
        size_t child = tree->child[tree->first[group] + i];

        kids->column[i] = score[child];
        kids->weight[i] = weights ? weights[child] : tree->nodes[child].weight;
        sum += kids->weight[i];
    }
    for (i = 0; i < kids->count && used; i++)
        used[tree->child[tree->first[group] + i]] = sum > 0 ? kids->weight[i] / sum : 0;
    if (method == XT_AGG_COPELAND) {
        copeland(state, kids, step->aggregate.present, score[group]);
        return;
    }
    if (method != XT_AGG_ARITHMETIC && !all_positive(state, kids, group))
        return;
    means(kids, step, method, state->table->rows, score[group], state->scratch, state->scratch2);
}

void xt_index_score(struct xt_index_state *state, const struct xt_index_step *step, double **score, double *used)
{
    const struct xt_index_tree *tree = state->tree;
    struct children kids = {
        .column = xt_alloc((tree->count + 1) * sizeof *kids.column),
        .weight = xt_alloc((tree->count + 1) * sizeof *kids.weight),
    };
    size_t i;

    for (i = 0; i < tree->group_count; i++)
        score_group(state, step, tree->upward[i], score, used, &kids);
    xt_free_ptr(&kids.column);
    xt_free_ptr(&kids.weight);
}

void xt_index_aggregate(struct xt_index_state *state, const struct xt_index_step *step)
{
    const struct xt_index_tree *tree = state->tree;
    size_t i;

    xt_index_score(state, step, state->result->score, state->result->weight);
    state->result->weight[tree->top] = 1;
    for (i = 0; i < tree->count; i++)
        xt_index_rank(state, state->result->score[i], state->result->rank[i]);
}
