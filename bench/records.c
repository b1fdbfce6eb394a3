/* The generator of records.h. */
#include "records.h"

#include <dirent.h>
#include <jansson.h>
#include <libdeflate.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CITIES          21
#define TYPES           9
#define YEARS           30
#define SUBJECTS        500
#define ORGANISATIONS   20000
#define ENGLISH_PERCENT 18

struct list {
    struct xt_str *items;
    size_t count, capacity;
};

struct records {
    uint64_t seed;
    bool real;
    struct list clauses, titles, keywords, sentences;
    struct list owned; /* the files' texts, which the items above point into */
    double *zipf[5];   /* cumulated, by kind */
    size_t zipf_count[5];
};

enum { ZIPF_TYPE, ZIPF_CITY, ZIPF_YEAR, ZIPF_SUBJECT, ZIPF_ORGANISATION };

static void add(struct list *list, struct xt_str item)
{
    xt_grow(&list->items, &list->capacity, list->count + 1, sizeof *list->items);
    list->items[list->count++] = item;
}

/* ---- chance ---- */

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static size_t below(uint64_t *state, size_t n)
{
    return (size_t)(next_random(state) % n);
}

static void make_zipf(struct records *records, int kind, size_t count, double exponent)
{
    double sum = 0;

    records->zipf[kind] = xt_calloc(count, sizeof(double));
    records->zipf_count[kind] = count;
    for (size_t i = 0; i < count; i++)
        records->zipf[kind][i] = sum += 1.0 / pow((double)(i + 1), exponent);
    for (size_t i = 0; i < count; i++)
        records->zipf[kind][i] /= sum;
}

