/*
 * out_priv.h - the insides of the table writers; for out*.c only.
 */
#ifndef XT_OUT_PRIV_H
#define XT_OUT_PRIV_H

#include "table/table.h"

struct xt_out;
struct xt_out_ops {
    enum xt_code (*table)(struct xt_out *out, const struct xt_out_table *table, struct xt_error *err);
    enum xt_code (*row)(struct xt_out *out, const struct xt_str *cells, size_t count, const struct xt_out_mark *marks,
                        size_t mark_count, struct xt_error *err);
    enum xt_code (*json)(struct xt_out *out, const json_t *object, struct xt_error *err); /* NULL: not of this format */
    /* Writes all there is to the temporary file and closes it; sync comes after. */
    enum xt_code (*finish)(struct xt_out *out, struct xt_error *err);
    void (*drop)(struct xt_out *out); /* releases what the format owns; finished or not */
};

struct xt_out_head { /* what is kept of a column */
    char *head;
    enum xt_cell_kind kind;
    const char *number; /* borrowed of who gave the column: a constant */
};

struct xt_out {
    const struct xt_out_ops *ops;
    struct xt_out_options options;
    char *path;                /* where it will stand, NULL for standard output */
    char *temporary;           /* beside it, until then */
    int fd;                    /* -1 for XLSX, whose library writes by name */
    struct xt_text buffer;     /* text not yet written */
    struct xt_out_head *heads; /* of the present table */
    size_t count;
    int64_t rows;
    void *own; /* of the format */
};

extern const struct xt_out_ops xt_out_csv_ops, xt_out_jsonl_ops, xt_out_xlsx_ops;

/* Writes the buffer once it is large, or now. */
enum xt_code xt_out_flush(struct xt_out *out, bool now, struct xt_error *err);
enum xt_code xt_out_xlsx_begin(struct xt_out *out, struct xt_error *err);
enum xt_cell_kind xt_out_kind(const struct xt_out *out, size_t column);
/* Calls row for each row of a lead, empty ones between them too; the lowest is completed by the columns' own heads. */
typedef enum xt_code xt_out_lead_row(struct xt_out *out, const struct xt_str *cells, size_t count, bool lowest,
                                     struct xt_error *err);
enum xt_code xt_out_each_lead(struct xt_out *out, const struct xt_out_table *table, xt_out_lead_row *row,
                              struct xt_error *err);

#endif
