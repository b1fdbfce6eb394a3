/*
 * search.h - the full-text and facet index: knows documents, not records.
 *
 * Owns DATA/index/. A document is a number (the caller's record number), a visibility class, texts in fields, values
 * in facets, numbers in ranges and a sort key. A new version of a document is a new document number inside and a
 * tombstone on the old one. The index is fed by the sequence: every batch carries the number it reaches, kept in the
 * same transaction as the postings. It can be deleted at any time and is fed again from 0.
 *
 * Fields have a class; a query carries the reader's class: documents and fields above it neither match nor count.
 * Facet values are text; hierarchical ones (area codes) are given as leaves with xt_search_schema.parent to roll up.
 *
 * Two engines stand behind this header and give the same answers: "segment" (own segments, the default) and "fts5" (SQLite
 * FTS5 with our tokenizer and rank, a fallback and the oracle for the other). Threads: any number of searching threads; one feeder at a time, in one process (flock on
 * DATA/index/lock). Other processes may search at the same time.
 */
#ifndef XT_SEARCH_SEARCH_H
#define XT_SEARCH_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "room/room.h"

struct xt_search;

/* ---- what is indexed ---- */

/* APART: found by its name alone; words without a field are not looked for in it, nor what is like a text. */
enum xt_weight {
    XT_WEIGHT_TITLE,
    XT_WEIGHT_KEYWORDS,
    XT_WEIGHT_WHO,
    XT_WEIGHT_IDENT,
    XT_WEIGHT_TEXT,
    XT_WEIGHT_APART,
    XT_WEIGHTS
};

struct xt_search_field {
    const char *name;             /* as in queries: "title", "abstract", "inventor" */
    const char *labels[XT_LANGS]; /* also accepted in queries: 标题:... */
    enum xt_weight weight;
    enum xt_class min_class;    /* lowest reader's class that may match in it */
    const char *const *aliases; /* further names accepted, NULL-terminated; NULL = none */
};

struct xt_search_facet {
    const char *name; /* "type", "area", "year" */
    const char *labels[XT_LANGS];
    bool is_year; /* values are years: ranges allowed, the freshness of rank reads it */
    /* The value above this one, or NULL at the top: counts and filters roll up (area). NULL function: flat. */
    const char *(*parent)(void *context, const char *value);
    /* Values that a label in a query means (机构:中山大学 is matched by value or by label); may be NULL. */
    bool (*by_label)(void *context, struct xt_str label, char *out, size_t out_size);
    void *context;
    /* Values are names of documents, which bear theirs as their one value: those whose value of the first facet (the type) is
     * this. So a document may be asked for, and counted, by what those have that it names: organisation.area. NULL = no names. */
    const char *names;
};

struct xt_search_range {
    const char *name;             /* "amount", "date" */
    const char *labels[XT_LANGS]; /* none: no query names it, it is there to sort by */
    bool is_date;                 /* values are days since 1970; queries give 2015-03 */
    int64_t scale;                /* query numbers are multiplied by it (yuan to fen: 100) */
};

/* Everything the index must know before it opens; when its hash differs from the one the index was built with,
 * the index is rebuilt. Borrowed for the life of the index. */
struct xt_search_schema {
    const struct xt_search_field *fields;
    size_t field_count;
    const struct xt_search_facet *facets;
    size_t facet_count;
    const struct xt_search_range *ranges;
    size_t range_count;
    struct xt_str stamp; /* of what else decides the documents (labels, classes): another stamp, another index */
    /* What else a phrase may be called, read when asking: at most so many other phrases into out, in the arena. The phrase is
     * as it was typed. NULL: nothing has another name. */
    size_t (*synonyms)(void *context, struct xt_str phrase, struct xt_arena *arena, struct xt_str *out, size_t most);
    void *synonyms_context;
};

struct xt_search_text {
    unsigned field;
    struct xt_str text;
}; /* a field may come several times */
struct xt_search_value {
    unsigned facet;
    struct xt_str value;
}; /* likewise */
struct xt_search_number {
    unsigned range;
    int64_t value;
};

struct xt_search_doc {
    int64_t id;   /* the caller's number */
    bool deleted; /* only a tombstone; the rest is ignored */
    enum xt_class min_class;
    const struct xt_search_text *texts;
    size_t text_count;
    const struct xt_search_value *values;
    size_t value_count;
    const struct xt_search_number *numbers;
    size_t number_count;
    unsigned uncounted;     /* tokens that do not count in its length, as those of fields apart */
    struct xt_str sort_key; /* title in pinyin order */
    int64_t date;           /* days since 1970 for sort by date; INT64_MIN = none */
};

