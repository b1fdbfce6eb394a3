/*
 * feed.c - what a search finds as an Atom feed (RFC 4287), the newest changes first, page by page (RFC 5005, 3).
 *
 * The index orders by match, date or title, the sequence by change. A search that finds few has its records' numbers looked
 * up and sorted. Of one that finds many, records are gone through from the newest change on, so many at a time, and the search
 * says which of them it finds, until there are enough, which then is soon. Entries are named by the record's key, which never changes: a tag of the node.
 */
#include <stdlib.h>
#include <string.h>

#include "portal/portal_priv.h"

#define FEW       5000
#define STEP      2000 /* records looked at in one go */
#define BUDGET_MS 2000 /* of a search: past it a page may hold less, and the next goes on behind it */
#define ATOM      "http://www.w3.org/2005/Atom"

static const struct xt_stmt_def NEWEST = {
    .name = "portal_newest",
    .sql = "SELECT id, seq FROM record WHERE seq < $1 AND deleted = 0 AND status = 'published'"
           " ORDER BY seq DESC LIMIT $2",
};
static const struct xt_stmt_def SEQ_OF = {
    .name = "portal_seq_of",
    .sql = "SELECT seq FROM record WHERE id = $1 AND deleted = 0 AND status = 'published'",
};

struct changed {
    int64_t id, seq;
};

struct feed {
    struct xt_request *request;
    struct xt_conn *conn;
    struct asked asked;
    int64_t before;
    size_t limit;
    struct changed *list; /* of limit + 1: one more says that there is a next page */
    size_t count;
    int64_t until_us; /* for all that is searched */
    struct xt_search_request ask;
    bool all;        /* nothing is asked: every change */
    int64_t goes_on; /* the time was up behind this number; 0 = it was not */
    int64_t *found;  /* of a search that finds few: their ids */
    size_t found_count;
};

static int by_id(const void *a, const void *b)
{
    int64_t l = *(const int64_t *)a, r = *(const int64_t *)b;

    return (l > r) - (l < r);
}

static int newest_first(const void *a, const void *b)
{
    const struct changed *l = a, *r = b;

    return (l->seq < r->seq) - (l->seq > r->seq);
}

/* ---- which records ---- */

/* What is asked; of a search that finds few, what it finds. Before a connection is taken. */
static enum xt_code find(struct feed *f, struct xt_error *err)
{
    struct xt_request *request = f->request;
    struct xt_search_answer answer = {.total = 0};
    enum xt_code rc;
    size_t i;

    xt_catalog_read_search(request->node->region, f->asked.pairs, f->asked.count, NULL, &request->problems,
                           request->arena, &f->ask);
    if (request->problems.count > 0)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_REQUEST_WRONG, XT_INT(request->problems.seen));
    f->all = f->asked.count == 0;
    if (f->all)
        return XT_OK;
    f->ask.reader = request->actor.reads;
    f->ask.budget_ms = BUDGET_MS;
    f->ask.limit = FEW;
    f->ask.sort = XT_SORT_DATE; /* which match is best is of no interest */
    rc = xt_catalog_read_related(request, &f->ask, err);
    if (rc == XT_OK)
        rc = xt_search_ask(request->node->search, &f->ask, request->arena, &answer, err);
    if (rc != XT_OK || answer.total > FEW || answer.at_least) /* what it was in time to find are not all */
        return rc;
    f->found = xt_arena_alloc(request->arena, (answer.hit_count + 1) * sizeof *f->found);
    for (i = 0; i < answer.hit_count; i++)
        f->found[i] = answer.hits[i].id;
    f->found_count = answer.hit_count;
    return XT_OK;
}

static enum xt_code seq_of(struct feed *f, int64_t id, int64_t *out, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(f->conn, &SEQ_OF, &stmt, err);
    bool row = false;

    *out = 0;
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, id);
    rc = xt_stmt_step(stmt, &row, err);
    if (rc == XT_OK && row)
        *out = xt_col_int(stmt, 0);
    return rc;
}

static enum xt_code order_few(struct feed *f, struct xt_error *err)
{
    struct changed *all = xt_arena_alloc(f->request->arena, (f->found_count + 1) * sizeof *all);
    size_t count = 0, i;

    for (i = 0; i < f->found_count; i++) {
        int64_t seq;
        enum xt_code rc = seq_of(f, f->found[i], &seq, err);

        if (rc != XT_OK)
            return rc;
        if (seq > 0 && seq < f->before)
            all[count++] = (struct changed){f->found[i], seq};
    }
    if (count > 1)
        qsort(all, count, sizeof *all, newest_first);
    f->count = count < f->limit + 1 ? count : f->limit + 1;
    if (f->count > 0)
        memcpy(f->list, all, f->count * sizeof *all);
    return XT_OK;
}

