/*
 * The model: all tokens of a collection one after another, for each token where it stands, and for each query the hits of its
 * phrases by record and field. Scoring a query with other weights only sums these hits anew.
 */
#include "relevance_model.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/query.h"
#include "search/rank.h"
#include "text/token.h"

#define NO_FIELD  RELEVANCE_FIELDS
#define AGES      21
#define TABLE_LOG 20

struct place { /* one token of one record */
    uint32_t token, doc;
    uint8_t field;
};

struct hit { /* of one phrase in one record */
    uint32_t doc;
    uint16_t leaf, times[RELEVANCE_FIELDS];
};

struct answers {
    struct hit *hits; /* by record, then phrase */
    size_t count, leaf_count;
    double idf[QUERY_LEAVES_MAX];
};

struct relevance_model {
    const struct relevance_collection *collection;
    struct xt_arena arena;
    struct xt_str *tokens; /* by number */
    size_t token_count, token_room;
    uint32_t *table; /* hash to number + 1 */
    struct place *places;
    size_t place_count, place_room;
    uint32_t *starts, *list; /* of token t: places list[starts[t]] to list[starts[t + 1]] */
    uint32_t *lengths;
    double average_length;
    struct answers *answers; /* by query */
};

struct relevance_weights relevance_present(void)
{
    return (struct relevance_weights){
        {rank_weight(XT_WEIGHT_TITLE), rank_weight(XT_WEIGHT_KEYWORDS), rank_weight(XT_WEIGHT_TEXT)},
        RANK_K1,
        RANK_B,
        0};
}

/* ---- tokens ---- */

static uint32_t *slot_of(struct relevance_model *model, struct xt_str token)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < token.n; i++)
        hash = (hash ^ (unsigned char)token.s[i]) * 1099511628211u;
    size_t at = (hash ^ hash >> 32) & ((1u << TABLE_LOG) - 1);
    while (model->table[at] && !xt_str_eq(model->tokens[model->table[at] - 1], token))
        at = (at + 1) & ((1u << TABLE_LOG) - 1);
    return &model->table[at];
}

static void add_place(struct relevance_model *model, uint32_t token, uint32_t doc, uint8_t field)
{
    xt_grow(&model->places, &model->place_room, model->place_count + 1, sizeof *model->places);
    model->places[model->place_count++] = (struct place){token, doc, field};
}

struct reading {
    struct relevance_model *model;
    uint32_t doc;
    uint8_t field;
};

static bool add_token(void *context, const struct xt_token *token)
{
    struct reading *r = context;
    struct relevance_model *model = r->model;
    struct xt_str text = {token->s, token->n};
    uint32_t *slot = slot_of(model, text);

    if (*slot == 0) {
        xt_grow(&model->tokens, &model->token_room, model->token_count + 1, sizeof *model->tokens);
        model->tokens[model->token_count] = (struct xt_str){xt_arena_strndup(&model->arena, text.s, text.n), text.n};
        *slot = (uint32_t)++model->token_count;
    }
    add_place(model, *slot - 1, r->doc, r->field);
    model->lengths[r->doc]++;
    return true;
}

static void read_docs(struct relevance_model *model)
{
    const struct relevance_collection *c = model->collection;

    for (size_t doc = 0; doc < c->doc_count; doc++)
        for (uint8_t field = 0; field < RELEVANCE_FIELDS; field++) {
            struct xt_str left = c->docs[doc].fields[field], value;
            struct reading reading = {model, (uint32_t)doc, field};

            while (relevance_item(&left, '\x1f', &value)) { /* no phrase goes over from one value to the next */
                xt_token_each(value, add_token, &reading);
                add_place(model, UINT32_MAX, (uint32_t)doc, NO_FIELD);
            }
        }
    uint64_t total = 0;
    for (size_t doc = 0; doc < c->doc_count; doc++)
        total += model->lengths[doc];
    model->average_length = total ? (double)total / (double)c->doc_count : 1;
}

