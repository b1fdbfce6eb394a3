/* tour.c - tour.json: checked when the region is loaded, run when it is asked for; GET /api/v1/tour. */
#include "catalog/tour.h"

#include <string.h>

#include "catalog/catalog_routes.h"
#include "catalog/region_priv.h"
#include "catalog/show.h"

#define TOUR         "tour.json"
#define STEPS_MAX    40
#define EXAMPLES_MAX 12 /* of a step */
#define NAME_CHARS   40
#define BUDGET_MS    300 /* of one example */
#define SUGGESTED    5
#define READ_WAIT_MS 2000

/* ---- loading ---- */

static bool is_text(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) > 0;
}

/* "linked": {"type": "organisation", "q": "..."}: the key of the first record that this search finds. */
static bool is_first(const char *name, const json_t *value)
{
    const char *inner;
    json_t *text;

    if ((strcmp(name, "linked") != 0 && strcmp(name, "like") != 0) || !json_is_object(value))
        return false;
    json_object_foreach ((json_t *)(uintptr_t)value, inner, text)
        if (!is_text(text))
            return false;
    return json_object_size(value) > 0;
}

static void check_example(struct region_build *b, const char *place, const json_t *example)
{
    static const char *const settings[] = {"ask", "typed", "says", "overview", NULL};
    const json_t *ask = json_object_get(example, "ask");
    const char *says[XT_LANGS], *name;
    json_t *value;

    region_settings(b, place, example, settings);
    region_labels(b, example, "says", place, true, says);
    if (json_is_object(ask) == is_text(json_object_get(example, "typed"))) /* the one or the other */
        xt_problem(b->problems, place, XT_MSG_REGION_TOUR_ASK);
    json_object_foreach ((json_t *)(uintptr_t)ask, name, value)
        if (!is_text(value) && !is_first(name, value))
            xt_problem(b->problems, place, XT_MSG_REGION_TOUR_VALUE, XT_TEXT(name));
}

static void check_step(struct region_build *b, size_t number, const json_t *tour)
{
    static const char *const settings[] = {"name", "label", "about", "examples", NULL};
    const json_t *step = json_array_get(tour, number), *examples = json_object_get(step, "examples"), *example;
    const char *name = xt_json_z(step, "name", ""), *words[XT_LANGS];
    const char *place = xt_arena_printf(&b->files->arena, "%s: %s", TOUR, name[0] ? name : "?");
    size_t i;

    region_settings(b, place, step, settings);
    region_name(b, place, name, '-', NAME_CHARS);
    region_labels(b, step, "label", place, true, words);
    region_labels(b, step, "about", place, true, words);
    for (i = 0; i < number; i++)
        if (strcmp(xt_json_z(json_array_get(tour, i), "name", ""), name) == 0)
            xt_problem(b->problems, place, XT_MSG_REPEATED_ITEM, XT_TEXT(name));
    if (json_array_size(examples) < 1 || json_array_size(examples) > EXAMPLES_MAX)
        xt_problem(b->problems, place, XT_MSG_REGION_TOUR_COUNT, XT_INT(EXAMPLES_MAX),
                   XT_INT(json_array_size(examples)));
    json_array_foreach (examples, i, example)
        check_example(b, xt_arena_printf(&b->files->arena, "%s, %zu", place, i + 1), example);
}

void region_load_tour(struct region_build *b)
{
    struct xt_str bytes;
    const json_t *tour;
    size_t i;

    if (!xt_region_file(b->region, TOUR, &bytes)) /* a region need not have it */
        return;
    tour = region_json_words(b, TOUR);
    if (!tour)
        return;
    if (!json_is_array(tour) || json_array_size(tour) > STEPS_MAX) {
        xt_problem(b->problems, TOUR, XT_MSG_REGION_TOUR_COUNT, XT_INT(STEPS_MAX), XT_INT(json_array_size(tour)));
        return;
    }
    for (i = 0; i < json_array_size(tour); i++)
        check_step(b, i, tour);
    b->region->tour = tour;
}

/* ---- running ---- */

size_t xt_tour_steps(const struct xt_region *region)
{
    return json_array_size(region->tour);
}

