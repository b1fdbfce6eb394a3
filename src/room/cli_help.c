/* cli_help.c - help and the manual page, written from the tables of commands. */
#include <string.h>

#include "room/cli.h"

#define NAME_WIDTH 26 /* columns before a command's or option's sentence */

static const char *pick(enum xt_lang lang, const char *zh, const char *en)
{
    return lang == XT_ZH ? zh : en;
}

static void pad_to(struct xt_text *out, size_t line_start, size_t column)
{
    do
        xt_text_add_char(out, ' ');
    while (out->n - line_start < column);
}

static bool line_visit(void *context, const struct xt_command *command)
{
    struct xt_text *out = ((void **)context)[0];
    enum xt_lang lang = *(enum xt_lang *)((void **)context)[1];
    size_t start = out->n;

    xt_text_add_z(out, "  ");
    xt_text_add_z(out, command->name);
    pad_to(out, start, 14);
    xt_text_add_z(out, pick(lang, command->zh, command->en));
    xt_text_add_char(out, '\n');
    return true;
}

static void add_options(const struct xt_option *options, enum xt_lang lang, struct xt_text *out)
{
    for (; options && options->name; options++) {
        size_t start = out->n;

        xt_text_addf(out, "  --%s%s%s", options->name, options->value ? " " : "", options->value ? options->value : "");
        pad_to(out, start, NAME_WIDTH);
        xt_text_add_z(out, pick(lang, options->zh, options->en));
        xt_text_add_char(out, '\n');
    }
}

void xt_cli_help_all(const struct xt_cli_tables *tables, enum xt_lang lang, struct xt_text *out)
{
    void *context[] = {out, &lang};

    xt_text_add_z(out, pick(lang, "协同：区域创新共享的一个节点\n\n用法：xietong 命令 [选项] [参数]\n\n命令：\n",
                            "Xietong: a node of a region that innovates together\n\n"
                            "Usage: xietong COMMAND [OPTIONS] [ARGUMENTS]\n\nCommands:\n"));
    xt_cli_each(tables, line_visit, context);
    xt_text_add_z(out, pick(lang, "\n各命令通用的选项：\n", "\nOptions of every command:\n"));
    add_options(xt_cli_common, lang, out);
    xt_text_add_z(out, pick(lang, "\nxietong help 命令：该命令的说明。退出状态：0 正常，1 查出问题，2 无法执行。\n",
                            "\nxietong help COMMAND tells more. Exit status: 0 well, 1 found something wrong, "
                            "2 could not.\n"));
}

static void add_usage(const struct xt_command *command, enum xt_lang lang, struct xt_text *out)
{
    xt_text_addf(out, "xietong %s", command->name);
    xt_text_add_z(out, pick(lang, " [选项]", " [OPTIONS]"));
    if (command->args)
        xt_text_addf(out, command->args_min > 0 ? " %s" : " [%s]", command->args);
    xt_text_add_char(out, '\n');
}

void xt_cli_help_one(const struct xt_command *command, enum xt_lang lang, struct xt_text *out)
{
    xt_text_add_z(out, pick(lang, command->zh, command->en));
    xt_text_add_z(out, pick(lang, "\n\n用法：", "\n\nUsage: "));
    add_usage(command, lang, out);
    xt_text_add_z(out, pick(lang, "\n选项：\n", "\nOptions:\n"));
    add_options(command->options, lang, out);
    add_options(xt_cli_common, lang, out);
}

/* A text in roff: backslashes and dashes are escaped, and a line must not begin with a control character. */
static void add_roff(struct xt_text *out, const char *s)
{
    if (*s == '.' || *s == '\'')
        xt_text_add_z(out, "\\&");
    for (; *s; s++) {
        if (*s == '\\')
            xt_text_add_z(out, "\\e");
        else if (*s == '-')
            xt_text_add_z(out, "\\-");
        else
            xt_text_add_char(out, *s);
    }
}

static void add_roff_options(const struct xt_option *options, enum xt_lang lang, struct xt_text *out)
{
    for (; options && options->name; options++) {
        xt_text_add_z(out, ".TP\n.B ");
        add_roff(out, "--");
        add_roff(out, options->name);
        if (options->value)
            xt_text_addf(out, " \\fI%s\\fR", options->value);
        xt_text_add_char(out, '\n');
        add_roff(out, pick(lang, options->zh, options->en));
        xt_text_add_char(out, '\n');
    }
}

static bool roff_visit(void *context, const struct xt_command *command)
{
    struct xt_text *out = ((void **)context)[0];
    enum xt_lang lang = *(enum xt_lang *)((void **)context)[1];

    xt_text_addf(out, ".SS xietong %s", command->name);
    if (command->args)
        xt_text_addf(out, command->args_min > 0 ? " %s" : " [%s]", command->args);
    xt_text_add_char(out, '\n');
    add_roff(out, pick(lang, command->zh, command->en));
    xt_text_add_char(out, '\n');
    add_roff_options(command->options, lang, out);
    return true;
}

void xt_cli_help_man(const struct xt_cli_tables *tables, enum xt_lang lang, struct xt_text *out)
{
    void *context[] = {out, &lang};

    xt_text_add_z(out, ".TH XIETONG 1 \"\" \"xietong " XT_VERSION "\"\n.SH NAME\nxietong \\- ");
    xt_text_add_z(out, pick(lang, "区域创新共享的一个节点", "a node of a region that innovates together"));
    xt_text_add_z(out, "\n.SH SYNOPSIS\n.B xietong\n.I COMMAND\n[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n.SH COMMANDS\n");
    xt_cli_each(tables, roff_visit, context);
    xt_text_add_z(out, ".SH OPTIONS\n");
    add_roff_options(xt_cli_common, lang, out);
    xt_text_add_z(out, ".SH EXIT STATUS\n");
    xt_text_add_z(out, pick(lang, "0 正常；1 查出问题；2 无法执行。\n",
                            "0 when all went well, 1 when something was found wrong, 2 when it could not be done.\n"));
}
