/*
 * test_help.h - a small schema and documents for the tests of this room.
 */
#ifndef XT_SEARCH_TEST_HELP_H
#define XT_SEARCH_TEST_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "search/search.h"

enum { TITLE, KEYWORDS, WHO, IDENT, ABSTRACT, NOTE, TEST_FIELDS };
enum { TYPE, AREA, YEAR, SUBJECT, TEST_FACETS };
enum { AMOUNT, DATE, TEST_RANGES };

/* "440106" -> "440100" -> "440000" */
XT_UNUSED static const char *area_above(void *context, const char *value)
{
    static _Thread_local char above[8];
    size_t n = strlen(value);

    (void)context;
    if (n != 6 || strcmp(value + 2, "0000") == 0)
        return NULL;
    memcpy(above, value, 7);
    memcpy(above + (strcmp(value + 4, "00") == 0 ? 2 : 4), "0000", strcmp(value + 4, "00") == 0 ? 4 : 2);
    return above;
}

XT_UNUSED static bool type_of_label(void *context, struct xt_str label, char *out, size_t out_size)
{
    (void)context;
    if (!xt_str_is(label, "论文") && !xt_str_is(label, "Paper"))
        return false;
    (void)snprintf(out, out_size, "paper");
    return true;
}

static const struct xt_search_field test_fields[TEST_FIELDS] = {
    [TITLE] = {"title", {"标题", "Title"}, XT_WEIGHT_TITLE, XT_PUBLIC, NULL},
    [KEYWORDS] = {"keywords", {"关键词", "Keywords"}, XT_WEIGHT_KEYWORDS, XT_PUBLIC, NULL},
    [WHO] = {"author", {"作者", "Author"}, XT_WEIGHT_WHO, XT_PUBLIC, NULL},
    [IDENT] = {"number", {"编号", "Number"}, XT_WEIGHT_IDENT, XT_PUBLIC, NULL},
    [ABSTRACT] = {"abstract", {"摘要", "Abstract"}, XT_WEIGHT_TEXT, XT_PUBLIC, NULL},
    [NOTE] = {"note", {"备注", "Note"}, XT_WEIGHT_TEXT, XT_OFFICER, NULL},
};
static const struct xt_search_facet test_facets[TEST_FACETS] = {
    [TYPE] = {"type", {"类型", "Type"}, false, NULL, type_of_label, NULL, NULL},
    [AREA] = {"area", {"地区", "Area"}, false, area_above, NULL, NULL, NULL},
    [YEAR] = {"year", {"年份", "Year"}, true, NULL, NULL, NULL, NULL},
    [SUBJECT] = {"subject", {"学科", "Subject"}, false, NULL, NULL, NULL, "organisation"},
};
static const struct xt_search_range test_ranges[TEST_RANGES] = {
    [AMOUNT] = {"amount", {"金额", "Amount"}, false, 100},
    [DATE] = {"date", {"日期", "Date"}, true, 1},
};
XT_UNUSED static const struct xt_search_schema test_schema = {.fields = test_fields,
                                                              .field_count = TEST_FIELDS,
                                                              .facets = test_facets,
                                                              .facet_count = TEST_FACETS,
                                                              .ranges = test_ranges,
                                                              .range_count = TEST_RANGES};

/* A folder of its own for a test, made and removed with all that is in it; in memory where that can be had, since
 * each feeding waits for the disk. */
struct folder {
    char path[64];
};

XT_UNUSED static void folder_make(struct folder *folder)
{
    (void)snprintf(folder->path, sizeof folder->path, "%s/xt-search-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(folder->path));
}

XT_UNUSED static void folder_remove(struct folder *folder)
{
    char command[128];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder->path);
    assert_int_equal(system(command), 0);
}

/* Every test runs with each engine in turn. */
XT_UNUSED static const char *test_engine = "fts5";

#define RUN_FOR_EACH_ENGINE(tests)                                           \
    do {                                                                     \
        int failed = cmocka_run_group_tests_name("fts5", tests, NULL, NULL); \
                                                                             \
        test_engine = "segment";                                             \
        failed += cmocka_run_group_tests_name("segment", tests, NULL, NULL); \
        return failed;                                                       \
    } while (0)

XT_UNUSED static struct xt_search *open_index(const char *dir, bool may_feed, bool expect_fresh)
{
    struct xt_search_options options = {dir, may_feed, &test_schema, test_engine};
    struct xt_search *search = NULL;
    struct xt_error err = {0};
    bool fresh = false;

    if (xt_search_open(&options, &search, &fresh, &err) != XT_OK)
        fail_msg("open: %s %s", xt_msg_name(err.msg), err.args[0].text);
    assert_int_equal(fresh, expect_fresh);
    return search;
}

/* A document with a title and an abstract. */
XT_UNUSED static void feed_text(struct xt_search *search, int64_t id, const char *title, const char *abstract)
{
    struct xt_search_text texts[] = {{TITLE, xt_str(title)}, {ABSTRACT, xt_str(abstract)}};
    struct xt_search_doc doc = {
        .id = id, .texts = texts, .text_count = 2, .date = INT64_MIN, .sort_key = xt_str(title)};

    assert_int_equal(xt_search_feed(search, &doc, 1, id, NULL), XT_OK);
}

/* How many documents a query finds. */
XT_UNUSED static int64_t count_of(struct xt_search *search, const char *query)
{
    struct xt_search_request request = {.query = xt_str(query), .reader = XT_PRIVATE};
    struct xt_search_answer answer;
    struct xt_arena arena;
    struct xt_error err = {0};

    xt_arena_init(&arena);
    if (xt_search_ask(search, &request, &arena, &answer, &err) != XT_OK)
        fail_msg("%s: %s %s", query, xt_msg_name(err.msg), err.args[0].text);
    xt_arena_done(&arena);
    return answer.total;
}

/* The ids found, in order, as "3 1 2". */
XT_UNUSED static const char *ids_of(struct xt_search *search, const char *query, enum xt_sort sort,
                                    struct xt_arena *arena)
{
    struct xt_search_request request = {.query = xt_str(query), .reader = XT_PRIVATE, .limit = 1000, .sort = sort};
    struct xt_search_answer answer;
    struct xt_text out;

    assert_int_equal(xt_search_ask(search, &request, arena, &answer, NULL), XT_OK);
    assert_int_equal(answer.total, answer.hit_count);
    xt_text_init(&out, XT_MIB);
    for (size_t i = 0; i < answer.hit_count; i++)
        xt_text_addf(&out, "%s%lld", i ? " " : "", (long long)answer.hits[i].id);
    const char *ids = xt_arena_strdup(arena, out.s);
    xt_text_done(&out);
    return ids;
}

#endif
