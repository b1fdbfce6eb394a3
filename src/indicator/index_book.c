/* index_book.c - a release laid open. */
#include "indicator/index_book.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define FIRST_YEAR 1900
#define LAST_YEAR  2200

void xt_index_release_id(struct xt_str json, char out[XT_RELEASE_ID])
{
    struct xt_hash hash = xt_hash_of(json.s, json.n);
    char hex[XT_HASH_HEX];

    memcpy(out, xt_hash_hex(&hash, hex), XT_RELEASE_ID - 1);
    out[XT_RELEASE_ID - 1] = '\0';
}

/* ---- what the release says ---- */

static double number_or_nan(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void take_scores(struct xt_index_book *book)
{
    const json_t *scores = json_object_get(book->release->json, "scores");
    const json_t *ranks = json_object_get(book->release->json, "ranks");
    size_t n = book->tree->count, rows = book->table->rows, i, row;

    book->score = xt_arena_alloc(&book->arena, n * sizeof *book->score);
    book->rank = xt_arena_alloc(&book->arena, n * sizeof *book->rank);
    for (i = 0; i < n; i++) {
        const json_t *score = json_object_get(scores, book->tree->nodes[i].code);
        const json_t *rank = json_object_get(ranks, book->tree->nodes[i].code);

        book->score[i] = xt_arena_alloc(&book->arena, rows * sizeof **book->score);
        book->rank[i] = xt_arena_alloc(&book->arena, rows * sizeof **book->rank);
        for (row = 0; row < rows; row++) {
            int64_t place = json_integer_value(json_array_get(rank, row));

            book->score[i][row] = number_or_nan(json_array_get(score, row));
            book->rank[i][row] = place < 0 || place > (int64_t)rows ? 0 : (int32_t)place;
        }
    }
}

static void take_ranges(struct xt_index_book *book)
{
    const json_t *units = json_object_get(json_object_get(book->release->json, "uncertainty"), "units"), *item;
    size_t i;

    book->range = xt_arena_alloc(&book->arena, book->table->rows * sizeof *book->range);
    json_array_foreach (units, i, item) {
        int64_t row = xt_json_int(item, "row", -1);
        struct xt_index_range *r;

        if (row < 0 || row >= (int64_t)book->table->rows)
            continue;
        r = &book->range[row];
        r->low = number_or_nan(json_object_get(item, "low"));
        r->median = number_or_nan(json_object_get(item, "median"));
        r->mean = number_or_nan(json_object_get(item, "mean"));
        r->high = number_or_nan(json_object_get(item, "high"));
        r->top10 = number_or_nan(json_object_get(item, "top10"));
        r->best = (int32_t)xt_json_int(item, "best", 0);
        r->worst = (int32_t)xt_json_int(item, "worst", 0);
        r->known = isfinite(r->low) && isfinite(r->high);
    }
}

static void take_effects(struct xt_index_book *book)
{
    const json_t *weights = json_object_get(book->release->json, "weights");
    const json_t *effects = json_object_get(book->release->json, "effects");
    size_t n = book->tree->count, i;

    book->weight = xt_arena_alloc(&book->arena, n * sizeof(double));
    book->share = xt_arena_alloc(&book->arena, n * sizeof(double));
    book->variance = xt_arena_alloc(&book->arena, n * sizeof(double));
    book->correlation = xt_arena_alloc(&book->arena, n * sizeof(double));
    for (i = 0; i < n; i++) {
        const char *code = book->tree->nodes[i].code;
        const json_t *effect = json_object_get(effects, code);
        double weight = number_or_nan(json_object_get(weights, code));

        book->weight[i] = isnan(weight) ? 0 : weight;
        book->variance[i] = number_or_nan(json_object_get(effect, "variance"));
        book->correlation[i] = number_or_nan(json_object_get(effect, "correlation"));
    }
    for (i = 0; i < n; i++) {
        size_t node;

        book->share[i] = 1;
        for (node = i; node != book->tree->top; node = book->tree->parent[node])
            book->share[i] *= book->weight[node];
    }
}

/* ---- rows by period and by unit ---- */

struct sorted {
    size_t row;
    int32_t period, rank;
    const char *unit;
};

static int by_period_and_rank(const void *a, const void *b)
{
    const struct sorted *p = a, *q = b;

    if (p->period != q->period)
        return p->period < q->period ? -1 : 1;
    if (p->rank != q->rank) /* those without stand at the end */
        return p->rank == 0 ? 1 : q->rank == 0 ? -1 : p->rank < q->rank ? -1 : 1;
    return (p->row > q->row) - (p->row < q->row);
}

static int by_unit_and_period(const void *a, const void *b)
{
    const struct sorted *p = a, *q = b;
    int order = strcmp(p->unit, q->unit);

    if (order != 0)
        return order;
    return (p->period > q->period) - (p->period < q->period);
}

static void sort_rows(struct xt_index_book *book)
{
    size_t rows = book->table->rows, row, i;
    struct sorted *list = xt_calloc(rows + 1, sizeof *list);
    int32_t *period = xt_arena_alloc(&book->arena, (rows + 1) * sizeof *period);

    book->by_period = xt_arena_alloc(&book->arena, (rows + 1) * sizeof(size_t));
    book->period_first = xt_arena_alloc(&book->arena, (rows + 1) * sizeof(size_t));
    book->periods = xt_arena_alloc(&book->arena, (rows + 1) * sizeof *book->periods);
    book->by_unit = xt_arena_alloc(&book->arena, (rows + 1) * sizeof(size_t));
    book->place = xt_arena_alloc(&book->arena, (rows + 1) * sizeof(size_t));
    for (row = 0; row < rows; row++) {
        period[row] = book->table->period ? book->table->period[row] : 0;
        list[row] = (struct sorted){row, period[row], book->rank[book->tree->top][row], book->table->unit[row]};
    }
    book->period = period;
    qsort(list, rows, sizeof *list, by_period_and_rank);
    for (row = 0; row < rows; row++) {
        book->by_period[row] = list[row].row;
        if (row > 0 && list[row].period == list[row - 1].period)
            continue;
        book->period_first[book->period_count] = row;
        book->periods[book->period_count++] = list[row].period;
    }
    book->period_first[book->period_count] = rows;
    book->ranked = xt_arena_alloc(&book->arena, (book->period_count + 1) * sizeof(size_t));
    for (i = 0; i < book->period_count; i++)
        for (row = book->period_first[i]; row < book->period_first[i + 1] && list[row].rank > 0; row++)
            book->ranked[i]++;
    qsort(list, rows, sizeof *list, by_unit_and_period);
    for (row = 0; row < rows; row++) {
        book->by_unit[row] = list[row].row;
        book->place[list[row].row] = row;
    }
    free(list);
}

/* ---- run again ---- */

/* Where indicators were weighed by components, the recipe that was run has weights that the file does not say. */
static void take_recipe(struct xt_index_book *book)
{
    book->recipe = book->file->recipe;
    if (book->file->principal && book->recipe.count > 0)
        book->recipe.steps[book->recipe.count - 1].aggregate.weights = book->weight;
}

static void no_moves(struct xt_index_book *book)
{
    size_t row;

    book->moved = xt_arena_alloc(&book->arena, book->table->rows * sizeof *book->moved);
    for (row = 0; row < book->table->rows; row++)
        book->moved[row] = (struct xt_index_moved){NAN, NAN, NAN, 0, SIZE_MAX};
}

/* What the two periods were apart, by the scores of the release; own by its recipe, and the yardstick is the rest. */
static void take_moves(struct xt_index_book *book, size_t row, double own)
{
    struct xt_index_moved *m = &book->moved[row];
    size_t at = book->place[row], before, top = book->tree->top;

    if (at == 0)
        return;
    before = book->by_unit[at - 1];
    if (strcmp(book->table->unit[before], book->table->unit[row]) != 0 ||
        xt_index_book_period_at(book, before) + 1 != xt_index_book_period_at(book, row))
        return;
    m->row_before = before;
    m->rank_before = book->rank[top][before];
    m->change = book->score[top][row] - book->score[top][before];
    m->own = own;
    m->yardstick = m->change - own;
}

static void find_moves(struct xt_index_book *book)
{
    struct xt_index_change *changes = xt_calloc(book->table->rows + 1, sizeof *changes);
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    size_t i, row, n;

    xt_problems_init(&problems);
    for (i = 1; i < book->period_count; i++) {
        /* A year measured by the one before may lie where the recipe's means are not: then the change stays whole. */
        bool split = xt_index_changes(book->tree, book->table, &book->recipe, book->periods[i - 1], book->periods[i],
                                      changes, &problems, NULL) == XT_OK;

        for (row = 0, n = 0; row < book->table->rows; row++)
            if (book->period[row] == book->periods[i]) {
                take_moves(book, row, split ? changes[n].own : NAN);
                n++;
            }
    }
    free(changes);
}

enum xt_code xt_index_book_open(const struct xt_index_release *release, const char *id, struct xt_index_book *out,
                                struct xt_problems *problems, struct xt_error *err)
{
    enum xt_code rc;

    *out = (struct xt_index_book){
        .release = release, .file = release->file, .tree = &release->file->tree, .table = &release->data->table};
    (void)snprintf(out->id, sizeof out->id, "%s", id);
    xt_arena_init(&out->arena);
    xt_problems_init(&out->warnings);
    take_scores(out);
    take_ranges(out);
    take_effects(out);
    sort_rows(out);
    take_recipe(out);
    no_moves(out);
    rc = xt_index_run(out->tree, out->table, &out->recipe, &out->arena, &out->run, problems, &out->warnings, err);
    if (rc != XT_OK) {
        xt_index_book_done(out);
        return rc;
    }
    find_moves(out);
    return XT_OK;
}

void xt_index_book_done(struct xt_index_book *book)
{
    xt_problems_done(&book->warnings);
    xt_arena_done(&book->arena);
}

enum xt_code xt_index_open(struct xt_str json, struct xt_index_opened *out, struct xt_problems *problems,
                           struct xt_error *err)
{
    char id[XT_RELEASE_ID];
    enum xt_code rc = xt_index_release_read(json, &out->release, problems, err);

    out->open = false;
    if (rc != XT_OK)
        return rc;
    xt_index_release_id(json, id);
    rc = xt_index_book_open(&out->release, id, &out->book, problems, err);
    out->open = rc == XT_OK;
    if (rc != XT_OK)
        xt_index_release_done(&out->release);
    return rc;
}

void xt_index_opened_done(struct xt_index_opened *opened)
{
    if (!opened->open)
        return;
    xt_index_book_done(&opened->book);
    xt_index_release_done(&opened->release);
    opened->open = false;
}

/* ---- asked often ---- */

const char *xt_index_book_label(const struct xt_index_book *book, size_t node, enum xt_lang lang)
{
    const struct xt_index_node *n = &book->tree->nodes[node];

    return n->label[lang] ? n->label[lang] : n->label[XT_ZH] ? n->label[XT_ZH] : n->code;
}

const char *xt_index_book_title(const struct xt_index_book *book, enum xt_lang lang)
{
    const struct xt_index_file *file = book->file;

    return file->label[lang] ? file->label[lang] : file->label[XT_ZH] ? file->label[XT_ZH] : file->name;
}

size_t xt_index_book_units(const struct xt_index_book *book, size_t period_at)
{
    return book->period_first[period_at + 1] - book->period_first[period_at];
}

size_t xt_index_book_ranked(const struct xt_index_book *book, size_t period_at)
{
    return book->ranked[period_at];
}

double xt_index_book_before(const struct xt_index_book *book, size_t at, size_t column, size_t row)
{
    return at == 0 ? book->table->values[column][row] : book->run.step[at - 1][column][row];
}

static bool changed_by(const struct xt_index_book *book, enum xt_index_step_kind kind, size_t column, size_t row)
{
    size_t at;

    for (at = 0; at < book->recipe.count; at++) {
        double before, after;

        if (book->recipe.steps[at].kind != kind || !book->run.step[at])
            continue;
        before = xt_index_book_before(book, at, column, row);
        after = book->run.step[at][column][row];
        if (kind == XT_STEP_IMPUTE ? isnan(before) && !isnan(after) : !isnan(after) && before != after)
            return true;
    }
    return false;
}

bool xt_index_book_filled(const struct xt_index_book *book, size_t column, size_t row)
{
    return changed_by(book, XT_STEP_IMPUTE, column, row);
}

bool xt_index_book_treated(const struct xt_index_book *book, size_t column, size_t row)
{
    return changed_by(book, XT_STEP_TREAT, column, row);
}

size_t xt_index_book_period_at(const struct xt_index_book *book, size_t row)
{
    size_t low = 0, high = book->period_count;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (book->periods[middle] <= book->period[row])
            low = middle;
        else
            high = middle;
    }
    return low;
}

