/*
 * table_head.c - where the head of a table is and what its columns are called; titles above it.
 *
 * A sample of rows is read ahead and kept: the head is judged by what stands below it.
 */
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "table/table_part.h"

static void keep_sample(struct xt_table *table, const struct xt_raw_row *raw, enum xt_code code,
                        const struct xt_error *fault)
{
    struct xt_sample_row *row = &table->part.sample[table->part.sample_count++];
    size_t i;

    *row =
        (struct xt_sample_row){.number = raw->number, .count = raw->count, .code = code, .bytes_done = raw->bytes_done};
    if (code != XT_OK)
        row->err = *fault;
    row->cells = xt_arena_alloc(&table->part.arena, (raw->count + 1) * sizeof *row->cells);
    for (i = 0; i < raw->count; i++)
        row->cells[i] =
            (struct xt_str){xt_arena_strndup(&table->part.arena, raw->cells[i].s, raw->cells[i].n), raw->cells[i].n};
    row->as_read = row->cells;
    row->as_read_count = row->count;
    row->bad = raw->bad;
    row->bad_count = raw->bad_count;
    row->bad_places = xt_arena_alloc(&table->part.arena, (raw->bad_count + 1) * sizeof *row->bad_places);
    if (raw->bad_count > 0)
        memcpy(row->bad_places, raw->bad_places, raw->bad_count * sizeof *row->bad_places);
    row->raw =
        (struct xt_str){xt_arena_strndup(&table->part.arena, raw->raw.s ? raw->raw.s : "", raw->raw.n), raw->raw.n};
}

/* Of the rows above the data, to be written again one day; hundreds of them are no titles. */
static void keep_lead(struct xt_part *part, int64_t number, const struct xt_str *cells, size_t count)
{
    if (part->lead_count == XT_LEAD_ROWS) {
        part->lead_count--;
        memmove(part->lead, part->lead + 1, part->lead_count * sizeof *part->lead);
    }
    xt_grow(&part->lead, &part->lead_capacity, part->lead_count + 1, sizeof *part->lead);
    part->lead[part->lead_count++] = (struct xt_lead){number, cells, count};
}

bool xt_cells_blank(const struct xt_str *cells, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (cells[i].n > 0 && xt_str_trim(cells[i]).n > 0)
            return false;
    return true;
}

/* Room for as many cells in each row of the sample as the widest has: heads of several rows and merged cells fill them. */
static void widen_sample(struct xt_table *table)
{
    size_t width = 1, i;

    for (i = 0; i < table->part.sample_count; i++)
        if (table->part.sample[i].count > width)
            width = table->part.sample[i].count;
    for (i = 0; i < table->part.sample_count; i++) {
        struct xt_sample_row *row = &table->part.sample[i];
        struct xt_str *cells = xt_arena_alloc(&table->part.arena, width * sizeof *cells);

        memcpy(cells, row->cells, row->count * sizeof *cells);
        row->cells = cells;
    }
}

/* Rows up to a count, a size or the row asked for as head; empty ones are counted and left out. */
static enum xt_code take_sample(struct xt_table *table, int64_t head_row, struct xt_error *err)
{
    bool more = true;

    while (table->part.sample_count < XT_SAMPLE_ROWS && table->part.arena.used_bytes < XT_SAMPLE_BYTES) {
        struct xt_raw_row raw = {0};
        struct xt_error fault;

        enum xt_code rc = table->part.reader->ops->next(table->part.reader, &raw, &more, &fault);

        /* Broken further on: what was read of it stands, and the reader will say so again where that is over. */
        if (rc == XT_E_MEDIA && table->part.sample_count > 0)
            break;
        if (rc != XT_OK && rc != XT_E_INPUT) {
            if (err)
                *err = fault;
            return rc;
        }
        if (!more)
            break;
        if (raw.number < head_row) {
            if (rc == XT_OK && !xt_cells_blank(raw.cells, raw.count)) {
                keep_sample(table, &raw, rc, &fault);
                table->part.sample_count = 0;
                keep_lead(&table->part, raw.number, table->part.sample[0].as_read, raw.count);
            }
            continue;
        }
        if (rc == XT_OK && xt_cells_blank(raw.cells, raw.count)) {
            table->facts.empty_rows++;
            continue;
        }
        keep_sample(table, &raw, rc, &fault);
    }
    return XT_OK;
}

