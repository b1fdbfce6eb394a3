/*
 * oai.h - reads what OAI-PMH 2.0 repositories answer.
 *
 * Answers come from anyone. They are brought into well-formed UTF-8 first (xt_oai_clean), then read by libxml2's SAX
 * parser: nothing is fetched, a document type ends the reading, no entity is ever expanded (the cleaning leaves only the
 * five of XML). An answer that is not well-formed XML is read record by record: what is whole is taken, what is not
 * carries its fault, so that one bad record never costs the others.
 *
 * Elements are known by their local names and places; name spaces are not looked at, many repositories get them wrong.
 * Source of the rules: OAI-PMH 2.0 (2015-01-08), sections 2.5, 3.2, 3.5, 3.6, 4.
 *
 * Threads: no state is shared.
 */
#ifndef XT_HARVEST_OAI_H
#define XT_HARVEST_OAI_H

#include <jansson.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"

#define XT_OAI_PAGE_MAX       ((size_t)512 * XT_MIB) /* of one answer, whatever a source is allowed */
#define XT_OAI_RECORDS_MAX    ((size_t)200000)       /* of one answer */
#define XT_OAI_PAYLOAD_MAX    (4 * XT_MIB)           /* of one record */
#define XT_OAI_IDENTIFIER_MAX 1000                   /* bytes of an identifier */
#define XT_OAI_TOKEN_MAX      ((size_t)4 * XT_KIB)   /* bytes of a resumptionToken */
#define XT_OAI_DEPTH_MAX      100                    /* elements in each other */
#define XT_OAI_JSON_DEPTH_MAX 28                     /* of a payload */

/* Appends bytes as UTF-8 without what XML cannot hold: the character set of the mark or the declaration is converted
 * (UTF-8, UTF-16, GB18030 and its subsets, ISO 8859-1, Windows-1252), ill-formed bytes become U+FFFD, control characters
 * and references to them go, entities of HTML become their characters, other bare ampersands "&amp;".
 * *out_repaired counts the mended places. XT_E_MEDIA: an unknown character set, a document type. */
XT_MUST_USE enum xt_code xt_oai_clean(struct xt_str bytes, struct xt_text *out, int64_t *out_repaired,
                                      struct xt_error *err);

struct xt_oai_record {
    struct xt_str identifier, datestamp; /* trimmed; "" where there is none */
    bool deleted;
    struct xt_str
        payload; /* the one element inside <metadata>; with the name spaces it takes from around. s NULL = none */
    struct xt_error fault; /* why it cannot be used, code XT_OK = it can */
};

struct xt_oai_page { /* texts lie in arena and text */
    struct xt_arena arena;
    struct xt_text text;                  /* the answer, cleaned */
    struct xt_str response_date;          /* "" = none */
    struct xt_str error_code, error_text; /* the first <error>; "" = none */
    struct xt_str token;                  /* "" = the list is complete */
    int64_t list_size;                    /* completeListSize, -1 = not said */
    struct xt_str repository, protocol, deleted_record, granularity, earliest, base_url; /* of Identify */
    bool has_identify, has_list;                                                         /* which of them it is */
    struct xt_oai_record *records;                                                       /* on the heap */
    size_t count, capacity;
    int64_t repaired; /* see xt_oai_clean() */
    bool salvaged;    /* it was not well-formed */
};

/* Reads an answer. The page is to be given back (xt_oai_page_done) whatever is returned.
 * XT_E_MEDIA: no OAI-PMH at all (a web page, no XML, a document type); XT_E_TOO_LARGE: a cap is passed. */
XT_MUST_USE enum xt_code xt_oai_read(struct xt_str bytes, struct xt_oai_page *out, struct xt_error *err);
void xt_oai_page_done(struct xt_oai_page *page);

/* A payload as the JSON that mappings read: members are local names, "@name" attributes, lists where a name is repeated,
 * "#text" the text of an element with attributes or elements, "#name" the name of the payload's own element.
 * plain: white space is one blank; otherwise texts stay as they are. New. XT_E_INPUT names what is wrong. */
XT_MUST_USE enum xt_code xt_oai_object(struct xt_str payload, bool plain, json_t **out, struct xt_error *err);

#endif
