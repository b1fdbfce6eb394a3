/*
 * test_index_naive.c - the index made a second time, in another way: a number at a time, by recursion and by counting
 * instead of by sorting, from the formulas of docs/index-method.md; over random trees, tables with gaps, recipes and weights.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "indicator/index.h"
#include "indicator/sobol.h"

#define CASES     800
#define NODES_MAX 40
#define ROWS_MAX  60
#define GROUPS    3

/* ---- random cases ---- */

static uint64_t seed, drawn;

static double uniform(void)
{
    return xt_uniform(seed, drawn++);
}

static size_t pick(size_t n)
{
    return (size_t)(uniform() * (double)n);
}

struct random_case {
    struct xt_arena arena;
    struct xt_index_node nodes[NODES_MAX];
    size_t node_count;
    struct xt_index_tree tree;
    const char *units[ROWS_MAX], *groups[ROWS_MAX];
    int32_t periods[ROWS_MAX];
    double values[NODES_MAX][ROWS_MAX], below[ROWS_MAX];
    const double *columns[NODES_MAX];
    double posts[2 * NODES_MAX], weights[NODES_MAX];
    struct xt_index_extra extra;
    struct xt_index_table table;
    struct xt_index_recipe recipe;
};

static void add_node(struct random_case *c, size_t parent, bool indicator)
{
    struct xt_index_node *node = &c->nodes[c->node_count++];

    *node = (struct xt_index_node){.weight = pick(5) == 0 ? 0 : 0.1 + uniform(),
                                   .indicator = indicator,
                                   .direction = pick(3) == 0 ? -1 : 1,
                                   .target = indicator ? 20 * uniform() - 5 : NAN};
    (void)snprintf(node->code, sizeof node->code, "n%zu", c->node_count - 1);
    if (parent != SIZE_MAX)
        (void)snprintf(node->parent, sizeof node->parent, "n%zu", parent);
    if (indicator && pick(4) == 0)
        (void)snprintf(node->denominator, sizeof node->denominator, "below");
}

/* A top, groups under it or under one another, indicators under any; a group without children gets one. */
static void grow(struct random_case *c)
{
    size_t groups = 1 + pick(5), parent[8] = {SIZE_MAX}, i, more = 1 + pick(10);
    bool has[8] = {false};

    add_node(c, SIZE_MAX, false);
    for (i = 1; i < groups; i++) {
        parent[i] = pick(i);
        has[parent[i]] = true;
        add_node(c, parent[i], false);
    }
    for (i = 0; i < groups; i++)
        if (!has[i])
            add_node(c, i, true);
    for (i = 0; i < more; i++)
        add_node(c, pick(groups), true);
    for (i = 0; i < groups; i++) { /* somebody counts in every group */
        size_t k;
        double sum = 0;

        for (k = 1; k < c->node_count; k++)
            sum += strtoul(c->nodes[k].parent + 1, NULL, 10) == i ? c->nodes[k].weight : 0;
        for (k = 1; k < c->node_count && sum <= 0; k++)
            if (strtoul(c->nodes[k].parent + 1, NULL, 10) == i)
                c->nodes[k].weight = 1;
    }
}

static double value(size_t kind)
{
    double u = uniform();

    switch (kind) {
    case 0:
        return 10 * u;
    case 1:
        return exp(6 * u); /* a long tail */
    case 2:
        return (double)(int)(4 * u); /* many ties */
    case 3:
        return 0.1; /* all equal */
    default:
        return u < 0.9 ? u : 1000 * u; /* outliers */
    }
}

