/* test_mem.c - growing arrays and arenas: what is handed out is zeroed, aligned, apart, and stays until the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

static void sizes_of_nothing_are_valid(void **state)
{
    void *a = xt_alloc(0), *b = xt_calloc(0, 8), *c = xt_realloc(NULL, 0);

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    free(a);
    free(b);
    free(c);
}

static void copies_end_in_zero(void **state)
{
    char *none = xt_strndup(NULL, 0), *part = xt_strndup("abc", 2), *whole = xt_strdup("协同");

    (void)state;
    assert_string_equal(none, "");
    assert_string_equal(part, "ab");
    assert_string_equal(whole, "协同");
    free(none);
    free(part);
    free(whole);
}

static void arrays_grow_and_keep_what_they_hold(void **state)
{
    XT_AUTO(xt_free_ptr) int *array = NULL;
    size_t capacity = 0, before, i;

    (void)state;
    for (i = 0; i < 10000; i++) {
        before = capacity;
        xt_grow(&array, &capacity, i + 1, sizeof *array);
        assert_true(capacity > i);
        assert_true(capacity == before || capacity >= 2 * before); /* doubling keeps appending linear */
        array[i] = (int)i;
    }
    for (i = 0; i < 10000; i++)
        assert_int_equal(array[i], (int)i);
}

static bool all_zero(const unsigned char *p, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (p[i] != 0)
            return false;
    }
    return true;
}

/* Pieces of sizes around the size of a block, each filled with its own byte and looked at again at the end. */
static void arena_pieces_are_zeroed_aligned_and_apart(void **state)
{
    static const size_t sizes[] = {0, 1, 7, 16, 100, 4000, 16 * 1024, 16 * 1024 + 1, 200000};
    struct {
        unsigned char *p;
        size_t n;
    } pieces[300];
    struct xt_arena arena;
    unsigned round;
    size_t i, k;

    (void)state;
    xt_arena_init(&arena);
    for (round = 0; round < 2; round++) {
        for (i = 0; i < XT_COUNT(pieces); i++) {
            pieces[i].n = sizes[(i * 7 + round) % XT_COUNT(sizes)];
            pieces[i].p = xt_arena_alloc(&arena, pieces[i].n);
            assert_non_null(pieces[i].p);
            assert_int_equal((uintptr_t)pieces[i].p % _Alignof(max_align_t), 0);
            assert_true(all_zero(pieces[i].p, pieces[i].n)); /* in the second round this block was used before */
            memset(pieces[i].p, (int)(i % 255) + 1, pieces[i].n);
        }
        for (i = 0; i < XT_COUNT(pieces); i++) {
            for (k = 0; k < pieces[i].n; k += 97)
                assert_int_equal(pieces[i].p[k], i % 255 + 1);
        }
        assert_true(arena.used_bytes > 0);
        xt_arena_clear(&arena);
        assert_int_equal(arena.used_bytes, 0);
    }
    xt_arena_done(&arena);
    assert_null(arena.head);
    xt_arena_done(&arena); /* a second time is harmless */
}

static void arena_strings(void **state)
{
    struct xt_arena arena;
    char *empty, *part, *whole, *printed, *longer;

    (void)state;
    xt_arena_init(&arena);
    empty = xt_arena_strndup(&arena, NULL, 0);
    part = xt_arena_strndup(&arena, "abcdef", 3);
    whole = xt_arena_strdup(&arena, "区域");
    printed = xt_arena_printf(&arena, "%s-%d", "a", 7);
    longer = xt_arena_printf(&arena, "%050000d", 1);
    assert_string_equal(empty, "");
    assert_string_equal(part, "abc");
    assert_string_equal(whole, "区域");
    assert_string_equal(printed, "a-7");
    assert_int_equal(strlen(longer), 50000);
    xt_arena_done(&arena);
}

/* One unusual request must not keep its memory in the arena that serves the next ones. */
static void a_cleared_arena_is_small(void **state)
{
    struct xt_arena arena;

    (void)state;
    xt_arena_init(&arena);
    (void)xt_arena_alloc(&arena, 10 * XT_MIB);
    xt_arena_clear(&arena);
    assert_null(arena.head);
    (void)xt_arena_alloc(&arena, 10);
    xt_arena_clear(&arena);
    assert_non_null(arena.head);
    xt_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_of_nothing_are_valid),
        cmocka_unit_test(copies_end_in_zero),
        cmocka_unit_test(arrays_grow_and_keep_what_they_hold),
        cmocka_unit_test(arena_pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(arena_strings),
        cmocka_unit_test(a_cleared_arena_is_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
