/*
 * table_xlsx_crypt.c - enciphered workbooks of Excel 2007 and later (MS-OFFCRYPTO 2.3.4): a zip inside a compound file.
 *
 * As with old workbooks, only the password that Excel tries by itself is tried. "Standard" is AES with SHA-1, "agile"
 * says in XML which ciphers and hashes it took. The seal over the data is not checked: the zip has sums of its own.
 */
#include <assert.h>
#include <nettle/aes.h>
#include <nettle/base64.h>
#include <nettle/cbc.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "table/table_bytes.h"
#include "table/table_xls_priv.h"

#define PASSWORD      "VelvetSweatshop"
#define PASSWORD_LEN  (sizeof PASSWORD - 1)
#define INFO_MAX      ((size_t)64 * XT_KIB)
#define SPIN_STANDARD 50000
#define SPIN_MAX      1000000 /* Office takes 100,000 */
#define HASH_MAX      64u
#define SALT_MAX      64u
#define SEGMENT       4096u
#define AES_BLOCK     16u

struct agile_part { /* keyData, or encryptedKey with the values it guards */
    const struct nettle_hash *hash;
    size_t key_bytes;
    int64_t spin;
    unsigned char salt[SALT_MAX], input[SALT_MAX], value[HASH_MAX + AES_BLOCK], key[SALT_MAX];
    size_t salt_n, input_n, value_n, key_n;
    bool sound;
};

struct agile {
    struct agile_part data, password;
};

struct package_key {
    bool agile;
    unsigned char key[32];
    size_t key_bytes;
    const struct nettle_hash *hash; /* agile: of the segments' beginnings */
    unsigned char salt[SALT_MAX];
    size_t salt_n;
};

static enum xt_code unknown_cipher(const char *name, int64_t version, struct xt_error *err)
{
    return xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLS_CIPHER, XT_TEXT(name), XT_INT(version));
}

static enum xt_code other_password(const char *name, struct xt_error *err)
{
    return xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_ENCRYPTED, XT_TEXT(name));
}

/* ---- hashes and ciphers ---- */

static void hash_two(const struct nettle_hash *hash, const void *a, size_t a_n, const void *b, size_t b_n,
                     unsigned char out[HASH_MAX])
{
    max_align_t context[(sizeof(struct sha512_ctx) + sizeof(max_align_t)) / sizeof(max_align_t)];

    assert(hash->context_size <= sizeof context && hash->digest_size <= HASH_MAX);
    hash->init(context);
    hash->update(context, a_n, a);
    hash->update(context, b_n, b);
    hash->digest(context, hash->digest_size, out);
}

/* The password, salted and hashed over and over. */
static void spin_password(const struct nettle_hash *hash, const unsigned char *salt, size_t salt_n, int64_t spin,
                          unsigned char out[HASH_MAX])
{
    unsigned char password[2 * PASSWORD_LEN] = {0}, number[4], last[HASH_MAX];
    int64_t i;

    for (i = 0; i < (int64_t)PASSWORD_LEN; i++)
        password[2 * i] = (unsigned char)PASSWORD[i];
    hash_two(hash, salt, salt_n, password, sizeof password, out);
    for (i = 0; i < spin; i++) {
        memcpy(last, out, hash->digest_size);
        xt_put_le32((uint32_t)i, number);
        hash_two(hash, number, sizeof number, last, hash->digest_size, out);
    }
}