static void fill(struct random_case *c)
{
    static const char *const groups[GROUPS] = {"east", "west", NULL};
    size_t periods = 1 + pick(3), units = 1 + pick(ROWS_MAX / periods), rows = 0, i, p, u;
    double gaps = pick(3) == 0 ? 0 : 0.5 * uniform();

    for (p = 0; p < periods; p++)
        for (u = 0; u < units; u++) {
            c->units[rows] = xt_arena_printf(&c->arena, "u%zu", u);
            c->groups[rows] = groups[pick(GROUPS)];
            c->periods[rows] = 2000 + 3 * (int32_t)p;
            c->below[rows++] = 0.5 + uniform();
        }
    for (i = 0; i < c->tree.indicator_count; i++) {
        size_t kind = pick(8), row;

        for (row = 0; row < rows; row++)
            c->values[i][row] = uniform() < gaps ? NAN : value(kind);
        c->columns[i] = c->values[i];
        c->posts[2 * i] = 2 * uniform();
        c->posts[2 * i + 1] = 3 + uniform();
    }
    c->extra = (struct xt_index_extra){.code = "below", .values = c->below};
    c->table = (struct xt_index_table){.rows = rows,
                                       .unit = c->units,
                                       .period = periods > 1 || pick(2) ? c->periods : NULL,
                                       .group = c->groups,
                                       .values = c->columns,
                                       .extras = &c->extra,
                                       .extra_count = 1};
}

static struct xt_index_step *add_step(struct random_case *c, enum xt_index_step_kind kind)
{
    struct xt_index_step *step = &c->recipe.steps[c->recipe.count++];

    *step = (struct xt_index_step){.kind = kind};
    return step;
}

static void cook(struct random_case *c)
{
    struct xt_index_step *step;
    size_t i;

    if (pick(3) == 0)
        add_step(c, XT_STEP_SCREEN)->screen.present = uniform();
    if (pick(2) == 0)
        add_step(c, XT_STEP_DENOMINATE)->denominate.scale = pick(2) ? 100 : 0;
    if (pick(3) > 0)
        add_step(c, XT_STEP_IMPUTE)->impute.method = (enum xt_impute)pick(6);
    if (pick(2) == 0) {
        step = add_step(c, XT_STEP_TREAT);
        step->treat.points = (int)pick(6);
        step->treat.no_log = pick(2);
    }
    step = add_step(c, XT_STEP_NORMALISE);
    step->normalise.method = (enum xt_normalise)pick(XT_NORMALISES);
    step->normalise.lo = 1;
    step->normalise.hi = 1 + 99 * uniform();
    step->normalise.over = (enum xt_norm_over)pick(3);
    step->normalise.base = c->periods[0];
    if (!c->table.period)
        step->normalise.over = XT_OVER_PERIOD;
    if (!c->table.period && step->normalise.method == XT_NORM_BASE_YEAR)
        step->normalise.method = XT_NORM_MINMAX;
    step->normalise.unit = "u0";
    step->normalise.capped = pick(2);
    step->normalise.posts = c->posts;
    bool positive = step->normalise.method == XT_NORM_MINMAX || step->normalise.method == XT_NORM_GOALPOSTS ||
                    step->normalise.method == XT_NORM_RANK;

    step = add_step(c, XT_STEP_AGGREGATE);
    step->aggregate.levels = 1 + pick(3);
    for (i = 0; i < step->aggregate.levels; i++)
        step->aggregate.by_level[i] = positive ? (enum xt_aggregate)pick(XT_AGG_COPELAND) : XT_AGG_ARITHMETIC;
    if (pick(4) == 0) { /* scores of a contest may be zero and less: arithmetic above it */
        step->aggregate.by_level[0] = XT_AGG_COPELAND;
        step->aggregate.by_level[1] = pick(2) ? XT_AGG_COPELAND : XT_AGG_ARITHMETIC;
        step->aggregate.levels = 2;
    }
    step->aggregate.power = pick(2) ? 0.5 + uniform() : -1 - uniform();
    step->aggregate.present = pick(2) ? 0 : uniform();
    if (pick(2) == 0) {
        for (i = 0; i < c->node_count; i++)
            c->weights[i] = 0.05 + uniform();
        step->aggregate.weights = c->weights;
    }
}

