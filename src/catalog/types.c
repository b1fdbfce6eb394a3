/* types.c - record types from types/TYPE.json: fields, sections, and what the search index is told of them. */
#include "catalog/region_priv.h"

#include <stdlib.h>
#include <string.h>

#include "text/token.h"

#define STRING_CHARS     500
#define TEXT_CHARS       20000
#define FIELDS_MAX       200
#define NAME_CHARS       50

#define SUGGEST_BACK_MAX 1000

static const char *const type_settings[] = {"type",         "label",  "plural",   "description", "title",
                                            "order",        "fields", "sections", "facts",       "exchange",
                                            "suggest_back", "thing",  "citation", "gather",      NULL};
static const char *const gather_settings[] = {"facet", "by", "links", "show", NULL};
static const char *const section_settings[] = {"label", "fields", NULL};
static const char *const field_settings[] = {
    "name", "label", "help",    "example",    "unit",     "kind",         "required", "many",
    "max",  "min",   "pattern", "visibility", "identity", "unique_items", "codes",    "scheme",
    "to",   "role",  "fields",  "search",     "facet",    "range",        NULL,
};
static const char *const elements[] = {
    "dc:title",       "dc:creator",  "dc:subject",  "dc:description", "dc:publisher",
    "dc:contributor", "dc:date",     "dc:type",     "dc:format",      "dc:identifier",
    "dc:source",      "dc:language", "dc:relation", "dc:coverage",    "dc:rights",
};

static const char *const kind_names[] = {
    [XT_KIND_STRING] = "string",   [XT_KIND_TEXT] = "text",
    [XT_KIND_INTEGER] = "integer", [XT_KIND_DECIMAL] = "decimal",
    [XT_KIND_MONEY] = "money",     [XT_KIND_BOOL] = "bool",
    [XT_KIND_DATE] = "date",       [XT_KIND_YEAR] = "year",
    [XT_KIND_CODE] = "code",       [XT_KIND_IDENTIFIER] = "identifier",
    [XT_KIND_URL] = "url",         [XT_KIND_EMAIL] = "email",
    [XT_KIND_LINK] = "link",       [XT_KIND_GROUP] = "group",
};

static const char *const class_names[] = {
    [XT_PUBLIC] = "public",
    [XT_MEMBER] = "member",
    [XT_OFFICER] = "officer",
    [XT_PRIVATE] = "private",
};

static const char *const weight_names[] = {
    [XT_WEIGHT_TITLE] = "title", [XT_WEIGHT_KEYWORDS] = "keywords", [XT_WEIGHT_WHO] = "who",
    [XT_WEIGHT_IDENT] = "ident", [XT_WEIGHT_TEXT] = "text",
};

const char *xt_kind_name(enum xt_kind kind)
{
    return kind_names[kind];
}

/* Position of name in names, or -1 with a problem. */
static int pick(struct region_build *b, const char *path, const char *what, const char *const *names, size_t count,
                const char *name)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return (int)i;
    }
    xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT(what), XT_TEXT(name));
    return -1;
}

/* Notes that a type calls the searched field so. */
static void use_labels(struct region_build *b, size_t field, const char *const labels[XT_LANGS])
{
    size_t i;

    for (i = 0; i < b->label_count; i++) {
        struct label_use *use = &b->labels[i];

        if (use->field == field && strcmp(use->labels[XT_ZH], labels[XT_ZH]) == 0 &&
            strcmp(use->labels[XT_EN], labels[XT_EN]) == 0) {
            use->types++;
            return;
        }
    }
    xt_grow(&b->labels, &b->label_capacity, b->label_count + 1, sizeof *b->labels);
    b->labels[b->label_count++] = (struct label_use){field, {labels[XT_ZH], labels[XT_EN]}, 1};
}

/* A field that several types share is shown by the label most of them use, the shortest of equals, and found by all. */
static void name_search_fields(struct region_build *b)
{
    size_t f, i, n;

    for (f = 0; f < b->search_field_count; f++) {
        const char **aliases = xt_arena_alloc(&b->files->arena, (b->label_count * XT_LANGS + 2) * sizeof *aliases);
        const struct label_use *best = NULL;

        for (i = n = 0; i < b->label_count; i++) {
            const struct label_use *use = &b->labels[i];

            if (use->field != f)
                continue;
            aliases[n++] = use->labels[XT_ZH];
            aliases[n++] = use->labels[XT_EN];
            if (!best || use->types > best->types ||
                (use->types == best->types && strlen(use->labels[XT_ZH]) < strlen(best->labels[XT_ZH])))
                best = use;
        }
        if (best)
            memcpy(b->search_fields[f].labels, best->labels, sizeof best->labels);
        for (i = 0; i < b->region->type_count; i++) { /* those of titles, whatever the types call them */
            if (b->region->types[i].title && b->region->types[i].title->search == (int)f) {
                aliases[n++] = REGION_TITLE_TEXT;
                break;
            }
        }
        b->search_fields[f].aliases = aliases;
    }
}

