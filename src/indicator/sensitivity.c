/*
 * sensitivity.c - many runs of an index: draws, the two designs, and threads over them.
 *
 * A worker keeps the columns as they stood before the aggregation for each combination of steps it has met: most draws
 * differ in weights and means only, and cost one pass over the table.
 */
#include "indicator/sensitivity.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indicator/index_priv.h"

#define THREADS_MAX 16u
#define CACHE_BYTES ((size_t)64 * 1024 * 1024) /* of a worker */
#define CACHE_SLOTS 4096u
#define CHUNK       16u

struct design {
    const struct xt_index_tree *tree;
    const struct xt_index_table *table;
    const struct xt_index_recipe *recipe;
    const struct xt_sensitivity_plan *plan;
    struct xt_sensitivity *result;
    size_t levels[XT_FACTORS_MAX]; /* of discrete factors; 0 = continuous */
    bool exact;
    size_t base; /* sobol: N; the runs are A, B, AB of each factor, N each; 0 = plain draws */
    atomic_size_t next;
    atomic_size_t failed;
};

/* ---- points ---- */

/* The shift of a coordinate by the seed: a rotation keeps the points as even as they were (Cranley and Patterson 1976). */
static double point(const struct design *d, uint32_t at, size_t dimension)
{
    double u = xt_sobol(at, dimension) + (d->plan->seed == 0 ? 0 : xt_uniform(d->plan->seed, dimension));

    return u >= 1 ? u - 1 : u;
}

/* Where draw stands in [0, 1) for each factor. */
static void draw_point(const struct design *d, size_t draw, double *u)
{
    size_t k = d->plan->factor_count, f;

    if (d->exact) {
        for (f = k; f-- > 0; draw /= d->levels[f])
            u[f] = ((double)(draw % d->levels[f]) + 0.5) / (double)d->levels[f];
        return;
    }
    if (d->base == 0) {
        for (f = 0; f < k; f++)
            u[f] = point(d, (uint32_t)draw + 1, f);
        return;
    }
    size_t block = draw / d->base; /* 0 A, 1 B, then A with column block - 2 of B */
    uint32_t at = (uint32_t)(draw % d->base) + 1;

    for (f = 0; f < k; f++)
        u[f] = point(d, at, block == 1 || block == f + 2 ? k + f : f);
}

static size_t choice(double u, size_t count)
{
    size_t at = (size_t)(u * (double)count);

    return at < count ? at : count - 1;
}

/* ---- a worker ---- */

struct cached {
    uint64_t key;
    double *x; /* indicator by row; NULL = free */
};

struct worker {
    struct design *design;
    struct xt_arena arena; /* of one evaluation of the steps */
    struct xt_arena own;   /* of the worker */
    struct xt_problems problems;
    struct xt_index_state state; /* scratch and periods for scoring */
    struct xt_index_result state_result;
    double **score;
    double *weights, *noisy;
    double *top;
    int32_t *rank;
    struct cached cache[CACHE_SLOTS];
    size_t cached_bytes;
    pthread_t thread;
    bool started;
};

struct choices {
    struct xt_index_recipe recipe;
    bool left_out[XT_INDEX_STEPS_MAX];
    const double *weights;
    double noise, error;
    uint64_t noise_seed, error_seed;
    size_t excluded; /* column, SIZE_MAX = none */
    uint64_t key;    /* of the steps before the aggregation */
    bool cacheable;
};

/* A continuous factor's coordinate seeds its numbers: close coordinates need not give close numbers, as for any trigger. */
static uint64_t seed_of(const struct design *d, double u, size_t factor)
{
    uint64_t bits;

    memcpy(&bits, &u, sizeof bits);
    return bits * 0x9E3779B97F4A7C15u + d->plan->seed * 31 + factor;
}

