/* spill.c - much text in a file without a name. */
#include "base/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"

struct xt_spill {
    struct xt_text text; /* all of it, or what is not yet in the file */
    uint64_t total;
    int fd;       /* -1 while all is in memory */
    char *mapped; /* the file, once ready */
};

struct xt_spill *xt_spill_new(void)
{
    struct xt_spill *spill = xt_calloc(1, sizeof *spill);

    xt_text_init(&spill->text, SIZE_MAX / 2);
    spill->fd = -1;
    return spill;
}

void xt_spill_free(struct xt_spill **spill)
{
    struct xt_spill *s = *spill;

    if (!s)
        return;
    if (s->mapped)
        (void)munmap(s->mapped, s->total); /* of a sound mapping */
    if (s->fd >= 0)
        (void)close(s->fd); /* it has no name and goes with this */
    xt_text_done(&s->text);
    free(s);
    *spill = NULL;
}

static enum xt_code failed(struct xt_error *err)
{
    return xt_fail(err, errno == ENOSPC ? XT_E_FULL : XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT("xietong-spill"),
                   XT_TEXT(strerror(errno)));
}

int xt_spill_open(void)
{
    const char *folder = getenv("TMPDIR");
    char path[512];
    int fd;

    if (!folder || !*folder || strlen(folder) > 400)
        folder = "/tmp";
    fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    (void)snprintf(path, sizeof path, "%s/xietong-XXXXXX", folder); /* a file system without O_TMPFILE */
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path); /* if it stays, it stays */
    return fd;
}

static enum xt_code flush(struct xt_spill *spill, struct xt_error *err)
{
    size_t at = 0;

    if (spill->fd < 0)
        spill->fd = xt_spill_open();
    if (spill->fd < 0)
        return failed(err);
    while (at < spill->text.n) {
        ssize_t n = write(spill->fd, spill->text.s + at, spill->text.n - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(err);
        at += (size_t)n;
    }
    xt_text_clear(&spill->text);
    return XT_OK;
}

enum xt_code xt_spill_add(struct xt_spill *spill, struct xt_str s, struct xt_error *err)
{
    spill->total += s.n;
    xt_text_add_str(&spill->text, s);
    return spill->text.n > XT_SPILL_MEMORY ? flush(spill, err) : XT_OK;
}

uint64_t xt_spill_size(const struct xt_spill *spill)
{
    return spill->total;
}

enum xt_code xt_spill_ready(struct xt_spill *spill, struct xt_error *err)
{
    enum xt_code rc;

    if (spill->fd < 0)
        return XT_OK;
    rc = flush(spill, err);
    if (rc != XT_OK)
        return rc;
    void *mapped = mmap(NULL, spill->total, PROT_READ, MAP_PRIVATE, spill->fd, 0);

    if (mapped == MAP_FAILED)
        return failed(err);
    spill->mapped = mapped;
    return XT_OK;
}

const char *xt_spill_bytes(const struct xt_spill *spill)
{
    return spill->mapped ? spill->mapped : spill->text.s ? spill->text.s : "";
}
