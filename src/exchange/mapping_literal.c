/* mapping_literal.c - lists and groups as programs print them into cells: "['a', 'b']", "{'k': None}", JSON. */
#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "exchange/mapping_priv.h"

#define DEPTH_MAX 32
#define ITEMS_MAX 100000

struct reader {
    struct xt_str s;
    size_t at;
    unsigned depth;
    size_t items; /* of all lists together */
};

static json_t *read_value(struct reader *r);

static void skip_space(struct reader *r)
{
    while (r->at < r->s.n && isspace((unsigned char)r->s.s[r->at]))
        r->at++;
}

static bool take(struct reader *r, char c)
{
    skip_space(r);
    if (r->at == r->s.n || r->s.s[r->at] != c)
        return false;
    r->at++;
    return true;
}

static bool take_hex(struct reader *r, unsigned digits, uint32_t *out)
{
    unsigned i;

    *out = 0;
    for (i = 0; i < digits; i++, r->at++) {
        int c = r->at < r->s.n ? (unsigned char)r->s.s[r->at] : 0;

        if (!isxdigit(c))
            return false;
        *out = *out * 16 + (uint32_t)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
    }
    return true;
}

/* \uD83D\uDE00 of JSON is one character; a lone half becomes U+FFFD. */
static uint32_t join_halves(struct reader *r, uint32_t c)
{
    uint32_t low;
    size_t before = r->at;

    if (c >= 0xD800 && c < 0xDC00 && r->s.n - r->at >= 2 && memcmp(r->s.s + r->at, "\\u", 2) == 0) {
        r->at += 2;
        if (take_hex(r, 4, &low) && low >= 0xDC00 && low < 0xE000)
            return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        r->at = before;
    }
    return c == 0 || (c >= 0xD800 && c < 0xE000) || c > 0x10FFFF ? 0xFFFD : c;
}

static bool read_escape(struct reader *r, struct xt_text *out)
{
    static const char from[] = "nrtbfav0/\\'\"", to[] = "\n\r\t\b\f\a\v /\\'\"";
    char c = r->at < r->s.n ? r->s.s[r->at++] : '\0', utf8[4];
    const char *known = c ? strchr(from, c) : NULL;
    uint32_t code;

    if (known) {
        xt_text_add_char(out, to[known - from]);
        return true;
    }
    if (c == '\n') /* a line that goes on */
        return true;
    if (c == 'x' || c == 'u' || c == 'U') {
        if (!take_hex(r, c == 'x' ? 2 : c == 'u' ? 4 : 8, &code))
            return false;
        xt_text_add(out, utf8, xt_utf8_encode(join_halves(r, code), utf8));
        return true;
    }
    xt_text_add_char(out, '\\'); /* as Python does with those it does not know */
    r->at -= c != '\0';
    return c != '\0';
}

static bool read_string(struct reader *r, struct xt_text *out)
{
    char quote = r->s.s[r->at++];

    while (r->at < r->s.n && r->s.s[r->at] != quote) {
        if (r->s.s[r->at] == '\\') {
            r->at++;
            if (!read_escape(r, out))
                return false;
        } else {
            xt_text_add_char(out, r->s.s[r->at++]);
        }
    }
    return r->at++ < r->s.n;
}

static json_t *read_text(struct reader *r)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    xt_text_init(&text, 2 * XT_MIB);
    do { /* 'a' 'b' side by side are one */
        if (!read_string(r, &text))
            return NULL;
        skip_space(r);
    } while (r->at < r->s.n && (r->s.s[r->at] == '\'' || r->s.s[r->at] == '"'));
    return json_stringn(text.s ? text.s : "", text.n);
}

/* None, True, nan, 12, 1.5: a name or a number up to the next mark. */
static json_t *read_word(struct reader *r)
{
    static const struct {
        const char *name;
        json_t *(*make)(void);
    } names[] = {{"None", json_null}, {"null", json_null}, {"nan", json_null},    {"NaN", json_null},
                 {"True", json_true}, {"true", json_true}, {"False", json_false}, {"false", json_false}};
    struct xt_str word = {r->s.s + r->at, 0};
    int64_t whole;
    double real;
    size_t i;

    while (r->at + word.n < r->s.n && !strchr(",:()[]{}'\"", word.s[word.n]) && !isspace((unsigned char)word.s[word.n]))
        word.n++;
    r->at += word.n;
    for (i = 0; i < XT_COUNT(names); i++) {
        if (xt_str_is(word, names[i].name))
            return names[i].make();
    }
    if (xt_int_parse(word, &whole))
        return json_integer(whole);
    return xt_double_parse(word, &real) ? json_real(real) : NULL;
}

