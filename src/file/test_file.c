/* Files: stored once, whole or not at all, and gone when nothing uses them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "file/file_priv.h"

struct fixture {
    char folder[64];
    struct xt_node node;
    struct xt_arena arena;
};

static void open_node(struct fixture *f, bool read_only)
{
    char path[128];
    const struct xt_store_options options = {.url = path, .create = !read_only, .read_only = read_only};

    (void)snprintf(path, sizeof(path), "%s/node.db", f->folder);
    f->node.data = f->folder;
    f->node.read_only = read_only;
    assert_int_equal(xt_store_open(&options, &f->node.store, NULL), XT_OK);
    assert_int_equal(xt_store_migrate(f->node.store, "file", NULL), XT_OK);
    assert_int_equal(xt_room_file.open(&f->node, NULL), XT_OK);
}

static void close_node(struct fixture *f)
{
    xt_room_file.close(&f->node);
    xt_store_close(&f->node.store);
}

static int set_up_folder(void **state)
{
    struct fixture *f = xt_calloc(1, sizeof(*f));

    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/xt-file-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    xt_arena_init(&f->arena);
    *state = f;
    return 0;
}

static int set_up(void **state)
{
    (void)set_up_folder(state);
    open_node(*state, false);
    return 0;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    close_node(f);
    xt_arena_done(&f->arena);
    assert_int_equal(nftw(f->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
    free(f);
    return 0;
}

static size_t count_tmp(struct fixture *f)
{
    char path[128];
    size_t n = 0;
    DIR *dir;

    (void)snprintf(path, sizeof(path), "%s/files/tmp", f->folder);
    dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        n += entry->d_name[0] != '.';
    assert_int_equal(closedir(dir), 0);
    return n;
}

static const char *stored(struct fixture *f, const struct xt_hash *hash)
{
    const char *path = NULL;

    return xt_file_path(f->node.files, hash, &f->arena, &path, NULL) == XT_OK ? path : NULL;
}

static void make_old(const char *path, int64_t age_s)
{
    const struct timespec at = {.tv_sec = xt_now() / XT_SECOND - age_s};

    assert_int_equal(utimensat(AT_FDCWD, path, (const struct timespec[]){at, at}, 0), 0);
}

static void use(struct fixture *f, const struct xt_hash *hash, int64_t size)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    xt_id id;

    assert_int_equal(xt_tx_begin(f->node.store, &tx, NULL), XT_OK);
    assert_int_equal(xt_file_use(tx, hash, size, XT_STR("示例.csv"), &id, NULL), XT_OK);
    assert_true(id > 0);
    assert_int_equal(xt_tx_commit(&tx, NULL), XT_OK);
}

/* ---- storing ---- */

static void bytes_are_found_by_their_hash(void **state)
{
    struct fixture *f = *state;
    struct xt_hash hash;
    struct xt_hash expected = xt_hash_of("abc", 3);
    char content[8] = {0};
    FILE *file;

    assert_int_equal(xt_file_put(f->node.files, "abc", 3, &hash, NULL), XT_OK);
    assert_memory_equal(hash.bytes, expected.bytes, sizeof(hash.bytes));
    assert_non_null(strstr(stored(f, &hash), "/files/ba/7816bf8f01cfea41"));
    file = fopen(stored(f, &hash), "rb");
    assert_non_null(file);
    assert_int_equal(fread(content, 1, sizeof(content), file), 3);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(content, "abc");
    assert_int_equal(xt_file_put(f->node.files, "", 0, &hash, NULL), XT_OK);
    assert_non_null(stored(f, &hash));
    assert_int_equal(count_tmp(f), 0);
}

static void equal_content_is_stored_once(void **state)
{
    struct fixture *f = *state;
    struct xt_hash first, second;
    struct stat before, after;

    assert_int_equal(xt_file_put(f->node.files, "abc", 3, &first, NULL), XT_OK);
    make_old(stored(f, &first), 2 * FILE_ORPHAN_S);
    assert_int_equal(stat(stored(f, &first), &before), 0);
    assert_int_equal(xt_file_put(f->node.files, "abc", 3, &second, NULL), XT_OK);
    assert_int_equal(stat(stored(f, &second), &after), 0);
    assert_true(before.st_ino == after.st_ino);
    assert_true(after.st_mtime > before.st_mtime); /* young again: the daily job leaves it */
    assert_int_equal(truncate(stored(f, &first), 1), 0);
    assert_int_equal(xt_file_put(f->node.files, "abc", 3, &second, NULL), XT_OK); /* mends the damaged one */
    assert_int_equal(stat(stored(f, &second), &after), 0);
    assert_int_equal(after.st_size, 3);
    assert_int_equal(count_tmp(f), 0);
}

