/* Logs by windows; see logpane.h. */
#include "views/logpane.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "views/cells.h"
#include "views/env.h"

enum {
    WINDOW = 1000,         /* lines asked for at once */
    MARGIN = 250,          /* above what is in sight */
    WINDOW_FILTER = 20000, /* while only matches are shown */
    MINUTE_MS = 60000
};

/* --- ids --- */

char *log_id_execution(const char *id)
{
    return id ? xstrndup(id, strcspn(id, "/")) : NULL;
}

char *log_id_step(const char *id)
{
    const char *slash = id ? strchr(id, '/') : NULL;
    return slash ? xstrndup(slash + 1, strcspn(slash + 1, "/")) : NULL;
}

/* --- lines --- */

static const struct log_lines *lines_of(const struct logpane *p)
{
    return p->snap ? p->snap->log : NULL;
}

/* Where the text's i-th line stands in the window; SIZE_MAX: not there. */
static size_t place_of(const struct logpane *p, size_t i)
{
    const struct log_lines *log = lines_of(p);
    size_t at = i + p->base;
    return log && at >= log->first && at - log->first < log->n ? at - log->first : SIZE_MAX;
}

/* As it was written. */
static struct sv raw_at(const struct logpane *p, size_t i)
{
    size_t place = place_of(p, i);
    return place != SIZE_MAX ? sv_z(lines_of(p)->at[place]) : (struct sv){"", 0};
}

/* "14:02:11  ", and the day before it where the log began on another day than this one. */
static void add_time(const struct logpane *p, size_t i, struct str *out)
{
    const struct log_lines *log = lines_of(p);
    size_t place = place_of(p, i);
    if (place != SIZE_MAX && log->times_ms && log->times_ms[place]) {
        bool is_today = clock_is_same_day(log->first_ms, app_now_ms(p->view->app));
        clock_local_s(out, log->times_ms[place], !is_today);
        str_addz(out, "  ");
    }
}

static struct sv line_at(const void *arg, size_t i)
{
    const struct logpane *p = arg;
    if (!p->has_times) {
        return raw_at(p, i);
    }
    str_clear(p->timed);
    add_time(p, i, p->timed);
    str_addsv(p->timed, raw_at(p, i));
    return sv_of(p->timed);
}

static bool has_all(const struct logpane *p)
{
    const struct log_lines *log = lines_of(p);
    return !log || (log->first <= p->base && log->first + log->n == log->total);
}

/* --- life --- */

void logpane_init(struct logpane *p, struct view *v)
{
    *p = (struct logpane){.view = v, .empty = STR_INIT, .timed = xcalloc(1, sizeof *p->timed)};
    *p->timed = (struct str)STR_INIT;
    text_init(&p->text, line_at, p);
    p->text.is_following = p->text.can_follow = true;
}

static void let_go(struct logpane *p)
{
    if (p->sub) {
        hub_unsubscribe(view_hub(p->view), p->sub);
    }
    if (p->find) {
        hub_cancel(view_hub(p->view), p->find);
    }
    snapshot_unref(p->snap);
    free(p->id);
    p->sub = p->find = 0;
    p->snap = NULL;
    p->id = NULL;
    p->err = (struct err)ERR_INIT;
}

void logpane_release(struct logpane *p)
{
    let_go(p);
    text_release(&p->text);
    str_release(&p->empty);
    str_release(p->timed);
    free(p->timed);
}

static struct query query_of(const struct logpane *p)
{
    return (struct query){.type = QUERY_LOG,
                          .id = p->id,
                          .first = p->first,
                          .n = p->n,
                          .is_tail = p->is_tail,
                          .since_ms = p->since_ms};
}

void logpane_show(struct logpane *p, const char *id)
{
    if (z_eq(p->id, id)) {
        return;
    }
    let_go(p);
    p->id = id ? xstrdup(id) : NULL;
    p->first = 0;
    p->n = WINDOW;
    p->is_tail = true;
    p->base = 0;
    p->since_ms = p->since_min = 0;
    p->text.is_following = p->text.can_follow = true;
    p->text.x = 0;
    text_update(&p->text, 0);
    if (id) {
        struct query q = query_of(p);
        p->sub = hub_subscribe(view_hub(p->view), &q);
    }
}

void logpane_empty(struct logpane *p, const char *sentence)
{
    str_clear(&p->empty);
    str_addz(&p->empty, sentence);
}

void logpane_refresh(struct logpane *p)
{
    if (p->sub) {
        struct query q = query_of(p);
        hub_window(view_hub(p->view), p->sub, &q);
    }
}

/* --- windows --- */

static void ask(struct logpane *p, size_t first, size_t n, bool is_tail)
{
    if (p->first != first || p->n != n || p->is_tail != is_tail) {
        p->first = first;
        p->n = n;
        p->is_tail = is_tail;
        logpane_refresh(p);
    }
}

