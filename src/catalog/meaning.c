/* meaning.c - "thing" and "citation" of the type files, and the part of schema.org that they may use. */
#include "catalog/meaning.h"

#include <string.h>

#include "catalog/region_priv.h"

/* Classes of schema.org 28 that a type may be. */
static const char *const classes[] = {
    "AdministrativeArea",
    "Article",
    "Book",
    "Certification",
    "Chapter",
    "City",
    "Country",
    "CreativeWork",
    "DataCatalog",
    "Dataset",
    "Demand",
    "EducationalOccupationalCredential",
    "Event",
    "FundingScheme",
    "GovernmentOrganization",
    "GovernmentService",
    "Grant",
    "IndividualProduct",
    "Legislation",
    "MonetaryGrant",
    "NewsArticle",
    "Offer",
    "Organization",
    "Person",
    "Place",
    "Product",
    "ProductModel",
    "Project",
    "Report",
    "ResearchOrganization",
    "ResearchProject",
    "ScholarlyArticle",
    "Service",
    "SoftwareApplication",
    "SoftwareSourceCode",
    "SpecialAnnouncement",
    "TechArticle",
    "Thesis",
    "Thing",
};

/* Its properties, with what they take. */
static const struct xt_property properties[] = {
    {"about", XT_PROPERTY_THING, "DefinedTerm"},
    {"abstract", XT_PROPERTY_TEXT, NULL},
    {"address", XT_PROPERTY_TEXT, NULL},
    {"affiliation", XT_PROPERTY_THING, "Organization"},
    {"alternateName", XT_PROPERTY_TEXT, NULL},
    {"amount", XT_PROPERTY_THING, "MonetaryAmount"},
    {"areaServed", XT_PROPERTY_TEXT, NULL},
    {"author", XT_PROPERTY_THING, "Person"},
    {"award", XT_PROPERTY_TEXT, NULL},
    {"brand", XT_PROPERTY_TEXT, NULL},
    {"category", XT_PROPERTY_TEXT, NULL},
    {"certificationIdentification", XT_PROPERTY_TEXT, NULL},
    {"contributor", XT_PROPERTY_THING, "Organization"},
    {"creator", XT_PROPERTY_THING, "Person"},
    {"datePublished", XT_PROPERTY_DATE, NULL},
    {"description", XT_PROPERTY_TEXT, NULL},
    {"dissolutionDate", XT_PROPERTY_DATE, NULL},
    {"endDate", XT_PROPERTY_DATE, NULL},
    {"expires", XT_PROPERTY_DATE, NULL},
    {"foundingDate", XT_PROPERTY_DATE, NULL},
    {"funder", XT_PROPERTY_THING, "Organization"},
    {"geo", XT_PROPERTY_THING, "GeoCoordinates"},
    {"gtin", XT_PROPERTY_TEXT, NULL},
    {"hasCertification", XT_PROPERTY_TEXT, NULL},
    {"headline", XT_PROPERTY_TEXT, NULL},
    {"identifier", XT_PROPERTY_TEXT, NULL},
    {"image", XT_PROPERTY_URL, NULL},
    {"inLanguage", XT_PROPERTY_CODE, NULL},
    {"isAccessibleForFree", XT_PROPERTY_TEXT, NULL},
    {"isPartOf", XT_PROPERTY_THING, "Periodical"},
    {"isbn", XT_PROPERTY_TEXT, NULL},
    {"issn", XT_PROPERTY_TEXT, NULL},
    {"issuedBy", XT_PROPERTY_THING, "Organization"},
    {"jobTitle", XT_PROPERTY_TEXT, NULL},
    {"keywords", XT_PROPERTY_TEXT, NULL},
    {"knowsAbout", XT_PROPERTY_TEXT, NULL},
    {"latitude", XT_PROPERTY_NUMBER, NULL},
    {"legalName", XT_PROPERTY_TEXT, NULL},
    {"legislationDate", XT_PROPERTY_DATE, NULL},
    {"legislationIdentifier", XT_PROPERTY_TEXT, NULL},
    {"legislationPassedBy", XT_PROPERTY_THING, "Organization"},
    {"license", XT_PROPERTY_TEXT, NULL},
    {"location", XT_PROPERTY_THING, "Place"},
    {"longitude", XT_PROPERTY_NUMBER, NULL},
    {"manufacturer", XT_PROPERTY_THING, "Organization"},
    {"material", XT_PROPERTY_TEXT, NULL},
    {"member", XT_PROPERTY_THING, "Organization"},
    {"model", XT_PROPERTY_TEXT, NULL},
    {"name", XT_PROPERTY_TEXT, NULL},
    {"nationality", XT_PROPERTY_TEXT, NULL},
    {"numberOfEmployees", XT_PROPERTY_NUMBER, NULL},
    {"owner", XT_PROPERTY_THING, "Organization"},
    {"pagination", XT_PROPERTY_TEXT, NULL},
    {"parentOrganization", XT_PROPERTY_THING, "Organization"},
    {"containedInPlace", XT_PROPERTY_THING, "Place"},
    {"productID", XT_PROPERTY_TEXT, NULL},
    {"provider", XT_PROPERTY_THING, "Organization"},
    {"publisher", XT_PROPERTY_THING, "Organization"},
    {"purchaseDate", XT_PROPERTY_DATE, NULL},
    {"recognizedBy", XT_PROPERTY_THING, "Organization"},
    {"releaseDate", XT_PROPERTY_DATE, NULL},
    {"sameAs", XT_PROPERTY_URL, NULL},
    {"serviceType", XT_PROPERTY_TEXT, NULL},
    {"slogan", XT_PROPERTY_TEXT, NULL},
    {"sponsor", XT_PROPERTY_THING, "Organization"},
    {"startDate", XT_PROPERTY_DATE, NULL},
    {"temporalCoverage", XT_PROPERTY_TEXT, NULL},
    {"url", XT_PROPERTY_URL, NULL},
    {"validFrom", XT_PROPERTY_DATE, NULL},
    {"validThrough", XT_PROPERTY_DATE, NULL},
    {"version", XT_PROPERTY_TEXT, NULL},
    {"worksFor", XT_PROPERTY_THING, "Organization"},
};

