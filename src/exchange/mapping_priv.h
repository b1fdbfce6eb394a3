/*
 * mapping_priv.h - compiled mappings; for mapping*.c and their tests only.
 *
 * A mapping is compiled into refs (columns or JSON paths), templates, specs (where a value comes from and what is
 * done to it) and records. All lie in the mapping's arena.
 */
#ifndef XT_EXCHANGE_MAPPING_PRIV_H
#define XT_EXCHANGE_MAPPING_PRIV_H

#include <locale.h>
#include <regex.h>

#include "base/mem.h"
#include "catalog/places.h"
#include "exchange/mapping.h"

/* One step of a JSON path: names[lang=zh].value is NAME names, WHERE lang=zh, NAME value. */
enum step_kind { STEP_NAME, STEP_INDEX, STEP_ALL, STEP_WHERE, STEP_WHERE_NOT };
struct step {
    enum step_kind kind;
    const char *name;    /* NAME, WHERE */
    struct xt_str value; /* WHERE */
    size_t index;
};

#define XT_PLACE_NUMBER SIZE_MAX
struct ref { /* a column by its head, or a path into a JSON row */
    const char *name;
    const struct step *steps;
    size_t step_count;
    bool from_root; /* "$.path": of the row, also inside "each" */
    bool of_place;  /* ":sheet": where the row stands, no column of it */
    size_t place;   /* offset of its text in struct xt_row, or XT_PLACE_NUMBER */
    size_t carried; /* number of the "carry" of that name plus one, 0 = none */
};

#define PART_TEXT (-1)
#define PART_SELF (-2) /* "{}": the value at hand; may stand where a column's number does */
struct part {
    int ref; /* or PART_TEXT, PART_SELF */
    struct xt_str text;
};
struct pattern { /* a template: "{a}|{b}" */
    const char *source;
    const struct part *parts;
    size_t count;
};

struct swap { /* "map" */
    struct xt_str from;
    const char *to;
};

struct condition {
    int ref;
    enum { COND_FILLED, COND_EMPTY, COND_IS, COND_NOT, COND_MATCHES, COND_UNLIKE } kind;
    const struct xt_str *values;
    size_t value_count;
    const regex_t *regex;
};
struct conditions { /* all must hold */
    const struct condition *list;
    size_t count;
};

enum spec_kind { SPEC_FROM, SPEC_TEXT, SPEC_ALL, SPEC_VALUE, SPEC_RECALL };
enum date_order { DATE_YMD, DATE_DMY, DATE_MDY, DATE_EXCEL };

struct spec {
    enum spec_kind kind;
    const int *refs; /* FROM: the first that is not empty */
    size_t ref_count;
    const struct pattern *patterns; /* TEXT: likewise */
    size_t pattern_count;
    const struct spec *all; /* ALL: their values together */
    size_t all_count;
    const json_t *value; /* VALUE, borrowed from the mapping's tree */
    const char *memory;  /* RECALL: name of what was remembered */
    struct conditions when;
    /* what is done to each value, in this order */
    struct xt_str strip;
    struct xt_str split; /* characters that separate */
    const regex_t *extract;
    const struct xt_str *empty; /* texts that mean nothing */
    size_t empty_count;
    const struct swap *map; /* sorted by from */
    size_t map_count;
    const struct pattern *as;
    bool hash, fold, first, last, rest;
    enum { PLACE_NONE, PLACE_OF_CODE, PLACE_OF_TEXT } place; /* a text's place becomes its code */
    int64_t longest;                                         /* characters; longer values are left out; 0 = any */
    int64_t clip; /* characters; longer values are cut and end in dots; 0 = never */
    const char *join;
    const char *unknown; /* CODE: "drop" or the code that stands for it */
    const json_t *otherwise;
    enum date_order date;
    int64_t fen; /* MONEY: of one unit; 0 = the field's own form (yuan) */
    /* links and groups */
    const int *each; /* of one or several paths, the elements of all */
    size_t each_count;
    const struct spec *label, *ref;
    const struct pattern *key;
    size_t key_count;
    const char *to;                  /* type of a link by key */
    const struct field_step *fields; /* GROUP */
    size_t field_count;
};

struct field_step {
    size_t number; /* in the mapping, for what is left out */
    const struct xt_field *field;
    struct xt_field one; /* the field as if it took one value */
    struct spec spec;
};

struct record_plan {
    const struct xt_type *type;
    struct conditions when, deleted;
    bool has_deleted;
    const struct spec *keys; /* alternatives */
    size_t key_count;
    const char *key_source; /* as written, for people */
    const struct spec *part;
    const struct spec *per; /* one record for each of its values, NULL = one of the row */
    const struct field_step *fields;
    size_t field_count;
};

struct memory_plan {
    const char *name;
    struct conditions when;
    const struct spec *key, *value;
};

struct carry_plan { /* a value that stays for the rows below */
    const char *name;
    struct spec spec;
};

#define XT_GATHER_BY_MAX 8
struct gather_plan {       /* see gather.h */
    const char *const *by; /* NULL: rows stand alone */
    size_t by_count;
    const char *name, *value; /* columns of a long table, NULL = none */
};

