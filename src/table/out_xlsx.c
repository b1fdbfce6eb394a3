/*
 * out_xlsx.c - workbooks by libxlsxwriter in its constant-memory mode: rows go to disk as they come.
 *
 * What is checked while people type, and the lists behind drop-downs, stands in out_xlsx_rules.c.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/time.h"
#include "table/out_xlsx_priv.h"

#define SHEET_NAME_MAX 31
#define NOTES_MAX      20000 /* a workbook: the library keeps them in memory, and no clerk reads more */
#define NOTE_UNITS_MAX 2000
#define WIDTH_ADDED    0.7109375 /* what the library adds to a width for the margins, as files have it already */

enum look { LOOK_TEXT, LOOK_DATE, LOOK_FAULT_TEXT, LOOK_FAULT_DATE, LOOK_FAULT, LOOK_HEAD, LOOK_REQUIRED, LOOKS };

/* A format of numbers, a tint, or both; made when it is first asked for. */
struct tinted {
    const char *number; /* of the heads of out */
    bool tint;
    enum xt_out_tint which;
    lxw_format *format;
};

struct workbook {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *looks[LOOKS];
    struct tinted *tinted;
    size_t tinted_count, tinted_capacity;
    const struct xt_out_mark **mark_at; /* of each column of the present row */
    size_t mark_capacity;
    lxw_row_t row;          /* the next one */
    lxw_row_t head;         /* the lowest row of the head */
    bool filter;            /* the present sheet gets an autofilter */
    size_t columns;         /* of the present sheet */
    bool lists;             /* the sheet of lists was written */
    size_t sheets, notes;   /* so far */
    struct xt_text scratch; /* cells end in a zero byte for the library */
};

static enum xt_code library_failed(const struct xt_out *out, lxw_error fault, struct xt_error *err)
{
    return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_OUT_XLSX, XT_TEXT(out->path), XT_TEXT(lxw_strerror(fault)));
}

/* ---- cells ---- */

static size_t utf16_units(struct xt_str s)
{
    size_t units = 0, i;

    for (i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.s[i];

        units += (size_t)((c & 0xC0) != 0x80) + (size_t)(c >= 0xF0);
    }
    return units;
}

/* Bytes of at most `most` UTF-16 units. */
static size_t clip_units(struct xt_str s, size_t most)
{
    size_t units = 0, at = 0;

    while (at < s.n) {
        uint32_t c;
        size_t took = xt_utf8_decode(s.s + at, s.n - at, &c);

        units += c >= 0x10000 ? 2 : 1;
        if (units > most)
            break;
        at += took;
    }
    return at;
}

size_t xt_out_cell_fits(struct xt_str s)
{
    return s.n <= XT_CELL_UNITS_MAX ? s.n : clip_units(s, XT_CELL_UNITS_MAX);
}

/* A text as a cell holds it: "_x0041_" would be read as "A", so its first underscore is escaped (ECMA-376, 22.9.2.19);
 * XML has no U+FFFE, U+FFFF and no control characters, the latter are escaped by the library. */
const char *xt_out_xlsx_text(struct xt_text *scratch, struct xt_str s)
{
    size_t i = 0;

    xt_text_clear(scratch);
    while (i < s.n) {
        uint32_t c;
        size_t took = xt_utf8_decode(s.s + i, s.n - i, &c);

        if (c == '_' && i + 6 < s.n && s.s[i + 1] == 'x' && s.s[i + 6] == '_')
            xt_text_add_z(scratch, "_x005F");
        if (c == 0xFFFE || c == 0xFFFF || c == 0)
            c = 0xFFFD;
        xt_text_add_utf8(scratch, c);
        i += took;
    }
    return scratch->s;
}

/* Numbers that Excel gives back as they are: at most 15 digits, no leading zeros or plus. */
static bool as_number(struct xt_str s, double *out)
{
    size_t i = s.n > 0 && s.s[0] == '-' ? 1 : 0, digits = 0;

    if (i == s.n || (s.s[i] == '0' && i + 1 < s.n && s.s[i + 1] != '.') || s.s[i] == '.' || s.s[s.n - 1] == '.')
        return false;
    for (; i < s.n; i++) {
        if (s.s[i] >= '0' && s.s[i] <= '9')
            digits++;
        else if (s.s[i] != '.')
            return false;
    }
    return digits <= 15 && xt_double_parse(s, out);
}