/* The index of a searched field. Fields of several types that share a name share it: the strongest weight and the
 * highest class of them hold, so that sharing never shows what one of them protects. */
static int search_field(struct region_build *b, const struct xt_field *field, enum xt_weight weight)
{
    struct xt_search_field *f;
    size_t i;

    for (i = 0; i < b->search_field_count; i++) {
        f = &b->search_fields[i];
        if (strcmp(f->name, field->name) == 0) {
            if (weight < f->weight)
                f->weight = weight;
            if (field->visibility > f->min_class)
                f->min_class = field->visibility;
            return (int)i;
        }
    }
    xt_grow(&b->search_fields, &b->search_field_capacity, b->search_field_count + 1, sizeof *b->search_fields);
    f = &b->search_fields[b->search_field_count];
    *f = (struct xt_search_field){.name = field->name,
                                  .labels = {field->labels[XT_ZH], field->labels[XT_EN]},
                                  .weight = weight,
                                  .min_class = field->visibility};
    return (int)b->search_field_count++;
}

static int range_of(struct region_build *b, const struct xt_field *field, const char *name)
{
    bool is_date = field->kind == XT_KIND_DATE;
    struct xt_search_range *range;
    size_t i;

    for (i = 0; i < b->range_count; i++) {
        if (strcmp(b->ranges[i].name, name) == 0)
            return (int)i;
    }
    xt_grow(&b->ranges, &b->range_capacity, b->range_count + 1, sizeof *b->ranges);
    range = &b->ranges[b->range_count];
    *range = (struct xt_search_range){.name = name,
                                      .labels = {field->labels[XT_ZH], field->labels[XT_EN]},
                                      .is_date = is_date,
                                      .scale = field->kind == XT_KIND_MONEY ? 100 : 1};
    if (strcmp(name, "amount") == 0) {
        range->labels[XT_ZH] = "金额";
        range->labels[XT_EN] = "Amount";
    }
    return (int)b->range_count++;
}

static bool load_fields(struct region_build *b, const char *path, const json_t *list, bool top,
                        const struct xt_field **out, size_t *out_count);

static void load_link(struct region_build *b, const char *path, const json_t *json, struct xt_field *field)
{
    const char *role = xt_json_z(json, "role", "");
    json_t *to = json_object_get(json, "to"), *name;
    const char **names;
    size_t i;

    field->role = xt_region_role(b->region, xt_str(role));
    if (!field->role)
        xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("role"), XT_TEXT(role));
    names = xt_arena_alloc(&b->files->arena, (json_array_size(to) + 1) * sizeof *names);
    json_array_foreach (to, i, name)
        names[i] = json_string_value(name) ? json_string_value(name) : "";
    if (i == 0)
        xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("to"), XT_TEXT(""));
    field->to = names;
}

static void load_limits(struct region_build *b, const char *path, const json_t *json, struct xt_field *field)
{
    const json_t *min = xt_json_get(json, "min"), *max = xt_json_get(json, "max");
    bool number = field->kind == XT_KIND_INTEGER || field->kind == XT_KIND_DECIMAL || field->kind == XT_KIND_MONEY ||
                  field->kind == XT_KIND_YEAR;

    if (number) {
        field->has_min = json_is_number(min);
        field->has_max = json_is_number(max);
        field->min = json_number_value(min);
        field->max = json_number_value(max);
    } else {
        field->max_chars = json_is_integer(max)          ? json_integer_value(max)
                           : field->kind == XT_KIND_TEXT ? TEXT_CHARS
                                                         : STRING_CHARS;
    }
    field->pattern = xt_json_z(json, "pattern", NULL);
    if (field->pattern)
        field->regex = region_regex(b, field->pattern, path);
}

