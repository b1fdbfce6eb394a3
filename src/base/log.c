/* log.c - JSON lines on standard error, one write() a line so that lines of threads never mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "base/time.h"

static _Atomic int least_level = XT_LOG_INFO;
static _Thread_local char detail[512];

void xt_log_set_level(enum xt_log_level least)
{
    atomic_store(&least_level, (int)least);
}

void xt_log_detail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
}

void xt_log_(enum xt_log_level level, const char *event, const struct xt_log_pair *pairs)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    struct xt_text line;
    struct xt_json w;
    char at[XT_INSTANT_SIZE];
    ssize_t written;

    if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed))
        return;
    xt_text_init(&line, 64 * XT_KIB);
    xt_json_init(&w, &line);
    xt_json_object(&w);
    xt_json_kv_z(&w, "at", xt_instant_format(xt_now(), true, at));
    xt_json_kv_z(&w, "level", names[level]);
    xt_json_kv_z(&w, "event", event);
    for (; pairs->name; pairs++) {
        if (pairs->value.kind == XT_ARG_INT)
            xt_json_kv_int(&w, pairs->name, pairs->value.i);
        else
            xt_json_kv_str(&w, pairs->name, pairs->value.text);
    }
    if (detail[0]) {
        xt_json_kv_z(&w, "detail", detail);
        detail[0] = '\0';
    }
    xt_json_end_object(&w);
    xt_text_add_char(&line, '\n');
    written = write(STDERR_FILENO, line.s, line.n);
    (void)written;   /* a log that cannot be written has nowhere to say so */
    xt_text_done(&line);
}
