/*
 * main.c - the program: reads the command line, opens the node, runs a command.
 *
 * Commands are rows of tables: those of the rooms (rooms.c) and, here, those that are about the node as a whole.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "exchange/exchange.h"
#include "http/http.h"
#include "indicator/indicator.h"
#include "room/cli.h"
#include "room/node.h"
#include "rooms.h"
#include "store/store.h"

#define EXIT_FOUND     1 /* it ran, and found something wrong */
#define EXIT_COULD_NOT 2

static int run_init(struct xt_cli *cli, struct xt_error *err);
static int run_check(struct xt_cli *cli, struct xt_error *err);
static int run_openapi(struct xt_cli *cli, struct xt_error *err);
static int run_version(struct xt_cli *cli, struct xt_error *err);
static int run_help(struct xt_cli *cli, struct xt_error *err);

static const struct xt_option init_options[] = {
    {"name", "NAME", "节点名（域名，如 gdut.example.cn）；默认取一个 .local 名",
     "the node's name, a domain name; invented under .local by default"},
    {"store", "URL", "记录存放之处；默认为数据文件夹中的 SQLite",
     "where records are kept; SQLite in the data folder by default"},
    {"sample", NULL, "导入示例区域", "import the sample region"},
    {NULL, NULL, NULL, NULL},
};

static const struct xt_option help_options[] = {
    {"man", NULL, "以手册页（roff）格式输出", "write the manual page, in roff"},
    {NULL, NULL, NULL, NULL},
};

static const struct xt_command own_commands[] = {
    {"init", XT_NEEDS_NOTHING, 0, 0, NULL, init_options, "建立节点", "make a node", run_init},
    {"check", XT_NEEDS_NODE, 0, 0, NULL, NULL, "核对存储、索引与变更链，指出不符之处",
     "prove that store, index and change chain agree, and say where not", run_check},
    {"openapi", XT_NEEDS_NOTHING, 0, 0, NULL, NULL, "输出接口说明（OpenAPI）", "write the API description (OpenAPI)",
     run_openapi},
    {"version", XT_NEEDS_NOTHING, 0, 0, NULL, NULL, "显示版本", "show the version", run_version},
    {"help", XT_NEEDS_NOTHING, 0, 2, "COMMAND", help_options, "显示命令的说明", "explain a command", run_help},
    {.name = NULL},
};

static const struct xt_cli_tables tables = {own_commands, xt_rooms};

/* ---- the program's own commands ---- */

static const char *data_of(const struct xt_cli *cli)
{
    const char *data = xt_cli_option(cli, "data");

    return data ? data : XT_NODE_DATA;
}

static struct xt_node_options node_options(const struct xt_cli *cli, bool read_only)
{
    return (struct xt_node_options){
        .data = data_of(cli),
        .region_path = xt_cli_option(cli, "region"),
        .read_only = read_only,
        .rooms = xt_rooms,
    };
}

/* Prints a sentence on standard output: tell(cli, XT_MSG_..., arguments). */
#define tell(cli, ...)                                     \
    do {                                                   \
        struct xt_error said;                              \
        (void)xt_fail(&said, XT_E_INPUT, "", __VA_ARGS__); \
        print_sentence(stdout, "", &said, (cli)->lang);    \
    } while (0)

static void print_sentence(FILE *out, const char *before, const struct xt_error *err, enum xt_lang lang)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    xt_text_init(&text, 4 * XT_KIB);
    xt_error_say(err, lang, &text);
    fprintf(out, "%s%s\n", before, text.s);
}

/* Noted before and after, so that an import cut short is taken up again by the next init --sample. */
static enum xt_code import_sample(struct xt_cli *cli, const struct xt_node_options *options, struct xt_error *err)
{
    XT_AUTO(xt_node_close) struct xt_node *node = NULL;
    enum xt_code rc = xt_node_note_sample(options->data, XT_SAMPLE_BEGUN, err);

