/* index_out_commands.c - releases written out on the command line: export, report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indicator/index_export.h"
#include "indicator/index_out.h"
#include "indicator/index_report.h"
#include "indicator/indicator_cli.h"

#define EXPORT_FORMATS "csv, tsv, xlsx, json"

#define READ_WAIT_MS   10000

/* The bytes of a published release, "INDEX" (the current one) or "INDEX/RELEASE". */
static enum xt_code read_published(const struct xt_cli *cli, const char *name, struct xt_text *out,
                                   struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    size_t n = strcspn(name, "/");
    struct xt_str release = name[n] ? xt_str(name + n + 1) : XT_STR("current");
    struct xt_published published;
    enum xt_code rc;

    xt_arena_init(&arena);
    xt_text_init(out, XT_RELEASE_BYTES_MAX);
    rc = xt_read_begin(cli->node->store, READ_WAIT_MS, &read, err);
    if (rc == XT_OK)
        rc = xt_published_find(xt_read_conn(read), (struct xt_str){name, n}, release, &arena, &published, err);
    return rc == XT_OK ? xt_published_read(cli->node, &published, out, err) : rc;
}

static enum xt_code open_release(struct xt_cli *cli, const char *name, struct xt_index_opened *out,
                                 struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text bytes = {0};
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    enum xt_code rc;

    xt_problems_init(&problems);
    rc = xt_cli_option(cli, "stored") ? read_published(cli, name, &bytes, err)
                                      : xt_indicator_read_file(name, XT_RELEASE_BYTES_MAX, &bytes, err);
    if (rc == XT_OK)
        rc = xt_index_open(xt_text_view(&bytes), out, &problems, err);
    if (rc != XT_OK)
        xt_indicator_say(cli, name, &problems);
    return rc;
}

/* --lang, or the language of the terminal. */
static enum xt_code language(const struct xt_cli *cli, enum xt_lang *out, struct xt_error *err)
{
    const char *asked = xt_cli_option(cli, "lang");

    *out = cli->lang;
    if (asked && strcmp(asked, "zh") != 0 && strcmp(asked, "en") != 0)
        return xt_fail(err, XT_E_INPUT, "lang", XT_MSG_INDEX_LANG, XT_TEXT(asked));
    if (asked)
        *out = asked[0] == 'z' ? XT_ZH : XT_EN;
    return XT_OK;
}

/* ---- export ---- */

const struct xt_option xt_index_export_options[] = {
    {"format", "csv|tsv|xlsx|json", "格式，默认按文件名", "the format, by the file's name unless given"},
    {"stored", NULL, "RELEASE 是节点里的发布：指数名，或 指数名/发布编号",
     "RELEASE is one that the node has published: INDEX, or INDEX/ID"},
    {"lang", "zh|en", "表头的语言，默认随终端", "language of the heads, the terminal's unless given"},
    {.name = NULL},
};

static enum xt_code export_format(const struct xt_cli *cli, enum xt_format *out, struct xt_error *err)
{
    const char *asked = xt_cli_option(cli, "format"), *name = strrchr(cli->args[1], '/'), *dot;

    name = name ? name + 1 : cli->args[1];
    dot = strrchr(name, '.');
    if (!asked)
        asked = dot ? dot : name;
    if (xt_format_by_name(xt_str(asked), out) &&
        (*out == XT_FORMAT_CSV || *out == XT_FORMAT_TSV || *out == XT_FORMAT_XLSX || *out == XT_FORMAT_JSON))
        return XT_OK;
    return xt_fail(err, XT_E_INPUT, "format", XT_MSG_INDEX_EXPORT_FORMAT, XT_TEXT(asked), XT_TEXT(EXPORT_FORMATS));
}

/* A release is never changed, also not by a slip of the keyboard. */
static enum xt_code not_over_itself(const char *release, const char *path, struct xt_error *err)
{
    struct stat a, b;

    if (stat(release, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_INDEX_OVER_RELEASE, XT_TEXT(path));
    return XT_OK;
}

int xt_index_run_export(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_index_opened_done) struct xt_index_opened o = {0};
    enum xt_format format;
    enum xt_lang lang;

    if (export_format(cli, &format, err) != XT_OK || language(cli, &lang, err) != XT_OK ||
        not_over_itself(cli->args[0], cli->args[1], err) != XT_OK || open_release(cli, cli->args[0], &o, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    return xt_index_export(&o.book, format, lang, cli->args[1], err) == XT_OK ? 0 : XT_EXIT_COULD_NOT;
}

/* ---- report ---- */

const struct xt_option xt_index_report_options[] = {
    {"unit", "CODE", "只要这个单位（可多次），默认全部", "only this unit (may be repeated), all unless given"},
    {"period", "N", "年份，默认最后一年", "the period, the last by default"},
    {"stored", NULL, "RELEASE 是节点里的发布：指数名，或 指数名/发布编号",
     "RELEASE is one that the node has published: INDEX, or INDEX/ID"},
    {"lang", "zh|en", "报告的语言，默认随终端", "language of the report, the terminal's unless given"},
    {.name = NULL},
};

/* Every --unit, NULL-terminated; to be freed. */
static const char **chosen_units(const struct xt_cli *cli)
{
    const char **units = xt_calloc(cli->option_count + 1, sizeof *units);
    size_t i, n = 0;

    for (i = 0; i < cli->option_count; i++)
        if (xt_str_is(cli->options[i].name, "unit"))
            units[n++] = cli->options[i].value.s;
    return units;
}

static enum xt_code write_report(struct xt_cli *cli, const struct xt_index_book *book,
                                 const struct xt_index_report_options *options, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    XT_AUTO(xt_text_done) struct xt_text bytes = {0};
    size_t missing = 0;
    enum xt_code rc;

    xt_problems_init(&problems);
    xt_text_init(&bytes, XT_REPORT_BYTES_MAX);
    rc = xt_index_report(book, options, &bytes, &missing, &problems, err);
    if (rc != XT_OK && problems.count > 1)
        xt_indicator_say(cli, cli->args[0], &problems);
    if (rc == XT_OK)
        rc = xt_out_whole(cli->args[1], xt_text_view(&bytes), err);
    if (rc == XT_OK && missing > 0)
        (void)fprintf(stderr,
                      cli->lang == XT_ZH
                          ? "有 %zu 个字没有字体，印成方框：请安装软件包 fonts-wqy-microhei\n"
                          : "%zu characters have no font and are boxes: install the package fonts-wqy-microhei\n",
                      missing);
    return rc;
}

int xt_index_run_report(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_index_opened_done) struct xt_index_opened o = {0};
    XT_AUTO(xt_free_ptr) const char **units = NULL;
    struct xt_index_report_options options = {0};
    int64_t period;

    if (!xt_str_ends(xt_str(cli->args[1]), ".pdf")) {
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_REPORT_SUFFIX, XT_TEXT(cli->args[1]));
        return XT_EXIT_COULD_NOT;
    }
    if (language(cli, &options.lang, err) != XT_OK ||
        xt_cli_int(cli, "period", -100000, 100000, 0, &period, err) != XT_OK ||
        not_over_itself(cli->args[0], cli->args[1], err) != XT_OK || open_release(cli, cli->args[0], &o, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    units = chosen_units(cli);
    options.units = units;
    options.period = (int32_t)period;
    return write_report(cli, &o.book, &options, err) == XT_OK ? 0 : XT_EXIT_COULD_NOT;
}
