/* gather.c - rows that agree in some columns as one row. */
#include "exchange/gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/spill.h"
#include "exchange/mapping_priv.h"
#include "text/token.h"

#define HEADS_MAX 4000

struct entry { /* a row that was added */
    uint64_t key;
    uint64_t at; /* in the spill; later rows lie behind */
};
struct group {
    size_t from, count; /* entries */
    uint64_t at;        /* of the first */
    bool too_many;      /* they were: what is left of them, too */
};

struct xt_gather {
    const struct xt_mapping *mapping;
    const struct gather_plan *plan;
    struct xt_arena arena; /* heads */
    struct xt_arena part;  /* of the part at hand */
    struct xt_str heads[HEADS_MAX], folded[HEADS_MAX];
    size_t head_count;
    size_t *to; /* columns of the part: which head */
    size_t part_count;
    struct xt_spill *spill;
    struct xt_text one; /* a row as it goes there */
    struct entry *entries;
    size_t count, capacity;
    bool ready;
    int by[XT_GATHER_BY_MAX], name, value; /* heads; -1 = none */
    struct group *groups;
    size_t group_count, next;
    /* of the present row */
    struct xt_arena row;
    struct xt_row *rows;
    size_t row_count;
    struct xt_str *cells;
    json_t **lists;
};

/* What stands before the cells of a row in the spill. */
struct kept {
    int64_t number, bytes_done;
    uint32_t raw, member, sheet, file, title; /* bytes */
    uint32_t cells;
};

/* ---- columns ---- */

static int find(const struct xt_gather *gather, struct xt_str name)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    size_t i;

    for (i = 0; i < gather->head_count; i++) {
        if (xt_str_eq(gather->heads[i], name))
            return (int)i;
    }
    xt_text_init(&text, XT_MIB);
    xt_fold(name, &text);
    for (i = 0; i < gather->head_count && text.n > 0; i++) {
        if (xt_str_eq(gather->folded[i], xt_text_view(&text)))
            return (int)i;
    }
    return -1;
}

static int add_head(struct xt_gather *gather, struct xt_str name)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    size_t i = gather->head_count;

    if (i == HEADS_MAX)
        return -1;
    xt_text_init(&text, XT_MIB);
    xt_fold(name, &text);
    gather->heads[i] = (struct xt_str){xt_arena_strndup(&gather->arena, name.n ? name.s : "", name.n), name.n};
    gather->folded[i] = (struct xt_str){xt_arena_strndup(&gather->arena, text.n ? text.s : "", text.n), text.n};
    return (int)gather->head_count++;
}

static enum xt_code need(const struct xt_gather *gather, const char *name, const struct xt_str *heads, size_t count,
                         struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text have = {0};
    int head = find(gather, xt_str(name));
    size_t i;

    for (i = 0; i < count; i++) {
        if (head >= 0 && gather->to[i] == (size_t)head)
            return XT_OK;
    }
    xt_text_init(&have, 4 * XT_KIB);
    for (i = 0; i < count && have.n < 400; i++) {
        if (i > 0)
            xt_text_add_z(&have, "、");
        xt_text_add(&have, heads[i].s, xt_utf8_clip(heads[i].s, heads[i].n, 60));
    }
    return xt_fail(err, XT_E_INPUT, "", XT_MSG_GATHER_COLUMNS, XT_TEXT(name), XT_TEXT(have.s ? have.s : ""));
}

enum xt_code xt_gather_part(struct xt_gather *gather, const struct xt_str *heads, size_t count, struct xt_error *err)
{
    const struct gather_plan *plan = gather->plan;
    enum xt_code rc = XT_OK;
    size_t i;

