/*
 * harvest_run.c - the phases of a run: identify, list, identifiers, compare, publish, end.
 *
 * Each answer is stored with the token that leads on, in one transaction: what is asked for next is always what the store
 * says. A fault of the source ends the run as "failed"; it is continued from there.
 */
#include <string.h>

#include "harvest/harvest_priv.h"

#define RESTARTS_MAX    3
#define EMPTY_PAGES_MAX 20
#define COMPARE_ITEMS   2000
#define SWEEP_ROWS      5000
#define CLOCK_AHEAD_US  (86400 * XT_SECOND) /* a source's clock may be wrong, but not for ever */
#define BACK_OFF_S      60

/* ---- small things ---- */

enum xt_code harvest_save(struct harvest *h, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    enum xt_code rc = xt_tx_begin(h->node->store, &tx, err);

    if (rc != XT_OK)
        return rc;
    h->run.updated_at = xt_tx_now(tx);
    rc = run_save(tx, &h->run, err);
    return rc == XT_OK ? xt_tx_commit(&tx, err) : rc;
}

static void enter(struct harvest *h, const char *phase)
{
    h->run.phase = phase;
    h->run.token = "";
    h->run.pages = h->run.empty_pages = 0;
}

static bool kind_is(const struct harvest *h, const char *kind)
{
    return strcmp(h->run.kind, kind) == 0;
}

/* The error that the source itself says. */
static void fault_of_page(struct harvest *h, const struct xt_oai_page *page)
{
    (void)xt_fail(&h->fault, XT_E_CONFLICT, "", XT_MSG_HARVEST_OAI_ERROR, XT_VIEW(page->error_code),
                  XT_VIEW(page->error_text));
}

/* An answer, or a fault of the source in h->fault. */
static bool ask(struct harvest *h, const char *query, struct xt_oai_page *page)
{
    if (harvest_ask(h, query, page, &h->fault) == XT_OK)
        return true;
    if (h->fault.msg == XT_MSG_FETCH_STOPPED)
        h->fault = (struct xt_error){.code = XT_OK};
    return false;
}

/* ---- identify ---- */

static enum xt_code learn(struct harvest *h, const struct xt_oai_page *page, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct source *s = &h->source;
    xt_instant earliest;
    enum xt_code rc = xt_tx_begin(h->node->store, &tx, err);

    if (rc != XT_OK)
        return rc;
    s->repository =
        xt_arena_strndup(&h->arena, page->repository.s, xt_utf8_clip(page->repository.s, page->repository.n, 300));
    s->deleted_record = xt_str_is(page->deleted_record, "persistent")  ? "persistent"
                        : xt_str_is(page->deleted_record, "transient") ? "transient"
                                                                       : "no";
    s->day_granular = !xt_str_starts(page->granularity, "YYYY-MM-DDThh");
    s->earliest = xt_arena_strndup(&h->arena, page->earliest.s, page->earliest.n < 40 ? page->earliest.n : 40);
    h->run.from_at = 0;
    if (kind_is(h, "harvest") && s->last_response > 0 && !s->full_next) {
        h->run.from_at = s->last_response - s->overlap_s * XT_SECOND;
        if (h->run.from_at <= 0 || (xt_instant_parse(xt_str(s->earliest), &earliest) && h->run.from_at <= earliest))
            h->run.from_at = 0; /* everything */
    }
    enter(h, "list");
    h->run.updated_at = xt_tx_now(tx);
    rc = source_learned(tx, s, err);
    if (rc == XT_OK)
        rc = run_save(tx, &h->run, err);
    return rc == XT_OK ? xt_tx_commit(&tx, err) : rc;
}

static enum xt_code identify(struct harvest *h, struct xt_error *err)
{
    XT_AUTO(xt_oai_page_done) struct xt_oai_page page = {0};

    if (!ask(h, "verb=Identify", &page))
        return XT_OK;
    if (page.error_code.n > 0)
        fault_of_page(h, &page);
    else if (!page.has_identify)
        (void)xt_fail(&h->fault, XT_E_MEDIA, "", XT_MSG_HARVEST_NO_IDENTIFY);
    else if (!xt_str_starts(page.protocol, "2."))
        (void)xt_fail(&h->fault, XT_E_MEDIA, "", XT_MSG_HARVEST_OAI_VERSION, XT_VIEW(page.protocol));
    return h->fault.code == XT_OK ? learn(h, &page, err) : XT_OK;
}

