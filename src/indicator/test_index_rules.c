/* test_index_rules.c - what must hold of any index, and each rule on an example small enough to be made by hand. */
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

enum { INDICATORS = 4, GROUPS = 2, NODES = 1 + GROUPS + INDICATORS, UNITS = 12, ROWS = 2 * UNITS };

#define MINMAX(l, h)                                                                          \
    {                                                                                         \
        .kind = XT_STEP_NORMALISE, .normalise = {.method = XT_NORM_MINMAX, .lo = l, .hi = h } \
    }
#define NORMAL(m)                                                       \
    {                                                                   \
        .kind = XT_STEP_NORMALISE, .normalise = {.method = m, .hi = 1 } \
    }
#define FROM_BASE(m)                                                                                     \
    {                                                                                                    \
        .kind = XT_STEP_NORMALISE, .normalise = {.method = m, .hi = 1, .over = XT_OVER_BASE, .base = 1 } \
    }
#define AGGREGATE(a)                                                            \
    {                                                                           \
        .kind = XT_STEP_AGGREGATE, .aggregate = {.by_level = {a}, .levels = 1 } \
    }
#define IMPUTE(m)                                        \
    {                                                    \
        .kind = XT_STEP_IMPUTE, .impute = {.method = m } \
    }
#define RECIPE(...)                                                                                                   \
    {                                                                                                                 \
        .steps = {__VA_ARGS__}, .count = sizeof((struct xt_index_step[]){__VA_ARGS__}) / sizeof(struct xt_index_step) \
    }

/* Four indicators in two groups, twelve units in two periods; the third indicator falls. */
struct sample {
    struct xt_arena arena;
    struct xt_problems problems, warnings;
    struct xt_index_node nodes[NODES];
    struct xt_index_tree tree;
    char names[UNITS][8];
    const char *units[ROWS];
    int32_t periods[ROWS];
    double values[INDICATORS][ROWS];
    const double *columns[INDICATORS];
    struct xt_index_table table;
    struct xt_index_result result;
    struct xt_error err;
};

static void make(struct sample *s, uint64_t seed, double gaps)
{
    static const char *const codes[NODES] = {"top", "A", "B", "a1", "a2", "b1", "b2"};
    static const char *const parents[NODES] = {"", "top", "top", "A", "A", "B", "B"};
    static const double weights[NODES] = {1, 2, 1, 1, 3, 2, 1};
    size_t i, row;

    memset(s, 0, sizeof *s);
    xt_arena_init(&s->arena);
    xt_problems_init(&s->problems);
    xt_problems_init(&s->warnings);
    for (i = 0; i < NODES; i++) {
        s->nodes[i] =
            (struct xt_index_node){.weight = weights[i], .indicator = i > GROUPS, .direction = i == 5 ? -1 : 1};
        (void)snprintf(s->nodes[i].code, sizeof s->nodes[i].code, "%s", codes[i]);
        (void)snprintf(s->nodes[i].parent, sizeof s->nodes[i].parent, "%s", parents[i]);
    }
    assert_int_equal(xt_index_tree_make(s->nodes, NODES, &s->arena, &s->tree, &s->problems, &s->err), XT_OK);
    for (row = 0; row < ROWS; row++) {
        (void)snprintf(s->names[row % UNITS], sizeof s->names[0], "u%zu", row % UNITS);
        s->units[row] = s->names[row % UNITS];
        s->periods[row] = row < UNITS ? 1 : 2;
        for (i = 0; i < INDICATORS; i++)
            s->values[i][row] = xt_uniform(seed, 2 * (i * ROWS + row)) < gaps
                                    ? NAN
                                    : 1 + floor(1000 * xt_uniform(seed, 2 * (i * ROWS + row) + 1)) / 8;
    }
    for (i = 0; i < INDICATORS; i++)
        s->columns[i] = s->values[i];
    s->table = (struct xt_index_table){.rows = ROWS, .unit = s->units, .period = s->periods, .values = s->columns};
}

static void done(struct sample *s)
{
    xt_problems_done(&s->problems);
    xt_problems_done(&s->warnings);
    xt_arena_done(&s->arena);
}

