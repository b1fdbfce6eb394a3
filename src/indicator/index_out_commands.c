/* index_out_commands.c - releases written out on the command line: export, report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indicator/index_export.h"
#include "indicator/index_out.h"
#include "indicator/index_report.h"
#include "indicator/indicator_cli.h"

#define JSON_BYTES_MAX ((size_t)2048 * XT_MIB)
#define EXPORT_FORMATS "csv, tsv, xlsx, json"

/* A release and what it was opened as. */
struct opened {
    struct xt_index_release release;
    struct xt_index_book book;
};

static void close_opened(struct opened *o)
{
    if (!o->book.release)
        return;
    xt_index_book_done(&o->book);
    xt_index_release_done(&o->release);
}

static enum xt_code open_release(struct xt_cli *cli, const char *path, struct opened *out, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text bytes = {0};
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    char id[XT_RELEASE_ID];
    enum xt_code rc;

    xt_problems_init(&problems);
    rc = xt_indicator_read_file(path, XT_RELEASE_BYTES_MAX, &bytes, err);
    if (rc == XT_OK)
        rc = xt_index_release_read(xt_text_view(&bytes), &out->release, &problems, err);
    if (rc == XT_OK) {
        xt_index_release_id(xt_text_view(&bytes), id);
        rc = xt_index_book_open(&out->release, id, &out->book, &problems, err);
        if (rc != XT_OK) {
            xt_index_release_done(&out->release);
            out->book.release = NULL;
        }
    }
    if (rc != XT_OK)
        xt_indicator_say(cli, path, &problems);
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

static enum xt_code export_json(const struct xt_index_book *book, const char *path, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    xt_text_init(&text, JSON_BYTES_MAX);
    xt_index_export_json(book, &text);
    if (xt_text_overflowed(&text))
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_TABLE_MEMBER_LARGE, XT_TEXT(path), XT_INT(JSON_BYTES_MAX));
    return xt_out_whole(path, xt_text_view(&text), err);
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
    XT_AUTO(close_opened) struct opened o = {0};
    enum xt_format format;
    enum xt_lang lang;

    if (export_format(cli, &format, err) != XT_OK || language(cli, &lang, err) != XT_OK ||
        not_over_itself(cli->args[0], cli->args[1], err) != XT_OK || open_release(cli, cli->args[0], &o, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    if (format == XT_FORMAT_JSON)
        return export_json(&o.book, cli->args[1], err) == XT_OK ? 0 : XT_EXIT_COULD_NOT;
    if (format == XT_FORMAT_XLSX)
        return xt_index_export_workbook(&o.book, lang, cli->args[1], err) == XT_OK ? 0 : XT_EXIT_COULD_NOT;
    return xt_index_export_table(&o.book, format, lang, cli->args[1], err) == XT_OK ? 0 : XT_EXIT_COULD_NOT;
}

/* ---- report ---- */

const struct xt_option xt_index_report_options[] = {
    {"unit", "CODE", "只要这个单位（可多次），默认全部", "only this unit (may be repeated), all unless given"},
    {"period", "N", "年份，默认最后一年", "the period, the last by default"},
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
    XT_AUTO(close_opened) struct opened o = {0};
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
