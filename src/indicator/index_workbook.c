/*
 * index_workbook.c - a release as a workbook: what it is, its tree, the values after each step, scores, results, changes,
 * warnings; a sheet each.
 *
 * Sheets follow the recipe: a step that it does not have has no sheet. Every sheet of values has the same columns (unit,
 * name, period, group, then the indicators), so that a cell is found at the same place in each of them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "indicator/index_export.h"
#include "indicator/index_words.h"

#define ALWAYS      4 /* columns before the figures: unit, name, period, group */
#define WIDTH_LEAST 9
#define WIDTH_MOST  18
#define NAME_MOST   36

struct sheets { /* what writing them shares */
    const struct xt_index_book *book;
    enum xt_lang lang;
    struct xt_out *out;
    struct xt_arena heads; /* of the present sheet */
    struct xt_arena texts; /* of the present row */
    struct xt_str *cells;  /* of it */
    struct xt_out_mark *marks;
    size_t mark_count, number;
};

/* A macro, so that the compiler sees both where they are formats. */
#define say(s, zh, en) ((s)->lang == XT_ZH ? zh : en)

/* ---- looks ---- */

/* Columns of a text on screen: Chinese characters take two. */
static size_t columns_of(const char *text)
{
    size_t n = strlen(text), at = 0, columns = 0;
    uint32_t c;

    while (at < n) {
        at += xt_utf8_decode(text + at, n - at, &c);
        columns += c >= 0x1100 ? 2 : 1;
    }
    return columns;
}

static int width_between(size_t wanted, size_t least, size_t most)
{
    return (int)(wanted < least ? least : wanted > most ? most : wanted);
}

/* Heads are wrapped over up to four lines. */
static int width_of_head(const char *head)
{
    return width_between(columns_of(head) / 3 + 4, WIDTH_LEAST, WIDTH_MOST);
}

/* As many decimals as the figures of a column need beside one another. */
static const char *format_of(const double *values, size_t rows)
{
    double largest = 0;
    bool whole = true;
    size_t row;

    for (row = 0; row < rows; row++) {
        if (isnan(values[row]))
            continue;
        whole = whole && values[row] == floor(values[row]);
        largest = fabs(values[row]) > largest ? fabs(values[row]) : largest;
    }
    return whole             ? "#,##0"
           : largest >= 1000 ? "#,##0.0"
           : largest >= 10   ? "#,##0.00"
           : largest >= 0.1  ? "0.0000"
                             : "0.0000E+00";
}

/* ---- rows ---- */

static enum xt_code end_row(struct sheets *s, size_t count, struct xt_error *err)
{
    enum xt_code rc = xt_out_row_marked(s->out, s->cells, count, s->marks, s->mark_count, err);

    xt_arena_clear(&s->texts);
    s->mark_count = 0;
    return rc;
}

static struct xt_str figure(struct sheets *s, double value)
{
    return isnan(value) ? XT_STR("") : xt_str(xt_arena_printf(&s->texts, "%.17g", value));
}

static struct xt_str result(struct sheets *s, double value)
{
    return isnan(value) ? XT_STR("")
                        : xt_str(xt_index_release_figure(value, xt_arena_alloc(&s->texts, XT_RELEASE_FIGURE_SIZE)));
}

static struct xt_str whole(struct sheets *s, int64_t value)
{
    return xt_str(xt_arena_printf(&s->texts, "%lld", (long long)value));
}

static struct xt_str place(struct sheets *s, int32_t rank)
{
    return rank > 0 ? whole(s, rank) : XT_STR("");
}

static void begin_unit(struct sheets *s, size_t row)
{
    const struct xt_index_table *table = s->book->table;

    s->cells[0] = xt_str(table->unit[row]);
    s->cells[1] = xt_str(s->book->release->data->names[row]);
    s->cells[2] = table->period ? whole(s, table->period[row]) : XT_STR("");
    s->cells[3] = xt_str(table->group && table->group[row] ? table->group[row] : "");
}

static void mark(struct sheets *s, size_t column, enum xt_out_tint tint)
{
    s->marks[s->mark_count++] = (struct xt_out_mark){.column = column, .tint = tint};
}

/* ---- sheets ---- */

