/*
 * table.h - tables in and out: one streaming row interface over CSV, TSV, workbooks (XLSX, XLS), JSON Lines and JSON.
 *
 * A reader finds out what a file is from its bytes, not from its name; a file that is no table is refused with
 * XT_E_MEDIA and a sentence that says what it is (XT_MSG_FILE_IS_...). gzip is taken off once. A table has parts: the
 * sheets of a book when all are asked for, the members of an archive (tar, tar.gz, zip) that can be read; the rows of
 * all follow one another, and with each part the columns may change (row.part). Memory is flat: one row at a time. Caps: columns, cell length,
 * inflated size and ratio, nesting (struct xt_table_limits).
 * Rows and cells are borrowed until the next row. Text is well-formed UTF-8 without zero bytes; bytes that were not
 * become U+FFFD and are counted. A reader or writer is used by one thread.
 */
#ifndef XT_TABLE_H
#define XT_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"
#include "text/charset.h"

enum xt_format {
    XT_FORMAT_CSV,
    XT_FORMAT_TSV,
    XT_FORMAT_XLSX,
    XT_FORMAT_JSONL,
    XT_FORMAT_JSON, /* this and those below are read, never written */
    XT_FORMAT_XLS,
    XT_FORMAT_ODS,
    XT_FORMAT_XMLSS, /* the XML of Excel 2003 */
    XT_FORMAT_HTML,
    XT_FORMATS
};
bool xt_format_written(enum xt_format format);                   /* xt_out_open() takes it */
bool xt_format_book(enum xt_format format);                      /* sheets of cells */
const char *xt_format_name(enum xt_format format);               /* "csv" ... */
bool xt_format_by_name(struct xt_str name, enum xt_format *out); /* "csv", "CSV", ".csv" */

struct xt_table_limits {    /* zeros take these defaults */
    int64_t cell_bytes;     /* 1 MiB */
    int64_t columns;        /* 2,000 */
    int64_t inflated_bytes; /* 4 GiB of one workbook part */
    int64_t inflate_ratio;  /* 200 to 1 above 10 MiB */
    int64_t line_bytes;     /* 16 MiB: a JSON line, a CSV row */
    int64_t json_depth;     /* XT_JSON_DEPTH_MAX, which is also the most */
    int64_t strings_bytes;  /* 1 GiB of a workbook's shared strings (on disk above 4 MiB) */
};

struct xt_table_options {
    const char *charset;            /* NULL = guess */
    char delimiter;                 /* 0 = find out among , tab ; | */
    const char *sheet;              /* name or number from 1; "*" = all visible ones; NULL = the first with rows */
    int64_t head_row;               /* from 1; 0 = find out (title and unit lines above are skipped) */
    const char *const *known_heads; /* NULL-terminated names that help to find the head, may be NULL */
    bool raw; /* rows of cells as they stand: no head is looked for, none is left out, merged cells are not filled */
    const char *as;      /* how to read it, for what the bytes do not show: "text" ...; NULL = find out */
    const char *records; /* XML: path of the elements that are records; SQL: a table. NULL = find out, all */
    struct xt_table_limits limits;
};

struct xt_table_skipped { /* a member of an archive that is no table */
    char *member;
    struct xt_error why;
};

struct xt_table_facts { /* what was found out of the part at hand, and how surely (0..100) */
    enum xt_format format;
    enum xt_charset charset;
    int charset_certainty;
    bool bom;         /* the text begins with a byte order mark */
    char delimiter;   /* CSV and TSV */
    int64_t head_row; /* 0 for JSON */
    int head_certainty;
    const char *sheet;         /* books: the one read; else NULL */
    const char *const *sheets; /* books: all of them, in order */
    size_t sheet_count;
    bool compressed; /* gzip, or a member of an archive */
    int64_t part;    /* from 1 */
    int64_t members; /* archives: files read so far, and files that are no tables */
    int64_t members_skipped;
    const struct xt_table_skipped *skipped; /* the first 20 of them */
    const char *as; /* files of objects other than JSON: "xml", "ris", "bibtex" ...; else NULL */
    int as_certainty;
    const char *records; /* XML: the path of a record where it was found out; else NULL */
    int records_certainty;
    int64_t empty_rows;     /* skipped so far */
    int64_t bad_characters; /* so far */
    int64_t bytes_total;    /* of the file */
};

