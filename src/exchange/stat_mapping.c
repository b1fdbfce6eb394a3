/* stat_mapping.c - mappings of statistical tables: read as a whole, all that is wrong in them said at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "exchange/mapping_priv.h"
#include "exchange/stat_priv.h"

#define TABLES_MAX     500
#define INDICATORS_MAX 2000

struct load {
    struct xt_stat_mapping *mapping;
    struct xt_problems *problems;
    struct xt_text path; /* of the member at hand */
};

static size_t enter(struct load *l, const char *name)
{
    size_t before = l->path.n;

    if (before > 0)
        xt_text_add_char(&l->path, '.');
    xt_text_add_z(&l->path, name);
    return before;
}

static size_t enter_item(struct load *l, size_t index)
{
    size_t before = l->path.n;

    xt_text_addf(&l->path, "[%zu]", index);
    return before;
}

static void leave(struct load *l, size_t before)
{
    xt_text_cut(&l->path, before);
}

#define fault(l, ...) xt_problem((l)->problems, (l)->path.s, __VA_ARGS__)

static void fault_at(struct load *l, const char *name, enum xt_msg msg)
{
    size_t before = enter(l, name);

    fault(l, msg);
    leave(l, before);
}

/* Members that nobody knows are mostly misspelt ones. */
static void check_members(struct load *l, const json_t *object, const char *const *known)
{
    const char *name;
    json_t *value;
    size_t i;

    json_object_foreach ((json_t *)object, name, value) {
        for (i = 0; known[i] && strcmp(known[i], name) != 0; i++)
            ;
        if (!known[i])
            fault_at(l, name, XT_MSG_MAPPING_MEMBER);
    }
}

static struct xt_str keep(struct load *l, struct xt_str text)
{
    return (struct xt_str){xt_arena_strndup(&l->mapping->arena, text.s, text.n), text.n};
}

/* A text, as it stands; {NULL, 0} when absent. */
static struct xt_str text_member(struct load *l, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    if (!value)
        return (struct xt_str){NULL, 0};
    if (json_is_string(value) && json_string_length(value) > 0)
        return keep(l, xt_json_view(value));
    fault_at(l, name, XT_MSG_NOT_TEXT);
    return (struct xt_str){NULL, 0};
}

/* Names are compared as xt_stat_squeeze() makes them. */
static struct xt_str squeezed(struct load *l, struct xt_str text)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};

    xt_text_init(&out, 4 * XT_KIB);
    xt_stat_squeeze(text, &out);
    return keep(l, xt_text_view(&out));
}

/* A text, or {"column": HEAD}. */
static void text_or_column(struct load *l, const json_t *object, const char *name, struct xt_str *text,
                           struct xt_str *column)
{
    static const char *const MEMBERS[] = {"column", NULL};
    const json_t *value = json_object_get(object, name);
    size_t before;

    if (!json_is_object(value)) {
        *text = text_member(l, object, name);
        return;
    }
    before = enter(l, name);
    check_members(l, value, MEMBERS);
    *column = text_member(l, value, "column");
    if (column->s)
        *column = squeezed(l, *column);
    else
        fault(l, XT_MSG_REQUIRED);
    leave(l, before);
}

static const regex_t *regex_member(struct load *l, const json_t *object, const char *name)
{
    struct xt_stat_mapping *m = l->mapping;
    struct xt_str text = text_member(l, object, name);
    regex_t *regex;
    size_t before;

    if (!text.s)
        return NULL;
    regex = xt_calloc(1, sizeof *regex);
    if (regcomp(regex, text.s, REG_EXTENDED) != 0) {
        free(regex);
        before = enter(l, name);
        fault(l, XT_MSG_MAPPING_REGEX, XT_VIEW(text));
        leave(l, before);
        return NULL;
    }
    xt_grow(&m->regexes, &m->regex_capacity, m->regex_count + 1, sizeof(regex_t *));
    m->regexes[m->regex_count++] = regex;
    return regex;
}

