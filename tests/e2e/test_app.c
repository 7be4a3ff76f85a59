/* The app in a real terminal, with a toy of a view: this program runs itself as the toy. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "pty.h"
#include "toy.h"

enum { DEADLINE_MS = 5000 };

static struct pty *start(const char *term, const char *lang, int rows, int cols)
{
    CLEANUP(mem_free_ptr) char *env = xasprintf("LANG=%s", lang);
    const char *envs[] = {env, "LC_ALL=", NULL};
    const char *argv[] = {os_self_exe(), "toy", NULL};
    return pty_spawn(argv, &(struct pty_options){.term = term,
                                                 .env = envs,
                                                 .rows = rows,
                                                 .cols = cols,
                                                 .is_synced = strcmp(term, "dumb") != 0});
}

static void keys(struct pty *p, const char *names)
{
    pty_send(p, names);
    assert_true(pty_wait_consumed(p, DEADLINE_MS));
}

static void moves_and_keeps_the_cursor(void **state)
{
    (void)state;
    int row, col;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    assert_true(pty_is_altscreen(p));
    keys(p, "jjj");
    pty_cursor(p, &row, &col);
    assert_int_equal(row, 5);
    assert_int_equal(col, 2);
    assert_false(pty_is_cursor_visible(p));
    assert_true(pty_cell_at(p, 5, 40).is_reverse);
    assert_non_null(strstr(pty_row(p, 23), "? help"));
    assert_non_null(strstr(pty_row(p, 23), "K stop"));
    assert_null(strstr(pty_row(p, 23), "retry"));
    keys(p, "G");
    assert_true(pty_wait_text(p, "bird-00299", DEADLINE_MS));
    keys(p, "g<PgDn>");
    assert_true(pty_wait_text(p, "bird-00020", DEADLINE_MS));
    pty_free(p);
}

static void a_key_costs_little(void **state)
{
    (void)state;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    keys(p, "j");
    size_t before = pty_bytes(p);
    for (int i = 0; i < 40; i++) {
        keys(p, "j");
    }
    size_t each = (pty_bytes(p) - before) / 40;
    if (each > 250) {
        print_error("%zu bytes a key\n", each);
    }
    assert_true(each <= 250);
    before = pty_bytes(p);
    pty_settle(p, 300);
    assert_int_equal(pty_bytes(p), before);
    pty_free(p);
}

static void stop_asks_first(void **state)
{
    (void)state;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    keys(p, "jKy"); /* typed ahead: no answer */
    assert_true(pty_wait_text(p, "Stop bird-00001?", DEADLINE_MS));
    assert_true(pty_wait_text(p, "Cancel", DEADLINE_MS));
    pty_settle(p, 50);
    keys(p, "K");
    keys(p, "<Space>");
    assert_true(pty_wait_text(p, "Stop bird-00001?", DEADLINE_MS));
    keys(p, "<Enter>");
    assert_true(pty_wait_gone(p, "Stop bird-00001?", DEADLINE_MS));
    keys(p, "K");
    pty_settle(p, 50);
    keys(p, "y");
    assert_true(pty_wait_text(p, "stopped bird-00001", DEADLINE_MS));
    pty_free(p);
}

static void a_prompt_takes_letters_and_the_cursor(void **state)
{
    (void)state;
    int row, col;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    keys(p, "/auc>q");
    pty_cursor(p, &row, &col);
    assert_int_equal(row, 23);
    assert_int_equal(col, 6);
    assert_true(pty_is_cursor_visible(p));
    keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 23, "/auc>q (42/12310)", DEADLINE_MS));
    pty_free(p);
}

static void palette_and_help(void **state)
{
    (void)state;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    keys(p, ":mess");
    assert_true(pty_wait_text(p, "all messages", DEADLINE_MS));
    keys(p, "<Enter>");
    assert_true(pty_wait_text(p, "nothing was said yet", DEADLINE_MS));
    keys(p, "q?");
    assert_true(pty_wait_text(p, "In tables", DEADLINE_MS));
    keys(p, "<Esc>");
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    pty_free(p);
}

static void quit_leaves_the_terminal_as_it_was(void **state)
{
    (void)state;
    int status;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    keys(p, "q");
    assert_true(pty_wait_text(p, "Quit mlw?", DEADLINE_MS));
    pty_settle(p, 50);
    pty_send(p, "y");
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_false(pty_is_altscreen(p));
    assert_true(pty_is_cursor_visible(p));
    pty_free(p);
}

static void signals_restore_and_kill(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV, SIGABRT};
    for (size_t i = 0; i < ALEN(signals); i++) {
        int status;
        struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
        assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
        pty_signal(p, signals[i]);
        assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), signals[i]);
        assert_false(pty_is_altscreen(p));
        assert_true(pty_is_cursor_visible(p));
        pty_free(p);
    }
}

static void the_line_drops(void **state)
{
    (void)state;
    int status;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    pty_hangup(p);
    assert_true(pty_wait_exit(p, 3000, &status));
    assert_true(WIFSIGNALED(status));
    pty_free(p);
}

