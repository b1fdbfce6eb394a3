/* verbs.c - the envelope of every answer, Identify, ListMetadataFormats and ListSets. */
#include <stdio.h>
#include <string.h>

#include "oai/list.h"
#include "oai/xml.h"
#include "store/store.h"

#define HEAD                                                      \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                \
    "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\""     \
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""    \
    " xsi:schemaLocation=\"http://www.openarchives.org/OAI/2.0/ " \
    "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd\">\n"

/* ---- the envelope ---- */

void answer_open(struct answer *a)
{
    a->opened = true;
    xt_text_addf(a->out, "<%s>\n", oai_verb_name(a->asked->verb));
}

enum xt_code answer_error(struct answer *a, enum oai_error error, const char *message)
{
    xt_text_addf(a->out, "<error code=\"%s\">", oai_error_name(error));
    xml_z(a->out, message);
    xt_text_add_z(a->out, "</error>\n");
    return XT_OK;
}

void answer_token(struct answer *a, const char *token, int64_t size, int64_t cursor)
{
    xt_text_addf(a->out, "<resumptionToken completeListSize=\"%lld\" cursor=\"%lld\">", (long long)size,
                 (long long)cursor);
    xml_z(a->out, token);
    xt_text_add_z(a->out, "</resumptionToken>\n");
}

/* Letters that an address may have: the schema wants a URI there. */
static bool is_uri(struct xt_str s)
{
    size_t i;

    for (i = 0; i < s.n; i++)
        if ((unsigned char)s.s[i] <= 0x20 || (unsigned char)s.s[i] >= 0x7F || strchr("<>\"{}|\\^`%", s.s[i]))
            return false;
    return true;
}

/* <request>: its arguments are left out where they are at fault (protocol, 3.6), and one that the schema would refuse always. */
static void add_request(struct answer *a)
{
    const struct oai_request *asked = a->asked;
    bool named = asked->error != OAI_BAD_VERB && asked->error != OAI_BAD_ARGUMENT;
    size_t i;

    xt_text_add_z(a->out, "<request");
    if (named)
        xml_add_attribute(a->out, "verb", xt_str(oai_verb_name(asked->verb)));
    for (i = 0; i < OAI_ARGUMENTS && named; i++)
        if (asked->arguments[i].s && (i != OAI_IDENTIFIER || is_uri(asked->arguments[i])))
            xml_add_attribute(a->out, oai_argument_name((enum oai_argument)i), asked->arguments[i]);
    xt_text_add_char(a->out, '>');
    xml_z(a->out, a->base_url);
    xt_text_add_z(a->out, OAI_PATH "</request>\n");
}

void oai_schema_address(const struct format *format, const char *base_url, struct xt_text *out)
{
    if (format->schema[0] == '/')
        xml_attribute(out, xt_str(base_url));
    xml_attribute(out, xt_str(format->schema));
}

/* ---- Identify ---- */

static void add_identifier_description(struct answer *a)
{
    xt_text_addf(a->out,
                 "<description><oai-identifier xmlns=\"http://www.openarchives.org/OAI/2.0/oai-identifier\""
                 " xsi:schemaLocation=\"http://www.openarchives.org/OAI/2.0/oai-identifier "
                 "http://www.openarchives.org/OAI/2.0/oai-identifier.xsd\"><scheme>oai</scheme>"
                 "<repositoryIdentifier>%s</repositoryIdentifier><delimiter>:</delimiter>"
                 "<sampleIdentifier>oai:%s:%s/01ARZ3NDEKTSV4RRFFQ69G5FAV</sampleIdentifier></oai-identifier>"
                 "</description>\n",
                 a->node->name, a->node->name,
                 a->node->region->type_count > 0 ? a->node->region->types[0].name : "record");
}

static enum xt_code identify(struct answer *a, struct xt_error *err)
{
    const struct formats *formats = &a->node->oai->formats;
    char at[XT_INSTANT_SIZE];
    xt_instant earliest;
    size_t i;
    enum xt_code rc = oai_earliest(a->conn, &earliest, err);

