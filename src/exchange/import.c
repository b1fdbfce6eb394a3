/* import.c - one file into the catalogue. */
#include "exchange/import.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "exchange/gather.h"
#include "exchange/import_priv.h"
#include "exchange/links.h"
#include "file/file.h"
#include "job/job.h"

#define BATCH_ROWS  500
#define BATCH_US    60000   /* well under 100 ms: others wait for their turn to write */
#define SIDE_SLOTS  131072u /* records beside the main ones that were put already */
#define PROGRESS_US 200000

struct side { /* 16 bytes of a SHA-256 say that key and body were put */
    uint64_t a, b;
};

/* A row that told what rows below it need ("carry"). It goes back with the first of them that is refused. */
struct context {
    struct xt_arena arena;
    struct xt_row row; /* its cells lie in the arena; number 0 = none */
};

struct import {
    struct xt_node *node;
    const struct xt_mapping *mapping;
    const struct xt_import_options *options;
    struct xt_import_result *result;
    const char *path, *name;
    struct xt_table *table;
    struct xt_gather *gather;   /* NULL: the table's rows are the rows */
    struct xt_plan *plan;       /* NULL: the part at hand does not fit the mapping and is passed over */
    struct xt_memory *memory;   /* of this file alone, when the caller has none */
    struct xt_error part_fault; /* why the first such part does not */
    int64_t part, parts_read;
    bool fits; /* the part at hand */
    struct xt_job *job;
    struct xt_tx *tx;
    int64_t tx_began, tx_rows;
    int64_t seen, outcome[XT_OUTCOMES]; /* as committed: what to fall back to when a batch fails */
    struct xt_hash hash;
    int64_t size;
    bool kept; /* the file lies in files/ */
    xt_id file;
    struct xt_rejects rejects;
    struct xt_problems problems;
    struct xt_text reasons, one, columns;
    struct side *sides;
    struct side *waiting; /* of the present row, taken over when it is stored */
    size_t waiting_count, waiting_capacity;
    size_t *which; /* of its records are to be put */
    size_t which_capacity;
    struct context contexts[XT_MAPPED_MAX]; /* by number of the carry; those that went back are gone */
    uint32_t borrowed;                      /* carries that the present row has from above */
    int64_t began, said;
    int64_t bytes_done;   /* of the input; the row behind the last has none */
    xt_instant datestamp; /* of all its rows: within a file the earlier row wins */
};

/* ---- saying ---- */

/* A macro, so that the compiler still checks the formats. */
#define pick(m, zh, en) ((m)->options->lang == XT_ZH ? zh : en)

static void say_progress(struct import *m, const struct xt_row *row)
{
    int64_t now = xt_monotonic_us(), total = xt_table_facts(m->table)->bytes_total;
    double passed = (double)(now - m->began) / 1e6, left = 0;

    if (!m->options->progress || now - m->said < PROGRESS_US)
        return;
    m->said = now;
    if (row->bytes_done > 0 && total > row->bytes_done)
        left = passed * (double)(total - row->bytes_done) / (double)row->bytes_done;
    (void)fprintf(
        m->options->progress,
        pick(m, "\r%s  %lld 行  %.0f 行/秒  剩余 %d:%02d    ", "\r%s  %lld rows  %.0f rows/s  %d:%02d left    "),
        m->name, (long long)m->result->seen, passed > 0 ? (double)m->result->seen / passed : 0.0, (int)(left / 60),
        (int)left % 60);
    (void)fflush(m->options->progress);
}

static void end_progress(const struct import *m)
{
    if (m->options->progress && m->said > 0)
        (void)fprintf(m->options->progress, "\r\033[K");
}

