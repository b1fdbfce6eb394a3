/*
 * collate.h - pinyin order and pinyin letters (ICU's root data with zh@collation=pinyin).
 */
#ifndef XT_TEXT_COLLATE_H
#define XT_TEXT_COLLATE_H

#include "base/text.h"

/* Sort key of text in pinyin order: bytes that compare with memcmp; appended to out, at most max bytes. Safe from
 * any thread (a collator per thread, made on first use). */
void xt_sort_key(struct xt_str text, size_t max, struct xt_text *out);

#endif
