/* table_bytes.h - numbers of binary files, little end first; for table*.c only. */
#ifndef XT_TABLE_BYTES_H
#define XT_TABLE_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t xt_le16(const void *data)
{
    const unsigned char *b = data;

    return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t xt_le32(const void *data)
{
    const unsigned char *b = data;

    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint64_t xt_le64(const void *data)
{
    return xt_le32(data) | (uint64_t)xt_le32((const char *)data + 4) << 32;
}

static inline void xt_put_le32(uint32_t value, unsigned char out[4])
{
    out[0] = (unsigned char)value;
    out[1] = (unsigned char)(value >> 8);
    out[2] = (unsigned char)(value >> 16);
    out[3] = (unsigned char)(value >> 24);
}

static inline double xt_le_double(const void *data)
{
    uint64_t bits = xt_le64(data);
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
