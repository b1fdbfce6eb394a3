/* out.c - tables out: files that take their place whole or not at all. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "table/out_priv.h"

#define BUFFER_FULL   ((size_t)256 * XT_KIB)
#define BUFFER_MAX    ((size_t)512 * XT_MIB)

#define LEAD_ROWS_MAX 1000 /* a head further down does not stay in its row */

/* The process's umask. Asking for it by umask() would change it for a moment, for other threads too. */
static mode_t file_mask(void)
{
    FILE *status = fopen("/proc/self/status", "re");
    unsigned mask = 077; /* where nobody tells, the file stays the owner's */
    char line[256];

    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "Umask:", 6) == 0)
            mask = (unsigned)strtoul(line + 6, NULL, 8);
    if (status)
        (void)fclose(status); /* only read */
    return (mode_t)mask;
}

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

/* The buffer in the character set of the file. */
static void encode(const struct xt_out *out, struct xt_text *encoded)
{
    if (out->options.charset == XT_CHARSET_GB18030)
        xt_encode_gb18030(xt_text_view(&out->buffer), encoded);
    else
        xt_encode_utf16(xt_text_view(&out->buffer), out->options.charset == XT_CHARSET_UTF16BE, encoded);
}

enum xt_code xt_out_flush(struct xt_out *out, bool now, struct xt_error *err)
{
    enum xt_code rc;

    if (out->buffer.n < BUFFER_FULL && !now)
        return XT_OK;
    assert(!xt_text_overflowed(&out->buffer)); /* a row of half a gigabyte: no reader lets one in */
    if (out->options.charset != XT_CHARSET_UTF8) {
        XT_AUTO(xt_text_done) struct xt_text encoded = {0};

        xt_text_init(&encoded, 2 * BUFFER_MAX);
        encode(out, &encoded);
        rc = write_all(out, xt_text_view(&encoded), err);
    } else {
        rc = write_all(out, xt_text_view(&out->buffer), err);
    }
    xt_text_clear(&out->buffer);
    return rc;
}

/* ---- columns ---- */

static void free_heads(struct xt_out *out)
{
    size_t i;

    for (i = 0; i < out->count; i++)
        free(out->heads[i].head);
    free(out->heads);
    out->heads = NULL;
    out->count = 0;
}

static void take_heads(struct xt_out *out, const struct xt_out_table *table)
{
    size_t i;

    free_heads(out);
    out->heads = xt_calloc(table->count + 1, sizeof *out->heads);
    out->count = table->count;
    for (i = 0; i < table->count; i++)
        out->heads[i] =
            (struct xt_out_head){xt_strdup(table->columns[i].head), table->columns[i].kind, table->columns[i].number};
}

enum xt_cell_kind xt_out_kind(const struct xt_out *out, size_t column)
{
    return column < out->count ? out->heads[column].kind : XT_CELL_AS_READ;
}

/* The lowest row of the head: as it was, and behind it the heads of columns that were added. */
static enum xt_code lowest_row(struct xt_out *out, const struct xt_out_table *table, const struct xt_lead *lead,
                               xt_out_lead_row *row, struct xt_error *err)
{
    XT_AUTO(xt_free_ptr) struct xt_str *cells = xt_calloc(table->count + lead->count + 1, sizeof *cells);
    size_t count = table->count > lead->count ? table->count : lead->count, i;

    for (i = 0; i < count; i++) {
        if (i >= table->lead_columns && i < table->count)
            cells[i] = xt_str(table->columns[i].head);
        else
            cells[i] = i < lead->count ? lead->cells[i] : XT_STR("");
    }
    return row(out, cells, count, true, err);
}

enum xt_code xt_out_each_lead(struct xt_out *out, const struct xt_out_table *table, xt_out_lead_row *row,
                              struct xt_error *err)
{
    const struct xt_lead_look *look = table->lead;
    int64_t at = 1;
    enum xt_code rc = XT_OK;
    size_t i;

    for (i = 0; rc == XT_OK && i < look->count; i++) {
        for (; rc == XT_OK && at < look->rows[i].number && look->rows[i].number <= LEAD_ROWS_MAX; at++)
            rc = row(out, NULL, 0, false, err); /* the head stays in the row where it was */
        if (rc == XT_OK && i + 1 < look->count)
            rc = row(out, look->rows[i].cells, look->rows[i].count, false, err);
        else if (rc == XT_OK)
            rc = lowest_row(out, table, &look->rows[i], row, err);
        at++;
    }
    return rc;
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
    (void)fchmod(fd, 0666 & ~file_mask()); /* at worst it stays the owner's */
    out->fd = fd;
    return XT_OK;
}

