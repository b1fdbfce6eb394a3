/*
 * charset_gb18030.c - bytes of GB18030-2022 to characters, by tables that ICU fills once.
 *
 * ICU's converter is called for each character and writes UTF-16; a look into a table is several times as fast. Its
 * table is that of 2005. What differs since, each checked by test_charset.c against the published list:
 *   - 18 codes of two bytes, private use in 2005, are characters now (ten vertical punctuation marks, eight components).
 *   - 6 codes of two bytes (FE51, FE52, FE53, FE6C, FE76, FE91) stand for ideographs that are beyond the first plane. The
 *     standard of 2022 leaves them in private use and gives the ideographs four bytes; a catalogue has no use for private
 *     characters, so we read them as the ideographs they are drawn as, like glibc does, and write four bytes.
 */
#include "text/charset_gb18030.h"

#include <pthread.h>
#include <stdlib.h>

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>

#include "base/mem.h"

enum { LEADS = 0xFE - 0x81 + 1, TRAILS = 0xFE - 0x40 + 1, FOURS = 39420, PLANES = 189000 };

static uint16_t two[LEADS * TRAILS]; /* 0: nothing */
static uint16_t four[FOURS];         /* by place among all codes of four bytes; the first plane only */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static UErrorCode load_status;

static const struct {
    UChar old_use, character;
} PAIRS_2022[] = {
    {0xE78D, 0xFE10}, {0xE78E, 0xFE12}, {0xE78F, 0xFE11}, {0xE790, 0xFE13}, {0xE791, 0xFE14}, {0xE792, 0xFE15},
    {0xE793, 0xFE16}, {0xE794, 0xFE17}, {0xE795, 0xFE18}, {0xE796, 0xFE19}, {0xE81E, 0x9FB4}, {0xE826, 0x9FB5},
    {0xE82B, 0x9FB6}, {0xE82C, 0x9FB7}, {0xE832, 0x9FB8}, {0xE843, 0x9FB9}, {0xE854, 0x9FBA}, {0xE864, 0x9FBB},
};
static const struct {
    UChar private_use;
    uint32_t character;
} BEYOND[] = {
    {0xE816, 0x20087}, {0xE817, 0x20089}, {0xE818, 0x200CC}, {0xE831, 0x215D7}, {0xE83B, 0x2298F}, {0xE855, 0x241FE},
};
#define PATCHED_FIRST 0xE78D
#define PATCHED_LAST  0xE864

/* Writes U+0000 for bytes that mean nothing: no sequence of several bytes means that. */
static void on_nothing(const void *context, UConverterToUnicodeArgs *args, const char *bytes, int32_t length,
                       UConverterCallbackReason reason, UErrorCode *status)
{
    static const UChar zero = 0;

    (void)context;
    (void)bytes;
    (void)length;
    if (reason > UCNV_IRREGULAR)
        return;
    *status = U_ZERO_ERROR;
    ucnv_cbToUWriteUChars(args, &zero, 1, 0, status);
}

/* n sequences, each of which gives one unit. */
static void fill(UConverter *converter, const char *bytes, size_t size, uint16_t *units, size_t n)
{
    UChar *target = (UChar *)units;
    const char *source = bytes;

    ucnv_toUnicode(converter, &target, target + n, &source, bytes + size, NULL, true, &load_status);
    if (U_SUCCESS(load_status) && (source != bytes + size || target != (UChar *)units + n))
        load_status = U_INTERNAL_PROGRAM_ERROR;
}

static void load(void)
{
    UConverter *converter = ucnv_open("gb18030", &load_status);
    char *bytes = xt_calloc(FOURS, 4), *s = bytes;
    int lead, trail, i;

    ucnv_setToUCallBack(converter, on_nothing, NULL, NULL, NULL, &load_status);
    for (lead = 0x81; lead <= 0xFE; lead++)
        for (trail = 0x40; trail <= 0xFE; trail++) {
            *s++ = (char)lead;
            *s++ = (char)(trail == 0x7F ? 0x40 : trail); /* no trail byte; keeps the place */
        }
    if (U_SUCCESS(load_status))
        fill(converter, bytes, (size_t)(s - bytes), two, LEADS * TRAILS);
    for (s = bytes, i = 0; i < FOURS; i++) {
        *s++ = (char)(0x81 + i / 12600);
        *s++ = (char)(0x30 + i / 1260 % 10);
        *s++ = (char)(0x81 + i / 10 % 126);
        *s++ = (char)(0x30 + i % 10);
    }
    if (U_SUCCESS(load_status))
        fill(converter, bytes, (size_t)(s - bytes), four, FOURS);
    ucnv_close(converter);
    free(bytes);
}

enum xt_code xt_gb18030_load(struct xt_error *err)
{
    if (pthread_once(&once, load) != 0 || U_FAILURE(load_status))
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT(u_errorName(load_status)));
    return XT_OK;
}

size_t xt_gb18030_length(const unsigned char *s, size_t n)
{
    if (s[0] < 0x80)
        return 1;
    if (s[0] == 0x80 || s[0] == 0xFF)
        return 0;
    if (n < 2)
        return 2;
    if (s[1] >= 0x40 && s[1] != 0x7F && s[1] != 0xFF)
        return 2;
    if (s[1] < 0x30 || s[1] > 0x39)
        return 0;
    if (n < 3)
        return 4;
    if (s[2] < 0x81 || s[2] == 0xFF)
        return 0;
    if (n < 4)
        return 4;
    return s[3] >= 0x30 && s[3] <= 0x39 ? 4 : 0;
}

static uint32_t patched(uint32_t c)
{
    size_t i;

    for (i = 0; i < XT_COUNT(PAIRS_2022); i++)
        if (PAIRS_2022[i].old_use == c)
            return PAIRS_2022[i].character;
    for (i = 0; i < XT_COUNT(BEYOND); i++)
        if (BEYOND[i].private_use == c)
            return BEYOND[i].character;
    return c;
}

uint32_t xt_gb18030_character(const unsigned char *s, size_t length)
{
    if (length == 2) {
        uint32_t c = two[(s[0] - 0x81) * TRAILS + (s[1] - 0x40)];

        return c >= PATCHED_FIRST && c <= PATCHED_LAST ? patched(c) : c;
    }
    uint32_t place = ((((uint32_t)s[0] - 0x81) * 10 + (s[1] - 0x30u)) * 126 + (s[2] - 0x81u)) * 10 + (s[3] - 0x30u);

    if (place < FOURS)
        return four[place];
    return place >= PLANES && place - PLANES <= 0x10FFFF - 0x10000 ? place - PLANES + 0x10000 : 0;
}

uint32_t xt_gb18030_for_icu(uint32_t c)
{
    size_t i;

    for (i = 0; i < XT_COUNT(PAIRS_2022); i++) {
        if (PAIRS_2022[i].character == c)
            return PAIRS_2022[i].old_use;
        if (PAIRS_2022[i].old_use == c)
            return PAIRS_2022[i].character;
    }
    return c;
}
