/* Jobs: what is queued runs, what is lost is noticed, what is cancelled ends. */
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
#include "job/job_priv.h"

struct fixture {
    char folder[64];
    char path[96];
    struct xt_node node;
};

/* ---- kinds for these tests ---- */

static _Atomic int runs_of_good, runs_of_timed, runs_of_slow;
static char seen_input[64];

static enum xt_code run_good(struct xt_node *node, struct xt_job *job, struct xt_error *err)
{
    (void)node;
    (void)err;
    (void)snprintf(seen_input, sizeof(seen_input), "%.*s", (int)xt_job_input(job).n, xt_job_input(job).s);
    (void)xt_job_progress(job, 3, 7, "row");
    runs_of_good++;
    return XT_OK;
}

static enum xt_code run_bad(struct xt_node *node, struct xt_job *job, struct xt_error *err)
{
    (void)node;
    (void)job;
    return xt_fail(err, XT_E_INPUT, "file", XT_MSG_TOO_LARGE, XT_INT(5), XT_INT(6));
}

static enum xt_code run_slow(struct xt_node *node, struct xt_job *job, struct xt_error *err)
{
    (void)node;
    (void)err;
    runs_of_slow++;
    while (xt_job_progress(job, 0, 0, ""))
        (void)usleep(2000);
    return XT_OK;
}

static enum xt_code run_timed(struct xt_node *node, struct xt_job *job, struct xt_error *err)
{
    (void)node;
    (void)job;
    (void)err;
    runs_of_timed++;
    return XT_OK;
}

static const struct xt_job_kind kinds[] = {
    {.name = "test.good", .run = run_good},
    {.name = "test.bad", .run = run_bad},
    {.name = "test.slow", .run = run_slow},
    {.name = NULL},
};
static const struct xt_job_kind timed_kinds[] = {
    {.name = "test.timed", .every_s = 3600, .run = run_timed},
    {.name = NULL},
};
static const struct xt_room test_room = {.name = "test", .jobs = kinds};
static const struct xt_room timed_room = {.name = "timed", .jobs = timed_kinds};
static const struct xt_room *const plain_rooms[] = {&xt_room_job, &test_room, NULL};
static const struct xt_room *const timed_rooms[] = {&xt_room_job, &test_room, &timed_room, NULL};

/* ---- the fixture ---- */

static int set_up(void **state)
{
    struct fixture *f = xt_calloc(1, sizeof(*f));
    struct xt_store_options options = {.url = f->path, .create = true};

    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/xt-job-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof(f->path), "%s/node.db", f->folder);
    f->node.data = f->folder;
    f->node.rooms = plain_rooms;
    assert_int_equal(xt_store_open(&options, &f->node.store, NULL), XT_OK);
    assert_int_equal(xt_store_migrate(f->node.store, "job", NULL), XT_OK);
    assert_int_equal(xt_room_job.open(&f->node, NULL), XT_OK);
    runs_of_good = runs_of_timed = runs_of_slow = 0;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-turn"};
    struct fixture *f = *state;
    char path[128];

    xt_room_job.stop(&f->node);
    xt_room_job.close(&f->node);
    xt_store_close(&f->node.store);
    for (size_t i = 0; i < XT_COUNT(suffixes); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", f->path, suffixes[i]);
        (void)unlink(path);
    }
    (void)rmdir(f->folder);
    free(f);
    return 0;
}

static void exec(struct fixture *f, const struct xt_stmt_def *def, xt_id id)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;

    assert_int_equal(xt_tx_begin(f->node.store, &tx, NULL), XT_OK);
    {
        XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;

        assert_int_equal(xt_stmt_take(xt_tx_conn(tx), def, &stmt, NULL), XT_OK);
        xt_bind_int(stmt, 1, id);
        assert_int_equal(xt_stmt_run(stmt, NULL, NULL), XT_OK);
    }
    assert_int_equal(xt_tx_commit(&tx, NULL), XT_OK);
}

static const struct xt_stmt_def KEY_OF = {.name = "test_key_of", .sql = "SELECT key FROM job WHERE id = $1"};