/* ---- lists ---- */

static bool at_identifiers(const struct harvest *h)
{
    return strcmp(h->run.phase, "identifiers") == 0;
}

static void write_query(const struct harvest *h, struct xt_text *out)
{
    char at[XT_INSTANT_SIZE];

    xt_text_add_z(out, at_identifiers(h) ? "verb=ListIdentifiers" : "verb=ListRecords");
    if (*h->run.token) {
        harvest_query_add(out, "resumptionToken", xt_str(h->run.token));
        return;
    }
    harvest_query_add(out, "metadataPrefix", xt_str(h->source.prefix));
    if (*h->source.set_spec)
        harvest_query_add(out, "set", xt_str(h->source.set_spec));
    if (h->run.from_at > 0 && !at_identifiers(h)) {
        (void)xt_instant_format(h->run.from_at, false, at);
        harvest_query_add(out, "from", (struct xt_str){at, h->source.day_granular ? 10 : strlen(at)});
    }
}

static enum xt_code stage_record(struct harvest *h, struct xt_tx *tx, const struct xt_oai_record *record, size_t at,
                                 struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text zh = {0}, en = {0};
    struct staged row = {.n = ++h->run.staged, .identifier = record->identifier, .datestamp = record->datestamp};
    char place[80];
    enum xt_code rc = XT_OK;

    if (at_identifiers(h))
        row.kind = STAGED_PRESENT;
    else if (record->fault.code != XT_OK)
        row.kind = STAGED_UNREAD;
    else
        row.kind = record->deleted ? STAGED_DELETED : STAGED_RECORD;
    if (row.kind == STAGED_UNREAD) {
        xt_text_init(&zh, 4 * XT_KIB);
        xt_text_init(&en, 4 * XT_KIB);
        xt_error_say(&record->fault, XT_ZH, &zh);
        xt_error_say(&record->fault, XT_EN, &en);
        row.rule = xt_str(xt_msg_name(record->fault.msg));
        row.reason_zh = xt_text_view(&zh);
        row.reason_en = xt_text_view(&en);
        (void)snprintf(place, sizeof place, "(page %lld, record %zu)", (long long)h->run.pages + 1, at + 1);
        if (row.identifier.n == 0)
            row.identifier = xt_str(place);
    }
    row.has_hash = record->payload.s && (row.kind == STAGED_RECORD || row.kind == STAGED_UNREAD);
    if (row.has_hash)
        rc = payload_put(tx, record->payload, &row.hash, err);
    return rc == XT_OK ? staged_add(tx, h->run.id, &row, err) : rc;
}

/* What an answer's records are, to know it again. */
static struct xt_hash mark_of(const struct harvest *h, const struct xt_oai_page *page)
{
    struct xt_hasher hasher;
    struct xt_hash mark;
    size_t i;

    xt_hasher_init(&hasher);
    xt_hasher_add_str(&hasher, xt_str(h->run.phase));
    for (i = 0; i < page->count; i++) {
        xt_hasher_add_str(&hasher, page->records[i].identifier);
        xt_hasher_add_str(&hasher, page->records[i].datestamp);
        if (page->records[i].identifier.n == 0)
            xt_hasher_add_str(&hasher, page->records[i].payload.s ? page->records[i].payload : XT_STR(""));
    }
    xt_hasher_end(&hasher, &mark);
    return mark;
}

static enum xt_code stage_records(struct harvest *h, struct xt_tx *tx, const struct xt_oai_page *page,
                                  struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    size_t i, count = 0;

    for (i = 0; i < page->count && rc == XT_OK; i++) {
        if (at_identifiers(h) && (page->records[i].deleted || page->records[i].fault.code != XT_OK))
            continue;
        rc = stage_record(h, tx, &page->records[i], i, err);
        count++;
    }
    if (!at_identifiers(h)) {
        h->run.seen += (int64_t)count;
        h->run.waiting += (int64_t)count;
    }
    return rc;
}

