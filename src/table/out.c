/* out.c - tables out: files that take their place whole or not at all. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "table/out_priv.h"

#define BUFFER_FULL ((size_t)256 * XT_KIB)
#define BUFFER_MAX  ((size_t)512 * XT_MIB)

static enum xt_code write_failed(const struct xt_out *out, struct xt_error *err)
{
    const char *path = out->path ? out->path : "-";

    if (errno == ENOSPC)
        return xt_fail(err, XT_E_FULL, "", XT_MSG_DISK_FULL, XT_TEXT(path));
    return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(path), XT_TEXT(strerror(errno)));
}

static enum xt_code write_all(struct xt_out *out, struct xt_str text, struct xt_error *err)
{
    while (text.n > 0) {
        ssize_t n = write(out->fd, text.s, text.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return write_failed(out, err);
        text.s += n;
        text.n -= (size_t)n;
    }
    return XT_OK;
}

enum xt_code xt_out_flush(struct xt_out *out, bool now, struct xt_error *err)
{
    enum xt_code rc;

    if (out->buffer.n < BUFFER_FULL && !now)
        return XT_OK;
    assert(!xt_text_overflowed(&out->buffer)); /* a row of half a gigabyte: no reader lets one in */
    if (out->charset == XT_CHARSET_GB18030) {
        XT_AUTO(xt_text_done) struct xt_text encoded = {0};

        xt_text_init(&encoded, 2 * BUFFER_MAX);
        xt_encode_gb18030(xt_text_view(&out->buffer), &encoded);
        rc = write_all(out, xt_text_view(&encoded), err);
    } else {
        rc = write_all(out, xt_text_view(&out->buffer), err);
    }
    xt_text_clear(&out->buffer);
    return rc;
}

/* ---- columns ---- */

static void copy_columns(struct xt_out *out, const struct xt_out_column *columns, size_t count)
{
    size_t i, k, n;

    out->columns = xt_calloc(count + 1, sizeof *out->columns);
    out->count = count;
    for (i = 0; i < count; i++) {
        out->columns[i] = columns[i];
        out->columns[i].head = xt_strdup(columns[i].head);
        out->columns[i].note = columns[i].note ? xt_strdup(columns[i].note) : NULL;
        out->columns[i].choices = NULL;
        if (!columns[i].choices)
            continue;
        for (n = 0; columns[i].choices[n];)
            n++;
        const char **choices = xt_calloc(n + 1, sizeof *choices);

        for (k = 0; k < n; k++)
            choices[k] = xt_strdup(columns[i].choices[k]);
        out->columns[i].choices = choices;
    }
}

static void free_columns(struct xt_out *out)
{
    size_t i, k;

    for (i = 0; i < out->count; i++) {
        struct xt_out_column *column = &out->columns[i];

        for (k = 0; column->choices && column->choices[k]; k++)
            free((void *)(uintptr_t)column->choices[k]); /* ours, const only for the caller's sake */
        free((void *)(uintptr_t)column->choices);
        free((void *)(uintptr_t)column->head);
        free((void *)(uintptr_t)column->note);
    }
    free(out->columns);
}

/* ---- opening and closing ---- */

/* A name beside path, so that the rename stays within one file system. */
static enum xt_code open_temporary(struct xt_out *out, struct xt_error *err)
{
    struct xt_text name;

    xt_text_init(&name, 8192);
    xt_text_addf(&name, "%s.part-XXXXXX", out->path);
    if (xt_text_overflowed(&name)) {
        xt_text_done(&name);
        errno = ENAMETOOLONG;
        return write_failed(out, err);
    }
    int fd = mkostemp(name.s, O_CLOEXEC);

    if (fd < 0) {
        xt_text_done(&name);
        return write_failed(out, err);
    }
    out->temporary = name.s;
    /* mkostemp() makes it for the owner alone; the finished file is one like any other. */
    mode_t mask = umask(0);

    (void)umask(mask);
    (void)fchmod(fd, 0666 & ~mask); /* at worst it stays the owner's */
    out->fd = fd;
    return XT_OK;
}

static enum xt_code begin_text(struct xt_out *out, struct xt_error *err)
{
    XT_AUTO(xt_free_ptr) struct xt_str *list = xt_calloc(out->count + 1, sizeof *list);
    size_t i;

