/*
 * region.h - what makes a region, as data: record types, code lists, link roles, facets, identifier schemes.
 *
 * Read once from the files of region/ (embedded in the program; DATA/region and --region win file by file), checked
 * as a whole with all problems at once, and never changed after: everything here is read-only and safe from any
 * thread until the region is freed. Format of the files: docs/region.md.
 */
#ifndef XT_CATALOG_REGION_H
#define XT_CATALOG_REGION_H

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "catalog/meaning.h"
#include "room/room.h"
#include "search/search.h"

/* ---- code lists ---- */

struct xt_code_item {
    const char *code;
    const char *labels[XT_LANGS];      /* [XT_EN] falls back to Chinese where the list has none */
    const struct xt_code_item *parent; /* NULL at the top */
};

struct xt_codes {
    const char *name; /* "area" */
    const char *labels[XT_LANGS];
    const struct xt_code_item *items; /* in the order of the file */
    size_t count;
    bool open;                    /* codes that match pattern are accepted though not listed */
    const char *pattern;          /* POSIX extended, or NULL */
    struct xt_codes_index *index; /* private */
};

const struct xt_code_item *xt_codes_find(const struct xt_codes *codes, struct xt_str code);
/* By a label in either language, folded (width, case, spaces); NULL when unknown or when two codes share it. */
const struct xt_code_item *xt_codes_by_label(const struct xt_codes *codes, struct xt_str label);
/* True when code is listed or admitted by an open list. */
bool xt_codes_accept(const struct xt_codes *codes, struct xt_str code);
/* The code's label; of an unlisted code of an open list the label of its nearest listed beginning (as it stands, or
 * padded with zeros to the code's length); NULL when there is none. */
const char *xt_codes_label(const struct xt_codes *codes, struct xt_str code, enum xt_lang lang);

/* ---- fields and types ---- */

enum xt_kind {
    XT_KIND_STRING,
    XT_KIND_TEXT,
    XT_KIND_INTEGER,
    XT_KIND_DECIMAL,
    XT_KIND_MONEY,
    XT_KIND_BOOL,
    XT_KIND_DATE,
    XT_KIND_YEAR,
    XT_KIND_CODE,
    XT_KIND_IDENTIFIER,
    XT_KIND_URL,
    XT_KIND_EMAIL,
    XT_KIND_LINK,
    XT_KIND_GROUP,
    XT_KINDS
};
const char *xt_kind_name(enum xt_kind kind);

struct xt_scheme;
struct xt_role;
struct xt_type;

struct xt_field {
    const char *name;
    const char *labels[XT_LANGS];
    const char *help[XT_LANGS]; /* NULL when none */
    const char *example;        /* NULL when none */
    const char *unit;           /* NULL when none */
    enum xt_kind kind;
    bool required, many, unique_items, identity;
    int64_t max_chars; /* of text kinds */
    bool has_min, has_max;
    double min, max;     /* of numbers */
    const char *pattern; /* POSIX extended, NULL when none */
    const regex_t *regex;
    enum xt_class visibility;
    const struct xt_codes *codes;   /* CODE */
    const struct xt_scheme *scheme; /* IDENTIFIER */
    const struct xt_role *role;     /* LINK */
    const char *const *to;          /* LINK: type names, NULL-terminated; "*" alone is any */
    const struct xt_field *fields;  /* GROUP */
    size_t field_count;
    int search;     /* index into the search schema's fields, -1 = not searched */
    int facet;      /* index into its facets, -1 */
    int range;      /* index into its ranges, -1 */
    const char *dc; /* oai_dc element "dc:title", NULL */
};

struct xt_section {
    const char *labels[XT_LANGS];
    const struct xt_field *const *fields;
    size_t count;
};

