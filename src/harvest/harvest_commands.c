/* harvest_commands.c - xietong harvest add | set | list | show | run | stop | continue | restart | confirm | rollback ... */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/time.h"
#include "harvest/harvest_priv.h"
#include "room/cli.h"

#define INDEX_WAIT_MS      600000
#define NAMES_MAX          1000
#define LIST_MAX           1000

#define pick(lang, zh, en) ((lang) == XT_ZH ? zh : en)

static const struct xt_option harvest_options[] = {
    {"prefix", "PREFIX", "格式（metadataPrefix），默认 oai_dc", "format (metadataPrefix), oai_dc by default"},
    {"set", "SET", "只收割这个集合（setSpec）", "only this set (setSpec)"},
    {"mapping", "NAME|FILE", "用这个映射读取；默认按格式选取", "read through this mapping; by the format by default"},
    {"every", "TIME", "节点运行时每隔多久收割一次，如 6h、1d；0 为不自动收割，默认 1d",
     "how often a running node harvests it, such as 6h or 1d; 0 for never, 1d by default"},
    {"overlap", "TIME", "每次从上次之前多久的改动问起，默认 1d",
     "ask again for what changed so long before the last time, 1d by default"},
    {"reconcile", "TIME", "来源不长期保留删除记录时，每隔多久核对全部标识；0 为不核对，默认 7d",
     "where the source forgets what it deleted: how often all identifiers are compared; 0 for never, 7d by default"},
    {"guard", "PERCENT", "一次收割要撤下的记录超过这个比例时等人确认，默认 20",
     "a harvest that takes away a larger share waits to be confirmed, 20 by default"},
    {"pause", "MS", "对同一主机两次请求之间至少相隔的毫秒数，默认 200",
     "least milliseconds between two requests to a host, 200 by default"},
    {"timeout", "TIME", "一次应答最长多久，默认 5m", "most time of one answer, 5m by default"},
    {"page-size", "MIB", "一次应答最多多少 MiB，默认 64", "most MiB of one answer, 64 by default"},
    {"retries", "N", "一次请求最多重试几次，默认 5", "most retries of one request, 5 by default"},
    {"retry-after", "MS", "第一次重试前等多少毫秒，以后逐次加倍，默认 2000",
     "milliseconds before the first retry, doubled each time, 2000 by default"},
    {"allow", "NETWORKS", "除公网外允许连接的网络：loopback、private 或如 10.2.0.0/16",
     "networks besides the public ones: loopback, private, or such as 10.2.0.0/16"},
    {"ca", "FILE", "只信任这个文件中的证书（PEM）", "trust the certificates of this file only (PEM)"},
    {"pin", "HASH", "服务器公钥必须是这一个：sha256//...", "the server must have this public key: sha256//..."},
    {"full", NULL, "run：从头收割，并找出来源已不再列出的记录",
     "run: everything from the beginning, and find what is no longer listed"},
    {"to", "RUN", "rollback：退回到这次收割之后的状态；默认为上一次，0 为撤下全部记录",
     "rollback: to the state after this run; the one before the last by default, 0 takes all records away"},
    {"limit", "N", "quarantine：最多列出几条，默认 20", "quarantine: list at most so many, 20 by default"},
    {NULL, NULL, NULL, NULL},
};

static enum xt_code check_name(const struct xt_cli *cli, const char *name, struct xt_error *err)
{
    size_t n = strlen(name);

    if (n == 0 || n > HARVEST_NAME_MAX || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != n ||
        !strchr("abcdefghijklmnopqrstuvwxyz0123456789", *name))
        return xt_fail(err, XT_E_INPUT, "name", XT_MSG_HARVEST_NAME, XT_INT(HARVEST_NAME_MAX), XT_TEXT(name));
    if (strcmp(name, cli->node->name) == 0) /* its records would pass for this node's own */
        return xt_fail(err, XT_E_CONFLICT, "name", XT_MSG_HARVEST_OWN_NAME, XT_TEXT(name));
    return XT_OK;
}

static enum xt_code check_url(const char *url, struct xt_error *err)
{
    const char *host = strstr(url, "://");

    /* No name and password in it: addresses are shown to everybody. */
    if ((strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) || strpbrk(url, " \t\r\n#") ||
        strlen(url) > 2000 || memchr(host + 3, '@', strcspn(host + 3, "/?")))
        return xt_fail(err, XT_E_INPUT, "url", XT_MSG_NOT_URL, XT_TEXT(url));
    return XT_OK;
}

/* ---- add, set, remove ---- */

