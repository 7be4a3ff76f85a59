/* The events of an execution as a table, oldest first. */
#include "views/events.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "views/cells.h"
#include "views/env.h"
#include "views/logs.h"
#include "views/reasons.h"

enum { TAG_FILTER = 1 };

struct events {
    char *id;
    char *filter, *filter_before; /* "": none; before: while one is typed */
    uint64_t sub;
    struct snapshot *rows;
    struct err err;
    struct table table;
    int64_t now_ms;
    bool has_moved; /* until then the newest is selected */
};

static struct events *events_of(const struct view *v)
{
    return v->state;
}

/* --- the table --- */

enum { COL_TIME, COL_TYPE, COL_STEP, COL_WHAT, COL_COUNT };

static const struct table_column columns[COL_COUNT] = {
    [COL_TIME] = {.id = "created", .title = "TIME", .min = 5, .priority = 5},
    [COL_TYPE] = {.id = "name", .title = "TYPE", .min = 10, .priority = 9, .flags = TABLE_FROZEN},
    [COL_STEP] = {.id = "step", .title = "STEP", .min = 8, .priority = 8},
    [COL_WHAT] = {.id = "text", .title = "WHAT", .min = 10, .weight = 1, .priority = 4},
};

static enum table_row source_row(const void *arg, size_t row, struct sv *ret_id)
{
    const struct row *r = snapshot_row(((const struct events *)arg)->rows, row);
    *ret_id = sv_z(r ? r->id : "");
    return r ? TABLE_DATA : TABLE_LOADING;
}

static void source_cell(const void *arg, size_t row, size_t col, struct table_cell *ret)
{
    static const int fields[COL_COUNT] = {FIELD_EVENT_created, FIELD_EVENT_name, FIELD_EVENT_step,
                                          FIELD_EVENT_text};
    const struct events *s = arg;
    const struct row *r = snapshot_row(s->rows, row);
    struct value v = row_cell(r, fields[col]);
    if (col == COL_TIME && v.type == VALUE_TIME) {
        clock_local(&ret->buf, v.i, s->now_ms);
        ret->style = ROLE_DIM;
    } else if (v.type == VALUE_TEXT) {
        ret->text = sv_z(v.text);
    }
}

static const struct table_source source = {.row = source_row, .cell = source_cell};

/* --- life --- */

static bool events_open(struct view *v, const struct route *route, struct err *e)
{
    struct events *s = events_of(v);
    if (!route->id || !*route->id) {
        err_set(e, ERR_USAGE, "the events of which execution? its id is missing");
        return err_hint(e, "e on an execution's screen opens them");
    }
    s->id = xstrdup(route->id);
    s->filter = xstrdup("");
    s->now_ms = app_now_ms(v->app);
    table_init(&s->table, columns, COL_COUNT, &source, s);
    s->table.flags = TABLE_NO_MARKS;
    s->table.empty = "Nothing has happened yet.";
    s->sub = hub_subscribe(
        view_hub(v),
        &(struct query){.type = QUERY_ROWS, .kind = KIND_EVENT, .id = s->id, .sort = "seq"});
    return true;
}

static void events_close(struct view *v)
{
    struct events *s = events_of(v);
    hub_unsubscribe(view_hub(v), s->sub);
    table_release(&s->table);
    snapshot_unref(s->rows);
    free(s->filter_before);
    free(s->filter);
    free(s->id);
}

static void ask(struct view *v)
{
    struct events *s = events_of(v);
    hub_window(view_hub(v), s->sub,
               &(struct query){.filter = *s->filter ? s->filter : NULL, .sort = "seq"});
}

/* --- the filter --- */

static void set_filter(struct view *v, struct sv text)
{
    struct events *s = events_of(v);
    char *next = sv_dup(sv_trim(text));
    free(s->filter);
    s->filter = next;
    ask(v);
}

static void filter_prompt(struct view *v)
{
    struct events *s = events_of(v);
    free(s->filter_before);
    s->filter_before = xstrdup(s->filter);
    app_prompt(v->app, v, TAG_FILTER,
               &(struct prompt_spec){
                   .label = "/", .text = s->filter, .history = "filter", .is_live = true});
}

static void events_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    if (tag == TAG_FILTER) {
        set_filter(v, what == REPLY_CANCELLED ? sv_z(events_of(v)->filter_before) : text);
    }
}

static void events_event(struct view *v, const void *arg)
{
    const struct ev *ev = arg;
    struct events *s = events_of(v);
    if (ev->type != EV_SNAPSHOT || ev->id != s->sub) {
        return;
    }
    if (ev->snapshot->type == SNAPSHOT_ERROR) {
        s->err = ev->snapshot->err;
        return;
    }
    s->err = (struct err)ERR_INIT;
    s->now_ms = app_now_ms(v->app);
    struct snapshot *old = s->rows;
    s->rows = snapshot_ref(ev->snapshot);
    snapshot_unref(old);
    table_update(&s->table, s->rows->matched);
    if (!s->has_moved && s->rows->matched) {
        table_select_row(&s->table, s->rows->matched - 1);
    }
}

/* --- what can be done --- */

static const struct row *selected(const struct events *s)
{
    return snapshot_row(s->rows, s->table.selected);
}

static enum can events_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct events *s = events_of(v);
    const char *step = row_text(selected(s), FIELD_EVENT_step);
    bool opens = cmd == CMD_OPEN || cmd == CMD_LOGS;
    if (opens && !*step) {
        str_addz(why, "this event is about the whole execution, which has no log of its own");
        return CAN_OFF;
    }
    if (cmd == CMD_FOLLOW && !s->has_moved) {
        str_addz(why, "the newest event is selected, and stays so");
        return CAN_OFF;
    }
    return CAN_YES;
}

