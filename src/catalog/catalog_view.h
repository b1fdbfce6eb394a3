/*
 * catalog_view.h - how records are shown: labels of codes, facts, highlights. For the routes of catalog/ only.
 */
#ifndef XT_CATALOG_CATALOG_VIEW_H
#define XT_CATALOG_CATALOG_VIEW_H

#include "catalog/catalog_priv.h"

/* "facts": [{"field","label","value"}] of what the type shows first, in words. */
void view_facts(struct xt_json *w, const struct xt_type *type, const json_t *body, enum xt_lang lang);
/* A value in words for people: labels of codes, money as yuan, links by label; joined by "、" or ", ". */
void view_value(const struct xt_field *field, const json_t *value, enum xt_lang lang, struct xt_text *out);
/* "labels": {"area": {"440100": "广州市"}} of the codes in body; members of groups are named GROUP.FIELD. */
void view_labels(struct xt_json *w, const struct xt_type *type, const json_t *body, enum xt_lang lang);
void view_instant(struct xt_json *w, const char *key, xt_instant at);

#endif
