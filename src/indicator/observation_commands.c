/* observation_commands.c - observations on the command line: import, list, export. */
#include "indicator/observation_commands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "exchange/rejects.h"
#include "indicator/indicator_cli.h"
#include "indicator/observation.h"
#include "indicator/observation_view.h"
#include "table/table.h"

#define READ_WAIT_MS  10000
#define SOURCE_MAX    1000 /* bytes of the names of files as a source */
#define PROGRESS_ROWS 5000

/* ---- import ---- */

const struct xt_option xt_observation_import_options[] = {
    {"index", "NAME", "指标属于哪个指数体系（region/indexes/）",
     "the index whose indicators they are (region/indexes/)"},
    {"source", "TEXT", "出处；默认为文件名", "where the figures come from; the names of the files by default"},
    {"status", "final|provisional|estimated", "数据状态，默认 final", "what the figures are; final by default"},
    {"note", "TEXT", "附注", "a note"},
    {"unit", "COLUMN", "单位（地区）一列的表头", "head of the column of units"},
    {"period", "COLUMN", "年份一列的表头", "head of the column of periods"},
    {"sheet", "NAME", "工作表", "sheet of a workbook"},
    {"dry-run", NULL, "只算不存", "count, but store nothing"},
    {"rejects", "FILE", "被拒的行写到这里；默认在输入文件旁", "refused rows go here; beside the input by default"},
    {.name = NULL},
};

struct refusing { /* rows go back to who sent them, a file of them for each input */
    const struct xt_cli *cli;
    struct xt_import_options options;
    struct xt_rejects rejects;
    const char *path; /* at hand, NULL before the first */
    struct xt_text reasons;
    struct xt_error error;
};

static void end_rejects(struct refusing *r)
{
    char path[1024];

    if (!r->path)
        return;
    if (xt_rejects_close(&r->rejects, path, sizeof path, &r->error) == XT_OK && path[0])
        (void)fprintf(stderr, xt_pick(r->cli, "被拒的行在 %s\n", "refused rows are in %s\n"), path);
    xt_rejects_done(&r->rejects);
    r->path = NULL;
}

static void refuse_row(void *context, const char *path, const struct xt_table *table, const struct xt_row *row,
                       const struct xt_problems *faults)
{
    struct refusing *r = context;

    if (r->path != path) {
        end_rejects(r);
        xt_rejects_init(&r->rejects, path, &r->options);
        r->path = path;
    }
    r->rejects.table = table;
    xt_text_clear(&r->reasons);
    xt_problems_say(faults, r->cli->lang, &r->reasons);
    (void)fprintf(stderr, "%s: %s\n", path, r->reasons.s);
    if (!r->options.dry_run)
        xt_rejects_add(&r->rejects, row, xt_text_view(&r->reasons));
}

static const char *source_of(const struct xt_cli *cli, struct xt_text *out)
{
    const char *given = xt_cli_option(cli, "source");
    size_t i;

    if (given)
        return given;
    for (i = 0; i < cli->arg_count && out->n < SOURCE_MAX / 2; i++) {
        const char *slash = strrchr(cli->args[i], '/');

        xt_text_addf(out, "%s%s", i > 0 ? "、" : "", slash ? slash + 1 : cli->args[i]);
    }
    return out->s;
}

static void show_progress(void *context, int64_t done, int64_t total)
{
    int64_t *shown = context;

    if (done < total && done - *shown < PROGRESS_ROWS)
        return;
    *shown = done;
    (void)fprintf(stderr, "\r%lld / %lld%s", (long long)done, (long long)total, done < total ? "" : "\n");
}

static enum xt_code import_options(const struct xt_cli *cli, struct xt_observation_import *out, struct xt_error *err)
{
    const char *status = xt_cli_option(cli, "status");

