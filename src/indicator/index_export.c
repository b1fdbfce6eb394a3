/* index_export.c - scores, ranks and intervals as a table, and a release as JSON in an easy shape. */
#include "indicator/index_export.h"

#include <math.h>
#include <stdlib.h>

#include "base/json.h"

#define FORMAT   "xietong-index-export/1"
#define ALWAYS   4 /* columns before the nodes: unit, name, period, group */
#define INTERVAL 7 /* columns behind them */

/* ---- a table ---- */

static const char *const interval_heads[INTERVAL] = {"rank_low",  "rank_median", "rank_high",        "rank_mean",
                                                     "rank_best", "rank_worst",  "probability_top10"};

static struct xt_str figure(struct xt_arena *arena, double value)
{
    return isnan(value) ? XT_STR("")
                        : xt_str(xt_index_release_figure(value, xt_arena_alloc(arena, XT_RELEASE_FIGURE_SIZE)));
}

static void head_columns(const struct xt_index_book *book, enum xt_lang lang, struct xt_arena *arena,
                         struct xt_out_column *columns)
{
    static const char *const heads[ALWAYS][XT_LANGS] = {
        {"代码", "unit"}, {"名称", "name"}, {"年份", "period"}, {"分组", "group"}};
    const struct xt_index_tree *tree = book->tree;
    size_t i;

    for (i = 0; i < ALWAYS; i++)
        columns[i].head = heads[i][lang];
    for (i = 0; i < tree->count; i++) {
        columns[ALWAYS + i].head = tree->nodes[i].code;
        columns[ALWAYS + tree->count + i].head = xt_arena_printf(arena, "rank_%s", tree->nodes[i].code);
    }
    for (i = 0; i < INTERVAL; i++)
        columns[ALWAYS + 2 * tree->count + i].head = interval_heads[i];
    for (i = ALWAYS; i < ALWAYS + 2 * tree->count + INTERVAL; i++)
        columns[i].kind = XT_CELL_FIGURE;
}

static void fill_row(const struct xt_index_book *book, size_t row, struct xt_arena *arena, struct xt_str *cells)
{
    const struct xt_index_table *table = book->table;
    const struct xt_index_range *r = &book->range[row];
    const double figures[INTERVAL] = {r->low, r->median, r->high, r->mean, r->best, r->worst, r->top10};
    size_t n = book->tree->count, i;

    cells[0] = xt_str(table->unit[row]);
    cells[1] = xt_str(book->release->data->names[row]);
    cells[2] = table->period ? xt_str(xt_arena_printf(arena, "%d", table->period[row])) : XT_STR("");
    cells[3] = xt_str(table->group && table->group[row] ? table->group[row] : "");
    for (i = 0; i < n; i++) {
        int32_t rank = book->rank[i][row];

        cells[ALWAYS + i] = figure(arena, book->score[i][row]);
        cells[ALWAYS + n + i] = rank > 0 ? xt_str(xt_arena_printf(arena, "%d", rank)) : XT_STR("");
    }
    for (i = 0; i < INTERVAL; i++)
        cells[ALWAYS + 2 * n + i] = r->known ? figure(arena, figures[i]) : XT_STR("");
}

enum xt_code xt_index_export_table(const struct xt_index_book *book, enum xt_format format, enum xt_lang lang,
                                   const char *path, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena heads = {0}, texts = {0};
    XT_AUTO(xt_out_drop) struct xt_out *out = NULL;
    size_t n = ALWAYS + 2 * book->tree->count + INTERVAL, row;
    struct xt_out_column *columns;
    struct xt_str *cells;
    enum xt_code rc;

    xt_arena_init(&heads);
    xt_arena_init(&texts);
    columns = xt_arena_alloc(&heads, n * sizeof *columns);
    cells = xt_arena_alloc(&heads, n * sizeof *cells);
    head_columns(book, lang, &heads, columns);
    rc = xt_out_open(path, format, XT_CHARSET_UTF8, book->file->name, columns, n, &out, err);
    for (row = 0; rc == XT_OK && row < book->table->rows; row++) {
        xt_arena_clear(&texts);
        fill_row(book, row, &texts, cells);
        rc = xt_out_row(out, cells, n, err);
    }
    return rc == XT_OK ? xt_out_close(&out, err) : rc;
}

/* ---- JSON ---- */

static void kv_figure(struct xt_json *w, const char *key, double value)
{
    xt_json_key(w, key);
    xt_index_release_add(w, value);
}