static void list_places(struct relevance_model *model)
{
    uint32_t *next = xt_calloc(model->token_count + 1, sizeof *next);

    model->starts = xt_calloc(model->token_count + 1, sizeof *model->starts);
    model->list = xt_calloc(model->place_count + 1, sizeof *model->list);
    for (size_t i = 0; i < model->place_count; i++)
        if (model->places[i].field != NO_FIELD)
            model->starts[model->places[i].token + 1]++;
    for (size_t t = 0; t < model->token_count; t++)
        model->starts[t + 1] += model->starts[t];
    memcpy(next, model->starts, (model->token_count + 1) * sizeof *next);
    for (size_t i = 0; i < model->place_count; i++)
        if (model->places[i].field != NO_FIELD)
            model->list[next[model->places[i].token]++] = (uint32_t)i;
    free(next);
}

/* ---- phrases ---- */

static bool is_token(const struct relevance_model *model, const struct query_node *leaf, size_t at, uint32_t token)
{
    struct xt_str text = model->tokens[token], want = leaf->tokens[at];

    if (leaf->prefix && at + 1 == leaf->token_count)
        return text.n >= want.n && memcmp(text.s, want.s, want.n) == 0;
    return xt_str_eq(text, want);
}

static bool stands_at(const struct relevance_model *model, const struct query_node *leaf, size_t place)
{
    for (size_t i = 1; i < leaf->token_count; i++) {
        if (place + i >= model->place_count || model->places[place + i].field == NO_FIELD ||
            !is_token(model, leaf, i, model->places[place + i].token))
            return false;
    }
    return true;
}

/* Counts the phrase's hits where its first token is this one. */
static void count_hits(const struct relevance_model *model, const struct query_node *leaf, uint32_t token,
                       uint16_t (*counted)[RELEVANCE_FIELDS])
{
    /* A word meant from its beginning that also is a whole word counts twice. */
    bool twin = leaf->prefix && leaf->token_count == 1 && (unsigned char)leaf->tokens[0].s[0] < 0x80 &&
                leaf->tokens[0].n > 1 && model->tokens[token].n == leaf->tokens[0].n;

    for (uint32_t i = model->starts[token]; i < model->starts[token + 1]; i++) {
        const struct place *place = &model->places[model->list[i]];

        if (stands_at(model, leaf, model->list[i]))
            counted[place->doc][place->field] = (uint16_t)(counted[place->doc][place->field] + (twin ? 2 : 1));
    }
}

static void answer_leaf(struct relevance_model *model, const struct query_node *leaf, bool alone,
                        uint16_t (*counted)[RELEVANCE_FIELDS], struct answers *out, size_t *room)
{
    size_t docs = model->collection->doc_count;
    int64_t with = 0;

    memset(counted, 0, docs * sizeof *counted);
    if (leaf->prefix && leaf->token_count == 1) {
        for (uint32_t t = 0; t < model->token_count; t++)
            if (is_token(model, leaf, 0, t))
                count_hits(model, leaf, t, counted);
    } else {
        uint32_t token = *slot_of(model, leaf->tokens[0]);

        if (token)
            count_hits(model, leaf, token - 1, counted);
    }
    for (size_t doc = 0; doc < docs; doc++) {
        if (counted[doc][0] + counted[doc][1] + counted[doc][2] == 0)
            continue;
        xt_grow(&out->hits, room, out->count + 1, sizeof *out->hits);
        struct hit *hit = &out->hits[out->count++];
        *hit = (struct hit){(uint32_t)doc, (uint16_t)leaf->leaf, {0}};
        memcpy(hit->times, counted[doc], sizeof hit->times);
        with++;
    }
    out->idf[leaf->leaf] = alone ? 1 : rank_idf((int64_t)docs, with);
}

static int by_place(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;

    if (x->doc != y->doc)
        return x->doc < y->doc ? -1 : 1;
    return x->leaf < y->leaf ? -1 : x->leaf > y->leaf;
}

static void answer(struct relevance_model *model, const struct xt_search_schema *schema,
                   const struct relevance_query *query, uint16_t (*counted)[RELEVANCE_FIELDS], struct answers *out)
{
    struct query_env env = {.schema = schema};
    struct xt_arena arena;
    struct xt_text text;
    struct query parsed;
    size_t room = 0;

    xt_arena_init(&arena);
    xt_text_init(&text, QUERY_BYTES_MAX);
    relevance_text(query, &text);
    query_parse(&env, xt_text_view(&text), &arena, &parsed);
    out->leaf_count = parsed.leaf_count;
    for (size_t i = 0; i < parsed.leaf_count; i++)
        answer_leaf(model, parsed.leaves[i], parsed.leaf_count == 1, counted, out, &room);
    if (out->count)
        qsort(out->hits, out->count, sizeof *out->hits, by_place);
    xt_text_done(&text);
    xt_arena_done(&arena);
}

