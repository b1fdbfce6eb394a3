/* table_source.c - where bytes come from: files, gzip streams, members of zip and tar archives. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/number.h"
#include "table/table_priv.h"

#define INFLATE_BUFFER ((size_t)64 * XT_KIB)
#define RATIO_FREE     ((int64_t)10 * (int64_t)XT_MIB) /* small texts compress as well as they like */

enum xt_code xt_source_read(struct xt_source *source, void *data, size_t cap, size_t *out_n, struct xt_error *err)
{
    if (source->peeked) {
        size_t n = source->peeked_n - source->peeked_at;

        if (n > cap)
            n = cap;
        memcpy(data, source->peeked + source->peeked_at, n);
        source->peeked_at += n;
        if (source->peeked_at == source->peeked_n) {
            free(source->peeked);
            source->peeked = NULL;
        }
        if (n > 0) {
            *out_n = n;
            return XT_OK;
        }
    }
    return source->ops->read(source, data, cap, out_n, err);
}

enum xt_code xt_source_peek(struct xt_source *source, size_t n, struct xt_str *out, struct xt_error *err)
{
    size_t got = 0, took = 1;

    assert(!source->peeked);
    char *head = xt_alloc(n);
    while (got < n && took > 0) {
        enum xt_code rc = source->ops->read(source, head + got, n - got, &took, err);

        if (rc != XT_OK) {
            free(head);
            return rc;
        }
        got += took;
    }
    source->peeked = head;
    source->peeked_n = got;
    source->peeked_at = 0;
    *out = (struct xt_str){head, got};
    return XT_OK;
}

void xt_source_close(struct xt_source **source)
{
    if (!*source)
        return;
    free((*source)->peeked);
    (*source)->ops->close(*source);
    *source = NULL;
}

/* ---- a file ---- */

struct file_source {
    struct xt_source base;
    int fd;
    char *path;
};

static enum xt_code file_read(struct xt_source *source, void *data, size_t cap, size_t *out_n, struct xt_error *err)
{
    struct file_source *file = (struct file_source *)source;
    ssize_t got;

    do {
        got = read(file->fd, data, cap);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_READ, XT_TEXT(file->path), XT_TEXT(strerror(errno)));
    source->done += got;
    *out_n = (size_t)got;
    return XT_OK;
}

static void file_close(struct xt_source *source)
{
    struct file_source *file = (struct file_source *)source;

    (void)close(file->fd); /* only read */
    free(file->path);
    free(file);
}

static const struct xt_source_ops FILE_OPS = {file_read, file_close};

enum xt_code xt_source_file(const char *path, struct xt_source **out, int64_t *out_total, struct xt_error *err)
{
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return xt_fail(err, errno == ENOENT ? XT_E_NOT_FOUND : XT_E_INPUT, "", XT_MSG_FILE_OPEN, XT_TEXT(path),
                       XT_TEXT(strerror(errno)));
    if (fstat(fd, &facts) != 0 || S_ISDIR(facts.st_mode)) {
        (void)close(fd); /* only opened */
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_FILE_OPEN, XT_TEXT(path), XT_TEXT(strerror(EISDIR)));
    }
    struct file_source *file = xt_calloc(1, sizeof *file);

    file->base.ops = &FILE_OPS;
    file->fd = fd;
    file->path = xt_strdup(path);
    *out = &file->base;
    *out_total = S_ISREG(facts.st_mode) ? (int64_t)facts.st_size : -1;
    return XT_OK;
}

/* ---- memory ---- */

struct memory_source {
    struct xt_source base;
    char *owned;
    const char *data;
    size_t n;
};

static enum xt_code memory_read(struct xt_source *source, void *data, size_t cap, size_t *out_n, struct xt_error *err)
{
    struct memory_source *memory = (struct memory_source *)source;
    size_t n = memory->n < cap ? memory->n : cap;

    (void)err; /* memory does not fail */
    if (n > 0)
        memcpy(data, memory->data, n);
    memory->data += n;
    memory->n -= n;
    source->done += (int64_t)n;
    *out_n = n;
    return XT_OK;
}

