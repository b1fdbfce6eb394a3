/* fuzz_json.c - any bytes as JSON: what is read is written again and read again as the same. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"

/* Equal as values: our writer gives the shortest digits, so that 1.0 is written 1 and comes back as a whole number. */
static bool same(const json_t *a, const json_t *b)
{
    const char *key;
    json_t *member;
    size_t i;

    if (json_is_number(a))
        return json_is_number(b) && json_number_value(a) == json_number_value(b) &&
               (!json_is_integer(a) || json_equal(a, b));
    if (json_typeof(a) != json_typeof(b))
        return false;
    if (json_is_array(a)) {
        json_array_foreach (a, i, member) {
            if (i >= json_array_size(b) || !same(member, json_array_get(b, i)))
                return false;
        }
        return json_array_size(a) == json_array_size(b);
    }
    if (json_is_object(a)) {
        json_object_foreach ((json_t *)a, key, member) {
            if (!json_object_get(b, key) || !same(member, json_object_get(b, key)))
                return false;
        }
        return json_object_size(a) == json_object_size(b);
    }
    return json_equal(a, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;
    XT_AUTO(xt_json_unref) json_t *back = NULL;
    XT_AUTO(xt_text_done) struct xt_text text = {0}, words = {0};
    struct xt_json w;
    struct xt_error err;

    xt_text_init(&text, 8 * size + XT_KIB); /* \u0001 takes six bytes, -1e-9 grows, too */
    xt_text_init(&words, 4 * XT_KIB);
    if (xt_json_parse((struct xt_str){(const char *)data, size}, &tree, &err) != XT_OK) {
        xt_error_say(&err, XT_EN, &words);
        if (!xt_utf8_valid(words.s, words.n))
            abort(); /* a fault's sentence goes out as JSON */
        return 0;
    }
    xt_json_init(&w, &text);
    xt_json_add_tree(&w, tree);
    if (xt_text_overflowed(&text) || xt_json_parse(xt_text_view(&text), &back, &err) != XT_OK || !same(tree, back))
        abort();
    return 0;
}
