/* The terminal of the end-to-end tests, held against small programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/pty.h"

enum {
    DEADLINE_MS = 10000,
};

/* --- the helper: this program again. It shows each byte it reads in hex, the size, and a frame ---
 */
static volatile sig_atomic_t has_new_size;

static void on_winch(int sig)
{
    (void)sig;
    has_new_size = 1;
}

static void show_size(void)
{
    struct winsize size;
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    printf("\033[1;1Hsize %dx%d.\033[K\033[2;1H", size.ws_col, size.ws_row);
    has_new_size = 0;
}

static int helper(void)
{
    const char *number = getenv("MLW_SYNC_FD");
    int fd = number ? (int)strtol(number, NULL, 10) : -1;
    uint64_t record[2] = {0, 0};
    struct termios t;
    tcgetattr(0, &t);
    cfmakeraw(&t);
    tcsetattr(0, TCSANOW, &t);
    struct sigaction on = {.sa_handler = on_winch};
    sigaction(SIGWINCH, &on, NULL);
    sigset_t winch, none;
    sigemptyset(&none);
    sigemptyset(&winch);
    sigaddset(&winch, SIGWINCH);
    sigprocmask(SIG_BLOCK, &winch, NULL); /* it comes while ppoll waits, and never just before */
    printf("\033[?1h\033[?2004h\033[2J");
    show_size();
    for (;;) {
        fflush(stdout);
        record[0]++;
        if (fd >= 0 && write(fd, record, sizeof record) != sizeof record) {
            return 3;
        }
        struct pollfd in = {.fd = 0, .events = POLLIN};
        unsigned char c;
        ssize_t n = ppoll(&in, 1, NULL, &none) > 0 ? read(0, &c, 1) : -1;
        if (n == 0) {
            return 4;
        }
        if (n == 1) {
            record[1]++;
            printf("%02x ", c);
        }
        if (n == 1 && c == 'q') {
            return 7;
        }
        if (has_new_size) {
            show_size();
        }
    }
}

static const char *self;

static struct pty *shell(const char *script, struct pty_options options)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    return pty_spawn(argv, &options);
}

static struct pty *start_helper(struct pty_options options)
{
    const char *argv[] = {self, "helper", NULL};
    return pty_spawn(argv, &options);
}

/* --- what does not come is said --- */
static void text_that_does_not_come_in_time(void **state)
{
    (void)state;
    struct pty *p = start_helper((struct pty_options){0});
    assert_true(pty_wait_text(p, "size 80x24.", DEADLINE_MS));
    assert_false(pty_wait_text(p, "never", 20));
    assert_false(pty_wait_gone(p, "size", 20));
    assert_false(pty_wait_row(p, 1, "size", 20));
    pty_free(p);
}

static void text_that_cannot_come_any_more(void **state)
{
    (void)state;
    struct pty *p = shell("echo before", (struct pty_options){0});
    assert_false(pty_wait_text(p, "never", DEADLINE_MS * 100));
    assert_string_equal(pty_row(p, 0), "before");
    pty_free(p);
}

static void input_that_is_not_consumed(void **state)
{
    (void)state;
    struct pty *p =
        shell("echo up; exec tail -f /dev/null", (struct pty_options){.is_synced = true});
    assert_true(pty_wait_text(p, "up", DEADLINE_MS));
    pty_send(p, "x");
    assert_false(pty_wait_consumed(p, 20));
    pty_free(p);
}

static void program_that_is_not_there(void **state)
{
    (void)state;
    const char *argv[] = {"/nosuch/program", NULL};
    struct pty *p = pty_spawn(argv, NULL);
    int status = 0;
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_int_not_equal(status, 0);
    assert_int_not_equal(pty_find(p, "/nosuch/program"), -1);
    pty_free(p);
}

