/*
 * Many random queries over a small random corpus, asked of both engines and of a naive reading of the texts: sets, totals and facet
 * counts must be equal, and between the engines, which are given the same document frequencies, scores to the last bit
 * and so the order; through new versions, deletions, merges, reopening, kills and power cuts. XIETONG_ORACLE sets the
 * number of queries (default 100,000), XIETONG_SEED the seed.
 */
#include "search/test_help.h"

#include <libdeflate.h>
#include <sys/stat.h>

#include "search/ask.h"

#define DOCS     60
#define RUNS_MAX 8
#define AREAS    9

static uint64_t random_state;

static uint32_t pick(uint32_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 33) % below;
}

/* ---- the model ---- */

/* A text is a row of runs: Chinese characters, or a word. */
struct text {
    bool there;
    unsigned run_count;
    char runs[RUNS_MAX][40];
    char written[400];
};

struct doc {
    bool there;
    enum xt_class min_class;
    struct text texts[TEST_FIELDS][2];
    const char *values[TEST_FACETS][3];
    unsigned value_count[TEST_FACETS];
    int64_t numbers[TEST_RANGES]; /* INT64_MIN = none */
    int64_t date;
    char sort_key[12];
};

static struct doc docs[DOCS]; /* by id */

static const char *const han[] = {"机", "器", "人", "工", "智"};
static const char *const words[] = {"sensor", "sensors", "sense", "net", "network", "2015", "201", "x1"};
static const char *const types[] = {"paper", "patent", "project", "organisation"};
static const char *const areas[AREAS] = {"440000", "440100", "440106", "440111", "440300",
                                         "440305", "110000", "110100", "110101"};
static const char *const years[] = {"2013", "2014", "2015", "2016", "2019"};
static const char *const subjects[] = {"cs", "bio", "math"};

static bool is_word(const char *run)
{
    return (unsigned char)run[0] < 0x80;
}

static void make_han(char *out, size_t size, unsigned length)
{
    out[0] = '\0';
    for (unsigned i = 0; i < length; i++) {
        size_t n = strlen(out);

        (void)snprintf(out + n, size - n, "%s", han[pick(XT_COUNT(han))]);
    }
}

static void make_text(struct text *text)
{
    static const char *const separators[] = {" ", "，", ". ", "\n"};

    memset(text, 0, sizeof *text);
    text->there = true;
    text->run_count = pick(RUNS_MAX);
    for (unsigned i = 0; i < text->run_count; i++) {
        char *run = text->runs[i];
        size_t n = strlen(text->written);

        if (pick(2))
            make_han(run, sizeof text->runs[i], 1 + pick(6));
        else
            (void)snprintf(run, sizeof text->runs[i], "%s", words[pick(XT_COUNT(words))]);
        bool join = i > 0 && is_word(run) != is_word(text->runs[i - 1]) && pick(2);
        (void)snprintf(text->written + n, sizeof text->written - n, "%s%s",
                       join || i == 0 ? "" : separators[pick(XT_COUNT(separators))], run);
    }
}

static void add_values(struct doc *doc, unsigned facet, const char *const *list, uint32_t count, unsigned most)
{
    unsigned wanted = pick(most + 1);

    for (unsigned i = 0; i < wanted; i++)
        doc->values[facet][doc->value_count[facet]++] = list[pick(count)];
}

static void make_doc(struct doc *doc)
{
    memset(doc, 0, sizeof *doc);
    doc->there = true;
    doc->min_class = pick(4) ? XT_PUBLIC : (enum xt_class)pick(XT_CLASSES);
    make_text(&doc->texts[TITLE][0]);
    make_text(&doc->texts[ABSTRACT][0]);
    for (int i = 0; i < 2; i++)
        if (pick(2))
            make_text(&doc->texts[KEYWORDS][i]);
    if (pick(2))
        make_text(&doc->texts[NOTE][0]);
    add_values(doc, TYPE, types, XT_COUNT(types), 1);
    add_values(doc, AREA, areas, AREAS, 3);
    add_values(doc, YEAR, years, XT_COUNT(years), 1);
    add_values(doc, SUBJECT, subjects, XT_COUNT(subjects), 2);
    doc->numbers[AMOUNT] = pick(3) ? (int64_t)pick(10) * 100 : INT64_MIN;
    doc->numbers[DATE] = pick(3) ? (int64_t)pick(50) : INT64_MIN;
    doc->date = pick(5) ? (int64_t)pick(20) : INT64_MIN;
    for (unsigned i = 0, n = pick(11); i < n; i++)
        doc->sort_key[i] = (char)('a' + pick(2));
}

