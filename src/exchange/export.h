/*
 * export.h - records out as JSON Lines, CSV or workbook, importable again without loss.
 *
 * What goes out are the records of a type, or what a search finds: exactly that, in its order. A workbook has a sheet for each
 * type, JSON Lines hold all types in one file, CSV has one file, or a zip with one for each type. References (cite.h) are a
 * list or a file for programs that manage them; they cannot be imported without loss.
 * The column or member "_key" holds the record's key ("paper/01J..."): imported into the same node, a row that was not
 * changed is "unchanged". Links leave by the key of their target (links.h). Fields above the reader's class are left out,
 * private ones always. A value that is longer than a cell of a workbook goes on in further columns ("摘要 (+2)").
 */
#ifndef XT_EXCHANGE_EXPORT_H
#define XT_EXCHANGE_EXPORT_H

#include <stdio.h>

#include "catalog/catalog.h"
#include "exchange/cite.h"
#include "table/table.h"

struct xt_export_options {
    const struct xt_type *type;          /* of what is exported; NULL: ask says it */
    const struct xt_search_request *ask; /* NULL: all records of type. Its limit is not looked at */
    enum xt_format format;
    enum xt_charset charset;            /* of CSV and TSV */
    const struct xt_cite_context *cite; /* as references in style, whatever format says; NULL = by format */
    enum xt_cite_style style;
    bool zip;          /* CSV and TSV: as a zip even where there is one type only */
    enum xt_lang lang; /* of the heads */
    enum xt_class reader;
    int64_t most;   /* more records are refused; 0 = any number */
    FILE *progress; /* NULL = none */
};

struct xt_export_result {
    int64_t count;
    size_t types;
    bool zip; /* what was written is one */
};

/* path "-": standard output (not for workbooks and zips). XT_E_NOT_FOUND when a search finds nothing, XT_E_TOO_LARGE when
 * it finds more than options->most. */
XT_MUST_USE enum xt_code xt_export(struct xt_node *node, const struct xt_export_options *options, const char *path,
                                   struct xt_export_result *out, struct xt_error *err);

/* A form to fill in for records of type: heads, drop-downs, notes and an example row that imports skip. */
XT_MUST_USE enum xt_code xt_template_write(const struct xt_type *type, enum xt_format format, enum xt_charset charset,
                                           enum xt_lang lang, const char *path, struct xt_error *err);

/* "摘要 (+2)": the second column of a value that is longer than a cell. True for such a head: *out_base is what stands
 * before the mark. */
bool xt_export_continues(struct xt_str head, struct xt_str *out_base);

/* Columns of a type as exports and templates have them: "_key" first, then every field by its label. Strings live as
 * long as the arena and the type. */
struct xt_out_column *xt_export_columns(const struct xt_type *type, enum xt_lang lang, struct xt_arena *arena,
                                        size_t *out_count);

#endif
