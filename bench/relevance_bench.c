/*
 * relevance_bench FOLDER COLLECTION...: how well the answers are ordered, by our two engines and by stock FTS5.
 * relevance_bench --tune FOLDER COLLECTION...: which weights order best.
 *
 * FOLDER holds what relevance_sets.mjs made. Each collection is indexed by each way, every query is asked of each, and the first
 * RELEVANCE_DEPTH hits are judged. Stock is FTS5 with its own unicode61 tokenizer over text split into pairs and bm25() with
 * our field weights; equal scores stand by record number on all sides. Prints a table and, last, one line of JSON, which also
 * says for how many queries the two engines differ in any hit or its place, and by how much in a score.
 *
 * --tune takes one weight after the other to the value that is best over the queries of half 0, every set counting the same, as
 * long as that gains; then it says what was won on half 1, which had no say. RELEVANCE_WEIGHTS=title,keywords,k1,b tries
 * just these. Files lie in BENCH_DIR (default /tmp).
 */
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "relevance_model.h"
#include "relevance_sets.h"
#include "search/search.h"
#include "text/token.h"

#define SETS_MAX 64
#define BATCH    2000

enum { SEGMENT, FTS5, STOCK, WAYS };
static const char *const ways[WAYS] = {"segment", "fts5", "stock"};

static const struct xt_search_field fields[RELEVANCE_FIELDS] = {
    {"title", {"标题", "Title"}, XT_WEIGHT_TITLE, XT_PUBLIC, NULL},
    {"keywords", {"关键词", "Keywords"}, XT_WEIGHT_KEYWORDS, XT_PUBLIC, NULL},
    {"abstract", {"摘要", "Abstract"}, XT_WEIGHT_TEXT, XT_PUBLIC, NULL},
};
static const struct xt_search_schema schema = {.fields = fields, .field_count = RELEVANCE_FIELDS};

/* A set of queries over one collection. */
struct set {
    const char *collection;
    struct xt_str name;
    size_t count;
    struct relevance_worth sums[WAYS];
};

struct report {
    struct set sets[SETS_MAX];
    size_t count;
    size_t queries, differ; /* answers of the two engines that are not the same hits in the same order */
    double score_differs;   /* most, as a share of the score */
};

static void must(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "relevance_bench: %s\n", what);
        exit(1);
    }
}

static struct set *set_of(struct report *report, const char *collection, struct xt_str name)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->sets[i].collection == collection && xt_str_eq(report->sets[i].name, name))
            return &report->sets[i];
    must(report->count < SETS_MAX, "too many sets");
    report->sets[report->count] = (struct set){.collection = collection, .name = {xt_strndup(name.s, name.n), name.n}};
    return &report->sets[report->count++];
}

static void add_worth(struct relevance_worth *sum, struct relevance_worth worth)
{
    sum->reciprocal += worth.reciprocal;
    sum->first += worth.first;
    sum->ten += worth.ten;
    sum->ndcg += worth.ndcg;
}

/* ---- ours ---- */

static void feed(struct xt_search *search, const struct relevance_collection *c, size_t from, size_t count)
{
    struct xt_search_doc docs[BATCH];
    struct xt_search_text *texts = NULL;
    size_t n = 0, room = 0;

    memset(docs, 0, sizeof docs);
    for (size_t i = 0; i < count; i++) {
        for (unsigned f = 0; f < RELEVANCE_FIELDS; f++) {
            struct xt_str left = c->docs[from + i].fields[f], value;

            while (relevance_item(&left, '\x1f', &value)) {
                xt_grow(&texts, &room, n + 1, sizeof *texts);
                texts[n++] = (struct xt_search_text){f, value};
                docs[i].text_count++;
            }
        }
        docs[i].id = (int64_t)(from + i);
        docs[i].date = INT64_MIN;
    }
    size_t at = 0;
    for (size_t i = 0; i < count; i++) { /* only now, as texts moved while it grew */
        docs[i].texts = texts + at;
        at += docs[i].text_count;
    }
    must(xt_search_feed(search, docs, count, (int64_t)(from + count), NULL) == XT_OK, "feed");
    free(texts);
}

