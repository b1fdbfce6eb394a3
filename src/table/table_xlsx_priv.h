/*
 * table_xlsx_priv.h - what table_xlsx.c and table_xlsx_sheet.c share; for these two only.
 */
#ifndef XT_TABLE_XLSX_PRIV_H
#define XT_TABLE_XLSX_PRIV_H

#include "table/table_priv.h"

struct xt_workbook_sheet {
    char *name;
    char *part;
    bool hidden;
};

struct xt_workbook {
    struct xt_book base;
    struct xt_package *package;
    const struct xt_table_limits *limits;
    struct xt_workbook_sheet *sheets;
    size_t sheet_count, sheet_capacity;
    const char **names;
    bool *hidden;
    struct xt_show *styles; /* by the s attribute of a cell */
    size_t style_count, style_capacity;
    struct xt_strings *strings;
    bool date1904;
};

enum xt_code xt_xlsx_sheet_open(struct xt_book *book, size_t index, struct xt_reader **out, struct xt_error *err);

#endif
