/* index_file.c - reads an index's JSON: nodes, columns, recipe, factors; all faults at once, by place. */
#include "indicator/index_file.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "indicator/analysis.h"

struct reading {
    struct xt_index_file *file;
    struct xt_arena *arena;
    struct xt_problems *problems;
    struct xt_text path;
    const char *const *options;
};

/* ---- places ---- */

static size_t enter(struct reading *r, const char *name)
{
    size_t before = r->path.n;

    if (before > 0)
        xt_text_add_char(&r->path, '.');
    xt_text_add_z(&r->path, name);
    return before;
}

static size_t enter_item(struct reading *r, size_t at)
{
    size_t before = r->path.n;

    xt_text_addf(&r->path, "[%zu]", at);
    return before;
}

static void leave(struct reading *r, size_t before)
{
    xt_text_cut(&r->path, before);
}

#define fault(r, ...) xt_problem((r)->problems, (r)->path.s, __VA_ARGS__)

static void fault_at(struct reading *r, const char *member, enum xt_msg msg, const char *value)
{
    size_t before = enter(r, member);

    fault(r, msg, XT_TEXT(value));
    leave(r, before);
}

/* ---- members ---- */

/* A space-separated list of what an object may hold: what nobody knows is mostly misspelt. */
static void known(struct reading *r, const json_t *object, const char *members)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)object, name, value) {
        const char *at = strstr(members, name);
        size_t n = strlen(name);

        if (n == 0)
            at = NULL; /* it would be found everywhere */
        while (at && ((at > members && at[-1] != ' ') || (at[n] != ' ' && at[n] != '\0')))
            at = strstr(at + 1, name);
        if (!at && name[0] != '$')
            fault_at(r, name, XT_MSG_INDEX_MEMBER, name);
    }
}

static const char *text(struct reading *r, const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);

    if (value && !json_is_string(value)) {
        fault_at(r, member, XT_MSG_INDEX_TEXT, member);
        return NULL;
    }
    return value ? xt_arena_strdup(r->arena, json_string_value(value)) : NULL;
}

static double real(struct reading *r, const json_t *object, const char *member, double otherwise)
{
    const json_t *value = json_object_get(object, member);

    if (!value)
        return otherwise;
    if (!json_is_number(value)) {
        fault_at(r, member, XT_MSG_INDEX_NUMBER, member);
        return otherwise;
    }
    return json_number_value(value);
}

static int whole(struct reading *r, const json_t *object, const char *member, int otherwise)
{
    const json_t *value = json_object_get(object, member);

    if (!value)
        return otherwise;
    if (!json_is_integer(value) || json_integer_value(value) < -1000000000 || json_integer_value(value) > 1000000000) {
        fault_at(r, member, XT_MSG_INDEX_NUMBER, member);
        return otherwise;
    }
    return (int)json_integer_value(value);
}

static void labels(struct reading *r, const json_t *object, const char *member, const char *out[XT_LANGS])
{
    const json_t *label = json_object_get(object, member);
    size_t before = enter(r, member);

    out[XT_ZH] = text(r, label, "zh");
    out[XT_EN] = text(r, label, "en");
    leave(r, before);
}

static void code(struct reading *r, const json_t *object, const char *member, char *out)
{
    const char *value = text(r, object, member);

    if (value && strlen(value) >= XT_INDEX_CODE_SIZE)
        fault_at(r, member, XT_MSG_INDEX_CODE_LONG, value);
    else if (value)
        memcpy(out, value, strlen(value) + 1);
}

/* One of the words of a table; the first when absent. */
static int word(struct reading *r, const json_t *object, const char *member, const char *const *words, size_t count)
{
    const char *value = text(r, object, member);
    size_t i;

    for (i = 0; value && i < count; i++)
        if (strcmp(value, words[i]) == 0)
            return (int)i;
    if (value)
        fault_at(r, member, XT_MSG_INDEX_WORD, value);
    return 0;
}

/* How many items of a list are read: a fault where there are more than most, before room is made for them. */
static size_t few(struct reading *r, const json_t *list, size_t most)
{
    size_t n = json_array_size(list);

    if (n <= most)
        return n;
    fault(r, XT_MSG_INDEX_TOO_MANY, XT_INT(n), XT_INT(most));
    return most;
}

