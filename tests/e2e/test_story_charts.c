/* Runs are compared and their curves looked at in a real terminal, in colours and without; and what
 * a live point costs on the line. The test is the job: it logs the points itself. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/store/runs.h"
#include "tests/e2e/story.h"

static const char *const names[] = {"bold-lynx", "calm-otter", "keen-vole"};

static double loss_of(size_t run, int step)
{
    double noise = 0.002 * sin(step * 1.7);
    return round((0.2 + 0.1 * (double)run + 0.7 * exp(-step / 12.0) + noise) * 10000) / 10000;
}

static void log_point(struct store *st, size_t run, int step)
{
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *uid = xasprintf("run-%s", names[run]);
    struct point loss = {step, 1764000000000.0 + step * 1000.0, loss_of(run, step)};
    if (!store_begin(st, &e) || !run_log(st, uid, "loss", &loss, 1, &e) || !store_commit(st, &e)) {
        fail_msg("%s", e.msg);
    }
}

/* Three runs of 60 steps, the first still running. */
static struct world runs_of(struct store **ret_st)
{
    struct world w = story_empty();
    struct workspace ws = {0};
    struct store *st = NULL;
    struct err e = ERR_INIT;
    if (!workspace_find(w.dir, false, &ws, &e) || !store_open(&ws, STORE_CREATE, &st, &e) || !st) {
        fail_msg("%s", e.msg);
    }
    *ret_st = st;
    workspace_release(&ws);
    for (size_t i = 0; i < ALEN(names); i++) {
        CLEANUP(mem_free_ptr) char *uid = xasprintf("run-%s", names[i]);
        struct json *params = json_new_object();
        json_set_num(params, "lr", 0.001 * (double)(i + 1));
        json_set_str(params, "optimizer", "adam");
        struct run_new run = {.uid = uid,
                              .source = "local",
                              .experiment = "churn",
                              .name = names[i],
                              .status = i ? "FINISHED" : "RUNNING",
                              .started_ms = 1764000000000 + (int64_t)i,
                              .params = params};
        if (!store_begin(st, &e) || !run_add(st, &run, &e) || !store_commit(st, &e)) {
            fail_msg("%s", e.msg);
        }
        json_free(params);
        for (int step = 1; step <= 60; step++) {
            log_point(st, i, step);
        }
    }
    CLEANUP(mem_free_ptr) char *conf = xasprintf("%s/.mlw/mlw.conf", w.dir);
    if (!os_write_file(conf, SV("[metrics]\nloss = min\n"), &e)) {
        fail_msg("%s", e.msg);
    }
    return w;
}

static void compared_and_drawn(const char *term, const char *lang, bool is_ascii)
{
    struct store *st;
    struct world w = runs_of(&st);
    struct pty *p = story_spawn(&w, term, lang, NULL);
    story_text(p, "Contexts");
    story_keys(p, ":runs<Enter>");
    story_text(p, "keen-vole");
    story_keys(p, "<Space><Space><Space>");
    story_text(p, "3*");
    story_keys(p, "c");
    story_text(p, "Metrics 1, 1 differ");
    story_row(p, "FIELD", "bold-lynx");
    story_row(p, "loss", is_ascii ? "^" : "▲"); /* what mlw.conf says is better */
    story_keys(p, "D");
    story_row(p, "loss", "-0.1");
    assert_true(pty_wait_gone(p, "optimizer", STORY_MS));
    story_keys(p, "}");
    story_keys(p, "<Right>p");
    story_row(p, "FIELD", is_ascii ? "* " : "★ ");
    story_keys(p, "m");
    story_text(p, "loss  a 0."); /* its curves are here */
    story_keys(p, "<Enter>i<Left>");
    story_text(p, "at step 59");
    story_keys(p, "<Tab>");
    story_text(p, ", +0.2000 on ");
    story_keys(p, "(");
    story_text(p, "zoomed");
    story_keys(p, ")>");
    story_text(p, "smoothed 0.5");
    static const char *const out[] = {"<Esc>", "<Esc>", "q", "q", "<Esc>", "q"};
    for (size_t i = 0; i < ALEN(out);
         i++) { /* one by one: Esc and q in one breath are another key */
        story_keys(p, out[i]);
    }
    story_quit(p);
    if (is_ascii) {
        assert_true(pty_is_ascii(p));
    }
    pty_free(p);
    store_close(st);
    story_release(&w);
}

static void in_colours(void **state)
{
    (void)state;
    compared_and_drawn("xterm-256color", "C.UTF-8", false);
}

static void in_ascii_without_colours(void **state)
{
    (void)state;
    compared_and_drawn("vt100", "C", true);
}

/* One run, its chart on the screen: what 30 more points put on the line. */
static void a_live_point_costs_little(void **state)
{
    (void)state;
    enum { POINTS = 30, BYTES_MAX = 60 };
    struct store *st;
    struct world w = runs_of(&st);
    struct pty *p = story_spawn(&w, "xterm-256color", "C.UTF-8", NULL);
    story_text(p, "Contexts");
    story_keys(p, ":charts run-bold-lynx<Enter>");
    story_text(p, "loss of bold-lynx");
    story_text(p, "loss  0.");
    size_t before = pty_bytes(p);
    for (int step = 61; step < 61 + POINTS; step++) {
        CLEANUP(mem_free_ptr) char *seen = xasprintf("loss  %g", loss_of(0, step));
        log_point(st, 0, step);
        story_text(p, seen);
    }
    size_t each = (pty_bytes(p) - before) / POINTS;
    print_message("a live point costs %zu bytes\n", each);
    assert_true(each <= BYTES_MAX);
    pty_free(p);
    store_close(st);
    story_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_colours),
        cmocka_unit_test(in_ascii_without_colours),
        cmocka_unit_test(a_live_point_costs_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