    if (rc == XT_OK)
        rc = xt_node_open(options, &node, err);
    if (rc == XT_OK)
        rc = xt_exchange_import_sample(node, cli->lang, cli->terminal ? stderr : NULL, err);
    if (rc == XT_OK)
        rc = xt_indicator_sample(node, err);
    if (rc == XT_OK)
        rc = xt_node_note_sample(options->data, XT_SAMPLE_DONE, err);
    return rc;
}

/* The part of a URL that may be repeated aloud: what follows may hold a password. */
static enum xt_code refuse_store(const char *url, struct xt_error *err)
{
    size_t n = strcspn(url, ":");

    return xt_fail(err, XT_E_INPUT, "store", XT_MSG_NODE_STORE, XT_VIEW(((struct xt_str){url, n})));
}

static int run_init(struct xt_cli *cli, struct xt_error *err)
{
    struct xt_node_options options = node_options(cli, false);
    const char *name = xt_cli_option(cli, "name"), *url = xt_cli_option(cli, "store");
    bool sample = xt_cli_option(cli, "sample") != NULL;
    struct xt_node_made made;

    if (url) {
        (void)refuse_store(url, err);
        return EXIT_COULD_NOT;
    }
    if (xt_node_make(&options, name, &made, err) != XT_OK)
        return EXIT_COULD_NOT;
    if (made.existed) {
        bool same_name = !name || strcmp(name, made.name) == 0;
        bool begun = sample && made.sample == XT_SAMPLE_BEGUN;

        /* Asking again for what is there is fine; asking for something else is refused. */
        if (!same_name || (sample && made.sample == XT_SAMPLE_NONE)) {
            (void)xt_fail(err, XT_E_CONFLICT, "data", XT_MSG_NODE_EXISTS, XT_TEXT(options.data), XT_TEXT(made.name));
            return EXIT_COULD_NOT;
        }
        if (!begun) {
            tell(cli, XT_MSG_NODE_THERE, XT_TEXT(options.data), XT_TEXT(made.name));
            return 0;
        }
    } else {
        tell(cli, XT_MSG_NODE_MADE, XT_TEXT(options.data), XT_TEXT(made.name));
        fflush(stdout);
    }
    if (!sample)
        return 0;
    return import_sample(cli, &options, err) == XT_OK ? 0 : EXIT_COULD_NOT;
}

static enum xt_code check_store(struct xt_node *node, struct xt_problems *problems, int64_t *out_changes,
                                struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_store_check(node->store, problems, err);

    if (rc == XT_OK)
        rc = xt_read_begin(node->store, 10000, &read, err);
    if (rc != XT_OK)
        return rc;
    rc = xt_change_verify(xt_read_conn(read), out_changes, err);
    if (rc != XT_E_CONFLICT)
        return rc;
    xt_problems_add_error(problems, err); /* a broken chain is a finding, not a failure to look */
    return XT_OK;
}

static int run_check(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    XT_AUTO(xt_text_done) struct xt_text line = {0};
    int64_t changes = 0;
    enum xt_code rc;

    xt_problems_init(&problems);
    xt_text_init(&line, 16 * XT_KIB);
    rc = check_store(cli->node, &problems, &changes, err);
    for (size_t i = 0; xt_rooms[i] && rc == XT_OK; i++)
        rc = xt_rooms[i]->check ? xt_rooms[i]->check(cli->node, &problems, err) : XT_OK;
    if (rc != XT_OK)
        return EXIT_COULD_NOT;
    for (size_t i = 0; i < problems.count; i++) {
        xt_text_clear(&line);
        xt_problem_say(&problems.list[i], cli->lang, &line);
        printf("%s: %s\n", problems.list[i].path, line.s);
    }
    if (problems.seen > 0) {
        tell(cli, XT_MSG_CHECK_FOUND, XT_INT(problems.seen));
        return EXIT_FOUND;
    }
    tell(cli, XT_MSG_CHECK_GOOD, XT_INT(changes));
    return 0;
}