/* n is a multiple of AES_BLOCK. iv NULL: each block by itself. */
static void decipher(const unsigned char *key, size_t key_bytes, const unsigned char *iv, void *data, size_t n)
{
    unsigned char chain[AES_BLOCK];
    struct aes128_ctx aes128;
    struct aes192_ctx aes192;
    struct aes256_ctx aes256;
    const void *context = key_bytes == 16 ? (void *)&aes128 : key_bytes == 24 ? (void *)&aes192 : (void *)&aes256;
    nettle_cipher_func *function = key_bytes == 16   ? (nettle_cipher_func *)aes128_decrypt
                                   : key_bytes == 24 ? (nettle_cipher_func *)aes192_decrypt
                                                     : (nettle_cipher_func *)aes256_decrypt;

    if (key_bytes == 16)
        aes128_set_decrypt_key(&aes128, key);
    else if (key_bytes == 24)
        aes192_set_decrypt_key(&aes192, key);
    else
        aes256_set_decrypt_key(&aes256, key);
    if (!iv) {
        function(context, n, data, data);
        return;
    }
    memcpy(chain, iv, AES_BLOCK);
    cbc_decrypt(context, function, AES_BLOCK, chain, n, data, data);
}

/* ---- standard, 2.3.4.5 to 2.3.4.9 ---- */

static void standard_key(const unsigned char *salt, size_t key_bytes, unsigned char out[32])
{
    unsigned char hash[HASH_MAX], number[4] = {0}, last[HASH_MAX], pad[64], both[2 * SHA1_DIGEST_SIZE];
    size_t i, half;

    spin_password(&nettle_sha1, salt, 16, SPIN_STANDARD, hash);
    hash_two(&nettle_sha1, hash, SHA1_DIGEST_SIZE, number, sizeof number, last);
    for (half = 0; half < 2; half++) {
        memset(pad, half == 0 ? 0x36 : 0x5C, sizeof pad);
        for (i = 0; i < SHA1_DIGEST_SIZE; i++)
            pad[i] ^= last[i];
        hash_two(&nettle_sha1, pad, sizeof pad, NULL, 0, hash);
        memcpy(both + half * SHA1_DIGEST_SIZE, hash, SHA1_DIGEST_SIZE);
    }
    memcpy(out, both, key_bytes);
}

/* A header of given size, then salt, verifier and its SHA-1, filled up to whole blocks. */
static enum xt_code open_standard(struct xt_str info, const char *name, struct package_key *out, struct xt_error *err)
{
    unsigned char check[16 + 32], hash[HASH_MAX];
    size_t header = info.n >= 12 ? xt_le32(info.s + 8) : SIZE_MAX, rest;

    if (header < 32 || header > info.n - 12 || info.n - 12 - header < 72)
        return unknown_cipher(name, xt_le16(info.s), err);
    rest = 12 + header;
    out->key_bytes = xt_le32(info.s + 12 + 16) / 8;
    if ((out->key_bytes != 16 && out->key_bytes != 24 && out->key_bytes != 32) || xt_le32(info.s + rest) != 16)
        return unknown_cipher(name, xt_le16(info.s), err);
    standard_key((const unsigned char *)info.s + rest + 4, out->key_bytes, out->key);
    memcpy(check, info.s + rest + 20, 16);
    memcpy(check + 16, info.s + rest + 40, 32);
    decipher(out->key, out->key_bytes, NULL, check, sizeof check);
    hash_two(&nettle_sha1, check, 16, NULL, 0, hash);
    return memcmp(hash, check + 16, SHA1_DIGEST_SIZE) == 0 ? XT_OK : other_password(name, err);
}

/* ---- agile, 2.3.4.10 to 2.3.4.15 ---- */

static size_t base64(struct xt_str text, unsigned char *out, size_t cap)
{
    struct base64_decode_ctx context;
    size_t n = BASE64_DECODE_LENGTH(text.n);

    if (text.n == 0 || n > cap + 2)
        return 0;
    unsigned char *room = xt_alloc(n + 1);

    base64_decode_init(&context);
    if (!base64_decode_update(&context, &n, room, text.n, text.s) || !base64_decode_final(&context) || n > cap)
        n = 0;
    memcpy(out, room, n);
    free(room);
    return n;
}

