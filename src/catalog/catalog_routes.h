/*
 * catalog_routes.h - handlers that stand in a file of their own. For the routes of catalog/ only.
 */
#ifndef XT_CATALOG_CATALOG_ROUTES_H
#define XT_CATALOG_CATALOG_ROUTES_H

#include "catalog/catalog_priv.h"

extern const struct xt_param xt_catalog_search_params[];
enum xt_code xt_catalog_search(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);

extern const struct xt_param xt_catalog_cross_params[];
enum xt_code xt_catalog_cross(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);

struct xt_suggestion;
extern const struct xt_param xt_catalog_suggest_params[];
enum xt_code xt_catalog_suggest_route(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);
void catalog_write_suggestion(struct xt_json *w, const struct xt_suggestion *s);

extern const struct xt_param xt_catalog_glossary_params[], xt_catalog_identifier_params[];
enum xt_code xt_catalog_glossary(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);
enum xt_code xt_catalog_identifiers(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);
enum xt_code xt_catalog_identifier(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);
enum xt_code xt_catalog_tour(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);

/* "understood", "ignored" and "synonyms": how a query was read, as members. */
void catalog_write_read(struct xt_json *w, const struct xt_search_answer *answer, enum xt_lang lang);
/* xt_catalog_read_related() for keys that are no parameters of the request; empty = not asked for. */
enum xt_code catalog_relate(struct xt_request *request, struct xt_str linked, struct xt_str like,
                            struct xt_search_request *ask, struct xt_error *err);

#endif
