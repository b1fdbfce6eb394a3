/* fuzz_area.c - any bytes as the table of areas whose codes changed; what is taken leads to one code and says so. */
#include <stdlib.h>

#include "indicator/area.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_problems problems, notes;
    struct xt_areas areas;
    struct xt_arena arena;
    struct xt_error err;
    size_t i;

    xt_arena_init(&arena);
    xt_problems_init(&problems);
    xt_problems_init(&notes);
    if (xt_areas_load((struct xt_str){(const char *)data, size}, &arena, &areas, &problems, &err) == XT_OK) {
        for (i = 0; i < areas.count; i++) {
            struct xt_str codes[XT_AREA_CODES_MAX], now = xt_area_now(&areas, areas.changes[i].before);

            if (!xt_str_eq(xt_area_now(&areas, now), now)) /* the end of the way is the end */
                abort();
            if (xt_area_codes(&areas, areas.changes[i].before, codes) == 0 || !xt_str_eq(codes[0], now))
                abort();
            xt_area_notes(&areas, areas.changes[i].before, &notes);
        }
    } else if (problems.seen == 0) {
        abort(); /* refused without a word */
    }
    xt_problems_done(&notes);
    xt_problems_done(&problems);
    xt_arena_done(&arena);
    return 0;
}
