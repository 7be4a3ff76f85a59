/* shim: the parent of one job. It holds attempt.lock while it lives, gives the job its limits, its
 * sandbox and its environment, keeps its log, ends it on time, and writes down how it ended.
 *
 *   mlw-shim DIR      attempt.lock is descriptor 3; works in DIR (its current folder)
 *   mlw-shim --inner  inside bubblewrap: starts the job and reports its wait status
 *
 * The job's side and the shim talk by one SOCK_SEQPACKET pair: the job says it is ready (the
 * kernel tells its pid as the shim sees it), waits for the word to go, so that attempt.json is
 * there before the job runs, and reports what kept it from running. One thread, no libraries. */
#ifndef MLW_EXECUTOR_SHIM_SHIM_H
#define MLW_EXECUTOR_SHIM_SHIM_H

#include <sys/resource.h>
#include <sys/types.h>

#include "core/executor/spec.h"

/* Descriptors inside bubblewrap, and of the job (0, 1, 2 and the first of these). */
enum { FD_JOB_LOCK = 3, FD_LINK = 4, FD_SELF = 5, FD_SPEC = 6, FD_END };

/* --- job.c: the child's side --- */
enum link_kind { LINK_READY = 'R', LINK_GO = 'G', LINK_FAILED = 'F', LINK_ENDED = 'E' };
struct link_message {
    int32_t kind;   /* enum link_kind */
    int32_t status; /* LINK_ENDED: of wait; LINK_FAILED: errno */
    int64_t user_us, system_us, max_rss_kib;
    char what[256]; /* LINK_FAILED: what was tried */
};
void link_usage(struct link_message *m, const struct rusage *usage);
/* Becomes the job: never returns. link_fd is close-on-exec; log_fd becomes 1 and 2. */
_Noreturn void job_exec(const struct attempt_spec *s, int link_fd);
/* `mlw-shim --inner`: exit status of the process. */
int inner_main(void);
bool shim_read_fd(int fd, struct str *out);

/* --- files.c: what is written down --- */
struct ending {
    const char *reason; /* word of exit.json */
    bool has_status;
    int status; /* of wait */
    int64_t started_wall_ms, ended_wall_ms;
    int64_t user_us, system_us, max_rss_kib;
    bool is_log_truncated;
    const char *message; /* or NULL */
};
MUST_USE bool files_started(struct err *e);
MUST_USE bool files_attempt(const char *token, pid_t job, int64_t started_wall_ms, struct err *e);
/* Waits for room where the disk is full: how a job ended is not to be lost. */
MUST_USE bool files_exit(const char *token, const struct ending *end, struct err *e);

/* --- watch.c: the life of the job --- */
void watch_job(const struct attempt_spec *s, struct ending *end, struct str *message);

/* --- log.c: the job's output into `log`, up to the limit; and into `log.times` when it came --- */
struct log {
    int pipe_fd, file_fd, times_fd; /* times_fd -1: no times are kept */
    uint64_t begins;                /* bytes that the log had before */
    int64_t noted_ms;               /* the newest time in log.times */
    size_t notes;
    uint64_t limit, written; /* limit 0: none */
    bool is_truncated;       /* beyond the limit, or the disk is full */
    bool is_line_open;       /* the last byte written was no line end */
};
/* One turn's worth; false at the end of the pipe. */
bool log_copy(struct log *l);

/* --- tree.c: ending what a job left behind, without a sandbox --- */
/* Kill and reap every descendant (they are reparented to this subreaper). */
void tree_kill(pid_t group);

#endif
