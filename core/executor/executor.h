/* executor: starts attempts, stops them, and says what became of them. `process` runs them on
 * this machine through mlw-shim; `slurm` will be the second.
 *
 * One attempt is one folder, launched exactly once:
 *   1. executor_lock(dir) makes the folder and takes attempt.lock;
 *   2. the caller commits the attempt's row;
 *   3. start(spec, lock) writes attempt.spec and starts the shim, which inherits the lock, and
 *      whose first act is to rename `started` into place.
 * Ended is exit.json; running is a held lock; never a bare pid. exit.json costs the only two
 * fsyncs. `started` and attempt.json are renamed without one: attempt.lock holds the boot id it
 * was taken in, so after a power failure "no `started`" is believed only within that boot, and
 * look says LOST otherwise.
 *
 * The shim is a child of whoever called start: reap it with waitpid; its end (SIGCHLD, pidfd) is
 * the moment to look, and exit.json is there by then. It has its own session and outlives its
 * parent. Any thread; calls block for file operations only. Paths are absolute. */
#ifndef MLW_EXECUTOR_EXECUTOR_H
#define MLW_EXECUTOR_EXECUTOR_H

#include <sys/types.h>

#include "core/executor/spec.h"

/* X(enumerator, word in exit.json) */
#define EXIT_REASONS(X)                                                                            \
    X(EXIT_EXITED, "exited")               /* by itself: exit_code holds */                        \
    X(EXIT_SIGNALED, "signaled")           /* by a signal that was not ours */                     \
    X(EXIT_TIMEOUT, "timeout")             /* max_runtime_s passed */                              \
    X(EXIT_STOPPED, "stopped")             /* stop was asked for */                                \
    X(EXIT_LAUNCH_FAILED, "launch_failed") /* never ran: message says why */

enum exit_reason {
#define X(name, word) name,
    EXIT_REASONS(X)
#undef X
        EXIT_REASON_COUNT
};
const char *exit_reason_word(enum exit_reason r);

/* attempt.json; zero where it is not there yet. */
struct attempt_info {
    pid_t shim_pid, job_pid;        /* the host's, also under bubblewrap; 0 unknown */
    uint64_t shim_start, job_start; /* /proc/PID/stat field 22 */
    int64_t started_wall_ms;        /* when the job began */
    char *token, *boot_id;          /* NULL unknown */
};
/* exit.json */
struct attempt_exit {
    enum exit_reason reason;
    int exit_code; /* -1 when it did not exit by itself */
    int signal;    /* 0 when no signal ended it */
    int64_t started_wall_ms, ended_wall_ms;
    int64_t user_us, system_us, max_rss_kib;
    bool is_log_truncated;
    char *message; /* launch_failed: why; else NULL */
};

enum attempt_state {
    ATTEMPT_NOT_LAUNCHED, /* start may be called on the same folder with ret_look->lock_fd */
    ATTEMPT_RUNNING,      /* its lock is held (info may still be empty) */
    ATTEMPT_ENDED,        /* exit holds */
    ATTEMPT_LOST,         /* Interrupted: no shim, no exit.json, no process of the job */
    ATTEMPT_ORPHANED,     /* no shim, but job.lock is held: its group was killed where its leader
                             could be proved, every holder where the job had not begun (no
                             attempt.json); look again before any retry */
    ATTEMPT_STATE_COUNT
};
struct attempt_look {
    enum attempt_state state;
    struct attempt_info info;
    struct attempt_exit exit;
    int lock_fd; /* NOT_LAUNCHED: attempt.lock, held; the caller starts with it or closes it */
};
void attempt_look_release(struct attempt_look *look); /* closes lock_fd when it is still >= 0 */

struct executor {
    const char *name;
    /* Write attempt.spec and launch. lock_fd is closed (never unlocked) in every case. */
    bool (*start)(const struct attempt_spec *spec, int lock_fd, pid_t *ret_shim_pid,
                  struct err *e) MUST_USE;
    /* Ask for the end: TERM to the job's group, grace, KILL. Idempotent; returns when asked, and
     * is remembered in the folder for a shim that is just starting. Nothing running is fine. */
    bool (*stop)(const char *attempt_dir, struct err *e) MUST_USE;
    /* What became of it; ret_look is set whole on success. A file of an unknown format is
     * ERR_INVALID, one that cannot be read as what it is ERR_CORRUPT. */
    bool (*look)(const char *attempt_dir, struct attempt_look *ret_look, struct err *e) MUST_USE;
};
extern const struct executor executor_process;

/* Make the attempt's folder (and parents) and take its lock; ERR_REFUSED when another holds it
 * or `started` is there already. */
MUST_USE bool executor_lock(const char *attempt_dir, int *ret_lock_fd, struct err *e);

/* Where a job on this machine finds its programs: PATH as the person has it, so that the python3
 * of an active environment is the one; NULL when there is none. */
const char *executor_host_path(void);

/* --- attempt.json and exit.json as text: hostile input --- */
MUST_USE bool attempt_info_parse(struct sv text, struct attempt_info *ret_info, struct err *e);
MUST_USE bool attempt_exit_parse(struct sv text, struct attempt_exit *ret_exit, struct err *e);
void attempt_info_release(struct attempt_info *info);
void attempt_exit_release(struct attempt_exit *x);

/* --- sandbox --- */
struct sandbox_verdict {
    enum sandbox_kind kind;
    char *bwrap;  /* its path, or NULL */
    char *reason; /* why there is none ("bwrap is not installed"); NULL when there is */
};
/* Run bubblewrap once with a trivial command (3 s at most) and remember the verdict for this
 * process; borrowed for its life. Not from several threads at once. */
const struct sandbox_verdict *sandbox_probe(void);
/* `[executor] sandbox`: "auto", "bwrap" (an error where it does not work) or "none". */
MUST_USE bool sandbox_choose(const char *word, enum sandbox_kind *ret_kind, struct err *e);

#endif
