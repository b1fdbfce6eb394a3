/* mapping_plan.c - a mapping bound to the columns of one file, and rows through it. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/number.h"
#include "exchange/export.h"
#include "exchange/mapping_priv.h"
#include "text/token.h"

#define MEMORY_SLOTS   65536u
#define MEMORY_WAYS    16u
#define NAMES_MAX      400 /* bytes of column names in a message */
#define CELL_MAX       120 /* bytes of a cell's text beside its column */
#define PART_BYTES_MAX 100

/* ---- what earlier rows told ---- */

struct memory_slot {
    uint64_t hash; /* of name and key; the key itself is a hash already */
    char *value;   /* owned; NULL = free */
    size_t n;
};
struct xt_memory {
    struct memory_slot slots[MEMORY_SLOTS];
};

struct xt_memory *xt_memory_new(void)
{
    return xt_calloc(1, sizeof(struct xt_memory));
}

void xt_memory_free(struct xt_memory **memory)
{
    size_t i;

    if (!*memory)
        return;
    for (i = 0; i < MEMORY_SLOTS; i++)
        free((*memory)->slots[i].value);
    free(*memory);
    *memory = NULL;
}

static uint64_t memory_hash(const char *name, struct xt_str key)
{
    return xt_hash64(key.s, key.n) ^ (xt_hash64(name, strlen(name)) * 3);
}

/* A hash has a few places; the one it has already, a free one, or that of an older text is taken: memory stays flat. */
void xt_memory_put(struct xt_memory *memory, const char *name, struct xt_str key, struct xt_str value)
{
    uint64_t hash = memory_hash(name, key);
    struct memory_slot *ways = &memory->slots[hash % (MEMORY_SLOTS / MEMORY_WAYS) * MEMORY_WAYS], *slot = NULL;
    size_t i;

    for (i = 0; i < MEMORY_WAYS && !slot; i++) {
        if (ways[i].value && ways[i].hash == hash)
            slot = &ways[i];
    }
    for (i = 0; i < MEMORY_WAYS && !slot; i++) {
        if (!ways[i].value)
            slot = &ways[i];
    }
    if (!slot)
        slot = &ways[(hash >> 32) % MEMORY_WAYS];
    free(slot->value);
    *slot = (struct memory_slot){hash, xt_strndup(value.s, value.n), value.n};
}

struct xt_str xt_memory_get(const struct xt_memory *memory, const char *name, struct xt_str key)
{
    uint64_t hash = memory_hash(name, key);
    const struct memory_slot *ways = &memory->slots[hash % (MEMORY_SLOTS / MEMORY_WAYS) * MEMORY_WAYS];
    size_t i;

    for (i = 0; i < MEMORY_WAYS; i++) {
        if (ways[i].value && ways[i].hash == hash)
            return (struct xt_str){ways[i].value, ways[i].n};
    }
    return (struct xt_str){"", 0};
}

/* ---- plans ---- */

struct direct_column {
    const struct xt_field *field; /* NULL: nothing reads it */
    bool goes_on;                 /* it is what an earlier column could not hold */
};

struct xt_plan {
    const struct xt_mapping *mapping;
    const struct xt_type *direct_type; /* columns are its fields; NULL: the mapping says what they are */
    struct xt_arena arena;             /* of the plan */
    struct xt_arena row;               /* of the present row */
    const struct xt_str *heads;
    size_t head_count;
    int *columns;   /* of refs */
    bool *used;     /* of heads */
    bool *listed;   /* of heads: cells hold lists */
    json_t **lists; /* of heads, for the present row: owned; NULL when the mapping has none */
    struct direct_column *direct;
    int key_column;                 /* of "_key", -1 = none */
    int rejects[XT_REJECT_COLUMNS]; /* columns of a rejects file, -1 = none */
    bool headless;                  /* JSON */
    struct match_slot *matches;
    struct xt_memory *memory;
    bool own_memory;
    struct xt_mapped_record *records; /* heap; those past record_count are ready for reuse */
    size_t record_count, record_capacity;
    bool too_many;
    struct xt_text *carried; /* of the mapping's carries */
    struct left_out *left_out;
};

static void fold_into(struct xt_str s, struct xt_text *out)
{
    xt_text_clear(out);
    xt_fold(s, out);
}

static int find_head(const struct xt_plan *plan, const char *name)
{
    XT_AUTO(xt_text_done) struct xt_text a = {0};
    XT_AUTO(xt_text_done) struct xt_text b = {0};
    size_t i;

    for (i = 0; i < plan->head_count; i++) {
        if (xt_str_is(plan->heads[i], name))
            return (int)i;
    }
    xt_text_init(&a, 4 * XT_KIB);
    xt_text_init(&b, 4 * XT_KIB);
    fold_into(xt_str(name), &a);
    for (i = 0; i < plan->head_count && a.n > 0; i++) {
        fold_into(plan->heads[i], &b);
        if (xt_str_eq(xt_text_view(&a), xt_text_view(&b)))
            return (int)i;
    }
    return -1;
}

