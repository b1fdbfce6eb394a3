/* Hits in a text: its tokens are compared with the phrases of the query, as the index does. */
#include <stdlib.h>
#include <string.h>

#include "search/query.h"
#include "text/token.h"

#define MARK_BEGIN         "\x02"
#define MARK_END           "\x03"
#define HIGHLIGHT_TEXT_MAX (256 * XT_KIB) /* of a longer text only this much is looked at */

struct phrase {
    const struct xt_str *tokens;
    size_t token_count;
    bool prefix;
    struct field_set fields;
};

struct xt_search_words {
    const struct phrase *phrases;
    size_t count;
};

static size_t gather(const struct query_node *node, struct phrase *out, size_t count)
{
    if (node->kind == QUERY_TEXT) {
        out[count] = (struct phrase){node->tokens, node->token_count, node->prefix, node->fields};
        return count + 1;
    }
    if (node->kind == QUERY_AND || node->kind == QUERY_OR)
        for (const struct query_node *child = node->first; child; child = child->next)
            count = gather(child, out, count);
    return count;
}

const struct xt_search_words *query_words(const struct query *query, struct xt_arena *arena)
{
    struct xt_search_words *words = xt_arena_alloc(arena, sizeof *words);
    struct phrase *phrases = xt_arena_alloc(arena, (query->leaf_count + 1) * sizeof *phrases);

    words->count = gather(query->root, phrases, 0);
    words->phrases = phrases;
    return words;
}

/* One token of the text, kept: the bytes lie in a buffer of all of them. */
struct kept {
    size_t at, n;
    size_t start, end;
    bool pair;
};

struct span {
    size_t start, end;
};

struct scan {
    struct xt_text bytes;
    struct kept *tokens;
    size_t count, capacity;
    struct span *spans;
    size_t span_count, span_capacity;
};

static bool keep_token(void *context, const struct xt_token *token)
{
    struct scan *scan = context;

    xt_grow(&scan->tokens, &scan->capacity, scan->count + 1, sizeof *scan->tokens);
    scan->tokens[scan->count++] =
        (struct kept){scan->bytes.n, token->n, token->start, token->end, token->kind == XT_TOKEN_PAIR};
    xt_text_add(&scan->bytes, token->s, token->n);
    return !xt_text_overflowed(&scan->bytes);
}

static bool matches(const struct scan *scan, const struct kept *token, struct xt_str wanted, bool prefix)
{
    if (prefix ? token->n < wanted.n : token->n != wanted.n)
        return false;
    return memcmp(scan->bytes.s + token->at, wanted.s, wanted.n) == 0;
}

/* Where the hit of a phrase ends: a single character that begins a pair ends with the character. */
static size_t end_of_hit(const struct phrase *phrase, const struct kept *last, struct xt_str text)
{
    if (phrase->prefix && last->pair) {
        uint32_t c;

        return last->start + xt_utf8_decode(text.s + last->start, text.n - last->start, &c);
    }
    return last->end;
}

static void find_phrase(struct scan *scan, const struct phrase *phrase, struct xt_str text)
{
    for (size_t i = 0; i + phrase->token_count <= scan->count; i++) {
        size_t k = 0;

        while (k < phrase->token_count &&
               matches(scan, &scan->tokens[i + k], phrase->tokens[k], phrase->prefix && k + 1 == phrase->token_count))
            k++;
        if (k < phrase->token_count)
            continue;
        xt_grow(&scan->spans, &scan->span_capacity, scan->span_count + 1, sizeof *scan->spans);
        scan->spans[scan->span_count++] =
            (struct span){scan->tokens[i].start, end_of_hit(phrase, &scan->tokens[i + k - 1], text)};
    }
}

static int by_start(const void *a, const void *b)
{
    const struct span *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

/* Hits that overlap become one. */
static void merge_spans(struct scan *scan)
{
    size_t kept = 0;

    if (scan->span_count == 0)
        return;
    qsort(scan->spans, scan->span_count, sizeof *scan->spans, by_start);
    for (size_t i = 1; i < scan->span_count; i++) {
        if (scan->spans[i].start < scan->spans[kept].end) {
            if (scan->spans[i].end > scan->spans[kept].end)
                scan->spans[kept].end = scan->spans[i].end;
        } else {
            scan->spans[++kept] = scan->spans[i];
        }
    }
    scan->span_count = kept + 1;
}

/* The byte reached after going count characters on from at. */
static size_t forward(struct xt_str text, size_t at, size_t count)
{
    while (count-- > 0 && at < text.n) {
        uint32_t c;

        at += xt_utf8_decode(text.s + at, text.n - at, &c);
    }
    return at;
}

static size_t backward(struct xt_str text, size_t at, size_t count)
{
    while (count-- > 0 && at > 0) {
        at--;
        while (at > 0 && ((unsigned char)text.s[at] & 0xC0) == 0x80)
            at--;
    }
    return at;
}

/* Text without the two marks, which only we may set. */
static void add_plain(struct xt_text *out, struct xt_str text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (text.s[i] != MARK_BEGIN[0] && text.s[i] != MARK_END[0])
            xt_text_add_char(out, text.s[i]);
}

static size_t write_window(const struct scan *scan, struct xt_str text, size_t from, size_t to, struct xt_text *out)
{
    size_t hits = 0, at = from;

    if (from > 0)
        xt_text_add_z(out, "…");
    for (size_t i = 0; i < scan->span_count; i++) {
        struct span span = scan->spans[i];

        if (span.start < at || span.end > to)
            continue;
        add_plain(out, text, at, span.start);
        xt_text_add_z(out, MARK_BEGIN);
        add_plain(out, text, span.start, span.end);
        xt_text_add_z(out, MARK_END);
        at = span.end;
        hits++;
    }
    add_plain(out, text, at, to);
    if (to < text.n)
        xt_text_add_z(out, "…");
    return hits;
}

size_t xt_search_highlight(const struct xt_search_words *words, unsigned field, struct xt_str text, size_t max_chars,
                           struct xt_text *out)
{
    struct scan scan = {0};
    struct xt_str seen = {text.s, xt_utf8_clip(text.s, text.n, HIGHLIGHT_TEXT_MAX)};

    xt_text_init(&scan.bytes, 4 * HIGHLIGHT_TEXT_MAX);
    if (words && words->count > 0) {
        xt_token_each(seen, keep_token, &scan);
        for (size_t i = 0; i < words->count; i++)
            if (field_set_has(&words->phrases[i].fields, field))
                find_phrase(&scan, &words->phrases[i], seen);
        merge_spans(&scan);
    }

    size_t from = 0, to = forward(text, 0, max_chars);
    if (to < text.n && scan.span_count > 0 && scan.spans[0].end > forward(text, 0, max_chars * 3 / 4)) {
        from = backward(text, scan.spans[0].start, max_chars / 4);
        to = forward(text, from, max_chars);
        if (to >= text.n) { /* the end is near: show as much before it as fits */
            to = text.n;
            from = backward(text, to, max_chars);
        }
    }
    size_t hits = write_window(&scan, text, from, to, out);
    xt_text_done(&scan.bytes);
    free(scan.tokens);
    free(scan.spans);
    return hits;
}