/* The next records by change, newest first, into step; *out_count is less than STEP at the end. */
static enum xt_code read_step(struct feed *f, int64_t before, struct changed *step, size_t *out_count,
                              struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    enum xt_code rc = xt_stmt_take(f->conn, &NEWEST, &stmt, err);
    bool row = true;

    *out_count = 0;
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, before);
    xt_bind_int(stmt, 2, STEP);
    while (*out_count < STEP && (rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row)
        step[(*out_count)++] = (struct changed){xt_col_int(stmt, 0), xt_col_int(stmt, 1)};
    return rc;
}

/* Which of them the search finds, as ids in ascending order; *out_all is false where the time was up before it had seen all. */
static enum xt_code found_of(struct feed *f, const struct changed *step, size_t count, int64_t *ids, size_t *out_count,
                             bool *out_all, struct xt_error *err)
{
    struct xt_search_request ask = f->ask;
    struct xt_search_answer answer;
    size_t i, n = 0;

    for (i = 0; i < count; i++) {
        /* of those that one of linked= leaves, too */
        if (!f->ask.among || bsearch(&step[i].id, f->ask.among, f->ask.among_count, sizeof *ids, by_id))
            ids[n++] = step[i].id;
    }
    if (n > 1)
        qsort(ids, n, sizeof *ids, by_id);
    ask.among = ids;
    ask.among_count = n;
    ask.limit = STEP;
    enum xt_code rc = xt_search_ask(f->request->node->search, &ask, f->request->arena, &answer, err);
    if (rc != XT_OK)
        return rc;
    for (i = 0; i < answer.hit_count; i++)
        ids[i] = answer.hits[i].id;
    *out_count = answer.hit_count;
    *out_all = !answer.at_least;
    if (*out_count > 1)
        qsort(ids, *out_count, sizeof *ids, by_id);
    return XT_OK;
}

/* Goes through the records from the newest change on. */
static enum xt_code walk(struct feed *f, struct xt_error *err)
{
    struct changed *step = xt_arena_alloc(f->request->arena, STEP * sizeof *step);
    int64_t *ids = xt_arena_alloc(f->request->arena, STEP * sizeof *ids), before = f->before;
    size_t seen = STEP, found = 0, i;
    bool all = true;

    while (seen == STEP && f->count <= f->limit) {
        enum xt_code rc = read_step(f, before, step, &seen, err);

        if (rc == XT_OK && !f->all)
            rc = found_of(f, step, seen, ids, &found, &all, err);
        if (rc != XT_OK)
            return rc;
        if (!all && before == f->before) /* nothing to show, and nowhere to go on from */
            return xt_fail(err, XT_E_BUSY, "", XT_MSG_FEED_BUSY);
        if (!all) {
            f->goes_on = before;
            break;
        }
        for (i = 0; i < seen && f->count <= f->limit; i++) {
            before = step[i].seq;
            if (f->all || bsearch(&step[i].id, ids, found, sizeof *ids, by_id))
                f->list[f->count++] = step[i];
        }
        if (f->until_us < xt_monotonic_us() && f->count <= f->limit && seen == STEP) {
            f->goes_on = before;
            break;
        }
    }
    return XT_OK;
}

static enum xt_code choose(struct feed *f, struct xt_error *err)
{
    f->list = xt_arena_alloc(f->request->arena, (f->limit + 1) * sizeof *f->list);
    f->until_us = xt_monotonic_us() + BUDGET_MS * 1000;
    return f->found ? order_few(f, err) : walk(f, err);
}

/* ---- the document ---- */

static void add_address(const struct feed *f, const char *path, struct xt_text *out)
{
    XT_AUTO(xt_text_done) struct xt_text address = {0};

    xt_text_init(&address, 64 * XT_KIB);
    page_address(f->request, path, f->request->lang, &address);
    html_text(out, xt_text_view(&address));
}

