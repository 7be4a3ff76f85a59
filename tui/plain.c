/* Views as lines of text, for terminals and people without a screen. */
#include "tui/plain.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "tui/app_internal.h"

enum {
    PLAIN_W = 76,
    PLAIN_H = 22,
    READ_BYTES = 4096,
    LINE_MAX_TOTAL = 1 << 16,
    SETTLE_QUIET_MS = 40,
    SETTLE_MS = 300
};

struct plain {
    struct app *app;
    struct str in;    /* bytes of lines that are not whole yet */
    struct str shown; /* what was printed last */
    unsigned prints;
    bool is_ended, may_update; /* one update after each line: no flood for a screen reader */
};

static bool row_text(const struct canvas *c, int y, struct str *row)
{
    str_clear(row);
    canvas_row_text(c, y, row);
    return row->n > 0;
}

/* Crumbs; the view's rows with the number that opens them; the sentence or toast. */
static void render(struct app *app, struct str *out)
{
    CLEANUP(str_release) struct str row = STR_INIT;
    app_paint(app);
    const struct canvas *c = app_canvas(app);
    if (row_text(c, 0, &row)) {
        str_addf(out, "%s\n", row.p);
    }
    for (int y = 1; y < c->h - 2; y++) {
        if (row_text(c, y, &row)) {
            str_addf(out, "%2d %s\n", y, row.p);
        }
    }
    for (int y = c->h - 2; y < c->h; y++) {
        if (row_text(c, y, &row)) {
            str_addf(out, "%s\n", row.p);
        }
    }
}

static bool print(struct plain *p, bool only_new, struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!only_new) { /* who reads line by line is better served by data than by "Reading" */
        app_settle(p->app, SETTLE_QUIET_MS, SETTLE_MS);
    }
    render(p->app, &text);
    if (only_new && sv_eq(sv_of(&text), sv_of(&p->shown))) {
        return true;
    }
    p->prints++;
    str_clear(&p->shown);
    str_addsv(&p->shown, sv_of(&text));
    str_addz(&text, "> ");
    return os_write_all(STDOUT_FILENO, sv_of(&text), "standard output", e);
}

/* A number goes to the row that was printed with it and opens it. */
static void open_row(struct app *app, int64_t number)
{
    struct view *v = app_top(app);
    if (!v || number < 1 || number > PLAIN_H) {
        return;
    }
    bool is_there = v->ops->pick && v->ops->pick(v, (int)number);
    if (is_there) {
        (void)app_command(app, CMD_OPEN, NULL);
    } else {
        app_toast(app, TOAST_INFO, "line %d cannot be opened", (int)number);
    }
}

/* A whole line for the field that is open: typed, for a name that is asked for takes no paste. */
static void type_line(struct app *app, struct sv line)
{
    while (line.n > 0) {
        app_key(app, (struct key){utf8_next(&line), 0});
    }
    app_key(app, (struct key){KEYCODE_ENTER, 0});
}

static void line_do(struct plain *p, struct sv line)
{
    struct err e = ERR_INIT;
    int64_t number;
    struct key key;
    line = sv_trim(line);
    bool has_field = app_modal(p->app) || app_is_typing(p->app);
    if (sv_eqz(line, "q") && !has_field) {
        p->is_ended = true;
    } else if (app_is_typing(p->app) && !(sv_starts(line, "<") && key_parse(line, &key))) {
        app_key(p->app, (struct key){'u', KEYMOD_CTRL}); /* the line is the whole new text */
        type_line(p->app, line);
    } else if (has_field && !key_parse(line, &key)) {
        type_line(p->app, line);
    } else if (line.n == 0) {
        return;
    } else if (fmt_parse_i64(line, &number)) {
        open_row(p->app, number);
    } else if (line.n > 1 && line.p[0] == '/') {
        (void)app_command(p->app, CMD_FILTER, &(struct cmd_arg){.text = {line.p + 1, line.n - 1}});
    } else if (key_parse(line, &key)) {
        app_key(p->app, key);
    } else if (!app_line(p->app, line, &e)) {
        app_error(p->app, &e);
    }
}

static bool lines_do(struct plain *p, struct err *e)
{
    for (;;) {
        char *end = memchr(p->in.p, '\n', p->in.n);
        if (!end || p->is_ended || app_is_ended(p->app)) {
            return true;
        }
        size_t n = (size_t)(end - p->in.p);
        app_time(p->app, clock_wall_ms(), clock_mono_ms());
        line_do(p, (struct sv){p->in.p, n});
        memmove(p->in.p, end + 1, p->in.n - n - 1);
        str_truncate(&p->in, p->in.n - n - 1);
        p->may_update = true;
        if (!p->is_ended && !app_is_ended(p->app) && !print(p, false, e)) {
            return false;
        }
    }
}

static bool stdin_read(struct plain *p, struct err *e)
{
    char buf[READ_BYTES];
    ssize_t n = read(STDIN_FILENO, buf, sizeof buf);
    if (n < 0 && errno != EINTR && errno != EAGAIN) {
        return err_sys(e, "read standard input");
    }
    if (n == 0 || p->in.n > LINE_MAX_TOTAL) {
        p->is_ended = true;
        return true;
    }
    str_add(&p->in, buf, n > 0 ? (size_t)n : 0);
    return lines_do(p, e);
}

static int wait_ms(const struct app *app)
{
    int64_t due = app_next_due(app);
    int64_t wait = due == INT64_MAX ? -1 : due - app->mono_ms;
    return wait < 0 ? (due == INT64_MAX ? -1 : 0) : wait > 60000 ? 60000 : (int)wait;
}

static bool turn(struct plain *p, int wake_fd, struct err *e)
{
    struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = wake_fd, .events = POLLIN}};
    if (poll(fds, wake_fd >= 0 ? 2 : 1, wait_ms(p->app)) < 0 && errno != EINTR) {
        return err_sys(e, "wait for input");
    }
    app_time(p->app, clock_wall_ms(), clock_mono_ms());
    bool is_news = fds[1].revents && app_drain(p->app);
    while (p->app->has_more_events) {
        (void)app_drain(p->app);
    }
    if (is_news && p->may_update) {
        unsigned prints = p->prints;
        if (!print(p, true, e)) {
            return false;
        }
        p->may_update = p->prints == prints;
    }
    return !fds[0].revents || stdin_read(p, e);
}

bool plain_run(struct app *app, int wake_fd, int *ret_status, struct err *e)
{
    struct plain p = {.app = app, .in = STR_INIT, .shown = STR_INIT, .may_update = true};
    app_resize(app, PLAIN_W, PLAIN_H);
    app->wants_suspend = false;
    (void)app_drain(app);
    bool is_good = print(&p, false, e);
    while (is_good && !p.is_ended && !app_is_ended(app)) {
        is_good = turn(&p, wake_fd, e);
    }
    str_release(&p.in);
    str_release(&p.shown);
    *ret_status = app->status;
    return is_good;
}
