/* indicator.h - what the program knows of the room: its commands. The arithmetic is in index.h, sensitivity.h, analysis.h. */
#ifndef XT_INDICATOR_INDICATOR_H
#define XT_INDICATOR_INDICATOR_H

#include "room/room.h"

extern const struct xt_command xt_indicator_commands[];
extern const struct xt_room xt_room_indicator;

#endif
