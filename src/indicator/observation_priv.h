/* observation_priv.h - the rows of observations; for observation*.c only. */
#ifndef XT_INDICATOR_OBSERVATION_PRIV_H
#define XT_INDICATOR_OBSERVATION_PRIV_H

#include "indicator/observation.h"

struct xt_observed_batch {
    int64_t id, seq, first, last;
    xt_instant recorded;
};
/* Batches of an index (n 0 = of all) behind id `after`, recorded at or before as_of, oldest first. */
XT_MUST_USE enum xt_code xt_observation_sql_batches(struct xt_conn *conn, struct xt_str index, int64_t after,
                                                    xt_instant as_of, struct xt_arena *arena,
                                                    struct xt_observed_batch **out, size_t *out_count,
                                                    struct xt_error *err);
XT_MUST_USE enum xt_code xt_observation_sql_add_batch(struct xt_conn *conn, const struct xt_observed_batch *batch,
                                                      struct xt_str index, const char *import, const char *source,
                                                      const char *note, struct xt_error *err);
XT_MUST_USE enum xt_code xt_observation_sql_next_ids(struct xt_conn *conn, int64_t *batch, int64_t *observation,
                                                     struct xt_error *err);

/* Series of an index with an id above after, by id. */
XT_MUST_USE enum xt_code xt_observation_sql_series(struct xt_conn *conn, struct xt_str index, int64_t after,
                                                   void (*visit)(void *context, int64_t id, struct xt_str indicator,
                                                                 struct xt_str area),
                                                   void *context, struct xt_error *err);
XT_MUST_USE enum xt_code xt_observation_sql_add_series(struct xt_conn *conn, struct xt_str index,
                                                       struct xt_str indicator, struct xt_str area, int64_t *out,
                                                       struct xt_error *err);

struct xt_observed_row {
    int64_t id, series, period, revision;
    bool has_value;
    double value;
    struct xt_str text, unit, status; /* text {NULL, 0} where there is none */
};
/* Rows first..last by id. */
XT_MUST_USE enum xt_code xt_observation_sql_rows(struct xt_conn *conn, int64_t first, int64_t last,
                                                 void (*visit)(void *context, const struct xt_observed_row *row),
                                                 void *context, struct xt_error *err);
XT_MUST_USE enum xt_code xt_observation_sql_add(struct xt_conn *conn, const struct xt_observed_row *row, int64_t batch,
                                                struct xt_error *err);
/* Adds to hasher what observation.h says of a row. */
void xt_observation_hash(struct xt_hasher *hasher, struct xt_str area, struct xt_str indicator,
                         const struct xt_observed_row *row);

#endif
