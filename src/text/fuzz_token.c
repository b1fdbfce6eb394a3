/* Any bytes give tokens inside the text, and the folded form folds to itself. */
#include <stdlib.h>

#include "text/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    size_t n;
    size_t last_start;
};

static bool check_token(void *context, const struct xt_token *token)
{
    struct seen *seen = context;

    if (token->n == 0 || token->n > 64 || token->start >= token->end || token->end > seen->n ||
        token->start < seen->last_start || !xt_utf8_valid(token->s, token->n))
        abort();
    seen->last_start = token->start;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_str text = {(const char *)data, size};
    struct seen seen = {.n = size};
    struct xt_text once, twice;

    xt_token_each(text, check_token, &seen);
    xt_text_init(&once, 64 * XT_MIB);
    xt_text_init(&twice, 64 * XT_MIB);
    xt_fold(text, &once);
    xt_fold(xt_text_view(&once), &twice);
    if (!xt_str_eq(xt_text_view(&once), xt_text_view(&twice)))
        abort();
    xt_text_done(&once);
    xt_text_done(&twice);
    return 0;
}