static void make_case(struct random_case *c, uint64_t number)
{
    struct xt_problems problems;
    struct xt_error err;

    memset(c, 0, sizeof *c);
    seed = number;
    drawn = 0;
    xt_arena_init(&c->arena);
    xt_problems_init(&problems);
    grow(c);
    assert_int_equal(xt_index_tree_make(c->nodes, c->node_count, &c->arena, &c->tree, &problems, &err), XT_OK);
    fill(c);
    assert_int_equal(xt_index_table_check(&c->tree, &c->table, &problems, &err), XT_OK);
    cook(c);
    xt_problems_done(&problems);
}

/* ---- the second implementation ---- */

struct naive {
    const struct random_case *c;
    double x[NODES_MAX][ROWS_MAX]; /* by node */
    bool out[ROWS_MAX], refused;
};

static int32_t period_at(const struct naive *n, size_t row)
{
    return n->c->table.period ? n->c->table.period[row] : 0;
}

/* Those of a node's values that stand in a period, in the group if it is asked for. */
static size_t some(const struct naive *n, size_t node, const int32_t *period, const char *group, double *out)
{
    size_t row, count = 0;

    for (row = 0; row < n->c->table.rows; row++) {
        const char *its = n->c->groups[row];

        if (isnan(n->x[node][row]) || (period && period_at(n, row) != *period))
            continue;
        if (group && (!its || strcmp(its, group) != 0))
            continue;
        out[count++] = n->x[node][row];
    }
    return count;
}

static double mean_of(const double *v, size_t n)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < n; i++)
        sum += v[i];
    return sum / (double)n;
}

/* The value with as many below it as above it, by counting. */
static double place(const double *v, size_t n, size_t at)
{
    size_t i, k;

    for (i = 0; i < n; i++) {
        size_t below = 0, equal = 0;

        for (k = 0; k < n; k++) {
            below += v[k] < v[i];
            equal += v[k] == v[i];
        }
        if (below <= at && at < below + equal)
            return v[i];
    }
    return NAN;
}

static double median_of(const double *v, size_t n)
{
    return (place(v, n, (n - 1) / 2) + place(v, n, n / 2)) / 2;
}

static double central(const double *v, size_t n, double power)
{
    double mean = mean_of(v, n), sum = 0;
    size_t i;

    for (i = 0; i < n; i++)
        sum += pow(v[i] - mean, power);
    return sum / (double)n;
}

static bool equal_all(const double *v, size_t n)
{
    size_t i;

    for (i = 1; i < n; i++)
        if (v[i] != v[0])
            return false;
    return true;
}

static double sd_of(const double *v, size_t n)
{
    return n < 2 || equal_all(v, n) ? 0 : sqrt(central(v, n, 2) * (double)n / ((double)n - 1));
}

static double extreme(const double *v, size_t n, double sign)
{
    double most = -INFINITY;
    size_t i;

    for (i = 0; i < n; i++)
        most = fmax(most, sign * v[i]);
    return sign * most;
}

