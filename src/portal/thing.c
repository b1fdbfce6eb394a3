/*
 * thing.c - a record as schema.org says it: which class and which property a type and a field are is data of the type file
 * (catalog/meaning.h). Values of one property come together as a list; properties of an inner object ("geo.latitude") as one
 * object.
 */
#include <stdlib.h>
#include <string.h>

#include "portal/portal_priv.h"

#define VALUES_MAX 50 /* of a field: a head is no place for thousands */
#define TEXT_CHARS 2000

struct thing {
    struct xt_json *w;
    const struct xt_request *request;
    const struct xt_shown *shown;
};

/* The beginning of the address under which everybody knows what an identifier names; NULL. */
static const char *resolver_of(const struct xt_field *field)
{
    return field->scheme ? field->scheme->resolve : NULL;
}

/* The address of an identifier: what no address may hold is encoded, as in 10.1002/...3.0.CO;2-#. */
static void add_resolved(struct thing *t, const struct xt_field *field, struct xt_str value)
{
    XT_AUTO(xt_text_done) struct xt_text address = {0};
    struct xt_str part;

    xt_text_init(&address, 16 * XT_KIB);
    xt_text_add_z(&address, resolver_of(field));
    while (value.n > 0) {
        const char *slash = memchr(value.s, '/', value.n);

        part = (struct xt_str){value.s, slash ? (size_t)(slash - value.s) : value.n};
        html_query(&address, part);
        if (slash)
            xt_text_add_char(&address, '/');
        value.s += part.n + (slash != NULL);
        value.n -= part.n + (slash != NULL);
    }
    xt_json_add_str(t->w, xt_text_view(&address));
}

static void add_clipped(struct xt_json *w, struct xt_str s)
{
    s.n = xt_utf8_clip(s.s, s.n, TEXT_CHARS);
    xt_json_add_str(w, s);
}

static void add_address(struct xt_json *w, const struct xt_request *request, const char *key)
{
    XT_AUTO(xt_text_done) struct xt_text address = {0};

    xt_text_init(&address, 4 * XT_KIB);
    page_address(request, xt_arena_printf(request->arena, "/records/%s", key), request->lang, &address);
    xt_json_add_str(w, xt_text_view(&address));
}

/* The class that a link's target has: that of its type where it is known, else of the only type that it may have. */
static const char *class_of(const struct thing *t, const struct xt_meant *meant, const struct xt_shown_link *target)
{
    const struct xt_region *region = t->request->node->region;
    const char *only = meant->field->to && meant->field->to[0] && !meant->field->to[1] ? meant->field->to[0] : NULL;
    const struct xt_type *type = target ? xt_region_type(region, target->type)
                                 : only ? xt_region_type(region, xt_str(only))
                                        : NULL;

    return type ? type->thing.name : meant->property->nested;
}

static void add_linked(struct thing *t, const struct xt_meant *meant, const json_t *link, size_t n)
{
    const struct xt_shown_link *target = xt_shown_target(t->shown, meant->field, n);

    if (target && target->deleted)
        target = NULL;
    xt_json_object(t->w);
    xt_json_kv_z(t->w, "@type", class_of(t, meant, target));
    xt_json_key(t->w, "name");
    add_clipped(t->w, xt_json_str(link, "label"));
    if (target) {
        xt_json_key(t->w, "@id");
        add_address(t->w, t->request, xt_arena_strndup(t->request->arena, target->key.s, target->key.n));
    }
    xt_json_end_object(t->w);
}

static void add_identifier(struct thing *t, const struct xt_field *field, struct xt_str value)
{
    xt_json_object(t->w);
    xt_json_kv_z(t->w, "@type", "PropertyValue");
    xt_json_kv_z(t->w, "propertyID", field->scheme->name);
    xt_json_kv_str(t->w, "value", value);
    if (resolver_of(field)) {
        xt_json_key(t->w, "url");
        add_resolved(t, field, value);
    }
    xt_json_end_object(t->w);
}

/* The words of a value; of an object's name where the property takes things. */
static void add_words(struct thing *t, const struct xt_property *property, const struct xt_field *field,
                      const json_t *value)
{
    XT_AUTO(xt_text_done) struct xt_text words = {0};

    xt_text_init(&words, XT_MIB);
    xt_show_one(field, value, t->request->lang, &words);
    if (property->kind == XT_PROPERTY_THING) {
        xt_json_object(t->w);
        xt_json_kv_z(t->w, "@type", property->nested);
        xt_json_key(t->w, "name");
        add_clipped(t->w, xt_text_view(&words));
        xt_json_end_object(t->w);
    } else {
        add_clipped(t->w, xt_text_view(&words));
    }
}

