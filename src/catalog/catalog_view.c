/* catalog_view.c - how records are shown. */
#include "catalog/catalog_view.h"

#include <string.h>

#include "base/number.h"
#include "base/time.h"
#include "catalog/show.h"

#define FACT_CHARS    200
#define LISTED_VALUES 8

/* "¥1,234,567.00" */
static void add_money(int64_t fen, struct xt_text *out)
{
    char digits[XT_MONEY_SIZE];
    const char *s = xt_money_format(fen, digits);
    size_t whole, i;

    xt_text_add_z(out, "¥");
    if (*s == '-')
        xt_text_add_char(out, *s++);
    whole = strcspn(s, ".");
    for (i = 0; s[i]; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            xt_text_add_char(out, ',');
        xt_text_add_char(out, s[i]);
    }
}

void xt_show_one(const struct xt_field *field, const json_t *value, enum xt_lang lang, struct xt_text *out)
{
    char digits[XT_DOUBLE_SIZE];
    const char *label;
    size_t i;
    bool first = true;

    switch (field->kind) {
    case XT_KIND_CODE:
        label = xt_codes_label(field->codes, xt_json_view(value), lang);
        if (label)
            xt_text_add_z(out, label);
        else
            xt_text_add_str(out, xt_json_view(value));
        break;
    case XT_KIND_LINK:
        xt_text_add_str(out, xt_json_str(value, "label"));
        break;
    case XT_KIND_MONEY:
        add_money(json_integer_value(value), out);
        break;
    case XT_KIND_INTEGER:
    case XT_KIND_YEAR:
        xt_text_add_int(out, json_integer_value(value));
        break;
    case XT_KIND_DECIMAL:
        xt_text_add_z(out, xt_double_format(json_number_value(value), digits));
        break;
    case XT_KIND_BOOL:
        xt_text_add_z(out, json_is_true(value) ? (lang == XT_ZH ? "是" : "yes") : (lang == XT_ZH ? "否" : "no"));
        break;
    case XT_KIND_GROUP:
        for (i = 0; i < field->field_count; i++) {
            const json_t *member = json_object_get(value, field->fields[i].name);

            if (!member || field->fields[i].visibility != XT_PUBLIC)
                continue;
            if (!first)
                xt_text_add_char(out, ' ');
            view_value(&field->fields[i], member, lang, out);
            first = false;
        }
        break;
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_DATE:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_URL:
    case XT_KIND_EMAIL:
    case XT_KINDS:
        xt_text_add_str(out, xt_json_view(value));
        break;
    }
    if (field->unit && field->kind != XT_KIND_MONEY) {
        xt_text_add_char(out, ' ');
        xt_text_add_z(out, field->unit);
    }
}

void view_value(const struct xt_field *field, const json_t *value, enum xt_lang lang, struct xt_text *out)
{
    json_t *item;
    size_t i;

    if (!json_is_array(value)) {
        xt_show_one(field, value, lang, out);
        return;
    }
    json_array_foreach (value, i, item) {
        if (i == LISTED_VALUES) {
            xt_text_addf(out, lang == XT_ZH ? " 等 %zu 项" : " and %zu more",
                         lang == XT_ZH ? json_array_size(value) : json_array_size(value) - i);
            break;
        }
        if (i > 0)
            xt_text_add_z(out, lang == XT_ZH ? "、" : ", ");
        xt_show_one(field, item, lang, out);
    }
}