static void labels_member(struct load *l, const json_t *object, const char *labels[XT_LANGS])
{
    static const char *const MEMBERS[] = {"zh", "en", NULL};
    const json_t *value = json_object_get(object, "label");
    size_t before;

    labels[XT_ZH] = labels[XT_EN] = NULL;
    if (!value)
        return;
    before = enter(l, "label");
    if (json_is_object(value)) {
        check_members(l, value, MEMBERS);
        labels[XT_ZH] = text_member(l, value, "zh").s;
        labels[XT_EN] = text_member(l, value, "en").s;
        if (!labels[XT_ZH])
            fault(l, XT_MSG_REQUIRED);
    } else {
        fault(l, XT_MSG_NOT_OBJECT);
    }
    leave(l, before);
}

static struct stat_names names_member(struct load *l, const json_t *object, const char *name)
{
    struct stat_names names = {NULL, 0};
    const json_t *value = json_object_get(object, name);
    struct stat_name *list;
    const char *from;
    json_t *to;
    size_t before;

    if (!value)
        return names;
    if (!json_is_object(value)) {
        fault_at(l, name, XT_MSG_NOT_OBJECT);
        return names;
    }
    list = xt_arena_alloc(&l->mapping->arena, (json_object_size(value) + 1) * sizeof *list);
    before = enter(l, name);
    json_object_foreach ((json_t *)value, from, to) {
        if (json_is_string(to))
            list[names.count++] = (struct stat_name){squeezed(l, xt_str(from)), squeezed(l, xt_json_view(to))};
        else
            fault_at(l, from, XT_MSG_NOT_TEXT);
    }
    leave(l, before);
    names.list = list;
    return names;
}

static void ignore_member(struct load *l, const json_t *object, struct stat_table *table)
{
    const json_t *value = json_object_get(object, "ignore"), *item;
    struct xt_str *list;
    size_t i;

    if (!value)
        return;
    if (!json_is_array(value)) {
        fault_at(l, "ignore", XT_MSG_NOT_ARRAY);
        return;
    }
    list = xt_arena_alloc(&l->mapping->arena, (json_array_size(value) + 1) * sizeof *list);
    json_array_foreach (value, i, item) {
        if (json_is_string(item))
            list[table->ignore_count++] = squeezed(l, xt_json_view(item));
        else
            fault_at(l, "ignore", XT_MSG_NOT_TEXT);
    }
    table->ignore = list;
}

static void load_indicator(struct load *l, const json_t *object, struct stat_indicator *out)
{
    static const char *const MEMBERS[] = {"head", "row", "code", "label", "unit", "year", NULL};

    if (!json_is_object(object)) {
        fault(l, XT_MSG_NOT_OBJECT);
        return;
    }
    check_members(l, object, MEMBERS);
    out->head = regex_member(l, object, "head");
    out->row = regex_member(l, object, "row");
    if (!json_object_get(object, "head") && !json_object_get(object, "row"))
        fault(l, XT_MSG_STAT_INDICATOR);
    out->code = text_member(l, object, "code").s;
    out->unit = text_member(l, object, "unit").s;
    out->year = text_member(l, object, "year").s;
    labels_member(l, object, out->labels);
}

static void indicators_member(struct load *l, const json_t *object, struct stat_table *table)
{
    const json_t *value = json_object_get(object, "indicators"), *item;
    struct stat_indicator *list;
    size_t before = enter(l, "indicators"), i;

    if (value && (!json_is_array(value) || json_array_size(value) > INDICATORS_MAX)) {
        fault(l, XT_MSG_NOT_ARRAY);
    } else if (value) {
        list = xt_arena_alloc(&l->mapping->arena, (json_array_size(value) + 1) * sizeof *list);
        json_array_foreach (value, i, item) {
            size_t at = enter_item(l, i);

            load_indicator(l, item, &list[i]);
            leave(l, at);
        }
        table->indicators = list;
        table->indicator_count = json_array_size(value);
    }
    leave(l, before);
}

