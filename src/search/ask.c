/*
 * Answering: one pass over the matching documents filters, counts facets and keeps the best.
 *
 * The query's tree is taken apart. Phrases joined by AND, OR and NOT go to the engine as one; conditions on facets and
 * ranges that stand beside them (the query's own and the filters) are read from the columns of each document that the
 * engine brings. Without phrases all documents are read. What fits neither (a facet OR a phrase, a NOT alone) takes
 * the general way: each phrase's documents are listed, then the tree is worked out for each document.
 *
 * A document that fails exactly one filter, that of a counted facet, still counts in that facet.
 */
#include "search/ask_priv.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"

#define SPANS_MAX        64
#define LIMIT_MAX        1000000 /* an export takes all it finds */
#define FACET_VALUES_MAX 1000

void scratch_free(struct scratch *scratch)
{
    for (size_t p = 0; p < PASSES_MAX; p++)
        for (size_t i = 0; i < SCHEMA_FACETS_MAX; i++) {
            free(scratch->counts[p][i].leaf);
            free(scratch->counts[p][i].direct);
            free(scratch->counts[p][i].touched);
        }
    free(scratch);
}

/* ---- the tree ---- */

static struct query_node *node_of(struct ask *a, enum query_kind kind)
{
    struct query_node *node = xt_arena_alloc(a->arena, sizeof *node);

    node->kind = kind;
    return node;
}

static struct query_node *shell_of(struct ask *a, const struct query_node *node)
{
    struct query_node *shell = xt_arena_alloc(a->arena, sizeof *shell);

    *shell = *node;
    shell->next = NULL;
    return shell;
}

/* The tree without what is always or never true; ANDs in ANDs and ORs in ORs are one. */
static struct query_node *simplify(struct ask *a, const struct query_node *node)
{
    switch (node->kind) {
    case QUERY_ALL:
    case QUERY_NONE:
    case QUERY_FACET:
    case QUERY_RANGE:
        return shell_of(a, node);
    case QUERY_TEXT:
        if (a->allowed) {
            bool any = false;

            for (size_t i = 0; i < a->schema->field_count; i++)
                any = any || (field_set_has(a->allowed, i) && field_set_has(&node->fields, i));
            if (!any)
                return node_of(a, QUERY_NONE);
        }
        return shell_of(a, node);
    case QUERY_NOT: {
        struct query_node *inner = simplify(a, node->first);

        if (inner->kind == QUERY_NOT)
            return inner->first;
        if (inner->kind == QUERY_ALL || inner->kind == QUERY_NONE)
            return node_of(a, inner->kind == QUERY_ALL ? QUERY_NONE : QUERY_ALL);
        struct query_node *inverse = node_of(a, QUERY_NOT);
        inverse->first = inner;
        return inverse;
    }
    case QUERY_AND:
    case QUERY_OR:
        break;
    }

    enum query_kind neutral = node->kind == QUERY_AND ? QUERY_ALL : QUERY_NONE;
    enum query_kind final = node->kind == QUERY_AND ? QUERY_NONE : QUERY_ALL;
    struct query_node *joined = node_of(a, node->kind), **tail = &joined->first;
    for (const struct query_node *child = node->first; child; child = child->next) {
        struct query_node *part = simplify(a, child);

        if (part->kind == final)
            return part;
        if (part->kind == neutral)
            continue;
        *tail = part->kind == node->kind ? part->first : part;
        while (*tail)
            tail = &(*tail)->next;
    }
    if (!joined->first)
        return node_of(a, neutral);
    return joined->first->next ? joined : joined->first;
}

/* Can the engine run this by itself? */
static bool is_text(const struct query_node *node)
{
    bool positive = false;

    switch (node->kind) {
    case QUERY_TEXT:
        return true;
    case QUERY_OR:
        for (const struct query_node *child = node->first; child; child = child->next)
            if (!is_text(child))
                return false;
        return true;
    case QUERY_AND:
        for (const struct query_node *child = node->first; child; child = child->next) {
            if (!is_text(child->kind == QUERY_NOT ? child->first : child))
                return false;
            positive = positive || child->kind != QUERY_NOT;
        }
        return positive;
    case QUERY_NOT:
    case QUERY_ALL:
    case QUERY_NONE:
    case QUERY_FACET:
    case QUERY_RANGE:
        break;
    }
    return false;
}

static bool has_text(const struct query_node *node)
{
    if (node->kind == QUERY_TEXT)
        return true;
    for (const struct query_node *child = node->first; child; child = child->next)
        if (has_text(child))
            return true;
    return false;
}

/* ---- facets and filters ---- */

static bool known_value(void *context, unsigned facet, struct xt_str value)
{
    return dict_find(context, facet, value) != 0;
}