/* ---- nodes ---- */

static bool chosen(const struct reading *r, const char *node, const char *option)
{
    size_t n = strlen(node);
    const char *const *at;

    for (at = r->options; at && *at; at++)
        if (strncmp(*at, node, n) == 0 && (*at)[n] == '=' && strcmp(*at + n + 1, option) == 0)
            return true;
    return false;
}

static void read_node(struct reading *r, const json_t *json, struct xt_index_node *node)
{
    code(r, json, "code", node->code);
    code(r, json, "parent", node->parent);
    code(r, json, "denominator", node->denominator);
    labels(r, json, "label", node->label);
    node->unit = text(r, json, "unit");
    node->head = text(r, json, "head");
    node->weight = real(r, json, "weight", 1);
    node->target = real(r, json, "target", NAN);
    node->direction = whole(r, json, "direction", 1);
}

/* A node's own members, then those of the definition that was chosen, or of the file's "definition". */
static void read_nodes(struct reading *r, const json_t *list, struct xt_index_node **out, size_t *out_count)
{
    size_t i, before, count = few(r, list, XT_INDEX_NODES_MAX);
    json_t *json;

    *out = xt_arena_alloc(r->arena, (count + 1) * sizeof **out);
    *out_count = count;
    json_array_foreach (list, i, json) {
        struct xt_index_node *node = &(*out)[i];
        const char *name, *usual;
        json_t *definition;

        if (i >= count)
            break;
        before = enter_item(r, i);
        known(r, json, "code parent label unit head weight direction denominator target definitions definition note");
        read_node(r, json, node);
        usual = text(r, json, "definition");
        json_object_foreach (json_object_get(json, "definitions"), name, definition) {
            XT_AUTO(xt_json_unref) json_t *merged = NULL;
            bool any = false;
            const char *const *at;

            for (at = r->options; at && *at; at++)
                any = any || (strncmp(*at, node->code, strlen(node->code)) == 0 && (*at)[strlen(node->code)] == '=');
            if (any ? !chosen(r, node->code, name) : !usual || strcmp(usual, name) != 0)
                continue;
            merged = json_deep_copy(json);
            json_object_update(merged, definition);
            read_node(r, merged, node);
        }
        leave(r, before);
    }
    for (i = 0; i < count; i++) { /* leaves are indicators */
        size_t k;

        (*out)[i].indicator = (*out)[i].parent[0] != '\0';
        for (k = 0; k < count; k++)
            if (strcmp((*out)[k].parent, (*out)[i].code) == 0)
                (*out)[i].indicator = false;
    }
}

static void check_options(struct reading *r, const json_t *nodes)
{
    const char *const *at;

    for (at = r->options; at && *at; at++) {
        const char *equals = strchr(*at, '=');
        bool found = false;
        size_t i;
        json_t *json;

        json_array_foreach (nodes, i, json) {
            const char *node = json_string_value(json_object_get(json, "code"));

            found = found || (equals && node && strlen(node) == (size_t)(equals - *at) &&
                              strncmp(node, *at, strlen(node)) == 0 &&
                              json_object_get(json_object_get(json, "definitions"), equals + 1));
        }
        if (!found)
            xt_problem(r->problems, "options", XT_MSG_INDEX_OPTION, XT_TEXT(*at));
    }
}

/* ---- columns beside the indicators ---- */

static void read_column(struct reading *r, const json_t *json, struct xt_index_column *column)
{
    const json_t *take = json_object_get(json, "take");
    const char **when, **taken, *name;
    json_t *value;

    known(r, json, "code label unit head group by take");
    code(r, json, "code", column->code);
    labels(r, json, "label", column->label);
    column->unit = text(r, json, "unit");
    column->head = text(r, json, "head");
    column->group = json_is_true(json_object_get(json, "group"));
    column->by = text(r, json, "by");
    when = xt_arena_alloc(r->arena, (json_object_size(take) + 1) * sizeof *when);
    taken = xt_arena_alloc(r->arena, (json_object_size(take) + 1) * sizeof *taken);
    json_object_foreach ((json_t *)take, name, value) {
        when[column->choice_count] = xt_arena_strdup(r->arena, name);
        taken[column->choice_count++] = xt_arena_strdup(r->arena, xt_json_view(value).s ? xt_json_view(value).s : "");
    }
    column->when = when;
    column->take = taken;
    if ((column->by != NULL) != (column->choice_count > 0))
        fault_at(r, "take", XT_MSG_REQUIRED, "take");
}