static void list_heads(const struct xt_plan *plan, struct xt_text *out)
{
    size_t i;

    for (i = 0; i < plan->head_count && out->n < NAMES_MAX; i++) {
        if (i > 0)
            xt_text_add_z(out, "、");
        xt_text_add(out, plan->heads[i].s, xt_utf8_clip(plan->heads[i].s, plan->heads[i].n, 60));
    }
}

/* Whether the file has the column; what an element or a row above gives is there in every file. */
static bool ref_feeds(const struct xt_plan *plan, int ref)
{
    return ref < 0 || plan->columns[ref] >= 0 || plan->mapping->refs[ref].carried > 0 ||
           plan->mapping->refs[ref].of_place;
}

/* Whether a spec can give anything at all in this file. */
static bool spec_feeds(const struct xt_plan *plan, const struct spec *spec)
{
    size_t i, k;

    switch (spec->kind) {
    case SPEC_FROM:
        for (i = 0; i < spec->ref_count; i++) {
            if (ref_feeds(plan, spec->refs[i]))
                return true;
        }
        return false;
    case SPEC_TEXT:
        for (i = 0; i < spec->pattern_count; i++) {
            bool all = true;

            for (k = 0; k < spec->patterns[i].count; k++)
                all = all && ref_feeds(plan, spec->patterns[i].parts[k].ref);
            if (all)
                return true;
        }
        return spec->pattern_count == 0;
    case SPEC_ALL:
        for (i = 0; i < spec->all_count; i++) {
            if (spec_feeds(plan, &spec->all[i]))
                return true;
        }
        return false;
    case SPEC_VALUE:
    case SPEC_RECALL:
        break;
    }
    return true;
}

/* 名称“水资源研究” */
static void add_cell(const struct xt_plan *plan, int ref, const struct xt_row *row, struct xt_text *out)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct nodes nodes = {0};
    struct xt_str cell = {"", 0};
    char *dump = NULL;

    xt_arena_init(&arena);
    if (plan->mapping->refs[ref].carried > 0) {
        cell = xt_text_view(&plan->carried[plan->mapping->refs[ref].carried - 1]);
    } else if (row->json) {
        xt_eval_nodes(row->json, &plan->mapping->refs[ref], &nodes, &arena);
        if (nodes.count > 0 && json_is_string(nodes.list[0]))
            cell = xt_json_view(nodes.list[0]);
        else if (nodes.count > 0)
            cell = xt_str(dump = json_dumps(nodes.list[0], JSON_COMPACT | JSON_ENCODE_ANY));
    } else if (plan->columns[ref] >= 0 && (size_t)plan->columns[ref] < row->count) {
        cell = row->cells[plan->columns[ref]];
    }
    xt_text_add_z(out, "“");
    xt_text_add(out, cell.s, xt_utf8_clip(cell.s, cell.n, CELL_MAX));
    xt_text_add_z(out, cell.n > CELL_MAX ? "…”" : "”");
    free(dump);
}

/* ---- which columns feed a field ---- */

#define REFS_MAX 64

struct ref_list {
    int refs[REFS_MAX];
    size_t count;
};

static void add_ref(const struct xt_plan *plan, int ref, struct ref_list *out)
{
    size_t i;

    if (ref < 0 || (!plan->headless && !ref_feeds(plan, ref)))
        return;
    for (i = 0; i < out->count; i++) {
        if (out->refs[i] == ref)
            return; /* the same once more */
    }
    if (out->count < REFS_MAX)
        out->refs[out->count++] = ref;
}

static void pattern_refs(const struct xt_plan *plan, const struct pattern *patterns, size_t count, struct ref_list *out)
{
    size_t i, k;

    for (i = 0; i < count; i++) {
        for (k = 0; k < patterns[i].count; k++) {
            if (patterns[i].parts[k].ref >= 0)
                add_ref(plan, patterns[i].parts[k].ref, out);
        }
    }
}

static void spec_refs(const struct xt_plan *plan, const struct spec *spec, struct ref_list *out)
{
    size_t i;

    for (i = 0; i < spec->ref_count; i++)
        add_ref(plan, spec->refs[i], out);
    pattern_refs(plan, spec->patterns, spec->pattern_count, out);
    for (i = 0; i < spec->all_count; i++)
        spec_refs(plan, &spec->all[i], out);
    for (i = 0; i < spec->each_count; i++)
        add_ref(plan, spec->each[i], out);
    for (i = 0; i < spec->field_count; i++)
        spec_refs(plan, &spec->fields[i].spec, out);
}

static struct xt_str first_name(struct xt_str path)
{
    size_t n = 0;

    while (n < path.n && path.s[n] != '.' && path.s[n] != '[')
        n++;
    return (struct xt_str){path.s, n};
}

