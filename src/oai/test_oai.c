/* test_oai.c - arguments, datestamps, tokens, escaping, and JSON read where it lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "oai/request.h"
#include "oai/token.h"
#include "oai/view.h"
#include "oai/xml.h"

/* ---- arguments ---- */

static const struct {
    const char *form;
    enum oai_error error;
    enum oai_verb verb;
} requests[] = {
    {"verb=Identify", OAI_OK, OAI_IDENTIFY},
    {"verb=Identi%66y", OAI_OK, OAI_IDENTIFY},
    {"&&verb=Identify&", OAI_OK, OAI_IDENTIFY},
    {"", OAI_BAD_VERB, OAI_NO_VERB},
    {"verb=", OAI_BAD_VERB, OAI_NO_VERB},
    {"verb", OAI_BAD_VERB, OAI_NO_VERB},
    {"verb=identify", OAI_BAD_VERB, OAI_NO_VERB},
    {"verb=Identify&verb=Identify", OAI_BAD_VERB, OAI_NO_VERB},
    {"verb=Identify&verb=ListSets", OAI_BAD_VERB, OAI_NO_VERB},
    {"metadataPrefix=oai_dc", OAI_BAD_VERB, OAI_NO_VERB},
    {"verb=Nope&from=%zz", OAI_BAD_VERB, OAI_NO_VERB},
    {"verb=Identify&x=1", OAI_BAD_ARGUMENT, OAI_IDENTIFY},
    {"verb=Identify&set=type:paper", OAI_BAD_ARGUMENT, OAI_IDENTIFY},
    {"verb=Identify&lang=zh", OAI_BAD_ARGUMENT, OAI_IDENTIFY},
    {"verb=Identify&a=%zz", OAI_BAD_ARGUMENT, OAI_IDENTIFY},
    {"verb=Identify&a=%ff", OAI_BAD_ARGUMENT, OAI_IDENTIFY},
    {"verb=ListMetadataFormats", OAI_OK, OAI_LIST_METADATA_FORMATS},
    {"verb=ListMetadataFormats&identifier=x", OAI_OK, OAI_LIST_METADATA_FORMATS},
    {"verb=ListMetadataFormats&metadataPrefix=oai_dc", OAI_BAD_ARGUMENT, OAI_LIST_METADATA_FORMATS},
    {"verb=ListSets", OAI_OK, OAI_LIST_SETS},
    {"verb=ListSets&resumptionToken=x", OAI_OK, OAI_LIST_SETS},
    {"verb=GetRecord", OAI_BAD_ARGUMENT, OAI_GET_RECORD},
    {"verb=GetRecord&identifier=x", OAI_BAD_ARGUMENT, OAI_GET_RECORD},
    {"verb=GetRecord&metadataPrefix=oai_dc", OAI_BAD_ARGUMENT, OAI_GET_RECORD},
    {"verb=GetRecord&metadataPrefix=oai_dc&identifier=x", OAI_OK, OAI_GET_RECORD},
    {"verb=GetRecord&metadataPrefix=oai_dc&identifier=x&identifier=x", OAI_BAD_ARGUMENT, OAI_GET_RECORD},
    {"verb=GetRecord&metadataPrefix=oai_dc&identifier=x&resumptionToken=x", OAI_BAD_ARGUMENT, OAI_GET_RECORD},
    {"verb=ListRecords", OAI_BAD_ARGUMENT, OAI_LIST_RECORDS},
    {"verb=ListRecords&metadataPrefix=oai_dc", OAI_OK, OAI_LIST_RECORDS},
    {"verb=ListRecords&metadataPrefix=oai dc", OAI_BAD_ARGUMENT, OAI_LIST_RECORDS},
    {"verb=ListRecords&metadataPrefix=", OAI_BAD_ARGUMENT, OAI_LIST_RECORDS},
    {"verb=ListRecords&resumptionToken=x", OAI_OK, OAI_LIST_RECORDS},
    {"verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", OAI_BAD_ARGUMENT, OAI_LIST_RECORDS},
    {"verb=ListRecords&resumptionToken=x&resumptionToken=x", OAI_BAD_ARGUMENT, OAI_LIST_RECORDS},
    {"verb=ListRecords&metadataPrefix=oai_dc&set=a:b", OAI_OK, OAI_LIST_RECORDS},
    {"verb=ListRecords&metadataPrefix=oai_dc&set=", OAI_BAD_ARGUMENT, OAI_LIST_RECORDS},
    {"verb=ListRecords&metadataPrefix=oai_dc&set=a::b", OAI_BAD_ARGUMENT, OAI_LIST_RECORDS},
    {"verb=ListRecords&metadataPrefix=oai_dc&set=:a", OAI_BAD_ARGUMENT, OAI_LIST_RECORDS},
    {"verb=ListRecords&metadataPrefix=oai_dc&set=%E7%94%B2", OAI_BAD_ARGUMENT, OAI_LIST_RECORDS},
    {"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01", OAI_OK, OAI_LIST_IDENTIFIERS},
    {"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01", OAI_BAD_ARGUMENT,
     OAI_LIST_IDENTIFIERS},
    {"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01T00:00:00Z", OAI_BAD_ARGUMENT,
     OAI_LIST_IDENTIFIERS},
    {"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", OAI_OK,
     OAI_LIST_IDENTIFIERS},
    {"verb=ListIdentifiers&metadataPrefix=oai_dc&from=", OAI_BAD_ARGUMENT, OAI_LIST_IDENTIFIERS},
};

