/*
 * gen_fold.c - makes fold_table.h from ICU while building: what each code point becomes before it is indexed.
 *
 * For every code point up to the end of plane 3: NFKC and case folding, traditional to simplified Chinese, Latin
 * letters to ASCII where they have an ASCII base. The result is a two-stage table: a page number per 128 code
 * points, pages shared where they are equal. An entry is
 *     bits 0..20   the folded code point, 0 = the code point itself; with EXPANDS an index into fold_expansions
 *     bits 21..22  class: separator, word, Han, vanishes
 *     bit  23      a decimal digit
 *     bit  24      EXPANDS: fold_expansions[index] is the length, the code points follow
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "text/fold.h"

#define PAGE_SIZE  (1u << FOLD_PAGE_BITS)
#define PAGES      (FOLD_CODE_POINTS / PAGE_SIZE)
#define FOLDED_MAX 64

static uint32_t entries[FOLD_CODE_POINTS];
static uint32_t expansions[65536];
static size_t expansion_count;

static void must(UErrorCode status, const char *what)
{
    if (U_FAILURE(status)) {
        fprintf(stderr, "gen_fold: %s: %s\n", what, u_errorName(status));
        exit(1);
    }
}

static UTransliterator *open_transform(const char *id)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar name[64];

    u_uastrcpy(name, id);
    UTransliterator *transform = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    must(status, id);
    return transform;
}

static int32_t transform_in_place(UTransliterator *transform, UChar *text, int32_t n)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t limit = n;

    utrans_transUChars(transform, text, &n, FOLDED_MAX, 0, &limit, &status);
    must(status, "transform");
    return n;
}

static UScriptCode script_of(UChar32 c)
{
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(c, &status);

    must(status, "script");
    return script;
}

/* The code point at text[*i], which moves behind it. */
static UChar32 next_of(const UChar *text, int32_t *i, int32_t n)
{
    UChar unit = text[(*i)++];

    if (U16_IS_LEAD(unit) && *i < n)
        return (UChar32)U16_GET_SUPPLEMENTARY(unit, text[(*i)++]);
    return unit;
}

/* The class of a code point that is folded already. */
static uint32_t class_of(UChar32 c)
{
    UScriptCode script = script_of(c);
    uint32_t mask = U_GET_GC_MASK(c);

    if (c == 0x30FC) /* the prolonged sound mark belongs to kana but has no script of its own */
        return FOLD_HAN;
    if (mask & (U_GC_L_MASK | U_GC_N_MASK)) {
        if (script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
            script == USCRIPT_HANGUL)
            return FOLD_HAN;
        return FOLD_WORD;
    }
    if (mask & (U_GC_MN_MASK | U_GC_MC_MASK | U_GC_ME_MASK)) {
        /* Accents that stand apart vanish; vowel signs of other scripts are letters of their words. */
        if (script == USCRIPT_INHERITED || script == USCRIPT_COMMON || script == USCRIPT_LATIN)
            return FOLD_VANISHES;
        return FOLD_WORD;
    }
    return FOLD_SEPARATES;
}

static void fold_one(UChar32 c, const UNormalizer2 *nfkc, UTransliterator *simplified, UTransliterator *ascii)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar source[2], text[FOLDED_MAX];
    int32_t n = 0;

    U16_APPEND_UNSAFE(source, n, c);
    n = unorm2_normalize(nfkc, source, n, text, FOLDED_MAX, &status);
    must(status, "normalize");
    n = transform_in_place(simplified, text, n);

    uint32_t out[FOLDED_MAX];
    uint32_t count = 0;
    for (int32_t i = 0; i < n;) {
        UChar32 part = next_of(text, &i, n);
        UChar letters[FOLDED_MAX];
        int32_t letter_count = 0;

        U16_APPEND_UNSAFE(letters, letter_count, part);
        if (part >= 0x80 && script_of(part) == USCRIPT_LATIN)
            letter_count = transform_in_place(ascii, letters, letter_count);
        for (int32_t k = 0; k < letter_count;) {
            part = u_tolower(
                next_of(letters, &k, letter_count)); /* Latin-ASCII may give capitals for letters without case */
            if (class_of(part) != FOLD_VANISHES)
                out[count++] = (uint32_t)part;
        }
    }

    if (count == 0) {
        entries[c] = (uint32_t)FOLD_VANISHES << FOLD_CLASS_SHIFT;
    } else if (count == 1) {
        uint32_t entry = (out[0] == (uint32_t)c ? 0 : out[0]) | class_of((UChar32)out[0]) << FOLD_CLASS_SHIFT;

        if (U_GET_GC_MASK((UChar32)out[0]) & U_GC_ND_MASK)
            entry |= FOLD_DIGIT;
        entries[c] = entry;
    } else {
        entries[c] = FOLD_EXPANDS | class_of((UChar32)out[0]) << FOLD_CLASS_SHIFT | (uint32_t)expansion_count;
        expansions[expansion_count++] = count;
        for (uint32_t i = 0; i < count; i++)
            expansions[expansion_count++] = out[i];
    }
}

