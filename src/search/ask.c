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
#include "search/ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define FILTERS_MAX      (SCHEMA_FACETS_MAX + SCHEMA_RANGES_MAX)
#define SPANS_MAX        64
#define CLOCK_EVERY      1024    /* documents between two looks at the clock */
#define LIMIT_MAX        1000000 /* an export takes all it finds */
#define FACET_VALUES_MAX 1000
#define SETS_MAX         64 /* values of one document, with those above them */

struct span {
    int64_t low, high;
};

struct filter {
    bool is_facet;
    unsigned index;   /* of the facet or range */
    uint8_t *pass;    /* by ordinal: chosen, or below a chosen one */
    uint32_t *chosen; /* ordinals chosen, for the list of counts */
    size_t chosen_count;
    struct span *spans;
    size_t span_count;
};

struct hit {
    double score;
    int64_t date;
    uint64_t prefix;
    int64_t id;
    uint32_t doc;
};

/* The documents of one phrase with their scores, for the general way. */
struct posting {
    uint32_t doc;
    double score;
};

struct postings {
    struct posting *list;
    size_t count, capacity, at;
};

struct ask {
    const struct engine_ops *ops;
    struct view *view;
    const struct columns *columns;
    struct dict *dict;
    const struct xt_search_schema *schema;
    struct scratch *scratch;
    const struct xt_search_request *request;
    struct xt_arena *arena;
    struct query query;

    uint32_t generation;
    uint8_t reader;
    struct field_set allowed_set;
    const struct field_set *allowed; /* NULL = all fields */

    const struct query_node *conditions[QUERY_LEAVES_MAX];
    size_t condition_count;
    struct filter filters[FILTERS_MAX];
    size_t filter_count;
    int filter_of_facet[SCHEMA_FACETS_MAX]; /* -1 = none */

    unsigned wanted[SCHEMA_FACETS_MAX]; /* facets to count */
    size_t wanted_count;

    enum xt_sort sort;
    unsigned limit;
    struct hit *heap; /* the worst of the best first */
    size_t heap_count;
    bool has_cursor;
    struct cursor cursor;
    bool scored; /* score * freshness decides the order */
    int year_facet;
    double *fresh; /* by ordinal of the year facet */
    struct rank rank;
    double weights[SCHEMA_FIELDS_MAX];

    int64_t total, after_cursor;
    int64_t until_us; /* 0 = no budget */
    unsigned clock;
    bool stopped;

    struct postings postings[QUERY_LEAVES_MAX]; /* the general way */
    struct postings *filling;
};

void scratch_free(struct scratch *scratch)
{
    for (size_t i = 0; i < SCHEMA_FACETS_MAX; i++) {
        free(scratch->counts[i].leaf);
        free(scratch->counts[i].direct);
        free(scratch->counts[i].touched);
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
    node->pass = pass;
}

static bool passes(const struct ask *a, uint32_t doc, unsigned facet, const uint8_t *pass)
{
    const uint32_t *list;
    uint32_t count = columns_values(a->columns, COLUMN_FACET(a->columns, doc, facet), &list);

    for (uint32_t i = 0; i < count; i++)
        if (pass[list[i]])
            return true;
    return false;
}

static bool in_spans(const struct ask *a, uint32_t doc, const struct filter *filter)
{
    int64_t value = *COLUMN_RANGE(a->columns, doc, filter->index);

    for (size_t i = 0; i < filter->span_count; i++)
        if (value != INT64_MIN && value >= filter->spans[i].low && value <= filter->spans[i].high)
            return true;
    return false;
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

        struct facet_counts *counts = &a->scratch->counts[facet];
        size_t room = (size_t)dict_count(a->dict, facet) + 1;
        if (counts->room < room) { /* all zero: nothing to keep */
            free(counts->leaf);
            free(counts->direct);
            free(counts->touched);
            counts->room = room + room / 4;
            counts->leaf = xt_calloc(counts->room, sizeof *counts->leaf);
            counts->direct = xt_calloc(counts->room, sizeof *counts->direct);
            counts->touched = xt_calloc(counts->room, sizeof *counts->touched);
        }
    }
    return XT_OK;
}

static void touch(struct facet_counts *counts, uint32_t ordinal)
{
    if (counts->leaf[ordinal] == 0 && counts->direct[ordinal] == 0)
        counts->touched[counts->touched_count++] = ordinal;
}

