/*
 * list.c - ListRecords, ListIdentifiers and GetRecord.
 *
 * A list is a range of the node's sequence (keyset): from= and until= are turned into numbers by halving, a page goes on behind the last
 * number that was given, up to the present end of the sequence. What is changed while somebody harvests takes a new number and comes
 * again at the end; nothing is passed over. Whether there is a further page is known before this one ends (the row behind it is looked
 * at), so that no page is empty.
 */
#include <stdio.h>
#include <string.h>

#include "oai/list.h"
#include "oai/xml.h"

struct listing {
    struct answer *a;
    const struct format *format;
    const struct set_asked *set;
    struct writer writer;
    struct oai_token token; /* of the page behind this one */
    size_t count;
    bool headers_only, more;
    struct xt_arena arena;
};

/* ---- a record ---- */

void oai_identifier(const struct format *format, const struct xt_region *region, const struct write_record *record,
                    struct xt_text *out)
{
    xt_text_add(out, "oai:", 4);
    xt_text_add_str(out, record->node);
    xt_text_add_char(out, ':');
    if (record->type)
        writer_id(format, region, record->type, record->key, out);
    else
        xt_text_add_str(out, record->key);
}

static void add_sets(struct listing *l, const struct oai_row *row, struct xt_text *out)
{
    const struct xt_oai *oai = l->a->node->oai;
    const struct xt_region *region = l->a->node->region;
    struct xt_str specs[OAI_SETS_MAX];
    size_t count, i;
    bool asked = !row->left || !l->set;

    if (row->record.type)
        xt_text_add_z(out, oai->type_sets[row->record.type - region->types]);
    xt_arena_clear(&l->arena);
    count = sets_of(oai, &l->writer.view, &row->record, &l->arena, specs);
    for (i = 0; i < count; i++) {
        asked = asked || xt_str_eq(specs[i], l->set->spec);
        xml_element(out, "setSpec", specs[i]);
    }
    if (!asked) /* what it has left is what the list is of */
        xml_element(out, "setSpec", l->set->spec);
}

static enum xt_code add_record(struct listing *l, const struct oai_row *row, struct xt_error *err)
{
    struct xt_text *out = l->a->out;
    bool deleted = row->record.deleted || row->left;
    char at[XT_INSTANT_SIZE];
    enum xt_code rc = writer_take(&l->writer, &row->record, err);

    if (rc != XT_OK)
        return rc;
    if (!l->headers_only)
        xt_text_add_z(out, "<record>");
    xt_text_add_z(out, deleted ? "<header status=\"deleted\"><identifier>" : "<header><identifier>");
    oai_identifier(l->format, l->a->node->region, &row->record, out);
    xt_text_add_z(out, "</identifier><datestamp>");
    xt_text_add_z(out, xt_instant_format(row->record.updated, false, at));
    xt_text_add_z(out, "</datestamp>");
    add_sets(l, row, out);
    xt_text_add_z(out, "</header>");
    if (l->headers_only) {
        xt_text_add_char(out, '\n');
        return XT_OK;
    }
    if (!deleted) {
        xt_text_add_z(out, "<metadata>");
        rc = writer_metadata(&l->writer, l->format, err);
        xt_text_add_z(out, "</metadata>");
    }
    xt_text_add_z(out, "</record>\n");
    return rc;
}

static void listing_init(struct listing *l, struct answer *a, const struct format *format, const struct set_asked *set)
{
    *l = (struct listing){.a = a, .format = format, .set = set};
    l->headers_only = a->asked->verb == OAI_LIST_IDENTIFIERS;
    writer_init(&l->writer, a->out, a->node->region, a->base_url, a->node->name, a->conn);
    xt_arena_init(&l->arena);
}

static void listing_done(struct listing *l)
{
    writer_done(&l->writer);
    xt_arena_done(&l->arena);
}

/* ---- a list ---- */

static enum xt_code visit(void *context, const struct oai_row *row, bool *go_on, struct xt_error *err)
{
    struct listing *l = context;
    const struct xt_type *type = row->record.type;
    enum xt_code rc;

