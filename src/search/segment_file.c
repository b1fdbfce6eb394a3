/* Reading a segment: opening, checking, the dictionary, lists. */
#include "search/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libdeflate.h>

#include "base/log.h"
#include "base/mem.h"
#include "search/columns.h"

void segment_path(char out[4096], const char *dir, uint64_t serial, const char *suffix)
{
    (void)snprintf(out, 4096, "%s/%016llx%s", dir, (unsigned long long)serial, suffix); /* clipped: open() then fails */
}

/* ---- opening ---- */

static bool section_fits(const struct segment_head *head, uint64_t at, uint64_t bytes)
{
    return at >= SEGMENT_HEAD && at <= head->sums_at && bytes <= head->sums_at - at;
}

static bool head_is_sound(const struct segment_head *head, size_t size, uint64_t mark)
{
    uint64_t data = head->sums_at - SEGMENT_HEAD;

    if (memcmp(head->magic, SEGMENT_MAGIC, sizeof head->magic) != 0 || head->mark != mark || head->size != size ||
        head->crc != libdeflate_crc32(0, head, offsetof(struct segment_head, crc)))
        return false;
    /* The sums stand at the end, so there are always bytes to read behind a list. */
    if (head->sums_at < SEGMENT_HEAD || head->sums_at > size ||
        head->sums != (data + SEGMENT_CHUNK - 1) / SEGMENT_CHUNK || size - head->sums_at != head->sums * 4 + PACK_SLACK)
        return false;
    return section_fits(head, head->lists_at, head->lists_bytes) &&
           section_fits(head, head->terms_at, head->terms_bytes) && head->blocks <= UINT32_MAX &&
           section_fits(head, head->blocks_at, head->blocks * 4) && head->patterns <= UINT32_MAX / 2 &&
           section_fits(head, head->patterns_at, head->patterns_bytes) && head->count > 0 &&
           (uint64_t)head->first + head->count <= COLUMNS_DOCS_MAX;
}

/* Is the chunk as it was written? Looked at once. */
static bool chunk_is_right(struct segment *s, uint64_t chunk)
{
    if (atomic_load_explicit(&s->checked[chunk], memory_order_relaxed))
        return true;
    uint64_t at = SEGMENT_HEAD + chunk * SEGMENT_CHUNK, end = at + SEGMENT_CHUNK;

    if (end > s->head->sums_at)
        end = s->head->sums_at;
    if (libdeflate_crc32(0, s->map + at, (size_t)(end - at)) != load32(s->map + s->head->sums_at + chunk * 4)) {
        xt_log(XT_LOG_ERROR, "index-damaged", XT_P("segment", XT_INT(s->serial)), XT_P("chunk", XT_INT(chunk)));
        return false;
    }
    atomic_store_explicit(&s->checked[chunk], 1, memory_order_relaxed);
    return true;
}

static bool range_is_right(struct segment *s, const uint8_t *from, const uint8_t *to)
{
    if (from >= to)
        return true;
    uint64_t first = (uint64_t)(from - s->map - SEGMENT_HEAD) / SEGMENT_CHUNK;
    uint64_t last = (uint64_t)(to - 1 - s->map - SEGMENT_HEAD) / SEGMENT_CHUNK;

    for (uint64_t chunk = first; chunk <= last; chunk++)
        if (!chunk_is_right(s, chunk))
            return false;
    return true;
}

bool segment_check(struct segment *s)
{
    return range_is_right(s, s->map + SEGMENT_HEAD, s->map + s->head->sums_at);
}

