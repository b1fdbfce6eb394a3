#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "text/pinyin.h"

#define UNITS 64

static struct xt_arena arena;

/* "zhong guo 3d" */
static void assert_sounds(const char *text, const char *sound)
{
    struct xt_sound units[UNITS];
    size_t count = xt_sound_read(xt_str(text), &arena, units, UNITS);
    struct xt_text said;

    xt_text_init(&said, XT_KIB);
    for (size_t i = 0; i < count; i++)
        xt_text_addf(&said, "%s%.*s", i ? " " : "", units[i].s ? (int)units[i].n : 1, units[i].s ? units[i].s : "?");
    assert_string_equal(said.s, sound);
    xt_text_done(&said);
}

static void texts_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sound;
    } rows[] = {
        {"", ""},
        {"电子显微镜", "dian zi xian wei jing"},
        {"電子顯微鏡", "dian zi xian wei jing"},
        {"中山大学", "zhong shan da xue"},
        {"重庆银行", "chong qing yin hang"},
        {"重量", "zhong liang"},
        {"东莞市长安镇", "dong guan shi zhang an zhen"},
        {"长安", "chang an"},
        {"番禺区", "pan yu qu"},
        {"绿色旅游", "lv se lv you"},
        {"女性", "nv xing"},
        {"战略", "zhan lve"},
        {"效率", "xiao lv"},
        {"增长率先", "zeng zhang shuai xian"},
        {"3D打印（PM2.5）", "3d da yin pm2 5"},
        {"カラー印", "? ? ? yin"},
        {"Smart 机器人", "smart ji qi ren"},
    };

    for (size_t i = 0; i < XT_COUNT(rows); i++)
        assert_sounds(rows[i].text, rows[i].sound);
}

static void units_know_their_bytes(void **state)
{
    (void)state;
    struct xt_sound units[UNITS];
    size_t count = xt_sound_read(XT_STR("a 電、子"), &arena, units, UNITS);

    assert_int_equal(count, 3);
    assert_int_equal(units[0].start, 0);
    assert_int_equal(units[0].end, 1);
    assert_int_equal(units[1].start, 2);
    assert_int_equal(units[1].end, 5);
    assert_int_equal(units[1].c, 0x7535);
    assert_int_equal(units[2].start, 8);
    assert_int_equal(units[2].end, 11);
    assert_int_equal(xt_sound_read(XT_STR("电子显微镜"), &arena, units, 2), 2);
}

/* "dian|zi" with a small mark before what is no syllable: '=' a character, '.' an initial, '"' a word. */
static void say_way(const struct xt_typed_way *way, struct xt_text *out)
{
    for (size_t i = 0; i < way->count; i++) {
        const struct xt_typed_part *part = &way->parts[i];

        if (i > 0)
            xt_text_add_char(out, '|');
        if (part->kind == XT_TYPED_HAN) {
            xt_text_add_char(out, '=');
            xt_text_add_utf8(out, part->c);
            continue;
        }
        if (part->kind != XT_TYPED_SYLLABLE)
            xt_text_add_char(out, part->kind == XT_TYPED_INITIAL ? '.' : '"');
        xt_text_add_str(out, part->s);
    }
}

static void what_is_typed_is_cut(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *ways;
    } rows[] = {
        {"", ""},
        {"，！", ""},
        {"d", "\"d .d"},
        {"zh", "\"zh zh .z|.h"},
        {"dian", "\"dian dian di|an"},
        {"dianzi", "\"dianzi dian|zi di|an|zi"},
        {"dzxwj", "\"dzxwj .d|.z|.x|.w|.j"},
        {"zsdx", "\"zsdx .z|.s|.d|.x"},
        {"dian zi xi", "\"dian|\"zi|\"xi dian|zi|xi di|an|zi|xi"},
        {"xi'an", "\"xi|\"an xi|an xi|a|.n"},
        {"xian", "\"xian xian xi|an xia|.n"},
        {"dianzixwj", "\"dianzixwj dian|zi|.x|.w|.j di|an|zi|.x|.w|.j"},
        {"lue", "\"lue lve lv|e"},
        {"i", "\"i"},
        {"电子", "=电|=子"},
        {"电子xw", "=电|=子|\"xw =电|=子|.x|.w"},
        {"3d", "\"3d"},
        {"graph neu", "\"graph|\"neu"},
        {"DIAN", "\"dian dian di|an"},
    };

    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        struct xt_typed typed;
        struct xt_text said;

        xt_text_init(&said, XT_KIB);
        xt_typed_read(xt_str(rows[i].typed), &arena, &typed);
        for (size_t k = 0; k < typed.count; k++) {
            if (k > 0)
                xt_text_add_char(&said, ' ');
            say_way(typed.ways[k], &said);
        }
        assert_string_equal(said.s, rows[i].ways);
        xt_text_done(&said);
    }
}

