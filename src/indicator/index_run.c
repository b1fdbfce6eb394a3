/* index_run.c - checks before a run, and the steps in order. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indicator/index_priv.h"

static struct xt_arg_in again(const struct xt_arg *arg)
{
    return arg->kind == XT_ARG_INT ? XT_INT(arg->i) : XT_TEXT(arg->text);
}

enum xt_code xt_index_failed(const struct xt_problems *problems, size_t before, struct xt_error *err)
{
    const struct xt_problem *first = &problems->list[before < problems->count ? before : problems->count - 1];

    return xt_fail(err, XT_E_INPUT, first->path, first->msg, again(&first->args[0]), again(&first->args[1]),
                   again(&first->args[2]));
}

/* ---- the table ---- */

struct key {
    const char *unit;
    int32_t period;
};

static int by_key(const void *a, const void *b)
{
    const struct key *p = a, *q = b;

    if (p->period != q->period)
        return p->period < q->period ? -1 : 1;
    return strcmp(p->unit, q->unit);
}

static void check_units(const struct xt_index_table *table, struct xt_problems *problems)
{
    struct key *keys = xt_alloc((table->rows + 1) * sizeof *keys);
    size_t i;

    for (i = 0; i < table->rows; i++)
        keys[i] = (struct key){table->unit[i], table->period ? table->period[i] : 0};
    qsort(keys, table->rows, sizeof *keys, by_key);
    for (i = 1; i < table->rows; i++)
        if (by_key(&keys[i - 1], &keys[i]) == 0)
            xt_problem(problems, keys[i].unit, XT_MSG_INDEX_UNIT_TWICE, XT_INT(keys[i].period));
    free(keys);
}

enum xt_code xt_index_table_check(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                  struct xt_problems *problems, struct xt_error *err)
{
    size_t before = problems->seen, c, row;

    if (table->rows == 0 || table->rows > XT_INDEX_ROWS_MAX)
        return xt_fail(err, XT_E_INPUT, "rows", XT_MSG_INDEX_ROWS, XT_INT(table->rows), XT_INT(XT_INDEX_ROWS_MAX));
    if (tree->indicator_count + table->extra_count > XT_INDEX_CELLS_MAX / table->rows)
        return xt_fail(err, XT_E_INPUT, "rows", XT_MSG_INDEX_CELLS, XT_INT(tree->indicator_count + table->extra_count),
                       XT_INT(table->rows), XT_INT(XT_INDEX_CELLS_MAX));
    check_units(table, problems);
    for (c = 0; c < tree->indicator_count; c++)
        for (row = 0; row < table->rows; row++)
            if (fabs(table->values[c][row]) > XT_INDEX_VALUE_MAX)
                xt_problem(problems, tree->nodes[tree->indicators[c]].code, XT_MSG_INDEX_INFINITE,
                           XT_TEXT(table->unit[row]));
    for (c = 0; c < table->extra_count; c++)
        for (row = 0; row < table->rows; row++)
            if (fabs(table->extras[c].values[row]) > XT_INDEX_VALUE_MAX)
                xt_problem(problems, table->extras[c].code, XT_MSG_INDEX_INFINITE, XT_TEXT(table->unit[row]));
    if (problems->seen > before)
        return xt_index_failed(problems, before, err);
    return XT_OK;
}

/* ---- the recipe ---- */

struct recipe_check {
    const struct xt_index_tree *tree;
    const struct xt_index_table *table;
    const struct xt_index_recipe *recipe;
    struct xt_problems *problems;
    size_t at;
    char path[64];
};

static const char *at(struct recipe_check *c, const char *member)
{
    (void)snprintf(c->path, sizeof c->path, "steps[%zu]%s%s", c->at, member[0] ? "." : "", member);
    return c->path;
}

