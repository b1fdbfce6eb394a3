/* exchange_priv.h - what the room's own files share beyond its headers. */
#ifndef XT_EXCHANGE_EXCHANGE_PRIV_H
#define XT_EXCHANGE_EXCHANGE_PRIV_H

#include "room/room.h"

extern const struct xt_command xt_exchange_commands[];

#endif