static void say_facts(struct import *m)
{
    const struct xt_table_facts *facts = xt_table_facts(m->table);
    FILE *talk = m->options->talk;
    const char *key = xt_plan_key(m->plan), *unused;
    size_t i;

    if (!talk)
        return;
    if (m->options->dry_run && facts->as) {
        (void)fprintf(
            talk, pick(m, "%s：按 %s 读取（%d%%），字符集 %s（%d%%）", "%s: read as %s (%d%%), charset %s (%d%%)"),
            m->name, facts->as, facts->as_certainty, xt_charset_name(facts->charset), facts->charset_certainty);
        if (facts->records)
            (void)fprintf(talk, pick(m, "，记录为 %s（%d%%）", ", records are %s (%d%%)"), facts->records,
                          facts->records_certainty);
        (void)fputc('\n', talk);
    } else if (m->options->dry_run) {
        (void)fprintf(talk,
                      pick(m, "%s：格式 %s，字符集 %s（%d%%），表头在第 %lld 行\n",
                           "%s: format %s, charset %s (%d%%), head in row %lld\n"),
                      m->name, xt_format_name(facts->format), xt_charset_name(facts->charset), facts->charset_certainty,
                      (long long)facts->head_row);
    }
    if (m->options->dry_run)
        (void)fprintf(talk, pick(m, "%s：记录键取自 %s\n", "%s: records are known by %s\n"), m->name,
                      key ? key
                          : pick(m, "整行内容的散列值（没有键列：改动一格就成为新记录）",
                                 "the hash of the whole row (no key column: a changed cell makes a new record)"));
    for (i = 0; (unused = xt_plan_unused(m->plan, i)) != NULL && (m->options->dry_run || xt_mapping_type(m->mapping));
         i++)
        (void)fprintf(talk, pick(m, "%s：列“%s”不用\n", "%s: the column \"%s\" is not used\n"), m->name, unused);
}

/* ---- reasons ---- */

static const struct xt_field *field_at(const struct xt_type *type, const char *path)
{
    return xt_type_field(type, (struct xt_str){path, strcspn(path, ".[")});
}

/* "立项时间（立项日期）": the column people see and the field it feeds. */
static void say_place(struct import *m, const struct xt_mapped_record *record, const char *path, struct xt_text *out)
{
    const struct xt_field *field = field_at(record->type, path);
    const char *label = field ? field->labels[m->options->lang] : path;

    xt_text_clear(&m->columns);
    xt_plan_columns_of(m->plan, record->record, xt_str(path), &m->columns);
    if (record->record > 0) {
        xt_text_add_z(out, record->type->labels[m->options->lang]);
        xt_text_add_char(out, ' ');
    }
    if (m->columns.n == 0 || strcmp(m->columns.s, label) == 0)
        xt_text_add_z(out, label);
    else
        xt_text_addf(out, pick(m, "%s（%s）", "%s (%s)"), m->columns.s, label);
}

/* Adds to the list: an equal message of an equal column is counted there, a new one only while there is room. */
static void add_to_list(struct xt_import_reason *list, size_t *count, struct xt_str place,
                        const struct xt_import_reason *what, struct xt_str example)
{
    struct xt_import_reason *reason;
    size_t i, n = xt_utf8_clip(place.s, place.n, sizeof reason->column - 1);

    for (i = 0; i < *count; i++) {
        reason = &list[i];
        if (reason->msg == what->msg && strncmp(reason->column, place.s, n) == 0 && reason->column[n] == '\0') {
            reason->count += what->count;
            return;
        }
    }
    if (*count == XT_IMPORT_REASONS)
        return;
    reason = &list[(*count)++];
    *reason = *what;
    memcpy(reason->column, place.s, n);
    n = xt_utf8_clip(example.s, example.n, sizeof reason->example - 1);
    memcpy(reason->example, example.s, n);
}

static void count_reason(struct import *m, const struct xt_row *row, struct xt_str place, enum xt_msg msg,
                         struct xt_str sentence)
{
    struct xt_import_reason what = {.count = 1, .msg = msg, .row = row->number};

    add_to_list(m->result->reasons, &m->result->reason_count, place, &what, sentence);
}

/* What the plan of a file left out on the mapping's word. */
static void count_left_out(struct import *m)
{
    struct xt_import_result *result = m->result;
    struct xt_left_out left;
    size_t i;

    for (i = 0; m->plan && xt_plan_left_out(m->plan, i, &left); i++) {
        struct xt_mapped_record record = {.type = left.type, .record = left.record};
        struct xt_import_reason unknown = {.count = left.unknown, .msg = XT_MSG_IMPORT_LEFT_OUT};
        struct xt_import_reason ambiguous = {.count = left.ambiguous, .msg = XT_MSG_PLACE_AMBIGUOUS};

        xt_text_clear(&m->reasons);
        say_place(m, &record, left.field->name, &m->reasons);
        if (left.unknown > 0)
            add_to_list(result->left_out, &result->left_out_count, xt_text_view(&m->reasons), &unknown,
                        xt_str(left.unknown_first));
        if (left.ambiguous > 0)
            add_to_list(result->left_out, &result->left_out_count, xt_text_view(&m->reasons), &ambiguous,
                        xt_str(left.ambiguous_first));
    }
}

