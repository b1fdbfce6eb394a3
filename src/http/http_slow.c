/* http_slow.c - the bounded pool for routes marked slow: under overload it says no early and stays quick. */
#include <stdlib.h>

#include "base/time.h"
#include "http/http_priv.h"

#define RETRY_AFTER_S 1

static void answer_busy(struct http_request *hr)
{
    struct xt_error err;

    hr->retry_after_s = RETRY_AFTER_S;
    atomic_fetch_add_explicit(&hr->http->metrics.refused_busy, 1, memory_order_relaxed);
    (void)xt_fail(&err, XT_E_BUSY, "", XT_MSG_HTTP_BUSY, XT_INT(RETRY_AFTER_S));
    xt_http_reply_problem(hr, 0, &err);
    xt_http_reply_prepare(hr);
}

/* Waits for a request; NULL when the pool stops and nothing is left. */
static struct http_request *take(struct http_slow *slow)
{
    struct http_request *hr;

    pthread_mutex_lock(&slow->lock);
    while (!slow->first && !slow->stopping)
        pthread_cond_wait(&slow->more, &slow->lock);
    hr = slow->first;
    if (hr) {
        slow->first = hr->next_slow;
        if (!slow->first)
            slow->last = NULL;
        slow->waiting--;
        slow->busy++;
    }
    pthread_mutex_unlock(&slow->lock);
    return hr;
}

static void *work(void *context)
{
    struct http_slow *slow = context;
    struct http_request *hr;

    while ((hr = take(slow))) {
        struct MHD_Connection *connection = hr->connection;

        /* Whoever waited that long has given up, or will ask again. */
        if (xt_monotonic_us() - hr->queued_us > (int64_t)slow->wait_ms * 1000)
            answer_busy(hr);
        else
            xt_http_request_handle(hr);
        pthread_mutex_lock(&slow->lock);
        slow->busy--;
        pthread_mutex_unlock(&slow->lock);
        MHD_resume_connection(connection); /* from here on hr is the I/O thread's */
    }
    return NULL;
}

void xt_http_slow_start(struct http_slow *slow, unsigned threads, unsigned limit, unsigned wait_ms)
{
    *slow = (struct http_slow){.limit = limit, .wait_ms = wait_ms};
    pthread_mutex_init(&slow->lock, NULL);
    pthread_cond_init(&slow->more, NULL);
    slow->threads = xt_calloc(threads, sizeof *slow->threads);
    for (unsigned i = 0; i < threads; i++) {
        if (pthread_create(&slow->threads[i], NULL, work, slow) != 0)
            break; /* fewer threads still do the work */
        slow->thread_count++;
    }
}

void xt_http_slow_stop(struct http_slow *slow)
{
    pthread_mutex_lock(&slow->lock);
    slow->stopping = true;
    pthread_cond_broadcast(&slow->more);
    pthread_mutex_unlock(&slow->lock);
    for (unsigned i = 0; i < slow->thread_count; i++)
        pthread_join(slow->threads[i], NULL);
    free(slow->threads);
    slow->threads = NULL;
    slow->thread_count = 0;
}

void xt_http_slow_done(struct http_slow *slow)
{
    pthread_cond_destroy(&slow->more);
    pthread_mutex_destroy(&slow->lock);
}

bool xt_http_slow_add(struct http_slow *slow, struct http_request *hr)
{
    bool taken;

    pthread_mutex_lock(&slow->lock);
    taken = slow->waiting < slow->limit && !slow->stopping;
    if (taken) {
        /* Before a worker can see it: it may be answered and resumed at once. */
        MHD_suspend_connection(hr->connection);
        hr->stage = HTTP_WAITING;
        hr->queued_us = xt_monotonic_us();
        hr->next_slow = NULL;
        if (slow->last)
            slow->last->next_slow = hr;
        else
            slow->first = hr;
        slow->last = hr;
        slow->waiting++;
        pthread_cond_signal(&slow->more);
    }
    pthread_mutex_unlock(&slow->lock);
    if (!taken)
        answer_busy(hr);
    return taken;
}
