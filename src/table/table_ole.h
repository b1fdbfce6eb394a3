/*
 * table_ole.h - compound files (MS-CFB), the container of .xls, of encrypted workbooks and of much else; for table*.c only.
 *
 * All work is on the bytes of the whole file, borrowed. Chains of sectors that break or go round in a circle are
 * refused; what a chain names beyond the end of the file is read as the end of its stream.
 */
#ifndef XT_TABLE_OLE_H
#define XT_TABLE_OLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

struct xt_ole;
/* name is of the file, for messages; borrowed, as is bytes. */
enum xt_code xt_ole_open(struct xt_str bytes, const char *name, struct xt_ole **out, struct xt_error *err);
void xt_ole_close(struct xt_ole **ole);

/* Streams of the root, by name without case; what embedded objects hold is not seen. */
bool xt_ole_has(const struct xt_ole *ole, const char *stream);

struct xt_ole_stream {
    const struct xt_ole *ole; /* borrowed */
    uint32_t *sectors;        /* owned */
    size_t count;
    uint64_t size;
    bool mini;
};
/* XT_E_MEDIA where there is none of this name, or its chain is broken. */
enum xt_code xt_ole_stream_open(const struct xt_ole *ole, const char *name, struct xt_ole_stream *out,
                                struct xt_error *err);
void xt_ole_stream_done(struct xt_ole_stream *stream);
/* Copies n bytes from place at; fewer where the stream ends. */
size_t xt_ole_stream_read(const struct xt_ole_stream *stream, uint64_t at, void *data, size_t n);

#endif
