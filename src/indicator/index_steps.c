/* index_steps.c - screening, denominators, imputation, normalisation: what is done to the columns. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "indicator/index_priv.h"

static const struct xt_index_node *indicator(const struct xt_index_state *state, size_t column)
{
    return &state->tree->nodes[state->tree->indicators[column]];
}

static void warn(const struct xt_index_state *state, size_t column, enum xt_msg msg)
{
    if (state->warnings)
        xt_problem(state->warnings, indicator(state, column)->code, msg);
}

/* ---- screening ---- */

void xt_index_screen(struct xt_index_state *state, const struct xt_index_step *step)
{
    size_t n = state->tree->indicator_count, row, c;

    for (row = 0; row < state->table->rows; row++) {
        size_t there = 0, zeros = 0;

        for (c = 0; c < n; c++) {
            there += isnan(state->x[c][row]) ? 0 : 1;
            zeros += state->x[c][row] == 0;
        }
        if ((double)there >= step->screen.present * (double)n &&
            (double)(there - zeros) >= step->screen.non_zero * (double)there)
            continue;
        state->result->out[row] = true;
        for (c = 0; c < n; c++)
            state->x[c][row] = NAN;
    }
}

/* ---- denominators ---- */

/* A column, or another indicator as it was read. */
static const double *extra(const struct xt_index_state *state, const char *code)
{
    const struct xt_index_table *table = state->table;
    size_t i, node;

    for (i = 0; i < table->extra_count; i++)
        if (strcmp(table->extras[i].code, code) == 0)
            return table->extras[i].values;
    node = xt_index_tree_find(state->tree, code); /* xt_index_recipe_check() has seen that it is there */
    return table->values[state->tree->column[node]];
}

void xt_index_denominate(struct xt_index_state *state, const struct xt_index_step *step)
{
    double scale = step->denominate.scale > 0 ? step->denominate.scale : 1;
    size_t c, row;

    for (c = 0; c < state->tree->indicator_count; c++) {
        const struct xt_index_node *node = indicator(state, c);
        const double *below;

        if (node->denominator[0] == '\0')
            continue;
        below = extra(state, node->denominator);
        for (row = 0; row < state->table->rows; row++) {
            if (below[row] == 0 && !isnan(state->x[c][row])) /* nothing can be said of this one */
                xt_problem(state->problems, node->code, XT_MSG_INDEX_ZERO_DENOMINATOR, XT_TEXT(node->denominator),
                           XT_TEXT(state->table->unit[row]));
            state->x[c][row] = state->x[c][row] / below[row] * scale;
        }
    }
}

/* ---- imputation ---- */

struct placed {
    const char *text; /* NULL stands first */
    int32_t period;
    size_t row;
};

static int by_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static int by_unit_and_period(const void *a, const void *b)
{
    const struct placed *p = a, *q = b;
    int order = by_text(p->text, q->text);

    if (order != 0)
        return order;
    return (p->period > q->period) - (p->period < q->period);
}

static int by_period_and_group(const void *a, const void *b)
{
    const struct placed *p = a, *q = b;
    int order = p->period != q->period ? (p->period > q->period ? 1 : -1) : by_text(p->text, q->text);

    return order != 0 ? order : (p->row > q->row) - (p->row < q->row);
}

/* The rows in an order, kept for the rest of the run. */
static const size_t *ordered(struct xt_index_state *state, size_t **kept, const char *const *text,
                             int (*order)(const void *, const void *))
{
    size_t rows = state->table->rows, *made = *kept, i;
    struct placed *list;

    if (made)
        return made;
    list = xt_alloc((rows + 1) * sizeof *list);
    for (i = 0; i < rows; i++)
        list[i] = (struct placed){text ? text[i] : NULL, state->table->period ? state->table->period[i] : 0, i};
    qsort(list, rows, sizeof *list, order);
    made = *kept = xt_arena_alloc(state->arena, (rows + 1) * sizeof *made);
    for (i = 0; i < rows; i++)
        made[i] = list[i].row;
    free(list);
    return made;
}

static bool same_peers(const struct xt_index_table *table, size_t a, size_t b, bool by_group)
{
    return (!table->period || table->period[a] == table->period[b]) &&
           (!by_group || by_text(table->group[a], table->group[b]) == 0);
}