    out->actor = xt_str(cli->actor.name);
    out->note = xt_cli_option(cli, "note");
    out->dry_run = xt_cli_option(cli, "dry-run") != NULL;
    if (!xt_cli_option(cli, "index"))
        return xt_fail(err, XT_E_INPUT, "index", XT_MSG_REQUIRED);
    if (xt_rejects_check(xt_cli_option(cli, "rejects"), cli->arg_count, err) != XT_OK)
        return err->code;
    if (status && (!xt_observed_by_word(xt_str(status), &out->status) || out->status == XT_OBSERVED_MISSING))
        return xt_fail(err, XT_E_INPUT, "status", XT_MSG_INDEX_WORD, XT_TEXT(status));
    if (out->note && strlen(out->note) > SOURCE_MAX)
        return xt_fail(err, XT_E_INPUT, "note", XT_MSG_TOO_LARGE, XT_INT(SOURCE_MAX), XT_INT(strlen(out->note)));
    if (out->source && strlen(out->source) > SOURCE_MAX)
        return xt_fail(err, XT_E_INPUT, "source", XT_MSG_TOO_LARGE, XT_INT(SOURCE_MAX), XT_INT(strlen(out->source)));
    return XT_OK;
}

static enum xt_code import_files(struct xt_cli *cli, const struct xt_observation_import *options,
                                 struct refusing *refusing, struct xt_observation_counts *counts,
                                 struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_index_file_free) struct xt_index_file *file = NULL;
    XT_AUTO(xt_index_data_free) struct xt_index_data *data = NULL;
    struct xt_index_data_options from = {.unit = xt_cli_option(cli, "unit"),
                                         .period = xt_cli_option(cli, "period"),
                                         .sheet = xt_cli_option(cli, "sheet"),
                                         .refused = refuse_row,
                                         .context = refusing};
    const char *name = xt_cli_option(cli, "index");
    struct xt_str definition;
    enum xt_code rc;

    /* Series belong to an index of the region: that of a file has no name that lasts. */
    if (!xt_index_of_region(cli->node->region, xt_str(name), &definition))
        return xt_fail(err, XT_E_NOT_FOUND, "index", XT_MSG_INDEX_UNKNOWN, XT_TEXT(name));
    rc = xt_index_file_load(name, definition, NULL, &file, problems, err);
    if (rc == XT_OK)
        rc = xt_index_data_read(file, cli->args, &from, &data, problems, err);
    end_rejects(refusing);
    if (rc == XT_OK && refusing->error.code != XT_OK) {
        *err = refusing->error;
        rc = err->code;
    }
    if (rc != XT_OK)
        return rc;
    if (data->unused.n > 0)
        (void)fprintf(stderr, xt_pick(cli, "没有用到的列：%s\n", "columns not used: %s\n"), data->unused.s);
    return xt_observation_store(cli->node->store, file, data, options, counts, err);
}

int xt_observation_run_import(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    XT_AUTO(xt_text_done) struct xt_text source = {0};
    struct xt_observation_counts counts = {0};
    struct xt_observation_import options = {0};
    struct refusing refusing = {.cli = cli};
    int64_t began = xt_monotonic_us(), shown = 0;
    enum xt_code rc;

    xt_problems_init(&problems);
    xt_text_init(&source, SOURCE_MAX);
    xt_text_init(&refusing.reasons, 64 * XT_KIB);
    options.source = source_of(cli, &source);
    rc = import_options(cli, &options, err);
    refusing.options = (struct xt_import_options){.actor = options.actor,
                                                  .lang = cli->lang,
                                                  .dry_run = options.dry_run,
                                                  .rejects = xt_cli_option(cli, "rejects"),
                                                  .talk = stderr};
    if (cli->terminal) {
        options.progress = show_progress;
        options.context = &shown;
    }
    if (rc == XT_OK)
        rc = import_files(cli, &options, &refusing, &counts, &problems, err);
    xt_text_done(&refusing.reasons);
    if (problems.seen > 0)
        xt_indicator_say(cli, xt_cli_option(cli, "index"), &problems);
    if (rc != XT_OK)
        return XT_EXIT_COULD_NOT;
    printf("seen=%lld stored=%lld unchanged=%lld deleted=%lld rejected=%lld seconds=%.2f\n", (long long)counts.seen,
           (long long)counts.stored, (long long)counts.unchanged, (long long)counts.deleted, (long long)counts.rejected,
           (double)(xt_monotonic_us() - began) / 1e6);
    return counts.rejected > 0 ? XT_EXIT_FOUND : 0;
}

