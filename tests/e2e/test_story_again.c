/* A pipeline is started again with another parameter, and the new execution is looked at: the plan
 * says before what each step will do, and it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/e2e/story.h"

/* The execution that is not `old`; the caller's. */
static char *newest(const struct world *w, const char *old)
{
    CLEANUP(json_free_ptr)
    struct json *rows =
        story_json(w, (const char *const[]){"ls", "executions", "-o", "json", NULL});
    json_each (row, rows) {
        if (!z_eq(json_get_str(row, "id"), old)) {
            return xstrdup(json_get_str(row, "id"));
        }
    }
    return NULL;
}

static size_t executions(const struct world *w)
{
    CLEANUP(json_free_ptr)
    struct json *rows =
        story_json(w, (const char *const[]){"ls", "executions", "-o", "json", NULL});
    return json_size(rows);
}

static void depth_is_changed(struct pty *p)
{
    story_row(p, "Depth", "4");
    story_row(p, "grow", "cache");
    story_row(p, "leaf", "cache");
    story_row(p, "deep", "skip");
    story_keys(p, "<Enter><C-u>x<Enter>");
    story_text(p, "parameter Depth is of type Integer");
    story_keys(p, "r"); /* nothing starts with that */
    story_text(p, "run: parameter Depth");
    story_keys(p, "<Enter><C-u>6<Enter>");
    story_row(p, "leaf", "runs");
    story_row(p, "leaf", "Environment.DEPTH 4");
    story_row(p, "deep", "runs");
    story_row(p, "grow", "cache");
    story_text(p, "1 changed");
}

static void it_starts_with_another_parameter(void **state)
{
    (void)state;
    struct world w = story_of_depth();
    struct pty *p = story_spawn(&w, "xterm-256color", "C.UTF-8", NULL);
    story_keys(p, ":pipelines<Enter>");
    story_row(p, "depth", "Succeeded");
    story_keys(p, "<Enter>");
    depth_is_changed(p);
    assert_int_equal(executions(&w), 1);
    story_keys(p, "r");
    story_dialog(p, "Run depth?");
    story_text(p, "Depth = 6");
    story_keys(p, "y");
    story_row(p, "grow", "cache hit");
    story_row(p, "leaf", "Succeeded");
    story_row(p, "deep", "Succeeded");
    CLEANUP(mem_free_ptr) char *id = newest(&w, w.execution);
    assert_non_null(id);
    assert_true(pty_wait_row(p, 0, id, STORY_MS)); /* it is its page */
    story_text(p, "is-deep");
    /* once more, as it was: all of it is known */
    story_keys(p, "r");
    story_text(p, "had them");
    assert_true(pty_wait_row(p, 0, "again", STORY_MS));
    story_row(p, "Depth", "6");
    story_row(p, "leaf", "cache");
    story_row(p, "leaf", id);
    assert_int_equal(executions(&w), 2);
    story_keys(p, "qqqq");
    story_quit(p);
    pty_free(p);
    story_release(&w);
}

static void a_value_is_chosen_from_a_list(void **state)
{
    (void)state;
    struct world w = story_of_depth();
    struct pty *p = story_spawn(&w, "xterm-256color", "C.UTF-8", NULL);
    story_keys(p, ":pipeline depth<Enter>");
    story_row(p, "Kind", "oak, elm");
    story_keys(p, "j<Enter>elm<Enter>");
    story_row(p, "Kind", "default oak");
    story_keys(p, "r");
    story_dialog(p, "Kind = elm");
    story_keys(p, "<Esc>"); /* not after all */
    assert_true(pty_wait_gone(p, "Run depth?", STORY_MS));
    assert_int_equal(executions(&w), 1);
    story_keys(p, "q");
    story_quit(p);
    pty_free(p);
    story_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_with_another_parameter),
        cmocka_unit_test(a_value_is_chosen_from_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
