/* catalog_commands.c - xietong search, xietong index, xietong delete. */
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "catalog/catalog_view.h"
#include "catalog/suggest.h"
#include "room/cli.h"

#define READ_WAIT_MS   10000
#define FEEDER_WAIT_MS 60000

struct showing {
    int64_t started_us, from, shown_us;
    bool terminal;
    enum xt_lang lang;
};

/* "索引 12000/200000 6%，余 30 秒" on a terminal, ten times a second. */
static void show_progress(void *context, int64_t reached, int64_t last)
{
    struct showing *s = context;
    int64_t now = xt_monotonic_us();

    if (s->started_us == 0) {
        s->started_us = now;
        s->from = reached;
    }
    if (!s->terminal || (now - s->shown_us < 100000 && reached < last))
        return;
    s->shown_us = now;
    int64_t done = reached - s->from;
    int64_t left_s = done > 0 ? (now - s->started_us) / 1000 * (last - reached) / done / 1000 : 0;
    fprintf(stderr,
            s->lang == XT_ZH ? "\r索引 %lld/%lld (%lld%%)，余 %lld 秒  " : "\rindex %lld/%lld (%lld%%), %lld s left  ",
            (long long)reached, (long long)last, (long long)(last > 0 ? reached * 100 / last : 100), (long long)left_s);
    if (reached >= last)
        fprintf(stderr, "\n");
}

/* The index is brought up to date first where this process may; else it answers from where the feeder stands. */
static enum xt_code make_current(struct xt_cli *cli, struct xt_error *err)
{
    struct showing s = {.terminal = cli->terminal, .lang = cli->lang};

    if (!xt_search_is_feeder(cli->node->search))
        return XT_OK;
    return xt_catalog_catch_up(cli->node, 0, show_progress, &s, err);
}

/* ---- search ---- */

static void print_marked(struct xt_str s, bool terminal)
{
    size_t i;

    for (i = 0; i < s.n; i++) {
        if (s.s[i] == 2 || s.s[i] == 3) {
            if (terminal)
                fputs(s.s[i] == 2 ? "\033[1m" : "\033[0m", stdout);
        } else {
            putchar(s.s[i]);
        }
    }
}

/* One hit as a line, or as an object of w. */
static enum xt_code print_hit(struct xt_cli *cli, struct xt_conn *conn, const struct xt_search_answer *answer, xt_id id,
                              struct xt_arena *arena, struct xt_json *w, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *body = NULL;
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    const struct xt_type *type;
    struct xt_record record;
    enum xt_code rc;

    xt_text_init(&text, 4 * XT_MIB);
    rc = xt_catalog_get_id(conn, id, arena, &record, err);
    if (rc == XT_OK)
        rc = xt_json_parse(record.body, &body, err);
    type = rc == XT_OK ? xt_region_type(cli->node->region, xt_str(record.type)) : NULL;
    if (!type)
        return rc == XT_E_NOT_FOUND ? XT_OK : rc;
    if (w) {
        xt_json_object(w);
        xt_json_kv_z(w, "key", record.key);
        xt_json_kv_z(w, "type", record.type);
        xt_json_kv_z(w, "title", record.title);
        view_facts(w, type, body, cli->lang);
        xt_json_end_object(w);
        return XT_OK;
    }
    (void)xt_search_highlight(answer->words, (unsigned)(type->title->search >= 0 ? type->title->search : 0),
                              xt_str(record.title), 400, &text);
    printf("%s  %s  ", record.key, type->labels[cli->lang]);
    print_marked(xt_text_view(&text), cli->terminal);
    printf("\n");
    return XT_OK;
}

/* {"total", "relation", "items", "took_us"} as /api/v1/search has them. */
static enum xt_code print_json(struct xt_cli *cli, struct xt_conn *conn, const struct xt_search_answer *answer,
                               struct xt_arena *arena, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    struct xt_json w;
    size_t i;
    enum xt_code rc = XT_OK;

    xt_text_init(&out, 64 * XT_MIB);
    xt_json_init(&w, &out);
    xt_json_object(&w);
    xt_json_kv_int(&w, "total", answer->total);
    xt_json_kv_z(&w, "relation", answer->at_least ? "gte" : "eq");
    xt_json_key(&w, "items");
    xt_json_array(&w);
    for (i = 0; rc == XT_OK && i < answer->hit_count; i++)
        rc = print_hit(cli, conn, answer, answer->hits[i].id, arena, &w, err);
    xt_json_end_array(&w);
    xt_json_kv_int(&w, "took_us", answer->took_us);
    xt_json_end_object(&w);
    if (rc == XT_OK)
        printf("%s\n", out.s);
    return rc;
}

