/*
 * exchange.h - tables in and out: what other rooms and main.c may call.
 *
 * table.h reads and writes files, mapping.h turns rows into records, import.h and export.h move them.
 */
#ifndef XT_EXCHANGE_EXCHANGE_H
#define XT_EXCHANGE_EXCHANGE_H

#include <stdio.h>

#include "room/room.h"

/* Imports what region/sample/sample.json lists, in its order: [{"file": "organisation.csv", "type": "organisation"}] or
 * with "mapping": NAME in place of "type". XT_E_NOT_FOUND when the region has no sample; XT_E_INPUT when a row of it
 * was rejected (the sample is ours, so that is a fault of the region). The index is caught up on return.
 * progress: where to say what goes on, NULL = nowhere. */
XT_MUST_USE enum xt_code xt_exchange_import_sample(struct xt_node *node, enum xt_lang lang, FILE *progress,
                                                   struct xt_error *err);

/* Readers read files, and those of the region may be packed into the program: a copy of region/sample/FILE in DATA, whose path
 * (size bytes) is told. The caller removes it. */
XT_MUST_USE enum xt_code xt_exchange_unpack_sample(struct xt_node *node, const char *file, char *path, size_t size,
                                                   struct xt_error *err);

extern const struct xt_room xt_room_exchange;

#endif
