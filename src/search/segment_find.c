/*
 * Searching in segments: a tree of phrases over the segments of a view, window by window.
 *
 * A window is a run of documents small enough that what is found in it stays in the processor's cache; long enough that
 * the work around it does not count. In each window every node of the tree gives the documents that match it, in order.
 * Below AND the rarest child comes first and the others are asked only for the documents that are left: a list is then
 * stepped through by its skips, so that a rare word makes a broad one cheap. Scores are added in the order of the tree, so
 * that they are the same to the last bit whatever came first.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/segments.h"

#define WINDOW_BITS   17
#define WINDOW        (1u << WINDOW_BITS)
#define SEEK_WORTH_IT 8 /* to look a document up costs as much as to read so many */

/* Documents that match a node in a window. */
struct found {
    struct found *next; /* idle */
    size_t n, room, hits_room, scores_room;
    uint32_t *docs;
    float *hits;    /* weighted; of a phrase */
    double *scores; /* of any node, when they are wanted */
};

/* A list with fewer than LIST_BLOCK postings, read as it is needed. */
struct short_list {
    const uint8_t *at, *end;
    uint64_t doc; /* the next one's, less its distance */
    uint32_t left, next;
    uint32_t next_pattern;
    float times;
};

/* A longer one, opened again in each window: there may be thousands. */
struct long_list {
    struct term term;
    float times;
};

/* A phrase in the segment at hand. */
struct leaf {
    const struct query_node *node;
    struct field_set fields;
    const float *weights; /* by pattern */
    bool never;           /* a token is not in this segment */
    size_t exact;         /* tokens that stand as they are; the last one may be a beginning */
    struct list *lists;   /* theirs */
    size_t *order;        /* of lists, the rarest first */
    uint64_t estimate;    /* postings of the rarest, or of all that begin so */
    /* words that begin with the last token */
    struct term *ends;
    uint32_t *end_next; /* no document before this has it, as far as is known */
    size_t end_count, end_room;
    /* a lone beginning: its lists stand open */
    struct short_list *shorts;
    size_t short_count;
    struct long_list *longs;
    size_t long_count;
};

struct search {
    const struct view *view;
    const struct text_plan *plan;
    size_t field_count;
    struct segment *segment;
    struct leaf leaves[QUERY_LEAVES_MAX];
    uint32_t low, high; /* the window: low <= document < high */
    struct found *idle;
    /* of a phrase */
    uint32_t *refs; /* by token: block and place of each document that is left */
    size_t ref_room;
    uint32_t *positions;
    size_t position_room;
    uint64_t *starts, *keys; /* field << 32 | position */
    size_t start_room, key_room;
    /* of a beginning */
    float *sums; /* WINDOW of them, zero between uses */
    uint64_t *marks;
    bool bad;
};

/* ---- found ---- */

static struct found *found_take(struct search *s)
{
    struct found *found = s->idle;

    if (found)
        s->idle = found->next;
    else
        found = xt_calloc(1, sizeof *found);
    found->n = 0;
    return found;
}

static void found_give(struct search *s, struct found *found)
{
    found->next = s->idle;
    s->idle = found;
}

static void found_room(struct found *found, size_t n)
{
    xt_grow(&found->docs, &found->room, n, sizeof *found->docs);
    xt_grow(&found->hits, &found->hits_room, n, sizeof *found->hits);
}

static void found_scores(struct found *found)
{
    xt_grow(&found->scores, &found->scores_room, found->n + 1, sizeof *found->scores);
}

/* ---- a word ---- */

/* All of a list in the window. */
static void read_window(struct search *s, struct list *list, const float *weights, struct found *out)
{
    size_t n = out->n;
    bool more = list_seek(list, s->low);

    while (more && list->docs[list->at] < s->high) {
        uint32_t i = list->at, end = list->count;

        if (!list_patterns(list))
            break;
        if (list->docs[end - 1] >= s->high)
            while (list->docs[end - 1] >= s->high)
                end--;
        found_room(out, n + LIST_BLOCK);
        for (; i < end; i++) {
            float weight = weights[list->patterns[i]];

            out->docs[n] = list->docs[i];
            out->hits[n] = weight;
            n += weight > 0;
        }
        list->at = end;
        more = end == list->count && list_block(list, list->block + 1);
    }
    out->n = n;
}

