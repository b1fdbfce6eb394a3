/*
 * search_bench [RECORDS] [ROUNDS] [FOLDER]: our search beside stock FTS5, in one process and one run, on the same records.
 *
 * Stock: FTS5 with its own unicode61 tokenizer over text already split into pairs, bm25() with column weights, the
 * top 20, and five facet counts by GROUP BY over a table in memory of what matched. Ours: xt_search_ask() with the
 * same five facets and limit. Both answer each query once before it is measured, ROUNDS times then (default 3); the
 * median per query counts; p50 and p95 are over the queries of a class. Prints a table and, last, one line of JSON.
 * Files lie in BENCH_DIR (default /tmp) while it runs. With FOLDER, the records split into pairs (rows.tsv) and the
 * queries with what each took us (queries.tsv) are written there, for a peer that is a server.
 */
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/time.h"
#include "records.h"
#include "search/search.h"
#include "text/collate.h"
#include "text/token.h"

#define QUERIES_MAX 32
#define BATCH       20000

enum { TITLE, KEYWORDS, ABSTRACT, FIELDS };
enum { TYPE, AREA, YEAR, SUBJECT, ORGANISATION, FACETS };

static const struct xt_search_field fields[FIELDS] = {
    {"title", {"标题", "Title"}, XT_WEIGHT_TITLE, XT_PUBLIC, NULL},
    {"keywords", {"关键词", "Keywords"}, XT_WEIGHT_KEYWORDS, XT_PUBLIC, NULL},
    {"abstract", {"摘要", "Abstract"}, XT_WEIGHT_TEXT, XT_PUBLIC, NULL},
};
static const struct xt_search_facet facets[FACETS] = {
    {"type", {"类型", "Type"}, false, NULL, NULL, NULL},
    {"area", {"地区", "Area"}, false, NULL, NULL, NULL},
    {"year", {"年份", "Year"}, true, NULL, NULL, NULL},
    {"subject", {"学科", "Subject"}, false, NULL, NULL, NULL},
    {"organisation", {"机构", "Organisation"}, false, NULL, NULL, NULL},
};
static const struct xt_search_schema schema = {fields, FIELDS, facets, FACETS, NULL, 0, {NULL, 0}};

/* A query for both: ours in our language, stock's as a MATCH. */
struct query {
    char text[256], match[512];
    const char *type, *area; /* filters, NULL = none */
};

struct class
{
    const char *name;
    struct query queries[QUERIES_MAX];
    size_t count;
    double ours[QUERIES_MAX], stock[QUERIES_MAX]; /* milliseconds */
    int64_t hits[QUERIES_MAX];
};

static void must(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "search_bench: %s\n", what);
        exit(1);
    }
}

/* Time of this thread, and on the clock: where they differ much, the machine was busy with other things. */
struct spent {
    int64_t wall_us, cpu_us;
};