struct xt_table;
XT_MUST_USE enum xt_code xt_table_open(const char *path, const struct xt_table_options *options, struct xt_table **out,
                                       struct xt_error *err);
void xt_table_close(struct xt_table **table);
const struct xt_table_facts *xt_table_facts(const struct xt_table *table);

/* Of the part at hand, lent until the next part: column heads, trimmed, line breaks inside as one space; doubled and empty ones get a number ("名称 (2)", "column 5").
 * JSON Lines and JSON have none (0). */
size_t xt_table_columns(const struct xt_table *table, const struct xt_str **out_heads);

/* What the cells of a column look like, from the rows of the sample (some 100) below the head. Texts that mark a missing
 * value ("-", "N/A", "…") count as empty. Codes with leading zeros and numbers above 15 digits are text. */
enum xt_column_kind {
    XT_COLUMN_EMPTY, /* nothing stands there */
    XT_COLUMN_TEXT,
    XT_COLUMN_INTEGER,
    XT_COLUMN_NUMBER, /* decimals, percentages; "1,234" is an integer */
    XT_COLUMN_DATE, /* 2026-03-05, 2026/3/5, 2026年3月, 20260305 ..., with a time or not; a year alone is an integer */
    XT_COLUMN_BOOL,  /* true, 是, 有, yes, √ and their opposites */
    XT_COLUMN_MIXED, /* no kind has nine in ten */
    XT_COLUMN_KINDS
};
const char *xt_column_kind_name(enum xt_column_kind kind); /* "text" ... */
struct xt_column_guess {
    enum xt_column_kind kind;
    int certainty;   /* 0..100 that the next cell fits: one cell alone is 66, 98 that agree 99; 0 of an empty column */
    size_t filled;   /* cells of the sample with a value */
    size_t agreeing; /* those of this kind; MIXED: all */
};
/* As many as xt_table_columns() tells; NULL for JSON. Lent by the table. */
const struct xt_column_guess *xt_table_column_kinds(const struct xt_table *table);

/* Cells of a workbook are what people see: whole numbers without ".0", at most 15 digits as Excel keeps them, leading
 * zeros of a "000000" format, "15.3%", dates as "2026-03-05" ("2026-03" and "2026" where the format shows no more),
 * "2026-03-05T08:00:00" with a time, TRUE and FALSE, errors as "#N/A". The value of merged cells stands in each row they
 * span (below the head; not to the right where they span the whole table: that is a line between rows). */
struct xt_bad_place { /* bytes that are no text in the file's character set; U+FFFD stands for them */
    size_t column;    /* from 1; 0 = not known, or between cells */
    int64_t offset;   /* of the text of the file, that is inside gzip and archive members */
    unsigned char bytes[4];
    size_t n; /* bytes */
};

struct xt_row {
    int64_t number;             /* line or row of the file where it starts, item of a JSON array or archive; from 1 */
    const struct xt_str *cells; /* as many as heads; absent cells are {"", 0} */
    size_t count;
    json_t *const
        *lists;   /* of columns that hold several values: a list, else NULL (exchange/gather.h); NULL of read rows */
    json_t *json; /* JSON Lines and JSON: the object, borrowed; cells is NULL */
    struct xt_str raw;  /* its text as it stands, as UTF-8 that may be ill-formed; XLSX: empty */
    int64_t part;       /* counts from 1; where it changes, so do the columns. Members that are objects are one part */
    struct xt_str file; /* name of the file */
    struct xt_str member;                  /* archives: the name of the file inside, else empty; number counts in it */
    struct xt_str sheet;                   /* books: its name, else empty */
    struct xt_str title;                   /* the lines above the head */
    int64_t bytes_done;                    /* of the file, for progress */
    int64_t bad;                           /* characters of it that are no text in the file's character set */
    const struct xt_bad_place *bad_places; /* the first XT_BAD_PLACES of them, CSV only */
    size_t bad_count;
};
#define XT_BAD_PLACES 8

