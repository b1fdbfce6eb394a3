/*
 * stat_table.h - statistical tables: yearbook pages as long rows of area, year, indicator, value, unit and note.
 *
 * What a sheet shows by itself is found: title, year and unit lines, heads of several rows in two languages, columns of
 * names, several blocks beside or below one another, names of places, marks for what is missing, footnotes. What it does not
 * show a mapping says (region/tables/NAME.json, format in docs/statistics.md), one for a family of tables: which columns are which
 * indicator, units, other names of places.
 *
 * Every cell of a table that holds a number or a mark becomes a row; empty ones do not. Values keep their text as shown,
 * beside a plain decimal. Long tables (a row already says its indicator) are read in the same way, so two sets of files can
 * be held against each other cell by cell.
 *
 * Threads: mappings are read-only once loaded; a reader and a comparison belong to one thread at a time.
 */
#ifndef XT_EXCHANGE_STAT_TABLE_H
#define XT_EXCHANGE_STAT_TABLE_H

#include "base/error.h"
#include "base/text.h"
#include "catalog/region.h"
#include "table/grid.h"

#define XT_STAT_MAPPING_BYTES_MAX (1 * XT_MIB)

struct xt_stat_mapping;
/* By the name of a file of region/tables/, or by the path of a file (with a slash or ending in .json). On XT_E_INPUT problems
 * name the members at fault ("tables[0].indicators[2].head"). */
XT_MUST_USE enum xt_code xt_stat_mapping_find(struct xt_region *region, const char *name_or_path,
                                              struct xt_stat_mapping **out, struct xt_problems *problems,
                                              struct xt_error *err);
XT_MUST_USE enum xt_code xt_stat_mapping_load(struct xt_str name, struct xt_str json, struct xt_stat_mapping **out,
                                              struct xt_problems *problems, struct xt_error *err);
void xt_stat_mapping_free(struct xt_stat_mapping **mapping);

struct xt_stat_row {         /* lent for the call; what is not known is "" */
    const char *area;        /* code */
    struct xt_str area_name; /* as the table has it, without spaces inside */
    struct xt_str year;      /* "2018", "2016-07" */
    struct xt_str indicator; /* code, from the mapping */
    struct xt_str name;      /* from the heads: "R&D人员/女性" */
    struct xt_str value;     /* text as shown */
    struct xt_str decimal;   /* "1234.5"; "" where value is no number */
    struct xt_str unit;
    struct xt_str note; /* mark of a missing value, signs, footnotes */
    const char *file, *member, *sheet;
    int64_t row, column; /* from 1 */
};

typedef enum xt_code xt_stat_take(void *user, const struct xt_stat_row *row, struct xt_error *err);

struct xt_stat_facts {      /* added up over the sheets read */
    int64_t sheets, tables; /* blocks with values */
    int64_t rows;
    int64_t without_area, without_year, without_indicator; /* of rows: no code */
};

struct xt_stat_reader;
/* mapping may be NULL; both are borrowed. */
struct xt_stat_reader *xt_stat_reader_new(const struct xt_region *region, const struct xt_stat_mapping *mapping);
void xt_stat_reader_free(struct xt_stat_reader **reader);
void xt_stat_reader_use(struct xt_stat_reader *reader, const struct xt_stat_mapping *mapping); /* from now on */
/* Hands every row of the sheet to take, which may end the reading with its code. A sheet without numbers gives none. */
XT_MUST_USE enum xt_code xt_stat_read(struct xt_stat_reader *reader, const struct xt_grid *grid, xt_stat_take *take,
                                      void *user, struct xt_error *err);
const struct xt_stat_facts *xt_stat_reader_facts(const struct xt_stat_reader *reader);

/* ---- against a truth ---- */

/* Kinds of fault of a cell of the truth. Only cells whose year an original has are asked of it. */
#define XT_STAT_FAULTS(X)                                                                                     \
    X(VALUE, "value", "数值不同", "another value")                                                            \
    X(UNIT, "unit", "单位不同", "another unit")                                                               \
    X(INDICATOR, "indicator", "指标不同", "under another indicator") /* its area, year and value are there */ \
    X(AREA, "area", "地区不同", "under another area")                                                         \
    X(YEAR, "year", "年份不同", "under another year")                                                         \
    X(MISSING, "missing", "缺行", "missing")                                                                  \
    X(EXTRA, "extra", "多出", "not in the truth")
enum xt_stat_fault {
#define X(name, wire, zh, en) XT_STAT_##name,
    XT_STAT_FAULTS(X)
#undef X
        XT_STAT_FAULT_KINDS
};
const char *xt_stat_fault_name(enum xt_stat_fault fault);
const char *xt_stat_fault_label(enum xt_stat_fault fault, enum xt_lang lang);

struct xt_stat_year { /* a year of an original */
    char file[256], year[16];
    int64_t cells; /* of the truth */
    int64_t right;
    int64_t faults[XT_STAT_FAULT_KINDS];
};

struct xt_stat_difference {
    enum xt_stat_fault kind;
    const char *file; /* the original */
    const char *area, *area_name, *year, *indicator, *name;
    const char *truth, *truth_unit; /* "" of what is EXTRA */
    const char *found, *found_unit; /* "" of what is MISSING */
};

struct xt_stat_compare;
struct xt_stat_compare *xt_stat_compare_new(void);
void xt_stat_compare_free(struct xt_stat_compare **compare);
/* Rows of the truth and of the originals; rows of an original follow one another. As xt_stat_take(). */
enum xt_code xt_stat_compare_truth(void *compare, const struct xt_stat_row *row, struct xt_error *err);
enum xt_code xt_stat_compare_row(void *compare, const struct xt_stat_row *row, struct xt_error *err);
/* After the rows of one original: counts it by year, and hands out what differs. Numbers are equal when they are so at the
 * decimals of the one that has fewer. */
void xt_stat_compare_file(struct xt_stat_compare *compare, const char *file,
                          void (*say)(void *user, const struct xt_stat_difference *difference), void *user);
const struct xt_stat_year *xt_stat_compare_years(const struct xt_stat_compare *compare, size_t *out_count);

#endif
