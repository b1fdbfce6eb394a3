/* index_release.c - releases: written, read back, run again. */
#include "indicator/index_release.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "indicator/analysis.h"

#define COMPONENTS_MAX  200u /* columns of a group weighed by components: the work is their cube */
#define CHOSEN_MAX      64u
#define FORMAT          "xietong-index-release/1"
#define CONSISTENCY_MAX 0.1 /* Saaty 1980 */

/* ---- writing ---- */

char *xt_index_release_figure(double value, char out[XT_RELEASE_FIGURE_SIZE])
{
    (void)snprintf(out, XT_RELEASE_FIGURE_SIZE, "%.12g", value == 0 ? 0.0 : value);
    return out;
}

void xt_index_release_add(struct xt_json *w, double value)
{
    char digits[XT_RELEASE_FIGURE_SIZE];

    if (isnan(value))
        xt_json_add_null(w);
    else
        xt_json_add_raw(w, xt_str(xt_index_release_figure(value, digits)));
}

static void add_reals(struct xt_json *w, const double *values, size_t n)
{
    size_t i;

    xt_json_array(w);
    for (i = 0; i < n; i++)
        xt_index_release_add(w, values[i]);
    xt_json_end_array(w);
}

/* Data are written in full: they are what the rest is made from. */
static void add_data_column(struct xt_json *w, const double *values, size_t n)
{
    size_t i;

    xt_json_array(w);
    for (i = 0; i < n; i++) {
        if (isnan(values[i]))
            xt_json_add_null(w);
        else
            xt_json_add_double(w, values[i]);
    }
    xt_json_end_array(w);
}

static void add_definition(struct xt_json *w, const struct xt_index_file *file,
                           const struct xt_index_release_options *options)
{
    const char *const *at;

    xt_json_kv_z(w, "index", file->name);
    xt_json_key(w, "definition");
    xt_json_add_tree(w, file->json);
    xt_json_key(w, "chosen");
    xt_json_array(w);
    for (at = options->chosen; at && *at; at++)
        xt_json_add_z(w, *at);
    xt_json_end_array(w);
}

static void add_data(struct xt_json *w, const struct xt_index_file *file, const struct xt_index_data *data)
{
    const struct xt_index_table *table = &data->table;
    char hex[XT_HASH_HEX];
    size_t i, row;

    xt_json_key(w, "data");
    xt_json_object(w);
    xt_json_kv_z(w, "sha256", xt_hash_hex(&data->hash, hex));
    xt_json_key(w, "units");
    xt_json_array(w);
    for (row = 0; row < table->rows; row++) {
        xt_json_array(w);
        xt_json_add_z(w, table->unit[row]);
        xt_json_add_z(w, data->names[row]);
        xt_json_add_int(w, table->period ? table->period[row] : 0);
        if (table->group && table->group[row])
            xt_json_add_z(w, table->group[row]);
        xt_json_end_array(w);
    }
    xt_json_end_array(w);
    xt_json_key(w, "values");
    xt_json_object(w);
    for (i = 0; i < file->tree.indicator_count; i++) {
        xt_json_key(w, file->tree.nodes[file->tree.indicators[i]].code);
        add_data_column(w, table->values[i], table->rows);
    }
    xt_json_end_object(w);
    xt_json_key(w, "extras");
    xt_json_object(w);
    for (i = 0; i < table->extra_count; i++) {
        xt_json_key(w, table->extras[i].code);
        add_data_column(w, table->extras[i].values, table->rows);
    }
    xt_json_end_object(w);
    xt_json_end_object(w);
}