/* A pattern is: in how many postings it stands, number of parts, then field and hits of each; all varints. */
static bool read_patterns(struct segment *s)
{
    const uint8_t *at = s->map + s->head->patterns_at, *end = at + s->head->patterns_bytes;
    size_t parts = 0, room = 0;

    if (!range_is_right(s, at, end) || s->head->patterns > s->head->patterns_bytes)
        return false;
    s->pattern_count = (uint32_t)s->head->patterns;
    s->pattern_room = 1;
    while (s->pattern_room < s->pattern_count)
        s->pattern_room *= 2;
    s->patterns = xt_calloc(s->pattern_room, sizeof *s->patterns);
    for (uint32_t i = 0; i < s->pattern_count; i++) {
        struct pattern *pattern = &s->patterns[i];
        uint64_t postings = varint_read(&at, end), count = varint_read(&at, end);

        if (!at || count == 0 || count > SCHEMA_FIELDS_MAX)
            return false;
        *pattern = (struct pattern){.postings = postings, .parts_at = (uint32_t)parts, .parts = (uint32_t)count};
        for (uint64_t k = 0; k < count; k++) {
            uint64_t field = varint_read(&at, end), hits = varint_read(&at, end);

            if (!at || field >= SCHEMA_FIELDS_MAX || hits == 0 || hits > UINT32_MAX - pattern->hits)
                return false;
            xt_grow(&s->parts, &room, parts + 1, sizeof *s->parts);
            s->parts[parts++] = (struct pattern_part){(uint32_t)field, (uint32_t)hits};
            pattern->hits += (uint32_t)hits;
        }
    }
    return at == end;
}

static void free_segment(struct segment *s)
{
    struct pattern_weights *w = atomic_load(&s->weights);

    while (w) {
        struct pattern_weights *next = w->next;

        free(w->of);
        free(w);
        w = next;
    }
    if (s->map && s->map != MAP_FAILED)
        (void)munmap((void *)(uintptr_t)s->map, s->size);
    if (s->fd >= 0)
        (void)close(s->fd);
    free(s->patterns);
    free(s->parts);
    free((void *)s->checked);
    free(s);
}

enum xt_code segment_open(const char *dir, uint64_t serial, uint64_t mark, struct segment **out, struct xt_error *err)
{
    struct segment *s = xt_calloc(1, sizeof *s);
    char path[4096];
    struct stat st;

    segment_path(path, dir, serial, ".seg");
    s->serial = serial;
    atomic_init(&s->users, 1);
    s->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 || fstat(s->fd, &st) != 0 || st.st_size < (off_t)(SEGMENT_HEAD + PACK_SLACK))
        goto torn;
    s->size = (size_t)st.st_size;
    s->map = mmap(NULL, s->size, PROT_READ, MAP_SHARED, s->fd, 0);
    if (s->map == MAP_FAILED)
        goto torn;
    s->head = (const void *)s->map;
    if (!head_is_sound(s->head, s->size, mark) ||
        libdeflate_crc32(0, s->map + s->head->sums_at, s->head->sums * 4) != s->head->sums_crc)
        goto torn;
    s->first = s->head->first;
    s->count = s->head->count;
    s->lists = s->map + s->head->lists_at;
    s->lists_end = s->lists + s->head->lists_bytes;
    s->terms = s->map + s->head->terms_at;
    s->terms_end = s->terms + s->head->terms_bytes;
    s->blocks = s->map + s->head->blocks_at;
    s->block_count = (uint32_t)s->head->blocks;
    s->checked = xt_calloc(s->head->sums ? s->head->sums : 1, 1);
    if (!read_patterns(s))
        goto torn;
    (void)close(s->fd); /* the mapping stays */
    s->fd = -1;
    *out = s;
    return XT_OK;
torn:
    free_segment(s);
    return xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT(path));
}

struct segment *segment_hold(struct segment *segment)
{
    (void)atomic_fetch_add(&segment->users, 1);
    return segment;
}

void segment_drop(struct segment *segment)
{
    if (segment && atomic_fetch_sub(&segment->users, 1) == 1)
        free_segment(segment);
}

/* Made at most once for each set of fields; two threads that make the same one both keep theirs. */
const float *segment_weights(struct segment *s, const struct field_set *fields, const double *weights,
                             size_t field_count)
{
    struct pattern_weights *w = atomic_load(&s->weights);

    for (struct pattern_weights *known = w; known; known = known->next)
        if (memcmp(&known->fields, fields, sizeof *fields) == 0)
            return known->of;
    w = xt_calloc(1, sizeof *w);
    w->fields = *fields;
    w->of = xt_calloc(s->pattern_room, sizeof *w->of);
    for (uint32_t i = 0; i < s->pattern_count; i++) {
        const struct pattern *pattern = &s->patterns[i];
        double sum = 0;

        for (uint32_t k = 0; k < pattern->parts; k++) {
            struct pattern_part part = s->parts[pattern->parts_at + k];

            if (part.field < field_count && field_set_has(fields, part.field))
                sum += weights[part.field] * part.hits;
        }
        w->of[i] = (float)sum;
    }
    w->next = atomic_load(&s->weights);
    while (!atomic_compare_exchange_weak(&s->weights, &w->next, w))
        ;
    return w->of;
}

