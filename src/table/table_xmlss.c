/*
 * table_xmlss.c - workbooks in the XML of Excel 2002 and 2003 ("XML Spreadsheet Reference").
 *
 * The file is one XML document. It is gone through once for the sheets, their merged ranges and the styles, and once more
 * for the rows of each sheet that is asked for; for that it is held in memory or in a file without a name.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "table/table_xmlrows.h"

#define SHEETS_MAX 4096u
#define STYLES_MAX 65536u
#define BYTES_MAX  ((int64_t)XT_GIB)

struct style {
    char *id;
    struct xt_show show;
};

struct xmlss_sheet {
    char *name;
    struct xt_merges merges;
};

struct xmlss_book {
    struct xt_book base;
    const char *file;
    const struct xt_table_limits *limits;
    struct xt_spool *spool;
    struct xt_str bytes;
    struct xmlss_sheet *sheets;
    size_t sheet_count, sheet_capacity;
    const char **names;
    bool *hidden;
    size_t hidden_capacity;
    struct style *styles; /* sorted by id */
    size_t style_count, style_capacity;
};

/* Where the parser is in the rows of a sheet. */
struct place {
    int64_t row, column; /* of the last begun, from 1 */
    int64_t row_span;    /* rows the last one stands for */
};

static int64_t number_of(const struct xt_xml_attributes *attributes, const char *name, int64_t least, int64_t most,
                         int64_t otherwise)
{
    int64_t value;

    if (!xt_int_parse(xt_xml_attribute(attributes, name), &value) || value < least)
        return otherwise;
    return value < most ? value : most;
}

static void begin_row(struct place *place, const struct xt_xml_attributes *attributes)
{
    int64_t next = place->row + place->row_span;

    place->row = number_of(attributes, "Index", next, XT_XML_ROWS_MAX + 1, next);
    place->row_span = 1 + number_of(attributes, "Span", 0, XT_XML_ROWS_MAX, 0);
    place->column = 0;
}

/* Columns under a merged range that began further up are left out, those beside one are counted. */
static void begin_cell(struct place *place, const struct xt_xml_attributes *attributes, int64_t *out_across)
{
    int64_t next = place->column + 1;

    place->column = number_of(attributes, "Index", next, INT32_MAX, next);
    *out_across = number_of(attributes, "MergeAcross", 0, INT32_MAX, 0);
}

static char *copy(struct xt_str s)
{
    return xt_strndup(s.s ? s.s : "", s.n);
}

/* ---- going through once ---- */

struct index_reading {
    struct xmlss_book *book;
    struct place place;
    size_t merges_left;
    bool in_style, in_visible;
    struct xt_text visible;
};

/* The names that stand for formats; all others are formats as Excel writes them. */
static struct xt_show show_of(struct xt_str format)
{
    static const struct {
        const char *name;
        struct xt_show show;
    } named[] = {
        {"General Number", {.kind = XT_SHOW_NUMBER}},
        {"Fixed", {.kind = XT_SHOW_NUMBER}},
        {"Standard", {.kind = XT_SHOW_NUMBER}},
        {"Currency", {.kind = XT_SHOW_NUMBER}},
        {"Euro Currency", {.kind = XT_SHOW_NUMBER}},
        {"Scientific", {.kind = XT_SHOW_NUMBER}},
        {"Percent", {.kind = XT_SHOW_PERCENT}},
        {"Yes/No", {.kind = XT_SHOW_NUMBER}},
        {"True/False", {.kind = XT_SHOW_NUMBER}},
        {"On/Off", {.kind = XT_SHOW_NUMBER}},
        {"@", {.kind = XT_SHOW_NUMBER}},
    };
    size_t i;

    for (i = 0; i < XT_COUNT(named); i++)
        if (xt_str_is(format, named[i].name))
            return named[i].show;
    if (xt_str_ends(format, " Date"))
        return (struct xt_show){.kind = XT_SHOW_DATE,
                                .date_parts = XT_SHOW_YEAR | XT_SHOW_MONTH | XT_SHOW_DAY |
                                              (xt_str_starts(format, "General") ? XT_SHOW_TIME : 0)};
    if (xt_str_ends(format, " Time"))
        return (struct xt_show){.kind = XT_SHOW_DATE, .date_parts = XT_SHOW_TIME};
    return xt_show_custom(format);
}