static void field_refs(const struct xt_plan *plan, size_t record, struct xt_str field, struct ref_list *out)
{
    const struct xt_mapping *m = plan->mapping;
    size_t i;

    for (i = 0; record < m->record_count && i < m->records[record].field_count; i++) {
        if (xt_str_is(field, m->records[record].fields[i].field->name))
            spec_refs(plan, &m->records[record].fields[i].spec, out);
    }
}

/* A main record needs its key (any alternative) and its required fields: what no row can have is said once. */
static enum xt_code check_columns(const struct xt_plan *plan, struct xt_error *err)
{
    const struct record_plan *record = &plan->mapping->records[0];
    XT_AUTO(xt_text_done) struct xt_text missing = {0};
    XT_AUTO(xt_text_done) struct xt_text have = {0};
    bool key = record->key_count == 0;
    size_t i;

    xt_text_init(&missing, 4 * XT_KIB);
    xt_text_init(&have, 4 * XT_KIB);
    for (i = 0; i < record->key_count && !key; i++)
        key = spec_feeds(plan, &record->keys[i]);
    if (!key)
        xt_text_add_z(&missing, record->key_source);
    for (i = 0; i < record->field_count; i++) {
        const struct field_step *step = &record->fields[i];

        if (!step->field->required || step->spec.otherwise || step->spec.each_count > 0 ||
            spec_feeds(plan, &step->spec))
            continue;
        if (missing.n > 0)
            xt_text_add_z(&missing, "、");
        xt_text_add_z(&missing, step->spec.ref_count > 0 ? plan->mapping->refs[step->spec.refs[0]].name
                                                         : step->field->labels[XT_ZH]);
    }
    if (missing.n == 0)
        return XT_OK;
    list_heads(plan, &have);
    return xt_fail(err, XT_E_INPUT, "", XT_MSG_MAPPING_COLUMNS, XT_TEXT(missing.s), XT_TEXT(have.s));
}

/* The column of a ref: by its whole name, or a path into the lists that a column holds ("units[0]"). */
static int find_column(const struct xt_plan *plan, const struct ref *ref)
{
    int column = find_head(plan, ref->from_root ? ref->name + strlen("$.") : ref->name);

    if (column < 0 && ref->step_count > 0 && ref->steps[0].kind == STEP_NAME && plan->lists) {
        column = find_head(plan, ref->steps[0].name);
        if (column >= 0 && !plan->listed[column])
            column = -1;
    }
    return column;
}

/* Where a row may have lists: in columns named so, and in all when rows are gathered. */
static void bind_lists(struct xt_plan *plan)
{
    const struct xt_mapping *m = plan->mapping;
    size_t i;

    if (plan->headless || (m->list_count == 0 && !m->gather.by))
        return;
    plan->listed = xt_arena_alloc(&plan->arena, plan->head_count + 1);
    plan->lists = xt_arena_alloc(&plan->arena, (plan->head_count + 1) * sizeof(json_t *));
    for (i = 0; i < m->list_count; i++) {
        int column = find_head(plan, m->lists[i]);

        if (column >= 0)
            plan->listed[column] = true;
    }
}

static void mark_used(struct xt_plan *plan, const char *name)
{
    int column = name ? find_head(plan, name) : -1;

    if (column >= 0)
        plan->used[column] = true;
}

static void bind_refs(struct xt_plan *plan)
{
    const struct xt_mapping *m = plan->mapping;
    size_t i;

    bind_lists(plan);
    for (i = 0; i < m->gather.by_count; i++)
        mark_used(plan, m->gather.by[i]);
    mark_used(plan, m->gather.name);
    mark_used(plan, m->gather.value);
    plan->columns = xt_arena_alloc(&plan->arena, (m->ref_count + 1) * sizeof *plan->columns);
    for (i = 0; i < m->ref_count; i++) {
        plan->columns[i] = find_column(plan, &m->refs[i]);
        if (plan->columns[i] >= 0)
            plan->used[plan->columns[i]] = true;
    }
}

/* "摘要 (+2)" is more of "摘要". */
static void bind_field(struct xt_plan *plan, size_t column)
{
    struct direct_column *direct = &plan->direct[column];
    struct xt_str base;

    direct->field = xt_type_field_by_head(plan->direct_type, plan->heads[column]);
    if (direct->field || !xt_export_continues(plan->heads[column], &base))
        return;
    direct->field = xt_type_field_by_head(plan->direct_type, base);
    direct->goes_on = direct->field != NULL;
}

static enum xt_code bind_direct(struct xt_plan *plan, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text have = {0};
    bool any = plan->headless;
    size_t i;

    plan->direct = xt_arena_alloc(&plan->arena, (plan->head_count + 1) * sizeof *plan->direct);
    for (i = 0; i < plan->head_count; i++) {
        if (xt_str_is(plan->heads[i], "_key")) {
            plan->key_column = (int)i;
            plan->used[i] = true;
        } else if (!xt_str_starts(plan->heads[i], "_")) {
            bind_field(plan, i);
            plan->used[i] = plan->direct[i].field != NULL;
            any = any || plan->used[i];
        } else {
            plan->used[i] = true; /* reason columns of a rejects file */
        }
    }
    if (any)
        return XT_OK;
    xt_text_init(&have, 4 * XT_KIB);
    list_heads(plan, &have);
    return xt_fail(err, XT_E_INPUT, "", XT_MSG_MAPPING_NO_COLUMN, XT_TEXT(plan->direct_type->labels[XT_ZH]),
                   XT_TEXT(have.s));
}

