/* test_sensitivity.c - quasi-random points, Sobol indices exact and estimated, ranks that threads do not change. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "indicator/sensitivity.h"
#include "indicator/test_asem.h"

#define PI 3.14159265358979323846

/* The first 2^k points of each coordinate lie one in each of 2^k equal parts; of each pair of coordinates, no worse than a
 * known bound of parts is empty. */
static void points_are_even(void **state)
{
    enum { N = 1024 };
    size_t d, e, i;

    (void)state;
    for (d = 0; d < XT_SOBOL_DIMENSIONS_MAX; d++) {
        bool hit[N] = {0};

        for (i = 0; i < N; i++)
            hit[(size_t)(xt_sobol((uint32_t)i, d) * N)] = true;
        for (i = 0; i < N; i++)
            assert_true(hit[i]);
    }
    for (d = 0; d < XT_SOBOL_DIMENSIONS_MAX; d++)
        for (e = 0; e < d; e++) {
            int count[8][8] = {{0}}, worst = 0;

            for (i = 0; i < N; i++)
                count[(size_t)(xt_sobol((uint32_t)i, d) * 8)][(size_t)(xt_sobol((uint32_t)i, e) * 8)]++;
            for (i = 0; i < 64; i++)
                worst = abs(count[i / 8][i % 8] - N / 64) > worst ? abs(count[i / 8][i % 8] - N / 64) : worst;
            assert_true(worst <= 16);
        }
    assert_true(xt_sobol(1, 0) > 0.4999 && xt_sobol(1, 0) < 0.5001);
    assert_true(xt_sobol(2, 1) > 0.2499 && xt_sobol(3, 1) < 0.7501);
}

/* sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 over -pi..pi (Ishigami and Homma 1990): indices in closed form. */
static double ishigami(const double *u)
{
    double x1 = PI * (2 * u[0] - 1), x2 = PI * (2 * u[1] - 1), x3 = PI * (2 * u[2] - 1);

    return sin(x1) + 7 * sin(x2) * sin(x2) + 0.1 * pow(x3, 4) * sin(x1);
}

static void ishigami_has_its_known_indices(void **state)
{
    enum { N = 8192 };
    static double y_a[N], y_b[N], y_ab[3 * N];
    double b = 0.1, a = 7, first[3], total[3];
    double v1 = 0.5 * pow(1 + b * pow(PI, 4) / 5, 2), v2 = a * a / 8, v13 = b * b * pow(PI, 8) * (1.0 / 18 - 1.0 / 50);
    double v = v1 + v2 + v13;
    size_t i, f, k;

    (void)state;
    for (i = 0; i < N; i++) {
        double A[3], B[3], AB[3];

        for (f = 0; f < 3; f++) {
            A[f] = xt_sobol((uint32_t)i + 1, f);
            B[f] = xt_sobol((uint32_t)i + 1, 3 + f);
        }
        y_a[i] = ishigami(A);
        y_b[i] = ishigami(B);
        for (f = 0; f < 3; f++) {
            for (k = 0; k < 3; k++)
                AB[k] = k == f ? B[k] : A[k];
            y_ab[f * N + i] = ishigami(AB);
        }
    }
    xt_sobol_indices(y_a, y_b, y_ab, N, 3, first, total);
    assert_true(fabs(first[0] - v1 / v) < 0.01);
    assert_true(fabs(first[1] - v2 / v) < 0.01);
    assert_true(fabs(first[2]) < 0.01);
    assert_true(fabs(total[0] - (v1 + v13) / v) < 0.01);
    assert_true(fabs(total[1] - v2 / v) < 0.01);
    assert_true(fabs(total[2] - v13 / v) < 0.01);
}

/* y = a + 2 b with a and b of two and three levels: no interaction, first = total, by hand. */
static void exact_indices_of_a_sum(void **state)
{
    double y[6], first[2], total[2];
    size_t levels[2] = {2, 3}, i;

    (void)state;
    for (i = 0; i < 6; i++) {
        size_t a = i / 3, b = i % 3;

        y[i] = (double)a + 2 * (double)b;
    }
    xt_exact_indices(y, levels, 2, first, total);
    /* V(a) = 1/4, V(2b) = 8/3 */
    assert_true(fabs(first[0] - 0.25 / (0.25 + 8.0 / 3)) < 1e-12);
    assert_true(fabs(total[0] - first[0]) < 1e-12 && fabs(total[1] - first[1]) < 1e-12);
    assert_true(fabs(first[0] + first[1] - 1) < 1e-12);
}

/* ---- the reference's four factors ---- */

enum { WIN, NORM, WEIGHTS, MEAN, FACTORS };
struct four {
    struct xt_index_step treat[5], normalise[2], means[2];
    const double *sets[100];
    struct xt_factor factors[FACTORS];
};

