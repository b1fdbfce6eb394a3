/* mapping_try.c - a few rows through a mapping, for eyes. */
#include "exchange/mapping_try.h"

#include <string.h>

#include "base/json.h"
#include "exchange/gather.h"

#define ROWS_DEFAULT    10
#define VALUE_MAX       300 /* bytes shown of a field */
#define LABEL_COLUMNS   22
#define PASSED_MAX      10000 /* rows looked at that are no data, or lie in parts that the mapping does not fit */

#define pick(t, zh, en) ((t)->options->lang == XT_ZH ? zh : en)

struct
try {
    const struct xt_region *region;
    const struct xt_mapping *mapping;
    const struct xt_try_options *options;
    struct xt_table *table;
    struct xt_gather *gather; /* NULL: the table's rows are the rows */
    struct xt_plan *plan;     /* of the part at hand; NULL where the mapping does not fit it */
    int64_t part;
    struct xt_error part_fault;  /* of the first part that it does not fit */
    struct xt_problems problems; /* of the type, for the record at hand */
    struct xt_text value, columns;
    struct xt_text *out;
    struct xt_try_result *result;
};

/* Chinese characters take two places on a terminal. */
static size_t width_of(const char *s)
{
    size_t n = strlen(s);

    return xt_utf8_count(s, n) + (n - xt_utf8_count(s, n)) / 2;
}

static void say_file(struct try *t)
{
    const struct xt_table_facts *facts = xt_table_facts(t->table);
    const char *key = xt_plan_key(t->plan), *unused;
    size_t i;

    xt_text_addf(t->out, pick(t, "格式 %s", "format %s"), xt_format_name(facts->format));
    if (facts->head_row > 0)
        xt_text_addf(t->out, pick(t, "，字符集 %s，表头在第 %lld 行（%d%%）", ", %s, head in row %lld (%d%%)"),
                     xt_charset_name(facts->charset), (long long)facts->head_row, facts->head_certainty);
    xt_text_addf(t->out, pick(t, "\n记录键：%s\n", "\nkey: %s\n"),
                 key ? key : pick(t, "整行内容的散列值", "the hash of the whole row"));
    for (i = 0; (unused = xt_plan_unused(t->plan, i)) != NULL; i++)
        xt_text_addf(t->out, "%s%s", i > 0 ? "、" : pick(t, "不用的列：", "columns not used: "), unused);
    if (i > 0)
        xt_text_add_char(t->out, '\n');
}

/*   承担单位              示例大学 <src:list/organisation/示例大学>      ← 单位 */
static void say_field(struct try *t, const struct xt_mapped_record *record, const struct xt_field *field,
                      const json_t *value)
{
    const char *label = field->labels[t->options->lang];
    size_t n, wide = width_of(label);

    xt_text_clear(&t->value);
    xt_text_clear(&t->columns);
    xt_field_to_text(field, value, &t->value);
    xt_plan_columns_of(t->plan, record->record, xt_str(field->name), &t->columns);
    n = xt_utf8_clip(t->value.s, t->value.n, VALUE_MAX);
    xt_text_addf(t->out, "    %s%*s  %.*s%s", label, wide < LABEL_COLUMNS ? (int)(LABEL_COLUMNS - wide) : 0, "", (int)n,
                 t->value.s, n < t->value.n ? "…" : "");
    if (t->columns.n > 0)
        xt_text_addf(t->out, "  ← %s", t->columns.s);
    xt_text_add_char(t->out, '\n');
}

static void say_problem(struct try *t, const struct xt_row *row, const struct xt_mapped_record *record,
                        const struct xt_problem *problem)
{
    struct xt_str first = {problem->path, strcspn(problem->path, ".[")};
    const struct xt_field *field = xt_type_field(record->type, first);

    xt_text_addf(t->out, "  ! %s", field ? field->labels[t->options->lang] : problem->path);
    if (first.n < strlen(problem->path))
        xt_text_add_z(t->out, problem->path + first.n);
    xt_text_add_z(t->out, pick(t, "：", ": "));
    xt_text_clear(&t->value);
    xt_problem_say(problem, t->options->lang, &t->value);
    xt_text_add_str(t->out, xt_text_view(&t->value));
    xt_text_clear(&t->columns);
    xt_plan_cells_of(t->plan, record->record, first, row, &t->columns);
    if (t->columns.n > 0)
        xt_text_addf(t->out, pick(t, "（列 %s）", " (column %s)"), t->columns.s);
    xt_text_add_char(t->out, '\n');
}

