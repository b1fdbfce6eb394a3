/* index_commands.c - indexes on the command line: list, run, explain, compare, verify, export. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "indicator/analysis.h"
#include "indicator/index_out.h"
#include "indicator/indicator_cli.h"
#include "indicator/observation_commands.h"
#include "table/table.h"

#define READ_WAIT_MS 10000

/* ---- list ---- */

static int run_list(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_region_free) struct xt_region *owned = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_region *region;
    const char *const *paths;

    xt_arena_init(&arena);
    if (xt_indicator_region(cli, &owned, &region, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    for (paths = xt_region_list(region, "indexes/", &arena); *paths; paths++) {
        XT_AUTO(xt_index_file_free) struct xt_index_file *file = NULL;
        XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
        char name[200];
        struct xt_str bytes;

        (void)snprintf(name, sizeof name, "%s", strrchr(*paths, '/') + 1);
        name[strcspn(name, ".")] = '\0';
        xt_problems_init(&problems);
        if (!xt_region_file(region, *paths, &bytes) ||
            xt_index_file_load(name, bytes, NULL, &file, &problems, err) != XT_OK) {
            xt_indicator_say(cli, name, &problems);
            return XT_EXIT_COULD_NOT;
        }
        printf(xt_pick(cli, "%s\t%s\t%zu 个指标\n", "%s\t%s\t%zu indicators\n"), name,
               file->label[cli->lang] ? file->label[cli->lang] : name, file->tree.indicator_count);
    }
    return 0;
}

/* ---- run ---- */

struct standing { /* a row of the period and its place */
    size_t row;
    int32_t rank;
    const json_t *range;
};

static int by_standing(const void *a, const void *b)
{
    const struct standing *p = a, *q = b;

    if (p->rank != q->rank)
        return p->rank < q->rank ? -1 : 1;
    return (p->row > q->row) - (p->row < q->row);
}

static void say_ranking(const struct xt_cli *cli, const struct xt_index_release *release)
{
    const struct xt_index_file *file = release->file;
    const struct xt_index_table *table = &release->data->table;
    int32_t period = xt_index_release_last(release);
    const json_t *units = json_object_get(json_object_get(release->json, "uncertainty"), "units"), *range;
    const json_t **ranges = xt_calloc(table->rows + 1, sizeof *ranges);
    struct standing *list = xt_calloc(table->rows + 1, sizeof *list);
    size_t row, i, n = 0;

    json_array_foreach (units, i, range) {
        row = (size_t)xt_json_int(range, "row", -1);
        if (row < table->rows)
            ranges[row] = range;
    }
    for (row = 0; row < table->rows; row++) {
        int32_t rank = xt_index_release_rank(release, file->tree.top, row);

        if (rank > 0 && (!table->period || table->period[row] == period))
            list[n++] = (struct standing){row, rank, ranges[row]};
    }
    qsort(list, n, sizeof *list, by_standing);
    printf(xt_pick(cli, "名次\t单位\t得分%s\n", "rank\tunit\tscore%s\n"),
           units ? xt_pick(cli, "\t名次区间（5%–95%）", "\trank interval (5-95 %)") : "");
    for (i = 0; i < n; i++) {
        printf("%d\t%s\t%.2f", list[i].rank, release->data->names[list[i].row],
               xt_index_release_score(release, file->tree.top, list[i].row));
        if (list[i].range)
            printf("\t%.0f–%.0f", json_number_value(json_object_get(list[i].range, "low")),
                   json_number_value(json_object_get(list[i].range, "high")));
        printf("\n");
    }
    free(list);
    free(ranges);
}

static const struct xt_option run_options[] = {
    {"recipe", "FILE", "用这个文件里的方法代替体系自带的", "the recipe of this file in place of the index's own"},
    {"option", "NODE=NAME", "选用一种口径（可多次）", "take one of the definitions of a node (may be repeated)"},
    {"meta", "FILE", "体系取自元数据表（iMeta）", "the tree comes from a metadata table (iMeta)"},
    {"unit", "COLUMN", "单位（地区）一列的表头", "head of the column of units"},
    {"period", "COLUMN", "年份一列的表头", "head of the column of periods"},
    {"sheet", "NAME", "工作表", "sheet of a workbook"},
    {"uncertainty", "HOW", "no、draws、sobol 或 exact", "no, draws, sobol or exact"},
    {"draws", "N", "抽取次数", "how many draws"},
    {"stored", NULL, "用节点里保存的观测值", "run over the observations that the node keeps"},
    {"as-of", "DATE|INSTANT", "与 --stored 同用：到那时为止所知的观测值",
     "with --stored: the observations as they were known then"},
    {"out", "FILE", "把发布文件（JSON）写到这里", "write the release (JSON) here"},
    {.name = NULL},
};

static bool uncertainty_of(const struct xt_cli *cli, const struct xt_index_file *file, enum xt_uncertainty *out)
{
    static const char *const words[] = {"no", "draws", "sobol", "exact"};
    const char *asked = xt_cli_option(cli, "uncertainty");
    size_t i;

    *out = file->factor_count > 0 ? XT_UNCERTAIN_DRAW : XT_UNCERTAIN_NO;
    for (i = 0; asked && i < XT_COUNT(words); i++)
        if (strcmp(asked, words[i]) == 0) {
            *out = (enum xt_uncertainty)i;
            return true;
        }
    return !asked;
}

static enum xt_code make_release(struct xt_cli *cli, struct xt_text *out, struct xt_problems *problems,
                                 struct xt_error *err)
{
    XT_AUTO(xt_index_file_free) struct xt_index_file *file = NULL;
    XT_AUTO(xt_index_data_free) struct xt_index_data *data = NULL;
    XT_AUTO(xt_problems_done) struct xt_problems warnings = {0};
    struct xt_index_data_options from = {.unit = xt_cli_option(cli, "unit"),
                                         .period = xt_cli_option(cli, "period"),
                                         .sheet = xt_cli_option(cli, "sheet")};
    struct xt_index_release_options options = {0};
    const char *chosen[XT_CLI_CHOICES_MAX + 1];
    int64_t draws;
    enum xt_code rc;

    xt_problems_init(&warnings);
    xt_indicator_choices(cli, chosen);
    options.chosen = chosen;
    rc = xt_cli_int(cli, "draws", 1, XT_DRAWS_MAX, 0, &draws, err);
    if (rc == XT_OK)
        rc = xt_indicator_load_index(cli, cli->args[0], chosen, &file, problems, err);
    if (rc == XT_OK && !uncertainty_of(cli, file, &options.uncertainty))
        rc = xt_fail(err, XT_E_INPUT, "uncertainty", XT_MSG_INDEX_WORD, XT_TEXT(xt_cli_option(cli, "uncertainty")));
    if (rc == XT_OK && xt_cli_option(cli, "stored"))
        rc = xt_indicator_stored(cli, file, &data, problems, err);
    else if (rc == XT_OK)
        rc = xt_index_data_read(file, cli->args + 1, &from, &data, problems, err);
    if (rc != XT_OK)
        return rc;
    if (data->unused.n > 0)
        (void)fprintf(stderr, xt_pick(cli, "没有用到的列：%s\n", "columns not used: %s\n"), data->unused.s);
    options.draws = (size_t)draws;
    rc = xt_index_release_make(file, data, &options, out, problems, &warnings, err);
    xt_indicator_say(cli, xt_pick(cli, "注意", "note"), &warnings);
    return rc;
}

/* Figures come from files or from the store, not from both. */
static bool has_data(const struct xt_cli *cli, struct xt_error *err)
{
    bool stored = xt_cli_option(cli, "stored") != NULL;

    if (!stored && cli->arg_count < 2)
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_ARGS_FEW, XT_TEXT("index run"), XT_TEXT("INDEX DATA..."));
    else if (stored && cli->arg_count > 1)
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_ARGS_MANY, XT_TEXT("index run --stored"), XT_TEXT(cli->args[1]));
    else
        return true;
    return false;
}