/* Numbered, so that those who speak of a sheet mean the same one in either language. */
static enum xt_code begin_sheet(struct sheets *s, const char *title, struct xt_out_column *columns, size_t count,
                                size_t fixed, struct xt_error *err)
{
    struct xt_out_table table = {.name = xt_arena_printf(&s->heads, "%zu %s", ++s->number, title),
                                 .columns = columns,
                                 .count = count,
                                 .fixed = fixed,
                                 .printed = true,
                                 .head_height = 48};

    return xt_out_table(s->out, &table, err);
}

static struct xt_out_column text_column(const char *head, int width)
{
    return (struct xt_out_column){.head = head, .kind = XT_CELL_TEXT, .width = width};
}

static struct xt_out_column figure_column(const char *head, const char *number)
{
    return (struct xt_out_column){.head = head, .kind = XT_CELL_FIGURE, .width = width_of_head(head), .number = number};
}

/* Columns of the unit; more are behind them. */
static struct xt_out_column *unit_columns(struct sheets *s, size_t more)
{
    struct xt_out_column *columns = xt_arena_alloc(&s->heads, (ALWAYS + more) * sizeof *columns);
    size_t code = 0, name = 0, group = 0, row;

    for (row = 0; row < s->book->table->rows; row++) {
        const char *of = s->book->table->group ? s->book->table->group[row] : NULL;
        size_t wide = columns_of(s->book->table->unit[row]);

        code = wide > code ? wide : code;
        wide = columns_of(s->book->release->data->names[row]);
        name = wide > name ? wide : name;
        wide = of ? columns_of(of) : 0;
        group = wide > group ? wide : group;
    }
    columns[0] = text_column(say(s, "代码", "Unit"), width_between(code + 2, 8, NAME_MOST));
    columns[1] = text_column(say(s, "名称", "Name"), width_between(name + 2, 10, NAME_MOST));
    columns[2] = figure_column(say(s, "年份", "Period"), "0");
    columns[3] = text_column(say(s, "分组", "Group"), width_between(group + 2, 8, NAME_MOST));
    return columns;
}

/* "A11 地区生产总值（万元）" */
static const char *node_head(struct sheets *s, size_t node, bool with_unit)
{
    const struct xt_index_node *n = &s->book->tree->nodes[node];
    const char *label = xt_index_book_label(s->book, node, s->lang);

    return xt_arena_printf(&s->heads, "%s%s%s%s%s%s", n->code, strcmp(label, n->code) == 0 ? "" : " ",
                           strcmp(label, n->code) == 0 ? "" : label, with_unit && n->unit ? say(s, "（", " (") : "",
                           with_unit && n->unit ? n->unit : "", with_unit && n->unit ? say(s, "）", ")") : "");
}

/* ---- what it is ---- */

static enum xt_code fact(struct sheets *s, const char *what, const char *value, struct xt_error *err)
{
    if (!value || !*value)
        return XT_OK;
    s->cells[0] = xt_str(what);
    s->cells[1] = xt_str(value);
    s->cells[1].n = xt_out_cell_fits(s->cells[1]);
    return end_row(s, 2, err);
}

static enum xt_code legend(struct sheets *s, enum xt_out_tint tint, const char *meaning, struct xt_error *err)
{
    s->cells[0] = xt_str(say(s, "底色", "Colour"));
    s->cells[1] = xt_str(meaning);
    mark(s, 1, tint);
    return end_row(s, 2, err);
}

static enum xt_code recipe_facts(struct sheets *s, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text words = {0};
    enum xt_code rc = XT_OK;
    size_t i;

    xt_text_init(&words, 64 * XT_KIB);
    for (i = 0; rc == XT_OK && i < s->book->recipe.count; i++) {
        xt_text_clear(&words);
        xt_index_step_say(s->book, i, s->lang, &words);
        rc = fact(s,
                  xt_arena_printf(&s->texts, say(s, "第 %zu 步 %s", "Step %zu: %s"), i + 1,
                                  xt_index_step_title(s->book->recipe.steps[i].kind, s->lang)),
                  words.s, err);
    }
    xt_text_clear(&words);
    xt_index_uncertainty_say(s->book, s->lang, &words);
    return rc == XT_OK ? fact(s, say(s, "有多确定", "How sure"), words.s, err) : rc;
}

static enum xt_code about_sheet(struct sheets *s, struct xt_error *err)
{
    const struct xt_index_book *book = s->book;
    struct xt_out_column columns[2];
    char hex[XT_HASH_HEX];
    enum xt_code rc;

