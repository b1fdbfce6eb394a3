/*
 * table_xlsx_priv.h - what table_xlsx*.c share; for these only.
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

/* ---- rows: table_xlsx_sheet.c ---- */

enum xt_xlsx_type {
    XT_XLSX_NUMBER,
    XT_XLSX_SHARED,
    XT_XLSX_STRING,
    XT_XLSX_INLINE,
    XT_XLSX_BOOL,
    XT_XLSX_ERROR,
    XT_XLSX_DATE
};
struct xt_xlsx_place { /* of a cell, and how its value is to be read */
    int64_t column;    /* from 0 */
    enum xt_xlsx_type type;
    struct xt_show show;
};
/* From the attributes r, t and s, and the column of the cell before (-1: none). */
struct xt_xlsx_place xt_xlsx_place_of(const struct xt_workbook *workbook, struct xt_str reference, struct xt_str type,
                                      struct xt_str style, int64_t before);
/* Whether xt_xlsx_show() would change nothing. */
bool xt_xlsx_stands(const struct xt_xlsx_place *place, struct xt_str value);
/* Makes what people see of the value that stands in text from at on. */
void xt_xlsx_show(const struct xt_workbook *workbook, const struct xt_xlsx_place *place, struct xt_text *text,
                  size_t at);

struct xt_xlsx_cell {
    int64_t column;
    const char *view; /* NULL: at in the row's text */
    size_t at, n;
};
struct xt_xlsx_row {
    int64_t number;
    struct xt_xlsx_cell *cells;
    size_t count, capacity;
    struct xt_text text;
    enum xt_msg fault; /* why the row is refused; XT_MSG_NONE: it is fine */
    int64_t fault_limit, fault_value;
};
void xt_xlsx_keep(struct xt_xlsx_row *row, int64_t column, const char *view, size_t at, size_t n);

/* ---- the quick way through what is regular: table_xlsx_quick.c ---- */

/* A row, all of it: its cells, some of them views of s, are added to row, its attribute r is lent in *out_number. Unless
 * TAKEN, row holds rubbish. */
enum xt_quick xt_xlsx_quick_row(const struct xt_workbook *workbook, const char *s, size_t n, struct xt_str *out_number,
                                struct xt_xlsx_row *row, size_t *out_took);
/* A shared string without runs, added to out, which holds rubbish unless TAKEN. */
enum xt_quick xt_xlsx_quick_string(const char *s, size_t n, struct xt_text *out, size_t *out_took);

enum xt_code xt_xlsx_sheet_open(struct xt_book *book, size_t index, struct xt_reader **out, struct xt_error *err);

#endif
