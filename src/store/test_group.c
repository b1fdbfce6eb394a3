/* Writing by many threads and processes: groups, order, failure and sudden death. */
#include "store/test_help.h"

#include <signal.h>
#include <sys/wait.h>

#define THREADS 8
#define ROUNDS  60

static const struct xt_stmt_def LAST_NUMBER = {.name = "test_last_number", .sql = "SELECT max(seq) FROM item"};

/* ---- threads ---- */

struct worker {
    pthread_t thread;
    struct xt_store *store;
    int64_t who;
    int64_t seqs[ROUNDS]; /* acknowledged numbers, in the order of acknowledgement; -1 for a failure */
    size_t ours;
};

/* Every third transaction is undone; each other writes two changes. */
static void *work(void *context)
{
    struct worker *w = context;

    for (int i = 0; i < ROUNDS; i++) {
        XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
        int64_t first = 0;
        int64_t second = 0;

        w->seqs[i] = -1;
        if (xt_tx_begin(w->store, &tx, NULL) != XT_OK || add_both(tx, w->who, &first, NULL) != XT_OK ||
            add_both(tx, w->who, &second, NULL) != XT_OK || second != first + 1)
            break;
        if (i % 3 == 2) {
            w->seqs[i] = 0;
            continue;
        }
        if (xt_tx_commit(&tx, NULL) != XT_OK)
            break;
        w->seqs[i] = second;
    }
    return NULL;
}

struct watcher {
    pthread_t thread;
    struct xt_store *store;
    _Atomic bool stop;
    bool saw_half;
    bool went_back;
};

static const struct xt_stmt_def ODD_WRITERS = {
    .name = "test_odd_writers",
    .sql = "SELECT count(*) FROM item WHERE seq > (SELECT seq FROM node_seq)",
};

/* Transactions write items in pairs: a reader that sees an odd number saw half of one. */
static void *watch(void *context)
{
    struct watcher *w = context;
    int64_t before = 0;

    while (!w->stop) {
        int64_t count = read_int(w->store, &COUNT_ITEMS);

        w->saw_half |= count % 2 != 0 || read_int(w->store, &ODD_WRITERS) != 0;
        w->went_back |= count < before;
        before = count;
    }
    return NULL;
}

static void threads_share_commits_and_keep_order(void **state)
{
    struct fixture *f = *state;
    struct worker *workers = xt_calloc(THREADS, sizeof(*workers));
    struct watcher watcher = {.store = f->store};
    struct xt_store_stats before, after;
    int64_t written = THREADS * (ROUNDS - ROUNDS / 3);

    xt_store_stats(f->store, &before);
    assert_int_equal(pthread_create(&watcher.thread, NULL, watch, &watcher), 0);
    for (int i = 0; i < THREADS; i++) {
        workers[i].store = f->store;
        workers[i].who = i;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    watcher.stop = true;
    assert_int_equal(pthread_join(watcher.thread, NULL), 0);
    assert_false(watcher.saw_half);
    assert_false(watcher.went_back);
    for (int i = 0; i < THREADS; i++) {
        int64_t last = 0;

        for (int j = 0; j < ROUNDS; j++) {
            assert_true(workers[i].seqs[j] >= 0);
            if (workers[i].seqs[j] == 0)
                continue;
            assert_true(workers[i].seqs[j] > last);
            last = workers[i].seqs[j];
        }
    }
    /* No gaps: as many numbers as changes were committed, and the chain holds over them. */
    assert_int_equal(verified(f->store), 2 * written);
    assert_int_equal(read_int(f->store, &LAST_NUMBER), 2 * written);
    xt_store_stats(f->store, &after);
    assert_int_equal(after.transactions - before.transactions, written);
    assert_true(after.commits - before.commits < written); /* they did share */
    free(workers);
}

/* ---- a group that fails ---- */

struct member {
    pthread_t thread;
    struct xt_store *store;
    enum xt_code code;
    int64_t seq;
    bool spoil; /* its statement makes the database drop the whole transaction */
};

static const struct xt_stmt_def SPOIL = {
    .name = "test_spoil",
    .sql = "INSERT OR ROLLBACK INTO item (id, who, seq) SELECT id, 0, 0 FROM item LIMIT 1",
};

static void *join_in(void *context)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct member *m = context;

    m->code = xt_tx_begin(m->store, &tx, NULL);
    if (m->code == XT_OK)
        m->code = add_both(tx, 1, &m->seq, NULL);
    if (m->code == XT_OK && m->spoil) {
        m->code = xt_stmt_once(xt_tx_conn(tx), &SPOIL, NULL);
        if (m->code != XT_E_CONFLICT || add_both(tx, 1, &m->seq, NULL) != XT_E_CONFLICT)
            m->code = XT_E_INTERNAL; /* it went on writing outside of any transaction */
        return NULL;
    }
    if (m->code == XT_OK)
        m->code = xt_tx_commit(&tx, NULL);
    return NULL;
}

