/*
 * index_words.h - a recipe in words, in both languages: what workbooks and reports say of how an index was made.
 *
 * Everything is read from the recipe itself, so that the words cannot say another thing than was done.
 */
#ifndef XT_INDICATOR_INDEX_WORDS_H
#define XT_INDICATOR_INDEX_WORDS_H

#include "indicator/index_book.h"

/* "填补缺失", "Imputed": short enough for a sheet. */
const char *xt_index_step_title(enum xt_index_step_kind kind, enum xt_lang lang);
/* A sentence: what step `at` of the recipe does. */
void xt_index_step_say(const struct xt_index_book *book, size_t at, enum xt_lang lang, struct xt_text *out);
/* How the intervals were made: draws, factors, seed. Nothing where the release has none. */
void xt_index_uncertainty_say(const struct xt_index_book *book, enum xt_lang lang, struct xt_text *out);

#endif
