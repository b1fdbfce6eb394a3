/*
 * glossary.h - terms of a region in the order in which they are read. Any thread; nothing is kept.
 */
#ifndef XT_CATALOG_GLOSSARY_H
#define XT_CATALOG_GLOSSARY_H

#include "catalog/region.h"

/* The terms that hold what was typed (characters, words, pinyin or initials in a label; else characters in an explanation),
 * those that begin so first, then by their labels in pinyin order; all of them where nothing was typed. Returns how many; *out
 * is the arena's. */
size_t xt_glossary_find(const struct xt_region *region, struct xt_str typed, enum xt_lang lang, struct xt_arena *arena,
                        const struct xt_term ***out);

#endif