static void make_four(struct asem *a, struct four *four)
{
    struct csv sets;
    size_t i, k;

    memset(four, 0, sizeof *four);
    read_csv("expected_S_weight_sets.csv", &sets);
    for (i = 0; i < 5; i++) {
        four->treat[i] = WORKED.steps[3];
        four->treat[i].treat.points = (int)i + 1;
    }
    four->normalise[0] = four->normalise[1] = WORKED.steps[4];
    four->normalise[0].normalise.lo = 1;
    four->normalise[0].normalise.hi = 100;
    four->normalise[1].normalise.method = XT_NORM_Z;
    four->normalise[1].normalise.lo = 10;
    four->normalise[1].normalise.hi = 2;
    four->means[0] = four->means[1] = WORKED.steps[5];
    four->means[1].aggregate.by_level[0] = XT_AGG_GEOMETRIC;
    for (i = 0; i < 100; i++) {
        double *w = xt_arena_alloc(&a->arena, a->tree.count * sizeof *w);

        for (k = 0; k < a->tree.count; k++)
            w[k] = 1;
        for (k = 0; k < sets.rows; k++)
            if ((size_t)number(cell(&sets, k, column(&sets, "set"))) == i + 1)
                w[xt_index_tree_find(&a->tree, cell(&sets, k, column(&sets, "iCode")))] =
                    number(cell(&sets, k, column(&sets, "Weight")));
        four->sets[i] = w;
    }
    csv_done(&sets);
    four->factors[WIN] =
        (struct xt_factor){.name = "winmax", .kind = XT_FACTOR_STEP, .at = 3, .steps = four->treat, .count = 5};
    four->factors[NORM] = (struct xt_factor){
        .name = "normalisation", .kind = XT_FACTOR_STEP, .at = 4, .steps = four->normalise, .count = 2};
    four->factors[WEIGHTS] =
        (struct xt_factor){.name = "weights", .kind = XT_FACTOR_WEIGHTS, .weights = four->sets, .count = 100};
    four->factors[MEAN] =
        (struct xt_factor){.name = "aggregation", .kind = XT_FACTOR_STEP, .at = 5, .steps = four->means, .count = 2};
}

static void check(enum xt_code rc, const struct xt_problems *problems)
{
    struct xt_text text;

    if (rc == XT_OK)
        return;
    xt_text_init(&text, XT_MIB);
    xt_problems_say(problems, XT_EN, &text);
    fail_msg("%s", text.s);
}

static void reference_exactly_and_by_sampling(void **state)
{
    struct xt_sensitivity_plan plan = {.factor_count = FACTORS, .draws = 8192, .seed = 0};
    struct xt_sensitivity exact, sampled;
    struct xt_problems problems;
    struct xt_error err;
    struct four four;
    struct csv truth;
    struct asem a;
    size_t row;

    (void)state;
    WITH_REFERENCE(&a);
    xt_problems_init(&problems);
    make_four(&a, &four);
    plan.factors = four.factors;
    check(xt_sensitivity_exact(&a.tree, &a.table, &WORKED, &plan, &exact, &problems, &err), &problems);
    assert_int_equal(exact.draws, 2000);
    assert_int_equal(exact.failed, 0);
    check(xt_sensitivity_sobol(&a.tree, &a.table, &WORKED, &plan, &sampled, &problems, &err), &problems);
    assert_int_equal(sampled.draws, 49152);
    read_csv("expected_S_exact_sobol.csv", &truth);
    assert_int_equal(truth.rows, FACTORS);
    for (row = 0; row < truth.rows; row++) {
        double first = number(cell(&truth, row, column(&truth, "Si"))),
               total = number(cell(&truth, row, column(&truth, "STi")));

        if (!(fabs(exact.first[row] - first) < 1e-9 && fabs(exact.total[row] - total) < 1e-9))
            fail_msg("%s: %.12g and %.12g, not %.12g and %.12g", cell(&truth, row, 0), exact.first[row],
                     exact.total[row], first, total);
        if (!(fabs(sampled.first[row] - first) < 0.01 && fabs(sampled.total[row] - total) < 0.01))
            fail_msg("%s sampled: %.4f and %.4f, not %.4f and %.4f", cell(&truth, row, 0), sampled.first[row],
                     sampled.total[row], first, total);
    }
    csv_done(&truth);
    xt_sensitivity_done(&exact);
    xt_sensitivity_done(&sampled);
    xt_problems_done(&problems);
    asem_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_even),
        cmocka_unit_test(ishigami_has_its_known_indices),
        cmocka_unit_test(exact_indices_of_a_sum),
        cmocka_unit_test(reference_exactly_and_by_sampling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