/* Stores an answer with its token; a fault when it was there before. */
static enum xt_code take_page(struct harvest *h, const struct xt_oai_page *page, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct run before = h->run;
    struct xt_hash mark = mark_of(h, page);
    bool fresh = true;
    enum xt_code rc = xt_tx_begin(h->node->store, &tx, err);

    if (rc == XT_OK && page->count > 0)
        rc = page_note(tx, h->run.id, &mark, &fresh, err);
    if (rc != XT_OK)
        return rc;
    h->run.empty_pages = page->count > 0 ? 0 : h->run.empty_pages + 1;
    if (!fresh)
        (void)xt_fail(&h->fault, XT_E_CONFLICT, "", XT_MSG_HARVEST_LOOP, XT_INT(h->run.pages + 1));
    else if (h->run.empty_pages > EMPTY_PAGES_MAX && page->token.n > 0)
        (void)xt_fail(&h->fault, XT_E_CONFLICT, "", XT_MSG_HARVEST_EMPTY_PAGES, XT_INT(EMPTY_PAGES_MAX));
    if (h->fault.code != XT_OK)
        return XT_OK;
    rc = stage_records(h, tx, page, err);
    h->run.repaired += page->repaired;
    h->run.salvaged += page->salvaged;
    h->run.pages++;
    if (page->list_size >= 0)
        h->run.list_size = page->list_size;
    h->run.token = xt_arena_strndup(&h->arena, page->token.s ? page->token.s : "", page->token.n);
    h->run.updated_at = xt_tx_now(tx);
    if (rc == XT_OK)
        rc = run_save(tx, &h->run, err);
    if (rc == XT_OK)
        rc = xt_tx_commit(&tx, err);
    if (rc != XT_OK)
        h->run = before;
    return rc;
}

/* The source no longer knows the token: the list is asked for from its beginning. */
static enum xt_code begin_again(struct harvest *h, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    enum xt_code rc;

    if (h->run.restarts >= RESTARTS_MAX) {
        (void)xt_fail(&h->fault, XT_E_CONFLICT, "", XT_MSG_HARVEST_FORGETS, XT_INT(RESTARTS_MAX + 1));
        return XT_OK;
    }
    rc = xt_tx_begin(h->node->store, &tx, err);
    if (rc == XT_OK)
        rc = run_forget(tx, h->run.id, at_identifiers(h), err);
    if (rc != XT_OK)
        return rc;
    h->run.restarts++;
    enter(h, h->run.phase);
    if (!at_identifiers(h))
        h->run.seen = h->run.waiting = h->run.salvaged = 0;
    rc = run_save(tx, &h->run, err);
    return rc == XT_OK ? xt_tx_commit(&tx, err) : rc;
}

static void note_response(struct harvest *h, const struct xt_oai_page *page, xt_instant asked_at)
{
    xt_instant at;

    if (h->run.pages > 0 || at_identifiers(h))
        return;
    if (!xt_instant_parse(page->response_date, &at) || at > asked_at + CLOCK_AHEAD_US)
        at = asked_at;
    h->run.response_at = at;
}

/* One answer of a list; *out_over when the list is complete. */
static enum xt_code list_step(struct harvest *h, bool *out_over, struct xt_error *err)
{
    XT_AUTO(xt_oai_page_done) struct xt_oai_page page = {0};
    XT_AUTO(xt_text_done) struct xt_text query = {0};
    xt_instant asked_at = xt_now();
    enum xt_code rc;

    xt_text_init(&query, 4 * XT_OAI_TOKEN_MAX);
    write_query(h, &query);
    if (!ask(h, query.s, &page))
        return XT_OK;
    note_response(h, &page, asked_at);
    if (xt_str_is(page.error_code, "noRecordsMatch")) {
        *out_over = true;
        return XT_OK;
    }
    if (xt_str_is(page.error_code, "badResumptionToken") && *h->run.token)
        return begin_again(h, err);
    if (page.error_code.n > 0) {
        fault_of_page(h, &page);
        return XT_OK;
    }
    if (!page.has_list) {
        (void)xt_fail(&h->fault, XT_E_MEDIA, "", XT_MSG_HARVEST_NO_LIST);
        return XT_OK;
    }
    rc = take_page(h, &page, err);
    *out_over = rc == XT_OK && h->fault.code == XT_OK && page.token.n == 0;
    return rc;
}

/* Sources that forget what they deleted are asked for all their identifiers from time to time. */
static bool reconciliation_due(const struct harvest *h)
{
    const struct source *s = &h->source;

    return h->run.from_at > 0 && s->reconcile_s > 0 && s->live > 0 && strcmp(s->deleted_record, "persistent") != 0 &&
           xt_now() - s->reconciled_at >= s->reconcile_s * XT_SECOND;
}

static enum xt_code list(struct harvest *h, struct xt_error *err)
{
    bool over = false;
    enum xt_code rc = XT_OK;

