/*
 * nearest.h - the name somebody probably meant: for unknown commands, options and parameters.
 */
#ifndef XT_ROOM_NEAREST_H
#define XT_ROOM_NEAREST_H

#include "base/text.h"

/* Keeps the best of the names offered one after the other. */
struct xt_nearest {
    struct xt_str word; /* what was written */
    const char *name;   /* the nearest so far, borrowed; NULL while none is near enough */
    unsigned distance;
};

/* Names count as near within a third of the word's length, at least one and at most three changes (a letter more,
 * less, another, or two swapped), or when the word begins them. Words above 32 bytes are near nothing. */
void xt_nearest_init(struct xt_nearest *nearest, struct xt_str word);
void xt_nearest_offer(struct xt_nearest *nearest, const char *name);

#endif
