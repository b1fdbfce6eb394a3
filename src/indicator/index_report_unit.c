/*
 * index_report_unit.c - the page of a unit: where it stands and how surely, its years, what makes its score, what lifts and
 * lowers it beside its peers, every indicator. Indicators that do not fit go on over further pages.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indicator/index_report_priv.h"

#define PANEL    112.0
#define REASON   17.0 /* of a strength or weakness */
#define REASONS  3    /* strengths, and weaknesses */
#define BARS_MAX 7    /* of the first panel */

static const struct xt_type plain = {.size = 8.5, .ink = XT_INK_TEXT};
static const struct xt_type quiet = {.size = 7.5, .ink = XT_INK_QUIET};
static const struct xt_type title = {.size = 9.5, .bold = true, .ink = XT_INK_TEXT};

/* "+1.23", "−0.47" with the sign that is as wide as a plus. */
static const char *signed_figure(double value, char out[SAY_SIZE])
{
    (void)snprintf(out, SAY_SIZE, "%s%.2f", value < 0 ? "\u2212" : "+", fabs(value));
    return out;
}

static bool has_years(const struct report *r)
{
    return r->book->period_count > 1;
}

/* ---- head: name, place, score ---- */

#define NAME 22.0 /* points of a name that fits */

/* Smaller where it is long, then on two lines. */
static void draw_long(const struct report *r, const char *name)
{
    static const double sizes[] = {NAME, 18, 15};
    struct xt_type type = {.size = NAME, .bold = true, .ink = XT_INK_BRAND};
    size_t i;

    for (i = 0; i < XT_COUNT(sizes); i++) {
        type.size = sizes[i];
        if (xt_paper_measure(r->paper, type, name) > WIDE)
            continue;
        xt_paper_text(r->paper, LEFT, TOP + (NAME - type.size) * 0.8, WIDE, type, name);
        return;
    }
    xt_paper_cell(r->paper, LEFT, TOP, WIDE, 31, type, name);
}

static void draw_name(const struct report *r, size_t row)
{
    const struct xt_index_table *table = r->book->table;
    const char *name = r->book->release->data->names[row], *group = table->group ? table->group[row] : NULL;
    char under[2 * SAY_SIZE];

    draw_long(r, name);
    (void)snprintf(under, sizeof under, "%s%s%s", strcmp(table->unit[row], name) == 0 ? "" : table->unit[row],
                   group && strcmp(table->unit[row], name) != 0 ? "　" : "", group ? group : "");
    xt_paper_text(r->paper, LEFT, TOP + 33, WIDE, quiet, under);
}

static void draw_fact(const struct report *r, double x, double width, const char *what, const char *value,
                      const char *more)
{
    double y = TOP + 52;

    xt_paper_text(r->paper, x, y, width - 6, quiet, what);
    xt_paper_text(r->paper, x, y + 11, width - 6, (struct xt_type){.size = 17, .bold = true, .ink = XT_INK_TEXT},
                  value);
    xt_paper_text(r->paper, x, y + 36, width - 6, quiet, more);
}

static void fact_of_change(const struct report *r, size_t row, char value[SAY_SIZE], char more[SAY_SIZE])
{
    const struct xt_index_moved *m = &r->book->moved[row];
    int32_t rank = r->book->rank[r->book->tree->top][row];

    (void)snprintf(value, SAY_SIZE, "—");
    more[0] = '\0';
    if (m->row_before == SIZE_MAX || isnan(m->change))
        return;
    (void)signed_figure(m->change, value);
    if (rank < m->rank_before)
        (void)snprintf(more, SAY_SIZE, say(r, "名次升 %d 位", "up %d in rank"), m->rank_before - rank);
    else if (rank > m->rank_before)
        (void)snprintf(more, SAY_SIZE, say(r, "名次降 %d 位", "down %d in rank"), rank - m->rank_before);
    else
        (void)snprintf(more, SAY_SIZE, "%s", say(r, "名次不变", "same rank"));
}