static void begin_sheet(struct index_reading *reading, const struct xt_xml_attributes *attributes)
{
    struct xmlss_book *book = reading->book;
    size_t n = book->sheet_count;

    reading->place = (struct place){.row_span = 1};
    if (n >= SHEETS_MAX)
        return;
    xt_grow(&book->sheets, &book->sheet_capacity, n + 1, sizeof *book->sheets);
    xt_grow(&book->hidden, &book->hidden_capacity, n + 1, sizeof *book->hidden);
    book->sheets[n] = (struct xmlss_sheet){.name = copy(xt_xml_attribute(attributes, "Name"))};
    book->hidden[n] = false;
    book->sheet_count++;
}

static void index_cell(struct index_reading *reading, const struct xt_xml_attributes *attributes)
{
    struct xmlss_book *book = reading->book;
    int64_t across, down = number_of(attributes, "MergeDown", 0, XT_XML_ROWS_MAX, 0);

    begin_cell(&reading->place, attributes, &across);
    struct xt_merge merge = {reading->place.row, reading->place.row + down, reading->place.column,
                             reading->place.column + across};

    if (book->sheet_count > 0)
        xt_merges_add(&book->sheets[book->sheet_count - 1].merges, &merge, &reading->merges_left);
    reading->place.column += across;
}

static void index_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct index_reading *reading = user;
    struct xmlss_book *book = reading->book;

    if (strcmp(name, "Cell") == 0) {
        index_cell(reading, attributes);
    } else if (strcmp(name, "Row") == 0) {
        begin_row(&reading->place, attributes);
    } else if (strcmp(name, "Worksheet") == 0) {
        begin_sheet(reading, attributes);
    } else if (strcmp(name, "Style") == 0 && book->style_count < STYLES_MAX) {
        xt_grow(&book->styles, &book->style_capacity, book->style_count + 1, sizeof *book->styles);
        book->styles[book->style_count++] =
            (struct style){copy(xt_xml_attribute(attributes, "ID")), {.kind = XT_SHOW_NUMBER}};
        reading->in_style = true;
    } else if (strcmp(name, "NumberFormat") == 0 && reading->in_style) {
        book->styles[book->style_count - 1].show = show_of(xt_xml_attribute(attributes, "Format"));
    } else if (strcmp(name, "Visible") == 0) {
        reading->in_visible = true;
        xt_text_clear(&reading->visible);
    }
}

static void index_end(void *user, const char *name)
{
    struct index_reading *reading = user;
    struct xmlss_book *book = reading->book;

    if (strcmp(name, "Style") == 0) {
        reading->in_style = false;
    } else if (strcmp(name, "Visible") == 0) {
        reading->in_visible = false;
        if (book->sheet_count > 0)
            book->hidden[book->sheet_count - 1] = xt_str_starts(xt_text_view(&reading->visible), "SheetHidden") ||
                                                  xt_str_starts(xt_text_view(&reading->visible), "SheetVeryHidden");
    }
}

static void index_text(void *user, const char *s, size_t n)
{
    struct index_reading *reading = user;

    if (reading->in_visible)
        xt_text_add(&reading->visible, s, n);
}

static const struct xt_xml_calls INDEX_CALLS = {index_start, index_end, index_text};

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct style *)a)->id, ((const struct style *)b)->id);
}

static enum xt_code read_index(struct xmlss_book *book, struct xt_error *err)
{
    struct index_reading reading = {.book = book, .merges_left = XT_XML_MERGES_MAX};
    struct xt_source *source = xt_source_memory(book->bytes.s, book->bytes.n);
    struct xt_xml *xml = xt_xml_open(&source, &INDEX_CALLS, &reading, book->file);
    size_t i;
    enum xt_code rc;

