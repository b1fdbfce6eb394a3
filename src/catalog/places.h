/*
 * places.h - names of places in text: "广东省佛山市南海区西樵镇" or "广西" to the code of a list of areas.
 *
 * Exact and honest: names are read from the outside in, each must be a place inside the one before, and reading stops where the
 * list knows no more or where several places would fit. Short forms count ("广东", "黔东南州", "围场县"), other suffixes too
 * ("平谷县" of today's "平谷区"). Nothing is guessed from the sound or the middle of a text.
 *
 * Threads: read-only once made.
 */
#ifndef XT_CATALOG_PLACES_H
#define XT_CATALOG_PLACES_H

#include "catalog/region.h"

struct xt_places;

struct xt_place {
    const struct xt_code_item *item; /* the innermost place that is sure; NULL when the text does not begin with one */
    bool ambiguous;                  /* a name that several places inside it have ended the reading */
};

/* areas is borrowed. */
struct xt_places *xt_places_new(const struct xt_codes *areas);
void xt_places_free(struct xt_places **places);
struct xt_place xt_places_read(const struct xt_places *places, struct xt_str text);

#endif
