/* The first minutes of those who use it (DESIGN.md 1), each in one sitting at 80x24: the data
 * scientist among ten thousand runs, the engineer beside a running job, the one who is on call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/e2e/story.h"

enum { RUNS = 10000 };

/* One key at a time: Esc and q in one breath are another key. */
static void one_by_one(struct pty *p, const char *const *keys)
{
    for (; *keys; keys++) {
        story_keys(p, *keys);
    }
}

/* --- the data scientist --- */

/* The id of the first run in that order, by the command line; the caller's. */
static char *first_of(const struct world *w, const char *filter, const char *sort)
{
    CLEANUP(json_free_ptr)
    struct json *rows =
        story_json(w, (const char *const[]){"ls", "runs", "--filter", filter, "--sort", sort,
                                            "--limit", "1", "-o", "json", NULL});
    return xstrdup(json_get_str(json_first(rows), "id"));
}

static void runs_are_found(const struct world *w, struct pty *p)
{
    CLEANUP(mem_free_ptr) char *best = first_of(w, "auc>0.5 lr<0.01", "auc:desc");
    story_keys(p, ":runs<Enter>");
    story_text(p, "run-09999");
    story_text(p, "row 1 of 10000");
    CLEANUP(json_free_ptr)
    struct json *rows = story_json(
        w, (const char *const[]){"ls", "runs", "--filter", "auc>0.5 lr<0.01", "-o", "json", NULL});
    CLEANUP(mem_free_ptr)
    char *chip = xasprintf("/auc>0.5 lr<0.01 (%zu/%d)", json_size(rows), RUNS);
    assert_in_range(json_size(rows), 100, RUNS - 1);
    story_keys(p, "/auc>0.5 lr<lt>0.01<Enter>");
    assert_true(pty_wait_row(p, 23, chip, STORY_MS));
    story_keys(p, "oauc<Enter>g");
    assert_true(pty_wait_row(p, 2, best, STORY_MS));
    assert_true(pty_wait_row(p, 23, "auc↓", STORY_MS));
}

/* Three are marked, compared, drawn; meanwhile the window changes its size and the colours. */
static void three_are_compared(struct pty *p)
{
    story_keys(p, "<Space><Space><Space>");
    story_text(p, "3*");
    story_keys(p, "c");
    assert_true(pty_wait_row(p, 0, "compare", STORY_MS));
    story_row(p, "auc", "0.");
    pty_resize(p, 43, 132);
    story_text(p, "weight_decay"); /* there is room for the parameters too */
    story_keys(p, "D");
    story_text(p, "differ");
    story_keys(p, "m");
    assert_true(pty_wait_row(p, 0, "charts", STORY_MS));
    story_keys(p, ":theme light<Enter>");
    story_text(p, "theme light");
    pty_resize(p, 24, 80);
    assert_true(pty_wait_row(p, 0, "charts", STORY_MS));
    assert_true(pty_wait_row(p, 23, "? help", STORY_MS));
    story_keys(p, "<Enter>i<Left>");
    story_text(p, "at step");
    one_by_one(p, (const char *const[]){"<Esc>", "<Esc>", "q", "q", NULL});
    story_text(p, "3*"); /* the table is as it was left */
    one_by_one(p, (const char *const[]){"<Esc>", "<Esc>", NULL});
    assert_true(pty_wait_gone(p, "3*", STORY_MS));
}

static void a_run_is_opened(const struct world *w, struct pty *p)
{
    CLEANUP(mem_free_ptr) char *best = first_of(w, "auc>0.5", "auc:desc");
    story_keys(p, "g<Enter>");
    assert_true(pty_wait_row(p, 0, best, STORY_MS));
    story_text(p, "started ");
    story_keys(p, "q");
    assert_true(pty_wait_row(p, 0, "runs", STORY_MS));
}

static void it_is_started_again(struct pty *p)
{
    story_keys(p, ":pipelines<Enter><Enter>"); /* typed ahead of the list */
    story_row(p, "Depth", "4");
    story_keys(p, "<Enter><C-u>6<Enter>");
    story_row(p, "leaf", "Environment.DEPTH 4");
    story_row(p, "deep", "runs");
    story_keys(p, "r");
    story_dialog(p, "Run depth?");
    story_keys(p, "y");
    story_row(p, "grow", "cache hit");
    story_row(p, "leaf", "Succeeded");
    story_row(p, "deep", "Succeeded");
    assert_true(pty_wait_row(p, 23, "Succeeded", STORY_MS));
}

static void a_data_scientist(void **state)
{
    (void)state;
    struct world w = story_of_depth();
    story_add_runs(&w, RUNS);
    struct pty *p = story_look(&w);
    runs_are_found(&w, p);
    three_are_compared(p);
    a_run_is_opened(&w, p);
    it_is_started_again(p);
    one_by_one(p, (const char *const[]){"q", "q", "q", "q", NULL});
    story_quit(p);
    pty_free(p);
    story_release(&w);
}

/* --- the engineer --- */

/* The chart of the run that trains, not a key pressed: it grows while the job goes on. */
static void the_chart_grows(const struct world *w, struct pty *p)
{
    story_row(p, "train", "epoch 1 of 3");
    story_keys(p, "m");
    assert_true(pty_wait_row(p, 0, "charts", STORY_MS));
    story_row(p, "loss", "0.7");
    size_t sent = pty_sent(p);
    story_open(w, GATE_TRAIN);
    story_row(p, "loss", "0.5");
    assert_int_equal(pty_sent(p), sent);
    pty_resize(p, 43, 132);
    assert_true(pty_wait_row(p, 42, "? help", STORY_MS));
    story_open(w, GATE_TRAIN);
    story_row(p, "loss", "0.3");
    pty_resize(p, 24, 80);
    assert_true(pty_wait_row(p, 23, "? help", STORY_MS));
    story_row(p, "loss", "0.3");
    story_keys(p, "q");
    assert_true(pty_wait_row(p, 0, w->execution, STORY_MS));
}