static void test_arguments(void **state)
{
    struct xt_arena arena;
    size_t i;

    (void)state;
    xt_arena_init(&arena);
    for (i = 0; i < XT_COUNT(requests); i++) {
        struct oai_request request;

        oai_request_read(xt_str(requests[i].form), &arena, &request);
        if (request.error != requests[i].error || request.verb != requests[i].verb)
            fail_msg("%s: %s, %s", requests[i].form, oai_error_name(request.error), oai_verb_name(request.verb));
        assert_true((request.error == OAI_OK) == (request.message[0] == '\0'));
    }
    xt_arena_done(&arena);
}

static void test_argument_limits(void **state)
{
    XT_AUTO(xt_text_done) struct xt_text form = {0};
    struct oai_request request;
    struct xt_arena arena;
    int i;

    (void)state;
    xt_arena_init(&arena);
    xt_text_init(&form, XT_MIB);
    xt_text_add_z(&form, "verb=Identify");
    for (i = 0; i < OAI_ARGUMENTS_MAX; i++)
        xt_text_addf(&form, "&a%d=1", i);
    oai_request_read(xt_text_view(&form), &arena, &request);
    assert_int_equal(request.error, OAI_BAD_ARGUMENT);
    while (form.n <= OAI_FORM_MAX)
        xt_text_add_z(&form, "&x=1");
    oai_request_read(xt_text_view(&form), &arena, &request);
    assert_int_equal(request.error, OAI_BAD_ARGUMENT);
    xt_arena_done(&arena);
}

static void test_window(void **state)
{
    struct oai_request request;
    struct xt_arena arena;

    (void)state;
    xt_arena_init(&arena);
    oai_request_read(XT_STR("verb=ListRecords&metadataPrefix=x&from=2026-03-05&until=2026-03-05"), &arena, &request);
    assert_int_equal(request.until - request.from, 86400 * XT_SECOND);
    oai_request_read(XT_STR("verb=ListRecords&metadataPrefix=x&from=2026-03-05T08:00:00Z&until=2026-03-05T08:00:00Z"),
                     &arena, &request);
    assert_int_equal(request.until - request.from, XT_SECOND);
    xt_arena_done(&arena);
}

