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

/* Queues a job of kind with JSON input; a worker of `serve` takes it up. */
XT_MUST_USE enum xt_code xt_job_add(struct xt_node *node, const char *kind, struct xt_str input, xt_id *out_id,
                                    struct xt_error *err);
/* Starts a job in this thread (command line): its row is there and running until xt_job_end(). */
XT_MUST_USE enum xt_code xt_job_begin(struct xt_node *node, const char *kind, struct xt_str input,
                                      struct xt_job **out, struct xt_error *err);
/* Says how far it is; writes at most once a second, renews the lease, and returns false when it was cancelled. */
bool xt_job_progress(struct xt_job *job, int64_t done, int64_t total, const char *unit);
/* Ends it: failed with the sentence of failure, or done when failure is NULL, with JSON result (may be empty). */
void xt_job_end(struct xt_job **job, const struct xt_error *failure, struct xt_str result);
struct xt_str xt_job_input(const struct xt_job *job);

extern const struct xt_room xt_room_job;   /* routes /api/v1/jobs, worker threads on start() */

#endif
