/*
 * query.h - the query language: from what a person typed to a tree, and from the tree to words for highlighting.
 *
 * For the room's own files. Parsing never fails: what cannot be used is left out and reported. Everything lies in the
 * arena given. docs/search.md describes the language.
 */
#ifndef XT_SEARCH_QUERY_H
#define XT_SEARCH_QUERY_H

#include "search/search.h"

#define QUERY_BYTES_MAX    4096
#define QUERY_LEAVES_MAX   64
#define QUERY_DEPTH_MAX    24
#define QUERY_SYNONYMS_MAX 16  /* of one query */
#define QUERY_TOKENS_MAX   256 /* of one phrase */

#define SCHEMA_FIELDS_MAX  256
#define SCHEMA_FACETS_MAX  16
#define SCHEMA_RANGES_MAX  8

/* A set of the schema's fields. */
struct field_set {
    uint64_t bits[SCHEMA_FIELDS_MAX / 64];
};

static inline bool field_set_has(const struct field_set *set, size_t field)
{
    return set->bits[field / 64] >> (field % 64) & 1u;
}

static inline void field_set_add(struct field_set *set, size_t field)
{
    set->bits[field / 64] |= (uint64_t)1 << (field % 64);
}

enum query_kind { QUERY_ALL, QUERY_NONE, QUERY_AND, QUERY_OR, QUERY_NOT, QUERY_TEXT, QUERY_FACET, QUERY_RANGE };

struct query_node {
    enum query_kind kind;
    struct query_node *first, *next; /* children of AND, OR, NOT; next of the same parent */
    struct xt_str written;           /* as it was given, for "understood" */
    bool quoted, starred;
    bool named;         /* the fields were given by name */
    struct xt_str name; /* of the field as given */

    /* TEXT: a phrase */
    const struct xt_str *tokens;
    size_t token_count;
    bool prefix;                         /* the last token matches from its beginning */
    struct field_set fields;             /* where it may match */
    unsigned leaf;                       /* number among the text leaves */
    const struct query_node *stands_for; /* the phrase that this one is a synonym of; NULL */

    /* FACET: one value, or years from low to high */
    unsigned facet;
    unsigned through; /* of the documents named in this facet; 0 = its own: the first facet names none */
    struct xt_str value;
    bool is_span;

    /* RANGE, or FACET with is_span */
    unsigned range;
    int64_t low, high; /* both inclusive */

    /* set when the query is asked: which ordinals of the facet this node takes */
    const uint8_t *pass;
};

/* A word meant from its beginning that also is a whole word: such hits count twice, so that it ranks before longer ones. A
 * single Chinese character needs no twin. */
static inline bool has_twin(const struct query_node *leaf)
{
    return leaf->prefix && leaf->token_count == 1 && leaf->tokens[0].n > 1 &&
           (unsigned char)leaf->tokens[0].s[0] < 0x80;
}

struct query {
    struct query_node *root;                     /* never NULL */
    struct query_node *leaves[QUERY_LEAVES_MAX]; /* the text leaves, in order */
    size_t leaf_count;
    const struct xt_search_ignored *ignored;
    size_t ignored_count;
    struct xt_search_synonym synonyms[QUERY_SYNONYMS_MAX];
    size_t synonym_count;
};

struct query_env {
    const struct xt_search_schema *schema;
    /* Does the facet know this value? NULL = it knows all. */
    bool (*known)(void *context, unsigned facet, struct xt_str value);
    void *context;
    bool pieces, as_written; /* see xt_search_request */
};

void query_parse(const struct query_env *env, struct xt_str text, struct xt_arena *arena, struct query *out);

/* The query's text without one part of those joined by AND, as people write it. NULL: there is no such part, or nothing but
 * it. *out_part is the part as it was written. */
const char *query_without(const struct query_env *env, const struct query *query, int part, enum xt_lang lang,
                          struct xt_arena *arena, struct xt_str *out_part);
/* Is there a phrase that falls into pieces, or several words? */
bool query_has_pieces(const struct query *query);

/* The fields of words that name none: all but those apart. */
void query_fields(const struct xt_search_schema *schema, struct field_set *out);

/* The query as it was read. */
const char *query_understood(const struct query_env *env, const struct query *query, enum xt_lang lang,
                             struct xt_arena *arena);

/* "2015..2018", "2015..", "..2018", ">=2015", "2015"; numbers are multiplied by scale, dates become days. */
bool query_span(struct xt_str text, bool is_date, bool is_year, int64_t scale, int64_t *out_low, int64_t *out_high);

/* What xt_search_highlight marks: every phrase that is not excluded. */
const struct xt_search_words *query_words(const struct query *query, struct xt_arena *arena);

#endif
