/*
 * index_out_routes.c - published releases as files over HTTP: export, report.
 *
 * A release never changes, and what this version of the program makes of it does not either: its files carry an entity tag, and
 * the last few are kept as open files without a name, gone with the process. They are made by turns (index_turn.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indicator/index_export.h"
#include "indicator/index_out.h"
#include "indicator/index_report.h"
#include "indicator/index_routes.h"
#include "indicator/index_turn.h"
#include "indicator/published.h"

#define KEPT       16 /* files */
#define KEPT_BYTES (64 * (int64_t)XT_MIB)
#define UNITS_MAX  50 /* named in an address */

/* ---- files that were made ---- */

static struct kept {
    struct xt_hash key;
    int fd;     /* of a file without a name */
    char *name; /* for who downloads it */
    int64_t size, used;
} kept[KEPT];
static int64_t kept_clock;
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

/* The same file with a place of its own to read from, -1 where the system has no /proc. */
static int open_again(int fd)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int find_kept(const struct xt_hash *key, struct xt_arena *arena, const char **out_name)
{
    int fd = -1;
    size_t i;

    pthread_mutex_lock(&kept_lock);
    for (i = 0; i < KEPT && fd < 0; i++)
        if (kept[i].used > 0 && memcmp(&kept[i].key, key, sizeof *key) == 0) {
            kept[i].used = ++kept_clock;
            *out_name = xt_arena_strdup(arena, kept[i].name);
            fd = open_again(kept[i].fd);
        }
    pthread_mutex_unlock(&kept_lock);
    return fd;
}

static void drop_kept(struct kept *k)
{
    (void)close(k->fd); /* it was only read */
    free(k->name);
    *k = (struct kept){0};
}

/* Room for one more: the one that was not used for the longest time goes, and more while they are too much together. */
static struct kept *room_for(int64_t size)
{
    for (;;) {
        struct kept *oldest = NULL, *empty = NULL;
        int64_t bytes = 0;
        size_t i;

        for (i = 0; i < KEPT; i++) {
            bytes += kept[i].size;
            if (kept[i].used == 0)
                empty = &kept[i];
            else if (!oldest || kept[i].used < oldest->used)
                oldest = &kept[i];
        }
        if (empty && (bytes + size <= KEPT_BYTES || !oldest))
            return empty;
        drop_kept(oldest);
    }
}

static void keep(const struct xt_hash *key, int fd, int64_t size, const char *name)
{
    int again = size <= KEPT_BYTES ? open_again(fd) : -1;
    struct kept *k;

    if (again < 0)
        return;
    pthread_mutex_lock(&kept_lock);
    k = room_for(size);
    *k = (struct kept){*key, again, xt_strdup(name), size, ++kept_clock};
    pthread_mutex_unlock(&kept_lock);
}

static enum xt_code send(struct xt_reply *reply, int fd, struct xt_error *err)
{
    struct stat facts;

    if (fstat(fd, &facts) != 0) {
        int fault = errno;

        (void)close(fd);
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT(strerror(fault)));
    }
    reply->from_file = true;
    reply->file = fd;
    reply->file_size = (uint64_t)facts.st_size;
    return XT_OK;
}

/* ---- what is asked for ---- */

struct asked {
    struct xt_request *request;
    struct xt_published published;
    bool report;
    enum xt_format format;
    const char *extension;
    const char **units; /* of a report, NULL-terminated */
    int32_t period;
};

static struct xt_hash key_of(const struct asked *a)
{
    struct xt_hasher hasher;
    struct xt_hash key;
    char figures[80];
    size_t i;

    (void)snprintf(figures, sizeof figures, "%d %d %d %d", a->report, (int)a->format, (int)a->request->lang, a->period);
    xt_hasher_init(&hasher);
    xt_hasher_add_str(&hasher, XT_STR(XT_VERSION)); /* another one may write it otherwise */
    xt_hasher_add_str(&hasher, xt_str(a->published.release));
    xt_hasher_add_str(&hasher, xt_str(figures));
    for (i = 0; a->units && a->units[i]; i++)
        xt_hasher_add_str(&hasher, xt_str(a->units[i]));
    xt_hasher_end(&hasher, &key);
    return key;
}

/* "专业镇创新指数-2023.xlsx", of one unit "专业镇创新指数-2023-示例镇.pdf". */
static const char *name_of(const struct asked *a, const struct xt_index_book *book)
{
    struct xt_request *request = a->request;
    int32_t period = a->period != 0 ? a->period : xt_index_release_last(book->release);
    bool one = a->units && a->units[0] && !a->units[1];
    size_t row = one ? xt_index_release_row(book->release, a->units[0], period) : SIZE_MAX;
    const char *title = xt_index_book_title(book, request->lang);
    const char *unit = row == SIZE_MAX ? NULL : book->release->data->names[row];

    if (!book->table->period)
        return xt_arena_printf(request->arena, "%s%s%s.%s", title, unit ? "-" : "", unit ? unit : "", a->extension);
    return xt_arena_printf(request->arena, "%s-%d%s%s.%s", title, period, unit ? "-" : "", unit ? unit : "",
                           a->extension);
}

/* ---- making ---- */

static enum xt_code write_report(const struct asked *a, const struct xt_index_book *book, const char *path,
                                 struct xt_error *err)
{
    struct xt_index_report_options options = {.lang = a->request->lang, .period = a->period, .units = a->units};
    XT_AUTO(xt_text_done) struct xt_text bytes = {0};
    enum xt_code rc;

