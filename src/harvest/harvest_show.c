/* harvest_show.c - xietong harvest list | show | quarantine | diagnose | payload: what is known of sources. */
#include <string.h>

#include "harvest/harvest_priv.h"
#include "room/cli.h"

#define LIST_MAX           1000

#define pick(lang, zh, en) ((lang) == XT_ZH ? zh : en)

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

void harvest_print_counts(const struct run *run)
{
    printf("seen=%lld stored=%lld unchanged=%lld deleted=%lld rejected=%lld", (long long)run->seen,
           (long long)run->stored, (long long)run->unchanged, (long long)run->deleted, (long long)run->rejected);
    if (run->waiting > 0)
        printf(" waiting=%lld", (long long)run->waiting);
    if (run->missing > 0)
        printf(" missing=%lld", (long long)run->missing);
}

/* NAME  STATE  LIVE  LAST  COUNTS  ERROR, between tabs. */
int harvest_list(struct xt_cli *cli, struct xt_error *err)
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
            harvest_print_counts(&run);
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
    harvest_print_counts(run);
    if (run->list_size >= 0 && strcmp(run->state, "done") == 0 && run->list_size != run->seen && run->from_at == 0)
        printf(pick(cli->lang, "\t来源自称 %lld 条", "\tthe source says %lld"), (long long)run->list_size);
    if (strcmp(run->state, "held") == 0)
        printf(pick(cli->lang, "\t将撤下 %lld 条", "\ttakes away %lld"), (long long)run->losing);
    if (*run->error_class)
        printf("\t%s: %s", run->error_class, pick(cli->lang, run->error_zh, run->error_en));
    putchar('\n');
}

int harvest_show(struct xt_cli *cli, struct xt_error *err)
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
int harvest_quarantine(struct xt_cli *cli, struct xt_error *err)
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
int harvest_diagnose(struct xt_cli *cli, struct xt_error *err)
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
int harvest_payload(struct xt_cli *cli, struct xt_error *err)
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
