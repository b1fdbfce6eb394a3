/*
 * out_xlsx_rules.c - what a spreadsheet program checks while people type, and the lists it offers.
 *
 * Drop-downs take their values from a hidden sheet, since a list inside a rule ends at 255 characters (ECMA-376,
 * 18.3.1.32); beside each label stands its code. A long list is no help as a whole: it shows those that begin with what
 * stands in the cell, which Excel, WPS and LibreOffice work out alike.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/out_xlsx_priv.h"

#define LONG_LIST    40 /* what people find by scrolling */
#define TITLE_MAX    32
#define MESSAGE_MAX  255
#define FORMULA_SIZE 400
#define CHECKED_ROWS 5000 /* some programs keep a rule for each cell */

struct list { /* on the hidden sheet: labels in column 2n, codes in 2n + 1 */
    const char *const *choices, *const *codes;
    size_t length;
};

struct lists {
    struct list *list;
    size_t count;
};

static size_t list_of(struct lists *lists, const struct xt_out_column *column)
{
    size_t i;

    for (i = 0; i < lists->count; i++)
        if (lists->list[i].choices == column->choices)
            return i;
    lists->list[i] = (struct list){.choices = column->choices, .codes = column->codes};
    while (column->choices[lists->list[i].length])
        lists->list[i].length++;
    lists->count++;
    return i;
}

static lxw_error write_list_cell(lxw_worksheet *sheet, lxw_row_t row, size_t column, const char *text,
                                 struct xt_text *scratch)
{
    return worksheet_write_string(sheet, row, (lxw_col_t)column, xt_out_xlsx_text(scratch, xt_str(text)), NULL);
}

/* Row by row, as constant memory asks for. */
static lxw_error write_lists(lxw_workbook *book, const struct lists *lists, struct xt_text *scratch)
{
    lxw_worksheet *sheet = workbook_add_worksheet(book, XT_XLSX_LISTS);
    lxw_error fault = LXW_NO_ERROR;
    bool more = true;
    lxw_row_t row;
    size_t i;

    if (!sheet)
        return LXW_ERROR_CREATING_TMPFILE;
    for (row = 0; more && row < XT_XLSX_ROWS; row++) {
        more = false;
        for (i = 0; i < lists->count && fault == LXW_NO_ERROR; i++) {
            const struct list *list = &lists->list[i];

            if (row >= list->length)
                continue;
            more = true;
            fault = write_list_cell(sheet, row, 2 * i, list->choices[row], scratch);
            if (fault == LXW_NO_ERROR && list->codes)
                fault = write_list_cell(sheet, row, 2 * i + 1, list->codes[row], scratch);
        }
    }
    worksheet_hide(sheet);
    return fault;
}

/* Clipped to so many characters, in scratch; NULL stays NULL. */
static char *clipped(const char *text, size_t most, struct xt_text *scratch)
{
    size_t at = 0, i;
    uint32_t c;

    if (!text)
        return NULL;
    for (i = 0; i < most && text[at]; i++)
        at += xt_utf8_decode(text + at, strlen(text + at), &c);
    xt_text_clear(scratch);
    xt_text_add(scratch, text, at);
    return scratch->s;
}

static void list_formula(const struct lists *lists, size_t at, size_t column, char formula[FORMULA_SIZE])
{
    char from[LXW_MAX_CELL_NAME_LENGTH], to[LXW_MAX_CELL_NAME_LENGTH], cell[LXW_MAX_CELL_NAME_LENGTH];
    size_t length = lists->list[at].length;

    lxw_rowcol_to_cell_abs(from, 0, (lxw_col_t)(2 * at), true, true);
    lxw_rowcol_to_cell_abs(to, (lxw_row_t)(length > 0 ? length - 1 : 0), (lxw_col_t)(2 * at), true, true);
    if (length <= LONG_LIST) {
        (void)snprintf(formula, FORMULA_SIZE, "=" XT_XLSX_LISTS "!%s:%s", from, to);
        return;
    }
    lxw_rowcol_to_cell(cell, 1, (lxw_col_t)column);
    (void)snprintf(formula, FORMULA_SIZE,
                   "=OFFSET(" XT_XLSX_LISTS "!%s,MATCH(%s&\"*\"," XT_XLSX_LISTS "!%s:%s,0)-1,0,COUNTIF(" XT_XLSX_LISTS
                   "!%s:%s,%s&\"*\"),1)",
                   from, cell, from, to, from, to, cell);
}

