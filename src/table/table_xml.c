/*
 * table_xml.c - one XML part of a workbook, or an XML document, read by calls.
 *
 * libxml2's push parser with SAX calls: its xmlTextReader is the same parser with a node built for each element, and a
 * sheet of two million cells is ten million nodes. Nothing is fetched.
 *
 * In a workbook a document type declaration ends the reading, so there are no entities beyond the five of XML. Documents
 * of the world name DTDs that are not there and use HTML's entities without one: a declaration is passed over unread,
 * HTML's entities are known, an unknown one stays as it is written, and the use of one that the document declares itself
 * ends the reading (that is how bombs and foreign files come in).
 *
 * The bulk of a workbook are the items of one element, rows of <sheetData> and strings of <sst>, all of one regular form. A
 * caller that knows this form reads them itself (struct xt_xml_quick), some five times as fast; what it does not know
 * goes to libxml2. This is right because an item is taken out only where libxml2 itself says that it stands in the content
 * of that element, with all bytes before it understood: its parser is in the state of content, has nothing left in its
 * input, is as deep as the element, and reads UTF-8. There, leaving out an element that is well-formed by itself changes
 * nothing for what follows. That the items read quickly give the same cells is what fuzz_xlsx.c holds, for any bytes.
 */
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/table_priv.h"

#define WINDOW ((size_t)256 * XT_KIB) /* an item that is longer is not read quickly */
#define STEP   ((size_t)32 * XT_KIB)

struct xt_xml {
    xmlParserCtxt *parser;
    xmlSAXHandler sax;
    struct xt_source *source;
    const struct xt_xml_calls *calls;
    void *user;
    const char *name;
    const struct xt_xml_quick *quick; /* NULL: none, or its element is over */
    unsigned depth;                   /* of the element being read */
    unsigned inside;                  /* depth of the quick one's element, 0 = not in it */
    int64_t lines;                    /* line breaks in items read quickly */
    bool declared;                    /* a DTD was met */
    bool ended;                       /* the source */
    bool over;                        /* and the parser knows it */
    struct xt_error failure;          /* what a call found wrong */
    bool document;
    bool declares;        /* entities of its own */
    xmlEntity entity;     /* the one that was asked for last */
    char entity_name[64]; /* and its name and content */
    char entity_text[80];
    size_t at, have; /* in the buffer: bytes still to be read */
    char buffer[WINDOW + XT_WINDOW_SLACK];
};

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
                     const xmlChar **namespaces, int attribute_count, int defaulted, const xmlChar **attributes)
{
    struct xt_xml *xml = context;
    struct xt_xml_attributes list = {attributes, attribute_count};

    (void)prefix; /* strict and transitional workbooks have other name spaces, all have the same local names */
    (void)uri;
    (void)namespace_count;
    (void)namespaces;
    (void)defaulted;
    xml->depth++;
    if (xml->quick && xml->inside == 0 && strcmp((const char *)name, xml->quick->inside) == 0)
        xml->inside = xml->depth;
    xml->calls->start(xml->user, (const char *)name, &list);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct xt_xml *xml = context;

    (void)prefix;
    (void)uri;
    if (xml->inside > 0 && xml->depth == xml->inside) {
        xml->inside = 0;
        xml->quick = NULL; /* a second element of this name is left to the parser */
    }
    xml->depth--;
    xml->calls->end(xml->user, (const char *)name);
}

static void on_text(void *context, const xmlChar *s, int n)
{
    struct xt_xml *xml = context;

    if (n > 0)
        xml->calls->text(xml->user, (const char *)s, (size_t)n);
}

static void on_declaration(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    struct xt_xml *xml = context;

    (void)name;
    (void)external;
    (void)system;
    xml->declared = true;
    xmlStopParser(xml->parser);
}

/* ---- entities of documents ---- */

static void on_entity_declared(void *context, const xmlChar *name, int kind, const xmlChar *public_id,
                               const xmlChar *system, xmlChar *content)
{
    struct xt_xml *xml = context;

    (void)name;
    (void)kind;
    (void)public_id;
    (void)system;
    (void)content;
    xml->declares = true;
}

void xt_xml_fail(struct xt_xml *xml, const struct xt_error *failure)
{
    if (xml->failure.code == XT_OK)
        xml->failure = *failure;
    xmlStopParser(xml->parser);
}

/* What stands for &name; lent until the next. libxml2 takes one kind in text and another in attribute values: there
 * references inside the content are resolved once more. */
