/* The screen from its first view to the last; see screen.h. */
#include "views/screen.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/utf8.h"
#include "views/browse.h"
#include "views/env.h"
#include "views/palette.h"
#include "views/reasons.h"
#include "views/views.h"

enum {
    SHOT_W = 80,
    SHOT_H = 24,
    SHOT_MAX_SIDE = 500,
    SHOT_QUIET_MS = 250, /* nothing came for so long: what there is is here */
    SHOT_MS = 10000,     /* and not longer than this */
    NOTE_NAMES = 3,
    OWN_MAX_BYTES = 256 * 1024
};

struct screen {
    struct view_env env;
    struct hub *hub;
    struct palette palette;
    struct ev ev;
    const char *config_dir;
    struct str keys; /* the person's own */
    char *keys_file;
    uint64_t attention_sub;
    struct snapshot *attention;
    char *lines_file; /* keeps the lines of the palette; NULL: nothing does */
    struct str lines;
    uint64_t bookmark, copy, remember; /* requests under way */
};

/* --- the hub's side --- */

static void *next_event(void *arg)
{
    struct screen *s = arg;
    return hub_next_event(s->hub, &s->ev) ? &s->ev : NULL;
}

static void free_event(void *arg, void *ev)
{
    (void)arg;
    ev_release(ev);
}

static void take_reply(struct screen *s, struct app *app, const struct ev *ev)
{
    if (ev->id == s->bookmark && ev->ok) {
        app_toast(app, TOAST_INFO, "%s", ev->text);
    } else if (!ev->ok) {
        app_error(app, &ev->err);
    }
    if (ev->id == s->remember && !ev->ok) { /* said once */
        free(s->lines_file);
        s->lines_file = NULL;
    }
}

static void on_event(void *arg, struct app *app, const void *event)
{
    struct screen *s = arg;
    const struct ev *ev = event;
    bool is_ours = ev->id == s->bookmark || ev->id == s->copy || ev->id == s->remember;
    if (ev->type == EV_REPLY && is_ours) {
        take_reply(s, app, ev);
    } else if (ev->type == EV_NOTICE) {
        app_toast(app, TOAST_WARN, "%s", ev->err.msg);
    } else if (ev->type == EV_CALL) {
        app_call(app, ev->ok ? TOAST_INFO : TOAST_ERROR, sv_z(ev->text));
    } else if (palette_event(&s->palette, ev)) {
        return;
    } else if (ev->type == EV_SNAPSHOT && ev->id == s->attention_sub &&
               ev->snapshot->type == SNAPSHOT_ROWS) {
        snapshot_unref(s->attention);
        s->attention = snapshot_ref(ev->snapshot);
    }
}

/* --- what the app asks the root --- */

static bool open_line(void *arg, struct app *app, struct sv line, struct err *e)
{
    struct screen *s = arg;
    return palette_open(&s->palette, app, line, e);
}

static void complete(void *arg, struct app *app, struct sv text, struct menu *menu)
{
    struct screen *s = arg;
    (void)app;
    palette_complete(&s->palette, app, text, menu);
}

/* Keep what is seen under the name that follows; without one it is asked for in the palette. */
static void bookmark(struct screen *s, struct app *app, const struct cmd_arg *a)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    struct sv name = sv_trim(a->text);
    if (!app_view_line(app, &line)) {
        app_toast(app, TOAST_INFO, "no line of the palette leads here, so it cannot be kept");
    } else if (!name.n) {
        app_open_palette(app, "bookmark ");
    } else {
        struct req req = {.type = REQ_BOOKMARK, .id = sv_dup(name), .text = str_detach(&line)};
        s->bookmark = hub_request(s->hub, &req);
    }
}

/* A list of the root's; where it is in front already, that is said. */
static void open_list(struct app *app, enum kind kind, const char *here)
{
    struct err e = ERR_INIT;
    const struct view *v = app_top(app);
    bool is_list = v && (v->ops == &browse_view || v->ops == &journal_view);
    if (is_list && browse_of(v)->kind == kind && !*browse_of(v)->filter) {
        app_toast(app, TOAST_INFO, "%s", here);
    } else if (!views_browse(app, kind, NULL, NULL, &e)) {
        app_error(app, &e);
    }
}

