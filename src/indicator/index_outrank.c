/* index_outrank.c - who is better than whom on the greater part of the weight. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "indicator/index.h"

/* Column by column over blocks of j, so that the inner loop reads along two arrays and the compiler makes it vectors:
 * better and both are sums of weights, kept apart because columns that one of the two lacks do not count. */
void xt_index_outrank(const double *const *columns, const double *weights, size_t count, size_t rows, double *e)
{
    double *better = xt_alloc((rows + 1) * sizeof *better), *both = xt_alloc((rows + 1) * sizeof *both);
    size_t i, j, c;

    for (i = 0; i < rows; i++) {
        for (j = 0; j < rows; j++)
            better[j] = both[j] = 0;
        for (c = 0; c < count; c++) {
            const double *x = columns[c];
            double xi = x[i], w = weights[c], half = 0.5 * w;

            if (isnan(xi))
                continue;
            for (j = 0; j < rows; j++) {
                better[j] += (xi > x[j] ? half : 0) + (xi >= x[j] ? half : 0);
                both[j] += x[j] == x[j] ? w : 0; /* false for NaN */
            }
        }
        for (j = 0; j < rows; j++)
            e[i * rows + j] = both[j] > 0 ? better[j] / both[j] : 0.5;
    }
    free(better);
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
