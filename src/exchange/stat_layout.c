/* stat_layout.c - where the tables of a sheet are: blocks of columns side by side, blocks of rows below one another. */
#include <stdlib.h>
#include <string.h>

#include "exchange/stat_priv.h"

#define BLOCKS_MAX    200u
#define PLACES_MIN    3u /* names of places that make a column one of places */
#define HEAD_ROWS_MAX 60u

enum xt_stat_cell xt_stat_kind(const struct stat_sheet *sheet, size_t row, size_t column)
{
    if (column >= sheet->grid->rows[row].count)
        return XT_STAT_EMPTY;
    return (enum xt_stat_cell)sheet->kinds[row * sheet->grid->columns + column];
}

struct xt_str xt_stat_name(const struct stat_sheet *sheet, struct xt_str cell)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};

    xt_text_init(&out, 4 * XT_KIB);
    xt_stat_squeeze(cell, &out);
    return (struct xt_str){xt_arena_strndup(sheet->arena, out.s, out.n), out.n};
}

const struct xt_code_item *xt_stat_place(const struct stat_sheet *sheet, const struct stat_table *table,
                                         struct xt_str name, const struct xt_code_item *parent, struct xt_str *out_name)
{
    struct xt_str to = name;

    if (table)
        to = xt_stat_rename(&table->areas, to);
    if (sheet->mapping && to.s == name.s)
        to = xt_stat_rename(&sheet->mapping->areas, to);
    if (out_name)
        *out_name = to;
    return xt_stat_area(sheet->areas, to, parent);
}

static struct xt_str cell_at(const struct stat_sheet *sheet, size_t row, size_t column)
{
    return xt_grid_cell(sheet->grid, row, column);
}

static bool is_place(const struct stat_sheet *sheet, size_t row, size_t column)
{
    XT_AUTO(xt_text_done) struct xt_text name = {0};
    struct xt_str cell = cell_at(sheet, row, column);

    if (cell.n > 100 || xt_stat_kind(sheet, row, column) != XT_STAT_TEXT)
        return false;
    xt_text_init(&name, XT_KIB);
    xt_stat_squeeze(cell, &name);
    return xt_stat_place(sheet, NULL, xt_text_view(&name), NULL, NULL) != NULL;
}

/* ---- columns ---- */

static size_t first_number(const struct stat_sheet *sheet)
{
    size_t row, column;

    for (row = 0; row < sheet->grid->row_count; row++)
        for (column = 0; column < sheet->grid->rows[row].count; column++)
            if (xt_stat_kind(sheet, row, column) == XT_STAT_NUMBER)
                return row;
    return 0;
}

struct counts { /* of a column of the sheet */
    size_t texts, numbers, periods, places;
};

/* From the first row with a number on, for heads are text over values too. */
static struct counts count_column(const struct stat_sheet *sheet, size_t column, size_t first)
{
    struct counts n = {0};
    char period[XT_STAT_PERIOD_SIZE];
    size_t row;

    for (row = first; row < sheet->grid->row_count; row++) {
        enum xt_stat_cell kind = xt_stat_kind(sheet, row, column);

        n.numbers += kind == XT_STAT_NUMBER;
        n.texts += kind == XT_STAT_TEXT;
        if (kind == XT_STAT_NUMBER || kind == XT_STAT_TEXT)
            n.periods += xt_stat_period(cell_at(sheet, row, column), period);
        /* A hundred rows say what a column is. */
        if (kind == XT_STAT_TEXT && n.texts < 100)
            n.places += is_place(sheet, row, column);
    }
    return n;
}

static bool of_places(const struct counts *n)
{
    return n->places >= PLACES_MIN && n->places * 10 >= (n->texts < 100 ? n->texts : 100) * 3;
}