struct relevance_model *relevance_model_new(const struct relevance_collection *collection,
                                            const struct xt_search_schema *schema)
{
    struct relevance_model *model = xt_calloc(1, sizeof *model);
    uint16_t(*counted)[RELEVANCE_FIELDS] = xt_calloc(collection->doc_count + 1, sizeof *counted);

    model->collection = collection;
    xt_arena_init(&model->arena);
    model->table = xt_calloc((size_t)1 << TABLE_LOG, sizeof *model->table);
    model->lengths = xt_calloc(collection->doc_count + 1, sizeof *model->lengths);
    model->answers = xt_calloc(collection->query_count + 1, sizeof *model->answers);
    read_docs(model);
    list_places(model);
    for (size_t q = 0; q < collection->query_count; q++)
        if (relevance_model_has(model, q))
            answer(model, schema, &collection->queries[q], counted, &model->answers[q]);
    free(counted);
    return model;
}

void relevance_model_free(struct relevance_model **model)
{
    struct relevance_model *m = *model;

    if (!m)
        return;
    for (size_t q = 0; q < m->collection->query_count; q++)
        free(m->answers[q].hits);
    free(m->answers);
    free(m->lengths);
    free(m->list);
    free(m->starts);
    free(m->places);
    free(m->table);
    free(m->tokens);
    xt_arena_done(&m->arena);
    free(m);
    *model = NULL;
}

/* ---- scores ---- */

bool relevance_model_has(const struct relevance_model *model, size_t query)
{
    return !model->collection->queries[query].as_it_is;
}

static double freshness(uint32_t doc, double share)
{
    uint32_t age = (uint32_t)(((uint64_t)doc * 2654435761u >> 7) % AGES);

    return 1 + share * (double)(AGES - 1 - age) / (AGES - 1);
}

struct best { /* the highest so far, the best first */
    uint32_t docs[RELEVANCE_DEPTH + 1];
    double scores[RELEVANCE_DEPTH + 1];
    size_t count;
};

static void keep(struct best *best, uint32_t doc, double score)
{
    size_t at = best->count;

    if (at == RELEVANCE_DEPTH + 1 && score <= best->scores[at - 1])
        return;
    if (at == RELEVANCE_DEPTH + 1)
        at--;
    else
        best->count++;
    for (; at > 0 && best->scores[at - 1] < score; at--) { /* equal ones stay by their number */
        best->scores[at] = best->scores[at - 1];
        best->docs[at] = best->docs[at - 1];
    }
    best->scores[at] = score;
    best->docs[at] = doc;
}

struct relevance_worth relevance_model_judge(const struct relevance_model *model, size_t query,
                                             const struct relevance_weights *weights)
{
    const struct relevance_query *asked = &model->collection->queries[query];
    const struct answers *answers = &model->answers[query];
    struct best best = {.count = 0};

    for (size_t i = 0; i < answers->count;) {
        uint32_t doc = answers->hits[i].doc;
        double k = weights->k1 * (1 - weights->b + weights->b * (double)model->lengths[doc] / model->average_length);
        double score = 0;
        size_t leaves = 0;

        for (; i < answers->count && answers->hits[i].doc == doc; i++, leaves++) {
            const struct hit *hit = &answers->hits[i];
            double hits = 0;

            for (size_t f = 0; f < RELEVANCE_FIELDS; f++)
                hits += weights->fields[f] * hit->times[f];
            score += answers->idf[hit->leaf] * (hits * (weights->k1 + 1) / (hits + k));
        }
        if (asked->any || leaves == answers->leaf_count)
            keep(&best, doc, score * freshness(doc, weights->fresh));
    }
    return relevance_judge(asked, best.docs, best.count);
}

void relevance_text(const struct relevance_query *query, struct xt_text *out)
{
    xt_text_clear(out);
    for (size_t i = 0; i < query->term_count; i++) {
        if (query->as_it_is) {
            xt_text_add_str(out, query->terms[i]);
            continue;
        }
        if (i > 0)
            xt_text_add_z(out, query->any ? " OR " : " ");
        xt_text_add_char(out, '"');
        xt_text_add_str(out, query->terms[i]);
        xt_text_add_char(out, '"');
    }
}
