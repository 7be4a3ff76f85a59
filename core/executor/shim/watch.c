/* The life of one job: launch, log, stop and timeout, and how it ended. See shim.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/executor/box.h"
#include "core/executor/shim/shim.h"

enum { PIPE_BYTES = 1024 * 1024, TEST_POLL_MS = 20, FD_ABOVE = 20 };
static const int64_t NEVER = INT64_MAX;

struct watch {
    const struct attempt_spec *spec;
    struct ending *end;
    struct str *message;
    struct log log;
    int link_fd, signal_fd;
    pid_t child; /* the job, or bubblewrap around it */
    pid_t job;   /* as this machine counts; 0 until it is ready */
    bool has_ended, has_failed;
    const char *why; /* we are ending it: the word for exit.json */
    int64_t timeout_at_ms, kill_at_ms;
};

static void say(struct watch *w, const char *what, int sys)
{
    w->has_failed = true;
    str_setf(w->message, "%s: %s", what, strerror(sys));
}

/* --- the child, before it becomes the job or bubblewrap --- */

/* Put `from` at `to`, by way of numbers that none of the targets has. */
static void place(const int *from, const int *to, size_t n)
{
    int high[8];
    xassert(n <= ALEN(high));
    for (size_t i = 0; i < n; i++) {
        high[i] = fcntl(from[i], F_DUPFD_CLOEXEC, FD_ABOVE);
    }
    for (size_t i = 0; i < n; i++) {
        (void)dup2(high[i], to[i]);
        close(high[i]);
    }
}

static _Noreturn void exec_box(const struct attempt_spec *s, int lock_fd, int link_fd, int log_fd)
{
    int self_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int spec_fd = open("attempt.spec", O_RDONLY | O_CLOEXEC);
    place((const int[]){lock_fd, link_fd, self_fd, spec_fd, log_fd, log_fd},
          (const int[]){FD_JOB_LOCK, FD_LINK, FD_SELF, FD_SPEC, 1, 2}, 6);
    struct words argv = {0};
    box_command(s, &argv);
    words_addf(&argv, "/proc/self/fd/%d", FD_SELF);
    words_add(&argv, "--inner");
    char *no_env[] = {NULL};
    (void)!chdir("/");
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    os_fault_point("exec");
    execve(s->bwrap, argv.at, no_env);
    struct link_message m = {.kind = LINK_FAILED, .status = errno};
    snprintf(m.what, sizeof m.what, "could not run %s", s->bwrap);
    (void)!send(FD_LINK, &m, sizeof m, MSG_NOSIGNAL);
    _exit(127);
}

static _Noreturn void child(const struct attempt_spec *s, int lock_fd, int link_fd, int log_fd)
{
    os_fault_process("job");
    if (s->sandbox == SANDBOX_BWRAP) {
        exec_box(s, lock_fd, link_fd, log_fd);
    }
    place((const int[]){lock_fd, link_fd, log_fd, log_fd},
          (const int[]){FD_JOB_LOCK, FD_LINK, 1, 2}, 4);
    (void)fcntl(FD_LINK, F_SETFD, FD_CLOEXEC);
    job_exec(s, FD_LINK);
}