/* Whether top..end is in the window that came, or in the one that was asked for. */
static bool is_had(const struct logpane *p, size_t top, size_t end)
{
    const struct log_lines *log = lines_of(p);
    bool is_here = log && top >= log->first && end <= log->first + log->n;
    bool is_asked = !p->is_tail && top >= p->first && end <= p->first + p->n;
    return is_here || is_asked;
}

/* Have what is in sight, and some more on both sides. */
static void look_where_it_is(struct logpane *p)
{
    size_t n = p->text.only_matches ? WINDOW_FILTER : WINDOW;
    size_t top = p->text.top, page = p->text.area.h > 0 ? (size_t)p->text.area.h : 1;
    size_t end = p->base + (top + page < p->text.count ? top + page : p->text.count);
    top += p->base; /* from here on lines of the log */
    if (!p->sub) {
        return;
    }
    if (p->text.is_following || p->text.only_matches) {
        ask(p, 0, n, true);
        return;
    }
    bool moves_away = p->is_tail && p->snap && !has_all(p); /* the tail goes on without us */
    if (!is_had(p, top, end) || moves_away) {
        ask(p, top > MARGIN ? top - MARGIN : 0, n, false);
    }
}

void logpane_layout(struct logpane *p, struct rect area)
{
    text_layout(&p->text, area);
    look_where_it_is(p);
}

/* --- searching beyond the window --- */

static void find(struct logpane *p, const char *pattern, bool is_backward, size_t from)
{
    const struct log_lines *log = lines_of(p);
    if (p->find) {
        hub_cancel(view_hub(p->view), p->find);
    }
    struct req req = {.type = REQ_LOG_FIND,
                      .id = xstrdup(log ? log->attempt : p->id),
                      .text = xstrdup(pattern),
                      .at = from,
                      .is_backward = is_backward};
    p->find = hub_request(view_hub(p->view), &req);
}

/* A line of the text. */
static void go_to(struct logpane *p, size_t line)
{
    (void)text_command(&p->text, CMD_LINE, &(struct cmd_arg){.n = (long)line + 1});
}

static void say_none(struct logpane *p)
{
    app_toast(p->view->app, TOAST_INFO, "no line there holds \"%s\"", p->text.needle.p);
}

void logpane_search(struct logpane *p, struct sv needle)
{
    bool is_found = text_search(&p->text, needle);
    if (!is_found && has_all(p)) {
        say_none(p);
    } else if (!is_found) {
        find(p, p->text.needle.p, true, p->base + p->text.cursor);
    }
}

bool logpane_is_searching(const struct logpane *p)
{
    return p->text.needle.n > 0;
}

bool logpane_is_narrowed(const struct logpane *p)
{
    return logpane_is_searching(p) || p->since_min;
}

void logpane_widen(struct logpane *p)
{
    if (logpane_is_searching(p)) {
        p->text.only_matches = false;
        (void)text_search(&p->text, SV(""));
    } else {
        p->since_ms = p->since_min = 0;
        logpane_refresh(p);
    }
}

static void find_from_here(struct logpane *p, const char *pattern, bool is_backward)
{
    size_t at = p->base + p->text.cursor;
    find(p, pattern, is_backward, is_backward ? at - (at > 0) : at + 1);
}

static bool holds_needle(const struct logpane *p, size_t i)
{
    return text_matches(&p->text, line_at(p, i));
}

static bool is_alarming(const struct logpane *p, size_t i)
{
    return text_is_alarming(line_at(p, i));
}

