/* analysis.c - correlations, alpha, principal components, AHP; effects, removal, strengths and changes. */
#include "indicator/analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "indicator/index_priv.h"

/* ---- between columns ---- */

double xt_correlation(const double *x, const double *y, size_t n)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    size_t i, there = 0;

    for (i = 0; i < n; i++) {
        if (isnan(x[i]) || isnan(y[i]))
            continue;
        mx += x[i];
        my += y[i];
        there++;
    }
    if (there < 3)
        return NAN;
    mx /= (double)there;
    my /= (double)there;
    for (i = 0; i < n; i++) {
        if (isnan(x[i]) || isnan(y[i]))
            continue;
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}

/* Pairs that are whole, side by side. */
static size_t pairs(const double *x, const double *y, size_t n, double **out_x, double **out_y)
{
    size_t i, there = 0;

    *out_x = xt_alloc((n + 1) * sizeof **out_x);
    *out_y = xt_alloc((n + 1) * sizeof **out_y);
    for (i = 0; i < n; i++) {
        if (isnan(x[i]) || isnan(y[i]))
            continue;
        (*out_x)[there] = x[i];
        (*out_y)[there++] = y[i];
    }
    return there;
}

/* Ranks from the least; equal values have the mean of their places. In place. */
static void mean_ranks(double *x, size_t n)
{
    int32_t *up = xt_alloc((n + 1) * sizeof *up);
    size_t *equal = xt_calloc(n + 2, sizeof *equal), i;

    xt_stat_rank_up(x, n, up);
    for (i = 0; i < n; i++)
        equal[up[i]]++;
    for (i = 0; i < n; i++)
        x[i] = up[i] + ((double)equal[up[i]] - 1) / 2;
    free(up);
    free(equal);
}

double xt_correlation_spearman(const double *x, const double *y, size_t n)
{
    double *a, *b, r;
    size_t there = pairs(x, y, n, &a, &b);

    mean_ranks(a, there);
    mean_ranks(b, there);
    r = xt_correlation(a, b, there);
    free(a);
    free(b);
    return r;
}

double xt_correlation_kendall(const double *x, const double *y, size_t n)
{
    double *a, *b, with = 0, against = 0, tied_a = 0, tied_b = 0;
    size_t there = pairs(x, y, n, &a, &b), i, j;

    for (i = 0; i < there; i++)
        for (j = 0; j < i; j++) {
            int da = (a[i] > a[j]) - (a[i] < a[j]), db = (b[i] > b[j]) - (b[i] < b[j]);

            with += da * db > 0;
            against += da * db < 0;
            tied_a += da == 0 && db != 0;
            tied_b += db == 0 && da != 0;
        }
    free(a);
    free(b);
    double below = sqrt((with + against + tied_a) * (with + against + tied_b));

    return there >= 3 && below > 0 ? (with - against) / below : NAN;
}

static bool complete(const double *const *columns, size_t count, size_t row)
{
    size_t c;

    for (c = 0; c < count; c++)
        if (isnan(columns[c][row]))
            return false;
    return true;
}

/* The complete rows of the columns, column after column; *out_rows how many. */
static double *complete_rows(const double *const *columns, size_t count, size_t n, size_t *out_rows)
{
    double *x;
    size_t row, c, there = 0, at = 0;

    for (row = 0; row < n; row++)
        there += complete(columns, count, row);
    x = xt_alloc((there * count + 1) * sizeof *x);
    for (row = 0; row < n; row++) {
        if (!complete(columns, count, row))
            continue;
        for (c = 0; c < count; c++)
            x[c * there + at] = columns[c][row];
        at++;
    }
    *out_rows = there;
    return x;
}

double xt_cronbach(const double *const *columns, size_t count, size_t n)
{
    double variances = 0, whole, *sum;
    size_t rows, c, row;
    double *x;

    if (count < 2)
        return NAN;
    x = complete_rows(columns, count, n, &rows);
    sum = xt_calloc(rows + 1, sizeof *sum);
    for (c = 0; c < count; c++) {
        double sd = xt_stat_sd(x + c * rows, rows);

        variances += sd * sd;
        for (row = 0; row < rows; row++)
            sum[row] += x[c * rows + row];
    }
    whole = xt_stat_sd(sum, rows);
    free(x);
    free(sum);
    return rows > 1 && whole > 0 ? (double)count / ((double)count - 1) * (1 - variances / (whole * whole)) : NAN;
}

/* ---- principal components: Jacobi's rotations (Golub and Van Loan, Matrix Computations, 8.5) ---- */

#define SWEEPS_MAX 100