static int facet_index(const struct region_build *b, const char *name)
{
    size_t i;

    for (i = 0; i < b->region->facet_count; i++) {
        if (strcmp(b->region->facets[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

static void load_uses(struct region_build *b, const char *path, const json_t *json, bool top, struct xt_field *field)
{
    const char *search = xt_json_z(json, "search", NULL), *facet = xt_json_z(json, "facet", NULL);
    const char *range = xt_json_z(json, "range", NULL);
    int weight;

    field->search = field->facet = field->range = -1;
    if (!top) { /* members of a group are plain: what stands here would say nothing */
        static const char *const outside[] = {"search", "facet", "range", "identity"};
        size_t i;

        for (i = 0; i < XT_COUNT(outside); i++) {
            if (json_object_get(json, outside[i]))
                xt_problem(b->problems, path, XT_MSG_REGION_SETTING, XT_TEXT(outside[i]));
        }
        if (field->kind == XT_KIND_LINK || field->kind == XT_KIND_GROUP)
            xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("kind"), XT_TEXT(xt_kind_name(field->kind)));
        return;
    }
    if (field->visibility == XT_PRIVATE && (search || facet || range)) {
        xt_problem(b->problems, path, XT_MSG_REGION_PROTECTED_FACET, XT_TEXT(search ? search : facet ? facet : range));
        return;
    }
    if (search) {
        weight = pick(b, path, "search", weight_names, XT_COUNT(weight_names), search);
        if (weight >= 0) {
            field->search = search_field(b, field, (enum xt_weight)weight);
            use_labels(b, (size_t)field->search, field->labels);
        }
    }
    if (facet) {
        field->facet = facet_index(b, facet);
        if (field->facet < 0)
            xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("facet"), XT_TEXT(facet));
        else if (field->visibility != XT_PUBLIC)
            xt_problem(b->problems, path, XT_MSG_REGION_PROTECTED_FACET, XT_TEXT(facet));
    }
    if (range) {
        field->range = range_of(b, field, range);
        if (field->visibility != XT_PUBLIC)
            xt_problem(b->problems, path, XT_MSG_REGION_PROTECTED_FACET, XT_TEXT(range));
    }
}

static void load_field(struct region_build *b, const char *path, const json_t *json, bool top, struct xt_field *field)
{
    const char *codes = xt_json_z(json, "codes", ""), *scheme = xt_json_z(json, "scheme", "");
    int kind, visibility;

    field->name = xt_json_z(json, "name", "");
    region_name(b, path, field->name, '_', NAME_CHARS);
    region_settings(b, path, json, field_settings);
    region_labels(b, json, "label", path, true, field->labels);
    region_labels(b, json, "help", path, false, field->help);
    kind = pick(b, path, "kind", kind_names, XT_KINDS, xt_json_z(json, "kind", ""));
    field->kind = kind < 0 ? XT_KIND_STRING : (enum xt_kind)kind;
    visibility = pick(b, path, "visibility", class_names, XT_CLASSES, xt_json_z(json, "visibility", "public"));
    field->visibility = visibility < 0 ? XT_PRIVATE : (enum xt_class)visibility;
    field->required = xt_json_bool(json, "required", false);
    field->many = xt_json_bool(json, "many", false);
    field->unique_items = xt_json_bool(json, "unique_items", false);
    field->identity = xt_json_bool(json, "identity", false);
    field->unit = xt_json_z(json, "unit", NULL);
    field->example = xt_json_z(json, "example", NULL);
    load_limits(b, path, json, field);
    if (field->kind == XT_KIND_CODE) {
        field->codes = xt_region_codes(b->region, xt_str(codes));
        if (!field->codes)
            xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("codes"), XT_TEXT(codes));
    }
    if (field->kind == XT_KIND_IDENTIFIER) {
        field->scheme = xt_region_scheme(b->region, xt_str(scheme));
        if (!field->scheme)
            xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("scheme"), XT_TEXT(scheme));
    }
    if (field->kind == XT_KIND_LINK)
        load_link(b, path, json, field);
    if (field->kind == XT_KIND_GROUP)
        (void)load_fields(b, path, json_object_get(json, "fields"), false, &field->fields, &field->field_count);
    load_uses(b, path, json, top, field);
}

static bool load_fields(struct region_build *b, const char *path, const json_t *list, bool top,
                        const struct xt_field **out, size_t *out_count)
{
    size_t count = json_array_size(list), i;
    struct xt_field *fields = xt_arena_alloc(&b->files->arena, (count + 1) * sizeof *fields);
    json_t *json;

    if (count == 0 || count > FIELDS_MAX) {
        xt_problem(b->problems, path, XT_MSG_TOO_MANY_ITEMS, XT_INT(FIELDS_MAX), XT_INT(count));
        return false;
    }
    json_array_foreach (list, i, json) {
        const char *name = xt_json_z(json, "name", "?");
        char *at = xt_arena_printf(&b->files->arena, "%s: %s", path, name);

        if (xt_fields_find(fields, i, xt_str(name)))
            xt_problem(b->problems, at, XT_MSG_REPEATED_ITEM, XT_TEXT(name));
        load_field(b, at, json, top, &fields[i]);
    }
    *out = fields;
    *out_count = count;
    return true;
}

/* The fields named by a JSON array, as a table. */
static const struct xt_field *const *named_fields(struct region_build *b, const char *path, const struct xt_type *type,
                                                  const json_t *names, size_t *out_count)
{
    const struct xt_field **list = xt_arena_alloc(&b->files->arena, (json_array_size(names) + 1) * sizeof *list);
    json_t *name;
    size_t i, n = 0;

    json_array_foreach (names, i, name) {
        list[n] = xt_type_field(type, xt_json_view(name));
        if (list[n])
            n++;
        else
            xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("field"), XT_VIEW(xt_json_view(name)));
    }
    *out_count = n;
    return list;
}