static const struct nettle_hash *hash_of(struct xt_str name)
{
    static const struct {
        const char *name;
        const struct nettle_hash *hash;
    } hashes[] = {{"SHA512", &nettle_sha512}, {"SHA384", &nettle_sha384}, {"SHA256", &nettle_sha256},
                  {"SHA1", &nettle_sha1},     {"SHA-1", &nettle_sha1},    {"MD5", &nettle_md5}};
    size_t i;

    for (i = 0; i < XT_COUNT(hashes); i++)
        if (xt_str_is(name, hashes[i].name))
            return hashes[i].hash;
    return NULL;
}

static void read_part(struct agile_part *part, const struct xt_xml_attributes *attributes, bool password)
{
    int64_t bits = 0;

    if (!xt_int_parse(xt_xml_attribute(attributes, "keyBits"), &bits))
        bits = 0;
    part->key_bytes = bits == 128 ? 16 : bits == 192 ? 24 : bits == 256 ? 32 : 0;
    part->hash = hash_of(xt_xml_attribute(attributes, "hashAlgorithm"));
    part->salt_n = base64(xt_xml_attribute(attributes, "saltValue"), part->salt, sizeof part->salt);
    part->sound = part->hash && part->key_bytes > 0 && part->salt_n > 0 &&
                  xt_str_is(xt_xml_attribute(attributes, "cipherAlgorithm"), "AES") &&
                  xt_str_is(xt_xml_attribute(attributes, "cipherChaining"), "ChainingModeCBC");
    if (!password || !part->sound)
        return;
    part->input_n = base64(xt_xml_attribute(attributes, "encryptedVerifierHashInput"), part->input, sizeof part->input);
    part->value_n = base64(xt_xml_attribute(attributes, "encryptedVerifierHashValue"), part->value, sizeof part->value);
    part->key_n = base64(xt_xml_attribute(attributes, "encryptedKeyValue"), part->key, sizeof part->key);
    part->sound = xt_int_parse(xt_xml_attribute(attributes, "spinCount"), &part->spin) && part->spin >= 0 &&
                  part->spin <= SPIN_MAX && part->input_n > 0 && part->input_n % AES_BLOCK == 0 &&
                  part->value_n % AES_BLOCK == 0 && part->value_n >= part->hash->digest_size && part->key_n > 0 &&
                  part->key_n % AES_BLOCK == 0;
}

static void agile_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct agile *agile = user;

    if (strcmp(name, "keyData") == 0)
        read_part(&agile->data, attributes, false);
    else if (strcmp(name, "encryptedKey") == 0)
        read_part(&agile->password, attributes, true);
}

static void no_end(void *user, const char *name)
{
    (void)user;
    (void)name;
}

static void no_text(void *user, const char *s, size_t n)
{
    (void)user;
    (void)s;
    (void)n;
}

static const struct xt_xml_calls AGILE_CALLS = {agile_start, no_end, no_text};

/* One of the values that the password guards. Keys shorter than asked for are filled up. */
static void open_value(const struct agile_part *part, const unsigned char *spun, const unsigned char purpose[8],
                       unsigned char *value, size_t n)
{
    unsigned char key[HASH_MAX], iv[SALT_MAX];

    memset(key, 0x36, sizeof key);
    memset(iv, 0x36, sizeof iv);
    hash_two(part->hash, spun, part->hash->digest_size, purpose, 8, key);
    memcpy(iv, part->salt, part->salt_n);
    decipher(key, part->key_bytes, iv, value, n);
}

static enum xt_code open_agile(struct xt_str info, const char *name, struct package_key *out, struct xt_error *err)
{
    static const unsigned char for_input[8] = {0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79},
                               for_value[8] = {0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E},
                               for_key[8] = {0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6};
    struct agile agile = {0};
    struct agile_part *password = &agile.password;
    struct xt_source *source = xt_source_memory(info.s + 8, info.n - 8);
    struct xt_xml *xml = xt_xml_open(&source, &AGILE_CALLS, &agile, name);
    unsigned char spun[HASH_MAX], hash[HASH_MAX];
    enum xt_code rc = xt_xml_all(xml, err);

