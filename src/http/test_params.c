#include "http/http_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct xt_param params[] = {
    {"type", XT_IN_PATH, XT_P_TEXT, false, true, 0, 10, NULL, NULL, "The type"},
    {"q", XT_IN_QUERY, XT_P_TEXT, false, false, 0, 20, NULL, NULL, "What is sought"},
    {"limit", XT_IN_QUERY, XT_P_INT, false, false, 1, 100, NULL, "20", "How many"},
    {"sort", XT_IN_QUERY, XT_P_ENUM, false, false, 0, 0, "relevance date title", NULL, "Order"},
    {"open", XT_IN_QUERY, XT_P_BOOL, false, false, 0, 0, NULL, NULL, "Only open ones"},
    {"area", XT_IN_QUERY, XT_P_TEXT, true, false, 0, 0, NULL, NULL, "Areas"},
    {"must", XT_IN_QUERY, XT_P_TEXT, false, true, 0, 0, NULL, NULL, "Needed"},
    {.name = NULL},
};
static const struct xt_route strict = {.method = "GET", .path = "/api/{type}/x", .params = params};
static const struct xt_route open_route = {
    .method = "GET", .path = "/api/{type}/x", .params = params, .flags = XT_ROUTE_ANY_PARAM};

struct fixture {
    struct xt_request request;
    struct xt_arena arena;
    char said[2000];
};

static void read_into(struct fixture *f, const struct xt_route *route, const char *segment, const char *query)
{
    struct http_match match = {.route = route, .value_count = 1, .values = {xt_str(segment)}};
    struct xt_text text;

    *f = (struct fixture){.request = {.route = route, .arena = &f->arena}};
    xt_arena_init(&f->arena);
    xt_problems_init(&f->request.problems);
    xt_http_params(&f->request, &match, xt_str(query));
    xt_text_init(&text, sizeof f->said - 1);
    xt_problems_say(&f->request.problems, XT_EN, &text);
    memcpy(f->said, text.s, text.n + 1);
    xt_text_done(&text);
}

static void done(struct fixture *f)
{
    xt_problems_done(&f->request.problems);
    xt_arena_done(&f->arena);
}

static const struct {
    const char *segment, *query;
    bool any;
    const char *said;
} rows[] = {
    {"paper", "must=1", false, ""},
    {"paper", "must=1&q=%E6%9C%BA%E5%99%A8+a%2Bb&limit=100&sort=date&open=yes&area=1&area=2&lang=en", false, ""},
    {"paper", "&&must=1&", false, ""},
    {"paper", "must=", false, ""},
    {"paper", "", false, "must is required"},
    {"paper", "must", false, ""},
    {"paper", "must=1&limit=0", false, "limit must be at least 1, is 0"},
    {"paper", "must=1&limit=101", false, "limit must be at most 100, is 101"},
    {"paper", "must=1&limit=", false, "limit must be a whole number, is \"\""},
    {"paper", "must=1&limit=5x", false, "limit must be a whole number, is \"5x\""},
    {"paper", "must=1&limit=99999999999999999999", false, "limit must be a whole number, is \"99999999999999999999\""},
    {"paper", "must=1&sort=size", false, "sort must be one of relevance, date, title, is \"size\""},
    {"paper", "must=1&open=maybe", false, "open must be yes or no, is \"maybe\""},
    {"paper", "must=1&must=2", false, "must may be given once, is given 2 times"},
    {"paper", "must=1&q=123456789012345678901", false, "q may have at most 20 bytes, has 21"},
    {"paper", "must=1&lang=de", false, "lang must be one of zh, en, is \"de\""},
    {"paper", "must=1&limt=5", false, "limt is not a parameter here; did you mean \"limit\"?"},
    {"paper", "must=1&colour=5", false, "colour is not a parameter here"},
    {"paper", "must=1&colour=5", true, ""},
    {"paper", "must=1&q=%zz", false, "q has a broken percent-encoding (byte 1)"},
    {"paper", "must=1&q=ab%2", false, "q has a broken percent-encoding (byte 3)"},
    {"paper", "must=1&q=ab%ff", false, "q has a broken percent-encoding (byte 3)"},
    {"paper", "must=1&q=%00", false, "q has a broken percent-encoding (byte 1)"},
    {"paper", "must=1&%ff=1", false, "? has a broken percent-encoding (byte 1)"},
    {"a%2Fb", "must=1", false, ""},
    {"a+b", "must=1", false, ""},
    {"%ff", "must=1", false, "type has a broken percent-encoding (byte 1)"},
    {"12345678901", "must=1", false, "type may have at most 10 bytes, has 11"},
    {"paper", "limit=x&sort=y&limt=1", false,
     "limit must be a whole number, is \"x\"; sort must be one of relevance, date, title, is \"y\"; "
     "limt is not a parameter here; did you mean \"limit\"?; must is required"},
};

static void all_problems_are_said_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        struct fixture f;

        read_into(&f, rows[i].any ? &open_route : &strict, rows[i].segment, rows[i].query);
        assert_string_equal(f.said, rows[i].said);
        done(&f);
    }
}

static void values_are_decoded_in_order(void **state)
{
    struct fixture f;

    (void)state;
    read_into(&f, &strict, "a%2Fb", "must=x%26y&q=%E6%9C%BA%E5%99%A8+a%2Bb&area=1&area=2&lang=en");
    assert_int_equal(f.request.param_count, 6);
    assert_true(xt_str_is(xt_request_param(&f.request, "type"), "a/b"));
    assert_true(xt_str_is(xt_request_param(&f.request, "must"), "x&y"));
    assert_true(xt_str_is(xt_request_param(&f.request, "q"), "机器 a+b"));
    assert_true(xt_str_is(f.request.params[3].value, "1"));
    assert_true(xt_str_is(f.request.params[4].value, "2"));
    assert_int_equal(xt_request_int(&f.request, "limit", 0), 20);
    assert_int_equal(f.request.lang, XT_EN);
    done(&f);
}

static void many_parameters_are_capped(void **state)
{
    struct xt_text query;
    struct fixture f;

    (void)state;
    xt_text_init(&query, XT_MIB);
    xt_text_add_z(&query, "must=1");
    for (int i = 0; i < 2000; i++)
        xt_text_add_z(&query, "&area=1");
    read_into(&f, &strict, "x", query.s);
    assert_int_equal(f.request.param_count, XT_HTTP_PARAMS_MAX);
    assert_int_equal(f.request.problems.count, 1);
    assert_int_equal(f.request.problems.list[0].msg, XT_MSG_HTTP_PARAM_COUNT);
    done(&f);
    xt_text_done(&query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_problems_are_said_at_once),
        cmocka_unit_test(values_are_decoded_in_order),
        cmocka_unit_test(many_parameters_are_capped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
