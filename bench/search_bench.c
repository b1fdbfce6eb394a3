/*
 * search_bench [RECORDS] [ROUNDS] [FOLDER]: our two engines beside stock FTS5, in one process and one run, on the same records.
 *
 * Stock: FTS5 with its own unicode61 tokenizer over text already split into pairs, bm25() with column weights, the
 * top 20, and five facet counts by GROUP BY over a table in memory of what matched. Ours: xt_search_ask() with the
 * same five facets and limit. All answer each query once before it is measured, ROUNDS times then (default 3; stock once); the
 * median per query counts; p50 and p95 are over the queries of a class. Prints a table and, last, one line of JSON.
 * Then: mixed queries a second by one thread and by two, and how long a single change takes to be visible while a thread
 * searches; and, in a process of its own (search_bench --open DIR ENGINE), how long it takes to open the index and what memory
 * that takes beyond mapped files. BENCH_WAYS names who takes part (default "segment,fts5,stock"). Files lie in BENCH_DIR (default /tmp) while it runs. With FOLDER, the records split into pairs (rows.tsv) and the
 * queries with what each took us (queries.tsv) are written there, for a peer that is a server.
 */
#include <math.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
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
static const struct xt_search_schema schema = {
    .fields = fields, .field_count = FIELDS, .facets = facets, .facet_count = FACETS};

/* A query for both: ours in our language, stock's as a MATCH. */
struct query {
    char text[256], match[512];
    const char *type, *area; /* filters, NULL = none */
};

/* Who answers. */
enum { SEGMENT, FTS5, STOCK, WAYS };
static const char *const ways[WAYS] = {"segment", "fts5", "stock"};
static bool takes_part[WAYS];

struct class
{
    const char *name;
    struct query queries[QUERIES_MAX];
    size_t count;
    double took[WAYS][QUERIES_MAX]; /* milliseconds */
    int64_t hits[QUERIES_MAX];
};

/* Our search with one engine, and what feeding it took. */
struct spent {
    int64_t wall_us, cpu_us;
};
struct ours {
    struct xt_search *search;
    struct spent spent;
    double tidy_s; /* merging after the last record */
    struct xt_search_stats stats;
};

static void must(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "search_bench: %s\n", what);
        exit(1);
    }
}

/* Time of this process, threads that merge included: where it and the clock differ much, the machine was busy with other things. */
static int64_t cpu_us(void)
{
    struct timespec now;

    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0, "clock");
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

static int64_t ask_one(struct xt_search *search, const struct query *query, bool one_thread)
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
                                        .limit = 20,
                                        .one_thread = one_thread};
    struct xt_search_answer answer;
    struct xt_arena arena;

    xt_arena_init(&arena);
    must(xt_search_ask(search, &request, &arena, &answer, NULL) == XT_OK, "ask");
    xt_arena_done(&arena);
    return answer.total;
}

