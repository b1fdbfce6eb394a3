/* exchange_commands.c - import, export and template from the command line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "exchange/exchange.h"
#include "exchange/exchange_priv.h"
#include "exchange/export.h"
#include "exchange/import.h"
#include "exchange/rejects.h"

#define EXIT_REJECTED      XT_EXIT_FOUND /* it ran, and no row of it was taken */
#define EXIT_COULD_NOT     XT_EXIT_COULD_NOT
#define INDEX_WAIT_MS      600000

#define pick(lang, zh, en) ((lang) == XT_ZH ? zh : en)

static FILE *progress_of(const struct xt_cli *cli)
{
    return cli->terminal ? stderr : NULL;
}

/* ---- the index ---- */

struct waiting {
    enum xt_lang lang;
    FILE *progress;
    int64_t said;
};

static void say_index(void *context, int64_t reached, int64_t last)
{
    struct waiting *w = context;
    int64_t now = xt_monotonic_us();

    if (!w->progress || now - w->said < 200000)
        return;
    w->said = now;
    (void)fprintf(w->progress, pick(w->lang, "\r建立索引 %lld / %lld    ", "\rindexing %lld / %lld    "),
                  (long long)reached, (long long)last);
    (void)fflush(w->progress);
}

/* What was imported can be found once this returns. */
static enum xt_code finish_index(struct xt_node *node, enum xt_lang lang, FILE *progress, struct xt_error *err)
{
    struct waiting w = {lang, progress, 0};
    enum xt_code rc;

    xt_catalog_feed_stop(node);
    rc = xt_catalog_catch_up(node, INDEX_WAIT_MS, say_index, &w, err);
    if (progress && w.said > 0)
        (void)fprintf(progress, "\r\033[K");
    return rc;
}

/* ---- import ---- */

static const struct xt_option import_options[] = {
    {"mapping", "NAME|FILE", "用这个映射读取（region/mappings/ 中的名称，或 JSON 文件）",
     "read through this mapping (a name in region/mappings/, or a JSON file)"},
    {"type", "TYPE", "列名即字段名或标签（中文或英文）；'*' 为多类记录的导出文件",
     "columns are named by field or label (zh or en); '*' for an export of several types"},
    {"dry-run", NULL, "只检查，不保存", "check only, keep nothing"},
    {"rejects", "FILE|DIR", "被拒绝的行写到这里；默认在输入文件旁",
     "where rejected rows go; beside the input by default"},
    {"sheet", "NAME|NUMBER", "工作簿中的工作表", "sheet of a workbook"},
    {"charset", "NAME", "字符集，如 gb18030；默认自动判断", "character set such as gb18030; guessed by default"},
    {"report", "FILE", "把结果与拒绝原因追加写成一行 JSON", "append the result and the reasons as a line of JSON"},
    {NULL, NULL, NULL, NULL},
};

void xt_exchange_say_problems(const char *name, const struct xt_problems *problems, enum xt_lang lang)
{
    size_t i;

    for (i = 0; i < problems->count; i++) {
        XT_AUTO(xt_text_done) struct xt_text line = {0};

        xt_text_init(&line, 4 * XT_KIB);
        xt_problem_say(&problems->list[i], lang, &line);
        if (problems->list[i].line > 0)
            (void)fprintf(stderr, "%s:%lld:%lld: ", name, (long long)problems->list[i].line,
                          (long long)problems->list[i].column);
        else
            (void)fprintf(stderr, "%s: ", name);
        (void)fprintf(stderr, problems->list[i].path[0] ? "%s: %s\n" : "%s%s\n", problems->list[i].path, line.s);
    }
    if (problems->seen > problems->count)
        (void)fprintf(stderr, pick(lang, "%s：另有 %zu 处\n", "%s: and %zu more\n"), name,
                      problems->seen - problems->count);
}