/* Both columns have a word in common that is no place: their head, "地区". */
static bool same_head(const struct stat_sheet *sheet, size_t a, size_t b)
{
    size_t i, k, rows = sheet->grid->row_count < 30 ? sheet->grid->row_count : 30;

    for (i = 0; i < rows; i++) {
        if (xt_stat_kind(sheet, i, a) != XT_STAT_TEXT || is_place(sheet, i, a))
            continue;
        for (k = 0; k < rows; k++)
            if (xt_stat_kind(sheet, k, b) == XT_STAT_TEXT && !is_place(sheet, k, b) &&
                xt_str_eq(xt_stat_name(sheet, cell_at(sheet, i, a)), xt_stat_name(sheet, cell_at(sheet, k, b))))
                return true;
    }
    return false;
}

/* The first columns of the blocks that stand side by side; at most max of them. A block begins where names of places come
 * once more behind columns of numbers. */
static size_t column_starts(const struct stat_sheet *sheet, const struct counts *columns, size_t *starts, size_t max)
{
    size_t count = 1, column, last = SIZE_MAX, values = 0;

    starts[0] = 0;
    for (column = 0; column < sheet->grid->columns && count < max; column++) {
        const struct counts *n = &columns[column];
        bool gap = column > 0 && columns[column - 1].texts + columns[column - 1].numbers == 0;

        if (of_places(n)) {
            if (last != SIZE_MAX && values > 0 && (gap || same_head(sheet, last, column)))
                starts[count++] = column;
            last = column;
            values = 0;
        } else {
            values += n->numbers >= PLACES_MIN;
        }
    }
    return count;
}

/* ---- rows of a block of columns ---- */

enum row_kind { ROW_EMPTY, ROW_LINE, ROW_HEAD, ROW_BODY };

struct strip { /* a block of columns */
    size_t column1, column2;
    size_t values;        /* first column that holds values */
    unsigned char *stubs; /* of column1 + i: names, not values */
};

static bool year_head(struct xt_str name)
{
    static const char *const NAMES[] = {"year", "Year", "YEAR", "年份", "年度", "年", "Month-Year"};
    size_t i;

    for (i = 0; i < XT_COUNT(NAMES); i++)
        if (xt_str_is(name, NAMES[i]))
            return true;
    return false;
}

/* A column of years that says so, or the first one. */
static bool of_years(const struct stat_sheet *sheet, size_t column, const struct counts *n, bool first)
{
    char period[XT_STAT_PERIOD_SIZE];
    size_t row;

    if (n->periods < (first ? 3u : 1u) || n->periods + 2 < n->numbers + n->texts)
        return false;
    for (row = 0; row < sheet->grid->row_count; row++) {
        struct xt_str cell = cell_at(sheet, row, column);

        if (xt_str_trim(cell).n == 0)
            continue;
        return xt_stat_period(cell, period) ? first : first || year_head(xt_stat_name(sheet, cell));
    }
    return false;
}

static bool asked_for(const struct stat_sheet *sheet, const struct stat_table *table, size_t column)
{
    const struct xt_str *wanted[] = {&table->area_column, &table->year_column, &table->unit_column, &table->code_column,
                                     &table->name_column};
    size_t row, i;

    for (row = 0; row < sheet->grid->row_count && row < 30; row++) {
        struct xt_str cell = cell_at(sheet, row, column), name;

        if (xt_str_trim(cell).n == 0 || cell.n > 300)
            continue;
        name = xt_stat_name(sheet, cell);
        for (i = 0; i < XT_COUNT(wanted); i++)
            if (wanted[i]->s && xt_str_eq(*wanted[i], name))
                return true;
        for (i = 0; i < table->ignore_count; i++)
            if (xt_str_eq(table->ignore[i], name))
                return true;
    }
    return false;
}

static void find_stubs(const struct stat_sheet *sheet, const struct stat_table *table, const struct counts *columns,
                       struct strip *strip)
{
    size_t i, n = strip->column2 - strip->column1;
    bool leading = true;

