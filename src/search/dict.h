/*
 * dict.h - the values of facets as small numbers ("ordinals"), with the value above each.
 *
 * For the room's own files. Ordinals of a facet run from 1; the one above a value is always smaller. The table dict in
 * the index file holds those that some document uses; values added for a transaction that failed stay here and are
 * stored with the next one. Entries never move or change: readers need no lock for an ordinal up to the count they
 * have read. One thread adds at a time (the feeder, or the reader that catches up).
 */
#ifndef XT_SEARCH_DICT_H
#define XT_SEARCH_DICT_H

#include <pthread.h>

#include "search/query.h"

#define DICT_CHUNK_BITS      10
#define DICT_CHUNK           (1u << DICT_CHUNK_BITS)
#define DICT_CHUNKS          8192
#define DICT_VALUES_MAX      ((uint64_t)DICT_CHUNK * DICT_CHUNKS - 1)
#define DICT_VALUE_BYTES_MAX 512

struct dict_entry {
    char *value; /* zero-terminated, owned */
    uint32_t size;
    uint32_t above; /* ordinal, 0 = none */
    int32_t year;   /* the value as a number, 0 when it is none */
};

struct dict_facet {
    struct dict_entry *chunks[DICT_CHUNKS];
    uint32_t count;  /* highest ordinal; read with dict_count */
    uint32_t *slots; /* hash table: ordinals */
    size_t slot_count;
    bool nested; /* some entry has one above it */
};

struct dict {
    pthread_mutex_t lock; /* the hash tables, and adding */
    unsigned facet_count;
    struct dict_facet facets[SCHEMA_FACETS_MAX];
};

void dict_init(struct dict *dict, unsigned facet_count);
void dict_done(struct dict *dict);

static inline uint32_t dict_count(const struct dict *dict, unsigned facet)
{
    return __atomic_load_n(&dict->facets[facet].count, __ATOMIC_ACQUIRE);
}

static inline const struct dict_entry *dict_entry(const struct dict *dict, unsigned facet, uint32_t ordinal)
{
    return &dict->facets[facet].chunks[ordinal >> DICT_CHUNK_BITS][ordinal & (DICT_CHUNK - 1)];
}

/* 0 when there is no such value. */
uint32_t dict_find(struct dict *dict, unsigned facet, struct xt_str value);
/* The new value's ordinal; it must not be there yet. 0 when the facet is full. */
uint32_t dict_add(struct dict *dict, unsigned facet, struct xt_str value, uint32_t above);

#endif