static void run(struct sample *s, const struct xt_index_recipe *recipe)
{
    enum xt_code rc =
        xt_index_run(&s->tree, &s->table, recipe, &s->arena, &s->result, &s->problems, &s->warnings, &s->err);

    if (rc != XT_OK)
        fail_msg("%s: %s", s->err.field, xt_msg_name(s->err.msg));
}

static void same_scores(const struct sample *a, size_t a_row, const struct sample *b, size_t b_row)
{
    double x = a->result.score[a->tree.top][a_row], y = b->result.score[b->tree.top][b_row];

    if (!(isnan(x) && isnan(y)) && !(fabs(x - y) <= 1e-9 * fmax(1, fabs(x))))
        fail_msg("%s: %.15g, then %.15g", a->units[a_row], x, y);
}

/* Those that hold whatever the unit; the three tied to zero are not among them. */
static const struct xt_index_recipe UNIT_FREE[] = {
    RECIPE(MINMAX(0, 100), AGGREGATE(XT_AGG_ARITHMETIC)),
    RECIPE(NORMAL(XT_NORM_Z), AGGREGATE(XT_AGG_ARITHMETIC)),
    RECIPE(NORMAL(XT_NORM_RANK), AGGREGATE(XT_AGG_GEOMETRIC)),
    RECIPE(NORMAL(XT_NORM_PERCENTILE), AGGREGATE(XT_AGG_COPELAND)),
    RECIPE(NORMAL(XT_NORM_DISTANCE_MAX), AGGREGATE(XT_AGG_ARITHMETIC)),
    RECIPE(IMPUTE(XT_IMPUTE_MEDIAN), {.kind = XT_STEP_TREAT, .treat = {.points = 3}}, MINMAX(1, 100),
           AGGREGATE(XT_AGG_GEOMETRIC)),
    RECIPE(IMPUTE(XT_IMPUTE_LINEAR), FROM_BASE(XT_NORM_Z), AGGREGATE(XT_AGG_ARITHMETIC)),
};

static void a_change_of_units_changes_nothing(void **state)
{
    static struct sample a, b;
    size_t k, i, row;
    uint64_t seed;

    (void)state;
    for (seed = 1; seed <= 20; seed++)
        for (k = 0; k < XT_COUNT(UNIT_FREE); k++) {
            make(&a, seed, 0.1);
            make(&b, seed, 0.1);
            for (i = 0; i < INDICATORS; i++)
                for (row = 0; row < ROWS; row++)
                    b.values[i][row] = b.values[i][row] * (i == 1 ? 2 : 10000) + (i == 2 ? 273.15 : 0);
            run(&a, &UNIT_FREE[k]);
            run(&b, &UNIT_FREE[k]);
            for (row = 0; row < ROWS; row++)
                same_scores(&a, row, &b, row);
            done(&a);
            done(&b);
        }
}

/* Rows are turned round, children change places. */
static void the_order_of_rows_and_columns_changes_nothing(void **state)
{
    static const size_t turned[NODES] = {5, 4, 2, 6, 0, 1, 3}; /* the node that comes n-th */
    static struct sample a, b;
    size_t k, i, row, column;
    uint64_t seed;

    (void)state;
    for (seed = 1; seed <= 20; seed++)
        for (k = 0; k < XT_COUNT(UNIT_FREE); k++) {
            make(&a, seed, 0.2);
            make(&b, seed, 0.2);
            for (i = 0; i < NODES; i++)
                b.nodes[i] = a.nodes[turned[i]];
            assert_int_equal(xt_index_tree_make(b.nodes, NODES, &b.arena, &b.tree, &b.problems, &b.err), XT_OK);
            for (i = 0; i < INDICATORS; i++) {
                column = xt_index_tree_find(&a.tree, b.nodes[b.tree.indicators[i]].code);
                for (row = 0; row < ROWS; row++)
                    b.values[i][row] = a.values[a.tree.column[column]][ROWS - 1 - row];
            }
            for (row = 0; row < ROWS; row++) {
                b.units[row] = a.units[ROWS - 1 - row];
                b.periods[row] = a.periods[ROWS - 1 - row];
            }
            run(&a, &UNIT_FREE[k]);
            run(&b, &UNIT_FREE[k]);
            for (row = 0; row < ROWS; row++)
                same_scores(&a, row, &b, ROWS - 1 - row);
            done(&a);
            done(&b);
        }
}

