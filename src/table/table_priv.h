/*
 * table_priv.h - the insides of the table readers; for table*.c, their tests and fuzzers only.
 *
 * Three layers: a source gives bytes (of a file, a gzip stream, a member of an archive); a reader turns them into raw
 * rows; table.c finds the head, fills merged cells, skips empty rows and hands rows out.
 */
#ifndef XT_TABLE_PRIV_H
#define XT_TABLE_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include <zip.h>

#include "base/error.h"
#include "base/text.h"
#include "table/table.h"
#include "text/charset.h"

/* ---- sources: table_source.c ---- */

/* What is wrong with a file as a whole is XT_E_MEDIA (or another code), never XT_E_INPUT: that refuses one row. */
struct xt_source;
struct xt_source_ops {
    /* 1 to cap bytes into data; *out_n 0 at the end. */
    enum xt_code (*read)(struct xt_source *source, void *data, size_t cap, size_t *out_n, struct xt_error *err);
    void (*close)(struct xt_source *source); /* releases what the kind owns, and itself */
};
struct xt_source {
    const struct xt_source_ops *ops;
    char *peeked; /* bytes read ahead, owned */
    size_t peeked_n, peeked_at;
    int64_t done; /* bytes of the file behind it taken so far */
};

enum xt_code xt_source_read(struct xt_source *source, void *data, size_t cap, size_t *out_n, struct xt_error *err);
/* Lends the first n bytes (fewer where there are fewer) and leaves them to be read. Once, before any read. */
enum xt_code xt_source_peek(struct xt_source *source, size_t n, struct xt_str *out, struct xt_error *err);
void xt_source_close(struct xt_source **source); /* for XT_AUTO too */

enum xt_code xt_source_file(const char *path, struct xt_source **out, int64_t *out_total, struct xt_error *err);
struct xt_source *xt_source_memory(const void *data, size_t n); /* borrows data */
struct xt_source *xt_source_owned(char **data, size_t n);       /* takes *data, from the heap */
/* Both take *inner. limits and name are borrowed for as long as the source lives. */
struct xt_source *xt_source_gzip(struct xt_source **inner, const struct xt_table_limits *limits, const char *name);
/* A member of zip, borrowed. */
enum xt_code xt_source_zip(zip_t *zip, uint64_t index, const struct xt_table_limits *limits, const char *name,
                           struct xt_source **out, struct xt_error *err);

/* The files of a tar archive, one after the other. source is borrowed and read only through this. */
struct xt_tar {
    struct xt_source *source;
    const char *name;    /* of the archive, for messages */
    uint64_t left;       /* bytes of the current member not yet read */
    uint64_t padding;    /* and behind it up to the next block */
    enum xt_msg refused; /* why the member is not read: a link, a sparse file; XT_MSG_NONE: it can be */
};
/* The next file: its path into member, *out_more false at the end. Nothing is ever written where a path says. */
enum xt_code xt_tar_next(struct xt_tar *tar, struct xt_text *member, bool *out_more, struct xt_error *err);
enum xt_code xt_tar_read(struct xt_tar *tar, void *data, size_t cap, size_t *out_n, struct xt_error *err);
bool xt_tar_is(struct xt_str head);

/* The files in an archive, one after the other: table_archive.c. */
struct xt_archive;
struct xt_archive *xt_archive_tar(struct xt_source **source, const char *name); /* takes *source */
/* Takes *zip; limits and name are borrowed. */
struct xt_archive *xt_archive_zip(zip_t **zip, const struct xt_table_limits *limits, const char *name, int64_t total);
/* The next regular file, its path in member; *out NULL at the end. *out is closed before the next call. */
enum xt_code xt_archive_next(struct xt_archive *archive, struct xt_text *member, struct xt_source **out,
                             struct xt_error *err);
int64_t xt_archive_done(const struct xt_archive *archive); /* bytes of the file */
void xt_archive_close(struct xt_archive **archive);

/* ---- the whole of a source at one place, in memory or in a file without a name: table_spool.c ---- */

struct xt_spool;
struct xt_spool *xt_spool_new(void);
void xt_spool_free(struct xt_spool **spool);
enum xt_code xt_spool_add(struct xt_spool *spool, const void *data, size_t n, struct xt_error *err);
enum xt_code xt_spool_ready(struct xt_spool *spool, struct xt_str *out,
                            struct xt_error *err); /* no more will be added */