    columns[0] = text_column(say(s, "项目", "What"), 22);
    columns[1] = text_column(say(s, "内容", "Value"), 110);
    rc = begin_sheet(s, say(s, "说明", "About"), columns, 2, 1, err);
    if (rc == XT_OK)
        rc = fact(s, say(s, "指数", "Index"), xt_index_book_title(book, s->lang), err);
    if (rc == XT_OK)
        rc = fact(s, say(s, "关于", "About"), book->file->about[s->lang], err);
    if (rc == XT_OK)
        rc = fact(s, say(s, "版本", "Version"), book->file->version, err);
    if (rc == XT_OK)
        rc = fact(s, say(s, "来源", "Source"), book->file->source, err);
    if (rc == XT_OK)
        rc = fact(s, say(s, "发布编号", "Release"), book->id, err);
    if (rc == XT_OK)
        rc =
            fact(s, say(s, "数据的 SHA-256", "SHA-256 of the data"), xt_hash_hex(&book->release->data->hash, hex), err);
    if (rc == XT_OK)
        rc = fact(s, say(s, "单位与年份", "Units and periods"),
                  xt_arena_printf(&s->texts, say(s, "%zu 行，%zu 期", "%zu rows, %zu periods"), book->table->rows,
                                  book->period_count),
                  err);
    if (rc == XT_OK)
        rc = recipe_facts(s, err);
    if (rc == XT_OK)
        rc = legend(s, XT_TINT_FILLED, say(s, "填补的值", "a value that was filled in"), err);
    if (rc == XT_OK)
        rc = legend(s, XT_TINT_CHANGED, say(s, "作为异常值改过的值", "a value that was changed as an outlier"), err);
    if (rc == XT_OK)
        rc = legend(s, XT_TINT_MISSING, say(s, "缺失，或未参加的单位", "missing, or a unit that was left out"), err);
    return rc;
}

/* ---- the tree ---- */

static enum xt_code tree_sheet(struct sheets *s, struct xt_error *err)
{
    const struct xt_index_book *book = s->book;
    const struct xt_index_tree *tree = book->tree;
    struct xt_out_column *columns = xt_arena_alloc(&s->heads, 13 * sizeof *columns);
    enum xt_code rc;
    size_t i;

    columns[0] = text_column(say(s, "代码", "Code"), 10);
    columns[1] = text_column(say(s, "名称", "Name"), 44);
    columns[2] = text_column(say(s, "上级", "Parent"), 10);
    columns[3] = figure_column(say(s, "层级", "Level"), "0");
    columns[4] = text_column(say(s, "计量单位", "Unit"), 12);
    columns[5] = figure_column(say(s, "方向", "Direction"), "+0;-0");
    columns[6] = text_column(say(s, "分母", "Denominator"), 20);
    columns[7] = figure_column(say(s, "权重（体系所定）", "Weight as defined"), "0.####");
    columns[8] = figure_column(say(s, "同级占比", "Share among siblings"), "0.00%");
    columns[9] = figure_column(say(s, "名义权重", "Nominal share"), "0.00%");
    columns[10] = figure_column(say(s, "实际权重（方差占比）", "Effective share (of variance)"), "0.00%");
    columns[11] = figure_column(say(s, "与总指数的相关", "Correlation with the index"), "0.000");
    rc = begin_sheet(s, say(s, "体系与权重", "Tree and weights"), columns, 12, 2, err);
    for (i = 0; rc == XT_OK && i < tree->count; i++) {
        const struct xt_index_node *n = &tree->nodes[i];

        s->cells[0] = xt_str(n->code);
        s->cells[1] = xt_str(xt_index_book_label(book, i, s->lang));
        s->cells[2] = xt_str(n->parent);
        s->cells[3] = whole(s, (int64_t)tree->level[i]);
        s->cells[4] = xt_str(n->unit ? n->unit : "");
        s->cells[5] = n->indicator ? whole(s, n->direction) : XT_STR("");
        s->cells[6] = xt_str(n->denominator);
        s->cells[7] = result(s, n->weight);
        s->cells[8] = result(s, book->weight[i]);
        s->cells[9] = result(s, book->share[i]);
        s->cells[10] = result(s, book->variance[i]);
        s->cells[11] = result(s, book->correlation[i]);
        rc = end_row(s, 12, err);
    }
    return rc;
}

/* ---- values ---- */

static enum xt_out_tint tint_of(const struct sheets *s, size_t step, double before, double after)
{
    enum xt_index_step_kind kind = s->book->recipe.steps[step].kind;

