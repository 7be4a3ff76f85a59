/* Attempts on this machine: launched through mlw-shim, stopped by its signal, and recognised by
 * locks and files, never by a bare pid. See executor.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/executor/executor.h"
#include "core/executor/holders.h"

enum { FD_ATTEMPT_LOCK = 3, RECORD_MAX_BYTES = 64 * 1024, FD_ABOVE = 10 };

/* --- the lock --- */

/* -1 when another holds it; errno tells why otherwise. */
static int take(const char *path, int flags)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int sys = errno;
        close(fd);
        errno = sys;
        return -1;
    }
    return fd;
}

bool executor_lock(const char *attempt_dir, int *ret_lock_fd, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = path_join(attempt_dir, "attempt.lock");
    CLEANUP(mem_free_ptr) char *started = path_join(attempt_dir, "started");
    if (!os_mkdirs(attempt_dir, e)) {
        return false;
    }
    int fd = take(path, O_CREAT);
    if (fd < 0 && errno == EWOULDBLOCK) {
        return err_set(e, ERR_REFUSED, "could not start the attempt in %s: it is running",
                       attempt_dir);
    }
    if (fd < 0) {
        return err_sys(e, "could not take %s", path);
    }
    struct sv boot = sv_z(clock_boot_id());
    if (os_exists(started)) {
        close(fd);
        return err_set(e, ERR_REFUSED, "could not start the attempt in %s: it was started before",
                       attempt_dir);
    }
    if (ftruncate(fd, 0) != 0 || pwrite(fd, boot.p, boot.n, 0) != (ssize_t)boot.n) {
        bool ok = err_sys(e, "could not write %s", path);
        close(fd);
        return ok;
    }
    *ret_lock_fd = fd;
    return true;
}

/* --- start --- */

/* MLW_LIBEXEC of the environment, beside this program, ../libexec/mlw of its folder (an installed
 * tree, wherever it was put), or the place that was compiled in; never by PATH. */
static char *find_shim(struct err *e)
{
    const char *libexec = getenv("MLW_LIBEXEC");
    CLEANUP(mem_free_ptr) char *self_dir = path_dir(os_self_exe());
    CLEANUP(mem_free_ptr) char *beside = path_join(self_dir, "../libexec/mlw");
    const char *places[] = {libexec, self_dir, beside, MLW_LIBEXEC};
    for (size_t i = 0; i < ALEN(places); i++) {
        char *path = places[i] && places[i][0] ? path_join(places[i], "mlw-shim") : NULL;
        if (path && access(path, X_OK) == 0) {
            return path;
        }
        free(path);
    }
    err_set(e, ERR_NOT_FOUND, "could not find mlw-shim beside %s, in %s or in %s", os_self_exe(),
            beside, MLW_LIBEXEC);
    err_hint(e, "build it with make, or set MLW_LIBEXEC to the folder that holds it");
    return NULL;
}

/* Whole within this boot: read by the shim that is about to start. */
static bool write_spec(const struct attempt_spec *spec, struct err *e)
{
    CLEANUP(str_release) struct str bytes = STR_INIT;
    CLEANUP(mem_free_ptr) char *path = path_join(spec->dir, "attempt.spec");
    attempt_spec_write(spec, &bytes);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_sys(e, "could not make %s", path);
    }
    bool ok = os_write_all(fd, sv_of(&bytes), path, e);
    close(fd);
    return ok;
}