/* All of a source, which it takes; XT_E_MEDIA above bytes_max. *out_bytes lives as long as *out. */
enum xt_code xt_spool_source(struct xt_source **source, int64_t bytes_max, const char *name, struct xt_spool **out,
                             struct xt_str *out_bytes, struct xt_error *err);

/* ---- what a file is: table_kind.c ---- */

enum xt_file_kind {
    XT_FILEKIND_EMPTY,
    XT_FILEKIND_TEXT,
    XT_FILEKIND_JSON,
    XT_FILEKIND_JSONL,
    XT_FILEKIND_GZIP,
    XT_FILEKIND_TAR,
    XT_FILEKIND_ZIP,
    XT_FILEKIND_OLE,
    XT_FILEKIND_LOCK,
    XT_FILEKIND_HTML,
    XT_FILEKIND_MHT,
    XT_FILEKIND_XML,
    XT_FILEKIND_XML_SHEET,
    XT_FILEKIND_PDF,
    XT_FILEKIND_IMAGE,
    XT_FILEKIND_PACKED,
    XT_FILEKIND_SQLITE,
    XT_FILEKIND_BINARY,
};
/* From the first bytes and the size of the whole (-1 unknown). text is the beginning as UTF-8, empty where it is no text. */
enum xt_file_kind xt_file_kind_of(struct xt_str head, struct xt_str text, int64_t size);
/* XT_E_MEDIA with the sentence that names what a file of this kind is. */
enum xt_code xt_file_kind_refuse(enum xt_file_kind kind, const char *name, struct xt_error *err);

/* ---- text, as UTF-8, in a sliding window: table_text.c ---- */

struct xt_window {
    struct xt_source *source;   /* owned */
    struct xt_decoder *decoder; /* NULL for UTF-8 */
    struct xt_text decoded;
    char *s; /* n bytes of text and XT_WINDOW_SLACK readable bytes behind them */
    size_t n, capacity;
    int64_t base; /* of the text as UTF-8, where s begins */
    size_t bom;
    size_t skip;  /* bytes of a byte order mark still to be dropped */
    size_t chunk; /* bytes read at once */
    bool ended;
};
#define XT_WINDOW_SLACK 64

/* Takes *source. */
enum xt_code xt_window_open(struct xt_window *window, struct xt_source **source, enum xt_charset charset, size_t bom,
                            struct xt_error *err);
void xt_window_done(struct xt_window *window);
/* Drops the first `drop` bytes and reads more behind the rest. ended is set once nothing more came. */
enum xt_code xt_window_fill(struct xt_window *window, size_t drop, struct xt_error *err);
int64_t xt_window_bad(const struct xt_window *window);
/* The next ill-formed character before position end of s; false when there is none. Not for UTF-8, which is as it is. */
bool xt_window_fault(struct xt_window *window, size_t end, size_t *out_at, struct xt_bad_place *out);

/* True when all bytes are ASCII other than zero; the quick way for most rows. */
bool xt_ascii_clean(const char *s, size_t n);
/* Appends s with ill-formed sequences and zero bytes as U+FFFD and returns how many there were. */
int64_t xt_utf8_mend(const char *s, size_t n, struct xt_text *out);

/* ---- readers ---- */

struct xt_raw_row {
    int64_t number;
    struct xt_str *cells; /* room for limits.columns of them */
    size_t count;
    struct xt_str raw; /* text formats: the row as it stands */
    int64_t bytes_done;
    const struct xt_bad_place *bad_places; /* text formats */
    size_t bad_count;
    int64_t bad;
};
struct xt_reader;
struct xt_reader_ops {
    /* The next row, empty ones too, or *out_more false. XT_E_INPUT refuses one row (number and what cells there are
     * are set); others end the reading. */
    enum xt_code (*next)(struct xt_reader *reader, struct xt_raw_row *row, bool *out_more, struct xt_error *err);
    int64_t (*bad)(const struct xt_reader *reader); /* ill-formed characters so far, in a book of all its sheets */
    void (*close)(struct xt_reader *reader);
};
struct xt_reader {
    const struct xt_reader_ops *ops;
    const struct xt_merge *merges; /* sorted by row1, owned by the reader */
    size_t merge_count;
    const double *widths; /* of columns in characters, 0 = not said; owned by the reader, may be NULL */
    size_t width_count;
};

