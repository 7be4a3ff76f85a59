/* An app's life, time, messages and what views ask it. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "tui/app_internal.h"

static bool theme_read(const struct app *app, const char *name, struct theme *ret, struct err *e)
{
    const struct app_config *c = &app->config;
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(mem_free_ptr) char *file = NULL;
    if (c->read_theme && c->read_theme(c->arg, name, &text, &file, e)) {
        return theme_parse(sv_of(&text), file, ret, e);
    }
    return e->code == ERR_NONE && theme_load(name, ret, e);
}

bool app_theme_set(struct app *app, const char *name, struct err *e)
{
    if (!theme_read(app, name, &app->theme, e)) {
        return false;
    }
    app->is_theme_guessed = false;
    app->is_theme_new = app->is_dirty = true;
    return true;
}

void app_background(struct app *app, uint32_t rgb)
{
    struct err e = ERR_INIT;
    bool is_asked = app->is_theme_guessed;
    app->is_theme_guessed = false;
    if (is_asked && !app_theme_set(app, theme_for_background(rgb), &e)) {
        app_error(app, &e);
    }
}

static bool theme_setup(struct app *app, struct err *e)
{
    const struct app_config *c = &app->config;
    const char *name = c->no_colour && !c->theme ? "mono" : c->theme;
    bool is_set = app_theme_set(app, name ? name : theme_guess(c->colorfgbg), e);
    app->is_theme_guessed = is_set && !name;
    return is_set;
}

static bool keys_setup(struct app *app, struct err *e)
{
    const struct app_config *c = &app->config;
    struct err wrong = ERR_INIT;
    if (!keymap_add_default(&app->keymap, e)) {
        return false;
    }
    if (c->keys_text && !keymap_add(&app->keymap, sv_z(c->keys_text),
                                    c->keys_file ? c->keys_file : "keys", &wrong)) {
        (void)err_hint(&wrong, "nothing of the file was taken; mlw-keys(7) says how it is written");
        app_error(app, &wrong);
    }
    return true;
}

struct app *app_new(const struct app_config *config, struct err *e)
{
    struct app *app = xcalloc(1, sizeof *app);
    app->config = *config;
    app->toast = app->connection = app->copied = (struct str)STR_INIT;
    app->next_id = 1;
    app->wall_ms = clock_wall_ms();
    app->mono_ms = clock_mono_ms();
    app->last_key_ms = app->mono_ms - APP_HELD_MS;
    keymap_init(&app->keymap);
    messages_init(&app->messages);
    canvas_init(&app->canvas, config->w > 0 ? config->w : 80, config->h > 0 ? config->h : 24,
                config->is_ascii);
    app->is_dirty = true;
    app_lines_load(app, sv_z(config->lines));
    if (!theme_setup(app, e) || !keys_setup(app, e)) {
        app_free(app);
        return NULL;
    }
    return app;
}

static void close_all(struct app *app)
{
    while (app->slot_count) {
        app_close(app, app->slots[app->slot_count - 1]->view.id);
    }
    app_bury(app);
}

void app_free(struct app *app)
{
    if (!app) {
        return;
    }
    app_modals_clear(app);
    close_all(app);
    free(app->slots);
    free(app->dead);
    free(app->modals);
    vec_release(&app->ahead);
    for (size_t i = 0; i < app->histories.n; i++) {
        history_release(app->histories.at[i].value);
        free(app->histories.at[i].value);
    }
    map_release(&app->histories);
    messages_release(&app->messages);
    keymap_release(&app->keymap);
    canvas_release(&app->canvas);
    str_release(&app->toast);
    str_release(&app->connection);
    str_release(&app->copied);
    str_release(&app->call);
    free(app);
}

/* --- time --- */

void app_time(struct app *app, int64_t wall_ms, int64_t mono_ms)
{
    app->wall_ms = wall_ms;
    app->mono_ms = mono_ms;
    if (app->toast.n && mono_ms >= app->toast_until_ms) {
        str_clear(&app->toast);
        app->is_dirty = true;
    }
    for (size_t i = 0; i < app->slot_count; i++) {
        struct slot *s = app->slots[i];
        if (s->timer_ms && mono_ms >= s->timer_ms) {
            s->timer_ms = 0;
            app->is_dirty = true;
            if (s->view.ops->timer) {
                s->view.ops->timer(&s->view);
            }
        }
    }
    app_bury(app);
}

void app_advance(struct app *app, int64_t now_ms)
{
    app_time(app, now_ms, now_ms);
}

int64_t app_next_due(const struct app *app)
{
    int64_t due = app->toast.n ? app->toast_until_ms : INT64_MAX;
    for (size_t i = 0; i < app->slot_count; i++) {
        int64_t timer = app->slots[i]->timer_ms;
        due = timer && timer < due ? timer : due;
    }
    return due;
}

