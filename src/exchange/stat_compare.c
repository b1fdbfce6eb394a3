/* stat_compare.c - long rows against the rows of a truth, cell by cell. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "exchange/stat_priv.h"

#define CELLS_MAX 5000000u
#define LOOKS_MAX 50000000 /* of one original, for where a missing value went */

struct cell {
    struct xt_str indicator, area, year; /* area: its code, or its name */
    struct xt_str area_name, name, value, decimal, unit;
    bool matched; /* of an original: the truth has it */
};

struct cells {
    struct cell *list;
    size_t count, capacity;
    struct xt_arena arena;
    bool sorted;
};

struct xt_stat_compare {
    struct cells truth, file;
    struct xt_str *areas; /* of the truth, sorted */
    size_t area_count;
    int64_t looks;
    struct xt_stat_year *years;
    size_t year_count, year_capacity;
};

static const struct {
    const char *wire, *labels[XT_LANGS];
} FAULTS[XT_STAT_FAULT_KINDS] = {
#define X(name, wire, zh, en) {wire, {zh, en}},
    XT_STAT_FAULTS(X)
#undef X
};

const char *xt_stat_fault_name(enum xt_stat_fault fault)
{
    return FAULTS[fault].wire;
}

const char *xt_stat_fault_label(enum xt_stat_fault fault, enum xt_lang lang)
{
    return FAULTS[fault].labels[lang];
}

struct xt_stat_compare *xt_stat_compare_new(void)
{
    struct xt_stat_compare *compare = xt_calloc(1, sizeof *compare);

    xt_arena_init(&compare->truth.arena);
    xt_arena_init(&compare->file.arena);
    return compare;
}

void xt_stat_compare_free(struct xt_stat_compare **compare)
{
    struct xt_stat_compare *c = *compare;

    if (!c)
        return;
    xt_arena_done(&c->truth.arena);
    xt_arena_done(&c->file.arena);
    free(c->truth.list);
    free(c->file.list);
    free(c->areas);
    free(c->years);
    free(c);
    *compare = NULL;
}

/* ---- cells ---- */

static struct xt_str keep(struct cells *cells, struct xt_str text)
{
    return (struct xt_str){xt_arena_strndup(&cells->arena, text.s ? text.s : "", text.n), text.n};
}

static enum xt_code add(struct cells *cells, const struct xt_stat_row *row, struct xt_error *err)
{
    struct xt_str area = row->area[0] ? xt_str(row->area) : row->area_name;

    if (cells->count == CELLS_MAX)
        return xt_fail(err, XT_E_TOO_LARGE, "against", XT_MSG_GRID_TOO_LARGE, XT_TEXT(row->file), XT_INT(CELLS_MAX),
                       XT_INT(XT_GRID_CELLS_MAX), XT_INT(XT_GRID_MERGES_MAX));
    xt_grow(&cells->list, &cells->capacity, cells->count + 1, sizeof *cells->list);
    cells->list[cells->count++] = (struct cell){
        .indicator = keep(cells, row->indicator.n > 0 ? row->indicator : row->name),
        .area = keep(cells, area),
        .year = keep(cells, row->year),
        .area_name = keep(cells, row->area_name),
        .name = keep(cells, row->name),
        .value = keep(cells, row->value),
        .decimal = keep(cells, row->decimal),
        .unit = keep(cells, row->unit),
    };
    cells->sorted = false;
    return XT_OK;
}

/* A cell of the truth that holds no number asks for nothing. */
enum xt_code xt_stat_compare_truth(void *compare, const struct xt_stat_row *row, struct xt_error *err)
{
    struct xt_stat_compare *c = compare;

    return row->decimal.n > 0 ? add(&c->truth, row, err) : XT_OK;
}

enum xt_code xt_stat_compare_row(void *compare, const struct xt_stat_row *row, struct xt_error *err)
{
    struct xt_stat_compare *c = compare;

    return add(&c->file, row, err);
}

static int by_key(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    int order = xt_str_cmp(x->year, y->year);

    if (order == 0)
        order = xt_str_cmp(x->indicator, y->indicator);
    if (order == 0)
        order = xt_str_cmp(x->area, y->area);
    return order;
}

