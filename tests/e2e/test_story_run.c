/* The whole story on each kind of terminal: the stages of a running pipeline change by themselves,
 * the log is read, the version is approved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/e2e/story.h"

/* Not a key is pressed while a job goes on. */
static void stages_change(const struct world *w, struct pty *p)
{
    size_t sent = pty_sent(p);
    story_row(p, "prepare", "Executing");
    story_row(p, "train", "after prepare");
    story_text(p, "reading the rows");
    story_open(w, GATE_PREPARE);
    story_row(p, "prepare", "Succeeded");
    story_row(p, "train", "Executing");
    story_row(p, "train", "epoch 1 of 3");
    story_open(w, GATE_TRAIN);
    story_row(p, "train", "epoch 2 of 3");
    story_text(p, "epoch 2/3 loss=0.5");
    assert_int_equal(pty_sent(p), sent);
}

static void log_is_read(const struct world *w, struct pty *p)
{
    story_keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, "train", STORY_MS));
    story_text(p, "epoch 1/3 loss=0.7");
    story_text(p, "epoch 2/3 loss=0.5");
    story_open(w, GATE_TRAIN);
    story_text(p, "epoch 3/3 loss=0.3"); /* it follows by itself */
    story_keys(p, "q");
    story_row(p, "train", "epoch 3 of 3");
}

static void version_is_approved(const struct world *w, struct pty *p)
{
    story_keys(p, "A");
    story_text(p, "Approve");
    story_keys(p, "<Enter>");
    story_text(p, "reason");
    story_keys(p, "<Enter>");
    story_dialog(p, "Approve churn/1?");
    story_text(p, "Cancel");
    story_keys(p, "y");
    assert_true(pty_wait_gone(p, "Approve churn/1?", STORY_MS));
    story_keys(p, ":packages<Enter>");
    story_row(p, w->execution, " Approved"); /* its row, not what is said of the decision */
    story_keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, "churn/1", STORY_MS));
    story_row(p, "approval_status", "Approved");
}

static void whole_story(const char *term, const char *lang)
{
    struct world w = story_of_churn();
    struct pty *p = story_spawn(&w, term, lang, NULL);
    assert_true(pty_wait_row(p, 0, "mlw", STORY_MS));
    story_text(p, "Running 1");
    story_row(p, "churn", "Executing");
    story_keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, w.execution, STORY_MS));
    stages_change(&w, p);
    log_is_read(&w, p);
    story_open(&w, GATE_TRAIN);
    story_row(p, "train", "Succeeded");
    story_row(p, "register", "Succeeded");
    assert_true(pty_wait_row(p, 23, "Succeeded", STORY_MS));
    version_is_approved(&w, p);
    story_keys(p, "qqq");
    assert_true(pty_wait_row(p, 0, "mlw", STORY_MS));
    story_quit(p);
    assert_true(strcmp(lang, "C") != 0 || pty_is_ascii(p));
    pty_free(p);
    story_release(&w);
}

static void on_xterm(void **state)
{
    (void)state;
    whole_story("xterm-256color", "C.UTF-8");
}

static void on_xterm_in_locale_c(void **state)
{
    (void)state;
    whole_story("xterm-256color", "C");
}

static void on_screen(void **state)
{
    (void)state;
    whole_story("screen", "C.UTF-8");
}

static void on_screen_in_locale_c(void **state)
{
    (void)state;
    whole_story("screen", "C");
}

static void on_the_console_of_linux(void **state)
{
    (void)state;
    whole_story("linux", "C.UTF-8");
}

static void on_the_console_of_linux_in_locale_c(void **state)
{
    (void)state;
    whole_story("linux", "C");
}

static void on_a_vt100(void **state)
{
    (void)state;
    whole_story("vt100", "C.UTF-8");
}

static void on_a_vt100_in_locale_c(void **state)
{
    (void)state;
    whole_story("vt100", "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_xterm),
        cmocka_unit_test(on_xterm_in_locale_c),
        cmocka_unit_test(on_screen),
        cmocka_unit_test(on_screen_in_locale_c),
        cmocka_unit_test(on_the_console_of_linux),
        cmocka_unit_test(on_the_console_of_linux_in_locale_c),
        cmocka_unit_test(on_a_vt100),
        cmocka_unit_test(on_a_vt100_in_locale_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
