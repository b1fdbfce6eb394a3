/* table_xls_text.c - strings of records (MS-XLS 2.5.293 and on), into UTF-8. */
#include <stdlib.h>

#include "table/table_bytes.h"
#include "table/table_xls_priv.h"

/* On to the CONTINUE record behind, if there is one. */
static bool go_on(struct xt_biff_in *in)
{
    struct xt_biff *biff = in->biff;
    unsigned char head[2];
    bool more;

    if (in->rc != XT_OK || xt_ole_stream_read(biff->stream, biff->at, head, sizeof head) < sizeof head ||
        xt_le16(head) != XT_BIFF_CONTINUE)
        return false;
    in->rc = xt_biff_next(biff, XT_BIFF_BODY, &more, &in->err);
    in->at = 0;
    return in->rc == XT_OK && more;
}

bool xt_biff_take(struct xt_biff_in *in, void *out, size_t n)
{
    while (n > 0) {
        size_t piece = in->biff->read - in->at;

        if (piece > n)
            piece = n;
        if (out) {
            memcpy(out, in->biff->body + in->at, piece);
            out = (char *)out + piece;
        }
        in->at += piece;
        n -= piece;
        if (n > 0 && !go_on(in))
            return false;
    }
    return true;
}

static void add_character(struct xt_biff_text *text, uint32_t c, struct xt_text *out)
{
    if (c == 0 || (c >= 0xD800 && c <= 0xDFFF)) {
        text->bad++;
        c = 0xFFFD;
    }
    xt_text_add_utf8(out, c);
}

/* One unit of UTF-16; *high keeps the first half of a pair. */
static void add_unit(struct xt_biff_text *text, uint16_t unit, uint16_t *high, struct xt_text *out)
{
    if (*high && unit >= 0xDC00 && unit <= 0xDFFF) {
        add_character(text, 0x10000 + (((uint32_t)*high - 0xD800) << 10) + (unit - 0xDC00u), out);
        *high = 0;
        return;
    }
    if (*high)
        add_character(text, *high, out);
    *high = unit >= 0xD800 && unit <= 0xDBFF ? unit : 0;
    if (!*high)
        add_character(text, unit, out);
}

/* The characters of a string. Where they go on in the next record, a byte says anew how wide they are (MS-XLS 2.5.293). */
static bool characters8(struct xt_biff_text *text, struct xt_biff_in *in, size_t count, bool wide, struct xt_text *out)
{
    struct xt_biff *biff = in->biff;
    uint16_t high = 0;

    while (count > 0) {
        size_t width = wide ? 2 : 1;

        if (biff->read - in->at < width) {
            if (!go_on(in) || biff->read == 0)
                return false;
            wide = biff->body[0] & 1;
            in->at = 1;
            continue;
        }
        add_unit(text, wide ? xt_le16(biff->body + in->at) : (unsigned char)biff->body[in->at], &high, out);
        in->at += width;
        count--;
    }
    if (high)
        add_character(text, high, out);
    return true;
}

static bool string8(struct xt_biff_text *text, struct xt_biff_in *in, size_t count, struct xt_text *out)
{
    unsigned char flags, runs[2] = {0}, extra[4] = {0};

    if (!xt_biff_take(in, &flags, 1) || (flags & 8 && !xt_biff_take(in, runs, 2)) ||
        (flags & 4 && !xt_biff_take(in, extra, 4)))
        return false;
    return characters8(text, in, count, flags & 1, out) &&
           xt_biff_take(in, NULL, 4 * (size_t)xt_le16(runs) + xt_le32(extra));
}

void xt_biff_text_codepage(struct xt_biff_text *text, uint16_t codepage)
{
    UErrorCode status = U_ZERO_ERROR;
    char name[32];

    if (text->biff8)
        return;
    if (codepage == 0x8001 || codepage == 1200) /* so old versions name Windows Latin */
        codepage = 1252;
    snprintf(name, sizeof name, codepage == 65001 ? "utf-8" : "windows-%u", codepage);
    UConverter *converter = ucnv_open(codepage == 0x8000 ? "macintosh" : name, &status);

    if (U_FAILURE(status))
        return;
    ucnv_close(text->converter);
    text->converter = converter;
}

static bool string5(struct xt_biff_text *text, struct xt_biff_in *in, size_t count, struct xt_text *out)
{
    UErrorCode status = U_ZERO_ERROR;
    char bytes[XT_BIFF_BODY];
    UChar units[XT_BIFF_BODY + 1];
    int32_t n, i;
    uint16_t high = 0;

    if (count > sizeof bytes || !xt_biff_take(in, bytes, count))
        return false;
    if (!text->converter)
        xt_biff_text_codepage(text, 1252);
    n = text->converter ? ucnv_toUChars(text->converter, units, XT_BIFF_BODY, bytes, (int32_t)count, &status) : 0;
    if (U_FAILURE(status))
        return false;
    for (i = 0; i < n; i++) {
        text->bad += units[i] == 0xFFFD;
        add_unit(text, units[i], &high, out);
    }
    return true;
}

bool xt_biff_string(struct xt_biff_text *text, struct xt_biff_in *in, size_t count_bytes, struct xt_text *out)
{
    unsigned char count[2] = {0};

    if (!xt_biff_take(in, count, count_bytes))
        return false;
    return text->biff8 ? string8(text, in, xt_le16(count), out) : string5(text, in, xt_le16(count), out);
}
