/* test_oai.c - reading what repositories answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "harvest/oai.h"

#define HEAD \
    "<?xml version=\"1.0\"?><OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\" xmlns:p=\"urn:p\"><responseDate>2026-03-05T08:00:00Z</responseDate>"
#define FOOT "</OAI-PMH>"

/* ---- cleaning ---- */

static const struct {
    const char *in, *out;
    int64_t repaired;
} CLEAN[] = {
    {"<a>b</a>", "<a>b</a>", 0},
    {"<a>&amp;&lt;&gt;&quot;&apos;&#65;&#x4E2D;</a>", "<a>&amp;&lt;&gt;&quot;&apos;&#65;&#x4E2D;</a>", 0},
    {"<a>b\x0B\x01 c</a>", "<a>b c</a>", 2},
    {"<a>&#11;&#x0;&#xFFFF;&#xD800;x</a>", "<a>x</a>", 4},
    {"<a>AT&T &x &;</a>", "<a>AT&amp;T &amp;x &amp;;</a>", 3},
    {"<a>&nbsp;&eacute;&nosuch;</a>", "<a>\xC2\xA0\xC3\xA9&amp;nosuch;</a>", 3},
    {"<a><![CDATA[AT&T \x02&nbsp;]]>&copy;</a>", "<a><![CDATA[AT&T &nbsp;]]>\xC2\xA9</a>", 2},
    {"<a><!-- & -->&</a>", "<a><!-- & -->&amp;</a>", 1},
    {"<a>\xFF\xC3\xA9\xC3</a>", "<a>\xEF\xBF\xBD\xC3\xA9\xEF\xBF\xBD</a>", 2},
    {"\xEF\xBB\xBF<a/>", "<a/>", 0},
    {"<?xml version=\"1.0\" encoding='iso-8859-1'?><a>\xE9\x80</a>",
     "<?xml version=\"1.0\" encoding='iso-8859-1'?><a>\xC3\xA9\xE2\x82\xAC</a>", 0},
    {"<?xml version=\"1.0\" encoding=\"GBK\"?><a>\xD6\xD0</a>", "<?xml version=\"1.0\" encoding=\"GBK\"?><a>中</a>", 0},
    {"", "", 0},
};

static void cleans(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(CLEAN); i++) {
        struct xt_text out;
        int64_t repaired;

        xt_text_init(&out, 4096);
        assert_int_equal(xt_oai_clean(xt_str(CLEAN[i].in), &out, &repaired, NULL), XT_OK);
        assert_string_equal(out.s, CLEAN[i].out);
        assert_int_equal(repaired, CLEAN[i].repaired);
        xt_text_done(&out);
    }
}

/* ---- answers ---- */

/* What cannot be read at all, and what is said. */
static const struct {
    const char *in;
    enum xt_msg msg;
} REFUSED[] = {
    {"", XT_MSG_HARVEST_NOT_OAI},
    {"garbage", XT_MSG_HARVEST_NOT_OAI},
    {"<html><body>no</body></html>", XT_MSG_HARVEST_WEB_PAGE},
    {"<!DOCTYPE html><p>no", XT_MSG_HARVEST_WEB_PAGE},
    {"<!DOCTYPE a [<!ENTITY b \"c\">]><OAI-PMH>&b;</OAI-PMH>", XT_MSG_HARVEST_DTD},
    {"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><OAI-PMH/>", XT_MSG_HARVEST_DTD},
    {"<?xml version=\"1.0\" encoding=\"EBCDIC\"?><OAI-PMH/>", XT_MSG_HARVEST_CHARSET},
    {"<rss/>", XT_MSG_HARVEST_NOT_OAI},
    {HEAD "<ListRecords><record>", XT_MSG_HARVEST_XML},
    {HEAD "<ListRecords><record><header><identifier>a</identifier></header></record>", XT_MSG_HARVEST_XML},
};

static void refuses(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(REFUSED); i++) {
        struct xt_oai_page page;
        struct xt_error err = {.code = XT_OK};

        assert_int_not_equal(xt_oai_read(xt_str(REFUSED[i].in), &page, &err), XT_OK);
        assert_string_equal(xt_msg_name(err.msg), xt_msg_name(REFUSED[i].msg));
        xt_oai_page_done(&page);
    }
}

