/*
 * file_priv.h - what the file room's own files share. For src/file/ only (and its tests).
 *
 * file.c         storing and finding bytes, the room
 * file_sql.c     the table file_use
 * file_tidy.c    the daily job that removes what nothing uses, and the check
 *
 * DATA/files/lock is locked shared while a file gets its name and exclusively while one is looked up and removed, so
 * that the job never takes a file another process has just stored again.
 */
#ifndef XT_FILE_FILE_PRIV_H
#define XT_FILE_FILE_PRIV_H

#include "file/file.h"

#define FILE_PATH_BYTES 4096
#define FILE_NAME_HEX   62    /* the name below its folder of two digits */
#define FILE_ORPHAN_S   86400 /* how long a file may be unmentioned */

struct xt_files {
    char *root;  /* DATA/files */
    int lock_fd; /* DATA/files/lock; -1 when read-only */
};

/* Path of hash in out: "ROOT/ab/cdef...". */
void xt_file_name(const struct xt_files *files, const struct xt_hash *hash, char out[FILE_PATH_BYTES]);
enum xt_code xt_file_io_failed(enum xt_msg msg, const char *path, int error, struct xt_error *err);

/* file_sql.c */
enum xt_code xt_file_sql_used(struct xt_conn *conn, const struct xt_hash *hash, bool *out, struct xt_error *err);
/* Calls visit for each stored content once, in the order of the hashes. */
enum xt_code xt_file_sql_each(struct xt_conn *conn,
                              void (*visit)(void *context, const struct xt_hash *hash, int64_t size), void *context,
                              struct xt_error *err);

/* file_tidy.c */
extern const struct xt_job_kind xt_file_jobs[];
/* Removes files older than age_s that no row mentions, and temporary ones. *out_removed counts them. */
enum xt_code xt_file_tidy(struct xt_node *node, struct xt_job *job, int64_t age_s, int64_t *out_removed,
                          struct xt_error *err);
enum xt_code xt_file_check(struct xt_node *node, struct xt_problems *problems, struct xt_error *err);

#endif
