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

/* ---- settings ---- */

enum setting_kind { SET_TEXT, SET_NUMBER, SET_DURATION };

/* One row an option that is kept with a source; add takes the default where it is not given. */
static const struct setting {
    const char *option;
    enum setting_kind kind;
    size_t place;
    int64_t min, max, otherwise;
    const char *text; /* default of a text */
} SETTINGS[] = {
#define PLACE(member) offsetof(struct source, member)
    {"prefix", SET_TEXT, PLACE(prefix), 1, 200, 0, "oai_dc"},
    {"set", SET_TEXT, PLACE(set_spec), 0, 500, 0, ""},
    {"mapping", SET_TEXT, PLACE(mapping), 0, 500, 0, ""},
    {"every", SET_DURATION, PLACE(every_s), 0, 366 * 86400, 86400, NULL},
    {"overlap", SET_DURATION, PLACE(overlap_s), 0, 366 * 86400, 86400, NULL},
    {"reconcile", SET_DURATION, PLACE(reconcile_s), 0, 3660 * 86400LL, 7 * 86400, NULL},
    {"guard", SET_NUMBER, PLACE(guard_percent), 0, 100, 20, NULL},
    {"pause", SET_NUMBER, PLACE(pause_ms), 0, 600000, 200, NULL},
    {"timeout", SET_DURATION, PLACE(timeout_s), 1, 3600, 300, NULL},
    {"page-size", SET_NUMBER, PLACE(page_mib), 1, (int64_t)(XT_OAI_PAGE_MAX / XT_MIB), 64, NULL},
    {"retries", SET_NUMBER, PLACE(retries), 0, 20, 5, NULL},
    {"retry-after", SET_NUMBER, PLACE(retry_ms), 1, 600000, 2000, NULL},
    {"allow", SET_TEXT, PLACE(allow), 0, 1000, 0, ""},
    {"ca", SET_TEXT, PLACE(ca), 0, 1000, 0, ""},
    {"pin", SET_TEXT, PLACE(pin), 0, 1000, 0, ""},
#undef PLACE
};

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

/* "90s", "15m", "6h", "2d", or seconds. */
static bool read_duration(const char *text, int64_t *out)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    struct xt_str number = xt_str(text);
    int64_t factor = 1;
    size_t i;

    for (i = 0; i < XT_COUNT(units) && number.n > 0; i++) {
        if (number.s[number.n - 1] == units[i].unit) {
            factor = units[i].seconds;
            number.n--;
            break;
        }
    }
    if (!xt_int_parse(number, out) || *out < 0 || *out > INT64_MAX / 86400)
        return false;
    *out *= factor;
    return true;
}

static enum xt_code read_setting(const struct setting *s, const char *value, struct source *source,
                                 struct xt_error *err)
{
    char *place = (char *)source + s->place;
    int64_t number;

    if (s->kind == SET_TEXT) {
        int64_t n = (int64_t)strlen(value);

        if (n > s->max)
            return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_TOO_LONG, XT_INT(s->max), XT_INT(n));
        if (n < s->min)
            return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_REQUIRED);
        *(const char **)(void *)place = value;
        return XT_OK;
    }
    if (s->kind == SET_DURATION && !read_duration(value, &number))
        return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_HARVEST_DURATION, XT_TEXT(value));
    if (s->kind == SET_NUMBER && !xt_int_parse(xt_str(value), &number))
        return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_NOT_INTEGER, XT_TEXT(value));
    if (number < s->min)
        return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_TOO_SMALL, XT_INT(s->min), XT_INT(number));
    if (number > s->max)
        return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_TOO_BIG, XT_INT(s->max), XT_INT(number));
    *(int64_t *)(void *)place = number;
    return XT_OK;
}

