/* view_ops: what a screen is to the app. A view is a const table and a plain state struct.
 *
 * The app owns views: it allocates `state_size` zeroed bytes, calls open, and frees them after
 * close. Every slot but name and draw may be NULL (the default stands in its comment). All calls
 * come from the UI thread; none may block; draw and the text slots are pure (state → cells).
 * Nothing draws by itself: after any event, command or reply the app paints once.
 *
 *     struct runs { struct table table; };
 *     static void runs_draw(const struct view *v, struct canvas *c, struct rect r) {
 *         table_draw(&((const struct runs *)v->state)->table, c, r); }
 *     const struct view_ops runs_view = {.name = "runs", .state_size = sizeof(struct runs),
 *         .open = runs_open, .command = runs_command, .draw = runs_draw, .contexts =
 * runs_contexts}; app_open(app, &runs_view, &(struct route){.line = "runs @churn", .arg = id}, e);
 */
#ifndef MLW_TUI_VIEW_OPS_H
#define MLW_TUI_VIEW_OPS_H

#include "core/base/err.h"
#include "core/base/str.h"
#include "tui/canvas.h"
#include "tui/command.h"
#include "tui/key.h"
#include "tui/keymap.h"

struct app;
struct help; /* widgets/help.h */
struct menu; /* widgets/menu.h */
struct view;

/* Where to: copied by the app, given again when the view is opened again from a bookmark. */
struct route {
    const char *line; /* palette line that leads here, "" or NULL when there is none */
    const char *kind, *id, *context, *filter; /* for the view; NULL when not given */
    const char *sort, *columns;               /* the same: `auc:desc`; `name,auc` */
};

struct view {
    const struct view_ops *ops;
    void *state;
    struct app *app;
    uint32_t id;      /* never used twice: keep this, not the pointer */
    struct rect area; /* of the last draw */
};

/* The left part of the last row: what changes the view. Zeroed by the app, filled by the view
 * (table_status and text_status fill their part). */
struct status {
    struct str filter; /* as typed; shown `/TEXT (MATCHED/TOTAL)` */
    bool is_filtered, is_bad_filter;
    bool is_counting; /* what matches this text is not known yet: `(…/TOTAL)` */
    size_t matched, total;
    struct str order; /* `auc` with direction */
    int order_dir;    /* -1 down, 1 up, 0 none */
    size_t marks;
    /* free words before all else: `paused`, `▶ Executing\t 14s`; plain after the tab */
    struct str state;
    unsigned state_style;
};

/* Hints for the right part: commands in order of need; the app drops those that cannot act. */
struct hint {
    enum cmd cmd;
    const char *text; /* short word: "open"; static */
};
enum { HINTS_MAX = 12 };
struct hints {
    struct hint at[HINTS_MAX];
    size_t n;
};
void hint_add(struct hints *h, enum cmd cmd, const char *text);

enum can {
    CAN_NOT, /* not a command of this view: not offered */
    CAN_OFF, /* one of ours, but not now: `why` says so ("it has already ended") */
    CAN_YES,
};

enum reply {
    REPLY_CHANGED,  /* the text of a prompt changed (a live filter) */
    REPLY_ACCEPTED, /* Enter in a prompt, y or the typed name in a dialog, a line of a menu */
    REPLY_CANCELLED,
};

enum view_flags {
    VIEW_IS_SINGLE = 1 << 0, /* opening it again returns to the one that is open */
};

struct view_ops {
    const char *name;  /* in bookmarks and help: "runs" */
    const char *title; /* heading of its help; NULL: name */
    size_t state_size;
    unsigned flags;
    /* By enum cmd: why a command has no meaning in this screen, in its own words, for ever; NULL:
     * none, it has one. Said when its key is pressed and listed by `?`; what depends on the moment
     * is `can`'s. Constant, CMD_COUNT long. Default: app_config.text_reasons. */
    const char *const *reasons;

    /* Subscribe and set up; never blocks. Default: true. On false the view does not appear. */
    bool (*open)(struct view *, const struct route *, struct err *);
    /* An event of the hub, opaque to tui. Every open view gets every event. */
    void (*event)(struct view *, const void *ev);
    /* A timer of app_timer ran out. */
    void (*timer)(struct view *);
    /* A prompt, dialog or menu that this view asked for by `tag` was answered. */
    void (*reply)(struct view *, int tag, enum reply, struct sv text);
    /* Default: PASS. The app calls it only when `can` does not say CAN_OFF. */
    enum handled (*command)(struct view *, enum cmd, const struct cmd_arg *);
    /* A field of the view has the cursor: then each key and paste comes here, and none is a command
     * (widgets/form.h). Default: never. */
    bool (*is_typing)(const struct view *);
    void (*type)(struct view *, struct key);
    void (*paste)(struct view *, struct sv text);
    /* Whether a command would do something now. Default: CAN_NOT for what acts (flags S, M, W),
     * CAN_YES for the rest. */
    enum can (*can)(const struct view *, enum cmd, struct str *why);

    /* Rows were asked for and are not here: moves and keys about the selected row wait for them, in
     * order. What writes does not. Default: never. */
    bool (*is_loading)(const struct view *);

    /* Before each draw: keep what moves need to know (table_layout, text_layout). Default: none. */
    void (*layout)(struct view *, struct rect);
    void (*draw)(const struct view *, struct canvas *, struct rect);
    /* Append parts of the path by crumb_add: "local", "pipelines", "churn". Default: name. */
    void (*crumbs)(const struct view *, struct str *out);
    /* Badges of row 1 for the selected row ("[PROD] [RO]"). Default: none. */
    void (*badges)(const struct view *, struct str *out);
    /* Right end of row 1 ("● live 8s", "cached 3m", "OFFLINE since 03:12"), `style` is NORMAL.
     * Default, and when it appends nothing: what app_connection said. */
    void (*connection)(const struct view *, struct str *out, unsigned *style);
    /* Row 23: the selected row in one sentence; the part after '\t' stands at the right edge. */
    void (*sentence)(const struct view *, struct str *out);
    void (*status)(const struct view *, struct status *);
    void (*hints)(const struct view *, struct hints *);
    /* Bits of KEYCTX_BIT beside GLOBAL. Default: none. */
    unsigned (*contexts)(const struct view *);
    /* Select what is drawn in row y of the screen (--plain: its number was typed); false when
     * nothing there can be opened. Default: false. */
    bool (*pick)(struct view *, int y);
    /* The palette line that leads to what is seen now, to be kept. Default: the route's. */
    void (*line)(const struct view *, struct str *out);
    /* Id under the cursor; false when there is none. Default: false. */
    bool (*selection)(const struct view *, struct str *out);
    /* Completion of its prompts: add words with menu_add. Default: none. */
    void (*complete)(const struct view *, int tag, struct sv text, struct menu *);
    /* More sections for `?`: filter fields, states. Keys are there already. */
    void (*help)(const struct view *, struct help *);
    /* Text for `:w FILE.csv`. Default: refused with a sentence. */
    bool (*export)(const struct view *, struct sv format, struct str *out, struct err *);
    void (*close)(struct view *);
};

void crumb_add(struct str *out, const char *part);

#endif