static void choose(const struct design *d, const double *u, struct choices *c)
{
    const struct xt_index_recipe *recipe = d->recipe;
    size_t f;

    *c = (struct choices){.recipe = *recipe, .excluded = SIZE_MAX, .key = 1, .cacheable = true};
    for (f = 0; f < d->plan->factor_count; f++) {
        const struct xt_factor *factor = &d->plan->factors[f];
        size_t pick = d->levels[f] > 0 ? choice(u[f], d->levels[f]) : 0;

        switch (factor->kind) {
        case XT_FACTOR_STEP:
            c->recipe.steps[factor->at] = factor->steps[pick];
            c->left_out[factor->at] = factor->left_out && factor->left_out[pick];
            if (factor->at + 1 < recipe->count)
                c->key = c->key * (factor->count + 1) + pick;
            break;
        case XT_FACTOR_WEIGHTS:
            c->weights = factor->weights[pick];
            break;
        case XT_FACTOR_NOISE:
            c->noise = factor->amount;
            c->noise_seed = seed_of(d, u[f], f);
            break;
        case XT_FACTOR_EXCLUDE:
            c->excluded = pick == 0 ? SIZE_MAX : pick - 1;
            break;
        case XT_FACTOR_ERROR:
            c->error = factor->amount;
            c->error_seed = seed_of(d, u[f], f);
            c->cacheable = false;
            break;
        }
    }
}

/* The steps before the aggregation, from the table, into a matrix in the worker's arena. NULL when a step cannot be done. */
static double *run_steps(struct worker *w, const struct choices *c)
{
    const struct design *d = w->design;
    size_t n = d->tree->indicator_count, rows = d->table->rows, i, row;
    struct xt_index_result ignored;
    struct xt_index_state state = {
        .tree = d->tree, .table = d->table, .arena = &w->arena, .result = &ignored, .problems = &w->problems};

    xt_arena_clear(&w->arena);
    xt_problems_clear(&w->problems);
    xt_index_begin(&state);
    for (i = 0; i < n && c->error > 0; i++)
        for (row = 0; row < rows; row++)
            state.x[i][row] *= 1 + c->error * xt_normal(c->error_seed, i * rows + row);
    for (i = 0; i + 1 < c->recipe.count; i++) {
        if (c->left_out[i])
            continue;
        xt_index_step(&state, &c->recipe.steps[i]);
        if (w->problems.seen > 0)
            return NULL;
    }
    return state.x[0];
}

static const double *steps_done(struct worker *w, const struct choices *c)
{
    size_t bytes = w->design->tree->indicator_count * w->design->table->rows * sizeof(double);
    struct cached *slot = &w->cache[(c->key * 0x9E3779B97F4A7C15u >> 40) % CACHE_SLOTS];
    double *x;

    if (c->cacheable && slot->x && slot->key == c->key)
        return slot->x;
    x = run_steps(w, c);
    if (!x || !c->cacheable || (!slot->x && w->cached_bytes + bytes > CACHE_BYTES))
        return x;
    if (!slot->x) {
        slot->x = xt_alloc(bytes + 1);
        w->cached_bytes += bytes;
    }
    slot->key = c->key;
    memcpy(slot->x, x, bytes);
    return slot->x;
}

static void set_weights(struct worker *w, const struct choices *c)
{
    const struct xt_index_tree *tree = w->design->tree;
    const struct xt_index_step *last = &w->design->recipe->steps[w->design->recipe->count - 1];
    size_t i;

    for (i = 0; i < tree->count; i++) {
        double weight = c->weights                ? c->weights[i]
                        : last->aggregate.weights ? last->aggregate.weights[i]
                                                  : tree->nodes[i].weight;

        if (c->noise > 0)
            weight *= 1 + c->noise * (2 * xt_uniform(c->noise_seed, i) - 1);
        if (c->excluded != SIZE_MAX && tree->column[i] == c->excluded)
            weight = 0;
        w->weights[i] = weight;
    }
}

/* The ranks of one draw; false when the index could not be made. */
static bool evaluate(struct worker *w, const struct choices *c, int32_t *ranks)
{
    struct design *d = w->design;
    const struct xt_index_tree *tree = d->tree;
    struct xt_index_step last = c->recipe.steps[c->recipe.count - 1];
    const double *x = steps_done(w, c);
    size_t rows = d->table->rows, i;

    if (!x)
        return false;
    for (i = 0; i < tree->indicator_count; i++)
        w->score[tree->indicators[i]] = (double *)(uintptr_t)(x + i * rows); /* indicators are only read */
    set_weights(w, c);
    last.aggregate.weights = w->weights;
    xt_problems_clear(&w->problems);
    xt_index_score(&w->state, &last, w->score, NULL);
    if (w->problems.seen > 0)
        return false;
    for (i = 0; i < d->result->rows; i++)
        w->top[i] = w->score[tree->top][d->result->row[i]];
    xt_stat_rank_down(w->top, d->result->rows, ranks);
    return true;
}

