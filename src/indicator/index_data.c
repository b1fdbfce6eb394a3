/* index_data.c - files of figures into columns of numbers; metadata tables into trees. */
#include "indicator/index_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/number.h"
#include "indicator/index_rows.h"
#include "table/table.h"

#define CELL_MAX 64u  /* bytes of a number */
#define ROUNDED  1e-4 /* by how much, as a share, a figure and the same one rounded may differ */

enum { AS_NOTHING, AS_UNIT, AS_NAME, AS_PERIOD, AS_INDICATOR, AS_VALUE, AS_EXTRA, AS_FIGURE };

struct column_use {
    int as;
    size_t at; /* AS_FIGURE: the indicator's column; AS_EXTRA: of file->columns */
};

struct reader {
    const struct xt_index_file *file;
    const struct xt_index_data_options *options;
    struct xt_index_data *data;
    struct xt_problems *problems; /* of all, or of the row at hand where refused rows go back */
    struct xt_problems faults;    /* of the row at hand */
    struct xt_index_rows rows;
    size_t first;        /* row of the file at hand */
    struct xt_text last; /* indicator of a long table's row, and */
    struct column_use last_use;
    /* of the file at hand */
    struct column_use *uses;
    size_t columns, figures; /* columns; those that say something of a unit */
    bool is_long;
    const char *path;
};

/* ---- heads ---- */

static const char *const UNIT_HEADS[] = {"uCode", "unit", "code", "area", "代码",     "单位代码",
                                         "地区",  "镇",   "城市", "省份", "province", NULL};
static const char *const NAME_HEADS[] = {"uName", "name", "名称", "单位名称", "镇名", NULL};
static const char *const PERIOD_HEADS[] = {"Time", "year", "period", "年份", "年度", "年", "时期", NULL};
static const char *const INDICATOR_HEADS[] = {"indicator", "iCode", "指标", "指标代码", "variable", "variables", NULL};
static const char *const VALUE_HEADS[] = {"value", "值", "数值", NULL};

static bool is(struct xt_str head, const char *word)
{
    size_t n = strlen(word);

    return head.n == n && strncasecmp(head.s, word, n) == 0;
}

static bool among(struct xt_str head, const char *const *words)
{
    for (; *words; words++)
        if (is(head, *words))
            return true;
    return false;
}

/* "GDP（万元）" for a node labelled "GDP" of that unit, too. */
static bool names_it(struct xt_str head, const char *code, const char *other, const char *const label[XT_LANGS])
{
    int lang;

    if (is(head, code) || (other && is(head, other)))
        return true;
    for (lang = 0; lang < XT_LANGS; lang++) {
        size_t n = label[lang] ? strlen(label[lang]) : 0;

        if (n == 0 || head.n < n || strncasecmp(head.s, label[lang], n) != 0)
            continue;
        struct xt_str rest = xt_str_trim((struct xt_str){head.s + n, head.n - n});

        if (rest.n == 0 || *rest.s == '(' || xt_str_starts(rest, "（") || *rest.s == '[')
            return true;
    }
    return false;
}

static struct column_use use_of(const struct reader *r, struct xt_str head)
{
    const struct xt_index_tree *tree = &r->file->tree;
    size_t i;

    if (r->options->unit ? is(head, r->options->unit) : false)
        return (struct column_use){AS_UNIT, 0};
    if (r->options->period ? is(head, r->options->period) : false)
        return (struct column_use){AS_PERIOD, 0};
    for (i = 0; i < tree->indicator_count; i++)
        if (names_it(head, tree->nodes[tree->indicators[i]].code, tree->nodes[tree->indicators[i]].head,
                     tree->nodes[tree->indicators[i]].label))
            return (struct column_use){AS_FIGURE, i};
    for (i = 0; i < r->file->column_count; i++)
        if (!r->file->columns[i].by &&
            names_it(head, r->file->columns[i].code, r->file->columns[i].head, r->file->columns[i].label))
            return (struct column_use){AS_EXTRA, i};
    if (among(head, INDICATOR_HEADS))
        return (struct column_use){AS_INDICATOR, 0};
    if (among(head, VALUE_HEADS))
        return (struct column_use){AS_VALUE, 0};
    if (!r->options->unit && among(head, UNIT_HEADS))
        return (struct column_use){AS_UNIT, 0};
    if (among(head, NAME_HEADS))
        return (struct column_use){AS_NAME, 0};
    if (!r->options->period && among(head, PERIOD_HEADS))
        return (struct column_use){AS_PERIOD, 0};
    return (struct column_use){AS_NOTHING, 0};
}

