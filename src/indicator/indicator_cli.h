/* indicator_cli.h - what the commands of the room share; for *_commands.c only. */
#ifndef XT_INDICATOR_INDICATOR_CLI_H
#define XT_INDICATOR_INDICATOR_CLI_H

#include "catalog/region.h"
#include "indicator/area.h"
#include "indicator/index_data.h"
#include "indicator/indicator.h"
#include "indicator/published.h"
#include "room/cli.h"

#define XT_EXIT_FOUND        1
#define XT_EXIT_COULD_NOT    2
#define XT_CLI_CHOICES_MAX   64

#define xt_pick(cli, zh, en) ((cli)->lang == XT_ZH ? zh : en)

XT_MUST_USE enum xt_code xt_indicator_read_file(const char *path, size_t max, struct xt_text *out,
                                                struct xt_error *err);
/* Each problem on standard error: "of: path: sentence". */
void xt_indicator_say(const struct xt_cli *cli, const char *of, const struct xt_problems *problems);

/* The node's region, or one that is loaded and is then in *owned, to be freed. */
XT_MUST_USE enum xt_code xt_indicator_region(const struct xt_cli *cli, struct xt_region **owned, struct xt_region **out,
                                             struct xt_error *err);
/* Every --option NODE=NAME, NULL-terminated. */
void xt_indicator_choices(const struct xt_cli *cli, const char *out[XT_CLI_CHOICES_MAX + 1]);
/* The index that name says: of the region, a JSON file, or the table of --meta; with the recipe of --recipe. */
XT_MUST_USE enum xt_code xt_indicator_load_index(const struct xt_cli *cli, const char *name, const char *const *choices,
                                                 struct xt_index_file **out, struct xt_problems *problems,
                                                 struct xt_error *err);
/* --as-of DATE or INSTANT; 0 where it is not given. A date is the end of that day in the node's zone. */
XT_MUST_USE enum xt_code xt_indicator_as_of(const struct xt_cli *cli, xt_instant *out, struct xt_error *err);
/* What the store holds of an index, --as-of taken into account; notes of areas are said. */
XT_MUST_USE enum xt_code xt_indicator_stored(const struct xt_cli *cli, const struct xt_index_file *file,
                                             struct xt_index_data **out, struct xt_problems *problems,
                                             struct xt_error *err);

#endif
