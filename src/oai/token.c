/* token.c - "1~ListRecords~oai_dc~type:paper~1500~0~1500~61234~SIGNATURE". */
#include "oai/token.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

#define VERSION    "1"
#define SIGN_BYTES 16
#define PARTS      9

static void sign(const char *text, size_t n, const unsigned char key[TOKEN_KEY_BYTES], char *out, size_t size)
{
    unsigned char mac[SIGN_BYTES];
    int failed = crypto_generichash(mac, sizeof mac, (const unsigned char *)text, n, key, TOKEN_KEY_BYTES);

    assert(failed == 0); /* the sizes are within its limits */
    (void)sodium_bin2base64(out, size, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void oai_token_make(const struct oai_token *t, const unsigned char key[TOKEN_KEY_BYTES], char out[TOKEN_MAX])
{
    char mac[SIGN_BYTES * 2];
    int n;

    n = snprintf(out, TOKEN_MAX, VERSION "~%s~%.*s~%.*s~%lld~%lld~%lld~%lld", oai_verb_name(t->verb), (int)t->prefix.n,
                 t->prefix.s ? t->prefix.s : "", (int)t->set.n, t->set.s ? t->set.s : "", (long long)t->after,
                 (long long)t->until, (long long)t->cursor, (long long)t->size);
    assert(n > 0 && n + SIGN_BYTES * 2 < TOKEN_MAX);
    sign(out, (size_t)n, key, mac, sizeof mac);
    (void)snprintf(out + n, TOKEN_MAX - (size_t)n, "~%s", mac);
}

/* The parts between the tildes, from the right: prefixes and sets may have tildes of their own, the numbers have none. */
static bool split(struct xt_str text, struct xt_str parts[PARTS])
{
    size_t i, end = text.n, part = PARTS;

    for (i = text.n; i-- > 0 && part > 4;) {
        if (text.s[i] != '~')
            continue;
        parts[--part] = (struct xt_str){text.s + i + 1, end - i - 1};
        end = i;
    }
    if (part > 4)
        return false;
    text.n = end;
    for (part = 0; part < 3; part++) {
        const char *stop = text.n > 0 ? memchr(text.s, '~', text.n) : NULL;

        if (!stop)
            return false;
        parts[part] = (struct xt_str){text.s, (size_t)(stop - text.s)};
        text.n -= parts[part].n + 1;
        text.s = stop + 1;
    }
    parts[3] = text;
    return true;
}

bool oai_token_read(struct xt_str text, const unsigned char key[TOKEN_KEY_BYTES], struct oai_token *out)
{
    struct xt_str parts[PARTS];
    char mac[SIGN_BYTES * 2];
    int verb;

    if (text.n == 0 || text.n >= TOKEN_MAX || !split(text, parts) || !xt_str_is(parts[0], VERSION))
        return false;
    sign(text.s, (size_t)(parts[8].s - text.s) - 1, key, mac, sizeof mac);
    if (parts[8].n != strlen(mac) || sodium_memcmp(parts[8].s, mac, parts[8].n) != 0)
        return false;
    *out = (struct oai_token){.prefix = parts[2], .set = parts[3]};
    for (verb = OAI_NO_VERB + 1; verb < OAI_VERBS; verb++)
        if (xt_str_is(parts[1], oai_verb_name((enum oai_verb)verb)))
            out->verb = (enum oai_verb)verb;
    return out->verb != OAI_NO_VERB && xt_int_parse(parts[4], &out->after) && xt_int_parse(parts[5], &out->until) &&
           xt_int_parse(parts[6], &out->cursor) && xt_int_parse(parts[7], &out->size);
}
