/*
 * sobol.h - quasi-random points: Sobol' sequence in base 2 (Sobol' 1967), direction numbers of Joe and Kuo (2008, "new-joe-kuo-6").
 *
 * Points are counted from 0 (all zeros) and may be asked for in any order, so that threads need not share a state.
 */
#ifndef XT_INDICATOR_SOBOL_H
#define XT_INDICATOR_SOBOL_H

#include <stddef.h>
#include <stdint.h>

#define XT_SOBOL_DIMENSIONS_MAX 20

/* Coordinate `dimension` (from 0) of point `at`, within [0, 1), shifted by half of its last place so that no coordinate is 0. */
double xt_sobol(uint32_t at, size_t dimension);

/* Independent numbers within (0, 1) from a seed and a place: the same for the same, whoever asks. splitmix64 (Steele, Lea, Flood 2014). */
double xt_uniform(uint64_t seed, uint64_t at);
double xt_normal(uint64_t seed, uint64_t at); /* mean 0, standard deviation 1 (Box and Muller) */

#endif