static void memory_close(struct xt_source *source)
{
    free(((struct memory_source *)source)->owned);
    free(source);
}

static const struct xt_source_ops MEMORY_OPS = {memory_read, memory_close};

struct xt_source *xt_source_memory(const void *data, size_t n)
{
    struct memory_source *memory = xt_calloc(1, sizeof *memory);

    memory->base.ops = &MEMORY_OPS;
    memory->data = n > 0 ? data : "";
    memory->n = n;
    return &memory->base;
}

struct xt_source *xt_source_owned(char **data, size_t n)
{
    struct xt_source *source = xt_source_memory(*data, n);

    ((struct memory_source *)source)->owned = *data;
    *data = NULL;
    return source;
}

/* ---- caps on what is inflated ---- */

static enum xt_code check_inflated(const struct xt_table_limits *limits, int64_t out, int64_t in, const char *name,
                                   struct xt_error *err)
{
    if (out > limits->inflated_bytes)
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_TABLE_INFLATED, XT_TEXT(name), XT_INT(limits->inflated_bytes));
    if (out > RATIO_FREE && out / limits->inflate_ratio > in)
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_TABLE_RATIO, XT_TEXT(name), XT_INT(limits->inflate_ratio));
    return XT_OK;
}

/* ---- gzip ---- */

struct gzip_source {
    struct xt_source base;
    struct xt_source *inner;
    const struct xt_table_limits *limits;
    const char *name;
    z_stream z;
    bool inside; /* of a member: the file may not end here */
    bool ended;
    int64_t in, out;
    unsigned char buffer[INFLATE_BUFFER];
};

static enum xt_code gzip_damaged(const struct gzip_source *gzip, struct xt_error *err)
{
    return xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_GZIP, XT_TEXT(gzip->name));
}

static enum xt_code gzip_feed(struct gzip_source *gzip, struct xt_error *err)
{
    size_t got = 0;
    enum xt_code rc = xt_source_read(gzip->inner, gzip->buffer, sizeof gzip->buffer, &got, err);

    if (rc != XT_OK)
        return rc;
    gzip->z.next_in = gzip->buffer;
    gzip->z.avail_in = (unsigned)got;
    gzip->in += (int64_t)got;
    gzip->base.done = gzip->inner->done;
    if (got == 0) {
        if (gzip->inside)
            return gzip_damaged(gzip, err);
        gzip->ended = true;
    }
    return XT_OK;
}

/* A file of several gzip members reads as one; what follows the last and is no gzip is padding, as gzip(1) has it. */
static void gzip_member_over(struct gzip_source *gzip)
{
    gzip->inside = false;
    while (gzip->z.avail_in > 0 && *gzip->z.next_in == 0) {
        gzip->z.next_in++;
        gzip->z.avail_in--;
    }
    if (gzip->z.avail_in > 0 && *gzip->z.next_in != 0x1F)
        gzip->ended = true;
    (void)inflateReset(&gzip->z); /* of a sound stream: cannot fail */
}

static enum xt_code gzip_read(struct xt_source *source, void *data, size_t cap, size_t *out_n, struct xt_error *err)
{
    struct gzip_source *gzip = (struct gzip_source *)source;
    enum xt_code rc;

    gzip->z.next_out = data;
    gzip->z.avail_out = cap < (1U << 30) ? (unsigned)cap : 1U << 30;
    unsigned room = gzip->z.avail_out;
    while (!gzip->ended && gzip->z.avail_out == room) {
        if (gzip->z.avail_in == 0) {
            rc = gzip_feed(gzip, err);
            if (rc != XT_OK)
                return rc;
            continue;
        }
        gzip->inside = true;
        int z = inflate(&gzip->z, Z_NO_FLUSH);

        if (z == Z_STREAM_END)
            gzip_member_over(gzip);
        else if (z != Z_OK && z != Z_BUF_ERROR)
            return gzip_damaged(gzip, err);
    }
    *out_n = room - gzip->z.avail_out;
    gzip->out += (int64_t)*out_n;
    return check_inflated(gzip->limits, gzip->out, gzip->in, gzip->name, err);
}

