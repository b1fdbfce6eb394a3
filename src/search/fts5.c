/*
 * The fts5 engine: life, feeding and upkeep of an index in SQLite's FTS5.
 *
 * index.db (WAL) holds a contentless FTS5 table with a column per field, the document that is alive of each record,
 * the facets' values, and one row of state with the number reached; columns.dat and pool.dat hold the columns. FTS5
 * never deletes: a document that is replaced is marked dead in the columns from the next generation on. Postings are
 * rowid = document + 1.
 *
 * Order that matters: the columns are on disk before the transaction that makes their documents visible commits.
 */
#include "search/fts5.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "base/log.h"
#include "base/time.h"
#include "search/intake.h"

#define FORMAT           "fts5-3"
#define READERS_IDLE_MAX 16

static const char tables_sql[] =
    /* One row: what the last transaction left. */
    "CREATE TABLE state(one INTEGER PRIMARY KEY CHECK (one = 1), mark INTEGER, schema BLOB, generation INTEGER,"
    " docs INTEGER, live INTEGER, total_length INTEGER, pool_used INTEGER, reached INTEGER, newest_year INTEGER,"
    " used BLOB);"
    /* The document that stands for a record now. */
    "CREATE TABLE live(id INTEGER PRIMARY KEY, doc INTEGER NOT NULL);"
    /* Values of facets; above is the ordinal of the value they roll up to, 0 = none. */
    "CREATE TABLE dict(facet INTEGER, ordinal INTEGER, value TEXT, above INTEGER, PRIMARY KEY (facet, ordinal))"
    " WITHOUT ROWID;";

const char fts5_state_sql[] =
    "SELECT mark, schema, generation, docs, live, total_length, pool_used, reached, newest_year, used FROM state";

enum xt_code fts5_fail(sqlite3 *db, struct xt_error *err)
{
    int rc = sqlite3_extended_errcode(db);

    xt_log_detail("fts5: %s", sqlite3_errmsg(db));
    switch (rc & 0xFF) {
    case SQLITE_FULL:
        return xt_fail(err, XT_E_FULL, "", XT_MSG_DISK_FULL, XT_TEXT("index.db"));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN: /* deleted, and not made anew yet */
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_SEARCH_INDEX_BUSY);
    default:
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT(sqlite3_errmsg(db)));
    }
}

static enum xt_code run_sql(sqlite3 *db, const char *sql, struct xt_error *err)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return fts5_fail(db, err);
    return XT_OK;
}

enum xt_code fts5_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out, struct xt_error *err)
{
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) != SQLITE_OK)
        return fts5_fail(db, err);
    return XT_OK;
}

/* A connection for one thread at a time. */
enum xt_code fts5_connect(const char *path, bool create, struct token_count *count, sqlite3 **out, struct xt_error *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    sqlite3 *db = NULL;
    enum xt_code rc;

    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
        rc = db ? fts5_fail(db, err) : xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT(path));
        (void)sqlite3_close(db);
        return rc;
    }
    (void)sqlite3_busy_timeout(db, 5000);
    rc = run_sql(db,
                 "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 16384;"
                 "PRAGMA mmap_size = 2147418112; PRAGMA temp_store = MEMORY",
                 err);
    if (rc == XT_OK)
        rc = fts5_add_tokenizer(db, count, err);
    if (rc != XT_OK) {
        (void)sqlite3_close(db);
        return rc;
    }
    *out = db;
    return XT_OK;
}

/* Steps the state's statement and resets it. XT_E_NOT_FOUND when the row is not there. */
enum xt_code fts5_read_state(sqlite3_stmt *stmt, struct index_state *out, uint64_t *out_mark,
                             struct xt_hash *out_schema, struct xt_error *err)
{
    int step = sqlite3_step(stmt);
    enum xt_code rc = XT_OK;