static void test_datestamps(void **state)
{
    static const struct {
        const char *text;
        bool good, day;
    } rows[] = {
        {"2026-03-05", true, true},
        {"2026-03-05T08:00:00Z", true, false},
        {"2028-02-29", true, true},
        {"2026-02-29", false, false},
        {"2026-13-01", false, false},
        {"2026-03-05T08:00Z", false, false},
        {"2026-03-05T08:00:00", false, false},
        {"2026-03-05T08:00:00.5Z", false, false},
        {"2026-03-05T08:00:00+08:00", false, false},
        {"2026-03-05 08:00:00Z", false, false},
        {"2026-03-05T25:00:00Z", false, false},
        {"2026-03", false, false},
        {"2026", false, false},
        {"", false, false},
        {"2O26-03-05", false, false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        xt_instant at;
        bool day = false, good = oai_datestamp_read(xt_str(rows[i].text), &at, &day);

        if (good != rows[i].good || (good && day != rows[i].day))
            fail_msg("%s", rows[i].text);
    }
}

/* ---- tokens ---- */

static void test_tokens(void **state)
{
    unsigned char key[TOKEN_KEY_BYTES] = {1, 2, 3}, other[TOKEN_KEY_BYTES] = {1, 2, 4};
    struct oai_token token = {.verb = OAI_LIST_RECORDS,
                              .prefix = XT_STR("oai_cerif_openaire_1.2"),
                              .set = XT_STR("area:440106"),
                              .after = 123456789,
                              .until = 1772697600000000,
                              .cursor = 500,
                              .size = 1000000};
    struct oai_token read;
    char text[TOKEN_MAX], changed[TOKEN_MAX];
    size_t n, i;

    (void)state;
    oai_token_make(&token, key, text);
    n = strlen(text);
    assert_true(oai_token_read((struct xt_str){text, n}, key, &read));
    assert_int_equal(read.verb, token.verb);
    assert_true(xt_str_eq(read.prefix, token.prefix) && xt_str_eq(read.set, token.set));
    assert_int_equal(read.after, token.after);
    assert_int_equal(read.until, token.until);
    assert_int_equal(read.cursor, token.cursor);
    assert_int_equal(read.size, token.size);
    for (i = 0; i < n; i++)
        assert_non_null(strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~:", text[i]));

    assert_false(oai_token_read((struct xt_str){text, n}, other, &read));
    for (i = 0; i < n; i++) { /* no letter of it can be changed, and none left out */
        memcpy(changed, text, n);
        changed[i] = changed[i] == '7' ? '8' : '7';
        assert_false(oai_token_read((struct xt_str){changed, n}, key, &read));
        assert_false(oai_token_read((struct xt_str){text, i}, key, &read));
    }
    assert_false(oai_token_read(XT_STR("1~ListRecords~oai_dc~~0~0~0~0~"), key, &read));
    assert_false(oai_token_read(XT_STR("~~~~~~~~~~~~~~"), key, &read));
}

static void test_token_of_all(void **state)
{
    unsigned char key[TOKEN_KEY_BYTES] = {9};
    struct oai_token token = {.verb = OAI_LIST_SETS}, read;
    char text[TOKEN_MAX];

    (void)state;
    oai_token_make(&token, key, text);
    assert_true(oai_token_read(xt_str(text), key, &read));
    assert_int_equal(read.verb, OAI_LIST_SETS);
    assert_true(read.prefix.n == 0 && read.set.n == 0);
    token.set = XT_STR("odd~set~of~tildes");
    oai_token_make(&token, key, text);
    assert_true(oai_token_read(xt_str(text), key, &read));
    assert_true(xt_str_eq(read.set, token.set));
}

/* ---- XML ---- */

static void test_escaping(void **state)
{
    static const struct {
        const char *text, *content, *attribute;
    } rows[] = {
        {"电镜", "电镜", "电镜"},
        {"<a href=\"x\">&amp;</a>", "&lt;a href=&quot;x&quot;&gt;&amp;amp;&lt;/a&gt;",
         "&lt;a href=&quot;x&quot;&gt;&amp;amp;&lt;/a&gt;"},
        {"]]>", "]]&gt;", "]]&gt;"},
        {"a\x01\x0B\x1F\x7F"
         "b",
         "ab", "ab"},
        {"a\tb\nc", "a\tb\nc", "a b c"},
        {"a\r\nb", "a\nb", "a b"},
        {"\xC2\x85x\xC2\xA0y", "x\xC2\xA0y", "x\xC2\xA0y"},
        {"\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD\xEF\xBC\x8C", "\xEF\xBF\xBD\xEF\xBC\x8C", "\xEF\xBF\xBD\xEF\xBC\x8C"},
        {"😀𠮷", "😀𠮷", "😀𠮷"},
        {"a\xFF"
         "b\xE4\xBD",
         "ab", "ab"},
        {"", "", ""},
    };
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    size_t i;

    (void)state;
    xt_text_init(&out, XT_MIB);
    for (i = 0; i < XT_COUNT(rows); i++) {
        xt_text_clear(&out);
        xml_text(&out, xt_str(rows[i].text));
        assert_string_equal(out.s, rows[i].content);
        xt_text_clear(&out);
        xml_attribute(&out, xt_str(rows[i].text));
        assert_string_equal(out.s, rows[i].attribute);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_true(xml_is_name("OrgUnit", false));
    assert_true(xml_is_name("xml:lang", true));
    assert_true(xml_is_name("ISI-Number", false));
    assert_false(xml_is_name("xml:lang", false));
    assert_false(xml_is_name(":lang", true));
    assert_false(xml_is_name("lang:", true));
    assert_false(xml_is_name("a:b:c", true));
    assert_false(xml_is_name("1a", false));
    assert_false(xml_is_name("", false));
    assert_false(xml_is_name("a b", false));
}

/* ---- JSON ---- */

static void test_view(void **state)
{
    XT_AUTO(view_done) struct view view = {0};
    uint32_t at, item;
    size_t n = 0;

    (void)state;
    view_init(&view);
    assert_true(view_parse(&view, XT_STR(" {\"a\":\"x\\n\\\"\\u4e2d\\ud83d\\ude00\",\"b\":[1,2.5e3,true,null],"
                                         "\"c\":{\"d\":\"y\"},\"e\":null,\"f\":\"\\ud800z\",\"g\":[]} ")));
    assert_true(xt_str_is(view_text(&view, view_member(&view, 0, "a", 1)), "x\n\"中😀"));
    at = view_member(&view, 0, "b", 1);
    for (item = view_first(&view, at); item; item = view_next(&view, at, item))
        n++;
    assert_int_equal(n, 4);
    assert_true(xt_str_is(view_text(&view, view_first(&view, at)), "1"));
    at = view_member(&view, 0, "c", 1);
    assert_true(xt_str_is(view_text(&view, view_member(&view, at, "d", 1)), "y"));
    assert_int_equal(view_member(&view, 0, "e", 1), 0);
    assert_int_equal(view_member(&view, 0, "d", 1), 0);
    assert_true(xt_str_is(view_text(&view, view_member(&view, 0, "f", 1)), "\xEF\xBF\xBDz"));
    assert_int_equal(view_first(&view, view_member(&view, 0, "g", 1)), 0);
    assert_int_equal(view_first(&view, 0), 0);
}

static void test_view_refuses(void **state)
{
    static const char *const bad[] = {
        "",    "{",     "{\"a\"}", "{\"a\":}", "[1,]", "{\"a\":1,}", "01",    "1.", "-", "\"a",  "\"\\x\"", "\"\\u12\"",
        "nul", "[1 2]", "{a:1}",   "[]x",      "1e",   "\"\x01\"",   "{1:2}", "[",  "]", "\"\\", "tru",
    };
    XT_AUTO(view_done) struct view view = {0};
    XT_AUTO(xt_text_done) struct xt_text deep = {0};
    size_t i;

    (void)state;
    view_init(&view);
    xt_text_init(&deep, XT_MIB);
    for (i = 0; i < XT_COUNT(bad); i++)
        if (view_parse(&view, xt_str(bad[i])))
            fail_msg("%s", bad[i]);
    for (i = 0; i < XT_JSON_DEPTH_MAX + 1; i++)
        xt_text_add_char(&deep, '[');
    assert_false(view_parse(&view, xt_text_view(&deep)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments), cmocka_unit_test(test_argument_limits),
        cmocka_unit_test(test_window),    cmocka_unit_test(test_datestamps),
        cmocka_unit_test(test_tokens),    cmocka_unit_test(test_token_of_all),
        cmocka_unit_test(test_escaping),  cmocka_unit_test(test_names),
        cmocka_unit_test(test_view),      cmocka_unit_test(test_view_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
