/*
 * table_xmlrows.h - rows that an XML parser has handed over and that wait to be asked for; for the readers of ODS and of
 * Excel's XML only. The parser goes on piece by piece, and a piece may hold many rows: their memory is used again.
 */
#ifndef XT_TABLE_XMLROWS_H
#define XT_TABLE_XMLROWS_H

#include "table/table_priv.h"

#define XT_XML_ROWS_MAX   16777216 /* of a sheet: what LibreOffice can hold at most */
#define XT_XML_MERGES_MAX 200000u  /* of a book */

struct xt_xml_row {
    struct xt_cells cells;
    int64_t number;
    int64_t repeat; /* the same row so many times */
};

struct xt_xml_rows {
    const struct xt_table_limits *limits;
    struct xt_xml_row *list; /* list[taken..whole) wait, list[whole] is being read */
    size_t capacity, taken, whole;
    int64_t repeated; /* of list[taken]: handed out so far */
    struct xt_str *cells;
    bool over;   /* no more will come, although the parser would go on */
    bool beyond; /* there is a row above XT_XML_ROWS_MAX */
};
void xt_xml_rows_init(struct xt_xml_rows *rows, const struct xt_table_limits *limits);
void xt_xml_rows_done(struct xt_xml_rows *rows);
struct xt_cells *xt_xml_rows_begin(struct xt_xml_rows *rows); /* lent until the row is ended */
/* Rows without a cell are not kept; one above XT_XML_ROWS_MAX ends the reading. */
void xt_xml_rows_end(struct xt_xml_rows *rows, int64_t number, int64_t repeat);
enum xt_code xt_xml_rows_next(struct xt_xml_rows *rows, struct xt_xml *xml, struct xt_raw_row *row, bool *out_more,
                              struct xt_error *err);

/* Merged ranges of one sheet, in the order of their rows as they are added. */
struct xt_merges {
    struct xt_merge *list;
    size_t count, capacity;
};
void xt_merges_add(struct xt_merges *merges, const struct xt_merge *merge,
                   size_t *left); /* while *left, which it counts down */
void xt_merges_sort(struct xt_merges *merges);

#endif
