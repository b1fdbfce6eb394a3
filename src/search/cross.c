/*
 * Tables of two facets: how many documents hold a value of a row and one of a column, counted in the pass that counts and
 * ranks. Each facet has an array from ordinal to place, so that a document costs two look-ups and an addition.
 */
#include <string.h>

#include "search/ask_priv.h"

#define PLACES_MAX 64 /* of one document in one axis; further ones are not counted */

static enum xt_code facet_of(const struct ask *a, struct xt_str name, unsigned *out, struct xt_error *err)
{
    unsigned facet = 0;

    while (facet < a->schema->facet_count && !xt_str_is(name, a->schema->facets[facet].name))
        facet++;
    *out = facet;
    return facet < a->schema->facet_count ? XT_OK
                                          : xt_fail(err, XT_E_INPUT, "facets", XT_MSG_SEARCH_NO_FILTER, XT_VIEW(name));
}

/* By ordinal of the facet: the place of a value, or of the nearest one above it that has one. */
static uint16_t *places_by_value(struct ask *a, unsigned facet, const struct xt_search_axis *asked)
{
    uint32_t count = dict_count(a->dict, facet);
    uint16_t *place = xt_arena_alloc(a->arena, ((size_t)count + 1) * sizeof *place);

    for (size_t i = 0; i < asked->value_count; i++) {
        uint32_t ordinal = dict_find(a->dict, facet, asked->values[i].value);

        if (ordinal && ordinal <= count)
            place[ordinal] = (uint16_t)(asked->values[i].place + 1);
    }
    for (uint32_t ordinal = 1; ordinal <= count; ordinal++) /* the one above comes before */
        if (place[ordinal] == 0)
            place[ordinal] = place[dict_entry(a->dict, facet, ordinal)->above];
    return place;
}

/* The first of several documents that bear the same name. */
uint16_t *places_by_name(const struct ask *a, unsigned through, unsigned facet, const uint16_t *by_value)
{
    uint32_t count = dict_count(a->dict, through),
             type = dict_find(a->dict, 0, xt_str(a->schema->facets[through].names));
    uint16_t *place = xt_arena_alloc(a->arena, ((size_t)count + 1) * sizeof *place);

    for (uint64_t at = 0; type && at < a->view->state.docs; at++) {
        uint32_t doc = (uint32_t)at, name = *COLUMN_FACET(a->columns, doc, through);
        const uint32_t *list;

        if (*COLUMN_FACET(a->columns, doc, 0) != type || name == 0 || name > count || place[name] ||
            !columns_alive(a->columns, doc, a->generation) || *COLUMN_CLASS(a->columns, doc) > a->reader)
            continue;
        uint32_t values = columns_values(a->columns, COLUMN_FACET(a->columns, doc, facet), &list);
        for (uint32_t i = 0; i < values && !place[name]; i++)
            place[name] = by_value[list[i]];
    }
    return place;
}

static enum xt_code prepare_axis(struct ask *a, const struct xt_search_axis *asked, struct axis *out,
                                 struct xt_error *err)
{
    unsigned facet, through;
    enum xt_code rc = facet_of(a, asked->facet, &facet, err);

    if (rc != XT_OK)
        return rc;
    *out = (struct axis){facet, asked->size + 1, places_by_value(a, facet, asked)};
    if (asked->through.n == 0)
        return XT_OK;
    rc = facet_of(a, asked->through, &through, err);
    if (rc == XT_OK && !a->schema->facets[through].names)
        rc = xt_fail(err, XT_E_INPUT, "facets", XT_MSG_SEARCH_NO_FILTER, XT_VIEW(asked->through));
    if (rc == XT_OK)
        *out = (struct axis){through, asked->size + 1, places_by_name(a, through, facet, out->place)};
    return rc;
}

enum xt_code cross_prepare(struct ask *a, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    if (!a->request->cross)
        return XT_OK;
    for (int i = 0; i < 2 && rc == XT_OK; i++)
        rc = prepare_axis(a, &a->request->cross[i], &a->axes[i], err);
    a->cells = rc == XT_OK ? (size_t)a->axes[0].size * a->axes[1].size : 0;
    return rc;
}

/* 0, which stands for all, and the places of a document, each once. */
static size_t places_of(const struct ask *a, const struct axis *axis, const uint32_t *entry, uint16_t *places)
{
    const uint32_t *list;
    uint32_t count = columns_values(a->columns, entry, &list);
    size_t n = 1;

    places[0] = 0;
    for (uint32_t i = 0; i < count && n < PLACES_MAX; i++) {
        uint16_t place = axis->place[list[i]];
        size_t k = 0;

        while (k < n && places[k] != place)
            k++;
        if (k == n)
            places[n++] = place;
    }
    return n;
}

void cross_take(struct pass *pass, const uint32_t *docs, size_t n)
{
    const struct ask *a = pass->ask;
    const struct axis *rows = &a->axes[0], *columns = &a->axes[1];
    uint32_t block = docs[0] & ~(COLUMNS_BLOCK - 1);
    const uint32_t *row_of = COLUMN_FACET(a->columns, block, rows->facet);
    const uint32_t *column_of = COLUMN_FACET(a->columns, block, columns->facet);
    int64_t *table = pass->table;

    for (size_t i = 0; i < n; i++) {
        const uint32_t *row = row_of + (docs[i] & (COLUMNS_BLOCK - 1)),
                       *column = column_of + (docs[i] & (COLUMNS_BLOCK - 1));

        if (!((*row | *column) & COLUMN_LIST)) { /* at most one value each, as most have; place[0] is 0 */
            size_t r = (size_t)rows->place[*row] * columns->size, c = columns->place[*column];

            table[0]++;
            if (r)
                table[r]++;
            if (c)
                table[c]++;
            if (r && c)
                table[r + c]++;
            continue;
        }
        uint16_t in_rows[PLACES_MAX], in_columns[PLACES_MAX];
        size_t row_count = places_of(a, rows, row, in_rows), column_count = places_of(a, columns, column, in_columns);
        for (size_t r = 0; r < row_count; r++)
            for (size_t c = 0; c < column_count; c++)
                table[(size_t)in_rows[r] * columns->size + in_columns[c]]++;
    }
}

void cross_join(struct pass *pass, const struct pass *other)
{
    for (size_t i = 0; i < pass->ask->cells; i++)
        pass->table[i] += other->table[i];
}
