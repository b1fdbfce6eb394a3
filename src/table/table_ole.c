/* table_ole.c - compound files: header, allocation tables, the root's directory, streams. Numbers as in MS-CFB 2. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "table/table_bytes.h"
#include "table/table_ole.h"
#include "table/table_priv.h"

#define HEADER_BYTES 512u
#define HEADER_FATS  109u /* numbers of FAT sectors that stand in the header */
#define ENTRY_BYTES  128u
#define ENTRY_NAME   32u
#define ENTRIES_MAX  65536u

#define SECTOR_LAST  0xFFFFFFFAu /* above: free, end of chain, FAT, DIFAT */
#define SECTOR_END   0xFFFFFFFEu
#define NO_ENTRY     0xFFFFFFFFu

enum { ENTRY_STREAM = 2, ENTRY_ROOT = 5 };

struct entry {
    char name[ENTRY_NAME + 1]; /* ASCII, "?" for the rest */
    uint32_t start;
    uint64_t size;
};

struct chain {
    uint32_t *list;
    size_t count, capacity;
};

struct xt_ole {
    struct xt_str bytes;
    const char *name;
    unsigned shift, mini_shift;
    uint32_t mini_below; /* streams under so many bytes lie in mini sectors */
    size_t total;        /* sectors of the file */
    struct chain fat, mini_fat, directory, mini;
    struct entry *entries;
    size_t entry_count, entry_capacity;
};

static enum xt_code bad_header(const struct xt_ole *ole, size_t at, uint32_t value, struct xt_error *err)
{
    return xt_fail(err, XT_E_MEDIA, "", XT_MSG_OLE_HEADER, XT_TEXT(ole->name), XT_INT(at), XT_INT(value));
}

static enum xt_code bad_chain(const struct xt_ole *ole, uint32_t sector, struct xt_error *err)
{
    return xt_fail(err, XT_E_MEDIA, "", XT_MSG_OLE_CHAIN, XT_TEXT(ole->name), XT_INT(sector));
}

static uint32_t header32(const struct xt_ole *ole, size_t at)
{
    return xt_le32(ole->bytes.s + at);
}

/* What the file holds of a sector from place `at` in it. */
static struct xt_str sector_bytes(const struct xt_ole *ole, uint32_t sector, size_t at)
{
    size_t size = (size_t)1 << ole->shift, from = ((size_t)sector + 1) * size + at;

    if (at >= size || from >= ole->bytes.n)
        return (struct xt_str){"", 0};
    size_t n = size - at, left = ole->bytes.n - from;

    return (struct xt_str){ole->bytes.s + from, n < left ? n : left};
}

/* The n-th number of a table that lies in these sectors. */
static uint32_t table_at(const struct xt_ole *ole, const struct chain *table, size_t n)
{
    size_t each = (size_t)1 << (ole->shift - 2);
    struct xt_str bytes = {"", 0};

    if (n / each < table->count)
        bytes = sector_bytes(ole, table->list[n / each], 4 * (n % each));
    return bytes.n >= 4 ? xt_le32(bytes.s) : NO_ENTRY;
}

static void chain_add(struct chain *chain, uint32_t sector)
{
    xt_grow(&chain->list, &chain->capacity, chain->count + 1, sizeof *chain->list);
    chain->list[chain->count++] = sector;
}

/* Follows a chain of at most `most` sectors through table, of numbers below total. No sector may come twice. */
static enum xt_code follow(const struct xt_ole *ole, const struct chain *table, uint32_t start, size_t most,
                           size_t total, struct chain *out, struct xt_error *err)
{
    uint8_t *seen = xt_calloc(total / 8 + 1, 1);
    uint32_t at = start;
    enum xt_code rc = XT_OK;

    while (out->count < most && at != SECTOR_END) {
        if (at >= total || seen[at / 8] & (1u << (at % 8))) {
            rc = bad_chain(ole, at, err);
            break;
        }
        seen[at / 8] |= (uint8_t)(1u << (at % 8));
        chain_add(out, at);
        at = table_at(ole, table, at);
    }
    free(seen);
    return rc;
}

/* The sectors of the FAT: some in the header, the others in a chain of their own, whose last number names the next. */
static enum xt_code read_fat(struct xt_ole *ole, struct xt_error *err)
{
    size_t each = ((size_t)1 << (ole->shift - 2)) - 1, links = 0, i;
    uint32_t count = header32(ole, 44), at = header32(ole, 68);