/* A file of several sheets: a workbook of any kind, the tables of a page. */
struct xt_book;
struct xt_book_ops {
    /* The reader borrows the book; several may be open. */
    enum xt_code (*open)(struct xt_book *book, size_t sheet, struct xt_reader **out, struct xt_error *err);
    void (*close)(struct xt_book *book); /* and everything it owns, itself too */
};
struct xt_book {
    const struct xt_book_ops *ops;
    const char *const *names; /* of the sheets, in order; owned by the book, as is hidden */
    const bool *hidden;       /* NULL: none is */
    size_t count;
    size_t first; /* the sheet to begin with when none is asked for */
};

/* One row of a book being put together, cell by cell, within the limits: table_cells.c */
struct xt_cell {
    int64_t column;   /* from 0 */
    const char *lent; /* NULL: at in the text */
    size_t at, n;
};
struct xt_cells {
    const struct xt_table_limits *limits; /* borrowed */
    struct xt_cell *list;
    size_t count, capacity;
    struct xt_text text;
    enum xt_msg fault; /* why the row is refused; XT_MSG_NONE: it is fine */
    int64_t fault_limit, fault_value;
};
void xt_cells_init(struct xt_cells *cells, const struct xt_table_limits *limits);
void xt_cells_done(struct xt_cells *cells);
void xt_cells_clear(struct xt_cells *cells);
void xt_cells_refuse(struct xt_cells *cells, enum xt_msg fault, int64_t limit, int64_t value); /* the first counts */
/* What was appended to cells->text since it had `from` bytes is the cell's value. */
void xt_cells_end(struct xt_cells *cells, int64_t column, size_t from);
void xt_cells_again(struct xt_cells *cells, int64_t column); /* the value of the last cell stands here, too */
void xt_cells_lend(struct xt_cells *cells, int64_t column, struct xt_str value); /* a value that outlives the row */
/* The row as readers hand it out, its cells in out (room for limits->columns). XT_E_INPUT where it was refused. */
enum xt_code xt_cells_row(const struct xt_cells *cells, int64_t number, struct xt_str *out, struct xt_raw_row *row,
                          struct xt_error *err);

/* A file of records that are objects rather than rows of cells: JSON, XML, exports of literature databases. */
struct xt_object_row {
    int64_t number;    /* the line where it starts or the how-manieth it is, as people would look for it */
    struct xt_str raw; /* its text as it stands */
    json_t *object;    /* lent until the next row; NULL: raw is JSON and has yet to be read */
    int64_t bytes_done;
    int64_t bad; /* ill-formed characters in it */
};
struct xt_objects;
struct xt_objects_ops {
    /* The next record, or *out_more false. XT_E_INPUT refuses one record; others end the reading. */
    enum xt_code (*next)(struct xt_objects *objects, struct xt_object_row *row, bool *out_more, struct xt_error *err);
    int64_t (*bad)(const struct xt_objects *objects); /* ill-formed characters so far */
    void (*close)(struct xt_objects *objects);
};
struct xt_objects {
    const struct xt_objects_ops *ops;
};

/* CSV and TSV: table_csv.c. Takes *source. */
struct xt_csv_options {
    enum xt_charset charset;
    size_t bom;
    char delimiter;
    const struct xt_table_limits *limits; /* borrowed */
};
enum xt_code xt_csv_open(struct xt_source **source, const struct xt_csv_options *options, struct xt_reader **out,
                         struct xt_error *err);
/* Splits the row that begins at s. True when it is whole (or ended says nothing follows): *out_took is its length with
 * the line break. Cells are views of s; doubled quotes are still doubled in cells whose bit is set. */
struct xt_csv_split {
    struct xt_str *cells;
    uint8_t *quoted; /* XT_CSV_... for each cell */
    size_t capacity;
    size_t count;    /* of the row, may be above capacity: the rest is not kept */
    size_t longest;  /* bytes of its longest cell */
    int64_t lines;   /* line breaks in it, its own among them */
    bool not_closed; /* a quote that is never closed, or not where it should be: took is the first line only */
};
enum { XT_CSV_PLAIN, XT_CSV_QUOTED, XT_CSV_DOUBLED };
bool xt_csv_split(struct xt_csv_split *split, const char *s, size_t n, char delimiter, bool ended, size_t *out_took);

