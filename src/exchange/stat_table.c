/* stat_table.c - the blocks of a sheet as long rows: one for each cell that holds a value. */
#include "exchange/stat_table.h"

#include <stdlib.h>
#include <string.h>

#include "exchange/stat_priv.h"

#define SPREAD_MAX ((size_t)16 * 1024 * 1024) /* rows by columns: a byte each */

struct xt_stat_reader {
    struct xt_stat_areas *areas;
    const struct xt_stat_mapping *mapping;
    struct xt_stat_facts facts;
};

struct xt_stat_reader *xt_stat_reader_new(const struct xt_region *region, const struct xt_stat_mapping *mapping)
{
    struct xt_stat_reader *reader = xt_calloc(1, sizeof *reader);

    reader->areas = xt_stat_areas_new(region);
    reader->mapping = mapping;
    return reader;
}

void xt_stat_reader_use(struct xt_stat_reader *reader, const struct xt_stat_mapping *mapping)
{
    reader->mapping = mapping;
}

void xt_stat_reader_free(struct xt_stat_reader **reader)
{
    if (!*reader)
        return;
    xt_stat_areas_free(&(*reader)->areas);
    free(*reader);
    *reader = NULL;
}

const struct xt_stat_facts *xt_stat_reader_facts(const struct xt_stat_reader *reader)
{
    return &reader->facts;
}

/* ---- rows ---- */

struct stub { /* what the names at the beginning of a row say */
    const struct xt_code_item *area;
    struct xt_str area_name, item, unit, year, code, name;
};

struct pass { /* over the rows of a block */
    struct xt_stat_reader *reader;
    const struct stat_sheet *sheet;
    const struct stat_block *block;
    const struct xt_code_item *parent; /* the place that heads the rows: "河北省" above its cities */
    struct xt_str group;               /* likewise an item */
    struct xt_str under;               /* goes before the names of all */
    struct xt_str prefix;              /* of the names: what the whole table is about */
    struct xt_str prefix_unit;
    struct xt_arena row_arena;
    xt_stat_take *take;
    void *user;
};

static struct xt_str stub_cell(struct pass *p, size_t row, size_t column)
{
    const struct xt_grid *grid = p->sheet->grid;
    struct xt_str cell = xt_str_trim(xt_grid_cell(grid, row, column));

    return cell;
}

static struct xt_str name_of(struct pass *p, struct xt_str cell)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    struct xt_str zh, en;

    xt_text_init(&out, 4 * XT_KIB);
    xt_stat_split(cell, &zh, &en);
    xt_stat_squeeze(zh.n > 0 ? zh : en, &out);
    return (struct xt_str){xt_arena_strndup(&p->row_arena, out.s, out.n), out.n};
}

static struct xt_str joined(struct pass *p, struct xt_str a, struct xt_str b)
{
    if (a.n == 0)
        return b;
    if (b.n == 0)
        return a;
    return xt_str(xt_arena_printf(&p->row_arena, "%.*s/%.*s", (int)a.n, a.s, (int)b.n, b.s));
}

/* Reads the names of a row; false when there are none. */
static bool read_stub(struct pass *p, size_t row, struct stub *out)
{
    const struct stat_block *b = p->block;
    char period[XT_STAT_PERIOD_SIZE];
    bool any = false;
    size_t i;

    for (i = 0; i < b->column2 - b->column1; i++) {
        const struct stat_column *column = &b->columns[i];
        struct xt_str cell = stub_cell(p, row, b->column1 + i), name;

        if (column->role != STAT_STUB || cell.n == 0)
            continue;
        any = true;
        name = name_of(p, cell);
        switch (column->what) {
        case STAT_AREA:
            out->area = xt_stat_place(p->sheet, b->table, name, p->parent, &out->area_name);
            break;
        case STAT_YEAR:
            out->year = xt_stat_period(cell, period) ? xt_str(xt_arena_strdup(&p->row_arena, period)) : name;
            break;
        case STAT_UNIT:
            out->unit = name;
            break;
        case STAT_CODE:
            out->code = cell;
            break;
        case STAT_NAME:
            out->name = name;
            break;
        case STAT_INDICATOR:
            (void)xt_stat_cut_unit(&name, &out->unit);
            out->item = joined(p, out->item, name);
            break;
        }
    }
    return any;
}

static bool has_values(struct pass *p, size_t row)
{
    const struct stat_block *b = p->block;
    size_t i;

    for (i = 0; i < b->column2 - b->column1; i++)
        if (b->columns[i].role == STAT_VALUE && xt_stat_kind(p->sheet, row, b->column1 + i) != XT_STAT_EMPTY)
            return true;
    return false;
}

