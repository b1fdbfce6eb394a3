/* The command `jobs`: lists them, newest first, or cancels one. */
#include <stdio.h>
#include <stdlib.h>

#include "job/job_priv.h"
#include "room/cli.h"

#define EXIT_COULD_NOT 2
#define LIMIT_DEFAULT  20
#define LIMIT_MAX      1000

static const struct {
    const char *state;
    enum xt_msg msg;
} states[] = {
    {"queued", XT_MSG_JOB_QUEUED}, {"running", XT_MSG_JOB_RUNNING},     {"done", XT_MSG_JOB_DONE},
    {"failed", XT_MSG_JOB_FAILED}, {"cancelled", XT_MSG_JOB_CANCELLED},
};

static const char *state_in(enum xt_lang lang, struct xt_str state)
{
    for (size_t i = 0; i < XT_COUNT(states); i++)
        if (xt_str_is(state, states[i].state))
            return xt_msg_sentence(states[i].msg, lang);
    return "?";
}

/* KEY  KIND  CREATED  STATE  DONE/TOTAL UNIT  SENTENCE, between tabs: for eyes and for cut(1). */
static void print_job(void *context, const struct job_row *row)
{
    const struct xt_cli *cli = context;
    XT_AUTO(xt_text_done) struct xt_text line = {0};
    char at[XT_INSTANT_SIZE];
    struct xt_error failure;

    xt_text_init(&line, 16 * XT_KIB);
    xt_text_addf(&line, "%.*s\t%.*s\t%s\t%s\t", (int)row->key.n, row->key.s, (int)row->kind.n, row->kind.s,
                 xt_instant_format(row->created_at, false, at), state_in(cli->lang, row->state));
    if (row->total > 0)
        xt_text_addf(&line, "%lld/%lld %.*s", (long long)row->done, (long long)row->total, (int)row->unit.n,
                     row->unit.s);
    else if (row->done > 0)
        xt_text_addf(&line, "%lld %.*s", (long long)row->done, (int)row->unit.n, row->unit.s);
    xt_text_add_char(&line, '\t');
    if (row->failure.n > 0 && xt_job_error_read(row->failure, &failure))
        xt_error_say(&failure, cli->lang, &line);
    puts(line.s);
}

static enum xt_code list_jobs(struct xt_cli *cli, int64_t limit, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(cli->node->store, 10000, &read, err);

    if (rc != XT_OK)
        return rc;
    return xt_job_sql_list(xt_read_conn(read), XT_STR(""), XT_STR(""), INT64_MAX, limit, print_job, cli, err);
}

static int run_jobs(struct xt_cli *cli, struct xt_error *err)
{
    const char *key = xt_cli_option(cli, "cancel");
    int64_t limit;
    enum xt_code rc = xt_cli_int(cli, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT, &limit, err);

    if (rc == XT_OK)
        rc = key ? xt_job_cancel(cli->node, xt_str(key), err) : list_jobs(cli, limit, err);
    return rc == XT_OK ? EXIT_SUCCESS : EXIT_COULD_NOT;
}

static const struct xt_option options[] = {
    {"limit", "N", "最多列出几项，默认 20", "list at most so many, 20 by default"},
    {"cancel", "KEY", "取消这个任务", "cancel this job"},
    {.name = NULL},
};

const struct xt_command xt_job_commands[] = {
    {.name = "jobs",
     .needs = XT_NEEDS_NODE,
     .options = options,
     .zh = "列出后台任务，最新的在前；或取消一项",
     .en = "list jobs, newest first, or cancel one",
     .run = run_jobs},
    {.name = NULL},
};
