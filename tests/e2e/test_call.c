/* What is watched calls: a toast in whatever view, the bell, and a notification where the terminal
 * would not print it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "tests/e2e/story.h"
#include "tests/unit/tmp.h"

static size_t count(const struct pty *p, const char *needle)
{
    size_t n = 0, hits = 0;
    const unsigned char *raw = pty_raw(p, &n);
    struct sv rest = {(const char *)raw, n};
    for (size_t at; (at = sv_find(rest, sv_z(needle))) != SIZE_MAX; hits++) {
        rest = (struct sv){rest.p + at + 1, rest.n - at - 1};
    }
    return hits;
}

/* The token of the one gate that waits. */
static char *token_of(const struct world *w)
{
    struct json *gates = story_json(w, (const char *const[]){"ls", "gates", "-o", "json", NULL});
    char *token = xstrdup(json_get_str(json_first(gates), "token"));
    json_free(gates);
    return token;
}

static void approve(const struct world *w, const char *token)
{
    story_command(w, (const char *const[]){"gate", "approve", token, "--output", "label=yes", NULL},
                  NULL);
}

/* How a terminal is called: what stands around the words, NULL where it would print them. */
struct call {
    const char *term, *entry, *conf; /* entry: of its environment */
    const char *before, *after;
    size_t bells;
};

/* Watched on a row of a table, told in the journal. */
static void from_another_view(const struct call *c)
{
    struct world w = story_of_review();
    CLEANUP(mem_free_ptr) char *told = xasprintf("%s Succeeded: 1 of 1 done", w.execution);
    CLEANUP(mem_free_ptr)
    char *osc =
        xasprintf("%sreview %s%s", c->before ? c->before : "none", told, c->after ? c->after : "");
    if (c->conf) {
        tmp_file(w.dir, ".mlw/mlw.conf", sv_z(c->conf));
    }
    struct pty *p = story_spawn_in(&w, c->term, c->entry);
    story_text(p, "Waiting for a person 1");
    CLEANUP(mem_free_ptr) char *token = token_of(&w);
    story_keys(p, ":executions<Enter>");
    story_text(p, w.execution);
    story_keys(p, ":notify<Enter>");
    story_text(p, "is watched: you are called when it ends, waits or turns red");
    story_keys(p, ":notify<Enter>");
    story_text(p, "is not watched any more");
    story_keys(p, ":notify<Enter>");
    story_text(p, "is watched: you are called");
    story_keys(p, ":journal<Enter>");
    assert_true(pty_wait_row(p, 0, "journal", STORY_MS));
    assert_int_equal(count(p, "\a"), 0);
    approve(&w, token);
    story_text(p, told);
    story_keys(p, "?"); /* the frame with the call is out */
    assert_int_equal(count(p, osc), c->before ? 1 : 0);
    assert_int_equal(count(p, "]9;") + count(p, "]777;"), c->before ? 1 : 0);
    assert_int_equal(count(p, "\a"), c->bells);
    story_keys(p, "q:executions<Enter>");
    story_row(p, w.execution, "Succeeded");
    story_keys(p, ":notify<Enter>");
    story_text(p, "it has ended: there is nothing more to tell");
    pty_free(p);
    story_release(&w);
}

static void a_desktop_is_notified(void **state)
{
    (void)state;
    static const struct call calls[] = {
        {"xterm-256color", NULL, NULL, "\033]9;", "\033\\", 1},
        {"xterm-256color", "VTE_VERSION=7200", NULL, "\033]777;notify;mlw;", "\033\\", 1},
        {"rxvt-unicode-256color", NULL, NULL, "\033]777;notify;mlw;", "\033\\", 1},
    };
    for (size_t i = 0; i < ALEN(calls); i++) {
        from_another_view(&calls[i]);
    }
}

static void what_stands_between_hands_it_on(void **state)
{
    (void)state;
    static const struct call calls[] = {
        {"screen-256color", "TMUX=/tmp/tmux-0/default,1,0", NULL, "\033Ptmux;\033\033]9;",
         "\033\033\\\033\\", 1},
        {"screen", "STY=1.pts", NULL, "\033P\033]9;", "\a\033\\", 2}, /* one ends it */
    };
    for (size_t i = 0; i < ALEN(calls); i++) {
        from_another_view(&calls[i]);
    }
}

static void what_would_print_it_only_rings(void **state)
{
    (void)state;
    from_another_view(&(struct call){.term = "linux", .bells = 1});
    from_another_view(&(struct call){.term = "vt100", .bells = 1});
}

static void mlw_conf_says_how_much(void **state)
{
    (void)state;
    from_another_view(&(struct call){
        .term = "xterm-256color", .conf = "[notify]\nterminal = bell\n", .bells = 1});
    from_another_view(
        &(struct call){.term = "xterm-256color", .conf = "[notify]\nterminal = never\n"});
}

/* A gate calls when somebody else decides it, in the words of a person. */
static void a_gate_calls_when_it_is_decided(void **state)
{
    (void)state;
    struct world w = story_of_review();
    struct pty *p = story_spawn(&w, "xterm-256color", "C.UTF-8", NULL);
    story_text(p, "Waiting for a person 1"); /* the cursor stands on it */
    CLEANUP(mem_free_ptr) char *token = token_of(&w);
    story_keys(p, ":notify<Enter>");
    story_text(p, "review is watched: you are called when it is decided");
    approve(&w, token);
    story_text(p, "Approved: by ");
    assert_int_equal(count(p, "\a"), 1);
    pty_free(p);
    story_release(&w);
}

