/*
 * segment.h - one file of the segment engine: the postings of a run of documents, written once, then only read.
 *
 * For the files of the segment engine. docs/search.md describes the bytes. A segment covers the documents from first to
 * first + count - 1; postings of documents that were dead when it was written may be missing. It is mapped, checked
 * where it is read for the first time (a CRC for each 64 KiB), and safe to read whatever the bytes are: a fault is an
 * answer, never a crash.
 *
 * A *list* is what a segment knows of one term: the documents, for each a *pattern* (in which fields how often), and the positions.
 * Few patterns make up nearly all postings, so they stand in a table, the most frequent first, and a posting holds a
 * number of few bits. What a pattern weighs for a question is worked out once; field classes cost nothing then.
 *
 * Threads: segments are shared and counted; a list belongs to one thread.
 */
#ifndef XT_SEARCH_SEGMENT_H
#define XT_SEARCH_SEGMENT_H

#include <stdatomic.h>

#include "base/error.h"
#include "base/text.h"
#include "search/pack.h"
#include "search/query.h"

#define SEGMENT_MAGIC   "xtseg001"
#define SEGMENT_HEAD    256
#define SEGMENT_CHUNK   65536 /* bytes under one CRC */
#define TERM_BYTES_MAX  80    /* a word of 64 bytes at most, or a pair of characters */
#define TERMS_IN_BLOCK  16
#define LIST_BLOCK      128 /* postings packed together */
#define LIST_SKIP_BYTES 12  /* last document, end of the postings, end of the positions; each 4 bytes */

/* The head of the file, as it lies there (the machine's byte order). */
struct segment_head {
    char magic[8];
    uint64_t mark; /* of the index */
    uint64_t size; /* of the file */
    uint32_t first, count;
    uint32_t living, unused; /* documents that were alive when it was written */
    uint64_t postings;       /* in all lists */
    uint64_t terms;
    uint64_t lists_at, lists_bytes;
    uint64_t terms_at, terms_bytes;
    uint64_t blocks_at, blocks; /* of terms: an array of places (4 bytes) from terms_at on */
    uint64_t patterns_at, patterns_bytes, patterns;
    uint64_t sums_at, sums; /* a CRC for each chunk between the head and here */
    uint32_t sums_crc;
    uint32_t crc; /* of the head up to here */
};

/* In which fields a term stands in a document, and how often. */
struct pattern {
    uint64_t postings; /* with it */
    uint32_t parts_at; /* in segment.parts */
    uint32_t parts;
    uint32_t hits; /* all of them: how many positions there are */
};
struct pattern_part {
    uint32_t field, hits;
};

struct pattern_weights {
    struct field_set fields;
    struct pattern_weights *next;
    float *of; /* by pattern; 0 = not in these fields. As many as bits can say, so that no pattern is out of range. */
};

struct segment {
    _Atomic unsigned users;
    uint64_t serial; /* its name: %016llx.seg */
    uint32_t first, count;
    int fd;
    size_t size;
    const uint8_t *map;
    const struct segment_head *head;
    const uint8_t *lists, *lists_end, *terms, *terms_end, *blocks;
    uint32_t block_count;
    struct pattern *patterns;
    uint32_t pattern_count, pattern_room; /* the room is a power of two */
    struct pattern_part *parts;
    _Atomic uint8_t *checked; /* by chunk */
    _Atomic(struct pattern_weights *) weights;
};

/* XT_E_NOT_FOUND when the file is absent, torn or foreign: another mark, size or magic, a head or sums whose CRC is wrong. */
XT_MUST_USE enum xt_code segment_open(const char *dir, uint64_t serial, uint64_t mark, struct segment **out,
                                      struct xt_error *err);
struct segment *segment_hold(struct segment *segment);
void segment_drop(struct segment *segment); /* NULL is nothing */
void segment_path(char out[4096], const char *dir, uint64_t serial, const char *suffix);
/* Checks all chunks. False when one is wrong. */
bool segment_check(struct segment *segment);

/* What each pattern weighs in these fields; weights by field, the same in every call. Kept with the segment. */
const float *segment_weights(struct segment *segment, const struct field_set *fields, const double *weights,
                             size_t field_count);

/* ---- terms ---- */

struct term {
    uint32_t with; /* documents */
    uint64_t at;   /* of its list, from the beginning of the lists */
    uint32_t postings_bytes, positions_bytes;
};