static void fill_gaps(struct naive *n, size_t node, enum xt_impute method)
{
    double made[ROWS_MAX], v[ROWS_MAX];
    size_t row, k, rows = n->c->table.rows;

    for (row = 0; row < rows; row++) {
        int32_t period = period_at(n, row);
        bool grouped = method == XT_IMPUTE_GROUP_MEAN || method == XT_IMPUTE_GROUP_MEDIAN;
        size_t before = SIZE_MAX, behind = SIZE_MAX, count;

        made[row] = n->x[node][row];
        if (!isnan(made[row]) || n->out[row])
            continue;
        for (k = 0; k < rows && n->c->table.period; k++) {
            if (isnan(n->x[node][k]) || strcmp(n->c->units[k], n->c->units[row]) != 0)
                continue;
            if (period_at(n, k) < period && (before == SIZE_MAX || period_at(n, k) > period_at(n, before)))
                before = k;
            if (period_at(n, k) > period && (behind == SIZE_MAX || period_at(n, k) < period_at(n, behind)))
                behind = k;
        }
        if (method == XT_IMPUTE_LAST) {
            made[row] = before == SIZE_MAX ? NAN : n->x[node][before];
        } else if (method == XT_IMPUTE_LINEAR) {
            if (before == SIZE_MAX || behind == SIZE_MAX)
                continue;
            double share = (double)(period - period_at(n, before)) / (period_at(n, behind) - period_at(n, before));

            made[row] = (1 - share) * n->x[node][before] + share * n->x[node][behind];
        } else {
            if (grouped && !n->c->groups[row])
                continue;
            count = some(n, node, &period, grouped ? n->c->groups[row] : NULL, v);
            if (count > 0)
                made[row] = method == XT_IMPUTE_MEAN || method == XT_IMPUTE_GROUP_MEAN ? mean_of(v, count)
                                                                                       : median_of(v, count);
        }
    }
    memcpy(n->x[node], made, sizeof made);
}

static bool passes(const double *v, size_t n)
{
    double k = (double)n, skew, kurtosis;

    if (n < 4 || equal_all(v, n))
        return true;
    skew = sqrt(k * (k - 1)) / (k - 2) * central(v, n, 3) / pow(central(v, n, 2), 1.5);
    kurtosis = (k - 1) / ((k - 2) * (k - 3)) * ((k + 1) * (central(v, n, 4) / pow(central(v, n, 2), 2) - 3) + 6);
    return fabs(skew) < 2 || kurtosis < 3.5;
}

static void tame(struct naive *n, size_t node, const struct xt_index_step *step)
{
    double *x = n->x[node], kept[ROWS_MAX], v[ROWS_MAX], top, bottom;
    size_t count = some(n, node, NULL, NULL, v), row;
    int low = 0, high = 0;

    if (passes(v, count))
        return;
    memcpy(kept, x, sizeof kept);
    while (low + high < step->treat.points && !passes(v, count)) {
        double sign = central(v, count, 3) > 0 ? 1 : -1, most = extreme(v, count, sign), next = -INFINITY * sign;

        for (row = 0; row < count; row++)
            if (v[row] != most && sign * v[row] > sign * next)
                next = v[row];
        *(sign > 0 ? &high : &low) = 0;
        for (row = 0; row < n->c->table.rows; row++)
            if (x[row] == most) {
                x[row] = next;
                ++*(sign > 0 ? &high : &low);
            }
        count = some(n, node, NULL, NULL, v);
    }
    if (passes(v, count) || step->treat.no_log)
        return;
    memcpy(x, kept, sizeof kept);
    count = some(n, node, NULL, NULL, v);
    top = extreme(v, count, 1);
    bottom = extreme(v, count, -1);
    for (row = 0; row < n->c->table.rows; row++)
        x[row] = log(x[row] - bottom + 0.01 * (top - bottom));
}

static double find(const struct naive *n, size_t node, const char *unit, int32_t period)
{
    size_t row;

    for (row = 0; row < n->c->table.rows; row++)
        if (period_at(n, row) == period && strcmp(n->c->units[row], unit) == 0)
            return n->x[node][row];
    return NAN;
}

