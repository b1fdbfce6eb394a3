/* test_format.c - the shipped formats name fields that there are; a mistake in a format's file is an error of that file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "oai/format.h"

static struct xt_region *load(const char *dir)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_region *region = NULL;
    struct xt_error err = {0};

    xt_problems_init(&problems);
    assert_int_equal(xt_region_load(dir, NULL, &region, &problems, &err), XT_OK);
    return region;
}

static void test_shipped(void **state)
{
    struct xt_region *region = load(NULL);
    struct formats formats;
    struct xt_error err = {0};
    const struct format *cerif;

    (void)state;
    assert_int_equal(formats_load(region, &formats, &err), XT_OK);
    assert_string_equal(formats.notes.s, "");
    assert_int_equal(formats.count, 4);
    cerif = formats_find(&formats, XT_STR("oai_cerif_openaire_1.2"));
    assert_non_null(cerif);
    assert_int_equal(cerif->set_count, 9);
    assert_non_null(cerif->service);
    assert_non_null(format_entity(cerif, region, xt_region_type(region, XT_STR("paper"))));
    assert_null(format_entity(cerif, region, xt_region_type(region, XT_STR("policy"))));
    assert_true(formats_find(&formats, XT_STR("oai_dc"))->whole);
    assert_null(formats_find(&formats, XT_STR("marc21")));
    formats_free(&formats);
    xt_region_free(&region);
}

#define FORMAT(parts)                                                                \
    "{\"prefix\":\"x\",\"schema\":\"/oai/x.xsd\",\"namespace\":\"urn:x\",\"types\":" \
    "{\"paper\":{\"element\":\"Paper\",\"in\":[" parts "]}}}"

static const struct {
    const char *json;
    enum xt_code code;
    bool noted;
} files[] = {
    {FORMAT("{\"name\":\"T\",\"field\":\"title\"}"), XT_OK, false},
    {FORMAT("{\"name\":\"T\",\"field\":\"no_such_field\"}"), XT_OK, true},
    {FORMAT("{\"name\":\"T\",\"field\":\"note\"}"), XT_E_CONFLICT, false},
    {FORMAT("{\"name\":\"T T\",\"field\":\"title\"}"), XT_E_CONFLICT, false},
    {FORMAT("{\"field\":\"title\"}"), XT_E_CONFLICT, false},
    {FORMAT("{\"name\":\"T\",\"feild\":\"title\"}"), XT_E_CONFLICT, false},
    {FORMAT("{\"name\":\"T\",\"field\":\"title\",\"match\":\"(\"}"), XT_E_CONFLICT, false},
    {FORMAT("{\"name\":\"T\",\"field\":\"title\",\"map\":{\"a\":1}}"), XT_E_CONFLICT, false},
    {FORMAT("{\"name\":\"T\",\"each\":\"title\",\"in\":[]}"), XT_E_CONFLICT, false},
    {FORMAT("{\"name\":\"T\",\"attributes\":{\"a b\":\"x\"}}"), XT_E_CONFLICT, false},
    {FORMAT("{\"name\":\"T\",\"attributes\":{\"a\":\"@note\"}}"), XT_E_CONFLICT, false},
    {FORMAT("7"), XT_E_CONFLICT, false},
    {FORMAT("{\"link\":\"any\"}"), XT_E_CONFLICT, false},
    {FORMAT("{\"name\":\"T\",\"text\":\"@label\"}"), XT_E_CONFLICT, false},
    {FORMAT("{\"name\":\"T\",\"each\":\"authors\",\"in\":[{\"link\":\"any\"},{\"name\":\"L\",\"text\":\"@label\"}]}"),
     XT_OK, false},
    {"{\"prefix\":\"x\",\"schema\":\"s\",\"namespace\":\"n\",\"service\":{\"name\":\"S\",\"text\":\"@page\"}}",
     XT_E_CONFLICT, false},
    {"{\"prefix\":\"x\",\"schema\":\"s\",\"namespace\":\"n\",\"service\":{\"name\":\"S\",\"text\":\"@base\"}}", XT_OK,
     false},
    {"{\"prefix\":\"x\"}", XT_E_CONFLICT, false},
    {"{\"prefix\":\"x\",\"schema\":\"s\",\"namespace\":\"n\",\"way\":\"none\"}", XT_E_CONFLICT, false},
    {"[", XT_E_CONFLICT, false},
};

static void test_mistakes(void **state)
{
    char folder[] = "/tmp/xietong-format-XXXXXX", path[128], command[96];
    size_t i;

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/formats", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/formats/mine.json", folder);
    for (i = 0; i < XT_COUNT(files); i++) {
        struct xt_region *region;
        struct formats formats;
        struct xt_error err = {0};
        enum xt_code rc;
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        (void)fputs(files[i].json, file);
        assert_int_equal(fclose(file), 0);
        region = load(folder);
        rc = formats_load(region, &formats, &err);
        if (rc != files[i].code)
            fail_msg("%s", files[i].json);
        if (rc == XT_OK) {
            assert_true((formats.notes.n > 0) == files[i].noted);
            formats_free(&formats);
        } else {
            assert_int_equal(err.msg, XT_MSG_REGION_AT);
            assert_string_equal(err.args[0].text, "formats/mine.json");
        }
        xt_region_free(&region);
    }
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shipped), cmocka_unit_test(test_mistakes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
