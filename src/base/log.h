/*
 * log.h - the structured log: one JSON object a line on standard error.
 *
 * Rooms return errors; only http/ and main.c log them. What belongs in the log alone (SQLSTATE, a path, a library's
 * words) is put aside with xt_log_detail() on the thread where it happened and goes out with that thread's next line.
 * Secrets and personal data are never logged. Safe from any thread.
 */
#ifndef XT_BASE_LOG_H
#define XT_BASE_LOG_H

#include "base/compiler.h"
#include "base/error.h"

enum xt_log_level { XT_LOG_DEBUG, XT_LOG_INFO, XT_LOG_WARN, XT_LOG_ERROR };

void xt_log_set_level(enum xt_log_level least);
/* xt_log(XT_LOG_INFO, "request", "method", XT_TEXT("GET"), "status", XT_INT(200)) : pairs of name and argument. */
#define xt_log(level, event, ...) xt_log_(level, event, (const struct xt_log_pair[]){__VA_ARGS__, {0}})
#define XT_P(name, arg) \
    {                   \
        name, arg       \
    }
struct xt_log_pair {
    const char *name;
    struct xt_arg_in value;
};
void xt_log_(enum xt_log_level level, const char *event, const struct xt_log_pair *pairs);
void xt_log_detail(const char *format, ...) XT_PRINTF(1, 2);

#endif