static void read_columns(struct reading *r, const json_t *list)
{
    size_t i, before, count = few(r, list, XT_INDEX_COLUMNS_MAX);
    json_t *json;
    struct xt_index_column *columns = xt_arena_alloc(r->arena, (count + 1) * sizeof *columns);

    json_array_foreach (list, i, json) {
        if (i >= count)
            break;
        before = enter_item(r, i);
        read_column(r, json, &columns[i]);
        leave(r, before);
    }
    r->file->columns = columns;
    r->file->column_count = count;
}

/* A head or a denominator that names two things would mean whichever comes first. */
static void check_columns(struct reading *r)
{
    const struct xt_index_file *file = r->file;
    size_t i, k;

    for (i = 0; i < file->column_count; i++) {
        const char *name = file->columns[i].code;
        bool twice = name[0] && xt_index_tree_find(&file->tree, name) != SIZE_MAX;

        for (k = 0; name[0] && !twice && k < i; k++)
            twice = strcmp(file->columns[k].code, name) == 0;
        if (twice)
            xt_problem(r->problems, name, XT_MSG_INDEX_TWICE);
    }
}

/* ---- units ---- */

bool xt_index_unit_plain(struct xt_str name, char out[XT_INDEX_UNIT_NAME_SIZE])
{
    static const char wide[] = "\u3000";
    size_t i, n = 0;

    for (i = 0; i < name.n; i++) {
        if (name.n - i >= strlen(wide) && memcmp(name.s + i, wide, strlen(wide)) == 0) {
            i += strlen(wide) - 1;
        } else if (name.s[i] != ' ') {
            if (n + 1 >= XT_INDEX_UNIT_NAME_SIZE)
                return false;
            out[n++] = name.s[i];
        }
    }
    out[n] = '\0';
    return true;
}

static const char *plain_name(struct reading *r, const char *unit, const char *name)
{
    char plain[XT_INDEX_UNIT_NAME_SIZE];

    if (!xt_index_unit_plain(xt_str(name), plain)) {
        fault_at(r, unit, XT_MSG_INDEX_CODE_LONG, name);
        return "";
    }
    return xt_arena_strdup(r->arena, plain);
}

/* {"内蒙古": ["内蒙古自治区"], "北京": []}: a unit and the other names by which data know it. */
static void read_units(struct reading *r, const json_t *object)
{
    size_t count = 0, i, n = 0;
    struct xt_index_unit *units;
    const char *name;
    json_t *also, *other;

    json_object_foreach ((json_t *)object, name, also)
        count += 1 + json_array_size(also);
    if (count > XT_INDEX_UNIT_NAMES_MAX) {
        fault(r, XT_MSG_INDEX_TOO_MANY, XT_INT(count), XT_INT(XT_INDEX_UNIT_NAMES_MAX));
        return;
    }
    units = xt_arena_alloc(r->arena, (count + 1) * sizeof *units);
    json_object_foreach ((json_t *)object, name, also) {
        const char *unit = xt_arena_strdup(r->arena, name);

        units[n++] = (struct xt_index_unit){unit, plain_name(r, name, name)};
        json_array_foreach (also, i, other) {
            if (json_is_string(other))
                units[n++] = (struct xt_index_unit){unit, plain_name(r, name, json_string_value(other))};
            else
                fault_at(r, name, XT_MSG_INDEX_TEXT, name);
        }
    }
    r->file->units = units;
    r->file->unit_count = n;
}

/* ---- steps ---- */