static bool has_extra(const struct xt_index_tree *tree, const struct xt_index_table *table, const char *code)
{
    size_t i, node = xt_index_tree_find(tree, code);

    if (node != SIZE_MAX && tree->nodes[node].indicator)
        return true;

    for (i = 0; i < table->extra_count; i++)
        if (strcmp(table->extras[i].code, code) == 0)
            return true;
    return false;
}

static bool has_period(const struct xt_index_table *table, int32_t period)
{
    size_t i;

    for (i = 0; table->period && i < table->rows; i++)
        if (table->period[i] == period)
            return true;
    return false;
}

static void check_normalise(struct recipe_check *c, const struct xt_index_step *step)
{
    enum xt_normalise method = step->normalise.method;
    const struct xt_index_tree *tree = c->tree;
    bool ranged = method == XT_NORM_MINMAX || method == XT_NORM_GOALPOSTS;
    bool based = method == XT_NORM_BASE_YEAR || step->normalise.over == XT_OVER_BASE;
    bool posted = method == XT_NORM_GOALPOSTS || method == XT_NORM_SCALED;
    size_t i;

    if (ranged && !(step->normalise.hi > step->normalise.lo))
        xt_problem(c->problems, at(c, "hi"), XT_MSG_INDEX_RANGE);
    if (method == XT_NORM_Z && !(step->normalise.hi > 0))
        xt_problem(c->problems, at(c, "hi"), XT_MSG_INDEX_RANGE);
    if (based && !has_period(c->table, step->normalise.base))
        xt_problem(c->problems, at(c, "base"), XT_MSG_INDEX_NO_PERIOD, XT_INT(step->normalise.base));
    if (method == XT_NORM_REFERENCE && !step->normalise.unit)
        xt_problem(c->problems, at(c, "unit"), XT_MSG_REQUIRED);
    if (posted && !step->normalise.posts)
        xt_problem(c->problems, at(c, "posts"), XT_MSG_REQUIRED);
    for (i = 0; i < tree->indicator_count; i++) {
        const struct xt_index_node *node = &tree->nodes[tree->indicators[i]];

        if (method == XT_NORM_TARGET && !isfinite(node->target))
            xt_problem(c->problems, node->code, XT_MSG_INDEX_NO_TARGET);
        if (posted && step->normalise.posts && !(step->normalise.posts[2 * i + 1] > step->normalise.posts[2 * i]))
            xt_problem(c->problems, node->code, XT_MSG_INDEX_RANGE);
    }
}

/* Whether a normalisation is bound to give zero or less. Where only the values can tell, the run names the first. */
static bool gives_zero(const struct xt_index_step *step)
{
    switch (step->normalise.method) {
    case XT_NORM_MINMAX:
    case XT_NORM_GOALPOSTS:
    case XT_NORM_Z:
        return step->normalise.lo <= 0;
    case XT_NORM_PERCENTILE:
    case XT_NORM_BORDA:
    case XT_NORM_DISTANCE_MAX:
    case XT_NORM_REFERENCE:
    case XT_NORM_TARGET:
        return true;
    case XT_NORM_RANK:
    case XT_NORM_FRACTION_MAX:
    case XT_NORM_SCALED:
    case XT_NORM_BASE_YEAR:
    case XT_NORMALISES:
        break;
    }
    return false;
}

static int by_number(const void *a, const void *b)
{
    int32_t p = *(const int32_t *)a, q = *(const int32_t *)b;

    return (p > q) - (p < q);
}

/* Pairs are the square of the units. */
static size_t largest_period(const struct xt_index_table *table)
{
    size_t largest = 0, from = 0, i;
    int32_t *periods;

    if (!table->period)
        return table->rows;
    periods = xt_alloc((table->rows + 1) * sizeof *periods);
    memcpy(periods, table->period, table->rows * sizeof *periods);
    qsort(periods, table->rows, sizeof *periods, by_number);
    for (i = 0; i < table->rows; i++) {
        if (periods[i] != periods[from])
            from = i;
        largest = i + 1 - from > largest ? i + 1 - from : largest;
    }
    free(periods);
    return largest;
}

