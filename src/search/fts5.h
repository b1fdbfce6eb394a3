/*
 * fts5.h - the parts of the fts5 engine: one SQLite connection with our tokenizer and collecting function.
 *
 * For the files of the fts5 engine only: fts5.c (life, feeding), fts5_find.c (searching), fts5_tokenizer.c.
 */
#ifndef XT_SEARCH_FTS5_H
#define XT_SEARCH_FTS5_H

#include <pthread.h>
#include <sqlite3.h>

#include "base/hash.h"
#include "search/engine.h"
#include "search/frequencies.h"

/* A word that begins with a letter is indexed, at the same place, by its first one and two characters too, each behind this
 * byte: to merge the lists of all words that begin with "a" would take longer than all other work of a query. */
#define BEGINNING       '\x01'
#define BEGINNING_CHARS 2

#define FIELD_GAP       '\x1e' /* between two texts of one field: a phrase does not cross it */

/* What the tokenizer of a connection tells its feeder. */
struct token_count {
    uint64_t tokens;
};

/* Registers the tokenizer "xietong" with a connection. In a query a string is one token as it stands. */
XT_MUST_USE enum xt_code fts5_add_tokenizer(sqlite3 *db, struct token_count *count, struct xt_error *err);
/* The API of FTS5 of a connection, NULL when it has none. */
fts5_api *fts5_api_of(sqlite3 *db);

struct find;

struct engine_reader {
    struct engine *engine;
    struct engine_reader *next;
    sqlite3 *db;
    sqlite3_stmt *begin, *commit, *state, *match, *dict;
    struct token_count count;
    struct find *find; /* the search that runs now */
};

struct engine {
    char *dir; /* DATA/index/fts5 */
    const struct xt_search_schema *schema;
    uint64_t mark;
    uint64_t inode; /* of index.db */
    struct columns columns;
    struct dict dict;
    struct frequencies frequencies;
    pthread_mutex_t lock; /* the readers, and catching up with the dictionary */
    struct engine_reader *readers;
    unsigned reader_count;
    /* the feeder's */
    bool feeds;
    sqlite3 *db;
    struct token_count count;
    sqlite3_stmt *insert_doc, *find_live, *put_live, *drop_live, *put_dict, *put_state;
    uint32_t dict_stored[SCHEMA_FACETS_MAX];
    struct index_state state;
    struct xt_text joined;
};

enum xt_code fts5_fail(sqlite3 *db, struct xt_error *err);
enum xt_code fts5_connect(const char *path, bool create, struct token_count *count, sqlite3 **out,
                          struct xt_error *err);
enum xt_code fts5_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out, struct xt_error *err);
enum xt_code fts5_read_state(sqlite3_stmt *stmt, struct index_state *out, uint64_t *out_mark,
                             struct xt_hash *out_schema, struct xt_error *err);
extern const char fts5_state_sql[];
enum xt_code fts5_read_dict(struct engine *engine, sqlite3_stmt *stmt, struct xt_error *err);

enum xt_code fts5_begin(struct engine *engine, struct view *out, struct xt_error *err);
void fts5_end(struct view *view);
void fts5_reader_free(struct engine_reader *reader);
enum xt_code fts5_frequency(struct view *view, const struct query_node *leaf, const struct field_set *allowed,
                            int64_t *out, struct xt_error *err);
enum xt_code fts5_run(struct view *view, const struct text_plan *plan, take_docs *take, void *context,
                      struct xt_error *err);

#endif
