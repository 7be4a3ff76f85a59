/* The screen in a real terminal, on a real workspace: what the first minute of a person looks like.
 * The execution is one callback step, so that something waits for a person as long as it takes. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/e2e/story.h"
#include "tests/unit/tmp.h"

static void first_minute(const char *term, const char *lang)
{
    struct world w = story_of_review();
    struct pty *p = story_spawn(&w, term, lang, NULL);
    story_text(p, "Waiting for a person 1");
    story_text(p, "Running 1");
    assert_int_equal(strncmp(pty_row(p, 0), "mlw", 3), 0);
    story_keys(p, "?");
    story_text(p, "one row up");
    story_keys(p, "/a look");
    story_text(p, "needs a look");
    story_keys(p, "<Enter>q");
    story_text(p, "Waiting for a person 1");
    story_keys(p, ":exec");
    story_text(p, "one start of a pipeline");
    story_keys(p, "<Enter>");
    story_text(p, w.execution);
    story_keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, w.execution, STORY_MS));
    story_keys(p, "qq");
    story_text(p, "Waiting for a person 1");
    story_keys(p, "q");
    story_text(p, "Quit mlw?");
    story_text(p, "1 execution goes on");
    story_dialog(p, "Cancel");
    story_keys(p, "<Enter>");
    assert_true(pty_wait_gone(p, "Quit mlw?", STORY_MS));
    story_keys(p, "A");
    story_text(p, "Reject");
    story_keys(p, "<Enter><Enter>");
    story_text(p, "Outputs of review");
    story_keys(p, "label=yes<Enter>");
    story_dialog(p, "Approve review?");
    story_keys(p, "y");
    assert_true(pty_wait_gone(p, "Waiting for a person", STORY_MS));
    if (strcmp(lang, "C") == 0) {
        assert_true(pty_is_ascii(p));
    }
    story_quit(p);
    pty_free(p);
    story_release(&w);
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

static void a_line_is_opened_before_the_first_paint(void **state)
{
    (void)state;
    struct world w = story_of_review();
    CLEANUP(mem_free_ptr) char *line = xasprintf("execution %s", w.execution);
    struct pty *p =
        story_spawn(&w, "xterm-256color", "C.UTF-8", (const char *const[]){"--open", line, NULL});
    assert_true(pty_wait_row(p, 0, w.execution, STORY_MS));
    pty_free(p);
    story_stop(&w);
    story_release(&w);
}

static void a_picture_is_drawn_without_a_terminal(void **state)
{
    (void)state;
    struct world w = story_of_review();
    CLEANUP(str_release) struct str svg = STR_INIT;
    story_command(&w, (const char *const[]){"--open", "executions", "--shot", "a.svg", NULL}, NULL);
    tmp_read(w.dir, "a.svg", &svg);
    assert_true(sv_find(sv_of(&svg), SV("<svg")) != SIZE_MAX);
    assert_true(sv_find(sv_of(&svg), sv_z(w.execution)) != SIZE_MAX);
    story_stop(&w);
    story_release(&w);
}

static void the_screen_goes_and_the_work_stays(void **state)
{
    (void)state;
    int status = 0;
    struct world w = story_of_review();
    struct pty *p = story_spawn(&w, "xterm-256color", "C.UTF-8", NULL);
    story_text(p, "Running 1");
    pty_hangup(p);
    assert_true(pty_wait_exit(p, 3000, &status));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
    pty_free(p);
    p = story_spawn(&w, "xterm-256color", "C.UTF-8", NULL);
    story_text(p, "Running 1");
    pty_free(p);
    story_stop(&w);
    story_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_xterm),
        cmocka_unit_test(on_screen),
        cmocka_unit_test(on_the_console_of_linux),
        cmocka_unit_test(on_a_vt100_in_locale_c),
        cmocka_unit_test(a_line_is_opened_before_the_first_paint),
        cmocka_unit_test(a_picture_is_drawn_without_a_terminal),
        cmocka_unit_test(the_screen_goes_and_the_work_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