static struct xt_search *build_ours(const char *folder, const char *engine, const struct relevance_collection *c)
{
    char dir[4200];
    struct xt_search *search;
    bool fresh;

    (void)snprintf(dir, sizeof dir, "%s/%s", folder, engine);
    struct xt_search_options options = {dir, true, &schema, engine};
    must(xt_search_open(&options, &search, &fresh, NULL) == XT_OK, "open");
    for (size_t from = 0; from < c->doc_count; from += BATCH)
        feed(search, c, from, c->doc_count - from < BATCH ? c->doc_count - from : BATCH);
    must(xt_search_tidy(search, 10000, NULL) == XT_OK, "tidy");
    return search;
}

struct hits {
    uint32_t docs[RELEVANCE_DEPTH + 1]; /* one more, as one may be left out */
    double scores[RELEVANCE_DEPTH + 1];
    size_t count;
};

static void ask_ours(struct xt_search *search, const struct relevance_query *query, struct hits *out)
{
    struct xt_text text;
    struct xt_arena arena;
    struct xt_search_answer answer;

    xt_text_init(&text, 4 * XT_KIB);
    relevance_text(query, &text);
    xt_arena_init(&arena);
    struct xt_search_request request = {
        .query = xt_text_view(&text), .limit = RELEVANCE_DEPTH + 1, .reader = XT_PUBLIC};
    must(xt_search_ask(search, &request, &arena, &answer, NULL) == XT_OK, "ask");
    out->count = answer.hit_count;
    for (size_t i = 0; i < answer.hit_count; i++) {
        out->docs[i] = (uint32_t)answer.hits[i].id;
        out->scores[i] = answer.hits[i].score;
    }
    xt_arena_done(&arena);
    xt_text_done(&text);
}

/* ---- stock ---- */

static void sql(sqlite3 *db, const char *text)
{
    must(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db));
}

static bool add_token(void *context, const struct xt_token *token)
{
    struct xt_text *out = context;

    if (out->n)
        xt_text_add_char(out, ' ');
    xt_text_add(out, token->s, token->n);
    return true;
}

/* A phrase, and where it ends when the last character of its last run is left to the pair before it. */
struct phrase {
    struct xt_text text;
    size_t end;
};

static bool add_phrase_token(void *context, const struct xt_token *token)
{
    struct phrase *phrase = context;
    bool said = token->kind == XT_TOKEN_LAST && !token->run_starts;

    phrase->end = phrase->text.n;
    (void)add_token(&phrase->text, token);
    if (!said)
        phrase->end = phrase->text.n;
    return true;
}

