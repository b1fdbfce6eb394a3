/* mapping_load.c - mapping files into compiled tables, with all that is wrong in them at once. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/place.h"
#include "exchange/mapping_priv.h"

#define REFS_MAX  2000
#define DEPTH_MAX 6

struct compile {
    struct xt_mapping *mapping;
    struct xt_problems *problems;
    struct xt_text path; /* of the member at hand: "records[0].fields.title" */
    unsigned depth;
    const struct xt_str *nothing; /* "empty" of the whole mapping */
    size_t nothing_count;
};

/* ---- where we are, for messages ---- */

static size_t enter(struct compile *c, const char *name)
{
    size_t before = c->path.n;

    if (before > 0)
        xt_text_add_char(&c->path, '.');
    xt_text_add_z(&c->path, name);
    return before;
}

static size_t enter_item(struct compile *c, size_t index)
{
    size_t before = c->path.n;

    xt_text_addf(&c->path, "[%zu]", index);
    return before;
}

static void leave(struct compile *c, size_t before)
{
    xt_text_cut(&c->path, before);
}

#define fault(c, ...) xt_problem((c)->problems, (c)->path.s, __VA_ARGS__)

/* Members that nobody knows are mostly misspelt ones. What has the wrong form counts as absent from here on. */
static void check_members(struct compile *c, const json_t *object, const struct members *members)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)object, name, value) {
        const struct member *member = xt_members_find(members, name);
        enum xt_msg msg = member ? xt_member_fault(member, value) : XT_MSG_MAPPING_MEMBER;
        size_t before;
        char *shown;

        if (msg == XT_MSG_NONE)
            continue;
        before = enter(c, name);
        shown = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        fault(c, msg, XT_TEXT(shown ? shown : ""));
        free(shown);
        leave(c, before);
    }
}

static struct xt_str keep(struct compile *c, const json_t *string)
{
    return (struct xt_str){xt_arena_strndup(&c->mapping->arena, json_string_value(string), json_string_length(string)),
                           json_string_length(string)};
}

/* A text member, {NULL, 0} when absent. */
static struct xt_str text_member(struct compile *c, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value) ? keep(c, value) : (struct xt_str){NULL, 0};
}

