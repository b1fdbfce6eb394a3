/*
 * Building in memory. Each term has a run of bytes: for each document the distance, the pattern, the positions, as
 * varints. Runs lie in one arena in pieces that grow, addressed by 4-byte places. While a document comes in, a term
 * carries its *pattern so far*: adding an occurrence in a field is one step in a table of patterns, so that nothing has to be
 * sorted for a document.
 *
 * What takes time is memory that is not in the cache: the slot of a term, its entry, the end of its run. So the tokens of a
 * document are gathered first, and each of these steps is taken for all of them after it was announced for all of them:
 * the waiting overlaps.
 */
#include "search/segment_build.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "search/segment.h"
#include "text/token.h"

#define TEXT_BYTES_MAX (16 * XT_MIB) /* of one field that is indexed */
#define PIECE_FIRST    12
#define PIECE_LARGEST  1020
#define NO_PIECE       0
#define KEEP_BYTES     (32 * XT_MIB) /* of an array between segments */

/* A run of bytes in pieces; the last 4 bytes of a piece are the place of the next. */
struct run {
    uint32_t first, at, end; /* in the arena; at..end is free */
};

struct entry {
    uint64_t prefix; /* first eight bytes, the first the highest: compares as the bytes do */
    uint32_t hash;
    uint32_t bytes_at; /* of the term, in names */
    uint32_t with;
    uint32_t doc;         /* the document it was last met in, plus 1 */
    uint32_t pattern;     /* of that document so far */
    uint32_t first, last; /* its tokens in that document */
    uint32_t before;      /* the document of the posting before, plus 1 */
    struct run run;
    uint8_t n;
};

/* A token of the document at hand. */
struct token {
    uint64_t prefix;
    uint32_t hash;
    uint32_t bytes_at; /* of long ones, in spelled */
    uint32_t position;
    uint32_t next; /* of the same term */
    uint16_t field;
    uint8_t n;
};

/* A pattern as a step: the one before with one more hit in a field. */
struct step {
    uint32_t before, field;
    uint64_t postings;
    uint32_t hits;
    uint32_t child, sibling; /* the steps that go on from here: the newest first; 0 = none */
};

struct segment_builder {
    unsigned field_count;
    uint8_t *arena;
    size_t arena_n, arena_room;
    char *names;
    size_t names_n, names_room;
    struct entry *entries;
    size_t entry_count, entry_room;
    uint32_t *slots; /* entry + 1 */
    size_t slot_count;
    uint32_t *met; /* entries of the document at hand */
    size_t met_count, met_room;
    struct step *steps; /* 0 is the empty pattern */
    size_t step_count, step_room;
    /* the document at hand */
    unsigned field;
    uint32_t position;
    struct token *tokens;
    size_t token_count, token_room;
    char *spelled; /* long tokens */
    size_t spelled_n, spelled_room;
    uint64_t secret; /* so that nobody can choose words that fall together */
};

/* ---- runs ---- */

static uint32_t piece(struct segment_builder *b, uint32_t size)
{
    uint32_t at = (uint32_t)b->arena_n;

    xt_grow(&b->arena, &b->arena_room, b->arena_n + size + 4, 1);
    b->arena_n += size + 4;
    return at;
}

static void run_add(struct segment_builder *b, struct run *run, uint32_t value)
{
    do {
        if (run->at == run->end) {
            uint32_t size = PIECE_FIRST, at;

            if (run->first != NO_PIECE) {
                uint32_t before;

                memcpy(&before, b->arena + run->end, 4); /* holds the size of its piece until it has a next one */
                size = before * 2 + 4 > PIECE_LARGEST ? PIECE_LARGEST : before * 2 + 4;
            }
            at = piece(b, size);
            if (run->first == NO_PIECE)
                run->first = at;
            else
                memcpy(b->arena + run->end, &at, 4);
            run->at = at;
            run->end = at + size;
            memcpy(b->arena + run->end, &size, 4);
        }
        b->arena[run->at++] = (uint8_t)(value < 0x80 ? value : value | 0x80);
        value >>= 7;
    } while (value);
}

/* Reads a run from its beginning; the sizes of pieces follow from their order. */
struct run_reader {
    const struct segment_builder *builder;
    uint32_t at, end, size;
};

static struct run_reader run_read(const struct segment_builder *b, const struct run *run)
{
    return (struct run_reader){b, run->first, run->first + PIECE_FIRST, PIECE_FIRST};
}

