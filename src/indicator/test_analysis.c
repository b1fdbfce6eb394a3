/* test_analysis.c - correlations, components and weights against values known from elsewhere; effects that add up. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "indicator/analysis.h"
#include "indicator/sobol.h"
#include "indicator/test_asem.h"

static void close_to(double got, double wanted)
{
    if (!(fabs(got - wanted) < 1e-12))
        fail_msg("%.17g, not %.17g", got, wanted);
}

static void correlations_by_hand(void **state)
{
    const double x[] = {1, 2, 3, 4, 5, NAN}, y[] = {1, 4, 9, 16, 25, 3}, z[] = {2, 2, 1, 1, 3, 7},
                 flat[] = {1, 1, 1, 1, 1, 1};

    (void)state;
    close_to(xt_correlation(x, y, 6), 60 / sqrt(10.0 * 374));
    close_to(xt_correlation_spearman(x, y, 6), 1);
    close_to(xt_correlation_kendall(x, y, 6), 1);
    /* ranks 3.5 3.5 1.5 1.5 5 against 1..5: sum of products of deviations 1, squares 10 and 9 */
    close_to(xt_correlation_spearman(x, z, 6), 1 / sqrt(10.0 * 9));
    /* pairs: 4 with, 4 against, 2 tied in z alone */
    close_to(xt_correlation_kendall(x, z, 6), 0);
    assert_true(isnan(xt_correlation(x, flat, 6)));
    assert_true(isnan(xt_correlation(x, y, 2)));
}

static void cronbach_by_hand(void **state)
{
    const double a[] = {1, 2, 3, NAN}, b[] = {2, 4, 6, 1}, c[] = {1, 1, 1, 1};
    const double *same[] = {a, a}, *two[] = {a, b}, *one[] = {a, c};

    (void)state;
    close_to(xt_cronbach(same, 2, 4), 1);
    close_to(xt_cronbach(two, 2, 4), 2 * (1 - 5.0 / 9)); /* variances 1 and 4, of the sum 9 */
    close_to(xt_cronbach(one, 2, 4), 0);
    assert_true(isnan(xt_cronbach(same, 1, 4)));
}

static void components_of_two_columns(void **state)
{
    const double a[] = {1, 2, 3, 4}, b[] = {1, 3, 2, 5};
    const double *both[] = {a, b}, *flat[] = {a, (const double[]){1, 1, 1, 1}};
    double values[2], vectors[4], weights[2], r = xt_correlation(a, b, 4);
    struct xt_error err;

    (void)state;
    assert_int_equal(xt_principal(both, 2, 4, values, vectors, &err), XT_OK);
    close_to(values[0], 1 + r);
    close_to(values[1], 1 - r);
    close_to(fabs(vectors[0]), sqrt(0.5));
    xt_principal_weights(vectors, 2, weights);
    close_to(weights[0], 0.5);
    assert_int_equal(xt_principal(flat, 2, 4, values, vectors, &err), XT_E_INPUT);
    assert_int_equal(err.msg, XT_MSG_ANALYSIS_CONSTANT);
    assert_int_equal(xt_principal(both, 2, 2, values, vectors, &err), XT_E_INPUT);
}

/* A v = lambda v, vectors at right angles, values sum to the number of columns: on random columns. */
static void components_are_eigenvectors(void **state)
{
    enum { N = 40, K = 7 };
    double x[K][N], values[K], vectors[K * K], sum = 0;
    const double *columns[K];
    struct xt_error err;
    size_t i, j, k;

    (void)state;
    for (i = 0; i < K; i++) {
        columns[i] = x[i];
        for (j = 0; j < N; j++)
            x[i][j] = xt_normal(i / 2, j) + 0.3 * xt_normal(100 + i, j);
    }
    assert_int_equal(xt_principal(columns, K, N, values, vectors, &err), XT_OK);
    for (k = 0; k < K; k++) {
        sum += values[k];
        assert_true(k == 0 || values[k] <= values[k - 1]);
        for (i = 0; i < K; i++) {
            double left = 0;

            for (j = 0; j < K; j++)
                left += xt_correlation(x[i], x[j], N) * vectors[k * K + j];
            assert_true(fabs(left - values[k] * vectors[k * K + i]) < 1e-10);
        }
        for (j = 0; j < k; j++) {
            double dot = 0;

            for (i = 0; i < K; i++)
                dot += vectors[k * K + i] * vectors[j * K + i];
            assert_true(fabs(dot) < 1e-10);
        }
    }
    assert_true(fabs(sum - K) < 1e-10);
}

