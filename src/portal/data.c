/*
 * data.c - what the node holds for everyone: records, how many of them fill each field, and where they come from.
 *
 * Every record is read for it, which takes seconds for a million. The count is kept with the number of the sequence that it
 * was begun at; where changes do not stop, it is made again only after twenty times as long as it took, and says of when it is.
 * One request counts at a time: others get what is kept, or are asked to come again.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "portal/portal_priv.h"

#define SPAN        20000 /* numbers of records read in one snapshot: a long one would hold up the store's tidying */
#define SOURCES_MAX 1000
#define REST        20 /* times as long as a count took */

static const struct xt_stmt_def RECORDS = {
    .name = "portal_data_records",
    .sql = "SELECT r.id, r.type, r.updated, r.body, s.mapping, s.origin, s.body FROM record r"
           " LEFT JOIN record_source s ON s.record_id = r.id AND s.deleted = 0"
           " WHERE r.id > $1 AND r.id <= $2 AND r.deleted = 0 AND r.status = 'published' ORDER BY r.id",
};

struct share { /* of a type, or of a source's records of a type */
    int64_t records, filled;
};

struct source {
    struct xt_str name;
    int64_t origin;
    struct share *types; /* [type] */
};

struct count {
    struct xt_request *request;
    const struct xt_region *region;
    struct share *types;   /* [type] */
    int64_t **fields;      /* [type][field] */
    int64_t *updated;      /* [type] */
    size_t *public_fields; /* [type] */
    struct source *sources;
    size_t source_count;
    int64_t records;
};

/* ---- which fields a body has ---- */

static size_t field_at(const struct xt_type *type, struct xt_str name, size_t *near)
{
    size_t i;

    for (i = 0; i < type->field_count; i++) { /* bodies mostly keep the order of their type */
        size_t at = (*near + i) % type->field_count;

        if (xt_str_is(name, type->fields[at].name)) {
            *near = at + 1;
            return at;
        }
    }
    return SIZE_MAX;
}

/* Calls for each member of the object; the store's bodies are well-formed, in normal form and without empty members. */
static size_t each_member(const struct xt_type *type, struct xt_str body, int64_t *fields)
{
    size_t near = 0, filled = 0, i = 0;
    int depth = 0;

    while (i < body.n) {
        char c = body.s[i];

        if (c == '"') {
            size_t from = ++i, field;
            bool name;

            while (i < body.n && body.s[i] != '"')
                i += body.s[i] == '\\' ? 2 : 1;
            name = depth == 1 && i + 1 < body.n && body.s[i + 1] == ':';
            if (name) {
                field = field_at(type, (struct xt_str){body.s + from, i - from}, &near);
                if (field != SIZE_MAX && type->fields[field].visibility == XT_PUBLIC) {
                    filled++;
                    if (fields)
                        fields[field]++;
                }
            }
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        }
        i++;
    }
    return filled;
}

/* ---- counting ---- */

static struct source *source_of(struct count *c, struct xt_str name, int64_t origin)
{
    size_t i;

    for (i = 0; i < c->source_count; i++)
        if (c->sources[i].origin == origin && xt_str_eq(c->sources[i].name, name))
            return &c->sources[i];
    if (c->source_count == SOURCES_MAX)
        return NULL;
    c->sources[c->source_count] = (struct source){
        .name = {xt_arena_strndup(c->request->arena, name.s ? name.s : "", name.n), name.n},
        .origin = origin,
        .types = xt_arena_alloc(c->request->arena, (c->region->type_count + 1) * sizeof(struct share)),
    };
    return &c->sources[c->source_count++];
}

/* A row is a record with one of its sources; a record's rows follow one another. */
static void count_row(struct count *c, struct xt_stmt *stmt, int64_t *last, size_t *own)
{
    const struct xt_type *type = xt_region_type(c->region, xt_col_str(stmt, 1));
    struct xt_str said = xt_col_str(stmt, 6);
    struct source *source;
    size_t at, filled;

    if (!type)
        return;
    at = (size_t)(type - c->region->types);
    if (xt_col_int(stmt, 0) != *last) {
        *last = xt_col_int(stmt, 0);
        *own = each_member(type, xt_col_str(stmt, 3), c->fields[at]);
        c->records++;
        c->types[at].records++;
        c->types[at].filled += (int64_t)*own;
        if (xt_col_int(stmt, 2) > c->updated[at])
            c->updated[at] = xt_col_int(stmt, 2);
    }
    source = xt_col_null(stmt, 5) ? NULL : source_of(c, xt_col_str(stmt, 4), xt_col_int(stmt, 5));
    if (!source)
        return;
    filled = said.s ? each_member(type, said, NULL) : *own; /* a lone source says what the record says */
    source->types[at].records++;
    source->types[at].filled += (int64_t)filled;
}

