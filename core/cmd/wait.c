/* Waiting for an execution; see wait.h. */
#include "core/cmd/wait.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/utf8.h"
#include "core/cmd/act.h"
#include "core/cmd/junit.h"
#include "core/cmd/signals.h"
#include "core/cmd/tell.h"
#include "core/loop/loop.h"
#include "core/model/state.h"
#include "core/pipeline/control.h"
#include "core/store/execution.h"
#include "core/store/lists.h"

enum { POLL_MS = 500, ENSURE_FIRST_MS = 100, ENSURE_MS = 2000, MAX_STARTS = 4 };
enum { EXIT_UNSUCCESSFUL = 1 };

struct wait;

/* One signal that is waited for. */
struct wait_signal {
    struct wait *wait;
    struct loop_signal *signal;
    int status; /* with which the command ends */
};

struct wait {
    const struct cmd_line *line;
    const struct workspace *ws;
    struct store *st;
    const char *execution;
    const struct wait_options *options;
    struct loop *loop;
    struct wait_signal signals[CMD_SIGNALS];
    struct tell tell; /* with is_notified */
    bool is_terminal;
    bool was_signalled;
    int status;  /* -1: not ended */
    int instead; /* of the execution's own status, once it has ended; -1: that one */
    int starts;  /* of drivers that were gone again when we looked */
};

/* --- options --- */

static void hold_signals(int how)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < CMD_SIGNALS; i++) {
        sigaddset(&set, cmd_signals[i].number);
    }
    sigprocmask(how, &set, NULL);
}

static bool read_timeout(const struct cmd_line *line, int64_t *ret_ms, struct err *e)
{
    const char *text = cmd_text(line, "timeout");
    *ret_ms = 0;
    return !text || (fmt_parse_duration_ms(sv_z(text), ret_ms) && *ret_ms > 0) ||
           err_set(e, ERR_USAGE, "--timeout is a time as 90, 90s, 15m or 2h, not \"%s\"", text);
}

bool wait_options_check(const struct cmd_line *line, struct err *e)
{
    static const struct {
        const char *word, *says;
    } alone[] = {{"plan", "starts nothing"}, {"detach", "leaves at once"}};
    static const char *const waits[] = {"attached", "timeout", "junit", "notify", "detach"};
    for (size_t i = 0; i < ALEN(alone); i++) {
        for (size_t k = 0; cmd_has(line, alone[i].word) && k < ALEN(waits); k++) {
            if (cmd_has(line, waits[k]) && strcmp(waits[k], alone[i].word) != 0) {
                return err_set(e, ERR_USAGE, "--%s %s, so --%s means nothing: give one of them",
                               alone[i].word, alone[i].says, waits[k]);
            }
        }
    }
    return true;
}

bool wait_options_read(const struct cmd_line *line, struct wait_options *ret, struct err *e)
{
    struct wait_options o = {.is_notified = cmd_has(line, "notify"),
                             .is_attached = cmd_has(line, "attached"),
                             .begun_ms = clock_mono_ms()};
    const char *report = cmd_text(line, "junit");
    if (!wait_options_check(line, e) || !read_timeout(line, &o.timeout_ms, e) ||
        (report && !junit_probe(report, &o.report, e))) {
        return false;
    }
    if (o.is_attached) {
        hold_signals(SIG_BLOCK);
    }
    *ret = o;
    return true;
}

void wait_options_release(struct wait_options *o)
{
    free(o->report);
    *o = (struct wait_options){0};
}

/* --- looking --- */

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
            ended += rows.at[i].ended_ms && strcmp(rows.at[i].status, "Stopped") != 0;
            now = runs ? rows.at[i].name : now;
        }
        fprintf(stderr, "\r\033[K%d of %zu steps done %s", ended, rows.n, now);
    }
    arena_release(&a);
}

static bool say_note(void *arg, const struct list_row *row)
{
    (void)arg;
    struct value text = row->cells[FIELD_EVENT_text], step = row->cells[FIELD_EVENT_step];
    if (text.type == VALUE_TEXT && strcmp(row->cells[FIELD_EVENT_name].text, "Note") == 0) {
        CLEANUP(str_release) struct str line = STR_INIT;
        utf8_sanitize(&line, sv_z(step.type == VALUE_TEXT ? step.text : ""));
        str_addz(&line, line.n ? ": " : "");
        utf8_sanitize(&line, sv_z(text.text));
        fprintf(stderr, "note: %s\n", line.p);
    }
    return true;
}

/* It has ended: how the command ends, and what a person is told. */
static void ended(struct wait *w, const char *status, const char *failure)
{
    CLEANUP(str_release) struct str why = STR_INIT;
    utf8_sanitize(&why, sv_z(failure ? failure : ""));
    w->status = w->instead >= 0                    ? w->instead
                : strcmp(status, "Succeeded") == 0 ? 0
                                                   : EXIT_UNSUCCESSFUL;
    if (w->is_terminal) {
        fputs("\r\033[K", stderr);
    }
    struct err ignored;
    (void)!list_rows(w->st, KIND_EVENT, w->execution, clock_wall_ms(), say_note, NULL, &ignored);
    fprintf(stderr, "execution %s %s%s%s\n", w->execution, status, failure ? ": " : "", why.p);
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
        arena_release(&a);
        return;
    }
    if (w->options->is_notified) {
        tell_look(&w->tell, w->st);
    }
    if (w->is_terminal) {
        show_steps(w);
    }
    if (state_is_final(status)) {
        ended(w, status, failure);
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
                MAX_STARTS,
                words                         ? words
                : os_disk_is_full(w->ws->mlw) ? "the disk is full"
                                              : "its driver.log says nothing");
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

