/* draft_write.c - what was found, as a mapping people can read, change and run. */
#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "exchange/draft_priv.h"

#define HEADS_MAX       60
#define UNSURE          70 /* fields below it carry a note */
#define MAP_MAX         60
#define NAMESPACE_MAX   40

#define pick(d, zh, en) ((d)->options->lang == XT_ZH ? zh : en)

/* ---- one field ---- */

/* The unit of the head; without one, sums of projects below some thousands are in 10,000 yuan. */
static const char *unit_of(struct draft *d, struct draft_column *column)
{
    static const char *const units[] = {"亿元", "百万元", "万元", "千元", "元"};
    size_t i;
    double value, most = 0;

    for (i = 0; i < XT_COUNT(units); i++) {
        if (strstr(column->unit, units[i]))
            return units[i];
    }
    for (i = 0; i < column->count; i++) {
        if (xt_double_parse(column->values[i].text, &value) && value > most)
            most = value;
    }
    if (most == 0 || most > 100000)
        return "元";
    column->certainty = column->certainty > 60 ? 60 : column->certainty;
    column->why = xt_arena_printf(
        d->arena, pick(d, "%s；单位没有写明，按数值大小推测为万元", "%s; no unit is given, 万元 by the size"),
        column->why);
    return "万元";
}

static void add_map(json_t *spec, const struct draft_column *column, const struct xt_codes *codes)
{
    json_t *map = json_object();
    size_t i;

    for (i = 0; i < column->count && json_object_size(map) < MAP_MAX; i++) {
        struct xt_str text = column->values[i].text;
        const struct xt_code_item *near;
        char name[200];

        if (column->split[0] || text.n >= sizeof name || xt_codes_accept(codes, text) || xt_codes_by_label(codes, text))
            continue;
        near = draft_nearly(codes, text);
        if (!near)
            continue;
        memcpy(name, text.s, text.n);
        name[text.n] = '\0';
        json_object_set_new(map, name, json_string(near->code));
    }
    if (json_object_size(map) > 0)
        json_object_set_new(spec, "map", map);
    else
        json_decref(map);
}

static const char *default_of(const struct draft *d, const struct xt_type *type, const struct xt_field *field)
{
    char key[160];

    (void)snprintf(key, sizeof key, "%s.%s", type->name, field->name);
    return json_string_value(json_object_get(json_object_get(d->words.tree, "required"), key));
}

static void code_spec(struct draft *d, json_t *spec, const struct draft_column *column)
{
    const char *instead = column->field->required ? default_of(d, d->out->type, column->field) : NULL;

    add_map(spec, column, column->field->codes);
    if (instead)
        json_object_set_new(spec, "otherwise", json_string(instead));
    if (instead)
        json_object_set_new(spec, "unknown", json_string(instead));
    else if (column->leave_unknown || draft_in_codes(column, column->field->codes).share < 0.9999f)
        json_object_set_new(spec, "unknown", json_string("drop"));
}

static bool only_to(const struct xt_field *field, const char *type)
{
    return field->to && field->to[0] && strcmp(field->to[0], type) == 0 && !field->to[1];
}

/* The columns whose names get records of their own: the surest one of organisations, and one of people. */
static struct draft_column *side_column(struct draft *d, const char *type)
{
    struct draft_column *best = NULL;
    size_t i;

    for (i = 0; i < d->sample.count; i++) {
        struct draft_column *column = &d->sample.columns[i];
        bool people = strcmp(type, "person") == 0;

        if (!column->field || column->field->kind != XT_KIND_LINK || !only_to(column->field, type) ||
            column->several > 0 || strcmp(d->out->type->name, type) == 0)
            continue;
        if (column->split[0] && !(people && !column->field->many))
            continue; /* one row makes one such record */
        if ((people ? column->looks.persons : column->looks.organisations) < 0.5)
            continue;
        if (!best || column->certainty > best->certainty)
            best = column;
    }
    return best;
}

static const char *person_key(struct draft *d)
{
    const struct draft_column *unit = side_column(d, "organisation");

    return unit ? xt_arena_printf(d->arena, "{}|{%s}", unit->name) : "{}";
}

static void link_spec(struct draft *d, json_t *spec, const struct draft_column *column)
{
    const char *scheme = draft_scheme_of_target(d, column, column->field);

    if (scheme)
        json_object_set_new(spec, "ref", json_string(xt_arena_printf(d->arena, "%s:{}", scheme)));
    else if (column == side_column(d, "organisation"))
        json_object_set_new(spec, "key", json_string("{}"));
    else if (column == side_column(d, "person"))
        json_object_set_new(spec, "key", json_string(person_key(d)));
}

static void note(struct draft *d, json_t *spec, const struct draft_column *column)
{
    if (column->certainty < UNSURE)
        json_object_set_new(spec, "about",
                            json_string(xt_arena_printf(d->arena, "%d%%: %s", column->certainty, column->why)));
}

static json_t *simple(json_t *spec)
{
    json_t *from;

    if (json_object_size(spec) > 1 || !json_is_string(json_object_get(spec, "from")))
        return spec;
    from = json_incref(json_object_get(spec, "from"));
    json_decref(spec);
    return from;
}

