/*
 * Which segments become one. Sizes go in steps of eight. Neighbours at the end that are of one step or smaller become one when they
 * are eight or more and those behind the first hold at least as many documents as seven of that step: so a large
 * segment is not written again for a handful of small ones. A document is written again about once for each step, five times
 * from one to a million, and there are at most some forty segments. Small merges run at once, in the feeder; others in a
 * thread of their own that writes with measure, so that neither readers nor the feeder wait for them.
 */
#include "search/segments.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"

#define FAN_IN           8
#define FAN_IN_SPARE     3
#define AT_ONCE_DOCS     2048 /* some milliseconds */
#define BYTES_PER_SECOND (128 * XT_MIB)
#define TRY_AGAIN_US     (60 * XT_SECOND) /* after a merge that failed: on a full disk it would only fill it again */
#define DEAD_SHARE       2                /* a segment of which one document in two is dead is written again */

struct choice segments_choose(const uint32_t *counts, size_t count, size_t begin, size_t enough)
{
    for (uint64_t unit = 1; unit <= COLUMNS_DOCS_MAX; unit *= FAN_IN) { /* of a step: unit <= documents < 8 * unit */
        size_t from = count;
        uint64_t docs = 0;

        while (from > begin && counts[from - 1] < unit * FAN_IN)
            docs += counts[--from];
        if (count - from >= enough && docs - counts[from] >= (enough - 1) * unit)
            return (struct choice){from, count};
    }
    return (struct choice){0, 0};
}

static struct choice choose(const struct engine_reader *now, size_t begin, size_t enough)
{
    uint32_t counts[SEGMENTS_MAX];

    for (size_t i = 0; i < now->count; i++)
        counts[i] = now->segments[i]->count;
    return segments_choose(counts, now->count, begin, enough);
}

static uint32_t docs_of(const struct engine_reader *now, struct choice choice)
{
    const struct segment *last = now->segments[choice.to - 1];

    return last->first + last->count - now->segments[choice.from]->first;
}

/* A document may go when it is dead for every view that the merged segment will serve: these begin later. */
struct living {
    const struct columns *columns;
    uint32_t generation;
};

static bool lives(const void *context, uint32_t doc)
{
    const struct living *living = context;

    return columns_alive(living->columns, doc, living->generation);
}

/* Merges and puts the result in place. */
static enum xt_code merge(struct engine *engine, struct engine_reader *now, struct choice choice, uint64_t speed,
                          struct xt_error *err)
{
    struct living living = {&engine->columns, now->state.generation};
    struct segment *made = NULL;
    char path[4096];

    uint64_t serial = segments_serial(engine);
    enum xt_code rc = segment_merge(&now->segments[choice.from], choice.to - choice.from, engine->dir, serial,
                                    engine->mark, speed, lives, &living, &engine->stop, err);
    if (rc == XT_E_CONFLICT)
        segments_damage(engine);
    if (rc == XT_OK)
        rc = segment_open(engine->dir, serial, engine->mark, &made, err);
    if (rc != XT_OK)
        return rc;
    rc = segments_replace(engine, now->segments[choice.from]->serial, now->segments[choice.to - 1]->serial, made, err);
    if (rc != XT_OK) {
        segment_path(path, engine->dir, serial, ".seg");
        (void)unlink(path);
    }
    segment_drop(made);
    return rc;
}

/* ---- in the background ---- */

struct errand {
    struct engine *engine;
    struct engine_reader *now;
    struct choice choice;
};

static void *run_errand(void *context)
{
    struct errand *errand = context;
    struct engine *engine = errand->engine;
    struct xt_error err = {0};
    enum xt_code rc = merge(engine, errand->now, errand->choice, BYTES_PER_SECOND, &err);

    if (rc != XT_OK && rc != XT_E_BUSY) /* nothing is lost: it is tried again */
        xt_log(XT_LOG_WARN, "index-merge-failed", XT_P("reason", XT_TEXT(xt_msg_name(err.msg))));
    reader_drop(errand->now);
    free(errand);
    (void)pthread_mutex_lock(&engine->lock);
    if (rc != XT_OK)
        engine->merge_after_us = xt_monotonic_us() + TRY_AGAIN_US;
    engine->merged = true;
    (void)pthread_mutex_unlock(&engine->lock);
    return NULL;
}