/* What a unit gains never costs it a place. Scores by the mean and deviation of the same period are not among these: a unit
 * that comes nearer to the others draws the deviation in, and who is above the mean gains more. */
static void a_better_value_never_costs_a_place(void **state)
{
    static const struct xt_index_recipe monotone[] = {
        RECIPE(MINMAX(0, 100), AGGREGATE(XT_AGG_ARITHMETIC)),
        RECIPE(MINMAX(1, 100), AGGREGATE(XT_AGG_GEOMETRIC)),
        RECIPE(NORMAL(XT_NORM_RANK), AGGREGATE(XT_AGG_ARITHMETIC)),
        RECIPE(NORMAL(XT_NORM_RANK), AGGREGATE(XT_AGG_GEOMETRIC)),
        RECIPE(FROM_BASE(XT_NORM_Z), AGGREGATE(XT_AGG_ARITHMETIC)),
        RECIPE(NORMAL(XT_NORM_RANK), AGGREGATE(XT_AGG_COPELAND)),
    };
    static struct sample a, b;
    size_t k, trial;

    (void)state;
    for (trial = 0; trial < 300; trial++)
        for (k = 0; k < XT_COUNT(monotone); k++) {
            size_t row = UNITS + (size_t)(xt_uniform(99, 3 * trial) * UNITS), i = trial % INDICATORS;
            double gain = 60 * xt_uniform(99, 3 * trial + 1);

            make(&a, trial, 0);
            make(&b, trial, 0);
            b.values[i][row] += i == 2 ? -gain : gain;
            run(&a, &monotone[k]);
            run(&b, &monotone[k]);
            /* Copeland over group scores may lose by gaining (it is made of contests of contests); within one group it may not. */
            size_t node = k == 5 ? a.tree.parent[a.tree.indicators[i]] : a.tree.top;

            if (b.result.rank[node][row] > a.result.rank[node][row])
                fail_msg("recipe %zu, trial %zu: from rank %d to %d", k, trial, a.result.rank[node][row],
                         b.result.rank[node][row]);
            done(&a);
            done(&b);
        }
}

/* The same unit a second time under another name: the others keep their order, it stands beside itself. */
static void a_double_stands_beside_itself(void **state)
{
    static const struct xt_index_recipe recipe = RECIPE(MINMAX(0, 100), AGGREGATE(XT_AGG_ARITHMETIC));
    static struct sample a, b;
    size_t i, row;

    (void)state;
    make(&a, 5, 0);
    make(&b, 5, 0);
    for (row = 0; row < ROWS; row++) /* one period of 24 units, of which the last 12 are the first again */
        b.periods[row] = 1;
    for (row = UNITS; row < ROWS; row++)
        b.units[row] = xt_arena_printf(&b.arena, "%s again", b.names[row - UNITS]);
    for (i = 0; i < INDICATORS; i++)
        for (row = 0; row < UNITS; row++)
            b.values[i][UNITS + row] = b.values[i][row];
    run(&a, &recipe);
    run(&b, &recipe);
    for (row = 0; row < UNITS; row++) {
        same_scores(&a, row, &b, row);
        assert_int_equal(b.result.rank[0][row], b.result.rank[0][row + UNITS]);
        assert_int_equal(b.result.rank[0][row], 2 * a.result.rank[0][row] - 1);
    }
    done(&a);
    done(&b);
}