/* The cells that a problem is about, for the rejects file. */
static void mark_cells(struct import *m, const struct xt_mapped_record *record, const char *path, struct xt_str reason)
{
    size_t cells[XT_FAULTS_MAX], i;
    size_t count = xt_plan_places_of(m->plan, record->record, xt_str(path), cells, XT_FAULTS_MAX);

    for (i = 0; i < count && i < XT_FAULTS_MAX; i++)
        xt_rejects_mark(&m->rejects, cells[i], reason);
}

static void add_reason(struct import *m, const struct xt_row *row, const struct xt_mapped_record *record,
                       const struct xt_problem *problem)
{
    struct xt_error sentence = {.code = XT_E_INPUT, .msg = problem->msg};
    size_t place_at, place_end, at;

    if (m->reasons.n > 0)
        xt_text_add_z(&m->reasons, pick(m, "；", "; "));
    place_at = m->reasons.n;
    if (record && problem->path && problem->path[0])
        say_place(m, record, problem->path, &m->reasons);
    place_end = m->reasons.n;
    if (place_end > place_at)
        xt_text_add_z(&m->reasons, pick(m, "：", ": "));
    at = m->reasons.n;
    memcpy(sentence.args, problem->args, sizeof sentence.args);
    xt_text_clear(&m->one);
    xt_error_say(&sentence, m->options->lang, &m->one);
    xt_text_add_str(&m->reasons, xt_text_view(&m->one));
    if (place_end > place_at)
        mark_cells(m, record, problem->path, (struct xt_str){m->reasons.s + place_at, m->reasons.n - place_at});
    count_reason(m, row, (struct xt_str){m->reasons.s + place_at, place_end - place_at}, problem->msg,
                 (struct xt_str){m->reasons.s + at, m->reasons.n - at});
}

static void add_reasons(struct import *m, const struct xt_row *row, const struct xt_mapped_record *record,
                        const struct xt_problems *problems)
{
    size_t i;

    for (i = 0; i < problems->count; i++)
        add_reason(m, row, record, &problems->list[i]);
}

/* ---- what rows below need ---- */

static void forget_contexts(struct import *m)
{
    size_t i;

    for (i = 0; i < XT_COUNT(m->contexts); i++)
        m->contexts[i].row.number = 0;
}

static void keep_context(struct import *m, const struct xt_row *row, uint32_t carried)
{
    size_t i, k;

    for (i = 0; i < XT_COUNT(m->contexts) && !row->json; i++) {
        struct context *context = &m->contexts[i];
        struct xt_str *cells;

        if (!(carried & (1u << i)))
            continue;
        xt_arena_clear(&context->arena);
        cells = xt_arena_alloc(&context->arena, (row->count + 1) * sizeof *cells);
        for (k = 0; k < row->count; k++)
            cells[k] =
                (struct xt_str){xt_arena_strndup(&context->arena, row->cells[k].s, row->cells[k].n), row->cells[k].n};
        context->row = *row;
        context->row.cells = cells;
    }
}

/* Before a row that goes back: the rows above it that it needs, each once, from above to below. */
static void write_contexts(struct import *m)
{
    for (;;) {
        struct context *next = NULL;
        int64_t number;
        size_t i;

        for (i = 0; i < XT_COUNT(m->contexts); i++) {
            struct context *context = &m->contexts[i];

            if ((m->borrowed & (1u << i)) && context->row.number > 0 &&
                (!next || context->row.number < next->row.number))
                next = context;
        }
        if (!next)
            return;
        xt_rejects_add_context(&m->rejects, &next->row, xt_str(pick(m, "供下面的行使用", "for the rows below")));
        number = next->row.number;
        for (i = 0; i < XT_COUNT(m->contexts); i++) { /* one row may have told several things */
            if (m->contexts[i].row.number == number)
                m->contexts[i].row.number = 0;
        }
    }
}

/* rows: of the file, of which the row at hand is made. */
static void reject(struct import *m, const struct xt_row *rows, size_t count)
{
    size_t i;

    write_contexts(m);
    m->result->outcome[XT_REJECTED]++;
    for (i = 0; i < count; i++)
        xt_rejects_add(&m->rejects, &rows[i], xt_text_view(&m->reasons));
}

static void reject_error(struct import *m, const struct xt_row *rows, size_t count, const struct xt_error *err)
{
    struct xt_problem problem = {.path = NULL, .msg = err->msg};

    memcpy(problem.args, err->args, sizeof problem.args);
    xt_text_clear(&m->reasons);
    add_reason(m, rows, NULL, &problem);
    reject(m, rows, count);
}

/* ---- batches ---- */

