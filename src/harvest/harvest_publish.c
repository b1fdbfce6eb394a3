/*
 * harvest_publish.c - what a run has received goes into the catalogue, in the order of the list.
 *
 * A batch is a transaction of well under 100 ms: its records, its items, its counts and the staged rows it takes away are
 * stored together, so that a process which dies here begins again behind the last batch.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "harvest/harvest_priv.h"

#define BATCH_ROWS  500
#define BATCH_US    60000
#define REASONS_MAX 20 /* kept of one record */
#define KEYS_BYTES  (2 * XT_MIB)

struct batch {
    struct harvest *h;
    struct xt_tx *tx;
    struct xt_arena arena;
    struct xt_problems problems;
    struct reason reasons[REASONS_MAX];
    size_t reason_count;
    int64_t live; /* change of the source's live items */
};

/* ---- reasons ---- */

static struct xt_str sentence_of(struct batch *b, const struct xt_problem *problem, enum xt_lang lang)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    xt_text_init(&text, 4 * XT_KIB);
    xt_problem_say(problem, lang, &text);
    return (struct xt_str){xt_arena_strndup(&b->arena, text.s, text.n), text.n};
}

/* "funding[2].amount" of one record is the rule of "funding.amount" in all. */
static struct xt_str without_places(struct batch *b, const char *path)
{
    char *out = xt_arena_strdup(&b->arena, path), *to = out;
    bool inside = false;

    for (; *path; path++) {
        inside |= *path == '[';
        if (!inside)
            *to++ = *path;
        inside &= *path != ']';
    }
    *to = '\0';
    return xt_str(out);
}

static void add_reasons(struct batch *b, const struct xt_problems *problems)
{
    size_t i;

    for (i = 0; i < problems->count && b->reason_count < REASONS_MAX; i++) {
        const struct xt_problem *problem = &problems->list[i];

        b->reasons[b->reason_count++] = (struct reason){.rule = xt_str(xt_msg_name(problem->msg)),
                                                        .field = without_places(b, problem->path ? problem->path : ""),
                                                        .zh = sentence_of(b, problem, XT_ZH),
                                                        .en = sentence_of(b, problem, XT_EN)};
    }
}

static void add_fault(struct batch *b, const struct xt_error *fault)
{
    struct xt_problems one;

    xt_problems_init(&one);
    xt_problems_add_error(&one, fault);
    add_reasons(b, &one);
    xt_problems_done(&one);
}

/* ---- keys: what an item gave the catalogue ---- */

static void write_keys(const struct xt_mapped *mapped, struct xt_text *out)
{
    struct xt_json w;
    size_t i;

    xt_json_init(&w, out);
    xt_json_array(&w);
    for (i = 0; i < mapped->count; i++) {
        const struct xt_mapped_record *record = &mapped->records[i];

        if (record->deleted)
            continue;
        xt_json_array(&w);
        xt_json_add_z(&w, record->type->name);
        xt_json_add_str(&w, record->key);
        if (record->part.n > 0)
            xt_json_add_str(&w, record->part);
        xt_json_end_array(&w);
    }
    xt_json_end_array(&w);
}

static bool still_given(const struct xt_mapped *mapped, struct xt_str key, struct xt_str part)
{
    size_t i;

    for (i = 0; mapped && i < mapped->count; i++)
        if (!mapped->records[i].deleted && xt_str_eq(mapped->records[i].key, key) &&
            xt_str_eq(mapped->records[i].part, part))
            return true;
    return false;
}

static struct xt_put put_of(const struct batch *b, xt_instant datestamp)
{
    return (struct xt_put){
        .origin = XT_ORIGIN_HARVEST, .node = xt_str(b->h->source.name), .datestamp = datestamp, .actor = b->h->actor};
}

