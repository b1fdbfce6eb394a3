#include "http/http_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void gzip_is_accepted_or_not(void **state)
{
    static const struct {
        const char *header;
        bool accepted;
    } rows[] = {
        {"gzip", true},
        {"GZIP", true},
        {"gzip, deflate, br", true},
        {"deflate, gzip;q=0.5", true},
        {"", false},
        {"br", false},
        {"gzip;q=0", false},
        {"gzip;q=0.0", false},
        {"gzip;q=0.000", false},
        {"*", true},
        {"*;q=0", false},
        {"gzip;q=0, *", false},
        {"identity", false},
        {"gzip;q=x", false},
        {"gzip ; q=1", true},
        {"x-gzip", true},
        {"gzipped", false},
        {"*;q=0.1, gzip;q=0", false},
        {"gzip;q=2", false},
        {";;,,", false},
    };

    (void)state;
    for (size_t i = 0; i < XT_COUNT(rows); i++)
        assert_int_equal(xt_http_accepts_gzip(xt_str(rows[i].header)), rows[i].accepted);
}

static void language_is_chosen(void **state)
{
    static const struct {
        const char *header;
        enum xt_lang lang;
    } rows[] = {
        {"", XT_ZH},
        {"zh-CN,zh;q=0.9,en;q=0.8", XT_ZH},
        {"en-GB,en;q=0.9", XT_EN},
        {"en,zh", XT_ZH},
        {"de,en;q=0.5", XT_EN},
        {"fr", XT_ZH},
        {"EN", XT_EN},
        {"en;q=0.8,zh;q=0.7", XT_EN},
        {"*", XT_ZH},
        {"eng", XT_ZH},
        {"en;q=0", XT_ZH},
        {"zh-Hant;q=0.1,en-US;q=0.2", XT_EN},
    };

    (void)state;
    for (size_t i = 0; i < XT_COUNT(rows); i++)
        assert_int_equal(xt_http_accept_lang(xt_str(rows[i].header)), rows[i].lang);
}

static void ids_and_hosts_are_fit_to_repeat(void **state)
{
    char long_id[66];

    (void)state;
    memset(long_id, 'a', sizeof long_id);
    assert_true(xt_http_id_sane(XT_STR("a-B_c.9")));
    assert_false(xt_http_id_sane(XT_STR("")));
    assert_false(xt_http_id_sane(XT_STR("a b")));
    assert_false(xt_http_id_sane(XT_STR("a\"b")));
    assert_true(xt_http_id_sane((struct xt_str){long_id, 64}));
    assert_false(xt_http_id_sane((struct xt_str){long_id, 65}));
    assert_true(xt_http_host_sane(XT_STR("node.example.cn:8080")));
    assert_true(xt_http_host_sane(XT_STR("[::1]:80")));
    assert_false(xt_http_host_sane(XT_STR("a/b")));
    assert_false(xt_http_host_sane(XT_STR("<script>")));
    assert_false(xt_http_host_sane(XT_STR("")));
}

static void media_types_ignore_parameters(void **state)
{
    (void)state;
    assert_true(xt_http_media_is(XT_STR("application/json"), "application/json"));
    assert_true(xt_http_media_is(XT_STR("Application/JSON; charset=utf-8"), "application/json"));
    assert_false(xt_http_media_is(XT_STR("application/jsonx"), "application/json"));
    assert_false(xt_http_media_is(XT_STR(""), "application/json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_is_accepted_or_not),
        cmocka_unit_test(language_is_chosen),
        cmocka_unit_test(ids_and_hosts_are_fit_to_repeat),
        cmocka_unit_test(media_types_ignore_parameters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
