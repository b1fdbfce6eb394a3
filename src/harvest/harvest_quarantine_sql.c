/* harvest_quarantine_sql.c - records that were refused, why, and how often each rule is broken. */
#include <string.h>

#include "harvest/harvest_priv.h"

static const struct xt_stmt_def PUT_REFUSED = {
    .name = "harvest_put_refused",
    .sql = "INSERT INTO harvest_quarantine (source_id, identifier, run_id, at, datestamp, hash)"
           " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (source_id, identifier) DO UPDATE SET"
           " run_id = excluded.run_id, at = excluded.at, datestamp = excluded.datestamp, hash = excluded.hash",
};
static const struct xt_stmt_def PUT_REASON = {
    .name = "harvest_put_reason",
    .sql = "INSERT INTO harvest_reason (source_id, identifier, n, rule, field, zh, en)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7)",
};
static const struct xt_stmt_def DROP_REASONS = {
    .name = "harvest_drop_reasons",
    .sql = "DELETE FROM harvest_reason WHERE source_id = $1 AND identifier = $2",
};
static const struct xt_stmt_def DROP_REFUSED = {
    .name = "harvest_drop_refused",
    .sql = "DELETE FROM harvest_quarantine WHERE source_id = $1 AND identifier = $2",
};
static const struct xt_stmt_def HAS_REFUSED = {
    .name = "harvest_has_refused",
    .sql = "SELECT 1 FROM harvest_quarantine WHERE source_id = $1 AND identifier = $2",
};

static enum xt_code with_identifier(struct xt_conn *conn, const struct xt_stmt_def *def, xt_id source,
                                    struct xt_str identifier, int64_t *out_changed, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, identifier);
    return xt_stmt_run(stmt, out_changed, err);
}

static enum xt_code put_reason(struct xt_tx *tx, xt_id source, struct xt_str identifier, size_t n,
                               const struct reason *reason, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(xt_tx_conn(tx), &PUT_REASON, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, identifier);
    xt_bind_int(stmt, 3, (int64_t)n);
    xt_bind_str(stmt, 4, reason->rule);
    xt_bind_str(stmt, 5, reason->field);
    xt_bind_str(stmt, 6, reason->zh);
    xt_bind_str(stmt, 7, reason->en);
    return xt_stmt_run(stmt, NULL, err);
}

enum xt_code quarantine_put(struct xt_tx *tx, xt_id source, xt_id run, const struct refused *refused,
                            const struct reason *reasons, size_t count, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = with_identifier(xt_tx_conn(tx), &DROP_REASONS, source, refused->identifier, NULL, err);
    size_t i;

    if (rc == XT_OK)
        rc = xt_stmt_take(xt_tx_conn(tx), &PUT_REFUSED, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, refused->identifier);
    xt_bind_int(stmt, 3, run);
    xt_bind_int(stmt, 4, xt_tx_now(tx));
    xt_bind_str(stmt, 5, refused->datestamp);
    harvest_bind_hash(stmt, 6, refused->has_hash, &refused->hash);
    rc = xt_stmt_run(stmt, NULL, err);
    for (i = 0; i < count && rc == XT_OK; i++)
        rc = put_reason(tx, source, refused->identifier, i, &reasons[i], err);
    return rc;
}

enum xt_code quarantine_drop(struct xt_tx *tx, xt_id source, struct xt_str identifier, bool *out_was,
                             struct xt_error *err)
{
    int64_t changed = 0;
    enum xt_code rc = with_identifier(xt_tx_conn(tx), &DROP_REFUSED, source, identifier, &changed, err);

    *out_was = changed > 0;
    return rc == XT_OK && changed > 0 ? with_identifier(xt_tx_conn(tx), &DROP_REASONS, source, identifier, NULL, err)
                                      : rc;
}

enum xt_code quarantine_has(struct xt_conn *conn, xt_id source, struct xt_str identifier, bool *out,
                            struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &HAS_REFUSED, &stmt, err);

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, identifier);
    return xt_stmt_step(stmt, out, err);
}

static const struct xt_stmt_def COUNT_REFUSED = {
    .name = "harvest_count_refused",
    .sql = "SELECT COUNT(*) FROM harvest_quarantine WHERE source_id = $1",
};