static double off_diagonal(const double *a, size_t n)
{
    double sum = 0;
    size_t i, j;

    for (i = 0; i < n; i++)
        for (j = 0; j < n; j++)
            sum += i == j ? 0 : a[i * n + j] * a[i * n + j];
    return sum;
}

static void rotate(double *a, double *v, size_t n, size_t p, size_t q)
{
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
    size_t i;

    for (i = 0; i < n; i++) {
        double x = a[i * n + p], y = a[i * n + q];

        a[i * n + p] = c * x - s * y;
        a[i * n + q] = s * x + c * y;
    }
    for (i = 0; i < n; i++) {
        double x = a[p * n + i], y = a[q * n + i];

        a[p * n + i] = c * x - s * y;
        a[q * n + i] = s * x + c * y;
    }
    for (i = 0; i < n; i++) {
        double x = v[p * n + i], y = v[q * n + i];

        v[p * n + i] = c * x - s * y;
        v[q * n + i] = s * x + c * y;
    }
}

/* Eigenvalues of the symmetric a (destroyed) into values, descending; rows of v are the vectors. */
static void eigen(double *a, size_t n, double *values, double *v)
{
    size_t i, j, sweep;

    for (i = 0; i < n * n; i++)
        v[i] = i % (n + 1) == 0;
    for (sweep = 0; sweep < SWEEPS_MAX && off_diagonal(a, n) > 1e-28; sweep++)
        for (i = 0; i < n; i++)
            for (j = i + 1; j < n; j++)
                if (a[i * n + j] != 0)
                    rotate(a, v, n, i, j);
    for (i = 0; i < n; i++)
        values[i] = a[i * n + i];
    for (i = 0; i < n; i++) { /* few of them: by selection */
        size_t best = i;

        for (j = i + 1; j < n; j++)
            if (values[j] > values[best])
                best = j;
        double value = values[i];

        values[i] = values[best];
        values[best] = value;
        for (j = 0; j < n; j++) {
            double x = v[i * n + j];

            v[i * n + j] = v[best * n + j];
            v[best * n + j] = x;
        }
    }
}

static void point_up(double *vector, size_t n)
{
    size_t i, largest = 0;

    for (i = 1; i < n; i++)
        if (fabs(vector[i]) > fabs(vector[largest]) + 1e-12)
            largest = i;
    if (vector[largest] >= 0)
        return;
    for (i = 0; i < n; i++)
        vector[i] = -vector[i];
}

enum xt_code xt_principal(const double *const *columns, size_t count, size_t n, double *values, double *vectors,
                          struct xt_error *err)
{
    size_t rows, i, j;
    double *x = complete_rows(columns, count, n, &rows), *r = xt_alloc((count * count + 1) * sizeof *r);
    enum xt_code rc = XT_OK;

    if (rows < 3 || count == 0)
        rc = xt_fail(err, XT_E_INPUT, "rows", XT_MSG_ANALYSIS_FEW_ROWS, XT_INT(rows), XT_INT(3));
    for (i = 0; rc == XT_OK && i < count; i++) {
        for (j = 0; j <= i; j++)
            r[i * count + j] = r[j * count + i] = i == j ? 1 : xt_correlation(x + i * rows, x + j * rows, rows);
        if (!(xt_stat_sd(x + i * rows, rows) > 0))
            rc = xt_fail(err, XT_E_INPUT, "column", XT_MSG_ANALYSIS_CONSTANT, XT_INT(i + 1));
    }
    if (rc == XT_OK) {
        eigen(r, count, values, vectors);
        for (i = 0; i < count; i++)
            point_up(vectors + i * count, count);
    }
    free(x);
    free(r);
    return rc;
}

void xt_principal_weights(const double *vectors, size_t count, double *weights)
{
    size_t i;

    for (i = 0; i < count; i++)
        weights[i] = vectors[i] * vectors[i];
}

/* ---- AHP ---- */

/* Random index by size (Saaty 1980). */
static const double RANDOM_INDEX[XT_AHP_MAX + 1] = {0,    0,    0,    0.58, 0.90, 1.12, 1.24, 1.32,
                                                    1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59};

static enum xt_code check_judgements(const double *m, size_t n, struct xt_error *err)
{
    size_t i, j;

    if (n == 0 || n > XT_AHP_MAX)
        return xt_fail(err, XT_E_INPUT, "n", XT_MSG_AHP_SIZE, XT_INT(n), XT_INT(XT_AHP_MAX));
    for (i = 0; i < n; i++)
        for (j = 0; j < n; j++)
            if (!(m[i * n + j] > 0) || !(fabs(m[i * n + j] * m[j * n + i] - 1) <= 1e-6))
                return xt_fail(err, XT_E_INPUT, "matrix", XT_MSG_AHP_NOT_RECIPROCAL, XT_INT(i + 1), XT_INT(j + 1));
    return XT_OK;
}