    if (count > ole->total)
        return bad_header(ole, 44, count, err);
    for (i = 0; i < HEADER_FATS && ole->fat.count < count; i++)
        chain_add(&ole->fat, header32(ole, 76 + 4 * i));
    while (ole->fat.count < count) {
        if (at >= ole->total || links++ > ole->total)
            return bad_chain(ole, at, err);
        struct xt_str bytes = sector_bytes(ole, at, 0);

        for (i = 0; i < each && ole->fat.count < count && 4 * i + 4 <= bytes.n; i++)
            chain_add(&ole->fat, xt_le32(bytes.s + 4 * i));
        if (bytes.n < 4 * each + 4)
            return bad_chain(ole, at, err);
        at = xt_le32(bytes.s + 4 * each);
    }
    for (i = 0; i < ole->fat.count; i++)
        if (ole->fat.list[i] >= ole->total)
            return bad_chain(ole, ole->fat.list[i], err);
    return XT_OK;
}

/* ---- the directory ---- */

static const char *entry_at(const struct xt_ole *ole, uint32_t index)
{
    size_t each = ((size_t)1 << ole->shift) / ENTRY_BYTES;
    struct xt_str bytes = {"", 0};

    if (index / each < ole->directory.count)
        bytes = sector_bytes(ole, ole->directory.list[index / each], ENTRY_BYTES * (index % each));
    return bytes.n >= ENTRY_BYTES ? bytes.s : NULL;
}

static struct entry entry_of(const struct xt_ole *ole, const char *bytes)
{
    struct entry entry = {.start = xt_le32(bytes + 116), .size = xt_le32(bytes + 120)};
    size_t n = xt_le16(bytes + 64) / 2, i;

    if (ole->shift > 9) /* version 3 leaves rubbish in the upper half */
        entry.size |= (uint64_t)xt_le32(bytes + 124) << 32;
    for (i = 0; i + 1 < n && i < ENTRY_NAME; i++) {
        uint16_t c = xt_le16(bytes + 2 * i);

        entry.name[i] = c < 0x80 ? (char)c : '?';
    }
    return entry;
}

/* The children of the root: a tree by left and right brothers, gone through whole because some writers sort it wrong. */
static enum xt_code read_directory(struct xt_ole *ole, struct xt_error *err)
{
    size_t total = ole->directory.count * (((size_t)1 << ole->shift) / ENTRY_BYTES), depth = 0;
    const char *root = entry_at(ole, 0);

    if (!root || root[66] != ENTRY_ROOT)
        return bad_header(ole, 48, header32(ole, 48), err);
    if (total > ENTRIES_MAX)
        total = ENTRIES_MAX;
    uint8_t *seen = xt_calloc(total, 1);
    uint32_t *waiting = xt_calloc(2 * total + 2, sizeof *waiting);

    waiting[depth++] = xt_le32(root + 76);
    while (depth > 0) {
        uint32_t index = waiting[--depth];
        const char *bytes = index < total && !seen[index] ? entry_at(ole, index) : NULL;

        if (!bytes)
            continue;
        seen[index] = 1;
        if (bytes[66] == ENTRY_STREAM) {
            xt_grow(&ole->entries, &ole->entry_capacity, ole->entry_count + 1, sizeof *ole->entries);
            ole->entries[ole->entry_count++] = entry_of(ole, bytes);
        }
        waiting[depth++] = xt_le32(bytes + 68);
        waiting[depth++] = xt_le32(bytes + 72);
    }
    free(seen);
    free(waiting);
    struct entry entry = entry_of(ole, root);

    return follow(ole, &ole->fat, entry.start, ole->total, ole->total, &ole->mini, err);
}

static enum xt_code read_all(struct xt_ole *ole, struct xt_error *err)
{
    enum xt_code rc;

    if (ole->bytes.n < HEADER_BYTES)
        return bad_header(ole, ole->bytes.n, 0, err);
    ole->shift = xt_le16(ole->bytes.s + 30);
    ole->mini_shift = xt_le16(ole->bytes.s + 32);
    ole->mini_below = header32(ole, 56);
    if (ole->shift != 9 && ole->shift != 12)
        return bad_header(ole, 30, ole->shift, err);
    if (ole->mini_shift < 2 || ole->mini_shift >= ole->shift)
        return bad_header(ole, 32, ole->mini_shift, err);
    ole->total = (ole->bytes.n - 1) >> ole->shift; /* the header stands for one, the last may be cut short */
    rc = read_fat(ole, err);
    if (rc == XT_OK)
        rc = follow(ole, &ole->fat, header32(ole, 48), ole->total, ole->total, &ole->directory, err);
    if (rc == XT_OK && header32(ole, 64) > 0 && header32(ole, 60) < SECTOR_LAST)
        rc = follow(ole, &ole->fat, header32(ole, 60), ole->total, ole->total, &ole->mini_fat, err);
    return rc == XT_OK ? read_directory(ole, err) : rc;
}