static enum xt_code begin_batch(struct import *m, struct xt_error *err)
{
    enum xt_code rc;

    if (m->tx)
        return XT_OK;
    rc = xt_tx_begin(m->node->store, &m->tx, err);
    if (rc != XT_OK)
        return rc;
    m->tx_began = xt_monotonic_us();
    m->tx_rows = 0;
    if (m->kept && m->file == 0)
        rc = xt_file_use(m->tx, &m->hash, m->size, xt_str(m->name), &m->file, err);
    return rc;
}

static enum xt_code end_batch(struct import *m, const struct xt_row *row, struct xt_error *err)
{
    enum xt_code rc;

    if (m->tx && m->options->dry_run)
        xt_tx_end(&m->tx);
    if (m->tx) {
        rc = xt_tx_commit(&m->tx, err);
        if (rc != XT_OK)
            return rc;
    }
    m->seen = m->result->seen;
    memcpy(m->outcome, m->result->outcome, sizeof m->outcome);
    say_progress(m, row);
    if (row->bytes_done > m->bytes_done)
        m->bytes_done = row->bytes_done;
    if (m->job && !xt_job_progress(m->job, m->bytes_done, xt_table_facts(m->table)->bytes_total, "bytes"))
        return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_IMPORT_CANCELLED, XT_INT(row->number));
    return XT_OK;
}

static bool batch_is_full(const struct import *m)
{
    return m->tx_rows >= BATCH_ROWS || (m->tx && xt_monotonic_us() - m->tx_began >= BATCH_US);
}

/* ---- records beside the main one ---- */

/* One person stands in many rows: what was put with the same body once need not be put again. */
static bool put_before(struct import *m, const struct xt_mapped_record *record)
{
    struct xt_hasher hasher;
    struct xt_hash hash;
    struct side side;
    char *dump = json_dumps(record->body, JSON_COMPACT);

    xt_hasher_init(&hasher);
    xt_hasher_add_str(&hasher, record->key);
    xt_hasher_add_str(&hasher, record->part);
    xt_hasher_add_str(&hasher, xt_str(dump));
    xt_hasher_end(&hasher, &hash);
    free(dump);
    memcpy(&side, hash.bytes, sizeof side);
    if (memcmp(&m->sides[side.a % SIDE_SLOTS], &side, sizeof side) == 0)
        return true;
    xt_grow(&m->waiting, &m->waiting_capacity, m->waiting_count + 1, sizeof *m->waiting);
    m->waiting[m->waiting_count++] = side;
    return false;
}

static void take_sides(struct import *m)
{
    size_t i;

    for (i = 0; i < m->waiting_count; i++)
        m->sides[m->waiting[i].a % SIDE_SLOTS] = m->waiting[i];
}

/* ---- a row ---- */

/* A row of an export that says what its record says already changes nothing; the fields that were left out for the reader
 * of the export do not count. */
static enum xt_code same_as_stored(struct import *m, const struct xt_mapped_record *record, bool *out_same,
                                   struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    XT_AUTO(xt_json_unref) json_t *stored = NULL, *mine = NULL;
    XT_AUTO(xt_problems_done) struct xt_problems ignored = {0};
    struct xt_record found;
    enum xt_code rc;
    int reader;

    *out_same = false;
    xt_arena_init(&arena);
    xt_problems_init(&ignored);
    rc = xt_catalog_get(xt_tx_conn(m->tx), record->key, &arena, &found, err);
    if (rc == XT_E_NOT_FOUND)
        return XT_OK;
    if (rc != XT_OK || found.deleted != record->deleted)
        return rc;
    if (found.deleted) {
        *out_same = true;
        return XT_OK;
    }
    rc = xt_json_parse(found.body, &stored, err);
    if (rc == XT_OK)
        rc = xt_links_back(xt_tx_conn(m->tx), record->type, stored, record->body, err);
    if (rc != XT_OK)
        return rc;
    mine = json_deep_copy(record->body);
    if (!xt_type_check(m->node->region, record->type, mine, &ignored))
        return XT_OK; /* the put says what is wrong */
    *out_same = json_equal(stored, mine);
    for (reader = XT_OFFICER; !*out_same && reader >= XT_PUBLIC; reader--) { /* what each reader was given */
        xt_catalog_protect(record->type, stored, (enum xt_class)reader);
        *out_same = json_equal(stored, mine);
    }
    return XT_OK;
}

