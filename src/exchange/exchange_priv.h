/* exchange_priv.h - what the room's own files share beyond its headers. */
#ifndef XT_EXCHANGE_EXCHANGE_PRIV_H
#define XT_EXCHANGE_EXCHANGE_PRIV_H

#include "base/time.h"
#include "exchange/cite.h"
#include "room/room.h"

/* cite_routes.c */
extern const struct xt_param xt_exchange_citation_params[];
extern const struct xt_schema xt_exchange_schemas[];
enum xt_code xt_exchange_get_citation(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);
/* For references asked for now, in the language of the request; lives as long as the request and today. */
struct xt_cite_context xt_exchange_cite_context(const struct xt_request *request, char today[XT_DATE_SIZE]);

extern const struct xt_command xt_exchange_commands[];

#define XT_EXIT_FOUND     1 /* it ran, and found something wrong */
#define XT_EXIT_COULD_NOT 2

/* exchange_commands.c: what is wrong with a mapping, a line each, "name:12:5: records[0].fields.titel: ..." */
struct xt_mapping;
void xt_exchange_say_problems(const char *name, const struct xt_problems *problems, enum xt_lang lang);
/* The mapping that --mapping or --type names (one of the two); what is wrong with it is said on standard error. */
XT_MUST_USE enum xt_code xt_exchange_choose_mapping(struct xt_region *region, const char *mapping, const char *type,
                                                    enum xt_lang lang, struct xt_mapping **out, struct xt_error *err);
/* mapping_commands.c */
int xt_exchange_run_mapping(struct xt_cli *cli, struct xt_error *err);
extern const struct xt_option xt_exchange_mapping_options[];

/* `xietong table`: stat_commands.c */
extern const struct xt_option xt_stat_options[];
int xt_stat_run(struct xt_cli *cli, struct xt_error *err);

#endif
