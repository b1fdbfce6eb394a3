/* http_serve.c - the command serve. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "http/http_priv.h"
#include "room/cli.h"

#define DRAIN_US  (10 * XT_SECOND)
#define SETTLE_US 100000 /* while draining: requests that are on their way already still arrive */

const struct xt_option xt_http_serve_options[] = {
    {"listen", "HOST:PORT", "监听地址（默认 127.0.0.1:8080；端口 0 取一个空闲端口）",
     "address to listen on (default 127.0.0.1:8080; port 0 takes a free one)"},
    {"base-url", "URL", "反向代理之后本节点对外的网址", "how clients name this node, behind a proxy"},
    {"quiet", NULL, "不逐条记录请求", "no line a request in the log"},
    {"threads", "N", "I/O 线程数（默认为核数）", "I/O threads (default: number of cores)"},
    {"slow-threads", "N", "检索等慢请求的线程数（默认为核数）",
     "threads for slow requests such as search (default: cores)"},
    {"slow-queue", "N", "慢请求最多排队数，超出即答 503（默认 64）",
     "slow requests that may wait; beyond it 503 is answered (default 64)"},
    {"slow-wait", "MS", "慢请求最长排队毫秒数（默认 2000）", "longest wait of a slow request in ms (default 2000)"},
    {"connections", "N", "最多连接数（默认 2048）", "most connections (default 2048)"},
    {"idle-timeout", "S", "连接空闲或迟迟不发完请求的秒数上限（默认 30）",
     "seconds a connection may idle or take over a request (default 30)"},
    {NULL, NULL, NULL, NULL},
};

static enum xt_code read_number(const struct xt_cli *cli, const char *name, int64_t max, unsigned *out,
                                struct xt_error *err)
{
    int64_t value;
    enum xt_code rc = xt_cli_int(cli, name, 1, max, 0, &value, err);

    if (rc == XT_OK)
        *out = (unsigned)value;
    return rc;
}

static enum xt_code read_options(const struct xt_cli *cli, struct xt_http_options *out, struct xt_error *err)
{
    const struct {
        const char *name;
        int64_t max;
        unsigned *value;
    } numbers[] = {
        {"threads", 256, &out->io_threads},          {"slow-threads", 256, &out->slow_threads},
        {"slow-queue", 100000, &out->slow_queue},    {"slow-wait", 600000, &out->slow_wait_ms},
        {"connections", 1000000, &out->connections}, {"idle-timeout", 3600, &out->idle_s},
    };
    enum xt_code rc;

    *out = (struct xt_http_options){
        .listen = xt_cli_option(cli, "listen"),
        .quiet = xt_cli_option(cli, "quiet") != NULL,
    };
    for (size_t i = 0; i < XT_COUNT(numbers); i++) {
        rc = read_number(cli, numbers[i].name, numbers[i].max, numbers[i].value, err);
        if (rc != XT_OK)
            return rc;
    }
    return xt_cli_base_url(cli, &out->base_url, err);
}

/* ---- the rooms' background work ---- */

static void stop_rooms(struct xt_node *node, size_t started)
{
    while (started > 0) {
        const struct xt_room *room = node->rooms[--started];

        if (room->stop)
            room->stop(node);
    }
}

static enum xt_code start_rooms(struct xt_node *node, size_t *out_started, struct xt_error *err)
{
    for (*out_started = 0; node->rooms[*out_started]; (*out_started)++) {
        const struct xt_room *room = node->rooms[*out_started];
        enum xt_code rc = room->start ? room->start(node, err) : XT_OK;

        if (rc != XT_OK)
            return rc;
    }
    return XT_OK;
}

/* ---- signals ---- */

/* Blocked in every thread, so that only the waits below take them. */
static sigset_t stop_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

static void wait_for_signal(const sigset_t *set)
{
    int got;

    while (sigwait(set, &got) != 0)
        ;
}

/* True when another stop signal came within us microseconds. */
static bool signal_within(const sigset_t *set, int64_t us)
{
    struct timespec span = {.tv_sec = us / XT_SECOND, .tv_nsec = us % XT_SECOND * 1000};

    return sigtimedwait(set, NULL, &span) > 0;
}

/* Answers what is under way. A second signal, or requests that do not end in time, end the program at once: what it
 * acknowledged is durable. */
static void drain(struct xt_http *http, const sigset_t *signals)
{
    int64_t end = xt_monotonic_us() + DRAIN_US;

    xt_log(XT_LOG_INFO, "stopping", XT_P("active", XT_INT(xt_http_active(http))));
    xt_http_drain(http);
    do {
        if (signal_within(signals, xt_http_active(http) > 0 ? SETTLE_US / 5 : SETTLE_US))
            _exit(1);
    } while (xt_http_active(http) > 0 && xt_monotonic_us() < end);
    if (xt_http_active(http) > 0) {
        xt_log(XT_LOG_WARN, "stopped-late", XT_P("unanswered", XT_INT(xt_http_active(http))));
        _exit(1);
    }
}

int xt_http_run_serve(struct xt_cli *cli, struct xt_error *err)
{
    struct xt_http_options options;
    struct xt_http *http = NULL;
    sigset_t signals = stop_signals();
    size_t started = 0;

    if (read_options(cli, &options, err) != XT_OK)
        return 2;
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before the first thread */
    (void)signal(SIGPIPE, SIG_IGN);                   /* a client that left, or a log whose reader did */
    if (start_rooms(cli->node, &started, err) != XT_OK || xt_http_start(cli->node, &options, &http, err) != XT_OK) {
        stop_rooms(cli->node, started);
        return 2;
    }
    printf("listening on %s\n", xt_http_url(http));
    (void)fflush(stdout); /* who started it may not listen */
    wait_for_signal(&signals);
    drain(http, &signals);
    xt_http_stop(&http);
    stop_rooms(cli->node, started);
    return 0;
}
