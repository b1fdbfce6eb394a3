/*
 * test_region.c - a region from its files: which file wins, what is refused and how it is said, code lists, schemas.
 *
 * Each fault is planted in one file of a folder that stands before the embedded region, as --region does.
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

#include "base/embed.h"
#include "catalog/region_priv.h"

/* A type of the tests' own with a field of each kind, so that a fault is planted in text that stands here. */
static const char THING[] =
    "{\n"
    "  \"type\": \"thing\",\n"
    "  \"label\": {\"zh\": \"物件\", \"en\": \"Thing\"},\n"
    "  \"title\": \"name\",\n"
    "  \"order\": 900,\n"
    "  \"fields\": [\n"
    "    {\"name\": \"name\", \"label\": {\"zh\": \"名称\", \"en\": \"Name\"}, \"kind\": \"string\", \"required\": true,"
    " \"search\": \"title\"},\n"
    "    {\"name\": \"secret\", \"label\": {\"zh\": \"内情\", \"en\": \"Secret\"}, \"kind\": \"text\","
    " \"visibility\": \"officer\"},\n"
    "    {\"name\": \"size\", \"label\": {\"zh\": \"尺寸\", \"en\": \"Size\"}, \"kind\": \"decimal\", \"min\": 0,"
    " \"unit\": \"mm\"},\n"
    "    {\"name\": \"mark\", \"label\": {\"zh\": \"标记\", \"en\": \"Mark\"}, \"kind\": \"string\","
    " \"pattern\": \"^[A-Z]+$\"},\n"
    "    {\"name\": \"price\", \"label\": {\"zh\": \"价格\", \"en\": \"Price\"}, \"kind\": \"money\", \"range\": \"amount\"},\n"
    "    {\"name\": \"made_on\", \"label\": {\"zh\": \"日期\", \"en\": \"Made on\"}, \"kind\": \"date\", \"facet\": \"year\"},\n"
    "    {\"name\": \"sort\", \"label\": {\"zh\": \"种类\", \"en\": \"Sort\"}, \"kind\": \"code\", \"codes\": \"thing-sort\","
    " \"facet\": \"state\", \"search\": \"keywords\"},\n"
    "    {\"name\": \"doi\", \"label\": {\"zh\": \"标识\", \"en\": \"DOI\"}, \"kind\": \"identifier\", \"scheme\": \"doi\","
    " \"identity\": true},\n"
    "    {\"name\": \"owners\", \"label\": {\"zh\": \"单位\", \"en\": \"Owners\"}, \"kind\": \"link\","
    " \"to\": [\"organisation\"], \"role\": \"owned_by\", \"many\": true, \"facet\": \"organisation\", \"search\": \"who\"},\n"
    "    {\"name\": \"parts\", \"label\": {\"zh\": \"部件\", \"en\": \"Parts\"}, \"kind\": \"group\", \"many\": true,"
    " \"fields\": [{\"name\": \"what\", \"label\": {\"zh\": \"部件名\", \"en\": \"What\"}, \"kind\": \"string\","
    " \"required\": true}]}\n"
    "  ],\n"
    "  \"sections\": [{\"label\": {\"zh\": \"基本\", \"en\": \"Basics\"}, \"fields\": [\"name\", \"sort\"]}],\n"
    "  \"facts\": [\"sort\", \"made_on\"],\n"
    "  \"exchange\": {\"name\": \"dc:title\"},\n"
    "  \"thing\": {\"class\": \"Product\", \"by\": \"sort\", \"classes\": {\"A1\": \"ProductModel\"},\n"
    "    \"properties\": {\"doi\": \"sameAs\", \"size\": \"geo.latitude\", \"owners\": \"manufacturer\"}},\n"
    "  \"citation\": {\"form\": \"report\", \"by\": \"sort\", \"forms\": {\"B\": \"article\"},\n"
    "    \"parts\": {\"author\": [\"owners\"], \"date\": \"made_on\"}},\n"
    "  \"gather\": {\"facet\": \"class\", \"by\": \"mark\", \"show\": [\"person\"]}\n"
    "}\n";

static const char SORTS[] = "# 物件种类\tSorts of things\topen=[A-Z][0-9]{2}\n"
                            "code\tzh\ten\tparent\n"
                            "A\t数控机床\tCNC machine\t\n"
                            "A1\t车床\tLathe\tA\n"
                            "B\t其他\tOther\t\n"
                            "B1\t其他\tMiscellaneous\tB\n"
                            "C\t无英文\t\t\n";

struct fixture {
    char folder[64];
    struct xt_problems problems;
    struct xt_text text;
};

