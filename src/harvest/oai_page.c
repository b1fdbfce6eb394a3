/*
 * oai_page.c - an answer of a repository: its header, its records, its token.
 *
 * libxml2's SAX parser over the cleaned text. Payloads are not built: where one begins and ends in the text is enough, and
 * is what is kept of it.
 */
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>

#include "harvest/oai.h"

#define PATH_MAX_BYTES 200
#define SCOPES_MAX     64 /* name spaces declared around payloads */
#define LEAF_MAX       ((size_t)64 * XT_KIB)

/* Where the text of an element goes: of the page, or of the record at hand. Paths begin below the root. */
static const struct leaf {
    const char *path;
    size_t place;
    bool of_record;
} LEAVES[] = {
#define PAGE(path, member)                                \
    {                                                     \
        path, offsetof(struct xt_oai_page, member), false \
    }
#define RECORD(path, member)                               \
    {                                                      \
        path, offsetof(struct xt_oai_record, member), true \
    }
    PAGE("/responseDate", response_date),
    PAGE("/error", error_text),
    PAGE("/Identify/repositoryName", repository),
    PAGE("/Identify/baseURL", base_url),
    PAGE("/Identify/protocolVersion", protocol),
    PAGE("/Identify/deletedRecord", deleted_record),
    PAGE("/Identify/granularity", granularity),
    PAGE("/Identify/earliestDatestamp", earliest),
    PAGE("/ListRecords/resumptionToken", token),
    PAGE("/ListIdentifiers/resumptionToken", token),
    RECORD("/ListRecords/record/header/identifier", identifier),
    RECORD("/ListRecords/record/header/datestamp", datestamp),
    RECORD("/ListIdentifiers/header/identifier", identifier),
    RECORD("/ListIdentifiers/header/datestamp", datestamp),
    RECORD("/GetRecord/record/header/identifier", identifier),
    RECORD("/GetRecord/record/header/datestamp", datestamp),
#undef PAGE
#undef RECORD
};

struct scope { /* a name space with a prefix, declared around a payload */
    unsigned depth;
    const char *prefix, *uri;
};

struct reading {
    struct xt_oai_page *page;
    xmlParserCtxt *parser;
    xmlSAXHandler sax;
    const char *base; /* of the text that is parsed */
    size_t size;
    unsigned depth;
    char path[PATH_MAX_BYTES]; /* of the element at hand below the root; "?" once it is too long */
    size_t path_n;
    unsigned unknown; /* depth from which the path is no longer kept, 0 = it is */
    struct scope scopes[SCOPES_MAX];
    size_t scope_count;
    const struct leaf *leaf;
    struct xt_text text; /* of the leaf */
    struct xt_oai_record record;
    bool in_record;
    unsigned payload; /* depth of the payload's element, 0 = none is open */
    size_t payload_from;
    const char *payload_scope; /* declarations to be added to it, "" = none */
    size_t payload_name;       /* where they go: behind its name */
    bool too_many, declared, deep;
    char root[60];
};

static size_t place(const struct reading *r)
{
    const xmlParserInput *input = r->parser->input;
    size_t at = input ? (size_t)input->consumed + (size_t)(input->cur - input->base) : 0;

    return at < r->size ? at : r->size;
}

/* Where the tag begins that the parser is at the end of: no '<' may stand inside a tag. */
static size_t tag_start(const struct reading *r)
{
    size_t at = place(r);

    while (at > 0 && r->base[--at] != '<')
        ;
    return at;
}

static struct xt_str attribute(const xmlChar **attributes, int count, const char *name)
{
    int i;

    for (i = 0; i < count; i++) { /* local name, prefix, URI, value, end */
        const xmlChar **a = attributes + (ptrdiff_t)5 * i;

        if (strcmp((const char *)a[0], name) == 0)
            return (struct xt_str){(const char *)a[3], (size_t)(a[4] - a[3])};
    }
    return (struct xt_str){NULL, 0};
}

static int64_t number_of(struct xt_str text)
{
    int64_t value = 0;
    size_t i;

    for (i = 0; i < text.n && i < 15 && text.s[i] >= '0' && text.s[i] <= '9'; i++)
        value = value * 10 + (text.s[i] - '0');
    return i > 0 ? value : -1;
}

static bool is_header(const char *path)
{
    return strcmp(path, "/ListIdentifiers/header") == 0 || strcmp(path, "/ListRecords/record/header") == 0 ||
           strcmp(path, "/GetRecord/record/header") == 0;
}