enum xt_code xt_ole_open(struct xt_str bytes, const char *name, struct xt_ole **out, struct xt_error *err)
{
    struct xt_ole *ole = xt_calloc(1, sizeof *ole);
    enum xt_code rc;

    ole->bytes = bytes;
    ole->name = name;
    rc = read_all(ole, err);
    if (rc == XT_OK)
        *out = ole;
    else
        xt_ole_close(&ole);
    return rc;
}

void xt_ole_close(struct xt_ole **ole)
{
    if (!*ole)
        return;
    free((*ole)->fat.list);
    free((*ole)->mini_fat.list);
    free((*ole)->directory.list);
    free((*ole)->mini.list);
    free((*ole)->entries);
    free(*ole);
    *ole = NULL;
}

/* ---- streams ---- */

static const struct entry *find(const struct xt_ole *ole, const char *stream)
{
    size_t i;

    for (i = 0; i < ole->entry_count; i++)
        if (strcasecmp(ole->entries[i].name, stream) == 0)
            return &ole->entries[i];
    return NULL;
}

bool xt_ole_has(const struct xt_ole *ole, const char *stream)
{
    return find(ole, stream) != NULL;
}

enum xt_code xt_ole_stream_open(const struct xt_ole *ole, const char *name, struct xt_ole_stream *out,
                                struct xt_error *err)
{
    const struct entry *entry = find(ole, name);
    struct chain chain = {0};
    enum xt_code rc;

    if (!entry)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLSX_NO_PART, XT_TEXT(ole->name), XT_TEXT(name));
    bool mini = entry->size < ole->mini_below;
    unsigned shift = mini ? ole->mini_shift : ole->shift;
    size_t total = mini ? (ole->mini.count << ole->shift) >> ole->mini_shift : ole->total;
    uint64_t need = (entry->size >> shift) + ((entry->size & (((uint64_t)1 << shift) - 1)) > 0);

    if (need > total)
        return bad_chain(ole, entry->start, err);
    rc = follow(ole, mini ? &ole->mini_fat : &ole->fat, entry->start, (size_t)need, total, &chain, err);
    if (rc != XT_OK) {
        free(chain.list);
        return rc;
    }
    *out = (struct xt_ole_stream){
        .ole = ole, .sectors = chain.list, .count = chain.count, .size = entry->size, .mini = mini};
    return XT_OK;
}

void xt_ole_stream_done(struct xt_ole_stream *stream)
{
    free(stream->sectors);
    *stream = (struct xt_ole_stream){0};
}

/* The bytes at a place of a stream, up to the end of its sector. */
static struct xt_str piece_at(const struct xt_ole_stream *stream, uint64_t at)
{
    const struct xt_ole *ole = stream->ole;
    unsigned shift = stream->mini ? ole->mini_shift : ole->shift;
    uint64_t index = at >> shift, inside = at & (((uint64_t)1 << shift) - 1);
    struct xt_str bytes;

    if (at >= stream->size || index >= stream->count)
        return (struct xt_str){"", 0};
    if (stream->mini) {
        uint64_t place = ((uint64_t)stream->sectors[index] << shift) + inside;

        if (place >> ole->shift >= ole->mini.count)
            return (struct xt_str){"", 0};
        bytes = sector_bytes(ole, ole->mini.list[place >> ole->shift], place & (((uint64_t)1 << ole->shift) - 1));
    } else {
        bytes = sector_bytes(ole, stream->sectors[index], (size_t)inside);
    }
    if (bytes.n > ((uint64_t)1 << shift) - inside)
        bytes.n = (size_t)(((uint64_t)1 << shift) - inside);
    if (bytes.n > stream->size - at)
        bytes.n = (size_t)(stream->size - at);
    return bytes;
}

size_t xt_ole_stream_read(const struct xt_ole_stream *stream, uint64_t at, void *data, size_t n)
{
    size_t done = 0;

    while (done < n) {
        struct xt_str bytes = piece_at(stream, at + done);

        if (bytes.n == 0)
            break;
        if (bytes.n > n - done)
            bytes.n = n - done;
        memcpy((char *)data + done, bytes.s, bytes.n);
        done += bytes.n;
    }
    return done;
}