enum xt_code xt_out_begin(const char *path, const struct xt_out_options *options, struct xt_out **out,
                          struct xt_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    struct xt_out *o;
    enum xt_code rc = XT_OK;

    assert(xt_format_written(options->format));
    assert(!(standard && options->format == XT_FORMAT_XLSX));
    o = xt_calloc(1, sizeof *o);
    o->options = *options;
    if (options->format != XT_FORMAT_CSV && options->format != XT_FORMAT_TSV)
        o->options.charset = XT_CHARSET_UTF8;
    o->fd = standard ? STDOUT_FILENO : -1;
    o->ops = options->format == XT_FORMAT_XLSX    ? &xt_out_xlsx_ops
             : options->format == XT_FORMAT_JSONL ? &xt_out_jsonl_ops
                                                  : &xt_out_csv_ops;
    xt_text_init(&o->buffer, BUFFER_MAX);
    if (!standard) {
        o->path = xt_strdup(path);
        rc = open_temporary(o, err);
    }
    if (rc == XT_OK && options->format == XT_FORMAT_XLSX)
        rc = xt_out_xlsx_begin(o, err);
    if (rc != XT_OK) {
        xt_out_drop(&o);
        return rc;
    }
    *out = o;
    return XT_OK;
}

enum xt_code xt_out_table(struct xt_out *out, const struct xt_out_table *table, struct xt_error *err)
{
    assert(table->count > 0);
    take_heads(out, table);
    return out->ops->table(out, table, err);
}

enum xt_code xt_out_open(const char *path, enum xt_format format, enum xt_charset charset, const char *sheet,
                         const struct xt_out_column *columns, size_t count, struct xt_out **out, struct xt_error *err)
{
    struct xt_out_options options = {.format = format, .charset = charset};
    struct xt_out_table table = {.name = sheet, .columns = columns, .count = count};
    struct xt_out *o = NULL;
    enum xt_code rc = xt_out_begin(path, &options, &o, err);

    if (rc == XT_OK && count > 0)
        rc = xt_out_table(o, &table, err);
    if (rc != XT_OK) {
        xt_out_drop(&o);
        return rc;
    }
    *out = o;
    return XT_OK;
}

enum xt_code xt_out_row_marked(struct xt_out *out, const struct xt_str *cells, size_t count,
                               const struct xt_out_mark *marks, size_t mark_count, struct xt_error *err)
{
    enum xt_code rc = out->ops->row(out, cells, count, marks, mark_count, err);

    out->rows += rc == XT_OK;
    return rc;
}

enum xt_code xt_out_row(struct xt_out *out, const struct xt_str *cells, size_t count, struct xt_error *err)
{
    return xt_out_row_marked(out, cells, count, NULL, 0, err);
}

enum xt_code xt_out_json(struct xt_out *out, const json_t *object, struct xt_error *err)
{
    assert(out->ops->json);
    enum xt_code rc = out->ops->json(out, object, err);

    out->rows += rc == XT_OK;
    return rc;
}

enum xt_code xt_out_text(struct xt_out *out, struct xt_str text, struct xt_error *err)
{
    enum xt_code rc;

    assert(out->options.format == XT_FORMAT_JSONL);
    xt_text_add_str(&out->buffer, text);
    rc = xt_out_flush(out, false, err);
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

static void nothing_to_drop(struct xt_out *out)
{
    (void)out;
}

enum xt_code xt_out_whole(const char *path, struct xt_str bytes, struct xt_error *err)
{
    static const struct xt_out_ops whole = {.drop = nothing_to_drop};
    XT_AUTO(xt_out_drop) struct xt_out *out = xt_calloc(1, sizeof *out);
    enum xt_code rc;

    out->ops = &whole;
    out->fd = -1; /* 0 is somebody else's */
    out->path = xt_strdup(path);
    xt_text_init(&out->buffer, 1);
    rc = open_temporary(out, err);
    if (rc == XT_OK)
        rc = write_all(out, bytes, err);
    return rc == XT_OK ? into_place(out, err) : rc;
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
    free_heads(o);
    xt_text_done(&o->buffer);
    free(o);
    *out = NULL;
}
