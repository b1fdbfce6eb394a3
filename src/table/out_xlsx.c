/*
 * out_xlsx.c - workbooks by libxlsxwriter in its constant-memory mode: rows go to disk as they come.
 *
 * Drop-downs take their values from a hidden sheet, since a list inside a rule ends at 255 characters (ECMA-376, 18.3.1.32).
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/time.h"
#include "table/out_priv.h"

#define CELL_UNITS_MAX 32767
#define ROWS_MAX       1048576
#define SHEET_NAME_MAX 31
#define LISTS          "_lists"

struct workbook {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *text, *date;
    lxw_row_t row;          /* the next one */
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

/* A text as a cell holds it: "_x0041_" would be read as "A", so its first underscore is escaped (ECMA-376, 22.9.2.19);
 * XML has no U+FFFE, U+FFFF and no control characters, the latter are escaped by the library. */
static const char *cell_text(struct workbook *w, struct xt_str s)
{
    size_t i = 0;

    xt_text_clear(&w->scratch);
    while (i < s.n) {
        uint32_t c;
        size_t took = xt_utf8_decode(s.s + i, s.n - i, &c);

        if (c == '_' && i + 6 < s.n && s.s[i + 1] == 'x' && s.s[i + 6] == '_')
            xt_text_add_z(&w->scratch, "_x005F");
        if (c == 0xFFFE || c == 0xFFFF || c == 0)
            c = 0xFFFD;
        xt_text_add_utf8(&w->scratch, c);
        i += took;
    }
    return w->scratch.s;
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

static lxw_error write_cell(struct workbook *w, lxw_col_t column, struct xt_str cell, enum xt_cell_kind kind)
{
    lxw_datetime date;
    double number;

    if (cell.n == 0)
        return LXW_NO_ERROR;
    if (kind == XT_CELL_NUMBER && as_number(cell, &number))
        return worksheet_write_number(w->sheet, w->row, column, number, NULL);
    if (kind == XT_CELL_DATE && as_date(cell, &date))
        return worksheet_write_datetime(w->sheet, w->row, column, &date, w->date);
    return worksheet_write_string(w->sheet, w->row, column, cell_text(w, cell), w->text);
}

static enum xt_code xlsx_row(struct xt_out *out, const struct xt_str *cells, size_t count, struct xt_error *err)
{
    struct workbook *w = out->own;
    lxw_error fault = LXW_NO_ERROR;
    size_t i;

    if (w->row >= ROWS_MAX)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_OUT_ROWS, XT_INT(ROWS_MAX));
    for (i = 0; i < count; i++)
        if (cells[i].n > CELL_UNITS_MAX && utf16_units(cells[i]) > CELL_UNITS_MAX)
            return xt_fail(err, XT_E_INPUT, out->columns[i].head, XT_MSG_OUT_CELL, XT_INT(CELL_UNITS_MAX),
                           XT_INT(utf16_units(cells[i])));
    for (i = 0; i < count && fault == LXW_NO_ERROR; i++)
        fault = write_cell(w, (lxw_col_t)i, cells[i], out->columns[i].kind);
    if (fault != LXW_NO_ERROR)
        return library_failed(out, fault, err);
    w->row++;
    return XT_OK;
}

/* ---- the workbook around them ---- */

/* What Excel takes as the name of a sheet: at most 31 characters, none of []:*?/\, no apostrophe at the ends. */
static void sheet_name(const char *asked, struct xt_text *out)
{
    struct xt_str s = xt_str(asked && *asked ? asked : "Sheet1");
    size_t i, clipped = 0;
    uint32_t c;

    for (i = 0; i < SHEET_NAME_MAX && clipped < s.n; i++)
        clipped += xt_utf8_decode(s.s + clipped, s.n - clipped, &c);
    xt_text_add(out, s.s, clipped);
    for (i = 0; i < out->n; i++)
        if (strchr("[]:*?/\\", out->s[i]) || (unsigned char)out->s[i] < 0x20 ||
            (out->s[i] == '\'' && (i == 0 || i + 1 == out->n)))
            out->s[i] = '_';
}

static lxw_format *head_format(lxw_workbook *book, bool required)
{
    lxw_format *format = workbook_add_format(book);

    format_set_bold(format);
    format_set_text_wrap(format);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    format_set_bg_color(format, 0xE8EEF4);
    format_set_border(format, LXW_BORDER_THIN);
    format_set_border_color(format, 0xB8C4D0);
    if (required)
        format_set_font_color(format, 0xB00020);
    return format;
}

static double width_of(const struct xt_out_column *column)
{
    size_t n = strlen(column->head);
    double by_head;

    if (column->width > 0)
        return column->width < 255 ? column->width : 255;
    /* Chinese characters take three bytes and the room of two. */
    by_head = 2 + (double)n * 0.75;
    if (column->kind == XT_CELL_TEXT)
        return by_head < 16 ? 16 : by_head > 40 ? 40 : by_head;
    return by_head < 12 ? 12 : by_head > 24 ? 24 : by_head;
}