static const char *said(const json_t *object, const char *name, enum xt_lang lang)
{
    return xt_json_z(json_object_get(object, name), lang == XT_ZH ? "zh" : "en", "");
}

void xt_tour_step(const struct xt_region *region, size_t step, enum xt_lang lang, struct xt_tour_step *out)
{
    const json_t *json = json_array_get(region->tour, step);

    *out = (struct xt_tour_step){
        .name = xt_json_z(json, "name", ""),
        .label = said(json, "label", lang),
        .about = said(json, "about", lang),
        .examples = json_object_get(json, "examples"),
        .example_count = json_array_size(json_object_get(json, "examples")),
    };
}

static enum xt_code key_of_hit(struct xt_request *request, int64_t id, struct xt_str *out, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    char key[XT_KEY_SIZE];
    enum xt_code rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);

    if (rc == XT_OK)
        rc = xt_catalog_key(xt_read_conn(read), id, key, err);
    if (rc == XT_OK)
        *out = xt_str(xt_arena_strdup(request->arena, key));
    return rc;
}

/* The parameters of a search from a JSON object of texts; false where the region does not know one of them. */
static bool read_params(struct xt_request *request, const json_t *ask, struct xt_pair *out, size_t *count)
{
    const char *name;
    json_t *value;

    *count = 0;
    json_object_foreach ((json_t *)(uintptr_t)ask, name, value) {
        if (!xt_catalog_is_search_param(request->node->region, xt_str(name)))
            return false;
        out[(*count)++] = (struct xt_pair){xt_str(name), xt_json_view(value)};
    }
    return true;
}

/* The key of the first record that a search finds; empty where it finds none. */
static enum xt_code first_key(struct xt_request *request, const json_t *ask, struct xt_str *out, struct xt_error *err)
{
    struct xt_pair *params = xt_arena_alloc(request->arena, (json_object_size(ask) + 1) * sizeof *params);
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_search_request search;
    struct xt_search_answer answer;
    size_t count;
    enum xt_code rc;

    *out = XT_STR("");
    if (!read_params(request, ask, params, &count))
        return XT_OK;
    xt_problems_init(&problems);
    xt_catalog_read_search(request->node->region, params, count, NULL, &problems, request->arena, &search);
    if (problems.count > 0)
        return XT_OK;
    search.limit = 1;
    search.reader = request->actor.reads;
    search.budget_ms = BUDGET_MS;
    rc = xt_search_ask(request->node->search, &search, request->arena, &answer, err);
    return rc == XT_OK && answer.hit_count > 0 ? key_of_hit(request, answer.hits[0].id, out, err) : rc;
}

static enum xt_code run_search(struct xt_request *request, const json_t *ask, struct xt_tour_example *out,
                               bool *out_known, struct xt_error *err)
{
    struct xt_pair *params = xt_arena_alloc(request->arena, (json_object_size(ask) + 1) * sizeof *params);
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_search_request search;
    enum xt_code rc = XT_OK;
    struct xt_str linked = {NULL, 0}, like = {NULL, 0};
    size_t i;

    *out_known = read_params(request, ask, params, &out->param_count);
    out->params = params;
    if (!*out_known)
        return XT_OK;
    for (i = 0; i < out->param_count && rc == XT_OK; i++) {
        const json_t *value = json_object_getn(ask, params[i].name.s, params[i].name.n);

        if (json_is_object(value))
            rc = first_key(request, value, &params[i].value, err);
        if (xt_str_is(params[i].name, "linked"))
            linked = params[i].value;
        else if (xt_str_is(params[i].name, "like"))
            like = params[i].value;
        out->nowhere = out->nowhere || params[i].value.n == 0;
    }
    if (rc != XT_OK || out->nowhere)
        return rc;
    xt_problems_init(&problems);
    xt_catalog_read_search(request->node->region, params, out->param_count, NULL, &problems, request->arena, &search);
    *out_known = problems.count == 0;
    search.reader = request->actor.reads;
    search.budget_ms = BUDGET_MS;
    if (!*out_known)
        return XT_OK;
    rc = catalog_relate(request, linked, like, &search, err);
    return rc == XT_OK ? xt_search_ask(request->node->search, &search, request->arena, &out->answer, err) : rc;
}