/* The names a mapping gives to the columns of a file without head. */
static void name_columns(struct xt_plan *plan, const struct xt_str *heads, size_t count)
{
    const struct xt_mapping *m = plan->mapping;
    struct xt_str *copy = xt_arena_alloc(&plan->arena, (count + 1) * sizeof *copy);
    size_t i;

    for (i = 0; i < count; i++) {
        struct xt_str head =
            m->columns ? i < m->column_count ? xt_str(m->columns[i]) : (struct xt_str){"", 0} : heads[i];

        copy[i] = (struct xt_str){xt_arena_strndup(&plan->arena, head.s, head.n), head.n};
    }
    plan->heads = copy;
    plan->head_count = count;
}

static bool is_word(struct xt_str text, const char *word)
{
    return word && xt_str_is(text, word);
}

/* The type that a sheet, or a file of an archive, is named by. Names of sheets are cut at 31 characters. */
static const struct xt_type *type_named(const struct xt_region *region, struct xt_str part)
{
    const char *slash = part.n > 0 ? memrchr(part.s, '/', part.n) : NULL, *dot;
    size_t i;

    if (slash)
        part = (struct xt_str){slash + 1, part.n - (size_t)(slash + 1 - part.s)};
    dot = part.n > 0 ? memchr(part.s, '.', part.n) : NULL;
    if (dot)
        part.n = (size_t)(dot - part.s);
    for (i = 0; i < region->type_count; i++) {
        const struct xt_type *type = &region->types[i];

        if (is_word(part, type->name) || is_word(part, type->labels[XT_ZH]) || is_word(part, type->labels[XT_EN]))
            return type;
    }
    return NULL;
}

enum xt_code xt_plan_new(const struct xt_mapping *mapping, const struct xt_str *heads, size_t count,
                         struct xt_plan **out, struct xt_error *err)
{
    return xt_plan_new_part(mapping, XT_STR(""), heads, count, out, err);
}

enum xt_code xt_plan_new_part(const struct xt_mapping *mapping, struct xt_str part, const struct xt_str *heads,
                              size_t count, struct xt_plan **out, struct xt_error *err)
{
    XT_AUTO(xt_plan_free) struct xt_plan *plan = xt_calloc(1, sizeof *plan);
    enum xt_code rc = XT_OK;
    size_t i;

    xt_arena_init(&plan->arena);
    xt_arena_init(&plan->row);
    plan->mapping = mapping;
    plan->left_out = xt_calloc(mapping->step_count + 1, sizeof *plan->left_out);
    plan->carried = xt_calloc(mapping->carry_count + 1, sizeof *plan->carried);
    for (i = 0; i < mapping->carry_count; i++)
        xt_text_init(&plan->carried[i], 64 * XT_KIB);
    plan->key_column = -1;
    for (i = 0; i < XT_REJECT_COLUMNS; i++)
        plan->rejects[i] = -1;
    for (i = 0; i < count; i++)
        plan->rejects[xt_reject_column(heads[i])] = (int)i;
    plan->headless = count == 0;
    name_columns(plan, heads, count);
    plan->used = xt_arena_alloc(&plan->arena, count + 1);
    plan->direct_type = mapping->any ? type_named(mapping->region, part) : mapping->direct;
    if (mapping->any && !plan->headless && !plan->direct_type) {
        rc = xt_fail(err, XT_E_INPUT, "", XT_MSG_EXPORT_NO_TYPE, XT_VIEW(part));
    } else if (mapping->any && plan->headless) {
        plan->direct_type = NULL; /* each object says it */
    } else if (plan->direct_type) {
        rc = bind_direct(plan, err);
    } else {
        bind_refs(plan);
        if (!plan->headless)
            rc = check_columns(plan, err);
    }
    if (rc != XT_OK)
        return rc;
    *out = plan;
    plan = NULL;
    return XT_OK;
}

void xt_plan_remember_in(struct xt_plan *plan, struct xt_memory *memory)
{
    plan->memory = memory;
}

static void drop_bodies(struct xt_plan *plan)
{
    size_t i;

    for (i = 0; i < plan->record_count; i++) {
        json_decref(plan->records[i].body);
        plan->records[i].body = NULL;
        xt_problems_clear(&plan->records[i].problems);
    }
    plan->record_count = 0;
    for (i = 0; plan->lists && i < plan->head_count; i++) {
        json_decref(plan->lists[i]);
        plan->lists[i] = NULL;
    }
}