static void put_file(struct fixture *f, const char *dir, const char *path, const char *bytes, size_t n)
{
    char full[256];
    char *slash;
    FILE *file;

    (void)snprintf(full, sizeof full, "%s/%s/%s", f->folder, dir, path);
    for (slash = strchr(full + strlen(f->folder) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(full, 0700); /* most are there already */
        *slash = '/';
    }
    file = fopen(full, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void put_text(struct fixture *f, const char *path, const char *text)
{
    put_file(f, "region", path, text, strlen(text));
}

/* The good region of these tests: the embedded one, a type more, and few areas so that it loads fast. */
static int setup(void **state)
{
    struct fixture *f = xt_calloc(1, sizeof *f);

    (void)snprintf(f->folder, sizeof f->folder, "/tmp/xietong-region-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    xt_problems_init(&f->problems);
    xt_text_init(&f->text, 64 * XT_KIB);
    put_text(f, "codes/area.tsv",
             "# 地区\tArea\ncode\tzh\ten\tparent\n440000\t广东省\tGuangdong\t\n440100\t广州市\tGuangzhou\t440000\n");
    put_text(f, "codes/area-extra.tsv", "# 地区\tArea\ncode\tzh\ten\tparent\n");
    put_text(f, "codes/thing-sort.tsv", SORTS);
    put_text(f, "types/thing.json", THING);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[128];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    assert_int_equal(system(command), 0);
    xt_problems_done(&f->problems);
    xt_text_done(&f->text);
    free(f);
    return 0;
}

static enum xt_code load(struct fixture *f, const char *dir, const char *data_dir, struct xt_region **out)
{
    char full[2][128];
    struct xt_error err;

    (void)snprintf(full[0], sizeof full[0], "%s/%s", f->folder, dir ? dir : "");
    (void)snprintf(full[1], sizeof full[1], "%s/%s", f->folder, data_dir ? data_dir : "");
    xt_problems_clear(&f->problems);
    return xt_region_load(dir ? full[0] : NULL, data_dir ? full[1] : NULL, out, &f->problems, &err);
}

static struct xt_region *load_good(struct fixture *f)
{
    struct xt_region *region = NULL;

    if (load(f, "region", NULL, &region) != XT_OK) {
        xt_text_clear(&f->text);
        xt_problems_say(&f->problems, XT_EN, &f->text);
        fail_msg("%s", f->text.s);
    }
    return region;
}

/* ---- faults ---- */

static const struct fault {
    const char *path;        /* of the file; THING and SORTS here, the others as embedded */
    const char *find, *with; /* its first occurrence is replaced; find NULL = the whole file */
    enum xt_msg msg;
    const char *where; /* part of the problem's path */
    const char *what;  /* part of its sentence */
} faults[] = {
    /* labels */
    {"types/thing.json", ", \"en\": \"Thing\"", "", XT_MSG_REGION_LABEL_MISSING, "types/thing.json", "label"},
    {"types/thing.json", "\"zh\": \"名称\", ", "", XT_MSG_REGION_LABEL_MISSING, "types/thing.json: name", "label"},
    {"types/thing.json", "{\"zh\": \"部件名\", \"en\": \"What\"}", "7", XT_MSG_REGION_LABEL_MISSING, "what", "label"},
    {"types/thing.json", "{\"label\": {\"zh\": \"基本\", \"en\": \"Basics\"}, ", "{", XT_MSG_REGION_LABEL_MISSING,
     "types/thing.json", "label"},
    {"facets.json", "[", "[{\"name\": \"odd\", \"label\": {\"zh\": \"怪\"}},", XT_MSG_REGION_LABEL_MISSING,
     "facets.json", "label"},
    {"schemes.json", "{", "{\"odd\": {\"check\": \"none\"},", XT_MSG_REGION_LABEL_MISSING, "schemes.json", "label"},
    {"roles.json", "{", "{\"odd_by\": {\"zh\": \"怪\"},", XT_MSG_REGION_LABEL_MISSING, "roles.json", "odd_by"},
    {"region.json", "\"zh\"", "\"cn\"", XT_MSG_REGION_LABEL_MISSING, "region.json", "label"},
    /* names of what is not there */
    {"types/thing.json", "\"thing-sort\"", "\"nonsense\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: sort", "nonsense"},
    {"types/thing.json", "\"owned_by\"", "\"nonsense\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: owners", "nonsense"},
    {"types/thing.json", "\"state\"", "\"nonsense\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: sort", "nonsense"},
    {"types/thing.json", "\"scheme\": \"doi\"", "\"scheme\": \"nonsense\"", XT_MSG_REGION_UNKNOWN,
     "types/thing.json: doi", "nonsense"},
    {"types/thing.json", "\"decimal\"", "\"nonsense\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: size", "nonsense"},
    {"types/thing.json", "\"officer\"", "\"nonsense\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: secret", "nonsense"},
    {"types/thing.json", "\"keywords\"", "\"nonsense\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: sort", "nonsense"},
    {"types/thing.json", "[\"organisation\"]", "[\"nonsense\"]", XT_MSG_REGION_UNKNOWN, "thing", "nonsense"},
    {"types/thing.json", "[\"organisation\"]", "[]", XT_MSG_REGION_UNKNOWN, "types/thing.json: owners", "to"},
    {"types/thing.json", "[\"sort\", \"made_on\"]", "[\"nonsense\"]", XT_MSG_REGION_UNKNOWN, "types/thing.json",
     "nonsense"},
    {"types/thing.json", "[\"name\", \"sort\"]", "[\"nonsense\"]", XT_MSG_REGION_UNKNOWN, "types/thing.json",
     "nonsense"},
    {"types/thing.json", "{\"name\": \"dc:title\"}", "{\"nonsense\": \"dc:title\"}", XT_MSG_REGION_UNKNOWN,
     "types/thing.json", "nonsense"},
    {"types/thing.json", "dc:title", "dc:nonsense", XT_MSG_REGION_UNKNOWN, "types/thing.json", "dc:nonsense"},
    {"facets.json", "[", "[{\"name\": \"odd\", \"label\": {\"zh\": \"怪\", \"en\": \"Odd\"}, \"codes\": \"nonsense\"},",
     XT_MSG_REGION_UNKNOWN, "facets.json", "odd"},
    {"schemes.json", "{", "{\"odd\": {\"label\": {\"zh\": \"怪\", \"en\": \"Odd\"}, \"check\": \"nonsense\"},",
     XT_MSG_REGION_UNKNOWN, "schemes.json", "nonsense"},
    {"codes/thing-sort.tsv", "Lathe\tA", "Lathe\tZZ", XT_MSG_REGION_UNKNOWN, "codes/thing-sort.tsv", "ZZ"},
    /* settings that are misspelt would say nothing */
    {"types/thing.json", "\"required\"", "\"requierd\"", XT_MSG_REGION_SETTING, "types/thing.json: name", "requierd"},
    {"types/thing.json", "\"order\"", "\"ordre\"", XT_MSG_REGION_SETTING, "types/thing.json", "ordre"},
    {"facets.json", "[", "[{\"name\": \"odd\", \"label\": {\"zh\": \"怪\", \"en\": \"Odd\"}, \"list\": []},",
     XT_MSG_REGION_SETTING, "facets.json", "list"},
    /* patterns */
    {"types/thing.json", "^[A-Z]+$", "^[A-Z", XT_MSG_REGION_BAD_PATTERN, "types/thing.json: mark", "^[A-Z"},
    {"codes/thing-sort.tsv", "open=[A-Z][0-9]{2}", "open=(", XT_MSG_REGION_BAD_PATTERN, "codes/thing-sort.tsv", "("},
    /* twice */
    {"types/thing.json", "\"name\": \"secret\"", "\"name\": \"size\"", XT_MSG_REPEATED_ITEM, "types/thing.json: size",
     "size"},
    {"codes/thing-sort.tsv", "B1\t", "A1\t", XT_MSG_REPEATED_ITEM, "codes/thing-sort.tsv", "A1"},
    {"facets.json", "[", "[{\"name\": \"area\", \"label\": {\"zh\": \"怪\", \"en\": \"Odd\"}},", XT_MSG_REPEATED_ITEM,
     "facets.json", "area"},
    {"facets.json", "[", "[{\"name\": \"limit\", \"label\": {\"zh\": \"怪\", \"en\": \"Odd\"}},", XT_MSG_REPEATED_ITEM,
     "facets.json", "limit"},
    {"types/thing.json", "\"title\": \"name\",", "\"title\": \"name\", \"title\": \"mark\",", XT_MSG_JSON_SYNTAX,
     "types/thing.json", "line 4"},
    /* names */
    {"types/thing.json", "\"name\": \"made_on\"", "\"name\": \"Made On\"", XT_MSG_REGION_NAME,
     "types/thing.json: Made On", "Made On"},
    {"types/thing.json", "\"name\": \"made_on\", ", "", XT_MSG_REGION_NAME, "types/thing.json", ""},
    {"types/thing.json", "\"type\": \"thing\"", "\"type\": \"Thing/7\"", XT_MSG_REGION_NAME, "types/thing.json",
     "Thing/7"},
    {"types/thing.json", "\"type\": \"thing\"", "\"type\": \"other\"", XT_MSG_REGION_TYPE_FILE, "types/thing.json",
     "other.json"},
    {"types/thing.json", "\"type\": \"thing\"", "\"type\": \"paper\"", XT_MSG_REGION_TYPE_FILE, "types/thing.json",
     "paper.json"},
    /* titles */
    {"types/thing.json", "\"title\": \"name\"", "\"title\": \"nonsense\"", XT_MSG_REGION_BAD_TITLE, "types/thing.json",
     "nonsense"},
    {"types/thing.json", "\"title\": \"name\"", "\"title\": \"secret\"", XT_MSG_REGION_BAD_TITLE, "types/thing.json",
     "secret"},
    {"types/thing.json", "\"title\": \"name\"", "\"title\": \"owners\"", XT_MSG_REGION_BAD_TITLE, "types/thing.json",
     "owners"},
    {"types/thing.json", "\"title\": \"name\",", "", XT_MSG_REGION_BAD_TITLE, "types/thing.json", "title"},
    /* what is protected neither counts nor sorts */
    {"types/thing.json", "\"visibility\": \"officer\"", "\"visibility\": \"officer\", \"facet\": \"state\"",
     XT_MSG_REGION_PROTECTED_FACET, "types/thing.json: secret", "state"},
    {"types/thing.json", "\"range\": \"amount\"", "\"range\": \"amount\", \"visibility\": \"member\"",
     XT_MSG_REGION_PROTECTED_FACET, "types/thing.json: price", "amount"},
    {"types/thing.json", "\"visibility\": \"officer\"", "\"visibility\": \"private\", \"search\": \"text\"",
     XT_MSG_REGION_PROTECTED_FACET, "types/thing.json: secret", "text"},
    /* members of a group are plain */
    {"types/thing.json", "\"en\": \"What\"}, ", "\"en\": \"What\"}, \"facet\": \"state\", ", XT_MSG_REGION_SETTING,
     "types/thing.json: parts: what", "facet"},
    {"types/thing.json", "\"kind\": \"string\", \"required\": true}]}",
     "\"kind\": \"link\", \"to\": [\"*\"], \"role\": \"owned_by\"}]}", XT_MSG_REGION_UNKNOWN,
     "types/thing.json: parts: what", "link"},
    /* code lists */
    {"codes/thing-sort.tsv", "CNC machine\t", "CNC machine\tA1", XT_MSG_REGION_CYCLE, "codes/thing-sort.tsv", "A"},
    {"codes/thing-sort.tsv", "Other\t", "Other\tB", XT_MSG_REGION_CYCLE, "codes/thing-sort.tsv", "B"},
    {"codes/thing-sort.tsv", "A1\t车床\t", "A1\t\t", XT_MSG_REGION_CODE_ROW, "codes/thing-sort.tsv", "A1"},
    /* JSON */
    {"types/thing.json", "\"order\": 900", "\"order\" 900", XT_MSG_JSON_SYNTAX, "types/thing.json", "line 5"},
    {"types/thing.json", NULL, "", XT_MSG_JSON_SYNTAX, "types/thing.json", "line 1"},
    {"roles.json", NULL, "{\n\n", XT_MSG_JSON_SYNTAX, "roles.json", "line 3"},
    {"schemes.json", NULL, "{", XT_MSG_JSON_SYNTAX, "schemes.json", "line 1"},
    {"facets.json", NULL, "[{]", XT_MSG_JSON_SYNTAX, "facets.json", "line 1"},
    {"region.json", NULL, "\xFF", XT_MSG_JSON_SYNTAX, "region.json", "line 1"},
    {"types/thing.json", NULL, "{\"type\": \"thing\", \"label\": {\"zh\": \"物\", \"en\": \"T\"}, \"fields\": []}",
     XT_MSG_TOO_MANY_ITEMS, "types/thing.json", "200"},
    /* what a type means outside */
    {"types/thing.json", "\"Product\"", "\"Gadget\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: thing", "Gadget"},
    {"types/thing.json", "\"ProductModel\"", "\"Gadget\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: thing", "Gadget"},
    {"types/thing.json", "{\"A1\": ", "{\"Z\": ", XT_MSG_REGION_UNKNOWN, "types/thing.json: thing", "Z"},
    {"types/thing.json", "\"sameAs\"", "\"madeUp\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: thing", "madeUp"},
    {"types/thing.json", "\"sameAs\"", "\"startDate\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: thing", "startDate"},
    {"types/thing.json", "geo.latitude", "geo.height", XT_MSG_REGION_UNKNOWN, "types/thing.json: thing", "geo.height"},
    {"types/thing.json", "{\"doi\": \"sameAs\"", "{\"nonsense\": \"sameAs\"", XT_MSG_REGION_UNKNOWN,
     "types/thing.json: thing", "nonsense"},
    {"types/thing.json", "{\"doi\": \"sameAs\"", "{\"secret\": \"description\"", XT_MSG_REGION_PROTECTED_FACET,
     "types/thing.json: thing", "description"},
    {"types/thing.json", "{\"class\"", "{\"clas\"", XT_MSG_REGION_SETTING, "types/thing.json: thing", "clas"},
    {"types/thing.json", "\"report\"", "\"rumour\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: citation", "rumour"},
    {"types/thing.json", "\"article\"", "\"rumour\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: citation", "rumour"},
    {"types/thing.json", "{\"author\"", "{\"writer\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: citation", "writer"},
    {"types/thing.json", "\"date\": \"made_on\"", "\"date\": \"nonsense\"", XT_MSG_REGION_UNKNOWN,
     "types/thing.json: citation", "nonsense"},
    {"types/thing.json", "\"date\": \"made_on\"", "\"date\": \"secret\"", XT_MSG_REGION_PROTECTED_FACET,
     "types/thing.json: citation", "date"},
    {"types/thing.json", "\"form\": \"report\", \"by\": \"sort\"", "\"form\": \"report\", \"by\": \"mark\"",
     XT_MSG_REGION_UNKNOWN, "types/thing.json: citation", "mark"},
    {"types/thing.json", "\"facet\": \"class\", \"by\"", "\"facet\": \"nonsense\", \"by\"", XT_MSG_REGION_UNKNOWN,
     "types/thing.json: gather", "nonsense"},
    {"types/thing.json", "\"by\": \"mark\"", "\"by\": \"nonsense\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: gather",
     "nonsense"},
    {"types/thing.json", "\"by\": \"mark\"", "\"by\": \"secret\"", XT_MSG_REGION_UNKNOWN, "types/thing.json: gather",
     "secret"},
    {"types/thing.json", "[\"person\"]", "[\"nonsense\"]", XT_MSG_REGION_UNKNOWN, "types/thing.json: gather",
     "nonsense"},
    {"types/thing.json", "\"show\"", "\"shwo\"", XT_MSG_REGION_SETTING, "types/thing.json: gather", "shwo"},
    {"types/thing.json", "\"show\"", "\"links\": true, \"show\"", XT_MSG_REGION_SETTING, "types/thing.json: gather",
     "facet"},
    {"glossary.tsv", "name\tzh\ten", "name\ten\tzh", XT_MSG_REGION_GLOSSARY_HEADS, "glossary.tsv: line 3", "about_zh"},
    {"glossary.tsv", "\tNode\t", "\t\t", XT_MSG_REGION_GLOSSARY_CELL, "glossary.tsv: line 4", "\"en\""},
    {"glossary.tsv", "\nkey\t", "\nnode\t", XT_MSG_REPEATED_ITEM, "glossary.tsv: line 9", "node"},
    {"glossary.tsv", "\nkey\t", "\nid-key\t", XT_MSG_REGION_GLOSSARY_TAKEN, "glossary.tsv: line 9", "id-key"},
    {"glossary.tsv", "\nkey\t", "\nThe Key\t", XT_MSG_REGION_NAME, "glossary.tsv: line 9", "The Key"},
    {"glossary.tsv", "\tULID\n", "\tULID\tmore\n", XT_MSG_REGION_GLOSSARY_BEYOND, "glossary.tsv: line 9", "more"},
    {"glossary.tsv", NULL,
     "name\tzh\ten\tabout_zh\tabout_en\tsource\nlong\t一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十"
     "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一\tLong\t长\tLong\t\n",
     XT_MSG_REGION_GLOSSARY_LONG, "glossary.tsv: line 2", "60 characters, has 61"},
    {"tour.json", "\"name\": \"phrase\"", "\"name\": \"words\"", XT_MSG_REPEATED_ITEM, "tour.json: words", "words"},
    {"tour.json", "\"ask\"", "\"aks\"", XT_MSG_REGION_SETTING, "tour.json: words, 1", "aks"},
    {"tour.json", "\"ask\"", "\"typed\": \"x\", \"ask\"", XT_MSG_REGION_TOUR_ASK, "tour.json: words, 1", "ask"},
    {"tour.json", "{\"q\": \"机器人\"}", "{\"q\": 3}", XT_MSG_REGION_TOUR_VALUE, "tour.json: words, 1", "\"q\""},
    {"tour.json", "\"linked\": {", "\"type\": {", XT_MSG_REGION_TOUR_VALUE, "tour.json: around, 1", "\"type\""},
    {"tour.json", NULL,
     "[{\"name\": \"a\", \"label\": {\"zh\": \"甲\", \"en\": \"A\"}, \"about\": {\"zh\": \"甲\", \"en\": \"A\"}, \"examples\": []}]",
     XT_MSG_REGION_TOUR_COUNT, "tour.json: a", "there are 0"},
    {"schemes.json", "\"example\": \"0317-8471\"", "\"example\": \"0317-8472\"", XT_MSG_NOT_IDENTIFIER, "schemes.json",
     "0317-8472"},
    {"schemes.json", "\"https://doi.org/\"", "\"ftp://doi.org/\"", XT_MSG_NOT_URL, "schemes.json", "ftp://"},
};

static void plant(struct fixture *f, const struct fault *fault)
{
    char embedded[128];
    const struct xt_embed_file *file;
    const char *good, *hit;

    if (strcmp(fault->path, "types/thing.json") == 0) {
        good = THING;
    } else if (strcmp(fault->path, "codes/thing-sort.tsv") == 0) {
        good = SORTS;
    } else {
        (void)snprintf(embedded, sizeof embedded, "region/%s", fault->path);
        file = xt_embed_find(embedded);
        assert_non_null(file);
        good = (const char *)file->data;
    }
    xt_text_clear(&f->text);
    if (fault->find) {
        hit = strstr(good, fault->find);
        assert_non_null(hit);
        xt_text_add(&f->text, good, (size_t)(hit - good));
        xt_text_add_z(&f->text, fault->with);
        xt_text_add_z(&f->text, hit + strlen(fault->find));
    } else {
        xt_text_add_z(&f->text, fault->with);
    }
    assert_false(xt_text_overflowed(&f->text));
    put_text(f, fault->path, f->text.s);
}

static void unplant(struct fixture *f, const struct fault *fault)
{
    char full[256];

    if (strcmp(fault->path, "types/thing.json") == 0)
        put_text(f, fault->path, THING);
    else if (strcmp(fault->path, "codes/thing-sort.tsv") == 0)
        put_text(f, fault->path, SORTS);
    else {
        (void)snprintf(full, sizeof full, "%s/region/%s", f->folder, fault->path);
        assert_int_equal(unlink(full), 0);
    }
}

static bool is_said(struct fixture *f, const struct fault *fault)
{
    size_t i;

    for (i = 0; i < f->problems.count; i++) {
        const struct xt_problem *problem = &f->problems.list[i];

        xt_text_clear(&f->text);
        xt_problem_say(problem, XT_EN, &f->text);
        if (problem->msg == fault->msg && strstr(problem->path, fault->where) && strstr(f->text.s, fault->what))
            return true;
    }
    return false;
}

static void every_fault_is_named_and_refused(void **state)
{
    struct fixture *f = *state;
    int wrong = 0;
    size_t i;

    for (i = 0; i < XT_COUNT(faults); i++) {
        struct xt_region *region = NULL;

        plant(f, &faults[i]);
        if (load(f, "region", NULL, &region) != XT_E_INPUT || !is_said(f, &faults[i])) {
            xt_text_clear(&f->text);
            xt_problems_say(&f->problems, XT_EN, &f->text);
            print_message("%s with %s: %s\n", faults[i].path, faults[i].with, f->text.s);
            wrong++;
        }
        xt_region_free(&region);
        unplant(f, &faults[i]);
    }
    assert_int_equal(wrong, 0);
    {
        struct xt_region *region = load_good(f);

        xt_region_free(&region);
    }
}

/* What readers are told decides nothing of the index: it is not made anew for another word. */
static void words_are_no_part_of_the_index(void **state)
{
    struct fixture *f = *state;
    struct xt_region *before = load_good(f), *after;

    assert_true(before->term_count > 60 && json_array_size(before->tour) >= 10);
    put_text(f, "glossary.tsv", "name\tzh\ten\tabout_zh\tabout_en\tsource\nkiln\t窑\tKiln\t烧瓷的炉\tAn oven\t\n");
    put_text(f, "tour.json", "[]");
    after = load_good(f);
    assert_string_equal(after->terms[0].labels[XT_ZH], "窑");
    assert_null(after->terms[0].source);
    assert_int_equal(json_array_size(after->tour), 0);
    assert_memory_equal(before->hash.bytes, after->hash.bytes, sizeof before->hash.bytes);
    xt_region_free(&before);
    xt_region_free(&after);
}

/* Three faults in three files: all are said at once. */
static void faults_are_said_together(void **state)
{
    struct fixture *f = *state;
    static const size_t three[] = {0, 5, 23};
    struct xt_region *region = NULL;
    size_t i;

    for (i = 0; i < XT_COUNT(three); i++)
        plant(f, &faults[three[i]]);
    assert_int_equal(load(f, "region", NULL, &region), XT_E_INPUT);
    assert_null(region);
    for (i = 0; i < XT_COUNT(three); i++)
        assert_true(is_said(f, &faults[three[i]]));
}

static void more_facets_than_the_index_takes_are_refused(void **state)
{
    static const struct fault many = {.msg = XT_MSG_TOO_MANY_ITEMS, .where = "facets.json", .what = "15"};
    struct fixture *f = *state;
    struct xt_region *region = NULL;
    int i;

    xt_text_clear(&f->text);
    for (i = 0; i < 16; i++)
        xt_text_addf(&f->text, "%c{\"name\": \"f%d\", \"label\": {\"zh\": \"面\", \"en\": \"F\"}}", i == 0 ? '[' : ',',
                     i);
    xt_text_add_char(&f->text, ']');
    put_text(f, "facets.json", f->text.s);
    assert_int_equal(load(f, "region", NULL, &region), XT_E_INPUT);
    assert_true(is_said(f, &many));
}

static void a_folder_that_is_not_there_is_refused(void **state)
{
    struct fixture *f = *state;
    struct xt_region *region = NULL;

    assert_int_equal(load(f, "nowhere", NULL, &region), XT_E_INPUT);
    assert_int_equal(f->problems.list[0].msg, XT_MSG_REGION_FILE_MISSING);
    assert_int_equal(load(f, "region", "nowhere", &region), XT_OK); /* DATA/region need not be there */
    xt_region_free(&region);
}

/* ---- which file wins ---- */

static const char OTHER_AREAS[] = "# 地区\tArea\ncode\tzh\ten\tparent\n990000\t某地\tSomewhere\t\n";

static void one_file_of_data_wins_over_the_embedded(void **state)
{
    struct fixture *f = *state;
    struct xt_region *region = NULL;
    struct xt_arena arena;
    const char *const *paths;
    struct xt_str bytes;
    bool listed = false;
    size_t paper;

    assert_int_equal(load(f, NULL, "region", &region), XT_OK);
    assert_string_equal(region->labels[XT_EN], "Guangdong");
    paper = xt_region_type(region, XT_STR("paper"))->field_count;
    assert_true(paper > 5); /* the others are as embedded */
    assert_non_null(xt_region_type(region, XT_STR("thing")));
    assert_int_equal(xt_region_codes(region, XT_STR("area"))->count, 2);
    assert_string_equal(region->area, "440000");
    xt_region_free(&region);

    put_file(f, "data/codes", "area.tsv", OTHER_AREAS, strlen(OTHER_AREAS));
    assert_int_equal(load(f, NULL, "data", &region), XT_OK);
    assert_null(region->area); /* the packed file names one that this list does not have */
    xt_region_free(&region);

    put_file(f, "data", "region.json", "{\"label\": {\"zh\": \"某地\", \"en\": \"Somewhere\"}}",
             strlen("{\"label\": {\"zh\": \"某地\", \"en\": \"Somewhere\"}}"));
    assert_int_equal(load(f, "region", "data", &region), XT_OK);
    assert_string_equal(region->labels[XT_EN], "Somewhere");
    assert_non_null(xt_region_type(region, XT_STR("thing")));
    xt_region_free(&region);

    put_text(f, "region.json", "{\"label\": {\"zh\": \"彼处\", \"en\": \"Elsewhere\"}}");
    put_text(f, "mappings/own.json", "{}");
    assert_int_equal(load(f, "region", "data", &region), XT_OK);
    assert_string_equal(region->labels[XT_EN], "Elsewhere"); /* --region before DATA/region */
    assert_string_equal(region->labels[XT_ZH], "彼处");
    assert_true(xt_region_file(region, "mappings/own.json", &bytes));
    assert_true(xt_str_is(bytes, "{}"));
    assert_false(xt_region_file(region, "../region/region.json", &bytes));
    assert_false(xt_region_file(region, "mappings/none.json", &bytes));
    xt_arena_init(&arena);
    for (paths = xt_region_list(region, "mappings/", &arena); *paths; paths++) {
        listed = listed || strcmp(*paths, "mappings/own.json") == 0;
        if (paths[1])
            assert_true(strcmp(paths[0], paths[1]) < 0); /* sorted, each once */
    }
    assert_true(listed);
    xt_arena_done(&arena);
    xt_region_free(&region);
}

/* ---- code lists ---- */

static void codes_by_code_and_by_label(void **state)
{
    static const struct {
        const char *label, *code;
    } rows[] = {
        {"数控机床", "A"},
        {" 数控机床 ", "A"},
        {"CNC machine", "A"},
        {"cnc MACHINE", "A"},
        {"ＣＮＣ　ｍａｃｈｉｎｅ", "A"},
        {"车床", "A1"},
        {"Lathe", "A1"},
        {"Other", "B"},
        {"Miscellaneous", "B1"},
        {"无英文", "C"},
        {"其他", NULL}, /* of two codes */
        {"", NULL},
        {"车", NULL},
        {"nothing", NULL},
        {"A", NULL},
    };
    struct fixture *f = *state;
    struct xt_region *region = load_good(f);
    const struct xt_codes *codes = xt_region_codes(region, XT_STR("thing-sort"));
    size_t i;

    assert_string_equal(codes->labels[XT_EN], "Sorts of things");
    assert_int_equal(codes->count, 5);
    for (i = 0; i < XT_COUNT(rows); i++) {
        const struct xt_code_item *item = xt_codes_by_label(codes, xt_str(rows[i].label));

        if (!item != !rows[i].code || (item && strcmp(item->code, rows[i].code) != 0))
            fail_msg("%s", rows[i].label);
    }
    assert_string_equal(xt_codes_find(codes, XT_STR("A1"))->parent->code, "A");
    assert_null(xt_codes_find(codes, XT_STR("A"))->parent);
    assert_null(xt_codes_find(codes, XT_STR("a1")));
    assert_string_equal(xt_codes_find(codes, XT_STR("C"))->labels[XT_EN], "无英文");
    xt_region_free(&region);
}

static void open_lists_take_what_their_pattern_means(void **state)
{
    struct fixture *f = *state;
    struct xt_region *region = load_good(f);
    const struct xt_codes *codes = xt_region_codes(region, XT_STR("thing-sort"));
    const struct xt_codes *closed = xt_region_codes(region, XT_STR("area"));

    assert_true(codes->open);
    assert_true(xt_codes_accept(codes, XT_STR("A1"))); /* listed, though not of the pattern */
    assert_true(xt_codes_accept(codes, XT_STR("A12")));
    assert_false(xt_codes_accept(codes, XT_STR("A123"))); /* the whole code, not its beginning */
    assert_false(xt_codes_accept(codes, XT_STR("xA12")));
    assert_false(xt_codes_accept(codes, XT_STR("")));
    assert_string_equal(xt_codes_label(codes, XT_STR("A12"), XT_ZH), "车床"); /* the nearest beginning */
    assert_string_equal(xt_codes_label(codes, XT_STR("A92"), XT_EN), "CNC machine");
    assert_null(xt_codes_label(codes, XT_STR("Z92"), XT_EN));
    assert_false(closed->open);
    assert_true(xt_codes_accept(closed, XT_STR("440100")));
    assert_false(xt_codes_accept(closed, XT_STR("440101")));
    assert_null(xt_codes_label(closed, XT_STR("440101"), XT_ZH));
    xt_region_free(&region);
}

static void lists_are_continued_by_their_extra(void **state)
{
    struct fixture *f = *state;
    const struct xt_codes *codes;
    struct xt_region *region;

    put_text(f, "codes/thing-sort-extra.tsv", "# x\ty\r\ncode\tzh\ten\tparent\r\nD\t附加\tExtra\tA\r\n");
    region = load_good(f);
    codes = xt_region_codes(region, XT_STR("thing-sort"));
    assert_int_equal(codes->count, 6);
    assert_string_equal(codes->labels[XT_EN], "Sorts of things");
    assert_string_equal(xt_codes_find(codes, XT_STR("D"))->parent->code, "A");
    assert_string_equal(xt_codes_find(codes, XT_STR("D"))->labels[XT_EN], "Extra");
    xt_region_free(&region);
}

/* ---- fields and schemas ---- */

static void fields_by_head(void **state)
{
    struct fixture *f = *state;
    struct xt_region *region = load_good(f);
    const struct xt_type *type = xt_region_type(region, XT_STR("thing"));

    assert_string_equal(xt_type_field_by_head(type, XT_STR("made_on"))->name, "made_on");
    assert_string_equal(xt_type_field_by_head(type, XT_STR("Made on"))->name, "made_on");
    assert_string_equal(xt_type_field_by_head(type, XT_STR("ＭＡＤＥ　ＯＮ"))->name, "made_on");
    assert_string_equal(xt_type_field_by_head(type, XT_STR("日期"))->name, "made_on");
    assert_null(xt_type_field_by_head(type, XT_STR("made")));
    assert_null(xt_type_field_by_head(type, XT_STR("")));
    assert_string_equal(type->labels[XT_ZH], "物件");
    assert_string_equal(type->plurals[XT_EN], "Thing");
    assert_int_equal(type->fact_count, 2);
    assert_int_equal(type->section_count, 1);
    assert_string_equal(type->title->dc, "dc:title");
    assert_ptr_equal(type, &region->types[region->type_count - 1]); /* by order */
    xt_region_free(&region);
}

static void assert_fields_drawn(const char *type, const struct xt_field *fields, size_t count, const json_t *schema)
{
    const json_t *properties = json_object_get(schema, "properties");
    size_t i, k, required = 0;

    assert_string_equal(xt_json_z(schema, "type", "?"), "object");
    assert_int_equal(json_object_size(properties), count);
    for (i = 0; i < count; i++) {
        const json_t *one = json_object_get(properties, fields[i].name);
        const json_t *items = fields[i].many ? json_object_get(one, "items") : one;
        bool asked = false;

        if (!one || !json_is_string(json_object_get(items, "type")))
            fail_msg("%s.%s", type, fields[i].name);
        assert_string_equal(xt_json_z(json_object_get(one, "x-label"), "zh", "?"), fields[i].labels[XT_ZH]);
        assert_string_equal(xt_json_z(json_object_get(one, "x-label"), "en", "?"), fields[i].labels[XT_EN]);
        assert_int_equal(fields[i].many, xt_str_is(xt_json_str(one, "type"), "array"));
        for (k = 0; k < json_array_size(json_object_get(schema, "required")); k++)
            asked = asked ||
                    xt_str_is(xt_json_view(json_array_get(json_object_get(schema, "required"), k)), fields[i].name);
        assert_int_equal(asked, fields[i].required);
        required += fields[i].required;
        if (fields[i].kind == XT_KIND_GROUP)
            assert_fields_drawn(type, fields[i].fields, fields[i].field_count, items);
        if (fields[i].kind == XT_KIND_LINK)
            assert_string_equal(xt_json_z(items, "x-role", "?"), fields[i].role->name);
    }
    assert_int_equal(json_array_size(json_object_get(schema, "required")), required);
}

static void the_schema_of_every_type_draws_all_fields(void **state)
{
    struct fixture *f = *state;
    struct xt_region *region = load_good(f);
    struct xt_text text;
    size_t i;

    xt_text_init(&text, 16 * XT_MIB);
    assert_true(region->type_count > 20);
    for (i = 0; i < region->type_count; i++) {
        XT_AUTO(xt_json_unref) json_t *schema = NULL;
        struct xt_error err;

        xt_text_clear(&text);
        xt_type_schema(&region->types[i], &text);
        assert_false(xt_text_overflowed(&text));
        assert_int_equal(xt_json_parse(xt_text_view(&text), &schema, &err), XT_OK);
        assert_string_equal(xt_json_z(schema, "$schema", "?"), "https://json-schema.org/draft/2020-12/schema");
        assert_fields_drawn(region->types[i].name, region->types[i].fields, region->types[i].field_count, schema);
    }
    xt_text_done(&text);
    xt_region_free(&region);
}

/* What one type protects is not shown because another type's field of the same name is public. */
static void shared_search_fields_take_the_higher_class(void **state)
{
    struct fixture *f = *state;
    const struct fault open_secret = {
        "types/thing.json", "\"visibility\": \"officer\"", "\"search\": \"text\"", 0, "", ""};
    struct xt_region *region;
    size_t i, seen = 0;

    plant(f, &open_secret);
    put_text(
        f, "types/case.json",
        "{\"type\": \"case\", \"label\": {\"zh\": \"案\", \"en\": \"Case\"}, \"title\": \"name\", \"fields\": ["
        "{\"name\": \"name\", \"label\": {\"zh\": \"名称\", \"en\": \"Name\"}, \"kind\": \"string\", \"search\": \"title\"},"
        "{\"name\": \"secret\", \"label\": {\"zh\": \"内情\", \"en\": \"Secret\"}, \"kind\": \"text\", \"search\": \"text\","
        " \"visibility\": \"officer\"}]}");
    region = load_good(f);
    for (i = 0; i < region->schema.field_count; i++) {
        if (strcmp(region->schema.fields[i].name, "secret") == 0) {
            assert_int_equal(region->schema.fields[i].min_class, XT_OFFICER);
            seen++;
        }
    }
    assert_int_equal(seen, 1);
    xt_region_free(&region);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_fault_is_named_and_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(words_are_no_part_of_the_index, setup, teardown),
        cmocka_unit_test_setup_teardown(faults_are_said_together, setup, teardown),
        cmocka_unit_test_setup_teardown(more_facets_than_the_index_takes_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(one_file_of_data_wins_over_the_embedded, setup, teardown),
        cmocka_unit_test_setup_teardown(codes_by_code_and_by_label, setup, teardown),
        cmocka_unit_test_setup_teardown(open_lists_take_what_their_pattern_means, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_are_continued_by_their_extra, setup, teardown),
        cmocka_unit_test_setup_teardown(fields_by_head, setup, teardown),
        cmocka_unit_test_setup_teardown(the_schema_of_every_type_draws_all_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(shared_search_fields_take_the_higher_class, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