    if (rc != XT_OK)
        return rc;
    answer_open(a);
    xt_text_add_z(a->out, "<repositoryName>");
    xml_z(a->out, a->node->region->labels[XT_ZH] ? a->node->region->labels[XT_ZH] : "");
    xt_text_addf(a->out, "协同 (%s)</repositoryName>\n<baseURL>", a->node->name);
    xml_z(a->out, a->base_url);
    xt_text_add_z(a->out, OAI_PATH "</baseURL>\n<protocolVersion>2.0</protocolVersion>\n");
    xml_element(a->out, "adminEmail", xt_str(a->node->admin_email));
    xml_element(a->out, "earliestDatestamp", xt_str(xt_instant_format(earliest, false, at)));
    xt_text_add_z(a->out, "\n<deletedRecord>persistent</deletedRecord>\n"
                          "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity>\n<compression>gzip</compression>\n");
    add_identifier_description(a);
    for (i = 0; i < formats->count; i++) {
        struct writer writer;

        if (!formats->list[i].service)
            continue;
        writer_init(&writer, a->out, a->node->region, a->base_url, a->node->name, a->conn);
        xt_text_add_z(a->out, "<description>");
        writer_service(&writer, &formats->list[i]);
        xt_text_add_z(a->out, "</description>\n");
        writer_done(&writer);
    }
    return XT_OK;
}

/* ---- ListMetadataFormats ---- */

static enum xt_code list_formats(struct answer *a, struct xt_error *err)
{
    const struct formats *formats = &a->node->oai->formats;
    struct xt_str identifier = a->asked->arguments[OAI_IDENTIFIER];
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    struct write_record record;
    bool found = true;
    enum xt_code rc = identifier.s ? oai_find(a, identifier, &stmt, &record, &found, err) : XT_OK;
    size_t i;

    if (rc != XT_OK)
        return rc;
    if (!found)
        return answer_error(a, OAI_ID_DOES_NOT_EXIST, "There is no such record here.");
    answer_open(a);
    for (i = 0; i < formats->count; i++) {
        const struct format *format = &formats->list[i];

        if (identifier.s && !format->whole && (!record.type || !format_entity(format, a->node->region, record.type)))
            continue;
        xt_text_addf(a->out, "<metadataFormat><metadataPrefix>%s</metadataPrefix><schema>", format->prefix);
        oai_schema_address(format, a->base_url, a->out);
        xt_text_add_z(a->out, "</schema><metadataNamespace>");
        xml_z(a->out, format->ns);
        xt_text_add_z(a->out, "</metadataNamespace></metadataFormat>\n");
    }
    return XT_OK;
}

/* ---- ListSets ---- */

struct set_listing {
    struct answer *a;
    struct oai_token token;
    size_t count;
    bool more;
};

static void add_set(struct answer *a, struct xt_str spec, const char *zh, const char *en)
{
    xt_text_add_z(a->out, "<set>");
    xml_element(a->out, "setSpec", spec);
    xt_text_add_z(a->out, "<setName>");
    xml_z(a->out, zh);
    if (en && strcmp(zh, en) != 0) {
        xt_text_add_z(a->out, " / ");
        xml_z(a->out, en);
    }
    xt_text_add_z(a->out, "</setName></set>\n");
}

static bool visit_set(void *context, int64_t id, struct xt_str spec)
{
    struct set_listing *l = context;
    const struct xt_oai *oai = l->a->node->oai;
    const char *zh = xt_arena_strndup(l->a->arena, spec.s, spec.n), *en = NULL;

    if (l->count == OAI_PAGE) {
        l->more = true;
        return false;
    }
    if (xt_str_starts(spec, "area:") && oai->areas) {
        struct xt_str code = {spec.s + 5, spec.n - 5};
        const char *words = xt_codes_label(oai->areas, code, XT_ZH);

        if (words) {
            zh = words;
            en = xt_codes_label(oai->areas, code, XT_EN);
        }
    }
    add_set(l->a, spec, zh, en);
    l->count++;
    l->token.after = id;
    return true;
}

/* Sets by type and of formats, which are always there, come on the first page; the others follow in the order they came up in. */
static void add_fixed_sets(struct set_listing *l)
{
    const struct xt_node *node = l->a->node;
    size_t f, i;

    for (i = 0; i < node->region->type_count; i++) {
        const struct xt_type *type = &node->region->types[i];
        const char *spec = xt_arena_printf(l->a->arena, "type:%s", type->name);

        add_set(l->a, xt_str(spec), type->labels[XT_ZH], type->labels[XT_EN]);
        l->count++;
    }
    for (f = 0; f < node->oai->formats.count; f++) {
        const struct format *format = &node->oai->formats.list[f];

        for (i = 0; i < format->set_count; i++) {
            add_set(l->a, xt_str(format->sets[i].spec), format->sets[i].name, NULL);
            l->count++;
        }
    }
    add_set(l->a, xt_str(xt_arena_printf(l->a->arena, "owner:%s", node->name)), node->name, NULL);
    l->count++;
}

