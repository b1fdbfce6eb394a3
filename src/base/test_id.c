/* test_id.c - ULIDs: never twice, in the order of making, from any thread. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/id.h"
#include "base/time.h"

#define THREADS 4
#define EACH    20000

static char made[THREADS][EACH][XT_ULID_SIZE];

static void *make(void *argument)
{
    char(*mine)[XT_ULID_SIZE] = argument;
    size_t i;

    for (i = 0; i < EACH; i++)
        xt_ulid_make(mine[i]);
    return NULL;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void unlike_over_threads_and_sorted_within_each(void **state)
{
    pthread_t threads[THREADS];
    const char *all = made[0][0];
    size_t i, k;

    (void)state;
    for (i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make, made[i]), 0);
    for (i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (i = 0; i < THREADS; i++) {
        for (k = 0; k < EACH; k++) {
            assert_true(xt_ulid_valid(xt_str(made[i][k])));
            if (k > 0)
                assert_true(strcmp(made[i][k - 1], made[i][k]) < 0);
        }
    }
    qsort(made, THREADS * EACH, XT_ULID_SIZE, by_text);
    for (i = 1; i < THREADS * EACH; i++)
        assert_string_not_equal(all + (i - 1) * XT_ULID_SIZE, all + i * XT_ULID_SIZE);
}

static void the_first_ten_characters_are_the_time(void **state)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    int64_t before = xt_now() / 1000, ms = 0, after;
    char id[XT_ULID_SIZE];
    int i;

    (void)state;
    xt_ulid_make(id);
    after = xt_now() / 1000;
    for (i = 0; i < 10; i++)
        ms = ms * 32 + (strchr(alphabet, id[i]) - alphabet);
    assert_true(ms >= before && ms <= after);
}

static void what_is_no_ulid(void **state)
{
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {
        {"01ARZ3NDEKTSV4RRFFQ69G5FAV", true},
        {"7ZZZZZZZZZZZZZZZZZZZZZZZZZ", true},
        {"00000000000000000000000000", true},
        {"8ZZZZZZZZZZZZZZZZZZZZZZZZZ", false}, /* beyond 128 bits */
        {"01arz3ndektsv4rrffq69g5fav", false},
        {"01ARZ3NDEKTSV4RRFFQ69G5FA", false},
        {"01ARZ3NDEKTSV4RRFFQ69G5FAVV", false},
        {"01ARZ3NDEKTSV4RRFFQ69G5FAI", false},
        {"01ARZ3NDEKTSV4RRFFQ69G5FAL", false},
        {"01ARZ3NDEKTSV4RRFFQ69G5FAO", false},
        {"01ARZ3NDEKTSV4RRFFQ69G5FAU", false},
        {"01ARZ3NDEKTSV4RRFFQ69G5F ", false},
        {"\xE5"
         "1ARZ3NDEKTSV4RRFFQ69G5FAV",
         false},
        {"", false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        if (xt_ulid_valid(xt_str(rows[i].text)) != rows[i].valid)
            fail_msg("%s", rows[i].text);
    }
    assert_false(xt_ulid_valid((struct xt_str){"01ARZ3NDEKTSV4RRFFQ69G5FA\0", 26}));
    assert_false(xt_ulid_valid((struct xt_str){NULL, 0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unlike_over_threads_and_sorted_within_each),
        cmocka_unit_test(the_first_ten_characters_are_the_time),
        cmocka_unit_test(what_is_no_ulid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
