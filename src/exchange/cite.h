/*
 * cite.h - how a record is cited: GB/T 7714-2015, APA 7, BibTeX, RIS.
 *
 * Which field is which part of a citation, and what kind of work a record is, says its type file (catalog/meaning.h). A
 * record that is cited as a page, a data set or a preprint and has no address of its own is cited by its page here.
 *
 * GB/T 7714-2015 in its numeric system: names of persons in Latin letters with the family name first, in capitals, and initials
 * without stops; three names at most, then 等 or et al; [J], [M], [D], [P], [S] and the others with /OL where the work has
 * an address; the day of citing in brackets. Places of publication are not known here: [出版地不详] or [S.l.] (8.4.1.4).
 * APA 7: twenty names at most; Chinese names as they are. Styles are plain text; italics are lost.
 */
#ifndef XT_EXCHANGE_CITE_H
#define XT_EXCHANGE_CITE_H

#include "catalog/show.h"

enum xt_cite_style { XT_CITE_GB7714, XT_CITE_APA, XT_CITE_BIBTEX, XT_CITE_RIS, XT_CITE_STYLES };

struct xt_cite_name {
    struct xt_str text;
    bool person;
};

/* A citation in its parts; texts live where they came from. */
struct xt_cited {
    enum xt_cite_form form;
    const struct xt_cite_name *names;
    size_t name_count;
    struct xt_str part[XT_PARTS]; /* those of one value; empty ones are {NULL, 0} */
    const struct xt_str *keywords;
    size_t keyword_count;
    int year, month, day; /* 0 = not said */
    struct xt_str url;    /* where it is read: its own address, or its page here */
    bool own_url;         /* url is the work's own */
    struct xt_str site;   /* who shows that page */
    const char *key;      /* of the record, "" = none */
    const char *cited_on; /* "2013-11-04"; "" = not said */
};

/* What page is to say of itself. */
struct xt_cite_context {
    const struct xt_region *region;
    const char *base_url; /* of the node; NULL = not known: references go without the address of its pages */
    const char *cited_on; /* the day, "" = not said */
    enum xt_lang lang;    /* of labels of codes, where a part is one */
};

/* Everything lives in arena or in shown. */
void xt_cited_of(const struct xt_shown *shown, const struct xt_cite_context *context, struct xt_arena *arena,
                 struct xt_cited *out);
/* One entry, with a line break at its end. */
void xt_cite(const struct xt_cited *cited, enum xt_cite_style style, struct xt_text *out);

/* "gb7714", "apa", "bibtex", "ris"; XT_CITE_STYLES for another word. */
enum xt_cite_style xt_cite_style(struct xt_str name);
const char *xt_cite_style_name(enum xt_cite_style style);
/* ".bib", ".ris", ".txt" without the stop; the media type. */
const char *xt_cite_ending(enum xt_cite_style style);
const char *xt_cite_media(enum xt_cite_style style);

#endif