static void draw_facts(const struct report *r, size_t row)
{
    const struct xt_index_book *book = r->book;
    const struct xt_index_range *range = &book->range[row];
    size_t top = book->tree->top;
    double step = WIDE / 5;
    char value[SAY_SIZE], more[SAY_SIZE], what[SAY_SIZE];

    (void)snprintf(value, sizeof value, "%d", book->rank[top][row]);
    (void)snprintf(more, sizeof more, say(r, "共 %zu 个单位", "of %zu units"), r->ranked);
    if (book->rank[top][row] == 0)
        (void)snprintf(value, sizeof value, "—");
    draw_fact(r, LEFT, step, say(r, "名次", "Rank"), value,
              book->run.out[row] ? say(r, "数据不足，未参加", "left out: too few values") : more);
    (void)snprintf(value, sizeof value, "%.2f", book->score[top][row]);
    (void)snprintf(more, sizeof more, say(r, "中位数 %.2f", "median %.2f"), r->median_score[top]);
    draw_fact(r, LEFT + step, step, say(r, "得分", "Score"), isnan(book->score[top][row]) ? "—" : value, more);
    if (r->intervals) {
        report_range(range, value, sizeof value);
        draw_fact(r, LEFT + 2 * step, step, say(r, "名次区间", "Rank interval"), range->known ? value : "—",
                  range->known ? say(r, "5%–95%", "5–95 %") : "");
        (void)snprintf(value, sizeof value, "%.0f%%", range->top10 * 100);
        draw_fact(r, LEFT + 3 * step, step, say(r, "进入前十的概率", "Chance of the first ten"),
                  range->known ? value : "—", "");
    }
    fact_of_change(r, row, value, more);
    what[0] = '\0';
    if (book->moved[row].row_before != SIZE_MAX)
        (void)snprintf(what, sizeof what, say(r, "得分比 %d 年", "Score since %d"),
                       book->period[book->moved[row].row_before]);
    if (what[0])
        draw_fact(r, LEFT + 4 * step, step, what, value, more);
}

/* ---- the ranks from first to last, and where the unit stands ---- */

static double place_x(const struct report *r, double rank)
{
    double last = r->ranked > 1 ? (double)r->ranked : 2;

    return LEFT + 4 + (rank - 1) / (last - 1) * (WIDE - 8);
}

static double draw_place(const struct report *r, size_t row, double y)
{
    const struct xt_index_range *range = &r->book->range[row];
    int32_t rank = r->book->rank[r->book->tree->top][row];
    char text[SAY_SIZE];

    xt_paper_box(r->paper, LEFT, y + 5, WIDE, 4, XT_INK_GROUND);
    if (range->known) {
        double from = place_x(r, range->low), to = place_x(r, range->high);

        xt_paper_line(r->paper, place_x(r, range->best), y + 7, place_x(r, range->worst), y + 7, 0.8, XT_INK_QUIET,
                      false);
        xt_paper_box(r->paper, from - 1, y + 3, to - from + 2, 8, XT_INK_SOFT);
    }
    if (rank > 0)
        xt_paper_dot(r->paper, place_x(r, rank), y + 7, 4, XT_INK_BRAND);
    xt_paper_text(r->paper, LEFT, y + 14, 60, quiet, say(r, "第 1 名", "1st"));
    (void)snprintf(text, sizeof text, say(r, "第 %zu 名", "%zu"), r->ranked);
    xt_paper_text(r->paper, RIGHT - 80, y + 14, 80, report_aligned(quiet, XT_RIGHT), text);
    xt_paper_text(r->paper, LEFT + 70, y + 14, WIDE - 150, report_aligned(quiet, XT_CENTRE),
                  !range->known ? ""
                                : say(r, "圆点：名次；色带：5% 至 95% 的名次；细线：最好与最差的名次",
                                      "dot: rank; band: 5 to 95 % of the ranks; line: best and worst"));
    return y + 34;
}

/* ---- the score over the years ---- */

struct frame { /* where points go */
    double x, y, width, height, low, high;
    size_t from, periods; /* the first with any score; all */
};

static double point_x(const struct frame *f, size_t at)
{
    size_t spans = f->periods - 1 - f->from;

    return f->x + (spans > 0 ? (double)(at - f->from) / (double)spans * f->width : f->width / 2);
}

