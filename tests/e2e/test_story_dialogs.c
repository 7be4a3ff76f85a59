/* Nothing happens by accident: a dialog says what it is about, and `y` alone confirms it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/e2e/story.h"

/* Keys that are no yes, and whether they are a no. */
static const struct {
    const char *key;
    bool closes;
} no_yes[] = {{"<Enter>", true}, {"<Esc>", true}, {"n", true},  {"q", true}, {"<Space>", false},
              {"K", false},      {"A", false},    {"Y", false}, {"j", false}};

/* `opening` brings the question up, from a view that shows `place`; nothing but y is a yes. */
static void only_y(struct pty *p, const char *opening, const char *question, const char *place)
{
    for (size_t i = 0; i < ALEN(no_yes); i++) {
        story_keys(p, opening);
        story_dialog(p, question);
        story_text(p, "Cancel");
        story_keys(p, no_yes[i].key);
        if (!no_yes[i].closes) {
            assert_true(pty_find(p, question) >= 0);
            story_keys(p, "<Esc>");
        }
        assert_true(pty_wait_gone(p, question, STORY_MS));
        story_text(p, place);
    }
}

/* Typed ahead in one go, the y is no answer, nor is what follows it. */
static void a_burst(struct pty *p, const char *burst, const char *question)
{
    story_keys(p, burst);
    story_dialog(p, question);
    assert_true(pty_find(p, "Cancel") >= 0);
    story_keys(p, "<Esc>");
    assert_true(pty_wait_gone(p, question, STORY_MS));
}

static struct pty *look(const struct world *w)
{
    struct pty *p = story_spawn(w, "xterm-256color", "C.UTF-8", NULL);
    story_text(p, "Running 1");
    story_keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, w->execution, STORY_MS));
    story_row(p, "prepare", "Executing");
    return p;
}

static size_t journal_of(const struct world *w, const char *intent)
{
    CLEANUP(json_free_ptr)
    struct json *rows = story_json(w, (const char *const[]){"ls", "journal", "-o", "json", NULL});
    size_t n = 0;
    json_each (row, rows) {
        const char *action = json_get_str(row, "name");
        assert_non_null(action);
        n += strcmp(action, intent) == 0;
    }
    return n;
}

static void stop_needs_a_yes(void **state)
{
    (void)state;
    struct world w = story_of_churn();
    struct pty *p = look(&w);
    CLEANUP(mem_free_ptr) char *question = xasprintf("Stop %s?", w.execution);
    CLEANUP(mem_free_ptr) char *verb = xasprintf("y stop %s", w.execution);
    only_y(p, "K", question, "prepare");
    a_burst(p, "Ky", question);
    a_burst(p, "Kyyy<Enter>yKyy", question);
    story_keys(p, ":executions<Enter>");
    story_row(p, w.execution, "Executing");
    only_y(p, "K", question, w.execution);
    a_burst(p, "jKy", question);
    assert_int_equal(journal_of(&w, "stop"), 0);
    story_keys(p, "K");
    story_dialog(p, question);
    story_text(p, verb);
    story_keys(p, "y");
    assert_true(pty_wait_gone(p, question, STORY_MS));
    story_row(p, w.execution, "Stopped");
    assert_int_equal(journal_of(&w, "stop"), 1);
    pty_free(p);
    story_release(&w);
}

static void is_gate(const struct world *w, const char *expected)
{
    CLEANUP(json_free_ptr)
    struct json *gates = story_json(w, (const char *const[]){"gate", "ls", "-o", "json", NULL});
    assert_int_equal(json_size(gates), 1);
    assert_string_equal(json_get_str(json_first(gates), "state"), expected);
}

static void approval_needs_a_yes(void **state)
{
    (void)state;
    struct world w = story_of_churn();
    struct pty *p = look(&w);
    story_open(&w, GATE_PREPARE);
    for (int i = 0; i < 3; i++) {
        story_open(&w, GATE_TRAIN);
    }
    story_row(p, "register", "Succeeded");
    only_y(p, "A<Enter><Enter>", "Approve churn/1?", "register");
    a_burst(p, "A<Enter><Enter>y", "Approve churn/1?");
    a_burst(p, "A<Enter>fine<Enter>yyy", "Approve churn/1?");
    /* a rejection without a reason gets no further */
    story_keys(p, "A<Down><Enter><Enter>");
    story_text(p, "Reject churn/1, reason");
    story_keys(p, "<Esc>");
    is_gate(&w, "Waiting");
    story_keys(p, "A<Enter>fine<Enter>");
    story_dialog(p, "Approve churn/1?");
    story_text(p, "Reason: fine");
    story_text(p, "y approve churn/1");
    story_keys(p, "y");
    assert_true(pty_wait_gone(p, "Approve churn/1?", STORY_MS));
    story_keys(p, ":packages<Enter>");
    story_row(p, w.execution, " Approved");
    is_gate(&w, "Approved");
    pty_free(p);
    story_release(&w);
}

static void leaving_is_asked(void **state)
{
    (void)state;
    struct world w = story_of_review();
    struct pty *p = story_spawn(&w, "xterm-256color", "C.UTF-8", NULL);
    story_text(p, "Waiting for a person 1");
    only_y(p, "q", "Quit mlw?", "Waiting for a person 1");
    only_y(p, "<C-c>", "Quit mlw?", "Waiting for a person 1");
    a_burst(p, "qy", "Quit mlw?");
    a_burst(p, "qqqyyy", "Quit mlw?");
    story_keys(p, "q");
    story_dialog(p, "y quit mlw");
    story_text(p, w.execution); /* what goes on without the screen */
    story_keys(p, "<Esc>");
    story_quit(p);
    pty_free(p);
    story_stop(&w);
    story_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stop_needs_a_yes),
        cmocka_unit_test(approval_needs_a_yes),
        cmocka_unit_test(leaving_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
