/* /api/v1/jobs: what is queued, runs and has ended. */
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "job/job_priv.h"

#define LIST_LIMIT   50
#define READ_WAIT_MS 2000

static void add_instant(struct xt_json *w, const char *key, xt_instant at)
{
    char text[XT_INSTANT_SIZE];

    xt_json_kv_str(w, key, at > 0 ? xt_str(xt_instant_format(at, false, text)) : (struct xt_str){NULL, 0});
}

/* The sentence and the result may name files and people: they are for those who run the node. */
static void add_failure(struct xt_json *w, const struct job_row *row, const struct xt_request *request)
{
    XT_AUTO(xt_text_done) struct xt_text words = {0};
    struct xt_error failure;

    xt_text_init(&words, 4096);
    xt_json_key(w, "failure");
    if (row->failure.n == 0 || !xt_job_error_read(row->failure, &failure)) {
        xt_json_add_null(w);
        return;
    }
    xt_json_object(w);
    xt_json_kv_z(w, "code", xt_code_name(failure.code));
    if (request->actor.may[XT_MAY_ADMIN]) {
        xt_error_say(&failure, request->lang, &words);
        xt_json_kv_str(w, "message", xt_text_view(&words));
    }
    xt_json_end_object(w);
}

static void add_job(struct xt_json *w, const struct job_row *row, const struct xt_request *request)
{
    xt_json_object(w);
    xt_json_kv_str(w, "key", row->key);
    xt_json_kv_str(w, "kind", row->kind);
    xt_json_kv_str(w, "state", row->state);
    xt_json_kv_int(w, "done", row->done);
    xt_json_kv_int(w, "total", row->total);
    xt_json_kv_str(w, "unit", row->unit);
    xt_json_kv_int(w, "attempts", row->attempts);
    add_instant(w, "created", row->created_at);
    add_instant(w, "started", row->started_at);
    add_instant(w, "ended", row->ended_at);
    add_failure(w, row, request);
    if (row->result.n > 0 && request->actor.may[XT_MAY_ADMIN]) {
        xt_json_key(w, "result");
        xt_json_add_raw(w, row->result);
    }
    xt_json_end_object(w);
}

/* ---- GET /api/v1/jobs ---- */

struct page {
    struct xt_json w;
    const struct xt_request *request;
    int64_t limit, count;
    char last_key[XT_ULID_SIZE];
    bool more;
};

/* One row more than the page holds is asked for: it only says that there is a next page. */
static void add_to_page(void *context, const struct job_row *row)
{
    struct page *page = context;

    if (page->count == page->limit) {
        page->more = true;
        return;
    }
    page->count++;
    (void)snprintf(page->last_key, sizeof(page->last_key), "%.*s", (int)row->key.n, row->key.s);
    add_job(&page->w, row, page->request);
}

/* The next page's address keeps the filters. Their values are of lists or plain names; before is a ULID. */
static void add_next(struct page *page)
{
    const struct xt_request *request = page->request;
    struct xt_str kind = xt_request_param(request, "kind");
    struct xt_str state = xt_request_param(request, "state");
    const char *next;

    xt_json_key(&page->w, "next");
    if (!page->more) {
        xt_json_add_null(&page->w);
        return;
    }
    next = xt_arena_printf(request->arena, "/api/v1/jobs?limit=%lld&before=%s%s%.*s%s%.*s", (long long)page->limit,
                           page->last_key, kind.n ? "&kind=" : "", (int)kind.n, kind.n ? kind.s : "",
                           state.n ? "&state=" : "", (int)state.n, state.n ? state.s : "");
    xt_json_add_z(&page->w, next);
}

/* The row number behind the parameter before; the largest when it is not given. */
static enum xt_code row_before(struct xt_conn *conn, const struct xt_request *request, xt_id *out, struct xt_error *err)
{
    struct xt_str before = xt_request_param(request, "before");
    struct job_row row;
    bool found = false;
    enum xt_code rc = XT_OK;

    *out = INT64_MAX;
    if (before.n == 0)
        return XT_OK;
    rc = xt_job_sql_find(conn, before, request->arena, &row, &found, err);
    if (rc == XT_OK && !found)
        return xt_fail(err, XT_E_INPUT, "before", XT_MSG_JOB_NOT_FOUND, XT_VIEW(before));
    if (rc == XT_OK)
        *out = row.id;
    return rc;
}

/* Names of kinds are letters, digits, dots and dashes: anything else is no kind, and needs no escaping below. */
static bool is_kind_name(struct xt_str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-_", name.s[i]) || name.s[i] == 0)
            return false;
    return true;
}

static enum xt_code get_jobs(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct page page = {.request = request, .limit = xt_request_int(request, "limit", LIST_LIMIT)};
    struct xt_str kind = xt_request_param(request, "kind");
    xt_id before;
    enum xt_code rc;

    if (!is_kind_name(kind))
        return xt_fail(err, XT_E_INPUT, "kind", XT_MSG_JOB_UNKNOWN_KIND, XT_VIEW(kind));
    rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc == XT_OK)
        rc = row_before(xt_read_conn(read), request, &before, err);
    if (rc != XT_OK)
        return rc;
    xt_json_init(&page.w, &reply->body);
    xt_json_object(&page.w);
    xt_json_key(&page.w, "items");
    xt_json_array(&page.w);
    rc = xt_job_sql_list(xt_read_conn(read), kind, xt_request_param(request, "state"), before, page.limit + 1,
                         add_to_page, &page, err);
    xt_json_end_array(&page.w);
    add_next(&page);
    xt_json_end_object(&page.w);
    return rc;
}