static struct xt_str first_of(struct xt_str a, struct xt_str b)
{
    return a.n > 0 ? a : b;
}

static struct xt_str text_or(const char *a, struct xt_str b)
{
    return a ? xt_str(a) : b;
}

/* "{head}" stands for the head itself. */
static struct xt_str code_of(const struct stat_indicator *indicator, struct xt_str head)
{
    if (!indicator || !indicator->code)
        return XT_STR("");
    return strcmp(indicator->code, "{head}") == 0 ? head : xt_str(indicator->code);
}

static void set_place(struct pass *p, const struct stub *stub, const struct stat_column *column,
                      struct xt_stat_row *row)
{
    const struct stat_block *b = p->block;
    const struct xt_code_item *area = stub->area;
    struct xt_str name = stub->area_name;

    if (column->area_name.n > 0) {
        area = column->area;
        name = column->area_name;
    } else if (name.n == 0) {
        name = b->area_line.n > 0 ? b->area_line : b->table ? b->table->area : XT_STR("");
        area = name.n > 0 ? xt_stat_place(p->sheet, b->table, name, NULL, &name) : NULL;
    }
    row->area = area ? area->code : "";
    row->area_name = name;
}

/* The unit, from the nearest that says one. */
static struct xt_str unit_of(struct pass *p, const struct stub *stub, const struct stat_column *column,
                             const struct stat_indicator *indicator)
{
    const struct stat_table *table = p->block->table;
    struct xt_str unit = indicator && indicator->unit ? xt_str(indicator->unit) : XT_STR("");

    unit = first_of(unit, column->unit);
    unit = first_of(unit, stub->unit);
    unit = first_of(unit, p->prefix_unit);
    if (table && table->unit.s)
        unit = first_of(unit, table->unit);
    return first_of(unit, p->block->unit);
}

/* Asked once for a column, unless the rows are items. */
static const struct stat_indicator *indicator_of(struct pass *p, const struct stub *stub, struct stat_column *column)
{
    const struct stat_block *b = p->block;

    if (b->long_form || !b->table)
        return NULL;
    if (stub->item.n > 0)
        return xt_stat_indicator(b->table, joined(p, p->prefix, column->path), stub->item);
    if (!column->asked)
        column->indicator = xt_stat_indicator(b->table, joined(p, p->prefix, column->path), stub->item);
    column->asked = true;
    return column->indicator;
}

static enum xt_code hand_out(struct pass *p, size_t at, const struct stub *stub, size_t index, struct xt_error *err)
{
    const struct stat_block *b = p->block;
    struct stat_column *column = &b->columns[index];
    struct xt_str cell = xt_str_trim(xt_grid_cell(p->sheet->grid, at, b->column1 + index));
    XT_AUTO(xt_text_done) struct xt_text decimal = {0};
    XT_AUTO(xt_text_done) struct xt_text note = {0};
    const struct stat_indicator *indicator;
    struct xt_stat_row row = {
        .file = p->sheet->grid->file, .member = p->sheet->grid->member, .sheet = p->sheet->grid->sheet};

    xt_text_init(&decimal, XT_KIB);
    xt_text_init(&note, 8 * XT_KIB);
    (void)xt_stat_read_cell(cell, &decimal, &note);
    if (b->note.n > 0) {
        if (note.n > 0)
            xt_text_add_char(&note, ' ');
        xt_text_add_str(&note, b->note);
    }
    indicator = indicator_of(p, stub, column);
    set_place(p, stub, column, &row);
    row.year = first_of(column->year, text_or(indicator ? indicator->year : NULL, stub->year));
    row.year = first_of(row.year, b->table && b->table->year.s ? b->table->year : b->year);
    row.indicator = b->long_form ? stub->code : code_of(indicator, column->path);
    row.name = indicator && indicator->labels[XT_ZH] ? xt_str(indicator->labels[XT_ZH])
                                                     : joined(p, p->prefix, joined(p, column->path, stub->item));
    row.name = joined(p, p->under, b->long_form ? stub->name : row.name);
    row.value = cell;
    row.decimal = xt_text_view(&decimal);
    row.unit = unit_of(p, stub, column, indicator);
    if (row.unit.n == 0 && xt_str_ends(cell, "%"))
        row.unit = XT_STR("%");
    row.note = xt_text_view(&note);
    row.row = p->sheet->grid->rows[at].number;
    row.column = (int64_t)(b->column1 + index) + 1;
    p->reader->facts.rows++;
    p->reader->facts.without_area += row.area[0] == '\0';
    p->reader->facts.without_year += row.year.n == 0;
    p->reader->facts.without_indicator += row.indicator.n == 0;
    return p->take(p->user, &row, err);
}

