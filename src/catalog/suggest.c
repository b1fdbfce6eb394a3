/* suggest.c - what somebody may mean: from what was typed to questions for the index, from its hits to titles. */
#include "catalog/suggest_priv.h"

#include <string.h>

#include "base/time.h"
#include "catalog/region_priv.h"

#define READ_WAIT_MS   1000
#define CANDIDATES     48 /* asked for beyond the limit: some are equal titles, some do not hold what was typed after all */
#define TITLE_UNITS    96
#define QUESTION_PARTS 12 /* of a way that the index is asked for; titles are compared with all */
#define QUESTION_BYTES (16 * XT_KIB)

/* Most of a kind, in the order of enum xt_suggest_kind; records have the request's limit. */
static const unsigned most_of[] = {[XT_SUGGEST_TYPE] = 3, [XT_SUGGEST_PLACE] = 4, [XT_SUGGEST_TERM] = 4};

const char *xt_suggest_kind_name(enum xt_suggest_kind kind)
{
    static const char *const names[] = {[XT_SUGGEST_TYPE] = "type",
                                        [XT_SUGGEST_PLACE] = "place",
                                        [XT_SUGGEST_TERM] = "term",
                                        [XT_SUGGEST_RECORD] = "record"};

    return names[kind];
}

/* ---- tables ---- */

static const struct xt_suggest_tables *tables_of(struct xt_node *node)
{
    struct xt_catalog *catalog = node->catalog;
    const struct xt_suggest_tables *tables;

    pthread_mutex_lock(&catalog->suggest_lock);
    if (!catalog->suggest)
        catalog->suggest = xt_suggest_tables_new(node->region);
    tables = catalog->suggest;
    pthread_mutex_unlock(&catalog->suggest_lock);
    return tables;
}

void xt_catalog_suggest_prepare(struct xt_node *node)
{
    (void)tables_of(node);
}

/* ---- marks ---- */

static void add_plain(struct xt_text *out, const char *s, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (s[i] != 2 && s[i] != 3)
            xt_text_add_char(out, s[i]);
    }
}

const char *suggest_mark(const char *text, const struct xt_sound *units, size_t at, size_t count,
                         struct xt_arena *arena)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    size_t from = units[at].start, to = units[at + count - 1].end;

    xt_text_init(&out, XT_MIB);
    add_plain(&out, text, from);
    xt_text_add_char(&out, 2);
    add_plain(&out, text + from, to - from);
    xt_text_add_char(&out, 3);
    add_plain(&out, text + to, strlen(text + to));
    return xt_arena_strndup(arena, out.s, out.n);
}

/* ---- the question ---- */

/* Adds clauses to a conjunction. */
struct clauses {
    struct xt_text *out;
    bool any;
};

static void clause(struct clauses *c, const char *field)
{
    xt_text_addf(c->out, "%s%s:\"", c->any ? " AND " : "", field);
    c->any = true;
}

static bool is_written(const struct xt_typed_part *part)
{
    return part->kind == XT_TYPED_HAN || part->kind == XT_TYPED_WORD;
}

/* Characters and words as they stand in titles. Two words need a space between them. */
static void ask_written(struct clauses *c, const struct xt_typed_part *parts, size_t count)
{
    size_t i;

    clause(c, REGION_TITLE_TEXT);
    for (i = 0; i < count; i++) {
        if (parts[i].kind == XT_TYPED_HAN) {
            xt_text_add_utf8(c->out, parts[i].c);
            continue;
        }
        if (i > 0)
            xt_text_add_char(c->out, ' ');
        xt_text_add_str(c->out, parts[i].s);
    }
    xt_text_add_z(c->out, "\"*");
}

/* By the first character, or the first word, of the title. */
static void ask_first(struct clauses *c, const struct xt_typed_part *part)
{
    clause(c, REGION_TITLE_SOUND);
    xt_text_add_char(c->out, '0');
    if (part->kind == XT_TYPED_HAN)
        xt_text_addf(c->out, "u%04x", (unsigned)part->c);
    else
        xt_text_add_str(c->out, part->s);
    xt_text_add_z(c->out, "\"*");
}

