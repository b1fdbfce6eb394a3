/* fuzz_request.c - any form gives a request that is whole or an error; a token is read only if it was made, and comes out as it went in. */
#include <assert.h>
#include <string.h>

#include "oai/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char key[TOKEN_KEY_BYTES] = {7};
    struct xt_str text = {(const char *)data, size};
    struct oai_request request;
    struct oai_token token;
    struct xt_arena arena;
    char made[TOKEN_MAX];

    if (size > 16 * XT_KIB)
        return 0;
    xt_arena_init(&arena);
    oai_request_read(text, &arena, &request);
    assert((request.error == OAI_OK) == (request.message[0] == '\0'));
    assert(request.error != OAI_OK || request.verb != OAI_NO_VERB);
    if (request.error == OAI_OK && request.arguments[OAI_FROM].s && request.arguments[OAI_UNTIL].s)
        assert(request.from < request.until);
    if (request.error == OAI_OK && request.arguments[OAI_RESUMPTION_TOKEN].s)
        text = request.arguments[OAI_RESUMPTION_TOKEN];
    if (oai_token_read(text, key, &token)) {
        oai_token_make(&token, key, made);
        assert(xt_str_is(text, made));
    }
    xt_arena_done(&arena);
    return 0;
}
