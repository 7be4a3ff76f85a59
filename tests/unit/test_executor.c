/* executor: the real mlw-shim on small jobs. What a job gets, how it ends, and what is known of it
 * when the shim is killed. */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/executor/executor.h"
#include "tests/unit/tmp.h"

struct job {
    char *tmp, *dir;
    struct attempt_spec spec;
    pid_t shim;
};

static void job_init(struct job *j, const char *script)
{
    *j = (struct job){.tmp = tmp_new()};
    j->dir = path_join(j->tmp, "runs/e/s/1");
    attempt_spec_init(&j->spec);
    j->spec.dir = xstrdup(j->dir);
    j->spec.token = xstrdup("tok");
    words_add(&j->spec.argv, "sh");
    words_add(&j->spec.argv, "-c");
    words_add(&j->spec.argv, script);
    words_set_env(&j->spec.env, "PATH", "/usr/bin:/bin");
}

static void job_release(struct job *j)
{
    attempt_spec_release(&j->spec);
    free(j->dir);
    tmp_free(&j->tmp);
}

static void job_start(struct job *j)
{
    struct err e;
    int fd = -1;
    CLEANUP(mem_free_ptr) char *ml = path_join(j->dir, "ml");
    assert_true(executor_lock(j->dir, &fd, &e));
    assert_true(os_mkdirs(ml, &e));
    if (!executor_process.start(&j->spec, fd, &j->shim, &e)) {
        fail_msg("%s", e.msg);
    }
}

static void job_look(struct job *j, struct attempt_look *look)
{
    struct err e;
    if (!executor_process.look(j->dir, look, &e)) {
        fail_msg("%s", e.msg);
    }
}

/* To its end; what became of it. */
static void job_wait(struct job *j, struct attempt_look *look)
{
    int status;
    assert_int_equal(waitpid(j->shim, &status, 0), j->shim);
    job_look(j, look);
}

static void job_run(struct job *j, struct attempt_look *look)
{
    job_start(j);
    job_wait(j, look);
    assert_int_equal(look->state, ATTEMPT_ENDED);
}

/* Until the job has written a line to its log. */
static void job_wait_log(struct job *j, struct str *log)
{
    CLEANUP(mem_free_ptr) char *path = path_join(j->dir, "log");
    struct err e;
    for (;;) {
        str_clear(log);
        if (os_exists(path) && os_read_file(path, 1 << 20, log, &e) && strchr(log->p, '\n')) {
            return;
        }
        sched_yield();
    }
}

static void assert_log(struct job *j, const char *want)
{
    CLEANUP(str_release) struct str log = STR_INIT;
    tmp_read(j->dir, "log", &log);
    assert_string_equal(log.p, want);
}

static bool box(struct job *j)
{
    const struct sandbox_verdict *v = sandbox_probe();
    if (v->kind != SANDBOX_BWRAP) {
        print_message("without bubblewrap: %s\n", v->reason);
        return false;
    }
    j->spec.sandbox = SANDBOX_BWRAP;
    j->spec.bwrap = xstrdup(v->bwrap);
    return true;
}

/* --- how jobs end --- */
static void ends_are_told_as_they_were(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        enum exit_reason reason;
        int code, sig;
    } cases[] = {
        {"exit 0", EXIT_EXITED, 0, 0},
        {"exit 3", EXIT_EXITED, 3, 0},
        {"exit 137", EXIT_EXITED, 137, 0},
        {"kill -9 $$", EXIT_SIGNALED, -1, 9},
        {"kill -SEGV $$", EXIT_SIGNALED, -1, 11},
        {"kill -HUP $$", EXIT_SIGNALED, -1, 1},
    };
    for (size_t i = 0; i < 2 * ALEN(cases); i++) {
        struct job j;
        struct attempt_look look;
        job_init(&j, cases[i % ALEN(cases)].script);
        if (i < ALEN(cases) || box(&j)) {
            job_run(&j, &look);
            assert_int_equal(look.exit.reason, cases[i % ALEN(cases)].reason);
            assert_int_equal(look.exit.exit_code, cases[i % ALEN(cases)].code);
            assert_int_equal(look.exit.signal, cases[i % ALEN(cases)].sig);
            assert_true(look.info.job_pid > 1 && look.info.shim_pid == j.shim);
            assert_string_equal(look.info.token, "tok");
            attempt_look_release(&look);
        }
        job_release(&j);
    }
}