static void reads_a_list(void **state)
{
    struct xt_oai_page page;
    struct xt_error err;
    json_t *object;

    (void)state;
    assert_int_equal(
        xt_oai_read(XT_STR(HEAD
                           "<ListRecords><record><header><identifier> oai:a:1 </identifier><datestamp>2026-01-02"
                           "</datestamp></header><metadata><p:doc a=\"1\"><p:t>x</p:t><header><identifier>not this"
                           "</identifier></header></p:doc></metadata><about><identifier>nor this</identifier></about>"
                           "</record><record><header status=\"deleted\"><identifier>oai:a:2</identifier><datestamp>"
                           "2026-01-03</datestamp></header></record><record><header><datestamp>x</datestamp></header>"
                           "</record><resumptionToken completeListSize=\"17\" cursor=\"0\"> a|b&amp;c "
                           "</resumptionToken></ListRecords>" FOOT),
                    &page, &err),
        XT_OK);
    assert_true(xt_str_is(page.response_date, "2026-03-05T08:00:00Z"));
    assert_true(page.has_list && !page.has_identify && !page.salvaged);
    assert_true(xt_str_is(page.token, "a|b&c"));
    assert_int_equal(page.list_size, 17);
    assert_int_equal(page.count, 3);
    assert_true(xt_str_is(page.records[0].identifier, "oai:a:1"));
    assert_true(xt_str_is(page.records[0].datestamp, "2026-01-02"));
    assert_false(page.records[0].deleted);
    /* The name space that the payload takes from around goes with it: it can stand by itself. */
    assert_true(xt_str_starts(page.records[0].payload, "<p:doc xmlns:p=\"urn:p\" a=\"1\"><p:t>x</p:t>"));
    assert_true(xt_str_ends(page.records[0].payload, "</p:doc>"));
    assert_true(page.records[1].deleted);
    assert_null(page.records[1].payload.s);
    assert_int_equal(page.records[2].fault.msg, XT_MSG_HARVEST_NO_IDENTIFIER);
    assert_int_equal(xt_oai_object(page.records[0].payload, true, &object, &err), XT_OK);
    assert_string_equal(xt_json_z(object, "t", ""), "x");
    assert_string_equal(xt_json_z(object, "@a", ""), "1");
    assert_string_equal(xt_json_z(object, "#name", ""), "doc");
    json_decref(object);
    xt_oai_page_done(&page);
}

static void salvages_what_is_whole(void **state)
{
    struct xt_oai_page page;
    struct xt_error err;

    (void)state;
    assert_int_equal(
        xt_oai_read(XT_STR(HEAD
                           "<ListRecords><record><header><identifier>a</identifier></header><metadata><d><t>1</t></d>"
                           "</metadata></record><record><header><identifier>b</identifier><datestamp>2026</datestamp>"
                           "</header><metadata><d><t>2</x></t></d></metadata></record><record><header><identifier>c"
                           "</identifier></header><metadata><d><t>3</metadata></header><record><header><identifier>d"
                           "</identifier></header><metadata><d/></metadata></record><resumptionToken>next"
                           "</resumptionToken></ListRecords>" FOOT),
                    &page, &err),
        XT_OK);
    assert_true(page.salvaged);
    assert_true(xt_str_is(page.token, "next"));
    assert_int_equal(page.count, 4);
    assert_int_equal(page.records[0].fault.code, XT_OK);
    assert_int_equal(page.records[1].fault.msg, XT_MSG_HARVEST_RECORD_XML);
    assert_true(xt_str_is(page.records[1].identifier, "b"));
    assert_true(xt_str_is(page.records[1].datestamp, "2026"));
    assert_true(xt_str_starts(page.records[1].payload, "<record>"));
    assert_true(xt_str_is(page.records[2].identifier, "c"));
    assert_int_not_equal(page.records[2].fault.code, XT_OK);
    assert_true(xt_str_is(page.records[3].identifier, "d"));
    assert_int_equal(page.records[3].fault.code, XT_OK);
    xt_oai_page_done(&page);
}

static void reads_errors_and_identify(void **state)
{
    struct xt_oai_page page;
    struct xt_error err;

    (void)state;
    assert_int_equal(
        xt_oai_read(XT_STR(HEAD "<error code=\"noRecordsMatch\">none</error><error code=\"x\"/>" FOOT), &page, &err),
        XT_OK);
    assert_true(xt_str_is(page.error_code, "noRecordsMatch"));
    assert_true(xt_str_is(page.error_text, "none"));
    xt_oai_page_done(&page);
    assert_int_equal(
        xt_oai_read(XT_STR("<o:OAI-PMH xmlns:o=\"u\"><o:Identify><o:repositoryName>R</o:repositoryName>"
                           "<o:protocolVersion>2.0</o:protocolVersion><o:deletedRecord>no</o:deletedRecord>"
                           "<o:granularity>YYYY-MM-DD</o:granularity></o:Identify></o:OAI-PMH>"),
                    &page, &err),
        XT_OK);
    assert_true(page.has_identify);
    assert_true(xt_str_is(page.repository, "R"));
    assert_true(xt_str_is(page.granularity, "YYYY-MM-DD"));
    xt_oai_page_done(&page);
    /* Another list is no list of records. */
    assert_int_equal(xt_oai_read(XT_STR(HEAD "<ListSets><set/></ListSets>" FOOT), &page, &err), XT_OK);
    assert_false(page.has_list);
    xt_oai_page_done(&page);
}

