/* draft_sample.c - rows into columns: distinct values with their counts, and a hash of each cell of the kept rows. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/number.h"
#include "exchange/draft_priv.h"

#define DEPTH_MAX      6
#define VALUES_BYTES   (32 * XT_MIB) /* of all columns */
#define PATH_MAX_BYTES 300
#define WHERE_MAX      8 /* elements told apart by one member */

struct reading {
    struct draft *d;
    struct draft_sample *sample;
    bool kept;     /* the present row is */
    uint64_t *row; /* its cells */
    struct xt_text path, text;
};

/* ---- columns ---- */

static struct draft_column *add_column(struct reading *r, struct xt_str name)
{
    struct draft_sample *sample = r->sample;
    struct draft_column *column;

    if (sample->count == XT_DRAFT_COLUMNS) {
        sample->beyond++;
        return NULL;
    }
    column = &sample->columns[sample->count++];
    column->name = xt_arena_strndup(sample->arena, name.s, name.n);
    return column;
}

static bool is_carrier(const struct reading *r, struct xt_str name)
{
    return draft_word_in(&r->d->words, "carriers", name);
}

/* The head of a path: its last name; where that only carries ("value"), the one before, with what tells it apart:
 * names[types=acronym].value is "acronym". The alias has both names. */
static void name_path(struct reading *r, struct draft_column *column)
{
    struct xt_str names[2] = {{"", 0}, {"", 0}}, where = {"", 0};
    const char *s = column->name;
    XT_AUTO(xt_text_done) struct xt_text both = {0};

    xt_text_init(&both, XT_KIB);
    while (*s) { /* steps end at a dot outside brackets */
        size_t n = strcspn(s, ".["), open = 0;

        names[0] = names[1];
        names[1] = (struct xt_str){s, n};
        s += n;
        if (*s == '[') {
            open = strcspn(s, "]");
            where = (struct xt_str){s + 1, open - 1};
            s += open + (s[open] == ']');
        }
        s += *s == '.';
    }
    column->head = draft_head(names[1], r->sample->arena, &column->unit);
    if (names[0].n == 0)
        return;
    if (where.n > 0 && !xt_str_ends(where, "=true") && xt_str_find(where, XT_STR("=")) != SIZE_MAX) {
        size_t at = xt_str_find(where, XT_STR("=")) + 1;

        xt_text_add(&both, where.s + at, where.n - at);
        xt_text_add_char(&both, ' ');
    }
    if (is_carrier(r, names[1])) {
        xt_text_add_str(&both, names[0]);
        column->alias = column->head;
        column->head = draft_head(xt_text_view(&both), r->sample->arena, NULL);
        if (where.n == 0)
            column->alias = NULL;
        return;
    }
    xt_text_add_str(&both, names[0]);
    xt_text_add_char(&both, ' ');
    xt_text_add_str(&both, names[1]);
    column->alias = draft_head(xt_text_view(&both), r->sample->arena, NULL);
}

static struct draft_column *column_of(struct reading *r, struct xt_str name)
{
    struct draft_column *column;
    size_t i;

    for (i = 0; i < r->sample->count; i++) {
        if (xt_str_is(name, r->sample->columns[i].name))
            return &r->sample->columns[i];
    }
    column = add_column(r, name);
    if (column)
        name_path(r, column);
    return column;
}

/* ---- values ---- */

static void keep_value(struct reading *r, struct draft_column *column, struct xt_str text, uint64_t hash)
{
    struct draft_sample *sample = r->sample;
    size_t i, n;

    column->counted++;
    for (i = 0; i < column->count; i++) {
        if (column->values[i].hash == hash) {
            column->values[i].count++;
            return;
        }
    }
    if (column->count == DRAFT_VALUES_MAX || sample->bytes > VALUES_BYTES) {
        column->counted--; /* shares are of what is kept */
        return;
    }
    n = xt_utf8_clip(text.s, text.n, DRAFT_VALUE_BYTES);
    xt_grow(&column->values, &column->capacity, column->count + 1, sizeof *column->values);
    column->values[column->count++] = (struct draft_value){{xt_arena_strndup(sample->arena, text.s, n), n}, hash, 1};
    sample->bytes += n + sizeof *column->values;
}

