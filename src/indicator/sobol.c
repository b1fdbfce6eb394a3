/* sobol.c - Sobol' points by Gray-free evaluation (each point from the bits of its number), and numbers from a counter. */
#include "indicator/sobol.h"

#include <assert.h>
#include <math.h>

#define BITS 32u

struct polynomial { /* primitive over GF(2): degree, inner coefficients, first direction numbers */
    uint32_t degree, a, m[7];
};
/* Dimensions 2 to 20 of new-joe-kuo-6.21201 (S. Joe, F. Y. Kuo, SIAM J. Sci. Comput. 30, 2635-2654, 2008). */
static const struct polynomial POLYNOMIALS[XT_SOBOL_DIMENSIONS_MAX - 1] = {
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
};

/* Direction number k (from 0) of a dimension, as a fraction of 2^32. */
static uint32_t direction(size_t dimension, uint32_t k)
{
    const struct polynomial *p;
    uint32_t v[BITS], i, j;

    if (dimension == 0)
        return 1u << (BITS - 1 - k);
    p = &POLYNOMIALS[dimension - 1];
    for (i = 0; i <= k; i++) {
        if (i < p->degree) {
            v[i] = p->m[i] << (BITS - 1 - i);
            continue;
        }
        v[i] = v[i - p->degree] ^ (v[i - p->degree] >> p->degree);
        for (j = 1; j < p->degree; j++)
            if ((p->a >> (p->degree - 1 - j)) & 1)
                v[i] ^= v[i - j];
    }
    return v[k];
}

double xt_sobol(uint32_t at, size_t dimension)
{
    uint32_t x = 0, k;

    assert(dimension < XT_SOBOL_DIMENSIONS_MAX);
    for (k = 0; at >> k; k++)
        if ((at >> k) & 1)
            x ^= direction(dimension, k);
    return ((double)x + 0.5) / 4294967296.0;
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

double xt_uniform(uint64_t seed, uint64_t at)
{
    uint64_t z = mix(mix(seed + 0x9E3779B97F4A7C15u) + (at + 1) * 0x9E3779B97F4A7C15u);

    return ((double)(z >> 11) + 0.5) / 9007199254740992.0;
}

double xt_normal(uint64_t seed, uint64_t at)
{
    return sqrt(-2 * log(xt_uniform(seed, 2 * at))) * cos(2 * 3.14159265358979323846 * xt_uniform(seed, 2 * at + 1));
}
