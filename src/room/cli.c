/* cli.c - reads a command line against the tables of commands. */
#include "room/cli.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "room/nearest.h"

const struct xt_option xt_cli_common[] = {
    {"data", "DIR", "节点的数据文件夹（默认 ./var）", "the node's data folder (default ./var)"},
    {"region", "DIR", "区域定义文件夹，其中的文件优先于内置的", "folder of region files; they win over those built in"},
    {"help", NULL, "显示这份说明", "show this help"},
    {NULL, NULL, NULL, NULL},
};

enum xt_lang xt_cli_lang(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    size_t i;

    for (i = 0; i < XT_COUNT(names); i++) {
        const char *value = getenv(names[i]);

        if (value && value[0])
            return strncmp(value, "zh", 2) == 0 ? XT_ZH : XT_EN;
    }
    return XT_EN;
}

void xt_cli_each(const struct xt_cli_tables *tables, bool (*visit)(void *context, const struct xt_command *command),
                 void *context)
{
    const struct xt_command *command;
    size_t i;

    for (command = tables->own; command && command->name; command++) {
        if (!visit(context, command))
            return;
    }
    for (i = 0; tables->rooms[i]; i++) {
        for (command = tables->rooms[i]->commands; command && command->name; command++) {
            if (!visit(context, command))
                return;
        }
    }
}

struct find {
    const char *name;
    const struct xt_command *found;
};

static bool find_visit(void *context, const struct xt_command *command)
{
    struct find *find = context;

    if (strcmp(command->name, find->name) == 0)
        find->found = command;
    return !find->found;
}

const struct xt_command *xt_cli_find(const struct xt_cli_tables *tables, const char *name)
{
    struct find find = {.name = name};

    xt_cli_each(tables, find_visit, &find);
    return find.found;
}

static bool offer_visit(void *context, const struct xt_command *command)
{
    xt_nearest_offer(context, command->name);
    return true;
}

static enum xt_code no_command(const struct xt_cli_tables *tables, const char *name, struct xt_error *err)
{
    struct xt_nearest nearest;

    xt_nearest_init(&nearest, xt_str(name));
    xt_cli_each(tables, offer_visit, &nearest);
    if (nearest.name)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_NO_COMMAND_NEAR, XT_TEXT(name), XT_TEXT(nearest.name));
    return xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_NO_COMMAND, XT_TEXT(name));
}

static const struct xt_option *find_option(const struct xt_option *options, struct xt_str name)
{
    for (; options && options->name; options++) {
        if (xt_str_is(name, options->name))
            return options;
    }
    return NULL;
}

static void offer_options(struct xt_nearest *nearest, const struct xt_option *options)
{
    for (; options && options->name; options++)
        xt_nearest_offer(nearest, options->name);
}

static enum xt_code no_option(const struct xt_command *command, const char *given, struct xt_str name,
                              struct xt_error *err)
{
    struct xt_nearest nearest;
    char with_dashes[64];

    xt_nearest_init(&nearest, name);
    offer_options(&nearest, xt_cli_common);
    offer_options(&nearest, command ? command->options : NULL);
    if (!nearest.name)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_NO_OPTION, XT_TEXT(given),
                       XT_TEXT(command ? command->name : ""));
    (void)snprintf(with_dashes, sizeof with_dashes, "--%s", nearest.name);
    return xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_NO_OPTION_NEAR, XT_TEXT(given), XT_TEXT(with_dashes));
}

/* What is being read: one pass over argv. */
struct reading {
    const struct xt_cli_tables *tables;
    const struct xt_command *command;
    struct xt_pair *options;
    const char **args;
    size_t option_count, arg_count;
    char **argv;
    int argc, at;
};

/* argv[at] begins with a dash and is not a dash alone. */
static enum xt_code read_option(struct reading *r, struct xt_error *err)
{
    const char *given = r->argv[r->at];
    struct xt_str name = xt_str(strcmp(given, "-h") == 0 ? "--help" : given);
    const struct xt_option *row;
    struct xt_str value = {"", 0};
    const char *equals;

    if (!xt_str_starts(name, "--"))
        return no_option(r->command, given, (struct xt_str){name.s + 1, name.n - 1}, err);
    name = (struct xt_str){name.s + 2, name.n - 2};
    equals = memchr(name.s, '=', name.n);
    if (equals) {
        value = xt_str(equals + 1);
        name.n = (size_t)(equals - name.s);
    }
    row = find_option(xt_cli_common, name);
    if (!row && r->command)
        row = find_option(r->command->options, name);
    if (!row)
        return no_option(r->command, given, name, err);
    if (!row->value && equals)
        return xt_fail(err, XT_E_INPUT, row->name, XT_MSG_CLI_OPTION_FLAG, XT_TEXT(given));
    if (row->value && !equals) {
        if (r->at + 1 >= r->argc)
            return xt_fail(err, XT_E_INPUT, row->name, XT_MSG_CLI_OPTION_VALUE, XT_TEXT(given), XT_TEXT(row->value));
        value = xt_str(r->argv[++r->at]);
    }
    r->options[r->option_count++] = (struct xt_pair){xt_str(row->name), value};
    return XT_OK;
}