/* The next row with content; empty rows are skipped (and counted in facts). *out_more false at the end.
 * A row that cannot be read (too many cells, cell too long, quote never closed, bad JSON) gives XT_E_INPUT with
 * *out_more true, row->number set and row->cells what could be read of it (count may be 0): the caller counts it as
 * rejected and goes on. Every other code ends the reading. */
XT_MUST_USE enum xt_code xt_table_next(struct xt_table *table, struct xt_row *row, bool *out_more,
                                       struct xt_error *err);

/* The head as if it were a row: where it is data, because the file has none. */
void xt_table_head_row(const struct xt_table *table, struct xt_row *out);

/* What stands above the rows of data as the file has it, so that it can be written again: titles, unit lines and all rows of
 * the head, the last of which is the lowest. Empty rows between them are not here; the numbers tell. */
struct xt_lead {
    int64_t number;
    const struct xt_str *cells;
    size_t count;
};
struct xt_merge { /* from 1, inclusive */
    int64_t row1, row2;
    int64_t column1, column2;
};
struct xt_lead_look {
    const struct xt_lead *rows;
    size_t count;
    const struct xt_merge *merges; /* of the sheet, sorted by row1; those of the lead are the first */
    size_t merge_count;
    const double *widths; /* of columns in characters, 0 = not said */
    size_t width_count;
};
void xt_table_lead(const struct xt_table *table, struct xt_lead_look *out);

/* ---- writing ---- */

/* AS_READ: a number or a date where reading gives the same text again, else text. FIGURE: a number that was computed, of
 * any length and with an exponent ("%.17g"): XLSX takes the double as it is. */
enum xt_cell_kind { XT_CELL_TEXT, XT_CELL_NUMBER, XT_CELL_DATE, XT_CELL_AS_READ, XT_CELL_FIGURE };

/* What spreadsheet programs check when somebody types (XLSX). */
enum xt_rule_kind { XT_RULE_NONE, XT_RULE_LIST, XT_RULE_WHOLE, XT_RULE_DECIMAL, XT_RULE_DATE, XT_RULE_LENGTH };
struct xt_out_rule {
    enum xt_rule_kind kind;
    bool has_min, has_max;
    double min, max;   /* LENGTH: max characters */
    bool required;     /* an emptied cell is refused */
    bool lenient;      /* warns where it would refuse */
    bool hint;         /* says nothing: the list is only offered */
    const char *title; /* of both messages, clipped to 32 characters; NULL = none */
    const char *input; /* shown when the cell is chosen, clipped to 255 */
    const char *fault; /* shown when the rule does not hold, likewise */
};

struct xt_out_column {
    const char *head;
    enum xt_cell_kind kind;
    const char *note; /* XLSX comment on the head, may be NULL */
    /* XLSX drop-down (XT_RULE_LIST), NULL-terminated; columns that point to the same list share it. It stands on a
     * hidden sheet with the codes beside it. Long lists are shown by what was typed already, so they must be sorted. */
    const char *const *choices, *const *codes;
    struct xt_out_rule rule;
    bool required;      /* XLSX: head is marked */
    int width;          /* XLSX characters, 0 = by kind */
    const char *number; /* XLSX format of its numbers (FIGURE), "#,##0.00", a constant; NULL = as they are */
};

struct xt_out_options {
    enum xt_format format;
    enum xt_charset charset; /* of CSV and TSV */
    char delimiter;          /* of CSV, 0 = comma */
    bool no_bom;             /* UTF-8 CSV and TSV without a mark */
    const char *title;       /* of a workbook, NULL = none */
    xt_instant created;      /* of a workbook, as it says; 0 = now */
};

