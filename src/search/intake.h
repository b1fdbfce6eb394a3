/*
 * intake.h - what every engine does with a document it is given: its columns, its facet values, the death of the one
 * that stood for its record before.
 *
 * For the engines. An intake is one transaction: it holds the state as it will be once that is committed. Columns are
 * written in place, where nobody looks before the commit; marks of death carry the new generation and are taken back
 * by intake_undo() when the transaction fails.
 */
#ifndef XT_SEARCH_INTAKE_H
#define XT_SEARCH_INTAKE_H

#include "base/hash.h"
#include "search/engine.h"

struct intake {
    const struct xt_search_schema *schema;
    struct columns *columns;
    struct dict *dict;
    struct index_state state; /* as it will be */
    int32_t this_year;
    uint32_t *marked; /* documents that die with this transaction */
    size_t marked_count, marked_capacity;
};

void intake_begin(struct intake *in, const struct xt_search_schema *schema, struct columns *columns, struct dict *dict,
                  const struct index_state *before);
void intake_done(struct intake *in);
void intake_undo(struct intake *in);
void intake_kill(struct intake *in, uint32_t doc); /* from this transaction on */
/* All columns but the length. doc is the next number; the caller counts it in state. XT_E_FULL. */
XT_MUST_USE enum xt_code intake_columns(struct intake *in, uint32_t doc, const struct xt_search_doc *source,
                                        struct xt_error *err);
/* A document's length as its column holds it, from the tokens of all its fields. */
uint16_t intake_length(const struct xt_search_doc *source, uint64_t tokens);
/* Marks of a transaction that never committed: the documents live on. */
void intake_forget_later_marks(struct columns *columns, const struct index_state *state);

/* What an index must have been built with to be of use. Labels, weights and classes are read when asking. */
struct xt_hash schema_hash(const struct xt_search_schema *schema, const char *format);

#endif