static int64_t cpu_us(void)
{
    struct timespec now;

    must(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0, "clock");
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- queries ---- */

static bool add_pair(void *context, const struct xt_token *token)
{
    struct xt_text *out = context;

    if (out->n)
        xt_text_add_char(out, ' ');
    xt_text_add(out, token->s, token->n);
    return true;
}

static bool add_match(void *context, const struct xt_token *token)
{
    if (token->kind == XT_TOKEN_LAST && !token->run_starts)
        return true;
    return add_pair(context, token);
}

/* One more word to a query; a star makes it a beginning. */
static void add_word(struct query *query, const char *word, bool star)
{
    struct xt_text tokens;
    size_t n = strlen(query->text), m = strlen(query->match);

    xt_text_init(&tokens, XT_KIB);
    xt_token_each(xt_str(word), add_match, &tokens);
    (void)snprintf(query->text + n, sizeof query->text - n, "%s%s", n ? " " : "", word);
    (void)snprintf(query->match + m, sizeof query->match - m, "%s\"%s\"%s", m ? " AND " : "", tokens.s,
                   star ? "*" : "");
    xt_text_done(&tokens);
}

static void add_keyword(struct query *query, const struct records *records, uint64_t n, unsigned low, unsigned high)
{
    struct xt_str keyword = records_keyword(records, n, low, high);
    char word[64];

    (void)snprintf(word, sizeof word, "%.*s", (int)keyword.n, keyword.s);
    add_word(query, word, false);
}

static const char *const broad[] = {"研究", "方法", "分析", "结果", "系统", "影响", "基于",
                                    "模型", "技术", "进行", "提出", "应用", "发展", "问题"};
static const char *const beginnings[] = {"meth",  "learn", "mod",     "data",  "gener",
                                         "trans", "robot", "perform", "optim", "sens"};
static const char *const characters[] = {"机", "水", "光", "药", "磁"};

static size_t make_queries(const struct records *records, uint64_t count, struct class *classes)
{
    struct class *c2 = &classes[0], *p46 = &classes[1], *rare = &classes[2], *and2 = &classes[3], *and3 = &classes[4],
                 *filter = &classes[5], *prefix = &classes[6];
    struct record record;

    c2->name = "C2", p46->name = "P46", rare->name = "RARE", and2->name = "AND2", and3->name = "AND3";
    filter->name = "FILT", prefix->name = "PREFIX";
    record_init(&record);
    for (size_t i = 0; i < XT_COUNT(broad); i++) {
        add_word(&c2->queries[c2->count++], broad[i], false);
        struct query *q = &filter->queries[filter->count++];
        add_word(q, broad[i], false);
        q->type = i % 2 ? "paper" : "patent";
        q->area = i % 3 ? "440100" : "440300";
    }
    for (size_t i = 0; i < 24; i++) {
        add_keyword(&p46->queries[p46->count++], records, i, 4, 5);
        records_make(records, (i * 2654435761u) % count, &record);
        add_word(&rare->queries[rare->count++], record.rare.s, false);
    }
    for (size_t i = 0; i < 16; i++) {
        struct query *two = &and2->queries[and2->count++], *three = &and3->queries[and3->count++];

        add_word(two, broad[i % XT_COUNT(broad)], false);
        add_keyword(two, records, 100 + i, 2, 3);
        add_word(three, broad[i % XT_COUNT(broad)], false);
        add_word(three, broad[(i + 5) % XT_COUNT(broad)], false);
        add_keyword(three, records, 200 + i, 2, 3);
    }
    for (size_t i = 0; i < XT_COUNT(beginnings); i++)
        add_word(&prefix->queries[prefix->count++], beginnings[i], true);
    for (size_t i = 0; i < XT_COUNT(characters); i++)
        add_word(&prefix->queries[prefix->count++], characters[i], true);
    record_done(&record);
    return 7;
}

/* ---- ours ---- */

static void feed(struct xt_search *search, const struct records *records, uint64_t from, uint64_t count,
                 struct spent *spent)
{
    struct record *batch = xt_calloc(count, sizeof *batch);
    struct xt_search_doc *docs = xt_calloc(count, sizeof *docs);
    struct xt_search_text *texts = xt_calloc(count * FIELDS, sizeof *texts);
    struct xt_search_value *values = xt_calloc(count * FACETS, sizeof *values);
    struct xt_text key;

    xt_text_init(&key, XT_KIB);
    for (uint64_t i = 0; i < count; i++) {
        struct record *r = &batch[i];

        record_init(r);
        records_make(records, from + i, r);
        xt_text_clear(&key);
        xt_sort_key(xt_text_view(&r->title), 64, &key);
        xt_text_clear(&r->rare);
        xt_text_add_str(&r->rare, xt_text_view(&key));
        struct xt_search_text *text = &texts[i * FIELDS];
        text[0] = (struct xt_search_text){TITLE, xt_text_view(&r->title)};
        text[1] = (struct xt_search_text){KEYWORDS, xt_text_view(&r->keywords)};
        text[2] = (struct xt_search_text){ABSTRACT, xt_text_view(&r->abstract)};
        struct xt_search_value *value = &values[i * FACETS];
        value[TYPE] = (struct xt_search_value){TYPE, xt_str(r->type)};
        value[AREA] = (struct xt_search_value){AREA, xt_str(r->area)};
        value[YEAR] = (struct xt_search_value){YEAR, xt_str(r->year)};
        value[SUBJECT] = (struct xt_search_value){SUBJECT, xt_str(r->subject)};
        value[ORGANISATION] = (struct xt_search_value){ORGANISATION, xt_str(r->organisation)};
        docs[i] = (struct xt_search_doc){.id = (int64_t)(from + i),
                                         .texts = text,
                                         .text_count = FIELDS,
                                         .values = value,
                                         .value_count = FACETS,
                                         .date = (int64_t)i,
                                         .sort_key = xt_text_view(&r->rare)};
    }
    int64_t started = xt_monotonic_us(), cpu_started = cpu_us();
    must(xt_search_feed(search, docs, count, (int64_t)(from + count), NULL) == XT_OK, "feed");
    spent->wall_us += xt_monotonic_us() - started;
    spent->cpu_us += cpu_us() - cpu_started;
    for (uint64_t i = 0; i < count; i++)
        record_done(&batch[i]);
    free(batch);
    free(docs);
    free(texts);
    free(values);
    xt_text_done(&key);
}

static int64_t ask_ours(struct xt_search *search, const struct query *query)
{
    static const struct xt_str wanted[FACETS] = {
        {"type", 4}, {"area", 4}, {"year", 4}, {"subject", 7}, {"organisation", 12}};
    struct xt_str type = xt_str(query->type), area = xt_str(query->area);
    struct xt_search_filter filters[2] = {{XT_STR("type"), &type, 1}, {XT_STR("area"), &area, 1}};
    struct xt_search_request request = {.query = xt_str(query->text),
                                        .filters = filters,
                                        .filter_count = query->type ? 2 : 0,
                                        .facets = wanted,
                                        .facet_count = FACETS,
                                        .limit = 20};
    struct xt_search_answer answer;
    struct xt_arena arena;

    xt_arena_init(&arena);
    must(xt_search_ask(search, &request, &arena, &answer, NULL) == XT_OK, "ask");
    xt_arena_done(&arena);
    return answer.total;
}

/* ---- stock ---- */

static void sql(sqlite3 *db, const char *text)
{
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "search_bench: %s: %s\n", text, sqlite3_errmsg(db));
        exit(1);
    }
}

