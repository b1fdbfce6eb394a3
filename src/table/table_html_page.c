/*
 * table_html_page.c - the tables of a page: libxml2's HTML parser, which mends what people and programs write, by calls.
 *
 * Nothing is fetched and no script is run. White space is drawn together as browsers do; line breaks, paragraphs and the
 * like begin a new line inside a cell.
 */
#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/number.h"
#include "table/table_html_priv.h"

#define DEPTH_MAX   32u                  /* tables in tables */
#define CELLS_MAX   ((size_t)4 * XT_MIB) /* of a page */
#define TABLES_MAX  4096u
#define MERGES_MAX  200000u
#define ROWSPAN_MAX 65534
#define NAME_BYTES  120u
#define PAGE_MAX    ((size_t)64 * XT_MIB) /* bytes */

struct open_table {
    struct xt_html_table table;
    struct xt_text text;   /* of the cell being read */
    uint32_t *taken_until; /* of each column: the row above which it is taken by a cell further up */
    size_t taken_count, taken_capacity;
    struct xt_text caption;
    uint32_t row;    /* rows begun so far */
    uint32_t column; /* where the next cell may stand */
    uint32_t cell_column, columns_spanned, rows_spanned;
    bool in_row, in_cell, in_caption;
    bool space;    /* white space was met and not yet written */
    bool lays_out; /* holds a real table */
};

struct reading {
    struct xt_html_page *page;
    htmlParserCtxt *parser;
    struct open_table stack[DEPTH_MAX];
    size_t depth;   /* may be above DEPTH_MAX: what is so deep is only text */
    unsigned quiet; /* depth of elements whose text is not shown */
    size_t cells;
    enum xt_code rc;
    struct xt_error err;
};

bool xt_html_is_real(const struct xt_html_table *table)
{
    return table->rows >= 2 && table->columns >= 2;
}

void xt_html_table_done(struct xt_html_table *table)
{
    free(table->name);
    free(table->cells);
    free(table->merges);
}

static void stop(struct reading *reading, enum xt_code rc)
{
    reading->rc = rc;
    htmlParserCtxt *parser = reading->parser;

    xmlStopParser(parser);
}

static struct open_table *top(struct reading *reading)
{
    return reading->depth > 0 && reading->depth <= DEPTH_MAX ? &reading->stack[reading->depth - 1] : NULL;
}

/* ---- text ---- */

/* Into out, white space drawn together; a non-breaking space is one that stays. */
static void add_text(struct open_table *open, struct xt_text *out, const char *s, size_t n)
{
    size_t i = 0;

    while (i < n) {
        char c = s[i];

        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            open->space = true;
            i++;
            continue;
        }
        if (open->space && out->n > 0 && out->s[out->n - 1] != '\n' && out->s[out->n - 1] != ' ')
            xt_text_add_char(out, ' ');
        open->space = false;
        if (c == '\xC2' && i + 1 < n && s[i + 1] == '\xA0') {
            xt_text_add_char(out, ' ');
            i += 2;
        } else {
            xt_text_add_char(out, c);
            i++;
        }
    }
}

static void new_line(struct open_table *open)
{
    struct xt_text *text = &open->text;

    if (!open->in_cell)
        return;
    open->space = false;
    while (text->n > 0 && text->s[text->n - 1] == ' ')
        xt_text_cut(text, text->n - 1);
    if (text->n > 0 && text->s[text->n - 1] != '\n')
        xt_text_add_char(text, '\n');
}

/* ---- cells ---- */

static uint64_t hash_more(uint64_t hash, const void *data, size_t n)
{
    const unsigned char *s = data;
    size_t i;

    for (i = 0; i < n; i++)
        hash = (hash ^ s[i]) * UINT64_C(0x100000001B3);
    return hash;
}