/* Open the messages, again and again until they hold a text: they are those of that moment. */
static void messages_hold(struct pty *p, const char *text)
{
    int64_t until_ms = clock_mono_ms() + STORY_MS;
    story_keys(p, ":messages<Enter>");
    while (!strstr(pty_text(p), text) && clock_mono_ms() < until_ms) {
        story_keys(p, "q");
        story_keys(p, ":messages<Enter>");
    }
    assert_non_null(strstr(pty_text(p), text));
}

/* An execution calls when a gate of it waits, a run when it ends; a failure is red. */
static void an_execution_calls_when_it_waits(void **state)
{
    (void)state;
    struct world w = story_of_churn();
    struct pty *p = story_spawn(&w, "xterm-256color", "C.UTF-8", NULL);
    story_text(p, "Running 1");
    CLEANUP(mem_free_ptr) char *line = xasprintf(":execution %s<Enter>", w.execution);
    story_keys(p, line);
    assert_true(pty_wait_row(p, 0, w.execution, STORY_MS));
    story_text(p, "prepare");
    story_keys(p, ":notify<Enter>");
    story_text(p, "is watched: you are called when it ends, waits or turns red");
    story_open(&w, GATE_PREPARE);
    story_row(p, "train", "Executing");
    story_keys(p, ":runs<Enter>");
    story_text(p, "RUNNING");
    story_keys(p, "<Enter>");
    story_text(p, "loss");
    story_keys(p, ":notify<Enter>");
    story_text(p, "is watched: you are called when it ends");
    for (int i = 0; i < 3; i++) {
        story_open(&w, GATE_TRAIN);
    }
    story_command(&w, (const char *const[]){"watch", w.execution, NULL}, NULL);
    messages_hold(p, "Succeeded: 4 of 4 done"); /* each of the three calls is kept there */
    story_text(p, "PendingManualApproval: Approval of step");
    story_text(p, "FINISHED: experiment churn");
    pty_free(p);
    story_release(&w);
}

static size_t lines_of(const char *path, struct str *text)
{
    struct err e = ERR_INIT;
    size_t n = 0;
    str_clear(text);
    if (os_exists(path)) {
        assert_true(os_read_file(path, 1 << 20, text, &e));
    }
    for (size_t i = 0; i < text->n; i++) {
        n += text->p[i] == '\n';
    }
    return n;
}

static bool is_called(struct pty *p, const void *path)
{
    (void)p;
    CLEANUP(str_release) struct str text = STR_INIT;
    return lines_of(path, &text) > 0;
}

/* Screens, commands and the driver look at once: the program is told each event by one of them. */
static void all_who_look_make_one_call(void **state)
{
    (void)state;
    enum { LOOKERS = 3 };
    CLEANUP(tmp_free) char *home = tmp_new();
    CLEANUP(mem_free_ptr) char *old = xstrdup(getenv("HOME"));
    CLEANUP(mem_free_ptr) char *calls = path_join(home, "calls");
    CLEANUP(mem_free_ptr) char *hook = path_join(home, "hook");
    CLEANUP(mem_free_ptr) char *conf = xasprintf("[notify]\ncommand = %s\n", hook);
    CLEANUP(mem_free_ptr) char *script = xasprintf("#!/bin/sh\ncat >> %s\n", calls);
    tmp_file(home, ".config/mlw/mlw.conf", sv_z(conf));
    tmp_file(home, "hook", sv_z(script));
    assert_int_equal(chmod(hook, 0700), 0);
    assert_int_equal(setenv("HOME", home, 1), 0);
    struct world w = story_of_review();
    struct pty *screens[LOOKERS], *commands[LOOKERS];
    for (int i = 0; i < LOOKERS; i++) {
        screens[i] = story_spawn(&w, "xterm-256color", "C.UTF-8", NULL);
        story_text(screens[i], "Waiting for a person 1");
        story_keys(screens[i], ":executions<Enter>");
        story_text(screens[i], w.execution);
        story_keys(screens[i], ":notify<Enter>");
        story_text(screens[i], "is watched: you are called when it ends");
        commands[i] = story_spawn(&w, "dumb", "C.UTF-8",
                                  (const char *const[]){"watch", w.execution, "--notify", NULL});
        story_text(commands[i], "Waiting: Callback of step review");
    }
    CLEANUP(mem_free_ptr) char *token = token_of(&w);
    approve(&w, token);
    for (int i = 0; i < LOOKERS; i++) {
        int status = -1;
        story_text(screens[i], "Succeeded: 1 of 1 done");
        assert_true(pty_wait_exit(commands[i], STORY_MS, &status));
        assert_int_equal(status, 0);
        assert_int_equal(count(commands[i], "\a"), 2);
        pty_free(commands[i]);
    }
    assert_true(pty_wait(screens[0], "a call", is_called, calls, STORY_MS));
    for (int i = 0; i < LOOKERS; i++) {
        pty_free(screens[i]);
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    assert_int_equal(lines_of(calls, &text), 2);
    assert_true(sv_find(sv_of(&text), SV("\"event\":\"waiting\"")) != SIZE_MAX);
    assert_true(sv_find(sv_of(&text), SV("\"event\":\"ended\"")) != SIZE_MAX);
    assert_int_equal(setenv("HOME", old, 1), 0);
    story_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_desktop_is_notified),
        cmocka_unit_test(what_stands_between_hands_it_on),
        cmocka_unit_test(what_would_print_it_only_rings),
        cmocka_unit_test(mlw_conf_says_how_much),
        cmocka_unit_test(all_who_look_make_one_call),
        cmocka_unit_test(a_gate_calls_when_it_is_decided),
        cmocka_unit_test(an_execution_calls_when_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
