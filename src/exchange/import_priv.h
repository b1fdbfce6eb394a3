/*
 * import_priv.h - the way of refused rows back to who sent them; for import*.c only.
 */
#ifndef XT_EXCHANGE_IMPORT_PRIV_H
#define XT_EXCHANGE_IMPORT_PRIV_H

#include "exchange/import.h"

struct xt_rejects {    /* opened with the first row */
    const char *input; /* path of the input */
    const struct xt_import_options *options;
    const struct xt_table *table;
    struct xt_out *out;
    char path[1024];
    bool failed; /* it could not be opened: said once */
};

/* Writes the row and why into the rejects file. What cannot be written there is counted all the same. */
void xt_rejects_add(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons);
/* Puts the file in its place and its path into out (size bytes), "" when there was none. */
XT_MUST_USE enum xt_code xt_rejects_close(struct xt_rejects *rejects, char *out, size_t size, struct xt_error *err);
void xt_rejects_drop(struct xt_rejects *rejects);

#endif