static enum xt_code check_rest(struct xt_node *node, const struct source *source, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    XT_AUTO(mapper_free) struct mapper *mapper = NULL;
    struct xt_str bad;

    xt_problems_init(&problems);
    if (!xt_fetch_allow_valid(xt_str(source->allow), &bad))
        return xt_fail(err, XT_E_INPUT, "allow", XT_MSG_HARVEST_ALLOW, XT_VIEW(bad));
    if (*source->pin && strncmp(source->pin, "sha256//", 8) != 0)
        return xt_fail(err, XT_E_INPUT, "pin", XT_MSG_HARVEST_PIN, XT_TEXT(source->pin));
    return mapper_new(node, source, &mapper, &problems, err); /* its mapping can be read */
}

/* Options that were given, into source; with `all` also the defaults of those that were not. */
static enum xt_code read_settings(struct xt_cli *cli, struct source *source, bool all, struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    size_t i;

    for (i = 0; i < XT_COUNT(SETTINGS) && rc == XT_OK; i++) {
        const char *value = xt_cli_option(cli, SETTINGS[i].option);

        if (value)
            rc = read_setting(&SETTINGS[i], value, source, err);
        else if (all && SETTINGS[i].kind == SET_TEXT)
            *(const char **)(void *)((char *)source + SETTINGS[i].place) = SETTINGS[i].text;
        else if (all)
            *(int64_t *)(void *)((char *)source + SETTINGS[i].place) = SETTINGS[i].otherwise;
    }
    return rc == XT_OK ? check_rest(cli->node, source, err) : rc;
}

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
    if ((strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) || strpbrk(url, " \t\r\n#") ||
        strlen(url) > 2000)
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
        read_settings(cli, &source, true, err) != XT_OK || xt_tx_begin(cli->node->store, &tx, err) != XT_OK)
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
    if (read_settings(cli, &source, false, err) != XT_OK)
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

/* ---- list, show, quarantine, payload ---- */

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

static const struct {
    const char *state, *zh, *en;
} STATES[] = {
    {"running", "进行中", "running"}, {"stopped", "已停止", "stopped"}, {"held", "等待确认", "waits to be confirmed"},
    {"failed", "失败", "failed"},     {"done", "完成", "done"},         {"dropped", "已放弃", "dropped"},
};

static const char *state_in(enum xt_lang lang, const char *state)
{
    size_t i;

    for (i = 0; i < XT_COUNT(STATES); i++)
        if (strcmp(STATES[i].state, state) == 0)
            return pick(lang, STATES[i].zh, STATES[i].en);
    return state;
}

static void print_counts(const struct run *run)
{
    printf("seen=%lld stored=%lld unchanged=%lld deleted=%lld rejected=%lld", (long long)run->seen,
           (long long)run->stored, (long long)run->unchanged, (long long)run->deleted, (long long)run->rejected);
    if (run->waiting > 0)
        printf(" waiting=%lld", (long long)run->waiting);
    if (run->missing > 0)
        printf(" missing=%lld", (long long)run->missing);
}