/* ---- GET /api/v1/jobs/{key} ---- */

static enum xt_code get_job(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct xt_str key = xt_request_param(request, "key");
    struct xt_json w;
    struct job_row row;
    bool found = false;
    enum xt_code rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);

    if (rc == XT_OK)
        rc = xt_job_sql_find(xt_read_conn(read), key, request->arena, &row, &found, err);
    if (rc != XT_OK)
        return rc;
    if (!found)
        return xt_fail(err, XT_E_NOT_FOUND, "key", XT_MSG_JOB_NOT_FOUND, XT_VIEW(key));
    xt_json_init(&w, &reply->body);
    add_job(&w, &row, request);
    return XT_OK;
}

/* ---- the tables ---- */

static const struct xt_param list_params[] = {
    {.name = "state",
     .in = XT_IN_QUERY,
     .kind = XT_P_ENUM,
     .values = "queued running done failed cancelled",
     .about = "Only jobs in this state."},
    {.name = "kind", .in = XT_IN_QUERY, .kind = XT_P_TEXT, .max = 100, .about = "Only jobs of this kind."},
    {.name = "limit",
     .in = XT_IN_QUERY,
     .kind = XT_P_INT,
     .min = 1,
     .max = 200,
     .otherwise = "50",
     .about = "Most jobs on a page."},
    {.name = "before",
     .in = XT_IN_QUERY,
     .kind = XT_P_TEXT,
     .max = 26,
     .about = "The key of the last job of the page before, as its next link carries it."},
    {.name = NULL},
};

static const struct xt_param one_params[] = {
    {.name = "key", .in = XT_IN_PATH, .kind = XT_P_TEXT, .required = true, .max = 26, .about = "The job's key."},
    {.name = NULL},
};

const struct xt_route xt_job_routes[] = {
    {.method = "GET",
     .path = "/api/v1/jobs",
     .right = XT_MAY_READ,
     .handle = get_jobs,
     .params = list_params,
     .summary = "List jobs, newest first",
     .reply_schema = "JobList"},
    {.method = "GET",
     .path = "/api/v1/jobs/{key}",
     .right = XT_MAY_READ,
     .handle = get_job,
     .params = one_params,
     .summary = "Get a job with its state and progress",
     .reply_schema = "Job"},
    {.method = NULL},
};

#define INSTANT_OR_NULL "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"

const struct xt_schema xt_job_schemas[] = {
    {"Job", "{\"type\":\"object\",\"description\":\"Long work, done in the background or by a command.\","
            "\"required\":[\"key\",\"kind\",\"state\",\"done\",\"total\",\"unit\",\"attempts\",\"created\",\"started\","
            "\"ended\",\"failure\"],"
            "\"properties\":{"
            "\"key\":{\"type\":\"string\",\"pattern\":\"^[0-7][0-9A-HJKMNP-TV-Z]{25}$\"},"
            "\"kind\":{\"type\":\"string\"},"
            "\"state\":{\"type\":\"string\",\"enum\":[\"queued\",\"running\",\"done\",\"failed\",\"cancelled\"]},"
            "\"done\":{\"type\":\"integer\",\"description\":\"How far it is, in units.\"},"
            "\"total\":{\"type\":\"integer\",\"description\":\"How far it goes; 0 when unknown.\"},"
            "\"unit\":{\"type\":\"string\",\"description\":\"What is counted.\"},"
            "\"attempts\":{\"type\":\"integer\",\"description\":\"How often it was started.\"},"
            "\"created\":{\"type\":\"string\",\"format\":\"date-time\"},"
            "\"started\":" INSTANT_OR_NULL ","
            "\"ended\":" INSTANT_OR_NULL ","
            "\"failure\":{\"type\":[\"object\",\"null\"],\"required\":[\"code\"],\"properties\":{"
            "\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"}}},"
            "\"result\":{\"description\":\"What the job reports; for administrators.\"}}}"},
    {"JobList", "{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{"
                "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Job\"}},"
                "\"next\":{\"type\":[\"string\",\"null\"],\"description\":\"Address of the next page.\"}}}"},
    {.name = NULL},
};

/* ---- figures ---- */

void xt_job_metrics(struct xt_node *node, struct xt_text *out)
{
    static const char *const states[] = {"queued", "running", "done", "failed", "cancelled"};
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    int64_t count;

    if (xt_read_begin(node->store, READ_WAIT_MS, &read, NULL) != XT_OK)
        return; /* the other figures are still worth reading */
    xt_text_add_z(out, "# HELP xietong_jobs Jobs by state.\n# TYPE xietong_jobs gauge\n");
    for (size_t i = 0; i < XT_COUNT(states); i++)
        if (xt_job_sql_count(xt_read_conn(read), states[i], &count, NULL) == XT_OK)
            xt_text_addf(out, "xietong_jobs{state=\"%s\"} %lld\n", states[i], (long long)count);
}
