/* index_report.c - a report from its parts: what it takes, head and foot of the pages, their order. */
#include "indicator/index_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indicator/index_report_priv.h"

#define WORDS_MAX (8 * XT_KIB)

/* ---- what all pages need ---- */

static size_t find_period(const struct xt_index_book *book, int32_t period)
{
    size_t i;

    if (period == 0)
        return book->period_count - 1;
    for (i = 0; i < book->period_count; i++)
        if (book->periods[i] == period)
            return i;
    return SIZE_MAX;
}

/* The last step before outliers are touched: its values are those that people know, in the unit of the indicator. */
static double *const *figures_of(const struct xt_index_book *book)
{
    double *const *found = NULL;
    size_t i;

    for (i = 0; i < book->recipe.count && book->run.step[i]; i++) {
        if (book->recipe.steps[i].kind == XT_STEP_TREAT || book->recipe.steps[i].kind == XT_STEP_NORMALISE)
            break;
        found = book->run.step[i];
    }
    return found;
}

static void take_figures(struct report *r, struct xt_arena *arena)
{
    const struct xt_index_book *book = r->book;
    const struct xt_index_tree *tree = book->tree;
    double *const *figures = figures_of(book);
    size_t i, p;

    r->value = xt_arena_alloc(arena, (tree->indicator_count + 1) * sizeof *r->value);
    r->median_value = xt_arena_alloc(arena, (tree->indicator_count + 1) * sizeof *r->median_value);
    r->median_score = xt_arena_alloc(arena, tree->count * sizeof *r->median_score);
    r->median_by_period = xt_arena_alloc(arena, book->period_count * sizeof *r->median_by_period);
    for (i = 0; i < tree->indicator_count; i++) {
        r->value[i] = figures ? figures[i] : (double *)(uintptr_t)book->table->values[i]; /* only read */
        r->median_value[i] = xt_index_book_median(book, r->period_at, r->value[i]);
    }
    for (i = 0; i < tree->count; i++)
        r->median_score[i] = xt_index_book_median(book, r->period_at, book->score[i]);
    for (p = 0; p < book->period_count; p++)
        r->median_by_period[p] = xt_index_book_median(book, p, book->score[tree->top]);
}

static void take_scale(struct report *r)
{
    const struct xt_index_book *book = r->book;
    size_t c, i;

    for (i = 0; i < r->units; i++)
        r->intervals = r->intervals || book->range[r->rows[i]].known;
    for (c = 0; c < book->tree->indicator_count; c++)
        for (i = 0; i < r->units; i++) {
            size_t node = book->tree->indicators[c];
            double x = book->share[node] * book->score[node][r->rows[i]];

            r->largest = x > r->largest ? x : r->largest;
            r->least = x < r->least ? x : r->least;
        }
    if (r->largest <= r->least)
        r->largest = r->least + 1;
}

/* What the small print says: how the values came onto one scale and together, and how sure it is. */
static void take_words(struct report *r)
{
    size_t i;

    xt_text_init(&r->words, WORDS_MAX);
    for (i = 0; i < r->book->recipe.count; i++) {
        enum xt_index_step_kind kind = r->book->recipe.steps[i].kind;

        if (kind != XT_STEP_NORMALISE && kind != XT_STEP_AGGREGATE)
            continue;
        xt_text_addf(&r->words, say(r, "%s：", "%s: "), xt_index_step_title(kind, r->lang));
        xt_index_step_say(r->book, i, r->lang, &r->words);
        xt_text_add_z(&r->words, say(r, "", " "));
    }
    xt_index_uncertainty_say(r->book, r->lang, &r->words);
}

/* ---- head and foot ---- */

struct xt_type report_aligned(struct xt_type type, enum xt_align align)
{
    type.align = align;
    return type;
}

void report_range(const struct xt_index_range *range, char *out, size_t size)
{
    double low = floor(range->low), high = ceil(range->high);

    (void)snprintf(out, size, low == high ? "%.0f" : "%.0f–%.0f", low, high);
}

const char *report_label(const struct report *r, size_t node)
{
    return xt_index_book_label(r->book, node, r->lang);
}

void report_head(struct report *r)
{
    const struct xt_index_book *book = r->book;
    char right[SAY_SIZE];

    xt_paper_text(r->paper, LEFT, 34, WIDE * 0.7, (struct xt_type){.size = 8, .ink = XT_INK_QUIET},
                  xt_index_book_title(book, r->lang));
    right[0] = '\0';
    if (book->table->period)
        (void)snprintf(right, sizeof right, say(r, "%d 年", "%d"), book->periods[r->period_at]);
    xt_paper_text(r->paper, RIGHT - 120, 34, 120, (struct xt_type){.size = 8, .ink = XT_INK_QUIET, .align = XT_RIGHT},
                  right);
    xt_paper_line(r->paper, LEFT, 50, RIGHT, 50, 0.5, XT_INK_LINE, false);
}

void report_foot(struct report *r)
{
    const struct xt_index_book *book = r->book;
    const char *source = book->file->source ? book->file->source : "";
    struct xt_type small = {.size = 7.5, .ink = XT_INK_QUIET};
    char text[3 * SAY_SIZE];

    xt_paper_line(r->paper, LEFT, 792, RIGHT, 792, 0.5, XT_INK_LINE, false);
    (void)snprintf(text, sizeof text, say(r, "发布 %s%s%s", "Release %s%s%s"), book->id,
                   *source ? say(r, "　来源：", "   Source: ") : "", source);
    xt_paper_text(r->paper, LEFT, 797, WIDE - 110, small, text);
    (void)snprintf(text, sizeof text, say(r, "第 %d 页，共 %d 页", "Page %d of %d"), xt_paper_page(r->paper), r->pages);
    small.align = XT_RIGHT;
    xt_paper_text(r->paper, RIGHT - 100, 797, 100, small, text);
    xt_paper_next(r->paper);
}

