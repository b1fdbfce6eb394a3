/* Statements: prepared on first use, kept per connection, found by the address of their definition. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/store_priv.h"

#define PARAMS_MAX      64
#define FIRST_SLOT_BITS 6u

struct xt_stmt {
    sqlite3_stmt *stmt;
    struct xt_conn *conn;
    const struct xt_stmt_def *def;
    int bind_result; /* the first binding that failed; told by the next step */
    bool taken;
    bool bound;                          /* has bindings to clear */
    unsigned char index[PARAMS_MAX + 1]; /* of $N: SQLite's own number, 0 when the statement has no $N */
};

static unsigned slot_of(const struct xt_conn *conn, const struct xt_stmt_def *def)
{
    /* Definitions are aligned, so their low bits say nothing; Fibonacci hashing spreads the others. */
    return (unsigned)(((uint64_t)(uintptr_t)def >> 3) * 0x9E3779B97F4A7C15ULL >> (64 - conn->slot_bits));
}

/* The slot of def, or the free one where it belongs. */
static struct xt_stmt **find_slot(struct xt_conn *conn, const struct xt_stmt_def *def)
{
    unsigned mask = (1u << conn->slot_bits) - 1;
    unsigned at = slot_of(conn, def);

    while (conn->slots[at] && conn->slots[at]->def != def)
        at = (at + 1) & mask;
    return &conn->slots[at];
}

/* Keeps the table at most half full. */
static void make_room(struct xt_conn *conn)
{
    struct xt_stmt **old = conn->slots;
    unsigned old_count = old ? 1u << conn->slot_bits : 0;

    if (old && conn->kept < old_count / 2)
        return;
    conn->slot_bits = old ? conn->slot_bits + 1 : FIRST_SLOT_BITS;
    conn->slots = xt_calloc((size_t)1 << conn->slot_bits, sizeof(*conn->slots));
    for (unsigned i = 0; i < old_count; i++)
        if (old[i])
            *find_slot(conn, old[i]->def) = old[i];
    free(old);
}

/* SQLite numbers $3, $1 as they appear; index[] leads from our number to its. */
static void map_params(struct xt_stmt *s)
{
    int count = sqlite3_bind_parameter_count(s->stmt);

    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(s->stmt, i);
        int number = 0;

        assert(name && name[0] == '$');
        for (const char *c = name + 1; *c; c++) {
            assert(*c >= '0' && *c <= '9');
            number = number * 10 + (*c - '0');
            assert(number <= PARAMS_MAX);
        }
        assert(number > 0);
        s->index[number] = (unsigned char)i;
    }
}

static enum xt_code prepare(struct xt_conn *conn, const struct xt_stmt_def *def, struct xt_stmt **out,
                            struct xt_error *err)
{
    struct xt_stmt *s = xt_calloc(1, sizeof(*s));
    const char *rest = NULL;
    int result = sqlite3_prepare_v3(conn->db, def->sql, -1, SQLITE_PREPARE_PERSISTENT, &s->stmt, &rest);

    if (result != SQLITE_OK) {
        enum xt_code rc = xt_store_fail(conn, result, err);

        if (rc == XT_E_INTERNAL)
            xt_log_detail("statement %s", def->name);
        free(s);
        return rc;
    }
    assert(s->stmt);            /* a definition holds a statement ... */
    assert(rest && *rest == 0); /* ... and only one */
    s->conn = conn;
    s->def = def;
    map_params(s);
    make_room(conn);
    *find_slot(conn, def) = s;
    conn->kept++;
    *out = s;
    return XT_OK;
}

enum xt_code xt_stmt_take(struct xt_conn *conn, const struct xt_stmt_def *def, struct xt_stmt **out,
                          struct xt_error *err)
{
    struct xt_stmt *s;

    assert(conn);
    assert(def);
    s = conn->slots ? *find_slot(conn, def) : NULL;
    if (!s) {
        enum xt_code rc = prepare(conn, def, &s, err);

        if (rc != XT_OK)
            return rc;
    }
    assert(!s->taken);
    s->taken = true;
    conn->taken++;
    *out = s;
    return XT_OK;
}