static uint32_t run_next(struct run_reader *r)
{
    const uint8_t *arena = r->builder->arena;
    uint32_t value = 0;

    for (unsigned shift = 0;; shift += 7) {
        if (r->at == r->end) {
            memcpy(&r->at, arena + r->end, 4);
            r->size = r->size * 2 + 4 > PIECE_LARGEST ? PIECE_LARGEST : r->size * 2 + 4;
            r->end = r->at + r->size;
        }
        uint8_t byte = arena[r->at++];

        value |= (uint32_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
}

/* ---- patterns ---- */

static uint32_t add_step(struct segment_builder *b, uint32_t before, uint32_t field, uint32_t hits)
{
    xt_grow(&b->steps, &b->step_room, b->step_count + 1, sizeof *b->steps);
    b->steps[b->step_count] = (struct step){.before = before, .field = field, .hits = hits};
    return (uint32_t)b->step_count++;
}

/* Few steps go on in more than two or three fields, so that their row is as quick as a table, and takes no room for fields
 * that do not come. */
static uint32_t one_more(struct segment_builder *b, uint32_t pattern, unsigned field)
{
    uint32_t step = b->steps[pattern].child;

    while (step && b->steps[step].field != field)
        step = b->steps[step].sibling;
    if (step)
        return step;
    step = add_step(b, pattern, field, b->steps[pattern].hits + 1);
    b->steps[step].sibling = b->steps[pattern].child;
    b->steps[pattern].child = step;
    return step;
}

/* ---- terms ---- */

static uint64_t prefix_of(const char *s, size_t n)
{
    uint64_t prefix = 0;

    memcpy(&prefix, s, n < 8 ? n : 8);
    return __builtin_bswap64(prefix);
}

/* Words of up to eight bytes, which nearly all are, are their own prefix: a mixing will do. */
static uint32_t hash_of(const struct segment_builder *b, uint64_t prefix, const char *s, size_t n)
{
    uint64_t hash = prefix ^ b->secret;

    if (n > 8)
        return (uint32_t)xt_hash64(s, n);
    hash = (hash ^ hash >> 32) * 0xD6E8FEB86659FD93u;
    hash = (hash ^ hash >> 32) * 0xD6E8FEB86659FD93u;
    return (uint32_t)(hash ^ hash >> 32);
}

static void rehash(struct segment_builder *b)
{
    size_t count = b->slot_count ? b->slot_count * 2 : 4096;

    free(b->slots);
    b->slots = xt_calloc(count, sizeof *b->slots);
    b->slot_count = count;
    for (uint32_t i = 0; i < b->entry_count; i++) {
        size_t slot = b->entries[i].hash & (count - 1);

        while (b->slots[slot])
            slot = (slot + 1) & (count - 1);
        b->slots[slot] = i + 1;
    }
}

static uint32_t entry_of(struct segment_builder *b, const struct token *token)
{
    size_t slot = token->hash & (b->slot_count - 1);

    for (; b->slots[slot]; slot = (slot + 1) & (b->slot_count - 1)) {
        const struct entry *entry = &b->entries[b->slots[slot] - 1];

        if (entry->prefix == token->prefix && entry->n == token->n &&
            (token->n <= 8 || memcmp(b->names + entry->bytes_at, b->spelled + token->bytes_at, token->n) == 0))
            return b->slots[slot] - 1;
    }
    uint64_t bytes = __builtin_bswap64(token->prefix);
    xt_grow(&b->entries, &b->entry_room, b->entry_count + 1, sizeof *b->entries);
    xt_grow(&b->names, &b->names_room, b->names_n + token->n, 1);
    memcpy(b->names + b->names_n, token->n <= 8 ? (const char *)&bytes : b->spelled + token->bytes_at, token->n);
    b->entries[b->entry_count] =
        (struct entry){.prefix = token->prefix, .hash = token->hash, .bytes_at = (uint32_t)b->names_n, .n = token->n};
    b->names_n += token->n;
    b->slots[slot] = (uint32_t)++b->entry_count;
    if (b->entry_count * 2 > b->slot_count)
        rehash(b);
    return (uint32_t)b->entry_count - 1;
}

/* ---- documents ---- */

static bool add_token(void *context, const struct xt_token *token)
{
    struct segment_builder *b = context;
    uint64_t prefix = prefix_of(token->s, token->n);

    if (b->token_count == b->token_room)
        xt_grow(&b->tokens, &b->token_room, b->token_count + 1, sizeof *b->tokens);
    b->tokens[b->token_count++] = (struct token){.prefix = prefix,
                                                 .hash = hash_of(b, prefix, token->s, token->n),
                                                 .bytes_at = (uint32_t)b->spelled_n,
                                                 .position = b->position++,
                                                 .field = (uint16_t)b->field,
                                                 .n = (uint8_t)token->n};
    if (token->n > 8) {
        xt_grow(&b->spelled, &b->spelled_room, b->spelled_n + token->n, 1);
        memcpy(b->spelled + b->spelled_n, token->s, token->n);
        b->spelled_n += token->n;
    }
    return true;
}

static void announce(const struct segment_builder *b)
{
    size_t mask = b->slot_count - 1;

    for (size_t i = 0; i < b->token_count; i++)
        __builtin_prefetch(&b->slots[b->tokens[i].hash & mask]);
    for (size_t i = 0; i < b->token_count; i++) {
        uint32_t entry = b->slots[b->tokens[i].hash & mask];

        if (entry)
            __builtin_prefetch(&b->entries[entry - 1], 1);
    }
}

static void end_document(struct segment_builder *b, uint32_t doc)
{
    announce(b);
    for (uint32_t i = 0; i < b->token_count; i++) {
        struct token *token = &b->tokens[i];
        uint32_t number = entry_of(b, token);
        struct entry *entry = &b->entries[number];

        if (entry->doc != doc + 1) {
            entry->doc = doc + 1;
            entry->pattern = 0;
            entry->first = i;
            if (b->met_count == b->met_room)
                xt_grow(&b->met, &b->met_room, b->met_count + 1, sizeof *b->met);
            b->met[b->met_count++] = number;
            __builtin_prefetch(b->arena + entry->run.at, 1);
        } else {
            b->tokens[entry->last].next = i;
        }
        entry->last = i;
        entry->pattern = one_more(b, entry->pattern, token->field);
    }
    for (size_t i = 0; i < b->met_count; i++) {
        struct entry *entry = &b->entries[b->met[i]];

        run_add(b, &entry->run, entry->doc - entry->before);
        run_add(b, &entry->run, entry->pattern);
        for (uint32_t k = entry->first;; k = b->tokens[k].next) {
            run_add(b, &entry->run, b->tokens[k].position);
            if (k == entry->last)
                break;
        }
        entry->before = entry->doc;
        entry->with++;
        b->steps[entry->pattern].postings++;
    }
    b->met_count = b->token_count = b->spelled_n = 0;
}

uint64_t segment_builder_add(struct segment_builder *b, uint32_t doc, const struct xt_search_doc *source,
                             struct field_set *used)
{
    struct field_set todo = {{0}};

    for (size_t i = 0; i < source->text_count; i++)
        if (source->texts[i].text.n)
            field_set_add(&todo, source->texts[i].field);
    /* Field by field, the lowest first: so stand the parts of a pattern. */
    for (unsigned field = 0; field < b->field_count; field++) {
        size_t bytes = 0;

        if (!field_set_has(&todo, field))
            continue;
        field_set_add(used, field);
        b->field = field;
        b->position = 0;
        for (size_t i = 0; i < source->text_count; i++) {
            struct xt_str text = source->texts[i].text;

            if (source->texts[i].field != field)
                continue;
            if (bytes + text.n > TEXT_BYTES_MAX)
                text.n = xt_utf8_clip(text.s, text.n, TEXT_BYTES_MAX - bytes);
            if (bytes)
                b->position += FIELD_GAP_POSITIONS;
            bytes += text.n + 1;
            xt_token_each(text, add_token, b);
            if (bytes >= TEXT_BYTES_MAX)
                break;
        }
    }
    uint64_t tokens = b->token_count;
    end_document(b, doc);
    return tokens;
}

/* ---- life ---- */

/* Gives room back that an uncommon batch or document took. */
static void shrink(void *array_variable, size_t *room, size_t element_size)
{
    void **array = array_variable;

    if (*room * element_size <= KEEP_BYTES)
        return;
    free(*array);
    *array = NULL;
    *room = 0;
}

static void clear(struct segment_builder *b)
{
    shrink(&b->arena, &b->arena_room, 1);
    shrink(&b->entries, &b->entry_room, sizeof *b->entries);
    shrink(&b->steps, &b->step_room, sizeof *b->steps);
    shrink(&b->tokens, &b->token_room, sizeof *b->tokens);
    b->arena_n = 1; /* place 0 is no piece */
    b->names_n = b->entry_count = b->met_count = b->step_count = 0;
    free(b->slots);
    b->slots = NULL;
    b->slot_count = 0;
    rehash(b);
    (void)add_step(b, 0, 0, 0);
}

struct segment_builder *segment_builder_new(unsigned field_count)
{
    struct segment_builder *b = xt_calloc(1, sizeof *b);

    b->field_count = field_count;
    randombytes_buf(&b->secret, sizeof b->secret);
    clear(b);
    return b;
}

void segment_builder_free(struct segment_builder *b)
{
    if (!b)
        return;
    free(b->arena);
    free(b->names);
    free(b->entries);
    free(b->slots);
    free(b->met);
    free(b->tokens);
    free(b->spelled);
    free(b->steps);
    free(b);
}

size_t segment_builder_bytes(const struct segment_builder *b)
{
    return b->arena_n + b->names_n + b->entry_count * sizeof *b->entries + b->slot_count * sizeof *b->slots +
           b->step_count * sizeof *b->steps;
}

/* ---- writing ---- */

struct numbered {
    struct pattern *patterns;
    struct pattern_part *parts;
    uint32_t *of_step; /* number of the pattern that a step is */
    size_t count;
};

static int by_postings(const void *a, const void *b, void *context)
{
    const struct step *steps = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    if (steps[x].postings != steps[y].postings)
        return steps[x].postings > steps[y].postings ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* Steps that some posting ends with, as patterns, the most frequent first. */
static void number_patterns(struct segment_builder *b, struct numbered *out)
{
    uint32_t *order = xt_calloc(b->step_count, sizeof *order);
    size_t count = 0, parts = 0, room = 0;

    for (uint32_t i = 1; i < b->step_count; i++)
        if (b->steps[i].postings)
            order[count++] = i;
    qsort_r(order, count, sizeof *order, by_postings, b->steps);
    *out = (struct numbered){.patterns = xt_calloc(count + 1, sizeof *out->patterns),
                             .of_step = xt_calloc(b->step_count, sizeof *out->of_step),
                             .count = count};
    for (size_t i = 0; i < count; i++) {
        uint32_t step = order[i], hits = 0, first = (uint32_t)parts;

        /* back along the steps: the last field comes first */
        for (uint32_t at = step; at; at = b->steps[at].before) {
            hits++;
            if (b->steps[at].before && b->steps[b->steps[at].before].field == b->steps[at].field)
                continue;
            xt_grow(&out->parts, &room, parts + 1, sizeof *out->parts);
            out->parts[parts++] = (struct pattern_part){b->steps[at].field, hits};
            hits = 0;
        }
        for (size_t low = first, high = parts - 1; low < high; low++, high--) {
            struct pattern_part swap = out->parts[low];

            out->parts[low] = out->parts[high];
            out->parts[high] = swap;
        }
        out->patterns[i] =
            (struct pattern){b->steps[step].postings, first, (uint32_t)(parts - first), b->steps[step].hits};
        out->of_step[step] = (uint32_t)i;
    }
    free(order);
}

static int by_bytes(const void *a, const void *b, void *context)
{
    const struct segment_builder *builder = context;
    const struct entry *x = &builder->entries[*(const uint32_t *)a], *y = &builder->entries[*(const uint32_t *)b];

    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    return xt_str_cmp((struct xt_str){builder->names + x->bytes_at, x->n},
                      (struct xt_str){builder->names + y->bytes_at, y->n});
}

static void write_entry(struct segment_builder *b, const struct numbered *numbered, const struct entry *entry,
                        struct segment_writer *writer, uint32_t **positions, size_t *room)
{
    struct run_reader run = run_read(b, &entry->run);
    uint32_t doc = UINT32_MAX; /* plus 1 is 0 */

    segment_writer_term(writer, (struct xt_str){b->names + entry->bytes_at, entry->n});
    for (uint32_t i = 0; i < entry->with; i++) {
        doc += run_next(&run);
        uint32_t pattern = numbered->of_step[run_next(&run)], hits = numbered->patterns[pattern].hits;

        if (hits > *room)
            xt_grow(positions, room, hits, sizeof **positions);
        for (uint32_t k = 0; k < hits; k++)
            (*positions)[k] = run_next(&run);
        segment_writer_posting(writer, doc, pattern, *positions);
    }
}

enum xt_code segment_builder_write(struct segment_builder *b, const char *dir, uint64_t serial, uint64_t mark,
                                   uint32_t first, uint32_t count, struct xt_error *err)
{
    struct segment_writer *writer;
    enum xt_code rc = segment_writer_begin(dir, serial, mark, first, count, count, 0, &writer, err);

    if (rc == XT_OK) {
        uint32_t *order = xt_calloc(b->entry_count + 1, sizeof *order), *positions = NULL;
        size_t room = 0;
        struct numbered numbered;

        number_patterns(b, &numbered);
        segment_writer_patterns(writer, numbered.patterns, (uint32_t)numbered.count, numbered.parts);
        for (uint32_t i = 0; i < b->entry_count; i++)
            order[i] = i;
        qsort_r(order, b->entry_count, sizeof *order, by_bytes, b);
        for (size_t i = 0; i < b->entry_count; i++)
            write_entry(b, &numbered, &b->entries[order[i]], writer, &positions, &room);
        rc = segment_writer_end(writer, false, err);
        free(order);
        free(positions);
        free(numbered.patterns);
        free(numbered.parts);
        free(numbered.of_step);
    }
    clear(b);
    return rc;
}
