/*
 * portal.h - pages as they are served: readable without JavaScript, told to search engines and messengers.
 *
 * Each page of the application has a route here that answers the application's own document with the right language,
 * title, description, canonical address and JSON-LD in its head and a plain body inside the element that the application
 * replaces when it starts. What a page shows is what the API shows to the same reader.
 */
#ifndef XT_PORTAL_PORTAL_H
#define XT_PORTAL_PORTAL_H

#include "room/room.h"

extern const struct xt_room xt_room_portal;

#endif