/* "paper/01J...": the key that an export gives. */
static bool is_record_key(const struct xt_mapped_record *record)
{
    size_t n = strlen(record->type->name);

    return record->key.n == n + XT_ULID_SIZE && memcmp(record->key.s, record->type->name, n) == 0 &&
           record->key.s[n] == '/' && xt_ulid_valid((struct xt_str){record->key.s + n + 1, record->key.n - n - 1});
}

static enum xt_code put_record(struct import *m, const struct xt_row *row, const struct xt_mapped_record *record,
                               enum xt_outcome *outcome, struct xt_error *err)
{
    struct xt_put_result put_result;
    struct xt_put put = {
        .type = record->type,
        .origin = XT_ORIGIN_IMPORT,
        .source_key = record->key,
        .part = record->part,
        .mapping = xt_str(xt_mapping_name(m->mapping)),
        .file = m->file,
        .row = row->number,
        .datestamp = m->datestamp,
        .deleted = record->deleted,
        .body = record->body,
        .actor = m->options->actor,
    };
    enum xt_code rc;

    if (is_record_key(record)) {
        bool same;

        rc = same_as_stored(m, record, &same, err);
        if (rc != XT_OK || same) {
            *outcome = XT_UNCHANGED;
            return rc;
        }
    }
    rc = xt_catalog_put(m->node, m->tx, &put, &m->problems, &put_result, err);
    *outcome = rc == XT_OK ? put_result.outcome : XT_REJECTED;
    if (rc == XT_OK)
        m->result->records++;
    return rc;
}

static bool has_problem_at(const struct xt_problems *problems, const char *path)
{
    size_t i;

    for (i = 0; i < problems->count; i++) {
        if (strcmp(problems->list[i].path, path) == 0)
            return true;
    }
    return false;
}

/* What else is wrong with a record that will not be put. A cell that could not be read is not missing, too. */
static void check_rest(struct import *m, const struct xt_row *row, const struct xt_mapped_record *record)
{
    size_t i;

    xt_problems_clear(&m->problems);
    if (!record->deleted)
        (void)xt_type_check(m->node->region, record->type, record->body, &m->problems); /* for its problems */
    for (i = 0; i < m->problems.count; i++) {
        if (!has_problem_at(&record->problems, m->problems.list[i].path))
            add_reason(m, row, record, &m->problems.list[i]);
    }
}

/* Puts the records of a row; *out_refused when one was not taken: then nothing of the row is stored. */
static enum xt_code put_records(struct import *m, const struct xt_row *row, const struct xt_mapped *mapped,
                                size_t count, const size_t *which, enum xt_outcome *best, bool *out_refused,
                                struct xt_error *err)
{
    bool refused = false, point = count > 1;
    enum xt_code rc = XT_OK;
    size_t i;

    if (point)
        rc = xt_tx_savepoint(m->tx, err);
    for (i = 0; i < count && rc == XT_OK; i++) {
        const struct xt_mapped_record *record = &mapped->records[which[i]];
        enum xt_outcome outcome = XT_REJECTED;

        if (refused) {
            check_rest(m, row, record);
            continue;
        }
        xt_problems_clear(&m->problems);
        rc = put_record(m, row, record, &outcome, err);
        if (rc == XT_E_INPUT) {
            refused = true;
            rc = XT_OK;
            if (m->problems.count == 0)
                xt_problems_add_error(&m->problems, err);
            add_reasons(m, row, record, &m->problems);
        }
        if (outcome == XT_STORED || (outcome == XT_DELETED && *best == XT_UNCHANGED))
            *best = outcome;
    }
    if (point && rc == XT_OK) {
        if (refused)
            xt_tx_rollback_to(m->tx);
        else
            rc = xt_tx_release(m->tx, err);
    }
    *out_refused = refused;
    return rc;
}

/* Which records are to be put; false when cells of one could not be read. */
static bool choose_records(struct import *m, const struct xt_row *row, const struct xt_mapped *mapped,
                           size_t *out_count)
{
    size_t i, count = 0;
    bool whole = true;

    xt_grow(&m->which, &m->which_capacity, mapped->count, sizeof *m->which);

    m->waiting_count = 0;
    for (i = 0; i < mapped->count; i++) {
        if (mapped->records[i].problems.seen > 0) {
            add_reasons(m, row, &mapped->records[i], &mapped->records[i].problems);
            whole = false;
        }
    }
    for (i = 0; i < mapped->count; i++) {
        if (!whole) { /* the checks of the type tell the rest of the reasons */
            check_rest(m, row, &mapped->records[i]);
        } else if (i == 0 || !put_before(m, &mapped->records[i])) {
            m->which[count++] = i;
        }
    }
    *out_count = count;
    return whole;
}