    xt_arena_clear(&gather->part);
    gather->to = xt_arena_alloc(&gather->part, (count + 1) * sizeof *gather->to);
    gather->part_count = count;
    for (i = 0; i < count; i++) {
        int head = find(gather, heads[i]);

        if (head < 0)
            head = add_head(gather, heads[i]);
        gather->to[i] = head < 0 ? HEADS_MAX : (size_t)head;
    }
    for (i = 0; i < plan->by_count && rc == XT_OK; i++)
        rc = need(gather, plan->by[i], heads, count, err);
    if (rc == XT_OK && plan->name)
        rc = need(gather, plan->name, heads, count, err);
    if (rc == XT_OK && plan->value)
        rc = need(gather, plan->value, heads, count, err);
    if (rc != XT_OK)
        return rc;
    for (i = 0; i < plan->by_count; i++)
        gather->by[i] = find(gather, xt_str(plan->by[i]));
    gather->name = plan->name ? find(gather, xt_str(plan->name)) : -1;
    gather->value = plan->value ? find(gather, xt_str(plan->value)) : -1;
    return XT_OK;
}

struct xt_gather *xt_gather_new(const struct xt_mapping *mapping)
{
    struct xt_gather *gather;

    if (!mapping->gather.by)
        return NULL;
    gather = xt_calloc(1, sizeof *gather);
    gather->mapping = mapping;
    gather->plan = &mapping->gather;
    xt_arena_init(&gather->arena);
    xt_arena_init(&gather->part);
    xt_arena_init(&gather->row);
    xt_text_init(&gather->one, XT_GIB);
    gather->spill = xt_spill_new();
    gather->name = gather->value = -1;
    return gather;
}

static void drop_row(struct xt_gather *gather)
{
    size_t i;

    for (i = 0; gather->lists && i < gather->head_count; i++)
        json_decref(gather->lists[i]);
    gather->lists = NULL;
    gather->row_count = 0;
    xt_arena_clear(&gather->row);
}

void xt_gather_free(struct xt_gather **gather)
{
    struct xt_gather *g = *gather;

    if (!g)
        return;
    drop_row(g);
    xt_spill_free(&g->spill);
    xt_text_done(&g->one);
    free(g->entries);
    free(g->groups);
    xt_arena_done(&g->row);
    xt_arena_done(&g->part);
    xt_arena_done(&g->arena);
    free(g);
    *gather = NULL;
}

/* ---- rows in ---- */

/* The cell of a row of the part that goes to head. */
static struct xt_str cell_of(const struct xt_gather *gather, const struct xt_row *row, int head)
{
    size_t i;

    for (i = 0; i < row->count && i < gather->part_count; i++) {
        if (gather->to[i] == (size_t)head)
            return xt_str_trim(row->cells[i]);
    }
    return (struct xt_str){"", 0};
}

static uint64_t key_of(const struct xt_gather *gather, const struct xt_row *row)
{
    uint64_t key = 0;
    bool any = false;
    size_t i;

    for (i = 0; i < gather->plan->by_count; i++) {
        struct xt_str s = cell_of(gather, row, gather->by[i]);

        key = key * 31 + xt_hash64(s.s, s.n);
        any = any || s.n > 0;
    }
    return any ? key : xt_hash64(&gather->count, sizeof gather->count); /* it has nothing to agree in */
}

static void write_row(struct xt_gather *gather, const struct xt_row *row)
{
    struct kept kept = {
        .number = row->number,
        .bytes_done = row->bytes_done,
        .raw = (uint32_t)row->raw.n,
        .member = (uint32_t)row->member.n,
        .sheet = (uint32_t)row->sheet.n,
        .file = (uint32_t)row->file.n,
        .title = (uint32_t)row->title.n,
        .cells = (uint32_t)gather->head_count,
    };
    const struct xt_str beside[] = {row->raw, row->member, row->sheet, row->file, row->title};
    size_t i, k;

    xt_text_clear(&gather->one);
    xt_text_add(&gather->one, (const char *)&kept, sizeof kept);
    for (i = 0; i < XT_COUNT(beside); i++)
        xt_text_add_str(&gather->one, beside[i]);
    for (k = 0; k < gather->head_count; k++) {
        struct xt_str s = cell_of(gather, row, (int)k);
        uint32_t n = (uint32_t)s.n;

        xt_text_add(&gather->one, (const char *)&n, sizeof n);
        xt_text_add_str(&gather->one, s);
    }
}