/* --- the screen --- */
static void screen_holds_wide_and_combining_text(void **state)
{
    (void)state;
    struct pty *p = shell("printf 'a\xe4\xb8\xad' ; printf 'b\xe2\xa3\xbf e\xcc\x81.\\n\\n  end  '",
                          (struct pty_options){.rows = 4, .cols = 20});
    int status = -1, row = 0, col = 0;
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_int_equal(status, 0);
    assert_string_equal(pty_text(p), "a\xe4\xb8\xad"
                                     "b\xe2\xa3\xbf e\xcc\x81.\n\n  end\n\n");
    assert_string_equal(pty_cell_at(p, 0, 1).text, "\xe4\xb8\xad");
    assert_int_equal(pty_cell_at(p, 0, 1).width, 2);
    assert_string_equal(pty_cell_at(p, 0, 3).text, "b");
    pty_cursor(p, &row, &col);
    assert_int_equal(row, 2);
    assert_int_equal(col, 7);
    assert_false(pty_is_ascii(p));
    assert_true(pty_is_escape_free(p));
    pty_free(p);
}

static void cells_have_attributes(void **state)
{
    (void)state;
    struct pty *p =
        shell("printf '\\033[?1049h\\033[?25l\\033[1mB\\033[0;7mR\\033[0;31mr\\033[38;5;208mo"
              "\\033[0;4;44mu'; read x",
              (struct pty_options){0});
    assert_true(pty_wait_text(p, "BRrou", DEADLINE_MS));
    assert_true(pty_cell_at(p, 0, 0).is_bold);
    assert_int_equal(pty_cell_at(p, 0, 0).fg, PTY_DEFAULT);
    assert_true(pty_cell_at(p, 0, 1).is_reverse);
    assert_false(pty_cell_at(p, 0, 1).is_bold);
    assert_int_equal(pty_cell_at(p, 0, 2).fg, 1);
    assert_int_equal(pty_cell_at(p, 0, 3).fg, 208);
    assert_int_equal(pty_cell_at(p, 0, 4).bg, 4);
    assert_true(pty_cell_at(p, 0, 4).is_underlined);
    assert_true(pty_is_altscreen(p));
    assert_false(pty_is_cursor_visible(p));
    assert_false(pty_is_escape_free(p));
    pty_free(p);
}

static void raw_bytes_are_kept(void **state)
{
    (void)state;
    struct pty *p = shell("stty -onlcr; printf 'a\\nb'", (struct pty_options){0});
    int status;
    size_t n;
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_memory_equal(pty_raw(p, &n), "a\nb", 3);
    assert_int_equal(n, 3);
    assert_int_equal(pty_bytes(p), 3);
    pty_free(p);
}

/* --- keys --- */
static void keys_by_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *term, *keys, *bytes;
    } cases[] = {
        {"xterm-256color", "a<lt>>", "61 3c 3e"},
        {"xterm-256color", "<Enter><Esc><Tab><S-Tab><BS><Space>", "0d 1b 09 1b 5b 5a 7f 20"},
        {"xterm-256color", "<Up><C-l><M-x>", "1b 4f 41 0c 1b 78"},
        {"xterm-256color", "<F5><PgDn>", "1b 5b 31 35 7e 1b 5b 36 7e"},
        {"xterm-kitty", "<Down>", "1b 4f 42"},
        {"linux", "<F5>", "1b 5b 5b 45"},
        {"linux", "<Down>", "1b 5b 42"},
        {"vt100", "<Up>", "1b 4f 41"},
        {"screen", "<Home>", "1b 5b 31 7e"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pty *p =
            start_helper((struct pty_options){.term = cases[i].term, .is_synced = true});
        assert_true(pty_wait_frame(p, 0, DEADLINE_MS));
        pty_send(p, cases[i].keys);
        assert_true(pty_wait_consumed(p, DEADLINE_MS));
        assert_string_equal(pty_row(p, 1), cases[i].bytes);
        pty_free(p);
    }
}

static void paste_is_in_brackets(void **state)
{
    (void)state;
    struct pty *p = start_helper((struct pty_options){.is_synced = true});
    assert_true(pty_wait_frame(p, 0, DEADLINE_MS));
    pty_paste(p, "dd");
    assert_true(pty_wait_consumed(p, DEADLINE_MS));
    assert_string_equal(pty_row(p, 1), "1b 5b 32 30 30 7e 64 64 1b 5b 32 30 31 7e");
    pty_free(p);
}

