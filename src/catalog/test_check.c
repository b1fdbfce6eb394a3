/*
 * test_check.c - bodies against their types: a table of values for each kind, the region's own sample, and that a value
 * written as a cell's text is read back as the same value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "catalog/region.h"

/* One field of each kind, alone and many; beside them the members of a group. */
static const char TYPE[] = "{\"type\": \"thing\", \"label\": {\"zh\": \"物件\", \"en\": \"Thing\"}, \"title\": \"name\", \"fields\": ["
#define FIELD(name, rest) "{\"name\": \"" name "\", \"label\": {\"zh\": \"" name "\", \"en\": \"" name "\"}, " rest "}"
    FIELD("name", "\"kind\": \"string\", \"max\": 10") "," FIELD("need", "\"kind\": \"string\", \"required\": true") "," FIELD(
        "mark",
        "\"kind\": \"string\", \"pattern\": \"^[A-Z]+$\"") "," FIELD("names",
                                                                     "\"kind\": \"string\", \"many\": true") "," FIELD("set", "\"kind\": \"string\", \"many\": true, \"unique_items\": true") "," FIELD("about", "\"kind\": \"text\", \"max\": 1000") "," FIELD("abouts",
                                                                                                                                                                                                                                                                "\"kind\": \"text\", \"many\": true") "," FIELD("count", "\"kind\": \"integer\", \"min\": -5, \"max\": 100") "," FIELD("number",
                                                                                                                                                                                                                                                                                                                                                                                       "\"kind\": \"integer\"") "," FIELD("numbers", "\"kind\": \"integer\", \"many\": true") "," FIELD("length", "\"kind\": \"decimal\", \"min\": 0, \"max\": 90.5") "," FIELD("real", "\"kind\": \"decimal\"") "," FIELD("reals",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           "\"kind\": \"decimal\", \"many\": true") "," FIELD("price", "\"kind\": \"money\", \"min\": 0") "," FIELD("amount",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "\"kind\": \"money\"") "," FIELD("amounts", "\"kind\": \"money\", \"many\": true") "," FIELD("flag",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "\"kind\": \"bool\"") "," FIELD("flags", "\"kind\": \"bool\", \"many\": true") "," FIELD("day", "\"kind\": \"date\"") "," FIELD("days", "\"kind\": \"date\", \"many\": true") "," FIELD("year", "\"kind\": \"year\"") "," FIELD("years",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "\"kind\": \"year\", \"many\": true") "," FIELD("sort", "\"kind\": \"code\", \"codes\": \"thing-sort\"") "," FIELD("sorts",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "\"kind\": \"code\", \"codes\": \"thing-sort\", \"many\": true") "," FIELD("doi",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               "\"kind\": \"identifier\", \"scheme\": \"doi\"") "," FIELD("other",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "\"kind\": \"identifier\", \"scheme\": \"project-number\"") "," FIELD("others", "\"kind\": \"identifier\", \"scheme\": \"project-number\", \"many\": true") "," FIELD("url",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                "\"kind\": \"url\"") "," FIELD("urls",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               "\"kind\": \"url\", \"many\": true") "," FIELD("mail", "\"kind\": \"email\"") "," FIELD("mails",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "\"kind\": \"email\", \"many\": true") "," FIELD("owner", "\"kind\": \"link\", \"to\": [\"organisation\"], \"role\": \"owned_by\"") "," FIELD("owners",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "\"kind\": \"link\", \"to\": [\"*\"], \"role\": \"owned_by\", \"many\": true") "," FIELD("part",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "\"kind\": \"group\", \"fields\": [" FIELD("what", "\"kind\": \"string\", \"required\": true") ", " FIELD(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  "cost", "\"kind\": \"money\"") "]") "," FIELD("parts",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                "\"kind\": \"group\", \"many\": true, \"fields\": [" FIELD("what",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           "\"kind\": \"string\", \"required\": true") ", " FIELD("since",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  "\"kind\": \"date\"") ", " FIELD("words",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   "\"kind\": \"string\", \"many\": true") "]") "]}";

static const char SORTS[] =
    "# 种类\tSorts\topen=Z[0-9]+\ncode\tzh\ten\tparent\nA\t甲；乙\tAlpha\t\nB\t乙\tBeta\tA\n[C\t括号\tBracket\t\n";

