/* The query language: what is understood, what is ignored and why. */
#include "search/query.h"
#include "search/test_help.h"

#include "base/time.h"

static bool known(void *context, unsigned facet, struct xt_str value)
{
    (void)context;
    return (facet == TYPE && xt_str_is(value, "paper")) || (facet == SUBJECT && xt_str_is(value, "cs:ai"));
}

static const struct query_env env = {.schema = &test_schema, .known = known};

static void queries_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *query, *zh, *en;
        size_t ignored;
        enum xt_msg why;
    } rows[] = {
        {"机器人", "机器人", "机器人", 0, 0},
        {"机器人 焊接", "机器人 AND 焊接", "机器人 AND 焊接", 0, 0},
        {"机器人，焊接、PM2.5", "机器人 AND 焊接 AND PM2.5", "机器人 AND 焊接 AND PM2.5", 0, 0},
        {"a 与 b && c AND d", "a AND b AND c AND d", "a AND b AND c AND d", 0, 0},
        {"a 或 b || c OR d", "a OR b OR c OR d", "a OR b OR c OR d", 0, 0},
        {"a 非 b !c -d", "a AND NOT b AND NOT c AND NOT d", "a AND NOT b AND NOT c AND NOT d", 0, 0},
        {"NOT NOT a", "a", "a", 0, 0},
        {"-(a b)", "NOT (a AND b)", "NOT (a AND b)", 0, 0},
        {"（a OR b）c", "(a OR b) AND c", "(a OR b) AND c", 0, 0},
        {"a b OR c d", "(a AND b) OR (c AND d)", "(a AND b) OR (c AND d)", 0, 0},
        {"“机器 人”", "\"机器 人\"", "\"机器 人\"", 0, 0},
        {"「机器 人」 \"a b\"", "\"机器 人\" AND \"a b\"", "\"机器 人\" AND \"a b\"", 0, 0},
        {"标题：机器人", "标题:机器人", "Title:机器人", 0, 0},
        {"TITLE:机器人", "标题:机器人", "Title:机器人", 0, 0},
        {"title:(a OR \"b c\")", "标题:a OR 标题:\"b c\"", "Title:a OR Title:\"b c\"", 0, 0},
        {"类型:论文", "类型:论文", "Type:论文", 0, 0},
        {"type:paper 机器人", "类型:paper AND 机器人", "Type:paper AND 机器人", 0, 0},
        {"subject:cs:ai", "学科:cs:ai", "Subject:cs:ai", 0, 0},
        {"year:2015..2018", "年份:2015..2018", "Year:2015..2018", 0, 0},
        {"TYPE:Paper", "类型:Paper", "Type:Paper", 0, 0},
        {"年份:２０１５年", "年份:２０１５年", "Year:２０１５年", 0, 0},
        {"amount:>=500000", "金额:>=500000", "Amount:>=500000", 0, 0},
        {"date:2015-03..", "日期:2015-03..", "Date:2015-03..", 0, 0},
        {"sens*", "sens*", "sens*", 0, 0},
        {"title:\"sens\"*", "标题:\"sens\"*", "Title:\"sens\"*", 0, 0},
        {"*", "", "", 0, 0},
        {"1,000 台", "1,000 AND 台", "1,000 AND 台", 0, 0},
        {"and or not", "and AND or AND not", "and AND or AND not", 0, 0},
        {"", "", "", 0, 0},
        {"(a", "a", "a", 1, XT_MSG_SEARCH_BRACKET},
        {"a)", "a", "a", 1, XT_MSG_SEARCH_BRACKET},
        {"\"a b", "\"a b\"", "\"a b\"", 1, XT_MSG_SEARCH_QUOTE},
        {"a AND", "a", "a", 1, XT_MSG_SEARCH_OPERATOR},
        {"OR a", "a", "a", 1, XT_MSG_SEARCH_OPERATOR},
        {"a OR", "a", "a", 1, XT_MSG_SEARCH_OPERATOR},
        {"NOT", "", "", 1, XT_MSG_SEARCH_OPERATOR},
        {"title:", "", "", 1, XT_MSG_SEARCH_OPERATOR},
        {"机器人 ……", "机器人", "机器人", 1, XT_MSG_SEARCH_NOTHING},
        {"foo:bar", "foo:bar", "foo:bar", 1, XT_MSG_SEARCH_UNKNOWN_FIELD},
        {"amount:many", "", "", 1, XT_MSG_SEARCH_BAD_RANGE},
        {"year:>abc", "", "", 1, XT_MSG_SEARCH_BAD_RANGE},
    };

    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        struct xt_arena arena;
        struct query query;

        xt_arena_init(&arena);
        query_parse(&env, xt_str(rows[i].query), &arena, &query);
        assert_string_equal(query_understood(&env, &query, XT_ZH, &arena), rows[i].zh);
        assert_string_equal(query_understood(&env, &query, XT_EN, &arena), rows[i].en);
        if (query.ignored_count != rows[i].ignored)
            fail_msg("%s: %zu ignored", rows[i].query, query.ignored_count);
        if (rows[i].ignored)
            assert_string_equal(xt_msg_name(query.ignored[0].why), xt_msg_name(rows[i].why));
        xt_arena_done(&arena);
    }
}

