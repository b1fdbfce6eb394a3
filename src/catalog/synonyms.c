/* synonyms.c - what else words are called, from synonyms.tsv, and a phrase with one of its words said otherwise. */
#include <stdlib.h>
#include <string.h>

#include "catalog/region_priv.h"
#include "text/token.h"

#define WORD_BYTES_MAX 100
#define OTHERS_MAX     8 /* of one row */
#define PAIRS_MAX      20000

/* A word and one that is looked for beside it. */
struct pair {
    const char *word, *also; /* the word folded, the other as it stands in the file */
    const char *also_folded;
    bool inside; /* the word may also stand inside a longer phrase */
};

struct xt_synonyms {
    struct pair *list; /* by word, those of a word as they came */
    size_t count, capacity;
};

/* ---- reading ---- */

static const char *folded(struct region_build *b, struct xt_str word)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    xt_text_init(&text, XT_KIB);
    xt_fold(word, &text);
    return region_copy(b, xt_text_view(&text));
}

/* "电镜；electron microscope" */
static size_t split(struct xt_str cell, struct xt_str *out, size_t most)
{
    size_t count = 0;

    while (cell.n > 0) {
        size_t wide = xt_str_find(cell, XT_STR("；")), narrow = xt_str_find(cell, XT_STR(";"));
        size_t at = wide < narrow ? wide : narrow, mark = at == SIZE_MAX ? 0 : wide < narrow ? strlen("；") : 1;
        struct xt_str word = xt_str_trim((struct xt_str){cell.s, at == SIZE_MAX ? cell.n : at});

        if (count < most)
            out[count] = word;
        count++;
        if (at == SIZE_MAX)
            break;
        cell.s += at + mark;
        cell.n -= at + mark;
    }
    return count;
}

/* False with a problem: the row's other pairs are no better. */
static bool add_pair(struct region_build *b, struct xt_synonyms *s, const char *place, struct xt_str word,
                     struct xt_str also, bool inside)
{
    struct pair pair = {folded(b, word), region_copy(b, also), folded(b, also), inside};
    bool repeated = strcmp(pair.word, pair.also_folded) == 0;
    size_t i;

    if (pair.word[0] == '\0' || word.n > WORD_BYTES_MAX || pair.also_folded[0] == '\0' || also.n > WORD_BYTES_MAX) {
        bool first = pair.word[0] == '\0' || word.n > WORD_BYTES_MAX;

        xt_problem(b->problems, place, XT_MSG_REGION_SYNONYM_WORD, XT_VIEW(first ? word : also),
                   XT_INT(WORD_BYTES_MAX));
        return false;
    }
    for (i = 0; i < s->count && !repeated; i++)
        repeated = strcmp(s->list[i].word, pair.word) == 0 && strcmp(s->list[i].also_folded, pair.also_folded) == 0;
    if (repeated) {
        xt_problem(b->problems, place, XT_MSG_REPEATED_ITEM, XT_VIEW(also));
        return false;
    }
    xt_grow(&s->list, &s->capacity, s->count + 1, sizeof *s->list);
    s->list[s->count++] = pair;
    return true;
}

static void read_row(struct region_build *b, struct xt_synonyms *s, const char *place, struct xt_str line)
{
    struct xt_str cells[3], others[OTHERS_MAX];
    size_t count, i;
    bool both;

    region_cells(line, cells, XT_COUNT(cells));
    both = xt_str_is(cells[0], "=");
    count = split(cells[2], others, OTHERS_MAX);
    if (!both && !xt_str_is(cells[0], ">")) {
        xt_problem(b->problems, place, XT_MSG_REGION_UNKNOWN, XT_TEXT("how"), XT_VIEW(cells[0]));
        return;
    }
    if (count == 0 || count > OTHERS_MAX || cells[1].n == 0 || s->count > PAIRS_MAX - 2 * OTHERS_MAX) {
        xt_problem(b->problems, place, XT_MSG_REGION_SYNONYM_ROW, XT_INT(OTHERS_MAX), XT_INT(PAIRS_MAX));
        return;
    }
    for (i = 0; i < count; i++) {
        if (!add_pair(b, s, place, cells[1], others[i], both) ||
            (both && !add_pair(b, s, place, others[i], cells[1], true)))
            return;
    }
}

void region_load_synonyms(struct region_build *b)
{
    struct xt_synonyms *s = xt_calloc(1, sizeof *s);
    struct xt_str bytes, line;
    bool head = true;
    size_t row;

    b->region->synonyms = s;
    if (!xt_region_file(b->region, REGION_SYNONYMS, &bytes)) /* a region need not have it */
        return;
    for (row = 1; region_line(&bytes, &line); row++) {
        if (line.n == 0 || line.s[0] == '#')
            continue;
        if (head) {
            head = false;
            continue;
        }
        read_row(b, s, xt_arena_printf(&b->files->arena, "%s: line %zu", REGION_SYNONYMS, row), line);
    }
}

void region_synonyms_free(struct xt_synonyms **synonyms)
{
    if (*synonyms)
        free((*synonyms)->list);
    free(*synonyms);
    *synonyms = NULL;
}

/* ---- looking ---- */

static bool ends_word(const char *s, size_t at)
{
    return s[at] == '\0' || s[at] == ' ';
}

/* Where the word stands in the phrase, both folded: Chinese anywhere, other words whole. SIZE_MAX = nowhere. */
static size_t place_in(const char *phrase, const char *word)
{
    bool whole = (unsigned char)word[0] < 0x80;
    const char *at = phrase;

    while ((at = strstr(at, word)) != NULL) {
        size_t from = (size_t)(at - phrase);

        if (!whole || ((from == 0 || phrase[from - 1] == ' ') && ends_word(phrase, from + strlen(word))))
            return from;
        at++;
    }
    return SIZE_MAX;
}

/* The word that is the phrase, else the longest that stands inside it; NULL. */
static const struct pair *best_word(const struct xt_synonyms *s, const char *phrase)
{
    const struct pair *best = NULL;
    size_t i;

    for (i = 0; i < s->count; i++) {
        const struct pair *pair = &s->list[i];

        if (strcmp(pair->word, phrase) == 0)
            return pair;
        if (pair->inside && (!best || strlen(pair->word) > strlen(best->word)) &&
            place_in(phrase, pair->word) != SIZE_MAX && !strstr(phrase, pair->also_folded))
            best = pair;
    }
    return best;
}

size_t xt_synonyms_of(const struct xt_region *region, struct xt_str phrase, struct xt_arena *arena, struct xt_str *out,
                      size_t most)
{
    const struct xt_synonyms *s = region->synonyms;
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    const struct pair *word;
    size_t i, at, count = 0;

    xt_text_init(&text, 16 * XT_KIB);
    xt_fold(phrase, &text);
    word = text.n > 0 ? best_word(s, text.s) : NULL;
    if (!word)
        return 0;
    at = place_in(text.s, word->word);
    for (i = 0; i < s->count && count < most; i++) {
        const struct pair *pair = &s->list[i];
        const char *said;

        if (strcmp(pair->word, word->word) != 0 || (strcmp(text.s, word->word) != 0 && !pair->inside))
            continue;
        said = xt_arena_printf(arena, "%.*s%s%s", (int)at, text.s, pair->also, text.s + at + strlen(word->word));
        out[count++] = xt_str(said);
    }
    return count;
}