/* Those of the documents that are in the list. */
static void look_up(struct list *list, const float *weights, const struct found *among, struct found *out)
{
    found_room(out, among->n);
    for (size_t i = 0; i < among->n && list_seek(list, among->docs[i]); i++) {
        if (list->docs[list->at] != among->docs[i])
            continue;
        float weight = weights[list_pattern(list, list->at)];
        out->docs[out->n] = among->docs[i];
        out->hits[out->n] = weight;
        out->n += weight > 0;
    }
}

static void keep_common(struct found *found, const struct found *among)
{
    size_t n = 0, k = 0;

    for (size_t i = 0; i < found->n; i++) {
        while (k < among->n && among->docs[k] < found->docs[i])
            k++;
        if (k == among->n)
            break;
        found->docs[n] = found->docs[i];
        found->hits[n] = found->hits[i];
        n += among->docs[k] == found->docs[i];
    }
    found->n = n;
}

/* About how many postings a list has in the window. */
static double in_window(const struct search *s, uint64_t with)
{
    return (double)with * (s->high - s->low) / s->segment->count;
}

static void find_word(struct search *s, struct leaf *leaf, const struct found *among, struct found *out)
{
    struct list *list = &leaf->lists[0];

    if (among && (double)among->n * SEEK_WORTH_IT < in_window(s, list->with)) {
        look_up(list, leaf->weights, among, out);
    } else {
        read_window(s, list, leaf->weights, out);
        if (among)
            keep_common(out, among);
    }
    s->bad = s->bad || list->bad;
}

/* ---- a beginning ---- */

static void short_next(struct search *s, struct short_list *list)
{
    if (list->left == 0) {
        list->next = LIST_END;
        return;
    }
    list->left--;
    list->doc += varint_read(&list->at, list->end);
    uint64_t pattern = varint_read(&list->at, list->end);
    if (!list->at || pattern >= s->segment->pattern_room ||
        list->doc >= (uint64_t)s->segment->first + s->segment->count) {
        s->bad = true;
        list->left = 0;
        list->next = LIST_END;
        return;
    }
    list->next = (uint32_t)list->doc++;
    list->next_pattern = (uint32_t)pattern;
}

static void add_sum(struct search *s, uint32_t doc, float weight)
{
    uint32_t at = doc - s->low;

    s->sums[at] += weight;
    s->marks[at / 64] |= (uint64_t)(weight > 0) << (at % 64);
}

static void sum_window(struct search *s, struct leaf *leaf)
{
    for (size_t i = 0; i < leaf->short_count; i++) {
        struct short_list *list = &leaf->shorts[i];

        while (list->next < s->low)
            short_next(s, list);
        while (list->next < s->high) {
            add_sum(s, list->next, leaf->weights[list->next_pattern] * list->times);
            short_next(s, list);
        }
    }
    for (size_t i = 0; i < leaf->long_count; i++) {
        struct list list;
        float times = leaf->longs[i].times;

        list_open(&list, s->segment, &leaf->longs[i].term);
        bool more = list_seek(&list, s->low);
        while (more && list_patterns(&list)) {
            uint32_t k = list.at;

            for (; k < list.count && list.docs[k] < s->high; k++)
                add_sum(s, list.docs[k], leaf->weights[list.patterns[k]] * times);
            more = k == list.count && list_block(&list, list.block + 1) && list.docs[0] < s->high;
        }
        s->bad = s->bad || list.bad;
    }
}

static void find_beginning(struct search *s, struct leaf *leaf, const struct found *among, struct found *out)
{
    if (!s->sums) {
        s->sums = xt_calloc(WINDOW, sizeof *s->sums);
        s->marks = xt_calloc(WINDOW / 64, sizeof *s->marks);
    }
    sum_window(s, leaf);
    for (uint32_t word = 0; word < (s->high - s->low + 63) / 64; word++) {
        uint64_t marks = s->marks[word];

        if (!marks)
            continue;
        found_room(out, out->n + 64);
        for (; marks; marks &= marks - 1) {
            uint32_t at = word * 64 + (uint32_t)__builtin_ctzll(marks);

            out->docs[out->n] = s->low + at;
            out->hits[out->n++] = s->sums[at];
            s->sums[at] = 0;
        }
        s->marks[word] = 0;
    }
    if (among)
        keep_common(out, among);
}