/* ---- units that were asked for ---- */

static size_t find_unit(const struct report *r, const char *asked)
{
    size_t i;

    for (i = 0; i < r->units; i++)
        if (strcmp(r->book->table->unit[r->rows[i]], asked) == 0)
            return r->rows[i];
    for (i = 0; i < r->units; i++)
        if (strcmp(r->book->release->data->names[r->rows[i]], asked) == 0)
            return r->rows[i];
    return SIZE_MAX;
}

static enum xt_code find_units(const struct report *r, const char *const *asked, size_t *rows, size_t count,
                               struct xt_problems *problems, struct xt_error *err)
{
    int32_t period = r->book->periods[r->period_at];
    const char *first = NULL;
    size_t i;

    for (i = 0; i < count; i++) {
        rows[i] = find_unit(r, asked[i]);
        if (rows[i] != SIZE_MAX)
            continue;
        first = first ? first : asked[i];
        xt_problem(problems, "unit", XT_MSG_INDEX_NO_UNIT, XT_TEXT(asked[i]), XT_INT(period));
    }
    return first ? xt_fail(err, XT_E_NOT_FOUND, "unit", XT_MSG_INDEX_NO_UNIT, XT_TEXT(first), XT_INT(period)) : XT_OK;
}

/* ---- the whole ---- */

/* "2023 专业镇创新指数：示例镇" */
static void title_of(const struct report *r, const size_t *rows, size_t count, bool whole, struct xt_text *out)
{
    size_t i;

    xt_text_add_z(out, xt_index_book_title(r->book, r->lang));
    if (r->book->table->period)
        xt_text_addf(out, " %d", r->book->periods[r->period_at]);
    for (i = 0; !whole && i < count && i < 3; i++)
        xt_text_addf(out, "%s%s", i == 0 ? say(r, "：", ": ") : say(r, "、", ", "),
                     r->book->release->data->names[rows[i]]);
    if (!whole && count > 3)
        xt_text_addf(out, say(r, " 等 %zu 个单位", " and others, %zu units"), count);
}

static void draw(struct report *r, const size_t *rows, size_t count, bool whole)
{
    int of_unit = report_unit_pages(r), first = 1, chapter = 0;
    size_t i;

    if (whole) {
        first += report_cover_pages(r) + report_ranking_pages(r);
        xt_paper_bookmark(r->paper, 0, say(r, "说明", "About"), 1);
        xt_paper_bookmark(r->paper, 0, say(r, "排名", "Ranking"), 1 + report_cover_pages(r));
        chapter = xt_paper_bookmark(r->paper, 0, say(r, "各单位", "Units"), first);
    }
    r->pages = first - 1 + of_unit * (int)count;
    for (i = 0; i < count; i++)
        xt_paper_bookmark(r->paper, chapter, r->book->release->data->names[rows[i]], first + of_unit * (int)i);
    if (whole) {
        report_cover(r);
        report_ranking(r, first);
    }
    for (i = 0; i < count; i++)
        report_unit(r, rows[i]);
}

static enum xt_code draw_all(struct report *r, const size_t *rows, size_t count, bool whole,
                             const struct xt_index_report_options *options, struct xt_text *out, size_t *missing,
                             struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    XT_AUTO(xt_text_done) struct xt_text title = {0};
    enum xt_code rc;

    xt_arena_init(&arena);
    xt_text_init(&title, 4 * XT_KIB);
    title_of(r, rows, count, whole, &title);
    rc = xt_paper_begin(out, title.s, options->author ? options->author : "xietong", xt_index_book_instant(r->book),
                        r->lang, &r->paper, err);
    if (rc != XT_OK)
        return rc;
    take_figures(r, &arena);
    take_scale(r);
    take_words(r);
    report_table_columns(r);
    draw(r, rows, count, whole);
    xt_text_done(&r->words);
    return xt_paper_end(&r->paper, missing, err);
}

enum xt_code xt_index_report(const struct xt_index_book *book, const struct xt_index_report_options *options,
                             struct xt_text *out, size_t *missing, struct xt_problems *problems, struct xt_error *err)
{
    struct report r = {.book = book, .lang = options->lang, .period_at = find_period(book, options->period)};
    XT_AUTO(xt_free_ptr) size_t *chosen = NULL;
    size_t count = 0;
    enum xt_code rc = XT_OK;

    if (r.period_at == SIZE_MAX)
        return xt_fail(err, XT_E_INPUT, "period", XT_MSG_INDEX_NO_PERIOD, XT_INT(options->period));
    r.rows = book->by_period + book->period_first[r.period_at];
    r.units = xt_index_book_units(book, r.period_at);
    r.ranked = xt_index_book_ranked(book, r.period_at);
    while (options->units && options->units[count])
        count++;
    chosen = xt_calloc(count + 1, sizeof *chosen);
    if ((count > 0 ? count : r.units) > XT_REPORT_UNITS_MAX)
        return xt_fail(err, XT_E_INPUT, "unit", XT_MSG_REPORT_UNITS, XT_INT(count > 0 ? count : r.units),
                       XT_INT(XT_REPORT_UNITS_MAX));
    if (count > 0)
        rc = find_units(&r, options->units, chosen, count, problems, err);
    if (rc != XT_OK)
        return rc;
    return draw_all(&r, count > 0 ? chosen : r.rows, count > 0 ? count : r.units, count == 0, options, out, missing,
                    err);
}