    *out = (struct index_state){0};
    if (step == SQLITE_ROW && sqlite3_column_bytes(stmt, 1) == XT_HASH_BYTES &&
        sqlite3_column_bytes(stmt, 9) == (int)sizeof out->used) {
        *out_mark = (uint64_t)sqlite3_column_int64(stmt, 0);
        memcpy(out_schema->bytes, sqlite3_column_blob(stmt, 1), XT_HASH_BYTES);
        out->generation = (uint32_t)sqlite3_column_int64(stmt, 2);
        out->docs = (uint64_t)sqlite3_column_int64(stmt, 3);
        out->live = (uint64_t)sqlite3_column_int64(stmt, 4);
        out->total_length = (uint64_t)sqlite3_column_int64(stmt, 5);
        out->pool_used = (uint64_t)sqlite3_column_int64(stmt, 6);
        out->reached = sqlite3_column_int64(stmt, 7);
        out->newest_year = sqlite3_column_int(stmt, 8);
        memcpy(&out->used, sqlite3_column_blob(stmt, 9), sizeof out->used);
    } else if (step == SQLITE_ROW || step == SQLITE_DONE) {
        rc = xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT("state"));
    } else {
        rc = fts5_fail(sqlite3_db_handle(stmt), err);
    }
    (void)sqlite3_reset(stmt); /* its error was reported above */
    return rc;
}

/* Takes over the values stored since the last time. */
enum xt_code fts5_read_dict(struct engine *engine, sqlite3_stmt *stmt, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    for (unsigned facet = 0; facet < engine->dict.facet_count && rc == XT_OK; facet++) {
        int step;

        sqlite3_bind_int64(stmt, 1, facet);
        sqlite3_bind_int64(stmt, 2, dict_count(&engine->dict, facet));
        while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
            struct xt_str value = {(const char *)sqlite3_column_text(stmt, 1), (size_t)sqlite3_column_bytes(stmt, 1)};
            uint32_t ordinal = (uint32_t)sqlite3_column_int64(stmt, 0);
            uint32_t above = (uint32_t)sqlite3_column_int64(stmt, 2);

            if (!value.s || ordinal != dict_count(&engine->dict, facet) + 1 || above >= ordinal) {
                rc = xt_fail(err, XT_E_INTERNAL, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT("dict"));
                break;
            }
            (void)dict_add(&engine->dict, facet, value, above); /* it was not full when this was stored */
        }
        if (rc == XT_OK && step != SQLITE_DONE)
            rc = fts5_fail(sqlite3_db_handle(stmt), err);
        (void)sqlite3_reset(stmt);
    }
    return rc;
}

/* ---- opening ---- */

static char *path_in(const char *dir, const char *name)
{
    struct xt_text path;

    xt_text_init(&path, 4096);
    xt_text_addf(&path, "%s/%s", dir, name);
    char *taken = xt_text_take(&path);
    xt_text_done(&path);
    return taken;
}