static int run_run(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    const char *path = xt_cli_option(cli, "out");
    struct xt_index_release release;
    enum xt_code rc;

    if (!has_data(cli, err))
        return XT_EXIT_COULD_NOT;
    xt_problems_init(&problems);
    xt_text_init(&text, XT_RELEASE_BYTES_MAX);
    rc = make_release(cli, &text, &problems, err);
    if (rc == XT_OK && path)
        rc = xt_out_whole(path, xt_text_view(&text), err);
    if (rc == XT_OK)
        rc = xt_index_release_read(xt_text_view(&text), &release, &problems, err);
    if (rc != XT_OK) {
        xt_indicator_say(cli, cli->args[0], &problems);
        return XT_EXIT_COULD_NOT;
    }
    say_ranking(cli, &release);
    xt_index_release_done(&release);
    return 0;
}

/* ---- releases ---- */

static enum xt_code read_release(struct xt_cli *cli, const char *path, struct xt_index_release *out,
                                 struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    enum xt_code rc;

    xt_problems_init(&problems);
    rc = xt_indicator_read_file(path, XT_RELEASE_BYTES_MAX, &text, err);
    if (rc == XT_OK)
        rc = xt_index_release_read(xt_text_view(&text), out, &problems, err);
    if (rc != XT_OK)
        xt_indicator_say(cli, path, &problems);
    return rc;
}

