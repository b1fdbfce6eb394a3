/* asked.c - a search from the parameters of an address, and in words. */
#include <string.h>

#include "portal/portal_priv.h"

#define ADDRESS_MAX (32 * XT_KIB)

void asked_read(struct xt_request *request, struct asked *out)
{
    XT_AUTO(xt_text_done) struct xt_text query = {0};
    size_t i;

    xt_text_init(&query, ADDRESS_MAX);
    *out = (struct asked){.pairs = xt_arena_alloc(request->arena, (request->param_count + 1) * sizeof *out->pairs)};
    for (i = 0; i < request->param_count; i++) {
        const struct xt_pair *pair = &request->params[i];

        if (pair->value.n == 0 || !xt_catalog_is_search_param(request->node->region, pair->name))
            continue;
        xt_text_add_char(&query, out->count == 0 ? '?' : '&');
        html_query(&query, pair->name);
        xt_text_add_char(&query, '=');
        html_query(&query, pair->value);
        out->pairs[out->count++] = *pair;
    }
    out->query = xt_arena_strdup(request->arena, query.s);
}

void asked_words(const struct xt_request *request, const struct asked *asked, struct xt_text *out)
{
    const struct xt_region *region = request->node->region;
    size_t i, k;

    for (i = 0; i < asked->count; i++) {
        const struct xt_pair *pair = &asked->pairs[i];
        const char *label = xt_str_is(pair->name, "like")     ? say(request, W_LIKE)
                            : xt_str_is(pair->name, "linked") ? say(request, W_LINKED)
                                                              : NULL;

        if (xt_str_is(pair->name, "sort") || xt_str_is(pair->name, "match") || xt_str_is(pair->name, "syn"))
            continue;
        for (k = 0; k < region->facet_count && !label; k++)
            if (xt_str_is(pair->name, region->facets[k].name))
                label = xt_facet_label(&region->facets[k], region, pair->value, request->lang);
        if (out->n > 0)
            xt_text_add_z(out, " · ");
        if (label)
            xt_text_add_z(out, label);
        else
            xt_text_add_str(out, pair->value);
    }
    if (out->n == 0)
        xt_text_add_z(out, say(request, W_EVERYTHING));
}
