/*
 * log.c - JSON lines on standard error. A lock keeps the lines of threads apart: one write() would not, since a pipe
 * takes long lines in parts.
 */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "base/time.h"

#define TEXT_BYTES 4096 /* of one value; longer ones are cut, so that a line stays one and whole */

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

static void put_line(const char *s, size_t n)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&lock);
    while (n > 0) {
        ssize_t written = write(STDERR_FILENO, s, n);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break; /* a log that cannot be written has nowhere to say so */
        s += written;
        n -= (size_t)written;
    }
    pthread_mutex_unlock(&lock);
}

void xt_log_(enum xt_log_level level, const char *event, const struct xt_log_pair *pairs)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    struct xt_text line;
    struct xt_json w;
    struct xt_str value;
    char at[XT_INSTANT_SIZE];
    int before = errno;

    if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed))
        return;
    xt_text_init(&line, XT_MIB);
    xt_json_init(&w, &line);
    xt_json_object(&w);
    xt_json_kv_z(&w, "at", xt_instant_format(xt_now(), true, at));
    xt_json_kv_z(&w, "level", names[level]);
    xt_json_kv_z(&w, "event", event);
    for (; pairs->name; pairs++) {
        value = pairs->value.text;
        if (value.n > TEXT_BYTES)
            value.n = xt_utf8_clip(value.s, value.n, TEXT_BYTES);
        if (pairs->value.kind == XT_ARG_INT)
            xt_json_kv_int(&w, pairs->name, pairs->value.i);
        else
            xt_json_kv_str(&w, pairs->name, value);
    }
    if (detail[0]) {
        xt_json_kv_z(&w, "detail", detail);
        detail[0] = '\0';
    }
    xt_json_end_object(&w);
    xt_text_add_char(&line, '\n');
    put_line(line.s, line.n);
    xt_text_done(&line);
    errno = before; /* who logs a fault may still want to look at it */
}