struct fixture {
    char folder[64];
    struct xt_region *region;
    const struct xt_type *type;
    struct xt_problems problems;
    struct xt_text text;
};

static void put_file(const char *folder, const char *path, const char *text)
{
    char full[256];
    FILE *file;

    (void)snprintf(full, sizeof full, "%s/%s", folder, path);
    file = fopen(full, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static const char *said(struct fixture *f)
{
    xt_text_clear(&f->text);
    xt_problems_say(&f->problems, XT_EN, &f->text);
    return f->text.s;
}

static int setup(void **state)
{
    struct fixture *f = xt_calloc(1, sizeof *f);
    char path[128];
    struct xt_error err;

    (void)snprintf(f->folder, sizeof f->folder, "/tmp/xietong-check-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(path, sizeof path, "%s/types", f->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/codes", f->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    put_file(f->folder, "types/thing.json", TYPE);
    put_file(f->folder, "codes/thing-sort.tsv", SORTS);
    xt_problems_init(&f->problems);
    xt_text_init(&f->text, XT_MIB);
    if (xt_region_load(f->folder, NULL, &f->region, &f->problems, &err) != XT_OK)
        fail_msg("%s", said(f));
    f->type = xt_region_type(f->region, XT_STR("thing"));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[128];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    assert_int_equal(system(command), 0);
    xt_region_free(&f->region);
    xt_problems_done(&f->problems);
    xt_text_done(&f->text);
    free(f);
    return 0;
}

/* ---- a table of bodies ---- */

#define ULID "01ARZ3NDEKTSV4RRFFQ69G5FAV"

/* Members of a body beside the required one. normal: what it becomes, "" = as given; wrong: the path of its one
 * problem, and then msg. */
static const struct {
    const char *given, *normal, *wrong;
    enum xt_msg msg;
} bodies[] = {
    /* nothing */
    {"\"name\": null", "{}", NULL, 0},
    {"\"name\": \"\", \"names\": [], \"part\": {}", "{}", NULL, 0},
    {"\"nonsense\": 1", NULL, "nonsense", XT_MSG_UNKNOWN_FIELD},
    {"\"need\": \"\"", NULL, "need", XT_MSG_REQUIRED},
    {"\"need\": \" \"", NULL, "need", XT_MSG_REQUIRED},
    {"\"need\": null", NULL, "need", XT_MSG_REQUIRED},
    /* string, text */
    {"\"name\": \"协同\"", "", NULL, 0},
    {"\"name\": \" \\u3000协同\\n \"", "{\"name\": \"协同\"}", NULL, 0},
    {"\"name\": \"a\\nb\\tc\\u0007\"", "{\"name\": \"a b c\"}", NULL, 0},
    {"\"name\": \"一二三四五六七八九十\"", "", NULL, 0},
    {"\"name\": \"一二三四五六七八九十一\"", NULL, "name", XT_MSG_TOO_LONG},
    {"\"name\": 7", NULL, "name", XT_MSG_NOT_TEXT},
    {"\"name\": [\"a\"]", NULL, "name", XT_MSG_NOT_TEXT},
    {"\"mark\": \"ABC\"", "", NULL, 0},
    {"\"mark\": \"ABc\"", NULL, "mark", XT_MSG_BAD_PATTERN},
    {"\"about\": \"一\\n\\n二\\t三\"", "", NULL, 0},
    {"\"about\": \"一\\r\\n二\\r三\\u0001\"", "{\"about\": \"一\\n二\\n三\"}", NULL, 0},
    /* many */
    {"\"names\": [\"a\", \"b\", \"a\"]", "", NULL, 0},
    {"\"names\": [\"\", \" \", null, \"b\"]", "{\"names\": [\"b\"]}", NULL, 0},
    {"\"names\": [\" \"]", "{}", NULL, 0},
    {"\"names\": \"a\"", NULL, "names", XT_MSG_NOT_ARRAY},
    {"\"names\": [\"a\", 7]", NULL, "names[1]", XT_MSG_NOT_TEXT},
    {"\"names\": [[\"a\"]]", NULL, "names[0]", XT_MSG_NOT_TEXT},
    {"\"set\": [\"a\", \"b\", \" a\"]", "{\"set\": [\"a\", \"b\"]}", NULL, 0},
    /* numbers */
    {"\"count\": -5", "", NULL, 0},
    {"\"count\": 100", "", NULL, 0},
    {"\"count\": -6", NULL, "count", XT_MSG_TOO_SMALL},
    {"\"count\": 101", NULL, "count", XT_MSG_TOO_BIG},
    {"\"count\": 7.5", NULL, "count", XT_MSG_NOT_INTEGER},
    {"\"count\": \"7\"", NULL, "count", XT_MSG_NOT_INTEGER},
    {"\"count\": true", NULL, "count", XT_MSG_NOT_INTEGER},
    {"\"numbers\": [1, -2]", "", NULL, 0},
    {"\"length\": 90.5", "", NULL, 0},
    {"\"length\": 0", "", NULL, 0},
    {"\"length\": 90.6", NULL, "length", XT_MSG_TOO_BIG},
    {"\"length\": -0.1", NULL, "length", XT_MSG_TOO_SMALL},
    {"\"length\": \"1\"", NULL, "length", XT_MSG_NOT_NUMBER},
    {"\"price\": 123450", "", NULL, 0},
    {"\"price\": 0", "", NULL, 0},
    {"\"price\": 12.5", NULL, "price", XT_MSG_NOT_INTEGER},
    {"\"price\": -1", NULL, "price", XT_MSG_TOO_SMALL},
    {"\"amount\": -1", "", NULL, 0},
    {"\"flag\": false", "", NULL, 0},
    {"\"flag\": 0", NULL, "flag", XT_MSG_NOT_BOOL},
    {"\"flag\": \"true\"", NULL, "flag", XT_MSG_NOT_BOOL},
    /* dates */
    {"\"day\": \"2026\"", "", NULL, 0},
    {"\"day\": \"2026-03\"", "", NULL, 0},
    {"\"day\": \"2024-02-29\"", "", NULL, 0},
    {"\"day\": \"2026-02-29\"", NULL, "day", XT_MSG_NOT_DATE},
    {"\"day\": \"2026-3-5\"", NULL, "day", XT_MSG_NOT_DATE},
    {"\"day\": \"2026年\"", NULL, "day", XT_MSG_NOT_DATE},
    {"\"day\": 2026", NULL, "day", XT_MSG_NOT_TEXT},
    {"\"year\": 1000", "", NULL, 0},
    {"\"year\": 2200", "", NULL, 0},
    {"\"year\": 999", NULL, "year", XT_MSG_NOT_YEAR},
    {"\"year\": 2201", NULL, "year", XT_MSG_NOT_YEAR},
    {"\"year\": \"2026\"", NULL, "year", XT_MSG_NOT_INTEGER},
    /* codes, identifiers, addresses */
    {"\"sort\": \"A\"", "", NULL, 0},
    {"\"sort\": \"Z99\"", "", NULL, 0},
    {"\"sort\": \"Z\"", NULL, "sort", XT_MSG_NOT_IN_LIST},
    {"\"sort\": \"xZ9\"", NULL, "sort", XT_MSG_NOT_IN_LIST},
    {"\"sort\": \"甲\"", NULL, "sort", XT_MSG_NOT_IN_LIST},
    {"\"sorts\": [\"A\", \"D\"]", NULL, "sorts[1]", XT_MSG_NOT_IN_LIST},
    {"\"doi\": \"10.1000/abc\"", "", NULL, 0},
    {"\"doi\": \"https://doi.org/10.1000/ABC\"", "{\"doi\": \"10.1000/abc\"}", NULL, 0},
    {"\"doi\": \"11.1000\"", NULL, "doi", XT_MSG_NOT_IDENTIFIER},
    {"\"url\": \"https://example.org/a?b=c\"", "", NULL, 0},
    {"\"url\": \"http://例.中国/\"", "", NULL, 0},
    {"\"url\": \"example.org\"", NULL, "url", XT_MSG_NOT_URL},
    {"\"url\": \"javascript:alert(1)\"", NULL, "url", XT_MSG_NOT_URL},
    {"\"url\": \"https://a b.org\"", NULL, "url", XT_MSG_NOT_URL},
    {"\"url\": \"https://\"", NULL, "url", XT_MSG_NOT_URL},
    {"\"mail\": \"a.b+c@example.org\"", "", NULL, 0},
    {"\"mail\": \"a@b\"", NULL, "mail", XT_MSG_NOT_EMAIL},
    {"\"mail\": \"@example.org\"", NULL, "mail", XT_MSG_NOT_EMAIL},
    {"\"mail\": \"a@b@example.org\"", NULL, "mail", XT_MSG_NOT_EMAIL},
    {"\"mail\": \"a@.org\"", NULL, "mail", XT_MSG_NOT_EMAIL},
    {"\"mail\": \"a b@example.org\"", NULL, "mail", XT_MSG_NOT_EMAIL},
    /* links */
    {"\"owner\": {\"label\": \"示例所\"}", "", NULL, 0},
    {"\"owner\": {\"label\": \" 示例所 \", \"ref\": \"\"}", "{\"owner\": {\"label\": \"示例所\"}}", NULL, 0},
    {"\"owner\": {\"label\": \"示例所\", \"ref\": \"organisation/" ULID "\"}", "", NULL, 0},
    {"\"owner\": {\"label\": \"示例所\", \"ref\": \"src:a/b c\"}", "", NULL, 0},
    {"\"owner\": {\"label\": \"甲\", \"ref\": \"doi:https://doi.org/10.1000/A\"}",
     "{\"owner\": {\"label\": \"甲\", \"ref\": \"doi:10.1000/a\"}}", NULL, 0},
    {"\"owner\": {\"label\": \"甲\", \"ref\": \"paper/" ULID "\"}", NULL, "owner.ref", XT_MSG_BAD_REF_TYPE},
    {"\"owners\": [{\"label\": \"甲\", \"ref\": \"paper/" ULID "\"}]", "", NULL, 0},
    {"\"owner\": {\"label\": \"甲\", \"ref\": \"organisation/17\"}", NULL, "owner.ref", XT_MSG_BAD_REF},
    {"\"owner\": {\"label\": \"甲\", \"ref\": \"nonsense/" ULID "\"}", NULL, "owner.ref", XT_MSG_BAD_REF},
    {"\"owner\": {\"label\": \"甲\", \"ref\": \"nonsense:1\"}", NULL, "owner.ref", XT_MSG_BAD_REF},
    {"\"owner\": {\"label\": \"甲\", \"ref\": \"plain\"}", NULL, "owner.ref", XT_MSG_BAD_REF},
    {"\"owner\": {\"label\": \"甲\", \"ref\": \"doi:1\"}", NULL, "owner.ref", XT_MSG_NOT_IDENTIFIER},
    {"\"owner\": {\"label\": \"甲\", \"ref\": 7}", NULL, "owner", XT_MSG_NOT_LINK},
    {"\"owner\": {\"ref\": \"src:a\"}", NULL, "owner", XT_MSG_NOT_LINK},
    {"\"owner\": {\"label\": \"\"}", NULL, "owner", XT_MSG_NOT_LINK},
    {"\"owner\": {\"label\": \"  \"}", NULL, "owner", XT_MSG_NOT_LINK},
    {"\"owner\": \"示例所\"", NULL, "owner", XT_MSG_NOT_LINK},
    {"\"owner\": {\"label\": \"甲\", \"extra\": 1}", NULL, "owner.extra", XT_MSG_UNKNOWN_FIELD},
    {"\"owners\": [{\"label\": \"甲\"}, {}, {\"label\": \"乙\"}]",
     "{\"owners\": [{\"label\": \"甲\"}, {\"label\": \"乙\"}]}", NULL, 0},
    {"\"owners\": {\"label\": \"甲\"}", NULL, "owners", XT_MSG_NOT_ARRAY},
    /* groups */
    {"\"part\": {\"what\": \" 轴 \", \"cost\": null}", "{\"part\": {\"what\": \"轴\"}}", NULL, 0},
    {"\"part\": {\"cost\": 5}", NULL, "part.what", XT_MSG_REQUIRED},
    {"\"part\": {\"what\": \"轴\", \"cost\": \"5\"}", NULL, "part.cost", XT_MSG_NOT_INTEGER},
    {"\"part\": {\"what\": \"轴\", \"extra\": 1}", NULL, "part.extra", XT_MSG_UNKNOWN_FIELD},
    {"\"part\": 7", NULL, "part", XT_MSG_NOT_OBJECT},
    {"\"part\": [{\"what\": \"轴\"}]", NULL, "part", XT_MSG_NOT_OBJECT},
    {"\"parts\": [{\"what\": \"轴\", \"words\": [\" a \", \"\"]}, {}]",
     "{\"parts\": [{\"what\": \"轴\", \"words\": [\"a\"]}]}", NULL, 0},
    {"\"parts\": [{\"what\": \"轴\"}, {\"what\": \"齿\", \"since\": \"2026-13\"}]", NULL, "parts[1].since",
     XT_MSG_NOT_DATE},
    {"\"parts\": [{\"what\": \"轴\", \"words\": [\"a\", 1]}]", NULL, "parts[0].words[1]", XT_MSG_NOT_TEXT},
    {"\"parts\": {\"what\": \"轴\"}", NULL, "parts", XT_MSG_NOT_ARRAY},
};

/* A body of these members, or this whole body, with what is required unless it names that itself. */
static json_t *body_of(const char *members)
{
    char text[1024];
    json_t *body = NULL;

    (void)snprintf(text, sizeof text, "%s%s%s", members[0] == '{' ? "" : "{", members, members[0] == '{' ? "" : "}");
    assert_int_equal(xt_json_parse(xt_str(text), &body, NULL), XT_OK);
    if (!json_object_get(body, "need"))
        json_object_set_new(body, "need", json_string("x"));
    return body;
}

static void values_of_every_kind(void **state)
{
    struct fixture *f = *state;
    size_t i;

    for (i = 0; i < XT_COUNT(bodies); i++) {
        XT_AUTO(xt_json_unref) json_t *body = body_of(bodies[i].given);
        XT_AUTO(xt_json_unref) json_t *wanted = NULL;
        bool good;

        xt_problems_clear(&f->problems);
        good = xt_type_check(f->region, f->type, body, &f->problems);
        assert_int_equal(good, f->problems.seen == 0);
        if (bodies[i].wrong) {
            if (f->problems.count != 1 || f->problems.list[0].msg != bodies[i].msg ||
                strcmp(f->problems.list[0].path, bodies[i].wrong) != 0)
                fail_msg("%s: %s", bodies[i].given, said(f));
            continue;
        }
        wanted = body_of(bodies[i].normal[0] ? bodies[i].normal : bodies[i].given);
        if (!good || !json_equal(body, wanted)) {
            char *dump = json_dumps(body, 0);

            fail_msg("%s: %s %s", bodies[i].given, dump, said(f));
        }
        assert_true(xt_type_check(f->region, f->type, body, &f->problems)); /* the normal form is its own */
        assert_true(json_equal(body, wanted));
    }
}

static void all_problems_come_at_once_and_have_a_limit(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_json_unref) json_t *body = json_object();
    XT_AUTO(xt_json_unref) json_t *list = json_array();
    json_t *many = json_array();
    int i;

    for (i = 0; i < 1500; i++)
        json_array_append_new(many, json_integer(i));
    json_object_set_new(body, "names", many);
    json_object_set_new(body, "day", json_string("never"));
    assert_false(xt_type_check(f->region, f->type, body, &f->problems));
    assert_int_equal(f->problems.seen, 1502); /* each name, the date, what is required */
    assert_int_equal(f->problems.count, XT_PROBLEMS_MAX);
    for (i = 0; i < 1000; i++)
        json_array_append_new(many, json_string("x"));
    xt_problems_clear(&f->problems);
    assert_false(xt_type_check(f->region, f->type, body, &f->problems));
    assert_int_equal(f->problems.list[0].msg, XT_MSG_TOO_MANY_ITEMS);
    xt_problems_clear(&f->problems);
    assert_false(xt_type_check(f->region, f->type, list, &f->problems));
    assert_int_equal(f->problems.list[0].msg, XT_MSG_NOT_OBJECT);
}

/* A name from outside is longer than a path: it is cut, and nothing else is. */
static void long_names_do_not_harm(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_json_unref) json_t *body = json_object();
    char name[3001];
    size_t i;

    for (i = 0; i + 3 < sizeof name; i += 3)
        memcpy(name + i, "长", 3);
    name[i] = '\0';
    json_object_set_new(body, "need", json_string("x"));
    json_object_set_new(body, name, json_string("x"));
    json_object_set_new(body, "day", json_string("never"));
    assert_false(xt_type_check(f->region, f->type, body, &f->problems));
    assert_int_equal(f->problems.count, 2);
    assert_true(strlen(f->problems.list[0].path) < 600);
    assert_string_equal(f->problems.list[1].path, "day");
}

/* ---- the sample ---- */

static void check_line(struct fixture *f, const struct xt_type *type, const char *file, size_t line, struct xt_str text)
{
    XT_AUTO(xt_json_unref) json_t *body = NULL;
    struct xt_error err;

    if (xt_json_parse(text, &body, &err) != XT_OK)
        fail_msg("%s:%zu", file, line);
    json_object_del(body, "_key");
    if (!xt_type_check(f->region, type, body, &f->problems))
        fail_msg("%s:%zu: %s", file, line, said(f));
}

static void the_sample_passes(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_json_unref) json_t *list = NULL;
    struct xt_str bytes;
    json_t *entry;
    size_t i, types = 0;

    assert_true(xt_region_file(f->region, "sample/sample.json", &bytes));
    assert_int_equal(xt_json_parse(bytes, &list, NULL), XT_OK);
    json_array_foreach (list, i, entry) {
        const char *file = xt_json_z(entry, "file", "");
        const struct xt_type *type = xt_region_type(f->region, xt_json_str(entry, "type"));
        char path[128];
        size_t line = 0;

        assert_non_null(type);
        (void)snprintf(path, sizeof path, "sample/%s", file);
        assert_true(xt_region_file(f->region, path, &bytes));
        while (bytes.n > 0) {
            const char *end = memchr(bytes.s, '\n', bytes.n);
            size_t n = end ? (size_t)(end - bytes.s) : bytes.n;

            check_line(f, type, file, ++line, (struct xt_str){bytes.s, n});
            bytes.s += n + (end ? 1 : 0);
            bytes.n -= n + (end ? 1 : 0);
        }
        assert_true(line > 0);
        types++;
    }
    assert_true(types >= 19);
}

