/* The SQLite store: opening and closing, what its errors mean, check and copy. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/store_priv.h"

/* Stands in the file's head, so that another program's database is not taken for ours: "Xiet". */
#define APPLICATION_ID 0x58696574

#define PATH_MAX_BYTES 4096

/* ---- errors ---- */

enum xt_code xt_store_fail(const struct xt_conn *conn, int result, struct xt_error *err)
{
    const struct xt_store *store = conn->store;
    const char *words = conn->db ? sqlite3_errmsg(conn->db) : sqlite3_errstr(result);
    int system_errno = conn->db ? sqlite3_system_errno(conn->db) : 0;

    switch (result & 0xff) {
    case SQLITE_CONSTRAINT:
        return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_STORE_CONSTRAINT, XT_TEXT(words));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_STORE_BUSY, XT_INT(store->busy_timeout_ms));
    case SQLITE_FULL:
        return xt_fail(err, XT_E_FULL, "", XT_MSG_STORE_FULL, XT_TEXT(store->path));
    case SQLITE_CORRUPT:
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_STORE_CORRUPT, XT_TEXT(store->path), XT_TEXT(words));
    case SQLITE_NOTADB:
        return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_STORE_FOREIGN, XT_TEXT(store->path));
    case SQLITE_READONLY:
        return xt_fail(err, XT_E_DENIED, "", XT_MSG_STORE_READ_ONLY);
    case SQLITE_CANTOPEN:
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_STORE_NOT_OPEN, XT_TEXT(store->path),
                       XT_TEXT(system_errno ? strerrordesc_np(system_errno) : words));
    case SQLITE_TOOBIG:
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_STORE_TOO_LARGE);
    case SQLITE_IOERR:
        if (system_errno == ENOSPC || system_errno == EDQUOT)
            return xt_fail(err, XT_E_FULL, "", XT_MSG_STORE_FULL, XT_TEXT(store->path));
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_STORE_IO, XT_TEXT(store->path),
                       XT_TEXT(system_errno ? strerrordesc_np(system_errno) : words));
    default:
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_STORE_IO, XT_TEXT(store->path), XT_TEXT(words));
    }
}

/* ---- a connection ---- */

/* Waits for another process's write, 1 ms at first. Few poll here at a time: see lock_turn() in sqlite_group.c. */
static int wait_busy(void *context, int times)
{
    struct xt_store *store = context;
    int64_t waited_ms = times < 50 ? times : 50 + (int64_t)(times - 50) * 5;

    if (waited_ms >= store->busy_timeout_ms)
        return 0;
    if (times == 0)
        atomic_fetch_add(&store->busy_waits, 1);
    sqlite3_sleep(times < 50 ? 1 : 5);
    return 1;
}

static enum xt_code exec(struct xt_conn *conn, const char *sql, struct xt_error *err)
{
    int result = sqlite3_exec(conn->db, sql, NULL, NULL, NULL);

    return result == SQLITE_OK ? XT_OK : xt_store_fail(conn, result, err);
}

/* One value of a PRAGMA, as a number. */
static enum xt_code pragma_int(struct xt_conn *conn, const char *sql, int64_t *out, struct xt_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int result = sqlite3_prepare_v2(conn->db, sql, -1, &stmt, NULL);

    if (result == SQLITE_OK)
        result = sqlite3_step(stmt);
    if (result == SQLITE_ROW)
        *out = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt); /* repeats result */
    return result == SQLITE_ROW ? XT_OK : xt_store_fail(conn, result, err);
}

/* Reads go through the mapped file and need little cache of their own; the writer keeps what a batch touches.
 * FULL: a commit is on the disk before it is acknowledged. */
static const char COMMON_PRAGMAS[] = "PRAGMA foreign_keys = ON;"
                                     "PRAGMA trusted_schema = OFF;"
                                     "PRAGMA temp_store = MEMORY;"
                                     "PRAGMA mmap_size = 2147418112;"
                                     "PRAGMA synchronous = FULL;";
static const char READER_PRAGMAS[] = "PRAGMA query_only = ON;"
                                     "PRAGMA cache_size = -4096;";
/* A checkpoint each 16 MiB of log; the log's file is cut back to 64 MiB after a long one. */
static const char WRITER_PRAGMAS[] = "PRAGMA cache_size = -32768;"
                                     "PRAGMA wal_autocheckpoint = 4096;"
                                     "PRAGMA journal_size_limit = 67108864;";

