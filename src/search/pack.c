/* Packs. The loops read eight bytes at any address: on the processors we run on that costs no more than an aligned read. */
#include "search/pack.h"

#define EXCEPTIONS_MAX 24 /* few enough to be looked through when a single number is read */

static unsigned bits_of(uint32_t value)
{
    return value ? 32 - (unsigned)__builtin_clz(value) : 0;
}

/* The width that takes the fewest bits in all. */
static unsigned choose_width(const uint32_t *values, size_t n)
{
    size_t with[33] = {0}, above = 0, best_cost;
    unsigned widest = 32, best;

    for (size_t i = 0; i < n; i++)
        with[bits_of(values[i])]++;
    while (widest > 0 && with[widest] == 0)
        widest--;
    best = widest;
    best_cost = n * widest;
    for (unsigned width = widest; width-- > 0;) {
        size_t cost = n * width;

        above += with[width + 1];
        if (above > EXCEPTIONS_MAX)
            break;
        for (unsigned w = width + 1; w <= widest; w++)
            cost += with[w] * (8 + 8 * (size_t)((w - width + 6) / 7));
        if (cost < best_cost) {
            best_cost = cost;
            best = width;
        }
    }
    return best;
}

size_t pack_write(const uint32_t *values, size_t n, uint8_t *out)
{
    unsigned width = choose_width(values, n), filled = 0, exceptions = 0;
    uint64_t low = width == 32 ? UINT32_MAX : (1u << width) - 1u, word = 0;
    uint8_t *at = out + 2;
    size_t next = 0;

    for (size_t i = 0; i < n; i++) {
        word |= ((uint64_t)values[i] & low) << filled;
        filled += width;
        while (filled >= 8) {
            *at++ = (uint8_t)word;
            word >>= 8;
            filled -= 8;
        }
    }
    if (filled)
        *at++ = (uint8_t)word;
    for (size_t i = 0; i < n; i++) {
        if (values[i] <= low)
            continue;
        at += varint_write(at, i - next);
        at += varint_write(at, (uint64_t)values[i] >> width);
        next = i + 1;
        exceptions++;
    }
    out[0] = (uint8_t)width;
    out[1] = (uint8_t)exceptions;
    return (size_t)(at - out);
}

const uint8_t *pack_read(const uint8_t *at, const uint8_t *end, uint32_t *out, size_t n)
{
    if (!at || end - at < 2 || at[0] > 32 || (at[0] == 32 && at[1] > 0))
        return NULL;
    unsigned width = at[0], exceptions = at[1];
    uint64_t low = width == 32 ? UINT32_MAX : (1u << width) - 1u;
    size_t bytes = (n * width + 7) / 8;
    const uint8_t *bits = at + 2;

    if ((size_t)(end - bits) < bytes)
        return NULL;
    at = bits + bytes;
    for (size_t i = 0, bit = 0; out && i < n; i++, bit += width)
        out[i] = (uint32_t)(load64(bits + (bit >> 3)) >> (bit & 7) & low);
    for (size_t place = 0; exceptions > 0; exceptions--, place++) {
        uint64_t skip = varint_read(&at, end), high = varint_read(&at, end);

        if (!at || skip >= n - place || high > UINT32_MAX >> width)
            return NULL;
        place += skip;
        if (out)
            out[place] |= (uint32_t)(high << width);
    }
    return at;
}

bool pack_some(const uint8_t *at, const uint8_t *end, size_t n, size_t from, size_t count, uint32_t *out)
{
    if (!at || end - at < 2 || at[0] > 32 || (at[0] == 32 && at[1] > 0) || from > n || count > n - from)
        return false;
    unsigned width = at[0], exceptions = at[1];
    uint64_t low = width == 32 ? UINT32_MAX : (1u << width) - 1u;
    size_t bytes = (n * width + 7) / 8;
    const uint8_t *bits = at + 2;

    if ((size_t)(end - bits) < bytes)
        return false;
    at = bits + bytes;
    for (size_t i = 0, bit = from * width; i < count; i++, bit += width)
        out[i] = (uint32_t)(load64(bits + (bit >> 3)) >> (bit & 7) & low);
    for (size_t place = 0; exceptions > 0; exceptions--, place++) {
        uint64_t skip = varint_read(&at, end), high = varint_read(&at, end);

        if (!at || place > n || skip >= n - place || high > UINT32_MAX >> width)
            return false;
        place += skip;
        if (place >= from + count)
            break;
        if (place >= from)
            out[place - from] |= (uint32_t)(high << width);
    }
    return true;
}
