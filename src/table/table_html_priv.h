/* table_html_priv.h - what table_html.c and table_html_page.c share: the tables of a page. */
#ifndef XT_TABLE_HTML_PRIV_H
#define XT_TABLE_HTML_PRIV_H

#include "table/table_priv.h"

struct xt_html_cell {
    uint32_t row, column; /* from 0 */
    uint32_t text;        /* its number among the strings */
};

struct xt_html_table {
    char *name; /* its caption, or NULL */
    struct xt_html_cell *cells;
    size_t count, capacity;
    struct xt_merge *merges;
    size_t merge_count, merge_capacity;
    uint32_t rows, columns; /* up to the last cell with a text */
    uint64_t hash;          /* of all cells */
};

struct xt_html_page {
    const char *name; /* of the file, for messages */
    const struct xt_table_limits *limits;
    struct xt_strings *strings; /* of all cells */
    int64_t bad;                /* ill-formed characters */
    struct xt_html_table *tables;
    size_t count, capacity;
};

/* At least two columns and rows: what people call a table. */
bool xt_html_is_real(const struct xt_html_table *table);
void xt_html_table_done(struct xt_html_table *table);

/* Reads all of *source, which it takes, and puts its tables into page in the order in which they end. Of tables in
 * tables, only the innermost real ones count; the others lay out the page. A table that stands there twice counts once. */
enum xt_code xt_html_read(struct xt_html_page *page, struct xt_source **source, enum xt_charset charset, size_t bom,
                          struct xt_error *err);

#endif
