/*
 * catalog_put.c - how a source becomes part of a record.
 *
 * Order of work: check the body, find the source and the record it belongs to, refuse or write. Nothing is written
 * before the last refusal is possible, so that a refused input leaves no trace in its transaction.
 */
#include <assert.h>
#include <string.h>

#include "catalog/catalog_priv.h"

#define BODY_BYTES_MAX (4 * XT_MIB)
#define IDENTITIES_MAX 64

/* ---- the one text of a body ---- */

static void write_object(struct xt_json *w, const struct xt_field *fields, size_t count, const json_t *object);

static void write_value(struct xt_json *w, const struct xt_field *field, const json_t *value)
{
    if (field->kind == XT_KIND_GROUP) {
        write_object(w, field->fields, field->field_count, value);
    } else if (field->kind == XT_KIND_LINK) {
        struct xt_str ref = xt_json_str(value, "ref");

        xt_json_object(w);
        if (ref.s)
            xt_json_kv_str(w, "ref", ref);
        xt_json_kv_str(w, "label", xt_json_str(value, "label"));
        xt_json_end_object(w);
    } else {
        xt_json_add_tree(w, value);
    }
}

/* Members in the order of the type, so that equal bodies are equal text wherever they came from. */
static void write_object(struct xt_json *w, const struct xt_field *fields, size_t count, const json_t *object)
{
    size_t i, k;

    xt_json_object(w);
    for (i = 0; i < count; i++) {
        const json_t *value = json_object_get(object, fields[i].name);
        json_t *item;

        if (!value)
            continue;
        xt_json_key(w, fields[i].name);
        if (!json_is_array(value)) { /* by the value, not by many: the type file may have changed since */
            write_value(w, &fields[i], value);
            continue;
        }
        xt_json_array(w);
        json_array_foreach (value, k, item)
            write_value(w, &fields[i], item);
        xt_json_end_array(w);
    }
    xt_json_end_object(w);
}

static void write_body(const struct xt_type *type, const json_t *body, struct xt_text *out)
{
    struct xt_json w;

    xt_json_init(&w, out);
    write_object(&w, type->fields, type->field_count, body);
}

/* ---- one put ---- */

struct identity {
    const struct xt_field *field;
    struct xt_str value;
    xt_id record; /* that has it, 0 = none */
};

struct putting {
    struct xt_node *node;
    struct xt_tx *tx;
    struct xt_conn *conn;
    const struct xt_put *put;
    const struct xt_type *type;
    struct xt_problems *problems;
    struct xt_arena arena;
    struct xt_text text; /* of the body as it came */
    struct xt_hash hash;
    struct xt_str from_node, source_key;
    struct xt_str whole_key; /* source_key without its part; empty when it has none */
    char made_key[80];
    struct identity identities[IDENTITIES_MAX];
    size_t identity_count;
    struct found_source found[FOUND_SOURCES_MAX];
    size_t found_count;
    struct source source; /* to be written; its body is borrowed */
    bool replace;         /* an existing row of record_source */
    bool confirm;         /* an existing row says the same; note that this file does, too */
    xt_id record;         /* it belongs to, 0 = a new one */
};

static void collect_identities(struct putting *p, const json_t *body)
{
    size_t i, k;

    p->identity_count = 0;
    for (i = 0; i < p->type->field_count; i++) {
        const struct xt_field *field = &p->type->fields[i];
        json_t *value, *item;

        if (!field->identity)
            continue;
        value = json_object_get(body, field->name);
        if (json_is_string(value) && p->identity_count < IDENTITIES_MAX)
            p->identities[p->identity_count++] = (struct identity){field, xt_json_view(value), 0};
        json_array_foreach (value, k, item) {
            if (p->identity_count < IDENTITIES_MAX)
                p->identities[p->identity_count++] = (struct identity){field, xt_json_view(item), 0};
        }
    }
}

static enum xt_code find_identities(struct putting *p, struct xt_error *err)
{
    size_t i;

