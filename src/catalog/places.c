/* places.c - names of places in text. */
#include "catalog/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define READ_BYTES_MAX 240 /* of a text: places stand at its beginning */
#define SHORT_CHARS    2   /* "蠡" is no short form of 蠡县 */
#define TOWN_CODE      6   /* longer codes are towns: only their full names count */
#define CANDIDATES_MAX 64

struct form { /* one way to write a place */
    struct xt_str text;
    const struct xt_code_item *item;
    bool full;
};

struct xt_places {
    struct xt_arena arena;
    struct form *forms; /* by text */
    size_t count, capacity;
};

/* Autonomous areas carry the names of their peoples: 黔东南苗族侗族自治州 is 黔东南, or 黔东南州. */
static const struct {
    const char *suffix, *instead;
} autonomous[] = {{"自治区", ""}, {"自治州", "州"}, {"自治县", "县"}, {"自治旗", "旗"}};

static const char *const peoples[] = {
    "蒙古族", "维吾尔", "柯尔克孜", "哈萨克", "达斡尔族", "鄂温克族", "鄂伦春", "塔吉克", "土家族", "布依族",
    "朝鲜族", "哈尼族", "傈僳族",   "拉祜族", "景颇族",   "纳西族",   "仫佬族", "毛南族", "仡佬族", "布朗族",
    "撒拉族", "普米族", "独龙族",   "保安族", "裕固族",   "东乡族",   "藏族",   "回族",   "苗族",   "彝族",
    "壮族",   "满族",   "侗族",     "瑶族",   "白族",     "黎族",     "傣族",   "畲族",   "佤族",   "水族",
    "羌族",   "土族",   "怒族",     "锡伯",   "蒙古",     "各族",
};

static const char *const suffixes[] = {"特别行政区", "地区", "林区", "省", "市", "县", "区", "盟", "旗"};
/* What one place was called before and after: 平谷县 is 平谷区 today. */
static const char *const ranks[] = {"省", "市", "县", "区", "州", "盟", "旗"};
/* Between two names of places. */
static const char *const between[] = {"生产建设兵团", "兵团", "·", "，", ",", "、", "-", "/"};
/* Known by more names than the list has. */
static const struct {
    const char *code, *name;
} others[] = {{"150000", "内蒙"}, {"650000", "生产建设兵团"}, {"650000", "兵团"}};

static bool cut_end(struct xt_str *s, const char *end)
{
    if (!xt_str_ends(*s, end))
        return false;
    s->n -= strlen(end);
    return true;
}

static void add_form(struct xt_places *places, const struct xt_code_item *item, struct xt_str text, bool full)
{
    if (!full && xt_utf8_count(text.s, text.n) < SHORT_CHARS)
        return;
    xt_grow(&places->forms, &places->capacity, places->count + 1, sizeof *places->forms);
    places->forms[places->count++] = (struct form){text, item, full};
}

static bool cut_peoples(struct xt_str *s)
{
    size_t before = s->n, i;

again:
    for (i = 0; i < XT_COUNT(peoples); i++) {
        struct xt_str rest = *s;

        if (cut_end(&rest, peoples[i]) && xt_utf8_count(rest.s, rest.n) >= SHORT_CHARS) {
            *s = rest;
            goto again;
        }
    }
    return s->n < before;
}

static void add_short(struct xt_places *places, const struct xt_code_item *item, struct xt_str name)
{
    size_t i;

    for (i = 0; i < XT_COUNT(autonomous); i++) {
        if (!cut_end(&name, autonomous[i].suffix))
            continue;
        if (!xt_str_is(name, "内蒙古"))
            (void)cut_peoples(&name); /* most have some */
        add_form(places, item, name, false);
        if (autonomous[i].instead[0] != '\0')
            add_form(places, item,
                     xt_str(xt_arena_printf(&places->arena, "%.*s%s", (int)name.n, name.s, autonomous[i].instead)),
                     false);
        return;
    }
    for (i = 0; i < XT_COUNT(suffixes); i++) {
        if (cut_end(&name, suffixes[i])) {
            add_form(places, item, name, false);
            if (cut_peoples(&name)) /* 管城回族区 */
                add_form(places, item, name, false);
            return;
        }
    }
}

/* The list fills a level that a province lacks: "重庆市县", "湖北省省直辖县级行政区划" are no places. */
static bool is_filler(struct xt_str own)
{
    return xt_str_is(own, "市辖区") || xt_str_is(own, "县") || xt_str_ends(own, "直辖县级行政区划");
}

static void add_item(struct xt_places *places, const struct xt_code_item *item)
{
    struct xt_str name = xt_str(item->labels[XT_ZH]), own = name;
    const char *above = item->parent ? item->parent->labels[XT_ZH] : NULL;

    if (above && name.n > strlen(above) && xt_str_starts(name, above)) { /* 唐山市汉沽管理区 */
        own.s += strlen(above);
        own.n -= strlen(above);
        if (is_filler(own))
            return;
        add_form(places, item, own, true);
    }
    add_form(places, item, name, true);
    if (strlen(item->code) <= TOWN_CODE)
        add_short(places, item, own);
}

static int by_text(const void *a, const void *b)
{
    return xt_str_cmp(((const struct form *)a)->text, ((const struct form *)b)->text);
}

