/* test_json.c - what the parser refuses, and that jansson reads all our writer writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"

static uint64_t seed = 99;

static uint32_t any(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static void parsing(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"{}", true},
        {"[]", true},
        {"1", true},
        {"\"a\"", true},
        {"null", true},
        {" {\"a\":[1,2.5,true,null]} ", true},
        {"{\"a\":1,\"b\":{\"a\":2}}", true},
        {"\"\\ud83d\\ude00\"", true},
        {"9223372036854775807", true},
        {"-0.5e-3", true},
        {"", false},
        {" ", false},
        {"{", false},
        {"[1,]", false},
        {"{\"a\"}", false},
        {"{a:1}", false},
        {"[1] 2", false},
        {"{\"a\":1,\"a\":2}", false},
        {"[{\"a\":1,\"a\":1}]", false},
        {"\"\\u0000\"", false},
        {"{\"a\\u0000\":1}", false},
        {"\"\xFF\"", false},
        {"\"\xC0\x80\"", false},
        {"\"\xED\xA0\x80\"", false},
        {"\"\xE5\x8D\"", false},
        {"\"\\ud800\"", false},
        {"\"a\nb\"", false},
        {"9223372036854775808", false},
        {"1e400", false},
        {"NaN", false},
        {"Infinity", false},
        {"01", false},
        {".5", false},
        {"'a'", false},
        {"\xEF\xBB\xBF{}", false},
        {"// x\n{}", false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        XT_AUTO(xt_json_unref) json_t *tree = NULL;
        struct xt_error err = {0};
        enum xt_code rc = xt_json_parse(xt_str(rows[i].text), &tree, &err);

        if ((rc == XT_OK) != rows[i].good)
            fail_msg("%s", rows[i].text);
        assert_int_equal(rc == XT_OK, tree != NULL);
        if (rc != XT_OK)
            assert_int_equal(err.code, XT_E_INPUT);
    }
}

static void a_zero_byte_is_refused(void **state)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;

    (void)state;
    assert_int_equal(xt_json_parse((struct xt_str){"\"a\0b\"", 5}, &tree, NULL), XT_E_INPUT);
    assert_int_equal(xt_json_parse((struct xt_str){"{}\0", 3}, &tree, NULL), XT_E_INPUT);
    assert_int_equal(xt_json_parse((struct xt_str){NULL, 0}, &tree, NULL), XT_E_INPUT);
}

static void a_fault_says_where(void **state)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;
    struct xt_error err;

    (void)state;
    assert_int_equal(xt_json_parse(XT_STR("{\n \"a\": 1,\n \"b\" 2\n}"), &tree, &err), XT_E_INPUT);
    assert_int_equal(err.msg, XT_MSG_JSON_SYNTAX);
    assert_int_equal(err.args[0].i, 3);
}

static void nesting_has_a_limit(void **state)
{
    struct xt_text text;
    int depth, i;

    (void)state;
    xt_text_init(&text, 4096);
    for (depth = 1; depth <= 100; depth++) {
        XT_AUTO(xt_json_unref) json_t *tree = NULL;
        struct xt_error err;
        enum xt_code rc;

        xt_text_clear(&text);
        for (i = 0; i < depth; i++)
            xt_text_add_z(&text, i % 2 ? "{\"a\":" : "[");
        xt_text_add_char(&text, '1');
        for (i = depth; i > 0; i--)
            xt_text_add_char(&text, i % 2 ? ']' : '}');
        rc = xt_json_parse(xt_text_view(&text), &tree, &err);
        assert_int_equal(rc, depth <= XT_JSON_DEPTH_MAX ? XT_OK : XT_E_INPUT);
        if (rc != XT_OK)
            assert_int_equal(err.msg, XT_MSG_JSON_TOO_DEEP);
    }
    xt_text_done(&text);
}

static void brackets_in_strings_do_not_nest(void **state)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;
    struct xt_text text;
    int i;

    (void)state;
    xt_text_init(&text, 4096);
    xt_text_add_z(&text, "[\"\\\"");
    for (i = 0; i < 100; i++)
        xt_text_add_char(&text, '[');
    xt_text_add_z(&text, "\\\\\"]");
    assert_int_equal(xt_json_parse(xt_text_view(&text), &tree, NULL), XT_OK);
    xt_text_done(&text);
}

/* A string of code points from the corners: what must be escaped, what need not, what JavaScript breaks lines at. */
static size_t random_string(char *out)
{
    static const uint32_t corners[] = {1,      8,      9,      10,     13,     0x1F,    ' ',     '"',     '\\',
                                       '/',    '<',    0x7F,   0x80,   0x7FF,  0x800,   0x2028,  0x2029,  0x534F,
                                       0xD7FF, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF};
    size_t n = 0, i, count = any(12);

    for (i = 0; i < count; i++)
        n += xt_utf8_encode(any(3) ? corners[any(XT_COUNT(corners))] : 'a' + any(26), out + n);
    return n;
}

