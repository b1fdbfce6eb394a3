/* view.c - JSON text as a flat list of nodes. */
#include "oai/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"

#define TEXT_MAX (64 * XT_MIB) /* offsets are 32 bits wide */

void view_init(struct view *view)
{
    *view = (struct view){.s = ""};
    xt_text_init(&view->scratch, TEXT_MAX);
}

void view_done(struct view *view)
{
    free(view->nodes);
    xt_text_done(&view->scratch);
    view->nodes = NULL;
}

struct reader {
    struct view *view;
    const char *s;
    uint32_t at, n;
    unsigned depth;
};

static void skip_space(struct reader *r)
{
    while (r->at < r->n && (r->s[r->at] == ' ' || r->s[r->at] == '\n' || r->s[r->at] == '\t' || r->s[r->at] == '\r'))
        r->at++;
}

static uint32_t add_node(struct reader *r, enum view_kind kind)
{
    struct view *view = r->view;

    if (view->count == view->capacity)
        xt_grow(&view->nodes, &view->capacity, view->count + 1, sizeof *view->nodes);
    view->nodes[view->count] = (struct view_node){.start = r->at, .kind = (uint8_t)kind};
    return view->count++;
}

static void close_node(struct reader *r, uint32_t node, uint32_t end)
{
    r->view->nodes[node].end = end;
    r->view->nodes[node].next = r->view->count;
}

static bool is_hex4(const struct reader *r, uint32_t at)
{
    uint32_t i;

    for (i = 0; i < 4; i++)
        if (at + i >= r->n || xt_hex_digit(r->s[at + i]) < 0)
            return false;
    return true;
}

