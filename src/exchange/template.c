/*
 * template.c - forms to fill in: the columns of a type with what may stand in them.
 *
 * Lists, checks and messages work in Excel, WPS and LibreOffice; an import checks all of it again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "exchange/export.h"

#define LONG_LIST   40    /* longer ones are found by typing, so that codes are offered beside labels */
#define CHOICES_MAX 20000 /* of a list: the hidden sheet is written for every template */
#define LENGTH_MAX  32767 /* what a cell holds */

/* What a list offers; fields with the same code list share it. */
struct choice_list {
    const struct xt_codes *codes;
    const char *const *choices, *const *choice_codes;
};

struct template
{
    const struct xt_type *type;
    enum xt_lang lang;
    struct xt_arena *arena;
    struct choice_list *lists;
    size_t list_count;
};

struct choice {
    const char *text, *code;
};

static const char *words(enum xt_lang lang, const char *zh, const char *en)
{
    return lang == XT_ZH ? zh : en;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct choice *)a)->text, ((const struct choice *)b)->text);
}

/* What people pick: the label, or "code label" where two codes share it. In a long list, which is looked through by the
 * beginning of what was typed, both, sorted. */
static void make_choices(struct template *t, struct choice_list *list)
{
    const struct xt_codes *codes = list->codes;
    struct choice *choices = xt_arena_alloc(t->arena, (2 * codes->count + 1) * sizeof *choices);
    bool is_long = codes->count > LONG_LIST;
    const char **texts, **names;
    size_t n = 0, i;

    for (i = 0; i < codes->count; i++) {
        const struct xt_code_item *item = &codes->items[i];
        bool alone = xt_codes_by_label(codes, xt_str(item->labels[t->lang])) == item;

        if (alone)
            choices[n++] = (struct choice){item->labels[t->lang], item->code};
        if (!alone || is_long)
            choices[n++] =
                (struct choice){xt_arena_printf(t->arena, "%s %s", item->code, item->labels[t->lang]), item->code};
    }
    if (is_long)
        qsort(choices, n, sizeof *choices, by_text);
    texts = xt_arena_alloc(t->arena, (n + 1) * sizeof *texts);
    names = xt_arena_alloc(t->arena, (n + 1) * sizeof *names);
    for (i = 0; i < n; i++) {
        texts[i] = choices[i].text;
        names[i] = choices[i].code;
    }
    texts[n] = names[n] = NULL;
    list->choices = texts;
    list->choice_codes = names;
}

static const struct choice_list *choices_of(struct template *t, const struct xt_field *field)
{
    static const char *const yes_no[] = {"是", "否", NULL}, *const true_false[] = {"true", "false", NULL};
    const struct xt_codes *codes = field->kind == XT_KIND_CODE ? field->codes : NULL;
    struct choice_list *list;
    size_t i;

    if ((!codes || codes->count == 0 || codes->count > CHOICES_MAX) && field->kind != XT_KIND_BOOL)
        return NULL;
    for (i = 0; i < t->list_count; i++)
        if (t->lists[i].codes == codes)
            return &t->lists[i];
    list = &t->lists[t->list_count++];
    *list = (struct choice_list){.codes = codes, .choices = t->lang == XT_ZH ? yes_no : true_false};
    if (codes)
        make_choices(t, list);
    return list;
}

static const char *kind_note(const struct xt_field *field, enum xt_lang lang)
{
    switch (field->kind) {
    case XT_KIND_MONEY:
        return words(lang, "金额，单位元，最多两位小数。", "An amount in yuan, at most two decimals.");
    case XT_KIND_DATE:
        return words(lang, "日期，如 2026-03-05、2026-03 或 2026。", "A date such as 2026-03-05, 2026-03 or 2026.");
    case XT_KIND_YEAR:
        return words(lang, "四位年份。", "A year of four digits.");
    case XT_KIND_INTEGER:
        return words(lang, "整数。", "A whole number.");
    case XT_KIND_DECIMAL:
        return words(lang, "数字。", "A number.");
    case XT_KIND_LINK:
        return words(lang, "名称，或“名称 <引用>”，如“中山大学 <uscc:代码>”。",
                     "A name, or \"name <reference>\" such as \"Sun Yat-sen University <uscc:code>\".");
    case XT_KIND_CODE:
        return words(lang, "代码或代码的名称。", "A code or its label.");
    case XT_KIND_GROUP:
        return words(lang, "JSON 列表。", "A list in JSON.");
    case XT_KIND_URL:
        return words(lang, "网址，以 http:// 或 https:// 开头。",
                     "A web address that begins with http:// or https://.");
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_BOOL:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_EMAIL:
    case XT_KINDS:
        break;
    }
    return "";
}