static size_t queued(struct xt_store *store)
{
    size_t n = 0;

    (void)pthread_mutex_lock(&store->group_lock);
    for (struct waiter *w = store->queue_head; w; w = w->next)
        n++;
    (void)pthread_mutex_unlock(&store->group_lock);
    return n;
}

/* Runs members in one group: they queue in order behind a transaction of this thread. */
static enum xt_code run_in_one_group(struct xt_store *store, struct member *members, size_t count)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    int64_t seq;
    enum xt_code rc;

    assert_int_equal(xt_tx_begin(store, &tx, NULL), XT_OK);
    assert_int_equal(add_both(tx, 0, &seq, NULL), XT_OK);
    for (size_t i = 0; i < count; i++) {
        members[i].store = store;
        assert_int_equal(pthread_create(&members[i].thread, NULL, join_in, &members[i]), 0);
        while (queued(store) <= i)
            (void)usleep(200);
    }
    tx->group->opened_us = xt_monotonic_us(); /* young, however slow this machine is */
    rc = xt_tx_commit(&tx, NULL);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_join(members[i].thread, NULL), 0);
    return rc;
}

static int refuse_commit(void *context)
{
    (void)context;
    return 1;
}

static void failed_commit_fails_all_and_stores_nothing(void **state)
{
    struct fixture *f = *state;
    struct member members[3] = {0};

    assert_int_equal(write_one(f->store, 7), 1);
    (void)sqlite3_commit_hook(f->store->writer.db, refuse_commit, NULL);
    assert_int_not_equal(run_in_one_group(f->store, members, 3), XT_OK);
    for (int i = 0; i < 3; i++)
        assert_int_not_equal(members[i].code, XT_OK);
    (void)sqlite3_commit_hook(f->store->writer.db, NULL, NULL);
    assert_int_equal(read_int(f->store, &COUNT_ITEMS), 1);
    assert_int_equal(verified(f->store), 1);
    assert_int_equal(write_one(f->store, 7), 2); /* the numbers of the failed group are given again */
    assert_int_equal(verified(f->store), 2);
}

static void lost_transaction_fails_the_group_and_only_it(void **state)
{
    struct fixture *f = *state;
    struct member members[3] = {{.spoil = false}, {.spoil = true}, {.spoil = false}};

    assert_int_equal(write_one(f->store, 7), 1);
    assert_int_not_equal(run_in_one_group(f->store, members, 3), XT_OK);
    assert_int_not_equal(members[0].code, XT_OK);
    assert_int_equal(members[1].code, XT_E_CONFLICT);
    assert_int_equal(members[2].code, XT_OK); /* came after the failure: in the next group */
    assert_int_equal(read_int(f->store, &COUNT_ITEMS), 2);
    assert_int_equal(verified(f->store), 2);
}

