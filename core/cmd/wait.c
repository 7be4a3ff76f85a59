/* Waiting for an execution; see wait.h. */
#include "core/cmd/wait.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/loop/loop.h"
#include "core/pipeline/control.h"
#include "core/store/execution.h"

enum { POLL_MS = 500, ENSURE_FIRST_MS = 100, ENSURE_MS = 2000, MAX_STARTS = 4 };

struct wait {
    const struct cmd_line *line;
    const struct workspace *ws;
    struct store *st;
    const char *execution;
    struct loop *loop;
    bool is_terminal;
    int status; /* -1: not ended */
    int starts; /* of drivers that were gone again when we looked */
};

static void show_steps(struct wait *w)
{
    struct arena a;
    struct err e;
    struct step_rows rows;
    arena_init(&a, 0);
    int ended = 0;
    const char *now = "";
    if (execution_steps(w->st, w->execution, &a, &rows, &e)) {
        for (size_t i = 0; i < rows.n; i++) {
            bool runs = rows.at[i].started_ms && !rows.at[i].ended_ms;
            ended += rows.at[i].ended_ms != 0;
            now = runs ? rows.at[i].name : now;
        }
        fprintf(stderr, "\r\033[K%d of %zu steps done %s", ended, rows.n, now);
    }
    arena_release(&a);
}

static void look(void *arg)
{
    struct wait *w = arg;
    struct arena a;
    struct err e = ERR_INIT;
    const char *status = NULL, *failure = NULL;
    arena_init(&a, 0);
    if (!execution_status(w->st, w->execution, &a, &status, &failure, &e)) {
        w->status = cmd_fail(w->line, &e);
    } else if (strcmp(status, "Succeeded") == 0) {
        w->status = 0;
    } else if (strcmp(status, "Failed") == 0 || strcmp(status, "Stopped") == 0) {
        w->status = 1;
    }
    if (w->is_terminal) {
        show_steps(w);
        if (w->status >= 0) {
            fputs("\r\033[K", stderr);
        }
    }
    if (w->status >= 0 && status) {
        CLEANUP(str_release) struct str why = STR_INIT;
        utf8_sanitize(&why, sv_z(failure ? failure : ""));
        fprintf(stderr, "execution %s %s%s%s\n", w->execution, status, failure ? ": " : "", why.p);
    }
    arena_release(&a);
}

/* Somebody must drive it; one that cannot be driven is told, not waited for. */
static bool ensure_driver(struct wait *w, struct err *e)
{
    if (control_is_driven(w->ws, w->execution)) {
        w->starts = 0;
        return true;
    }
    if (store_is_read_only(w->st)) {
        return err_set(e, ERR_REFUSED, "nobody drives execution %s, and %s can only be read",
                       w->execution, w->ws->dir);
    }
    if (++w->starts > MAX_STARTS) {
        CLEANUP(mem_free_ptr) char *words = control_last_words(w->ws, w->execution);
        err_set(e, ERR_IO, "execution %s was begun %d times and could not go on: %s", w->execution,
                MAX_STARTS, words ? words : "its driver.log says nothing");
        return err_hint(e, "mlw watch %s tries again", w->execution);
    }
    return control_ensure(w->ws, w->execution, e);
}

static void ensure(void *arg)
{
    struct wait *w = arg;
    struct err e = ERR_INIT;
    if (w->status < 0 && !w->line->globals.is_read_only && !ensure_driver(w, &e)) {
        w->status = cmd_fail(w->line, &e);
    }
}

static void interrupted(void *arg)
{
    struct wait *w = arg;
    w->status = err_exit_status(ERR_CANCELLED);
    fprintf(stderr, "\nexecution %s goes on; mlw watch %s waits for it\n", w->execution,
            w->execution);
}

int cmd_wait(const struct cmd_line *line, const struct workspace *ws, struct store *st,
             const char *execution)
{
    struct err ignored;
    struct wait w = {line, ws, st, execution, loop_new(), isatty(STDERR_FILENO) == 1, -1, 0};
    struct loop_watch *watch = loop_watch_new(w.loop, store_wake_path(st), look, &w, &ignored);
    struct loop_timer *poll = loop_timer_new(w.loop, look, &w);
    struct loop_timer *guard = loop_timer_new(w.loop, ensure, &w);
    struct loop_signal *sig = loop_signal_new(w.loop, SIGINT, interrupted, &w);
    loop_timer_start(poll, 0, POLL_MS);
    loop_timer_start(guard, ENSURE_FIRST_MS, ENSURE_MS);
    while (w.status < 0) {
        loop_step(w.loop, -1);
    }
    loop_timer_free(poll);
    loop_timer_free(guard);
    loop_signal_free(sig);
    loop_watch_free(watch);
    loop_free(w.loop);
    return w.status;
}