/* Does any way of understanding it find the text, and from which unit on? */
static size_t found_at(const char *typed_text, const char *text)
{
    struct xt_sound units[UNITS];
    size_t count = xt_sound_read(xt_str(text), &arena, units, UNITS), best = SIZE_MAX;
    struct xt_typed typed;

    xt_typed_read(xt_str(typed_text), &arena, &typed);
    for (size_t i = 0; i < typed.count; i++) {
        size_t at = xt_typed_find(typed.ways[i], units, count, 0);

        best = at < best ? at : best;
    }
    return best;
}

static void what_is_typed_is_found(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "d",     "dian", "dianzixian", "dian zi xi", "dzxwj",       "dzx",     "dianzixwj", "dzxianwei",
        "dianz", "电",   "电子",       "電子顯",     "电子xianwei", "电子xwj", "DianZiX",   "dianzixianweijing"};

    for (size_t i = 0; i < XT_COUNT(ways); i++) {
        assert_int_equal(found_at(ways[i], "电子显微镜"), 0);
        assert_int_equal(found_at(ways[i], "场发射电子显微镜"), 3);
    }
    assert_int_equal(found_at("zsdx", "中山大学"), 0);
    assert_int_equal(found_at("zhshdx", "中山大学"), 0);
    assert_int_equal(found_at("chongqing", "重庆"), 0);
    assert_int_equal(found_at("xian", "西安"), 0);
    assert_int_equal(found_at("xian", "先进"), 0);
    assert_int_equal(found_at("lvse", "绿色"), 0);
    assert_int_equal(found_at("neur", "graph neural networks"), 1);
    assert_int_equal(found_at("graph neu", "Graph Neural Networks"), 0);
    assert_int_equal(found_at("gra neural", "graph neural"), SIZE_MAX); /* only the last may be unfinished */
    assert_int_equal(found_at("dianci", "电子"), SIZE_MAX);
    assert_int_equal(found_at("zz", "电子"), SIZE_MAX);
    assert_int_equal(found_at("电子显微镜头", "电子显微镜"), SIZE_MAX);
}

static void long_and_odd_input_is_bounded(void **state)
{
    (void)state;
    struct xt_typed typed;
    struct xt_text text;

    xt_text_init(&text, 100 * XT_KIB);
    for (size_t i = 0; i < 2000; i++)
        xt_text_add_z(&text, "xian");
    xt_typed_read(xt_text_view(&text), &arena, &typed);
    assert_in_range(typed.count, 1, XT_TYPED_WAYS);
    for (size_t i = 0; i < typed.count; i++) /* of a word 64 letters are taken */
        assert_in_range(typed.ways[i]->count, 1, 32);
    xt_text_clear(&text);
    for (size_t i = 0; i < 2000; i++)
        xt_text_add_z(&text, "电");
    xt_typed_read(xt_text_view(&text), &arena, &typed);
    assert_int_equal(typed.ways[0]->count, XT_TYPED_PARTS);
    xt_typed_read(XT_STR("\xFF\xFE\x80"), &arena, &typed);
    assert_int_equal(typed.count, 0);
    xt_text_done(&text);
}

static int begin(void **state)
{
    (void)state;
    xt_arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    xt_arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_read),
        cmocka_unit_test(units_know_their_bytes),
        cmocka_unit_test(what_is_typed_is_cut),
        cmocka_unit_test(what_is_typed_is_found),
        cmocka_unit_test(long_and_odd_input_is_bounded),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
