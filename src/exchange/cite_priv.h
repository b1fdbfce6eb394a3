/* cite_priv.h - what the styles share; for cite*.c only. */
#ifndef XT_EXCHANGE_CITE_PRIV_H
#define XT_EXCHANGE_CITE_PRIV_H

#include "exchange/cite.h"

#define GIVEN_MAX 8 /* given names of one person */

/* A person's name in Latin letters, in its parts. Of any other name only family is filled, with the whole of it. */
struct name_parts {
    bool latin;
    struct xt_str family, suffix; /* "van der Berg"; "Jr" or empty */
    struct xt_str given[GIVEN_MAX];
    size_t given_count;
};
void cite_name_parts(const struct xt_cite_name *name, struct name_parts *out);
bool cite_has_han(struct xt_str s);
/* The first letter of a given name, as a capital; a hyphen inside it begins another. */
void cite_initials(const struct name_parts *parts, const char *after, const char *between, struct xt_text *out);

struct xt_str cite_part(const struct xt_cited *cited, enum xt_cite_part part);
/* The first and the last page: "12-20", "12–20", "12--20". False when there is only one. */
bool cite_pages(struct xt_str pages, struct xt_str *out_first, struct xt_str *out_last);

void cite_gb7714(const struct xt_cited *cited, struct xt_text *out);
void cite_apa(const struct xt_cited *cited, struct xt_text *out);
void cite_bibtex(const struct xt_cited *cited, struct xt_text *out);
void cite_ris(const struct xt_cited *cited, struct xt_text *out);

#endif
