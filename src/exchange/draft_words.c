/* draft_words.c - what region/draft.json says, and heads in the shape in which they are compared. */
#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "exchange/draft_priv.h"
#include "text/token.h"

enum xt_code draft_words_load(struct xt_region *region, struct draft_words *out, struct xt_error *err)
{
    struct xt_str text;

    *out = (struct draft_words){0};
    xt_text_init(&out->folded, 4 * XT_KIB);
    if (!xt_region_file(region, "draft.json", &text)) {
        out->tree = json_object(); /* a region without: heads are held against labels only */
        return XT_OK;
    }
    return xt_json_parse(text, &out->tree, err);
}

void draft_words_done(struct draft_words *words)
{
    json_decref(words->tree);
    xt_text_done(&words->folded);
}

bool draft_word_in(const struct draft_words *words, const char *list, struct xt_str text)
{
    const json_t *array = json_object_get(words->tree, list), *item;
    size_t i;

    json_array_foreach (array, i, item) {
        if (xt_str_eq(xt_json_view(item), text))
            return true;
    }
    return false;
}

/* "金额（万元）": 金额 and 万元. A head that is all bracket keeps it. */
static struct xt_str take_unit(struct xt_str head, struct xt_str *out_unit)
{
    static const char *const opens[] = {"（", "(", "[", "【", "/"}, *const closes[] = {"）", ")", "]", "】", ""};
    size_t i, at;

    *out_unit = (struct xt_str){"", 0};
    for (i = 0; i < XT_COUNT(opens); i++) {
        at = xt_str_find(head, xt_str(opens[i]));
        if (at == SIZE_MAX || at == 0)
            continue;
        *out_unit = (struct xt_str){head.s + at + strlen(opens[i]), head.n - at - strlen(opens[i])};
        if (closes[i][0]) {
            size_t end = xt_str_find(*out_unit, xt_str(closes[i]));

            if (end != SIZE_MAX)
                out_unit->n = end;
        }
        return (struct xt_str){head.s, at};
    }
    return head;
}

/* areaCode is two words. */
static void open_camels(struct xt_str s, struct xt_text *out)
{
    size_t i;

    for (i = 0; i < s.n; i++) {
        if (i > 0 && isupper((unsigned char)s.s[i]) && islower((unsigned char)s.s[i - 1]))
            xt_text_add_char(out, ' ');
        xt_text_add_char(out, s.s[i] == '_' ? ' ' : s.s[i]);
    }
}

static void add_word(struct xt_text *out, struct xt_str word)
{
    static const char *const numbers[] = {"no", "num", "nr"};
    size_t i;

    for (i = 0; i < XT_COUNT(numbers); i++) {
        if (xt_str_is(word, numbers[i]))
            word = XT_STR("number");
    }
    if (out->n > 0)
        xt_text_add_char(out, ' ');
    if (word.n > 4 && xt_str_ends(word, "ies")) { /* in the singular, roughly */
        xt_text_add(out, word.s, word.n - 3);
        xt_text_add_char(out, 'y');
        return;
    }
    if (word.n > 3 && word.s[word.n - 1] == 's' && word.s[word.n - 2] != 's')
        word.n--;
    xt_text_add_str(out, word);
}

const char *draft_head(struct xt_str head, struct xt_arena *arena, const char **out_unit)
{
    XT_AUTO(xt_text_done) struct xt_text plain = {0}, folded = {0}, out = {0};
    struct xt_str unit, rest = take_unit(xt_str_trim(head), &unit);
    size_t i, start = 0;

    xt_text_init(&plain, 4 * XT_KIB);
    xt_text_init(&folded, 4 * XT_KIB);
    xt_text_init(&out, 4 * XT_KIB);
    open_camels(rest, &plain);
    xt_fold(xt_text_view(&plain), &folded);
    for (i = 0; i <= folded.n; i++) {
        if (i < folded.n && folded.s[i] != ' ')
            continue;
        if (i > start) {
            struct xt_str word = {folded.s + start, i - start};
            bool latin =
                (unsigned char)word.s[0]<0x80, after_latin = out.n> 0 && (unsigned char)out.s[out.n - 1] < 0x80;

            if (latin || after_latin)
                add_word(&out, word);
            else
                xt_text_add_str(&out, word); /* spaces between Chinese words mean nothing */
        }
        start = i + 1;
    }
    if (out_unit)
        *out_unit = xt_arena_strndup(arena, unit.s, xt_utf8_clip(unit.s, unit.n, 100));
    return xt_arena_strndup(arena, out.s, out.n);
}

static bool is_latin(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s >= 0x80)
            return false;
    }
    return true;
}

/* How many words of a stand in b; *out_count all of a. */
static size_t shared_words(const char *a, const char *b, size_t *out_count)
{
    size_t shared = 0, n, i, k;

    *out_count = 0;
    for (; *a; a += n + (a[n] == ' ')) {
        n = strcspn(a, " ");
        ++*out_count;
        for (i = 0; b[i]; i += k + (b[i + k] == ' ')) {
            k = strcspn(b + i, " ");
            if (k == n && memcmp(a, b + i, n) == 0) {
                shared++;
                break;
            }
        }
    }
    return shared;
}

/* A word that ends the other names the same thing more closely ("项目负责人" of 负责人); one that begins it mostly names
 * something about it (单位 of "单位类别"). */
static int alike_chinese(const char *head, const char *term)
{
    size_t h = strlen(head), t = strlen(term);
    const char *at;

    if (t >= 6 && h > t && (at = strstr(head, term)) != NULL)
        return (at + t == head + h ? 60 : 30) + (int)(35 * t / h);
    if (h >= 6 && t > h && (at = strstr(term, head)) != NULL)
        return (at + h == term + t ? 50 : 35) + (int)(35 * h / t);
    return 0;
}

int draft_alike(const char *head, const char *term)
{
    size_t h, t, shared;

    if (!head[0] || !term[0])
        return 0;
    if (strcmp(head, term) == 0)
        return 100;
    if (!is_latin(head) || !is_latin(term))
        return alike_chinese(head, term);
    shared = shared_words(head, term, &h);
    (void)shared_words(term, head, &t);
    if (shared == t) /* "patent title" of title */
        return 50 + (int)(40 * t / h);
    if (shared == h) /* "name" of former name: what tells it apart is missing */
        return 25 + (int)(25 * h / t);
    return 0;
}
