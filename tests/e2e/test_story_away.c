/* Whoever goes away comes back to the same execution, further on; and however the screen ends, the
 * terminal is left as it was found. */
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

enum { GONE_MS = 3000 };

/* --- away and back --- */

static struct pty *look(const struct world *w)
{
    struct pty *p = story_spawn(w, "xterm-256color", "C.UTF-8", NULL);
    story_text(p, "Running 1");
    story_row(p, "churn", "Executing");
    story_keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, w->execution, STORY_MS));
    return p;
}

static void each_was_launched_once(const struct world *w)
{
    CLEANUP(json_free_ptr)
    struct json *shown =
        story_json(w, (const char *const[]){"show", "execution", w->execution, "-o", "json", NULL});
    const struct json *attempts = json_get(json_get(shown, "Mlw"), "Attempts");
    assert_int_equal(json_size(attempts), 2); /* prepare and train; the others are no jobs */
    json_each (one, attempts) {
        assert_int_equal(json_get_i64(one, "N", 0), 1);
        assert_string_equal(json_get_str(one, "Status"), "Succeeded");
    }
}

/* 0: the line drops. */
static void away_and_back(int sig)
{
    int status = 0;
    struct world w = story_of_churn();
    struct pty *p = look(&w);
    story_open(&w, GATE_PREPARE);
    story_row(p, "train", "epoch 1 of 3");
    if (sig) {
        pty_signal(p, sig);
    } else {
        pty_hangup(p);
    }
    assert_true(pty_wait_exit(p, GONE_MS, &status));
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), sig ? sig : SIGHUP);
    pty_free(p);
    story_open(&w, GATE_TRAIN); /* nobody looks */
    p = look(&w);
    story_row(p, "prepare", "Succeeded");
    story_row(p, "train", "epoch 2 of 3");
    story_open(&w, GATE_TRAIN);
    story_row(p, "train", "epoch 3 of 3");
    story_open(&w, GATE_TRAIN);
    story_row(p, "register", "Succeeded");
    assert_true(pty_wait_row(p, 23, "Succeeded", STORY_MS));
    each_was_launched_once(&w);
    pty_free(p);
    story_release(&w);
}

static void the_line_drops(void **state)
{
    (void)state;
    away_and_back(0);
}

static void the_screen_is_killed(void **state)
{
    (void)state;
    away_and_back(SIGKILL);
}

/* --- the terminal --- */

/* A terminal as somebody may have set it: no echo of control characters, Ctrl-H erases. */
static const struct termios unusual = {
    .c_iflag = ICRNL | IXON,
    .c_oflag = OPOST | ONLCR,
    .c_cflag = CS8 | CREAD | B38400,
    .c_lflag = ISIG | ICANON | ECHO | ECHOE,
    .c_cc = {[VINTR] = 3, [VERASE] = 8, [VEOF] = 4, [VSUSP] = 26, [VMIN] = 1},
};

static struct pty *look_on_unusual(const struct world *w)
{
    const char *envs[] = {"LANG=C.UTF-8", "LC_ALL=", NULL};
    struct pty *p = pty_spawn(
        (const char *const[]){w->bin, NULL},
        &(struct pty_options){.cwd = w->dir, .env = envs, .is_synced = true, .modes = &unusual});
    story_text(p, "Waiting for a person 1");
    assert_true(pty_is_altscreen(p));
    assert_int_equal(pty_modes(p).c_lflag & (ICANON | ECHO | ISIG), 0);
    return p;
}

static void is_as_it_was(struct pty *p)
{
    struct termios now = pty_modes(p);
    assert_int_equal(now.c_iflag, unusual.c_iflag);
    assert_int_equal(now.c_oflag, unusual.c_oflag);
    assert_int_equal(now.c_cflag, unusual.c_cflag);
    assert_int_equal(now.c_lflag, unusual.c_lflag);
    assert_memory_equal(now.c_cc, unusual.c_cc, NCCS);
    assert_false(pty_is_altscreen(p));
    assert_true(pty_is_cursor_visible(p));
}

static void signals_restore_and_kill(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV, SIGABRT};
    struct world w = story_of_review();
    for (size_t i = 0; i < ALEN(signals); i++) {
        int status;
        struct pty *p = look_on_unusual(&w);
        pty_signal(p, signals[i]);
        assert_true(pty_wait_exit(p, GONE_MS, &status));
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), signals[i]);
        is_as_it_was(p);
        pty_free(p);
    }
    story_stop(&w);
    story_release(&w);
}

/* Nobody reads what is written: the end comes all the same. */
static void a_stuck_line_ends_it_too(void **state)
{
    (void)state;
    int status;
    struct world w = story_of_review();
    struct pty *p = look_on_unusual(&w);
    pty_throttle(p, 1);
    for (int i = 0; i < 200; i++) {
        pty_send(p, i % 2 ? "?" : "q<C-l>");
    }
    pty_signal(p, SIGHUP);
    assert_true(pty_wait_exit(p, GONE_MS, &status));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
    pty_free(p);
    story_stop(&w);
    story_release(&w);
}

static void suspend_and_resume(void **state)
{
    (void)state;
    struct world w = story_of_review();
    struct pty *p = look_on_unusual(&w);
    for (int i = 0; i < 2; i++) {
        if (i) {
            pty_send(p, "<C-z>");
        } else {
            pty_signal(p, SIGTSTP);
        }
        assert_true(pty_wait_stopped(p, STORY_MS));
        pty_settle(p, 30);
        is_as_it_was(p);
        pty_signal(p, SIGCONT);
        story_text(p, "Waiting for a person 1");
        story_text(p, "? help");
        assert_true(pty_is_altscreen(p));
        assert_int_equal(pty_modes(p).c_lflag & (ICANON | ECHO | ISIG), 0);
        story_keys(p, "?");
        story_text(p, "one row up");
        story_keys(p, "q");
        story_text(p, "Waiting for a person 1");
    }
    story_quit(p);
    is_as_it_was(p);
    pty_free(p);
    story_stop(&w);
    story_release(&w);
}

/* Who had the terminal meanwhile may have left it cooked: an end of file typed then is no end. */
static void an_end_of_file_is_no_hang_up(void **state)
{
    (void)state;
    struct world w = story_of_review();
    struct pty *p = look_on_unusual(&w);
    struct termios raw = pty_modes(p);
    for (int i = 0; i < 3; i++) {
        pty_set_modes(p, &unusual);
        pty_send(p, "<C-d>");
        pty_settle(p, 20);
        pty_set_modes(p, &raw);
        pty_send(p, "?");
        story_text(p, "one row up");
        pty_send(p, "q");
        story_text(p, "Waiting for a person 1");
    }
    pty_signal(p, SIGHUP);
    int status = 0;
    assert_true(pty_wait_exit(p, GONE_MS, &status));
    pty_free(p);
    story_stop(&w);
    story_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_drops),           cmocka_unit_test(the_screen_is_killed),
        cmocka_unit_test(signals_restore_and_kill), cmocka_unit_test(a_stuck_line_ends_it_too),
        cmocka_unit_test(suspend_and_resume),       cmocka_unit_test(an_end_of_file_is_no_hang_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
