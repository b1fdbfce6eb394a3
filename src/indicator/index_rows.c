/* index_rows.c - rows by unit and period while they are gathered, and the table that they become. */
#include "indicator/index_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- places ---- */

size_t xt_index_rows_places(const struct xt_index_file *file)
{
    return file->tree.indicator_count + file->column_count;
}

const char *xt_index_rows_code(const struct xt_index_file *file, size_t place)
{
    size_t n = file->tree.indicator_count;

    return place < n ? file->tree.nodes[file->tree.indicators[place]].code : file->columns[place - n].code;
}

const char *xt_index_rows_unit(const struct xt_index_file *file, size_t place)
{
    size_t n = file->tree.indicator_count;
    const char *unit = place < n ? file->tree.nodes[file->tree.indicators[place]].unit : file->columns[place - n].unit;

    return unit ? unit : "";
}

bool xt_index_rows_text(const struct xt_index_file *file, size_t place)
{
    const struct xt_index_column *column;
    size_t i;

    if (place < file->tree.indicator_count)
        return false;
    column = &file->columns[place - file->tree.indicator_count];
    if (column->group)
        return true;
    for (i = 0; i < file->column_count; i++)
        if (file->columns[i].by && strcmp(file->columns[i].by, column->code) == 0)
            return true;
    return false;
}

void xt_index_rows_init(struct xt_index_rows *rows, const struct xt_index_file *file, struct xt_index_data *data)
{
    size_t place;

    *rows = (struct xt_index_rows){
        .file = file, .data = data, .places = xt_index_rows_places(file), .indicators = file->tree.indicator_count};
    rows->cells = xt_calloc(rows->places + 1, sizeof *rows->cells);
    for (place = 0; place < rows->places; place++)
        rows->cells[place].text = xt_index_rows_text(file, place);
}

void xt_index_rows_done(struct xt_index_rows *rows)
{
    size_t place;

    for (place = 0; rows->cells && place < rows->places; place++) {
        free(rows->cells[place].values);
        free(rows->cells[place].texts);
        free(rows->cells[place].said);
    }
    free(rows->cells);
    free(rows->unit);
    free(rows->name);
    free(rows->period);
    free(rows->slot);
    *rows = (struct xt_index_rows){0};
}

/* ---- rows ---- */

static char *keep(struct xt_index_rows *rows, struct xt_str s)
{
    s = xt_str_trim(s);
    return xt_arena_strndup(&rows->data->arena, s.s ? s.s : "", s.n);
}

static uint64_t hash_of(struct xt_str unit, int32_t period)
{
    uint64_t h = 0xCBF29CE484222325u ^ (uint32_t)period; /* FNV-1a */
    size_t i;

    for (i = 0; i < unit.n; i++)
        h = (h ^ (unsigned char)unit.s[i]) * 0x100000001B3u;
    return h ^ h >> 29;
}

static bool is_row(const struct xt_index_rows *rows, size_t row, struct xt_str unit, int32_t period)
{
    return rows->period[row] == period && strncmp(rows->unit[row], unit.s, unit.n) == 0 &&
           rows->unit[row][unit.n] == '\0';
}

/* The slot of the first row of that unit and period, or a free one. */
static size_t *slot_of(struct xt_index_rows *rows, struct xt_str unit, int32_t period)
{
    size_t at = (size_t)hash_of(unit, period) & (rows->slots - 1);

    while (rows->slot[at] != 0 && !is_row(rows, rows->slot[at] - 1, unit, period))
        at = (at + 1) & (rows->slots - 1);
    return &rows->slot[at];
}

static void note_row(struct xt_index_rows *rows, size_t row)
{
    size_t *slot = slot_of(rows, xt_str(rows->unit[row]), rows->period[row]);

    if (*slot == 0)
        *slot = row + 1;
}

/* More slots than twice the rows, and the rows in them again. */
static void more_slots(struct xt_index_rows *rows)
{
    size_t row;

    for (rows->slots = 1024; rows->slots < 4 * (rows->rows + 1);)
        rows->slots *= 2;
    free(rows->slot);
    rows->slot = xt_calloc(rows->slots, sizeof *rows->slot);
    for (row = 0; row < rows->rows; row++)
        note_row(rows, row);
}

