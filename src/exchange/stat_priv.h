/*
 * stat_priv.h - the insides of statistical tables; for stat_*.c and their tests only.
 *
 * stat_text.c reads single cells (names, numbers, units, years), stat_areas.c knows places, stat_mapping.c what a mapping
 * says, stat_layout.c finds the blocks of a sheet, stat_head.c reads their heads, stat_table.c makes long rows of them, stat_compare.c holds them against
 * others.
 */
#ifndef XT_EXCHANGE_STAT_PRIV_H
#define XT_EXCHANGE_STAT_PRIV_H

#include <regex.h>

#include "base/mem.h"
#include "exchange/stat_table.h"
#include "table/grid.h"

/* ---- cells: stat_text.c ---- */

/* A name as one would type it: full width to half width, no space beside Chinese characters, others as one. */
void xt_stat_squeeze(struct xt_str text, struct xt_text *out);
/* A text in two languages ("R&D经费\n内部支出\nTotal"): up to its last Chinese character, and what follows. */
void xt_stat_split(struct xt_str text, struct xt_str *zh, struct xt_str *en);
/* "万元", "人年", "10 000 yuan": made of the units there are. */
bool xt_stat_is_unit(struct xt_str text);
/* Takes a unit in brackets off the end of a squeezed name: "企业数(个)". False when there is none. */
bool xt_stat_cut_unit(struct xt_str *name, struct xt_str *unit);
/* What stands behind "单位:" in squeezed text: "个,亿元". False when there is no such thing. */
bool xt_stat_unit_line(struct xt_str text, struct xt_str *unit);

/* A period alone in a cell, "2018", "2018年", "Jul-16": its text ("2018", "2016-07") in out. */
#define XT_STAT_PERIOD_SIZE 16
bool xt_stat_period(struct xt_str cell, char out[XT_STAT_PERIOD_SIZE]);
/* A year inside a longer text; how strongly it says so, 0 = there is none: "(2018年)" 5, "2018年" 4, "(2018)" 2, "2018" 1. A
 * span of years ("1999-2010年累计") is none. */
int xt_stat_year_in(struct xt_str text, int64_t *out);

enum xt_stat_cell { XT_STAT_EMPTY, XT_STAT_NUMBER, XT_STAT_MARK, XT_STAT_TEXT };
/* What a cell is. decimal takes a number without separators, signs of footnotes and percent; note takes these signs, and
 * the mark of a missing value. Both may be NULL. */
enum xt_stat_cell xt_stat_read_cell(struct xt_str cell, struct xt_text *decimal, struct xt_text *note);

/* ---- places: stat_areas.c ---- */

struct xt_stat_areas;
struct xt_stat_areas *xt_stat_areas_new(const struct xt_region *region);
void xt_stat_areas_free(struct xt_stat_areas **areas);
/* By squeezed name, full ("广东省") or short ("广东"), in either language. Of several places with the name the highest
 * counts, of several of one height the one inside parent; NULL when there is none, or more. */
const struct xt_code_item *xt_stat_area(const struct xt_stat_areas *areas, struct xt_str name,
                                        const struct xt_code_item *parent);

/* ---- mappings: stat_mapping.c ---- */

struct stat_name { /* "as it stands" -> "what it is" */
    struct xt_str from, to;
};
struct stat_names {
    const struct stat_name *list;
    size_t count;
};

struct stat_indicator {
    const regex_t *head; /* NULL: any */
    const regex_t *row;  /* the same of the row's item */
    const char *code;    /* "{head}" is the head itself; NULL: none */
    const char *labels[XT_LANGS];
    const char *unit;
    const char *year;
};

enum stat_rows { STAT_ROWS_FIND, STAT_ROWS_AREAS, STAT_ROWS_YEARS, STAT_ROWS_ITEMS };