static void check_aggregate(struct recipe_check *c, const struct xt_index_step *step)
{
    const struct xt_index_tree *tree = c->tree;
    const struct xt_index_step *before = c->at > 0 ? &c->recipe->steps[c->at - 1] : NULL;
    size_t i, k;
    bool positive = false, contest = false;

    if (step->aggregate.levels == 0 || step->aggregate.levels > XT_INDEX_LEVELS_MAX)
        xt_problem(c->problems, at(c, "by_level"), XT_MSG_REQUIRED);
    for (i = 0; i < step->aggregate.levels && i < XT_INDEX_LEVELS_MAX; i++) {
        positive = positive || step->aggregate.by_level[i] == XT_AGG_GEOMETRIC ||
                   step->aggregate.by_level[i] == XT_AGG_HARMONIC || step->aggregate.by_level[i] == XT_AGG_POWER;
        contest = contest || step->aggregate.by_level[i] == XT_AGG_COPELAND;
        if (step->aggregate.by_level[i] == XT_AGG_POWER &&
            (step->aggregate.power == 0 || !isfinite(step->aggregate.power)))
            xt_problem(c->problems, at(c, "power"), XT_MSG_INDEX_POWER);
    }
    if (contest && c->table->rows > XT_INDEX_CONTEST_MAX && largest_period(c->table) > XT_INDEX_CONTEST_MAX)
        xt_problem(c->problems, at(c, "by_level"), XT_MSG_INDEX_CONTEST, XT_INT(largest_period(c->table)),
                   XT_INT(XT_INDEX_CONTEST_MAX));
    if (positive && before && before->kind == XT_STEP_NORMALISE && gives_zero(before))
        xt_problem(c->problems, at(c, "by_level"), XT_MSG_INDEX_MAY_BE_ZERO);
    for (i = 0; step->aggregate.weights && i < tree->count; i++) {
        double sum = 0;

        if (!(step->aggregate.weights[i] >= 0) || isinf(step->aggregate.weights[i]))
            xt_problem(c->problems, tree->nodes[i].code, XT_MSG_INDEX_WEIGHT);
        for (k = 0; k < tree->child_count[i]; k++)
            sum += step->aggregate.weights[tree->child[tree->first[i] + k]];
        if (tree->child_count[i] > 0 && !(sum > 0))
            xt_problem(c->problems, tree->nodes[i].code, XT_MSG_INDEX_WEIGHTS_NOTHING);
    }
}

static void check_step(struct recipe_check *c, const struct xt_index_step *step)
{
    const struct xt_index_tree *tree = c->tree;
    size_t i;

    switch (step->kind) {
    case XT_STEP_SCREEN:
        if (!(step->screen.present >= 0 && step->screen.present <= 1))
            xt_problem(c->problems, at(c, "present"), XT_MSG_INDEX_SHARE);
        if (!(step->screen.non_zero >= 0 && step->screen.non_zero <= 1))
            xt_problem(c->problems, at(c, "non_zero"), XT_MSG_INDEX_SHARE);
        break;
    case XT_STEP_DENOMINATE:
        for (i = 0; i < tree->indicator_count; i++) {
            const struct xt_index_node *node = &tree->nodes[tree->indicators[i]];

            if (node->denominator[0] != '\0' && !has_extra(tree, c->table, node->denominator))
                xt_problem(c->problems, node->code, XT_MSG_INDEX_NO_DENOMINATOR, XT_TEXT(node->denominator));
        }
        break;
    case XT_STEP_IMPUTE:
        if ((step->impute.method == XT_IMPUTE_GROUP_MEAN || step->impute.method == XT_IMPUTE_GROUP_MEDIAN) &&
            !c->table->group)
            xt_problem(c->problems, at(c, "method"), XT_MSG_INDEX_NO_GROUPS);
        break;
    case XT_STEP_TREAT:
        if (step->treat.points < 0 || step->treat.points > XT_INDEX_POINTS_MAX)
            xt_problem(c->problems, at(c, "points"), XT_MSG_INDEX_POINTS, XT_INT(step->treat.points));
        break;
    case XT_STEP_NORMALISE:
        check_normalise(c, step);
        break;
    case XT_STEP_AGGREGATE:
        check_aggregate(c, step);
        break;
    case XT_STEP_KINDS:
        break;
    }
    if ((step->kind == XT_STEP_AGGREGATE) != (c->at + 1 == c->recipe->count))
        xt_problem(c->problems, at(c, ""), XT_MSG_INDEX_LAST_STEP);
}

