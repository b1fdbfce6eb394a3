/* text.c - byte strings. */
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct xt_str xt_str(const char *zero_terminated)
{
    if (!zero_terminated)
        return (struct xt_str){NULL, 0};
    return (struct xt_str){zero_terminated, strlen(zero_terminated)};
}

bool xt_str_eq(struct xt_str a, struct xt_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

bool xt_str_is(struct xt_str a, const char *b)
{
    return xt_str_eq(a, xt_str(b));
}

bool xt_str_starts(struct xt_str a, const char *prefix)
{
    size_t n = strlen(prefix);

    return a.n >= n && (n == 0 || memcmp(a.s, prefix, n) == 0);
}

bool xt_str_ends(struct xt_str a, const char *suffix)
{
    size_t n = strlen(suffix);

    return a.n >= n && (n == 0 || memcmp(a.s + a.n - n, suffix, n) == 0);
}

int xt_str_cmp(struct xt_str a, struct xt_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n > 0 ? memcmp(a.s, b.s, n) : 0;

    if (order != 0)
        return order;
    return (a.n > b.n) - (a.n < b.n);
}

/* Bytes of the white space that text begins with: ASCII, U+00A0, U+3000, U+FEFF. */
static size_t space_at(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;

    if (n >= 1 && (p[0] == ' ' || (p[0] >= '\t' && p[0] <= '\r')))
        return 1;
    if (n >= 2 && p[0] == 0xC2 && p[1] == 0xA0)
        return 2;
    if (n >= 3 && p[0] == 0xE3 && p[1] == 0x80 && p[2] == 0x80)
        return 3;
    if (n >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF)
        return 3;
    return 0;
}

struct xt_str xt_str_trim(struct xt_str a)
{
    size_t n;
    bool cut = true;

    while ((n = space_at(a.s, a.n)) > 0) {
        a.s += n;
        a.n -= n;
    }
    while (cut) {
        cut = false;
        for (n = 1; n <= 3 && n <= a.n; n++) {
            if (space_at(a.s + a.n - n, n) == n) {
                a.n -= n;
                cut = true;
                break;
            }
        }
    }
    return a;
}

size_t xt_str_find(struct xt_str a, struct xt_str needle)
{
    const char *hit;

    if (needle.n == 0)
        return 0;
    if (a.n < needle.n)
        return SIZE_MAX;
    hit = memmem(a.s, a.n, needle.s, needle.n);
    return hit ? (size_t)(hit - a.s) : SIZE_MAX;
}

void xt_text_init(struct xt_text *text, size_t cap)
{
    *text = (struct xt_text){.cap = cap, .capacity = 0};
    text->s = xt_alloc(1);
    text->s[0] = '\0';
}

void xt_text_done(struct xt_text *text)
{
    free(text->s);
    *text = (struct xt_text){0};
}

void xt_text_clear(struct xt_text *text)
{
    text->n = 0;
    text->overflowed = false;
    text->s[0] = '\0';
}

bool xt_text_overflowed(const struct xt_text *text)
{
    return text->overflowed;
}

struct xt_str xt_text_view(const struct xt_text *text)
{
    return (struct xt_str){text->s, text->n};
}

char *xt_text_take(struct xt_text *text)
{
    char *s = text->s;

    xt_text_init(text, text->cap);
    return s;
}

/* Makes room for n more bytes and a zero; false (and overflowed) beyond the cap. */
static bool reserve(struct xt_text *text, size_t n)
{
    size_t wanted;

    if (text->overflowed || n > text->cap - text->n) {
        text->overflowed = true;
        return false;
    }
    if (text->n + n <= text->capacity)
        return true;
    wanted = text->capacity > 0 ? text->capacity : 64;
    while (wanted < text->n + n)
        wanted *= 2;
    if (wanted > text->cap)
        wanted = text->cap;
    text->s = xt_realloc(text->s, wanted + 1);
    text->capacity = wanted;
    return true;
}

void xt_text_add(struct xt_text *text, const char *s, size_t n)
{
    if (n == 0 || !reserve(text, n))
        return;
    memcpy(text->s + text->n, s, n);
    text->n += n;
    text->s[text->n] = '\0';
}

void xt_text_add_str(struct xt_text *text, struct xt_str s)
{
    xt_text_add(text, s.s, s.n);
}

void xt_text_add_z(struct xt_text *text, const char *zero_terminated)
{
    xt_text_add(text, zero_terminated, strlen(zero_terminated));
}

void xt_text_add_char(struct xt_text *text, char c)
{
    if (!reserve(text, 1))
        return;
    text->s[text->n++] = c;
    text->s[text->n] = '\0';
}

void xt_text_add_int(struct xt_text *text, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--at] = '-';
    xt_text_add(text, digits + at, sizeof digits - at);
}