static int run_verify(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_hash hash;
    char hex[XT_HASH_HEX];
    enum xt_code rc;

    xt_problems_init(&problems);
    if (xt_indicator_read_file(cli->args[0], XT_RELEASE_BYTES_MAX, &text, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    rc = xt_index_release_verify(xt_text_view(&text), &problems, err);
    if (rc != XT_OK) {
        xt_indicator_say(cli, cli->args[0], &problems);
        return rc == XT_E_CONFLICT ? XT_EXIT_FOUND : XT_EXIT_COULD_NOT;
    }
    hash = xt_hash_of(text.s, text.n);
    printf(xt_pick(cli, "重算一致：%s\n", "the same when run again: %s\n"), xt_hash_hex(&hash, hex));
    return 0;
}

/* What lifts and lowers a unit beside all others of the period: nominal share times distance from their mean. */
static int run_explain(struct xt_cli *cli, struct xt_error *err)
{
    struct xt_index_release release;
    const struct xt_index_tree *tree;
    int64_t asked;
    int32_t period;
    size_t row, i, k;

    if (read_release(cli, cli->args[0], &release, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    if (xt_cli_int(cli, "period", -100000, 100000, xt_index_release_last(&release), &asked, err) != XT_OK) {
        xt_index_release_done(&release);
        return XT_EXIT_COULD_NOT;
    }
    period = (int32_t)asked;
    tree = &release.file->tree;
    row = xt_index_release_row(&release, cli->args[1], period);
    if (row == SIZE_MAX) {
        xt_index_release_done(&release);
        (void)xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_INDEX_NO_UNIT, XT_TEXT(cli->args[1]), XT_INT(period));
        return XT_EXIT_COULD_NOT;
    }
    printf(xt_pick(cli, "%s：%.2f 分，第 %d 名\n", "%s: score %.2f, rank %d\n"), release.data->names[row],
           xt_index_release_score(&release, tree->top, row), xt_index_release_rank(&release, tree->top, row));
    printf("%s", xt_pick(cli, "节点\t名称\t原值\t得分\t名次\t与平均之差的贡献\n",
                         "node\tname\tvalue\tscore\trank\tcontribution beside the mean\n"));
    for (i = 0; i < tree->count; i++) {
        double share = 1, sum = 0, n = 0, score = xt_index_release_score(&release, i, row);
        size_t node;
        double raw = tree->nodes[i].indicator ? release.data->table.values[tree->column[i]][row] : NAN;

        for (node = i; node != tree->top; node = tree->parent[node])
            share *=
                json_number_value(json_object_get(json_object_get(release.json, "weights"), tree->nodes[node].code));
        for (k = 0; k < release.data->table.rows; k++) {
            double x = xt_index_release_score(&release, i, k);

            if (isnan(x) || (release.data->table.period && release.data->table.period[k] != period))
                continue;
            sum += x;
            n += 1;
        }
        printf("%s\t%s\t", tree->nodes[i].code,
               tree->nodes[i].label[cli->lang] ? tree->nodes[i].label[cli->lang] : tree->nodes[i].code);
        if (!isnan(raw))
            printf("%.10g %s", raw, tree->nodes[i].unit ? tree->nodes[i].unit : "");
        if (isnan(score))
            printf("\t\t\t\n");
        else
            printf("\t%.2f\t%d\t%+.3f\n", score, xt_index_release_rank(&release, i, row), share * (score - sum / n));
    }
    xt_index_release_done(&release);
    return 0;
}

static const struct xt_option explain_options[] = {
    {"period", "N", "年份，默认最后一年", "the period, the last by default"},
    {.name = NULL},
};

static int run_compare(struct xt_cli *cli, struct xt_error *err)
{
    struct xt_index_release a, b;
    int32_t before, after;
    size_t row;

    if (read_release(cli, cli->args[0], &a, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    if (read_release(cli, cli->args[1], &b, err) != XT_OK) {
        xt_index_release_done(&a);
        return XT_EXIT_COULD_NOT;
    }
    before = xt_index_release_last(&a);
    after = xt_index_release_last(&b);
    printf("%s", xt_pick(cli, "单位\t前名次\t后名次\t前得分\t后得分\t变化\t自身\t标尺\n",
                         "unit\trank before\trank after\tscore before\tscore after\tchange\town\tyardstick\n"));
    struct xt_index_split split;

    if (xt_index_release_split(&a, &b, &split, err) != XT_OK) {
        xt_index_release_done(&a);
        xt_index_release_done(&b);
        return XT_EXIT_COULD_NOT;
    }
    for (row = 0; row < b.data->table.rows; row++) {
        size_t old;

        if (b.data->table.period && b.data->table.period[row] != after)
            continue;
        old = xt_index_release_row(&a, b.data->table.unit[row], before);
        if (old == SIZE_MAX) {
            printf(xt_pick(cli, "%s\t新增\n", "%s\tnew\n"), b.data->names[row]);
            continue;
        }
        printf("%s\t%d\t%d\t%.2f\t%.2f\t%+.2f\t%+.2f\t%+.2f\n", b.data->names[row],
               xt_index_release_rank(&a, a.file->tree.top, old), xt_index_release_rank(&b, b.file->tree.top, row),
               xt_index_release_score(&a, a.file->tree.top, old), xt_index_release_score(&b, b.file->tree.top, row),
               split.change[row], split.own[row], split.yardstick[row]);
    }
    free(split.change);
    free(split.own);
    free(split.yardstick);
    xt_index_release_done(&a);
    xt_index_release_done(&b);
    return 0;
}

/* ---- publishing ---- */

static const struct xt_option publish_options[] = {
    {"stored", NULL, "参数是指数名：用节点里保存的观测值算出并发布",
     "INDEX is run over the stored observations and published"},
    {"as-of", "DATE|INSTANT", "与 --stored 同用：到那时为止所知的观测值",
     "with --stored: the observations as they were known then"},
    {"recipe", "FILE", "用这个文件里的方法代替体系自带的", "the recipe of this file in place of the index's own"},
    {"option", "NODE=NAME", "选用一种口径（可多次）", "take one of the definitions of a node (may be repeated)"},
    {"uncertainty", "HOW", "no、draws、sobol 或 exact", "no, draws, sobol or exact"},
    {"draws", "N", "抽取次数", "how many draws"},
    {"note", "TEXT", "附注", "a note"},
    {.name = NULL},
};

static int run_publish(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_published published;
    struct xt_arena arena;
    bool existed = false;
    enum xt_code rc;

    xt_arena_init(&arena);
    xt_problems_init(&problems);
    if (xt_cli_option(cli, "stored")) {
        xt_text_init(&text, XT_RELEASE_BYTES_MAX);
        rc = make_release(cli, &text, &problems, err);
    } else {
        rc = xt_indicator_read_file(cli->args[0], XT_RELEASE_BYTES_MAX, &text, err);
    }
    if (rc == XT_OK)
        rc = xt_published_put(cli->node, xt_text_view(&text), xt_str(xt_cli_option(cli, "note")),
                              xt_str(cli->actor.name), &arena, &published, &existed, &problems, err);
    if (rc == XT_OK && existed)
        printf(xt_pick(cli, "%s %s 已经发布过\n", "%s %s is published already\n"), published.index, published.release);
    else if (rc == XT_OK)
        printf(xt_pick(cli, "已发布 %s %s\n", "published %s %s\n"), published.index, published.release);
    else
        xt_indicator_say(cli, cli->args[0], &problems);
    xt_arena_done(&arena);
    return rc == XT_OK ? 0 : rc == XT_E_CONFLICT ? XT_EXIT_FOUND : XT_EXIT_COULD_NOT;
}

static int run_releases(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_published *list;
    size_t count, i;

    xt_arena_init(&arena);
    if (xt_read_begin(cli->node->store, READ_WAIT_MS, &read, err) != XT_OK ||
        xt_published_list(xt_read_conn(read), xt_str(cli->arg_count > 0 ? cli->args[0] : ""), &arena, &list, &count,
                          err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    printf("%s", xt_pick(cli, "指数\t发布\t时期\t单位数\t不确定性\t发布时间\t附注\n",
                         "index\trelease\tperiod\tunits\tuncertainty\tpublished\tnote\n"));
    for (i = 0; i < count; i++) {
        char when[XT_INSTANT_SIZE];

        printf("%s\t%s\t%lld\t%lld\t%s\t%s\t%s\n", list[i].index, list[i].release, (long long)list[i].period,
               (long long)list[i].units, list[i].uncertainty, xt_instant_format(list[i].published, false, when),
               list[i].note);
    }
    return 0;
}

const struct xt_command xt_indicator_commands[] = {
    {"index list", XT_NEEDS_NOTHING, 0, 0, NULL, NULL, "列出指数体系", "list the indexes", run_list},
    {"index run", XT_NEEDS_NODE_STORED, 1, 1000, "INDEX DATA...", run_options, "按体系和数据算出得分、名次与名次区间",
     "scores, ranks and rank intervals from an index and its data", run_run},
    {"index explain", XT_NEEDS_NOTHING, 2, 2, "RELEASE UNIT", explain_options, "说明一个单位的得分由什么构成",
     "what makes the score of a unit", run_explain},
    {"index compare", XT_NEEDS_NOTHING, 2, 2, "RELEASE RELEASE", NULL, "比较两次发布，把变化分成自身的与标尺的",
     "two releases: changes split into a unit's own and the yardstick's", run_compare},
    {"index verify", XT_NEEDS_NOTHING, 1, 1, "RELEASE", NULL, "重算发布文件，核对逐字节一致",
     "run a release again and see that it is the same to the byte", run_verify},
    {"index export", XT_NEEDS_NODE_STORED, 2, 2, "RELEASE FILE", xt_index_export_options,
     "把发布导出为表格、分步骤的工作簿或 JSON", "a release as a table, a workbook with a sheet for each step, or JSON",
     xt_index_run_export},
    {"index report", XT_NEEDS_NODE_STORED, 2, 2, "RELEASE FILE.pdf", xt_index_report_options,
     "把发布排印成报告（PDF）：每个单位一页，或全部",
     "a release as a printed report (PDF): a page for each unit, or the whole", xt_index_run_report},
    {"index publish", XT_NEEDS_NODE, 1, 1, "RELEASE|INDEX", publish_options, "核对后在节点里发布，人人可见",
     "verify a release and publish it in the node, for everyone to see", run_publish},
    {"index releases", XT_NEEDS_NODE_READ, 0, 1, "INDEX", NULL, "列出节点里的发布", "list the releases of the node",
     run_releases},
    {"observation import", XT_NEEDS_NODE, 1, 1000, "FILE...", xt_observation_import_options,
     "把观测值存入节点，旧值作为修订保留", "store observations in the node; earlier figures stay as revisions",
     xt_observation_run_import},
    {"observation list", XT_NEEDS_NODE_READ, 0, 0, NULL, xt_observation_list_options, "列出观测值", "list observations",
     xt_observation_run_list},
    {"observation export", XT_NEEDS_NODE_READ, 1, 1, "FILE.csv|.xlsx", xt_observation_export_options,
     "把观测值导出为表格", "observations as a table", xt_observation_run_export},
    {.name = NULL},
};
