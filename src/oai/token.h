/*
 * token.h - resumption tokens: where a list stands, signed, kept nowhere.
 *
 * A token says all that the next page needs: verb, format, set, window, the number of the sequence behind which it goes on, how
 * many came before and how many there are. It is signed with the node's key (keyed BLAKE2b, 128 bits), so that what comes back is
 * what was given; it does not expire and outlives restarts. Its letters need no escaping in an address (RFC 3986, unreserved, and
 * the colon of sets).
 */
#ifndef XT_OAI_TOKEN_H
#define XT_OAI_TOKEN_H

#include "oai/request.h"

#define TOKEN_KEY_BYTES 32
#define TOKEN_MAX       512

struct oai_token {
    enum oai_verb verb;
    struct xt_str prefix, set; /* may be empty; of what was read they are views of the token */
    int64_t after;             /* the sequence's number (of ListSets the set's) of the last that was given */
    xt_instant until;          /* as in struct oai_request; 0 = the present end */
    int64_t cursor, size;      /* given so far; in all */
};

/* Writes the token and a zero to out. prefix and set are of the letters oai_is_prefix() and oai_is_set() allow. */
void oai_token_make(const struct oai_token *token, const unsigned char key[TOKEN_KEY_BYTES], char out[TOKEN_MAX]);
/* False for anything that oai_token_make() did not make with this key. */
bool oai_token_read(struct xt_str text, const unsigned char key[TOKEN_KEY_BYTES], struct oai_token *out);

#endif
