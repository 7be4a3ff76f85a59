/* The screen in a real terminal, on a real workspace: what the first minute of a person looks like.
 * The execution is one callback step, so that something waits for a person as long as it takes. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "pty.h"
#include "tests/unit/tmp.h"

enum { DEADLINE_MS = 20000 };

#define REVIEW                                                                                     \
    "{\"Version\":\"2020-12-01\",\"Parameters\":[],\"Steps\":[{\"Name\":\"review\",\"Type\":"      \
    "\"Callback\",\"SqsQueueUrl\":\"none\",\"Arguments\":{},\"OutputParameters\":[{\"OutputName\"" \
    ":\"label\",\"OutputType\":\"String\"}]}]}"

struct world {
    char *dir, *bin, *execution;
};

/* The program beside this test's build folder, or the one that is named. */
static char *binary(void)
{
    const char *named = getenv("MLW_BIN");
    if (named) {
        return xstrdup(named);
    }
    CLEANUP(mem_free_ptr) char *e2e = path_dir(os_self_exe());
    CLEANUP(mem_free_ptr) char *tests = path_dir(e2e);
    CLEANUP(mem_free_ptr) char *build = path_dir(tests);
    return path_join(build, "mlw");
}

static struct pty *spawn(const struct world *w, const char *term, const char *lang,
                         const char *const *args)
{
    CLEANUP(mem_free_ptr) char *env = xasprintf("LANG=%s", lang);
    const char *envs[] = {env, "LC_ALL=", NULL};
    const char *argv[8] = {w->bin};
    for (size_t i = 0; args && args[i] && i < 6; i++) {
        argv[i + 1] = args[i];
    }
    return pty_spawn(argv, &(struct pty_options){.term = term,
                                                 .cwd = w->dir,
                                                 .env = envs,
                                                 .is_synced = !args && strcmp(term, "dumb") != 0});
}

/* Run one command to its end; 0 is expected. Its screen is left in *ret when it is wanted. */
static void command(const struct world *w, const char *const *args, char **ret)
{
    int status = -1;
    struct pty *p = spawn(w, "dumb", "C", args);
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_int_equal(status, 0);
    if (ret) {
        *ret = xstrdup(pty_row(p, 0));
    }
    pty_free(p);
}

static struct world lay_down(void)
{
    struct world w = {.dir = tmp_new(), .bin = binary()};
    tmp_file(w.dir, "review.json", sv_z(REVIEW));
    command(&w, (const char *const[]){"init", ".", NULL}, NULL);
    command(&w, (const char *const[]){"run", "review.json", "--detach", NULL}, &w.execution);
    assert_int_equal(strlen(w.execution), 12);
    return w;
}

static void tear_down(struct world *w)
{
    int status = -1; /* 1: it was stopped */
    command(w, (const char *const[]){"stop", w->execution, NULL}, NULL);
    struct pty *p = spawn(w, "dumb", "C", (const char *const[]){"watch", w->execution, NULL});
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    pty_free(p);
}

static void release(struct world *w)
{
    tmp_free(&w->dir);
    free(w->bin);
    free(w->execution);
}

static void keys(struct pty *p, const char *names)
{
    pty_send(p, names);
    assert_true(pty_wait_consumed(p, DEADLINE_MS));
}

static void first_minute(const char *term, const char *lang)
{
    struct world w = lay_down();
    struct pty *p = spawn(&w, term, lang, NULL);
    assert_true(pty_wait_text(p, "Waiting for a person 1", DEADLINE_MS));
    assert_true(pty_wait_text(p, "Running 1", DEADLINE_MS));
    assert_int_equal(strncmp(pty_row(p, 0), "mlw", 3), 0);
    keys(p, "?");
    assert_true(pty_wait_text(p, "needs a look", DEADLINE_MS));
    keys(p, "q");
    assert_true(pty_wait_text(p, "Waiting for a person 1", DEADLINE_MS));
    keys(p, ":exec");
    assert_true(pty_wait_text(p, "one start of a pipeline", DEADLINE_MS));
    keys(p, "<Enter>");
    assert_true(pty_wait_text(p, w.execution, DEADLINE_MS));
    keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, w.execution, DEADLINE_MS));
    keys(p, "qq");
    assert_true(pty_wait_text(p, "Waiting for a person 1", DEADLINE_MS));
    keys(p, "q");
    assert_true(pty_wait_text(p, "Quit mlw?", DEADLINE_MS));
    assert_true(pty_wait_text(p, "1 execution goes on", DEADLINE_MS));
    assert_true(pty_wait_text(p, "Cancel", DEADLINE_MS));
    pty_settle(p, 60);
    keys(p, "<Enter>");
    assert_true(pty_wait_gone(p, "Quit mlw?", DEADLINE_MS));
    keys(p, "A");
    assert_true(pty_wait_text(p, "Reject", DEADLINE_MS));
    keys(p, "<Enter><Enter>");
    assert_true(pty_wait_text(p, "Outputs of review", DEADLINE_MS));
    keys(p, "label=yes<Enter>");
    assert_true(pty_wait_text(p, "Approve review?", DEADLINE_MS));
    pty_settle(p, 60);
    keys(p, "y");
    assert_true(pty_wait_gone(p, "Waiting for a person", DEADLINE_MS));
    if (strcmp(lang, "C") == 0) {
        assert_true(pty_is_ascii(p));
    }
    pty_settle(p, 60);
    keys(p, "q");
    assert_true(pty_wait_text(p, "Quit mlw?", DEADLINE_MS));
    pty_settle(p, 60);
    pty_send(p, "y");
    int status = -1;
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_int_equal(status, 0);
    assert_false(pty_is_altscreen(p));
    pty_free(p);
    release(&w);
}

