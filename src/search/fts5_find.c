/*
 * Searching in FTS5: a tree of phrases becomes a MATCH, and one auxiliary function called for each matching row reads
 * the hits and scores the document. A query of one phrase with many rows does not even step through SQL: after some
 * rows the function runs the phrase itself (xQueryPhrase), which opens it a second time but costs less for each row.
 * FTS5's own bm25() is never used: it reads all hits twice, and takes nine times as long on broad words.
 */
#include <stdlib.h>
#include <string.h>

#include "search/fts5.h"
#include "text/token.h"

#define READERS_IDLE_MAX 16
#define STEPS_MAX        256 /* rows that a query of one phrase steps through before it runs inside */

/* A phrase as FTS5 numbers them. An exact twin is the word of a prefix without its star: its hits count again. */
struct phrase {
    unsigned leaf;
};

struct find {
    const struct text_plan *plan;
    take_docs *take;
    void *context;
    uint32_t docs[BATCH_DOCS]; /* not given on yet */
    double doc_scores[BATCH_DOCS];
    size_t doc_count;
    const struct columns *columns;
    struct phrase phrases[2 * QUERY_LEAVES_MAX];
    size_t phrase_count;
    double hits[QUERY_LEAVES_MAX]; /* weighted, of the row at hand */
    double scores[QUERY_LEAVES_MAX];
    bool single; /* one phrase: may run inside */
    bool done;
    bool stopped; /* nothing more is wanted */
    uint64_t steps;
    int64_t last_step; /* the row stepped to last: running inside starts again before it */
    /* counting instead of collecting */
    bool counting;
    const struct view *view;
    uint64_t rows, counted; /* met; alive and seen */
    int64_t last_row;
    int error;
};

/* ---- the MATCH ---- */

static bool all_allowed(const struct engine *engine, const struct query_node *leaf, const struct field_set *allowed)
{
    for (size_t i = 0; i < engine->schema->field_count; i++)
        if (!field_set_has(&leaf->fields, i) || (allowed && !field_set_has(allowed, i)))
            return false;
    return true;
}

/* Is the last token a beginning that is indexed as such? Chinese characters and digits are not. */
static bool is_beginning(const struct query_node *leaf)
{
    struct xt_str last = leaf->tokens[leaf->token_count - 1];
    uint32_t first;

    if (!leaf->prefix || (last.s[0] >= '0' && last.s[0] <= '9') || xt_utf8_count(last.s, last.n) > BEGINNING_CHARS)
        return false;
    (void)xt_utf8_decode(last.s, last.n, &first);
    return !xt_is_han(first);
}

static void write_phrase(const struct engine *engine, const struct query_node *leaf, const struct field_set *allowed,
                         bool prefix, struct xt_text *out)
{
    if (!all_allowed(engine, leaf, allowed)) {
        const char *before = "{";

        for (size_t i = 0; i < engine->schema->field_count; i++)
            if (field_set_has(&leaf->fields, i) && (!allowed || field_set_has(allowed, i))) {
                xt_text_addf(out, "%sc%zu", before, i);
                before = " ";
            }
        xt_text_add_z(out, "} : ");
    }
    bool beginning = prefix && is_beginning(leaf);
    for (size_t i = 0; i < leaf->token_count; i++) {
        /* tokens hold letters and digits only, nothing to escape */
        xt_text_add_z(out, i ? " + \"" : "\"");
        if (beginning && i + 1 == leaf->token_count)
            xt_text_add_char(out, BEGINNING);
        xt_text_add_str(out, leaf->tokens[i]);
        xt_text_add_char(out, '"');
    }
    if (prefix && !beginning)
        xt_text_add_z(out, " *");
}

static void write_match(const struct engine *engine, const struct query_node *node, const struct field_set *allowed,
                        struct find *find, struct xt_text *out)
{
    const struct query_node *child;