    strip->stubs = xt_arena_alloc(sheet->arena, n + 1);
    strip->values = strip->column2;
    for (i = 0; i < n; i++) {
        const struct counts *c = &columns[strip->column1 + i];
        size_t column = strip->column1 + i;
        bool stub = (leading && c->texts > 0 && c->texts >= c->numbers) || of_years(sheet, column, c, i == 0) ||
                    (!leading && of_places(c) && c->numbers == 0) || (table && asked_for(sheet, table, column));

        strip->stubs[i] = stub;
        if (!stub && c->texts + c->numbers > 0) {
            leading = false;
            strip->values = column < strip->values ? column : strip->values;
        }
    }
}

struct row_counts {
    size_t stub_texts, texts, numbers, periods, marks;
    size_t stub; /* first column with a name */
};

static struct row_counts count_row(const struct stat_sheet *sheet, const struct strip *strip, size_t row)
{
    struct row_counts n = {.stub = SIZE_MAX};
    char period[XT_STAT_PERIOD_SIZE];
    size_t column,
        behind = sheet->grid->rows[row].count < strip->column2 ? sheet->grid->rows[row].count : strip->column2;

    for (column = strip->column1; column < behind; column++) {
        enum xt_stat_cell kind = xt_stat_kind(sheet, row, column);

        if (kind == XT_STAT_EMPTY)
            continue;
        if (strip->stubs[column - strip->column1]) {
            n.stub_texts++;
            n.stub = n.stub == SIZE_MAX ? column : n.stub;
            continue;
        }
        n.texts += kind == XT_STAT_TEXT;
        n.marks += kind == XT_STAT_MARK;
        n.numbers += kind == XT_STAT_NUMBER;
        if ((kind == XT_STAT_NUMBER || kind == XT_STAT_TEXT) && xt_stat_period(cell_at(sheet, row, column), period))
            n.periods++;
    }
    return n;
}

/* A row that names years: all its numbers are years, and its names are no place, year or number. Below values it takes more
 * of them to believe it. */
static bool names_years(const struct stat_sheet *sheet, const struct strip *strip, const struct row_counts *n,
                        size_t row, bool below)
{
    char period[XT_STAT_PERIOD_SIZE];
    size_t column;

    if (n->periods < (below ? 3u : 1u) || n->numbers > n->periods || n->marks > 0)
        return false;
    for (column = strip->column1; column < strip->column2; column++)
        if (strip->stubs[column - strip->column1] &&
            (xt_stat_kind(sheet, row, column) == XT_STAT_NUMBER || is_place(sheet, row, column) ||
             xt_stat_period(cell_at(sheet, row, column), period)))
            return false;
    return n->periods >= 2 || n->stub == SIZE_MAX || xt_str_trim(cell_at(sheet, row, n->stub)).n <= 12;
}

static bool is_unit_line(const struct stat_sheet *sheet, const struct strip *strip, size_t row)
{
    struct xt_str unit, cell = cell_at(sheet, row, strip->column1);

    return cell.n > 0 && cell.n < 300 && xt_stat_unit_line(xt_stat_name(sheet, cell), &unit);
}

static enum row_kind kind_of_row(const struct stat_sheet *sheet, const struct strip *strip, size_t row, bool below,
                                 struct row_counts *out)
{
    struct row_counts n = count_row(sheet, strip, row);

    *out = n;
    if (n.stub_texts + n.texts + n.numbers + n.marks == 0)
        return ROW_EMPTY;
    if (n.numbers == 0 && is_unit_line(sheet, strip, row))
        return ROW_LINE;
    if (names_years(sheet, strip, &n, row, below))
        return ROW_HEAD;
    if (n.numbers > 0 || (n.marks > 0 && n.stub_texts > 0 && n.texts == 0))
        return ROW_BODY;
    return n.texts > 0 ? ROW_HEAD : ROW_LINE;
}

