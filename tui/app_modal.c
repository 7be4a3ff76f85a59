/* What stands before the view: prompts, dialogs, menus, the palette. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/app_internal.h"

struct modal *app_modal(const struct app *app)
{
    return app->modal_count ? app->modals[app->modal_count - 1] : NULL;
}

static void modal_free(struct modal *m)
{
    str_release(&m->label);
    line_release(&m->line);
    menu_release(&m->menu);
    if (m->kind == MODAL_DIALOG) {
        dialog_release(&m->dialog);
    }
    free(m);
}

static void pop(struct app *app)
{
    modal_free(app->modals[--app->modal_count]);
    app->is_dirty = true;
}

void app_modals_clear(struct app *app)
{
    while (app->modal_count) {
        pop(app);
    }
}

static struct history *history_of(struct app *app, const char *name)
{
    if (!name) {
        return NULL;
    }
    struct history *h = map_get(&app->histories, sv_z(name));
    if (!h) {
        h = xcalloc(1, sizeof *h);
        (void)map_set(&app->histories, sv_z(name), h);
    }
    return h;
}

static struct modal *push(struct app *app, enum modal_kind kind, const struct view *v, int tag,
                          const char *label)
{
    struct modal *m = xcalloc(1, sizeof *m);
    m->kind = kind;
    m->view_id = v ? v->id : 0;
    m->tag = tag;
    m->label = (struct str)STR_INIT;
    str_addz(&m->label, label ? label : "");
    line_init(&m->line, SV(""), NULL);
    menu_init(&m->menu);
    if (app->modal_count == app->modal_cap) {
        app->modal_cap = app->modal_cap ? app->modal_cap * 2 : 4;
        app->modals = xreallocarray(app->modals, app->modal_cap, sizeof *app->modals);
    }
    app->modals[app->modal_count++] = m;
    app->is_dirty = true;
    return m;
}

void app_lines_load(struct app *app, struct sv lines)
{
    struct history *h = history_of(app, "palette");
    struct sv rest = lines, line;
    while (rest.n && sv_split(&rest, '\n', &line)) {
        CLEANUP(str_release) struct str clean = STR_INIT;
        utf8_sanitize(&clean, line);
        history_add(h, sv_of(&clean));
    }
}

/* --- opening --- */

void app_prompt(struct app *app, struct view *v, int tag, const struct prompt_spec *spec)
{
    struct modal *m = push(app, MODAL_PROMPT, v, tag, spec->label);
    m->is_live = spec->is_live;
    m->is_required = spec->is_required;
    line_release(&m->line);
    line_init(&m->line, sv_z(spec->text), history_of(app, spec->history));
}

void app_dialog(struct app *app, struct view *v, int tag, const struct dialog_spec *spec)
{
    struct modal *m = push(app, MODAL_DIALOG, v, tag, NULL);
    struct key none = {0, 0};
    dialog_init(&m->dialog, spec, app->is_key_turn ? app->last_key : none, app->mono_ms);
}

void app_menu(struct app *app, struct view *v, int tag, const char *label,
              const struct menu_item *items, size_t n)
{
    struct modal *m = push(app, MODAL_MENU, v, tag, label);
    m->has_list = true;
    for (size_t i = 0; i < n; i++) {
        menu_add(&m->menu, &items[i]);
    }
    menu_filter(&m->menu, SV(""));
}

void app_ask_quit(struct app *app)
{
    CLEANUP(str_release) struct str note = STR_INIT;
    if (app->config.quit_note) {
        app->config.quit_note(app->config.arg, &note);
    }
    app_dialog(app, NULL, TAG_QUIT,
               &(struct dialog_spec){.tier = DIALOG_T1,
                                     .verb = "quit",
                                     .object = "mlw",
                                     .question = "Quit mlw?",
                                     .body = note.n ? note.p : NULL});
}

static void add_command(struct app *app, struct menu *menu, enum cmd cmd, const char *off)
{
    CLEANUP(str_release) struct str keys = STR_INIT;
    keymap_labels(&app->keymap, app_contexts(app), cmd, app->canvas.is_ascii, &keys);
    menu_add(menu, &(struct menu_item){.id = cmd_info(cmd)->name,
                                       .describe = cmd_info(cmd)->text,
                                       .key = keys.n ? keys.p : NULL,
                                       .off = off});
}

