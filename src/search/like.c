/*
 * More like this. A word tells the more of a text the more often it stands there, counted as rank does, and the fewer
 * documents have it. Words that no other document has tell nothing about others; those in half of all tell nothing at
 * all. Pairs of Chinese characters serve as words: those that cross two words are rare, but rarely shared.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "search/ask_priv.h"
#include "text/token.h"

#define WORDS_MAX  4096 /* looked at */
#define WORDS_SEEN 64   /* those that stand there most, whose documents are counted */
#define WORDS_USED 20

struct word {
    struct xt_str token;
    double hits; /* weighted by field */
    double tells;
};

struct words {
    struct xt_arena *arena;
    struct word *list;
    size_t count;
    uint32_t *slots; /* word + 1 */
    double weight;   /* of the field at hand */
};

#define SLOTS (4 * WORDS_MAX)

static bool gather(void *context, const struct xt_token *token)
{
    struct words *w = context;

    if (token->digits || token->kind == XT_TOKEN_LAST)
        return true;
    size_t slot = (size_t)xt_hash64(token->s, token->n) % SLOTS;
    for (; w->slots[slot]; slot = (slot + 1) % SLOTS) {
        struct word *word = &w->list[w->slots[slot] - 1];

        if (word->token.n == token->n && memcmp(word->token.s, token->s, token->n) == 0) {
            word->hits += w->weight;
            return true;
        }
    }
    if (w->count == WORDS_MAX)
        return false;
    w->list[w->count++] = (struct word){{xt_arena_strndup(w->arena, token->s, token->n), token->n}, w->weight, 0};
    w->slots[slot] = (uint32_t)w->count;
    return true;
}

static int by_hits(const void *a, const void *b)
{
    const struct word *x = a, *y = b;

    if (x->hits > y->hits || x->hits < y->hits)
        return x->hits > y->hits ? -1 : 1;
    return xt_str_cmp(x->token, y->token);
}

static int by_telling(const void *a, const void *b)
{
    const struct word *x = a, *y = b;

    if (x->tells > y->tells || x->tells < y->tells)
        return x->tells > y->tells ? -1 : 1;
    return xt_str_cmp(x->token, y->token);
}

static struct query_node *leaf_of(struct ask *a, const struct word *word)
{
    struct query_node *leaf = xt_arena_alloc(a->arena, sizeof *leaf);

    leaf->kind = QUERY_TEXT;
    leaf->written = word->token;
    leaf->tokens = &word->token;
    leaf->token_count = 1;
    query_fields(a->schema, &leaf->fields);
    return leaf;
}

/* How much each of the words tells; those that tell nothing get 0. */
static enum xt_code weigh(struct ask *a, struct word *words, size_t count, struct xt_error *err)
{
    double live = (double)a->view->state.live;

    for (size_t i = 0; i < count; i++) {
        struct query_node *leaf = leaf_of(a, &words[i]);
        int64_t with = 0;
        enum xt_code rc = a->ops->frequency(a->view, leaf, a->allowed, &with, err);

        if (rc != XT_OK)
            return rc;
        if (with >= 2 && (double)with <= live / 2)
            words[i].tells =
                rank_idf((int64_t)live, with) * words[i].hits * (RANK_K1 + 1.0) / (words[i].hits + RANK_K1);
    }
    return XT_OK;
}

enum xt_code like_add(struct ask *a, struct xt_error *err)
{
    struct words w = {.arena = a->arena,
                      .list = xt_arena_alloc(a->arena, WORDS_MAX * sizeof *w.list),
                      .slots = xt_arena_alloc(a->arena, SLOTS * sizeof *w.slots)};
    struct query_node *any = xt_arena_alloc(a->arena, sizeof *any), **tail = &any->first;
    struct query_node *both = xt_arena_alloc(a->arena, sizeof *both);

    if (a->query.leaf_count > QUERY_LEAVES_MAX - WORDS_USED)
        return xt_fail(err, XT_E_INPUT, "q", XT_MSG_SEARCH_TOO_LONG);
    for (size_t i = 0; i < a->request->like_count; i++) {
        const struct xt_search_text *text = &a->request->like[i];

        if (a->schema->fields[text->field].min_class > a->request->reader ||
            a->schema->fields[text->field].weight == XT_WEIGHT_APART)
            continue;
        w.weight = rank_weight(a->schema->fields[text->field].weight);
        xt_token_each(text->text, gather, &w);
    }
    qsort(w.list, w.count, sizeof *w.list, by_hits);
    size_t seen = w.count < WORDS_SEEN ? w.count : WORDS_SEEN;
    enum xt_code rc = weigh(a, w.list, seen, err);
    if (rc != XT_OK)
        return rc;
    qsort(w.list, seen, sizeof *w.list, by_telling);

    any->kind = QUERY_OR;
    for (size_t i = 0; i < seen && i < WORDS_USED && w.list[i].tells > 0 && a->query.leaf_count < QUERY_LEAVES_MAX;
         i++) {
        struct query_node *leaf = leaf_of(a, &w.list[i]);

        leaf->leaf = (unsigned)a->query.leaf_count;
        a->query.leaves[a->query.leaf_count++] = leaf;
        *tail = leaf;
        tail = &leaf->next;
    }
    if (!any->first)
        any->kind = QUERY_NONE; /* nothing is like a text that says nothing */
    both->kind = QUERY_AND;
    both->first = any;
    any->next = a->query.root;
    a->query.root = both;
    return XT_OK;
}
