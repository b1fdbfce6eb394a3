/* index_stat.c - means, moments, quantiles and ranks; missing values (NaN) are left out. */
#include <math.h>
#include <stdlib.h>

#include "indicator/index.h"

double xt_stat_mean(const double *x, size_t n)
{
    double sum = 0;
    size_t i, there = 0;

    for (i = 0; i < n; i++) {
        if (isnan(x[i]))
            continue;
        sum += x[i];
        there++;
    }
    return there > 0 ? sum / (double)there : NAN;
}

struct moments {
    double n, m2, m3, m4; /* central, divided by n */
};

static struct moments moments_of(const double *x, size_t n)
{
    struct moments m = {0};
    double mean = xt_stat_mean(x, n), least = INFINITY, most = -INFINITY;
    size_t i;

    for (i = 0; i < n; i++) {
        double d = x[i] - mean;

        if (isnan(d))
            continue;
        least = x[i] < least ? x[i] : least;
        most = x[i] > most ? x[i] : most;
        m.n += 1;
        m.m2 += d * d;
        m.m3 += d * d * d;
        m.m4 += d * d * d * d;
    }
    if (!(most > least)) { /* the mean of equal values may be a last place beside them */
        m.m2 = m.m3 = m.m4 = 0;
    } else {
        m.m2 /= m.n;
        m.m3 /= m.n;
        m.m4 /= m.n;
    }
    return m;
}

double xt_stat_sd(const double *x, size_t n)
{
    struct moments m = moments_of(x, n);

    return m.n > 1 ? sqrt(m.m2 * m.n / (m.n - 1)) : NAN;
}

double xt_stat_skew(const double *x, size_t n)
{
    struct moments m = moments_of(x, n);

    if (m.n < 3 || m.m2 <= 0)
        return NAN;
    return m.m3 / pow(m.m2, 1.5) * sqrt(m.n * (m.n - 1)) / (m.n - 2);
}

double xt_stat_kurtosis(const double *x, size_t n)
{
    struct moments m = moments_of(x, n);

    if (m.n < 4 || m.m2 <= 0)
        return NAN;
    return ((m.n + 1) * (m.m4 / (m.m2 * m.m2) - 3) + 6) * (m.n - 1) / ((m.n - 2) * (m.n - 3));
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double xt_stat_quantile(const double *x, size_t n, double p, double *scratch)
{
    size_t i, there = 0, at;
    double h;

    for (i = 0; i < n; i++)
        if (!isnan(x[i]))
            scratch[there++] = x[i];
    if (there == 0)
        return NAN;
    qsort(scratch, there, sizeof *scratch, by_value);
    h = (double)(there - 1) * p;
    at = (size_t)h;
    if (at + 1 >= there)
        return scratch[there - 1];
    return scratch[at] + (h - (double)at) * (scratch[at + 1] - scratch[at]);
}

struct placed {
    double x;
    size_t at;
};

static int up(const void *a, const void *b)
{
    const struct placed *p = a, *q = b;

    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->at > q->at) - (p->at < q->at);
}

static void rank(const double *x, size_t n, double sign, int32_t *out)
{
    struct placed *list = xt_alloc((n + 1) * sizeof *list);
    size_t i, there = 0;

    for (i = 0; i < n; i++) {
        out[i] = 0;
        if (!isnan(x[i]))
            list[there++] = (struct placed){sign * x[i], i};
    }
    qsort(list, there, sizeof *list, up);
    for (i = 0; i < there; i++)
        out[list[i].at] = i > 0 && list[i].x == list[i - 1].x ? out[list[i - 1].at] : (int32_t)i + 1;
    free(list);
}

void xt_stat_rank_down(const double *x, size_t n, int32_t *out)
{
    rank(x, n, -1, out);
}

void xt_stat_rank_up(const double *x, size_t n, int32_t *out)
{
    rank(x, n, 1, out);
}