/* Rows of a period (and of a group in it) are peers; those without a group have none. */
static void impute_across(struct xt_index_state *state, size_t column, enum xt_impute method)
{
    const struct xt_index_table *table = state->table;
    bool by_group = method == XT_IMPUTE_GROUP_MEAN || method == XT_IMPUTE_GROUP_MEDIAN;
    bool mean = method == XT_IMPUTE_MEAN || method == XT_IMPUTE_GROUP_MEAN;
    const size_t *order =
        by_group ? ordered(state, &state->by_group, table->group, by_period_and_group) : state->by_period;
    double *x = state->x[column];
    size_t from, to, i;

    for (from = 0; from < table->rows; from = to) {
        size_t there = 0;
        double value;

        for (to = from; to < table->rows && same_peers(table, order[from], order[to], by_group); to++)
            if (!isnan(x[order[to]]))
                state->scratch[there++] = x[order[to]];
        if (there == 0 || there == to - from || (by_group && !table->group[order[from]]))
            continue;
        value = mean ? xt_stat_mean(state->scratch, there)
                     : xt_stat_quantile(state->scratch, there, 0.5, state->scratch + there);
        for (i = from; i < to; i++)
            if (isnan(x[order[i]]) && !state->result->out[order[i]])
                x[order[i]] = value;
    }
}

/* The last value carried on, or the straight line between the neighbours; nothing beyond the ends of a series. */
static void impute_along(struct xt_index_state *state, size_t column, enum xt_impute method)
{
    const struct xt_index_table *table = state->table;
    const size_t *order = ordered(state, &state->by_unit, table->unit, by_unit_and_period);
    double *x = state->x[column];
    size_t from, to, i, before;

    for (from = 0; table->period && from < table->rows; from = to) {
        before = SIZE_MAX; /* the last that had a value of its own */
        for (to = from; to < table->rows && strcmp(table->unit[order[to]], table->unit[order[from]]) == 0; to++) {
            size_t row = order[to];

            if (isnan(x[row]))
                continue;
            for (i = before == SIZE_MAX ? to : before + 1; i < to && method == XT_IMPUTE_LINEAR; i++) {
                size_t gap = order[i], last = order[before];
                double whole = (double)table->period[row] - (double)table->period[last];

                if (!state->result->out[gap])
                    x[gap] = x[last] +
                             (x[row] - x[last]) * ((double)table->period[gap] - (double)table->period[last]) / whole;
            }
            before = to;
        }
        for (i = from, before = SIZE_MAX; i < to && method == XT_IMPUTE_LAST; i++) {
            if (!isnan(x[order[i]]))
                before = i;
            else if (before != SIZE_MAX && !state->result->out[order[i]])
                x[order[i]] = x[order[before]];
        }
    }
}

void xt_index_impute(struct xt_index_state *state, const struct xt_index_step *step)
{
    size_t c, row;

    for (c = 0; c < state->tree->indicator_count; c++) {
        if (step->impute.method == XT_IMPUTE_LAST || step->impute.method == XT_IMPUTE_LINEAR)
            impute_along(state, c, step->impute.method);
        else
            impute_across(state, c, step->impute.method);
        for (row = 0; row < state->table->rows; row++)
            if (isnan(state->x[c][row]) && !state->result->out[row])
                break;
        if (row < state->table->rows)
            warn(state, c, XT_MSG_INDEX_NOT_FILLED);
    }
}

/* ---- normalisation ---- */

struct spread {
    double min, max, mean, sd;
};

/* Of the values of a column in some rows; mean and deviation where they are wanted. */
static struct spread spread_of(const struct xt_index_state *state, const double *x, size_t from, size_t to,
                               bool moments)
{
    struct spread s = {.min = NAN, .max = NAN, .mean = NAN, .sd = NAN};
    size_t i, n = 0;

    for (i = from; i < to; i++) {
        double v = x[state->by_period[i]];

        if (isnan(v))
            continue;
        s.min = n == 0 || v < s.min ? v : s.min;
        s.max = n == 0 || v > s.max ? v : s.max;
        state->scratch[n++] = v;
    }
    if (moments) {
        s.mean = xt_stat_mean(state->scratch, n);
        s.sd = xt_stat_sd(state->scratch, n);
    }
    return s;
}

