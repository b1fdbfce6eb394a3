/*
 * index_report.h - a release as a printed report (PDF, A4): a page for a unit, or the whole with cover, ranking and a page
 * for each. What stands on a page is described in docs/index-out.md.
 *
 * The same release, language and fonts give the same bytes.
 */
#ifndef XT_INDICATOR_INDEX_REPORT_H
#define XT_INDICATOR_INDEX_REPORT_H

#include "indicator/index_book.h"

#define XT_REPORT_UNITS_MAX 3000 /* in one report */
#define XT_REPORT_BYTES_MAX ((size_t)256 * XT_MIB)

struct xt_index_report_options {
    enum xt_lang lang;
    int32_t period;           /* 0 = the last */
    const char *const *units; /* codes or names, NULL-terminated; NULL or none = all, with cover and ranking */
    const char *author;       /* who publishes, for the metadata; NULL = "xietong" */
};

/* Appends to out (XT_REPORT_BYTES_MAX is plenty). XT_E_NOT_FOUND with every unit that is not there in problems; XT_E_INPUT
 * for a period that the release does not have or more than XT_REPORT_UNITS_MAX units. *missing (may be NULL): characters that no font has. */
XT_MUST_USE enum xt_code xt_index_report(const struct xt_index_book *book,
                                         const struct xt_index_report_options *options, struct xt_text *out,
                                         size_t *missing, struct xt_problems *problems, struct xt_error *err);

#endif