static void add_cell(struct reading *r, struct draft_column *column, struct xt_str text)
{
    size_t at = (size_t)(column - r->sample->columns);
    uint64_t hash;

    text = xt_str_trim(text);
    if (text.n == 0)
        return;
    hash = xt_hash64(text.s, text.n) | 1; /* 0 is an empty cell */
    if (r->row[at] == 0) {
        column->filled++;
        r->row[at] = hash;
    } else {
        if ((r->row[at] & 1) != 0) /* marked below: the second value of this row */
            column->several++;
        r->row[at] = (r->row[at] * 31 + hash) & ~1ull;
        if (r->row[at] == 0)
            r->row[at] = 2;
    }
    keep_value(r, column, text, hash);
}

/* ---- tables ---- */

static bool says_head(const struct reading *r, const struct xt_row *row)
{
    size_t i, same = 0, filled = 0;

    for (i = 0; i < row->count && i < r->sample->count; i++) {
        if (row->cells[i].n == 0)
            continue;
        filled++;
        same += xt_str_is(row->cells[i], r->sample->columns[i].name);
    }
    return same >= 2 && same * 2 >= filled;
}

/* Rows of sums are no data; where the word stands is told. */
static bool says_sum(struct reading *r, const struct xt_row *row)
{
    const json_t *words = json_object_get(r->d->words.tree, "sums"), *word;
    size_t i, k;

    for (i = 0; i < row->count && i < r->sample->count; i++) {
        struct xt_str cell = xt_str_trim(row->cells[i]);

        if (cell.n == 0 || cell.n > 20)
            continue;
        json_array_foreach (words, k, word) {
            if (!xt_str_eq(xt_json_view(word), cell))
                continue;
            if (!r->sample->sum_word) {
                r->sample->sum_word = json_string_value(word);
                r->sample->sum_column = i;
            }
            return true;
        }
    }
    return false;
}

static void take_cells(struct reading *r, const struct xt_row *row)
{
    size_t i;

    if (says_head(r, row)) {
        r->sample->head_repeats++;
        return;
    }
    if (says_sum(r, row))
        return;
    for (i = 0; i < row->count && i < r->sample->count && r->kept; i++)
        add_cell(r, &r->sample->columns[i], row->cells[i]);
}

/* ---- objects ---- */

static void take_node(struct reading *r, const json_t *node, unsigned depth);

static void take_scalar(struct reading *r, const json_t *node)
{
    struct draft_column *column;
    char number[XT_DOUBLE_SIZE];

    if (json_is_null(node) || (json_is_string(node) && json_string_length(node) == 0))
        return;
    column = column_of(r, xt_text_view(&r->path));
    if (!column)
        return;
    xt_text_clear(&r->text);
    if (json_is_string(node))
        xt_text_add_str(&r->text, xt_json_view(node));
    else if (json_is_integer(node))
        xt_text_add_int(&r->text, json_integer_value(node));
    else if (json_is_real(node))
        xt_text_add_z(&r->text, xt_double_format(json_real_value(node), number));
    else
        xt_text_add_z(&r->text, json_is_true(node) ? "true" : "false");
    add_cell(r, column, xt_text_view(&r->text));
}

/* Names that a path can name. */
static bool plain_name(const char *name)
{
    return name[0] && !strpbrk(name, ".[]=*$:{}");
}

static void take_members(struct reading *r, const json_t *object, unsigned depth)
{
    size_t before = r->path.n;
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)object, name, member) {
        if (!plain_name(name) || before + strlen(name) > PATH_MAX_BYTES)
            continue;
        if (before > 0)
            xt_text_add_char(&r->path, '.');
        xt_text_add_z(&r->path, name);
        take_node(r, member, depth + 1);
        xt_text_cut(&r->path, before);
    }
}