static enum xt_code list_sets(struct answer *a, struct xt_error *err)
{
    struct xt_str given = a->asked->arguments[OAI_RESUMPTION_TOKEN];
    struct set_listing l = {.a = a, .token = {.verb = OAI_LIST_SETS}};
    char token[TOKEN_MAX] = "";
    int64_t cursor;
    enum xt_code rc;

    if (given.s && (!oai_token_read(given, a->node->oai->key, &l.token) || l.token.verb != OAI_LIST_SETS))
        return answer_error(a, OAI_BAD_RESUMPTION_TOKEN,
                            "This resumptionToken was not given by this node for this verb.");
    cursor = l.token.cursor;
    answer_open(a);
    if (!given.s)
        add_fixed_sets(&l);
    rc = oai_each_set(a->conn, l.token.after, visit_set, &l, err);
    if (rc != XT_OK || (!l.more && !given.s))
        return rc;
    l.token.cursor += (int64_t)l.count;
    if (l.more)
        oai_token_make(&l.token, a->node->oai->key, token);
    /* How many there are in all is not said: the attribute is optional, and only the last page would know. */
    xt_text_addf(a->out, "<resumptionToken cursor=\"%lld\">%s</resumptionToken>\n", (long long)cursor, token);
    return XT_OK;
}

/* ---- an answer ---- */

static enum xt_code run(struct answer *a, struct xt_error *err)
{
    switch (a->asked->verb) {
    case OAI_IDENTIFY:
        return identify(a, err);
    case OAI_LIST_METADATA_FORMATS:
        return list_formats(a, err);
    case OAI_LIST_SETS:
        return list_sets(a, err);
    case OAI_GET_RECORD:
        return get_record(a, err);
    case OAI_LIST_IDENTIFIERS:
    case OAI_LIST_RECORDS:
        return list_records(a, err);
    case OAI_NO_VERB:
    case OAI_VERBS:
        break;
    }
    return XT_OK;
}

static struct xt_str form_of(const struct xt_request *request)
{
    const char *query = strchr(request->target, '?');

    if (strcmp(request->method, "POST") == 0)
        return request->body;
    return query ? xt_str(query + 1) : (struct xt_str){"", 0};
}

enum xt_code oai_answer(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    struct oai_request asked;
    struct answer a = {.node = request->node,
                       .asked = &asked,
                       .base_url = request->base_url,
                       .out = &reply->body,
                       .arena = request->arena};
    char now[XT_INSTANT_SIZE];
    enum xt_code rc = XT_OK;

    oai_request_read(form_of(request), request->arena, &asked);
    /* The instant is taken before the snapshot: what is committed after it is dated no earlier. */
    xt_text_add(a.out, HEAD, sizeof HEAD - 1);
    xml_element(a.out, "responseDate", xt_str(xt_instant_format(xt_now(), false, now)));
    xt_text_add_char(a.out, '\n');
    add_request(&a);
    if (asked.error != OAI_OK) {
        (void)answer_error(&a, asked.error, asked.message);
    } else {
        rc = xt_read_begin(request->node->store, READ_WAIT_MS, &read, err);
        if (rc == XT_OK) {
            a.conn = xt_read_conn(read);
            rc = run(&a, err);
        }
    }
    if (rc != XT_OK)
        return rc;
    if (a.opened)
        xt_text_addf(a.out, "</%s>\n", oai_verb_name(asked.verb));
    xt_text_add_z(a.out, "</OAI-PMH>\n");
    reply->cache_control = "no-store";
    return XT_OK;
}

/* ---- schemas that the node serves ---- */

enum xt_code oai_schema(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    const struct formats *formats = &request->node->oai->formats;
    struct xt_str name = xt_request_param(request, "schema");
    size_t i;

    for (i = 0; i < formats->count; i++) {
        const struct format *format = &formats->list[i];
        const char *slash = strrchr(format->schema, '/');
        struct xt_str text;

        if (format->schema[0] != '/' || !xt_str_is(name, slash + 1))
            continue;
        if (format->way == FORMAT_FULL) {
            write_full_schema(request->node->region, format->ns, &reply->body);
            return XT_OK;
        }
        if (xt_region_file(request->node->region, xt_arena_printf(request->arena, "formats/%s", slash + 1), &text)) {
            xt_text_add_str(&reply->body, text);
            return XT_OK;
        }
    }
    return xt_fail(err, XT_E_NOT_FOUND, "schema", XT_MSG_HTTP_NO_ROUTE, XT_TEXT(request->path));
}
