/* app: the loop, the stack of views, modals, and the rows around a view.
 *
 * Owns the terminal (through term.h), the canvas, views and their state, keymap and theme. UI
 * thread only. The composition root makes one with an app_config and calls app_run; tests and
 * --shot make one without a terminal (app_new, app_key, app_paint, app_canvas) and never run it.
 *
 * Rows: 1 crumbs, badges, connection; body = rows 2 to h - 2, the view's; h - 1 the sentence or a
 * toast; h the status line. Modals (prompt, dialog, menu, palette) take keys before views do; they
 * stand in the last rows and are a stack. History: opening a view puts it on top; `q` closes it,
 * `[` and `]` walk through what was open, `-` swaps the last two. */
#ifndef MLW_TUI_APP_H
#define MLW_TUI_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "tui/canvas.h"
#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/theme.h"
#include "tui/view_ops.h"

struct app;

struct app_config {
    /* The hub's side: when `wake_fd` is readable, next_event is called until it returns NULL; each
     * event goes to all views, then free_event. The app never reads the fd itself: next_event
     * drains it. wake_fd -1: no events. */
    int wake_fd;
    void *(*next_event)(void *arg);
    void (*free_event)(void *arg, void *ev);
    /* Before views see it: what the composition root itself wants to know. May be NULL. */
    void (*on_event)(void *arg, struct app *app, const void *ev);
    /* A palette line that is no command: open what it names. false: e says why not. */
    bool (*open_line)(void *arg, struct app *app, struct sv line, struct err *e);
    /* Views, bookmarks and names for the palette: menu_add. May be NULL. */
    void (*complete)(void *arg, struct app *app, struct sv text, struct menu *menu);
    /* An app's command that needs a view of the root's (JOURNAL, BOOKMARK …). May be NULL. */
    enum handled (*command)(void *arg, struct app *app, enum cmd cmd, const struct cmd_arg *a);
    /* Write a file for `:save`; NULL: refused. */
    bool (*write_file)(void *arg, const char *path, struct sv bytes, struct err *e);
    /* What was copied, for more clipboards than the terminal's own. May be NULL. */
    void (*copy)(void *arg, struct sv text);
    /* A person's own theme of that name, which stands above a bundled one; false: there is none, or
     * it could not be read (then e has a code). May be NULL. */
    bool (*read_theme)(void *arg, const char *name, struct str *text, char **ret_file,
                       struct err *e);
    /* A line of the palette was done, to be offered next time too. May be NULL. */
    void (*remember)(void *arg, struct sv line);
    const char *lines; /* of the palette, from last time, oldest first; NULL: none */
    /* What goes on without the screen, for the quit dialog ("2 executions go on"). May be NULL. */
    void (*quit_note)(void *arg, struct str *out);
    /* view_ops.reasons of the app's own texts (help, messages, documents); NULL: none. */
    const char *const *text_reasons;
    void *arg;
    void *world; /* what all views share, theirs by app_world: opaque here */

    const char *colorfgbg;  /* to guess the theme by; NULL: the variable COLORFGBG (app_run) */
    int sync_fd;            /* where {u64 frame, u64 input bytes} go; 0: the variable MLW_SYNC_FD */
    const char *theme;      /* name; NULL: guessed, by what the terminal answers or COLORFGBG */
    const char *keys_text;  /* a person's keys on top of the default; NULL: none */
    const char *keys_file;  /* its name in errors */
    const char *first_line; /* --open; NULL: none */
    int calls;              /* enum app_calls */
    bool is_ascii, no_colour, is_plain, is_read_only;
    int w, h; /* without a terminal: the size; 0: 80x24 */
};

/* NULL: there is no such theme, or it is wrong (e names file and line). Wrong keys of a person are
 * said on the screen, and the default ones hold. */
MUST_USE struct app *app_new(const struct app_config *config, struct err *e);
void app_free(struct app *app); /* closes all views */

/* Run on the terminal of stdin and stdout until it ends; the exit status. Returns false when there
 * is no terminal. A fatal signal restores the terminal and ends the process by that signal. */
MUST_USE bool app_run(struct app *app, int *ret_status, struct err *e);

/* --- for views and the root --- */
/* Open a view on top; NULL when its open failed (e filled; nothing changes). */
struct view *app_open(struct app *app, const struct view_ops *ops, const struct route *route,
                      struct err *e);
void app_close(struct app *app, uint32_t view_id); /* freed after the current call */
/* The palette line that leads to the top view as it is seen now; false: it has none. */
bool app_view_line(const struct app *app, struct str *out);
/* The palette, with `text` typed already. */
void app_open_palette(struct app *app, const char *text);
struct view *app_top(const struct app *app);                    /* NULL when none is open */
struct view *app_view(const struct app *app, uint32_t view_id); /* NULL when it is gone */
/* Do a palette line: a command with arguments, else open_line. false: e says why not. */
MUST_USE bool app_line(struct app *app, struct sv line, struct err *e);
enum handled app_command(struct app *app, enum cmd cmd, const struct cmd_arg *arg);
void app_quit(struct app *app, int status); /* at the end of this turn */
/* A view of a text to read (copied): scroll, search; for raw documents and the like. */
void app_text(struct app *app, const char *title, struct sv text);
void app_prose(struct app *app, const char *title, struct sv text); /* its lines are wrapped */

