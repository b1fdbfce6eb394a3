/*
 * table_xlsx_strings.c - the shared strings of a workbook, end to end; large ones in a file without a name.
 *
 * A length of one to five bytes stands before each string, and where every eighth begins is known: half a byte a string
 * instead of four or eight, for a workbook may have ten million. Of the mapped file only some MiB stay in the process;
 * giving pages back (MADV_DONTNEED) drops no text, the next look brings them in again from the file, so views into it
 * stay good.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/spill.h"
#include "table/table_priv.h"

#define MEMORY_MAX   ((size_t)4 * XT_MIB)
#define COUNT_MAX    ((size_t)16 * XT_MIB)
#define GROUP        8u
#define BLOCK        ((size_t)64 * XT_KIB) /* what one fault of a page brings in at most */
#define RESIDENT_MAX 64u                   /* blocks */

struct xt_strings {
    struct xt_text text; /* all of them, or what is not yet in the file */
    uint32_t *starts;    /* of every eighth */
    size_t count, capacity;
    uint64_t total, max; /* bytes of the strings alone */
    uint64_t stored;     /* with their lengths */
    int fd;              /* -1 while all is in memory */
    char *mapped;        /* the file, once ready */
    uint64_t *resident;  /* bits: blocks of it that were looked at */
    size_t resident_count;
};

struct xt_strings *xt_strings_new(int64_t bytes_max)
{
    struct xt_strings *strings = xt_calloc(1, sizeof *strings);

    xt_text_init(&strings->text, 2 * MEMORY_MAX + XT_MIB);
    strings->fd = -1;
    strings->max = bytes_max < UINT32_MAX / 2 ? (uint64_t)bytes_max : UINT32_MAX / 2; /* offsets have 32 bits */
    return strings;
}

void xt_strings_free(struct xt_strings **strings)
{
    struct xt_strings *s = *strings;

    if (!s)
        return;
    if (s->mapped)
        (void)munmap(s->mapped, s->stored); /* of a sound mapping */
    if (s->fd >= 0)
        (void)close(s->fd); /* it has no name and goes with this */
    xt_text_done(&s->text);
    free(s->starts);
    free(s->resident);
    free(s);
    *strings = NULL;
}

static enum xt_code spill_failed(struct xt_error *err)
{
    return xt_fail(err, errno == ENOSPC ? XT_E_FULL : XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT("xietong-strings"),
                   XT_TEXT(strerror(errno)));
}

static enum xt_code spill(struct xt_strings *strings, struct xt_error *err)
{
    size_t at = 0;

    if (strings->fd < 0)
        strings->fd = xt_spill_open();
    if (strings->fd < 0)
        return spill_failed(err);
    while (at < strings->text.n) {
        ssize_t n = write(strings->fd, strings->text.s + at, strings->text.n - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return spill_failed(err);
        at += (size_t)n;
    }
    xt_text_clear(&strings->text);
    return XT_OK;
}

static size_t put_length(size_t n, char out[8])
{
    size_t i = 0;

    for (; n >= 0x80; n >>= 7)
        out[i++] = (char)(n | 0x80);
    out[i++] = (char)n;
    return i;
}

static const char *take_length(const char *s, size_t *out)
{
    unsigned shift = 0;

    *out = 0;
    for (; (unsigned char)*s >= 0x80; shift += 7)
        *out |= (size_t)(*s++ & 0x7F) << shift;
    *out |= (size_t)*s++ << shift;
    return s;
}

enum xt_code xt_strings_add(struct xt_strings *strings, struct xt_str s, struct xt_error *err)
{
    char length[8];
    size_t length_n = put_length(s.n, length);

    strings->total += s.n;
    if (strings->total > strings->max || strings->count >= COUNT_MAX)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLSX_STRINGS, XT_INT(strings->max), XT_INT(COUNT_MAX));
    if (strings->count % GROUP == 0) {
        xt_grow(&strings->starts, &strings->capacity, strings->count / GROUP + 1, sizeof *strings->starts);
        strings->starts[strings->count / GROUP] = (uint32_t)strings->stored;
    }
    strings->count++;
    strings->stored += length_n + s.n;
    xt_text_add(&strings->text, length, length_n);
    xt_text_add_str(&strings->text, s);
    return strings->text.n > MEMORY_MAX ? spill(strings, err) : XT_OK;
}

enum xt_code xt_strings_ready(struct xt_strings *strings, struct xt_error *err)
{
    enum xt_code rc;

    if (strings->fd < 0)
        return XT_OK;
    rc = spill(strings, err);
    if (rc != XT_OK)
        return rc;
    xt_text_done(&strings->text);
    xt_text_init(&strings->text, XT_KIB);
    void *mapped = mmap(NULL, strings->stored, PROT_READ, MAP_PRIVATE, strings->fd, 0);

    if (mapped == MAP_FAILED)
        return spill_failed(err);
    strings->mapped = mapped;
    strings->resident = xt_calloc(strings->stored / BLOCK / 64 + 1, sizeof *strings->resident);
    return XT_OK;
}

/* Bytes from..end of the file will have been looked at. */
static void note_resident(struct xt_strings *strings, size_t from, size_t end)
{
    size_t block;

    for (block = from / BLOCK; block <= end / BLOCK && block <= strings->stored / BLOCK; block++) {
        uint64_t bit = (uint64_t)1 << block % 64;

        if (strings->resident[block / 64] & bit)
            continue;
        if (strings->resident_count == RESIDENT_MAX) {
            (void)madvise(strings->mapped, strings->stored, MADV_DONTNEED); /* if it stays, it stays */
            memset(strings->resident, 0, (strings->stored / BLOCK / 64 + 1) * sizeof *strings->resident);
            strings->resident_count = 0;
        }
        strings->resident[block / 64] |= bit;
        strings->resident_count++;
    }
}

bool xt_strings_get(struct xt_strings *strings, size_t index, struct xt_str *out)
{
    const char *base = strings->mapped ? strings->mapped : strings->text.s;
    size_t start, n, i;

    if (index >= strings->count)
        return false;
    start = strings->starts[index / GROUP];
    const char *s = take_length(base + start, &n);

    for (i = index % GROUP; i > 0; i--)
        s = take_length(s + n, &n);
    if (strings->mapped)
        note_resident(strings, start, (size_t)(s - base) + n);
    *out = (struct xt_str){s, n};
    return true;
}

static bool hex4(const char *s, uint32_t *out)
{
    size_t i;

    *out = 0;
    for (i = 0; i < 4; i++) {
        char c = s[i];
        uint32_t digit;

        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A') + 10;
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a') + 10;
        else
            return false;
        *out = *out << 4 | digit;
    }
    return true;
}

void xt_xlsx_unescape(struct xt_text *text, size_t from)
{
    char *s = text->s;
    size_t i = from, o = from;
    uint32_t c;

    if (text->n - from < 7 || !memmem(s + from, text->n - from, "_x", 2))
        return;
    while (i < text->n) {
        if (s[i] == '_' && i + 7 <= text->n && s[i + 1] == 'x' && s[i + 6] == '_' && hex4(s + i + 2, &c) && c != 0 &&
            (c < 0xD800 || c > 0xDFFF)) {
            o += xt_utf8_encode(c, s + o); /* at most three bytes where seven stood */
            i += 7;
        } else {
            s[o++] = s[i++];
        }
    }
    xt_text_cut(text, o);
}