static int64_t ask_ours(struct xt_search *search, const struct query *query)
{
    return ask_one(search, query, false);
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

/* Its file: the index and the table of facets. */
static long long stock_bytes(sqlite3 *db)
{
    sqlite3_stmt *stmt;

    must(sqlite3_prepare_v2(db, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", -1, &stmt,
                            NULL) == SQLITE_OK &&
             sqlite3_step(stmt) == SQLITE_ROW,
         "size of stock");
    long long bytes = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    return bytes;
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

struct peers {
    struct ours ours[STOCK];
    sqlite3 *db;
    sqlite3_stmt *stmts[STOCK_STMTS];
};

static int64_t ask(struct peers *peers, int way, const struct query *query)
{
    return way == STOCK ? ask_stock(peers->db, peers->stmts, query) : ask_ours(peers->ours[way].search, query);
}

/* In turn, so that what else the machine does hits all alike. */
static void measure(struct class *class, struct peers *peers, int64_t rounds)
{
    for (size_t i = 0; i < class->count; i++) {
        const struct query *query = &class->queries[i];
        double times[WAYS][16];
        int first = -1;

        for (int way = 0; way < WAYS; way++) {
            if (!takes_part[way])
                continue;
            int64_t found = ask(peers, way, query);
            if (first >= 0 && found != class->hits[i])
                fprintf(stderr, "search_bench: %s: %s finds %lld, %s %lld\n", query->text, ways[first],
                        (long long)class->hits[i], ways[way], (long long)found);
            if (first < 0) {
                class->hits[i] = found;
                first = way;
            }
        }
        for (int64_t r = 0; r < rounds; r++)
            for (int way = 0; way < WAYS; way++) {
                int64_t started = xt_monotonic_us();

                if (way == STOCK && r > 0) { /* it takes seconds: once will do */
                    times[way][r] = times[way][0];
                    continue;
                }
                if (takes_part[way])
                    (void)ask(peers, way, query);
                times[way][r] = (double)(xt_monotonic_us() - started) / 1000;
            }
        for (int way = 0; way < WAYS; way++)
            class->took[way][i] = percentile(times[way], (size_t)rounds, 0.5);
    }
}

static void print_class(const struct class *class, bool last, struct xt_text *json)
{
    double hits[QUERIES_MAX];

    for (size_t i = 0; i < class->count; i++)
        hits[i] = (double)class->hits[i];
    printf("%-7s %9.0f  ", class->name, percentile(hits, class->count, 0.5));
    xt_text_addf(json, "\"%s\":{\"hits_p50\":%.0f", class->name, percentile(hits, class->count, 0.5));
    for (int way = 0; way < WAYS; way++) {
        double p50 = percentile(class->took[way], class->count, 0.5),
               p95 = percentile(class->took[way], class->count, 0.95);

        if (!takes_part[way])
            continue;
        printf(" %9.3f %9.3f  ", p50, p95);
        xt_text_addf(json, ",\"%s_p50_ms\":%.4f,\"%s_p95_ms\":%.4f", ways[way], p50, ways[way], p95);
    }
    printf("\n");
    xt_text_addf(json, "}%s", last ? "" : ",");
}

/* ---- many at a time ---- */

#define MIXED_US (3 * XT_SECOND)

struct mixed {
    struct xt_search *search;
    const struct class *classes;
    size_t class_count;
    unsigned seed;
    const _Atomic bool *stop; /* NULL = after MIXED_US */
    int64_t asked;
};

static void *ask_mixed(void *context)
{
    struct mixed *m = context;
    int64_t until = xt_monotonic_us() + MIXED_US;
    uint64_t state = m->seed * 2654435761u + 1;

    while (m->stop ? !atomic_load(m->stop) : xt_monotonic_us() < until) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const struct class *class = &m->classes[(state >> 33) % m->class_count];

        (void)ask_one(m->search, &class->queries[(state >> 40) % class->count], true); /* each thread its core */
        m->asked++;
    }
    return NULL;
}

static double mixed_per_s(struct xt_search *search, const struct class *classes, size_t class_count, unsigned threads)
{
    struct mixed mixed[8];
    pthread_t ids[8];
    int64_t started = xt_monotonic_us(), asked = 0;

    for (unsigned i = 0; i < threads; i++) {
        mixed[i] = (struct mixed){search, classes, class_count, i + 1, NULL, 0};
        must(pthread_create(&ids[i], NULL, ask_mixed, &mixed[i]) == 0, "thread");
    }
    for (unsigned i = 0; i < threads; i++) {
        must(pthread_join(ids[i], NULL) == 0, "thread");
        asked += mixed[i].asked;
    }
    return (double)asked * 1e6 / (double)(xt_monotonic_us() - started);
}

#define CHANGES 500

/* A changed record, until a search finds it, while another thread asks without rest. */
static void change_under_load(struct ours *ours, const struct class *classes, size_t class_count, int64_t count,
                              double *out_p50, double *out_p99)
{
    _Atomic bool stop = false;
    struct mixed load = {ours->search, classes, class_count, 7, &stop, 0};
    double times[CHANGES];
    pthread_t id;

    must(pthread_create(&id, NULL, ask_mixed, &load) == 0, "thread");
    for (int i = 0; i < CHANGES; i++) {
        char word[32];
        struct xt_search_text text = {TITLE, {word, (size_t)snprintf(word, sizeof word, "zqchange%d", i)}};
        struct xt_search_doc doc = {.id = i * 37 % count, .texts = &text, .text_count = 1, .date = INT64_MIN};
        struct query query = {.type = NULL};
        int64_t started = xt_monotonic_us();

        must(xt_search_feed(ours->search, &doc, 1, count + i, NULL) == XT_OK, "feed");
        (void)snprintf(query.text, sizeof query.text, "%s", word);
        must(ask_ours(ours->search, &query) == 1, "a change is not visible");
        times[i] = (double)(xt_monotonic_us() - started) / 1000;
    }
    atomic_store(&stop, true);
    must(pthread_join(id, NULL) == 0, "thread");
    qsort(times, CHANGES, sizeof *times, by_value);
    *out_p50 = times[CHANGES / 2];
    *out_p99 = times[CHANGES * 99 / 100];
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
                    q->area ? q->area : "", (long long)classes[i].hits[k], classes[i].took[SEGMENT][k]);
        }
    }
    must(fclose(out) == 0, "queries.tsv");
}

/* ---- from the start ---- */

