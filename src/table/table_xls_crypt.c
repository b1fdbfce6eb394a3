/*
 * table_xls_crypt.c - the ciphers of old workbooks (MS-OFFCRYPTO 2.3.5 to 2.3.7).
 *
 * Excel enciphers a workbook whose structure is protected with a password of its own and opens it without asking. So do
 * we; any other password is its owner's. The ciphers are weak and protect nothing here: they are the file's format.
 */
#include <nettle/arcfour.h>
#include <nettle/md5.h>
#include <nettle/sha1.h>

#include "table/table_bytes.h"
#include "table/table_xls_priv.h"

#define PASSWORD     "VelvetSweatshop"
#define PASSWORD_LEN (sizeof PASSWORD - 1)

static void password_utf16(unsigned char out[2 * PASSWORD_LEN])
{
    size_t i;

    for (i = 0; i < PASSWORD_LEN; i++) {
        out[2 * i] = (unsigned char)PASSWORD[i];
        out[2 * i + 1] = 0;
    }
}

static void md5(const void *data, size_t n, unsigned char out[MD5_DIGEST_SIZE])
{
    struct md5_ctx md5;

    md5_init(&md5);
    md5_update(&md5, n, data);
    md5_digest(&md5, MD5_DIGEST_SIZE, out);
}

static void sha1_two(const void *a, size_t a_n, const void *b, size_t b_n, unsigned char out[SHA1_DIGEST_SIZE])
{
    struct sha1_ctx sha1;

    sha1_init(&sha1);
    sha1_update(&sha1, a_n, a);
    sha1_update(&sha1, b_n, b);
    sha1_digest(&sha1, SHA1_DIGEST_SIZE, out);
}

void xt_crypt_block(const struct xt_crypt *crypt, uint32_t block, unsigned char out[XT_CRYPT_BLOCK])
{
    unsigned char number[4], key[SHA1_DIGEST_SIZE] = {0}, data[9];
    size_t key_bytes = MD5_DIGEST_SIZE;
    struct arcfour_ctx rc4;

    xt_put_le32(block, number);
    if (crypt->kind == XT_CRYPT_RC4) {
        memcpy(data, crypt->base, 5);
        memcpy(data + 5, number, 4);
        md5(data, sizeof data, key);
    } else {
        sha1_two(crypt->base, SHA1_DIGEST_SIZE, number, 4, key);
        key_bytes = crypt->key_bytes;
        if (key_bytes == 5) { /* 40 bits are filled up with zeros to 128 */
            memset(key + 5, 0, MD5_DIGEST_SIZE - 5);
            key_bytes = MD5_DIGEST_SIZE;
        }
    }
    memset(out, 0, XT_CRYPT_BLOCK);
    arcfour_set_key(&rc4, key_bytes, key);
    arcfour_crypt(&rc4, XT_CRYPT_BLOCK, out, out);
}

static enum xt_code other_password(const char *name, struct xt_error *err)
{
    return xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_ENCRYPTED, XT_TEXT(name));
}

static enum xt_code unknown_cipher(const char *name, int64_t version, struct xt_error *err)
{
    return xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLS_CIPHER, XT_TEXT(name), XT_INT(version));
}

static void combine(unsigned char *data, const unsigned char *key, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        data[i] ^= key[i];
}

/* Office binary document RC4, 2.3.6: salt, verifier and its hash, 16 bytes each. */
static enum xt_code open_rc4(struct xt_str body, const char *name, struct xt_crypt *out, struct xt_error *err)
{
    unsigned char password[2 * PASSWORD_LEN], hash[16], salted[16 * 21], key[XT_CRYPT_BLOCK], check[32];
    size_t i;

    if (body.n < 54)
        return unknown_cipher(name, 1, err);
    out->kind = XT_CRYPT_RC4;
    password_utf16(password);
    md5(password, sizeof password, hash);
    for (i = 0; i < 16; i++) {
        memcpy(salted + 21 * i, hash, 5);
        memcpy(salted + 21 * i + 5, body.s + 6, 16);
    }
    md5(salted, sizeof salted, out->base);
    xt_crypt_block(out, 0, key);
    memcpy(check, body.s + 22, sizeof check);
    combine(check, key, sizeof check);
    md5(check, 16, hash);
    return memcmp(hash, check + 16, 16) == 0 ? XT_OK : other_password(name, err);
}