/* ---- a phrase ---- */

/* The documents that hold all exact tokens, with the place of each in each list. */
static size_t meet(struct search *s, struct leaf *leaf, const struct found *among, struct found *out)
{
    struct list *first = &leaf->lists[leaf->order[0]];
    size_t n = 0, room = 0;
    uint32_t *refs;

    if (among) {
        room = among->n;
        xt_grow(&s->refs, &s->ref_room, room * leaf->exact, sizeof *s->refs);
        found_room(out, room);
        for (size_t i = 0; i < among->n && list_seek(first, among->docs[i]); i++) {
            if (first->docs[first->at] != among->docs[i])
                continue;
            out->docs[n] = among->docs[i];
            s->refs[n++] = first->block << 7 | first->at;
        }
    } else {
        bool more = list_seek(first, s->low);

        while (more && first->docs[first->at] < s->high) {
            xt_grow(&s->refs, &s->ref_room, n + LIST_BLOCK, sizeof *s->refs);
            found_room(out, n + LIST_BLOCK);
            for (; first->at < first->count && first->docs[first->at] < s->high; first->at++) {
                out->docs[n] = first->docs[first->at];
                s->refs[n++] = first->block << 7 | first->at;
            }
            more = first->at == first->count && list_block(first, first->block + 1);
        }
        room = n;
        xt_grow(&s->refs, &s->ref_room, room * leaf->exact, sizeof *s->refs);
    }
    refs = s->refs;
    for (size_t t = 1; t < leaf->exact && n; t++) {
        struct list *list = &leaf->lists[leaf->order[t]];
        size_t kept = 0;

        for (size_t i = 0; i < n && list_seek(list, out->docs[i]); i++) {
            if (list->docs[list->at] != out->docs[i])
                continue;
            out->docs[kept] = out->docs[i];
            for (size_t k = 0; k < t; k++)
                refs[k * room + kept] = refs[k * room + i];
            refs[t * room + kept++] = list->block << 7 | list->at;
        }
        n = kept;
    }
    out->n = n;
    return room;
}

/* Where a posting stands, in the leaf's fields: field << 32 | position, rising. */
static size_t read_keys(struct search *s, const struct leaf *leaf, struct list *list, uint32_t at)
{
    if (!list_patterns(list) || !list_sums(list))
        return 0;
    const struct pattern *pattern = &s->segment->patterns[list->patterns[at]];
    size_t n = 0, from = 0;

    xt_grow(&s->positions, &s->position_room, (size_t)pattern->hits + 1, sizeof *s->positions);
    xt_grow(&s->keys, &s->key_room, (size_t)pattern->hits + 1, sizeof *s->keys);
    if (!list_positions(list, at, s->positions))
        return 0;
    for (uint32_t p = 0; p < pattern->parts; p++) {
        struct pattern_part part = s->segment->parts[pattern->parts_at + p];

        if (field_set_has(&leaf->fields, part.field))
            for (uint32_t i = 0; i < part.hits; i++)
                s->keys[n++] = (uint64_t)part.field << 32 | s->positions[from + i];
        from += part.hits;
    }
    return n;
}

/* Of n starts at *starts, those that a key stands `offset` behind. */
static size_t follow(uint64_t *starts, size_t n, const uint64_t *keys, size_t key_count, uint64_t offset)
{
    size_t kept = 0, k = 0;

    for (size_t i = 0; i < n; i++) {
        uint64_t wanted = starts[i] + offset;

        while (k < key_count && keys[k] < wanted)
            k++;
        if (k == key_count)
            break;
        starts[kept] = starts[i];
        kept += keys[k] == wanted;
    }
    return kept;
}

/* Where the exact tokens stand in a row in the i-th document; the starts are put at s->starts + begin. */
static size_t row_starts(struct search *s, struct leaf *leaf, size_t i, size_t room, size_t begin)
{
    size_t n = 0;

    for (size_t t = 0; t < leaf->exact; t++) {
        struct list *list = &leaf->lists[leaf->order[t]];
        uint32_t ref = s->refs[t * room + i];
        uint64_t offset = leaf->order[t];

        if (list->block != ref >> 7 && !list_block(list, ref >> 7))
            return 0;
        size_t count = read_keys(s, leaf, list, ref & (LIST_BLOCK - 1));
        if (t > 0) {
            n = follow(s->starts + begin, n, s->keys, count, offset);
        } else {
            xt_grow(&s->starts, &s->start_room, begin + count, sizeof *s->starts);
            for (size_t k = 0; k < count; k++)
                if ((uint32_t)s->keys[k] >= offset)
                    s->starts[begin + n++] = s->keys[k] - offset;
        }
        if (n == 0)
            return 0;
    }
    return n;
}