static double shift_of(const struct xt_sensitivity *s, const int32_t *ranks)
{
    double sum = 0, n = 0;
    size_t i;

    for (i = 0; i < s->rows; i++) {
        if (ranks[i] == 0 || s->nominal[i] == 0)
            continue;
        sum += abs(ranks[i] - s->nominal[i]);
        n += 1;
    }
    return n > 0 ? sum / n : 0;
}

static void *work(void *user)
{
    struct worker *w = user;
    struct design *d = w->design;
    struct xt_sensitivity *s = d->result;
    double u[XT_FACTORS_MAX];
    struct choices choices;
    size_t from, draw;

    while ((from = atomic_fetch_add(&d->next, CHUNK)) < s->draws) {
        for (draw = from; draw < from + CHUNK && draw < s->draws; draw++) {
            int32_t *ranks = s->ranks + draw * s->rows;

            draw_point(d, draw, u);
            choose(d, u, &choices);
            if (evaluate(w, &choices, ranks)) {
                s->shift[draw] = shift_of(s, ranks);
                continue;
            }
            memset(ranks, 0, s->rows * sizeof *ranks);
            s->shift[draw] = NAN;
            (void)atomic_fetch_add(&d->failed, 1);
        }
    }
    return NULL;
}

static void worker_init(struct worker *w, struct design *d)
{
    size_t rows = d->table->rows, i;

    memset(w, 0, sizeof *w);
    w->design = d;
    xt_arena_init(&w->arena);
    xt_arena_init(&w->own);
    xt_problems_init(&w->problems);
    w->state = (struct xt_index_state){
        .tree = d->tree, .table = d->table, .arena = &w->own, .result = &w->state_result, .problems = &w->problems};
    xt_index_begin(&w->state);
    w->score = xt_arena_alloc(&w->own, d->tree->count * sizeof *w->score);
    for (i = 0; i < d->tree->count; i++)
        if (!d->tree->nodes[i].indicator)
            w->score[i] = xt_arena_alloc(&w->own, rows * sizeof(double));
    w->weights = xt_arena_alloc(&w->own, d->tree->count * sizeof *w->weights);
    w->top = xt_arena_alloc(&w->own, rows * sizeof *w->top);
}

static void worker_done(struct worker *w)
{
    size_t i;

    for (i = 0; i < CACHE_SLOTS; i++)
        free(w->cache[i].x);
    xt_arena_done(&w->arena);
    xt_arena_done(&w->own);
    xt_problems_done(&w->problems);
}

static void run_all(struct design *d)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = d->plan->threads > 0 ? d->plan->threads : cores > 0 ? (size_t)cores : 1, i;

    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    if (threads > d->result->draws / CHUNK + 1)
        threads = d->result->draws / CHUNK + 1;
    struct worker *workers = xt_calloc(threads, sizeof *workers);

    for (i = 0; i < threads; i++)
        worker_init(&workers[i], d);
    for (i = 1; i < threads; i++) /* one that cannot be had is made up for by the others */
        workers[i].started = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
    (void)work(&workers[0]);
    for (i = 1; i < threads; i++)
        if (workers[i].started)
            (void)pthread_join(workers[i].thread, NULL);
    for (i = 0; i < threads; i++)
        worker_done(&workers[i]);
    free(workers);
    d->result->failed = atomic_load(&d->failed);
}

/* ---- checks ---- */

static bool has_period(const struct xt_index_table *table, int32_t period)
{
    size_t i;

    for (i = 0; i < table->rows; i++)
        if (!table->period || table->period[i] == period)
            return true;
    return false;
}

static void check_factor(const struct xt_index_recipe *recipe, const struct xt_factor *factor,
                         struct xt_problems *problems)
{
    size_t i;

