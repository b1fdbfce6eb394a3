/*
 * id.h - ULIDs: 128-bit identifiers, 26 characters of Crockford's base 32, sorted by time of making.
 *
 * Made from the wall clock in milliseconds and 80 random bits; within one process two are never equal and the
 * later one sorts after the earlier (the random part counts up within a millisecond). Safe from any thread.
 */
#ifndef XT_BASE_ID_H
#define XT_BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

typedef int64_t xt_id; /* a local row number, never shown */

#define XT_ULID_SIZE 27
void xt_ulid_make(char out[XT_ULID_SIZE]);
bool xt_ulid_valid(struct xt_str text); /* upper case, 26 characters, first at most 7 */

#endif
