/* fuzz_places.c - names of places in any text: what is found is in the list, and the same text finds the same place. */
#include <assert.h>
#include <stdlib.h>

#include "catalog/places.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct xt_places *places;
static const struct xt_codes *areas;

static void load_places(void)
{
    static struct xt_region *region;
    struct xt_problems problems;
    struct xt_error err;

    xt_problems_init(&problems);
    if (xt_region_load(NULL, NULL, &region, &problems, &err) != XT_OK)
        abort();
    xt_problems_done(&problems);
    areas = xt_region_codes(region, XT_STR("area"));
    places = xt_places_new(areas);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_str text = {(const char *)data, size};
    struct xt_place place, again;

    if (!places)
        load_places();
    place = xt_places_read(places, text);
    again = xt_places_read(places, text);
    assert(place.item == again.item && place.ambiguous == again.ambiguous);
    assert(!place.item || xt_codes_find(areas, xt_str(place.item->code)) == place.item);
    return 0;
}