void xt_plan_free(struct xt_plan **plan)
{
    size_t i;

    if (!*plan)
        return;
    drop_bodies(*plan);
    for (i = 0; i < (*plan)->record_capacity; i++)
        xt_problems_done(&(*plan)->records[i].problems);
    free((*plan)->records);
    for (i = 0; i < (*plan)->mapping->carry_count; i++)
        xt_text_done(&(*plan)->carried[i]);
    free((*plan)->carried);
    free((*plan)->left_out);
    if ((*plan)->own_memory)
        xt_memory_free(&(*plan)->memory);
    free((*plan)->matches);
    xt_arena_done(&(*plan)->row);
    xt_arena_done(&(*plan)->arena);
    free(*plan);
    *plan = NULL;
}

const char *xt_plan_key(const struct xt_plan *plan)
{
    if (plan->direct_type || plan->mapping->any)
        return plan->headless || plan->key_column >= 0 ? "_key" : NULL;
    return plan->mapping->records[0].key_source;
}

const char *xt_plan_unused(const struct xt_plan *plan, size_t index)
{
    size_t i;

    for (i = 0; i < plan->head_count; i++) {
        if (!plan->used[i] && plan->heads[i].n > 0 && index-- == 0)
            return plan->heads[i].s;
    }
    return NULL;
}

static void columns_of(const struct xt_plan *plan, size_t record, struct xt_str field, const struct xt_row *row,
                       struct xt_text *out)
{
    struct ref_list refs = {.count = 0};
    size_t i;

    field = first_name(field);
    for (i = 0; plan->direct_type && i < plan->head_count; i++) {
        if (!plan->direct[i].field || !xt_str_is(field, plan->direct[i].field->name))
            continue;
        xt_text_add_str(out, plan->heads[i]);
        if (row && i < row->count)
            xt_text_addf(out, "“%.*s”", (int)xt_utf8_clip(row->cells[i].s, row->cells[i].n, CELL_MAX), row->cells[i].s);
    }
    field_refs(plan, record, field, &refs);
    for (i = 0; i < refs.count; i++) {
        if (i > 0)
            xt_text_add_z(out, "、");
        xt_text_add_z(out, plan->mapping->refs[refs.refs[i]].name);
        if (row)
            add_cell(plan, refs.refs[i], row, out);
    }
}

void xt_plan_columns_of(const struct xt_plan *plan, size_t record, struct xt_str field, struct xt_text *out)
{
    columns_of(plan, record, field, NULL, out);
}

void xt_plan_cells_of(const struct xt_plan *plan, size_t record, struct xt_str field, const struct xt_row *row,
                      struct xt_text *out)
{
    columns_of(plan, record, field, row, out);
}

size_t xt_plan_places_of(const struct xt_plan *plan, size_t record, struct xt_str field, size_t *out, size_t cap)
{
    struct ref_list refs = {.count = 0};
    size_t count = 0, i;

    if (plan->headless)
        return 0;
    field = first_name(field);
    for (i = 0; plan->direct_type && i < plan->head_count; i++) {
        if (plan->direct[i].field && xt_str_is(field, plan->direct[i].field->name) && count++ < cap)
            out[count - 1] = i;
    }
    field_refs(plan, record, field, &refs);
    for (i = 0; i < refs.count; i++) {
        int column = plan->columns[refs.refs[i]];

        if (column >= 0 && count++ < cap)
            out[count - 1] = (size_t)column;
    }
    return count;
}

/* ---- columns of a rejects file ---- */

static const char *const REJECT_HEADS[][XT_LANGS] = {
    [XT_REJECT_ROW] = {"_行号", "_row"},
    [XT_REJECT_MEMBER] = {"_成员", "_member"},
    [XT_REJECT_REASONS] = {"_拒绝原因", "_reasons"},
};

const char *xt_reject_head(enum xt_reject_column column, enum xt_lang lang)
{
    return REJECT_HEADS[column][lang];
}

enum xt_reject_column xt_reject_column(struct xt_str head)
{
    int column, lang;

    for (column = XT_REJECT_ROW; column < XT_REJECT_COLUMNS; column++) {
        for (lang = 0; lang < XT_LANGS; lang++) {
            if (xt_str_is(head, REJECT_HEADS[column][lang]))
                return (enum xt_reject_column)column;
        }
    }
    return XT_REJECT_NONE;
}

static bool find_left_out(const struct xt_plan *plan, size_t record, const struct field_step *steps, size_t count,
                          size_t *index, struct xt_left_out *out)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const struct left_out *left = &plan->left_out[steps[i].number];

        if (left->unknown + left->ambiguous > 0 && (*index)-- == 0) {
            *out = (struct xt_left_out){.record = record,
                                        .type = plan->mapping->records[record].type,
                                        .field = steps[i].field,
                                        .unknown = left->unknown,
                                        .ambiguous = left->ambiguous};
            memcpy(out->unknown_first, left->unknown_first, sizeof out->unknown_first);
            memcpy(out->ambiguous_first, left->ambiguous_first, sizeof out->ambiguous_first);
            return true;
        }
        if (find_left_out(plan, record, steps[i].spec.fields, steps[i].spec.field_count, index, out))
            return true;
    }
    return false;
}

