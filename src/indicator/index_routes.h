/* index_routes.h - the routes of the room and their schemas, for indicator.c. */
#ifndef XT_INDICATOR_INDEX_ROUTES_H
#define XT_INDICATOR_INDEX_ROUTES_H

#include "room/room.h"

extern const struct xt_route xt_indicator_routes[];
extern const struct xt_schema xt_indicator_schemas[];

#endif
