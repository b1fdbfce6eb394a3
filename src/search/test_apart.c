/* test_apart.c - fields apart and pieces of words, in both engines: what is found by name alone, what counts, what is seen. */
#include "search/test_help.h"

#include <sys/stat.h>

enum { OWN_TITLE, OWN_SOUND, OWN_FIELDS };
static const struct xt_search_field own_fields[OWN_FIELDS] = {
    [OWN_TITLE] = {"title", {"标题", "Title"}, XT_WEIGHT_TITLE, XT_PUBLIC, NULL},
    [OWN_SOUND] = {"title-sound", {NULL, NULL}, XT_WEIGHT_APART, XT_PUBLIC, NULL},
};
static const struct xt_search_facet own_facets[] = {{"type", {"类型", "Type"}, false, NULL, NULL, NULL, NULL}};
static const struct xt_search_range own_ranges[] = {{.name = "title-rank", .scale = 1}};
static const struct xt_search_schema own_schema = {.fields = own_fields,
                                                   .field_count = OWN_FIELDS,
                                                   .facets = own_facets,
                                                   .facet_count = 1,
                                                   .ranges = own_ranges,
                                                   .range_count = 1};

struct fixture {
    char dir[40];
    struct xt_search *search;
    struct xt_arena arena;
};

static void feed(struct fixture *f, int64_t id, const char *title, const char *sound, unsigned tokens, int64_t rank,
                 enum xt_class class)
{
    struct xt_search_text texts[] = {{OWN_TITLE, xt_str(title)}, {OWN_SOUND, xt_str(sound)}};
    struct xt_search_value value = {0, XT_STR("paper")};
    struct xt_search_number number = {0, rank};
    struct xt_search_doc doc = {.id = id,
                                .min_class = class,
                                .texts = texts,
                                .text_count = sound ? 2 : 1,
                                .values = &value,
                                .value_count = 1,
                                .numbers = &number,
                                .number_count = 1,
                                .uncounted = tokens,
                                .date = INT64_MIN};

    assert_int_equal(xt_search_feed(f->search, &doc, 1, id, NULL), XT_OK);
}

static struct xt_search_answer ask(struct fixture *f, struct xt_search_request request)
{
    struct xt_search_answer answer;

    if (request.limit == 0)
        request.limit = 20;
    assert_int_equal(xt_search_ask(f->search, &request, &f->arena, &answer, NULL), XT_OK);
    return answer;
}

static int64_t count(struct fixture *f, const char *query)
{
    return ask(f, (struct xt_search_request){.query = xt_str(query)}).total;
}

static void open_with(struct fixture *f, const char *engine)
{
    struct xt_search_options options = {.dir = f->dir, .may_feed = true, .schema = &own_schema, .engine = engine};
    bool fresh;

    assert_int_equal(xt_search_open(&options, &f->search, &fresh, NULL), XT_OK);
}

static void each_engine(void (*test)(struct fixture *f))
{
    static const char *const engines[] = {"segment", "fts5"};

    for (size_t i = 0; i < XT_COUNT(engines); i++) {
        struct fixture f = {.dir = "/tmp/xietong-apart-XXXXXX"};
        char command[80];

        assert_non_null(mkdtemp(f.dir));
        xt_arena_init(&f.arena);
        open_with(&f, engines[i]);
        test(&f);
        xt_search_close(&f.search);
        xt_arena_done(&f.arena);
        (void)snprintf(command, sizeof command, "rm -rf '%s'", f.dir);
        assert_int_equal(system(command), 0);
    }
}

static void found_by_name_alone(struct fixture *f)
{
    feed(f, 1, "电子显微镜", "0dian zi xian", 3, 5, XT_PUBLIC);
    feed(f, 2, "dian of another kind", NULL, 0, 20, XT_PUBLIC);
    assert_int_equal(count(f, "dian"), 1);
    assert_int_equal(count(f, "zi"), 0);
    assert_int_equal(count(f, "\"zi xian\""), 0);
    assert_int_equal(count(f, "title-sound:\"0dian zi\""), 1);
    assert_int_equal(count(f, "title-sound:\"zi x\"*"), 1);
    assert_int_equal(count(f, "title-sound:dian"), 0);
    assert_int_equal(count(f, "NOT zi"), 2);
    assert_int_equal(count(f, "title-rank:5"), 0); /* a range without labels is no word of the language */

    struct xt_search_text like[] = {{OWN_SOUND, XT_STR("0dian zi xian")}};
    assert_int_equal(ask(f, (struct xt_search_request){.like = like, .like_count = 1}).total, 0);
}

static void found_by_name_alone_in_both(void **state)
{
    (void)state;
    each_engine(found_by_name_alone);
}

/* Two documents of the same words score the same, whatever stands apart in one. */
static void does_not_count(struct fixture *f)
{
    feed(f, 1, "电子 显微镜", "0dian zi xian wei jing", 5, 5, XT_PUBLIC);
    feed(f, 2, "电子 显微镜", NULL, 0, 5, XT_PUBLIC);
    struct xt_search_answer answer = ask(f, (struct xt_search_request){.query = XT_STR("电子")});
    assert_int_equal(answer.hit_count, 2);
    assert_true(answer.hits[0].score > 0);
    assert_memory_equal(&answer.hits[0].score, &answer.hits[1].score, sizeof(double));
}

static void does_not_count_in_both(void **state)
{
    (void)state;
    each_engine(does_not_count);
}

