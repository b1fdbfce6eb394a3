/* test_ole.h - compound files made by hand around one stream, for the tests and fuzzers of .xls. */
#ifndef XT_TEST_OLE_H
#define XT_TEST_OLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define OLE_SECTOR 512u

static inline void ole_put(unsigned char *at, uint32_t value, size_t bytes)
{
    size_t i;

    for (i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

static inline void ole_entry(unsigned char *at, const char *name, unsigned kind, uint32_t child, uint32_t start,
                             uint32_t size)
{
    size_t n = strlen(name), i;

    for (i = 0; i < n; i++)
        at[2 * i] = (unsigned char)name[i];
    ole_put(at + 64, (uint32_t)(2 * n + 2), 2);
    at[66] = (unsigned char)kind;
    ole_put(at + 68, 0xFFFFFFFFu, 4);
    ole_put(at + 72, 0xFFFFFFFFu, 4);
    ole_put(at + 76, child, 4);
    ole_put(at + 116, start, 4);
    ole_put(at + 120, size, 4);
}

/* Sector 0 is the directory, then the stream, then the FAT. At most 109 FAT sectors: 7 MB. The caller frees. */
static inline unsigned char *ole_file(const char *name, const void *data, size_t n, size_t *out_n)
{
    size_t padded = n < 4096 ? 4096 : n, sectors = (padded + OLE_SECTOR - 1) / OLE_SECTOR;
    size_t fats = (1 + sectors + 127) / 127, i;
    unsigned char *file = calloc(2 + sectors + fats, OLE_SECTOR), *fat;

    if (!file)
        abort();
    *out_n = (2 + sectors + fats) * OLE_SECTOR;
    memcpy(file, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    ole_put(file + 26, 3, 2);
    ole_put(file + 28, 0xFFFE, 2);
    ole_put(file + 30, 9, 2);
    ole_put(file + 32, 6, 2);
    ole_put(file + 44, (uint32_t)fats, 4);
    ole_put(file + 56, 4096, 4);
    ole_put(file + 60, 0xFFFFFFFEu, 4);
    ole_put(file + 68, 0xFFFFFFFEu, 4);
    for (i = 0; i < 109; i++)
        ole_put(file + 76 + 4 * i, i < fats ? (uint32_t)(1 + sectors + i) : 0xFFFFFFFFu, 4);
    ole_entry(file + OLE_SECTOR, "Root Entry", 5, 1, 0xFFFFFFFEu, 0);
    ole_entry(file + OLE_SECTOR + 128, name, 2, 0xFFFFFFFFu, 1, (uint32_t)padded);
    memcpy(file + 2 * OLE_SECTOR, data, n);
    fat = file + (2 + sectors) * OLE_SECTOR;
    memset(fat, 0xFF, fats * OLE_SECTOR);
    ole_put(fat, 0xFFFFFFFEu, 4);
    for (i = 1; i <= sectors; i++)
        ole_put(fat + 4 * i, i < sectors ? (uint32_t)(i + 1) : 0xFFFFFFFEu, 4);
    for (i = 0; i < fats; i++)
        ole_put(fat + 4 * (1 + sectors + i), 0xFFFFFFFDu, 4);
    return file;
}

#endif
