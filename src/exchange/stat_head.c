/* stat_head.c - the head of a block: from cells over several rows to the path, unit and year of each column. */
#include <stdlib.h>
#include <string.h>

#include "exchange/stat_priv.h"

#define LEVELS_MAX 16u

struct level {       /* what stands over the same columns, row after row */
    size_t from, to; /* columns */
    size_t row;      /* the first */
    struct xt_text text;
};

struct levels {
    struct level list[LEVELS_MAX];
    size_t count;
};

struct heads {
    const struct stat_sheet *sheet;
    struct stat_block *block;
    size_t rows, width;
    const struct xt_grid_merge **merged; /* of each cell of the head, or NULL */
};

static size_t first_value(const struct stat_block *block)
{
    size_t i, width = block->column2 - block->column1;

    for (i = 0; i < width && block->columns[i].role != STAT_VALUE; i++)
        ;
    return i;
}

static void find_merged(struct heads *h)
{
    const struct xt_grid *grid = h->sheet->grid;
    const struct stat_block *b = h->block;
    size_t i, row, column;

    h->merged = xt_calloc(h->rows * h->width + 1, sizeof *h->merged);
    for (i = 0; i < grid->merge_count && grid->merges[i].row1 < b->head_end; i++) {
        const struct xt_grid_merge *m = &grid->merges[i];

        if (m->row2 < b->head || m->column2 < b->column1 || m->column1 >= b->column2)
            continue;
        for (row = m->row1 < b->head ? b->head : m->row1; row <= m->row2 && row < b->head_end; row++)
            for (column = m->column1 < b->column1 ? b->column1 : m->column1;
                 column <= m->column2 && column < b->column2; column++)
                h->merged[(row - b->head) * h->width + (column - b->column1)] = m;
    }
}

static struct xt_str text_at(const struct heads *h, size_t row, size_t column)
{
    return xt_str_trim(xt_grid_cell(h->sheet->grid, h->block->head + row, h->block->column1 + column));
}

static bool text_below(const struct heads *h, size_t row, size_t column)
{
    for (row++; row < h->rows; row++)
        if (text_at(h, row, column).n > 0)
            return true;
    return false;
}

/* In a sheet without merged cells a text reaches to the right over empty ones that have something below, as it has; but not
 * past what stands above them. */
static size_t reached_from(const struct heads *h, size_t row, size_t column)
{
    size_t values = first_value(h->block), left = column, above;

    if (h->sheet->grid->merge_count > 0 || row + 1 >= h->rows || !text_below(h, row, column))
        return column;
    for (; left > values && text_at(h, row, left).n == 0; left--)
        for (above = 0; above < row; above++)
            if (text_at(h, above, left).n > 0)
                return column;
    return text_at(h, row, left).n > 0 && text_below(h, row, left) ? left : column;
}

/* The text that stands over a column in a row of the head, and the columns it stands over. */
static struct xt_str over(const struct heads *h, size_t row, size_t column, size_t *from, size_t *to)
{
    const struct xt_grid_merge *m = h->merged[row * h->width + column];
    size_t left;

    *from = *to = column;
    if (m) {
        *from = m->column1 < h->block->column1 ? 0 : m->column1 - h->block->column1;
        *to = m->column2 >= h->block->column2 ? h->width - 1 : m->column2 - h->block->column1;
        if (m->row1 < h->block->head + row) /* said in the row where it begins */
            return XT_STR("");
        return xt_str_trim(xt_grid_cell(h->sheet->grid, m->row1, m->column1));
    }
    if (text_at(h, row, column).n > 0) {
        size_t behind = column + 1;

        /* It may reach to the right itself. */
        while (behind < h->width && text_at(h, row, behind).n == 0 && reached_from(h, row, behind) == column)
            *to = behind++;
        return text_at(h, row, column);
    }
    left = reached_from(h, row, column);
    if (left == column)
        return XT_STR("");
    *from = left;
    *to = column;
    while (*to + 1 < h->width && text_at(h, row, *to + 1).n == 0 && reached_from(h, row, *to + 1) == left)
        (*to)++;
    return text_at(h, row, left);
}