static void add_link(const struct feed *f, const char *rel, const char *type, const char *path, struct xt_text *out)
{
    xt_text_addf(out, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
    add_address(f, path, out);
    xt_text_add_z(out, "\"/>\n");
}

static void write_head(const struct feed *f, xt_instant updated, struct xt_text *out)
{
    struct xt_request *request = f->request;
    XT_AUTO(xt_text_done) struct xt_text title = {0};
    const char *own = xt_arena_printf(request->arena, "/feed.atom%s", f->asked.query);
    char sign = strchr(own, '?') ? '&' : '?', at[XT_INSTANT_SIZE];

    xt_text_init(&title, 16 * XT_KIB);
    asked_words(request, &f->asked, &title);
    xt_text_addf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"" ATOM "\" xml:lang=\"%s\">\n<id>tag:",
                 request->lang == XT_ZH ? "zh-CN" : "en");
    html_z(out, request->node->name);
    xt_text_add_z(out, ",2026:feed");
    html_z(out, f->asked.query);
    xt_text_add_z(out, "</id>\n<title>");
    html_clipped(out, xt_text_view(&title), 300);
    xt_text_add_z(out, " · ");
    html_text(out, house_name(request));
    xt_text_addf(out, "</title>\n<updated>%s</updated>\n<author><name>", xt_instant_format(updated, false, at));
    html_text(out, house_name(request));
    xt_text_add_z(out, "</name></author>\n<generator version=\"" XT_VERSION "\">Xietong</generator>\n");
    add_link(f, "self", "application/atom+xml",
             f->before < INT64_MAX ? xt_arena_printf(request->arena, "%s%cbefore=%lld", own, sign, (long long)f->before)
                                   : own,
             out);
    add_link(f, "alternate", "text/html", xt_arena_printf(request->arena, "/search%s", f->asked.query), out);
    int64_t next = f->count > f->limit ? f->list[f->limit - 1].seq : f->goes_on;
    if (next)
        add_link(f, "next", "application/atom+xml",
                 xt_arena_printf(request->arena, "%s%cbefore=%lld", own, sign, (long long)next), out);
}

static void write_entry(const struct feed *f, const struct xt_shown *shown, struct xt_text *out)
{
    struct xt_request *request = f->request;
    const struct xt_record *record = &shown->record;
    XT_AUTO(xt_text_done) struct xt_text summary = {0};
    char updated[XT_INSTANT_SIZE], created[XT_INSTANT_SIZE];

    xt_text_init(&summary, XT_MIB);
    describe_record(request, shown, &summary);
    xt_text_add_z(out, "<entry>\n<id>tag:");
    html_z(out, request->node->name);
    xt_text_addf(out, ",2026:%s</id>\n<title>", record->key);
    html_z(out, record->title);
    xt_text_addf(out, "</title>\n<updated>%s</updated>\n<published>%s</published>\n",
                 xt_instant_format(record->updated, false, updated),
                 xt_instant_format(record->created, false, created));
    add_link(f, "alternate", "text/html", xt_arena_printf(request->arena, "/records/%s", record->key), out);
    add_link(f, "alternate", "application/json", xt_arena_printf(request->arena, "/api/v1/records/%s", record->key),
             out);
    xt_text_addf(out, "<category term=\"%s\" label=\"", record->type);
    html_z(out, shown->type->labels[request->lang]);
    xt_text_add_z(out, "\"/>\n<summary>");
    html_clipped(out, xt_text_view(&summary), 500);
    xt_text_add_z(out, "</summary>\n</entry>\n");
}

static enum xt_code write_entries(const struct feed *f, xt_instant *updated, struct xt_text *out, struct xt_error *err)
{
    struct xt_request *request = f->request;
    size_t i;

    for (i = 0; i < f->count && i < f->limit; i++) {
        XT_AUTO(xt_shown_done) struct xt_shown shown = {0};
        struct xt_record record;
        enum xt_code rc = xt_catalog_get_id(f->conn, f->list[i].id, request->arena, &record, err);

        if (rc == XT_OK)
            rc =
                xt_shown_of(request->node->region, f->conn, &record, request->actor.reads, request->arena, &shown, err);
        if (rc == XT_E_NOT_FOUND || rc == XT_E_GONE || (rc == XT_OK && !shown.type))
            continue; /* of a type that the region has no more, or merged */
        if (rc != XT_OK)
            return rc;
        if (record.updated > *updated)
            *updated = record.updated;
        write_entry(f, &shown, out);
    }
    return XT_OK;
}

enum xt_code get_feed(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_text_done) struct xt_text entries = {0};
    struct feed f = {.request = request,
                     .before = xt_request_int(request, "before", INT64_MAX),
                     .limit = (size_t)xt_request_int(request, "limit", 50)};
    xt_instant updated = 0;
    enum xt_code rc;

    asked_read(request, &f.asked);
    rc = find(&f, err);
    if (rc == XT_OK)
        rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc != XT_OK)
        return rc;
    f.conn = xt_read_conn(read);
    rc = choose(&f, err);
    xt_text_init(&entries, 64 * XT_MIB);
    if (rc == XT_OK)
        rc = write_entries(&f, &updated, &entries, err);
    if (rc != XT_OK)
        return rc;
    write_head(&f, updated, &reply->body);
    xt_text_add_str(&reply->body, xt_text_view(&entries));
    xt_text_add_z(&reply->body, "</feed>\n");
    reply->cache_control = "max-age=60";
    return XT_OK;
}
