/* Watching a row; see watch.h. */
#include "core/cmd/watch.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/cmd/act.h"
#include "core/cmd/rows.h"
#include "core/cmd/signals.h"
#include "core/cmd/tell.h"
#include "core/cmd/wait.h"
#include "core/hub/hub.h"
#include "core/model/state.h"
#include "core/query/lex.h"

struct watch;

struct watch_signal {
    struct watch *watch;
    struct loop_signal *signal;
    int status;
};

struct watch {
    const struct cmd_line *line;
    enum kind kind;
    char *id;
    const char *filter_text; /* NULL: until it ends */
    struct filter *filter;   /* made with the first row, whose keys it may name */
    struct wait_options options;
    struct hub *hub;
    struct snapshot *last; /* the newest that holds the row */
    char *printed;         /* what was printed of it last, without what time alone changes */
    struct watch_signal signals[CMD_SIGNALS];
    struct tell tell; /* with --notify */
    int status;       /* -1: not done */
};

/* Kinds whose things end for good, by the word of their state. */
static const bool ends[KIND_COUNT] = {
    [KIND_EXECUTION] = true, [KIND_STEP] = true,    [KIND_JOB] = true,     [KIND_RUN] = true,
    [KIND_GATE] = true,      [KIND_PACKAGE] = true, [KIND_JOURNAL] = true,
};

static const char *status_of(const struct row *row)
{
    return row_text(row, FIELD_RUN_status); /* every kind has it in this place */
}

static bool has_ended(const struct watch *w, const struct row *row)
{
    return w->kind == KIND_EVENT || (ends[w->kind] && state_is_final(status_of(row)));
}

/* --- the row and time --- */

struct moved {
    struct row row;
    struct value cells[FIELD_MAX];
};

/* The row with the durations of what still runs longer by that much, or without durations. */
static const struct row *move(const struct watch *w, const struct row *row, int64_t by_ms,
                              bool has_durations, struct moved *to)
{
    bool is_over = has_ended(w, row);
    to->row = *row;
    to->row.cells = to->cells;
    for (size_t i = 0; i < kinds[w->kind].field_count; i++) {
        struct value v = row->cells[i];
        if (kinds[w->kind].fields[i].type == FIELD_DURATION && v.type == VALUE_TIME) {
            v.i += is_over ? 0 : by_ms;
            v.type = has_durations ? v.type : VALUE_MISSING;
        }
        to->cells[i] = v;
    }
    return &to->row;
}

static char *text_of(const struct row *row, enum kind kind, int64_t now_ms)
{
    struct str text = STR_INIT;
    struct json_out o = {.out = &text, .style = JSON_COMPACT};
    row_json(row, kind, now_ms, &o);
    return str_detach(&text);
}

/* A line, as of now; unless nothing but time went on since the last. */
static void print(struct watch *w, const struct row *row, bool is_forced, int64_t now_ms)
{
    struct moved still;
    char *text = text_of(move(w, row, 0, false, &still), w->kind, 0);
    bool is_same = z_eq(text, w->printed);
    free(w->printed);
    w->printed = text;
    if (is_same && !is_forced) {
        return;
    }
    CLEANUP(mem_free_ptr) char *whole = text_of(row, w->kind, now_ms);
    CLEANUP(str_release) struct str out = STR_INIT;
    str_addf(&out, "%s\n", whole);
    cmd_out(sv_of(&out));
}

/* --- ends --- */

static void fail(struct watch *w, const struct err *e)
{
    w->status = cmd_fail(w->line, e);
}

static bool make_filter(struct watch *w, const struct snapshot *s, struct err *e)
{
    struct filter_keys keys;
    for (enum family f = 0; f < FAMILY_COUNT; f++) {
        keys.families[f].at = s->keys[f].at;
        keys.families[f].n = s->keys[f].n;
    }
    w->filter = filter_parse(sv_z(w->filter_text), w->kind, &keys, e);
    return w->filter != NULL;
}

