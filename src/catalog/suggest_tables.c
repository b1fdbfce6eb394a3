/* suggest_tables.c - types, places and terms by their names: a few thousand, walked through for each thing typed. */
#include <stdlib.h>
#include <string.h>

#include "catalog/region_priv.h"
#include "catalog/suggest_priv.h"

#define NAME_UNITS  20
#define NAMES_FOUND 32 /* the best of a kind that are kept while looking: a value may have several names that fit */

/* What may be chosen. */
struct entry {
    enum xt_suggest_kind kind;
    const struct xt_facet *facet;
    const char *value;
    const char *const *labels;
    const struct xt_code_item *item; /* NULL of a type */
    size_t first_name, name_count;   /* its labels */
    uint16_t depth;                  /* values above it */
    bool outside;                    /* a place outside the region */
};

/* A name it is known by. */
struct name {
    const char *text;
    const struct xt_sound *units;
    uint32_t entry;
    uint8_t count;
};

struct xt_suggest_tables {
    struct xt_arena arena;
    const struct xt_region *region;
    struct entry *entries;
    size_t entry_count, entry_room;
    struct name *names;
    size_t name_count, name_room;
};

/* ---- making ---- */

static void add_name(struct xt_suggest_tables *t, size_t entry, const char *text)
{
    struct xt_sound units[NAME_UNITS], *kept;
    size_t count = text ? xt_sound_read(xt_str(text), &t->arena, units, NAME_UNITS) : 0;

    if (count == 0)
        return;
    kept = xt_arena_alloc(&t->arena, count * sizeof *kept);
    memcpy(kept, units, count * sizeof *kept);
    xt_grow(&t->names, &t->name_room, t->name_count + 1, sizeof *t->names);
    t->names[t->name_count++] = (struct name){text, kept, (uint32_t)entry, (uint8_t)count};
}

static void add_entry(struct xt_suggest_tables *t, struct entry entry)
{
    int lang;

    entry.first_name = t->name_count;
    xt_grow(&t->entries, &t->entry_room, t->entry_count + 1, sizeof *t->entries);
    t->entries[t->entry_count++] = entry;
    for (lang = 0; lang < XT_LANGS; lang++) {
        if (lang == 0 || strcmp(entry.labels[lang], entry.labels[0]) != 0)
            add_name(t, t->entry_count - 1, entry.labels[lang]);
    }
    t->entries[t->entry_count - 1].name_count = t->name_count - entry.first_name;
}

static bool lies_in(const struct xt_code_item *item, const char *area)
{
    for (; item; item = item->parent) {
        if (strcmp(item->code, area) == 0)
            return true;
    }
    return false;
}

/* What an area was called under a code it no longer has: rows of area-changes.tsv that say renamed. */
static void add_former_names(struct xt_suggest_tables *t, size_t first)
{
    struct xt_str text, line, cells[5];

    if (!xt_region_file((struct xt_region *)(uintptr_t)t->region, "area-changes.tsv", &text)) /* it locks, no more */
        return;
    while (region_line(&text, &line)) {
        region_cells(line, cells, XT_COUNT(cells));
        if (!xt_str_is(cells[3], "renamed"))
            continue;
        for (size_t i = first; i < t->entry_count; i++) {
            if (!xt_str_is(cells[1], t->entries[i].value) || xt_str_is(cells[4], t->entries[i].labels[XT_ZH]))
                continue;
            add_name(t, i, xt_arena_strndup(&t->arena, cells[4].s, cells[4].n));
        }
    }
}

static void add_facet(struct xt_suggest_tables *t, const struct xt_facet *facet)
{
    bool places = strcmp(facet->name, "area") == 0;
    size_t first = t->entry_count, i, k;

    for (i = 0; i < facet->list_count; i++) {
        for (k = 0; k < facet->lists[i]->count; k++) {
            const struct xt_code_item *item = &facet->lists[i]->items[k], *above;
            struct entry entry = {.kind = places ? XT_SUGGEST_PLACE : XT_SUGGEST_TERM,
                                  .facet = facet,
                                  .value = item->code,
                                  .labels = item->labels,
                                  .item = item};

            for (above = item->parent; above; above = above->parent)
                entry.depth++;
            entry.outside = places && t->region->area && !lies_in(item, t->region->area);
            add_entry(t, entry);
        }
    }
    if (places)
        add_former_names(t, first);
}

struct xt_suggest_tables *xt_suggest_tables_new(const struct xt_region *region)
{
    struct xt_suggest_tables *t = xt_calloc(1, sizeof *t);
    size_t i;

    xt_arena_init(&t->arena);
    t->region = region;
    for (i = 0; i < region->type_count; i++) {
        const struct xt_type *type = &region->types[i];

        add_entry(
            t, (struct entry){
                   .kind = XT_SUGGEST_TYPE, .facet = &region->facets[0], .value = type->name, .labels = type->labels});
        add_name(t, t->entry_count - 1, type->plurals[XT_EN]);
    }
    for (i = 1; i < region->facet_count; i++)
        add_facet(t, &region->facets[i]);
    return t;
}

