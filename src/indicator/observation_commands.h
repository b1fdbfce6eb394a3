/* observation_commands.h - the commands about observations, for the table in index_commands.c. */
#ifndef XT_INDICATOR_OBSERVATION_COMMANDS_H
#define XT_INDICATOR_OBSERVATION_COMMANDS_H

#include "room/room.h"

extern const struct xt_option xt_observation_import_options[], xt_observation_list_options[],
    xt_observation_export_options[];
int xt_observation_run_import(struct xt_cli *cli, struct xt_error *err);
int xt_observation_run_list(struct xt_cli *cli, struct xt_error *err);
int xt_observation_run_export(struct xt_cli *cli, struct xt_error *err);

#endif