static void bind(sqlite3_stmt *stmt, int at, struct xt_str text)
{
    sqlite3_bind_text(stmt, at, text.s, (int)text.n, SQLITE_TRANSIENT);
}

static double build_stock(sqlite3 *db, const struct records *records, uint64_t count)
{
    struct record record;
    struct xt_text tokens;
    sqlite3_stmt *put_text, *put_rec;
    int64_t us = 0;

    sql(db,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA mmap_size = 2147418112;"
        "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;"
        "CREATE VIRTUAL TABLE f USING fts5(title, keywords, abstract, content='', tokenize='unicode61');"
        "INSERT INTO f(f, rank) VALUES('hashsize', 33554432);"
        "CREATE TABLE rec(id INTEGER PRIMARY KEY, type TEXT, area TEXT, year INTEGER, subject TEXT, organisation TEXT);"
        "BEGIN");
    must(sqlite3_prepare_v2(db, "INSERT INTO f(rowid, title, keywords, abstract) VALUES(?, ?, ?, ?)", -1, &put_text,
                            NULL) == SQLITE_OK,
         "stock insert");
    must(sqlite3_prepare_v2(db, "INSERT INTO rec VALUES(?, ?, ?, ?, ?, ?)", -1, &put_rec, NULL) == SQLITE_OK,
         "stock insert");
    record_init(&record);
    xt_text_init(&tokens, 16 * XT_MIB);
    for (uint64_t i = 0; i < count; i++) {
        records_make(records, i, &record);
        struct xt_text *texts[FIELDS] = {&record.title, &record.keywords, &record.abstract};
        int64_t started = xt_monotonic_us();

        sqlite3_bind_int64(put_text, 1, (sqlite3_int64)i);
        for (int k = 0; k < FIELDS; k++) {
            xt_text_clear(&tokens);
            xt_token_each(xt_text_view(texts[k]), add_pair, &tokens);
            bind(put_text, k + 2, xt_text_view(&tokens));
        }
        must(sqlite3_step(put_text) == SQLITE_DONE && sqlite3_reset(put_text) == SQLITE_OK, "stock insert");
        sqlite3_bind_int64(put_rec, 1, (sqlite3_int64)i);
        bind(put_rec, 2, xt_str(record.type));
        bind(put_rec, 3, xt_str(record.area));
        bind(put_rec, 4, xt_str(record.year));
        bind(put_rec, 5, xt_str(record.subject));
        bind(put_rec, 6, xt_str(record.organisation));
        must(sqlite3_step(put_rec) == SQLITE_DONE && sqlite3_reset(put_rec) == SQLITE_OK, "stock insert");
        if (i % BATCH == BATCH - 1)
            sql(db, "COMMIT; BEGIN");
        us += xt_monotonic_us() - started;
    }
    sql(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    (void)sqlite3_finalize(put_text);
    (void)sqlite3_finalize(put_rec);
    record_done(&record);
    xt_text_done(&tokens);
    return (double)us / 1e6;
}

enum { FILL, FILL_FILTERED, TOP, FIRST_FACET, STOCK_STMTS = FIRST_FACET + FACETS };

static void prepare_stock(sqlite3 *db, sqlite3_stmt **stmts)
{
    static const char *const texts[STOCK_STMTS] = {
        "INSERT INTO temp.m SELECT rowid, bm25(f, 6, 4, 1) FROM f WHERE f MATCH ?1",
        "INSERT INTO temp.m SELECT rec.id, bm25(f, 6, 4, 1) FROM f JOIN rec ON rec.id = f.rowid"
        " WHERE f MATCH ?1 AND rec.type = ?2 AND rec.area = ?3",
        "SELECT id, score FROM temp.m ORDER BY score LIMIT 20",
        "SELECT type, count(*) AS n FROM temp.m JOIN rec USING (id) GROUP BY type ORDER BY n DESC LIMIT 20",
        "SELECT area, count(*) AS n FROM temp.m JOIN rec USING (id) GROUP BY area ORDER BY n DESC LIMIT 20",
        "SELECT year, count(*) AS n FROM temp.m JOIN rec USING (id) GROUP BY year ORDER BY n DESC LIMIT 20",
        "SELECT subject, count(*) AS n FROM temp.m JOIN rec USING (id) GROUP BY subject ORDER BY n DESC LIMIT 20",
        "SELECT organisation, count(*) AS n FROM temp.m JOIN rec USING (id) GROUP BY organisation ORDER BY n DESC LIMIT 20",
    };

    sql(db, "CREATE TEMP TABLE m(id INTEGER PRIMARY KEY, score REAL)");
    for (int i = 0; i < STOCK_STMTS; i++)
        must(sqlite3_prepare_v2(db, texts[i], -1, &stmts[i], NULL) == SQLITE_OK, sqlite3_errmsg(db));
}

static int64_t ask_stock(sqlite3 *db, sqlite3_stmt **stmts, const struct query *query)
{
    sqlite3_stmt *fill = stmts[query->type ? FILL_FILTERED : FILL];

    bind(fill, 1, xt_str(query->match));
    if (query->type) {
        bind(fill, 2, xt_str(query->type));
        bind(fill, 3, xt_str(query->area));
    }
    must(sqlite3_step(fill) == SQLITE_DONE && sqlite3_reset(fill) == SQLITE_OK, sqlite3_errmsg(db));
    int64_t found = sqlite3_changes64(db);
    for (int i = TOP; i < STOCK_STMTS; i++) {
        while (sqlite3_step(stmts[i]) == SQLITE_ROW)
            (void)sqlite3_column_text(stmts[i], 0);
        must(sqlite3_reset(stmts[i]) == SQLITE_OK, sqlite3_errmsg(db));
    }
    sql(db, "DELETE FROM temp.m");
    return found;
}

/* ---- measuring ---- */

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static double percentile(const double *values, size_t count, double share)
{
    double sorted[QUERIES_MAX];

    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, by_value);
    size_t rank = (size_t)ceil(share * (double)count);
    return sorted[rank ? rank - 1 : 0];
}