static void add_treated(struct xt_json *w, const struct xt_index_file *file, const struct xt_index_result *result)
{
    size_t i;

    if (!result->treated)
        return;
    xt_json_key(w, "treated");
    xt_json_object(w);
    for (i = 0; i < file->tree.indicator_count; i++) {
        const struct xt_index_treated *t = &result->treated[i];

        if (t->passed_before)
            continue;
        xt_json_key(w, file->tree.nodes[file->tree.indicators[i]].code);
        xt_json_object(w);
        xt_json_key(w, "skew");
        xt_index_release_add(w, t->skew_before);
        xt_json_key(w, "kurtosis");
        xt_index_release_add(w, t->kurtosis_before);
        xt_json_kv_int(w, "points", t->points);
        xt_json_kv_bool(w, "logged", t->logged);
        xt_json_end_object(w);
    }
    xt_json_end_object(w);
}

static void add_results(struct xt_json *w, const struct xt_index_file *file, const struct xt_index_result *result)
{
    const struct xt_index_tree *tree = &file->tree;
    size_t i, row;

    xt_json_key(w, "weights");
    xt_json_object(w);
    for (i = 0; i < tree->count; i++) {
        xt_json_key(w, tree->nodes[i].code);
        xt_index_release_add(w, result->weight[i]);
    }
    xt_json_end_object(w);
    xt_json_key(w, "scores");
    xt_json_object(w);
    for (i = 0; i < tree->count; i++) {
        xt_json_key(w, tree->nodes[i].code);
        add_reals(w, result->score[i], result->rows);
    }
    xt_json_end_object(w);
    xt_json_key(w, "ranks");
    xt_json_object(w);
    for (i = 0; i < tree->count; i++) {
        xt_json_key(w, tree->nodes[i].code);
        xt_json_array(w);
        for (row = 0; row < result->rows; row++)
            xt_json_add_int(w, result->rank[i][row]);
        xt_json_end_array(w);
    }
    xt_json_end_object(w);
    xt_json_key(w, "screened_out");
    xt_json_array(w);
    for (row = 0; row < result->rows; row++)
        if (result->out[row])
            xt_json_add_int(w, (int64_t)row);
    xt_json_end_array(w);
    add_treated(w, file, result);
}

static void add_effects(struct xt_json *w, const struct xt_index_file *file, const struct xt_index_data *data,
                        const struct xt_index_result *result, int32_t period)
{
    const struct xt_index_tree *tree = &file->tree;
    struct xt_node_effect *effects = xt_calloc(tree->count, sizeof *effects);
    size_t i;

    xt_index_effects(tree, &data->table, result, period, effects);
    xt_json_key(w, "effects");
    xt_json_object(w);
    for (i = 0; i < tree->count; i++) {
        xt_json_key(w, tree->nodes[i].code);
        xt_json_object(w);
        xt_json_key(w, "nominal");
        xt_index_release_add(w, effects[i].nominal);
        xt_json_key(w, "variance");
        xt_index_release_add(w, effects[i].variance);
        xt_json_key(w, "correlation");
        xt_index_release_add(w, effects[i].correlation);
        xt_json_end_object(w);
    }
    xt_json_end_object(w);
    free(effects);
}