static void long_members(struct load *l, const json_t *object, struct stat_table *table)
{
    struct xt_str nothing = {NULL, 0};

    text_or_column(l, object, "code", &nothing, &table->code_column);
    text_or_column(l, object, "name", &nothing, &table->name_column);
    text_or_column(l, object, "value", &nothing, &table->value_column);
    if (nothing.s)
        fault(l, XT_MSG_STAT_COLUMN);
    if (table->value_column.s && !table->code_column.s && !table->name_column.s)
        fault_at(l, "code", XT_MSG_REQUIRED);
}

static enum stat_rows rows_member(struct load *l, const json_t *object)
{
    static const char *const NAMES[] = {"", "areas", "years", "items"};
    struct xt_str text = text_member(l, object, "rows");
    size_t i, before;

    if (!text.s)
        return STAT_ROWS_FIND;
    for (i = 1; i < XT_COUNT(NAMES); i++)
        if (xt_str_is(text, NAMES[i]))
            return (enum stat_rows)i;
    before = enter(l, "rows");
    fault(l, XT_MSG_STAT_ROWS, XT_VIEW(text));
    leave(l, before);
    return STAT_ROWS_FIND;
}

static void load_table(struct load *l, const json_t *object, struct stat_table *table)
{
    static const char *const MEMBERS[] = {"title",  "file", "area", "year",  "unit",       "under", "skip", "rows",
                                          "ignore", "code", "name", "value", "indicators", "areas", NULL};

    if (!json_is_object(object)) {
        fault(l, XT_MSG_NOT_OBJECT);
        return;
    }
    check_members(l, object, MEMBERS);
    table->title = regex_member(l, object, "title");
    table->file = regex_member(l, object, "file");
    text_or_column(l, object, "area", &table->area, &table->area_column);
    text_or_column(l, object, "year", &table->year, &table->year_column);
    text_or_column(l, object, "unit", &table->unit, &table->unit_column);
    table->under = regex_member(l, object, "under");
    table->skip = regex_member(l, object, "skip");
    table->rows = rows_member(l, object);
    ignore_member(l, object, table);
    long_members(l, object, table);
    table->areas = names_member(l, object, "areas");
    indicators_member(l, object, table);
}

static void load_all(struct load *l, const json_t *tree)
{
    static const char *const MEMBERS[] = {"label", "about", "areas", "tables", NULL};
    struct xt_stat_mapping *m = l->mapping;
    const char *labels[XT_LANGS];
    const json_t *tables, *item;
    struct stat_table *list;
    size_t before, i;

    if (!json_is_object(tree)) {
        fault(l, XT_MSG_NOT_OBJECT);
        return;
    }
    check_members(l, tree, MEMBERS);
    labels_member(l, tree, labels);
    m->areas = names_member(l, tree, "areas");
    tables = json_object_get(tree, "tables");
    before = enter(l, "tables");
    if (!json_is_array(tables) || json_array_size(tables) == 0 || json_array_size(tables) > TABLES_MAX) {
        fault(l, tables ? XT_MSG_NOT_ARRAY : XT_MSG_REQUIRED);
    } else {
        list = xt_arena_alloc(&m->arena, json_array_size(tables) * sizeof *list);
        json_array_foreach (tables, i, item) {
            size_t at = enter_item(l, i);

            load_table(l, item, &list[i]);
            leave(l, at);
        }
        m->tables = list;
        m->table_count = json_array_size(tables);
    }
    leave(l, before);
}

enum xt_code xt_stat_mapping_load(struct xt_str name, struct xt_str json, struct xt_stat_mapping **out,
                                  struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_stat_mapping_free) struct xt_stat_mapping *mapping = xt_calloc(1, sizeof *mapping);
    struct load l = {mapping, problems, {0}};
    size_t before = problems->seen;
    locale_t characters;
    enum xt_code rc;

    xt_arena_init(&mapping->arena);
    mapping->name = xt_arena_strndup(&mapping->arena, name.s, name.n);
    rc = xt_json_parse(json, &mapping->tree, err);
    if (rc != XT_OK)
        return rc;
    xt_text_init(&l.path, 2 * XT_KIB);
    characters = xt_regex_locale_begin();
    load_all(&l, mapping->tree);
    xt_regex_locale_end(characters);
    xt_text_done(&l.path);
    if (problems->seen > before)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_MAPPING_BROKEN, XT_VIEW(name), XT_INT(problems->seen - before));
    *out = mapping;
    mapping = NULL;
    return XT_OK;
}

