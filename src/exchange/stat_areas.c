/* stat_areas.c - places by the names that statistical tables give them. */
#include <stdlib.h>
#include <string.h>

#include "exchange/stat_priv.h"

#define AREA_LIST "area"

struct place {
    struct xt_str name;
    const struct xt_code_item *item;
    int height; /* 0 the country, 1 provinces, 2 prefectures, 3 counties, 4 towns */
};

struct xt_stat_areas {
    struct xt_arena arena;
    struct place *list; /* sorted by name */
    size_t count, capacity;
};

/* What people leave out, longest first: 广西壮族自治区 is 广西. */
static const char *const ENDINGS[] = {"维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "自治州",
                                      "地区",         "省",         "市",         "县",         "区"};

static int height_of(const struct xt_code_item *item)
{
    size_t n = strlen(item->code);

    if (n < 6)
        return 0;
    if (n > 6)
        return 4;
    if (strcmp(item->code + 2, "0000") == 0)
        return 1;
    return strcmp(item->code + 4, "00") == 0 ? 2 : 3;
}

static void add(struct xt_stat_areas *areas, struct xt_str name, const struct xt_code_item *item)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    xt_text_init(&text, XT_KIB);
    xt_stat_squeeze(name, &text);
    if (text.n == 0)
        return;
    xt_grow(&areas->list, &areas->capacity, areas->count + 1, sizeof *areas->list);
    areas->list[areas->count++] =
        (struct place){{xt_arena_strndup(&areas->arena, text.s, text.n), text.n}, item, height_of(item)};
}

/* A short name keeps two characters: 沙县 is not 沙. */
static void add_short(struct xt_stat_areas *areas, const struct xt_code_item *item)
{
    struct xt_str name = xt_str(item->labels[XT_ZH]);
    size_t i;

    for (i = 0; i < XT_COUNT(ENDINGS); i++)
        if (xt_str_ends(name, ENDINGS[i])) {
            name.n -= strlen(ENDINGS[i]);
            if (xt_utf8_count(name.s, name.n) >= 2)
                add(areas, name, item);
            return;
        }
}

static int by_name(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = xt_str_cmp(x->name, y->name);

    return order ? order : x->height - y->height;
}

struct xt_stat_areas *xt_stat_areas_new(const struct xt_region *region)
{
    const struct xt_codes *codes = xt_region_codes(region, XT_STR(AREA_LIST));
    struct xt_stat_areas *areas = xt_calloc(1, sizeof *areas);
    size_t i;

    xt_arena_init(&areas->arena);
    for (i = 0; codes && i < codes->count; i++) {
        const struct xt_code_item *item = &codes->items[i];

        add(areas, xt_str(item->labels[XT_ZH]), item);
        add_short(areas, item);
        if (item->labels[XT_EN] && strcmp(item->labels[XT_EN], item->labels[XT_ZH]) != 0)
            add(areas, xt_str(item->labels[XT_EN]), item);
        if (height_of(item) == 0)
            add(areas, XT_STR("全国"), item);
    }
    if (areas->count > 0)
        qsort(areas->list, areas->count, sizeof *areas->list, by_name);
    return areas;
}

void xt_stat_areas_free(struct xt_stat_areas **areas)
{
    if (!*areas)
        return;
    xt_arena_done(&(*areas)->arena);
    free((*areas)->list);
    free(*areas);
    *areas = NULL;
}

static bool lies_in(const struct xt_code_item *item, const struct xt_code_item *parent)
{
    for (item = item->parent; item; item = item->parent)
        if (item == parent)
            return true;
    return false;
}

const struct xt_code_item *xt_stat_area(const struct xt_stat_areas *areas, struct xt_str name,
                                        const struct xt_code_item *parent)
{
    size_t low = 0, high = areas->count;
    const struct place *first = NULL;
    bool shared = false;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (xt_str_cmp(areas->list[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    /* The list is by height: after the highest come those that are only of interest where it is shared. */
    for (; low < areas->count && xt_str_eq(areas->list[low].name, name); low++) {
        const struct place *p = &areas->list[low];

        if (first && p->height > first->height)
            break;
        if (parent && lies_in(p->item, parent))
            return p->item;
        shared = shared || (first && p->item != first->item);
        first = first ? first : p;
    }
    return first && !shared ? first->item : NULL;
}
