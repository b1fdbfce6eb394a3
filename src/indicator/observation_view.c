/* observation_view.c - an observation as JSON. */
#include "indicator/observation_view.h"

struct xt_str xt_observation_area_name(const struct xt_observation *o, const struct xt_region *region,
                                       enum xt_lang lang)
{
    const struct xt_codes *areas;
    const struct xt_code_item *item;

    if (o->name.s)
        return o->name;
    areas = xt_region_codes(region, XT_STR("area"));
    item = areas ? xt_codes_find(areas, o->area) : NULL;
    return item ? xt_str(item->labels[lang]) : (struct xt_str){NULL, 0};
}

void xt_observation_write(struct xt_json *w, const struct xt_observation *o, const struct xt_region *region,
                          enum xt_lang lang)
{
    char recorded[XT_INSTANT_SIZE];

    xt_json_object(w);
    xt_json_kv_str(w, "index", o->index);
    xt_json_kv_str(w, "indicator", o->indicator);
    xt_json_kv_str(w, "area", o->area);
    xt_json_kv_str(w, "area_name", xt_observation_area_name(o, region, lang));
    xt_json_kv_int(w, "period", o->period);
    xt_json_key(w, "value");
    if (o->has_value)
        xt_json_add_double(w, o->value);
    else
        xt_json_add_str(w, o->text);
    xt_json_kv_str(w, "unit", o->unit);
    xt_json_kv_str(w, "source", o->source);
    xt_json_kv_str(w, "status", o->status);
    xt_json_kv_int(w, "revision", o->revision);
    xt_json_kv_z(w, "recorded", xt_instant_format(o->recorded, true, recorded));
    xt_json_kv_str(w, "note", o->note);
    xt_json_end_object(w);
}