static void what_is_equal_alone_or_empty(void **state)
{
    static const struct xt_index_recipe z = RECIPE(NORMAL(XT_NORM_Z), AGGREGATE(XT_AGG_ARITHMETIC)),
                                        minmax = RECIPE(MINMAX(0, 100), AGGREGATE(XT_AGG_ARITHMETIC)),
                                        imputed =
                                            RECIPE({.kind = XT_STEP_SCREEN, .screen = {.present = 0.1}},
                                                   IMPUTE(XT_IMPUTE_MEAN), MINMAX(0, 100), AGGREGATE(XT_AGG_GEOMETRIC));
    static struct sample s;
    size_t i, row;

    (void)state;
    make(&s, 1, 0); /* all equal, of a number whose mean is a last place beside it */
    for (i = 0; i < INDICATORS; i++)
        for (row = 0; row < ROWS; row++)
            s.values[i][row] = 0.1;
    run(&s, &z);
    for (row = 0; row < ROWS; row++) {
        assert_true(s.result.score[0][row] == 0);
        assert_int_equal(s.result.rank[0][row], 1);
    }
    assert_int_equal(s.warnings.seen, INDICATORS);
    run(&s, &minmax);
    assert_true(s.result.score[0][3] == 50);
    done(&s);

    make(&s, 2, 0); /* one unit */
    s.table.rows = 1;
    run(&s, &minmax);
    assert_true(s.result.score[0][0] == 50 && s.result.rank[0][0] == 1);
    run(&s, &z);
    assert_true(s.result.score[0][0] == 0);
    done(&s);

    make(&s, 3, 0); /* a unit without data has no score and no rank; the others rank as if it were not there */
    for (i = 0; i < INDICATORS; i++)
        s.values[i][4] = NAN;
    run(&s, &minmax);
    assert_true(isnan(s.result.score[0][4]));
    assert_int_equal(s.result.rank[0][4], 0);
    for (row = i = 0; row < UNITS; row++)
        i = (size_t)s.result.rank[0][row] > i ? (size_t)s.result.rank[0][row] : i;
    assert_int_equal(i, UNITS - 1);
    assert_int_equal(xt_index_run(&s.tree, &s.table, &imputed, &s.arena, &s.result, &s.problems, NULL, &s.err),
                     XT_E_INPUT);
    assert_int_equal(s.err.msg, XT_MSG_INDEX_MAY_BE_ZERO);
    done(&s);
}

static void one_indicator_is_its_own_index(void **state)
{
    static const struct xt_index_node nodes[] = {
        {.code = "top", .weight = 1}, {.code = "a", .parent = "top", .weight = 7, .indicator = true, .direction = 1}};
    static const struct xt_index_recipe recipe = RECIPE(MINMAX(0, 10), AGGREGATE(XT_AGG_ARITHMETIC));
    static const double values[] = {3, 1, 2, NAN};
    static const double *const columns[] = {values};
    static const char *const units[] = {"x", "y", "z", "w"};
    const struct xt_index_table table = {.rows = 4, .unit = units, .values = columns};
    struct xt_index_result result;
    struct xt_index_tree tree;
    struct xt_problems problems;
    struct xt_arena arena;
    struct xt_error err;

    (void)state;
    xt_arena_init(&arena);
    xt_problems_init(&problems);
    assert_int_equal(xt_index_tree_make(nodes, 2, &arena, &tree, &problems, &err), XT_OK);
    assert_int_equal(xt_index_run(&tree, &table, &recipe, &arena, &result, &problems, NULL, &err), XT_OK);
    assert_true(result.score[0][0] == 10 && result.score[0][1] == 0 && result.score[0][2] == 5);
    assert_true(isnan(result.score[0][3]));
    assert_int_equal(result.rank[0][0], 1);
    assert_int_equal(result.rank[0][3], 0);
    xt_problems_done(&problems);
    xt_arena_done(&arena);
}

/* Ranks by counting, of lists of each of the sizes that are ordered in another way, of numbers that differ in the first or only
 * in the last digits, of both signs and both zeros, with ties and gaps. */