struct xt_type {
    const char *name;
    const char *labels[XT_LANGS], *plurals[XT_LANGS], *descriptions[XT_LANGS];
    int order;
    int suggest_back; /* among suggestions its titles stand as if they were so many characters longer */
    const struct xt_field *fields;
    size_t field_count;
    const struct xt_field *title;
    const struct xt_field *const *facts;
    size_t fact_count;
    const struct xt_section *sections;
    size_t section_count;
    struct xt_thing thing;   /* in schema.org */
    struct xt_citing citing; /* in lists of references */
    const json_t *json;      /* the file as it is */
};

const struct xt_field *xt_type_field(const struct xt_type *type, struct xt_str name);
/* By name or by label in either language (folded). */
const struct xt_field *xt_type_field_by_head(const struct xt_type *type, struct xt_str head);
const struct xt_field *xt_fields_find(const struct xt_field *fields, size_t count, struct xt_str name);

struct xt_role {
    const char *name;
    const char *labels[XT_LANGS], *inverse[XT_LANGS];
};

struct xt_scheme {
    const char *name;
    const char *labels[XT_LANGS];
    /* For readers; NULL where the file does not say: what it identifies, its form, the document it follows, one that is right,
     * and the beginning of the address where anyone looks one up. */
    const char *about[XT_LANGS], *form[XT_LANGS];
    const char *standard, *example, *resolve;
    /* Normalises text into out (at most out_size - 1 bytes and a zero); false when the check rule refuses it. */
    bool (*check)(struct xt_str text, char *out, size_t out_size);
    const char *rule; /* name of the check: "uscc" */
};

/* The check rules by name, with their sources in identity.c; NULL for an unknown one. */
bool (*xt_identity_rule(const char *name))(struct xt_str text, char *out, size_t out_size);

#define XT_WORKING_MAX 17

/* A check character, worked out: value times weight of each character before it, their sum, its rest by the modulus. */
struct xt_working_part {
    char c;
    int value, weight;
};
struct xt_working {
    struct xt_working_part parts[XT_WORKING_MAX];
    size_t count; /* 0 unless it was worked out */
    int sum, modulus, rest;
    char given[3], expected[3];      /* the check characters as they stand and as they must be; strings */
    char mended[XT_WORKING_MAX + 4]; /* the whole with the right check characters, without what stands between */
    size_t wanted, also_wanted;      /* characters that there must be; also_wanted 0 = no other number of them */
    size_t found; /* LENGTH: how many there are; CHARACTER: number from 1 of the bad one, which is: */
    char bad;
};
enum xt_worked {
    XT_WORKED_NOT,       /* the rule has no check character, or text has characters of no number */
    XT_WORKED_LENGTH,    /* too short or too long */
    XT_WORKED_CHARACTER, /* one of them does not occur in such numbers */
    XT_WORKED,           /* given and expected say whether it is right */
};
/* rule as in xt_scheme; text as people write it. */
enum xt_worked xt_identity_work(const char *rule, struct xt_str text, struct xt_working *out);

/* ---- the region ---- */

struct xt_facet {
    const char *name;
    const char *labels[XT_LANGS];
    const struct xt_codes *const *lists; /* whose codes are the values; none = values are labels themselves */
    size_t list_count;
};

/* A word of the pages, explained: a row of glossary.tsv, a record type by its description, a kind of identifier. */
enum xt_term_kind { XT_TERM_WORD, XT_TERM_TYPE, XT_TERM_IDENTIFIER };
struct xt_term {
    enum xt_term_kind kind;
    const char *name; /* its place on the page: "fold", "type-paper", "id-doi" */
    const char *labels[XT_LANGS];
    const char *about[XT_LANGS];
    const char *source; /* a document or standard; NULL = none */
    const char *of;     /* of a type or scheme its name; NULL */
};