/* Sorted; of cells with one key the first counts. */
static void put_in_order(struct cells *cells)
{
    size_t i, n = 0;

    if (cells->sorted || cells->count == 0)
        return;
    qsort(cells->list, cells->count, sizeof *cells->list, by_key);
    for (i = 0; i < cells->count; i++)
        if (n == 0 || by_key(&cells->list[n - 1], &cells->list[i]) != 0)
            cells->list[n++] = cells->list[i];
    cells->count = n;
    cells->sorted = true;
}

static struct cell *find(struct cells *cells, const struct cell *like)
{
    return cells->count > 0 ? bsearch(like, cells->list, cells->count, sizeof *cells->list, by_key) : NULL;
}

/* ---- values ---- */

static int decimals(struct xt_str number)
{
    const char *point = number.n > 0 ? memchr(number.s, '.', number.n) : NULL;

    if (number.n > 0 && (memchr(number.s, 'e', number.n) || memchr(number.s, 'E', number.n)))
        return 15;
    return point ? (int)(number.s + number.n - point) - 1 : 0;
}

/* Equal at the decimals of the one that shows fewer: a table prints 1.78 where another keeps 1.7801. */
static bool equal_numbers(struct xt_str a, struct xt_str b)
{
    double x, y, step;
    int da = decimals(a), db = decimals(b);

    if (xt_str_eq(a, b))
        return true;
    if (!xt_double_parse(a, &x) || !xt_double_parse(b, &y))
        return false;
    step = pow(10, -(double)(da < db ? da : db));
    return fabs(x - y) <= step * 0.5 * (1 + 1e-9) + 1e-12 * fabs(x);
}

/* ---- a file ---- */

static struct xt_stat_year *year_of(struct xt_stat_compare *c, const char *file, struct xt_str year, size_t from)
{
    struct xt_stat_year *y;
    size_t i;

    for (i = from; i < c->year_count; i++)
        if (xt_str_is(year, c->years[i].year))
            return &c->years[i];
    xt_grow(&c->years, &c->year_capacity, c->year_count + 1, sizeof *c->years);
    y = &c->years[c->year_count++];
    *y = (struct xt_stat_year){0};
    (void)snprintf(y->file, sizeof y->file, "%s", file);
    (void)snprintf(y->year, sizeof y->year, "%.*s", (int)year.n, year.s);
    return y;
}