/* A key that comes twice keeps all its values. */
static void add_member(json_t *object, const char *key, json_t *value)
{
    json_t *have = json_object_get(object, key);

    if (!have) {
        json_object_set_new(object, key, value);
        return;
    }
    if (!json_is_array(have)) {
        have = json_pack("[O]", have);
        json_object_set_new(object, key, have);
    }
    if (json_is_array(value))
        json_array_extend(have, value);
    else
        json_array_append(have, value);
    json_decref(value);
}

/* The text of a key: numbers are keys, too. */
static char *key_of(const json_t *key)
{
    return json_is_string(key) ? xt_strndup(json_string_value(key), json_string_length(key))
                               : json_dumps(key, JSON_COMPACT | JSON_ENCODE_ANY);
}

/* {..}: a set is a list. */
static json_t *read_braces(struct reader *r)
{
    json_t *object = json_object(), *set = NULL, *key = NULL, *value = NULL;
    bool good = true;

    while (good && !take(r, '}')) {
        key = ++r->items > ITEMS_MAX ? NULL : read_value(r);
        good = key != NULL;
        if (good && take(r, ':')) {
            char *name;

            value = read_value(r);
            good = value && !set;
            name = good ? key_of(key) : NULL;
            good = name != NULL;
            if (good)
                add_member(object, name, json_incref(value));
            free(name);
            json_decref(value);
        } else if (good) {
            set = set ? set : json_array();
            json_array_append(set, key);
            good = json_object_size(object) == 0;
        }
        json_decref(key);
        good = good && (take(r, ',') || (r->at < r->s.n && r->s.s[r->at] == '}'));
    }
    if (good && !set)
        return object;
    json_decref(object);
    if (good)
        return set;
    json_decref(set);
    return NULL;
}

/* A list of pairs, each a name and a value, is a group: that is how Python's items() prints. */
static json_t *pairs_as_object(json_t *list)
{
    json_t *object = json_object(), *item;
    size_t i;

    json_array_foreach (list, i, item)
        add_member(object, json_string_value(json_array_get(item, 0)), json_incref(json_array_get(item, 1)));
    json_decref(list);
    return object;
}

static json_t *read_items(struct reader *r, char close, bool *out_pairs)
{
    json_t *list = json_array(), *item;
    bool pairs = close == ']', good = true;

    while (good && !take(r, close)) {
        bool tuple = take(r, '(');

        r->at -= tuple;
        item = ++r->items > ITEMS_MAX ? NULL : read_value(r);
        good = item != NULL;
        pairs = pairs && tuple && json_array_size(item) == 2 && json_is_string(json_array_get(item, 0));
        if (good)
            json_array_append_new(list, item);
        good = good && (take(r, ',') || (r->at < r->s.n && r->s.s[r->at] == close));
    }
    *out_pairs = pairs && json_array_size(list) > 0;
    if (good)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *read_value(struct reader *r)
{
    json_t *value = NULL;
    bool pairs = false;
    char c;

    skip_space(r);
    if (r->at == r->s.n || r->depth == DEPTH_MAX)
        return NULL;
    c = r->s.s[r->at];
    /* u'..' and b'..' of Python 2 */
    if (r->s.n - r->at > 1 && strchr("uUbB", c) && (r->s.s[r->at + 1] == '\'' || r->s.s[r->at + 1] == '"'))
        c = r->s.s[++r->at];
    if (c == '\'' || c == '"')
        return read_text(r);
    if (c != '[' && c != '(' && c != '{')
        return read_word(r);
    r->at++;
    r->depth++;
    if (c == '{')
        value = read_braces(r);
    else
        value = read_items(r, c == '[' ? ']' : ')', &pairs);
    r->depth--;
    return value && pairs ? pairs_as_object(value) : value;
}

bool xt_literal_parse(struct xt_str text, json_t **out)
{
    struct reader r = {.s = xt_str_trim(text)};

    *out = NULL;
    if (r.s.n == 0 || !strchr("[({", r.s.s[0]))
        return true;
    *out = read_value(&r);
    skip_space(&r);
    if (*out && r.at == r.s.n)
        return true;
    json_decref(*out);
    *out = NULL;
    return false;
}