/* A setting from 0 to max, 0 when it is not there. */
static int64_t whole_number(struct region_build *b, const json_t *json, const char *name, const char *path, int64_t max)
{
    const json_t *value = json_object_get(json, name);

    if (value && (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > max)) {
        xt_problem(b->problems, path, XT_MSG_REGION_WHOLE, XT_TEXT(name), XT_INT(max));
        return 0;
    }
    return json_integer_value(value);
}

static void load_exchange(struct region_build *b, const char *path, const struct xt_type *type, json_t *exchange)
{
    const char *name;
    json_t *element;

    json_object_foreach (exchange, name, element) {
        struct xt_field *field = (struct xt_field *)(uintptr_t)xt_type_field(type, xt_str(name));
        const char *dc = json_string_value(element) ? json_string_value(element) : "";

        if (field && pick(b, path, "exchange", elements, XT_COUNT(elements), dc) >= 0)
            field->dc = dc;
        else if (!field)
            xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("exchange"), XT_TEXT(name));
    }
}

/* What a record's page gathers: the records with the record's value of a facet, or those that link to it. The page reads the
 * file itself; here it is only looked at whether it can. */
static void check_gather(struct region_build *b, const char *type_path, const struct xt_type *type,
                         const json_t *gather)
{
    const char *path = xt_arena_printf(&b->files->arena, "%s: gather", type_path);
    const char *facet = xt_json_z(gather, "facet", ""), *by = xt_json_z(gather, "by", "");
    const struct xt_field *field = strcmp(by, "title") == 0 ? type->title : xt_type_field(type, xt_str(by));
    bool links = xt_json_bool(gather, "links", false);

    if (!gather)
        return;
    region_settings(b, path, gather, gather_settings);
    if (links && (*facet || *by))
        xt_problem(b->problems, path, XT_MSG_REGION_SETTING, XT_TEXT(*facet ? "facet" : "by"));
    if (links)
        return;
    if (facet_index(b, facet) < 0)
        xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("facet"), XT_TEXT(facet));
    if (!field || field->many || field->visibility != XT_PUBLIC ||
        (field->kind != XT_KIND_STRING && field->kind != XT_KIND_CODE && field->kind != XT_KIND_IDENTIFIER))
        xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("by"), XT_TEXT(by));
}

static void load_type(struct region_build *b, const char *path, struct xt_type *type)
{
    json_t *json = region_json(b, path), *sections, *section;
    struct xt_section *list;
    size_t i;

    if (!json)
        return;
    type->json = json;
    type->name = xt_json_z(json, "type", "");
    region_name(b, path, type->name, '-', NAME_CHARS);
    if (strcmp(path, xt_arena_printf(&b->files->arena, "types/%s.json", type->name)) != 0)
        xt_problem(b->problems, path, XT_MSG_REGION_TYPE_FILE, XT_TEXT(type->name));
    region_settings(b, path, json, type_settings);
    type->order = (int)xt_json_int(json, "order", 1000);
    type->suggest_back = (int)whole_number(b, json, "suggest_back", path, SUGGEST_BACK_MAX);
    region_labels(b, json, "label", path, true, type->labels);
    region_labels(b, json, "plural", path, false, type->plurals);
    type->plurals[XT_ZH] = type->labels[XT_ZH]; /* Chinese has no plural */
    if (!type->plurals[XT_EN])
        type->plurals[XT_EN] = type->labels[XT_EN];
    region_labels(b, json, "description", path, false, type->descriptions);
    if (!load_fields(b, path, json_object_get(json, "fields"), true, &type->fields, &type->field_count))
        return;
    type->title = xt_type_field(type, xt_json_str(json, "title"));
    if (!type->title || type->title->kind != XT_KIND_STRING || type->title->many ||
        type->title->visibility != XT_PUBLIC)
        xt_problem(b->problems, path, XT_MSG_REGION_BAD_TITLE, XT_TEXT(xt_json_z(json, "title", "")));
    type->facts = named_fields(b, path, type, json_object_get(json, "facts"), &type->fact_count);
    sections = json_object_get(json, "sections");
    list = xt_arena_alloc(&b->files->arena, (json_array_size(sections) + 1) * sizeof *list);
    json_array_foreach (sections, i, section) {
        region_settings(b, path, section, section_settings);
        region_labels(b, section, "label", path, true, list[i].labels);
        list[i].fields = named_fields(b, path, type, json_object_get(section, "fields"), &list[i].count);
    }
    type->sections = list;
    type->section_count = json_array_size(sections);
    load_exchange(b, path, type, json_object_get(json, "exchange"));
    region_load_meaning(b, path, type, json);
    check_gather(b, path, type, json_object_get(json, "gather"));
}