    xt_text_init(&reading.visible, 256);
    rc = xt_xml_all(xml, err);
    xt_xml_close(&xml);
    xt_text_done(&reading.visible);
    if (book->style_count > 0)
        qsort(book->styles, book->style_count, sizeof *book->styles, by_id);
    book->names = xt_calloc(book->sheet_count + 1, sizeof *book->names);
    for (i = 0; i < book->sheet_count; i++) {
        xt_merges_sort(&book->sheets[i].merges);
        book->names[i] = book->sheets[i].name;
    }
    book->base.names = book->names;
    book->base.hidden = book->hidden;
    book->base.count = book->sheet_count;
    return rc;
}

/* ---- the rows of a sheet ---- */

enum data_type { DATA_STRING, DATA_NUMBER, DATA_DATE, DATA_BOOL };

struct sheet {
    struct xt_reader base;
    const struct xmlss_book *book;
    struct xt_xml *xml;
    struct xt_xml_rows rows;
    size_t left; /* sheets before this one */
    bool in_sheet, in_data;
    unsigned comment; /* depth: a comment has data of its own */
    struct place place;
    int64_t across;
    struct xt_cells *cells; /* of the row being read, or NULL */
    struct xt_show row_show, show;
    enum data_type type;
    size_t value_at;
};

static struct xt_show style_of(const struct xmlss_book *book, struct xt_str id, struct xt_show otherwise)
{
    char name[128];
    struct style wanted = {.id = name};
    const struct style *found;

    if (id.n == 0 || id.n >= sizeof name || book->style_count == 0)
        return otherwise;
    memcpy(name, id.s, id.n);
    name[id.n] = '\0';
    found = bsearch(&wanted, book->styles, book->style_count, sizeof *book->styles, by_id);
    return found ? found->show : otherwise;
}

static enum data_type type_of(struct xt_str type)
{
    return xt_str_is(type, "Number")     ? DATA_NUMBER
           : xt_str_is(type, "DateTime") ? DATA_DATE
           : xt_str_is(type, "Boolean")  ? DATA_BOOL
                                         : DATA_STRING;
}

static void sheet_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct sheet *sheet = user;

    if (!sheet->in_sheet) {
        if (strcmp(name, "Worksheet") != 0 || sheet->rows.over)
            return;
        sheet->in_sheet = sheet->left == 0;
        sheet->left -= sheet->left > 0;
    } else if (sheet->cells && strcmp(name, "Data") == 0) {
        sheet->in_data = sheet->comment == 0;
        sheet->type = type_of(xt_xml_attribute(attributes, "Type"));
        sheet->value_at = sheet->cells->text.n;
    } else if (sheet->cells && strcmp(name, "Cell") == 0) {
        begin_cell(&sheet->place, attributes, &sheet->across);
        sheet->show = style_of(sheet->book, xt_xml_attribute(attributes, "StyleID"), sheet->row_show);
    } else if (strcmp(name, "Comment") == 0) {
        sheet->comment++;
    } else if (strcmp(name, "Row") == 0) {
        begin_row(&sheet->place, attributes);
        sheet->row_show =
            style_of(sheet->book, xt_xml_attribute(attributes, "StyleID"), (struct xt_show){.kind = XT_SHOW_NUMBER});
        sheet->cells = xt_xml_rows_begin(&sheet->rows);
    }
}

static void end_data(struct sheet *sheet)
{
    struct xt_text *text = &sheet->cells->text;
    struct xt_str value = {text->s + sheet->value_at, text->n - sheet->value_at};
    char number[64];
    bool truth;

    sheet->in_data = false;
    switch (sheet->type) {
    case DATA_NUMBER:
        value = xt_str_trim(value);
        if (value.n == 0 || value.n > sizeof number)
            break;
        memcpy(number, value.s, value.n);
        xt_text_cut(text, sheet->value_at);
        xt_show_number((struct xt_str){number, value.n}, sheet->show, false, text);
        break;
    case DATA_DATE:
        xt_show_iso(text, sheet->value_at, sheet->show);
        break;
    case DATA_BOOL:
        truth = xt_str_is(xt_str_trim(value), "1");
        xt_text_cut(text, sheet->value_at);
        xt_text_add_z(text, truth ? "TRUE" : "FALSE");
        break;
    case DATA_STRING:
        break;
    }
    xt_cells_end(sheet->cells, sheet->place.column - 1, sheet->value_at);
}