size_t xt_index_rows_add(struct xt_index_rows *rows, struct xt_str unit, struct xt_str name, int32_t period)
{
    size_t row = rows->rows++, place;

    xt_grow(&rows->unit, &rows->unit_capacity, rows->rows, sizeof *rows->unit);
    xt_grow(&rows->name, &rows->name_capacity, rows->rows, sizeof *rows->name);
    xt_grow(&rows->period, &rows->period_capacity, rows->rows, sizeof *rows->period);
    rows->unit[row] = keep(rows, unit);
    rows->name[row] = rows->unit[row];
    rows->period[row] = period;
    xt_index_rows_name(rows, row, name);
    for (place = 0; place < rows->places; place++) {
        struct xt_index_cells *cells = &rows->cells[place];

        xt_grow(&cells->said, &cells->said_capacity, rows->rows, 1);
        cells->said[row] = 0;
        if (cells->text) {
            xt_grow(&cells->texts, &cells->capacity, rows->rows, sizeof *cells->texts);
            cells->texts[row] = NULL;
        } else {
            xt_grow(&cells->values, &cells->capacity, rows->rows, sizeof *cells->values);
            cells->values[row] = NAN;
        }
    }
    if (rows->slots > 2 * rows->rows)
        note_row(rows, row);
    else
        rows->slots = 0; /* made again when they are looked at */
    return row;
}

size_t xt_index_rows_find(struct xt_index_rows *rows, struct xt_str unit, int32_t period)
{
    if (rows->slots == 0)
        more_slots(rows);
    return *slot_of(rows, unit, period) - 1; /* SIZE_MAX of 0 */
}

void xt_index_rows_rename(struct xt_index_rows *rows, size_t row, struct xt_str name)
{
    name = xt_str_trim(name);
    if (name.n > 0 && !xt_str_is(name, rows->name[row]) && !xt_str_is(name, rows->unit[row]))
        xt_index_rows_name(rows, row, name);
}

size_t xt_index_rows_find_or_add(struct xt_index_rows *rows, struct xt_str unit, struct xt_str name, int32_t period)
{
    size_t row = xt_index_rows_find(rows, unit, period);

    if (row == SIZE_MAX)
        return xt_index_rows_add(rows, unit, name, period);
    xt_index_rows_rename(rows, row, name);
    return row;
}

void xt_index_rows_name(struct xt_index_rows *rows, size_t row, struct xt_str name)
{
    name = xt_str_trim(name);
    rows->name[row] = name.n > 0 ? keep(rows, name) : rows->unit[row];
}

/* ---- cells ---- */

void xt_index_rows_value(struct xt_index_rows *rows, size_t row, size_t place, double value)
{
    rows->cells[place].said[row] = XT_INDEX_SAID;
    rows->cells[place].values[row] = value;
}

void xt_index_rows_words(struct xt_index_rows *rows, size_t row, size_t place, struct xt_str text)
{
    rows->cells[place].said[row] = XT_INDEX_SAID;
    rows->cells[place].texts[row] = keep(rows, text);
}

struct xt_str xt_index_rows_known(const struct xt_index_file *file, struct xt_str name)
{
    char plain[XT_INDEX_UNIT_NAME_SIZE];
    size_t i;

    if (file->unit_count == 0)
        return name;
    if (!xt_index_unit_plain(name, plain))
        return (struct xt_str){"", 0};
    for (i = 0; i < file->unit_count; i++)
        if (strcmp(file->units[i].also, plain) == 0)
            return xt_str(file->units[i].name);
    return (struct xt_str){"", 0};
}

/* ---- the table ---- */

static struct xt_index_cells *cells_of(const struct xt_index_rows *rows, const char *code)
{
    size_t place;

    for (place = 0; place < rows->places; place++)
        if (strcmp(xt_index_rows_code(rows->file, place), code) == 0)
            return &rows->cells[place];
    return NULL;
}

