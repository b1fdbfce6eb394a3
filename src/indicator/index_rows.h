/*
 * index_rows.h - the table of an index in the making: rows by unit and period, cells in any order.
 *
 * Files (index_data.c) and observations kept in the store (observation.c) fill it alike, so that both give the same table
 * where they say the same. A cell has a place: the indicators of the tree in their order, then the columns of the file.
 * Owned and used by one thread.
 */
#ifndef XT_INDICATOR_INDEX_ROWS_H
#define XT_INDICATOR_INDEX_ROWS_H

#include "indicator/index_data.h"

struct xt_index_rows {
    const struct xt_index_file *file;
    struct xt_index_data *data; /* what it becomes; texts live in its arena */
    bool any_period;            /* set where the input tells periods */
    size_t rows;
    const char **unit, **name;
    int32_t *period;
    size_t places, indicators;
    struct xt_index_cells { /* of a place */
        bool text;          /* a group, or what others are chosen by */
        double *values;     /* NULL of a text */
        const char **texts; /* NULL of a number */
        unsigned char *said;
        size_t capacity, said_capacity;
    } * cells;
    /* private */
    size_t unit_capacity, name_capacity, period_capacity;
    size_t *slot, slots;
};

void xt_index_rows_init(struct xt_index_rows *rows, const struct xt_index_file *file, struct xt_index_data *data);
void xt_index_rows_done(struct xt_index_rows *rows);

size_t xt_index_rows_places(const struct xt_index_file *file);
const char *xt_index_rows_code(const struct xt_index_file *file, size_t place);
const char *xt_index_rows_unit(const struct xt_index_file *file, size_t place); /* of measure; "" where none is told */
bool xt_index_rows_text(const struct xt_index_file *file, size_t place);        /* its cells are texts, not numbers */

/* A further row; name empty = the unit's code. The unit is not looked for. */
size_t xt_index_rows_add(struct xt_index_rows *rows, struct xt_str unit, struct xt_str name, int32_t period);
size_t xt_index_rows_find(struct xt_index_rows *rows, struct xt_str unit, int32_t period); /* SIZE_MAX */
size_t xt_index_rows_find_or_add(struct xt_index_rows *rows, struct xt_str unit, struct xt_str name, int32_t period);
/* A name told later holds, as it does in the store; none, or the code in its place, tells nothing. */
void xt_index_rows_rename(struct xt_index_rows *rows, size_t row, struct xt_str name);
void xt_index_rows_name(struct xt_index_rows *rows, size_t row, struct xt_str name);

/* What a cell says, in the place of what it said; NaN is missing. */
void xt_index_rows_value(struct xt_index_rows *rows, size_t row, size_t place, double value);
void xt_index_rows_words(struct xt_index_rows *rows, size_t row, size_t place, struct xt_str text);

/* The name of a unit of the file's list, blanks within left out; of none, nothing. Any name where the file has no list. */
struct xt_str xt_index_rows_known(const struct xt_index_file *file, struct xt_str name);

/* Columns chosen row by row are filled in, and all of it becomes data->table with its names and hash. */
void xt_index_rows_end(struct xt_index_rows *rows);

#endif
