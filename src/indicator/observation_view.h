/* observation_view.h - an observation as people and programs are shown it. */
#ifndef XT_INDICATOR_OBSERVATION_VIEW_H
#define XT_INDICATOR_OBSERVATION_VIEW_H

#include "base/json.h"
#include "catalog/region.h"
#include "indicator/observation.h"

/* As it was told, else the label of the code in the region's list of areas; {NULL, 0} where there is neither. */
struct xt_str xt_observation_area_name(const struct xt_observation *o, const struct xt_region *region,
                                       enum xt_lang lang);
/* The object of the API: schema Observation. */
void xt_observation_write(struct xt_json *w, const struct xt_observation *o, const struct xt_region *region,
                          enum xt_lang lang);

#endif