    if (out->format == XT_FORMAT_JSONL)
        return XT_OK;
    if (out->charset == XT_CHARSET_UTF8)
        xt_text_add_z(&out->buffer, "\xEF\xBB\xBF");
    for (i = 0; i < out->count; i++)
        list[i] = xt_str(out->columns[i].head);
    return out->ops->row(out, list, out->count, err);
}

enum xt_code xt_out_open(const char *path, enum xt_format format, enum xt_charset charset, const char *sheet,
                         const struct xt_out_column *columns, size_t count, struct xt_out **out, struct xt_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    struct xt_out *o;
    enum xt_code rc = XT_OK;

    assert(xt_format_written(format) && (count > 0 || format == XT_FORMAT_JSONL));
    assert(charset == XT_CHARSET_UTF8 || charset == XT_CHARSET_GB18030);
    assert(!(standard && format == XT_FORMAT_XLSX));
    o = xt_calloc(1, sizeof *o);
    o->format = format;
    o->charset = format == XT_FORMAT_CSV || format == XT_FORMAT_TSV ? charset : XT_CHARSET_UTF8;
    o->fd = STDOUT_FILENO;
    o->ops = format == XT_FORMAT_XLSX    ? &xt_out_xlsx_ops
             : format == XT_FORMAT_JSONL ? &xt_out_jsonl_ops
                                         : &xt_out_csv_ops;
    xt_text_init(&o->buffer, BUFFER_MAX);
    copy_columns(o, columns, count);
    if (!standard) {
        o->path = xt_strdup(path);
        rc = open_temporary(o, err);
    }
    if (rc == XT_OK)
        rc = format == XT_FORMAT_XLSX ? xt_out_xlsx_begin(o, sheet, err) : begin_text(o, err);
    if (rc != XT_OK) {
        xt_out_drop(&o);
        return rc;
    }
    o->rows = 0;
    *out = o;
    return XT_OK;
}

enum xt_code xt_out_row(struct xt_out *out, const struct xt_str *cells, size_t count, struct xt_error *err)
{
    assert(count <= out->count);
    enum xt_code rc = out->ops->row(out, cells, count, err);

    out->rows += rc == XT_OK;
    return rc;
}

enum xt_code xt_out_json(struct xt_out *out, const json_t *object, struct xt_error *err)
{
    assert(out->ops->json);
    enum xt_code rc = out->ops->json(out, object, err);

    out->rows += rc == XT_OK;
    return rc;
}

int64_t xt_out_rows(const struct xt_out *out)
{
    return out->rows;
}

/* Best effort: the name of a file is durable once its folder is. */
static void sync_folder(const char *path)
{
    char *folder = xt_strdup(path);
    char *slash = strrchr(folder, '/');

    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        (void)fsync(fd); /* some file systems cannot */
        (void)close(fd);
    }
    free(folder);
}

static enum xt_code into_place(struct xt_out *out, struct xt_error *err)
{
    int fd = out->fd;

    if (fd < 0)
        fd = open(out->temporary, O_RDWR | O_CLOEXEC);
    bool fine = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        fine = close(fd) == 0 && fine;
    out->fd = -1;
    if (!fine || rename(out->temporary, out->path) != 0)
        return write_failed(out, err);
    free(out->temporary);
    out->temporary = NULL;
    sync_folder(out->path);
    return XT_OK;
}

enum xt_code xt_out_close(struct xt_out **out, struct xt_error *err)
{
    enum xt_code rc = (*out)->ops->finish(*out, err);

    if (rc == XT_OK && (*out)->path)
        rc = into_place(*out, err);
    xt_out_drop(out);
    return rc;
}

void xt_out_drop(struct xt_out **out)
{
    struct xt_out *o = *out;

    if (!o)
        return;
    o->ops->drop(o);
    if (o->path && o->fd >= 0)
        (void)close(o->fd); /* what it held is thrown away */
    if (o->temporary)
        (void)unlink(o->temporary); /* if it cannot go it stays, under a name that says what it is */
    free(o->temporary);
    free(o->path);
    free_columns(o);
    xt_text_done(&o->buffer);
    free(o);
    *out = NULL;
}
