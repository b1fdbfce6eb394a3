/*
 * codes.c - code lists: codes/NAME.tsv, and codes/NAME-extra.tsv appended to it.
 *
 * First line "# label_zh TAB label_en [TAB open=PATTERN]", second line the heads, then code, zh, en, parent.
 */
#include "catalog/region_priv.h"

#include <stdlib.h>
#include <string.h>

#include "text/token.h"

/* Open addressing, built once: positions into items plus one, 0 = free. */
struct table {
    uint32_t *slots;
    size_t mask;
};

struct xt_codes_index {
    struct table by_code, by_label;
    const char **folded; /* of label i / XT_LANGS */
    struct xt_text folded_text;
    regex_t *regex;
};

static void table_init(struct table *t, size_t count)
{
    size_t size = 16;

    while (size < count * 2)
        size *= 2;
    t->slots = xt_calloc(size, sizeof *t->slots);
    t->mask = size - 1;
}

const struct xt_code_item *xt_codes_find(const struct xt_codes *codes, struct xt_str code)
{
    const struct table *t = &codes->index->by_code;
    size_t slot = xt_hash64(code.s, code.n) & t->mask;

    for (; t->slots[slot] != 0; slot = (slot + 1) & t->mask) {
        const struct xt_code_item *item = &codes->items[t->slots[slot] - 1];

        if (xt_str_is(code, item->code))
            return item;
    }
    return NULL;
}

const struct xt_code_item *xt_codes_by_label(const struct xt_codes *codes, struct xt_str label)
{
    const struct xt_codes_index *index = codes->index;
    const struct xt_code_item *found = NULL;
    XT_AUTO(xt_text_done) struct xt_text folded = {0};
    size_t slot;

    xt_text_init(&folded, 4 * XT_KIB);
    xt_fold(label, &folded);
    if (folded.n == 0)
        return NULL;
    slot = xt_hash64(folded.s, folded.n) & index->by_label.mask;
    for (; index->by_label.slots[slot] != 0; slot = (slot + 1) & index->by_label.mask) {
        uint32_t at = index->by_label.slots[slot] - 1;
        const struct xt_code_item *item = &codes->items[at / XT_LANGS];

        if (strcmp(index->folded[at], folded.s) != 0 || item == found)
            continue;
        if (found)
            return NULL; /* two codes share the label: the clerk must say which */
        found = item;
    }
    return found;
}

bool xt_codes_accept(const struct xt_codes *codes, struct xt_str code)
{
    char copy[128];

    if (xt_codes_find(codes, code))
        return true;
    if (!codes->open || code.n == 0 || code.n >= sizeof copy)
        return false;
    memcpy(copy, code.s, code.n);
    copy[code.n] = '\0';
    return !codes->index->regex || regexec(codes->index->regex, copy, 0, NULL, 0) == 0;
}

/* Codes of fixed length are padded with zeros above the last level: 030121 lies in 030100. */
static const struct xt_code_item *find_padded(const struct xt_codes *codes, struct xt_str prefix, size_t n)
{
    char padded[64];

    if (n >= sizeof padded)
        return NULL;
    memset(padded, '0', n);
    memcpy(padded, prefix.s, prefix.n);
    return xt_codes_find(codes, (struct xt_str){padded, n});
}

const char *xt_codes_label(const struct xt_codes *codes, struct xt_str code, enum xt_lang lang)
{
    const struct xt_code_item *item = xt_codes_find(codes, code);
    struct xt_str prefix = code;

    while (!item && codes->open && prefix.n > 1) {
        prefix.n = xt_utf8_clip(prefix.s, prefix.n, prefix.n - 1);
        item = xt_codes_find(codes, prefix);
        if (!item)
            item = find_padded(codes, prefix, code.n);
    }
    return item ? item->labels[lang] : NULL;
}

