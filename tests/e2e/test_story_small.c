/* Small promises of the screen, held by the real program: chip, redraw, sizes, silence, cursor, and
 * lines where there is no screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "tests/e2e/story.h"

enum { RUNS = 1234, SILENT_MS = 1500, STORM = 200 };

static struct world of_runs(void)
{
    struct world w = story_empty();
    story_add_runs(&w, RUNS);
    return w;
}

static void a_chip_has_plain_digits(void **state)
{
    (void)state;
    struct world w = of_runs();
    struct pty *p = story_look(&w);
    story_keys(p, ":runs<Enter>");
    story_text(p, "run-01233");
    assert_in_range(story_filter(&w, p, "auc>0.1", RUNS), 1000,
                    RUNS - 1); /* four digits, and not all */
    story_keys(p, "<Esc>");
    assert_true(pty_wait_gone(p, "auc>0.1", STORY_MS));
    pty_free(p);
    story_release(&w);
}

/* --- drawing again --- */

/* The screen's text, every digit a 0. */
static char *text_of(struct pty *p)
{
    char *text = xstrdup(pty_text(p));
    for (char *c = text; *c; c++) {
        *c = *c >= '0' && *c <= '9' ? '0' : *c;
    }
    return text;
}

static size_t letters_of(const char *text)
{
    size_t n = 0;
    for (; *text; text++) {
        n += *text != ' ' && *text != '\n';
    }
    return n;
}

/* Lists, an answer to a key, a page, a field that is typed in, a dialog; and what says that it is
 * there. */
static const struct {
    const char *keys, *text;
} places[] = {
    {"", "1234 runs"},          {"?", "one row up"},    {":runs<Enter>", "run-01233"},
    {"/run-0000", "run-00009"}, {"<Esc>", "run-00028"}, {":contexts<Enter>", "ready"},
    {"qqqqq", "Quit mlw?"},
};

static void redraw_changes_nothing(void **state)
{
    (void)state;
    struct world w = of_runs();
    struct pty *p = story_look(&w);
    for (size_t i = 0; i < ALEN(places); i++) {
        story_keys(p, places[i].keys);
        story_text(p, places[i].text);
        pty_settle(p, 200);
        CLEANUP(mem_free_ptr) char *before = text_of(p);
        size_t bytes = pty_bytes(p);
        story_keys(p, "<C-l>");
        pty_settle(p, 50);
        CLEANUP(mem_free_ptr) char *after = text_of(p);
        assert_string_equal(before, after);
        assert_true(pty_bytes(p) - bytes > letters_of(before)); /* all of it was drawn */
    }
    pty_free(p);
    story_release(&w);
}

static void too_small_is_one_line(void **state)
{
    (void)state;
    struct world w = story_of_review();
    struct pty *p = story_look(&w);
    story_keys(p, ":executions<Enter>");
    story_text(p, w.execution);
    pty_resize(p, 5, 30);
    story_text(p, "40x8");
    pty_settle(p, 100);
    int lines = 0;
    for (int row = 0; row < 5; row++) {
        lines += *pty_row(p, row) != '\0';
    }
    assert_int_equal(lines, 1);
    pty_resize(p, 8, 40);
    story_text(p, w.execution);
    assert_int_equal(pty_find(p, "40x8"), -1);
    pty_free(p);
    story_stop(&w);
    story_release(&w);
}

static void a_storm_of_sizes_ends_right(void **state)
{
    (void)state;
    struct world w = of_runs();
    struct pty *p = story_look(&w);
    story_keys(p, ":runs<Enter>");
    story_text(p, "run-01233");
    pty_settle(p, 100);
    CLEANUP(mem_free_ptr) char *before = text_of(p);
    for (int i = 0; i < STORM; i++) {
        pty_resize(p, 1 + i * 37 % 70, 1 + i * 53 % 240);
    }
    pty_resize(p, 24, 80);
    story_text(p, "run-01233");
    story_keys(p, "<C-l>");
    pty_settle(p, 100);
    CLEANUP(mem_free_ptr) char *after = text_of(p);
    assert_string_equal(before, after);
    pty_free(p);
    story_release(&w);
}

/* --- silence --- */

static void is_silent(struct pty *p)
{
    pty_settle(p, 300);
    size_t before = pty_bytes(p);
    pty_settle(p, SILENT_MS);
    assert_int_equal(pty_bytes(p), before);
}