static void ranks_are_what_counting_gives(void **state)
{
    static const size_t sizes[] = {1, 2, 40, 64, 65, 200, 255, 256, 257, 1500};
    static double x[1500];
    static int32_t down[1500], up[1500];
    size_t s, i, k, kind;

    (void)state;
    for (s = 0; s < XT_COUNT(sizes); s++)
        for (kind = 0; kind < 5; kind++) {
            size_t n = sizes[s];

            for (i = 0; i < n; i++) {
                double u = xt_uniform(s * 10 + kind, i);

                x[i] = kind == 0   ? xt_normal(s, i)
                       : kind == 1 ? 1 + floor(u * 3000) * 0x1p-52
                       : kind == 2 ? floor(9 * u) - 4
                       : kind == 3 ? (u < 0.3   ? NAN
                                      : u < 0.6 ? -0.0
                                                : 0.0)
                                   : -1e60 * u;
            }
            xt_stat_rank_down(x, n, down);
            xt_stat_rank_up(x, n, up);
            for (i = 0; i < n; i++) {
                int32_t above = 1, below = 1;

                for (k = 0; k < n; k++) {
                    above += x[k] > x[i];
                    below += x[k] < x[i];
                }
                assert_int_equal(down[i], isnan(x[i]) ? 0 : above);
                assert_int_equal(up[i], isnan(x[i]) ? 0 : below);
            }
        }
}

/* Three units of which each beats the next on two of three columns: nobody stands first. A fourth that all beat stands last. */
static void a_circle_of_contests_is_a_tie(void **state)
{
    static const double x[] = {3, 2, 1, 0}, y[] = {2, 1, 3, 0}, z[] = {1, 3, 2, 0}, weights[] = {1, 1, 1};
    static const double *const columns[] = {x, y, z};
    double e[16], score[4];
    size_t i, j;

    (void)state;
    xt_index_outrank(columns, weights, 3, 4, e);
    xt_index_copeland(e, 4, score);
    assert_true(score[0] == 1 && score[1] == 1 && score[2] == 1 && score[3] == -3);
    for (i = 0; i < 4; i++)
        for (j = 0; j < 4; j++)
            assert_true(i == j || fabs(e[i * 4 + j] + e[j * 4 + i] - 1) < 1e-15);
}

/* Gaps at random: whoever looks at a pair from either side, and in whatever order, sees the same. */
static void outranking_with_gaps_is_symmetric(void **state)
{
    enum { N = 17, K = 5 };
    double columns[2][K][N], weights[K], e[2][N * N], score[2][N];
    const double *list[2][K];
    size_t i, j, k, trial;

    (void)state;
    for (trial = 0; trial < 100; trial++) {
        for (k = 0; k < K; k++) {
            weights[k] = xt_uniform(trial, 5000 + k);
            for (i = 0; i < N; i++) {
                double u = xt_uniform(trial, k * N + i);

                columns[0][k][i] = u < 0.4 ? NAN : floor(6 * u);
                columns[1][k][N - 1 - i] = columns[0][k][i];
            }
            list[0][k] = columns[0][k];
            list[1][k] = columns[1][k];
        }
        for (j = 0; j < 2; j++) {
            xt_index_outrank(list[j], weights, K, N, e[j]);
            xt_index_copeland(e[j], N, score[j]);
        }
        for (i = 0; i < N; i++) {
            assert_true(score[0][i] == score[1][N - 1 - i]);
            for (j = 0; j < N; j++) {
                assert_true(i == j || fabs(e[0][i * N + j] + e[0][j * N + i] - 1) < 1e-12);
                assert_true(e[0][i * N + j] == e[1][(N - 1 - i) * N + N - 1 - j]);
            }
        }
    }
}

/* ---- rules by hand: one column of two units over four periods ---- */

static void hand(const struct xt_index_step *step, int direction, double target, const double *values,
                 const double *wanted)
{
    static const char *const units[] = {"x", "y", "x", "y", "x", "y", "x", "y"};
    static const int32_t periods[] = {2010, 2010, 2011, 2011, 2013, 2013, 2014, 2014};
    const struct xt_index_node nodes[] = {
        {.code = "top", .weight = 1},
        {.code = "a", .parent = "top", .weight = 1, .indicator = true, .direction = direction, .target = target}};
    const double *const columns[] = {values};
    const struct xt_index_table table = {.rows = 8, .unit = units, .period = periods, .values = columns};
    const struct xt_index_recipe recipe = {.steps = {*step, AGGREGATE(XT_AGG_ARITHMETIC)}, .count = 2};
    struct xt_index_result result;
    struct xt_index_tree tree;
    struct xt_problems problems;
    struct xt_arena arena;
    struct xt_error err;
    size_t i;

    xt_arena_init(&arena);
    xt_problems_init(&problems);
    assert_int_equal(xt_index_tree_make(nodes, 2, &arena, &tree, &problems, &err), XT_OK);
    if (xt_index_run(&tree, &table, &recipe, &arena, &result, &problems, NULL, &err) != XT_OK) {
        if (wanted)
            fail_msg("%s: %s", err.field, xt_msg_name(err.msg));
    } else if (!wanted) {
        fail_msg("it was made");
    }
    for (i = 0; wanted && i < 8; i++) {
        double got = result.step[0][0][i];

        if (!(isnan(got) && isnan(wanted[i])) && !(fabs(got - wanted[i]) < 1e-12))
            fail_msg("row %zu: %g, not %g", i, got, wanted[i]);
    }
    xt_problems_done(&problems);
    xt_arena_done(&arena);
}

