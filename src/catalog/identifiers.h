/*
 * identifiers.h - one identifier: whether it is well formed, what its check characters must be, and whose it is.
 */
#ifndef XT_CATALOG_IDENTIFIERS_H
#define XT_CATALOG_IDENTIFIERS_H

#include "catalog/catalog.h"

#define XT_IDENTIFIER_MAX     512 /* bytes looked at */
#define XT_IDENTIFIER_RECORDS 20

struct xt_identifier { /* strings are the arena's */
    const struct xt_scheme *scheme;
    bool good;
    const char *value;  /* in the form in which it is kept; NULL unless good */
    const char *mended; /* the same with the check characters that it must have; NULL unless those alone are wrong */
    const char *says;   /* a sentence: that it is good, or what is wrong */
    enum xt_worked worked;
    struct xt_working working; /* worked == XT_WORKED */
    const struct xt_record
        *records; /* that have it in a field which the reader may see; bodies are not theirs to see */
    size_t record_count;
    bool more;    /* than XT_IDENTIFIER_RECORDS */
    bool lagging; /* the index was behind: there may be more */
};

/* Looks text up; an empty text only makes out->scheme. XT_E_INPUT: longer than XT_IDENTIFIER_MAX. */
XT_MUST_USE enum xt_code xt_identifier_look(struct xt_request *request, const struct xt_scheme *scheme,
                                            struct xt_str text, struct xt_identifier *out, struct xt_error *err);

/* True for a field of the scheme that the reader may see. */
bool xt_identifier_field(const struct xt_field *field, const struct xt_scheme *scheme, enum xt_class reader);
/* True when a type has such a field. */
bool xt_identifier_used(const struct xt_region *region, const struct xt_scheme *scheme, enum xt_class reader);

#endif