static float weight_of(const struct search *s, const uint64_t *starts, size_t n)
{
    double weight = 0;

    for (size_t i = 0; i < n; i++)
        weight += s->plan->weights[starts[i] >> 32];
    return (float)weight;
}

/* A word that ends the phrase: adds what it weighs to the documents where it stands behind a start. */
static void add_end(struct search *s, struct leaf *leaf, size_t end, struct found *out, const size_t *starts_at)
{
    struct list list;

    if (leaf->end_next[end] >= s->high)
        return; /* most words are in few documents: most windows have none */
    list_open(&list, s->segment, &leaf->ends[end]);
    leaf->end_next[end] = list_seek(&list, s->low) ? list.docs[list.at] : LIST_END;
    for (size_t i = 0; i < out->n && list_seek(&list, out->docs[i]); i++) {
        if (list.docs[list.at] != out->docs[i]) {
            /* on to the first document that the list may still hold */
            uint32_t doc = list.docs[list.at];
            size_t low = i + 1, high = out->n;

            while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (out->docs[middle] < doc)
                    low = middle + 1;
                else
                    high = middle;
            }
            i = low - 1;
            continue;
        }
        size_t n = read_keys(s, leaf, &list, list.at), kept = 0, k = starts_at[i];

        for (size_t a = 0; a < n; a++) {
            uint64_t start = s->keys[a] - leaf->exact;

            if ((uint32_t)s->keys[a] < leaf->exact)
                continue; /* too near the beginning of its field */
            while (k < starts_at[i + 1] && s->starts[k] < start)
                k++;
            if (k < starts_at[i + 1] && s->starts[k] == start)
                s->keys[kept++] = s->keys[a];
        }
        out->hits[i] += weight_of(s, s->keys, kept);
    }
    s->bad = s->bad || list.bad;
}

static void find_phrase(struct search *s, struct leaf *leaf, const struct found *among, struct found *out)
{
    size_t room = meet(s, leaf, among, out), kept = 0, starts = 0;
    size_t *starts_at = NULL;

    if (leaf->node->prefix)
        starts_at = xt_alloc((out->n + 1) * sizeof *starts_at);
    for (size_t i = 0; i < out->n; i++) {
        size_t n = row_starts(s, leaf, i, room, starts);

        if (n == 0)
            continue;
        out->docs[kept] = out->docs[i];
        if (starts_at) {
            out->hits[kept] = 0;
            starts_at[kept] = starts;
            starts += n;
        } else {
            out->hits[kept] = weight_of(s, s->starts, n);
        }
        kept++;
    }
    out->n = kept;
    if (starts_at) {
        starts_at[kept] = starts;
        for (size_t e = 0; e < leaf->end_count && kept; e++)
            add_end(s, leaf, e, out, starts_at);
        kept = 0;
        for (size_t i = 0; i < out->n; i++) {
            out->docs[kept] = out->docs[i];
            out->hits[kept] = out->hits[i];
            kept += out->hits[i] > 0;
        }
        out->n = kept;
        free(starts_at);
    }
    for (size_t t = 0; t < leaf->exact; t++)
        s->bad = s->bad || leaf->lists[t].bad;
}

/* ---- leaves ---- */

static void open_short(struct search *s, struct leaf *leaf, const struct term *term, float times)
{
    const uint8_t *at = s->segment->lists + term->at;
    struct list check;

    list_open(&check, s->segment, term); /* looks at the bytes' sum */
    s->bad = s->bad || check.bad;
    leaf->shorts[leaf->short_count++] = (struct short_list){
        .at = at, .end = at + term->postings_bytes, .doc = s->segment->first, .left = term->with, .times = times};
    short_next(s, &leaf->shorts[leaf->short_count - 1]);
}