#define ROW(...) ((const double[8]){__VA_ARGS__})

static void imputation_along_time(void **state)
{
    const struct xt_index_step last = IMPUTE(XT_IMPUTE_LAST), linear = IMPUTE(XT_IMPUTE_LINEAR);
    /* x has 1 in 2010 and 7 in 2013; y begins in 2011. 2011 lies a third of the way to 2013. */
    const double *values = ROW(1, NAN, NAN, 4, 7, NAN, NAN, 2);

    (void)state;
    hand(&last, 1, NAN, values, ROW(1, NAN, 1, 4, 7, 4, 7, 2));
    hand(&linear, 1, NAN, values, ROW(1, NAN, 3, 4, 7, 4 - 2.0 * 2 / 3, NAN, 2));
}

static void normalisation_by_what_is_given(void **state)
{
    const double posts[] = {2, 10};
    struct xt_index_step step = {
        .kind = XT_STEP_NORMALISE,
        .normalise = {.method = XT_NORM_BASE_YEAR, .base = 2010, .hi = 1, .posts = posts, .unit = "y"}};
    const double *values = ROW(2, 4, 3, 2, 4, 8, 1, 12);

    (void)state;
    hand(&step, 1, NAN, values, ROW(100, 100, 150, 50, 200, 200, 50, 300));
    hand(&step, -1, NAN, values, ROW(100, 100, 200.0 / 3, 200, 50, 50, 200, 100.0 / 3));
    hand(&step, 1, NAN, ROW(0, 4, 3, 2, 4, 8, 1, 12), NULL); /* nothing is a share of nothing */
    hand(&step, 1, NAN, ROW(NAN, 4, 3, 2, 4, 8, 1, 12), NULL);
    hand(&step, 1, NAN, ROW(NAN, 4, NAN, 2, NAN, 8, NAN, 12), ROW(NAN, 100, NAN, 50, NAN, 200, NAN, 300));

    step.normalise.method = XT_NORM_GOALPOSTS; /* 2 is 0, 10 is 1; beyond them stays there */
    hand(&step, 1, NAN, values, ROW(0, 0.25, 0.125, 0, 0.25, 0.75, 0, 1));
    hand(&step, -1, NAN, values, ROW(1, 0.75, 0.875, 1, 0.75, 0.25, 1, 0));
    step.normalise.method = XT_NORM_SCALED;
    hand(&step, 1, NAN, values, ROW(0, 25, 12.5, 0, 25, 75, -12.5, 125));

    step.normalise.method =
        XT_NORM_REFERENCE; /* y is 1, the least of the period 0; where y is the least, all take the middle */
    hand(&step, 1, NAN, values, ROW(0, 1, 0.5, 0.5, 0, 1, 0, 1));
    hand(&step, -1, NAN, values, ROW(0.5, 0.5, 0, 1, 0.5, 0.5, 0.5, 0.5));
    hand(&step, 1, NAN, ROW(2, 4, 3, NAN, 4, 8, 1, 12), NULL); /* y is missing once */

    step.normalise.method = XT_NORM_TARGET; /* from the least of all periods, 1, to the target 5 */
    step.normalise.over = XT_OVER_ALL;
    hand(&step, 1, 5, values, ROW(0.25, 0.75, 0.5, 0.25, 0.75, 1.75, 0, 2.75));
    step.normalise.capped = true;
    hand(&step, 1, 5, values, ROW(0.25, 0.75, 0.5, 0.25, 0.75, 1, 0, 1));
    step.normalise.capped = false; /* of what should fall: from the most, 12, down to the target 2 */
    hand(&step, -1, 2, values, ROW(1, 0.8, 0.9, 1, 0.8, 0.4, 1.1, 0));
    hand(&step, 1, NAN, values, NULL);

    step.normalise.method = XT_NORM_MINMAX; /* by the least and most of 2013, 4 and 8 */
    step.normalise.over = XT_OVER_BASE;
    step.normalise.base = 2013;
    hand(&step, 1, NAN, values, ROW(-0.5, 0, -0.25, -0.5, 0, 1, -0.75, 2));
    step.normalise.base = 2012;
    hand(&step, 1, NAN, values, NULL);
}

