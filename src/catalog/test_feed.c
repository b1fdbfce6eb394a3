/*
 * test_feed.c - the index follows what is committed: while others write and search, from another process, and from the
 * beginning where it was deleted or is of another shape.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/embed.h"
#include "base/time.h"
#include "catalog/catalog_priv.h"
#include "file/file.h"
#include "room/node.h"

#define WAIT_US (5 * XT_SECOND) /* a change is promised within one second; a loaded machine gets five */

static const struct xt_room *const rooms[] = {&xt_room_file, &xt_room_catalog, NULL};

struct fixture {
    char folder[64], data[80];
    struct xt_node *node;
};

static void say(const struct xt_error *err)
{
    struct xt_text text;

    xt_text_init(&text, 4 * XT_KIB);
    xt_error_say(err, XT_EN, &text);
    print_message("%s: %s\n", err->field, text.s);
    xt_text_done(&text);
}

static bool open_node(struct fixture *f)
{
    struct xt_node_options options = {.data = f->data, .rooms = rooms};
    struct xt_error err = {0};

    if (xt_node_open(&options, &f->node, &err) == XT_OK)
        return true;
    say(&err);
    return false;
}

static int setup(void **state)
{
    struct fixture *f = xt_calloc(1, sizeof *f);
    struct xt_node_options options = {.rooms = rooms};
    struct xt_node_made made;
    struct xt_error err = {0};

    (void)snprintf(f->folder, sizeof f->folder, "/tmp/xietong-feed-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->data, sizeof f->data, "%s/data", f->folder);
    options.data = f->data;
    assert_int_equal(xt_node_make(&options, "test.local", &made, &err), XT_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[160];

    xt_node_close(&f->node);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

static void sleep_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    (void)nanosleep(&pause, NULL);
}

/* Puts the paper number n in a transaction of its own. For any thread: no assertions. */
static bool put_paper(struct xt_node *node, int n, const char *more)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    XT_AUTO(xt_json_unref) json_t *body = NULL;
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_put_result result;
    struct xt_error err = {0};
    char key[32], text[256];
    struct xt_put put = {.type = xt_region_type(node->region, XT_STR("paper")),
                         .origin = XT_ORIGIN_IMPORT,
                         .actor = XT_STR("cli:test"),
                         .reason = XT_STR("test")};

    xt_problems_init(&problems);
    (void)snprintf(key, sizeof key, "paper/%d", n);
    (void)snprintf(text, sizeof text, "{\"title\": \"机器人控制 unit%dx\"%s}", n, more);
    if (xt_json_parse(xt_str(text), &body, &err) != XT_OK)
        return false;
    put.source_key = xt_str(key);
    put.body = body;
    return xt_tx_begin(node->store, &tx, &err) == XT_OK &&
           xt_catalog_put(node, tx, &put, &problems, &result, &err) == XT_OK && xt_tx_commit(&tx, &err) == XT_OK;
}

/* Total of a query; -1 on an error. For any thread. */
static int64_t total(struct xt_node *node, const char *query)
{
    const struct xt_search_request ask = {.query = xt_str(query), .limit = 10, .reader = XT_PUBLIC};
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_search_answer answer;
    struct xt_error err;

    xt_arena_init(&arena);
    return xt_search_ask(node->search, &ask, &arena, &answer, &err) == XT_OK ? answer.total : -1;
}

/* Asks until there are so many, at most WAIT_US. */
static bool comes_to(struct xt_node *node, const char *query, int64_t wanted)
{
    int64_t until = xt_monotonic_us() + WAIT_US;

    for (;;) {
        if (total(node, query) == wanted)
            return true;
        if (xt_monotonic_us() > until)
            return false;
        sleep_ms(10);
    }
}

static bool paper_comes(struct xt_node *node, int n)
{
    char query[32];

    (void)snprintf(query, sizeof query, "unit%dx", n);
    return comes_to(node, query, 1);
}

static void assert_check_clean(struct fixture *f)
{
    struct xt_problems problems;
    struct xt_error err = {0};
    struct xt_text text;

    xt_problems_init(&problems);
    xt_text_init(&text, 64 * XT_KIB);
    assert_int_equal(xt_room_catalog.check(f->node, &problems, &err), XT_OK);
    xt_problems_say(&problems, XT_EN, &text);
    if (problems.count > 0)
        fail_msg("%s", text.s);
    xt_text_done(&text);
    xt_problems_done(&problems);
}

static void catch_up(struct fixture *f)
{
    struct xt_error err = {0};

    assert_int_equal(xt_catalog_catch_up(f->node, 0, NULL, NULL, &err), XT_OK);
}

/* ---- threads ---- */

#define PAPERS 300

struct shared {
    struct xt_node *node;
    _Atomic int committed; /* papers 0 .. committed - 1 are durable */
    _Atomic bool stop;
    _Atomic int faults;
};

static void *write_on(void *argument)
{
    struct shared *s = argument;
    int i;

    for (i = 0; i < PAPERS; i++) {
        if (!put_paper(s->node, i, ""))
            atomic_fetch_add(&s->faults, 1);
        atomic_store(&s->committed, i + 1);
    }
    return NULL;
}

/* What was found once is found again: nothing is taken away here. */
static void *search_on(void *argument)
{
    struct shared *s = argument;
    int64_t last = 0;

    while (!atomic_load(&s->stop)) {
        int64_t now = total(s->node, "机器人");

        if (now < last || now > PAPERS)
            atomic_fetch_add(&s->faults, 1);
        last = now;
    }
    return NULL;
}

static void changes_are_found_while_others_write(void **state)
{
    struct fixture *f = *state;
    struct shared shared = {0};
    pthread_t writer, readers[2];
    int seen = 0, i;

    assert_true(open_node(f));
    shared.node = f->node;
    assert_true(xt_search_is_feeder(f->node->search));
    xt_catalog_feed_start(f->node);
    xt_catalog_feed_start(f->node); /* a second time is harmless */
    assert_int_equal(pthread_create(&writer, NULL, write_on, &shared), 0);
    for (i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, search_on, &shared), 0);
    while (seen < PAPERS) {
        int committed = atomic_load(&shared.committed);

        if (committed == seen) {
            sleep_ms(1);
            continue;
        }
        if (!paper_comes(f->node, committed - 1)) {
            atomic_fetch_add(&shared.faults, 1);
            break;
        }
        seen = committed;
    }
    atomic_store(&shared.stop, true);
    pthread_join(writer, NULL);
    for (i = 0; i < 2; i++)
        pthread_join(readers[i], NULL);
    assert_int_equal(atomic_load(&shared.faults), 0);
    assert_true(comes_to(f->node, "机器人", PAPERS));
    xt_catalog_feed_stop(f->node);
    xt_catalog_feed_stop(f->node);
    assert_check_clean(f);
}