/* The words that begin with the last token. */
static void list_ends(struct search *s, struct leaf *leaf)
{
    const struct query_node *node = leaf->node;
    struct xt_str token = node->tokens[node->token_count - 1];
    struct term_walk walk;
    size_t twin = SIZE_MAX;
    bool there = terms_seek(&walk, s->segment, token);

    leaf->end_count = 0;
    while (there && walk.n >= token.n && memcmp(walk.bytes, token.s, token.n) == 0) {
        xt_grow(&leaf->ends, &leaf->end_room, leaf->end_count + 1, sizeof *leaf->ends);
        if (has_twin(node) && walk.n == token.n)
            twin = leaf->end_count;
        leaf->ends[leaf->end_count++] = walk.term;
        leaf->estimate += walk.term.with;
        leaf->long_count += walk.term.with >= LIST_BLOCK;
        there = terms_next(&walk);
    }
    s->bad = s->bad || walk.bad;
    if (leaf->exact > 0) {
        leaf->end_next = xt_calloc(leaf->end_count + 1, sizeof *leaf->end_next);
        return;
    }
    leaf->shorts = xt_calloc(leaf->end_count - leaf->long_count + 1, sizeof *leaf->shorts);
    leaf->longs = xt_calloc(leaf->long_count + 1, sizeof *leaf->longs);
    leaf->short_count = leaf->long_count = 0;
    for (size_t i = 0; i < leaf->end_count; i++) {
        float times = i == twin ? 2 : 1;

        if (leaf->ends[i].with >= LIST_BLOCK)
            leaf->longs[leaf->long_count++] = (struct long_list){leaf->ends[i], times};
        else
            open_short(s, leaf, &leaf->ends[i], times);
    }
}

static void open_leaf(struct search *s, const struct query_node *node)
{
    struct leaf *leaf = &s->leaves[node->leaf];
    struct term term;

    *leaf = (struct leaf){.node = node, .fields = node->fields};
    for (size_t i = 0; s->plan->allowed && i < XT_COUNT(leaf->fields.bits); i++)
        leaf->fields.bits[i] &= s->plan->allowed->bits[i];
    leaf->weights = segment_weights(s->segment, &leaf->fields, s->plan->weights, s->field_count);
    leaf->exact = node->token_count - (node->prefix ? 1 : 0);
    leaf->lists = xt_alloc((leaf->exact + 1) * sizeof *leaf->lists);
    leaf->order = xt_alloc((leaf->exact + 1) * sizeof *leaf->order);
    for (size_t t = 0; t < leaf->exact && !leaf->never; t++) {
        leaf->never = !terms_find(s->segment, node->tokens[t], &term, &s->bad);
        if (leaf->never)
            return;
        list_open(&leaf->lists[t], s->segment, &term);
        s->bad = s->bad || leaf->lists[t].bad;
        size_t at = t;
        for (; at > 0 && leaf->lists[leaf->order[at - 1]].with > term.with; at--)
            leaf->order[at] = leaf->order[at - 1];
        leaf->order[at] = t;
    }
    if (node->prefix) {
        list_ends(s, leaf);
        leaf->never = leaf->end_count == 0;
    }
    if (leaf->exact > 0)
        leaf->estimate = leaf->lists[leaf->order[0]].with;
}

static void close_leaf(struct leaf *leaf)
{
    free(leaf->lists);
    free(leaf->order);
    free(leaf->ends);
    free(leaf->end_next);
    free(leaf->shorts);
    free(leaf->longs);
    *leaf = (struct leaf){0};
}

static void each_leaf(struct search *s, const struct query_node *node, bool open)
{
    if (node->kind == QUERY_TEXT && open)
        open_leaf(s, node);
    else if (node->kind == QUERY_TEXT)
        close_leaf(&s->leaves[node->leaf]);
    else
        for (const struct query_node *child = node->first; child; child = child->next)
            each_leaf(s, child, open);
}

static uint64_t estimate(const struct search *s, const struct query_node *node)
{
    uint64_t sum = 0, least = UINT64_MAX;

    if (node->kind == QUERY_TEXT)
        return s->leaves[node->leaf].never ? 0 : s->leaves[node->leaf].estimate;
    for (const struct query_node *child = node->first; child; child = child->next) {
        uint64_t part = child->kind == QUERY_NOT ? UINT64_MAX : estimate(s, child);

        sum += part;
        least = part < least ? part : least;
    }
    return node->kind == QUERY_AND ? least : sum;
}