enum xt_code xt_exchange_choose_mapping(struct xt_region *region, const char *mapping, const char *type,
                                        enum xt_lang lang, struct xt_mapping **out, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    const struct xt_type *found;
    enum xt_code rc;

    if ((mapping != NULL) == (type != NULL))
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_IMPORT_WHICH);
    if (type && strcmp(type, "*") == 0) {
        *out = xt_mapping_of_types(region);
        return XT_OK;
    }
    if (type) {
        found = xt_region_type(region, xt_str(type));
        if (!found)
            return xt_fail(err, XT_E_INPUT, "type", XT_MSG_IMPORT_NO_TYPE, XT_TEXT(type));
        *out = xt_mapping_of_type(region, found);
        return XT_OK;
    }
    xt_problems_init(&problems);
    rc = xt_mapping_find(region, mapping, out, &problems, err);
    if (rc != XT_OK)
        xt_exchange_say_problems(mapping, &problems, lang);
    return rc;
}

static void say_result(const struct xt_import_result *result, int64_t began)
{
    (void)printf("seen=%lld stored=%lld unchanged=%lld deleted=%lld rejected=%lld seconds=%.2f\n",
                 (long long)result->seen, (long long)result->outcome[XT_STORED],
                 (long long)result->outcome[XT_UNCHANGED], (long long)result->outcome[XT_DELETED],
                 (long long)result->outcome[XT_REJECTED], (double)(xt_monotonic_us() - began) / 1e6);
}

static int most_common_first(const void *a, const void *b)
{
    const struct xt_import_reason *l = a, *r = b;

    return l->count != r->count ? (l->count < r->count ? 1 : -1) : (l->row > r->row) - (l->row < r->row);
}

/* The commonest reasons, once each: people mend a column, not a row. */
static void say_reasons(struct xt_import_result *result, enum xt_lang lang)
{
    size_t i;

    qsort(result->reasons, result->reason_count, sizeof *result->reasons, most_common_first);
    for (i = 0; i < result->reason_count && i < 5; i++) {
        const struct xt_import_reason *r = &result->reasons[i];

        (void)fprintf(
            stderr,
            pick(lang, "拒绝 %lld 次：%s%s%s（如第 %lld 行）\n", "rejected %lld times: %s%s%s (as in row %lld)\n"),
            (long long)r->count, r->column, r->column[0] ? ": " : "", r->example, (long long)r->row);
    }
}

/* What stored rows lost: a clerk decides whether a list or a mapping lacks it. */
static void say_left_out(struct xt_import_result *result, enum xt_lang lang)
{
    size_t i;

    qsort(result->left_out, result->left_out_count, sizeof *result->left_out, most_common_first);
    for (i = 0; i < result->left_out_count && i < 5; i++) {
        const struct xt_import_reason *r = &result->left_out[i];

        (void)fprintf(stderr,
                      r->msg == XT_MSG_PLACE_AMBIGUOUS
                          ? pick(lang, "%s：%lld 个地名可能是几个地方，只取到上级（如“%s”）\n",
                                 "%s: %lld names of places may be several, the area above was taken (as in \"%s\")\n")
                          : pick(lang, "%s：%lld 个值没有对应的代码，未收（如“%s”）\n",
                                 "%s: %lld values found no code and were left out (as \"%s\")\n"),
                      r->column, (long long)r->count, r->example);
    }
}