    for (i = 0; i < p->identity_count; i++) {
        struct identity *id = &p->identities[i];
        enum xt_code rc = sql_find_identity(p->conn, xt_str(p->type->name), xt_str(id->field->scheme->name), id->value,
                                            &id->record, err);

        if (rc != XT_OK)
            return rc;
    }
    return XT_OK;
}

/* The source row this put replaces or adds; true when it says nothing new. A row that this file has confirmed or
 * written already is another fact under the same key, and stays. */
static bool find_slot(struct putting *p)
{
    size_t i, live = 0;

    p->record = p->found_count > 0 ? p->found[0].record : 0;
    for (i = 0; i < p->found_count; i++) {
        const struct found_source *f = &p->found[i];

        live += !f->deleted;
        if (!p->put->deleted && !f->deleted && memcmp(f->hash.bytes, p->hash.bytes, sizeof p->hash.bytes) == 0) {
            p->source.ordinal = f->ordinal;
            p->confirm = p->put->file > 0 && f->file != p->put->file;
            return true;
        }
    }
    if (p->put->deleted)
        return p->found_count > 0 && live == 0;
    for (i = 0; i < p->found_count; i++) {
        if (p->put->file == 0 || p->found[i].file != p->put->file || p->found[i].deleted) {
            p->replace = true;
            p->source.ordinal = p->found[i].ordinal;
            return false;
        }
    }
    p->source.ordinal = p->found_count > 0 ? p->found[p->found_count - 1].ordinal + 1 : 0;
    if (p->source.ordinal >= FOUND_SOURCES_MAX)
        xt_problem(p->problems, "", XT_MSG_KEY_NOT_ONE, XT_INT(FOUND_SOURCES_MAX), XT_INT(p->source.ordinal + 1));
    return false;
}

/* The key of the record that the source key's earlier sources made, or other parts of it; it must be of this type. */
static enum xt_code find_by_key(struct putting *p, char key[XT_KEY_SIZE], struct xt_error *err)
{
    size_t n = strlen(p->type->name);
    enum xt_code rc = XT_OK;

    if (p->record == 0 && p->whole_key.n > 0)
        rc = sql_find_source_record(p->conn, p->whole_key, &p->record, err);
    if (rc != XT_OK || p->record == 0)
        return rc;
    rc = xt_catalog_key(p->conn, p->record, key, err);
    if (rc == XT_OK && (strncmp(key, p->type->name, n) != 0 || key[n] != '/')) {
        xt_problem(p->problems, "", XT_MSG_TYPE_OF_KEY, XT_VIEW(p->source_key),
                   XT_VIEW(((struct xt_str){key, strcspn(key, "/")})));
        return XT_E_INPUT;
    }
    return rc;
}

/* The record all identities agree on; a problem when they name two. */
static enum xt_code find_record(struct putting *p, struct xt_error *err)
{
    size_t i;
    char keys[2][XT_KEY_SIZE];
    enum xt_code rc;

    for (i = 0; i < p->identity_count; i++) {
        const struct identity *id = &p->identities[i];

        if (id->record == 0 || id->record == p->record)
            continue;
        if (p->record == 0) {
            p->record = id->record;
            continue;
        }
        rc = xt_catalog_key(p->conn, id->record, keys[0], err);
        if (rc == XT_OK)
            rc = xt_catalog_key(p->conn, p->record, keys[1], err);
        if (rc != XT_OK)
            return rc;
        xt_problem(p->problems, id->field->name, XT_MSG_IDENTITY_OF_TWO, XT_VIEW(id->value), XT_TEXT(keys[0]),
                   XT_TEXT(keys[1]));
    }
    return XT_OK;
}

/* ---- writing ---- */

static struct xt_str title_of(const struct xt_type *type, const json_t *body)
{
    struct xt_str title = xt_json_str(body, type->title->name);

    return title.s ? title : XT_STR("");
}