enum xt_code xt_store_conn_open(struct xt_store *store, struct xt_conn *conn, bool writer, struct xt_error *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int result;
    enum xt_code rc;

    conn->store = store;
    /* The file is there: make_file() made it. Reading, too, opens it for writing where it may (a WAL reader marks
     * its place in the -shm file); SQLite falls back to reading by itself. */
    result = sqlite3_open_v2(store->path, &conn->db, flags, NULL);
    if (result != SQLITE_OK) {
        rc = xt_store_fail(conn, result, err);
        xt_store_conn_close(conn);
        return rc;
    }
    (void)sqlite3_busy_handler(conn->db, wait_busy, store);
    (void)sqlite3_db_config(conn->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    rc = exec(conn, COMMON_PRAGMAS, err);
    if (rc == XT_OK)
        rc = exec(conn, writer ? WRITER_PRAGMAS : READER_PRAGMAS, err);
    if (rc != XT_OK)
        xt_store_conn_close(conn);
    return rc;
}

void xt_store_conn_close(struct xt_conn *conn)
{
    xt_stmts_free(conn);
    (void)sqlite3_close(conn->db); /* no statement is left that could keep it open; NULL is fine */
    conn->db = NULL;
}

/* ---- opening ---- */

static pthread_once_t sqlite_once = PTHREAD_ONCE_INIT;

static void configure_sqlite(void)
{
    /* Its memory statistics take one lock for all threads at every allocation. Refused when SQLite runs already. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

void xt_store_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attr);
    (void)pthread_condattr_destroy(&attr);
}

void xt_store_after_ms(unsigned ms, struct timespec *out)
{
    (void)clock_gettime(CLOCK_MONOTONIC, out);
    out->tv_sec += ms / 1000;
    out->tv_nsec += (long)(ms % 1000) * 1000000;
    if (out->tv_nsec >= 1000000000) {
        out->tv_nsec -= 1000000000;
        out->tv_sec++;
    }
}

static void sync_folder_of(const char *path)
{
    char *copy = xt_strdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        (void)fsync(fd); /* some file systems cannot sync a folder, and then need not */
        (void)close(fd);
    }
    free(copy);
}

/* Makes the file when it is absent. Never opens one that is there: closing it again would drop the locks another
 * connection of this process holds on it (POSIX). */
static enum xt_code make_file(struct xt_store *store, bool create, struct xt_error *err)
{
    int failed = access(store->path, F_OK) == 0 ? 0 : errno;

    if (failed == ENOENT && !create)
        return xt_fail(err, XT_E_NOT_FOUND, "data", XT_MSG_STORE_NOT_FOUND, XT_TEXT(store->path));
    if (failed == ENOENT) {
        int fd = open(store->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

        failed = fd >= 0 || errno == EEXIST ? 0 : errno; /* another process was quicker: as good */
        if (fd >= 0)
            (void)close(fd);
    }
    if (failed)
        return xt_fail(err, failed == ENOSPC ? XT_E_FULL : XT_E_INTERNAL, "data", XT_MSG_STORE_NOT_OPEN,
                       XT_TEXT(store->path), XT_TEXT(strerrordesc_np(failed)));
    return XT_OK;
}

/* Sets the mark in a file that holds nothing yet. Pages are counted, not bytes: a process killed just here may have
 * left pages that its journal takes back. */
static enum xt_code set_mark(struct xt_conn *conn, struct xt_error *err)
{
    char sql[64];
    int64_t pages = 0;
    enum xt_code rc = pragma_int(conn, "PRAGMA page_count", &pages, err);

    if (rc != XT_OK || pages > 0)
        return rc;
    (void)snprintf(sql, sizeof(sql), "PRAGMA application_id = %d", APPLICATION_ID);
    return exec(conn, sql, err);
}

static enum xt_code check_mark(struct xt_store *store, struct xt_conn *conn, bool create, struct xt_error *err)
{
    int64_t mark = 0;
    enum xt_code rc = create ? set_mark(conn, err) : XT_OK;

    if (rc == XT_OK)
        rc = pragma_int(conn, "PRAGMA application_id", &mark, err);
    if (rc == XT_OK && mark != APPLICATION_ID)
        rc = xt_fail(err, XT_E_CONFLICT, "data", XT_MSG_STORE_FOREIGN, XT_TEXT(store->path));
    return rc;
}

/* Until the file is in WAL mode two processes that make it at once may each hold what the other waits for: SQLite then
 * answers "busy" without asking the busy handler. One of them gives way and comes again. */
static enum xt_code settle_file(struct xt_store *store, bool create, struct xt_error *err)
{
    int64_t until = xt_monotonic_us() + (int64_t)store->busy_timeout_ms * 1000;
    enum xt_code rc;

    for (;;) {
        rc = check_mark(store, &store->writer, create, err);
        if (rc == XT_OK)
            rc = exec(&store->writer, "PRAGMA journal_mode = WAL", err);
        if (rc != XT_E_BUSY || xt_monotonic_us() >= until)
            return rc;
        sqlite3_sleep(1 + (int)(getpid() % 7)); /* not in step with the other */
    }
}

static enum xt_code open_writer(struct xt_store *store, bool create, struct xt_error *err)
{
    char turn_path[PATH_MAX_BYTES + 8];
    enum xt_code rc;