/* RC4 CryptoAPI, 2.3.5: a header of given size, then salt, verifier and its SHA-1. */
static enum xt_code open_rc4_api(struct xt_str body, const char *name, struct xt_crypt *out, struct xt_error *err)
{
    unsigned char password[2 * PASSWORD_LEN], hash[SHA1_DIGEST_SIZE], key[XT_CRYPT_BLOCK], check[16 + 20];
    size_t header, bits, rest;

    header = body.n >= 14 ? xt_le32(body.s + 10) : SIZE_MAX;
    if (header < 32 || header > body.n - 14 || body.n - 14 - header < 60)
        return unknown_cipher(name, 2, err);
    bits = xt_le32(body.s + 14 + 16);
    rest = 14 + header;
    if (xt_le32(body.s + 14 + 8) != 0x6801 || bits > 128 || bits % 8 != 0 || xt_le32(body.s + rest) != 16)
        return unknown_cipher(name, 2, err);
    out->kind = XT_CRYPT_RC4_API;
    out->key_bytes = bits > 0 ? bits / 8 : 5;
    password_utf16(password);
    sha1_two(body.s + rest + 4, 16, password, sizeof password, out->base);
    xt_crypt_block(out, 0, key);
    memcpy(check, body.s + rest + 20, 16);
    memcpy(check + 16, body.s + rest + 40, 20);
    combine(check, key, sizeof check);
    sha1_two(check, 16, NULL, 0, hash);
    return memcmp(hash, check + 16, sizeof hash) == 0 ? XT_OK : other_password(name, err);
}

/* ---- XOR obfuscation, method 1, 2.3.7.1 and 2.3.7.2 ---- */

static uint16_t xor_hash(void)
{
    uint16_t hash = 0;
    size_t i;

    for (i = PASSWORD_LEN; i > 0; i--) {
        hash ^= (uint16_t)PASSWORD[i - 1];
        hash = (uint16_t)((hash << 1 & 0x7FFF) | hash >> 14);
    }
    return (uint16_t)(hash ^ PASSWORD_LEN ^ 0xCE4B);
}

/* The key is a CRC over 7 bits of each letter, from the last to the first: the tables of the standard are its powers. */
static uint16_t xor_key(void)
{
    uint16_t key = 0, base = 0x8000, end = 0xFFFF;
    size_t i;
    int bit;

    for (i = PASSWORD_LEN; i > 0; i--) {
        unsigned c = (unsigned char)PASSWORD[i - 1] & 0x7F;

        for (bit = 0; bit < 8; bit++) {
            base = (uint16_t)(base << 1 | base >> 15);
            if (base & 1)
                base ^= 0x1020;
            if (c & 1)
                key ^= base;
            c >>= 1;
            end = (uint16_t)(end << 1 | end >> 15);
            if (end & 1)
                end ^= 0x1020;
        }
    }
    return (uint16_t)(key ^ end);
}

static enum xt_code open_xor(const char *key_and_hash, const char *name, struct xt_crypt *out, struct xt_error *err)
{
    static const unsigned char fill[16] = {0xBB, 0xFF, 0xFF, 0xBA, 0xFF, 0xFF, 0xB9, 0x80,
                                           0x00, 0xBE, 0x0F, 0x00, 0xBF, 0x0F, 0x00};
    uint16_t key = xor_key();
    size_t i;

    if (xt_le16(key_and_hash) != key || xt_le16(key_and_hash + 2) != xor_hash())
        return other_password(name, err);
    out->kind = XT_CRYPT_XOR;
    for (i = 0; i < 16; i++) {
        unsigned char c = i < PASSWORD_LEN ? (unsigned char)PASSWORD[i] : fill[i - PASSWORD_LEN];

        c ^= (unsigned char)(i % 2 == 0 ? key : key >> 8);
        out->base[i] = (unsigned char)(c << 2 | c >> 6);
    }
    return XT_OK;
}

enum xt_code xt_crypt_open(struct xt_str filepass, bool biff8, const char *name, struct xt_crypt *out,
                           struct xt_error *err)
{
    uint16_t type, version;

    if (!biff8)
        return filepass.n >= 4 ? open_xor(filepass.s, name, out, err) : unknown_cipher(name, 0, err);
    if (filepass.n < 6)
        return unknown_cipher(name, 0, err);
    type = xt_le16(filepass.s);
    version = xt_le16(filepass.s + 2);
    if (type == 0)
        return open_xor(filepass.s + 2, name, out, err);
    if (type == 1 && version == 1)
        return open_rc4(filepass, name, out, err);
    if (type == 1 && version >= 2 && version <= 4)
        return open_rc4_api(filepass, name, out, err);
    return unknown_cipher(name, version, err);
}