static void feed_doc(struct xt_search *search, int64_t seq, int64_t id, const struct doc *doc)
{
    struct xt_search_text texts[TEST_FIELDS * 2];
    struct xt_search_value values[TEST_FACETS * 3];
    struct xt_search_number numbers[TEST_RANGES];
    struct xt_search_doc out = {.id = id,
                                .deleted = !doc->there,
                                .min_class = doc->min_class,
                                .texts = texts,
                                .values = values,
                                .numbers = numbers,
                                .sort_key = xt_str(doc->sort_key),
                                .date = doc->date};

    for (unsigned f = 0; f < TEST_FIELDS; f++)
        for (int i = 0; i < 2; i++)
            if (doc->texts[f][i].there)
                texts[out.text_count++] = (struct xt_search_text){f, xt_str(doc->texts[f][i].written)};
    for (unsigned f = 0; f < TEST_FACETS; f++)
        for (unsigned i = 0; i < doc->value_count[f]; i++)
            values[out.value_count++] = (struct xt_search_value){f, xt_str(doc->values[f][i])};
    for (unsigned r = 0; r < TEST_RANGES; r++)
        if (doc->numbers[r] != INT64_MIN)
            numbers[out.number_count++] = (struct xt_search_number){r, doc->numbers[r]};
    assert_int_equal(xt_search_feed(search, &out, 1, seq, NULL), XT_OK);
}

/* ---- queries: written and, apart from that, worked out ---- */

enum kind { PHRASE_HAN, PHRASE_WORD, PHRASE_WORDS, VALUE, NAMED, YEARS, NUMBERS, BOTH, EITHER, NEITHER };

struct wish {
    enum kind kind;
    char text[40], second[40];
    int field; /* -1 = any */
    unsigned facet;
    int64_t low, high;
    const struct wish *left, *right;
};

static struct wish wishes[64];
static unsigned wish_count;

static struct wish *make_wish(unsigned depth)
{
    struct wish *wish = &wishes[wish_count++];

    memset(wish, 0, sizeof *wish);
    wish->field = pick(4) ? -1 : (int)pick(TEST_FIELDS);
    if (depth > 0 && pick(3)) {
        wish->kind = pick(6) == 0 ? NEITHER : pick(2) ? BOTH : EITHER;
        wish->left = make_wish(depth - 1);
        wish->right = wish->kind == NEITHER ? NULL : make_wish(depth - 1);
        return wish;
    }
    switch (pick(10)) {
    case 0:
    case 1:
    case 2:
    case 3:
        wish->kind = PHRASE_HAN;
        make_han(wish->text, sizeof wish->text, 1 + pick(4));
        break;
    case 4:
        wish->kind = PHRASE_WORD;
        (void)snprintf(wish->text, sizeof wish->text, "%s", words[pick(XT_COUNT(words))]);
        wish->text[1 + pick((uint32_t)strlen(wish->text))] = '\0';
        break;
    case 5:
        wish->kind = PHRASE_WORDS;
        (void)snprintf(wish->text, sizeof wish->text, "%s", words[pick(XT_COUNT(words))]);
        (void)snprintf(wish->second, sizeof wish->second, "%s", words[pick(XT_COUNT(words))]);
        break;
    case 6:
        wish->kind = VALUE;
        wish->facet = pick(2) ? AREA : pick(2) ? TYPE : SUBJECT;
        (void)snprintf(wish->text, sizeof wish->text, "%s",
                       wish->facet == AREA   ? areas[pick(AREAS)]
                       : wish->facet == TYPE ? types[pick(3)]
                                             : subjects[pick(3)]);
        break;
    case 7:
        wish->kind = NAMED;
        (void)snprintf(wish->text, sizeof wish->text, "%s", areas[pick(AREAS)]);
        break;
    case 8:
        wish->kind = YEARS;
        wish->low = 2013 + (int64_t)pick(4);
        wish->high = wish->low + (int64_t)pick(4);
        break;
    default:
        wish->kind = NUMBERS;
        wish->low = (int64_t)pick(10);
        wish->high = wish->low + (int64_t)pick(5);
        break;
    }
    return wish;
}

