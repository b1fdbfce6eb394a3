/*
 * fuzz_archive.c - any bytes as an archive; and as the members of one whose checksums hold.
 *
 * The first byte chooses: 0 the rest is the whole file; 1 a tar and 2 a zip of members cut out of it (kind, length of the
 * name, length of the data, then these), which the fuzzer could not find out by itself; 3 such a tar in gzip.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "table/table_priv.h"

#define ROOM ((size_t)256 * XT_KIB)

struct piece {
    uint8_t kind;
    const char *name, *data;
    size_t name_n, data_n;
};

static bool next_piece(const uint8_t **data, size_t *n, struct piece *out)
{
    if (*n < 4)
        return false;
    out->kind = (*data)[0];
    out->name_n = (*data)[1] % 120;
    out->data_n = (size_t)((*data)[2] | (*data)[3] << 8) % 4096;
    *data += 4;
    *n -= 4;
    if (out->name_n > *n)
        out->name_n = *n;
    out->name = (const char *)*data;
    *data += out->name_n;
    *n -= out->name_n;
    if (out->data_n > *n)
        out->data_n = *n;
    out->data = (const char *)*data;
    *data += out->data_n;
    *n -= out->data_n;
    return true;
}

static void put_octal(char *field, size_t digits, uint64_t value)
{
    while (digits > 0) {
        field[--digits] = (char)('0' + (value & 7));
        value >>= 3;
    }
}

static size_t make_tar(const uint8_t *data, size_t n, char *out)
{
    static const char kinds[] = "0012xxgLKS5\0";
    struct piece piece;
    size_t at = 0, k;

    while (at + 6000 < ROOM && next_piece(&data, &n, &piece)) {
        char *head = out + at;
        uint64_t sum = 0;

        memset(head, 0, 512);
        memcpy(head, piece.name, piece.name_n < 100 ? piece.name_n : 100);
        head[0] = head[0] ? head[0] : 'a';
        head[156] = kinds[piece.kind % sizeof kinds];
        head[482] = (char)(piece.kind >> 6); /* the map of a sparse file goes on */
        put_octal(head + 124, 11, piece.data_n);
        for (k = 0; k < 512; k++)
            sum += k >= 148 && k < 156 ? ' ' : (unsigned char)head[k];
        put_octal(head + 148, 6, sum);
        memcpy(head + 512, piece.data, piece.data_n);
        memset(head + 512 + piece.data_n, 0, 512);
        at += 512 + (piece.data_n + 511) / 512 * 512;
    }
    memset(out + at, 0, 1024);
    return at + 1024;
}

static char *put(char *at, uint64_t value, size_t bytes)
{
    for (; bytes > 0; bytes--, value >>= 8)
        *at++ = (char)value;
    return at;
}

/* What the local header and the directory say alike, from the version on. */
static char *put_facts(char *at, const struct piece *piece)
{
    uLong sum = crc32(0, (const Bytef *)piece->data, (uInt)piece->data_n);

    at = put(at, 20, 2);
    at = put(at, piece->kind & 1 ? 0x800 : 0, 2); /* whether the name is said to be UTF-8 */
    at = put(at, 0, 2);                           /* stored */
    at = put(at, 0, 4);
    at = put(at, piece->kind == 7 ? sum ^ 1 : sum, 4);
    at = put(at, piece->data_n, 4);
    at = put(at, piece->data_n, 4);
    at = put(at, piece->name_n, 2);
    return put(at, 0, 2);
}

static size_t make_zip(const uint8_t *data, size_t n, char *out)
{
    static char directory[64 * XT_KIB];
    struct piece piece;
    char *at = out, *entry = directory;
    uint64_t count = 0;

    while ((size_t)(at - out) + 6000 < ROOM / 2 && entry - directory + 400 < (ptrdiff_t)sizeof directory &&
           next_piece(&data, &n, &piece)) {
        size_t offset = (size_t)(at - out);

        at = put(at, 0x04034B50, 4);
        at = put_facts(at, &piece);
        memcpy(at, piece.name, piece.name_n);
        memcpy(at + piece.name_n, piece.data, piece.data_n);
        at += piece.name_n + piece.data_n;
        entry = put(entry, 0x02014B50, 4);
        entry = put(entry, 20, 2);
        entry = put_facts(entry, &piece);
        entry = put(entry, 0, 10);
        entry = put(entry, offset, 4);
        memcpy(entry, piece.name, piece.name_n);
        entry += piece.name_n;
        count++;
    }
    size_t start = (size_t)(at - out), size = (size_t)(entry - directory);

    memcpy(at, directory, size);
    at += size;
    at = put(at, 0x06054B50, 4);
    at = put(at, 0, 4);
    at = put(at, count, 2);
    at = put(at, count, 2);
    at = put(at, size, 4);
    at = put(at, start, 4);
    at = put(at, 0, 2);
    return (size_t)(at - out);
}

static size_t make_gzip(const char *data, size_t n, char *out)
{
    z_stream z = {
        .next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)n, .next_out = (Bytef *)out, .avail_out = ROOM};

    if (deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    (void)deflate(&z, Z_FINISH); /* what does not fit is cut short, which is a case as well */
    (void)deflateEnd(&z);
    return ROOM - z.avail_out;
}

static void read_all(const char *name, const void *data, size_t n)
{
    struct xt_table_options options = {.sheet = "*", .limits = {.inflated_bytes = 64 << 20}};
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_row row;
    bool more = true;
    size_t i;

    if (xt_table_open_memory(name, data, n, &options, &table, &err) != XT_OK)
        return;
    for (;;) {
        enum xt_code rc = xt_table_next(table, &row, &more, &err);

        if (!more || (rc != XT_OK && rc != XT_E_INPUT))
            break; /* there is no row */
        if (!xt_utf8_valid(row.member.s ? row.member.s : "", row.member.n))
            abort();
        for (i = 0; rc == XT_OK && i < row.count; i++)
            if (!xt_utf8_valid(row.cells[i].s, row.cells[i].n))
                abort();
    }
    xt_table_close(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *first, *second;

    if (size < 1)
        return 0;
    if (data[0] % 4 == 0) {
        read_all("a.zip", data + 1, size - 1);
        return 0;
    }
    first = malloc(ROOM + 8192);
    second = malloc(ROOM);
    if (!first || !second)
        abort();
    if (data[0] % 4 == 2) {
        read_all("a.zip", first, make_zip(data + 1, size - 1, first));
    } else {
        size_t n = make_tar(data + 1, size - 1, first);

        if (data[0] % 4 == 3)
            read_all("a.tar.gz", second, make_gzip(first, n, second));
        else
            read_all("a.tar", first, n);
    }
    free(first);
    free(second);
    return 0;
}