static void sorted_and_seen(struct fixture *f)
{
    static const int64_t ranks[] = {9, 3, 7, 3, 1};

    for (int i = 0; i < 5; i++)
        feed(f, i + 1, "电子", "0dian zi", 2, ranks[i], i == 4 ? XT_OFFICER : XT_PUBLIC);
    struct xt_search_request request = {.query = XT_STR("title-sound:0dian"), .sort = XT_SORT_NUMBER};
    struct xt_search_answer answer = ask(f, request);
    static const int64_t order[] = {2, 4, 3, 1};
    assert_int_equal(answer.hit_count, 4); /* what a reader may not see is not among them */
    for (int i = 0; i < 4; i++)
        assert_int_equal(answer.hits[i].id, order[i]);
    request.reader = XT_OFFICER;
    answer = ask(f, request);
    assert_int_equal(answer.hit_count, 5);
    assert_int_equal(answer.hits[0].id, 5);
}

static void sorted_and_seen_in_both(void **state)
{
    (void)state;
    each_engine(sorted_and_seen);
}

static int64_t pieces(struct fixture *f, const char *query, int64_t *out_first)
{
    struct xt_search_answer answer = ask(f, (struct xt_search_request){.query = xt_str(query), .pieces = true});

    *out_first = answer.hit_count ? answer.hits[0].id : 0;
    return answer.total;
}

static void in_pieces(struct fixture *f)
{
    int64_t first;

    feed(f, 1, "电子显微镜的检测", NULL, 0, 5, XT_PUBLIC);
    feed(f, 2, "显微术", NULL, 0, 5, XT_PUBLIC);
    feed(f, 3, "水产养殖 sensor", NULL, 0, 5, XT_PUBLIC);
    assert_int_equal(count(f, "电子显微检测"), 0);
    assert_int_equal(pieces(f, "电子显微检测", &first), 2);
    assert_string_equal(
        ask(f, (struct xt_search_request){.query = XT_STR("电子显微 检测"), .pieces = true}).understood[XT_ZH],
        "电子显微 OR 检测");
    assert_int_equal(first, 1); /* the one with most of it */
    assert_int_equal(pieces(f, "镜", &first), 1);
    assert_int_equal(pieces(f, "显微 AND 水产", &first), 3);
    assert_int_equal(pieces(f, "\"显微镜\" AND \"水产\"", &first), 0); /* quoted phrases hold */
    assert_int_equal(pieces(f, "显微镜 AND NOT 检测", &first), 1);
    assert_int_equal(pieces(f, "显微镜 AND 类型:patent", &first), 0);
    assert_int_equal(first, 0);
}

static void in_pieces_in_both(void **state)
{
    (void)state;
    each_engine(in_pieces);
}

static void relaxed(struct fixture *f)
{
    struct xt_str patent = XT_STR("patent");
    struct xt_search_filter filter = {XT_STR("type"), &patent, 1};
    struct xt_search_relaxed out[XT_RELAXED_MAX];
    size_t n;

    feed(f, 1, "电子显微镜的检测", NULL, 0, 5, XT_PUBLIC);
    feed(f, 2, "显微术", NULL, 0, 5, XT_PUBLIC);
    feed(f, 3, "显微 未公开", NULL, 0, 5, XT_OFFICER);
    struct xt_search_request request = {.query = XT_STR("显微 水产 检测")};
    assert_int_equal(xt_search_relax(f->search, &own_schema, &request, XT_ZH, 10000, &f->arena, out, &n, NULL), XT_OK);
    assert_int_equal(n, 2);
    assert_int_equal(out[0].how, XT_RELAX_PIECES);
    assert_string_equal(out[0].query, "显微 水产 检测");
    assert_int_equal(out[0].total, 2); /* not the one that a reader may not see */
    assert_int_equal(out[1].how, XT_RELAX_WORD);
    assert_string_equal(out[1].query, "显微 检测");
    assert_true(xt_str_is(out[1].part, "水产"));
    assert_int_equal(out[1].total, 1);

    request = (struct xt_search_request){.query = XT_STR("显微"), .filters = &filter, .filter_count = 1};
    assert_int_equal(xt_search_relax(f->search, &own_schema, &request, XT_ZH, 10000, &f->arena, out, &n, NULL), XT_OK);
    assert_int_equal(n, 1);
    assert_int_equal(out[0].how, XT_RELAX_FILTER);
    assert_true(xt_str_is(out[0].part, "type"));
    assert_int_equal(out[0].total, 2);

    request = (struct xt_search_request){.query = XT_STR("水产")};
    assert_int_equal(xt_search_relax(f->search, &own_schema, &request, XT_ZH, 10000, &f->arena, out, &n, NULL), XT_OK);
    assert_int_equal(n, 0); /* nothing helps */
    request.query = XT_STR("显微 水产 检测");
    assert_int_equal(xt_search_relax(f->search, &own_schema, &request, XT_ZH, 0, &f->arena, out, &n, NULL), XT_OK);
    assert_int_equal(n, 0); /* no time, no answer */
}

static void relaxed_in_both(void **state)
{
    (void)state;
    each_engine(relaxed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_name_alone_in_both),
        cmocka_unit_test(does_not_count_in_both),
        cmocka_unit_test(sorted_and_seen_in_both),
        cmocka_unit_test(in_pieces_in_both),
        cmocka_unit_test(relaxed_in_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
