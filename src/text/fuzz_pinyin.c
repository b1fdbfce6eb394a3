/* Any bytes are read as units inside the text and understood as parts within bounds; what is typed stands in itself. */
#include <stdlib.h>

#include "text/pinyin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define UNITS 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_str text = {(const char *)data, size};
    struct xt_sound units[UNITS];
    struct xt_typed typed;
    struct xt_arena arena;

    xt_arena_init(&arena);
    size_t count = xt_sound_read(text, &arena, units, UNITS);
    for (size_t i = 0; i < count; i++)
        if (units[i].start >= units[i].end || units[i].end > size || (units[i].s == NULL) != (units[i].n == 0) ||
            (units[i].c == 0 && units[i].n == 0))
            abort();
    xt_typed_read(text, &arena, &typed);
    if (typed.count > XT_TYPED_WAYS || (count > 0) != (typed.count > 0))
        abort();
    for (size_t i = 0; i < typed.count; i++) {
        if (typed.ways[i]->count == 0 || typed.ways[i]->count > XT_TYPED_PARTS)
            abort();
        size_t at = xt_typed_find(typed.ways[i], units, count, 0);
        if (i == 0 && at != 0)
            abort();
    }
    xt_arena_done(&arena);
    return 0;
}
