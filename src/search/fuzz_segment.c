/*
 * Any bytes as a segment whose sums are right: it is refused, or every term, list and position of it can be read, and it
 * can be written anew without some of its documents. The input is the file; sizes and sums are made to fit, so that what lies behind
 * them is reached.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <libdeflate.h>

#include "base/mem.h"
#include "search/segment.h"

#define MARK 0x5EED

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[64];

static void remove_dir(void)
{
    char path[4096];

    for (uint64_t serial = 1; serial <= 2; serial++) {
        segment_path(path, dir, serial, ".seg");
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

/* The input with a head that fits its size, and the sums behind it. */
static bool write_file(const uint8_t *data, size_t size)
{
    uint64_t end = size & ~(size_t)7, sums = (end - SEGMENT_HEAD + SEGMENT_CHUNK - 1) / SEGMENT_CHUNK;
    size_t n = (size_t)end + sums * 4 + PACK_SLACK;
    uint8_t *bytes = xt_calloc(1, n);
    struct segment_head head;
    char path[4096];

    memcpy(bytes, data, (size_t)end);
    for (uint64_t i = 0; i < sums; i++) {
        uint64_t from = SEGMENT_HEAD + i * SEGMENT_CHUNK, to = from + SEGMENT_CHUNK < end ? from + SEGMENT_CHUNK : end;
        uint32_t crc = libdeflate_crc32(0, bytes + from, (size_t)(to - from));

        memcpy(bytes + end + i * 4, &crc, 4);
    }
    memcpy(&head, bytes, sizeof head);
    memcpy(head.magic, SEGMENT_MAGIC, sizeof head.magic);
    head.mark = MARK;
    head.size = n;
    head.sums_at = end;
    head.sums = sums;
    head.sums_crc = libdeflate_crc32(0, bytes + end, sums * 4);
    head.crc = libdeflate_crc32(0, &head, offsetof(struct segment_head, crc));
    memcpy(bytes, &head, sizeof head);
    segment_path(path, dir, 1, ".seg");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    bool ok = fd >= 0 && write(fd, bytes, n) == (ssize_t)n;
    if (fd >= 0)
        (void)close(fd);
    free(bytes);
    return ok;
}

static bool alive(const void *context, uint32_t doc)
{
    (void)context;
    return doc % 5 != 0;
}

static void read_all(struct segment *segment)
{
    struct list *list = xt_alloc(sizeof *list);
    struct term_walk walk;
    uint32_t *positions = NULL;
    size_t room = 0;

    for (bool there = terms_seek(&walk, segment, XT_STR("")); there; there = terms_next(&walk)) {
        list_open(list, segment, &walk.term);
        for (uint32_t block = 0; list_block(list, block); block++) {
            if (!list_patterns(list) || !list_sums(list))
                break;
            xt_grow(&positions, &room, (size_t)list->sums[list->count] + 1, sizeof *positions);
            (void)list_block_positions(list, positions);
            for (uint32_t i = 0; i < list->count && !list->bad; i++)
                (void)list_positions(list, i, positions);
        }
        list_open(list, segment, &walk.term);
        for (uint32_t doc = segment->first; list_seek(list, doc); doc = list->docs[list->at] + 7)
            ;
    }
    free(positions);
    free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct segment *segment = NULL;

    if (dir[0] == '\0') {
        (void)snprintf(dir, sizeof dir, "%s/xt-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        if (!mkdtemp(dir))
            abort();
        (void)atexit(remove_dir);
    }
    if (size < SEGMENT_HEAD + 8 || size > 1 << 20 || !write_file(data, size))
        return 0;
    if (segment_open(dir, 1, MARK, &segment, NULL) == XT_OK) {
        read_all(segment);
        enum xt_code merged = segment_merge(&segment, 1, dir, 2, MARK, 0, alive, NULL, NULL, NULL);
        struct segment *again = NULL;

        if (merged == XT_OK && segment_open(dir, 2, MARK, &again, NULL) != XT_OK)
            abort(); /* what we wrote we can read */
        segment_drop(again);
    }
    segment_drop(segment);
    return 0;
}