enum xt_code xt_ahp(const double *m, size_t n, struct xt_ahp *out, struct xt_error *err)
{
    enum xt_code rc = check_judgements(m, n, err);
    double w[XT_AHP_MAX], next[XT_AHP_MAX], sum, moved = 1;
    size_t i, j, step;

    if (rc != XT_OK)
        return rc;
    for (i = 0; i < n; i++)
        w[i] = 1 / (double)n;
    /* Powers of a positive matrix come to its principal vector (Perron). */
    for (step = 0; step < 10000 && moved > 1e-15; step++) {
        sum = moved = 0;
        for (i = 0; i < n; i++) {
            next[i] = 0;
            for (j = 0; j < n; j++)
                next[i] += m[i * n + j] * w[j];
            sum += next[i];
        }
        for (i = 0; i < n; i++) {
            moved = fmax(moved, fabs(next[i] / sum - w[i]));
            w[i] = next[i] / sum;
        }
        out->lambda = sum; /* of w that sums to 1 */
    }
    memcpy(out->weights, w, n * sizeof *w);
    out->consistency = RANDOM_INDEX[n] > 0 ? (out->lambda - (double)n) / ((double)n - 1) / RANDOM_INDEX[n] : 0;
    return XT_OK;
}

/* ---- what each node does ---- */

static double share_of(const struct xt_index_tree *tree, const struct xt_index_result *result, size_t node)
{
    double share = 1;

    for (; node != tree->top; node = tree->parent[node])
        share *= result->weight[node];
    return share;
}

/* The values of a node in the rows of a period; how many. */
static size_t in_period(const struct xt_index_table *table, const double *x, int32_t period, double *out)
{
    size_t row, n = 0;

    for (row = 0; row < table->rows; row++)
        if (!table->period || table->period[row] == period)
            out[n++] = x[row];
    return n;
}

void xt_index_effects(const struct xt_index_tree *tree, const struct xt_index_table *table,
                      const struct xt_index_result *result, int32_t period, struct xt_node_effect *out)
{
    double *top = xt_alloc((table->rows + 1) * sizeof *top), *x = xt_alloc((table->rows + 1) * sizeof *x);
    size_t n = in_period(table, result->score[tree->top], period, top), i;
    double sd = xt_stat_sd(top, n);

    for (i = 0; i < tree->count; i++) {
        (void)in_period(table, result->score[i], period, x);
        out[i].nominal = share_of(tree, result, i);
        out[i].correlation = xt_correlation(x, top, n);
        out[i].variance = sd > 0 ? out[i].nominal * out[i].correlation * xt_stat_sd(x, n) / sd : NAN;
    }
    free(top);
    free(x);
}

static void compare_ranks(const struct xt_index_table *table, const int32_t *before, const int32_t *after,
                          int32_t period, struct xt_removed *out)
{
    double sum = 0, n = 0;
    size_t row;

    *out = (struct xt_removed){0};
    for (row = 0; row < table->rows; row++) {
        int32_t moved;

        if ((table->period && table->period[row] != period) || before[row] == 0 || after[row] == 0)
            continue;
        moved = abs(after[row] - before[row]);
        sum += moved;
        n += 1;
        if (moved > out->largest) {
            out->largest = moved;
            out->unit = row;
        }
    }
    out->shift = n > 0 ? sum / n : 0;
}

enum xt_code xt_index_remove_each(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                  const struct xt_index_recipe *recipe, int32_t period, struct xt_removed *out,
                                  struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    const struct xt_index_step *last = &recipe->steps[recipe->count - 1];
    struct xt_index_step without = *last;
    struct xt_index_result whole, ignored;
    struct xt_index_state state = {
        .tree = tree, .table = table, .arena = &arena, .result = &ignored, .problems = problems};
    double **score, *weights;
    int32_t *rank;
    size_t i, k;
    enum xt_code rc;

    xt_arena_init(&arena);
    rc = xt_index_run(tree, table, recipe, &arena, &whole, problems, NULL, err);
    if (rc != XT_OK)
        return rc;
    xt_index_begin(&state);
    score = xt_arena_alloc(&arena, tree->count * sizeof *score);
    weights = xt_arena_alloc(&arena, tree->count * sizeof *weights);
    rank = xt_arena_alloc(&arena, table->rows * sizeof *rank);
    for (i = 0; i < tree->count; i++)
        score[i] = tree->nodes[i].indicator ? whole.score[i] : xt_arena_alloc(&arena, table->rows * sizeof **score);
    without.aggregate.weights = weights;
    for (i = 0; i < tree->count; i++) {
        out[i] = (struct xt_removed){0};
        if (i == tree->top)
            continue;
        for (k = 0; k < tree->count; k++)
            weights[k] = k == i ? 0 : last->aggregate.weights ? last->aggregate.weights[k] : tree->nodes[k].weight;
        xt_index_score(&state, &without, score, NULL);
        xt_index_rank(&state, score[tree->top], rank);
        compare_ranks(table, whole.rank[tree->top], rank, period, &out[i]);
    }
    return XT_OK;
}

