/* rooms.c - the rooms of this program. */
#include "rooms.h"

#include "http/http.h"

const struct xt_room *const xt_rooms[] = {
    &xt_room_http,
    NULL,
};