static const char *const STEPS[] = {"screen", "denominate", "impute", "treat", "normalise", "aggregate"};
static const char *const IMPUTES[] = {"mean", "median", "group-mean", "group-median", "last", "linear"};
static const char *const NORMALISES[] = {"minmax",       "z",         "rank",   "percentile", "borda",  "distance-max",
                                         "fraction-max", "reference", "scaled", "goalposts",  "target", "base-year"};
static const char *const OVERS[] = {"period", "all", "base"};
static const char *const AGGREGATES[] = {"arithmetic", "geometric", "harmonic", "power", "copeland"};
static_assert(XT_COUNT(STEPS) == XT_STEP_KINDS && XT_COUNT(NORMALISES) == XT_NORMALISES, "a word for each");

static const double *posts(struct reading *r, const json_t *object)
{
    const struct xt_index_tree *tree = &r->file->tree;
    double *list;
    size_t i, before = enter(r, "posts");

    if (!object) {
        leave(r, before);
        return NULL;
    }
    list = xt_arena_alloc(r->arena, (2 * tree->indicator_count + 1) * sizeof *list);
    for (i = 0; i < tree->indicator_count; i++) {
        const json_t *pair = json_object_get(object, tree->nodes[tree->indicators[i]].code);

        list[2 * i] = json_number_value(json_array_get(pair, 0));
        list[2 * i + 1] = json_number_value(json_array_get(pair, 1));
        if (json_array_size(pair) != 2)
            fault_at(r, tree->nodes[tree->indicators[i]].code, XT_MSG_INDEX_PAIR, "");
    }
    leave(r, before);
    return list;
}

static void read_normalise(struct reading *r, const json_t *json, struct xt_index_step *step)
{
    known(r, json, "step method lo hi over base unit capped posts");
    step->normalise.method = (enum xt_normalise)word(r, json, "method", NORMALISES, XT_COUNT(NORMALISES));
    step->normalise.lo = real(r, json, "lo", 0);
    step->normalise.hi = real(r, json, "hi", step->normalise.method == XT_NORM_MINMAX ? 100 : 1);
    step->normalise.over = (enum xt_norm_over)word(r, json, "over", OVERS, XT_COUNT(OVERS));
    step->normalise.base = whole(r, json, "base", 0);
    step->normalise.unit = text(r, json, "unit");
    step->normalise.capped = json_is_true(json_object_get(json, "capped"));
    step->normalise.posts = posts(r, json_object_get(json, "posts"));
}

/* {"A": 2, "B": 1}: of the nodes named; others keep their own. */
static const double *weights(struct reading *r, const json_t *object, const char *member)
{
    const struct xt_index_tree *tree = &r->file->tree;
    double *list;
    size_t i, before;
    const char *name;
    json_t *value;

    if (!object)
        return NULL;
    before = enter(r, member);
    list = xt_arena_alloc(r->arena, tree->count * sizeof *list);
    for (i = 0; i < tree->count; i++)
        list[i] = tree->nodes[i].weight;
    json_object_foreach ((json_t *)object, name, value) {
        size_t node = xt_index_tree_find(tree, name);

        if (node == SIZE_MAX || !json_is_number(value))
            fault_at(r, name, node == SIZE_MAX ? XT_MSG_INDEX_NO_NODE : XT_MSG_INDEX_NUMBER, name);
        else
            list[node] = json_number_value(value);
    }
    leave(r, before);
    return list;
}

static void read_aggregate(struct reading *r, const json_t *json, struct xt_index_step *step)
{
    const json_t *levels = json_object_get(json, "by_level");
    XT_AUTO(xt_json_unref) json_t *one = NULL;
    size_t i, before = enter(r, "by_level");
    json_t *level;

    step->aggregate.levels = json_array_size(levels) > 0 ? json_array_size(levels) : 1;
    if (json_array_size(levels) > XT_INDEX_LEVELS_MAX) {
        fault(r, XT_MSG_INDEX_LEVELS, XT_INT(json_array_size(levels)), XT_INT(XT_INDEX_LEVELS_MAX));
        step->aggregate.levels = XT_INDEX_LEVELS_MAX;
    }
    json_array_foreach (levels, i, level) {
        if (i >= step->aggregate.levels)
            break;
        json_decref(one);
        one = json_pack("{sO}", "method", level);
        step->aggregate.by_level[i] = (enum xt_aggregate)word(r, one, "method", AGGREGATES, XT_COUNT(AGGREGATES));
    }
    leave(r, before);
    known(r, json, "step by_level power present weights");
    step->aggregate.power = real(r, json, "power", 1);
    step->aggregate.present = real(r, json, "present", 0);
    step->aggregate.weights = weights(r, json_object_get(json, "weights"), "weights");
}