static void consumed_means_drawn(void **state)
{
    (void)state;
    struct pty *p = start_helper((struct pty_options){.is_synced = true, .rows = 40, .cols = 132});
    for (int i = 0; i < 200; i++) {
        pty_send(p, "z");
        assert_true(pty_wait_consumed(p, DEADLINE_MS));
        int row, col;
        pty_cursor(p, &row, &col);
        assert_int_equal((row - 1) * 132 + col, (i + 1) * 3 - (col == 131 && (i + 1) % 44 == 0));
    }
    assert_true(pty_frame(p) >= 201);
    assert_int_equal(pty_sent(p), 200);
    pty_free(p);
}

/* --- the world around it --- */
static void environment_is_ours(void **state)
{
    (void)state;
    static const char *const env[] = {"LANG=C", "A=1", NULL};
    setenv("MLW_TEST_STRAY", "1", 1);
    struct pty *p = shell(
        "echo $LANG $A $TERM ${MLW_TEST_STRAY-none} ${MLW_SYNC_FD-none} $PWD; env | grep -c LANG",
        (struct pty_options){.env = env, .term = "vt100", .cwd = "/"});
    assert_true(pty_wait_text(p, "C 1 vt100 none none /\n1\n", DEADLINE_MS));
    pty_free(p);
}

static void resize_reaches_the_program(void **state)
{
    (void)state;
    struct pty *p = start_helper((struct pty_options){0});
    assert_true(pty_wait_text(p, "size 80x24.", DEADLINE_MS));
    pty_resize(p, 50, 132);
    assert_true(pty_wait_text(p, "size 132x50.", DEADLINE_MS));
    pty_resize(p, 8, 40);
    assert_true(pty_wait_text(p, "size 40x8.", DEADLINE_MS));
    assert_int_equal(pty_rows(p), 8);
    assert_int_equal(pty_cols(p), 40);
    pty_free(p);
}

static void ends_are_told_apart(void **state)
{
    (void)state;
    int status;
    struct pty *p = start_helper((struct pty_options){0});
    assert_true(pty_wait_text(p, "size", DEADLINE_MS));
    pty_send(p, "q");
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    pty_free(p);

    p = start_helper((struct pty_options){0});
    assert_true(pty_wait_text(p, "size", DEADLINE_MS));
    pty_hangup(p);
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
    pty_free(p);

    p = start_helper((struct pty_options){0});
    assert_true(pty_wait_text(p, "size", DEADLINE_MS));
    pty_signal(p, SIGTERM);
    assert_true(pty_wait_exit(p, DEADLINE_MS, &status));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    pty_free(p);
}

static void stop_is_seen(void **state)
{
    (void)state;
    struct pty *p = start_helper((struct pty_options){0});
    assert_true(pty_wait_text(p, "size", DEADLINE_MS));
    assert_false(pty_wait_stopped(p, 20));
    pty_signal(p, SIGSTOP);
    assert_true(pty_wait_stopped(p, DEADLINE_MS));
    pty_signal(p, SIGCONT);
    pty_send(p, "k");
    assert_true(pty_wait_text(p, "6b", DEADLINE_MS));
    pty_free(p);
}

static void slow_line_is_slow(void **state)
{
    (void)state;
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    struct pty *p =
        shell("yes 1234567 | head -100; printf 'done.'", (struct pty_options){.bytes_per_s = 3000});
    assert_true(pty_wait_text(p, "done.", DEADLINE_MS));
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds =
        (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    assert_true(seconds > 0.25); /* 905 bytes at 3,000 a second */
    pty_free(p);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_does_not_come_in_time),
        cmocka_unit_test(text_that_cannot_come_any_more),
        cmocka_unit_test(input_that_is_not_consumed),
        cmocka_unit_test(program_that_is_not_there),
        cmocka_unit_test(screen_holds_wide_and_combining_text),
        cmocka_unit_test(cells_have_attributes),
        cmocka_unit_test(raw_bytes_are_kept),
        cmocka_unit_test(keys_by_terminal),
        cmocka_unit_test(paste_is_in_brackets),
        cmocka_unit_test(consumed_means_drawn),
        cmocka_unit_test(environment_is_ours),
        cmocka_unit_test(resize_reaches_the_program),
        cmocka_unit_test(ends_are_told_apart),
        cmocka_unit_test(stop_is_seen),
        cmocka_unit_test(slow_line_is_slow),
    };
    self = argv[0];
    return argc > 1 ? helper() : cmocka_run_group_tests(tests, NULL, NULL);
}