/* Every action, those that can be done first; the others say why not. */
static void add_actions(struct app *app, struct menu *menu, bool can_be_done)
{
    const unsigned acts = CMD_NEEDS_SELECTION | CMD_TAKES_MARKS | CMD_WRITES;
    const struct view *v = app_top(app);
    for (int i = CMD_NONE + 1; i < CMD_COUNT; i++) {
        enum cmd cmd = (enum cmd)i;
        unsigned flags = cmd_info(cmd)->flags;
        CLEANUP(str_release) struct str why = STR_INIT;
        if (flags & CMD_IS_HIDDEN || !(flags & acts)) {
            continue;
        }
        enum can can = app_can(app, v, cmd, &why);
        const char *off = can == CAN_OFF ? why.p : app_reason(app, v, cmd);
        if (can_be_done ? can == CAN_YES : can != CAN_YES && off) {
            add_command(app, menu, cmd, off);
        }
    }
}

void app_open_actions(struct app *app)
{
    struct modal *m = push(app, MODAL_MENU, NULL, TAG_ACTIONS, "action: ");
    m->has_list = true;
    add_actions(app, &m->menu, true);
    add_actions(app, &m->menu, false);
    menu_filter(&m->menu, SV(""));
}

static void add_commands(struct app *app, struct menu *menu)
{
    for (int i = CMD_NONE + 1; i < CMD_COUNT; i++) {
        enum cmd cmd = (enum cmd)i;
        unsigned flags = cmd_info(cmd)->flags;
        CLEANUP(str_release) struct str why = STR_INIT;
        enum can can = app_can(app, app_top(app), cmd, &why);
        if (!(flags & CMD_IS_HIDDEN) && (can != CAN_NOT || flags & CMD_IS_APPS)) {
            add_command(app, menu, cmd, can == CAN_OFF ? why.p : NULL);
        }
    }
}

/* `theme NAME` for each that is built in. */
static void add_themes(struct menu *menu)
{
    char *name;
    for (size_t i = 0; (name = theme_bundled_name(i)); i++) {
        CLEANUP(mem_free_ptr) char *line = xasprintf("theme %s", name);
        CLEANUP(mem_free_ptr) char *text = theme_bundled_text(i);
        menu_add(menu, &(struct menu_item){.id = line, .describe = text});
        free(name);
    }
}

static void palette_fill(struct app *app, struct modal *m)
{
    struct sv text = sv_of(&m->line.text);
    menu_clear(&m->menu);
    if (sv_starts(text, "theme ")) {
        add_themes(&m->menu);
    } else if (app->config.complete) {
        app->config.complete(app->config.arg, app, text, &m->menu);
    }
    add_commands(app, &m->menu);
    menu_filter(&m->menu, text);
}

void app_open_palette(struct app *app, const char *text)
{
    struct modal *m = push(app, MODAL_PALETTE, NULL, 0, ":");
    m->has_list = true;
    line_release(&m->line);
    line_init(&m->line, sv_z(text), history_of(app, "palette"));
    palette_fill(app, m);
}

/* --- answers --- */

static void own_reply(struct app *app, int tag, enum reply what, struct sv text)
{
    if (what != REPLY_ACCEPTED) {
        return;
    }
    if (tag == TAG_QUIT) {
        app_quit(app, 0);
    } else if (tag == TAG_ACTIONS) {
        (void)app_command(app, cmd_by_name(text), NULL);
    } else if (tag == TAG_THEME) {
        (void)app_command(app, CMD_THEME, &(struct cmd_arg){.text = text});
    } else if (tag == TAG_SAVE) {
        (void)app_command(app, CMD_SAVE, &(struct cmd_arg){.text = text});
    }
}

void app_modal_reply(struct app *app, uint32_t view_id, int tag, enum reply what, struct sv text)
{
    struct view *v = view_id ? app_view(app, view_id) : NULL;
    if (view_id == 0) {
        own_reply(app, tag, what, text);
    } else if (v && v->ops->reply) {
        v->ops->reply(v, tag, what, text);
    }
}

/* Close the top modal, then answer: the answer may open the next one. */
static void finish(struct app *app, enum reply what, struct sv text)
{
    struct modal *m = app_modal(app);
    CLEANUP(mem_free_ptr) char *copy = sv_dup(text);
    uint32_t view_id = m->view_id;
    int tag = m->tag;
    pop(app);
    app_modal_reply(app, view_id, tag, what, sv_z(copy));
}