/* ---- the dictionary ---- */

/* The first term of a block. */
static bool block_first(struct segment *s, uint32_t block, const uint8_t **out_at, uint64_t *out_list,
                        struct xt_str *out_term)
{
    uint32_t place = load32(s->blocks + (size_t)block * 4);
    const uint8_t *at = s->terms + place;

    if (place >= (size_t)(s->terms_end - s->terms) || !range_is_right(s, at, at + 1))
        return false;
    *out_list = varint_read(&at, s->terms_end);
    uint64_t n = varint_read(&at, s->terms_end);
    if (!at || n > TERM_BYTES_MAX || n > (size_t)(s->terms_end - at) || !range_is_right(s, at, at + n))
        return false;
    *out_term = (struct xt_str){(const char *)at, (size_t)n};
    *out_at = at + n;
    return true;
}

static bool walk_bad(struct term_walk *walk)
{
    walk->bad = true;
    return false;
}

/* The numbers behind a term's bytes. */
static bool read_term(struct term_walk *walk)
{
    const uint8_t *end = walk->segment->terms_end;
    uint64_t with = varint_read(&walk->at, end), postings = varint_read(&walk->at, end),
             positions = varint_read(&walk->at, end);

    if (!walk->at || with == 0 || with > walk->segment->count || postings > UINT32_MAX || positions > UINT32_MAX ||
        walk->list_at + postings + positions > (uint64_t)(walk->segment->lists_end - walk->segment->lists))
        return walk_bad(walk);
    walk->term = (struct term){(uint32_t)with, walk->list_at, (uint32_t)postings, (uint32_t)positions};
    walk->list_at += postings + positions;
    return true;
}

static bool enter_block(struct term_walk *walk, uint32_t block)
{
    struct xt_str first;

    if (!block_first(walk->segment, block, &walk->at, &walk->list_at, &first))
        return walk_bad(walk);
    /* the rest of the block, as far as it can reach, is checked at once */
    const uint8_t *end = walk->at + TERMS_IN_BLOCK * (TERM_BYTES_MAX + 6 * VARINT_MAX);
    if (!range_is_right(walk->segment, walk->at, end < walk->segment->terms_end ? end : walk->segment->terms_end))
        return walk_bad(walk);
    walk->block = block;
    walk->in_block = 0;
    memcpy(walk->bytes, first.s, first.n);
    walk->n = first.n;
    return read_term(walk);
}

bool terms_next(struct term_walk *walk)
{
    struct segment *s = walk->segment;

    if (walk->bad)
        return false;
    if (++walk->in_block == TERMS_IN_BLOCK || walk->at == s->terms_end)
        return walk->block + 1 < s->block_count && enter_block(walk, walk->block + 1);
    uint64_t shared = varint_read(&walk->at, s->terms_end), n = varint_read(&walk->at, s->terms_end);
    if (!walk->at || shared > walk->n || n > TERM_BYTES_MAX - shared || n > (size_t)(s->terms_end - walk->at))
        return walk_bad(walk);
    memcpy(walk->bytes + shared, walk->at, n);
    walk->n = shared + n;
    walk->at += n;
    return read_term(walk);
}

bool terms_seek(struct term_walk *walk, struct segment *s, struct xt_str bytes)
{
    uint32_t low = 0,
             high = s->block_count; /* the last block whose first term is not after bytes lies in [low, high) */
    const uint8_t *at;
    uint64_t list;
    struct xt_str first;

    *walk = (struct term_walk){.segment = s};
    if (s->block_count == 0)
        return false;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (!block_first(s, middle, &at, &list, &first))
            return walk_bad(walk);
        if (xt_str_cmp(first, bytes) <= 0)
            low = middle;
        else
            high = middle;
    }
    bool there = enter_block(walk, low);
    while (there && xt_str_cmp((struct xt_str){walk->bytes, walk->n}, bytes) < 0)
        there = terms_next(walk);
    return there;
}