/* Each syllable with the first letter of the next, as the index has them; a last part of one letter is said by that. */
static void ask_syllables(struct clauses *c, const struct xt_typed_way *way, size_t from, size_t to, bool first)
{
    size_t i;

    clause(c, REGION_TITLE_SOUND);
    for (i = from; i < to; i++) {
        const struct xt_str s = way->parts[i].s;

        if (i > from && i + 1 == to && s.n == 1)
            break;
        xt_text_add_z(c->out, i > from ? " " : first && i == 0 ? "0" : "");
        xt_text_add_str(c->out, s);
        if (i + 1 < to)
            xt_text_addf(c->out, "1%c", way->parts[i + 1].s.s[0]);
    }
    xt_text_add_z(c->out, "\"*");
}

/* Pairs of initials from one part to another; without a pair there is nothing to ask. */
static void ask_initials(struct clauses *c, const struct xt_typed_way *way, size_t from, size_t to, bool first)
{
    size_t i;

    for (i = from; i < to; i++) {
        if (way->parts[i].s.n == 0)
            return; /* a character without a reading */
    }
    if (to - from < 2)
        return;
    clause(c, REGION_TITLE_INITIALS);
    for (i = from; i + 1 < to; i++)
        xt_text_addf(c->out, "%s%c%c",
                     i > from          ? " "
                     : first && i == 0 ? "0"
                                       : "",
                     way->parts[i].s.s[0], way->parts[i + 1].s.s[0]);
    xt_text_add_char(c->out, '"');
}

/* The index holds syllables in a row, and in another row pairs of initials: each run of a way's parts asks its own, those
 * of initials together with their neighbours. What stands beside each other is looked at in the titles. */
static void ask_way(struct xt_text *out, const struct xt_typed_way *way, bool first)
{
    struct clauses c = {out, false};
    size_t from, to, n = way->count < QUESTION_PARTS ? way->count : QUESTION_PARTS;

    if (first && is_written(&way->parts[0]))
        ask_first(&c, &way->parts[0]);
    for (from = 0; from < n; from = to) {
        enum xt_typed_kind kind = way->parts[from].kind;
        bool written = is_written(&way->parts[from]);

        for (to = from + 1; to < n && (written ? is_written(&way->parts[to]) : way->parts[to].kind == kind);)
            to++;
        if (written) {
            if (!(first && n == 1))
                ask_written(&c, way->parts + from, to - from);
        } else if (kind == XT_TYPED_SYLLABLE || n == 1) {
            size_t end = to + 1 == n ? n : to; /* a last initial is the beginning of a syllable */

            ask_syllables(&c, way, from, end, first);
        } else {
            ask_initials(&c, way, from > 0 ? from - 1 : 0, to < n ? to + 1 : n, first);
        }
    }
}

/* Every way that asks anything, joined by OR; two that ask the same ask once. */
static const char *question(const struct xt_typed *typed, bool first, struct xt_arena *arena)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0}, one = {0};
    size_t i;

    xt_text_init(&text, QUESTION_BYTES);
    xt_text_init(&one, QUESTION_BYTES);
    for (i = 0; i < typed->count; i++) {
        xt_text_clear(&one);
        xt_text_add_char(&one, '(');
        ask_way(&one, typed->ways[i], first);
        xt_text_add_char(&one, ')');
        if (one.n == 2 || (text.n > 0 && strstr(text.s, one.s)))
            continue;
        xt_text_add_z(&text, text.n > 0 ? " OR " : "");
        xt_text_add_str(&text, xt_text_view(&one));
    }
    return xt_arena_strndup(arena, text.s, text.n);
}

/* ---- records ---- */