static void changed(struct app *app, struct modal *m)
{
    if (m->kind == MODAL_PALETTE) {
        palette_fill(app, m);
    } else if (m->kind == MODAL_MENU) {
        menu_filter(&m->menu, sv_of(&m->line.text));
    } else if (m->kind == MODAL_PROMPT) {
        m->has_list = false;
        if (m->is_live) {
            app_modal_reply(app, m->view_id, m->tag, REPLY_CHANGED, sv_of(&m->line.text));
        }
    }
}

/* --- the palette: the typed text if it says something exactly, else the highlighted line --- */

static bool says_exactly(const struct app *app, const struct modal *m)
{
    (void)app;
    struct sv rest = sv_trim(sv_of(&m->line.text)), word = {"", 0};
    if (rest.n == 0) {
        return false;
    }
    sv_split(&rest, ' ', &word);
    return cmd_by_name(word) != CMD_NONE || menu_exact(&m->menu, word) != NULL ||
           sv_eqz(word, "q") || sv_eqz(word, "w");
}

static void palette_enter(struct app *app, struct modal *m)
{
    struct err e = ERR_INIT;
    const struct menu_item *item = menu_selected(&m->menu);
    bool is_typed = says_exactly(app, m) || !item;
    CLEANUP(mem_free_ptr) char *line = is_typed ? sv_dup(sv_of(&m->line.text)) : xstrdup(item->id);
    if (!is_typed && item->off) {
        app_toast(app, TOAST_WARN, "%s: %s", item->id, item->off);
        return;
    }
    if (m->line.history) {
        history_add(m->line.history, sv_z(line));
    }
    if (app->config.remember) {
        app->config.remember(app->config.arg, sv_z(line));
    }
    pop(app);
    if (!app_line(app, sv_z(line), &e)) {
        app_error(app, &e);
    }
}

static void menu_enter(struct app *app, struct modal *m)
{
    const struct menu_item *item = menu_selected(&m->menu);
    if (!item) {
        return;
    }
    if (item->off) {
        app_toast(app, TOAST_WARN, "%s: %s", item->text, item->off);
        return;
    }
    finish(app, REPLY_ACCEPTED, sv_z(item->id));
}

static void prompt_enter(struct app *app, struct modal *m)
{
    if (m->is_required && sv_trim(sv_of(&m->line.text)).n == 0) {
        return;
    }
    if (m->line.history) {
        history_add(m->line.history, sv_of(&m->line.text));
    }
    finish(app, REPLY_ACCEPTED, sv_of(&m->line.text));
}

/* --- completion by Tab --- */

/* Put the completion in place of the last word. */
static void complete_with(struct app *app, struct modal *m, struct sv word)
{
    CLEANUP(str_release) struct str next = STR_INIT;
    struct sv text = sv_of(&m->line.text);
    size_t keep = text.n;
    while (keep > 0 && text.p[keep - 1] != ' ') {
        keep--;
    }
    str_add(&next, text.p, m->kind == MODAL_PALETTE ? 0 : keep);
    str_addsv(&next, word);
    line_set(&m->line, sv_of(&next));
    if (m->kind == MODAL_PROMPT && m->is_live) {
        app_modal_reply(app, m->view_id, m->tag, REPLY_CHANGED, sv_of(&m->line.text));
    } else if (m->kind == MODAL_PALETTE) {
        palette_fill(app, m);
    }
}

static void tab(struct app *app, struct modal *m, int dir)
{
    const struct view *v = app_view(app, m->view_id);
    if (m->kind == MODAL_MENU) {
        (void)menu_command(&m->menu, dir > 0 ? CMD_DOWN : CMD_UP);
        return;
    }
    if (m->kind == MODAL_PROMPT && !m->has_list) {
        if (!v || !v->ops->complete) {
            return;
        }
        menu_clear(&m->menu);
        v->ops->complete(v, m->tag, sv_of(&m->line.text), &m->menu);
        menu_filter(&m->menu, SV(""));
        m->has_list = m->menu.shown_count > 1;
    } else if (m->kind == MODAL_PROMPT) {
        m->menu.selected =
            (m->menu.selected + (dir > 0 ? 1 : m->menu.shown_count - 1)) % m->menu.shown_count;
    }
    const struct menu_item *item = menu_selected(&m->menu);
    if (item) {
        CLEANUP(mem_free_ptr) char *word = xstrdup(item->id);
        complete_with(app, m, sv_z(word));
    }
}

/* --- keys --- */

