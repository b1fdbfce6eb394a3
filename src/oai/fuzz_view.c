/* fuzz_view.c - what the strict parser accepts is read here to the same values, and nothing that it refuses as no JSON passes
 * unless for reasons of its own (doubled keys, numbers out of range, UTF-8); what is written of it is well-formed XML text. */
#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "oai/view.h"
#include "oai/xml.h"

static void compare(struct view *view, uint32_t at, const json_t *value)
{
    const char *name;
    json_t *inner;
    uint32_t item;
    size_t i;

    if (json_is_string(value)) {
        assert(xt_str_eq(view_text(view, at), xt_json_view(value)));
    } else if (json_is_object(value)) {
        json_object_foreach ((json_t *)value, name, inner) {
            item = 0;
            for (uint32_t k = at + 1; k < view->nodes[at].next; k = view->nodes[k + 1].next)
                if (!view->nodes[k].escaped && xt_str_is(view_text(view, k), name))
                    item = k + 1;
            if (item)
                compare(view, item, inner);
        }
    } else if (json_is_array(value)) {
        item = view_first(view, at);
        json_array_foreach (value, i, inner) {
            assert(item);
            compare(view, item, inner);
            item = view_next(view, at, item);
        }
        assert(!item);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    XT_AUTO(view_done) struct view view = {0};
    XT_AUTO(xt_json_unref) json_t *json = NULL;
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    struct xt_str text = {(const char *)data, size};
    struct xt_error err;
    bool read;

    if (size > 16 * XT_KIB)
        return 0;
    view_init(&view);
    xt_text_init(&out, XT_MIB);
    read = view_parse(&view, text);
    /* The parser takes a zero byte behind a number for the end of the text; no stored text has one. */
    if (!memchr(text.s ? text.s : "", 0, text.n) && xt_json_parse(text, &json, &err) == XT_OK) {
        assert(read);
        if (json_is_object(json)) /* as every body is: node 0 means "none" where values are walked */
            compare(&view, 0, json);
    }
    xml_text(&out, text);
    xml_attribute(&out, text);
    assert(xt_utf8_valid(out.s, out.n));
    for (size_t i = 0; i < out.n; i++)
        assert(((unsigned char)out.s[i] >= 0x20 || out.s[i] == '\n' || out.s[i] == '\t') && out.s[i] != '<' &&
               out.s[i] != '>' && out.s[i] != 0x7F);
    return 0;
}