static void add_one(struct thing *t, const struct xt_meant *meant, const json_t *value, size_t n)
{
    const struct xt_property *property = meant->inner ? meant->inner : meant->property;
    const struct xt_field *field = meant->field;

    if (field->kind == XT_KIND_LINK && property->kind == XT_PROPERTY_THING)
        add_linked(t, meant, value, n);
    else if (field->kind == XT_KIND_IDENTIFIER && property->kind == XT_PROPERTY_URL && resolver_of(field))
        add_resolved(t, field, xt_json_view(value));
    else if (field->kind == XT_KIND_IDENTIFIER && strcmp(property->name, "identifier") == 0)
        add_identifier(t, field, xt_json_view(value));
    else if (field->kind == XT_KIND_BOOL)
        xt_json_add_bool(t->w, json_is_true(value));
    else if (property->kind == XT_PROPERTY_NUMBER && json_is_number(value))
        xt_json_add_tree(t->w, value);
    else if (field->kind == XT_KIND_URL || field->kind == XT_KIND_DATE || property->kind == XT_PROPERTY_CODE)
        xt_json_add_str(t->w, xt_json_view(value));
    else
        add_words(t, property, field, value);
}

/* All values that a property (inner NULL) or an inner property has, over the fields that mean it. */
static void add_values(struct thing *t, const struct xt_property *property, const struct xt_property *inner)
{
    const struct xt_thing *thing = &t->shown->type->thing;
    size_t i, k, total = 0;

    for (i = 0; i < thing->count; i++) {
        const json_t *value = json_object_get(t->shown->body, thing->meant[i].field->name);

        if (thing->meant[i].property == property && thing->meant[i].inner == inner && value)
            total += json_is_array(value) ? json_array_size(value) : 1;
    }
    if (total > 1)
        xt_json_array(t->w);
    for (i = 0; i < thing->count; i++) {
        const json_t *value = json_object_get(t->shown->body, thing->meant[i].field->name);
        size_t count = !value ? 0 : json_is_array(value) ? json_array_size(value) : 1;

        if (thing->meant[i].property != property || thing->meant[i].inner != inner)
            continue;
        for (k = 0; k < count && k < VALUES_MAX; k++)
            add_one(t, &thing->meant[i], json_is_array(value) ? json_array_get(value, k) : value, k);
    }
    if (total > 1)
        xt_json_end_array(t->w);
}

/* Whether a field before this one means the same property (and inner property), so that it is written already. */
static bool came_before(const struct xt_shown *shown, size_t at, bool inner_too)
{
    const struct xt_meant *meant = shown->type->thing.meant;
    size_t i;

    for (i = 0; i < at; i++)
        if (meant[i].property == meant[at].property && (!inner_too || meant[i].inner == meant[at].inner) &&
            json_object_get(shown->body, meant[i].field->name))
            return true;
    return false;
}

static void add_inner(struct thing *t, const struct xt_property *property)
{
    const struct xt_thing *thing = &t->shown->type->thing;
    size_t i;

    xt_json_object(t->w);
    xt_json_kv_z(t->w, "@type", property->nested);
    for (i = 0; i < thing->count; i++) {
        const struct xt_meant *meant = &thing->meant[i];

        if (meant->property != property || !meant->inner || !json_object_get(t->shown->body, meant->field->name) ||
            came_before(t->shown, i, true))
            continue;
        xt_json_key(t->w, meant->inner->name);
        add_values(t, property, meant->inner);
    }
    xt_json_end_object(t->w);
}

static void add_page(struct thing *t, const struct xt_record *record)
{
    char at[XT_INSTANT_SIZE];

    xt_json_key(t->w, "mainEntityOfPage");
    xt_json_object(t->w);
    xt_json_kv_z(t->w, "@type", "WebPage");
    xt_json_key(t->w, "@id");
    add_address(t->w, t->request, record->key);
    xt_json_kv_z(t->w, "dateModified", xt_instant_format(record->updated, false, at));
    xt_json_kv_z(t->w, "inLanguage", t->request->lang == XT_ZH ? "zh-CN" : "en");
    xt_json_key(t->w, "isPartOf");
    xt_json_object(t->w);
    xt_json_kv_z(t->w, "@type", "WebSite");
    xt_json_kv_str(t->w, "name", house_name(t->request));
    xt_json_kv_z(t->w, "url", xt_arena_printf(t->request->arena, "%s/", t->request->base_url));
    xt_json_end_object(t->w);
    xt_json_end_object(t->w);
}

void thing_write(struct xt_json *w, const struct xt_request *request, const struct xt_shown *shown)
{
    struct thing t = {w, request, shown};
    const struct xt_thing *thing = &shown->type->thing;
    bool named = false;
    size_t i;

    xt_json_object(w);
    xt_json_kv_z(w, "@context", "https://schema.org");
    xt_json_kv_z(w, "@type", xt_by_code(&thing->by, shown->body, thing->name));
    xt_json_key(w, "@id");
    add_address(w, request, shown->record.key);
    for (i = 0; i < thing->count; i++) {
        const struct xt_meant *meant = &thing->meant[i];

        if (!json_object_get(shown->body, meant->field->name) || came_before(shown, i, false))
            continue;
        named = named || strcmp(meant->property->name, "name") == 0;
        xt_json_key(w, meant->property->name);
        if (meant->inner)
            add_inner(&t, meant->property);
        else
            add_values(&t, meant->property, NULL);
    }
    if (!named)
        xt_json_kv_z(w, "name", shown->record.title);
    add_page(&t, &shown->record);
    xt_json_end_object(w);
}