/* One scheme may identify records of several types: those the field links to come first. */
static enum xt_code resolve_link(struct putting *p, const struct xt_field *field, struct xt_str ref, xt_id *out,
                                 struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    size_t i;

    *out = 0;
    for (i = 0; rc == XT_OK && *out == 0 && field->to[i]; i++) {
        if (strcmp(field->to[i], "*") != 0)
            rc = xt_catalog_resolve(p->conn, ref, xt_str(field->to[i]), out, err);
    }
    return rc == XT_OK && *out == 0 ? xt_catalog_resolve(p->conn, ref, (struct xt_str){"", 0}, out, err) : rc;
}

static enum xt_code add_links(struct putting *p, xt_id from, const char *status, const json_t *body,
                              struct xt_error *err)
{
    const char *from_type = strcmp(status, "published") == 0 ? p->type->name : "";
    size_t i, k;

    for (i = 0; i < p->type->field_count; i++) {
        const struct xt_field *field = &p->type->fields[i];
        const json_t *value = field->kind == XT_KIND_LINK ? json_object_get(body, field->name) : NULL;
        size_t count = !value ? 0 : field->many ? json_array_size(value) : 1;

        for (k = 0; k < count; k++) {
            const json_t *link = field->many ? json_array_get(value, k) : value;
            struct xt_str ref = xt_json_str(link, "ref");
            xt_id to = 0;
            enum xt_code rc;

            if (ref.n == 0)
                continue;
            rc = resolve_link(p, field, ref, &to, err);
            if (rc == XT_OK)
                rc =
                    sql_insert_link(p->conn, from, from_type, field->name, (int64_t)k, field->role->name, ref, to, err);
            if (rc != XT_OK)
                return rc;
        }
    }
    return XT_OK;
}

/* Fills the links that waited for a ref of this record. */
static enum xt_code arrive(struct putting *p, xt_id record, struct xt_str prefix, struct xt_str value,
                           struct xt_error *err)
{
    struct xt_text ref;
    enum xt_code rc;

    xt_text_init(&ref, 4 * XT_KIB);
    xt_text_add_str(&ref, prefix);
    xt_text_add_str(&ref, value);
    rc = sql_arrive(p->conn, xt_text_view(&ref), record, err);
    xt_text_done(&ref);
    return rc;
}

static enum xt_code add_identities(struct putting *p, xt_id record, struct xt_error *err)
{
    size_t i;

    for (i = 0; i < p->identity_count; i++) {
        const struct identity *id = &p->identities[i];
        struct xt_str scheme = xt_str(id->field->scheme->name);
        char prefix[80];
        enum xt_code rc = sql_insert_identity(p->conn, xt_str(p->type->name), scheme, id->value, record, err);

        snprintf(prefix, sizeof prefix, "%s:", id->field->scheme->name);
        if (rc == XT_OK)
            rc = arrive(p, record, xt_str(prefix), id->value, err);
        if (rc != XT_OK)
            return rc;
    }
    return XT_OK;
}

static bool has_identity(const struct xt_type *type, const json_t *body, const struct identity *id)
{
    size_t i, k;

    for (i = 0; i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];
        json_t *value, *item;

        if (!field->identity || field->scheme != id->field->scheme)
            continue;
        value = json_object_get(body, field->name);
        if (xt_str_eq(xt_json_view(value), id->value))
            return true;
        json_array_foreach (value, k, item) {
            if (xt_str_eq(xt_json_view(item), id->value))
                return true;
        }
    }
    return false;
}

/* Links by this identity lead elsewhere from now on, or wait again. */
static enum xt_code leave(struct putting *p, xt_id record, const struct identity *id, struct xt_error *err)
{
    const char *ref = xt_arena_printf(&p->arena, "%s:%.*s", id->field->scheme->name, (int)id->value.n, id->value.s);
    xt_id to = 0;
    enum xt_code rc = xt_catalog_resolve(p->conn, xt_str(ref), (struct xt_str){"", 0}, &to, err);

    return rc == XT_OK ? sql_leave(p->conn, xt_str(ref), record, to, err) : rc;
}

