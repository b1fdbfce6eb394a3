/*
 * cli.h - the command line: reads it against the tables of commands, and writes help from them.
 *
 * Commands come from the program's own table and from the rooms'. Options are given as --name VALUE, --name=VALUE or
 * --name, before or after the command and between its arguments; "--" ends them. Everything unknown is answered with
 * the nearest name.
 */
#ifndef XT_ROOM_CLI_H
#define XT_ROOM_CLI_H

#include "room/room.h"

/* All commands of the program. */
struct xt_cli_tables {
    const struct xt_command *own;       /* init, check ...; ends in a row without name */
    const struct xt_room *const *rooms; /* NULL-terminated */
};

/* --data, --region, --help: every command takes them. */
extern const struct xt_option xt_cli_common[];

/* Calls visit for each command in the order of the tables until it returns false. */
void xt_cli_each(const struct xt_cli_tables *tables, bool (*visit)(void *context, const struct xt_command *command),
                 void *context);
const struct xt_command *xt_cli_find(const struct xt_cli_tables *tables, const char *name);

/* Reads argv[1..]. *out_command is NULL when there is no command (then only options were given). Fills options, args
 * and their counts of cli; its strings are borrowed from argv, its arrays lie in arena. XT_E_INPUT names the first
 * thing that is wrong; with --help among the options nothing else is checked. */
XT_MUST_USE enum xt_code xt_cli_read(const struct xt_cli_tables *tables, int argc, char **argv, struct xt_arena *arena,
                                     struct xt_cli *cli, const struct xt_command **out_command, struct xt_error *err);

/* A whole number given as option, or otherwise when it was not given. */
XT_MUST_USE enum xt_code xt_cli_int(const struct xt_cli *cli, const char *name, int64_t min, int64_t max,
                                    int64_t otherwise, int64_t *out, struct xt_error *err);

/* From LC_ALL, LC_MESSAGES, LANG: the first that is set; zh* gives Chinese, anything else English. */
enum xt_lang xt_cli_lang(void);

/* Help texts: all commands; one command with its options; the manual page in roff (man 7). */
void xt_cli_help_all(const struct xt_cli_tables *tables, enum xt_lang lang, struct xt_text *out);
void xt_cli_help_one(const struct xt_command *command, enum xt_lang lang, struct xt_text *out);
void xt_cli_help_man(const struct xt_cli_tables *tables, enum xt_lang lang, struct xt_text *out);

#endif
