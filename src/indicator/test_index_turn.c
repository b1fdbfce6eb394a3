/* test_index_turn.c - one has the turn, few wait for it, and nobody waits long. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/time.h"
#include "indicator/index_turn.h"

#define MANY 6

static atomic_int inside, most, got, refused;

static void *ask(void *context)
{
    struct xt_error err;

    (void)context;
    if (xt_index_turn_take(&err) != XT_OK) {
        if (err.code == XT_E_BUSY)
            (void)atomic_fetch_add(&refused, 1);
        return NULL;
    }
    int now = atomic_fetch_add(&inside, 1) + 1;

    if (now > atomic_load(&most))
        atomic_store(&most, now);
    (void)usleep(20000);
    (void)atomic_fetch_add(&got, 1);
    (void)atomic_fetch_sub(&inside, 1);
    xt_index_turn_leave();
    return NULL;
}

static void start(pthread_t *threads)
{
    size_t i;

    for (i = 0; i < MANY; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, NULL), 0);
}

static void end(const pthread_t *threads)
{
    size_t i;

    for (i = 0; i < MANY; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void two_wait_for_one(void **state)
{
    pthread_t threads[MANY];
    int64_t until = xt_monotonic_us() + 10 * XT_SECOND;
    struct xt_error err;

    (void)state;
    assert_int_equal(xt_index_turn_take(&err), XT_OK);
    start(threads);
    while (atomic_load(&refused) < MANY - 2 && xt_monotonic_us() < until)
        (void)usleep(1000);
    assert_int_equal(atomic_load(&refused), MANY - 2); /* at once: the turn is not given yet */
    assert_int_equal(atomic_load(&got), 0);
    xt_index_turn_leave();
    end(threads);
    assert_int_equal(atomic_load(&got), 2);
    assert_int_equal(atomic_load(&most), 1);
}

static void nobody_waits_for_ever(void **state)
{
    pthread_t threads[MANY];
    struct xt_error err;

    (void)state;
    atomic_store(&refused, 0);
    atomic_store(&got, 0);
    assert_int_equal(xt_index_turn_take(&err), XT_OK);
    start(threads);
    end(threads);
    assert_int_equal(atomic_load(&refused), MANY);
    xt_index_turn_leave();
    assert_int_equal(xt_index_turn_take(&err), XT_OK); /* there for the next */
    xt_index_turn_leave();
}

static void large_releases_are_for_the_commands(void **state)
{
    struct xt_error err;

    (void)state;
    assert_int_equal(xt_index_turn_check(XT_INDEX_TURN_BYTES_MAX, &err), XT_OK);
    assert_int_equal(xt_index_turn_check(XT_INDEX_TURN_BYTES_MAX + 1, &err), XT_E_TOO_LARGE);
    assert_string_equal(err.field, "release");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_wait_for_one),
        cmocka_unit_test(nobody_waits_for_ever),
        cmocka_unit_test(large_releases_are_for_the_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