/* Takes from record the identities of its old body that the new one has no more. */
static enum xt_code remove_identities(struct putting *p, xt_id record, const json_t *old_body, const json_t *body,
                                      struct xt_error *err)
{
    size_t i;

    collect_identities(p, old_body);
    for (i = 0; i < p->identity_count; i++) {
        const struct identity *id = &p->identities[i];
        enum xt_code rc;

        if (has_identity(p->type, body, id))
            continue;
        rc = sql_delete_identity(p->conn, xt_str(p->type->name), xt_str(id->field->scheme->name), id->value, record,
                                 err);
        if (rc == XT_OK)
            rc = leave(p, record, id, err);
        if (rc != XT_OK)
            return rc;
    }
    return XT_OK;
}

static enum xt_code note_change(struct putting *p, const char *key, const char *action, const struct xt_hash *before,
                                const struct xt_hash *after, int64_t *out_seq, struct xt_error *err)
{
    struct xt_change change = {
        .room = "catalog",
        .subject = xt_str(key),
        .action = action,
        .actor = p->put->actor,
        .reason = p->put->reason.s ? p->put->reason : XT_STR(""),
        .before = before,
        .after = after,
    };

    return xt_change_add(p->tx, &change, out_seq, err);
}

/* A source key in the form of this type's record keys: an export of this or another node. */
static bool is_record_key(const struct putting *p)
{
    size_t n = strlen(p->type->name);

    return p->source_key.n == n + XT_ULID_SIZE && memcmp(p->source_key.s, p->type->name, n) == 0 &&
           p->source_key.s[n] == '/' &&
           xt_ulid_valid((struct xt_str){p->source_key.s + n + 1, p->source_key.n - n - 1});
}

static enum xt_code create_record(struct putting *p, struct xt_put_result *out, struct xt_error *err)
{
    char ulid[XT_ULID_SIZE];
    struct new_record r = {.type = p->type->name,
                           .status = "published",
                           .node = p->from_node,
                           .title = title_of(p->type, p->put->body),
                           .body = xt_text_view(&p->text),
                           .version = 1};
    enum xt_code rc;

    if (is_record_key(p)) { /* the node of origin gave it: links to it stay good */
        snprintf(out->key, sizeof out->key, "%.*s", (int)p->source_key.n, p->source_key.s);
    } else {
        xt_ulid_make(ulid);
        snprintf(out->key, sizeof out->key, "%s/%s", p->type->name, ulid);
    }
    rc = note_change(p, out->key, "create", NULL, &p->hash, &r.seq, err);
    if (rc != XT_OK)
        return rc;
    r.key = out->key;
    r.id = r.seq;
    r.at = xt_tx_now(p->tx);
    rc = sql_insert_record(p->conn, &r, err);
    p->source.seq = r.seq;
    if (rc == XT_OK) /* the source is what the record says: no second copy of the body */
        rc = sql_put_source(p->conn, r.id, &p->source, (struct xt_str){NULL, 0}, p->replace, err);
    if (rc == XT_OK)
        rc = add_identities(p, r.id, err);
    if (rc == XT_OK)
        rc = arrive(p, r.id, XT_STR("src:"), p->source_key, err);
    if (rc == XT_OK && p->whole_key.n > 0)
        rc = arrive(p, r.id, XT_STR("src:"), p->whole_key, err);
    if (rc == XT_OK && is_record_key(p))
        rc = arrive(p, r.id, XT_STR(""), p->source_key, err);
    if (rc == XT_OK)
        rc = add_links(p, r.id, r.status, p->put->body, err);
    out->outcome = XT_STORED;
    out->created = true;
    out->id = r.id;
    out->seq = r.seq;
    out->version = 1;
    return rc;
}

