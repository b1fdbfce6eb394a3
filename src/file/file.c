/* Storing bytes under their hash and finding them again; the room's row. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "file/file_priv.h"

#define MAX_BYTES_DEFAULT ((int64_t)(4 * XT_GIB))
#define CHUNK_BYTES       (256 * XT_KIB)

enum xt_code xt_file_io_failed(enum xt_msg msg, const char *path, int error, struct xt_error *err)
{
    if (error == ENOSPC || error == EDQUOT)
        return xt_fail(err, XT_E_FULL, "", XT_MSG_DISK_FULL, XT_TEXT(path));
    return xt_fail(err, XT_E_INTERNAL, "", msg, XT_TEXT(path), XT_TEXT(strerrordesc_np(error)));
}

void xt_file_name(const struct xt_files *files, const struct xt_hash *hash, char out[FILE_PATH_BYTES])
{
    char hex[XT_HASH_HEX];

    (void)xt_hash_hex(hash, hex);
    (void)snprintf(out, FILE_PATH_BYTES, "%s/%.2s/%s", files->root, hex, hex + 2);
}

/* ---- writing to the side ---- */

/* A file in DATA/files/tmp/ that goes away unless it is kept. */
struct side_file {
    const struct xt_files *files;
    char path[FILE_PATH_BYTES];
    int fd;
    struct xt_hasher hasher;
    int64_t size;
    int64_t max_bytes;
};

static void side_done(struct side_file *side)
{
    if (side->fd < 0)
        return;
    (void)close(side->fd);    /* what matters was synced before */
    (void)unlink(side->path); /* absent once it was renamed */
}

static enum xt_code side_open(struct side_file *side, const struct xt_files *files, int64_t max_bytes,
                              struct xt_error *err)
{
    char ulid[XT_ULID_SIZE];

    xt_ulid_make(ulid);
    side->files = files;
    side->max_bytes = max_bytes > 0 ? max_bytes : MAX_BYTES_DEFAULT;
    side->size = 0;
    xt_hasher_init(&side->hasher);
    (void)snprintf(side->path, sizeof(side->path), "%s/tmp/%s", files->root, ulid);
    side->fd = open(side->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return side->fd >= 0 ? XT_OK : xt_file_io_failed(XT_MSG_FILE_WRITE, side->path, errno, err);
}

static enum xt_code side_write(struct side_file *side, const char *data, size_t n, struct xt_error *err)
{
    if ((uint64_t)side->size + n > (uint64_t)side->max_bytes)
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_TOO_LARGE, XT_INT(side->max_bytes),
                       XT_INT((uint64_t)side->size + n));
    xt_hasher_add(&side->hasher, data, n);
    side->size += (int64_t)n;
    while (n > 0) {
        ssize_t written = write(side->fd, data, n);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return xt_file_io_failed(XT_MSG_FILE_WRITE, side->path, errno, err);
        data += written;
        n -= (size_t)written;
    }
    return XT_OK;
}

/* ---- getting its name ---- */

static enum xt_code sync_folder(const char *path, struct xt_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum xt_code rc = XT_OK;

    if (fd < 0)
        return xt_file_io_failed(XT_MSG_FILE_WRITE, path, errno, err);
    if (fsync(fd) != 0 && errno != EINVAL) /* EINVAL: a file system whose folders need no sync */
        rc = xt_file_io_failed(XT_MSG_FILE_WRITE, path, errno, err);
    (void)close(fd);
    return rc;
}

/* Makes a folder and syncs the one above it; fine when it is there. */
static enum xt_code make_folder(const char *path, const char *above, struct xt_error *err)
{
    if (mkdir(path, 0700) == 0)
        return sync_folder(above, err);
    return errno == EEXIST ? XT_OK : xt_file_io_failed(XT_MSG_FILE_WRITE, path, errno, err);
}

/* True when the content is stored already. Its time is set to now, so that the job leaves it for another day.
 * The lock is held. */
static bool is_there(const char *path, int64_t size)
{
    struct stat st;

    /* One of another size is damaged, and the new one takes its place. */
    return stat(path, &st) == 0 && (int64_t)st.st_size == size && utimensat(AT_FDCWD, path, NULL, 0) == 0;
}

static enum xt_code name_it(struct side_file *side, const char *path, struct xt_error *err)
{
    char folder[FILE_PATH_BYTES];
    enum xt_code rc;

    (void)snprintf(folder, sizeof(folder), "%.*s", (int)(strlen(path) - FILE_NAME_HEX - 1), path);
    rc = make_folder(folder, side->files->root, err);
    if (rc == XT_OK && !is_there(path, side->size) && rename(side->path, path) != 0)
        rc = xt_file_io_failed(XT_MSG_FILE_WRITE, path, errno, err);
    /* Also when it was there: whoever renamed it may not have got this far yet. */
    return rc == XT_OK ? sync_folder(folder, err) : rc;
}

/* Stores what was written under its hash. */
static enum xt_code side_keep(struct side_file *side, struct xt_hash *out, struct xt_error *err)
{
    char path[FILE_PATH_BYTES];
    struct xt_hash hash;
    enum xt_code rc;