/* True when no merge runs (any more). The lock is held. */
static bool join_merger(struct engine *engine, bool wait)
{
    if (engine->merging && (engine->merged || wait)) {
        (void)pthread_mutex_unlock(&engine->lock);
        (void)pthread_join(engine->merger, NULL);
        (void)pthread_mutex_lock(&engine->lock);
        engine->merging = engine->merged = false;
    }
    return !engine->merging;
}

void segments_stop_merging(struct engine *engine)
{
    atomic_store(&engine->stop, true);
    (void)pthread_mutex_lock(&engine->lock);
    (void)join_merger(engine, true);
    (void)pthread_mutex_unlock(&engine->lock);
}

static void start_merger(struct engine *engine, struct engine_reader *now, struct choice choice)
{
    struct errand *errand = xt_alloc(sizeof *errand);

    *errand = (struct errand){engine, reader_hold(now), choice};
    (void)pthread_mutex_lock(&engine->lock);
    engine->merging_through = now->segments[choice.to - 1]->serial;
    engine->merging = pthread_create(&engine->merger, NULL, run_errand, errand) == 0;
    bool started = engine->merging;
    (void)pthread_mutex_unlock(&engine->lock);
    if (!started) { /* next time */
        reader_drop(errand->now);
        free(errand);
    }
}

/* A segment of which too much has died since it was written, to be written again by itself. */
static struct choice mostly_dead(const struct engine *engine, const struct engine_reader *now)
{
    for (size_t i = 0; i < now->count; i++) {
        const struct segment *s = now->segments[i];
        uint32_t living = 0;

        if (now->state.docs - now->state.live < s->head->living / DEAD_SHARE)
            continue; /* not even if all that are dead were here */
        for (uint32_t doc = s->first; doc < s->first + s->count; doc++)
            living += columns_alive(&engine->columns, doc, now->state.generation);
        if (living < s->head->living / DEAD_SHARE)
            return (struct choice){i, i + 1};
    }
    return (struct choice){0, 0};
}

/* The first segment behind those that are being merged; 0 when none are. */
static size_t behind_merger(const struct engine_reader *now, bool merging, uint64_t through)
{
    size_t begin = 0;

    while (merging && begin < now->count && now->segments[begin]->serial != through)
        begin++;
    return merging && begin < now->count ? begin + 1 : begin;
}

enum xt_code segments_tidy(struct engine *engine, bool spare, struct xt_error *err)
{
    for (;;) {
        (void)pthread_mutex_lock(&engine->lock);
        bool free_hand = join_merger(engine, false), wait = xt_monotonic_us() < engine->merge_after_us;
        uint64_t through = engine->merging_through;
        (void)pthread_mutex_unlock(&engine->lock);

        struct engine_reader *now = segments_now(engine);
        struct choice choice = choose(now, behind_merger(now, !free_hand, through), spare ? FAN_IN_SPARE : FAN_IN);
        if (spare && free_hand && choice.to == choice.from && now->edition != engine->looked_edition) {
            choice = mostly_dead(engine, now);
            engine->looked_edition = now->edition; /* not again before something has changed */
        }
        bool any = choice.to > choice.from, small = any && docs_of(now, choice) <= AT_ONCE_DOCS;
        enum xt_code rc = XT_OK;
        if (small && !wait)
            rc = merge(engine, now, choice, 0, err);
        else if (any && !small && free_hand && !wait)
            start_merger(engine, now, choice);
        reader_drop(now);
        if (rc != XT_OK && rc != XT_E_BUSY) {
            (void)pthread_mutex_lock(&engine->lock);
            engine->merge_after_us = xt_monotonic_us() + TRY_AGAIN_US;
            (void)pthread_mutex_unlock(&engine->lock);
        }
        if (!small || wait || rc != XT_OK)
            return rc == XT_E_BUSY ? XT_OK : rc;
    }
}
