/* mlw-shim: the process between a driver and one job. See shim.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/executor/shim/shim.h"

enum { FD_ATTEMPT_LOCK = 3 };

/* Signals wait from here on; a terminal that goes away is not our concern. */
static void settle_in(void)
{
    sigset_t held;
    sigfillset(&held);
    sigprocmask(SIG_SETMASK, &held, NULL);
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setsid();
    umask(077);
    (void)fcntl(FD_ATTEMPT_LOCK, F_SETFD, FD_CLOEXEC);
    (void)syscall(SYS_close_range, FD_ATTEMPT_LOCK + 1, ~0U, 0);
}

/* With nobody to see that the job has ended, this process becomes the driver that does. */
static void revive(const struct attempt_spec *s)
{
    int fd = s->revive.n ? open(s->driver_lock, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
        return;
    }
    close(fd);
    sigset_t none;
    sigemptyset(&none);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)!chdir("/");
    sigprocmask(SIG_SETMASK, &none, NULL);
    os_fault_point("exec");
    execv(s->revive.at[0], s->revive.at);
}

static bool read_spec(struct attempt_spec *s, struct err *e)
{
    CLEANUP(str_release) struct str bytes = STR_INIT;
    return os_read_file("attempt.spec", SPEC_MAX_BYTES, &bytes, e) &&
           attempt_spec_read(sv_of(&bytes), s, e);
}

static int run(void)
{
    struct attempt_spec s;
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str message = STR_INIT;
    struct ending end = {.reason = "launch_failed"};
    if (!files_started(&e)) {
        return 1;
    }
    attempt_spec_init(&s);
    if (read_spec(&s, &e)) {
        watch_job(&s, &end, &message);
    } else {
        str_addz(&message, e.msg);
        end.started_wall_ms = end.ended_wall_ms = clock_wall_ms();
    }
    end.message = message.n ? message.p : NULL;
    bool ok = files_exit(s.token ? s.token : "", &end, &e);
    if (ok) {
        revive(&s);
    }
    attempt_spec_release(&s);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && z_eq(argv[1], "--inner")) {
        os_fault_process("inner");
        return inner_main();
    }
    os_fault_process("shim");
    if (argc != 2 || argv[1][0] != '/' || fcntl(FD_ATTEMPT_LOCK, F_GETFD) < 0) {
        fprintf(stderr, "mlw-shim: started by mlw alone, with an attempt's folder and its lock\n");
        return 2;
    }
    settle_in();
    return chdir(argv[1]) == 0 ? run() : 1;
}
