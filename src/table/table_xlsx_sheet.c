/*
 * table_xlsx_sheet.c - the rows of one sheet.
 *
 * The parser hands over what a piece of the part holds, often many rows: they wait in a queue of rows whose memory is
 * used again. Rows of the usual form do not come through it but by table_xlsx_quick.c, one at a time. Merged ranges stand behind the rows in the part (ECMA-376, 18.3.1.99), so the part is gone through once
 * before for them, by their letters only.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "table/table_xlsx_priv.h"

#define MERGES_MAX    200000u
#define ROWS_MAX      1048576
#define SHEET_COLUMNS 16384

struct sheet {
    struct xt_reader base;
    struct xt_workbook *workbook;
    struct xt_xml *xml;
    struct xt_merge *merges;
    size_t merge_capacity;
    bool too_many;
    double *widths;
    size_t width_capacity;
    /* the queue: rows[taken..whole) wait, rows[whole] is being read */
    struct xt_xlsx_row *rows;
    size_t row_capacity, taken, whole;
    struct xt_str *cells; /* of the row handed out */
    bool over;
    /* the parser's place */
    int64_t row_number;
    bool in_data, in_row, in_cell, in_value;
    unsigned phonetic;
    struct xt_xlsx_place place;
    size_t value_at; /* in the text of the row being read */
};

/* ---- the parser's calls ---- */

static struct xt_xlsx_row *current(struct sheet *sheet)
{
    return &sheet->rows[sheet->whole];
}

static void refuse(struct xt_xlsx_row *row, enum xt_msg fault, int64_t limit, int64_t value)
{
    if (row->fault != XT_MSG_NONE)
        return;
    row->fault = fault;
    row->fault_limit = limit;
    row->fault_value = value;
}

/* The row to be read now, empty. */
static struct xt_xlsx_row *fresh_row(struct sheet *sheet)
{
    size_t had = sheet->row_capacity;

    xt_grow(&sheet->rows, &sheet->row_capacity, sheet->whole + 1, sizeof *sheet->rows);
    for (; had < sheet->row_capacity; had++)
        sheet->rows[had] = (struct xt_xlsx_row){0};
    struct xt_xlsx_row *row = current(sheet);

    if (!row->text.s)
        xt_text_init(&row->text, (size_t)sheet->workbook->limits->line_bytes + XT_MIB);
    xt_text_clear(&row->text);
    row->count = 0;
    row->fault = XT_MSG_NONE;
    return row;
}

/* The attribute r says it; where it says nothing, the next. */
static int64_t row_number(const struct sheet *sheet, struct xt_str r)
{
    int64_t number;

    return xt_int_parse(r, &number) && number > 0 && number <= ROWS_MAX ? number : sheet->row_number + 1;
}

static void begin_row(struct sheet *sheet, const struct xt_xml_attributes *attributes)
{
    struct xt_xlsx_row *row = fresh_row(sheet);

    row->number = sheet->row_number = row_number(sheet, xt_xml_attribute(attributes, "r"));
    sheet->place.column = -1;
    sheet->in_row = true;
}

/* "BC12" -> 54, from 0; -1 where it is no reference. */
static int64_t column_of(struct xt_str reference, size_t *out_letters)
{
    int64_t column = 0;
    size_t i;

    for (i = 0; i < reference.n && i < 4 && reference.s[i] >= 'A' && reference.s[i] <= 'Z'; i++)
        column = column * 26 + (reference.s[i] - 'A' + 1);
    *out_letters = i;
    return column > 0 && column <= SHEET_COLUMNS ? column - 1 : -1;
}

static enum xt_xlsx_type type_of(struct xt_str t)
{
    if (t.n == 1)
        return t.s[0] == 's'   ? XT_XLSX_SHARED
               : t.s[0] == 'b' ? XT_XLSX_BOOL
               : t.s[0] == 'e' ? XT_XLSX_ERROR
               : t.s[0] == 'd' ? XT_XLSX_DATE
                               : XT_XLSX_NUMBER;
    if (xt_str_is(t, "str"))
        return XT_XLSX_STRING;
    return xt_str_is(t, "inlineStr") ? XT_XLSX_INLINE : XT_XLSX_NUMBER;
}

struct xt_xlsx_place xt_xlsx_place_of(const struct xt_workbook *workbook, struct xt_str reference, struct xt_str type,
                                      struct xt_str style, int64_t before)
{
    size_t letters;
    int64_t column = column_of(reference, &letters), index;
    struct xt_xlsx_place place = {.column = column >= 0 ? column : before + 1, .type = type_of(type)};

