/* catalog_query.c - a search from names and values, as addresses and commands give it. */
#include <string.h>

#include "catalog/catalog_priv.h"

#define FILTERS_MAX 32
#define VALUES_MAX  100

struct reading {
    const struct xt_region *region;
    struct xt_problems *problems;
    struct xt_arena *arena;
    struct xt_search_filter *filters;
    struct xt_str (*values)[VALUES_MAX];
    size_t count;
};

static bool is_filter(const struct xt_search_schema *schema, struct xt_str name)
{
    size_t i;

    for (i = 0; i < schema->facet_count; i++) {
        if (xt_str_is(name, schema->facets[i].name))
            return true;
    }
    for (i = 0; i < schema->range_count; i++) {
        if (schema->ranges[i].labels[0] && xt_str_is(name, schema->ranges[i].name))
            return true;
    }
    return false;
}

static bool is_other(const struct xt_param *others, struct xt_str name)
{
    const struct xt_param *param;

    if (xt_str_is(name, "lang")) /* everybody's: http/ has read it */
        return true;
    for (param = others; param && param->name; param++) {
        if (xt_str_is(name, param->name))
            return true;
    }
    return false;
}

static void too_many(struct reading *r, struct xt_str name, int64_t limit)
{
    xt_problem(r->problems, xt_arena_strndup(r->arena, name.s, name.n), XT_MSG_TOO_MANY_ITEMS, XT_INT(limit),
               XT_INT(limit + 1));
}

static void add_filter(struct reading *r, const struct xt_pair *param)
{
    struct xt_search_filter *filter = NULL;
    size_t i;

    if (param->value.n == 0)
        return;
    for (i = 0; i < r->count && !filter; i++) {
        if (xt_str_eq(r->filters[i].name, param->name))
            filter = &r->filters[i];
    }
    if (!filter) {
        if (r->count == FILTERS_MAX) {
            too_many(r, param->name, FILTERS_MAX);
            return;
        }
        filter = &r->filters[r->count];
        *filter = (struct xt_search_filter){.name = param->name, .values = r->values[r->count]};
        r->count++;
    }
    if (filter->value_count == VALUES_MAX) {
        too_many(r, param->name, VALUES_MAX);
        return;
    }
    r->values[filter - r->filters][filter->value_count++] = param->value;
}

static enum xt_sort sort_of(struct xt_str name)
{
    return xt_str_is(name, "date") ? XT_SORT_DATE : xt_str_is(name, "title") ? XT_SORT_TITLE : XT_SORT_RELEVANCE;
}

bool xt_catalog_is_search_param(const struct xt_region *region, struct xt_str name)
{
    static const char *const own[] = {"q", "sort", "match", "syn", "like", "linked"};
    size_t i;

    for (i = 0; i < XT_COUNT(own); i++) {
        if (xt_str_is(name, own[i]))
            return true;
    }
    return is_filter(&region->schema, name);
}

void xt_catalog_read_search(const struct xt_region *region, const struct xt_pair *params, size_t count,
                            const struct xt_param *others, struct xt_problems *problems, struct xt_arena *arena,
                            struct xt_search_request *out)
{
    struct reading r = {region, problems, arena, NULL, NULL, 0};
    size_t i;

    r.filters = xt_arena_alloc(arena, FILTERS_MAX * sizeof *r.filters);
    r.values = xt_arena_alloc(arena, FILTERS_MAX * sizeof *r.values);
    *out = (struct xt_search_request){.filters = r.filters};
    for (i = 0; i < count; i++) {
        struct xt_str name = params[i].name;

        if (xt_str_is(name, "q"))
            out->query = params[i].value;
        else if (xt_str_is(name, "match"))
            out->pieces = xt_str_is(params[i].value, "pieces");
        else if (xt_str_is(name, "syn"))
            out->as_written = xt_str_is(params[i].value, "0");
        else if (xt_str_is(name, "sort"))
            out->sort = sort_of(params[i].value);
        else if (xt_str_is(name, "like") || xt_str_is(name, "linked"))
            continue; /* xt_catalog_read_related reads them */
        else if (is_filter(&region->schema, name))
            add_filter(&r, &params[i]);
        else if (!is_other(others, name))
            xt_problem(problems, xt_arena_strndup(arena, name.s, name.n), XT_MSG_HTTP_PARAM_UNKNOWN);
    }
    out->filter_count = r.count;
}