static double point_y(const struct frame *f, double value)
{
    return f->y + f->height - (value - f->low) / (f->high - f->low) * f->height;
}

/* The rows of a unit by period; SIZE_MAX where it has none. */
static void rows_by_period(const struct report *r, size_t row, size_t *out)
{
    const size_t *years;
    size_t n = xt_index_book_years(r->book, row, &years), i;

    for (i = 0; i < r->book->period_count; i++)
        out[i] = SIZE_MAX;
    for (i = 0; i < n; i++)
        out[xt_index_book_period_at(r->book, years[i])] = years[i];
}

static void widen(struct frame *f, double value)
{
    if (isnan(value))
        return;
    f->low = value < f->low ? value : f->low;
    f->high = value > f->high ? value : f->high;
}

static void frame_of(const struct report *r, const size_t *rows, struct frame *f)
{
    const double *score = r->book->score[r->book->tree->top];
    double room;
    size_t i;

    f->low = INFINITY;
    f->high = -INFINITY;
    f->periods = r->book->period_count;
    f->from = 0;
    while (f->from + 1 < f->periods && isnan(r->median_by_period[f->from]))
        f->from++;
    for (i = f->from; i < f->periods; i++) {
        widen(f, rows[i] == SIZE_MAX ? NAN : score[rows[i]]);
        widen(f, r->median_by_period[i]);
    }
    if (!(f->low < f->high)) {
        f->low = isfinite(f->low) ? f->low - 1 : 0;
        f->high = f->low + 2;
    }
    room = (f->high - f->low) * 0.24; /* for the figures at the ends */
    f->low -= room * 1.4;
    f->high += room;
}

static void draw_line(const struct report *r, const struct frame *f, const double *values, double thick,
                      enum xt_ink ink, bool dashed)
{
    size_t i, last = SIZE_MAX;

    for (i = f->from; i < f->periods; i++) {
        if (isnan(values[i]))
            continue;
        if (last != SIZE_MAX)
            xt_paper_line(r->paper, point_x(f, last), point_y(f, values[last]), point_x(f, i), point_y(f, values[i]),
                          thick, ink, dashed || i > last + 1);
        last = i;
    }
}

/* Figures at both ends, above the line or below so that the median's do not lie on them. */
static void label_ends(const struct report *r, const struct frame *f, const double *values, const double *others,
                       struct xt_type type)
{
    size_t first = f->from, last = f->periods - 1, ends[2], i;
    char text[40];

    while (first < last && isnan(values[first]))
        first++;
    while (last > first && isnan(values[last]))
        last--;
    ends[0] = first;
    ends[1] = last;
    for (i = 0; i < (first == last ? 1U : 2U); i++) {
        size_t at = ends[i];
        bool above = isnan(others[at]) || values[at] >= others[at];

        if (isnan(values[at]))
            continue;
        (void)snprintf(text, sizeof text, "%.1f", values[at]);
        type.align = at == f->from ? XT_LEFT : at + 1 == f->periods ? XT_RIGHT : XT_CENTRE;
        xt_paper_text(r->paper,
                      point_x(f, at) - (type.align == XT_LEFT    ? 2
                                        : type.align == XT_RIGHT ? 38
                                                                 : 20),
                      point_y(f, values[at]) + (above ? -13 : 3), 40, type, text);
    }
}

/* Years under the axis, as many as there is room for, the last one always. */
static void label_years(const struct report *r, const struct frame *f, const size_t *rows)
{
    size_t stride = 1 + (f->periods - 1 - f->from) / 6, i;
    char text[40];

    for (i = f->from; i < f->periods; i++) {
        bool shown = (f->periods - 1 - i) % stride == 0;
        int32_t rank = rows[i] == SIZE_MAX ? 0 : r->book->rank[r->book->tree->top][rows[i]];
        double x = point_x(f, i);
        enum xt_align align = i == f->from ? XT_LEFT : i + 1 == f->periods ? XT_RIGHT : XT_CENTRE;
        double from = align == XT_LEFT ? x : align == XT_RIGHT ? x - 40 : x - 20;

        if (!shown)
            continue;
        (void)snprintf(text, sizeof text, "%d", r->book->periods[i]);
        xt_paper_text(r->paper, from, f->y + f->height + 2, 40, report_aligned(quiet, align), text);
        (void)snprintf(text, sizeof text, say(r, "第%d", "#%d"), rank);
        xt_paper_text(r->paper, from, f->y + f->height + 11, 40, report_aligned(quiet, align), rank > 0 ? text : "—");
    }
}

