#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "text/collate.h"

static void titles_sort_by_pinyin(void **state)
{
    (void)state;
    /* digits, then an, bei, chong, guang, ji, shen, zhu, then Latin: the order of CLDR for zh */
    static const char *const titles[] = {"3D打印",   "安全", "北京", "重庆",  "广州", "机器人",
                                         "机器人学", "深圳", "珠海", "Apple", "zebra"};
    struct xt_text before, key;

    xt_text_init(&before, 1000);
    xt_text_init(&key, 1000);
    for (size_t i = 0; i < XT_COUNT(titles); i++) {
        xt_text_clear(&key);
        xt_sort_key(xt_str(titles[i]), 64, &key);
        assert_true(key.n > 0 && key.n <= 64);
        if (i > 0)
            assert_true(xt_str_cmp(xt_text_view(&before), xt_text_view(&key)) < 0);
        xt_text_clear(&before);
        xt_text_add_str(&before, xt_text_view(&key));
    }
    xt_text_clear(&key);
    xt_sort_key(XT_STR("机器人机器人机器人"), 5, &key);
    assert_int_equal(key.n, 5);
    xt_text_clear(&key);
    xt_sort_key(XT_STR("\xFF\xFE"), 64, &key);
    xt_text_done(&before);
    xt_text_done(&key);
}

static void *make_keys(void *out)
{
    for (int i = 0; i < 200; i++) {
        xt_text_clear(out);
        xt_sort_key(XT_STR("粤港澳大湾区科技资源共享平台"), 64, out);
    }
    return NULL;
}

static void threads_agree(void **state)
{
    (void)state;
    pthread_t threads[4];
    struct xt_text keys[4];

    for (int i = 0; i < 4; i++) {
        xt_text_init(&keys[i], 1000);
        assert_int_equal(pthread_create(&threads[i], NULL, make_keys, &keys[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < 4; i++) {
        assert_true(xt_str_eq(xt_text_view(&keys[0]), xt_text_view(&keys[i])));
        if (i)
            xt_text_done(&keys[i]);
    }
    xt_text_done(&keys[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(titles_sort_by_pinyin),
        cmocka_unit_test(threads_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