    if (isnan(after))
        return XT_TINT_MISSING;
    if (kind == XT_STEP_IMPUTE && isnan(before))
        return XT_TINT_FILLED;
    return kind == XT_STEP_TREAT && before != after ? XT_TINT_CHANGED : XT_TINTS;
}

/* The unit of an indicator with a denominator is that of the quotient. */
static bool in_its_unit(const struct xt_index_book *book, size_t column, double *const *values, size_t step)
{
    size_t i;

    if (!book->tree->nodes[book->tree->indicators[column]].denominator[0])
        return true;
    for (i = 0; values && i <= step; i++)
        if (book->recipe.steps[i].kind == XT_STEP_DENOMINATE)
            return true;
    return false;
}

/* The values as they were read (values NULL), or as a step left them. */
static enum xt_code values_sheet(struct sheets *s, const char *title, double *const *values, size_t step,
                                 struct xt_error *err)
{
    const struct xt_index_book *book = s->book;
    const struct xt_index_tree *tree = book->tree;
    size_t n = tree->indicator_count, row, c;
    struct xt_out_column *columns = unit_columns(s, n);
    bool normal = values && book->recipe.steps[step].kind == XT_STEP_NORMALISE;
    enum xt_code rc;

    for (c = 0; c < n; c++)
        columns[ALWAYS + c] =
            figure_column(node_head(s, tree->indicators[c], !normal && in_its_unit(book, c, values, step)),
                          format_of(values ? values[c] : book->table->values[c], book->table->rows));
    rc = begin_sheet(s, title, columns, ALWAYS + n, ALWAYS, err);
    for (row = 0; rc == XT_OK && row < book->table->rows; row++) {
        begin_unit(s, row);
        for (c = 0; c < n; c++) {
            double x = values ? values[c][row] : book->table->values[c][row];
            enum xt_out_tint tint = values     ? tint_of(s, step, xt_index_book_before(book, step, c, row), x)
                                    : isnan(x) ? XT_TINT_MISSING
                                               : XT_TINTS;

            s->cells[ALWAYS + c] = figure(s, x);
            if (tint != XT_TINTS)
                mark(s, ALWAYS + c, tint);
        }
        rc = end_row(s, ALWAYS + n, err);
    }
    return rc;
}

/* What stands beside the indicators: denominators. */
static enum xt_code extras_sheet(struct sheets *s, struct xt_error *err)
{
    const struct xt_index_book *book = s->book;
    const struct xt_index_table *table = book->table;
    struct xt_out_column *columns = unit_columns(s, table->extra_count);
    size_t used[XT_INDEX_COLUMNS_MAX], n = 0, row, c;
    enum xt_code rc;

    for (c = 0; c < table->extra_count && n < XT_INDEX_COLUMNS_MAX; c++) {
        const struct xt_index_column *column = &book->file->columns[c];
        bool any = false;

        for (row = 0; row < table->rows && !any; row++)
            any = !isnan(table->extras[c].values[row]);
        if (!any)
            continue;
        columns[ALWAYS + n] = figure_column(column->label[s->lang] ? column->label[s->lang] : column->code,
                                            format_of(table->extras[c].values, table->rows));
        used[n++] = c;
    }
    if (n == 0)
        return XT_OK;
    rc = begin_sheet(s, say(s, "分母等", "Denominators"), columns, ALWAYS + n, ALWAYS, err);
    for (row = 0; rc == XT_OK && row < table->rows; row++) {
        begin_unit(s, row);
        for (c = 0; c < n; c++)
            s->cells[ALWAYS + c] = figure(s, table->extras[used[c]].values[row]);
        rc = end_row(s, ALWAYS + n, err);
    }
    return rc;
}

static enum xt_code step_sheets(struct sheets *s, struct xt_error *err)
{
    const struct xt_index_book *book = s->book;
    enum xt_code rc = values_sheet(s, say(s, "原始数据", "Raw data"), NULL, 0, err);
    size_t i;

    if (rc == XT_OK)
        rc = extras_sheet(s, err);
    for (i = 0; rc == XT_OK && i < book->recipe.count; i++) {
        if (!book->run.step[i])
            continue;
        xt_arena_clear(&s->heads);
        rc = values_sheet(s, xt_index_step_title(book->recipe.steps[i].kind, s->lang), book->run.step[i], i, err);
    }
    return rc;
}