/* A document with several values of a nested facet counts once in each value above them. */
static void count_nested(struct ask *a, unsigned facet, const uint32_t *list, uint32_t count)
{
    struct facet_counts *counts = &a->scratch->counts[facet];
    uint32_t set[SETS_MAX];
    size_t n = 0;

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t ordinal = list[i]; ordinal; ordinal = dict_entry(a->dict, facet, ordinal)->above) {
            size_t k = 0;

            while (k < n && set[k] != ordinal)
                k++;
            if (k < n || n == SETS_MAX)
                break; /* counted, and with it all above it */
            set[n++] = ordinal;
        }
    for (size_t k = 0; k < n; k++) {
        touch(counts, set[k]);
        counts->direct[set[k]]++;
    }
}

static void count_facet(struct ask *a, uint32_t doc, unsigned facet)
{
    struct facet_counts *counts = &a->scratch->counts[facet];
    const uint32_t *entry = COLUMN_FACET(a->columns, doc, facet), *list;

    if (*entry && !(*entry & COLUMN_LIST)) {
        touch(counts, *entry);
        counts->leaf[*entry]++;
        return;
    }
    uint32_t count = columns_values(a->columns, entry, &list);
    if (count > 1 && __atomic_load_n(&a->dict->facets[facet].nested, __ATOMIC_RELAXED)) {
        count_nested(a, facet, list, count);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        touch(counts, list[i]);
        counts->leaf[list[i]]++;
    }
}

/* ---- order ---- */

/* Does x stand before y? No two documents are equal: ids differ. */
static bool before(const struct ask *a, const struct hit *x, const struct hit *y)
{
    int order;

    switch (a->sort) {
    case XT_SORT_RELEVANCE:
        if (x->score > y->score || x->score < y->score)
            return x->score > y->score;
        return x->id < y->id;
    case XT_SORT_DATE:
        if (x->date != y->date)
            return x->date > y->date;
        return x->id > y->id;
    case XT_SORT_TITLE:
        if (x->prefix != y->prefix)
            return x->prefix < y->prefix;
        order = xt_str_cmp(columns_key(a->columns, x->doc), columns_key(a->columns, y->doc));
        return order ? order < 0 : x->id < y->id;
    }
    return false;
}

static bool after_page(const struct ask *a, const struct hit *hit)
{
    const struct cursor *c = &a->cursor;
    int order;

    switch (a->sort) {
    case XT_SORT_RELEVANCE:
        if (hit->score > c->score || hit->score < c->score)
            return hit->score < c->score;
        return hit->id > c->id;
    case XT_SORT_DATE:
        return hit->date != c->date ? hit->date < c->date : hit->id < c->id;
    case XT_SORT_TITLE:
        order = xt_str_cmp(columns_key(a->columns, hit->doc), c->key);
        return order ? order > 0 : hit->id > c->id;
    }
    return false;
}

static void sift_down(struct ask *a, size_t at, size_t count)
{
    struct hit moved = a->heap[at];

    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && before(a, &a->heap[child], &a->heap[child + 1]))
            child++;
        if (!before(a, &moved, &a->heap[child]))
            break;
        a->heap[at] = a->heap[child];
    }
    a->heap[at] = moved;
}

static void keep_hit(struct ask *a, const struct hit *hit)
{
    if (a->heap_count == a->limit) {
        if (before(a, hit, &a->heap[0])) {
            a->heap[0] = *hit;
            sift_down(a, 0, a->heap_count);
        }
        return;
    }
    size_t at = a->heap_count++;
    for (size_t parent; at > 0 && before(a, &a->heap[parent = (at - 1) / 2], hit); at = parent)
        a->heap[at] = a->heap[parent];
    a->heap[at] = *hit;
}

static double freshness(const struct ask *a, uint32_t doc)
{
    const uint32_t *list;
    double best = 1.0;

    if (a->year_facet < 0)
        return 1.0;
    uint32_t count = columns_values(a->columns, COLUMN_FACET(a->columns, doc, a->year_facet), &list);
    for (uint32_t i = 0; i < count; i++)
        if (a->fresh[list[i]] > best)
            best = a->fresh[list[i]];
    return best;
}