static void write_wish(const struct wish *wish, struct xt_text *out)
{
    switch (wish->kind) {
    case PHRASE_HAN:
    case PHRASE_WORD:
    case PHRASE_WORDS:
        if (wish->field >= 0)
            xt_text_addf(out, "%s:", pick(2) ? test_fields[wish->field].name : test_fields[wish->field].labels[XT_ZH]);
        if (wish->kind == PHRASE_WORDS)
            xt_text_addf(out, "\"%s %s\"", wish->text, wish->second);
        else
            xt_text_addf(out, pick(2) ? "\"%s\"" : "%s", wish->text);
        break;
    case VALUE:
        xt_text_addf(out, "%s:%s", test_facets[wish->facet].name, wish->text);
        break;
    case NAMED:
        xt_text_addf(out, pick(2) ? "subject.area:%s" : "学科.地区:%s", wish->text);
        break;
    case YEARS:
        xt_text_addf(out, "year:%lld..%lld", (long long)wish->low, (long long)wish->high);
        break;
    case NUMBERS:
        xt_text_addf(out, "amount:%lld..%lld", (long long)wish->low, (long long)wish->high);
        break;
    case BOTH:
    case EITHER:
        xt_text_add_char(out, '(');
        write_wish(wish->left, out);
        xt_text_add_z(out, wish->kind == EITHER ? " OR " : pick(2) ? " AND " : " ");
        write_wish(wish->right, out);
        xt_text_add_char(out, ')');
        break;
    case NEITHER:
        xt_text_add_z(out, pick(2) ? "NOT " : "-");
        write_wish(wish->left, out);
        break;
    }
}

static bool only_digits(const char *word)
{
    return strspn(word, "0123456789") == strlen(word);
}

static bool word_fits(const char *wanted, const char *run)
{
    return is_word(run) && (only_digits(wanted) ? strcmp(run, wanted) == 0 : strncmp(run, wanted, strlen(wanted)) == 0);
}

static bool text_fits(const struct wish *wish, const struct text *text)
{
    for (unsigned i = 0; i < text->run_count; i++) {
        const char *run = text->runs[i];

        switch (wish->kind) {
        case PHRASE_HAN: {
            /* Chinese after Chinese, only a separator between, is one run after another, not one run */
            if (!is_word(run) && strstr(run, wish->text))
                return true;
            break;
        }
        case PHRASE_WORD:
            if (word_fits(wish->text, run))
                return true;
            break;
        case PHRASE_WORDS:
            if (i + 1 < text->run_count && strcmp(run, wish->text) == 0 && word_fits(wish->second, text->runs[i + 1]))
                return true;
            break;
        case VALUE:
        case NAMED:
        case YEARS:
        case NUMBERS:
        case BOTH:
        case EITHER:
        case NEITHER:
            break;
        }
    }
    return false;
}

static bool below(const char *value, const char *wanted)
{
    while (value) {
        if (strcmp(value, wanted) == 0)
            return true;
        value = area_above(NULL, value);
    }
    return false;
}

static bool has_value(const struct doc *doc, unsigned facet, const char *wanted)
{
    for (unsigned i = 0; i < doc->value_count[facet]; i++)
        if (facet == AREA ? below(doc->values[facet][i], wanted) : strcmp(doc->values[facet][i], wanted) == 0)
            return true;
    return false;
}

