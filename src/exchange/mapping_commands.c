/* mapping_commands.c - xietong mapping list | check | test | draft | schema. They need a region, not a node. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "exchange/draft.h"
#include "exchange/exchange_priv.h"
#include "exchange/mapping_try.h"
#include "room/cli.h"
#include "room/node.h"

#define OUT_MAX            (16 * XT_MIB)
#define ROWS_MAX           1000

#define pick(lang, zh, en) ((lang) == XT_ZH ? zh : en)

const struct xt_option xt_exchange_mapping_options[] = {
    {"rows", "N", "test：试用几行，默认 10", "test: try so many rows, 10 by default"},
    {"type", "TYPE", "test：不用映射，列名即字段名或标签；draft：记录类型已知",
     "test: no mapping, columns are named by field or label; draft: the record type is known"},
    {"report", "FILE", "draft：把各列的去向、把握与理由写成 JSON",
     "draft: write what became of each column, how surely and why, as JSON"},
    {"sheet", "NAME|NUMBER", "工作簿中的工作表", "sheet of a workbook"},
    {"charset", "NAME", "字符集，如 gb18030；默认自动判断", "character set such as gb18030; guessed by default"},
    {NULL, NULL, NULL, NULL},
};

/* ---- list ---- */

static int list_mappings(struct xt_cli *cli, struct xt_region *region, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    const char *const *paths;
    int status = 0;

    xt_arena_init(&arena);
    for (paths = xt_region_list(region, "mappings/", &arena); *paths; paths++) {
        XT_AUTO(xt_mapping_free) struct xt_mapping *mapping = NULL;
        struct xt_str name = xt_str(*paths + strlen("mappings/"));

        if (!xt_str_ends(name, ".json"))
            continue;
        name.n -= strlen(".json");
        if (xt_exchange_choose_mapping(region, xt_arena_strndup(&arena, name.s, name.n), NULL, cli->lang, &mapping,
                                       err) == XT_OK)
            printf("%.*s\t%s\n", (int)name.n, name.s, xt_mapping_label(mapping, cli->lang));
        else
            status = XT_EXIT_FOUND;
    }
    return status;
}

/* ---- check ---- */

static int check_mappings(struct xt_cli *cli, struct xt_region *region, struct xt_error *err)
{
    int status = 0;
    size_t i;

    for (i = 1; i < cli->arg_count; i++) {
        XT_AUTO(xt_mapping_free) struct xt_mapping *mapping = NULL;
        enum xt_code rc = xt_exchange_choose_mapping(region, cli->args[i], NULL, cli->lang, &mapping, err);

        if (rc == XT_OK)
            printf(pick(cli->lang, "%s：没有错误\n", "%s: no mistakes\n"), cli->args[i]);
        else if (rc == XT_E_INPUT && status == 0)
            status = XT_EXIT_FOUND;
        else if (rc != XT_E_INPUT)
            return XT_EXIT_COULD_NOT;
    }
    return status;
}

/* ---- test ---- */