/* ---- life ---- */

struct xt_search_options {
    const char *dir; /* DATA/index */
    bool may_feed;   /* try to take the feeder's lock */
    const struct xt_search_schema *schema;
    const char *engine; /* "segment", "fts5"; NULL or unknown = the default */
};
/* Opens or makes the index. A missing, torn, foreign or outdated index is removed and made anew (reached 0):
 * *out_fresh says so. Without the feeder's lock an index that is absent or of another schema gives XT_E_BUSY. */
XT_MUST_USE enum xt_code xt_search_open(const struct xt_search_options *options, struct xt_search **out,
                                        bool *out_fresh, struct xt_error *err);
void xt_search_close(struct xt_search **search);
bool xt_search_is_feeder(const struct xt_search *search);
int64_t xt_search_reached(struct xt_search *search); /* number of the sequence it has caught up to */

/* Feeds docs in order and sets reached, in one transaction; visible to searches of every process on return. "fts5"
 * waits for the disk (some 30 ms) whatever the size of the transaction; "segment" does not.
 * XT_E_GONE: the index was deleted while it was open; it has been made anew and must be fed from 0. */
XT_MUST_USE enum xt_code xt_search_feed(struct xt_search *search, const struct xt_search_doc *docs, size_t count,
                                        int64_t reached, struct xt_error *err);
/* Idle work of about budget_ms (checkpoint, small merges; large ones go on in a thread). Feeder only. XT_E_GONE as above. */
XT_MUST_USE enum xt_code xt_search_tidy(struct xt_search *search, unsigned budget_ms, struct xt_error *err);

/* Puts an index that was opened to feed in another folder, and is fed, in the place of the one in dir, at once for every
 * process; the old one is removed. Who has it open notices and goes over. Closes it, also when it fails. Both folders lie on
 * one disk. One that was interrupted before is opened again where it stood. */
XT_MUST_USE enum xt_code xt_search_switch(struct xt_search **search, const char *dir, struct xt_error *err);

struct xt_search_stats {
    int64_t documents, tombstones, reached, bytes;
    int64_t parts; /* files that a search reads one after the other */
    const char *engine;
};
void xt_search_stats(struct xt_search *search, struct xt_search_stats *out);
/* Engine's own integrity check; and whether each given id with its class is there exactly once is the caller's. */
XT_MUST_USE enum xt_code xt_search_verify(struct xt_search *search, struct xt_problems *problems, struct xt_error *err);
/* Calls every live document's id (any order). */
XT_MUST_USE enum xt_code xt_search_each(struct xt_search *search, bool (*visit)(void *context, int64_t id),
                                        void *context, struct xt_error *err);

/* ---- asking ---- */

/* Equal ones stand by their number: DATE (newest first, none last) the higher first, else the lower. RELEVANCE
 * without any word to rank by is DATE. NUMBER: by a range, the least first, none last. */
enum xt_sort { XT_SORT_RELEVANCE, XT_SORT_DATE, XT_SORT_TITLE, XT_SORT_NUMBER };

/* Filter from a form or address: any of values within one facet, all filters together. For a range or the year
 * facet, values may be "2015..2018", "2015..", "..2018". */
struct xt_search_filter {
    struct xt_str name; /* of a facet or range */
    const struct xt_str *values;
    size_t value_count;
};

/* One side of a table of two facets: which row or column a value, and all below it that is not named itself, counts in. Values
 * may share one. */
struct xt_search_axis {
    struct xt_str facet;
    const struct xt_search_place {
        struct xt_str value;
        unsigned place; /* below size */
    } * values;
    size_t value_count;
    unsigned size; /* rows or columns, at most XT_SEARCH_AXIS_MAX */
    /* Not the document's own values count but those of the documents that it names in this facet, whose values are names.
     * "" = its own. */
    struct xt_str through;
};
#define XT_SEARCH_AXIS_MAX 1000