bool xt_plan_left_out(const struct xt_plan *plan, size_t index, struct xt_left_out *out)
{
    const struct xt_mapping *m = plan->mapping;
    size_t i;

    for (i = 0; i < m->record_count; i++) {
        if (find_left_out(plan, i, m->records[i].fields, m->records[i].field_count, &index, out))
            return true;
    }
    return false;
}

/* ---- rows ---- */

static const char *const REJECT_MEMBERS[] = {"_row", "_reasons", "_member"};

static struct xt_str row_hash(struct xt_plan *plan, const struct xt_row *row, bool direct)
{
    struct xt_hasher hasher;
    struct xt_hash hash;
    char hex[XT_HASH_HEX];
    size_t i;

    xt_hasher_init(&hasher);
    if (row->json) {
        XT_AUTO(xt_json_unref) json_t *object = json_copy(row->json);
        char *dump;

        for (i = 0; i < XT_COUNT(REJECT_MEMBERS); i++)
            json_object_del(object, REJECT_MEMBERS[i]);
        dump = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
        xt_hasher_add_str(&hasher, xt_str(dump));
        free(dump);
    } else {
        for (i = 0; i < row->count && i < plan->head_count; i++) {
            /* The reason columns of a rejects file do not make it another row. */
            if (row->cells[i].n > 0 &&
                (direct ? !xt_str_starts(plan->heads[i], "_") : xt_reject_column(plan->heads[i]) == XT_REJECT_NONE)) {
                xt_hasher_add_str(&hasher, plan->heads[i]);
                xt_hasher_add_str(&hasher, row->cells[i]);
            }
        }
    }
    xt_hasher_end(&hasher, &hash);
    return (struct xt_str){xt_arena_strndup(&plan->row, xt_hash_hex(&hash, hex), 32), 32};
}

static struct xt_mapped_record *next_record(struct xt_plan *plan, const struct xt_type *type, size_t number)
{
    struct xt_mapped_record *record;
    size_t had = plan->record_capacity;

    xt_grow(&plan->records, &plan->record_capacity, plan->record_count + 1, sizeof *plan->records);
    for (; had < plan->record_capacity; had++) {
        memset(&plan->records[had], 0, sizeof plan->records[had]);
        xt_problems_init(&plan->records[had].problems);
    }
    record = &plan->records[plan->record_count++];
    record->type = type;
    record->record = number;
    record->deleted = false;
    record->own_key = true;
    record->part = (struct xt_str){"", 0};
    record->body = json_object();
    return record;
}

static bool is_example(struct xt_str key)
{
    return xt_str_is(key, "示例") || xt_str_is(key, "example") || xt_str_starts(key, "#");
}

/* A cell that holds a JSON list is how an export writes values that contain the separators themselves. */
static json_t *direct_cell(struct xt_plan *plan, const struct xt_field *field, struct xt_str cell,
                           struct xt_problems *problems)
{
    cell = xt_str_trim(cell);
    if (field->many && field->kind != XT_KIND_GROUP && xt_str_starts(cell, "[") && xt_str_ends(cell, "]")) {
        json_t *list = NULL;

        if (xt_json_parse(cell, &list, NULL) == XT_OK && json_is_array(list))
            return list;
        json_decref(list);
    }
    if (field->kind == XT_KIND_DATE) {
        char date[XT_DATE_SIZE];
        bool none;

        if (xt_read_date(cell, DATE_YMD, date, &none))
            return none ? json_null() : json_string(date);
    }
    return xt_field_from_text(plan->mapping->region, field, cell, field->name, problems);
}

static void direct_json(struct xt_plan *plan, const struct xt_row *row, struct xt_mapped_record *record)
{
    const char *name = NULL;
    json_t *value;

    (void)plan; /* as direct_cells() */
    json_object_foreach (row->json, name, value) {
        if (name[0] != '_' && !json_is_null(value))
            json_object_set_new(record->body, name, json_deep_copy(value));
    }
    record->deleted = json_is_true(json_object_get(row->json, "_deleted"));
}

/* A cell with what goes on in later columns. */
static struct xt_str whole_cell(struct xt_plan *plan, const struct xt_row *row, size_t column)
{
    size_t n = row->cells[column].n, at = 0, i;
    char *whole = NULL;

    for (i = column + 1; i < row->count && i < plan->head_count; i++)
        if (plan->direct[i].goes_on && plan->direct[i].field == plan->direct[column].field)
            n += row->cells[i].n;
    if (n == row->cells[column].n)
        return row->cells[column];
    whole = xt_arena_alloc(&plan->row, n + 1);
    for (i = column; i < row->count && i < plan->head_count; i++) {
        if ((i > column && !plan->direct[i].goes_on) || plan->direct[i].field != plan->direct[column].field ||
            row->cells[i].n == 0)
            continue;
        memcpy(whole + at, row->cells[i].s, row->cells[i].n);
        at += row->cells[i].n;
    }
    return (struct xt_str){whole, n};
}