static void paths_limits_and_absent_files(void **state)
{
    struct fixture *f = *state;
    struct xt_error err = {0};
    struct xt_hash hash, again;
    struct xt_hash nothing = {{1}};
    const char *path;
    int64_t size = 0;

    assert_int_equal(xt_file_put(f->node.files, "0123456789", 10, &hash, NULL), XT_OK);
    assert_int_equal(xt_file_put_path(f->node.files, stored(f, &hash), 10, &again, &size, NULL), XT_OK);
    assert_int_equal(size, 10);
    assert_memory_equal(hash.bytes, again.bytes, sizeof(hash.bytes));
    assert_int_equal(xt_file_put_path(f->node.files, stored(f, &hash), 9, &again, &size, &err), XT_E_TOO_LARGE);
    assert_int_equal(err.args[0].i, 9);
    assert_int_equal(xt_file_put_path(f->node.files, "/no/such/file", 0, &again, &size, &err), XT_E_NOT_FOUND);
    assert_int_not_equal(xt_file_put_path(f->node.files, f->folder, 0, &again, &size, &err), XT_OK);
    assert_int_equal(xt_file_path(f->node.files, &nothing, &f->arena, &path, &err), XT_E_NOT_FOUND);
    assert_int_equal(err.msg, XT_MSG_FILE_GONE);
    assert_int_equal(count_tmp(f), 0);
}

static void reading_node_stores_nothing(void **state)
{
    struct fixture *f = *state;
    struct xt_hash hash;

    assert_int_equal(xt_file_put(f->node.files, "abc", 3, &hash, NULL), XT_OK);
    close_node(f);
    open_node(f, true);
    assert_non_null(stored(f, &hash));
    assert_int_equal(xt_file_put(f->node.files, "abd", 3, &hash, NULL), XT_E_DENIED);
}

static void too_long_a_name_is_refused(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct xt_hash hash = {{0}};
    char name[XT_FILE_NAME_MAX + 1];
    xt_id id;

    memset(name, 'x', sizeof(name));
    assert_int_equal(xt_tx_begin(f->node.store, &tx, NULL), XT_OK);
    assert_int_equal(xt_file_use(tx, &hash, 1, (struct xt_str){name, sizeof(name)}, &id, NULL), XT_E_INPUT);
    assert_int_equal(xt_file_use(tx, &hash, 1, (struct xt_str){name, sizeof(name) - 1}, &id, NULL), XT_OK);
}

/* ---- tidying and checking ---- */

