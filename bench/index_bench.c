/*
 * index_bench.c - indexes of given sizes, timed: index_bench PART; prints {"us", "runs"}, the median of several rounds.
 *
 *   full ROWS INDICATORS            a whole run: fill by the mean, treat, 0 to 100, means at three levels, all ranks
 *   sobol N                         51 x 49, four factors: N * 6 runs, first and total order for every unit
 *   draws ROWS INDICATORS N         N draws over treatment, normalisation, weights and means; intervals of every unit
 *   outrank ROWS INDICATORS         the matrix of pairs and Copeland's scores
 *
 * Figures are made from a seed: normal, one indicator in eight with a long tail, a twentieth of the cells empty. The last
 * argument of sobol and draws may be the number of threads (0 = all cores).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/time.h"
#include "indicator/sensitivity.h"

enum { ROUNDS_MAX = 15, GROUP_SIZE = 6 };

#define MINMAX                                                                                  \
    {                                                                                           \
        .kind = XT_STEP_NORMALISE, .normalise = {.method = XT_NORM_MINMAX, .lo = 1, .hi = 100 } \
    }
#define RANKED                                                            \
    {                                                                     \
        .kind = XT_STEP_NORMALISE, .normalise = {.method = XT_NORM_RANK } \
    }
#define TREATED(n)                                     \
    {                                                  \
        .kind = XT_STEP_TREAT, .treat = {.points = n } \
    }
#define FILLED(m)                                        \
    {                                                    \
        .kind = XT_STEP_IMPUTE, .impute = {.method = m } \
    }
#define MEANS(m)                                                                \
    {                                                                           \
        .kind = XT_STEP_AGGREGATE, .aggregate = {.by_level = {m}, .levels = 1 } \
    }

static const struct xt_index_recipe RECIPE = {
    .steps = {FILLED(XT_IMPUTE_MEAN), TREATED(5), MINMAX, MEANS(XT_AGG_ARITHMETIC)}, .count = 4};
static const struct xt_index_step FILLS[] = {FILLED(XT_IMPUTE_MEAN), FILLED(XT_IMPUTE_MEDIAN)};
static const struct xt_index_step TREATS[] = {TREATED(5), TREATED(2)};
static const struct xt_index_step NORMS[] = {MINMAX, RANKED};
static const struct xt_index_step AGGREGATES[] = {MEANS(XT_AGG_ARITHMETIC), MEANS(XT_AGG_GEOMETRIC)};
static const struct xt_factor FACTORS[] = {
    {.name = "treatment", .kind = XT_FACTOR_STEP, .at = 1, .steps = TREATS, .count = 2},
    {.name = "normalisation", .kind = XT_FACTOR_STEP, .at = 2, .steps = NORMS, .count = 2},
    {.name = "weights", .kind = XT_FACTOR_NOISE, .amount = 0.25},
    {.name = "aggregation", .kind = XT_FACTOR_STEP, .at = 3, .steps = AGGREGATES, .count = 2},
};

struct made {
    struct xt_arena arena;
    struct xt_index_tree tree;
    struct xt_index_table table;
    const double **columns;
    double *weights;
};

static void die(const struct xt_error *err)
{
    (void)fprintf(stderr, "index_bench: %s %s\n", err->field, xt_msg_name(err->msg));
    exit(1);
}

/* A top, two sub-indexes, groups of six indicators under them. */
static void make(struct made *m, size_t rows, size_t indicators)
{
    size_t groups = (indicators + GROUP_SIZE - 1) / GROUP_SIZE, count = 3 + groups + indicators, i, row;
    struct xt_index_node *nodes;
    const char **units;
    struct xt_problems problems;
    struct xt_error err;

    *m = (struct made){0};
    xt_arena_init(&m->arena);
    xt_problems_init(&problems);
    nodes = xt_arena_alloc(&m->arena, count * sizeof *nodes);
    units = xt_arena_alloc(&m->arena, rows * sizeof *units);
    m->columns = xt_arena_alloc(&m->arena, indicators * sizeof *m->columns);
    m->weights = xt_arena_alloc(&m->arena, indicators * sizeof *m->weights);
    for (i = 0; i < count; i++) {
        nodes[i] = (struct xt_index_node){.weight = 1, .direction = 1, .indicator = i >= 3 + groups};
        (void)snprintf(nodes[i].code, sizeof nodes[i].code, "n%zu", i);
        if (i > 0)
            (void)snprintf(nodes[i].parent, sizeof nodes[i].parent, "n%zu",
                           i < 3            ? 0
                           : i < 3 + groups ? 1 + i % 2
                                            : 3 + (i - 3 - groups) / GROUP_SIZE);
    }
    if (groups == 1) /* the second sub-index would be empty */
        nodes[2] = nodes[--count];
    for (i = 0; i < indicators; i++) {
        double *x = xt_arena_alloc(&m->arena, rows * sizeof *x);

        for (row = 0; row < rows; row++) {
            double z = xt_normal(i, row);

            x[row] = xt_uniform(1000 + i, row) < 0.05 ? NAN : i % 8 == 0 ? exp(2 * z) : 50 + 10 * z;
        }
        m->columns[i] = x;
        m->weights[i] = 1 + (double)(i % 3);
    }
    for (row = 0; row < rows; row++)
        units[row] = xt_arena_printf(&m->arena, "u%zu", row);
    if (xt_index_tree_make(nodes, count, &m->arena, &m->tree, &problems, &err) != XT_OK)
        die(&err);
    m->table = (struct xt_index_table){.rows = rows, .unit = units, .values = m->columns};
    if (xt_index_table_check(&m->tree, &m->table, &problems, &err) != XT_OK)
        die(&err);
    xt_problems_done(&problems);
}

