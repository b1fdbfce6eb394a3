/*
 * index_file.h - an index as data: region/indexes/NAME.json becomes a tree, a recipe and factors of uncertainty.
 *
 * The format is in docs/index-method.md. A file is checked as a whole; every fault is named by its place
 * ("recipe.steps[2].method", "nodes[4].parent"). What a file makes lives until xt_index_file_free() and is read-only.
 */
#ifndef XT_INDICATOR_INDEX_FILE_H
#define XT_INDICATOR_INDEX_FILE_H

#include <jansson.h>

#include "indicator/sensitivity.h"

#define XT_INDEX_FILE_BYTES_MAX (4 * XT_MIB)
#define XT_INDEX_UNIT_NAMES_MAX 2000
#define XT_INDEX_UNIT_NAME_SIZE 256 /* bytes of a name as it is compared, with the zero */

struct xt_index_column { /* a column that is no indicator: a denominator, what units are grouped by */
    char code[XT_INDEX_CODE_SIZE];
    const char *label[XT_LANGS];
    const char *unit, *head;
    bool group; /* text by which units are grouped */
    /* Chosen row by row: by the value of column `by`, the value of another column (a town of services is measured by the
     * output of services). NULL = it is read as it is. */
    const char *by;
    const char *const *when; /* values of by, */
    const char *const *take; /* and the columns then taken */
    size_t choice_count;
};

struct xt_index_unit {
    const char *name;
    const char *also; /* what data write in its place, plain */
};

/* The name of a unit as it is compared: without blanks, U+3000 among them. False where it is too long to be one. */
bool xt_index_unit_plain(struct xt_str name, char out[XT_INDEX_UNIT_NAME_SIZE]);

struct xt_index_file {
    struct xt_arena arena;
    json_t *json; /* the file as it is */
    const char *name, *version, *source;
    const char *label[XT_LANGS], *about[XT_LANGS];
    struct xt_index_tree tree;
    const struct xt_index_column *columns;
    size_t column_count;
    const struct xt_index_unit *units; /* all that are taken, by each of their names; none = whatever the data have */
    size_t unit_count;
    size_t group; /* the column that imputation by group uses: the recipe's "group", else the first; SIZE_MAX = none */
    struct xt_index_recipe recipe;
    bool principal; /* indicators are weighed by the first component of their group, from the data */
    const struct xt_factor *factors;
    size_t factor_count;
    size_t draws;
    uint64_t seed;
    double consistency; /* the worst ratio of the judgements of the file; 0 = there are none */
};

/* options: which of the file's named definitions are taken, "NODE=OPTION" each; NULL-terminated, may be NULL. */
XT_MUST_USE enum xt_code xt_index_file_load(const char *name, struct xt_str json, const char *const *options,
                                            struct xt_index_file **out, struct xt_problems *problems,
                                            struct xt_error *err);
void xt_index_file_free(struct xt_index_file **file);
/* The recipe (a member "recipe" or the object itself) of another JSON text in the place of the file's own. */
XT_MUST_USE enum xt_code xt_index_file_recipe(struct xt_index_file *file, struct xt_str json,
                                              struct xt_problems *problems, struct xt_error *err);

#endif