static void bind(sqlite3_stmt *stmt, int at, struct xt_str text)
{
    must(sqlite3_bind_text(stmt, at, text.s, (int)text.n, SQLITE_TRANSIENT) == SQLITE_OK, "bind");
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *text)
{
    sqlite3_stmt *stmt = NULL;

    must(sqlite3_prepare_v2(db, text, -1, &stmt, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    return stmt;
}

static sqlite3 *build_stock(const char *folder, const struct relevance_collection *c)
{
    char file[4200];
    struct xt_text tokens;
    sqlite3 *db;

    (void)snprintf(file, sizeof file, "%s/stock.db", folder);
    must(sqlite3_open(file, &db) == SQLITE_OK, "stock");
    sql(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE VIRTUAL TABLE f USING fts5(title, keywords, abstract, content='', tokenize='unicode61'); BEGIN");
    sqlite3_stmt *put = prepare(db, "INSERT INTO f(rowid, title, keywords, abstract) VALUES(?, ?, ?, ?)");
    xt_text_init(&tokens, 16 * XT_MIB);
    for (size_t i = 0; i < c->doc_count; i++) {
        must(sqlite3_bind_int64(put, 1, (sqlite3_int64)i) == SQLITE_OK, "bind");
        for (int f = 0; f < RELEVANCE_FIELDS; f++) {
            xt_text_clear(&tokens);
            xt_token_each(c->docs[i].fields[f], add_token, &tokens);
            bind(put, f + 2, xt_text_view(&tokens));
        }
        must(sqlite3_step(put) == SQLITE_DONE && sqlite3_reset(put) == SQLITE_OK, "stock insert");
    }
    sql(db, "COMMIT; INSERT INTO f(f) VALUES('optimize')");
    (void)sqlite3_finalize(put);
    xt_text_done(&tokens);
    return db;
}

/* The query as a MATCH: each term a phrase of pairs; one sent as it is, a phrase for what stands between white space. */
static void write_match(const struct relevance_query *query, struct xt_text *out)
{
    struct phrase phrase;

    xt_text_clear(out);
    xt_text_init(&phrase.text, 4 * XT_KIB);
    for (size_t i = 0; i < query->term_count; i++) {
        struct xt_str left = query->terms[i], part;

        while (relevance_item(&left, query->as_it_is ? ' ' : '\x1f', &part)) {
            xt_text_clear(&phrase.text);
            phrase.end = 0;
            xt_token_each(part, add_phrase_token, &phrase);
            if (phrase.end == 0)
                continue;
            if (out->n)
                xt_text_add_z(out, query->any ? " OR " : " AND ");
            xt_text_addf(out, "\"%.*s\"", (int)phrase.end, phrase.text.s);
        }
    }
    xt_text_done(&phrase.text);
}

static void ask_stock(sqlite3_stmt *stmt, const struct relevance_query *query, struct hits *out)
{
    struct xt_text match;
    int rc;

    out->count = 0;
    xt_text_init(&match, 16 * XT_KIB);
    write_match(query, &match);
    if (match.n) {
        bind(stmt, 1, xt_text_view(&match));
        while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
            out->docs[out->count] = (uint32_t)sqlite3_column_int64(stmt, 0);
            out->scores[out->count++] = sqlite3_column_double(stmt, 1);
        }
        must(rc == SQLITE_DONE && sqlite3_reset(stmt) == SQLITE_OK, "stock query");
    }
    xt_text_done(&match);
}

static sqlite3_stmt *prepare_stock(sqlite3 *db)
{
    struct relevance_weights now = relevance_present();
    char text[256];

    (void)snprintf(text, sizeof text,
                   "SELECT rowid, bm25(f, %g, %g, %g) AS score FROM f WHERE f MATCH ?1 ORDER BY score, rowid LIMIT %d",
                   now.fields[RELEVANCE_TITLE], now.fields[RELEVANCE_KEYWORDS], now.fields[RELEVANCE_ABSTRACT],
                   RELEVANCE_DEPTH + 1);
    return prepare(db, text);
}

/* ---- measuring ---- */

static void compare(struct report *report, const struct hits *a, const struct hits *b)
{
    bool same = a->count == b->count && memcmp(a->docs, b->docs, a->count * sizeof *a->docs) == 0;

    report->queries++;
    report->differ += !same;
    for (size_t i = 0; same && i < a->count; i++)
        report->score_differs = fmax(report->score_differs, fabs(a->scores[i] - b->scores[i]) / a->scores[i]);
}

static void measure(struct report *report, const char *name, const struct relevance_collection *c, const char *folder)
{
    struct xt_search *ours[STOCK] = {build_ours(folder, ways[SEGMENT], c), build_ours(folder, ways[FTS5], c)};
    sqlite3 *db = build_stock(folder, c);
    sqlite3_stmt *stmt = prepare_stock(db);
    static struct hits hits[WAYS];

    for (size_t q = 0; q < c->query_count; q++) {
        const struct relevance_query *query = &c->queries[q];
        struct set *set = set_of(report, name, query->set);

        ask_ours(ours[SEGMENT], query, &hits[SEGMENT]);
        ask_ours(ours[FTS5], query, &hits[FTS5]);
        ask_stock(stmt, query, &hits[STOCK]);
        compare(report, &hits[SEGMENT], &hits[FTS5]);
        for (int way = 0; way < WAYS; way++)
            add_worth(&set->sums[way], relevance_judge(query, hits[way].docs, hits[way].count));
        set->count++;
    }
    (void)sqlite3_finalize(stmt);
    must(sqlite3_close(db) == SQLITE_OK, "close");
    for (int way = 0; way < STOCK; way++)
        xt_search_close(&ours[way]);
}

static void print_report(const struct report *report)
{
    struct xt_text json;

    xt_text_init(&json, XT_MIB);
    printf("%-16s %-20s %7s  %s\n", "collection", "set", "queries",
           "MRR, first, in ten, nDCG@10 of segment; fts5; stock");
    xt_text_addf(&json, "{\"queries\":%zu,\"differ\":%zu,\"score_differs\":%.3g,\"sets\":[", report->queries,
                 report->differ, report->score_differs);
    for (size_t i = 0; i < report->count; i++) {
        const struct set *set = &report->sets[i];
        double n = (double)set->count;

        printf("%-16s %-20.*s %7zu ", set->collection, (int)set->name.n, set->name.s, set->count);
        xt_text_addf(&json, "%s{\"collection\":\"%s\",\"set\":\"%.*s\",\"queries\":%zu", i ? "," : "", set->collection,
                     (int)set->name.n, set->name.s, set->count);
        for (int way = 0; way < WAYS; way++) {
            struct relevance_worth sum = set->sums[way];

            printf("  %.4f %.3f %.3f %.4f%s", sum.reciprocal / n, sum.first / n, sum.ten / n, sum.ndcg / n,
                   way + 1 < WAYS ? ";" : "\n");
            xt_text_addf(&json, ",\"%s\":{\"mrr\":%.6f,\"first\":%.6f,\"ten\":%.6f,\"ndcg\":%.6f}", ways[way],
                         sum.reciprocal / n, sum.first / n, sum.ten / n, sum.ndcg / n);
        }
        xt_text_add_char(&json, '}');
    }
    printf("%zu queries, %zu answered otherwise by the other engine, scores differ by %.3g of themselves at most\n",
           report->queries, report->differ, report->score_differs);
    printf("%s]}\n", json.s);
    xt_text_done(&json);
}

static void remove_folder(const char *folder)
{
    char command[4300];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    must(system(command) == 0, "cannot tidy up"); /* a path of our own making */
}

static void bench(const char *sets, char **names, int count)
{
    const char *base = getenv("BENCH_DIR");
    static struct report report;
    char folder[4096], path[4200];

    for (int i = 0; i < count; i++) {
        struct relevance_collection collection;

        (void)snprintf(folder, sizeof folder, "%s/xietong-relevance-XXXXXX", base ? base : "/tmp");
        must(mkdtemp(folder) != NULL, "no folder");
        (void)snprintf(path, sizeof path, "%s/%s", sets, names[i]);
        relevance_read(path, &collection);
        measure(&report, names[i], &collection, folder);
        relevance_done(&collection);
        remove_folder(folder);
    }
    print_report(&report);
}

/* ---- choosing weights ---- */

#define COLLECTIONS_MAX 8

struct trial {
    struct relevance_collection collections[COLLECTIONS_MAX];
    struct relevance_model *models[COLLECTIONS_MAX];
    char **names;
    size_t count;
    struct report sets; /* only their names */
};

/* Means of a set over the queries of one half. */
struct outcome {
    double ndcg[SETS_MAX], reciprocal[SETS_MAX];
    double *each[SETS_MAX]; /* nDCG@10 of every query, NULL unless wanted */
    size_t counts[SETS_MAX];
};

static double judge_half(struct trial *trial, unsigned half, const struct relevance_weights *weights,
                         struct outcome *out)
{
    double sum = 0;

    memset(out->ndcg, 0, sizeof out->ndcg);
    memset(out->reciprocal, 0, sizeof out->reciprocal);
    memset(out->counts, 0, sizeof out->counts);
    for (size_t i = 0; i < trial->count; i++)
        for (size_t q = 0; q < trial->collections[i].query_count; q++) {
            const struct relevance_query *query = &trial->collections[i].queries[q];

            if (query->half != half || !relevance_model_has(trial->models[i], q))
                continue;
            size_t set = (size_t)(set_of(&trial->sets, trial->names[i], query->set) - trial->sets.sets);
            struct relevance_worth worth = relevance_model_judge(trial->models[i], q, weights);
            out->ndcg[set] += worth.ndcg;
            out->reciprocal[set] += worth.reciprocal;
            if (out->each[set])
                out->each[set][out->counts[set]] = worth.ndcg;
            out->counts[set]++;
        }
    for (size_t s = 0; s < trial->sets.count; s++) {
        out->ndcg[s] /= (double)(out->counts[s] ? out->counts[s] : 1);
        out->reciprocal[s] /= (double)(out->counts[s] ? out->counts[s] : 1);
        sum += out->ndcg[s];
    }
    return sum / (double)trial->sets.count;
}

static const double title_steps[] = {0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10};
static const double k1_steps[] = {0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 4.0, 6.0};
static const double b_steps[] = {0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1};
static const struct knob {
    const char *name;
    size_t offset;
    const double *steps;
    size_t count;
} knobs[] = {
    {"title", offsetof(struct relevance_weights, fields[RELEVANCE_TITLE]), title_steps, XT_COUNT(title_steps)},
    {"keywords", offsetof(struct relevance_weights, fields[RELEVANCE_KEYWORDS]), title_steps, XT_COUNT(title_steps)},
    {"k1", offsetof(struct relevance_weights, k1), k1_steps, XT_COUNT(k1_steps)},
    {"b", offsetof(struct relevance_weights, b), b_steps, XT_COUNT(b_steps)},
};

/* The best value of one weight with the others as they are; prints all that were tried. */
static double turn(struct trial *trial, const struct knob *knob, struct relevance_weights *weights, double now)
{
    struct outcome outcome = {.each = {NULL}};
    double *value = (double *)((char *)weights + knob->offset), best = *value;

    printf("%-9s", knob->name);
    for (size_t i = 0; i < knob->count; i++) {
        *value = knob->steps[i];
        double got = judge_half(trial, 0, weights, &outcome);

        printf(" %g:%.4f", knob->steps[i], got);
        if (got > now) {
            now = got;
            best = knob->steps[i];
        }
    }
    *value = best;
    printf("  -> %g\n", best);
    (void)fflush(stdout);
    return now;
}

static struct relevance_weights search_weights(struct trial *trial)
{
    struct relevance_weights weights = relevance_present();
    struct outcome outcome = {.each = {NULL}};
    double now = judge_half(trial, 0, &weights, &outcome), before;

    printf("half 0, present weights: %.4f\n", now);
    do {
        before = now;
        for (size_t i = 0; i < XT_COUNT(knobs); i++)
            now = turn(trial, &knobs[i], &weights, now);
    } while (now > before + 0.0001);
    return weights;
}

/* Half the width of the 95 % interval of the mean of b - a. */
static double doubt(const double *a, const double *b, size_t count)
{
    double sum = 0, squares = 0;

    for (size_t i = 0; i < count; i++) {
        sum += b[i] - a[i];
        squares += (b[i] - a[i]) * (b[i] - a[i]);
    }
    double n = (double)count, mean = sum / n;
    return count < 2 ? 0 : 1.96 * sqrt(fmax(0, squares / n - mean * mean) / (n - 1));
}

static void print_change(struct trial *trial, unsigned half, const struct relevance_weights *old,
                         const struct relevance_weights *chosen)
{
    static struct outcome before, after;

    (void)judge_half(trial, half, old, &before); /* to know the sets */
    for (size_t s = 0; s < trial->sets.count; s++) {
        before.each[s] = xt_calloc(before.counts[s] + 1, sizeof **before.each);
        after.each[s] = xt_calloc(before.counts[s] + 1, sizeof **after.each);
    }
    double was = judge_half(trial, half, old, &before), is = judge_half(trial, half, chosen, &after);
    printf("\nhalf %u: nDCG@10 %.4f -> %.4f\n", half, was, is);
    for (size_t s = 0; s < trial->sets.count; s++) {
        const struct set *set = &trial->sets.sets[s];

        printf("%-16s %-20.*s %5zu  nDCG@10 %.4f -> %.4f (%+.4f +- %.4f)  MRR %.4f -> %.4f\n", set->collection,
               (int)set->name.n, set->name.s, before.counts[s], before.ndcg[s], after.ndcg[s],
               after.ndcg[s] - before.ndcg[s], doubt(before.each[s], after.each[s], before.counts[s]),
               before.reciprocal[s], after.reciprocal[s]);
        free(before.each[s]);
        free(after.each[s]);
        before.each[s] = after.each[s] = NULL;
    }
}

/* What a bonus for new records costs where age says nothing about what is right. */
static void print_freshness(struct trial *trial, struct relevance_weights weights)
{
    static const double steps[] = {0, 0.05, 0.1, 0.2, 0.4};
    struct outcome outcome = {.each = {NULL}};

    printf("\nfreshness, ages by lot:");
    for (size_t i = 0; i < XT_COUNT(steps); i++) {
        weights.fresh = steps[i];
        double both = judge_half(trial, 0, &weights, &outcome) + judge_half(trial, 1, &weights, &outcome);
        printf(" %g:%.4f", steps[i], both / 2);
    }
    printf("\n");
}

/* Weights given as title,keywords,k1,b; else those that the search finds. */
static struct relevance_weights chosen_weights(struct trial *trial)
{
    const char *given = getenv("RELEVANCE_WEIGHTS");
    struct relevance_weights weights = relevance_present();

    if (!given)
        return search_weights(trial);
    must(sscanf(given, "%lf,%lf,%lf,%lf", &weights.fields[RELEVANCE_TITLE], &weights.fields[RELEVANCE_KEYWORDS],
                &weights.k1, &weights.b) == 4,
         "RELEVANCE_WEIGHTS is title,keywords,k1,b");
    return weights;
}

static void tune(const char *sets, char **names, int count)
{
    static struct trial trial;
    struct relevance_weights present = relevance_present();
    char path[4200];

    must(count <= COLLECTIONS_MAX, "too many collections");
    trial.names = names;
    for (int i = 0; i < count; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", sets, names[i]);
        relevance_read(path, &trial.collections[i]);
        trial.models[i] = relevance_model_new(&trial.collections[i], &schema);
    }
    trial.count = (size_t)count;
    struct relevance_weights chosen = chosen_weights(&trial);
    printf("\ntitle %g, keywords %g, text %g, k1 %g, b %g\n", chosen.fields[0], chosen.fields[1], chosen.fields[2],
           chosen.k1, chosen.b);
    print_change(&trial, 0, &present, &chosen);
    print_change(&trial, 1, &present, &chosen);
    print_freshness(&trial, chosen);
    for (int i = 0; i < count; i++) {
        relevance_model_free(&trial.models[i]);
        relevance_done(&trial.collections[i]);
    }
}

int main(int argc, char **argv)
{
    bool tuning = argc > 1 && strcmp(argv[1], "--tune") == 0;
    int at = tuning ? 2 : 1;

    if (argc < at + 2) {
        fprintf(stderr, "usage: relevance_bench [--tune] FOLDER COLLECTION...\n");
        return 2;
    }
    if (tuning)
        tune(argv[at], argv + at + 1, argc - at - 1);
    else
        bench(argv[at], argv + at + 1, argc - at - 1);
    return 0;
}