static void what_cannot_run_says_why(void **state)
{
    (void)state;
    for (int boxed = 0; boxed < 2; boxed++) {
        struct job j;
        struct attempt_look look;
        job_init(&j, "");
        words_release(&j.spec.argv);
        words_add(&j.spec.argv, "no-such-program");
        if (!boxed || box(&j)) {
            job_run(&j, &look);
            assert_int_equal(look.exit.reason, EXIT_LAUNCH_FAILED);
            assert_non_null(strstr(look.exit.message, "could not run no-such-program"));
            attempt_look_release(&look);
        }
        job_release(&j);
    }
}

/* --- what a job gets --- */
static void environment_is_exact(void **state)
{
    (void)state;
    for (int boxed = 0; boxed < 2; boxed++) {
        struct job j;
        struct attempt_look look;
        job_init(&j, "");
        words_release(&j.spec.argv);
        words_add(&j.spec.argv, "/usr/bin/env");
        words_set_env(&j.spec.env, "A", "x=y z");
        setenv("AWS_SECRET_ACCESS_KEY", "hidden", 1);
        if (!boxed || box(&j)) {
            job_run(&j, &look);
            assert_log(&j, "PATH=/usr/bin:/bin\nA=x=y z\n");
            attempt_look_release(&look);
        }
        unsetenv("AWS_SECRET_ACCESS_KEY");
        job_release(&j);
    }
}

static void only_the_lock_reaches_the_job(void **state)
{
    (void)state;
    for (int boxed = 0; boxed < 2; boxed++) {
        struct job j;
        struct attempt_look look;
        job_init(&j, "i=0; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] && echo $i; i=$((i+1)); "
                     "done; ulimit -c");
        if (!boxed || box(&j)) {
            job_run(&j, &look);
            assert_log(&j, "0\n1\n2\n3\n0\n");
            attempt_look_release(&look);
        }
        job_release(&j);
    }
}

static void the_box_has_its_own_world(void **state)
{
    (void)state;
    struct job j;
    struct attempt_look look;
    CLEANUP(str_release) struct str made = STR_INIT;
    job_init(&j, "hostname; echo hi >/opt/ml/out && echo t >/tmp/t && echo $$;"
                 "touch /usr/x 2>/dev/null || echo read-only; ls /tmp");
    if (box(&j)) {
        job_run(&j, &look);
        assert_log(&j, "algo-1\n2\nread-only\nt\n");
        tmp_read(j.dir, "ml/out", &made);
        assert_string_equal(made.p, "hi\n");
        CLEANUP(mem_free_ptr) char *tmp = path_join(j.dir, "tmp");
        assert_false(os_exists(tmp));
        attempt_look_release(&look);
    }
    job_release(&j);
}

/* --- the log --- */
static void a_flood_is_cut_at_the_limit(void **state)
{
    (void)state;
    struct job j;
    struct attempt_look look;
    CLEANUP(str_release) struct str log = STR_INIT;
    job_init(&j, "head -c 100000000 /dev/zero | tr '\\0' x; echo over >&2");
    j.spec.log_limit_bytes = 1000;
    job_run(&j, &look);
    assert_int_equal(look.exit.exit_code, 0);
    assert_true(look.exit.is_log_truncated);
    tmp_read(j.dir, "log", &log);
    assert_string_equal(log.p + 1000, "\n[mlw] log limit of 1000 bytes reached; the rest is not "
                                      "kept\n");
    attempt_look_release(&look);
    job_release(&j);
}

