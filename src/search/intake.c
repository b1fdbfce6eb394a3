/* The columns of new documents, and what schema an index was made for: the same for every engine. */
#include "search/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define SORT_KEY_MAX 128
#define PARENTS_MAX  16

struct xt_hash schema_hash(const struct xt_search_schema *schema, const char *format)
{
    struct xt_hasher hasher;
    struct xt_hash hash;

    xt_hasher_init(&hasher);
    xt_hasher_add_str(&hasher, xt_str(format));
    for (size_t i = 0; i < schema->field_count; i++)
        xt_hasher_add_str(&hasher, xt_str(schema->fields[i].name));
    xt_hasher_add_str(&hasher, XT_STR("facets"));
    for (size_t i = 0; i < schema->facet_count; i++) {
        xt_hasher_add_str(&hasher, xt_str(schema->facets[i].name));
        xt_hasher_add_str(&hasher, schema->facets[i].parent ? XT_STR("nested") : XT_STR("flat"));
        xt_hasher_add_str(&hasher, schema->facets[i].is_year ? XT_STR("year") : XT_STR("text"));
    }
    xt_hasher_add_str(&hasher, XT_STR("ranges"));
    for (size_t i = 0; i < schema->range_count; i++)
        xt_hasher_add_str(&hasher, xt_str(schema->ranges[i].name));
    xt_hasher_add_str(&hasher, schema->stamp);
    xt_hasher_end(&hasher, &hash);
    return hash;
}

void intake_begin(struct intake *in, const struct xt_search_schema *schema, struct columns *columns, struct dict *dict,
                  const struct index_state *before)
{
    int month, day, year;

    *in = (struct intake){.schema = schema, .columns = columns, .dict = dict, .state = *before};
    xt_civil_from_days(xt_now() / (86400 * XT_SECOND), &year, &month, &day);
    in->this_year = year;
    in->state.generation++;
}

void intake_undo(struct intake *in)
{
    for (size_t i = 0; i < in->marked_count; i++)
        __atomic_store_n(COLUMN_DEAD(in->columns, in->marked[i]), 0, __ATOMIC_RELAXED);
    in->marked_count = 0;
}

void intake_done(struct intake *in)
{
    free(in->marked);
    in->marked = NULL;
}

void intake_kill(struct intake *in, uint32_t doc)
{
    xt_grow(&in->marked, &in->marked_capacity, in->marked_count + 1, sizeof *in->marked);
    in->marked[in->marked_count++] = doc;
    __atomic_store_n(COLUMN_DEAD(in->columns, doc), in->state.generation, __ATOMIC_RELAXED);
    in->state.live--;
    in->state.total_length -= *COLUMN_LENGTH(in->columns, doc);
}

uint16_t intake_length(const struct xt_search_doc *source, uint64_t tokens)
{
    tokens -= source->uncounted < tokens ? source->uncounted : tokens;
    return tokens > UINT16_MAX ? UINT16_MAX : (uint16_t)tokens;
}

void intake_forget_later_marks(struct columns *columns, const struct index_state *state)
{
    for (uint64_t doc = 0; doc < state->docs; doc++) {
        uint32_t *dead = COLUMN_DEAD(columns, (uint32_t)doc);

        if (*dead > state->generation)
            __atomic_store_n(dead, 0, __ATOMIC_RELAXED);
    }
}

/* The value's ordinal, made with those above it when it is new; 0 when it is empty or the facet is full. */
static uint32_t ordinal_of(const struct intake *in, unsigned facet, struct xt_str value, unsigned depth)
{
    const struct xt_search_facet *f = &in->schema->facets[facet];
    char copy[DICT_VALUE_BYTES_MAX + 1];
    uint32_t above = 0;

    value.n = xt_utf8_clip(value.s, value.n, DICT_VALUE_BYTES_MAX);
    if (value.n == 0)
        return 0;
    uint32_t ordinal = dict_find(in->dict, facet, value);
    if (ordinal)
        return ordinal;
    /* What parent() returns may lie in a buffer that its next call uses again. */
    memcpy(copy, value.s, value.n);
    copy[value.n] = '\0';
    value.s = copy;
    if (f->parent && depth < PARENTS_MAX) {
        const char *parent = f->parent(f->context, copy);
        if (parent && !xt_str_is(value, parent))
            above = ordinal_of(in, facet, xt_str(parent), depth + 1);
        ordinal = dict_find(in->dict, facet, value); /* a ring of parents made it meanwhile */
        if (ordinal)
            return ordinal;
    }
    return dict_add(in->dict, facet, value, above);
}