static enum xt_code read_row(struct pass *p, size_t at, const struct stub *stub, struct xt_error *err)
{
    const struct stat_block *b = p->block;
    enum xt_code rc = XT_OK;
    size_t i;

    if (b->table && b->table->skip &&
        (xt_stat_matches(b->table->skip, stub->area_name, NULL) || xt_stat_matches(b->table->skip, stub->item, NULL)))
        return XT_OK;
    for (i = 0; rc == XT_OK && i < b->column2 - b->column1; i++)
        if (b->columns[i].role == STAT_VALUE && xt_stat_kind(p->sheet, at, b->column1 + i) != XT_STAT_EMPTY)
            rc = hand_out(p, at, stub, i, err);
    return rc;
}

/* A row of names alone heads the rows below it, or has its values in the next row, which then has no name. */
static void read_names(struct pass *p, const struct stub *stub)
{
    if (stub->area)
        p->parent = stub->area;
    if (stub->item.n > 0)
        p->group = xt_str(xt_arena_strndup(p->sheet->arena, stub->item.s, stub->item.n));
}

static enum xt_code read_block(struct pass *p, struct xt_error *err)
{
    const struct stat_block *b = p->block;
    struct stub before = {0};
    bool waiting = false; /* the row before had names and no values */
    enum xt_code rc = XT_OK;
    size_t row;

    for (row = b->head_end; rc == XT_OK && row < b->end; row++) {
        struct stub stub = {0};
        bool named = read_stub(p, row, &stub);

        if (!has_values(p, row)) {
            if (named) {
                read_names(p, &stub);
                before = stub;
                waiting = true;
            }
            continue;
        }
        if (!named && waiting)
            stub = before;
        else if (stub.item.n > 0 && p->group.n > 0)
            stub.item = joined(p, p->group, stub.item);
        waiting = false;
        rc = read_row(p, row, &stub, err);
        if (p->row_arena.used_bytes > XT_MIB) {
            xt_arena_clear(&p->row_arena);
            before = (struct stub){0};
        }
    }
    return rc;
}

static void set_prefix(struct pass *p)
{
    const struct stat_block *b = p->block;
    struct xt_str name = b->indicator_line;

    (void)xt_stat_cut_unit(&name, &p->prefix_unit);
    p->prefix = name;
    if (b->table && b->table->under)
        (void)xt_stat_matches(b->table->under, p->sheet->place, &p->under);
}

static enum xt_code read_blocks(struct xt_stat_reader *reader, struct stat_sheet *sheet, xt_stat_take *take, void *user,
                                struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    size_t i;

    for (i = 0; rc == XT_OK && i < sheet->block_count; i++) {
        struct pass pass = {.reader = reader, .sheet = sheet, .block = &sheet->blocks[i], .take = take, .user = user};

        xt_stat_heads(sheet, &sheet->blocks[i]);
        reader->facts.tables++;
        xt_arena_init(&pass.row_arena);
        set_prefix(&pass);
        rc = read_block(&pass, err);
        xt_arena_done(&pass.row_arena);
    }
    return rc;
}

enum xt_code xt_stat_read(struct xt_stat_reader *reader, const struct xt_grid *grid, xt_stat_take *take, void *user,
                          struct xt_error *err)
{
    struct xt_arena arena;
    struct stat_sheet sheet = {.grid = grid, .areas = reader->areas, .mapping = reader->mapping, .arena = &arena};
    enum xt_code rc;

    if (grid->columns > 0 && grid->row_count > SPREAD_MAX / grid->columns)
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_GRID_TOO_LARGE, XT_TEXT(grid->file), XT_INT(XT_GRID_ROWS_MAX),
                       XT_INT(XT_GRID_CELLS_MAX), XT_INT(XT_GRID_MERGES_MAX));
    xt_arena_init(&arena);
    sheet.path = xt_str(grid->member[0] ? xt_arena_printf(&arena, "%s/%s", grid->file, grid->member) : grid->file);
    sheet.place = grid->sheet[0] ? xt_str(xt_arena_printf(&arena, "%s#%s", sheet.path.s, grid->sheet)) : sheet.path;
    reader->facts.sheets++;
    xt_stat_layout(&sheet);
    rc = read_blocks(reader, &sheet, take, user, err);
    xt_stat_layout_done(&sheet);
    xt_arena_done(&arena);
    return rc;
}
