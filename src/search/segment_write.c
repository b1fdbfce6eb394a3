/* Writing a segment: lists as they come, the dictionary and what else is behind them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <libdeflate.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "search/segment.h"

#define OUT_BYTES (4 * SEGMENT_CHUNK)

/* A growing run of bytes. */
struct bytes {
    uint8_t *s;
    size_t n, room;
};

struct segment_writer {
    char path[4096], temp[4096];
    int fd;
    int error; /* errno of the first write that failed */
    uint64_t bytes_per_second;
    int64_t started_us;
    struct segment_head head;
    /* the file so far */
    uint8_t *out;
    size_t out_n;
    uint64_t at;
    uint32_t chunk_crc;
    size_t chunk_n;
    struct bytes sums;
    /* the dictionary */
    struct bytes terms, blocks;
    char last[TERM_BYTES_MAX];
    size_t last_n;
    /* the list at hand */
    char term[TERM_BYTES_MAX];
    size_t term_n;
    struct bytes skips, data, positions;
    uint32_t with;
    uint64_t next_doc; /* lowest that may come */
    uint32_t gaps[LIST_BLOCK], pattern_of[LIST_BLOCK];
    uint32_t *hits; /* positions of the block */
    size_t hit_count, hit_room;
    unsigned in_block;

    const struct pattern *patterns;
    uint32_t pattern_count;
    const struct pattern_part *parts;
};

/* ---- bytes ---- */

static uint8_t *bytes_room(struct bytes *b, size_t more)
{
    if (b->n + more > b->room) /* looked at here: it is asked for every posting */
        xt_grow(&b->s, &b->room, b->n + more, 1);
    return b->s + b->n;
}

static void bytes_add(struct bytes *b, const void *data, size_t n)
{
    if (n)
        memcpy(bytes_room(b, n), data, n);
    b->n += n;
}

static void bytes_add32(struct bytes *b, uint32_t value)
{
    bytes_add(b, &value, sizeof value);
}

static void bytes_add_varint(struct bytes *b, uint64_t value)
{
    b->n += varint_write(bytes_room(b, VARINT_MAX), value);
}

static void bytes_add_pack(struct bytes *b, const uint32_t *values, size_t n)
{
    b->n += pack_write(values, n, bytes_room(b, PACK_BOUND(n)));
}

/* ---- the file ---- */

/* No more than so many bytes a second, so that those who search and write keep the disk. */
static void pace(const struct segment_writer *w)
{
    if (!w->bytes_per_second)
        return;
    int64_t due = w->started_us + (int64_t)(w->at * 1000000 / w->bytes_per_second), wait = due - xt_monotonic_us();

    if (wait > 0) {
        struct timespec pause = {.tv_sec = wait / 1000000, .tv_nsec = wait % 1000000 * 1000};

        (void)nanosleep(&pause, NULL); /* woken early: the next pause is longer */
    }
}

static void flush(struct segment_writer *w)
{
    for (size_t done = 0; done < w->out_n && !w->error;) {
        ssize_t n = write(w->fd, w->out + done, w->out_n - done);

        if (n < 0 && errno != EINTR)
            w->error = errno;
        done += n > 0 ? (size_t)n : 0;
    }
    w->out_n = 0;
    pace(w);
}

static void end_chunk(struct segment_writer *w)
{
    bytes_add32(&w->sums, w->chunk_crc);
    w->chunk_crc = 0;
    w->chunk_n = 0;
}

/* Bytes of the file that stand under a CRC. */
static void put(struct segment_writer *w, const uint8_t *data, size_t n)
{
    w->at += n;
    while (n) {
        size_t step = n;

        if (step > SEGMENT_CHUNK - w->chunk_n)
            step = SEGMENT_CHUNK - w->chunk_n;
        if (step > OUT_BYTES - w->out_n)
            step = OUT_BYTES - w->out_n;
        memcpy(w->out + w->out_n, data, step);
        w->chunk_crc = libdeflate_crc32(w->chunk_crc, data, step);
        w->out_n += step;
        w->chunk_n += step;
        data += step;
        n -= step;
        if (w->chunk_n == SEGMENT_CHUNK)
            end_chunk(w);
        if (w->out_n == OUT_BYTES)
            flush(w);
    }
}