static const char *const forms[] = {
    [XT_CITE_PAGE] = "page",         [XT_CITE_ARTICLE] = "article",   [XT_CITE_CONFERENCE] = "conference",
    [XT_CITE_DOCTORAL] = "doctoral", [XT_CITE_MASTER] = "master",     [XT_CITE_BOOK] = "book",
    [XT_CITE_CHAPTER] = "chapter",   [XT_CITE_REPORT] = "report",     [XT_CITE_NEWS] = "news",
    [XT_CITE_DATASET] = "dataset",   [XT_CITE_PREPRINT] = "preprint", [XT_CITE_PATENT] = "patent",
    [XT_CITE_STANDARD] = "standard",
};

static const char *const parts[] = {
    [XT_PART_AUTHOR] = "author",
    [XT_PART_TITLE] = "title",
    [XT_PART_CONTAINER] = "container",
    [XT_PART_VOLUME] = "volume",
    [XT_PART_ISSUE] = "issue",
    [XT_PART_PAGES] = "pages",
    [XT_PART_PUBLISHER] = "publisher",
    [XT_PART_INSTITUTION] = "institution",
    [XT_PART_PLACE] = "place",
    [XT_PART_DATE] = "date",
    [XT_PART_NUMBER] = "number",
    [XT_PART_DOI] = "doi",
    [XT_PART_URL] = "url",
    [XT_PART_ISBN] = "isbn",
    [XT_PART_ISSN] = "issn",
    [XT_PART_ABSTRACT] = "abstract",
    [XT_PART_KEYWORDS] = "keywords",
};

