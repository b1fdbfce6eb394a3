/*
 * oai_clean.c - bytes of an answer as UTF-8 that XML can hold.
 *
 * Repositories paste what authors typed: control characters, the entities of HTML, ampersands by themselves, two
 * character sets in one answer. Each would cost the whole answer; each is mended here in the one way there is, and counted.
 */
#include <libxml/HTMLparser.h>
#include <string.h>

#include "harvest/oai.h"
#include "text/charset.h"

#define CLEAN_FACTOR 3 /* a byte of Latin-1 takes two, U+FFFD three */

static bool xml_character(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
           (c >= 0x10000 && c <= 0x10FFFF);
}

/* ---- character sets ---- */

/* Windows-1252 where it differs from ISO 8859-1; 0 = nothing stands there. */
static const uint16_t CP1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static void add_latin(struct xt_str bytes, struct xt_text *out)
{
    size_t i;

    for (i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.s[i];

        xt_text_add_utf8(out, c >= 0x80 && c < 0xA0 ? CP1252[c - 0x80] ? CP1252[c - 0x80] : 0xFFFD : c);
    }
}

/* The value of encoding="..." in the declaration, or nothing. */
static struct xt_str declared(struct xt_str bytes)
{
    struct xt_str head = {bytes.s, bytes.n < 200 ? bytes.n : 200}, value;
    size_t end, at;
    char quote;

    if (!xt_str_starts(head, "<?xml"))
        return (struct xt_str){"", 0};
    end = xt_str_find(head, XT_STR("?>"));
    if (end != SIZE_MAX)
        head.n = end;
    at = xt_str_find(head, XT_STR("encoding"));
    if (at == SIZE_MAX)
        return (struct xt_str){"", 0};
    value = xt_str_trim((struct xt_str){head.s + at + strlen("encoding"), head.n - at - strlen("encoding")});
    if (value.n == 0 || *value.s != '=')
        return (struct xt_str){"", 0};
    value = xt_str_trim((struct xt_str){value.s + 1, value.n - 1});
    if (value.n < 2 || (*value.s != '"' && *value.s != '\''))
        return (struct xt_str){"", 0};
    quote = *value.s;
    value.s++;
    value.n--;
    for (end = 0; end < value.n && value.s[end] != quote; end++)
        ;
    return (struct xt_str){value.s, end};
}

static bool is_latin(struct xt_str name)
{
    static const char *const names[] = {"iso-8859-1",   "iso8859-1", "latin1",   "latin-1",
                                        "windows-1252", "cp1252",    "us-ascii", "ascii"};
    size_t i;

    for (i = 0; i < XT_COUNT(names); i++)
        if (name.n == strlen(names[i]) && strncasecmp(name.s, names[i], name.n) == 0)
            return true;
    return false;
}

static enum xt_code decode(struct xt_str bytes, enum xt_charset charset, struct xt_text *out, struct xt_error *err)
{
    XT_AUTO(xt_decoder_free) struct xt_decoder *decoder = NULL;
    enum xt_code rc = xt_decoder_new(charset, &decoder, err);

    if (rc == XT_OK)
        xt_decoder_add(decoder, bytes.s, bytes.n, true, out);
    return rc;
}

/* UTF-8, or nearly; *view is bytes itself where nothing had to be converted, else a view of other. */
static enum xt_code to_utf8(struct xt_str bytes, struct xt_text *other, struct xt_str *view, struct xt_error *err)
{
    enum xt_charset charset = XT_CHARSET_UTF8;
    struct xt_str name;
    enum xt_code rc = XT_OK;

    *view = bytes;
    if (bytes.n >= 3 && memcmp(bytes.s, "\xEF\xBB\xBF", 3) == 0) {
        *view = (struct xt_str){bytes.s + 3, bytes.n - 3};
        return XT_OK;
    }
    if (bytes.n >= 2 && (memcmp(bytes.s, "\xFF\xFE", 2) == 0 || memcmp(bytes.s, "\xFE\xFF", 2) == 0)) {
        charset = bytes.s[0] == '\xFF' ? XT_CHARSET_UTF16LE : XT_CHARSET_UTF16BE;
        bytes.s += 2;
        bytes.n -= 2;
    } else {
        name = declared(bytes);
        if (name.n > 0 && is_latin(name)) {
            /* Many declare it and send UTF-8: what is valid UTF-8 beyond ASCII is no accident. */
            if (xt_utf8_valid(bytes.s, bytes.n))
                return XT_OK;
            add_latin(bytes, other);
            *view = xt_text_view(other);
            return XT_OK;
        }
        if (name.n > 0 && !xt_charset_by_name(name, &charset))
            return xt_fail(err, XT_E_MEDIA, "", XT_MSG_HARVEST_CHARSET, XT_VIEW(name));
    }
    if (charset == XT_CHARSET_UTF8)
        return XT_OK;
    rc = decode(bytes, charset, other, err);
    *view = xt_text_view(other);
    return rc;
}

/* ---- characters ---- */

struct cleaning {
    struct xt_text *out;
    int64_t repaired;
};

static const struct {
    const char *name;
    size_t n;
} OWN[] = {{"amp;", 4}, {"lt;", 3}, {"gt;", 3}, {"quot;", 5}, {"apos;", 5}};