/* The text that tells an element of a list apart: of a list of texts the first. */
static struct xt_str told_by(const json_t *element, const char *member)
{
    const json_t *value = json_object_get(element, member);

    if (json_is_array(value))
        value = json_array_get(value, 0);
    if (json_is_true(value))
        return XT_STR("true");
    return xt_json_view(value);
}

/* names[types=label].value beside names.value: elements of lists that say what they are. */
static void take_elements(struct reading *r, const json_t *list, unsigned depth)
{
    const json_t *tellers = json_object_get(r->d->words.tree, "discriminators"), *teller;
    size_t before = r->path.n, i, k, c, made = 0;
    json_t *element;

    json_array_foreach (list, i, element) {
        take_node(r, element, depth + 1);
        json_array_foreach (tellers, k, teller) {
            struct xt_str told = told_by(element, json_string_value(teller));

            if (told.n == 0 || told.n > 30 || memchr(told.s, ']', told.n) || made == WHERE_MAX)
                continue;
            made++;
            xt_text_addf(&r->path, "[%s=", json_string_value(teller));
            for (c = 0; c < told.n; c++) /* paths do not mind case */
                xt_text_add_char(&r->path, (char)tolower((unsigned char)told.s[c]));
            xt_text_add_char(&r->path, ']');
            take_members(r, element, depth + 2);
            xt_text_cut(&r->path, before);
        }
    }
}

static void take_node(struct reading *r, const json_t *node, unsigned depth)
{
    size_t i;
    json_t *item;

    if (depth > DEPTH_MAX)
        return;
    if (json_is_object(node)) {
        take_members(r, node, depth);
    } else if (json_is_array(node) && json_is_object(json_array_get(node, 0))) {
        take_elements(r, node, depth);
    } else if (json_is_array(node)) {
        json_array_foreach (node, i, item) {
            if (!json_is_array(item))
                take_node(r, item, depth + 1);
        }
    } else {
        take_scalar(r, node);
    }
}

/* ---- rows ---- */

static void begin_row(struct reading *r)
{
    struct draft_sample *sample = r->sample;
    int64_t n = sample->rows++;

    r->kept = sample->kept < DRAFT_ROWS_KEPT &&
              (n < DRAFT_ROWS_FIRST || n % (sample->objects ? DRAFT_ROWS_STRIDE / 4 : DRAFT_ROWS_STRIDE) == 0);
    if (!r->kept)
        return;
    xt_grow(&sample->cells, &sample->cell_capacity, (sample->kept + 1) * XT_DRAFT_COLUMNS, sizeof *sample->cells);
    r->row = sample->cells + sample->kept * XT_DRAFT_COLUMNS;
    memset(r->row, 0, XT_DRAFT_COLUMNS * sizeof *r->row);
}

static void end_row(struct reading *r)
{
    size_t i;

    if (!r->kept)
        return;
    for (i = 0; i < r->sample->count && r->row[i] == 0; i++)
        ;
    r->sample->kept += i < r->sample->count; /* a row with nothing in it is overwritten */
}

static enum xt_code read_rows(struct reading *r, struct xt_table *table, struct xt_error *err)
{
    struct xt_row row = {0};
    int64_t part = 0;
    bool more = true;
    enum xt_code rc;

    while (r->sample->rows < (r->sample->objects ? DRAFT_OBJECTS_READ : DRAFT_ROWS_READ)) {
        rc = xt_table_next(table, &row, &more, err);
        if (rc == XT_E_INPUT && more)
            continue; /* an import says what is wrong with it */
        if (rc != XT_OK)
            return r->sample->kept > 0 ? XT_OK : rc; /* what could be read is enough */
        if (!more || (part > 0 && row.part != part))
            break;
        part = row.part;
        begin_row(r);
        if (!row.json) {
            take_cells(r, &row);
        } else if (r->kept) {
            xt_text_clear(&r->path);
            take_node(r, row.json, 0);
        }
        end_row(r);
    }
    return XT_OK;
}