static void add_warnings(struct xt_json *w, const struct xt_problems *warnings)
{
    size_t i;

    xt_json_key(w, "warnings");
    xt_json_array(w);
    for (i = 0; warnings && i < warnings->count; i++) {
        xt_json_object(w);
        xt_json_kv_z(w, "node", warnings->list[i].path);
        xt_json_kv_z(w, "what", xt_msg_name(warnings->list[i].msg));
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
}

static void add_ranges(struct xt_json *w, const struct xt_sensitivity *s)
{
    size_t unit;

    xt_json_key(w, "units");
    xt_json_array(w);
    for (unit = 0; unit < s->rows; unit++) {
        struct xt_rank_range range;

        xt_sensitivity_range(s, unit, &range);
        xt_json_object(w);
        xt_json_kv_int(w, "row", (int64_t)s->row[unit]);
        xt_json_key(w, "low");
        xt_index_release_add(w, range.low);
        xt_json_key(w, "median");
        xt_index_release_add(w, range.median);
        xt_json_key(w, "mean");
        xt_index_release_add(w, range.mean);
        xt_json_key(w, "high");
        xt_index_release_add(w, range.high);
        xt_json_kv_int(w, "best", range.best);
        xt_json_kv_int(w, "worst", range.worst);
        xt_json_key(w, "top10");
        xt_index_release_add(w, xt_sensitivity_top(s, unit, 10));
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
}

static void add_sensitivity(struct xt_json *w, const struct xt_index_file *file,
                            const struct xt_index_release_options *options, const struct xt_sensitivity_plan *plan,
                            const struct xt_sensitivity *s)
{
    static const char *const designs[] = {"", "draws", "sobol", "exact"};
    size_t f;

    xt_json_key(w, "uncertainty");
    xt_json_object(w);
    xt_json_kv_z(w, "design", designs[options->uncertainty]);
    xt_json_kv_z(w, "generator", "sobol (Joe and Kuo 2008), splitmix64");
    xt_json_kv_int(w, "seed", (int64_t)plan->seed);
    xt_json_kv_int(w, "draws", (int64_t)s->draws);
    xt_json_kv_int(w, "failed", (int64_t)s->failed);
    xt_json_kv_int(w, "period", plan->period);
    xt_json_key(w, "mean_shift");
    xt_index_release_add(w, xt_stat_mean(s->shift, s->draws));
    add_ranges(w, s);
    xt_json_key(w, "factors");
    xt_json_array(w);
    for (f = 0; f < s->factors; f++) {
        xt_json_object(w);
        xt_json_kv_z(w, "name", file->factors[f].name);
        if (s->first) {
            xt_json_key(w, "first");
            xt_index_release_add(w, s->first[f]);
            xt_json_key(w, "total");
            xt_index_release_add(w, s->total[f]);
            xt_json_key(w, "first_by_unit");
            add_reals(w, s->first_unit + f * s->rows, s->rows);
            xt_json_key(w, "total_by_unit");
            add_reals(w, s->total_unit + f * s->rows, s->rows);
        }
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
    xt_json_end_object(w);
}

/* ---- making ---- */

static int32_t last_period(const struct xt_index_table *table)
{
    int32_t last = table->period && table->rows > 0 ? table->period[0] : 0;
    size_t row;

    for (row = 1; table->period && row < table->rows; row++)
        last = table->period[row] > last ? table->period[row] : last;
    return last;
}

/* The runs of a design; *plan is what they were made by. */
static enum xt_code run_design(const struct xt_index_file *file, const struct xt_index_data *data,
                               const struct xt_index_release_options *options, int32_t period,
                               struct xt_sensitivity_plan *plan, struct xt_sensitivity *out,
                               struct xt_problems *problems, struct xt_error *err)
{
    *plan = (struct xt_sensitivity_plan){.factors = file->factors,
                                         .factor_count = file->factor_count,
                                         .draws = options->draws > 0 ? options->draws : file->draws,
                                         .seed = file->seed,
                                         .period = period,
                                         .threads = options->threads};
    switch (options->uncertainty) {
    case XT_UNCERTAIN_SOBOL:
        return xt_sensitivity_sobol(&file->tree, &data->table, &file->recipe, plan, out, problems, err);
    case XT_UNCERTAIN_EXACT:
        return xt_sensitivity_exact(&file->tree, &data->table, &file->recipe, plan, out, problems, err);
    case XT_UNCERTAIN_NO:
    case XT_UNCERTAIN_DRAW:
        break;
    }
    return xt_sensitivity_draw(&file->tree, &data->table, &file->recipe, plan, out, problems, err);
}

static enum xt_code measure(struct xt_index_file *file, const struct xt_index_data *data,
                            const struct xt_index_release_options *options, int32_t period, struct xt_json *w,
                            struct xt_problems *problems, struct xt_error *err)
{
    struct xt_sensitivity_plan plan;
    struct xt_sensitivity s;
    enum xt_code rc;

    if (options->uncertainty == XT_UNCERTAIN_NO)
        return XT_OK;
    rc = run_design(file, data, options, period, &plan, &s, problems, err);
    if (rc != XT_OK)
        return rc;
    add_sensitivity(w, file, options, &plan, &s);
    xt_sensitivity_done(&s);
    return XT_OK;
}

/* Weights of the indicators of each group by its first component, from the normalised values; groups above keep theirs. */
static enum xt_code weigh_by_components(struct xt_index_file *file, const struct xt_index_data *data,
                                        struct xt_problems *problems, struct xt_error *err)
{
    const struct xt_index_tree *tree = &file->tree;
    struct xt_index_step *last = &file->recipe.steps[file->recipe.count - 1];
    double *weights = xt_arena_alloc(&file->arena, tree->count * sizeof *weights);
    struct xt_index_result result;
    size_t i, k, n;
    enum xt_code rc = xt_index_run(tree, &data->table, &file->recipe, &file->arena, &result, problems, NULL, err);

    if (rc != XT_OK)
        return rc; /* the last step may be no aggregation */
    for (i = 0; i < tree->count; i++)
        weights[i] = last->aggregate.weights ? last->aggregate.weights[i] : tree->nodes[i].weight;
    for (i = 0; rc == XT_OK && i < tree->group_count; i++) {
        size_t group = tree->upward[i];
        const double *columns[XT_INDEX_NODES_MAX];
        double *values, *vectors, *made;

        n = tree->child_count[group];
        if (tree->level[group] != 2 || n < 2)
            continue;
        if (n > COMPONENTS_MAX) {
            xt_problem(problems, tree->nodes[group].code, XT_MSG_INDEX_TOO_MANY, XT_INT(n), XT_INT(COMPONENTS_MAX));
            return xt_fail(err, XT_E_INPUT, tree->nodes[group].code, XT_MSG_INDEX_TOO_MANY, XT_INT(n),
                           XT_INT(COMPONENTS_MAX));
        }
        for (k = 0; k < n; k++)
            columns[k] = result.score[tree->child[tree->first[group] + k]];
        values = xt_arena_alloc(&file->arena, n * sizeof *values);
        vectors = xt_arena_alloc(&file->arena, n * n * sizeof *vectors);
        made = xt_arena_alloc(&file->arena, n * sizeof *made);
        rc = xt_principal(columns, n, result.rows, values, vectors, err);
        if (rc == XT_E_INPUT && err)
            (void)snprintf(err->field, sizeof err->field, "%s", tree->nodes[group].code);
        if (rc != XT_OK)
            break;
        xt_principal_weights(vectors, n, made);
        for (k = 0; k < n; k++)
            weights[tree->child[tree->first[group] + k]] = made[k];
    }
    last->aggregate.weights = weights;
    return rc;
}

/* Of the judgements that weights were made from: Saaty's ratio, which should stay below a tenth. */
static void add_consistency(struct xt_json *w, const struct xt_index_file *file, struct xt_problems *warnings)
{
    char ratio[32];

    if (!(file->consistency > 0))
        return;
    xt_json_key(w, "consistency");
    xt_index_release_add(w, file->consistency);
    (void)snprintf(ratio, sizeof ratio, "%.3f", file->consistency);
    if (warnings && file->consistency > CONSISTENCY_MAX)
        xt_problem(warnings, "judgements", XT_MSG_INDEX_INCONSISTENT, XT_TEXT(ratio));
}

enum xt_code xt_index_release_make(struct xt_index_file *file, const struct xt_index_data *data,
                                   const struct xt_index_release_options *options, struct xt_text *out,
                                   struct xt_problems *problems, struct xt_problems *warnings, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    int32_t period = options->period != 0 ? options->period : last_period(&data->table);
    struct xt_index_result result;
    struct xt_json w;
    enum xt_code rc = XT_OK;

    xt_arena_init(&arena);
    if (file->principal)
        rc = weigh_by_components(file, data, problems, err);
    if (rc == XT_OK)
        rc = xt_index_run(&file->tree, &data->table, &file->recipe, &arena, &result, problems, warnings, err);
    if (rc != XT_OK)
        return rc;
    xt_json_init(&w, out);
    xt_json_object(&w);
    xt_json_kv_z(&w, "format", FORMAT);
    add_definition(&w, file, options);
    add_data(&w, file, data);
    add_results(&w, file, &result);
    add_effects(&w, file, data, &result, period);
    add_consistency(&w, file, warnings);
    add_warnings(&w, warnings);
    rc = measure(file, data, options, period, &w, problems, err);
    xt_json_end_object(&w);
    return rc;
}

/* ---- reading back ---- */

static double *read_column(struct xt_arena *arena, const json_t *list, size_t rows)
{
    double *values = xt_arena_alloc(arena, (rows + 1) * sizeof *values);
    size_t row;

    for (row = 0; row < rows; row++) {
        const json_t *value = json_array_get(list, row);

        values[row] = json_is_number(value) ? json_number_value(value) : NAN;
    }
    return values;
}

static void read_data(const json_t *json, const struct xt_index_file *file, struct xt_index_data *data)
{
    const json_t *units = json_object_get(json, "units"), *values = json_object_get(json, "values");
    const json_t *extras = json_object_get(json, "extras");
    size_t rows = json_array_size(units), row, i, n = file->tree.indicator_count;
    const char **unit = xt_arena_alloc(&data->arena, (rows + 1) * sizeof *unit);
    const char **name = xt_arena_alloc(&data->arena, (rows + 1) * sizeof *name);
    const char **group = xt_arena_alloc(&data->arena, (rows + 1) * sizeof *group);
    int32_t *period = xt_arena_alloc(&data->arena, (rows + 1) * sizeof *period);
    const double **columns = xt_arena_alloc(&data->arena, (n + 1) * sizeof *columns);
    struct xt_index_extra *more = xt_arena_alloc(&data->arena, (file->column_count + 1) * sizeof *more);
    bool any_period = false, any_group = false;

    for (row = 0; row < rows; row++) {
        const json_t *item = json_array_get(units, row);
        const char *text = json_string_value(json_array_get(item, 0));

        unit[row] = xt_arena_strdup(&data->arena, text ? text : "");
        text = json_string_value(json_array_get(item, 1));
        name[row] = xt_arena_strdup(&data->arena, text ? text : unit[row]);
        period[row] = (int32_t)json_integer_value(json_array_get(item, 2));
        text = json_string_value(json_array_get(item, 3));
        group[row] = text ? xt_arena_strdup(&data->arena, text) : NULL;
        any_period = any_period || period[row] != 0;
        any_group = any_group || text;
    }
    for (i = 0; i < n; i++)
        columns[i] =
            read_column(&data->arena, json_object_get(values, file->tree.nodes[file->tree.indicators[i]].code), rows);
    for (i = 0; i < file->column_count; i++) {
        memcpy(more[i].code, file->columns[i].code, sizeof more[i].code);
        more[i].values = read_column(&data->arena, json_object_get(extras, more[i].code), rows);
    }
    data->names = name;
    data->table = (struct xt_index_table){.rows = rows,
                                          .unit = unit,
                                          .period = any_period ? period : NULL,
                                          .group = any_group ? group : NULL,
                                          .values = columns,
                                          .extras = more,
                                          .extra_count = file->column_count};
}

/* Before columns are made of so many rows. */
static enum xt_code check_size(const json_t *data, const struct xt_index_file *file, struct xt_error *err)
{
    size_t rows = json_array_size(json_object_get(data, "units"));
    size_t columns = file->tree.indicator_count + file->column_count;

    if (rows == 0 || rows > XT_INDEX_ROWS_MAX)
        return xt_fail(err, XT_E_INPUT, "data.units", XT_MSG_INDEX_ROWS, XT_INT(rows), XT_INT(XT_INDEX_ROWS_MAX));
    if (columns > XT_INDEX_CELLS_MAX / rows)
        return xt_fail(err, XT_E_INPUT, "data.units", XT_MSG_INDEX_CELLS, XT_INT(columns), XT_INT(rows),
                       XT_INT(XT_INDEX_CELLS_MAX));
    return XT_OK;
}

enum xt_code xt_index_release_read(struct xt_str json, struct xt_index_release *out, struct xt_problems *problems,
                                   struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text definition = {0};
    struct xt_json w;
    const json_t *chosen;
    const char **options;
    size_t i;
    enum xt_code rc;

    *out = (struct xt_index_release){0};
    rc = xt_json_parse(json, &out->json, err);
    if (rc != XT_OK)
        return rc;
    if (strcmp(xt_json_z(out->json, "format", ""), FORMAT) != 0) {
        xt_index_release_done(out);
        return xt_fail(err, XT_E_INPUT, "format", XT_MSG_RELEASE_FORMAT, XT_TEXT(FORMAT));
    }
    if (!json_is_object(json_object_get(out->json, "definition"))) {
        xt_index_release_done(out);
        return xt_fail(err, XT_E_INPUT, "definition", XT_MSG_REQUIRED);
    }
    chosen = json_object_get(out->json, "chosen");
    if (json_array_size(chosen) > CHOSEN_MAX) {
        rc = xt_fail(err, XT_E_INPUT, "chosen", XT_MSG_INDEX_TOO_MANY, XT_INT(json_array_size(chosen)),
                     XT_INT(CHOSEN_MAX));
        xt_index_release_done(out);
        return rc;
    }
    options = xt_calloc(json_array_size(chosen) + 1, sizeof *options);
    for (i = 0; i < json_array_size(chosen); i++)
        options[i] = json_string_value(json_array_get(chosen, i));
    xt_text_init(&definition, XT_INDEX_FILE_BYTES_MAX);
    xt_json_init(&w, &definition);
    xt_json_add_tree(&w, json_object_get(out->json, "definition"));
    rc = xt_index_file_load(xt_json_z(out->json, "index", ""), xt_text_view(&definition), options, &out->file, problems,
                            err);
    free(options);
    if (rc == XT_OK)
        rc = check_size(json_object_get(out->json, "data"), out->file, err);
    if (rc == XT_OK) {
        out->data = xt_calloc(1, sizeof *out->data);
        xt_arena_init(&out->data->arena);
        xt_text_init(&out->data->unused, 64);
        read_data(json_object_get(out->json, "data"), out->file, out->data);
        xt_index_data_hash(out->file, out->data);
        rc = xt_index_table_check(&out->file->tree, &out->data->table, problems, err);
    }
    if (rc != XT_OK)
        xt_index_release_done(out);
    return rc;
}

void xt_index_release_done(struct xt_index_release *release)
{
    json_decref(release->json);
    xt_index_file_free(&release->file);
    xt_index_data_free(&release->data);
    *release = (struct xt_index_release){0};
}

/* What a release was made with; chosen is left out. */
static struct xt_index_release_options made_with(const struct xt_index_release *release)
{
    const json_t *uncertainty = json_object_get(release->json, "uncertainty");
    const char *design = xt_json_z(uncertainty, "design", "");
    struct xt_index_release_options options = {
        .uncertainty = strcmp(design, "draws") == 0   ? XT_UNCERTAIN_DRAW
                       : strcmp(design, "sobol") == 0 ? XT_UNCERTAIN_SOBOL
                       : strcmp(design, "exact") == 0 ? XT_UNCERTAIN_EXACT
                                                      : XT_UNCERTAIN_NO,
        .draws = (size_t)xt_json_int(uncertainty, "draws", 0),
        .period = (int32_t)xt_json_int(uncertainty, "period", 0),
    };

    if (options.uncertainty == XT_UNCERTAIN_SOBOL)
        options.draws /= release->file->factor_count + 2;
    return options;
}

enum xt_code xt_index_release_draws(struct xt_index_release *release, unsigned threads, struct xt_sensitivity *out,
                                    struct xt_problems *problems, struct xt_error *err)
{
    struct xt_index_release_options options = made_with(release);
    struct xt_sensitivity_plan plan;
    enum xt_code rc = XT_OK;

    if (options.uncertainty == XT_UNCERTAIN_NO)
        return xt_fail(err, XT_E_NOT_FOUND, "release", XT_MSG_RELEASE_UNCERTAIN);
    options.threads = threads;
    if (release->file->principal)
        rc = weigh_by_components(release->file, release->data, problems, err);
    return rc == XT_OK ? run_design(release->file, release->data, &options, options.period, &plan, out, problems, err)
                       : rc;
}

enum xt_code xt_index_release_verify(struct xt_str json, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text again = {0};
    XT_AUTO(xt_problems_done) struct xt_problems warnings = {0};
    struct xt_index_release_options options;
    struct xt_index_release release;
    const json_t *chosen;
    const char **list;
    size_t i;
    enum xt_code rc = xt_index_release_read(json, &release, problems, err);

    if (rc != XT_OK)
        return rc;
    xt_problems_init(&warnings);
    xt_text_init(&again, json.n + XT_MIB);
    options = made_with(&release);
    chosen = json_object_get(release.json, "chosen");
    list = xt_calloc(json_array_size(chosen) + 1, sizeof *list);
    for (i = 0; i < json_array_size(chosen); i++)
        list[i] = json_string_value(json_array_get(chosen, i));
    options.chosen = list;
    rc = xt_index_release_make(release.file, release.data, &options, &again, problems, &warnings, err);
    for (i = 0; rc == XT_OK && i < again.n && i < json.n && again.s[i] == json.s[i];)
        i++;
    if (rc == XT_OK && (i < again.n || i < json.n))
        rc = xt_fail(err, XT_E_CONFLICT, "", XT_MSG_RELEASE_DIFFERS, XT_INT(i));
    free(list);
    xt_index_release_done(&release);
    return rc;
}

size_t xt_index_release_row(const struct xt_index_release *release, const char *unit, int32_t period)
{
    const struct xt_index_table *table = &release->data->table;
    size_t row, named = SIZE_MAX;

    for (row = 0; row < table->rows; row++) {
        if (table->period && table->period[row] != period)
            continue;
        if (strcmp(table->unit[row], unit) == 0)
            return row;
        if (named == SIZE_MAX && strcmp(release->data->names[row], unit) == 0)
            named = row; /* another unit may have it as its code */
    }
    return named;
}

static const json_t *figure(const struct xt_index_release *release, const char *member, size_t node, size_t row)
{
    return json_array_get(json_object_get(json_object_get(release->json, member), release->file->tree.nodes[node].code),
                          row);
}

double xt_index_release_score(const struct xt_index_release *release, size_t node, size_t row)
{
    const json_t *value = figure(release, "scores", node, row);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

int32_t xt_index_release_rank(const struct xt_index_release *release, size_t node, size_t row)
{
    return (int32_t)json_integer_value(figure(release, "ranks", node, row));
}

int32_t xt_index_release_last(const struct xt_index_release *release)
{
    return last_period(&release->data->table);
}

/* ---- two releases ---- */

/* Both as one table of two periods, 1 and 2: the units of their last periods. Indicators and columns are matched by code. */
static void join(const struct xt_index_release *before, const struct xt_index_release *after, struct xt_arena *arena,
                 struct xt_index_table *out, size_t *row_of)
{
    const struct xt_index_release *both[2] = {before, after};
    const struct xt_index_tree *tree = &after->file->tree;
    size_t most = before->data->table.rows + after->data->table.rows, n = 0, r, row, c;
    const char **unit = xt_arena_alloc(arena, (most + 1) * sizeof *unit);
    const char **group = xt_arena_alloc(arena, (most + 1) * sizeof *group);
    int32_t *period = xt_arena_alloc(arena, (most + 1) * sizeof *period);
    double **values = xt_arena_alloc(arena, (tree->indicator_count + 1) * sizeof *values);
    double **extra = xt_arena_alloc(arena, (after->file->column_count + 1) * sizeof *extra);
    struct xt_index_extra *extras = xt_arena_alloc(arena, (after->file->column_count + 1) * sizeof *extras);
    bool grouped = false;

    for (c = 0; c < tree->indicator_count; c++)
        values[c] = xt_arena_alloc(arena, (most + 1) * sizeof **values);
    for (c = 0; c < after->file->column_count; c++) {
        extra[c] = xt_arena_alloc(arena, (most + 1) * sizeof **extra);
        memcpy(extras[c].code, after->file->columns[c].code, sizeof extras[c].code);
        extras[c].values = extra[c];
    }
    for (r = 0; r < 2; r++) {
        const struct xt_index_table *table = &both[r]->data->table;
        int32_t last = last_period(table);

        for (row = 0; row < table->rows; row++) {
            if (table->period && table->period[row] != last)
                continue;
            for (c = 0; c < tree->indicator_count; c++) {
                size_t node = xt_index_tree_find(&both[r]->file->tree, tree->nodes[tree->indicators[c]].code);
                size_t at = node == SIZE_MAX ? SIZE_MAX : both[r]->file->tree.column[node];

                values[c][n] = at == SIZE_MAX ? NAN : table->values[at][row];
            }
            for (c = 0; c < after->file->column_count; c++)
                extra[c][n] = c < table->extra_count && strcmp(table->extras[c].code, extras[c].code) == 0
                                  ? table->extras[c].values[row]
                                  : NAN;
            unit[n] = table->unit[row];
            group[n] = table->group ? table->group[row] : NULL;
            grouped = grouped || group[n];
            if (r == 1)
                row_of[n] = row;
            period[n++] = (int32_t)r + 1;
        }
    }
    *out = (struct xt_index_table){.rows = n,
                                   .unit = unit,
                                   .period = period,
                                   .group = grouped ? group : NULL,
                                   .values = (const double *const *)values,
                                   .extras = extras,
                                   .extra_count = after->file->column_count};
}

enum xt_code xt_index_release_split(const struct xt_index_release *before, const struct xt_index_release *after,
                                    struct xt_index_split *out, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    size_t rows = after->data->table.rows, i, n = 0, *row_of;
    struct xt_index_change *changes;
    struct xt_index_table both;
    enum xt_code rc;

    xt_arena_init(&arena);
    xt_problems_init(&problems);
    row_of = xt_arena_alloc(&arena, (before->data->table.rows + rows + 1) * sizeof *row_of);
    join(before, after, &arena, &both, row_of);
    changes = xt_arena_alloc(&arena, (both.rows + 1) * sizeof *changes);
    rc = xt_index_changes(&after->file->tree, &both, &after->file->recipe, 1, 2, changes, &problems, err);
    if (rc != XT_OK)
        return rc;
    out->change = xt_alloc((rows + 1) * sizeof *out->change);
    out->own = xt_alloc((rows + 1) * sizeof *out->own);
    out->yardstick = xt_alloc((rows + 1) * sizeof *out->yardstick);
    for (i = 0; i < rows; i++)
        out->change[i] = out->own[i] = out->yardstick[i] = NAN;
    for (i = 0; i < both.rows; i++) {
        if (both.period[i] != 2)
            continue;
        size_t row = row_of[i], old = xt_index_release_row(before, both.unit[i], xt_index_release_last(before));

        /* Outliers are treated over both together when own is measured; what that does belongs to the yardstick. */
        out->own[row] = changes[n++].own;
        if (old == SIZE_MAX || isnan(out->own[row]))
            continue;
        out->change[row] = xt_index_release_score(after, after->file->tree.top, row) -
                           xt_index_release_score(before, before->file->tree.top, old);
        out->yardstick[row] = out->change[row] - out->own[row];
    }
    return XT_OK;
}
