/* The files of columns.h. */
#include "search/columns.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#define COLUMNS_HEAD   4096
#define COLUMNS_MAGIC  "xtcol001"
#define POOL_STEP      (256 * XT_KIB) /* units the pool grows by */
#define POOL_UNITS_MAX 0x7FFFFFFFu

struct heading {
    char magic[8];
    uint64_t mark;
    uint32_t block, facet_count, range_count;
};

static enum xt_code fail_file(struct xt_error *err, const char *dir)
{
    int reason = errno;

    xt_log_detail("%s: %s", dir, strerror(reason));
    if (reason == ENOSPC || reason == EDQUOT)
        return xt_fail(err, XT_E_FULL, "", XT_MSG_DISK_FULL, XT_TEXT(dir));
    return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(dir), XT_TEXT(strerror(reason)));
}

/* Places of the arrays in a block, those of the widest elements first so that all are aligned. */
static void lay_out(struct columns *c)
{
    size_t at = 0;

    c->at_id = at;
    at += 8 * COLUMNS_BLOCK;
    c->at_sort = at;
    at += 8 * COLUMNS_BLOCK;
    c->at_date = at;
    at += 8 * COLUMNS_BLOCK;
    c->at_range = at;
    at += (size_t)8 * COLUMNS_BLOCK * c->range_count;
    c->at_dead = at;
    at += 4 * COLUMNS_BLOCK;
    c->at_key = at;
    at += 4 * COLUMNS_BLOCK;
    c->at_facet = at;
    at += (size_t)4 * COLUMNS_BLOCK * c->facet_count;
    c->at_length = at;
    at += 2 * COLUMNS_BLOCK;
    c->at_class = at;
    at += COLUMNS_BLOCK;
    c->block_size = at; /* a multiple of 4,096 since COLUMNS_BLOCK is one */
}

static int open_in(const char *dir, const char *name, int flags)
{
    char path[4096];

    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, flags | O_CLOEXEC, 0640);
}

enum xt_code columns_create(const char *dir, unsigned facet_count, unsigned range_count, uint64_t mark,
                            struct xt_error *err)
{
    struct heading heading = {
        .mark = mark, .block = COLUMNS_BLOCK, .facet_count = facet_count, .range_count = range_count};
    enum xt_code rc = XT_OK;
    int fd = open_in(dir, "columns.dat", O_RDWR | O_CREAT | O_TRUNC);
    int pool_fd = open_in(dir, "pool.dat", O_RDWR | O_CREAT | O_TRUNC);

    memcpy(heading.magic, COLUMNS_MAGIC, sizeof heading.magic);
    /* The pool has the mark too; unit 0 is never the place of anything. */
    if (fd < 0 || pool_fd < 0 || pwrite(fd, &heading, sizeof heading, 0) != (ssize_t)sizeof heading ||
        ftruncate(fd, COLUMNS_HEAD) != 0 || pwrite(pool_fd, &mark, sizeof mark, 0) != (ssize_t)sizeof mark)
        rc = fail_file(err, dir);
    if (fd >= 0)
        (void)close(fd); /* nothing is promised before the first sync */
    if (pool_fd >= 0)
        (void)close(pool_fd);
    return rc;
}

static bool is_ours(const struct columns *c, uint64_t docs, uint64_t pool_used)
{
    struct heading heading;
    struct stat st, pool_st;
    uint64_t pool_mark;
    uint64_t blocks = (docs + COLUMNS_BLOCK - 1) / COLUMNS_BLOCK;

    return pread(c->fd, &heading, sizeof heading, 0) == (ssize_t)sizeof heading &&
           memcmp(heading.magic, COLUMNS_MAGIC, sizeof heading.magic) == 0 && heading.mark == c->mark &&
           heading.block == COLUMNS_BLOCK && heading.facet_count == c->facet_count &&
           heading.range_count == c->range_count && docs <= COLUMNS_DOCS_MAX &&
           pread(c->pool_fd, &pool_mark, sizeof pool_mark, 0) == (ssize_t)sizeof pool_mark && pool_mark == c->mark &&
           fstat(c->fd, &st) == 0 && fstat(c->pool_fd, &pool_st) == 0 &&
           (uint64_t)st.st_size >= COLUMNS_HEAD + blocks * c->block_size && (uint64_t)pool_st.st_size >= pool_used * 4;
}