static bool as_date(struct xt_str s, lxw_datetime *out)
{
    int year, month, day;

    if (s.n != 10 || !xt_date_parse(s, &year, &month, &day) || day == 0 || year < 1901 || year > 9999)
        return false;
    *out = (lxw_datetime){.year = year, .month = month, .day = day};
    return true;
}

/* Whether a program that keeps numbers gives this one back letter by letter. */
static bool same_number(struct xt_str s, double number)
{
    char shown[40];

    (void)snprintf(shown, sizeof shown, "%.15g", number);
    return xt_str_is(s, shown);
}

static lxw_format *tinted(struct workbook *w, const char *number, const struct xt_out_mark *mark)
{
    static const lxw_color_t colours[XT_TINTS] = {0xFFC7CE, 0xFFEB9C, 0xBDD7EE, 0xE7E6E6};
    struct tinted *t;
    size_t i;

    if (!number && !mark)
        return NULL;
    for (i = 0; i < w->tinted_count; i++) {
        t = &w->tinted[i];
        if (t->tint == (mark != NULL) && (!mark || t->which == mark->tint) &&
            strcmp(t->number ? t->number : "", number ? number : "") == 0)
            return t->format;
    }
    xt_grow(&w->tinted, &w->tinted_capacity, w->tinted_count + 1, sizeof *w->tinted);
    t = &w->tinted[w->tinted_count++];
    *t = (struct tinted){number, mark != NULL, mark ? mark->tint : XT_TINT_FAULT, workbook_add_format(w->book)};
    if (number)
        format_set_num_format(t->format, number);
    if (mark)
        format_set_bg_color(t->format, colours[mark->tint]);
    return t->format;
}

/* A figure, or a text in a colour that says something else than a fault. */
static lxw_error write_tinted(const struct xt_out *out, lxw_col_t column, struct xt_str cell,
                              const struct xt_out_mark *mark)
{
    struct workbook *w = out->own;
    bool figure = xt_out_kind(out, column) == XT_CELL_FIGURE;
    double value;

    if (cell.n == 0)
        return mark ? worksheet_write_blank(w->sheet, w->row, column, tinted(w, NULL, mark)) : LXW_NO_ERROR;
    if (figure && xt_double_parse(cell, &value))
        return worksheet_write_number(w->sheet, w->row, column, value,
                                      tinted(w, column < out->count ? out->heads[column].number : NULL, mark));
    return worksheet_write_string(w->sheet, w->row, column, xt_out_xlsx_text(&w->scratch, cell), tinted(w, "@", mark));
}

static lxw_error write_cell(struct workbook *w, lxw_col_t column, struct xt_str cell, enum xt_cell_kind kind,
                            bool fault)
{
    lxw_datetime date;
    double number;

    if (cell.n == 0)
        return fault ? worksheet_write_blank(w->sheet, w->row, column, w->looks[LOOK_FAULT_TEXT]) : LXW_NO_ERROR;
    if ((kind == XT_CELL_NUMBER || kind == XT_CELL_AS_READ) && as_number(cell, &number) &&
        (kind == XT_CELL_NUMBER || same_number(cell, number)))
        return worksheet_write_number(w->sheet, w->row, column, number, fault ? w->looks[LOOK_FAULT] : NULL);
    if ((kind == XT_CELL_DATE || kind == XT_CELL_AS_READ) && as_date(cell, &date))
        return worksheet_write_datetime(w->sheet, w->row, column, &date, w->looks[fault ? LOOK_FAULT_DATE : LOOK_DATE]);
    return worksheet_write_string(w->sheet, w->row, column, xt_out_xlsx_text(&w->scratch, cell),
                                  w->looks[fault ? LOOK_FAULT_TEXT : LOOK_TEXT]);
}

static lxw_error write_note(struct workbook *w, lxw_row_t row, lxw_col_t column, const char *note)
{
    struct xt_str s = xt_str(note);

    if (w->notes >= NOTES_MAX || s.n == 0)
        return LXW_NO_ERROR;
    w->notes++;
    s.n = clip_units(s, NOTE_UNITS_MAX);
    return worksheet_write_comment(w->sheet, row, column, xt_out_xlsx_text(&w->scratch, s));
}

/* The marks of a row by their columns; the first of a column holds. */
static void lay_marks(struct workbook *w, const struct xt_out_mark *marks, size_t mark_count, size_t count)
{
    size_t i;

    xt_grow(&w->mark_at, &w->mark_capacity, count + 1, sizeof(*w->mark_at));
    memset(w->mark_at, 0, (count + 1) * sizeof(*w->mark_at));
    for (i = mark_count; i-- > 0;)
        if (marks[i].column < count)
            w->mark_at[marks[i].column] = &marks[i];
}