/* ---- from the beginning ---- */

static void put_some(struct fixture *f, int count)
{
    int i;

    for (i = 0; i < count; i++)
        assert_true(put_paper(f->node, i, ""));
    catch_up(f);
    assert_int_equal(total(f->node, "机器人"), count);
}

static void a_deleted_index_is_built_again_on_open(void **state)
{
    struct fixture *f = *state;
    char command[160];

    assert_true(open_node(f));
    put_some(f, 50);
    xt_node_close(&f->node);
    assert_true(open_node(f));
    assert_true(xt_search_reached(f->node->search) > 0); /* as it was left */
    assert_int_equal(total(f->node, "机器人"), 50);
    xt_node_close(&f->node);
    (void)snprintf(command, sizeof command, "rm -rf '%s/index'", f->data);
    assert_int_equal(system(command), 0);
    assert_true(open_node(f));
    assert_int_equal(xt_search_reached(f->node->search), 0);
    catch_up(f);
    assert_int_equal(total(f->node, "机器人"), 50);
    assert_check_clean(f);
}

/* Somebody removes the folder of a node that serves: the feeder makes it anew. */
static void an_index_deleted_under_the_feeder_is_built_again(void **state)
{
    struct fixture *f = *state;
    int64_t until = xt_monotonic_us() + 3 * WAIT_US;
    char command[192], path[160];
    struct stat st;

    assert_true(open_node(f));
    put_some(f, 50);
    xt_catalog_feed_start(f->node);
    (void)snprintf(path, sizeof path, "%s/index/segment", f->data);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
    while (stat(path, &st) != 0 || xt_search_reached(f->node->search) == 0) {
        assert_true(xt_monotonic_us() < until);
        sleep_ms(20);
    }
    assert_true(comes_to(f->node, "机器人", 50));
    assert_true(put_paper(f->node, 50, ""));
    assert_true(paper_comes(f->node, 50));
    xt_catalog_feed_stop(f->node);
    assert_check_clean(f);
}