    switch (factor->kind) {
    case XT_FACTOR_STEP:
        if (factor->at >= recipe->count) {
            xt_problem(problems, factor->name, XT_MSG_SENSITIVITY_STEP, XT_INT(factor->at), XT_INT(recipe->count));
            return;
        }
        for (i = 0; i < factor->count; i++)
            if ((factor->steps[i].kind == XT_STEP_AGGREGATE) != (factor->at + 1 == recipe->count) ||
                (factor->left_out && factor->left_out[i] && factor->at + 1 == recipe->count))
                xt_problem(problems, factor->name, XT_MSG_INDEX_LAST_STEP);
        break;
    case XT_FACTOR_NOISE:
    case XT_FACTOR_ERROR:
        if (!(factor->amount >= 0 && factor->amount <= 1))
            xt_problem(problems, factor->name, XT_MSG_INDEX_SHARE);
        return;
    case XT_FACTOR_EXCLUDE:
        return;
    case XT_FACTOR_WEIGHTS:
        break;
    }
    if (factor->count == 0)
        xt_problem(problems, factor->name, XT_MSG_SENSITIVITY_NO_CHOICE);
}

#define COMBINATIONS_MAX 4096u

/* Every combination of steps is checked as a recipe of its own would be (a geometric mean may fit one normalisation and
 * not another), the first so many where there are more; the first at fault is named. */
static void check_combinations(const struct xt_index_tree *tree, const struct xt_index_table *table,
                               const struct xt_index_recipe *recipe, const struct xt_sensitivity_plan *plan,
                               struct xt_problems *problems)
{
    size_t before = problems->seen, at, rest, f, sets = 1;

    for (f = 0; f < plan->factor_count; f++)
        if (plan->factors[f].kind == XT_FACTOR_STEP && sets <= COMBINATIONS_MAX)
            sets *= plan->factors[f].count;
    for (at = 0; at < sets && at < COMBINATIONS_MAX && problems->seen == before; at++) {
        struct xt_index_recipe tried = *recipe;

        for (f = 0, rest = at; f < plan->factor_count; f++) {
            const struct xt_factor *factor = &plan->factors[f];

            if (factor->kind != XT_FACTOR_STEP)
                continue;
            tried.steps[factor->at] = factor->steps[rest % factor->count];
            rest /= factor->count;
        }
        if (xt_index_recipe_check(tree, table, &tried, problems, NULL) != XT_OK)
            return; /* the problems say it */
    }
}

static void check_weights(const struct xt_index_tree *tree, const struct xt_index_table *table,
                          const struct xt_index_recipe *recipe, const struct xt_factor *factor,
                          struct xt_problems *problems)
{
    struct xt_index_recipe tried = {.steps = {recipe->steps[recipe->count - 1]}, .count = 1};
    size_t i;

    for (i = 0; i < factor->count; i++) {
        tried.steps[0].aggregate.weights = factor->weights[i];
        if (xt_index_recipe_check(tree, table, &tried, problems, NULL) != XT_OK)
            return; /* the problems say it */
    }
}

enum xt_code xt_sensitivity_check(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                  const struct xt_index_recipe *recipe, const struct xt_sensitivity_plan *plan,
                                  struct xt_problems *problems, struct xt_error *err)
{
    size_t before = problems->seen, f;

    if (plan->factor_count == 0 || plan->factor_count > XT_FACTORS_MAX)
        return xt_fail(err, XT_E_INPUT, "factors", XT_MSG_SENSITIVITY_FACTORS, XT_INT(plan->factor_count),
                       XT_INT(XT_FACTORS_MAX));
    if (xt_index_recipe_check(tree, table, recipe, problems, err) != XT_OK)
        return XT_E_INPUT;
    for (f = 0; f < plan->factor_count; f++)
        check_factor(recipe, &plan->factors[f], problems);
    for (f = 0; f < plan->factor_count && problems->seen == before; f++)
        if (plan->factors[f].kind == XT_FACTOR_WEIGHTS)
            check_weights(tree, table, recipe, &plan->factors[f], problems);
    if (problems->seen == before)
        check_combinations(tree, table, recipe, plan, problems);
    if (plan->draws > XT_DRAWS_MAX)
        xt_problem(problems, "draws", XT_MSG_SENSITIVITY_DRAWS, XT_INT(plan->draws), XT_INT(XT_DRAWS_MAX));
    if (!has_period(table, plan->period))
        xt_problem(problems, "period", XT_MSG_INDEX_NO_PERIOD, XT_INT(plan->period));
    if (problems->seen > before)
        return xt_fail(err, XT_E_INPUT, problems->list[problems->count - 1].path,
                       problems->list[problems->count - 1].msg);
    return XT_OK;
}

/* ---- the three designs ---- */