void xt_stat_mapping_free(struct xt_stat_mapping **mapping)
{
    struct xt_stat_mapping *m = *mapping;
    size_t i;

    if (!m)
        return;
    for (i = 0; i < m->regex_count; i++) {
        regfree(m->regexes[i]);
        free(m->regexes[i]);
    }
    free(m->regexes);
    json_decref(m->tree);
    xt_arena_done(&m->arena);
    free(m);
    *mapping = NULL;
}

static enum xt_code read_file(const char *path, struct xt_text *out, struct xt_error *err)
{
    char buffer[16 * XT_KIB];
    FILE *file = fopen(path, "rbe");
    size_t n;

    if (!file)
        return xt_fail(err, XT_E_NOT_FOUND, "mapping", XT_MSG_STAT_NONE, XT_TEXT(path));
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0)
        xt_text_add(out, buffer, n);
    (void)fclose(file); /* only read */
    if (xt_text_overflowed(out))
        return xt_fail(err, XT_E_INPUT, "mapping", XT_MSG_TOO_LARGE, XT_INT(XT_STAT_MAPPING_BYTES_MAX), XT_INT(out->n));
    return XT_OK;
}

enum xt_code xt_stat_mapping_find(struct xt_region *region, const char *name_or_path, struct xt_stat_mapping **out,
                                  struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    struct xt_str name = xt_str(name_or_path), json;
    enum xt_code rc;

    xt_text_init(&text, XT_STAT_MAPPING_BYTES_MAX);
    if (strchr(name_or_path, '/') || xt_str_ends(name, ".json")) {
        rc = read_file(name_or_path, &text, err);
        if (rc != XT_OK)
            return rc;
        json = xt_text_view(&text);
    } else {
        xt_text_addf(&text, "tables/%s.json", name_or_path);
        if (!xt_region_file(region, text.s, &json))
            return xt_fail(err, XT_E_NOT_FOUND, "mapping", XT_MSG_STAT_NONE, XT_TEXT(name_or_path));
    }
    return xt_stat_mapping_load(name, json, out, problems, err);
}

/* ---- asked ---- */

bool xt_stat_matches(const regex_t *regex, struct xt_str text, struct xt_str *group)
{
    locale_t characters = xt_regex_locale_begin();
    regmatch_t found[2];
    char *copy = xt_strndup(text.s ? text.s : "", text.n);
    bool yes = regexec(regex, copy, 2, found, 0) == 0;

    xt_regex_locale_end(characters);
    free(copy);
    if (yes && group)
        *group = found[1].rm_so >= 0
                     ? (struct xt_str){text.s + found[1].rm_so, (size_t)(found[1].rm_eo - found[1].rm_so)}
                     : XT_STR("");
    return yes;
}

struct xt_str xt_stat_rename(const struct stat_names *names, struct xt_str name)
{
    size_t i;

    for (i = 0; i < names->count; i++)
        if (xt_str_eq(names->list[i].from, name))
            return names->list[i].to;
    return name;
}

const struct stat_table *xt_stat_table_of(const struct xt_stat_mapping *mapping, struct xt_str title,
                                          struct xt_str file)
{
    size_t i;

    for (i = 0; mapping && i < mapping->table_count; i++) {
        const struct stat_table *t = &mapping->tables[i];

        if ((!t->title || xt_stat_matches(t->title, title, NULL)) && (!t->file || xt_stat_matches(t->file, file, NULL)))
            return t;
    }
    return NULL;
}