static enum xt_code count_span(struct count *c, int64_t after, int64_t to, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(c->request->node->store, READ_WAIT_MS, &read, err);

    if (rc == XT_OK) {
        XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
        int64_t last = 0;
        size_t own = 0;
        bool row = true;

        rc = xt_stmt_take(xt_read_conn(read), &RECORDS, &stmt, err);
        if (rc != XT_OK)
            return rc;
        xt_bind_int(stmt, 1, after);
        xt_bind_int(stmt, 2, to);
        while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row)
            count_row(c, stmt, &last, &own);
    }
    return rc;
}

static void begin(struct count *c, struct xt_request *request)
{
    struct xt_arena *arena = request->arena;
    size_t n = request->node->region->type_count + 1, i, k;

    *c = (struct count){.request = request, .region = request->node->region};
    c->types = xt_arena_alloc(arena, n * sizeof *c->types);
    c->fields = xt_arena_alloc(arena, n * sizeof *c->fields);
    c->updated = xt_arena_alloc(arena, n * sizeof *c->updated);
    c->public_fields = xt_arena_alloc(arena, n * sizeof *c->public_fields);
    c->sources = xt_arena_alloc(arena, SOURCES_MAX * sizeof *c->sources);
    for (i = 0; i + 1 < n; i++) {
        const struct xt_type *type = &c->region->types[i];

        c->fields[i] = xt_arena_alloc(arena, type->field_count * sizeof **c->fields);
        for (k = 0; k < type->field_count; k++)
            c->public_fields[i] += type->fields[k].visibility == XT_PUBLIC;
    }
}

/* ---- the answer ---- */

static void write_share(struct xt_json *w, const struct count *c, size_t type, const struct share *share)
{
    double most = (double)share->records * (double)c->public_fields[type];

    xt_json_kv_z(w, "type", c->region->types[type].name);
    xt_json_kv_int(w, "records", share->records);
    xt_json_key(w, "completeness");
    xt_json_add_double(w, most > 0 ? (double)(int64_t)((double)share->filled / most * 1e4 + .5) / 1e4 : 0);
}