static void find(struct fixture *f, xt_id id, struct xt_arena *arena, struct job_row *out)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool row;

    assert_int_equal(xt_read_begin(f->node.store, 1000, &read, NULL), XT_OK);
    assert_int_equal(xt_stmt_take(xt_read_conn(read), &KEY_OF, &stmt, NULL), XT_OK);
    xt_bind_int(stmt, 1, id);
    assert_int_equal(xt_stmt_step(stmt, &row, NULL), XT_OK);
    assert_true(row);
    assert_int_equal(xt_job_sql_find(xt_read_conn(read), xt_col_str(stmt, 0), arena, out, &row, NULL), XT_OK);
    assert_true(row);
}

static bool is_state(struct fixture *f, xt_id id, const char *state)
{
    struct xt_arena arena;
    struct job_row row;
    bool same;

    xt_arena_init(&arena);
    find(f, id, &arena, &row);
    same = xt_str_is(row.state, state);
    xt_arena_done(&arena);
    return same;
}

static void wait_for_state(struct fixture *f, xt_id id, const char *state)
{
    for (int i = 0; i < 10000 && !is_state(f, id, state); i++)
        (void)usleep(1000);
    assert_true(is_state(f, id, state));
}

/* ---- in this thread ---- */

static void begun_job_has_a_row_that_runs_and_ends(void **state)
{
    struct fixture *f = *state;
    struct xt_job *job = NULL;
    struct xt_arena arena;
    struct job_row row;

    xt_arena_init(&arena);
    assert_int_equal(xt_job_begin(&f->node, "import", XT_STR("{\"file\":\"a.csv\"}"), &job, NULL), XT_OK);
    assert_true(xt_str_is(xt_job_input(job), "{\"file\":\"a.csv\"}"));
    assert_true(is_state(f, 1, "running"));
    assert_true(xt_job_progress(job, 10, 100, "row"));
    assert_true(xt_job_progress(job, 20, 100, "row")); /* within a second: not written */
    find(f, 1, &arena, &row);
    assert_int_equal(row.done, 10);
    assert_int_equal(row.total, 100);
    assert_true(xt_str_is(row.unit, "row"));
    assert_true(row.lease_until > xt_now() + 20 * XT_SECOND);
    xt_job_end(&job, NULL, XT_STR("{\"stored\":7}"));
    assert_null(job);
    find(f, 1, &arena, &row);
    assert_true(xt_str_is(row.state, "done"));
    assert_true(xt_str_is(row.result, "{\"stored\":7}"));
    assert_true(row.ended_at >= row.started_at && row.started_at >= row.created_at && row.attempts == 1);
    xt_arena_done(&arena);
}

static void failure_is_kept_for_both_languages(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_text_done) struct xt_text words = {0};
    struct xt_job *job = NULL;
    struct xt_error failure = {0};
    struct xt_error read_back;
    struct xt_arena arena;
    struct job_row row;

    xt_arena_init(&arena);
    xt_text_init(&words, 1000);
    (void)xt_fail(&failure, XT_E_INPUT, "file", XT_MSG_NOT_IN_LIST, XT_TEXT("引\"号"), XT_TEXT("area"));
    assert_int_equal(xt_job_begin(&f->node, "import", XT_STR(""), &job, NULL), XT_OK);
    xt_job_end(&job, &failure, XT_STR(""));
    find(f, 1, &arena, &row);
    assert_true(xt_str_is(row.state, "failed"));
    assert_true(xt_job_error_read(row.failure, &read_back));
    assert_int_equal(read_back.code, XT_E_INPUT);
    assert_string_equal(read_back.field, "file");
    xt_error_say(&read_back, XT_EN, &words);
    assert_string_equal(words.s, "code \"引\"号\" is not in the list \"area\"");
    assert_true(xt_job_error_read(XT_STR("{\"code\":\"new\",\"msg\":\"of-a-later-version\"}"), &read_back));
    assert_int_equal(read_back.msg, XT_MSG_INTERNAL);
    assert_false(xt_job_error_read(XT_STR("nonsense"), &read_back));
    xt_arena_done(&arena);
}

static void cancelled_job_is_told_and_stays_cancelled(void **state)
{
    struct fixture *f = *state;
    struct xt_job *job = NULL;
    struct xt_error err = {0};
    struct xt_arena arena;
    struct job_row row;

    xt_arena_init(&arena);
    assert_int_equal(xt_job_begin(&f->node, "import", XT_STR(""), &job, NULL), XT_OK);
    find(f, 1, &arena, &row);
    assert_int_equal(xt_job_cancel(&f->node, row.key, NULL), XT_OK);
    assert_false(xt_job_progress(job, 1, 2, "row"));
    xt_job_end(&job, NULL, XT_STR(""));
    assert_true(is_state(f, 1, "cancelled"));
    assert_int_equal(xt_job_cancel(&f->node, row.key, &err), XT_E_CONFLICT);
    assert_int_equal(xt_job_cancel(&f->node, XT_STR("01ARZ3NDEKTSV4RRFFQ69G5FAV"), &err), XT_E_NOT_FOUND);
    xt_arena_done(&arena);
}