static bool begins_record(const char *path)
{
    return strcmp(path, "/ListRecords/record") == 0 || strcmp(path, "/GetRecord/record") == 0 ||
           strcmp(path, "/ListIdentifiers/header") == 0;
}

static void note_scopes(struct reading *r, int count, const xmlChar **spaces)
{
    int i;

    for (i = 0; i < count && r->scope_count < SCOPES_MAX; i++)
        if (spaces[2 * i])
            r->scopes[r->scope_count++] =
                (struct scope){r->depth, xt_arena_strdup(&r->page->arena, (const char *)spaces[2 * i]),
                               xt_arena_strdup(&r->page->arena, (const char *)spaces[2 * i + 1])};
}

static void begin_payload(struct reading *r, int count, const xmlChar **spaces)
{
    XT_AUTO(xt_text_done) struct xt_text added = {0};
    size_t i, k;
    int own;

    r->payload = r->depth;
    r->payload_from = tag_start(r);
    for (i = r->payload_from + 1; i < r->size && !strchr(" \t\r\n/>", r->base[i]); i++)
        ;
    r->payload_name = i;
    xt_text_init(&added, LEAF_MAX);
    for (k = r->scope_count; k > 0; k--) { /* inner ones first: they hide outer ones */
        const struct scope *s = &r->scopes[k - 1];
        bool hidden = strcmp(s->prefix, "xml") == 0;

        for (own = 0; own < count && !hidden; own++)
            hidden = spaces[2 * own] && strcmp((const char *)spaces[2 * own], s->prefix) == 0;
        for (i = k; i < r->scope_count && !hidden; i++)
            hidden = strcmp(r->scopes[i].prefix, s->prefix) == 0;
        if (!hidden && !strpbrk(s->uri, "<&\"")) /* what is none cannot be one */
            xt_text_addf(&added, " xmlns:%s=\"%s\"", s->prefix, s->uri);
    }
    r->payload_scope = xt_text_overflowed(&added) ? "" : xt_arena_strdup(&r->page->arena, added.s);
}

static void end_payload(struct reading *r)
{
    size_t to = place(r);
    struct xt_str whole = {r->base + r->payload_from, to - r->payload_from};

    r->payload = 0;
    if (r->record.payload.s) /* a second element inside <metadata> */
        return;
    if (whole.n > XT_OAI_PAYLOAD_MAX) {
        if (r->record.fault.code == XT_OK)
            (void)xt_fail(&r->record.fault, XT_E_INPUT, "", XT_MSG_HARVEST_RECORD_LARGE, XT_INT(XT_OAI_PAYLOAD_MAX),
                          XT_INT(whole.n));
        whole.n = XT_OAI_PAYLOAD_MAX;
    }
    if (*r->payload_scope && whole.n > r->payload_name - r->payload_from) {
        size_t head = r->payload_name - r->payload_from;

        whole = xt_str(xt_arena_printf(&r->page->arena, "%.*s%s%.*s", (int)head, whole.s, r->payload_scope,
                                       (int)(whole.n - head), whole.s + head));
    }
    r->record.payload = whole;
}