static void only_old_and_unused_files_go(void **state)
{
    struct fixture *f = *state;
    struct xt_hash young, old, used;
    char left_over[160];
    char foreign[160];
    int64_t removed = -1;
    int fd;

    assert_int_equal(xt_file_put(f->node.files, "young", 5, &young, NULL), XT_OK);
    assert_int_equal(xt_file_put(f->node.files, "old", 3, &old, NULL), XT_OK);
    assert_int_equal(xt_file_put(f->node.files, "used", 4, &used, NULL), XT_OK);
    use(f, &used, 4);
    make_old(stored(f, &old), FILE_ORPHAN_S + 60);
    make_old(stored(f, &used), FILE_ORPHAN_S + 60);
    (void)snprintf(left_over, sizeof(left_over), "%s/files/tmp/01ARZ3NDEKTSV4RRFFQ69G5FAV", f->folder);
    (void)snprintf(foreign, sizeof(foreign), "%s/files/tmp/notes.txt", f->folder);
    for (int i = 0; i < 2; i++) {
        fd = open(i ? foreign : left_over, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(close(fd), 0);
        make_old(i ? foreign : left_over, FILE_ORPHAN_S + 60);
    }
    assert_int_equal(xt_file_tidy(&f->node, NULL, FILE_ORPHAN_S, &removed, NULL), XT_OK);
    assert_int_equal(removed, 2);
    assert_non_null(stored(f, &young));
    assert_non_null(stored(f, &used));
    assert_null(stored(f, &old));
    assert_int_equal(access(left_over, F_OK), -1);
    assert_int_equal(access(foreign, F_OK), 0); /* not ours */
}

static void check_names_what_is_gone_or_damaged(void **state)
{
    struct fixture *f = *state;
    struct xt_problems problems;
    struct xt_hash good, gone, damaged;
    FILE *file;

    xt_problems_init(&problems);
    assert_int_equal(xt_file_put(f->node.files, "good", 4, &good, NULL), XT_OK);
    assert_int_equal(xt_file_put(f->node.files, "gone", 4, &gone, NULL), XT_OK);
    assert_int_equal(xt_file_put(f->node.files, "damaged", 7, &damaged, NULL), XT_OK);
    use(f, &good, 4);
    use(f, &good, 4);
    use(f, &gone, 4);
    use(f, &damaged, 7);
    assert_int_equal(xt_room_file.check(&f->node, &problems, NULL), XT_OK);
    assert_int_equal(problems.seen, 0);
    assert_int_equal(unlink(stored(f, &gone)), 0);
    file = fopen(stored(f, &damaged), "r+b");
    assert_non_null(file);
    assert_true(fputs("D", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(xt_room_file.check(&f->node, &problems, NULL), XT_OK);
    assert_int_equal(problems.seen, 2);
    xt_problems_done(&problems);
}

/* ---- sudden death ---- */

/* In a child: stores file after file, noting each in a row, until it is killed. */
static void store_on(struct fixture *f, int round)
{
    char content[4096];
    struct xt_hash hash;

    open_node(f, false);
    for (int i = 0;; i++) {
        XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
        xt_id id;

        memset(content, 'a' + i % 26, sizeof(content));
        (void)snprintf(content, sizeof(content), "%d %d", round, i);
        if (xt_file_put(f->node.files, content, sizeof(content), &hash, NULL) != XT_OK ||
            xt_tx_begin(f->node.store, &tx, NULL) != XT_OK ||
            xt_file_use(tx, &hash, sizeof(content), XT_STR("x"), &id, NULL) != XT_OK ||
            xt_tx_commit(&tx, NULL) != XT_OK)
            _exit(1);
    }
}

static void kill_9_leaves_every_row_its_whole_file(void **state)
{
    static const struct xt_stmt_def COUNT = {.name = "test_count", .sql = "SELECT count(*) FROM file_use"};
    struct fixture *f = *state;
    int64_t count = 0;

    for (int round = 0; round < 10; round++) {
        struct xt_problems problems;
        int64_t before = count;
        int status;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0)
            store_on(f, round);
        (void)usleep((useconds_t)(30000 + 7919 * round % 40000));
        (void)kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));

        open_node(f, false);
        {
            XT_AUTO(xt_read_end) struct xt_read *read = NULL;

            assert_int_equal(xt_read_begin(f->node.store, 1000, &read, NULL), XT_OK);
            assert_int_equal(xt_query_int(xt_read_conn(read), &COUNT, 0, &count, NULL), XT_OK);
        }
        assert_true(count >= before);
        xt_problems_init(&problems);
        assert_int_equal(xt_room_file.check(&f->node, &problems, NULL), XT_OK);
        assert_int_equal(problems.seen, 0);
        xt_problems_done(&problems);
        assert_true(count_tmp(f) <= (size_t)round + 1);
        close_node(f);
    }
    assert_true(count > 0);
    open_node(f, false); /* for the teardown */
}

int main(void)
{
#define WITH(setup, test) cmocka_unit_test_setup_teardown(test, setup, tear_down)
    const struct CMUnitTest tests[] = {
        WITH(set_up_folder, kill_9_leaves_every_row_its_whole_file),
        WITH(set_up, bytes_are_found_by_their_hash),
        WITH(set_up, equal_content_is_stored_once),
        WITH(set_up, paths_limits_and_absent_files),
        WITH(set_up, reading_node_stores_nothing),
        WITH(set_up, too_long_a_name_is_refused),
        WITH(set_up, only_old_and_unused_files_go),
        WITH(set_up, check_names_what_is_gone_or_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