void xt_text_add_utf8(struct xt_text *text, uint32_t code_point)
{
    char bytes[4];

    xt_text_add(text, bytes, xt_utf8_encode(code_point, bytes));
}

void xt_text_addf(struct xt_text *text, const char *format, ...)
{
    va_list args, again;
    int n;

    va_start(args, format);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(n >= 0);
    if (reserve(text, (size_t)n)) {
        vsnprintf(text->s + text->n, (size_t)n + 1, format, again);
        text->n += (size_t)n;
    }
    va_end(again);
}

void xt_text_cut(struct xt_text *text, size_t n)
{
    if (n < text->n) {
        text->n = n;
        text->s[n] = '\0';
    }
}

/* Length of the well-formed sequence at s (Unicode 15, table 3-7), or 0. */
static size_t sequence(const unsigned char *s, size_t n, uint32_t *out)
{
    unsigned char c = s[0];

    if (c < 0x80) {
        *out = c;
        return 1;
    }
    if (c >= 0xC2 && c <= 0xDF && n >= 2 && (s[1] & 0xC0) == 0x80) {
        *out = (uint32_t)(c & 0x1F) << 6 | (s[1] & 0x3F);
        return 2;
    }
    if (c >= 0xE0 && c <= 0xEF && n >= 3 && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80) {
        *out = (uint32_t)(c & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);
        return *out >= 0x800 && (*out < 0xD800 || *out > 0xDFFF) ? 3 : 0;
    }
    if (c >= 0xF0 && c <= 0xF4 && n >= 4 && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80 && (s[3] & 0xC0) == 0x80) {
        *out =
            (uint32_t)(c & 0x07) << 18 | (uint32_t)(s[1] & 0x3F) << 12 | (uint32_t)(s[2] & 0x3F) << 6 | (s[3] & 0x3F);
        return *out >= 0x10000 && *out <= 0x10FFFF ? 4 : 0;
    }
    return 0;
}

size_t xt_utf8_decode(const char *s, size_t n, uint32_t *out_code_point)
{
    size_t took = sequence((const unsigned char *)s, n, out_code_point);

    if (took == 0) {
        *out_code_point = 0xFFFD;
        return 1;
    }
    return took;
}

size_t xt_utf8_encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = 0xFFFD;
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* Eight ASCII characters other than zero. */
static bool eight_plain(const unsigned char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    /* Where no byte has its high bit, taking one from each borrows into it just where a byte is zero. */
    return ((v | (v - 0x0101010101010101U)) & 0x8080808080808080U) == 0;
}

bool xt_utf8_valid(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t i = 0;
    uint32_t c;

    while (i < n) {
        if (p[i] < 0x80) {
            while (i + 8 <= n && eight_plain(p + i))
                i += 8;
            for (; i < n && p[i] < 0x80; i++)
                if (p[i] == 0)
                    return false;
        } else if (p[i] >= 0xE1 && p[i] <= 0xEC && n - i >= 3 && (p[i + 1] & 0xC0) == 0x80 &&
                   (p[i + 2] & 0xC0) == 0x80) {
            i += 3; /* most of Chinese: U+1000 to U+CFFF, without overlongs and surrogates */
        } else {
            size_t took = sequence(p + i, n - i, &c);

            if (took == 0)
                return false;
            i += took;
        }
    }
    return true;
}

size_t xt_utf8_count(const char *s, size_t n)
{
    size_t i, count = 0;

    for (i = 0; i < n; i++)
        count += ((unsigned char)s[i] & 0xC0) != 0x80;
    return count;
}

size_t xt_utf8_clip(const char *s, size_t n, size_t max)
{
    if (n <= max)
        return n;
    while (max > 0 && ((unsigned char)s[max] & 0xC0) == 0x80)
        max--;
    return max;
}
