/* Who has a file open, by /proc/PID/fd; see holders.h. */
#include "core/executor/holders.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/mem.h"

static bool has_open(pid_t pid, const struct stat *file)
{
    CLEANUP(mem_free_ptr) char *dir = xasprintf("/proc/%ld/fd", (long)pid);
    DIR *d = opendir(dir);
    bool found = false;
    for (struct dirent *ent; d && !found && (ent = readdir(d));) {
        struct stat st;
        found = fstatat(dirfd(d), ent->d_name, &st, 0) == 0 && st.st_dev == file->st_dev &&
                st.st_ino == file->st_ino;
    }
    if (d) {
        closedir(d);
    }
    return found;
}

static bool kill_holder(pid_t pid, const struct stat *file)
{
    int fd = pid > 1 && pid != getpid() ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (fd < 0) {
        return false;
    }
    bool ok = has_open(pid, file) && syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) == 0;
    close(fd);
    return ok;
}

size_t holders_kill(const char *path)
{
    struct stat file;
    size_t n = 0;
    DIR *d = stat(path, &file) == 0 ? opendir("/proc") : NULL;
    for (struct dirent *ent; d && (ent = readdir(d));) {
        if (ent->d_name[0] >= '1' && ent->d_name[0] <= '9') {
            n += kill_holder((pid_t)strtol(ent->d_name, NULL, 10), &file);
        }
    }
    if (d) {
        closedir(d);
    }
    return n;
}