/* What a document is called that others name: its one subject. */
static const char *name_of(const struct doc *doc)
{
    unsigned i = 1;

    if (!doc->there || !has_value(doc, TYPE, test_facets[SUBJECT].names) || doc->value_count[SUBJECT] == 0)
        return NULL;
    while (i < doc->value_count[SUBJECT] && strcmp(doc->values[SUBJECT][i], doc->values[SUBJECT][0]) == 0)
        i++;
    return i == doc->value_count[SUBJECT] ? doc->values[SUBJECT][0] : NULL;
}

static bool fits(const struct wish *wish, const struct doc *doc, enum xt_class reader)
{
    switch (wish->kind) {
    case PHRASE_HAN:
    case PHRASE_WORD:
    case PHRASE_WORDS:
        for (int f = 0; f < TEST_FIELDS; f++)
            for (int i = 0; i < 2; i++)
                if (doc->texts[f][i].there && (wish->field < 0 || wish->field == f) &&
                    test_fields[f].min_class <= reader && text_fits(wish, &doc->texts[f][i]))
                    return true;
        return false;
    case VALUE:
        return has_value(doc, wish->facet, wish->text);
    case NAMED:
        for (int id = 0; id < DOCS; id++) {
            const char *name = docs[id].min_class <= reader ? name_of(&docs[id]) : NULL;

            if (name && has_value(doc, SUBJECT, name) && has_value(&docs[id], AREA, wish->text))
                return true;
        }
        return false;
    case YEARS:
        for (unsigned i = 0; i < doc->value_count[YEAR]; i++)
            if (strtol(doc->values[YEAR][i], NULL, 10) >= wish->low &&
                strtol(doc->values[YEAR][i], NULL, 10) <= wish->high)
                return true;
        return false;
    case NUMBERS:
        return doc->numbers[AMOUNT] != INT64_MIN && doc->numbers[AMOUNT] >= wish->low * 100 &&
               doc->numbers[AMOUNT] <= wish->high * 100;
    case BOTH:
        return fits(wish->left, doc, reader) && fits(wish->right, doc, reader);
    case EITHER:
        return fits(wish->left, doc, reader) || fits(wish->right, doc, reader);
    case NEITHER:
        return !fits(wish->left, doc, reader);
    }
    return false;
}

/* ---- comparing ---- */

struct question {
    struct xt_search_request request;
    const struct wish *wish; /* NULL = everything */
    struct xt_search_filter filters[3];
    struct xt_str values[3][2];
};

static bool passes_filter(const struct question *q, size_t filter, const struct doc *doc)
{
    const struct xt_search_filter *f = &q->filters[filter];

    for (size_t i = 0; i < f->value_count; i++) {
        char value[32];

        (void)snprintf(value, sizeof value, "%.*s", (int)f->values[i].n, f->values[i].s);
        if (xt_str_is(f->name, "amount") && doc->numbers[AMOUNT] != INT64_MIN && doc->numbers[AMOUNT] >= 300)
            return true; /* the only one asked is "3.." */
        for (unsigned facet = 0; facet < TEST_FACETS; facet++)
            if (xt_str_is(f->name, test_facets[facet].name) && has_value(doc, facet, value))
                return true;
    }
    return false;
}

/* Does doc match with all filters but one? (-1 = all) */
static bool matches(const struct question *q, const struct doc *doc, int without)
{
    if (!doc->there || doc->min_class > q->request.reader || (q->wish && !fits(q->wish, doc, q->request.reader)))
        return false;
    for (size_t i = 0; i < q->request.filter_count; i++)
        if ((int)i != without && !passes_filter(q, i, doc))
            return false;
    return true;
}