/* Brings the list of sources to what it will be after this put. */
static void apply_source(struct putting *p, struct sources *sources)
{
    size_t i;

    for (i = 0; i < sources->count; i++) {
        struct source *s = &sources->list[i];

        if (!xt_str_eq(s->node, p->from_node) || !xt_str_eq(s->source_key, p->source_key))
            continue;
        if (p->put->deleted) { /* every ordinal of the key; what it last said is kept */
            s->deleted = true;
        } else if (s->ordinal == p->source.ordinal) {
            json_decref(s->body);
            *s = p->source;
            s->body = json_incref(p->put->body);
            return;
        }
    }
    if (p->put->deleted)
        return;
    sources->list[sources->count] = p->source;
    sources->list[sources->count].body = json_incref(p->put->body);
    sources->count++;
}

struct refold {
    json_t *old_body, *body;
    struct sources sources;
    struct xt_text text;
};

static void refold_done(struct refold *f)
{
    json_decref(f->old_body);
    json_decref(f->body);
    sources_done(&f->sources);
    xt_text_done(&f->text);
}

/* Writes the record's next version (or its tombstone) from f. */
static enum xt_code write_version(struct putting *p, const struct xt_record *old, struct refold *f,
                                  struct xt_put_result *out, struct xt_error *err)
{
    struct xt_hash before = xt_hash_of(old->body.s, old->body.n), after = xt_hash_of(f->text.s, f->text.n);
    struct new_record r = {
        .id = old->id, .status = old->status, .version = old->version + 1, .deleted = f->body == NULL};
    const char *action = !f->body ? "delete" : old->deleted ? "restore" : "update";
    enum xt_code rc = note_change(p, old->key, action, &before, f->body ? &after : NULL, &r.seq, err);

    if (rc != XT_OK)
        return rc;
    p->source.seq = r.seq;
    r.at = xt_tx_now(p->tx);
    r.title = f->body ? title_of(p->type, f->body) : xt_str(old->title);
    r.body = f->body ? xt_text_view(&f->text) : old->body; /* a tombstone keeps its last body for its identities */
    rc = sql_keep_version(p->conn, old->id, err);
    if (rc == XT_OK)
        rc = sql_update_record(p->conn, &r, err);
    if (rc == XT_OK)
        rc = sql_delete_links(p->conn, old->id, err);
    if (rc == XT_OK && f->body) {
        rc = remove_identities(p, old->id, f->old_body, f->body, err);
        collect_identities(p, f->body);
        if (rc == XT_OK)
            rc = add_identities(p, old->id, err);
        if (rc == XT_OK)
            rc = add_links(p, old->id, old->status, f->body, err);
    }
    out->outcome = f->body ? XT_STORED : XT_DELETED;
    out->seq = r.seq;
    out->version = r.version;
    return rc;
}

static enum xt_code update_record(struct putting *p, struct xt_put_result *out, struct xt_error *err)
{
    XT_AUTO(refold_done) struct refold f = {0};
    struct xt_record old;
    bool alone, same;
    enum xt_code rc = xt_catalog_get_id(p->conn, p->record, &p->arena, &old, err);