/* --- launching --- */
static bool open_log(struct watch *w, int *ret_pipe)
{
    int ends[2];
    w->log.file_fd = open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (w->log.file_fd < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        say(w, "could not open the log", errno);
        return false;
    }
    off_t begins = lseek(w->log.file_fd, 0, SEEK_END);
    w->log.begins = begins > 0 ? (uint64_t)begins : 0;
    w->log.times_fd = open("log.times", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    (void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    w->log.pipe_fd = ends[0];
    w->log.limit = w->spec->log_limit_bytes;
    *ret_pipe = ends[1];
    return true;
}

static int open_job_lock(void)
{
    int fd = open("job.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool launch(struct watch *w)
{
    int link[2], log_fd, on = 1;
    int lock_fd = open_job_lock();
    if (lock_fd < 0) {
        say(w, "could not take job.lock", errno);
        return false;
    }
    if (!open_log(w, &log_fd)) {
        return false;
    }
    if (mkdir("tmp", 0700) != 0 && errno != EEXIST) {
        say(w, "could not make the job's own tmp", errno);
        return false;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) != 0 ||
        setsockopt(link[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0) {
        say(w, "could not make a link to the job", errno);
        return false;
    }
    os_fault_point("fork");
    w->child = fork();
    if (w->child < 0) {
        say(w, "could not start a process", errno);
        return false;
    }
    if (w->child == 0) {
        close(link[0]);
        child(w->spec, lock_fd, link[1], log_fd);
    }
    close(link[1]);
    close(log_fd);
    close(lock_fd); /* the job alone holds it from here on */
    w->link_fd = link[0];
    return true;
}

/* --- ending it --- */
static void ask_to_end(struct watch *w, const char *why)
{
    if (w->why || w->has_ended) {
        return;
    }
    w->why = why;
    if (w->job) {
        kill(-w->job, SIGTERM);
        w->kill_at_ms = clock_mono_ms() + w->spec->grace_s * 1000;
    } else {
        kill(w->child, SIGKILL); /* it has not begun: nothing to be graceful about */
    }
    w->timeout_at_ms = NEVER;
}

static void check_time(struct watch *w)
{
    int64_t now = clock_mono_ms();
    if (now >= w->timeout_at_ms) {
        ask_to_end(w, "timeout");
    }
    if (now >= w->kill_at_ms) {
        w->kill_at_ms = NEVER;
        kill(-w->job, SIGKILL);
    }
}

static int wait_ms(const struct watch *w)
{
    int64_t at = w->timeout_at_ms < w->kill_at_ms ? w->timeout_at_ms : w->kill_at_ms;
    if (at == NEVER) {
        return -1;
    }
    int64_t left = at - clock_mono_ms();
    left = left < 0 ? 0 : left > 60000 ? 60000 : left;
#ifdef MLW_TEST_HOOKS
    /* the test's clock may run faster than poll's */
    left = getenv("MLW_CLOCK") && left > TEST_POLL_MS ? TEST_POLL_MS : left;
#endif
    return (int)left;
}

/* --- what the job's side says --- */
static void on_ready(struct watch *w, pid_t job)
{
    struct err e;
    w->job = job;
    w->end->started_wall_ms = clock_wall_ms();
    if (!files_attempt(w->spec->token, job, w->end->started_wall_ms, &e)) {
        str_setf(w->message, "%s", e.msg);
        w->has_failed = true;
        kill(w->child, SIGKILL);
        return;
    }
    if (w->spec->max_runtime_s) {
        w->timeout_at_ms = clock_mono_ms() + w->spec->max_runtime_s * 1000;
    }
    struct link_message go = {.kind = LINK_GO};
    (void)!send(w->link_fd, &go, sizeof go, MSG_NOSIGNAL);
}

static void on_message(struct watch *w, const struct link_message *m, pid_t from)
{
    switch (m->kind) {
    case LINK_READY:
        on_ready(w, from);
        break;
    case LINK_FAILED: {
        struct sv what = {m->what, strnlen(m->what, sizeof m->what)};
        str_setf(w->message, "%.*s: %s", (int)what.n, what.p, strerror(m->status));
        w->has_failed = true;
        break;
    }
    case LINK_ENDED:
        w->end->has_status = true;
        w->end->status = m->status;
        w->end->user_us = m->user_us;
        w->end->system_us = m->system_us;
        w->end->max_rss_kib = m->max_rss_kib;
        break;
    default:
        break;
    }
}

/* false when there is nothing (more) to read. */
static bool read_link(struct watch *w)
{
    struct link_message m;
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr align;
    } control;
    struct iovec iov = {&m, sizeof m};
    struct msghdr h = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = sizeof control.bytes};
    ssize_t n = recvmsg(w->link_fd, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        close(w->link_fd);
        w->link_fd = -1;
    }
    struct cmsghdr *c = n == sizeof m ? CMSG_FIRSTHDR(&h) : NULL;
    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS) {
        return false;
    }
    struct ucred who; /* of the sender, as this process sees it: namespaces do not matter */
    memcpy(&who, CMSG_DATA(c), sizeof who);
    on_message(w, &m, who.pid);
    return true;
}

/* --- children --- */

/* The end of the job itself, or of bubblewrap around it. */
static void on_end(struct watch *w, int status, const struct rusage *usage)
{
    w->has_ended = true;
    while (w->link_fd >= 0 && read_link(w)) {
    }
    if (w->spec->sandbox == SANDBOX_NONE && w->job) {
        struct link_message m = {.kind = LINK_ENDED, .status = status};
        link_usage(&m, usage);
        on_message(w, &m, 0);
    } else if (!w->end->has_status && w->job) {
        w->end->has_status = true; /* only SIGKILL ends the supervisor unheard */
        w->end->status = SIGKILL;
    } else if (!w->end->has_status && !w->why && !w->has_failed) {
        bool has_signal = WIFSIGNALED(status);
        w->has_failed = true;
        str_setf(w->message, "the sandbox did not start (bubblewrap: %s %d; see the log)",
                 has_signal ? "signal" : "status",
                 has_signal ? WTERMSIG(status) : WEXITSTATUS(status));
    }
}

static void on_child(struct watch *w)
{
    siginfo_t info = {0};
    while (!w->has_ended && waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid) {
        int status = 0;
        struct rusage usage;
        bool is_ours = info.si_pid == w->child;
        if (is_ours && w->job && w->spec->sandbox == SANDBOX_NONE) {
            kill(-w->job, SIGKILL); /* before its number is free: what it left behind ends too */
        }
        (void)wait4(info.si_pid, &status, 0, &usage);
        info.si_pid = 0;
        if (is_ours) {
            on_end(w, status, &usage);
        }
    }
}

static void on_signals(struct watch *w)
{
    struct signalfd_siginfo info;
    bool is_asked = false;
    while (read(w->signal_fd, &info, sizeof info) == sizeof info) {
        is_asked = is_asked || info.ssi_signo != SIGCHLD;
    }
    on_child(w);
    if (is_asked) {
        ask_to_end(w, "stopped");
    }
}

static void turn(struct watch *w)
{
    struct pollfd fds[] = {
        {w->signal_fd, POLLIN, 0}, {w->link_fd, POLLIN, 0}, {w->log.pipe_fd, POLLIN, 0}};
    if (poll(fds, ALEN(fds), wait_ms(w)) < 0) {
        return;
    }
    if (fds[1].revents) {
        (void)read_link(w);
    }
    if (fds[2].revents && !log_copy(&w->log)) {
        close(w->log.pipe_fd);
        w->log.pipe_fd = -1;
    }
    if (fds[0].revents) {
        on_signals(w);
    }
    check_time(w);
}

static void settle(struct watch *w)
{
    tree_kill(0);
    while (w->log.pipe_fd >= 0 && log_copy(&w->log)) {
        struct pollfd more = {w->log.pipe_fd, POLLIN, 0};
        if (poll(&more, 1, 0) <= 0) {
            break;
        }
    }
    w->end->is_log_truncated = w->log.is_truncated;
    w->end->ended_wall_ms = clock_wall_ms();
    struct err e; /* what stays of tmp is only room on the disk */
    if (!os_remove_tree("tmp", &e)) {
        (void)!write(w->log.file_fd, "", 0);
    }
}

static const char *reason_of(const struct watch *w)
{
    if (w->why) {
        return w->why;
    }
    if (w->has_failed || !w->end->has_status) {
        return "launch_failed";
    }
    return WIFSIGNALED(w->end->status) ? "signaled" : "exited";
}

void watch_job(const struct attempt_spec *s, struct ending *end, struct str *message)
{
    struct watch w = {.spec = s,
                      .end = end,
                      .message = message,
                      .log = {.pipe_fd = -1, .file_fd = -1, .times_fd = -1},
                      .link_fd = -1,
                      .timeout_at_ms = NEVER,
                      .kill_at_ms = NEVER};
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGCHLD);
    w.signal_fd = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    end->started_wall_ms = clock_wall_ms();
    if (os_exists("stop")) {
        w.why = "stopped";
    } else if (launch(&w)) {
        while (!w.has_ended) {
            turn(&w);
        }
    }
    settle(&w);
    end->has_status = end->has_status && !w.has_failed;
    end->reason = reason_of(&w);
}
