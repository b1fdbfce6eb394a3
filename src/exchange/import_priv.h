/*
 * import_priv.h - what is told of a file beside its counts; for import*.c only.
 */
#ifndef XT_EXCHANGE_IMPORT_PRIV_H
#define XT_EXCHANGE_IMPORT_PRIV_H

#include "exchange/rejects.h"

/* Tells of bytes in row that are no text: counted, the first places kept in result and said. */
void xt_import_bad_row(const struct xt_import_options *options, const char *name, const struct xt_table *table,
                       const struct xt_row *row, struct xt_import_result *result);
/* At the end of a file: how many there were in all. */
void xt_import_bad_end(const struct xt_import_options *options, const char *name, const struct xt_table *table,
                       struct xt_import_result *result);

#endif
