/* identifiers.c - GET /api/v1/identifiers and one identifier: checked, worked out and looked up. */
#include "catalog/identifiers.h"

#include <string.h>

#include "catalog/catalog_routes.h"
#include "catalog/show.h"

#define READ_WAIT_MS 2000
#define BUDGET_MS    500
#define MAX_AGE      "max-age=300" /* the list is region data */

bool xt_identifier_field(const struct xt_field *field, const struct xt_scheme *scheme, enum xt_class reader)
{
    return field->kind == XT_KIND_IDENTIFIER && field->scheme == scheme && field->visibility <= reader;
}

bool xt_identifier_used(const struct xt_region *region, const struct xt_scheme *scheme, enum xt_class reader)
{
    size_t i, k;

    for (i = 0; i < region->type_count; i++)
        for (k = 0; k < region->types[i].field_count; k++)
            if (xt_identifier_field(&region->types[i].fields[k], scheme, reader))
                return true;
    return false;
}

/* ---- well formed or not ---- */

static const char *sentence(struct xt_request *request, const struct xt_error *said)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    xt_text_init(&text, 4 * XT_KIB);
    xt_error_say(said, request->lang, &text);
    return xt_arena_strndup(request->arena, text.s ? text.s : "", text.n);
}

/* "10 / 13": the numbers of characters that there may be. */
static const char *lengths(struct xt_request *request, const struct xt_working *working)
{
    return working->also_wanted ? xt_arena_printf(request->arena, "%zu / %zu", working->also_wanted, working->wanted)
                                : xt_arena_printf(request->arena, "%zu", working->wanted);
}

static void check(struct xt_request *request, struct xt_str text, struct xt_identifier *out)
{
    const char *label = out->scheme->labels[request->lang];
    const struct xt_working *working = &out->working;
    char value[XT_IDENTIFIER_MAX + 2], bad[2] = {0};
    struct xt_error said;

    out->worked = xt_identity_work(out->scheme->rule, text, &out->working);
    out->good = out->scheme->check(text, value, sizeof value);
    if (out->good) {
        out->value = xt_arena_strdup(request->arena, value);
        (void)xt_fail(&said, XT_E_INPUT, "", XT_MSG_IDENTIFIER_GOOD, XT_TEXT(value), XT_TEXT(label));
    } else if (out->worked == XT_WORKED && strcmp(working->given, working->expected) != 0) {
        if (out->scheme->check(xt_str(working->mended), value, sizeof value))
            out->mended = xt_arena_strdup(request->arena, value);
        (void)xt_fail(&said, XT_E_INPUT, "", XT_MSG_IDENTIFIER_CHECK, XT_TEXT(working->expected),
                      XT_TEXT(working->given));
    } else if (out->worked == XT_WORKED_LENGTH) {
        (void)xt_fail(&said, XT_E_INPUT, "", XT_MSG_IDENTIFIER_LENGTH, XT_TEXT(label),
                      XT_TEXT(lengths(request, working)), XT_INT(working->found));
    } else if (out->worked == XT_WORKED_CHARACTER) {
        bad[0] = working->bad;
        (void)xt_fail(&said, XT_E_INPUT, "", XT_MSG_IDENTIFIER_CHARACTER, XT_INT(working->found), XT_TEXT(bad),
                      XT_TEXT(label));
    } else {
        (void)xt_fail(&said, XT_E_INPUT, "", XT_MSG_IDENTIFIER_FORM, XT_VIEW(text), XT_TEXT(label));
    }
    out->says = sentence(request, &said);
}

/* ---- whose it is ---- */

struct looking {
    struct xt_request *request;
    struct xt_conn *conn;
    struct xt_identifier *out;
    struct xt_record *records;
};

static bool has_value(const json_t *member, const char *value)
{
    const json_t *item;
    size_t i;

    if (json_is_string(member))
        return strcmp(json_string_value(member), value) == 0;
    json_array_foreach (member, i, item)
        if (json_is_string(item) && strcmp(json_string_value(item), value) == 0)
            return true;
    return false;
}

/* Adds the record, if the reader may see the identifier on it: what was found may be of a draft, or gone by now. */
static enum xt_code add_record(struct looking *l, xt_id id, struct xt_error *err)
{
    struct xt_request *request = l->request;
    XT_AUTO(xt_shown_done) struct xt_shown shown = {0};
    struct xt_record record;
    enum xt_code rc = xt_catalog_get_id(l->conn, id, request->arena, &record, err);
    size_t i;

