/*
 * links.h - references of bodies that leave and come back.
 *
 * Inside a node a body may refer by a source key ("src:nssf/person/..."), which only its own sources know. What leaves
 * refers by the record's key, as every node understands it; what comes back gets the reference it had.
 */
#ifndef XT_EXCHANGE_LINKS_H
#define XT_EXCHANGE_LINKS_H

#include "catalog/catalog.h"

/* Source keys whose record is here become that record's key, in place. */
XT_MUST_USE enum xt_code xt_links_out(struct xt_conn *conn, const struct xt_type *type, json_t *body,
                                      struct xt_error *err);
/* The other way: references of body that mean what a source key in stored means become that source key again. */
XT_MUST_USE enum xt_code xt_links_back(struct xt_conn *conn, const struct xt_type *type, const json_t *stored,
                                       json_t *body, struct xt_error *err);

#endif
