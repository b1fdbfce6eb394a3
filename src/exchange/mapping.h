/*
 * mapping.h - how the columns of a file become records: mappings as data.
 *
 * A mapping (region/mappings/NAME.json, format in docs/import.md) is read once, checked as a whole with all problems
 * at once, and compiled into tables of steps; regular expressions and paths are never parsed again for a row.
 * A plan is a mapping bound to the columns of one file. Both are made of borrowed parts of the region, which must
 * outlive them.
 *
 * Threads: a mapping is read-only once loaded; a plan and its rows belong to one thread at a time.
 */
#ifndef XT_EXCHANGE_MAPPING_H
#define XT_EXCHANGE_MAPPING_H

#include <jansson.h>

#include "base/error.h"
#include "base/text.h"
#include "catalog/region.h"
#include "table/table.h"

struct xt_mapping;
struct xt_plan;

#define XT_MAPPING_BYTES_MAX (1 * XT_MIB)
#define XT_MAPPED_MAX        16   /* records of a mapping */
#define XT_ROW_RECORDS_MAX   2000 /* records that "per" makes of one row */
#define XT_SOURCE_KEY_MAX    240  /* bytes; a longer key is replaced by its hash */

/* Compiles json. On XT_E_INPUT problems name all members at fault ("records[0].fields.title.split") with their line and
 * column in json. */
XT_MUST_USE enum xt_code xt_mapping_load(const struct xt_region *region, struct xt_str name, struct xt_str json,
                                         struct xt_mapping **out, struct xt_problems *problems, struct xt_error *err);
/* By the name of a file of region/mappings/, or by the path of a file (with a slash or ending in .json). */
XT_MUST_USE enum xt_code xt_mapping_find(struct xt_region *region, const char *name_or_path, struct xt_mapping **out,
                                         struct xt_problems *problems, struct xt_error *err);
/* The mapping that every type has: columns named by field or label, JSON members by field. The column or member
 * "_key" is the source key; without it the key is the row's hash. */
struct xt_mapping *xt_mapping_of_type(const struct xt_region *region, const struct xt_type *type);
/* The same for files of several types, as exports of searches are: a sheet or a file of an archive is of the type it is
 * named by; a JSON object of the type that its "_key" begins with, or its "_type". */
struct xt_mapping *xt_mapping_of_types(const struct xt_region *region);
void xt_mapping_free(struct xt_mapping **mapping);
const char *xt_mapping_label(const struct xt_mapping *mapping, enum xt_lang lang); /* "" where it has none */
/* The mapping format as JSON Schema 2020-12, with the region's types and fields. */
void xt_mapping_schema(const struct xt_region *region, enum xt_lang lang, struct xt_text *out);

const char *xt_mapping_name(const struct xt_mapping *mapping);
const struct xt_type *xt_mapping_type(const struct xt_mapping *mapping); /* of xt_mapping_of_type(), else NULL */
/* Its files have no head: the first row is data, although a table reader takes it for one. */
bool xt_mapping_headless(const struct xt_mapping *mapping);
/* What the mapping says about its files, for xt_table_open(); lives as long as the mapping. */
const struct xt_table_options *xt_mapping_table_options(const struct xt_mapping *mapping);

/* ---- bound to a file ---- */

/* heads: the file's columns (count 0 for JSON). XT_E_INPUT when columns are missing without which no row can be
 * read; they are named in err. */
XT_MUST_USE enum xt_code xt_plan_new(const struct xt_mapping *mapping, const struct xt_str *heads, size_t count,
                                     struct xt_plan **out, struct xt_error *err);
/* The same with what the part is called (sheet, or path of a member), which xt_mapping_of_types() goes by. */
XT_MUST_USE enum xt_code xt_plan_new_part(const struct xt_mapping *mapping, struct xt_str part,
                                          const struct xt_str *heads, size_t count, struct xt_plan **out,
                                          struct xt_error *err);
void xt_plan_free(struct xt_plan **plan);

/* What rows told that later rows of the same import may use ("remember", "recall"): lent to the plans of all its
 * files. A plan without one makes its own. */
struct xt_memory;
struct xt_memory *xt_memory_new(void);
void xt_memory_free(struct xt_memory **memory);
void xt_plan_remember_in(struct xt_plan *plan, struct xt_memory *memory);

/* Where the source keys of the main record come from: "{项目批准号}", "_key"; NULL when it is the row's hash. */
const char *xt_plan_key(const struct xt_plan *plan);
/* Columns that nothing reads, in order; index from 0, NULL past the last. */
const char *xt_plan_unused(const struct xt_plan *plan, size_t index);
/* Columns that feed a field of a record, "" when none: "立项时间". field may be a path, its first name counts. */
void xt_plan_columns_of(const struct xt_plan *plan, size_t record, struct xt_str field, struct xt_text *out);
/* The same with what stands in them in this row, clipped: 立项时间“昨天”. */
void xt_plan_cells_of(const struct xt_plan *plan, size_t record, struct xt_str field, const struct xt_row *row,
                      struct xt_text *out);
/* The same as numbers of columns, from 0; returns how many there are, of which cap at most are written. None for JSON. */
size_t xt_plan_places_of(const struct xt_plan *plan, size_t record, struct xt_str field, size_t *out, size_t cap);

/* Columns (members of JSON) that a rejects file has beside its own: the row's number in the first file, the member of the
 * archive it lay in, and why it was refused. They do not make another row of it, and ":row" and ":member" mean them. */
enum xt_reject_column { XT_REJECT_NONE, XT_REJECT_ROW, XT_REJECT_MEMBER, XT_REJECT_REASONS, XT_REJECT_COLUMNS };
enum xt_reject_column xt_reject_column(struct xt_str head);
const char *xt_reject_head(enum xt_reject_column column, enum xt_lang lang);

struct xt_mapped_record {
    const struct xt_type *type;
    size_t record;      /* its number in the mapping, for xt_plan_columns_of() */
    struct xt_str key;  /* source key: "nssfc/project/17ADJ001" */
    struct xt_str part; /* of it, "" = none: "2019" */
    bool own_key;       /* the row names its key (no hash) */
    bool deleted;
    json_t *body;                /* lent until the next row */
    struct xt_problems problems; /* cells that could not be read; empty when all could */
};

struct xt_mapped {
    bool skip;                              /* no data: an example, a repeated head, a sum */
    uint32_t carried, borrowed;             /* bits of the carries: those it gave a new value, and had from above */
    bool too_many;                          /* more than XT_ROW_RECORDS_MAX records: the rest is not there */
    size_t count;                           /* 0 of a row that is no skip: no record of the mapping is for it */
    const struct xt_mapped_record *records; /* the main one first */
};

/* Values that "unknown" dropped and names of places that several places have, by field, counted while rows were read. */
struct xt_left_out {
    size_t record; /* as in xt_mapped_record */
    const struct xt_type *type;
    const struct xt_field *field;
    int64_t unknown, ambiguous;
    char unknown_first[100], ambiguous_first[100]; /* as first met */
};
/* Counts by index from 0; false past the last. Fields that left nothing out are not among them. */
bool xt_plan_left_out(const struct xt_plan *plan, size_t index, struct xt_left_out *out);

/* Reads one row. What is wrong with it stands in the records' problems. */
void xt_plan_row(struct xt_plan *plan, const struct xt_row *row, struct xt_mapped *out);

#endif
