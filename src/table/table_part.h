/*
 * table_part.h - a table and its parts; for table.c, table_head.c and table_open.c only.
 *
 * A file is read part by part: the sheets of a book, the members of an archive, or just itself. The part at hand is a
 * reader of cells with a head, or a reader of objects.
 */
#ifndef XT_TABLE_PART_H
#define XT_TABLE_PART_H

#include "base/mem.h"
#include "table/table_priv.h"

#define XT_HEAD_BYTES   ((size_t)64 * XT_KIB) /* of a file, to find out what it is */
#define XT_SAMPLE_ROWS  100u
#define XT_SAMPLE_BYTES ((size_t)4 * XT_MIB)
#define XT_TITLE_BYTES  2000u
#define XT_LEAD_ROWS    100u
#define XT_SKIPPED_MAX  20u

struct xt_filled { /* a merged range that reaches into the rows to come */
    struct xt_merge range;
    char *value;
    size_t n;
};

struct xt_part {
    /* rows of cells */
    struct xt_reader *reader;
    struct xt_str *heads;
    struct xt_column_guess *kinds;
    size_t columns;
    struct xt_arena arena; /* heads, kinds, title and the sample */
    struct xt_sample_row sample[XT_SAMPLE_ROWS];
    size_t sample_count, sample_at;
    struct xt_lead *lead; /* rows up to the head; their cells lie in the arena */
    size_t lead_count, lead_capacity;
    struct xt_filled *filled;
    size_t filled_count, filled_capacity;
    size_t merge_at;
    struct xt_str title;
    /* rows of objects */
    struct xt_objects *objects;
};

struct xt_table {
    char *name; /* of the file, for messages */
    struct xt_table_options options;
    struct xt_table_limits limits;
    struct xt_table_facts facts;
    struct xt_archive *archive; /* NULL: the file itself is read */
    struct xt_text member;
    struct xt_book *book; /* of the file or member at hand */
    char *held;           /* the bytes it lies in, when it was taken into memory */
    size_t sheet_at;      /* the next one, when all are read */
    struct xt_part part;
    bool part_over;     /* it broke: on to the next */
    bool objects_begun; /* a part of objects was begun: the next is the same part to the caller */
    int64_t bad_before; /* ill-formed characters of the parts before */
    json_t *object;     /* of the row at hand */
    char *records;      /* XML: the path of a record as found out */
    struct xt_table_skipped skipped[XT_SKIPPED_MAX];
};

/* table_open.c */
/* What the source (taken) holds becomes the part at hand. data: the same bytes in memory, or NULL; path likewise. */
enum xt_code xt_table_open_input(struct xt_table *table, struct xt_source **source, const char *path, const void *data,
                                 size_t n, struct xt_error *err);
/* Goes on to the next part; *out_more false behind the last. */
enum xt_code xt_table_next_part(struct xt_table *table, bool *out_more, struct xt_error *err);
void xt_part_close(struct xt_part *part);

/* table_head.c */
enum xt_code xt_table_find_head(struct xt_table *table, struct xt_error *err);
bool xt_cells_blank(const struct xt_str *cells, size_t count);

#endif