/* Resident memory that no file stands behind, in kB. */
static long anonymous_kb(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];
    long kb = -1;

    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "RssAnon:", 8) == 0)
            kb = strtol(line + 8, NULL, 10);
    if (file)
        (void)fclose(file);
    return kb;
}

/* Prints how long opening and the first answer take, and the memory after some broad questions. */
static int open_only(const char *dir, const char *engine)
{
    struct xt_search_options options = {dir, true, &schema, engine};
    struct xt_search *search = NULL;
    struct query query = {.type = NULL};
    bool fresh;
    int64_t started = xt_monotonic_us();

    must(xt_search_open(&options, &search, &fresh, NULL) == XT_OK && !fresh, "open");
    (void)snprintf(query.text, sizeof query.text, "%s", broad[1]);
    (void)ask_ours(search, &query);
    int64_t first = xt_monotonic_us() - started;
    for (size_t i = 0; i < XT_COUNT(broad); i++) {
        (void)snprintf(query.text, sizeof query.text, "%s", broad[i]);
        (void)ask_ours(search, &query);
    }
    printf("%.1f %ld\n", (double)first / 1000, anonymous_kb());
    xt_search_close(&search);
    return 0;
}

static void start_anew(const char *program, const char *dir, const char *engine, double *out_ms, long *out_kb)
{
    char command[900], line[100];

    (void)snprintf(command, sizeof command, "'%s' --open '%s' %s", program, dir, engine);
    FILE *pipe = popen(command, "r");
    must(pipe && fgets(line, sizeof line, pipe), "open in a process of its own");
    char *end;
    *out_ms = strtod(line, &end);
    *out_kb = strtol(end, NULL, 10);
    must(pclose(pipe) == 0, "open in a process of its own");
}

/* ---- all of it ---- */

static void choose_ways(void)
{
    const char *chosen = getenv("BENCH_WAYS");

    for (int way = 0; way < WAYS; way++)
        takes_part[way] = !chosen || strstr(chosen, ways[way]);
}

static void build_ours(struct ours *ours, const char *engine, const char *dir, const struct records *records,
                       int64_t count)
{
    struct xt_search_options options = {dir, true, &schema, engine};
    bool fresh;

    must(mkdir(dir, 0700) == 0 && xt_search_open(&options, &ours->search, &fresh, NULL) == XT_OK, "open");
    for (int64_t from = 0; from < count; from += BATCH)
        feed(ours->search, records, (uint64_t)from, (uint64_t)(count - from < BATCH ? count - from : BATCH),
             &ours->spent);
    int64_t started = xt_monotonic_us();
    struct xt_search_stats stats = {0};
    for (int quiet = 0; quiet < 5;) { /* until there is nothing to do */
        int64_t before = xt_monotonic_us(), bytes = stats.bytes;

        must(xt_search_tidy(ours->search, 100, NULL) == XT_OK, "tidy");
        xt_search_stats(ours->search, &stats);
        quiet = xt_monotonic_us() - before < 50000 && stats.bytes == bytes ? quiet + 1 : 0;
        (void)usleep(100000);
    }
    ours->tidy_s = (double)(xt_monotonic_us() - started) / 1e6 - 0.5;
    xt_search_stats(ours->search, &ours->stats);
}

static void print_building(const struct peers *peers, int64_t count, double stock_s, struct xt_text *json)
{
    xt_text_addf(json, "{\"records\":%lld", (long long)count);
    for (int way = 0; way < STOCK; way++) {
        const struct ours *o = &peers->ours[way];
        double per_s = (double)count * 1e6 / (double)o->spent.wall_us,
               per_cpu = (double)count * 1e6 / (double)o->spent.cpu_us;

        if (!takes_part[way])
            continue;
        printf("%s: fed at %.0f a second, %.0f a second of CPU, tidied for %.1f s, %lld bytes a record\n", ways[way],
               per_s, per_cpu, o->tidy_s, (long long)(o->stats.bytes / count));
        xt_text_addf(
            json, ",\"%s_fed_per_s\":%.0f,\"%s_fed_per_cpu_s\":%.0f,\"%s_bytes_per_record\":%lld,\"%s_tidy_s\":%.2f",
            ways[way], per_s, ways[way], per_cpu, ways[way], (long long)(o->stats.bytes / count), ways[way], o->tidy_s);
    }
    if (takes_part[STOCK]) {
        long long bytes = stock_bytes(peers->db) / count;

        printf("stock: fed at %.0f a second, %lld bytes a record\n", (double)count / stock_s, bytes);
        xt_text_addf(json, ",\"stock_fed_per_s\":%.0f,\"stock_bytes_per_record\":%lld", (double)count / stock_s, bytes);
    }
    xt_text_add_z(json, ",");
}