    switch (node->kind) {
    case QUERY_TEXT:
        if (has_twin(node)) {
            xt_text_add_char(out, '(');
            write_phrase(engine, node, allowed, true, out);
            xt_text_add_z(out, " OR ");
            write_phrase(engine, node, allowed, false, out);
            xt_text_add_char(out, ')');
            find->phrases[find->phrase_count++].leaf = node->leaf;
        } else {
            write_phrase(engine, node, allowed, node->prefix, out);
        }
        find->phrases[find->phrase_count++].leaf = node->leaf;
        break;
    case QUERY_AND:
        /* what is wanted first, then, in brackets of their own, what is not */
        xt_text_add_z(out, "((");
        for (child = node->first; child; child = child->next)
            if (child->kind != QUERY_NOT) {
                if (out->s[out->n - 1] != '(')
                    xt_text_add_z(out, " AND ");
                write_match(engine, child, allowed, find, out);
            }
        xt_text_add_char(out, ')');
        for (child = node->first; child; child = child->next)
            if (child->kind == QUERY_NOT) {
                xt_text_add_z(out, " NOT ");
                write_match(engine, child->first, allowed, find, out);
            }
        xt_text_add_char(out, ')');
        break;
    case QUERY_OR:
        xt_text_add_char(out, '(');
        for (child = node->first; child; child = child->next) {
            if (child != node->first)
                xt_text_add_z(out, " OR ");
            write_match(engine, child, allowed, find, out);
        }
        xt_text_add_char(out, ')');
        break;
    case QUERY_NOT:
    case QUERY_ALL:
    case QUERY_NONE:
    case QUERY_FACET:
    case QUERY_RANGE:
        break; /* ask.c gives none of these here */
    }
}

/* ---- rows ---- */

/* The weighted hits of a phrase of the row at hand; 0 when it is not in it. */
static double read_hits(const Fts5ExtensionApi *api, Fts5Context *row, int phrase, const double *weights, int *rc)
{
    Fts5PhraseIter iter;
    int column, offset;
    double hits = 0;

    *rc = api->xPhraseFirst(row, phrase, &iter, &column, &offset);
    while (*rc == SQLITE_OK && column >= 0) {
        hits += weights[column];
        api->xPhraseNext(row, &iter, &column, &offset);
    }
    return hits;
}

/* Gives on what has gathered; false when nothing more is wanted. */
static bool give_on(struct find *find)
{
    size_t count = find->doc_count;

    find->doc_count = 0;
    return find->take(find->context, find->docs, find->doc_scores, count);
}

static bool gather(struct find *find, uint32_t doc, double score)
{
    if (find->doc_count > 0 && (find->docs[0] ^ doc) >> COLUMNS_BLOCK_BITS != 0 && !give_on(find))
        return false;
    find->docs[find->doc_count] = doc;
    find->doc_scores[find->doc_count++] = score;
    return find->doc_count < BATCH_DOCS || give_on(find);
}

static int take_single(const Fts5ExtensionApi *api, Fts5Context *row, void *context)
{
    struct find *find = context;
    const struct rank *rank = find->plan->rank;
    int64_t rowid = api->xRowid(row);
    int rc;

    if (rowid <= find->last_step)
        return SQLITE_OK;
    uint32_t doc = (uint32_t)(rowid - 1);
    double hits = read_hits(api, row, 0, find->plan->weights, &rc);
    if (rc != SQLITE_OK)
        return rc;
    double score = rank->idf[find->plan->root->leaf] * rank_core(rank, hits, *COLUMN_LENGTH(find->columns, doc));
    find->stopped = !gather(find, doc, score);
    return find->stopped ? SQLITE_DONE : SQLITE_OK;
}

static int count_row(const Fts5ExtensionApi *api, Fts5Context *row, void *context)
{
    struct find *find = context;
    uint32_t doc;

    find->rows++;
    find->last_row = api->xRowid(row);
    doc = (uint32_t)(find->last_row - 1);
    find->counted += columns_alive(find->columns, doc, find->view->state.generation) &&
                     *COLUMN_CLASS(find->columns, doc) <= find->view->sees;
    return find->rows < FREQUENCY_DOCS_MAX ? SQLITE_OK : SQLITE_DONE;
}

static int take_row(const Fts5ExtensionApi *api, Fts5Context *row, struct find *find)
{
    const struct rank *rank = find->plan->rank;
    uint32_t doc = (uint32_t)(api->xRowid(row) - 1);
    unsigned length = *COLUMN_LENGTH(find->columns, doc);
    size_t count = find->phrase_count;

    for (size_t i = 0; i < count; i++)
        find->hits[find->phrases[i].leaf] = 0;
    for (size_t i = 0; i < count; i++) {
        int rc;

        find->hits[find->phrases[i].leaf] += read_hits(api, row, (int)i, find->plan->weights, &rc);
        if (rc != SQLITE_OK)
            return rc;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned leaf = find->phrases[i].leaf;

        find->scores[leaf] = find->hits[leaf] > 0 ? rank->idf[leaf] * rank_core(rank, find->hits[leaf], length) : -1;
    }
    double score = rank_tree(find->plan->root, find->scores);
    find->stopped = !gather(find, doc, score < 0 ? 0 : score);
    find->done = find->done || find->stopped;
    return SQLITE_OK;
}