static uint64_t inode_of(const char *dir)
{
    XT_AUTO(xt_free_ptr) char *path = path_in(dir, "index.db");
    struct stat st;

    return stat(path, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

static void remove_files(const char *dir)
{
    static const char *const names[] = {"index.db", "index.db-wal", "index.db-shm", "columns.dat", "pool.dat"};

    for (size_t i = 0; i < XT_COUNT(names); i++) {
        XT_AUTO(xt_free_ptr) char *path = path_in(dir, names[i]);

        (void)unlink(path); /* what cannot be removed makes the creation below fail with a reason */
    }
}

static enum xt_code create_tables(sqlite3 *db, const struct xt_search_schema *schema, uint64_t mark,
                                  struct xt_error *err)
{
    struct xt_hash hash = schema_hash(schema, FORMAT);
    struct field_set none = {{0}};
    struct xt_text sql;
    sqlite3_stmt *stmt = NULL;
    enum xt_code rc;

    xt_text_init(&sql, XT_MIB);
    xt_text_add_z(&sql, "CREATE VIRTUAL TABLE doc USING fts5(");
    for (size_t i = 0; i < schema->field_count; i++)
        xt_text_addf(&sql, "c%zu, ", i);
    xt_text_add_z(&sql, "content='', columnsize=0, detail=full, tokenize='xietong');"
                        "INSERT INTO doc(doc, rank) VALUES('hashsize', 67108864);"
                        /* While feeding, a step is merged for each step written; when idle, all there is to merge. */
                        "INSERT INTO doc(doc, rank) VALUES('automerge', 8);"
                        "INSERT INTO doc(doc, rank) VALUES('usermerge', 2);");
    rc = run_sql(db, "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE", err);
    if (rc == XT_OK)
        rc = run_sql(db, tables_sql, err);
    if (rc == XT_OK)
        rc = run_sql(db, sql.s, err);
    if (rc == XT_OK)
        rc = fts5_prepare(db, "INSERT INTO state VALUES(1, ?, ?, 0, 0, 0, 0, 0, 0, 0, ?)", &stmt, err);
    if (rc == XT_OK) {
        sqlite3_bind_int64(stmt, 1, (sqlite3_int64)mark);
        sqlite3_bind_blob(stmt, 2, hash.bytes, XT_HASH_BYTES, SQLITE_STATIC);
        sqlite3_bind_blob(stmt, 3, &none, (int)sizeof none, SQLITE_STATIC);
        rc = sqlite3_step(stmt) == SQLITE_DONE ? XT_OK : fts5_fail(db, err);
    }
    (void)sqlite3_finalize(stmt);
    if (rc == XT_OK)
        rc = run_sql(db, "COMMIT", err);
    xt_text_done(&sql);
    return rc;
}

static enum xt_code create(const char *dir, const struct xt_search_schema *schema, struct xt_error *err)
{
    XT_AUTO(xt_free_ptr) char *path = path_in(dir, "index.db");
    struct token_count count;
    sqlite3 *db = NULL;
    uint64_t mark;
    enum xt_code rc;

    if (mkdir(dir, 0750) != 0 && errno != EEXIST)
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(dir), XT_TEXT(strerror(errno)));
    remove_files(dir);
    randombytes_buf(&mark, sizeof mark);
    mark >>= 1; /* SQLite's integers have a sign */
    rc = columns_create(dir, (unsigned)schema->facet_count, (unsigned)schema->range_count, mark, err);
    if (rc == XT_OK)
        rc = fts5_connect(path, true, &count, &db, err);
    if (rc == XT_OK)
        rc = create_tables(db, schema, mark, err);
    (void)sqlite3_close(db);
    return rc;
}

static enum xt_code prepare_feeding(struct engine *engine, struct xt_error *err)
{
    struct xt_text sql;
    enum xt_code rc;

    xt_text_init(&sql, XT_MIB);
    xt_text_add_z(&sql, "INSERT INTO doc(rowid");
    for (size_t i = 0; i < engine->schema->field_count; i++)
        xt_text_addf(&sql, ", c%zu", i);
    xt_text_add_z(&sql, ") VALUES(?");
    for (size_t i = 0; i < engine->schema->field_count; i++)
        xt_text_add_z(&sql, ", ?");
    xt_text_add_z(&sql, ")");
    rc = fts5_prepare(engine->db, sql.s, &engine->insert_doc, err);
    xt_text_done(&sql);
    if (rc == XT_OK)
        rc = fts5_prepare(engine->db, "SELECT doc FROM live WHERE id = ?", &engine->find_live, err);
    if (rc == XT_OK)
        rc = fts5_prepare(engine->db, "INSERT OR REPLACE INTO live(id, doc) VALUES(?, ?)", &engine->put_live, err);
    if (rc == XT_OK)
        rc = fts5_prepare(engine->db, "DELETE FROM live WHERE id = ?", &engine->drop_live, err);
    if (rc == XT_OK)
        rc = fts5_prepare(engine->db, "INSERT INTO dict(facet, ordinal, value, above) VALUES(?, ?, ?, ?)",
                          &engine->put_dict, err);
    if (rc == XT_OK)
        rc = fts5_prepare(engine->db,
                          "UPDATE state SET generation = ?, docs = ?, live = ?, total_length = ?,"
                          " pool_used = ?, reached = ?, newest_year = ?, used = ?",
                          &engine->put_state, err);
    return rc;
}

static void close_engine(struct engine *engine)
{
    sqlite3_stmt *const stmts[] = {engine->insert_doc, engine->find_live, engine->put_live,
                                   engine->drop_live,  engine->put_dict,  engine->put_state};

    for (size_t i = 0; i < XT_COUNT(stmts); i++)
        (void)sqlite3_finalize(stmts[i]);
    while (engine->readers) {
        struct engine_reader *reader = engine->readers;

        engine->readers = reader->next;
        fts5_reader_free(reader);
    }
    (void)sqlite3_close(engine->db);
    columns_close(&engine->columns);
    dict_done(&engine->dict);
    frequencies_done(&engine->frequencies);
    (void)pthread_mutex_destroy(&engine->lock);
    xt_text_done(&engine->joined);
    free(engine->dir);
    free(engine);
}

/* Opens the files that are there. */
static enum xt_code open_files(struct engine *engine, struct xt_error *err)
{
    XT_AUTO(xt_free_ptr) char *path = path_in(engine->dir, "index.db");
    struct xt_hash schema = schema_hash(engine->schema, FORMAT), found;
    sqlite3_stmt *stmt = NULL;
    enum xt_code rc;

    engine->inode = inode_of(engine->dir);
    rc = fts5_connect(path, false, &engine->count, &engine->db, err);
    if (rc == XT_OK)
        rc = run_sql(engine->db, "BEGIN", err);
    if (rc == XT_OK)
        rc = fts5_prepare(engine->db, fts5_state_sql, &stmt, err);
    if (rc == XT_OK)
        rc = fts5_read_state(stmt, &engine->state, &engine->mark, &found, err);
    (void)sqlite3_finalize(stmt);
    stmt = NULL;
    if (rc == XT_OK && memcmp(schema.bytes, found.bytes, XT_HASH_BYTES) != 0)
        rc = xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT("schema"));
    if (rc == XT_OK)
        rc = columns_open(engine->dir, engine->feeds, (unsigned)engine->schema->facet_count,
                          (unsigned)engine->schema->range_count, engine->mark, engine->state.docs,
                          engine->state.pool_used, &engine->columns, err);
    if (rc == XT_OK)
        rc = fts5_prepare(engine->db, "SELECT ordinal, value, above FROM dict WHERE facet = ? AND ordinal > ?", &stmt,
                          err);
    if (rc == XT_OK)
        rc = fts5_read_dict(engine, stmt, err);
    (void)sqlite3_finalize(stmt);
    if (rc == XT_OK)
        rc = run_sql(engine->db, "COMMIT", err);
    if (rc == XT_OK && engine->feeds)
        rc = prepare_feeding(engine, err);
    return rc;
}

