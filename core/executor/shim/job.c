/* The job's side of the shim: limits, signals, the word to go, exec; and the supervisor inside
 * bubblewrap, whose wait status is the real one. See shim.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/executor/shim/shim.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

bool shim_read_fd(int fd, struct str *out)
{
    for (;;) {
        str_reserve(out, 16 * 1024);
        ssize_t n = read(fd, out->p + out->n, 16 * 1024);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0 || out->n > SPEC_MAX_BYTES) {
            return n == 0;
        }
        out->n += (size_t)n;
        out->p[out->n] = 0;
    }
}

void link_usage(struct link_message *m, const struct rusage *usage)
{
    m->user_us = (int64_t)usage->ru_utime.tv_sec * 1000000 + usage->ru_utime.tv_usec;
    m->system_us = (int64_t)usage->ru_stime.tv_sec * 1000000 + usage->ru_stime.tv_usec;
    m->max_rss_kib = usage->ru_maxrss;
}

static _Noreturn void fail(int link_fd, const char *what, const char *on)
{
    struct link_message m = {.kind = LINK_FAILED, .status = errno};
    snprintf(m.what, sizeof m.what, "%s%s", what, on);
    (void)!send(link_fd, &m, sizeof m, MSG_NOSIGNAL);
    _exit(127);
}

static void set_limit(int which, uint64_t want)
{
    struct rlimit have;
    if (want && getrlimit((__rlimit_resource_t)which, &have) == 0) {
        rlim_t n = have.rlim_max != RLIM_INFINITY && want > have.rlim_max ? have.rlim_max : want;
        (void)setrlimit((__rlimit_resource_t)which, &(struct rlimit){n, n});
    }
}

static void set_limits(const struct attempt_limits *l)
{
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    set_limit(RLIMIT_NOFILE, l->nofile);
    set_limit(RLIMIT_NPROC, l->nproc);
    set_limit(RLIMIT_FSIZE, l->fsize_bytes);
    set_limit(RLIMIT_AS, l->address_bytes);
}

static void reset_signals(void)
{
    for (int sig = 1; sig < NSIG; sig++) {
        (void)signal(sig, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* execvp by the job's PATH, without its fall back to a shell. */
static void exec_by_path(char **argv, char **env, const char *path)
{
    if (strchr(argv[0], '/')) {
        execve(argv[0], argv, env);
        return;
    }
    int err = ENOENT;
    struct sv rest = sv_z(path), part;
    while (sv_split(&rest, ':', &part)) {
        char *file = xasprintf("%.*s/%s", (int)part.n, part.p, argv[0]);
        execve(file, argv, env);
        free(file);
        err = errno != ENOENT && errno != ENOTDIR ? errno : err;
    }
    errno = err;
}

void job_exec(const struct attempt_spec *s, int link_fd)
{
    struct words argv = {0};
    for (size_t i = 0; i < s->prefix.n; i++) {
        words_add(&argv, s->prefix.at[i]);
    }
    for (size_t i = 0; i < s->argv.n; i++) {
        words_add(&argv, s->argv.at[i]);
    }
    xassert(argv.at && argv.at[0]); /* attempt_spec_check saw to it */
    char *no_env[] = {NULL};
    const char *path = words_get_env(&s->env, "PATH");
    (void)setsid();
    umask(022);
    set_limits(&s->limits);
    reset_signals();
    if (chdir(s->cwd ? s->cwd : "/") != 0) {
        fail(link_fd, "could not enter the folder ", s->cwd ? s->cwd : "/");
    }
    struct link_message m = {.kind = LINK_READY};
    if (send(link_fd, &m, sizeof m, MSG_NOSIGNAL) < 0 || recv(link_fd, &m, sizeof m, 0) <= 0) {
        _exit(127); /* the shim is gone: nobody would ever know of this job */
    }
    os_fault_point("exec");
    exec_by_path(argv.at, s->env.n ? s->env.at : no_env, path ? path : DEFAULT_PATH);
    fail(link_fd, "could not run ", argv.at[0]);
}

/* --- inside bubblewrap: process 1 of the job's own world --- */
static int inner_wait(pid_t job, int link_fd)
{
    for (;;) {
        int status;
        struct rusage usage;
        pid_t pid = wait4(-1, &status, 0, &usage);
        if (pid == job) {
            struct link_message m = {.kind = LINK_ENDED, .status = status};
            link_usage(&m, &usage);
            /* when this process ends the kernel ends all the others of its world */
            return send(link_fd, &m, sizeof m, MSG_NOSIGNAL) < 0;
        }
        if (pid < 0 && errno != EINTR) {
            return 1;
        }
    }
}

int inner_main(void)
{
    struct attempt_spec s;
    struct str bytes = STR_INIT;
    struct err e = ERR_INIT;
    attempt_spec_init(&s);
    close(FD_SELF);
    (void)fcntl(FD_LINK, F_SETFD, FD_CLOEXEC);
    (void)lseek(FD_SPEC, 0, SEEK_SET);
    if (!shim_read_fd(FD_SPEC, &bytes) || !attempt_spec_read(sv_of(&bytes), &s, &e)) {
        errno = EINVAL;
        fail(FD_LINK, "the sandbox could not read attempt.spec: ", e.msg);
    }
    close(FD_SPEC);
    pid_t job = fork();
    if (job < 0) {
        fail(FD_LINK, "could not start a process in the sandbox", "");
    }
    if (job == 0) {
        job_exec(&s, FD_LINK);
    }
    close(FD_JOB_LOCK);
    str_release(&bytes);
    attempt_spec_release(&s);
    return inner_wait(job, FD_LINK);
}
