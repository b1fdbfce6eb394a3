/*
 * table_ods.c - OpenDocument spreadsheets (ODF 1.3, part 3): content.xml, and the formats in styles.xml.
 *
 * Cells carry their values beside the text that shows them; the values are read, so that a number is a number however it
 * is shown. content.xml is gone through once for tables, merged ranges and formats, and once more for the rows of each.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "table/table_xmlrows.h"

#define SHEETS_MAX 4096u
#define STYLES_MAX 65536u

struct style { /* of cells, tables, or a format of data: all have names of their own kind */
    char *name;
    char *format; /* cells: the name of their format of data, or NULL */
    struct xt_show show;
    bool hidden; /* tables */
};

struct styles {
    struct style *list; /* sorted by name once all are there */
    size_t count, capacity;
};

struct ods_sheet {
    char *name;
    char *style;
    struct xt_merges merges;
};

struct ods_book {
    struct xt_book base;
    struct xt_package *package;
    const struct xt_table_limits *limits;
    struct ods_sheet *sheets;
    size_t sheet_count, sheet_capacity;
    const char **names;
    bool *hidden;
    struct styles cells, formats, tables;
};

/* Where the parser is in the rows of a table. */
struct place {
    int64_t row, row_repeat;       /* of the row begun last, from 1 */
    int64_t column, column_repeat; /* of the cell begun last, from 0 */
};

static int64_t number_of(const struct xt_xml_attributes *attributes, const char *name, int64_t most)
{
    int64_t value;

    if (!xt_int_parse(xt_xml_attribute(attributes, name), &value) || value < 1)
        return 1;
    return value < most ? value : most;
}

static void begin_row(struct place *place, const struct xt_xml_attributes *attributes)
{
    place->row += place->row_repeat;
    place->row_repeat = number_of(attributes, "number-rows-repeated", XT_XML_ROWS_MAX);
    place->column = place->column_repeat = 0;
}

static void begin_cell(struct place *place, const struct xt_xml_attributes *attributes)
{
    place->column += place->column_repeat;
    place->column_repeat = number_of(attributes, "number-columns-repeated", INT32_MAX);
}

static bool is_cell(const char *name)
{
    return strcmp(name, "table-cell") == 0 || strcmp(name, "covered-table-cell") == 0;
}

/* What stands in a cell and is not its text: comments and drawings, which have texts and tables of their own. */
static bool is_aside(const char *name)
{
    return strcmp(name, "annotation") == 0 || strcmp(name, "frame") == 0 || strcmp(name, "shapes") == 0 ||
           strcmp(name, "custom-shape") == 0 || strcmp(name, "tracked-changes") == 0 || strcmp(name, "dde-links") == 0;
}

static char *copy(struct xt_str s)
{
    return xt_strndup(s.s ? s.s : "", s.n);
}

/* ---- styles ---- */

static struct style *style_add(struct styles *styles, struct xt_str name)
{
    if (styles->count >= STYLES_MAX)
        return NULL;
    xt_grow(&styles->list, &styles->capacity, styles->count + 1, sizeof *styles->list);
    styles->list[styles->count] = (struct style){.name = copy(name), .show = {.kind = XT_SHOW_NUMBER}};
    return &styles->list[styles->count++];
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct style *)a)->name, ((const struct style *)b)->name);
}

static void styles_sort(struct styles *styles)
{
    if (styles->count > 0)
        qsort(styles->list, styles->count, sizeof *styles->list, by_name);
}

static const struct style *style_find(const struct styles *styles, const char *name)
{
    struct style wanted = {.name = (char *)(uintptr_t)name}; /* only looked at */

    return name && styles->count > 0 ? bsearch(&wanted, styles->list, styles->count, sizeof *styles->list, by_name)
                                     : NULL;
}

static void styles_done(struct styles *styles)
{
    size_t i;

    for (i = 0; i < styles->count; i++) {
        free(styles->list[i].name);
        free(styles->list[i].format);
    }
    free(styles->list);
}

/* ---- going through once ---- */

struct index_reading {
    struct ods_book *book;
    struct place place;
    size_t merges_left;
    bool is_spreadsheet;   /* not a text or a drawing, which may have tables, too */
    unsigned aside, depth; /* depth: tables in tables */
    struct style *format;  /* being read */
    struct style *table;
};

