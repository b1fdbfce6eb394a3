/* table_xls_record.c - the records of a workbook stream, one after the other, deciphered. */
#include <stdlib.h>

#include "base/mem.h"
#include "table/table_bytes.h"
#include "table/table_xls_priv.h"

#define HEAD_BYTES 4u

struct xt_biff *xt_biff_new(const struct xt_ole_stream *stream, const struct xt_crypt *crypt, const char *name)
{
    struct xt_biff *biff = xt_calloc(1, sizeof *biff);

    biff->stream = stream;
    biff->crypt = crypt;
    biff->name = name;
    biff->key_block = UINT64_MAX;
    return biff;
}

/* Records that stand in the clear in an enciphered workbook, MS-XLS 2.2.10. */
static bool is_clear(uint16_t type)
{
    static const uint16_t clear[] = {XT_BIFF_BOF, XT_BIFF_FILEPASS, 0xE1, 0x138, 0x194, 0x195, 0x196};
    size_t i;

    for (i = 0; i < XT_COUNT(clear); i++)
        if (type == clear[i])
            return true;
    return false;
}

static void decipher_xor(struct xt_biff *biff, size_t from)
{
    uint64_t start = biff->from + HEAD_BYTES + biff->n;
    size_t i;

    for (i = from; i < biff->read; i++) {
        unsigned char c = (unsigned char)biff->body[i];

        c = (unsigned char)(c << 3 | c >> 5);
        biff->body[i] = (char)(c ^ biff->crypt->base[(start + i) % 16]);
    }
}

static void decipher_rc4(struct xt_biff *biff, size_t from)
{
    uint64_t start = biff->from + HEAD_BYTES;
    size_t i;

    for (i = from; i < biff->read; i++) {
        uint64_t block = (start + i) / XT_CRYPT_BLOCK;

        if (block != biff->key_block) {
            xt_crypt_block(biff->crypt, (uint32_t)block, biff->key);
            biff->key_block = block;
        }
        biff->body[i] = (char)((unsigned char)biff->body[i] ^ biff->key[(start + i) % XT_CRYPT_BLOCK]);
    }
}

static void decipher(struct xt_biff *biff)
{
    size_t from = biff->type == XT_BIFF_BOUNDSHEET ? 4 : 0; /* where the sheet begins is in the clear */

    if (biff->crypt->kind == XT_CRYPT_NONE || is_clear(biff->type))
        return;
    if (biff->crypt->kind == XT_CRYPT_XOR)
        decipher_xor(biff, from);
    else
        decipher_rc4(biff, from);
}

enum xt_code xt_biff_damaged(const struct xt_biff *biff, struct xt_error *err)
{
    return xt_fail(err, XT_E_MEDIA, "", XT_MSG_XLS_RECORD, XT_TEXT(biff->name), XT_INT(biff->type), XT_INT(biff->from));
}

enum xt_code xt_biff_next(struct xt_biff *biff, size_t most, bool *out_more, struct xt_error *err)
{
    unsigned char head[HEAD_BYTES];

    *out_more = xt_ole_stream_read(biff->stream, biff->at, head, sizeof head) == sizeof head;
    if (!*out_more)
        return XT_OK;
    biff->from = biff->at;
    biff->type = xt_le16(head);
    biff->n = xt_le16(head + 2);
    biff->at += HEAD_BYTES + biff->n;
    biff->read = biff->n < most ? biff->n : most;
    if (xt_ole_stream_read(biff->stream, biff->from + HEAD_BYTES, biff->body, biff->read) < biff->read)
        return xt_biff_damaged(biff, err);
    decipher(biff);
    return XT_OK;
}