/* The embedded type paper with a field more, as DATA/region/types/paper.json. */
static void add_field(struct fixture *f)
{
    static const char field[] = "{\"name\": \"colour\", \"label\": {\"zh\": \"颜色\", \"en\": \"Colour\"},"
                                " \"kind\": \"string\", \"search\": \"keywords\"},";
    const struct xt_embed_file *file = xt_embed_find("region/types/paper.json");
    const char *text, *hit;
    char path[160];
    FILE *out;

    assert_non_null(file);
    text = (const char *)file->data;
    hit = strstr(text, "\"fields\": [");
    assert_non_null(hit);
    hit += strlen("\"fields\": [");
    (void)snprintf(path, sizeof path, "%s/region", f->data);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof path, "%s/region/types", f->data);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/region/types/paper.json", f->data);
    out = fopen(path, "wb");
    assert_non_null(out);
    (void)fwrite(text, 1, (size_t)(hit - text), out);
    (void)fputs(field, out);
    (void)fputs(hit, out);
    assert_int_equal(fclose(out), 0);
}

static void another_search_schema_builds_the_index_again(void **state)
{
    struct fixture *f = *state;

    assert_true(open_node(f));
    put_some(f, 20);
    assert_false(put_paper(f->node, 20, ", \"colour\": \"赤\"")); /* no such field yet */
    xt_node_close(&f->node);
    add_field(f);
    assert_true(open_node(f));
    assert_int_equal(xt_search_reached(f->node->search), 0);
    assert_true(put_paper(f->node, 20, ", \"colour\": \"靛青色\""));
    catch_up(f);
    assert_int_equal(total(f->node, "机器人"), 21);
    assert_int_equal(total(f->node, "颜色:靛青"), 1);
    assert_check_clean(f);
}

/* ---- two processes ---- */

/* The first process: feeds, puts a paper each time a byte comes in, and says when it is committed. */
static int first_process(struct fixture *f, int orders, int answers)
{
    char byte;
    int n = 0;

    if (!open_node(f) || !xt_search_is_feeder(f->node->search))
        return 1;
    xt_catalog_feed_start(f->node);
    do {
        if (!put_paper(f->node, n++, "") || write(answers, "x", 1) != 1)
            return 2;
    } while (read(orders, &byte, 1) == 1);
    xt_node_close(&f->node);
    return 0;
}

