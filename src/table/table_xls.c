/*
 * table_xls.c - workbooks of Excel 5 to 2003 (MS-XLS; the older ones have the same records with other strings).
 *
 * The globals of the workbook come first in its stream: formats, shared strings, and where each sheet begins.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "table/table_bytes.h"
#include "table/table_xls_priv.h"

#define SHEETS_MAX  4096u
#define XFS_MAX     65536u
#define FORMATS_MAX 4096u
#define BYTES_MAX   ((int64_t)XT_GIB)

#define BOF_GLOBALS 5u
#define BIFF8       0x600u
#define BIFF5       0x500u

struct format {
    uint16_t id;
    struct xt_show show;
};

struct globals { /* while they are read */
    struct xt_xls *xls;
    struct xt_biff *biff;
    struct format *formats;
    size_t format_count, format_capacity;
    struct xt_text text;
};

static struct xt_biff_in record_from(struct xt_biff *biff, size_t at)
{
    return (struct xt_biff_in){.biff = biff, .at = at < biff->read ? at : biff->read};
}

static enum xt_code string_failed(const struct xt_biff_in *in, struct xt_error *err)
{
    if (in->rc == XT_OK)
        return xt_biff_damaged(in->biff, err);
    if (err)
        *err = in->err;
    return in->rc;
}

static enum xt_code read_sheet(struct globals *globals, struct xt_error *err)
{
    struct xt_xls *xls = globals->xls;
    struct xt_biff *biff = globals->biff;
    struct xt_biff_in in = record_from(biff, 6);

    if (biff->read < 8)
        return xt_biff_damaged(biff, err);
    if (xls->sheet_count >= SHEETS_MAX || biff->body[5] != 0) /* charts and macros have no cells */
        return XT_OK;
    xt_text_clear(&globals->text);
    if (!xt_biff_string(&xls->text, &in, 1, &globals->text))
        return string_failed(&in, err);
    xt_grow(&xls->sheets, &xls->sheet_capacity, xls->sheet_count + 1, sizeof *xls->sheets);
    xls->sheets[xls->sheet_count++] = (struct xt_xls_sheet){
        .name = xt_strndup(globals->text.s, globals->text.n),
        .at = xt_le32(biff->body),
        .hidden = (biff->body[4] & 3) != 0,
    };
    return XT_OK;
}

static enum xt_code read_format(struct globals *globals, struct xt_error *err)
{
    struct xt_biff_in in = record_from(globals->biff, 2);

    if (globals->biff->read < 3)
        return xt_biff_damaged(globals->biff, err);
    if (globals->format_count >= FORMATS_MAX)
        return XT_OK;
    uint16_t id = xt_le16(globals->biff->body);

    xt_text_clear(&globals->text);
    if (!xt_biff_string(&globals->xls->text, &in, globals->xls->text.biff8 ? 2 : 1, &globals->text))
        return string_failed(&in, err);
    xt_grow(&globals->formats, &globals->format_capacity, globals->format_count + 1, sizeof *globals->formats);
    globals->formats[globals->format_count++] =
        (struct format){.id = id, .show = xt_show_custom(xt_text_view(&globals->text))};
    return XT_OK;
}

static enum xt_code read_xf(struct globals *globals, struct xt_error *err)
{
    struct xt_xls *xls = globals->xls;

    if (globals->biff->read < 4)
        return xt_biff_damaged(globals->biff, err);
    if (xls->xf_count >= XFS_MAX)
        return XT_OK;
    xt_grow(&xls->formats, &xls->xf_capacity, xls->xf_count + 1, sizeof *xls->formats);
    xls->formats[xls->xf_count++] = xt_le16(globals->biff->body + 2);
    return XT_OK;
}

/* The count stands before the strings; some writers get it wrong, so the end of the records counts as well. */
static enum xt_code read_strings(struct globals *globals, struct xt_error *err)
{
    struct xt_xls *xls = globals->xls;
    struct xt_biff_in in = record_from(globals->biff, 8);
    uint32_t left;
    enum xt_code rc = XT_OK;

    if (globals->biff->read < 8)
        return xt_biff_damaged(globals->biff, err);
    for (left = xt_le32(globals->biff->body + 4); left > 0 && rc == XT_OK; left--) {
        xt_text_clear(&globals->text);
        if (!xt_biff_string(&xls->text, &in, 2, &globals->text)) {
            if (in.rc != XT_OK)
                return string_failed(&in, err);
            break; /* what is missing is refused where a cell asks for it */
        }
        rc = xt_strings_add(xls->strings, xt_text_view(&globals->text), err);
    }
    return rc == XT_OK ? xt_strings_ready(xls->strings, err) : rc;
}