/* ---- scores ---- */

/* Level by level from the top: scores of the groups, their ranks behind them. */
static enum xt_code groups_sheet(struct sheets *s, struct xt_error *err)
{
    const struct xt_index_book *book = s->book;
    const struct xt_index_tree *tree = book->tree;
    struct xt_out_column *columns = unit_columns(s, 2 * tree->group_count);
    size_t *groups = xt_arena_alloc(&s->heads, (tree->group_count + 1) * sizeof *groups), n = 0, level, i, row;
    enum xt_code rc;

    for (level = tree->levels; level > 1; level--)
        for (i = 0; i < tree->count; i++)
            if (!tree->nodes[i].indicator && tree->level[i] == level)
                groups[n++] = i;
    for (i = 0; i < n; i++) {
        columns[ALWAYS + i] = figure_column(node_head(s, groups[i], false), "0.00");
        columns[ALWAYS + n + i] =
            figure_column(xt_arena_printf(&s->heads, say(s, "%s 名次", "%s rank"), tree->nodes[groups[i]].code), "0");
    }
    rc = begin_sheet(s, say(s, "分组得分", "Groups"), columns, ALWAYS + 2 * n, ALWAYS, err);
    for (row = 0; rc == XT_OK && row < book->table->rows; row++) {
        begin_unit(s, row);
        for (i = 0; i < n; i++) {
            s->cells[ALWAYS + i] = result(s, book->score[groups[i]][row]);
            s->cells[ALWAYS + n + i] = place(s, book->rank[groups[i]][row]);
        }
        rc = end_row(s, ALWAYS + 2 * n, err);
    }
    return rc;
}

/* The latest period first, and in it the best rank first: what most people open the workbook for. */
static enum xt_code results_sheet(struct sheets *s, struct xt_error *err)
{
    const struct xt_index_book *book = s->book;
    struct xt_out_column *columns = unit_columns(s, 9);
    size_t top = book->tree->top, p, i;
    enum xt_code rc;

    columns[4] = figure_column(say(s, "名次", "Rank"), "0");
    columns[5] = figure_column(say(s, "得分", "Score"), "0.00");
    columns[6] = figure_column(say(s, "名次区间低（5%）", "Rank, low (5 %)"), "0.0");
    columns[7] = figure_column(say(s, "名次中位数", "Rank, median"), "0.0");
    columns[8] = figure_column(say(s, "名次区间高（95%）", "Rank, high (95 %)"), "0.0");
    columns[9] = figure_column(say(s, "最好名次", "Best rank"), "0");
    columns[10] = figure_column(say(s, "最差名次", "Worst rank"), "0");
    columns[11] = figure_column(say(s, "进入前十的概率", "Probability of the first ten"), "0.0%");
    columns[12] = text_column(say(s, "备注", "Note"), 16);
    rc = begin_sheet(s, say(s, "结果", "Results"), columns, 13, 2, err);
    for (p = book->period_count; p-- > 0;)
        for (i = book->period_first[p]; rc == XT_OK && i < book->period_first[p + 1]; i++) {
            size_t row = book->by_period[i];
            const struct xt_index_range *r = &book->range[row];

            begin_unit(s, row);
            s->cells[4] = place(s, book->rank[top][row]);
            s->cells[5] = result(s, book->score[top][row]);
            s->cells[6] = result(s, r->known ? r->low : NAN);
            s->cells[7] = result(s, r->known ? r->median : NAN);
            s->cells[8] = result(s, r->known ? r->high : NAN);
            s->cells[9] = place(s, r->known ? r->best : 0);
            s->cells[10] = place(s, r->known ? r->worst : 0);
            s->cells[11] = result(s, r->known ? r->top10 : NAN);
            s->cells[12] = xt_str(book->run.out[row] ? say(s, "数据不足，未参加", "left out: too few values") : "");
            rc = end_row(s, 13, err);
        }
    return rc;
}

static enum xt_code changes_sheet(struct sheets *s, struct xt_error *err)
{
    const struct xt_index_book *book = s->book;
    struct xt_out_column *columns = unit_columns(s, 8);
    size_t top = book->tree->top, p, i;
    enum xt_code rc;