static size_t zipf(const struct records *records, int kind, uint64_t *state)
{
    double wanted = (double)(next_random(state) >> 11) / 9007199254740992.0;
    size_t low = 0, high = records->zipf_count[kind] - 1;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (records->zipf[kind][middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- the real texts ---- */

static struct xt_str read_gzip(struct records *records, const char *path)
{
    struct xt_str none = {"", 0};
    FILE *file = fopen(path, "rb");

    if (!file)
        return none;
    size_t room = 64 * XT_MIB, n;
    void *packed = xt_alloc(room);
    n = fread(packed, 1, room, file);
    (void)fclose(file); /* only read */
    char *text = xt_alloc(16 * room);
    struct libdeflate_decompressor *unpacker = libdeflate_alloc_decompressor();
    size_t size = 0;
    bool good =
        unpacker && libdeflate_gzip_decompress(unpacker, packed, n, text, 16 * room, &size) == LIBDEFLATE_SUCCESS;
    libdeflate_free_decompressor(unpacker);
    free(packed);
    if (!good) {
        free(text);
        return none;
    }
    text = xt_realloc(text, size + 1);
    add(&records->owned, (struct xt_str){text, size});
    return (struct xt_str){text, size};
}

/* The next piece of *rest up to one of the separators; false at the end. */
static bool next_piece(struct xt_str *rest, const char *const *separators, struct xt_str *out)
{
    if (rest->n == 0)
        return false;
    for (size_t i = 0; i < rest->n; i++)
        for (size_t k = 0; separators[k]; k++) {
            size_t n = strlen(separators[k]);

            if (rest->n - i >= n && memcmp(rest->s + i, separators[k], n) == 0) {
                *out = (struct xt_str){rest->s, i};
                *rest = (struct xt_str){rest->s + i + n, rest->n - i - n};
                return true;
            }
        }
    *out = *rest;
    rest->n = 0;
    return true;
}

static const char *const lines[] = {"\n", NULL};
static const char *const tabs[] = {"\t", NULL};
static const char *const clause_ends[] = {"，", "。", "；", "：", ",", ";", NULL};
static const char *const underscores[] = {"_", NULL};
static const char *const sentence_ends[] = {". ", NULL};

static void read_csl(struct records *records, const char *dir, const char *name)
{
    char path[4096];
    struct xt_str line, prompt, text, result, piece;

    (void)snprintf(path, sizeof path, "%s/papers/csl/%s.tsv.gz", dir, name);
    struct xt_str rest = read_gzip(records, path);
    while (next_piece(&rest, lines, &line)) {
        if (!next_piece(&line, tabs, &prompt) || !next_piece(&line, tabs, &text) || !next_piece(&line, tabs, &result))
            continue;
        if (strncmp(name, "ts", 2) == 0) {
            add(&records->titles, result);
            while (next_piece(&text, clause_ends, &piece))
                if (piece.n >= 12 && piece.n <= 120)
                    add(&records->clauses, piece);
        } else if (strncmp(name, "kg", 2) == 0) {
            while (next_piece(&result, underscores, &piece))
                if (piece.n >= 6 && piece.n <= 40)
                    add(&records->keywords, piece);
        } else {
            add(&records->titles, text);
        }
    }
}

static void read_sentences(struct records *records, const char *dir)
{
    char folder[4096];
    struct dirent **entries;

    (void)snprintf(folder, sizeof folder, "%s/papers/paperlists", dir);
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[4400];
        size_t index;
        json_t *paper;

        (void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        free(entries[i]);
        if (records->sentences.count > 60000 || !strstr(path, ".json.gz"))
            continue;
        struct xt_str text = read_gzip(records, path);
        json_t *papers = json_loadb(text.s, text.n, 0, NULL);
        json_array_foreach (papers, index, paper) {
            const char *abstract = json_string_value(json_object_get(paper, "abstract"));
            struct xt_str piece, rest = xt_str(abstract ? xt_strdup(abstract) : NULL);

            if (rest.s)
                add(&records->owned, rest);
            while (next_piece(&rest, sentence_ends, &piece))
                if (piece.n >= 40 && piece.n <= 300)
                    add(&records->sentences, piece);
        }
        json_decref(papers);
    }
    if (count >= 0)
        free(entries);
}

/* ---- in their absence ---- */

static struct xt_str keep(struct records *records, struct xt_text *text)
{
    size_t n = text->n;
    struct xt_str kept = {xt_strndup(text->s, n), n};

    add(&records->owned, kept);
    xt_text_clear(text);
    return kept;
}

static void add_han(struct xt_text *text, uint64_t *state, unsigned count)
{
    /* frequent ones more often: the lower of two numbers */
    for (unsigned i = 0; i < count; i++) {
        size_t a = below(state, 3000), b = below(state, 3000);

        xt_text_add_utf8(text, 0x4E00 + (uint32_t)(a < b ? a : b) * 6);
    }
}

static void make_up(struct records *records)
{
    uint64_t state = records->seed;
    struct xt_text text;

    xt_text_init(&text, XT_MIB);
    for (int i = 0; i < 20000; i++) {
        add_han(&text, &state, 8 + (unsigned)below(&state, 16));
        add(&records->clauses, keep(records, &text));
    }
    for (int i = 0; i < 10000; i++) {
        add_han(&text, &state, 10 + (unsigned)below(&state, 14));
        add(&records->titles, keep(records, &text));
        add_han(&text, &state, 2 + (unsigned)below(&state, 5));
        add(&records->keywords, keep(records, &text));
    }
    xt_text_done(&text);
}

static void make_up_sentences(struct records *records)
{
    static const char *const parts[] = {"sens",  "net",   "model", "data", "learn",
                                        "robot", "graph", "micro", "opt",  "trans"};
    static const char *const ends[] = {"or", "work", "ing", "ation", "s", "er", "ed", "al"};
    uint64_t state = records->seed + 1;
    struct xt_text text;

    xt_text_init(&text, XT_MIB);
    for (int i = 0; i < 5000; i++) {
        for (size_t k = 0, words = 8 + below(&state, 16); k < words; k++)
            xt_text_addf(&text, "%s%s%s", k ? " " : "", parts[below(&state, XT_COUNT(parts))],
                         ends[below(&state, XT_COUNT(ends))]);
        add(&records->sentences, keep(records, &text));
    }
    xt_text_done(&text);
}

struct records *records_open(const char *data_dir, uint64_t seed)
{
    static const char *const names[] = {"ts-dev",        "ts-test",     "kg-dev",      "kg-test",
                                        "cls_ctg-train", "cls_ctg-dev", "cls_ctg-test"};
    struct records *records = xt_calloc(1, sizeof *records);

    records->seed = seed;
    for (size_t i = 0; data_dir && i < XT_COUNT(names); i++)
        read_csl(records, data_dir, names[i]);
    records->real = records->clauses.count > 1000 && records->titles.count > 1000 && records->keywords.count > 1000;
    if (data_dir)
        read_sentences(records, data_dir);
    if (!records->real)
        make_up(records);
    if (records->sentences.count < 1000)
        make_up_sentences(records);
    make_zipf(records, ZIPF_TYPE, TYPES, 0.8);
    make_zipf(records, ZIPF_CITY, CITIES, 1.0);
    make_zipf(records, ZIPF_YEAR, YEARS, 0.6);
    make_zipf(records, ZIPF_SUBJECT, SUBJECTS, 0.9);
    make_zipf(records, ZIPF_ORGANISATION, ORGANISATIONS, 0.9);
    return records;
}

void records_close(struct records *records)
{
    struct list *lists[] = {&records->clauses, &records->titles, &records->keywords, &records->sentences};

    for (size_t i = 0; i < records->owned.count; i++) {
        union {
            const char *in;
            char *out;
        } text = {records->owned.items[i].s};

        free(text.out);
    }
    for (size_t i = 0; i < XT_COUNT(lists); i++)
        free(lists[i]->items);
    free(records->owned.items);
    for (int i = 0; i < 5; i++)
        free(records->zipf[i]);
    free(records);
}

bool records_real(const struct records *records)
{
    return records->real;
}

void record_init(struct record *record)
{
    memset(record, 0, sizeof *record);
    xt_text_init(&record->title, XT_MIB);
    xt_text_init(&record->abstract, XT_MIB);
    xt_text_init(&record->keywords, XT_MIB);
    xt_text_init(&record->rare, XT_MIB);
}

void record_done(struct record *record)
{
    xt_text_done(&record->title);
    xt_text_done(&record->abstract);
    xt_text_done(&record->keywords);
    xt_text_done(&record->rare);
}

static struct xt_str any(const struct list *list, uint64_t *state)
{
    return list->items[below(state, list->count)];
}

static void make_chinese(const struct records *records, uint64_t *state, struct record *out)
{
    struct xt_str title = any(&records->titles, state);

    xt_text_add_str(&out->title, title);
    if (below(state, 10) < 6) { /* most titles are new: part of one, a keyword of another */
        xt_text_cut(&out->title, xt_utf8_clip(title.s, title.n, title.n / 2));
        xt_text_add_str(&out->title, any(&records->keywords, state));
        xt_text_add_z(&out->title, "研究");
    }
    for (size_t i = 0, clauses = 4 + below(state, 5); i < clauses; i++) {
        xt_text_add_str(&out->abstract, any(&records->clauses, state));
        xt_text_add_z(&out->abstract, i % 3 == 2 ? "。" : "，");
    }
    add_han(&out->rare, state, 3);
    for (size_t i = 0, count = 3 + below(state, 3); i < count; i++) {
        if (i)
            xt_text_add_z(&out->keywords, "；");
        xt_text_add_str(&out->keywords, any(&records->keywords, state));
    }
}

static void make_english(const struct records *records, uint64_t *state, struct record *out)
{
    struct xt_str title = any(&records->sentences, state);

    xt_text_add(&out->title, title.s, xt_utf8_clip(title.s, title.n, 80));
    for (size_t i = 0, count = 2 + below(state, 3); i < count; i++) {
        xt_text_add_str(&out->abstract, any(&records->sentences, state));
        xt_text_add_z(&out->abstract, ". ");
    }
    xt_text_addf(&out->rare, "%c%c%c%zu", (char)('a' + below(state, 26)), (char)('a' + below(state, 26)),
                 (char)('a' + below(state, 26)), below(state, 5000));
    struct xt_str words = any(&records->sentences, state);
    xt_text_add(&out->keywords, words.s, xt_utf8_clip(words.s, words.n, 30));
}

void records_make(const struct records *records, uint64_t number, struct record *out)
{
    static const char *const types[TYPES] = {"paper",        "patent",     "project",  "achievement", "person",
                                             "organisation", "instrument", "standard", "service"};
    uint64_t state = records->seed ^ (number + 1) * 0xD1B54A32D192ED03u;

    xt_text_clear(&out->title);
    xt_text_clear(&out->abstract);
    xt_text_clear(&out->keywords);
    xt_text_clear(&out->rare);
    if (below(&state, 100) < ENGLISH_PERCENT)
        make_english(records, &state, out);
    else
        make_chinese(records, &state, out);
    xt_text_add_str(&out->abstract, xt_text_view(&out->rare));
    (void)snprintf(out->type, sizeof out->type, "%s", types[zipf(records, ZIPF_TYPE, &state)]);
    size_t city = zipf(records, ZIPF_CITY, &state); /* 440100 to 441900, 442000, 445100 ... as they are numbered */
    static const int cities[CITIES] = {1, 3, 4, 6, 13, 19, 20, 7, 12, 2, 5, 8, 9, 14, 15, 16, 17, 18, 51, 52, 53};
    (void)snprintf(out->area, sizeof out->area, "44%02d00", cities[city]);
    (void)snprintf(out->year, sizeof out->year, "%zu", 2025 - zipf(records, ZIPF_YEAR, &state));
    (void)snprintf(out->subject, sizeof out->subject, "S%03zu", zipf(records, ZIPF_SUBJECT, &state));
    (void)snprintf(out->organisation, sizeof out->organisation, "示例机构%05zu",
                   zipf(records, ZIPF_ORGANISATION, &state));
}

struct xt_str records_keyword(const struct records *records, uint64_t n, unsigned min_chars, unsigned max_chars)
{
    for (size_t i = 0; i < records->keywords.count; i++) {
        struct xt_str keyword = records->keywords.items[(n * 7919 + i) % records->keywords.count];
        size_t chars = xt_utf8_count(keyword.s, keyword.n);

        if (chars >= min_chars && chars <= max_chars && keyword.n == 3 * chars)
            return keyword;
    }
    return (struct xt_str){"", 0};
}