static const char *note_of(const struct xt_field *field, enum xt_lang lang, struct xt_arena *arena)
{
    XT_AUTO(xt_text_done) struct xt_text note = {0};

    xt_text_init(&note, 4 * XT_KIB);
    if (field->required)
        xt_text_add_z(&note, words(lang, "必填。", "Required. "));
    if (field->help[lang])
        xt_text_addf(&note, "%s ", field->help[lang]);
    xt_text_add_z(&note, kind_note(field, lang));
    if (field->codes && field->kind == XT_KIND_CODE)
        xt_text_addf(&note, "%s%s", words(lang, " 代码表：", " List: "), field->codes->labels[lang]);
    if (field->many && field->kind != XT_KIND_GROUP)
        xt_text_add_z(&note, words(lang, " 多个值用“；”分开。", " Several values are separated by \";\"."));
    if (field->unit)
        xt_text_addf(&note, "%s%s", words(lang, " 单位：", " Unit: "), field->unit);
    return note.n > 0 ? xt_arena_strndup(arena, note.s, note.n) : NULL;
}

/* ---- what is checked while people type ---- */

static enum xt_rule_kind rule_kind(const struct xt_field *field, bool list)
{
    if (list)
        return XT_RULE_LIST;
    if (field->many)
        return field->required ? XT_RULE_LENGTH : XT_RULE_NONE;
    switch (field->kind) {
    case XT_KIND_INTEGER:
    case XT_KIND_YEAR:
        return XT_RULE_WHOLE;
    case XT_KIND_DECIMAL:
    case XT_KIND_MONEY:
        return XT_RULE_DECIMAL;
    case XT_KIND_DATE:
        return XT_RULE_DATE;
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_URL:
    case XT_KIND_EMAIL:
        return XT_RULE_LENGTH;
    case XT_KIND_LINK:
        return field->required ? XT_RULE_LENGTH : XT_RULE_NONE;
    case XT_KIND_BOOL:
    case XT_KIND_CODE:
    case XT_KIND_GROUP:
    case XT_KINDS:
        break;
    }
    return XT_RULE_NONE;
}

static void set_range(const struct xt_field *field, struct xt_out_rule *rule)
{
    double unit = field->kind == XT_KIND_MONEY ? 100 : 1; /* kept in fen, typed in yuan */

    rule->has_min = field->has_min;
    rule->min = field->min / unit;
    rule->has_max = field->has_max;
    rule->max = field->max / unit;
    if (field->kind == XT_KIND_YEAR) {
        rule->has_min = rule->has_max = true;
        rule->min = field->has_min ? field->min : 1000;
        rule->max = field->has_max ? field->max : 2200;
    }
    if (rule->kind == XT_RULE_LENGTH) {
        rule->has_min = false;
        rule->has_max = !field->many && field->max_chars > 0 && field->max_chars <= LENGTH_MAX;
        rule->max = (double)field->max_chars;
    }
}

/* The sentence for what does not fit: what should stand there and between which bounds. */
static const char *fault_of(struct template *t, const struct xt_field *field, const struct xt_out_rule *rule)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    xt_text_init(&text, 4 * XT_KIB);
    if (field->required)
        xt_text_add_z(&text, words(t->lang, "必填。", "Required. "));
    if (rule->kind == XT_RULE_LIST)
        xt_text_add_z(&text, words(t->lang, "请从列表中选择，或填写代码。", "Choose from the list, or give a code. "));
    else if (!field->many && *kind_note(field, t->lang))
        xt_text_addf(&text, "%s ", kind_note(field, t->lang));
    if (rule->kind == XT_RULE_LENGTH && rule->has_max)
        xt_text_addf(&text, "%s%.0f%s", words(t->lang, "最多 ", "At most "), rule->max,
                     words(t->lang, " 个字符。", " characters. "));
    else if (rule->has_min && rule->has_max)
        xt_text_addf(&text, "%s%.15g%s%.15g%s", words(t->lang, "应在 ", "Between "), rule->min,
                     words(t->lang, " 与 ", " and "), rule->max, words(t->lang, " 之间。", ". "));
    else if (rule->has_min || rule->has_max)
        xt_text_addf(&text, "%s%.15g%s",
                     rule->has_min ? words(t->lang, "不小于 ", "At least ") : words(t->lang, "不大于 ", "At most "),
                     rule->has_min ? rule->min : rule->max, words(t->lang, "。", ". "));
    return xt_arena_strndup(t->arena, text.s ? text.s : "", text.n);
}