static void limits_and_unknown_kinds_are_refused(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_free_ptr) char *large = xt_calloc(1, XT_JOB_TEXT_MAX + 1);
    struct xt_error err = {0};
    xt_id id;

    assert_int_equal(xt_job_add(&f->node, "no.such", XT_STR(""), &id, &err), XT_E_INPUT);
    assert_int_equal(err.msg, XT_MSG_JOB_UNKNOWN_KIND);
    memset(large, 'x', XT_JOB_TEXT_MAX + 1);
    assert_int_equal(xt_job_add(&f->node, "test.good", (struct xt_str){large, XT_JOB_TEXT_MAX + 1}, &id, &err),
                     XT_E_TOO_LARGE);
}

/* ---- workers ---- */

static void queued_jobs_run(void **state)
{
    struct fixture *f = *state;
    struct xt_arena arena;
    struct job_row row;
    xt_id good, bad;

    xt_arena_init(&arena);
    assert_int_equal(xt_job_add(&f->node, "test.good", XT_STR("{\"n\":1}"), &good, NULL), XT_OK);
    assert_true(is_state(f, good, "queued"));
    assert_int_equal(xt_room_job.start(&f->node, NULL), XT_OK);
    assert_int_equal(xt_job_add(&f->node, "test.bad", XT_STR(""), &bad, NULL), XT_OK);
    wait_for_state(f, good, "done");
    wait_for_state(f, bad, "failed");
    assert_string_equal(seen_input, "{\"n\":1}");
    find(f, good, &arena, &row);
    assert_int_equal(row.done, 3);
    assert_int_equal(row.total, 7);
    assert_int_equal(runs_of_good, 1);
    xt_arena_done(&arena);
}

static void stopping_puts_a_running_job_back(void **state)
{
    struct fixture *f = *state;
    struct xt_arena arena;
    struct job_row row;
    xt_id id;

    xt_arena_init(&arena);
    assert_int_equal(xt_room_job.start(&f->node, NULL), XT_OK);
    assert_int_equal(xt_job_add(&f->node, "test.slow", XT_STR(""), &id, NULL), XT_OK);
    wait_for_state(f, id, "running");
    while (runs_of_slow == 0)
        (void)usleep(1000);
    xt_room_job.stop(&f->node);
    assert_true(is_state(f, id, "queued"));
    find(f, id, &arena, &row);
    assert_int_equal(row.attempts, 0);
    assert_int_equal(xt_room_job.start(&f->node, NULL), XT_OK); /* and it is taken up again */
    wait_for_state(f, id, "running");
    assert_int_equal(xt_job_cancel(&f->node, row.key, NULL), XT_OK);
    xt_room_job.stop(&f->node);
    assert_true(is_state(f, id, "cancelled"));
    xt_arena_done(&arena);
}

static void kinds_that_are_due_run_once(void **state)
{
    static const struct xt_stmt_def LONG_AGO = {
        .name = "test_long_ago",
        .sql = "UPDATE job SET created_at = created_at - 3600000000 WHERE id = $1",
    };
    struct fixture *f = *state;

    f->node.rooms = timed_rooms;
    assert_int_equal(xt_room_job.start(&f->node, NULL), XT_OK);
    while (runs_of_timed == 0)
        (void)usleep(1000);
    wait_for_state(f, 1, "done");
    (void)usleep(1200000); /* more than a look of the workers */
    assert_int_equal(runs_of_timed, 1);
    exec(f, &LONG_AGO, 1);
    for (int i = 0; i < 10000 && runs_of_timed < 2; i++)
        (void)usleep(1000);
    assert_int_equal(runs_of_timed, 2);
}

static const struct xt_stmt_def LOSE_LEASE = {
    .name = "test_lose_lease",
    .sql = "UPDATE job SET lease_until = 1, runner = 'gone' WHERE id = $1",
};
static const struct xt_stmt_def MANY_ATTEMPTS = {
    .name = "test_many_attempts",
    .sql = "UPDATE job SET attempts = 3, lease_until = 1, runner = 'gone' WHERE id = $1",
};