/* ---- list and export ---- */

#define SELECTION                                                                                           \
    {"index", "NAME", "指数体系", "the index"}, {"indicator", "CODE", "指标代码", "code of the indicator"}, \
        {"area", "CODE", "地区代码或单位名；含它从前的代码",                                                \
         "code or name of the area; its earlier codes are included"},                                       \
        {"period", "YEAR", "年份", "the period"},                                                           \
        {"as-of", "DATE|INSTANT", "到那时为止所知的", "as they were known then"},                           \
    {                                                                                                       \
        "revisions", NULL, "列出每次修订", "all revisions, not only the last"                               \
    }

const struct xt_option xt_observation_list_options[] = {
    SELECTION,
    {"json", NULL, "每行一个 JSON 对象", "a JSON object on each line"},
    {.name = NULL},
};
const struct xt_option xt_observation_export_options[] = {
    SELECTION,
    {.name = NULL},
};

enum {
    C_INDEX,
    C_INDICATOR,
    C_AREA,
    C_NAME,
    C_PERIOD,
    C_VALUE,
    C_UNIT,
    C_STATUS,
    C_REVISION,
    C_RECORDED,
    C_SOURCE,
    C_NOTE,
    COLUMNS
};
static const char *const heads[COLUMNS][XT_LANGS] = {
    {"指数", "index"},
    {"指标", "indicator"},
    {"地区", "area"},
    {"名称", "name"},
    {"年份", "year"},
    {"数值", "value"},
    {"计量单位", "unit of measure"},
    {"状态", "status"},
    {"修订", "revision"},
    {"记录时间", "recorded"},
    {"来源", "source"},
    {"附注", "note"},
};

struct listing {
    struct xt_cli *cli;
    struct xt_out *out; /* NULL = standard output */
    bool json;
    struct xt_text line;
    struct xt_error *err;
    enum xt_code rc;
};

static bool list_json(struct listing *l, const struct xt_observation *o)
{
    struct xt_json w;

    xt_text_clear(&l->line);
    xt_json_init(&w, &l->line);
    xt_observation_write(&w, o, l->cli->node->region, l->cli->lang);
    printf("%s\n", l->line.s);
    return true;
}

static bool list_one(void *context, const struct xt_observation *o)
{
    struct listing *l = context;
    struct xt_str cells[COLUMNS];
    char period[24], revision[24], recorded[XT_INSTANT_SIZE], value[XT_DOUBLE_SIZE];
    size_t i;

    if (l->json)
        return list_json(l, o);
    (void)snprintf(period, sizeof period, "%lld", (long long)o->period);
    (void)snprintf(revision, sizeof revision, "%lld", (long long)o->revision);
    cells[C_INDEX] = o->index;
    cells[C_INDICATOR] = o->indicator;
    cells[C_AREA] = o->area;
    cells[C_NAME] = xt_observation_area_name(o, l->cli->node->region, l->cli->lang);
    cells[C_PERIOD] = xt_str(o->period == 0 ? "" : period);
    cells[C_VALUE] = o->has_value ? xt_str(xt_double_format(o->value, value)) : o->text;
    cells[C_UNIT] = o->unit;
    cells[C_STATUS] = o->status;
    cells[C_REVISION] = xt_str(revision);
    cells[C_RECORDED] = xt_str(xt_instant_format(o->recorded, true, recorded));
    cells[C_SOURCE] = o->source;
    cells[C_NOTE] = o->note;
    if (l->out) {
        l->rc = xt_out_row(l->out, cells, COLUMNS, l->err);
        return l->rc == XT_OK;
    }
    for (i = 0; i < COLUMNS; i++)
        printf("%s%.*s", i > 0 ? "\t" : "", (int)cells[i].n, cells[i].s ? cells[i].s : "");
    printf("\n");
    return true;
}