/* of, count: the rows of the file of which row is made, most often itself. */
static enum xt_code take_row(struct import *m, const struct xt_row *row, const struct xt_row *of, size_t of_count,
                             struct xt_error *err)
{
    enum xt_outcome outcome = XT_UNCHANGED;
    struct xt_mapped mapped;
    struct xt_error none;
    size_t count;
    bool refused = false;
    enum xt_code rc;

    xt_plan_row(m->plan, row, &mapped);
    if (of_count == 1)
        keep_context(m, of, mapped.carried);
    m->borrowed = mapped.borrowed;
    if (mapped.skip)
        return XT_OK;
    m->result->seen++;
    xt_text_clear(&m->reasons);
    if (mapped.count == 0 || mapped.too_many) {
        if (mapped.too_many)
            (void)xt_fail(&none, XT_E_INPUT, "", XT_MSG_IMPORT_MANY_RECORDS, XT_INT(XT_ROW_RECORDS_MAX));
        else
            (void)xt_fail(&none, XT_E_INPUT, "", XT_MSG_IMPORT_NO_RECORD);
        reject_error(m, of, of_count, &none);
        return XT_OK;
    }
    if (!choose_records(m, row, &mapped, &count)) {
        reject(m, of, of_count);
        return XT_OK;
    }
    rc = begin_batch(m, err);
    if (rc == XT_OK)
        rc = put_records(m, row, &mapped, count, m->which, &outcome, &refused, err);
    if (rc != XT_OK)
        return rc;
    m->tx_rows++;
    if (refused) {
        reject(m, of, of_count);
        return XT_OK;
    }
    take_sides(m);
    m->result->outcome[outcome]++;
    return XT_OK;
}

static enum xt_code take_or_gather(struct import *m, const struct xt_row *row, struct xt_error *err)
{
    enum xt_code rc;

    if (m->gather)
        return xt_gather_add(m->gather, row, err);
    rc = take_row(m, row, row, 1, err);
    return rc == XT_OK && batch_is_full(m) ? end_batch(m, row, err) : rc;
}

/* In a file without head the reader took the first row for one. */
static enum xt_code take_head(struct import *m, struct xt_error *err)
{
    struct xt_row row;

    if (!m->fits || !xt_mapping_headless(m->mapping))
        return XT_OK;
    xt_table_head_row(m->table, &row);
    return row.count > 0 ? take_or_gather(m, &row, err) : XT_OK;
}

static void say_part(const struct import *m, const struct xt_error *fault)
{
    XT_AUTO(xt_text_done) struct xt_text sentence = {0};
    struct xt_row place;

    if (!m->options->talk)
        return;
    xt_table_head_row(m->table, &place);
    if (place.sheet.n == 0)
        place.sheet = place.member;
    xt_text_init(&sentence, 4 * XT_KIB);
    xt_error_say(fault, m->options->lang, &sentence);
    (void)fprintf(m->options->talk,
                  pick(m, "%s：第 %lld 部分（%.*s）跳过：%s\n", "%s: part %lld (%.*s) is passed over: %s\n"), m->name,
                  (long long)place.part, (int)place.sheet.n, place.sheet.s, sentence.s);
}

static enum xt_code bind_columns(struct import *m, const struct xt_str *heads, size_t count, struct xt_error *err)
{
    struct xt_row place;
    enum xt_code rc;

    xt_table_head_row(m->table, &place);
    rc = xt_plan_new_part(m->mapping, place.sheet.n > 0 ? place.sheet : place.member, heads, count, &m->plan, err);
    if (rc != XT_OK)
        return rc;
    xt_plan_remember_in(m->plan, m->memory ? m->memory : m->options->memory);
    say_facts(m);
    return XT_OK;
}

/* Binds the mapping to the columns of the part at hand. A part that it does not fit is passed over. */
static void bind_part(struct import *m)
{
    const struct xt_str *heads;
    size_t count = xt_table_columns(m->table, &heads);
    struct xt_error fault;

    m->part = xt_table_facts(m->table)->part;
    count_left_out(m);
    forget_contexts(m);
    xt_plan_free(&m->plan);
    if (m->gather)
        m->fits = xt_gather_part(m->gather, heads, count, &fault) == XT_OK;
    else
        m->fits = bind_columns(m, heads, count, &fault) == XT_OK;
    if (m->fits) {
        m->parts_read++;
        return;
    }
    if (m->part_fault.code == XT_OK)
        m->part_fault = fault;
    if (m->part > 1 || m->parts_read > 0) /* the first is said at the end, when there was no other */
        say_part(m, &fault);
}