/* ---- the tree ---- */

static struct found *find_node(struct search *s, const struct query_node *node, const struct found *among, bool scored);

/* The least that a phrase must weigh in a document, however short, to be worth a score. */
static float least_hits(const struct search *s, const struct query_node *node)
{
    double least = s->plan->root == node ? *s->plan->least : 0;
    double above = s->plan->rank->idf[node->leaf] * (RANK_K1 + 1.0) - least;

    if (least <= 0)
        return 0;
    if (above <= 0)
        return INFINITY;
    return (float)(least * RANK_K1 * (1.0 - RANK_B) / above * (1.0 - 1e-6));
}

static void score_hits(const struct search *s, const struct query_node *node, struct found *found)
{
    const struct rank *rank = s->plan->rank;
    const struct columns *columns = s->view->columns;
    double idf = rank->idf[node->leaf];
    float least = least_hits(s, node);

    found_scores(found);
    for (size_t i = 0; i < found->n; i++)
        found->scores[i] =
            found->hits[i] < least ? 0 : idf * rank_core(rank, found->hits[i], *COLUMN_LENGTH(columns, found->docs[i]));
}

static struct found *find_leaf(struct search *s, const struct query_node *node, const struct found *among, bool scored)
{
    struct leaf *leaf = &s->leaves[node->leaf];
    struct found *found = found_take(s);

    if (leaf->never || (among && among->n == 0))
        return found;
    if (leaf->exact == 0)
        find_beginning(s, leaf, among, found);
    else if (leaf->exact == 1 && !node->prefix)
        find_word(s, leaf, among, found);
    else
        find_phrase(s, leaf, among, found);
    if (scored)
        score_hits(s, node, found);
    return found;
}

static void take_out(struct found *found, const struct found *without)
{
    size_t n = 0, k = 0;

    for (size_t i = 0; i < found->n; i++) {
        while (k < without->n && without->docs[k] < found->docs[i])
            k++;
        found->docs[n] = found->docs[i];
        n += k == without->n || without->docs[k] != found->docs[i];
    }
    found->n = n;
}

struct part {
    const struct query_node *node;
    uint64_t estimate;
    struct found *found;
};

static size_t parts_in_order(const struct search *s, const struct query_node *node, struct part *parts)
{
    size_t n = 0;

    for (const struct query_node *child = node->first; child && n < QUERY_LEAVES_MAX; child = child->next) {
        struct part part = {child, child->kind == QUERY_NOT ? UINT64_MAX : estimate(s, child), NULL};
        size_t at = n++;

        for (; at > 0 && parts[at - 1].estimate > part.estimate; at--)
            parts[at] = parts[at - 1];
        parts[at] = part;
    }
    return n;
}

static struct found *find_all(struct search *s, const struct query_node *node, const struct found *among, bool scored)
{
    struct part parts[QUERY_LEAVES_MAX];
    size_t n = parts_in_order(s, node, parts);
    struct found *left = found_take(s);
    const struct found *among_now = among;

    for (size_t i = 0; i < n; i++) {
        bool without = parts[i].node->kind == QUERY_NOT;

        parts[i].found = find_node(s, without ? parts[i].node->first : parts[i].node, among_now, scored && !without);
        if (without) {
            take_out(left, parts[i].found);
        } else {
            found_room(left, parts[i].found->n);
            left->n = parts[i].found->n;
            if (left->n)
                memcpy(left->docs, parts[i].found->docs, left->n * sizeof *left->docs);
        }
        among_now = left;
        if (left->n == 0)
            break;
    }
    if (scored) {
        found_scores(left);
        memset(left->scores, 0, left->n * sizeof *left->scores);
        for (const struct query_node *child = node->first; child && left->n; child = child->next)
            for (size_t i = 0; i < n; i++) {
                const struct found *part = parts[i].found;

                if (parts[i].node != child || child->kind == QUERY_NOT)
                    continue;
                for (size_t k = 0, at = 0; k < left->n; k++) {
                    while (part->docs[at] != left->docs[k])
                        at++;
                    left->scores[k] += part->scores[at];
                }
            }
    }
    for (size_t i = 0; i < n; i++)
        if (parts[i].found)
            found_give(s, parts[i].found);
    return left;
}