static bool has_use(const struct reader *r, int as)
{
    size_t i;

    for (i = 0; i < r->columns; i++)
        if (r->uses[i].as == as)
            return true;
    return false;
}

/* Once, however many files have it. */
static void name_unused(struct reader *r, struct xt_str head)
{
    static const char between[] = "、";
    struct xt_text *all = &r->data->unused;
    const char *at = all->n > 0 ? all->s : NULL;

    for (; at; at = strstr(at, between) ? strstr(at, between) + strlen(between) : NULL)
        if (strncmp(at, head.s ? head.s : "", head.n) == 0 &&
            (at[head.n] == '\0' || strncmp(at + head.n, between, strlen(between)) == 0))
            return;
    if (all->n > 0)
        xt_text_add_z(all, between);
    xt_text_add_str(all, head);
}

static enum xt_code bind(struct reader *r, const struct xt_table *table, struct xt_error *err)
{
    const struct xt_str *heads;
    size_t i;

    r->columns = xt_table_columns(table, &heads);
    r->uses = xt_arena_alloc(&r->data->arena, (r->columns + 1) * sizeof *r->uses);
    r->figures = 0;
    for (i = 0; i < r->columns; i++) {
        r->uses[i] = use_of(r, heads[i]);
        r->figures += r->uses[i].as == AS_FIGURE || r->uses[i].as == AS_EXTRA;
        if (r->uses[i].as != AS_NOTHING)
            continue;
        name_unused(r, heads[i]);
    }
    r->is_long = has_use(r, AS_INDICATOR) && has_use(r, AS_VALUE);
    for (i = 0; i < r->columns && !has_use(r, AS_UNIT); i++) /* names will do where there are no codes */
        if (r->uses[i].as == AS_NAME)
            r->uses[i].as = AS_UNIT;
    if (!has_use(r, AS_UNIT))
        return xt_fail(err, XT_E_INPUT, "unit", XT_MSG_INDEX_NO_UNIT_COLUMN, XT_TEXT(r->path));
    if (!r->is_long && !has_use(r, AS_FIGURE))
        return xt_fail(err, XT_E_INPUT, "nodes", XT_MSG_INDEX_NO_FIGURES, XT_TEXT(r->path));
    return XT_OK;
}

/* ---- cells ---- */

static bool is_missing(struct xt_str s)
{
    static const char *const marks[] = {"-",  "—",   "–",   "…",    "……", "..",     "...",
                                        "NA", "N/A", "NaN", "null", "缺", "无数据", NULL};

    return s.n == 0 || among(s, marks);
}

static bool read_number(struct xt_str s, double *out)
{
    char plain[CELL_MAX];
    size_t i, n = 0;

    s = xt_str_trim(s);
    if (s.n > 1 && s.s[s.n - 1] == '%')
        s.n--;
    if (s.n >= sizeof plain)
        return false;
    for (i = 0; i < s.n; i++)
        if (s.s[i] != ',' || i == 0)
            plain[n++] = s.s[i];
    plain[n] = '\0';
    if (!xt_double_parse((struct xt_str){plain, n}, out) || !isfinite(*out))
        return false;
    *out += 0.0; /* "-0" is 0: the store has but one zero, and what is hashed must come back with the same bits */
    return true;
}

