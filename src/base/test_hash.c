/* test_hash.c - SHA-256 by the vectors of FIPS 180-4, in one piece and in many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"

static const struct {
    const char *text, *hex;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

static void known_vectors(void **state)
{
    char hex[XT_HASH_HEX];
    size_t i, part;

    (void)state;
    for (i = 0; i < XT_COUNT(vectors); i++) {
        struct xt_hash hash = xt_hash_of(vectors[i].text, strlen(vectors[i].text));

        assert_string_equal(xt_hash_hex(&hash, hex), vectors[i].hex);
        for (part = 1; part < 70; part++) {
            const char *s = vectors[i].text;
            size_t left = strlen(s);
            struct xt_hasher hasher;

            xt_hasher_init(&hasher);
            for (; left > 0; s += part < left ? part : left, left -= part < left ? part : left)
                xt_hasher_add(&hasher, s, part < left ? part : left);
            xt_hasher_end(&hasher, &hash);
            assert_string_equal(xt_hash_hex(&hash, hex), vectors[i].hex);
        }
    }
}

static void a_million_times_a(void **state)
{
    char block[1000], hex[XT_HASH_HEX];
    struct xt_hasher hasher;
    struct xt_hash hash;
    int i;

    (void)state;
    memset(block, 'a', sizeof block);
    xt_hasher_init(&hasher);
    xt_hasher_add(&hasher, NULL, 0);
    for (i = 0; i < 1000; i++)
        xt_hasher_add(&hasher, block, sizeof block);
    xt_hasher_end(&hasher, &hash);
    assert_string_equal(xt_hash_hex(&hash, hex), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static struct xt_hash of_two(struct xt_str a, struct xt_str b)
{
    struct xt_hasher hasher;
    struct xt_hash hash;

    xt_hasher_init(&hasher);
    xt_hasher_add_str(&hasher, a);
    xt_hasher_add_str(&hasher, b);
    xt_hasher_end(&hasher, &hash);
    return hash;
}

static void parts_do_not_run_together(void **state)
{
    struct xt_hash one = of_two(XT_STR("ab"), XT_STR("c")), other = of_two(XT_STR("a"), XT_STR("bc"));
    struct xt_hash none = of_two(XT_STR(""), XT_STR("abc")), again = of_two(XT_STR("ab"), XT_STR("c"));

    (void)state;
    assert_memory_not_equal(one.bytes, other.bytes, XT_HASH_BYTES);
    assert_memory_not_equal(one.bytes, none.bytes, XT_HASH_BYTES);
    assert_memory_equal(one.bytes, again.bytes, XT_HASH_BYTES);
}

static void the_table_hash_tells_texts_apart(void **state)
{
    uint64_t hash = xt_hash64("协同", 6);

    (void)state;
    assert_true(hash == xt_hash64("协同", 6));
    assert_true(hash != xt_hash64("协作", 6));
    assert_true(xt_hash64(NULL, 0) == xt_hash64("", 0));
    assert_true(xt_hash64("a", 1) != xt_hash64("a\0", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_vectors),
        cmocka_unit_test(a_million_times_a),
        cmocka_unit_test(parts_do_not_run_together),
        cmocka_unit_test(the_table_hash_tells_texts_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
