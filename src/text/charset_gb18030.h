/*
 * charset_gb18030.h - the table of GB18030-2022, for charset*.c and its tests only.
 */
#ifndef XT_TEXT_CHARSET_GB18030_H
#define XT_TEXT_CHARSET_GB18030_H

#include "base/error.h"

/* Makes the tables on the first call. Safe from any thread. */
XT_MUST_USE enum xt_code xt_gb18030_load(struct xt_error *err);
/* The bytes of the sequence at s: 1, 2 or 4; 0 when there can be none; more than n when it is cut. */
size_t xt_gb18030_length(const unsigned char *s, size_t n);
/* The character of two or four bytes that xt_gb18030_length() counted; 0 where they stand for nothing. */
uint32_t xt_gb18030_character(const unsigned char *s, size_t length);
/* The code point whose bytes in ICU's table are those of c. */
uint32_t xt_gb18030_for_icu(uint32_t c);

#endif
