/*
 * rooms.h - the list of rooms. Adding a capability is adding a folder and a line in rooms.c.
 */
#ifndef XT_ROOMS_H
#define XT_ROOMS_H

#include "room/room.h"

/* NULL-terminated, in the order in which they are opened: as in src/meson.build. */
extern const struct xt_room *const xt_rooms[];

#endif