static int add(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct source source = {
        .name = cli->args[1], .url = cli->args[2], .repository = "", .deleted_record = "", .earliest = ""};

    if (check_name(cli, source.name, err) != XT_OK || check_url(source.url, err) != XT_OK ||
        harvest_read_settings(cli, &source, true, err) != XT_OK || xt_tx_begin(cli->node->store, &tx, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    source.created_at = xt_tx_now(tx);
    return source_add(tx, &source, err) == XT_OK && xt_tx_commit(&tx, err) == XT_OK ? 0 : XT_EXIT_COULD_NOT;
}

static int set(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct source source;

    xt_arena_init(&arena);
    if (xt_tx_begin(cli->node->store, &tx, err) != XT_OK ||
        source_find(xt_tx_conn(tx), xt_str(cli->args[1]), &arena, &source, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    if (cli->arg_count > 2) {
        source.url = cli->args[2];
        if (check_url(source.url, err) != XT_OK)
            return XT_EXIT_COULD_NOT;
    }
    if (harvest_read_settings(cli, &source, false, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    return source_settle(tx, &source, err) == XT_OK && xt_tx_commit(&tx, err) == XT_OK ? 0 : XT_EXIT_COULD_NOT;
}

/* One that still has items here is not removed: its records would have nobody who answers for them. */
static int take_away(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct source source;

    xt_arena_init(&arena);
    if (xt_tx_begin(cli->node->store, &tx, err) != XT_OK ||
        source_find(xt_tx_conn(tx), xt_str(cli->args[1]), &arena, &source, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    if (source.live > 0) {
        (void)xt_fail(err, XT_E_CONFLICT, "name", XT_MSG_HARVEST_HAS_ITEMS, XT_TEXT(source.name), XT_INT(source.live));
        return XT_EXIT_COULD_NOT;
    }
    return source_remove(tx, source.id, err) == XT_OK && xt_tx_commit(&tx, err) == XT_OK ? 0 : XT_EXIT_COULD_NOT;
}

struct names {
    const char *list[NAMES_MAX];
    size_t count;
};

static enum xt_code all_names(struct xt_cli *cli, bool resting, struct xt_arena *arena, struct names *out,
                              struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_str after = {"", 0};
    struct source source;
    bool more = true;
    enum xt_code rc = xt_read_begin(cli->node->store, 10000, &read, err);

    out->count = 0;
    while (rc == XT_OK && more && out->count < NAMES_MAX) {
        rc = source_next(xt_read_conn(read), after, arena, &source, &more, err);
        if (rc != XT_OK || !more)
            break;
        after = xt_str(source.name);
        if (resting || !source.rests)
            out->list[out->count++] = source.name;
    }
    return rc;
}

/* ---- run and its kin ---- */

struct outcome {
    const struct xt_cli *cli;
    int64_t began;
    int status;
};

static void say_done(void *context, const char *name, const struct run *run, const struct xt_error *failure)
{
    struct outcome *o = context;
    enum xt_lang lang = o->cli->lang;

    if (failure) {
        XT_AUTO(xt_text_done) struct xt_text text = {0};

        xt_text_init(&text, 4 * XT_KIB);
        xt_error_say(failure, lang, &text);
        (void)fprintf(stderr, "%s: %s\n", name, text.s);
        o->status = XT_EXIT_COULD_NOT;
        return;
    }
    printf("%s\trun=%lld state=%s ", name, (long long)run->id, run->state);
    harvest_print_counts(run);
    printf(" seconds=%.1f\n", (double)(xt_monotonic_us() - o->began) / 1e6);
    if (strcmp(run->state, "held") == 0)
        (void)fprintf(stderr,
                      pick(lang,
                           "%s：这次收割将撤下 %lld 条记录，超过保护比例，未发布；核实后用 harvest confirm %s 放行\n",
                           "%s: this harvest takes away %lld records, more than the guard lets pass; not published. "
                           "When that is right: harvest confirm %s\n"),
                      name, (long long)run->losing, name);
    if (*run->error_class)
        (void)fprintf(stderr, "%s: %s: %s\n", name, run->error_class, pick(lang, run->error_zh, run->error_en));
    if (strcmp(run->state, "done") != 0 && o->status == 0)
        o->status = XT_EXIT_FOUND;
}

/* What was harvested can be found once the command returns. */
static int work_on(struct xt_cli *cli, const char *const *names, size_t count, enum harvest_wish wish, xt_id target,
                   struct xt_error *err)
{
    struct outcome outcome = {.cli = cli, .began = xt_monotonic_us()};
    struct harvest_done done = {say_done, &outcome};
    struct harvest_options options = {
        .wish = wish, .target = target, .progress = cli->terminal && count == 1 ? stderr : NULL, .lang = cli->lang};

    xt_catalog_feed_start(cli->node);
    harvest_work_all(cli->node, names, count, &options, &done);
    xt_catalog_feed_stop(cli->node);
    if (xt_catalog_catch_up(cli->node, INDEX_WAIT_MS, NULL, NULL, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    return outcome.status;
}

static int run_sources(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct names names;

    xt_arena_init(&arena);
    if (cli->arg_count == 1) {
        if (all_names(cli, false, &arena, &names, err) != XT_OK)
            return XT_EXIT_COULD_NOT;
    } else {
        for (names.count = 0; names.count + 1 < cli->arg_count && names.count < NAMES_MAX; names.count++)
            names.list[names.count] = cli->args[names.count + 1];
    }
    return work_on(cli, names.list, names.count, xt_cli_option(cli, "full") ? WISH_FULL : WISH_CONTINUE, 0, err);
}

static int go_on(struct xt_cli *cli, struct xt_error *err)
{
    return work_on(cli, cli->args + 1, 1, WISH_CONTINUE, 0, err);
}

static int restart(struct xt_cli *cli, struct xt_error *err)
{
    return work_on(cli, cli->args + 1, 1, WISH_RESTART, 0, err);
}

static int confirm(struct xt_cli *cli, struct xt_error *err)
{
    return work_on(cli, cli->args + 1, 1, WISH_CONFIRM, 0, err);
}

static int remap(struct xt_cli *cli, struct xt_error *err)
{
    return work_on(cli, cli->args + 1, 1, WISH_REMAP, 0, err);
}

static int roll_back(struct xt_cli *cli, struct xt_error *err)
{
    int64_t target;

    if (xt_cli_int(cli, "to", 0, INT64_MAX, -1, &target, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    return work_on(cli, cli->args + 1, 1, WISH_ROLLBACK, target, err);
}

/* Whoever works on it notices within a second. */
static int stop(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct source source;

    xt_arena_init(&arena);
    if (xt_tx_begin(cli->node->store, &tx, err) != XT_OK ||
        source_find(xt_tx_conn(tx), xt_str(cli->args[1]), &arena, &source, err) != XT_OK ||
        source_rest(tx, source.id, true, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    return xt_tx_commit(&tx, err) == XT_OK ? 0 : XT_EXIT_COULD_NOT;
}

/* ---- the command ---- */

static const struct {
    const char *name;
    size_t args_min, args_max; /* behind the name */
    const char *args;
    int (*run)(struct xt_cli *cli, struct xt_error *err);
} verbs[] = {
    {"add", 2, 2, "NAME URL", add},
    {"set", 1, 2, "NAME [URL]", set},
    {"remove", 1, 1, "NAME", take_away},
    {"list", 0, 0, "", harvest_list},
    {"show", 1, 1, "NAME", harvest_show},
    {"quarantine", 1, 1, "NAME", harvest_quarantine},
    {"diagnose", 1, 1, "NAME", harvest_diagnose},
    {"payload", 2, 2, "NAME IDENTIFIER", harvest_payload},
    {"run", 0, NAMES_MAX, "[NAME...]", run_sources},
    {"stop", 1, 1, "NAME", stop},
    {"continue", 1, 1, "NAME", go_on},
    {"restart", 1, 1, "NAME", restart},
    {"confirm", 1, 1, "NAME", confirm},
    {"remap", 1, 1, "NAME", remap},
    {"rollback", 1, 1, "NAME", roll_back},
};

static int run_harvest(struct xt_cli *cli, struct xt_error *err)
{
    size_t i, count = cli->arg_count - 1;

    for (i = 0; i < XT_COUNT(verbs) && strcmp(verbs[i].name, cli->args[0]) != 0; i++)
        ;
    if (i == XT_COUNT(verbs)) {
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_HARVEST_VERB, XT_TEXT(cli->args[0]));
        return XT_EXIT_COULD_NOT;
    }
    if (count < verbs[i].args_min) {
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_ARGS_FEW, XT_TEXT(verbs[i].name), XT_TEXT(verbs[i].args));
        return XT_EXIT_COULD_NOT;
    }
    if (count > verbs[i].args_max) {
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_ARGS_MANY, XT_TEXT(verbs[i].name),
                      XT_TEXT(cli->args[cli->arg_count - 1]));
        return XT_EXIT_COULD_NOT;
    }
    return verbs[i].run(cli, err);
}

const struct xt_command xt_harvest_commands[] = {
    {"harvest", XT_NEEDS_NODE, 1, NAMES_MAX + 1,
     "add NAME URL | set NAME | list | show NAME | run [NAME...] | stop NAME | continue NAME | restart NAME | confirm NAME | "
     "rollback NAME | quarantine NAME | diagnose NAME | payload NAME IDENTIFIER | remap NAME | remove NAME",
     harvest_options, "收割其他库的记录（OAI-PMH）：添加、查看、运行、停止、确认、退回",
     "harvest other repositories (OAI-PMH): add, look at, run, stop, confirm or undo", run_harvest},
    {.name = NULL},
};
