/* The stack of views: opening, closing, history, dispatch of commands. */
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/base/vec.h"
#include "tui/app_internal.h"

struct slot *app_slot(const struct app *app, uint32_t id)
{
    for (size_t i = 0; i < app->slot_count; i++) {
        if (app->slots[i]->view.id == id) {
            return app->slots[i];
        }
    }
    return NULL;
}

struct view *app_view(const struct app *app, uint32_t view_id)
{
    struct slot *s = app_slot(app, view_id);
    return s ? &s->view : NULL;
}

struct view *app_top(const struct app *app)
{
    return app->slot_count ? &app->slots[app->current]->view : NULL;
}

bool app_at_root(const struct app *app)
{
    return app->slot_count <= 1 || app->current == 0;
}

static void slot_free(struct slot *s)
{
    free(s->view.state);
    free(s->line);
    free(s->kind);
    free(s->id);
    free(s->context);
    free(s->filter);
    free(s->sort);
    free(s->columns);
    free(s);
}

void app_bury(struct app *app)
{
    for (size_t i = 0; i < app->dead_count; i++) {
        slot_free(app->dead[i]);
    }
    app->dead_count = 0;
}

static void dead_add(struct app *app, struct slot *s)
{
    if (app->dead_count == app->dead_cap) {
        app->dead_cap = app->dead_cap ? app->dead_cap * 2 : 8;
        app->dead = xreallocarray(app->dead, app->dead_cap, sizeof *app->dead);
    }
    app->dead[app->dead_count++] = s;
}

void app_close(struct app *app, uint32_t view_id)
{
    for (size_t i = 0; i < app->slot_count; i++) {
        struct slot *s = app->slots[i];
        if (s->view.id != view_id) {
            continue;
        }
        memmove(&app->slots[i], &app->slots[i + 1], (app->slot_count - i - 1) * sizeof *app->slots);
        app->slot_count--;
        if (app->current > 0 && app->current >= i) {
            app->current--;
        }
        if (s->view.ops->close) {
            s->view.ops->close(&s->view);
        }
        dead_add(app, s);
        app->is_dirty = true;
        return;
    }
}

static void go_to(struct app *app, size_t index)
{
    struct view *v = app_top(app);
    if (index < app->slot_count && index != app->current) {
        app->last_id = v ? v->id : 0;
        app->current = index;
        app->is_dirty = true;
    }
}

/* What lay ahead in the history is gone once one goes elsewhere. */
static void drop_forward(struct app *app)
{
    while (app->slot_count > app->current + 1) {
        app_close(app, app->slots[app->slot_count - 1]->view.id);
    }
    if (app->slot_count >= APP_VIEWS_MAX) {
        app_close(app, app->slots[1]->view.id);
    }
}

static bool is_same(const struct slot *s, const struct view_ops *ops, const struct route *r)
{
    return s->view.ops == ops && (!r || (z_eq(s->id, r->id) && z_eq(s->context, r->context)));
}

static struct slot *slot_new(struct app *app, const struct view_ops *ops, const struct route *r)
{
    struct slot *s = xcalloc(1, sizeof *s);
    s->view = (struct view){.ops = ops, .app = app, .id = app->next_id++};
    s->view.state = ops->state_size ? xcalloc(1, ops->state_size) : NULL;
    s->line = xstrdup(r ? r->line : NULL);
    s->kind = xstrdup(r ? r->kind : NULL);
    s->id = xstrdup(r ? r->id : NULL);
    s->context = xstrdup(r ? r->context : NULL);
    s->filter = xstrdup(r ? r->filter : NULL);
    s->sort = xstrdup(r ? r->sort : NULL);
    s->columns = xstrdup(r ? r->columns : NULL);
    return s;
}

bool app_view_line(const struct app *app, struct str *out)
{
    const struct view *v = app_top(app);
    if (v && v->ops->line) {
        v->ops->line(v, out);
    } else if (v && app->slots[app->current]->line) {
        str_addz(out, app->slots[app->current]->line);
    }
    return out->n > 0;
}