static void write_list(struct xt_json *w, const char *name, const char *example, const struct xt_import_reason *list,
                       size_t count)
{
    size_t i;

    xt_json_key(w, name);
    xt_json_array(w);
    for (i = 0; i < count; i++) {
        xt_json_object(w);
        xt_json_kv_int(w, "count", list[i].count);
        xt_json_kv_z(w, "column", list[i].column);
        xt_json_kv_z(w, example, list[i].example);
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
}

static void write_bad(struct xt_json *w, const struct xt_import_result *result)
{
    size_t i;

    xt_json_key(w, "bad");
    xt_json_array(w);
    for (i = 0; i < result->bad_count; i++) {
        xt_json_object(w);
        xt_json_kv_int(w, "row", result->bad[i].row);
        xt_json_kv_z(w, "column", result->bad[i].column);
        xt_json_kv_int(w, "places", result->bad[i].places);
        xt_json_kv_int(w, "offset", result->bad[i].offset);
        xt_json_kv_z(w, "bytes", result->bad[i].bytes);
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
}

static enum xt_code write_report(const char *path, const char *name, const struct xt_import_result *result,
                                 int64_t began, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text line = {0};
    struct xt_json w;
    FILE *file;

    xt_text_init(&line, XT_MIB);
    xt_json_init(&w, &line);
    xt_json_object(&w);
    xt_json_kv_z(&w, "mapping", name);
    xt_json_kv_int(&w, "seen", result->seen);
    xt_json_kv_int(&w, "stored", result->outcome[XT_STORED]);
    xt_json_kv_int(&w, "unchanged", result->outcome[XT_UNCHANGED]);
    xt_json_kv_int(&w, "deleted", result->outcome[XT_DELETED]);
    xt_json_kv_int(&w, "rejected", result->outcome[XT_REJECTED]);
    xt_json_kv_int(&w, "records", result->records);
    xt_json_kv_int(&w, "bad_characters", result->bad_characters);
    xt_json_kv_int(&w, "bad_rows", result->bad_rows);
    xt_json_kv_int(&w, "milliseconds", (xt_monotonic_us() - began) / 1000);
    write_list(&w, "reasons", "reason", result->reasons, result->reason_count);
    write_list(&w, "left_out", "value", result->left_out, result->left_out_count);
    write_bad(&w, result);
    xt_json_end_object(&w);
    xt_text_add_char(&line, '\n');
    file = fopen(path, "abe");
    if (!file)
        return xt_fail(err, XT_E_INPUT, "report", XT_MSG_FILE_WRITE, XT_TEXT(path), XT_TEXT(strerror(errno)));
    if (fwrite(line.s, 1, line.n, file) != line.n || fclose(file) != 0)
        return xt_fail(err, XT_E_INTERNAL, "report", XT_MSG_FILE_WRITE, XT_TEXT(path), XT_TEXT(strerror(errno)));
    return XT_OK;
}

/* A file that cannot be read does not stop those behind it. What is wrong with the node does. */
static bool goes_on(enum xt_code rc)
{
    return rc == XT_E_MEDIA || rc == XT_E_NOT_FOUND || rc == XT_E_INPUT || rc == XT_E_TOO_LARGE || rc == XT_E_DENIED;
}

/* *out_unread: of several files, how many could not be read; each is said, and err then holds none of them. */
static enum xt_code import_files(struct xt_cli *cli, const struct xt_mapping *mapping,
                                 const struct xt_import_options *options, struct xt_import_result *result,
                                 size_t *out_unread, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text sentence = {0};
    enum xt_code rc = XT_OK;
    size_t i;

    xt_text_init(&sentence, 64 * XT_KIB);
    for (i = 0; i < cli->arg_count && rc == XT_OK; i++) {
        result->rejects[0] = '\0';
        rc = xt_import_file(cli->node, mapping, cli->args[i], options, result, err);
        if (cli->arg_count > 1 && goes_on(rc)) {
            xt_text_clear(&sentence);
            xt_error_say(err, cli->lang, &sentence);
            (void)fprintf(stderr, "%s: %s\n", cli->args[i], sentence.s);
            *err = (struct xt_error){.code = XT_OK};
            (*out_unread)++;
            rc = XT_OK;
        }
        if (result->rejects_files > 1)
            (void)fprintf(stderr,
                          pick(cli->lang, "被拒绝的行：%s 等 %lld 个文件\n", "rejected rows: %s, one of %lld files\n"),
                          result->rejects, (long long)result->rejects_files);
        else if (result->rejects[0])
            (void)fprintf(stderr, pick(cli->lang, "被拒绝的行：%s\n", "rejected rows: %s\n"), result->rejects);
    }
    return rc;
}

static int run_import(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_mapping_free) struct xt_mapping *mapping = NULL;
    XT_AUTO(xt_memory_free) struct xt_memory *memory = xt_memory_new();
    const char *report = xt_cli_option(cli, "report");
    struct xt_import_options options = {
        .actor = xt_str(cli->actor.name),
        .lang = cli->lang,
        .dry_run = xt_cli_option(cli, "dry-run") != NULL,
        .rejects = xt_cli_option(cli, "rejects"),
        .charset = xt_cli_option(cli, "charset"),
        .sheet = xt_cli_option(cli, "sheet"),
        .talk = stderr,
        .progress = progress_of(cli),
        .memory = memory,
    };
    struct xt_import_result result = {0};
    int64_t began = xt_monotonic_us();
    enum xt_code rc, index_rc;
    struct xt_error index_err;
    size_t unread = 0;

    if (xt_rejects_check(options.rejects, cli->arg_count, err) != XT_OK ||
        xt_exchange_choose_mapping(cli->node->region, xt_cli_option(cli, "mapping"), xt_cli_option(cli, "type"),
                                   cli->lang, &mapping, err) != XT_OK)
        return EXIT_COULD_NOT;
    if (!options.dry_run)
        xt_catalog_feed_start(cli->node);
    rc = import_files(cli, mapping, &options, &result, &unread, err);
    if (!options.dry_run) {
        index_rc = finish_index(cli->node, cli->lang, options.progress, &index_err);
        if (index_rc != XT_OK && rc == XT_OK) {
            *err = index_err;
            rc = index_rc;
        }
    }
    say_reasons(&result, cli->lang);
    say_left_out(&result, cli->lang);
    if (report && rc == XT_OK)
        rc = write_report(report, xt_mapping_name(mapping), &result, began, err);
    say_result(&result, began);
    if (rc != XT_OK)
        return EXIT_COULD_NOT;
    *err = (struct xt_error){.code = XT_OK}; /* what is left in it was said as a reason */
    if (unread > 0 || result.rejects_lost)
        return EXIT_COULD_NOT;
    return result.seen > 0 && result.outcome[XT_REJECTED] == result.seen ? EXIT_REJECTED : 0;
}

/* ---- export ---- */

static const struct xt_option export_options[] = {
    {"type", "TYPE", "记录类型；检索时可重复", "record type; may be repeated in a search"},
    {"query", "QUERY", "导出检索到的全部记录，写法同检索框",
     "export all that this query finds, written as in the search box"},
    {"filter", "NAME=VALUE", "检索条件，如 area=440300、year=2015..2018；可重复",
     "narrows the search, such as area=440300 or year=2015..2018; may be repeated"},
    {"sort", "relevance|date|title", "检索结果的顺序", "order of what is found"},
    {"format", "jsonl|csv|tsv|xlsx|gb7714|apa|bibtex|ris",
     "格式，后四种为参考文献；默认看文件名（.bib、.ris 亦可），否则为 jsonl",
     "format, the last four are references; by the file's name (.bib and .ris too), otherwise jsonl"},
    {"charset", "NAME", "CSV 的字符集：utf-8（默认，带 BOM）或 gb18030",
     "of CSV: utf-8 (default, with a BOM) or gb18030"},
    {"base-url", "URL", "本节点对外的网址，写入参考文献；不写则参考文献不含本节点网址",
     "how others reach this node, for references; without it they do not name the pages of this node"},
    {NULL, NULL, NULL, NULL},
};

/* References: what the option or the ending of the file says; false where it is neither. */
static bool choose_style(const struct xt_cli *cli, const char *path, enum xt_cite_style *out)
{
    const char *name = xt_cli_option(cli, "format"), *dot = path ? strrchr(path, '.') : NULL;

    if (!name && dot && strcmp(dot, ".bib") == 0)
        name = "bibtex";
    if (!name && dot && strcmp(dot, ".ris") == 0)
        name = "ris";
    *out = xt_cite_style(xt_str(name));
    return *out < XT_CITE_STYLES;
}

static enum xt_code choose_format(const struct xt_cli *cli, const char *path, enum xt_format *out, struct xt_error *err)
{
    const char *name = xt_cli_option(cli, "format"), *dot = path ? strrchr(path, '.') : NULL;

    *out = XT_FORMAT_JSONL;
    if (!name && dot && strcmp(dot, ".zip") == 0)
        name = "csv"; /* a file for each type */
    if (!name && dot && xt_format_by_name(xt_str(dot), out)) {
        if (xt_format_written(*out))
            return XT_OK;
        name = dot;
    }
    if (!name)
        name = "jsonl";
    if (!xt_format_by_name(xt_str(name), out) || !xt_format_written(*out))
        return xt_fail(err, XT_E_INPUT, "format", XT_MSG_IMPORT_EXPORT_FORMAT, XT_TEXT(name),
                       XT_TEXT("jsonl, csv, tsv, xlsx, gb7714, apa, bibtex, ris"));
    if (*out == XT_FORMAT_XLSX && !path)
        return xt_fail(err, XT_E_INPUT, "format", XT_MSG_IMPORT_XLSX_FILE);
    return XT_OK;
}

static enum xt_code choose_charset(const struct xt_cli *cli, enum xt_charset *out, struct xt_error *err)
{
    const char *name = xt_cli_option(cli, "charset");

    *out = XT_CHARSET_UTF8;
    if (name && (!xt_charset_by_name(xt_str(name), out) || (*out != XT_CHARSET_UTF8 && *out != XT_CHARSET_GB18030)))
        return xt_fail(err, XT_E_INPUT, "charset", XT_MSG_IMPORT_EXPORT_FORMAT, XT_TEXT(name),
                       XT_TEXT("utf-8, gb18030"));
    return XT_OK;
}

static enum xt_code choose_type(const struct xt_cli *cli, const struct xt_type **out, struct xt_error *err)
{
    const char *name = xt_cli_option(cli, "type");

    *out = name ? xt_region_type(cli->node->region, xt_str(name)) : NULL;
    return *out ? XT_OK : xt_fail(err, XT_E_INPUT, "type", XT_MSG_IMPORT_NO_TYPE, XT_TEXT(name ? name : ""));
}

/* The search that the options ask for; *out_any false when they name a type alone. */
static enum xt_code read_search(const struct xt_cli *cli, struct xt_arena *arena, struct xt_search_request *out,
                                bool *out_any, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_pair *pairs = xt_arena_alloc(arena, (cli->option_count + 1) * sizeof *pairs);
    size_t count = 0, i;

    *out_any = false;
    for (i = 0; i < cli->option_count; i++) {
        struct xt_pair pair = cli->options[i];
        bool filter = xt_str_is(pair.name, "filter");

        if (xt_str_is(pair.name, "query")) {
            pair.name = XT_STR("q");
        } else if (filter) {
            const char *sign = memchr(pair.value.s, '=', pair.value.n);

            if (!sign)
                return xt_fail(err, XT_E_INPUT, "filter", XT_MSG_EXPORT_FILTER, XT_VIEW(pair.value));
            pair.name = (struct xt_str){pair.value.s, (size_t)(sign - pair.value.s)};
            pair.value = (struct xt_str){sign + 1, pair.value.n - pair.name.n - 1};
        } else if (!xt_str_is(pair.name, "type") && !xt_str_is(pair.name, "sort")) {
            continue;
        }
        *out_any = *out_any || filter || xt_str_is(pair.name, "q");
        pairs[count++] = pair;
    }
    xt_problems_init(&problems);
    xt_catalog_read_search(cli->node->region, pairs, count, NULL, &problems, arena, out);
    if (problems.count == 0)
        return XT_OK;
    return xt_fail(err, XT_E_INPUT, "filter", XT_MSG_EXPORT_NO_FILTER, XT_TEXT(problems.list[0].path));
}

/* What a search finds is what the index knows. */
static void say_behind(const struct xt_cli *cli)
{
    struct xt_search_stats stats;
    int64_t last;

    xt_search_stats(cli->node->search, &stats);
    if (xt_seq_last(cli->node->store, &last, NULL) == XT_OK && stats.reached < last)
        (void)fprintf(stderr, pick(cli->lang, "索引落后 %lld 个变更\n", "the index is %lld changes behind\n"),
                      (long long)(last - stats.reached));
}

static int run_export(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    const char *path = cli->arg_count > 0 ? cli->args[0] : NULL;
    struct xt_export_options options = {.lang = cli->lang, .reader = cli->actor.reads, .progress = progress_of(cli)};
    struct xt_export_result result;
    struct xt_search_request ask;
    struct xt_cite_context context = {.lang = cli->lang};
    char today[XT_DATE_SIZE];
    bool search;

    xt_arena_init(&arena);
    if (choose_style(cli, path, &options.style)) {
        context.region = cli->node->region;
        if (xt_cli_base_url(cli, &context.base_url, err) != XT_OK)
            return EXIT_COULD_NOT;
        context.cited_on = xt_date_of(xt_now(), cli->node->minutes_east, today);
        options.cite = &context;
    }
    if (read_search(cli, &arena, &ask, &search, err) != XT_OK ||
        (!options.cite && choose_format(cli, path, &options.format, err) != XT_OK) ||
        choose_charset(cli, &options.charset, err) != XT_OK)
        return EXIT_COULD_NOT;
    if (search) {
        options.ask = &ask;
        options.zip = path && xt_str_ends(xt_str(path), ".zip");
        say_behind(cli);
    } else if (choose_type(cli, &options.type, err) != XT_OK) {
        return EXIT_COULD_NOT;
    }
    if (xt_export(cli->node, &options, path ? path : "-", &result, err) != XT_OK)
        return EXIT_COULD_NOT;
    if (path && result.zip && !options.zip)
        (void)fprintf(
            stderr,
            pick(cli->lang, "“%s”是 zip：%zu 类记录，每类一个文件\n", "\"%s\" is a zip: %zu types, a file for each\n"),
            path, result.types);
    if (path)
        (void)fprintf(stderr, pick(cli->lang, "导出 %lld 条\n", "%lld records exported\n"), (long long)result.count);
    return 0;
}

/* ---- template ---- */

static const struct xt_option template_options[] = {
    {"type", "TYPE", "记录类型", "record type"},
    {"charset", "NAME", "CSV 的字符集：utf-8（默认）或 gb18030", "of CSV: utf-8 (default) or gb18030"},
    {NULL, NULL, NULL, NULL},
};

static int run_template(struct xt_cli *cli, struct xt_error *err)
{
    const struct xt_type *type;
    enum xt_format format;
    enum xt_charset charset;

    if (choose_type(cli, &type, err) != XT_OK || choose_charset(cli, &charset, err) != XT_OK)
        return EXIT_COULD_NOT;
    if (!xt_format_by_name(xt_str(strrchr(cli->args[0], '.') ? strrchr(cli->args[0], '.') : cli->args[0]), &format) ||
        (format != XT_FORMAT_CSV && format != XT_FORMAT_XLSX && format != XT_FORMAT_TSV)) {
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_IMPORT_EXPORT_FORMAT, XT_TEXT(cli->args[0]),
                      XT_TEXT(".xlsx, .csv, .tsv"));
        return EXIT_COULD_NOT;
    }
    return xt_template_write(type, format, charset, cli->lang, cli->args[0], err) == XT_OK ? 0 : EXIT_COULD_NOT;
}