static void rank_hit(struct ask *a, uint32_t doc, double score)
{
    struct hit hit = {.score = 0, .doc = doc};

    if (a->scored) {
        if (a->heap_count == a->limit && !a->has_cursor && score * (1.0 + RANK_FRESH) < a->heap[0].score)
            return; /* not even the newest would be among the best */
        hit.score = score * freshness(a, doc);
    }
    hit.id = *COLUMN_ID(a->columns, doc);
    if (a->sort == XT_SORT_DATE)
        hit.date = *COLUMN_DATE(a->columns, doc);
    else if (a->sort == XT_SORT_TITLE)
        hit.prefix = *COLUMN_SORT(a->columns, doc);
    if (a->has_cursor) {
        if (!after_page(a, &hit))
            return;
        a->after_cursor++;
    }
    keep_hit(a, &hit);
}

/* ---- one document ---- */

static bool condition_holds(const struct ask *a, const struct query_node *node, uint32_t doc)
{
    switch (node->kind) {
    case QUERY_ALL:
        return true;
    case QUERY_NONE:
    case QUERY_TEXT:
        return false; /* phrases are not conditions */
    case QUERY_FACET:
        return passes(a, doc, node->facet, node->pass);
    case QUERY_RANGE: {
        int64_t value = *COLUMN_RANGE(a->columns, doc, node->range);

        return value != INT64_MIN && value >= node->low && value <= node->high;
    }
    case QUERY_NOT:
        return !condition_holds(a, node->first, doc);
    case QUERY_AND:
        for (const struct query_node *child = node->first; child; child = child->next)
            if (!condition_holds(a, child, doc))
                return false;
        return true;
    case QUERY_OR:
        for (const struct query_node *child = node->first; child; child = child->next)
            if (condition_holds(a, child, doc))
                return true;
        return false;
    }
    return false;
}

/* How many filters a document fails, at most 2; *out_failed is the first. */
static unsigned failed_filters(const struct ask *a, uint32_t doc, size_t *out_failed)
{
    unsigned failed = 0;

    for (size_t i = 0; i < a->filter_count && failed < 2; i++) {
        const struct filter *filter = &a->filters[i];
        bool holds = filter->is_facet ? passes(a, doc, filter->index, filter->pass) : in_spans(a, doc, filter);

        if (!holds && failed++ == 0)
            *out_failed = i;
    }
    return failed;
}

/* False when the time is up. */
static bool in_time(struct ask *a)
{
    if (a->until_us && ++a->clock % CLOCK_EVERY == 0 && xt_monotonic_us() > a->until_us)
        a->stopped = true;
    return !a->stopped;
}

static bool take(void *context, uint32_t doc, double score)
{
    struct ask *a = context;
    size_t failed_at = 0;

    if (!columns_alive(a->columns, doc, a->generation) || *COLUMN_CLASS(a->columns, doc) > a->reader)
        return in_time(a);
    for (size_t i = 0; i < a->condition_count; i++)
        if (!condition_holds(a, a->conditions[i], doc))
            return in_time(a);
    unsigned failed = a->filter_count ? failed_filters(a, doc, &failed_at) : 0;
    if (failed == 0) {
        a->total++;
        for (size_t i = 0; i < a->wanted_count; i++)
            count_facet(a, doc, a->wanted[i]);
        if (a->limit)
            rank_hit(a, doc, score);
    } else if (failed == 1 && a->filters[failed_at].is_facet) {
        for (size_t i = 0; i < a->wanted_count; i++)
            if (a->wanted[i] == a->filters[failed_at].index)
                count_facet(a, doc, a->wanted[i]);
    }
    return in_time(a);
}

/* ---- running ---- */

static void scan_all(struct ask *a)
{
    for (uint64_t doc = 0; doc < a->view->state.docs; doc++)
        if (!take(a, (uint32_t)doc, 0))
            break;
}

static bool take_posting(void *context, uint32_t doc, double score)
{
    struct ask *a = context;
    struct postings *p = a->filling;

    xt_grow(&p->list, &p->capacity, p->count + 1, sizeof *p->list);
    p->list[p->count++] = (struct posting){doc, score};
    return in_time(a);
}

static enum xt_code list_leaves(struct ask *a, struct query_node *node, struct xt_error *err)
{
    if (node->kind == QUERY_TEXT) {
        struct query_node *alone = shell_of(a, node);
        struct text_plan plan = {.root = alone, .allowed = a->allowed, .rank = &a->rank, .weights = a->weights};

        a->filling = &a->postings[node->leaf];
        return a->ops->run(a->view, &plan, take_posting, a, err);
    }
    for (struct query_node *child = node->first; child; child = child->next) {
        enum xt_code rc = list_leaves(a, child, err);

        if (rc != XT_OK)
            return rc;
    }
    return XT_OK;
}