/* The rows that are made of several, once all are read. */
static enum xt_code take_gathered(struct import *m, struct xt_error *err)
{
    const struct xt_str *heads;
    struct xt_row row = {0};
    bool more = true;
    enum xt_code rc;

    m->rejects.head_count = xt_gather_heads(m->gather, &m->rejects.heads);
    size_t count = xt_gather_columns(m->gather, &heads);

    rc = bind_columns(m, heads, count, err);
    while (rc == XT_OK) {
        struct xt_error fault;
        enum xt_code got = xt_gather_next(m->gather, &row, &more, &fault);
        const struct xt_row *of;

        if (got != XT_OK && got != XT_E_INPUT)
            return (*err = fault).code;
        if (!more)
            return XT_OK;
        count = xt_gather_rows(m->gather, &of);
        if (got == XT_E_INPUT) {
            m->result->seen++;
            reject_error(m, of, count, &fault);
        } else {
            rc = take_row(m, &row, of, count, err);
        }
        if (rc == XT_OK && batch_is_full(m))
            rc = end_batch(m, &row, err);
    }
    return rc;
}

static enum xt_code take_rows(struct import *m, struct xt_error *err)
{
    struct xt_row row = {0};
    bool more = true;
    enum xt_code rc = take_head(m, err);

    while (rc == XT_OK) {
        struct xt_error fault;
        enum xt_code got = xt_table_next(m->table, &row, &more, &fault);

        if (got != XT_OK && !(got == XT_E_INPUT && more)) {
            *err = fault;
            rc = got;
            break;
        }
        if (!more)
            break;
        if (row.part != m->part) {
            bind_part(m);
            rc = take_head(m, err);
        }
        if (rc != XT_OK || !m->fits)
            continue;
        xt_import_bad_row(m->options, m->name, m->table, &row, m->result);
        if (got == XT_OK) {
            rc = take_or_gather(m, &row, err);
        } else {
            m->result->seen++;
            m->borrowed = UINT32_MAX; /* nobody knows what it would have needed */
            reject_error(m, &row, 1, &fault);
        }
    }
    if (rc == XT_OK && m->parts_read == 0)
        rc = (*err = m->part_fault).code;
    if (rc == XT_OK && m->gather)
        rc = take_gathered(m, err);
    if (rc == XT_OK)
        rc = end_batch(m, &row, err);
    if (rc != XT_OK) { /* the rows of a batch that was not kept are not counted; those refused were, and stay */
        int64_t refused = m->result->outcome[XT_REJECTED];

        memcpy(m->result->outcome, m->outcome, sizeof m->outcome);
        m->result->outcome[XT_REJECTED] = refused;
        m->result->seen = m->seen + refused - m->outcome[XT_REJECTED];
    }
    return rc;
}

/* ---- a file ---- */

static enum xt_code open_input(struct import *m, struct xt_error *err)
{
    struct xt_table_options options = *xt_mapping_table_options(m->mapping);
    const struct xt_table_facts *facts;
    enum xt_code rc;

    if (m->options->charset)
        options.charset = m->options->charset;
    if (m->options->sheet)
        options.sheet = m->options->sheet;
    rc = xt_table_open(m->path, &options, &m->table, err);
    if (rc != XT_OK)
        return rc;
    if (!m->options->memory)
        m->memory = xt_memory_new();
    m->gather = xt_gather_new(m->mapping);
    bind_part(m);
    facts = xt_table_facts(m->table);
    if (!m->fits && facts->members == 0 && !(options.sheet && strcmp(options.sheet, "*") == 0))
        return (*err = m->part_fault).code; /* there is no other part */
    return XT_OK;
}

/* What an archive holds beside tables. */
static void say_skipped(const struct import *m)
{
    const struct xt_table_facts *facts = xt_table_facts(m->table);
    XT_AUTO(xt_text_done) struct xt_text sentence = {0};

    if (!m->options->talk || facts->members_skipped == 0)
        return;
    xt_text_init(&sentence, 4 * XT_KIB);
    xt_error_say(&facts->skipped[0].why, m->options->lang, &sentence);
    (void)fprintf(m->options->talk,
                  pick(m, "%s：%lld 个文件不是表格，已跳过，第一个：%s\n",
                       "%s: %lld files are no tables and were passed over, the first: %s\n"),
                  m->name, (long long)facts->members_skipped, sentence.s);
}

