/*
 * pack.h - several files as one zip that takes its place whole or not at all.
 */
#ifndef XT_EXCHANGE_PACK_H
#define XT_EXCHANGE_PACK_H

#include "base/error.h"

struct xt_pack;
/* The files lie in a folder beside path until it is closed. */
XT_MUST_USE enum xt_code xt_pack_begin(const char *path, struct xt_pack **out, struct xt_error *err);
/* Where the caller writes the file `name` of the zip; the path lives as long as the pack. */
const char *xt_pack_add(struct xt_pack *pack, const char *name);
XT_MUST_USE enum xt_code xt_pack_close(struct xt_pack **pack, struct xt_error *err); /* frees it, whatever it answers */
void xt_pack_drop(struct xt_pack **pack);                                            /* NULL inside is fine */

#endif