    while (rc == XT_OK && !over && h->fault.code == XT_OK && !harvest_stopping(h))
        rc = list_step(h, &over, err);
    if (rc != XT_OK || !over)
        return rc;
    if (at_identifiers(h))
        enter(h, "compare");
    else if (reconciliation_due(h))
        enter(h, "identifiers");
    else /* a record that lost even its identifier may be any of the missing ones */
        enter(h, h->run.from_at == 0 && h->run.salvaged == 0 ? "compare" : "publish");
    return harvest_save(h, err);
}

/* ---- compare ---- */

static enum xt_code compare_step(struct harvest *h, bool *out_over, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct run before = h->run;
    struct xt_str last = {"", 0};
    enum xt_code rc = xt_tx_begin(h->node->store, &tx, err);

    if (rc != XT_OK)
        return rc;
    xt_arena_init(&arena);
    rc = staged_missing(tx, h->source.id, h->run.id, xt_str(h->run.token), COMPARE_ITEMS, &h->run.staged,
                        &h->run.missing, &arena, &last, err);
    h->run.token = xt_arena_strndup(&h->arena, last.s, last.n);
    *out_over = last.n == 0;
    if (rc == XT_OK)
        rc = run_save(tx, &h->run, err);
    if (rc == XT_OK)
        rc = xt_tx_commit(&tx, err);
    if (rc != XT_OK)
        h->run = before;
    return rc;
}

static enum xt_code count_lacking(struct harvest *h, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(h->node->store, 10000, &read, err);

    return rc == XT_OK ? staged_lacking(xt_read_conn(read), h->source.id, h->run.id, &h->run.lacking, err) : rc;
}

static enum xt_code compare(struct harvest *h, struct xt_error *err)
{
    bool over = false;
    enum xt_code rc = XT_OK;

    while (rc == XT_OK && !over && !harvest_stopping(h))
        rc = compare_step(h, &over, err);
    if (rc == XT_OK && over && h->run.from_at > 0)
        rc = count_lacking(h, err);
    if (rc != XT_OK || !over)
        return rc;
    h->source.reconciled_at = xt_now(); /* stored when the run is done */
    enter(h, "publish");
    h->run.token = "compared";
    return harvest_save(h, err);
}

/* ---- publish ---- */

/* Sets losing; true when the run has to wait for a person. */
static enum xt_code guard(struct harvest *h, bool *out_held, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    int64_t losing = 0;
    enum xt_code rc = xt_read_begin(h->node->store, 10000, &read, err);

    *out_held = false;
    if (rc == XT_OK)
        rc = staged_losing(xt_read_conn(read), h->source.id, h->run.id, &losing, err);
    if (rc != XT_OK || kind_is(h, "rollback") || kind_is(h, "remap"))
        return rc;
    if (losing > h->run.losing)
        h->run.losing = losing;
    *out_held =
        !h->run.confirmed && losing > HARVEST_GUARD_MIN && losing * 100 > h->source.guard_percent * h->source.live;
    return XT_OK;
}

static enum xt_code publish(struct harvest *h, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    bool held;
    enum xt_code rc = guard(h, &held, err);

    if (rc != XT_OK)
        return rc;
    if (held) {
        h->run.state = "held";
        return harvest_save(h, err);
    }
    xt_problems_init(&problems);
    if (!h->mapper && mapper_new(h->node, &h->source, &h->mapper, &problems, &h->fault) != XT_OK)
        return XT_OK;
    rc = harvest_publish(h, err);
    if (rc != XT_OK || harvest_stopping(h))
        return rc;
    /* What the end needs to know of the phases before is in the token: a process may die between. */
    const char *compared = h->run.token;

    enter(h, "end");
    h->run.token = compared;
    return harvest_save(h, err);
}

/* ---- end ---- */

static enum xt_code sweep(struct harvest *h, struct xt_error *err)
{
    bool more = true;
    enum xt_code rc = XT_OK;

    while (rc == XT_OK && more) {
        XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;

        rc = xt_tx_begin(h->node->store, &tx, err);
        if (rc == XT_OK)
            rc = run_sweep(tx, h->run.id, SWEEP_ROWS, &more, err);
        if (rc == XT_OK)
            rc = xt_tx_commit(&tx, err);
    }
    return rc;
}

