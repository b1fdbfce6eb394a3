/* area.c - areas whose codes changed. */
#include "indicator/area.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "catalog/region.h"

#define COLUMNS   6
#define STEPS_MAX 20 /* renamed so often: more is a circle, which the check refuses */

static const char *const words[] = {"renamed", "split", "merged"};

static struct xt_str next_line(struct xt_str *text)
{
    const char *end = text->n > 0 ? memchr(text->s, '\n', text->n) : NULL;
    struct xt_str line = {text->s, end ? (size_t)(end - text->s) : text->n};
    size_t taken = line.n + (end ? 1 : 0);

    *text = (struct xt_str){text->s + taken, text->n - taken};
    return line;
}

/* Room for as many changes as there are lines, and as may be. */
static size_t room_of(struct xt_str text)
{
    size_t n = 1;

    while (text.n > 0 && n < XT_AREA_CHANGES_MAX) {
        (void)next_line(&text);
        n++;
    }
    return n;
}

static size_t split_line(struct xt_str line, struct xt_str cells[COLUMNS])
{
    size_t n = 0;

    for (;;) {
        const char *tab = line.n > 0 ? memchr(line.s, '\t', line.n) : NULL;
        size_t length = tab ? (size_t)(tab - line.s) : line.n;

        if (n < COLUMNS)
            cells[n] = xt_str_trim((struct xt_str){line.s, length});
        n++;
        if (!tab)
            return n;
        line = (struct xt_str){tab + 1, line.n - length - 1};
    }
}

/* False with a problem at place. */
static bool read_change(const struct xt_str cells[COLUMNS], size_t count, const char *place, struct xt_arena *arena,
                        struct xt_area_change *out, struct xt_problems *problems)
{
    int64_t year = 0;
    size_t what;

    if (count != COLUMNS || cells[0].n == 0 || cells[1].n == 0 || xt_str_eq(cells[0], cells[1])) {
        xt_problem(problems, place, XT_MSG_AREA_CHANGE_ROW, XT_INT(COLUMNS));
        return false;
    }
    for (what = 0; what < XT_COUNT(words) && !xt_str_is(cells[3], words[what]);)
        what++;
    if (what == XT_COUNT(words))
        xt_problem(problems, place, XT_MSG_INDEX_WORD, XT_VIEW(cells[3]));
    if (!xt_int_parse(cells[2], &year) || year < 1000 || year > 3000)
        xt_problem(problems, place, XT_MSG_INDEX_PERIOD, XT_VIEW(cells[2]));
    *out = (struct xt_area_change){
        .before = {xt_arena_strndup(arena, cells[0].s, cells[0].n), cells[0].n},
        .after = {xt_arena_strndup(arena, cells[1].s, cells[1].n), cells[1].n},
        .year = (int32_t)year,
        .what = (enum xt_area_what)what,
        .name = {xt_arena_strndup(arena, cells[4].s, cells[4].n), cells[4].n},
        .note = {xt_arena_strndup(arena, cells[5].s, cells[5].n), cells[5].n},
    };
    return what < XT_COUNT(words);
}

/* ---- renamed areas, found by their code before ---- */

