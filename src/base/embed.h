/*
 * embed.h - the files packed into the program.
 *
 * The build packs region/ (types, codes, mappings, sample ...), each room's sql/ and the built page (tools/pack.py).
 * Paths are relative, in bytes' order and each once:
 *     "region/types/paper.json"   "sql/catalog/001-catalog.sql"   "web/index.html"
 * "web/index.html" is always there: where the page was not built, it says how to build it.
 * All of it is constant and lives as long as the program: nothing is to be freed, any thread may read.
 */
#ifndef XT_BASE_EMBED_H
#define XT_BASE_EMBED_H

#include <stddef.h>

struct xt_embed_file {
    const char *path;
    const char *etag;          /* 16 hex digits of the content's SHA-256, without quotes */
    const unsigned char *data; /* data[size] is a zero byte, so that text may be used as a C string */
    size_t size;
    const unsigned char *gzip; /* the same content as a gzip file; NULL where that saves too little (web/ only) */
    size_t gzip_size;          /* 0 when gzip is NULL */
};

/* The file of exactly this path, or NULL. */
const struct xt_embed_file *xt_embed_find(const char *path);

/* The files whose path begins with prefix ("region/types/") stand in a row: returns how many there are and sets
 * *out_first to the first of them (NULL when there is none), in the order of their paths. */
size_t xt_embed_list(const char *prefix, const struct xt_embed_file **out_first);

#endif