const struct xt_property *xt_property_find(const char *name, size_t n)
{
    size_t i;

    for (i = 0; i < XT_COUNT(properties); i++)
        if (strlen(properties[i].name) == n && memcmp(properties[i].name, name, n) == 0)
            return &properties[i];
    return NULL;
}

bool xt_class_known(const char *name)
{
    size_t i;

    for (i = 0; i < XT_COUNT(classes); i++)
        if (strcmp(classes[i], name) == 0)
            return true;
    return false;
}

enum xt_cite_form xt_cite_form(const char *name)
{
    size_t i;

    for (i = 0; i < XT_COUNT(forms) && strcmp(forms[i], name) != 0; i++)
        continue;
    return (enum xt_cite_form)i;
}

const char *xt_by_code(const struct xt_by_code *by, const json_t *body, const char *otherwise)
{
    const json_t *value = by->field ? json_object_get(body, by->field->name) : NULL;
    struct xt_str code = xt_json_view(json_is_array(value) ? json_array_get(value, 0) : value);
    size_t i;

    for (i = 0; code.n > 0 && i < by->count; i++)
        if (xt_str_is(code, by->codes[i]))
            return by->values[i];
    return otherwise;
}

/* ---- loading ---- */

static void unknown(struct region_build *b, const char *path, const char *what, const char *value)
{
    xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT(what), XT_TEXT(value));
}

/* What stands in heads of pages and in citations is for everyone. */
static const struct xt_field *public_field(struct region_build *b, const char *path, const struct xt_type *type,
                                           const char *what, const char *name)
{
    const struct xt_field *field = xt_type_field(type, xt_str(name));

    if (!field)
        unknown(b, path, "field", name);
    else if (field->visibility != XT_PUBLIC)
        xt_problem(b->problems, path, XT_MSG_REGION_PROTECTED_FACET, XT_TEXT(what));
    return field;
}

/* "by" and the choices in settings[name]; good says whether a value may be chosen. */
static void load_by(struct region_build *b, const char *path, const struct xt_type *type, const json_t *settings,
                    const char *name, bool (*good)(const char *value), struct xt_by_code *out)
{
    const char *by = xt_json_z(settings, "by", NULL), *code;
    json_t *choices = json_object_get(settings, name), *value;
    const char **codes, **values;

    if (!by && !choices)
        return;
    out->field = public_field(b, path, type, name, by ? by : "");
    if (out->field && out->field->kind != XT_KIND_CODE)
        unknown(b, path, "by", by);
    codes = xt_arena_alloc(&b->files->arena, (json_object_size(choices) + 1) * sizeof *codes);
    values = xt_arena_alloc(&b->files->arena, (json_object_size(choices) + 1) * sizeof *values);
    json_object_foreach (choices, code, value) {
        const char *chosen = json_string_value(value) ? json_string_value(value) : "";

        if (out->field && out->field->codes && !xt_codes_accept(out->field->codes, xt_str(code)))
            unknown(b, path, by, code);
        if (!good(chosen))
            unknown(b, path, name, chosen);
        codes[out->count] = code;
        values[out->count++] = chosen;
    }
    out->codes = codes;
    out->values = values;
}

static bool fits(const struct xt_property *property, const struct xt_field *field)
{
    switch (property->kind) {
    case XT_PROPERTY_THING:
        return field->kind != XT_KIND_GROUP; /* of a text: an object with that name */
    case XT_PROPERTY_DATE:
        return field->kind == XT_KIND_DATE || field->kind == XT_KIND_YEAR;
    case XT_PROPERTY_URL:
        return field->kind == XT_KIND_URL || field->kind == XT_KIND_IDENTIFIER;
    case XT_PROPERTY_NUMBER:
        return field->kind == XT_KIND_INTEGER || field->kind == XT_KIND_DECIMAL;
    case XT_PROPERTY_CODE:
        return field->kind == XT_KIND_CODE;
    case XT_PROPERTY_TEXT:
        break;
    }
    return field->kind != XT_KIND_GROUP;
}