struct xt_mapping {
    struct xt_arena arena;
    const struct xt_region *region;
    json_t *tree;
    const char *name, *namespace_;
    const struct xt_type *direct; /* xt_mapping_of_type() */
    bool any;                     /* xt_mapping_of_types() */
    struct xt_table_options table;
    const char *const *columns; /* names of the columns of a file without head; NULL = it has one */
    size_t column_count;
    const char *const *lists; /* columns whose cells hold lists or groups as programs print them */
    size_t list_count;
    struct gather_plan gather; /* rows that are one row */
    struct ref *refs;          /* heap, grown while compiling */
    size_t ref_count, ref_capacity;
    regex_t **regexes; /* heap, to be freed */
    size_t regex_count, regex_capacity;
    const struct conditions *skip; /* any of them */
    size_t skip_count;
    const struct record_plan *records;
    size_t record_count;
    const struct memory_plan *memories;
    size_t memory_count;
    const struct carry_plan *carries; /* outer ones first */
    size_t carry_count;
    size_t step_count;        /* of fields, also inside groups */
    struct xt_places *places; /* of the list of areas; NULL when no field reads places */
    const struct xt_codes *places_of;
};

/* mapping_members.c: what may stand where in a mapping, as tables; checking and the JSON Schema read them */
enum member_kind {
    M_ANY,
    M_TEXT,
    M_TEXTS, /* a text or a list of texts */
    M_BOOL,
    M_INTEGER, /* from 1 */
    M_WORDS,   /* for people: zh and en */
    M_OBJECT,  /* of the members inside */
    M_OBJECTS, /* a list of them */
    M_MAP,
    M_TYPE,
    M_CONDITIONS,
    M_SKIP, /* a list of conditions */
    M_KEY,
    M_VALUE, /* a column's name, or an object of members_value */
    M_VALUES,
    M_REF,
    M_FIELDS,
};
struct members;
struct member {
    const char *name;
    enum member_kind kind;
    const struct members *inside;
    bool required;
    const char *zh, *en;
};
struct members {
    const char *name;
    const struct member *rows; /* ends in one without name */
};
extern const struct members members_mapping, members_input, members_gather, members_record, members_condition,
    members_memory, members_value;
const struct member *xt_members_find(const struct members *members, const char *name);
/* What is wrong with the form of a member's value, XT_MSG_NONE when nothing is. */
enum xt_msg xt_member_fault(const struct member *member, const json_t *value);

/* mapping_eval.c */
struct texts {
    struct xt_str *list;
    size_t count, capacity;
};
struct nodes {
    const json_t **list;
    size_t count, capacity;
};
/* What regular expressions said of texts: columns repeat themselves, and matching is the dearest step of a row. */
#define MATCH_SLOTS    4096u
#define MATCH_TEXT_MAX 120
struct match_slot {
    const regex_t *regex;
    uint16_t n, from, to; /* of text; the group */
    bool matched;
    char text[MATCH_TEXT_MAX];
};
struct left_out { /* of one field */
    int64_t unknown, ambiguous;
    char unknown_first[100], ambiguous_first[100];
};
struct eval {
    const struct xt_mapping *mapping;
    const struct xt_row *row;
    const int *columns;   /* of refs: index into row->cells, -1 = absent */
    json_t *const *lists; /* of columns: what their cells hold where that is a list or group, else NULL; may be NULL */
    const json_t *node;   /* element of "each", or the row's object, or NULL */
    struct xt_str self;
    struct xt_arena *arena;
    struct xt_memory *memory;
    struct match_slot *matches;    /* MATCH_SLOTS of them, or NULL */
    const struct xt_text *carried; /* of the mapping's carries; NULL while they are read themselves */
    struct left_out *left_out;     /* by number of the field, or NULL */
};

void xt_eval_nodes(const json_t *node, const struct ref *ref, struct nodes *out, struct xt_arena *arena);
void xt_eval_spec(const struct eval *eval, const struct spec *spec, struct texts *out);
bool xt_eval_conditions(const struct eval *eval, const struct conditions *conditions);
/* The text of a template, or empty when one of its placeholders is. */
struct xt_str xt_eval_pattern(const struct eval *eval, const struct pattern *pattern);
/* The value of a field, new; NULL when there is none. */
json_t *xt_eval_field(const struct eval *eval, const struct field_step *step, struct xt_problems *problems);
/* 32 hex digits of the folded text: equal for texts that differ in width, case and spaces only. */
struct xt_str xt_eval_hash(struct xt_str s, struct xt_arena *arena);
/* namespace/type/key, long keys by their hash. */
struct xt_str xt_source_key(const char *name_space, const char *type, struct xt_str key, struct xt_arena *arena);

/* A date as people write it: true with the wire form in out (XT_DATE_SIZE); *out_none for 0000-00-00. */
bool xt_read_date(struct xt_str text, enum date_order order, char *out, bool *out_none);

/* Texts by name and key, a fixed number of them: newer ones take the places of older ones. */
void xt_memory_put(struct xt_memory *memory, const char *name, struct xt_str key, struct xt_str value);
struct xt_str xt_memory_get(const struct xt_memory *memory, const char *name, struct xt_str key);

/* Regular expressions of mappings work on characters, not bytes, whatever the locale of the process: compiling and
 * matching stand between these two. */
locale_t xt_regex_locale_begin(void);
void xt_regex_locale_end(locale_t before);

/* mapping_literal.c */
/* A list or group as Python, JavaScript or JSON write it: quotes of both kinds, None and null, tuples, sets, dicts.
 * A list of pairs ("[('k', 'v')]") is a group. *out is NULL for a text that does not begin like one; false for one that
 * begins so and cannot be read. Caps: depth, items. */
bool xt_literal_parse(struct xt_str text, json_t **out);

/* mapping_path.c */
/* Parses "names[lang=zh].value"; false where it cannot be one. Strings go to arena. */
bool xt_path_parse(struct xt_str text, struct xt_arena *arena, struct ref *out);

#endif