static size_t levels_of(const struct design *d, const struct xt_factor *factor)
{
    switch (factor->kind) {
    case XT_FACTOR_STEP:
    case XT_FACTOR_WEIGHTS:
        return factor->count;
    case XT_FACTOR_EXCLUDE:
        return d->tree->indicator_count + 1;
    case XT_FACTOR_NOISE:
    case XT_FACTOR_ERROR:
        break;
    }
    return 0;
}

static enum xt_code nominal(struct design *d, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_sensitivity *s = d->result;
    struct xt_index_result result;
    size_t row;
    enum xt_code rc;

    xt_arena_init(&arena);
    rc = xt_index_run(d->tree, d->table, d->recipe, &arena, &result, problems, NULL, err);
    if (rc != XT_OK)
        return rc;
    s->row = xt_alloc((d->table->rows + 1) * sizeof *s->row);
    s->nominal = xt_alloc((d->table->rows + 1) * sizeof *s->nominal);
    for (row = 0; row < d->table->rows; row++) {
        if (d->table->period && d->table->period[row] != d->plan->period)
            continue;
        s->row[s->rows] = row;
        s->nominal[s->rows++] = result.rank[d->tree->top][row];
    }
    return XT_OK;
}

static enum xt_code begin(struct design *d, struct xt_problems *problems, struct xt_error *err)
{
    size_t f;
    enum xt_code rc = xt_sensitivity_check(d->tree, d->table, d->recipe, d->plan, problems, err);

    *d->result = (struct xt_sensitivity){.factors = d->plan->factor_count};
    if (rc != XT_OK)
        return rc;
    for (f = 0; f < d->plan->factor_count; f++)
        d->levels[f] = levels_of(d, &d->plan->factors[f]);
    return nominal(d, problems, err);
}

static enum xt_code run(struct design *d, size_t draws, size_t most, struct xt_error *err)
{
    struct xt_sensitivity *s = d->result;

    if (draws == 0 || draws > most || draws * s->rows > XT_RANKS_MAX)
        return xt_fail(err, XT_E_INPUT, "draws", XT_MSG_SENSITIVITY_DRAWS, XT_INT(draws), XT_INT(most));
    s->draws = draws;
    s->ranks = xt_alloc((draws * s->rows + 1) * sizeof *s->ranks);
    s->shift = xt_alloc((draws + 1) * sizeof *s->shift);
    run_all(d);
    return XT_OK;
}

static enum xt_code end(struct design *d, enum xt_code rc)
{
    if (rc != XT_OK)
        xt_sensitivity_done(d->result);
    return rc;
}

enum xt_code xt_sensitivity_draw(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                 const struct xt_index_recipe *recipe, const struct xt_sensitivity_plan *plan,
                                 struct xt_sensitivity *out, struct xt_problems *problems, struct xt_error *err)
{
    struct design d = {.tree = tree, .table = table, .recipe = recipe, .plan = plan, .result = out};
    enum xt_code rc = begin(&d, problems, err);

    if (rc == XT_OK)
        rc = run(&d, plan->draws, XT_DRAWS_MAX, err);
    return end(&d, rc);
}

static double rank_at(const struct xt_sensitivity *s, size_t draw, size_t unit)
{
    int32_t rank = s->ranks[draw * s->rows + unit];

    return rank > 0 ? (double)rank : NAN;
}

static void make_room(struct xt_sensitivity *s)
{
    s->first = xt_alloc(s->factors * sizeof *s->first);
    s->total = xt_alloc(s->factors * sizeof *s->total);
    s->first_unit = xt_alloc((s->factors * s->rows + 1) * sizeof *s->first_unit);
    s->total_unit = xt_alloc((s->factors * s->rows + 1) * sizeof *s->total_unit);
}

/* The indices of one target, y of every draw, by the design; of unit, or of the mean shift (SIZE_MAX). */
static void indices(const struct design *d, const double *y, size_t unit)
{
    struct xt_sensitivity *s = d->result;
    double first[XT_FACTORS_MAX], total[XT_FACTORS_MAX];
    size_t f;

    if (d->exact)
        xt_exact_indices(y, d->levels, s->factors, first, total);
    else
        xt_sobol_indices(y, y + d->base, y + 2 * d->base, d->base, s->factors, first, total);
    for (f = 0; f < s->factors; f++) {
        if (unit == SIZE_MAX) {
            s->first[f] = first[f];
            s->total[f] = total[f];
        } else {
            s->first_unit[f * s->rows + unit] = first[f];
            s->total_unit[f * s->rows + unit] = total[f];
        }
    }
}