static enum handled command(void *arg, struct app *app, enum cmd cmd, const struct cmd_arg *a)
{
    switch ((int)cmd) {
    case CMD_JOURNAL:
        open_list(app, KIND_JOURNAL, "this is the journal");
        return HANDLED;
    case CMD_BOOKMARKS:
        open_list(app, KIND_BOOKMARK, "these are the views that were kept");
        return HANDLED;
    case CMD_BOOKMARK:
        bookmark(arg, app, a);
        return HANDLED;
    default:
        return PASS;
    }
}

static void copy(void *arg, struct sv text)
{
    struct screen *s = arg;
    struct req req = {.type = REQ_CLIPBOARD, .text = sv_dup(text)};
    s->copy = hub_request(s->hub, &req);
}

static void remember(void *arg, struct sv line)
{
    struct screen *s = arg;
    if (s->lines_file) {
        struct req req = {.type = REQ_REMEMBER, .id = xstrdup(s->lines_file), .text = sv_dup(line)};
        s->remember = hub_request(s->hub, &req);
    }
}

static bool write_file(void *arg, const char *path, struct sv bytes, struct err *e)
{
    (void)arg;
    return os_write_file(path, bytes, e);
}

/* A file of the person's own; false without an error: there is none. */
static bool read_own(const struct screen *s, const char *name, struct str *text, char **ret_file,
                     struct err *e)
{
    CLEANUP(mem_free_ptr) char *file = s->config_dir ? path_join(s->config_dir, name) : NULL;
    if (!file || !os_exists(file)) {
        return false;
    }
    if (!os_read_file(file, OWN_MAX_BYTES, text, e)) {
        return false;
    }
    *ret_file = file;
    file = NULL;
    return true;
}

static bool read_theme(void *arg, const char *name, struct str *text, char **ret_file,
                       struct err *e)
{
    CLEANUP(mem_free_ptr) char *file = xasprintf("%s.theme", name);
    return !strchr(name, '/') && read_own(arg, file, text, ret_file, e);
}

/* What goes on when the screen is closed. */
static void quit_note(void *arg, struct str *out)
{
    const struct screen *s = arg;
    CLEANUP(str_release) struct str names = STR_INIT;
    size_t n = 0;
    for (size_t i = 0; s->attention && i < s->attention->n; i++) {
        const struct row *row = &s->attention->rows[i];
        const char *id = "";
        if (z_eq(row_text(row, FIELD_ATTENTION_group), "Running") &&
            views_split(row->id, &id) == KIND_EXECUTION) {
            if (n < NOTE_NAMES) {
                str_addf(&names, "%s%s %s", n ? ", " : "", row_text(row, FIELD_ATTENTION_name), id);
            }
            n++;
        }
    }
    if (n == 0) {
        str_addz(out, "Nothing runs.");
        return;
    }
    str_addf(out, "%zu %s on without the screen: %s%s", n,
             n == 1 ? "execution goes" : "executions go", names.p, n > NOTE_NAMES ? ", …" : "");
}

/* --- a picture instead of a screen --- */

static bool size_of(const char *text, int *ret_w, int *ret_h, struct err *e)
{
    struct sv rest = sv_z(text), part;
    int64_t w = 0, h = 0;
    bool is_size = text && sv_split(&rest, 'x', &part) && fmt_parse_i64(part, &w) &&
                   fmt_parse_i64(rest, &h) && w > 0 && h > 0 && w <= SHOT_MAX_SIDE &&
                   h <= SHOT_MAX_SIDE;
    *ret_w = is_size ? (int)w : SHOT_W;
    *ret_h = is_size ? (int)h : SHOT_H;
    return is_size || !text ||
           err_set(e, ERR_USAGE, "--size is columns x rows as 80x24, at most %d each, not \"%s\"",
                   SHOT_MAX_SIDE, text);
}

static bool shoot(struct app *app, const struct screen_options *o, struct err *e)
{
    CLEANUP(str_release) struct str bytes = STR_INIT;
    struct sv path = sv_z(o->shot);
    if (!sv_ends(path, ".svg") && !sv_ends(path, ".txt")) {
        err_set(e, ERR_USAGE, "--shot %s: a picture is a .svg or a .txt file", o->shot);
        return false;
    }
    if (o->open && !app_line(app, sv_z(o->open), e)) {
        return false;
    }
    app_settle(app, SHOT_QUIET_MS, SHOT_MS);
    if (sv_ends(path, ".svg")) {
        canvas_svg(app_canvas(app), app_theme(app), &bytes);
    } else {
        canvas_plain(app_canvas(app), &bytes);
    }
    return os_write_file(o->shot, sv_of(&bytes), e);
}