const struct xt_command xt_exchange_commands[] = {
    {"import", XT_NEEDS_NODE, 1, 10000, "FILE...", import_options, "导入文件", "import files", run_import},
    {"export", XT_NEEDS_NODE_READ, 0, 1, "[FILE]", export_options, "导出一类记录，或检索到的全部记录",
     "export the records of a type, or all that a query finds", run_export},
    {"mapping", XT_NEEDS_NOTHING, 1, 1001, "list | check MAPPING... | test MAPPING FILE | draft FILE | schema",
     xt_exchange_mapping_options, "映射：列出、检查、试用、起草，或输出其格式说明（JSON Schema）",
     "mappings: list, check, try or draft them, or write the schema of their format", xt_exchange_run_mapping},
    {"template", XT_NEEDS_NODE_READ, 1, 1, "FILE", template_options, "写出一类记录的填报模板（.xlsx 或 .csv）",
     "write a form to fill in for records of a type (.xlsx or .csv)", run_template},
    {"table", XT_NEEDS_NOTHING, 1, 100000, "FILE...", xt_stat_options,
     "把统计表读成长表（地区、年份、指标、数值、单位、注）",
     "read statistical tables as long rows (area, year, indicator, value, unit, note)", xt_stat_run},
    {.name = NULL},
};