static void lost_lease_fails_or_is_retaken(void **state)
{
    struct fixture *f = *state;
    struct xt_job *alone = NULL, *known = NULL, *tired = NULL;
    struct xt_error failure;
    struct xt_arena arena;
    struct job_row row;

    xt_arena_init(&arena);
    assert_int_equal(xt_job_begin(&f->node, "import", XT_STR(""), &alone, NULL), XT_OK);
    assert_int_equal(xt_job_begin(&f->node, "test.good", XT_STR(""), &known, NULL), XT_OK);
    assert_int_equal(xt_job_begin(&f->node, "test.good", XT_STR(""), &tired, NULL), XT_OK);
    exec(f, &LOSE_LEASE, 1);
    exec(f, &LOSE_LEASE, 2);
    exec(f, &MANY_ATTEMPTS, 3);
    assert_int_equal(xt_room_job.start(&f->node, NULL), XT_OK);
    wait_for_state(f, 1, "failed"); /* nothing can run it by itself */
    wait_for_state(f, 2, "done");
    wait_for_state(f, 3, "failed"); /* it has been tried often enough */
    find(f, 1, &arena, &row);
    assert_true(xt_job_error_read(row.failure, &failure));
    assert_int_equal(failure.msg, XT_MSG_JOB_LEASE_LOST);
    find(f, 2, &arena, &row);
    assert_int_equal(row.attempts, 2);
    assert_int_equal(runs_of_good, 1);
    /* The one who lost it is told, and cannot change how it ended. */
    assert_false(xt_job_progress(known, 99, 99, "row"));
    xt_job_end(&known, NULL, XT_STR("{\"late\":true}"));
    xt_job_end(&alone, NULL, XT_STR(""));
    xt_job_end(&tired, NULL, XT_STR(""));
    assert_true(is_state(f, 1, "failed"));
    find(f, 2, &arena, &row);
    assert_int_equal(row.result.n, 0);
    xt_arena_done(&arena);
}

/* ---- routes ---- */

static json_t *get(struct fixture *f, const struct xt_route *route, const struct xt_pair *params, size_t count,
                   bool admin, enum xt_code *out_rc)
{
    struct xt_reply reply = {0};
    struct xt_arena arena;
    struct xt_request request = {
        .node = &f->node, .route = route, .params = params, .param_count = count, .lang = XT_EN, .arena = &arena};
    json_t *tree = NULL;

    request.actor.may[XT_MAY_ADMIN] = admin;
    xt_arena_init(&arena);
    xt_text_init(&reply.body, XT_MIB);
    *out_rc = route->handle(&request, &reply, NULL);
    if (*out_rc == XT_OK)
        assert_int_equal(xt_json_parse(xt_text_view(&reply.body), &tree, NULL), XT_OK);
    xt_text_done(&reply.body);
    xt_arena_done(&arena);
    return tree;
}

#define PAIR(key, text) ((struct xt_pair){.name = XT_STR(key), .value = {text, strlen(text)}})

static void jobs_are_listed_in_pages(void **state)
{
    struct fixture *f = *state;
    enum xt_code rc;
    json_t *first, *second;
    char before[XT_ULID_SIZE];
    xt_id id;

    for (int i = 0; i < 5; i++)
        assert_int_equal(xt_job_add(&f->node, i == 2 ? "test.bad" : "test.good", XT_STR(""), &id, NULL), XT_OK);
    {
        const struct xt_pair params[] = {PAIR("limit", "2"), PAIR("kind", "test.good"), PAIR("state", "queued")};

        first = get(f, &xt_job_routes[0], params, 3, false, &rc);
    }
    assert_int_equal(rc, XT_OK);
    assert_int_equal(json_array_size(xt_json_get(first, "items")), 2);
    (void)snprintf(before, sizeof(before), "%s", xt_json_z(json_array_get(xt_json_get(first, "items"), 1), "key", ""));
    assert_non_null(strstr(xt_json_z(first, "next", ""), before));
    assert_non_null(strstr(xt_json_z(first, "next", ""), "&kind=test.good&state=queued"));
    {
        const struct xt_pair params[] = {PAIR("limit", "2"), PAIR("kind", "test.good"), PAIR("before", before)};

        second = get(f, &xt_job_routes[0], params, 3, false, &rc);
    }
    assert_int_equal(json_array_size(xt_json_get(second, "items")), 2);
    assert_null(xt_json_get(second, "next"));
    json_decref(first);
    json_decref(second);
    {
        const struct xt_pair params[] = {PAIR("before", "01ARZ3NDEKTSV4RRFFQ69G5FAV")};

        assert_null(get(f, &xt_job_routes[0], params, 1, false, &rc));
        assert_int_equal(rc, XT_E_INPUT);
    }
}