/* Everything below a chosen ordinal is chosen: what is above has the smaller number, so one pass does. */
static void spread(const struct dict *dict, unsigned facet, uint8_t *pass, uint32_t count)
{
    if (!__atomic_load_n(&dict->facets[facet].nested, __ATOMIC_RELAXED))
        return;
    for (uint32_t i = 1; i <= count; i++)
        if (pass[dict_entry(dict, facet, i)->above])
            pass[i] = 1;
}

static void pass_years(const struct dict *dict, unsigned facet, struct span span, uint8_t *pass, uint32_t count)
{
    for (uint32_t i = 1; i <= count; i++) {
        int32_t year = dict_entry(dict, facet, i)->year;

        if (year != 0 && year >= span.low && year <= span.high)
            pass[i] = 1;
    }
}

/* From the values that pass to the names of the documents that have one of them. */
static uint8_t *pass_names(const struct ask *a, const struct query_node *node, const uint8_t *pass, uint32_t count)
{
    uint32_t names = dict_count(a->dict, node->through);
    uint16_t *by_value = xt_arena_alloc(a->arena, ((size_t)count + 1) * sizeof *by_value);
    uint8_t *passing = xt_arena_alloc(a->arena, (size_t)names + 1);

    for (uint32_t i = 1; i <= count; i++)
        by_value[i] = pass[i];
    const uint16_t *by_name = places_by_name(a, node->through, node->facet, by_value);
    for (uint32_t i = 1; i <= names; i++)
        passing[i] = by_name[i] != 0;
    return passing;
}

/* Conditions of the query on facets become tables by ordinal. */
static void compile_conditions(struct ask *a, struct query_node *node)
{
    for (struct query_node *child = node->first; child; child = child->next)
        compile_conditions(a, child);
    if (node->kind != QUERY_FACET)
        return;
    uint32_t count = dict_count(a->dict, node->facet);
    uint8_t *pass = xt_arena_alloc(a->arena, (size_t)count + 1);
    if (node->is_span) {
        pass_years(a->dict, node->facet, (struct span){node->low, node->high}, pass, count);
    } else {
        uint32_t ordinal = dict_find(a->dict, node->facet, node->value);

        if (ordinal && ordinal <= count)
            pass[ordinal] = 1;
    }
    spread(a->dict, node->facet, pass, count);
    node->pass = node->through ? pass_names(a, node, pass, count) : pass;
    if (node->through)
        node->facet = node->through;
}

static struct filter *filter_named(struct ask *a, struct xt_str name)
{
    struct filter wanted = {.is_facet = true};
    bool found = false;

    for (unsigned i = 0; i < a->schema->facet_count && !found; i++)
        if (xt_str_is(name, a->schema->facets[i].name)) {
            wanted.index = i;
            found = true;
        }
    for (unsigned i = 0; i < a->schema->range_count && !found; i++)
        if (xt_str_is(name, a->schema->ranges[i].name)) {
            wanted.is_facet = false;
            wanted.index = i;
            found = true;
        }
    if (!found)
        return NULL;
    for (size_t i = 0; i < a->filter_count; i++)
        if (a->filters[i].is_facet == wanted.is_facet && a->filters[i].index == wanted.index)
            return &a->filters[i]; /* named twice: any of all its values */
    if (wanted.is_facet) {
        uint32_t count = dict_count(a->dict, wanted.index);

        wanted.pass = xt_arena_alloc(a->arena, (size_t)count + 1);
        a->filter_of_facet[wanted.index] = (int)a->filter_count;
    } else {
        wanted.spans = xt_arena_alloc(a->arena, SPANS_MAX * sizeof *wanted.spans);
    }
    a->filters[a->filter_count] = wanted;
    return &a->filters[a->filter_count++];
}

static enum xt_code add_value(struct ask *a, struct filter *filter, struct xt_str value, size_t room,
                              struct xt_error *err)
{
    struct span span;

