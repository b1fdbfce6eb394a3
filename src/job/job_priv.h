/*
 * job_priv.h - what the job room's own files share. For src/job/ only (and its tests).
 *
 * job.c          a job's life: queued, begun, renewed, ended
 * job_work.c     the worker threads of `serve`
 * job_sql.c      the table job
 * job_error.c    errors as JSON, so that a failure is put into words where it is read
 * job_routes.c   /api/v1/jobs
 * job_command.c  the command `jobs`
 */
#ifndef XT_JOB_JOB_PRIV_H
#define XT_JOB_JOB_PRIV_H

#include <pthread.h>

#include "job/job.h"
#include "store/store.h"

#define JOB_LEASE_US     (30 * XT_SECOND)
#define JOB_RENEW_MS     10000                      /* a third of the lease */
#define JOB_POLL_MS      1000                       /* how soon a job queued by another process is noticed */
#define JOB_PROGRESS_US  XT_SECOND                  /* least time between two writes of progress */
#define JOB_ATTEMPTS_MAX 3                          /* a job whose lease is lost so often is the cause of it */
#define JOB_WORKERS      2                          /* so that one long job does not hold up the others */
#define JOB_KEEP_US      (30LL * 86400 * XT_SECOND) /* ended jobs of kinds that run by themselves */

/* What node->jobs points to: from open() to close(). */
struct xt_jobs {
    struct xt_node *node;
    pthread_mutex_t lock;
    pthread_cond_t queued; /* a job was queued here, or it is time to stop */
    bool stopping;
    pthread_t workers[JOB_WORKERS];
    unsigned worker_count;
};

struct xt_job {
    struct xt_node *node;
    xt_id id;
    char runner[XT_ULID_SIZE]; /* holds the lease */
    char *input;
    bool by_worker;        /* stops when the program stops */
    int64_t last_write_us; /* monotonic */
    pthread_t heart;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t ending;
    bool ended;
    bool lost;         /* cancelled, or the lease went to another */
    bool told_to_stop; /* xt_job_progress() said that the program stops */
    bool has_heart;
};

/* job.c */
bool xt_job_stopping(struct xt_jobs *jobs);
/* The struct of a job whose row runs under runner, with its heartbeat. */
struct xt_job *xt_job_new(struct xt_node *node, xt_id id, const char *runner, struct xt_str input, bool by_worker);
/* Ends a worker's job: as xt_job_end(), but back into the queue when the program stops and it was told so. */
void xt_job_end_of_worker(struct xt_job **job, const struct xt_error *failure);

/* job_work.c */
enum xt_code xt_job_start(struct xt_node *node, struct xt_error *err);
void xt_job_stop(struct xt_node *node);
const struct xt_job_kind *xt_job_kind_find(const struct xt_node *node, struct xt_str name);
/* Fails or queues again what lost its lease, and queues kinds that are due. */
enum xt_code xt_job_tidy(struct xt_node *node, struct xt_tx *tx, struct xt_error *err);

/* job_error.c */
void xt_job_error_write(const struct xt_error *failure, struct xt_text *out);
bool xt_job_error_read(struct xt_str json, struct xt_error *out);

/* job_routes.c */
extern const struct xt_route xt_job_routes[];
extern const struct xt_schema xt_job_schemas[];
void xt_job_metrics(struct xt_node *node, struct xt_text *out);

/* job_command.c */
extern const struct xt_command xt_job_commands[];

/* job_sql.c. Views of a row live until the next row is read. */
struct job_row {
    xt_id id;
    struct xt_str key, kind, state, input, result, failure, unit, runner;
    int64_t done, total, attempts;
    xt_instant created_at, started_at, ended_at, lease_until;
};
/* *out_found false: there is none. The row's texts are copied into arena. */
enum xt_code xt_job_sql_next_queued(struct xt_conn *conn, xt_id after, struct xt_arena *arena, struct job_row *out,
                                    bool *out_found, struct xt_error *err);
/* Running, but its lease ended before now. */
enum xt_code xt_job_sql_next_lost(struct xt_conn *conn, xt_id after, xt_instant now, struct xt_arena *arena,
                                  struct job_row *out, bool *out_found, struct xt_error *err);
enum xt_code xt_job_sql_find(struct xt_conn *conn, struct xt_str key, struct xt_arena *arena, struct job_row *out,
                             bool *out_found, struct xt_error *err);
/* Newest first, those before the number before; an empty kind or state stands for all. */
enum xt_code xt_job_sql_list(struct xt_conn *conn, struct xt_str kind, struct xt_str state, xt_id before, int64_t limit,
                             void (*visit)(void *context, const struct job_row *row), void *context,
                             struct xt_error *err);
/* When the last job of a kind was made (0 = never), and whether it is still to end. */
enum xt_code xt_job_sql_last_of(struct xt_conn *conn, const char *kind, xt_instant *out_at, bool *out_open,
                                struct xt_error *err);
enum xt_code xt_job_sql_count(struct xt_conn *conn, const char *state, int64_t *out, struct xt_error *err);

enum xt_code xt_job_sql_add(struct xt_tx *tx, const char *key, struct xt_str kind, struct xt_str input, xt_id *out_id,
                            struct xt_error *err);
/* The rest change a row only while it is as they expect, and say in *out_changed whether it was. */
enum xt_code xt_job_sql_run(struct xt_tx *tx, xt_id id, struct xt_str runner, bool *out_changed,
                            struct xt_error *err); /* queued */
enum xt_code xt_job_sql_renew(struct xt_tx *tx, xt_id id, struct xt_str runner, bool *out_changed,
                              struct xt_error *err); /* running under runner, as the next three */
enum xt_code xt_job_sql_progress(struct xt_tx *tx, xt_id id, struct xt_str runner, const struct job_row *progress,
                                 bool *out_changed, struct xt_error *err); /* its done, total, unit; renews, too */
enum xt_code xt_job_sql_end(struct xt_tx *tx, xt_id id, struct xt_str runner, const struct job_row *outcome,
                            bool *out_changed, struct xt_error *err); /* its state, failure, result */
/* Back into the queue; refund: this start does not count as an attempt. */
enum xt_code xt_job_sql_requeue(struct xt_tx *tx, xt_id id, struct xt_str runner, bool refund, bool *out_changed,
                                struct xt_error *err);
enum xt_code xt_job_sql_cancel(struct xt_tx *tx, struct xt_str key, bool *out_changed,
                               struct xt_error *err); /* queued or running */
/* Removes ended jobs of a kind made before an instant. */
enum xt_code xt_job_sql_forget(struct xt_tx *tx, const char *kind, xt_instant before, struct xt_error *err);

#endif