/* Withdraws what an item gave before and mapped (NULL = nothing) no longer gives. */
static enum xt_code withdraw(struct batch *b, struct xt_str keys, const struct xt_mapped *mapped, xt_instant datestamp,
                             bool *out_any, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *list = NULL;
    const json_t *one;
    enum xt_code rc = xt_json_parse(keys, &list, err);
    size_t i;

    json_array_foreach (list, i, one) {
        struct xt_put put = put_of(b, datestamp);
        struct xt_put_result result;

        put.type = xt_region_type(b->h->node->region, xt_json_view(json_array_get(one, 0)));
        put.source_key = xt_json_view(json_array_get(one, 1));
        put.part = json_array_size(one) > 2 ? xt_json_view(json_array_get(one, 2)) : (struct xt_str){"", 0};
        put.deleted = true;
        if (!put.type || still_given(mapped, put.source_key, put.part)) /* a type that the region no longer has */
            continue;
        xt_problems_clear(&b->problems);
        rc = xt_catalog_put(b->h->node, b->tx, &put, &b->problems, &result, err);
        if (rc != XT_OK)
            return rc;
        *out_any |= result.outcome == XT_DELETED || result.outcome == XT_STORED;
    }
    return rc;
}

/* ---- a row ---- */

static enum xt_code refuse(struct batch *b, const struct staged *row, enum xt_outcome *outcome, struct xt_error *err)
{
    struct refused refused = {row->identifier, row->datestamp, row->has_hash, row->hash};

    *outcome = XT_REJECTED;
    return quarantine_put(b->tx, b->h->source.id, b->h->run.id, &refused, b->reasons, b->reason_count, err);
}

static enum xt_code note_past(struct batch *b, const struct staged *row, const struct item *before,
                              struct xt_error *err)
{
    return b->h->first ? XT_OK : past_note(b->tx, b->h->source.id, row->identifier, before, b->h->run.id, err);
}

static enum xt_code publish_gone(struct batch *b, const struct staged *row, struct item *item, enum xt_outcome *outcome,
                                 struct xt_error *err)
{
    xt_id source = b->h->source.id;
    struct item before = *item;
    bool any = false;
    xt_instant at = 0;
    enum xt_code rc = quarantine_drop(b->tx, source, row->identifier, &any, err);

    *outcome = XT_UNCHANGED;
    if (rc != XT_OK || (item->found && item->deleted))
        return rc;
    *outcome = XT_DELETED;
    if (row->kind == STAGED_MISSING || !xt_instant_parse(row->datestamp, &at))
        at = 0;
    rc = note_past(b, row, &before, err);
    if (rc == XT_OK && item->found)
        rc = withdraw(b, item->keys, NULL, at, &any, err);
    if (rc != XT_OK)
        return rc;
    b->live -= item->found;
    item->deleted = true;
    item->datestamp = row->datestamp;
    item->keys = XT_STR("[]");
    return item_put(b->tx, source, row->identifier, item, b->h->run.id, err);
}

/* Puts the records of an item; *out_refused: one was not taken, and none is. */
static enum xt_code put_records(struct batch *b, const struct xt_mapped *mapped, const struct item *item,
                                xt_instant datestamp, enum xt_outcome *outcome, bool *out_refused, struct xt_error *err)
{
    struct xt_put put = put_of(b, datestamp);
    struct xt_put_result result;
    bool withdrawn = false, first = !item->found || item->deleted;
    enum xt_code rc = XT_OK;
    size_t i;

    for (i = 0; i < mapped->count && rc == XT_OK; i++) {
        const struct xt_mapped_record *record = &mapped->records[i];

        put.type = record->type;
        put.source_key = record->key;
        put.part = record->part;
        put.deleted = record->deleted;
        put.body = record->body;
        put.row = 0;
        xt_problems_clear(&b->problems);
        rc = xt_catalog_put(b->h->node, b->tx, &put, &b->problems, &result, err);
        if (rc == XT_E_INPUT) {
            if (b->problems.count == 0)
                xt_problems_add_error(&b->problems, err);
            add_reasons(b, &b->problems);
            *out_refused = true;
            rc = XT_OK;
        } else if (rc == XT_OK && (result.outcome == XT_STORED || result.outcome == XT_DELETED)) {
            *outcome = XT_STORED;
        }
    }
    if (rc == XT_OK && !*out_refused && !first)
        rc = withdraw(b, item->keys, mapped, datestamp, &withdrawn, err);
    if (withdrawn)
        *outcome = XT_STORED;
    return rc;
}