static void set_between(lxw_data_validation *v, const struct xt_out_rule *rule, double least, double most)
{
    v->criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
    v->minimum_number = rule->has_min ? rule->min : least;
    v->maximum_number = rule->has_max ? rule->max : most;
}

/* False where the column has nothing to check. */
static bool set_rule(lxw_data_validation *v, const struct xt_out_column *column, size_t at, struct lists *lists,
                     char formula[FORMULA_SIZE])
{
    char cell[LXW_MAX_CELL_NAME_LENGTH];

    switch (column->rule.kind) {
    case XT_RULE_NONE:
        return false;
    case XT_RULE_LIST:
        if (!column->choices || !column->choices[0])
            return false;
        v->validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
        v->dropdown = LXW_VALIDATION_ON;
        list_formula(lists, list_of(lists, column), at, formula);
        v->value_formula = formula;
        /* What was typed to shorten a long list is none of its values yet. */
        if (column->rule.hint || lists->list[list_of(lists, column)].length > LONG_LIST)
            v->show_error = LXW_VALIDATION_OFF;
        return true;
    case XT_RULE_WHOLE:
        v->validate = LXW_VALIDATION_TYPE_INTEGER;
        set_between(v, &column->rule, -999999999999999, 999999999999999);
        return true;
    case XT_RULE_DECIMAL:
        v->validate = LXW_VALIDATION_TYPE_DECIMAL;
        set_between(v, &column->rule, -1e300, 1e300);
        return true;
    case XT_RULE_DATE: /* a date, or a text of a year, a year and month, or a day, as people write them */
        lxw_rowcol_to_cell(cell, 1, (lxw_col_t)at);
        (void)snprintf(formula, FORMULA_SIZE, "=OR(ISNUMBER(%s),AND(ISNUMBER(--LEFT(%s,4)),LEN(%s)>=4,LEN(%s)<=11))",
                       cell, cell, cell, cell);
        v->validate = LXW_VALIDATION_TYPE_CUSTOM_FORMULA;
        v->value_formula = formula;
        return true;
    case XT_RULE_LENGTH:
        v->validate = LXW_VALIDATION_TYPE_LENGTH;
        set_between(v, &column->rule, column->rule.required ? 1 : 0, XT_CELL_UNITS_MAX);
        return true;
    }
    return false;
}

static lxw_error check_column(lxw_worksheet *sheet, const struct xt_out_column *column, size_t at, struct lists *lists)
{
    XT_AUTO(xt_text_done) struct xt_text title = {0};
    XT_AUTO(xt_text_done) struct xt_text input = {0};
    XT_AUTO(xt_text_done) struct xt_text fault = {0};
    lxw_data_validation v = {.ignore_blank = column->rule.required ? LXW_VALIDATION_OFF : LXW_VALIDATION_ON,
                             .show_input = LXW_VALIDATION_ON,
                             .show_error = LXW_VALIDATION_ON,
                             .error_type = column->rule.lenient ? LXW_VALIDATION_ERROR_TYPE_WARNING
                                                                : LXW_VALIDATION_ERROR_TYPE_STOP};
    char formula[FORMULA_SIZE];

    if (!set_rule(&v, column, at, lists, formula))
        return LXW_NO_ERROR;
    xt_text_init(&title, 4 * XT_KIB);
    xt_text_init(&input, 4 * XT_KIB);
    xt_text_init(&fault, 4 * XT_KIB);
    v.input_title = v.error_title = clipped(column->rule.title, TITLE_MAX, &title);
    v.input_message = clipped(column->rule.input, MESSAGE_MAX, &input);
    v.error_message = clipped(column->rule.fault, MESSAGE_MAX, &fault);
    return worksheet_data_validation_range(sheet, 1, (lxw_col_t)at, CHECKED_ROWS, (lxw_col_t)at, &v);
}

lxw_error xt_out_xlsx_rules(lxw_workbook *book, lxw_worksheet *sheet, const struct xt_out_table *table,
                            struct xt_text *scratch)
{
    struct lists lists = {.list = xt_calloc(table->count + 1, sizeof *lists.list)};
    lxw_error fault = LXW_NO_ERROR;
    size_t i;

    for (i = 0; i < table->count && fault == LXW_NO_ERROR; i++)
        fault = check_column(sheet, &table->columns[i], i, &lists);
    if (fault == LXW_NO_ERROR && lists.count > 0)
        fault = write_lists(book, &lists, scratch);
    free(lists.list);
    return fault;
}