void xt_suggest_tables_free(struct xt_suggest_tables **tables)
{
    struct xt_suggest_tables *t = *tables;

    if (!t)
        return;
    free(t->entries);
    free(t->names);
    xt_arena_done(&t->arena);
    free(t);
    *tables = NULL;
}

/* ---- looking ---- */

struct found {
    const struct name *name;
    uint32_t rank; /* the least first */
    uint16_t at, units;
};

/* A whole name, then names that begin so, then those that hold it; short ones, near the top, of the region first. */
static uint32_t rank_of(const struct entry *entry, const struct name *name, size_t at, size_t units)
{
    uint32_t rank = name->count + 2u * entry->depth;

    if (at > 0)
        rank += 1000;
    if (entry->outside)
        rank += units == name->count && at == 0 ? 200 : 400;
    if (at == 0 && units == name->count)
        rank = rank > 100 ? rank - 100 : 0;
    return rank;
}

static void keep(struct found *list, size_t *count, struct found found)
{
    size_t at = *count;

    if (at == NAMES_FOUND && list[at - 1].rank <= found.rank)
        return;
    if (at == NAMES_FOUND)
        at--;
    else
        ++*count;
    for (; at > 0 && list[at - 1].rank > found.rank; at--)
        list[at] = list[at - 1];
    list[at] = found;
}

/* "潮州市 广东省": the values above, the nearest first; the country says nothing. */
static const char *above_of(const struct entry *entry, enum xt_lang lang, struct xt_arena *arena)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    const struct xt_code_item *item;

    xt_text_init(&text, XT_KIB);
    for (item = entry->item->parent; item && item->parent; item = item->parent) {
        if (text.n > 0)
            xt_text_add_z(&text, lang == XT_ZH ? " " : ", ");
        xt_text_add_z(&text, item->labels[lang]);
    }
    return text.n > 0 ? xt_arena_strndup(arena, text.s, text.n) : NULL;
}

/* The best of the ways in which a name holds what was typed; .name is NULL when none does. */
static struct found find_name(const struct entry *entry, const struct name *name, const struct xt_typed *typed)
{
    struct found found = {.rank = UINT32_MAX};
    size_t k;

    for (k = 0; k < typed->count; k++) {
        size_t at = xt_typed_find(typed->ways[k], name->units, name->count, 0), units = typed->ways[k]->count;
        uint32_t rank = at == SIZE_MAX ? UINT32_MAX : rank_of(entry, name, at, units);

        if (rank < found.rank)
            found = (struct found){name, rank, (uint16_t)at, (uint16_t)units};
    }
    return found;
}

/* Said by the label, if that holds what was typed too, else with the name that does behind it. */
static struct xt_suggestion suggestion_of(const struct xt_suggest_tables *t, const struct found *best,
                                          const struct xt_typed *typed, enum xt_lang lang, struct xt_arena *arena)
{
    const struct entry *entry = &t->entries[best->name->entry];
    const char *label = entry->labels[lang];
    struct xt_suggestion s = {.kind = entry->kind, .label = label, .facet = entry->facet->name, .value = entry->value};
    struct found found = *best;
    size_t i;

    for (i = entry->first_name; i < entry->first_name + entry->name_count; i++) {
        struct found own =
            strcmp(t->names[i].text, label) == 0 ? find_name(entry, &t->names[i], typed) : (struct found){.name = NULL};

        if (own.name)
            found = own;
    }
    const char *name = found.name->text;
    s.marked = suggest_mark(name, found.name->units, found.at, found.units, arena);
    if (strcmp(name, label) != 0) /* one in the other language, or a former one */
        s.marked = xt_arena_printf(arena, lang == XT_ZH ? "%s（%s）" : "%s (%s)", label, s.marked);
    if (entry->kind == XT_SUGGEST_TERM)
        s.note = entry->facet->labels[lang];
    else if (entry->kind == XT_SUGGEST_PLACE)
        s.note = above_of(entry, lang, arena);
    return s;
}

size_t suggest_names(const struct xt_suggest_tables *t, const struct xt_typed *typed, enum xt_suggest_kind kind,
                     enum xt_lang lang, struct xt_arena *arena, struct xt_suggestion *out, size_t most)
{
    struct found list[NAMES_FOUND];
    size_t count = 0, n = 0, i, k;

    for (i = 0; i < t->name_count; i++) {
        const struct name *name = &t->names[i];
        const struct entry *entry = &t->entries[name->entry];
        struct found found = {.name = NULL};

        if (entry->kind == kind)
            found = find_name(entry, name, typed);
        if (found.name)
            keep(list, &count, found);
    }
    for (i = 0; i < count && n < most; i++) {
        for (k = 0; k < i && list[k].name->entry != list[i].name->entry; k++)
            continue;
        if (k == i) /* the best of its names */
            out[n++] = suggestion_of(t, &list[i], typed, lang, arena);
    }
    return n;
}
