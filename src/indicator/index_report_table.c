/*
 * index_report_table.c - every indicator of a unit: value, rank, median, what it gives to the score. What does not fit on
 * the unit's first page goes on over further ones.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "indicator/index_report_priv.h"

#define ROW_LEAST  15.6
#define ROW_MOST   21.0
#define HEAD       26.0
#define NOTE       40.0 /* the small print under it */
#define GAP        7.0
#define BAR        72.0
#define POINTS     34.0
#define CODE_MOST  60.0
#define UNIT_MOST  64.0
#define VALUE_MOST 84.0

static const struct xt_type plain = {.size = 8.5, .ink = XT_INK_TEXT};
static const struct xt_type quiet = {.size = 7.5, .ink = XT_INK_QUIET};
static const struct xt_type title = {.size = 9.5, .bold = true, .ink = XT_INK_TEXT};

/* ---- columns ---- */

static double at_least(double width, double least, double most)
{
    return width < least ? least : width > most ? most : width;
}

/* Figures are of equal width, so the longest is the widest. */
static void longest_figures(const struct report *r, size_t *values, size_t *medians)
{
    char figure[XT_FIGURE_SIZE];
    size_t c, i, n;

    for (c = 0; c < r->book->tree->indicator_count; c++) {
        n = strlen(xt_index_figure(r->median_value[c], figure));
        *medians = n > *medians ? n : *medians;
        for (i = 0; i < r->units; i++) {
            n = strlen(xt_index_figure(r->value[c][r->rows[i]], figure));
            *values = n > *values ? n : *values;
        }
    }
}

void report_table_columns(struct report *r)
{
    const struct xt_index_tree *tree = r->book->tree;
    double digit = xt_paper_measure(r->paper, plain, "0"), code = 0, unit = 0;
    size_t values = 0, medians = 0, c;
    char ranks[32];

    for (c = 0; c < tree->indicator_count; c++) {
        const struct xt_index_node *n = &tree->nodes[tree->indicators[c]];

        if (strcmp(report_label(r, tree->indicators[c]), n->code) != 0)
            code = fmax(code, xt_paper_measure(r->paper, quiet, n->code));
        unit = fmax(unit, n->unit ? xt_paper_measure(r->paper, quiet, n->unit) : 0);
    }
    longest_figures(r, &values, &medians);
    (void)snprintf(ranks, sizeof ranks, "%zu", r->ranked);
    r->columns = (struct report_columns){
        .code = code > 0 ? at_least(code, 12, CODE_MOST) : -GAP, /* no column at all */
        .value = at_least(digit * (double)(values + 1), 26, VALUE_MOST),
        .unit = unit > 0 ? at_least(unit, 20, UNIT_MOST) : 0,
        .rank = at_least(digit * (double)strlen(ranks), 22, 60),
        .median = at_least(digit * (double)medians, 30, VALUE_MOST),
    };
}

/* Left edges of the columns behind the name. */
struct edges {
    double name, value, unit, rank, median, bar, points;
};

static struct edges edges_of(const struct report *r)
{
    const struct report_columns *w = &r->columns;
    struct edges e;

    e.points = RIGHT - POINTS;
    e.bar = e.points - BAR - GAP / 2;
    e.median = e.bar - GAP - w->median;
    e.rank = e.median - GAP - w->rank;
    e.unit = e.rank - (w->unit > 0 ? GAP / 2 : 0) - w->unit;
    e.value = e.unit - (w->unit > 0 ? GAP / 2 : GAP) - w->value;
    e.name = LEFT + w->code + GAP;
    return e;
}

/* ---- rows ---- */

static void draw_head(const struct report *r, double y)
{
    struct xt_type right = report_aligned(quiet, XT_RIGHT);
    struct edges e = edges_of(r);

    xt_paper_text(r->paper, LEFT, y, 200, title, say(r, "各项指标", "Indicators"));
    y += 14;
    xt_paper_text(r->paper, e.value - 20, y, r->columns.value + 20, right, say(r, "数值", "value"));
    if (r->columns.unit > 0)
        xt_paper_text(r->paper, e.unit, y, r->columns.unit + GAP, quiet, say(r, "单位", "unit"));
    xt_paper_text(r->paper, e.rank, y, r->columns.rank, right, say(r, "名次", "rank"));
    xt_paper_text(r->paper, e.median, y, r->columns.median, right, say(r, "中位数", "median"));
    xt_paper_text(r->paper, e.bar, y, RIGHT - e.bar, quiet, say(r, "对得分的贡献", "what it gives to the score"));
    xt_paper_line(r->paper, LEFT, y + 11, RIGHT, y + 11, 0.5, XT_INK_LINE, false);
}

