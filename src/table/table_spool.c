/* table_spool.c - the whole of a source at one place: in memory where it is small, else in a file without a name. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/spill.h"
#include "table/table_priv.h"

#define MEMORY_MAX ((size_t)8 * XT_MIB)
#define PIECE      ((size_t)64 * XT_KIB)

struct xt_spool {
    struct xt_text text; /* all of it, or what is not yet in the file */
    uint64_t total;
    int fd;       /* -1 while all is in memory */
    char *mapped; /* the file, once ready */
};

struct xt_spool *xt_spool_new(void)
{
    struct xt_spool *spool = xt_calloc(1, sizeof *spool);

    xt_text_init(&spool->text, MEMORY_MAX + 2 * PIECE);
    spool->fd = -1;
    return spool;
}

void xt_spool_free(struct xt_spool **spool)
{
    struct xt_spool *s = *spool;

    if (!s)
        return;
    if (s->mapped)
        (void)munmap(s->mapped, s->total); /* of a sound mapping */
    if (s->fd >= 0)
        (void)close(s->fd); /* it has no name and goes with this */
    xt_text_done(&s->text);
    free(s);
    *spool = NULL;
}

static enum xt_code failed(struct xt_error *err)
{
    return xt_fail(err, errno == ENOSPC ? XT_E_FULL : XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT("xietong-spool"),
                   XT_TEXT(strerror(errno)));
}

static enum xt_code flush(struct xt_spool *spool, struct xt_error *err)
{
    size_t at = 0;

    if (spool->fd < 0)
        spool->fd = xt_spill_open();
    if (spool->fd < 0)
        return failed(err);
    while (at < spool->text.n) {
        ssize_t n = write(spool->fd, spool->text.s + at, spool->text.n - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(err);
        at += (size_t)n;
    }
    xt_text_clear(&spool->text);
    return XT_OK;
}

enum xt_code xt_spool_add(struct xt_spool *spool, const void *data, size_t n, struct xt_error *err)
{
    const char *s = data;

    while (n > 0) {
        size_t piece = n < PIECE ? n : PIECE;
        enum xt_code rc;

        xt_text_add(&spool->text, s, piece);
        spool->total += piece;
        s += piece;
        n -= piece;
        rc = spool->text.n > MEMORY_MAX ? flush(spool, err) : XT_OK;
        if (rc != XT_OK)
            return rc;
    }
    return XT_OK;
}

enum xt_code xt_spool_ready(struct xt_spool *spool, struct xt_str *out, struct xt_error *err)
{
    enum xt_code rc;

    if (spool->fd < 0) {
        *out = xt_text_view(&spool->text);
        return XT_OK;
    }
    rc = flush(spool, err);
    if (rc != XT_OK)
        return rc;
    void *mapped = mmap(NULL, spool->total, PROT_READ, MAP_PRIVATE, spool->fd, 0);

    if (mapped == MAP_FAILED)
        return failed(err);
    spool->mapped = mapped;
    *out = (struct xt_str){spool->mapped, spool->total};
    return XT_OK;
}

enum xt_code xt_spool_source(struct xt_source **source, int64_t bytes_max, const char *name, struct xt_spool **out,
                             struct xt_str *out_bytes, struct xt_error *err)
{
    XT_AUTO(xt_source_close) struct xt_source *taken = *source;
    struct xt_spool *spool = xt_spool_new();
    char piece[PIECE];
    size_t got = 1;
    enum xt_code rc = XT_OK;

    *source = NULL;
    while (rc == XT_OK && got > 0) {
        rc = xt_source_read(taken, piece, sizeof piece, &got, err);
        if (rc == XT_OK && (int64_t)(spool->total + got) > bytes_max)
            rc = xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_LARGE, XT_TEXT(name), XT_INT(bytes_max));
        if (rc == XT_OK)
            rc = xt_spool_add(spool, piece, got, err);
    }
    if (rc == XT_OK)
        rc = xt_spool_ready(spool, out_bytes, err);
    if (rc == XT_OK)
        *out = spool;
    else
        xt_spool_free(&spool);
    return rc;
}