static bool has_problem_at(const struct xt_problems *problems, const char *path)
{
    size_t i;

    for (i = 0; i < problems->count; i++) {
        if (strcmp(problems->list[i].path, path) == 0)
            return true;
    }
    return false;
}

/* False when an import would refuse it. */
static bool say_record(struct try *t, const struct xt_row *row, const struct xt_mapped_record *record)
{
    bool good = record->problems.seen == 0;
    const struct xt_field *field;
    const char *name;
    json_t *value;
    size_t i;

    xt_problems_clear(&t->problems);
    if (!record->deleted)
        good = xt_type_check(t->region, record->type, record->body, &t->problems) && good;
    xt_text_addf(t->out, "  %s %.*s%s\n", record->type->labels[t->options->lang], (int)record->key.n, record->key.s,
                 record->deleted ? pick(t, "（删除）", " (deleted)") : "");
    json_object_foreach (record->body, name, value) {
        field = xt_type_field(record->type, xt_str(name));
        if (field)
            say_field(t, record, field, value);
    }
    for (i = 0; i < record->problems.count; i++)
        say_problem(t, row, record, &record->problems.list[i]);
    for (i = 0; i < t->problems.count; i++) { /* a cell that could not be read is not missing, too */
        if (!has_problem_at(&record->problems, t->problems.list[i].path))
            say_problem(t, row, record, &t->problems.list[i]);
    }
    return good;
}

static void say_refused_row(struct try *t, const struct xt_row *row, const struct xt_error *err)
{
    t->result->rows++;
    t->result->wrong++;
    xt_text_clear(&t->value);
    xt_error_say(err, t->options->lang, &t->value);
    xt_text_addf(t->out, pick(t, "\n第 %lld 行\n  ! %s\n", "\nrow %lld\n  ! %s\n"), (long long)row->number, t->value.s);
}

static void say_row(struct try *t, const struct xt_row *row)
{
    struct xt_mapped mapped;
    bool good = true;
    size_t i;

    xt_plan_row(t->plan, row, &mapped);
    if (mapped.skip) {
        t->result->skipped++;
        xt_text_addf(t->out, pick(t, "\n第 %lld 行：不是数据，跳过\n", "\nrow %lld: no data, skipped\n"),
                     (long long)row->number);
        return;
    }
    if (mapped.count == 0 || mapped.too_many) {
        struct xt_error none;

        if (mapped.too_many)
            (void)xt_fail(&none, XT_E_INPUT, "", XT_MSG_IMPORT_MANY_RECORDS, XT_INT(XT_ROW_RECORDS_MAX));
        else
            (void)xt_fail(&none, XT_E_INPUT, "", XT_MSG_IMPORT_NO_RECORD);
        say_refused_row(t, row, &none);
        return;
    }
    xt_text_addf(t->out, pick(t, "\n第 %lld 行\n", "\nrow %lld\n"), (long long)row->number);
    for (i = 0; i < mapped.count; i++)
        good = say_record(t, row, &mapped.records[i]) && good;
    t->result->rows++;
    t->result->records += (int64_t)mapped.count;
    t->result->wrong += !good;
}

static void say_fault(struct try *t, const struct xt_error *fault)
{
    if (t->part_fault.code == XT_OK)
        t->part_fault = *fault;
    xt_text_clear(&t->value);
    xt_error_say(fault, t->options->lang, &t->value);
    xt_text_addf(t->out, "! %s\n", t->value.s);
}

/* Binds the mapping to the columns of the part at hand. */
static void bind_part(struct try *t)
{
    const struct xt_str *heads;
    size_t count = xt_table_columns(t->table, &heads);
    struct xt_error fault;
    struct xt_row head;

    t->part = xt_table_facts(t->table)->part;
    xt_plan_free(&t->plan);
    if (xt_plan_new(t->mapping, heads, count, &t->plan, &fault) != XT_OK) {
        say_fault(t, &fault);
        return;
    }
    say_file(t);
    if (!xt_mapping_headless(t->mapping))
        return;
    xt_table_head_row(t->table, &head); /* the reader took the first row for a head */
    if (head.count > 0)
        say_row(t, &head);
}

