/* draft.c - a mapping for a file nobody has seen: read a sample, match, write, try it, mend it. */
#include "exchange/draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "exchange/draft_priv.h"

#define TRIES           4
#define TRIED_ROWS      1000
#define LINE_CHARS      110 /* of the mapping as written */

#define pick(d, zh, en) ((d)->options->lang == XT_ZH ? zh : en)

/* ---- periods ---- */

/* "2018.01-2020.12" feeds two fields. */
static void find_periods(struct draft *d)
{
    static const struct {
        const char *from, *until;
    } periods[] = {{"starts_on", "ends_on"}, {"valid_from", "valid_until"}, {"started_on", "ended_on"}};
    size_t i, k, c;

    for (c = 0; c < d->sample.count; c++) {
        struct draft_column *column = &d->sample.columns[c];

        if (column->looks.ranges < 0.8)
            continue;
        column->field = NULL;
        for (k = 0; k < XT_COUNT(periods) && !column->field; k++) {
            const struct xt_field *from = xt_type_field(d->out->type, xt_str(periods[k].from));
            const struct xt_field *until = xt_type_field(d->out->type, xt_str(periods[k].until));
            bool taken = !from || !until;

            for (i = 0; i < d->sample.count && !taken; i++)
                taken = d->sample.columns[i].field == from || d->sample.columns[i].field == until;
            if (taken)
                continue;
            column->field = from;
            column->until = until;
            column->certainty = 85;
            column->why = xt_arena_printf(
                d->arena, pick(d, "值是起止时间，分入“%s”和“%s”", "values are periods, for \"%s\" and \"%s\""),
                from->labels[d->options->lang], until->labels[d->options->lang]);
        }
    }
}

/* ---- trying ---- */

struct trial {
    int64_t rows, rejected;
    int64_t faults[XT_DRAFT_COLUMNS]; /* rows with a problem in the field this column feeds */
};

static void count_fault(struct draft *d, const struct xt_mapped_record *record, const char *path, struct trial *trial)
{
    struct xt_str name = {path, strcspn(path, ".[")};
    size_t i;

    for (i = 0; i < d->sample.count && record->record == 0; i++) {
        const struct draft_column *column = &d->sample.columns[i];

        if (column->field &&
            (xt_str_is(name, column->field->name) || (column->until && xt_str_is(name, column->until->name))))
            trial->faults[i]++;
    }
}

static void try_row(struct draft *d, const struct xt_mapped *mapped, struct trial *trial)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    bool good = mapped->count > 0;
    size_t i, k;

    xt_problems_init(&problems);
    for (i = 0; i < mapped->count; i++) {
        const struct xt_mapped_record *record = &mapped->records[i];

        xt_problems_clear(&problems);
        good = xt_type_check(d->region, record->type, record->body, &problems) && record->problems.seen == 0 && good;
        for (k = 0; k < record->problems.count; k++)
            count_fault(d, record, record->problems.list[k].path, trial);
        for (k = 0; k < problems.count; k++)
            count_fault(d, record, problems.list[k].path, trial);
    }
    trial->rows++;
    trial->rejected += !good;
}

static enum xt_code try_rows(struct draft *d, const struct xt_mapping *mapping, struct xt_table *table,
                             struct trial *trial, struct xt_error *err)
{
    struct xt_plan *plan = NULL;
    const struct xt_str *heads;
    size_t count = xt_table_columns(table, &heads);
    struct xt_row row = {0};
    int64_t part = 0;
    bool more = true;
    enum xt_code rc = xt_plan_new(mapping, heads, count, &plan, err);

    while (rc == XT_OK && trial->rows < TRIED_ROWS) {
        struct xt_error fault;
        struct xt_mapped mapped;
        enum xt_code got = xt_table_next(table, &row, &more, &fault);

        if ((got != XT_OK && got != XT_E_INPUT) || !more || (part > 0 && row.part != part))
            break;
        if (got == XT_E_INPUT)
            continue;
        part = row.part;
        xt_plan_row(plan, &row, &mapped);
        if (!mapped.skip)
            try_row(d, &mapped, trial);
    }
    xt_plan_free(&plan);
    return rc;
}

static enum xt_code try_draft(struct draft *d, struct trial *trial, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    XT_AUTO(xt_mapping_free) struct xt_mapping *mapping = NULL;
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    struct xt_table_options options;
    struct xt_table *table = NULL;
    struct xt_json w;
    enum xt_code rc;

    memset(trial, 0, sizeof *trial);
    xt_problems_init(&problems);
    xt_text_init(&text, XT_MAPPING_BYTES_MAX);
    xt_json_init(&w, &text);
    xt_json_add_tree(&w, d->out->mapping);
    rc = xt_mapping_load(d->region, xt_str(d->name), xt_text_view(&text), &mapping, &problems, err);
    if (rc != XT_OK && problems.count > 0) /* our own mistake, and said so */
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT(problems.list[0].path));
    if (rc != XT_OK)
        return rc;
    options = *xt_mapping_table_options(mapping);
    rc = xt_table_open(d->path, &options, &table, err);
    if (rc == XT_OK)
        rc = try_rows(d, mapping, table, trial, err);
    xt_table_close(&table);
    return rc;
}