bool region_line(struct xt_str *rest, struct xt_str *out)
{
    const char *end;

    if (rest->n == 0)
        return false;
    end = memchr(rest->s, '\n', rest->n);
    out->s = rest->s;
    out->n = end ? (size_t)(end - rest->s) : rest->n;
    rest->s += out->n + (end ? 1 : 0);
    rest->n -= out->n + (end ? 1 : 0);
    if (out->n > 0 && out->s[out->n - 1] == '\r')
        out->n--;
    return true;
}

void region_cells(struct xt_str line, struct xt_str *cells, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const char *tab = line.n > 0 ? memchr(line.s, '\t', line.n) : NULL;
        size_t n = tab ? (size_t)(tab - line.s) : line.n;

        cells[i] = xt_str_trim((struct xt_str){line.s, n});
        line.s += n + (tab ? 1 : 0);
        line.n -= n + (tab ? 1 : 0);
    }
}

struct parsed_codes {
    struct xt_code_item *items;
    struct xt_str *parents;
    size_t count, capacity, parents_capacity;
};

static void read_items(struct region_build *b, const char *path, struct xt_str bytes, struct xt_codes *codes,
                       struct parsed_codes *parsed)
{
    struct xt_str line, cells[4];
    bool titled = false, headed = false;

    while (region_line(&bytes, &line)) {
        struct xt_code_item *item;

        if (line.n == 0)
            continue;
        if (line.s[0] == '#' && !titled) {
            region_cells((struct xt_str){line.s + 1, line.n - 1}, cells, 4);
            if (!codes->labels[XT_ZH]) {
                codes->labels[XT_ZH] = region_copy(b, cells[0]);
                codes->labels[XT_EN] = region_copy(b, cells[1].n > 0 ? cells[1] : cells[0]);
            }
            if (xt_str_starts(cells[2], "open=")) {
                codes->open = true;
                codes->pattern = region_copy(b, (struct xt_str){cells[2].s + 5, cells[2].n - 5});
            }
            titled = true;
            continue;
        }
        region_cells(line, cells, 4);
        if (!headed) {
            headed = true;
            if (xt_str_is(cells[0], "code"))
                continue;
        }
        if (cells[0].n == 0 || cells[1].n == 0) {
            xt_problem(b->problems, path, XT_MSG_REGION_CODE_ROW, XT_VIEW(line));
            continue;
        }
        xt_grow(&parsed->items, &parsed->capacity, parsed->count + 1, sizeof *parsed->items);
        xt_grow(&parsed->parents, &parsed->parents_capacity, parsed->count + 1, sizeof *parsed->parents);
        item = &parsed->items[parsed->count];
        item->code = region_copy(b, cells[0]);
        item->labels[XT_ZH] = region_copy(b, cells[1]);
        item->labels[XT_EN] = cells[2].n > 0 ? region_copy(b, cells[2]) : item->labels[XT_ZH];
        item->parent = NULL;
        parsed->parents[parsed->count++] = cells[3];
    }
}

static void index_items(struct region_build *b, const char *path, struct xt_codes *codes)
{
    struct xt_codes_index *index = codes->index;
    size_t i, lang, slot;
    size_t *offsets = xt_calloc(codes->count * XT_LANGS, sizeof *offsets);

    table_init(&index->by_code, codes->count);
    table_init(&index->by_label, codes->count * XT_LANGS);
    xt_text_init(&index->folded_text, 64 * XT_MIB);
    for (i = 0; i < codes->count; i++) {
        struct xt_str code = xt_str(codes->items[i].code);

        if (xt_codes_find(codes, code)) {
            xt_problem(b->problems, path, XT_MSG_REPEATED_ITEM, XT_VIEW(code));
            continue;
        }
        slot = xt_hash64(code.s, code.n) & index->by_code.mask;
        while (index->by_code.slots[slot] != 0)
            slot = (slot + 1) & index->by_code.mask;
        index->by_code.slots[slot] = (uint32_t)i + 1;
        for (lang = 0; lang < XT_LANGS; lang++) {
            offsets[i * XT_LANGS + lang] = index->folded_text.n;
            xt_fold(xt_str(codes->items[i].labels[lang]), &index->folded_text);
            xt_text_add_char(&index->folded_text, '\0');
        }
    }
    index->folded = xt_calloc(codes->count * XT_LANGS, sizeof *index->folded);
    for (i = 0; i < codes->count * XT_LANGS; i++) {
        index->folded[i] = index->folded_text.s + offsets[i];
        slot = xt_hash64(index->folded[i], strlen(index->folded[i])) & index->by_label.mask;
        while (index->by_label.slots[slot] != 0)
            slot = (slot + 1) & index->by_label.mask;
        index->by_label.slots[slot] = (uint32_t)i + 1;
    }
    free(offsets);
}

