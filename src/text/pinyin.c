/* Readings of characters, and what is typed cut into them. */
#include "text/pinyin.h"

#include <stdlib.h>
#include <string.h>

#include "text/pinyin_shape.h"
#include "text/token.h"

#include "pinyin_table.h"

#define LETTERS_MAX 64 /* of one run of typed letters */

/* ---- how a text sounds ---- */

static const struct pinyin_word *words_from(uint32_t c)
{
    size_t low = 0, high = XT_COUNT(pinyin_words);

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (pinyin_words[middle].c[0] < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low < XT_COUNT(pinyin_words) && pinyin_words[low].c[0] == c ? &pinyin_words[low] : NULL;
}

static void set_syllable(struct xt_sound *unit, unsigned syllable)
{
    unit->s = pinyin_names[syllable];
    unit->n = (uint16_t)strlen(unit->s);
}

static bool word_stands(const struct pinyin_word *word, const struct xt_sound *units, size_t count)
{
    if (word->n > count)
        return false;
    for (size_t i = 0; i < word->n; i++)
        if (units[i].c != word->c[i])
            return false;
    return true;
}

/* Words with readings of their own, from the left, the longest first. */
static void read_words(struct xt_sound *units, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct pinyin_word *word = units[i].c ? words_from(units[i].c) : NULL;

        for (; word && word < pinyin_words + XT_COUNT(pinyin_words) && word->c[0] == units[i].c; word++) {
            if (!word_stands(word, units + i, count - i))
                continue;
            for (size_t k = 0; k < word->n; k++)
                set_syllable(&units[i + k], word->syllables[k]);
            i += word->n - 1u;
            break;
        }
    }
}

struct reading {
    struct xt_arena *arena;
    struct xt_sound *out;
    size_t count, max;
};

static bool read_token(void *context, const struct xt_token *token)
{
    struct reading *r = context;

    if (r->count == r->max || token->end > UINT16_MAX)
        return false;
    struct xt_sound *unit = &r->out[r->count++];
    *unit = (struct xt_sound){.start = (uint16_t)token->start, .end = (uint16_t)token->end};
    if (token->kind == XT_TOKEN_WORD) {
        unit->s = xt_arena_strndup(r->arena, token->s, token->n);
        unit->n = (uint16_t)token->n;
        return true;
    }
    (void)xt_utf8_decode(token->s, token->n, &unit->c);
    if (unit->c >= PINYIN_FIRST && unit->c <= PINYIN_LAST && pinyin_of[unit->c - PINYIN_FIRST])
        set_syllable(unit, pinyin_of[unit->c - PINYIN_FIRST] - 1u);
    return true;
}

size_t xt_sound_read(struct xt_str text, struct xt_arena *arena, struct xt_sound *out, size_t max)
{
    struct reading r = {arena, out, 0, max};

    text.n = xt_utf8_clip(text.s, text.n, UINT16_MAX);
    xt_token_each(text, read_token, &r);
    /* A pair covers two characters of the text: each unit ends where the next begins, or before what lies between. */
    for (size_t i = 0; i < r.count; i++) {
        uint32_t c;

        if (out[i].c)
            out[i].end = (uint16_t)(out[i].start + xt_utf8_decode(text.s + out[i].start, text.n - out[i].start, &c));
    }
    read_words(out, r.count);
    return r.count;
}

uint64_t xt_sound_stamp(void)
{
    return PINYIN_STAMP;
}

/* ---- what is typed ---- */

/* Is this a syllable, or the beginning of one? */
static bool is_syllable(const char *s, size_t n, bool *out_begins)
{
    size_t low = 0, high = XT_COUNT(pinyin_names);

    *out_begins = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strncmp(pinyin_names[middle], s, n) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == XT_COUNT(pinyin_names) || strncmp(pinyin_names[low], s, n) != 0)
        return false;
    *out_begins = true;
    return pinyin_names[low][n] == '\0'; /* sorted: the syllable itself stands before those that it begins */
}

/* Letters of a run, with the places where a part must end. */
struct letters {
    char s[LETTERS_MAX + 1];
    bool cut[LETTERS_MAX + 1]; /* a part must not go on over this place */
    size_t n;
};

#define COST_SYLLABLE 10 /* few and whole parts are likeliest */
#define COST_INITIAL  22
#define COST_BEGUN    15
#define COST_WORSE    30 /* ways that cost so much more than the best are not meant */
#define CUTS_MAX      (XT_TYPED_WAYS - 1)

/* A way to cut the letters up to a place: the last part's length, and the way before it. */
struct cut {
    unsigned cost;
    uint8_t n, before; /* length of the last part, number of the way at its beginning */
    uint8_t kind;
};

struct cuts {
    struct cut best[CUTS_MAX];
    size_t count;
};

static void keep_cut(struct cuts *cuts, struct cut cut)
{
    size_t at = cuts->count;

    if (at == CUTS_MAX && cuts->best[at - 1].cost <= cut.cost)
        return;
    if (at < CUTS_MAX)
        cuts->count++;
    else
        at--;
    for (; at > 0 && cuts->best[at - 1].cost > cut.cost; at--)
        cuts->best[at] = cuts->best[at - 1];
    cuts->best[at] = cut;
}

static bool is_initial(const char *s, size_t n)
{
    if (n == 2)
        return s[1] == 'h' && (s[0] == 'z' || s[0] == 'c' || s[0] == 's');
    return s[0] != 'i' && s[0] != 'u' && s[0] != 'v';
}