/* xt_collect(doc): called for each matching row. */
static void collect(const Fts5ExtensionApi *api, Fts5Context *row, sqlite3_context *result, int arg_count,
                    sqlite3_value **args)
{
    struct engine_reader *reader = api->xUserData(row);
    struct find *find = reader->find;
    int rc;

    (void)arg_count;
    (void)args;
    if (find->counting || (find->single && ++find->steps > STEPS_MAX)) {
        rc = api->xQueryPhrase(row, 0, find, find->counting ? count_row : take_single);
        find->done = true;
    } else {
        rc = take_row(api, row, find);
        find->last_step = api->xRowid(row);
    }
    if (rc != SQLITE_OK && rc != SQLITE_DONE) {
        find->error = rc;
        sqlite3_result_error_code(result, rc);
    }
}

/* ---- readers ---- */

void fts5_reader_free(struct engine_reader *reader)
{
    (void)sqlite3_finalize(reader->begin);
    (void)sqlite3_finalize(reader->commit);
    (void)sqlite3_finalize(reader->state);
    (void)sqlite3_finalize(reader->match);
    (void)sqlite3_finalize(reader->dict);
    (void)sqlite3_close(reader->db);
    free(reader);
}

static enum xt_code open_reader(struct engine *engine, struct engine_reader **out, struct xt_error *err)
{
    struct engine_reader *reader = xt_calloc(1, sizeof *reader);
    struct xt_text path;
    fts5_api *api;
    enum xt_code rc;

    reader->engine = engine;
    xt_text_init(&path, 4096);
    xt_text_addf(&path, "%s/index.db", engine->dir);
    rc = fts5_connect(path.s, false, &reader->count, &reader->db, err);
    xt_text_done(&path);
    if (rc == XT_OK && sqlite3_exec(reader->db, "PRAGMA query_only = 1", NULL, NULL, NULL) != SQLITE_OK)
        rc = fts5_fail(reader->db, err);
    if (rc == XT_OK) {
        api = fts5_api_of(reader->db);
        if (!api || api->xCreateFunction(api, "xt_collect", reader, collect, NULL) != SQLITE_OK)
            rc = fts5_fail(reader->db, err);
    }
    if (rc == XT_OK)
        rc = fts5_prepare(reader->db, "BEGIN", &reader->begin, err);
    if (rc == XT_OK)
        rc = fts5_prepare(reader->db, "COMMIT", &reader->commit, err);
    if (rc == XT_OK)
        rc = fts5_prepare(reader->db, fts5_state_sql, &reader->state, err);
    if (rc == XT_OK)
        rc = fts5_prepare(reader->db, "SELECT xt_collect(doc) FROM doc WHERE doc MATCH ?1", &reader->match, err);
    if (rc == XT_OK)
        rc = fts5_prepare(reader->db, "SELECT ordinal, value, above FROM dict WHERE facet = ? AND ordinal > ?",
                          &reader->dict, err);
    if (rc != XT_OK) {
        fts5_reader_free(reader);
        return rc;
    }
    *out = reader;
    return XT_OK;
}

static bool run_once(sqlite3_stmt *stmt)
{
    bool done = sqlite3_step(stmt) == SQLITE_DONE;

    return sqlite3_reset(stmt) == SQLITE_OK && done;
}

static enum xt_code start_snapshot(struct engine *engine, struct view *view, struct xt_error *err)
{
    struct xt_hash schema;
    uint64_t mark;
    enum xt_code rc;

    if (!run_once(view->reader->begin))
        return fts5_fail(view->reader->db, err);
    rc = fts5_read_state(view->reader->state, &view->state, &mark, &schema, err);
    if (rc == XT_OK && mark != engine->mark)
        rc = xt_fail(err, XT_E_BUSY, "", XT_MSG_SEARCH_INDEX_BUSY);
    /* The feeder's own process has the values before they are stored. */
    if (rc == XT_OK && !engine->feeds) {
        (void)pthread_mutex_lock(&engine->lock);
        rc = fts5_read_dict(engine, view->reader->dict, err);
        (void)pthread_mutex_unlock(&engine->lock);
    }
    return rc;
}

