/* Any query is read, said again, and said the same when what was said is read once more; also in pieces and with synonyms each
 * leaf is one of its own. */
#include <stdlib.h>
#include <string.h>

#include "search/query.h"
#include "search/test_help.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool known(void *context, unsigned facet, struct xt_str value)
{
    (void)context;
    return facet == TYPE && xt_str_is(value, "paper");
}

static void mark_hits(const struct query *query, struct xt_arena *arena, struct xt_str text)
{
    const struct xt_search_words *words = query_words(query, arena);
    struct xt_text marked;

    xt_text_init(&marked, XT_MIB);
    for (unsigned field = 0; field < TEST_FIELDS; field++)
        (void)xt_search_highlight(words, field, text, 20, &marked);
    xt_text_done(&marked);
}

/* How deep brackets lie in each other outside quotation marks, at most. */
static unsigned nesting(const char *said)
{
    unsigned depth = 0, deepest = 0;
    bool quoted = false;

    for (; *said; said++) {
        if (*said == '"')
            quoted = !quoted;
        else if (!quoted && *said == '(' && ++depth > deepest)
            deepest = depth;
        else if (!quoted && *said == ')' && depth > 0)
            depth--;
    }
    return deepest;
}

static size_t other_names(void *context, struct xt_str phrase, struct xt_arena *arena, struct xt_str *out, size_t most)
{
    (void)context;
    (void)arena;
    for (size_t i = 0; i < most; i++)
        out[i] = i % 2 ? phrase : XT_STR("电子 x");
    return most;
}

static void check_leaves(const struct query_env *env, struct xt_str text, struct xt_arena *arena)
{
    struct query query;
    struct xt_str part;

    query_parse(env, text, arena, &query);
    if (query.leaf_count > QUERY_LEAVES_MAX || query.synonym_count > QUERY_SYNONYMS_MAX)
        abort();
    for (size_t i = 0; i < query.leaf_count; i++)
        if (query.leaves[i]->kind != QUERY_TEXT || query.leaves[i]->leaf != i || query.leaves[i]->token_count == 0)
            abort();
    for (int i = 0; i < 4; i++)
        (void)query_without(env, &query, i, XT_ZH, arena, &part);
    (void)query_has_pieces(&query);
    mark_hits(&query, arena, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct query_env env = {.schema = &test_schema, .known = known};
    struct xt_str text = {(const char *)data, size};
    struct xt_arena arena;
    struct query query, again;

    xt_arena_init(&arena);
    query_parse(&env, text, &arena, &query);
    for (int lang = 0; lang < XT_LANGS; lang++) {
        const char *said = query_understood(&env, &query, (enum xt_lang)lang, &arena);

        /* At a limit the second reading may leave out more: what is said has brackets where an order of AND and OR
         * was enough when it was typed. */
        if (query.leaf_count == QUERY_LEAVES_MAX || strlen(said) > QUERY_BYTES_MAX || nesting(said) >= QUERY_DEPTH_MAX)
            continue;
        query_parse(&env, xt_str(said), &arena, &again);
        if (again.leaf_count != query.leaf_count ||
            strcmp(said, query_understood(&env, &again, (enum xt_lang)lang, &arena)) != 0)
            abort();
    }
    mark_hits(&query, &arena, text);

    struct xt_search_schema schema = test_schema;
    schema.synonyms = other_names;
    const struct query_env pieces = {.schema = &schema, .known = known, .pieces = true};
    const struct query_env synonyms = {.schema = &schema, .known = known};
    check_leaves(&pieces, text, &arena);
    check_leaves(&synonyms, text, &arena);
    xt_arena_done(&arena);
    return 0;
}