/* Limits are said before memory is taken. */
static void what_is_too_much_is_refused(void **state)
{
    static struct sample s;
    const struct xt_index_recipe copeland = RECIPE(MINMAX(0, 1), AGGREGATE(XT_AGG_COPELAND)),
                                 huge = RECIPE(NORMAL(XT_NORM_FRACTION_MAX), AGGREGATE(XT_AGG_ARITHMETIC)),
                                 points = RECIPE({.kind = XT_STEP_TREAT, .treat = {.points = 101}}, MINMAX(0, 1),
                                                 AGGREGATE(XT_AGG_ARITHMETIC));
    struct xt_index_table many;

    (void)state;
    make(&s, 1, 0);
    many = s.table;
    many.period = NULL;
    many.rows = XT_INDEX_CONTEST_MAX + 1;
    assert_int_equal(xt_index_recipe_check(&s.tree, &many, &copeland, &s.problems, &s.err), XT_E_INPUT);
    assert_int_equal(s.err.msg, XT_MSG_INDEX_CONTEST);
    many.rows = XT_INDEX_ROWS_MAX + 1;
    assert_int_equal(xt_index_table_check(&s.tree, &many, &s.problems, &s.err), XT_E_INPUT);
    assert_int_equal(s.err.msg, XT_MSG_INDEX_ROWS);
    many.rows = XT_INDEX_ROWS_MAX;
    many.extra_count = XT_INDEX_COLUMNS_MAX;
    assert_int_equal(xt_index_table_check(&s.tree, &many, &s.problems, &s.err), XT_E_INPUT);
    assert_int_equal(s.err.msg, XT_MSG_INDEX_CELLS);
    assert_int_equal(xt_index_recipe_check(&s.tree, &s.table, &points, &s.problems, &s.err), XT_E_INPUT);
    done(&s);

    make(&s, 1, 0);
    s.values[0][3] = 1e61;
    assert_int_equal(xt_index_table_check(&s.tree, &s.table, &s.problems, &s.err), XT_E_INPUT);
    assert_int_equal(s.err.msg, XT_MSG_INDEX_INFINITE);
    done(&s);

    make(&s, 1, 0); /* a fall of what is hardly there, against much */
    for (size_t row = 0; row < ROWS; row++)
        s.values[1][row] = row % UNITS == 0 ? 1e-50 : -1e50;
    assert_int_equal(xt_index_run(&s.tree, &s.table, &huge, &s.arena, &s.result, &s.problems, NULL, &s.err),
                     XT_E_INPUT);
    done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_of_units_changes_nothing),
        cmocka_unit_test(the_order_of_rows_and_columns_changes_nothing),
        cmocka_unit_test(a_better_value_never_costs_a_place),
        cmocka_unit_test(a_double_stands_beside_itself),
        cmocka_unit_test(what_is_equal_alone_or_empty),
        cmocka_unit_test(one_indicator_is_its_own_index),
        cmocka_unit_test(ranks_are_what_counting_gives),
        cmocka_unit_test(a_circle_of_contests_is_a_tie),
        cmocka_unit_test(outranking_with_gaps_is_symmetric),
        cmocka_unit_test(imputation_along_time),
        cmocka_unit_test(normalisation_by_what_is_given),
        cmocka_unit_test(what_is_too_much_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
