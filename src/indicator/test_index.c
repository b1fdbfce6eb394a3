/* test_index.c - the arithmetic of composite indexes: faults by name, rules, and a reference's numbers where they lie at hand. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "indicator/index_priv.h"
#include "indicator/test_asem.h"

static void near(double got, double wanted, const char *what, const char *unit)
{
    double scale = fmax(1, fabs(wanted));

    if (isnan(wanted) && isnan(got))
        return;
    if (!(fabs(got - wanted) <= 1e-9 * scale))
        fail_msg("%s of %s: %.17g, not %.17g", what, unit, got, wanted);
}

/* Columns of the expected file that are indicators are compared with the step's, others with the scores. */
static size_t compare(const struct asem *a, const char *name, double *const *step, const struct xt_index_result *result)
{
    struct csv expected;
    size_t row, c, compared = 0;

    read_csv(name, &expected);
    assert_int_equal(expected.rows, a->table.rows);
    for (row = 0; row < expected.rows; row++) {
        assert_string_equal(cell(&expected, row, column(&expected, "uCode")), a->table.unit[row]);
        for (c = 0; c < expected.columns; c++) {
            const char *head = expected.heads[c].s;
            bool rank = strncmp(head, "rank_", 5) == 0;
            size_t node = xt_index_tree_find(&a->tree, rank ? head + 5 : head);
            double wanted = number(cell(&expected, row, c));

            if (node == SIZE_MAX)
                continue;
            compared++;
            if (rank)
                assert_int_equal(result->rank[node][row], isnan(wanted) ? 0 : (int)wanted);
            else if (a->tree.nodes[node].indicator)
                near(step[a->tree.column[node]][row], wanted, head, a->table.unit[row]);
            else
                near(result->score[node][row], wanted, head, a->table.unit[row]);
        }
    }
    csv_done(&expected);
    return compared;
}

static void reference_of_raw_data(void **state)
{
    struct xt_index_recipe minmax = {{MINMAX(0, 100), MEANS}, 2};
    struct xt_index_recipe z = {
        {{.kind = XT_STEP_NORMALISE, .normalise = {.method = XT_NORM_Z, .lo = 0, .hi = 1}}, MEANS}, 2};
    struct xt_index_result result;
    struct asem a;

    (void)state;
    WITH_REFERENCE(&a);
    asem_run(&a, &minmax, &result);
    assert_int_equal(compare(&a, "expected_A_minmax0-100_normalised.csv", result.step[0], &result), 51 * 49);
    assert_int_equal(compare(&a, "expected_A_minmax0-100_amean_scores_ranks.csv", NULL, &result), 51 * 22);
    asem_run(&a, &z, &result);
    assert_int_equal(compare(&a, "expected_A_zscore_normalised.csv", result.step[0], &result), 51 * 49);
    asem_done(&a);
}

static void reference_of_treatment(void **state)
{
    struct xt_index_recipe recipe = {{TREAT(5), MINMAX(0, 100), MEANS}, 3};
    struct xt_index_result result;
    struct csv details;
    struct asem a;
    size_t row;

    (void)state;
    WITH_REFERENCE(&a);
    asem_run(&a, &recipe, &result);
    assert_int_equal(compare(&a, "expected_A_treated_default.csv", result.step[0], &result), 51 * 49);
    read_csv("expected_A_treatment_details.csv", &details);
    for (row = 0; row < details.rows; row++) {
        const char *code = cell(&details, row, column(&details, "iCode"));
        const struct xt_index_treated *t = &result.treated[a.tree.column[xt_index_tree_find(&a.tree, code)]];
        const char *points = cell(&details, row, column(&details, "winsorise.nwin"));

        assert_int_equal(t->passed_before,
                         strcmp(cell(&details, row, column(&details, "check_SkewKurt0.Pass")), "TRUE") == 0);
        near(t->skew_before, number(cell(&details, row, column(&details, "check_SkewKurt0.Skew"))), "skew", code);
        near(t->kurtosis_before, number(cell(&details, row, column(&details, "check_SkewKurt0.Kurt"))), "kurtosis",
             code);
        if (points[0] == '\0' || strcmp(points, "NA") == 0)
            continue;
        if (!t->logged)
            assert_int_equal(t->points, (int)number(points));
        near(t->skew_after, number(cell(&details, row, column(&details, "check_SkewKurt1.Skew"))), "skew after", code);
        near(t->kurtosis_after, number(cell(&details, row, column(&details, "check_SkewKurt1.Kurt"))), "kurtosis after",
             code);
    }
    csv_done(&details);
    asem_done(&a);
}