    if (!filter->is_facet) {
        const struct xt_search_range *range = &a->schema->ranges[filter->index];

        if (filter->span_count == SPANS_MAX)
            return xt_fail(err, XT_E_INPUT, range->name, XT_MSG_TOO_MANY_ITEMS, XT_INT(SPANS_MAX), XT_INT(room));
        if (!query_span(value, range->is_date, false, range->scale ? range->scale : 1, &span.low, &span.high))
            return xt_fail(err, XT_E_INPUT, range->name, XT_MSG_SEARCH_BAD_RANGE);
        filter->spans[filter->span_count++] = span;
        return XT_OK;
    }
    const struct xt_search_facet *facet = &a->schema->facets[filter->index];
    uint32_t count = dict_count(a->dict, filter->index);
    if (facet->is_year && xt_str_find(value, XT_STR("..")) != SIZE_MAX) {
        if (!query_span(value, false, true, 1, &span.low, &span.high))
            return xt_fail(err, XT_E_INPUT, facet->name, XT_MSG_SEARCH_BAD_RANGE);
        pass_years(a->dict, filter->index, span, filter->pass, count);
        return XT_OK;
    }
    uint32_t ordinal = dict_find(a->dict, filter->index, value);
    if (ordinal == 0 || ordinal > count)
        return XT_OK; /* no document has it: it chooses none */
    filter->pass[ordinal] = 1;
    for (size_t i = 0; i < filter->chosen_count; i++)
        if (filter->chosen[i] == ordinal)
            return XT_OK;
    if (filter->chosen_count % 16 == 0) {
        uint32_t *more = xt_arena_alloc(a->arena, (filter->chosen_count + 16) * sizeof *more);

        if (filter->chosen_count)
            memcpy(more, filter->chosen, filter->chosen_count * sizeof *more);
        filter->chosen = more;
    }
    filter->chosen[filter->chosen_count++] = ordinal;
    return XT_OK;
}

static enum xt_code compile_filters(struct ask *a, struct xt_error *err)
{
    for (size_t i = 0; i < a->request->filter_count; i++) {
        const struct xt_search_filter *source = &a->request->filters[i];
        struct filter *filter = source->value_count ? filter_named(a, source->name) : NULL;

        if (source->value_count == 0)
            continue;
        if (!filter) {
            XT_AUTO(xt_free_ptr) char *name = xt_strndup(source->name.s, source->name.n);

            return xt_fail(err, XT_E_INPUT, name, XT_MSG_SEARCH_NO_FILTER, XT_VIEW(source->name));
        }
        for (size_t k = 0; k < source->value_count; k++) {
            enum xt_code rc = add_value(a, filter, source->values[k], source->value_count, err);

            if (rc != XT_OK)
                return rc;
        }
    }
    for (size_t i = 0; i < a->filter_count; i++)
        if (a->filters[i].is_facet)
            spread(a->dict, a->filters[i].index, a->filters[i].pass, dict_count(a->dict, a->filters[i].index));
    return XT_OK;
}

static enum xt_code choose_facets(struct ask *a, struct xt_error *err)
{
    for (size_t i = 0; i < a->request->facet_count; i++) {
        unsigned facet = 0;
        bool again = false;

        while (facet < a->schema->facet_count && !xt_str_is(a->request->facets[i], a->schema->facets[facet].name))
            facet++;
        if (facet == a->schema->facet_count)
            return xt_fail(err, XT_E_INPUT, "facets", XT_MSG_SEARCH_NO_FILTER, XT_VIEW(a->request->facets[i]));
        for (size_t k = 0; k < a->wanted_count; k++)
            again = again || a->wanted[k] == facet;
        if (!again)
            a->wanted[a->wanted_count++] = facet;
    }
    return XT_OK;
}

/* ---- running ---- */

/* Counters for all wanted facets, all zero, with room for every ordinal there is. */
static void pass_begin(struct pass *pass, const struct ask *a, struct facet_counts *counts)
{
    *pass = (struct pass){.ask = a, .counts = counts, .least = -1, .to = a->view->state.docs};
    pass->heap = xt_arena_alloc(a->arena, ((size_t)a->limit + 1) * sizeof *pass->heap);
    pass->table = xt_arena_alloc(a->arena, (a->cells + 1) * sizeof *pass->table);
    for (size_t i = 0; i < a->wanted_count; i++) {
        struct facet_counts *c = &counts[a->wanted[i]];
        size_t room = (size_t)dict_count(a->dict, a->wanted[i]) + 1;

        if (c->room >= room)
            continue;
        free(c->leaf);
        free(c->direct);
        free(c->touched);
        c->room = room + room / 4;
        c->leaf = xt_calloc(c->room, sizeof *c->leaf);
        c->direct = xt_calloc(c->room, sizeof *c->direct);
        c->touched = xt_calloc(c->room, sizeof *c->touched);
    }
}

/* Leaves the counters as the next question wants them. */
static void pass_end(struct pass *pass)
{
    const struct ask *a = pass->ask;

    for (size_t i = 0; i < a->wanted_count; i++) {
        struct facet_counts *counts = &pass->counts[a->wanted[i]];

        for (uint32_t k = 0; k < counts->touched_count; k++) {
            counts->leaf[counts->touched[k]] = 0;
            counts->direct[counts->touched[k]] = 0;
        }
        counts->touched_count = 0;
    }
}

/* Documents that a pass has looked at. */
static uint64_t pass_seen(const struct pass *pass)
{
    if (!pass->stopped)
        return pass->to - pass->from;
    return pass->next > pass->from ? pass->next - pass->from : 0;
}

