/*
 * gather.h - several rows of a file that are one row: a step between table and plan.
 *
 * A mapping may say "gather": {"by": [...]}: rows that agree in these columns, wherever they stand, are one row, in the
 * place of their first; its columns hold what theirs held, in order, not twice what the row before said. With "name" and
 * "value" the file is a long table: the text in the column "name" says which column the text in "value" is of; only
 * columns that the mapping reads are made. A row whose "by" columns are all empty stands alone; in a long table it is
 * refused, because nobody knows what it is a part of.
 *
 * First all rows are added, then the gathered ones come. The rows wait in a file without a name (base/spill.h); memory
 * is 16 bytes a row and one gathered row. Caps: XT_GATHER_ROWS_MAX rows in all, XT_GATHER_ONE_MAX that become one.
 * Threads: one at a time.
 */
#ifndef XT_EXCHANGE_GATHER_H
#define XT_EXCHANGE_GATHER_H

#include "base/error.h"
#include "exchange/mapping.h"
#include "table/table.h"

#define XT_GATHER_ROWS_MAX 2000000
#define XT_GATHER_ONE_MAX  4000

struct xt_gather;

/* NULL for a mapping that does not gather. */
struct xt_gather *xt_gather_new(const struct xt_mapping *mapping);
void xt_gather_free(struct xt_gather **gather);

/* The columns of the rows that are added next. XT_E_INPUT when they lack those that rows are gathered by. */
XT_MUST_USE enum xt_code xt_gather_part(struct xt_gather *gather, const struct xt_str *heads, size_t count,
                                        struct xt_error *err);
/* XT_E_TOO_LARGE above the cap; XT_E_FULL when the disk is. */
XT_MUST_USE enum xt_code xt_gather_add(struct xt_gather *gather, const struct xt_row *row, struct xt_error *err);

/* The columns of the rows that were added, from all parts; before xt_gather_columns(). */
size_t xt_gather_heads(const struct xt_gather *gather, const struct xt_str **out_heads);
/* The columns of gathered rows, for xt_plan_new(), when all is added; live as long as gather. */
size_t xt_gather_columns(struct xt_gather *gather, const struct xt_str **out_heads);
/* As xt_table_next(): XT_E_INPUT with *out_more true for rows that cannot be one. */
XT_MUST_USE enum xt_code xt_gather_next(struct xt_gather *gather, struct xt_row *row, bool *out_more,
                                        struct xt_error *err);
/* The rows of the file that the last gathered row is made of; valid until the next. */
size_t xt_gather_rows(const struct xt_gather *gather, const struct xt_row **out_rows);

#endif