static void draw_years(const struct report *r, size_t row, double x, double y, double width)
{
    const double *score = r->book->score[r->book->tree->top];
    size_t n = r->book->period_count, i, *rows = xt_calloc(n, sizeof *rows);
    double *values = xt_calloc(n, sizeof *values);
    struct frame f = {.x = x + 2, .y = y + 18, .width = width - 4, .height = PANEL - 50};
    struct xt_type strong = {.size = 7.5, .bold = true, .ink = XT_INK_BRAND};

    rows_by_period(r, row, rows);
    frame_of(r, rows, &f);
    for (i = 0; i < n; i++)
        values[i] = rows[i] == SIZE_MAX ? NAN : score[rows[i]];
    xt_paper_text(r->paper, x, y, width, title, say(r, "历年得分与名次", "Score and rank over the years"));
    xt_paper_text(r->paper, x, y + 1.5, width, report_aligned(quiet, XT_RIGHT),
                  say(r, "虚线：中位数", "dashed: median"));
    xt_paper_line(r->paper, x, f.y + f.height, x + width, f.y + f.height, 0.5, XT_INK_LINE, false);
    draw_line(r, &f, r->median_by_period, 0.8, XT_INK_QUIET, true);
    draw_line(r, &f, values, 1.6, XT_INK_BRAND, false);
    for (i = f.from; i < n; i++)
        if (!isnan(values[i]))
            xt_paper_dot(r->paper, point_x(&f, i), point_y(&f, values[i]), i == r->period_at ? 3 : 2, XT_INK_BRAND);
    label_ends(r, &f, r->median_by_period, values, quiet);
    label_ends(r, &f, values, r->median_by_period, strong);
    label_years(r, &f, rows);
    free(rows);
    free(values);
}

/* ---- what makes the score ---- */

/* A bar from zero, and a tick where the median is. */
void report_bar(const struct report *r, double x, double y, double width, double height, double value, double median,
                double least, double largest)
{
    double scale = width / (largest - least), zero = x - least * scale;

    xt_paper_box(r->paper, x, y, width, height, XT_INK_GROUND);
    if (!isnan(value))
        xt_paper_box(r->paper, value < 0 ? zero + value * scale : zero, y, fabs(value) * scale, height, XT_INK_BRAND);
    if (!isnan(median))
        xt_paper_line(r->paper, zero + median * scale, y - 1.5, zero + median * scale, y + height + 1.5, 1.2,
                      XT_INK_TEXT, false);
}

struct part { /* a child of the top */
    size_t node;
    double share;
};

static int by_share(const void *a, const void *b)
{
    const struct part *p = a, *q = b;

    if (p->share != q->share)
        return p->share > q->share ? -1 : 1;
    return (p->node > q->node) - (p->node < q->node);
}

static int by_node(const void *a, const void *b)
{
    const struct part *p = a, *q = b;

    return (p->node > q->node) - (p->node < q->node);
}

/* The children of the top that weigh most, in their order. */
static size_t parts_of(const struct report *r, struct part *parts)
{
    const struct xt_index_tree *tree = r->book->tree;
    size_t n = tree->child_count[tree->top], i;

    for (i = 0; i < n; i++) {
        parts[i].node = tree->child[tree->first[tree->top] + i];
        parts[i].share = r->book->share[parts[i].node];
    }
    qsort(parts, n, sizeof *parts, by_share);
    n = n < BARS_MAX ? n : BARS_MAX;
    qsort(parts, n, sizeof *parts, by_node);
    return n;
}

