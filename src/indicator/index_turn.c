/* index_turn.c - one expensive answer at a time. */
#include "indicator/index_turn.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "base/text.h"

#define WAITING_MAX 2
#define WAIT_S      2

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;
static bool taken;
static int waiting;

enum xt_code xt_index_turn_take(struct xt_error *err)
{
    struct timespec until;
    bool mine = false, late = false;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&lock);
    if (!taken || waiting < WAITING_MAX) {
        waiting++;
        while (taken && !late)
            late = pthread_cond_clockwait(&left, &lock, CLOCK_MONOTONIC, &until) == ETIMEDOUT;
        waiting--;
        mine = !taken;
        taken = true;
    }
    pthread_mutex_unlock(&lock);
    return mine ? XT_OK : xt_fail(err, XT_E_BUSY, "", XT_MSG_INDEX_TURN_BUSY);
}

void xt_index_turn_leave(void)
{
    pthread_mutex_lock(&lock);
    taken = false;
    pthread_cond_signal(&left);
    pthread_mutex_unlock(&lock);
}

enum xt_code xt_index_turn_check(int64_t bytes, struct xt_error *err)
{
    if (bytes <= XT_INDEX_TURN_BYTES_MAX)
        return XT_OK;
    return xt_fail(err, XT_E_TOO_LARGE, "release", XT_MSG_INDEX_TURN_LARGE, XT_INT(bytes),
                   XT_INT(XT_INDEX_TURN_BYTES_MAX));
}
