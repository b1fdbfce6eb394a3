/* indicator.h - what the program knows of the room. The arithmetic is in index.h, sensitivity.h, analysis.h; what is kept in the
 * node in observation.h and published.h. */
#ifndef XT_INDICATOR_INDICATOR_H
#define XT_INDICATOR_INDICATOR_H

#include "room/room.h"

extern const struct xt_command xt_indicator_commands[];
extern const struct xt_room xt_room_indicator;

/* Stores the figures that region/sample/indexes.json lists and publishes a release of each: [{"file", "index", "source", "note"}].
 * Again it changes nothing. Without the file there is nothing to do. */
XT_MUST_USE enum xt_code xt_indicator_sample(struct xt_node *node, struct xt_error *err);

#endif