static void kv_rank(struct xt_json *w, const char *key, int32_t rank)
{
    xt_json_key(w, key);
    if (rank > 0)
        xt_json_add_int(w, rank);
    else
        xt_json_add_null(w);
}

static void kv_words(struct xt_json *w, const char *key, const char *const words[XT_LANGS])
{
    xt_json_key(w, key);
    xt_json_object(w);
    if (words[XT_ZH])
        xt_json_kv_z(w, "zh", words[XT_ZH]);
    if (words[XT_EN])
        xt_json_kv_z(w, "en", words[XT_EN]);
    xt_json_end_object(w);
}

static void add_head(const struct xt_index_book *book, struct xt_json *w)
{
    char hex[XT_HASH_HEX];
    size_t i;

    xt_json_kv_z(w, "format", FORMAT);
    xt_json_kv_z(w, "index", book->file->name);
    kv_words(w, "label", book->file->label);
    kv_words(w, "about", book->file->about);
    xt_json_kv_z(w, "version", book->file->version ? book->file->version : "");
    xt_json_kv_z(w, "source", book->file->source ? book->file->source : "");
    xt_json_kv_z(w, "release", book->id);
    xt_json_kv_z(w, "data_sha256", xt_hash_hex(&book->release->data->hash, hex));
    xt_json_key(w, "periods");
    xt_json_array(w);
    for (i = 0; book->table->period && i < book->period_count; i++)
        xt_json_add_int(w, book->periods[i]);
    xt_json_end_array(w);
}