static void set_rule(struct template *t, const struct xt_field *field, struct xt_out_column *column)
{
    const struct choice_list *list = choices_of(t, field);
    struct xt_out_rule *rule = &column->rule;
    const char *fault;

    rule->kind = rule_kind(field, list != NULL);
    if (rule->kind == XT_RULE_NONE)
        return;
    if (list) {
        column->choices = list->choices;
        column->codes = list->choice_codes;
        rule->hint = field->many; /* several values in a cell are none of the list */
        rule->lenient = true;     /* codes are right, too */
    } else {
        set_range(field, rule);
    }
    rule->required = field->required;
    rule->title = field->labels[t->lang];
    fault = fault_of(t, field, rule);
    rule->fault = fault;
    rule->input = list && list->codes && list->codes->count > LONG_LIST
                      ? xt_arena_printf(t->arena, "%s%s", column->note ? column->note : "",
                                        words(t->lang, " 先键入开头几个字（名称或代码），再打开下拉列表。",
                                              " Type how the label or the code begins, then open the list."))
                  : column->note ? column->note
                                 : fault;
}

/* ---- the form ---- */

static const char *example_of(const struct xt_field *field, enum xt_lang lang)
{
    if (field->example)
        return field->example;
    switch (field->kind) {
    case XT_KIND_CODE:
        return field->codes && field->codes->count > 0 ? field->codes->items[0].labels[lang] : "";
    case XT_KIND_MONEY:
        return "1234.50";
    case XT_KIND_DATE:
        return "2026-03-05";
    case XT_KIND_YEAR:
        return "2026";
    case XT_KIND_INTEGER:
    case XT_KIND_DECIMAL:
        return "1";
    case XT_KIND_BOOL:
        return words(lang, "是", "true");
    case XT_KIND_URL:
        return "https://www.example.cn/";
    case XT_KIND_EMAIL:
        return "name@example.cn";
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
        return field->required ? words(lang, "示例", "Example") : "";
    case XT_KIND_IDENTIFIER:
    case XT_KIND_LINK:
    case XT_KIND_GROUP:
    case XT_KINDS:
        break;
    }
    return "";
}

static void describe_columns(struct template *t, struct xt_out_column *columns, struct xt_str *example)
{
    enum xt_lang lang = t->lang;
    size_t n = 0, i;

    columns[n].note =
        words(lang, "来源系统中的编号，可留空；写“示例”或以 # 开头的行在导入时跳过。",
              "The record's number in your system, may be empty; rows marked \"example\" or # are skipped.");
    example[n++] = xt_str(words(lang, "示例", "example"));
    for (i = 0; i < t->type->field_count; i++) {
        const struct xt_field *field = &t->type->fields[i];

        if (field->visibility == XT_PRIVATE)
            continue;
        columns[n].required = field->required;
        columns[n].note = note_of(field, lang, t->arena);
        set_rule(t, field, &columns[n]);
        example[n++] = xt_str(example_of(field, lang));
    }
}

enum xt_code xt_template_write(const struct xt_type *type, enum xt_format format, enum xt_charset charset,
                               enum xt_lang lang, const char *path, struct xt_error *err)
{
    struct template t = {.type = type, .lang = lang};
    struct xt_out *out = NULL;
    struct xt_out_column *columns;
    struct xt_str *example;
    struct xt_arena arena;
    size_t count;
    enum xt_code rc;

    xt_arena_init(&arena);
    t.arena = &arena;
    t.lists = xt_arena_alloc(&arena, (type->field_count + 1) * sizeof *t.lists);
    columns = xt_export_columns(type, lang, &arena, &count);
    example = xt_arena_alloc(&arena, count * sizeof *example);
    describe_columns(&t, columns, example);
    rc = xt_out_open(path, format, charset, type->labels[lang], columns, count, &out, err);
    if (rc == XT_OK)
        rc = xt_out_row(out, example, count, err);
    if (rc == XT_OK)
        rc = xt_out_close(&out, err);
    if (out)
        xt_out_drop(&out);
    xt_arena_done(&arena);
    return rc;
}