/* From the first byte on it is known when it was written: "0 MS". */
static void a_log_has_times(void **state)
{
    (void)state;
    struct job j;
    struct attempt_look look;
    CLEANUP(str_release) struct str times = STR_INIT;
    int64_t before_ms = clock_wall_ms(), ms = 0;
    job_init(&j, "echo one; echo two");
    job_run(&j, &look);
    attempt_look_release(&look);
    tmp_read(j.dir, "log.times", &times);
    struct sv rest = sv_of(&times), line;
    assert_true(sv_split(&rest, '\n', &line));
    assert_true(sv_starts(line, "0 "));
    assert_true(fmt_parse_i64((struct sv){line.p + 2, line.n - 2}, &ms));
    assert_in_range(ms, before_ms, clock_wall_ms());
    job_release(&j);
}

static void what_a_job_leaves_behind_ends_with_it(void **state)
{
    (void)state;
    struct job j;
    struct attempt_look look;
    CLEANUP(str_release) struct str log = STR_INIT;
    job_init(&j, "setsid sh -c 'echo $$; exec sleep 1000' & read x </dev/null; exit 0");
    job_run(&j, &look);
    attempt_look_release(&look);
    tmp_read(j.dir, "log", &log);
    if (log.n) {
        assert_int_equal(kill((pid_t)strtol(log.p, NULL, 10), 0), -1);
    }
    job_release(&j);
}

/* --- stop and time --- */
static void stop_asks_and_then_kills(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct job j;
        struct attempt_look look;
        struct err e;
        CLEANUP(str_release) struct str log = STR_INIT;
        bool is_stubborn = i & 1;
        job_init(&j, is_stubborn ? "trap '' TERM; echo up; while :; do sleep 1000; done"
                                 : "trap 'exit 7' TERM; echo up; sleep 1000 & wait");
        j.spec.grace_s = is_stubborn ? 0 : 100;
        if (i < 2 || box(&j)) {
            job_start(&j);
            job_wait_log(&j, &log);
            assert_true(executor_process.stop(j.dir, &e));
            assert_true(executor_process.stop(j.dir, &e));
            job_wait(&j, &look);
            assert_int_equal(look.state, ATTEMPT_ENDED);
            assert_int_equal(look.exit.reason, EXIT_STOPPED);
            assert_int_equal(look.exit.exit_code, is_stubborn ? -1 : 7);
            assert_int_equal(look.exit.signal, is_stubborn ? SIGKILL : 0);
            attempt_look_release(&look);
        }
        job_release(&j);
    }
}

static void stop_before_the_start_is_remembered(void **state)
{
    (void)state;
    struct job j;
    struct attempt_look look;
    struct err e;
    int fd;
    job_init(&j, "echo ran");
    assert_true(executor_lock(j.dir, &fd, &e));
    assert_true(executor_process.stop(j.dir, &e));
    assert_true(executor_process.start(&j.spec, fd, &j.shim, &e));
    job_wait(&j, &look);
    assert_int_equal(look.exit.reason, EXIT_STOPPED);
    CLEANUP(mem_free_ptr) char *log = path_join(j.dir, "log");
    assert_false(os_exists(log));
    attempt_look_release(&look);
    job_release(&j);
}

static void time_runs_out(void **state)
{
    (void)state;
    struct job j;
    struct attempt_look look;
    struct {
        int64_t wall_offset_ms;
        uint64_t boot_tag;
        double scale;
        uint64_t tick;
    } clock = {.scale = 1000};
    job_init(&j, "sleep 1000");
    tmp_file(j.tmp, "clock", (struct sv){(const char *)&clock, sizeof clock});
    CLEANUP(mem_free_ptr) char *path = path_join(j.tmp, "clock");
    setenv("MLW_CLOCK", path, 1);
    j.spec.max_runtime_s = 20;
    job_run(&j, &look);
    unsetenv("MLW_CLOCK");
    assert_int_equal(look.exit.reason, EXIT_TIMEOUT);
    assert_int_equal(look.exit.signal, SIGTERM);
    attempt_look_release(&look);
    job_release(&j);
}

