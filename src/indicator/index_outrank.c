/* index_outrank.c - who is better than whom on the greater part of the weight. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "indicator/index.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* the loops below become vectors */
#endif

/* Each pair once, column by column, so that the inner loop reads along two arrays: sums of the weights on which i is better, j
 * is, and that both have; all three in the order of the columns, so that it does not matter which of the two stands first. */
void xt_index_outrank(const double *const *columns, const double *weights, size_t count, size_t rows, double *e)
{
    double *better = xt_alloc((rows + 1) * sizeof *better), *worse = xt_alloc((rows + 1) * sizeof *worse);
    double *both = xt_alloc((rows + 1) * sizeof *both);
    size_t i, j, c;

    for (i = 0; i < rows; i++) {
        for (j = i; j < rows; j++)
            better[j] = worse[j] = both[j] = 0;
        for (c = 0; c < count; c++) {
            const double *x = columns[c];
            double xi = x[i], w = weights[c], half = 0.5 * w;

            if (isnan(xi))
                continue;
            for (j = i; j < rows; j++) {
                /* all are false for NaN */
                better[j] += (xi > x[j] ? half : 0) + (xi >= x[j] ? half : 0);
                worse[j] += (xi < x[j] ? half : 0) + (xi <= x[j] ? half : 0);
                both[j] += x[j] == x[j] ? w : 0;
            }
        }
        for (j = i; j < rows; j++) {
            e[i * rows + j] = both[j] > 0 ? better[j] / both[j] : 0.5;
            e[j * rows + i] = both[j] > 0 ? worse[j] / both[j] : 0.5;
        }
    }
    free(better);
    free(worse);
    free(both);
}

/* Weights that do not sum to a power of two leave an even contest a few units in the last place off a half. */
#define EVEN 1e-12

void xt_index_copeland(const double *e, size_t rows, double *score)
{
    size_t i, j;

    for (i = 0; i < rows; i++) {
        double sum = 0;

        for (j = 0; j < rows; j++) {
            double d = e[i * rows + j] - 0.5;

            if (i != j)
                sum += d > EVEN ? 1 : d < -EVEN ? -1 : 0;
        }
        score[i] = sum;
    }
}
