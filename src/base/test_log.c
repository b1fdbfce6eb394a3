/* test_log.c - one event, one line, valid JSON, also when threads log at once and what they log is odd. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"

#define THREADS 4
#define EACH    300

/* Everything that comes out of a pipe, until it is closed. */
struct reader {
    int fd;
    struct xt_text text;
};

static void *read_all(void *argument)
{
    struct reader *reader = argument;
    char buffer[4096];
    ssize_t n;

    while ((n = read(reader->fd, buffer, sizeof buffer)) > 0)
        xt_text_add(&reader->text, buffer, (size_t)n);
    return NULL;
}

/* Standard error goes into a pipe while body runs: a pipe, as under a service manager, where long writes are split. */
static void with_log(void (*body)(void), struct xt_text *out)
{
    struct reader reader;
    pthread_t thread;
    int ends[2], before = dup(STDERR_FILENO);

    assert_int_equal(pipe(ends), 0);
    reader.fd = ends[0];
    xt_text_init(&reader.text, 256 * XT_MIB);
    assert_int_equal(pthread_create(&thread, NULL, read_all, &reader), 0);
    (void)dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    body();
    (void)dup2(before, STDERR_FILENO);
    close(before);
    pthread_join(thread, NULL);
    close(ends[0]);
    *out = reader.text;
}

/* Takes the next line off rest and parses it. */
static json_t *next_line(struct xt_str *rest)
{
    const char *end = memchr(rest->s, '\n', rest->n);
    struct xt_str line;
    json_t *tree = NULL;
    xt_instant at;

    assert_non_null(end);
    line = (struct xt_str){rest->s, (size_t)(end - rest->s)};
    rest->n -= line.n + 1;
    rest->s = end + 1;
    if (xt_json_parse(line, &tree, NULL) != XT_OK)
        fail_msg("no JSON: %.*s", (int)(line.n < 300 ? line.n : 300), line.s);
    assert_true(xt_instant_parse(xt_json_str(tree, "at"), &at));
    return tree;
}

static void log_a_few(void)
{
    xt_log(XT_LOG_DEBUG, "unseen", XT_P("n", XT_INT(1)));
    xt_log(XT_LOG_INFO, "request", XT_P("method", XT_TEXT("GET")), XT_P("status", XT_INT(-200)));
    xt_log_detail("SQLSTATE %d \"%s\"\n", 23505, "键");
    xt_log(XT_LOG_ERROR, "odd", XT_P("text", XT_VIEW(((struct xt_str){"a\"\\\n\x01\xFF", 6}))),
           XT_P("none", XT_TEXT(NULL)));
    xt_log(XT_LOG_WARN, "plain", XT_P("n", XT_INT(0)));
    xt_log_set_level(XT_LOG_ERROR);
    xt_log(XT_LOG_WARN, "unseen", XT_P("n", XT_INT(1)));
    xt_log_set_level(XT_LOG_DEBUG);
    xt_log(XT_LOG_DEBUG, "seen", XT_P("n", XT_INT(2)));
    xt_log_set_level(XT_LOG_INFO);
}

static void one_line_of_json_an_event(void **state)
{
    static const char *const events[] = {"request", "odd", "plain", "seen"};
    static const char *const levels[] = {"info", "error", "warn", "debug"};
    struct xt_text text;
    struct xt_str rest;
    size_t i;

    (void)state;
    with_log(log_a_few, &text);
    rest = xt_text_view(&text);
    for (i = 0; i < XT_COUNT(events); i++) {
        XT_AUTO(xt_json_unref) json_t *line = next_line(&rest);

        assert_string_equal(xt_json_z(line, "event", "?"), events[i]);
        assert_string_equal(xt_json_z(line, "level", "?"), levels[i]);
        if (i == 0)
            assert_int_equal(xt_json_int(line, "status", 0), -200);
        if (i == 1) {
            assert_string_equal(xt_json_z(line, "detail", "?"), "SQLSTATE 23505 \"键\"\n");
            assert_string_equal(xt_json_z(line, "text", "?"), "a\"\\\n\x01\xEF\xBF\xBD");
        }
        if (i == 2)
            assert_null(json_object_get(line, "detail")); /* a detail goes out once */
    }
    assert_int_equal(rest.n, 0);
    xt_text_done(&text);
}

static void *log_many(void *argument)
{
    int64_t thread = (int64_t)(intptr_t)argument;
    char *filler = xt_alloc(20001);
    int64_t i;

    for (i = 0; i < EACH; i++) {
        size_t n = (size_t)(i * 67 % 20000); /* most lines are longer than a pipe takes at once */

        memset(filler, '"', n);
        filler[n] = '\0';
        xt_log_detail("%lld", (long long)thread * EACH + i);
        xt_log(XT_LOG_INFO, "many", XT_P("thread", XT_INT(thread)), XT_P("i", XT_INT(i)),
               XT_P("filler", XT_TEXT(filler)));
    }
    free(filler);
    return NULL;
}

static void log_from_threads(void)
{
    pthread_t threads[THREADS];
    size_t i;

    for (i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_many, (void *)(intptr_t)i), 0);
    for (i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void lines_of_threads_do_not_mix(void **state)
{
    struct xt_text text;
    struct xt_str rest;
    int64_t next[THREADS] = {0}, i;

    (void)state;
    with_log(log_from_threads, &text);
    rest = xt_text_view(&text);
    for (i = 0; i < (int64_t)THREADS * EACH; i++) {
        XT_AUTO(xt_json_unref) json_t *line = next_line(&rest);
        int64_t thread = xt_json_int(line, "thread", -1), at = xt_json_int(line, "i", -1);
        char wanted[24];

        assert_in_range(thread, 0, THREADS - 1);
        assert_int_equal(at, next[thread]++);
        snprintf(wanted, sizeof wanted, "%lld", (long long)thread * EACH + at);
        assert_string_equal(xt_json_z(line, "detail", "?"), wanted); /* each thread's own */
    }
    assert_int_equal(rest.n, 0);
    xt_text_done(&text);
}

static void log_something_huge(void)
{
    size_t n = 3 * XT_MIB;
    char *huge = xt_alloc(n);

    memset(huge, '\x01', n);
    xt_log(XT_LOG_ERROR, "huge", XT_P("a", XT_VIEW(((struct xt_str){huge, n}))),
           XT_P("b", XT_VIEW(((struct xt_str){huge, n}))), XT_P("c", XT_INT(7)));
    free(huge);
}

static void a_line_has_a_limit_and_is_whole(void **state)
{
    XT_AUTO(xt_json_unref) json_t *line = NULL;
    struct xt_text text;
    struct xt_str rest;

    (void)state;
    with_log(log_something_huge, &text);
    assert_true(text.n < 64 * XT_KIB); /* however long the texts */
    rest = xt_text_view(&text);
    line = next_line(&rest);
    assert_string_equal(xt_json_z(line, "event", "?"), "huge");
    assert_int_equal(xt_json_int(line, "c", 0), 7);
    assert_int_equal(rest.n, 0);
    xt_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_of_json_an_event),
        cmocka_unit_test(lines_of_threads_do_not_mix),
        cmocka_unit_test(a_line_has_a_limit_and_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