void xt_index_against(const struct xt_index_tree *tree, const struct xt_index_result *result, size_t row,
                      const size_t *peers, size_t peer_count, double *out)
{
    size_t i, k;

    for (i = 0; i < tree->indicator_count; i++) {
        size_t node = tree->indicators[i];
        double sum = 0, n = 0;

        for (k = 0; k < peer_count; k++) {
            double x = result->score[node][peers[k]];

            sum += isnan(x) ? 0 : x;
            n += isnan(x) ? 0 : 1;
        }
        out[i] = n > 0 ? share_of(tree, result, node) * (result->score[node][row] - sum / n) : NAN;
    }
}

/* ---- why a unit moved ---- */

/* What is taken anew for each period is taken from one; what stands for all periods, a base year too, stays. */
static struct xt_index_recipe held_at(const struct xt_index_recipe *recipe, int32_t period)
{
    struct xt_index_recipe held = *recipe;
    size_t i;

    for (i = 0; i < held.count; i++) {
        struct xt_index_step *step = &held.steps[i];

        if (step->kind != XT_STEP_NORMALISE || step->normalise.over != XT_OVER_PERIOD ||
            step->normalise.method == XT_NORM_BASE_YEAR)
            continue;
        step->normalise.over = XT_OVER_BASE;
        step->normalise.base = period;
    }
    return held;
}

/* Scores of the rows of a period; the steps before the means see all rows, as in a whole run. */
static enum xt_code run_period(const struct xt_index_tree *tree, const struct xt_index_table *table,
                               const struct xt_index_recipe *recipe, int32_t period, struct xt_arena *arena,
                               struct xt_index_result *out, struct xt_problems *problems, struct xt_error *err)
{
    struct xt_index_state state = {.tree = tree, .table = table, .arena = arena, .result = out, .problems = problems};
    size_t seen = problems->seen, i, c, row;
    enum xt_code rc = xt_index_recipe_check(tree, table, recipe, problems, err);

    if (rc != XT_OK)
        return rc;
    xt_index_begin(&state);
    for (i = 0; i < recipe->count && problems->seen == seen; i++) {
        /* Periods far from this yardstick may lie below zero, where some means are not: they are not asked. */
        for (c = 0; recipe->steps[i].kind == XT_STEP_AGGREGATE && c < tree->indicator_count; c++)
            for (row = 0; row < table->rows; row++)
                if (table->period[row] != period)
                    state.x[c][row] = NAN;
        xt_index_step(&state, &recipe->steps[i]);
    }
    return problems->seen == seen ? XT_OK : xt_index_failed(problems, seen, err);
}

static double score_at(const struct xt_index_table *table, const double *score, const char *unit, int32_t period)
{
    size_t i;

    for (i = 0; i < table->rows; i++)
        if (table->period[i] == period && strcmp(table->unit[i], unit) == 0)
            return score[i];
    return NAN;
}

enum xt_code xt_index_changes(const struct xt_index_tree *tree, const struct xt_index_table *table,
                              const struct xt_index_recipe *recipe, int32_t before, int32_t after,
                              struct xt_index_change *out, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_index_recipe held = held_at(recipe, before);
    struct xt_index_result own, moved;
    size_t row, n = 0;
    enum xt_code rc;

    xt_arena_init(&arena);
    if (!table->period)
        return xt_fail(err, XT_E_INPUT, "period", XT_MSG_INDEX_NO_PERIOD, XT_INT(before));
    rc = xt_index_run(tree, table, recipe, &arena, &moved, problems, NULL, err);
    if (rc == XT_OK)
        rc = run_period(tree, table, &held, after, &arena, &own, problems, err);
    if (rc != XT_OK)
        return rc;
    for (row = 0; row < table->rows; row++) {
        if (table->period[row] != after)
            continue;
        struct xt_index_change *c = &out[n++];

        c->before = score_at(table, moved.score[tree->top], table->unit[row], before);
        c->after = moved.score[tree->top][row];
        c->own = own.score[tree->top][row] - c->before;
        c->yardstick = c->after - c->before - c->own;
    }
    return XT_OK;
}