static void gzip_close(struct xt_source *source)
{
    struct gzip_source *gzip = (struct gzip_source *)source;

    (void)inflateEnd(&gzip->z); /* nothing is left to lose */
    xt_source_close(&gzip->inner);
    free(gzip);
}

static const struct xt_source_ops GZIP_OPS = {gzip_read, gzip_close};

struct xt_source *xt_source_gzip(struct xt_source **inner, const struct xt_table_limits *limits, const char *name)
{
    struct gzip_source *gzip = xt_calloc(1, sizeof *gzip);

    gzip->base.ops = &GZIP_OPS;
    gzip->inner = *inner;
    gzip->limits = limits;
    gzip->name = name;
    *inner = NULL;
    if (inflateInit2(&gzip->z, 16 + MAX_WBITS) != Z_OK)
        abort(); /* only memory can be missing: as xt_alloc() */
    return &gzip->base;
}

/* ---- a member of a zip ---- */

struct zip_source {
    struct xt_source base;
    zip_file_t *file;
    const struct xt_table_limits *limits;
    const char *name;
    int64_t packed; /* bytes, as the directory says */
    int64_t size;
    int64_t out;
};

static enum xt_code zip_read(struct xt_source *source, void *data, size_t cap, size_t *out_n, struct xt_error *err)
{
    struct zip_source *zip = (struct zip_source *)source;
    zip_int64_t got = zip_fread(zip->file, data, cap);

    if (got < 0)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_ZIP, XT_TEXT(zip->name),
                       XT_TEXT(zip_error_strerror(zip_file_get_error(zip->file))));
    zip->out += got;
    *out_n = (size_t)got;
    if (zip->size > 0)
        source->done =
            zip->out >= zip->size ? zip->packed : (int64_t)((double)zip->packed * (double)zip->out / (double)zip->size);
    return check_inflated(zip->limits, zip->out, zip->packed, zip->name, err);
}

static void zip_source_close_(struct xt_source *source)
{
    struct zip_source *zip = (struct zip_source *)source;

    (void)zip_fclose(zip->file); /* only read */
    free(zip);
}

static const struct xt_source_ops ZIP_OPS = {zip_read, zip_source_close_};

enum xt_code xt_source_zip(zip_t *zip, uint64_t index, const struct xt_table_limits *limits, const char *name,
                           struct xt_source **out, struct xt_error *err)
{
    zip_stat_t facts;

    if (zip_stat_index(zip, index, 0, &facts) != 0)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_ZIP, XT_TEXT(name), XT_TEXT(zip_strerror(zip)));
    zip_file_t *file = zip_fopen_index(zip, index, 0);

    if (!file)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_ZIP, XT_TEXT(name), XT_TEXT(zip_strerror(zip)));
    struct zip_source *source = xt_calloc(1, sizeof *source);

    source->base.ops = &ZIP_OPS;
    source->file = file;
    source->limits = limits;
    source->name = name;
    source->packed = facts.valid & ZIP_STAT_COMP_SIZE ? (int64_t)(facts.comp_size & INT64_MAX) : 0;
    source->size = facts.valid & ZIP_STAT_SIZE ? (int64_t)(facts.size & INT64_MAX) : 0;
    *out = &source->base;
    return XT_OK;
}

/* ---- tar (POSIX.1-2001 pax and GNU long names) ---- */

#define TAR_BLOCK    512u
#define TAR_NAME_MAX ((uint64_t)64 * XT_KIB)