void view_facts(struct xt_json *w, const struct xt_type *type, const json_t *body, enum xt_lang lang)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    size_t i;

    xt_text_init(&text, 64 * XT_KIB);
    xt_json_key(w, "facts");
    xt_json_array(w);
    for (i = 0; i < type->fact_count; i++) {
        const struct xt_field *field = type->facts[i];
        const json_t *value = json_object_get(body, field->name);
        struct xt_str shown;

        if (!value || field->visibility != XT_PUBLIC)
            continue;
        xt_text_clear(&text);
        view_value(field, value, lang, &text);
        shown = xt_text_view(&text);
        if (xt_utf8_count(shown.s, shown.n) > FACT_CHARS) {
            shown.n = xt_utf8_clip(shown.s, shown.n, FACT_CHARS);
            xt_text_cut(&text, shown.n);
            xt_text_add_z(&text, "…");
        }
        xt_json_object(w);
        xt_json_kv_z(w, "field", field->name);
        xt_json_kv_z(w, "label", field->labels[lang]);
        xt_json_kv_str(w, "value", xt_text_view(&text));
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
}

/* The labels of a code field's values as members of an open object; repeated codes come once. */
static void add_code_labels(struct xt_json *w, const struct xt_field *field, const json_t *value, enum xt_lang lang)
{
    size_t count = json_is_array(value) ? json_array_size(value) : 1, i, k;

    for (i = 0; i < count; i++) {
        const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
        const char *label = xt_codes_label(field->codes, xt_json_view(item), lang);

        for (k = 0; k < i; k++) {
            if (json_equal(json_array_get(value, k), item))
                break;
        }
        if (k < i || !label)
            continue;
        xt_json_key_str(w, xt_json_view(item));
        xt_json_add_z(w, label);
    }
}

/* The labels of a group's code field over all its items. */
static void add_group_labels(struct xt_json *w, const struct xt_field *group, const json_t *value, enum xt_lang lang)
{
    size_t f, i, count = json_is_array(value) ? json_array_size(value) : 1;

    for (f = 0; f < group->field_count; f++) {
        const struct xt_field *field = &group->fields[f];
        json_t *all;
        char name[160];

        if (field->kind != XT_KIND_CODE)
            continue;
        all = json_array();
        for (i = 0; i < count; i++) {
            const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
            json_t *code = json_object_get(item, field->name);

            if (json_is_array(code))
                json_array_extend(all, code);
            else if (code)
                json_array_append(all, code);
        }
        if (json_array_size(all) > 0) {
            snprintf(name, sizeof name, "%.70s.%.70s", group->name, field->name);
            xt_json_key(w, name);
            xt_json_object(w);
            add_code_labels(w, field, all, lang);
            xt_json_end_object(w);
        }
        json_decref(all);
    }
}

void view_labels(struct xt_json *w, const struct xt_type *type, const json_t *body, enum xt_lang lang)
{
    size_t i;

    xt_json_key(w, "labels");
    xt_json_object(w);
    for (i = 0; i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];
        const json_t *value = json_object_get(body, field->name);

        if (value && field->kind == XT_KIND_CODE) {
            xt_json_key(w, field->name);
            xt_json_object(w);
            add_code_labels(w, field, value, lang);
            xt_json_end_object(w);
        } else if (value && field->kind == XT_KIND_GROUP) {
            add_group_labels(w, field, value, lang);
        }
    }
    xt_json_end_object(w);
}

struct xt_str xt_show_facet(const struct xt_region *region, const struct xt_type *type, const json_t *body,
                            const char *facet, struct xt_arena *arena)
{
    size_t i;

    for (i = 0; i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];
        const json_t *value;

        if (field->facet < 0 || strcmp(region->facets[field->facet].name, facet) != 0)
            continue;
        value = json_object_get(body, field->name);
        if (json_is_array(value))
            value = json_array_get(value, 0);
        if (json_is_integer(value))
            return xt_str(xt_arena_printf(arena, "%lld", (long long)json_integer_value(value)));
        if (value)
            return field->kind == XT_KIND_LINK ? xt_json_str(value, "label") : xt_json_view(value);
    }
    return (struct xt_str){NULL, 0};
}

void view_instant(struct xt_json *w, const char *key, xt_instant at)
{
    char text[XT_INSTANT_SIZE];

    xt_json_kv_z(w, key, xt_instant_format(at, false, text));
}