static double figure(struct reader *r, struct xt_str cell, int64_t row, const char *column)
{
    double value;
    char place[200];

    cell = xt_str_trim(cell);
    if (is_missing(cell))
        return NAN;
    if (read_number(cell, &value))
        return value;
    (void)snprintf(place, sizeof place, "row %lld, %s", (long long)row, column);
    xt_problem(r->problems, place, XT_MSG_INDEX_NOT_A_NUMBER, XT_VIEW(cell));
    return NAN;
}

/* ---- rows ---- */

/* Twice in one file it is a fault, which the check of the table names; rows of several files that say more of the same
 * unit are one. */
static size_t row_of_wide(struct reader *r, struct xt_str unit, struct xt_str name, int32_t period)
{
    size_t row;

    if (r->options->refused) /* then its figures are judged one by one */
        return xt_index_rows_find_or_add(&r->rows, unit, name, period);
    row = r->first > 0 ? xt_index_rows_find(&r->rows, unit, period) : SIZE_MAX;
    if (row >= r->first)
        return xt_index_rows_add(&r->rows, unit, name, period);
    xt_index_rows_rename(&r->rows, row, name);
    return row;
}

/* A figure twice is no fault, also when one is rounded: the first stays. Two figures are. */
static void put_figure(struct reader *r, size_t row, size_t place, double value, int64_t number)
{
    double had = r->rows.cells[place].values[row];
    char where[100];

    if (!isnan(had) && !isnan(value) && fabs(had - value) > ROUNDED * fabs(value)) {
        char one[XT_DOUBLE_SIZE], other[XT_DOUBLE_SIZE];

        (void)snprintf(where, sizeof where, "row %lld", (long long)number);
        xt_problem(r->problems, where, XT_MSG_INDEX_VALUE_TWICE, XT_TEXT(xt_double_format(had, one)),
                   XT_TEXT(xt_double_format(value, other)));
    }
    xt_index_rows_value(&r->rows, row, place, isnan(had) ? value : had);
}

/* What is kept is not of any length: a fault where refused rows go back. */
static bool too_long(struct reader *r, struct xt_str words)
{
    if (!r->options->refused || words.n <= XT_INDEX_WORDS_MAX)
        return false;
    xt_problem(r->problems, "", XT_MSG_TOO_LARGE, XT_INT(XT_INDEX_WORDS_MAX), XT_INT(words.n));
    return true;
}

static void put(struct reader *r, size_t row, const struct column_use *use, struct xt_str cell, int64_t number)
{
    size_t place = use->as == AS_FIGURE ? use->at : r->rows.indicators + use->at, seen = r->problems->seen;
    double value;

    r->data->seen++;
    if (r->rows.cells[place].text && too_long(r, cell))
        return;
    if (r->rows.cells[place].text) {
        xt_index_rows_words(&r->rows, row, place, cell);
        return;
    }
    value = figure(r, cell, number, xt_index_rows_code(r->file, place));
    if (r->options->refused && fabs(value) > XT_INDEX_VALUE_MAX)
        xt_problem(r->problems, xt_index_rows_code(r->file, place), XT_MSG_INDEX_INFINITE,
                   XT_TEXT(xt_index_rows_code(r->file, place)));
    if (r->problems->seen == seen)
        put_figure(r, row, place, value, number);
}

/* Tables mostly have an indicator's rows together. */
static struct column_use use_of_name(struct reader *r, struct xt_str name)
{
    if (r->last.n == name.n && name.n > 0 && memcmp(r->last.s, name.s, name.n) == 0)
        return r->last_use;
    xt_text_clear(&r->last);
    xt_text_add_str(&r->last, name);
    r->last_use = use_of(r, name);
    return r->last_use;
}

