/*
 * request.h - the arguments of an OAI-PMH request: read from a query or a form, checked against its verb.
 *
 * One row a verb says what it takes (protocol, 4). All checks that need no store are here; the first mistake is the answer, in
 * the order of the protocol: the verb, then its arguments.
 */
#ifndef XT_OAI_REQUEST_H
#define XT_OAI_REQUEST_H

#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"

#define OAI_FORM_MAX      8192 /* bytes of a query or form */
#define OAI_ARGUMENTS_MAX 32

enum oai_verb {
    OAI_NO_VERB,
    OAI_IDENTIFY,
    OAI_LIST_METADATA_FORMATS,
    OAI_LIST_SETS,
    OAI_GET_RECORD,
    OAI_LIST_IDENTIFIERS,
    OAI_LIST_RECORDS,
    OAI_VERBS
};

enum oai_argument {
    OAI_IDENTIFIER,
    OAI_METADATA_PREFIX,
    OAI_FROM,
    OAI_UNTIL,
    OAI_SET,
    OAI_RESUMPTION_TOKEN,
    OAI_ARGUMENTS
};

enum oai_error {
    OAI_OK,
    OAI_BAD_ARGUMENT,
    OAI_BAD_RESUMPTION_TOKEN,
    OAI_BAD_VERB,
    OAI_CANNOT_DISSEMINATE_FORMAT,
    OAI_ID_DOES_NOT_EXIST,
    OAI_NO_RECORDS_MATCH,
    OAI_NO_METADATA_FORMATS,
    OAI_NO_SET_HIERARCHY,
    OAI_ERRORS
};

const char *oai_verb_name(enum oai_verb verb);
const char *oai_argument_name(enum oai_argument argument);
const char *oai_error_name(enum oai_error error);

struct oai_request {
    enum oai_verb verb;
    struct xt_str arguments[OAI_ARGUMENTS]; /* s NULL: not given */
    xt_instant from, until;                 /* 0 = not given; until is the first instant that no longer counts */
    enum oai_error error;
    const char *message; /* of the error, English, an arena string */
};

/* Reads form ("verb=Identify&..."), decoding into arena. Never fails: what is wrong stands in out->error and message. */
void oai_request_read(struct xt_str form, struct xt_arena *arena, struct oai_request *out);

/* "2026-03-05" or "2026-03-05T08:00:00Z", nothing else; *out_day tells which. */
bool oai_datestamp_read(struct xt_str text, xt_instant *out, bool *out_day);
/* True for the letters that the protocol's schema allows in a prefix, and with colons between parts, in a set. */
bool oai_is_prefix(struct xt_str text);
bool oai_is_set(struct xt_str text);

#endif
