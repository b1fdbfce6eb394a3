/* template.c - forms to fill in: the columns of a type with what may stand in them. */
#include <string.h>

#include "base/mem.h"
#include "exchange/export.h"

#define CHOICES_MAX 1000 /* a longer list is no help in a drop-down */

static const char *words(enum xt_lang lang, const char *zh, const char *en)
{
    return lang == XT_ZH ? zh : en;
}

/* What people pick: the label, or the code where two codes share a label. */
static const char *const *choices_of(const struct xt_field *field, enum xt_lang lang, struct xt_arena *arena)
{
    static const char *const yes_no[] = {"是", "否", NULL};
    const struct xt_codes *codes = field->codes;
    const char **choices;
    size_t i;

    if (field->many)
        return NULL;
    if (field->kind == XT_KIND_BOOL)
        return yes_no;
    if (field->kind != XT_KIND_CODE || !codes || codes->count == 0 || codes->count > CHOICES_MAX)
        return NULL;
    choices = xt_arena_alloc(arena, (codes->count + 1) * sizeof *choices);
    for (i = 0; i < codes->count; i++) {
        const struct xt_code_item *item = &codes->items[i];

        choices[i] = xt_codes_by_label(codes, xt_str(item->labels[lang])) == item ? item->labels[lang] : item->code;
    }
    return choices;
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
        return "是";
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

static void describe_columns(const struct xt_type *type, enum xt_lang lang, struct xt_arena *arena,
                             struct xt_out_column *columns, struct xt_str *example)
{
    size_t n = 0, i;

    columns[n].note =
        words(lang, "来源系统中的编号，可留空；写“示例”或以 # 开头的行在导入时跳过。",
              "The record's number in your system, may be empty; rows marked \"example\" or # are skipped.");
    example[n++] = xt_str(words(lang, "示例", "example"));
    for (i = 0; i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];

        if (field->visibility == XT_PRIVATE)
            continue;
        columns[n].required = field->required;
        columns[n].note = note_of(field, lang, arena);
        columns[n].choices = choices_of(field, lang, arena);
        if (columns[n].choices)
            columns[n].rule = (struct xt_out_rule){.kind = XT_RULE_LIST, .lenient = true};
        example[n++] = xt_str(example_of(field, lang));
    }
}

enum xt_code xt_template_write(const struct xt_type *type, enum xt_format format, enum xt_charset charset,
                               enum xt_lang lang, const char *path, struct xt_error *err)
{
    struct xt_out *out = NULL;
    struct xt_out_column *columns;
    struct xt_str *example;
    struct xt_arena arena;
    size_t count;
    enum xt_code rc;

    xt_arena_init(&arena);
    columns = xt_export_columns(type, lang, &arena, &count);
    example = xt_arena_alloc(&arena, count * sizeof *example);
    describe_columns(type, lang, &arena, columns, example);
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
