/* fuzz_html.c - whatever bytes come, what is written opens no element, ends no attribute and no script. */
#include <assert.h>
#include <string.h>

#include "portal/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    struct xt_str s = {(const char *)data, size};

    if (size > 64 * XT_KIB)
        return 0;
    xt_text_init(&out, XT_MIB);
    html_text(&out, s);
    html_clipped(&out, s, 100);
    for (size_t i = 0; i < out.n; i++)
        assert(!strchr("<>\"'", out.s[i]) || out.s[i] == '\0');
    xt_text_clear(&out);
    html_json(&out, s);
    assert(out.n == 0 || (!memchr(out.s, '<', out.n) && !memchr(out.s, '&', out.n)));
    xt_text_clear(&out);
    html_query(&out, s);
    for (size_t i = 0; i < out.n; i++)
        assert(!strchr("<>\"'& #", out.s[i]));
    return 0;
}