/* XLSX: table_xlsx.c. A package is where the parts of a workbook come from: a zip, or memory in the fuzzer. */
struct xt_package {
    /* *out NULL and XT_OK when there is no such part. */
    enum xt_code (*open)(struct xt_package *package, const char *part, struct xt_source **out, struct xt_error *err);
    void (*close)(struct xt_package *package);
    const char *name; /* of the file, for messages */
    int64_t total;    /* of the file */
    bool plain;       /* tests: everything through libxml2 */
};
struct xt_package *xt_package_zip(zip_t **zip, const struct xt_table_limits *limits, const char *name, int64_t total);

/* Takes *package. limits is borrowed. */
enum xt_code xt_xlsx_open(struct xt_package **package, const struct xt_table_limits *limits, struct xt_book **out,
                          struct xt_error *err);

/* XLS: table_xls.c. What lies in a compound file: workbooks of Excel 5 to 2003, and later ones that are enciphered
 * (*out_format is XLSX then). Takes *source; name and limits are borrowed. */
enum xt_code xt_xls_open(struct xt_source **source, const char *name, const struct xt_table_limits *limits,
                         struct xt_book **out, enum xt_format *out_format, struct xt_error *err);

/* OpenDocument spreadsheets: table_ods.c. Takes *package. limits is borrowed. */
enum xt_code xt_ods_open(struct xt_package **package, const struct xt_table_limits *limits, struct xt_book **out,
                         struct xt_error *err);

/* The XML of Excel 2003: table_xmlss.c. Takes *source; name and limits are borrowed. */
enum xt_code xt_xmlss_open(struct xt_source **source, const char *name, const struct xt_table_limits *limits,
                           struct xt_book **out, struct xt_error *err);

/* Pages: table_html.c. Each table is a sheet. Takes *source; name and limits are borrowed. */
enum xt_code xt_html_open(struct xt_source **source, enum xt_charset charset, size_t bom, const char *name,
                          const struct xt_table_limits *limits, struct xt_book **out, struct xt_error *err);
bool xt_html_charset(struct xt_str head, enum xt_charset *out); /* what the page says of itself */

/* The formats of workbook cells: table_xlsx_format.c */
enum xt_format_kind { XT_SHOW_NUMBER, XT_SHOW_PERCENT, XT_SHOW_PADDED, XT_SHOW_DATE };
struct xt_show {
    uint8_t kind;       /* enum xt_format_kind */
    uint8_t digits;     /* PADDED: at least so many */
    uint8_t date_parts; /* DATE: bits */
};
enum { XT_SHOW_YEAR = 1, XT_SHOW_MONTH = 2, XT_SHOW_DAY = 4, XT_SHOW_TIME = 8 };
struct xt_show xt_show_builtin(int64_t format_id);
struct xt_show xt_show_custom(struct xt_str code);
/* Whether people see the number just as the file has it. */
bool xt_show_stands(struct xt_str value, struct xt_show show);
/* A number as the file has it into what people see. */
void xt_show_number(struct xt_str value, struct xt_show show, bool date1904, struct xt_text *out);
void xt_show_double(double number, struct xt_show show, bool date1904, struct xt_text *out);
/* "2026-03-05T06:00:00.000", the tail of text from `from` on, into what people see of it. */
void xt_show_iso(struct xt_text *text, size_t from, struct xt_show show);

/* One XML part of a workbook, or an XML document, read by calls: table_xml.c. No network. */
struct xt_xml;
struct xt_xml_attributes {
    const unsigned char **list; /* as libxml2 hands them over: five pointers each */
    int count;
};
struct xt_xml_calls {
    void (*start)(void *user, const char *name, const struct xt_xml_attributes *attributes); /* local names */
    void (*end)(void *user, const char *name);
    void (*text)(void *user, const char *s, size_t n);
};
struct xt_str xt_xml_attribute(const struct xt_xml_attributes *attributes, const char *name); /* {NULL, 0} = absent */
/* A part: no entities but the five, no DTD. Takes *source; calls and name are borrowed. */
struct xt_xml *xt_xml_open(struct xt_source **source, const struct xt_xml_calls *calls, void *user, const char *name);
/* A document: a DTD is passed over, HTML's entities are known. own_charset: the one it declares; else it is UTF-8. */
struct xt_xml *xt_xml_open_document(struct xt_source **source, bool own_charset, const struct xt_xml_calls *calls,
                                    void *user, const char *name);