static void load_meant(struct region_build *b, const char *path, const struct xt_type *type, const char *name,
                       const char *property, struct xt_meant *out)
{
    const char *dot = strchr(property, '.');

    out->field = public_field(b, path, type, property, name);
    out->property = xt_property_find(property, dot ? (size_t)(dot - property) : strlen(property));
    if (dot && out->property && out->property->kind == XT_PROPERTY_THING)
        out->inner = xt_property_find(dot + 1, strlen(dot + 1));
    if (!out->property || (dot && !out->inner) ||
        (out->field && !fits(out->inner ? out->inner : out->property, out->field)))
        unknown(b, path, name, property);
}

static void load_thing(struct region_build *b, const char *path, struct xt_type *type, const json_t *settings)
{
    static const char *const known[] = {"class", "by", "classes", "properties", NULL};
    json_t *map = json_object_get(settings, "properties"), *property;
    struct xt_meant *meant = xt_arena_alloc(&b->files->arena, (json_object_size(map) + 1) * sizeof *meant);
    struct xt_thing *thing = &type->thing;
    const char *name;

    thing->name = xt_json_z(settings, "class", "Thing");
    if (!settings)
        return;
    region_settings(b, path, settings, known);
    if (!xt_class_known(thing->name))
        unknown(b, path, "class", thing->name);
    load_by(b, path, type, settings, "classes", xt_class_known, &thing->by);
    json_object_foreach (map, name, property) {
        const char *value = json_string_value(property) ? json_string_value(property) : "";

        load_meant(b, path, type, name, value, &meant[thing->count++]);
    }
    thing->meant = meant;
}

static bool form_known(const char *name)
{
    return xt_cite_form(name) < XT_CITE_FORMS;
}

/* One field, or a list of them. */
static const struct xt_field *const *part_fields(struct region_build *b, const char *path, const struct xt_type *type,
                                                 const char *part, const json_t *names)
{
    size_t count = json_is_array(names) ? json_array_size(names) : 1, i, n = 0;
    const struct xt_field **fields = xt_arena_alloc(&b->files->arena, (count + 1) * sizeof *fields);

    for (i = 0; i < count; i++) {
        const char *name = json_string_value(json_is_array(names) ? json_array_get(names, i) : names);

        fields[n] = public_field(b, path, type, part, name ? name : "");
        if (fields[n])
            n++;
    }
    return fields;
}

static void load_citation(struct region_build *b, const char *path, struct xt_type *type, const json_t *settings)
{
    static const char *const known[] = {"form", "by", "forms", "parts", NULL};
    json_t *map = json_object_get(settings, "parts"), *names;
    struct xt_citing *citing = &type->citing;
    const char *name;
    size_t i;

    if (settings) {
        region_settings(b, path, settings, known);
        if (!form_known(xt_json_z(settings, "form", "page")))
            unknown(b, path, "form", xt_json_z(settings, "form", ""));
        citing->form = xt_cite_form(xt_json_z(settings, "form", "page"));
        load_by(b, path, type, settings, "forms", form_known, &citing->by);
    }
    json_object_foreach (map, name, names) {
        for (i = 0; i < XT_COUNT(parts) && strcmp(parts[i], name) != 0; i++)
            continue;
        if (i == XT_COUNT(parts))
            unknown(b, path, "parts", name);
        else
            citing->parts[i] = part_fields(b, path, type, name, names);
    }
    if (!citing->parts[XT_PART_TITLE] && type->title) {
        const struct xt_field **title = xt_arena_alloc(&b->files->arena, 2 * sizeof *title);

        title[0] = type->title;
        citing->parts[XT_PART_TITLE] = title;
    }
}

void region_load_meaning(struct region_build *b, const char *path, struct xt_type *type, const json_t *json)
{
    load_thing(b, xt_arena_printf(&b->files->arena, "%s: thing", path), type, json_object_get(json, "thing"));
    load_citation(b, xt_arena_printf(&b->files->arena, "%s: citation", path), type, json_object_get(json, "citation"));
}