static void end(struct watch *w, const struct row *row)
{
    struct err e;
    const char *word = kinds[w->kind].singular, *status = status_of(row);
    if (!w->filter_text) {
        w->status = state_class(status) == STATE_GOOD ? 0 : err_exit_status(ERR_FAILED);
        return;
    }
    CLEANUP(str_release) struct str said = STR_INIT;
    lex_say(&said, sv_z(w->filter_text));
    err_set(&e, ERR_FAILED, "%s %s %s%s: %s no longer can hold", word, w->id,
            *status ? "is " : "does not change", status, said.p);
    fail(w, &e);
}

/* What was waited for is there. */
static void hold(struct watch *w)
{
    w->status = 0;
    if (w->options.is_notified) {
        tell_ring(&w->tell);
    }
}

static bool holds(const struct watch *w, const struct row *row, int64_t now_ms)
{
    return w->filter && filter_match(w->filter, row, now_ms, NULL);
}

/* The line and the verdict are of the same moment. */
static void judge(struct watch *w, const struct row *row)
{
    int64_t now_ms = clock_wall_ms();
    bool is_held = holds(w, row, now_ms);
    print(w, row, is_held, now_ms);
    if (w->options.is_notified) {
        tell_look(&w->tell, w->hub->st);
    }
    if (is_held) {
        hold(w);
    } else if (has_ended(w, row)) {
        end(w, row);
    }
}

static void take(struct watch *w, struct snapshot *s)
{
    struct err e = ERR_INIT;
    if (s->type == SNAPSHOT_ERROR || s->err.code != ERR_NONE) {
        fail(w, &s->err);
        return;
    }
    if (!s->n) {
        if (s->loaded == s->total) {
            err_set(&e, ERR_FAILED, "%s %s is gone", kinds[w->kind].singular, w->id);
            fail(w, &e);
        }
        return;
    }
    if (w->filter_text && !w->filter && !make_filter(w, s, &e)) {
        fail(w, &e);
        return;
    }
    snapshot_unref(w->last);
    w->last = snapshot_ref(s);
    judge(w, &s->rows[0]);
}

/* Ages and durations grow without a word from the store. */
static void tick(void *arg)
{
    struct watch *w = arg;
    struct moved now;
    if (w->status >= 0 || !w->filter || !w->last) {
        return;
    }
    int64_t now_ms = clock_wall_ms(), by_ms = now_ms - w->last->as_of_ms;
    const struct row *row = move(w, &w->last->rows[0], by_ms > 0 ? by_ms : 0, true, &now);
    if (holds(w, row, now_ms)) {
        print(w, row, true, now_ms);
        hold(w);
    }
}

static void time_is_up(void *arg)
{
    struct watch *w = arg;
    struct err e;
    CLEANUP(str_release) struct str limit = STR_INIT;
    CLEANUP(str_release) struct str said = STR_INIT;
    if (w->status >= 0) {
        return;
    }
    fmt_duration(&limit, w->options.timeout_ms);
    lex_say(&said, sv_z(w->filter_text ? w->filter_text : ""));
    err_set(&e, ERR_TIMEOUT, "%s %s: %s%s within %s", kinds[w->kind].singular, w->id,
            w->filter_text ? said.p : "it has not ended", w->filter_text ? " did not hold" : "",
            limit.p);
    fail(w, &e);
}

static void signalled(void *arg)
{
    struct watch_signal *s = arg;
    s->watch->status = s->status;
    fprintf(stderr, "%s %s goes on; it was watched only\n", kinds[s->watch->kind].singular,
            s->watch->id);
}

/* --- watching --- */

