/*
 * charset.h - character sets: guessing and converting what offices send to UTF-8, streaming.
 *
 * Known: UTF-8 (with or without BOM), GB18030 (that of 2022: charset_gb18030.c), UTF-16LE/BE (BOM or zero pattern),
 * Latin-1 never guessed. Guessing: BOM, then strict UTF-8, then UTF-16 by zero bytes, then strict GB18030, then either of
 * UTF-8 and GB18030 with a few bytes broken; ICU's detector only breaks ties. Unmappable bytes are counted with the offset
 * of the first and become U+FFFD.
 */
#ifndef XT_TEXT_CHARSET_H
#define XT_TEXT_CHARSET_H

#include "base/error.h"
#include "base/text.h"

enum xt_charset { XT_CHARSET_UTF8, XT_CHARSET_GB18030, XT_CHARSET_UTF16LE, XT_CHARSET_UTF16BE, XT_CHARSETS };

const char *xt_charset_name(enum xt_charset charset);
bool xt_charset_by_name(struct xt_str name, enum xt_charset *out); /* "gbk", "GB2312" -> GB18030 ... */

/* From the first bytes of a file (64 KiB or all of it; truncated says the sample ends inside the file).
 * *out_certainty 0..100, *out_bom the bytes of the mark to skip. */
enum xt_charset xt_charset_guess(const void *data, size_t n, bool truncated, int *out_certainty, size_t *out_bom);

struct xt_decoder; /* bytes of a charset in, UTF-8 out; keeps a split character between calls */
XT_MUST_USE enum xt_code xt_decoder_new(enum xt_charset from, struct xt_decoder **out, struct xt_error *err);
void xt_decoder_free(struct xt_decoder **decoder);
/* Appends to out. flush at the end of input turns a cut character into U+FFFD. */
void xt_decoder_add(struct xt_decoder *decoder, const void *data, size_t n, bool flush, struct xt_text *out);
/* Unmappable sequences so far; *out_first_offset is where the first one stood (-1 = none). */
int64_t xt_decoder_bad(const struct xt_decoder *decoder, int64_t *out_first_offset);

/* The oldest fault not yet taken that stands before a place of the output (bytes given out so far are counted from 0). Some
 * thousand wait, those beyond are only counted. */
struct xt_decoder_fault {
    int64_t offset; /* of the input */
    int64_t place;  /* where its U+FFFD stands in the output */
    unsigned char bytes[4];
    size_t n; /* of bytes, at most 4 */
};
bool xt_decoder_take_fault(struct xt_decoder *decoder, int64_t before, struct xt_decoder_fault *out);

/* UTF-8 to GB18030 for exports. Ill-formed input becomes '?'. */
void xt_encode_gb18030(struct xt_str text, struct xt_text *out);
/* UTF-8 to UTF-16, without a mark. */
void xt_encode_utf16(struct xt_str text, bool big_endian, struct xt_text *out);

#endif