struct xt_places *xt_places_new(const struct xt_codes *areas)
{
    struct xt_places *places = xt_calloc(1, sizeof *places);
    size_t i;

    xt_arena_init(&places->arena);
    for (i = 0; i < areas->count; i++)
        add_item(places, &areas->items[i]);
    for (i = 0; i < XT_COUNT(others); i++) {
        const struct xt_code_item *item = xt_codes_find(areas, xt_str(others[i].code));

        if (item)
            add_form(places, item, xt_str(others[i].name), false);
    }
    if (places->count > 0)
        qsort(places->forms, places->count, sizeof *places->forms, by_text);
    return places;
}

void xt_places_free(struct xt_places **places)
{
    if (!*places)
        return;
    free((*places)->forms);
    xt_arena_done(&(*places)->arena);
    free(*places);
    *places = NULL;
}

static bool lies_in(const struct xt_code_item *item, const struct xt_code_item *outer)
{
    for (; item; item = item->parent) {
        if (item == outer)
            return true;
    }
    return false;
}

/* Codes of provinces and prefectures end in zeros. */
static bool is_county(const struct xt_code_item *item)
{
    size_t n = strlen(item->code);

    return n == TOWN_CODE && strcmp(item->code + n - 2, "00") != 0;
}

/* Places written exactly so that lie in here, or around it: "广东" + "广东省广州市" names the province twice. At the
 * beginning of a longer text the short form of a county is no sure place: 三江源 is not in 三江县. */
static size_t candidates(const struct xt_places *places, struct xt_str text, const struct xt_code_item *here,
                         bool whole, const struct form **out)
{
    size_t low = 0, high = places->count, count = 0;
    bool full = false;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (xt_str_cmp(places->forms[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < places->count && xt_str_eq(places->forms[low].text, text); low++) {
        const struct form *form = &places->forms[low];

        if (here ? !lies_in(form->item, here) && !lies_in(here, form->item)
                 : !form->full && !whole && is_county(form->item))
            continue;
        if (form->full && !full)
            count = 0; /* a whole name goes before short forms */
        full = full || form->full;
        if (form->full == full && count < CANDIDATES_MAX)
            out[count++] = form;
    }
    return count;
}

/* The one place that is sure among those of a name; NULL when several would do. */
static const struct form *choose(const struct form *const *list, size_t count, const struct xt_code_item *here)
{
    const struct form *found = NULL;
    size_t i, k;

    for (i = 0; i < count; i++) { /* named once more */
        if (here && lies_in(here, list[i]->item))
            return list[i];
    }
    for (i = 0; i < count; i++) { /* one that holds all the others: 承德市 and 承德县 */
        for (k = 0; k < count && lies_in(list[k]->item, list[i]->item); k++)
            ;
        if (k == count)
            return list[i];
    }
    for (i = 0; !here && i < count; i++) { /* alone, "吉林" is the province */
        if (list[i]->item->parent && list[i]->item->parent->parent)
            continue;
        if (found)
            return NULL;
        found = list[i];
    }
    return found;
}

static size_t skip_words(struct xt_str text, size_t at, const char *const *words, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (xt_str_starts((struct xt_str){text.s + at, text.n - at}, words[i]))
            return at + strlen(words[i]);
    }
    return at;
}

/* The longest name at the beginning of text; 0 when there is none. */
static size_t read_name(const struct xt_places *places, struct xt_str text, const struct xt_code_item *here,
                        const struct form **out, bool *out_ambiguous)
{
    const struct form *list[CANDIDATES_MAX];
    size_t n, count;

    for (n = text.n; n > 0; n = xt_utf8_clip(text.s, n, n - 1)) {
        count = candidates(places, (struct xt_str){text.s, n}, here, n == text.n, list);
        if (count == 0)
            continue;
        *out = choose(list, count, here);
        *out_ambiguous = *out == NULL;
        return *out ? n : 0;
    }
    return 0;
}

static size_t without_spaces(struct xt_str text, char *out, size_t size)
{
    size_t i = 0, n = 0;

    while (i < text.n) {
        uint32_t c;
        size_t took = xt_utf8_decode(text.s + i, text.n - i, &c);

        if (n + took > size)
            break;
        if (c > 0x20 && c != 0xA0 && c != 0x3000 && !(c >= 0x2000 && c <= 0x200B)) {
            memcpy(out + n, text.s + i, took);
            n += took;
        }
        i += took;
    }
    return n;
}

struct xt_place xt_places_read(const struct xt_places *places, struct xt_str text)
{
    struct xt_place place = {NULL, false};
    char plain[READ_BYTES_MAX];
    size_t at = 0, took;

    text = (struct xt_str){plain, without_spaces(text, plain, sizeof plain)};
    while (at < text.n) {
        const struct form *form = NULL;

        took = read_name(places, (struct xt_str){text.s + at, text.n - at}, place.item, &form, &place.ambiguous);
        if (took == 0) {
            size_t past = place.item ? skip_words(text, at, between, XT_COUNT(between)) : at;

            if (past == at || place.ambiguous)
                break;
            at = past;
            continue;
        }
        at += took;
        if (!place.item || !lies_in(place.item, form->item))
            place.item = form->item;
        if (!form->full)
            at = skip_words(text, at, ranks, XT_COUNT(ranks));
    }
    return place;
}