void xt_stmt_reset(struct xt_stmt *stmt)
{
    /* The result repeats the failure of the last step, which was told there. */
    (void)sqlite3_reset(stmt->stmt);
    if (stmt->bound) {
        (void)sqlite3_clear_bindings(stmt->stmt); /* always SQLITE_OK */
        stmt->bound = false;
    }
    stmt->bind_result = SQLITE_OK;
}

void xt_stmt_done(struct xt_stmt **stmt)
{
    struct xt_stmt *s = *stmt;

    if (!s)
        return;
    *stmt = NULL;
    xt_stmt_reset(s);
    assert(s->taken);
    s->taken = false;
    s->conn->taken--;
}

void xt_stmts_free(struct xt_conn *conn)
{
    unsigned count = conn->slots ? 1u << conn->slot_bits : 0;

    assert(conn->taken == 0);
    for (unsigned i = 0; i < count; i++) {
        if (!conn->slots[i])
            continue;
        (void)sqlite3_finalize(conn->slots[i]->stmt); /* repeats the last step's failure */
        free(conn->slots[i]);
    }
    free(conn->slots);
    conn->slots = NULL;
    conn->kept = 0;
}

/* ---- binding ---- */

static int number_of(struct xt_stmt *stmt, int index)
{
    assert(index > 0);
    assert(index <= PARAMS_MAX);
    assert(stmt->index[index] > 0); /* the statement has this parameter */
    stmt->bound = true;
    return stmt->index[index];
}

static void note(struct xt_stmt *stmt, int result)
{
    assert(result != SQLITE_MISUSE); /* bound while it runs */
    if (stmt->bind_result == SQLITE_OK)
        stmt->bind_result = result;
}

void xt_bind_int(struct xt_stmt *stmt, int index, int64_t value)
{
    note(stmt, sqlite3_bind_int64(stmt->stmt, number_of(stmt, index), value));
}

void xt_bind_double(struct xt_stmt *stmt, int index, double value)
{
    note(stmt, sqlite3_bind_double(stmt->stmt, number_of(stmt, index), value));
}

void xt_bind_str(struct xt_stmt *stmt, int index, struct xt_str value)
{
    note(stmt, sqlite3_bind_text64(stmt->stmt, number_of(stmt, index), value.s, value.n, SQLITE_STATIC, SQLITE_UTF8));
}

void xt_bind_z(struct xt_stmt *stmt, int index, const char *value)
{
    xt_bind_str(stmt, index, (struct xt_str){value, value ? strlen(value) : 0});
}

void xt_bind_blob(struct xt_stmt *stmt, int index, const void *data, size_t n)
{
    note(stmt, sqlite3_bind_blob64(stmt->stmt, number_of(stmt, index), data, n, SQLITE_STATIC));
}

void xt_bind_null(struct xt_stmt *stmt, int index)
{
    note(stmt, sqlite3_bind_null(stmt->stmt, number_of(stmt, index)));
}

/* ---- running ---- */

static enum xt_code step_failed(struct xt_stmt *stmt, int result, struct xt_error *err)
{
    struct xt_conn *conn = stmt->conn;
    struct xt_error local = {0};
    enum xt_code rc;

    rc = xt_store_fail(conn, result, &local);
    if (rc == XT_E_INTERNAL)
        xt_log_detail("statement %s", stmt->def->name);
    (void)sqlite3_reset(stmt->stmt); /* repeats result */
    conn->full |= rc == XT_E_FULL;
    /* A full disk or a failed read may undo the whole transaction. What ran after it would then commit by itself,
     * so nothing more may run on this connection until the group has ended. */
    if (conn->in_tx && sqlite3_get_autocommit(conn->db) && !conn->lost) {
        conn->lost = true;
        conn->lost_error = local;
    }
    if (err)
        *err = local;
    return rc;
}

enum xt_code xt_stmt_step(struct xt_stmt *stmt, bool *out_row, struct xt_error *err)
{
    int result;