static void levels_of(const struct heads *h, size_t column, struct levels *out)
{
    size_t row;

    out->count = 0;
    for (row = 0; row < h->rows; row++) {
        size_t from, to;
        struct xt_str text = over(h, row, column, &from, &to);
        struct level *last = out->count > 0 ? &out->list[out->count - 1] : NULL;

        if (text.n == 0)
            continue;
        if (!last || last->from != from || last->to != to) {
            if (out->count == LEVELS_MAX)
                return;
            last = &out->list[out->count++];
            *last = (struct level){.from = from, .to = to, .row = row};
            xt_text_init(&last->text, 4 * XT_KIB);
        } else {
            xt_text_add_char(&last->text, '\n');
        }
        xt_text_add_str(&last->text, text);
    }
}

static void levels_done(struct levels *levels)
{
    size_t i;

    for (i = 0; i < levels->count; i++)
        xt_text_done(&levels->list[i].text);
}

/* "#出口", "其中:出口": a part of what stands before. */
static bool cut_part(struct xt_str *name)
{
    static const char *const SIGNS[] = {"#", "其中:", "其中"};
    size_t i;

    for (i = 0; i < XT_COUNT(SIGNS); i++)
        if (xt_str_starts(*name, SIGNS[i]) && name->n > strlen(SIGNS[i])) {
            name->s += strlen(SIGNS[i]);
            name->n -= strlen(SIGNS[i]);
            *name = xt_str_trim(*name);
            return true;
        }
    return false;
}

static struct xt_str join(const struct stat_sheet *sheet, struct xt_str a, struct xt_str b)
{
    char *out;

    if (a.n == 0)
        return b;
    if (b.n == 0)
        return a;
    out = xt_arena_alloc(sheet->arena, a.n + b.n + 2);
    memcpy(out, a.s, a.n);
    out[a.n] = '/';
    memcpy(out + a.n + 1, b.s, b.n);
    return (struct xt_str){out, a.n + 1 + b.n};
}

struct named {           /* what a column's head came to, while its neighbours are looked at */
    struct xt_str above; /* path of the levels above the last */
    struct xt_str last;
    bool part;
    size_t row; /* of the last level */
};

static void name_level(const struct stat_sheet *sheet, const struct level *level, struct stat_column *column,
                       struct xt_str *zh, struct xt_str *en)
{
    char period[XT_STAT_PERIOD_SIZE];
    struct xt_str unit;

    xt_stat_split(xt_text_view(&level->text), zh, en);
    *zh = xt_stat_name(sheet, *zh);
    *en = xt_stat_name(sheet, *en);
    if (zh->n == 0 && en->n > 0)
        *zh = *en;
    while (xt_stat_cut_unit(zh, &unit))
        column->unit = unit;
    if (xt_stat_period(*zh, period)) {
        column->year = xt_str(xt_arena_strdup(sheet->arena, period));
        *zh = *en = XT_STR("");
    } else if (xt_stat_is_unit(*zh) && !column->unit.n && level->from == level->to && level->row > 0) {
        column->unit = *zh; /* a row of units below the names */
        *zh = *en = XT_STR("");
    }
}

static void name_column(const struct heads *h, size_t index, struct named *out)
{
    struct stat_column *column = &h->block->columns[index];
    struct levels levels;
    size_t i;

    levels_of(h, index, &levels);
    for (i = 0; i < levels.count; i++) {
        struct xt_str zh, en;

        name_level(h->sheet, &levels.list[i], column, &zh, &en);
        column->path_en = join(h->sheet, column->path_en, en);
        if (zh.n == 0)
            continue;
        out->above = join(h->sheet, out->above, out->last);
        out->last = zh;
        out->row = levels.list[i].row;
    }
    out->part = cut_part(&out->last);
    levels_done(&levels);
}

/* The column that a part belongs to: the nearest before it whose name stands higher, or just the nearest. */
static size_t whole_of(const struct heads *h, const struct named *names, size_t index)
{
    size_t i, nearest = SIZE_MAX;

    for (i = index; i-- > 0 && h->block->columns[i].role == STAT_VALUE;) {
        if (names[i].part || names[i].last.n == 0)
            continue;
        if (nearest == SIZE_MAX)
            nearest = i;
        if (names[i].row < names[index].row)
            return i;
    }
    return nearest;
}

