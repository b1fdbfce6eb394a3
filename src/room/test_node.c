#include "room/node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct xt_room *const rooms[] = {NULL};
static char folder[64];
static char data[128];

static int make_folder(void **state)
{
    (void)state;
    memcpy(folder, "/tmp/xietong-node-XXXXXX", sizeof "/tmp/xietong-node-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(data, sizeof data, "%s/a/b", folder);
    return 0;
}

static int remove_folder(void **state)
{
    char command[160];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static enum xt_code make(const char *name, struct xt_node_made *made, struct xt_error *err)
{
    const struct xt_node_options options = {.data = data, .rooms = rooms};

    return xt_node_make(&options, name, made, err);
}

static void write_file(const char *name, const char *text)
{
    char path[256];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", data, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void made_once_and_opened(void **state)
{
    const struct xt_node_options options = {.data = data, .rooms = rooms};
    struct xt_node_made made;
    struct xt_node *node = NULL;
    struct xt_error err;
    struct stat info;

    (void)state;
    assert_int_equal(make("a.example.cn", &made, &err), XT_OK);
    assert_false(made.existed);
    assert_int_equal(stat(data, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(make("b.example.cn", &made, &err), XT_OK);
    assert_true(made.existed);
    assert_string_equal(made.name, "a.example.cn");

    assert_int_equal(xt_node_open(&options, &node, &err), XT_OK);
    assert_string_equal(node->name, "a.example.cn");
    assert_string_equal(node->zone, "Asia/Shanghai");
    assert_int_equal(node->minutes_east, 480);
    assert_non_null(node->store);
    xt_node_close(&node);
    assert_null(node);
}

static void names_are_invented(void **state)
{
    struct xt_node_made made;
    struct xt_error err;

    (void)state;
    assert_int_equal(make(NULL, &made, &err), XT_OK);
    assert_true(xt_str_starts(xt_str(made.name), "xietong-"));
    assert_true(xt_str_ends(xt_str(made.name), ".local"));
}

static void bad_names_are_refused(void **state)
{
    static const char *const names[] = {"", "A.b", "a..b", ".a", "a.", "-a", "a-", "a-.b", "a b", "a/b", "中文"};
    struct xt_node_made made;
    struct xt_error err;

    (void)state;
    for (size_t i = 0; i < XT_COUNT(names); i++) {
        assert_int_equal(make(names[i], &made, &err), XT_E_INPUT);
        assert_int_equal(err.msg, XT_MSG_NODE_NAME);
    }
    assert_int_not_equal(access(data, F_OK), 0);
}

static void foreign_folders_are_refused(void **state)
{
    struct xt_node_made made;
    struct xt_error err;

    (void)state;
    assert_int_equal(make(NULL, &made, &err), XT_OK);
    (void)snprintf(data, sizeof data, "%s/other", folder);
    assert_int_equal(mkdir(data, 0700), 0);
    write_file("thesis.doc", "x");
    assert_int_equal(make(NULL, &made, &err), XT_E_CONFLICT);
    assert_int_equal(err.msg, XT_MSG_NODE_FOREIGN);
}

static void what_is_no_node_is_not_opened(void **state)
{
    const struct xt_node_options options = {.data = data, .rooms = rooms};
    struct xt_node *node = NULL;
    struct xt_error err;

    (void)state;
    assert_int_equal(xt_node_open(&options, &node, &err), XT_E_NOT_FOUND);
    assert_int_not_equal(access(data, F_OK), 0);
}

static void a_broken_file_is_said(void **state)
{
    static const char *const texts[] = {"", "{", "[]", "{\"name\":7}", "{\"name\":\"a b\"}"};
    const struct xt_node_options options = {.data = data, .rooms = rooms};
    struct xt_node_made made;
    struct xt_node *node = NULL;
    struct xt_error err;

    (void)state;
    assert_int_equal(make(NULL, &made, &err), XT_OK);
    for (size_t i = 0; i < XT_COUNT(texts); i++) {
        write_file("node.json", texts[i]);
        assert_int_equal(xt_node_open(&options, &node, &err), XT_E_CONFLICT);
        assert_int_equal(err.msg, XT_MSG_NODE_BROKEN);
    }
}

static void a_making_cut_short_is_made_anew(void **state)
{
    struct xt_node_made made;
    struct xt_error err;
    char path[256];

    (void)state;
    assert_int_equal(make(NULL, &made, &err), XT_OK);
    (void)snprintf(path, sizeof path, "%s/node.json", data);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(make("c.example.cn", &made, &err), XT_OK);
    assert_false(made.existed);
}

static void the_sample_is_noted(void **state)
{
    struct xt_node_made made;
    struct xt_error err;

    (void)state;
    assert_int_equal(make(NULL, &made, &err), XT_OK);
    assert_int_equal(xt_node_note_sample(data, XT_SAMPLE_BEGUN, &err), XT_OK);
    assert_int_equal(make(NULL, &made, &err), XT_OK);
    assert_int_equal(made.sample, XT_SAMPLE_BEGUN);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(made_once_and_opened),
        TEST(names_are_invented),
        TEST(bad_names_are_refused),
        TEST(foreign_folders_are_refused),
        TEST(what_is_no_node_is_not_opened),
        TEST(a_broken_file_is_said),
        TEST(a_making_cut_short_is_made_anew),
        TEST(the_sample_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