static int test_mapping(struct xt_cli *cli, struct xt_region *region, struct xt_error *err)
{
    XT_AUTO(xt_mapping_free) struct xt_mapping *mapping = NULL;
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    const char *type = xt_cli_option(cli, "type");
    struct xt_try_options options = {
        .lang = cli->lang, .charset = xt_cli_option(cli, "charset"), .sheet = xt_cli_option(cli, "sheet")};
    struct xt_try_result result;
    enum xt_code rc;

    if (xt_cli_int(cli, "rows", 1, ROWS_MAX, 0, &options.rows, err) != XT_OK ||
        xt_exchange_choose_mapping(region, type ? NULL : cli->args[1], type, cli->lang, &mapping, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    xt_text_init(&out, OUT_MAX);
    rc = xt_mapping_try(region, mapping, cli->args[cli->arg_count - 1], &options, &out, &result, err);
    (void)fputs(out.s, stdout); /* also what was read before a fault */
    if (rc != XT_OK)
        return XT_EXIT_COULD_NOT;
    printf("\nrows=%lld skipped=%lld records=%lld wrong=%lld\n", (long long)result.rows, (long long)result.skipped,
           (long long)result.records, (long long)result.wrong);
    return result.wrong > 0 ? XT_EXIT_FOUND : 0;
}

/* ---- draft ---- */

static enum xt_code write_file(const char *path, struct xt_str text, struct xt_error *err)
{
    FILE *file = fopen(path, "wbe");

    if (!file || fwrite(text.s, 1, text.n, file) != text.n) {
        (void)xt_fail(err, XT_E_INTERNAL, "report", XT_MSG_FILE_WRITE, XT_TEXT(path), XT_TEXT(strerror(errno)));
        if (file)
            (void)fclose(file); /* it has failed already */
        return XT_E_INTERNAL;
    }
    return fclose(file) == 0
               ? XT_OK
               : xt_fail(err, XT_E_INTERNAL, "report", XT_MSG_FILE_WRITE, XT_TEXT(path), XT_TEXT(strerror(errno)));
}

/* The mapping goes to standard output, what is to be looked through to standard error. */
static int draft_mapping(struct xt_cli *cli, struct xt_region *region, struct xt_error *err)
{
    XT_AUTO(xt_draft_free) struct xt_draft *draft = NULL;
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    const char *type = xt_cli_option(cli, "type");
    struct xt_draft_options options = {
        .lang = cli->lang, .charset = xt_cli_option(cli, "charset"), .sheet = xt_cli_option(cli, "sheet")};

    if (type && (options.type = xt_region_type(region, xt_str(type))) == NULL) {
        (void)xt_fail(err, XT_E_INPUT, "type", XT_MSG_IMPORT_NO_TYPE, XT_TEXT(type));
        return XT_EXIT_COULD_NOT;
    }
    if (xt_draft_file(region, cli->args[1], &options, &draft, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    xt_text_init(&out, OUT_MAX);
    xt_draft_write(draft, &out);
    (void)fputs(out.s, stdout);
    xt_text_clear(&out);
    xt_draft_report(draft, cli->lang, &out);
    (void)fputs(out.s, stderr);
    if (!xt_cli_option(cli, "report"))
        return 0;
    xt_text_clear(&out);
    xt_draft_report_json(draft, &out);
    return write_file(xt_cli_option(cli, "report"), xt_text_view(&out), err) == XT_OK ? 0 : XT_EXIT_COULD_NOT;
}

/* ---- schema ---- */

static int write_schema(struct xt_cli *cli, struct xt_region *region, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};

    (void)err;
    xt_text_init(&out, OUT_MAX);
    xt_mapping_schema(region, cli->lang, &out);
    puts(out.s);
    return 0;
}

/* ---- the command ---- */

static const struct {
    const char *name;
    size_t args_min, args_max; /* behind the name */
    const char *args;
    int (*run)(struct xt_cli *cli, struct xt_region *region, struct xt_error *err);
} verbs[] = {
    {"list", 0, 0, "", list_mappings},
    {"check", 1, 1000, "MAPPING...", check_mappings},
    {"test", 1, 2, "MAPPING FILE", test_mapping},
    {"draft", 1, 1, "FILE", draft_mapping},
    {"schema", 0, 0, "", write_schema},
};

int xt_exchange_run_mapping(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_region_free) struct xt_region *region = NULL;
    const char *data = xt_cli_option(cli, "data");
    struct xt_node node = {.data = data ? data : XT_NODE_DATA, .region_path = xt_cli_option(cli, "region")};
    size_t i, count = cli->arg_count - 1, wanted;

    for (i = 0; i < XT_COUNT(verbs) && strcmp(verbs[i].name, cli->args[0]) != 0; i++)
        ;
    if (i == XT_COUNT(verbs)) {
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_MAPPING_VERB, XT_TEXT(cli->args[0]));
        return XT_EXIT_COULD_NOT;
    }
    /* With --type there is no mapping to name. */
    wanted = verbs[i].run == test_mapping && !xt_cli_option(cli, "type") ? 2 : verbs[i].args_min;
    if (count < wanted) {
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_ARGS_FEW, XT_TEXT(verbs[i].name), XT_TEXT(verbs[i].args));
        return XT_EXIT_COULD_NOT;
    }
    if (count > verbs[i].args_max || (verbs[i].run == test_mapping && count > wanted)) {
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_ARGS_MANY, XT_TEXT(verbs[i].name),
                      XT_TEXT(cli->args[cli->arg_count - 1]));
        return XT_EXIT_COULD_NOT;
    }
    if (xt_catalog_region(&node, &region, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    return verbs[i].run(cli, region, err);
}