/* Fields whose values cannot be read make rows be rejected: codes are dropped where they are none, other fields left out
 * when many rows are concerned; a few bad cells are for the clerk to mend. True when something was changed. */
static bool mend(struct draft *d, const struct trial *trial)
{
    bool changed = false;
    size_t i;

    for (i = 0; i < d->sample.count; i++) {
        struct draft_column *column = &d->sample.columns[i];

        if (!column->field || trial->faults[i] == 0 || trial->rows == 0)
            continue;
        if (column->field->kind == XT_KIND_CODE && !column->leave_unknown) {
            column->leave_unknown = true;
            changed = true;
        } else if (trial->faults[i] * 5 > trial->rows && !column->field->required) {
            column->why = xt_arena_printf(
                d->arena, pick(d, "%d%% 的行中“%s”无法取值", "in %d%% of the rows \"%s\" cannot be read from it"),
                (int)(trial->faults[i] * 100 / trial->rows), column->field->labels[d->options->lang]);
            column->field = column->until = NULL;
            column->certainty = 60;
            changed = true;
        }
    }
    return changed;
}

static enum xt_code write_and_try(struct draft *d, struct xt_error *err)
{
    struct trial *trial = xt_arena_alloc(d->arena, sizeof *trial);
    enum xt_code rc = XT_OK;
    int i;

    for (i = 0; i < TRIES && rc == XT_OK; i++) {
        json_decref(d->out->mapping);
        d->out->mapping = draft_mapping(d);
        rc = try_draft(d, trial, err);
        if (rc != XT_OK || !mend(d, trial))
            break;
    }
    d->out->tried = trial->rows;
    d->out->rejected = trial->rejected;
    return rc;
}

/* ---- the contract ---- */

static void list_columns(struct draft *d)
{
    struct xt_draft_column *list = xt_arena_alloc(d->arena, (d->sample.count + 1) * sizeof *list);
    size_t i;

    for (i = 0; i < d->sample.count; i++) {
        const struct draft_column *column = &d->sample.columns[i];

        list[i] = (struct xt_draft_column){.column = column->name, .certainty = column->certainty, .why = column->why};
        if (!column->field)
            continue;
        list[i].record = d->out->type->name;
        list[i].field = column->field->name;
        list[i].label = column->field->labels[d->options->lang];
    }
    d->out->columns = list;
    d->out->column_count = d->sample.count;
    d->out->columns_beyond = d->sample.beyond;
    d->out->rows = d->sample.rows;
    d->out->sampled = (int64_t)d->sample.kept;
}

enum xt_code xt_draft_file(struct xt_region *region, const char *path, const struct xt_draft_options *options,
                           struct xt_draft **out, struct xt_error *err)
{
    XT_AUTO(xt_draft_free) struct xt_draft *made = xt_calloc(1, sizeof *made);
    const char *slash = strrchr(path, '/');
    struct draft d = {
        .region = region,
        .options = options,
        .path = path,
        .name = options->name ? options->name
                : slash       ? slash + 1
                              : path,
        .arena = &made->arena,
        .out = made,
    };
    enum xt_code rc;
    size_t i;

    xt_arena_init(&made->arena);
    rc = draft_words_load(region, &d.words, err);
    if (rc == XT_OK)
        rc = draft_sample_read(&d, err);
    if (rc == XT_OK && d.sample.kept == 0)
        rc = xt_fail(err, XT_E_INPUT, "", XT_MSG_DRAFT_NO_ROWS, XT_TEXT(d.name));
    if (rc == XT_OK)
        rc = draft_match(&d, err);
    if (rc == XT_OK) {
        find_periods(&d);
        rc = write_and_try(&d, err);
    }
    if (rc == XT_OK)
        list_columns(&d);
    for (i = 0; i < d.sample.count; i++)
        free(d.sample.columns[i].values);
    free(d.sample.cells);
    draft_words_done(&d.words);
    if (rc != XT_OK)
        return rc;
    *out = made;
    made = NULL;
    return XT_OK;
}

void xt_draft_free(struct xt_draft **draft)
{
    if (!*draft)
        return;
    json_decref((*draft)->mapping);
    xt_arena_done(&(*draft)->arena);
    free(*draft);
    *draft = NULL;
}

static void add_key(const char *name, struct xt_text *out)
{
    struct xt_json w;

    xt_json_init(&w, out);
    xt_json_add_z(&w, name);
    xt_text_add_z(out, ": ");
}

