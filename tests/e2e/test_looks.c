/* Themes, the ground of the terminal, and a person's own keys, in the real program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/e2e/story.h"
#include "tests/unit/tmp.h"

enum { DIM_ON_DARK = 245, DIM_ON_LIGHT = 242, TITLES = 1, FIRST_TITLE = 2 };

/* The screen in an empty workspace; extra NULL: nothing else in the environment. */
static struct pty *start(const struct world *w, const char *term, const char *theme,
                         const char *extra)
{
    CLEANUP(mem_free_ptr) char *config = xasprintf("XDG_CONFIG_HOME=%s/config", w->dir);
    const char *envs[] = {"LANG=C.UTF-8", "LC_ALL=", config, extra, NULL};
    const char *argv[] = {w->bin, theme ? "--theme" : NULL, theme, NULL};
    struct pty *p = pty_spawn(
        argv, &(struct pty_options){.term = term, .cwd = w->dir, .env = envs, .is_synced = true});
    story_text(p, "Nothing is red");
    return p;
}

static void leave(struct pty *p)
{
    story_quit(p);
    pty_free(p);
}

static int title_colour(struct pty *p)
{
    return pty_cell_at(p, TITLES, FIRST_TITLE).fg;
}

static bool has_colour(struct pty *p, const void *arg)
{
    return title_colour(p) == *(const int *)arg;
}

static bool has_written(const struct pty *p, const char *text)
{
    size_t n;
    const unsigned char *raw = pty_raw(p, &n);
    return memmem(raw, n, text, strlen(text)) != NULL;
}

static void the_ground_decides_after_the_first_paint(void **state)
{
    static const char answer[] = "\033]11;rgb:fdfd/f6f6/e3e3\033\\",
                      later[] = "\033]11;rgb:0/0/0\a";
    static const int light = DIM_ON_LIGHT;
    (void)state;
    struct world w = story_empty();
    struct pty *p = start(&w, "xterm-256color", NULL, NULL);
    assert_true(has_written(p, "\033]11;?"));
    assert_int_equal(title_colour(p), DIM_ON_DARK); /* nobody waited for the answer */
    pty_send_bytes(p, answer, strlen(answer));
    assert_true(pty_wait(p, "the light theme", has_colour, &light, STORY_MS));
    pty_send_bytes(p, later, strlen(later));
    story_keys(p, "j"); /* no letter of an answer is a key */
    assert_int_equal(title_colour(p), DIM_ON_LIGHT);
    leave(p);
    story_release(&w);
}

static void the_environment_is_asked_first(void **state)
{
    (void)state;
    struct world w = story_empty();
    struct pty *p = start(&w, "xterm-256color", NULL, "COLORFGBG=0;15");
    assert_int_equal(title_colour(p), DIM_ON_LIGHT);
    leave(p);
    p = start(&w, "xterm-256color", "dark", "COLORFGBG=0;15");
    assert_int_equal(title_colour(p), DIM_ON_DARK); /* what was chosen stands */
    assert_false(has_written(p, "\033]11;?"));
    leave(p);
    p = start(&w, "vt220", NULL, NULL);
    assert_false(has_written(p, "\033]11;?")); /* it would print it */
    leave(p);
    story_release(&w);
}

static void assert_plain(struct pty *p)
{
    for (int row = 0; row < pty_rows(p); row++) {
        for (int col = 0; col < pty_cols(p); col++) {
            struct pty_cell cell = pty_cell_at(p, row, col);
            assert_true(cell.fg == PTY_DEFAULT && cell.bg == PTY_DEFAULT);
        }
    }
}

static void no_color_means_none(void **state)
{
    (void)state;
    struct world w = story_empty();
    struct pty *p = start(&w, "xterm-256color", "high-contrast", "NO_COLOR=1");
    assert_plain(p);
    assert_false(has_written(p, "\033]11;?"));
    story_keys(p, "?");
    assert_plain(p);
    story_keys(p, "q");
    leave(p);
    story_release(&w);
}

static bool has_ground(struct pty *p, const void *arg)
{
    for (int row = 0; row < pty_rows(p); row++) {
        if (pty_cell_at(p, row, pty_cols(p) - 1).bg != *(const int *)arg) {
            return false;
        }
    }
    return true;
}

static void high_contrast_has_a_ground_of_its_own(void **state)
{
    static const struct {
        const char *term;
        int ground;
    } terms[] = {{"xterm-256color", 16}, {"screen", 0}};
    (void)state;
    struct world w = story_empty();
    for (size_t i = 0; i < ALEN(terms); i++) {
        struct pty *p = start(&w, terms[i].term, "high-contrast", NULL);
        assert_true(pty_wait(p, "the black ground", has_ground, &terms[i].ground, STORY_MS));
        leave(p);
    }
    story_release(&w);
}

static void a_persons_keys_and_themes(void **state)
{
    (void)state;
    struct world w = story_empty();
    tmp_file(w.dir, "config/mlw/keys", SV("# mine\n[global]\nE = messages\n"));
    tmp_file(w.dir, "config/mlw/mine.theme", SV("dim = 99:red\n"));
    struct pty *p = start(&w, "xterm-256color", "mine", NULL);
    assert_int_equal(title_colour(p), 99);
    story_keys(p, "E");
    story_text(p, "nothing was said yet");
    story_keys(p, "q");
    leave(p);
    tmp_file(w.dir, "config/mlw/keys", SV("[global]\nE = messages\n\nE = help\n"));
    p = start(&w, "xterm-256color", NULL, NULL);
    story_text(p, "config/mlw/keys:4: this key is already");
    story_keys(p, "!");
    story_text(p, "\"messages\" in [global]");
    story_text(p, "mlw-keys(7)");
    story_keys(p, "q");
    leave(p);
    story_command(&w, (const char *const[]){"ls", "executions", NULL},
                  NULL); /* is none of its business */
    story_release(&w);
}

/* The next screen offers what was typed in this one, oldest last; what did nothing is there too. */
static void the_palette_remembers(void **state)
{
    (void)state;
    struct world w = story_empty();
    struct pty *p = start(&w, "xterm-256color", NULL, NULL);
    story_keys(p, ":executions<Enter>");
    assert_true(pty_wait_row(p, 0, "executions", STORY_MS));
    story_keys(p, ":nonsense<Enter>");
    story_text(p, "no command, list or id");
    story_keys(p, "q");
    leave(p);
    p = start(&w, "xterm-256color", NULL, NULL);
    story_keys(p, ":<Up>");
    assert_true(pty_wait_row(p, 23, ":nonsense", STORY_MS));
    story_keys(p, "<C-p>");
    assert_true(pty_wait_row(p, 23, ":executions", STORY_MS));
    story_keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, "executions", STORY_MS));
    story_keys(p, "q");
    leave(p);
    story_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ground_decides_after_the_first_paint),
        cmocka_unit_test(the_environment_is_asked_first),
        cmocka_unit_test(no_color_means_none),
        cmocka_unit_test(high_contrast_has_a_ground_of_its_own),
        cmocka_unit_test(a_persons_keys_and_themes),
        cmocka_unit_test(the_palette_remembers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