static struct found *unite(struct search *s, struct found *a, struct found *b, bool scored)
{
    struct found *out = found_take(s);
    size_t i = 0, k = 0, n = 0;

    found_room(out, a->n + b->n);
    out->n = a->n + b->n;
    if (scored)
        found_scores(out);
    while (i < a->n || k < b->n) {
        bool from_a = k == b->n || (i < a->n && a->docs[i] <= b->docs[k]);
        bool from_b = i == a->n || (k < b->n && b->docs[k] <= a->docs[i]);

        out->docs[n] = from_a ? a->docs[i] : b->docs[k];
        if (scored)
            out->scores[n] = from_a && from_b ? a->scores[i] + b->scores[k] : from_a ? a->scores[i] : b->scores[k];
        n++;
        i += from_a;
        k += from_b;
    }
    out->n = n;
    found_give(s, a);
    found_give(s, b);
    return out;
}

static struct found *find_any(struct search *s, const struct query_node *node, const struct found *among, bool scored)
{
    struct found *all = NULL;

    for (const struct query_node *child = node->first; child; child = child->next) {
        struct found *part = find_node(s, child, among, scored);

        all = all ? unite(s, all, part, scored) : part;
    }
    return all;
}

/* Documents of the window that match; when `among` is given, of these. */
static struct found *find_node(struct search *s, const struct query_node *node, const struct found *among, bool scored)
{
    switch (node->kind) {
    case QUERY_TEXT:
        return find_leaf(s, node, among, scored);
    case QUERY_AND:
        return find_all(s, node, among, scored);
    case QUERY_OR:
        return find_any(s, node, among, scored);
    case QUERY_NOT:
    case QUERY_ALL:
    case QUERY_NONE:
    case QUERY_FACET:
    case QUERY_RANGE:
        break; /* ask.c gives none of these here */
    }
    return found_take(s);
}

/* ---- running ---- */

static bool give(const struct found *found, bool scored, take_docs *take, void *context)
{
    size_t i = 0;

    if (found->n == 0)
        return take(context, NULL, NULL, 0); /* it may look at the clock */
    do {
        size_t end = i;

        while (end < found->n && end - i < BATCH_DOCS && (found->docs[end] ^ found->docs[i]) >> COLUMNS_BLOCK_BITS == 0)
            end++;
        if (!take(context, found->docs + i, scored ? found->scores + i : NULL, end - i))
            return false;
        i = end;
    } while (i < found->n);
    return true;
}

static bool search_segment(struct search *s, take_docs *take, void *context)
{
    uint64_t from = s->segment->first, to = from + s->segment->count;
    bool go_on = true;

    from = from > s->plan->from ? from : s->plan->from;
    to = to < s->plan->to ? to : s->plan->to;
    if (from >= to)
        return true;
    each_leaf(s, s->plan->root, true);
    if (estimate(s, s->plan->root) == 0)
        from = to;
    while (from < to && go_on && !s->bad) {
        uint64_t end = (from / WINDOW + 1) * WINDOW;

        s->low = (uint32_t)from;
        s->high = (uint32_t)(end < to ? end : to);
        struct found *found = find_node(s, s->plan->root, NULL, s->plan->scored);
        if (!s->bad)
            go_on = give(found, s->plan->scored, take, context);
        found_give(s, found);
        from = s->high;
    }
    each_leaf(s, s->plan->root, false);
    return go_on;
}

static void search_done(struct search *s)
{
    while (s->idle) {
        struct found *found = s->idle;

        s->idle = found->next;
        free(found->docs);
        free(found->hits);
        free(found->scores);
        free(found);
    }
    free(s->refs);
    free(s->positions);
    free(s->starts);
    free(s->keys);
    free(s->sums);
    free(s->marks);
    free(s);
}

enum xt_code segments_run(struct view *view, const struct text_plan *plan, take_docs *take, void *context,
                          struct xt_error *err)
{
    struct search *s = xt_calloc(1, sizeof *s);
    bool go_on = true, bad;

