/* test_html.c - text of anyone in the places of a document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "portal/html.h"

static void is(struct xt_text *out, const char *wanted)
{
    assert_string_equal(out->s, wanted);
    xt_text_clear(out);
}

static void text_is_text_in_elements_and_attributes(void **state)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};

    (void)state;
    xt_text_init(&out, XT_KIB);
    html_z(&out, "a<b> & \"c\" 'd'");
    is(&out, "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
    html_z(&out, "一\n二\t三\x01"
                 "四\x1b");
    is(&out, "一\n二 三 四 ");
    html_z(&out, "");
    html_z(&out, NULL);
    is(&out, "");
}

static void clipping_counts_characters_and_folds_space(void **state)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};

    (void)state;
    xt_text_init(&out, XT_KIB);
    html_clipped(&out, XT_STR("  一\n\n 二&三四"), 5);
    is(&out, "一 二&amp;三…");
    html_clipped(&out, XT_STR("一二三"), 3);
    is(&out, "一二三");
    html_clipped(&out, XT_STR(""), 3);
    is(&out, "");
}

static void json_ends_no_script(void **state)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};

    (void)state;
    xt_text_init(&out, XT_KIB);
    html_json(&out, XT_STR("[\"</script><!--<script>\",\"a\xE2\x80\xA8"
                           "b\xE2\x80\xA9\",\"&amp;\xE2\x80\xA6\"]"));
    is(&out,
       "[\"\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\",\"a\\u2028b\\u2029\",\"\\u0026amp;\xE2\x80\xA6\"]");
}

static void queries_are_encoded(void **state)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};

    (void)state;
    xt_text_init(&out, XT_KIB);
    html_query(&out, XT_STR("a b&c=\"机\"~"));
    is(&out, "a%20b%26c%3D%22%E6%9C%BA%22~");
    assert_true(html_safe_url(XT_STR("https://example.org/")));
    assert_false(html_safe_url(XT_STR("javascript:alert(1)")));
    assert_false(html_safe_url(XT_STR("ftp://example.org/")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_text_in_elements_and_attributes),
        cmocka_unit_test(clipping_counts_characters_and_folds_space),
        cmocka_unit_test(json_ends_no_script),
        cmocka_unit_test(queries_are_encoded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
