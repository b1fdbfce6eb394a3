/*
 * segment_build.h - documents in memory until they are a segment: terms, postings and positions as they come.
 *
 * For the feeder of the segment engine; used by one thread. Memory grows with what is in it (segment_builder_bytes()),
 * some three times what the segment will take on the disk.
 */
#ifndef XT_SEARCH_SEGMENT_BUILD_H
#define XT_SEARCH_SEGMENT_BUILD_H

#include "search/engine.h"

#define FIELD_GAP_POSITIONS 1 /* between two texts of one field: a phrase does not cross it */

struct segment_builder;

struct segment_builder *segment_builder_new(unsigned field_count);
void segment_builder_free(struct segment_builder *builder);
/* Adds the texts of a document; numbers must rise. Returns how many tokens it has; *used gets its fields. */
uint64_t segment_builder_add(struct segment_builder *builder, uint32_t doc, const struct xt_search_doc *source,
                             struct field_set *used);
size_t segment_builder_bytes(const struct segment_builder *builder);
/* Writes the segment of the documents from first on, count of them, and is empty then, also when it failed. */
XT_MUST_USE enum xt_code segment_builder_write(struct segment_builder *builder, const char *dir, uint64_t serial,
                                               uint64_t mark, uint32_t first, uint32_t count, struct xt_error *err);

#endif