static size_t period_of(const struct xt_index_state *state, int32_t wanted)
{
    size_t p;

    for (p = 0; p < state->periods; p++)
        if (!state->table->period || state->table->period[state->by_period[state->period_first[p]]] == wanted)
            return p;
    return SIZE_MAX;
}

static double reference_value(const struct xt_index_state *state, const double *x, size_t period, const char *unit)
{
    size_t i;

    for (i = state->period_first[period]; i < state->period_first[period + 1]; i++)
        if (strcmp(state->table->unit[state->by_period[i]], unit) == 0)
            return x[state->by_period[i]];
    return NAN;
}

/* Ranks of one period, 1.. from the least. */
static void rank_period(struct xt_index_state *state, double *x, size_t period, enum xt_normalise method)
{
    size_t first = state->period_first[period], n = state->period_first[period + 1] - first, i, there = 0;
    int32_t *rank = xt_alloc((n + 1) * sizeof *rank);

    for (i = 0; i < n; i++) {
        state->scratch[i] = x[state->by_period[first + i]];
        there += isnan(state->scratch[i]) ? 0 : 1;
    }
    xt_stat_rank_up(state->scratch, n, rank);
    for (i = 0; i < n; i++) {
        double r = rank[i];

        if (rank[i] == 0)
            continue;
        if (method == XT_NORM_BORDA)
            r -= 1;
        else if (method == XT_NORM_PERCENTILE)
            r = there > 1 ? (r - 1) / (double)(there - 1) : 0.5;
        x[state->by_period[first + i]] = r;
    }
    xt_free_ptr(&rank);
}

/* What a method makes of one value. ref: the reference's value; posts: a pair, lo and hi, in the direction. */
static double normal(const struct xt_index_step *step, double x, const struct spread *s, double ref, double target,
                     const double *posts)
{
    double lo = step->normalise.lo, hi = step->normalise.hi, v;

    switch (step->normalise.method) {
    case XT_NORM_MINMAX:
        return s->max > s->min ? (x - s->min) / (s->max - s->min) * (hi - lo) + lo : (lo + hi) / 2;
    case XT_NORM_Z:
        return s->max > s->min && s->sd > 0 ? (x - s->mean) / s->sd * hi + lo : lo;
    case XT_NORM_DISTANCE_MAX:
        return s->max > s->min ? 1 - (s->max - x) / (s->max - s->min) : 0.5;
    case XT_NORM_FRACTION_MAX:
        return x / s->max;
    case XT_NORM_REFERENCE:
        return ref > s->min ? 1 - (ref - x) / (ref - s->min) : 0.5;
    case XT_NORM_SCALED:
        return (x - posts[0]) / (posts[1] - posts[0]) * 100;
    case XT_NORM_GOALPOSTS:
        v = (x - posts[0]) / (posts[1] - posts[0]);
        return lo + (v < 0 ? 0 : v > 1 ? 1 : v) * (hi - lo);
    case XT_NORM_TARGET:
        v = target > s->min ? (x - s->min) / (target - s->min) : 0.5;
        return step->normalise.capped && v > 1 ? 1 : v;
    case XT_NORM_RANK:
    case XT_NORM_PERCENTILE:
    case XT_NORM_BORDA:
    case XT_NORM_BASE_YEAR:
    case XT_NORMALISES:
        break;
    }
    return x;
}

static bool is_constant(const struct spread *s)
{
    return !isnan(s->min) && !(s->max > s->min);
}

