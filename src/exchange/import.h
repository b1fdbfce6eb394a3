/*
 * import.h - files into the catalogue: reads, maps, stores in batches, sends back what was refused.
 *
 * The file is kept by its hash before its first row commits. Rows commit in batches of under 100 ms; a batch that was
 * acknowledged stays, whatever happens then, and the same file again finds its rows unchanged. A row is stored whole
 * or rejected whole. Counts are input rows, each once: seen = stored + unchanged + deleted + rejected.
 */
#ifndef XT_EXCHANGE_IMPORT_H
#define XT_EXCHANGE_IMPORT_H

#include <stdio.h>

#include "catalog/catalog.h"
#include "exchange/mapping.h"

struct xt_import_options {
    struct xt_str actor;         /* "cli:root" */
    enum xt_lang lang;           /* of reasons and of what is said */
    bool dry_run;                /* everything but keeping it: each batch is rolled back */
    const char *rejects;         /* file, or folder; NULL = beside the input */
    const char *charset, *sheet; /* NULL = as the mapping says or the file shows */
    const char *name;            /* what the file is called, NULL = the last part of its path */
    FILE *talk;                  /* sentences about what was found out; NULL = none */
    FILE *progress;              /* a line written over and over; NULL = none */
    struct xt_memory *memory;    /* shared by the files of one import, NULL = each its own */
};

#define XT_IMPORT_REASONS 12
struct xt_import_reason {
    int64_t count;
    enum xt_msg msg;
    char column[96];   /* "立项时间（立项日期）" */
    char example[400]; /* the sentence as first said */
    int64_t row;       /* where */
};

#define XT_IMPORT_BAD_PLACES 10
struct xt_import_bad {
    int64_t row;
    char column[96];   /* head, "" where it is not known */
    int64_t places;    /* in this cell; at most XT_BAD_PLACES are told apart */
    int64_t offset;    /* of the first, in bytes from the file's beginning; -1 = not known */
    char bytes[4 * 3]; /* of the first, "FF 81" */
};

struct xt_import_result {
    int64_t seen, outcome[XT_OUTCOMES];
    int64_t records;    /* put, of all rows */
    char rejects[1024]; /* path of the first file of them, "" when nothing was rejected */
    int64_t rejects_files;
    bool rejects_lost; /* some could not be written: it was said */
    struct xt_import_reason reasons[XT_IMPORT_REASONS];
    size_t reason_count;
    /* Values of stored rows that found no code and were left out as the mapping says; example is the first of them. */
    struct xt_import_reason left_out[XT_IMPORT_REASONS];
    size_t left_out_count;
    int64_t bad_characters, bad_rows; /* that are no text in the file's character set; U+FFFD was stored */
    struct xt_import_bad bad[XT_IMPORT_BAD_PLACES];
    size_t bad_count;
};

/* Adds to *result. On an error, what was committed before stays and is counted. */
XT_MUST_USE enum xt_code xt_import_file(struct xt_node *node, const struct xt_mapping *mapping, const char *path,
                                        const struct xt_import_options *options, struct xt_import_result *result,
                                        struct xt_error *err);

#endif