static void reference_of_the_worked_example(void **state)
{
    struct xt_index_result result;
    struct asem a;

    (void)state;
    WITH_REFERENCE(&a);
    asem_run(&a, &WORKED, &result);
    assert_int_equal(compare(&a, "expected_B_denominated.csv", result.step[0], &result), 51 * 49);
    assert_int_equal(compare(&a, "expected_B_imputed.csv", result.step[1], &result), 51 * 49);
    assert_int_equal(compare(&a, "expected_B_treated.csv", result.step[3], &result), 51 * 49);
    assert_int_equal(compare(&a, "expected_B_normalised.csv", result.step[4], &result), 51 * 49);
    assert_int_equal(compare(&a, "expected_B_scores_ranks.csv", NULL, &result), 51 * 22);
    asem_done(&a);
}

/* Each of the 600 replicates with the parameters that were drawn for it. */
static void reference_of_600_replicates(void **state)
{
    struct csv design, scores, sets;
    struct asem a;
    size_t row, unit, k;
    double *weights;

    (void)state;
    WITH_REFERENCE(&a);
    read_csv("expected_S_SA100_design_and_target.csv", &design);
    read_csv("expected_S_SA100_index_scores.csv", &scores);
    read_csv("expected_S_weight_sets.csv", &sets);
    weights = xt_arena_alloc(&a.arena, a.tree.count * sizeof *weights);
    assert_int_equal(design.rows, 600);
    for (row = 0; row < design.rows; row++) {
        struct xt_index_recipe recipe = WORKED;
        const char *norm = cell(&design, row, column(&design, "normalisation"));
        const char *set = cell(&design, row, column(&design, "weight_set"));
        const char *agg = cell(&design, row, column(&design, "aggregation"));
        struct xt_index_result result;
        char head[16];

        recipe.steps[3].treat.points = (int)number(cell(&design, row, column(&design, "winmax")));
        recipe.steps[4].normalise.lo = 1;
        if (strcmp(norm, "zscore_10_2") == 0) {
            recipe.steps[4].normalise.method = XT_NORM_Z;
            recipe.steps[4].normalise.lo = 10;
            recipe.steps[4].normalise.hi = 2;
        } else {
            assert_string_equal(norm, "minmax_1_100");
        }
        for (k = 0; k < a.tree.count; k++)
            weights[k] = 1;
        for (k = 0; k < sets.rows; k++)
            if (strcmp(cell(&sets, k, column(&sets, "set")), set) == 0)
                weights[xt_index_tree_find(&a.tree, cell(&sets, k, column(&sets, "iCode")))] =
                    number(cell(&sets, k, column(&sets, "Weight")));
        recipe.steps[5].aggregate.weights = weights;
        recipe.steps[5].aggregate.by_level[0] = strcmp(agg, "a_gmean") == 0 ? XT_AGG_GEOMETRIC : XT_AGG_ARITHMETIC;
        asem_run(&a, &recipe, &result);
        (void)snprintf(head, sizeof head, "r%s", cell(&design, row, column(&design, "rep")));
        for (unit = 0; unit < a.table.rows; unit++) {
            double wanted = number(cell(&scores, unit, column(&scores, head)));
            double got = result.score[a.tree.top][unit];

            /* printed with 12 digits */
            if (!(fabs(got - wanted) <= 1e-9 * fmax(1, fabs(wanted))))
                fail_msg("%s of %s: %.12g, not %.12g (%s, %s, %s)", head, a.table.unit[unit], got, wanted, norm, set,
                         agg);
        }
    }
    csv_done(&design);
    csv_done(&scores);
    csv_done(&sets);
    asem_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_of_raw_data),
        cmocka_unit_test(reference_of_treatment),
        cmocka_unit_test(reference_of_the_worked_example),
        cmocka_unit_test(reference_of_600_replicates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