static int64_t naive_count(const struct question *q, unsigned facet, const char *value)
{
    int without = -1;
    int64_t count = 0;

    for (size_t i = 0; i < q->request.filter_count; i++)
        if (xt_str_is(q->filters[i].name, test_facets[facet].name))
            without = (int)i;
    for (int id = 0; id < DOCS; id++)
        count += matches(q, &docs[id], without) && has_value(&docs[id], facet, value);
    return count;
}

static void check_facets(const struct question *q, const struct xt_search_answer *answer, const char *query)
{
    static const struct {
        unsigned facet;
        const char *const *values;
        size_t count;
    } all[] = {{TYPE, types, XT_COUNT(types)},
               {AREA, areas, AREAS},
               {YEAR, years, XT_COUNT(years)},
               {SUBJECT, subjects, XT_COUNT(subjects)}};

    for (size_t i = 0; i < answer->facet_count; i++) {
        const struct xt_search_facet_counts *facet = &answer->facets[i];
        size_t distinct = 0;

        assert_string_equal(facet->name, test_facets[all[i].facet].name);
        for (size_t v = 0; v < all[i].count; v++) {
            int64_t expected = naive_count(q, all[i].facet, all[i].values[v]), found = 0;

            distinct += expected > 0;
            for (size_t k = 0; k < facet->count; k++)
                if (strcmp(facet->counts[k].value, all[i].values[v]) == 0)
                    found = facet->counts[k].count;
            if (found != expected)
                fail_msg("%s: %s %s %lld, not %lld", query, facet->name, all[i].values[v], (long long)found,
                         (long long)expected);
        }
        if (facet->distinct != distinct)
            fail_msg("%s: %s has %zu values, not %zu", query, facet->name, facet->distinct, distinct);
        for (size_t k = 1; k < facet->count && k < 20; k++)
            if (facet->counts[k].count > 0)
                assert_true(facet->counts[k - 1].count >= facet->counts[k].count);
    }
}

static bool in_order(enum xt_sort sort, const struct xt_search_hit *x, const struct xt_search_hit *y)
{
    const struct doc *a = &docs[x->id], *b = &docs[y->id];
    int order;

    switch (sort) {
    case XT_SORT_RELEVANCE:
        return x->score > y->score || (!(x->score < y->score) && x->id < y->id);
    case XT_SORT_DATE:
        return a->date > b->date || (a->date == b->date && x->id > y->id);
    case XT_SORT_TITLE:
        order = strcmp(a->sort_key, b->sort_key);
        return order < 0 || (order == 0 && x->id < y->id);
    case XT_SORT_NUMBER: {
        int64_t m = a->numbers[AMOUNT] == INT64_MIN ? INT64_MAX : a->numbers[AMOUNT];
        int64_t n = b->numbers[AMOUNT] == INT64_MIN ? INT64_MAX : b->numbers[AMOUNT];

        return m < n || (m == n && x->id < y->id);
    }
    }
    return false;
}

/* Reads all pages: every matching document once, in order. */
static void check_pages(struct xt_search *search, struct question *q, const char *query, int64_t expected)
{
    bool seen[DOCS] = {false};
    struct xt_search_hit last = {0};
    int64_t count = 0;
    struct xt_arena arena;
    const char *cursor = "";

    xt_arena_init(&arena);
    q->request.limit = 1 + pick(20);
    do {
        struct xt_search_answer answer;

        q->request.cursor = xt_str(cursor);
        assert_int_equal(xt_search_ask(search, &q->request, &arena, &answer, NULL), XT_OK);
        assert_int_equal(answer.total, expected);
        for (size_t i = 0; i < answer.hit_count; i++) {
            int64_t id = answer.hits[i].id;
            enum xt_sort sort =
                q->request.sort == XT_SORT_RELEVANCE && answer.hits[i].score <= 0 ? XT_SORT_DATE : q->request.sort;

            if (id < 0 || id >= DOCS || seen[id] || !matches(q, &docs[id], -1))
                fail_msg("%s: %lld is wrong", query, (long long)id);
            if (count > 0 && q->request.sort != XT_SORT_RELEVANCE && !in_order(sort, &last, &answer.hits[i]))
                fail_msg("%s: order %d of %lld and %lld", query, (int)sort, (long long)last.id, (long long)id);
            if (count > 0 && q->request.sort == XT_SORT_RELEVANCE && answer.hits[i].score > last.score)
                fail_msg("%s: %lld scores more than %lld", query, (long long)id, (long long)last.id);
            seen[id] = true;
            last = answer.hits[i];
            count++;
        }
        cursor = answer.next;
    } while (cursor);
    q->request.cursor = xt_str("");
    if (count != expected)
        fail_msg("%s: pages held %lld of %lld", query, (long long)count, (long long)expected);
    xt_arena_done(&arena);
}