/* Documents come in rising order: each list has its place. */
static const struct posting *posting_of(struct ask *a, unsigned leaf, uint32_t doc)
{
    struct postings *p = &a->postings[leaf];

    while (p->at < p->count && p->list[p->at].doc < doc)
        p->at++;
    return p->at < p->count && p->list[p->at].doc == doc ? &p->list[p->at] : NULL;
}

/* Does the tree hold for doc? *out_score adds up what stands outside NOT. */
static bool tree_holds(struct ask *a, const struct query_node *node, uint32_t doc, double *out_score)
{
    const struct posting *posting;
    double part, sum = 0;
    bool any = false;

    *out_score = 0;
    switch (node->kind) {
    case QUERY_TEXT:
        posting = posting_of(a, node->leaf, doc);
        if (posting)
            *out_score = posting->score;
        return posting != NULL;
    case QUERY_AND:
        for (const struct query_node *child = node->first; child; child = child->next) {
            if (!tree_holds(a, child, doc, &part))
                return false;
            sum += part;
        }
        *out_score = sum;
        return true;
    case QUERY_OR:
        for (const struct query_node *child = node->first; child; child = child->next)
            if (tree_holds(a, child, doc, &part)) {
                any = true;
                sum += part;
            }
        *out_score = sum;
        return any;
    case QUERY_NOT:
        return !tree_holds(a, node->first, doc, &part);
    case QUERY_ALL:
    case QUERY_NONE:
    case QUERY_FACET:
    case QUERY_RANGE:
        break;
    }
    return condition_holds(a, node, doc);
}

static enum xt_code run_general(struct ask *a, struct query_node *root, struct xt_error *err)
{
    enum xt_code rc = list_leaves(a, root, err);

    a->clock = 0;
    for (uint64_t doc = 0; doc < a->view->state.docs && rc == XT_OK && !a->stopped; doc++) {
        double score;

        if (!tree_holds(a, root, (uint32_t)doc, &score) ? !in_time(a) : !take(a, (uint32_t)doc, score))
            break;
    }
    for (size_t i = 0; i < QUERY_LEAVES_MAX; i++)
        free(a->postings[i].list);
    return rc;
}

