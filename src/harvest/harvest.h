/*
 * harvest.h - harvests other repositories (OAI-PMH 2.0) into the catalogue.
 *
 * Owns the tables harvest_source, harvest_run, harvest_page, harvest_staged, harvest_payload, harvest_item, harvest_past,
 * harvest_quarantine and harvest_reason.
 * Holds always:
 *  - A run is a row: what has been received and published is in the store after each answer and each batch, so that a
 *    process which dies loses at most the answer or batch at hand. Of each header of a list exactly one outcome is
 *    counted: seen = stored + unchanged + deleted + rejected (+ waiting, while the run is open).
 *  - What a source sends waits beside the catalogue until its list is complete, and goes in only then. A run that would
 *    take away more than the guard lets pass waits for a person. A published run can be undone while its past is kept.
 *  - Records go in by xt_catalog_put(), with the source's name as their node: each item stays a source of its record.
 *  - One bad record never stops a run: it goes to quarantine with its payload and its reasons.
 *  - One process at a time works on a source (flock on DATA/harvest/ID.lock), one request at a time goes to a host.
 */
#ifndef XT_HARVEST_HARVEST_H
#define XT_HARVEST_HARVEST_H

#include "room/room.h"

extern const struct xt_room xt_room_harvest;

#endif
