/* format.c - region/formats/NAME.json into parts. */
#include "oai/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "oai/xml.h"

#define DEPTH_MAX 16

struct loading {
    struct xt_region *region;
    struct formats *out;
    struct format *format;
    struct xt_problems *problems;
    struct xt_arena *arena;
    const char *file;
};

/* Where something stands: "formats/x.json: types.paper.in[2]". */
static const char *at_member(struct loading *l, const char *path, const char *member)
{
    return xt_arena_printf(l->arena, "%s%s%s", path, path[strlen(path) - 1] == ' ' ? "" : ".", member);
}

static const char *at_item(struct loading *l, const char *path, size_t i)
{
    return xt_arena_printf(l->arena, "%s[%zu]", path, i);
}

static const char *text_of(struct loading *l, const json_t *object, const char *name)
{
    struct xt_str s = xt_json_str(object, name);

    return s.s ? xt_arena_strndup(l->arena, s.s, s.n) : NULL;
}

static void check_settings(struct loading *l, const char *path, const json_t *object, const char *const *known)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)object, name, value) {
        size_t i = 0;

        while (known[i] && strcmp(known[i], name) != 0)
            i++;
        if (!known[i])
            xt_problem(l->problems, path, XT_MSG_REGION_SETTING, XT_TEXT(name));
    }
}

static const char *name_of(struct loading *l, const char *path, const json_t *object, const char *member)
{
    const char *name = text_of(l, object, member);

    if (name && !xml_is_name(name, true)) {
        xt_problem(l->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT(member), XT_TEXT(name));
        return NULL;
    }
    return name;
}

/* ---- parts ---- */

static const struct {
    const char *text;
    enum part_word word;
} words[] = {
    {"@id", WORD_ID},       {"@key", WORD_KEY},   {"@oai", WORD_OAI},   {"@page", WORD_PAGE},
    {"@label", WORD_LABEL}, {"@node", WORD_NODE}, {"@base", WORD_BASE}, {"@entry", WORD_ENTRY},
};

/* What a part may read: the fields of a type or of a group; none for the node itself. */
struct scope {
    const struct xt_type *type;
    const struct xt_field *fields;
    size_t count;
    bool link; /* inside the values of a link */
};

/* The word that text is; one that stands for what is not at hand there is a mistake. */
static enum part_word word_of(struct loading *l, const char *path, const struct scope *scope, const char *text)
{
    enum part_word word = WORD_NONE;
    size_t i;

    for (i = 0; i < XT_COUNT(words); i++)
        if (strcmp(words[i].text, text) == 0)
            word = words[i].word;
    if ((word == WORD_LABEL && !scope->link) ||
        (!scope->type && (word == WORD_ID || word == WORD_KEY || word == WORD_OAI || word == WORD_PAGE))) {
        xt_problem(l->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("text"), XT_TEXT(text));
        return WORD_NONE;
    }
    return word;
}

static const struct xt_field *find_field(struct loading *l, const char *path, const struct scope *scope,
                                         const char *name)
{
    const struct xt_field *field = xt_fields_find(scope->fields, scope->count, xt_str(name));

    if (!field) {
        xt_text_addf(&l->out->notes, "%s: %s\n", path, name);
        return NULL;
    }
    if (field->visibility != XT_PUBLIC) {
        xt_problem(l->problems, path, XT_MSG_REGION_PROTECTED_FACET, XT_TEXT(name));
        return NULL;
    }
    return field;
}

static void load_fields(struct loading *l, const char *path, const struct scope *scope, const json_t *names,
                        struct part *part)
{
    size_t count = json_is_array(names) ? json_array_size(names) : 1, i;
    const struct xt_field **fields = xt_arena_alloc(l->arena, count * sizeof *fields);

    for (i = 0; i < count; i++) {
        const json_t *name = json_is_array(names) ? json_array_get(names, i) : names;
        const struct xt_field *field =
            json_is_string(name) ? find_field(l, path, scope, json_string_value(name)) : NULL;

        if (field)
            fields[part->field_count++] = field;
    }
    part->fields = fields;
}

