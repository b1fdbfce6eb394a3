/*
 * node.h - makes, opens and closes a node: its folder DATA, its store, and what its rooms opened.
 *
 * Owns DATA/node.json: the node's name, its zone, where its records are kept and, where somebody wrote it there, the address of
 * who answers for it ("admin_email"). Used by main.c only.
 */
#ifndef XT_ROOM_NODE_H
#define XT_ROOM_NODE_H

#include "room/room.h"

#define XT_NODE_DATA "./var" /* DATA where --data is not given */

struct xt_node_options {
    const char *data;        /* DATA */
    const char *region_path; /* --region, or NULL */
    bool read_only;
    const struct xt_room *const *rooms; /* NULL-terminated, borrowed */
};

/* Opens the store, brings each room's tables up to date and calls the rooms' open(), in their order.
 * XT_E_NOT_FOUND when data is no node. On failure nothing stays open. */
XT_MUST_USE enum xt_code xt_node_open(const struct xt_node_options *options, struct xt_node **out,
                                      struct xt_error *err);
void xt_node_close(struct xt_node **node); /* NULL inside is fine; for XT_AUTO */

enum xt_node_sample { XT_SAMPLE_NONE, XT_SAMPLE_BEGUN, XT_SAMPLE_DONE };

struct xt_node_made {
    char name[256];             /* the name it has */
    bool existed;               /* it was there before: nothing was changed */
    enum xt_node_sample sample; /* of the sample region, as noted before this call */
};

/* Makes DATA (mode 0700) and its store, then writes node.json: a node whose making was cut short is made anew by the
 * next call. name NULL invents one ending in ".local". A folder with foreign files is refused. */
XT_MUST_USE enum xt_code xt_node_make(const struct xt_node_options *options, const char *name, struct xt_node_made *out,
                                      struct xt_error *err);
/* Notes how far the import of the sample region is, so that one cut short is taken up again. */
XT_MUST_USE enum xt_code xt_node_note_sample(const char *data, enum xt_node_sample sample, struct xt_error *err);

#endif