    if (book->period_count < 2)
        return XT_OK;
    columns[4] = figure_column(say(s, "上期", "Period before"), "0");
    columns[5] = figure_column(say(s, "上期名次", "Rank before"), "0");
    columns[6] = figure_column(say(s, "名次", "Rank"), "0");
    columns[7] = figure_column(say(s, "上期得分", "Score before"), "0.00");
    columns[8] = figure_column(say(s, "得分", "Score"), "0.00");
    columns[9] = figure_column(say(s, "得分变化", "Change"), "+0.00;-0.00;0.00");
    columns[10] = figure_column(say(s, "自身的", "Own"), "+0.00;-0.00;0.00");
    columns[11] = figure_column(say(s, "标尺的", "Yardstick"), "+0.00;-0.00;0.00");
    rc = begin_sheet(s, say(s, "变化", "Changes"), columns, 12, 2, err);
    for (p = book->period_count; p-- > 1;)
        for (i = book->period_first[p]; rc == XT_OK && i < book->period_first[p + 1]; i++) {
            size_t row = book->by_period[i];
            const struct xt_index_moved *m = &book->moved[row];

            if (m->row_before == SIZE_MAX)
                continue;
            begin_unit(s, row);
            s->cells[4] = whole(s, book->period[m->row_before]);
            s->cells[5] = place(s, m->rank_before);
            s->cells[6] = place(s, book->rank[top][row]);
            s->cells[7] = result(s, book->score[top][m->row_before]);
            s->cells[8] = result(s, book->score[top][row]);
            s->cells[9] = result(s, m->change);
            s->cells[10] = result(s, m->own);
            s->cells[11] = result(s, m->yardstick);
            rc = end_row(s, 12, err);
        }
    return rc;
}

static enum xt_code warnings_sheet(struct sheets *s, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text words = {0};
    struct xt_out_column columns[3];
    enum xt_code rc;
    size_t i;

    columns[0] = text_column(say(s, "代码", "Code"), 10);
    columns[1] = text_column(say(s, "名称", "Name"), 40);
    columns[2] = text_column(say(s, "注意", "Note"), 80);
    xt_text_init(&words, 16 * XT_KIB);
    rc = begin_sheet(s, say(s, "注意", "Warnings"), columns, 3, 1, err);
    if (rc == XT_OK && s->book->warnings.count == 0) {
        s->cells[0] = s->cells[1] = XT_STR("");
        s->cells[2] = xt_str(say(s, "没有需要注意的", "nothing to note"));
        rc = end_row(s, 3, err);
    }
    for (i = 0; rc == XT_OK && i < s->book->warnings.count; i++) {
        const struct xt_problem *p = &s->book->warnings.list[i];
        size_t node = xt_index_tree_find(s->book->tree, p->path);

        xt_text_clear(&words);
        xt_problem_say(p, s->lang, &words);
        s->cells[0] = xt_str(p->path);
        s->cells[1] = xt_str(node == SIZE_MAX ? "" : xt_index_book_label(s->book, node, s->lang));
        s->cells[2] = xt_text_view(&words);
        rc = end_row(s, 3, err);
    }
    return rc;
}

typedef enum xt_code sheet_fn(struct sheets *s, struct xt_error *err);

enum xt_code xt_index_export_workbook(const struct xt_index_book *book, enum xt_lang lang, const char *path,
                                      struct xt_error *err)
{
    static sheet_fn *const all[] = {about_sheet,   tree_sheet,    step_sheets,   groups_sheet,
                                    results_sheet, changes_sheet, warnings_sheet};
    struct xt_out_options options = {
        .format = XT_FORMAT_XLSX, .title = xt_index_book_title(book, lang), .created = xt_index_book_instant(book)};
    size_t most = 16 + 2 * book->tree->count + book->table->extra_count, i;
    struct sheets s = {.book = book, .lang = lang};
    enum xt_code rc;

    xt_arena_init(&s.heads);
    xt_arena_init(&s.texts);
    s.cells = xt_calloc(most, sizeof *s.cells);
    s.marks = xt_calloc(most, sizeof *s.marks);
    rc = xt_out_begin(path, &options, &s.out, err);
    for (i = 0; rc == XT_OK && i < XT_COUNT(all); i++) {
        rc = all[i](&s, err);
        xt_arena_clear(&s.heads);
    }
    if (rc == XT_OK)
        rc = xt_out_close(&s.out, err);
    xt_out_drop(&s.out);
    free(s.cells);
    free(s.marks);
    xt_arena_done(&s.heads);
    xt_arena_done(&s.texts);
    return rc;
}
