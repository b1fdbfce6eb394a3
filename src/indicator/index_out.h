/* index_out.h - what writes releases out, on the command line and over HTTP: export, report; for the room's tables. */
#ifndef XT_INDICATOR_INDEX_OUT_H
#define XT_INDICATOR_INDEX_OUT_H

#include "room/room.h"

extern const struct xt_option xt_index_export_options[];
int xt_index_run_export(struct xt_cli *cli, struct xt_error *err);
extern const struct xt_option xt_index_report_options[];
int xt_index_run_report(struct xt_cli *cli, struct xt_error *err);

extern const struct xt_param xt_index_export_params[], xt_index_report_params[];
enum xt_code xt_index_get_export(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);
enum xt_code xt_index_get_report(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);

#endif