enum xt_code xt_index_recipe_check(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                   const struct xt_index_recipe *recipe, struct xt_problems *problems,
                                   struct xt_error *err)
{
    struct recipe_check c = {.tree = tree, .table = table, .recipe = recipe, .problems = problems};
    size_t before = problems->seen;

    if (recipe->count == 0 || recipe->count > XT_INDEX_STEPS_MAX)
        return xt_fail(err, XT_E_INPUT, "steps", XT_MSG_INDEX_STEPS, XT_INT(recipe->count), XT_INT(XT_INDEX_STEPS_MAX));
    for (c.at = 0; c.at < recipe->count; c.at++)
        check_step(&c, &recipe->steps[c.at]);
    if (problems->seen > before)
        return xt_index_failed(problems, before, err);
    return XT_OK;
}

/* ---- a run ---- */

struct placed {
    int32_t period;
    size_t row;
};

static int by_place(const void *a, const void *b)
{
    const struct placed *p = a, *q = b;

    if (p->period != q->period)
        return p->period < q->period ? -1 : 1;
    return (p->row > q->row) - (p->row < q->row);
}

static void find_periods(struct xt_index_state *state)
{
    size_t n = state->table->rows, i;
    struct placed *list = xt_alloc((n + 1) * sizeof *list);

    state->by_period = xt_arena_alloc(state->arena, (n + 1) * sizeof *state->by_period);
    state->period_first = xt_arena_alloc(state->arena, (n + 2) * sizeof *state->period_first);
    for (i = 0; i < n; i++)
        list[i] = (struct placed){state->table->period ? state->table->period[i] : 0, i};
    qsort(list, n, sizeof *list, by_place);
    for (i = 0; i < n; i++) {
        state->by_period[i] = list[i].row;
        if (i == 0 || list[i].period != list[i - 1].period)
            state->period_first[state->periods++] = i;
    }
    state->period_first[state->periods] = n;
    free(list);
}

static double **matrix(struct xt_arena *arena, size_t columns, size_t rows)
{
    double **m = xt_arena_alloc(arena, (columns + 1) * sizeof *m);
    double *all = xt_arena_alloc(arena, (columns * rows + 1) * sizeof *all);
    size_t c;

    for (c = 0; c < columns; c++)
        m[c] = all + c * rows;
    return m;
}

void xt_index_begin(struct xt_index_state *state)
{
    const struct xt_index_tree *tree = state->tree;
    size_t rows = state->table->rows, c, row;

    *state->result = (struct xt_index_result){.rows = rows, .nodes = tree->count};
    state->result->out = xt_arena_alloc(state->arena, rows * sizeof *state->result->out);
    state->result->weight = xt_arena_alloc(state->arena, tree->count * sizeof *state->result->weight);
    state->result->rank = xt_arena_alloc(state->arena, tree->count * sizeof *state->result->rank);
    state->result->score = xt_arena_alloc(state->arena, tree->count * sizeof *state->result->score);
    state->x = matrix(state->arena, tree->indicator_count, rows);
    for (c = 0; c < tree->indicator_count; c++) /* an indicator's score is what the last step before the means left */
        state->result->score[tree->indicators[c]] =
            memcpy(state->x[c], state->table->values[c], rows * sizeof **state->x);
    for (c = 0; c < tree->count; c++) {
        state->result->rank[c] = xt_arena_alloc(state->arena, rows * sizeof **state->result->rank);
        if (tree->nodes[c].indicator)
            continue;
        state->result->score[c] = xt_arena_alloc(state->arena, rows * sizeof **state->result->score);
        for (row = 0; row < rows; row++)
            state->result->score[c][row] = NAN;
    }
    /* twice the rows: a sample beside the scratch of its quantile */
    state->scratch = xt_arena_alloc(state->arena, (2 * rows + 1) * sizeof *state->scratch);
    state->scratch2 = xt_arena_alloc(state->arena, (rows + 1) * sizeof *state->scratch2);
    find_periods(state);
}