/* Trimmed, runs of white space with a line break among them as one space. */
static struct xt_str tidy_head(struct xt_table *table, struct xt_str cell)
{
    char *out;
    size_t n = 0, i;

    cell = xt_str_trim(cell);
    out = xt_arena_alloc(&table->part.arena, cell.n + 1);
    for (i = 0; i < cell.n; i++) {
        char c = cell.s[i];

        if (c == '\n' || c == '\r' || c == '\t')
            c = ' ';
        if (c == ' ' && n > 0 && out[n - 1] == ' ' && cell.s[i] != ' ')
            continue;
        if (c == ' ' && i > 0 && strchr("\n\r\t", cell.s[i - 1]) && n > 0 && out[n - 1] == ' ')
            continue;
        out[n++] = c;
    }
    return (struct xt_str){out, n};
}

struct taken { /* a head that stands already */
    struct xt_str head;
    size_t again; /* the number that the next one of this name gets */
};

/* Where head stands among them, or the free place where it would: slots is a power of two, and never full. */
static struct taken *find_taken(struct taken *taken, size_t slots, struct xt_str head)
{
    size_t at = xt_hash64(head.s, head.n) & (slots - 1);

    while (taken[at].head.s && !xt_str_eq(taken[at].head, head))
        at = (at + 1) & (slots - 1);
    return &taken[at];
}

static void set_heads(struct xt_table *table, const struct xt_sample_row *row)
{
    XT_AUTO(xt_free_ptr) struct taken *taken = NULL;
    size_t slots = 2, i;

    while (slots < 2 * table->part.columns)
        slots *= 2;
    taken = xt_calloc(slots, sizeof *taken);
    table->part.heads = xt_arena_alloc(&table->part.arena, table->part.columns * sizeof *table->part.heads);
    for (i = 0; i < table->part.columns; i++) {
        struct xt_str head = i < row->count ? tidy_head(table, row->cells[i]) : XT_STR("");
        struct taken *first, *place;

        if (head.n == 0)
            head = xt_str(xt_arena_printf(&table->part.arena, "column %zu", i + 1));
        first = place = find_taken(taken, slots, head);
        while (place->head.s) {
            head = xt_str(
                xt_arena_printf(&table->part.arena, "%.*s (%zu)", (int)first->head.n, first->head.s, first->again++));
            place = find_taken(taken, slots, head);
        }
        *place = (struct taken){head, 2};
        table->part.heads[i] = head;
    }
}

/* Merged head cells that reach further down make the lowest of their rows the head: their value stands in it too, and
 * names of groups above stay out of it ("R&D" over "staff", "funds"). */
static size_t head_bottom(struct xt_table *table, size_t head)
{
    const struct xt_reader *reader = table->part.reader;
    size_t bottom = head, i, k;

    for (i = 0; i < reader->merge_count; i++) {
        const struct xt_merge *m = &reader->merges[i];

        if (m->row1 > table->part.sample[head].number || m->row2 < table->part.sample[head].number ||
            m->column1 > table->limits.columns || m->column2 - m->column1 > 3 || m->row2 - m->row1 > 5)
            continue;
        size_t top = head;

        while (top > 0 && table->part.sample[top].number > m->row1)
            top--;
        for (k = head; k < table->part.sample_count && table->part.sample[k].number <= m->row2; k++) {
            struct xt_sample_row *row = &table->part.sample[k];
            size_t column = (size_t)m->column1 - 1;

            if (k == top || table->part.sample[top].number != m->row1 || column >= table->part.sample[top].count)
                continue;
            for (; row->count <= column; row->count++)
                row->cells[row->count] = XT_STR("");
            if (row->cells[column].n == 0)
                row->cells[column] = table->part.sample[top].cells[column];
            if (k > bottom)
                bottom = k;
        }
    }
    return bottom;
}

/* A head over two or three rows: what the lowest leaves blank stands in those above it. A row of one cell is a title.
 * Returns the topmost row of the head. */