    if (rc != XT_OK)
        return rc;
    xt_text_init(&f.text, BODY_BYTES_MAX);
    rc = xt_json_parse(old.body, &f.old_body, err);
    if (rc == XT_OK)
        rc = sources_load(p->conn, p->record, f.old_body, &p->arena, &f.sources, err);
    if (rc != XT_OK)
        return rc;
    if (!p->replace && !p->put->deleted && f.sources.count >= SOURCES_MAX) {
        xt_problem(p->problems, "", XT_MSG_KEY_NOT_ONE, XT_INT(SOURCES_MAX), XT_INT(f.sources.count + 1));
        return XT_E_INPUT;
    }
    if (!f.sources.list)
        f.sources.list = xt_calloc(2, sizeof *f.sources.list);
    apply_source(p, &f.sources);
    sources_sort(&f.sources);
    f.body = sources_fold(p->type, &f.sources, NULL);
    if (f.body)
        write_body(p->type, f.body, &f.text);
    if (xt_text_overflowed(&f.text)) {
        xt_problem(p->problems, "", XT_MSG_TOO_LARGE, XT_INT(BODY_BYTES_MAX), XT_INT(f.text.n));
        return XT_E_INPUT;
    }
    *out = (struct xt_put_result){.id = old.id, .seq = old.seq, .version = old.version, .outcome = XT_STORED};
    snprintf(out->key, sizeof out->key, "%s", old.key);
    alone = f.sources.count == 1;
    same = !old.deleted && f.body && xt_str_eq(xt_text_view(&f.text), old.body);
    if (!alone) { /* several sources: each keeps its own body */
        rc = sql_spell_sources(p->conn, old.id, err);
        if (rc != XT_OK)
            return rc;
    }
    if (same)
        rc = note_change(p, old.key, "source", NULL, p->put->deleted ? NULL : &p->hash, &p->source.seq, err);
    else
        rc = write_version(p, &old, &f, out, err);
    if (rc == XT_OK && p->put->deleted)
        return sql_withdraw_source(p->conn, &p->source, err);
    if (rc == XT_OK)
        rc = sql_put_source(p->conn, old.id, &p->source, alone ? (struct xt_str){NULL, 0} : xt_text_view(&p->text),
                            p->replace, err);
    if (rc == XT_OK && !p->replace)
        rc = arrive(p, old.id, XT_STR("src:"), p->source_key, err);
    if (rc == XT_OK && !p->replace && p->whole_key.n > 0) /* an identity may have found the record */
        rc = arrive(p, old.id, XT_STR("src:"), p->whole_key, err);
    return rc;
}

static enum xt_code prepare(struct putting *p, struct xt_error *err)
{
    const struct xt_put *put = p->put;
    char hex[XT_HASH_HEX];

    p->from_node = put->node.n > 0 ? put->node : xt_str(p->node->name);
    if (!put->deleted) {
        if (!xt_type_check(p->node->region, p->type, put->body, p->problems))
            return XT_E_INPUT;
        write_body(p->type, put->body, &p->text);
        if (xt_text_overflowed(&p->text)) {
            xt_problem(p->problems, "", XT_MSG_TOO_LARGE, XT_INT(BODY_BYTES_MAX), XT_INT(p->text.n));
            return XT_E_INPUT;
        }
        p->hash = xt_hash_of(p->text.s, p->text.n);
        collect_identities(p, put->body);
    }
    if (put->source_key.n > 0) { /* as links name it: white space is one space */
        char *plain = xt_arena_alloc(&p->arena, put->source_key.n + 1);

        (void)xt_identity_rule("none")(put->source_key, plain, put->source_key.n + 1);
        p->source_key = xt_str(plain); /* empty when it was nothing but white space */
        if (p->source_key.n > 0 && put->part.n > 0) {
            p->whole_key = p->source_key;
            p->source_key =
                xt_str(xt_arena_printf(&p->arena, "%s" PART_MARK "%.*s", plain, (int)put->part.n, put->part.s));
        }
    }
    if (p->source_key.n == 0) {
        snprintf(p->made_key, sizeof p->made_key, "%.20s/%.32s", p->type->name, xt_hash_hex(&p->hash, hex));
        p->source_key = xt_str(p->made_key);
    }
    p->source = (struct source){
        .node = p->from_node,
        .source_key = p->source_key,
        .mapping = put->mapping,
        .origin = put->origin,
        .file = put->file,
        .row = put->row,
        .seq = INT64_MAX, /* not known yet, but behind all that are there: so it sorts as it will when it is */
        .deleted = put->deleted,
        .hash = p->hash,
        .datestamp = put->datestamp > 0 ? put->datestamp : xt_tx_now(p->tx),
    };
    return sql_find_sources(p->conn, p->from_node, p->source_key, p->found, &p->found_count, err);
}

static enum xt_code run(struct putting *p, struct xt_put_result *out, struct xt_error *err)
{
    enum xt_code rc = prepare(p, err);
    bool known;