/* A place in the dictionary, terms in order of their bytes. */
struct term_walk {
    struct segment *segment;
    uint32_t block;
    unsigned in_block;
    const uint8_t *at;
    uint64_t list_at;
    char bytes[TERM_BYTES_MAX];
    size_t n;
    struct term term;
    bool bad; /* the file is not as it should be */
};

/* To the first term that is not before bytes. False at the end (or when bad). */
bool terms_seek(struct term_walk *walk, struct segment *segment, struct xt_str bytes);
bool terms_next(struct term_walk *walk);
bool terms_find(struct segment *segment, struct xt_str bytes, struct term *out, bool *out_bad);

/* ---- lists ---- */

#define LIST_END UINT32_MAX

struct list {
    struct segment *segment;
    uint32_t with, blocks; /* full blocks; what is left stands behind them */
    const uint8_t *skips, *data, *data_end;
    const uint8_t *positions, *positions_end;
    uint32_t block, count, at; /* the block whose documents are in docs, LIST_END = none yet */
    uint32_t patterns_of;      /* the block whose patterns are in patterns */
    uint32_t sums_of;          /* the block whose hits are in sums */
    const uint8_t *patterns_at;
    uint32_t docs[LIST_BLOCK];
    uint32_t patterns[LIST_BLOCK];
    uint32_t sums[LIST_BLOCK + 1]; /* hits before each posting of the block */
    bool bad;
};

void list_open(struct list *list, struct segment *segment, const struct term *term);
uint32_t list_block_count(const struct list *list); /* the last one may hold fewer than LIST_BLOCK */
/* Reads the documents of a block into docs, count. False at the end, or when the list is bad (bad is set). */
bool list_block(struct list *list, uint32_t block);
/* The last document of a full block, without reading it. */
static inline uint32_t list_last_of(const struct list *list, uint32_t block)
{
    return list->segment->first + load32(list->skips + (size_t)block * LIST_SKIP_BYTES);
}
/* Puts docs[at] at the first document not before doc. False when there is none. doc must not go back. */
bool list_seek(struct list *list, uint32_t doc);
/* patterns of the block in docs. False when bad. */
bool list_patterns(struct list *list);
/* The pattern of one posting of that block alone; 0 and bad when it cannot be read. */
uint32_t list_pattern(struct list *list, uint32_t at);
/* Hits before each posting of the block whose patterns were read; false when bad. */
bool list_sums(struct list *list);
/* The positions of a posting of the block whose patterns and sums were read: hits of them, field by field in the order of
 * the pattern. False when bad. out has room for the pattern's hits. */
bool list_positions(struct list *list, uint32_t at, uint32_t *out);

/* The positions of the whole block, one posting's after the other's: sums[count] of them. */
bool list_block_positions(struct list *list, uint32_t *out);

/* ---- writing ---- */

struct segment_writer;

/* Begins a file. It is complete, under its own name, after segment_writer_end(); after segment_writer_drop() there is nothing.
 * bytes_per_second: pauses so that it writes no more on average, 0 = as fast as it goes. */
XT_MUST_USE enum xt_code segment_writer_begin(const char *dir, uint64_t serial, uint64_t mark, uint32_t first,
                                              uint32_t count, uint32_t living, uint64_t bytes_per_second,
                                              struct segment_writer **out, struct xt_error *err);
/* The patterns, by number, and how many postings each has: set before the first term; the most frequent first, so that
 * most numbers are small. patterns and parts are borrowed until the end. */
void segment_writer_patterns(struct segment_writer *writer, const struct pattern *patterns, uint32_t count,
                             const struct pattern_part *parts);
/* Terms rising, documents of a term rising. positions: as many as the pattern has hits. */
void segment_writer_term(struct segment_writer *writer, struct xt_str term);
void segment_writer_posting(struct segment_writer *writer, uint32_t doc, uint32_t pattern, const uint32_t *positions);
bool segment_writer_failed(const struct segment_writer *writer); /* going on would be in vain */
XT_MUST_USE enum xt_code segment_writer_end(struct segment_writer *writer, bool sync, struct xt_error *err);
void segment_writer_drop(struct segment_writer *writer);

/* Puts segments that stand beside each other into one. alive says which documents are kept; stop (may be NULL) ends it with
 * XT_E_BUSY. XT_E_CONFLICT: one of them is damaged. */
XT_MUST_USE enum xt_code segment_merge(struct segment *const *from, size_t count, const char *dir, uint64_t serial,
                                       uint64_t mark, uint64_t bytes_per_second,
                                       bool (*alive)(const void *context, uint32_t doc), const void *context,
                                       const _Atomic bool *stop, struct xt_error *err);

#endif
