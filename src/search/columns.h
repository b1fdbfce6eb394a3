/*
 * columns.h - what filters, counts and orders read of each document: two mapped files beside an index.
 *
 * For the room's own files. columns.dat is a page of heading and blocks of COLUMNS_BLOCK documents; inside a block
 * each column is an array. pool.dat holds what has no fixed size: value lists and sort keys, in units of 4 bytes.
 * Both only grow; each is mapped once with room to grow, so that pointers stay valid while it does. A document is
 * written before the transaction that makes it visible commits and never changes afterwards but for dead_from, the
 * generation from which on it no longer counts. Readers pass the generation they read at.
 *
 * Numbers are in the machine's byte order: the files are local and can be made again.
 */
#ifndef XT_SEARCH_COLUMNS_H
#define XT_SEARCH_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "search/query.h"

#define COLUMNS_BLOCK_BITS 14
#define COLUMNS_BLOCK      (1u << COLUMNS_BLOCK_BITS)
#define COLUMNS_DOCS_MAX   (1u << 26)
#define COLUMN_LIST        0x80000000u /* a facet entry with this bit is the place of a list in the pool */

struct columns {
    int fd, pool_fd;
    bool writable;
    unsigned facet_count, range_count;
    uint64_t mark; /* random number that the index of this file knows too */
    uint8_t *base; /* block 0 */
    void *map, *pool_map;
    size_t map_size, pool_map_size;
    size_t block_size;
    size_t at_id, at_sort, at_date, at_dead, at_key, at_facet, at_range, at_length, at_class;
    uint32_t *pool;
    uint32_t blocks;    /* that the file has room for (feeder) */
    uint64_t pool_used; /* in units of 4 bytes (feeder) */
    uint64_t pool_room;
};

XT_MUST_USE enum xt_code columns_create(const char *dir, unsigned facet_count, unsigned range_count, uint64_t mark,
                                        struct xt_error *err);
/* XT_E_NOT_FOUND when the files are absent, foreign (another mark or shape) or too short for docs and pool. */
XT_MUST_USE enum xt_code columns_open(const char *dir, bool writable, unsigned facet_count, unsigned range_count,
                                      uint64_t mark, uint64_t docs, uint64_t pool_used, struct columns *out,
                                      struct xt_error *err);
void columns_close(struct columns *columns);

/* Makes room for documents below docs and units more units in the pool. XT_E_FULL when the disk is full. */
XT_MUST_USE enum xt_code columns_reserve(struct columns *columns, uint64_t docs, uint64_t units, struct xt_error *err);
XT_MUST_USE enum xt_code columns_sync(struct columns *columns, struct xt_error *err);

/* The arrays of a document's block, at its place. */
static inline uint8_t *columns_block(const struct columns *c, uint32_t doc)
{
    return c->base + (size_t)(doc >> COLUMNS_BLOCK_BITS) * c->block_size;
}

#define COLUMN_AT(c, doc, type, at) ((type *)(void *)(columns_block(c, doc) + (at)) + ((doc) & (COLUMNS_BLOCK - 1)))
#define COLUMN_ID(c, doc)           COLUMN_AT(c, doc, int64_t, (c)->at_id)
#define COLUMN_SORT(c, doc)         COLUMN_AT(c, doc, uint64_t, (c)->at_sort) /* first 8 bytes of the sort key */
#define COLUMN_DATE(c, doc)         COLUMN_AT(c, doc, int64_t, (c)->at_date)
#define COLUMN_DEAD(c, doc)         COLUMN_AT(c, doc, uint32_t, (c)->at_dead)
#define COLUMN_KEY(c, doc)          COLUMN_AT(c, doc, uint32_t, (c)->at_key) /* place of the sort key in the pool */
#define COLUMN_FACET(c, doc, facet) \
    COLUMN_AT(c, doc, uint32_t, (c)->at_facet + (size_t)(facet)*COLUMNS_BLOCK * sizeof(uint32_t))
#define COLUMN_RANGE(c, doc, range) \
    COLUMN_AT(c, doc, int64_t, (c)->at_range + (size_t)(range)*COLUMNS_BLOCK * sizeof(int64_t))
#define COLUMN_LENGTH(c, doc) COLUMN_AT(c, doc, uint16_t, (c)->at_length)
#define COLUMN_CLASS(c, doc)  COLUMN_AT(c, doc, uint8_t, (c)->at_class)

static inline bool columns_alive(const struct columns *c, uint32_t doc, uint32_t generation)
{
    uint32_t dead_from = __atomic_load_n(COLUMN_DEAD(c, doc), __ATOMIC_RELAXED);

    return dead_from == 0 || dead_from > generation;
}

/* The values of an entry of a facet column: *out_list points to them; returns how many. */
static inline uint32_t columns_values(const struct columns *c, const uint32_t *entry, const uint32_t **out_list)
{
    if (!(*entry & COLUMN_LIST)) {
        *out_list = entry;
        return *entry != 0;
    }
    const uint32_t *list = c->pool + (*entry & ~COLUMN_LIST);
    *out_list = list + 1;
    return *list;
}

/* The stored sort key. */
static inline struct xt_str columns_key(const struct columns *c, uint32_t doc)
{
    uint32_t at = *COLUMN_KEY(c, doc);

    if (at == 0)
        return (struct xt_str){"", 0};
    return (struct xt_str){(const char *)(c->pool + at + 1), c->pool[at]};
}

#endif