/* What the terminal does for app_call: rings and, where it is fit for it, notifies; or less. */
enum app_calls { APP_CALLS_ALL, APP_CALLS_BELL, APP_CALLS_NONE };

enum toast { TOAST_INFO, TOAST_WARN, TOAST_ERROR /* stays until a key; `!` shows it whole */ };
void app_toast(struct app *app, enum toast kind, const char *fmt, ...) PRINTF(3, 4);
/* message, and hint where there is one; the last one is what `!` shows. */
void app_error(struct app *app, const struct err *e);
void app_connection(struct app *app, const char *text, unsigned style);

/* One line typed in the last row; every printable key is text. The view gets reply(tag). */
struct prompt_spec {
    const char *label;   /* "/", "Reason: " */
    const char *text;    /* to begin with; NULL: empty */
    const char *history; /* lines of the same name are kept together; NULL: none */
    bool is_live;        /* REPLY_CHANGED after each change */
    bool is_required;    /* Enter does nothing while it is empty */
};
void app_prompt(struct app *app, struct view *v, int tag, const struct prompt_spec *spec);

/* Confirmation. T1: `y` does it, Cancel has the focus. T2: the name is typed, then Enter. Opened
 * by a key, keys of the same burst (30 ms) are discarded. */
enum dialog_tier { DIALOG_T1, DIALOG_T2 };
struct dialog_spec {
    enum dialog_tier tier;
    const char *verb;     /* "stop" */
    const char *object;   /* its id; T2: the name to type */
    const char *question; /* "Stop k3v9x0m2q8ab in local?"; NULL: made from verb and object */
    const char *body;     /* lines above: effect, cost, calls; NULL: none */
    bool is_production;   /* takes its key only 400 ms after its frame was written */
};
void app_dialog(struct app *app, struct view *v, int tag, const struct dialog_spec *spec);

/* A list to choose from, narrowed by typing. reply text = id of the line. Items are copied. */
struct menu_item {
    const char *id;       /* what is replied, and typed in the palette */
    const char *text;     /* what it says; NULL: id */
    const char *describe; /* dim, beside it */
    const char *key;      /* label of its key */
    const char *off;      /* why it cannot be chosen now; NULL: it can */
};
void app_menu(struct app *app, struct view *v, int tag, const char *label,
              const struct menu_item *items, size_t n);

/* Call v's timer once, at least `ms` from now (0: cancel). One a view. */
void app_timer(struct app *app, struct view *v, int ms);
int64_t app_now_ms(const struct app *app); /* wall clock of this turn */
void *app_world(const struct app *app);    /* of the config */
/* A key was pressed in the last two seconds: change cells, do not reorder rows. */
bool app_is_held(const struct app *app);
bool app_is_ascii(const struct app *app);
bool app_has_colour(const struct app *app); /* lines are told apart by their colours */
bool app_is_read_only(const struct app *app);
const char *app_glyph(const struct app *app, enum glyph glyph);
const struct keymap *app_keymap(const struct app *app);
const struct theme *app_theme(const struct app *app);
/* Text to the terminal's clipboard (OSC 52, at most 74 KB); with the next frame. */
void app_copy(struct app *app, struct sv text);
/* Somebody who may not be looking is told: a toast that stays until a key, and the terminal's own
 * ways (app_config.calls), with the next frame. */
void app_call(struct app *app, enum toast kind, struct sv text);
MUST_USE bool app_theme_set(struct app *app, const char *name, struct err *e);
/* The terminal said what its ground is (0xrrggbb): once, and only for a theme nobody chose. */
void app_background(struct app *app, uint32_t rgb);

/* --- without a terminal: tests, --shot, --plain --- */
void app_resize(struct app *app, int w, int h);
void app_key(struct app *app, struct key key);
void app_keys(struct app *app, const char *names); /* "jj<Enter>/auc<Esc>" */
void app_paste(struct app *app, struct sv text);
void app_event(struct app *app, void *ev); /* as if the hub had sent it; not freed */
/* Drain next_event once; whether anything came. */
bool app_drain(struct app *app);
void app_advance(struct app *app, int64_t now_ms); /* time of this turn; runs due timers */
void app_paint(struct app *app);
/* Paint and drain until events stop: none for quiet_ms after the first, at most max_ms. */
void app_settle(struct app *app, int quiet_ms, int max_ms);
const struct canvas *app_canvas(const struct app *app);
bool app_is_ended(const struct app *app);

#endif