    if (place.type == XT_XLSX_NUMBER && xt_int_parse(style, &index) && index >= 0 &&
        (uint64_t)index < workbook->style_count)
        place.show = workbook->styles[index];
    return place;
}

static void begin_cell(struct sheet *sheet, const struct xt_xml_attributes *attributes)
{
    sheet->place =
        xt_xlsx_place_of(sheet->workbook, xt_xml_attribute(attributes, "r"), xt_xml_attribute(attributes, "t"),
                         xt_xml_attribute(attributes, "s"), sheet->place.column);
    sheet->value_at = current(sheet)->text.n;
    sheet->in_cell = true;
    sheet->phonetic = 0;
}

void xt_xlsx_keep(struct xt_xlsx_row *row, int64_t column, const char *view, size_t at, size_t n)
{
    xt_grow(&row->cells, &row->capacity, row->count + 1, sizeof *row->cells);
    row->cells[row->count++] = (struct xt_xlsx_cell){column, view, at, n};
}

static void keep_cell(struct sheet *sheet, struct xt_xlsx_row *row, const char *shared, size_t at, size_t n)
{
    const struct xt_table_limits *limits = sheet->workbook->limits;

    if (n == 0)
        return;
    if ((int64_t)n > limits->cell_bytes)
        refuse(row, XT_MSG_CELL_LONG, limits->cell_bytes, (int64_t)n);
    if (sheet->place.column >= limits->columns)
        refuse(row, XT_MSG_ROW_COLUMNS, limits->columns, sheet->place.column + 1);
    else
        xt_xlsx_keep(row, sheet->place.column, shared, at, n);
}

static void shared_cell(struct sheet *sheet, struct xt_xlsx_row *row, struct xt_str value)
{
    struct xt_str s = {"", 0};
    int64_t index;

    if (value.n == 0)
        return;
    if (!xt_int_parse(value, &index) || index < 0 || !xt_strings_get(sheet->workbook->strings, (size_t)index, &s)) {
        refuse(row, XT_MSG_XLSX_STRING, sheet->place.column + 1, 0);
        return;
    }
    keep_cell(sheet, row, s.s, 0, s.n);
}

bool xt_xlsx_stands(const struct xt_xlsx_place *place, struct xt_str value)
{
    switch (place->type) {
    case XT_XLSX_NUMBER:
        return xt_show_stands(value, place->show);
    case XT_XLSX_STRING:
    case XT_XLSX_INLINE:
        return !memmem(value.s, value.n, "_x", 2);
    case XT_XLSX_ERROR:
        return true;
    case XT_XLSX_SHARED:
    case XT_XLSX_BOOL:
    case XT_XLSX_DATE:
        break;
    }
    return false;
}

void xt_xlsx_show(const struct xt_workbook *workbook, const struct xt_xlsx_place *place, struct xt_text *text,
                  size_t at)
{
    struct xt_str value = {text->s + at, text->n - at};
    char number[64];
    bool yes;

    switch (place->type) {
    case XT_XLSX_BOOL:
        if (value.n == 0)
            break;
        yes = xt_str_is(value, "1") || xt_str_is(value, "true");
        xt_text_cut(text, at);
        xt_text_add_z(text, yes ? "TRUE" : "FALSE");
        break;
    case XT_XLSX_DATE:
        if (xt_str_ends(value, "T00:00:00") || xt_str_ends(value, "T00:00:00Z"))
            xt_text_cut(text, at + 10);
        break;
    case XT_XLSX_NUMBER:
        if (value.n == 0 || value.n > sizeof number)
            break;
        memcpy(number, value.s, value.n);
        xt_text_cut(text, at);
        xt_show_number((struct xt_str){number, value.n}, place->show, workbook->date1904, text);
        break;
    case XT_XLSX_STRING:
    case XT_XLSX_INLINE:
        xt_xlsx_unescape(text, at);
        break;
    case XT_XLSX_SHARED:
    case XT_XLSX_ERROR:
        break;
    }
}

static void end_cell(struct sheet *sheet)
{
    struct xt_xlsx_row *row = current(sheet);
    size_t at = sheet->value_at;

    sheet->in_cell = sheet->in_value = false;
    if (sheet->place.type == XT_XLSX_SHARED) {
        shared_cell(sheet, row, (struct xt_str){row->text.s + at, row->text.n - at});
        xt_text_cut(&row->text, at);
        return;
    }
    xt_xlsx_show(sheet->workbook, &sheet->place, &row->text, at);
    keep_cell(sheet, row, NULL, at, row->text.n - at);
}