static void reasons_are_for_administrators(void **state)
{
    struct fixture *f = *state;
    struct xt_error failure;
    struct xt_job *job = NULL;
    struct xt_arena arena;
    struct job_row row;

    xt_arena_init(&arena);
    (void)xt_fail(&failure, XT_E_INPUT, "file", XT_MSG_FILE_OPEN, XT_TEXT("/home/someone/a.csv"), XT_TEXT("gone"));
    assert_int_equal(xt_job_begin(&f->node, "import", XT_STR(""), &job, NULL), XT_OK);
    xt_job_end(&job, &failure, XT_STR("{\"n\":1}"));
    find(f, 1, &arena, &row);
    for (int admin = 0; admin < 2; admin++) {
        const struct xt_pair params[] = {{XT_STR("key"), row.key}};
        enum xt_code rc;
        json_t *tree = get(f, &xt_job_routes[1], params, 1, admin, &rc);
        const json_t *told = xt_json_get(tree, "failure");

        assert_int_equal(rc, XT_OK);
        assert_string_equal(xt_json_z(told, "code", ""), "input");
        assert_int_equal(xt_json_get(told, "message") != NULL, admin);
        assert_int_equal(xt_json_get(tree, "result") != NULL, admin);
        json_decref(tree);
    }
    xt_arena_done(&arena);
}

static void figures_by_state(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    xt_id id;

    xt_text_init(&out, XT_KIB);
    assert_int_equal(xt_job_add(&f->node, "test.good", XT_STR(""), &id, NULL), XT_OK);
    xt_room_job.metrics(&f->node, &out);
    assert_non_null(strstr(out.s, "xietong_jobs{state=\"queued\"} 1\n"));
    assert_non_null(strstr(out.s, "xietong_jobs{state=\"failed\"} 0\n"));
}

static void command_lists_and_cancels(void **state)
{
    struct fixture *f = *state;
    struct xt_error err = {0};
    struct xt_arena arena;
    struct job_row row;
    struct xt_pair option = {.name = XT_STR("cancel")};
    struct xt_cli cli = {.node = &f->node, .lang = XT_EN};
    xt_id id;

    xt_arena_init(&arena);
    assert_int_equal(xt_job_add(&f->node, "test.good", XT_STR(""), &id, NULL), XT_OK);
    find(f, id, &arena, &row);
    assert_int_equal(xt_job_commands[0].run(&cli, &err), 0);
    option.value = row.key;
    cli.options = &option;
    cli.option_count = 1;
    assert_int_equal(xt_job_commands[0].run(&cli, &err), 0);
    assert_true(is_state(f, id, "cancelled"));
    assert_int_equal(xt_job_commands[0].run(&cli, &err), 2);
    assert_int_equal(err.msg, XT_MSG_JOB_ENDED);
    option = (struct xt_pair){XT_STR("limit"), XT_STR("0")};
    assert_int_equal(xt_job_commands[0].run(&cli, &err), 2);
    assert_int_equal(err.code, XT_E_INPUT);
    xt_arena_done(&arena);
}

static void schemas_are_json(void **state)
{
    (void)state;
    for (const struct xt_schema *schema = xt_job_schemas; schema->name; schema++) {
        XT_AUTO(xt_json_unref) json_t *tree = NULL;

        assert_int_equal(xt_json_parse(xt_str(schema->json), &tree, NULL), XT_OK);
    }
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH(begun_job_has_a_row_that_runs_and_ends),
        WITH(failure_is_kept_for_both_languages),
        WITH(cancelled_job_is_told_and_stays_cancelled),
        WITH(limits_and_unknown_kinds_are_refused),
        WITH(queued_jobs_run),
        WITH(stopping_puts_a_running_job_back),
        WITH(kinds_that_are_due_run_once),
        WITH(lost_lease_fails_or_is_retaken),
        WITH(jobs_are_listed_in_pages),
        WITH(reasons_are_for_administrators),
        WITH(figures_by_state),
        WITH(command_lists_and_cancels),
        cmocka_unit_test(schemas_are_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