static void take_attributes(struct reading *r, const xmlChar **attributes, int count)
{
    struct xt_oai_page *page = r->page;
    struct xt_str value;

    if (is_header(r->path)) {
        value = xt_str_trim(attribute(attributes, count, "status"));
        if (value.n == 7 && strncasecmp(value.s, "deleted", 7) == 0)
            r->record.deleted = true;
    } else if (strcmp(r->path, "/error") == 0 && page->error_code.n == 0) {
        value = xt_str_trim(attribute(attributes, count, "code"));
        if (value.n == 0)
            value = XT_STR("?");
        page->error_code = (struct xt_str){xt_arena_strndup(&page->arena, value.s, value.n), value.n};
    } else if (r->path_n > 16 && strcmp(r->path + r->path_n - 16, "/resumptionToken") == 0) {
        page->list_size = number_of(attribute(attributes, count, "completeListSize"));
    }
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int space_count,
                     const xmlChar **spaces, int attribute_count, int defaulted, const xmlChar **attributes)
{
    struct reading *r = context;
    size_t n = strlen((const char *)name), i;

    (void)prefix;
    (void)uri;
    (void)defaulted;
    if (++r->depth > XT_OAI_DEPTH_MAX) {
        r->deep = true;
        xmlStopParser(r->parser);
        return;
    }
    if (r->payload > 0)
        return;
    if (r->depth == 1) {
        (void)snprintf(r->root, sizeof r->root, "%s", (const char *)name);
        note_scopes(r, space_count, spaces);
        return;
    }
    if (r->unknown > 0)
        return;
    if (r->in_record && r->path_n > 16 && strcmp(r->path + r->path_n - 16, "/record/metadata") == 0) {
        begin_payload(r, space_count, spaces);
        return;
    }
    if (r->path_n + n + 2 > sizeof r->path) {
        r->unknown = r->depth;
        return;
    }
    note_scopes(r, space_count, spaces);
    r->path[r->path_n] = '/';
    memcpy(r->path + r->path_n + 1, name, n + 1);
    r->path_n += n + 1;
    if (r->depth == 2) {
        r->page->has_identify |= strcmp(r->path, "/Identify") == 0;
        r->page->has_list |= strcmp(r->path, "/ListRecords") == 0 || strcmp(r->path, "/ListIdentifiers") == 0 ||
                             strcmp(r->path, "/GetRecord") == 0;
    }
    if (begins_record(r->path)) {
        r->in_record = true;
        r->record = (struct xt_oai_record){.identifier = {"", 0}, .datestamp = {"", 0}};
    }
    take_attributes(r, attributes, attribute_count);
    r->leaf = NULL;
    for (i = 0; i < XT_COUNT(LEAVES); i++)
        if (strcmp(LEAVES[i].path, r->path) == 0)
            r->leaf = &LEAVES[i];
    if (r->leaf)
        xt_text_clear(&r->text);
}

static void on_text(void *context, const xmlChar *s, int n)
{
    struct reading *r = context;

    if (r->leaf && r->payload == 0 && n > 0)
        xt_text_add(&r->text, (const char *)s, (size_t)n);
}

static void end_leaf(struct reading *r)
{
    struct xt_str text = xt_str_trim(xt_text_view(&r->text));
    char *base = r->leaf->of_record ? (char *)&r->record : (char *)r->page;
    struct xt_str *to = (struct xt_str *)(void *)(base + r->leaf->place);

    if (to->n == 0)
        *to = (struct xt_str){xt_arena_strndup(&r->page->arena, text.s, text.n), text.n};
    r->leaf = NULL;
}

static void end_record(struct reading *r)
{
    struct xt_oai_record *record = &r->record;
    struct xt_oai_page *page = r->page;

    r->in_record = false;
    if (page->count >= XT_OAI_RECORDS_MAX) {
        r->too_many = true;
        xmlStopParser(r->parser);
        return;
    }
    if (record->fault.code == XT_OK && record->identifier.n == 0)
        (void)xt_fail(&record->fault, XT_E_INPUT, "", XT_MSG_HARVEST_NO_IDENTIFIER);
    if (record->identifier.n > XT_OAI_IDENTIFIER_MAX) {
        if (record->fault.code == XT_OK)
            (void)xt_fail(&record->fault, XT_E_INPUT, "", XT_MSG_HARVEST_LONG_IDENTIFIER, XT_INT(XT_OAI_IDENTIFIER_MAX),
                          XT_INT(record->identifier.n));
        record->identifier.n = xt_utf8_clip(record->identifier.s, record->identifier.n, XT_OAI_IDENTIFIER_MAX);
    }
    if (record->datestamp.n > 40)
        record->datestamp.n = xt_utf8_clip(record->datestamp.s, record->datestamp.n, 40);
    xt_grow(&page->records, &page->capacity, page->count + 1, sizeof *page->records);
    page->records[page->count++] = *record;
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct reading *r = context;
    unsigned depth = r->depth--;
    size_t n = strlen((const char *)name);

    (void)prefix;
    (void)uri;
    if (depth > XT_OAI_DEPTH_MAX)
        return;
    if (r->payload > 0) {
        if (r->payload == depth)
            end_payload(r);
        return;
    }
    if (r->unknown > 0) {
        if (r->unknown == depth)
            r->unknown = 0;
        return;
    }
    while (r->scope_count > 0 && r->scopes[r->scope_count - 1].depth == depth)
        r->scope_count--;
    if (depth == 1)
        return;
    if (r->leaf)
        end_leaf(r);
    if (r->in_record && begins_record(r->path))
        end_record(r);
    r->path_n -= n + 1;
    r->path[r->path_n] = '\0';
}