static enum xt_code xlsx_row(struct xt_out *out, const struct xt_str *cells, size_t count,
                             const struct xt_out_mark *marks, size_t mark_count, struct xt_error *err)
{
    struct workbook *w = out->own;
    lxw_error fault = LXW_NO_ERROR;
    size_t i;

    if (w->row >= XT_XLSX_ROWS)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_OUT_ROWS, XT_INT(XT_XLSX_ROWS));
    for (i = 0; i < count; i++)
        if (xt_out_cell_fits(cells[i]) < cells[i].n)
            return xt_fail(err, XT_E_INPUT, i < out->count ? out->heads[i].head : "", XT_MSG_OUT_CELL,
                           XT_INT(XT_CELL_UNITS_MAX), XT_INT(utf16_units(cells[i])));
    if (mark_count > 0)
        lay_marks(w, marks, mark_count, count);
    for (i = 0; i < count && fault == LXW_NO_ERROR; i++) {
        const struct xt_out_mark *mark = mark_count > 0 ? w->mark_at[i] : NULL;

        if (xt_out_kind(out, i) == XT_CELL_FIGURE || (mark && mark->tint != XT_TINT_FAULT))
            fault = write_tinted(out, (lxw_col_t)i, cells[i], mark);
        else
            fault = write_cell(w, (lxw_col_t)i, cells[i], xt_out_kind(out, i), mark != NULL);
        if (fault == LXW_NO_ERROR && mark && mark->note)
            fault = write_note(w, w->row, (lxw_col_t)i, mark->note);
    }
    if (fault != LXW_NO_ERROR)
        return library_failed(out, fault, err);
    w->row++;
    return XT_OK;
}

/* ---- the workbook around them ---- */

/* What Excel takes as the name of a sheet: at most 31 characters, none of []:*?/\, no apostrophe at the ends. A name that
 * is there already gets a number. */
static void sheet_name(const struct workbook *w, const char *asked, struct xt_text *out)
{
    struct xt_str s = xt_str(asked && *asked ? asked : "Sheet1");
    size_t i, again, whole;

    xt_text_add(out, s.s, clip_units(s, SHEET_NAME_MAX));
    for (i = 0; i < out->n; i++)
        if (strchr("[]:*?/\\", out->s[i]) || (unsigned char)out->s[i] < 0x20 ||
            (out->s[i] == '\'' && (i == 0 || i + 1 == out->n)))
            out->s[i] = '_';
    if (xt_str_is(xt_text_view(out), XT_XLSX_LISTS))
        xt_text_add_char(out, '_');
    whole = out->n;
    for (again = 2; workbook_get_worksheet_by_name(w->book, out->s); again++) {
        xt_text_cut(out, whole);
        xt_text_cut(out, clip_units(xt_text_view(out), SHEET_NAME_MAX - 6));
        xt_text_addf(out, " (%zu)", again);
    }
}

static void make_looks(struct workbook *w)
{
    size_t i;

    for (i = 0; i < LOOKS; i++)
        w->looks[i] = workbook_add_format(w->book);
    format_set_num_format(w->looks[LOOK_TEXT], "@");
    format_set_num_format(w->looks[LOOK_FAULT_TEXT], "@");
    format_set_num_format(w->looks[LOOK_DATE], "yyyy-mm-dd");
    format_set_num_format(w->looks[LOOK_FAULT_DATE], "yyyy-mm-dd");
    for (i = LOOK_FAULT_TEXT; i <= LOOK_FAULT; i++) {
        format_set_bg_color(w->looks[i], 0xFFC7CE);
        format_set_font_color(w->looks[i], 0x9C0006);
    }
    for (i = LOOK_HEAD; i <= LOOK_REQUIRED; i++) {
        format_set_bold(w->looks[i]);
        format_set_text_wrap(w->looks[i]);
        format_set_align(w->looks[i], LXW_ALIGN_VERTICAL_CENTER);
        format_set_bg_color(w->looks[i], 0xE8EEF4);
        format_set_border(w->looks[i], LXW_BORDER_THIN);
        format_set_border_color(w->looks[i], 0xB8C4D0);
    }
    format_set_font_color(w->looks[LOOK_REQUIRED], 0xB00020);
}