static size_t complete_head(struct xt_table *table, size_t head)
{
    struct xt_sample_row *row = &table->part.sample[head];
    size_t above, i;

    for (above = head; above > 0 && head - above < 2; above--) {
        const struct xt_sample_row *up = &table->part.sample[above - 1];
        size_t filled = 0, taken = 0;

        for (i = 0; i < up->count; i++)
            filled += !xt_cells_blank(&up->cells[i], 1);
        if (filled < 2 || up->code != XT_OK || up->number + 1 != table->part.sample[above].number)
            return above;
        for (i = 0; i < up->count && i < table->part.columns; i++) {
            for (; row->count <= i; row->count++)
                row->cells[row->count] = XT_STR("");
            if (xt_cells_blank(&row->cells[i], 1) && !xt_cells_blank(&up->cells[i], 1)) {
                row->cells[i] = up->cells[i];
                taken++;
            }
        }
        if (taken == 0)
            return above;
    }
    return above;
}

static void set_kinds(struct xt_table *table, size_t head)
{
    struct xt_part *part = &table->part;
    size_t i;

    part->kinds = xt_arena_alloc(&part->arena, part->columns * sizeof *part->kinds);
    for (i = 0; i < part->columns; i++)
        part->kinds[i] = xt_guess_kind(part->sample + head + 1, part->sample_count - head - 1, i);
}

/* What stands above the head: a line a row, cells that repeat themselves (merged ones) once. */
static void set_title(struct xt_table *table, size_t head)
{
    XT_AUTO(xt_text_done) struct xt_text title = {0};
    size_t i, k;

    xt_text_init(&title, XT_TITLE_BYTES);
    for (i = 0; i < head; i++) {
        const struct xt_sample_row *row = &table->part.sample[i];

        for (k = 0; k < row->count; k++) {
            struct xt_str cell = xt_str_trim(row->cells[k]);

            if (cell.n == 0 || (k > 0 && xt_str_eq(row->cells[k], row->cells[k - 1])))
                continue;
            if (title.n > 0)
                xt_text_add_char(&title, k == 0 || title.s[title.n - 1] == '\n' ? '\n' : ' ');
            xt_text_add_str(&title, cell);
        }
    }
    table->part.title = (struct xt_str){xt_arena_strndup(&table->part.arena, title.s ? title.s : "", title.n), title.n};
}

enum xt_code xt_table_find_head(struct xt_table *table, struct xt_error *err)
{
    size_t head = 0, i;
    enum xt_code rc;

    if (table->options.raw)
        return XT_OK;
    rc = take_sample(table, table->options.head_row, err);
    if (rc != XT_OK)
        return rc;
    if (table->part.sample_count == 0)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_EMPTY, XT_TEXT(table->name));
    widen_sample(table);
    if (table->options.head_row > 0) {
        if (table->part.sample[0].code != XT_OK)
            return xt_fail(err, XT_E_INPUT, "", XT_MSG_TABLE_HEAD, XT_INT(table->options.head_row));
        table->facts.head_certainty = 100;
    } else {
        head = xt_guess_head(table->part.sample, table->part.sample_count, table->options.known_heads,
                             &table->facts.head_certainty);
        head = head_bottom(table, head);
    }
    table->facts.head_row = table->part.sample[head].number;
    table->part.columns = xt_guess_columns(table->part.sample, table->part.sample_count, head);
    set_title(table, complete_head(table, head));
    set_heads(table, &table->part.sample[head]);
    set_kinds(table, head);
    for (i = 0; i <= head; i++)
        keep_lead(&table->part, table->part.sample[i].number, table->part.sample[i].as_read,
                  table->part.sample[i].as_read_count);
    table->part.sample_at = head + 1;
    return XT_OK;
}

void xt_table_lead(const struct xt_table *table, struct xt_lead_look *out)
{
    const struct xt_reader *reader = table->part.reader;

    *out = (struct xt_lead_look){.rows = table->part.lead, .count = table->part.lead_count};
    if (!reader)
        return;
    out->merges = reader->merges;
    out->merge_count = reader->merge_count;
    out->widths = reader->widths;
    out->width_count = reader->width_count;
}