static void name_heads(struct reading *r, const struct xt_table *table)
{
    const struct xt_str *heads;
    size_t count = xt_table_columns(table, &heads), i;

    r->sample->objects = count == 0;
    for (i = 0; i < count; i++) {
        struct draft_column *column = add_column(r, heads[i]);

        if (column)
            column->head = draft_head(heads[i], r->sample->arena, &column->unit);
    }
}

enum xt_code draft_sample_read(struct draft *d, struct xt_error *err)
{
    struct xt_table_options options = {.charset = d->options->charset, .sheet = d->options->sheet};
    struct reading r = {.d = d, .sample = &d->sample};
    struct xt_table *table = NULL;
    enum xt_code rc = xt_table_open(d->path, &options, &table, err);

    if (rc != XT_OK)
        return rc;
    d->sample.arena = d->arena;
    d->sample.columns = xt_arena_alloc(d->arena, XT_DRAFT_COLUMNS * sizeof *d->sample.columns);
    xt_text_init(&r.path, 4 * XT_KIB);
    xt_text_init(&r.text, 2 * XT_MIB);
    name_heads(&r, table);
    rc = read_rows(&r, table, err);
    xt_text_done(&r.path);
    xt_text_done(&r.text);
    xt_table_close(&table);
    return rc;
}

static int compare_hashes(const void *a, const void *b)
{
    const uint64_t *l = a, *r = b;

    return (*l > *r) - (*l < *r);
}

static int64_t count_repeats(uint64_t *list, size_t n)
{
    int64_t repeats = 0;
    size_t i;

    qsort(list, n, sizeof *list, compare_hashes);
    for (i = 1; i < n; i++)
        repeats += list[i] == list[i - 1];
    return repeats;
}

static uint64_t mix(uint64_t hash, uint64_t cell)
{
    return (hash ^ cell) * 0x9E3779B97F4A7C15ull + (hash >> 29);
}

void draft_sample_unique(const struct draft_sample *sample, const size_t *columns, size_t count, int64_t *out_filled,
                         int64_t *out_repeats)
{
    uint64_t *list = xt_alloc((sample->kept + 1) * sizeof *list);
    size_t n = 0, row, i;

    for (row = 0; row < sample->kept; row++) {
        const uint64_t *cells = sample->cells + row * XT_DRAFT_COLUMNS;
        uint64_t hash = 0;
        bool all = true;

        for (i = 0; i < count; i++) {
            all = all && cells[columns[i]] != 0;
            hash = mix(hash, cells[columns[i]]);
        }
        if (all)
            list[n++] = hash;
    }
    *out_filled = (int64_t)n;
    *out_repeats = count_repeats(list, n);
    free(list);
}

int64_t draft_sample_same_rows(const struct draft_sample *sample)
{
    uint64_t *list = xt_alloc((sample->kept + 1) * sizeof *list);
    int64_t repeats;
    size_t row, i;

    for (row = 0; row < sample->kept; row++) {
        list[row] = 0;
        for (i = 0; i < sample->count; i++) {
            if (sample->columns[i].field)
                list[row] = mix(list[row], sample->cells[row * XT_DRAFT_COLUMNS + i]);
        }
    }
    repeats = count_repeats(list, sample->kept);
    free(list);
    return repeats;
}

int64_t draft_sample_only_in(const struct draft_sample *sample, size_t with, const size_t *without, size_t count)
{
    int64_t rows = 0;
    size_t row, i;

    for (row = 0; row < sample->kept; row++) {
        const uint64_t *cells = sample->cells + row * XT_DRAFT_COLUMNS;

        for (i = 0; i < count && cells[without[i]] == 0; i++)
            ;
        rows += i == count && cells[with] != 0;
    }
    return rows;
}