size_t xt_index_book_years(const struct xt_index_book *book, size_t row, const size_t **out)
{
    size_t first = book->place[row], last = first;
    const char *unit = book->table->unit[row];

    while (first > 0 && strcmp(book->table->unit[book->by_unit[first - 1]], unit) == 0)
        first--;
    while (last + 1 < book->table->rows && strcmp(book->table->unit[book->by_unit[last + 1]], unit) == 0)
        last++;
    *out = book->by_unit + first;
    return last - first + 1;
}

size_t xt_index_book_peers(const struct xt_index_book *book, size_t row, size_t *out, bool *grouped)
{
    size_t at = xt_index_book_period_at(book, row), i, n = 0;
    const char *group = book->table->group ? book->table->group[row] : NULL;

    for (i = book->period_first[at]; group && i < book->period_first[at + 1]; i++) {
        size_t other = book->by_period[i];

        if (book->rank[book->tree->top][other] > 0 && book->table->group[other] &&
            strcmp(book->table->group[other], group) == 0)
            out[n++] = other;
    }
    *grouped = n >= XT_INDEX_PEERS_MIN;
    if (*grouped)
        return n;
    n = xt_index_book_ranked(book, at); /* they stand first */
    memcpy(out, book->by_period + book->period_first[at], n * sizeof *out);
    return n;
}