static void a_second_process_sees_what_is_committed(void **state)
{
    struct fixture *f = *state;
    int orders[2], answers[2], status, i;
    struct xt_error err = {0};
    char byte;
    pid_t child;

    assert_int_equal(pipe(orders), 0);
    assert_int_equal(pipe(answers), 0);
    child = fork(); /* before this process has opened anything */
    assert_true(child >= 0);
    if (child == 0) {
        close(orders[1]);
        close(answers[0]);
        _exit(first_process(f, orders[0], answers[1]));
    }
    close(orders[0]);
    close(answers[1]);
    assert_int_equal(read(answers[0], &byte, 1), 1);
    assert_true(open_node(f));
    assert_false(xt_search_is_feeder(f->node->search));
    for (i = 0; i < 10; i++) {
        assert_true(paper_comes(f->node, i));
        assert_int_equal(write(orders[1], "x", 1), 1);
        assert_int_equal(read(answers[0], &byte, 1), 1);
    }
    assert_true(paper_comes(f->node, 10));
    for (i = 100; i < 105; i++) { /* what this process commits, the other feeds */
        assert_true(put_paper(f->node, i, ""));
        assert_true(paper_comes(f->node, i));
    }
    xt_catalog_feed_start(f->node); /* waits until it is needed */
    assert_true(put_paper(f->node, 105, ""));
    assert_int_equal(xt_catalog_catch_up(f->node, 5000, NULL, NULL, &err), XT_OK);
    assert_int_equal(total(f->node, "机器人"), 17);

    assert_int_equal(kill(child, SIGKILL), 0); /* the feeder is gone without a word: this process takes over */
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    close(orders[1]);
    close(answers[0]);
    for (i = 106; i < 110; i++) {
        assert_true(put_paper(f->node, i, ""));
        assert_true(paper_comes(f->node, i));
    }
    xt_catalog_feed_stop(f->node);
    assert_true(put_paper(f->node, 110, ""));
    catch_up(f);
    assert_int_equal(total(f->node, "机器人"), 22);
    assert_check_clean(f);
    xt_node_close(&f->node);
    assert_true(open_node(f));
    assert_true(xt_search_is_feeder(f->node->search));
    assert_int_equal(total(f->node, "机器人"), 22);
}

/* A feeder that lives but does not feed: who waits for it is told so. */
static void waiting_for_a_feeder_has_an_end(void **state)
{
    struct fixture *f = *state;
    struct xt_search_options options = {.may_feed = true};
    struct xt_search *other = NULL;
    struct xt_error err = {0};
    char path[160];
    bool fresh;

    assert_true(open_node(f)); /* to know the schema */
    options.schema = &f->node->region->schema;
    (void)snprintf(path, sizeof path, "%s/index", f->data);
    options.dir = path;
    xt_search_close(&f->node->search);
    assert_int_equal(xt_search_open(&options, &other, &fresh, &err), XT_OK);
    assert_int_equal(xt_search_open(&options, &f->node->search, &fresh, &err), XT_OK);
    assert_true(put_paper(f->node, 1, ""));
    assert_int_equal(xt_catalog_catch_up(f->node, 50, NULL, NULL, &err), XT_E_BUSY);
    assert_int_equal(err.msg, XT_MSG_INDEX_BUSY);
    xt_search_close(&other);
    assert_int_equal(xt_catalog_catch_up(f->node, 5000, NULL, NULL, &err), XT_OK);
    assert_int_equal(total(f->node, "机器人"), 1);
}

/* Processes that open the node at the same moment: one makes the index, the others wait for it. */
static void processes_that_open_at_once_all_open(void **state)
{
    struct fixture *f = *state;
    int go[2], status, round, i;
    char command[160];
    pid_t children[6];

    (void)snprintf(command, sizeof command, "rm -rf '%s/index'", f->data);
    for (round = 0; round < 3; round++) {
        assert_int_equal(system(command), 0);
        assert_int_equal(pipe(go), 0);
        for (i = 0; i < 6; i++) {
            children[i] = fork();
            assert_true(children[i] >= 0);
            if (children[i] == 0) {
                char byte;

                close(go[1]);
                (void)!read(go[0], &byte, 1); /* ends when the parent lets go */
                if (!open_node(f))
                    _exit(1);
                xt_node_close(&f->node);
                _exit(0);
            }
        }
        close(go[0]);
        close(go[1]);
        for (i = 0; i < 6; i++) {
            assert_int_equal(waitpid(children[i], &status, 0), children[i]);
            assert_int_equal(status, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_second_process_sees_what_is_committed, setup, teardown),
        cmocka_unit_test_setup_teardown(processes_that_open_at_once_all_open, setup, teardown),
        cmocka_unit_test_setup_teardown(waiting_for_a_feeder_has_an_end, setup, teardown),
        cmocka_unit_test_setup_teardown(changes_are_found_while_others_write, setup, teardown),
        cmocka_unit_test_setup_teardown(a_deleted_index_is_built_again_on_open, setup, teardown),
        cmocka_unit_test_setup_teardown(an_index_deleted_under_the_feeder_is_built_again, setup, teardown),
        cmocka_unit_test_setup_teardown(another_search_schema_builds_the_index_again, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
