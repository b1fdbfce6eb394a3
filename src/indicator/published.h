/*
 * published.h - releases of indexes that this node keeps and shows to everyone.
 *
 * A release (index_release.h) is published once and never changed: its bytes lie in DATA/files, its id is the first 16 hex
 * digits of their SHA-256. It must be the same to the byte when it is run again, and of an index of the region. The last one
 * published of an index is the current one. Publishing has a change: room "indicator", subject "index/NAME/RELEASE", action
 * "publish", after_hash = the SHA-256.
 */
#ifndef XT_INDICATOR_PUBLISHED_H
#define XT_INDICATOR_PUBLISHED_H

#include "indicator/index_book.h"
#include "indicator/index_release.h"
#include "room/room.h"
#include "store/store.h"

#define XT_RELEASE_BYTES_MAX ((size_t)512 * XT_MIB)

struct xt_published {
    int64_t id;
    const char *index, *note, *periods /* JSON */, *uncertainty;
    char release[XT_RELEASE_ID];
    struct xt_hash hash;
    int64_t size, period, units;
    xt_instant published;
    bool current;
};

/* Publishes the bytes of a release. *existed: it was there already, and nothing changed. XT_E_CONFLICT where running it again
 * gives other bytes, XT_E_NOT_FOUND where the region has no such index. Texts of out live in arena. */
XT_MUST_USE enum xt_code xt_published_put(struct xt_node *node, struct xt_str json, struct xt_str note,
                                          struct xt_str actor, struct xt_arena *arena, struct xt_published *out,
                                          bool *existed, struct xt_problems *problems, struct xt_error *err);
/* release: an id or "current". XT_E_NOT_FOUND with XT_MSG_RELEASE_NONE. */
XT_MUST_USE enum xt_code xt_published_find(struct xt_conn *conn, struct xt_str index, struct xt_str release,
                                           struct xt_arena *arena, struct xt_published *out, struct xt_error *err);
/* Those of an index (n 0 = of all), newest first. */
XT_MUST_USE enum xt_code xt_published_list(struct xt_conn *conn, struct xt_str index, struct xt_arena *arena,
                                           struct xt_published **out, size_t *out_count, struct xt_error *err);
/* The bytes, appended to out: all of them, or XT_E_NOT_FOUND, or XT_E_INTERNAL (with XT_MSG_RELEASE_DAMAGED where they are
 * not as many as were published). */
XT_MUST_USE enum xt_code xt_published_read(struct xt_node *node, const struct xt_published *published,
                                           struct xt_text *out, struct xt_error *err);
/* Lays its bytes open. For an answer over HTTP the caller has looked at its size and has the turn (index_turn.h), which he leaves
 * after xt_index_opened_done(): it is all in memory until then. */
XT_MUST_USE enum xt_code xt_published_open(struct xt_node *node, const struct xt_published *published,
                                           struct xt_index_opened *out, struct xt_error *err);
/* The definition of an index of the region as JSON text; false where there is none of that name. */
bool xt_index_of_region(struct xt_region *region, struct xt_str name, struct xt_str *out);

/* Part of `xietong check`: the bytes of every release are those of its id. */
XT_MUST_USE enum xt_code xt_published_check(struct xt_node *node, struct xt_problems *problems, struct xt_error *err);

#endif
