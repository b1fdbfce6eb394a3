/*
 * pinyin.h - how a text sounds, and what of it somebody means who types characters, pinyin or initials.
 *
 * A text is read as units: a Han character with its syllable (toneless, ü as v: "lv"), or a word of other letters. Where a
 * character has several readings the word that it stands in decides (pinyin_words.tsv, made by hand), else the reading of
 * ICU's Han-Latin (Unihan's kMandarin).
 *
 * What is typed is understood in several ways at once: as written (characters, words), and where it is letters alone, or
 * letters behind characters, as pinyin: cut into syllables and initials ("dianzixian", "dian zi xi", "dzxwj", "dianzixwj",
 * "zhsh"). Where it can be cut in several ways (xian: 先, 西安) the likeliest few are kept. The last part may always be
 * unfinished. "lue" and "nue" are taken as "lve" and "nve"; an apostrophe or a space cuts.
 *
 * Stateless and safe from any thread. Memory is the arena's.
 */
#ifndef XT_TEXT_PINYIN_H
#define XT_TEXT_PINYIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/text.h"

struct xt_sound {
    const char *s;       /* the syllable of a character (static; NULL = it has none), or the folded word */
    uint32_t c;          /* the folded character, 0 = a word */
    uint16_t n;          /* bytes of s */
    uint16_t start, end; /* bytes of the text it stands for; a text is read up to its 65,535th byte */
};

/* The first at most max units of a text into out; returns how many. */
size_t xt_sound_read(struct xt_str text, struct xt_arena *arena, struct xt_sound *out, size_t max);

/* Another number where any text may be read otherwise. */
uint64_t xt_sound_stamp(void);

enum xt_typed_kind {
    XT_TYPED_HAN,      /* this character */
    XT_TYPED_WORD,     /* this word; the last part: a word that begins so */
    XT_TYPED_SYLLABLE, /* a character of this syllable; the last part: of one that begins so */
    XT_TYPED_INITIAL,  /* a character whose syllable begins so: "d", "zh" */
};

struct xt_typed_part {
    enum xt_typed_kind kind;
    uint32_t c;      /* HAN */
    struct xt_str s; /* of HAN its syllable, {NULL, 0} where it has none; of the others what was typed, folded */
};

#define XT_TYPED_PARTS 48 /* what is typed beyond them is not looked at */
#define XT_TYPED_WAYS  5  /* ways of understanding it */

struct xt_typed_way {
    struct xt_typed_part parts[XT_TYPED_PARTS];
    size_t count;
};

struct xt_typed {
    struct xt_typed_way *ways[XT_TYPED_WAYS]; /* the likeliest first; as written before pinyin */
    size_t count;                             /* 0: nothing was typed that can be looked for */
};

void xt_typed_read(struct xt_str typed, struct xt_arena *arena, struct xt_typed *out);

/* Where the way stands in a row among the units, first at a unit >= from: number of its first unit, or SIZE_MAX. It covers
 * as many units as the way has parts. */
size_t xt_typed_find(const struct xt_typed_way *way, const struct xt_sound *units, size_t count, size_t from);

#endif
