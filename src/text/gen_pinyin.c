/*
 * gen_pinyin.c - makes pinyin_table.h while building: how each Han character is read, from ICU's Han-Latin (which is
 * Unihan's kMandarin), and the words of pinyin_words.tsv in which it is read otherwise.
 *
 *     pinyin_names     the syllables, without tones, ü as v, sorted
 *     pinyin_of        by character from PINYIN_FIRST on: syllable + 1, 0 = none
 *     pinyin_words     characters and syllables of a word; those that begin alike stand together, the longest first
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ustring.h>
#include <unicode/utf8.h>
#include <unicode/utrans.h>

#include "text/pinyin_shape.h"

#define CHARACTERS (PINYIN_LAST - PINYIN_FIRST + 1)
#define NAMES_MAX  1024
#define WORDS_MAX  4096

struct word {
    uint32_t c[PINYIN_WORD_CHARS];
    char names[PINYIN_WORD_CHARS][PINYIN_NAME_SIZE];
    int n;
};

static char of[CHARACTERS][PINYIN_NAME_SIZE]; /* "" = none */
static struct word words[WORDS_MAX];
static size_t word_count;
static char names[NAMES_MAX][PINYIN_NAME_SIZE];
static size_t name_count;

static void fail(const char *what, const char *which)
{
    fprintf(stderr, "gen_pinyin: %s: %s\n", what, which);
    exit(1);
}

/* A syllable has a vowel and plain letters; what ICU gives for the few others (嗯: n) is no reading that is typed. */
static bool is_syllable(const char *s)
{
    return s[0] >= 'a' && s[0] <= 'z' && strspn(s, "abcdefghijklmnopqrstuvwxyz") == strlen(s) &&
           strpbrk(s, "aeiou") != NULL;
}

/* Decomposed Latin letters to a name: marks vanish, a diaeresis over u makes it v. */
static void strip(const UChar *text, int32_t n, char out[PINYIN_NAME_SIZE])
{
    size_t k = 0;

    for (int32_t i = 0; i < n; i++) {
        if (text[i] == 0x308 && k > 0 && out[k - 1] == 'u')
            out[k - 1] = 'v';
        else if (text[i] < 0x80 && k < PINYIN_NAME_SIZE - 1)
            out[k++] = (char)text[i];
        else if (text[i] < 0x80)
            k = 0; /* longer than a syllable: none */
    }
    out[k] = '\0';
}

static void read_characters(void)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar id[32];

    u_uastrcpy(id, "Han-Latin; NFD");
    UTransliterator *latin = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    if (U_FAILURE(status))
        fail("Han-Latin", u_errorName(status));
    for (uint32_t c = PINYIN_FIRST; c <= PINYIN_LAST; c++) {
        UChar text[64] = {(UChar)c};
        int32_t n = 1, limit = 1;

        utrans_transUChars(latin, text, &n, 64, 0, &limit, &status);
        if (U_FAILURE(status))
            fail("transform", u_errorName(status));
        char *name = of[c - PINYIN_FIRST];
        strip(text, n, name);
        if (!is_syllable(name) && strcmp(name, "lv") != 0 && strcmp(name, "nv") != 0)
            name[0] = '\0';
    }
    utrans_close(latin);
}

/* A row of the exceptions: 重庆 TAB chong qing. */
static void read_row(char *line)
{
    struct word *word = &words[word_count];
    char *tab = strchr(line, '\t');
    int32_t i = 0, n = tab ? (int32_t)(tab - line) : 0;

    if (!tab || word_count == WORDS_MAX)
        fail("row", line);
    word->n = 0;
    while (i < n) {
        UChar32 c;

        U8_NEXT(line, i, n, c);
        if (c < PINYIN_FIRST || c > PINYIN_LAST || word->n == PINYIN_WORD_CHARS)
            fail("characters", line);
        word->c[word->n++] = (uint32_t)c;
    }
    int k = 0;
    for (char *name = strtok(tab + 1, " "); name; name = strtok(NULL, " ")) {
        if (k == word->n || strlen(name) >= PINYIN_NAME_SIZE)
            fail("syllables", line);
        strcpy(word->names[k++], name);
    }
    if (k != word->n || k == 0)
        fail("syllables", line);
    if (word->n == 1)
        strcpy(of[word->c[0] - PINYIN_FIRST], word->names[0]);
    else
        word_count++;
}