static void full(const struct made *m, struct xt_hasher *hasher)
{
    struct xt_arena arena;
    struct xt_problems problems;
    struct xt_index_result result;
    struct xt_error err;

    xt_arena_init(&arena);
    xt_problems_init(&problems);
    if (xt_index_run(&m->tree, &m->table, &RECIPE, &arena, &result, &problems, NULL, &err) != XT_OK)
        die(&err);
    xt_hasher_add(hasher, result.score[m->tree.top], m->table.rows * sizeof(double));
    xt_problems_done(&problems);
    xt_arena_done(&arena);
}

static void sensitivity(const struct made *m, size_t draws, unsigned threads, bool sobol, struct xt_hasher *hasher)
{
    struct xt_sensitivity_plan plan = {
        .factors = FACTORS, .factor_count = 4, .draws = draws, .seed = 1, .threads = threads};
    struct xt_factor by_fill[4];
    struct xt_problems problems;
    struct xt_sensitivity s;
    struct xt_error err;
    enum xt_code rc;
    size_t unit;

    memcpy(by_fill, FACTORS, sizeof by_fill);
    by_fill[0] = (struct xt_factor){.name = "filling", .kind = XT_FACTOR_STEP, .steps = FILLS, .count = 2};
    if (sobol)
        plan.factors = by_fill;
    xt_problems_init(&problems);
    rc = sobol ? xt_sensitivity_sobol(&m->tree, &m->table, &RECIPE, &plan, &s, &problems, &err)
               : xt_sensitivity_draw(&m->tree, &m->table, &RECIPE, &plan, &s, &problems, &err);
    if (rc != XT_OK)
        die(&err);
    for (unit = 0; unit < s.rows; unit++) {
        struct xt_rank_range range;

        xt_sensitivity_range(&s, unit, &range);
        xt_hasher_add(hasher, &range.low, sizeof range.low);
        xt_hasher_add(hasher, &range.high, sizeof range.high);
    }
    xt_hasher_add(hasher, s.ranks, s.draws * s.rows * sizeof *s.ranks);
    xt_sensitivity_done(&s);
    xt_problems_done(&problems);
}

static void outrank(const struct made *m, struct xt_hasher *hasher)
{
    size_t rows = m->table.rows;
    double *e = xt_alloc(rows * rows * sizeof *e), *score = xt_alloc(rows * sizeof *score);

    xt_index_outrank(m->columns, m->weights, m->tree.indicator_count, rows, e);
    xt_index_copeland(e, rows, score);
    xt_hasher_add(hasher, score, rows * sizeof *score);
    free(e);
    free(score);
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static size_t number(int argc, char **argv, int at, size_t otherwise)
{
    return at < argc ? strtoul(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : "";
    bool is_sobol = strcmp(part, "sobol") == 0, is_draws = strcmp(part, "draws") == 0;
    size_t rows = is_sobol ? 51 : number(argc, argv, 2, 51), indicators = is_sobol ? 49 : number(argc, argv, 3, 49), i;
    size_t draws = is_sobol ? number(argc, argv, 2, 8192) : number(argc, argv, 4, 10000);
    unsigned threads = (unsigned)number(argc, argv, is_sobol ? 3 : 5, 0);
    size_t rounds = is_sobol || is_draws ? 3 : ROUNDS_MAX;
    int64_t times[ROUNDS_MAX];
    struct xt_hash hash;
    char hex[XT_HASH_HEX];
    struct made m;

    make(&m, rows, indicators);
    for (i = 0; i < rounds; i++) {
        struct xt_hasher hasher;
        int64_t started = xt_monotonic_us();

        xt_hasher_init(&hasher);
        if (is_sobol || is_draws)
            sensitivity(&m, draws, threads, is_sobol, &hasher);
        else if (strcmp(part, "outrank") == 0)
            outrank(&m, &hasher);
        else
            full(&m, &hasher);
        times[i] = xt_monotonic_us() - started;
        xt_hasher_end(&hasher, &hash);
    }
    qsort(times, rounds, sizeof *times, by_time);
    printf("{\"us\": %lld, \"result\": \"%s\"}\n", (long long)times[rounds / 2], xt_hash_hex(&hash, hex));
    xt_arena_done(&m.arena);
    return 0;
}
