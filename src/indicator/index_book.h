/*
 * index_book.h - a release laid open for those who write it out: scores, ranks and intervals as arrays, the steps run
 * again, each unit's years beside one another, changes from period to period.
 *
 * Scores, ranks, intervals and effects are those that the release says; the values after each step are made by running
 * its recipe on its data once more. All arrays live in the book until xt_index_book_done(); the release is borrowed and
 * must outlive it. One thread at a time.
 */
#ifndef XT_INDICATOR_INDEX_BOOK_H
#define XT_INDICATOR_INDEX_BOOK_H

#include "base/time.h"
#include "indicator/analysis.h"
#include "indicator/index_release.h"

#define XT_INDEX_PEERS_MIN 4 /* a smaller group says little: all units of the period are the peers then */

struct xt_index_range { /* of the rank of the top, from the draws */
    bool known;
    double low, median, mean, high, top10; /* low and high: 5 and 95 %; top10: probability */
    int32_t best, worst;
};

struct xt_index_moved { /* since the unit's period before; NaN and 0 where there is none */
    double change, own, yardstick;
    int32_t rank_before;
    size_t row_before; /* SIZE_MAX = none */
};

struct xt_index_book {
    const struct xt_index_release *release;
    const struct xt_index_file *file;
    const struct xt_index_tree *tree;
    const struct xt_index_table *table;
    struct xt_arena arena;
    char id[XT_RELEASE_ID];                 /* first digits of the hash of the release's bytes */
    double **score;                         /* [node][row]; NaN = missing */
    int32_t **rank;                         /* [node][row]; 0 = missing */
    struct xt_index_range *range;           /* [row] */
    double *weight;                         /* [node]: siblings sum to 1 */
    double *share, *variance, *correlation; /* [node]: of the top, as struct xt_node_effect has them */
    const int32_t *period;                  /* [row]; 0 where there are none */
    int32_t *periods;                       /* ascending */
    size_t *ranked;                         /* [period]: how many of its rows have a rank */
    size_t period_count;
    size_t *by_period,
        *period_first;             /* rows of periods[i], best rank first: by_period[period_first[i]] up to [i + 1] */
    size_t *by_unit, *place;       /* rows by unit and period, and where each row stands there */
    struct xt_index_recipe recipe; /* as it was run */
    struct xt_index_result run;
    struct xt_problems warnings;
    struct xt_index_moved *moved; /* [row] */
};

/* The id of a release whose bytes these are. */
void xt_index_release_id(struct xt_str json, char out[XT_RELEASE_ID]);
XT_MUST_USE enum xt_code xt_index_book_open(const struct xt_index_release *release, const char *id,
                                            struct xt_index_book *out, struct xt_problems *problems,
                                            struct xt_error *err);
void xt_index_book_done(struct xt_index_book *book);

struct xt_index_opened { /* a release and the book of it, from its bytes */
    struct xt_index_release release;
    struct xt_index_book book;
    bool open;
};
XT_MUST_USE enum xt_code xt_index_open(struct xt_str json, struct xt_index_opened *out, struct xt_problems *problems,
                                       struct xt_error *err);
void xt_index_opened_done(struct xt_index_opened *opened); /* for XT_AUTO; never opened is fine */

const char *xt_index_book_label(const struct xt_index_book *book, size_t node, enum xt_lang lang);
const char *xt_index_book_title(const struct xt_index_book *book, enum xt_lang lang); /* of the index */
size_t xt_index_book_units(const struct xt_index_book *book, size_t period_at);       /* how many rows the period has */
size_t xt_index_book_period_at(const struct xt_index_book *book, size_t row);         /* which of periods a row is of */
size_t xt_index_book_ranked(const struct xt_index_book *book, size_t period_at); /* and how many of them have a rank */
/* What a value went through: filled by an imputation, changed as an outlier. column: the place of an indicator. */
bool xt_index_book_filled(const struct xt_index_book *book, size_t column, size_t row);
bool xt_index_book_treated(const struct xt_index_book *book, size_t column, size_t row);
/* The value before step `at`: as it was read, or as the step before left it. */
double xt_index_book_before(const struct xt_index_book *book, size_t at, size_t column, size_t row);
/* The years of a row's unit, itself among them: from *out on, so many rows. */
size_t xt_index_book_years(const struct xt_index_book *book, size_t row, const size_t **out);
/* Rows with a rank of the same period that row is set beside: those of its group where they are XT_INDEX_PEERS_MIN or more, else all.
 * Into out (of as many entries as the period has rows); *grouped says which. */
size_t xt_index_book_peers(const struct xt_index_book *book, size_t row, size_t *out, bool *grouped);
/* Median over the rows of a period (NaN left out) of a column of values by row. */
double xt_index_book_median(const struct xt_index_book *book, size_t period_at, const double *values);
/* The instant that files made of a release bear: the end of its last year, so that the same release gives the same bytes.
 * UTC; 2000-01-01 where periods are no years. */
xt_instant xt_index_book_instant(const struct xt_index_book *book);

/* A figure for people: as many decimals as its column asks for, at most `digits` of meaning; thousands separated. */
#define XT_FIGURE_SIZE 48
char *xt_index_figure(double value, char out[XT_FIGURE_SIZE]);

#endif