static void keep_cell(struct reading *reading, struct open_table *open, struct xt_str text)
{
    struct xt_html_table *table = &open->table;
    struct xt_html_cell cell = {open->row - 1, open->cell_column, (uint32_t)reading->cells};

    if (reading->cells >= CELLS_MAX) {
        stop(reading, xt_fail(&reading->err, XT_E_MEDIA, "", XT_MSG_HTML_CELLS, XT_TEXT(reading->page->name),
                              XT_INT(CELLS_MAX)));
        return;
    }
    reading->rc = xt_strings_add(reading->page->strings, text, &reading->err);
    if (reading->rc != XT_OK) {
        stop(reading, reading->rc);
        return;
    }
    reading->cells++;
    xt_grow(&table->cells, &table->capacity, table->count + 1, sizeof *table->cells);
    table->cells[table->count++] = cell;
    table->rows = cell.row + 1;
    if (cell.column + 1 > table->columns)
        table->columns = cell.column + 1;
    table->hash = hash_more(table->hash, &cell.row, sizeof cell.row);
    table->hash = hash_more(table->hash, &cell.column, sizeof cell.column);
    table->hash = hash_more(table->hash, text.s, text.n);
}

static void keep_merge(struct open_table *open)
{
    struct xt_html_table *table = &open->table;

    if ((open->rows_spanned == 1 && open->columns_spanned == 1) || table->merge_count >= MERGES_MAX)
        return;
    xt_grow(&table->merges, &table->merge_capacity, table->merge_count + 1, sizeof *table->merges);
    table->merges[table->merge_count++] =
        (struct xt_merge){open->row, (int64_t)open->row + open->rows_spanned - 1, (int64_t)open->cell_column + 1,
                          (int64_t)open->cell_column + open->columns_spanned};
}

static void end_cell(struct reading *reading, struct open_table *open)
{
    if (!open->in_cell)
        return;
    open->in_cell = false;
    struct xt_str text = xt_str_trim(xt_text_view(&open->text));

    if (text.n > 0) /* the text is cut off one byte above the limit, so that the row is refused when it is read */
        keep_cell(reading, open, text);
    keep_merge(open);
}

static uint32_t span(const xmlChar **attributes, const char *name, int64_t most)
{
    int64_t value;

    for (; attributes && attributes[0]; attributes += 2)
        if (strcmp((const char *)attributes[0], name) == 0 && attributes[1] &&
            xt_int_parse(xt_str_trim(xt_str((const char *)attributes[1])), &value) && value > 1)
            return (uint32_t)(value < most ? value : most);
    return 1;
}

static void begin_row(struct reading *reading, struct open_table *open)
{
    end_cell(reading, open);
    if (open->row >= UINT32_MAX - ROWSPAN_MAX)
        return;
    open->row++;
    open->column = 0;
    open->in_row = true;
}

static void begin_cell(struct reading *reading, struct open_table *open, const xmlChar **attributes)
{
    uint32_t most = (uint32_t)reading->page->limits->columns, i;

    end_cell(reading, open);
    if (!open->in_row)
        begin_row(reading, open);
    while (open->column < open->taken_count && open->taken_until[open->column] >= open->row)
        open->column++;
    open->cell_column = open->column;
    open->columns_spanned = span(attributes, "colspan", most);
    open->rows_spanned = span(attributes, "rowspan", ROWSPAN_MAX);
    for (i = open->column; i < open->column + open->columns_spanned && i < most; i++) {
        xt_grow(&open->taken_until, &open->taken_capacity, i + 1u, sizeof *open->taken_until);
        for (; open->taken_count <= i; open->taken_count++)
            open->taken_until[open->taken_count] = 0;
        open->taken_until[i] = open->row + open->rows_spanned - 1;
    }
    /* One beyond the limit is enough for the row to be refused. */
    open->column = open->column + open->columns_spanned <= most ? open->column + open->columns_spanned : most;
    open->in_cell = true;
    open->space = false;
    xt_text_clear(&open->text);
}

/* ---- tables ---- */

static void begin_table(struct reading *reading)
{
    if (++reading->depth > DEPTH_MAX)
        return;
    struct open_table *open = top(reading);

    *open = (struct open_table){.table = {.hash = UINT64_C(0xCBF29CE484222325)}};
    xt_text_init(&open->text, (size_t)reading->page->limits->cell_bytes + 1);
    xt_text_init(&open->caption, 4 * NAME_BYTES);
}

static void open_done(struct open_table *open)
{
    xt_text_done(&open->text);
    xt_text_done(&open->caption);
    free(open->taken_until);
}

static bool stands_already(const struct xt_html_page *page, const struct xt_html_table *table)
{
    size_t i;

    for (i = 0; i < page->count; i++)
        if (page->tables[i].hash == table->hash && page->tables[i].count == table->count)
            return true;
    return false;
}

