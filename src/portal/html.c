/* html.c - text for the places of an HTML document. */
#include "portal/html.h"

#include <string.h>

void html_text(struct xt_text *out, struct xt_str s)
{
    size_t from = 0, i;

    for (i = 0; i < s.n; i++) {
        const char *with;

        switch (s.s[i]) {
        case '&':
            with = "&amp;";
            break;
        case '<':
            with = "&lt;";
            break;
        case '>':
            with = "&gt;";
            break;
        case '"':
            with = "&quot;";
            break;
        case '\'':
            with = "&#39;";
            break;
        default:
            if ((unsigned char)s.s[i] >= 0x20 || s.s[i] == '\n')
                continue;
            with = " ";
        }
        xt_text_add(out, s.s + from, i - from);
        xt_text_add_z(out, with);
        from = i + 1;
    }
    xt_text_add(out, s.s + from, s.n - from);
}

void html_z(struct xt_text *out, const char *s)
{
    html_text(out, xt_str(s));
}

void html_clipped(struct xt_text *out, struct xt_str s, size_t max)
{
    size_t n = 0, chars = 0, before;
    bool space = false;

    s = xt_str_trim(s);
    while (n < s.n && chars < max) {
        uint32_t c;
        size_t step = xt_utf8_decode(s.s + n, s.n - n, &c);

        before = n;
        n += step;
        if (c <= 0x20) {
            space = true;
            continue;
        }
        if (space)
            xt_text_add_char(out, ' ');
        chars += space ? 2 : 1;
        space = false;
        html_text(out, (struct xt_str){s.s + before, step});
    }
    if (n < s.n)
        xt_text_add_z(out, "…");
}

void html_json(struct xt_text *out, struct xt_str json)
{
    size_t from = 0, i;

    for (i = 0; i < json.n; i++) {
        const char *with = NULL;
        size_t step = 1;

        if (json.s[i] == '<')
            with = "\\u003c";
        else if (json.s[i] == '>')
            with = "\\u003e";
        else if (json.s[i] == '&')
            with = "\\u0026";
        else if (i + 2 < json.n && memcmp(json.s + i, "\xE2\x80", 2) == 0 &&
                 ((unsigned char)json.s[i + 2] == 0xA8 || (unsigned char)json.s[i + 2] == 0xA9)) {
            with = (unsigned char)json.s[i + 2] == 0xA8 ? "\\u2028" : "\\u2029";
            step = 3;
        }
        if (!with)
            continue;
        xt_text_add(out, json.s + from, i - from);
        xt_text_add_z(out, with);
        i += step - 1;
        from = i + 1;
    }
    xt_text_add(out, json.s + from, json.n - from);
}

void html_query(struct xt_text *out, struct xt_str s)
{
    size_t i;

    for (i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.s[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c)))
            xt_text_add_char(out, (char)c);
        else
            xt_text_addf(out, "%%%02X", c);
    }
}

bool html_safe_url(struct xt_str url)
{
    return xt_str_starts(url, "https://") || xt_str_starts(url, "http://");
}
