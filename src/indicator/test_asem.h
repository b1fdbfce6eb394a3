/*
 * test_asem.h - a reference's index of 51 countries (XIETONG_DATA/index/coinr-asem) as a tree and a table; for tests only.
 */
#ifndef XT_INDICATOR_TEST_ASEM_H
#define XT_INDICATOR_TEST_ASEM_H

#include "indicator/index.h"

struct csv {
    struct xt_arena arena;
    struct xt_str *heads;
    size_t columns, rows;
    struct xt_str *cells;
};
void read_csv(const char *name, struct csv *csv);
void csv_done(struct csv *csv);
size_t column(const struct csv *csv, const char *name); /* fails the test when there is none */
const char *cell(const struct csv *csv, size_t row, size_t at);
double number(const char *s); /* "" and "NA" are NaN */

struct asem {
    struct xt_arena arena;
    struct csv meta, data;
    struct xt_index_tree tree;
    struct xt_index_table table;
};
bool has_asem(void); /* false: the data are not here */
void make_asem(struct asem *a);
void asem_done(struct asem *a);
void asem_run(struct asem *a, const struct xt_index_recipe *recipe, struct xt_index_result *result);

/* The package's own example: denominators, group means, screening, treatment, 0 to 100, arithmetic means. */
extern const struct xt_index_recipe WORKED;

#define MINMAX(l, h)                                                                          \
    {                                                                                         \
        .kind = XT_STEP_NORMALISE, .normalise = {.method = XT_NORM_MINMAX, .lo = l, .hi = h } \
    }
#define MEANS                                                                                   \
    {                                                                                           \
        .kind = XT_STEP_AGGREGATE, .aggregate = {.by_level = {XT_AGG_ARITHMETIC}, .levels = 1 } \
    }
#define TREAT(n)                                       \
    {                                                  \
        .kind = XT_STEP_TREAT, .treat = {.points = n } \
    }

#define WITH_REFERENCE(a)                                                              \
    if (!has_asem()) {                                                                 \
        print_message("skipped: no reference data (XIETONG_DATA/index/coinr-asem)\n"); \
        skip();                                                                        \
    }                                                                                  \
    make_asem(a)

#endif