    xt_xml_close(&xml);
    if (rc != XT_OK)
        return rc;
    if (!agile.data.sound || !password->sound || password->key_n < agile.data.key_bytes)
        return unknown_cipher(name, 4, err);
    spin_password(password->hash, password->salt, password->salt_n, password->spin, spun);
    open_value(password, spun, for_input, password->input, password->input_n);
    open_value(password, spun, for_value, password->value, password->value_n);
    hash_two(password->hash, password->input,
             password->salt_n < password->input_n ? password->salt_n : password->input_n, NULL, 0, hash);
    if (memcmp(hash, password->value, password->hash->digest_size) != 0)
        return other_password(name, err);
    open_value(password, spun, for_key, password->key, password->key_n);
    *out = (struct package_key){
        .agile = true, .key_bytes = agile.data.key_bytes, .hash = agile.data.hash, .salt_n = agile.data.salt_n};
    memcpy(out->key, password->key, out->key_bytes);
    memcpy(out->salt, agile.data.salt, agile.data.salt_n);
    return XT_OK;
}

/* ---- the package ---- */

static enum xt_code open_key(const struct xt_ole *ole, const char *name, struct package_key *out, struct xt_error *err)
{
    struct xt_ole_stream stream;
    char *bytes;
    enum xt_code rc = xt_ole_stream_open(ole, "EncryptionInfo", &stream, err);

    if (rc != XT_OK)
        return rc;
    bytes = xt_alloc(INFO_MAX);
    struct xt_str info = {bytes, xt_ole_stream_read(&stream, 0, bytes, INFO_MAX)};

    xt_ole_stream_done(&stream);
    if (info.n < 8)
        rc = unknown_cipher(name, 0, err);
    else if (xt_le16(info.s) == 4 && xt_le16(info.s + 2) == 4)
        rc = open_agile(info, name, out, err);
    else if (xt_le16(info.s + 2) == 2)
        rc = open_standard(info, name, out, err);
    else
        rc = unknown_cipher(name, xt_le16(info.s), err);
    free(bytes);
    return rc;
}

static void decipher_segment(const struct package_key *key, uint32_t number, unsigned char *data, size_t n)
{
    unsigned char bytes[4], iv[HASH_MAX];

    memset(iv, 0x36, sizeof iv);
    if (key->agile) {
        xt_put_le32(number, bytes);
        hash_two(key->hash, key->salt, key->salt_n, bytes, sizeof bytes, iv);
    }
    decipher(key->key, key->key_bytes, key->agile ? iv : NULL, data, n);
}

enum xt_code xt_xlsx_decipher(const struct xt_ole *ole, const char *name, struct xt_spool **out,
                              struct xt_str *out_bytes, struct xt_error *err)
{
    struct package_key key = {0};
    struct xt_ole_stream stream;
    struct xt_spool *spool;
    unsigned char data[SEGMENT];
    uint64_t at, size = 0;
    enum xt_code rc = open_key(ole, name, &key, err);

    if (rc == XT_OK)
        rc = xt_ole_stream_open(ole, "EncryptedPackage", &stream, err);
    if (rc != XT_OK)
        return rc;
    spool = xt_spool_new();
    if (xt_ole_stream_read(&stream, 0, data, 8) == 8)
        size = xt_le64(data);
    for (at = 0; rc == XT_OK && at < size; at += SEGMENT) {
        size_t n = xt_ole_stream_read(&stream, 8 + at, data, SEGMENT) / AES_BLOCK * AES_BLOCK;

        if (n == 0)
            break;
        decipher_segment(&key, (uint32_t)(at / SEGMENT), data, n);
        rc = xt_spool_add(spool, data, n < size - at ? n : (size_t)(size - at), err);
    }
    xt_ole_stream_done(&stream);
    if (rc == XT_OK)
        rc = xt_spool_ready(spool, out_bytes, err);
    if (rc == XT_OK)
        *out = spool;
    else
        xt_spool_free(&spool);
    return rc;
}
