/*
 * pack.h - runs of small numbers in few bits: all in the width that suits most of them, the others' high bits apart.
 *
 * For the segment engine. A pack of n numbers is: width w (1 byte, 0..32), number of exceptions e (1 byte), the low w bits of
 * each number one after the other from the lowest bit on (in (n*w + 7) / 8 bytes), and for each exception its place (less the place
 * after the one before) and its bits above w, both as varints. After Zukowski et al., "Super-Scalar RAM-CPU Cache
 * Compression", 2006 (PFOR). The number n is not in it.
 *
 * Reading is safe for any bytes up to the end given, if at least PACK_SLACK readable bytes follow that end.
 */
#ifndef XT_SEARCH_PACK_H
#define XT_SEARCH_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PACK_SLACK    8
#define PACK_BOUND(n) (2 + (size_t)(n)*4 + 255 * 10)
#define VARINT_MAX    10

static inline size_t varint_write(uint8_t *out, uint64_t value)
{
    size_t n = 0;

    while (value >= 0x80) {
        out[n++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    out[n++] = (uint8_t)value;
    return n;
}

/* Moves *at on; at the end, or where it does not end within ten bytes, gives 0 and sets *at to NULL. */
static inline uint64_t varint_read(const uint8_t **at, const uint8_t *end)
{
    const uint8_t *p = *at;
    uint64_t value = 0;

    if (!p)
        return 0;
    if (p < end && *p < 0x80) {
        *at = p + 1;
        return *p;
    }
    for (unsigned shift = 0; p < end && shift < 64; shift += 7) {
        uint8_t byte = *p++;

        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *at = p;
            return value;
        }
    }
    *at = NULL;
    return 0;
}

static inline uint64_t load64(const uint8_t *p)
{
    uint64_t value;

    memcpy(&value, p, sizeof value);
    return value;
}

static inline uint32_t load32(const uint8_t *p)
{
    uint32_t value;

    memcpy(&value, p, sizeof value);
    return value;
}

/* Bytes written to out, which has room for PACK_BOUND(n). */
size_t pack_write(const uint32_t *values, size_t n, uint8_t *out);
/* The byte after the pack, or NULL when it does not fit before end. out may be NULL: it is only skipped. */
const uint8_t *pack_read(const uint8_t *at, const uint8_t *end, uint32_t *out, size_t n);
/* The numbers from..from+count-1 of a pack of n. False when it does not fit before end. */
bool pack_some(const uint8_t *at, const uint8_t *end, size_t n, size_t from, size_t count, uint32_t *out);

#endif