static enum xt_code run(struct xt_request *request, const json_t *json, struct xt_tour_example *out, bool *out_known,
                        struct xt_error *err)
{
    struct xt_suggest_request ask = {
        .limit = SUGGESTED, .budget_ms = BUDGET_MS, .reader = request->actor.reads, .lang = request->lang};

    *out_known = true;
    if (!out->typed)
        return run_search(request, json_object_get(json, "ask"), out, out_known, err);
    ask.typed = xt_str(out->typed);
    return xt_catalog_suggest(request->node, &ask, request->arena, &out->suggested, err);
}

enum xt_code xt_tour_run(struct xt_request *request, const struct xt_tour_step *step, size_t example,
                         struct xt_tour_example *out, bool *out_known, struct xt_error *err)
{
    const json_t *json = json_array_get(step->examples, example);
    int64_t last = 0;
    enum xt_code rc;

    *out = (struct xt_tour_example){
        .says = said(json, "says", request->lang),
        .typed = xt_json_z(json, "typed", NULL),
        .overview = json_is_true(json_object_get(json, "overview")),
    };
    rc = run(request, json, out, out_known, err);
    if (rc == XT_OK)
        rc = xt_seq_last(request->node->store, &last, err);
    out->passing = out->answer.at_least || (out->typed && !out->suggested.complete) ||
                   xt_search_reached(request->node->search) < last;
    return rc;
}

/* ---- the route ---- */

static void write_search(struct xt_json *w, const struct xt_tour_example *example)
{
    size_t i;

    xt_json_key(w, "params");
    xt_json_array(w);
    for (i = 0; i < example->param_count; i++) {
        xt_json_array(w);
        xt_json_add_str(w, example->params[i].name);
        xt_json_add_str(w, example->params[i].value);
        xt_json_end_array(w);
    }
    xt_json_end_array(w);
    xt_json_kv_bool(w, "overview", example->overview);
    xt_json_kv_int(w, "total", example->answer.total);
    xt_json_kv_z(w, "relation", example->answer.at_least ? "gte" : "eq");
}

static void write_suggested(struct xt_json *w, const struct xt_tour_example *example)
{
    size_t i;

    xt_json_kv_z(w, "typed", example->typed);
    xt_json_key(w, "suggestions");
    xt_json_array(w);
    for (i = 0; i < example->suggested.count; i++)
        catalog_write_suggestion(w, &example->suggested.items[i]);
    xt_json_end_array(w);
    xt_json_kv_int(w, "total", (int64_t)example->suggested.count);
    xt_json_kv_z(w, "relation", example->suggested.complete ? "eq" : "gte");
}

static enum xt_code write_example(struct xt_json *w, struct xt_request *request, const struct xt_tour_step *step,
                                  size_t number, bool *passing, struct xt_error *err)
{
    struct xt_tour_example example;
    bool known;
    enum xt_code rc = xt_tour_run(request, step, number, &example, &known, err);

    if (rc != XT_OK || !known)
        return rc;
    *passing = *passing || example.passing;
    xt_json_object(w);
    xt_json_kv_z(w, "says", example.says);
    if (example.typed) {
        write_suggested(w, &example);
    } else {
        write_search(w, &example);
        if (!example.nowhere)
            catalog_write_read(w, &example.answer, request->lang);
    }
    xt_json_end_object(w);
    return XT_OK;
}

enum xt_code xt_catalog_tour(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    const struct xt_region *region = request->node->region;
    struct xt_tour_step step;
    struct xt_json w;
    size_t i, k;
    enum xt_code rc = XT_OK;

    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    for (i = 0; i < xt_tour_steps(region) && rc == XT_OK; i++) {
        xt_tour_step(region, i, request->lang, &step);
        xt_json_object(&w);
        xt_json_kv_z(&w, "name", step.name);
        xt_json_kv_z(&w, "label", step.label);
        xt_json_kv_z(&w, "about", step.about);
        xt_json_key(&w, "examples");
        xt_json_array(&w);
        for (k = 0; k < step.example_count && rc == XT_OK; k++)
            rc = write_example(&w, request, &step, k, &reply->passing, err);
        xt_json_end_array(&w);
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_end_object(&w);
    return rc;
}