static enum xt_code read_global(struct globals *globals, struct xt_error *err)
{
    struct xt_xls *xls = globals->xls;
    struct xt_biff *biff = globals->biff;

    switch (biff->type) {
    case XT_BIFF_FILEPASS:
        return xt_crypt_open((struct xt_str){biff->body, biff->read}, xls->text.biff8, xls->name, &xls->crypt, err);
    case XT_BIFF_CODEPAGE:
        if (biff->read >= 2)
            xt_biff_text_codepage(&xls->text, xt_le16(biff->body));
        return XT_OK;
    case XT_BIFF_DATEMODE:
        xls->date1904 = biff->read >= 2 && xt_le16(biff->body) == 1;
        return XT_OK;
    case XT_BIFF_BOUNDSHEET:
        return read_sheet(globals, err);
    case XT_BIFF_FORMAT:
        return read_format(globals, err);
    case XT_BIFF_XF:
        return read_xf(globals, err);
    case XT_BIFF_SST:
        return read_strings(globals, err);
    default:
        return XT_OK;
    }
}

static struct xt_show show_of(const struct globals *globals, uint16_t id)
{
    size_t i;

    for (i = 0; i < globals->format_count; i++)
        if (globals->formats[i].id == id)
            return globals->formats[i].show;
    return xt_show_builtin(id);
}

static enum xt_code read_begin(struct globals *globals, struct xt_error *err)
{
    struct xt_biff *biff = globals->biff;
    bool more;
    enum xt_code rc = xt_biff_next(biff, XT_BIFF_BODY, &more, err);

    if (rc != XT_OK)
        return rc;
    if (!more || (biff->type & 0xFF) != (XT_BIFF_BOF & 0xFF) || biff->read < 4)
        return xt_biff_damaged(biff, err);
    uint16_t version = xt_le16(biff->body);

    if (biff->type != XT_BIFF_BOF || (version != BIFF8 && version != BIFF5) || xt_le16(biff->body + 2) != BOF_GLOBALS)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_XLS, XT_TEXT(globals->xls->name));
    globals->xls->text.biff8 = version == BIFF8;
    return XT_OK;
}

static enum xt_code read_globals(struct xt_xls *xls, struct xt_error *err)
{
    struct globals globals = {.xls = xls, .biff = xt_biff_new(&xls->stream, &xls->crypt, xls->name)};
    bool more = true;
    size_t i;
    enum xt_code rc;

    xt_text_init(&globals.text, (size_t)4 * XT_BIFF_BODY);
    rc = read_begin(&globals, err);
    while (rc == XT_OK && more) {
        rc = xt_biff_next(globals.biff, XT_BIFF_BODY, &more, err);
        if (rc != XT_OK || !more || globals.biff->type == XT_BIFF_EOF)
            break;
        rc = read_global(&globals, err);
    }
    xls->styles = xt_calloc(xls->xf_count + 1, sizeof *xls->styles);
    for (i = 0; i < xls->xf_count; i++)
        xls->styles[i] = show_of(&globals, xls->formats[i]);
    free(globals.formats);
    xt_text_done(&globals.text);
    free(globals.biff);
    return rc;
}

/* ---- the book ---- */

static void xls_close(struct xt_book *book)
{
    struct xt_xls *xls = (struct xt_xls *)book;
    size_t i;

    for (i = 0; i < xls->sheet_count; i++)
        free(xls->sheets[i].name);
    free(xls->sheets);
    free(xls->names);
    free(xls->hidden);
    free(xls->formats);
    free(xls->styles);
    ucnv_close(xls->text.converter);
    xt_strings_free(&xls->strings);
    xt_ole_stream_done(&xls->stream);
    xt_ole_close(&xls->ole);
    xt_spool_free(&xls->spool);
    free(xls);
}

static const struct xt_book_ops XLS_OPS = {xt_xls_sheet_open, xls_close};

static void name_sheets(struct xt_xls *xls)
{
    size_t i;

    xls->names = xt_calloc(xls->sheet_count + 1, sizeof *xls->names);
    xls->hidden = xt_calloc(xls->sheet_count + 1, sizeof *xls->hidden);
    for (i = 0; i < xls->sheet_count; i++) {
        xls->names[i] = xls->sheets[i].name;
        xls->hidden[i] = xls->sheets[i].hidden;
    }
    xls->base.names = xls->names;
    xls->base.hidden = xls->hidden;
    xls->base.count = xls->sheet_count;
}

/* ---- what else lies in compound files ---- */

