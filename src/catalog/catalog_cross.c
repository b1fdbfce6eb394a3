/*
 * catalog_cross.c - GET /api/v1/cross: how many records of a search hold a value of one facet and one of another, as a table.
 *
 * An axis is a facet ("subject"), or the facet of the records that another one names: "organisation.area" is the areas of the
 * organisations that a record names, so that a table of it with itself says who works with whom. Its values are
 * those below a code (the cities of a province), or else the most frequent ones; of years the newest, of nested facets those
 * on top, so that no value lies within another and each number is that of the search it opens to.
 */
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog_routes.h"
#include "catalog/catalog_view.h"

#define BUDGET_MS 5000
#define MOST      1000 /* values looked at to find the newest years */

const struct xt_param xt_catalog_cross_params[] = {
    {.name = "rows",
     .kind = XT_P_TEXT,
     .max = 60,
     .required = true,
     .about = "Facet of the rows: \"area\"; \"organisation.area\" is the areas of the organisations named."},
    {.name = "columns", .kind = XT_P_TEXT, .max = 60, .required = true, .about = "Facet of the columns, likewise."},
    {.name = "rows_under", .kind = XT_P_TEXT, .max = 60, .about = "Rows are the codes just below this one: 440000."},
    {.name = "columns_under", .kind = XT_P_TEXT, .max = 60, .about = "Likewise for the columns."},
    {.name = "row_values",
     .kind = XT_P_INT,
     .min = 1,
     .max = 100,
     .otherwise = "20",
     .about = "Most rows, the most frequent ones; of years the newest."},
    {.name = "column_values",
     .kind = XT_P_INT,
     .min = 1,
     .max = 100,
     .otherwise = "20",
     .about = "Most columns, likewise."},
    XT_SEARCH_PARAMS,
    {.name = "sort",
     .kind = XT_P_ENUM,
     .values = "relevance date title",
     .about = "Taken from addresses of searches; of no effect."},
    {.name = NULL},
};

struct side {
    const char *param, *under_param; /* "rows", "rows_under" */
    struct xt_str name, under;
    unsigned most;
    const struct xt_facet *facet;   /* whose values are counted */
    const struct xt_facet *through; /* or NULL */
    const struct xt_search_facet *schema;
    const struct xt_code_item *above; /* whose codes just below it are the values, or NULL */
    struct xt_search_axis axis;
};

struct crossing {
    struct xt_request *request;
    struct xt_search_request ask;
    struct side sides[2];
};

static void no_facet(struct crossing *c, const struct side *side, struct xt_str name)
{
    xt_problem(&c->request->problems, side->param, XT_MSG_NO_FACET, XT_VIEW(name));
}

static void read_side(struct crossing *c, struct side *side, const char *param, const char *under, const char *most)
{
    const struct xt_region *region = c->request->node->region;
    struct xt_str name = xt_request_param(c->request, param);
    size_t dot = xt_str_find(name, XT_STR("."));

    *side = (struct side){.param = param,
                          .under_param = under,
                          .name = name,
                          .under = xt_request_param(c->request, under),
                          .most = (unsigned)xt_request_int(c->request, most, 20)};
    if (dot != SIZE_MAX) {
        struct xt_str of = {name.s, dot};

        side->through = xt_region_facet(region, of);
        if (!side->through || !xt_region_type(region, of)) {
            no_facet(c, side, name);
            return;
        }
        side->axis.through = of;
        name = (struct xt_str){name.s + dot + 1, name.n - dot - 1};
    }
    side->facet = xt_region_facet(region, name);
    if (!side->facet) {
        no_facet(c, side, name);
        return;
    }
    side->axis.facet = xt_str(side->facet->name);
    for (size_t i = 0; i < region->schema.facet_count; i++)
        if (strcmp(region->schema.facets[i].name, side->facet->name) == 0)
            side->schema = &region->schema.facets[i];
}

/* ---- values ---- */

static void set_values(struct crossing *c, struct side *side, const char *const *values, size_t count)
{
    struct xt_search_place *places = xt_arena_alloc(c->request->arena, (count + 1) * sizeof *places);

    for (size_t i = 0; i < count; i++)
        places[i] = (struct xt_search_place){xt_str(values[i]), (unsigned)i};
    side->axis.values = places;
    side->axis.value_count = count;
    side->axis.size = (unsigned)count;
}

/* The codes just below one, in the order of their list. */
static void values_under(struct crossing *c, struct side *side)
{
    const char *values[XT_SEARCH_AXIS_MAX];
    size_t count = 0;
    bool known = false;

    for (size_t l = 0; l < side->facet->list_count; l++) {
        const struct xt_codes *codes = side->facet->lists[l];
        const struct xt_code_item *above = xt_codes_find(codes, side->under);

        if (!above)
            continue;
        known = true;
        side->above = above;
        for (size_t i = 0; i < codes->count && count < XT_SEARCH_AXIS_MAX; i++)
            if (codes->items[i].parent == above)
                values[count++] = codes->items[i].code;
    }
    if (!known)
        xt_problem(&c->request->problems, side->under_param, XT_MSG_NOT_IN_LIST, XT_VIEW(side->under),
                   XT_TEXT(side->facet->labels[c->request->lang]));
    set_values(c, side, values, count);
}

static int newest_first(const void *x, const void *y)
{
    return strcmp(*(const char *const *)y, *(const char *const *)x);
}

static bool on_top(const struct xt_search_facet *facet, const char *value)
{
    return !facet->parent || !facet->parent(facet->context, value);
}

