/*
 * The documents of a question: which of the matching ones pass, what they add to the counts, which are the best.
 *
 * Work is done for a batch of documents at a time, column by column: the documents of a batch lie in one block of the
 * columns, so each column is read in order and its address is worked out once. On broad words this takes half the time
 * of going document by document.
 */
#include <string.h>

#include "base/time.h"
#include "search/ask_priv.h"

#define SETS_MAX 64 /* values of one document, with those above them */

/* ---- conditions ---- */

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

bool condition_holds(const struct ask *a, const struct query_node *node, uint32_t doc)
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

/* ---- counts ---- */

/* A document with several values of a nested facet counts once in each value above them. */
static void count_nested(struct pass *pass, unsigned facet, const uint32_t *list, uint32_t count)
{
    const struct dict *dict = pass->ask->dict;
    struct facet_counts *counts = &pass->counts[facet];
    uint32_t set[SETS_MAX];
    size_t n = 0;

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t ordinal = list[i]; ordinal; ordinal = dict_entry(dict, facet, ordinal)->above) {
            size_t k = 0;

            while (k < n && set[k] != ordinal)
                k++;
            if (k < n || n == SETS_MAX)
                break; /* counted, and with it all above it */
            set[n++] = ordinal;
        }
    for (size_t k = 0; k < n; k++) {
        counts_touch(counts, set[k]);
        counts->direct[set[k]]++;
    }
}

static void count_list(struct pass *pass, unsigned facet, const uint32_t *entry)
{
    struct facet_counts *counts = &pass->counts[facet];
    const uint32_t *list;
    uint32_t count = columns_values(pass->ask->columns, entry, &list);

    if (count > 1 && __atomic_load_n(&pass->ask->dict->facets[facet].nested, __ATOMIC_RELAXED)) {
        count_nested(pass, facet, list, count);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        counts_touch(counts, list[i]);
        counts->leaf[list[i]]++;
    }
}

static void count_facet(struct pass *pass, unsigned facet, const uint32_t *docs, size_t n)
{
    struct facet_counts *counts = &pass->counts[facet];
    const uint32_t *column = COLUMN_FACET(pass->ask->columns, docs[0] & ~(COLUMNS_BLOCK - 1), facet);
    uint32_t *leaf = counts->leaf;

    for (size_t i = 0; i < n; i++) {
        const uint32_t *entry = column + (docs[i] & (COLUMNS_BLOCK - 1));
        uint32_t ordinal = *entry;

        if (ordinal - 1 >= COLUMN_LIST - 1) { /* none, or several */
            if (ordinal)
                count_list(pass, facet, entry);
            continue;
        }
        if (leaf[ordinal] == 0)
            counts_touch(counts, ordinal);
        leaf[ordinal]++;
    }
}

/* ---- order ---- */

bool hit_before(const struct ask *a, const struct hit *x, const struct hit *y)
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
    case XT_SORT_NUMBER:
        if (x->date != y->date)
            return x->date < y->date;
        return x->id < y->id;
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
    case XT_SORT_NUMBER:
        return hit->date != c->date ? hit->date > c->date : hit->id > c->id;
    case XT_SORT_TITLE:
        order = xt_str_cmp(columns_key(a->columns, hit->doc), c->key);
        return order ? order > 0 : hit->id > c->id;
    }
    return false;
}

void heap_sift_down(struct pass *pass, size_t at, size_t count)
{
    struct hit *heap = pass->heap, moved = heap[at];

    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && hit_before(pass->ask, &heap[child], &heap[child + 1]))
            child++;
        if (!hit_before(pass->ask, &moved, &heap[child]))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

