/* table_html.c - a page as a book: each of its tables a sheet. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "table/table_html_priv.h"

struct html_book {
    struct xt_book base;
    struct xt_html_page page;
    const char **names;
    int64_t total;
};

struct sheet {
    struct xt_reader base;
    const struct html_book *book;
    const struct xt_html_table *table;
    size_t at;
    struct xt_cells row;
    struct xt_str *cells;
};

static enum xt_code sheet_next(struct xt_reader *reader, struct xt_raw_row *row, bool *out_more, struct xt_error *err)
{
    struct sheet *sheet = (struct sheet *)reader;
    const struct xt_html_table *table = sheet->table;

    *out_more = sheet->at < table->count;
    if (!*out_more)
        return XT_OK;
    uint32_t number = table->cells[sheet->at].row;

    xt_cells_clear(&sheet->row);
    for (; sheet->at < table->count && table->cells[sheet->at].row == number; sheet->at++) {
        struct xt_str text = {"", 0};

        (void)xt_strings_get(sheet->book->page.strings, table->cells[sheet->at].text,
                             &text); /* the page put it there */
        xt_cells_lend(&sheet->row, table->cells[sheet->at].column, text);
    }
    row->bytes_done = sheet->book->total;
    return xt_cells_row(&sheet->row, (int64_t)number + 1, sheet->cells, row, err);
}

static int64_t sheet_bad(const struct xt_reader *reader)
{
    return ((const struct sheet *)reader)->book->page.bad;
}

static void sheet_close(struct xt_reader *reader)
{
    struct sheet *sheet = (struct sheet *)reader;

    xt_cells_done(&sheet->row);
    free(sheet->cells);
    free(sheet);
}

static const struct xt_reader_ops SHEET_OPS = {sheet_next, sheet_bad, sheet_close};

static enum xt_code html_sheet_open(struct xt_book *book, size_t index, struct xt_reader **out, struct xt_error *err)
{
    struct html_book *html = (struct html_book *)book;
    struct sheet *sheet = xt_calloc(1, sizeof *sheet);

    (void)err; /* all was read when the page was */
    sheet->base.ops = &SHEET_OPS;
    sheet->book = html;
    sheet->table = &html->page.tables[index];
    sheet->base.merges = sheet->table->merges;
    sheet->base.merge_count = sheet->table->merge_count;
    sheet->cells = xt_calloc((size_t)html->page.limits->columns, sizeof *sheet->cells);
    xt_cells_init(&sheet->row, html->page.limits);
    *out = &sheet->base;
    return XT_OK;
}

/* ---- the book ---- */

static void html_close(struct xt_book *book)
{
    struct html_book *html = (struct html_book *)book;
    size_t i;

    for (i = 0; i < html->page.count; i++)
        xt_html_table_done(&html->page.tables[i]);
    free(html->page.tables);
    free(html->names);
    xt_strings_free(&html->page.strings);
    free(html);
}

static const struct xt_book_ops HTML_OPS = {html_sheet_open, html_close};

static void name_tables(struct html_book *html)
{
    size_t i;

    html->names = xt_calloc(html->page.count, sizeof *html->names);
    for (i = 0; i < html->page.count; i++) {
        struct xt_html_table *table = &html->page.tables[i];

        if (!table->name) {
            char name[32];

            snprintf(name, sizeof name, "table %zu", i + 1);
            table->name = xt_strdup(name);
        }
        html->names[i] = table->name;
    }
    html->base.names = html->names;
    html->base.count = html->page.count;
}

/* The real table with the most cells; pages have others for their menus and notes. */
static size_t main_table(const struct html_book *html)
{
    const struct xt_html_table *tables = html->page.tables;
    size_t best = 0, i;

    for (i = 1; i < html->page.count; i++)
        if (xt_html_is_real(&tables[i]) && (!xt_html_is_real(&tables[best]) || tables[i].count > tables[best].count))
            best = i;
    return best;
}

enum xt_code xt_html_open(struct xt_source **source, enum xt_charset charset, size_t bom, const char *name,
                          const struct xt_table_limits *limits, struct xt_book **out, struct xt_error *err)
{
    struct html_book *html = xt_calloc(1, sizeof *html);
    enum xt_code rc;

    html->base.ops = &HTML_OPS;
    html->page.name = name;
    html->page.limits = limits;
    html->page.strings = xt_strings_new(limits->strings_bytes);
    rc = xt_html_read(&html->page, source, charset, bom, err);
    if (rc == XT_OK && html->page.count == 0)
        rc = xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_HTML, XT_TEXT(name));
    if (rc != XT_OK) {
        html_close(&html->base);
        return rc;
    }
    name_tables(html);
    html->base.first = main_table(html);
    *out = &html->base;
    return XT_OK;
}

/* ---- the character set ---- */

bool xt_html_charset(struct xt_str head, enum xt_charset *out)
{
    size_t at = 0;

    while (at < head.n) {
        const char *word = memmem(head.s + at, head.n - at, "charset", 7);

        if (!word)
            return false;
        at = (size_t)(word - head.s) + 7;
        struct xt_str rest = {head.s + at, head.n - at};

        while (rest.n > 0 && (isspace((unsigned char)*rest.s) || strchr("='\"", *rest.s))) {
            rest.s++;
            rest.n--;
        }
        size_t n = 0;

        while (n < rest.n && (isalnum((unsigned char)rest.s[n]) || rest.s[n] == '-' || rest.s[n] == '_'))
            n++;
        if (xt_charset_by_name((struct xt_str){rest.s, n}, out))
            return true;
    }
    return false;
}