static enum xt_code refuse_other(const struct xt_ole *ole, const char *name, struct xt_error *err)
{
    enum xt_msg msg = xt_ole_has(ole, "WordDocument")          ? XT_MSG_FILE_IS_WORD
                      : xt_ole_has(ole, "PowerPoint Document") ? XT_MSG_FILE_IS_SLIDES
                                                               : XT_MSG_FILE_IS_BINARY;

    return xt_fail(err, XT_E_MEDIA, "", msg, XT_TEXT(name));
}

struct held_package { /* a zip whose bytes it owns */
    struct xt_package base;
    struct xt_package *zip;
    struct xt_spool *spool;
};

static enum xt_code held_open(struct xt_package *package, const char *part, struct xt_source **out,
                              struct xt_error *err)
{
    struct held_package *held = (struct held_package *)package;

    return held->zip->open(held->zip, part, out, err);
}

static void held_close(struct xt_package *package)
{
    struct held_package *held = (struct held_package *)package;

    held->zip->close(held->zip);
    xt_spool_free(&held->spool);
    free(held);
}

static enum xt_code open_zip(struct xt_str bytes, const char *name, zip_t **out, struct xt_error *err)
{
    zip_error_t fault;
    zip_source_t *source;
    enum xt_code rc = XT_OK;

    zip_error_init(&fault);
    source = zip_source_buffer_create(bytes.s, bytes.n, 0, &fault);
    *out = source ? zip_open_from_source(source, ZIP_RDONLY, &fault) : NULL;
    if (!*out) {
        rc = xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_ZIP, XT_TEXT(name), XT_TEXT(zip_error_strerror(&fault)));
        zip_source_free(source);
    }
    zip_error_fini(&fault);
    return rc;
}

/* An enciphered workbook of Excel 2007 and later. Takes *spool in any case. */
static enum xt_code open_held(struct xt_spool **spool, struct xt_str bytes, const char *name,
                              const struct xt_table_limits *limits, struct xt_book **out, struct xt_error *err)
{
    struct held_package *held;
    struct xt_package *package;
    zip_t *zip;
    enum xt_code rc = open_zip(bytes, name, &zip, err);

    if (rc != XT_OK) {
        xt_spool_free(spool);
        return rc;
    }
    held = xt_calloc(1, sizeof *held);
    held->base = (struct xt_package){.open = held_open, .close = held_close, .name = name, .total = (int64_t)bytes.n};
    held->zip = xt_package_zip(&zip, limits, name, (int64_t)bytes.n);
    held->spool = *spool;
    *spool = NULL;
    package = &held->base;
    return xt_xlsx_open(&package, limits, out, err);
}

/* ---- opening ---- */

static enum xt_code open_xls(struct xt_xls *xls, struct xt_error *err)
{
    const char *stream = xt_ole_has(xls->ole, "Workbook") ? "Workbook" : "Book";
    enum xt_code rc;

    if (xt_ole_has(xls->ole, "WordDocument") || !xt_ole_has(xls->ole, stream))
        return refuse_other(xls->ole, xls->name, err);
    rc = xt_ole_stream_open(xls->ole, stream, &xls->stream, err);
    if (rc == XT_OK)
        rc = read_globals(xls, err);
    if (rc == XT_OK)
        name_sheets(xls);
    return rc;
}

enum xt_code xt_xls_open(struct xt_source **source, const char *name, const struct xt_table_limits *limits,
                         struct xt_book **out, enum xt_format *out_format, struct xt_error *err)
{
    struct xt_xls *xls = xt_calloc(1, sizeof *xls);
    struct xt_spool *spool = NULL; /* of a zip that was inside */
    struct xt_str bytes = {"", 0};
    enum xt_code rc;

    xls->base.ops = &XLS_OPS;
    xls->name = name;
    xls->limits = limits;
    xls->strings = xt_strings_new(limits->strings_bytes);
    *out_format = XT_FORMAT_XLS;
    rc = xt_spool_source(source, BYTES_MAX, name, &xls->spool, &bytes, err);
    xls->bytes_total = (int64_t)bytes.n;
    if (rc == XT_OK)
        rc = xt_ole_open(bytes, name, &xls->ole, err);
    if (rc == XT_OK && xt_ole_has(xls->ole, "EncryptedPackage")) {
        *out_format = XT_FORMAT_XLSX;
        rc = xt_xlsx_decipher(xls->ole, name, &spool, &bytes, err);
        xls_close(&xls->base);
        return rc == XT_OK ? open_held(&spool, bytes, name, limits, out, err) : rc;
    }
    if (rc == XT_OK)
        rc = open_xls(xls, err);
    if (rc == XT_OK)
        *out = &xls->base;
    else
        xls_close(&xls->base);
    return rc;
}
