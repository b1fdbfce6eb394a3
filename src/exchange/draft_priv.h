/*
 * draft_priv.h - the insides of drafting; for draft*.c and their tests only.
 *
 * draft_words.c   what region/draft.json says: synonyms, endings, marks
 * draft_sample.c  rows into columns with their values
 * draft_values.c  what the values of a column look like
 * draft_match.c   columns against fields; the type; who gets what
 * draft_key.c     what records are known by
 * draft_write.c   the mapping as JSON
 */
#ifndef XT_EXCHANGE_DRAFT_PRIV_H
#define XT_EXCHANGE_DRAFT_PRIV_H

#include "base/mem.h"
#include "exchange/draft.h"

#define DRAFT_ROWS_FIRST   2000 /* all of these are kept */
#define DRAFT_ROWS_STRIDE  20   /* then every so many; of objects every fourth of that */
#define DRAFT_ROWS_KEPT    4000
#define DRAFT_ROWS_READ    40000
#define DRAFT_OBJECTS_READ 4000 /* trees take longer */
#define DRAFT_VALUES_MAX   400  /* distinct values kept of a column */
#define DRAFT_VALUE_BYTES  400  /* of each */
#define DRAFT_SPLITS_MAX   12
#define DRAFT_OTHERS_MAX   3

/* ---- words ---- */

struct draft_words {
    json_t *tree; /* region/draft.json */
    struct xt_text folded;
};
XT_MUST_USE enum xt_code draft_words_load(struct xt_region *region, struct draft_words *out, struct xt_error *err);
void draft_words_done(struct draft_words *words);
bool draft_word_in(const struct draft_words *words, const char *list, struct xt_str text);
/* A head in the shape in which heads are compared: folded, without its unit; words of Latin letters in the singular with
 * single spaces, Chinese without. unit: what stood in brackets, "" when nothing did. */
const char *draft_head(struct xt_str head, struct xt_arena *arena, const char **out_unit);
/* How alike two such heads are, 0..100; full is what equal ones get. */
int draft_alike(const char *head, const char *term);

/* ---- columns ---- */

struct draft_value {
    struct xt_str text;
    uint64_t hash;
    int64_t count;
};

/* Shares of the filled cells of the sample, 0..1. */
struct draft_looks {
    double dates, dates_dmy, dates_mdy, ranges, years, integers, numbers, bools, urls, emails, phones;
    double persons, organisations, latin, han, digits;
    double chars, chars_most;
    double marks; /* texts that mean nothing */
};

struct draft_column {
    const char *name;  /* head or path */
    const char *head;  /* draft_head() of it: of a path its last telling names */
    const char *alias; /* of a path: the names around them too; NULL = none */
    const char *unit;
    int64_t filled, several; /* rows with a value; with more than one */
    struct draft_value *values;
    size_t count, capacity;
    int64_t counted; /* cells behind values */
    bool serial;     /* a running number */
    struct draft_looks looks;
    char split[DRAFT_SPLITS_MAX]; /* separators inside cells, "" = none */
    double repeated;              /* share of the filled rows of the sample whose value came before */
    /* what became of it */
    const struct xt_field *field;
    const struct xt_field *until; /* of "2018.01-2020.12": the field of its end; field is that of its beginning */
    const char *others[DRAFT_OTHERS_MAX]; /* columns that fill it where this one is empty */
    size_t other_count;
    bool leave_unknown; /* codes: texts of no code are dropped, found when the draft was tried */
    int certainty;
    const char *why;
};

struct draft_sample {
    struct xt_arena *arena;
    struct draft_column *columns; /* DRAFT_COLUMNS */
    size_t count;
    int64_t beyond;
    uint64_t *cells; /* hash of each cell, kept rows x XT_DRAFT_COLUMNS; 0 = empty */
    size_t kept, cell_capacity;
    int64_t rows;
    bool objects;
    int64_t head_repeats; /* rows that say the heads again */
    const char *sum_word; /* that stood in a cell, NULL */
    size_t sum_column;
    bool zero_is_nothing; /* "0" stands among texts */
    size_t bytes;         /* of values */
};

struct draft {
    struct xt_region *region;
    const struct xt_draft_options *options;
    const char *path, *name;
    struct draft_words words;
    struct draft_sample sample;
    struct xt_arena *arena;
    struct xt_draft *out;
    json_t *records;
};

/* draft_sample.c */
XT_MUST_USE enum xt_code draft_sample_read(struct draft *d, struct xt_error *err);
/* How many of the kept rows have a value in all of these columns, and how many of those repeat an earlier one. */
void draft_sample_unique(const struct draft_sample *sample, const size_t *columns, size_t count, int64_t *out_filled,
                         int64_t *out_repeats);
/* Kept rows that have a value in with and in none of the columns without. */
int64_t draft_sample_only_in(const struct draft_sample *sample, size_t with, const size_t *without, size_t count);
/* Kept rows that say in all columns used what an earlier one said. */
int64_t draft_sample_same_rows(const struct draft_sample *sample);

/* draft_values.c */
void draft_look(struct draft *d, struct draft_column *column);
/* How the values (parts, where the column is split) stand to a code list. */
struct draft_codes_share {
    float share;       /* that are codes or labels of it, or nearly so; -1 = not looked at */
    float listed;      /* that stand in it as codes; the others of an open list only look like codes */
    bool by_label;     /* most are labels */
    uint8_t different; /* codes met, at most 255 */
};
struct draft_codes_share draft_in_codes(const struct draft_column *column, const struct xt_codes *codes);
/* Most values begin with a code of the list: codes of a level below it. */
bool draft_begins_codes(const struct draft_column *column, const struct xt_codes *codes);
/* The list whose codes a scheme's identifiers are: "area-code" of the list area; NULL for others. */
const struct xt_codes *draft_list_of_scheme(const struct xt_region *region, const struct xt_scheme *scheme);
/* Whether passing the scheme's check proves anything: a rule that takes any name proves nothing. */
bool draft_scheme_proves(const struct xt_scheme *scheme);
double draft_in_scheme(const struct draft_column *column, const struct xt_scheme *scheme);
/* The code that a text nearly names ("湖南" of 湖南省), NULL when none or several do. */
const struct xt_code_item *draft_nearly(const struct xt_codes *codes, struct xt_str text);
/* Calls each part of the column's values with its count, clipped to the first most values. */
void draft_parts(const struct draft_column *column, size_t most,
                 void (*visit)(void *context, struct xt_str part, int64_t count), void *context);

/* draft_match.c */
XT_MUST_USE enum xt_code draft_match(struct draft *d, struct xt_error *err);
/* The identity by which the column's values name records of the link's target: "area-code"; NULL when they do not. */
const char *draft_scheme_of_target(const struct draft *d, const struct draft_column *column,
                                   const struct xt_field *field);

/* draft_key.c: the key of the main record as JSON, new; NULL when rows have none. */
json_t *draft_key(struct draft *d);

/* draft_write.c */
json_t *draft_mapping(struct draft *d);

#endif