static void end_table(struct reading *reading)
{
    struct open_table *open = top(reading);

    if (reading->depth > 0)
        reading->depth--;
    if (!open)
        return;
    end_cell(reading, open);
    struct open_table *up = top(reading);
    struct xt_html_page *page = reading->page;
    bool real = xt_html_is_real(&open->table) && !open->lays_out;
    size_t i;

    if (up)
        up->lays_out |= real || open->lays_out;
    for (i = 0; i < open->table.merge_count; i++)
        if (open->table.merges[i].row2 > open->row)
            open->table.merges[i].row2 = open->row;
    if (open->table.count > 0 && (real || (!up && !open->lays_out)) && page->count < TABLES_MAX &&
        !stands_already(page, &open->table)) {
        if (open->caption.n > 0)
            open->table.name = xt_strndup(open->caption.s, xt_utf8_clip(open->caption.s, open->caption.n, NAME_BYTES));
        xt_grow(&page->tables, &page->capacity, page->count + 1, sizeof *page->tables);
        page->tables[page->count++] = open->table;
    } else {
        xt_html_table_done(&open->table);
    }
    open_done(open);
}

/* ---- the parser's calls ---- */

enum tag { TAG_OTHER, TAG_TABLE, TAG_ROW, TAG_CELL, TAG_CAPTION, TAG_LINE, TAG_QUIET };

static enum tag tag_of(const char *name)
{
    static const struct {
        const char *name;
        enum tag tag;
    } tags[] = {
        {"table", TAG_TABLE},     {"tr", TAG_ROW},      {"td", TAG_CELL},      {"th", TAG_CELL},
        {"caption", TAG_CAPTION}, {"br", TAG_LINE},     {"p", TAG_LINE},       {"div", TAG_LINE},
        {"li", TAG_LINE},         {"ul", TAG_LINE},     {"ol", TAG_LINE},      {"h1", TAG_LINE},
        {"h2", TAG_LINE},         {"h3", TAG_LINE},     {"h4", TAG_LINE},      {"pre", TAG_LINE},
        {"dt", TAG_LINE},         {"dd", TAG_LINE},     {"hr", TAG_LINE},      {"blockquote", TAG_LINE},
        {"script", TAG_QUIET},    {"style", TAG_QUIET}, {"select", TAG_QUIET}, {"textarea", TAG_QUIET},
        {"template", TAG_QUIET},
    };
    size_t i;

    for (i = 0; i < XT_COUNT(tags); i++)
        if (strcmp(tags[i].name, name) == 0)
            return tags[i].tag;
    return TAG_OTHER;
}

/* In the cells of all tables around: what is small there is part of their text. */
static void lines_around(struct reading *reading, size_t depth)
{
    size_t i;

    for (i = 0; i < depth && i < DEPTH_MAX; i++)
        new_line(&reading->stack[i]);
}

static void on_start(void *user, const xmlChar *name, const xmlChar **attributes)
{
    struct reading *reading = user;
    struct open_table *open = top(reading);
    size_t i;

    switch (tag_of((const char *)name)) {
    case TAG_TABLE:
        lines_around(reading, reading->depth);
        begin_table(reading);
        break;
    case TAG_ROW:
        lines_around(reading, reading->depth - (reading->depth > 0));
        if (open)
            begin_row(reading, open);
        break;
    case TAG_CELL:
        for (i = 0; i + 1 < reading->depth && i < DEPTH_MAX; i++)
            reading->stack[i].space = true;
        if (open)
            begin_cell(reading, open, attributes);
        break;
    case TAG_CAPTION:
        if (open)
            open->in_caption = true;
        break;
    case TAG_LINE:
        lines_around(reading, reading->depth);
        break;
    case TAG_QUIET:
        reading->quiet++;
        break;
    case TAG_OTHER:
        break;
    }
}

static void on_end(void *user, const xmlChar *name)
{
    struct reading *reading = user;
    struct open_table *open = top(reading);

    switch (tag_of((const char *)name)) {
    case TAG_TABLE:
        end_table(reading);
        lines_around(reading, reading->depth);
        break;
    case TAG_ROW:
        if (open) {
            end_cell(reading, open);
            open->in_row = false;
        }
        break;
    case TAG_CELL:
        if (open)
            end_cell(reading, open);
        break;
    case TAG_CAPTION:
        if (open)
            open->in_caption = false;
        break;
    case TAG_LINE:
        if (strcmp((const char *)name, "br") != 0)
            lines_around(reading, reading->depth);
        break;
    case TAG_QUIET:
        reading->quiet -= reading->quiet > 0;
        break;
    case TAG_OTHER:
        break;
    }
}

