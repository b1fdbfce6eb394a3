/*
 * table_xls_priv.h - what the table_xls*.c files share: records of BIFF5 and BIFF8 (MS-XLS 2.1.4), deciphered, and the
 * workbook they make up.
 */
#ifndef XT_TABLE_XLS_PRIV_H
#define XT_TABLE_XLS_PRIV_H

#include <unicode/ucnv.h>

#include "table/table_ole.h"
#include "table/table_priv.h"

enum {
    XT_BIFF_FORMULA = 0x06,
    XT_BIFF_EOF = 0x0A,
    XT_BIFF_DATEMODE = 0x22,
    XT_BIFF_FILEPASS = 0x2F,
    XT_BIFF_CONTINUE = 0x3C,
    XT_BIFF_CODEPAGE = 0x42,
    XT_BIFF_BOUNDSHEET = 0x85,
    XT_BIFF_MULRK = 0xBD,
    XT_BIFF_RSTRING = 0xD6,
    XT_BIFF_XF = 0xE0,
    XT_BIFF_MERGECELLS = 0xE5,
    XT_BIFF_SST = 0xFC,
    XT_BIFF_LABELSST = 0xFD,
    XT_BIFF_NUMBER = 0x203,
    XT_BIFF_LABEL = 0x204,
    XT_BIFF_BOOLERR = 0x205,
    XT_BIFF_STRING = 0x207,
    XT_BIFF_ARRAY = 0x221,
    XT_BIFF_TABLE = 0x236,
    XT_BIFF_RK = 0x27E,
    XT_BIFF_FORMAT = 0x41E,
    XT_BIFF_SHRFMLA = 0x4BC,
    XT_BIFF_BOF = 0x809,
};

/* ---- ciphers: table_xls_crypt.c ---- */

#define XT_CRYPT_BLOCK 1024u

enum xt_crypt_kind { XT_CRYPT_NONE, XT_CRYPT_XOR, XT_CRYPT_RC4, XT_CRYPT_RC4_API };
struct xt_crypt {
    enum xt_crypt_kind kind;
    unsigned char base[20]; /* RC4: what each block's key is made from; XOR: 16 bytes that come again and again */
    size_t key_bytes;       /* RC4_API */
};
/* From the body of FILEPASS, with the password that Excel tries by itself. XT_E_MEDIA where it is another one. */
enum xt_code xt_crypt_open(struct xt_str filepass, bool biff8, const char *name, struct xt_crypt *out,
                           struct xt_error *err);
/* What block number `block` of the stream is combined with (RC4). */
void xt_crypt_block(const struct xt_crypt *crypt, uint32_t block, unsigned char out[XT_CRYPT_BLOCK]);

/* The zip inside an enciphered workbook of Excel 2007 and later: table_xlsx_crypt.c. *out_bytes lives as long as *out. */
enum xt_code xt_xlsx_decipher(const struct xt_ole *ole, const char *name, struct xt_spool **out,
                              struct xt_str *out_bytes, struct xt_error *err);

/* ---- records: table_xls_record.c ---- */

#define XT_BIFF_BODY 65535u

struct xt_biff {
    const struct xt_ole_stream *stream;
    const struct xt_crypt *crypt;
    const char *name; /* of the file, for messages */
    uint64_t at;      /* of the next record */
    uint64_t from;    /* of this one */
    uint16_t type;
    size_t n;    /* bytes of its body */
    size_t read; /* of these, in body */
    uint64_t key_block;
    unsigned char key[XT_CRYPT_BLOCK];
    char body[XT_BIFF_BODY];
};
struct xt_biff *xt_biff_new(const struct xt_ole_stream *stream, const struct xt_crypt *crypt, const char *name);
/* Reads the next record, at most `most` bytes of its body. *out_more false at the end of the stream. */
enum xt_code xt_biff_next(struct xt_biff *biff, size_t most, bool *out_more, struct xt_error *err);
enum xt_code xt_biff_damaged(const struct xt_biff *biff, struct xt_error *err);

/* ---- text: table_xls_text.c ---- */

/* A record read byte by byte, on into the CONTINUE records behind it. */
struct xt_biff_in {
    struct xt_biff *biff;
    size_t at;
    enum xt_code rc;
    struct xt_error err;
};
bool xt_biff_take(struct xt_biff_in *in, void *out, size_t n); /* out NULL: passed over */

/* How text lies in records: BIFF8 as UTF-16 or its lower halves, before that in the code page of the workbook. */
struct xt_biff_text {
    bool biff8;
    UConverter *converter; /* BIFF5; owned */
    int64_t bad;           /* ill-formed characters so far */
};
void xt_biff_text_codepage(struct xt_biff_text *text, uint16_t codepage);
/* A string with a count of 1 or 2 bytes before it, appended to out. False where the record ends before it does. */
bool xt_biff_string(struct xt_biff_text *text, struct xt_biff_in *in, size_t count_bytes, struct xt_text *out);

/* ---- the workbook ---- */

struct xt_xls_sheet {
    char *name;
    uint64_t at;
    bool hidden;
};

struct xt_xls {
    struct xt_book base;
    const char *name;
    const struct xt_table_limits *limits;
    struct xt_spool *spool;
    int64_t bytes_total;
    struct xt_ole *ole;
    struct xt_ole_stream stream;
    struct xt_crypt crypt;
    struct xt_biff_text text;
    struct xt_xls_sheet *sheets;
    size_t sheet_count, sheet_capacity;
    const char **names;
    bool *hidden;
    uint16_t *formats; /* of each XF */
    size_t xf_count, xf_capacity;
    struct xt_show *styles; /* of each XF */
    struct xt_strings *strings;
    bool date1904;
};

enum xt_code xt_xls_sheet_open(struct xt_book *book, size_t index, struct xt_reader **out, struct xt_error *err);

#endif