void app_timer(struct app *app, struct view *v, int ms)
{
    struct slot *s = app_slot(app, v->id);
    if (s) {
        s->timer_ms = ms > 0 ? app->mono_ms + ms : 0;
    }
}

/* --- messages --- */

static void toast_show(struct app *app, enum toast kind, struct sv text, const char *hint)
{
    struct str clean = STR_INIT;
    utf8_sanitize(&clean, text);
    messages_add(&app->messages, kind, sv_of(&clean), hint, app->wall_ms);
    str_release(&app->toast);
    app->toast = clean;
    app->toast_kind = kind;
    app->is_toast_answer = app->is_key_turn;
    app->toast_until_ms = kind == TOAST_ERROR ? INT64_MAX : app->mono_ms + APP_TOAST_MS;
    app->is_dirty = true;
}

void app_toast(struct app *app, enum toast kind, const char *fmt, ...)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&s, fmt, ap);
    va_end(ap);
    toast_show(app, kind, sv_of(&s), NULL);
}

void app_error(struct app *app, const struct err *e)
{
    toast_show(app, TOAST_ERROR, sv_z(e->msg), e->hint[0] ? e->hint : NULL);
}

void app_connection(struct app *app, const char *text, unsigned style)
{
    str_clear(&app->connection);
    str_addz(&app->connection, text);
    app->connection_style = style;
    app->is_dirty = true;
}

void app_copy(struct app *app, struct sv text)
{
    if (text.n > APP_CLIPBOARD_MAX) {
        app_toast(app, TOAST_WARN, "not copied: %zu bytes, terminals take %d", text.n,
                  APP_CLIPBOARD_MAX);
        return;
    }
    str_clear(&app->copied);
    str_addsv(&app->copied, text);
    app->wants_copy = true;
    if (app->config.copy) {
        app->config.copy(app->config.arg, text);
    }
    app_toast(app, TOAST_INFO, "copied %zu bytes", text.n);
}

void app_call(struct app *app, enum toast kind, struct sv text)
{
    toast_show(app, kind, text, NULL);
    app->is_toast_answer = false;
    app->toast_until_ms = INT64_MAX;
    str_clear(&app->call);
    str_addsv(&app->call, sv_of(&app->toast)); /* harmless there */
    app->wants_call = app->config.calls != APP_CALLS_NONE;
}

void app_quit(struct app *app, int status)
{
    app->is_ended = true;
    app->status = status;
}

/* --- what views ask --- */

int64_t app_now_ms(const struct app *app)
{
    return app->wall_ms;
}

void *app_world(const struct app *app)
{
    return app->config.world;
}

bool app_is_held(const struct app *app)
{
    return app->mono_ms - app->last_key_ms < APP_HELD_MS;
}

bool app_has_colour(const struct app *app)
{
    return !app->config.no_colour && theme_look(&app->theme, ROLE_SERIES_1, COLOUR_256).fg >= 0;
}

bool app_is_ascii(const struct app *app)
{
    return app->canvas.is_ascii;
}

bool app_is_read_only(const struct app *app)
{
    return app->config.is_read_only;
}

const char *app_glyph(const struct app *app, enum glyph glyph)
{
    return glyph_text(glyph, app->canvas.is_ascii);
}

const struct keymap *app_keymap(const struct app *app)
{
    return &app->keymap;
}

const struct theme *app_theme(const struct app *app)
{
    return &app->theme;
}

const struct canvas *app_canvas(const struct app *app)
{
    return &app->canvas;
}

bool app_is_ended(const struct app *app)
{
    return app->is_ended;
}

/* --- from outside --- */

void app_resize(struct app *app, int w, int h)
{
    if (w != app->canvas.w || h != app->canvas.h) {
        canvas_resize(&app->canvas, w, h);
        app->is_dirty = true;
    }
}

void app_event(struct app *app, void *ev)
{
    if (app->config.on_event) {
        app->config.on_event(app->config.arg, app, ev);
    }
    for (size_t i = 0; i < app->slot_count; i++) {
        struct view *v = &app->slots[i]->view;
        if (v->ops->event) {
            v->ops->event(v, ev);
        }
    }
    app->is_dirty = true;
    app_ahead_do(app);
    app_bury(app);
}

bool app_drain(struct app *app)
{
    void *ev = NULL;
    int n = 0;
    if (!app->config.next_event) {
        return false;
    }
    /* a flood is taken in parts, so that keys come in between */
    for (; n < APP_DRAIN_MAX && (ev = app->config.next_event(app->config.arg)); n++) {
        app_event(app, ev);
        if (app->config.free_event) {
            app->config.free_event(app->config.arg, ev);
        }
    }
    app->has_more_events = n == APP_DRAIN_MAX;
    return n > 0;
}