static void draw_parts(const struct report *r, size_t row, double x, double y, double width)
{
    const struct xt_index_book *book = r->book;
    struct part *parts = xt_calloc(book->tree->child_count[book->tree->top] + 1, sizeof *parts);
    size_t n = parts_of(r, parts), i, k;
    double least = 0, largest = 0, step = (PANEL - 22) / (double)(n > 4 ? n : 4), text = width * 0.4;
    char figures[SAY_SIZE];

    for (i = 0; i < n; i++)
        for (k = 0; k < r->units; k++) {
            double c = parts[i].share * book->score[parts[i].node][r->rows[k]];

            largest = c > largest ? c : largest;
            least = c < least ? c : least;
        }
    largest = largest > least ? largest : least + 1;
    xt_paper_text(r->paper, x, y, width, title, say(r, "各维度对得分的贡献", "What the dimensions give to the score"));
    xt_paper_text(r->paper, x, y + 1.5, width, report_aligned(quiet, XT_RIGHT), say(r, "竖线：中位数", "tick: median"));
    for (i = 0; i < n; i++) {
        double c = parts[i].share * book->score[parts[i].node][row];
        double at = y + 20 + step * (double)i;

        xt_paper_cell(r->paper, x, at - 3, text - 6, 18, plain, report_label(r, parts[i].node));
        report_bar(r, x + text, at + 2, width - text - 66, 8, c, parts[i].share * r->median_score[parts[i].node], least,
                   largest);
        (void)snprintf(figures, sizeof figures, say(r, "%.1f　第 %d", "%.1f  #%d"), c, book->rank[parts[i].node][row]);
        xt_paper_text(r->paper, x + width - 62, at, 62, report_aligned(plain, XT_RIGHT), isnan(c) ? "—" : figures);
    }
    free(parts);
}

/* ---- strengths and weaknesses ---- */

struct reason {
    size_t column;
    double beside; /* points of the score above the peers' mean */
};

static int by_beside(const void *a, const void *b)
{
    const struct reason *p = a, *q = b;

    if (p->beside != q->beside)
        return p->beside > q->beside ? -1 : 1;
    return (p->column > q->column) - (p->column < q->column);
}

/* From the most above the peers to the most below; how many there are. peers says who they are. */
static size_t reasons_of(const struct report *r, size_t row, struct reason *reasons, char peers[SAY_SIZE])
{
    const struct xt_index_book *book = r->book;
    size_t count = book->tree->indicator_count, n = 0, c, *others = xt_calloc(r->units, sizeof *others), k;
    double *beside = xt_calloc(count, sizeof *beside);
    bool grouped;

    k = xt_index_book_peers(book, row, others, &grouped);
    xt_index_against(book->tree, &book->run, row, others, k, beside);
    if (grouped)
        (void)snprintf(
            peers, SAY_SIZE,
            say(r, "与同组（%.60s，%zu 个单位）的平均相比", "beside the mean of its group (%.60s, %zu units)"),
            book->table->group[row], k);
    else
        (void)snprintf(peers, SAY_SIZE, say(r, "与全部 %zu 个单位的平均相比", "beside the mean of all %zu units"), k);
    for (c = 0; c < count; c++)
        if (!isnan(beside[c]))
            reasons[n++] = (struct reason){c, beside[c]};
    qsort(reasons, n, sizeof *reasons, by_beside);
    free(others);
    free(beside);
    return n;
}

static void draw_reason(const struct report *r, const struct reason *reason, double x, double y, double width,
                        double largest)
{
    double bar = largest > 0 ? fabs(reason->beside) / largest * 56 : 0;
    char text[SAY_SIZE];

    xt_paper_cell(r->paper, x, y, width - 104, REASON, plain,
                  report_label(r, r->book->tree->indicators[reason->column]));
    xt_paper_box(r->paper, x + width - 98, y + REASON / 2 - 3.5, bar, 7,
                 reason->beside < 0 ? XT_INK_LESS : XT_INK_BRAND);
    xt_paper_cell(r->paper, x + width - 40, y, 40, REASON, report_aligned(plain, XT_RIGHT),
                  signed_figure(reason->beside, text));
}