static void on_xterm(void **state)
{
    (void)state;
    first_minute("xterm-256color", "C.UTF-8");
}

static void on_screen(void **state)
{
    (void)state;
    first_minute("screen", "C.UTF-8");
}

static void on_the_console_of_linux(void **state)
{
    (void)state;
    first_minute("linux", "C.UTF-8");
}

static void on_a_vt100_in_locale_c(void **state)
{
    (void)state;
    first_minute("vt100", "C");
}

static void a_dumb_terminal_reads_lines(void **state)
{
    (void)state;
    int status = -1;
    struct world w = lay_down();
    struct pty *p = spawn(&w, "dumb", "C.UTF-8", NULL);
    assert_true(pty_wait_text(p, "Waiting for a person 1", DEADLINE_MS));
    pty_send(p, ":executions<Enter>");
    assert_true(pty_wait_text(p, "PIPELINE", DEADLINE_MS));
    pty_send(p, "q<Enter>");
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_int_equal(status, 0);
    assert_true(pty_is_escape_free(p));
    pty_free(p);
    tear_down(&w);
    release(&w);
}

static void a_line_is_opened_before_the_first_paint(void **state)
{
    (void)state;
    struct world w = lay_down();
    CLEANUP(mem_free_ptr) char *line = xasprintf("execution %s", w.execution);
    struct pty *p =
        spawn(&w, "xterm-256color", "C.UTF-8", (const char *const[]){"--open", line, NULL});
    assert_true(pty_wait_row(p, 0, w.execution, DEADLINE_MS));
    pty_free(p);
    tear_down(&w);
    release(&w);
}

static void a_picture_is_drawn_without_a_terminal(void **state)
{
    (void)state;
    struct world w = lay_down();
    CLEANUP(str_release) struct str svg = STR_INIT;
    command(&w, (const char *const[]){"--open", "executions", "--shot", "a.svg", NULL}, NULL);
    tmp_read(w.dir, "a.svg", &svg);
    assert_true(sv_find(sv_of(&svg), SV("<svg")) != SIZE_MAX);
    assert_true(sv_find(sv_of(&svg), sv_z(w.execution)) != SIZE_MAX);
    tear_down(&w);
    release(&w);
}

static void the_screen_goes_and_the_work_stays(void **state)
{
    (void)state;
    int status = 0;
    struct world w = lay_down();
    struct pty *p = spawn(&w, "xterm-256color", "C.UTF-8", NULL);
    assert_true(pty_wait_text(p, "Running 1", DEADLINE_MS));
    pty_hangup(p);
    assert_true(pty_wait_exit(p, 3000, &status));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
    pty_free(p);
    p = spawn(&w, "xterm-256color", "C.UTF-8", NULL);
    assert_true(pty_wait_text(p, "Running 1", DEADLINE_MS));
    pty_free(p);
    tear_down(&w);
    release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_xterm),
        cmocka_unit_test(on_screen),
        cmocka_unit_test(on_the_console_of_linux),
        cmocka_unit_test(on_a_vt100_in_locale_c),
        cmocka_unit_test(a_dumb_terminal_reads_lines),
        cmocka_unit_test(a_line_is_opened_before_the_first_paint),
        cmocka_unit_test(a_picture_is_drawn_without_a_terminal),
        cmocka_unit_test(the_screen_goes_and_the_work_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