bool terms_find(struct segment *segment, struct xt_str bytes, struct term *out, bool *out_bad)
{
    struct term_walk walk;
    bool found = terms_seek(&walk, segment, bytes) && walk.n == bytes.n && memcmp(walk.bytes, bytes.s, bytes.n) == 0;

    if (walk.bad)
        *out_bad = true;
    if (found)
        *out = walk.term;
    return found;
}

/* ---- lists ---- */

static bool list_bad(struct list *list)
{
    list->bad = true;
    return false;
}

void list_open(struct list *list, struct segment *s, const struct term *term)
{
    const uint8_t *begin = s->lists + term->at, *end = begin + term->postings_bytes;

    list->segment = s;
    list->with = term->with;
    list->blocks = term->with / LIST_BLOCK;
    list->block = list->patterns_of = list->sums_of = LIST_END;
    list->count = list->at = 0;
    list->bad = false;
    list->skips = begin;
    list->data_end = end;
    list->data = begin + (size_t)list->blocks * LIST_SKIP_BYTES;
    list->positions = end;
    list->positions_end = end + term->positions_bytes;
    if (list->data > end || !range_is_right(s, begin, end))
        list->bad = true;
}

uint32_t list_block_count(const struct list *list)
{
    return list->blocks + (list->with % LIST_BLOCK != 0);
}

/* Where the parts of a block begin: part 0 the postings, part 1 the positions. NULL when it cannot be. */
static const uint8_t *part_of(const struct list *list, uint32_t block, unsigned part)
{
    const uint8_t *begin = part ? list->positions : list->data, *end = part ? list->positions_end : list->data_end;
    uint32_t at = block ? load32(list->skips + (size_t)(block - 1) * LIST_SKIP_BYTES + 4 + 4 * (size_t)part) : 0;

    return at <= (size_t)(end - begin) ? begin + at : NULL;
}

/* The last few postings: document and pattern of each in turn. */
static bool read_tail(struct list *list)
{
    const uint8_t *at = part_of(list, list->blocks, 0);
    uint64_t doc = list->blocks ? (uint64_t)list_last_of(list, list->blocks - 1) + 1 : list->segment->first;
    uint64_t end = (uint64_t)list->segment->first + list->segment->count;

    list->count = list->with % LIST_BLOCK;
    for (uint32_t i = 0; i < list->count; i++) {
        doc += varint_read(&at, list->data_end);
        uint64_t pattern = varint_read(&at, list->data_end);

        if (!at || doc >= end || pattern >= list->segment->pattern_room)
            return list_bad(list);
        list->docs[i] = (uint32_t)doc++;
        list->patterns[i] = (uint32_t)pattern;
    }
    list->patterns_of = list->blocks;
    return true;
}

bool list_block(struct list *list, uint32_t block)
{
    if (list->bad)
        return false;
    if (list->block == block) {
        list->at = 0;
        return true;
    }
    if (block >= list_block_count(list))
        return false;
    list->block = block;
    list->at = 0;
    if (block == list->blocks)
        return read_tail(list);

    uint32_t gaps[LIST_BLOCK];
    uint64_t doc =
        block ? (uint64_t)list_last_of(list, block - 1) : (uint64_t)list->segment->first - 1; /* wraps to -1 */
    list->patterns_at = pack_read(part_of(list, block, 0), list->data_end, gaps, LIST_BLOCK);
    if (!list->patterns_at)
        return list_bad(list);
    for (unsigned i = 0; i < LIST_BLOCK; i++) {
        doc += (uint64_t)gaps[i] + 1;
        list->docs[i] = (uint32_t)doc;
    }
    /* Rising sums: when the last is in range, all are. It must be the one that the skip says. */
    if (doc != list_last_of(list, block) || doc >= (uint64_t)list->segment->first + list->segment->count)
        return list_bad(list);
    list->count = LIST_BLOCK;
    return true;
}