enum xt_code segment_writer_begin(const char *dir, uint64_t serial, uint64_t mark, uint32_t first, uint32_t count,
                                  uint32_t living, uint64_t bytes_per_second, struct segment_writer **out,
                                  struct xt_error *err)
{
    struct segment_writer *w = xt_calloc(1, sizeof *w);

    segment_path(w->path, dir, serial, ".seg");
    segment_path(w->temp, dir, serial, ".tmp");
    w->fd = open(w->temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (w->fd < 0 || lseek(w->fd, SEGMENT_HEAD, SEEK_SET) < 0) {
        enum xt_code rc = xt_fail(err, errno == ENOSPC ? XT_E_FULL : XT_E_INTERNAL, "", XT_MSG_FILE_WRITE,
                                  XT_TEXT(w->temp), XT_TEXT(strerror(errno)));

        segment_writer_drop(w);
        return rc;
    }
    memcpy(w->head.magic, SEGMENT_MAGIC, sizeof w->head.magic);
    w->head.mark = mark;
    w->head.first = first;
    w->head.count = count;
    w->head.living = living;
    w->head.lists_at = SEGMENT_HEAD;
    w->bytes_per_second = bytes_per_second;
    w->started_us = xt_monotonic_us();
    w->out = xt_alloc(OUT_BYTES);
    w->at = SEGMENT_HEAD;
    *out = w;
    return XT_OK;
}

void segment_writer_drop(struct segment_writer *w)
{
    struct bytes *const all[] = {&w->sums, &w->terms, &w->blocks, &w->skips, &w->data, &w->positions};

    if (w->fd >= 0) {
        (void)close(w->fd);
        (void)unlink(w->temp); /* gone already when it has its own name */
    }
    for (size_t i = 0; i < XT_COUNT(all); i++)
        free(all[i]->s);
    free(w->hits);
    free(w->out);
    free(w);
}

bool segment_writer_failed(const struct segment_writer *w)
{
    return w->error != 0;
}

void segment_writer_patterns(struct segment_writer *w, const struct pattern *patterns, uint32_t count,
                             const struct pattern_part *parts)
{
    w->patterns = patterns;
    w->pattern_count = count;
    w->parts = parts;
}

/* ---- lists ---- */

static void end_block(struct segment_writer *w)
{
    bytes_add_pack(&w->data, w->gaps, LIST_BLOCK);
    bytes_add_pack(&w->data, w->pattern_of, LIST_BLOCK);
    bytes_add_pack(&w->positions, w->hits, w->hit_count);
    bytes_add32(&w->skips, (uint32_t)(w->next_doc - 1 - w->head.first));
    bytes_add32(&w->skips, (uint32_t)w->data.n);
    bytes_add32(&w->skips, (uint32_t)w->positions.n);
    w->in_block = 0;
    w->hit_count = 0;
}

/* The term at hand: its list goes to the file, it to the dictionary. A term without postings is as if it had not come. */
static void end_term(struct segment_writer *w)
{
    if (w->with == 0)
        return;
    if (w->terms.n > UINT32_MAX - 4096 || w->data.n + w->skips.n > UINT32_MAX - 4096 ||
        w->positions.n > UINT32_MAX - PACK_BOUND(w->hit_count))
        w->error = EFBIG; /* places in a segment take four bytes */
    for (unsigned i = 0; i < w->in_block; i++) {
        bytes_add_varint(&w->data, w->gaps[i]);
        bytes_add_varint(&w->data, w->pattern_of[i]);
    }
    if (w->hit_count)
        bytes_add_pack(&w->positions, w->hits, w->hit_count);

    if (w->head.terms % TERMS_IN_BLOCK == 0) {
        bytes_add32(&w->blocks, (uint32_t)w->terms.n);
        bytes_add_varint(&w->terms, w->at - SEGMENT_HEAD);
        bytes_add_varint(&w->terms, w->term_n);
        bytes_add(&w->terms, w->term, w->term_n);
    } else {
        size_t shared = 0;

        while (shared < w->term_n && shared < w->last_n && w->term[shared] == w->last[shared])
            shared++;
        bytes_add_varint(&w->terms, shared);
        bytes_add_varint(&w->terms, w->term_n - shared);
        bytes_add(&w->terms, w->term + shared, w->term_n - shared);
    }
    bytes_add_varint(&w->terms, w->with);
    bytes_add_varint(&w->terms, w->skips.n + w->data.n);
    bytes_add_varint(&w->terms, w->positions.n);
    put(w, w->skips.s, w->skips.n);
    put(w, w->data.s, w->data.n);
    put(w, w->positions.s, w->positions.n);

    memcpy(w->last, w->term, w->term_n);
    w->last_n = w->term_n;
    w->head.terms++;
    w->head.postings += w->with;
    w->skips.n = w->data.n = w->positions.n = 0;
    w->in_block = 0;
    w->hit_count = 0;
    w->with = 0;
}

void segment_writer_term(struct segment_writer *w, struct xt_str term)
{
    end_term(w);
    w->term_n = term.n < TERM_BYTES_MAX ? term.n : TERM_BYTES_MAX; /* the tokenizer gives no longer ones */
    memcpy(w->term, term.s, w->term_n);
    w->next_doc = w->head.first;
}

void segment_writer_posting(struct segment_writer *w, uint32_t doc, uint32_t pattern, const uint32_t *positions)
{
    uint32_t hits = w->patterns[pattern].hits;

    w->gaps[w->in_block] = (uint32_t)(doc - w->next_doc);
    w->pattern_of[w->in_block++] = pattern;
    if (w->hit_count + hits > w->hit_room)
        xt_grow(&w->hits, &w->hit_room, w->hit_count + hits, sizeof *w->hits);
    for (uint32_t i = 0; i < hits; i++) /* one or two, mostly */
        w->hits[w->hit_count + i] = positions[i];
    w->hit_count += hits;
    w->next_doc = (uint64_t)doc + 1;
    w->with++;
    if (w->in_block == LIST_BLOCK)
        end_block(w);
}

/* ---- the end ---- */

static void put_patterns(struct segment_writer *w)
{
    struct bytes b = {NULL, 0, 0};

    for (uint32_t i = 0; i < w->pattern_count; i++) {
        bytes_add_varint(&b, w->patterns[i].postings);
        bytes_add_varint(&b, w->patterns[i].parts);
        for (uint32_t k = 0; k < w->patterns[i].parts; k++) {
            bytes_add_varint(&b, w->parts[w->patterns[i].parts_at + k].field);
            bytes_add_varint(&b, w->parts[w->patterns[i].parts_at + k].hits);
        }
    }
    w->head.patterns_at = w->at;
    w->head.patterns_bytes = b.n;
    w->head.patterns = w->pattern_count;
    put(w, b.s, b.n);
    free(b.s);
}

/* What is behind the data and in the head; neither is under a chunk's CRC. */
static void put_sums(struct segment_writer *w)
{
    static const uint8_t slack[PACK_SLACK];

    if (w->chunk_n)
        end_chunk(w);
    flush(w);
    w->head.sums_at = w->at;
    w->head.sums = w->sums.n / 4;
    w->head.sums_crc = libdeflate_crc32(0, w->sums.s, w->sums.n);
    w->head.size = w->at + w->sums.n + PACK_SLACK;
    w->head.crc = libdeflate_crc32(0, &w->head, offsetof(struct segment_head, crc));
    bytes_add(&w->sums, slack, sizeof slack);
    if (!w->error && (pwrite(w->fd, w->sums.s, w->sums.n, (off_t)w->at) != (ssize_t)w->sums.n ||
                      pwrite(w->fd, &w->head, sizeof w->head, 0) != (ssize_t)sizeof w->head))
        w->error = errno ? errno : EIO;
}

enum xt_code segment_writer_end(struct segment_writer *w, bool sync, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    end_term(w);
    w->head.lists_bytes = w->at - SEGMENT_HEAD;
    w->head.terms_at = w->at;
    w->head.terms_bytes = w->terms.n;
    put(w, w->terms.s, w->terms.n);
    w->head.blocks_at = w->at;
    w->head.blocks = w->blocks.n / 4;
    put(w, w->blocks.s, w->blocks.n);
    put_patterns(w);
    errno = 0;
    put_sums(w);
    if (!w->error && sync && fdatasync(w->fd) != 0)
        w->error = errno;
    if (!w->error && rename(w->temp, w->path) != 0)
        w->error = errno;
    if (w->error) {
        xt_log_detail("%s: %s", w->temp, strerror(w->error));
        rc = w->error == ENOSPC || w->error == EDQUOT
                 ? xt_fail(err, XT_E_FULL, "", XT_MSG_DISK_FULL, XT_TEXT(w->path))
                 : xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(w->path), XT_TEXT(strerror(w->error)));
    }
    segment_writer_drop(w);
    return rc;
}
