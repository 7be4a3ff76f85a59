/* The app's insides, shared by tui/app*.c alone: state, modals, and what the loop asks for. */
#ifndef MLW_TUI_APP_INTERNAL_H
#define MLW_TUI_APP_INTERNAL_H

#include "core/base/map.h"
#include "core/base/vec.h"
#include "tui/app.h"
#include "tui/widgets/dialog.h"
#include "tui/widgets/line.h"
#include "tui/widgets/menu.h"
#include "tui/widgets/messages.h"

enum {
    APP_MIN_W = 40,
    APP_MIN_H = 8,
    APP_VIEWS_MAX = 50,
    APP_TOAST_MS = 4000,
    APP_HELD_MS = 2000,
    APP_FRAME_MS = 33,
    APP_CLIPBOARD_MAX = 74000,
    APP_DRAIN_MAX = 64,
};

/* tags of the app's own modals; views use tags >= 0 */
enum { TAG_QUIT = -1, TAG_ACTIONS = -2, TAG_SAVE = -3, TAG_THEME = -4 };

enum modal_kind { MODAL_PROMPT, MODAL_DIALOG, MODAL_MENU, MODAL_PALETTE };

struct modal {
    enum modal_kind kind;
    uint32_t view_id; /* 0: the app's own */
    int tag;
    bool is_live, is_required, has_list;
    struct str label;
    struct line line;
    struct menu menu;
    struct dialog dialog;
};

struct slot {
    struct view view;
    int64_t timer_ms;                                           /* mono; 0: none */
    char *line, *kind, *id, *context, *filter, *sort, *columns; /* of its route */
};

/* A key that came before the rows it is about. */
struct ahead {
    enum cmd cmd;
    long n;
};

struct app {
    struct app_config config;
    struct canvas canvas;
    struct theme theme;
    struct keymap keymap;
    struct messages messages;
    struct map histories; /* name → struct history * */

    struct slot **slots; /* open views, oldest first */
    size_t slot_count, slot_cap;
    size_t current;   /* index of the one on the screen */
    uint32_t last_id; /* the view that was on the screen before */
    uint32_t next_id;
    struct slot **dead; /* closed in this turn, freed at its end */
    size_t dead_count, dead_cap;

    struct modal **modals; /* the top one is the last */
    size_t modal_count, modal_cap;

    struct str toast;
    enum toast toast_kind;
    bool is_toast_answer;   /* to a key: it goes with the next one */
    int64_t toast_until_ms; /* mono; INT64_MAX: until a key */
    struct str connection;
    unsigned connection_style;

    int64_t mono_ms, wall_ms, last_key_ms;
    struct key last_key;
    bool is_key_turn; /* the command in hand came from a key */
    VEC(struct ahead) ahead;
    uint32_t ahead_id;      /* the view they are for */
    int64_t ahead_until_ms; /* mono; later nobody expects them any more */
    bool is_dirty;          /* something may have changed since the last paint */
    bool is_ended, has_more_events;
    int status;

    /* for the loop */
    bool wants_redraw, wants_suspend, is_theme_new;
    bool is_theme_guessed; /* the ground of the terminal may still say otherwise */
    bool wants_copy, wants_call;
    struct str copied, call;
};

/* --- app_views.c --- */
struct slot *app_slot(const struct app *app, uint32_t id);
void app_bury(struct app *app); /* free what was closed */
bool app_at_root(const struct app *app);
/* Why cmd has no meaning in v; NULL: it has one. */
const char *app_reason(const struct app *app, const struct view *v, enum cmd cmd);
/* Why nothing comes of a key in v; NULL: something does, or it is bound nowhere. */
const char *app_key_reason(const struct app *app, const struct view *v, struct key key);
enum can app_can(const struct app *app, const struct view *v, enum cmd cmd, struct str *why);
unsigned app_contexts(const struct app *app);

/* --- app_ahead.c: what is typed before the rows are here --- */
/* true: it waits until the view in front has its rows; Esc forgets what waits. */
bool app_ahead_keep(struct app *app, enum cmd cmd, long n);
void app_ahead_do(struct app *app); /* what can be done now; after events */
void app_ahead_drop(struct app *app);

/* --- app_doc.c: a view of text of our own --- */
void app_open_help(struct app *app);
void app_open_messages(struct app *app, bool only_last_error);

/* --- app_modal.c --- */
void app_modal_key(struct app *app, struct key key);
void app_modal_paste(struct app *app, struct sv text);
void app_modal_shown(struct app *app); /* its frame is on the terminal */
/* A field of the view in front has the cursor. */
bool app_is_typing(const struct app *app);
struct modal *app_modal(const struct app *app);
void app_modals_clear(struct app *app);
void app_lines_load(struct app *app, struct sv lines); /* what the palette took last time */
void app_open_actions(struct app *app);
void app_ask_quit(struct app *app);
void app_modal_reply(struct app *app, uint32_t view_id, int tag, enum reply what, struct sv text);
/* Rows that it takes at the bottom, of at most h. */
int app_modal_layout(struct modal *m, int w, int h);
void app_modal_draw(const struct app *app, const struct modal *m, struct canvas *c, struct rect r);

/* --- app_chrome.c --- */
void app_chrome_draw(struct app *app);

/* --- app.c --- */
void app_time(struct app *app, int64_t wall_ms, int64_t mono_ms);
int64_t app_next_due(const struct app *app); /* mono; INT64_MAX: nothing is due */

#endif