/* A part of a format of data: what it shows. */
static void format_part(struct style *format, const char *name, const struct xt_xml_attributes *attributes)
{
    static const struct {
        const char *name;
        uint8_t part;
    } parts[] = {{"year", XT_SHOW_YEAR},  {"month", XT_SHOW_MONTH},  {"day", XT_SHOW_DAY},
                 {"hours", XT_SHOW_TIME}, {"minutes", XT_SHOW_TIME}, {"seconds", XT_SHOW_TIME}};
    int64_t digits;
    size_t i;

    if (format->show.kind == XT_SHOW_DATE) {
        for (i = 0; i < XT_COUNT(parts); i++)
            if (strcmp(parts[i].name, name) == 0)
                format->show.date_parts |= parts[i].part;
    } else if (strcmp(name, "number") == 0 && format->show.kind == XT_SHOW_NUMBER &&
               xt_int_parse(xt_xml_attribute(attributes, "min-integer-digits"), &digits) && digits > 1 &&
               !xt_str_is(xt_xml_attribute(attributes, "grouping"), "true")) {
        format->show.kind = XT_SHOW_PADDED;
        format->show.digits = (uint8_t)(digits < 60 ? digits : 60);
    }
}

static void begin_style(struct index_reading *reading, const char *name, const struct xt_xml_attributes *attributes)
{
    struct ods_book *book = reading->book;
    struct xt_str called = xt_xml_attribute(attributes, "name");

    if (strcmp(name, "style") == 0) {
        struct xt_str family = xt_xml_attribute(attributes, "family");

        if (xt_str_is(family, "table")) {
            reading->table = style_add(&book->tables, called);
        } else if (xt_str_is(family, "table-cell")) {
            struct style *style = style_add(&book->cells, called);

            if (style)
                style->format = copy(xt_xml_attribute(attributes, "data-style-name"));
        }
    } else if (strcmp(name, "table-properties") == 0 && reading->table) {
        reading->table->hidden = xt_str_is(xt_xml_attribute(attributes, "display"), "false");
    } else if (strcmp(name, "date-style") == 0 || strcmp(name, "time-style") == 0 ||
               strcmp(name, "number-style") == 0) {
        reading->format = style_add(&book->formats, called);
        if (reading->format && strcmp(name, "number-style") != 0)
            reading->format->show.kind = XT_SHOW_DATE;
    }
}

static void begin_sheet(struct index_reading *reading, const struct xt_xml_attributes *attributes)
{
    struct ods_book *book = reading->book;

    reading->place = (struct place){.row_repeat = 1};
    if (book->sheet_count >= SHEETS_MAX || !reading->is_spreadsheet)
        return;
    xt_grow(&book->sheets, &book->sheet_capacity, book->sheet_count + 1, sizeof *book->sheets);
    book->sheets[book->sheet_count++] = (struct ods_sheet){.name = copy(xt_xml_attribute(attributes, "name")),
                                                           .style = copy(xt_xml_attribute(attributes, "style-name"))};
}

static void index_cell(struct index_reading *reading, const struct xt_xml_attributes *attributes)
{
    struct ods_book *book = reading->book;

    begin_cell(&reading->place, attributes);
    int64_t columns = number_of(attributes, "number-columns-spanned", INT32_MAX),
            rows = number_of(attributes, "number-rows-spanned", XT_XML_ROWS_MAX);
    struct xt_merge merge = {reading->place.row, reading->place.row + rows - 1, reading->place.column + 1,
                             reading->place.column + columns};

    if (book->sheet_count > 0)
        xt_merges_add(&book->sheets[book->sheet_count - 1].merges, &merge, &reading->merges_left);
}

static void index_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct index_reading *reading = user;

    if (is_aside(name)) {
        reading->aside++;
    } else if (reading->aside > 0) {
        return;
    } else if (strcmp(name, "table") == 0) {
        if (reading->depth++ == 0)
            begin_sheet(reading, attributes);
    } else if (reading->depth == 1) {
        if (strcmp(name, "table-row") == 0)
            begin_row(&reading->place, attributes);
        else if (is_cell(name))
            index_cell(reading, attributes);
    } else if (strcmp(name, "spreadsheet") == 0) {
        reading->is_spreadsheet = true;
    } else if (reading->format) {
        format_part(reading->format, name, attributes);
    } else if (reading->depth == 0) {
        begin_style(reading, name, attributes);
    }
}

static void index_end(void *user, const char *name)
{
    struct index_reading *reading = user;

    if (is_aside(name))
        reading->aside -= reading->aside > 0;
    else if (reading->aside > 0)
        return;
    else if (strcmp(name, "table") == 0)
        reading->depth -= reading->depth > 0;
    else if (strcmp(name, "style") == 0)
        reading->table = NULL;
    else if (xt_str_ends(xt_str(name), "-style"))
        reading->format = NULL;
}