/* Cities by subjects or cities; two values may share a row. */
static const struct xt_search_place by_city[] = {{{"440100", 6}, 0}, {{"440300", 6}, 1}};
static const struct xt_search_place by_subject[] = {
    {{"cs", 2}, 0}, {{"bio", 3}, 1}, {{"math", 4}, 0}, {{"none", 4}, 2}};
static const struct xt_search_axis tables[][2] = {
    {{{"area", 4}, by_city, 2, 2, {"", 0}}, {{"subject", 7}, by_subject, 4, 3, {"", 0}}},
    {{{"subject", 7}, by_subject, 3, 2, {"", 0}}, {{"area", 4}, by_city, 2, 2, {"", 0}}},
    {{{"area", 4}, by_city, 2, 2, {"", 0}}, {{"area", 4}, by_city, 2, 2, {"", 0}}},
};

static bool in_place(const struct doc *doc, const struct xt_search_axis *axis, unsigned place)
{
    unsigned facet = axis->values == by_city ? AREA : SUBJECT;
    bool in = place == 0; /* any */

    for (size_t i = 0; i < axis->value_count; i++)
        in = in || (axis->values[i].place + 1 == place && has_value(doc, facet, axis->values[i].value.s));
    return in;
}
static void check_table(const struct question *q, const struct xt_search_answer *answer, const char *query)
{
    const struct xt_search_axis *axes = q->request.cross;

    for (unsigned row = 0; axes && row <= axes[0].size; row++)
        for (unsigned column = 0; column <= axes[1].size; column++) {
            int64_t expected = 0, found = answer->table[row * (axes[1].size + 1) + column];

            for (int id = 0; id < DOCS; id++)
                expected += matches(q, &docs[id], -1) && in_place(&docs[id], &axes[0], row) &&
                            in_place(&docs[id], &axes[1], column);
            if (found != expected)
                fail_msg("%s: row %u column %u %lld, not %lld", query, row, column, (long long)found,
                         (long long)expected);
        }
}

static void make_question(struct question *q, struct xt_text *query)
{
    static const struct xt_str facets[] = {{"type", 4}, {"area", 4}, {"year", 4}, {"subject", 7}};

    memset(q, 0, sizeof *q);
    wish_count = 0;
    xt_text_clear(query);
    if (pick(10)) {
        q->wish = make_wish(pick(4));
        write_wish(q->wish, query);
    }
    q->request.query = xt_text_view(query);
    q->request.reader = (enum xt_class)pick(XT_CLASSES);
    q->request.sort = (enum xt_sort)pick(4);
    q->request.sort_range = AMOUNT;
    q->request.facets = facets;
    q->request.facet_count = pick(2) ? XT_COUNT(facets) : 0;
    q->request.cross = pick(4) ? NULL : tables[pick(XT_COUNT(tables))];
    q->request.filters = q->filters;
    for (unsigned kind = 0; kind < 3; kind++) {
        if (pick(3))
            continue;
        struct xt_search_filter *filter = &q->filters[q->request.filter_count];
        struct xt_str *values = q->values[q->request.filter_count++];

        filter->name = kind == 0 ? XT_STR("type") : kind == 1 ? XT_STR("area") : XT_STR("amount");
        filter->values = values;
        filter->value_count = kind == 2 ? 1 : 1 + pick(2);
        for (size_t i = 0; i < filter->value_count; i++)
            values[i] = kind == 0 ? xt_str(types[pick(3)]) : kind == 1 ? xt_str(areas[pick(AREAS)]) : XT_STR("3..");
    }
}