static bool bool_member(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

/* A text or a list of texts. */
static const struct xt_str *texts_member(struct compile *c, const json_t *object, const char *name, size_t *out_count)
{
    const json_t *value = json_object_get(object, name), *item;
    size_t count = json_is_string(value) ? 1 : json_array_size(value), i, n = 0;
    struct xt_str *list = xt_arena_alloc(&c->mapping->arena, (count + 1) * sizeof *list);

    if (json_is_string(value))
        list[n++] = keep(c, value);
    json_array_foreach (value, i, item) {
        if (json_is_string(item))
            list[n++] = keep(c, item);
    }
    *out_count = n;
    return list;
}

/* ---- parts ---- */

static int ref_of(struct compile *c, struct xt_str name)
{
    struct xt_mapping *m = c->mapping;
    size_t i;

    name = xt_str_trim(name);
    if (xt_str_is(name, "{}"))
        return PART_SELF;
    for (i = 0; i < m->ref_count; i++) {
        if (xt_str_is(name, m->refs[i].name))
            return (int)i;
    }
    if (name.n == 0 || m->ref_count == REFS_MAX) {
        fault(c, XT_MSG_MAPPING_REF, XT_VIEW(name));
        return 0;
    }
    xt_grow(&m->refs, &m->ref_capacity, m->ref_count + 1, sizeof *m->refs);
    memset(&m->refs[m->ref_count], 0, sizeof *m->refs);
    m->refs[m->ref_count].name = xt_arena_strndup(&m->arena, name.s, name.n);
    /* What is no path may still be a column's name ("R&D [人]"); then it finds nothing in JSON. */
    if (!xt_path_parse(name, &m->arena, &m->refs[m->ref_count]))
        m->refs[m->ref_count].step_count = 0;
    return (int)m->ref_count++;
}

static const regex_t *regex_of(struct compile *c, const char *name, struct xt_str source)
{
    struct xt_mapping *m = c->mapping;
    size_t before;
    regex_t *regex;

    if (source.n == 0)
        return NULL;
    regex = xt_calloc(1, sizeof *regex);
    if (source.n > 2000 || regcomp(regex, source.s, REG_EXTENDED) != 0) {
        free(regex);
        before = enter(c, name);
        fault(c, XT_MSG_MAPPING_REGEX, XT_VIEW(source));
        leave(c, before);
        return NULL;
    }
    xt_grow(&m->regexes, &m->regex_capacity, m->regex_count + 1, sizeof(regex_t *));
    m->regexes[m->regex_count++] = regex;
    return regex;
}

/* "{a}|{b}": braces hold a column or path, {} the value at hand, {{ a brace. */
static void compile_pattern(struct compile *c, struct xt_str text, struct pattern *out)
{
    struct xt_arena *arena = &c->mapping->arena;
    struct part parts[64];
    size_t count = 0, i = 0, start = 0;

    out->source = xt_arena_strndup(arena, text.s, text.n);
    while (i <= text.n) {
        bool brace = i < text.n && text.s[i] == '{';

        if (count + 2 > XT_COUNT(parts)) {
            fault(c, XT_MSG_TOO_MANY_ITEMS, XT_INT(XT_COUNT(parts)), XT_INT(count + 2));
            return;
        }
        if ((i == text.n || brace) && i > start)
            parts[count++] = (struct part){PART_TEXT, {out->source + start, i - start}};
        if (i == text.n)
            break;
        if (!brace) {
            i++;
            continue;
        }
        if (i + 1 < text.n && text.s[i + 1] == '{') {
            parts[count++] = (struct part){PART_TEXT, {"{", 1}};
            i += 2;
        } else {
            const char *close = memchr(text.s + i, '}', text.n - i);
            size_t end = close ? (size_t)(close - text.s) : text.n;

            if (!close) {
                fault(c, XT_MSG_MAPPING_BRACE);
                return;
            }
            if (end == i + 1)
                parts[count++] = (struct part){PART_SELF, {"", 0}};
            else
                parts[count++] = (struct part){ref_of(c, (struct xt_str){text.s + i + 1, end - i - 1}), {"", 0}};
            i = end + 1;
        }
        start = i;
    }
    struct part *kept = xt_arena_alloc(arena, (count + 1) * sizeof *kept);

    memcpy(kept, parts, count * sizeof *kept);
    out->parts = kept;
    out->count = count;
}

/* A template or a list of them. */
static const struct pattern *patterns_member(struct compile *c, const json_t *object, const char *name,
                                             size_t *out_count)
{
    size_t count, i, before = enter(c, name);
    const struct xt_str *texts;
    struct pattern *patterns;

    leave(c, before);
    texts = texts_member(c, object, name, &count);
    (void)enter(c, name);
    patterns = xt_arena_alloc(&c->mapping->arena, (count + 1) * sizeof *patterns);
    for (i = 0; i < count; i++)
        compile_pattern(c, texts[i], &patterns[i]);
    leave(c, before);
    *out_count = count;
    return patterns;
}

/* ---- conditions ---- */

static void compile_condition(struct compile *c, const json_t *json, struct condition *out)
{
    struct xt_str column;

    if (json_is_string(json)) { /* "出版社": it is filled */
        out->ref = ref_of(c, keep(c, json));
        out->kind = COND_FILLED;
        return;
    }
    if (!json_is_object(json)) {
        fault(c, XT_MSG_NOT_OBJECT);
        return;
    }
    check_members(c, json, &members_condition);
    column = text_member(c, json, "column");
    if (column.n == 0) {
        size_t before = enter(c, "column");

        fault(c, XT_MSG_REQUIRED);
        leave(c, before);
        return;
    }
    out->ref = ref_of(c, column);
    if (json_object_get(json, "is")) {
        out->kind = COND_IS;
        out->values = texts_member(c, json, "is", &out->value_count);
    } else if (json_object_get(json, "not")) {
        out->kind = COND_NOT;
        out->values = texts_member(c, json, "not", &out->value_count);
    } else if (json_object_get(json, "matches") || json_object_get(json, "unlike")) {
        const char *how = json_object_get(json, "matches") ? "matches" : "unlike";

        out->kind = strcmp(how, "matches") == 0 ? COND_MATCHES : COND_UNLIKE;
        out->regex = regex_of(c, how, text_member(c, json, how));
        if (!out->regex)
            out->kind = COND_FILLED; /* refused already; never run */
    } else {
        out->kind = bool_member(json, "empty") ? COND_EMPTY : COND_FILLED;
    }
}

/* One, or a list of which all must hold. */
static struct conditions compile_condition_list(struct compile *c, const json_t *value)
{
    struct conditions out = {NULL, 0};
    size_t i;

    out.count = json_is_array(value) ? json_array_size(value) : 1;
    struct condition *list = xt_arena_alloc(&c->mapping->arena, (out.count + 1) * sizeof *list);

    for (i = 0; i < out.count; i++) {
        size_t here = c->path.n;

        if (json_is_array(value))
            (void)enter_item(c, i);
        compile_condition(c, json_is_array(value) ? json_array_get(value, i) : value, &list[i]);
        leave(c, here);
    }
    out.list = list;
    return out;
}

static struct conditions compile_conditions(struct compile *c, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    struct conditions out = {NULL, 0};
    size_t before = enter(c, name);

    if (value)
        out = compile_condition_list(c, value);
    leave(c, before);
    return out;
}

/* ---- specs ---- */

static void compile_fields(struct compile *c, const json_t *fields, const struct xt_field *known, size_t known_count,
                           const struct field_step **out, size_t *out_count);
static void compile_spec(struct compile *c, const json_t *json, const struct xt_field *field, struct spec *out);

static const struct spec *spec_member(struct compile *c, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    struct spec *spec;
    size_t before;

    if (!value)
        return NULL;
    before = enter(c, name);
    spec = xt_arena_alloc(&c->mapping->arena, sizeof *spec);
    compile_spec(c, value, NULL, spec);
    leave(c, before);
    return spec;
}

/* Where a text (or a list of them) is a template, unlike elsewhere, and an object a value; NULL when there is none. */
static const struct spec *template_member(struct compile *c, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    struct spec *spec;

    if (!json_is_string(value) && !json_is_array(value))
        return spec_member(c, object, name);
    spec = xt_arena_alloc(&c->mapping->arena, sizeof *spec);
    memset(spec, 0, sizeof *spec);
    spec->kind = SPEC_TEXT;
    spec->patterns = patterns_member(c, object, name, &spec->pattern_count);
    return spec;
}

static int compare_swaps(const void *a, const void *b)
{
    return xt_str_cmp(((const struct swap *)a)->from, ((const struct swap *)b)->from);
}

static void compile_map(struct compile *c, const json_t *object, const struct xt_field *field, struct spec *out)
{
    json_t *map = json_object_get(object, "map"), *value;
    size_t before = enter(c, "map"), n = 0;
    struct swap *swaps;
    const char *from;

    swaps = xt_arena_alloc(&c->mapping->arena, (json_object_size(map) + 1) * sizeof *swaps);
    json_object_foreach (map, from, value) {
        size_t here = enter(c, from);

        if (!json_is_string(value)) {
            fault(c, XT_MSG_NOT_TEXT);
        } else {
            struct xt_str to = keep(c, value);

            if (field && field->kind == XT_KIND_CODE && field->codes && to.n > 0 && !xt_codes_accept(field->codes, to))
                fault(c, XT_MSG_NOT_IN_LIST, XT_VIEW(to), XT_TEXT(field->codes->name));
            swaps[n].from = xt_str(xt_arena_strdup(&c->mapping->arena, from));
            swaps[n++].to = to.s;
        }
        leave(c, here);
    }
    qsort(swaps, n, sizeof *swaps, compare_swaps);
    out->map = swaps;
    out->map_count = n;
    leave(c, before);
}

static void compile_number_forms(struct compile *c, const json_t *json, const struct xt_field *field, struct spec *out)
{
    static const struct {
        const char *name;
        int64_t fen;
    } units[] = {
        {"分", 1},        {"fen", 1},        {"元", 100},           {"yuan", 100},
        {"千元", 100000}, {"万元", 1000000}, {"百万元", 100000000}, {"亿元", 10000000000},
    };
    static const struct {
        const char *name;
        enum date_order order;
    } dates[] = {
        {"y-m-d", DATE_YMD},
        {"d/m/y", DATE_DMY},
        {"m/d/y", DATE_MDY},
        {"excel", DATE_EXCEL},
    };
    struct xt_str unit = text_member(c, json, "unit"), date = text_member(c, json, "date");
    size_t i, before;

    for (i = 0; unit.n > 0 && i < XT_COUNT(units); i++) {
        if (xt_str_is(unit, units[i].name))
            out->fen = units[i].fen;
    }
    if (unit.n > 0 && (out->fen == 0 || !field || field->kind != XT_KIND_MONEY)) {
        before = enter(c, "unit");
        fault(c, XT_MSG_MAPPING_UNIT, XT_VIEW(unit));
        leave(c, before);
    }
    for (i = 0; date.n > 0 && i < XT_COUNT(dates); i++) {
        if (xt_str_is(date, dates[i].name))
            break;
    }
    if (date.n > 0 && i < XT_COUNT(dates)) {
        out->date = dates[i].order;
    } else if (date.n > 0) {
        before = enter(c, "date");
        fault(c, XT_MSG_MAPPING_DATE, XT_VIEW(date));
        leave(c, before);
    }
}

/* Names of places are read by the one list of areas that a mapping's fields use. */
static void compile_place(struct compile *c, const json_t *json, const struct xt_field *field, struct spec *out)
{
    struct xt_mapping *m = c->mapping;
    struct xt_str name = text_member(c, json, "place");
    const struct xt_codes *codes = name.n > 0 ? xt_region_codes(m->region, name) : NULL;
    bool code = field && field->kind == XT_KIND_CODE;
    size_t before;

    if (name.n == 0)
        return;
    before = enter(c, "place");
    if (!codes || (code && field->codes != codes) || (m->places && m->places_of != codes)) {
        fault(c, XT_MSG_MAPPING_PLACE, XT_VIEW(name));
    } else {
        out->place = code ? PLACE_OF_CODE : PLACE_OF_TEXT;
        if (!m->places)
            m->places = xt_places_new(codes);
        m->places_of = codes;
    }
    leave(c, before);
}

/* The type whose source key a link names: "to", or the only one its field allows. */
static const char *link_target(struct compile *c, const json_t *json, const struct xt_field *field)
{
    struct xt_str to = text_member(c, json, "to");
    size_t before = enter(c, "to"), i;
    const char *found = NULL;

    if (to.n > 0) {
        for (i = 0; field->to && field->to[i] && !found; i++) {
            if (strcmp(field->to[i], "*") == 0 || xt_str_is(to, field->to[i]))
                found = to.s;
        }
        if (!found || !xt_region_type(c->mapping->region, to))
            fault(c, XT_MSG_MAPPING_TYPE, XT_VIEW(to));
    } else if (field->to && field->to[0] && !field->to[1] && strcmp(field->to[0], "*") != 0) {
        found = field->to[0];
    } else {
        fault(c, XT_MSG_REQUIRED);
    }
    leave(c, before);
    return found ? found : "";
}

static void compile_link(struct compile *c, const json_t *json, const struct xt_field *field, struct spec *out)
{
    static const char *const only[] = {"label", "ref", "key", "to", NULL};
    size_t i;

    if (!field || field->kind != XT_KIND_LINK) {
        for (i = 0; only[i]; i++) {
            /* "key" is also where a recalled value is found. */
            if (json_object_get(json, only[i]) && !(strcmp(only[i], "key") == 0 && json_object_get(json, "recall"))) {
                size_t before = enter(c, only[i]);

                fault(c, XT_MSG_MAPPING_ONLY_LINK);
                leave(c, before);
            }
        }
        return;
    }
    out->label = spec_member(c, json, "label");
    out->ref = template_member(c, json, "ref");
    out->key = patterns_member(c, json, "key", &out->key_count);
    if (out->key_count > 0)
        out->to = link_target(c, json, field);
}

static void compile_source(struct compile *c, const json_t *json, const struct xt_field *field, struct spec *out)
{
    const json_t *value, *item;
    struct xt_str recall;
    size_t i, before;

    if (json_object_get(json, "from")) {
        size_t count;
        const struct xt_str *names = texts_member(c, json, "from", &count);
        int *refs = xt_arena_alloc(&c->mapping->arena, (count + 1) * sizeof *refs);

        for (i = 0; i < count; i++)
            refs[i] = ref_of(c, names[i]);
        out->refs = refs;
        out->ref_count = count;
    } else if (json_object_get(json, "text")) {
        out->kind = SPEC_TEXT;
        out->patterns = patterns_member(c, json, "text", &out->pattern_count);
    } else if ((value = json_object_get(json, "all")) != NULL) {
        before = enter(c, "all");
        out->kind = SPEC_ALL;
        struct spec *all = xt_arena_alloc(&c->mapping->arena, (json_array_size(value) + 1) * sizeof *all);

        json_array_foreach (value, i, item) {
            size_t here = enter_item(c, i);

            compile_spec(c, item, NULL, &all[i]);
            leave(c, here);
        }
        out->all = all;
        out->all_count = json_array_size(value);
        leave(c, before);
    } else if ((value = json_object_get(json, "value")) != NULL) {
        out->kind = SPEC_VALUE;
        out->value = value;
    } else if ((recall = text_member(c, json, "recall")).n > 0) {
        out->kind = SPEC_RECALL;
        out->memory = recall.s;
        out->key = patterns_member(c, json, "key", &out->key_count);
    } else if (!json_object_get(json, "each") && !(field && field->kind == XT_KIND_GROUP)) {
        fault(c, XT_MSG_MAPPING_NO_SOURCE);
    }
}

static void compile_spec_members(struct compile *c, const json_t *json, const struct xt_field *field, struct spec *out)
{
    const json_t *fields = json_object_get(json, "fields");
    struct xt_str as = text_member(c, json, "as");
    size_t before, each_count, i;
    const struct xt_str *each = texts_member(c, json, "each", &each_count);

    compile_source(c, json, field, out);
    out->when = compile_conditions(c, json, "when");
    out->strip = text_member(c, json, "strip");
    out->split = text_member(c, json, "split");
    out->extract = regex_of(c, "extract", text_member(c, json, "extract"));
    if (json_object_get(json, "empty"))
        out->empty = texts_member(c, json, "empty", &out->empty_count);
    compile_map(c, json, field, out);
    if (as.n > 0) {
        struct pattern *pattern = xt_arena_alloc(&c->mapping->arena, sizeof *pattern);

        before = enter(c, "as");
        compile_pattern(c, as, pattern);
        leave(c, before);
        out->as = pattern;
    }
    out->hash = bool_member(json, "hash");
    out->fold = bool_member(json, "fold");
    out->first = bool_member(json, "first");
    out->last = bool_member(json, "last");
    out->rest = bool_member(json, "rest");
    out->join = text_member(c, json, "join").s;
    out->unknown = text_member(c, json, "unknown").s;
    out->otherwise = json_object_get(json, "otherwise");
    out->longest = xt_json_int(json, "longest", 0);
    out->clip = xt_json_int(json, "clip", 0);
    compile_number_forms(c, json, field, out);
    compile_place(c, json, field, out);
    compile_link(c, json, field, out);
    if (each_count > 0) {
        int *refs = xt_arena_alloc(&c->mapping->arena, each_count * sizeof *refs);

        before = enter(c, "each");
        if (!field || (field->kind != XT_KIND_LINK && field->kind != XT_KIND_GROUP))
            fault(c, XT_MSG_MAPPING_EACH);
        for (i = 0; i < each_count; i++)
            refs[i] = ref_of(c, each[i]);
        out->each = refs;
        out->each_count = each_count;
        leave(c, before);
    }
    if (field && field->kind == XT_KIND_GROUP) {
        before = enter(c, "fields");
        if (json_is_object(fields))
            compile_fields(c, fields, field->fields, field->field_count, &out->fields, &out->field_count);
        else
            fault(c, XT_MSG_REQUIRED);
        leave(c, before);
    }
}

static void compile_spec(struct compile *c, const json_t *json, const struct xt_field *field, struct spec *out)
{
    int *refs;

    memset(out, 0, sizeof *out);
    out->empty = c->nothing;
    out->empty_count = c->nothing_count;
    if (json_is_string(json)) { /* "列名" */
        refs = xt_arena_alloc(&c->mapping->arena, sizeof *refs);
        refs[0] = ref_of(c, keep(c, json));
        out->refs = refs;
        out->ref_count = 1;
        return;
    }
    if (!json_is_object(json)) {
        fault(c, XT_MSG_NOT_OBJECT);
        return;
    }
    if (c->depth == DEPTH_MAX) {
        fault(c, XT_MSG_JSON_TOO_DEEP, XT_INT(DEPTH_MAX));
        return;
    }
    c->depth++;
    check_members(c, json, &members_value);
    compile_spec_members(c, json, field, out);
    c->depth--;
}

static void compile_fields(struct compile *c, const json_t *fields, const struct xt_field *known, size_t known_count,
                           const struct field_step **out, size_t *out_count)
{
    struct field_step *steps = xt_arena_alloc(&c->mapping->arena, (json_object_size(fields) + 1) * sizeof *steps);
    const char *name;
    json_t *value;
    size_t n = 0;

    json_object_foreach ((json_t *)fields, name, value) {
        const struct xt_field *field = xt_fields_find(known, known_count, xt_str(name));
        size_t before = enter(c, name);

        if (!field) {
            fault(c, XT_MSG_UNKNOWN_FIELD);
        } else {
            steps[n].number = c->mapping->step_count++;
            steps[n].field = field;
            steps[n].one = *field;
            steps[n].one.many = false;
            compile_spec(c, value, field, &steps[n].spec);
            n++;
        }
        leave(c, before);
    }
    *out = steps;
    *out_count = n;
}

/* ---- records ---- */

/* A key: templates as texts, specs as objects; alternatives in a list. */
static void compile_key(struct compile *c, const json_t *json, struct record_plan *out)
{
    const json_t *value = json_object_get(json, "key");
    size_t before, i, count = json_is_array(value) ? json_array_size(value) : value ? 1 : 0;
    struct spec *keys = xt_arena_alloc(&c->mapping->arena, (count + 1) * sizeof *keys);
    XT_AUTO(xt_text_done) struct xt_text source = {0};

    xt_text_init(&source, XT_MIB);
    before = enter(c, "key");
    for (i = 0; i < count; i++) {
        const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;

        if (i > 0)
            xt_text_add_z(&source, ", ");
        if (json_is_string(item)) {
            struct pattern *pattern = xt_arena_alloc(&c->mapping->arena, sizeof *pattern);

            compile_pattern(c, keep(c, item), pattern);
            keys[i].kind = SPEC_TEXT;
            keys[i].patterns = pattern;
            keys[i].pattern_count = 1;
            keys[i].empty = c->nothing;
            keys[i].empty_count = c->nothing_count;
            xt_text_add_z(&source, pattern->source);
        } else {
            compile_spec(c, item, NULL, &keys[i]);
            xt_text_add_z(&source, xt_json_z(item, "from", xt_json_z(item, "text", "...")));
        }
        keys[i].first = true;
    }
    leave(c, before);
    out->keys = keys;
    out->key_count = count;
    out->key_source = count > 0 ? xt_arena_strdup(&c->mapping->arena, source.s) : NULL;
}

static void compile_record(struct compile *c, const json_t *json, struct record_plan *out)
{
    const json_t *fields = json_object_get(json, "fields");
    struct xt_str type;
    size_t before;

    if (!json_is_object(json)) {
        fault(c, XT_MSG_NOT_OBJECT);
        return;
    }
    check_members(c, json, &members_record);
    type = text_member(c, json, "type");
    out->type = xt_region_type(c->mapping->region, type);
    if (!out->type) {
        before = enter(c, "type");
        fault(c, XT_MSG_MAPPING_TYPE, XT_VIEW(type));
        leave(c, before);
        return;
    }
    out->per = spec_member(c, json, "per");
    out->when = compile_conditions(c, json, "when");
    out->has_deleted = json_object_get(json, "deleted") != NULL;
    out->deleted = compile_conditions(c, json, "deleted");
    compile_key(c, json, out);
    out->part = template_member(c, json, "part");
    before = enter(c, "fields");
    if (json_is_object(fields))
        compile_fields(c, fields, out->type->fields, out->type->field_count, &out->fields, &out->field_count);
    else
        fault(c, XT_MSG_REQUIRED);
    leave(c, before);
}

static void compile_records(struct compile *c, const json_t *json)
{
    const json_t *records = json_object_get(json, "records"), *item;
    struct record_plan *list;
    size_t before = enter(c, "records"), i = 0;

    if (!records || (json_is_array(records) && json_array_size(records) == 0)) {
        fault(c, XT_MSG_REQUIRED);
    } else if (json_array_size(records) > XT_MAPPED_MAX) {
        fault(c, XT_MSG_TOO_MANY_ITEMS, XT_INT(XT_MAPPED_MAX), XT_INT(json_array_size(records)));
    } else {
        list = xt_arena_alloc(&c->mapping->arena, json_array_size(records) * sizeof *list);
        json_array_foreach (records, i, item) {
            size_t here = enter_item(c, i);

            compile_record(c, item, &list[i]);
            leave(c, here);
        }
        c->mapping->records = list;
        c->mapping->record_count = json_array_size(records);
    }
    leave(c, before);
}

/* "skip_if": a list of conditions, any of which makes a row no data; a list inside it holds when all in it do. */
static void compile_skip(struct compile *c, const json_t *json)
{
    const json_t *skip = json_object_get(json, "skip_if"), *item;
    struct conditions *list;
    size_t before = enter(c, "skip_if"), i = 0;

    list = xt_arena_alloc(&c->mapping->arena, (json_array_size(skip) + 1) * sizeof *list);
    json_array_foreach (skip, i, item) {
        size_t here = enter_item(c, i);

        list[i] = compile_condition_list(c, item);
        leave(c, here);
    }
    c->mapping->skip = list;
    c->mapping->skip_count = json_array_size(skip);
    leave(c, before);
}

static void compile_memories(struct compile *c, const json_t *json)
{
    const json_t *remember = json_object_get(json, "remember"), *item;
    struct memory_plan *list;
    size_t before = enter(c, "remember"), i;

    list = xt_arena_alloc(&c->mapping->arena, (json_array_size(remember) + 1) * sizeof *list);
    json_array_foreach (remember, i, item) {
        size_t here = enter_item(c, i);

        check_members(c, item, &members_memory);
        list[i].name = text_member(c, item, "name").s;
        list[i].when = compile_conditions(c, item, "when");
        list[i].key = spec_member(c, item, "key");
        list[i].value = spec_member(c, item, "value");
        if (!list[i].name || !list[i].key || !list[i].value)
            fault(c, XT_MSG_REQUIRED);
        leave(c, here);
    }
    c->mapping->memories = list;
    c->mapping->memory_count = json_array_size(remember);
    leave(c, before);
}

static void compile_carries(struct compile *c, const json_t *json)
{
    json_t *carry = json_object_get(json, "carry"), *value;
    struct carry_plan *list;
    size_t before = enter(c, "carry"), n = 0;
    const char *name;

    if (carry && !json_is_object(carry))
        fault(c, XT_MSG_NOT_OBJECT);
    if (json_object_size(carry) > XT_MAPPED_MAX)
        fault(c, XT_MSG_TOO_MANY_ITEMS, XT_INT(XT_MAPPED_MAX), XT_INT(json_object_size(carry)));
    list = xt_arena_alloc(&c->mapping->arena, (json_object_size(carry) + 1) * sizeof *list);
    json_object_foreach (carry, name, value) {
        size_t here = enter(c, name);

        list[n].name = name; /* the tree's, which stays */
        compile_spec(c, value, NULL, &list[n].spec);
        list[n++].spec.first = true;
        leave(c, here);
    }
    c->mapping->carries = list;
    c->mapping->carry_count = n;
    leave(c, before);
}

/* From now on what is carried is known wherever its name stands. */
static void bind_carries(struct xt_mapping *m)
{
    size_t i, k;

    for (i = 0; i < m->carry_count; i++) {
        for (k = 0; k < m->ref_count; k++) {
            if (strcmp(m->refs[k].name, m->carries[i].name) == 0)
                m->refs[k].carried = i + 1;
        }
    }
}

/* ---- the file's side ---- */

static const char *const *names_member(struct compile *c, const json_t *object, const char *name, size_t *out_count)
{
    size_t count, i;
    const struct xt_str *texts = texts_member(c, object, name, &count);
    const char **names;

    if (count == 0)
        return NULL;
    names = xt_arena_alloc(&c->mapping->arena, (count + 1) * sizeof *names);
    for (i = 0; i < count; i++)
        names[i] = texts[i].s;
    *out_count = count;
    return names;
}

/* "gather": rows that agree in "by" are one row; "name" and "value" turn a long table around. */
static void compile_gather(struct compile *c, const json_t *input)
{
    const json_t *gather = json_object_get(input, "gather");
    struct gather_plan *out = &c->mapping->gather;
    size_t before = enter(c, "gather"), here;

    if (json_is_object(gather)) {
        check_members(c, gather, &members_gather);
        out->by = names_member(c, gather, "by", &out->by_count);
        out->name = text_member(c, gather, "name").s;
        out->value = text_member(c, gather, "value").s;
        here = enter(c, !out->by || out->by_count > XT_GATHER_BY_MAX ? "by" : out->value ? "name" : "value");
        if (out->by_count > XT_GATHER_BY_MAX)
            fault(c, XT_MSG_TOO_MANY_ITEMS, XT_INT(XT_GATHER_BY_MAX), XT_INT(out->by_count));
        else if (!out->by || !out->name != !out->value)
            fault(c, XT_MSG_REQUIRED);
        leave(c, here);
    }
    leave(c, before);
}

static void compile_input(struct compile *c, const json_t *json)
{
    const json_t *input = json_object_get(json, "input"), *head;
    struct xt_mapping *m = c->mapping;
    struct xt_str delimiter;
    size_t before, ignored;

    if (!input)
        return;
    before = enter(c, "input");
    check_members(c, input, &members_input);
    head = json_object_get(input, "head");
    if (json_is_integer(head))
        m->table.head_row = json_integer_value(head);
    m->columns = names_member(c, input, "columns", &m->column_count);
    if (m->columns)
        m->table.head_row = 1;
    m->table.known_heads = names_member(c, input, "heads", &ignored);
    m->table.charset = text_member(c, input, "charset").s;
    m->table.sheet = text_member(c, input, "sheet").s;
    m->table.as = text_member(c, input, "as").s;
    m->table.records = text_member(c, input, "records").s;
    delimiter = text_member(c, input, "delimiter");
    if (delimiter.n == 1)
        m->table.delimiter = delimiter.s[0];
    m->lists = names_member(c, input, "lists", &m->list_count);
    compile_gather(c, input);
    leave(c, before);
}

static void compile_mapping(struct compile *c, const json_t *json)
{
    struct xt_str name_space;
    size_t before;

    check_members(c, json, &members_mapping);
    name_space = text_member(c, json, "namespace");
    if (name_space.n == 0 || name_space.n > 60 || memchr(name_space.s, '/', name_space.n)) {
        before = enter(c, "namespace");
        fault(c, XT_MSG_MAPPING_NAMESPACE);
        leave(c, before);
    }
    c->mapping->namespace_ = name_space.n > 0 ? name_space.s : "?";
    c->nothing = texts_member(c, json, "empty", &c->nothing_count);
    compile_input(c, json);
    compile_carries(c, json);
    compile_skip(c, json);
    compile_memories(c, json);
    compile_records(c, json);
    bind_carries(c->mapping);
}

/* ---- the contract ---- */

static struct xt_mapping *new_mapping(const struct xt_region *region, struct xt_str name)
{
    struct xt_mapping *mapping = xt_calloc(1, sizeof *mapping);

    xt_arena_init(&mapping->arena);
    mapping->region = region;
    mapping->name = xt_arena_strndup(&mapping->arena, name.s, name.n);
    return mapping;
}

void xt_mapping_free(struct xt_mapping **mapping)
{
    size_t i;

    if (!*mapping)
        return;
    for (i = 0; i < (*mapping)->regex_count; i++) {
        regfree((*mapping)->regexes[i]);
        free((*mapping)->regexes[i]);
    }
    free((*mapping)->regexes);
    free((*mapping)->refs);
    xt_places_free(&(*mapping)->places);
    json_decref((*mapping)->tree);
    xt_arena_done(&(*mapping)->arena);
    free(*mapping);
    *mapping = NULL;
}

enum xt_code xt_mapping_load(const struct xt_region *region, struct xt_str name, struct xt_str json,
                             struct xt_mapping **out, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_mapping_free) struct xt_mapping *mapping = new_mapping(region, name);
    size_t before = problems->seen, kept = problems->count;
    struct compile c = {.mapping = mapping, .problems = problems};
    locale_t characters;
    enum xt_code rc;

    if (json.n > XT_MAPPING_BYTES_MAX)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_TOO_LARGE, XT_INT(XT_MAPPING_BYTES_MAX), XT_INT(json.n));
    rc = xt_json_parse(json, &mapping->tree, err);
    if (rc != XT_OK) {
        xt_problems_add_error(problems, err);
        if (err->msg == XT_MSG_JSON_SYNTAX && problems->count > kept) {
            problems->list[kept].line = err->args[0].i;
            problems->list[kept].column = err->args[1].i;
        }
        return rc;
    }
    xt_text_init(&c.path, 4 * XT_KIB);
    characters = xt_regex_locale_begin();
    if (json_is_object(mapping->tree))
        compile_mapping(&c, mapping->tree);
    else
        fault(&c, XT_MSG_NOT_OBJECT);
    xt_regex_locale_end(characters);
    xt_text_done(&c.path);
    xt_json_place(json, problems, kept);
    if (problems->seen > before)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_MAPPING_BROKEN, XT_VIEW(name), XT_INT(problems->seen - before));
    *out = mapping;
    mapping = NULL;
    return XT_OK;
}

