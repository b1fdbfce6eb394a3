/*
 * out_xlsx_priv.h - what out_xlsx.c and out_xlsx_rules.c share; for these two only.
 */
#ifndef XT_OUT_XLSX_PRIV_H
#define XT_OUT_XLSX_PRIV_H

#include <xlsxwriter.h>

#include "table/out_priv.h"

#define XT_XLSX_ROWS    1048576
#define XT_XLSX_COLUMNS 16384
#define XT_XLSX_LISTS   "_lists"

/* s as a cell holds it, in scratch. */
const char *xt_out_xlsx_text(struct xt_text *scratch, struct xt_str s);
/* Data checks and drop-downs of the columns; their lists go to a hidden sheet, so only one sheet may have any. */
lxw_error xt_out_xlsx_rules(lxw_workbook *book, lxw_worksheet *sheet, const struct xt_out_table *table,
                            struct xt_text *scratch);

#endif