/* --- recovery --- */
static void one_launch_only(void **state)
{
    (void)state;
    struct job j;
    struct attempt_look look;
    struct err e;
    int fd, other;
    job_init(&j, "exit 0");
    assert_true(executor_lock(j.dir, &fd, &e));
    assert_false(executor_lock(j.dir, &other, &e));
    assert_int_equal(e.code, ERR_REFUSED);
    job_look(&j, &look);
    assert_int_equal(look.state, ATTEMPT_RUNNING); /* somebody holds it */
    attempt_look_release(&look);
    close(fd);
    job_look(&j, &look);
    assert_int_equal(look.state, ATTEMPT_NOT_LAUNCHED);
    assert_true(executor_process.start(&j.spec, look.lock_fd, &j.shim, &e));
    look.lock_fd = -1;
    attempt_look_release(&look);
    job_wait(&j, &look);
    assert_int_equal(look.state, ATTEMPT_ENDED);
    attempt_look_release(&look);
    assert_false(executor_lock(j.dir, &other, &e));
    job_release(&j);
}

static void a_reboot_leaves_nothing_to_launch(void **state)
{
    (void)state;
    struct job j;
    struct attempt_look look;
    job_init(&j, "exit 0");
    tmp_file(j.dir, "attempt.lock", SV("another-boot"));
    job_look(&j, &look);
    assert_int_equal(look.state, ATTEMPT_LOST);
    attempt_look_release(&look);
    job_release(&j);
}

static void a_killed_shim_is_seen(void **state)
{
    (void)state;
    for (int boxed = 0; boxed < 2; boxed++) {
        struct job j;
        struct attempt_look look;
        CLEANUP(str_release) struct str log = STR_INIT;
        job_init(&j, "echo up; while :; do sleep 1000; done");
        if (!boxed || box(&j)) {
            int status;
            job_start(&j);
            job_wait_log(&j, &log);
            kill(j.shim, SIGKILL);
            assert_int_equal(waitpid(j.shim, &status, 0), j.shim);
            int orphaned = 0;
            for (job_look(&j, &look); look.state == ATTEMPT_ORPHANED; job_look(&j, &look)) {
                assert_true(look.info.job_pid > 1);
                attempt_look_release(&look);
                orphaned++;
            }
            assert_int_equal(look.state, ATTEMPT_LOST);
            assert_true(boxed || orphaned);
            attempt_look_release(&look);
        }
        job_release(&j);
    }
}

/* Killed before each of its durable effects: launched at most once, and always known. */
static void a_shim_killed_anywhere_is_known(void **state)
{
    (void)state;
    bool has_ended = false;
    for (int n = 1; !has_ended; n++) {
        struct job j;
        struct attempt_look look;
        int status;
        CLEANUP(mem_free_ptr) char *fault = xasprintf("shim:%d", n);
        job_init(&j, "echo ran >>\"$0\"");
        CLEANUP(mem_free_ptr) char *ran = path_join(j.tmp, "ran");
        words_add(&j.spec.argv, ran);
        setenv("MLW_FAULT", fault, 1);
        job_start(&j);
        unsetenv("MLW_FAULT");
        assert_int_equal(waitpid(j.shim, &status, 0), j.shim);
        for (job_look(&j, &look); look.state == ATTEMPT_ORPHANED; job_look(&j, &look)) {
            attempt_look_release(&look);
        }
        if (look.state == ATTEMPT_NOT_LAUNCHED) {
            assert_false(os_exists(ran));
        } else if (look.state == ATTEMPT_ENDED) {
            CLEANUP(str_release) struct str text = STR_INIT;
            tmp_read(j.tmp, "ran", &text);
            assert_string_equal(text.p, "ran\n");
            has_ended = !WIFSIGNALED(status);
        } else {
            assert_int_equal(look.state, ATTEMPT_LOST);
        }
        attempt_look_release(&look);
        job_release(&j);
        assert_true(n < 20);
    }
}