/* --- beginning and end --- */

static bool is_ascii(const struct screen_options *o)
{
    bool is_utf8 = utf8_init_locale();
    return o->is_ascii || (!is_utf8 && !o->is_unicode && !o->shot);
}

static struct app *make_app(struct screen *s, const struct screen_options *o, struct err *e)
{
    int w = 0, h = 0;
    if (!size_of(o->size, &w, &h, e)) {
        return NULL;
    }
    struct app_config config = {.wake_fd = o->wake_fd,
                                .next_event = next_event,
                                .free_event = free_event,
                                .on_event = on_event,
                                .open_line = open_line,
                                .complete = complete,
                                .command = command,
                                .write_file = write_file,
                                .copy = copy,
                                .read_theme = read_theme,
                                .keys_text = s->keys_file ? s->keys.p : NULL,
                                .keys_file = s->keys_file,
                                .remember = remember,
                                .lines = s->lines.p,
                                .quit_note = quit_note,
                                .text_reasons = reasons[REASONS_text],
                                .arg = s,
                                .world = &s->env,
                                .theme = o->theme  ? o->theme
                                         : o->shot ? "dark"
                                                   : NULL,
                                .first_line = o->shot ? NULL : o->open,
                                .calls = o->is_silent       ? APP_CALLS_NONE
                                         : o->is_bell_alone ? APP_CALLS_BELL
                                                            : APP_CALLS_ALL,
                                .is_ascii = is_ascii(o),
                                .no_colour = o->no_color,
                                .is_plain = o->is_plain,
                                .is_read_only = o->is_read_only,
                                .w = w,
                                .h = h};
    return app_new(&config, e);
}

static void begin(struct screen *s, const struct screen_options *o)
{
    s->hub = s->env.hub = o->hub;
    s->env.goals = o->goals;
    s->config_dir = o->config_dir;
    s->keys = s->lines = (struct str)STR_INIT;
    s->lines_file = o->state_dir && !o->shot ? path_join(o->state_dir, "palette") : NULL;
    if (s->lines_file && os_exists(s->lines_file)) {
        struct err ignored; /* it begins anew */
        (void)!os_read_file(s->lines_file, OWN_MAX_BYTES, &s->lines, &ignored);
    }
    palette_init(&s->palette, o->hub);
    s->attention_sub =
        hub_subscribe(o->hub, &(struct query){.type = QUERY_ROWS, .kind = KIND_ATTENTION});
}

static void end(struct screen *s)
{
    palette_release(&s->palette);
    str_release(&s->keys);
    str_release(&s->lines);
    free(s->lines_file);
    free(s->keys_file);
    hub_unsubscribe(s->hub, s->attention_sub);
    snapshot_unref(s->attention);
}

static int failed(const struct err *e)
{
    CLEANUP(str_release) struct str msg = STR_INIT;
    CLEANUP(str_release) struct str hint = STR_INIT;
    utf8_sanitize(&msg, sv_z(e->msg));
    utf8_sanitize(&hint, sv_z(e->hint));
    (void)fprintf(stderr, "mlw: %s\n", msg.p);
    if (hint.n) {
        (void)fprintf(stderr, "     %s\n", hint.p);
    }
    return err_exit_status(e->code);
}

int screen_run(const struct screen_options *o)
{
    struct screen s = {0};
    struct err e = ERR_INIT;
    int status = 0;
    begin(&s, o);
    struct err keys_err = ERR_INIT;
    (void)!read_own(&s, "keys", &s.keys, &s.keys_file, &keys_err);
    struct app *app = make_app(&s, o, &e);
    bool is_done = app && app_open(app, &home_view, NULL, &e);
    if (is_done) {
        app_connection(app, "● live", ROLE_NORMAL);
        if (o->notice) {
            app_toast(app, TOAST_ERROR, "%s", o->notice);
        }
        if (keys_err.code) {
            app_error(app, &keys_err);
        }
        is_done = o->shot ? shoot(app, o, &e) : app_run(app, &status, &e);
    }
    app_free(app);
    end(&s);
    return is_done ? status : failed(&e);
}
