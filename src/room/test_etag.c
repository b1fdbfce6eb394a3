#include "room/etag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *header, *tag;
    bool weak, strong, state;
} rows[] = {
    /* header                  tag            weak   strong state */
    {"\"seq-1\"", "seq-1", true, true, true},
    {"\"seq-1\"", "seq-2", false, false, false},
    {"\"seq-1\"", "seq-1-en", false, false, false},
    {"\"seq-1-en-gz\"", "seq-1", false, false, true},
    {"\"seq-1-gz\"", "seq-1", false, false, true},
    {"W/\"seq-1\"", "seq-1", true, false, false},
    {"w/\"seq-1\"", "seq-1", false, false, false},
    {"*", "anything", true, true, true},
    {" * ", "anything", true, true, true},
    {"\"a\", \"b\",W/\"c\" , \"d\"", "b", true, true, true},
    {"\"a\", \"b\",W/\"c\" , \"d\"", "c", true, false, false},
    {"\"a\", \"b\",W/\"c\" , \"d\"", "d", true, true, true},
    {"\"a,b\"", "a,b", true, true, true},
    {",,\"a\"", "a", true, true, true},
    {"", "a", false, false, false},
    {"a", "a", false, false, false},
    {"\"a", "a", false, false, false},
    {"\"x\" junk \"a\"", "a", false, false, false},
    {"\"", "", false, false, false},
    {"W/", "", false, false, false},
    {"\"\"", "", true, true, true},
};

static void lists_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        struct xt_str header = xt_str(rows[i].header), tag = xt_str(rows[i].tag);

        assert_int_equal(xt_etag_listed(header, tag, true), rows[i].weak);
        assert_int_equal(xt_etag_listed(header, tag, false), rows[i].strong);
        assert_int_equal(xt_etag_state_listed(header, tag), rows[i].state);
    }
}

static void no_header_lists_nothing(void **state)
{
    (void)state;
    assert_false(xt_etag_listed((struct xt_str){NULL, 0}, XT_STR("a"), true));
    assert_false(xt_etag_state_listed((struct xt_str){NULL, 0}, XT_STR("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(no_header_lists_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