static void fold_all(void)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(&status);
    must(status, "NFKC_Casefold");
    UTransliterator *simplified = open_transform("Traditional-Simplified");
    UTransliterator *ascii = open_transform("Latin-ASCII");

    for (UChar32 c = 0; c < FOLD_CODE_POINTS; c++) {
        if ((c >= 0xD800 && c <= 0xDFFF) || !u_isdefined(c) || u_charType(c) == U_PRIVATE_USE_CHAR ||
            u_charType(c) == U_CONTROL_CHAR)
            continue; /* 0 = separates */
        fold_one(c, nfkc, simplified, ascii);
    }
    utrans_close(simplified);
    utrans_close(ascii);
}

/* ICU's simplification has pairs that turn into each other (U+82CE, U+82E7): all of such a ring becomes its least,
 * so that folding twice is folding once. */
static uint32_t settled(uint32_t c)
{
    uint32_t least = c;

    for (int step = 0; step < 8; step++) {
        uint32_t target = entries[c] & FOLD_TARGET_MASK;

        if (entries[c] & FOLD_EXPANDS || target == 0)
            return c;
        c = target;
        least = step == 0 || c < least ? c : least;
    }
    return least;
}

static void settle_all(void)
{
    static uint32_t targets[FOLD_CODE_POINTS];

    for (uint32_t c = 0; c < FOLD_CODE_POINTS; c++)
        targets[c] = settled(c);
    for (uint32_t c = 0; c < FOLD_CODE_POINTS; c++)
        if (!(entries[c] & FOLD_EXPANDS))
            entries[c] = (entries[c] & ~FOLD_TARGET_MASK) | (targets[c] == c ? 0 : targets[c]);
    for (size_t i = 0; i < expansion_count; i += expansions[i] + 1)
        for (uint32_t k = 1; k <= expansions[i]; k++)
            expansions[i + k] = targets[expansions[i + k]];
}

static void print_tables(FILE *out)
{
    static uint32_t page_of[PAGES], first_of[PAGES];
    uint32_t pages = 0;

    fprintf(out, "/* Made by gen_fold.c from ICU %s. */\n", U_ICU_VERSION);
    fprintf(out, "static const uint32_t fold_entries[] = {\n");
    for (uint32_t page = 0; page < PAGES; page++) {
        const uint32_t *entry = entries + (size_t)page * PAGE_SIZE;
        uint32_t same = 0;

        while (same < pages && memcmp(entries + (size_t)first_of[same] * PAGE_SIZE, entry, PAGE_SIZE * 4) != 0)
            same++;
        page_of[page] = same;
        if (same < pages)
            continue;
        first_of[pages++] = page;
        for (uint32_t i = 0; i < PAGE_SIZE; i++)
            fprintf(out, "0x%x,%s", entry[i], i % 16 == 15 ? "\n" : "");
    }
    fprintf(out, "};\nstatic const uint16_t fold_pages[%u] = {\n", PAGES);
    for (uint32_t page = 0; page < PAGES; page++)
        fprintf(out, "%u,%s", page_of[page], page % 32 == 31 ? "\n" : "");
    fprintf(out, "};\nstatic const uint32_t fold_expansions[] = {\n");
    for (size_t i = 0; i < expansion_count; i++)
        fprintf(out, "0x%x,%s", expansions[i], i % 16 == 15 ? "\n" : "");
    fprintf(out, "};\n");
}

int main(int argc, char **argv)
{
    FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;

    if (!out) {
        fprintf(stderr, "usage: gen_fold OUTPUT\n");
        return 1;
    }
    fold_all();
    settle_all();
    print_tables(out);
    if (fclose(out) != 0) {
        perror(argv[1]);
        return 1;
    }
    return 0;
}