static double scaled(const struct naive *n, size_t node, size_t row, const struct xt_index_step *step)
{
    const struct xt_index_node *it = &n->c->nodes[node];
    double v[ROWS_MAX], d = it->direction, x = d * n->x[node][row], least, most, lo = step->normalise.lo,
                        hi = step->normalise.hi, ref, share, posts[2];
    int32_t period = period_at(n, row), of = step->normalise.over == XT_OVER_BASE ? step->normalise.base : period;
    size_t count, i, below = 0;

    count = some(n, node, step->normalise.over == XT_OVER_ALL ? NULL : &of, NULL, v);
    for (i = 0; i < count; i++)
        v[i] *= d;
    least = count > 0 ? extreme(v, count, -1) : NAN;
    most = count > 0 ? extreme(v, count, 1) : NAN;
    posts[0] = d * n->c->posts[2 * n->c->tree.column[node] + (d < 0)];
    posts[1] = d * n->c->posts[2 * n->c->tree.column[node] + (d > 0)];
    switch (step->normalise.method) {
    case XT_NORM_MINMAX:
        return most > least ? lo + (x - least) / (most - least) * (hi - lo) : (lo + hi) / 2;
    case XT_NORM_Z:
        return sd_of(v, count) > 0 ? lo + hi * (x - mean_of(v, count)) / sd_of(v, count) : lo;
    case XT_NORM_DISTANCE_MAX:
        return most > least ? 1 - (most - x) / (most - least) : 0.5;
    case XT_NORM_FRACTION_MAX:
        return x / most;
    case XT_NORM_REFERENCE:
        ref = d * find(n, node, step->normalise.unit, period);
        return ref > least ? 1 - (ref - x) / (ref - least) : 0.5;
    case XT_NORM_SCALED:
        return (x - posts[0]) / (posts[1] - posts[0]) * 100;
    case XT_NORM_GOALPOSTS:
        share = fmin(1, fmax(0, (x - posts[0]) / (posts[1] - posts[0])));
        return lo + share * (hi - lo);
    case XT_NORM_TARGET:
        share = d * it->target > least ? (x - least) / (d * it->target - least) : 0.5;
        return step->normalise.capped ? fmin(1, share) : share;
    case XT_NORM_BASE_YEAR:
        ref = find(n, node, n->c->units[row], step->normalise.base);
        return d > 0 ? n->x[node][row] / ref * 100 : ref / n->x[node][row] * 100;
    case XT_NORM_RANK:
    case XT_NORM_PERCENTILE:
    case XT_NORM_BORDA:
    case XT_NORMALISES:
        break;
    }
    count = some(n, node, &period, NULL, v);
    for (i = 0; i < count; i++)
        below += d * v[i] < x;
    if (step->normalise.method == XT_NORM_RANK)
        return (double)below + 1;
    if (step->normalise.method == XT_NORM_BORDA)
        return (double)below;
    return count > 1 ? (double)below / ((double)count - 1) : 0.5;
}

/* A number that the engine must refuse rather than take. */
static bool refuses(const struct naive *n, size_t node, size_t row, const struct xt_index_step *step)
{
    double v[ROWS_MAX], d = n->c->nodes[node].direction;
    int32_t period = period_at(n, row), of = step->normalise.over == XT_OVER_BASE ? step->normalise.base : period;
    size_t count, i;

    switch (step->normalise.method) {
    case XT_NORM_REFERENCE: /* wanted of every period, whether values are there or not */
        return isnan(find(n, node, step->normalise.unit, period));
    case XT_NORM_FRACTION_MAX:
        count = some(n, node, step->normalise.over == XT_OVER_ALL ? NULL : &of, NULL, v);
        for (i = 0; i < count; i++)
            v[i] *= d;
        return count > 0 && extreme(v, count, 1) <= 0;
    case XT_NORM_BASE_YEAR: {
        double own = find(n, node, n->c->units[row], step->normalise.base);

        return !isnan(n->x[node][row]) && (isnan(own) || own == 0 || (d < 0 && n->x[node][row] == 0));
    }
    default:
        return false;
    }
}

static double weight_of(const struct naive *n, size_t node)
{
    const struct xt_index_step *last = &n->c->recipe.steps[n->c->recipe.count - 1];

    return last->aggregate.weights ? last->aggregate.weights[node] : n->c->nodes[node].weight;
}

static size_t children(const struct naive *n, size_t node, size_t *out)
{
    size_t i, count = 0;

    for (i = 0; i < n->c->node_count; i++)
        if (strcmp(n->c->nodes[i].parent, n->c->nodes[node].code) == 0)
            out[count++] = i;
    return count;
}

