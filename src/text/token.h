/*
 * token.h - how text becomes tokens: the one tokenizer of index, query and highlight.
 *
 * Code points are folded first: NFKC and case folded, full width to half width, traditional to simplified Chinese,
 * accents of Latin letters removed (a table made from ICU at build). Then
 *  - a run of n Han characters (also kana, hangul) gives its n-1 overlapping pairs and, last, its last character
 *    alone, so that a phrase of two characters or more is an exact substring and one character is a prefix query;
 *  - a run of letters and digits of other scripts gives one word, clipped to 64 bytes;
 *  - all else separates. Nothing is dropped as a stop word.
 * Positions count tokens; consecutive pairs of a run have consecutive positions; each separator between runs leaves
 * positions consecutive too (a phrase may cross punctuation), but fields are indexed apart.
 * Stateless and safe from any thread.
 */
#ifndef XT_TEXT_TOKEN_H
#define XT_TEXT_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum xt_token_kind { XT_TOKEN_PAIR, XT_TOKEN_LAST, XT_TOKEN_WORD };

struct xt_token {
    enum xt_token_kind kind;
    const char *s; /* folded, valid during the call */
    size_t n;
    size_t start, end; /* bytes of the source text it covers */
    bool run_starts;   /* first token of its run */
    bool digits;       /* a word of digits only */
};

/* Calls each token in order; stops when visit returns false. text need not be well-formed. */
void xt_token_each(struct xt_str text, bool (*visit)(void *context, const struct xt_token *token), void *context);

/* The folded form of text as one string with single spaces between runs (for equality and sort labels). */
void xt_fold(struct xt_str text, struct xt_text *out);
uint32_t xt_fold_code_point(uint32_t c); /* first code point of its folding; 0 for one that separates or vanishes */
bool xt_is_han(uint32_t c);              /* a character that is indexed in pairs */

#endif