/* Columns that are chosen row by row. A row of no known kind has none. */
static void choose_columns(struct xt_index_rows *rows)
{
    size_t c, row, k;

    for (c = 0; c < rows->file->column_count; c++) {
        const struct xt_index_column *column = &rows->file->columns[c];
        struct xt_index_cells *to = &rows->cells[rows->indicators + c];
        const struct xt_index_cells *by = column->by ? cells_of(rows, column->by) : NULL;

        for (k = 0; by && by->text && !to->text && k < column->choice_count; k++) {
            const struct xt_index_cells *from = cells_of(rows, column->take[k]);

            for (row = 0; from && !from->text && row < rows->rows; row++)
                if (by->texts[row] && strcmp(by->texts[row], column->when[k]) == 0)
                    to->values[row] = from->values[row];
        }
    }
}

static void *copied(struct xt_index_rows *rows, const void *list, size_t size)
{
    void *copy = xt_arena_alloc(&rows->data->arena, (rows->rows + 1) * size);

    if (rows->rows > 0)
        memcpy(copy, list, rows->rows * size);
    return copy;
}

/* A column of texts has no numbers: all are missing. */
static const double *values_of(struct xt_index_rows *rows, size_t place)
{
    double *none;
    size_t row;

    if (!rows->cells[place].text)
        return copied(rows, rows->cells[place].values, sizeof(double));
    none = xt_arena_alloc(&rows->data->arena, (rows->rows + 1) * sizeof *none);
    for (row = 0; row < rows->rows; row++)
        none[row] = NAN;
    return none;
}

static const char *const *groups_of(struct xt_index_rows *rows)
{
    const struct xt_index_cells *cells;
    size_t row;

    if (rows->file->group == SIZE_MAX || !rows->cells[rows->indicators + rows->file->group].text)
        return NULL;
    cells = &rows->cells[rows->indicators + rows->file->group];
    for (row = 0; row < rows->rows; row++)
        if (cells->texts[row])
            return copied(rows, cells->texts, sizeof *cells->texts);
    return NULL;
}

static void end_cells(struct xt_index_rows *rows)
{
    struct xt_index_data *data = rows->data;
    const unsigned char **said = xt_arena_alloc(&data->arena, (rows->places + 1) * sizeof *said);
    const char *const **texts = xt_arena_alloc(&data->arena, (rows->places + 1) * sizeof *texts);
    size_t place;

    for (place = 0; place < rows->places; place++) {
        const struct xt_index_cells *cells = &rows->cells[place];

        said[place] = copied(rows, cells->said, 1);
        texts[place] = cells->text ? copied(rows, cells->texts, sizeof *cells->texts) : NULL;
    }
    data->said = said;
    data->texts = texts;
}

void xt_index_rows_end(struct xt_index_rows *rows)
{
    struct xt_index_data *data = rows->data;
    const struct xt_index_file *file = rows->file;
    const double **values = xt_arena_alloc(&data->arena, (rows->indicators + 1) * sizeof *values);
    struct xt_index_extra *extras = xt_arena_alloc(&data->arena, (file->column_count + 1) * sizeof *extras);
    size_t i;

    choose_columns(rows);
    for (i = 0; i < rows->indicators; i++)
        values[i] = values_of(rows, i);
    for (i = 0; i < file->column_count; i++) {
        memcpy(extras[i].code, file->columns[i].code, sizeof extras[i].code);
        extras[i].values = values_of(rows, rows->indicators + i);
    }
    end_cells(rows);
    data->names = copied(rows, rows->name, sizeof *rows->name);
    data->table =
        (struct xt_index_table){.rows = rows->rows,
                                .unit = copied(rows, rows->unit, sizeof *rows->unit),
                                .period = rows->any_period ? copied(rows, rows->period, sizeof *rows->period) : NULL,
                                .group = groups_of(rows),
                                .values = values,
                                .extras = extras,
                                .extra_count = file->column_count};
    xt_index_data_hash(file, data);
}
