/* The index as a whole: life, what is found, what is seen by whom, order, pages, highlights. */
#include "search/test_help.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "text/collate.h"

static void words_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        int64_t count;
    } rows[] = {
        {"机器人", 2},
        {"机器", 2},
        {"器人", 2},
        {"人", 3},
        {"机", 3},
        {"工业机器人", 1},
        {"机器 人工", 1},
        {"\"机器人\"", 2},
        {"机器人 AND 焊接", 1},
        {"机器人 焊接", 1},
        {"机器人 OR 传感器", 3},
        {"机器人 NOT 焊接", 1},
        {"机器人 -焊接", 1},
        {"机器人 或 传感器", 3},
        {"机器人 非 焊接", 1},
        {"機器人", 2},
        {"sensor", 1},
        {"sens", 1},
        {"sens*", 1},
        {"ensor", 0},
        {"SENSORS", 1},
        {"PM2.5", 1},
        {"PM2", 1},
        {"PM2.6", 0},
        {"3D打印", 1},
        {"3d打", 1},
        {"打印机", 1},
        {"201", 0},
        {"201*", 1},
        {"2016", 1},
        {"title:机器人", 2},
        {"标题：机器人", 2},
        {"abstract:焊接", 1},
        {"title:人工", 0},
        {"title:(机器人 OR 传感器)", 3},
        {"title:\"智能 传感器\"", 0},
        {"abstract:(人工 OR 2016)", 2},
        {"NOT 机器人", 3},
        {"*", 5},
        {"", 5},
        {"（机器人 焊接）OR sensor", 2},
        {"(机器人 OR 3D打印) NOT 焊接", 2},
        {"，。", 5},
        {"人 打印", 1},
        {"“智能传感器”", 1},
        {"robot", 0},
    };
    struct folder folder = {""};

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    feed_text(search, 1, "工业机器人的焊接", "机器人用于焊接，2016年");
    feed_text(search, 2, "机器人学导论", "人工智能");
    feed_text(search, 3, "智能传感器", "A smart sensors network for PM2.5");
    feed_text(search, 4, "3D打印机与人", "");
    feed_text(search, 5, "其他", "无关");
    for (size_t i = 0; i < XT_COUNT(rows); i++)
        if (count_of(search, rows[i].query) != rows[i].count)
            fail_msg("%s: %lld, not %lld", rows[i].query, (long long)count_of(search, rows[i].query),
                     (long long)rows[i].count);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* ---- who sees what ---- */

static int64_t count_as(struct xt_search *search, const char *query, enum xt_class reader)
{
    struct xt_search_request request = {.query = xt_str(query), .reader = reader};
    struct xt_search_answer answer;
    struct xt_arena arena;

    xt_arena_init(&arena);
    assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
    xt_arena_done(&arena);
    return answer.total;
}

