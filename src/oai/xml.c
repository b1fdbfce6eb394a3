/* xml.c - escaping. */
#include "oai/xml.h"

#include <string.h>

/* What a byte asks for. PLAIN is 0, so that a run is passed with one test a byte. */
enum { PLAIN, MARKUP, CONTROL, SPACE, WIDE };

/* WIDE: the bytes that may begin a character that is left out (U+0080 to U+009F, U+FFFE, U+FFFF). Others
 * of UTF-8 are passed as they are. */
static const unsigned char kinds[256] = {
    [0x00] = CONTROL, [0x01] = CONTROL, [0x02] = CONTROL, [0x03] = CONTROL, [0x04] = CONTROL, [0x05] = CONTROL,
    [0x06] = CONTROL, [0x07] = CONTROL, [0x08] = CONTROL, [0x09] = SPACE,   [0x0A] = SPACE,   [0x0B] = CONTROL,
    [0x0C] = CONTROL, [0x0D] = CONTROL, [0x0E] = CONTROL, [0x0F] = CONTROL, [0x10] = CONTROL, [0x11] = CONTROL,
    [0x12] = CONTROL, [0x13] = CONTROL, [0x14] = CONTROL, [0x15] = CONTROL, [0x16] = CONTROL, [0x17] = CONTROL,
    [0x18] = CONTROL, [0x19] = CONTROL, [0x1A] = CONTROL, [0x1B] = CONTROL, [0x1C] = CONTROL, [0x1D] = CONTROL,
    [0x1E] = CONTROL, [0x1F] = CONTROL, ['&'] = MARKUP,   ['<'] = MARKUP,   ['>'] = MARKUP,   ['"'] = MARKUP,
    [0x7F] = CONTROL, [0xC2] = WIDE,    [0xEF] = WIDE,
};

static const char *entity_of(char c)
{
    return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;";
}

/* Whether the character at s (n > 0 bytes), which a WIDE byte begins, stays. */
static bool stays(const char *s, size_t n, size_t *out_step)
{
    uint32_t c;

    *out_step = xt_utf8_decode(s, n, &c);
    return !(c >= 0x80 && c <= 0x9F) && c != 0xFFFE && c != 0xFFFF && (c != 0xFFFD || *out_step == 3);
}

static void escape(struct xt_text *out, struct xt_str s, bool attribute)
{
    size_t from = 0, i = 0, step;

    while (i < s.n) {
        const char *with = "";
        unsigned char kind = kinds[(unsigned char)s.s[i]];

        step = 1;
        if (kind == PLAIN || (kind == SPACE && !attribute) || (kind == WIDE && stays(s.s + i, s.n - i, &step))) {
            i += step;
            continue;
        }
        if (kind == MARKUP)
            with = entity_of(s.s[i]);
        else if (kind == SPACE)
            with = " ";
        xt_text_add(out, s.s + from, i - from);
        xt_text_add_z(out, with);
        i += step;
        from = i;
    }
    xt_text_add(out, s.s + from, s.n - from);
}

/* Bytes that are no UTF-8 are rare (nothing stored has them): they cost a second look. */
static void escape_any(struct xt_text *out, struct xt_str s, bool attribute)
{
    size_t from = 0, i = 0;

    if (s.n == 0)
        return;
    if (xt_utf8_valid(s.s, s.n)) {
        escape(out, s, attribute);
        return;
    }
    while (i < s.n) {
        uint32_t c;
        size_t step = xt_utf8_decode(s.s + i, s.n - i, &c);

        if (c == 0xFFFD && step == 1) {
            escape(out, (struct xt_str){s.s + from, i - from}, attribute);
            from = i + 1;
        }
        i += step;
    }
    escape(out, (struct xt_str){s.s + from, s.n - from}, attribute);
}

void xml_text(struct xt_text *out, struct xt_str s)
{
    escape_any(out, s, false);
}

void xml_z(struct xt_text *out, const char *s)
{
    escape_any(out, xt_str(s), false);
}

void xml_attribute(struct xt_text *out, struct xt_str s)
{
    escape_any(out, s, true);
}

void xml_add_attribute(struct xt_text *out, const char *name, struct xt_str value)
{
    xt_text_add_char(out, ' ');
    xt_text_add_z(out, name);
    xt_text_add(out, "=\"", 2);
    xml_attribute(out, value);
    xt_text_add_char(out, '"');
}

void xml_element(struct xt_text *out, const char *name, struct xt_str value)
{
    xt_text_add_char(out, '<');
    xt_text_add_z(out, name);
    xt_text_add_char(out, '>');
    xml_text(out, value);
    xt_text_add(out, "</", 2);
    xt_text_add_z(out, name);
    xt_text_add_char(out, '>');
}

bool xml_is_name(const char *s, bool prefixed)
{
    bool start = true;

    for (; *s; s++) {
        bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '_';

        if (*s == ':' && prefixed && !start) {
            start = true;
            prefixed = false;
            continue;
        }
        if (!letter && (start || !((*s >= '0' && *s <= '9') || *s == '-' || *s == '.')))
            return false;
        start = false;
    }
    return !start;
}
