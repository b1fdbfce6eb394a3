/* test_spill.c - much text, in memory and in a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/spill.h"

static void fill_and_compare(size_t piece, size_t count)
{
    struct xt_spill *spill = xt_spill_new();
    char *bytes = xt_alloc(piece);
    struct xt_error err = {0};
    size_t i;

    for (i = 0; i < count; i++) {
        memset(bytes, (int)('a' + i % 26), piece);
        assert_int_equal(xt_spill_add(spill, (struct xt_str){bytes, piece}, &err), XT_OK);
    }
    assert_int_equal(xt_spill_size(spill), piece * count);
    assert_int_equal(xt_spill_ready(spill, &err), XT_OK);
    for (i = 0; i < count; i++) {
        memset(bytes, (int)('a' + i % 26), piece);
        assert_memory_equal(xt_spill_bytes(spill) + i * piece, bytes, piece);
    }
    free(bytes);
    xt_spill_free(&spill);
    assert_null(spill);
}

static void little_and_much(void **state)
{
    (void)state;
    fill_and_compare(1, 0);
    fill_and_compare(10, 30);
    fill_and_compare(XT_MIB, 30); /* more than stays in memory */
}

static void no_place_for_the_file(void **state)
{
    struct xt_spill *spill = xt_spill_new();
    char *bytes = xt_calloc(1, XT_SPILL_MEMORY + 1);
    struct xt_error err = {0};

    (void)state;
    assert_int_equal(setenv("TMPDIR", "/nowhere", 1), 0);
    assert_int_equal(xt_spill_add(spill, (struct xt_str){bytes, XT_SPILL_MEMORY + 1}, &err), XT_E_INTERNAL);
    assert_int_equal(err.msg, XT_MSG_FILE_WRITE);
    assert_int_equal(unsetenv("TMPDIR"), 0);
    free(bytes);
    xt_spill_free(&spill);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_and_much),
        cmocka_unit_test(no_place_for_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