/* A title in the middle of its row: one text, above the line that says the unit, or merged over most of the columns. */
static bool is_title(const struct stat_sheet *sheet, const struct strip *strip, size_t row)
{
    const struct xt_grid *grid = sheet->grid;
    size_t width = strip->column2 - strip->column1, i;

    for (i = 0; i < grid->merge_count && grid->merges[i].row1 <= row; i++) {
        const struct xt_grid_merge *m = &grid->merges[i];

        if (m->row1 == row && m->column1 >= strip->column1 && m->column1 < strip->column2 && m->row2 == m->row1 &&
            (m->column1 == strip->column1 || m->column2 - m->column1 + 1 >= width) &&
            (m->column2 - m->column1 + 1) * 2 > width && width > 2)
            return true;
    }
    return false;
}

/* ---- blocks of rows ---- */

static struct stat_block *new_block(struct stat_sheet *sheet, const struct strip *strip)
{
    struct stat_block *block;
    size_t i;

    xt_grow(&sheet->blocks, &sheet->block_capacity, sheet->block_count + 1, sizeof *sheet->blocks);
    block = &sheet->blocks[sheet->block_count++];
    *block = (struct stat_block){.column1 = strip->column1, .column2 = strip->column2};
    block->columns = xt_arena_alloc(sheet->arena, (strip->column2 - strip->column1 + 1) * sizeof *block->columns);
    for (i = 0; i < strip->column2 - strip->column1; i++)
        block->columns[i].role = strip->stubs[i] ? STAT_STUB : STAT_VALUE;
    return block;
}

struct walk {                 /* through the rows of a strip */
    size_t top;               /* of the block being looked for */
    size_t head;              /* its first head row, SIZE_MAX: none yet */
    size_t head_end;          /* behind its last */
    struct stat_block *block; /* the one whose values are being passed, or NULL */
};

static void begin_block(struct stat_sheet *sheet, const struct strip *strip, struct walk *walk, size_t row)
{
    struct stat_block *block = new_block(sheet, strip);

    block->top = walk->top;
    block->head = walk->head == SIZE_MAX ? row : walk->head;
    block->head_end = walk->head == SIZE_MAX ? row : walk->head_end;
    if (block->head_end - block->head > HEAD_ROWS_MAX)
        block->head = block->head_end - HEAD_ROWS_MAX;
    block->end = row + 1;
    walk->block = block;
}

static void head_row(const struct stat_sheet *sheet, const struct strip *strip, struct walk *walk, size_t row,
                     const struct row_counts *n)
{
    if (walk->block) { /* a head below values: another block, if it is more than a stray word */
        if (n->texts + n->periods < 2 && strip->column2 - strip->values > 1)
            return;
        walk->top = walk->block->end;
        walk->head = SIZE_MAX;
        walk->block = NULL;
    }
    if (walk->head == SIZE_MAX && n->texts == 1 && n->stub_texts == 0 && is_title(sheet, strip, row))
        return;
    walk->head = walk->head == SIZE_MAX ? row : walk->head;
    walk->head_end = row + 1;
}

/* A line of text alone. Above the head it is a title; where a unit line comes below what seemed a head, that was one too. */
static void line_row(const struct stat_sheet *sheet, const struct strip *strip, struct walk *walk, size_t row)
{
    if (!walk->block && walk->head != SIZE_MAX && is_unit_line(sheet, strip, row) && walk->head_end - walk->head <= 2 &&
        count_row(sheet, strip, walk->head).stub_texts == 0)
        walk->head = SIZE_MAX;
}

static void rows_of(struct stat_sheet *sheet, const struct strip *strip)
{
    struct walk walk = {.head = SIZE_MAX};
    size_t row;

    for (row = 0; row < sheet->grid->row_count && sheet->block_count < BLOCKS_MAX; row++) {
        struct row_counts n;

        switch (kind_of_row(sheet, strip, row, walk.block != NULL, &n)) {
        case ROW_EMPTY:
            break;
        case ROW_LINE:
            line_row(sheet, strip, &walk, row);
            break;
        case ROW_HEAD:
            head_row(sheet, strip, &walk, row, &n);
            break;
        case ROW_BODY:
            if (!walk.block)
                begin_block(sheet, strip, &walk, row);
            walk.block = &sheet->blocks[sheet->block_count - 1];
            walk.block->end = row + 1;
            break;
        }
    }
}