/* --- signals and time --- */

/* Through the hub, so that the journal tells who stopped it. */
static bool stop(const struct wait *w, struct err *e)
{
    struct req req = {.type = REQ_STOP, .id = xstrdup(w->execution)};
    struct ev reply;
    if (!cmd_act(w->line, false, &req, &reply, e)) {
        return false;
    }
    ev_release(&reply);
    return true;
}

/* Ask for the end, and wait for it: then the command ends with `status`. */
static void stop_and_wait(struct wait *w, int status)
{
    struct err e = ERR_INIT;
    if (w->instead >= 0) {
        return; /* it is asked already */
    }
    w->instead = status;
    fprintf(stderr,
            "execution %s is asked to stop, its jobs by SIGTERM; a second signal leaves "
            "without waiting\n",
            w->execution);
    if (!stop(w, &e)) {
        w->status = cmd_fail(w->line, &e);
    }
}

static void signalled(void *arg)
{
    struct wait_signal *s = arg;
    struct wait *w = s->wait;
    if (w->is_terminal) {
        fputc('\n', stderr);
    }
    if (!w->options->is_attached) {
        w->status = s->status;
        fprintf(stderr, "execution %s goes on; mlw watch %s waits for it\n", w->execution,
                w->execution);
    } else if (w->was_signalled) {
        w->status = err_exit_status(ERR_CANCELLED);
        fprintf(stderr, "execution %s is being stopped; mlw watch %s waits for its end\n",
                w->execution, w->execution);
    } else {
        w->was_signalled = true;
        stop_and_wait(w, s->status);
    }
}

static void time_is_up(void *arg)
{
    struct wait *w = arg;
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str limit = STR_INIT;
    look(w); /* it may have ended in this very moment */
    if (w->status >= 0) {
        return;
    }
    fmt_duration(&limit, w->options->timeout_ms);
    err_set(&e, ERR_TIMEOUT, "execution %s has not ended within %s", w->execution, limit.p);
    if (w->options->is_attached) {
        (void)cmd_fail(w->line, &e);
        stop_and_wait(w, err_exit_status(ERR_TIMEOUT));
    } else {
        err_hint(&e, "it goes on; mlw watch %s waits for it", w->execution);
        w->status = cmd_fail(w->line, &e);
    }
}

static void listen_to_signals(struct wait *w)
{
    for (size_t i = 0; i < CMD_SIGNALS; i++) {
        struct wait_signal *s = &w->signals[i];
        s->wait = w;
        s->status = cmd_signals[i].status;
        s->signal = cmd_signal_is_ignored(cmd_signals[i].number)
                        ? NULL
                        : loop_signal_new(w->loop, cmd_signals[i].number, signalled, s);
    }
    hold_signals(SIG_UNBLOCK);
}

static void run_loop(struct wait *w)
{
    struct err ignored;
    struct loop_watch *watch = loop_watch_new(w->loop, store_wake_path(w->st), look, w, &ignored);
    struct loop_timer *poll = loop_timer_new(w->loop, look, w);
    struct loop_timer *guard = loop_timer_new(w->loop, ensure, w);
    struct loop_timer *limit = loop_timer_new(w->loop, time_is_up, w);
    listen_to_signals(w);
    loop_timer_start(poll, 0, POLL_MS);
    loop_timer_start(guard, ENSURE_FIRST_MS, ENSURE_MS);
    if (w->options->timeout_ms) {
        int64_t left = w->options->timeout_ms - (clock_mono_ms() - w->options->begun_ms);
        loop_timer_start(limit, left > 0 ? left : 0, 0);
    }
    while (w->status < 0) {
        loop_step(w->loop, -1);
    }
    for (size_t i = 0; i < CMD_SIGNALS; i++) {
        if (w->signals[i].signal) {
            loop_signal_free(w->signals[i].signal);
        }
    }
    loop_timer_free(poll);
    loop_timer_free(guard);
    loop_timer_free(limit);
    loop_watch_free(watch);
}

int cmd_wait(const struct cmd_line *line, const struct workspace *ws, struct store *st,
             const char *execution, const struct wait_options *options)
{
    struct err e = ERR_INIT;
    struct wait w = {.line = line,
                     .ws = ws,
                     .st = st,
                     .execution = execution,
                     .options = options,
                     .loop = loop_new(),
                     .is_terminal = isatty(STDERR_FILENO) == 1,
                     .status = -1,
                     .instead = -1};
    if (options->is_notified) {
        tell_init(&w.tell, line, ws, KIND_EXECUTION, execution);
    }
    run_loop(&w);
    tell_release(&w.tell);
    loop_free(w.loop);
    if (options->report && !junit_write(st, execution, options->report, &e)) {
        int failed = cmd_fail(line, &e);
        return w.status ? w.status : failed;
    }
    return w.status;
}
