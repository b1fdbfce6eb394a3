/*
 * oai.h - OAI-PMH 2.0 (Protocol Version 2.0 of 2002-06-14): the records for harvesters, at /oai.
 *
 * Owns the tables oai_state, oai_set, oai_member and oai_record, which say in which sets a record is or was; all else is read from
 * the catalogue's. What holds for a client: docs/exchange.md.
 */
#ifndef XT_OAI_OAI_H
#define XT_OAI_OAI_H

#include "room/room.h"

extern const struct xt_room xt_room_oai;

#endif
