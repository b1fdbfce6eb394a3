/*
 * area.h - areas whose codes changed: region/area-changes.tsv.
 *
 * Columns before, after, year, what (renamed, split, merged), name, note; lines with # are remarks. A renamed area is the same
 * area under another code, so its series go on. After a split or a merger it is another area: series are not joined there.
 * What xt_areas_load() makes lives in its arena and is read-only.
 */
#ifndef XT_INDICATOR_AREA_H
#define XT_INDICATOR_AREA_H

#include "base/error.h"
#include "base/mem.h"

#define XT_AREA_CHANGES_MAX 10000
#define XT_AREA_CODES_MAX   8 /* under which an area was known, the present one among them */

enum xt_area_what { XT_AREA_RENAMED, XT_AREA_SPLIT, XT_AREA_MERGED };

struct xt_area_change {
    struct xt_str before, after;
    int32_t year;
    enum xt_area_what what;
    struct xt_str name, note; /* what it was called before, and a remark */
};
struct xt_areas {
    const struct xt_area_change *changes;
    size_t count;
    const struct xt_area_change **renamed; /* those of them, by the code before */
    size_t renamed_count;
};

/* text may be empty: no area changed. XT_E_INPUT with every faulty row ("row 7"), also where there are more than
 * XT_AREA_CHANGES_MAX, and with every area that was known under more than XT_AREA_CODES_MAX codes. */
XT_MUST_USE enum xt_code xt_areas_load(struct xt_str text, struct xt_arena *arena, struct xt_areas *out,
                                       struct xt_problems *problems, struct xt_error *err);
/* Of a region; without the file no area changed. */
struct xt_region;
XT_MUST_USE enum xt_code xt_areas_of(struct xt_region *region, struct xt_arena *arena, struct xt_areas *out,
                                     struct xt_problems *problems, struct xt_error *err);
/* The same, kept: loaded once, to be freed. */
XT_MUST_USE enum xt_code xt_areas_new(struct xt_region *region, struct xt_areas **out, struct xt_problems *problems,
                                      struct xt_error *err);
void xt_areas_free(struct xt_areas **areas);
/* The code that area has now: code itself where it was not renamed. */
struct xt_str xt_area_now(const struct xt_areas *areas, struct xt_str code);
/* The codes under which the same area was known, now first; returns how many. */
size_t xt_area_codes(const struct xt_areas *areas, struct xt_str code, struct xt_str out[XT_AREA_CODES_MAX]);
/* What a reader of figures under code has to know: that it is the earlier code of an area, and splits and mergers that it
 * takes part in. By path: the code that the area has now. */
void xt_area_notes(const struct xt_areas *areas, struct xt_str code, struct xt_problems *notes);

#endif