enum xt_code fts5_begin(struct engine *engine, struct view *out, struct xt_error *err)
{
    struct view view = {.engine = engine, .columns = &engine->columns, .dict = &engine->dict};
    enum xt_code rc = XT_OK;

    (void)pthread_mutex_lock(&engine->lock);
    view.reader = engine->readers;
    if (view.reader) {
        engine->readers = view.reader->next;
        engine->reader_count--;
    }
    (void)pthread_mutex_unlock(&engine->lock);
    if (!view.reader)
        rc = open_reader(engine, &view.reader, err);
    if (rc != XT_OK)
        return rc;
    rc = start_snapshot(engine, &view, err);
    if (rc != XT_OK) {
        fts5_end(&view);
        return rc;
    }
    *out = view;
    return XT_OK;
}

void fts5_end(struct view *view)
{
    struct engine *engine = view->engine;
    struct engine_reader *reader = view->reader;

    if (!sqlite3_get_autocommit(reader->db))
        (void)run_once(reader->commit); /* nothing was written */
    (void)pthread_mutex_lock(&engine->lock);
    bool keep = engine->reader_count < READERS_IDLE_MAX;
    if (keep) {
        reader->next = engine->readers;
        engine->readers = reader;
        engine->reader_count++;
    }
    (void)pthread_mutex_unlock(&engine->lock);
    if (!keep)
        fts5_reader_free(reader);
    view->reader = NULL;
}

/* ---- running ---- */

static enum xt_code run_match(struct view *view, const struct xt_text *match, struct find *find, struct xt_error *err)
{
    struct engine_reader *reader = view->reader;
    int step = SQLITE_ROW;

    if (xt_text_overflowed(match))
        return xt_fail(err, XT_E_INPUT, "q", XT_MSG_SEARCH_TOO_LONG);
    reader->find = find;
    sqlite3_bind_text(reader->match, 1, match->s, (int)match->n, SQLITE_STATIC);
    while (!find->done && step == SQLITE_ROW)
        step = sqlite3_step(reader->match);
    enum xt_code rc = step == SQLITE_ROW || step == SQLITE_DONE ? XT_OK : fts5_fail(reader->db, err);
    (void)sqlite3_reset(reader->match); /* its error was reported above */
    reader->find = NULL;
    return rc;
}

enum xt_code fts5_run(struct view *view, const struct text_plan *plan, take_docs *take, void *context,
                      struct xt_error *err)
{
    struct find *find = xt_calloc(1, sizeof *find);
    struct xt_text match;
    enum xt_code rc;

    find->plan = plan;
    find->take = take;
    find->context = context;
    find->columns = view->columns;
    xt_text_init(&match, XT_MIB);
    write_match(view->engine, plan->root, plan->allowed, find, &match);
    /* A prefix has its list merged when the query starts; running the phrase again would merge it twice. */
    find->single =
        plan->root->kind == QUERY_TEXT && find->phrase_count == 1 && (!plan->root->prefix || is_beginning(plan->root));
    rc = run_match(view, &match, find, err);
    if (rc == XT_OK && !find->stopped)
        (void)give_on(find);
    xt_text_done(&match);
    free(find);
    return rc;
}

enum xt_code fts5_frequency(struct view *view, const struct query_node *leaf, const struct field_set *allowed,
                            int64_t *out, struct xt_error *err)
{
    struct find *find = xt_calloc(1, sizeof *find);
    struct xt_text match, name;
    enum xt_code rc = XT_OK;

    find->columns = view->columns;
    find->counting = true;
    find->view = view;
    xt_text_init(&match, XT_MIB);
    xt_text_init(&name, XT_MIB + 8);
    write_phrase(view->engine, leaf, allowed, leaf->prefix, &match);
    xt_text_addf(&name, "%d.%s", view->sees, match.s);
    if (!frequencies_find(&view->engine->frequencies, name.s, (int64_t)view->state.docs, out)) {
        rc = run_match(view, &match, find, err);
        if (rc == XT_OK) {
            *out = (int64_t)find->counted;
            if (find->rows == FREQUENCY_DOCS_MAX && find->last_row > 0)
                *out = (int64_t)((double)find->counted * (double)view->state.docs / (double)find->last_row);
            frequencies_keep(&view->engine->frequencies, name.s, (int64_t)view->state.docs, *out);
        }
    }
    xt_text_done(&name);
    xt_text_done(&match);
    free(find);
    return rc;
}