static void judgements_become_weights(void **state)
{
    /* consistent: 4 : 2 : 1 */
    const double even[] = {1, 2, 4, 0.5, 1, 2, 0.25, 0.5, 1};
    /* Saaty 1980: choosing a school's first table has lambda 3.0385 for 1 3 5 / 1/3 1 3 / 1/5 1/3 1 */
    const double known[] = {1, 3, 5, 1.0 / 3, 1, 3, 0.2, 1.0 / 3, 1};
    const double odd[] = {1, 2, 3, 1};
    struct xt_ahp ahp;
    struct xt_error err;

    (void)state;
    assert_int_equal(xt_ahp(even, 3, &ahp, &err), XT_OK);
    close_to(ahp.weights[0], 4.0 / 7);
    close_to(ahp.consistency, 0);
    assert_int_equal(xt_ahp(known, 3, &ahp, &err), XT_OK);
    assert_true(fabs(ahp.lambda - 3.0385) < 5e-5);
    assert_true(fabs(ahp.consistency - 0.0385 / 2 / 0.58) < 1e-4);
    assert_true(fabs(ahp.weights[0] - 0.637) < 5e-4 && fabs(ahp.weights[2] - 0.105) < 5e-4);
    assert_int_equal(xt_ahp(odd, 2, &ahp, &err), XT_E_INPUT);
    assert_int_equal(err.msg, XT_MSG_AHP_NOT_RECIPROCAL);
    assert_int_equal(xt_ahp(even, 0, &ahp, &err), XT_E_INPUT);
}

static void shares_add_up(void **state)
{
    struct xt_problems problems;
    struct xt_index_result result;
    struct xt_node_effect *effects;
    struct xt_removed *removed;
    struct xt_error err;
    struct asem a;
    double nominal = 0, variance = 0, *against;
    size_t i, *all;

    (void)state;
    WITH_REFERENCE(&a);
    xt_problems_init(&problems);
    asem_run(&a, &WORKED, &result);
    effects = xt_arena_alloc(&a.arena, a.tree.count * sizeof *effects);
    removed = xt_arena_alloc(&a.arena, a.tree.count * sizeof *removed);
    xt_index_effects(&a.tree, &a.table, &result, 0, effects);
    for (i = 0; i < a.tree.indicator_count; i++) {
        nominal += effects[a.tree.indicators[i]].nominal;
        variance += effects[a.tree.indicators[i]].variance;
    }
    assert_true(fabs(nominal - 1) < 1e-12);
    assert_true(fabs(variance - 1) < 0.02); /* not all values are there */
    close_to(effects[a.tree.top].correlation, 1);
    assert_int_equal(xt_index_remove_each(&a.tree, &a.table, &WORKED, 0, removed, &problems, &err), XT_OK);
    for (i = 0; i < a.tree.count; i++)
        assert_true(i == a.tree.top || removed[i].shift > 0);
    /* against all units the differences of one indicator sum to nothing */
    all = xt_arena_alloc(&a.arena, a.table.rows * sizeof *all);
    against = xt_arena_alloc(&a.arena, a.tree.indicator_count * sizeof *against);
    double sum = 0;

    for (i = 0; i < a.table.rows; i++)
        all[i] = i;
    for (i = 0; i < a.table.rows; i++) {
        xt_index_against(&a.tree, &result, i, all, a.table.rows, against);
        sum += isnan(against[0]) ? 0 : against[0];
    }
    assert_true(fabs(sum) < 1e-9);
    xt_problems_done(&problems);
    asem_done(&a);
}

/* Two units, one indicator, two years: what each did and what the other's change did to it, by hand. */
static void changes_are_split(void **state)
{
    const struct xt_index_node nodes[] = {
        {.code = "I", .parent = "", .weight = 1},
        {.code = "a", .parent = "I", .weight = 1, .indicator = true, .direction = 1, .target = NAN},
    };
    const char *const units[] = {"x", "y", "z", "x", "y", "z"};
    const int32_t periods[] = {1, 1, 1, 2, 2, 2};
    const double values[] = {0, 5, 10, 0, 5, 20};
    const double *const columns[] = {values};
    const struct xt_index_table table = {.rows = 6, .unit = units, .period = periods, .values = columns};
    const struct xt_index_recipe recipe = {{MINMAX(0, 100), MEANS}, 2};
    struct xt_index_change change[6];
    struct xt_problems problems;
    struct xt_index_tree tree;
    struct xt_arena arena;
    struct xt_error err;

    (void)state;
    xt_arena_init(&arena);
    xt_problems_init(&problems);
    assert_int_equal(xt_index_tree_make(nodes, 2, &arena, &tree, &problems, &err), XT_OK);
    assert_int_equal(xt_index_changes(&tree, &table, &recipe, 1, 2, change, &problems, &err), XT_OK);
    close_to(change[1].before, 50); /* y stood still, z stretched the yardstick */
    close_to(change[1].after, 25);
    close_to(change[1].own, 0);
    close_to(change[1].yardstick, -25);
    close_to(change[2].own, 100); /* z doubled, by the yardstick of before */
    close_to(change[2].yardstick, -100);
    xt_problems_done(&problems);
    xt_arena_done(&arena);
}

