/* index_report_priv.h - what the pages of a report share; for index_report*.c only. */
#ifndef XT_INDICATOR_INDEX_REPORT_PRIV_H
#define XT_INDICATOR_INDEX_REPORT_PRIV_H

#include "indicator/index_report.h"
#include "indicator/index_report_draw.h"
#include "indicator/index_words.h"

#define LEFT     XT_PAPER_MARGIN
#define RIGHT    (XT_PAPER_WIDTH - XT_PAPER_MARGIN)
#define WIDE     (RIGHT - LEFT)
#define TOP      62.0  /* of what a page says, under its head */
#define BOTTOM   776.0 /* above its foot */

#define SAY_SIZE 256

/* A macro, so that the compiler sees both where they are formats. */
#define say(r, zh, en) ((r)->lang == XT_ZH ? zh : en)

struct report_columns { /* widths in the table of indicators, as what stands in them needs */
    double code, value, unit, rank, median;
};

struct report {
    const struct xt_index_book *book;
    struct xt_paper *paper;
    enum xt_lang lang;
    size_t period_at;         /* of book->periods */
    const size_t *rows;       /* of that period, best rank first */
    size_t units, ranked;     /* how many they are, and how many have a rank */
    bool intervals;           /* some unit of the period has one */
    double **value;           /* [indicator][row]: in its unit, filled in, outliers as they are */
    double *median_value;     /* [indicator] */
    double *median_score;     /* [node] */
    double *median_by_period; /* [period]: of the top */
    double largest,
        least; /* of the contributions of the indicators in the period: one scale for all pages; least is 0 or below */
    struct report_columns columns;
    struct xt_text words; /* the method in a few words, for the foot of a unit's page */
    int pages;            /* of the whole */
};

/* index_report_unit.c: pages that a unit takes, and they themselves. */
int report_unit_pages(const struct report *r);
void report_unit(struct report *r, size_t row);

/* A bar from zero, and a tick where the median is; least is 0 or below. */
void report_bar(const struct report *r, double x, double y, double width, double height, double value, double median,
                double least, double largest);

/* index_report_table.c: the indicators of a unit. Widths once for a report; pages when the table begins at y and goes on
 * at y_more; the table from indicator `first` on, and how far it came. */
void report_table_columns(struct report *r);
int report_table_pages(const struct report *r, double y, double y_more);
size_t report_table(const struct report *r, size_t row, size_t first, double y);

/* index_report_all.c: cover, definition, ranking. first_unit is the page of the first unit. */
int report_cover_pages(const struct report *r);
int report_ranking_pages(const struct report *r);
void report_cover(struct report *r);
void report_ranking(struct report *r, int first_unit);

/* index_report.c: what stands at the head and foot of every page; then the next one. */
void report_head(struct report *r);
void report_foot(struct report *r);
struct xt_type report_aligned(struct xt_type type, enum xt_align align);
const char *report_label(const struct report *r, size_t node);
/* An interval in whole ranks, "3–7"; outward, so that what is said holds no less than what was drawn. */
void report_range(const struct xt_index_range *range, char *out, size_t size);

#endif
