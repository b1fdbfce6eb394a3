/*
 * file.h - bytes by hash: uploads, import files, raw payloads, in DATA/files/ab/cdef...
 *
 * A file is written to the side, synced, renamed to the name of its SHA-256 and its folder synced, before the row
 * that mentions it commits. Equal content is stored once. Files no row mentions go after a day (a job).
 * Safe from any thread and process.
 */
#ifndef XT_FILE_FILE_H
#define XT_FILE_FILE_H

#include "base/hash.h"
#include "room/room.h"
#include "store/store.h"

struct xt_files;

#define XT_FILE_NAME_MAX 1000 /* bytes of a name in file_use */

/* Stores the file at path: XT_E_NOT_FOUND when it is absent, XT_E_INPUT when it cannot be opened. Sizes above max_bytes
 * (0 = 4 GiB) are XT_E_TOO_LARGE. On XT_OK the bytes are durable, and stay at least a day without a row in file_use. */
XT_MUST_USE enum xt_code xt_file_put_path(struct xt_files *files, const char *path, int64_t max_bytes,
                                          struct xt_hash *out, int64_t *out_size, struct xt_error *err);
XT_MUST_USE enum xt_code xt_file_put(struct xt_files *files, const void *data, size_t n, struct xt_hash *out,
                                     struct xt_error *err);
/* Notes in tx that hash is in use under a name; xt_id is the row in file_use. */
XT_MUST_USE enum xt_code xt_file_use(struct xt_tx *tx, const struct xt_hash *hash, int64_t size, struct xt_str name,
                                     xt_id *out_id, struct xt_error *err);
/* Path of the stored bytes, as an arena string. XT_E_NOT_FOUND when they are not there. */
XT_MUST_USE enum xt_code xt_file_path(struct xt_files *files, const struct xt_hash *hash, struct xt_arena *arena,
                                      const char **out, struct xt_error *err);

extern const struct xt_room xt_room_file;

#endif