    if (rc == XT_OK)
        rc = xt_shown_of(request->node->region, l->conn, &record, request->actor.reads, request->arena, &shown, err);
    if (rc == XT_E_NOT_FOUND || rc == XT_E_GONE || (rc == XT_OK && !shown.type))
        return XT_OK;
    if (rc != XT_OK)
        return rc;
    for (i = 0; i < l->out->record_count; i++)
        if (l->records[i].id == record.id)
            return XT_OK;
    for (i = 0; i < shown.type->field_count; i++) {
        const struct xt_field *field = &shown.type->fields[i];

        if (!xt_identifier_field(field, l->out->scheme, request->actor.reads) ||
            !has_value(json_object_get(shown.body, field->name), l->out->value))
            continue;
        if (l->out->record_count == XT_IDENTIFIER_RECORDS)
            l->out->more = true;
        else
            l->records[l->out->record_count++] = record;
        break;
    }
    return XT_OK;
}

/* By the table of identities, for fields that name one record of their type. */
static enum xt_code look_identity(struct looking *l, const struct xt_type *type, struct xt_error *err)
{
    const char *ref = xt_arena_printf(l->request->arena, "%s:%s", l->out->scheme->name, l->out->value);
    xt_id id = 0;
    enum xt_code rc = xt_catalog_resolve(l->conn, xt_str(ref), xt_str(type->name), &id, err);

    return rc == XT_OK && id ? add_record(l, id, err) : rc;
}

/* By the index, for fields whose values several records may share (the ISSN of a journal on its papers). */
static enum xt_code look_searched(struct looking *l, const struct xt_type *type, const struct xt_field *field,
                                  struct xt_error *err)
{
    char *value = xt_arena_strdup(l->request->arena, l->out->value), *c;
    struct xt_search_request ask = {.reader = l->request->actor.reads,
                                    .limit = XT_IDENTIFIER_RECORDS + 1,
                                    .budget_ms = BUDGET_MS,
                                    .sort = XT_SORT_DATE};
    struct xt_search_answer answer;
    enum xt_code rc;
    size_t i;

    for (c = value; *c; c++)
        if (*c == '"') /* would end the phrase; words beside it are found all the same */
            *c = ' ';
    ask.query = xt_str(xt_arena_printf(l->request->arena, "type:%s AND %s:\"%s\"", type->name, field->name, value));
    rc = xt_search_ask(l->request->node->search, &ask, l->request->arena, &answer, err);
    for (i = 0; rc == XT_OK && i < answer.hit_count; i++)
        rc = add_record(l, answer.hits[i].id, err);
    return rc;
}

static enum xt_code look(struct looking *l, struct xt_error *err)
{
    const struct xt_region *region = l->request->node->region;
    enum xt_code rc = XT_OK;
    size_t i, k;

    for (i = 0; i < region->type_count && rc == XT_OK; i++) {
        const struct xt_type *type = &region->types[i];
        bool identity = false;

        for (k = 0; k < type->field_count && rc == XT_OK; k++) {
            const struct xt_field *field = &type->fields[k];

            if (!xt_identifier_field(field, l->out->scheme, l->request->actor.reads))
                continue;
            if (!field->identity)
                rc = look_searched(l, type, field, err);
            else if (!identity)
                rc = look_identity(l, type, err);
            identity = identity || field->identity;
        }
    }
    return rc;
}

enum xt_code xt_identifier_look(struct xt_request *request, const struct xt_scheme *scheme, struct xt_str text,
                                struct xt_identifier *out, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct looking l = {.request = request, .out = out};
    int64_t last = 0;
    enum xt_code rc;

    *out = (struct xt_identifier){.scheme = scheme, .says = ""};
    text = xt_str_trim(text);
    if (text.n == 0)
        return XT_OK;
    if (text.n > XT_IDENTIFIER_MAX)
        return xt_fail(err, XT_E_INPUT, "value", XT_MSG_TOO_LARGE, XT_INT(XT_IDENTIFIER_MAX), XT_INT(text.n));
    check(request, text, out);
    if (!out->good)
        return XT_OK;
    l.records = xt_arena_alloc(request->arena, XT_IDENTIFIER_RECORDS * sizeof *l.records);
    out->records = l.records;
    rc = xt_seq_last(request->node->store, &last, err);
    out->lagging = rc == XT_OK && xt_search_reached(request->node->search) < last;
    if (rc == XT_OK)
        rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
    if (rc != XT_OK)
        return rc;
    l.conn = xt_read_conn(read);
    return look(&l, err);
}

/* ---- routes ---- */

const struct xt_param xt_catalog_identifier_params[] = {
    {.name = "scheme",
     .in = XT_IN_PATH,
     .kind = XT_P_TEXT,
     .max = 100,
     .about = "Name of a kind of identifier, as /api/v1/identifiers lists them."},
    {.name = "value",
     .in = XT_IN_PATH,
     .kind = XT_P_TEXT,
     .max = XT_IDENTIFIER_MAX,
     .about = "What is to be checked and looked up; a slash in it is sent as %2F."},
    {.name = NULL},
};

