/*
 * index_treat.c - outliers: the rule of skewness and kurtosis (Handbook 1.4; COINr's Treat, defaults 2, 3.5, 5 points).
 *
 * A vector passes when |skew| < 2 or kurtosis < 3.5. One that fails is winsorised one value at a time: the greatest (or
 * least, by the sign of the skew), with all that equal it, takes the value next to it. When it still fails after so many
 * values, it is the logarithm of the ORIGINAL vector, log(x - min + 0.01 (max - min)).
 */
#include <math.h>
#include <string.h>

#include "indicator/index_priv.h"

struct shape {
    double skew, kurtosis;
    bool passed;
};

static struct shape shape_of(const double *x, size_t n, double skew_max, double kurtosis_max)
{
    struct shape s;

    xt_stat_shape(x, n, &s.skew, &s.kurtosis);
    /* Too few values, or all equal: nothing to treat. */
    s.passed = isnan(s.skew) || isnan(s.kurtosis) || fabs(s.skew) < skew_max || s.kurtosis < kurtosis_max;
    return s;
}

/* The extreme on one side and all that equal it take the value next to it. Returns how many: those that were drawn in before
 * equal it now, so that this is how many values of this side have been replaced in all. 0 when all are equal. */
static int winsorise(double *x, size_t n, bool high)
{
    double extreme = NAN, next = NAN, sign = high ? 1 : -1;
    int replaced = 0;
    size_t i;

    for (i = 0; i < n; i++)
        if (!isnan(x[i]) && (isnan(extreme) || sign * x[i] > sign * extreme))
            extreme = x[i];
    for (i = 0; i < n; i++)
        if (!isnan(x[i]) && x[i] != extreme && (isnan(next) || sign * x[i] > sign * next))
            next = x[i];
    if (isnan(next))
        return 0;
    for (i = 0; i < n; i++)
        if (x[i] == extreme) {
            x[i] = next;
            replaced++;
        }
    return replaced;
}

static void logarithm(double *x, size_t n)
{
    double min = INFINITY, max = -INFINITY;
    size_t i;

    for (i = 0; i < n; i++) {
        if (isnan(x[i]))
            continue;
        min = fmin(min, x[i]);
        max = fmax(max, x[i]);
    }
    for (i = 0; i < n; i++)
        x[i] = log(x[i] - min + 0.01 * (max - min));
}

void xt_index_treat_vector(double *x, size_t n, const struct xt_index_step *step, double *scratch,
                           struct xt_index_treated *out)
{
    double skew_max = step->treat.skew > 0 ? step->treat.skew : 2;
    double kurtosis_max = step->treat.kurtosis > 0 ? step->treat.kurtosis : 3.5;
    struct shape s = shape_of(x, n, skew_max, kurtosis_max);
    int side[2] = {0, 0}; /* values replaced below and above */

    *out = (struct xt_index_treated){
        .passed_before = s.passed,
        .passed_after = s.passed,
        .skew_before = s.skew,
        .kurtosis_before = s.kurtosis,
        .skew_after = s.skew,
        .kurtosis_after = s.kurtosis,
    };
    if (s.passed)
        return;
    memcpy(scratch, x, n * sizeof *x);
    while (!s.passed && out->points < step->treat.points) {
        bool high = s.skew > 0;
        int replaced = winsorise(x, n, high);

        if (replaced == 0)
            break;
        side[high] = replaced;
        out->points = side[0] + side[1];
        s = shape_of(x, n, skew_max, kurtosis_max);
    }
    out->passed_after = s.passed;
    out->skew_after = s.skew;
    out->kurtosis_after = s.kurtosis;
    if (s.passed || step->treat.no_log)
        return;
    memcpy(x, scratch, n * sizeof *x);
    logarithm(x, n);
    out->logged = true;
    out->points = 0;
}

void xt_index_treat(struct xt_index_state *state, const struct xt_index_step *step)
{
    size_t c, n = state->tree->indicator_count;

    if (!state->result->treated)
        state->result->treated = xt_arena_alloc(state->arena, (n + 1) * sizeof *state->result->treated);
    for (c = 0; c < n; c++)
        xt_index_treat_vector(state->x[c], state->table->rows, step, state->scratch, &state->result->treated[c]);
}
