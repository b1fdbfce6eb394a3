/* index_report_all.c - what stands before the units in a report of all: cover with method, definition, ranking. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indicator/index_report_priv.h"

#define TREE_ROW   15.0
#define RANK_ROW   14.6
#define TABLE_HEAD 40.0

static const struct xt_type plain = {.size = 8.5, .ink = XT_INK_TEXT};
static const struct xt_type quiet = {.size = 7.5, .ink = XT_INK_QUIET};
static const struct xt_type heading = {.size = 13, .bold = true, .ink = XT_INK_BRAND};

static size_t rows_on_page(double height)
{
    return (size_t)((BOTTOM - TOP - TABLE_HEAD) / height);
}

static int pages_for(size_t rows, double height)
{
    size_t on_page = rows_on_page(height);

    return rows == 0 ? 1 : (int)((rows + on_page - 1) / on_page);
}

/* ---- cover ---- */

static double draw_fact(const struct report *r, double y, const char *what, const char *value)
{
    struct xt_type text = {.size = 9, .ink = XT_INK_TEXT, .lines = 2};
    double height;

    if (!value || !*value)
        return y;
    xt_paper_text(r->paper, LEFT, y, 90, (struct xt_type){.size = 9, .ink = XT_INK_QUIET}, what);
    height = xt_paper_text(r->paper, LEFT + 96, y, WIDE - 96, text, value);
    return y + height + 4;
}

static double draw_facts(const struct report *r, double y)
{
    const struct xt_index_book *book = r->book;
    char text[SAY_SIZE], hex[XT_HASH_HEX];

    (void)snprintf(text, sizeof text, say(r, "%zu 个，其中 %zu 个参加排名", "%zu, of which %zu are ranked"), r->units,
                   r->ranked);
    y = draw_fact(r, y, say(r, "单位", "Units"), text);
    (void)snprintf(text, sizeof text, say(r, "%zu 个，分 %zu 层", "%zu on %zu levels"), book->tree->indicator_count,
                   book->tree->levels);
    y = draw_fact(r, y, say(r, "指标", "Indicators"), text);
    text[0] = '\0';
    if (book->period_count > 1)
        (void)snprintf(text, sizeof text, "%d–%d", book->periods[0], book->periods[book->period_count - 1]);
    y = draw_fact(r, y, say(r, "数据年份", "Periods"), text);
    y = draw_fact(r, y, say(r, "体系版本", "Version"), book->file->version);
    y = draw_fact(r, y, say(r, "来源", "Source"), book->file->source);
    y = draw_fact(r, y, say(r, "发布编号", "Release"), book->id);
    return draw_fact(r, y, say(r, "数据 SHA-256", "SHA-256 of data"), xt_hash_hex(&book->release->data->hash, hex));
}

static double draw_method(const struct report *r, double y)
{
    XT_AUTO(xt_text_done) struct xt_text words = {0};
    size_t i;

    xt_text_init(&words, 64 * XT_KIB);
    xt_paper_text(r->paper, LEFT, y, WIDE, heading, say(r, "怎样算出来", "How it is made"));
    y += 24;
    for (i = 0; i < r->book->recipe.count && y < BOTTOM - 60; i++) {
        char what[SAY_SIZE];

        xt_text_clear(&words);
        xt_index_step_say(r->book, i, r->lang, &words);
        (void)snprintf(what, sizeof what, "%zu  %s", i + 1,
                       xt_index_step_title(r->book->recipe.steps[i].kind, r->lang));
        y = draw_fact(r, y, what, words.s);
    }
    xt_text_clear(&words);
    xt_index_uncertainty_say(r->book, r->lang, &words);
    if (words.n > 0)
        y = draw_fact(r, y, say(r, "有多确定", "How sure"), words.s);
    return y;
}

static void draw_cover(struct report *r)
{
    const char *about = r->book->file->about[r->lang] ? r->book->file->about[r->lang] : r->book->file->about[XT_ZH];
    char text[SAY_SIZE];
    double y = 118;

    xt_paper_box(r->paper, LEFT, 96, 48, 4, XT_INK_BRAND);
    y += xt_paper_text(r->paper, LEFT, y, WIDE,
                       (struct xt_type){.size = 28, .bold = true, .ink = XT_INK_TEXT, .lines = 3},
                       xt_index_book_title(r->book, r->lang));
    text[0] = '\0';
    if (r->book->table->period)
        (void)snprintf(text, sizeof text, say(r, "%d 年报告", "Report of %d"), r->book->periods[r->period_at]);
    else
        (void)snprintf(text, sizeof text, "%s", say(r, "报告", "Report"));
    y += 6 + xt_paper_text(r->paper, LEFT, y + 6, WIDE, (struct xt_type){.size = 15, .ink = XT_INK_QUIET}, text);
    y += 18 + xt_paper_text(r->paper, LEFT, y + 18, WIDE, (struct xt_type){.size = 10, .ink = XT_INK_TEXT, .lines = 7},
                            about ? about : "");
    y = draw_facts(r, y + 20);
    (void)draw_method(r, y + 22);
    report_foot(r);
}