static void take_row(struct reader *r, const struct xt_row *row)
{
    struct xt_str unit = {"", 0}, name = {"", 0}, indicator = {"", 0}, value = {"", 0}, period = {"", 0};
    struct column_use use = {AS_NOTHING, 0};
    size_t i, at, faults = r->problems->seen;
    int64_t number = 0;
    bool dated = false;
    char place[100];

    for (i = 0; i < r->columns; i++) {
        struct xt_str cell = i < row->count ? xt_str_trim(row->cells[i]) : (struct xt_str){"", 0};

        switch (r->uses[i].as) {
        case AS_UNIT:
            unit = unit.n > 0 ? unit : cell;
            break;
        case AS_NAME:
            name = name.n > 0 ? name : cell;
            break;
        case AS_INDICATOR:
            indicator = cell;
            break;
        case AS_VALUE:
            value = cell;
            break;
        case AS_PERIOD:
            period = cell;
            r->rows.any_period = dated = true;
            break;
        default:
            break;
        }
    }
    unit = xt_index_rows_known(r->file, unit);
    if (r->is_long)
        use = use_of_name(r, indicator);
    /* A sum, a note, an indicator of something else: whatever stands in them, they are no figures. */
    if (unit.n == 0 || (r->is_long && use.as != AS_FIGURE && use.as != AS_EXTRA))
        return;
    if (dated && (!xt_int_parse(period, &number) || number < -100000 || number > 100000)) {
        (void)snprintf(place, sizeof place, "row %lld", (long long)row->number);
        xt_problem(r->problems, place, XT_MSG_INDEX_PERIOD, XT_VIEW(period));
    }
    if (faults != r->problems->seen || too_long(r, unit) || too_long(r, name)) { /* nobody knows of what, or of when */
        int64_t lost = r->is_long ? 1 : (int64_t)r->figures;

        r->data->seen += lost;
        r->data->refused += lost - 1; /* and the fault itself, give_back() */
        return;
    }
    if (!r->is_long) {
        at = row_of_wide(r, unit, name, (int32_t)number);
        for (i = 0; i < r->columns; i++)
            if (r->uses[i].as == AS_FIGURE || r->uses[i].as == AS_EXTRA)
                put(r, at, &r->uses[i], i < row->count ? row->cells[i] : (struct xt_str){"", 0}, row->number);
        return;
    }
    at = xt_index_rows_find_or_add(&r->rows, unit, name, (int32_t)number);
    put(r, at, &use, value, row->number);
}

/* Back to who wants refused rows: each fault is one of a figure. */
static void give_back(struct reader *r, const struct xt_table *table, const struct xt_row *row)
{
    if (r->options->refused && r->faults.seen > 0) {
        r->data->refused += (int64_t)r->faults.seen;
        r->options->refused(r->options->context, r->path, table, row, &r->faults);
        xt_problems_clear(&r->faults);
    }
}

static enum xt_code read_row(struct reader *r, const struct xt_table *table, const struct xt_row *row,
                             struct xt_error *err)
{
    size_t columns = r->rows.places;

    take_row(r, row);
    give_back(r, table, row);
    if (r->rows.rows > XT_INDEX_CELLS_MAX / columns)
        return xt_fail(err, XT_E_INPUT, "rows", XT_MSG_INDEX_CELLS, XT_INT(columns), XT_INT(r->rows.rows),
                       XT_INT(XT_INDEX_CELLS_MAX));
    if (r->rows.rows > XT_INDEX_ROWS_MAX)
        return xt_fail(err, XT_E_INPUT, "rows", XT_MSG_INDEX_ROWS, XT_INT(r->rows.rows), XT_INT(XT_INDEX_ROWS_MAX));
    return XT_OK;
}

static void unreadable_row(struct reader *r, const struct xt_table *table, const struct xt_row *row,
                           struct xt_error *fault)
{
    char place[100];

    (void)snprintf(place, sizeof place, "row %lld", (long long)row->number);
    fault->field[0] = '\0';
    xt_problem(r->problems, place, fault->msg, XT_INT(fault->args[0].i), XT_INT(fault->args[1].i));
    r->data->seen++;
    give_back(r, table, row);
}

static enum xt_code read_path(struct reader *r, const char *path, struct xt_error *err)
{
    struct xt_table_options options = {.sheet = r->options->sheet};
    struct xt_table *table = NULL;
    enum xt_code rc = xt_table_open(path, &options, &table, err);