/* ---- lines above and below ---- */

static void add_line(struct xt_text *out, struct xt_str line)
{
    if (line.n == 0)
        return;
    if (out->n > 0)
        xt_text_add_char(out, '\n');
    xt_text_add_str(out, line);
}

static struct xt_str keep(const struct stat_sheet *sheet, const struct xt_text *text)
{
    return (struct xt_str){xt_arena_strndup(sheet->arena, text->s, text->n), text->n};
}

static bool has_han(struct xt_str text)
{
    struct xt_str zh, en;

    xt_stat_split(text, &zh, &en);
    return zh.n > 0;
}

/* "地区：广州" above a table is the place of all of it, "指标：…" what all of it is about. */
static bool said(struct xt_str line, const char *word, struct xt_str *out)
{
    if (!xt_str_starts(line, word))
        return false;
    *out = xt_str_trim((struct xt_str){line.s + strlen(word), line.n - strlen(word)});
    return true;
}

static void title_lines(struct stat_sheet *sheet, struct stat_block *block)
{
    XT_AUTO(xt_text_done) struct xt_text title = {0};
    size_t row, column;

    xt_text_init(&title, 8 * XT_KIB);
    for (row = block->top; row < block->head; row++) {
        for (column = block->column1; column < block->column2; column++) {
            struct xt_str cell = cell_at(sheet, row, column), line, unit;

            if (xt_str_trim(cell).n == 0)
                continue;
            line = xt_stat_name(sheet, cell);
            if (xt_stat_unit_line(line, &unit))
                block->unit = unit;
            if (said(line, "地区:", &block->area_line) || said(line, "指标:", &block->indicator_line) ||
                xt_str_starts(line, "单位:"))
                continue;
            add_line(&title, line);
        }
    }
    block->title = keep(sheet, &title);
}

/* Lines between the head and the first values may say the unit too. */
static void lines_inside(struct stat_sheet *sheet, struct stat_block *block)
{
    size_t row;

    for (row = block->head; row < block->end && row < block->head_end + 3; row++) {
        struct xt_str cell = cell_at(sheet, row, block->column1), unit;

        if (cell.n > 0 && cell.n < 300 && xt_stat_unit_line(xt_stat_name(sheet, cell), &unit))
            block->unit = unit;
    }
}

static void note_lines(struct stat_sheet *sheet, struct stat_block *block, size_t behind)
{
    static const char *const NOTES[] = {"注", "资料来源", "数据来源", "说明", "摘编自", "来源",
                                        "*",  "①",        "a)",       "1)",   "Note",   "Source"};
    XT_AUTO(xt_text_done) struct xt_text note = {0};
    bool any = false, chinese = false;
    size_t row, i;

    xt_text_init(&note, 4 * XT_KIB);
    for (row = block->end; row < behind; row++) {
        struct xt_str cell = cell_at(sheet, row, block->column1), line;
        bool begins = false;

        if (xt_str_trim(cell).n == 0)
            continue;
        line = xt_stat_name(sheet, cell);
        for (i = 0; i < XT_COUNT(NOTES); i++)
            begins = begins || xt_str_starts(line, NOTES[i]);
        if (!begins && !any) /* the title of what comes next, or a name without values */
            continue;
        if (chinese && !has_han(line))
            continue;
        chinese = chinese || has_han(line);
        any = true;
        if (note.n > 0 && !begins) { /* a note over several lines */
            xt_text_add_str(&note, line);
            continue;
        }
        add_line(&note, line);
    }
    block->note = keep(sheet, &note);
}

/* A title of its own, not only "续表" or "continued". */
static bool own_title(struct xt_str title)
{
    return title.n > 0 && xt_str_find(title, XT_STR("续表")) == SIZE_MAX &&
           xt_str_find(title, XT_STR("continued")) == SIZE_MAX && has_han(title);
}