/* What another pass found beside this one. */
static void pass_join(struct pass *pass, const struct pass *other)
{
    const struct ask *a = pass->ask;

    for (size_t i = 0; i < a->wanted_count; i++) {
        struct facet_counts *counts = &pass->counts[a->wanted[i]], *more = &other->counts[a->wanted[i]];

        for (uint32_t k = 0; k < more->touched_count; k++) {
            uint32_t ordinal = more->touched[k];

            counts_touch(counts, ordinal);
            counts->leaf[ordinal] += more->leaf[ordinal];
            counts->direct[ordinal] += more->direct[ordinal];
        }
    }
    cross_join(pass, other);
    for (size_t i = 0; i < other->heap_count; i++)
        heap_keep(pass, &other->heap[i]);
    if (other->stopped || pass->stopped) /* how much of all documents both have seen, as if from the first on */
        pass->next = pass_seen(pass) + pass_seen(other);
    pass->from = 0;
    pass->to = other->to;
    pass->total += other->total;
    pass->after_cursor += other->after_cursor;
    pass->stopped = pass->stopped || other->stopped;
}

/* A batch that is filled a document at a time. */
struct filling {
    take_docs *take;
    void *context;
    uint32_t docs[BATCH_DOCS];
    double scores[BATCH_DOCS];
    size_t count;
};

static bool empty(struct filling *f)
{
    size_t count = f->count;

    f->count = 0;
    return f->take(f->context, f->docs, f->scores, count);
}

/* False ends it. Also where nothing matches the clock is looked at: once in so many documents. */
static bool fill(struct filling *f, uint32_t doc, bool matches, double score)
{
    if (matches) {
        f->docs[f->count] = doc;
        f->scores[f->count++] = score;
    }
    return (doc & (BATCH_DOCS - 1)) != BATCH_DOCS - 1 || empty(f);
}

static void scan_all(struct ask *a, struct pass *pass)
{
    struct filling filling = {.take = pass_take, .context = pass, .count = 0};

    for (uint64_t doc = 0; doc < a->view->state.docs; doc++)
        if (!fill(&filling, (uint32_t)doc, true, 0))
            return;
    (void)empty(&filling);
}

/* ---- the general way ---- */

/* The documents of one phrase with their scores. */
struct postings {
    uint32_t *docs;
    double *scores;
    size_t count, docs_room, scores_room, at;
};

struct general {
    struct ask *ask;
    struct pass *pass;
    struct postings leaves[QUERY_LEAVES_MAX];
    struct postings *filling;
};

static bool list_docs(void *context, const uint32_t *docs, const double *scores, size_t count)
{
    struct general *g = context;
    struct postings *p = g->filling;

    xt_grow(&p->docs, &p->docs_room, p->count + count, sizeof *p->docs);
    xt_grow(&p->scores, &p->scores_room, p->count + count, sizeof *p->scores);
    for (size_t i = 0; i < count; i++) {
        p->docs[p->count] = docs[i];
        p->scores[p->count++] = scores ? scores[i] : 0;
    }
    return pass_in_time(g->pass);
}

static struct text_plan plan_of(const struct ask *a, const struct query_node *root, const double *least)
{
    return (struct text_plan){.root = root,
                              .allowed = a->allowed,
                              .rank = &a->rank,
                              .weights = a->weights,
                              .scored = a->scored,
                              .least = least,
                              .from = 0,
                              .to = a->view->state.docs};
}

static enum xt_code list_leaves(struct general *g, const struct query_node *node, struct xt_error *err)
{
    static const double all = -1;

    if (node->kind == QUERY_TEXT) {
        struct text_plan plan = plan_of(g->ask, shell_of(g->ask, node), &all);

        g->filling = &g->leaves[node->leaf];
        return g->ask->ops->run(g->ask->view, &plan, list_docs, g, err);
    }
    for (const struct query_node *child = node->first; child; child = child->next) {
        enum xt_code rc = list_leaves(g, child, err);

        if (rc != XT_OK)
            return rc;
    }
    return XT_OK;
}

/* Documents come in rising order: each list has its place. */
static bool in_postings(struct postings *p, uint32_t doc, double *out_score)
{
    while (p->at < p->count && p->docs[p->at] < doc)
        p->at++;
    if (p->at == p->count || p->docs[p->at] != doc)
        return false;
    *out_score = p->scores[p->at];
    return true;
}

