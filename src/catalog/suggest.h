/*
 * suggest.h - what somebody may mean who has typed so much: types, places, terms of code lists, and records by title.
 *
 * What is typed may be characters, words, pinyin, initials, or characters with pinyin behind (text/pinyin.h). Types, places
 * and terms are looked for in tables in memory, made on first use. Titles are looked for in the search index, in fields of
 * their own: first those that begin so, then those that hold it. Titles stand by length, those of a type that stands back
 * (suggest_back of its file) as if they were longer; one that is just what was typed stands first; equal titles come once.
 * Only what the reader may see is suggested. The time is bounded: past it the answer holds what was found by then.
 */
#ifndef XT_CATALOG_SUGGEST_H
#define XT_CATALOG_SUGGEST_H

#include "catalog/catalog.h"

#define XT_SUGGEST_TYPED_MAX 200 /* bytes looked at */
#define XT_SUGGEST_LIMIT_MAX 20

enum xt_suggest_kind { XT_SUGGEST_TYPE, XT_SUGGEST_PLACE, XT_SUGGEST_TERM, XT_SUGGEST_RECORD };
const char *xt_suggest_kind_name(enum xt_suggest_kind kind); /* "type", "place", "term", "record" */

struct xt_suggestion { /* strings are the arena's or the region's */
    enum xt_suggest_kind kind;
    const char *label;  /* what to show; of a record its title */
    const char *marked; /* the same, what was typed between U+0002 and U+0003; another name of it may stand behind */
    const char *note; /* of a place those above it, of a term the name of its facet, of a record of its type; or NULL */
    const char *facet, *value; /* the filter that it stands for; NULL of a record */
    const char *key, *type;    /* of a record */
};

struct xt_suggest_request {
    struct xt_str typed;
    const struct xt_str *types; /* records of these types alone; none = of all */
    size_t type_count;
    unsigned limit;     /* most records; at most XT_SUGGEST_LIMIT_MAX */
    unsigned budget_ms; /* for looking titles up; 0 = as long as it takes */
    enum xt_class reader;
    enum xt_lang lang;
};

struct xt_suggest_answer {             /* all in the arena */
    const struct xt_suggestion *items; /* by kind, the best of each first */
    size_t count;
    bool complete; /* false: the time was up before all records were looked at */
    int64_t took_us;
};

XT_MUST_USE enum xt_code xt_catalog_suggest(struct xt_node *node, const struct xt_suggest_request *request,
                                            struct xt_arena *arena, struct xt_suggest_answer *out,
                                            struct xt_error *err);
/* Makes the tables now, so that the first who types does not wait. Any thread. */
void xt_catalog_suggest_prepare(struct xt_node *node);

/* Of the tables: made for a region, which must outlive them. */
struct xt_suggest_tables;
struct xt_suggest_tables *xt_suggest_tables_new(const struct xt_region *region);
void xt_suggest_tables_free(struct xt_suggest_tables **tables);

#endif