static void protected_documents_and_fields_do_not_match(void **state)
{
    (void)state;
    struct xt_search_text texts[] = {{TITLE, XT_STR("公开标题")}, {NOTE, XT_STR("内部意见")}};
    struct xt_search_doc docs[] = {
        {.id = 1, .texts = texts, .text_count = 2, .date = INT64_MIN},
        {.id = 2, .texts = texts, .text_count = 2, .date = INT64_MIN, .min_class = XT_MEMBER},
    };
    struct folder folder = {""};

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    assert_int_equal(xt_search_feed(search, docs, 2, 2, NULL), XT_OK);
    assert_int_equal(count_as(search, "公开", XT_PUBLIC), 1);
    assert_int_equal(count_as(search, "公开", XT_MEMBER), 2);
    assert_int_equal(count_as(search, "内部", XT_MEMBER), 0);
    assert_int_equal(count_as(search, "note:内部", XT_MEMBER), 0);
    assert_int_equal(count_as(search, "NOT 内部", XT_MEMBER), 2);
    assert_int_equal(count_as(search, "公开 OR 内部", XT_PUBLIC), 1);
    assert_int_equal(count_as(search, "内部", XT_OFFICER), 2);
    assert_int_equal(count_as(search, "", XT_PUBLIC), 1);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* ---- order ---- */

static void feed_ranked(struct xt_search *search, int64_t id, unsigned field, const char *text, const char *year)
{
    struct xt_search_text texts[] = {{field, xt_str(text)}, {IDENT, XT_STR("编号")}};
    struct xt_search_value value = {YEAR, xt_str(year)};
    struct xt_search_doc doc = {
        .id = id, .texts = texts, .text_count = 2, .values = &value, .value_count = 1, .date = id};

    assert_int_equal(xt_search_feed(search, &doc, 1, id, NULL), XT_OK);
}

static void rank_prefers_title_keywords_who_text_and_the_new(void **state)
{
    (void)state;
    struct folder folder = {""};
    struct xt_arena arena;

    folder_make(&folder);
    xt_arena_init(&arena);
    struct xt_search *search = open_index(folder.path, true, true);
    feed_ranked(search, 1, ABSTRACT, "机器人", "2015");
    feed_ranked(search, 2, IDENT, "机器人", "2015");
    feed_ranked(search, 3, WHO, "机器人", "2015");
    feed_ranked(search, 4, KEYWORDS, "机器人", "2015");
    feed_ranked(search, 5, TITLE, "机器人", "2010");
    feed_ranked(search, 6, TITLE, "机器人", "2015");
    feed_ranked(search, 7, TITLE, "sensors", "2015");
    feed_ranked(search, 8, TITLE, "sensor", "2015");
    assert_string_equal(ids_of(search, "机器人", XT_SORT_RELEVANCE, &arena), "6 5 4 3 2 1");
    assert_string_equal(ids_of(search, "机器人 编号", XT_SORT_RELEVANCE, &arena), "6 5 4 3 2 1");
    assert_string_equal(ids_of(search, "sensor", XT_SORT_RELEVANCE, &arena), "8 7"); /* the whole word first */
    assert_string_equal(ids_of(search, "机器人", XT_SORT_DATE, &arena), "6 5 4 3 2 1");
    assert_string_equal(ids_of(search, "type:none", XT_SORT_RELEVANCE, &arena), "");
    xt_arena_done(&arena);
    xt_search_close(&search);
    folder_remove(&folder);
}

static void titles_sort_by_pinyin(void **state)
{
    (void)state;
    static const char *const titles[] = {"珠海市研究", "安全生产研究", "广州市基于机器人的应用研究",
                                         "广州市基于机器人的应用分析", "北京研究"};
    struct folder folder = {""};
    struct xt_arena arena;
    struct xt_text key;

    folder_make(&folder);
    xt_arena_init(&arena);
    xt_text_init(&key, XT_KIB);
    struct xt_search *search = open_index(folder.path, true, true);
    for (size_t i = 0; i < XT_COUNT(titles); i++) {
        struct xt_search_text text = {TITLE, xt_str(titles[i])};

        xt_text_clear(&key);
        xt_sort_key(text.text, 64, &key);
        struct xt_search_doc doc = {
            .id = (int64_t)i + 1, .texts = &text, .text_count = 1, .date = INT64_MIN, .sort_key = xt_text_view(&key)};
        assert_int_equal(xt_search_feed(search, &doc, 1, (int64_t)i, NULL), XT_OK);
    }
    assert_string_equal(ids_of(search, "", XT_SORT_TITLE, &arena), "2 5 4 3 1");
    xt_text_done(&key);
    xt_arena_done(&arena);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* ---- what is refused ---- */

static enum xt_code refuse(struct xt_search *search, const struct xt_search_request *request, const char **out_field)
{
    static struct xt_error err;
    struct xt_search_answer answer;
    struct xt_arena arena;

    xt_arena_init(&arena);
    err = (struct xt_error){0};
    enum xt_code rc = xt_search_ask(search, request, &arena, &answer, &err);
    xt_arena_done(&arena);
    *out_field = err.field;
    return rc;
}

static void bad_filters_and_cursors_are_refused(void **state)
{
    (void)state;
    struct xt_str value = XT_STR("x..y"), facet = XT_STR("colour");
    struct xt_search_filter unknown = {XT_STR("colour"), &value, 1}, year = {XT_STR("year"), &value, 1},
                            amount = {XT_STR("amount"), &value, 1};
    struct folder folder = {""};
    struct xt_arena arena;
    const char *field;

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    for (int64_t id = 1; id <= 5; id++)
        feed_text(search, id, "机器人", "研究");

    struct xt_search_request request = {.query = XT_STR("机器人"), .filters = &unknown, .filter_count = 1};
    assert_int_equal(refuse(search, &request, &field), XT_E_INPUT);
    assert_string_equal(field, "colour");
    request.filters = &year;
    assert_int_equal(refuse(search, &request, &field), XT_E_INPUT);
    assert_string_equal(field, "year");
    request.filters = &amount;
    assert_int_equal(refuse(search, &request, &field), XT_E_INPUT);
    assert_string_equal(field, "amount");
    request.filter_count = 0;
    request.facets = &facet;
    request.facet_count = 1;
    assert_int_equal(refuse(search, &request, &field), XT_E_INPUT);
    assert_string_equal(field, "facets");

    /* A cursor is good for its own question only, and only whole. */
    request = (struct xt_search_request){.query = XT_STR("机器人"), .limit = 2};
    struct xt_search_answer answer;
    xt_arena_init(&arena);
    assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
    assert_non_null(answer.next);
    char *cursor = xt_arena_strdup(&arena, answer.next);
    request.cursor = xt_str(cursor);
    assert_int_equal(refuse(search, &request, &field), XT_OK);
    request.query = XT_STR("研究");
    assert_int_equal(refuse(search, &request, &field), XT_E_INPUT);
    assert_string_equal(field, "cursor");
    request.query = XT_STR("机器人");
    for (size_t i = 0; cursor[i]; i++) {
        cursor[i] ^= 1;
        assert_int_equal(refuse(search, &request, &field), XT_E_INPUT);
        cursor[i] ^= 1;
    }
    request.cursor.n--;
    assert_int_equal(refuse(search, &request, &field), XT_E_INPUT);
    request.cursor = XT_STR("!!");
    assert_int_equal(refuse(search, &request, &field), XT_E_INPUT);
    xt_arena_done(&arena);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* A new document between two pages moves nothing: what was not shown is still shown once. */
/* Without words the newest come first, asked for or not: the page after is the same one. */
static void a_cursor_is_of_the_order_that_came(void **state)
{
    (void)state;
    struct folder folder = {""};
    struct xt_arena arena;
    struct xt_search_answer first, second, other;
    const char *field;

    folder_make(&folder);
    xt_arena_init(&arena);
    struct xt_search *search = open_index(folder.path, true, true);
    for (int64_t id = 1; id <= 5; id++)
        feed_text(search, id, "机器人", "研究");

    struct xt_search_request unsaid = {.limit = 2}, said = {.limit = 2, .sort = XT_SORT_DATE};
    assert_int_equal(xt_search_ask(search, &unsaid, &arena, &first, NULL), XT_OK);
    assert_non_null(first.next);
    unsaid.cursor = said.cursor = xt_str(first.next);
    assert_int_equal(xt_search_ask(search, &unsaid, &arena, &second, NULL), XT_OK);
    assert_int_equal(xt_search_ask(search, &said, &arena, &other, NULL), XT_OK);
    assert_int_equal(second.hit_count, 2);
    assert_int_equal(other.hit_count, 2);
    assert_int_equal(other.hits[0].id, second.hits[0].id);
    assert_int_not_equal(second.hits[0].id, first.hits[0].id);
    said.cursor = XT_STR("");
    assert_int_equal(xt_search_ask(search, &said, &arena, &first, NULL), XT_OK);
    unsaid.cursor = xt_str(first.next);
    assert_int_equal(refuse(search, &unsaid, &field), XT_OK);

    /* Another order has other pages. */
    said.sort = XT_SORT_TITLE;
    said.cursor = xt_str(first.next);
    assert_int_equal(refuse(search, &said, &field), XT_E_INPUT);
    assert_string_equal(field, "cursor");
    unsaid.query = said.query = XT_STR("机器人");
    assert_int_equal(refuse(search, &unsaid, &field), XT_E_INPUT);
    unsaid.cursor = XT_STR("");
    assert_int_equal(xt_search_ask(search, &unsaid, &arena, &first, NULL), XT_OK);
    said.sort = XT_SORT_DATE;
    said.cursor = xt_str(first.next);
    assert_int_equal(refuse(search, &said, &field), XT_E_INPUT);
    xt_arena_done(&arena);
    xt_search_close(&search);
    folder_remove(&folder);
}

static void pages_stay_while_the_index_grows(void **state)
{
    (void)state;
    struct folder folder = {""};
    struct xt_arena arena;
    bool seen[100] = {false};
    const char *cursor = "";
    int count = 0;

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    for (int64_t id = 1; id <= 20; id++)
        feed_text(search, id, "机器人", id % 2 ? "研究" : "机器人研究");
    xt_arena_init(&arena);
    for (int page = 0; cursor; page++) {
        struct xt_search_request request = {.query = XT_STR("机器人 研究"), .limit = 3, .cursor = xt_str(cursor)};
        struct xt_search_answer answer;

        assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
        for (size_t i = 0; i < answer.hit_count; i++) {
            assert_false(seen[answer.hits[i].id]);
            seen[answer.hits[i].id] = true;
            count += answer.hits[i].id <= 20;
        }
        cursor = answer.next;
        feed_text(search, 50 + page, "机器人研究", "研究研究研究机器人");
    }
    assert_int_equal(count, 20);
    xt_arena_done(&arena);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* ---- highlighting ---- */

static void hits_are_marked(void **state)
{
    (void)state;
    static const struct {
        const char *query, *text, *marked;
        unsigned field;
        size_t max, hits;
    } rows[] = {
        {"机器人", "工业机器人", "工业[机器人]", TITLE, 100, 1},
        {"机器人", "機器人與機器", "[機器人]與機器", TITLE, 100, 1},
        {"机", "机器与机", "[机]器与[机]", TITLE, 100, 2},
        {"sensor", "Sensors and a sensor", "[Sensors] and a [sensor]", TITLE, 100, 2},
        {"器人 机器", "机器人", "[机器人]", TITLE, 100, 1},
        {"PM2.5", "PM2.5 浓度", "[PM2.5] 浓度", TITLE, 100, 1},
        {"机器人 NOT 焊接", "机器人焊接", "[机器人]焊接", TITLE, 100, 1},
        {"title:机器人", "机器人", "机器人", ABSTRACT, 100, 0},
        {"机器人", "一二三四五六七八九十一二三四五六七八九十机器人一二三四五六七八九十",
         "…七八九十[机器人]一二三四五六七八九…", TITLE, 16, 1},
        {"机器人", "一二三四五六七八九十", "一二三四…", TITLE, 4, 0},
        {"没有",
         "a\x02"
         "b\x03"
         "c",
         "abc", TITLE, 100, 0},
        {"", "机器人", "机器人", TITLE, 100, 0},
    };
    struct folder folder = {""};

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        struct xt_search_request request = {.query = xt_str(rows[i].query)};
        struct xt_search_answer answer;
        struct xt_arena arena;
        struct xt_text out;

        xt_arena_init(&arena);
        xt_text_init(&out, XT_KIB);
        assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
        size_t hits = xt_search_highlight(answer.words, rows[i].field, xt_str(rows[i].text), rows[i].max, &out);
        for (size_t k = 0; k < out.n; k++)
            out.s[k] = out.s[k] == 2 ? '[' : out.s[k] == 3 ? ']' : out.s[k];
        assert_string_equal(out.s, rows[i].marked);
        assert_int_equal(hits, rows[i].hits);
        xt_text_done(&out);
        xt_arena_done(&arena);
    }
    xt_search_close(&search);
    folder_remove(&folder);
}

/* ---- every part of a title is found ---- */

static void expect_found(struct xt_search *search, struct xt_str part, int64_t id)
{
    struct xt_search_request request = {.limit = 1000, .reader = XT_PUBLIC};
    struct xt_search_answer answer;
    struct xt_arena arena;
    struct xt_text query;
    bool found = false;

    xt_arena_init(&arena);
    xt_text_init(&query, XT_KIB);
    xt_text_add_char(&query, '"');
    xt_text_add_str(&query, part);
    xt_text_add_char(&query, '"');
    request.query = xt_text_view(&query);
    do {
        assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
        for (size_t i = 0; i < answer.hit_count; i++)
            found = found || answer.hits[i].id == id;
        request.cursor = xt_str(answer.next);
    } while (!found && answer.next);
    if (!found)
        fail_msg("%s does not find title %lld", query.s, (long long)id);
    xt_text_done(&query);
    xt_arena_done(&arena);
}

static bool is_chinese(uint32_t c)
{
    return c >= 0x4E00 && c <= 0x9FFF;
}

static bool is_letter(uint32_t c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* Runs of 2 to 8 characters of a title, its words and each beginning of them. A word here is what the tokenizer takes
 * for one, so one that begins within digits ("2D") is not taken apart. */
static void expect_parts(struct xt_search *search, struct xt_str title, int64_t id)
{
    for (size_t from = 0; from < title.n;) {
        uint32_t c, before = from ? (unsigned char)title.s[from - 1] : ' ';
        size_t n = xt_utf8_decode(title.s + from, title.n - from, &c), to = from + n;

        if (is_chinese(c)) {
            for (int chars = 2; chars <= 8 && to < title.n; chars++) {
                uint32_t next;
                size_t next_n = xt_utf8_decode(title.s + to, title.n - to, &next);

                if (!is_chinese(next))
                    break;
                to += next_n;
                expect_found(search, (struct xt_str){title.s + from, to - from}, id);
            }
        } else if (is_letter(c) && !is_letter(before) && !(before >= '0' && before <= '9')) {
            for (; to <= title.n; to++) {
                expect_found(search, (struct xt_str){title.s + from, to - from}, id);
                if (to == title.n || !is_letter((unsigned char)title.s[to]))
                    break;
            }
        }
        from += n;
    }
}

static void feed_titles(struct xt_search *search, const struct xt_str *titles, size_t count)
{
    struct xt_search_text *texts = xt_calloc(count, sizeof *texts);
    struct xt_search_doc *docs = xt_calloc(count, sizeof *docs);

    for (size_t i = 0; i < count; i++) {
        texts[i] = (struct xt_search_text){TITLE, titles[i]};
        docs[i] = (struct xt_search_doc){.id = (int64_t)i, .texts = &texts[i], .text_count = 1, .date = INT64_MIN};
    }
    assert_int_equal(xt_search_feed(search, docs, count, (int64_t)count, NULL), XT_OK);
    free(texts);
    free(docs);
}

static void every_part_of_a_title_is_found(void **state)
{
    (void)state;
    const struct xt_str titles[] = {
        XT_STR("工业机器人的焊接"),
        XT_STR("基于PM2.5的Deep-Learning网络"),
        XT_STR("3D打印技术（第2版）"),
        XT_STR("《机器人》与“智能”传感器"),
        XT_STR("A survey of Smart Sensors in Guangdong"),
        XT_STR("人"),
        XT_STR("Café 與 ＡＢＣ 全形"),
        XT_STR("x"),
        XT_STR("微生物、植物和動物"),
        XT_STR("COVID-19疫情"),
    };
    struct folder folder = {""};

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    feed_titles(search, titles, XT_COUNT(titles));
    for (size_t i = 0; i < XT_COUNT(titles); i++)
        expect_parts(search, titles[i], (int64_t)i);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* The same for 1,000 real titles, where they are. */
static void every_part_of_real_titles_is_found(void **state)
{
    (void)state;
    const char *data = getenv("XIETONG_DATA");
    struct xt_str titles[1000];
    char command[512], line[4096];
    size_t count = 0, seen = 0;
    struct folder folder = {""};

    (void)snprintf(command, sizeof command, "zcat '%s'/papers/csl/cls_ctg-*.tsv.gz 2>/dev/null",
                   data ? data : "../shared/data");
    FILE *file = popen(command, "r");
    assert_non_null(file);
    while (count < XT_COUNT(titles) && fgets(line, sizeof line, file)) {
        char *from = strchr(line, '\t'), *to = from ? strchr(from + 1, '\t') : NULL;

        if (to && seen++ % 7 == 0)
            titles[count++] = (struct xt_str){xt_strndup(from + 1, (size_t)(to - from - 1)), (size_t)(to - from - 1)};
    }
    (void)pclose(file); /* cut short on purpose */
    if (count < XT_COUNT(titles)) {
        print_message("no real titles in XIETONG_DATA\n");
        skip();
    }
    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    feed_titles(search, titles, count);
    for (size_t i = 0; i < count; i++)
        expect_parts(search, titles[i], (int64_t)i);
    xt_search_close(&search);
    folder_remove(&folder);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)titles[i].s); /* made above, lent as views */
}

/* ---- life ---- */

static void versions_deletions_and_reopening(void **state)
{
    (void)state;
    struct folder folder = {""};
    struct xt_search_stats stats;

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    assert_true(xt_search_is_feeder(search));
    assert_int_equal(xt_search_reached(search), 0);
    feed_text(search, 1, "机器人", "");
    feed_text(search, 2, "传感器", "");
    feed_text(search, 1, "激光器", "");
    assert_int_equal(count_of(search, "机器人"), 0);
    assert_int_equal(count_of(search, "激光"), 1);
    struct xt_search_doc gone = {.id = 2, .deleted = true}, never = {.id = 77, .deleted = true};
    assert_int_equal(xt_search_feed(search, &gone, 1, 9, NULL), XT_OK);
    assert_int_equal(xt_search_feed(search, &never, 1, 10, NULL), XT_OK);
    assert_int_equal(xt_search_feed(search, NULL, 0, 11, NULL), XT_OK);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(count_of(search, "传感器"), 0);
        assert_int_equal(count_of(search, ""), 1);
        assert_int_equal(xt_search_reached(search), 11);
        xt_search_stats(search, &stats);
        assert_int_equal(stats.documents, 1);
        assert_int_equal(stats.tombstones, 2);
        assert_string_equal(stats.engine, test_engine);
        assert_true(stats.bytes > 0);
        xt_search_close(&search);
        search = open_index(folder.path, true, false);
    }
    xt_search_close(&search);
    folder_remove(&folder);
}

/* One value in two texts of a field is no phrase across them. */
static void phrases_end_with_their_text(void **state)
{
    (void)state;
    struct xt_search_text texts[] = {
        {KEYWORDS, XT_STR("工业")}, {TITLE, XT_STR("x")}, {KEYWORDS, XT_STR("smart")}, {KEYWORDS, XT_STR("sensor")}};
    struct xt_search_doc doc = {.id = 1, .texts = texts, .text_count = 4, .date = INT64_MIN};
    struct folder folder = {""};

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    assert_int_equal(xt_search_feed(search, &doc, 1, 1, NULL), XT_OK);
    assert_int_equal(count_of(search, "\"smart sensor\""), 0);
    assert_int_equal(count_of(search, "smart sensor 工业"), 1);
    xt_search_close(&search);
    folder_remove(&folder);
}

static void overwrite(const char *dir, const char *name, const char *bytes)
{
    char path[256];

    (void)snprintf(path, sizeof path, "%s/%s/%s", dir, test_engine, name);
    int fd = open(path, O_WRONLY | O_TRUNC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
    assert_int_equal(close(fd), 0);
}

static bool is_segment(void)
{
    return strcmp(test_engine, "segment") == 0;
}

static void torn_and_foreign_indexes_are_made_anew(void **state)
{
    (void)state;
    const char *const names[] = {is_segment() ? "manifest" : "index.db", "columns.dat", "pool.dat"};
    struct folder folder = {""};
    char command[128];

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    for (size_t i = 0; i < XT_COUNT(names); i++) {
        feed_text(search, 1, "机器人", "");
        xt_search_close(&search);
        overwrite(folder.path, names[i], i % 2 ? "" : "not an index at all, whatever it is");
        if (i == 0 && is_segment())
            overwrite(folder.path, "manifest.safe", "nor this");
        search = open_index(folder.path, true, true);
        assert_int_equal(xt_search_reached(search), 0);
        assert_int_equal(count_of(search, "机器人"), 0);
    }
    feed_text(search, 1, "机器人", "");
    xt_search_close(&search);
    (void)snprintf(command, sizeof command, "rm -rf '%s'/%s", folder.path, test_engine);
    assert_int_equal(system(command), 0);
    search = open_index(folder.path, true, true);
    xt_search_close(&search);

    /* another schema */
    struct xt_search_schema fewer = test_schema;
    fewer.field_count--;
    struct xt_search_options options = {folder.path, false, &fewer, test_engine};
    bool fresh = false;
    assert_int_equal(xt_search_open(&options, &search, &fresh, NULL), XT_E_BUSY);
    options.may_feed = true;
    assert_int_equal(xt_search_open(&options, &search, &fresh, NULL), XT_OK);
    assert_true(fresh);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* Its last state but one is on the disk, whole: no need to begin anew. */
static void a_torn_manifest_goes_back_to_the_safe_one(void **state)
{
    (void)state;
    struct folder folder = {""};

    if (!is_segment()) {
        print_message("fts5: SQLite looks after its own journal\n");
        skip();
    }
    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    feed_text(search, 1, "机器人", "");
    xt_search_close(&search);
    for (int i = 0; i < 2; i++) { /* first one who only reads, then the feeder */
        overwrite(folder.path, "manifest", "MANIF");
        search = open_index(folder.path, i == 1, false);
        assert_int_equal(xt_search_reached(search), 1);
        assert_int_equal(count_of(search, "机器人"), 1);
        if (i == 1) {
            feed_text(search, 2, "传感器", "");
            assert_int_equal(count_of(search, "机器人 OR 传感器"), 2);
        }
        xt_search_close(&search);
    }
    search = open_index(folder.path, false, false);
    assert_int_equal(xt_search_reached(search), 2);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* Made beside it, put in its place; what an interrupted switch leaves beside is the old one, and not gone on with. */
static void an_index_made_beside_takes_the_place(void **state)
{
    (void)state;
    struct folder folder = {""};
    char beside[64], path[128];

    folder_make(&folder);
    (void)snprintf(beside, sizeof beside, "%s/rebuild", folder.path);
    struct xt_search *search = open_index(folder.path, true, true);
    feed_text(search, 1, "机器人", "");
    struct xt_search *reader = open_index(folder.path, false, false);
    struct xt_search *made = open_index(beside, true, true);
    feed_text(made, 1, "传感器", "");
    assert_int_equal(xt_search_switch(&made, folder.path, NULL), XT_OK);
    assert_null(made);
    assert_int_equal(count_of(reader, "传感器"), 1);
    assert_int_equal(xt_search_tidy(search, 0, NULL), XT_E_GONE);
    assert_int_equal(count_of(search, "传感器"), 1);
    xt_search_close(&reader);

    made = open_index(beside, true, true); /* what is there was not left */
    feed_text(made, 1, "旧", "");
    xt_search_close(&made);
    made = open_index(beside, true, false); /* interrupted while feeding: goes on */
    assert_int_equal(xt_search_reached(made), 1);
    xt_search_close(&made);
    (void)snprintf(path, sizeof path, "%s/switched", beside);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    made = open_index(beside, true, true);
    assert_int_equal(xt_search_reached(made), 0);
    xt_search_close(&made);
    assert_int_not_equal(access(path, F_OK), 0);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* The largest segment in the folder, with a byte near its beginning changed. */
static void damage_a_segment(const char *dir)
{
    char command[256], path[256];
    FILE *list;
    struct stat st;

    (void)snprintf(command, sizeof command, "ls -S '%s'/segment/*.seg", dir);
    list = popen(command, "r");
    assert_non_null(list);
    assert_non_null(fgets(path, sizeof path, list));
    (void)pclose(list);
    path[strcspn(path, "\n")] = '\0';
    int fd = open(path, O_RDWR);
    unsigned char byte;
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    off_t at = 256 + (st.st_size - 256) / 8;
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    assert_int_equal(close(fd), 0);
}

#define DAMAGED_DOCS 20000

static void a_damaged_segment_is_found_when_it_is_read(void **state)
{
    (void)state;
    struct folder folder = {""};
    struct xt_search_request request = {.query = XT_STR("机器人"), .limit = 5, .reader = XT_PRIVATE};
    struct xt_search_answer answer;
    struct xt_problems problems;
    struct xt_arena arena;

    if (!is_segment()) {
        print_message("fts5: SQLite looks after its own pages\n");
        skip();
    }
    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    /* in one transaction: a segment of several chunks, of which opening reads but the last */
    struct xt_search_doc *docs = xt_calloc(DAMAGED_DOCS, sizeof *docs);
    struct xt_search_text *texts = xt_calloc(DAMAGED_DOCS, sizeof *texts);
    char(*titles)[40] = xt_calloc(DAMAGED_DOCS, sizeof *titles);
    for (int i = 0; i < DAMAGED_DOCS; i++) {
        texts[i].text = (struct xt_str){titles[i], (size_t)snprintf(titles[i], sizeof titles[i], "机器人 n%d", i)};
        docs[i] = (struct xt_search_doc){.id = i, .texts = &texts[i], .text_count = 1, .date = INT64_MIN};
    }
    assert_int_equal(xt_search_feed(search, docs, DAMAGED_DOCS, 1, NULL), XT_OK);
    free(docs);
    free(texts);
    free(titles);
    xt_search_close(&search);
    damage_a_segment(folder.path);
    search = open_index(folder.path, true, false); /* nothing is read yet */
    xt_problems_init(&problems);
    assert_int_equal(xt_search_verify(search, &problems, NULL), XT_OK);
    assert_true(problems.seen > 0);
    xt_problems_done(&problems);
    xt_arena_init(&arena);
    /* Every word is asked for: one of them stands in what was damaged. It is an error, never a wrong answer. */
    enum xt_code rc = XT_OK;
    char query[32];
    for (int i = 0; i < DAMAGED_DOCS && rc == XT_OK; i++) {
        (void)snprintf(query, sizeof query, "机器人 \"n%d\"", i);
        request.query = xt_str(query);
        rc = xt_search_ask(search, &request, &arena, &answer, NULL);
        if (rc == XT_OK)
            assert_int_equal(answer.total, 1);
    }
    assert_int_equal(rc, XT_E_INTERNAL);
    assert_int_equal(xt_search_tidy(search, 10, NULL), XT_E_GONE);
    assert_int_equal(xt_search_reached(search), 0);
    feed_text(search, 7, "机器人", "");
    assert_int_equal(count_of(search, "机器人"), 1);
    xt_arena_done(&arena);
    xt_search_close(&search);
    folder_remove(&folder);
}

static void a_deleted_index_is_noticed(void **state)
{
    (void)state;
    struct folder folder = {""};
    struct xt_error err = {0};
    char command[128];

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    feed_text(search, 1, "机器人", "");
    struct xt_search *reader = open_index(folder.path, false, false);
    assert_int_equal(count_of(search, "机器人"), 1);
    assert_int_equal(count_of(reader, "机器人"), 1);
    (void)snprintf(command, sizeof command, "rm -rf '%s'/%s", folder.path, test_engine);
    assert_int_equal(system(command), 0);
    assert_int_equal(count_of(search, "机器人"), 1); /* still open */
    assert_int_equal(xt_search_tidy(search, 1, &err), XT_E_GONE);
    assert_int_equal(xt_search_reached(search), 0);
    assert_int_equal(count_of(search, "机器人"), 0);
    feed_text(search, 1, "激光器", "");
    assert_int_equal(count_of(search, "激光"), 1);
    assert_int_equal(count_of(reader, "激光"), 1); /* readers follow */
    assert_int_equal(count_of(reader, "机器人"), 0);
    xt_search_close(&reader);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* A process that feeds tells, through a pipe, what it has fed; this one, which may not feed, must find it. */
static void another_process_sees_what_is_fed(void **state)
{
    (void)state;
    struct folder folder = {""};
    int fed[2], asked[2];
    char byte;

    folder_make(&folder);
    assert_int_equal(pipe(fed), 0);
    assert_int_equal(pipe(asked), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct xt_search_options options = {folder.path, true, &test_schema, test_engine};
        struct xt_search *search = NULL;
        bool fresh;

        if (xt_search_open(&options, &search, &fresh, NULL) != XT_OK)
            _exit(1);
        for (int i = 0; i < 20; i++) {
            char year[16];

            (void)snprintf(year, sizeof year, "%d", 2000 + i);
            feed_ranked(search, i, TITLE, "机器人", year);
            if (write(fed[1], "x", 1) != 1 || read(asked[0], &byte, 1) != 1)
                _exit(1);
        }
        xt_search_close(&search);
        _exit(0);
    }
    struct xt_search *reader = NULL;
    for (int i = 0; i < 20; i++) {
        char query[32];

        assert_int_equal(read(fed[0], &byte, 1), 1);
        if (!reader) {
            reader = open_index(folder.path, true, false); /* the lock is taken: only a reader */
            assert_false(xt_search_is_feeder(reader));
        }
        (void)snprintf(query, sizeof query, "机器人 year:%d", 2000 + i);
        assert_int_equal(count_of(reader, query), 1);
        assert_int_equal(count_of(reader, "机器人"), i + 1);
        assert_int_equal(write(asked[1], "x", 1), 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(count_of(reader, "机器人"), 20);
    xt_search_close(&reader);
    folder_remove(&folder);
}

/* ---- crashes ---- */

enum { CRASH_IDS = 60, CRASH_BATCH = 20 };

/* Batch b gives these records a version that says so, and deletes one. */
static int64_t crash_id(int64_t batch, int i)
{
    return (batch * 7 + i) % CRASH_IDS;
}

static void feed_until_killed(const char *dir)
{
    struct xt_search_options options = {dir, true, &test_schema, test_engine};
    struct xt_search *search = NULL;
    bool fresh;

    if (xt_search_open(&options, &search, &fresh, NULL) != XT_OK)
        _exit(1);
    for (int64_t batch = xt_search_reached(search) + 1;; batch++) {
        struct xt_search_doc docs[CRASH_BATCH];
        char title[64];
        struct xt_search_text text = {TITLE, {title, 0}};

        text.text.n = (size_t)snprintf(title, sizeof title, "机器人 v%lldv", (long long)batch);
        for (int i = 0; i < CRASH_BATCH; i++)
            docs[i] = (struct xt_search_doc){
                .id = crash_id(batch, i), .deleted = i == 0, .texts = &text, .text_count = 1, .date = INT64_MIN};
        if (xt_search_feed(search, docs, CRASH_BATCH, batch, NULL) != XT_OK)
            _exit(1);
        if (batch % 20 == 0 && xt_search_tidy(search, 2, NULL) != XT_OK)
            _exit(1);
    }
}

/* After the last batch that is reached each record has the version that batch gave it, and no other. */
static void check_after_crash(struct xt_search *search)
{
    int64_t reached = xt_search_reached(search), version[CRASH_IDS] = {0}, alive = 0;
    struct xt_problems problems;

    for (int64_t batch = 1; batch <= reached; batch++)
        for (int i = 0; i < CRASH_BATCH; i++)
            version[crash_id(batch, i)] = i == 0 ? 0 : batch;
    for (int64_t batch = reached > 20 ? reached - 20 : 1; batch <= reached; batch++) {
        char query[64];
        int64_t expected = 0;

        for (int id = 0; id < CRASH_IDS; id++)
            expected += version[id] == batch;
        (void)snprintf(query, sizeof query, "v%lldv", (long long)batch);
        assert_int_equal(count_of(search, query), expected);
    }
    for (int id = 0; id < CRASH_IDS; id++)
        alive += version[id] > 0;
    assert_int_equal(count_of(search, "机器人"), alive);
    assert_int_equal(count_of(search, ""), alive);
    xt_problems_init(&problems);
    assert_int_equal(xt_search_verify(search, &problems, NULL), XT_OK);
    assert_int_equal(problems.seen, 0);
    xt_problems_done(&problems);
}

static void a_killed_feeder_leaves_a_sound_index(void **state)
{
    (void)state;
    struct folder folder = {""};
    bool first = true;
    const char *wanted = getenv("XIETONG_KILLS");
    long kills = wanted ? strtol(wanted, NULL, 10) : 20;

    folder_make(&folder);
    for (long kill_count = 0; kill_count < kills; kill_count++) {
        pid_t child = fork();
        int status;

        assert_true(child >= 0);
        if (child == 0)
            feed_until_killed(folder.path);
        (void)usleep((useconds_t)(60000 + kill_count * 7919 % 50000));
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));

        struct xt_search_options options = {folder.path, true, &test_schema, test_engine};
        struct xt_search *search = NULL;
        bool fresh = false;
        assert_int_equal(xt_search_open(&options, &search, &fresh, NULL), XT_OK);
        assert_true(!fresh || first); /* killed while it was made at first, at the earliest */
        first = first && fresh;
        check_after_crash(search);
        xt_search_close(&search);
    }
    folder_remove(&folder);
}

/* ---- threads ---- */

struct busy {
    struct xt_search *search;
    bool stop;
    int64_t asked;
};

/* Each record has exactly one version at any instant: counts of all and of the pair that all hold are equal. */
static void *ask_on(void *context)
{
    static const struct xt_str facets[] = {{"type", 4}, {"area", 4}, {"year", 4}};
    struct busy *busy = context;

    while (!__atomic_load_n(&busy->stop, __ATOMIC_RELAXED)) {
        struct xt_search_request request = {.query = XT_STR("机器人"), .limit = 20, .facets = facets, .facet_count = 3};
        struct xt_search_answer answer;
        struct xt_arena arena;

        xt_arena_init(&arena);
        if (xt_search_ask(busy->search, &request, &arena, &answer, NULL) != XT_OK || answer.total != 50 ||
            answer.facets[2].distinct == 0)
            abort();
        int64_t sum = 0;
        for (size_t i = 0; i < answer.facets[2].count; i++)
            sum += answer.facets[2].counts[i].count;
        if (sum != 50)
            abort();
        xt_arena_done(&arena);
        __atomic_add_fetch(&busy->asked, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static void searching_goes_on_while_feeding(void **state)
{
    (void)state;
    struct folder folder = {""};
    pthread_t threads[3];

    folder_make(&folder);
    struct busy busy = {.search = open_index(folder.path, true, true)};
    struct xt_search_text text = {TITLE, XT_STR("机器人研究")};
    struct xt_search_value values[50];
    struct xt_search_doc docs[50];
    char years[50][16];
    for (int round = 0; round < 60; round++) {
        for (int i = 0; i < 50; i++) {
            (void)snprintf(years[i], sizeof years[i], "%d", 1990 + (round + i) % 15);
            values[i] = (struct xt_search_value){YEAR, xt_str(years[i])};
            docs[i] = (struct xt_search_doc){
                .id = i, .texts = &text, .text_count = 1, .values = &values[i], .value_count = 1, .date = round};
        }
        assert_int_equal(xt_search_feed(busy.search, docs, 50, round, NULL), XT_OK);
        if (round == 0)
            for (int i = 0; i < 3; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, ask_on, &busy), 0);
        if (round % 10 == 9)
            assert_int_equal(xt_search_tidy(busy.search, 10, NULL), XT_OK);
    }
    __atomic_store_n(&busy.stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(busy.asked > 0);
    xt_search_close(&busy.search);
    folder_remove(&folder);
}

static bool add_up(void *context, int64_t id)
{
    *(int64_t *)context += id;
    return true;
}

static void checks_and_lists_agree(void **state)
{
    (void)state;
    struct folder folder = {""};
    struct xt_problems problems;
    int64_t sum = 0;

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    feed_text(search, 1, "机器人", "");
    feed_text(search, 2, "传感器", "");
    feed_text(search, 1, "激光器", "");
    assert_int_equal(xt_search_each(search, add_up, &sum, NULL), XT_OK);
    assert_int_equal(sum, 3);
    xt_problems_init(&problems);
    assert_int_equal(xt_search_verify(search, &problems, NULL), XT_OK);
    assert_int_equal(problems.seen, 0);
    xt_problems_done(&problems);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* However deep and long a query is, it is answered. */
static void deep_queries_are_answered(void **state)
{
    (void)state;
    static const char *const joins[][2] = {
        {" OR ", " AND "}, {" AND ", " OR "}, {" OR ", " NOT "}, {" AND NOT ", " OR "}};
    struct folder folder = {""};
    struct xt_text query;

    folder_make(&folder);
    xt_text_init(&query, XT_MIB);
    struct xt_search *search = open_index(folder.path, true, true);
    feed_text(search, 1, "机器人", "研究");
    for (size_t k = 0; k < XT_COUNT(joins); k++)
        for (int depth = 1; depth <= 40; depth++) {
            xt_text_clear(&query);
            for (int i = 0; i < depth; i++)
                xt_text_addf(&query, "(sensor%d%s", i, joins[k][i % 2]);
            xt_text_add_z(&query, "机器人");
            assert_in_range(count_of(search, query.s), 0, 1);
        }
    xt_text_clear(&query);
    for (int i = 0; i < 100; i++)
        xt_text_addf(&query, "%s机器人 -sensor%d", i % 3 ? " OR " : " ", i);
    assert_int_equal(count_of(search, query.s), 1);
    xt_text_done(&query);
    xt_search_close(&search);
    folder_remove(&folder);
}

/* Too little time is said, never an error. */
static void time_that_runs_out_is_said(void **state)
{
    (void)state;
    struct folder folder = {""};
    struct xt_arena arena;
    enum { MANY = 20000 };
    struct xt_search_doc *docs = xt_calloc(MANY, sizeof *docs);
    struct xt_search_text text = {TITLE, XT_STR("机器人研究")};

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    for (int i = 0; i < MANY; i++)
        docs[i] = (struct xt_search_doc){.id = i, .texts = &text, .text_count = 1, .date = i};
    for (int i = 0; i < 5; i++) /* many dead ones, too */
        assert_int_equal(xt_search_feed(search, docs, MANY, i, NULL), XT_OK);
    struct xt_search_request request = {.query = XT_STR("(机器人 研究) OR 研究"), .limit = 5, .budget_ms = 1};
    struct xt_search_answer answer;
    xt_arena_init(&arena);
    assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
    assert_true(answer.at_least ? answer.total < MANY : answer.total == MANY);
    assert_true(answer.at_least ? answer.looked < 1 : answer.looked >= 1);
    request.budget_ms = 0;
    assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
    assert_false(answer.at_least);
    assert_int_equal(answer.total, MANY);
    xt_arena_done(&arena);
    xt_search_close(&search);
    folder_remove(&folder);
    free(docs);
}

/* Papers that name organisations count where these are: a table of who works with whom. */
static void a_table_counts_through_names(void **state)
{
    (void)state;
    static const struct {
        const char *type, *area, *names[3];
    } docs[] = {
        {"organisation", "440106", {"A"}},      {"organisation", "440300", {"B"}}, {"organisation", "440305", {"C"}},
        {"organisation", NULL, {"D"}},          {"paper", NULL, {"A", "B"}},       {"paper", "110000", {"B", "C"}},
        {"paper", NULL, {"D", "unknown"}},      {"paper", NULL, {"A", "C", "D"}},  {"paper", "440100", {NULL}},
        {"organisation", "440100", {"unseen"}}, {"paper", NULL, {"unseen", "B"}},
    };
    static const struct xt_search_place cities[] = {{{"440100", 6}, 0}, {{"440300", 6}, 1}};
    static const struct xt_search_axis axis = {{"area", 4}, cities, 2, 2, {"subject", 7}};
    const struct xt_search_axis cross[] = {axis, axis};
    /* any, Guangzhou, Shenzhen */
    static const int64_t expected[] = {10, 3, 6, 3, 3, 2, 6, 2, 6}, officer[] = {11, 5, 6, 5, 5, 3, 6, 3, 6};
    struct folder folder = {""};

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    for (size_t i = 0; i < XT_COUNT(docs); i++) {
        struct xt_search_value values[5] = {{TYPE, xt_str(docs[i].type)}};
        struct xt_search_doc doc = {.id = (int64_t)i + 1,
                                    .min_class = docs[i].names[0] && strcmp(docs[i].names[0], "unseen") == 0 &&
                                                         strcmp(docs[i].type, "organisation") == 0
                                                     ? XT_OFFICER
                                                     : XT_PUBLIC,
                                    .values = values,
                                    .value_count = 1,
                                    .date = INT64_MIN,
                                    .sort_key = xt_str("")};

        if (docs[i].area)
            values[doc.value_count++] = (struct xt_search_value){AREA, xt_str(docs[i].area)};
        for (size_t n = 0; n < 3 && docs[i].names[n]; n++)
            values[doc.value_count++] = (struct xt_search_value){SUBJECT, xt_str(docs[i].names[n])};
        assert_int_equal(xt_search_feed(search, &doc, 1, doc.id, NULL), XT_OK);
    }
    for (int i = 0; i < 2; i++) {
        struct xt_search_request request = {
            .query = xt_str(""), .cross = cross, .reader = i ? XT_OFFICER : XT_PUBLIC, .limit = 0};
        struct xt_search_answer answer;
        struct xt_arena arena;

        xt_arena_init(&arena);
        assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
        assert_memory_equal(answer.table, i ? officer : expected, sizeof expected);
        /* Each number is what a search finds: a condition on those that a document names. */
        static const char *const found[] = {"*", "subject.area:440100", "学科.地区:440300",
                                            "Subject.Area:440100 AND subject.area:440300"};
        static const size_t cell[] = {0, 1, 2, 5};
        for (size_t q = 0; q < XT_COUNT(found); q++) {
            request.query = xt_str(found[q]);
            assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
            assert_int_equal(answer.total, i ? officer[cell[q]] : expected[cell[q]]);
            assert_int_equal(answer.ignored_count, 0);
        }
        assert_string_equal(answer.understood[XT_ZH], "学科.地区:440100 AND 学科.地区:440300");
        /* Places name nobody. */
        request.query = XT_STR("area.subject:A");
        assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
        assert_int_equal(answer.ignored_count, 1);
        xt_arena_done(&arena);
    }
    xt_search_close(&search);
    folder_remove(&folder);
}

/* Also where the year that a range begins with is one of the index's own values. */
static void ranges_of_years_open_at_an_end(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        int64_t total;
    } wanted[] = {
        {"year:2015..", 4}, {"year:..2015", 6}, {"year:>=2015", 4},     {"year:>2015", 3},    {"year:<=2015", 6},
        {"year:2015", 1},   {"year:<2015", 5},  {"year:2015..2016", 2}, {"year:\"2015\"", 1},
    };
    struct folder folder = {""};
    struct xt_arena arena;

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    for (int year = 2010; year < 2019; year++) {
        char text[16];

        (void)snprintf(text, sizeof text, "%d", year);
        feed_ranked(search, year, TITLE, "机器人", text);
    }
    xt_arena_init(&arena);
    for (size_t i = 0; i < XT_COUNT(wanted); i++) {
        struct xt_search_request request = {.query = xt_str(wanted[i].query)};
        struct xt_search_answer answer;

        assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
        if (answer.total != wanted[i].total)
            fail_msg("%s: %lld", wanted[i].query, (long long)answer.total);
    }
    xt_arena_done(&arena);
    xt_search_close(&search);
    folder_remove(&folder);
}

static void only_those_among_are_found(void **state)
{
    (void)state;
    struct folder folder = {""};
    const int64_t some[] = {3, 5, 11, 900}, none = 0;
    struct xt_search_request request = {.query = XT_STR("焊接"), .among = some, .among_count = 4, .limit = 10};
    struct xt_search_answer answer;
    struct xt_arena arena;

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    for (int i = 1; i < 40; i++)
        feed_text(search, i, i % 2 ? "激光焊接" : "中药材种植", "");
    xt_arena_init(&arena);
    assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
    assert_int_equal(answer.total, 3);
    request.query = XT_STR("NOT 种植");
    request.sort = XT_SORT_DATE;
    assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
    assert_int_equal(answer.total, 3);
    assert_int_equal(answer.hits[0].id, 11); /* equal dates: the newest record first */
    assert_int_equal(answer.hits[2].id, 3);
    request.query = XT_STR("");
    request.among = &none;
    request.among_count = 0;
    assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
    assert_int_equal(answer.total, 0); /* none is not all */
    xt_arena_done(&arena);
    xt_search_close(&search);
    folder_remove(&folder);
}

static void others_like_one_are_found(void **state)
{
    (void)state;
    struct folder folder = {""};
    struct xt_search_text texts[] = {{TITLE, XT_STR("激光焊接机器人的路径规划")}, {NOTE, XT_STR("保密事项")}};
    int64_t itself = 1;
    struct xt_search_request request = {
        .like = texts, .like_count = 2, .without = &itself, .limit = 10, .reader = XT_PUBLIC};
    struct xt_search_answer answer;
    struct xt_arena arena;

    folder_make(&folder);
    struct xt_search *search = open_index(folder.path, true, true);
    for (int i = 10; i < 40; i++)
        feed_text(search, i, "中药材种植", "土壤");
    feed_text(search, 1, "激光焊接机器人的路径规划", "");
    feed_text(search, 2, "激光焊接工艺", "");
    feed_text(search, 3, "焊接机器人的路径优化", "");
    feed_text(search, 4, "保密事项清单", "");
    feed_text(search, 5, "保密事项培训", "");
    xt_arena_init(&arena);
    assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
    assert_int_equal(answer.total, 2); /* not itself; and a field that the reader may not see says nothing */
    assert_int_equal(answer.hits[0].id, 3);
    assert_int_equal(answer.hits[1].id, 2);
    assert_null(answer.next);
    assert_string_equal(answer.understood[XT_EN], "");
    request.query = XT_STR("工艺");
    assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
    assert_int_equal(answer.total, 1);
    request.query = XT_STR("");
    request.reader = XT_OFFICER;
    assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
    assert_int_equal(answer.total, 4);
    texts[0].text = texts[1].text = XT_STR("无人知晓");
    assert_int_equal(xt_search_ask(search, &request, &arena, &answer, NULL), XT_OK);
    assert_int_equal(answer.total, 0);
    xt_arena_done(&arena);
    xt_search_close(&search);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found),
        cmocka_unit_test(protected_documents_and_fields_do_not_match),
        cmocka_unit_test(rank_prefers_title_keywords_who_text_and_the_new),
        cmocka_unit_test(titles_sort_by_pinyin),
        cmocka_unit_test(bad_filters_and_cursors_are_refused),
        cmocka_unit_test(a_cursor_is_of_the_order_that_came),
        cmocka_unit_test(pages_stay_while_the_index_grows),
        cmocka_unit_test(hits_are_marked),
        cmocka_unit_test(every_part_of_a_title_is_found),
        cmocka_unit_test(every_part_of_real_titles_is_found),
        cmocka_unit_test(versions_deletions_and_reopening),
        cmocka_unit_test(phrases_end_with_their_text),
        cmocka_unit_test(torn_and_foreign_indexes_are_made_anew),
        cmocka_unit_test(a_torn_manifest_goes_back_to_the_safe_one),
        cmocka_unit_test(an_index_made_beside_takes_the_place),
        cmocka_unit_test(a_deleted_index_is_noticed),
        cmocka_unit_test(a_damaged_segment_is_found_when_it_is_read),
        cmocka_unit_test(another_process_sees_what_is_fed),
        cmocka_unit_test(a_killed_feeder_leaves_a_sound_index),
        cmocka_unit_test(searching_goes_on_while_feeding),
        cmocka_unit_test(checks_and_lists_agree),
        cmocka_unit_test(deep_queries_are_answered),
        cmocka_unit_test(time_that_runs_out_is_said),
        cmocka_unit_test(ranges_of_years_open_at_an_end),
        cmocka_unit_test(only_those_among_are_found),
        cmocka_unit_test(others_like_one_are_found),
        cmocka_unit_test(a_table_counts_through_names),
    };

    RUN_FOR_EACH_ENGINE(tests);
}