static void load_attributes(struct loading *l, const char *path, const struct scope *scope, const json_t *object,
                            struct part *part)
{
    struct part_attribute *list = xt_arena_alloc(l->arena, (json_object_size(object) + 1) * sizeof *list);
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)object, name, value) {
        struct part_attribute *a = &list[part->attribute_count];
        const char *text = json_string_value(value);

        if (!text || !xml_is_name(name, true)) {
            xt_problem(l->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("attributes"), XT_TEXT(name));
            continue;
        }
        *a = (struct part_attribute){.name = xt_arena_strdup(l->arena, name), .text = xt_arena_strdup(l->arena, text)};
        a->word = word_of(l, path, scope, text);
        if (a->word == WORD_NONE && text[0] == '@') {
            a->word = WORD_FIELD;
            a->field = find_field(l, path, scope, text + 1);
            if (!a->field)
                continue;
        }
        part->attribute_count++;
    }
    part->attributes = list;
}

static void load_map(struct loading *l, const char *path, const json_t *object, struct part *part)
{
    struct part_code *list = xt_arena_alloc(l->arena, (json_object_size(object) + 1) * sizeof *list);
    const char *code;
    json_t *value;

    json_object_foreach ((json_t *)object, code, value) {
        const char *text = json_string_value(value);

        if (text)
            list[part->map_count++] =
                (struct part_code){xt_arena_strdup(l->arena, code), xt_arena_strdup(l->arena, text)};
        else
            xt_problem(l->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("map"), XT_TEXT(code));
    }
    part->map = list;
}

static void load_match(struct loading *l, const char *path, const char *pattern, struct part *part)
{
    regex_t *regex = xt_calloc(1, sizeof *regex);

    if (regcomp(regex, pattern, REG_EXTENDED) != 0) {
        xt_problem(l->problems, path, XT_MSG_REGION_BAD_PATTERN, XT_TEXT(pattern));
        free(regex);
        return;
    }
    xt_grow(&l->out->regexes, &l->out->regex_capacity, l->out->regex_count + 1, sizeof(regex_t *));
    l->out->regexes[l->out->regex_count++] = regex;
    part->match = regex;
    part->has_group = regex->re_nsub > 0;
}

static const char *const part_settings[] = {
    "name",   "attributes", "text",  "field", "each",   "in",       "link", "map", "otherwise",
    "prefix", "match",      "first", "one",   "always", "required", "lang", "as",  NULL,
};

static bool load_part(struct loading *l, const char *path, const struct scope *scope, const json_t *json,
                      struct part *out, unsigned depth);

static void load_parts(struct loading *l, const char *path, const struct scope *scope, const json_t *list,
                       struct part *out, unsigned depth)
{
    struct part *parts = xt_arena_alloc(l->arena, (json_array_size(list) + 1) * sizeof *parts);
    json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        if (load_part(l, at_item(l, path, i), scope, item, &parts[out->part_count], depth + 1))
            out->part_count++;
    }
    out->parts = parts;
}

static bool load_each(struct loading *l, const char *path, const struct scope *scope, const json_t *json,
                      struct part *out, unsigned depth)
{
    const struct xt_field *field;
    struct scope inner = *scope;

    load_fields(l, path, scope, json_object_get(json, "each"), out);
    out->from = PART_EACH;
    if (out->field_count == 0)
        return false;
    field = out->fields[0];
    if (out->field_count > 1 || (field->kind != XT_KIND_LINK && field->kind != XT_KIND_GROUP)) {
        xt_problem(l->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("each"), XT_TEXT(field->name));
        return false;
    }
    if (field->kind == XT_KIND_GROUP)
        inner = (struct scope){scope->type, field->fields, field->field_count, false};
    else
        inner.link = true;
    load_parts(l, at_member(l, path, "in"), &inner, json_object_get(json, "in"), out, depth);
    return true;
}

/* False where there is nothing to write: a mistake, or a field that the type does not have. */
static bool load_part(struct loading *l, const char *path, const struct scope *scope, const json_t *json,
                      struct part *out, unsigned depth)
{
    const char *match, *link;

