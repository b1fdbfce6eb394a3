/* index_out.h - the commands that write releases out: export, report; for the room's table of commands. */
#ifndef XT_INDICATOR_INDEX_OUT_H
#define XT_INDICATOR_INDEX_OUT_H

#include "room/room.h"

extern const struct xt_option xt_index_export_options[];
int xt_index_run_export(struct xt_cli *cli, struct xt_error *err);
extern const struct xt_option xt_index_report_options[];
int xt_index_run_report(struct xt_cli *cli, struct xt_error *err);

#endif