static enum xt_code open_once(const char *dir, const struct xt_search_schema *schema, bool may_feed,
                              struct engine **out, struct xt_error *err)
{
    struct engine *engine = xt_calloc(1, sizeof *engine);

    engine->dir = xt_strdup(dir);
    engine->schema = schema;
    engine->feeds = may_feed;
    engine->columns = (struct columns){.fd = -1, .pool_fd = -1};
    (void)pthread_mutex_init(&engine->lock, NULL); /* cannot fail with default attributes */
    frequencies_init(&engine->frequencies);
    dict_init(&engine->dict, (unsigned)schema->facet_count);
    xt_text_init(&engine->joined, 64 * XT_MIB);

    enum xt_code rc = open_files(engine, err);
    if (rc != XT_OK) {
        close_engine(engine);
        return rc;
    }
    if (may_feed) {
        for (unsigned facet = 0; facet < schema->facet_count; facet++)
            engine->dict_stored[facet] = dict_count(&engine->dict, facet);
        intake_forget_later_marks(&engine->columns, &engine->state);
    } else {
        (void)sqlite3_close(engine->db); /* readers have their own */
        engine->db = NULL;
    }
    *out = engine;
    return XT_OK;
}

static enum xt_code open_engine(const char *dir, const struct xt_search_schema *schema, bool may_feed,
                                struct engine **out, bool *out_fresh, struct xt_error *err)
{
    enum xt_code rc = open_once(dir, schema, may_feed, out, err);