static void normalise_period(struct xt_index_state *state, const struct xt_index_step *step, size_t column,
                             size_t period, const struct spread *spread)
{
    const struct xt_index_node *node = indicator(state, column);
    double *x = state->x[column], ref = NAN, posts[2] = {0, 1};
    size_t i;

    if (step->normalise.method == XT_NORM_REFERENCE)
        ref = reference_value(state, x, period, step->normalise.unit);
    if (step->normalise.method == XT_NORM_REFERENCE && isnan(ref))
        xt_problem(state->problems, node->code, XT_MSG_INDEX_NO_REFERENCE, XT_TEXT(step->normalise.unit));
    if (step->normalise.posts) { /* given as people say them, before the direction */
        posts[0] = node->direction * step->normalise.posts[2 * column + (node->direction < 0)];
        posts[1] = node->direction * step->normalise.posts[2 * column + (node->direction > 0)];
    }
    if ((step->normalise.method == XT_NORM_REFERENCE && ref <= spread->min && spread->max > spread->min) ||
        (step->normalise.method == XT_NORM_TARGET && node->target * node->direction <= spread->min))
        warn(state, column, XT_MSG_INDEX_NO_SPAN);
    if (step->normalise.method == XT_NORM_FRACTION_MAX && !(spread->max > 0) && !isnan(spread->max))
        xt_problem(state->problems, node->code, XT_MSG_INDEX_MAX_NOT_POSITIVE);
    for (i = state->period_first[period]; i < state->period_first[period + 1]; i++) {
        size_t row = state->by_period[i];

        if (!isnan(x[row]))
            x[row] = normal(step, x[row], spread, ref, node->target * node->direction, posts);
    }
}

/* 100 in the base period of the unit itself; of what should fall, the inverse, so that more is better. */
static void index_on_base(struct xt_index_state *state, const struct xt_index_step *step, size_t column)
{
    const struct xt_index_table *table = state->table;
    const struct xt_index_node *node = indicator(state, column);
    const size_t *order = ordered(state, &state->by_unit, table->unit, by_unit_and_period);
    double *x = state->x[column];
    size_t from, to, i;

    for (from = 0; from < table->rows; from = to) {
        double own = NAN;

        for (to = from; to < table->rows && strcmp(table->unit[order[to]], table->unit[order[from]]) == 0; to++)
            if (!table->period || table->period[order[to]] == step->normalise.base)
                own = x[order[to]];
        for (i = from; i < to; i++) {
            size_t row = order[i];

            if (isnan(x[row]))
                continue;
            if (isnan(own) || own == 0 || (x[row] == 0 && node->direction < 0)) {
                xt_problem(state->problems, node->code, XT_MSG_INDEX_NO_BASE, XT_TEXT(table->unit[row]),
                           XT_INT(step->normalise.base));
                x[row] = NAN;
            } else {
                x[row] = node->direction > 0 ? x[row] / own * 100 : own / x[row] * 100;
            }
        }
    }
}

static void normalise_column(struct xt_index_state *state, const struct xt_index_step *step, size_t column)
{
    enum xt_normalise method = step->normalise.method;
    double *x = state->x[column];
    bool constant = false, z = method == XT_NORM_Z;
    size_t period, row;

    if (method == XT_NORM_BASE_YEAR) {
        index_on_base(state, step, column);
        return;
    }
    if (indicator(state, column)->direction < 0)
        for (row = 0; row < state->table->rows; row++)
            x[row] = -x[row];
    if (method == XT_NORM_RANK || method == XT_NORM_PERCENTILE || method == XT_NORM_BORDA) {
        for (period = 0; period < state->periods; period++) {
            struct spread s = spread_of(state, x, state->period_first[period], state->period_first[period + 1], false);

            constant = constant || is_constant(&s);
            rank_period(state, x, period, method);
        }
        if (constant)
            warn(state, column, XT_MSG_INDEX_CONSTANT);
        return;
    }
    struct spread shared = {0};
    size_t base = period_of(state, step->normalise.base);

    if (step->normalise.over == XT_OVER_ALL)
        shared = spread_of(state, x, 0, state->table->rows, z);
    else if (step->normalise.over == XT_OVER_BASE && base != SIZE_MAX)
        shared = spread_of(state, x, state->period_first[base], state->period_first[base + 1], z);
    for (period = 0; period < state->periods; period++) {
        struct spread s = step->normalise.over == XT_OVER_PERIOD
                              ? spread_of(state, x, state->period_first[period], state->period_first[period + 1], z)
                              : shared;

        constant = constant || is_constant(&s);
        normalise_period(state, step, column, period, &s);
    }
    if (constant && method != XT_NORM_GOALPOSTS && method != XT_NORM_SCALED)
        warn(state, column, XT_MSG_INDEX_CONSTANT);
}

void xt_index_normalise(struct xt_index_state *state, const struct xt_index_step *step)
{
    size_t c;

    for (c = 0; c < state->tree->indicator_count; c++)
        normalise_column(state, step, c);
}