    /* A record that has no such format is not in the list. (Of a type that the region lost nobody knows: it is a tombstone.) */
    if (!l->format->whole && (!type || !format_entity(l->format, l->a->node->region, type)))
        return XT_OK;
    if (l->count == OAI_PAGE || l->a->out->n > OAI_PAGE_BYTES) {
        l->more = true;
        *go_on = false;
        return XT_OK;
    }
    if (l->count == 0)
        answer_open(l->a);
    rc = add_record(l, row, err);
    l->count++;
    l->token.after = row->record.seq;
    return rc;
}

static void add_token(struct listing *l, int64_t cursor)
{
    char token[TOKEN_MAX] = "";

    l->token.cursor = cursor + (int64_t)l->count;
    if (l->token.size < l->token.cursor + l->more) /* it grew, or was counted short */
        l->token.size = l->token.cursor + l->more;
    if (cursor == 0 && !l->more)
        return; /* one page is the whole list */
    if (l->more)
        oai_token_make(&l->token, l->a->node->oai->key, token);
    else
        l->token.size = l->token.cursor;
    answer_token(l->a, token, l->token.size, cursor);
}

static void keep_types(const struct answer *a, const struct format *format, struct set_asked *set)
{
    size_t n = 0, i;

    for (i = 0; i < set->type_count; i++)
        if (format_entity(format, a->node->region, set->types[i]))
            set->types[n++] = set->types[i];
    set->type_count = n;
    set->kind = n > 0 ? SET_TYPES : SET_NONE;
}

/* A format that not every type has: only the ranges of those that have it are read. */
static void narrow(const struct answer *a, const struct format *format, struct set_asked *set)
{
    const struct xt_region *region = a->node->region;
    size_t i;

    if (format->whole || (set->kind != SET_ALL && set->kind != SET_TYPES))
        return;
    if (set->kind == SET_ALL) {
        for (i = 0; i < region->type_count; i++) {
            if (!format_entity(format, region, &region->types[i]))
                continue;
            if (set->type_count == OAI_TYPES_MAX) { /* most there are: all are looked at */
                set->type_count = 0;
                return;
            }
            set->types[set->type_count++] = &region->types[i];
        }
    }
    keep_types(a, format, set);
}

/* The window in numbers of the sequence. */
static enum xt_code range_of(struct answer *a, const struct oai_token *token, xt_instant from, struct oai_range *range,
                             struct xt_error *err)
{
    int64_t last;
    enum xt_code rc = oai_last(a->conn, &last, &range->reached, err);

    range->until = last;
    range->after = token->after;
    if (rc == XT_OK && from > 0)
        rc = oai_seq_before(a->conn, from, &range->after, err);
    if (rc == XT_OK && token->until > 0)
        rc = oai_seq_before(a->conn, token->until, &range->until, err);
    return rc;
}

static enum xt_code write_list(struct answer *a, const struct oai_token *from_token, struct xt_error *err)
{
    const struct format *format = formats_find(&a->node->oai->formats, from_token->prefix);
    struct set_asked set;
    struct oai_range range = {.set = &set};
    struct listing l;
    enum xt_code rc;

    if (!format)
        return answer_error(a, OAI_CANNOT_DISSEMINATE_FORMAT,
                            "There is no such format: ListMetadataFormats names all.");
    rc = sets_find(a->node, a->conn, from_token->set.n > 0 ? from_token->set : (struct xt_str){NULL, 0}, &set, err);
    if (rc == XT_OK)
        rc = range_of(a, from_token, a->asked->from, &range, err);
    if (rc != XT_OK)
        return rc;
    narrow(a, format, &set);
    listing_init(&l, a, format, &set);
    l.token = *from_token;
    if (from_token->cursor == 0)
        rc = oai_count(a->conn, &range, &l.token.size, err);
    if (rc == XT_OK)
        rc = oai_each(a->node, a->conn, &range, visit, &l, err);
    if (rc == XT_OK && l.count == 0)
        rc = answer_error(a, OAI_NO_RECORDS_MATCH, "Nothing matches these arguments.");
    else if (rc == XT_OK)
        add_token(&l, from_token->cursor);
    listing_done(&l);
    return rc;
}

