/*
 * index_turn.h - one expensive answer at a time, whoever asks for it over HTTP: draws that are run again, exports, reports.
 *
 * Each holds a thread of the pool that searches need as well, a core, and a release in memory. Safe from any thread.
 */
#ifndef XT_INDICATOR_INDEX_TURN_H
#define XT_INDICATOR_INDEX_TURN_H

#include "base/error.h"

/* Of a release that is computed with over HTTP; the commands take any. */
#define XT_INDEX_TURN_BYTES_MAX (64 * (int64_t)XT_MIB)

/* Takes the turn. Two may wait for it, two seconds at most (a page asks for two or three things at once): XT_E_BUSY else. Who
 * was given it calls xt_index_turn_leave(). */
XT_MUST_USE enum xt_code xt_index_turn_take(struct xt_error *err);
void xt_index_turn_leave(void);
/* XT_E_TOO_LARGE where a release of so many bytes is more than a turn may take. */
XT_MUST_USE enum xt_code xt_index_turn_check(int64_t bytes, struct xt_error *err);

#endif