static void sheet_end(void *user, const char *name)
{
    struct sheet *sheet = user;

    if (!sheet->in_sheet)
        return;
    if (sheet->in_data && strcmp(name, "Data") == 0) {
        end_data(sheet);
    } else if (sheet->cells && strcmp(name, "Cell") == 0) {
        sheet->place.column += sheet->across;
    } else if (strcmp(name, "Comment") == 0) {
        sheet->comment -= sheet->comment > 0;
    } else if (sheet->cells && strcmp(name, "Row") == 0) {
        xt_xml_rows_end(&sheet->rows, sheet->place.row, 1);
        sheet->cells = NULL;
    } else if (strcmp(name, "Worksheet") == 0) {
        sheet->in_sheet = false;
        sheet->rows.over = true;
    }
}

static void sheet_text(void *user, const char *s, size_t n)
{
    struct sheet *sheet = user;

    if (sheet->in_data)
        xt_text_add(&sheet->cells->text, s, n);
}

static const struct xt_xml_calls SHEET_CALLS = {sheet_start, sheet_end, sheet_text};

static enum xt_code sheet_next(struct xt_reader *reader, struct xt_raw_row *row, bool *out_more, struct xt_error *err)
{
    struct sheet *sheet = (struct sheet *)reader;

    return xt_xml_rows_next(&sheet->rows, sheet->xml, row, out_more, err);
}

static int64_t sheet_bad(const struct xt_reader *reader)
{
    (void)reader; /* ill-formed XML is refused as a whole */
    return 0;
}

static void sheet_close(struct xt_reader *reader)
{
    struct sheet *sheet = (struct sheet *)reader;

    xt_xml_close(&sheet->xml);
    xt_xml_rows_done(&sheet->rows);
    free(sheet);
}

static const struct xt_reader_ops SHEET_OPS = {sheet_next, sheet_bad, sheet_close};

static enum xt_code xmlss_sheet_open(struct xt_book *base, size_t index, struct xt_reader **out, struct xt_error *err)
{
    struct xmlss_book *book = (struct xmlss_book *)base;
    struct sheet *sheet = xt_calloc(1, sizeof *sheet);
    struct xt_source *source = xt_source_memory(book->bytes.s, book->bytes.n);

    (void)err; /* it could be read before */
    sheet->base.ops = &SHEET_OPS;
    sheet->base.merges = book->sheets[index].merges.list;
    sheet->base.merge_count = book->sheets[index].merges.count;
    sheet->book = book;
    sheet->left = index;
    sheet->place = (struct place){.row_span = 1};
    xt_xml_rows_init(&sheet->rows, book->limits);
    sheet->xml = xt_xml_open(&source, &SHEET_CALLS, sheet, book->file);
    *out = &sheet->base;
    return XT_OK;
}

/* ---- the book ---- */

static void xmlss_close(struct xt_book *base)
{
    struct xmlss_book *book = (struct xmlss_book *)base;
    size_t i;

    for (i = 0; i < book->sheet_count; i++) {
        free(book->sheets[i].name);
        free(book->sheets[i].merges.list);
    }
    for (i = 0; i < book->style_count; i++)
        free(book->styles[i].id);
    free(book->sheets);
    free(book->styles);
    free(book->names);
    free(book->hidden);
    xt_spool_free(&book->spool);
    free(book);
}

static const struct xt_book_ops XMLSS_OPS = {xmlss_sheet_open, xmlss_close};

enum xt_code xt_xmlss_open(struct xt_source **source, const char *name, const struct xt_table_limits *limits,
                           struct xt_book **out, struct xt_error *err)
{
    struct xmlss_book *book = xt_calloc(1, sizeof *book);
    enum xt_code rc;

    book->base.ops = &XMLSS_OPS;
    book->file = name;
    book->limits = limits;
    rc = xt_spool_source(source, BYTES_MAX, name, &book->spool, &book->bytes, err);
    if (rc == XT_OK)
        rc = read_index(book, err);
    if (rc != XT_OK) {
        xmlss_close(&book->base);
        return rc;
    }
    *out = &book->base;
    return XT_OK;
}