static double draw_reasons(const struct report *r, size_t row, double y)
{
    struct reason *reasons = xt_calloc(r->book->tree->indicator_count + 1, sizeof *reasons);
    char peers[SAY_SIZE];
    size_t n = reasons_of(r, row, reasons, peers), up = 0, down = 0;
    double half = WIDE / 2 - 10, right = LEFT + WIDE / 2 + 10, largest = 0;

    if (n > 0)
        largest = fmax(fabs(reasons[0].beside), fabs(reasons[n - 1].beside));
    xt_paper_text(r->paper, LEFT, y, half, title, say(r, "优势", "Strengths"));
    xt_paper_text(r->paper, right, y, half, title, say(r, "短板", "Weaknesses"));
    xt_paper_cell(r->paper, LEFT + 62, y, half - 62, 14, report_aligned(quiet, XT_RIGHT), peers);
    xt_paper_cell(r->paper, right + 70, y, half - 70, 14, report_aligned(quiet, XT_RIGHT),
                  say(r, "对得分的影响（分）", "points of the score"));
    while (up < REASONS && up < n && reasons[up].beside > 0) {
        draw_reason(r, &reasons[up], LEFT, y + 17 + REASON * (double)up, half, largest);
        up++;
    }
    while (down < REASONS && down < n && reasons[n - 1 - down].beside < 0) {
        draw_reason(r, &reasons[n - 1 - down], right, y + 17 + REASON * (double)down, half, largest);
        down++;
    }
    if (up == 0)
        xt_paper_text(r->paper, LEFT, y + 17, half, quiet,
                      say(r, "没有高于平均的指标", "no indicator is above the mean"));
    if (down == 0)
        xt_paper_text(r->paper, right, y + 17, half, quiet,
                      say(r, "没有低于平均的指标", "no indicator is below the mean"));
    free(reasons);
    return y + 17 + REASON * REASONS + 8;
}

/* ---- the change, split ---- */

static double draw_change(const struct report *r, size_t row, double y)
{
    const struct xt_index_moved *m = &r->book->moved[row];
    char text[3 * SAY_SIZE], change[SAY_SIZE], own[SAY_SIZE], yardstick[SAY_SIZE];

    if (m->row_before == SIZE_MAX || isnan(m->change))
        return y;
    (void)signed_figure(m->change, change);
    (void)signed_figure(m->own, own);
    (void)signed_figure(m->yardstick, yardstick);
    if (isnan(m->own))
        (void)snprintf(text, sizeof text, say(r, "%d 至 %d 年得分变化 %s。", "From %d to %d the score changed by %s."),
                       r->book->period[m->row_before], r->book->period[row], change);
    else
        (void)snprintf(text, sizeof text,
                       say(r, "%d 至 %d 年得分变化 %s：自身指标的变化 %s，标尺（其他单位）的变化 %s。",
                           "From %d to %d the score changed by %s: its own figures %s, the yardstick (the others) %s."),
                       r->book->period[m->row_before], r->book->period[row], change, own, yardstick);
    xt_paper_text(r->paper, LEFT, y, WIDE, plain, text);
    return y + 18;
}

/* Where the table of indicators begins on a unit's first page. */
static double table_top(const struct report *r)
{
    return TOP + 104 + 34 + PANEL + 12 + 17 + REASON * REASONS + 8 + (has_years(r) ? 18 : 0);
}

int report_unit_pages(const struct report *r)
{
    return report_table_pages(r, table_top(r), TOP + 24);
}

void report_unit(struct report *r, size_t row)
{
    double y = TOP + 104, half = WIDE / 2 - 10;
    size_t done;

    report_head(r);
    draw_name(r, row);
    draw_facts(r, row);
    y = draw_place(r, row, y);
    if (has_years(r)) {
        draw_years(r, row, LEFT, y, half);
        draw_parts(r, row, LEFT + half + 20, y, half);
    } else {
        draw_parts(r, row, LEFT, y, WIDE);
    }
    y = draw_reasons(r, row, y + PANEL + 12);
    (void)draw_change(r, row, y);
    done = report_table(r, row, 0, table_top(r));
    report_foot(r);
    while (done < r->book->tree->indicator_count) {
        report_head(r);
        xt_paper_text(r->paper, LEFT, TOP, WIDE, (struct xt_type){.size = 13, .bold = true, .ink = XT_INK_BRAND},
                      r->book->release->data->names[row]);
        done = report_table(r, row, done, TOP + 24);
        report_foot(r);
    }
}