static int by_order(const void *a, const void *b)
{
    const struct xt_type *left = a, *right = b;

    return left->order != right->order ? (left->order > right->order) - (left->order < right->order)
                                       : strcmp(left->name, right->name);
}

/* The types of which a page shows the best records: known only when all are loaded. */
static void check_shown(struct region_build *b, const struct xt_type *type)
{
    json_t *show = json_object_get(json_object_get(type->json, "gather"), "show"), *name;
    size_t i;

    json_array_foreach (show, i, name) {
        if (!xt_region_type(b->region, xt_json_view(name)))
            xt_problem(b->problems, xt_arena_printf(&b->files->arena, "types/%s.json: gather", type->name),
                       XT_MSG_REGION_UNKNOWN, XT_TEXT("show"), XT_VIEW(xt_json_view(name)));
    }
}

static void check_targets(struct region_build *b, const struct xt_type *type, const struct xt_field *fields,
                          size_t count)
{
    size_t i, k;

    for (i = 0; i < count; i++) {
        for (k = 0; fields[i].to && fields[i].to[k]; k++) {
            if (strcmp(fields[i].to[k], "*") != 0 && !xt_region_type(b->region, xt_str(fields[i].to[k])))
                xt_problem(b->problems, type->name, XT_MSG_REGION_UNKNOWN, XT_TEXT("to"), XT_TEXT(fields[i].to[k]));
        }
        if (fields[i].kind == XT_KIND_GROUP)
            check_targets(b, type, fields[i].fields, fields[i].field_count);
    }
}

void region_load_types(struct region_build *b)
{
    const char *const *paths = xt_region_list(b->region, "types/", &b->files->arena);
    struct xt_type *types;
    size_t count = 0, n = 0, i;

    while (paths[count])
        count++;
    types = xt_arena_alloc(&b->files->arena, (count + 1) * sizeof *types);
    for (; *paths; paths++) {
        if (!xt_str_ends(xt_str(*paths), ".json"))
            continue;
        load_type(b, *paths, &types[n]);
        if (types[n].json)
            n++;
    }
    if (n > 0)
        qsort(types, n, sizeof *types, by_order);
    b->region->types = types;
    b->region->type_count = n;
    name_search_fields(b);
    for (i = 0; i < n; i++) {
        check_targets(b, &types[i], types[i].fields, types[i].field_count);
        check_shown(b, &types[i]);
    }
}

/* ---- looking up ---- */

const struct xt_field *xt_fields_find(const struct xt_field *fields, size_t count, struct xt_str name)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (xt_str_is(name, fields[i].name))
            return &fields[i];
    }
    return NULL;
}

const struct xt_field *xt_type_field(const struct xt_type *type, struct xt_str name)
{
    return xt_fields_find(type->fields, type->field_count, name);
}

const struct xt_field *xt_type_field_by_head(const struct xt_type *type, struct xt_str head)
{
    const struct xt_field *field = xt_type_field(type, head);
    XT_AUTO(xt_text_done) struct xt_text wanted = {0}, label = {0};
    size_t i;
    int lang;

    if (field)
        return field;
    xt_text_init(&wanted, 4 * XT_KIB);
    xt_text_init(&label, 4 * XT_KIB);
    xt_fold(head, &wanted);
    for (i = 0; i < type->field_count && !field; i++) {
        for (lang = 0; lang < XT_LANGS; lang++) {
            xt_text_clear(&label);
            xt_fold(xt_str(type->fields[i].labels[lang]), &label);
            if (wanted.n > 0 && xt_str_eq(xt_text_view(&label), xt_text_view(&wanted)))
                field = &type->fields[i];
        }
    }
    return field;
}
