/* test_text.c - views, buffers and UTF-8, the latter against a decoder written the slow and plain way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static uint64_t seed = 20260305;

static uint32_t any(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

/* The code point that the first k bytes spell, by arithmetic on their bits alone; -1 when they spell none. */
static int64_t spelled(const unsigned char *s, size_t k)
{
    static const int64_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    int64_t c;
    size_t i;

    if (k == 1)
        return s[0] < 0x80 ? s[0] : -1;
    if ((unsigned)(s[0] >> (7 - k)) != (1u << (k + 1)) - 2) /* k ones and a zero lead */
        return -1;
    c = s[0] & ((1 << (7 - k)) - 1);
    for (i = 1; i < k; i++) {
        if (s[i] >> 6 != 2)
            return -1;
        c = c * 64 + (s[i] & 63);
    }
    return c < least[k] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) ? -1 : c;
}

static size_t model_decode(const unsigned char *s, size_t n, uint32_t *out)
{
    size_t k;

    for (k = 1; k <= 4 && k <= n; k++) {
        int64_t c = spelled(s, k);

        if (c >= 0) {
            *out = (uint32_t)c;
            return k;
        }
    }
    *out = 0xFFFD;
    return 1;
}

/* Bytes that meet every branch: leads, continuations, overlongs, surrogates, the end of Unicode. */
static unsigned char odd_byte(void)
{
    static const unsigned char odd[] = {0x00, 0x20, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
                                        0xDF, 0xE0, 0xE3, 0xE5, 0xED, 0xEE, 0xEF, 0xBB, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF};

    return any(4) == 0 ? (unsigned char)any(256) : odd[any(sizeof odd)];
}

static void decoding_agrees_with_the_model(void **state)
{
    unsigned char bytes[36];
    unsigned round;

    (void)state;
    for (round = 0; round < 300000; round++) {
        size_t n = 1 + any(round % 2 ? 12 : sizeof bytes), i, at = 0;
        bool valid = true;

        for (i = 0; i < n; i++) /* every second one mostly of plain letters, which are looked at eight at a time */
            bytes[i] = round % 2 || any(20) == 0 ? odd_byte() : 'a';
        while (at < n) {
            uint32_t c, wanted;
            size_t took = xt_utf8_decode((const char *)bytes + at, n - at, &c);

            assert_int_equal(took, model_decode(bytes + at, n - at, &wanted));
            assert_int_equal(c, wanted);
            valid = valid && c != 0 && spelled(bytes + at, took) >= 0;
            at += took;
        }
        assert_int_equal(xt_utf8_valid((const char *)bytes, n), valid);
    }
}

static void every_code_point_comes_back(void **state)
{
    uint32_t c, back;
    char bytes[4];

    (void)state;
    for (c = 0; c <= 0x10FFFF; c++) {
        size_t n = xt_utf8_encode(c, bytes);

        assert_int_equal(xt_utf8_decode(bytes, n, &back), n);
        assert_int_equal(back, c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c);
    }
    assert_int_equal(xt_utf8_encode(0x110000, bytes), 3);
    assert_memory_equal(bytes, "\xEF\xBF\xBD", 3);
}

static size_t random_text(char *out, size_t characters)
{
    static const uint32_t from[] = {'a', ' ', '\t', 0xA0, 0xE9, 0x3000, 0x534F, 0xFEFF, 0x1F600, 0x20000};
    size_t i, n = 0;

    for (i = 0; i < characters; i++)
        n += xt_utf8_encode(from[any(XT_COUNT(from))], out + n);
    return n;
}

static void clipping_ends_between_characters(void **state)
{
    char text[64];
    unsigned round;

    (void)state;
    for (round = 0; round < 20000; round++) {
        size_t count = any(16), n = random_text(text, count), max = any(70), at = 0, best = 0, seen = 0;
        uint32_t c;

        while (at < n) {
            at += xt_utf8_decode(text + at, n - at, &c);
            seen++;
            if (at <= max)
                best = at;
        }
        assert_int_equal(seen, count);
        assert_int_equal(xt_utf8_count(text, n), count);
        assert_int_equal(xt_utf8_clip(text, n, max), best);
    }
}

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13) || c == 0xA0 || c == 0x3000 || c == 0xFEFF;
}

static void trimming_takes_all_white_space_and_no_more(void **state)
{
    char text[64];
    unsigned round;

    (void)state;
    for (round = 0; round < 20000; round++) {
        size_t n = random_text(text, any(16)), at = 0, first = n, end = n, took;
        struct xt_str trimmed = xt_str_trim((struct xt_str){text, n});
        uint32_t c;

        for (; at < n; at += took) {
            took = xt_utf8_decode(text + at, n - at, &c);
            if (is_space(c))
                continue;
            if (first == n)
                first = at;
            end = at + took;
        }
        assert_int_equal(trimmed.n, end - first);
        if (trimmed.n > 0)
            assert_ptr_equal(trimmed.s, text + first);
    }
    assert_int_equal(xt_str_trim((struct xt_str){NULL, 0}).n, 0);
}

