/* Whatever the bytes and however they are cut, a decoder gives well-formed UTF-8, the same as in one piece. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t decode(enum xt_charset charset, const uint8_t *data, size_t size, size_t step, struct xt_text *out)
{
    struct xt_decoder *decoder = NULL;
    int64_t first;

    if (xt_decoder_new(charset, &decoder, NULL) != XT_OK)
        abort();
    for (size_t i = 0; i < size; i += step)
        xt_decoder_add(decoder, data + i, size - i < step ? size - i : step, false, out);
    xt_decoder_add(decoder, NULL, 0, true, out);
    int64_t bad = xt_decoder_bad(decoder, &first);
    if (bad && (first < 0 || first > (int64_t)size))
        abort();
    xt_decoder_free(&decoder);
    return bad * 1000000 + first;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_text whole, parts;
    int certainty;
    size_t bom;
    enum xt_charset guess = xt_charset_guess(data, size, size % 2 == 0, &certainty, &bom);

    if (guess >= XT_CHARSETS || bom > size || certainty < 0 || certainty > 100)
        abort();
    xt_text_init(&whole, 64 * XT_MIB);
    xt_text_init(&parts, 64 * XT_MIB);
    for (enum xt_charset charset = 0; charset < XT_CHARSETS; charset++) {
        xt_text_clear(&whole);
        xt_text_clear(&parts);
        int64_t bad_whole = decode(charset, data, size, size ? size : 1, &whole);
        int64_t bad_parts = decode(charset, data, size, size ? data[0] % 5 + 1 : 1, &parts);

        if (bad_whole != bad_parts || whole.n != parts.n || memcmp(whole.s, parts.s, whole.n) != 0)
            abort();
        for (size_t i = 0; i < whole.n;) { /* zero bytes are let through, everything else is well-formed */
            uint32_t c;
            size_t took = xt_utf8_decode(whole.s + i, whole.n - i, &c);

            if (took == 1 && (unsigned char)whole.s[i] >= 0x80)
                abort();
            i += took;
        }
    }
    xt_text_clear(&parts);
    xt_encode_gb18030((struct xt_str){(const char *)data, size}, &parts);
    xt_text_done(&whole);
    xt_text_done(&parts);
    return 0;
}