    if (stmt->conn->lost) {
        if (err)
            *err = stmt->conn->lost_error;
        return stmt->conn->lost_error.code;
    }
    if (stmt->bind_result != SQLITE_OK)
        return step_failed(stmt, stmt->bind_result, err);
    result = sqlite3_step(stmt->stmt);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return step_failed(stmt, result, err);
    *out_row = result == SQLITE_ROW;
    return XT_OK;
}

enum xt_code xt_stmt_run(struct xt_stmt *stmt, int64_t *out_changed, struct xt_error *err)
{
    bool row = true;

    while (row) {
        enum xt_code rc = xt_stmt_step(stmt, &row, err);

        if (rc != XT_OK) {
            xt_stmt_reset(stmt);
            return rc;
        }
    }
    if (out_changed)
        *out_changed = sqlite3_changes64(stmt->conn->db);
    xt_stmt_reset(stmt);
    return XT_OK;
}

enum xt_code xt_stmt_once(struct xt_conn *conn, const struct xt_stmt_def *def, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(conn, def, &stmt, err);

    return rc == XT_OK ? xt_stmt_run(stmt, NULL, err) : rc;
}

/* ---- columns ---- */

int64_t xt_col_int(struct xt_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt->stmt, column);
}

double xt_col_double(struct xt_stmt *stmt, int column)
{
    return sqlite3_column_double(stmt->stmt, column);
}

struct xt_str xt_col_str(struct xt_stmt *stmt, int column)
{
    /* The pointer first: asking for it may convert, which changes the length. */
    const char *s = (const char *)sqlite3_column_text(stmt->stmt, column);

    return (struct xt_str){s, s ? (size_t)sqlite3_column_bytes(stmt->stmt, column) : 0};
}

struct xt_str xt_col_blob(struct xt_stmt *stmt, int column)
{
    const char *s = sqlite3_column_blob(stmt->stmt, column);

    if (!s && sqlite3_column_type(stmt->stmt, column) != SQLITE_NULL)
        s = ""; /* SQLite has no address for an empty blob; ours is not NULL */
    return (struct xt_str){s, s ? (size_t)sqlite3_column_bytes(stmt->stmt, column) : 0};
}

bool xt_col_null(struct xt_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt->stmt, column) == SQLITE_NULL;
}

static enum xt_code take_with(struct xt_conn *conn, const struct xt_stmt_def *def, const int64_t *numbers, size_t count,
                              struct xt_stmt **out, struct xt_error *err)
{
    enum xt_code rc = xt_stmt_take(conn, def, out, err);
    size_t i;

    for (i = 0; rc == XT_OK && i < count; i++)
        xt_bind_int(*out, (int)i + 1, numbers[i]);
    return rc;
}

static enum xt_code query(struct xt_conn *conn, const struct xt_stmt_def *def, const int64_t *numbers, size_t count,
                          int64_t otherwise, int64_t *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool row;
    enum xt_code rc = take_with(conn, def, numbers, count, &stmt, err);

    if (rc == XT_OK)
        rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK)
        *out = row ? xt_col_int(stmt, 0) : otherwise;
    return rc;
}

enum xt_code xt_query_int(struct xt_conn *conn, const struct xt_stmt_def *def, int64_t otherwise, int64_t *out,
                          struct xt_error *err)
{
    return query(conn, def, NULL, 0, otherwise, out, err);
}

enum xt_code xt_query_ints(struct xt_conn *conn, const struct xt_stmt_def *def, const int64_t *numbers, size_t count,
                           int64_t *out, struct xt_error *err)
{
    *out = 0;
    return query(conn, def, numbers, count, 0, out, err);
}

enum xt_code xt_run_ints(struct xt_conn *conn, const struct xt_stmt_def *def, const int64_t *numbers, size_t count,
                         struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = take_with(conn, def, numbers, count, &stmt, err);

    return rc == XT_OK ? xt_stmt_run(stmt, NULL, err) : rc;
}

xt_id xt_last_id(struct xt_conn *conn)
{
    return sqlite3_last_insert_rowid(conn->db);
}