static xmlEntity *on_entity(void *context, const xmlChar *name)
{
    struct xt_xml *xml = context;
    const htmlEntityDesc *html = htmlEntityLookup(name);
    bool inside = xml->parser->instate == XML_PARSER_ATTRIBUTE_VALUE;
    char bytes[4];

    if (xml->parser->inSubset != 0)
        return NULL;
    if (!html && xml->declares) {
        struct xt_error failure;

        (void)xt_fail(&failure, XT_E_MEDIA, "", XT_MSG_XML_ENTITY, XT_TEXT(xml->name), XT_TEXT((const char *)name));
        xt_xml_fail(xml, &failure);
        return NULL;
    }
    (void)snprintf(xml->entity_name, sizeof xml->entity_name, "%s", (const char *)name);
    if (html)
        (void)snprintf(xml->entity_text, sizeof xml->entity_text, "%.*s", (int)xt_utf8_encode(html->value, bytes),
                       bytes);
    else
        (void)snprintf(xml->entity_text, sizeof xml->entity_text, "%s%s;", inside ? "&#38;" : "&", xml->entity_name);
    xml->entity = (xmlEntity){.type = XML_ENTITY_DECL,
                              .name = (const xmlChar *)xml->entity_name,
                              .content = (xmlChar *)xml->entity_text,
                              .length = (int)strlen(xml->entity_text),
                              .etype = inside ? XML_INTERNAL_GENERAL_ENTITY : XML_INTERNAL_PREDEFINED_ENTITY,
                              .checked = 2};
    return &xml->entity;
}

/* Without it libxml2 writes its complaints to standard error; the parser's state says what we need. */
static void on_error(void *context, xmlErrorPtr error)
{
    (void)context;
    (void)error;
}

struct xt_str xt_xml_attribute(const struct xt_xml_attributes *attributes, const char *name)
{
    int i;

    for (i = 0; i < attributes->count; i++) {
        const unsigned char **a = attributes->list + 5 * i; /* local name, prefix, URI, value, end of value */

        if (strcmp((const char *)a[0], name) == 0)
            return (struct xt_str){(const char *)a[3], (size_t)(a[4] - a[3])};
    }
    return (struct xt_str){NULL, 0};
}

struct xt_xml *xt_xml_open(struct xt_source **source, const struct xt_xml_calls *calls, void *user, const char *name)
{
    struct xt_xml *xml = xt_calloc(1, sizeof *xml);

    xml->source = *source;
    *source = NULL;
    xml->calls = calls;
    xml->user = user;
    xml->name = name;
    xml->sax.initialized = XML_SAX2_MAGIC;
    xml->sax.startElementNs = on_start;
    xml->sax.endElementNs = on_end;
    xml->sax.characters = on_text;
    xml->sax.ignorableWhitespace = on_text; /* the same: so libxml2 does not look for blanks */
    xml->sax.cdataBlock = on_text;
    xml->sax.internalSubset = on_declaration;
    xml->sax.serror = on_error;
    xml->parser = xmlCreatePushParserCtxt(&xml->sax, xml, NULL, 0, NULL);
    if (!xml->parser)
        abort(); /* only memory can be missing: as xt_alloc() */
    /* Says which options it did not know: none. Without NOENT "&amp;" in an attribute comes as "&#38;". */
    (void)xmlCtxtUseOptions(xml->parser, XML_PARSE_NONET | XML_PARSE_NOENT);
    return xml;
}

struct xt_xml *xt_xml_open_document(struct xt_source **source, bool own_charset, const struct xt_xml_calls *calls,
                                    void *user, const char *name)
{
    struct xt_xml *xml = xt_xml_open(source, calls, user, name);

    xml->document = true;
    xml->parser->sax->internalSubset = NULL;
    xml->parser->sax->entityDecl = on_entity_declared;
    xml->parser->sax->getEntity = on_entity;
    if (!own_charset)
        (void)xmlCtxtUseOptions(xml->parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC);
    return xml;
}

void xt_xml_close(struct xt_xml **xml)
{
    if (!*xml)
        return;
    if ((*xml)->parser->myDoc)
        xmlFreeDoc((*xml)->parser->myDoc);
    xmlFreeParserCtxt((*xml)->parser);
    xt_source_close(&(*xml)->source);
    free(*xml);
    *xml = NULL;
}

/* What was wrong once stays wrong: a caller may ask again. */
static enum xt_code state_of(const struct xt_xml *xml, struct xt_error *err)
{
    if (xml->failure.code != XT_OK) {
        if (err)
            *err = xml->failure;
        return xml->failure.code;
    }
    if (xml->declared)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLSX_DTD, XT_TEXT(xml->name));
    if (!xml->parser->wellFormed || xml->parser->disableSAX)
        return xt_fail(err, XT_E_MEDIA, "", xml->document ? XT_MSG_XML_DAMAGED : XT_MSG_XLSX_DAMAGED,
                       XT_TEXT(xml->name), XT_INT(xml->parser->input ? xml->parser->input->line + xml->lines : 0));
    return XT_OK;
}