static enum xt_code say_rows(struct try *t, struct xt_error *err)
{
    int64_t most = t->options->rows > 0 ? t->options->rows : ROWS_DEFAULT, passed = 0;
    struct xt_row row = {0};
    struct xt_error fault;
    enum xt_code rc;
    bool more = true;

    bind_part(t);
    while (t->result->rows < most && t->result->skipped < PASSED_MAX && passed < PASSED_MAX) {
        rc = xt_table_next(t->table, &row, &more, &fault);
        if (rc != XT_OK && !(rc == XT_E_INPUT && more))
            return (*err = fault).code;
        if (!more)
            break;
        if (row.part != t->part)
            bind_part(t);
        if (!t->plan)
            passed++;
        else if (rc != XT_OK)
            say_refused_row(t, &row, &fault);
        else
            say_row(t, &row);
    }
    return t->result->rows == 0 && t->part_fault.code != XT_OK ? (*err = t->part_fault).code : XT_OK;
}

/* All rows are read before the first is whole. */
static enum xt_code gather_rows(struct try *t, struct xt_error *err)
{
    const struct xt_str *heads;
    size_t count = xt_table_columns(t->table, &heads);
    struct xt_row row = {0};
    struct xt_error fault;
    bool more = true, fits = xt_gather_part(t->gather, heads, count, &fault) == XT_OK;
    enum xt_code rc = XT_OK;

    t->part = xt_table_facts(t->table)->part;
    if (!fits)
        say_fault(t, &fault);
    while (rc == XT_OK) {
        rc = xt_table_next(t->table, &row, &more, &fault);
        if (rc != XT_OK && !(rc == XT_E_INPUT && more))
            return (*err = fault).code;
        if (!more)
            break;
        if (row.part != t->part) {
            t->part = row.part;
            count = xt_table_columns(t->table, &heads);
            fits = xt_gather_part(t->gather, heads, count, &fault) == XT_OK;
            if (!fits)
                say_fault(t, &fault);
        }
        rc = rc == XT_OK && fits ? xt_gather_add(t->gather, &row, err) : XT_OK;
    }
    if (rc != XT_OK)
        return rc;
    count = xt_gather_columns(t->gather, &heads);
    if (xt_plan_new(t->mapping, heads, count, &t->plan, &fault) == XT_OK)
        say_file(t);
    else
        say_fault(t, &fault);
    return XT_OK;
}

static enum xt_code say_gathered(struct try *t, struct xt_error *err)
{
    int64_t most = t->options->rows > 0 ? t->options->rows : ROWS_DEFAULT;
    enum xt_code rc = gather_rows(t, err);
    bool more = true;

    while (rc == XT_OK && t->plan && t->result->rows < most && t->result->skipped < PASSED_MAX) {
        struct xt_error fault;
        struct xt_row row;

        rc = xt_gather_next(t->gather, &row, &more, &fault);
        if (rc != XT_OK && rc != XT_E_INPUT)
            return (*err = fault).code;
        if (!more)
            break;
        if (rc == XT_OK)
            say_row(t, &row);
        else
            say_refused_row(t, &row, &fault);
        rc = XT_OK;
    }
    return rc == XT_OK && t->result->rows == 0 && t->part_fault.code != XT_OK ? (*err = t->part_fault).code : rc;
}

enum xt_code xt_mapping_try(const struct xt_region *region, const struct xt_mapping *mapping, const char *path,
                            const struct xt_try_options *options, struct xt_text *out, struct xt_try_result *result,
                            struct xt_error *err)
{
    struct try t = {.region = region, .mapping = mapping, .options = options, .out = out, .result = result};
    struct xt_table_options table = *xt_mapping_table_options(mapping);
    enum xt_code rc;

    *result = (struct xt_try_result){0};
    xt_problems_init(&t.problems);
    xt_text_init(&t.value, 64 * XT_KIB);
    xt_text_init(&t.columns, 4 * XT_KIB);
    if (options->charset)
        table.charset = options->charset;
    if (options->sheet)
        table.sheet = options->sheet;
    rc = xt_table_open(path, &table, &t.table, err);
    t.gather = xt_gather_new(mapping);
    if (rc == XT_OK)
        rc = t.gather ? say_gathered(&t, err) : say_rows(&t, err);
    xt_plan_free(&t.plan);
    xt_gather_free(&t.gather);
    xt_table_close(&t.table);
    xt_problems_done(&t.problems);
    xt_text_done(&t.value);
    xt_text_done(&t.columns);
    return rc;
}