/* ---- the sample region ---- */

enum xt_code xt_exchange_unpack_sample(struct xt_node *node, const char *file, char *path, size_t size,
                                       struct xt_error *err)
{
    char name[200];
    struct xt_str bytes;
    FILE *out;
    bool well;
    int fd;

    (void)snprintf(name, sizeof name, "sample/%s", file);
    if (!xt_region_file(node->region, name, &bytes))
        return xt_fail(err, XT_E_NOT_FOUND, "sample", XT_MSG_FILE_OPEN, XT_TEXT(name), XT_TEXT(strerror(ENOENT)));
    (void)snprintf(path, size, "%s/sample-XXXXXX", node->data);
    fd = mkstemp(path);
    out = fd >= 0 ? fdopen(fd, "wb") : NULL;
    well = out && fwrite(bytes.s, 1, bytes.n, out) == bytes.n;
    if (out)
        well = fclose(out) == 0 && well;
    if (!well)
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(path), XT_TEXT(strerror(errno)));
    return XT_OK;
}

static enum xt_code import_sample_file(struct xt_node *node, const json_t *item, struct xt_import_options *options,
                                       struct xt_error *err)
{
    XT_AUTO(xt_mapping_free) struct xt_mapping *mapping = NULL;
    struct xt_import_result result = {0};
    const char *file = xt_json_z(item, "file", "");
    char path[1100];
    enum xt_code rc = xt_exchange_choose_mapping(node->region, xt_json_z(item, "mapping", NULL),
                                                 xt_json_z(item, "type", NULL), options->lang, &mapping, err);

