/* Facet values in memory: chunks of entries and an open hash table of ordinals per facet. */
#include "search/dict.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/number.h"

void dict_init(struct dict *dict, unsigned facet_count)
{
    memset(dict, 0, sizeof *dict);
    (void)pthread_mutex_init(&dict->lock, NULL); /* cannot fail with default attributes */
    dict->facet_count = facet_count;
}

void dict_done(struct dict *dict)
{
    for (unsigned f = 0; f < dict->facet_count; f++) {
        struct dict_facet *facet = &dict->facets[f];

        for (uint32_t i = 1; i <= facet->count; i++)
            free(facet->chunks[i >> DICT_CHUNK_BITS][i & (DICT_CHUNK - 1)].value);
        for (size_t i = 0; i < DICT_CHUNKS && facet->chunks[i]; i++)
            free(facet->chunks[i]);
        free(facet->slots);
    }
    (void)pthread_mutex_destroy(&dict->lock);
}

/* The slot of value, or the empty one where it would go. */
static size_t slot_of(const struct dict *dict, unsigned f, struct xt_str value)
{
    const struct dict_facet *facet = &dict->facets[f];
    size_t slot = (size_t)xt_hash64(value.s, value.n) & (facet->slot_count - 1);

    while (facet->slots[slot]) {
        const struct dict_entry *entry = dict_entry(dict, f, facet->slots[slot]);

        if (entry->size == value.n && memcmp(entry->value, value.s, value.n) == 0)
            break;
        slot = (slot + 1) & (facet->slot_count - 1);
    }
    return slot;
}

static void rehash(struct dict *dict, unsigned f, size_t slot_count)
{
    struct dict_facet *facet = &dict->facets[f];

    free(facet->slots);
    facet->slots = xt_calloc(slot_count, sizeof *facet->slots);
    facet->slot_count = slot_count;
    for (uint32_t i = 1; i <= facet->count; i++) {
        const struct dict_entry *entry = dict_entry(dict, f, i);

        facet->slots[slot_of(dict, f, (struct xt_str){entry->value, entry->size})] = i;
    }
}

uint32_t dict_find(struct dict *dict, unsigned facet, struct xt_str value)
{
    uint32_t ordinal = 0;

    (void)pthread_mutex_lock(&dict->lock);
    if (dict->facets[facet].slot_count > 0 && value.n <= DICT_VALUE_BYTES_MAX)
        ordinal = dict->facets[facet].slots[slot_of(dict, facet, value)];
    (void)pthread_mutex_unlock(&dict->lock);
    return ordinal;
}

uint32_t dict_add(struct dict *dict, unsigned f, struct xt_str value, uint32_t above)
{
    struct dict_facet *facet = &dict->facets[f];
    uint32_t ordinal = facet->count + 1;
    int64_t number = 0;

    if (ordinal > DICT_VALUES_MAX)
        return 0;
    (void)pthread_mutex_lock(&dict->lock);
    struct dict_entry **chunk = &facet->chunks[ordinal >> DICT_CHUNK_BITS];
    if (!*chunk)
        *chunk = xt_calloc(DICT_CHUNK, sizeof **chunk);
    struct dict_entry *entry = &(*chunk)[ordinal & (DICT_CHUNK - 1)];
    entry->value = xt_strndup(value.s, value.n);
    entry->size = (uint32_t)value.n;
    entry->above = above;
    entry->year = xt_int_parse(value, &number) && number > 0 && number < 10000 ? (int32_t)number : 0;
    if (above)
        __atomic_store_n(&facet->nested, true, __ATOMIC_RELAXED);
    if (((size_t)ordinal + 1) * 2 > facet->slot_count)
        rehash(dict, f, facet->slot_count ? facet->slot_count * 2 : 64);
    facet->slots[slot_of(dict, f, value)] = ordinal;
    __atomic_store_n(&facet->count, ordinal, __ATOMIC_RELEASE);
    (void)pthread_mutex_unlock(&dict->lock);
    return ordinal;
}