    if (rc != XT_OK)
        return rc;
    r->path = path;
    r->first = r->rows.rows;
    rc = bind(r, table, err);
    while (rc == XT_OK) {
        struct xt_error fault;
        struct xt_row row;
        bool more;

        rc = xt_table_next(table, &row, &more, &fault);
        if (rc == XT_E_INPUT && more) { /* a row that cannot be read is a fault of its own */
            unreadable_row(r, table, &row, &fault);
            rc = XT_OK;
            continue;
        }
        if (rc != XT_OK && err)
            *err = fault;
        if (rc != XT_OK || !more)
            break;
        rc = read_row(r, table, &row, err);
    }
    xt_table_close(&table);
    return rc;
}

/* ---- the table ---- */

static void add_number(struct xt_hasher *hasher, double value)
{
    char digits[XT_DOUBLE_SIZE];

    xt_hasher_add_str(hasher, isnan(value) ? XT_STR("") : xt_str(xt_double_format(value, digits)));
}

void xt_index_data_hash(const struct xt_index_file *file, struct xt_index_data *data)
{
    const struct xt_index_table *table = &data->table;
    struct xt_hasher hasher;
    size_t row, c;

    xt_hasher_init(&hasher);
    for (row = 0; row < table->rows; row++) {
        xt_hasher_add_str(&hasher, xt_str(table->unit[row]));
        xt_hasher_add_str(&hasher, xt_str(table->group && table->group[row] ? table->group[row] : ""));
        add_number(&hasher, table->period ? table->period[row] : 0);
        for (c = 0; c < file->tree.indicator_count; c++)
            add_number(&hasher, table->values[c][row]);
        for (c = 0; c < table->extra_count; c++)
            add_number(&hasher, table->extras[c].values[row]);
    }
    xt_hasher_end(&hasher, &data->hash);
}

static enum xt_code first_problem(const struct xt_problems *problems, size_t seen, struct xt_error *err)
{
    const struct xt_problem *first = &problems->list[seen < problems->count ? seen : 0];

    return xt_fail(err, XT_E_INPUT, first->path, first->msg, XT_TEXT(first->args[0].text));
}

struct xt_index_data *xt_index_data_new(void)
{
    struct xt_index_data *data = xt_calloc(1, sizeof *data);

    xt_arena_init(&data->arena);
    xt_text_init(&data->unused, 4 * XT_KIB);
    return data;
}

enum xt_code xt_index_data_read(const struct xt_index_file *file, const char *const *paths,
                                const struct xt_index_data_options *options, struct xt_index_data **out,
                                struct xt_problems *problems, struct xt_error *err)
{
    static const struct xt_index_data_options none;
    XT_AUTO(xt_index_data_free) struct xt_index_data *data = xt_index_data_new();
    struct reader r = {.file = file, .options = options ? options : &none, .data = data, .problems = problems};
    size_t seen = problems->seen;
    enum xt_code rc = XT_OK;

    xt_text_init(&r.last, 4 * XT_KIB);
    xt_problems_init(&r.faults);
    if (r.options->refused)
        r.problems = &r.faults;
    xt_index_rows_init(&r.rows, file, data);
    for (; rc == XT_OK && *paths; paths++)
        rc = read_path(&r, *paths, err);
    if (rc == XT_OK && problems->seen > seen)
        rc = first_problem(problems, seen, err);
    if (rc == XT_OK) {
        xt_index_rows_end(&r.rows);
        rc = xt_index_table_check(&file->tree, &data->table, problems, err);
    }
    xt_index_rows_done(&r.rows);
    xt_text_done(&r.last);
    xt_problems_done(&r.faults);
    if (rc != XT_OK)
        return rc;
    *out = data;
    data = NULL;
    return XT_OK;
}

void xt_index_data_free(struct xt_index_data **data)
{
    if (!*data)
        return;
    xt_text_done(&(*data)->unused);
    xt_arena_done(&(*data)->arena);
    free(*data);
    *data = NULL;
}

/* ---- metadata tables ---- */

