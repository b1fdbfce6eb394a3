/*
 * Long lists: more documents than a window, a block of columns or one thread's share holds. What a document says follows from
 * its number, so that every answer can be worked out without an index: by a walk over the numbers.
 */
#include "search/test_help.h"

#define DOCS      260000
#define BATCH     20000
#define DEAD(i)   ((i) % 1009 == 0) /* deleted later */
#define HIDDEN(i) ((i) % 13 == 0)
#define QUERIES   300

static const struct {
    const char *word;
    unsigned every;
} words[] = {{"all", 1}, {"two", 2}, {"three", 3}, {"five", 5}, {"seven", 7}, {"often", 64}, {"rare", 9973}};

static uint64_t random_state = 88172645463325252u;

static uint32_t pick(uint32_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32) % below;
}

static void feed(struct xt_search *search, int64_t from, int64_t to, bool deleted)
{
    struct xt_search_doc *docs = xt_calloc(BATCH, sizeof *docs);
    struct xt_search_text *texts = xt_calloc(BATCH, sizeof *texts);
    char(*said)[64] = xt_calloc(BATCH, sizeof *said);
    size_t n = 0;

    for (int64_t i = from; i < to; i++) {
        if (deleted && !DEAD(i))
            continue;
        for (size_t w = 0; w < XT_COUNT(words); w++)
            if (i % words[w].every == 0)
                (void)snprintf(said[n] + strlen(said[n]), sizeof said[n] - strlen(said[n]), "%s ", words[w].word);
        texts[n] = (struct xt_search_text){i % 17 ? ABSTRACT : TITLE, xt_str(said[n])};
        docs[n] = (struct xt_search_doc){.id = i,
                                         .deleted = deleted,
                                         .min_class = HIDDEN(i) ? XT_OFFICER : XT_PUBLIC,
                                         .texts = &texts[n],
                                         .text_count = 1,
                                         .date = i,
                                         .sort_key = xt_str("")};
        n++;
    }
    assert_int_equal(xt_search_feed(search, docs, n, to - 1 + (deleted ? DOCS : 0), NULL), XT_OK);
    free(docs);
    free(texts);
    free(said);
}

/* A tree of the query language in postfix: words, phrases of two neighbours, beginnings, AND, OR, NOT. */
enum op { WORD, PHRASE, BEGINS, BOTH, EITHER, NOT };
struct node {
    enum op op;
    unsigned a, b; /* words, or nodes */
};
static struct node nodes[64];
static unsigned node_count;

static unsigned make(unsigned depth)
{
    struct node node = {.op = depth == 0 ? pick(3) : pick(6)};

    if (node.op >= BOTH) {
        node.a = make(depth - 1);
        node.b = make(depth - 1);
    } else {
        node.a = pick(XT_COUNT(words));
        node.b = (node.a + 1 + pick(2)) % XT_COUNT(words);
    }
    nodes[node_count] = node;
    return node_count++;
}

static void write_out(unsigned at, struct xt_text *out)
{
    const struct node *node = &nodes[at];

    if (node->op >= BOTH) {
        xt_text_add_z(out, "(");
        write_out(node->a, out);
        xt_text_add_z(out, node->op == BOTH ? " AND " : node->op == EITHER ? " OR " : " NOT ");
        write_out(node->b, out);
        xt_text_add_z(out, ")");
    } else if (node->op == PHRASE) {
        xt_text_addf(out, "\"%s %s\"", words[node->a].word, words[node->b].word);
    } else {
        xt_text_addf(out, node->op == WORD ? "%s" : "%.2s*", words[node->a].word);
    }
}

static bool says(int64_t i, unsigned word)
{
    return i % words[word].every == 0;
}

static bool fits(int64_t i, unsigned at)
{
    const struct node *node = &nodes[at];

    switch (node->op) {
    case WORD:
        return says(i, node->a);
    case BEGINS: /* of two letters: no two words share them */
        return says(i, node->a);
    case PHRASE: /* neighbours: nothing said between them */
        if (node->b <= node->a || !says(i, node->a) || !says(i, node->b))
            return false;
        for (unsigned w = node->a + 1; w < node->b; w++)
            if (says(i, w))
                return false;
        return true;
    case BOTH:
        return fits(i, node->a) && fits(i, node->b);
    case EITHER:
        return fits(i, node->a) || fits(i, node->b);
    case NOT:
    default:
        return fits(i, node->a) && !fits(i, node->b);
    }
}

static int64_t ask(struct xt_search *search, const char *query, enum xt_class reader, enum xt_sort sort,
                   bool one_thread, int64_t *ids, size_t *n)
{
    struct xt_search_request request = {
        .query = xt_str(query), .reader = reader, .sort = sort, .limit = 50, .one_thread = one_thread};
    struct xt_search_answer answer;
    struct xt_arena arena;
    struct xt_error err = {0};

    xt_arena_init(&arena);
    if (xt_search_ask(search, &request, &arena, &answer, &err) != XT_OK)
        fail_msg("%s: %s %s", query, xt_msg_name(err.msg), err.args[0].text);
    *n = answer.hit_count;
    for (size_t i = 0; i < answer.hit_count; i++)
        ids[i] = answer.hits[i].id;
    xt_arena_done(&arena);
    return answer.total;
}

static void long_lists_give_what_a_walk_gives(void **state)
{
    (void)state;
    struct folder folder = {""};
    struct xt_text query;

    test_engine = "segment";
    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    for (int64_t from = 1; from <= DOCS; from += BATCH)
        feed(search, from, from + BATCH <= DOCS ? from + BATCH : DOCS + 1, false);
    feed(search, 1, DOCS + 1, true);
    xt_text_init(&query, 4096);
    for (int q = 0; q < QUERIES; q++) {
        enum xt_class reader = pick(2) ? XT_OFFICER : XT_PUBLIC;
        int64_t expected = 0, newest[50], found[50], again[50];
        size_t count = 0, n, m;

        node_count = 0;
        unsigned root = make(pick(4));
        xt_text_clear(&query);
        write_out(root, &query);
        for (int64_t i = DOCS; i > 0; i--)
            if (!DEAD(i) && (reader == XT_OFFICER || !HIDDEN(i)) && fits(i, root)) {
                if (expected++ < 50)
                    newest[count++] = i;
            }
        if (ask(search, query.s, reader, XT_SORT_DATE, q % 2, found, &n) != expected)
            fail_msg("%s: %lld expected", query.s, (long long)expected);
        assert_int_equal(n, count);
        assert_memory_equal(found, newest, n * sizeof *found);
        /* the best are the same, in the same order, by one thread and by two, and each of them fits */
        assert_int_equal(ask(search, query.s, reader, XT_SORT_RELEVANCE, true, found, &n), expected);
        assert_int_equal(ask(search, query.s, reader, XT_SORT_RELEVANCE, false, again, &m), expected);
        assert_int_equal(n, m);
        assert_memory_equal(found, again, n * sizeof *found);
        for (size_t i = 0; i < n; i++)
            assert_true(!DEAD(found[i]) && fits(found[i], root));
    }
    xt_text_done(&query);
    xt_search_close(&search);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(long_lists_give_what_a_walk_gives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