    *out = (struct part){0};
    if (!json_is_object(json) || depth > DEPTH_MAX) {
        xt_problem(l->problems, path, XT_MSG_NOT_OBJECT);
        return false;
    }
    check_settings(l, path, json, part_settings);
    out->name = name_of(l, path, json, "name");
    out->prefix = text_of(l, json, "prefix");
    out->otherwise = text_of(l, json, "otherwise");
    out->first = xt_json_bool(json, "first", false);
    out->one = xt_json_bool(json, "one", false);
    out->always = xt_json_bool(json, "always", false);
    out->required = xt_json_bool(json, "required", false);
    out->lang = xt_json_bool(json, "lang", false);
    out->label = strcmp(xt_json_z(json, "as", ""), "label") == 0;
    link = xt_json_z(json, "link", NULL);
    if (link && !scope->link) {
        xt_problem(l->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("link"), XT_TEXT(link));
        return false;
    }
    if (link) {
        out->from = PART_LINK;
        out->known = strcmp(link, "known") == 0;
        return true;
    }
    if (!out->name) {
        xt_problem(l->problems, path, XT_MSG_REQUIRED);
        return false;
    }
    load_attributes(l, path, scope, json_object_get(json, "attributes"), out);
    load_map(l, path, json_object_get(json, "map"), out);
    match = xt_json_z(json, "match", NULL);
    if (match)
        load_match(l, path, match, out);
    if (json_object_get(json, "each"))
        return load_each(l, path, scope, json, out, depth);
    if (json_object_get(json, "field")) {
        out->from = PART_FIELDS;
        load_fields(l, path, scope, json_object_get(json, "field"), out);
        return out->field_count > 0 || out->otherwise;
    }
    out->text = text_of(l, json, "text");
    if (out->text) {
        out->from = PART_TEXT;
        out->word = word_of(l, path, scope, out->text);
        return true;
    }
    load_parts(l, at_member(l, path, "in"), scope, json_object_get(json, "in"), out, depth);
    return true;
}

/* ---- a format ---- */

static struct format_entity *entity_of(struct loading *l, const char *name)
{
    const struct xt_type *type = xt_region_type(l->region, xt_str(name));

    return type ? (struct format_entity *)&l->format->entities[type - l->region->types] : NULL;
}

static const char *const entity_settings[] = {"element", "collection", "label", "attributes", "in", NULL};

static void load_entity(struct loading *l, const char *path, const char *name, const json_t *json)
{
    struct format_entity *entity = entity_of(l, name);
    struct scope scope;
    struct part *root;

    check_settings(l, path, json, entity_settings);
    if (!entity) {
        xt_text_addf(&l->out->notes, "%s\n", path);
        return;
    }
    scope = (struct scope){entity->type, entity->type->fields, entity->type->field_count, false};
    root = xt_arena_alloc(l->arena, sizeof *root);
    root->name = name_of(l, path, json, "element");
    root->always = true;
    if (!root->name) {
        xt_problem(l->problems, at_member(l, path, "element"), XT_MSG_REQUIRED);
        return;
    }
    load_attributes(l, path, &scope, json_object_get(json, "attributes"), root);
    load_parts(l, at_member(l, path, "in"), &scope, json_object_get(json, "in"), root, 0);
    entity->collection = text_of(l, json, "collection");
    entity->label = text_of(l, json, "label");
    entity->element = root->name;
    entity->root = root;
}

static void load_sets(struct loading *l, const char *path, const json_t *object)
{
    struct format_set *list = xt_arena_alloc(l->arena, (json_object_size(object) + 1) * sizeof *list);
    const char *spec;
    json_t *value;

    json_object_foreach ((json_t *)object, spec, value) {
        struct format_set *set = &list[l->format->set_count++];
        const json_t *types = json_object_get(value, "types");
        const struct xt_type **members = xt_arena_alloc(l->arena, (json_array_size(types) + 1) * sizeof *members);
        json_t *name;
        size_t i;

        set->spec = xt_arena_strdup(l->arena, spec);
        set->name = text_of(l, value, "name");
        if (!set->name)
            xt_problem(l->problems, at_member(l, path, spec), XT_MSG_REQUIRED);
        json_array_foreach (types, i, name) {
            members[set->type_count] = xt_region_type(l->region, xt_json_view(name));
            if (members[set->type_count])
                set->type_count++;
        }
        set->types = members;
    }
    l->format->sets = list;
}

static const char *const *load_names(struct loading *l, const json_t *list)
{
    const char **names = xt_arena_alloc(l->arena, (json_array_size(list) + 1) * sizeof *names);
    json_t *item;
    size_t i, n = 0;

    json_array_foreach (list, i, item) {
        if (json_is_string(item))
            names[n++] = xt_arena_strdup(l->arena, json_string_value(item));
    }
    return names;
}

static const char *const format_settings[] = {"prefix",  "schema", "namespace", "way", "types",
                                              "service", "sets",   "codes",     NULL};

static void load_way(struct loading *l, const char *path, const json_t *json)
{
    static const char *const ways[] = {
        [FORMAT_TEMPLATE] = "template", [FORMAT_DUBLIN_CORE] = "dublin-core", [FORMAT_FULL] = "full"};
    const char *way = xt_json_z(json, "way", "template");
    size_t i;

    for (i = 0; i < XT_COUNT(ways); i++) {
        if (strcmp(ways[i], way) == 0) {
            l->format->way = (enum format_way)i;
            l->format->whole = l->format->way != FORMAT_TEMPLATE;
            return;
        }
    }
    xt_problem(l->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("way"), XT_TEXT(way));
}