void heap_keep(struct pass *pass, const struct hit *hit)
{
    const struct ask *a = pass->ask;
    struct hit *heap = pass->heap;

    if (pass->heap_count < a->limit) {
        size_t at = pass->heap_count++;

        for (size_t parent; at > 0 && hit_before(a, &heap[parent = (at - 1) / 2], hit); at = parent)
            heap[at] = heap[parent];
        heap[at] = *hit;
    } else if (hit_before(a, hit, &heap[0])) {
        heap[0] = *hit;
        heap_sift_down(pass, 0, pass->heap_count);
    }
    /* Not even the newest document can do with less. A little room for what rounding does. */
    if (a->scored && !a->has_cursor && pass->heap_count == a->limit)
        pass->least = heap[0].score / (1.0 + RANK_FRESH) * (1.0 - 1e-12);
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

/* To sort by; without one a document stands last. */
static int64_t number_of(const struct ask *a, uint32_t doc)
{
    int64_t number = *COLUMN_RANGE(a->columns, doc, a->request->sort_range);

    return number == INT64_MIN ? INT64_MAX : number;
}

static void rank_hit(struct pass *pass, uint32_t doc, double score)
{
    const struct ask *a = pass->ask;
    struct hit hit = {.score = 0, .doc = doc};

    if (a->scored)
        hit.score = score * freshness(a, doc);
    hit.id = *COLUMN_ID(a->columns, doc);
    if (a->sort == XT_SORT_DATE)
        hit.date = *COLUMN_DATE(a->columns, doc);
    else if (a->sort == XT_SORT_NUMBER)
        hit.date = number_of(a, doc);
    else if (a->sort == XT_SORT_TITLE)
        hit.prefix = *COLUMN_SORT(a->columns, doc);
    if (a->has_cursor) {
        if (!after_page(a, &hit))
            return;
        pass->after_cursor++;
    }
    heap_keep(pass, &hit);
}

/* ---- a batch ---- */

bool pass_in_time(struct pass *pass)
{
    if (pass->ask->until_us && xt_monotonic_us() > pass->ask->until_us)
        pass->stopped = true;
    return !pass->stopped;
}

struct batch {
    uint32_t docs[BATCH_DOCS];
    double scores[BATCH_DOCS];
    size_t count;
};

static bool is_among(const struct xt_search_request *request, int64_t id)
{
    size_t low = 0, high = request->among_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (request->among[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < request->among_count && request->among[low] == id;
}

/* Those that live, may be seen, are among those asked for and meet the query's own conditions. */
static void admit(const struct ask *a, const uint32_t *docs, const double *scores, size_t count, struct batch *out)
{
    uint32_t block = docs[0] & ~(COLUMNS_BLOCK - 1);
    const uint32_t *dead = COLUMN_DEAD(a->columns, block);
    const uint8_t *class = COLUMN_CLASS(a->columns, block);
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t at = docs[i] & (COLUMNS_BLOCK - 1);
        /* 0 (alive) becomes the greatest */
        bool alive = __atomic_load_n(&dead[at], __ATOMIC_RELAXED) - 1 >= a->generation;

        out->docs[n] = docs[i];
        out->scores[n] = scores ? scores[i] : 0;
        n += alive & (class[at] <= a->reader);
    }
    if (a->request->without) {
        size_t kept = 0;

        for (size_t i = 0; i < n; i++) {
            out->docs[kept] = out->docs[i];
            out->scores[kept] = out->scores[i];
            kept += *COLUMN_ID(a->columns, out->docs[i]) != *a->request->without;
        }
        n = kept;
    }
    if (a->request->among) {
        size_t kept = 0;

        for (size_t i = 0; i < n; i++) {
            out->docs[kept] = out->docs[i];
            out->scores[kept] = out->scores[i];
            kept += is_among(a->request, *COLUMN_ID(a->columns, out->docs[i]));
        }
        n = kept;
    }
    for (size_t c = 0; c < a->condition_count; c++) {
        size_t kept = 0;

        for (size_t i = 0; i < n; i++) {
            if (!condition_holds(a, a->conditions[c], out->docs[i]))
                continue;
            out->docs[kept] = out->docs[i];
            out->scores[kept++] = out->scores[i];
        }
        n = kept;
    }
    out->count = n;
}

/* Adds to failed[i] where the documents do not pass a filter, and notes it in last[i]. */
static void fail_filter(const struct ask *a, unsigned f, const struct batch *batch, uint8_t *failed, uint8_t *last)
{
    const struct filter *filter = &a->filters[f];

    if (!filter->is_facet) {
        for (size_t i = 0; i < batch->count; i++) {
            bool fails = !in_spans(a, batch->docs[i], filter);

            failed[i] += fails;
            last[i] = fails ? (uint8_t)f : last[i];
        }
        return;
    }
    const uint32_t *column = COLUMN_FACET(a->columns, batch->docs[0] & ~(COLUMNS_BLOCK - 1), filter->index);
    for (size_t i = 0; i < batch->count; i++) {
        uint32_t ordinal = column[batch->docs[i] & (COLUMNS_BLOCK - 1)];
        bool several = (ordinal & COLUMN_LIST) != 0;
        bool fails = several ? !passes(a, batch->docs[i], filter->index, filter->pass) : !filter->pass[ordinal];

        failed[i] += fails;
        last[i] = fails ? (uint8_t)f : last[i];
    }
}

/* Takes out what fails a filter. What fails only that of a counted facet still counts in that facet. */
static void filter_batch(struct pass *pass, struct batch *batch)
{
    const struct ask *a = pass->ask;
    uint8_t failed[BATCH_DOCS], last[BATCH_DOCS];
    uint32_t others[BATCH_DOCS];
    size_t kept = 0;

    memset(failed, 0, batch->count);
    for (unsigned f = 0; f < a->filter_count; f++)
        fail_filter(a, f, batch, failed, last);
    for (size_t w = 0; w < a->wanted_count; w++) {
        int f = a->filter_of_facet[a->wanted[w]];
        size_t n = 0;

        if (f < 0)
            continue;
        for (size_t i = 0; i < batch->count; i++) {
            others[n] = batch->docs[i];
            n += failed[i] == 1 && last[i] == f;
        }
        if (n)
            count_facet(pass, a->wanted[w], others, n);
    }
    for (size_t i = 0; i < batch->count; i++) {
        batch->docs[kept] = batch->docs[i];
        batch->scores[kept] = batch->scores[i];
        kept += failed[i] == 0;
    }
    batch->count = kept;
}

bool pass_take(void *context, const uint32_t *docs, const double *scores, size_t count)
{
    struct pass *pass = context;
    const struct ask *a = pass->ask;
    struct batch batch;

    if (count == 0)
        return pass_in_time(pass);
    pass->next = (uint64_t)docs[count - 1] + 1;
    admit(a, docs, scores, count, &batch);
    if (a->filter_count && batch.count)
        filter_batch(pass, &batch);
    pass->total += (int64_t)batch.count;
    for (size_t i = 0; i < a->wanted_count && batch.count; i++)
        count_facet(pass, a->wanted[i], batch.docs, batch.count);
    if (a->cells && batch.count)
        cross_take(pass, batch.docs, batch.count);
    if (a->limit)
        for (size_t i = 0; i < batch.count; i++)
            if (batch.scores[i] >= pass->least)
                rank_hit(pass, batch.docs[i], batch.scores[i]);
    return pass_in_time(pass);
}