static int compare(struct xt_str a, struct xt_str b)
{
    int order = memcmp(a.s, b.s, a.n < b.n ? a.n : b.n);

    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int by_before(const void *a, const void *b)
{
    const struct xt_area_change *p = *(const struct xt_area_change *const *)a;
    const struct xt_area_change *q = *(const struct xt_area_change *const *)b;

    return compare(p->before, q->before);
}

static int by_code(const void *a, const void *b)
{
    return compare(*(const struct xt_str *)a, *(const struct xt_str *)b);
}

static void find_renamed(struct xt_areas *areas, struct xt_arena *arena)
{
    size_t i;

    areas->renamed = xt_arena_alloc(arena, (areas->count + 1) * sizeof(const struct xt_area_change *));
    for (i = 0; i < areas->count; i++)
        if (areas->changes[i].what == XT_AREA_RENAMED)
            areas->renamed[areas->renamed_count++] = &areas->changes[i];
    qsort(areas->renamed, areas->renamed_count, sizeof(const struct xt_area_change *), by_before);
}

static const struct xt_area_change *renaming_of(const struct xt_areas *areas, struct xt_str code)
{
    const struct xt_area_change key = {.before = code}, *wanted = &key, **found;

    if (areas->renamed_count == 0)
        return NULL;
    found = bsearch(&wanted, areas->renamed, areas->renamed_count, sizeof(const struct xt_area_change *), by_before);
    return found ? *found : NULL;
}

/* A code is renamed once, names do not go round in a circle, and an area has not more of them than are asked for at once. */
static void check_renamed(const struct xt_areas *areas, struct xt_problems *problems)
{
    XT_AUTO(xt_free_ptr) struct xt_str *now = xt_alloc((areas->renamed_count + 1) * sizeof *now);
    size_t i, from, steps, seen = problems->seen;

    for (i = 0; i < areas->renamed_count; i++) {
        const struct xt_area_change *change = areas->renamed[i], *at = change;

        if (i > 0 && xt_str_eq(areas->renamed[i - 1]->before, change->before))
            xt_problem(problems, change->before.s, XT_MSG_INDEX_TWICE);
        for (steps = 0; at && steps < STEPS_MAX; steps++)
            at = renaming_of(areas, at->after);
        if (at)
            xt_problem(problems, change->before.s, XT_MSG_INDEX_CIRCLE);
    }
    if (problems->seen > seen)
        return;
    for (i = 0; i < areas->renamed_count; i++)
        now[i] = xt_area_now(areas, areas->renamed[i]->before);
    qsort(now, areas->renamed_count, sizeof *now, by_code);
    for (from = 0; from < areas->renamed_count; from = i) {
        for (i = from; i < areas->renamed_count && xt_str_eq(now[i], now[from]);)
            i++;
        if (i - from + 1 > XT_AREA_CODES_MAX)
            xt_problem(problems, now[from].s, XT_MSG_INDEX_TOO_MANY, XT_INT(i - from + 1), XT_INT(XT_AREA_CODES_MAX));
    }
}

/* ---- loading ---- */

enum xt_code xt_areas_load(struct xt_str text, struct xt_arena *arena, struct xt_areas *out,
                           struct xt_problems *problems, struct xt_error *err)
{
    size_t row = 0, seen = problems->seen, n = 0;
    struct xt_area_change *list = xt_arena_alloc(arena, room_of(text) * sizeof *list);
    bool head = true;

    for (; text.n > 0; row++) {
        struct xt_str line = next_line(&text), cells[COLUMNS];
        char place[40];

        if (line.n > 0 && line.s[line.n - 1] == '\r')
            line.n--;
        if (line.n == 0 || line.s[0] == '#')
            continue;
        if (head) {
            head = false;
            continue;
        }
        (void)snprintf(place, sizeof place, "row %zu", row + 1);
        if (n == XT_AREA_CHANGES_MAX) {
            xt_problem(problems, place, XT_MSG_INDEX_TOO_MANY, XT_INT(n + 1), XT_INT(XT_AREA_CHANGES_MAX));
            break;
        }
        n += read_change(cells, split_line(line, cells), place, arena, &list[n], problems);
    }
    *out = (struct xt_areas){.changes = list, .count = n};
    find_renamed(out, arena);
    check_renamed(out, problems);
    if (problems->seen > seen)
        return xt_fail(err, XT_E_INPUT, "area-changes.tsv", XT_MSG_AREA_CHANGES, XT_INT(problems->seen - seen));
    return XT_OK;
}

enum xt_code xt_areas_of(struct xt_region *region, struct xt_arena *arena, struct xt_areas *out,
                         struct xt_problems *problems, struct xt_error *err)
{
    struct xt_str text = {"", 0};

    (void)xt_region_file(region, "area-changes.tsv", &text); /* a region need not have it */
    return xt_areas_load(text, arena, out, problems, err);
}

struct kept { /* areas first: that is what the pointer given out points to */
    struct xt_areas areas;
    struct xt_arena arena;
};

enum xt_code xt_areas_new(struct xt_region *region, struct xt_areas **out, struct xt_problems *problems,
                          struct xt_error *err)
{
    struct kept *kept = xt_calloc(1, sizeof *kept);
    struct xt_areas *made = &kept->areas;
    enum xt_code rc;

    xt_arena_init(&kept->arena);
    rc = xt_areas_of(region, &kept->arena, made, problems, err);
    if (rc != XT_OK)
        xt_areas_free(&made);
    else
        *out = made;
    return rc;
}

void xt_areas_free(struct xt_areas **areas)
{
    struct kept *kept = (struct kept *)*areas;

    *areas = NULL;
    if (!kept)
        return;
    xt_arena_done(&kept->arena);
    free(kept);
}

/* ---- what is asked ---- */

struct xt_str xt_area_now(const struct xt_areas *areas, struct xt_str code)
{
    const struct xt_area_change *change;
    size_t steps;

    for (steps = 0; steps < STEPS_MAX && (change = renaming_of(areas, code)); steps++)
        code = change->after;
    return code;
}

size_t xt_area_codes(const struct xt_areas *areas, struct xt_str code, struct xt_str out[XT_AREA_CODES_MAX])
{
    struct xt_str now = xt_area_now(areas, code);
    size_t i, n = 0;

    out[n++] = now;
    for (i = 0; i < areas->renamed_count; i++) {
        if (!xt_str_eq(xt_area_now(areas, areas->renamed[i]->before), now))
            continue;
        assert(n < XT_AREA_CODES_MAX); /* others were refused */
        out[n++] = areas->renamed[i]->before;
    }
    return n;
}

void xt_area_notes(const struct xt_areas *areas, struct xt_str code, struct xt_problems *notes)
{
    struct xt_str now = xt_area_now(areas, code);
    char path[100];
    size_t i;

    (void)snprintf(path, sizeof path, "%.*s", (int)now.n, now.s);
    for (i = 0; i < areas->count; i++) {
        const struct xt_area_change *change = &areas->changes[i];
        bool from = xt_str_eq(change->before, code), to = xt_str_eq(change->after, code);

        if (change->what == XT_AREA_RENAMED && from)
            xt_problem(notes, path, XT_MSG_AREA_EARLIER, XT_VIEW(code), XT_VIEW(change->name), XT_INT(change->year));
        else if (change->what != XT_AREA_RENAMED && (from || to))
            xt_problem(notes, path, XT_MSG_AREA_BREAK, XT_VIEW(from ? change->after : change->before),
                       XT_VIEW(change->note), XT_INT(change->year));
    }
}