static double width_of(const struct xt_out_table *table, size_t column)
{
    const struct xt_out_column *c = &table->columns[column];
    size_t n = strlen(c->head);
    double by_head;

    if (table->lead && column < table->lead->width_count && table->lead->widths[column] > 0)
        return table->lead->widths[column] < 255 ? table->lead->widths[column] - WIDTH_ADDED : 255;
    if (c->width > 0)
        return c->width < 255 ? c->width : 255;
    /* Chinese characters take three bytes and the room of two. */
    by_head = 2 + (double)n * 0.75;
    if (c->kind == XT_CELL_TEXT)
        return by_head < 16 ? 16 : by_head > 40 ? 40 : by_head;
    return by_head < 12 ? 12 : by_head > 24 ? 24 : by_head;
}

static lxw_error set_columns(struct workbook *w, const struct xt_out_table *table)
{
    lxw_error fault = LXW_NO_ERROR;
    size_t i;

    for (i = 0; i < table->count && fault == LXW_NO_ERROR; i++) {
        enum xt_cell_kind kind = table->columns[i].kind;

        /* The format of the column is what cells typed later get: codes with leading zeros stay as they are typed. */
        fault = worksheet_set_column(w->sheet, (lxw_col_t)i, (lxw_col_t)i, width_of(table, i),
                                     kind == XT_CELL_TEXT   ? w->looks[LOOK_TEXT]
                                     : kind == XT_CELL_DATE ? w->looks[LOOK_DATE]
                                                            : NULL);
    }
    return fault;
}

static lxw_error write_head(struct workbook *w, const struct xt_out_table *table)
{
    lxw_error fault = LXW_NO_ERROR;
    size_t i;

    for (i = 0; i < table->count && fault == LXW_NO_ERROR; i++) {
        const struct xt_out_column *column = &table->columns[i];

        fault = worksheet_write_string(w->sheet, 0, (lxw_col_t)i, xt_out_xlsx_text(&w->scratch, xt_str(column->head)),
                                       w->looks[column->required ? LOOK_REQUIRED : LOOK_HEAD]);
        if (fault == LXW_NO_ERROR && column->note)
            fault = write_note(w, 0, (lxw_col_t)i, column->note);
    }
    w->row++;
    return fault;
}

static enum xt_code write_lead_row(struct xt_out *out, const struct xt_str *cells, size_t count, bool lowest,
                                   struct xt_error *err)
{
    struct workbook *w = out->own;
    lxw_error fault = LXW_NO_ERROR;
    size_t i;

    for (i = 0; i < count && fault == LXW_NO_ERROR; i++) {
        struct xt_str cell = {cells[i].s, xt_out_cell_fits(cells[i])};

        if (cell.n > 0)
            fault = worksheet_write_string(w->sheet, w->row, (lxw_col_t)i, xt_out_xlsx_text(&w->scratch, cell),
                                           w->looks[LOOK_HEAD]);
    }
    w->head = lowest ? w->row : w->head;
    w->row++;
    return fault == LXW_NO_ERROR ? XT_OK : library_failed(out, fault, err);
}

/* The merged ranges of titles and heads. The library's own function writes their cells, which in this mode would flush the
 * rows before their texts; only the note of the range is wanted. */
static void merge_lead(struct workbook *w, const struct xt_lead_look *lead)
{
    size_t i;

    for (i = 0; i < lead->merge_count && lead->merges[i].row1 <= (int64_t)w->head + 1; i++) {
        const struct xt_merge *m = &lead->merges[i];
        lxw_merged_range *range;

        if (m->row2 > (int64_t)w->head + 1 || m->column2 > XT_XLSX_COLUMNS ||
            (m->row1 == m->row2 && m->column1 == m->column2))
            continue;
        range = calloc(1, sizeof *range); /* the library frees it */
        if (!range)
            abort();
        range->first_row = (lxw_row_t)m->row1 - 1;
        range->last_row = (lxw_row_t)m->row2 - 1;
        range->first_col = (lxw_col_t)(m->column1 - 1);
        range->last_col = (lxw_col_t)(m->column2 - 1);
        STAILQ_INSERT_TAIL(w->sheet->merged_ranges, range, list_pointers);
        w->sheet->merged_range_count++;
    }
}

static enum xt_code head_of_sheet(struct xt_out *out, struct workbook *w, const struct xt_out_table *table,
                                  struct xt_error *err)
{
    lxw_error fault = LXW_NO_ERROR;
    enum xt_code rc = XT_OK;