static void on_text(void *user, const xmlChar *s, int n)
{
    struct reading *reading = user;
    struct open_table *open = top(reading);
    size_t i;

    if (reading->quiet > 0 || n <= 0)
        return;
    if (open && open->in_caption) {
        add_text(open, &open->caption, (const char *)s, (size_t)n);
        return;
    }
    for (i = 0; i < reading->depth && i < DEPTH_MAX; i++)
        if (reading->stack[i].in_cell)
            add_text(&reading->stack[i], &reading->stack[i].text, (const char *)s, (size_t)n);
}

static void on_error(void *user, xmlErrorPtr error)
{
    (void)user; /* pages have faults; without this libxml2 writes each to standard error */
    (void)error;
}

/* ---- reading ---- */

/* How much of the window is whole characters. */
static size_t whole_characters(const struct xt_window *window)
{
    size_t n = window->n, back = 0;

    if (window->ended)
        return n;
    while (back < 3 && back < n && ((unsigned char)window->s[n - 1 - back] & 0xC0) == 0x80)
        back++;
    if (back < n && (unsigned char)window->s[n - 1 - back] >= 0xC0)
        return n - 1 - back;
    return n;
}

/* The whole page as well-formed UTF-8. */
static enum xt_code take_page(struct xt_html_page *page, struct xt_source **source, enum xt_charset charset, size_t bom,
                              struct xt_text *out, struct xt_error *err)
{
    struct xt_window window;
    enum xt_code rc = xt_window_open(&window, source, charset, bom, err);

    if (rc != XT_OK)
        return rc;
    for (;;) {
        size_t n = whole_characters(&window);

        page->bad += xt_utf8_mend(window.s, n, out);
        if (xt_text_overflowed(out))
            rc = xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_LARGE, XT_TEXT(page->name), XT_INT(out->cap));
        if (rc != XT_OK || window.ended)
            break;
        rc = xt_window_fill(&window, n, err);
        if (rc != XT_OK)
            break;
    }
    page->bad += xt_window_bad(&window);
    xt_window_done(&window);
    return rc;
}

/* In one piece: where a buffer ends inside a reference or a script, libxml2 2.9.14 loses its place, pulled or pushed.
 * Faults of pages are no errors: what could be read of them stands. */
static void parse(struct reading *reading, struct xt_text *page)
{
    htmlParserCtxt *parser = htmlCreateMemoryParserCtxt(page->s, (int)page->n);

    if (!parser)
        abort();        /* only memory can be missing: as xt_alloc() */
    xt_text_done(page); /* the parser has its own copy */
    reading->parser = parser;
    *parser->sax = (xmlSAXHandler){
        .startElement = on_start,
        .endElement = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .initialized = XML_SAX2_MAGIC,
        .serror = on_error,
    };
    parser->userData = reading;
    parser->charset = XML_CHAR_ENCODING_UTF8;
    (void)htmlCtxtUseOptions(parser, HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC); /* says which it did not know: none */
    (void)htmlParseDocument(parser);
    if (parser->myDoc)
        xmlFreeDoc(parser->myDoc);
    htmlFreeParserCtxt(parser);
}

enum xt_code xt_html_read(struct xt_html_page *page, struct xt_source **source, enum xt_charset charset, size_t bom,
                          struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    struct reading *reading;
    enum xt_code rc;

    xt_text_init(&text, PAGE_MAX);
    rc = take_page(page, source, charset, bom, &text, err);
    if (rc != XT_OK || text.n == 0)
        return rc;
    reading = xt_calloc(1, sizeof *reading);
    reading->page = page;
    parse(reading, &text);
    while (reading->depth > 0) /* tables that nothing ends */
        end_table(reading);
    rc = reading->rc;
    if (rc != XT_OK && err)
        *err = reading->err;
    free(reading);
    return rc == XT_OK ? xt_strings_ready(page->strings, err) : rc;
}
