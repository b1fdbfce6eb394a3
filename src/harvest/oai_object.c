/* oai_object.c - a payload as the JSON that mappings read: the same form that files of XML have (docs/import.md). */
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "harvest/oai.h"
#include "text/token.h"

#define ELEMENTS_MAX 200000

struct open_element {
    json_t *object; /* attributes and children so far */
    size_t from;    /* where its text begins */
    bool own_text;  /* that is not blank */
    char name[120];
};

struct building {
    xmlParserCtxt *parser;
    xmlSAXHandler sax;
    bool plain;
    struct open_element open[XT_OAI_JSON_DEPTH_MAX + 1];
    size_t depth, elements;
    struct xt_text text;
    json_t *result;
    struct xt_error fault;
};

static void stop(struct building *b, enum xt_msg msg, int64_t limit)
{
    if (b->fault.code == XT_OK)
        (void)xt_fail(&b->fault, XT_E_INPUT, "", msg, XT_INT(limit));
    xmlStopParser(b->parser);
}

static json_t *text_node(struct xt_str text)
{
    json_t *node = json_stringn(text.s, text.n); /* the cleaning left nothing ill-formed */

    return node ? node : json_string("");
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The character that ends before at, or 0. */
static uint32_t character_before(struct xt_str text, size_t at)
{
    uint32_t c = 0;
    size_t from = at;

    while (from > 0 && ((unsigned char)text.s[--from] & 0xC0) == 0x80)
        ;
    if (from < at)
        (void)xt_utf8_decode(text.s + from, at - from, &c);
    return c;
}

/* White space as one blank; none where a line break stands between two Chinese characters. */
static void add_tidy(struct xt_text *out, struct xt_str text)
{
    size_t i = 0;

    text = xt_str_trim(text);
    while (i < text.n) {
        size_t from = i;
        bool line = false;
        uint32_t next = 0;

        while (i < text.n && !blank(text.s[i]))
            i++;
        xt_text_add(out, text.s + from, i - from);
        from = i;
        while (i < text.n && blank(text.s[i]))
            line |= text.s[i++] == '\n';
        if (i == text.n || i == from)
            continue;
        (void)xt_utf8_decode(text.s + i, text.n - i, &next);
        if (!line || !xt_is_han(character_before(text, from)) || !xt_is_han(next))
            xt_text_add_char(out, ' ');
    }
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int space_count,
                     const xmlChar **spaces, int attribute_count, int defaulted, const xmlChar **attributes)
{
    struct building *b = context;
    struct open_element *element;
    int i;

    (void)prefix;
    (void)uri;
    (void)space_count;
    (void)spaces;
    (void)defaulted;
    if (b->depth >= XT_OAI_JSON_DEPTH_MAX) {
        stop(b, XT_MSG_HARVEST_RECORD_DEEP, XT_OAI_JSON_DEPTH_MAX);
        return;
    }
    if (++b->elements > ELEMENTS_MAX) {
        stop(b, XT_MSG_HARVEST_RECORD_MANY, ELEMENTS_MAX);
        return;
    }
    element = &b->open[b->depth++];
    *element = (struct open_element){.object = json_object(), .from = b->text.n};
    (void)snprintf(element->name, sizeof element->name, "%s", (const char *)name);
    for (i = 0; i < attribute_count; i++) {
        const xmlChar **a = attributes + (ptrdiff_t)5 * i;
        char key[122];

        (void)snprintf(key, sizeof key, "@%s", (const char *)a[0]);
        json_object_set_new(element->object, key,
                            text_node((struct xt_str){(const char *)a[3], (size_t)(a[4] - a[3])}));
    }
}

static void on_text(void *context, const xmlChar *s, int n)
{
    struct building *b = context;
    struct open_element *element;
    int i;

    if (b->depth == 0 || n <= 0)
        return;
    element = &b->open[b->depth - 1];
    for (i = 0; i < n && !element->own_text; i++)
        element->own_text = !blank((char)s[i]);
    xt_text_add(&b->text, (const char *)s, (size_t)n);
}

/* What an element is worth: its text, or the object where it has more than that. New. */
static json_t *value_of(struct building *b, struct open_element *element)
{
    struct xt_str text = {b->text.s + element->from, b->text.n - element->from};
    bool object = json_object_size(element->object) > 0;
    json_t *value;

    if (!element->own_text && (object || b->plain))
        return object ? json_incref(element->object) : json_string("");
    if (b->plain) {
        XT_AUTO(xt_text_done) struct xt_text tidy = {0};

        xt_text_init(&tidy, text.n + 1);
        add_tidy(&tidy, text);
        value = text_node(xt_text_view(&tidy));
    } else {
        value = text_node(text);
    }
    if (!object)
        return value;
    json_object_set_new(element->object, "#text", value);
    return json_incref(element->object);
}

/* Sets a member, or makes it a list where there is one of that name. Takes value. */
static void add_member(json_t *object, const char *name, json_t *value)
{
    json_t *have = json_object_get(object, name), *list;

    if (!have) {
        json_object_set_new(object, name, value);
    } else if (json_is_array(have)) {
        json_array_append_new(have, value);
    } else {
        list = json_array();
        json_array_append(list, have);
        json_array_append_new(list, value);
        json_object_set_new(object, name, list);
    }
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct building *b = context;
    struct open_element *element;
    json_t *value;

    (void)name;
    (void)prefix;
    (void)uri;
    if (b->depth == 0)
        return;
    element = &b->open[--b->depth];
    value = value_of(b, element);
    if (b->depth > 0) {
        struct open_element *parent = &b->open[b->depth - 1];

        add_member(parent->object, element->name, value);
        if (!parent->own_text) /* of mixed text the inner one is part, too */
            xt_text_cut(&b->text, element->from);
    } else {
        if (!json_is_object(value)) {
            b->result = json_object();
            json_object_set_new(b->result, "#text", value);
        } else {
            b->result = value;
        }
        json_object_set_new(b->result, "#name", json_string(element->name));
    }
    json_decref(element->object);
    element->object = NULL;
}

static void on_declaration(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    struct building *b = context;

    (void)name;
    (void)external;
    (void)system;
    stop(b, XT_MSG_HARVEST_DTD, 0);
}

static void on_error(void *context, xmlErrorPtr error)
{
    (void)context;
    (void)error;
}

enum xt_code xt_oai_object(struct xt_str payload, bool plain, json_t **out, struct xt_error *err)
{
    struct building *b = xt_calloc(1, sizeof *b);
    bool well = false;
    int line = 0;
    enum xt_code rc = XT_OK;

    *out = NULL;
    b->plain = plain;
    xt_text_init(&b->text, 2 * XT_OAI_PAYLOAD_MAX);
    b->sax = (xmlSAXHandler){.initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_start,
                             .endElementNs = on_end,
                             .characters = on_text,
                             .ignorableWhitespace = on_text,
                             .cdataBlock = on_text,
                             .internalSubset = on_declaration,
                             .serror = on_error};
    b->parser = payload.n > 0 ? xmlCreateMemoryParserCtxt(payload.s, (int)payload.n) : NULL;
    if (b->parser) {
        if (b->parser->sax)
            xmlFree(b->parser->sax);
        b->parser->sax = &b->sax;
        b->parser->userData = b;
        (void)xmlCtxtUseOptions(b->parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC);
        well = xmlParseDocument(b->parser) == 0 && b->parser->wellFormed;
        line = b->parser->lastError.line;
        b->parser->sax = NULL;
        if (b->parser->myDoc)
            xmlFreeDoc(b->parser->myDoc);
        b->parser->myDoc = NULL;
        xmlFreeParserCtxt(b->parser);
    }
    while (b->depth > 0)
        json_decref(b->open[--b->depth].object);
    if (b->fault.code != XT_OK) {
        if (err)
            *err = b->fault;
        rc = b->fault.code;
    } else if (!well || !b->result) {
        rc = xt_fail(err, XT_E_INPUT, "", XT_MSG_HARVEST_RECORD_XML, XT_INT(line));
    }
    if (rc == XT_OK)
        *out = b->result;
    else
        json_decref(b->result);
    xt_text_done(&b->text);
    free(b);
    return rc;
}