static void on_declaration(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    struct reading *r = context;

    (void)name;
    (void)external;
    (void)system;
    r->declared = true;
    xmlStopParser(r->parser);
}

/* Without it libxml2 writes its complaints to standard error. */
static void on_error(void *context, xmlErrorPtr error)
{
    (void)context;
    (void)error;
}

/* True when it was well-formed to its end; line is where it was not. */
static bool parse(struct reading *r, struct xt_str text, int *line)
{
    bool well;

    *line = 0;
    r->base = text.s;
    r->size = text.n;
    if (text.n == 0)
        return false;
    r->parser = xmlCreateMemoryParserCtxt(text.s, (int)text.n);
    if (!r->parser)
        return false;
    r->sax = (xmlSAXHandler){.initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_start,
                             .endElementNs = on_end,
                             .characters = on_text,
                             .ignorableWhitespace = on_text,
                             .cdataBlock = on_text,
                             .internalSubset = on_declaration,
                             .serror = on_error};
    if (r->parser->sax)
        xmlFree(r->parser->sax);
    r->parser->sax = &r->sax;
    r->parser->userData = r;
    (void)xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC);
    well = xmlParseDocument(r->parser) == 0 && r->parser->wellFormed;
    if (!well && r->parser->lastError.line > 0)
        *line = r->parser->lastError.line;
    r->parser->sax = NULL;
    if (r->parser->myDoc)
        xmlFreeDoc(r->parser->myDoc);
    r->parser->myDoc = NULL;
    xmlFreeParserCtxt(r->parser);
    r->parser = NULL;
    return well;
}

static enum xt_code caps_of(const struct reading *r, struct xt_error *err)
{
    if (r->declared)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_HARVEST_DTD);
    if (r->too_many)
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_HARVEST_MANY_RECORDS, XT_INT(XT_OAI_RECORDS_MAX));
    return XT_OK;
}

/* ---- answers that are not well-formed ---- */

/* The next tag "<name" or "<p:name" (closing: "</...") from `at` on; where it begins, or SIZE_MAX. */
static size_t find_tag(struct xt_str text, size_t at, const char *name, bool closing, size_t *out_end)
{
    size_t n = strlen(name);

    for (; at < text.n; at++) {
        const char *open = memchr(text.s + at, '<', text.n - at);
        size_t i;

        if (!open)
            return SIZE_MAX;
        at = (size_t)(open - text.s);
        i = at + 1;
        if (closing && (i >= text.n || text.s[i++] != '/'))
            continue;
        if (i + n < text.n && strncmp(text.s + i, name, n) != 0) { /* a prefix */
            const char *colon = memchr(text.s + i, ':', text.n - i < 20 ? text.n - i : 20);

            if (!colon)
                continue;
            i = (size_t)(colon - text.s) + 1;
        }
        if (i + n >= text.n || strncmp(text.s + i, name, n) != 0 || !strchr(" \t\r\n/>", text.s[i + n]))
            continue;
        open = memchr(text.s + i, '>', text.n - i);
        *out_end = open ? (size_t)(open - text.s) + 1 : text.n;
        return at;
    }
    return SIZE_MAX;
}

/* What <identifier> holds in a record that cannot be parsed. */
static struct xt_str text_between(struct xt_str text, const char *name)
{
    size_t end, to, from = find_tag(text, 0, name, false, &end);

    if (from == SIZE_MAX || find_tag(text, end, name, true, &to) == SIZE_MAX)
        return (struct xt_str){"", 0};
    to = find_tag(text, end, name, true, &to);
    return xt_str_trim((struct xt_str){text.s + end, to - end});
}