    xt_hasher_end(&side->hasher, &hash);
    xt_file_name(side->files, &hash, path);
    if (fsync(side->fd) != 0)
        return xt_file_io_failed(XT_MSG_FILE_WRITE, side->path, errno, err);
    (void)flock(side->files->lock_fd, LOCK_SH); /* without flock (some network mounts) a day's grace remains */
    rc = name_it(side, path, err);
    (void)flock(side->files->lock_fd, LOCK_UN);
    if (rc == XT_OK)
        *out = hash;
    return rc;
}

/* ---- storing ---- */

static enum xt_code check_writable(const struct xt_files *files, struct xt_error *err)
{
    return files->lock_fd >= 0 ? XT_OK : xt_fail(err, XT_E_DENIED, "", XT_MSG_STORE_READ_ONLY);
}

static enum xt_code copy_in(int fd, const char *path, struct side_file *side, struct xt_error *err)
{
    XT_AUTO(xt_free_ptr) char *chunk = xt_alloc(CHUNK_BYTES);

    for (;;) {
        ssize_t n = read(fd, chunk, CHUNK_BYTES);
        enum xt_code rc;

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return xt_file_io_failed(XT_MSG_FILE_READ, path, errno, err);
        if (n == 0)
            return XT_OK;
        rc = side_write(side, chunk, (size_t)n, err);
        if (rc != XT_OK)
            return rc;
    }
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* was only read */
}

enum xt_code xt_file_put_path(struct xt_files *files, const char *path, int64_t max_bytes, struct xt_hash *out,
                              int64_t *out_size, struct xt_error *err)
{
    XT_AUTO(side_done) struct side_file side = {.fd = -1};
    XT_AUTO(close_fd) int fd = -1;
    enum xt_code rc = check_writable(files, err);

    if (rc != XT_OK)
        return rc;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return xt_fail(err, errno == ENOENT ? XT_E_NOT_FOUND : XT_E_INPUT, "file", XT_MSG_FILE_OPEN, XT_TEXT(path),
                       XT_TEXT(strerrordesc_np(errno)));
    rc = side_open(&side, files, max_bytes, err);
    if (rc == XT_OK)
        rc = copy_in(fd, path, &side, err);
    if (rc == XT_OK)
        rc = side_keep(&side, out, err);
    if (rc == XT_OK)
        *out_size = side.size;
    return rc;
}

enum xt_code xt_file_put(struct xt_files *files, const void *data, size_t n, struct xt_hash *out, struct xt_error *err)
{
    XT_AUTO(side_done) struct side_file side = {.fd = -1};
    enum xt_code rc = check_writable(files, err);

    if (rc == XT_OK)
        rc = side_open(&side, files, 0, err);
    if (rc == XT_OK)
        rc = side_write(&side, data, n, err);
    return rc == XT_OK ? side_keep(&side, out, err) : rc;
}

enum xt_code xt_file_path(struct xt_files *files, const struct xt_hash *hash, struct xt_arena *arena, const char **out,
                          struct xt_error *err)
{
    char path[FILE_PATH_BYTES];
    char hex[XT_HASH_HEX];

    xt_file_name(files, hash, path);
    if (access(path, R_OK) != 0)
        return xt_fail(err, XT_E_NOT_FOUND, "file", XT_MSG_FILE_GONE, XT_TEXT(xt_hash_hex(hash, hex)));
    *out = xt_arena_strdup(arena, path);
    return XT_OK;
}

/* ---- the room ---- */

static void close_files(struct xt_node *node)
{
    if (!node->files)
        return;
    if (node->files->lock_fd >= 0)
        (void)close(node->files->lock_fd);
    free(node->files->root);
    free(node->files);
    node->files = NULL;
}

static enum xt_code make_folders(struct xt_files *files, const char *data, struct xt_error *err)
{
    char path[FILE_PATH_BYTES];
    enum xt_code rc = make_folder(files->root, data, err);

    (void)snprintf(path, sizeof(path), "%s/tmp", files->root);
    if (rc == XT_OK)
        rc = make_folder(path, files->root, err);
    if (rc != XT_OK)
        return rc;
    (void)snprintf(path, sizeof(path), "%s/lock", files->root);
    files->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return files->lock_fd >= 0 ? XT_OK : xt_file_io_failed(XT_MSG_FILE_WRITE, path, errno, err);
}

static enum xt_code open_files(struct xt_node *node, struct xt_error *err)
{
    size_t longest = strlen("/files/ab/") + FILE_NAME_HEX;
    enum xt_code rc = XT_OK;

    if (strlen(node->data) + longest >= FILE_PATH_BYTES)
        return xt_fail(err, XT_E_INPUT, "data", XT_MSG_TOO_LONG, XT_INT(FILE_PATH_BYTES - longest - 1),
                       XT_INT(strlen(node->data)));
    node->files = xt_calloc(1, sizeof(*node->files));
    node->files->root = xt_alloc(strlen(node->data) + sizeof("/files"));
    (void)snprintf(node->files->root, strlen(node->data) + sizeof("/files"), "%s/files", node->data);
    node->files->lock_fd = -1;
    if (!node->read_only)
        rc = make_folders(node->files, node->data, err);
    if (rc != XT_OK)
        close_files(node);
    return rc;
}

const struct xt_room xt_room_file = {
    .name = "file",
    .migrations = true,
    .jobs = xt_file_jobs,
    .open = open_files,
    .close = close_files,
    .check = xt_file_check,
};