static void group_of_waiting_threads_is_one_commit(void **state)
{
    struct fixture *f = *state;
    struct member members[3] = {0};
    struct xt_store_stats before, after;

    xt_store_stats(f->store, &before);
    assert_int_equal(run_in_one_group(f->store, members, 3), XT_OK);
    xt_store_stats(f->store, &after);
    assert_int_equal(after.commits - before.commits, 1);
    assert_int_equal(after.transactions - before.transactions, 4);
    for (int i = 0; i < 3; i++) /* whoever asked first wrote first */
        assert_int_equal(members[i].seq, i + 2);
    assert_int_equal(verified(f->store), 4);
}

static void waiting_for_the_turn_ends(void **state)
{
    struct fixture *f = *state;
    struct member late = {.store = f->store};

    f->store->busy_timeout_ms = 30;
    {
        XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;

        assert_int_equal(xt_tx_begin(f->store, &tx, NULL), XT_OK);
        assert_int_equal(pthread_create(&late.thread, NULL, join_in, &late), 0);
        assert_int_equal(pthread_join(late.thread, NULL), 0);
        assert_int_equal(late.code, XT_E_BUSY);
    }
    assert_int_equal(write_one(f->store, 1), 1);
}

/* ---- processes ---- */

/* In a child: writes count transactions (0 = until killed), saying each acknowledged number to fd. */
static void write_on(const char *path, int64_t who, int count, int fd)
{
    struct xt_store *store = open_at(path);

    for (int i = 0; count == 0 || i < count; i++) {
        int64_t seq = write_one(store, who);

        if (seq < 0 || write(fd, &seq, sizeof(seq)) != (ssize_t)sizeof(seq))
            _exit(1);
    }
    xt_store_close(&store);
    _exit(0);
}

static pid_t start_writer(const char *path, int64_t who, int count, int *out_fd)
{
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(ends[0]);
        write_on(path, who, count, ends[1]);
    }
    (void)close(ends[1]);
    *out_fd = ends[0];
    return pid;
}

/* Reads what the writer acknowledged until it ends; returns the last number. */
static int64_t drain(int fd, int64_t *out_count)
{
    int64_t last = 0;
    int64_t seq;

    while (read(fd, &seq, sizeof(seq)) == (ssize_t)sizeof(seq)) {
        assert_true(seq > last);
        last = seq;
        (*out_count)++;
    }
    (void)close(fd);
    return last;
}