static void read_step(struct reading *r, const json_t *json, struct xt_index_step *step)
{
    *step = (struct xt_index_step){.kind = (enum xt_index_step_kind)word(r, json, "step", STEPS, XT_COUNT(STEPS))};
    if (!json_object_get(json, "step"))
        fault_at(r, "step", XT_MSG_REQUIRED, "step");
    switch (step->kind) {
    case XT_STEP_SCREEN:
        known(r, json, "step present non_zero");
        step->screen.present = real(r, json, "present", 0);
        step->screen.non_zero = real(r, json, "non_zero", 0);
        break;
    case XT_STEP_DENOMINATE:
        known(r, json, "step scale");
        step->denominate.scale = real(r, json, "scale", 1);
        break;
    case XT_STEP_IMPUTE:
        known(r, json, "step method");
        step->impute.method = (enum xt_impute)word(r, json, "method", IMPUTES, XT_COUNT(IMPUTES));
        break;
    case XT_STEP_TREAT:
        known(r, json, "step skew kurtosis points log");
        step->treat.skew = real(r, json, "skew", 2);
        step->treat.kurtosis = real(r, json, "kurtosis", 3.5);
        step->treat.points = whole(r, json, "points", 5);
        step->treat.no_log = json_is_false(json_object_get(json, "log"));
        break;
    case XT_STEP_NORMALISE:
        read_normalise(r, json, step);
        break;
    case XT_STEP_AGGREGATE:
        read_aggregate(r, json, step);
        break;
    case XT_STEP_KINDS:
        break;
    }
}

/* ---- weights from judgements ---- */

/* {"index": [[1, 2], [0.5, 1]]}: of a group, its children beside one another, in their order. */
static void read_judgements(struct reading *r, const json_t *groups, struct xt_index_node *nodes, size_t count)
{
    const char *name;
    json_t *rows;
    size_t outer = enter(r, "judgements");

    json_object_foreach ((json_t *)groups, name, rows) {
        double m[XT_AHP_MAX * XT_AHP_MAX] = {0};
        size_t child[XT_AHP_MAX], n = 0, i, j, before = enter(r, name);
        struct xt_ahp ahp;
        struct xt_error err;

        for (i = 0; i < count; i++) {
            if (strcmp(nodes[i].parent, name) != 0)
                continue;
            if (n < XT_AHP_MAX)
                child[n] = i;
            n++;
        }
        if (n > XT_AHP_MAX || n != json_array_size(rows)) {
            fault(r, n > XT_AHP_MAX ? XT_MSG_AHP_SIZE : XT_MSG_AHP_CHILDREN,
                  XT_INT(n > XT_AHP_MAX ? n : json_array_size(rows)), XT_INT(n > XT_AHP_MAX ? XT_AHP_MAX : n));
            leave(r, before);
            continue;
        }
        for (i = 0; i < n; i++)
            for (j = 0; j < n; j++)
                m[i * n + j] = json_number_value(json_array_get(json_array_get(rows, i), j));
        if (xt_ahp(m, n, &ahp, &err) != XT_OK) {
            xt_problem(r->problems, r->path.s, err.msg, XT_INT(err.args[0].i), XT_INT(err.args[1].i));
        } else {
            for (i = 0; i < n; i++)
                nodes[child[i]].weight = ahp.weights[i];
            r->file->consistency = fmax(r->file->consistency, ahp.consistency);
        }
        leave(r, before);
    }
    leave(r, outer);
}

/* ---- the recipe and its factors ---- */