/* Do the heads name places? Then the rows say the indicator. */
static bool heads_are_places(const struct heads *h, const struct named *names)
{
    size_t i, values = 0, places = 0;

    for (i = 0; i < h->width; i++) {
        if (h->block->columns[i].role != STAT_VALUE || names[i].last.n == 0)
            continue;
        values++;
        places += xt_stat_place(h->sheet, h->block->table, names[i].last, NULL, NULL) != NULL;
    }
    return places >= 3 && places * 10 >= values * 6;
}

/* A unit line of several units: columns that say theirs take one each; the last that is left is everybody else's. */
static struct xt_str unit_left(const struct stat_block *block)
{
    struct xt_str rest = block->unit, left = {NULL, 0};
    size_t i, free_units = 0;

    while (rest.n > 0) {
        size_t n = 0, skip = 0;
        bool taken = false;

        for (; n < rest.n && rest.s[n] != ',' && rest.s[n] != ';' && rest.s[n] != '.'; n++)
            if (strncmp(rest.s + n, "、", 3) == 0) {
                skip = 3;
                break;
            }
        struct xt_str one = xt_str_trim((struct xt_str){rest.s, n});

        skip = n < rest.n && skip == 0 ? 1 : skip;
        for (i = 0; i < block->column2 - block->column1; i++)
            taken = taken || (block->columns[i].role == STAT_VALUE && xt_str_eq(block->columns[i].unit, one));
        if (!taken && one.n > 0) {
            free_units++;
            left = one;
        }
        rest.s += n + skip;
        rest.n -= n + skip;
    }
    return free_units == 1 ? left : block->unit;
}

const struct stat_indicator *xt_stat_indicator(const struct stat_table *table, struct xt_str head, struct xt_str row)
{
    size_t i;

    for (i = 0; table && i < table->indicator_count; i++) {
        const struct stat_indicator *one = &table->indicators[i];

        if ((!one->head || xt_stat_matches(one->head, head, NULL)) &&
            (!one->row || xt_stat_matches(one->row, row, NULL)))
            return one;
    }
    return NULL;
}

/* ---- columns of names ---- */

static void count_stub(const struct heads *h, size_t index, size_t *texts, size_t *places, size_t *periods, size_t *han)
{
    const struct stat_sheet *sheet = h->sheet;
    const struct stat_block *b = h->block;
    char period[XT_STAT_PERIOD_SIZE];
    size_t row, n = 0;

    *texts = *places = *periods = *han = 0;
    for (row = b->head_end; row < b->end && n < 200; row++) {
        struct xt_str cell = xt_grid_cell(sheet->grid, row, b->column1 + index), zh, en;

        if (xt_str_trim(cell).n == 0)
            continue;
        n++;
        (*texts)++;
        *periods += xt_stat_period(cell, period);
        *places += xt_stat_place(sheet, b->table, xt_stat_name(sheet, cell), NULL, NULL) != NULL;
        xt_stat_split(cell, &zh, &en);
        *han += zh.n > 0;
    }
}

static struct xt_str stub_head(const struct heads *h, size_t index)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    size_t row;

    xt_text_init(&text, 4 * XT_KIB);
    for (row = 0; row < h->rows; row++)
        xt_text_add_str(&text, text_at(h, row, index));
    return xt_stat_name(h->sheet, xt_text_view(&text));
}

static bool is_column(struct xt_str wanted, struct xt_str head)
{
    return wanted.s && xt_str_eq(wanted, head);
}

/* What the mapping says of a column by its head; false when it says nothing. */
static bool told(const struct stat_table *table, struct xt_str head, struct stat_column *column)
{
    size_t i;

    if (!table)
        return false;
    for (i = 0; i < table->ignore_count; i++)
        if (xt_str_eq(table->ignore[i], head)) {
            column->role = STAT_OTHER;
            return true;
        }
    if (is_column(table->value_column, head)) {
        column->role = STAT_VALUE;
        return true;
    }
    column->what = is_column(table->area_column, head)   ? STAT_AREA
                   : is_column(table->year_column, head) ? STAT_YEAR
                   : is_column(table->unit_column, head) ? STAT_UNIT
                   : is_column(table->code_column, head) ? STAT_CODE
                   : is_column(table->name_column, head) ? STAT_NAME
                                                         : STAT_INDICATOR;
    if (column->what == STAT_INDICATOR)
        return false;
    column->role = STAT_STUB;
    return true;
}