static void all_indices(const struct design *d)
{
    struct xt_sensitivity *s = d->result;
    double *y = xt_alloc((s->draws + 1) * sizeof *y);
    size_t unit, draw;

    make_room(s);
    indices(d, s->shift, SIZE_MAX);
    for (unit = 0; unit < s->rows; unit++) {
        for (draw = 0; draw < s->draws; draw++)
            y[draw] = rank_at(s, draw, unit);
        indices(d, y, unit);
    }
    free(y);
}

enum xt_code xt_sensitivity_sobol(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                  const struct xt_index_recipe *recipe, const struct xt_sensitivity_plan *plan,
                                  struct xt_sensitivity *out, struct xt_problems *problems, struct xt_error *err)
{
    struct design d = {.tree = tree, .table = table, .recipe = recipe, .plan = plan, .result = out};
    enum xt_code rc = begin(&d, problems, err);

    d.base = plan->draws;
    if (rc == XT_OK)
        rc = run(&d, plan->draws * (plan->factor_count + 2), XT_DRAWS_MAX, err);
    if (rc == XT_OK)
        all_indices(&d);
    return end(&d, rc);
}

enum xt_code xt_sensitivity_exact(const struct xt_index_tree *tree, const struct xt_index_table *table,
                                  const struct xt_index_recipe *recipe, const struct xt_sensitivity_plan *plan,
                                  struct xt_sensitivity *out, struct xt_problems *problems, struct xt_error *err)
{
    struct design d = {.tree = tree, .table = table, .recipe = recipe, .plan = plan, .result = out, .exact = true};
    enum xt_code rc = begin(&d, problems, err);
    size_t draws = 1, f;

    for (f = 0; rc == XT_OK && f < plan->factor_count; f++) {
        if (d.levels[f] == 0)
            rc = xt_fail(err, XT_E_INPUT, plan->factors[f].name, XT_MSG_SENSITIVITY_CONTINUOUS);
        else if (draws <= XT_EXACT_DRAWS_MAX)
            draws *= d.levels[f];
    }
    if (rc == XT_OK)
        rc = run(&d, draws, XT_EXACT_DRAWS_MAX, err);
    if (rc == XT_OK)
        all_indices(&d);
    return end(&d, rc);
}

void xt_sensitivity_done(struct xt_sensitivity *result)
{
    free(result->row);
    free(result->nominal);
    free(result->ranks);
    free(result->shift);
    free(result->first);
    free(result->total);
    free(result->first_unit);
    free(result->total_unit);
    *result = (struct xt_sensitivity){0};
}

/* ---- what the ranks say ---- */

/* The rank that stands at a place (from 0) when all draws are in order; at[r] draws have rank r or better. */
static int32_t rank_at_place(const size_t *at, size_t ranks, size_t place)
{
    size_t low = 1, high = ranks;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (at[middle] > place)
            high = middle;
        else
            low = middle + 1;
    }
    return (int32_t)low;
}

/* Type 7: between the two nearest places. */
static double quantile(const size_t *at, size_t ranks, size_t draws, double p)
{
    double h = (double)(draws - 1) * p, low, high;
    size_t place = (size_t)h;

    low = rank_at_place(at, ranks, place);
    if (place + 1 >= draws)
        return low;
    high = rank_at_place(at, ranks, place + 1);
    return low + (h - (double)place) * (high - low);
}

/* Ranks are counted, not sorted: there are no more of them than units. */
void xt_sensitivity_range(const struct xt_sensitivity *result, size_t unit, struct xt_rank_range *out)
{
    size_t *at = xt_calloc(result->rows + 1, sizeof *at), draw, rank;
    double sum = 0;

    *out = (struct xt_rank_range){.mean = NAN, .median = NAN, .low = NAN, .high = NAN};
    for (draw = 0; draw < result->draws; draw++)
        at[result->ranks[draw * result->rows + unit]]++;
    at[0] = 0; /* no rank */
    for (rank = 1; rank <= result->rows; rank++) {
        if (at[rank] == 0)
            continue;
        out->best = out->best == 0 ? (int32_t)rank : out->best;
        out->worst = (int32_t)rank;
        out->draws += at[rank];
        sum += (double)rank * (double)at[rank];
    }
    for (rank = 1; rank <= result->rows; rank++)
        at[rank] += at[rank - 1];
    if (out->draws > 0) {
        out->mean = sum / (double)out->draws;
        out->median = quantile(at, result->rows, out->draws, 0.5);
        out->low = quantile(at, result->rows, out->draws, 0.05);
        out->high = quantile(at, result->rows, out->draws, 0.95);
    }
    free(at);
}

