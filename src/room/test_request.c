#include "room/room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct xt_param params[] = {
    {"limit", XT_IN_QUERY, XT_P_INT, false, false, 1, 100, NULL, "20", "How many"},
    {"sort", XT_IN_QUERY, XT_P_ENUM, false, false, 0, 0, "date title", NULL, "Order"},
    {"open", XT_IN_QUERY, XT_P_BOOL, false, false, 0, 0, NULL, "true", "Only open ones"},
    {.name = NULL},
};
static const struct xt_route route = {.method = "GET", .path = "/x", .params = params};

static void given_values_come_first(void **state)
{
    const struct xt_pair pairs[] = {
        {XT_STR("limit"), XT_STR("5")},
        {XT_STR("limit"), XT_STR("6")},
        {XT_STR("sort"), XT_STR("")},
        {XT_STR("open"), XT_STR("no")},
    };
    struct xt_request request = {.route = &route, .params = pairs, .param_count = XT_COUNT(pairs)};

    (void)state;
    assert_true(xt_str_is(xt_request_param(&request, "limit"), "5"));
    assert_int_equal(xt_request_int(&request, "limit", 1), 5);
    assert_non_null(xt_request_param(&request, "sort").s);
    assert_int_equal(xt_request_param(&request, "sort").n, 0);
    assert_false(xt_request_bool(&request, "open", true));
}

static void then_the_row_then_the_caller(void **state)
{
    struct xt_request request = {.route = &route};

    (void)state;
    assert_int_equal(xt_request_int(&request, "limit", 1), 20);
    assert_true(xt_request_bool(&request, "open", false));
    assert_null(xt_request_param(&request, "sort").s);
    assert_null(xt_request_param(&request, "other").s);
    assert_int_equal(xt_request_int(&request, "other", 7), 7);
    assert_false(xt_request_bool(&request, "other", false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_values_come_first),
        cmocka_unit_test(then_the_row_then_the_caller),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
