/* json.c - jansson in, our writer out. */
#include "base/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/number.h"

void xt_json_unref(json_t **json)
{
    json_decref(*json); /* NULL is fine there */
    *json = NULL;
}

/* Deepest nesting of brackets outside strings: jansson's own limit (2,048) is deeper than our recursion wants. */
static unsigned depth_of(struct xt_str text)
{
    unsigned depth = 0, deepest = 0;
    bool quoted = false;
    size_t i;

    for (i = 0; i < text.n; i++) {
        char c = text.s[i];

        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > deepest)
                deepest = depth;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

/* jansson quotes the place by bytes: a character may be cut in two. */
static enum xt_code syntax_fault(const json_error_t *fault, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text words = {0};
    size_t i = 0, n = strlen(fault->text);
    uint32_t c;

    xt_text_init(&words, 4 * sizeof fault->text);
    while (i < n) {
        i += xt_utf8_decode(fault->text + i, n - i, &c);
        xt_text_add_utf8(&words, c);
    }
    return xt_fail(err, XT_E_INPUT, "", XT_MSG_JSON_SYNTAX, XT_INT(fault->line), XT_INT(fault->column),
                   XT_VIEW(xt_text_view(&words)));
}

enum xt_code xt_json_parse(struct xt_str text, json_t **out, struct xt_error *err)
{
    json_error_t fault;
    json_t *tree;

    if (depth_of(text) > XT_JSON_DEPTH_MAX)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_JSON_TOO_DEEP, XT_INT(XT_JSON_DEPTH_MAX));
    tree = json_loadb(text.s ? text.s : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    if (!tree)
        return syntax_fault(&fault, err);
    *out = tree;
    return XT_OK;
}

json_t *xt_json_get(const json_t *object, const char *name)
{
    json_t *member = json_object_get(object, name);

    return json_is_null(member) ? NULL : member;
}

struct xt_str xt_json_view(const json_t *string)
{
    if (!json_is_string(string))
        return (struct xt_str){NULL, 0};
    return (struct xt_str){json_string_value(string), json_string_length(string)};
}

struct xt_str xt_json_str(const json_t *object, const char *name)
{
    return xt_json_view(json_object_get(object, name));
}

const char *xt_json_z(const json_t *object, const char *name, const char *otherwise)
{
    const char *s = json_string_value(json_object_get(object, name));

    return s ? s : otherwise;
}

int64_t xt_json_int(const json_t *object, const char *name, int64_t otherwise)
{
    const json_t *member = json_object_get(object, name);

    return json_is_integer(member) ? json_integer_value(member) : otherwise;
}

bool xt_json_bool(const json_t *object, const char *name, bool otherwise)
{
    const json_t *member = json_object_get(object, name);

    return json_is_boolean(member) ? json_is_true(member) : otherwise;
}

void xt_json_init(struct xt_json *w, struct xt_text *out)
{
    *w = (struct xt_json){.out = out};
}

static void before_value(struct xt_json *w)
{
    if (w->after_key)
        w->after_key = false;
    else if (w->need_comma[w->depth])
        xt_text_add_char(w->out, ',');
    w->need_comma[w->depth] = true;
}

static void open_level(struct xt_json *w, char bracket)
{
    before_value(w);
    xt_text_add_char(w->out, bracket);
    w->depth++;
    assert(w->depth < XT_COUNT(w->need_comma));
    w->need_comma[w->depth] = false;
}

static void close_level(struct xt_json *w, char bracket)
{
    assert(w->depth > 0 && !w->after_key);
    w->depth--;
    xt_text_add_char(w->out, bracket);
}

void xt_json_object(struct xt_json *w)
{
    open_level(w, '{');
}

void xt_json_end_object(struct xt_json *w)
{
    close_level(w, '}');
}

void xt_json_array(struct xt_json *w)
{
    open_level(w, '[');
}

void xt_json_end_array(struct xt_json *w)
{
    close_level(w, ']');
}

/* True for bytes that stand in a JSON string as they are. Above 0x7F only well-formed sequences do. */
static bool plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

static void add_quoted(struct xt_text *out, struct xt_str s)
{
    size_t i = 0, start;

    xt_text_add_char(out, '"');
    while (i < s.n) {
        uint32_t c;
        size_t took;

        for (start = i; i < s.n && plain((unsigned char)s.s[i]); i++)
            continue;
        xt_text_add(out, s.s + start, i - start);
        if (i == s.n)
            break;
        took = xt_utf8_decode(s.s + i, s.n - i, &c);
        if (c == '"' || c == '\\') {
            xt_text_add_char(out, '\\');
            xt_text_add_char(out, (char)c);
        } else if (c == '\n') {
            xt_text_add(out, "\\n", 2);
        } else if (c < 0x20 || c == 0x7F || c == 0x2028 || c == 0x2029) {
            xt_text_addf(out, "\\u%04x", (unsigned)c);
        } else {
            xt_text_add_utf8(out, c);
        }
        i += took;
    }
    xt_text_add_char(out, '"');
}

void xt_json_key_str(struct xt_json *w, struct xt_str key)
{
    assert(!w->after_key);
    if (w->need_comma[w->depth])
        xt_text_add_char(w->out, ',');
    w->need_comma[w->depth] = true;
    add_quoted(w->out, key);
    xt_text_add_char(w->out, ':');
    w->after_key = true;
}

void xt_json_key(struct xt_json *w, const char *key)
{
    xt_json_key_str(w, xt_str(key));
}

void xt_json_add_str(struct xt_json *w, struct xt_str s)
{
    if (!s.s) {
        xt_json_add_null(w);
        return;
    }
    before_value(w);
    add_quoted(w->out, s);
}

void xt_json_add_z(struct xt_json *w, const char *s)
{
    xt_json_add_str(w, xt_str(s));
}

void xt_json_add_int(struct xt_json *w, int64_t value)
{
    before_value(w);
    xt_text_add_int(w->out, value);
}

void xt_json_add_double(struct xt_json *w, double value)
{
    char digits[XT_DOUBLE_SIZE];

    before_value(w);
    xt_text_add_z(w->out, xt_double_format(value, digits));
}

void xt_json_add_bool(struct xt_json *w, bool value)
{
    before_value(w);
    xt_text_add_z(w->out, value ? "true" : "false");
}

void xt_json_add_null(struct xt_json *w)
{
    before_value(w);
    xt_text_add(w->out, "null", 4);
}

void xt_json_add_raw(struct xt_json *w, struct xt_str json)
{
    before_value(w);
    xt_text_add_str(w->out, json);
}

void xt_json_add_tree(struct xt_json *w, const json_t *tree)
{
    const char *key;
    json_t *member;
    size_t i;

    switch (json_typeof(tree)) {
    case JSON_OBJECT:
        xt_json_object(w);
        json_object_foreach ((json_t *)tree, key, member) { /* jansson's iteration is not const, it changes nothing */
            xt_json_key(w, key);
            xt_json_add_tree(w, member);
        }
        xt_json_end_object(w);
        break;
    case JSON_ARRAY:
        xt_json_array(w);
        json_array_foreach (tree, i, member)
            xt_json_add_tree(w, member);
        xt_json_end_array(w);
        break;
    case JSON_STRING:
        xt_json_add_str(w, xt_json_view(tree));
        break;
    case JSON_INTEGER:
        xt_json_add_int(w, json_integer_value(tree));
        break;
    case JSON_REAL:
        xt_json_add_double(w, json_real_value(tree));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        xt_json_add_bool(w, json_is_true(tree));
        break;
    case JSON_NULL:
        xt_json_add_null(w);
        break;
    }
}

void xt_json_kv_str(struct xt_json *w, const char *key, struct xt_str s)
{
    xt_json_key(w, key);
    xt_json_add_str(w, s);
}

void xt_json_kv_z(struct xt_json *w, const char *key, const char *s)
{
    xt_json_key(w, key);
    xt_json_add_z(w, s);
}

void xt_json_kv_int(struct xt_json *w, const char *key, int64_t value)
{
    xt_json_key(w, key);
    xt_json_add_int(w, value);
}

void xt_json_kv_bool(struct xt_json *w, const char *key, bool value)
{
    xt_json_key(w, key);
    xt_json_add_bool(w, value);
}