/* Does the tree hold for doc? *out_score adds up what stands outside NOT. */
static bool tree_holds(struct general *g, const struct query_node *node, uint32_t doc, double *out_score)
{
    double part, sum = 0;
    bool any = false;

    *out_score = 0;
    switch (node->kind) {
    case QUERY_TEXT:
        return in_postings(&g->leaves[node->leaf], doc, out_score);
    case QUERY_AND:
        for (const struct query_node *child = node->first; child; child = child->next) {
            if (!tree_holds(g, child, doc, &part))
                return false;
            sum += part;
        }
        *out_score = sum;
        return true;
    case QUERY_OR:
        for (const struct query_node *child = node->first; child; child = child->next)
            if (tree_holds(g, child, doc, &part)) {
                any = true;
                sum += part;
            }
        *out_score = sum;
        return any;
    case QUERY_NOT:
        return !tree_holds(g, node->first, doc, &part);
    case QUERY_ALL:
    case QUERY_NONE:
    case QUERY_FACET:
    case QUERY_RANGE:
        break;
    }
    return condition_holds(g->ask, node, doc);
}

static enum xt_code run_general(struct ask *a, struct pass *pass, const struct query_node *root, struct xt_error *err)
{
    struct general g = {.ask = a, .pass = pass};
    struct filling filling = {.take = pass_take, .context = pass, .count = 0};
    enum xt_code rc = list_leaves(&g, root, err);
    bool go_on = rc == XT_OK && !pass->stopped;

    for (uint64_t doc = 0; doc < a->view->state.docs && go_on; doc++) {
        double score;
        bool holds = tree_holds(&g, root, (uint32_t)doc, &score);

        go_on = fill(&filling, (uint32_t)doc, holds, score);
    }
    if (go_on)
        (void)empty(&filling);
    for (size_t i = 0; i < QUERY_LEAVES_MAX; i++) {
        free(g.leaves[i].docs);
        free(g.leaves[i].scores);
    }
    return rc;
}

/* ---- two threads ---- */

#define WORK_WORTH_A_THREAD 200000 /* postings: about a millisecond, some forty times what it takes to start one */

static _Atomic unsigned asking; /* questions being answered in this process */

struct half {
    const struct ask *a;
    struct text_plan plan;
    struct pass *pass;
    struct xt_error err;
    enum xt_code rc;
};

static void *run_half(void *context)
{
    struct half *half = context;

    half->rc = half->a->ops->run(half->a->view, &half->plan, pass_take, half->pass, &half->err);
    return NULL;
}

/* A broad question that is alone goes to two threads, the later documents to the other one. Sums and the best of both
 * are the same as of one. */
static enum xt_code run_text(struct ask *a, struct scratch *scratch, struct pass *pass, const struct query_node *text,
                             struct xt_error *err)
{
    struct text_plan plan = plan_of(a, text, &pass->least);
    struct pass *other_pass;
    struct half other;
    pthread_t thread;
    uint64_t middle = (plan.to / 2 + COLUMNS_BLOCK - 1) & ~(uint64_t)(COLUMNS_BLOCK - 1);

    if (a->request->one_thread || !a->ops->work || middle >= plan.to ||
        plan.to * a->query.leaf_count < WORK_WORTH_A_THREAD || atomic_load(&asking) > 1 ||
        sysconf(_SC_NPROCESSORS_ONLN) < 2 || a->ops->work(a->view, &plan) < WORK_WORTH_A_THREAD)
        return a->ops->run(a->view, &plan, pass_take, pass, err);

    other_pass = xt_arena_alloc(a->arena, sizeof *other_pass);
    pass_begin(other_pass, a, scratch->counts[1]);
    other = (struct half){.a = a, .plan = plan, .pass = other_pass, .rc = XT_OK};
    other.plan.least = &other_pass->least;
    other.plan.from = other_pass->from = other_pass->next = middle;
    if (pthread_create(&thread, NULL, run_half, &other) != 0)
        return a->ops->run(a->view, &plan, pass_take, pass, err);
    plan.to = pass->to = middle;
    enum xt_code rc = a->ops->run(a->view, &plan, pass_take, pass, err);
    (void)pthread_join(thread, NULL);
    if (rc == XT_OK && other.rc != XT_OK) {
        rc = other.rc;
        if (err)
            *err = other.err;
    }
    pass_join(pass, other_pass);
    pass_end(other_pass);
    return rc;
}

int64_t (*ask_frequency)(const struct query_node *leaf);

/* Frequencies of the phrases that score. One phrase alone needs none: they only weigh phrases against each other. */
static enum xt_code weigh(struct ask *a, const struct query_node *node, bool alone, struct xt_error *err)
{
    if (node->kind == QUERY_NOT)
        return XT_OK;
    if (node->kind == QUERY_TEXT) {
        int64_t with = 0;
        enum xt_code rc = XT_OK;

        a->rank.idf[node->leaf] = 1.0;
        if (node->stands_for) { /* it stands behind its phrase: that one is weighed already */
            a->rank.idf[node->leaf] = RANK_SYNONYM * a->rank.idf[node->stands_for->leaf];
        } else if (!alone) {
            if (ask_frequency)
                with = ask_frequency(node);
            else
                rc = a->ops->frequency(a->view, node, a->allowed, &with, err);
            a->rank.idf[node->leaf] = rank_idf((int64_t)a->view->state.live, with);
        }
        return rc;
    }
    for (const struct query_node *child = node->first; child; child = child->next) {
        enum xt_code rc = weigh(a, child, alone, err);

        if (rc != XT_OK)
            return rc;
    }
    return XT_OK;
}

