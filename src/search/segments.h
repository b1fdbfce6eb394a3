/*
 * segments.h - the segment engine as a whole: a folder of segments with the columns, and what of it is true now.
 *
 * For the files of the engine only: segments.c (life, feeding, the manifest), segments_merge.c (which segments become one,
 * and the thread that does it), segment_find.c (searching).
 *
 * DATA/index/segment/ holds columns.dat and pool.dat (columns.h), values.dat (the facets' values), segments, and the
 * *manifest*, which names the segments and the state they add up to. A transaction writes all else first and renames a new
 * manifest into place last: that is its commit, for every process that has the folder open. Nothing waits for the disk
 * then: after a kill everything is in the kernel's hands. From time to time all is synced and the manifest kept as
 * manifest.safe; when the machine itself went down since (another boot), the index goes back to that and is fed from there.
 */
#ifndef XT_SEARCH_SEGMENTS_H
#define XT_SEARCH_SEGMENTS_H

#include <pthread.h>

#include "base/hash.h"
#include "search/engine.h"
#include "search/frequencies.h"
#include "search/segment.h"
#include "search/segment_build.h"

#define SEGMENTS_MAX 512

/* The segments of one instant, in order of their documents; shared and counted. What a reader holds. */
struct engine_reader {
    _Atomic unsigned users;
    struct index_state state;
    uint64_t edition; /* counts manifests */
    uint64_t values_bytes;
    size_t count;
    struct segment *segments[SEGMENTS_MAX];
};

/* Which document stands for a record: an open table of documents by their record's number, in memory, made by reading
 * the columns when it is first needed. Dead ones may be in it. */
struct live {
    uint32_t *slots; /* document + 1; NULL = not made yet */
    size_t slot_count, used;
};

struct engine {
    char *place; /* DATA/index/segment */
    int dir_fd;  /* of that folder, whatever stands in its place later */
    char *dir;   /* a path that leads there through dir_fd: an index that was replaced is not written into */
    const struct xt_search_schema *schema;
    uint64_t mark;
    uint64_t inode; /* of columns.dat */
    struct columns columns;
    struct dict dict;
    struct frequencies frequencies;
    pthread_mutex_t lock; /* now, and the flags of the merger: held for a moment, never over files */
    struct engine_reader *now;
    /* Who puts another `now` in place holds this over the files that say so, and takes lock only to swap: those who search never
     * wait for a disk. Taken before lock. */
    pthread_mutex_t writing;
    int manifest_fd; /* the manifest that was read last, open so that no other file gets its inode; -1 = none. Writing. */
    uint64_t values_read; /* bytes of values.dat that are in dict; writing */
    _Atomic bool damaged; /* found while reading: the feeder makes the index anew */
    /* the feeder's, used by its thread alone but for what says otherwise */
    bool feeds;
    int values_fd;
    uint32_t values_stored[SCHEMA_FACETS_MAX];
    struct live live;
    struct segment_builder *builder;
    uint64_t serial;                     /* of the next segment; writing */
    int64_t safe_us;                     /* when the last safe manifest was made */
    uint64_t safe_serials[SEGMENTS_MAX]; /* writing, and the two below */
    size_t safe_count;
    bool safe_now; /* the manifest is the safe one */
    /* merging in the background; lock */
    pthread_t merger;
    bool merging, merged;     /* a thread is there; it has ended and waits to be joined */
    uint64_t merging_through; /* serial of the last segment it takes */
    int64_t merge_after_us;   /* not before this by xt_monotonic_us(): the last one failed */
    uint64_t looked_edition;  /* in which segments were last looked at for dead documents; the feeder's */
    _Atomic bool stop;
};

/* ---- segments.c ---- */

struct engine_reader *reader_hold(struct engine_reader *reader);
void reader_drop(struct engine_reader *reader);
struct engine_reader *segments_now(struct engine *engine); /* held for the caller */
uint64_t segments_serial(struct engine *engine);           /* of a new segment */
/* Puts `made` in the place of the segments from `first` to `last` of the newest state and writes the manifest. XT_E_BUSY when
 * they are not there any more. */
XT_MUST_USE enum xt_code segments_replace(struct engine *engine, uint64_t first, uint64_t last, struct segment *made,
                                          struct xt_error *err);
unsigned segments_field_count(const struct view *view);
void segments_weights(const struct view *view, double *out); /* by field */
struct frequencies *segments_frequencies(struct view *view);
/* The index is not to be trusted any more: without a manifest there is none, and the feeder, in whatever process, makes it anew. */
void segments_damage(struct engine *engine);
enum xt_code segments_damaged(struct view *view, struct xt_error *err);

/* ---- segments_merge.c ---- */

/* Merges what there is to merge: a few small ones at once, many documents in the background. spare: the feeder is idle, so
 * fewer are enough. */
XT_MUST_USE enum xt_code segments_tidy(struct engine *engine, bool spare, struct xt_error *err);
void segments_stop_merging(struct engine *engine);

/* Neighbours to put together: from <= i < to, empty when equal. */
struct choice {
    size_t from, to;
};
/* Among segments of so many documents each, those behind `begin`: see segments_merge.c. */
struct choice segments_choose(const uint32_t *counts, size_t count, size_t begin, size_t enough);

/* ---- segment_find.c ---- */

enum xt_code segments_run(struct view *view, const struct text_plan *plan, take_docs *take, void *context,
                          struct xt_error *err);
uint64_t segments_work(struct view *view, const struct text_plan *plan);
enum xt_code segments_frequency(struct view *view, const struct query_node *leaf, const struct field_set *allowed,
                                int64_t *out, struct xt_error *err);

#endif
