/* The daily job that removes what nothing uses, and the check that what is used is there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "file/file_priv.h"
#include "job/job.h"

struct tidy {
    struct xt_node *node;
    struct xt_job *job;
    int64_t before; /* seconds since 1970: what is older goes */
    int64_t looked_at, removed;
};

static void close_dir(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The hash a file is named by: two digits of its folder and the rest. False for a name of anything else. */
static bool hash_of_name(const char *folder, const char *name, struct xt_hash *out)
{
    char hex[XT_HASH_HEX];

    if (strlen(folder) != 2 || strlen(name) != FILE_NAME_HEX)
        return false;
    memcpy(hex, folder, 2);
    memcpy(hex + 2, name, FILE_NAME_HEX + 1); /* with its closing zero */
    for (size_t i = 0; i < XT_HASH_BYTES; i++) {
        int high = hex_value(hex[2 * i]);
        int low = hex_value(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}

static bool is_old(const char *path, int64_t before)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (int64_t)st.st_mtime < before;
}

/* The lock is held: nobody stores this file again between the look and its removal. */
static enum xt_code remove_unless_used(struct tidy *tidy, const struct xt_hash *hash, const char *path,
                                       struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    bool used = true;
    enum xt_code rc = XT_OK;

    if (!is_old(path, tidy->before))
        return XT_OK;
    rc = xt_read_begin(tidy->node->store, 10000, &read, err);
    if (rc == XT_OK)
        rc = xt_file_sql_used(xt_read_conn(read), hash, &used, err);
    if (rc == XT_OK && !used && unlink(path) == 0)
        tidy->removed++;
    return rc;
}

static enum xt_code tidy_file(struct tidy *tidy, const char *folder, const char *name, struct xt_error *err)
{
    struct xt_files *files = tidy->node->files;
    char path[FILE_PATH_BYTES];
    struct xt_hash hash;
    enum xt_code rc = XT_OK;

    if (!hash_of_name(folder, name, &hash))
        return XT_OK; /* not ours to remove */
    tidy->looked_at++;
    xt_file_name(files, &hash, path);
    if (!is_old(path, tidy->before))
        return XT_OK;
    if (flock(files->lock_fd, LOCK_EX) != 0)
        return xt_file_io_failed(XT_MSG_FILE_WRITE, path, errno, err);
    rc = remove_unless_used(tidy, &hash, path, err);
    (void)flock(files->lock_fd, LOCK_UN);
    return rc;
}

/* What a killed process left half written. */
static void tidy_temporary(struct tidy *tidy, const char *name)
{
    char path[FILE_PATH_BYTES];

    if (!xt_ulid_valid(xt_str(name)))
        return;
    (void)snprintf(path, sizeof(path), "%s/tmp/%s", tidy->node->files->root, name);
    if (is_old(path, tidy->before) && unlink(path) == 0)
        tidy->removed++;
}

static enum xt_code tidy_folder(struct tidy *tidy, const char *folder, struct xt_error *err)
{
    XT_AUTO(close_dir) DIR *dir = NULL;
    char path[FILE_PATH_BYTES];
    const struct dirent *entry;
    enum xt_code rc = XT_OK;

    (void)snprintf(path, sizeof(path), "%s/%s", tidy->node->files->root, folder);
    dir = opendir(path);
    if (!dir)
        return errno == ENOENT ? XT_OK : xt_file_io_failed(XT_MSG_FILE_READ, path, errno, err);
    while (rc == XT_OK && (entry = readdir(dir))) {
        if (strcmp(folder, "tmp") == 0)
            tidy_temporary(tidy, entry->d_name);
        else
            rc = tidy_file(tidy, folder, entry->d_name, err);
    }
    return rc;
}

enum xt_code xt_file_tidy(struct xt_node *node, struct xt_job *job, int64_t age_s, int64_t *out_removed,
                          struct xt_error *err)
{
    struct tidy tidy = {.node = node, .job = job, .before = xt_now() / XT_SECOND - age_s};
    enum xt_code rc = tidy_folder(&tidy, "tmp", err);

    for (unsigned i = 0; i < 256 && rc == XT_OK; i++) {
        const char folder[] = {"0123456789abcdef"[i / 16], "0123456789abcdef"[i % 16], 0};

        rc = tidy_folder(&tidy, folder, err);
        if (rc == XT_OK && job && !xt_job_progress(job, i + 1, 256, "folder"))
            break;
    }
    *out_removed = tidy.removed;
    return rc;
}

static enum xt_code run_tidy(struct xt_node *node, struct xt_job *job, struct xt_error *err)
{
    int64_t removed;

    return xt_file_tidy(node, job, FILE_ORPHAN_S, &removed, err);
}

const struct xt_job_kind xt_file_jobs[] = {
    {.name = "file.tidy", .every_s = 86400, .run = run_tidy},
    {.name = NULL},
};

/* ---- the check ---- */

struct check {
    struct xt_files *files;
    struct xt_problems *problems;
};

static enum xt_msg what_is_wrong(const char *path, const struct xt_hash *hash, int64_t size)
{
    static _Thread_local char chunk[64 * XT_KIB];
    FILE *file = fopen(path, "rbe");
    struct xt_hasher hasher;
    struct xt_hash found;
    int64_t total = 0;
    size_t n;

    if (!file)
        return XT_MSG_FILE_GONE;
    xt_hasher_init(&hasher);
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        xt_hasher_add(&hasher, chunk, n);
        total += (int64_t)n;
    }
    (void)fclose(file); /* was only read; a read error shows as a wrong size */
    xt_hasher_end(&hasher, &found);
    return total == size && memcmp(found.bytes, hash->bytes, sizeof(found.bytes)) == 0 ? XT_MSG_NONE
                                                                                       : XT_MSG_FILE_DAMAGED;
}

static void check_file(void *context, const struct xt_hash *hash, int64_t size)
{
    struct check *check = context;
    char path[FILE_PATH_BYTES];
    char hex[XT_HASH_HEX];
    enum xt_msg wrong;

    xt_file_name(check->files, hash, path);
    wrong = what_is_wrong(path, hash, size);
    if (wrong != XT_MSG_NONE)
        xt_problem(check->problems, "file", wrong, XT_TEXT(xt_hash_hex(hash, hex)));
}

enum xt_code xt_file_check(struct xt_node *node, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct check check = {.files = node->files, .problems = problems};
    enum xt_code rc = xt_read_begin(node->store, 10000, &read, err);

    return rc == XT_OK ? xt_file_sql_each(xt_read_conn(read), check_file, &check, err) : rc;
}
