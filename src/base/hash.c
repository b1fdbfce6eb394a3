/* hash.c - SHA-256 by libsodium; SipHash for tables. */
#include "base/hash.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(((struct xt_hasher *)0)->state) >= sizeof(crypto_hash_sha256_state), "libsodium's state fits");

struct xt_hash xt_hash_of(const void *data, size_t n)
{
    struct xt_hash hash;

    crypto_hash_sha256(hash.bytes, data ? data : "", n);
    return hash;
}

char *xt_hash_hex(const struct xt_hash *hash, char out[XT_HASH_HEX])
{
    return sodium_bin2hex(out, XT_HASH_HEX, hash->bytes, sizeof hash->bytes);
}

void xt_hasher_init(struct xt_hasher *hasher)
{
    crypto_hash_sha256_init((crypto_hash_sha256_state *)hasher->state);
}

void xt_hasher_add(struct xt_hasher *hasher, const void *data, size_t n)
{
    crypto_hash_sha256_update((crypto_hash_sha256_state *)hasher->state, data ? data : "", n);
}

void xt_hasher_add_str(struct xt_hasher *hasher, struct xt_str s)
{
    unsigned char length[8];
    int i;

    for (i = 0; i < 8; i++)
        length[i] = (unsigned char)((uint64_t)s.n >> (8 * i));
    xt_hasher_add(hasher, length, sizeof length);
    xt_hasher_add(hasher, s.s, s.n);
}

void xt_hasher_end(struct xt_hasher *hasher, struct xt_hash *out)
{
    crypto_hash_sha256_final((crypto_hash_sha256_state *)hasher->state, out->bytes);
}

static unsigned char table_key[crypto_shorthash_KEYBYTES];

static void make_table_key(void)
{
    randombytes_buf(table_key, sizeof table_key);
}

uint64_t xt_hash64(const void *data, size_t n)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    uint64_t hash;

    pthread_once(&once, make_table_key);
    crypto_shorthash((unsigned char *)&hash, data ? data : "", n, table_key);
    return hash;
}