static void views_compare(void **state)
{
    const struct xt_str none = {NULL, 0};

    (void)state;
    assert_int_equal(xt_str(NULL).n, 0);
    assert_true(xt_str_eq(none, XT_STR("")));
    assert_true(xt_str_is(XT_STR("协同"), "协同"));
    assert_false(xt_str_is(XT_STR("协"), "协同"));
    assert_true(xt_str_starts(XT_STR("abc"), "ab"));
    assert_true(xt_str_starts(none, ""));
    assert_false(xt_str_starts(XT_STR("a"), "ab"));
    assert_true(xt_str_ends(XT_STR("abc"), "bc"));
    assert_false(xt_str_ends(XT_STR("c"), "bc"));
    assert_true(xt_str_cmp(XT_STR("a"), XT_STR("ab")) < 0);
    assert_true(xt_str_cmp(XT_STR("\xE5"), XT_STR("z")) > 0); /* bytes, not signed characters */
    assert_int_equal(xt_str_cmp(none, none), 0);
    assert_int_equal(xt_str_find(XT_STR("abcabc"), XT_STR("ca")), 2);
    assert_int_equal(xt_str_find(XT_STR("abc"), XT_STR("")), 0);
    assert_true(xt_str_find(XT_STR("abc"), XT_STR("abcd")) == SIZE_MAX);
    assert_true(xt_str_find(none, XT_STR("a")) == SIZE_MAX);
}

/* A buffer beside an array: the same bytes while they fit; what no longer fits is left out whole and remembered. */
static void a_buffer_never_passes_its_cap(void **state)
{
    unsigned round;

    (void)state;
    for (round = 0; round < 3000; round++) {
        size_t cap = any(300), n = 0;
        char model[400];
        bool over = false;
        struct xt_text text;
        unsigned step;

        xt_text_init(&text, cap);
        for (step = 0; step < 40; step++) {
            char piece[32];
            size_t k = any(sizeof piece), i;

            for (i = 0; i < k; i++)
                piece[i] = (char)('a' + any(26));
            xt_text_add(&text, piece, k);
            if (k > 0 && (over || n + k > cap)) {
                over = true;
            } else if (!over) {
                memcpy(model + n, piece, k);
                n += k;
            }
            assert_int_equal(text.n, n);
            assert_memory_equal(text.s, model, n);
            assert_int_equal(text.s[n], 0);
            assert_int_equal(xt_text_overflowed(&text), over);
        }
        xt_text_clear(&text);
        assert_false(xt_text_overflowed(&text));
        assert_string_equal(text.s, "");
        xt_text_done(&text);
    }
}

static void all_ways_of_adding(void **state)
{
    struct xt_text text;
    char *taken;

    (void)state;
    xt_text_init(&text, 100);
    xt_text_add_z(&text, "a");
    xt_text_add_str(&text, XT_STR("b"));
    xt_text_add_str(&text, (struct xt_str){NULL, 0});
    xt_text_add_char(&text, 'c');
    xt_text_add_int(&text, INT64_MIN);
    xt_text_add_int(&text, 0);
    xt_text_add_int(&text, INT64_MAX);
    xt_text_add_utf8(&text, 0x534F);
    xt_text_addf(&text, "%s%d", "=", 7);
    assert_string_equal(text.s, "abc-922337203685477580809223372036854775807协=7");
    xt_text_cut(&text, 200);
    xt_text_cut(&text, 3);
    assert_true(xt_str_is(xt_text_view(&text), "abc"));
    taken = xt_text_take(&text);
    assert_string_equal(taken, "abc");
    assert_string_equal(text.s, "");
    assert_int_equal(text.cap, 100);
    free(taken);
    xt_text_addf(&text, "%0101d", 1); /* one more than the cap: nothing of it */
    assert_true(xt_text_overflowed(&text));
    assert_int_equal(text.n, 0);
    xt_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoding_agrees_with_the_model),
        cmocka_unit_test(every_code_point_comes_back),
        cmocka_unit_test(clipping_ends_between_characters),
        cmocka_unit_test(trimming_takes_all_white_space_and_no_more),
        cmocka_unit_test(views_compare),
        cmocka_unit_test(a_buffer_never_passes_its_cap),
        cmocka_unit_test(all_ways_of_adding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