/* NAME  STATE  LIVE  LAST  COUNTS  ERROR, between tabs. */
static int list(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_str after = {"", 0};
    struct source source;
    struct run run;
    char at[XT_INSTANT_SIZE];
    bool more = true, found;

    xt_arena_init(&arena);
    if (xt_read_begin(cli->node->store, 10000, &read, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    for (;;) {
        if (source_next(xt_read_conn(read), after, &arena, &source, &more, err) != XT_OK)
            return XT_EXIT_COULD_NOT;
        if (!more)
            return 0;
        if (run_last(xt_read_conn(read), source.id, &arena, &run, &found, err) != XT_OK)
            return XT_EXIT_COULD_NOT;
        after = xt_str(source.name);
        printf("%s\t%s%s\t%lld\t", source.name,
               found ? state_in(cli->lang, run.state) : pick(cli->lang, "未收割", "new"),
               source.rests ? pick(cli->lang, "（暂停）", " (resting)") : "", (long long)source.live);
        if (found) {
            printf("%s\t", xt_instant_format(run.updated_at, false, at));
            print_counts(&run);
            printf("\t%s", pick(cli->lang, run.error_zh, run.error_en));
        }
        putchar('\n');
    }
}

static const char *when(xt_instant at, char out[XT_INSTANT_SIZE])
{
    return at > 0 ? xt_instant_format(at, false, out) : "-";
}

static void show_source(const struct xt_cli *cli, const struct source *s, int64_t refused)
{
    char a[XT_INSTANT_SIZE], b[XT_INSTANT_SIZE];

    printf(pick(cli->lang, "名称：%s\n地址：%s\n格式：%s\n集合：%s\n库名：%s\n删除记录：%s\n",
                "name: %s\naddress: %s\nformat: %s\nset: %s\nrepository: %s\ndeleted records: %s\n"),
           s->name, s->url, s->prefix, *s->set_spec ? s->set_spec : "-", *s->repository ? s->repository : "-",
           *s->deleted_record ? s->deleted_record : "-");
    printf(pick(cli->lang, "记录：%lld\n隔离：%lld\n已收割到：%s\n下次不早于：%s\n暂停：%s\n",
                "records: %lld\nquarantine: %lld\nharvested up to: %s\nnext not before: %s\nresting: %s\n"),
           (long long)s->live, (long long)refused, when(s->last_response, a), when(s->due_at, b),
           s->rests ? pick(cli->lang, "是", "yes") : pick(cli->lang, "否", "no"));
}

static void show_run(const struct xt_cli *cli, const struct run *run)
{
    char at[XT_INSTANT_SIZE];

    printf("%lld\t%s\t%s\t%s\t", (long long)run->id, when(run->started_at, at), run->kind,
           state_in(cli->lang, run->state));
    print_counts(run);
    if (run->list_size >= 0 && strcmp(run->state, "done") == 0 && run->list_size != run->seen && run->from_at == 0)
        printf(pick(cli->lang, "\t来源自称 %lld 条", "\tthe source says %lld"), (long long)run->list_size);
    if (strcmp(run->state, "held") == 0)
        printf(pick(cli->lang, "\t将撤下 %lld 条", "\ttakes away %lld"), (long long)run->losing);
    if (*run->error_class)
        printf("\t%s: %s", run->error_class, pick(cli->lang, run->error_zh, run->error_en));
    putchar('\n');
}

static int show(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct source source;
    struct run run = {.id = INT64_MAX};
    int64_t refused = 0, i;
    bool found = true;

    xt_arena_init(&arena);
    if (xt_read_begin(cli->node->store, 10000, &read, err) != XT_OK ||
        source_find(xt_read_conn(read), xt_str(cli->args[1]), &arena, &source, err) != XT_OK ||
        quarantine_count(xt_read_conn(read), source.id, &refused, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    show_source(cli, &source, refused);
    for (i = 0; i < HARVEST_KEPT_RUNS; i++) {
        if (run_before(xt_read_conn(read), source.id, run.id, &arena, &run, &found, err) != XT_OK)
            return XT_EXIT_COULD_NOT;
        if (!found)
            break;
        if (i == 0)
            fputs(pick(cli->lang, "各次收割：\n", "runs:\n"), stdout);
        show_run(cli, &run);
    }
    return 0;
}

static bool print_refused(void *context, const struct refused_row *row)
{
    const struct xt_cli *cli = context;
    struct xt_str words = cli->lang == XT_ZH ? row->zh : row->en;

    printf("%.*s\t%.*s\t%.*s\t%.*s\n", (int)row->identifier.n, row->identifier.s, (int)row->rule.n, row->rule.s,
           (int)row->field.n, row->field.s, (int)words.n, words.s);
    return true;
}

/* IDENTIFIER  RULE  FIELD  SENTENCE, one line a reason. */
static int quarantine(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct source source;
    int64_t limit;

    xt_arena_init(&arena);
    if (xt_cli_int(cli, "limit", 1, LIST_MAX, 20, &limit, err) != XT_OK ||
        xt_read_begin(cli->node->store, 10000, &read, err) != XT_OK ||
        source_find(xt_read_conn(read), xt_str(cli->args[1]), &arena, &source, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    return quarantine_each(xt_read_conn(read), source.id, XT_STR(""), limit, print_refused, cli, err) == XT_OK
               ? 0
               : XT_EXIT_COULD_NOT;
}

struct diagnosing {
    const struct xt_cli *cli;
    struct xt_arena *arena;
    struct diagnosis_row rows[50];
    size_t count;
};

static void keep_rule(void *context, const struct diagnosis_row *row)
{
    struct diagnosing *d = context;

    if (d->count == XT_COUNT(d->rows))
        return;
    d->rows[d->count++] = (struct diagnosis_row){{xt_arena_strndup(d->arena, row->rule.s, row->rule.n), row->rule.n},
                                                 {xt_arena_strndup(d->arena, row->field.s, row->field.n), row->field.n},
                                                 row->count};
}

static void print_example(void *context, const struct refused_row *row)
{
    const struct diagnosing *d = context;
    struct xt_str words = d->cli->lang == XT_ZH ? row->zh : row->en;

    printf("\t%.*s\t%.*s\n", (int)row->identifier.n, row->identifier.s, (int)words.n, words.s);
}

/* RULE  FIELD  BREAKING  PASS RATE, then up to ten examples. */
static int diagnose(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct diagnosing d = {.cli = cli, .arena = &arena};
    struct source source;
    int64_t refused, all;
    size_t i;

    xt_arena_init(&arena);
    if (xt_read_begin(cli->node->store, 10000, &read, err) != XT_OK ||
        source_find(xt_read_conn(read), xt_str(cli->args[1]), &arena, &source, err) != XT_OK ||
        quarantine_count(xt_read_conn(read), source.id, &refused, err) != XT_OK ||
        diagnosis_each(xt_read_conn(read), source.id, (int64_t)XT_COUNT(d.rows), keep_rule, &d, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    all = source.live + refused;
    for (i = 0; i < d.count; i++) {
        printf("%s\t%s\t%lld\t%.1f%%\n", d.rows[i].rule.s, d.rows[i].field.s, (long long)d.rows[i].count,
               all > 0 ? 100.0 * (double)(all - d.rows[i].count) / (double)all : 100.0);
        if (diagnosis_examples(xt_read_conn(read), source.id, &d.rows[i], print_example, &d, err) != XT_OK)
            return XT_EXIT_COULD_NOT;
    }
    return 0;
}

/* What came of an item, as it came. */
static int payload(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct source source;
    struct item item;
    struct xt_str bytes = {NULL, 0};

    xt_arena_init(&arena);
    if (xt_read_begin(cli->node->store, 10000, &read, err) != XT_OK ||
        source_find(xt_read_conn(read), xt_str(cli->args[1]), &arena, &source, err) != XT_OK ||
        item_get(xt_read_conn(read), source.id, xt_str(cli->args[2]), &arena, &item, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    if (!item.has_hash &&
        quarantine_hash(xt_read_conn(read), source.id, xt_str(cli->args[2]), &item.has_hash, &item.hash, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    if (item.has_hash && payload_get(xt_read_conn(read), &item.hash, &arena, &bytes, err) != XT_OK)
        return XT_EXIT_COULD_NOT;
    if (!bytes.s) {
        (void)xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_HARVEST_NO_ITEM, XT_TEXT(cli->args[2]));
        return XT_EXIT_COULD_NOT;
    }
    (void)fwrite(bytes.s, 1, bytes.n, stdout);
    putchar('\n');
    return 0;
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
    print_counts(run);
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
    {"list", 0, 0, "", list},
    {"show", 1, 1, "NAME", show},
    {"quarantine", 1, 1, "NAME", quarantine},
    {"diagnose", 1, 1, "NAME", diagnose},
    {"payload", 2, 2, "NAME IDENTIFIER", payload},
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