struct stat_table { /* one kind of table of the family */
    const regex_t *title, *file;
    struct xt_str area, area_column;
    struct xt_str year, year_column;
    struct xt_str unit, unit_column;
    struct xt_str code_column, name_column, value_column; /* tables that are long already */
    const regex_t *under; /* its group in the file's path goes before the names of the indicators */
    const regex_t *skip;  /* rows whose stub matches */
    enum stat_rows rows;
    const struct xt_str *ignore; /* heads of columns that are no values */
    size_t ignore_count;
    struct stat_names areas;
    const struct stat_indicator *indicators;
    size_t indicator_count;
};

struct xt_stat_mapping {
    struct xt_arena arena;
    const char *name;
    json_t *tree;
    struct stat_names areas; /* other names, and misprints */
    const struct stat_table *tables;
    size_t table_count;
    regex_t **regexes; /* heap, to be freed */
    size_t regex_count, regex_capacity;
};

bool xt_stat_matches(const regex_t *regex, struct xt_str text, struct xt_str *group);
struct xt_str xt_stat_rename(const struct stat_names *names, struct xt_str name);
/* The table of the mapping that this sheet is, NULL: none of them. title: all its lines. */
const struct stat_table *xt_stat_table_of(const struct xt_stat_mapping *mapping, struct xt_str title,
                                          struct xt_str file);

/* ---- the sheet: stat_layout.c ---- */

enum stat_role { STAT_STUB, STAT_VALUE, STAT_OTHER };
enum stat_what { STAT_INDICATOR, STAT_YEAR, STAT_AREA, STAT_UNIT, STAT_CODE, STAT_NAME };

struct stat_column {
    enum stat_role role;
    enum stat_what what;   /* a stub's: STAT_INDICATOR is an item; of a value: what its head says */
    struct xt_str path;    /* of the head, squeezed: "R&D人员/女性" */
    struct xt_str path_en; /* the same in English */
    struct xt_str unit;    /* its own */
    struct xt_str year;    /* a year in its head */
    const struct xt_code_item *area;
    struct xt_str area_name;
    const struct stat_indicator *indicator; /* of rows that are no items */
    bool asked;                             /* it was looked for */
};

struct stat_block {                  /* a head with rows below it */
    size_t column1, column2;         /* of the sheet, from 0, column2 behind the last */
    size_t top, head, head_end, end; /* rows: title lines from top, head from head, values from head_end up to end */
    const struct stat_table *table;  /* of the mapping, or NULL */
    struct xt_str title;             /* lines above, squeezed, one below the other */
    struct xt_str note;              /* lines below */
    struct xt_str unit;              /* of the unit line */
    struct xt_str year;
    struct xt_str area_line, indicator_line; /* "地区：广州", "指标：…" */
    struct stat_column *columns;             /* column2 - column1 of them */
    bool long_form;
};

struct stat_sheet {
    const struct xt_grid *grid;
    const struct xt_stat_areas *areas;
    const struct xt_stat_mapping *mapping;
    struct xt_arena *arena;
    unsigned char *kinds; /* enum xt_stat_cell of each cell, grid->columns to a row */
    struct stat_block *blocks;
    size_t block_count, block_capacity;
    struct xt_str path;  /* file and member: "a.zip/b/c.csv" */
    struct xt_str place; /* and the sheet: "a.xlsx#2018" */
};

/* Finds the blocks. What it makes lies in sheet->arena. */
void xt_stat_layout(struct stat_sheet *sheet);
void xt_stat_layout_done(struct stat_sheet *sheet);
enum xt_stat_cell xt_stat_kind(const struct stat_sheet *sheet, size_t row, size_t column);
/* A cell's text as a name. */
struct xt_str xt_stat_name(const struct stat_sheet *sheet, struct xt_str cell);
/* What the head says of each column, and what the columns of names are: stat_head.c */
void xt_stat_heads(const struct stat_sheet *sheet, struct stat_block *block);
/* The indicator of the mapping for a head and, of rows that are items, a row; NULL: none. */
const struct stat_indicator *xt_stat_indicator(const struct stat_table *table, struct xt_str head, struct xt_str row);
const struct xt_code_item *xt_stat_place(const struct stat_sheet *sheet, const struct stat_table *table,
                                         struct xt_str name, const struct xt_code_item *parent,
                                         struct xt_str *out_name);

#endif