static enum xt_code keep_input(struct import *m, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text input = {0};
    struct xt_json w;
    enum xt_code rc;

    if (m->options->dry_run)
        return XT_OK;
    rc = xt_file_put_path(m->node->files, m->path, 0, &m->hash, &m->size, err);
    if (rc != XT_OK)
        return rc;
    m->kept = true;
    xt_text_init(&input, 64 * XT_KIB);
    xt_json_init(&w, &input);
    xt_json_object(&w);
    xt_json_kv_z(&w, "file", m->name);
    xt_json_kv_z(&w, "mapping", xt_mapping_name(m->mapping));
    xt_json_end_object(&w);
    return xt_job_begin(m->node, "exchange.import", xt_text_view(&input), &m->job, err);
}

static void end_job(struct import *m, enum xt_code rc, const struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text result = {0};
    struct xt_json w;

    if (!m->job)
        return;
    xt_text_init(&result, 64 * XT_KIB);
    xt_json_init(&w, &result);
    xt_json_object(&w);
    xt_json_kv_int(&w, "seen", m->result->seen);
    xt_json_kv_int(&w, "stored", m->result->outcome[XT_STORED]);
    xt_json_kv_int(&w, "unchanged", m->result->outcome[XT_UNCHANGED]);
    xt_json_kv_int(&w, "deleted", m->result->outcome[XT_DELETED]);
    xt_json_kv_int(&w, "rejected", m->result->outcome[XT_REJECTED]);
    xt_json_kv_int(&w, "bad_characters", m->result->bad_characters);
    xt_json_end_object(&w);
    xt_job_end(&m->job, rc == XT_OK ? NULL : err, xt_text_view(&result));
}

enum xt_code xt_import_file(struct xt_node *node, const struct xt_mapping *mapping, const char *path,
                            const struct xt_import_options *options, struct xt_import_result *result,
                            struct xt_error *err)
{
    const char *slash = strrchr(path, '/');
    struct import m = {
        .node = node,
        .mapping = mapping,
        .options = options,
        .result = result,
        .path = path,
        .name = options->name ? options->name
                : slash       ? slash + 1
                              : path,
        .began = xt_monotonic_us(),
        .seen = result->seen,
        .datestamp = xt_now(),
    };
    struct xt_error own;
    enum xt_code rc, close_rc;
    size_t i;

    if (!err)
        err = &own;
    memcpy(m.outcome, result->outcome, sizeof m.outcome);
    xt_problems_init(&m.problems);
    xt_text_init(&m.reasons, 64 * XT_KIB);
    xt_text_init(&m.one, 4 * XT_KIB);
    xt_text_init(&m.columns, 4 * XT_KIB);
    m.sides = xt_calloc(SIDE_SLOTS, sizeof *m.sides);
    for (i = 0; i < XT_COUNT(m.contexts); i++)
        xt_arena_init(&m.contexts[i].arena);
    xt_rejects_init(&m.rejects, path, options);
    rc = open_input(&m, err);
    m.rejects.table = m.table;
    m.rejects.headless = xt_mapping_headless(mapping);
    if (rc == XT_OK)
        rc = keep_input(&m, err);
    if (rc == XT_OK)
        rc = take_rows(&m, err);
    end_progress(&m);
    if (rc == XT_OK)
        say_skipped(&m);
    xt_import_bad_end(options, m.name, m.table, result);
    if (rc == XT_OK)
        count_left_out(&m);
    /* Also of an input that broke off: its refused rows are counted, so they go back. */
    close_rc = xt_rejects_close(&m.rejects, result->rejects, sizeof result->rejects, rc == XT_OK ? err : NULL);
    rc = rc == XT_OK ? close_rc : rc;
    result->rejects_files = m.rejects.files;
    result->rejects_lost = result->rejects_lost || m.rejects.failed;
    xt_tx_end(&m.tx);
    end_job(&m, rc, err);
    xt_rejects_done(&m.rejects);
    xt_plan_free(&m.plan);
    xt_memory_free(&m.memory);
    xt_gather_free(&m.gather);
    xt_table_close(&m.table);
    xt_problems_done(&m.problems);
    xt_text_done(&m.reasons);
    xt_text_done(&m.one);
    xt_text_done(&m.columns);
    free(m.sides);
    for (i = 0; i < XT_COUNT(m.contexts); i++)
        xt_arena_done(&m.contexts[i].arena);
    free(m.waiting);
    free(m.which);
    return rc;
}