/* One, or the first of several that is filled. */
static json_t *columns_of(const struct draft_column *column)
{
    json_t *list;
    size_t i;

    if (column->other_count == 0)
        return json_string(column->name);
    list = json_pack("[s]", column->name);
    for (i = 0; i < column->other_count; i++)
        json_array_append_new(list, json_string(column->others[i]));
    return list;
}

static json_t *field_spec(struct draft *d, struct draft_column *column)
{
    const struct xt_field *field = column->field;
    json_t *spec = json_pack("{s:o}", "from", columns_of(column));
    bool lists =
        field->many || field->kind == XT_KIND_LINK || field->kind == XT_KIND_CODE || field->kind == XT_KIND_IDENTIFIER;

    if (column->split[0] && lists)
        json_object_set_new(spec, "split", json_string(column->split));
    if (field->kind == XT_KIND_MONEY)
        json_object_set_new(spec, "unit", json_string(unit_of(d, column)));
    if (field->kind == XT_KIND_DATE && column->looks.dates < 0.5)
        json_object_set_new(spec, "date",
                            json_string(column->looks.dates_dmy >= column->looks.dates_mdy ? "d/m/y" : "m/d/y"));
    if (field->kind == XT_KIND_CODE)
        code_spec(d, spec, column);
    if (field->kind == XT_KIND_LINK)
        link_spec(d, spec, column);
    if (field->kind == XT_KIND_BOOL)
        json_object_set_new(spec, "empty", json_array()); /* 无 is an answer */
    if (!field->many &&
        ((column->split[0] && lists) || column->several > 0 || (d->sample.objects && column->other_count > 0)))
        json_object_set_new(spec, "first", json_true());
    note(d, spec, column);
    return simple(spec);
}

static void range_specs(json_t *fields, const struct draft_column *column)
{
    json_object_set_new(fields, column->field->name,
                        json_pack("{s:s, s:s}", "from", column->name, "extract",
                                  "^([12][0-9]{3}[./年-][0-9]{1,2}([./月][0-9]{1,2}日?)?)"));
    json_object_set_new(fields, column->until->name,
                        json_pack("{s:s, s:s}", "from", column->name, "extract",
                                  "[^0-9]([12][0-9]{3}[./年-][0-9]{1,2}([./月-][0-9]{1,2})?)[日月]?$"));
}

/* ---- records ---- */

/* By the ending of the name; data, so that a region may know others. */
static json_t *kind_by_ending(struct draft *d, const char *column)
{
    const json_t *rows = json_object_get(d->words.tree, "organisation_kinds"), *row;
    const char *otherwise =
        json_string_value(json_object_get(json_object_get(d->words.tree, "required"), "organisation.kind"));
    json_t *all = json_array();
    size_t i;

    json_array_foreach (rows, i, row)
        json_array_append_new(all, json_pack("{s:s, s:O, s:O}", "from", column, "extract", json_array_get(row, 1), "as",
                                             json_array_get(row, 0)));
    json_array_append_new(all, json_pack("{s:s}", "value", otherwise ? otherwise : "other-organisation"));
    return json_pack("{s:o, s:b}", "all", all, "first", 1);
}

static const char *title_column(const struct draft *d)
{
    size_t i;

    for (i = 0; i < d->sample.count; i++) {
        if (d->sample.columns[i].field == d->out->type->title)
            return d->sample.columns[i].name;
    }
    return NULL;
}

static void add_defaults(struct draft *d, json_t *fields)
{
    const struct xt_type *type = d->out->type;
    size_t i;

    for (i = 0; i < type->field_count; i++) {
        const char *instead = type->fields[i].required ? default_of(d, type, &type->fields[i]) : NULL;

        if (!instead || json_object_get(fields, type->fields[i].name))
            continue;
        if (strcmp(type->name, "organisation") == 0 && title_column(d))
            json_object_set_new(fields, type->fields[i].name, kind_by_ending(d, title_column(d)));
        else
            json_object_set_new(fields, type->fields[i].name, json_pack("{s:s}", "value", instead));
    }
}

static json_t *main_record(struct draft *d)
{
    json_t *fields = json_object(), *key = draft_key(d), *record;
    size_t i, k;

    for (k = 0; k < d->out->type->field_count; k++) { /* in the order of the type */
        for (i = 0; i < d->sample.count; i++) {
            struct draft_column *column = &d->sample.columns[i];

            if (column->field != &d->out->type->fields[k])
                continue;
            if (column->until)
                range_specs(fields, column);
            else
                json_object_set_new(fields, column->field->name, field_spec(d, column));
        }
    }
    add_defaults(d, fields);
    record = json_pack("{s:s}", "type", d->out->type->name);
    if (key)
        json_object_set_new(record, "key", key);
    json_object_set_new(record, "fields", fields);
    return record;
}

