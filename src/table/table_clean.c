/*
 * table_clean.c - a source of well-formed UTF-8 without control characters, for parsers that give up at the first: what
 * is ill-formed becomes U+FFFD, a control character a blank.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/table_objects.h"

#define PIECE ((size_t)8 * XT_KIB)

struct clean {
    struct xt_source base;
    struct xt_source *inner;
    struct xt_decoder *decoder; /* NULL: UTF-8 */
    size_t skip;                /* of a byte order mark */
    bool ended;
    struct xt_text decoded; /* the bytes of a character that goes on in the next piece stay in it */
    struct xt_text mended;
    size_t at; /* in mended */
    int64_t bad;
};

static void drop_controls(struct clean *clean)
{
    char *s = clean->mended.s;
    size_t i;

    for (i = 0; i < clean->mended.n; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
            s[i] = ' ';
            clean->bad++;
        }
    }
}

/* The bytes of a character that is cut at the end of s. */
static size_t cut_tail(const char *s, size_t n)
{
    size_t back;

    for (back = 1; back <= 3 && back <= n; back++) {
        unsigned char c = (unsigned char)s[n - back];

        if (c < 0x80)
            return 0;
        if (c >= 0xC0)
            return back < (c >= 0xF0 ? 4U : c >= 0xE0 ? 3U : 2U) ? back : 0;
    }
    return 0;
}

static enum xt_code clean_more(struct clean *clean, struct xt_error *err)
{
    struct xt_text *text = &clean->decoded;
    char piece[PIECE];
    size_t n = 0, skip, kept;
    enum xt_code rc = xt_source_read(clean->inner, piece, sizeof piece, &n, err);

    if (rc != XT_OK)
        return rc;
    clean->ended = n == 0;
    skip = clean->skip < n ? clean->skip : n;
    clean->skip -= skip;
    if (clean->decoder)
        xt_decoder_add(clean->decoder, piece + skip, n - skip, clean->ended, text);
    else
        xt_text_add(text, piece + skip, n - skip);
    kept = clean->ended ? 0 : cut_tail(text->s, text->n);
    xt_text_clear(&clean->mended);
    clean->at = 0;
    clean->bad += xt_utf8_mend(text->s, text->n - kept, &clean->mended);
    memmove(text->s, text->s + text->n - kept, kept);
    xt_text_cut(text, kept);
    drop_controls(clean);
    return XT_OK;
}

static enum xt_code clean_read(struct xt_source *source, void *data, size_t cap, size_t *out_n, struct xt_error *err)
{
    struct clean *clean = (struct clean *)source;
    size_t n;

    while (clean->at == clean->mended.n && !clean->ended) {
        enum xt_code rc = clean_more(clean, err);

        if (rc != XT_OK)
            return rc;
    }
    n = clean->mended.n - clean->at < cap ? clean->mended.n - clean->at : cap;
    memcpy(data, clean->mended.s + clean->at, n);
    clean->at += n;
    source->done = clean->inner->done;
    *out_n = n;
    return XT_OK;
}

static void clean_close(struct xt_source *source)
{
    struct clean *clean = (struct clean *)source;

    xt_source_close(&clean->inner);
    xt_decoder_free(&clean->decoder);
    xt_text_done(&clean->decoded);
    xt_text_done(&clean->mended);
    free(clean);
}

static const struct xt_source_ops CLEAN_OPS = {clean_read, clean_close};

struct xt_source *xt_source_clean(struct xt_source **inner, struct xt_decoder **decoder, size_t bom)
{
    struct clean *clean = xt_calloc(1, sizeof *clean);

    clean->base.ops = &CLEAN_OPS;
    clean->inner = *inner;
    *inner = NULL;
    if (decoder) {
        clean->decoder = *decoder;
        *decoder = NULL;
    }
    clean->skip = bom;
    xt_text_init(&clean->decoded, 8 * PIECE);
    xt_text_init(&clean->mended, 32 * PIECE);
    return &clean->base;
}

int64_t xt_source_clean_bad(const struct xt_source *source)
{
    const struct clean *clean = (const struct clean *)source;

    return clean->bad + (clean->decoder ? xt_decoder_bad(clean->decoder, &(int64_t){0}) : 0);
}