static bool octal(const char *s, size_t n, uint64_t *out)
{
    uint64_t value = 0;
    size_t i = 0;

    if ((unsigned char)s[0] & 0x80) { /* GNU: binary, big-endian */
        for (i = n - 8; i < n; i++)
            value = value << 8 | (unsigned char)s[i];
        *out = value;
        return value < (uint64_t)1 << 62;
    }
    while (i < n && s[i] == ' ')
        i++;
    for (; i < n && s[i] >= '0' && s[i] <= '7'; i++) {
        if (value >> 60)
            return false;
        value = value << 3 | (uint64_t)(s[i] - '0');
    }
    *out = value;
    return true;
}

static bool tar_sum_holds(const char *block)
{
    uint64_t said, sum = 0;
    size_t i;

    for (i = 0; i < TAR_BLOCK; i++)
        sum += i >= 148 && i < 156 ? ' ' : (unsigned char)block[i];
    return octal(block + 148, 8, &said) && said == sum;
}

bool xt_tar_is(struct xt_str head)
{
    return head.n >= TAR_BLOCK && head.s[0] != '\0' && tar_sum_holds(head.s);
}

static enum xt_code tar_damaged(const struct xt_tar *tar, struct xt_error *err)
{
    return xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_TAR, XT_TEXT(tar->name));
}

/* n bytes; *out_n fewer only at the end. */
static enum xt_code tar_take(struct xt_tar *tar, char *data, size_t n, size_t *out_n, struct xt_error *err)
{
    size_t got = 0, took = 1;

    while (got < n && took > 0) {
        enum xt_code rc = xt_source_read(tar->source, data + got, n - got, &took, err);

        if (rc != XT_OK)
            return rc;
        got += took;
    }
    *out_n = got;
    return XT_OK;
}

enum xt_code xt_tar_read(struct xt_tar *tar, void *data, size_t cap, size_t *out_n, struct xt_error *err)
{
    enum xt_code rc;

    *out_n = 0;
    if (tar->left == 0)
        return XT_OK;
    rc = xt_source_read(tar->source, data, cap < tar->left ? cap : (size_t)tar->left, out_n, err);
    if (rc != XT_OK)
        return rc;
    if (*out_n == 0)
        return tar_damaged(tar, err);
    tar->left -= *out_n;
    return XT_OK;
}

static enum xt_code tar_skip(struct xt_tar *tar, struct xt_error *err)
{
    char waste[8192];

    tar->left += tar->padding;
    tar->padding = 0;
    while (tar->left > 0) {
        size_t took;
        enum xt_code rc = xt_tar_read(tar, waste, sizeof waste, &took, err);

        if (rc != XT_OK)
            return rc;
    }
    return XT_OK;
}

/* What the members of kind L and x say about the one behind them. */
struct tar_said {
    bool named;
    bool sparse; /* GNU's sparse files in pax: what is stored is a map and pieces */
    bool sized;
    uint64_t size;
};

/* Records "LENGTH key=value\n", of which the value may hold anything. */
static bool pax_records(struct xt_str data, struct tar_said *said, struct xt_text *member)
{
    while (data.n > 0) {
        size_t i = 0, length = 0;
        int64_t size;

        while (i < data.n && data.s[i] >= '0' && data.s[i] <= '9' && length <= data.n)
            length = length * 10 + (size_t)(data.s[i++] - '0');
        if (i == 0 || length > data.n || length < i + 3 || data.s[i] != ' ' || data.s[length - 1] != '\n')
            return false;
        struct xt_str record = {data.s + i + 1, length - i - 2};
        const char *equals = memchr(record.s, '=', record.n);

        if (!equals)
            return false;
        struct xt_str value = {equals + 1, record.n - (size_t)(equals - record.s) - 1};

        if (xt_str_starts(record, "path=")) {
            xt_text_clear(member);
            xt_text_add_str(member, value);
            said->named = value.n > 0;
        } else if (xt_str_starts(record, "GNU.sparse.")) {
            said->sparse = true;
        } else if (xt_str_starts(record, "size=")) {
            if (!xt_int_parse(value, &size) || size < 0)
                return false;
            said->sized = true;
            said->size = (uint64_t)size;
        }
        data.s += length;
        data.n -= length;
    }
    return true;
}

