/*
 * table_yaml.h - YAML documents as JSON text, so that archives of YAML files are read like archives of JSON files.
 *
 * The first document of a text counts. Plain scalars stay text ("2009-12", 8, 1.0), except null, true and false: what a
 * value means is the mapping's business. Anchors, aliases, tags and merge keys are refused: they are the ways to make
 * a small file large.
 */
#ifndef XT_TABLE_YAML_H
#define XT_TABLE_YAML_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

#define XT_YAML_DEPTH_MAX 30

bool xt_yaml_name(struct xt_str name); /* ends in .yaml or .yml */
/* Appends the JSON of yaml to out. XT_E_INPUT with the line where it is wrong. */
XT_MUST_USE enum xt_code xt_yaml_to_json(struct xt_str yaml, struct xt_text *out, struct xt_error *err);

#endif