enum xt_code list_records(struct answer *a, struct xt_error *err)
{
    const struct oai_request *asked = a->asked;
    struct xt_str given = asked->arguments[OAI_RESUMPTION_TOKEN];
    struct oai_token token = {
        .verb = asked->verb,
        .prefix = asked->arguments[OAI_METADATA_PREFIX],
        .set = asked->arguments[OAI_SET],
        .until = asked->until,
    };

    if (given.s && (!oai_token_read(given, a->node->oai->key, &token) || token.verb != asked->verb))
        return answer_error(a, OAI_BAD_RESUMPTION_TOKEN,
                            "This resumptionToken was not given by this node for this verb.");
    return write_list(a, &token, err);
}

/* ---- one record ---- */

size_t oai_keys_of(const struct xt_node *node, struct xt_str identifier, struct xt_arena *arena,
                   struct xt_str *out_node, struct xt_str out[OAI_KEYS_MAX])
{
    const struct formats *formats = &node->oai->formats;
    const struct xt_region *region = node->region;
    const char *colon, *slash;
    struct xt_str rest, name, id;
    size_t n = 0, f, t;

    if (!xt_str_starts(identifier, "oai:"))
        return 0;
    rest = (struct xt_str){identifier.s + 4, identifier.n - 4};
    colon = memchr(rest.s, ':', rest.n);
    slash = memchr(rest.s, '/', rest.n);
    if (!colon || !slash || slash < colon)
        return 0;
    *out_node = (struct xt_str){rest.s, (size_t)(colon - rest.s)};
    name = (struct xt_str){colon + 1, (size_t)(slash - colon) - 1};
    id = (struct xt_str){slash + 1, (size_t)(rest.s + rest.n - slash) - 1};
    if (!xt_ulid_valid(id))
        return 0;
    if (xt_region_type(region, name))
        out[n++] = (struct xt_str){colon + 1, name.n + 1 + id.n};
    for (f = 0; f < formats->count; f++) {
        for (t = 0; t < region->type_count && n < OAI_KEYS_MAX; t++) {
            const struct format_entity *entity = &formats->list[f].entities[t];
            char *key;

            if (!entity->collection || !xt_str_is(name, entity->collection))
                continue;
            key = xt_arena_printf(arena, "%s/%.*s", entity->type->name, (int)id.n, id.s);
            out[n++] = xt_str(key);
        }
    }
    return n;
}

enum xt_code oai_find(struct answer *a, struct xt_str identifier, struct xt_stmt **stmt, struct write_record *out,
                      bool *out_found, struct xt_error *err)
{
    struct xt_str keys[OAI_KEYS_MAX], node;
    size_t n = oai_keys_of(a->node, identifier, a->arena, &node, keys), i;
    enum xt_code rc;

    *out_found = false;
    for (i = 0; i < n; i++) {
        rc = oai_record(a->conn, a->node->region, keys[i], stmt, out, err);
        if (rc == XT_OK && xt_str_eq(out->node, node)) {
            *out_found = true;
            return XT_OK;
        }
        xt_stmt_done(stmt);
        if (rc != XT_OK && rc != XT_E_NOT_FOUND)
            return rc;
    }
    return XT_OK;
}

enum xt_code get_record(struct answer *a, struct xt_error *err)
{
    const struct oai_request *asked = a->asked;
    const struct format *format = formats_find(&a->node->oai->formats, asked->arguments[OAI_METADATA_PREFIX]);
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    struct oai_row row = {0};
    struct listing l;
    bool found;
    enum xt_code rc = oai_find(a, asked->arguments[OAI_IDENTIFIER], &stmt, &row.record, &found, err);

    if (rc != XT_OK)
        return rc;
    if (!found)
        return answer_error(a, OAI_ID_DOES_NOT_EXIST, "There is no such record here.");
    if (!format || (!format->whole && (!row.record.type || !format_entity(format, a->node->region, row.record.type))))
        return answer_error(a, OAI_CANNOT_DISSEMINATE_FORMAT, "The record does not have this format.");
    answer_open(a);
    listing_init(&l, a, format, NULL);
    rc = add_record(&l, &row, err);
    listing_done(&l);
    return rc;
}