static void direct_cells(struct xt_plan *plan, const struct xt_row *row, struct xt_mapped_record *record)
{
    size_t i;

    for (i = 0; i < row->count && i < plan->head_count; i++) {
        const struct xt_field *field = plan->direct[i].field;
        json_t *value;

        if (!field || row->cells[i].n == 0 || plan->direct[i].goes_on)
            continue;
        value = direct_cell(plan, field, whole_cell(plan, row, i), &record->problems);
        if (value && !json_is_null(value))
            json_object_set_new(record->body, field->name, value);
        else
            json_decref(value);
    }
}

/* "project/01J...", or the member "_type". */
static const struct xt_type *type_of_object(const struct xt_plan *plan, const struct xt_row *row, struct xt_str key)
{
    const char *slash = key.n > 0 ? memchr(key.s, '/', key.n) : NULL;
    struct xt_str name = xt_json_str(row->json, "_type");

    if (name.n == 0 && slash)
        name = (struct xt_str){key.s, (size_t)(slash - key.s)};
    return xt_region_type(plan->mapping->region, name);
}

static void direct_row(struct xt_plan *plan, const struct xt_row *row, struct xt_mapped *out)
{
    const struct xt_type *type;
    struct xt_mapped_record *record;
    struct xt_str key = {"", 0};

    if (row->json)
        key = xt_json_str(row->json, "_key");
    else if (plan->key_column >= 0 && (size_t)plan->key_column < row->count)
        key = xt_str_trim(row->cells[plan->key_column]);
    if (is_example(key)) {
        out->skip = true;
        return;
    }
    type = plan->direct_type ? plan->direct_type : type_of_object(plan, row, key);
    if (!type)
        return; /* no record is for it */
    record = next_record(plan, type, 0);
    record->own_key = key.n > 0;
    if (key.n == 0)
        key = row_hash(plan, row, true);
    /* A key of an export stands as it is; others are kept apart by type. */
    if (key.n > XT_SOURCE_KEY_MAX || !record->own_key)
        key = xt_source_key("row", record->type->name, key, &plan->row);
    record->key = key;
    if (row->json)
        direct_json(plan, row, record);
    else
        direct_cells(plan, row, record);
}

static void one_record(struct xt_plan *plan, const struct eval *eval, size_t number)
{
    const struct record_plan *from = &plan->mapping->records[number];
    struct xt_mapped_record *record;
    struct texts key = {0};
    size_t i;

    if (!xt_eval_conditions(eval, &from->when))
        return;
    for (i = 0; i < from->key_count && key.count == 0; i++)
        xt_eval_spec(eval, &from->keys[i], &key);
    /* A record beside the main one that has no key is not there: its columns are empty. The row's hash cannot tell
     * the elements of one row apart, either. */
    if (key.count == 0 && (number > 0 || from->per))
        return;
    record = next_record(plan, from->type, number);
    record->own_key = key.count > 0;
    record->key = xt_source_key(plan->mapping->namespace_, from->type->name,
                                key.count > 0 ? key.list[0] : row_hash(plan, eval->row, false), &plan->row);
    if (from->part && record->own_key) {
        struct texts part = {0};

        xt_eval_spec(eval, from->part, &part);
        if (part.count > 0)
            record->part = part.list[0].n > PART_BYTES_MAX ? xt_eval_hash(part.list[0], &plan->row) : part.list[0];
    }
    record->deleted = from->has_deleted && xt_eval_conditions(eval, &from->deleted);
    for (i = 0; i < from->field_count; i++) {
        json_t *value = xt_eval_field(eval, &from->fields[i], &record->problems);

        if (value && !json_is_null(value))
            json_object_set_new(record->body, from->fields[i].field->name, value);
        else
            json_decref(value);
    }
}

static void mapped_record(struct xt_plan *plan, const struct eval *eval, size_t number)
{
    const struct record_plan *from = &plan->mapping->records[number];
    struct eval inner = *eval;
    struct texts elements = {0};
    size_t i;

    if (!from->per) {
        one_record(plan, eval, number);
        return;
    }
    xt_eval_spec(eval, from->per, &elements);
    for (i = 0; i < elements.count && !plan->too_many; i++) {
        plan->too_many = plan->record_count == XT_ROW_RECORDS_MAX;
        if (plan->too_many)
            return;
        inner.self = elements.list[i];
        one_record(plan, &inner, number);
    }
}

/* What is new in this row stays for those below it. Another province has other cities: what is carried inside what
 * changed ends. */
