/*
 * export.h - records out as JSON Lines, CSV or workbook, importable again without loss.
 *
 * The column or member "_key" holds the record's key ("paper/01J..."): imported into the same node, a row that was not
 * changed is "unchanged". Links leave by the key of their target (links.h). Fields above the reader's class are left out, private ones always.
 */
#ifndef XT_EXCHANGE_EXPORT_H
#define XT_EXCHANGE_EXPORT_H

#include <stdio.h>

#include "catalog/catalog.h"
#include "table/table.h"

struct xt_export_options {
    const struct xt_type *type;
    enum xt_format format;
    enum xt_charset charset; /* of CSV and TSV */
    enum xt_lang lang;       /* of the heads */
    enum xt_class reader;
    FILE *progress; /* NULL = none */
};

/* path "-": standard output (not for workbooks). */
XT_MUST_USE enum xt_code xt_export_type(struct xt_node *node, const struct xt_export_options *options, const char *path,
                                        int64_t *out_count, struct xt_error *err);

/* A form to fill in for records of type: heads, drop-downs, notes and an example row that imports skip. */
XT_MUST_USE enum xt_code xt_template_write(const struct xt_type *type, enum xt_format format, enum xt_charset charset,
                                           enum xt_lang lang, const char *path, struct xt_error *err);

/* Columns of a type as exports and templates have them: "_key" first, then every field by its label. Strings live as
 * long as the arena and the type. */
struct xt_out_column *xt_export_columns(const struct xt_type *type, enum xt_lang lang, struct xt_arena *arena,
                                        size_t *out_count);

#endif