static void no_text(void *user, const char *s, size_t n)
{
    (void)user;
    (void)s;
    (void)n;
}

static const struct xt_xml_calls INDEX_CALLS = {index_start, index_end, no_text};

static enum xt_code read_index(struct ods_book *book, const char *part, bool must, struct xt_error *err)
{
    struct index_reading reading = {.book = book, .merges_left = XT_XML_MERGES_MAX};
    struct xt_source *source = NULL;
    struct xt_xml *xml;
    enum xt_code rc = book->package->open(book->package, part, &source, err);

    if (rc != XT_OK)
        return rc;
    if (!source)
        return must ? xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLSX_NO_PART, XT_TEXT(book->package->name), XT_TEXT(part))
                    : XT_OK;
    xml = xt_xml_open(&source, &INDEX_CALLS, &reading, book->package->name);
    rc = xt_xml_all(xml, err);
    xt_xml_close(&xml);
    return rc;
}

static void manifest_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    (void)attributes;
    if (strcmp(name, "encryption-data") == 0)
        *(bool *)user = true;
}

static void no_end(void *user, const char *name)
{
    (void)user;
    (void)name;
}

static const struct xt_xml_calls MANIFEST_CALLS = {manifest_start, no_end, no_text};

/* The manifest tells which parts are enciphered. A broken or missing one tells nothing. */
static enum xt_code refuse_encrypted(struct ods_book *book, struct xt_error *err)
{
    struct xt_source *source = NULL;
    struct xt_xml *xml;
    bool encrypted = false;

    if (book->package->open(book->package, "META-INF/manifest.xml", &source, NULL) != XT_OK || !source)
        return XT_OK;
    xml = xt_xml_open(&source, &MANIFEST_CALLS, &encrypted, book->package->name);
    (void)xt_xml_all(xml, NULL);
    xt_xml_close(&xml);
    return encrypted ? xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_ENCRYPTED, XT_TEXT(book->package->name)) : XT_OK;
}

static void finish_index(struct ods_book *book)
{
    size_t i;

    styles_sort(&book->formats);
    styles_sort(&book->tables);
    for (i = 0; i < book->cells.count; i++) {
        const struct style *format = style_find(&book->formats, book->cells.list[i].format);

        if (format)
            book->cells.list[i].show = format->show;
    }
    styles_sort(&book->cells);
    book->names = xt_calloc(book->sheet_count + 1, sizeof *book->names);
    book->hidden = xt_calloc(book->sheet_count + 1, sizeof *book->hidden);
    for (i = 0; i < book->sheet_count; i++) {
        const struct style *style = style_find(&book->tables, book->sheets[i].style);

        xt_merges_sort(&book->sheets[i].merges);
        book->names[i] = book->sheets[i].name;
        book->hidden[i] = style && style->hidden;
    }
    book->base.names = book->names;
    book->base.hidden = book->hidden;
    book->base.count = book->sheet_count;
}

/* ---- the rows of a table ---- */

enum value_type { VALUE_NONE, VALUE_TEXT, VALUE_NUMBER, VALUE_PERCENT, VALUE_DATE, VALUE_TIME, VALUE_BOOL };

struct sheet {
    struct xt_reader base;
    const struct ods_book *book;
    struct xt_xml *xml;
    struct xt_xml_rows rows;
    size_t left;           /* tables before this one */
    unsigned depth, aside; /* as in going through once */
    bool in_sheet, in_cell, in_text;
    struct place place;
    struct xt_cells *cells; /* of the row being read, or NULL */
    enum value_type type;
    size_t value_at;
};

static enum value_type type_of(struct xt_str type)
{
    static const struct {
        const char *name;
        enum value_type type;
    } types[] = {{"float", VALUE_NUMBER}, {"currency", VALUE_NUMBER}, {"percentage", VALUE_PERCENT},
                 {"date", VALUE_DATE},    {"time", VALUE_TIME},       {"boolean", VALUE_BOOL},
                 {"string", VALUE_TEXT}};
    size_t i;

    for (i = 0; i < XT_COUNT(types); i++)
        if (xt_str_is(type, types[i].name))
            return types[i].type;
    return VALUE_NONE;
}

static struct xt_show show_of(const struct sheet *sheet, const struct xt_xml_attributes *attributes)
{
    struct xt_str style = xt_xml_attribute(attributes, "style-name");
    char name[128];
    const struct style *found = NULL;

