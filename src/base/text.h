/*
 * text.h - byte strings: borrowed views (struct xt_str) and growing buffers (struct xt_text).
 *
 * A view does not end in a zero byte and owns nothing. A buffer always ends in a zero byte (not counted in n),
 * has a cap given at init, and once it would pass the cap it stops growing and remembers that it overflowed:
 * check xt_text_overflowed() once at the end instead of every append.
 * Text is UTF-8 unless a name says otherwise; these functions work on bytes.
 */
#ifndef XT_BASE_TEXT_H
#define XT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct xt_str {
    const char *s;
    size_t n;
};

#define XT_STR(literal) ((struct xt_str){(literal), sizeof(literal) - 1})

struct xt_str xt_str(const char *zero_terminated); /* NULL gives the empty view */
bool xt_str_eq(struct xt_str a, struct xt_str b);
bool xt_str_is(struct xt_str a, const char *b);
bool xt_str_starts(struct xt_str a, const char *prefix);
bool xt_str_ends(struct xt_str a, const char *suffix);
int xt_str_cmp(struct xt_str a, struct xt_str b);          /* by bytes, like memcmp, shorter first */
struct xt_str xt_str_trim(struct xt_str a);                /* ASCII white space and U+3000, U+00A0, U+FEFF */
size_t xt_str_find(struct xt_str a, struct xt_str needle); /* position, or SIZE_MAX */

struct xt_text {
    char *s; /* never NULL after init */
    size_t n;
    size_t capacity;
    size_t cap; /* most bytes it will hold */
    bool overflowed;
};

void xt_text_init(struct xt_text *text, size_t cap);
void xt_text_done(struct xt_text *text);
void xt_text_clear(struct xt_text *text); /* empty again, keeps its memory, forgets the overflow */
bool xt_text_overflowed(const struct xt_text *text);
struct xt_str xt_text_view(const struct xt_text *text);
char *xt_text_take(struct xt_text *text); /* hands the heap string over; the buffer is empty again */

void xt_text_add(struct xt_text *text, const char *s, size_t n);
void xt_text_add_str(struct xt_text *text, struct xt_str s);
void xt_text_add_z(struct xt_text *text, const char *zero_terminated);
void xt_text_add_char(struct xt_text *text, char c);
void xt_text_add_int(struct xt_text *text, int64_t value);
void xt_text_add_utf8(struct xt_text *text, uint32_t code_point);
void xt_text_addf(struct xt_text *text, const char *format, ...) XT_PRINTF(2, 3);
void xt_text_cut(struct xt_text *text, size_t n); /* keeps the first n bytes */

/* Decodes one code point from s (n > 0 bytes) and returns the bytes it took (1 to 4). An ill-formed sequence
 * gives U+FFFD and takes one byte. */
size_t xt_utf8_decode(const char *s, size_t n, uint32_t *out_code_point);
size_t xt_utf8_encode(uint32_t code_point, char out[4]);
bool xt_utf8_valid(const char *s, size_t n);   /* well-formed UTF-8: no surrogates, no overlongs, no zero bytes */
size_t xt_utf8_count(const char *s, size_t n); /* code points */
/* Longest prefix of s of at most max bytes that ends between code points. */
size_t xt_utf8_clip(const char *s, size_t n, size_t max);

#endif