struct xt_mapping *xt_mapping_of_type(const struct xt_region *region, const struct xt_type *type)
{
    struct xt_mapping *mapping = new_mapping(region, xt_str(type->name));
    const char **heads = xt_arena_alloc(&mapping->arena, (type->field_count * 2 + 2) * sizeof *heads);
    size_t i, n = 0;

    /* Both languages and the names: the reader looks for a row of these to find the head. */
    for (i = 0; i < type->field_count; i++) {
        heads[n++] = type->fields[i].labels[XT_ZH];
        heads[n++] = type->fields[i].name;
    }
    heads[n] = "_key";
    mapping->direct = type;
    mapping->namespace_ = "";
    mapping->table.known_heads = heads;
    return mapping;
}

struct xt_mapping *xt_mapping_of_types(const struct xt_region *region)
{
    static const char *const heads[] = {"_key", NULL};
    struct xt_mapping *mapping = new_mapping(region, XT_STR("*"));

    mapping->any = true;
    mapping->namespace_ = "";
    mapping->table.known_heads = heads;
    mapping->table.sheet = "*";
    return mapping;
}

const char *xt_mapping_name(const struct xt_mapping *mapping)
{
    return mapping->name;
}

const char *xt_mapping_label(const struct xt_mapping *mapping, enum xt_lang lang)
{
    const json_t *label = json_object_get(mapping->tree, "label");
    const char *zh = json_is_string(label) ? json_string_value(label) : xt_json_z(label, "zh", "");

    return lang == XT_EN ? xt_json_z(label, "en", zh) : zh;
}