enum { M_CODE, M_NAME, M_PARENT, M_WEIGHT, M_DIRECTION, M_UNIT, M_TARGET, M_DENOMINATOR, M_TYPE, M_COLUMNS };
static const char *const META_HEADS[M_COLUMNS] = {"iCode", "iName",  "Parent",      "Weight", "Direction",
                                                  "Unit",  "Target", "Denominator", "Type"};

static void add_text(json_t *object, const char *member, struct xt_str s)
{
    if (s.n > 0)
        json_object_set_new(object, member, json_stringn(s.s, s.n));
}

static void add_real(json_t *object, const char *member, struct xt_str s)
{
    double value;

    if (s.n > 0 && read_number(s, &value))
        json_object_set_new(object, member, json_real(value));
    else if (!is_missing(s))
        add_text(object, member, s); /* the file's check names it */
}

static void add_meta_row(const struct xt_str cells[M_COLUMNS], json_t *nodes, json_t *columns)
{
    bool node = is(cells[M_TYPE], "Indicator") || is(cells[M_TYPE], "Aggregate");
    bool group = is(cells[M_TYPE], "Group"), denominator = is(cells[M_TYPE], "Denominator");
    json_t *object, *label;
    double direction;

    if (!node && !group && !denominator)
        return;
    object = json_object();
    label = json_object();
    add_text(object, "code", cells[M_CODE]);
    add_text(label, "en", cells[M_NAME]);
    json_object_set_new(object, "label", label);
    add_text(object, "unit", cells[M_UNIT]);
    if (!node) {
        if (group)
            json_object_set_new(object, "group", json_true());
        json_array_append_new(columns, object);
        return;
    }
    add_text(object, "parent", cells[M_PARENT]);
    add_text(object, "denominator", cells[M_DENOMINATOR]);
    add_real(object, "weight", cells[M_WEIGHT]);
    add_real(object, "target", cells[M_TARGET]);
    if (read_number(cells[M_DIRECTION], &direction))
        json_object_set_new(object, "direction", json_integer((json_int_t)direction));
    json_array_append_new(nodes, object);
}

enum xt_code xt_index_meta_read(const char *path, struct xt_text *out_json, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *nodes = json_array(), *columns = json_array();
    size_t at[M_COLUMNS], count, i, k;
    struct xt_table *table = NULL;
    const struct xt_str *heads;
    struct xt_json w;
    enum xt_code rc = xt_table_open(path, NULL, &table, err);

    if (rc != XT_OK)
        return rc;
    count = xt_table_columns(table, &heads);
    for (k = 0; k < M_COLUMNS; k++) {
        for (at[k] = 0; at[k] < count && !is(heads[at[k]], META_HEADS[k]);)
            at[k]++;
        if (at[k] == count && (k == M_CODE || k == M_PARENT || k == M_TYPE) && rc == XT_OK)
            rc = xt_fail(err, XT_E_INPUT, META_HEADS[k], XT_MSG_INDEX_META_COLUMN, XT_TEXT(META_HEADS[k]));
    }
    while (rc == XT_OK) {
        struct xt_str cells[M_COLUMNS];
        struct xt_row row;
        bool more;

        rc = xt_table_next(table, &row, &more, err);
        if (rc != XT_OK || !more)
            break;
        for (i = 0; i < M_COLUMNS; i++)
            cells[i] = at[i] < row.count ? xt_str_trim(row.cells[at[i]]) : (struct xt_str){"", 0};
        add_meta_row(cells, nodes, columns);
    }
    xt_table_close(&table);
    if (rc != XT_OK)
        return rc;
    xt_json_init(&w, out_json);
    xt_json_object(&w);
    xt_json_key(&w, "nodes");
    xt_json_add_tree(&w, nodes);
    xt_json_key(&w, "columns");
    xt_json_add_tree(&w, columns);
    xt_json_key(&w, "recipe");
    xt_json_add_raw(&w, XT_STR("{\"steps\":[{\"step\":\"normalise\",\"method\":\"minmax\",\"lo\":0,\"hi\":100},"
                               "{\"step\":\"aggregate\",\"by_level\":[\"arithmetic\"]}]}"));
    xt_json_end_object(&w);
    return XT_OK;
}
