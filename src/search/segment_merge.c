/*
 * Merging: neighbours become one segment. Term by term in the order of the dictionaries; the lists of a term follow each
 * other, since the documents of one segment all stand before those of the next.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "search/segment.h"

struct merge_input {
    struct segment *segment;
    struct term_walk walk;
    bool there;
    uint32_t *pattern; /* of the new segment, by pattern of this one */
};

struct merge {
    struct merge_input *inputs;
    size_t count;
    struct segment_writer *writer;
    bool (*alive)(const void *context, uint32_t doc);
    const void *context;
    bool all_alive;
    const _Atomic bool *stop;
    /* all patterns of all inputs, each once */
    struct pattern *patterns;
    struct pattern_part *parts;
    size_t pattern_count, pattern_room, part_count, part_room;
    uint32_t *slots; /* hash table: pattern + 1 */
    size_t slot_count;
    uint32_t *positions; /* of one block */
    size_t position_room;
    struct list list;
};

static bool same_pattern(const struct merge *m, const struct pattern *x, const struct pattern_part *parts, uint32_t n)
{
    return x->parts == n && memcmp(m->parts + x->parts_at, parts, n * sizeof *parts) == 0;
}

static uint32_t *slot_for(struct merge *m, const struct pattern_part *parts, uint32_t n)
{
    size_t slot = (size_t)xt_hash64(parts, n * sizeof *parts) & (m->slot_count - 1);

    while (m->slots[slot] && !same_pattern(m, &m->patterns[m->slots[slot] - 1], parts, n))
        slot = (slot + 1) & (m->slot_count - 1);
    return &m->slots[slot];
}

static void gather_patterns(struct merge *m)
{
    size_t most = 0;

    for (size_t i = 0; i < m->count; i++)
        most += m->inputs[i].segment->pattern_count;
    m->slot_count = 64;
    while (m->slot_count < 2 * most)
        m->slot_count *= 2;
    m->slots = xt_calloc(m->slot_count, sizeof *m->slots);
    for (size_t i = 0; i < m->count; i++) {
        const struct segment *s = m->inputs[i].segment;

        m->inputs[i].pattern = xt_calloc(s->pattern_room, sizeof *m->inputs[i].pattern);
        for (uint32_t p = 0; p < s->pattern_count; p++) {
            const struct pattern *from = &s->patterns[p];
            const struct pattern_part *parts = s->parts + from->parts_at;
            uint32_t *slot = slot_for(m, parts, from->parts);

            if (*slot == 0) {
                xt_grow(&m->patterns, &m->pattern_room, m->pattern_count + 1, sizeof *m->patterns);
                xt_grow(&m->parts, &m->part_room, m->part_count + from->parts, sizeof *m->parts);
                memcpy(m->parts + m->part_count, parts, from->parts * sizeof *parts);
                m->patterns[m->pattern_count++] = (struct pattern){0, (uint32_t)m->part_count, from->parts, from->hits};
                m->part_count += from->parts;
                *slot = (uint32_t)m->pattern_count;
            }
            m->patterns[*slot - 1].postings += from->postings;
            m->inputs[i].pattern[p] = *slot - 1;
        }
    }
}

struct order {
    uint64_t postings;
    uint32_t pattern;
};

