/* The index as a whole: life, what is found, what is seen by whom, order, pages, highlights. */
#include "search/test_help.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>

#include "text/collate.h"

static void words_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        int64_t count;
    } rows[] = {
        {"机器人", 2},        {"机器", 2},          {"器人", 2},        {"人", 3},           {"机", 3},
        {"工业机器人", 1},    {"机器 人工", 1},     {"\"机器人\"", 2},  {"机器人 AND 焊接", 1},
        {"机器人 焊接", 1},   {"机器人 OR 传感器", 3}, {"机器人 NOT 焊接", 1}, {"机器人 -焊接", 1},
        {"机器人 或 传感器", 3}, {"机器人 非 焊接", 1}, {"機器人", 2},    {"sensor", 1},       {"sens", 1},
        {"sens*", 1},         {"ensor", 0},         {"SENSORS", 1},     {"PM2.5", 1},        {"PM2", 1},
        {"PM2.6", 0},         {"3D打印", 1},        {"3d打", 1},        {"打印机", 1},       {"201", 0},
        {"201*", 1},          {"2016", 1},          {"title:机器人", 2}, {"标题：机器人", 2}, {"abstract:焊接", 1},
        {"title:人工", 0},    {"title:(机器人 OR 传感器)", 3}, {"title:\"智能 传感器\"", 0},
        {"abstract:(人工 OR 2016)", 2}, {"NOT 机器人", 3}, {"*", 5},    {"", 5},             {"（机器人 焊接）OR sensor", 2},
        {"(机器人 OR 3D打印) NOT 焊接", 2}, {"，。", 5}, {"人 打印", 1}, {"“智能传感器”", 1}, {"robot", 0},
    };
    struct folder folder;

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