static void set_year(const struct stat_sheet *sheet, struct stat_block *block)
{
    struct xt_str rest = block->title;
    const char *slash = strrchr(sheet->path.s, '/');
    int64_t year = 0, other;
    int best = 0, strength;

    while (rest.n > 0) {
        const char *end = memchr(rest.s, '\n', rest.n);
        struct xt_str line = {rest.s, end ? (size_t)(end - rest.s) : rest.n};

        strength = xt_stat_year_in(line, &other);
        if (strength > 1 && has_han(line) && strength > best) {
            best = strength;
            year = other;
        }
        rest.s += line.n + (end ? 1 : 0);
        rest.n -= line.n + (end ? 1 : 0);
    }
    if (best < 4 && xt_stat_year_in(xt_str(slash ? slash + 1 : sheet->path.s), &other) > 0) {
        best = 3;
        year = other;
    }
    if (best < 3 && xt_stat_year_in(xt_str(sheet->grid->sheet), &other) > 0) {
        best = 2;
        year = other;
    }
    if (best == 0)
        best = xt_stat_year_in(block->title, &year);
    if (best > 0)
        block->year = xt_str(xt_arena_printf(sheet->arena, "%d", (int)year));
}

static void lines_of(struct stat_sheet *sheet)
{
    const struct stat_block *before = NULL;
    size_t i;

    for (i = 0; i < sheet->block_count; i++) {
        struct stat_block *block = &sheet->blocks[i];
        size_t behind = sheet->grid->row_count;

        if (i + 1 < sheet->block_count && sheet->blocks[i + 1].column1 == block->column1)
            behind = sheet->blocks[i + 1].head;
        title_lines(sheet, block);
        lines_inside(sheet, block);
        note_lines(sheet, block, behind);
        if (before && !own_title(block->title)) {
            block->title = before->title;
            block->unit = block->unit.n > 0 ? block->unit : before->unit;
            block->area_line = block->area_line.n > 0 ? block->area_line : before->area_line;
            block->indicator_line = block->indicator_line.n > 0 ? block->indicator_line : before->indicator_line;
        }
        block->table = xt_stat_table_of(sheet->mapping, block->title, sheet->place);
        set_year(sheet, block);
        before = block;
    }
}

/* ---- all ---- */

static void set_kinds(struct stat_sheet *sheet)
{
    const struct xt_grid *grid = sheet->grid;
    size_t row, column;

    sheet->kinds = xt_calloc(grid->row_count * grid->columns + 1, 1);
    for (row = 0; row < grid->row_count; row++)
        for (column = 0; column < grid->rows[row].count; column++)
            sheet->kinds[row * grid->columns + column] =
                (unsigned char)xt_stat_read_cell(grid->rows[row].cells[column], NULL, NULL);
}

void xt_stat_layout(struct stat_sheet *sheet)
{
    size_t starts[BLOCKS_MAX], count, i, first, columns = sheet->grid->columns;
    struct counts *counts = xt_calloc(columns + 1, sizeof *counts);
    const struct stat_table *table;

    set_kinds(sheet);
    first = first_number(sheet);
    for (i = 0; i < columns; i++)
        counts[i] = count_column(sheet, i, first);
    count = column_starts(sheet, counts, starts, XT_COUNT(starts));
    /* What a mapping says of columns helps to tell names from values; its title is not known yet, so the file must do. */
    table = xt_stat_table_of(sheet->mapping, XT_STR(""), sheet->place);
    for (i = 0; i < count; i++) {
        struct strip strip = {.column1 = starts[i], .column2 = i + 1 < count ? starts[i + 1] : columns};

        find_stubs(sheet, table, counts, &strip);
        rows_of(sheet, &strip);
    }
    free(counts);
    lines_of(sheet);
}

void xt_stat_layout_done(struct stat_sheet *sheet)
{
    free(sheet->kinds);
    free(sheet->blocks);
    sheet->kinds = NULL;
    sheet->blocks = NULL;
    sheet->block_count = sheet->block_capacity = 0;
}
