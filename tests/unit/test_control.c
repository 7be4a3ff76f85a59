/* Starting drivers from a program that has handlers for signals, as the screen has. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/pipeline/control.h"
#include "tests/unit/tmp.h"

#define EXEC "abcdefghijkl"

static int heard[2]; /* where the handler writes, as an event loop's does */

static void on_signal(int sig)
{
    (void)!write(heard[1], &(char){(char)sig}, 1);
}

/* The terminal says something to all processes on it just when the child is made. */
static void in_child(void)
{
    (void)raise(SIGWINCH);
    (void)raise(SIGINT);
}

static void wait_for(const struct workspace *ws, const char *name)
{
    CLEANUP(mem_free_ptr) char *path = xasprintf("%s/runs/%s/%s", ws->mlw, EXEC, name);
    int64_t deadline_ms = clock_mono_ms() + 20000;
    while (!os_exists(path)) {
        assert_true(clock_mono_ms() < deadline_ms);
        sched_yield();
    }
}

static void a_child_tells_the_screen_of_no_signal(void **state)
{
    (void)state;
    struct err e;
    struct workspace ws;
    char byte;
    CLEANUP(tmp_free) char *dir = tmp_new();
    assert_int_equal(pipe2(heard, O_NONBLOCK | O_CLOEXEC), 0);
    assert_true(workspace_init(dir, &ws, &e));
    (void)signal(SIGWINCH, on_signal);
    (void)signal(SIGINT, on_signal);
    assert_int_equal(pthread_atfork(NULL, NULL, in_child), 0);
    assert_true(control_ensure(&ws, EXEC, &e));
    assert_true(read(heard[0], &byte, 1) < 0); /* the first child has ended */
    (void)raise(SIGWINCH);                     /* ours are heard as before */
    assert_int_equal(read(heard[0], &byte, 1), 1);
    assert_int_equal(byte, SIGWINCH);
    wait_for(&ws, "driver.log"); /* the last that the new process makes */
    workspace_release(&ws);
}

int main(int argc, char **argv)
{
    (void)argv;
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_child_tells_the_screen_of_no_signal)};
    if (argc > 1) {
        return 0; /* as the driver that was started */
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
