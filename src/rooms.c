/* rooms.c - the rooms of this program. */
#include "rooms.h"

#include "catalog/catalog.h"
#include "exchange/exchange.h"
#include "file/file.h"
#include "harvest/harvest.h"
#include "http/http.h"
#include "indicator/indicator.h"
#include "job/job.h"
#include "oai/oai.h"
#include "portal/portal.h"

const struct xt_room *const xt_rooms[] = {
    &xt_room_job,     &xt_room_file,      &xt_room_catalog, &xt_room_exchange, &xt_room_oai,
    &xt_room_harvest, &xt_room_indicator, &xt_room_portal,  &xt_room_http,     NULL,
};