static json_t *random_tree(unsigned depth)
{
    char bytes[64], key[80];
    size_t n, i, count;
    json_t *tree;

    switch (any(depth >= 6 ? 6 : 8)) {
    case 0:
        return json_null();
    case 1:
        return json_boolean(any(2));
    case 2:
        return json_integer(any(2) ? (json_int_t)any(100) : (json_int_t)(seed ^ seed << 17));
    case 3:
        return json_real((double)any(1000000) / 256 + 0.001);
    case 4:
    case 5:
        n = random_string(bytes);
        return json_stringn(bytes, n);
    case 6:
        tree = json_array();
        for (i = 0, count = any(6); i < count; i++)
            json_array_append_new(tree, random_tree(depth + 1));
        return tree;
    default:
        tree = json_object();
        for (i = 0, count = any(6); i < count; i++) {
            n = random_string(bytes);
            snprintf(key, sizeof key, "%.*s%zu", (int)n, bytes, i);
            json_object_set_new(tree, key, random_tree(depth + 1));
        }
        return tree;
    }
}

static void what_is_written_reads_back_equal(void **state)
{
    struct xt_text text;
    unsigned round;

    (void)state;
    xt_text_init(&text, XT_MIB);
    for (round = 0; round < 5000; round++) {
        XT_AUTO(xt_json_unref) json_t *tree = random_tree(0);
        XT_AUTO(xt_json_unref) json_t *back = NULL;
        struct xt_json w;

        xt_text_clear(&text);
        xt_json_init(&w, &text);
        xt_json_add_tree(&w, tree);
        if (xt_json_parse(xt_text_view(&text), &back, NULL) != XT_OK || !json_equal(tree, back))
            fail_msg("%s", text.s);
        assert_null(memchr(text.s, '\n', text.n)); /* a record is a line */
    }
    xt_text_done(&text);
}

static void the_writer_puts_commas_and_escapes(void **state)
{
    struct xt_text text;
    struct xt_json w;

    (void)state;
    xt_text_init(&text, 4096);
    xt_json_init(&w, &text);
    xt_json_object(&w);
    xt_json_kv_z(&w, "a\"", "x\ny");
    xt_json_kv_int(&w, "b", -1);
    xt_json_kv_bool(&w, "c", false);
    xt_json_kv_str(&w, "d", (struct xt_str){NULL, 0});
    xt_json_key(&w, "e");
    xt_json_array(&w);
    xt_json_array(&w);
    xt_json_end_array(&w);
    xt_json_object(&w);
    xt_json_end_object(&w);
    xt_json_add_double(&w, 0.5);
    xt_json_add_raw(&w, XT_STR("[1,2]"));
    xt_json_add_null(&w);
    xt_json_end_array(&w);
    xt_json_key_str(&w, XT_STR("f"));
    xt_json_add_str(&w, XT_STR("\xE5\x8D\x8F\xFF\x01")); /* a broken byte becomes the replacement character */
    xt_json_end_object(&w);
    assert_string_equal(text.s, "{\"a\\\"\":\"x\\ny\",\"b\":-1,\"c\":false,\"d\":null,\"e\":[[],{},0.5,[1,2],null],"
                                "\"f\":\"协\xEF\xBF\xBD\\u0001\"}");
    xt_text_done(&text);
}

static void members_by_name(void **state)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;

    (void)state;
    assert_int_equal(xt_json_parse(XT_STR("{\"s\":\"协同\",\"i\":7,\"b\":true,\"n\":null,\"a\":[]}"), &tree, NULL),
                     XT_OK);
    assert_true(xt_str_is(xt_json_str(tree, "s"), "协同"));
    assert_null(xt_json_str(tree, "i").s);
    assert_string_equal(xt_json_z(tree, "s", "?"), "协同");
    assert_string_equal(xt_json_z(tree, "none", "?"), "?");
    assert_int_equal(xt_json_int(tree, "i", 1), 7);
    assert_int_equal(xt_json_int(tree, "s", 1), 1);
    assert_true(xt_json_bool(tree, "b", false));
    assert_true(xt_json_bool(tree, "i", true));
    assert_null(xt_json_get(tree, "n"));
    assert_non_null(xt_json_get(tree, "a"));
    assert_null(xt_json_get(NULL, "a"));
    assert_string_equal(xt_json_z(json_object_get(tree, "a"), "s", "?"), "?"); /* of what is no object */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parsing),
        cmocka_unit_test(a_zero_byte_is_refused),
        cmocka_unit_test(a_fault_says_where),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(brackets_in_strings_do_not_nest),
        cmocka_unit_test(what_is_written_reads_back_equal),
        cmocka_unit_test(the_writer_puts_commas_and_escapes),
        cmocka_unit_test(members_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