static void draw_row(const struct report *r, size_t row, size_t column, double y, double height)
{
    const struct xt_index_book *book = r->book;
    size_t node = book->tree->indicators[column];
    const struct xt_index_node *n = &book->tree->nodes[node];
    double contribution = book->share[node] * book->score[node][row];
    struct xt_type right = report_aligned(plain, XT_RIGHT);
    struct edges e = edges_of(r);
    char figure[XT_FIGURE_SIZE], text[SAY_SIZE];

    if (strcmp(report_label(r, node), n->code) != 0)
        xt_paper_cell(r->paper, LEFT, y, r->columns.code + 2, height, quiet, n->code);
    (void)snprintf(text, sizeof text, "%.200s%s", report_label(r, node), n->direction < 0 ? " ↓" : "");
    xt_paper_cell(r->paper, e.name, y, e.value - GAP - e.name, height, plain, text);
    (void)snprintf(text, sizeof text, "%s%s", xt_index_figure(r->value[column][row], figure),
                   xt_index_book_filled(book, column, row) ? "*" : "");
    xt_paper_cell(r->paper, e.value - GAP, y, r->columns.value + GAP, height, right, text);
    if (n->unit)
        xt_paper_cell(r->paper, e.unit, y, r->columns.unit + 2, height, quiet, n->unit);
    (void)snprintf(text, sizeof text, "%d", book->rank[node][row]);
    xt_paper_cell(r->paper, e.rank, y, r->columns.rank, height, right, book->rank[node][row] > 0 ? text : "—");
    xt_paper_cell(r->paper, e.median, y, r->columns.median, height, right,
                  xt_index_figure(r->median_value[column], figure));
    report_bar(r, e.bar, y + height / 2 - 3.5, BAR, 7, contribution, book->share[node] * r->median_score[node],
               r->least, r->largest);
    (void)snprintf(text, sizeof text, "%.2f", contribution);
    xt_paper_cell(r->paper, e.points, y, POINTS, height, right, isnan(contribution) ? "—" : text);
}

/* ---- the whole ---- */

static double room_from(double y)
{
    return BOTTOM - NOTE - y - HEAD;
}

static size_t rows_from(double y)
{
    return (size_t)(room_from(y) / ROW_LEAST);
}

int report_table_pages(const struct report *r, double y, double y_more)
{
    size_t n = r->book->tree->indicator_count, first = rows_from(y), more = rows_from(y_more);

    return n <= first ? 1 : 1 + (int)((n - first + more - 1) / more);
}

static void draw_note(const struct report *r)
{
    struct xt_type small = {.size = 6.8, .ink = XT_INK_QUIET, .lines = 4};
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    xt_text_init(&text, r->words.n + XT_KIB);
    xt_text_add_z(
        &text,
        say(r, "* 填补的值；↓ 越小越好。贡献 = 名义权重 × 标准化得分，各图的竖线是本期各单位的中位数。",
            "* filled in; ↓ better when less. Contribution = nominal share × normalised value; ticks are medians "
            "of the units of the period. "));
    xt_text_add_str(&text, xt_text_view(&r->words));
    xt_paper_text(r->paper, LEFT, BOTTOM - NOTE + 8, WIDE, small, text.s);
}

size_t report_table(const struct report *r, size_t row, size_t first, double y)
{
    size_t left = r->book->tree->indicator_count - first, most = rows_from(y), i;
    double height = ROW_LEAST;

    if (left <= most) {
        most = left;
        height = at_least(room_from(y) / (double)left, ROW_LEAST, ROW_MOST);
    }
    draw_head(r, y);
    for (i = 0; i < most; i++) {
        double at = y + HEAD + height * (double)i;

        draw_row(r, row, first + i, at, height - 0.5);
        xt_paper_line(r->paper, LEFT, at + height - 0.5, RIGHT, at + height - 0.5, 0.3, XT_INK_LINE, false);
    }
    draw_note(r);
    return first + most;
}
