/* Lines of the palette are kept for the next screen: the last hundred, for nobody else, no secrets.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/mlw.h"
#include "core/store/store.h"
#include "tests/unit/tmp.h"

enum { DEADLINE_MS = 60000 };

struct world {
    char *tmp, *file;
    struct hub *hub;
};

static void world_init(struct world *w)
{
    struct err e = ERR_INIT;
    struct workspace ws;
    int fd;
    w->tmp = tmp_new();
    w->file = path_join(w->tmp, "state/mlw/palette");
    assert_true(workspace_init(w->tmp, &ws, &e));
    workspace_release(&ws);
    w->hub = hub_new(&(struct hub_options){.dir = w->tmp, .is_inline = true}, &fd, &e);
    assert_non_null(w->hub);
}

static void world_release(struct world *w)
{
    hub_free(w->hub);
    tmp_free(&w->tmp);
    free(w->file);
}

/* Whether it was answered with a yes. */
static bool remember(struct world *w, const char *file, const char *line)
{
    int64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    struct req req = {.type = REQ_REMEMBER, .id = xstrdup(file), .text = xstrdup(line)};
    uint64_t id = hub_request(w->hub, &req);
    while (clock_mono_ms() < deadline_ms) {
        struct ev ev;
        while (hub_next_event(w->hub, &ev)) {
            bool is_ours = ev.type == EV_REPLY && ev.id == id, ok = ev.ok;
            ev_release(&ev);
            if (is_ours) {
                return ok;
            }
        }
        hub_step(w->hub, 50);
    }
    fail_msg("no answer came");
    return false;
}

static void is_kept(const struct world *w, const char *expected)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    tmp_read(w->tmp, "state/mlw/palette", &text);
    assert_string_equal(text.p ? text.p : "", expected);
}

static void what_cannot_be_written_is_said(void **state)
{
    (void)state;
    struct world w;
    world_init(&w);
    tmp_file(w.tmp, "state", SV("a file where a folder should be"));
    assert_false(remember(&w, w.file, "runs"));
    world_release(&w);
}

static void secrets_and_nonsense_are_not_kept(void **state)
{
    static const char *const lines[] = {"run churn DbPassword=x",
                                        "run churn Depth=6 api_key=y",
                                        "run churn AuthToken=z",
                                        "",
                                        "  ",
                                        "two\nlines"};
    (void)state;
    struct world w;
    world_init(&w);
    assert_true(remember(&w, w.file, "run churn Depth=6"));
    for (size_t i = 0; i < ALEN(lines); i++) {
        assert_true(remember(&w, w.file, lines[i]));
    }
    CLEANUP(str_release) struct str longest = STR_INIT;
    for (int i = 0; i < 2000; i++) {
        str_addc(&longest, 'x');
    }
    assert_true(remember(&w, w.file, longest.p));
    is_kept(&w, "run churn Depth=6\n");
    world_release(&w);
}

static void the_last_hundred_are_kept_for_nobody_else(void **state)
{
    (void)state;
    struct world w;
    struct stat st;
    world_init(&w);
    for (int i = 0; i < 130; i++) {
        CLEANUP(mem_free_ptr) char *line = xasprintf("execution %d", i);
        assert_true(remember(&w, w.file, line));
    }
    assert_true(remember(&w, w.file, "  execution 77 ")); /* an equal one moves to the end */
    CLEANUP(str_release) struct str expected = STR_INIT;
    for (int i = 30; i < 130; i++) {
        if (i != 77) {
            str_addf(&expected, "execution %d\n", i);
        }
    }
    str_addz(&expected, "execution 77\n");
    is_kept(&w, expected.p);
    assert_int_equal(stat(w.file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_written_is_said),
        cmocka_unit_test(secrets_and_nonsense_are_not_kept),
        cmocka_unit_test(the_last_hundred_are_kept_for_nobody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