static void write_types(struct xt_json *w, const struct count *c)
{
    char at[XT_INSTANT_SIZE];
    size_t i, k;

    xt_json_key(w, "types");
    xt_json_array(w);
    for (i = 0; i < c->region->type_count; i++) {
        const struct xt_type *type = &c->region->types[i];

        xt_json_object(w);
        write_share(w, c, i, &c->types[i]);
        xt_json_kv_z(w, "updated", c->updated[i] > 0 ? xt_instant_format(c->updated[i], false, at) : NULL);
        xt_json_key(w, "fields");
        xt_json_object(w);
        for (k = 0; k < type->field_count; k++)
            if (type->fields[k].visibility == XT_PUBLIC)
                xt_json_kv_int(w, type->fields[k].name, c->fields[i][k]);
        xt_json_end_object(w);
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
}

/* One text for both languages, or one for each. */
static const char *in_words(const json_t *words, enum xt_lang lang)
{
    return json_is_string(words) ? json_string_value(words) : xt_json_z(words, lang == XT_ZH ? "zh" : "en", NULL);
}

/* What the mapping's file says of itself. */
static void write_mapping(struct xt_json *w, const struct count *c, const struct source *source, enum xt_lang lang)
{
    XT_AUTO(xt_json_unref) json_t *mapping = NULL;
    struct xt_str text;
    const char *path = xt_arena_printf(c->request->arena, "mappings/%.*s.json", (int)source->name.n, source->name.s);

    if (source->name.n > 0 && xt_region_file(c->request->node->region, path, &text) &&
        xt_json_parse(text, &mapping, NULL) != XT_OK)
        mapping = NULL; /* one that is broken says nothing */
    xt_json_kv_z(w, "label", in_words(json_object_get(mapping, "label"), lang));
    xt_json_kv_z(w, "licence", in_words(json_object_get(mapping, "licence"), lang));
}

static void write_sources(struct xt_json *w, const struct count *c, enum xt_lang lang)
{
    static const char *const origins[] = {"local", "import", "harvest"};
    size_t i, k;

    xt_json_key(w, "sources");
    xt_json_array(w);
    for (i = 0; i < c->source_count; i++) {
        const struct source *source = &c->sources[i];

        xt_json_object(w);
        xt_json_kv_str(w, "name", source->name);
        xt_json_kv_z(w, "origin", origins[source->origin < 0 || source->origin > 2 ? 0 : source->origin]);
        write_mapping(w, c, source, lang);
        xt_json_key(w, "types");
        xt_json_array(w);
        for (k = 0; k < c->region->type_count; k++) {
            if (source->types[k].records == 0)
                continue;
            xt_json_object(w);
            write_share(w, c, k, &source->types[k]);
            xt_json_end_object(w);
        }
        xt_json_end_array(w);
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
}

static void write_all(const struct count *c, int64_t seq, xt_instant at, int64_t took_us, enum xt_lang lang,
                      struct xt_text *out)
{
    char text[XT_INSTANT_SIZE];
    struct xt_json w;

    xt_json_init(&w, out);
    xt_json_object(&w);
    xt_json_kv_int(&w, "seq", seq);
    xt_json_kv_z(&w, "at", xt_instant_format(at, false, text));
    xt_json_kv_int(&w, "records", c->records);
    xt_json_kv_int(&w, "took_ms", took_us / 1000);
    write_types(&w, c);
    write_sources(&w, c, lang);
    xt_json_end_object(&w);
}

/* ---- what is kept ---- */

static struct {
    pthread_mutex_t lock;
    const struct xt_node *node; /* whose it is */
    int64_t seq, made_us, took_us;
    bool counting;
    char *answers[XT_LANGS]; /* owned */
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

void data_drop(void)
{
    int lang;

    pthread_mutex_lock(&kept.lock);
    for (lang = 0; lang < XT_LANGS; lang++) {
        free(kept.answers[lang]);
        kept.answers[lang] = NULL;
    }
    kept.node = NULL;
    pthread_mutex_unlock(&kept.lock);
}

/* Answers from what is kept where that is good enough; otherwise *out_count says whether this request is to count. */
static bool answer_kept(struct xt_request *request, int64_t last, struct xt_reply *reply, bool *out_count)
{
    bool mine, fresh, answered;

    pthread_mutex_lock(&kept.lock);
    mine = kept.node == request->node && kept.answers[request->lang];
    fresh = mine && (kept.seq == last || xt_monotonic_us() - kept.made_us < REST * kept.took_us);
    answered = fresh || (mine && kept.counting);
    *out_count = !answered && !kept.counting;
    if (answered) {
        xt_text_add_z(&reply->body, kept.answers[request->lang]);
        (void)snprintf(reply->etag, sizeof reply->etag, "data-%lld", (long long)kept.seq);
    }
    kept.counting = kept.counting || *out_count;
    pthread_mutex_unlock(&kept.lock);
    return answered;
}

static void keep(const struct count *c, int64_t seq, int64_t began_us)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    char *answers[XT_LANGS];
    xt_instant at = xt_now();
    int64_t made_us = xt_monotonic_us();
    int lang;

    xt_text_init(&text, 16 * XT_MIB);
    for (lang = 0; lang < XT_LANGS; lang++) { /* before the lock, which every request for it takes */
        xt_text_clear(&text);
        write_all(c, seq, at, made_us - began_us, (enum xt_lang)lang, &text);
        answers[lang] = xt_strdup(text.s);
    }
    pthread_mutex_lock(&kept.lock);
    kept.node = c->request->node;
    kept.seq = seq;
    kept.made_us = made_us;
    kept.took_us = made_us - began_us;
    for (lang = 0; lang < XT_LANGS; lang++) {
        char *old = kept.answers[lang];

        kept.answers[lang] = answers[lang];
        answers[lang] = old;
    }
    pthread_mutex_unlock(&kept.lock);
    for (lang = 0; lang < XT_LANGS; lang++)
        free(answers[lang]);
}

static enum xt_code count_all(struct xt_request *request, int64_t last, struct xt_error *err)
{
    struct count c;
    int64_t began = xt_monotonic_us(), at;
    enum xt_code rc = XT_OK;

    begin(&c, request);
    for (at = 0; at < last && rc == XT_OK; at += SPAN)
        rc = count_span(&c, at, at + SPAN, err);
    if (rc == XT_OK)
        keep(&c, last, began);
    pthread_mutex_lock(&kept.lock);
    kept.counting = false;
    pthread_mutex_unlock(&kept.lock);
    return rc;
}

enum xt_code get_data(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    int64_t last;
    bool count;
    enum xt_code rc = xt_seq_last(request->node->store, &last, err);

    if (rc != XT_OK || answer_kept(request, last, reply, &count))
        return rc;
    if (!count)
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_DATA_COUNTING);
    rc = count_all(request, last, err);
    if (rc == XT_OK)
        (void)answer_kept(request, last, reply, &count); /* it is of this number, so it is answered */
    return rc;
}
