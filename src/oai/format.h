/*
 * format.h - the metadata formats a record can be written in: region/formats/NAME.json, read once.
 *
 * A format is data (docs/region.md, "Formats"): which element says which field of which type. Three ways to write: "dublin-core" (by
 * the types' own "exchange"), "full" (every public field, by its name; xt.h), and templates. Only public fields can be
 * named. A field that the region's type does not have is passed over, noted in notes; any other mistake is an error of the file.
 * Read-only after loading, safe from any thread.
 */
#ifndef XT_OAI_FORMAT_H
#define XT_OAI_FORMAT_H

#include <regex.h>

#include "base/mem.h"
#include "catalog/region.h"
#include "oai/view.h"

enum format_way { FORMAT_TEMPLATE, FORMAT_DUBLIN_CORE, FORMAT_FULL };

/* What a part writes into its element. */
enum part_from {
    PART_PARTS,  /* other parts */
    PART_TEXT,   /* a constant, or one of the words below */
    PART_FIELDS, /* the values of fields, each in an element of its own */
    PART_EACH,   /* for each value of a link or group, its parts */
    PART_LINK    /* the target of the link that is at hand, as an entity of the format */
};

/* What stands for a record, a link or the node. */
enum part_word {
    WORD_NONE,  /* the constant itself */
    WORD_ID,    /* the record's id in this format: "Persons/01J…" */
    WORD_KEY,   /* its key: "person/01J…" */
    WORD_OAI,   /* its OAI identifier */
    WORD_PAGE,  /* the address of its page */
    WORD_LABEL, /* the label of the link at hand */
    WORD_NODE,  /* the node's name */
    WORD_BASE,  /* the address of the node */
    WORD_ENTRY, /* the address of this interface */
    WORD_FIELD, /* an attribute: the value of a field of the body */
};

struct part_attribute {
    const char *name;
    enum part_word word;
    const char *text;             /* of WORD_NONE */
    const struct xt_field *field; /* of WORD_FIELD: left out where it is empty */
};

struct part_code {
    const char *code, *text;
};

struct part {
    const char *name;
    enum part_from from;
    enum part_word word;
    const char *text;
    const struct xt_field *const *fields; /* FIELDS: all of them, or (first) the first that is filled; EACH: one */
    size_t field_count;
    const struct part_attribute *attributes;
    size_t attribute_count;
    const struct part *parts;
    size_t part_count;
    const struct part_code *map; /* of codes and bools; other values are otherwise, or left out */
    size_t map_count;
    const char *otherwise, *prefix;
    const regex_t *match; /* values that do not match are left out; its first group is what is written */
    bool has_group;
    bool first, one, label, lang, always, known, required;
};

/* A type as an entity of a format. */
struct format_entity {
    const struct xt_type *type;
    const char *collection; /* of its ids: "Persons"; NULL = the type's name */
    const char *element;    /* as the target of a link */
    const char *label;      /* its element that holds the target's title there, NULL = none */
    const struct part *root;
};

struct format_set {
    const char *spec, *name;
    const struct xt_type *const *types;
    size_t type_count;
};

struct format {
    const char *prefix, *schema, *ns;
    enum format_way way;
    bool whole; /* every type has it */
    const struct format_entity
        *entities; /* of each type of the region, by its place there; element NULL = not in this format */
    const struct format_set *sets;
    size_t set_count;
    const struct part *service;        /* of the node itself, in Identify; NULL */
    const char *const *codes_as_codes; /* DUBLIN_CORE: elements that take a code itself; NULL-terminated */
};

struct formats {
    struct format *list;
    size_t count;
    struct xt_arena arena;
    struct xt_text notes; /* fields that the types do not have, one a line */
    regex_t **regexes;    /* owned */
    size_t regex_count, regex_capacity;
};

XT_MUST_USE enum xt_code formats_load(struct xt_region *region, struct formats *out, struct xt_error *err);
void formats_free(struct formats *formats);

const struct format *formats_find(const struct formats *formats, struct xt_str prefix);
const struct format_entity *format_entity(const struct format *format, const struct xt_region *region,
                                          const struct xt_type *type);

#endif