/* All parts that begin at a place, joined to the ways that lead there. */
static void cut_from(const struct letters *letters, size_t from, struct cuts *at)
{
    for (size_t n = 1; n < PINYIN_NAME_SIZE && from + n <= letters->n; n++) {
        bool begins, last = from + n == letters->n;
        bool whole = is_syllable(letters->s + from, n, &begins);

        for (size_t way = 0; way < at[from].count; way++) {
            struct cut cut = {.cost = at[from].best[way].cost, .n = (uint8_t)n, .before = (uint8_t)way};
            unsigned cost = whole ? COST_SYLLABLE : last && begins && n > 1 ? COST_BEGUN : 0;

            cut.kind = cost ? XT_TYPED_SYLLABLE : XT_TYPED_INITIAL;
            if (!cost && n <= 2 && is_initial(letters->s + from, n))
                cost = COST_INITIAL;
            cut.cost += cost;
            if (cost)
                keep_cut(&at[from + n], cut);
        }
        if (letters->cut[from + n])
            break;
    }
}

static void add_way(struct xt_typed *out, const struct xt_typed_way *before, const struct letters *letters,
                    const struct cuts *at, size_t number, struct xt_arena *arena)
{
    struct xt_typed_way *way = xt_arena_alloc(arena, sizeof *way);
    struct xt_typed_part parts[LETTERS_MAX];
    size_t n = 0;
    const char *s = xt_arena_strndup(arena, letters->s, letters->n);

    for (size_t end = letters->n; end > 0;) {
        const struct cut *cut = &at[end].best[number];

        end -= cut->n;
        parts[n++] = (struct xt_typed_part){(enum xt_typed_kind)cut->kind, 0, {s + end, cut->n}};
        number = cut->before;
    }
    *way = *before;
    while (n > 0 && way->count < XT_TYPED_PARTS)
        way->parts[way->count++] = parts[--n];
    out->ways[out->count++] = way;
}

/* Each way to cut the letters, behind the characters before them. */
static void cut_letters(const struct letters *letters, const struct xt_typed_way *before, struct xt_arena *arena,
                        struct xt_typed *out)
{
    struct cuts *at = xt_arena_alloc(arena, (letters->n + 1) * sizeof *at);

    at[0].count = 1;
    for (size_t from = 0; from < letters->n; from++)
        cut_from(letters, from, at);
    const struct cuts *all = &at[letters->n];
    for (size_t i = 0; i < all->count && out->count < XT_TYPED_WAYS; i++)
        if (all->best[i].cost <= all->best[0].cost + COST_WORSE)
            add_way(out, before, letters, at, i, arena);
}

/* The units of what was typed as parts, and the letters behind the last character: false when they are not letters alone. */
static bool gather_letters(const struct xt_sound *units, size_t count, struct xt_typed_way *before,
                           struct letters *letters)
{
    size_t first = count;

    while (first > 0 && units[first - 1].c == 0)
        first--;
    for (size_t i = 0; i < first; i++) {
        if (units[i].c == 0)
            return false;
        before->parts[before->count++] = (struct xt_typed_part){XT_TYPED_HAN, units[i].c, {units[i].s, units[i].n}};
    }
    for (size_t i = first; i < count; i++) {
        for (size_t k = 0; k < units[i].n; k++) {
            if (units[i].s[k] < 'a' || units[i].s[k] > 'z' || letters->n == LETTERS_MAX)
                return false;
            letters->s[letters->n++] = units[i].s[k];
            if (letters->n >= 3 && (memcmp(letters->s + letters->n - 3, "lue", 3) == 0 ||
                                    memcmp(letters->s + letters->n - 3, "nue", 3) == 0))
                letters->s[letters->n - 2] = 'v';
        }
        letters->cut[letters->n] = true;
    }
    return letters->n > 0;
}

void xt_typed_read(struct xt_str typed, struct xt_arena *arena, struct xt_typed *out)
{
    struct xt_sound units[XT_TYPED_PARTS];
    struct letters letters = {.n = 0};
    struct xt_typed_way *written = xt_arena_alloc(arena, sizeof *written), before = {.count = 0};
    size_t count = xt_sound_read(typed, arena, units, XT_COUNT(units));

    *out = (struct xt_typed){.count = 0};
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        written->parts[written->count++] =
            (struct xt_typed_part){units[i].c ? XT_TYPED_HAN : XT_TYPED_WORD, units[i].c, {units[i].s, units[i].n}};
    out->ways[out->count++] = written;
    if (gather_letters(units, count, &before, &letters))
        cut_letters(&letters, &before, arena, out);
}

/* ---- both together ---- */

static bool begins_with(const struct xt_sound *unit, struct xt_str s)
{
    return unit->s && unit->n >= s.n && memcmp(unit->s, s.s, s.n) == 0;
}

static bool part_fits(const struct xt_typed_part *part, const struct xt_sound *unit, bool last)
{
    switch (part->kind) {
    case XT_TYPED_HAN:
        return unit->c == part->c;
    case XT_TYPED_WORD:
        return unit->c == 0 && begins_with(unit, part->s) && (last || unit->n == part->s.n);
    case XT_TYPED_SYLLABLE:
        return unit->c != 0 && begins_with(unit, part->s) && (last || unit->n == part->s.n);
    case XT_TYPED_INITIAL:
        return unit->c != 0 && begins_with(unit, part->s);
    }
    return false;
}

size_t xt_typed_find(const struct xt_typed_way *way, const struct xt_sound *units, size_t count, size_t from)
{
    for (size_t at = from; way->count > 0 && at + way->count <= count; at++) {
        size_t k = 0;

        while (k < way->count && part_fits(&way->parts[k], &units[at + k], k + 1 == way->count))
            k++;
        if (k == way->count)
            return at;
    }
    return SIZE_MAX;
}
