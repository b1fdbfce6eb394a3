/* fuzz_cite.c - a work of whatever texts: every style ends its line, and an entry of BibTeX has its braces in pairs. */
#include <assert.h>
#include <string.h>

#include "exchange/cite.h"

/* The texts stand between zero bytes; the first byte is the form. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    struct xt_cite_name names[4];
    struct xt_cited cited = {.key = "paper/01J", .cited_on = "", .site = XT_STR("s")};
    const char *at = (const char *)data + 1;
    size_t left, i;
    int depth = 0;

    if (size < 2 || size > 64 * XT_KIB)
        return 0;
    left = size - 1;
    cited.form = (enum xt_cite_form)(data[0] % XT_CITE_FORMS);
    for (i = 0; i < XT_PARTS + XT_COUNT(names) && left > 0; i++) {
        const char *end = memchr(at, 0, left);
        struct xt_str text = {at, end ? (size_t)(end - at) : left};

        if (i < XT_COUNT(names))
            names[cited.name_count++] = (struct xt_cite_name){text, i != 3};
        else
            cited.part[i - XT_COUNT(names)] = text;
        left -= text.n + (end ? 1 : 0);
        at += text.n + (end ? 1 : 0);
    }
    cited.names = names;
    cited.url = cited.part[XT_PART_URL];
    cited.own_url = cited.url.n > 0;
    if (cited.part[XT_PART_DATE].n >= 4)
        (void)xt_date_parse(cited.part[XT_PART_DATE], &cited.year, &cited.month, &cited.day);
    xt_text_init(&out, 4 * XT_MIB);
    for (i = 0; i < XT_CITE_STYLES; i++) {
        xt_text_clear(&out);
        xt_cite(&cited, (enum xt_cite_style)i, &out);
        assert(out.n > 0 && out.s[out.n - 1] == '\n');
    }
    xt_text_clear(&out);
    xt_cite(&cited, XT_CITE_BIBTEX, &out);
    for (i = 0; i < out.n; i++) {
        bool escaped = i > 0 && out.s[i - 1] == '\\';

        depth += !escaped && out.s[i] == '{' ? 1 : !escaped && out.s[i] == '}' ? -1 : 0;
        assert(depth >= 0);
    }
    assert(depth == 0);
    return 0;
}
