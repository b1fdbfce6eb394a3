/*
 * Cursors: the place after the last hit of a page, in base64 with a check over it and the question, so that neither a
 * broken one nor one of another question is taken. They hold nothing secret and work in every process of a node.
 */
#include <string.h>

#include <sodium.h>

#include "base/hash.h"
#include "search/ask.h"

#define CURSOR_VERSION   1
#define CURSOR_BYTES_MAX 1024
#define CHECK_BYTES      8

struct buffer {
    unsigned char bytes[CURSOR_BYTES_MAX];
    size_t n, at;
    bool failed;
};

static void put(struct buffer *b, const void *data, size_t n)
{
    if (n > sizeof b->bytes - b->n) {
        b->failed = true;
        return;
    }
    memcpy(b->bytes + b->n, data, n);
    b->n += n;
}

static void get(struct buffer *b, void *data, size_t n)
{
    if (n > b->n - b->at) {
        b->failed = true;
        memset(data, 0, n);
        return;
    }
    memcpy(data, b->bytes + b->at, n);
    b->at += n;
}

/* The order is not of the question here: the bytes hold the one that came of it, whichever words asked for it. */
static struct xt_hash check_of(const unsigned char *bytes, size_t n, const struct xt_search_request *request)
{
    struct xt_hasher hasher;
    struct xt_hash hash;
    char about[] = {CURSOR_VERSION,        (char)request->reader,    request->like_count > 0, (char)request->sort_range,
                    (char)request->pieces, (char)request->as_written};

    xt_hasher_init(&hasher);
    xt_hasher_add_str(&hasher, (struct xt_str){about, sizeof about});
    xt_hasher_add_str(&hasher, request->query);
    for (size_t i = 0; i < request->filter_count; i++) {
        xt_hasher_add_str(&hasher, request->filters[i].name);
        for (size_t k = 0; k < request->filters[i].value_count; k++)
            xt_hasher_add_str(&hasher, request->filters[i].values[k]);
    }
    xt_hasher_add_str(&hasher, (struct xt_str){(const char *)bytes, n});
    xt_hasher_end(&hasher, &hash);
    return hash;
}

const char *cursor_write(const struct cursor *cursor, const struct xt_search_request *request, struct xt_arena *arena)
{
    struct buffer b = {.n = 0};
    unsigned char sort = (unsigned char)cursor->sort, leaf_count = (unsigned char)cursor->leaf_count;
    unsigned char key_n = (unsigned char)cursor->key.n;

    put(&b, &sort, 1);
    put(&b, &cursor->id, sizeof cursor->id);
    switch (cursor->sort) {
    case XT_SORT_RELEVANCE:
        put(&b, &cursor->score, sizeof cursor->score);
        put(&b, &cursor->rank.average_length, sizeof cursor->rank.average_length);
        put(&b, &cursor->rank.newest_year, sizeof cursor->rank.newest_year);
        put(&b, &leaf_count, 1);
        put(&b, cursor->rank.idf, cursor->leaf_count * sizeof *cursor->rank.idf);
        break;
    case XT_SORT_DATE:
    case XT_SORT_NUMBER:
        put(&b, &cursor->date, sizeof cursor->date);
        break;
    case XT_SORT_TITLE:
        put(&b, &key_n, 1);
        put(&b, cursor->key.s, key_n);
        break;
    }
    struct xt_hash check = check_of(b.bytes, b.n, request);
    put(&b, check.bytes, CHECK_BYTES);

    size_t size = sodium_base64_encoded_len(b.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = xt_arena_alloc(arena, size);
    return sodium_bin2base64(text, size, b.bytes, b.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool cursor_read(struct xt_str text, const struct xt_search_request *request, struct xt_arena *arena,
                 struct cursor *out)
{
    struct buffer b = {.n = 0};
    unsigned char sort = 0, leaf_count = 0, key_n = 0;
    const char *end;

    if (sodium_base642bin(b.bytes, sizeof b.bytes, text.s, text.n, NULL, &b.n, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != text.s + text.n || b.n < CHECK_BYTES)
        return false;
    b.n -= CHECK_BYTES;
    struct xt_hash check = check_of(b.bytes, b.n, request);
    if (memcmp(check.bytes, b.bytes + b.n, CHECK_BYTES) != 0)
        return false;

    *out = (struct cursor){.sort = XT_SORT_RELEVANCE};
    get(&b, &sort, 1);
    get(&b, &out->id, sizeof out->id);
    if (sort > XT_SORT_NUMBER)
        return false;
    out->sort = (enum xt_sort)sort;
    switch (out->sort) {
    case XT_SORT_RELEVANCE:
        get(&b, &out->score, sizeof out->score);
        get(&b, &out->rank.average_length, sizeof out->rank.average_length);
        get(&b, &out->rank.newest_year, sizeof out->rank.newest_year);
        get(&b, &leaf_count, 1);
        if (leaf_count > QUERY_LEAVES_MAX)
            return false;
        out->leaf_count = leaf_count;
        get(&b, out->rank.idf, leaf_count * sizeof *out->rank.idf);
        break;
    case XT_SORT_DATE:
    case XT_SORT_NUMBER:
        get(&b, &out->date, sizeof out->date);
        break;
    case XT_SORT_TITLE: {
        char key[256];

        get(&b, &key_n, 1);
        get(&b, key, key_n);
        out->key = (struct xt_str){xt_arena_strndup(arena, key, key_n), key_n};
        break;
    }
    }
    return !b.failed && b.at == b.n;
}
