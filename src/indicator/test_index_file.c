/* test_index_file.c - indexes as data: those of the region, and what is said of mistakes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/embed.h"
#include "indicator/index_rows.h"

static struct xt_str own(const char *path)
{
    const struct xt_embed_file *file = xt_embed_find(path);

    if (!file)
        fail_msg("%s is not packed", path);
    return (struct xt_str){(const char *)file->data, file->size};
}

static void the_annex_as_it_is_printed(void **state)
{
    const char *const options[] = {"D12=by-kind", "A12=permanent", NULL};
    struct xt_index_file *file = NULL;
    struct xt_problems problems;
    struct xt_error err;
    size_t at, i, at_level[5] = {0};

    (void)state;
    xt_problems_init(&problems);
    assert_int_equal(xt_index_file_load("specialised-town", own("region/indexes/specialised-town.json"), NULL, &file,
                                        &problems, &err),
                     XT_OK);
    for (i = 0; i < file->tree.count; i++)
        at_level[file->tree.level[i]]++;
    assert_int_equal(at_level[4], 1);
    assert_int_equal(at_level[3], 4);
    assert_int_equal(at_level[2], 10);
    assert_int_equal(at_level[1], 16);
    at = xt_index_tree_find(&file->tree, "B23");
    assert_string_equal(file->tree.nodes[at].label[XT_ZH], "规上企业平均拥有的共建科技机构数量");
    assert_string_equal(file->tree.nodes[at].unit, "个/家");
    assert_int_equal(file->factor_count, 6);
    at = xt_index_tree_find(&file->tree, "D12");
    assert_string_equal(file->tree.nodes[at].denominator, "");
    xt_index_file_free(&file);
    assert_int_equal(xt_index_file_load("specialised-town", own("region/indexes/specialised-town.json"), options, &file,
                                        &problems, &err),
                     XT_OK);
    at = xt_index_tree_find(&file->tree, "D12");
    assert_string_equal(file->tree.nodes[at].denominator, "kind_output");
    at = xt_index_tree_find(&file->tree, "A12");
    assert_string_equal(file->tree.nodes[at].denominator, "permanent_population");
    xt_index_file_free(&file);
    xt_problems_done(&problems);
}

static void expect_faults(const char *json, const char *const *options, const char *wanted)
{
    struct xt_index_file *file = NULL;
    struct xt_problems problems;
    struct xt_error err;
    struct xt_text text;
    size_t i;

    xt_problems_init(&problems);
    xt_text_init(&text, XT_MIB);
    if (xt_index_file_load("test", xt_str(json), options, &file, &problems, &err) == XT_OK)
        xt_text_add_z(&text, "ok");
    for (i = 0; i < problems.count; i++)
        xt_text_addf(&text, "%s%s %s", i > 0 ? "; " : "", problems.list[i].path, xt_msg_name(problems.list[i].msg));
    assert_string_equal(text.s, wanted);
    xt_index_file_free(&file);
    xt_text_done(&text);
    xt_problems_done(&problems);
}

#define TREE \
    "\"nodes\":[{\"code\":\"I\"},{\"code\":\"a\",\"parent\":\"I\"},{\"code\":\"b\",\"parent\":\"I\",\"weight\":2}]"
#define STEPS_OK "{\"step\":\"normalise\"},{\"step\":\"aggregate\"}"

static void mistakes_are_named_by_place(void **state)
{
    static const char *const wrong[] = {"a=other", NULL};

    (void)state;
    expect_faults("{" TREE ",\"recipe\":{\"steps\":[" STEPS_OK "]}}", NULL, "ok");
    expect_faults("{\"nods\":[]," TREE ",\"recipe\":{\"steps\":[" STEPS_OK "]}}", NULL, "nods index-member");
    expect_faults("{" TREE ",\"recipe\":{\"steps\":[{\"step\":\"normalize\"},{\"step\":\"aggregate\","
                  "\"by_level\":[\"mean\"],\"powr\":1}]}}",
                  NULL,
                  "recipe.steps[0].step index-word; recipe.steps[1].by_level.method index-word; "
                  "recipe.steps[1].powr index-member");
    expect_faults("{" TREE ",\"recipe\":{\"steps\":[]}}", NULL, "recipe.steps index-steps");
    expect_faults("{" TREE ",\"recipe\":{\"steps\":[" STEPS_OK "]}}", wrong, "options index-option");
    expect_faults(
        "{\"nodes\":[{\"code\":\"I\"},{\"code\":\"a\",\"parent\":\"J\"},{\"code\":\"a\",\"parent\":\"I\","
        "\"direction\":2,\"weight\":\"x\"},{\"code\":\"b\",\"parent\":\"c\"},{\"code\":\"c\",\"parent\":\"b\"}]}",
        NULL,
        "nodes[2].weight index-number; a index-parent-missing; a index-twice; a index-direction; b index-circle; "
        "c index-circle");
    expect_faults("{\"nodes\":[{\"code\":\"I\"},{\"code\":\"a\",\"parent\":\"I\",\"weight\":0},{\"code\":\"b\","
                  "\"parent\":\"I\",\"weight\":0}]}",
                  NULL, "I index-weights-nothing");
    expect_faults("{" TREE ",\"judgements\":{\"I\":[[1,3],[1,1]]},\"recipe\":{\"steps\":[" STEPS_OK "]}}", NULL,
                  "judgements.I ahp-not-reciprocal");
    expect_faults("{" TREE ",\"recipe\":{\"steps\":[" STEPS_OK
                  "],\"uncertainty\":{\"factors\":[{\"factor\":\"weights\","
                  "\"choices\":[{\"z\":1}]}]}}}",
                  NULL,
                  "recipe.uncertainty.factors[0].name required; "
                  "recipe.uncertainty.factors[0].choices[0].weights.z index-no-node");
    expect_faults("{" TREE ",\"columns\":[{\"code\":\"a\"},{\"code\":\"c\"},{\"code\":\"c\"},{\"code\":\"I\"}],"
                  "\"recipe\":{\"steps\":[" STEPS_OK "]}}",
                  NULL, "a index-twice; c index-twice; I index-twice");
}

/* Data are looked up without blanks, so the list is kept without them too. */
static void units_are_known_whatever_blanks_they_have(void **state)
{
    static const char json[] = "{" TREE ",\"units\":{\"New South Wales\":[\"N S W\",\"新　南 威尔士\"]},"
                               "\"recipe\":{\"steps\":[" STEPS_OK "]}}";
    static const char *const names[] = {"New South Wales", "NewSouthWales", "NSW", "N S W", "新南　威尔士"};
    struct xt_index_file *file = NULL;
    struct xt_problems problems;
    struct xt_error err;
    char longest[400];
    size_t i;

    (void)state;
    xt_problems_init(&problems);
    assert_int_equal(xt_index_file_load("test", XT_STR(json), NULL, &file, &problems, &err), XT_OK);
    for (i = 0; i < XT_COUNT(names); i++)
        assert_true(xt_str_is(xt_index_rows_known(file, xt_str(names[i])), "New South Wales"));
    assert_int_equal(xt_index_rows_known(file, XT_STR("Victoria")).n, 0);
    memset(longest, 'x', sizeof longest);
    assert_int_equal(xt_index_rows_known(file, (struct xt_str){longest, sizeof longest}).n, 0);
    xt_index_file_free(&file);
    xt_problems_done(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_annex_as_it_is_printed),
        cmocka_unit_test(mistakes_are_named_by_place),
        cmocka_unit_test(units_are_known_whatever_blanks_they_have),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