static void print_ignored(const struct xt_cli *cli, const struct xt_search_answer *answer)
{
    size_t i;

    for (i = 0; i < answer->ignored_count; i++)
        fprintf(stderr, cli->lang == XT_ZH ? "略去“%.*s”：%s\n" : "ignored \"%.*s\": %s\n",
                (int)answer->ignored[i].part.n, answer->ignored[i].part.s,
                xt_msg_sentence(answer->ignored[i].why, cli->lang));
}

static enum xt_code search(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_search_request ask = {.query = xt_str(cli->arg_count ? cli->args[0] : ""), .reader = cli->actor.reads};
    const char *like = xt_cli_option(cli, "like");
    struct xt_search_answer answer;
    int64_t limit;
    size_t i;
    enum xt_code rc;

    xt_arena_init(&arena);
    rc = xt_cli_int(cli, "limit", 0, 1000, 20, &limit, err);
    if (rc == XT_OK && !like && cli->arg_count == 0)
        rc = xt_fail(err, XT_E_INPUT, "", XT_MSG_CLI_ARGS_FEW, XT_TEXT("search"), XT_TEXT("QUERY | --like KEY"));
    if (rc == XT_OK)
        rc = make_current(cli, err);
    ask.limit = (unsigned)limit;
    if (rc == XT_OK && like)
        rc = catalog_like(cli->node, xt_str(like), &arena, &ask, err);
    if (rc == XT_OK)
        rc = xt_search_ask(cli->node->search, &ask, &arena, &answer, err);
    if (rc == XT_OK)
        rc = xt_read_begin(cli->node->store, READ_WAIT_MS, &read, err);
    if (rc != XT_OK)
        return rc;
    print_ignored(cli, &answer);
    if (xt_cli_option(cli, "json"))
        return print_json(cli, xt_read_conn(read), &answer, &arena, err);
    for (i = 0; rc == XT_OK && i < answer.hit_count; i++)
        rc = print_hit(cli, xt_read_conn(read), &answer, answer.hits[i].id, &arena, NULL, err);
    fprintf(stderr, cli->lang == XT_ZH ? "共 %lld 条，%lld 微秒\n" : "%lld found in %lld us\n", (long long)answer.total,
            (long long)answer.took_us);
    return rc;
}

static int run_search(struct xt_cli *cli, struct xt_error *err)
{
    return search(cli, err) == XT_OK ? 0 : 2;
}

/* ---- suggest ---- */

static enum xt_code suggest(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_str type = xt_str(xt_cli_option(cli, "type"));
    struct xt_suggest_request ask = {.typed = xt_str(cli->args[0]),
                                     .types = &type,
                                     .type_count = type.n > 0,
                                     .reader = cli->actor.reads,
                                     .lang = cli->lang};
    struct xt_suggest_answer answer;
    int64_t limit;
    size_t i;
    enum xt_code rc;

    xt_arena_init(&arena);
    rc = xt_cli_int(cli, "limit", 0, XT_SUGGEST_LIMIT_MAX, 8, &limit, err);
    if (rc == XT_OK && type.n > 0 && !xt_region_type(cli->node->region, type))
        rc = xt_fail(err, XT_E_INPUT, "type", XT_MSG_NO_TYPE, XT_VIEW(type));
    if (rc == XT_OK)
        rc = make_current(cli, err);
    ask.limit = (unsigned)limit;
    if (rc == XT_OK)
        rc = xt_catalog_suggest(cli->node, &ask, &arena, &answer, err);
    if (rc != XT_OK)
        return rc;
    for (i = 0; i < answer.count; i++) {
        const struct xt_suggestion *s = &answer.items[i];

        if (s->key)
            printf("%s  %s  ", s->key, s->note);
        else
            printf("%s:%s  %s  ", s->facet, s->value, s->note ? s->note : xt_suggest_kind_name(s->kind));
        print_marked(xt_str(s->marked), cli->terminal);
        printf("\n");
    }
    fprintf(stderr, cli->lang == XT_ZH ? "%zu 条建议，%lld 微秒\n" : "%zu suggestions in %lld us\n", answer.count,
            (long long)answer.took_us);
    return XT_OK;
}

static int run_suggest(struct xt_cli *cli, struct xt_error *err)
{
    return suggest(cli, err) == XT_OK ? 0 : 2;
}

/* ---- index ---- */

static enum xt_code catch_up(struct xt_cli *cli, struct xt_error *err)
{
    struct showing s = {.terminal = cli->terminal, .lang = cli->lang};

    return xt_catalog_catch_up(cli->node, FEEDER_WAIT_MS, show_progress, &s, err);
}

static enum xt_code rebuild(struct xt_cli *cli, struct xt_error *err)
{
    struct showing s = {.terminal = cli->terminal, .lang = cli->lang};