static void end_row(struct sheet *sheet)
{
    struct xt_xlsx_row *row = current(sheet);

    sheet->in_row = false;
    if (xt_text_overflowed(&row->text) || (int64_t)row->text.n > sheet->workbook->limits->line_bytes)
        refuse(row, XT_MSG_ROW_LONG, sheet->workbook->limits->line_bytes, 0);
    if (row->count > 0 || row->fault != XT_MSG_NONE)
        sheet->whole++;
}

/* Widths stand before the rows (ECMA-376, 18.3.1.13). */
static void add_widths(struct sheet *sheet, const struct xt_xml_attributes *attributes)
{
    int64_t first, last, most = sheet->workbook->limits->columns;
    double width;

    if (!xt_int_parse(xt_xml_attribute(attributes, "min"), &first) ||
        !xt_int_parse(xt_xml_attribute(attributes, "max"), &last) ||
        !xt_double_parse(xt_xml_attribute(attributes, "width"), &width) || first < 1 || width <= 0)
        return;
    for (last = last > most ? most : last; first <= last; first++) {
        size_t had = sheet->width_capacity;

        xt_grow(&sheet->widths, &sheet->width_capacity, (size_t)first, sizeof *sheet->widths);
        for (; had < sheet->width_capacity; had++)
            sheet->widths[had] = 0;
        sheet->widths[first - 1] = width;
        if ((size_t)first > sheet->base.width_count)
            sheet->base.width_count = (size_t)first;
    }
    sheet->base.widths = sheet->widths;
}

static void sheet_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct sheet *sheet = user;

    if (sheet->in_cell) {
        if (strcmp(name, "v") == 0)
            sheet->in_value = sheet->place.type != XT_XLSX_INLINE;
        else if (strcmp(name, "t") == 0)
            sheet->in_value = sheet->place.type == XT_XLSX_INLINE && sheet->phonetic == 0;
        else if (strcmp(name, "rPh") == 0)
            sheet->phonetic++;
        else
            sheet->in_value = false;
    } else if (sheet->in_row) {
        if (strcmp(name, "c") == 0)
            begin_cell(sheet, attributes);
    } else if (sheet->in_data) {
        if (strcmp(name, "row") == 0)
            begin_row(sheet, attributes);
    } else if (strcmp(name, "sheetData") == 0) {
        sheet->in_data = true;
    } else if (strcmp(name, "col") == 0) {
        add_widths(sheet, attributes);
    }
}

static void sheet_end(void *user, const char *name)
{
    struct sheet *sheet = user;

    if (sheet->in_cell) {
        sheet->in_value = false;
        if (strcmp(name, "c") == 0)
            end_cell(sheet);
        else if (strcmp(name, "rPh") == 0)
            sheet->phonetic -= sheet->phonetic > 0;
    } else if (sheet->in_row) {
        if (strcmp(name, "row") == 0)
            end_row(sheet);
    } else if (strcmp(name, "sheetData") == 0) {
        sheet->in_data = false;
    }
}

static void sheet_text(void *user, const char *s, size_t n)
{
    struct sheet *sheet = user;

    if (sheet->in_value)
        xt_text_add(&current(sheet)->text, s, n);
}

static const struct xt_xml_calls SHEET_CALLS = {sheet_start, sheet_end, sheet_text};

/* ---- the quick way ---- */

static enum xt_quick quick_row(void *user, const char *s, size_t n, size_t *out_took)
{
    struct sheet *sheet = user;
    struct xt_xlsx_row *row = fresh_row(sheet);
    struct xt_str number;
    enum xt_quick how = xt_xlsx_quick_row(sheet->workbook, s, n, &number, row, out_took);

    if (how != XT_QUICK_TAKEN)
        return how;
    row->number = sheet->row_number = row_number(sheet, number);
    if (row->count == 0)
        return XT_QUICK_TAKEN;
    sheet->whole++;
    return XT_QUICK_STOP;
}

static const struct xt_xml_quick SHEET_QUICK = {"sheetData", "row", quick_row};

/* ---- merged ranges ---- */