static enum xt_code read_word(struct reading *r, struct xt_error *err)
{
    const char *word = r->argv[r->at];

    if (r->command) {
        r->args[r->arg_count++] = word;
        return XT_OK;
    }
    if (r->at + 1 < r->argc) { /* a command of two words, "index run", before one of one */
        char both[64];

        (void)snprintf(both, sizeof both, "%s %s", word, r->argv[r->at + 1]);
        r->command = xt_cli_find(r->tables, both);
        if (r->command) {
            r->at++;
            return XT_OK;
        }
    }
    r->command = xt_cli_find(r->tables, word);
    return r->command ? XT_OK : no_command(r->tables, word, err);
}

/* Is word one of "status|verify"? */
static bool is_alternative(const char *list, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = list; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strncmp(at, word, n) == 0 && (at[n] == '\0' || at[n] == '|'))
            return true;
    return false;
}

/* "index verify" without the release that it takes is the command index with the argument verify. */
static void prefer_one_word(struct reading *r)
{
    const char *second = r->command ? strchr(r->command->name, ' ') : NULL;
    const struct xt_command *one;
    char first[64];

    if (!second || r->arg_count > 0 || r->command->args_min == 0)
        return;
    (void)snprintf(first, sizeof first, "%.*s", (int)(second - r->command->name), r->command->name);
    one = xt_cli_find(r->tables, first);
    if (one && one->args && is_alternative(one->args, second + 1)) {
        r->command = one;
        r->args[r->arg_count++] = second + 1; /* there were none */
    }
}

static enum xt_code check_args(struct reading *r, struct xt_error *err)
{
    prefer_one_word(r);
    const struct xt_command *command = r->command;

    if (!command)
        return XT_OK;
    if (r->arg_count < command->args_min)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_ARGS_FEW, XT_TEXT(command->name),
                       XT_TEXT(command->args ? command->args : ""));
    if (r->arg_count > command->args_max)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_ARGS_MANY, XT_TEXT(command->name),
                       XT_TEXT(r->args[command->args_max]));
    return XT_OK;
}

enum xt_code xt_cli_read(const struct xt_cli_tables *tables, int argc, char **argv, struct xt_arena *arena,
                         struct xt_cli *cli, const struct xt_command **out_command, struct xt_error *err)
{
    size_t room = (size_t)argc + 1;
    struct reading r = {.tables = tables, .argv = argv, .argc = argc};
    bool only_words = false;
    enum xt_code rc = XT_OK;

    r.options = xt_arena_alloc(arena, room * sizeof *r.options);
    r.args = xt_arena_alloc(arena, room * sizeof *r.args);
    for (r.at = 1; r.at < argc && rc == XT_OK; r.at++) {
        const char *word = argv[r.at];

        if (!only_words && strcmp(word, "--") == 0)
            only_words = true;
        else if (!only_words && word[0] == '-' && word[1] != '\0') /* "-" alone is standard input or output */
            rc = read_option(&r, err);
        else
            rc = read_word(&r, err);
    }
    cli->options = r.options;
    cli->option_count = r.option_count;
    if (rc == XT_OK && !xt_cli_option(cli, "help"))
        rc = check_args(&r, err);
    cli->args = r.args;
    cli->arg_count = r.arg_count;
    *out_command = r.command;
    return rc;
}

const char *xt_cli_option(const struct xt_cli *cli, const char *name)
{
    size_t i;

    for (i = cli->option_count; i-- > 0;) {
        /* Option values are the ends of argv strings, so they are zero-terminated. */
        if (xt_str_is(cli->options[i].name, name))
            return cli->options[i].value.s;
    }
    return NULL;
}

enum xt_code xt_cli_base_url(const struct xt_cli *cli, const char **out, struct xt_error *err)
{
    const char *given = xt_cli_option(cli, "base-url");
    struct xt_str url = xt_str(given);

    *out = given;
    if (given && ((!xt_str_starts(url, "http://") && !xt_str_starts(url, "https://")) || xt_str_ends(url, "/")))
        return xt_fail(err, XT_E_INPUT, "base-url", XT_MSG_CLI_BASE_URL, XT_TEXT(given));
    return XT_OK;
}

enum xt_code xt_cli_int(const struct xt_cli *cli, const char *name, int64_t min, int64_t max, int64_t otherwise,
                        int64_t *out, struct xt_error *err)
{
    const char *given = xt_cli_option(cli, name);
    int64_t value;

    if (!given) {
        *out = otherwise;
        return XT_OK;
    }
    if (!xt_int_parse(xt_str(given), &value) || value < min || value > max) {
        char with_dashes[64];

        (void)snprintf(with_dashes, sizeof with_dashes, "--%s", name);
        return xt_fail(err, XT_E_INPUT, name, XT_MSG_CLI_OPTION_NUMBER, XT_TEXT(with_dashes), XT_INT(min), XT_INT(max),
                       XT_TEXT(given));
    }
    *out = value;
    return XT_OK;
}