    return xt_catalog_rebuild(cli->node, show_progress, &s, err);
}

/* Reads all of the index; says what is wrong. */
static enum xt_code verify(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    XT_AUTO(xt_text_done) struct xt_text words = {0};
    enum xt_code rc;

    xt_problems_init(&problems);
    xt_text_init(&words, XT_MIB);
    rc = xt_search_verify(cli->node->search, &problems, err);
    for (size_t i = 0; rc == XT_OK && i < problems.count; i++) {
        xt_text_clear(&words);
        xt_problem_say(&problems.list[i], cli->lang, &words);
        fprintf(stderr, "%s\n", words.s);
    }
    return rc == XT_OK && problems.seen > 0 ? XT_E_CONFLICT : rc;
}

static enum xt_code only_look(struct xt_cli *cli, struct xt_error *err)
{
    (void)cli;
    (void)err;
    return XT_OK;
}

static int run_index(struct xt_cli *cli, struct xt_error *err)
{
    static const struct {
        const char *name;
        enum xt_code (*run)(struct xt_cli *cli, struct xt_error *err);
    } verbs[] = {{"status", only_look}, {"catch-up", catch_up}, {"rebuild", rebuild}, {"verify", verify}};
    struct xt_search_stats stats;
    int64_t last;
    size_t verb = 0;

    while (verb < XT_COUNT(verbs) && strcmp(cli->args[0], verbs[verb].name) != 0)
        verb++;
    if (verb == XT_COUNT(verbs)) {
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_HTTP_PARAM_ONE_OF, XT_TEXT("status catch-up rebuild verify"),
                      XT_TEXT(cli->args[0]));
        return 2;
    }
    enum xt_code rc = verbs[verb].run(cli, err);
    if (rc == XT_E_CONFLICT)
        return 1; /* what is wrong has been said */
    if (rc != XT_OK || xt_seq_last(cli->node->store, &last, err) != XT_OK)
        return 2;
    xt_search_stats(cli->node->search, &stats);
    printf("engine=%s documents=%lld tombstones=%lld reached=%lld seq=%lld bytes=%lld parts=%lld\n", stats.engine,
           (long long)stats.documents, (long long)stats.tombstones, (long long)stats.reached, (long long)last,
           (long long)stats.bytes, (long long)stats.parts);
    return stats.reached >= last ? 0 : 1;
}

/* ---- delete ---- */

static int run_delete(struct xt_cli *cli, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    const char *reason = xt_cli_option(cli, "reason");
    enum xt_code rc = xt_tx_begin(cli->node->store, &tx, err);
    size_t i;

    for (i = 0; rc == XT_OK && i < cli->arg_count; i++)
        rc = xt_catalog_delete(cli->node, tx, xt_str(cli->args[i]), xt_str(cli->actor.name),
                               xt_str(reason ? reason : ""), err);
    if (rc == XT_OK)
        rc = xt_tx_commit(&tx, err);
    if (rc == XT_OK)
        rc = make_current(cli, err);
    return rc == XT_OK ? 0 : 2;
}

static const struct xt_option search_options[] = {
    {"limit", "N", "最多显示几条（默认 20）", "most hits shown (default 20)"},
    {"json", NULL, "输出 JSON", "answer in JSON"},
    {"like", "KEY", "只要与此记录相似的", "only records like this one"},
    {NULL, NULL, NULL, NULL},
};
static const struct xt_option suggest_options[] = {
    {"limit", "N", "最多显示几条记录（默认 8）", "most records shown (default 8)"},
    {"type", "TYPE", "只要此类型的记录", "only records of this type"},
    {NULL, NULL, NULL, NULL},
};
static const struct xt_option delete_options[] = {
    {"reason", "TEXT", "删除原因，记入变更", "why, kept with the change"},
    {NULL, NULL, NULL, NULL},
};

const struct xt_command xt_catalog_commands[] = {
    {"search", XT_NEEDS_NODE, 0, 1, "QUERY", search_options, "检索目录", "Search the catalogue", run_search},
    {"suggest", XT_NEEDS_NODE, 1, 1, "TYPED", suggest_options, "按已键入的字、拼音或首字母给出建议",
     "Suggest what may be meant by characters, pinyin or initials", run_suggest},
    {"index", XT_NEEDS_NODE, 1, 1, "status|catch-up|rebuild|verify", NULL, "查看、更新、重建或核验检索索引",
     "Show the search index's state, bring it up to date, make it anew, or check all of it", run_index},
    {"delete", XT_NEEDS_NODE, 1, 1000, "KEY...", delete_options, "删除记录（保留删除标记）",
     "Delete records; a tombstone stays", run_delete},
    {.name = NULL},
};