struct xt_search_request {
    struct xt_str query; /* the query language, see docs/search.md; "" = everything */
    /* Any piece of the words will do: their pairs of characters and their words, joined by OR, as what was not found as
     * phrases. Quoted phrases, conditions and what stands behind NOT hold all the same. */
    bool pieces;
    bool as_written; /* no synonyms */
    /* More like this: of the texts, the words that tell most, any of which must be found beside the query; ranked by how many
     * and how rare they are. Only fields that the reader may see count. NULL = none; such answers have one page. */
    const struct xt_search_text *like;
    size_t like_count;
    const int64_t *without; /* this document is left out: the one that others are to be like; NULL = none is */
    const int64_t *among;   /* only these documents are looked at, in ascending order; NULL = all */
    size_t among_count;
    const struct xt_search_filter *filters;
    size_t filter_count;
    const struct xt_str *facets; /* names whose counts are wanted */
    size_t facet_count;
    unsigned facet_values;              /* most values per facet, 0 = 20; selected ones are always among them */
    const struct xt_search_axis *cross; /* two, the rows and the columns of a table; NULL = none is wanted */
    enum xt_sort sort;
    unsigned sort_range;  /* of NUMBER: its place in the schema */
    unsigned limit;       /* 0 = only count; at most 1,000,000, whose room is taken at once */
    struct xt_str cursor; /* "" = first page; as given by an earlier answer */
    enum xt_class reader;
    unsigned budget_ms; /* 0 = none; past it the answer says at_least */
    bool one_thread;    /* never takes a second core, also when the machine has nothing else to do */
};

struct xt_search_hit {
    int64_t id;
    double score;
};
struct xt_search_count {
    const char *value;
    int64_t count;
};
struct xt_search_facet_counts {
    const char *name;
    const struct xt_search_count *counts;
    size_t count;
    size_t distinct;
};

struct xt_search_ignored {
    struct xt_str part;
    enum xt_msg why;
};

struct xt_search_synonym { /* what was looked for beside a phrase */
    struct xt_str phrase, also;
};

struct xt_search_answer { /* all in the arena */
    int64_t total;
    bool at_least; /* total and counts are lower bounds: the time was up after so much of the documents: */
    double looked; /* 0..1; 1 when all were looked at */
    const struct xt_search_hit *hits;
    size_t hit_count;
    const struct xt_search_facet_counts *facets;
    size_t facet_count;
    /* Row by row, size + 1 of them of size + 1 numbers each: the documents of a row and a column; the first row and column hold
     * those of any, in a place or not. NULL when no table was wanted. */
    const int64_t *table;
    const char *next;                 /* cursor, NULL at the end */
    const char *understood[XT_LANGS]; /* the query as it was read */
    const struct xt_search_ignored *ignored;
    size_t ignored_count;
    const struct xt_search_synonym *synonyms;
    size_t synonym_count;
    const struct xt_search_words *words; /* for highlighting */
    int64_t took_us;
};

/* Facet counts are exact over all matches with all filters (filters of the counted facet itself are left out, so
 * that a list shows what else could be chosen). */
XT_MUST_USE enum xt_code xt_search_ask(struct xt_search *search, const struct xt_search_request *request,
                                       struct xt_arena *arena, struct xt_search_answer *out, struct xt_error *err);

/* ---- when nothing is found ---- */

enum xt_relaxing {
    XT_RELAX_SYNONYMS, /* synonyms too, where they were not asked for */
    XT_RELAX_PIECES,   /* any piece of the words, see xt_search_request.pieces */
    XT_RELAX_FILTER,   /* without one filter */
    XT_RELAX_WORD,     /* without one word or condition of the query */
};

struct xt_search_relaxed { /* strings are the arena's or the request's */
    enum xt_relaxing how;
    const char *query;  /* what to ask instead; pieces as how says */
    struct xt_str part; /* what is left out: the filter's name, the word as it was written */
    int64_t total;
    bool at_least;
};

#define XT_RELAXED_MAX 8

/* What would find something where request finds nothing: first synonyms and pieces, then without each filter, then without the words
 * whose leaving finds most, with names in the language. Only what finds something, at most XT_RELAXED_MAX into out. All questions together take at
 * most about budget_ms: those that did not get their turn are left out. */
XT_MUST_USE enum xt_code xt_search_relax(struct xt_search *search, const struct xt_search_schema *schema,
                                         const struct xt_search_request *request, enum xt_lang lang, unsigned budget_ms,
                                         struct xt_arena *arena, struct xt_search_relaxed *out, size_t *out_count,
                                         struct xt_error *err);

/* Appends at most max_chars characters of text around its first hits to out, hits between U+0002 and U+0003;
 * "..." where cut is U+2026. Returns the number of hits in what was appended. field is the text's field index. */
size_t xt_search_highlight(const struct xt_search_words *words, unsigned field, struct xt_str text, size_t max_chars,
                           struct xt_text *out);

#endif