static size_t height(const struct naive *n, size_t node)
{
    size_t kids[NODES_MAX], count = children(n, node, kids), i, highest = 0;

    for (i = 0; i < count; i++)
        highest = height(n, kids[i]) > highest ? height(n, kids[i]) : highest;
    return highest + 1;
}

/* Who stands better on more of the weight that both have. */
static double beats(const struct naive *n, const size_t *kids, size_t count, size_t a, size_t b)
{
    double ahead = 0, behind = 0, both = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        double x = n->x[kids[i]][a], y = n->x[kids[i]][b];

        if (isnan(x) || isnan(y))
            continue;
        both += weight_of(n, kids[i]);
        ahead += x > y ? weight_of(n, kids[i]) : 0;
        behind += x < y ? weight_of(n, kids[i]) : 0;
    }
    return both > 0 && fabs(ahead - behind) > 1e-11 * both ? (ahead > behind ? 1 : -1) : 0;
}

static double rise(struct naive *n, size_t node, size_t row)
{
    const struct xt_index_step *last = &n->c->recipe.steps[n->c->recipe.count - 1];
    size_t kids[NODES_MAX], count = children(n, node, kids), i, there = 0, other, at = height(n, node) - 2;
    enum xt_aggregate method = last->aggregate.by_level[at < last->aggregate.levels ? at : last->aggregate.levels - 1];
    double sum = 0, weights = 0, p = last->aggregate.power, contest = 0;

    for (i = 0; i < count; i++) {
        double x = n->x[kids[i]][row], w = weight_of(n, kids[i]);

        if (isnan(x))
            continue;
        there++;
        weights += w;
        if (x <= 0 && method != XT_AGG_ARITHMETIC && method != XT_AGG_COPELAND)
            n->refused = true; /* such means are of values above zero */
        sum += w * (method == XT_AGG_GEOMETRIC  ? log(x)
                    : method == XT_AGG_HARMONIC ? 1 / x
                    : method == XT_AGG_POWER    ? pow(x, p)
                                                : x);
    }
    if (there == 0 || (double)there < last->aggregate.present * (double)count)
        return NAN;
    if (method == XT_AGG_COPELAND) {
        for (other = 0; other < n->c->table.rows; other++)
            if (other != row && period_at(n, other) == period_at(n, row))
                contest += beats(n, kids, count, row, other);
        return contest;
    }
    if (weights <= 0)
        return NAN;
    sum /= weights;
    return method == XT_AGG_GEOMETRIC  ? exp(sum)
           : method == XT_AGG_HARMONIC ? 1 / sum
           : method == XT_AGG_POWER    ? pow(sum, 1 / p)
                                       : sum;
}

static void rise_all(struct naive *n, size_t node)
{
    size_t kids[NODES_MAX], count = children(n, node, kids), i, row;

    for (i = 0; i < count; i++)
        rise_all(n, kids[i]);
    for (row = 0; row < n->c->table.rows && count > 0; row++)
        n->x[node][row] = rise(n, node, row);
}

static void do_step(struct naive *n, const struct xt_index_step *step)
{
    const struct random_case *c = n->c;
    size_t node, row, rows = c->table.rows, there;
    double made[ROWS_MAX];

    for (row = 0; row < rows && step->kind == XT_STEP_SCREEN; row++) {
        for (node = there = 0; node < c->node_count; node++)
            there += c->nodes[node].indicator && !isnan(n->x[node][row]);
        n->out[row] = (double)there < step->screen.present * (double)c->tree.indicator_count;
    }
    for (node = 0; node < c->node_count; node++) {
        if (!c->nodes[node].indicator)
            continue;
        for (row = 0; row < rows; row++) {
            if (step->kind == XT_STEP_SCREEN && n->out[row])
                n->x[node][row] = NAN;
            if (step->kind == XT_STEP_DENOMINATE && c->nodes[node].denominator[0])
                n->x[node][row] *= (step->denominate.scale > 0 ? step->denominate.scale : 1) / c->below[row];
            if (step->kind == XT_STEP_NORMALISE && refuses(n, node, row, step))
                n->refused = true;
        }
        if (step->kind == XT_STEP_IMPUTE)
            fill_gaps(n, node, step->impute.method);
        if (step->kind == XT_STEP_TREAT)
            tame(n, node, step);
        if (step->kind != XT_STEP_NORMALISE)
            continue;
        for (row = 0; row < rows; row++)
            made[row] = isnan(n->x[node][row]) ? NAN : scaled(n, node, row, step);
        memcpy(n->x[node], made, sizeof made);
    }
    if (step->kind == XT_STEP_AGGREGATE)
        rise_all(n, 0);
}

