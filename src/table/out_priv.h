/*
 * out_priv.h - the insides of the table writers; for out*.c only.
 */
#ifndef XT_OUT_PRIV_H
#define XT_OUT_PRIV_H

#include "table/table.h"

struct xt_out;
struct xt_out_ops {
    enum xt_code (*row)(struct xt_out *out, const struct xt_str *cells, size_t count, struct xt_error *err);
    enum xt_code (*json)(struct xt_out *out, const json_t *object, struct xt_error *err); /* NULL: not of this format */
    /* Writes all there is to the temporary file and closes it; sync comes after. */
    enum xt_code (*finish)(struct xt_out *out, struct xt_error *err);
    void (*drop)(struct xt_out *out); /* releases what the format owns; finished or not */
};

struct xt_out {
    const struct xt_out_ops *ops;
    enum xt_format format;
    enum xt_charset charset;
    char *path;                    /* where it will stand, NULL for standard output */
    char *temporary;               /* beside it, until then */
    int fd;                        /* -1 for XLSX, whose library writes by name */
    struct xt_text buffer;         /* text not yet written */
    struct xt_out_column *columns; /* copied, with what they point to */
    size_t count;
    int64_t rows;
    void *own; /* of the format */
};

extern const struct xt_out_ops xt_out_csv_ops, xt_out_jsonl_ops, xt_out_xlsx_ops;

/* Writes the buffer once it is large, or now. */
enum xt_code xt_out_flush(struct xt_out *out, bool now, struct xt_error *err);
enum xt_code xt_out_xlsx_begin(struct xt_out *out, const char *sheet, struct xt_error *err);

#endif