static int run_openapi(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    struct xt_node node = {.region_path = xt_cli_option(cli, "region"), .rooms = xt_rooms};

    xt_text_init(&text, 64 * XT_MIB);
    if (xt_http_openapi(&node, &text, err) != XT_OK)
        return EXIT_COULD_NOT;
    puts(text.s);
    return 0;
}

static int run_version(struct xt_cli *cli, struct xt_error *err)
{
    (void)cli;
    (void)err;
    puts("xietong " XT_VERSION);
    return 0;
}

static int run_help(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    const struct xt_command *command = NULL;
    struct xt_cli asked = {0};
    struct xt_arena arena;

    xt_text_init(&text, XT_MIB);
    if (xt_cli_option(cli, "man")) {
        xt_cli_help_man(&tables, cli->lang, &text);
    } else if (cli->arg_count == 0) {
        xt_cli_help_all(&tables, cli->lang, &text);
    } else {
        char *words[] = {(char *)"xietong", (char *)cli->args[0], (char *)cli->args[1], (char *)"--help", NULL};
        int count = cli->args[1] ? 4 : 3;
        enum xt_code rc;

        if (!cli->args[1])
            words[2] = words[3];

        xt_arena_init(&arena);
        rc = xt_cli_read(&tables, count, words, &arena, &asked, &command, err);
        xt_arena_done(&arena);
        if (rc != XT_OK)
            return EXIT_COULD_NOT;
        xt_cli_help_one(command, cli->lang, &text);
    }
    fputs(text.s, stdout);
    return 0;
}

/* ---- running a command ---- */

static bool needs_node(const struct xt_command *command, const struct xt_cli *cli)
{
    if (command->needs == XT_NEEDS_NODE_STORED)
        return xt_cli_option(cli, "stored") != NULL;
    return command->needs != XT_NEEDS_NOTHING;
}

static int run(const struct xt_command *command, struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_node_close) struct xt_node *node = NULL;

    if (needs_node(command, cli)) {
        struct xt_node_options options = node_options(cli, command->needs != XT_NEEDS_NODE);

        if (xt_node_open(&options, &node, err) != XT_OK)
            return EXIT_COULD_NOT;
        cli->node = node;
    }
    return command->run(cli, err);
}

static int without_command(const struct xt_cli *cli)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    bool asked = xt_cli_option(cli, "help") != NULL;

    xt_text_init(&text, XT_MIB);
    xt_cli_help_all(&tables, cli->lang, &text);
    fputs(text.s, asked ? stdout : stderr);
    return asked ? 0 : EXIT_COULD_NOT;
}

static int dispatch(int argc, char **argv, struct xt_cli *cli, struct xt_arena *arena, struct xt_error *err)
{
    const struct xt_command *command = NULL;

    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return run_version(cli, err);
    if (xt_cli_read(&tables, argc, argv, arena, cli, &command, err) != XT_OK)
        return EXIT_COULD_NOT;
    if (!command)
        return without_command(cli);
    if (xt_cli_option(cli, "help")) {
        const char *const words[] = {command->name, NULL};

        cli->args = words;
        cli->arg_count = 1;
        return run_help(cli, err);
    }
    return run(command, cli, err);
}

int main(int argc, char **argv)
{
    struct xt_cli cli = {.lang = xt_cli_lang(), .terminal = isatty(STDERR_FILENO) == 1};
    struct xt_error err = {.code = XT_OK};
    struct xt_arena arena;
    int status;

    xt_arena_init(&arena);
    cli.actor = xt_access_cli(&arena);
    status = dispatch(argc, argv, &cli, &arena, &err);
    if (err.code != XT_OK && status != 0)
        print_sentence(stderr, "xietong: ", &err, cli.lang);
    xt_arena_done(&arena);
    /* What was promised on standard output must have got there: a full disk behind a pipe is a failure. */
    if (fflush(stdout) != 0 && status == 0)
        status = EXIT_COULD_NOT;
    return status;
}