struct records {
    struct xt_node *node;
    const struct xt_suggest_request *request;
    const struct xt_typed *typed;
    struct xt_arena *arena;
    struct xt_suggestion *list;
    struct xt_str *folded; /* of each title */
    size_t count;
    bool complete;
};

static enum xt_code ask(struct records *r, bool first, unsigned budget_ms, struct xt_search_answer *out,
                        struct xt_error *err)
{
    struct xt_search_filter filter = {XT_STR("type"), r->request->types, r->request->type_count};
    struct xt_search_request request = {.query = xt_str(question(r->typed, first, r->arena)),
                                        .filters = &filter,
                                        .filter_count = r->request->type_count > 0,
                                        .sort = XT_SORT_NUMBER,
                                        .sort_range = r->node->region->title_rank,
                                        .limit = r->request->limit + CANDIDATES,
                                        .reader = r->request->reader,
                                        .budget_ms = budget_ms};

    if (request.query.n == 0) {
        *out = (struct xt_search_answer){.total = 0};
        return XT_OK;
    }
    return xt_search_ask(r->node->search, &request, r->arena, out, err);
}

static struct xt_str folded_title(const char *title, struct xt_arena *arena)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    xt_text_init(&text, 16 * XT_KIB);
    xt_fold(xt_str(title), &text);
    return (struct xt_str){xt_arena_strndup(arena, text.s, text.n), text.n};
}

/* Where a title holds what was typed, the earliest; units of the hit, 0 = nowhere. */
static size_t hit_of(const struct xt_typed *typed, const struct xt_sound *units, size_t count, size_t *out_at)
{
    size_t hit = 0, i;

    *out_at = SIZE_MAX;
    for (i = 0; i < typed->count; i++) {
        size_t at = xt_typed_find(typed->ways[i], units, count, 0);

        if (at < *out_at) {
            *out_at = at;
            hit = typed->ways[i]->count;
        }
    }
    return hit;
}

/* A hit of the index as a suggestion, unless it is not meant, not to be seen, or there already. */
static enum xt_code take(struct records *r, struct xt_conn *conn, int64_t id, bool first, struct xt_error *err)
{
    const struct xt_region *region = r->node->region;
    struct xt_sound units[TITLE_UNITS];
    struct xt_record record;
    const struct xt_type *type;
    size_t count, hit, at, i;
    enum xt_code rc = xt_catalog_get_head(conn, id, r->arena, &record, err);

    if (rc == XT_E_NOT_FOUND)
        return XT_OK; /* the index has not heard of it yet */
    if (rc != XT_OK)
        return rc;
    type = xt_region_type(region, xt_str(record.type));
    if (!type || record.deleted || !xt_catalog_may_see(&record, r->request->reader))
        return XT_OK; /* since the index was fed */
    count = xt_sound_read(xt_str(record.title), r->arena, units, TITLE_UNITS);
    hit = hit_of(r->typed, units, count, &at);
    if (hit == 0 || (first && at > 0))
        return XT_OK;
    struct xt_str folded = folded_title(record.title, r->arena);
    for (i = 0; i < r->count; i++) {
        if (xt_str_eq(folded, r->folded[i]))
            return XT_OK;
    }
    r->folded[r->count] = folded;
    r->list[r->count++] = (struct xt_suggestion){
        .kind = XT_SUGGEST_RECORD,
        .label = record.title,
        .marked = suggest_mark(record.title, units, at, hit, r->arena),
        .note = type->labels[r->request->lang],
        .key = record.key,
        .type = record.type,
    };
    return XT_OK;
}

/* The one that is what was typed, in characters, words or pinyin, to the front. */
static void whole_first(struct records *r)
{
    struct xt_sound units[TITLE_UNITS];
    size_t i, k;

    for (i = 0; i < r->count; i++) {
        size_t count = xt_sound_read(xt_str(r->list[i].label), r->arena, units, TITLE_UNITS);

        for (k = 0; k < r->typed->count; k++) {
            const struct xt_typed_way *way = r->typed->ways[k];
            const struct xt_typed_part *last = &way->parts[way->count - 1];

            if (way->count != count || xt_typed_find(way, units, count, 0) != 0 ||
                (last->kind != XT_TYPED_HAN && last->s.n != units[count - 1].n))
                continue;
            struct xt_suggestion whole = r->list[i];
            memmove(r->list + 1, r->list, i * sizeof *r->list);
            r->list[0] = whole;
            return;
        }
    }
}