struct view *app_open(struct app *app, const struct view_ops *ops, const struct route *route,
                      struct err *e)
{
    for (size_t i = 0; i < app->slot_count && ops->flags & VIEW_IS_SINGLE; i++) {
        if (is_same(app->slots[i], ops, route)) {
            go_to(app, i);
            return app_top(app);
        }
    }
    struct slot *s = slot_new(app, ops, route);
    struct route own = {s->line, s->kind, s->id, s->context, s->filter, s->sort, s->columns};
    if (ops->open && !ops->open(&s->view, &own, e)) {
        dead_add(app, s);
        return NULL;
    }
    if (app->slot_count) {
        app->last_id = app_top(app)->id;
        drop_forward(app);
    }
    if (app->slot_count == app->slot_cap) {
        app->slot_cap = app->slot_cap ? app->slot_cap * 2 : 8;
        app->slots = xreallocarray(app->slots, app->slot_cap, sizeof *app->slots);
    }
    app->slots[app->slot_count++] = s;
    app->current = app->slot_count - 1;
    app->is_dirty = true;
    return &s->view;
}

static size_t index_of(const struct app *app, uint32_t id)
{
    for (size_t i = 0; i < app->slot_count; i++) {
        if (app->slots[i]->view.id == id) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* --- commands --- */

unsigned app_contexts(const struct app *app)
{
    const struct view *v = app_top(app);
    return KEYCTX_BIT(GLOBAL) | (v && v->ops->contexts ? v->ops->contexts(v) : 0);
}

const char *app_reason(const struct app *app, const struct view *v, enum cmd cmd)
{
    const char *const *reasons = v && v->ops->reasons ? v->ops->reasons : app->config.text_reasons;
    return v && reasons ? reasons[cmd] : NULL;
}

enum can app_can(const struct app *app, const struct view *v, enum cmd cmd, struct str *why)
{
    if (app_reason(app, v, cmd)) {
        return CAN_NOT;
    }
    unsigned flags = cmd_info(cmd)->flags;
    bool acts = flags & (CMD_NEEDS_SELECTION | CMD_TAKES_MARKS | CMD_WRITES);
    enum can can = v && v->ops->can ? v->ops->can(v, cmd, why) : acts ? CAN_NOT : CAN_YES;
    if (can == CAN_YES && app->config.is_read_only && flags & CMD_WRITES) {
        str_addz(why, "mlw was started read-only");
        return CAN_OFF;
    }
    return can;
}

/* Those that are built in; one that is chosen by its name may be a person's own. */
static void theme_menu(struct app *app)
{
    VEC(struct menu_item) items = {0};
    VEC(char *) texts = {0};
    char *name;
    for (size_t i = 0; (name = theme_bundled_name(i)); i++) {
        char *text = theme_bundled_text(i);
        vec_push(&texts, name);
        vec_push(&texts, text);
        vec_push(&items, (struct menu_item){.id = name, .describe = text});
    }
    app_menu(app, NULL, TAG_THEME, "theme: ", items.at, items.n);
    for (size_t i = 0; i < texts.n; i++) {
        free(texts.at[i]);
    }
    vec_release(&texts);
    vec_release(&items);
}

static void own_theme(struct app *app, const struct cmd_arg *arg)
{
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *z = sv_dup(sv_trim(arg->text));
    if (*z == '\0') {
        theme_menu(app);
    } else if (app_theme_set(app, z, &e)) {
        app_toast(app, TOAST_INFO, "theme %s", z);
    } else {
        app_error(app, &e);
    }
}

static bool export_view(struct app *app, struct sv format, struct str *out, struct err *e)
{
    const struct view *v = app_top(app);
    if (sv_eqz(format, "svg")) {
        app_chrome_draw(app);
        canvas_svg(&app->canvas, &app->theme, out);
    } else if (sv_eqz(format, "txt")) {
        app_chrome_draw(app);
        canvas_plain(&app->canvas, out);
    } else if (v && v->ops->export) {
        return v->ops->export(v, format, out, e);
    } else {
        err_set(e, ERR_REFUSED, "this view cannot be saved as %.*s", (int)format.n, format.p);
        return err_hint(e, "end the name in .txt or .svg");
    }
    return true;
}

static void own_save(struct app *app, const struct cmd_arg *arg)
{
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str bytes = STR_INIT;
    CLEANUP(mem_free_ptr) char *z = sv_dup(sv_trim(arg->text));
    const char *dot = strrchr(z, '.');
    if (*z == '\0') {
        app_prompt(app, NULL, TAG_SAVE,
                   &(struct prompt_spec){
                       .label = "Save to: ", .text = "", .history = "save", .is_required = true});
        return;
    }
    bool is_done = app->config.write_file
                       ? export_view(app, sv_z(dot ? dot + 1 : "txt"), &bytes, &e) &&
                             app->config.write_file(app->config.arg, z, sv_of(&bytes), &e)
                       : err_set(&e, ERR_REFUSED, "nothing can be saved from here");
    if (is_done) {
        app_toast(app, TOAST_INFO, "saved %s, %zu bytes", z, bytes.n);
    } else {
        app_error(app, &e);
    }
}

/* --- commands that are the app's when no view takes them: one row each --- */

static void own_back(struct app *app, const struct cmd_arg *arg)
{
    if (!app_at_root(app)) {
        app_close(app, app_top(app)->id);
    } else if (arg->n) {
        app_ask_quit(app); /* Ctrl-C; Esc has nothing left to undo */
    }
}

static void own_close(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    if (app_at_root(app)) {
        app_ask_quit(app);
    } else {
        app_close(app, app_top(app)->id);
    }
}

static void own_quit(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    app_ask_quit(app);
}

static void own_palette(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    app_open_palette(app, "");
}

static void own_actions(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    app_open_actions(app);
}

static void own_help(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    app_open_help(app);
}

static void own_messages(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    app_open_messages(app, false);
}

static void own_last_error(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    app_open_messages(app, true);
}

static void own_redraw(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    app->wants_redraw = app->is_dirty = true;
}

static void own_suspend(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    app->wants_suspend = true;
}

/* Where there is nothing to go to, that is said. */
static void go_or_say(struct app *app, size_t index, const char *why)
{
    if (index < app->slot_count && index != app->current) {
        go_to(app, index);
    } else {
        app_toast(app, TOAST_INFO, "%s", why);
    }
}

static void own_history_back(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    go_or_say(app, app->current - 1, "this is the first view: there is none before it");
}

static void own_history_forward(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    go_or_say(app, app->current + 1, "this is the newest view: there is none after it");
}

static void own_last_view(struct app *app, const struct cmd_arg *arg)
{
    (void)arg;
    go_or_say(app, index_of(app, app->last_id), "no other view is open");
}

static void (*const own_commands[CMD_COUNT])(struct app *, const struct cmd_arg *) = {
    [CMD_BACK] = own_back,
    [CMD_CLOSE] = own_close,
    [CMD_QUIT] = own_quit,
    [CMD_PALETTE] = own_palette,
    [CMD_ACTIONS] = own_actions,
    [CMD_HELP] = own_help,
    [CMD_MESSAGES] = own_messages,
    [CMD_LAST_ERROR] = own_last_error,
    [CMD_REDRAW] = own_redraw,
    [CMD_SUSPEND] = own_suspend,
    [CMD_HISTORY_BACK] = own_history_back,
    [CMD_HISTORY_FORWARD] = own_history_forward,
    [CMD_LAST_VIEW] = own_last_view,
    [CMD_THEME] = own_theme,
    [CMD_SAVE] = own_save,
};

static enum handled own_command(struct app *app, enum cmd cmd, const struct cmd_arg *arg)
{
    if (!own_commands[cmd]) {
        return PASS;
    }
    own_commands[cmd](app, arg);
    return HANDLED;
}

static void say_off(struct app *app, enum cmd cmd, struct str *why)
{
    app_toast(app, TOAST_WARN, "%s: %s", cmd_info(cmd)->name, why->n ? why->p : "not now");
}

/* It cannot be done here or now: said in the view's words. */
static bool is_refused(struct app *app, const struct view *v, enum cmd cmd)
{
    CLEANUP(str_release) struct str why = STR_INIT;
    const char *reason = app_reason(app, v, cmd);
    enum can can = app_can(app, v, cmd, &why);
    if (can == CAN_OFF) {
        say_off(app, cmd, &why);
    } else if (reason) {
        app_toast(app, TOAST_INFO, "%s", reason);
    }
    return can == CAN_OFF || reason;
}

static enum handled do_command(struct app *app, enum cmd cmd, const struct cmd_arg *arg)
{
    struct view *v = app_top(app);
    enum handled handled = PASS;
    if (v && v->ops->command) {
        handled = v->ops->command(v, cmd, arg);
    }
    if (handled == PASS && app->config.command) {
        handled = app->config.command(app->config.arg, app, cmd, arg);
    }
    return handled == PASS ? own_command(app, cmd, arg) : handled;
}

enum handled app_command(struct app *app, enum cmd cmd, const struct cmd_arg *arg)
{
    static const struct cmd_arg none = {.text = {"", 0}};
    app->is_dirty = true;
    if (cmd == CMD_NONE || cmd >= CMD_COUNT) {
        return PASS;
    }
    if (is_refused(app, app_top(app), cmd)) {
        return HANDLED;
    }
    enum handled handled = do_command(app, cmd, arg ? arg : &none);
    if (handled == HANDLED && cmd == CMD_REFRESH && app->toast.n == 0) {
        app_toast(app, TOAST_INFO,
                  "asked again"); /* what is new comes as an event, or nothing is */
    }
    if (handled == PASS && !(cmd_info(cmd)->flags & CMD_IS_HIDDEN)) {
        app_toast(app, TOAST_INFO, "%s: this screen has nothing that it could do",
                  cmd_info(cmd)->name);
    }
    return handled;
}

/* A command with the words that follow it. */
static bool command_line(struct app *app, enum cmd cmd, struct sv rest, struct err *e)
{
    int64_t n = 0;
    if (rest.n && !*cmd_info(cmd)->args) {
        err_set(e, ERR_USAGE, "%s takes no words", cmd_info(cmd)->name);
        return err_hint(e, "it is about what is selected here; %.*s was not looked at", (int)rest.n,
                        rest.p);
    }
    *e = (struct err)ERR_INIT;
    (void)fmt_parse_i64(rest, &n);
    (void)app_command(app, cmd, &(struct cmd_arg){.text = rest, .n = (long)n});
    return true;
}

/* Words: what a view of that name shows, else a command of the view in front. */
static bool word_line(struct app *app, struct sv whole, struct err *e)
{
    struct sv rest = whole, name = {"", 0};
    (void)sv_split(&rest, ' ', &name);
    rest = name.n < whole.n ? sv_trim(rest) : (struct sv){"", 0};
    enum cmd cmd = sv_eqz(name, "q") ? CMD_QUIT : sv_eqz(name, "w") ? CMD_SAVE : cmd_by_name(name);
    bool is_view = app->config.open_line && app->config.open_line(app->config.arg, app, whole, e);
    bool is_wrong = !is_view && e->code != ERR_NONE && e->code != ERR_NOT_FOUND; /* a view's line */
    if (!is_view && cmd != CMD_NONE && !is_wrong) {
        return command_line(app, cmd, rest, e);
    }
    if (!is_view && !app->config.open_line) {
        return err_set(e, ERR_NOT_FOUND, "there is no command or view \"%.*s\"", (int)name.n,
                       name.p);
    }
    return is_view;
}

bool app_line(struct app *app, struct sv line, struct err *e)
{
    struct sv whole = sv_trim(line);
    int64_t number;
    if (whole.n && whole.p[0] == ':') {
        whole = sv_trim((struct sv){whole.p + 1, whole.n - 1});
    }
    if (whole.n == 0) {
        return true;
    }
    if (fmt_parse_i64(whole, &number) && number > 0) {
        (void)app_command(app, CMD_LINE, &(struct cmd_arg){.text = {"", 0}, .n = (long)number});
        return true;
    }
    return word_line(app, whole, e);
}

/* A key that is not one of this view's: why what it does elsewhere has no meaning here. */
const char *app_key_reason(const struct app *app, const struct view *v, struct key key)
{
    const struct key_binding *own = keymap_find(&app->keymap, app_contexts(app), key);
    const char *why = own ? app_reason(app, v, own->cmd) : NULL;
    for (int ctx = 0; !own && !why && ctx < KEYCTX_COUNT; ctx++) {
        const struct key_binding *b = keymap_find(&app->keymap, 1u << ctx, key);
        why = b ? app_reason(app, v, b->cmd) : NULL;
    }
    return why;
}

static void say_unbound(struct app *app, struct key key)
{
    const char *why = app_key_reason(app, app_top(app), key);
    CLEANUP(str_release) struct str label = STR_INIT;
    key_label(key, app->canvas.is_ascii, &label);
    if (why) {
        app_toast(app, TOAST_INFO, "%s", why);
    } else {
        app_toast(app, TOAST_INFO, "%s is no key here: ? lists those that are", label.p);
    }
}

/* Drawing again and suspending are about the terminal, whatever has the keys. */
static bool is_of_terminal(const struct app *app, struct key key)
{
    const struct key_binding *b = keymap_find(&app->keymap, app_contexts(app), key);
    return b && key.mods & KEYMOD_CTRL && (b->cmd == CMD_REDRAW || b->cmd == CMD_SUSPEND);
}

bool app_is_typing(const struct app *app)
{
    const struct view *v = app_modal(app) ? NULL : app_top(app);
    return v && v->ops->is_typing && v->ops->is_typing(v);
}

void app_key(struct app *app, struct key key)
{
    bool is_for_us = !is_of_terminal(app, key);
    app->is_dirty = true;
    if (is_for_us && (app->toast_until_ms == INT64_MAX || app->is_toast_answer)) {
        str_clear(&app->toast);
    }
    if (is_for_us && app_modal(app)) {
        app->last_key_ms = app->mono_ms;
        app_modal_key(app, key);
        app_bury(app);
        return;
    }
    app->last_key_ms = app->mono_ms;
    if (app_is_typing(app)) {
        app_top(app)->ops->type(app_top(app), key);
        app_bury(app);
        return;
    }
    app->last_key = key;
    app->is_key_turn = true;
    const struct key_binding *b = keymap_find(&app->keymap, app_contexts(app), key);
    if (b && !app_ahead_keep(app, b->cmd, b->n)) {
        (void)app_command(app, b->cmd, &(struct cmd_arg){.text = {"", 0}, .n = b->n});
    } else if (!b) {
        say_unbound(app, key);
    }
    app->is_key_turn = false;
    app_bury(app);
}

void app_keys(struct app *app, const char *names)
{
    struct sv rest = sv_z(names);
    while (rest.n) {
        struct key key;
        size_t end = rest.p[0] == '<' ? sv_find(rest, SV(">")) : SIZE_MAX;
        size_t n = end < rest.n ? end + 1 : utf8_valid_bytes(rest.p, rest.n);
        struct sv name = {rest.p, n ? n : 1};
        if (key_parse(name, &key) || (sv_eqz(name, " ") && key_parse(SV("<Space>"), &key))) {
            app_key(app, key);
        }
        rest = (struct sv){rest.p + name.n, rest.n - name.n};
    }
}

void app_paste(struct app *app, struct sv text)
{
    app->is_dirty = true;
    app->last_key_ms = app->mono_ms;
    if (app_is_typing(app)) {
        app_top(app)->ops->paste(app_top(app), text);
    } else {
        app_modal_paste(app, text);
    }
    app_bury(app);
}