/* The most frequent values on top; the newest years, the oldest of them first. */
static void values_found(struct crossing *c, struct side *side, const struct xt_search_answer *found)
{
    const char *values[MOST];
    size_t count = 0;

    for (size_t f = 0; f < found->facet_count; f++) {
        const struct xt_search_facet_counts *facet = &found->facets[f];

        if (strcmp(facet->name, side->facet->name) != 0)
            continue;
        for (size_t i = 0; i < facet->count && count < (side->schema->is_year ? MOST : side->most); i++)
            if (facet->counts[i].count > 0 && on_top(side->schema, facet->counts[i].value))
                values[count++] = facet->counts[i].value;
    }
    if (side->schema->is_year) {
        qsort(values, count, sizeof *values, newest_first);
        count = count < side->most ? count : side->most;
        for (size_t i = 0; i < count / 2; i++) {
            const char *newer = values[i];

            values[i] = values[count - 1 - i];
            values[count - 1 - i] = newer;
        }
    }
    set_values(c, side, values, count);
}

static enum xt_code choose_values(struct crossing *c, struct xt_error *err)
{
    struct xt_search_request ask = c->ask;
    struct xt_search_answer found = {.total = 0};
    struct xt_str facets[2];
    enum xt_code rc = XT_OK;

    ask.facets = facets;
    ask.facet_values = MOST;
    for (int i = 0; i < 2; i++)
        if (c->sides[i].under.n == 0)
            facets[ask.facet_count++] = c->sides[i].axis.facet;
    if (ask.facet_count)
        rc = xt_search_ask(c->request->node->search, &ask, c->request->arena, &found, err);
    for (int i = 0; i < 2 && rc == XT_OK; i++)
        if (c->sides[i].under.n == 0)
            values_found(c, &c->sides[i], &found);
    return rc;
}

/* ---- the answer ---- */

/* From the top down to the one the values lie under. */
static void write_path(struct xt_json *w, const struct crossing *c, const struct xt_code_item *at)
{
    if (!at)
        return;
    write_path(w, c, at->parent);
    xt_json_object(w);
    xt_json_kv_z(w, "value", at->code);
    xt_json_kv_z(w, "label", at->labels[c->request->lang]);
    xt_json_end_object(w);
}

static void write_side(struct xt_json *w, const struct crossing *c, const struct side *side, const int64_t *counts,
                       size_t step)
{
    const struct xt_region *region = c->request->node->region;

    xt_json_key(w, side->param);
    xt_json_object(w);
    xt_json_kv_str(w, "facet", side->name);
    xt_json_kv_z(w, "label", side->facet->labels[c->request->lang]);
    xt_json_key(w, "path");
    xt_json_array(w);
    write_path(w, c, side->above);
    xt_json_end_array(w);
    xt_json_key(w, "values");
    xt_json_array(w);
    for (size_t i = 0; i < side->axis.value_count; i++) {
        struct xt_str value = side->axis.values[i].value;
        const char *label = xt_facet_label(side->facet, region, value, c->request->lang);

        xt_json_object(w);
        xt_json_kv_str(w, "value", value);
        xt_json_kv_str(w, "label", label ? xt_str(label) : value);
        xt_json_kv_int(w, "count", counts[(i + 1) * step]);
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
    xt_json_end_object(w);
}

static void write_answer(struct xt_text *out, const struct crossing *c, const struct xt_search_answer *answer)
{
    size_t rows = c->sides[0].axis.size, columns = c->sides[1].axis.size, width = columns + 1;
    struct xt_json w;

    xt_json_init(&w, out);
    xt_json_object(&w);
    xt_json_kv_int(&w, "total", answer->total);
    xt_json_kv_z(&w, "relation", answer->at_least ? "gte" : "eq");
    write_side(&w, c, &c->sides[0], answer->table, width);
    write_side(&w, c, &c->sides[1], answer->table, 1);
    xt_json_key(&w, "counts");
    xt_json_array(&w);
    for (size_t r = 1; r <= rows; r++) {
        xt_json_array(&w);
        for (size_t k = 1; k <= columns; k++)
            xt_json_add_int(&w, answer->table[r * width + k]);
        xt_json_end_array(&w);
    }
    xt_json_end_array(&w);
    xt_json_kv_int(&w, "took_us", answer->took_us);
    xt_json_end_object(&w);
}

enum xt_code xt_catalog_cross(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    struct crossing *c = xt_arena_alloc(request->arena, sizeof *c);
    struct xt_search_answer answer;
    int64_t last = 0;
    enum xt_code rc;

    c->request = request;
    xt_catalog_read_search(request->node->region, request->params, request->param_count, xt_catalog_cross_params,
                           &request->problems, request->arena, &c->ask);
    c->ask.reader = request->actor.reads;
    c->ask.budget_ms = BUDGET_MS;
    read_side(c, &c->sides[0], "rows", "rows_under", "row_values");
    read_side(c, &c->sides[1], "columns", "columns_under", "column_values");
    for (int i = 0; i < 2; i++)
        if (c->sides[i].facet && c->sides[i].under.n)
            values_under(c, &c->sides[i]);
    if (request->problems.count > 0)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_REQUEST_WRONG, XT_INT(request->problems.seen));
    rc = xt_catalog_read_related(request, &c->ask, err);
    if (rc == XT_OK)
        rc = xt_seq_last(request->node->store, &last, err);
    reply->passing = rc == XT_OK && xt_search_reached(request->node->search) < last;
    if (rc == XT_OK)
        rc = choose_values(c, err);
    if (rc == XT_OK) {
        const struct xt_search_axis cross[] = {c->sides[0].axis, c->sides[1].axis};

        c->ask.cross = cross;
        rc = xt_search_ask(request->node->search, &c->ask, request->arena, &answer, err);
        c->ask.cross = NULL;
    }
    if (rc == XT_OK) {
        reply->passing = reply->passing || answer.at_least;
        write_answer(&reply->body, c, &answer);
    }
    return rc;
}