/* Tokens of one phrase, joined by '+', with a star when the last one is a beginning. */
static void chunks_become_phrases(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"机器人", "机器+器人"},   {"机", "机*"},
        {"sensor", "sensor*"},     {"PM2.5", "pm2+5"},
        {"2015", "2015"},          {"2015*", "2015*"},
        {"3D打印", "3d+打印"},     {"3D打", "3d+打*"},
        {"打印3D", "打印+印+3d*"}, {"\"deep learning\"", "deep+learning*"},
        {"ＡＢＣ", "abc*"},        {"機器", "机器"},
        {"a-b", "a+b*"},
    };

    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        struct xt_arena arena;
        struct query query;
        struct xt_text out;

        xt_arena_init(&arena);
        xt_text_init(&out, XT_KIB);
        query_parse(&env, xt_str(rows[i][0]), &arena, &query);
        assert_int_equal(query.root->kind, QUERY_TEXT);
        for (size_t k = 0; k < query.root->token_count; k++) {
            if (k)
                xt_text_add_char(&out, '+');
            xt_text_add_str(&out, query.root->tokens[k]);
        }
        if (query.root->prefix)
            xt_text_add_char(&out, '*');
        assert_string_equal(out.s, rows[i][1]);
        xt_text_done(&out);
        xt_arena_done(&arena);
    }
}

static void spans_are_read(void **state)
{
    (void)state;
    int64_t day = xt_days_from_civil(2015, 3, 1), next = xt_days_from_civil(2015, 4, 1);
    const struct {
        const char *text;
        bool is_date;
        int64_t scale, low, high;
    } rows[] = {
        {"2015..2018", false, 1, 2015, 2018},          {"2015..", false, 1, 2015, INT64_MAX},
        {"..2018", false, 1, INT64_MIN + 1, 2018},     {"12.5", false, 100, 1250, 1250},
        {">=1,000", false, 100, 100000, INT64_MAX},    {">10", false, 1, 11, INT64_MAX},
        {"<10", false, 1, INT64_MIN + 1, 9},           {"≤50万", false, 100, INT64_MIN + 1, 50000000},
        {"2亿..3亿", false, 1, 200000000, 300000000},  {"2015-03", true, 1, day, next - 1},
        {"2015-03..2015-03", true, 1, day, next - 1},  {">2015-03", true, 1, next, INT64_MAX},
        {"<2015-03", true, 1, INT64_MIN + 1, day - 1},
    };
    static const char *const wrong[] = {"", "..", "abc", "1..x", "2015-13", ">"};
    int64_t low, high;

    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        if (!query_span(xt_str(rows[i].text), rows[i].is_date, false, rows[i].scale, &low, &high))
            fail_msg("%s", rows[i].text);
        assert_true(low == rows[i].low && high == rows[i].high);
    }
    for (size_t i = 0; i < XT_COUNT(wrong); i++)
        assert_false(query_span(xt_str(wrong[i]), i == 4, false, 1, &low, &high));
}

/* Limits: long, deep and many-worded queries are cut and say so. */
static void limits_are_said(void **state)
{
    (void)state;
    static const enum xt_msg expected[] = {XT_MSG_SEARCH_TOO_LONG, XT_MSG_SEARCH_TOO_DEEP, XT_MSG_SEARCH_TOO_MANY};

    for (int kind = 0; kind < 3; kind++) {
        struct xt_arena arena;
        struct query query;
        struct xt_text text;
        bool said = false;

        xt_arena_init(&arena);
        xt_text_init(&text, XT_MIB);
        for (int i = 0; i < (kind == 0 ? 5000 : 200); i++)
            xt_text_add_z(&text, kind == 0 ? "x" : kind == 1 ? "(" : "词 ");
        if (kind == 1)
            xt_text_add_z(&text, "词");
        query_parse(&env, xt_text_view(&text), &arena, &query);
        for (size_t i = 0; i < query.ignored_count; i++)
            said = said || query.ignored[i].why == expected[kind];
        assert_true(said);
        xt_text_done(&text);
        xt_arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_are_understood),
        cmocka_unit_test(chunks_become_phrases),
        cmocka_unit_test(spans_are_read),
        cmocka_unit_test(limits_are_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