static void a_crash_says_what_was_held_back(void **state)
{
    (void)state;
    int status;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    keys(p, "C");
    assert_int_equal(pty_find(p, "said meanwhile"), -1);
    pty_send(p, "R"); /* the toy crashes on purpose */
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    assert_true(pty_find(p, "said meanwhile") >= 0);
    assert_false(pty_is_altscreen(p));
    pty_free(p);
}

static void a_slow_line_is_not_flooded(void **state)
{
    (void)state;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    pty_throttle(p, 1200);
    for (int i = 0; i < 200; i++) {
        pty_send(p, i % 3 ? "j" : "<PgDn>");
    }
    size_t before = pty_bytes(p);
    pty_throttle(p, 120000); /* what counts is how much there is */
    assert_true(pty_wait_consumed(p, DEADLINE_MS));
    pty_settle(p, 100);
    assert_true(pty_bytes(p) - before <= 12500);
    pty_free(p);
}

static void a_paste_is_text_or_nothing(void **state)
{
    (void)state;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    pty_paste(p, "Kyq\njj");
    keys(p, "j");
    assert_true(pty_wait_row(p, 22, "bird-00001", DEADLINE_MS));
    keys(p, "/");
    pty_paste(p, "a\nb");
    assert_true(pty_wait_row(p, 23, "/a b", DEADLINE_MS));
    pty_free(p);
}

static void suspend_and_resume(void **state)
{
    (void)state;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    pty_send(p, "<C-z>");
    assert_true(pty_wait_stopped(p, DEADLINE_MS));
    pty_settle(p, 30);
    assert_false(pty_is_altscreen(p));
    pty_signal(p, SIGCONT);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    pty_settle(p, 50);
    assert_true(pty_is_altscreen(p));
    keys(p, "j");
    pty_free(p);
}

static void sizes(void **state)
{
    (void)state;
    struct pty *p = start("xterm-256color", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
    pty_resize(p, 7, 39);
    assert_true(pty_wait_text(p, "40x8", DEADLINE_MS));
    for (int i = 0; i < 20; i++) {
        pty_resize(p, 10 + i, 60 + i);
    }
    pty_resize(p, 43, 132);
    assert_true(pty_wait_row(p, 42, "? help", DEADLINE_MS));
    keys(p, "<C-l>");
    assert_true(pty_wait_row(p, 42, "? help", DEADLINE_MS));
    pty_free(p);
}

static void other_terminals(void **state)
{
    (void)state;
    static const char *const terms[] = {"screen", "linux", "vt100", "xterm-kitty", "foot"};
    static const char *const langs[] = {"C", "C.UTF-8"};
    for (size_t i = 0; i < ALEN(terms) * ALEN(langs); i++) {
        struct pty *p = start(terms[i / 2], langs[i % 2], 24, 80);
        assert_true(pty_wait_text(p, "bird-00000", DEADLINE_MS));
        keys(p, "<Down><Down>");
        int row, col;
        pty_cursor(p, &row, &col);
        assert_int_equal(row, 4);
        assert_true(i % 2 == 1 || pty_is_ascii(p));
        pty_free(p);
    }
}

static void dumb_is_plain(void **state)
{
    (void)state;
    int status;
    struct pty *p = start("dumb", "C.UTF-8", 24, 80);
    assert_true(pty_wait_text(p, "bird-00003", DEADLINE_MS));
    pty_send(p, "K<Enter>");
    assert_true(pty_wait_text(p, "Stop bird-00000?", DEADLINE_MS));
    pty_settle(p, 50);
    pty_send(p, "y<Enter>");
    assert_true(pty_wait_text(p, "stopped bird-00000", DEADLINE_MS));
    pty_send(p, "/auc<Enter>");
    assert_true(pty_wait_text(p, "/auc", DEADLINE_MS));
    pty_send(p, "<Esc><Enter>q<Enter>");
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(pty_is_escape_free(p));
    pty_free(p);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_and_keeps_the_cursor),
        cmocka_unit_test(a_key_costs_little),
        cmocka_unit_test(stop_asks_first),
        cmocka_unit_test(a_prompt_takes_letters_and_the_cursor),
        cmocka_unit_test(palette_and_help),
        cmocka_unit_test(quit_leaves_the_terminal_as_it_was),
        cmocka_unit_test(signals_restore_and_kill),
        cmocka_unit_test(the_line_drops),
        cmocka_unit_test(a_crash_says_what_was_held_back),
        cmocka_unit_test(a_slow_line_is_not_flooded),
        cmocka_unit_test(a_paste_is_text_or_nothing),
        cmocka_unit_test(suspend_and_resume),
        cmocka_unit_test(sizes),
        cmocka_unit_test(other_terminals),
        cmocka_unit_test(dumb_is_plain),
    };
    if (argc > 1 && strcmp(argv[1], "toy") == 0) {
        return toy_main(argc, argv);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