static void nothing_ticks_on_an_idle_screen(void **state)
{
    (void)state;
    struct world w = story_of_churn();
    struct pty *p = story_look(&w);
    story_open(&w, GATE_PREPARE);
    for (int i = 0; i < 3; i++) {
        story_open(&w, GATE_TRAIN);
    }
    story_row(p, "churn/1", "PendingManualApproval");
    assert_true(pty_wait_gone(p, "Running", STORY_MS));
    is_silent(p);
    story_keys(p, ":executions<Enter>");
    story_row(p, w.execution, "Succeeded");
    story_keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, w.execution, STORY_MS));
    story_row(p, "train", "Succeeded");
    is_silent(p);
    story_keys(p, "<Enter>");
    story_text(p, "epoch 3/3");
    is_silent(p);
    story_keys(p, "q:packages<Enter>");
    story_row(p, w.execution, "PendingManualApproval");
    story_keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, "churn/1", STORY_MS));
    is_silent(p);
    pty_free(p);
    story_release(&w);
}

/* --- the cursor --- */

/* One row is reversed, and the cursor is on it. */
static bool is_on_selected(struct pty *p, const void *arg)
{
    (void)arg;
    int row, col, reversed = 0;
    pty_cursor(p, &row, &col);
    for (int y = 1; y < 23; y++) {
        reversed += pty_cell_at(p, y, 40).is_reverse;
    }
    return reversed == 1 && pty_cell_at(p, row, 40).is_reverse;
}

/* What is on the screen may be half a frame: the rest of it is waited for. */
static void is_on_the_selected_row(struct pty *p)
{
    assert_true(pty_wait(p, "the cursor on the selected row", is_on_selected, NULL, STORY_MS));
}

static void moves_with_it(struct pty *p)
{
    static const char *const moves[] = {"j", "j", "k", "G", "k", "<PgUp>", "g", "<PgDn>", "<C-u>"};
    is_on_the_selected_row(p);
    for (size_t i = 0; i < ALEN(moves); i++) {
        story_keys(p, moves[i]);
        is_on_the_selected_row(p);
    }
}

static void the_cursor_stands_on_the_selected_row(void **state)
{
    (void)state;
    struct world w = of_runs(), churn = story_of_churn();
    struct pty *p = story_look(&w);
    story_keys(p, ":runs<Enter>");
    story_text(p, "run-01233");
    moves_with_it(p);
    assert_true(story_filter(&w, p, "auc>0.5", RUNS) > 50);
    moves_with_it(p);
    pty_free(p);
    p = story_look(&churn);
    story_text(p, "Running 1");
    moves_with_it(p);
    story_keys(p, "g<Enter>");
    assert_true(pty_wait_row(p, 0, churn.execution, STORY_MS));
    story_row(p, "prepare", "Executing");
    moves_with_it(p);
    story_keys(p, "g");
    story_open(&churn, GATE_PREPARE); /* frames that no key asked for */
    story_row(p, "train", "epoch 1 of 3");
    is_on_the_selected_row(p);
    pty_free(p);
    story_release(&w);
    story_release(&churn);
}

/* --- lines --- */

static void a_dumb_terminal_has_numbered_lines(void **state)
{
    (void)state;
    int status = -1;
    struct world w = story_of_review();
    struct pty *p = story_spawn(&w, "dumb", "C.UTF-8", NULL);
    story_text(p, "Waiting for a person 1");
    pty_send(p, ":executions<Enter>");
    story_row(p, " 2 ", w.execution);
    story_row(p, " 1 ", "PIPELINE");
    pty_send(p, "2<Enter>"); /* a line is opened by its number */
    story_row(p, "review", "Executing");
    pty_send(p, "q<Enter>");
    assert_true(pty_wait_exit(p, STORY_MS, &status));
    assert_int_equal(status, 0);
    assert_true(pty_is_escape_free(p));
    pty_free(p);
    story_stop(&w);
    story_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chip_has_plain_digits),
        cmocka_unit_test(redraw_changes_nothing),
        cmocka_unit_test(too_small_is_one_line),
        cmocka_unit_test(a_storm_of_sizes_ends_right),
        cmocka_unit_test(nothing_ticks_on_an_idle_screen),
        cmocka_unit_test(the_cursor_stands_on_the_selected_row),
        cmocka_unit_test(a_dumb_terminal_has_numbered_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