static void isolation_leaves_only_the_loopback(void **state)
{
    (void)state;
    struct job j;
    struct attempt_look look;
    job_init(&j, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '");
    j.spec.is_network_isolated = true;
    if (box(&j)) {
        job_run(&j, &look);
        assert_log(&j, "lo\n");
        attempt_look_release(&look);
    }
    job_release(&j);
}

static void the_workspace_is_out_of_sight(void **state)
{
    (void)state;
    struct job j;
    struct attempt_look look;
    const char *before = getenv("TMPDIR");
    CLEANUP(mem_free_ptr) char *kept = xstrdup(before);
    setenv("TMPDIR", "/var/tmp", 1); /* /tmp is the job's own anyway */
    job_init(&j, "ls -A \"$0\" | wc -l; ls /opt/ml | wc -l");
    if (kept) {
        setenv("TMPDIR", kept, 1);
    } else {
        unsetenv("TMPDIR");
    }
    words_add(&j.spec.argv, j.tmp);
    words_add(&j.spec.hidden, j.tmp);
    if (box(&j)) {
        job_run(&j, &look);
        assert_log(&j, "0\n0\n");
        attempt_look_release(&look);
    }
    job_release(&j);
}

/* A root folder with a shell and nothing else: no /opt, /tmp, /dev, /proc of its own. */
static void an_image_is_the_root(void **state)
{
    (void)state;
    static const char script[] = "mkdir -p \"$0/bin\" && cd \"$0\" && cp /bin/sh bin/sh && "
                                 "for l in $(ldd /bin/sh | grep -o '/[^ ]*'); do "
                                 "mkdir -p .${l%/*} && cp $l .$l; done";
    struct job j;
    struct attempt_look look;
    job_init(&j, script);
    CLEANUP(mem_free_ptr) char *rootfs = path_join(j.tmp, "image");
    words_add(&j.spec.argv, rootfs);
    job_run(&j, &look);
    assert_int_equal(look.exit.exit_code, 0);
    attempt_look_release(&look);
    struct job k;
    job_init(&k, "echo /*; echo x >/opt/ml/x && echo y >/tmp/y && echo $$");
    /* the sanitizers' shim needs libraries that the image has not */
#ifndef __SANITIZE_ADDRESS__
    if (box(&k)) {
        k.spec.rootfs = xstrdup(rootfs);
        job_run(&k, &look);
        CLEANUP(str_release) struct str log = STR_INIT;
        tmp_read(k.dir, "log", &log);
        if (look.exit.exit_code != 0 || !strstr(log.p, "/bin ") || strstr(log.p, "/etc")) {
            fail_msg("%s %s", log.p, look.exit.message ? look.exit.message : "");
        }
        attempt_look_release(&look);
    }
#endif
    job_release(&k);
    job_release(&j);
}

static void the_driver_is_revived_when_its_lock_is_free(void **state)
{
    (void)state;
    for (int is_held = 0; is_held < 2; is_held++) {
        struct job j;
        struct attempt_look look;
        job_init(&j, "exit 0");
        CLEANUP(mem_free_ptr) char *mark = path_join(j.tmp, "revived");
        tmp_file(j.tmp, "driver.lock", SV(""));
        j.spec.driver_lock = path_join(j.tmp, "driver.lock");
        words_add(&j.spec.revive, "/usr/bin/touch");
        words_add(&j.spec.revive, mark);
        int fd = open(j.spec.driver_lock, O_RDWR | O_CLOEXEC);
        assert_true(fd >= 0 && (!is_held || flock(fd, LOCK_EX) == 0));
        job_run(&j, &look);
        assert_int_equal(os_exists(mark), !is_held);
        close(fd);
        attempt_look_release(&look);
        job_release(&j);
    }
}

/* --- files from elsewhere --- */
static void bad_records_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err_code code;
    } cases[] = {
        {"", ERR_CORRUPT},
        {"[]", ERR_CORRUPT},
        {"{\"format\":2,\"reason\":\"exited\"}", ERR_INVALID},
        {"{\"format\":1}", ERR_CORRUPT},
        {"{\"format\":1,\"reason\":\"gone\",\"exit_code\":0,\"signal\":0}", ERR_CORRUPT},
        {"{\"format\":1,\"reason\":\"exited\",\"exit_code\":256,\"signal\":0}", ERR_CORRUPT},
        {"{\"format\":1,\"reason\":\"exited\",\"exit_code\":-1,\"signal\":0}", ERR_CORRUPT},
        {"{\"format\":1,\"reason\":\"signaled\",\"exit_code\":-1,\"signal\":0}", ERR_CORRUPT},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct attempt_exit x;
        struct attempt_info info;
        struct err e;
        assert_false(attempt_exit_parse(sv_z(cases[i].text), &x, &e));
        assert_int_equal(e.code, cases[i].code);
        assert_false(attempt_info_parse(sv_z(cases[i].text), &info, &e));
    }
}