void xt_xml_set_quick(struct xt_xml *xml, const struct xt_xml_quick *quick)
{
    xml->quick = quick;
}

/* Reads on behind what is in the buffer still. */
static enum xt_code fill(struct xt_xml *xml, struct xt_error *err)
{
    size_t room = xml->quick ? WINDOW : STEP, n = 0;
    enum xt_code rc;

    memmove(xml->buffer, xml->buffer + xml->at, xml->have - xml->at);
    xml->have -= xml->at;
    xml->at = 0;
    if (room < xml->have + STEP)
        room = xml->have + STEP < WINDOW ? xml->have + STEP : WINDOW;
    rc = xt_source_read(xml->source, xml->buffer + xml->have, room - xml->have, &n, err);
    if (rc != XT_OK)
        return rc;
    xml->ended = n == 0;
    xml->have += n;
    memset(xml->buffer + xml->have, 0, XT_WINDOW_SLACK);
    return XT_OK;
}

static bool at_items(const struct xt_xml *xml)
{
    const xmlParserCtxt *parser = xml->parser;

    return xml->quick && xml->inside > 0 && xml->depth == xml->inside && parser->instate == XML_PARSER_CONTENT &&
           parser->inputNr == 1 && parser->input->cur == parser->input->end && parser->input->buf &&
           !parser->input->buf->encoder;
}

static bool skip_space(struct xt_xml *xml)
{
    while (xml->at < xml->have && strchr(" \t\n\r", xml->buffer[xml->at]) && xml->buffer[xml->at])
        xml->lines += xml->buffer[xml->at++] == '\n';
    return xml->at < xml->have;
}

/* Items as long as they are of the form the caller knows. TAKEN: one was, that the caller wants to look at. */
static enum xt_quick read_items(struct xt_xml *xml)
{
    for (;;) {
        const char *s = xml->buffer + xml->at;
        size_t took = 0, i;

        if (!skip_space(xml))
            return XT_QUICK_MORE;
        s = xml->buffer + xml->at;
        enum xt_quick how = xml->quick->read(xml->user, s, xml->have - xml->at, &took);

        if (how == XT_QUICK_MORE || how == XT_QUICK_ODD)
            return how;
        for (i = 0; i < took;) {
            const char *line = memchr(s + i, '\n', took - i);

            if (!line)
                break;
            xml->lines++;
            i = (size_t)(line - s) + 1;
        }
        xml->at += took;
        if (how == XT_QUICK_STOP)
            return how;
    }
}

/* How much of the buffer the parser gets next: up to where the quick way may begin (again). 0: that is not there yet. */
static size_t piece(const struct xt_xml *xml)
{
    const char *s = xml->buffer + xml->at, *found, *end;
    size_t n = xml->have - xml->at, name;
    char tag[32];

    if (!xml->quick)
        return n;
    if (xml->inside > 0)
        snprintf(tag, sizeof tag, "</%s>", xml->quick->item);
    else
        snprintf(tag, sizeof tag, "<%s", xml->quick->inside);
    name = strlen(tag);
    found = memmem(s, n, tag, name);
    end = found ? memchr(found, '>', n - (size_t)(found - s)) : NULL;
    if (end)
        return (size_t)(end - s) + 1;
    if (xml->ended || n >= WINDOW)
        return n;
    return found ? (size_t)(found - s) : n > name ? n - name : 0; /* the tag may be cut */
}

enum xt_code xt_xml_step(struct xt_xml *xml, bool *out_more, struct xt_error *err)
{
    enum xt_code rc = state_of(xml, err);
    size_t n;

    *out_more = false;
    if (rc != XT_OK || xml->over)
        return rc;
    *out_more = true;
    if (at_items(xml)) {
        enum xt_quick how = read_items(xml);

        if (how == XT_QUICK_STOP)
            return XT_OK;
        if (how == XT_QUICK_MORE && !xml->ended && xml->have - xml->at < WINDOW)
            return fill(xml, err);
    }
    n = piece(xml);
    if (n == 0 && !xml->ended)
        return fill(xml, err);
    xml->over = xml->ended && n == 0;
    /* What it returns the parser's state says too, and more. */
    (void)xmlParseChunk(xml->parser, xml->buffer + xml->at, (int)n, xml->over);
    xml->at += n;
    *out_more = !xml->over;
    return state_of(xml, err);
}

enum xt_code xt_xml_all(struct xt_xml *xml, struct xt_error *err)
{
    bool more = true;
    enum xt_code rc = XT_OK;

    while (rc == XT_OK && more)
        rc = xt_xml_step(xml, &more, err);
    return rc;
}

int64_t xt_xml_done(const struct xt_xml *xml)
{
    return xml->source->done;
}
