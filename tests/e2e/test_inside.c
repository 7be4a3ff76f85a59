/* The screen inside another one: tmux and screen draw it again in their own way. A program that is
 * not installed here is skipped by its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "tests/e2e/story.h"
#include "tests/unit/tmp.h"

static bool is_installed(const char *program)
{
    struct sv rest = sv_z(getenv("PATH")), dir;
    while (rest.n && sv_split(&rest, ':', &dir)) {
        CLEANUP(mem_free_ptr) char *folder = sv_dup(dir);
        CLEANUP(mem_free_ptr) char *path = path_join(folder, program);
        if (access(path, X_OK) == 0) {
            return true;
        }
    }
    return false;
}

static void skip_without(const char *program, const char *test)
{
    if (!is_installed(program)) {
        print_message("SKIP %s: %s is not installed here\n", test, program);
        skip();
    }
}

/* The program's own sockets stay in the world's folder. */
static struct pty *inside(const struct world *w, const char *const *argv)
{
    CLEANUP(mem_free_ptr) char *tmux = xasprintf("TMUX_TMPDIR=%s", w->dir);
    CLEANUP(mem_free_ptr) char *screen = xasprintf("SCREENDIR=%s/screens", w->dir);
    const char *envs[] = {"LANG=C.UTF-8", "LC_ALL=", tmux, screen, NULL};
    struct pty *p = pty_spawn(argv, &(struct pty_options){.cwd = w->dir, .env = envs});
    story_text(p, "Waiting for a person 1");
    return p;
}

/* Lists, a page, other sizes and colours, keys that are sequences, the end. */
static void looked_at(const struct world *w, struct pty *p)
{
    int status = -1;
    pty_send(p, ":executions<Enter>");
    story_row(p, w->execution, "Executing");
    pty_send(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, w->execution, STORY_MS));
    story_row(p, "review", "Executing");
    pty_resize(p, 43, 132);
    assert_true(pty_wait_row(p, 42, "? help", STORY_MS));
    story_row(p, "review", "Executing");
    pty_send(p, ":theme light<Enter>");
    story_text(p, "theme light");
    pty_resize(p, 24, 80);
    assert_true(pty_wait_row(p, 23, "? help", STORY_MS));
    pty_send(p, "q");
    assert_true(pty_wait_row(p, 0, "executions", STORY_MS));
    pty_send(p, "<PgDn><PgUp><Home><End>?");
    story_text(p, "one row up");
    pty_send(p, "q");
    story_row(p, w->execution, "Executing");
    pty_send(p, "q");
    story_text(p, "Waiting for a person 1");
    pty_send(p, "q");
    story_dialog(p, "Quit mlw?");
    pty_send(p, "y");
    assert_true(pty_wait_exit(p, STORY_MS, &status));
    assert_int_equal(status, 0);
    assert_false(pty_is_altscreen(p));
}

static void inside_tmux(void **state)
{
    (void)state;
    skip_without("tmux", "inside_tmux");
    struct world w = story_of_review();
    tmp_file(w.dir, "tmux.conf", SV("set -g status off\nset -g escape-time 10\n"));
    struct pty *p =
        inside(&w, (const char *const[]){"tmux", "-f", "tmux.conf", "new-session", w.bin, NULL});
    looked_at(&w, p);
    pty_free(p);
    story_stop(&w);
    story_release(&w);
}

static void inside_screen(void **state)
{
    (void)state;
    skip_without("screen", "inside_screen");
    struct world w = story_of_review();
    tmp_file(w.dir, "screenrc", SV("startup_message off\nmaptimeout 10\naltscreen on\n"));
    struct pty *p =
        inside(&w, (const char *const[]){"screen", "-c", "screenrc", "-U", w.bin, NULL});
    looked_at(&w, p);
    pty_free(p);
    story_stop(&w);
    story_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inside_tmux),
        cmocka_unit_test(inside_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
