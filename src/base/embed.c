/* Finds packed files by binary search: tools/pack.py writes the table sorted by the bytes of the path. */
#include "base/embed.h"

#include <assert.h>
#include <string.h>

/* Of the generated xt_pack_index.c. */
extern const struct xt_embed_file xt_pack_files[];
extern const size_t xt_pack_count;

/* The number of files whose path, cut to length bytes, sorts before path; with or_equal also those that equal it. */
static size_t count_before(const char *path, size_t length, int or_equal)
{
    size_t low = 0;
    size_t high = xt_pack_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(xt_pack_files[middle].path, path, length);

        if (order < 0 || (or_equal && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct xt_embed_file *xt_embed_find(const char *path)
{
    assert(path);
    /* One byte more than the path has: the closing zero takes part, so longer paths do not equal it. */
    size_t at = count_before(path, strlen(path) + 1, 0);

    if (at < xt_pack_count && strcmp(xt_pack_files[at].path, path) == 0)
        return &xt_pack_files[at];
    return NULL;
}

size_t xt_embed_list(const char *prefix, const struct xt_embed_file **out_first)
{
    assert(prefix);
    assert(out_first);
    size_t length = strlen(prefix);
    size_t first = count_before(prefix, length, 0);
    size_t count = count_before(prefix, length, 1) - first;

    *out_first = count > 0 ? &xt_pack_files[first] : NULL;
    return count;
}
