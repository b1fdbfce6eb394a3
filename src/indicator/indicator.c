/* indicator.c - the room. */
#include "indicator/indicator.h"

const struct xt_room xt_room_indicator = {
    .name = "indicator",
    .commands = xt_indicator_commands,
};