/* The rows among which it is found: of its own execution, where it has one. */
static uint64_t subscribe(struct watch *w)
{
    bool is_below = w->kind == KIND_STEP || w->kind == KIND_JOB || w->kind == KIND_EVENT;
    CLEANUP(mem_free_ptr) char *parent = is_below ? xstrndup(w->id, strcspn(w->id, "/")) : NULL;
    CLEANUP(str_release) struct str filter = STR_INIT;
    str_addz(&filter, "id=");
    lex_print(&filter, sv_z(w->id), true);
    struct query q = {
        .type = QUERY_ROWS, .kind = w->kind, .id = parent, .filter = filter.p, .n = 1};
    return hub_subscribe(w->hub, &q);
}

static void listen_to_signals(struct watch *w, struct loop *loop)
{
    for (size_t i = 0; i < CMD_SIGNALS; i++) {
        struct watch_signal *s = &w->signals[i];
        *s = (struct watch_signal){.watch = w, .status = cmd_signals[i].status};
        if (!cmd_signal_is_ignored(cmd_signals[i].number)) {
            s->signal = loop_signal_new(loop, cmd_signals[i].number, signalled, s);
        }
    }
}

static void follow(struct watch *w)
{
    struct loop *loop = hub_stay(w->hub);
    struct loop_timer *limit = loop_timer_new(loop, time_is_up, w);
    struct loop_timer *clock = loop_timer_new(loop, tick, w);
    listen_to_signals(w, loop);
    uint64_t sub = subscribe(w);
    loop_timer_start(clock, NET_MS, NET_MS);
    if (w->options.timeout_ms) {
        int64_t left = w->options.timeout_ms - (clock_mono_ms() - w->options.begun_ms);
        loop_timer_start(limit, left > 0 ? left : 0, 0);
    }
    while (w->status < 0) {
        struct ev ev;
        while (w->status < 0 && hub_next_event(w->hub, &ev)) {
            if (ev.type == EV_SNAPSHOT && ev.id == sub) {
                take(w, ev.snapshot);
            }
            ev_release(&ev);
        }
        if (w->status < 0) {
            hub_step(w->hub, -1);
        }
    }
    for (size_t i = 0; i < CMD_SIGNALS; i++) {
        if (w->signals[i].signal) {
            loop_signal_free(w->signals[i].signal);
        }
    }
    loop_timer_free(limit);
    loop_timer_free(clock);
    hub_unsubscribe(w->hub, sub);
}

/* Not every kind has events that are told: a look that tells nobody says so. */
static bool can_tell(struct watch *w, struct err *e)
{
    struct notify_watch probe;
    notify_init(&probe, w->kind, w->id);
    bool ok = notify_skip(&probe, w->hub->st, e);
    notify_release(&probe);
    tell_init(&w->tell, w->line, &w->hub->ws, w->kind, w->id);
    return ok;
}

/* KIND ID, or the id of an execution alone. */
static bool begin(struct watch *w, struct err *e)
{
    static const enum cmd_format formats[] = {FORMAT_JSONL};
    enum cmd_format format;
    bool has_kind = w->line->args.n == 2;
    const char *id = w->line->args.at[has_kind];
    w->kind = has_kind ? cmd_kind(w->line->args.at[0], e) : KIND_EXECUTION;
    if (w->kind == KIND_COUNT || !cmd_format(w->line, formats, ALEN(formats), &format, e)) {
        return false;
    }
    if (cmd_has(w->line, "junit")) {
        return err_set(e, ERR_USAGE, "--junit is of mlw watch EXEC without --for and -o");
    }
    return wait_options_read(w->line, &w->options, e) &&
           (w->id = cmd_resolve(w->line, w->kind, id, e)) &&
           (w->hub = cmd_hub(w->line, false, e)) && (!w->options.is_notified || can_tell(w, e));
}

int cmd_watch_row(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    struct watch w = {.line = line, .filter_text = cmd_text(line, "for"), .status = -1};
    if (begin(&w, &e)) {
        follow(&w);
    } else {
        fail(&w, &e);
    }
    tell_release(&w.tell);
    snapshot_unref(w.last);
    filter_free(w.filter);
    hub_free(w.hub);
    wait_options_release(&w.options);
    free(w.printed);
    free(w.id);
    return w.status;
}