/* Frequencies of the phrases that score. One phrase alone needs none: they only weigh phrases against each other. */
static enum xt_code weigh(struct ask *a, const struct query_node *node, bool alone, struct xt_error *err)
{
    if (node->kind == QUERY_NOT)
        return XT_OK;
    if (node->kind == QUERY_TEXT) {
        int64_t with = 0;
        enum xt_code rc = XT_OK;

        a->rank.idf[node->leaf] = 1.0;
        if (!alone) {
            rc = a->ops->frequency(a->view, node, a->allowed, &with, err);
            a->rank.idf[node->leaf] = rank_idf((int64_t)a->view->state.docs, with);
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
    a->rank.average_length = state->docs && state->total_length ? (double)state->total_length / (double)state->docs : 1;
    a->rank.newest_year = state->newest_year;
    if (a->has_cursor && a->scored) {
        a->rank = a->cursor.rank;
        for (size_t i = a->cursor.leaf_count; i < QUERY_LEAVES_MAX; i++)
            a->rank.idf[i] = 1.0;
    } else if (a->scored) {
        enum xt_code rc = weigh(a, root, a->query.leaf_count < 2, err);
        if (rc != XT_OK)
            return rc;
    }
    if (a->scored)
        prepare_freshness(a);
    return XT_OK;
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
    return positive || !text->first;
}

static enum xt_code run(struct ask *a, struct query_node *root, struct xt_error *err)
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
        return run_general(a, root, err);
    }
    if (!text) {
        scan_all(a);
        return XT_OK;
    }
    struct text_plan plan = {.root = text, .allowed = a->allowed, .rank = &a->rank, .weights = a->weights};
    return a->ops->run(a->view, &plan, take, a, err);
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
static void roll_up(struct ask *a, unsigned facet, struct facet_counts *counts)
{
    uint32_t leaves = counts->touched_count;

    if (!__atomic_load_n(&a->dict->facets[facet].nested, __ATOMIC_RELAXED))
        return;
    for (uint32_t i = 0; i < leaves; i++) {
        uint32_t ordinal = counts->touched[i], count = counts->leaf[ordinal];

        if (count == 0)
            continue;
        while ((ordinal = dict_entry(a->dict, facet, ordinal)->above) != 0) {
            touch(counts, ordinal);
            counts->direct[ordinal] += count;
        }
    }
}

static void list_counts(struct ask *a, unsigned facet, struct xt_search_facet_counts *out)
{
    struct facet_counts *counts = &a->scratch->counts[facet];
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

/* Leaves the counters as the next question wants them. */
static void clear_counts(struct ask *a)
{
    for (size_t i = 0; i < a->wanted_count; i++) {
        struct facet_counts *counts = &a->scratch->counts[a->wanted[i]];

        for (uint32_t k = 0; k < counts->touched_count; k++) {
            counts->leaf[counts->touched[k]] = 0;
            counts->direct[counts->touched[k]] = 0;
        }
        counts->touched_count = 0;
    }
}

static void list_facets(struct ask *a, struct xt_search_answer *out)
{
    struct xt_search_facet_counts *facets = xt_arena_alloc(a->arena, (a->wanted_count + 1) * sizeof *facets);

    for (size_t i = 0; i < a->wanted_count; i++)
        list_counts(a, a->wanted[i], &facets[i]);
    out->facets = facets;
    out->facet_count = a->wanted_count;
}

static void list_hits(struct ask *a, struct xt_search_answer *out)
{
    struct xt_search_hit *hits = xt_arena_alloc(a->arena, (a->heap_count + 1) * sizeof *hits);
    size_t count = a->heap_count;
    struct hit last = {0};

    for (size_t left = count; left > 0; left--) {
        struct hit worst = a->heap[0];

        if (left == count)
            last = worst;
        a->heap[0] = a->heap[left - 1];
        sift_down(a, 0, left - 1);
        hits[left - 1] = (struct xt_search_hit){worst.id, worst.score};
    }
    out->hits = hits;
    out->hit_count = count;
    if (count == 0 || (a->has_cursor ? a->after_cursor : a->total) <= (int64_t)count)
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
    a->heap = xt_arena_alloc(a->arena, ((size_t)a->limit + 1) * sizeof *a->heap);
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

static enum xt_code answer(struct ask *a, const struct query_env *env, struct xt_search_answer *out,
                           struct xt_error *err)
{
    enum xt_code rc;

    query_parse(env, a->request->query, a->arena, &a->query);
    allow_fields(a);
    struct query_node *root = simplify(a, a->query.root);
    compile_conditions(a, root);
    rc = compile_filters(a, err);
    if (rc == XT_OK)
        rc = choose_facets(a, err);
    if (rc == XT_OK)
        rc = choose_order(a, root, err);
    if (rc == XT_OK)
        rc = run(a, root, err);
    if (rc != XT_OK)
        return rc;

    *out = (struct xt_search_answer){.total = a->total, .at_least = a->stopped};
    list_facets(a, out);
    list_hits(a, out);
    out->ignored = a->query.ignored;
    out->ignored_count = a->query.ignored_count;
    for (int lang = 0; lang < XT_LANGS; lang++)
        out->understood[lang] = query_understood(env, &a->query, (enum xt_lang)lang, a->arena);
    out->words = query_words(&a->query, a->arena);
    return XT_OK;
}

enum xt_code ask_view(const struct engine_ops *ops, struct view *view, const struct xt_search_schema *schema,
                      struct scratch *scratch, const struct xt_search_request *request, struct xt_arena *arena,
                      struct xt_search_answer *out, struct xt_error *err)
{
    int64_t started = xt_monotonic_us();
    struct query_env env = {.schema = schema, .known = known_value, .context = view->dict};
    struct ask *a = xt_arena_alloc(arena, sizeof *a);
    enum xt_code rc;

    a->ops = ops;
    a->view = view;
    a->columns = view->columns;
    a->dict = view->dict;
    a->schema = schema;
    a->scratch = scratch;
    a->request = request;
    a->arena = arena;
    a->generation = view->state.generation;
    a->reader = (uint8_t)request->reader;
    a->until_us = request->budget_ms ? started + (int64_t)request->budget_ms * 1000 : 0;
    for (size_t i = 0; i < SCHEMA_FACETS_MAX; i++)
        a->filter_of_facet[i] = -1;
    rc = answer(a, &env, out, err);
    clear_counts(a);
    if (rc == XT_OK)
        out->took_us = xt_monotonic_us() - started;
    return rc;
}
