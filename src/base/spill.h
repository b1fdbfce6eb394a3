/*
 * spill.h - much text, end to end, read back by place: in memory while it is little, then in a file without a name
 * (in $TMPDIR) that goes with the process.
 *
 * First everything is added, then xt_spill_ready(), then it is read. Used by one thread.
 */
#ifndef XT_BASE_SPILL_H
#define XT_BASE_SPILL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define XT_SPILL_MEMORY ((size_t)8 * XT_MIB) /* more than this goes to the file */

/* A file without a name in $TMPDIR (/tmp), read and written; -1 with errno when it cannot be made. */
int xt_spill_open(void);

struct xt_spill;

struct xt_spill *xt_spill_new(void);
void xt_spill_free(struct xt_spill **spill);
/* Adds s behind the rest. XT_E_FULL when the disk is, XT_E_INTERNAL when the file cannot be made. */
XT_MUST_USE enum xt_code xt_spill_add(struct xt_spill *spill, struct xt_str s, struct xt_error *err);
uint64_t xt_spill_size(const struct xt_spill *spill);
XT_MUST_USE enum xt_code xt_spill_ready(struct xt_spill *spill, struct xt_error *err);
/* What was added, all of it; valid until the spill is freed. The system keeps only what is used in memory. */
const char *xt_spill_bytes(const struct xt_spill *spill);

#endif
