/* http_headers.c - what header values ask for. */
#include <string.h>
#include <strings.h>

#include "http/http_priv.h"

/* Takes the element before the next comma (or semicolon) from the front of *list. */
static struct xt_str next_element(struct xt_str *list, char separator)
{
    const char *at = list->n > 0 ? memchr(list->s, separator, list->n) : NULL;
    struct xt_str element = {list->s, at ? (size_t)(at - list->s) : list->n};
    size_t step = at ? element.n + 1 : element.n;

    list->s += step;
    list->n -= step;
    return xt_str_trim(element);
}

static bool is_word(struct xt_str s, const char *word)
{
    return s.n == strlen(word) && strncasecmp(s.s, word, s.n) == 0;
}

/* The weight of ";q=0.8" in thousandths; 1000 where there is none, 0 where it is broken. */
static int weight_of(struct xt_str parameters)
{
    while (parameters.n > 0) {
        struct xt_str one = next_element(&parameters, ';');
        int weight = 0, unit = 1000;

        if (one.n < 3 || (one.s[0] != 'q' && one.s[0] != 'Q') || one.s[1] != '=')
            continue;
        for (size_t i = 2; i < one.n; i++) {
            if (one.s[i] == '.' && i == 3)
                continue;
            if (one.s[i] < '0' || one.s[i] > '9' || i > 6)
                return 0;
            weight += (one.s[i] - '0') * unit;
            unit /= 10;
        }
        return weight > 1000 ? 0 : weight;
    }
    return 1000;
}

bool xt_http_accepts_gzip(struct xt_str accept_encoding)
{
    int gzip = -1, any = -1;

    while (accept_encoding.n > 0) {
        struct xt_str rest = next_element(&accept_encoding, ',');
        struct xt_str coding = next_element(&rest, ';');

        if (is_word(coding, "gzip") || is_word(coding, "x-gzip"))
            gzip = weight_of(rest);
        else if (is_word(coding, "*"))
            any = weight_of(rest);
    }
    return gzip >= 0 ? gzip > 0 : any > 0;
}

enum xt_lang xt_http_accept_lang(struct xt_str accept_language)
{
    int zh = 0, en = 0;

    while (accept_language.n > 0) {
        struct xt_str rest = next_element(&accept_language, ',');
        struct xt_str range = next_element(&rest, ';');
        int weight = weight_of(rest);
        bool ends = range.n == 2 || (range.n > 2 && range.s[2] == '-');

        if (ends && strncasecmp(range.s, "zh", 2) == 0 && weight > zh)
            zh = weight;
        if (ends && strncasecmp(range.s, "en", 2) == 0 && weight > en)
            en = weight;
    }
    /* Browsers list "zh-CN,zh;q=0.9,en;q=0.8"; who names neither gets the region's own language. */
    return en > zh ? XT_EN : XT_ZH;
}

bool xt_http_id_sane(struct xt_str request_id)
{
    if (request_id.n == 0 || request_id.n > 64)
        return false;
    for (size_t i = 0; i < request_id.n; i++) {
        char c = request_id.s[i];
        bool sane = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                    c == '_' || c == '-';

        if (!sane)
            return false;
    }
    return true;
}

bool xt_http_host_sane(struct xt_str host)
{
    if (host.n == 0 || host.n > 255)
        return false;
    for (size_t i = 0; i < host.n; i++) {
        char c = host.s[i];
        bool sane = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                    c == '-' || c == ':' || c == '[' || c == ']' || c == '_';

        if (!sane)
            return false;
    }
    return true;
}

bool xt_http_media_is(struct xt_str content_type, const char *media_type)
{
    struct xt_str rest = content_type;

    return is_word(next_element(&rest, ';'), media_type);
}