/* To the newest, and from then on with it. */
static void follow(struct events *s)
{
    s->has_moved = false;
    if (s->rows && s->rows->matched) {
        table_select_row(&s->table, s->rows->matched - 1);
    }
}

/* What is about the list; PASS: it is about an event. */
static enum handled list_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct events *s = events_of(v);
    switch ((int)cmd) {
    case CMD_FILTER:
        arg->text.n ? set_filter(v, arg->text) : filter_prompt(v);
        return HANDLED;
    case CMD_FOLLOW:
    case CMD_BOTTOM:
        follow(s);
        return HANDLED;
    case CMD_REFRESH:
        ask(v);
        return HANDLED;
    case CMD_BACK:
        if (*s->filter) {
            set_filter(v, SV(""));
            return HANDLED;
        }
        return PASS;
    default:
        return PASS;
    }
}

static void sentence(const struct view *v, struct str *out)
{
    const struct events *s = events_of(v);
    const struct row *r = selected(s);
    const char *step = row_text(r, FIELD_EVENT_step);
    if (s->err.code && s->rows) {
        str_addz(out, s->err.msg);
    } else if (r) {
        str_addf(out, "%s%s%s  %s", row_text(r, FIELD_EVENT_name), *step ? " " : "", step,
                 row_text(r, FIELD_EVENT_text));
    }
}

static enum handled events_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct events *s = events_of(v);
    CLEANUP(mem_free_ptr) char *id = NULL;
    CLEANUP(str_release) struct str text = STR_INIT;
    struct err e = ERR_INIT;
    if (cmd == CMD_OPEN || cmd == CMD_LOGS) {
        id = xasprintf("%s/%s", s->id, row_text(selected(s), FIELD_EVENT_step));
        if (!app_open(v->app, &logs_view, &(struct route){.id = id}, &e)) {
            app_error(v->app, &e);
        }
        return HANDLED;
    }
    if (list_command(v, cmd, arg) == HANDLED) {
        return HANDLED;
    }
    if (cmd == CMD_DESCRIBE || cmd == CMD_COPY) {
        sentence(v, &text);
        if (cmd == CMD_COPY) {
            app_copy(v->app, sv_of(&text));
        } else {
            app_text(v->app, "event", sv_of(&text));
        }
        return HANDLED;
    }
    enum handled handled = table_command(&s->table, cmd, arg);
    s->has_moved |= handled == HANDLED;
    return handled;
}

/* --- drawing --- */

static void events_layout(struct view *v, struct rect area)
{
    table_layout(&events_of(v)->table, area);
}

static void events_draw(const struct view *v, struct canvas *c, struct rect area)
{
    const struct events *s = events_of(v);
    if (s->rows) {
        table_draw(&s->table, c, area);
    } else if (s->err.code) {
        cells_error(c, area, &s->err);
    } else {
        cells_words(c, area, ROLE_DIM, "Reading the events");
    }
}

static void events_crumbs(const struct view *v, struct str *out)
{
    crumb_add(out, "local");
    crumb_add(out, "executions");
    crumb_add(out, events_of(v)->id);
    crumb_add(out, "events");
}

static void events_connection(const struct view *v, struct str *out, unsigned *style)
{
    const struct events *s = events_of(v);
    if (s->err.code && s->rows) {
        cells_stale(out, style, s->rows->as_of_ms, app_now_ms(v->app));
    }
}

static void events_status(const struct view *v, struct status *st)
{
    const struct events *s = events_of(v);
    if (s->rows && *s->filter) {
        st->is_filtered = true;
        st->is_bad_filter = s->rows->err.code != ERR_NONE;
        st->is_counting = !st->is_bad_filter && !z_eq(s->rows->filter, s->filter);
        str_addz(&st->filter, s->filter);
        st->matched = s->rows->matched;
        st->total = s->rows->total;
    } else if (s->rows) {
        str_addf(&st->state, "%zu event%s", s->rows->matched, s->rows->matched == 1 ? "" : "s");
    }
}

static void events_hints(const struct view *v, struct hints *h)
{
    hint_add(h, CMD_OPEN, "log");
    hint_add(h, CMD_DESCRIBE, "whole");
    if (*events_of(v)->filter) {
        hint_add(h, CMD_BACK, "clear");
    }
}

static bool events_pick(struct view *v, int y)
{
    struct events *s = events_of(v);
    size_t row = table_row_at(&s->table, y);
    if (row == SIZE_MAX) {
        return false;
    }
    table_select_row(&s->table, row);
    s->has_moved = true;
    return true;
}

static bool events_selection(const struct view *v, struct str *out)
{
    return table_selection(&events_of(v)->table, out);
}

static bool events_is_loading(const struct view *v)
{
    const struct events *s = events_of(v);
    const char *theirs = s->rows && s->rows->filter ? s->rows->filter : "";
    bool is_bad = s->err.code || (s->rows && s->rows->err.code);
    return (!s->rows || !z_eq(theirs, s->filter)) && !is_bad;
}

const struct view_ops events_view = {
    .name = "events",
    .title = "Events of an execution",
    .state_size = sizeof(struct events),
    .flags = VIEW_IS_SINGLE,
    .reasons = reasons[REASONS_events],
    .open = events_open,
    .event = events_event,
    .reply = events_reply,
    .command = events_command,
    .can = events_can,
    .is_loading = events_is_loading,
    .layout = events_layout,
    .draw = events_draw,
    .crumbs = events_crumbs,
    .connection = events_connection,
    .sentence = sentence,
    .status = events_status,
    .hints = events_hints,
    .pick = events_pick,
    .selection = events_selection,
    .close = events_close,
};