/* What a step left. Columns that it did not touch are those of the step before; the last step's are x itself, which the means
 * only read. */
static void keep_step(struct xt_index_state *state, size_t at, bool last)
{
    size_t n = state->tree->indicator_count, rows = state->table->rows, c;
    double **kept = xt_arena_alloc(state->arena, n * sizeof *kept),
           **before = at > 0 ? state->result->step[at - 1] : NULL;

    for (c = 0; c < n; c++) {
        if (last)
            kept[c] = state->x[c];
        else if (before && memcmp(before[c], state->x[c], rows * sizeof **kept) == 0)
            kept[c] = before[c];
        else
            kept[c] = memcpy(xt_arena_alloc(state->arena, rows * sizeof **kept), state->x[c], rows * sizeof **kept);
    }
    state->result->step[at] = kept;
}

/* A quotient of the very great and the very small is no number any longer: it is refused, not carried on. */
static void check_finite(struct xt_index_state *state, const double *const *x, const size_t *node, size_t count)
{
    size_t c, row;

    for (c = 0; c < count; c++)
        for (row = 0; row < state->table->rows; row++)
            if (fabs(x[c][row]) > XT_INDEX_VALUE_MAX) {
                xt_problem(state->problems, state->tree->nodes[node[c]].code, XT_MSG_INDEX_INFINITE,
                           XT_TEXT(state->table->unit[row]));
                break;
            }
}

void xt_index_step(struct xt_index_state *state, const struct xt_index_step *step)
{
    static void (*const steps[XT_STEP_KINDS])(struct xt_index_state *, const struct xt_index_step *) = {
        [XT_STEP_SCREEN] = xt_index_screen,       [XT_STEP_DENOMINATE] = xt_index_denominate,
        [XT_STEP_IMPUTE] = xt_index_impute,       [XT_STEP_TREAT] = xt_index_treat,
        [XT_STEP_NORMALISE] = xt_index_normalise, [XT_STEP_AGGREGATE] = xt_index_aggregate,
    };

    steps[step->kind](state, step);
    if (step->kind == XT_STEP_DENOMINATE || step->kind == XT_STEP_NORMALISE)
        check_finite(state, (const double *const *)state->x, state->tree->indicators, state->tree->indicator_count);
}

enum xt_code xt_index_run(const struct xt_index_tree *tree, const struct xt_index_table *table,
                          const struct xt_index_recipe *recipe, struct xt_arena *arena, struct xt_index_result *out,
                          struct xt_problems *problems, struct xt_problems *warnings, struct xt_error *err)
{
    struct xt_index_state state = {
        .tree = tree, .table = table, .arena = arena, .result = out, .problems = problems, .warnings = warnings};
    size_t before = problems->seen, i;
    enum xt_code rc = xt_index_recipe_check(tree, table, recipe, problems, err);

    if (rc != XT_OK)
        return rc;
    xt_index_begin(&state);
    out->steps = recipe->count;
    for (i = 0; i < recipe->count; i++) {
        xt_index_step(&state, &recipe->steps[i]);
        if (problems->seen > before)
            return xt_index_failed(problems, before, err);
        if (recipe->steps[i].kind != XT_STEP_AGGREGATE)
            keep_step(&state, i, i + 2 == recipe->count);
    }
    return XT_OK;
}