struct xt_synonyms;
struct xt_region {
    const char *labels[XT_LANGS]; /* its name: region.json */
    const char *area;             /* its code in the list of the facet "area"; NULL where that has none such */
    const struct xt_type *types;  /* by order */
    size_t type_count;
    const struct xt_codes *codes;
    size_t codes_count;
    const struct xt_role *roles;
    size_t role_count;
    const struct xt_scheme *schemes;
    size_t scheme_count;
    const struct xt_facet *facets; /* [0] is type */
    size_t facet_count;
    struct xt_search_schema schema; /* what the search index is told; facets in the same order */
    /* Fields of the schema behind those of the types, for suggestions (catalog/suggest.h): how titles sound, and their
     * pairs of initials; and the range that titles are sorted by. */
    unsigned title_sound, title_initials, title_rank;
    const struct xt_term *terms; /* words as the file has them, then types, then identifiers */
    size_t term_count;
    const json_t *tour; /* tour.json: examples of searches, checked; see catalog/tour.h. NULL where there is none */
    struct xt_synonyms *synonyms;  /* private */
    struct xt_hash hash;           /* of all that decides what is indexed */
    struct xt_region_files *files; /* private */
};

/* dir: a folder that wins over the embedded files, or NULL; data_dir: DATA/region likewise (first looked at last). */
XT_MUST_USE enum xt_code xt_region_load(const char *dir, const char *data_dir, struct xt_region **out,
                                        struct xt_problems *problems, struct xt_error *err);
void xt_region_free(struct xt_region **region);
/* The bytes of a file of the region ("mappings/csl.json", "sample/sample.json"), by the same rule of who wins.
 * The view lives as long as the region. */
bool xt_region_file(struct xt_region *region, const char *path, struct xt_str *out);
/* Paths under prefix ("mappings/"), sorted, NULL-terminated, as arena strings. */
const char *const *xt_region_list(struct xt_region *region, const char *prefix, struct xt_arena *arena);

/* What the node's house is called in its region: "广东省协同", "Xietong Guangdong"; arena. */
const char *xt_region_house(const struct xt_region *region, enum xt_lang lang, struct xt_arena *arena);

const struct xt_type *xt_region_type(const struct xt_region *region, struct xt_str name);
const struct xt_codes *xt_region_codes(const struct xt_region *region, struct xt_str name);
const struct xt_role *xt_region_role(const struct xt_region *region, struct xt_str name);
const struct xt_scheme *xt_region_scheme(const struct xt_region *region, struct xt_str name);
const struct xt_facet *xt_region_facet(const struct xt_region *region, struct xt_str name);
/* What else a phrase is called (synonyms.tsv): the whole of it, or else the longest word inside it that has another name.
 * At most so many into out, in the arena; returns how many. */
size_t xt_synonyms_of(const struct xt_region *region, struct xt_str phrase, struct xt_arena *arena, struct xt_str *out,
                      size_t most);
const char *xt_facet_label(const struct xt_facet *facet, const struct xt_region *region, struct xt_str value,
                           enum xt_lang lang);

/* ---- a body against its type ---- */

/* Checks body and brings it into normal form in place: text trimmed and without control characters, identifiers
 * normalised, empty members removed, dates and codes checked. Every problem is added with its path; returns false when there
 * is one. Unknown members are problems. */
bool xt_type_check(const struct xt_region *region, const struct xt_type *type, json_t *body,
                   struct xt_problems *problems);
/* The value of a cell's text for field as a new JSON value (a number for money in fen, a code for a label, an array for a
 * many field split at ; ； or line breaks); NULL with a problem when it cannot be. Empty text gives json_null(). */
json_t *xt_field_from_text(const struct xt_region *region, const struct xt_field *field, struct xt_str text,
                           const char *path, struct xt_problems *problems);
/* The other way, for cells of an export: codes as codes, money as yuan, many joined by "；", links as "label <ref>". Groups as JSON. */
void xt_field_to_text(const struct xt_field *field, const json_t *value, struct xt_text *out);

/* JSON Schema 2020-12 of the type's body. */
void xt_type_schema(const struct xt_type *type, struct xt_text *out);

#endif
