/* published_priv.h - the rows of published releases; for published*.c only. */
#ifndef XT_INDICATOR_PUBLISHED_PRIV_H
#define XT_INDICATOR_PUBLISHED_PRIV_H

#include "indicator/published.h"

XT_MUST_USE enum xt_code xt_published_sql_find(struct xt_conn *conn, struct xt_str index, struct xt_str release,
                                               struct xt_arena *arena, struct xt_published *out, bool *found,
                                               struct xt_error *err);
XT_MUST_USE enum xt_code xt_published_sql_add(struct xt_conn *conn, const struct xt_published *p, xt_id file,
                                              int64_t seq, struct xt_error *err);

#endif
