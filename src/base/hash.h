/*
 * hash.h - SHA-256 for content, chains and files; a fast 64-bit hash for tables in memory.
 */
#ifndef XT_BASE_HASH_H
#define XT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define XT_HASH_BYTES 32
#define XT_HASH_HEX   65

struct xt_hash {
    unsigned char bytes[XT_HASH_BYTES];
};

struct xt_hash xt_hash_of(const void *data, size_t n);
char *xt_hash_hex(const struct xt_hash *hash, char out[XT_HASH_HEX]);

/* Incremental. */
struct xt_hasher {
    _Alignas(8) unsigned char state[128]; /* libsodium's state, checked by a static assertion */
};
void xt_hasher_init(struct xt_hasher *hasher);
void xt_hasher_add(struct xt_hasher *hasher, const void *data, size_t n);
void xt_hasher_add_str(struct xt_hasher *hasher, struct xt_str s); /* length first, so that parts cannot run together */
void xt_hasher_end(struct xt_hasher *hasher, struct xt_hash *out);

/* Not for anything that leaves the process: seeded at start so that chosen input cannot collide tables. */
uint64_t xt_hash64(const void *data, size_t n);

#endif