static void measure(struct class *class, struct xt_search *search, sqlite3 *db, sqlite3_stmt **stmts, int64_t rounds)
{
    for (size_t i = 0; i < class->count; i++) {
        double ours[16], stock[16];
        const struct query *query = &class->queries[i];
        int64_t found = ask_stock(db, stmts, query);

        class->hits[i] = ask_ours(search, query);
        if (class->hits[i] != found)
            fprintf(stderr, "search_bench: %s: ours finds %lld, stock %lld\n", query->text, (long long)class->hits[i],
                    (long long)found);
        for (int64_t r = 0; r < rounds; r++) {
            int64_t started = xt_monotonic_us();
            (void)ask_ours(search, query);
            int64_t between = xt_monotonic_us();
            (void)ask_stock(db, stmts, query);
            ours[r] = (double)(between - started) / 1000;
            stock[r] = (double)(xt_monotonic_us() - between) / 1000;
        }
        class->ours[i] = percentile(ours, (size_t)rounds, 0.5);
        class->stock[i] = percentile(stock, (size_t)rounds, 0.5);
    }
}

static void print_class(const struct class *class, bool last, struct xt_text *json)
{
    double hits[QUERIES_MAX];
    double ours50 = percentile(class->ours, class->count, 0.5), ours95 = percentile(class->ours, class->count, 0.95);
    double stock50 = percentile(class->stock, class->count, 0.5),
           stock95 = percentile(class->stock, class->count, 0.95);

    for (size_t i = 0; i < class->count; i++)
        hits[i] = (double)class->hits[i];
    printf("%-7s %9.0f   %9.3f %9.3f   %9.2f %9.2f   %6.1f %6.1f\n", class->name, percentile(hits, class->count, 0.5),
           ours50, ours95, stock50, stock95, stock50 / ours50, stock95 / ours95);
    xt_text_addf(json,
                 "\"%s\":{\"ours_p50_ms\":%.3f,\"ours_p95_ms\":%.3f,\"stock_p50_ms\":%.3f,\"stock_p95_ms\":%.3f,"
                 "\"ratio_p50\":%.2f,\"ratio_p95\":%.2f}%s",
                 class->name, ours50, ours95, stock50, stock95, stock50 / ours50, stock95 / ours95, last ? "" : ",");
}