/* ---- cells ---- */

static const struct {
    const char *field, *cell, *json; /* json NULL = refused with one problem */
} cells[] = {
    {"name", " 协同 ", "\"协同\""},
    {"name", "  ", "null"},
    {"count", "12", "12"},
    {"count", "1,234", "1234"},
    {"count", "12,345,678", "12345678"},
    {"count", "2016.0", "2016"},
    {"count", "1,2", NULL},
    {"count", "12,34", NULL},
    {"count", "1,234,5", NULL},
    {"count", "12.5", NULL},
    {"count", "一", NULL},
    {"real", "1,234.5", "1234.5"},
    {"real", "-0.5", "-0.5"},
    {"real", "113,5", NULL}, /* a decimal comma is no grouping */
    {"real", "1.5,000", NULL},
    {"real", "1000000000000000000000000000000000000000000000000000000000000000000000", NULL},
    {"real", "9007199254740993", "9007199254740993"},
    {"amount", "1,234.50", "123450"},
    {"amount", "1,5", NULL},
    {"flag", "是", "true"},
    {"flag", "否", "false"},
    {"flag", "perhaps", NULL},
    {"year", "2016年", "2016"},
    {"year", "2016", "2016"},
    {"year", "今年", NULL},
    {"day", "2016年3月5日", "\"2016-03-05\""},
    {"day", "2016 年 3 月 5 日", "\"2016-03-05\""},
    {"day", "2016年3月", "\"2016-03\""},
    {"day", "2016.3.5", "\"2016-03-05\""},
    {"day", "2016/03/05 00:00:00", "\"2016-03-05\""},
    {"day", "2016/3/5 上午 8:30", "\"2016-03-05\""},
    {"day", "2016-03-05T08:00:00.123456Z", "\"2016-03-05\""},
    {"day", "2016-03-05T08:00:00+0800", "\"2016-03-05\""},
    {"day", "2016年3月5日 8时30分", "\"2016-03-05\""},
    {"day", "201603", "\"2016-03\""},
    {"day", "20160305", "\"2016-03-05\""},
    {"day", "2016年3月5日至2017年1月1日", NULL},
    {"day", "2016-03-05 - 2017-01-01", NULL},
    {"day", "2016 - 2017", NULL},
    {"day", "2016-2017", NULL},
    {"day", "2016-03-05-07", NULL},
    {"day", "3/5/2016", NULL},
    {"day", "2016-13", NULL},
    {"sort", "A", "\"A\""},
    {"sort", "alpha", "\"A\""},
    {"sort", "Ｚ9", "\"Ｚ9\""}, /* no code and no label: the check refuses it */
    {"names", "甲；乙;丙\n丁；", "[\"甲\",\"乙\",\"丙\",\"丁\"]"},
    {"names", "[\"a;b\"]", "[\"a;b\"]"},
    {"names", "[a;b", "[\"[a\",\"b\"]"},
    {"numbers", "1；x", NULL},
    {"owner", "示例所", "{\"label\": \"示例所\"}"},
    {"owner", "示例所 <src:a>", "{\"ref\": \"src:a\", \"label\": \"示例所\"}"},
    {"owner", "src:a", "{\"ref\": \"src:a\", \"label\": \"src:a\"}"},
    {"owner", "a<b", "{\"label\": \"a<b\"}"},
    {"part", "{\"what\": \"轴\"}", "{\"what\": \"轴\"}"},
    {"part", "轴", NULL},
    {"parts", "[{\"what\": \"轴\"}]", "[{\"what\": \"轴\"}]"},
    {"parts", "轴；齿", NULL},
};