/* ---- beside one another ---- */

static bool near(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}

static void compare(const struct random_case *c, const struct naive *n, const struct xt_index_result *result,
                    uint64_t number)
{
    size_t node, row, other, top = c->tree.top;

    for (node = 0; node < c->node_count; node++)
        for (row = 0; row < c->table.rows; row++)
            if (!near(result->score[node][row], n->x[node][row]))
                fail_msg("case %llu, %s of %s: %.12g, not %.12g", (unsigned long long)number, c->nodes[node].code,
                         c->units[row], result->score[node][row], n->x[node][row]);
    for (row = 0; row < c->table.rows; row++) { /* scores that differ in the last place only may rank either way */
        int32_t best = 1, worst = 1;

        for (other = 0; other < c->table.rows; other++) {
            double a = n->x[top][other], b = n->x[top][row];

            if (other == row || period_at(n, other) != period_at(n, row) || isnan(a))
                continue;
            best += a > b && !near(a, b);
            worst += a > b || near(a, b);
        }
        if (isnan(n->x[top][row]))
            best = worst = 0;
        if (result->rank[top][row] < best || result->rank[top][row] > worst)
            fail_msg("case %llu: rank %d of %s, not %d to %d", (unsigned long long)number, result->rank[top][row],
                     c->units[row], best, worst);
    }
}

static void a_second_implementation_agrees(void **state)
{
    static struct random_case c;
    static struct naive n;
    size_t compared = 0, refused = 0, node, i, by_norm[XT_NORMALISES] = {0};
    uint64_t number;

    (void)state;
    for (number = 1; number <= CASES; number++) {
        struct xt_problems problems;
        struct xt_index_result result;
        struct xt_error err;
        enum xt_code rc;
        enum xt_normalise method;

        make_case(&c, number);
        xt_problems_init(&problems);
        rc = xt_index_run(&c.tree, &c.table, &c.recipe, &c.arena, &result, &problems, NULL, &err);
        n = (struct naive){.c = &c};
        for (node = 0; node < c.node_count; node++)
            if (c.nodes[node].indicator)
                memcpy(n.x[node], c.values[c.tree.column[node]], sizeof n.x[node]);
        for (i = 0; i < c.recipe.count; i++)
            do_step(&n, &c.recipe.steps[i]);
        if ((rc != XT_OK) != n.refused)
            fail_msg("case %llu: %s, the other says %s", (unsigned long long)number,
                     rc == XT_OK ? "made" : xt_msg_name(err.msg), n.refused ? "refused" : "made");
        method = c.recipe.steps[c.recipe.count - 2].normalise.method;
        if (rc == XT_OK) {
            compare(&c, &n, &result, number);
            compared++;
            by_norm[method]++;
        } else {
            refused++;
        }
        xt_problems_done(&problems);
        xt_arena_done(&c.arena);
    }
    print_message("%zu cases compared, %zu refused by both\n", compared, refused);
    assert_true(compared > CASES / 2);
    for (i = 0; i < XT_NORMALISES; i++)
        assert_true(by_norm[i] > 0); /* each method was met */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_implementation_agrees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