/* Where the next harvest begins. */
static enum xt_code move_on(struct harvest *h, struct xt_tx *tx, struct xt_error *err)
{
    struct source *s = &h->source;
    xt_instant now = xt_tx_now(tx);
    struct run target;
    bool found = false;
    enum xt_code rc;

    s->due_at = now + s->every_s * XT_SECOND;
    s->failures = 0;
    if (kind_is(h, "rollback")) {
        rc = run_before(xt_tx_conn(tx), s->id, h->run.target_run + 1, &h->arena, &target, &found, err);
        if (rc != XT_OK)
            return rc;
        s->last_response = found ? target.response_at : 0;
        rc = source_rest(tx, s->id, true, err);
        return rc == XT_OK ? source_ran(tx, s, err) : rc;
    }
    if (kind_is(h, "remap"))
        return source_ran(tx, s, err);
    s->last_response = h->run.response_at;
    s->full_next = h->run.lacking > 0;
    if (strcmp(h->run.token, "compared") == 0)
        s->reconciled_at = now;
    return source_ran(tx, s, err);
}

static enum xt_code end(struct harvest *h, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    xt_id kept = 0;
    enum xt_code rc = sweep(h, err);

    if (rc == XT_OK)
        rc = xt_tx_begin(h->node->store, &tx, err);
    if (rc != XT_OK)
        return rc;
    rc = move_on(h, tx, err);
    h->run.state = "done";
    h->run.token = "";
    h->run.ended_at = h->run.updated_at = xt_tx_now(tx);
    if (rc == XT_OK)
        rc = run_save(tx, &h->run, err);
    if (rc == XT_OK)
        rc = run_kept(xt_tx_conn(tx), h->source.id, HARVEST_KEPT_RUNS + 1, &kept, err);
    if (rc == XT_OK && kept > 0)
        rc = past_trim(tx, h->source.id, kept + 1, err);
    return rc == XT_OK ? xt_tx_commit(&tx, err) : rc;
}

/* ---- the run ---- */

static const struct {
    const char *name;
    enum xt_code (*work)(struct harvest *h, struct xt_error *err);
} PHASES[] = {
    {"identify", identify}, {"list", list},       {"identifiers", list},
    {"compare", compare},   {"publish", publish}, {"end", end},
};

static enum xt_code fail(struct harvest *h, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text zh = {0}, en = {0};
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct source *s = &h->source;
    int64_t wait_s;
    bool retry;
    enum xt_code rc;

    xt_text_init(&zh, 4 * XT_KIB);
    xt_text_init(&en, 4 * XT_KIB);
    xt_error_say(&h->fault, XT_ZH, &zh);
    xt_error_say(&h->fault, XT_EN, &en);
    h->run.state = "failed";
    h->run.error_class = harvest_class(&h->fault, &retry);
    h->run.error_zh = xt_arena_strdup(&h->arena, zh.s);
    h->run.error_en = xt_arena_strdup(&h->arena, en.s);
    rc = xt_tx_begin(h->node->store, &tx, err);
    if (rc != XT_OK)
        return rc;
    s->failures++;
    wait_s = BACK_OFF_S * ((int64_t)1 << (s->failures < 12 ? s->failures : 12));
    if (s->every_s > 0 && wait_s > s->every_s)
        wait_s = s->every_s;
    if (h->fault.msg == XT_MSG_HARVEST_LATER && h->fault.args[0].i > wait_s)
        wait_s = h->fault.args[0].i;
    s->due_at = xt_tx_now(tx) + wait_s * XT_SECOND;
    h->run.updated_at = xt_tx_now(tx);
    rc = source_ran(tx, s, err);
    if (rc == XT_OK)
        rc = run_save(tx, &h->run, err);
    return rc == XT_OK ? xt_tx_commit(&tx, err) : rc;
}

enum xt_code harvest_run(struct harvest *h, struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    size_t i;

    while (rc == XT_OK && strcmp(h->run.state, "running") == 0 && !harvest_stopping(h)) {
        for (i = 0; i < XT_COUNT(PHASES) && strcmp(PHASES[i].name, h->run.phase) != 0; i++)
            ;
        if (i == XT_COUNT(PHASES))
            return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT(h->run.phase));
        rc = PHASES[i].work(h, err);
        if (rc == XT_OK && h->fault.code != XT_OK)
            rc = fail(h, err);
    }
    if (rc == XT_OK && strcmp(h->run.state, "running") == 0 && !h->ending) {
        h->run.state = "stopped";
        rc = harvest_save(h, err);
    }
    return rc;
}