/* As the mappings of region/ are written: what fits on a line stands on one. */
static void add_pretty(const json_t *value, size_t indent, size_t before, struct xt_text *out)
{
    char *line = json_dumps(value, JSON_ENCODE_ANY);
    bool list = json_is_array(value), first = true;
    const char *name;
    json_t *member;
    size_t i;

    if (!line || (!list && !json_is_object(value)) ||
        indent + before + xt_utf8_count(line, strlen(line)) < LINE_CHARS) {
        xt_text_add_z(out, line ? line : "null");
        free(line);
        return;
    }
    free(line);
    xt_text_add_char(out, list ? '[' : '{');
    json_array_foreach (value, i, member) {
        xt_text_addf(out, "%s\n%*s", first ? "" : ",", (int)indent + 4, "");
        add_pretty(member, indent + 4, 1, out);
        first = false;
    }
    json_object_foreach ((json_t *)value, name, member) {
        xt_text_addf(out, "%s\n%*s", first ? "" : ",", (int)indent + 4, "");
        add_key(name, out);
        add_pretty(member, indent + 4, strlen(name) + 5, out);
        first = false;
    }
    xt_text_addf(out, "\n%*s%c", (int)indent, "", list ? ']' : '}');
}

void xt_draft_write(const struct xt_draft *draft, struct xt_text *out)
{
    add_pretty(draft->mapping, 0, 0, out);
    xt_text_add_char(out, '\n');
}

/* By reason, each said once. */
static void report_left_out(const struct xt_draft *draft, bool zh, struct xt_text *out)
{
    size_t i, k;

    for (i = 0; i < draft->column_count; i++) {
        const struct xt_draft_column *column = &draft->columns[i];

        if (column->field)
            continue;
        for (k = 0; k < i && (draft->columns[k].field || strcmp(draft->columns[k].why, column->why) != 0); k++)
            ;
        if (k < i)
            continue; /* said with that one */
        xt_text_addf(out, zh ? "不用（%s）：" : "left out (%s): ", column->why);
        for (k = i; k < draft->column_count; k++) {
            if (!draft->columns[k].field && strcmp(draft->columns[k].why, column->why) == 0)
                xt_text_addf(out, "%s%s", k == i ? "" : zh ? "、" : ", ", draft->columns[k].column);
        }
        xt_text_add_char(out, '\n');
    }
}

void xt_draft_report(const struct xt_draft *draft, enum xt_lang lang, struct xt_text *out)
{
    bool zh = lang == XT_ZH;
    size_t i;

    xt_text_addf(out, zh ? "类型：%s（%d%%）" : "type: %s (%d%%)", draft->type->labels[lang], draft->type_certainty);
    if (draft->second_type)
        xt_text_addf(out, zh ? "，其次是%s" : ", next best %s", draft->second_type->labels[lang]);
    xt_text_addf(out, zh ? "\n记录键：%s\n" : "\nkey: %s\n", draft->key_why);
    for (i = 0; i < draft->column_count; i++) {
        const struct xt_draft_column *column = &draft->columns[i];

        if (column->field)
            xt_text_addf(out, "%3d%%  %s → %s (%s)%s%s\n", column->certainty, column->column, column->label,
                         column->field, zh ? "：" : ": ", column->why);
    }
    report_left_out(draft, zh, out);
    if (draft->columns_beyond > 0)
        xt_text_addf(out,
                     zh ? "另有 %lld 处列或路径超出上限，没有看\n" : "%lld more columns or paths were not looked at\n",
                     (long long)draft->columns_beyond);
    xt_text_addf(out,
                 zh ? "读了 %lld 行，取样 %lld 行；试用 %lld 行，其中 %lld 行会被拒绝\n"
                    : "%lld rows read, %lld kept as sample; of %lld rows tried %lld would be rejected\n",
                 (long long)draft->rows, (long long)draft->sampled, (long long)draft->tried,
                 (long long)draft->rejected);
}

void xt_draft_report_json(const struct xt_draft *draft, struct xt_text *out)
{
    struct xt_json w;
    size_t i;

    xt_json_init(&w, out);
    xt_json_object(&w);
    xt_json_kv_z(&w, "type", draft->type->name);
    xt_json_kv_int(&w, "certainty", draft->type_certainty);
    if (draft->second_type)
        xt_json_kv_z(&w, "second", draft->second_type->name);
    xt_json_kv_z(&w, "key", draft->key_why);
    xt_json_kv_int(&w, "rows", draft->rows);
    xt_json_kv_int(&w, "sampled", draft->sampled);
    xt_json_kv_int(&w, "tried", draft->tried);
    xt_json_kv_int(&w, "rejected", draft->rejected);
    xt_json_key(&w, "columns");
    xt_json_array(&w);
    for (i = 0; i < draft->column_count; i++) {
        const struct xt_draft_column *column = &draft->columns[i];

        xt_json_object(&w);
        xt_json_kv_z(&w, "column", column->column);
        if (column->field) {
            xt_json_kv_z(&w, "record", column->record);
            xt_json_kv_z(&w, "field", column->field);
        }
        xt_json_kv_int(&w, "certainty", column->certainty);
        xt_json_kv_z(&w, "why", column->why);
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_end_object(&w);
    xt_text_add_char(out, '\n');
}