/* The first full block whose last document is not before doc: strides that double, then halving. */
static uint32_t block_for(const struct list *list, uint32_t from, uint32_t doc)
{
    uint32_t low = from, step = 1;

    while (low < list->blocks && list_last_of(list, low) < doc) {
        from = low + 1;
        low += step;
        step *= 2;
    }
    uint32_t high = low < list->blocks ? low : list->blocks;
    while (from < high) {
        uint32_t middle = from + (high - from) / 2;

        if (list_last_of(list, middle) < doc)
            from = middle + 1;
        else
            high = middle;
    }
    return from;
}

bool list_seek(struct list *list, uint32_t doc)
{
    if (list->bad)
        return false;
    if (list->block == LIST_END || list->count == 0 || list->docs[list->count - 1] < doc) {
        uint32_t from = list->block == LIST_END ? 0 : list->block + 1;

        if (!list_block(list, block_for(list, from, doc)))
            return false;
    }
    uint32_t at = list->at;
    /* mostly it is near; the rest by halving */
    for (unsigned i = 0; i < 8; i++) {
        if (at == list->count)
            return false;
        if (list->docs[at] >= doc) {
            list->at = at;
            return true;
        }
        at++;
    }
    uint32_t high = list->count;
    while (at < high) {
        uint32_t middle = at + (high - at) / 2;

        if (list->docs[middle] < doc)
            at = middle + 1;
        else
            high = middle;
    }
    list->at = at;
    return at < list->count;
}

bool list_patterns(struct list *list)
{
    if (list->patterns_of == list->block)
        return true;
    if (list->bad || !pack_read(list->patterns_at, list->data_end, list->patterns, LIST_BLOCK))
        return list_bad(list);
    for (unsigned i = 0; i < LIST_BLOCK; i++)
        if (list->patterns[i] >= list->segment->pattern_room)
            return list_bad(list);
    list->patterns_of = list->block;
    return true;
}

uint32_t list_pattern(struct list *list, uint32_t at)
{
    uint32_t pattern = 0;

    if (list->patterns_of == list->block)
        return list->patterns[at];
    if (list->bad || !pack_some(list->patterns_at, list->data_end, LIST_BLOCK, at, 1, &pattern) ||
        pattern >= list->segment->pattern_room) {
        (void)list_bad(list);
        return 0;
    }
    return pattern;
}

bool list_sums(struct list *list)
{
    uint64_t sum = 0;

    if (list->sums_of == list->block)
        return true;
    if (list->bad)
        return false;
    for (uint32_t i = 0; i < list->count; i++) {
        list->sums[i] = (uint32_t)sum;
        sum += list->segment->patterns[list->patterns[i]].hits;
    }
    /* Two places in one field differ, so a place takes a bit or more, but for the first of each field. */
    if (sum > UINT32_MAX ||
        sum > (uint64_t)(list->positions_end - list->positions) * 8 + (uint64_t)LIST_BLOCK * SCHEMA_FIELDS_MAX)
        return list_bad(list);
    list->sums[list->count] = (uint32_t)sum;
    list->sums_of = list->block;
    return true;
}

/* The bytes with the positions of the block, under the right sum. */
static const uint8_t *positions_of_block(struct list *list, const uint8_t **out_end)
{
    const uint8_t *begin = part_of(list, list->block, 1);
    const uint8_t *end = list->block < list->blocks ? part_of(list, list->block + 1, 1) : list->positions_end;

    if (list->bad || !begin || !end || end < begin || !range_is_right(list->segment, begin, end))
        return NULL;
    *out_end = end;
    return begin;
}

bool list_positions(struct list *list, uint32_t at, uint32_t *out)
{
    const uint8_t *end, *begin = positions_of_block(list, &end);
    uint32_t from = list->sums[at], count = list->sums[at + 1] - from;

    return (begin && pack_some(begin, end, list->sums[list->count], from, count, out)) || list_bad(list);
}

bool list_block_positions(struct list *list, uint32_t *out)
{
    const uint8_t *end, *begin = positions_of_block(list, &end);

    return list->sums[list->count] == 0 || (begin && pack_read(begin, end, out, list->sums[list->count])) ||
           list_bad(list);
}
