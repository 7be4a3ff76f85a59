/* Programs that are asked one thing; see probe.h. */
#include "core/executor/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

enum { POLL_MS = 2, SAID_MAX_BYTES = 4096 };

char *probe_find(const char *program)
{
    struct sv rest = sv_z(getenv("PATH")), dir;
    while (sv_split(&rest, ':', &dir)) {
        char *path = xasprintf("%.*s/%s", (int)dir.n, dir.p, program);
        if (path[0] == '/' && access(path, X_OK) == 0) {
            return path;
        }
        free(path);
    }
    return NULL;
}

/* False when it had to be killed or did not end with 0. */
static bool wait_for(pid_t pid, int64_t limit_ms)
{
    int status;
    int64_t until_us = clock_mono_us() + limit_ms * 1000;
    for (;;) {
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid || (got < 0 && errno != EINTR)) {
            return got == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
        if (clock_mono_us() >= until_us) {
            kill(pid, SIGKILL);
            (void)waitpid(pid, &status, 0);
            return false;
        }
        (void)poll(NULL, 0, POLL_MS);
    }
}

bool probe_run(char *const *argv, char *const *env, int64_t limit_ms, struct str *said)
{
    posix_spawn_file_actions_t files;
    char piece[SAID_MAX_BYTES];
    pid_t pid;
    int out = memfd_create("said", MFD_CLOEXEC); /* a pipe would be held by what it leaves behind */
    if (out < 0) {
        return false;
    }
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_adddup2(&files, out, 2);
    bool ok = posix_spawn(&pid, argv[0], &files, NULL, argv, env ? env : environ) == 0 &&
              wait_for(pid, limit_ms);
    posix_spawn_file_actions_destroy(&files);
    ssize_t n = pread(out, piece, sizeof piece, 0);
    str_add(said, piece, n > 0 ? (size_t)n : 0);
    close(out);
    return ok;
}