/* What speaks for the version, whence it came, and the decision. */
static void the_version_is_looked_at(const struct world *w, struct pty *p)
{
    story_row(p, "register", "Succeeded");
    story_keys(p, ":package churn/1<Enter>");
    assert_true(pty_wait_row(p, 0, "churn/1", STORY_MS));
    story_row(p, "loss", "0.3");
    story_keys(p, "x");
    assert_true(pty_wait_row(p, 0, "lineage", STORY_MS));
    story_text(p, w->execution);
    story_keys(p, "q");
    story_keys(p, "A<Enter>fine<Enter>");
    story_dialog(p, "Approve churn/1?");
    story_keys(p, "y");
    assert_true(pty_wait_gone(p, "Approve churn/1?", STORY_MS));
    story_row(p, "approval_status", "Approved");
}

static void an_engineer(void **state)
{
    (void)state;
    struct world w = story_of_churn();
    struct pty *p = story_look(&w);
    story_row(p, "churn", "Executing");
    story_keys(p, "g<Enter>");
    assert_true(pty_wait_row(p, 0, w.execution, STORY_MS));
    story_open(&w, GATE_PREPARE);
    the_chart_grows(&w, p);
    story_keys(p, "l");
    story_text(p, "epoch 3/3 loss=0.3");
    story_text(p, "following");
    story_keys(p, "t1"); /* with its times, the last minute */
    story_text(p, "3 of 3 lines, last 1m");
    story_keys(p, ":theme high-contrast<Enter>");
    story_text(p, "theme high-contrast");
    story_open(&w, GATE_TRAIN);
    story_keys(p, "q");
    the_version_is_looked_at(&w, p);
    one_by_one(p, (const char *const[]){"q", "q", NULL});
    story_quit(p);
    pty_free(p);
    story_release(&w);
}

/* What is no good is stopped where it is seen. */
static void a_job_is_stopped(void **state)
{
    (void)state;
    struct world w = story_of_churn();
    struct pty *p = story_look(&w);
    CLEANUP(mem_free_ptr) char *question = xasprintf("Stop %s?", w.execution);
    story_keys(p, "g<Enter>");
    story_open(&w, GATE_PREPARE);
    story_row(p, "train", "epoch 1 of 3");
    story_keys(p, "<Tab>"); /* in its log */
    story_keys(p, "K");
    story_dialog(p, question);
    story_keys(p, "y");
    story_row(p, "train", "Stopped");
    assert_true(pty_wait_row(p, 23, "Stopped", STORY_MS));
    story_keys(p, "u"); /* and from there on once more */
    story_dialog(p, "y retry");
    story_keys(p, "y");
    story_row(p, "train", "Executing");
    pty_free(p);
    story_stop(&w);
    story_release(&w);
}

/* --- on call --- */

/* From what is red to the line that says why, and back. */
static void why_is_found(const struct world *w, struct pty *p)
{
    story_row(p, "nightly", "Failed");
    story_row(p, "nightly", "join: ");
    story_keys(p, "X");
    assert_true(pty_wait_row(p, 0, "evidence", STORY_MS));
    story_row(p, "join", "exit code");
    story_keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, "join/1", STORY_MS));
    story_text(p, "KeyError: customer_id is missing");
    story_keys(p, "qq");
    story_text(p, "Red 1");
    story_keys(p, "T");
    assert_true(pty_wait_row(p, 0, "timeline", STORY_MS));
    story_row(p, "features", "Succeeded");
    story_row(p, "join", "Failed");
    story_keys(p, "q<Enter>");
    assert_true(pty_wait_row(p, 0, w->execution, STORY_MS));
    story_keys(p, "q");
    story_text(p, "Red 1");
}

/* Put aside with a reason, and taken back. */
static void it_is_put_aside(struct pty *p)
{
    story_keys(p, ":ack ticket 12<Enter>");
    story_dialog(p, "Acknowledge nightly?");
    story_text(p, "ticket 12");
    story_keys(p, "y");
    story_text(p, "Nothing is red");
    story_keys(p, "z");
    story_text(p, "Red 1");
    story_row(p, "nightly", "Failed");
}

/* What has ended calls nobody any more; what was done is in the journal. */
static void it_is_looked_up(struct pty *p)
{
    story_keys(p, ":notify<Enter>");
    story_text(p, "it has ended: there is nothing more to tell");
    story_keys(p, "J");
    assert_true(pty_wait_row(p, 0, "journal", STORY_MS));
    story_row(p, "acknowledge", "done");
    story_row(p, "take back", "done");
    story_keys(p, "J");
    story_text(p, "this is the journal");
    story_keys(p, "q");
}

static void on_call(void **state)
{
    (void)state;
    struct world w = story_of_failure();
    struct pty *p = story_look(&w);
    story_text(p, "Red 1");
    why_is_found(&w, p);
    it_is_put_aside(p);
    it_is_looked_up(p);
    story_quit(p);
    pty_free(p);
    story_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_data_scientist),
        cmocka_unit_test(an_engineer),
        cmocka_unit_test(a_job_is_stopped),
        cmocka_unit_test(on_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