    if (style.n > 0 && style.n < sizeof name) {
        memcpy(name, style.s, style.n);
        name[style.n] = '\0';
        found = style_find(&sheet->book->cells, name);
    }
    return found ? found->show : (struct xt_show){.kind = XT_SHOW_NUMBER};
}

/* "PT06H00M00S" as "06:00:00". */
static void add_time(struct xt_str value, struct xt_text *out)
{
    int64_t parts[3] = {0}, number = 0;
    size_t i;
    bool fraction = false;

    for (i = 0; i < value.n; i++) {
        char c = value.s[i];

        if (c >= '0' && c <= '9') {
            if (!fraction && number < 1000000)
                number = number * 10 + (c - '0');
            continue;
        }
        fraction = c == '.' || c == ',';
        if (c == 'H')
            parts[0] = number;
        if (c == 'M')
            parts[1] = number;
        if (c == 'S' || fraction)
            parts[2] = number;
        if (!fraction)
            number = 0;
    }
    xt_text_addf(out, "%02d:%02d:%02d", (int)parts[0], (int)parts[1], (int)parts[2]);
}

/* Values that stand in attributes are written at once; a text is gathered from what follows. */
static void value_of(struct sheet *sheet, const struct xt_xml_attributes *attributes)
{
    struct xt_text *text = &sheet->cells->text;
    struct xt_show show = show_of(sheet, attributes);

    sheet->type = type_of(xt_xml_attribute(attributes, "value-type"));
    sheet->value_at = text->n;
    switch (sheet->type) {
    case VALUE_PERCENT:
        show = (struct xt_show){.kind = XT_SHOW_PERCENT};
        /* fall through */
    case VALUE_NUMBER:
        if (show.kind == XT_SHOW_DATE)
            show.kind = XT_SHOW_NUMBER;
        xt_show_number(xt_xml_attribute(attributes, "value"), show, false, text);
        break;
    case VALUE_DATE:
        xt_text_add_str(text, xt_xml_attribute(attributes, "date-value"));
        xt_show_iso(text, sheet->value_at, show);
        break;
    case VALUE_TIME:
        add_time(xt_xml_attribute(attributes, "time-value"), text);
        break;
    case VALUE_BOOL:
        xt_text_add_z(text, xt_str_is(xt_xml_attribute(attributes, "boolean-value"), "true") ? "TRUE" : "FALSE");
        break;
    case VALUE_TEXT:
    case VALUE_NONE:
        break;
    }
}

static void sheet_cell(struct sheet *sheet, const char *name, const struct xt_xml_attributes *attributes)
{
    begin_cell(&sheet->place, attributes);
    sheet->in_cell = strcmp(name, "table-cell") == 0; /* what a merged range covers is not seen */
    if (sheet->in_cell)
        value_of(sheet, attributes);
}

/* Inside the text of a cell: white space that is written as elements. */
static void text_element(struct sheet *sheet, const char *name, const struct xt_xml_attributes *attributes)
{
    struct xt_text *text = &sheet->cells->text;
    int64_t i;

    if (strcmp(name, "p") == 0) {
        sheet->in_text = sheet->type == VALUE_TEXT || sheet->type == VALUE_NONE;
        if (sheet->in_text && text->n > sheet->value_at)
            xt_text_add_char(text, '\n');
    } else if (sheet->in_text && strcmp(name, "s") == 0) {
        for (i = number_of(attributes, "c", 32767); i > 0; i--)
            xt_text_add_char(text, ' ');
    } else if (sheet->in_text && strcmp(name, "tab") == 0) {
        xt_text_add_char(text, '\t');
    } else if (sheet->in_text && strcmp(name, "line-break") == 0) {
        xt_text_add_char(text, '\n');
    }
}

static void sheet_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct sheet *sheet = user;

    if (is_aside(name)) {
        sheet->aside++;
    } else if (sheet->aside > 0) {
        return;
    } else if (strcmp(name, "table") == 0) {
        if (sheet->depth++ == 0) {
            sheet->in_sheet = sheet->left == 0 && !sheet->rows.over;
            sheet->left -= sheet->left > 0;
        }
    } else if (!sheet->in_sheet || sheet->depth > 1) {
        return;
    } else if (sheet->in_cell) {
        text_element(sheet, name, attributes);
    } else if (sheet->cells && is_cell(name)) {
        sheet_cell(sheet, name, attributes);
    } else if (strcmp(name, "table-row") == 0) {
        begin_row(&sheet->place, attributes);
        sheet->cells = xt_xml_rows_begin(&sheet->rows);
    }
}

