/* What is left of a job that ran without a sandbox: found by kinship, killed, reaped. See shim.h.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/executor/shim/shim.h"

/* Parent of a process by /proc/PID/stat; 0 when it is gone. */
static pid_t parent_of(const char *pid)
{
    CLEANUP(mem_free_ptr) char *path = xasprintf("/proc/%s/stat", pid);
    CLEANUP(str_release) struct str text = STR_INIT;
    struct err e;
    if (!os_read_file(path, 64 * 1024, &text, &e)) {
        return 0;
    }
    /* the name may hold anything: the state and the parent follow its last parenthesis */
    const char *p = strrchr(text.p, ')');
    return p && p[1] && p[2] && p[3] ? (pid_t)strtol(p + 3, NULL, 10) : 0;
}

static void kill_children(void)
{
    pid_t self = getpid();
    DIR *d = opendir("/proc");
    for (struct dirent *ent; d && (ent = readdir(d));) {
        if (ent->d_name[0] >= '1' && ent->d_name[0] <= '9' && parent_of(ent->d_name) == self) {
            kill((pid_t)strtol(ent->d_name, NULL, 10), SIGKILL);
        }
    }
    if (d) {
        closedir(d);
    }
}

void tree_kill(pid_t group)
{
    if (group > 1) {
        kill(-group, SIGKILL);
    }
    /* a killed child's own children come to us: again, until there is none */
    for (;;) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);
        if (pid < 0 && errno == ECHILD) {
            return;
        }
        if (pid == 0) {
            kill_children();
            (void)waitpid(-1, NULL, 0);
        }
    }
}
