/*
 * job.h - jobs: long work as rows with state, progress, lease and reason.
 *
 * Owns the table job. A running job renews a lease of 30 s (database clock: the store's instants); one whose lease
 * ran out is marked failed ("lease-lost") or, when its kind can run by itself, taken up again by any process.
 * Never stuck: every state change is one transaction.
 * States: queued, running, done, failed, cancelled.
 */
#ifndef XT_JOB_JOB_H
#define XT_JOB_JOB_H

#include "base/id.h"
#include "room/room.h"

struct xt_job;

#define XT_JOB_TEXT_MAX 65536 /* bytes of a job's input and of its result */

/* Queues a job of kind with JSON input; a worker of `serve` takes it up, of this process at once, of another within a
 * second. XT_E_INPUT for a kind no room offers, XT_E_TOO_LARGE for an input above XT_JOB_TEXT_MAX. Opens a transaction
 * of its own, as all functions here but xt_job_input(): not to be called inside another. */
XT_MUST_USE enum xt_code xt_job_add(struct xt_node *node, const char *kind, struct xt_str input, xt_id *out_id,
                                    struct xt_error *err);
/* Starts a job in this thread (command line): its row is there and running until xt_job_end(). kind need not be one
 * that a room offers. A thread of its own renews the lease meanwhile. */
XT_MUST_USE enum xt_code xt_job_begin(struct xt_node *node, const char *kind, struct xt_str input, struct xt_job **out,
                                      struct xt_error *err);
/* Says how far it is (total 0 = unknown); writes at most once a second. Returns false when the job should end early:
 * it was cancelled, or the program stops. In the latter case a worker's job is queued again, whatever it returns. */
bool xt_job_progress(struct xt_job *job, int64_t done, int64_t total, const char *unit);
/* Ends it: failed with the sentence of failure, or done when failure is NULL, with JSON result (may be empty; one above
 * XT_JOB_TEXT_MAX is left out). A job cancelled meanwhile stays so. For xt_job_begin(); a worker ends what it runs. */
void xt_job_end(struct xt_job **job, const struct xt_error *failure, struct xt_str result);
struct xt_str xt_job_input(const struct xt_job *job);
/* Cancels by key: a queued one never runs, a running one is told by xt_job_progress(). XT_E_NOT_FOUND, or XT_E_CONFLICT
 * when it has ended. */
XT_MUST_USE enum xt_code xt_job_cancel(struct xt_node *node, struct xt_str key, struct xt_error *err);

extern const struct xt_room xt_room_job; /* routes /api/v1/jobs, worker threads on start() */

#endif