    *out_fresh = false;
    if (rc == XT_OK)
        return XT_OK;
    if (!may_feed)
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_SEARCH_INDEX_BUSY);
    rc = create(dir, schema, err);
    if (rc == XT_OK)
        rc = open_once(dir, schema, may_feed, out, err);
    *out_fresh = rc == XT_OK;
    return rc;
}

static bool is_gone(struct engine *engine)
{
    return inode_of(engine->dir) != engine->inode;
}

/* ---- feeding ---- */

struct feeding {
    struct engine *engine;
    struct intake in;
};

static enum xt_code step_once(sqlite3_stmt *stmt, struct xt_error *err)
{
    enum xt_code rc = sqlite3_step(stmt) == SQLITE_DONE ? XT_OK : fts5_fail(sqlite3_db_handle(stmt), err);

    (void)sqlite3_reset(stmt); /* its error was reported above */
    return rc;
}

/* The living document of a record dies with this transaction. *out_found says whether there was one. */
static enum xt_code retire(struct feeding *f, int64_t id, bool *out_found, struct xt_error *err)
{
    sqlite3_stmt *find = f->engine->find_live;

    sqlite3_bind_int64(find, 1, id);
    int step = sqlite3_step(find);
    *out_found = step == SQLITE_ROW;
    if (*out_found)
        intake_kill(&f->in, (uint32_t)sqlite3_column_int64(find, 0));
    enum xt_code rc = step == SQLITE_ROW || step == SQLITE_DONE ? XT_OK : fts5_fail(f->engine->db, err);
    (void)sqlite3_reset(find);
    return rc;
}

/* All texts of one field with gaps between. */
static struct xt_str join_texts(struct xt_text *joined, const struct xt_search_doc *source, unsigned field)
{
    xt_text_clear(joined);
    for (size_t i = 0; i < source->text_count; i++) {
        if (source->texts[i].field != field)
            continue;
        if (joined->n)
            xt_text_add_char(joined, FIELD_GAP);
        xt_text_add_str(joined, source->texts[i].text);
    }
    return xt_text_view(joined);
}

static enum xt_code write_postings(struct feeding *f, uint32_t doc, const struct xt_search_doc *source,
                                   struct xt_error *err)
{
    struct engine *engine = f->engine;
    sqlite3_stmt *insert = engine->insert_doc;
    struct field_set seen = {{0}};

    sqlite3_bind_int64(insert, 1, (sqlite3_int64)doc + 1);
    for (size_t i = 0; i < source->text_count; i++) {
        unsigned field = source->texts[i].field;
        struct xt_str text = source->texts[i].text;
        bool again = false;

        if (field_set_has(&seen, field) || text.n == 0)
            continue;
        for (size_t k = i + 1; k < source->text_count && !again; k++)
            again = source->texts[k].field == field;
        if (again)
            text = join_texts(&engine->joined, source, field);
        if (text.n > 16 * XT_MIB)
            text.n = xt_utf8_clip(text.s, text.n, 16 * XT_MIB);
        sqlite3_bind_text(insert, (int)field + 2, text.s, (int)text.n, again ? SQLITE_TRANSIENT : SQLITE_STATIC);
        field_set_add(&seen, field);
        field_set_add(&f->in.state.used, field);
    }
    engine->count.tokens = 0;
    enum xt_code rc = step_once(insert, err);
    (void)sqlite3_clear_bindings(insert);
    *COLUMN_LENGTH(&engine->columns, doc) = intake_length(source, engine->count.tokens);
    f->in.state.total_length += *COLUMN_LENGTH(&engine->columns, doc);
    return rc;
}