static void prepare_freshness(struct ask *a)
{
    a->year_facet = -1;
    for (unsigned i = 0; i < a->schema->facet_count && a->year_facet < 0; i++)
        if (a->schema->facets[i].is_year)
            a->year_facet = (int)i;
    if (a->year_facet < 0)
        return;
    uint32_t count = dict_count(a->dict, (unsigned)a->year_facet);
    a->fresh = xt_arena_alloc(a->arena, ((size_t)count + 1) * sizeof *a->fresh);
    for (uint32_t i = 1; i <= count; i++)
        a->fresh[i] = rank_fresh(&a->rank, dict_entry(a->dict, (unsigned)a->year_facet, i)->year);
}

static enum xt_code prepare_rank(struct ask *a, const struct query_node *root, struct xt_error *err)
{
    const struct index_state *state = &a->view->state;

    for (size_t i = 0; i < a->schema->field_count; i++)
        a->weights[i] = rank_weight(a->schema->fields[i].weight);
    for (size_t i = 0; i < QUERY_LEAVES_MAX; i++)
        a->rank.idf[i] = 1.0;
    a->rank.average_length = state->live && state->total_length ? (double)state->total_length / (double)state->live : 1;
    a->rank.newest_year = state->newest_year;
    if (a->has_cursor && a->scored) {
        a->rank = a->cursor.rank;
        for (size_t i = a->cursor.leaf_count; i < QUERY_LEAVES_MAX; i++)
            a->rank.idf[i] = 1.0;
    } else if (a->scored) {
        enum xt_code rc = weigh(a, root, a->query.leaf_count < 2 + a->query.synonym_count, err);
        if (rc != XT_OK)
            return rc;
    }
    if (a->scored)
        prepare_freshness(a);
    return XT_OK;
}

static bool is_mixed(const struct query_node *node, enum query_kind above)
{
    if ((node->kind == QUERY_AND && above == QUERY_OR) || (node->kind == QUERY_OR && above == QUERY_AND))
        return true;
    for (const struct query_node *child = node->first; child; child = child->next)
        if (is_mixed(child, node->kind == QUERY_NOT ? above : node->kind))
            return true;
    return false;
}

/* A word and its twin are an OR too. */
static bool any_twin(const struct query_node *node)
{
    if (node->kind == QUERY_TEXT)
        return has_twin(node);
    for (const struct query_node *child = node->first; child; child = child->next)
        if (any_twin(child))
            return true;
    return false;
}

static bool any_not(const struct query_node *node)
{
    bool any = node->kind == QUERY_NOT;

    for (const struct query_node *child = node->first; child && !any; child = child->next)
        any = any_not(child);
    return any;
}

/* Sorts the tree's parts: phrases for the engine, conditions for the columns. False: it takes the general way. */
static bool take_apart(struct ask *a, const struct query_node *root, struct query_node **out_text)
{
    struct query_node *text = node_of(a, QUERY_AND), **tail = &text->first;
    bool positive = false, whole = root->kind != QUERY_AND;

    for (const struct query_node *part = whole ? root : root->first; part; part = whole ? NULL : part->next) {
        if (!has_text(part)) {
            if (a->condition_count == XT_COUNT(a->conditions))
                return false;
            a->conditions[a->condition_count++] = part;
            continue;
        }
        if (!is_text(part->kind == QUERY_NOT ? part->first : part))
            return false;
        positive = positive || part->kind != QUERY_NOT;
        *tail = shell_of(a, part);
        tail = &(*tail)->next;
    }
    *out_text = text->first ? text : NULL;
    if (text->first && !text->first->next)
        *out_text = text->first;
    if (*out_text && !a->ops->mixes && (is_mixed(*out_text, QUERY_ALL) || (any_not(*out_text) && any_twin(*out_text))))
        return false;
    return positive || !text->first;
}

static enum xt_code run(struct ask *a, struct scratch *scratch, struct pass *pass, const struct query_node *root,
                        struct xt_error *err)
{
    struct query_node *text;
    enum xt_code rc;

    if (root->kind == QUERY_NONE)
        return XT_OK;
    rc = prepare_rank(a, root, err);
    if (rc != XT_OK)
        return rc;
    if (!take_apart(a, root, &text)) {
        a->condition_count = 0;
        return run_general(a, pass, root, err);
    }
    if (text)
        return run_text(a, scratch, pass, text, err);
    scan_all(a, pass);
    return XT_OK;
}

