/*
 * mapping_try.h - the first rows of a file through a mapping, for eyes: what each becomes, and what is wrong with it.
 */
#ifndef XT_EXCHANGE_MAPPING_TRY_H
#define XT_EXCHANGE_MAPPING_TRY_H

#include "exchange/mapping.h"

struct xt_try_options {
    enum xt_lang lang;
    int64_t rows;                /* this many that are data; 0 = 10 */
    const char *charset, *sheet; /* NULL = as the mapping says or the file shows */
};

struct xt_try_result {
    int64_t rows, skipped; /* data; those that skip_if names */
    int64_t records;
    int64_t wrong; /* rows that an import would reject */
};

/* Appends a text of lines to out (which may overflow: then its last rows are missing). Nothing is stored. */
XT_MUST_USE enum xt_code xt_mapping_try(const struct xt_region *region, const struct xt_mapping *mapping,
                                        const char *path, const struct xt_try_options *options, struct xt_text *out,
                                        struct xt_try_result *result, struct xt_error *err);

#endif