/* One letter begins something inside nearly all titles, two in very many: that says nothing where titles begin so. */
static bool says_too_little(const struct xt_typed *typed, size_t found)
{
    const struct xt_typed_way *written = typed->ways[0];

    return written->count == 1 && written->parts[0].kind == XT_TYPED_WORD &&
           written->parts[0].s.n <= (found > 0 ? 2u : 1u);
}

static enum xt_code find_records(struct records *r, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    int64_t started_us = xt_monotonic_us();
    enum xt_code rc = xt_read_begin(r->node->store, READ_WAIT_MS, &read, err);
    int pass;

    r->complete = true;
    for (pass = 0; rc == XT_OK && pass < 2 && r->count < r->request->limit; pass++) {
        int64_t left_ms = r->request->budget_ms - (xt_monotonic_us() - started_us) / 1000;
        unsigned budget_ms = r->request->budget_ms == 0 ? 0 : left_ms > 1 ? (unsigned)left_ms : 1;
        struct xt_search_answer answer;
        size_t i;

        if (pass == 1 && says_too_little(r->typed, r->count))
            break;
        rc = ask(r, pass == 0, budget_ms, &answer, err);
        for (i = 0; rc == XT_OK && i < answer.hit_count && r->count < r->request->limit; i++)
            rc = take(r, xt_read_conn(read), answer.hits[i].id, pass == 0, err);
        if (rc == XT_OK && answer.at_least)
            r->complete = false;
    }
    if (rc == XT_OK)
        whole_first(r);
    return rc;
}

/* ---- all of it ---- */

enum xt_code xt_catalog_suggest(struct xt_node *node, const struct xt_suggest_request *request, struct xt_arena *arena,
                                struct xt_suggest_answer *out, struct xt_error *err)
{
    int64_t started = xt_monotonic_us();
    struct xt_suggest_request asked = *request;
    struct xt_suggestion *items;
    struct xt_typed typed;
    size_t count = 0, room;
    enum xt_suggest_kind kind;
    enum xt_code rc;

    if (asked.limit > XT_SUGGEST_LIMIT_MAX)
        asked.limit = XT_SUGGEST_LIMIT_MAX;
    asked.typed.n = xt_utf8_clip(asked.typed.s, asked.typed.n, XT_SUGGEST_TYPED_MAX);
    *out = (struct xt_suggest_answer){.complete = true};
    xt_typed_read(asked.typed, arena, &typed);
    if (typed.count == 0)
        return XT_OK;
    room = asked.limit + 1u;
    for (kind = XT_SUGGEST_TYPE; kind < XT_SUGGEST_RECORD; kind++)
        room += most_of[kind];
    items = xt_arena_alloc(arena, room * sizeof *items);
    for (kind = XT_SUGGEST_TYPE; kind < XT_SUGGEST_RECORD && asked.type_count == 0; kind++)
        count += suggest_names(tables_of(node), &typed, kind, asked.lang, arena, items + count, most_of[kind]);
    struct records records = {.node = node,
                              .request = &asked,
                              .typed = &typed,
                              .arena = arena,
                              .list = items + count,
                              .folded = xt_arena_alloc(arena, (asked.limit + 1u) * sizeof *records.folded),
                              .complete = true};
    rc = asked.limit > 0 ? find_records(&records, err) : XT_OK;
    if (rc != XT_OK)
        return rc;
    *out = (struct xt_suggest_answer){items, count + records.count, records.complete, xt_monotonic_us() - started};
    return XT_OK;
}