/* Years of one table: the steps see all rows, what stands for all years is no yardstick that moves, and years that are not
 * compared stop nothing. */
static void changes_are_those_of_the_whole_run(void **state)
{
    const struct xt_index_node nodes[] = {
        {.code = "I", .parent = "", .weight = 1},
        {.code = "a", .parent = "I", .weight = 1, .indicator = true, .direction = 1, .target = NAN},
    };
    const char *const units[] = {"x", "y", "z", "x", "y", "z", "x", "y", "z"};
    const int32_t periods[] = {1, 1, 1, 2, 2, 2, 3, 3, 3};
    const double values[] = {1, 5, 11, 20, 25, 30, 20, NAN, 40};
    const double *const columns[] = {values};
    const struct xt_index_table table = {.rows = 9, .unit = units, .period = periods, .values = columns};
    /* y has no figure in 3: its last one is that of 2. By 2, the figures of 1 are far below zero. */
    struct xt_index_recipe recipe = {
        {{.kind = XT_STEP_IMPUTE, .impute = {.method = XT_IMPUTE_LAST}},
         MINMAX(1, 101),
         {.kind = XT_STEP_AGGREGATE, .aggregate = {.by_level = {XT_AGG_GEOMETRIC}, .levels = 1}}},
        3};
    struct xt_index_change change[3];
    struct xt_problems problems;
    struct xt_index_tree tree;
    struct xt_arena arena;
    struct xt_error err;

    (void)state;
    xt_arena_init(&arena);
    xt_problems_init(&problems);
    assert_int_equal(xt_index_tree_make(nodes, 2, &arena, &tree, &problems, &err), XT_OK);
    assert_int_equal(xt_index_changes(&tree, &table, &recipe, 2, 3, change, &problems, &err), XT_OK);
    close_to(change[1].before, 51);
    close_to(change[1].after, 26);
    close_to(change[1].own, 0); /* filled from 2, measured by 2 */
    close_to(change[2].own, 100);
    close_to(change[2].yardstick, -100);
    recipe.steps[1].normalise.over = XT_OVER_ALL;
    assert_int_equal(xt_index_changes(&tree, &table, &recipe, 2, 3, change, &problems, &err), XT_OK);
    close_to(change[2].own, 10 / 39.0 * 100);
    close_to(change[2].yardstick, 0);
    recipe.steps[1].normalise.over = XT_OVER_BASE;
    recipe.steps[1].normalise.base = 1;
    assert_int_equal(xt_index_changes(&tree, &table, &recipe, 2, 3, change, &problems, &err), XT_OK);
    close_to(change[2].own, 100);
    close_to(change[2].yardstick, 0);
    recipe.steps[1].normalise.over = XT_OVER_PERIOD;
    recipe.steps[1].normalise.method = XT_NORM_BASE_YEAR;
    assert_int_equal(xt_index_changes(&tree, &table, &recipe, 2, 3, change, &problems, &err), XT_OK);
    close_to(change[2].own, change[2].after - change[2].before);
    close_to(change[2].yardstick, 0);
    /* z below what was least: no geometric mean, and it is said where. */
    recipe.steps[1].normalise.method = XT_NORM_MINMAX;
    assert_int_equal(xt_index_changes(&tree, &table, &recipe, 3, 1, change, &problems, &err), XT_E_INPUT);
    assert_string_equal(err.field, "a");
    xt_problems_done(&problems);
    xt_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(correlations_by_hand),      cmocka_unit_test(cronbach_by_hand),
        cmocka_unit_test(components_of_two_columns), cmocka_unit_test(components_are_eigenvectors),
        cmocka_unit_test(judgements_become_weights), cmocka_unit_test(shares_add_up),
        cmocka_unit_test(changes_are_split),         cmocka_unit_test(changes_are_those_of_the_whole_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