/* The data of a GNU 'L' or pax 'x' member. */
static enum xt_code tar_say(struct xt_tar *tar, bool pax, struct tar_said *said, struct xt_text *member,
                            struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text data = {0};
    char piece[1024];
    enum xt_code rc;

    xt_text_init(&data, TAR_NAME_MAX);
    if (tar->left > TAR_NAME_MAX)
        return tar_damaged(tar, err);
    while (tar->left > 0) {
        size_t took;

        rc = xt_tar_read(tar, piece, sizeof piece, &took, err);
        if (rc != XT_OK)
            return rc;
        xt_text_add(&data, piece, took);
    }
    if (pax)
        return pax_records(xt_text_view(&data), said, member) ? XT_OK : tar_damaged(tar, err);
    xt_text_clear(member);
    xt_text_add(member, data.s, strnlen(data.s, data.n));
    said->named = member->n > 0;
    return XT_OK;
}

/* More of the map of an old GNU sparse file stands in blocks of its own. */
static enum xt_code tar_skip_map(struct xt_tar *tar, const char *head, struct xt_error *err)
{
    char block[TAR_BLOCK];
    bool more = head[482] != 0;

    while (more) {
        size_t got;
        enum xt_code rc = tar_take(tar, block, sizeof block, &got, err);

        if (rc != XT_OK)
            return rc;
        if (got < sizeof block)
            return tar_damaged(tar, err);
        more = block[504] != 0;
    }
    return XT_OK;
}

static void tar_short_name(const char *block, struct xt_text *member)
{
    if (memcmp(block + 257, "ustar", 6) == 0 && block[345]) {
        xt_text_add(member, block + 345, strnlen(block + 345, 155));
        xt_text_add_char(member, '/');
    }
    xt_text_add(member, block, strnlen(block, 100));
}

/* What a member is that is no plain file; XT_MSG_NONE: a plain file. *out_quiet: nobody misses it. */
static enum xt_msg tar_kind(char kind, bool sparse, bool *out_quiet)
{
    *out_quiet = strchr("3456gK", kind) != NULL; /* devices, folders, pipes, what pax says of all */
    switch (kind) {
    case '0':
    case '7':
    case '\0':
        *out_quiet = false;
        return sparse ? XT_MSG_TABLE_SPARSE : XT_MSG_NONE;
    case '1':
    case '2':
        return XT_MSG_TABLE_LINK;
    default:
        return XT_MSG_TABLE_SPARSE;
    }
}

enum xt_code xt_tar_next(struct xt_tar *tar, struct xt_text *member, bool *out_more, struct xt_error *err)
{
    struct tar_said said = {0};
    char block[TAR_BLOCK];

    xt_text_clear(member);
    for (;;) {
        size_t got;
        uint64_t size;
        bool quiet;
        enum xt_code rc = tar_skip(tar, err);

        if (rc == XT_OK)
            rc = tar_take(tar, block, sizeof block, &got, err);
        if (rc != XT_OK)
            return rc;
        *out_more = got > 0 && !(got == sizeof block && block[0] == '\0');
        if (!*out_more)
            return XT_OK;
        if (got < sizeof block || !tar_sum_holds(block) || !octal(block + 124, 12, &size))
            return tar_damaged(tar, err);
        char kind = block[156];

        if (said.sized && kind != 'L' && kind != 'x')
            size = said.size;
        tar->left = size;
        tar->padding = (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
        if (kind == 'L' || kind == 'x') {
            rc = tar_say(tar, kind == 'x', &said, member, err);
            if (rc != XT_OK)
                return rc;
            continue;
        }
        tar->refused = tar_kind(kind, said.sparse, &quiet);
        if (kind == 'S')
            rc = tar_skip_map(tar, block, err);
        if (rc != XT_OK)
            return rc;
        if (!quiet) {
            if (!said.named)
                tar_short_name(block, member);
            return XT_OK;
        }
        said = (struct tar_said){0};
        xt_text_clear(member);
    }
}
