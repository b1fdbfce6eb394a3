/*
 * suggest_priv.h - for suggest*.c only.
 */
#ifndef XT_CATALOG_SUGGEST_PRIV_H
#define XT_CATALOG_SUGGEST_PRIV_H

#include "catalog/catalog_priv.h"
#include "catalog/suggest.h"
#include "text/pinyin.h"
#include "text/token.h"

/* The best of a kind into out, at most so many; returns how many. */
size_t suggest_names(const struct xt_suggest_tables *t, const struct xt_typed *typed, enum xt_suggest_kind kind,
                     enum xt_lang lang, struct xt_arena *arena, struct xt_suggestion *out, size_t most);
/* text with the units from at on between U+0002 and U+0003; those that stand in the text itself are left out. */
const char *suggest_mark(const char *text, const struct xt_sound *units, size_t at, size_t count,
                         struct xt_arena *arena);

#endif
