/* draft_key.c - what records are known by: an identifier, a name that does not repeat, or two columns together. */
#include <string.h>

#include "base/json.h"
#include "exchange/draft_priv.h"

#define PAIR_COLUMNS    12 /* columns tried two at a time */
#define KEY_CHARS       80 /* longer texts give keys by their hash */

#define pick(d, zh, en) ((d)->options->lang == XT_ZH ? zh : en)

/* The same row twice is no second record: its repeats do not count against a key, and a few more are let pass. */
static bool is_unique(const struct draft *d, const size_t *columns, size_t count, double *out_filled)
{
    int64_t filled, repeats;

    draft_sample_unique(&d->sample, columns, count, &filled, &repeats);
    *out_filled = d->sample.kept > 0 ? (double)filled / (double)d->sample.kept : 0;
    return filled > 0 && (double)(repeats - draft_sample_same_rows(&d->sample)) <= 0.02 * (double)filled;
}

/* Identifiers first, then names, then what is left out but does not repeat. */
static int rank(const struct draft *d, const struct draft_column *column)
{
    if (!column->field)
        return 0;
    if (column->field->kind == XT_KIND_IDENTIFIER)
        return column->field->identity || column->field->required ? 5 : 4;
    if (column->field == d->out->type->title)
        return 3;
    if (column->field->kind == XT_KIND_URL)
        return 2;
    return 1;
}

static const char *named(struct draft *d, const char *column)
{
    return xt_arena_printf(d->arena, "{%s}", column);
}

static bool is_long(const struct draft_column *column)
{
    return column->looks.chars_most > KEY_CHARS;
}

/* A repeated identifier may still be one: a register that has several rows of a thing (its results) repeats it. */
static bool is_identifier_all_the_same(const struct draft_column *column)
{
    return column->field && column->field->kind == XT_KIND_IDENTIFIER && column->repeated < 0.3;
}

static json_t *one_column(struct draft *d, const struct draft_column *column, double filled)
{
    d->out->key_why = xt_arena_printf(
        d->arena,
        pick(d, "“%s”在 %d%% 的行中有值，重复的占 %d%%", "\"%s\" stands in %d%% of the rows, %d%% of them repeat"),
        column->name, (int)(filled * 100), (int)(column->repeated * 100 + 0.5));
    if (is_long(column))
        return json_pack("{s:s, s:b}", "from", column->name, "hash", 1);
    return json_string(named(d, column->name));
}

/* The title with who or when, for rows without the identifier. */
static json_t *two_columns(struct draft *d, double *out_filled)
{
    size_t candidates[PAIR_COLUMNS], count = 0, i, k, pair[2];
    double filled;

    for (i = 0; i < d->sample.count && count < PAIR_COLUMNS; i++) {
        const struct draft_column *column = &d->sample.columns[i];

        if (column->field == d->out->type->title && !is_long(column))
            candidates[count++] = i;
    }
    for (i = 0; i < d->sample.count && count < PAIR_COLUMNS; i++) {
        const struct draft_column *column = &d->sample.columns[i];

        if (column->field && column->field != d->out->type->title && !is_long(column) && !column->split[0] &&
            (double)column->filled > 0.9 * (double)d->sample.kept)
            candidates[count++] = i;
    }
    for (i = 0; i < count; i++) {
        for (k = i + 1; k < count; k++) {
            pair[0] = candidates[i];
            pair[1] = candidates[k];
            if (is_unique(d, pair, 2, &filled) && filled > 0.9) {
                *out_filled = filled;
                return json_string(xt_arena_printf(d->arena, "{%s}|{%s}", d->sample.columns[pair[0]].name,
                                                   d->sample.columns[pair[1]].name));
            }
        }
    }
    return NULL;
}

json_t *draft_key(struct draft *d)
{
    const struct draft_column *best = NULL;
    double filled = 0, best_filled = 0, pair_filled = 0;
    json_t *first, *second;
    size_t i;

    for (i = 0; i < d->sample.count; i++) {
        const struct draft_column *column = &d->sample.columns[i];

        if (rank(d, column) < 2 || (best && rank(d, column) <= rank(d, best)))
            continue;
        if ((is_unique(d, &i, 1, &filled) || is_identifier_all_the_same(column)) && filled > 0.5) {
            best = column;
            best_filled = filled;
        }
    }
    if (best && (best_filled > 0.995 || rank(d, best) < 3))
        return one_column(d, best, best_filled);
    second = two_columns(d, &pair_filled);
    if (!best) {
        d->out->key_why = second ? pick(d, "两列合起来几乎不重复", "the two columns together hardly repeat")
                                 : pick(d, "没有不重复的列：记录由整行内容的散列值识别",
                                        "no column is without repeats: records are known by the hash of their row");
        return second;
    }
    first = one_column(d, best, best_filled);
    return second ? json_pack("[o, o]", first, second) : first;
}