static void read_words(const char *path)
{
    FILE *in = fopen(path, "r");
    char line[256];

    if (!in)
        fail("open", path);
    while (fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] && line[0] != '#')
            read_row(line);
    }
    fclose(in);
}

static int by_word(const void *a, const void *b)
{
    const struct word *x = a, *y = b;

    if (x->c[0] != y->c[0])
        return x->c[0] < y->c[0] ? -1 : 1;
    return y->n - x->n;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static unsigned number_of(const char *name)
{
    const char(*found)[PINYIN_NAME_SIZE] = bsearch(name, names, name_count, sizeof *names, by_name);

    return (unsigned)(found - (const char(*)[PINYIN_NAME_SIZE])names);
}

static void gather_names(void)
{
    for (size_t i = 0; i < CHARACTERS; i++) {
        size_t k = 0;

        while (k < name_count && strcmp(names[k], of[i]) != 0)
            k++;
        if (of[i][0] && k == name_count && name_count < NAMES_MAX)
            strcpy(names[name_count++], of[i]);
    }
    qsort(names, name_count, sizeof *names, by_name);
    for (size_t i = 0; i < word_count; i++)
        for (int k = 0; k < words[i].n; k++)
            if (!bsearch(words[i].names[k], names, name_count, sizeof *names, by_name))
                fail("no such syllable", words[i].names[k]);
}

/* Of all that decides how texts are read. */
static uint64_t stamp(void)
{
    const struct {
        const void *bytes;
        size_t n;
    } parts[] = {{of, sizeof of}, {words, word_count * sizeof *words}};
    uint64_t hash = 0xCBF29CE484222325u; /* FNV-1a */

    for (size_t p = 0; p < 2; p++)
        for (size_t i = 0; i < parts[p].n; i++)
            hash = (hash ^ ((const unsigned char *)parts[p].bytes)[i]) * 0x100000001B3u;
    return hash;
}

static void print_tables(FILE *out)
{
    fprintf(out, "/* Made by gen_pinyin.c from ICU %s. */\nstatic const char pinyin_names[][PINYIN_NAME_SIZE] = {\n",
            U_ICU_VERSION);
    for (size_t i = 0; i < name_count; i++)
        fprintf(out, "\"%s\",%s", names[i], i % 16 == 15 ? "\n" : "");
    fprintf(out, "};\n#define PINYIN_STAMP 0x%llxu\nstatic const uint16_t pinyin_of[] = {\n",
            (unsigned long long)stamp());
    for (size_t i = 0; i < CHARACTERS; i++)
        fprintf(out, "%u,%s", of[i][0] ? number_of(of[i]) + 1 : 0, i % 32 == 31 ? "\n" : "");
    fprintf(out, "};\nstatic const struct pinyin_word pinyin_words[] = {\n");
    for (size_t i = 0; i < word_count; i++) {
        fprintf(out, "{%d, {", words[i].n);
        for (int k = 0; k < words[i].n; k++)
            fprintf(out, "0x%x, ", (unsigned)words[i].c[k]);
        fprintf(out, "}, {");
        for (int k = 0; k < words[i].n; k++)
            fprintf(out, "%u, ", number_of(words[i].names[k]));
        fprintf(out, "}},\n");
    }
    fprintf(out, "};\n");
}

int main(int argc, char **argv)
{
    FILE *out = argc == 3 ? fopen(argv[2], "w") : NULL;

    if (!out) {
        fprintf(stderr, "usage: gen_pinyin WORDS OUTPUT\n");
        return 1;
    }
    read_characters();
    read_words(argv[1]);
    qsort(words, word_count, sizeof *words, by_word);
    gather_names();
    print_tables(out);
    if (fclose(out) != 0)
        fail("write", argv[2]);
    return 0;
}
