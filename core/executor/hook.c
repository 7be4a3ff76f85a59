/* A program that is told something; see hook.h. */
#include "core/executor/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"

enum { LOOK_MS = 100, VARIABLES = 3 };

static const char default_path[] = "/usr/local/bin:/usr/bin:/bin";

static bool can_run(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *hook_find(const char *program, struct err *e)
{
    const char *path = getenv("PATH");
    struct sv rest = sv_z(path ? path : default_path), dir;
    if (program[0] == '/') {
        if (can_run(program)) {
            return xstrdup(program);
        }
        err_set(e, ERR_IO, "%s is not a program that can be run", program);
        return NULL;
    }
    while (sv_split(&rest, ':', &dir)) {
        CLEANUP(mem_free_ptr) char *folder = sv_dup(dir);
        CLEANUP(mem_free_ptr) char *file = path_join(folder, program);
        if (folder[0] == '/' && can_run(file)) {
            return xstrdup(file);
        }
    }
    err_set(e, ERR_IO, "there is no program %s in PATH", program);
    return NULL;
}

/* All that the processes need, made before the fork: after it nothing may be allocated. */
struct hook {
    const char *path, *dir;
    char *const *words;
    char *variables[VARIABLES + 1];
    int in_fd;
};

static void become_program(const struct hook *h, int in_fd)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    dup2(in_fd, STDIN_FILENO);
    close_range(3, ~0U, 0);
    if (chdir(h->dir) != 0 && chdir("/") != 0) {
        _exit(127);
    }
    os_fault_point("exec");
    execve(h->path, h->words, h->variables);
    _exit(127);
}

/* Waits for the program's end, or brings it about. */
static void guard(const struct hook *h)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    for (int s = 1; s < SIGRTMIN; s++) {
        signal(s, SIG_DFL); /* our handlers, and what we ignore, are ours alone */
    }
    sigprocmask(SIG_SETMASK, &child, NULL);
    int in_fd = fcntl(h->in_fd, F_DUPFD_CLOEXEC, 3); /* not one of those that follow */
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) {
        dup2(null, fd);
    }
    pid_t pid = fork();
    if (pid == 0) {
        become_program(h, in_fd);
    }
    close_range(3, ~0U, 0);
    if (pid < 0) {
        return;
    }
    setpgid(pid, pid);
    int64_t end_ms = clock_mono_ms() + HOOK_LIMIT_MS;
    while (waitpid(pid, NULL, WNOHANG) == 0) {
        if (clock_mono_ms() >= end_ms) {
            kill(-pid, SIGKILL);
            return;
        }
        (void)sigtimedwait(&child, NULL, &(struct timespec){.tv_nsec = LOOK_MS * 1000000L});
    }
}

/* A guard that is nobody's child, so that nobody has to wait for it. */
static bool detach(const struct hook *h, struct err *e)
{
    os_fault_point("fork");
    pid_t child = fork();
    if (child < 0) {
        return err_sys(e, "could not start %s", h->path);
    }
    if (child == 0) {
        setsid();
        if (fork() == 0) {
            guard(h);
        }
        _exit(0);
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    return true;
}

static void set_variables(struct hook *h)
{
    static const char *const names[VARIABLES] = {"PATH", "HOME", "LANG"};
    size_t n = 0;
    for (size_t i = 0; i < VARIABLES; i++) {
        const char *value = getenv(names[i]);
        value = !value && i == 0 ? default_path : value;
        if (value) {
            h->variables[n++] = xasprintf("%s=%s", names[i], value);
        }
    }
}

bool hook_start(const char *path, char *const *words, const char *dir, struct sv text,
                struct err *e)
{
    int fds[2];
    struct hook h = {.path = path, .dir = dir, .words = words};
    xassert(text.n <= HOOK_TEXT_BYTES); /* what a pipe takes without a reader */
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return err_sys(e, "could not start %s", path);
    }
    h.in_fd = fds[0];
    bool ok = os_write_all(fds[1], text, "a pipe", e);
    close(fds[1]);
    set_variables(&h);
    ok = ok && detach(&h, e);
    close(fds[0]);
    for (size_t i = 0; h.variables[i]; i++) {
        free(h.variables[i]);
    }
    return ok;
}