enum xt_code xt_gather_add(struct xt_gather *gather, const struct xt_row *row, struct xt_error *err)
{
    if (gather->count == XT_GATHER_ROWS_MAX)
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_GATHER_TOO_MANY, XT_INT(XT_GATHER_ROWS_MAX));
    xt_grow(&gather->entries, &gather->capacity, gather->count + 1, sizeof *gather->entries);
    gather->entries[gather->count] = (struct entry){key_of(gather, row), xt_spill_size(gather->spill)};
    gather->count++;
    write_row(gather, row);
    return xt_spill_add(gather->spill, xt_text_view(&gather->one), err);
}

/* ---- rows out ---- */

static const char *take(const char **at, size_t n)
{
    const char *here = *at;

    *at += n;
    return here;
}

static void read_row(struct xt_gather *gather, uint64_t at, struct xt_row *out)
{
    const char *p = xt_spill_bytes(gather->spill) + at;
    struct xt_str *cells;
    struct kept kept;
    size_t i;

    memcpy(&kept, take(&p, sizeof kept), sizeof kept);
    cells = xt_arena_alloc(&gather->row, (kept.cells + 1) * sizeof *cells);
    *out = (struct xt_row){.number = kept.number, .bytes_done = kept.bytes_done, .cells = cells, .count = kept.cells};
    out->raw = (struct xt_str){take(&p, kept.raw), kept.raw};
    out->member = (struct xt_str){take(&p, kept.member), kept.member};
    out->sheet = (struct xt_str){take(&p, kept.sheet), kept.sheet};
    out->file = (struct xt_str){take(&p, kept.file), kept.file};
    out->title = (struct xt_str){take(&p, kept.title), kept.title};
    for (i = 0; i < kept.cells; i++) {
        uint32_t n;

        memcpy(&n, take(&p, sizeof n), sizeof n);
        cells[i] = (struct xt_str){take(&p, n), n};
    }
}

static int by_key(const void *a, const void *b)
{
    const struct entry *l = a, *r = b;

    if (l->key != r->key)
        return l->key < r->key ? -1 : 1;
    return l->at < r->at ? -1 : l->at > r->at;
}

static int by_first(const void *a, const void *b)
{
    const struct group *l = a, *r = b;

    return l->at < r->at ? -1 : l->at > r->at;
}

static void make_groups(struct xt_gather *gather)
{
    size_t i, from = 0, capacity = 0;

    if (gather->count > 0)
        qsort(gather->entries, gather->count, sizeof *gather->entries, by_key);
    for (i = 1; i <= gather->count; i++) {
        if (i < gather->count && gather->entries[i].key == gather->entries[from].key)
            continue;
        xt_grow(&gather->groups, &capacity, gather->group_count + 1, sizeof *gather->groups);
        gather->groups[gather->group_count++] = (struct group){
            .from = from,
            .count = i - from,
            .at = gather->entries[from].at,
            .too_many = i - from > XT_GATHER_ONE_MAX,
        };
        from = i;
    }
    if (gather->group_count > 0)
        qsort(gather->groups, gather->group_count, sizeof *gather->groups, by_first);
}

size_t xt_gather_heads(const struct xt_gather *gather, const struct xt_str **out_heads)
{
    *out_heads = gather->heads;
    return gather->head_count;
}

size_t xt_gather_columns(struct xt_gather *gather, const struct xt_str **out_heads)
{
    size_t i;

    for (i = 0; i < gather->mapping->ref_count && gather->plan->name; i++) {
        if (find(gather, xt_str(gather->mapping->refs[i].name)) < 0)
            (void)add_head(gather, xt_str(gather->mapping->refs[i].name)); /* past the cap it stays empty */
    }
    *out_heads = gather->heads;
    return gather->head_count;
}

size_t xt_gather_rows(const struct xt_gather *gather, const struct xt_row **out_rows)
{
    *out_rows = gather->rows;
    return gather->row_count;
}

/* One more text of a column, unless it is what the row before said. */
static void put_text(struct xt_gather *gather, int head, struct xt_str s)
{
    json_t **list;

    if (head < 0 || s.n == 0)
        return;
    list = &gather->lists[head];
    if (gather->cells[head].n == 0) {
        gather->cells[head] = s;
    } else if (*list || !xt_str_eq(gather->cells[head], s)) {
        if (!*list)
            *list = json_pack("[s%]", gather->cells[head].s, gather->cells[head].n);
        if (!xt_str_eq(s, xt_json_view(json_array_get(*list, json_array_size(*list) - 1))))
            json_array_append_new(*list, json_stringn(s.s, s.n));
    }
}

