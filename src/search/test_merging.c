/* Which segments become one: how often a document is written again, how many segments there are, and what is left alone. */
#include "search/segments.h"
#include "search/test_help.h"

#define FEEDING 8 /* neighbours that are enough while the feeder is busy; 3 when it is idle */
#define IDLE    3

struct shelf {
    uint32_t counts[SEGMENTS_MAX];
    size_t count, most;
    uint64_t documents, written;
};

static void put(struct shelf *shelf, uint32_t documents, size_t enough)
{
    struct choice choice;

    assert_true(shelf->count < SEGMENTS_MAX);
    shelf->counts[shelf->count++] = documents;
    shelf->documents += documents;
    while (choice = segments_choose(shelf->counts, shelf->count, 0, enough), choice.to > choice.from) {
        uint32_t sum = 0;

        assert_int_equal(choice.to, shelf->count);
        for (size_t i = choice.from; i < choice.to; i++)
            sum += shelf->counts[i];
        shelf->written += sum;
        shelf->counts[choice.from] = sum;
        shelf->count = choice.from + 1;
    }
    if (shelf->count > shelf->most)
        shelf->most = shelf->count;
}

static void one_after_the_other(void **state)
{
    (void)state;
    struct shelf shelf = {0};

    for (int i = 0; i < 1000000; i++)
        put(&shelf, 1, FEEDING);
    assert_true(shelf.written <= 7 * shelf.documents);
    assert_true(shelf.most <= 64);
}

static void of_any_size(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;

    for (int round = 0; round < 50; round++) {
        struct shelf shelf = {0};

        for (int i = 0; i < 20000; i++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            put(&shelf, 1 + (uint32_t)(random >> 40) % (1u << (random >> 32) % 12), i % 50 ? FEEDING : IDLE);
        }
        assert_true(shelf.written <= 10 * shelf.documents);
        assert_true(shelf.most <= 80);
    }
}

static void large_ones_are_left_alone(void **state)
{
    (void)state;
    struct shelf shelf = {.counts = {5000000, 400000}, .count = 2};

    for (int i = 0; i < 10000; i++)
        put(&shelf, 1, i % 10 ? FEEDING : IDLE);
    assert_int_equal(shelf.counts[0], 5000000);
    assert_int_equal(shelf.counts[1], 400000);
    /* but not those among which a merge is running */
    uint32_t ones[20];
    for (size_t i = 0; i < 20; i++)
        ones[i] = 1;
    struct choice choice = segments_choose(ones, 20, 12, FEEDING);
    assert_int_equal(choice.from, 12);
    assert_int_equal(choice.to, 20);
    choice = segments_choose(ones, 20, 13, FEEDING);
    assert_int_equal(choice.to, choice.from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_after_the_other),
        cmocka_unit_test(of_any_size),
        cmocka_unit_test(large_ones_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
