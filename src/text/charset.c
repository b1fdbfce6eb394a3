/* Character sets: UTF-8 and UTF-16 are read here, GB18030 by the tables of charset_gb18030.c. */
#include "text/charset.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include "base/mem.h"
#include "text/charset_gb18030.h"

static const char *const names[XT_CHARSETS] = {
    [XT_CHARSET_UTF8] = "UTF-8",
    [XT_CHARSET_GB18030] = "GB18030",
    [XT_CHARSET_UTF16LE] = "UTF-16LE",
    [XT_CHARSET_UTF16BE] = "UTF-16BE",
};

/* Names without case, '-', '_' and spaces. */
static const struct {
    const char *name;
    enum xt_charset charset;
} aliases[] = {
    {"utf8", XT_CHARSET_UTF8},          {"cp65001", XT_CHARSET_UTF8},    {"usascii", XT_CHARSET_UTF8},
    {"ascii", XT_CHARSET_UTF8},         {"gb18030", XT_CHARSET_GB18030}, {"gbk", XT_CHARSET_GB18030},
    {"gb2312", XT_CHARSET_GB18030},     {"cp936", XT_CHARSET_GB18030},   {"ms936", XT_CHARSET_GB18030},
    {"windows936", XT_CHARSET_GB18030}, {"euccn", XT_CHARSET_GB18030},   {"utf16", XT_CHARSET_UTF16LE},
    {"utf16le", XT_CHARSET_UTF16LE},    {"unicode", XT_CHARSET_UTF16LE}, {"utf16be", XT_CHARSET_UTF16BE},
};

const char *xt_charset_name(enum xt_charset charset)
{
    return names[charset];
}