static json_t *organisation_record(struct draft *d, const struct draft_column *column)
{
    return json_pack("{s:s, s:s, s:{s:s, s:o}}", "type", "organisation", "key",
                     xt_arena_printf(d->arena, "{%s}", column->name), "fields", "name", column->name, "kind",
                     kind_by_ending(d, column->name));
}

static json_t *person_record(struct draft *d, const struct draft_column *column)
{
    const struct draft_column *unit = side_column(d, "organisation");
    json_t *name = json_pack("{s:s}", "from", column->name), *key = json_pack("{s:s}", "from", column->name), *fields;

    if (column->split[0]) {
        json_object_set_new(name, "split", json_string(column->split));
        json_object_set_new(name, "first", json_true());
        json_object_update(key, name);
    }
    json_object_set_new(key, "as", json_string(person_key(d)));
    fields = json_pack("{s:o}", "name", simple(name));
    if (unit)
        json_object_set_new(fields, "works_at", json_pack("{s:s, s:s}", "from", unit->name, "key", "{}"));
    return json_pack("{s:s, s:o, s:o}", "type", "person", "key", key, "fields", fields);
}

/* ---- the rest ---- */

static const char *namespace_of(const struct draft *d)
{
    char out[NAMESPACE_MAX + 1];
    size_t n = 0, i, end = strlen(d->name);
    const char *dot = strchr(d->name, '.');

    if (dot && dot > d->name)
        end = (size_t)(dot - d->name);
    for (i = 0; i < end && n < NAMESPACE_MAX; i++) {
        if (isalnum((unsigned char)d->name[i]))
            out[n++] = (char)tolower((unsigned char)d->name[i]);
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    return n > 0 ? xt_arena_strndup(d->arena, out, n) : "draft";
}

/* Marks that stand in the file, those of one column too. "0" is one where it stands among texts. */
static json_t *empty_marks(struct draft *d)
{
    const json_t *marks = json_object_get(d->words.tree, "empty"), *mark;
    json_t *out = json_array();
    size_t i, c, v, zeros = 0;

    json_array_foreach (marks, i, mark) {
        bool found = false;

        for (c = 0; c < d->sample.count && !found; c++) {
            for (v = 0; v < d->sample.columns[c].count && !found; v++)
                found = xt_str_eq(d->sample.columns[c].values[v].text, xt_json_view(mark));
        }
        if (found)
            json_array_append_new(out, json_string(json_string_value(mark)));
    }
    for (c = 0; c < d->sample.count; c++) {
        const struct draft_column *column = &d->sample.columns[c];

        for (v = 0; v < column->count; v++)
            zeros += column->looks.numbers < 0.5 && xt_str_is(column->values[v].text, "0");
    }
    if (zeros >= 2)
        json_array_append_new(out, json_string("0"));
    return out;
}

static json_t *skip_conditions(struct draft *d)
{
    json_t *out = json_array();
    const char *title = title_column(d);

    if (d->sample.head_repeats > 0 && title)
        json_array_append_new(out, json_pack("{s:s, s:s}", "column", title, "is", title));
    if (d->sample.sum_word)
        json_array_append_new(out, json_pack("{s:s, s:s}", "column", d->sample.columns[d->sample.sum_column].name, "is",
                                             d->sample.sum_word));
    return out;
}

static json_t *input_of(struct draft *d)
{
    json_t *input = json_object(), *heads = json_array();
    size_t i;

    for (i = 0; i < d->sample.count && i < HEADS_MAX && !d->sample.objects; i++) {
        if (d->sample.columns[i].field)
            json_array_append_new(heads, json_string(d->sample.columns[i].name));
    }
    if (json_array_size(heads) > 0)
        json_object_set(input, "heads", heads);
    json_decref(heads);
    if (d->options->charset)
        json_object_set_new(input, "charset", json_string(d->options->charset));
    if (d->options->sheet)
        json_object_set_new(input, "sheet", json_string(d->options->sheet));
    return input;
}

static void set_unless_empty(json_t *object, const char *name, json_t *value)
{
    if (json_is_object(value) ? json_object_size(value) > 0 : json_array_size(value) > 0)
        json_object_set(object, name, value);
    json_decref(value);
}

json_t *draft_mapping(struct draft *d)
{
    struct draft_column *side;
    json_t *out = json_object(), *records = json_array();

    json_object_set_new(out, "label", json_pack("{s:s, s:s}", "zh", d->name, "en", d->name));
    json_object_set_new(out, "about",
                        json_pack("{s:s, s:s}", "zh", "由 xietong mapping draft 起草，请核对。", "en",
                                  "Drafted by xietong mapping draft; look through it."));
    set_unless_empty(out, "input", input_of(d));
    json_object_set_new(out, "namespace", json_string(namespace_of(d)));
    set_unless_empty(out, "empty", empty_marks(d));
    set_unless_empty(out, "skip_if", skip_conditions(d));
    json_array_append_new(records, main_record(d));
    if ((side = side_column(d, "organisation")) != NULL)
        json_array_append_new(records, organisation_record(d, side));
    if ((side = side_column(d, "person")) != NULL)
        json_array_append_new(records, person_record(d, side));
    json_object_set_new(out, "records", records);
    return out;
}