/* ---- the tree ---- */

static void draw_tree_head(const struct report *r)
{
    double y = TOP + 24;
    struct xt_type right = report_aligned(quiet, XT_RIGHT);

    xt_paper_text(r->paper, LEFT, TOP, WIDE, heading, say(r, "指标体系与权重", "Indicators and weights"));
    xt_paper_text(r->paper, LEFT, y, 200, quiet, say(r, "代码与名称", "code and name"));
    xt_paper_text(r->paper, LEFT + 290, y, 70, quiet, say(r, "计量单位", "unit"));
    xt_paper_text(r->paper, LEFT + 360, y, 30, right, say(r, "方向", "better"));
    xt_paper_text(r->paper, LEFT + 395, y, 54, right, say(r, "名义权重", "nominal"));
    xt_paper_text(r->paper, LEFT + 452, y, WIDE - 452, right, say(r, "实际权重", "effective"));
    xt_paper_line(r->paper, LEFT, y + 12, RIGHT, y + 12, 0.5, XT_INK_LINE, false);
}

static size_t depth_of(const struct xt_index_tree *tree, size_t node)
{
    size_t depth = 0;

    for (; node != tree->top; node = tree->parent[node])
        depth++;
    return depth;
}

static void draw_node(const struct report *r, size_t node, double y)
{
    const struct xt_index_book *book = r->book;
    const struct xt_index_node *n = &book->tree->nodes[node];
    double indent = 10.0 * (double)depth_of(book->tree, node);
    struct xt_type type = plain, right = report_aligned(plain, XT_RIGHT);
    char text[SAY_SIZE];

    type.bold = !n->indicator;
    (void)snprintf(text, sizeof text, "%.63s　%.180s", n->code, report_label(r, node));
    xt_paper_cell(r->paper, LEFT + indent, y - 1, 286 - indent, TREE_ROW - 1, type,
                  strcmp(n->code, report_label(r, node)) == 0 ? n->code : text);
    xt_paper_text(r->paper, LEFT + 290, y, 70, quiet, n->unit ? n->unit : "");
    if (n->indicator)
        xt_paper_text(r->paper, LEFT + 360, y, 30, right, n->direction < 0 ? "↓" : "↑");
    (void)snprintf(text, sizeof text, "%.2f%%", book->share[node] * 100);
    xt_paper_text(r->paper, LEFT + 395, y, 54, right, text);
    (void)snprintf(text, sizeof text, "%.2f%%", book->variance[node] * 100);
    xt_paper_text(r->paper, LEFT + 452, y, WIDE - 452, right, isnan(book->variance[node]) ? "—" : text);
    xt_paper_line(r->paper, LEFT, y + TREE_ROW - 2, RIGHT, y + TREE_ROW - 2, 0.3, XT_INK_LINE, false);
}

/* Nodes as one reads them: each before its children. */
static void in_reading_order(const struct xt_index_tree *tree, size_t *out)
{
    size_t *stack = xt_calloc(tree->count + 1, sizeof *stack), depth = 1, n = 0;

    stack[0] = tree->top;
    while (depth > 0) {
        size_t node = stack[--depth], i;

        out[n++] = node;
        for (i = tree->child_count[node]; i-- > 0;)
            stack[depth++] = tree->child[tree->first[node] + i];
    }
    free(stack);
}

static void draw_tree(struct report *r)
{
    const struct xt_index_tree *tree = r->book->tree;
    size_t *order = xt_calloc(tree->count + 1, sizeof *order), on_page = rows_on_page(TREE_ROW), i;

    in_reading_order(tree, order);
    for (i = 0; i < tree->count; i++) {
        if (i % on_page == 0) {
            report_head(r);
            draw_tree_head(r);
        }
        draw_node(r, order[i], TOP + TABLE_HEAD + TREE_ROW * (double)(i % on_page));
        if (i % on_page + 1 == on_page || i + 1 == tree->count)
            report_foot(r);
    }
    free(order);
}

int report_cover_pages(const struct report *r)
{
    return 1 + pages_for(r->book->tree->count, TREE_ROW);
}

void report_cover(struct report *r)
{
    draw_cover(r);
    draw_tree(r);
}

/* ---- the ranking ---- */

#define AT_NAME  30.0
#define AT_GROUP 190.0
#define AT_SCORE 250.0
#define AT_AXIS  304.0
#define AT_RANGE 436.0
#define AT_TOP   480.0

static double axis_x(const struct report *r, double rank)
{
    double last = r->ranked > 1 ? (double)r->ranked : 2;

    return LEFT + AT_AXIS + (rank - 1) / (last - 1) * (AT_RANGE - AT_AXIS - 10);
}