static size_t digits_of(struct xt_str text, size_t at, int base, uint32_t *out)
{
    uint32_t value = 0;
    size_t i;

    for (i = at; i < text.n && i < at + 8; i++) {
        char c = text.s[i];
        int digit = c >= '0' && c <= '9'                 ? c - '0'
                    : base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : base == 16 && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                         : -1;

        if (digit < 0)
            break;
        value = value * (uint32_t)base + (uint32_t)digit;
    }
    *out = value;
    return i - at;
}

/* text begins with '&': a reference, or an ampersand by itself. Returns the bytes it took. */
static size_t take_reference(struct cleaning *c, struct xt_str text)
{
    const htmlEntityDesc *html;
    char name[16];
    uint32_t value;
    size_t i, n;

    for (i = 0; i < XT_COUNT(OWN); i++) {
        if (text.n > OWN[i].n && memcmp(text.s + 1, OWN[i].name, OWN[i].n) == 0) {
            xt_text_add(c->out, text.s, OWN[i].n + 1);
            return OWN[i].n + 1;
        }
    }
    if (text.n > 3 && text.s[1] == '#') {
        bool hex = text.s[2] == 'x';
        size_t at = hex ? 3 : 2;

        n = digits_of(text, at, hex ? 16 : 10, &value);
        if (n > 0 && at + n < text.n && text.s[at + n] == ';') {
            if (xml_character(value))
                xt_text_add(c->out, text.s, at + n + 1);
            else
                c->repaired++;
            return at + n + 1;
        }
    }
    c->repaired++;
    for (n = 1; n < text.n && n < sizeof name &&
                ((text.s[n] | 32) >= 'a' ? (text.s[n] | 32) <= 'z' : text.s[n] >= '0' && text.s[n] <= '9');
         n++)
        name[n - 1] = text.s[n];
    if (n > 1 && n < text.n && n < sizeof name && text.s[n] == ';') {
        name[n - 1] = '\0';
        html = htmlEntityLookup((const xmlChar *)name);
        if (html && html->value > '>') { /* beyond what is markup */
            xt_text_add_utf8(c->out, html->value);
            return n + 1;
        }
    }
    xt_text_add_z(c->out, "&amp;");
    return 1;
}

/* Bytes up to n, where nothing but characters is to be looked at. */
static void add_plain(struct cleaning *c, const char *s, size_t n)
{
    size_t i = 0, from = 0;

    while (i < n) {
        unsigned char byte = (unsigned char)s[i];
        uint32_t value;
        size_t took;

        if (byte >= 0x20 && byte < 0x7F) {
            i++;
            continue;
        }
        if (byte < 0x80) {
            if (!xml_character(byte)) {
                xt_text_add(c->out, s + from, i - from);
                from = i + 1;
                c->repaired++;
            }
            i++;
            continue;
        }
        took = xt_utf8_decode(s + i, n - i, &value);
        if ((took == 1) || !xml_character(value)) { /* ill-formed, or a character that XML has no place for */
            xt_text_add(c->out, s + from, i - from);
            xt_text_add_utf8(c->out, 0xFFFD);
            from = i + took;
            c->repaired++;
        }
        i += took;
    }
    xt_text_add(c->out, s + from, n - from);
}

/* Up to behind end, or all of text. */
static size_t add_through(struct cleaning *c, struct xt_str text, struct xt_str end)
{
    const char *found = memmem(text.s, text.n, end.s, end.n);
    size_t n = found ? (size_t)(found - text.s) + end.n : text.n;

    add_plain(c, text.s, n);
    return n;
}

enum xt_code xt_oai_clean(struct xt_str bytes, struct xt_text *out, int64_t *out_repaired, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text other = {0};
    struct cleaning c = {.out = out};
    struct xt_str text;
    enum xt_code rc;
    size_t i = 0, from = 0;

    *out_repaired = 0;
    xt_text_init(&other, CLEAN_FACTOR * bytes.n + 16);
    rc = to_utf8(bytes, &other, &text, err);
    while (rc == XT_OK && i < text.n) {
        struct xt_str rest;
        size_t run;

        for (run = i; run < text.n && text.s[run] != '&' && text.s[run] != '<'; run++)
            ;
        i = run;
        if (i == text.n)
            break;
        rest = (struct xt_str){text.s + i, text.n - i};
        if (*rest.s == '&') {
            add_plain(&c, text.s + from, i - from);
            i += take_reference(&c, rest);
            from = i;
        } else if (xt_str_starts(rest, "<![CDATA[")) {
            add_plain(&c, text.s + from, i - from);
            i += add_through(&c, rest, XT_STR("]]>"));
            from = i;
        } else if (xt_str_starts(rest, "<!--")) {
            add_plain(&c, text.s + from, i - from);
            i += add_through(&c, rest, XT_STR("-->"));
            from = i;
        } else if (rest.n >= 9 && strncasecmp(rest.s, "<!DOCTYPE", 9) == 0) {
            bool page = rest.n >= 14 && strncasecmp(rest.s + 9, " html", 5) == 0;

            return page ? xt_fail(err, XT_E_MEDIA, "", XT_MSG_HARVEST_WEB_PAGE)
                        : xt_fail(err, XT_E_MEDIA, "", XT_MSG_HARVEST_DTD);
        } else {
            i++;
        }
    }
    if (rc != XT_OK)
        return rc;
    add_plain(&c, text.s + from, text.n - from);
    *out_repaired = c.repaired;
    if (xt_text_overflowed(out))
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_HARVEST_TOO_LARGE, XT_INT(out->cap));
    return XT_OK;
}