/* The list sheet is written row by row, as constant memory asks for. */
static lxw_error write_lists(struct xt_out *out, struct workbook *w)
{
    XT_AUTO(xt_free_ptr) size_t *lengths = xt_calloc(out->count, sizeof *lengths);
    lxw_worksheet *lists = NULL;
    bool more = true;
    lxw_row_t row;
    size_t i;

    for (i = 0; i < out->count; i++)
        while (out->columns[i].choices && out->columns[i].choices[lengths[i]])
            lengths[i]++;
    for (row = 0; more && row < ROWS_MAX; row++) {
        lxw_col_t column = 0;

        more = false;
        for (i = 0; i < out->count; i++) {
            const char *const *choices = out->columns[i].choices;

            if (!choices)
                continue;
            if (row < lengths[i]) {
                if (!lists)
                    lists = workbook_add_worksheet(w->book, LISTS);
                lxw_error fault = worksheet_write_string(lists, row, column, cell_text(w, xt_str(choices[row])), NULL);

                if (fault != LXW_NO_ERROR)
                    return fault;
                more = true;
            }
            column++;
        }
    }
    if (lists)
        worksheet_hide(lists);
    return LXW_NO_ERROR;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)
/* libxlsxwriter 1.1.4 copies the formula of a list twice and loses one copy: some 20 bytes a drop-down, not ours to free.
 * The leak checker asks this function what to pass over. */
const char *__lsan_default_suppressions(void);
__attribute__((weak)) const char *__lsan_default_suppressions(void)
{
    return "leak:libxlsxwriter.so\n";
}
#endif

static lxw_error offer_choices(struct xt_out *out, struct workbook *w)
{
    lxw_col_t list = 0;
    size_t i, n;

    for (i = 0; i < out->count; i++) {
        const char *const *choices = out->columns[i].choices;
        lxw_data_validation rule = {.validate = LXW_VALIDATION_TYPE_LIST_FORMULA,
                                    .error_type = LXW_VALIDATION_ERROR_TYPE_WARNING,
                                    .dropdown = LXW_VALIDATION_ON};
        char range[96], from[LXW_MAX_CELL_NAME_LENGTH], to[LXW_MAX_CELL_NAME_LENGTH];

        if (!choices)
            continue;
        for (n = 0; choices[n];)
            n++;
        if (n > 0) {
            lxw_rowcol_to_cell_abs(from, 0, list, true, true);
            lxw_rowcol_to_cell_abs(to, (lxw_row_t)n - 1, list, true, true);
            snprintf(range, sizeof range, "=" LISTS "!%s:%s", from, to);
            rule.value_formula = range;
            lxw_error fault =
                worksheet_data_validation_range(w->sheet, 1, (lxw_col_t)i, ROWS_MAX - 1, (lxw_col_t)i, &rule);

            if (fault != LXW_NO_ERROR)
                return fault;
        }
        list++;
    }
    return LXW_NO_ERROR;
}

static lxw_error write_head(struct xt_out *out, struct workbook *w)
{
    lxw_format *plain = head_format(w->book, false), *required = head_format(w->book, true);
    lxw_error fault = LXW_NO_ERROR;
    size_t i;

    for (i = 0; i < out->count && fault == LXW_NO_ERROR; i++) {
        const struct xt_out_column *column = &out->columns[i];
        lxw_col_t at = (lxw_col_t)i;

        /* The format of the column is what cells typed later get: codes with leading zeros stay as they are typed. */
        fault = worksheet_set_column(w->sheet, at, at, width_of(column),
                                     column->kind == XT_CELL_TEXT   ? w->text
                                     : column->kind == XT_CELL_DATE ? w->date
                                                                    : NULL);
        if (fault == LXW_NO_ERROR)
            fault = worksheet_write_string(w->sheet, 0, at, cell_text(w, xt_str(column->head)),
                                           column->required ? required : plain);
        if (fault == LXW_NO_ERROR && column->note && *column->note)
            fault = worksheet_write_comment(w->sheet, 0, at, column->note);
    }
    worksheet_freeze_panes(w->sheet, 1, 0);
    return fault;
}

enum xt_code xt_out_xlsx_begin(struct xt_out *out, const char *sheet, struct xt_error *err)
{
    struct workbook *w = xt_calloc(1, sizeof *w);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE};
    struct xt_text name;
    lxw_error fault;

    out->own = w;
    xt_text_init(&w->scratch, 8 * XT_MIB);
    (void)close(out->fd); /* the library opens the file by its name */
    out->fd = -1;
    w->book = workbook_new_opt(out->temporary, &options);
    if (!w->book)
        return library_failed(out, LXW_ERROR_CREATING_XLSX_FILE, err);
    xt_text_init(&name, 256);
    sheet_name(sheet, &name);
    w->sheet = workbook_add_worksheet(w->book, name.s);
    xt_text_done(&name);
    if (!w->sheet)
        return library_failed(out, LXW_ERROR_CREATING_TMPFILE, err);
    w->text = workbook_add_format(w->book);
    format_set_num_format(w->text, "@");
    w->date = workbook_add_format(w->book);
    format_set_num_format(w->date, "yyyy-mm-dd");
    fault = write_lists(out, w);
    if (fault == LXW_NO_ERROR)
        fault = write_head(out, w);
    if (fault == LXW_NO_ERROR)
        fault = offer_choices(out, w);
    w->row = 1;
    return fault == LXW_NO_ERROR ? XT_OK : library_failed(out, fault, err);
}

static enum xt_code xlsx_finish(struct xt_out *out, struct xt_error *err)
{
    struct workbook *w = out->own;
    lxw_error fault = worksheet_autofilter(w->sheet, 0, 0, w->row > 1 ? w->row - 1 : 1, (lxw_col_t)(out->count - 1));

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
    free(w);
}

const struct xt_out_ops xt_out_xlsx_ops = {xlsx_row, NULL, xlsx_finish, xlsx_drop};
