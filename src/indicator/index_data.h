/*
 * index_data.h - figures from files: wide or long tables become the table that an index runs on.
 *
 * Wide: a row for each unit and period, a column for each indicator, headed by its code or its label in either language
 * (a unit in brackets behind it does no harm). Long: columns unit, period, indicator, value. Which one it is shows from
 * the heads; "indicator" and "value" make it long. Columns that nobody knows are left out and named in unused.
 * Cells: numbers with or without thousands separators, 12.5% as 12.5; "", "-", "—", "…", "..", "NA", "N/A", "缺" are
 * missing. Anything else is a fault, named by row and column.
 */
#ifndef XT_INDICATOR_INDEX_DATA_H
#define XT_INDICATOR_INDEX_DATA_H

#include "base/hash.h"
#include "indicator/index_file.h"

struct xt_table;
struct xt_row;

struct xt_index_data_options {
    const char *unit, *period; /* heads of these columns; NULL = found by their usual names */
    const char *sheet;
    /* Called with each row that has faults: they are said to it alone, the reading goes on without the cells at fault (a row
     * without a period has none left). NULL = faults go to problems and end in XT_E_INPUT. */
    void (*refused)(void *context, const char *path, const struct xt_table *table, const struct xt_row *row,
                    const struct xt_problems *faults);
    void *context;
};

#define XT_INDEX_WORDS_MAX 200 /* bytes of a unit, its name or a group, where refused rows go back */

enum { XT_INDEX_UNSAID, XT_INDEX_SAID, XT_INDEX_SAID_EARLIER }; /* EARLIER: under a code that the unit had before */

struct xt_index_data {
    struct xt_arena arena;
    struct xt_index_table table; /* columns chosen by row are filled in */
    const char *const *names;    /* of each row's unit; its code where the file has none */
    struct xt_text unused;       /* heads, "、" between */
    struct xt_hash hash;         /* of units, periods, groups and values, whatever file they came from */
    /* By place (index_rows.h) and row: whether the input says anything of it, be it that it is missing; columns of texts as
     * they are, NULL of those of numbers. NULL where the data come from a release. */
    const unsigned char *const *said;
    const char *const *const *texts;
    int64_t seen, refused; /* figures of the files */
};

/* Several files are put one under the other. XT_E_INPUT with every fault ("row 17, A11"), XT_E_MEDIA for what is no table. */
XT_MUST_USE enum xt_code xt_index_data_read(const struct xt_index_file *file, const char *const *paths,
                                            const struct xt_index_data_options *options, struct xt_index_data **out,
                                            struct xt_problems *problems, struct xt_error *err);
/* The hash of what data holds now: set by xt_index_data_read(), to be called by who fills the table otherwise. */
void xt_index_data_hash(const struct xt_index_file *file, struct xt_index_data *data);
struct xt_index_data *xt_index_data_new(void); /* without rows, to be filled */
void xt_index_data_free(struct xt_index_data **data);

/* A metadata table (columns iCode, Parent, Weight, Direction, Unit, Target, Denominator, Type, Level as COINr's iMeta, or the same in
 * lower case) as the JSON of an index without a recipe's steps beyond minmax and arithmetic means. */
XT_MUST_USE enum xt_code xt_index_meta_read(const char *path, struct xt_text *out_json, struct xt_error *err);

#endif