static void cells_are_read(void **state)
{
    struct fixture *f = *state;
    size_t i;

    for (i = 0; i < XT_COUNT(cells); i++) {
        const struct xt_field *field = xt_type_field(f->type, xt_str(cells[i].field));
        XT_AUTO(xt_json_unref) json_t *value = NULL;
        XT_AUTO(xt_json_unref) json_t *wanted = NULL;

        xt_problems_clear(&f->problems);
        value = xt_field_from_text(f->region, field, xt_str(cells[i].cell), "cell", &f->problems);
        if (!cells[i].json) {
            if (value || f->problems.count != 1)
                fail_msg("%s: %s", cells[i].field, cells[i].cell);
            continue;
        }
        assert_int_equal(xt_json_parse(xt_str(cells[i].json), &wanted, NULL), XT_OK);
        if (!value || !json_equal(value, wanted))
            fail_msg("%s: %s", cells[i].field, cells[i].cell);
    }
}

static uint64_t seed = 5;

static uint64_t any64(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint32_t any(uint32_t below)
{
    return (uint32_t)(any64() >> 20) % below;
}

/* Text of pieces that mean something to cells: separators, brackets, quotes, what looks like a ref. */
static json_t *random_string(bool lines)
{
    static const char *const pieces[] = {
        "甲", "乙丙", "a", "B7",   " ",  ";", "；", "[",  "]",  "{", "}",          "<",    ">", "\"",
        ",",  ":",    "/", "src:", "\\", "=", "'",  "\n", "\t", "😀", "doi:10.1/x", "null", "是"};
    char text[128];
    size_t n = 0, i, count = 1 + any(6);

    for (i = 0; i < count; i++) {
        const char *piece = pieces[any(XT_COUNT(pieces))];

        if (!lines && (piece[0] == '\n' || piece[0] == '\t'))
            continue;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s", piece);
    }
    return json_stringn(text, n);
}

static json_t *random_value(const struct xt_field *field);

static json_t *random_one(const struct xt_field *field)
{
    static const char *const refs[] = {"src:a",           "src:a<b", "src:x>", "src:a;b", "organisation/" ULID,
                                       "doi:10.1000/a<b>"};
    static const char *const codes[] = {"A", "B", "[C", "Z0", "Z99"};
    char text[80];
    json_t *value;
    double real;
    size_t i;

    switch (field->kind) {
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
        return random_string(field->kind == XT_KIND_TEXT);
    case XT_KIND_IDENTIFIER:
        return strcmp(field->scheme->name, "doi") == 0 ? json_string("10.1000/a;b<c>[d]") : random_string(false);
    case XT_KIND_INTEGER:
        return json_integer(field->has_max ? (json_int_t)any(100) : (json_int_t)any64() >> any(64));
    case XT_KIND_MONEY:
        return json_integer(field->has_min ? (json_int_t)any(1u << 30) : (json_int_t)any64() >> any(64));
    case XT_KIND_DECIMAL:
        if (field->has_max)
            return json_real(any(90) + 0.25);
        if (any(2))
            return json_integer((json_int_t)any64() >> any(64));
        real = any(2) ? any(1000000) / 1000.0 : (double)(int64_t)any64() * 1e-7;
        return real == (double)(int64_t)real ? json_integer((json_int_t)real) : json_real(real);
    case XT_KIND_BOOL:
        return json_boolean(any(2));
    case XT_KIND_YEAR:
        return json_integer(1000 + any(1201));
    case XT_KIND_DATE:
        (void)snprintf(text, sizeof text, "%04u-%02u-%02u", 1000 + any(1201), 1 + any(12), 1 + any(28));
        return json_stringn(text, any(3) == 0 ? 4 : any(2) ? 7 : 10);
    case XT_KIND_CODE:
        return json_string(codes[any(XT_COUNT(codes))]);
    case XT_KIND_URL:
        (void)snprintf(text, sizeof text, "https://example.org/%u;a,b?c=[%u]", any(100), any(9));
        return json_string(text);
    case XT_KIND_EMAIL:
        (void)snprintf(text, sizeof text, "a%u@example.org", any(100));
        return json_string(text);
    case XT_KIND_LINK:
        value = json_object();
        json_object_set_new(value, "label", random_string(false));
        if (any(2))
            json_object_set_new(value, "ref", json_string(refs[any(XT_COUNT(refs))]));
        return value;
    case XT_KIND_GROUP:
        value = json_object();
        for (i = 0; i < field->field_count; i++) {
            if (field->fields[i].required || any(2))
                json_object_set_new(value, field->fields[i].name, random_value(&field->fields[i]));
        }
        return value;
    case XT_KINDS:
        break;
    }
    return json_null();
}

static json_t *random_value(const struct xt_field *field)
{
    json_t *array;
    size_t i, count = 1 + any(4);

    if (!field->many)
        return random_one(field);
    array = json_array();
    for (i = 0; i < count; i++)
        json_array_append_new(array, random_one(field));
    return array;
}

/* Any value of a body in normal form, written as a cell and read, is that value again. */
static void cells_there_and_back(void **state)
{
    struct fixture *f = *state;
    size_t counted[XT_KINDS] = {0}, i;
    unsigned round;
    struct xt_text cell;

    xt_text_init(&cell, XT_MIB);
    for (round = 0; round < 60000; round++) {
        const struct xt_field *field = &f->type->fields[any((uint32_t)f->type->field_count)];
        XT_AUTO(xt_json_unref) json_t *body = json_object();
        XT_AUTO(xt_json_unref) json_t *back = NULL;
        XT_AUTO(xt_json_unref) json_t *again = json_object();
        const json_t *value;

        json_object_set_new(body, "need", json_string("x"));
        json_object_set_new(body, field->name, random_value(field));
        xt_problems_clear(&f->problems);
        if (!xt_type_check(f->region, f->type, body, &f->problems))
            continue; /* blank text, a label that is blank: what no body holds */
        value = json_object_get(body, field->name);
        if (!value)
            continue;
        xt_text_clear(&cell);
        xt_field_to_text(field, value, &cell);
        back = xt_field_from_text(f->region, field, xt_text_view(&cell), "cell", &f->problems);
        json_object_set_new(again, "need", json_string("x"));
        json_object_set(again, field->name, back);
        if (!back || !xt_type_check(f->region, f->type, again, &f->problems) || !json_equal(body, again)) {
            char *wanted = json_dumps(value, JSON_ENCODE_ANY), *got = back ? json_dumps(back, JSON_ENCODE_ANY) : NULL;

            fail_msg("%s: %s as \"%s\" became %s %s", field->name, wanted, cell.s, got ? got : "nothing", said(f));
        }
        counted[field->kind]++;
    }
    for (i = 0; i < XT_KINDS; i++) {
        if (counted[i] < 300)
            fail_msg("%s: only %zu values were good", xt_kind_name((enum xt_kind)i), counted[i]);
    }
    xt_text_done(&cell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_of_every_kind, setup, teardown),
        cmocka_unit_test_setup_teardown(all_problems_come_at_once_and_have_a_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(long_names_do_not_harm, setup, teardown),
        cmocka_unit_test_setup_teardown(the_sample_passes, setup, teardown),
        cmocka_unit_test_setup_teardown(cells_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(cells_there_and_back, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