static bool reference(struct xt_str *rest, int64_t *out_row, int64_t *out_column)
{
    size_t letters, i;
    int64_t column = column_of(*rest, &letters), row = 0;

    for (i = letters; i < rest->n && rest->s[i] >= '0' && rest->s[i] <= '9' && row <= ROWS_MAX; i++)
        row = row * 10 + (rest->s[i] - '0');
    *out_row = row;
    *out_column = column + 1;
    rest->s += i;
    rest->n -= i;
    return column >= 0 && row > 0 && row <= ROWS_MAX;
}

/* "A1:B2" */
static void add_merge(struct sheet *sheet, struct xt_str range)
{
    struct xt_merge merge;

    if (!reference(&range, &merge.row1, &merge.column1) || range.n == 0 || *range.s != ':')
        return;
    range.s++;
    range.n--;
    if (!reference(&range, &merge.row2, &merge.column2) || merge.row2 < merge.row1 || merge.column2 < merge.column1)
        return;
    if (sheet->base.merge_count == MERGES_MAX) {
        sheet->too_many = true;
        return;
    }
    xt_grow(&sheet->merges, &sheet->merge_capacity, sheet->base.merge_count + 1, sizeof *sheet->merges);
    sheet->merges[sheet->base.merge_count++] = merge;
}

/* Every mergeCell element in s whose closing ">" is there. Returns how much of s is done with. */
static size_t merges_in(struct sheet *sheet, const char *s, size_t n)
{
    size_t at = 0;

    for (;;) {
        const char *word = memmem(s + at, n - at, "mergeCell", 9);

        if (!word)
            return n > 16 ? (n - 16 > at ? n - 16 : at) : at;
        const char *end = memchr(word, '>', n - (size_t)(word - s));

        if (!end)
            return (size_t)(word - s);
        const char *ref = memmem(word, (size_t)(end - word), "ref=", 4);

        if (ref && ref + 5 < end && memchr(" \t\r\n", word[9], 4))
            add_merge(sheet, (struct xt_str){ref + 5, (size_t)(end - ref) - 5});
        at = (size_t)(end - s);
    }
}

static int by_row(const void *a, const void *b)
{
    const struct xt_merge *x = a, *y = b;

    if (x->row1 != y->row1)
        return x->row1 < y->row1 ? -1 : 1;
    return (x->column1 > y->column1) - (x->column1 < y->column1);
}

static void merge_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    if (strcmp(name, "mergeCell") == 0)
        add_merge(user, xt_xml_attribute(attributes, "ref"));
}

static void merge_end(void *user, const char *name)
{
    (void)user;
    (void)name;
}

static void merge_text(void *user, const char *s, size_t n)
{
    (void)user;
    (void)s;
    (void)n;
}

static const struct xt_xml_calls MERGE_CALLS = {merge_start, merge_end, merge_text};

/* UTF-16 has no letters to look for. A part that is damaged says so when its rows are read. */
static void merges_by_parser(struct sheet *sheet, struct xt_source **source)
{
    struct xt_xml *xml = xt_xml_open(source, &MERGE_CALLS, sheet, sheet->workbook->package->name);

    (void)xt_xml_all(xml, NULL);
    xt_xml_close(&xml);
}

static enum xt_code merges_by_letters(struct sheet *sheet, struct xt_source *source, struct xt_error *err)
{
    char piece[32 * XT_KIB];
    size_t have = 0, got = 1;

    while (got > 0) {
        enum xt_code rc = xt_source_read(source, piece + have, sizeof piece - have, &got, err);

        if (rc != XT_OK)
            return rc;
        have += got;
        size_t done = merges_in(sheet, piece, have);

        if (done == 0 && have == sizeof piece)
            done = have; /* an element of 32 KiB is none of ours */
        memmove(piece, piece + done, have - done);
        have -= done;
    }
    return XT_OK;
}

static enum xt_code read_merges(struct sheet *sheet, const char *part, struct xt_error *err)
{
    XT_AUTO(xt_source_close) struct xt_source *source = NULL;
    struct xt_package *package = sheet->workbook->package;
    struct xt_str head = {"", 0};
    enum xt_code rc = package->open(package, part, &source, err);

    if (rc == XT_OK && !source)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLSX_NO_PART, XT_TEXT(package->name), XT_TEXT(part));
    if (rc == XT_OK)
        rc = xt_source_peek(source, 4, &head, err);
    if (rc == XT_OK && head.n == 4 && (memchr(head.s, '\0', 4) || memchr(head.s, 0xFF, 2)))
        merges_by_parser(sheet, &source);
    else if (rc == XT_OK)
        rc = merges_by_letters(sheet, source, err);
    if (rc == XT_OK && sheet->too_many)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLSX_MERGES, XT_TEXT(package->name), XT_INT(MERGES_MAX));
    if (sheet->base.merge_count > 0)
        qsort(sheet->merges, sheet->base.merge_count, sizeof *sheet->merges, by_row);
    sheet->base.merges = sheet->merges;
    return rc;
}

