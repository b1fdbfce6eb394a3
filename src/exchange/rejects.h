/*
 * rejects.h - the way of refused rows back to who sent them: a file of the shape and format that they came in, with the
 * number of each row and the reasons behind it. Mended, it goes in again as the first one did.
 *
 * Where it lies: options->rejects (a file or a folder), else beside the input. Set table (of the rows) before the first row.
 */
#ifndef XT_EXCHANGE_REJECTS_H
#define XT_EXCHANGE_REJECTS_H

#include "exchange/import.h"

#define XT_FAULTS_MAX 64 /* marked cells of a row */

struct xt_rejects {    /* opened with the first row */
    const char *input; /* path of the input */
    const struct xt_import_options *options;
    const struct xt_table *table;
    bool headless; /* the file has no head: what the reader took for one is a row */
    struct xt_out *out;
    char path[1024];   /* of the first file */
    int64_t files;     /* opened so far: an archive gives one for each member of cells */
    uint64_t *written; /* hashes of their paths */
    size_t written_capacity;
    bool failed; /* one could not be written: said once */
    /* Of rows that were gathered: their columns, which no part of the table need have. NULL: those of the part. */
    const struct xt_str *heads;
    size_t head_count;
    /* of the file and the table that are being written */
    enum xt_format format;
    struct xt_text member;
    int64_t part;
    size_t columns, width;            /* of the input; of the table */
    size_t places[XT_REJECT_COLUMNS]; /* of number, member and reasons; SIZE_MAX = not there */
    /* of the row to come */
    struct xt_out_mark marks[XT_FAULTS_MAX];
    size_t note_at[XT_FAULTS_MAX];
    size_t mark_count;
    struct xt_text notes; /* of the marks, one after the other */
};

/* Several inputs into one file would write over each other: XT_E_INPUT unless they go into a folder. path may be NULL. */
XT_MUST_USE enum xt_code xt_rejects_check(const char *path, size_t inputs, struct xt_error *err);
void xt_rejects_init(struct xt_rejects *rejects, const char *input, const struct xt_import_options *options);
/* A cell of the row that will be refused, and why. */
void xt_rejects_mark(struct xt_rejects *rejects, size_t column, struct xt_str reason);
/* Writes the row and why into the rejects file, its cells at fault marked. What cannot be written there is counted all the
 * same. */
void xt_rejects_add(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons);
/* Writes a row that was not refused but tells what those below it need, and a note. */
void xt_rejects_add_context(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str note);
/* Puts the file in its place and the path of the first into out (size bytes), "" when there was none. */
XT_MUST_USE enum xt_code xt_rejects_close(struct xt_rejects *rejects, char *out, size_t size, struct xt_error *err);
void xt_rejects_done(struct xt_rejects *rejects); /* what is not in its place by then is removed */

#endif
