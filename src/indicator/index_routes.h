/* index_routes.h - the routes of the room and their schemas, for indicator.c. */
#ifndef XT_INDICATOR_INDEX_ROUTES_H
#define XT_INDICATOR_INDEX_ROUTES_H

#include "room/room.h"

#define XT_INDEX_NAME_MAX 200

/* Parameters of addresses under an index and a release. */
#define XT_INDEX_PARAM                                                                                               \
    {                                                                                                                \
        .name = "index", .in = XT_IN_PATH, .kind = XT_P_TEXT, .max = XT_INDEX_NAME_MAX, .about = "Name of an index." \
    }
#define XT_RELEASE_PARAM                                                                    \
    {                                                                                       \
        .name = "release", .in = XT_IN_PATH, .kind = XT_P_TEXT, .max = 16,                  \
        .about = "A release: 16 hexadecimal digits, or current for the last one published." \
    }

/* The release that the address names. */
struct xt_published;
XT_MUST_USE enum xt_code xt_index_find_release(struct xt_request *request, struct xt_published *out,
                                               struct xt_error *err);

extern const struct xt_route xt_indicator_routes[];
extern const struct xt_schema xt_indicator_schemas[];

#endif