    xt_text_init(&bytes, XT_REPORT_BYTES_MAX);
    rc = xt_index_report(book, &options, &bytes, NULL, &a->request->problems, err);
    return rc == XT_OK ? xt_out_whole(path, xt_text_view(&bytes), err) : rc;
}

/* The writers make files; what they made stays open and loses its name. */
static enum xt_code make_file(const struct asked *a, const struct xt_index_book *book, int *out_fd,
                              struct xt_error *err)
{
    char folder[] = "/tmp/xietong-index-XXXXXX", path[64];
    enum xt_code rc;

    if (!mkdtemp(folder))
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT("mkdtemp"));
    (void)snprintf(path, sizeof path, "%s/out", folder);
    rc = a->report ? write_report(a, book, path, err) : xt_index_export(book, a->format, a->request->lang, path, err);
    if (rc == XT_OK) {
        *out_fd = open(path, O_RDONLY | O_CLOEXEC);
        if (*out_fd < 0)
            rc = xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_OPEN, XT_TEXT(path), XT_TEXT(strerror(errno)));
    }
    (void)unlink(path); /* it may not be there */
    (void)rmdir(folder);
    return rc;
}

static enum xt_code make_one(struct asked *a, struct xt_reply *reply, const struct xt_hash *key, struct xt_error *err)
{
    XT_AUTO(xt_index_opened_done) struct xt_index_opened o = {0};
    struct stat facts;
    int fd = -1;
    enum xt_code rc = xt_published_open(a->request->node, &a->published, &o, err);

    if (rc == XT_OK)
        rc = make_file(a, &o.book, &fd, err);
    if (rc != XT_OK)
        return rc;
    reply->download_name = name_of(a, &o.book);
    if (fstat(fd, &facts) == 0)
        keep(key, fd, facts.st_size, reply->download_name);
    return send(reply, fd, err);
}

static enum xt_code make(struct asked *a, struct xt_reply *reply, const struct xt_hash *key, struct xt_error *err)
{
    int fd;
    enum xt_code rc = xt_index_turn_check(a->published.size, err);

    if (rc == XT_OK)
        rc = xt_index_turn_take(err);
    if (rc != XT_OK)
        return rc;
    fd = find_kept(key, a->request->arena, &reply->download_name); /* by who had the turn before */
    rc = fd < 0 ? make_one(a, reply, key, err) : send(reply, fd, err);
    xt_index_turn_leave();
    return rc;
}

static enum xt_code answer(struct asked *a, struct xt_reply *reply, struct xt_error *err)
{
    struct xt_hash key;
    char hex[XT_HASH_HEX];
    int fd;
    enum xt_code rc = xt_index_find_release(a->request, &a->published, err);

    if (rc != XT_OK)
        return rc;
    key = key_of(a);
    (void)snprintf(reply->etag, sizeof reply->etag, "%s-%.16s", a->published.release, xt_hash_hex(&key, hex));
    fd = find_kept(&key, a->request->arena, &reply->download_name);
    return fd < 0 ? make(a, reply, &key, err) : send(reply, fd, err);
}

/* ---- the routes ---- */

const struct xt_param xt_index_export_params[] = {
    XT_INDEX_PARAM,
    XT_RELEASE_PARAM,
    {.name = "format",
     .kind = XT_P_ENUM,
     .values = "csv xlsx json",
     .otherwise = "csv",
     .about = "CSV with scores, ranks and intervals; a workbook with a sheet for each step; JSON unit by unit."},
    {.name = NULL},
};

const struct xt_param xt_index_report_params[] = {
    XT_INDEX_PARAM,
    XT_RELEASE_PARAM,
    {.name = "unit",
     .kind = XT_P_TEXT,
     .max = 200,
     .many = true,
     .about = "Code or name of a unit; may be repeated, at most 50 times. Without it: all, with cover and ranking."},
    {.name = "period", .kind = XT_P_INT, .min = -100000, .max = 100000, .about = "The period, the last by default."},
    {.name = NULL},
};

enum xt_code xt_index_get_export(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    static const struct {
        const char *name;
        enum xt_format format;
        const char *media;
    } formats[] = {
        {"csv", XT_FORMAT_CSV, "text/csv; charset=utf-8"},
        {"xlsx", XT_FORMAT_XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {"json", XT_FORMAT_JSON, "application/json"},
    };
    struct xt_str format = xt_request_param(request, "format");
    struct asked a = {.request = request};
    size_t i = 0;

    while (i + 1 < XT_COUNT(formats) && !xt_str_is(format, formats[i].name))
        i++;
    a.format = formats[i].format;
    a.extension = formats[i].name;
    reply->content_type = formats[i].media;
    return answer(&a, reply, err);
}

enum xt_code xt_index_get_report(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    struct asked a = {.request = request, .report = true, .extension = "pdf"};
    size_t i, n = 0;

    a.period = (int32_t)xt_request_int(request, "period", 0);
    a.units = xt_arena_alloc(request->arena, (request->param_count + 1) * sizeof *a.units);
    for (i = 0; i < request->param_count; i++)
        if (xt_str_is(request->params[i].name, "unit"))
            a.units[n++] = xt_arena_strndup(request->arena, request->params[i].value.s, request->params[i].value.n);
    if (n > UNITS_MAX)
        return xt_fail(err, XT_E_INPUT, "unit", XT_MSG_INDEX_TOO_MANY, XT_INT(n), XT_INT(UNITS_MAX));
    return answer(&a, reply, err);
}
