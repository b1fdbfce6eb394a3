/*
 * table_xml.c - one XML part of a workbook, read by calls.
 *
 * libxml2's push parser with SAX calls: its xmlTextReader is the same parser with a node built for each element, and a
 * sheet of two million cells is ten million nodes. A document type declaration ends the reading, so there are no
 * entities beyond the five of XML; nothing is fetched.
 */
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/table_priv.h"

#define STEP ((size_t)32 * XT_KIB)

struct xt_xml {
    xmlParserCtxt *parser;
    xmlSAXHandler sax;
    struct xt_source *source;
    const struct xt_xml_calls *calls;
    void *user;
    const char *name;
    bool declared; /* a DTD was met */
    bool ended;
    char buffer[STEP];
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
    xml->calls->start(xml->user, (const char *)name, &list);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct xt_xml *xml = context;

    (void)prefix;
    (void)uri;
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
        abort();                                           /* only memory can be missing: as xt_alloc() */
    (void)xmlCtxtUseOptions(xml->parser, XML_PARSE_NONET); /* says which options it did not know: none */
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
    if (xml->declared)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLSX_DTD, XT_TEXT(xml->name));
    if (!xml->parser->wellFormed || xml->parser->disableSAX)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLSX_DAMAGED, XT_TEXT(xml->name),
                       XT_INT(xml->parser->input ? xml->parser->input->line : 0));
    return XT_OK;
}

enum xt_code xt_xml_step(struct xt_xml *xml, bool *out_more, struct xt_error *err)
{
    size_t n = 0;
    enum xt_code rc = state_of(xml, err);

    *out_more = false;
    if (rc != XT_OK || xml->ended)
        return rc;
    rc = xt_source_read(xml->source, xml->buffer, sizeof xml->buffer, &n, err);
    if (rc != XT_OK)
        return rc;
    xml->ended = n == 0;
    (void)xmlParseChunk(xml->parser, xml->buffer, (int)n, n == 0); /* the parser's state says the same and more */
    *out_more = !xml->ended;
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