bool xt_mapping_headless(const struct xt_mapping *mapping)
{
    return mapping->columns != NULL;
}

const struct xt_type *xt_mapping_type(const struct xt_mapping *mapping)
{
    return mapping->direct;
}

const struct xt_table_options *xt_mapping_table_options(const struct xt_mapping *mapping)
{
    return &mapping->table;
}

static enum xt_code read_file(const char *path, struct xt_text *out, struct xt_error *err)
{
    char buffer[16 * XT_KIB];
    FILE *file = fopen(path, "rbe");
    size_t n;

    if (!file)
        return xt_fail(err, XT_E_NOT_FOUND, "mapping", XT_MSG_MAPPING_NONE, XT_TEXT(path));
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0)
        xt_text_add(out, buffer, n);
    (void)fclose(file); /* only read */
    if (xt_text_overflowed(out))
        return xt_fail(err, XT_E_INPUT, "mapping", XT_MSG_TOO_LARGE, XT_INT(XT_MAPPING_BYTES_MAX), XT_INT(out->n));
    return XT_OK;
}

enum xt_code xt_mapping_find(struct xt_region *region, const char *name_or_path, struct xt_mapping **out,
                             struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    struct xt_str name = xt_str(name_or_path), json;
    enum xt_code rc;

    xt_text_init(&text, XT_MAPPING_BYTES_MAX);
    if (strchr(name_or_path, '/') || xt_str_ends(name, ".json")) {
        const char *base = strrchr(name_or_path, '/');

        rc = read_file(name_or_path, &text, err);
        if (rc != XT_OK)
            return rc;
        json = xt_text_view(&text);
        name = xt_str(base ? base + 1 : name_or_path);
        if (xt_str_ends(name, ".json"))
            name.n -= strlen(".json");
    } else {
        xt_text_addf(&text, "mappings/%s.json", name_or_path);
        if (!xt_region_file(region, text.s, &json))
            return xt_fail(err, XT_E_NOT_FOUND, "mapping", XT_MSG_MAPPING_NONE, XT_TEXT(name_or_path));
    }
    return xt_mapping_load(region, name, json, out, problems, err);
}
