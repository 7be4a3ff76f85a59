/* drive: what the driver's own files share. driver.c owns the loop and the order of things,
 * drive_steps.c starts and ends steps, drive_jobs.c launches and follows attempts, drive_logs.c
 * reads metrics and progress out of logs, drive_models.c makes models, versions and gates,
 * drive_scope.c resolves values. One thread; everything is freed by driver.c. */
#ifndef MLW_PIPELINE_DRIVE_H
#define MLW_PIPELINE_DRIVE_H

#include "core/base/arena.h"
#include "core/config/config.h"
#include "core/executor/executor.h"
#include "core/job/contract.h"
#include "core/loop/loop.h"
#include "core/pipeline/bind.h"
#include "core/pipeline/definition.h"
#include "core/pipeline/notify.h"
#include "core/pipeline/sched.h"
#include "core/store/execution.h"
#include "core/store/gates.h"
#include "core/store/journal.h"
#include "core/store/runs.h"

struct log_tail; /* drive_logs.c */

enum retry_class { CLASS_NONE, CLASS_SERVICE_FAULT, CLASS_INTERNAL_ERROR, CLASS_ALGORITHM_ERROR };

/* One step while it is driven. */
struct drive_step {
    size_t index;
    struct json *arguments, *output;
    struct json *inputs; /* of its job: drive_inputs; NULL: not looked at */
    char *run, *gate;
    int attempt; /* N of the newest, 0 before the first */
    char *dir, *token, *job_name, *job_arn;
    bool is_attempt_open;  /* launched and not yet ended in the store */
    bool is_attempt_shown; /* its pids are in the store */
    bool is_stop_sent;
    int64_t retry_at_ms;  /* mono; 0: not waiting for a retry */
    int64_t orphan_at_ms; /* mono; since when a lost attempt's processes are waited for; 0: not */
    bool is_orphan_told;
    int retries[CLASS_ALGORITHM_ERROR + 1];
    int64_t first_failure_ms;
    const struct config_image *image; /* NULL: the host */
    struct log_tail *tail;
};

struct driver {
    const struct workspace *ws;
    struct store *st;
    struct arena arena; /* rows read at the start */
    struct execution_row row;
    struct definition def;
    struct json *parameters, *options, *execution_vars, *experiment;
    struct config config;
    struct objects objects;
    enum sandbox_kind sandbox;
    int retry_on_exit;
    int64_t epoch;
    int lock_fd;
    struct loop *loop;
    struct loop_timer *timer;
    struct loop_watch *wake;
    struct loop_signal *child;
    struct sched sched;
    struct drive_step *steps; /* by definition index */
    int64_t data_version;
    struct notify_watch notify;
    bool is_news; /* a gate was made, it has ended: somebody may have to be told */
    bool is_over, is_stopping;
    struct err err; /* why it gave up */
};

/* --- writing: every write is a transaction that holds only while this driver leads --- */
/* Begin; false ends the driver (is_over, err). */
MUST_USE bool drive_begin(struct driver *d);
/* Frees json, also when the driver is over. */
MUST_USE bool drive_event(struct driver *d, enum event_type type, struct json *json);
MUST_USE bool drive_commit(struct driver *d);
/* drive_begin and its first event; with drive_commit: drive_record. */
MUST_USE bool drive_open(struct driver *d, enum event_type type, struct json *json);
MUST_USE bool drive_record(struct driver *d, enum event_type type, struct json *json);
bool drive_give_up(struct driver *d);                              /* false; d->err says why */
struct json *drive_json(const struct driver *d, size_t index);     /* {"step": name} */
void drive_note(struct driver *d, size_t index, const char *text); /* said once, as an event */
/* What waits for a person, in an open transaction; it is told once that is committed. */
MUST_USE bool drive_gate(struct driver *d, const struct gate_row *g);

/* --- drive_scope.c --- */
MUST_USE bool drive_bind(struct driver *d, const struct json *value, struct json **ret,
                         struct err *e);
MUST_USE bool drive_bind_arguments(struct driver *d, size_t index, struct json **ret,
                                   struct err *e);
struct json *drive_execution_vars(const char *pipeline, const char *execution, int64_t started_ms);

/* --- drive_steps.c --- */
MUST_USE bool drive_start_step(struct driver *d, size_t index);
/* End a step; `output` may be NULL and is freed. In a transaction of its own unless `is_open`. */
MUST_USE bool drive_end_step(struct driver *d, size_t index, const char *status,
                             const char *failure, struct json *output, bool is_open);
MUST_USE bool drive_check_gates(struct driver *d);
struct contract drive_contract(const struct driver *d, size_t index);

/* --- drive_jobs.c --- */
MUST_USE bool drive_start_job(struct driver *d, size_t index);
/* Take over what the store says of its newest attempt. */
MUST_USE bool drive_recover_job(struct driver *d, size_t index, const struct attempt_row *row,
                                int64_t log_offset, struct err *e);
MUST_USE bool drive_poll_job(struct driver *d, size_t index);
MUST_USE bool drive_stop_job(struct driver *d, size_t index);

/* --- drive_retry.c --- */
/* May this failure be tried again? Then the StepWaits that says so; else NULL. Sets retry_at_ms. */
struct json *drive_try_again(struct driver *d, size_t index, enum retry_class class,
                             const char *reason);
/* Take over what was tried again before: a new driver gives no new chances. */
MUST_USE bool drive_recover_retries(struct driver *d, size_t index, struct err *e);

/* --- drive_logs.c --- */
void drive_tail_open(struct driver *d, size_t index, int64_t offset);
void drive_tail_close(struct drive_step *s);
/* Read what is new; is_end also takes a last line without its end. */
MUST_USE bool drive_tail_read(struct driver *d, size_t index, bool is_end);

/* --- drive_models.c --- */
MUST_USE bool drive_model(struct driver *d, size_t index);
MUST_USE bool drive_register(struct driver *d, size_t index);

#endif