static void write_facet(struct intake *in, uint32_t doc, unsigned facet, const struct xt_search_doc *source)
{
    uint32_t *list = in->columns->pool + in->state.pool_used; /* room for all values was reserved */
    uint32_t count = 0, entry = 0;

    for (size_t i = 0; i < source->value_count; i++) {
        if (source->values[i].facet != facet)
            continue;
        uint32_t ordinal = ordinal_of(in, facet, source->values[i].value, 0), k = 0;
        while (k < count && list[k + 1] != ordinal)
            k++;
        if (ordinal == 0 || k < count)
            continue;
        list[++count] = ordinal;
        if (in->schema->facets[facet].is_year) {
            int32_t year = dict_entry(in->dict, facet, ordinal)->year;

            if (year <= in->this_year && year > in->state.newest_year)
                in->state.newest_year = year;
        }
    }
    if (count == 1) {
        entry = list[1];
    } else if (count > 1) {
        list[0] = count;
        entry = (uint32_t)in->state.pool_used | COLUMN_LIST;
        in->state.pool_used += count + 1;
    }
    *COLUMN_FACET(in->columns, doc, facet) = entry;
}

static void write_sort_key(struct intake *in, uint32_t doc, struct xt_str key)
{
    struct columns *columns = in->columns;
    uint64_t prefix = 0;

    if (key.n > SORT_KEY_MAX)
        key.n = SORT_KEY_MAX;
    for (size_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < key.n ? (uint8_t)key.s[i] : 0);
    *COLUMN_SORT(columns, doc) = prefix;
    *COLUMN_KEY(columns, doc) = 0;
    if (key.n == 0)
        return;
    uint32_t *place = columns->pool + in->state.pool_used;
    *COLUMN_KEY(columns, doc) = (uint32_t)in->state.pool_used;
    place[0] = (uint32_t)key.n;
    memcpy(place + 1, key.s, key.n);
    in->state.pool_used += 1 + (key.n + 3) / 4;
}

enum xt_code intake_columns(struct intake *in, uint32_t doc, const struct xt_search_doc *source, struct xt_error *err)
{
    struct columns *columns = in->columns;
    enum xt_code rc;

    columns->pool_used = in->state.pool_used < 2 ? 2 : in->state.pool_used; /* the mark stands in the first units */
    in->state.pool_used = columns->pool_used;
    rc = columns_reserve(columns, (uint64_t)doc + 1, source->value_count + SCHEMA_FACETS_MAX + 1 + SORT_KEY_MAX / 4 + 1,
                         err);
    if (rc != XT_OK)
        return rc;
    *COLUMN_ID(columns, doc) = source->id;
    *COLUMN_DATE(columns, doc) = source->date;
    __atomic_store_n(COLUMN_DEAD(columns, doc), 0, __ATOMIC_RELAXED);
    *COLUMN_CLASS(columns, doc) = (uint8_t)source->min_class;
    for (unsigned facet = 0; facet < columns->facet_count; facet++)
        write_facet(in, doc, facet, source);
    for (unsigned range = 0; range < columns->range_count; range++)
        *COLUMN_RANGE(columns, doc, range) = INT64_MIN;
    for (size_t i = 0; i < source->number_count; i++)
        *COLUMN_RANGE(columns, doc, source->numbers[i].range) = source->numbers[i].value;
    write_sort_key(in, doc, source->sort_key);
    return XT_OK;
}