/* ---- for a peer that is a server ---- */

static FILE *open_out(const char *folder, const char *name)
{
    char path[400];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    must(out != NULL, path);
    return out;
}

static void write_rows(const char *folder, const struct records *records, uint64_t count)
{
    FILE *out = open_out(folder, "rows.tsv");
    struct record record;
    struct xt_text tokens;

    record_init(&record);
    xt_text_init(&tokens, 16 * XT_MIB);
    for (uint64_t i = 0; i < count; i++) {
        records_make(records, i, &record);
        struct xt_text *texts[FIELDS] = {&record.title, &record.keywords, &record.abstract};

        fprintf(out, "%llu", (unsigned long long)i);
        for (int k = 0; k < FIELDS; k++) {
            xt_text_clear(&tokens);
            xt_token_each(xt_text_view(texts[k]), add_pair, &tokens);
            fprintf(out, "\t%s", tokens.s);
        }
        fprintf(out, "\t%s\t%s\t%s\t%s\t%s\n", record.type, record.area, record.year, record.subject,
                record.organisation);
    }
    must(fclose(out) == 0, "rows.tsv");
    record_done(&record);
    xt_text_done(&tokens);
}

static void write_queries(const char *folder, const struct class *classes, size_t class_count)
{
    FILE *out = open_out(folder, "queries.tsv");

    for (size_t i = 0; i < class_count; i++) {
        for (size_t k = 0; k < classes[i].count; k++) {
            const struct query *q = &classes[i].queries[k];

            fprintf(out, "%s\t%s\t%s\t%s\t%lld\t%.4f\n", classes[i].name, q->match, q->type ? q->type : "",
                    q->area ? q->area : "", (long long)classes[i].hits[k], classes[i].ours[k]);
        }
    }
    must(fclose(out) == 0, "queries.tsv");
}