static void load_format(struct loading *l, const char *path, const json_t *json)
{
    struct format *format = l->format;
    struct format_entity *entities = xt_arena_alloc(l->arena, (l->region->type_count + 1) * sizeof *entities);
    const json_t *types = json_object_get(json, "types"), *service = json_object_get(json, "service");
    const char *name;
    json_t *value;
    size_t i;

    check_settings(l, path, json, format_settings);
    format->prefix = text_of(l, json, "prefix");
    format->schema = text_of(l, json, "schema");
    format->ns = text_of(l, json, "namespace");
    format->codes_as_codes = load_names(l, json_object_get(json, "codes"));
    if (!format->prefix || !format->ns || !format->schema)
        xt_problem(l->problems, path, XT_MSG_REQUIRED);
    load_way(l, path, json);
    for (i = 0; i < l->region->type_count; i++)
        entities[i].type = &l->region->types[i];
    format->entities = entities;
    json_object_foreach ((json_t *)types, name, value)
        load_entity(l, at_member(l, at_member(l, path, "types"), name), name, value);
    load_sets(l, at_member(l, path, "sets"), json_object_get(json, "sets"));
    if (service) {
        struct scope none = {0};
        struct part *part = xt_arena_alloc(l->arena, sizeof *part);

        if (load_part(l, at_member(l, path, "service"), &none, service, part, 0))
            format->service = part;
    }
}

static enum xt_code load_file(struct loading *l, const char *file, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *json = NULL;
    XT_AUTO(xt_text_done) struct xt_text sentence = {0};
    struct xt_str text;
    struct xt_error broken;

    l->format = &l->out->list[l->out->count];
    if (!xt_region_file(l->region, file, &text))
        return XT_OK;
    if (xt_json_parse(text, &json, &broken) != XT_OK)
        xt_problems_add_error(l->problems, &broken);
    else
        load_format(l, xt_arena_printf(l->arena, "%s: ", file), json);
    if (l->problems->count == 0) {
        l->out->count++;
        return XT_OK;
    }
    xt_text_init(&sentence, 4 * XT_KIB);
    xt_problem_say(&l->problems->list[0], XT_ZH, &sentence);
    xt_text_add_z(&sentence, " / ");
    xt_problem_say(&l->problems->list[0], XT_EN, &sentence);
    return xt_fail(err, XT_E_CONFLICT, l->problems->list[0].path, XT_MSG_REGION_AT, XT_TEXT(file),
                   XT_VIEW(xt_text_view(&sentence)), XT_INT(l->problems->seen));
}

enum xt_code formats_load(struct xt_region *region, struct formats *out, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct loading l = {.region = region, .out = out, .problems = &problems, .arena = &out->arena};
    const char *const *files;
    enum xt_code rc = XT_OK;
    size_t n = 0, i;

    *out = (struct formats){0};
    xt_arena_init(&out->arena);
    xt_text_init(&out->notes, 64 * XT_KIB);
    xt_problems_init(&problems);
    files = xt_region_list(region, "formats/", &out->arena);
    while (files[n])
        n++;
    out->list = xt_arena_alloc(&out->arena, (n + 1) * sizeof *out->list);
    for (i = 0; i < n && rc == XT_OK; i++)
        if (xt_str_ends(xt_str(files[i]), ".json"))
            rc = load_file(&l, files[i], err);
    if (rc != XT_OK)
        formats_free(out);
    return rc;
}

void formats_free(struct formats *formats)
{
    size_t i;

    for (i = 0; i < formats->regex_count; i++) {
        regfree(formats->regexes[i]);
        free(formats->regexes[i]);
    }
    free(formats->regexes);
    xt_text_done(&formats->notes);
    xt_arena_done(&formats->arena);
    *formats = (struct formats){0};
}

const struct format *formats_find(const struct formats *formats, struct xt_str prefix)
{
    size_t i;

    for (i = 0; i < formats->count; i++)
        if (xt_str_is(prefix, formats->list[i].prefix))
            return &formats->list[i];
    return NULL;
}

const struct format_entity *format_entity(const struct format *format, const struct xt_region *region,
                                          const struct xt_type *type)
{
    const struct format_entity *entity = &format->entities[type - region->types];

    return format->whole || entity->element ? entity : NULL;
}