static void read_steps(struct reading *r, const json_t *list)
{
    struct xt_index_recipe *recipe = &r->file->recipe;
    size_t i, outer = enter(r, "steps"), before;
    json_t *json;

    recipe->count = 0;
    if (json_array_size(list) == 0 || json_array_size(list) > XT_INDEX_STEPS_MAX)
        fault(r, XT_MSG_INDEX_STEPS, XT_INT(json_array_size(list)), XT_INT(XT_INDEX_STEPS_MAX));
    json_array_foreach (list, i, json) {
        if (i >= XT_INDEX_STEPS_MAX)
            break;
        before = enter_item(r, i);
        read_step(r, json, &recipe->steps[recipe->count++]);
        leave(r, before);
    }
    leave(r, outer);
}

static const char *const FACTORS[] = {"step", "weights", "noise", "exclude", "error"};

static void read_choices(struct reading *r, const json_t *json, struct xt_factor *factor)
{
    const json_t *choices = json_object_get(json, "choices");
    size_t i, outer = enter(r, "choices"), n = few(r, choices, XT_CHOICES_MAX), before;
    struct xt_index_step *steps = xt_arena_alloc(r->arena, (n + 1) * sizeof *steps);
    const double **sets = xt_arena_alloc(r->arena, (n + 1) * sizeof *sets);
    bool *left_out = xt_arena_alloc(r->arena, n + 1);
    json_t *choice;

    json_array_foreach (choices, i, choice) {
        if (i >= n)
            break;
        before = enter_item(r, i);
        if (factor->kind == XT_FACTOR_WEIGHTS)
            sets[i] = weights(r, choice, "weights");
        else if (json_is_null(choice)) { /* the step is not done */
            left_out[i] = true;
            if (factor->at < r->file->recipe.count)
                steps[i] = r->file->recipe.steps[factor->at];
        } else
            read_step(r, choice, &steps[i]);
        leave(r, before);
    }
    leave(r, outer);
    factor->steps = steps;
    factor->weights = sets;
    factor->left_out = left_out;
    factor->count = n;
}

static void read_factors(struct reading *r, const json_t *uncertainty)
{
    const json_t *list = json_object_get(uncertainty, "factors");
    size_t i, outer = enter(r, "uncertainty"), before, count = few(r, list, XT_FACTORS_MAX);
    struct xt_factor *factors = xt_arena_alloc(r->arena, (count + 1) * sizeof *factors);
    json_t *json;

    known(r, uncertainty, "draws seed factors");
    r->file->draws = (size_t)(whole(r, uncertainty, "draws", 1000) > 0 ? whole(r, uncertainty, "draws", 1000) : 0);
    r->file->seed = (uint64_t)whole(r, uncertainty, "seed", 1);
    json_array_foreach (list, i, json) {
        size_t inner;

        if (i >= count)
            break;
        inner = enter(r, "factors");
        before = enter_item(r, i);
        known(r, json, "name factor at choices amount");
        factors[i].name = text(r, json, "name");
        if (!factors[i].name)
            fault_at(r, "name", XT_MSG_REQUIRED, "name");
        factors[i].kind = (enum xt_factor_kind)word(r, json, "factor", FACTORS, XT_COUNT(FACTORS));
        factors[i].at = (size_t)whole(r, json, "at", 0);
        factors[i].amount = real(r, json, "amount", 0);
        read_choices(r, json, &factors[i]);
        leave(r, before);
        leave(r, inner);
    }
    r->file->factors = factors;
    r->file->factor_count = count;
    leave(r, outer);
}

static void read_group(struct reading *r, const json_t *json)
{
    struct xt_index_file *file = r->file;
    const char *asked = text(r, json, "group");
    size_t i;

    file->group = SIZE_MAX;
    for (i = 0; i < file->column_count && file->group == SIZE_MAX; i++)
        if (file->columns[i].group && (!asked || strcmp(file->columns[i].code, asked) == 0))
            file->group = i;
    if (asked && file->group == SIZE_MAX)
        fault_at(r, "group", XT_MSG_INDEX_NO_NODE, asked);
}