static void write_working(struct xt_json *w, const struct xt_working *working)
{
    size_t i;

    xt_json_key(w, "working");
    if (working->count == 0) {
        xt_json_add_null(w);
        return;
    }
    xt_json_object(w);
    xt_json_key(w, "parts");
    xt_json_array(w);
    for (i = 0; i < working->count; i++) {
        const struct xt_working_part *part = &working->parts[i];

        xt_json_object(w);
        xt_json_kv_str(w, "sign", (struct xt_str){&part->c, 1});
        xt_json_kv_int(w, "value", part->value);
        xt_json_kv_int(w, "weight", part->weight);
        xt_json_end_object(w);
    }
    xt_json_end_array(w);
    xt_json_kv_int(w, "sum", working->sum);
    xt_json_kv_int(w, "modulus", working->modulus);
    xt_json_kv_int(w, "rest", working->rest);
    xt_json_kv_z(w, "given", working->given);
    xt_json_kv_z(w, "expected", working->expected);
    xt_json_end_object(w);
}

static void write_fields(struct xt_json *w, const struct xt_request *request, const struct xt_scheme *scheme)
{
    const struct xt_region *region = request->node->region;
    size_t i, k;

    xt_json_key(w, "fields");
    xt_json_array(w);
    for (i = 0; i < region->type_count; i++) {
        for (k = 0; k < region->types[i].field_count; k++) {
            const struct xt_field *field = &region->types[i].fields[k];

            if (!xt_identifier_field(field, scheme, request->actor.reads))
                continue;
            xt_json_object(w);
            xt_json_kv_z(w, "type", region->types[i].name);
            xt_json_kv_z(w, "type_label", region->types[i].labels[request->lang]);
            xt_json_kv_z(w, "field", field->name);
            xt_json_kv_z(w, "label", field->labels[request->lang]);
            xt_json_kv_bool(w, "identity", field->identity);
            xt_json_end_object(w);
        }
    }
    xt_json_end_array(w);
}

static void write_scheme(struct xt_json *w, const struct xt_request *request, const struct xt_scheme *scheme)
{
    struct xt_working working = {.count = 0};

    if (scheme->example)
        (void)xt_identity_work(scheme->rule, xt_str(scheme->example), &working);
    xt_json_object(w);
    xt_json_kv_z(w, "name", scheme->name);
    xt_json_kv_z(w, "label", scheme->labels[request->lang]);
    xt_json_kv_z(w, "about", scheme->about[request->lang]);
    xt_json_kv_z(w, "form", scheme->form[request->lang]);
    xt_json_kv_z(w, "rule", scheme->rule);
    xt_json_kv_z(w, "standard", scheme->standard);
    xt_json_kv_z(w, "example", scheme->example);
    xt_json_kv_z(w, "resolve", scheme->resolve);
    write_working(w, &working);
    write_fields(w, request, scheme);
    xt_json_end_object(w);
}

enum xt_code xt_catalog_identifiers(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    const struct xt_region *region = request->node->region;
    struct xt_json w;
    size_t i;

    (void)err;
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    for (i = 0; i < region->scheme_count; i++)
        if (xt_identifier_used(region, &region->schemes[i], request->actor.reads))
            write_scheme(&w, request, &region->schemes[i]);
    xt_json_end_array(&w);
    xt_json_end_object(&w);
    xt_reply_tag_body(reply);
    reply->cache_control = MAX_AGE;
    return XT_OK;
}

enum xt_code xt_catalog_identifier(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    const struct xt_region *region = request->node->region;
    struct xt_str name = xt_request_param(request, "scheme");
    const struct xt_scheme *scheme = xt_region_scheme(region, name);
    struct xt_identifier found;
    struct xt_json w;
    enum xt_code rc;
    size_t i;

    if (!scheme || !xt_identifier_used(region, scheme, request->actor.reads))
        return xt_fail(err, XT_E_NOT_FOUND, "scheme", XT_MSG_NO_SCHEME, XT_VIEW(name));
    rc = xt_identifier_look(request, scheme, xt_request_param(request, "value"), &found, err);
    if (rc != XT_OK)
        return rc;
    reply->passing = found.lagging;
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_kv_z(&w, "scheme", scheme->name);
    xt_json_kv_z(&w, "label", scheme->labels[request->lang]);
    xt_json_kv_str(&w, "given", xt_request_param(request, "value"));
    xt_json_kv_bool(&w, "good", found.good);
    xt_json_kv_z(&w, "value", found.value);
    xt_json_kv_z(&w, "says", found.says);
    xt_json_kv_z(&w, "mended", found.mended);
    write_working(&w, &found.working);
    xt_json_key(&w, "records");
    xt_json_array(&w);
    for (i = 0; i < found.record_count; i++) {
        const struct xt_type *type = xt_region_type(region, xt_str(found.records[i].type));

        xt_json_object(&w);
        xt_json_kv_z(&w, "key", found.records[i].key);
        xt_json_kv_z(&w, "type", found.records[i].type);
        xt_json_kv_z(&w, "type_label", type ? type->labels[request->lang] : found.records[i].type);
        xt_json_kv_z(&w, "title", found.records[i].title);
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_kv_bool(&w, "more", found.more);
    xt_json_end_object(&w);
    return XT_OK;
}