/* ---- two engines ---- */

enum { FTS5, SEGMENT, ENGINES };
static const char *const engines[ENGINES] = {"fts5", "segment"};

struct party {
    char dir[80];
    struct xt_search *search;
};

/* The change that made a record what it is: after a power cut the later ones are fed again. */
static int64_t changed[DOCS], seq;

static struct xt_search *open_party(const struct party *party, int engine)
{
    struct xt_search_options options = {party->dir, true, &test_schema, engines[engine]};
    struct xt_search *search = NULL;
    bool fresh;

    assert_int_equal(xt_search_open(&options, &search, &fresh, NULL), XT_OK);
    return search;
}

/* Any number that both engines are told alike. */
static int64_t told_frequency(const struct query_node *leaf)
{
    uint64_t hash = leaf->token_count;

    for (size_t i = 0; i < leaf->token_count; i++)
        for (size_t k = 0; k < leaf->tokens[i].n; k++)
            hash = hash * 31 + (uint8_t)leaf->tokens[i].s[k];
    return (int64_t)(hash % 50) + 1;
}

/* Both give the same documents in the same order with the same scores. */
static void compare(struct party *parties, struct question *q, const char *query)
{
    struct xt_search_answer answers[ENGINES];
    struct xt_arena arena;

    xt_arena_init(&arena);
    q->request.limit = 1 + pick(DOCS);
    for (int e = 0; e < ENGINES; e++)
        assert_int_equal(xt_search_ask(parties[e].search, &q->request, &arena, &answers[e], NULL), XT_OK);
    if (answers[FTS5].total != answers[SEGMENT].total || answers[FTS5].hit_count != answers[SEGMENT].hit_count)
        fail_msg("%s: %lld and %lld", query, (long long)answers[FTS5].total, (long long)answers[SEGMENT].total);
    for (size_t i = 0; i < answers[FTS5].hit_count; i++) {
        const struct xt_search_hit *x = &answers[FTS5].hits[i], *y = &answers[SEGMENT].hits[i];

        if (x->id != y->id || x->score > y->score || x->score < y->score)
            fail_msg("%s: at %zu %lld (%.17g) and %lld (%.17g)", query, i, (long long)x->id, x->score, (long long)y->id,
                     y->score);
    }
    xt_arena_done(&arena);
}

static void ask_once(struct party *parties, struct xt_text *query)
{
    struct question q;
    struct xt_search_answer answer;
    struct xt_arena arena;
    int64_t expected = 0;

    make_question(&q, query);
    for (int id = 0; id < DOCS; id++)
        expected += matches(&q, &docs[id], -1);
    xt_arena_init(&arena);
    assert_int_equal(xt_search_ask(parties[SEGMENT].search, &q.request, &arena, &answer, NULL), XT_OK);
    if (answer.total != expected)
        fail_msg("%s (reader %d, %zu filters): %lld, not %lld; understood %s", query->s, (int)q.request.reader,
                 q.request.filter_count, (long long)answer.total, (long long)expected, answer.understood[XT_EN]);
    check_facets(&q, &answer, query->s);
    check_table(&q, &answer, query->s);
    if (pick(4) == 0)
        check_pages(parties[pick(ENGINES)].search, &q, query->s, expected);
    compare(parties, &q, query->s);
    xt_arena_done(&arena);
}

static void change(struct party *parties, int64_t id)
{
    if (docs[id].there && pick(4) == 0)
        docs[id].there = false;
    else
        make_doc(&docs[id]);
    changed[id] = ++seq;
    for (int e = 0; e < ENGINES; e++)
        feed_doc(parties[e].search, seq, id, &docs[id]);
}