static void print_many(struct peers *peers, const struct class *classes, size_t class_count, int64_t count,
                       struct xt_text *json)
{
    for (int way = 0; way < STOCK; way++) {
        double one, two, p50, p99;

        if (!takes_part[way])
            continue;
        one = mixed_per_s(peers->ours[way].search, classes, class_count, 1);
        two = mixed_per_s(peers->ours[way].search, classes, class_count, 2);
        change_under_load(&peers->ours[way], classes, class_count, count, &p50, &p99);
        printf(
            "%s: %.0f mixed queries a second by one thread, %.0f by two; a change is visible after %.2f ms, p99 %.2f ms\n",
            ways[way], one, two, p50, p99);
        xt_text_addf(json,
                     ",\"%s_mixed_1\":%.1f,\"%s_mixed_2\":%.1f,\"%s_change_p50_ms\":%.3f,\"%s_change_p99_ms\":%.3f",
                     ways[way], one, ways[way], two, ways[way], p50, ways[way], p99);
    }
}

int main(int argc, char **argv)
{
    int64_t count = 200000, rounds = 3;
    const char *data = getenv("XIETONG_DATA"), *where = getenv("BENCH_DIR");
    char dir[256], path[300], command[300];
    struct peers *peers = xt_calloc(1, sizeof *peers);
    double stock_s = 0;

    if (argc == 4 && strcmp(argv[1], "--open") == 0)
        return open_only(argv[2], argv[3]);
    must((argc < 2 || xt_int_parse(xt_str(argv[1]), &count)) && (argc < 3 || xt_int_parse(xt_str(argv[2]), &rounds)) &&
             count >= 1000 && rounds >= 1 && rounds <= 16,
         "usage: search_bench [RECORDS >= 1000] [ROUNDS 1..16] [FOLDER]");
    choose_ways();
    (void)snprintf(dir, sizeof dir, "%s/search-bench-XXXXXX", where ? where : "/tmp");
    must(mkdtemp(dir) != NULL, dir);
    struct records *records = records_open(data ? data : "../shared/data", 1);
    struct class *classes = xt_calloc(8, sizeof *classes);
    size_t class_count = make_queries(records, (uint64_t)count, classes);
    struct xt_text json;

    printf("%lld records%s\n", (long long)count, records_real(records) ? "" : " of made-up words");
    for (int way = 0; way < STOCK; way++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, ways[way]);
        if (takes_part[way])
            build_ours(&peers->ours[way], ways[way], path, records, count);
    }
    if (takes_part[STOCK]) {
        (void)snprintf(path, sizeof path, "%s/stock.db", dir);
        must(sqlite3_open(path, &peers->db) == SQLITE_OK, path);
        stock_s = build_stock(peers->db, records, (uint64_t)count);
        prepare_stock(peers->db, peers->stmts);
    }
    xt_text_init(&json, XT_MIB);
    print_building(peers, count, stock_s, &json);
    printf("class     hits p50");
    for (int way = 0; way < WAYS; way++)
        if (takes_part[way])
            printf("  %9s p50 p95 ms", ways[way]);
    printf("\n");
    for (size_t i = 0; i < class_count; i++) {
        measure(&classes[i], peers, rounds);
        print_class(&classes[i], i + 1 == class_count, &json);
        (void)fflush(stdout);
    }
    print_many(peers, classes, class_count, count, &json);
    for (int way = 0; way < STOCK; way++) {
        double ms;
        long kb;

        if (!takes_part[way])
            continue;
        xt_search_close(&peers->ours[way].search);
        (void)snprintf(path, sizeof path, "%s/%s", dir, ways[way]);
        start_anew(argv[0], path, ways[way], &ms, &kb);
        printf("%s: open and first answer %.1f ms, %ld MB beyond mapped files\n", ways[way], ms, kb / 1024);
        xt_text_addf(&json, ",\"%s_start_ms\":%.1f,\"%s_anonymous_kb\":%ld", ways[way], ms, ways[way], kb);
    }
    if (argc > 3) {
        write_rows(argv[3], records, (uint64_t)count);
        write_queries(argv[3], classes, class_count);
    }
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    printf("peak memory %ld MB (with mapped files)\n%s}\n", usage.ru_maxrss / 1024, json.s);

    for (int i = 0; takes_part[STOCK] && i < STOCK_STMTS; i++)
        (void)sqlite3_finalize(peers->stmts[i]);
    (void)sqlite3_close(peers->db);
    for (int way = 0; way < STOCK; way++)
        xt_search_close(&peers->ours[way].search);
    records_close(records);
    free(classes);
    free(peers);
    xt_text_done(&json);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : 1;
}