static void read_recipe(struct reading *r, const json_t *json)
{
    const char *weigh;
    size_t before = enter(r, "recipe");

    known(r, json, "steps uncertainty weigh group");
    read_group(r, json);
    weigh = text(r, json, "weigh");
    if (weigh && strcmp(weigh, "principal") != 0 && strcmp(weigh, "given") != 0)
        fault_at(r, "weigh", XT_MSG_INDEX_WORD, weigh);
    r->file->principal = weigh && strcmp(weigh, "principal") == 0;
    read_steps(r, json_object_get(json, "steps"));
    read_factors(r, json_object_get(json, "uncertainty"));
    leave(r, before);
}

static enum xt_code outcome(const struct reading *r, size_t before, struct xt_error *err)
{
    const struct xt_problem *first;

    if (r->problems->seen == before)
        return XT_OK;
    first = &r->problems->list[before < r->problems->count ? before : 0];
    return xt_fail(err, XT_E_INPUT, first->path, first->msg);
}

static enum xt_code read_file(struct reading *r, struct xt_error *err)
{
    struct xt_index_file *file = r->file;
    const json_t *json = file->json;
    struct xt_index_node *nodes;
    size_t count, seen = r->problems->seen, before;
    enum xt_code rc;

    known(r, json, "label about source version units nodes columns judgements recipe");
    file->version = text(r, json, "version");
    file->source = text(r, json, "source");
    labels(r, json, "label", file->label);
    labels(r, json, "about", file->about);
    before = enter(r, "nodes");
    read_nodes(r, json_object_get(json, "nodes"), &nodes, &count);
    leave(r, before);
    check_options(r, json_object_get(json, "nodes"));
    read_judgements(r, json_object_get(json, "judgements"), nodes, count);
    before = enter(r, "columns");
    read_columns(r, json_object_get(json, "columns"));
    leave(r, before);
    before = enter(r, "units");
    read_units(r, json_object_get(json, "units"));
    leave(r, before);
    rc = xt_index_tree_make(nodes, count, r->arena, &file->tree, r->problems, err);
    if (rc != XT_OK)
        return rc;
    check_columns(r);
    read_recipe(r, json_object_get(json, "recipe"));
    return outcome(r, seen, err);
}

enum xt_code xt_index_file_load(const char *name, struct xt_str json, const char *const *options,
                                struct xt_index_file **out, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_index_file_free) struct xt_index_file *file = xt_calloc(1, sizeof *file);
    struct reading r = {.file = file, .arena = &file->arena, .problems = problems, .options = options};
    enum xt_code rc;

    xt_arena_init(&file->arena);
    xt_text_init(&r.path, 4096);
    file->name = xt_arena_strdup(&file->arena, name);
    if (json.n > XT_INDEX_FILE_BYTES_MAX)
        rc = xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_LONG, XT_INT(XT_INDEX_FILE_BYTES_MAX));
    else
        rc = xt_json_parse(json, &file->json, err);
    if (rc == XT_OK)
        rc = read_file(&r, err);
    xt_text_done(&r.path);
    if (rc != XT_OK)
        return rc;
    *out = file;
    file = NULL;
    return XT_OK;
}

enum xt_code xt_index_file_recipe(struct xt_index_file *file, struct xt_str json, struct xt_problems *problems,
                                  struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;
    struct reading r = {.file = file, .arena = &file->arena, .problems = problems};
    size_t seen = problems->seen;
    enum xt_code rc = xt_json_parse(json, &tree, err);

    if (rc != XT_OK)
        return rc;
    json_t *recipe = json_object_get(tree, "recipe") ? json_object_get(tree, "recipe") : tree;

    xt_text_init(&r.path, 4096);
    read_recipe(&r, recipe);
    xt_text_done(&r.path);
    rc = outcome(&r, seen, err);
    if (rc == XT_OK) /* the definition is now the one that was used */
        json_object_set(file->json, "recipe", recipe);
    return rc;
}

void xt_index_file_free(struct xt_index_file **file)
{
    if (!*file)
        return;
    json_decref((*file)->json);
    xt_arena_done(&(*file)->arena);
    free(*file);
    *file = NULL;
}