static enum cmd list_command(struct key key)
{
    static const struct {
        struct key key;
        enum cmd cmd;
    } rows[] = {
        {{KEYCODE_UP, 0}, CMD_UP},        {{KEYCODE_DOWN, 0}, CMD_DOWN},
        {{KEYCODE_PGUP, 0}, CMD_PAGE_UP}, {{KEYCODE_PGDN, 0}, CMD_PAGE_DOWN},
        {{'p', KEYMOD_CTRL}, CMD_UP},     {{'n', KEYMOD_CTRL}, CMD_DOWN},
    };
    for (size_t i = 0; i < ALEN(rows); i++) {
        if (key_eq(rows[i].key, key)) {
            return rows[i].cmd;
        }
    }
    return CMD_NONE;
}

static void dialog_answer_key(struct app *app, struct modal *m, struct key key)
{
    enum dialog_answer answer = dialog_key(&m->dialog, key, app->mono_ms);
    if (answer != DIALOG_OPEN) {
        CLEANUP(mem_free_ptr) char *object = sv_dup(sv_of(&m->dialog.object));
        finish(app, answer == DIALOG_YES ? REPLY_ACCEPTED : REPLY_CANCELLED, sv_z(object));
    }
}

/* With nothing typed, Up in the palette is history; once in the list it moves there. */
static bool moves_list(const struct modal *m, enum cmd cmd)
{
    if (cmd == CMD_NONE || !m->has_list || m->kind == MODAL_PROMPT) {
        return false;
    }
    return m->kind == MODAL_MENU || cmd != CMD_UP || m->menu.selected > 0;
}

void app_modal_key(struct app *app, struct key key)
{
    struct modal *m = app_modal(app);
    bool is_changed = false;
    if (m->kind == MODAL_DIALOG) {
        dialog_answer_key(app, m, key);
    } else if (key_eq(key, (struct key){KEYCODE_ESC, 0}) ||
               key_eq(key, (struct key){'c', KEYMOD_CTRL})) {
        finish(app, REPLY_CANCELLED, sv_of(&m->line.text));
    } else if (key.code == KEYCODE_ENTER) {
        (m->kind == MODAL_PALETTE ? palette_enter
         : m->kind == MODAL_MENU  ? menu_enter
                                  : prompt_enter)(app, m);
    } else if (key.code == KEYCODE_TAB) {
        tab(app, m, key.mods & KEYMOD_SHIFT ? -1 : 1);
    } else if (moves_list(m, list_command(key))) {
        (void)menu_command(&m->menu, list_command(key));
    } else if (key.code == KEYCODE_BACKSPACE && m->line.text.n == 0 && m->kind != MODAL_MENU) {
        finish(app, REPLY_CANCELLED, SV(""));
    } else if (line_key(&m->line, key, &is_changed) == HANDLED && is_changed) {
        changed(app, m);
    }
}

void app_modal_paste(struct app *app, struct sv text)
{
    struct modal *m = app_modal(app);
    if (m && m->kind != MODAL_DIALOG) { /* a name that guards something is typed, not pasted */
        line_paste(&m->line, text);
        changed(app, m);
    }
}

void app_modal_shown(struct app *app)
{
    struct modal *m = app_modal(app);
    if (m && m->kind == MODAL_DIALOG) {
        dialog_shown(&m->dialog, app->mono_ms);
    }
}

/* --- looks --- */

int app_modal_layout(struct modal *m, int w, int h)
{
    return m->kind == MODAL_DIALOG ? dialog_layout(&m->dialog, w, h)
                                   : 1 + (m->has_list ? menu_rows(&m->menu) : 0);
}

void app_modal_draw(const struct app *app, const struct modal *m, struct canvas *c, struct rect r)
{
    (void)app;
    if (m->kind == MODAL_DIALOG) {
        dialog_draw(&m->dialog, c, r);
        return;
    }
    struct rect field = rect_cut_bottom(&r, 1);
    if (m->has_list) {
        CLEANUP(str_release) struct str place = STR_INIT;
        menu_draw(&m->menu, c, r);
        menu_place(&m->menu, r.h, &place);
        struct rect right = rect_cut_right(&field, place.n ? (int)place.n + 1 : 0);
        canvas_fit(c, right.x, right.y, right.w, ROLE_DIM, sv_of(&place), ALIGN_RIGHT,
                   UTF8_CUT_END);
    }
    line_draw(&m->line, c, field, m->label.p);
}