/* Bytes at which a run of plain text ends. */
static bool ends_run(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* At the opening quote. */
static bool read_string(struct reader *r)
{
    const char *s = r->s;
    uint32_t at = ++r->at, n = r->n;
    uint32_t node = add_node(r, VIEW_STRING);

    for (;;) {
        while (at < n && !ends_run((unsigned char)s[at]))
            at++;
        if (at >= n || (s[at] != '"' && s[at] != '\\'))
            return false;
        if (s[at] == '"')
            break;
        r->view->nodes[node].escaped = true;
        at++;
        if (at >= n || !s[at] || !strchr("\"\\/bfnrtu", s[at]) || (s[at] == 'u' && !is_hex4(r, at + 1)))
            return false;
        at++;
    }
    r->at = at + 1;
    close_node(r, node, at);
    return true;
}

static bool digits(struct reader *r)
{
    uint32_t from = r->at;

    while (r->at < r->n && r->s[r->at] >= '0' && r->s[r->at] <= '9')
        r->at++;
    return r->at > from;
}

static bool read_number(struct reader *r)
{
    uint32_t node = add_node(r, VIEW_NUMBER), from;

    if (r->s[r->at] == '-')
        r->at++;
    from = r->at;
    if (!digits(r) || (r->s[from] == '0' && r->at > from + 1))
        return false;
    if (r->at < r->n && r->s[r->at] == '.') {
        r->at++;
        if (!digits(r))
            return false;
    }
    if (r->at < r->n && (r->s[r->at] == 'e' || r->s[r->at] == 'E')) {
        r->at++;
        if (r->at < r->n && (r->s[r->at] == '+' || r->s[r->at] == '-'))
            r->at++;
        if (!digits(r))
            return false;
    }
    close_node(r, node, r->at);
    return true;
}

static bool read_word(struct reader *r, const char *word, enum view_kind kind)
{
    uint32_t n = (uint32_t)strlen(word), node;

    if (r->n - r->at < n || memcmp(r->s + r->at, word, n) != 0)
        return false;
    node = add_node(r, kind);
    r->at += n;
    close_node(r, node, r->at);
    return true;
}

static bool read_value(struct reader *r);

static bool read_name(struct reader *r)
{
    if (r->at >= r->n || r->s[r->at] != '"' || !read_string(r))
        return false;
    skip_space(r);
    if (r->at >= r->n || r->s[r->at] != ':')
        return false;
    r->at++;
    return true;
}

static bool read_members(struct reader *r, enum view_kind kind, char close)
{
    uint32_t node = add_node(r, kind);

    r->at++;
    skip_space(r);
    if (r->at < r->n && r->s[r->at] == close) {
        close_node(r, node, ++r->at);
        return true;
    }
    for (;;) {
        skip_space(r);
        if ((kind == VIEW_OBJECT && !read_name(r)) || !read_value(r))
            return false;
        skip_space(r);
        if (r->at >= r->n)
            return false;
        if (r->s[r->at] == close)
            break;
        if (r->s[r->at++] != ',')
            return false;
    }
    close_node(r, node, ++r->at);
    return true;
}

static bool read_value(struct reader *r)
{
    bool good;

    skip_space(r);
    if (r->at >= r->n || r->depth > XT_JSON_DEPTH_MAX)
        return false;
    r->depth++;
    switch (r->s[r->at]) {
    case '{':
        good = read_members(r, VIEW_OBJECT, '}');
        break;
    case '[':
        good = read_members(r, VIEW_ARRAY, ']');
        break;
    case '"':
        good = read_string(r);
        break;
    case 't':
        good = read_word(r, "true", VIEW_BOOL);
        break;
    case 'f':
        good = read_word(r, "false", VIEW_BOOL);
        break;
    case 'n':
        good = read_word(r, "null", VIEW_NULL);
        break;
    default:
        good = read_number(r);
        break;
    }
    r->depth--;
    return good;
}

bool view_parse(struct view *view, struct xt_str text)
{
    struct reader r = {.view = view, .s = text.s, .n = (uint32_t)text.n};

    view->count = 0;
    if (text.n == 0 || text.n > TEXT_MAX)
        return false;
    view->s = text.s;
    if (!read_value(&r))
        return false;
    skip_space(&r);
    return r.at == r.n;
}

/* ---- reading it ---- */

uint32_t view_member(const struct view *view, uint32_t at, const char *name, size_t n)
{
    const struct view_node *nodes = view->nodes;
    uint32_t i = at + 1, end = nodes[at].next;

    if (nodes[at].kind != VIEW_OBJECT)
        return 0;
    while (i < end) {
        const struct view_node *key = &nodes[i];

        if (key->end - key->start == n && memcmp(view->s + key->start, name, n) == 0)
            return nodes[i + 1].kind == VIEW_NULL ? 0 : i + 1;
        i = nodes[i + 1].next;
    }
    return 0;
}

static uint32_t hex4(const char *s)
{
    return (uint32_t)(xt_hex_digit(s[0]) << 12 | xt_hex_digit(s[1]) << 8 | xt_hex_digit(s[2]) << 4 |
                      xt_hex_digit(s[3]));
}

/* The code point of \uXXXX at s, perhaps the first half of a pair; *out_step is what it took. Half a pair is U+FFFD. */
static uint32_t code_point_of(const char *s, const char *end, size_t *out_step)
{
    uint32_t high = hex4(s + 2), low;

    *out_step = 6;
    if (high < 0xD800 || high > 0xDFFF)
        return high;
    if (high > 0xDBFF || end - s < 12 || s[6] != '\\' || s[7] != 'u')
        return 0xFFFD;
    low = hex4(s + 8);
    if (low < 0xDC00 || low > 0xDFFF)
        return 0xFFFD;
    *out_step = 12;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

static struct xt_str unescape(struct view *view, const char *s, const char *end)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";

    xt_text_clear(&view->scratch);
    while (s < end) {
        const char *stop = memchr(s, '\\', (size_t)(end - s)), *letter;
        size_t step = 2;

        if (!stop)
            stop = end;
        xt_text_add(&view->scratch, s, (size_t)(stop - s));
        if (stop == end)
            break;
        s = stop;
        letter = strchr(from, s[1]);
        if (s[1] == 'u')
            xt_text_add_utf8(&view->scratch, code_point_of(s, end, &step));
        else
            xt_text_add_char(&view->scratch, letter ? to[letter - from] : s[1]);
        s += step;
    }
    return xt_text_view(&view->scratch);
}

struct xt_str view_text(struct view *view, uint32_t at)
{
    const struct view_node *node = &view->nodes[at];

    if (node->kind != VIEW_STRING && node->kind != VIEW_NUMBER && node->kind != VIEW_BOOL)
        return (struct xt_str){"", 0};
    if (node->escaped)
        return unescape(view, view->s + node->start, view->s + node->end);
    return (struct xt_str){view->s + node->start, node->end - node->start};
}

uint32_t view_first(const struct view *view, uint32_t at)
{
    if (at == 0 || view->nodes[at].kind != VIEW_ARRAY)
        return at;
    return view->nodes[at].next > at + 1 ? at + 1 : 0;
}

uint32_t view_next(const struct view *view, uint32_t at, uint32_t item)
{
    if (view->nodes[at].kind != VIEW_ARRAY)
        return 0;
    return view->nodes[item].next < view->nodes[at].next ? view->nodes[item].next : 0;
}