int main(int argc, char **argv)
{
    int64_t count = 200000, rounds = 3;
    const char *data = getenv("XIETONG_DATA"), *where = getenv("BENCH_DIR");
    char dir[256], path[300], command[300];
    struct xt_search *search = NULL;
    struct xt_search_stats stats;
    sqlite3 *db = NULL;
    sqlite3_stmt *stmts[STOCK_STMTS];
    bool fresh;

    must((argc < 2 || xt_int_parse(xt_str(argv[1]), &count)) && (argc < 3 || xt_int_parse(xt_str(argv[2]), &rounds)) &&
             count >= 1000 && rounds >= 1 && rounds <= 16,
         "usage: search_bench [RECORDS >= 1000] [ROUNDS 1..16] [FOLDER]");
    (void)snprintf(dir, sizeof dir, "%s/search-bench-XXXXXX", where ? where : "/tmp");
    must(mkdtemp(dir) != NULL, dir);
    struct records *records = records_open(data ? data : "../shared/data", 1);
    struct class *classes = xt_calloc(8, sizeof *classes);
    size_t class_count = make_queries(records, (uint64_t)count, classes);

    struct xt_search_options options = {dir, true, &schema};
    struct spent spent = {0};
    must(xt_search_open(&options, &search, &fresh, NULL) == XT_OK, "open");
    for (int64_t from = 0; from < count; from += BATCH)
        feed(search, records, (uint64_t)from, (uint64_t)(count - from < BATCH ? count - from : BATCH), &spent);
    int64_t started = xt_monotonic_us();
    for (int64_t before = started, took = INT64_MAX; took > 50000; before += took) { /* until there is nothing to do */
        must(xt_search_tidy(search, 100, NULL) == XT_OK, "tidy");
        took = xt_monotonic_us() - before;
    }
    double tidy_s = (double)(xt_monotonic_us() - started) / 1e6;
    xt_search_stats(search, &stats);
    (void)snprintf(path, sizeof path, "%s/stock.db", dir);
    must(sqlite3_open(path, &db) == SQLITE_OK, path);
    double stock_s = build_stock(db, records, (uint64_t)count);
    prepare_stock(db, stmts);

    double feed_s = (double)spent.wall_us / 1e6, feed_cpu_s = (double)spent.cpu_us / 1e6;
    struct xt_text json;
    xt_text_init(&json, XT_MIB);
    printf("%lld records%s; fed at %.0f a second, %.0f a second of CPU (stock %.0f), tidied for %.1f s,"
           " %lld bytes a record\n",
           (long long)count, records_real(records) ? "" : " of made-up words", (double)count / feed_s,
           (double)count / feed_cpu_s, (double)count / stock_s, tidy_s, (long long)(stats.bytes / count));
    printf("class     hits p50   ours p50       p95 ms   stock p50     p95 ms   ratio50 ratio95\n");
    xt_text_addf(
        &json,
        "{\"records\":%lld,\"fed_per_s\":%.0f,\"fed_per_cpu_s\":%.0f,\"stock_fed_per_s\":%.0f,\"bytes_per_record\":%lld,",
        (long long)count, (double)count / feed_s, (double)count / feed_cpu_s, (double)count / stock_s,
        (long long)(stats.bytes / count));
    for (size_t i = 0; i < class_count; i++) {
        measure(&classes[i], search, db, stmts, rounds);
        print_class(&classes[i], i + 1 == class_count, &json);
        (void)fflush(stdout);
    }
    if (argc > 3) {
        write_rows(argv[3], records, (uint64_t)count);
        write_queries(argv[3], classes, class_count);
    }
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    printf("peak memory %ld MB (with mapped files)\n%s}\n", usage.ru_maxrss / 1024, json.s);

    for (int i = 0; i < STOCK_STMTS; i++)
        (void)sqlite3_finalize(stmts[i]);
    (void)sqlite3_close(db);
    xt_search_close(&search);
    records_close(records);
    free(classes);
    xt_text_done(&json);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : 1;
}