enum xt_code quarantine_count(struct xt_conn *conn, xt_id source, int64_t *out, struct xt_error *err)
{
    return xt_query_ints(conn, &COUNT_REFUSED, &source, 1, out, err);
}

static const struct xt_stmt_def EACH_REFUSED = {
    .name = "harvest_each_refused",
    .sql =
        "SELECT q.identifier, q.datestamp, q.at, r.rule, r.field, r.zh, r.en, r.n FROM (SELECT * FROM harvest_quarantine"
        " WHERE source_id = $1 AND identifier > $2 ORDER BY identifier LIMIT $3) q JOIN harvest_reason r"
        " ON r.source_id = q.source_id AND r.identifier = q.identifier ORDER BY q.identifier, r.n",
};

static struct refused_row refused_of(struct xt_stmt *stmt)
{
    return (struct refused_row){.identifier = xt_col_str(stmt, 0),
                                .datestamp = xt_col_str(stmt, 1),
                                .at = xt_col_int(stmt, 2),
                                .rule = xt_col_str(stmt, 3),
                                .field = xt_col_str(stmt, 4),
                                .zh = xt_col_str(stmt, 5),
                                .en = xt_col_str(stmt, 6),
                                .n = xt_col_int(stmt, 7)};
}

enum xt_code quarantine_each(struct xt_conn *conn, xt_id source, struct xt_str after, int64_t records,
                             bool (*visit)(void *context, const struct refused_row *row), void *context,
                             struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &EACH_REFUSED, &stmt, err);
    bool row = true;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, after);
    xt_bind_int(stmt, 3, records);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        struct refused_row one = refused_of(stmt);

        if (!visit(context, &one))
            break;
    }
    return rc;
}

static const struct xt_stmt_def DIAGNOSIS = {
    .name = "harvest_diagnosis",
    .sql = "SELECT rule, field, COUNT(DISTINCT identifier) FROM harvest_reason WHERE source_id = $1"
           " GROUP BY rule, field ORDER BY 3 DESC, rule, field LIMIT $2",
};
static const struct xt_stmt_def EXAMPLES = {
    .name = "harvest_examples",
    .sql = "SELECT q.identifier, q.datestamp, q.at, r.rule, r.field, r.zh, r.en, r.n FROM harvest_reason r"
           " JOIN harvest_quarantine q ON q.source_id = r.source_id AND q.identifier = r.identifier"
           " WHERE r.source_id = $1 AND r.rule = $2 AND r.field = $3 ORDER BY q.identifier LIMIT 10",
};

enum xt_code diagnosis_each(struct xt_conn *conn, xt_id source, int64_t limit,
                            void (*visit)(void *context, const struct diagnosis_row *row), void *context,
                            struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &DIAGNOSIS, &stmt, err);
    bool row = true;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_int(stmt, 2, limit);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        struct diagnosis_row one = {xt_col_str(stmt, 0), xt_col_str(stmt, 1), xt_col_int(stmt, 2)};

        visit(context, &one);
    }
    return rc;
}

enum xt_code diagnosis_examples(struct xt_conn *conn, xt_id source, const struct diagnosis_row *rule,
                                void (*visit)(void *context, const struct refused_row *row), void *context,
                                struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &EXAMPLES, &stmt, err);
    bool row = true;

    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, rule->rule);
    xt_bind_str(stmt, 3, rule->field);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        struct refused_row one = refused_of(stmt);

        visit(context, &one);
    }
    return rc;
}

static const struct xt_stmt_def REFUSED_HASH = {
    .name = "harvest_refused_hash",
    .sql = "SELECT hash FROM harvest_quarantine WHERE source_id = $1 AND identifier = $2",
};

enum xt_code quarantine_hash(struct xt_conn *conn, xt_id source, struct xt_str identifier, bool *out_has,
                             struct xt_hash *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, &REFUSED_HASH, &stmt, err);
    bool row = false;

    *out_has = false;
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source);
    xt_bind_str(stmt, 2, identifier);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK && row)
        *out_has = harvest_read_hash(stmt, 0, out);
    return rc;
}