    s->view = view;
    s->plan = plan;
    s->field_count = segments_field_count(view);
    for (size_t i = 0; i < view->reader->count && go_on && !s->bad; i++) {
        s->segment = view->reader->segments[i];
        go_on = search_segment(s, take, context);
    }
    bad = s->bad;
    search_done(s);
    return bad ? segments_damaged(view, err) : XT_OK;
}

/* ---- frequencies ---- */

static uint64_t work_of(struct view *view, const struct query_node *node)
{
    uint64_t sum = 0;

    if (node->kind == QUERY_TEXT) {
        for (size_t i = 0; i < view->reader->count; i++) {
            struct segment *segment = view->reader->segments[i];
            uint64_t least = UINT64_MAX;
            struct term term;
            bool bad = false;

            for (size_t t = 0; t < node->token_count - (node->prefix ? 1 : 0); t++) {
                uint64_t with = terms_find(segment, node->tokens[t], &term, &bad) ? term.with : 0;

                least = with < least ? with : least;
            }
            /* a lone beginning: as if it were in every fourth document */
            sum += least == UINT64_MAX ? segment->count / 4 : least;
        }
        return sum;
    }
    uint64_t least = UINT64_MAX;
    for (const struct query_node *child = node->first; child; child = child->next) {
        uint64_t part = child->kind == QUERY_NOT ? 0 : work_of(view, child);

        sum += part;
        if (child->kind != QUERY_NOT)
            least = part < least ? part : least;
    }
    return node->kind == QUERY_AND ? least : sum;
}

uint64_t segments_work(struct view *view, const struct text_plan *plan)
{
    return work_of(view, plan->root);
}

struct counting {
    const struct view *view;
    int64_t seen, count;
    uint32_t last;
};

static bool count_docs(void *context, const uint32_t *docs, const double *scores, size_t count)
{
    struct counting *c = context;

    (void)scores;
    for (size_t i = 0; i < count; i++)
        c->count += columns_alive(c->view->columns, docs[i], c->view->state.generation) &&
                    *COLUMN_CLASS(c->view->columns, docs[i]) <= c->view->sees;
    c->seen += (int64_t)count;
    if (count)
        c->last = docs[count - 1];
    return c->seen < FREQUENCY_DOCS_MAX;
}

/* Text that stands for the phrase, its fields, and who asks. */
static void name_phrase(const struct query_node *leaf, const struct field_set *fields, uint8_t sees,
                        struct xt_text *out)
{
    xt_text_addf(out, "%d.", sees);
    for (size_t i = 0; i < XT_COUNT(fields->bits); i++)
        xt_text_addf(out, "%llx.", (unsigned long long)fields->bits[i]);
    for (size_t i = 0; i < leaf->token_count; i++) {
        xt_text_add_char(out, ' ');
        xt_text_add_str(out, leaf->tokens[i]);
    }
    if (leaf->prefix)
        xt_text_add_char(out, '*');
}

enum xt_code segments_frequency(struct view *view, const struct query_node *leaf, const struct field_set *allowed,
                                int64_t *out, struct xt_error *err)
{
    static const double all = -1;
    struct frequencies *known = segments_frequencies(view);
    struct counting counting = {.view = view};
    struct rank rank = {.average_length = 1};
    double weights[SCHEMA_FIELDS_MAX];
    struct text_plan plan = {
        .root = leaf, .allowed = allowed, .rank = &rank, .weights = weights, .least = &all, .to = view->state.docs};
    struct field_set fields = leaf->fields;
    XT_AUTO(xt_text_done) struct xt_text name = {0};
    enum xt_code rc = XT_OK;

    for (size_t i = 0; allowed && i < XT_COUNT(fields.bits); i++)
        fields.bits[i] &= allowed->bits[i];
    xt_text_init(&name, 64 * XT_KIB);
    name_phrase(leaf, &fields, view->sees, &name);
    if (frequencies_find(known, name.s, (int64_t)view->state.docs, out))
        return XT_OK;
    segments_weights(view, weights);
    rc = segments_run(view, &plan, count_docs, &counting, err);
    *out = counting.count;
    if (counting.seen >= FREQUENCY_DOCS_MAX)
        *out = (int64_t)((double)counting.count * (double)view->state.docs / ((double)counting.last + 1));
    if (rc == XT_OK)
        frequencies_keep(known, name.s, (int64_t)view->state.docs, *out);
    return rc;
}