/* The same cell again and again: the value lies there once. One beyond the limit is enough to refuse the row. */
static void end_cell(struct sheet *sheet)
{
    int64_t most = sheet->book->limits->columns + 1, i;
    size_t had = sheet->cells->count;

    sheet->in_cell = sheet->in_text = false;
    xt_cells_end(sheet->cells, sheet->place.column, sheet->value_at);
    for (i = 1; sheet->cells->count > had && i < sheet->place.column_repeat && sheet->place.column + i < most; i++)
        xt_cells_again(sheet->cells, sheet->place.column + i);
}

static void sheet_end(void *user, const char *name)
{
    struct sheet *sheet = user;

    if (is_aside(name)) {
        sheet->aside -= sheet->aside > 0;
    } else if (sheet->aside > 0) {
        return;
    } else if (strcmp(name, "table") == 0) {
        sheet->depth -= sheet->depth > 0;
        if (sheet->depth == 0 && sheet->in_sheet) {
            sheet->in_sheet = false;
            sheet->rows.over = true;
        }
    } else if (!sheet->in_sheet || sheet->depth > 1) {
        return;
    } else if (sheet->in_cell && is_cell(name)) {
        end_cell(sheet);
    } else if (strcmp(name, "p") == 0) {
        sheet->in_text = false;
    } else if (sheet->cells && strcmp(name, "table-row") == 0) {
        xt_xml_rows_end(&sheet->rows, sheet->place.row, sheet->place.row_repeat);
        sheet->cells = NULL;
    }
}

/* White space is one space, ODF 1.3, part 3, 6.1.2; more of it stands there as elements. */
static void sheet_text(void *user, const char *s, size_t n)
{
    struct sheet *sheet = user;
    struct xt_text *text;
    size_t i;

    if (!sheet->in_text || sheet->aside > 0)
        return;
    text = &sheet->cells->text;
    for (i = 0; i < n; i++) {
        bool space = s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r';

        if (!space)
            xt_text_add_char(text, s[i]);
        else if (text->n == sheet->value_at || text->s[text->n - 1] != ' ')
            xt_text_add_char(text, ' ');
    }
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

static enum xt_code ods_sheet_open(struct xt_book *base, size_t index, struct xt_reader **out, struct xt_error *err)
{
    struct ods_book *book = (struct ods_book *)base;
    struct xt_source *source = NULL;
    struct sheet *sheet;
    enum xt_code rc = book->package->open(book->package, "content.xml", &source, err);

    if (rc != XT_OK)
        return rc;
    sheet = xt_calloc(1, sizeof *sheet);
    sheet->base.ops = &SHEET_OPS;
    sheet->base.merges = book->sheets[index].merges.list;
    sheet->base.merge_count = book->sheets[index].merges.count;
    sheet->book = book;
    sheet->left = index;
    sheet->place = (struct place){.row_repeat = 1};
    xt_xml_rows_init(&sheet->rows, book->limits);
    sheet->xml = xt_xml_open(&source, &SHEET_CALLS, sheet, book->package->name);
    *out = &sheet->base;
    return XT_OK;
}

/* ---- the book ---- */

static void ods_close(struct xt_book *base)
{
    struct ods_book *book = (struct ods_book *)base;
    size_t i;

    for (i = 0; i < book->sheet_count; i++) {
        free(book->sheets[i].name);
        free(book->sheets[i].style);
        free(book->sheets[i].merges.list);
    }
    free(book->sheets);
    free(book->names);
    free(book->hidden);
    styles_done(&book->cells);
    styles_done(&book->formats);
    styles_done(&book->tables);
    book->package->close(book->package);
    free(book);
}

static const struct xt_book_ops ODS_OPS = {ods_sheet_open, ods_close};

enum xt_code xt_ods_open(struct xt_package **package, const struct xt_table_limits *limits, struct xt_book **out,
                         struct xt_error *err)
{
    struct ods_book *book = xt_calloc(1, sizeof *book);
    enum xt_code rc;

    book->base.ops = &ODS_OPS;
    book->package = *package;
    *package = NULL;
    book->limits = limits;
    rc = refuse_encrypted(book, err);
    if (rc == XT_OK)
        rc = read_index(book, "styles.xml", false, err);
    if (rc == XT_OK)
        rc = read_index(book, "content.xml", true, err);
    if (rc == XT_OK && book->sheet_count == 0)
        rc = xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_ODF, XT_TEXT(book->package->name));
    if (rc != XT_OK) {
        ods_close(&book->base);
        return rc;
    }
    finish_index(book);
    *out = &book->base;
    return XT_OK;
}