double xt_index_book_median(const struct xt_index_book *book, size_t period_at, const double *values)
{
    size_t n = xt_index_book_units(book, period_at), i;
    double *x = xt_calloc(2 * n + 1, sizeof *x), median;

    for (i = 0; i < n; i++)
        x[i] = values[book->by_period[book->period_first[period_at] + i]];
    median = xt_stat_quantile(x, n, 0.5, x + n);
    free(x);
    return median;
}

xt_instant xt_index_book_instant(const struct xt_index_book *book)
{
    int32_t year = book->period_count > 0 ? book->periods[book->period_count - 1] : 0;

    if (year < FIRST_YEAR || year > LAST_YEAR)
        return xt_days_from_civil(2000, 1, 1) * 86400 * XT_SECOND;
    return xt_days_from_civil(year, 12, 31) * 86400 * XT_SECOND;
}

/* Thousands are separated from five digits on, as yearbooks do: 2023 stays as it is. */
static void separate(const char *digits, char out[XT_FIGURE_SIZE])
{
    size_t whole = strspn(digits, "-0123456789"), first = digits[0] == '-', n = 0, i;

    for (i = 0; digits[i] && n + 2 < XT_FIGURE_SIZE; i++) {
        if (i > first && i < whole && (whole - i) % 3 == 0 && whole - first > 4)
            out[n++] = ',';
        out[n++] = digits[i];
    }
    out[n] = '\0';
}

char *xt_index_figure(double value, char out[XT_FIGURE_SIZE])
{
    char digits[64];
    double size = fabs(value);

    if (!isfinite(value)) {
        (void)snprintf(out, XT_FIGURE_SIZE, "%s", "—");
        return out;
    }
    if (size >= 1e15 || (size > 0 && size < 1e-6)) {
        (void)snprintf(out, XT_FIGURE_SIZE, "%.3g", value);
        return out;
    }
    (void)snprintf(digits, sizeof digits, "%.*f",
                   size == floor(size) || size >= 10000 ? 0
                   : size >= 100                        ? 1
                   : size >= 1                          ? 2
                   : size >= 0.01                       ? 3
                                                        : 6,
                   value);
    separate(digits, out);
    return out;
}
