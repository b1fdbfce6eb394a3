/*
 * draft.h - a mapping proposed for a file nobody has seen before.
 *
 * A sample of the rows is read once (the first thousands, then every so many), bounded statistics are kept of each
 * column or JSON path, heads and values are held against every field of every type (synonyms and endings are data:
 * region/draft.json), the type that is fed best wins, and columns are given to fields, the surest first. The draft is
 * then run over the sample: what would make rows be rejected is mended or left out. The result is a whole mapping that
 * loads and runs at once, and a line for each column: field, certainty and why, or why it was left out.
 * Memory and time are bounded whatever the file: XT_DRAFT_COLUMNS columns, some 4,000 rows, 40,000 rows read.
 */
#ifndef XT_EXCHANGE_DRAFT_H
#define XT_EXCHANGE_DRAFT_H

#include "exchange/mapping.h"

#define XT_DRAFT_COLUMNS 400

struct xt_draft_options {
    enum xt_lang lang;           /* of the reasons */
    const struct xt_type *type;  /* NULL = find out */
    const char *charset, *sheet; /* NULL = as the file shows */
    const char *name;            /* what the file is called, NULL = the last part of its path */
};

struct xt_draft_column {
    const char *column;
    const char *record, *field; /* type and field it feeds; NULL = left out */
    const char *label;          /* of the field, in options->lang */
    int certainty;              /* 1..99; of what is left out that it is rightly so */
    const char *why;            /* sentences in options->lang */
};

struct xt_draft {
    struct xt_arena arena; /* private: holds the rest */
    const struct xt_type *type;
    int type_certainty;
    const struct xt_type *second_type; /* the next best, NULL when there was no choice */
    json_t *mapping;
    const char *key_why; /* where the key comes from, and how surely it is one */
    const struct xt_draft_column *columns;
    size_t column_count;
    int64_t columns_beyond;  /* columns behind XT_DRAFT_COLUMNS, not looked at */
    int64_t rows, sampled;   /* read; kept */
    int64_t tried, rejected; /* rows of the sample through the draft */
};

/* XT_E_INPUT when there is nothing to draft from: no rows, or no type of the region is fed. */
XT_MUST_USE enum xt_code xt_draft_file(struct xt_region *region, const char *path,
                                       const struct xt_draft_options *options, struct xt_draft **out,
                                       struct xt_error *err);
void xt_draft_free(struct xt_draft **draft);
/* The mapping as a file people edit. */
void xt_draft_write(const struct xt_draft *draft, struct xt_text *out);
/* The same listing as one object of JSON. */
void xt_draft_report_json(const struct xt_draft *draft, struct xt_text *out);
/* The listing: type, key, columns with certainty and reasons. */
void xt_draft_report(const struct xt_draft *draft, enum xt_lang lang, struct xt_text *out);

#endif
