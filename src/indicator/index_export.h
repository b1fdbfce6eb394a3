/*
 * index_export.h - a release as files for people and programs: a table (CSV), a workbook with a sheet for each step (XLSX),
 * and JSON in an easy shape. What stands in each is in docs/index-out.md.
 *
 * The same release and language give the same bytes. Files take their place whole or not at all.
 */
#ifndef XT_INDICATOR_INDEX_EXPORT_H
#define XT_INDICATOR_INDEX_EXPORT_H

#include "indicator/index_book.h"
#include "table/table.h"

/* Scores and ranks of every node by unit and period, with intervals; format is CSV or TSV. */
XT_MUST_USE enum xt_code xt_index_export_table(const struct xt_index_book *book, enum xt_format format,
                                               enum xt_lang lang, const char *path, struct xt_error *err);
XT_MUST_USE enum xt_code xt_index_export_workbook(const struct xt_index_book *book, enum xt_lang lang, const char *path,
                                                  struct xt_error *err);
/* Appends to out; what does not fit is not made (the caller looks at its overflow). */
void xt_index_export_json(const struct xt_index_book *book, struct xt_text *out);
/* Any of them into a file: CSV, TSV, XLSX or JSON; XT_E_TOO_LARGE beyond XT_INDEX_JSON_BYTES_MAX, which stand in memory. */
#define XT_INDEX_JSON_BYTES_MAX ((size_t)256 * XT_MIB)
XT_MUST_USE enum xt_code xt_index_export(const struct xt_index_book *book, enum xt_format format, enum xt_lang lang,
                                         const char *path, struct xt_error *err);

#endif
