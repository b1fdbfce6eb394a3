/* FTS5's tokenizer interface over text/token.h. */
#include <string.h>

#include "search/fts5.h"
#include "text/token.h"

fts5_api *fts5_api_of(sqlite3 *db)
{
    fts5_api *api = NULL;
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &stmt, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(stmt, 1, (void *)&api, "fts5_api_ptr", NULL);
        (void)sqlite3_step(stmt); /* api stays NULL when it fails */
    }
    (void)sqlite3_finalize(stmt);
    return api;
}

static int tokenizer_create(void *context, const char **args, int arg_count, Fts5Tokenizer **out)
{
    (void)args;
    (void)arg_count;
    *out = context; /* the connection's count is all the state there is */
    return SQLITE_OK;
}

static void tokenizer_delete(Fts5Tokenizer *tokenizer)
{
    (void)tokenizer;
}

struct give {
    void *context;
    int (*token)(void *, int, const char *, int, int, int);
    uint64_t count;
    int rc;
};

static void give_beginnings(struct give *give, const struct xt_token *word)
{
    char beginning[1 + 4 * BEGINNING_CHARS] = {BEGINNING};
    size_t n = 0;

    for (int i = 0; i < BEGINNING_CHARS && n < word->n && give->rc == SQLITE_OK; i++) {
        uint32_t c;
        size_t next = n + xt_utf8_decode(word->s + n, word->n - n, &c);

        memcpy(beginning + 1 + n, word->s + n, next - n);
        n = next;
        give->rc =
            give->token(give->context, FTS5_TOKEN_COLOCATED, beginning, (int)n + 1, (int)word->start, (int)word->end);
    }
}

static bool give_token(void *context, const struct xt_token *token)
{
    struct give *give = context;

    give->count++;
    give->rc = give->token(give->context, 0, token->s, (int)token->n, (int)token->start, (int)token->end);
    if (token->kind == XT_TOKEN_WORD && !(token->s[0] >= '0' && token->s[0] <= '9'))
        give_beginnings(give, token);
    return give->rc == SQLITE_OK;
}

static int tokenize(Fts5Tokenizer *tokenizer, void *context, int flags, const char *text, int size,
                    int (*token)(void *, int, const char *, int, int, int))
{
    struct give give = {.context = context, .token = token, .rc = SQLITE_OK};
    size_t n = (size_t)size, from = 0;

    if (flags & FTS5_TOKENIZE_QUERY)
        return token(context, 0, text, size, 0, size);
    while (give.rc == SQLITE_OK) {
        const char *gap = memchr(text + from, FIELD_GAP, n - from);
        size_t to = gap ? (size_t)(gap - text) : n;

        xt_token_each((struct xt_str){text + from, to - from}, give_token, &give);
        if (!gap)
            break;
        if (give.rc == SQLITE_OK) /* a token that no query has takes up the position between */
            give.rc = token(context, 0, "\x1e", 1, (int)to, (int)to + 1);
        from = to + 1;
    }
    ((struct token_count *)(void *)tokenizer)->tokens += give.count;
    return give.rc;
}

enum xt_code fts5_add_tokenizer(sqlite3 *db, struct token_count *count, struct xt_error *err)
{
    fts5_api *api = fts5_api_of(db);
    fts5_tokenizer tokenizer = {tokenizer_create, tokenizer_delete, tokenize};

    if (!api || api->xCreateTokenizer(api, "xietong", count, &tokenizer, NULL) != SQLITE_OK)
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT("SQLite without FTS5"));
    return XT_OK;
}