static enum xt_code take_records(struct batch *b, const struct staged *row, const struct xt_mapped *mapped,
                                 struct item *item, enum xt_outcome *outcome, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text keys = {0};
    xt_id source = b->h->source.id;
    xt_instant datestamp;
    struct item before = *item;
    bool refused = false, was, point = mapped->count > 1; /* one that is refused has written nothing */
    enum xt_code rc;

    if (!xt_instant_parse(row->datestamp, &datestamp))
        datestamp = b->h->run.response_at;
    xt_text_init(&keys, KEYS_BYTES);
    write_keys(mapped, &keys);
    *outcome = XT_UNCHANGED;
    if (mapped->count == 0 && !mapped->skip &&
        !(item->found && !item->deleted && item->has_hash && row->has_hash &&
          memcmp(&item->hash, &row->hash, sizeof row->hash) == 0))
        *outcome = XT_STORED; /* kept as it is */
    rc = point ? xt_tx_savepoint(b->tx, err) : XT_OK;
    if (rc == XT_OK)
        rc = put_records(b, mapped, item, datestamp, outcome, &refused, err);
    if (rc != XT_OK)
        return rc;
    if (refused) {
        if (point)
            xt_tx_rollback_to(b->tx);
        return refuse(b, row, outcome, err);
    }
    if (point)
        rc = xt_tx_release(b->tx, err);
    if (rc == XT_OK)
        rc = note_past(b, row, &before, err);
    if (rc == XT_OK)
        rc = quarantine_drop(b->tx, source, row->identifier, &was, err);
    if (rc != XT_OK)
        return rc;
    b->live += !item->found || item->deleted;
    *item = (struct item){.found = true,
                          .datestamp = row->datestamp,
                          .has_hash = row->has_hash,
                          .hash = row->hash,
                          .keys = xt_text_view(&keys)};
    return item_put(b->tx, source, row->identifier, item, b->h->run.id, err);
}

static bool same_item(const struct item *item, const struct staged *row)
{
    return item->found && !item->deleted && item->has_hash && row->has_hash &&
           memcmp(&item->hash, &row->hash, sizeof row->hash) == 0;
}

static enum xt_code publish_record(struct batch *b, const struct staged *row, struct item *item,
                                   enum xt_outcome *outcome, struct xt_error *err)
{
    xt_id source = b->h->source.id;
    struct xt_mapped mapped = {0};
    struct xt_str payload = {NULL, 0};
    struct xt_error fault = {0};
    bool quarantined = false;
    enum xt_code rc = XT_OK;
    size_t i;

    if (!row->has_hash) {
        (void)xt_fail(&fault, XT_E_INPUT, "", XT_MSG_HARVEST_NO_METADATA);
        add_fault(b, &fault);
        return refuse(b, row, outcome, err);
    }
    if (same_item(item, row) && strcmp(b->h->run.kind, "remap") != 0) {
        rc = quarantine_has(xt_tx_conn(b->tx), source, row->identifier, &quarantined, err);
        if (rc != XT_OK)
            return rc;
        if (!quarantined) {
            *outcome = XT_UNCHANGED;
            if (xt_str_eq(item->datestamp, row->datestamp))
                return XT_OK;
            item->datestamp = row->datestamp;
            return item_put(b->tx, source, row->identifier, item, b->h->run.id, err);
        }
    }
    rc = payload_get(xt_tx_conn(b->tx), &row->hash, &b->arena, &payload, err);
    if (rc != XT_OK)
        return rc;
    rc = mapper_read(b->h->mapper, row, payload.s ? payload : XT_STR(""), &mapped, &fault);
    if (rc != XT_OK) {
        add_fault(b, &fault);
        return refuse(b, row, outcome, err);
    }
    if (!mapper_keeps_only(b->h->mapper) && !mapped.skip && (mapped.count == 0 || mapped.too_many)) {
        (void)xt_fail(&fault, XT_E_INPUT, "", mapped.too_many ? XT_MSG_IMPORT_MANY_RECORDS : XT_MSG_IMPORT_NO_RECORD,
                      XT_INT(XT_ROW_RECORDS_MAX));
        add_fault(b, &fault);
        return refuse(b, row, outcome, err);
    }
    for (i = 0; i < mapped.count; i++)
        if (mapped.records[i].problems.seen > 0)
            add_reasons(b, &mapped.records[i].problems);
    return b->reason_count > 0 ? refuse(b, row, outcome, err) : take_records(b, row, &mapped, item, outcome, err);
}

