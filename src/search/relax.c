/* When nothing is found: what would be, were a little less wanted. Each way is asked for its count alone. */
#include <string.h>

#include "base/time.h"
#include "search/query.h"

#define WORDS_TRIED 8 /* words and conditions that are left out in turn */
#define WORDS_SAID  2 /* those whose leaving finds most */

struct relaxing {
    struct xt_search *search;
    const struct xt_search_request *request;
    struct xt_arena *arena;
    struct xt_search_relaxed *out;
    size_t count;
    int64_t until_us;
    enum xt_lang lang;
};

/* Adds a way when it finds something. */
static enum xt_code try_way(struct relaxing *r, struct xt_search_relaxed way, struct xt_search_request request,
                            struct xt_error *err)
{
    int64_t left_ms = (r->until_us - xt_monotonic_us()) / 1000;
    struct xt_search_answer answer;

    if (left_ms <= 0 || r->count == XT_RELAXED_MAX)
        return XT_OK;
    request.query = xt_str(way.query);
    request.limit = 0;
    request.facet_count = 0;
    request.cursor = (struct xt_str){NULL, 0};
    request.sort = XT_SORT_DATE; /* counts need no scores */
    request.budget_ms = (unsigned)left_ms;
    enum xt_code rc = xt_search_ask(r->search, &request, r->arena, &answer, err);
    if (rc == XT_OK && answer.total > 0) {
        way.total = answer.total;
        way.at_least = answer.at_least;
        r->out[r->count++] = way;
    }
    return rc;
}

static enum xt_code without_filters(struct relaxing *r, const char *query, struct xt_error *err)
{
    const struct xt_search_request *request = r->request;
    struct xt_search_filter *filters = xt_arena_alloc(r->arena, (request->filter_count + 1) * sizeof *filters);
    enum xt_code rc = XT_OK;

    for (size_t i = 0; i < request->filter_count && rc == XT_OK; i++) {
        struct xt_search_request less = *request;
        size_t n = 0;

        for (size_t k = 0; k < request->filter_count; k++)
            if (k != i)
                filters[n++] = request->filters[k];
        less.filters = filters;
        less.filter_count = n;
        rc = try_way(r, (struct xt_search_relaxed){XT_RELAX_FILTER, query, request->filters[i].name, 0, false}, less,
                     err);
    }
    return rc;
}

/* The words whose leaving finds most, the best first. */
static enum xt_code without_words(struct relaxing *r, const struct query_env *env, const struct query *query,
                                  struct xt_error *err)
{
    size_t first = r->count;
    enum xt_code rc = XT_OK;

    for (int i = 0; i < WORDS_TRIED && rc == XT_OK; i++) {
        struct xt_search_relaxed way = {.how = XT_RELAX_WORD};

        way.query = query_without(env, query, i, r->lang, r->arena, &way.part);
        if (!way.query)
            break;
        rc = try_way(r, way, *r->request, err);
        for (size_t at = r->count; at > first + 1 && r->out[at - 1].total > r->out[at - 2].total; at--) {
            struct xt_search_relaxed better = r->out[at - 1];

            r->out[at - 1] = r->out[at - 2];
            r->out[at - 2] = better;
        }
        if (r->count > first + WORDS_SAID)
            r->count = first + WORDS_SAID;
    }
    return rc;
}

enum xt_code xt_search_relax(struct xt_search *search, const struct xt_search_schema *schema,
                             const struct xt_search_request *request, enum xt_lang lang, unsigned budget_ms,
                             struct xt_arena *arena, struct xt_search_relaxed *out, size_t *out_count,
                             struct xt_error *err)
{
    struct relaxing r = {search, request, arena, out, 0, xt_monotonic_us() + (int64_t)budget_ms * 1000, lang};
    struct query_env env = {.schema = schema};
    struct query *query = xt_arena_alloc(arena, sizeof *query);
    enum xt_code rc = XT_OK;

    query_parse(&env, request->query, arena, query);
    const char *whole = xt_arena_strndup(arena, request->query.s ? request->query.s : "", request->query.n);
    if (request->as_written) {
        struct xt_search_request also = *request;

        also.as_written = false;
        rc = try_way(&r, (struct xt_search_relaxed){XT_RELAX_SYNONYMS, whole, {NULL, 0}, 0, false}, also, err);
    }
    if (rc == XT_OK && !request->pieces && query_has_pieces(query)) {
        struct xt_search_request any = *request;

        any.pieces = true;
        rc = try_way(&r, (struct xt_search_relaxed){XT_RELAX_PIECES, whole, {NULL, 0}, 0, false}, any, err);
    }
    if (rc == XT_OK)
        rc = without_filters(&r, whole, err);
    if (rc == XT_OK)
        rc = without_words(&r, &env, query, err);
    *out_count = r.count;
    return rc;
}