/* A code must not be its own ancestor: who climbs the parents would never arrive. Each circle is said once. */
static void check_cycles(struct region_build *b, const char *path, const struct xt_code_item *items, size_t count)
{
    size_t *walk = xt_calloc(count, sizeof *walk); /* number of the climb that first came by, 0 = none */
    const struct xt_code_item *item;
    size_t i;

    for (i = 0; i < count; i++) {
        for (item = &items[i]; item && walk[item - items] == 0; item = item->parent)
            walk[item - items] = i + 1;
        if (item && walk[item - items] == i + 1)
            xt_problem(b->problems, path, XT_MSG_REGION_CYCLE, XT_TEXT(item->code));
    }
    free(walk);
}

static void load_list(struct region_build *b, const char *path, struct xt_codes *codes)
{
    struct parsed_codes parsed = {0};
    struct xt_str bytes;
    struct xt_code_item *items;
    char extra[256];
    size_t i;

    if (xt_region_file(b->region, path, &bytes)) {
        read_items(b, path, bytes, codes, &parsed);
        xt_hasher_add_str(&b->files->hasher, bytes);
    }
    snprintf(extra, sizeof extra, "codes/%s-extra.tsv", codes->name);
    if (xt_region_file(b->region, extra, &bytes)) {
        read_items(b, extra, bytes, codes, &parsed);
        xt_hasher_add_str(&b->files->hasher, bytes);
    }
    if (!codes->labels[XT_ZH])
        codes->labels[XT_ZH] = codes->labels[XT_EN] = codes->name;
    items = xt_arena_alloc(&b->files->arena, (parsed.count + 1) * sizeof *items);
    if (parsed.count > 0)
        memcpy(items, parsed.items, parsed.count * sizeof *items);
    codes->items = items;
    codes->count = parsed.count;
    codes->index = xt_calloc(1, sizeof *codes->index);
    if (codes->pattern) /* the whole code, not a part of it */
        codes->index->regex = region_regex(b, xt_arena_printf(&b->files->arena, "^(%s)$", codes->pattern), path);
    index_items(b, path, codes);
    for (i = 0; i < parsed.count; i++) {
        if (parsed.parents[i].n == 0)
            continue;
        items[i].parent = xt_codes_find(codes, parsed.parents[i]);
        if (!items[i].parent)
            xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("parent"), XT_VIEW(parsed.parents[i]));
    }
    check_cycles(b, path, items, parsed.count);
    free(parsed.items);
    free(parsed.parents);
}

void region_load_codes(struct region_build *b)
{
    const char *const *paths = xt_region_list(b->region, "codes/", &b->files->arena);
    struct xt_codes *lists;
    size_t count = 0, n = 0;

    while (paths[count])
        count++;
    lists = xt_arena_alloc(&b->files->arena, (count + 1) * sizeof *lists);
    b->region->codes = lists;
    for (; *paths; paths++) {
        struct xt_str name = xt_str(*paths + strlen("codes/"));

        if (!xt_str_ends(name, ".tsv") || xt_str_ends(name, "-extra.tsv"))
            continue;
        name.n -= strlen(".tsv");
        lists[n].name = region_copy(b, name);
        b->region->codes_count = n + 1;
        load_list(b, *paths, &lists[n++]);
    }
}

void region_codes_free(struct xt_codes *codes)
{
    if (!codes->index)
        return;
    free(codes->index->by_code.slots);
    free(codes->index->by_label.slots);
    free(codes->index->folded);
    xt_text_done(&codes->index->folded_text);
    free(codes->index);
}