static enum xt_code feed_one(struct feeding *f, const struct xt_search_doc *source, struct xt_error *err)
{
    struct engine *engine = f->engine;
    bool found;
    enum xt_code rc = retire(f, source->id, &found, err);

    if (rc != XT_OK)
        return rc;
    if (source->deleted) {
        if (!found)
            return XT_OK;
        sqlite3_bind_int64(engine->drop_live, 1, source->id);
        return step_once(engine->drop_live, err);
    }
    uint32_t doc = (uint32_t)f->in.state.docs;
    rc = intake_columns(&f->in, doc, source, err);
    if (rc != XT_OK)
        return rc;
    rc = write_postings(f, doc, source, err);
    if (rc != XT_OK)
        return rc;
    sqlite3_bind_int64(engine->put_live, 1, source->id);
    sqlite3_bind_int64(engine->put_live, 2, doc);
    f->in.state.docs++;
    f->in.state.live++;
    return step_once(engine->put_live, err);
}

static enum xt_code store_dict(struct engine *engine, struct xt_error *err)
{
    for (unsigned facet = 0; facet < engine->dict.facet_count; facet++)
        for (uint32_t i = engine->dict_stored[facet] + 1; i <= dict_count(&engine->dict, facet); i++) {
            const struct dict_entry *entry = dict_entry(&engine->dict, facet, i);

            sqlite3_bind_int64(engine->put_dict, 1, facet);
            sqlite3_bind_int64(engine->put_dict, 2, i);
            sqlite3_bind_text(engine->put_dict, 3, entry->value, (int)entry->size, SQLITE_STATIC);
            sqlite3_bind_int64(engine->put_dict, 4, entry->above);
            enum xt_code rc = step_once(engine->put_dict, err);
            if (rc != XT_OK)
                return rc;
        }
    return XT_OK;
}

static enum xt_code store_state(struct engine *engine, const struct index_state *state, struct xt_error *err)
{
    sqlite3_stmt *put = engine->put_state;

    sqlite3_bind_int64(put, 1, state->generation);
    sqlite3_bind_int64(put, 2, (sqlite3_int64)state->docs);
    sqlite3_bind_int64(put, 3, (sqlite3_int64)state->live);
    sqlite3_bind_int64(put, 4, (sqlite3_int64)state->total_length);
    sqlite3_bind_int64(put, 5, (sqlite3_int64)state->pool_used);
    sqlite3_bind_int64(put, 6, state->reached);
    sqlite3_bind_int64(put, 7, state->newest_year);
    sqlite3_bind_blob(put, 8, &state->used, (int)sizeof state->used, SQLITE_STATIC);
    return step_once(put, err);
}

static enum xt_code feed_all(struct feeding *f, const struct xt_search_doc *docs, size_t count, struct xt_error *err)
{
    struct engine *engine = f->engine;
    enum xt_code rc = run_sql(engine->db, "BEGIN IMMEDIATE", err);

    for (size_t i = 0; i < count && rc == XT_OK; i++)
        rc = feed_one(f, &docs[i], err);
    if (rc == XT_OK)
        rc = store_dict(engine, err);
    if (rc == XT_OK)
        rc = store_state(engine, &f->in.state, err);
    if (rc == XT_OK && count > 0)
        rc = columns_sync(&engine->columns, err);
    if (rc == XT_OK)
        rc = run_sql(engine->db, "COMMIT", err);
    if (rc != XT_OK && !sqlite3_get_autocommit(engine->db))
        (void)sqlite3_exec(engine->db, "ROLLBACK", NULL, NULL, NULL); /* the first error is the one to tell */
    return rc;
}

static enum xt_code feed(struct engine *engine, const struct xt_search_doc *docs, size_t count, int64_t reached,
                         struct xt_error *err)
{
    struct feeding f = {.engine = engine};
    enum xt_code rc;

