/* holders: who has a file open ends, and nobody else. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/executor/holders.h"
#include "tests/unit/tmp.h"

/* A child that waits for its end, with `path` open or, where that is NULL, without. */
static pid_t waiting_child(const char *path)
{
    int ready[2];
    char go;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = path ? open(path, O_RDONLY) : ready[1];
        (void)!write(ready[1], fd >= 0 ? "y" : "n", 1);
        for (;;) {
            pause();
        }
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &go, 1), 1);
    close(ready[0]);
    assert_int_equal(go, 'y');
    return pid;
}

static void a_file_that_nobody_has_open_ends_nobody(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *absent = path_join(tmp, "absent");
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, "lock");
    tmp_file(tmp, "lock", SV(""));
    assert_int_equal(holders_kill(absent), 0);
    assert_int_equal(holders_kill(path), 0);
}

static void this_process_is_spared(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, "lock");
    tmp_file(tmp, "lock", SV(""));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(holders_kill(path), 0);
    close(fd);
}

static void its_holders_end_and_others_do_not(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, "lock");
    CLEANUP(mem_free_ptr) char *other = path_join(tmp, "other");
    tmp_file(tmp, "lock", SV(""));
    tmp_file(tmp, "other", SV(""));
    pid_t holders[] = {waiting_child(path), waiting_child(path)};
    pid_t rest[] = {waiting_child(other), waiting_child(NULL)};
    int status;
    assert_int_equal(holders_kill(path), ALEN(holders));
    for (size_t i = 0; i < ALEN(holders); i++) {
        assert_int_equal(waitpid(holders[i], &status, 0), holders[i]);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    for (size_t i = 0; i < ALEN(rest); i++) {
        assert_int_equal(waitpid(rest[i], &status, WNOHANG), 0);
        kill(rest[i], SIGKILL);
        assert_int_equal(waitpid(rest[i], &status, 0), rest[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_nobody_has_open_ends_nobody),
        cmocka_unit_test(this_process_is_spared),
        cmocka_unit_test(its_holders_end_and_others_do_not),
    };
    return RUN_TESTS(tests);
}