/* ---- the answer ---- */

struct best {
    uint32_t ordinal;
    int64_t count;
};

static bool better(const struct ask *a, unsigned facet, const struct best *x, const struct best *y)
{
    if (x->count != y->count)
        return x->count > y->count;
    return strcmp(dict_entry(a->dict, facet, x->ordinal)->value, dict_entry(a->dict, facet, y->ordinal)->value) < 0;
}

static void insert_best(const struct ask *a, unsigned facet, struct best *list, size_t *count, size_t most,
                        struct best value)
{
    size_t at = *count;

    if (at == most) {
        if (!better(a, facet, &value, &list[at - 1]))
            return;
        at--;
    } else {
        ++*count;
    }
    for (; at > 0 && better(a, facet, &value, &list[at - 1]); at--)
        list[at] = list[at - 1];
    list[at] = value;
}

/* Single values of a nested facet count in all above them too. */
static void roll_up(const struct ask *a, unsigned facet, struct facet_counts *counts)
{
    uint32_t leaves = counts->touched_count;

    if (!__atomic_load_n(&a->dict->facets[facet].nested, __ATOMIC_RELAXED))
        return;
    for (uint32_t i = 0; i < leaves; i++) {
        uint32_t ordinal = counts->touched[i], count = counts->leaf[ordinal];

        if (count == 0)
            continue;
        while ((ordinal = dict_entry(a->dict, facet, ordinal)->above) != 0) {
            counts_touch(counts, ordinal);
            counts->direct[ordinal] += count;
        }
    }
}

static void list_counts(const struct pass *pass, unsigned facet, struct xt_search_facet_counts *out)
{
    const struct ask *a = pass->ask;
    struct facet_counts *counts = &pass->counts[facet];
    size_t most = a->request->facet_values ? a->request->facet_values : 20, count = 0;
    int filter = a->filter_of_facet[facet];
    size_t chosen = filter >= 0 ? a->filters[filter].chosen_count : 0;

    if (most > FACET_VALUES_MAX)
        most = FACET_VALUES_MAX;
    roll_up(a, facet, counts);
    struct best *list = xt_arena_alloc(a->arena, (most + chosen) * sizeof *list);
    for (uint32_t i = 0; i < counts->touched_count; i++) {
        uint32_t ordinal = counts->touched[i];

        insert_best(a, facet, list, &count, most,
                    (struct best){ordinal, (int64_t)counts->leaf[ordinal] + counts->direct[ordinal]});
    }
    for (size_t i = 0; i < chosen; i++) {
        uint32_t ordinal = a->filters[filter].chosen[i];
        size_t k = 0;

        while (k < count && list[k].ordinal != ordinal)
            k++;
        if (k == count)
            list[count++] = (struct best){ordinal, (int64_t)counts->leaf[ordinal] + counts->direct[ordinal]};
    }

    struct xt_search_count *said = xt_arena_alloc(a->arena, (count + 1) * sizeof *said);
    for (size_t i = 0; i < count; i++)
        said[i] = (struct xt_search_count){
            xt_arena_strdup(a->arena, dict_entry(a->dict, facet, list[i].ordinal)->value), list[i].count};
    *out = (struct xt_search_facet_counts){a->schema->facets[facet].name, said, count, counts->touched_count};
}

static void list_facets(const struct pass *pass, struct xt_search_answer *out)
{
    const struct ask *a = pass->ask;
    struct xt_search_facet_counts *facets = xt_arena_alloc(a->arena, (a->wanted_count + 1) * sizeof *facets);

    for (size_t i = 0; i < a->wanted_count; i++)
        list_counts(pass, a->wanted[i], &facets[i]);
    out->facets = facets;
    out->facet_count = a->wanted_count;
}

static void list_hits(struct pass *pass, struct xt_search_answer *out)
{
    const struct ask *a = pass->ask;
    struct xt_search_hit *hits = xt_arena_alloc(a->arena, (pass->heap_count + 1) * sizeof *hits);
    size_t count = pass->heap_count;
    struct hit last = {0};

    for (size_t left = count; left > 0; left--) {
        struct hit worst = pass->heap[0];

        if (left == count)
            last = worst;
        pass->heap[0] = pass->heap[left - 1];
        heap_sift_down(pass, 0, left - 1);
        hits[left - 1] = (struct xt_search_hit){worst.id, worst.score};
    }
    out->hits = hits;
    out->hit_count = count;
    if (count == 0 || a->request->like_count || (a->has_cursor ? pass->after_cursor : pass->total) <= (int64_t)count)
        return;
    struct cursor next = {.sort = a->sort,
                          .id = last.id,
                          .score = last.score,
                          .date = last.date,
                          .key = columns_key(a->columns, last.doc),
                          .rank = a->rank,
                          .leaf_count = a->query.leaf_count};
    out->next = cursor_write(&next, a->request, a->arena);
}