/* The next match within the window in one direction, without going round; SIZE_MAX: none. */
static size_t next_here(const struct logpane *p, bool is_backward,
                        bool (*fn)(const struct logpane *, size_t))
{
    const struct log_lines *log = lines_of(p);
    size_t first = log && log->first > p->base ? log->first - p->base : 0;
    size_t end = log ? log->first + log->n : 0;
    for (size_t i = p->text.cursor; log;) {
        bool is_over = is_backward ? i <= first : p->base + i + 1 >= end;
        if (is_over) {
            break;
        }
        i = is_backward ? i - 1 : i + 1;
        if (fn(p, i)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void search_step(struct logpane *p, bool is_backward)
{
    size_t here = next_here(p, is_backward, holds_needle);
    if (here != SIZE_MAX) {
        go_to(p, here);
    } else {
        find_from_here(p, p->text.needle.p, is_backward);
    }
}

/* --- events --- */

static void take_reply(struct logpane *p, const struct ev *ev)
{
    p->find = 0;
    if (!ev->ok) {
        app_error(p->view->app, &ev->err);
    } else if (ev->at < (int64_t)p->base) {
        app_toast(p->view->app, TOAST_INFO, "no more of these lines there");
    } else {
        go_to(p, (size_t)ev->at - p->base);
    }
}

/* The text begins with another line of the log: the cursor stays on its own, or near it. */
static void rebase(struct logpane *p, size_t base)
{
    size_t line = p->base + p->text.cursor;
    if (p->base == base) {
        return;
    }
    p->base = base;
    text_update(&p->text, 0);
    text_update(&p->text, lines_of(p)->total - base);
    if (!p->text.is_following) {
        p->text.cursor = line > base ? line - base : 0;
    }
}

static void take_snapshot(struct logpane *p, struct snapshot *s)
{
    if (s->type == SNAPSHOT_ERROR) {
        p->err = s->err;
        return;
    }
    if (s->type != SNAPSHOT_LOG || !s->log) {
        return;
    }
    p->err = (struct err)ERR_INIT;
    bool is_other = p->snap && !z_eq(p->snap->log->attempt, s->log->attempt);
    struct snapshot *old = p->snap;
    p->snap = snapshot_ref(s);
    snapshot_unref(old);
    if (is_other) { /* a new attempt of the step: its log begins anew */
        text_update(&p->text, 0);
    }
    rebase(p, s->log->from);
    text_update(&p->text, s->log->total - p->base);
}

bool logpane_event(struct logpane *p, const struct ev *ev)
{
    if (ev->type == EV_REPLY && p->find && ev->id == p->find) {
        take_reply(p, ev);
        return true;
    }
    if (ev->type == EV_SNAPSHOT && p->sub && ev->id == p->sub) {
        take_snapshot(p, ev->snapshot);
        return true;
    }
    return false;
}

/* --- commands --- */

/* Commands of logs, and what they need. */
enum need { NEEDS_LINES = 1 << 0, NEEDS_NEEDLE = 1 << 1, NEEDS_TIMES = 1 << 2 };

static unsigned needs_of(enum cmd cmd)
{
    static const struct {
        enum cmd cmd;
        unsigned needs;
    } own[] = {{CMD_SEARCH, NEEDS_LINES},
               {CMD_FILTER, NEEDS_LINES},
               {CMD_SEARCH_NEXT, NEEDS_LINES | NEEDS_NEEDLE},
               {CMD_SEARCH_PREV, NEEDS_LINES | NEEDS_NEEDLE},
               {CMD_ONLY_MATCHES, NEEDS_LINES | NEEDS_NEEDLE},
               {CMD_NEXT_ERROR, NEEDS_LINES},
               {CMD_PREV_ERROR, NEEDS_LINES},
               {CMD_FOLLOW, NEEDS_LINES},
               {CMD_WRAP, NEEDS_LINES},
               {CMD_LEFT, NEEDS_LINES},
               {CMD_RIGHT, NEEDS_LINES},
               {CMD_TIMESTAMPS, NEEDS_LINES | NEEDS_TIMES},
               {CMD_SINCE, NEEDS_TIMES}};
    for (size_t i = 0; i < ALEN(own); i++) {
        if (own[i].cmd == cmd) {
            return own[i].needs;
        }
    }
    return 0;
}

enum can logpane_can(const struct logpane *p, enum cmd cmd, struct str *why)
{
    const struct log_lines *log = lines_of(p);
    size_t total = log ? log->total : 0;
    unsigned needs = needs_of(cmd);
    const char *text = NULL;
    if (needs && total == 0) {
        text = "there are no lines yet";
    } else if (needs & NEEDS_TIMES && log->last_ms == 0) {
        text = "when these lines were written was not kept";
    } else if (needs & NEEDS_LINES && p->text.count == 0) {
        text = "nothing was written in that time; 0 shows all";
    } else if (needs & NEEDS_NEEDLE && p->text.needle.n == 0) {
        text = "nothing is searched for; / begins";
    }
    str_addz(why, text ? text : "");
    return text ? CAN_OFF : needs ? CAN_YES : CAN_NOT;
}

/* Lines that look like an error; the hub is asked where the window ends. */
static void error_step(struct logpane *p, bool is_backward)
{
    static const char alarms[] = "/\\b(error|warning|warn|fatal|traceback|exception|failed|panic)"
                                 "\\b|[a-z](error|exception)\\b/";
    size_t here = next_here(p, is_backward, is_alarming);
    if (here != SIZE_MAX) {
        go_to(p, here);
    } else if (has_all(p)) {
        app_toast(p->view->app, TOAST_INFO, "no line %s looks like an error",
                  is_backward ? "above" : "below");
    } else {
        find_from_here(p, alarms, is_backward);
    }
}

/* The last so many minutes: before now, or before its end where the log has ended. */
static void since(struct logpane *p, long minutes)
{
    const struct log_lines *log = lines_of(p);
    int64_t end_ms = log && log->is_ended ? log->last_ms : app_now_ms(p->view->app);
    CLEANUP(str_release) struct str from = STR_INIT;
    p->since_min = minutes > 0 ? minutes : 0;
    p->since_ms = minutes > 0 ? end_ms - (int64_t)minutes * MINUTE_MS : 0;
    logpane_refresh(p);
    clock_local_s(&from, p->since_ms, false);
    if (minutes > 0) {
        app_toast(p->view->app, TOAST_INFO, "what was written since %s; 0 shows all", from.p);
    } else {
        app_toast(p->view->app, TOAST_INFO, "all that was written");
    }
}

static void toggle_times(struct logpane *p)
{
    size_t n = p->text.count, cursor = p->text.cursor;
    p->has_times = !p->has_times;
    text_update(&p->text, 0); /* its matches are counted anew */
    p->text.cursor = cursor;
    text_update(&p->text, n);
}

static void ask_needle(struct logpane *p, int tag, const struct cmd_arg *arg)
{
    if (arg && arg->text.n) {
        logpane_search(p, arg->text);
    } else {
        app_prompt(p->view->app, p->view, tag,
                   &(struct prompt_spec){.label = "/", .text = "", .history = "log"});
    }
}

enum handled logpane_command(struct logpane *p, int tag, enum cmd cmd, const struct cmd_arg *arg)
{
    switch ((int)cmd) {
    case CMD_SEARCH:
    case CMD_FILTER:
        ask_needle(p, tag, arg);
        return HANDLED;
    case CMD_SEARCH_NEXT:
    case CMD_SEARCH_PREV:
        if (has_all(p)) {
            break;
        }
        search_step(p, cmd == CMD_SEARCH_PREV);
        return HANDLED;
    case CMD_NEXT_ERROR:
    case CMD_PREV_ERROR:
        error_step(p, cmd == CMD_PREV_ERROR);
        return HANDLED;
    case CMD_SINCE:
        since(p, arg ? arg->n : 0);
        return HANDLED;
    case CMD_TIMESTAMPS:
        toggle_times(p);
        return HANDLED;
    case CMD_WRAP:
        app_toast(p->view->app, TOAST_INFO, "long lines are %s",
                  p->text.is_wrapped ? "cut at the edge" : "wrapped");
        break;
    default:
        break;
    }
    return text_command(&p->text, cmd, arg);
}

/* --- what is said --- */

void logpane_words(const struct logpane *p, struct str *out)
{
    const struct log_lines *log = lines_of(p);
    if (!log) {
        str_addz(out, p->sub && !p->err.code ? "reading" : "");
        return;
    }
    if (p->since_min) {
        str_addf(out, "%zu of %zu lines, last %ldm%s", p->text.count, log->total, p->since_min,
                 p->text.is_following && !log->is_ended ? ", following" : "");
    } else if (log->is_ended &&
               p->text.is_following) { /* there is nothing that could be followed */
        str_addf(out, "%zu line%s, ended", log->total, log->total == 1 ? "" : "s");
    } else {
        text_words(&p->text, out);
    }
    if (!log->is_counted) {
        str_addz(out, ", still counting");
    }
}

void logpane_status(const struct logpane *p, struct status *st)
{
    const struct log_lines *log = lines_of(p);
    text_status(&p->text, st);
    st->matched = 0; /* is known where all lines are here */
    st->total = p->text.count;
    st->is_counting = !has_all(p);
    for (size_t i = 0; log && st->is_filtered && i < log->n; i++) {
        st->matched += log->first + i >= p->base &&
                       text_matches(&p->text, line_at(p, log->first + i - p->base));
    }
}

const char *logpane_attempt(const struct logpane *p)
{
    const struct log_lines *log = lines_of(p);
    const char *slash = log && log->attempt ? strchr(log->attempt, '/') : NULL;
    return slash ? slash + 1 : "";
}

size_t logpane_number(const struct logpane *p)
{
    return p->base + p->text.cursor + 1;
}

struct sv logpane_line(const struct logpane *p)
{
    return raw_at(p, p->text.cursor);
}

void logpane_draw(const struct logpane *p, struct canvas *c, struct rect area)
{
    area = rect_meet(area, c->clips[c->clip_depth]);
    if (rect_is_empty(area)) {
        return;
    }
    if (!p->text.count && !p->text.has_no_cursor) {
        canvas_cursor(c, area.x, area.y, false); /* where its first line will stand */
    }
    if (p->text.count) {
        text_draw(&p->text, c, area);
    } else if (p->err.code) {
        cells_error(c, area, &p->err);
    } else {
        cells_words(c, area, ROLE_DIM,
                    p->sub && !p->snap ? "Reading the log"
                    : p->since_min     ? "Nothing was written in that time; 0 shows all of it."
                                       : p->empty.p);
    }
}