struct xt_out_table { /* XLSX: a sheet */
    const char *name;
    const struct xt_out_column *columns;
    size_t count;
    const struct xt_lead_look *lead; /* stands in the place of the head; NULL = the columns' heads */
    size_t lead_columns;             /* columns from here on write their heads into its lowest row */
    bool headless;                   /* no head at all */
    size_t fixed;                    /* XLSX: columns that stay when one scrolls sideways */
    bool printed;                    /* XLSX: laid out for A4 across, the head on each page */
    int head_height;                 /* XLSX: of the head in points, 0 = as the program likes */
};

struct xt_out; /* rows out, constant memory */
/* The file is written beside path under another name and takes its place in xt_out_close(). path "-": standard output
 * (not XLSX). xt_out_table() follows: once, for a workbook as often as it has sheets (names are made unique); for JSON
 * Lines never. */
XT_MUST_USE enum xt_code xt_out_begin(const char *path, const struct xt_out_options *options, struct xt_out **out,
                                      struct xt_error *err);
XT_MUST_USE enum xt_code xt_out_table(struct xt_out *out, const struct xt_out_table *table, struct xt_error *err);
/* Both in one. */
XT_MUST_USE enum xt_code xt_out_open(const char *path, enum xt_format format, enum xt_charset charset,
                                     const char *sheet, const struct xt_out_column *columns, size_t count,
                                     struct xt_out **out, struct xt_error *err);
/* UTF-8 CSV begins with a BOM so that spreadsheet programs read it. Cells that a spreadsheet would run as a formula
 * (= + - @ tab, return or their full-width forms at the start of a text that is no plain number) are kept as text: XLSX
 * string cells; in CSV and TSV they are quoted with a leading apostrophe, which the reader takes off again (a text that has
 * apostrophes there itself gets one more, so that every text comes back as it was).
 * count may be less than the columns, and more: what is above them stands behind. XT_E_INPUT, with the column as field and
 * nothing written, for what the format cannot hold: a workbook cell above XT_CELL_UNITS_MAX UTF-16 units, a row beyond
 * 1,048,576. JSON Lines: an object head -> text. */
#define XT_CELL_UNITS_MAX 32767
XT_MUST_USE enum xt_code xt_out_row(struct xt_out *out, const struct xt_str *cells, size_t count, struct xt_error *err);
/* The same with cells marked: XLSX colours them and puts the note on them; other formats have no such thing. */
enum xt_out_tint { XT_TINT_FAULT, XT_TINT_FILLED, XT_TINT_CHANGED, XT_TINT_MISSING, XT_TINTS };
struct xt_out_mark {
    size_t column;
    const char *note; /* NULL = colour only */
    enum xt_out_tint tint;
};
XT_MUST_USE enum xt_code xt_out_row_marked(struct xt_out *out, const struct xt_str *cells, size_t count,
                                           const struct xt_out_mark *marks, size_t mark_count, struct xt_error *err);
XT_MUST_USE enum xt_code xt_out_json(struct xt_out *out, const json_t *object, struct xt_error *err); /* JSON Lines */
/* Text as it is, a row of a file that is neither table nor JSON: of what was begun as JSON Lines. */
XT_MUST_USE enum xt_code xt_out_text(struct xt_out *out, struct xt_str text, struct xt_error *err);
int64_t xt_out_rows(const struct xt_out *out);                                    /* written so far */
XT_MUST_USE enum xt_code xt_out_close(struct xt_out **out, struct xt_error *err); /* flush, sync, rename into place */
/* bytes as a file that takes its place whole or not at all, as xt_out_close() does. */
XT_MUST_USE enum xt_code xt_out_whole(const char *path, struct xt_str bytes, struct xt_error *err);
void xt_out_drop(struct xt_out **out); /* removes what was begun; for XT_AUTO, NULL inside is fine */
/* Bytes of s that fit in one workbook cell, whole characters. */
size_t xt_out_cell_fits(struct xt_str s);

#endif