static bool has_year(const struct cells *file, struct xt_str year)
{
    size_t low = 0, high = file->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (xt_str_cmp(file->list[middle].year, year) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < file->count && xt_str_eq(file->list[low].year, year);
}

/* Where the value of a cell that is not there did go: one of the three keys differs, the value is the same. */
static enum xt_stat_fault gone(struct xt_stat_compare *c, const struct cell *truth, const struct cell **out)
{
    enum xt_stat_fault best = XT_STAT_MISSING;
    size_t i;

    *out = NULL;
    for (i = 0; i < c->file.count && best != XT_STAT_INDICATOR && c->looks < LOOKS_MAX; i++, c->looks++) {
        const struct cell *cell = &c->file.list[i];
        bool indicator = xt_str_eq(cell->indicator, truth->indicator), area = xt_str_eq(cell->area, truth->area),
             year = xt_str_eq(cell->year, truth->year);

        if (indicator + area + year != 2 || !equal_numbers(cell->decimal, truth->decimal))
            continue;
        enum xt_stat_fault kind = !indicator ? XT_STAT_INDICATOR : !area ? XT_STAT_AREA : XT_STAT_YEAR;

        if (kind < best) {
            best = kind;
            *out = cell;
        }
    }
    return best;
}

struct saying {
    const char *file;
    void (*say)(void *user, const struct xt_stat_difference *difference);
    void *user;
};

static void say(const struct saying *s, enum xt_stat_fault kind, const struct cell *truth, const struct cell *found)
{
    const struct cell *key = truth ? truth : found;
    struct xt_stat_difference d = {.kind = kind,
                                   .file = s->file,
                                   .area = key->area.s,
                                   .area_name = key->area_name.s,
                                   .year = key->year.s,
                                   .indicator = key->indicator.s,
                                   .name = key->name.s,
                                   .truth = truth ? truth->value.s : "",
                                   .truth_unit = truth ? truth->unit.s : "",
                                   .found = found ? found->value.s : "",
                                   .found_unit = found ? found->unit.s : ""};

    if (s->say)
        s->say(s->user, &d);
}

static void judge(struct xt_stat_compare *c, const struct cell *truth, struct xt_stat_year *year,
                  const struct saying *s)
{
    struct cell *found = find(&c->file, truth);
    const struct cell *other = NULL;
    enum xt_stat_fault kind;

    year->cells++;
    if (found)
        found->matched = true;
    if (found && equal_numbers(found->decimal, truth->decimal)) {
        if (truth->unit.n == 0 || xt_str_eq(truth->unit, found->unit)) {
            year->right++;
            return;
        }
        kind = XT_STAT_UNIT;
        other = found;
    } else if (found && found->decimal.n > 0) {
        kind = XT_STAT_VALUE;
        other = found;
    } else {
        kind = gone(c, truth, &other);
    }
    year->faults[kind]++;
    say(s, kind, truth, other);
}

static int by_text(const void *a, const void *b)
{
    return xt_str_cmp(*(const struct xt_str *)a, *(const struct xt_str *)b);
}

static void list_areas(struct xt_stat_compare *c)
{
    size_t i, n = 0;

    if (c->areas || c->truth.count == 0)
        return;
    c->areas = xt_calloc(c->truth.count, sizeof *c->areas);
    for (i = 0; i < c->truth.count; i++)
        c->areas[i] = c->truth.list[i].area;
    qsort(c->areas, c->truth.count, sizeof *c->areas, by_text);
    for (i = 0; i < c->truth.count; i++)
        if (n == 0 || !xt_str_eq(c->areas[n - 1], c->areas[i]))
            c->areas[n++] = c->areas[i];
    c->area_count = n;
}

/* Does the truth have this indicator in this year, of any area? */
static bool asks_for(const struct cells *truth, const struct cell *cell)
{
    struct cell first = {.year = cell->year, .indicator = cell->indicator, .area = XT_STR("")};
    size_t low = 0, high = truth->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (by_key(&truth->list[middle], &first) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < truth->count && xt_str_eq(truth->list[low].year, cell->year) &&
           xt_str_eq(truth->list[low].indicator, cell->indicator);
}

/* A number of an original whose area, and whose indicator in that year, the truth knows, but not together. */
static bool is_extra(const struct xt_stat_compare *c, const struct cell *cell)
{
    return !cell->matched && cell->decimal.n > 0 && c->area_count > 0 && asks_for(&c->truth, cell) &&
           bsearch(&cell->area, c->areas, c->area_count, sizeof *c->areas, by_text);
}

void xt_stat_compare_file(struct xt_stat_compare *c, const char *file,
                          void (*tell)(void *user, const struct xt_stat_difference *difference), void *user)
{
    struct saying s = {file, tell, user};
    size_t from = c->year_count, i;

    put_in_order(&c->truth);
    put_in_order(&c->file);
    list_areas(c);
    c->looks = 0;
    for (i = 0; i < c->truth.count; i++)
        if (has_year(&c->file, c->truth.list[i].year))
            judge(c, &c->truth.list[i], year_of(c, file, c->truth.list[i].year, from), &s);
    for (i = 0; i < c->file.count; i++)
        if (is_extra(c, &c->file.list[i])) {
            year_of(c, file, c->file.list[i].year, from)->faults[XT_STAT_EXTRA]++;
            say(&s, XT_STAT_EXTRA, NULL, &c->file.list[i]);
        }
    c->file.count = 0;
    c->file.sorted = false;
    xt_arena_clear(&c->file.arena);
}

const struct xt_stat_year *xt_stat_compare_years(const struct xt_stat_compare *compare, size_t *out_count)
{
    *out_count = compare->year_count;
    return compare->years;
}