enum xt_code columns_open(const char *dir, bool writable, unsigned facet_count, unsigned range_count, uint64_t mark,
                          uint64_t docs, uint64_t pool_used, struct columns *out, struct xt_error *err)
{
    struct columns c = {.writable = writable,
                        .facet_count = facet_count,
                        .range_count = range_count,
                        .mark = mark,
                        .pool_used = pool_used < 2 ? 2 : pool_used};
    int flags = writable ? O_RDWR : O_RDONLY;
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    struct stat st;

    lay_out(&c);
    c.fd = open_in(dir, "columns.dat", flags);
    c.pool_fd = open_in(dir, "pool.dat", flags);
    if (c.fd < 0 || c.pool_fd < 0 || !is_ours(&c, docs, pool_used)) {
        columns_close(&c);
        return xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT("columns.dat"));
    }
    /* Beyond the file's end nothing is touched: the file grows first. */
    c.map_size = COLUMNS_HEAD + (size_t)(COLUMNS_DOCS_MAX / COLUMNS_BLOCK) * c.block_size;
    c.pool_map_size = (size_t)POOL_UNITS_MAX * 4;
    c.map = mmap(NULL, c.map_size, protection, MAP_SHARED | MAP_NORESERVE, c.fd, 0);
    c.pool_map = mmap(NULL, c.pool_map_size, protection, MAP_SHARED | MAP_NORESERVE, c.pool_fd, 0);
    if (c.map == MAP_FAILED || c.pool_map == MAP_FAILED || fstat(c.fd, &st) != 0) {
        enum xt_code rc = fail_file(err, dir);

        columns_close(&c);
        return rc;
    }
    c.base = (uint8_t *)c.map + COLUMNS_HEAD;
    c.pool = c.pool_map;
    c.blocks = (uint32_t)(((size_t)st.st_size - COLUMNS_HEAD) / c.block_size);
    if (fstat(c.pool_fd, &st) == 0)
        c.pool_room = (uint64_t)st.st_size / 4;
    *out = c;
    return XT_OK;
}

void columns_close(struct columns *c)
{
    if (c->map && c->map != MAP_FAILED)
        (void)munmap(c->map, c->map_size);
    if (c->pool_map && c->pool_map != MAP_FAILED)
        (void)munmap(c->pool_map, c->pool_map_size);
    if (c->fd >= 0)
        (void)close(c->fd);
    if (c->pool_fd >= 0)
        (void)close(c->pool_fd);
    *c = (struct columns){.fd = -1, .pool_fd = -1};
}

/* Real blocks of disk, not a hole: a full disk must be an answer here, not a signal when the mapping is written. */
static int allocate(int fd, uint64_t from, uint64_t to)
{
    int reason = posix_fallocate(fd, (off_t)from, (off_t)(to - from));

    if (reason != 0)
        errno = reason;
    return reason;
}

enum xt_code columns_reserve(struct columns *c, uint64_t docs, uint64_t units, struct xt_error *err)
{
    uint64_t blocks = (docs + COLUMNS_BLOCK - 1) / COLUMNS_BLOCK;

    if (docs > COLUMNS_DOCS_MAX || c->pool_used + units > POOL_UNITS_MAX)
        return xt_fail(err, XT_E_FULL, "", XT_MSG_SEARCH_INDEX_FULL, XT_INT(COLUMNS_DOCS_MAX));
    if (blocks > c->blocks) {
        if (allocate(c->fd, COLUMNS_HEAD + c->blocks * c->block_size, COLUMNS_HEAD + blocks * c->block_size) != 0)
            return fail_file(err, "columns.dat");
        c->blocks = (uint32_t)blocks;
    }
    if (c->pool_used + units > c->pool_room) {
        uint64_t room = c->pool_used + units + POOL_STEP;

        if (room > POOL_UNITS_MAX)
            room = POOL_UNITS_MAX;
        if (allocate(c->pool_fd, c->pool_room * 4, room * 4) != 0)
            return fail_file(err, "pool.dat");
        c->pool_room = room;
    }
    return XT_OK;
}

enum xt_code columns_sync(struct columns *c, struct xt_error *err)
{
    if (fdatasync(c->fd) != 0 || fdatasync(c->pool_fd) != 0)
        return fail_file(err, "columns.dat");
    return XT_OK;
}