    if (rc != XT_OK)
        return rc;
    known = find_slot(p);
    *out = (struct xt_put_result){.outcome = XT_UNCHANGED, .id = p->record};
    rc = find_by_key(p, out->key, err);
    if (rc != XT_OK)
        return rc;
    if (known)
        return p->confirm ? sql_confirm_source(p->conn, &p->source, err) : XT_OK;
    /* An exported row that was edited is a source of its record. */
    if (p->record == 0 && !p->put->deleted && is_record_key(p))
        rc = sql_find_key(p->conn, p->source_key, &p->record, err);
    if (rc == XT_OK)
        rc = find_identities(p, err);
    if (rc == XT_OK)
        rc = find_record(p, err);
    if (rc != XT_OK)
        return rc;
    if (p->problems->count > 0)
        return XT_E_INPUT;
    if (p->record > 0)
        return update_record(p, out, err);
    if (p->put->deleted) { /* withdrawn before it was ever seen */
        *out = (struct xt_put_result){.outcome = XT_UNCHANGED};
        return XT_OK;
    }
    return create_record(p, out, err);
}

enum xt_code xt_catalog_put(struct xt_node *node, struct xt_tx *tx, const struct xt_put *put,
                            struct xt_problems *problems, struct xt_put_result *out, struct xt_error *err)
{
    struct putting p = {
        .node = node, .tx = tx, .conn = xt_tx_conn(tx), .put = put, .type = put->type, .problems = problems};
    enum xt_code rc;

    assert(put->type && (put->deleted || put->body));
    xt_problems_clear(problems);
    xt_arena_init(&p.arena);
    xt_text_init(&p.text, BODY_BYTES_MAX);
    rc = run(&p, out, err);
    if (rc == XT_E_INPUT) {
        if (problems->count == 0 && err)
            xt_problems_add_error(problems, err);
        (void)xt_fail(err, XT_E_INPUT, "", XT_MSG_BODY_WRONG, XT_INT(problems->seen));
    }
    xt_text_done(&p.text);
    xt_arena_done(&p.arena);
    return rc;
}

enum xt_code xt_catalog_delete(struct xt_node *node, struct xt_tx *tx, struct xt_str key, struct xt_str actor,
                               struct xt_str reason, struct xt_error *err)
{
    struct xt_put put = {.actor = actor, .reason = reason};
    struct putting p = {.node = node, .tx = tx, .conn = xt_tx_conn(tx), .put = &put};
    struct refold f = {0};
    struct xt_put_result out;
    struct xt_record old;
    enum xt_code rc;

    xt_arena_init(&p.arena);
    xt_text_init(&f.text, 1);
    rc = xt_catalog_get(p.conn, key, &p.arena, &old, err);
    if (rc == XT_OK && old.deleted)
        rc = xt_fail(err, XT_E_GONE, "key", XT_MSG_RECORD_DELETED, XT_VIEW(key));
    if (rc == XT_OK) {
        p.type = xt_region_type(node->region, xt_str(old.type));
        rc = sql_spell_sources(p.conn, old.id, err);
    }
    if (rc == XT_OK)
        rc = write_version(&p, &old, &f, &out, err);
    if (rc == XT_OK)
        rc = sql_withdraw_sources(p.conn, old.id, out.seq, err);
    refold_done(&f);
    xt_arena_done(&p.arena);
    return rc;
}

enum xt_code xt_catalog_resolve(struct xt_conn *conn, struct xt_str ref, struct xt_str type_or_empty, xt_id *out,
                                struct xt_error *err)
{
    const char *slash = memchr(ref.s, '/', ref.n), *colon = memchr(ref.s, ':', ref.n);
    struct xt_str scheme, value;

    *out = 0;
    if (!colon || (slash && slash < colon))
        return sql_find_key(conn, ref, out, err);
    scheme = (struct xt_str){ref.s, (size_t)(colon - ref.s)};
    value = (struct xt_str){colon + 1, ref.n - scheme.n - 1};
    if (xt_str_is(scheme, "src"))
        return sql_find_source_record(conn, value, out, err);
    return sql_find_identity(conn, type_or_empty, scheme, value, out, err);
}