static void draw_ranking_head(const struct report *r)
{
    struct xt_type right = report_aligned(quiet, XT_RIGHT);
    double y = TOP + 24;
    char text[40];

    xt_paper_text(r->paper, LEFT, TOP, WIDE, heading,
                  r->intervals ? say(r, "排名与名次区间", "Ranking with intervals") : say(r, "排名", "Ranking"));
    xt_paper_text(r->paper, LEFT, y, AT_NAME - 6, quiet, say(r, "名次", "rank"));
    xt_paper_text(r->paper, LEFT + AT_NAME, y, 100, quiet, say(r, "单位", "unit"));
    if (r->book->table->group)
        xt_paper_text(r->paper, LEFT + AT_GROUP, y, 60, quiet, say(r, "分组", "group"));
    xt_paper_text(r->paper, LEFT + AT_SCORE, y, 44, right, say(r, "得分", "score"));
    if (r->intervals) {
        xt_paper_text(r->paper, axis_x(r, 1), y, 20, quiet, "1");
        (void)snprintf(text, sizeof text, "%zu", r->ranked);
        xt_paper_text(r->paper, LEFT + AT_RANGE - 50, y, 40, right, text);
        xt_paper_text(r->paper, LEFT + AT_RANGE - 4, y, AT_TOP - AT_RANGE, right, say(r, "5%–95%", "5–95 %"));
        xt_paper_text(r->paper, LEFT + AT_TOP, y, WIDE - AT_TOP, right, say(r, "前十", "top 10"));
    }
    xt_paper_line(r->paper, LEFT, y + 12, RIGHT, y + 12, 0.5, XT_INK_LINE, false);
}

static void draw_interval(const struct report *r, const struct xt_index_range *range, int32_t rank, double y)
{
    struct xt_type right = report_aligned(plain, XT_RIGHT);
    char text[40];

    xt_paper_line(r->paper, axis_x(r, range->best), y + 6, axis_x(r, range->worst), y + 6, 0.5, XT_INK_QUIET, false);
    xt_paper_box(r->paper, axis_x(r, range->low) - 0.8, y + 3.2, axis_x(r, range->high) - axis_x(r, range->low) + 1.6,
                 5.6, XT_INK_SOFT);
    if (rank > 0)
        xt_paper_dot(r->paper, axis_x(r, rank), y + 6, 2.4, XT_INK_BRAND);
    report_range(range, text, sizeof text);
    xt_paper_text(r->paper, LEFT + AT_RANGE - 4, y, AT_TOP - AT_RANGE, right, text);
    (void)snprintf(text, sizeof text, "%.0f%%", range->top10 * 100);
    xt_paper_text(r->paper, LEFT + AT_TOP, y, WIDE - AT_TOP, right, text);
}

static void draw_ranked(const struct report *r, size_t row, double y, int page)
{
    const struct xt_index_book *book = r->book;
    const char *group = book->table->group ? book->table->group[row] : NULL;
    int32_t rank = book->rank[book->tree->top][row];
    double score = book->score[book->tree->top][row];
    char text[40];

    (void)snprintf(text, sizeof text, "%d", rank);
    xt_paper_text(r->paper, LEFT, y, AT_NAME - 10, report_aligned(plain, XT_RIGHT), rank > 0 ? text : "—");
    xt_paper_cell(r->paper, LEFT + AT_NAME, y - 1, (group ? AT_GROUP : AT_SCORE) - AT_NAME - 6, RANK_ROW - 1, plain,
                  book->release->data->names[row]);
    xt_paper_link(r->paper, LEFT, y, AT_GROUP, RANK_ROW - 2, page);
    xt_paper_cell(r->paper, LEFT + AT_GROUP, y - 1, AT_SCORE - AT_GROUP - 4, RANK_ROW - 1, quiet, group ? group : "");
    (void)snprintf(text, sizeof text, "%.2f", score);
    xt_paper_text(r->paper, LEFT + AT_SCORE, y, 44, report_aligned(plain, XT_RIGHT), isnan(score) ? "—" : text);
    if (book->range[row].known)
        draw_interval(r, &book->range[row], rank, y);
    else if (book->run.out[row])
        xt_paper_text(r->paper, LEFT + AT_AXIS, y + 0.8, WIDE - AT_AXIS, quiet,
                      say(r, "数据不足，未参加", "left out: too few values"));
    xt_paper_line(r->paper, LEFT, y + RANK_ROW - 2, RIGHT, y + RANK_ROW - 2, 0.3, XT_INK_LINE, false);
}

int report_ranking_pages(const struct report *r)
{
    return pages_for(r->units, RANK_ROW);
}

void report_ranking(struct report *r, int first_unit)
{
    size_t on_page = rows_on_page(RANK_ROW), i;

    for (i = 0; i < r->units; i++) {
        if (i % on_page == 0) {
            report_head(r);
            draw_ranking_head(r);
        }
        draw_ranked(r, r->rows[i], TOP + TABLE_HEAD + RANK_ROW * (double)(i % on_page),
                    first_unit + report_unit_pages(r) * (int)i);
        if (i % on_page + 1 == on_page || i + 1 == r->units)
            report_foot(r);
    }
}
