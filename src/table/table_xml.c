/*
 * table_xml.c - one XML part of a workbook, read by calls.
 *
 * libxml2's push parser with SAX calls: its xmlTextReader is the same parser with a node built for each element, and a
 * sheet of two million cells is ten million nodes. A document type declaration ends the reading, so there are no
 * entities beyond the five of XML; nothing is fetched.
 *
 * The bulk of a workbook are the items of one element, rows of <sheetData> and strings of <sst>, all of one regular form. A
 * caller that knows this form reads them itself (struct xt_xml_quick), some five times as fast; what it does not know
 * goes to libxml2. This is right because an item is taken out only where libxml2 itself says that it stands in the content
 * of that element, with all bytes before it understood: its parser is in the state of content, has nothing left in its
 * input, is as deep as the element, and reads UTF-8. There, leaving out an element that is well-formed by itself changes
 * nothing for what follows. That the items read quickly give the same cells is what fuzz_xlsx.c holds, for any bytes.
 */
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
    size_t at, have;                  /* in the buffer: bytes still to be read */
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
                       XT_INT(xml->parser->input ? xml->parser->input->line + xml->lines : 0));
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