    rc = xt_store_conn_open(store, &store->writer, true, err);
    if (rc == XT_OK)
        rc = settle_file(store, create, err);
    if (rc != XT_OK)
        return rc;
    (void)snprintf(turn_path, sizeof(turn_path), "%s-turn", store->path);
    store->turn_fd = open(turn_path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (store->turn_fd < 0)
        return xt_fail(err, XT_E_INTERNAL, "data", XT_MSG_STORE_NOT_OPEN, XT_TEXT(turn_path),
                       XT_TEXT(strerrordesc_np(errno)));
    return XT_OK;
}

static struct xt_store *store_new(const struct xt_store_options *options)
{
    struct xt_store *store = xt_calloc(1, sizeof(*store));

    store->path = xt_strdup(options->url);
    store->read_only = options->read_only;
    store->readers_max = options->readers ? options->readers : READERS_DEFAULT;
    store->busy_timeout_ms = options->busy_timeout_ms ? options->busy_timeout_ms : BUSY_TIMEOUT_MS;
    store->turn_fd = -1;
    (void)pthread_mutex_init(&store->group_lock, NULL);
    (void)pthread_mutex_init(&store->read_lock, NULL);
    (void)pthread_mutex_init(&store->seq_lock, NULL);
    (void)pthread_mutex_init(&store->watch_lock, NULL);
    xt_store_cond_init(&store->read_free);
    xt_store_cond_init(&store->seq_moved);
    return store;
}

static enum xt_code open_store(struct xt_store *store, bool create, struct xt_error *err)
{
    enum xt_code rc;

    rc = make_file(store, create, err);
    if (rc != XT_OK)
        return rc;
    if (store->read_only) {
        rc = xt_store_conn_open(store, &store->watch, false, err);
        if (rc == XT_OK)
            rc = check_mark(store, &store->watch, false, err);
    } else {
        rc = open_writer(store, create, err);
    }
    if (rc != XT_OK)
        return rc;
    store->bare = true;
    rc = xt_store_migrate(store, "store", err);
    store->bare = false;
    if (rc == XT_OK && create)
        sync_folder_of(store->path);
    return rc;
}

enum xt_code xt_store_open(const struct xt_store_options *options, struct xt_store **out, struct xt_error *err)
{
    struct xt_store *store;
    enum xt_code rc;