    if (rc == XT_OK)
        rc = xt_exchange_unpack_sample(node, file, path, sizeof path, err);
    if (rc != XT_OK)
        return rc;
    options->name = file;
    options->rejects = node->data;
    rc = xt_import_file(node, mapping, path, options, &result, err);
    (void)unlink(path); /* it was only a copy */
    if (rc == XT_OK && result.outcome[XT_REJECTED] > 0) {
        char first[600];

        (void)snprintf(first, sizeof first, "%s %s (%lld)", result.reasons[0].column, result.reasons[0].example,
                       (long long)result.reasons[0].row);
        rc = xt_fail(err, XT_E_INPUT, "sample", XT_MSG_IMPORT_SAMPLE, XT_TEXT(file),
                     XT_INT(result.outcome[XT_REJECTED]), XT_TEXT(first));
    }
    return rc;
}

enum xt_code xt_exchange_import_sample(struct xt_node *node, enum xt_lang lang, FILE *progress, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *list = NULL;
    struct xt_import_options options = {.actor = XT_STR("sample"), .lang = lang, .progress = progress};
    struct xt_str text;
    const json_t *item;
    enum xt_code rc;
    size_t i;

    if (!xt_region_file(node->region, "sample/sample.json", &text))
        return xt_fail(err, XT_E_NOT_FOUND, "sample", XT_MSG_NODE_NO_SAMPLE);
    rc = xt_json_parse(text, &list, err);
    for (i = 0; rc == XT_OK && i < json_array_size(list); i++) {
        item = json_array_get(list, i);
        rc = import_sample_file(node, item, &options, err);
    }
    if (rc == XT_OK)
        rc = finish_index(node, lang, progress, err);
    return rc;
}