static void add_nodes(const struct xt_index_book *book, struct xt_json *w)
{
    size_t i;

    xt_json_key(w, "nodes");
    xt_json_array(w);
    for (i = 0; i < book->tree->count; i++) {
        const struct xt_index_node *node = &book->tree->nodes[i];

        xt_json_object(w);
        xt_json_kv_z(w, "code", node->code);
        kv_words(w, "label", node->label);
        if (node->parent[0])
            xt_json_kv_z(w, "parent", node->parent);
        xt_json_kv_bool(w, "indicator", node->indicator);
        if (node->unit)
            xt_json_kv_z(w, "unit", node->unit);
        if (node->indicator)
            xt_json_kv_int(w, "direction", node->direction);
        kv_figure(w, "weight", book->weight[i]);
        kv_figure(w, "share", book->share[i]);
        kv_figure(w, "share_of_variance", book->variance[i]);
        kv_figure(w, "correlation", book->correlation[i]);
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
}

/* How the intervals were made, without the figures of the units: these stand at the units. */
static void add_uncertainty(const struct xt_index_book *book, struct xt_json *w)
{
    static const char *const taken[] = {"design", "generator", "seed", "draws", "failed", "period", "mean_shift"};
    const json_t *how = xt_json_get(book->release->json, "uncertainty");
    size_t i;

    if (!how)
        return;
    xt_json_key(w, "uncertainty");
    xt_json_object(w);
    for (i = 0; i < XT_COUNT(taken); i++) {
        const json_t *value = json_object_get(how, taken[i]);

        if (!value)
            continue;
        if (json_is_real(value)) {
            kv_figure(w, taken[i], json_number_value(value));
            continue;
        }
        xt_json_key(w, taken[i]);
        xt_json_add_tree(w, value);
    }
    xt_json_end_object(w);
}

static void add_interval(const struct xt_index_range *r, struct xt_json *w)
{
    if (!r->known)
        return;
    xt_json_key(w, "interval");
    xt_json_object(w);
    kv_figure(w, "low", r->low);
    kv_figure(w, "median", r->median);
    kv_figure(w, "high", r->high);
    kv_figure(w, "mean", r->mean);
    kv_rank(w, "best", r->best);
    kv_rank(w, "worst", r->worst);
    kv_figure(w, "probability_top10", r->top10);
    xt_json_end_object(w);
}

static void add_moved(const struct xt_index_book *book, size_t row, struct xt_json *w)
{
    const struct xt_index_moved *m = &book->moved[row];

    if (m->row_before == SIZE_MAX)
        return;
    xt_json_key(w, "change");
    xt_json_object(w);
    xt_json_kv_int(w, "since", book->period[m->row_before]);
    kv_rank(w, "rank_before", m->rank_before);
    kv_figure(w, "score", m->change);
    kv_figure(w, "own", m->own);
    kv_figure(w, "yardstick", m->yardstick);
    xt_json_end_object(w);
}

/* Means of each node's scores over the units of each period. */
static double *means_of(const struct xt_index_book *book)
{
    double *means = xt_calloc(book->tree->count * book->period_count + 1, sizeof *means);
    size_t i, p, k;

    for (p = 0; p < book->period_count; p++)
        for (i = 0; i < book->tree->count; i++) {
            double sum = 0, n = 0;

            for (k = book->period_first[p]; k < book->period_first[p + 1]; k++) {
                double x = book->score[i][book->by_period[k]];

                sum += isnan(x) ? 0 : x;
                n += isnan(x) ? 0 : 1;
            }
            means[p * book->tree->count + i] = n > 0 ? sum / n : NAN;
        }
    return means;
}

/* The value is the one as it was read. The contribution is share times score: those of the indicators sum to the score where
 * all means are arithmetic and nothing is missing; beside_mean is its distance from the mean contribution. */
static void add_node_of(const struct xt_index_book *book, size_t node, size_t row, double mean, struct xt_json *w)
{
    double score = book->score[node][row];
    size_t column = book->tree->column[node];

    xt_json_key(w, book->tree->nodes[node].code);
    xt_json_object(w);
    if (book->tree->nodes[node].indicator) {
        kv_figure(w, "value", book->table->values[column][row]);
        if (xt_index_book_filled(book, column, row))
            xt_json_kv_bool(w, "filled", true);
        if (xt_index_book_treated(book, column, row))
            xt_json_kv_bool(w, "treated", true);
    }
    kv_figure(w, "score", score);
    kv_rank(w, "rank", book->rank[node][row]);
    kv_figure(w, "contribution", book->share[node] * score);
    kv_figure(w, "beside_mean", book->share[node] * (score - mean));
    xt_json_end_object(w);
}

static void add_unit(const struct xt_index_book *book, size_t row, const double *means, struct xt_json *w)
{
    size_t top = book->tree->top, at = xt_index_book_period_at(book, row), i;

    xt_json_object(w);
    xt_json_kv_z(w, "unit", book->table->unit[row]);
    xt_json_kv_z(w, "name", book->release->data->names[row]);
    if (book->table->period)
        xt_json_kv_int(w, "period", book->period[row]);
    if (book->table->group && book->table->group[row])
        xt_json_kv_z(w, "group", book->table->group[row]);
    kv_figure(w, "score", book->score[top][row]);
    kv_rank(w, "rank", book->rank[top][row]);
    xt_json_kv_int(w, "of", (int64_t)xt_index_book_ranked(book, at));
    if (book->run.out[row])
        xt_json_kv_bool(w, "screened_out", true);
    add_interval(&book->range[row], w);
    add_moved(book, row, w);
    xt_json_key(w, "nodes");
    xt_json_object(w);
    for (i = 0; i < book->tree->count; i++)
        if (i != top)
            add_node_of(book, i, row, means[at * book->tree->count + i], w);
    xt_json_end_object(w);
    xt_json_end_object(w);
}

void xt_index_export_json(const struct xt_index_book *book, struct xt_text *out)
{
    double *means = means_of(book);
    struct xt_json w;
    size_t i;

    xt_json_init(&w, out);
    xt_json_object(&w);
    add_head(book, &w);
    add_uncertainty(book, &w);
    add_nodes(book, &w);
    xt_json_key(&w, "warnings");
    xt_json_array(&w);
    for (i = 0; i < book->warnings.count; i++) {
        xt_json_object(&w);
        xt_json_kv_z(&w, "node", book->warnings.list[i].path);
        xt_json_kv_z(&w, "what", xt_msg_name(book->warnings.list[i].msg));
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_key(&w, "units");
    xt_json_array(&w);
    for (i = 0; i < book->table->rows && !xt_text_overflowed(out); i++)
        add_unit(book, i, means, &w);
    xt_json_end_array(&w);
    xt_json_end_object(&w);
    xt_text_add_char(out, '\n');
    free(means);
}

enum xt_code xt_index_export(const struct xt_index_book *book, enum xt_format format, enum xt_lang lang,
                             const char *path, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    if (format == XT_FORMAT_XLSX)
        return xt_index_export_workbook(book, lang, path, err);
    if (format != XT_FORMAT_JSON)
        return xt_index_export_table(book, format, lang, path, err);
    xt_text_init(&text, XT_INDEX_JSON_BYTES_MAX);
    xt_index_export_json(book, &text);
    if (xt_text_overflowed(&text))
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_INDEX_JSON_LARGE, XT_INT(XT_INDEX_JSON_BYTES_MAX));
    return xt_out_whole(path, xt_text_view(&text), err);
}