static struct xt_str kept_cell(const struct xt_row *row, int head)
{
    return head >= 0 && (size_t)head < row->count ? row->cells[head] : (struct xt_str){"", 0};
}

static void make_row(struct xt_gather *gather, struct xt_row *out)
{
    size_t i;
    int k;

    gather->cells = xt_arena_alloc(&gather->row, (gather->head_count + 1) * sizeof *gather->cells);
    gather->lists = xt_arena_alloc(&gather->row, (gather->head_count + 1) * sizeof(json_t *));
    for (i = 0; i < gather->row_count; i++) {
        const struct xt_row *row = &gather->rows[i];

        for (k = 0; k < (int)gather->head_count; k++) {
            if (k != gather->name && k != gather->value)
                put_text(gather, k, kept_cell(row, k));
        }
        if (gather->name >= 0)
            put_text(gather, find(gather, kept_cell(row, gather->name)), kept_cell(row, gather->value));
    }
    for (k = 0; k < (int)gather->head_count; k++) {
        if (!gather->cells[k].s)
            gather->cells[k].s = "";
    }
    *out = gather->rows[0];
    out->part = 1;
    out->cells = gather->cells;
    out->count = gather->head_count;
    out->lists = gather->lists;
}

static bool has_key(const struct xt_gather *gather, const struct xt_row *row)
{
    size_t i;

    for (i = 0; i < gather->plan->by_count; i++) {
        if (kept_cell(row, gather->by[i]).n > 0)
            return true;
    }
    return false;
}

/* How many rows from the first agree with it: all, unless texts that differ have one hash. */
static size_t agreeing(const struct xt_gather *gather)
{
    size_t i, k;

    for (i = 1; i < gather->row_count; i++) {
        for (k = 0; k < gather->plan->by_count; k++) {
            if (!xt_str_eq(kept_cell(&gather->rows[0], gather->by[k]), kept_cell(&gather->rows[i], gather->by[k])))
                return i;
        }
    }
    return gather->row_count;
}

static enum xt_code get_ready(struct xt_gather *gather, struct xt_error *err)
{
    if (gather->ready)
        return XT_OK;
    gather->ready = true;
    make_groups(gather);
    return xt_spill_ready(gather->spill, err);
}

/* The rows that are one row now; those that are too many come in pieces. */
static void read_rows(struct xt_gather *gather, struct group *group)
{
    size_t count = group->count < XT_GATHER_ONE_MAX ? group->count : XT_GATHER_ONE_MAX, i;

    gather->rows = xt_arena_alloc(&gather->row, count * sizeof *gather->rows);
    for (i = 0; i < count; i++)
        read_row(gather, gather->entries[group->from + i].at, &gather->rows[i]);
    gather->row_count = count;
    gather->row_count = agreeing(gather);
    group->from += gather->row_count;
    group->count -= gather->row_count;
    if (group->count == 0)
        gather->next++;
}

enum xt_code xt_gather_next(struct xt_gather *gather, struct xt_row *row, bool *out_more, struct xt_error *err)
{
    enum xt_code rc = get_ready(gather, err);
    struct group *group;

    *out_more = false;
    drop_row(gather);
    if (rc != XT_OK || gather->next == gather->group_count)
        return rc;
    *out_more = true;
    group = &gather->groups[gather->next];
    read_rows(gather, group);
    if (group->too_many) {
        *row = gather->rows[0];
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_GATHER_ROWS, XT_TEXT(gather->plan->by[0]),
                       XT_INT(XT_GATHER_ONE_MAX));
    }
    if (gather->name >= 0 && !has_key(gather, &gather->rows[0])) {
        *row = gather->rows[0];
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_GATHER_NOTHING, XT_TEXT(gather->plan->by[0]));
    }
    make_row(gather, row);
    return XT_OK;
}