static void set_stub(const struct heads *h, size_t index, bool *has_area, bool *has_name)
{
    struct stat_column *column = &h->block->columns[index];
    const struct stat_table *table = h->block->table;
    size_t texts, places, periods, han;
    bool named = (table && (table->area_column.s || table->value_column.s));

    count_stub(h, index, &texts, &places, &periods, &han);
    if (texts == 0) {
        column->role = STAT_OTHER;
    } else if (periods * 10 >= texts * 6 &&
               (!table || table->rows == STAT_ROWS_FIND || table->rows == STAT_ROWS_YEARS)) {
        column->what = STAT_YEAR;
    } else if (!named && !*has_area &&
               (table && table->rows != STAT_ROWS_FIND ? table->rows == STAT_ROWS_AREAS : places * 2 >= texts)) {
        column->what = STAT_AREA;
        *has_area = *has_name = true;
    } else if (named || (*has_name && han == 0)) {
        column->role = STAT_OTHER; /* the same names in English, or what nobody asked for */
    } else {
        column->what = STAT_INDICATOR;
        *has_name = true;
    }
}

/* A table that goes on below itself: its names are what they were above. */
static bool goes_on(const struct heads *h)
{
    const struct stat_block *b = h->block, *before = b - 1;
    size_t i;

    if (b == h->sheet->blocks || before->column1 != b->column1 || before->column2 != b->column2 ||
        !xt_str_eq(before->title, b->title))
        return false;
    for (i = 0; i < h->width; i++)
        if (before->columns[i].role != STAT_VALUE) {
            b->columns[i].role = before->columns[i].role;
            b->columns[i].what = before->columns[i].what;
        }
    return true;
}

static void set_stubs(const struct heads *h)
{
    bool has_area = false, has_name = false;
    size_t i;

    if (goes_on(h))
        return;

    for (i = 0; i < h->width; i++)
        has_area = (told(h->block->table, stub_head(h, i), &h->block->columns[i]) &&
                    h->block->columns[i].role == STAT_STUB && h->block->columns[i].what == STAT_AREA) ||
                   has_area;
    has_name = has_area;
    for (i = 0; i < h->width; i++) {
        struct stat_column *column = &h->block->columns[i];

        if (column->role == STAT_STUB && column->what == STAT_INDICATOR)
            set_stub(h, i, &has_area, &has_name);
    }
}

/* A column of words among the values is none of them. */
static void drop_texts(const struct heads *h)
{
    const struct stat_block *b = h->block;
    size_t i, row;

    for (i = 0; i < h->width; i++) {
        size_t texts = 0, values = 0;

        for (row = b->head_end; row < b->end && b->columns[i].role == STAT_VALUE; row++) {
            enum xt_stat_cell kind = xt_stat_kind(h->sheet, row, b->column1 + i);

            texts += kind == XT_STAT_TEXT;
            values += kind == XT_STAT_NUMBER || kind == XT_STAT_MARK;
        }
        if (texts > values)
            b->columns[i].role = STAT_OTHER;
    }
}

void xt_stat_heads(const struct stat_sheet *sheet, struct stat_block *block)
{
    struct heads h = {.sheet = sheet,
                      .block = block,
                      .rows = block->head_end - block->head,
                      .width = block->column2 - block->column1};
    struct named *names = xt_calloc(h.width + 1, sizeof *names);
    bool places;
    size_t i;

    block->long_form = block->table && block->table->value_column.s;
    drop_texts(&h);
    find_merged(&h);
    set_stubs(&h);
    for (i = 0; i < h.width; i++)
        if (block->columns[i].role == STAT_VALUE)
            name_column(&h, i, &names[i]);
    places = heads_are_places(&h, names);
    for (i = 0; i < h.width; i++) {
        struct stat_column *column = &block->columns[i];
        size_t whole = names[i].part ? whole_of(&h, names, i) : SIZE_MAX;

        if (column->role != STAT_VALUE)
            continue;
        if (places) {
            column->what = STAT_AREA;
            column->area = xt_stat_place(sheet, block->table, names[i].last, NULL, &column->area_name);
            column->path = names[i].above;
            continue;
        }
        if (whole != SIZE_MAX && column->unit.n == 0) /* a part counts what the whole counts */
            column->unit = block->columns[whole].unit;
        column->path = join(sheet, whole == SIZE_MAX ? names[i].above : block->columns[whole].path, names[i].last);
    }
    block->unit = unit_left(block);
    free(h.merged);
    free(names);
}