    if (table->headless)
        return XT_OK;
    if (table->head_height > 0)
        fault = worksheet_set_row(w->sheet, 0, table->head_height, NULL);
    if (fault != LXW_NO_ERROR)
        return library_failed(out, fault, err);
    if (table->lead) {
        rc = xt_out_each_lead(out, table, write_lead_row, err);
        if (rc == XT_OK)
            merge_lead(w, table->lead);
    } else {
        fault = write_head(w, table);
        w->filter = true;
    }
    worksheet_freeze_panes(w->sheet, w->head + 1, (lxw_col_t)table->fixed);
    return fault == LXW_NO_ERROR ? rc : library_failed(out, fault, err);
}

static lxw_error end_sheet(struct workbook *w)
{
    if (!w->sheet || !w->filter)
        return LXW_NO_ERROR;
    w->filter = false;
    return worksheet_autofilter(w->sheet, w->head, 0, w->row > w->head + 1 ? w->row - 1 : w->head + 1,
                                (lxw_col_t)(w->columns - 1));
}

#define PAPER_A4 9

/* A4 across, one page wide, the head on each page. */
static void fit_paper(lxw_worksheet *sheet)
{
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, PAPER_A4);
    worksheet_set_margins(sheet, 0.4, 0.4, 0.5, 0.5);
    worksheet_fit_to_pages(sheet, 1, 0);
    (void)worksheet_repeat_rows(sheet, 0, 0); /* rows that are there */
}

static enum xt_code xlsx_table(struct xt_out *out, const struct xt_out_table *table, struct xt_error *err)
{
    struct workbook *w = out->own;
    XT_AUTO(xt_text_done) struct xt_text name = {0};
    lxw_error fault = end_sheet(w);
    enum xt_code rc;

    if (fault != LXW_NO_ERROR)
        return library_failed(out, fault, err);
    xt_text_init(&name, 512);
    sheet_name(w, table->name, &name);
    w->sheet = workbook_add_worksheet(w->book, name.s);
    if (!w->sheet)
        return library_failed(out, LXW_ERROR_CREATING_TMPFILE, err);
    w->sheets++;
    w->row = w->head = 0;
    w->columns = table->count;
    if (table->printed)
        fit_paper(w->sheet);
    fault = set_columns(w, table);
    if (fault == LXW_NO_ERROR)
        fault = xt_out_xlsx_rules(w->book, w->sheet, table, &w->scratch);
    if (fault != LXW_NO_ERROR)
        return library_failed(out, fault, err);
    rc = head_of_sheet(out, w, table, err);
    return rc;
}

/* The library copies the texts; it takes 0 as now. */
static void say_properties(const struct xt_out *out, struct workbook *w)
{
    XT_AUTO(xt_free_ptr) char *title = xt_strdup(out->options.title ? out->options.title : "");
    lxw_doc_properties properties = {.title = title, .created = (time_t)(out->options.created / XT_SECOND)};

    if (out->options.title || out->options.created != 0)
        (void)workbook_set_properties(w->book, &properties); /* they are only told */
}

enum xt_code xt_out_xlsx_begin(struct xt_out *out, struct xt_error *err)
{
    struct workbook *w = xt_calloc(1, sizeof *w);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE};

    out->own = w;
    xt_text_init(&w->scratch, 8 * XT_MIB);
    (void)close(out->fd); /* the library opens the file by its name */
    out->fd = -1;
    w->book = workbook_new_opt(out->temporary, &options);
    if (!w->book)
        return library_failed(out, LXW_ERROR_CREATING_XLSX_FILE, err);
    make_looks(w);
    say_properties(out, w);
    return XT_OK;
}

static enum xt_code xlsx_finish(struct xt_out *out, struct xt_error *err)
{
    struct workbook *w = out->own;
    lxw_error fault = end_sheet(w);

    if (fault != LXW_NO_ERROR)
        return library_failed(out, fault, err);
    fault = workbook_close(w->book); /* frees it, whatever it answers */
    w->book = NULL;
    return fault == LXW_NO_ERROR ? XT_OK : library_failed(out, fault, err);
}

static void xlsx_drop(struct xt_out *out)
{
    struct workbook *w = out->own;

    if (!w)
        return;
    if (w->book)
        lxw_workbook_free(w->book);
    xt_text_done(&w->scratch);
    free(w->tinted);
    free(w->mark_at);
    free(w);
}

const struct xt_out_ops xt_out_xlsx_ops = {xlsx_table, xlsx_row, NULL, xlsx_finish, xlsx_drop};