void xt_xml_close(struct xt_xml **xml);
/* A quick way through the children of one element, beside the parser and seen only where the part is UTF-8. */
enum xt_quick {
    XT_QUICK_TAKEN, /* go on with the next */
    XT_QUICK_STOP,  /* taken; xt_xml_step() returns, and what lies in s stays until it is called again */
    XT_QUICK_MORE,  /* the item may be cut */
    XT_QUICK_ODD,   /* of no form that is known here: the parser reads it */
};
struct xt_xml_quick {
    const char *inside; /* the element, without prefix */
    const char *item;   /* its children */
    /* Reads the item that begins at s, all of it and well-formed by the rules of XML, or changes nothing. Behind s + n stand
     * XT_WINDOW_SLACK zero bytes. */
    enum xt_quick (*read)(void *user, const char *s, size_t n, size_t *out_took);
};
void xt_xml_set_quick(struct xt_xml *xml, const struct xt_xml_quick *quick); /* before the first step; borrowed */
void xt_xml_fail(struct xt_xml *xml, const struct xt_error *failure);        /* for the calls: ends the reading */
/* Reads on a little; *out_more false once the part is over. XT_E_MEDIA where it is not XML. */
enum xt_code xt_xml_step(struct xt_xml *xml, bool *out_more, struct xt_error *err);
enum xt_code xt_xml_all(struct xt_xml *xml, struct xt_error *err);
int64_t xt_xml_done(const struct xt_xml *xml); /* bytes of the file */

/* Shared strings: table_xlsx_strings.c. Kept end to end, in memory up to 4 MiB, above that in a file without a name. */
struct xt_strings;
struct xt_strings *xt_strings_new(int64_t bytes_max);
void xt_strings_free(struct xt_strings **strings);
enum xt_code xt_strings_add(struct xt_strings *strings, struct xt_str s, struct xt_error *err);
enum xt_code xt_strings_ready(struct xt_strings *strings, struct xt_error *err); /* no more will be added */
bool xt_strings_get(struct xt_strings *strings, size_t index, struct xt_str *out);
void xt_xlsx_unescape(struct xt_text *text, size_t from); /* _xHHHH_ in the tail of text, ECMA-376 22.9.2.19 */

/* JSON Lines (by_line) and JSON: table_jsonl.c. Takes *source. */
enum xt_code xt_jsonl_open(struct xt_source **source, enum xt_charset charset, size_t bom, bool by_line,
                           const struct xt_table_limits *limits, struct xt_objects **out, struct xt_error *err);

/* ---- guesses: table_guess.c ---- */

/* The delimiter of CSV text among , tab ; | by how evenly it splits the rows. tab_first: the name ends in .tsv. */
char xt_guess_delimiter(struct xt_str sample, bool ended, bool tab_first);

struct xt_sample_row {
    int64_t number;
    struct xt_str *cells;
    size_t count;
    const struct xt_str *as_read; /* the cells before heads and merged ones are filled in */
    size_t as_read_count;
    enum xt_code code; /* XT_E_INPUT: refused as err says */
    struct xt_error err;
    struct xt_str raw;
    int64_t bytes_done;
    struct xt_bad_place *bad_places;
    size_t bad_count;
    int64_t bad;
};
/* The index of the head among rows (count > 0). *out_certainty 0..100. */
size_t xt_guess_head(const struct xt_sample_row *rows, size_t count, const char *const *known_heads,
                     int *out_certainty);
/* How many columns the table has, when its head is rows[head]. */
size_t xt_guess_columns(const struct xt_sample_row *rows, size_t count, size_t head);

/* What a column of these rows, all below the head, looks like: table_kinds.c */
struct xt_column_guess xt_guess_kind(const struct xt_sample_row *rows, size_t count, size_t column);

void xt_table_set_limits(struct xt_table_limits *limits); /* zeros become the defaults */

/* The merged ranges of the part at hand, none where it has no cells; lent until the next part: grid.c. */
const struct xt_merge *xt_table_merges(const struct xt_table *table, size_t *out_count);

/* ---- opening from memory, for tests and fuzzers ---- */
enum xt_code xt_table_open_memory(const char *name, const void *data, size_t n, const struct xt_table_options *options,
                                  struct xt_table **out, struct xt_error *err);
enum xt_code xt_table_open_package(struct xt_package **package, const struct xt_table_options *options,
                                   struct xt_table **out, struct xt_error *err);

/* Texts a spreadsheet would run, after any apostrophes: the defence of out_csv.c and its taking off in table_csv.c. */
bool xt_formula_like(struct xt_str text, bool *out_apostrophes);

#endif