/* ---- the reader ---- */

static enum xt_code hand_out(struct sheet *sheet, struct xt_raw_row *row, struct xt_error *err)
{
    const struct xt_xlsx_row *from = &sheet->rows[sheet->taken++];
    size_t i, count = 0;

    for (i = 0; i < from->count; i++) {
        const struct xt_xlsx_cell *cell = &from->cells[i];
        size_t column = (size_t)cell->column;

        for (; count <= column; count++)
            sheet->cells[count] = (struct xt_str){"", 0};
        sheet->cells[column] = (struct xt_str){cell->view ? cell->view : from->text.s + cell->at, cell->n};
    }
    *row = (struct xt_raw_row){.number = from->number, .cells = sheet->cells, .count = count};
    row->bytes_done = xt_xml_done(sheet->xml);
    if (from->fault != XT_MSG_NONE)
        return xt_fail(err, XT_E_INPUT, "", from->fault, XT_INT(from->fault_limit), XT_INT(from->fault_value));
    return XT_OK;
}

static enum xt_code sheet_next(struct xt_reader *reader, struct xt_raw_row *row, bool *out_more, struct xt_error *err)
{
    struct sheet *sheet = (struct sheet *)reader;

    while (sheet->taken == sheet->whole && !sheet->over) {
        bool more;
        enum xt_code rc;

        if (sheet->whole > 0) { /* all were taken: the row being read becomes the first, and lends its memory */
            struct xt_xlsx_row first = sheet->rows[0];

            sheet->rows[0] = sheet->rows[sheet->whole < sheet->row_capacity ? sheet->whole : 0];
            if (sheet->whole < sheet->row_capacity)
                sheet->rows[sheet->whole] = first;
            sheet->taken = sheet->whole = 0;
        }
        rc = xt_xml_step(sheet->xml, &more, err);
        if (rc != XT_OK && sheet->whole == 0)
            return rc; /* else the rows before the fault first: it stays, and is told again */
        sheet->over = rc == XT_OK && !more;
    }
    *out_more = sheet->taken < sheet->whole;
    return *out_more ? hand_out(sheet, row, err) : XT_OK;
}

static int64_t sheet_bad(const struct xt_reader *reader)
{
    (void)reader; /* ill-formed XML is refused as a whole */
    return 0;
}

static void sheet_close(struct xt_reader *reader)
{
    struct sheet *sheet = (struct sheet *)reader;
    size_t i;

    xt_xml_close(&sheet->xml);
    for (i = 0; i < sheet->row_capacity; i++) {
        free(sheet->rows[i].cells);
        if (sheet->rows[i].text.s)
            xt_text_done(&sheet->rows[i].text);
    }
    free(sheet->rows);
    free(sheet->cells);
    free(sheet->merges);
    free(sheet->widths);
    free(sheet);
}

static const struct xt_reader_ops SHEET_OPS = {sheet_next, sheet_bad, sheet_close};

enum xt_code xt_xlsx_sheet_open(struct xt_book *book, size_t index, struct xt_reader **out, struct xt_error *err)
{
    struct xt_workbook *workbook = (struct xt_workbook *)book;
    struct sheet *sheet = xt_calloc(1, sizeof *sheet);
    const char *part = workbook->sheets[index].part;
    struct xt_source *source = NULL;
    enum xt_code rc;

    sheet->base.ops = &SHEET_OPS;
    sheet->workbook = workbook;
    sheet->cells = xt_calloc((size_t)workbook->limits->columns, sizeof *sheet->cells);
    rc = read_merges(sheet, part, err);
    if (rc == XT_OK)
        rc = workbook->package->open(workbook->package, part, &source, err);
    if (rc == XT_OK && !source)
        rc = xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLSX_NO_PART, XT_TEXT(workbook->package->name), XT_TEXT(part));
    if (rc != XT_OK) {
        sheet_close(&sheet->base);
        return rc;
    }
    sheet->xml = xt_xml_open(&source, &SHEET_CALLS, sheet, workbook->package->name);
    if (!workbook->package->plain)
        xt_xml_set_quick(sheet->xml, &SHEET_QUICK);
    *out = &sheet->base;
    return XT_OK;
}