/* Fields the reader may not search, as far as anything is in them. */
static void allow_fields(struct ask *a)
{
    for (size_t i = 0; i < a->schema->field_count; i++) {
        if (a->schema->fields[i].min_class <= a->request->reader)
            field_set_add(&a->allowed_set, i);
        else if (field_set_has(&a->view->state.used, i))
            a->allowed = &a->allowed_set;
    }
}

static enum xt_code choose_order(struct ask *a, const struct query_node *root, struct xt_error *err)
{
    const struct xt_search_request *request = a->request;

    a->limit = request->limit > LIMIT_MAX ? LIMIT_MAX : request->limit;
    a->sort = request->sort;
    if (a->sort == XT_SORT_RELEVANCE && !has_text(root))
        a->sort = XT_SORT_DATE; /* nothing to rank by: the newest first */
    a->scored = a->sort == XT_SORT_RELEVANCE && a->limit > 0;
    if (request->cursor.n == 0)
        return XT_OK;
    a->has_cursor = true;
    if (!cursor_read(request->cursor, request, a->arena, &a->cursor) || a->cursor.sort != a->sort)
        return xt_fail(err, XT_E_INPUT, "cursor", XT_MSG_SEARCH_CURSOR);
    return XT_OK;
}

static enum xt_code answer(struct ask *a, struct scratch *scratch, const struct query_env *env,
                           struct xt_search_answer *out, struct xt_error *err)
{
    enum xt_code rc;

    query_parse(env, a->request->query, a->arena, &a->query);
    allow_fields(a);
    const struct query asked = a->query;
    rc = a->request->like_count ? like_add(a, err) : XT_OK;
    if (rc != XT_OK)
        return rc;
    struct query_node *root = simplify(a, a->query.root);
    compile_conditions(a, root);
    rc = compile_filters(a, err);
    if (rc == XT_OK)
        rc = choose_facets(a, err);
    if (rc == XT_OK)
        rc = cross_prepare(a, err);
    if (rc == XT_OK)
        rc = choose_order(a, root, err);
    if (rc != XT_OK)
        return rc;

    struct pass pass;
    pass_begin(&pass, a, scratch->counts[0]);
    rc = run(a, scratch, &pass, root, err);
    if (rc == XT_OK) {
        *out = (struct xt_search_answer){.total = pass.total, .at_least = pass.stopped, .looked = 1};
        if (pass.stopped && pass.to > 0)
            out->looked = (double)pass_seen(&pass) / (double)pass.to;
        out->table = a->cells ? pass.table : NULL;
        list_facets(&pass, out);
        list_hits(&pass, out);
    }
    pass_end(&pass);
    if (rc != XT_OK)
        return rc;
    out->ignored = a->query.ignored;
    out->ignored_count = a->query.ignored_count;
    out->synonyms = a->query.synonyms;
    out->synonym_count = a->query.synonym_count;
    for (int lang = 0; lang < XT_LANGS; lang++)
        out->understood[lang] = query_understood(env, &asked, (enum xt_lang)lang, a->arena);
    out->words = query_words(&a->query, a->arena);
    return XT_OK;
}

enum xt_code ask_view(const struct engine_ops *ops, struct view *view, const struct xt_search_schema *schema,
                      struct scratch *scratch, const struct xt_search_request *request, struct xt_arena *arena,
                      struct xt_search_answer *out, struct xt_error *err)
{
    int64_t started = xt_monotonic_us();
    struct query_env env = {.schema = schema,
                            .known = known_value,
                            .context = view->dict,
                            .pieces = request->pieces,
                            .as_written = request->as_written};
    struct ask *a = xt_arena_alloc(arena, sizeof *a);
    enum xt_code rc;

    a->ops = ops;
    a->view = view;
    a->columns = view->columns;
    a->dict = view->dict;
    a->schema = schema;
    a->request = request;
    a->arena = arena;
    a->generation = view->state.generation;
    a->reader = (uint8_t)request->reader;
    a->until_us = request->budget_ms ? started + (int64_t)request->budget_ms * 1000 : 0;
    for (size_t i = 0; i < SCHEMA_FACETS_MAX; i++)
        a->filter_of_facet[i] = -1;
    view->sees = a->reader;
    (void)atomic_fetch_add(&asking, 1);
    rc = answer(a, scratch, &env, out, err);
    (void)atomic_fetch_sub(&asking, 1);
    if (rc == XT_OK)
        out->took_us = xt_monotonic_us() - started;
    return rc;
}