static bool spawn(char *shim, const struct attempt_spec *spec, int lock_fd, pid_t *ret_pid,
                  struct err *e)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t held, usual;
    char *argv[] = {shim, spec->dir, NULL};
    pid_t pid;
    sigfillset(&held); /* no signal ends the shim before it has said that it started */
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    posix_spawn_file_actions_adddup2(&files, lock_fd, FD_ATTEMPT_LOCK);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &held);
    posix_spawnattr_setsigdefault(&attr, &usual);
    posix_spawnattr_setflags(&attr,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    os_fault_point("fork");
    int sys = posix_spawn(&pid, shim, &files, &attr, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    if (sys) {
        errno = sys;
        return err_sys(e, "could not start %s", shim);
    }
    *ret_pid = pid;
    return true;
}

static bool process_start(const struct attempt_spec *spec, int lock_fd, pid_t *ret_shim_pid,
                          struct err *e)
{
    /* dup2 onto itself would leave close-on-exec set */
    int high = fcntl(lock_fd, F_DUPFD_CLOEXEC, FD_ABOVE);
    close(lock_fd);
    if (high < 0) {
        return err_sys(e, "could not keep the lock of %s", spec->dir);
    }
    CLEANUP(mem_free_ptr) char *shim = find_shim(e);
    bool ok = shim && attempt_spec_check(spec, e) && write_spec(spec, e) &&
              spawn(shim, spec, high, ret_shim_pid, e);
    close(high);
    return ok;
}

const char *executor_host_path(void)
{
    const char *path = getenv("PATH");
    return path && path[0] ? path : NULL;
}

/* --- who is alive --- */
static bool is_same(pid_t pid, uint64_t start, const char *boot_id)
{
    return pid > 1 && start && z_eq(boot_id, clock_boot_id()) && os_process_start(pid) == start;
}

/* What is known of it: attempt.json, else `started`; absent is fine. */
static bool read_info(const char *dir, struct attempt_info *ret_info, struct err *e)
{
    static const char *const names[] = {"attempt.json", "started"};
    for (size_t i = 0; i < ALEN(names); i++) {
        CLEANUP(mem_free_ptr) char *path = path_join(dir, names[i]);
        CLEANUP(str_release) struct str text = STR_INIT;
        if (os_exists(path)) {
            return (os_read_file(path, RECORD_MAX_BYTES, &text, e) &&
                    attempt_info_parse(sv_of(&text), ret_info, e)) ||
                   err_wrap(e, "%s", dir);
        }
    }
    return true;
}

/* --- stop --- */
static bool process_stop(const char *attempt_dir, struct err *e)
{
    CLEANUP(mem_free_ptr) char *stop = path_join(attempt_dir, "stop");
    CLEANUP(mem_free_ptr) char *end = path_join(attempt_dir, "exit.json");
    struct attempt_info info = {0};
    if (os_exists(end)) {
        return true;
    }
    /* first the file, then a look for the shim: it starts the other way round */
    int fd = open(stop, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_sys(e, "could not ask for the end of %s", attempt_dir);
    }
    close(fd);
    if (!read_info(attempt_dir, &info, e)) {
        return false;
    }
    if (is_same(info.shim_pid, info.shim_start, info.boot_id)) {
        kill(info.shim_pid, SIGTERM);
    }
    attempt_info_release(&info);
    return true;
}

/* --- look --- */
static bool look_at_end(const char *dir, struct attempt_look *look, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = path_join(dir, "exit.json");
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!os_exists(path)) {
        return true;
    }
    if (!os_read_file(path, RECORD_MAX_BYTES, &text, e) ||
        !attempt_exit_parse(sv_of(&text), &look->exit, e)) {
        return err_wrap(e, "%s", dir);
    }
    look->state = ATTEMPT_ENDED;
    return true;
}

/* Is any process of the job left? Its leader, if it is surely that, ends with its group. A job with
 * no attempt.json was never told to go: who holds its lock is our own child or bubblewrap's, which
 * may wait for ever for a parent that was killed before it could ask to end with it. */
static bool is_job_left(const char *dir, const struct attempt_info *info)
{
    CLEANUP(mem_free_ptr) char *path = path_join(dir, "job.lock");
    int fd = take(path, 0);
    if (fd >= 0) {
        close(fd);
        return false;
    }
    if (errno != EWOULDBLOCK) {
        return false;
    }
    if (is_same(info->job_pid, info->job_start, info->boot_id)) {
        kill(-info->job_pid, SIGKILL);
    } else if (!info->job_pid) {
        (void)holders_kill(path);
    }
    return true;
}

/* The lock is ours and there is no exit.json. */
static void look_at_rest(const char *dir, int fd, struct attempt_look *look)
{
    CLEANUP(mem_free_ptr) char *started = path_join(dir, "started");
    char boot[64] = {0};
    bool is_this_boot = pread(fd, boot, sizeof boot - 1, 0) > 0 && z_eq(boot, clock_boot_id());
    if (!os_exists(started) && is_this_boot) {
        look->state = ATTEMPT_NOT_LAUNCHED;
        look->lock_fd = fd;
        return;
    }
    look->state = is_job_left(dir, &look->info) ? ATTEMPT_ORPHANED : ATTEMPT_LOST;
    close(fd);
}

static bool process_look(const char *attempt_dir, struct attempt_look *ret_look, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = path_join(attempt_dir, "attempt.lock");
    struct attempt_look look = {.state = ATTEMPT_LOST, .lock_fd = -1};
    if (!look_at_end(attempt_dir, &look, e)) {
        return false;
    }
    int fd = -1;
    if (look.state != ATTEMPT_ENDED) {
        fd = take(path, 0);
        if (fd < 0 && errno != EWOULDBLOCK && errno != ENOENT) {
            return err_sys(e, "could not look at %s", path);
        }
        look.state = fd < 0 && errno == EWOULDBLOCK ? ATTEMPT_RUNNING : ATTEMPT_LOST;
        /* it may have ended between the two looks */
        if (!look_at_end(attempt_dir, &look, e)) {
            goto fail;
        }
    }
    if (!read_info(attempt_dir, &look.info, e)) {
        goto fail;
    }
    if (look.state == ATTEMPT_LOST && fd >= 0) {
        look_at_rest(attempt_dir, fd, &look);
    } else if (fd >= 0) {
        close(fd);
    }
    *ret_look = look;
    return true;
fail:
    if (fd >= 0) {
        close(fd);
    }
    attempt_look_release(&look);
    return false;
}

void attempt_look_release(struct attempt_look *look)
{
    if (look->lock_fd >= 0) {
        close(look->lock_fd);
    }
    attempt_info_release(&look->info);
    attempt_exit_release(&look->exit);
    look->lock_fd = -1;
}

const struct executor executor_process = {
    .name = "process",
    .start = process_start,
    .stop = process_stop,
    .look = process_look,
};