    intake_begin(&f.in, engine->schema, &engine->columns, &engine->dict, &engine->state);
    f.in.state.reached = reached;
    rc = feed_all(&f, docs, count, err);
    if (rc == XT_OK) {
        engine->state = f.in.state;
        engine->columns.pool_used = f.in.state.pool_used;
        for (unsigned facet = 0; facet < engine->dict.facet_count; facet++)
            engine->dict_stored[facet] = dict_count(&engine->dict, facet);
    } else {
        intake_undo(&f.in);
    }
    intake_done(&f.in);
    return rc;
}

/* ---- upkeep ---- */

/* Merges a few pages at a time while there is something to merge and time, then empties the log if it is long. */
static enum xt_code tidy(struct engine *engine, unsigned budget_ms, struct xt_error *err)
{
    int64_t until = xt_monotonic_us() + (int64_t)budget_ms * 1000;
    int log_pages = 0, done_pages = 0;

    for (;;) {
        int before = sqlite3_total_changes(engine->db);
        enum xt_code rc = run_sql(engine->db, "INSERT INTO doc(doc, rank) VALUES('merge', 200)", err);

        if (rc != XT_OK)
            return rc;
        if (sqlite3_total_changes(engine->db) - before < 2 || xt_monotonic_us() >= until)
            break;
    }
    if (sqlite3_wal_checkpoint_v2(engine->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &log_pages, &done_pages) == SQLITE_OK &&
        log_pages > 4096 && done_pages == log_pages) {
        (void)sqlite3_busy_timeout(engine->db, 10); /* a reader that stays is met again next time */
        (void)sqlite3_wal_checkpoint_v2(engine->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        (void)sqlite3_busy_timeout(engine->db, 5000);
    }
    return XT_OK;
}

/* FTS5's own check, and that the columns and the table of living documents say the same. */
static enum xt_code verify(struct engine *engine, struct xt_problems *problems, struct xt_error *err)
{
    struct view view;
    sqlite3_stmt *stmt = NULL;
    uint64_t found = 0, alive = 0;
    enum xt_code rc = fts5_begin(engine, &view, err);

    if (rc != XT_OK)
        return rc;
    rc = fts5_prepare(view.reader->db, "SELECT id, doc FROM live", &stmt, err);
    while (rc == XT_OK && sqlite3_step(stmt) == SQLITE_ROW) {
        uint64_t doc = (uint64_t)sqlite3_column_int64(stmt, 1);

        found++;
        if (doc >= view.state.docs || *COLUMN_ID(view.columns, (uint32_t)doc) != sqlite3_column_int64(stmt, 0) ||
            !columns_alive(view.columns, (uint32_t)doc, view.state.generation))
            xt_problem(problems, "index", XT_MSG_SEARCH_INDEX_FAULT, XT_INT(sqlite3_column_int64(stmt, 0)));
    }
    if (rc == XT_OK && sqlite3_reset(stmt) != SQLITE_OK)
        xt_problem(problems, "index", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT(sqlite3_errmsg(view.reader->db)));
    (void)sqlite3_finalize(stmt);
    for (uint64_t doc = 0; doc < view.state.docs; doc++)
        alive += columns_alive(view.columns, (uint32_t)doc, view.state.generation);
    if (found != view.state.live || alive != view.state.live)
        xt_problem(problems, "index", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT("live"));
    /* FTS5 checks its structure with a write command, which a reader's connection may give too when none feeds. */
    fts5_end(&view);
    if (rc == XT_OK && engine->feeds &&
        sqlite3_exec(engine->db, "INSERT INTO doc(doc) VALUES('integrity-check')", NULL, NULL, NULL) != SQLITE_OK)
        xt_problem(problems, "index", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT(sqlite3_errmsg(engine->db)));
    return rc;
}

const struct engine_ops engine_fts5 = {
    .name = "fts5",
    .mixes = false, /* SQLite 3.40 finds the rows, but not always the places of a phrase in an OR below an AND or NOT */
    .open = open_engine,
    .close = close_engine,
    .feed = feed,
    .tidy = tidy,
    .verify = verify,
    .gone = is_gone,
    .begin = fts5_begin,
    .end = fts5_end,
    .frequency = fts5_frequency,
    .run = fts5_run,
};
