/* table_text.c - text of any charset as UTF-8, in a window that slides over it. */
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"
#include "table/table_priv.h"

/* Reading begins small, for archives hold thousands of small files, and grows. */
#define CHUNK_FIRST ((size_t)8 * XT_KIB)
#define CHUNK       ((size_t)256 * XT_KIB)

enum xt_code xt_window_open(struct xt_window *window, struct xt_source **source, enum xt_charset charset, size_t bom,
                            struct xt_error *err)
{
    *window = (struct xt_window){.bom = bom, .skip = bom, .chunk = CHUNK_FIRST};
    if (charset != XT_CHARSET_UTF8) {
        enum xt_code rc = xt_decoder_new(charset, &window->decoder, err);

        if (rc != XT_OK)
            return rc;
    }
    xt_text_init(&window->decoded, 8 * CHUNK);
    window->source = *source;
    *source = NULL;
    return XT_OK;
}

void xt_window_done(struct xt_window *window)
{
    xt_source_close(&window->source);
    xt_decoder_free(&window->decoder);
    if (window->decoded.s)
        xt_text_done(&window->decoded);
    free(window->s);
    *window = (struct xt_window){0};
}

static void make_room(struct xt_window *window, size_t drop, size_t more)
{
    size_t left = window->n - drop;

    if (window->capacity < left + more + XT_WINDOW_SLACK) {
        size_t capacity = window->capacity > 0 ? window->capacity : 2 * CHUNK_FIRST;

        while (capacity < left + more + XT_WINDOW_SLACK)
            capacity *= 2;
        char *s = xt_alloc(capacity);

        if (left > 0)
            memcpy(s, window->s + drop, left);
        free(window->s);
        window->s = s;
        window->capacity = capacity;
    } else if (drop > 0 && left > 0) {
        memmove(window->s, window->s + drop, left);
    }
    window->n = left;
}

static enum xt_code read_raw(struct xt_window *window, char *data, size_t cap, size_t *out_n, struct xt_error *err)
{
    for (;;) {
        enum xt_code rc = xt_source_read(window->source, data, cap, out_n, err);

        if (rc != XT_OK || *out_n == 0 || window->skip == 0)
            return rc;
        size_t skip = window->skip < *out_n ? window->skip : *out_n;

        memmove(data, data + skip, *out_n - skip);
        window->skip -= skip;
        *out_n -= skip;
        if (*out_n > 0)
            return XT_OK;
    }
}

static enum xt_code fill_decoded(struct xt_window *window, size_t drop, struct xt_error *err)
{
    char *raw = xt_alloc(window->chunk);
    size_t got = 0;
    enum xt_code rc = XT_OK;

    xt_text_clear(&window->decoded);
    while (window->decoded.n == 0 && !window->ended) {
        rc = read_raw(window, raw, window->chunk, &got, err);
        if (rc != XT_OK)
            break;
        window->ended = got == 0;
        xt_decoder_add(window->decoder, raw, got, window->ended, &window->decoded);
    }
    free(raw);
    if (rc != XT_OK)
        return rc;
    make_room(window, drop, window->decoded.n);
    memcpy(window->s + window->n, window->decoded.s, window->decoded.n);
    window->n += window->decoded.n;
    return XT_OK;
}

enum xt_code xt_window_fill(struct xt_window *window, size_t drop, struct xt_error *err)
{
    enum xt_code rc;
    size_t got = 0;

    window->base += (int64_t)drop;
    if (window->decoder) {
        rc = fill_decoded(window, drop, err);
    } else {
        /* As much again as is kept, so that a long row is not looked at many times over. */
        size_t more = window->n - drop > window->chunk ? window->n - drop : window->chunk;

        make_room(window, drop, more);
        rc = read_raw(window, window->s + window->n, more, &got, err);
        if (rc != XT_OK)
            return rc;
        window->n += got;
        window->ended = got == 0;
    }
    if (window->chunk < CHUNK)
        window->chunk *= 2;
    if (rc == XT_OK)
        memset(window->s + window->n, 0, XT_WINDOW_SLACK);
    return rc;
}

int64_t xt_window_bad(const struct xt_window *window)
{
    int64_t first;

    return window->decoder ? xt_decoder_bad(window->decoder, &first) : 0;
}

bool xt_window_fault(struct xt_window *window, size_t end, size_t *out_at, struct xt_bad_place *out)
{
    struct xt_decoder_fault fault;

    if (!window->decoder || !xt_decoder_take_fault(window->decoder, window->base + (int64_t)end, &fault))
        return false;
    *out_at = fault.place > window->base ? (size_t)(fault.place - window->base) : 0;
    *out = (struct xt_bad_place){.offset = fault.offset + (int64_t)window->bom, .n = fault.n};
    memcpy(out->bytes, fault.bytes, sizeof out->bytes);
    return true;
}

bool xt_ascii_clean(const char *s, size_t n)
{
    size_t i = 0;
#ifdef __SSE2__
    /* Signed bytes above 0 are just the ASCII characters but zero. */
    const __m128i zero = _mm_setzero_si128();

    for (; i + 16 <= n; i += 16) {
        __m128i block;

        memcpy(&block, s + i, sizeof block);
        if (_mm_movemask_epi8(_mm_cmpgt_epi8(block, zero)) != 0xFFFF)
            return false;
    }
#endif
    for (; i < n; i++)
        if ((signed char)s[i] <= 0)
            return false;
    return true;
}

int64_t xt_utf8_mend(const char *s, size_t n, struct xt_text *out)
{
    int64_t bad = 0;
    size_t i = 0;

    while (i < n) {
        uint32_t c;
        size_t took = xt_utf8_decode(s + i, n - i, &c);

        if (c == 0 || (c == 0xFFFD && took == 1)) {
            bad++;
            c = 0xFFFD;
        }
        xt_text_add_utf8(out, c);
        i += took;
    }
    return bad;
}