static void bad_specs_are_refused(void **state)
{
    (void)state;
#define GOOD "format=1\0dir=/d\0token=t\0arg=a\0"
    static const struct {
        const char *p;
        size_t n;
    } cases[] = {
#define CASE(lit) {lit, sizeof(lit) - 1}
        CASE(""),
        CASE("format=1"),
        CASE("dir=/d\0"),
        CASE("format=2\0dir=/d\0token=t\0arg=a\0"),
        CASE("format=1\0dir=d\0token=t\0arg=a\0"),
        CASE("format=1\0dir=/d\0token=t\0"),
        CASE(GOOD "what=1\0"),
        CASE(GOOD "token=u\0"),
        CASE(GOOD "to=/x\0"),
        CASE(GOOD "bind=/x\0"),
        CASE(GOOD "grace_s=-1\0"),
        CASE(GOOD "env=novalue\0"),
        CASE(GOOD "rootfs=/r\0"),
        CASE(GOOD "sandbox=bwrap\0"),
        CASE(GOOD "revive=/x\0"),
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct attempt_spec s;
        struct err e;
        attempt_spec_init(&s);
        if (attempt_spec_read((struct sv){cases[i].p, cases[i].n}, &s, &e)) {
            fail_msg("case %zu was taken", i);
        }
        attempt_spec_release(&s);
    }
}

static void a_spec_comes_back_as_it_was(void **state)
{
    (void)state;
    struct job j;
    struct attempt_spec back;
    struct err e;
    CLEANUP(str_release) struct str one = STR_INIT, two = STR_INIT;
    job_init(&j, "a\nb=c");
    attempt_spec_add_bind(&j.spec, "/a", "/b", true);
    attempt_spec_add_bind(&j.spec, "/c", "/d", false);
    j.spec.max_runtime_s = 7;
    j.spec.is_network_isolated = true;
    attempt_spec_init(&back);
    attempt_spec_write(&j.spec, &one);
    assert_true(attempt_spec_read(sv_of(&one), &back, &e));
    attempt_spec_write(&back, &two);
    assert_true(sv_eq(sv_of(&one), sv_of(&two)));
    assert_string_equal(back.argv.at[2], "a\nb=c");
    attempt_spec_release(&back);
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_records_are_refused),
        cmocka_unit_test(bad_specs_are_refused),
        cmocka_unit_test(a_spec_comes_back_as_it_was),
        cmocka_unit_test(ends_are_told_as_they_were),
        cmocka_unit_test(what_cannot_run_says_why),
        cmocka_unit_test(environment_is_exact),
        cmocka_unit_test(only_the_lock_reaches_the_job),
        cmocka_unit_test(the_box_has_its_own_world),
        cmocka_unit_test(a_flood_is_cut_at_the_limit),
        cmocka_unit_test(a_log_has_times),
        cmocka_unit_test(what_a_job_leaves_behind_ends_with_it),
        cmocka_unit_test(stop_asks_and_then_kills),
        cmocka_unit_test(stop_before_the_start_is_remembered),
        cmocka_unit_test(time_runs_out),
        cmocka_unit_test(one_launch_only),
        cmocka_unit_test(a_reboot_leaves_nothing_to_launch),
        cmocka_unit_test(a_killed_shim_is_seen),
        cmocka_unit_test(a_shim_killed_anywhere_is_known),
        cmocka_unit_test(isolation_leaves_only_the_loopback),
        cmocka_unit_test(the_workspace_is_out_of_sight),
        cmocka_unit_test(an_image_is_the_root),
        cmocka_unit_test(the_driver_is_revived_when_its_lock_is_free),
    };
    const char *bin = getenv("MLW_BIN");
    if (bin && !getenv("MLW_LIBEXEC")) {
        char *dir = path_dir(bin);
        setenv("MLW_LIBEXEC", dir, 1);
        free(dir);
    }
    return RUN_TESTS(tests);
}
