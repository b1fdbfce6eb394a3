/* index_stat.c - means, moments, quantiles and ranks; missing values (NaN) are left out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static double skew_of(const struct moments *m)
{
    if (m->n < 3 || m->m2 <= 0)
        return NAN;
    return m->m3 / pow(m->m2, 1.5) * sqrt(m->n * (m->n - 1)) / (m->n - 2);
}

static double kurtosis_of(const struct moments *m)
{
    if (m->n < 4 || m->m2 <= 0)
        return NAN;
    return ((m->n + 1) * (m->m4 / (m->m2 * m->m2) - 3) + 6) * (m->n - 1) / ((m->n - 2) * (m->n - 3));
}

void xt_stat_shape(const double *x, size_t n, double *skew, double *kurtosis)
{
    struct moments m = moments_of(x, n);

    *skew = skew_of(&m);
    *kurtosis = kurtosis_of(&m);
}

double xt_stat_skew(const double *x, size_t n)
{
    struct moments m = moments_of(x, n);

    return skew_of(&m);
}

double xt_stat_kurtosis(const double *x, size_t n)
{
    struct moments m = moments_of(x, n);

    return kurtosis_of(&m);
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

/* ---- order ---- */

struct placed {
    uint64_t key; /* in the order of the numbers */
    size_t at;
};

/* Bits of a number that compare as the number does; both zeros are one. */
static uint64_t key_of(double x)
{
    uint64_t bits;

    x += 0.0;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

#define FEW    64u /* so many are put in their places one by one */
#define DIGIT  11u
#define DIGITS (1u << DIGIT)
#define UPPER  (64 - 3 * DIGIT) /* the first of the bits that are looked at first */

/* False, with the list in some order, when more than most moves would be needed. */
static bool insert_each(struct placed *list, size_t n, size_t most)
{
    size_t i, k;

    for (i = 1; i < n; i++) {
        struct placed one = list[i];

        for (k = i; k > 0 && list[k - 1].key > one.key; k--)
            list[k] = list[k - 1];
        list[k] = one;
        if (i - k > most)
            return false;
        most -= i - k;
    }
    return true;
}

/* By digits from bit `shift` to the first, those left out in which all are equal. other holds n, too; gives the one of the two
 * in which the sorted list lies. */
static struct placed *by_digits(struct placed *list, struct placed *other, size_t n, unsigned shift)
{
    size_t first[DIGITS], i;

    for (; shift < 64; shift += DIGIT) {
        size_t sum = 0;
        struct placed *was = list;

        memset(first, 0, sizeof first);
        for (i = 0; i < n; i++)
            first[list[i].key >> shift & (DIGITS - 1)]++;
        if (first[list[0].key >> shift & (DIGITS - 1)] == n)
            continue;
        for (i = 0; i < DIGITS; i++) {
            size_t count = first[i];

            first[i] = sum;
            sum += count;
        }
        for (i = 0; i < n; i++)
            other[first[list[i].key >> shift & (DIGITS - 1)]++] = list[i];
        list = other;
        other = was;
    }
    return list;
}

static int by_key(const void *a, const void *b)
{
    const struct placed *p = a, *q = b;

    return (p->key > q->key) - (p->key < q->key);
}

/* Half the digits put nearly all in their places; where they do not, the others are looked at, too. Lists that are shorter than
 * a table of digits are left to qsort. */
static struct placed *ordered(struct placed *list, struct placed *other, size_t n)
{
    struct placed *sorted = list;

    if (n <= FEW) {
        (void)insert_each(list, n, FEW * FEW);
    } else if (n < DIGITS / 8) {
        qsort(list, n, sizeof *list, by_key);
    } else {
        sorted = by_digits(list, other, n, UPPER);
        if (!insert_each(sorted, n, 2 * n))
            sorted = by_digits(sorted, sorted == list ? other : list, n, 0);
    }
    return sorted;
}

static void rank(const double *x, size_t n, double sign, int32_t *out)
{
    struct placed few[FEW], *list = n <= FEW ? few : xt_alloc(2 * n * sizeof *list), *sorted;
    size_t i, there = 0;

    for (i = 0; i < n; i++) {
        out[i] = 0;
        if (!isnan(x[i]))
            list[there++] = (struct placed){key_of(sign * x[i]), i};
    }
    sorted = ordered(list, list + n, there);
    for (i = 0; i < there; i++)
        out[sorted[i].at] = i > 0 && sorted[i].key == sorted[i - 1].key ? out[sorted[i - 1].at] : (int32_t)i + 1;
    if (list != few)
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