    assert(options);
    assert(options->url);
    if (strncmp(options->url, "postgresql:", 11) == 0 || strncmp(options->url, "postgres:", 9) == 0)
        return xt_fail(err, XT_E_INPUT, "store", XT_MSG_STORE_NO_POSTGRESQL); /* not the URL: it may hold a password */
    if (strlen(options->url) >= PATH_MAX_BYTES)
        return xt_fail(err, XT_E_INPUT, "data", XT_MSG_TOO_LONG, XT_INT(PATH_MAX_BYTES - 1),
                       XT_INT(strlen(options->url)));
    (void)pthread_once(&sqlite_once, configure_sqlite);
    store = store_new(options);
    rc = open_store(store, options->create && !options->read_only, err);
    if (rc != XT_OK) {
        xt_store_close(&store);
        return rc;
    }
    *out = store;
    return XT_OK;
}

void xt_store_close(struct xt_store **store_variable)
{
    struct xt_store *store = *store_variable;

    if (!store)
        return;
    *store_variable = NULL;
    assert(!store->turn_taken);    /* every tx has ended */
    assert(store->reads_out == 0); /* and every read */
    while (store->free_reads) {
        struct xt_read *read = store->free_reads;

        store->free_reads = read->next;
        xt_store_conn_close(&read->conn);
        free(read);
    }
    xt_store_conn_close(&store->watch);
    xt_store_conn_close(&store->writer); /* last, so that it may fold the log into the file */
    if (store->turn_fd >= 0)
        (void)close(store->turn_fd);
    (void)pthread_mutex_destroy(&store->group_lock);
    (void)pthread_mutex_destroy(&store->read_lock);
    (void)pthread_mutex_destroy(&store->seq_lock);
    (void)pthread_mutex_destroy(&store->watch_lock);
    (void)pthread_cond_destroy(&store->read_free);
    (void)pthread_cond_destroy(&store->seq_moved);
    free(store->path);
    free(store);
}

const char *xt_store_backend(const struct xt_store *store)
{
    (void)store;
    return "sqlite";
}

/* ---- check, copy, figures ---- */

static const struct xt_stmt_def INTEGRITY_CHECK = {
    .name = "store_integrity_check",
    .sql = "PRAGMA integrity_check(100)",
};
static const struct xt_stmt_def FOREIGN_KEY_CHECK = {
    .name = "store_foreign_key_check",
    .sql = "PRAGMA foreign_key_check",
};

static enum xt_code check_integrity(struct xt_conn *conn, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool row;
    enum xt_code rc = xt_stmt_take(conn, &INTEGRITY_CHECK, &stmt, err);

    while (rc == XT_OK && (rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row) {
        struct xt_str words = xt_col_str(stmt, 0);

        if (!xt_str_is(words, "ok"))
            xt_problem(problems, "store", XT_MSG_STORE_INTEGRITY, XT_VIEW(words));
    }
    return rc;
}

static enum xt_code check_foreign_keys(struct xt_conn *conn, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    bool row;
    enum xt_code rc = xt_stmt_take(conn, &FOREIGN_KEY_CHECK, &stmt, err);

    while (rc == XT_OK && (rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row)
        xt_problem(problems, "store", XT_MSG_STORE_ORPHAN, XT_VIEW(xt_col_str(stmt, 0)), XT_INT(xt_col_int(stmt, 1)),
                   XT_VIEW(xt_col_str(stmt, 2)));
    return rc;
}

enum xt_code xt_store_check(struct xt_store *store, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_error local = {0};
    enum xt_code rc;

    rc = xt_read_begin(store, store->busy_timeout_ms, &read, err);
    if (rc != XT_OK)
        return rc;
    rc = check_integrity(xt_read_conn(read), problems, &local);
    if (rc == XT_OK)
        rc = check_foreign_keys(xt_read_conn(read), problems, &local);
    /* Damage that stops the check itself is what was looked for. */
    if (rc == XT_E_INTERNAL) {
        xt_problems_add_error(problems, &local);
        return XT_OK;
    }
    if (rc != XT_OK && err)
        *err = local;
    return rc;
}

/* All pages in one step: the copy is one snapshot, and in WAL mode a reader holds up no writer. Smaller steps would
 * begin again whenever another connection writes in between. */
static enum xt_code copy_pages(struct xt_conn *from, const char *path, struct xt_error *err)
{
    struct xt_conn to = {.store = from->store};
    sqlite3_backup *backup = NULL;
    enum xt_code rc = XT_OK;
    int result =
        sqlite3_open_v2(path, &to.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

    if (result == SQLITE_OK) {
        backup = sqlite3_backup_init(to.db, "main", from->db, "main");
        result = backup ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(to.db);
        (void)sqlite3_backup_finish(backup); /* repeats result */
    }
    if (result != SQLITE_OK && result != SQLITE_DONE)
        rc = xt_store_fail(&to, result, err);
    (void)sqlite3_close(to.db);
    return rc;
}

enum xt_code xt_store_copy(struct xt_store *store, const char *path, struct xt_error *err)
{
    char part[PATH_MAX_BYTES + 8];
    struct xt_conn from = {0};
    enum xt_code rc;
    int fd;

    if (access(path, F_OK) == 0)
        return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_STORE_COPY_EXISTS, XT_TEXT(path));
    if (strlen(path) >= PATH_MAX_BYTES)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_TOO_LONG, XT_INT(PATH_MAX_BYTES - 1), XT_INT(strlen(path)));
    /* A copy that was cut off never bears the name asked for. */
    (void)snprintf(part, sizeof(part), "%s.part", path);
    fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return xt_fail(err, errno == ENOSPC ? XT_E_FULL : XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(path),
                       XT_TEXT(strerrordesc_np(errno)));
    rc = xt_store_conn_open(store, &from, false, err);
    if (rc == XT_OK)
        rc = copy_pages(&from, part, err);
    xt_store_conn_close(&from);
    if (rc == XT_OK && (fsync(fd) != 0 || rename(part, path) != 0))
        rc = xt_fail(err, errno == ENOSPC ? XT_E_FULL : XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(path),
                     XT_TEXT(strerrordesc_np(errno)));
    (void)close(fd);
    if (rc == XT_OK)
        sync_folder_of(path);
    else
        (void)unlink(part);
    return rc;
}

static int64_t size_of(const char *path, const char *suffix)
{
    char full[PATH_MAX_BYTES + 8];
    struct stat st;

    (void)snprintf(full, sizeof(full), "%s%s", path, suffix);
    return stat(full, &st) == 0 ? (int64_t)st.st_size : 0;
}

void xt_store_stats(struct xt_store *store, struct xt_store_stats *out)
{
    (void)pthread_mutex_lock(&store->group_lock);
    out->commits = store->commits;
    out->transactions = store->transactions;
    (void)pthread_mutex_unlock(&store->group_lock);
    out->busy_waits = atomic_load(&store->busy_waits);
    out->bytes = size_of(store->path, "") + size_of(store->path, "-wal");
}