/* The manifest as after another start of the machine. */
static void forget_boot(const char *dir)
{
    char path[120];
    unsigned char bytes[65536];

    (void)snprintf(path, sizeof path, "%s/segment/manifest", dir);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    assert_true(n > 100 && n < sizeof bytes);
    bytes[48] ^= 1; /* the first of the boot's id: behind magic, mark and schema */
    uint32_t crc = libdeflate_crc32(0, bytes, n - 4);
    memcpy(bytes + n - 4, &crc, 4);
    rewind(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* The folder as it stands at this moment, as a kill would leave it; or, when the machine goes down, without what was not
 * certain to be on the disk. */
static void crash(struct party *party, int engine, bool power)
{
    char command[400];

    (void)snprintf(command, sizeof command, "cp -r '%s' '%s.now'", party->dir, party->dir);
    assert_int_equal(system(command), 0);
    xt_search_close(&party->search);
    (void)snprintf(command, sizeof command, "rm -rf '%s' && mv '%s.now' '%s'", party->dir, party->dir, party->dir);
    assert_int_equal(system(command), 0);
    if (power && engine == SEGMENT)
        forget_boot(party->dir);
    party->search = open_party(party, engine);
    int64_t reached = xt_search_reached(party->search);
    assert_true(reached <= seq && (power || reached == seq));
    for (int64_t next = reached + 1; next <= seq; next++)
        for (int64_t id = 0; id < DOCS; id++)
            if (changed[id] == next)
                feed_doc(party->search, next, id, &docs[id]);
    assert_int_equal(xt_search_feed(party->search, NULL, 0, seq, NULL), XT_OK);
}

static void reopen(struct party *party, int engine)
{
    xt_search_close(&party->search);
    party->search = open_party(party, engine);
    assert_int_equal(xt_search_reached(party->search), seq);
}

static void verify(struct xt_search *search)
{
    struct xt_problems problems;

    xt_problems_init(&problems);
    assert_int_equal(xt_search_verify(search, &problems, NULL), XT_OK);
    assert_int_equal(problems.seen, 0);
    xt_problems_done(&problems);
}

static void answers_are_those_of_a_naive_scan(void **state)
{
    (void)state;
    const char *wanted = getenv("XIETONG_ORACLE"), *seed = getenv("XIETONG_SEED");
    long queries = wanted ? strtol(wanted, NULL, 10) : 100000;
    struct folder folder = {""};
    struct party parties[ENGINES];
    struct xt_text query;

    random_state = seed ? strtoull(seed, NULL, 10) * 2654435761u + 1 : 88172645463325252u;
    ask_frequency = told_frequency;
    folder_make(&folder);
    for (int e = 0; e < ENGINES; e++) {
        (void)snprintf(parties[e].dir, sizeof parties[e].dir, "%s/%s", folder.path, engines[e]);
        assert_int_equal(mkdir(parties[e].dir, 0700), 0);
        parties[e].search = open_party(&parties[e], e);
    }
    xt_text_init(&query, XT_MIB);
    /* One record stays: the newest year that an index has seen is part of its scores. */
    change(parties, 0);
    docs[0].values[YEAR][0] = "2019";
    docs[0].value_count[YEAR] = 1;
    for (int e = 0; e < ENGINES; e++)
        feed_doc(parties[e].search, seq, 0, &docs[0]);
    for (long i = 0; i < queries; i++) {
        if (i % 10 == 0)
            change(parties, 1 + pick(DOCS - 1));
        if (i % 2000 == 1999)
            reopen(&parties[i / 2000 % 2], (int)(i / 2000 % 2));
        if (i % 3000 == 2999)
            crash(&parties[SEGMENT], SEGMENT, i / 3000 % 2);
        if (i % 300 == 299)
            for (int e = 0; e < ENGINES; e++)
                assert_int_equal(xt_search_tidy(parties[e].search, 20, NULL), XT_OK);
        ask_once(parties, &query);
    }
    xt_text_done(&query);
    for (int e = 0; e < ENGINES; e++) {
        verify(parties[e].search);
        xt_search_close(&parties[e].search);
    }
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_those_of_a_naive_scan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