double xt_sensitivity_top(const struct xt_sensitivity *result, size_t unit, int32_t k)
{
    double in = 0, all = 0;
    size_t draw;

    for (draw = 0; draw < result->draws; draw++) {
        int32_t rank = result->ranks[draw * result->rows + unit];

        all += rank > 0;
        in += rank > 0 && rank <= k;
    }
    return all > 0 ? in / all : NAN;
}

double xt_sensitivity_ahead(const struct xt_sensitivity *result, size_t a, size_t b)
{
    double ahead = 0, all = 0;
    size_t draw;

    for (draw = 0; draw < result->draws; draw++) {
        int32_t x = result->ranks[draw * result->rows + a], y = result->ranks[draw * result->rows + b];

        if (x == 0 || y == 0)
            continue;
        all += 1;
        ahead += x < y ? 1 : x == y ? 0.5 : 0;
    }
    return all > 0 ? ahead / all : NAN;
}

/* ---- estimators ---- */

void xt_sobol_indices(const double *y_a, const double *y_b, const double *y_ab, size_t n, size_t factors, double *first,
                      double *total)
{
    size_t f, i;

    for (f = 0; f < factors; f++) {
        const double *ab = y_ab + f * n;
        double sum = 0, squares = 0, there = 0, mean, variance, s = 0, t = 0;

        for (i = 0; i < n; i++) {
            if (isnan(y_a[i]) || isnan(y_b[i]) || isnan(ab[i]))
                continue;
            sum += y_a[i] + y_b[i];
            there += 1;
        }
        mean = sum / (2 * there);
        for (i = 0; i < n; i++) {
            if (isnan(y_a[i]) || isnan(y_b[i]) || isnan(ab[i]))
                continue;
            squares += (y_a[i] - mean) * (y_a[i] - mean) + (y_b[i] - mean) * (y_b[i] - mean);
            s += (y_b[i] - mean) * (ab[i] - y_a[i]);
            t += (y_a[i] - ab[i]) * (y_a[i] - ab[i]);
        }
        variance = squares / (2 * there);
        first[f] = variance > 0 ? s / there / variance : NAN;
        total[f] = variance > 0 ? t / (2 * there) / variance : NAN;
    }
}

void xt_exact_indices(const double *y, const size_t *levels, size_t factors, double *first, double *total)
{
    size_t all = 1, f, i, after = 1;
    double mean = 0, variance = 0;

    for (f = 0; f < factors; f++)
        all *= levels[f];
    for (i = 0; i < all; i++)
        mean += y[i];
    mean /= (double)all;
    for (i = 0; i < all; i++)
        variance += (y[i] - mean) * (y[i] - mean);
    variance /= (double)all;
    for (f = factors; f-- > 0; after *= levels[f]) {
        double *by_level = xt_calloc(levels[f], sizeof *by_level), between = 0, within = 0;
        size_t level, outer, inner, n = levels[f];

        /* V of the mean given the factor, and the mean of V over the factor given all others */
        for (outer = 0; outer < all / (after * n); outer++)
            for (inner = 0; inner < after; inner++) {
                double sum = 0, squares = 0;

                for (level = 0; level < n; level++) {
                    double v = y[(outer * n + level) * after + inner] - mean;

                    by_level[level] += v;
                    sum += v;
                    squares += v * v;
                }
                within += squares / (double)n - sum / (double)n * (sum / (double)n);
            }
        for (level = 0; level < n; level++) {
            double m = by_level[level] / ((double)all / (double)n);

            between += m * m / (double)n;
        }
        first[f] = variance > 0 ? between / variance : NAN;
        total[f] = variance > 0 ? within / ((double)all / (double)n) / variance : NAN;
        free(by_level);
    }
}