/* What the options select; areas holds the codes of the area that is asked for. */
static enum xt_code ask_of(struct xt_cli *cli, struct xt_arena *arena, struct xt_observation_ask *out,
                           struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    const char *area = xt_cli_option(cli, "area");
    struct xt_areas areas;
    int64_t period = 0;
    enum xt_code rc;

    xt_problems_init(&problems);
    *out = (struct xt_observation_ask){.index = xt_str(xt_cli_option(cli, "index")),
                                       .indicator = xt_str(xt_cli_option(cli, "indicator")),
                                       .revisions = xt_cli_option(cli, "revisions") != NULL,
                                       .has_period = xt_cli_option(cli, "period") != NULL,
                                       .limit = INT64_MAX};
    rc = xt_cli_int(cli, "period", -100000, 100000, 0, &period, err);
    out->period = (int32_t)period;
    if (rc == XT_OK)
        rc = xt_indicator_as_of(cli, &out->as_of, err);
    if (rc == XT_OK)
        rc = xt_areas_of(cli->node->region, arena, &areas, &problems, err);
    if (rc == XT_OK && area)
        out->area_count = xt_area_codes(&areas, xt_str(area), out->areas);
    return rc;
}

static enum xt_code list_all(struct listing *l, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_observation_ask ask;
    enum xt_code rc;

    xt_arena_init(&arena);
    rc = ask_of(l->cli, &arena, &ask, err);
    if (rc == XT_OK)
        rc = xt_read_begin(l->cli->node->store, READ_WAIT_MS, &read, err);
    if (rc == XT_OK)
        rc = xt_observation_each(xt_read_conn(read), &ask, list_one, l, err);
    return rc != XT_OK ? rc : l->rc;
}

int xt_observation_run_list(struct xt_cli *cli, struct xt_error *err)
{
    struct listing l = {.cli = cli, .json = xt_cli_option(cli, "json") != NULL, .err = err};
    size_t i;
    enum xt_code rc;

    xt_text_init(&l.line, XT_MIB);
    for (i = 0; i < COLUMNS && !l.json; i++)
        printf("%s%s", heads[i][cli->lang], i + 1 < COLUMNS ? "\t" : "\n");
    rc = list_all(&l, err);
    xt_text_done(&l.line);
    return rc == XT_OK ? 0 : XT_EXIT_COULD_NOT;
}

int xt_observation_run_export(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_out_drop) struct xt_out *out = NULL;
    struct xt_out_column columns[COLUMNS] = {0};
    const char *dot = strrchr(cli->args[0], '.');
    struct listing l = {.cli = cli, .err = err};
    enum xt_format format;
    size_t i;
    enum xt_code rc;

    if (!xt_format_by_name(xt_str(dot ? dot : ""), &format) ||
        (format != XT_FORMAT_CSV && format != XT_FORMAT_TSV && format != XT_FORMAT_XLSX)) {
        (void)xt_fail(err, XT_E_INPUT, "FILE", XT_MSG_INDEX_WORD, XT_TEXT(cli->args[0]));
        return XT_EXIT_COULD_NOT;
    }
    for (i = 0; i < COLUMNS; i++) {
        columns[i].head = heads[i][cli->lang];
        columns[i].kind = i == C_PERIOD || i == C_VALUE || i == C_REVISION ? XT_CELL_NUMBER : XT_CELL_TEXT;
    }
    rc = xt_out_open(cli->args[0], format, XT_CHARSET_UTF8, "observations", columns, COLUMNS, &out, err);
    l.out = out;
    if (rc == XT_OK)
        rc = list_all(&l, err);
    if (rc == XT_OK)
        rc = xt_out_close(&out, err);
    return rc == XT_OK ? 0 : XT_EXIT_COULD_NOT;
}