static void salvage_record(struct reading *r, struct xt_str text)
{
    struct xt_oai_page *page = r->page;
    struct reading one = {.page = page};
    size_t before = page->count;
    struct xt_text wrapped;
    struct xt_oai_record record = {.identifier = {"", 0}, .datestamp = {"", 0}};
    bool well;
    int line;

    xt_text_init(&wrapped, text.n + 200);
    xt_text_init(&one.text, LEAF_MAX);
    xt_text_add_z(&wrapped, "<OAI-PMH><ListRecords>");
    xt_text_add_str(&wrapped, text);
    xt_text_add_z(&wrapped, "</ListRecords></OAI-PMH>");
    /* Payloads are views of what is parsed: it stays as long as the page. */
    well = parse(&one, (struct xt_str){xt_arena_strndup(&page->arena, wrapped.s, wrapped.n), wrapped.n}, &line) &&
           page->count == before + 1;
    if (!well) {
        page->count = before;
        record.identifier = text_between(text, "identifier");
        record.datestamp = text_between(text, "datestamp");
        record.payload = (struct xt_str){text.s, text.n < XT_OAI_PAYLOAD_MAX ? text.n : XT_OAI_PAYLOAD_MAX};
        (void)xt_fail(&record.fault, XT_E_INPUT, "", XT_MSG_HARVEST_RECORD_XML, XT_INT(line));
        r->record = record;
        end_record(r);
    }
    xt_text_done(&wrapped);
    xt_text_done(&one.text);
}

/* The records one by one; what stands around them, without them, as an answer of its own. */
static enum xt_code salvage(struct reading *r, int line, struct xt_error *err)
{
    struct xt_oai_page *page = r->page;
    struct xt_str text = xt_text_view(&page->text);
    struct xt_text around;
    size_t at = 0, from, end, to, count = 0;
    bool well;
    int again;

    page->count = 0;
    page->salvaged = true;
    r->in_record = false;
    xt_text_init(&around, text.n + 200);
    while ((from = find_tag(text, at, "record", false, &end)) != SIZE_MAX && !r->too_many) {
        size_t next, ignored;

        xt_text_add(&around, text.s + at, from - at);
        next = find_tag(text, end, "record", false, &ignored);
        if (find_tag(text, end, "record", true, &to) == SIZE_MAX || (next != SIZE_MAX && next < to)) /* never closed */
            to = next != SIZE_MAX ? next : text.n;
        salvage_record(r, (struct xt_str){text.s + from, to - from});
        count++;
        at = to;
    }
    xt_text_add(&around, text.s + at, text.n - at);
    r->depth = r->unknown = 0;
    r->path_n = r->scope_count = 0;
    r->path[0] = '\0';
    r->payload = 0;
    r->leaf = NULL;
    well = parse(r, (struct xt_str){xt_arena_strndup(&page->arena, around.s, around.n), around.n}, &again);
    xt_text_done(&around);
    /* Without what stands around the records nobody knows whether the list goes on. */
    if (!well || count == 0)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_HARVEST_XML, XT_INT(line));
    return caps_of(r, err);
}

enum xt_code xt_oai_read(struct xt_str bytes, struct xt_oai_page *out, struct xt_error *err)
{
    struct reading r = {.page = out};
    enum xt_code rc;
    int line = 0;
    bool well;

    *out = (struct xt_oai_page){.list_size = -1};
    xt_arena_init(&out->arena);
    xt_text_init(&out->text, 3 * bytes.n + 64);
    if (bytes.n > XT_OAI_PAGE_MAX)
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_HARVEST_TOO_LARGE, XT_INT(XT_OAI_PAGE_MAX));
    rc = xt_oai_clean(bytes, &out->text, &out->repaired, err);
    if (rc != XT_OK)
        return rc;
    if (out->text.n > XT_OAI_PAGE_MAX)
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_HARVEST_TOO_LARGE, XT_INT(XT_OAI_PAGE_MAX));
    xt_text_init(&r.text, LEAF_MAX);
    well = parse(&r, xt_text_view(&out->text), &line);
    rc = caps_of(&r, err);
    if (rc == XT_OK && strcmp(r.root, "OAI-PMH") != 0)
        rc = strcasecmp(r.root, "html") == 0 ? xt_fail(err, XT_E_MEDIA, "", XT_MSG_HARVEST_WEB_PAGE)
                                             : xt_fail(err, XT_E_MEDIA, "", XT_MSG_HARVEST_NOT_OAI, XT_TEXT(r.root));
    if (rc == XT_OK && !well)
        rc = salvage(&r, line, err);
    if (rc == XT_OK && out->token.n > XT_OAI_TOKEN_MAX)
        rc =
            xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_HARVEST_TOKEN_LONG, XT_INT(XT_OAI_TOKEN_MAX), XT_INT(out->token.n));
    xt_text_done(&r.text);
    return rc;
}

void xt_oai_page_done(struct xt_oai_page *page)
{
    xt_text_done(&page->text);
    xt_arena_done(&page->arena);
    free(page->records);
    *page = (struct xt_oai_page){.list_size = -1};
}