static int by_frequency(const void *a, const void *b)
{
    const struct order *x = a, *y = b;

    if (x->postings != y->postings)
        return x->postings > y->postings ? -1 : 1;
    return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

/* The most frequent patterns get the smallest numbers. */
static void number_patterns(struct merge *m)
{
    size_t n = m->pattern_count;
    struct order *order = xt_calloc(n + 1, sizeof *order);
    uint32_t *number = xt_calloc(n + 1, sizeof *number);
    struct pattern *sorted = xt_calloc(n + 1, sizeof *sorted);

    for (uint32_t i = 0; i < n; i++)
        order[i] = (struct order){m->patterns[i].postings, i};
    qsort(order, n, sizeof *order, by_frequency);
    for (uint32_t i = 0; i < n; i++) {
        number[order[i].pattern] = i;
        sorted[i] = m->patterns[order[i].pattern];
    }
    free(m->patterns);
    m->patterns = sorted;
    for (size_t i = 0; i < m->count; i++)
        for (uint32_t p = 0; p < m->inputs[i].segment->pattern_count; p++)
            m->inputs[i].pattern[p] = number[m->inputs[i].pattern[p]];
    free(number);
    free(order);
}

/* The postings of one input's term. False when the list is damaged. */
static bool copy_list(struct merge *m, struct merge_input *input)
{
    struct list *list = &m->list;
    const struct segment *s = input->segment;

    list_open(list, input->segment, &input->walk.term);
    for (uint32_t block = 0; block < list_block_count(list) && list_block(list, block); block++) {
        if (!list_patterns(list) || !list_sums(list))
            return false;
        xt_grow(&m->positions, &m->position_room, (size_t)list->sums[list->count] + 1, sizeof *m->positions);
        if (!list_block_positions(list, m->positions))
            return false;
        for (uint32_t i = 0; i < list->count; i++) {
            uint32_t pattern = list->patterns[i];

            if (pattern >= s->pattern_count)
                return false;
            if (m->all_alive || m->alive(m->context, list->docs[i]))
                segment_writer_posting(m->writer, list->docs[i], input->pattern[pattern], m->positions + list->sums[i]);
        }
    }
    return !list->bad;
}

static int compare(const struct merge_input *a, const struct merge_input *b)
{
    return xt_str_cmp((struct xt_str){a->walk.bytes, a->walk.n}, (struct xt_str){b->walk.bytes, b->walk.n});
}

static enum xt_code copy_terms(struct merge *m, struct xt_error *err)
{
    for (size_t i = 0; i < m->count; i++)
        m->inputs[i].there = terms_seek(&m->inputs[i].walk, m->inputs[i].segment, XT_STR(""));
    for (;;) {
        struct merge_input *least = NULL;

        for (size_t i = 0; i < m->count; i++) {
            struct merge_input *input = &m->inputs[i];

            if (input->walk.bad)
                return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT("segment"));
            if (input->there && (!least || compare(input, least) < 0))
                least = input;
        }
        if (!least || segment_writer_failed(m->writer))
            return XT_OK; /* the end says what failed */
        if (m->stop && atomic_load(m->stop))
            return xt_fail(err, XT_E_BUSY, "", XT_MSG_SEARCH_INDEX_BUSY);

        struct term_walk first = least->walk; /* the others are compared with it while they move on */
        struct xt_str term = {first.bytes, first.n};
        segment_writer_term(m->writer, term);
        for (struct merge_input *input = least; input < m->inputs + m->count; input++) {
            if (!input->there || input->walk.n != term.n || memcmp(input->walk.bytes, term.s, term.n) != 0)
                continue;
            if (!copy_list(m, input))
                return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT("segment"));
            input->there = terms_next(&input->walk);
        }
    }
}

enum xt_code segment_merge(struct segment *const *from, size_t count, const char *dir, uint64_t serial, uint64_t mark,
                           uint64_t bytes_per_second, bool (*alive)(const void *context, uint32_t doc),
                           const void *context, const _Atomic bool *stop, struct xt_error *err)
{
    struct merge *m = xt_calloc(1, sizeof *m);
    const struct segment *last = from[count - 1];
    uint32_t living = 0;
    enum xt_code rc;

    m->inputs = xt_calloc(count, sizeof *m->inputs);
    m->count = count;
    m->alive = alive;
    m->context = context;
    m->stop = stop;
    for (size_t i = 0; i < count; i++)
        m->inputs[i].segment = from[i];
    gather_patterns(m);
    number_patterns(m);
    for (uint32_t doc = from[0]->first; doc < last->first + last->count; doc++)
        living += alive(context, doc);
    m->all_alive = living == last->first + last->count - from[0]->first;
    rc = segment_writer_begin(dir, serial, mark, from[0]->first, last->first + last->count - from[0]->first, living,
                              bytes_per_second, &m->writer, err);
    if (rc == XT_OK) {
        segment_writer_patterns(m->writer, m->patterns, (uint32_t)m->pattern_count, m->parts);
        rc = copy_terms(m, err);
        if (rc == XT_OK)
            rc = segment_writer_end(m->writer, false, err);
        else
            segment_writer_drop(m->writer);
    }
    for (size_t i = 0; i < count; i++)
        free(m->inputs[i].pattern);
    free(m->inputs);
    free(m->patterns);
    free(m->parts);
    free(m->slots);
    free(m->positions);
    free(m);
    return rc;
}
