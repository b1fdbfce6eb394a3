/*
 * meaning.h - what a type means outside: its class and properties in schema.org, and the parts of a citation.
 *
 * Both are data of the type file ("thing" and "citation", docs/region.md), checked when the region is loaded: a class
 * or property that schema.org does not have, a form of citation that nobody can write, a field that is not there or not
 * public is a mistake of the file. A type without "thing" is a Thing with a name; without "citation" it is cited as a
 * page of this node. Read-only after loading.
 */
#ifndef XT_CATALOG_MEANING_H
#define XT_CATALOG_MEANING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct xt_field;

/* A choice by the code in a field of the record: a paper that is a "dataset" is a Dataset. */
struct xt_by_code {
    const struct xt_field *field; /* NULL: there is no choice */
    const char *const *codes, *const *values;
    size_t count;
};
/* The value for the record's code, or otherwise. */
const char *xt_by_code(const struct xt_by_code *by, const json_t *body, const char *otherwise);

/* ---- schema.org ---- */

/* What a property takes. A THING without a record behind it is an object of the class nested; a CODE is said as it is. */
enum xt_property_kind {
    XT_PROPERTY_TEXT,
    XT_PROPERTY_CODE,
    XT_PROPERTY_NUMBER,
    XT_PROPERTY_DATE,
    XT_PROPERTY_URL,
    XT_PROPERTY_THING
};
struct xt_property {
    const char *name;
    enum xt_property_kind kind;
    const char *nested; /* of a THING: its class where nothing else says it, "Place" */
};
/* NULL for a name that schema.org does not have, or that is not among those in use here. */
const struct xt_property *xt_property_find(const char *name, size_t n);
bool xt_class_known(const char *name);

struct xt_meant { /* a field's value is that of a property, or of a property's property ("geo.latitude") */
    const struct xt_field *field;
    const struct xt_property *property, *inner; /* inner NULL: the property itself */
};
struct xt_thing {
    const char *name; /* the class: "ScholarlyArticle" */
    struct xt_by_code by;
    const struct xt_meant *meant;
    size_t count;
};

/* ---- citations ---- */

/* What a work is, which decides letters, order and entry types (exchange/cite.h). */
enum xt_cite_form {
    XT_CITE_PAGE, /* of this node, where nothing else fits */
    XT_CITE_ARTICLE,
    XT_CITE_CONFERENCE,
    XT_CITE_DOCTORAL,
    XT_CITE_MASTER,
    XT_CITE_BOOK,
    XT_CITE_CHAPTER,
    XT_CITE_REPORT,
    XT_CITE_NEWS,
    XT_CITE_DATASET,
    XT_CITE_PREPRINT,
    XT_CITE_PATENT,
    XT_CITE_STANDARD,
    XT_CITE_FORMS
};
enum xt_cite_form xt_cite_form(const char *name); /* XT_CITE_FORMS when there is none of that name */

enum xt_cite_part {
    XT_PART_AUTHOR, /* persons or organisations */
    XT_PART_TITLE,
    XT_PART_CONTAINER, /* journal, proceedings, book */
    XT_PART_VOLUME,
    XT_PART_ISSUE,
    XT_PART_PAGES,
    XT_PART_PUBLISHER,
    XT_PART_INSTITUTION, /* who awarded a degree, whose report it is */
    XT_PART_PLACE,
    XT_PART_DATE,
    XT_PART_NUMBER, /* of a patent, standard, report, preprint */
    XT_PART_DOI,
    XT_PART_URL,
    XT_PART_ISBN,
    XT_PART_ISSN,
    XT_PART_ABSTRACT,
    XT_PART_KEYWORDS,
    XT_PARTS
};
struct xt_citing {
    enum xt_cite_form form;
    struct xt_by_code by;
    /* For each part the fields that may give it, the first that is filled does; NULL-terminated, NULL = none. */
    const struct xt_field *const *parts[XT_PARTS];
};

#endif