static void carry(struct xt_plan *plan, const struct eval *eval, struct xt_mapped *out)
{
    const struct xt_mapping *m = plan->mapping;
    struct eval raw = *eval; /* a carry may bear the name of the column it is read from */
    size_t i, k;

    raw.carried = NULL;
    for (i = 0; i < m->carry_count; i++) {
        struct texts found = {0};

        xt_eval_spec(&raw, &m->carries[i].spec, &found);
        if (found.count == 0 && plan->carried[i].n > 0)
            out->borrowed |= 1u << i;
        if (found.count == 0 || xt_str_eq(found.list[0], xt_text_view(&plan->carried[i])))
            continue;
        for (k = i; k < m->carry_count; k++)
            xt_text_clear(&plan->carried[k]);
        xt_text_add_str(&plan->carried[i], found.list[0]);
        out->carried |= 1u << i;
    }
}

/* Reads the cells that hold lists; *out_bad is the first that cannot be read, -1 when all could. */
static void read_lists(struct xt_plan *plan, const struct xt_row *row, int *out_bad)
{
    size_t i;

    *out_bad = -1;
    for (i = 0; plan->lists && i < plan->head_count && i < row->count; i++) {
        if (row->lists && row->lists[i])
            plan->lists[i] = json_incref(row->lists[i]);
        else if (plan->listed[i] && !xt_literal_parse(row->cells[i], &plan->lists[i]) && *out_bad < 0)
            *out_bad = (int)i;
    }
}

static void remember(struct xt_plan *plan, const struct eval *eval)
{
    const struct xt_mapping *m = plan->mapping;
    size_t i;

    for (i = 0; i < m->memory_count; i++) {
        struct texts key = {0}, value = {0};

        if (!xt_eval_conditions(eval, &m->memories[i].when))
            continue;
        xt_eval_spec(eval, m->memories[i].key, &key);
        xt_eval_spec(eval, m->memories[i].value, &value);
        if (key.count > 0 && value.count > 0)
            xt_memory_put(plan->memory, m->memories[i].name, xt_eval_hash(key.list[0], &plan->row), value.list[0]);
    }
}

static struct xt_str reject_value(const struct xt_plan *plan, const struct xt_row *row, enum xt_reject_column column)
{
    int at = plan->rejects[column];

    if (row->json)
        return xt_json_str(row->json, xt_reject_head(column, XT_EN));
    return at >= 0 && (size_t)at < row->count ? xt_str_trim(row->cells[at]) : XT_STR("");
}

/* A row that was refused before stands where it stood then. */
static struct xt_row first_place(const struct xt_plan *plan, const struct xt_row *row)
{
    struct xt_row placed = *row;
    struct xt_str number = reject_value(plan, row, XT_REJECT_ROW), member = reject_value(plan, row, XT_REJECT_MEMBER);
    int64_t n;

    if (number.n > 0 && xt_int_parse(number, &n))
        placed.number = n;
    else if (row->json && json_is_integer(json_object_get(row->json, "_row")))
        placed.number = json_integer_value(json_object_get(row->json, "_row"));
    if (member.n > 0)
        placed.member = member;
    return placed;
}

void xt_plan_row(struct xt_plan *plan, const struct xt_row *row, struct xt_mapped *out)
{
    const struct xt_mapping *m = plan->mapping;
    struct xt_row placed = first_place(plan, row);
    struct eval eval = {
        .mapping = m,
        .row = &placed,
        .columns = plan->columns,
        .lists = plan->lists,
        .node = row->json,
        .self = {"", 0},
        .arena = &plan->row,
        .carried = plan->carried,
        .left_out = plan->left_out,
    };
    locale_t before;
    size_t i;
    int bad;

    drop_bodies(plan);
    xt_arena_clear(&plan->row);
    plan->too_many = false;
    *out = (struct xt_mapped){0};
    read_lists(plan, row, &bad);
    if (m->direct || m->any) {
        direct_row(plan, row, out);
        out->records = plan->records;
        out->count = plan->record_count;
        return;
    }
    if (!plan->memory) {
        plan->memory = xt_memory_new();
        plan->own_memory = true;
    }
    if (!plan->matches && m->regex_count > 0)
        plan->matches = xt_calloc(MATCH_SLOTS, sizeof *plan->matches);
    eval.memory = plan->memory;
    eval.matches = plan->matches;
    before = xt_regex_locale_begin();
    carry(plan, &eval, out);
    for (i = 0; i < m->skip_count && !out->skip; i++)
        out->skip = xt_eval_conditions(&eval, &m->skip[i]);
    if (!out->skip) {
        remember(plan, &eval);
        for (i = 0; i < m->record_count; i++)
            mapped_record(plan, &eval, i);
    }
    if (bad >= 0 && plan->record_count > 0)
        xt_problem(&plan->records[0].problems, plan->heads[bad].s, XT_MSG_MAPPING_LIST);
    xt_regex_locale_end(before);
    out->records = plan->records;
    out->count = plan->record_count;
    out->too_many = plan->too_many;
}