/* ---- payloads ---- */

static const struct {
    const char *in, *out; /* NULL: refused */
    bool plain;
} OBJECTS[] = {
    {"<a><b>1</b><b>2</b><c d=\"e\">f</c></a>",
     "{\"b\":[\"1\",\"2\"],\"c\":{\"@d\":\"e\",\"#text\":\"f\"},\"#name\":\"a\"}", true},
    {"<a>t</a>", "{\"#text\":\"t\",\"#name\":\"a\"}", true},
    {"<a><b> x \n  y </b><c>\xE6\xB7\xB1\n \xE5\x9C\xB3</c></a>",
     "{\"b\":\"x y\",\"c\":\"\xE6\xB7\xB1\xE5\x9C\xB3\",\"#name\":\"a\"}", true},
    {"<a><b> x \n  y </b></a>", "{\"b\":\" x \\n  y \",\"#name\":\"a\"}", false},
    {"<a><b>one <i>two</i> three</b></a>", "{\"b\":{\"i\":\"two\",\"#text\":\"one two three\"},\"#name\":\"a\"}", true},
    {"<a><b/></a>", "{\"b\":\"\",\"#name\":\"a\"}", true},
    {"<a><b></a>", NULL, true},
    {"<!DOCTYPE a><a/>", NULL, true},
    {"", NULL, true},
};

static void makes_objects(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(OBJECTS); i++) {
        struct xt_error err;
        json_t *object = NULL;
        char *text;
        enum xt_code rc = xt_oai_object(xt_str(OBJECTS[i].in), OBJECTS[i].plain, &object, &err);

        assert_int_equal(rc == XT_OK, OBJECTS[i].out != NULL);
        if (rc != XT_OK)
            continue;
        text = json_dumps(object, JSON_COMPACT);
        assert_string_equal(text, OBJECTS[i].out);
        free(text);
        json_decref(object);
    }
}

static void keeps_its_caps(void **state)
{
    struct xt_text deep, page_text;
    struct xt_oai_page page;
    struct xt_error err;
    json_t *object = NULL;
    size_t i;

    (void)state;
    xt_text_init(&deep, XT_MIB);
    for (i = 0; i < XT_OAI_JSON_DEPTH_MAX + 2; i++)
        xt_text_add_z(&deep, "<a>");
    for (i = 0; i < XT_OAI_JSON_DEPTH_MAX + 2; i++)
        xt_text_add_z(&deep, "</a>");
    assert_int_equal(xt_oai_object(xt_text_view(&deep), true, &object, &err), XT_E_INPUT);
    assert_int_equal(err.msg, XT_MSG_HARVEST_RECORD_DEEP);
    xt_text_done(&deep);

    /* A record that is too large costs only itself. */
    xt_text_init(&page_text, 3 * XT_OAI_PAYLOAD_MAX);
    xt_text_add_z(&page_text, HEAD "<ListRecords><record><header><identifier>a</identifier></header><metadata><d>");
    for (i = 0; i < XT_OAI_PAYLOAD_MAX + 10; i += 10)
        xt_text_add_z(&page_text, "<b>123</b>");
    xt_text_add_z(
        &page_text,
        "</d></metadata></record><record><header><identifier>b</identifier></header></record></ListRecords>" FOOT);
    assert_int_equal(xt_oai_read(xt_text_view(&page_text), &page, &err), XT_OK);
    assert_int_equal(page.count, 2);
    assert_int_equal(page.records[0].fault.msg, XT_MSG_HARVEST_RECORD_LARGE);
    assert_int_equal(page.records[1].fault.code, XT_OK);
    xt_oai_page_done(&page);
    xt_text_done(&page_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleans),
        cmocka_unit_test(refuses),
        cmocka_unit_test(reads_a_list),
        cmocka_unit_test(salvages_what_is_whole),
        cmocka_unit_test(reads_errors_and_identify),
        cmocka_unit_test(makes_objects),
        cmocka_unit_test(keeps_its_caps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
