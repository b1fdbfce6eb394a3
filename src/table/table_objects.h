/*
 * table_objects.h - readers of files whose records are objects, other than JSON; for table*.c, their tests and fuzzers.
 *
 * Each gives one JSON object a record. What is read and how is a row of FORMATS in table_objects.c: its name in a
 * mapping ("input": {"as": ...}), how it is recognised, how it is opened.
 */
#ifndef XT_TABLE_OBJECTS_H
#define XT_TABLE_OBJECTS_H

#include "table/table_priv.h"

struct xt_objects_input {
    struct xt_source **source; /* taken */
    enum xt_charset charset;
    size_t bom;
    const struct xt_table_limits *limits; /* borrowed as long as the reader lives, as is name */
    const char *name;                     /* of the file or member, for messages */
    const char *records;                  /* XML: the path of a record; SQL: the table. NULL = found out, all */
    bool member;                          /* of an archive: it may be without records */
    struct xt_str head;                   /* the beginning as UTF-8, lent for the call */
    /* results, for xt_table_facts */
    char *path; /* XML: of a record as found out, on the heap; else NULL */
    int certainty;
};

struct xt_objects_format {
    const char *name;
    /* 0..100: how surely text, the beginning of a file, is of this format. NULL: it must be asked for. */
    int (*look)(struct xt_str text);
    enum xt_code (*open)(struct xt_objects_input *input, const struct xt_objects_format *format,
                         struct xt_objects **out, struct xt_error *err);
    const void *details; /* of the reader */
};

/* The format of that name; NULL when there is none. */
const struct xt_objects_format *xt_objects_format_named(const char *name);
/* XT_E_INPUT with a sentence that names those there are. */
enum xt_code xt_objects_no_format(const char *name, struct xt_error *err);
/* The format text is surely of, or NULL. */
const struct xt_objects_format *xt_objects_format_of(struct xt_str text, int *out_certainty);

/* ---- the readers ---- */

/* XML, a record an element: table_xml_records.c. Members are the local names of child elements, "@name" attributes,
 * lists where a name is repeated, "#text" the text of an element that has attributes or whose text is mixed with
 * elements (then with theirs), "#name" the record's own name, "^name" the element of that name around the record: its
 * attributes and what stood in it before. Path: "volume/paper" (a paper in a volume, anywhere), "/a/b" (from the root),
 * "." (the root), "*" any name, "a|b" either. */
enum xt_code xt_xml_records_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                                 struct xt_objects **out, struct xt_error *err);
int xt_xml_records_look(struct xt_str text);
/* The path of the records from the beginning of a document, on the heap: table_xml_survey.c. The repeated element nearest
 * the root that holds most of the text; a document without one is one record ("."). */
char *xt_xml_records_guess(struct xt_str head, const char *name, int *out_certainty);

/* Lines that begin with a tag: table_tagged.c. Members are the tags, lists where one is repeated or divided. */
enum xt_code xt_tagged_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                            struct xt_objects **out, struct xt_error *err);
struct xt_tagged_format;
extern const struct xt_tagged_format xt_tagged_ris, xt_tagged_nbib, xt_tagged_endnote, xt_tagged_refworks,
    xt_tagged_noteexpress, xt_tagged_estudy, xt_tagged_wos, xt_tagged_greenbook;
int xt_ris_look(struct xt_str text);
int xt_nbib_look(struct xt_str text);
int xt_endnote_look(struct xt_str text);
int xt_refworks_look(struct xt_str text);
int xt_noteexpress_look(struct xt_str text);
int xt_estudy_look(struct xt_str text);
int xt_wos_look(struct xt_str text);
int xt_greenbook_look(struct xt_str text);

/* BibTeX: table_bibtex.c. Members are "type", "key" and the fields in small letters as plain text, authors, editors and
 * keywords as lists. */
enum xt_code xt_bibtex_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                            struct xt_objects **out, struct xt_error *err);
int xt_bibtex_look(struct xt_str text);
/* LaTeX as plain text: accents and signs as characters, braces and commands gone. Appends to out. */
void xt_latex_plain(struct xt_str latex, struct xt_text *out);

/* Citations of GB/T 7714, one after the other: table_citation.c. */
enum xt_code xt_citations_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                               struct xt_objects **out, struct xt_error *err);
int xt_citations_look(struct xt_str text);
/* One citation into an object (new). XT_E_INPUT says what is missing. */
enum xt_code xt_citation_parse(struct xt_str text, json_t **out, struct xt_error *err);

/* The COPY blocks of a PostgreSQL dump: table_sql_copy.c. Members are the columns (\N: null) and "#table". */
enum xt_code xt_sql_copy_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                              struct xt_objects **out, struct xt_error *err);
int xt_sql_copy_look(struct xt_str text);

/* A text as one object: table_document.c. "text" (whole), "file"; and of a paper's first page what it says (see there). */
enum xt_code xt_text_document_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                                   struct xt_objects **out, struct xt_error *err);
enum xt_code xt_front_matter_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                                  struct xt_objects **out, struct xt_error *err);
/* table_front.c: title, authors, affiliations ... of a paper from the text of its first page, into object. */
void xt_front_matter_read(struct xt_str text, json_t *object);

/* ---- what they share ---- */

/* Bytes as well-formed UTF-8 without control characters: table_clean.c. Takes *inner and *decoder (NULL for UTF-8). */
struct xt_source *xt_source_clean(struct xt_source **inner, struct xt_decoder **decoder, size_t bom);
int64_t xt_source_clean_bad(const struct xt_source *source); /* characters mended so far */

/* Lines of a text in any charset, as well-formed UTF-8: table_objects.c. */
struct xt_lines {
    struct xt_window window;
    size_t at;
    int64_t number; /* of the line last given */
    size_t max;     /* bytes; what is longer is cut, and `cut` says so */
    bool cut;
    struct xt_text mended;
    int64_t bad;
};
/* Takes *source. */
enum xt_code xt_lines_open(struct xt_lines *lines, struct xt_source **source, enum xt_charset charset, size_t bom,
                           size_t max, struct xt_error *err);
void xt_lines_done(struct xt_lines *lines);
/* The next line without its break, lent until the next call; *out_more false at the end. */
enum xt_code xt_lines_next(struct xt_lines *lines, struct xt_str *out, bool *out_more, struct xt_error *err);
int64_t xt_lines_bad(const struct xt_lines *lines);
int64_t xt_lines_done_bytes(const struct xt_lines *lines);

/* The first line of text, which goes on behind it. */
struct xt_str xt_line_of(struct xt_str *text);

/* Appends text trimmed, white space as one blank; none where a line break stands between Chinese characters. */
void xt_tidy_add(struct xt_text *out, struct xt_str text);

/* Sets a member, or makes it a list where there is one of that name. Takes value. */
void xt_object_add(json_t *object, struct xt_str name, json_t *value);
json_t *xt_json_text(struct xt_str text); /* new; ill-formed text is mended */

#endif
