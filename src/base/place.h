/*
 * place.h - where the members of a JSON text stand: lines and columns for problems that name members by path.
 */
#ifndef XT_BASE_PLACE_H
#define XT_BASE_PLACE_H

#include "base/error.h"

/* Sets line and column (in characters, from 1) of problems->list[from] and those behind it, and puts them in this order. Their paths are those of
 * members of json, "records[0].fields.title"; what is not there is placed where the nearest member around it begins.
 * json is text that xt_json_parse() took; of other text only the part before the fault is known. */
void xt_json_place(struct xt_str json, struct xt_problems *problems, size_t from);

#endif