static enum xt_code publish_row(struct batch *b, const struct staged *row, struct xt_error *err)
{
    struct run *run = &b->h->run;
    int64_t *counts[XT_OUTCOMES] = {&run->stored, &run->unchanged, &run->deleted, &run->rejected};
    enum xt_outcome outcome = XT_UNCHANGED;
    struct item item;
    enum xt_code rc;

    b->reason_count = 0;
    if (row->kind == STAGED_PRESENT)
        return XT_OK;
    rc = item_get(xt_tx_conn(b->tx), b->h->source.id, row->identifier, &b->arena, &item, err);
    if (rc != XT_OK)
        return rc;
    switch (row->kind) {
    case STAGED_PRESENT:
        break;
    case STAGED_UNREAD:
        b->reasons[b->reason_count++] = (struct reason){row->rule, XT_STR(""), row->reason_zh, row->reason_en};
        rc = refuse(b, row, &outcome, err);
        break;
    case STAGED_DELETED:
    case STAGED_MISSING:
        rc = publish_gone(b, row, &item, &outcome, err);
        break;
    case STAGED_RECORD:
        rc = publish_record(b, row, &item, &outcome, err);
        break;
    }
    if (rc != XT_OK || row->kind == STAGED_MISSING)
        return rc;
    ++*counts[outcome];
    run->waiting--;
    return XT_OK;
}

/* ---- batches ---- */

static enum xt_code publish_rows(struct batch *b, const struct staged *rows, size_t count, struct xt_error *err)
{
    int64_t began = xt_monotonic_us();
    enum xt_code rc = XT_OK;
    size_t i;

    for (i = 0; i < count && rc == XT_OK && (i == 0 || xt_monotonic_us() - began < BATCH_US); i++)
        rc = publish_row(b, &rows[i], err);
    if (rc == XT_OK)
        rc = staged_drop(b->tx, b->h->run.id, rows[i - 1].n, err);
    if (rc == XT_OK && b->live != 0)
        rc = source_add_live(b->tx, b->h->source.id, b->live, err);
    if (rc == XT_OK) {
        b->h->run.updated_at = xt_tx_now(b->tx);
        rc = run_save(b->tx, &b->h->run, err);
    }
    return rc;
}

static enum xt_code publish_batch(struct batch *b, struct staged *rows, bool *out_more, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct run before = b->h->run;
    size_t count = 0;
    enum xt_code rc = xt_tx_begin(b->h->node->store, &tx, err);

    if (rc != XT_OK)
        return rc;
    b->tx = tx;
    b->live = 0;
    xt_arena_clear(&b->arena);
    rc = staged_read(xt_tx_conn(tx), b->h->run.id, 0, BATCH_ROWS, &b->arena, rows, &count, err);
    *out_more = count > 0;
    if (rc == XT_OK && count > 0)
        rc = publish_rows(b, rows, count, err);
    if (rc == XT_OK && count > 0)
        rc = xt_tx_commit(&tx, err);
    if (rc != XT_OK)
        b->h->run = before;
    else
        b->h->source.live += b->live;
    return rc;
}

enum xt_code harvest_publish(struct harvest *h, struct xt_error *err)
{
    struct batch b = {.h = h};
    struct staged *rows = xt_alloc(BATCH_ROWS * sizeof *rows);
    bool more = true;
    enum xt_code rc = XT_OK;

    xt_arena_init(&b.arena);
    xt_problems_init(&b.problems);
    while (rc == XT_OK && more && !harvest_stopping(h))
        rc = publish_batch(&b, rows, &more, err);
    xt_problems_done(&b.problems);
    xt_arena_done(&b.arena);
    free(rows);
    return rc;
}
