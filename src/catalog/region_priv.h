/*
 * region_priv.h - for the files of catalog/ that build a region (region.c, codes.c, types.c) only.
 */
#ifndef XT_CATALOG_REGION_PRIV_H
#define XT_CATALOG_REGION_PRIV_H

#include <pthread.h>

#include "base/json.h"
#include "base/mem.h"
#include "catalog/region.h"

/* Names in the search schema that no type can have: words in any type's title, and what suggestions look for. */
#define REGION_TITLE_TEXT     "title-text"
#define REGION_TITLE_SOUND    "title-sound"
#define REGION_TITLE_INITIALS "title-initials"
#define REGION_TITLE_RANK     "title-rank"

/* Where a region's files come from, and the memory of the whole region. */
struct xt_region_files {
    struct xt_arena arena;
    pthread_mutex_t lock;       /* over the arena and loaded, after the region is built */
    const char *dirs[2];        /* --region, DATA/region; NULL where absent */
    struct loaded_file *loaded; /* files read from the disk */
    regex_t **regexes;          /* to be freed */
    size_t regex_count, regex_capacity;
    json_t **trees; /* parsed files, kept for the life of the region */
    size_t tree_count, tree_capacity;
    struct xt_hasher hasher; /* over what decides the index */
};

/* How types call a searched field, and how many do so. */
struct label_use {
    size_t field;
    const char *labels[XT_LANGS];
    int types;
};

/* A region under construction: problems collect, nothing stops at the first. */
struct region_build {
    struct xt_region *region;
    struct xt_region_files *files;
    struct xt_problems *problems;
    struct xt_search_field *search_fields;
    size_t search_field_count, search_field_capacity;
    struct label_use *labels; /* of searched fields, as the types call them */
    size_t label_count, label_capacity;
    struct xt_search_range *ranges;
    size_t range_count, range_capacity;
};

char *region_copy(struct region_build *b, struct xt_str s);
json_t *region_json(struct region_build *b, const char *path);       /* parsed and kept; NULL with a problem */
json_t *region_json_words(struct region_build *b, const char *path); /* the same of what decides nothing of the index */
/* "label": {"zh","en"} into out; a missing language is a problem when required. */
void region_labels(struct region_build *b, const json_t *object, const char *name, const char *path, bool required,
                   const char *out[XT_LANGS]);
/* Members of object that are not in the NULL-terminated list are problems: a misspelt one would say nothing. */
void region_settings(struct region_build *b, const char *path, const json_t *object, const char *const *known);
/* A lower-case letter, then lower-case letters, digits and the character other, at most max of them; else a problem. */
void region_name(struct region_build *b, const char *path, const char *name, char other, size_t max);
regex_t *region_regex(struct region_build *b, const char *pattern, const char *path); /* NULL with a problem */

/* The next line of a text, without its end; false when there is none left. */
bool region_line(struct xt_str *rest, struct xt_str *out);
/* Cuts line at tabs into at most count cells; absent ones are empty. */
void region_cells(struct xt_str line, struct xt_str *cells, size_t count);

#define REGION_SYNONYMS "synonyms.tsv"
void region_load_synonyms(struct region_build *b);
void region_synonyms_free(struct xt_synonyms **synonyms);
/* glossary.tsv, and what types and schemes say of themselves, which are loaded before. */
void region_load_glossary(struct region_build *b);
void region_load_tour(struct region_build *b);
void region_load_codes(struct region_build *b);
void region_load_types(struct region_build *b);
/* "thing" and "citation" of a type whose fields are loaded (meaning.c). */
void region_load_meaning(struct region_build *b, const char *path, struct xt_type *type, const json_t *json);
void region_codes_free(struct xt_codes *codes);

#endif