static void processes_take_turns(void **state)
{
    struct fixture *f = *state;
    int64_t acknowledged = 0;
    int fds[2];
    pid_t pids[2];
    int status;

    for (int i = 0; i < 2; i++)
        pids[i] = start_writer(f->path, i, 150, &fds[i]);
    for (int i = 0; i < 2; i++) {
        (void)drain(fds[i], &acknowledged);
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    f->store = open_at(f->path);
    assert_int_equal(acknowledged, 300);
    assert_int_equal(verified(f->store), 300);
    assert_int_equal(read_int(f->store, &COUNT_ITEMS), 300);
}

/* Several processes that make one store at the same instant all get it. */
static void processes_make_one_store(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-turn", "-journal"};
    struct fixture *f = *state;
    int status;

    for (int round = 0; round < 10; round++) {
        pid_t pids[4];
        int fds[4];
        int64_t acknowledged = 0;

        for (size_t i = 0; i < XT_COUNT(suffixes); i++)
            remove_file(f->path, suffixes[i]);
        for (int i = 0; i < 4; i++)
            pids[i] = start_writer(f->path, i, 3, &fds[i]);
        for (int i = 0; i < 4; i++) {
            (void)drain(fds[i], &acknowledged);
            assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
            assert_int_equal(status, 0);
        }
        assert_int_equal(acknowledged, 12);
    }
}

/* A process that writes without pause lets another in: it gets its few transactions through while the first runs. */
static void busy_process_does_not_starve_another(void **state)
{
    struct fixture *f = *state;
    int64_t acknowledged = 0;
    int64_t ignored = 0;
    int fds[2];
    int status;
    pid_t busy = start_writer(f->path, 1, 0, &fds[0]);
    pid_t modest = start_writer(f->path, 2, 20, &fds[1]);
    int64_t started = xt_monotonic_us();

    (void)drain(fds[1], &acknowledged);
    assert_int_equal(waitpid(modest, &status, 0), modest);
    assert_int_equal(status, 0);
    assert_int_equal(acknowledged, 20);
    assert_true(xt_monotonic_us() - started < 10000000);
    (void)kill(busy, SIGKILL);
    (void)drain(fds[0], &ignored);
    assert_int_equal(waitpid(busy, &status, 0), busy);
}

static void kill_9_loses_nothing_acknowledged(void **state)
{
    struct fixture *f = *state;
    int64_t acknowledged = 0;

    for (int round = 0; round < 10; round++) {
        int64_t last;
        int status;
        int fd;
        pid_t pid = start_writer(f->path, round, 0, &fd);
        int64_t first;

        assert_int_equal(read(fd, &first, sizeof(first)), sizeof(first)); /* it is at work */
        acknowledged++;
        (void)usleep((useconds_t)(3000 + 7919 * round % 40000));
        (void)kill(pid, SIGKILL);
        last = drain(fd, &acknowledged);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        last = last > first ? last : first;

        f->store = open_at(f->path);
        assert_true(verified(f->store) >= last);
        /* At most the one transaction that was durable but not yet acknowledged. */
        assert_true(verified(f->store) <= last + 1);
        assert_int_equal(read_int(f->store, &COUNT_ITEMS), verified(f->store));
        assert_true(read_int(f->store, &COUNT_ITEMS) >= acknowledged);
        xt_store_close(&f->store);
    }
}

/* Killed while it makes the store, at any moment: the next start makes it whole. */
static void kill_9_while_the_store_is_made(void **state)
{
    struct fixture *f = *state;

    for (int round = 0; round < 25; round++) {
        int status;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
            (void)open_at(f->path);
            _exit(0);
        }
        (void)usleep((useconds_t)(200 * round));
        (void)kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        f->store = open_at(f->path);
        assert_int_equal(write_one(f->store, 1), 1);
        assert_int_equal(verified(f->store), 1);
        xt_store_close(&f->store);
        remove_file(f->path, "");
        remove_file(f->path, "-wal");
        remove_file(f->path, "-shm");
    }
}

static void other_process_is_noticed_within_100_ms(void **state)
{
    struct fixture *f = *state;
    int64_t ignored = 0;
    int status;
    int fd;
    pid_t pid = start_writer(f->path, 1, 1, &fd);
    struct xt_error err;
    int64_t last;

    f->store = open_at(f->path);
    assert_int_equal(xt_seq_wait(f->store, 0, 10000), 1);
    (void)drain(fd, &ignored);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(xt_seq_last(f->store, &last, &err), XT_OK);
    assert_int_equal(last, 1);
    assert_int_equal(write_one(f->store, 1), 2); /* goes on from the other's number */
    assert_int_equal(verified(f->store), 2);
}

int main(void)
{
#define WITH(setup, test) cmocka_unit_test_setup_teardown(test, setup, fixture_close)
    const struct CMUnitTest tests[] = {
        /* Those that fork come first: a child of a program with threads may not do much. */
        WITH(fixture_folder, processes_take_turns),
        WITH(fixture_folder, processes_make_one_store),
        WITH(fixture_folder, busy_process_does_not_starve_another),
        WITH(fixture_folder, kill_9_loses_nothing_acknowledged),
        WITH(fixture_folder, kill_9_while_the_store_is_made),
        WITH(fixture_folder, other_process_is_noticed_within_100_ms),
        WITH(fixture_open, threads_share_commits_and_keep_order),
        WITH(fixture_open, failed_commit_fails_all_and_stores_nothing),
        WITH(fixture_open, lost_transaction_fails_the_group_and_only_it),
        WITH(fixture_open, group_of_waiting_threads_is_one_commit),
        WITH(fixture_open, waiting_for_the_turn_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
