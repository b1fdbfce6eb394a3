/*
 * index_release.h - a release: what was published of an index, with all that made it.
 *
 * A release is one JSON document: the definition, the recipe, the data and their hash, seed and generator of the draws,
 * scores, ranks, intervals, warnings. It holds no time and no place, and its numbers are written with 12 digits, so the same
 * data and recipe give the same bytes on any machine. A release is never changed; another one has another hash.
 */
#ifndef XT_INDICATOR_INDEX_RELEASE_H
#define XT_INDICATOR_INDEX_RELEASE_H

#include "base/json.h"
#include "indicator/index_data.h"

#define XT_RELEASE_ID 17 /* the first 16 hex digits of the SHA-256 of its bytes, and a zero */

enum xt_uncertainty { XT_UNCERTAIN_NO, XT_UNCERTAIN_DRAW, XT_UNCERTAIN_SOBOL, XT_UNCERTAIN_EXACT };

struct xt_index_release_options {
    enum xt_uncertainty uncertainty;
    size_t draws;   /* 0 = as the file says */
    int32_t period; /* of the intervals; 0 = the last */
    unsigned threads;
    const char *const *chosen; /* definitions taken, "D12=by-kind"; NULL-terminated, may be NULL */
};

/* Runs file on data and writes the release into out. warnings as for xt_index_run(). Where the file says so, the weights of the
 * indicators are those of the first component of their group. */
XT_MUST_USE enum xt_code xt_index_release_make(struct xt_index_file *file, const struct xt_index_data *data,
                                               const struct xt_index_release_options *options, struct xt_text *out,
                                               struct xt_problems *problems, struct xt_problems *warnings,
                                               struct xt_error *err);

/* A release read back: the file and the data in it can be run again. */
struct xt_index_release {
    json_t *json;
    struct xt_index_file *file;
    struct xt_index_data *data;
};
XT_MUST_USE enum xt_code xt_index_release_read(struct xt_str json, struct xt_index_release *out,
                                               struct xt_problems *problems, struct xt_error *err);
void xt_index_release_done(struct xt_index_release *release);

/* Whether running it again gives the same bytes: XT_OK, or XT_E_CONFLICT naming the first byte that differs. */
XT_MUST_USE enum xt_code xt_index_release_verify(struct xt_str json, struct xt_problems *problems,
                                                 struct xt_error *err);

/* The runs that the intervals of a release came from, made again: for questions that it holds no answer to. The caller calls
 * xt_sensitivity_done(). XT_E_NOT_FOUND where it has no intervals. */
XT_MUST_USE enum xt_code xt_index_release_draws(struct xt_index_release *release, unsigned threads,
                                                struct xt_sensitivity *out, struct xt_problems *problems,
                                                struct xt_error *err);

/* Of a release, by unit and node; NaN and 0 where there is none. */
/* unit: a code, or else a name; SIZE_MAX = there is none. */
size_t xt_index_release_row(const struct xt_index_release *release, const char *unit, int32_t period);
double xt_index_release_score(const struct xt_index_release *release, size_t node, size_t row);
int32_t xt_index_release_rank(const struct xt_index_release *release, size_t node, size_t row);
int32_t xt_index_release_last(const struct xt_index_release *release); /* period */

/* A figure as releases have it: 12 digits, more than any means and fewer than the last place in which the mathematics of two
 * machines may differ; -0 is 0. Not for NaN. */
#define XT_RELEASE_FIGURE_SIZE 40
char *xt_index_release_figure(double value, char out[XT_RELEASE_FIGURE_SIZE]);
void xt_index_release_add(struct xt_json *w, double value); /* as JSON; null = NaN */

/* Why scores changed from one release to a later one of the same index: for each row of the later one (heap arrays, to be
 * freed), what its own figures did by the yardstick of the earlier one, and what the yardstick did. NaN where either lacks
 * the unit. change is between the scores of the two; own is measured by the later recipe, and the yardstick is the rest: what
 * the figures of others, their treatment and a changed recipe did. */
struct xt_index_split {
    double *change, *own, *yardstick;
};
XT_MUST_USE enum xt_code xt_index_release_split(const struct xt_index_release *before,
                                                const struct xt_index_release *after, struct xt_index_split *out,
                                                struct xt_error *err);

#endif