bool xt_charset_by_name(struct xt_str name, enum xt_charset *out)
{
    char plain[24];
    size_t n = 0;

    name = xt_str_trim(name);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.s[i];

        if (c == '-' || c == '_' || c == ' ')
            continue;
        if (n == sizeof plain - 1)
            return false;
        plain[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    for (size_t i = 0; i < XT_COUNT(aliases); i++)
        if (xt_str_is((struct xt_str){plain, n}, aliases[i].name)) {
            *out = aliases[i].charset;
            return true;
        }
    return false;
}

/* ---- guessing ---- */

/* The bytes of a well-formed sequence that begins with this byte, 0 when none does. */
static size_t utf8_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* Could these bytes, fewer than their first one asks for, still become a character? */
static bool utf8_may_go_on(const unsigned char *s, size_t n)
{
    if (n == 0 || utf8_length(s[0]) <= n)
        return false;
    if (n >= 2) {
        unsigned char low = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
        unsigned char high = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;

        if (s[1] < low || s[1] > high)
            return false;
    }
    return n < 3 || (s[2] & 0xC0) == 0x80;
}

/* The bytes at s, which begin no character, that are one fault: as many as could have begun one (Unicode 3.9, D93b). */
static size_t utf8_fault(const unsigned char *s, size_t n)
{
    size_t length = 1;

    while (length < n && length < 3 && utf8_may_go_on(s, length) && utf8_may_go_on(s, length + 1))
        length++;
    return length;
}

struct evidence {
    size_t bad;       /* sequences that cannot be */
    size_t multibyte; /* sequences of several bytes that can */
    size_t covered;   /* bytes of these */
    size_t high;      /* bytes from 80 on */
};

/* In a sample that is cut, a sequence that only lacks its end is no fault. */
static struct evidence read_utf8(const unsigned char *s, size_t n, bool truncated)
{
    struct evidence found = {0};

    for (size_t i = 0; i < n;) {
        uint32_t c;
        size_t took = xt_utf8_decode((const char *)s + i, n - i, &c);

        if (took == 1 && s[i] >= 0x80) {
            if (truncated && utf8_may_go_on(s + i, n - i))
                break;
            found.bad++;
        }
        found.multibyte += took > 1;
        found.covered += took > 1 ? took : 0;
        found.high += took > 1 ? took : s[i] >= 0x80;
        i += took;
    }
    return found;
}

static struct evidence read_gb18030(const unsigned char *s, size_t n, bool truncated)
{
    struct evidence found = {0};

    for (size_t i = 0; i < n;) {
        size_t length = xt_gb18030_length(s + i, n - i);

        if (length == 0 || (length > n - i && !truncated))
            found.bad++;
        else if (length > 1)
            found.multibyte++;
        i += length ? length : 1;
    }
    return found;
}

/* UTF-16 shows by zero bytes on one side only: commas, digits and line ends have them. */
static bool looks_like_utf16(const unsigned char *s, size_t n, bool truncated, enum xt_charset *out)
{
    size_t zeros[2] = {0, 0};
    size_t bad = 0;

    if (n < 2 || (n % 2 && !truncated))
        return false;
    for (size_t i = 0; i < n; i++)
        if (s[i] == 0)
            zeros[i % 2]++;
    if (zeros[0] == zeros[1] || (zeros[0] && zeros[1] && zeros[0] * 8 > zeros[1] && zeros[1] * 8 > zeros[0]))
        return false;

    size_t high = zeros[1] > zeros[0] ? 1 : 0;
    for (size_t i = 0; i + 3 < n; i += 2) {
        bool lead = (s[i + high] & 0xFC) == 0xD8;
        bool trail = (s[i + 2 + high] & 0xFC) == 0xDC;

        bad += lead != trail;
    }
    *out = high ? XT_CHARSET_UTF16LE : XT_CHARSET_UTF16BE;
    return bad == 0;
}

/* What ICU's detector says, when it is one of ours. */
static bool ask_icu(const char *s, size_t n, enum xt_charset *out, int *out_certainty)
{
    UErrorCode status = U_ZERO_ERROR;
    UCharsetDetector *detector = ucsdet_open(&status);
    bool found = false;

    ucsdet_setText(detector, s, (int32_t)n, &status);
    const UCharsetMatch *match = ucsdet_detect(detector, &status);
    if (U_SUCCESS(status) && match) {
        const char *name = ucsdet_getName(match, &status);

        found = U_SUCCESS(status) && xt_charset_by_name(xt_str(name), out);
        *out_certainty = ucsdet_getConfidence(match, &status);
    }
    ucsdet_close(detector);
    return found;
}

enum xt_charset xt_charset_guess(const void *data, size_t n, bool truncated, int *out_certainty, size_t *out_bom)
{
    const unsigned char *s = data;
    enum xt_charset charset;

    *out_bom = 0;
    *out_certainty = 100;
    if (n > 64 * XT_KIB) {
        n = 64 * XT_KIB;
        truncated = true;
    }
    if (n >= 3 && s[0] == 0xEF && s[1] == 0xBB && s[2] == 0xBF) {
        *out_bom = 3;
        return XT_CHARSET_UTF8;
    }
    if (n >= 2 && ((s[0] == 0xFF && s[1] == 0xFE) || (s[0] == 0xFE && s[1] == 0xFF))) {
        *out_bom = 2;
        return s[0] == 0xFF ? XT_CHARSET_UTF16LE : XT_CHARSET_UTF16BE;
    }
    if (n >= 4 && s[0] == 0x84 && s[1] == 0x31 && s[2] == 0x95 && s[3] == 0x33) { /* U+FEFF in GB18030 */
        *out_bom = 4;
        return XT_CHARSET_GB18030;
    }

    bool zeros = n > 0 && memchr(s, 0, n) != NULL;
    struct evidence utf8 = read_utf8(s, n, truncated);
    if (utf8.bad == 0 && !zeros)
        return XT_CHARSET_UTF8;
    if (zeros && looks_like_utf16(s, n, truncated, &charset)) {
        *out_certainty = 90;
        return charset;
    }
    struct evidence gb18030 = read_gb18030(s, n, truncated);
    if (gb18030.bad == 0 && gb18030.multibyte > 0 && !zeros) {
        *out_certainty = gb18030.multibyte >= 20 ? 95 : 80;
        return XT_CHARSET_GB18030;
    }
    /* A few bytes are broken. What is no UTF-8 has few bytes in a row that could be some, so most of them being so tells. */
    if (!zeros && 2 * utf8.covered > utf8.high) {
        *out_certainty = (int)(90 * utf8.covered / utf8.high);
        return XT_CHARSET_UTF8;
    }
    if (!zeros && gb18030.multibyte > 0 && 4 * gb18030.bad <= gb18030.multibyte) {
        *out_certainty = 70;
        return XT_CHARSET_GB18030;
    }
    if (ask_icu((const char *)s, n, &charset, out_certainty) &&
        (zeros || charset == XT_CHARSET_UTF8 || charset == XT_CHARSET_GB18030))
        return charset;
    *out_certainty = 10;
    return gb18030.bad * (utf8.multibyte + 1) < utf8.bad * (gb18030.multibyte + 1) ? XT_CHARSET_GB18030
                                                                                   : XT_CHARSET_UTF8;
}

/* ---- decoding ---- */

#define FAULTS_MAX 4096u /* that wait to be taken */

struct xt_decoder {
    enum xt_charset from;
    int64_t seen;    /* bytes taken in before this call */
    int64_t written; /* bytes given out before what the text of this call held at first */
    int64_t bad, first_bad;
    char cut[4]; /* the start of a character whose end has not come */
    size_t cut_n;
    struct xt_decoder_fault *faults; /* [taken..count) wait */
    size_t taken, count, capacity;
};

/* The n bytes at s, offset of the input, mean nothing: out gets U+FFFD. */
static void add_bad(struct xt_decoder *decoder, const char *s, size_t n, int64_t offset, struct xt_text *out)
{
    if (decoder->bad++ == 0)
        decoder->first_bad = offset;
    if (decoder->taken == decoder->count)
        decoder->taken = decoder->count = 0;
    if (decoder->count < FAULTS_MAX) {
        xt_grow(&decoder->faults, &decoder->capacity, decoder->count + 1, sizeof *decoder->faults);
        struct xt_decoder_fault *fault = &decoder->faults[decoder->count++];

        *fault = (struct xt_decoder_fault){.offset = offset, .place = decoder->written + (int64_t)out->n};
        fault->n = n < sizeof fault->bytes ? n : sizeof fault->bytes;
        memcpy(fault->bytes, s, fault->n);
    }
    xt_text_add_z(out, "\xEF\xBF\xBD");
}

bool xt_decoder_take_fault(struct xt_decoder *decoder, int64_t before, struct xt_decoder_fault *out)
{
    if (decoder->taken == decoder->count || decoder->faults[decoder->taken].place >= before)
        return false;
    *out = decoder->faults[decoder->taken++];
    return true;
}

enum xt_code xt_decoder_new(enum xt_charset from, struct xt_decoder **out, struct xt_error *err)
{
    struct xt_decoder *decoder;

    if (from == XT_CHARSET_GB18030) {
        enum xt_code rc = xt_gb18030_load(err);

        if (rc != XT_OK)
            return rc;
    }
    decoder = xt_calloc(1, sizeof *decoder);
    decoder->from = from;
    *out = decoder;
    return XT_OK;
}

void xt_decoder_free(struct xt_decoder **decoder)
{
    if (!*decoder)
        return;
    free((*decoder)->faults);
    free(*decoder);
    *decoder = NULL;
}

static void add_utf8(struct xt_decoder *decoder, const char *s, size_t n, bool flush, struct xt_text *out,
                     int64_t offset)
{
    size_t sound = 0; /* bytes not yet copied begin here */
    size_t i = 0;

    while (i < n) {
        uint32_t c;
        unsigned char first = (unsigned char)s[i];

        if (first < 0x80) {
            i++;
            continue;
        }
        size_t took = xt_utf8_decode(s + i, n - i, &c);
        if (took > 1) {
            i += took;
            continue;
        }
        xt_text_add(out, s + sound, i - sound);
        if (utf8_may_go_on((const unsigned char *)s + i, n - i) && !flush) {
            memcpy(decoder->cut, s + i, n - i);
            decoder->cut_n = n - i;
            return;
        }
        size_t fault = utf8_fault((const unsigned char *)s + i, n - i);

        add_bad(decoder, s + i, fault, offset + (int64_t)i, out);
        i += fault;
        sound = i;
    }
    xt_text_add(out, s + sound, n - sound);
}

static void decode_utf8(struct xt_decoder *decoder, const char *s, size_t n, bool flush, struct xt_text *out)
{
    int64_t offset = decoder->seen;

    if (decoder->cut_n) {
        /* The cut character with as many bytes as it may need; what is left of s follows. */
        char joined[8];
        size_t kept = decoder->cut_n, taken = 0;

        memcpy(joined, decoder->cut, kept);
        while (taken < n && utf8_may_go_on((const unsigned char *)joined, kept + taken)) {
            joined[kept + taken] = s[taken];
            taken++;
        }
        uint32_t c;
        bool goes_on = utf8_may_go_on((const unsigned char *)joined, kept + taken);
        bool broken = !goes_on && xt_utf8_decode(joined, kept + taken, &c) == 1;

        if (broken)
            taken--; /* the byte that broke it belongs to what follows */
        decoder->cut_n = 0;
        add_utf8(decoder, joined, kept + taken, flush || broken, out, offset - (int64_t)kept);
        s += taken;
        n -= taken;
        offset += (int64_t)taken;
    }
    if (n)
        add_utf8(decoder, s, n, flush, out, offset);
}

static bool eight_ascii(const char *s)
{
    uint64_t v;

    memcpy(&v, s, sizeof v);
    return (v & 0x8080808080808080U) == 0;
}

/* By way of a small buffer: out grows once for many characters. */
static void add_gb18030(struct xt_decoder *decoder, const char *s, size_t n, bool flush, struct xt_text *out,
                        int64_t offset)
{
    const unsigned char *u = (const unsigned char *)s;
    char buffer[4096];
    size_t i = 0, o = 0;

    while (i < n) {
        if (o > sizeof buffer - 8) {
            xt_text_add(out, buffer, o);
            o = 0;
        }
        if (u[i] < 0x80) {
            if (n - i >= 8 && eight_ascii(s + i)) {
                memcpy(buffer + o, s + i, 8);
                i += 8;
                o += 8;
            } else {
                buffer[o++] = s[i++];
            }
            continue;
        }
        size_t length = xt_gb18030_length(u + i, n - i);

        if (length > n - i && !flush) {
            memcpy(decoder->cut, s + i, n - i);
            decoder->cut_n = n - i;
            break;
        }
        uint32_t c = length > 1 && length <= n - i ? xt_gb18030_character(u + i, length) : 0;

        if (c != 0) {
            o += xt_utf8_encode(c, buffer + o);
            i += length;
            continue;
        }
        xt_text_add(out, buffer, o);
        o = 0;
        length = length == 0 ? 1 : length > n - i ? n - i : length; /* cut by the end: one fault */
        add_bad(decoder, s + i, length, offset + (int64_t)i, out);
        i += length;
    }
    xt_text_add(out, buffer, o);
}

static uint32_t utf16_unit(const struct xt_decoder *decoder, const char *s)
{
    const unsigned char *u = (const unsigned char *)s;

    return decoder->from == XT_CHARSET_UTF16LE ? (uint32_t)u[0] | (uint32_t)u[1] << 8
                                               : (uint32_t)u[1] | (uint32_t)u[0] << 8;
}

/* Decodes n bytes; what is left at the end (an odd byte, a lead surrogate) is kept in cut. */
static void add_utf16_bytes(struct xt_decoder *decoder, const char *s, size_t n, bool flush, struct xt_text *out,
                            int64_t offset)
{
    size_t i = 0;

    while (n - i >= 2) {
        uint32_t c = utf16_unit(decoder, s + i);

        if ((c & 0xFC00) == 0xD800 && n - i < 4 && !flush)
            break;
        if ((c & 0xFC00) == 0xD800 && n - i >= 4 && (utf16_unit(decoder, s + i + 2) & 0xFC00) == 0xDC00) {
            c = 0x10000 + ((c & 0x3FF) << 10) + (utf16_unit(decoder, s + i + 2) & 0x3FF);
            i += 2;
        } else if ((c & 0xF800) == 0xD800) {
            add_bad(decoder, s + i, 2, offset + (int64_t)i, out);
            i += 2;
            continue;
        }
        xt_text_add_utf8(out, c);
        i += 2;
    }
    if (i < n && flush) {
        add_bad(decoder, s + i, n - i, offset + (int64_t)i, out);
    } else if (i < n) {
        memcpy(decoder->cut, s + i, n - i);
        decoder->cut_n = n - i;
    }
}

static void decode_in_units(struct xt_decoder *decoder, const char *s, size_t n, bool flush, struct xt_text *out)
{
    int64_t offset = decoder->seen;
    void (*add)(struct xt_decoder *, const char *, size_t, bool, struct xt_text *, int64_t) =
        decoder->from == XT_CHARSET_GB18030 ? add_gb18030 : add_utf16_bytes;

    while (decoder->cut_n && (n > 0 || flush)) {
        /* The cut sequence with one more byte at a time, until it is whole or broken. */
        char joined[4];
        size_t kept = decoder->cut_n;

        memcpy(joined, decoder->cut, kept);
        decoder->cut_n = 0;
        if (n > 0) {
            joined[kept++] = *s++;
            n--;
            offset++;
        }
        add(decoder, joined, kept, flush && n == 0, out, offset - (int64_t)kept);
    }
    if (n)
        add(decoder, s, n, flush, out, offset);
}

void xt_decoder_add(struct xt_decoder *decoder, const void *data, size_t n, bool flush, struct xt_text *out)
{
    const char *s = n ? data : "";
    size_t had = out->n;

    decoder->written -= (int64_t)had;
    if (decoder->from == XT_CHARSET_UTF8)
        decode_utf8(decoder, s, n, flush, out);
    else
        decode_in_units(decoder, s, n, flush, out);
    decoder->seen += (int64_t)n;
    decoder->written += (int64_t)out->n;
}

int64_t xt_decoder_bad(const struct xt_decoder *decoder, int64_t *out_first_offset)
{
    *out_first_offset = decoder->bad ? decoder->first_bad : -1;
    return decoder->bad;
}

/* ---- encoding ---- */

void xt_encode_gb18030(struct xt_str text, struct xt_text *out)
{
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter = ucnv_open("gb18030", &status);

    for (size_t i = 0; i < text.n && U_SUCCESS(status);) {
        uint32_t c;
        size_t took = xt_utf8_decode(text.s + i, text.n - i, &c);

        if (c < 0x80 || (took == 1 && c == 0xFFFD)) {
            xt_text_add_char(out, c < 0x80 ? (char)c : '?');
            i += took;
            continue;
        }
        c = xt_gb18030_for_icu(c);
        UChar units[2];
        int32_t unit_count = 0;
        char bytes[16];

        if (c >= 0x10000) {
            units[unit_count++] = (UChar)(0xD7C0 + (c >> 10));
            units[unit_count++] = (UChar)(0xDC00 | (c & 0x3FF));
        } else {
            units[unit_count++] = (UChar)c;
        }
        int32_t length = ucnv_fromUChars(converter, bytes, (int32_t)sizeof bytes, units, unit_count, &status);
        if (U_SUCCESS(status) && length > 0)
            xt_text_add(out, bytes, (size_t)length);
        status = U_ZERO_ERROR; /* U_STRING_NOT_TERMINATED_WARNING and the like */
        i += took;
    }
    ucnv_close(converter);
}

void xt_encode_utf16(struct xt_str text, bool big_endian, struct xt_text *out)
{
    size_t at = 0, i, units;

    while (at < text.n) {
        uint32_t c, unit[2];

        at += xt_utf8_decode(text.s + at, text.n - at, &c);
        units = c >= 0x10000 ? 2 : 1;
        unit[0] = units == 2 ? 0xD800 + ((c - 0x10000) >> 10) : c;
        unit[1] = 0xDC00 + ((c - 0x10000) & 0x3FF);
        for (i = 0; i < units; i++) {
            xt_text_add_char(out, (char)(big_endian ? unit[i] >> 8 : unit[i] & 0xFF));
            xt_text_add_char(out, (char)(big_endian ? unit[i] & 0xFF : unit[i] >> 8));
        }
    }
}
