/* The tokenizer. The inner loop is a table lookup a character: indexing spends its time elsewhere. */
#include "text/token.h"

#include <string.h>

#include "text/fold.h"

#include "fold_table.h"

#define WORD_MAX 64
#define HAN_MAX  256

static uint32_t entry_of(uint32_t c)
{
    if (c >= FOLD_CODE_POINTS)
        return 0;
    return fold_entries[((size_t)fold_pages[c >> FOLD_PAGE_BITS] << FOLD_PAGE_BITS) |
                        (c & ((1u << FOLD_PAGE_BITS) - 1))];
}

static enum fold_class class_of(uint32_t entry)
{
    return (enum fold_class)((entry >> FOLD_CLASS_SHIFT) & 3u);
}

uint32_t xt_fold_code_point(uint32_t c)
{
    uint32_t entry = entry_of(c);
    enum fold_class class = class_of(entry);

    if (entry & FOLD_EXPANDS) {
        uint32_t first = fold_expansions[(entry & FOLD_TARGET_MASK) + 1];

        class = class_of(entry_of(first));
        return class == FOLD_SEPARATES || class == FOLD_VANISHES ? 0 : first;
    }
    if (class == FOLD_SEPARATES || class == FOLD_VANISHES)
        return 0;
    return entry & FOLD_TARGET_MASK ? entry & FOLD_TARGET_MASK : c;
}

bool xt_is_han(uint32_t c)
{
    return class_of(entry_of(c)) == FOLD_HAN;
}

/* Like xt_utf8_encode, inline for the loop. */
static size_t encode(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

struct state {
    bool (*visit)(void *context, const struct xt_token *token);
    void *context;
    enum fold_class run; /* of the run we are in; FOLD_SEPARATES = none */
    bool stopped;
    struct xt_token token;
    /* Han: the folded run so far, so that a pair is a view of it; before it fills up it starts again */
    char han[HAN_MAX];
    size_t han_n;
    size_t last_at; /* where in han the last character stands */
    size_t last_start, last_end;
    bool pair_given;
    /* word */
    char word[WORD_MAX];
    size_t word_n;
    size_t word_start, word_end;
    bool word_full, word_digits;
};

static void give(struct state *st, enum xt_token_kind kind, const char *s, size_t n, size_t start, size_t end,
                 bool run_starts)
{
    st->token.kind = kind;
    st->token.s = s;
    st->token.n = n;
    st->token.start = start;
    st->token.end = end;
    st->token.run_starts = run_starts;
    if (!st->visit(st->context, &st->token))
        st->stopped = true;
}

static void end_run(struct state *st)
{
    if (st->run == FOLD_HAN && !st->stopped) {
        give(st, XT_TOKEN_LAST, st->han + st->last_at, st->han_n - st->last_at, st->last_start, st->last_end,
             !st->pair_given);
    } else if (st->run == FOLD_WORD && !st->stopped) {
        st->token.digits = st->word_digits;
        give(st, XT_TOKEN_WORD, st->word, st->word_n, st->word_start, st->word_end, true);
    }
    st->run = FOLD_SEPARATES;
}

static void add_han(struct state *st, uint32_t c, size_t start, size_t end)
{
    if (st->run == FOLD_HAN) {
        if (st->han_n + 4 > HAN_MAX) {
            memmove(st->han, st->han + st->last_at, st->han_n - st->last_at);
            st->han_n -= st->last_at;
            st->last_at = 0;
        }
        size_t n = encode(c, st->han + st->han_n);

        give(st, XT_TOKEN_PAIR, st->han + st->last_at, st->han_n - st->last_at + n, st->last_start, end,
             !st->pair_given);
        st->last_at = st->han_n;
        st->han_n += n;
        st->pair_given = true;
    } else {
        end_run(st);
        st->run = FOLD_HAN;
        st->han_n = encode(c, st->han);
        st->last_at = 0;
        st->pair_given = false;
        st->token.digits = false;
    }
    st->last_start = start;
    st->last_end = end;
}

static void add_letter(struct state *st, uint32_t c, bool digit, size_t start, size_t end)
{
    if (st->run != FOLD_WORD) {
        end_run(st);
        st->run = FOLD_WORD;
        st->word_n = 0;
        st->word_start = start;
        st->word_full = false;
        st->word_digits = true;
    }
    st->word_end = end;
    if (!digit)
        st->word_digits = false;
    if (st->word_full)
        return;

    char bytes[4];
    size_t n = encode(c, bytes);
    if (st->word_n + n > WORD_MAX) {
        st->word_full = true;
        return;
    }
    memcpy(st->word + st->word_n, bytes, n);
    st->word_n += n;
}

/* One folded code point of a known entry. */
static void add(struct state *st, uint32_t c, uint32_t entry, size_t start, size_t end)
{
    switch (class_of(entry)) {
    case FOLD_SEPARATES:
        end_run(st);
        break;
    case FOLD_WORD:
        add_letter(st, c, (entry & FOLD_DIGIT) != 0, start, end);
        break;
    case FOLD_HAN:
        add_han(st, c, start, end);
        break;
    case FOLD_VANISHES:
        break;
    }
}

static void add_expansion(struct state *st, uint32_t entry, size_t start, size_t end)
{
    const uint32_t *expansion = fold_expansions + (entry & FOLD_TARGET_MASK);

    for (uint32_t i = 1; i <= expansion[0] && !st->stopped; i++)
        add(st, expansion[i], entry_of(expansion[i]), start, end);
}

void xt_token_each(struct xt_str text, bool (*visit)(void *context, const struct xt_token *token), void *context)
{
    struct state st = {.visit = visit, .context = context, .run = FOLD_SEPARATES};
    const unsigned char *s = (const unsigned char *)text.s;
    size_t n = text.n;

    for (size_t i = 0; i < n && !st.stopped;) {
        size_t start = i;
        uint32_t c = s[i];

        if (c < 0x80) {
            i++;
        } else if (c >= 0xE1 && c <= 0xEC && n - i >= 3 && (s[i + 1] & 0xC0) == 0x80 && (s[i + 2] & 0xC0) == 0x80) {
            /* most Chinese: no overlong form and no surrogate is possible here */
            c = (c & 0x0F) << 12 | (uint32_t)(s[i + 1] & 0x3F) << 6 | (uint32_t)(s[i + 2] & 0x3F);
            i += 3;
        } else {
            i += xt_utf8_decode(text.s + i, n - i, &c);
        }

        uint32_t entry = entry_of(c);
        if (entry == (uint32_t)FOLD_HAN << FOLD_CLASS_SHIFT)
            add_han(&st, c, start, i);
        else if (entry & FOLD_EXPANDS)
            add_expansion(&st, entry, start, i);
        else
            add(&st, entry & FOLD_TARGET_MASK ? entry & FOLD_TARGET_MASK : c, entry, start, i);
    }
    end_run(&st);
}

struct folding {
    struct xt_text *out;
    size_t before; /* out's length before this text */
};

/* A word or the pairs of a run, put together again: of each pair only the first character is new. */
static bool fold_token(void *context, const struct xt_token *token)
{
    struct folding *folding = context;
    size_t n = token->n;

    if (token->run_starts && folding->out->n > folding->before)
        xt_text_add_char(folding->out, ' ');
    if (token->kind == XT_TOKEN_PAIR) {
        uint32_t first;

        n = xt_utf8_decode(token->s, token->n, &first);
    }
    xt_text_add(folding->out, token->s, n);
    return true;
}

void xt_fold(struct xt_str text, struct xt_text *out)
{
    struct folding folding = {.out = out, .before = out->n};

    xt_token_each(text, fold_token, &folding);
}
