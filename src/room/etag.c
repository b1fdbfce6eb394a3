/* etag.c - lists of entity tags. */
#include "room/etag.h"

#include <string.h>

static struct xt_str skip(struct xt_str s, size_t n)
{
    return (struct xt_str){s.s + n, s.n - n};
}

static struct xt_str skip_separators(struct xt_str s)
{
    while (s.n > 0 && (s.s[0] == ' ' || s.s[0] == '\t' || s.s[0] == ','))
        s = skip(s, 1);
    return s;
}

/* Takes one tag from the front of *list; false at the end and where the list is broken. */
static bool next_tag(struct xt_str *list, struct xt_str *out_tag, bool *out_weak)
{
    struct xt_str s = skip_separators(*list);
    const char *end;

    *out_weak = s.n >= 2 && s.s[0] == 'W' && s.s[1] == '/';
    if (*out_weak)
        s = skip(s, 2);
    if (s.n < 2 || s.s[0] != '"')
        return false;
    end = memchr(s.s + 1, '"', s.n - 1);
    if (!end)
        return false;
    *out_tag = (struct xt_str){s.s + 1, (size_t)(end - s.s) - 1};
    *list = skip(s, out_tag->n + 2);
    return true;
}

static struct xt_str without_ending(struct xt_str tag, const char *ending)
{
    if (xt_str_ends(tag, ending))
        tag.n -= strlen(ending);
    return tag;
}

static struct xt_str state_of(struct xt_str tag)
{
    return without_ending(without_ending(tag, "-gz"), "-en");
}

static bool listed(struct xt_str header, struct xt_str tag, bool weak, bool state)
{
    struct xt_str one;
    bool is_weak;

    if (!header.s)
        return false;
    if (xt_str_is(xt_str_trim(header), "*"))
        return true;
    while (next_tag(&header, &one, &is_weak)) {
        if (is_weak && !weak)
            continue;
        if (xt_str_eq(state ? state_of(one) : one, tag))
            return true;
    }
    return false;
}

bool xt_etag_listed(struct xt_str header, struct xt_str tag, bool weak)
{
    return listed(header, tag, weak, false);
}

bool xt_etag_state_listed(struct xt_str header, struct xt_str tag)
{
    return listed(header, tag, false, true);
}
