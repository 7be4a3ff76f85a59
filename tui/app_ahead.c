/* Keys typed ahead of the rows they are about: kept in order, done when the rows are here. */
#include "tui/app_internal.h"

enum { AHEAD_MAX = 32, AHEAD_MS = 10000 };

static bool is_loading(const struct view *v)
{
    return v && v->ops->is_loading && v->ops->is_loading(v);
}

static bool is_of(const enum cmd *cmds, size_t n, enum cmd cmd)
{
    for (size_t i = 0; i < n; i++) {
        if (cmds[i] == cmd) {
            return true;
        }
    }
    return false;
}

static bool is_move(enum cmd cmd)
{
    static const enum cmd moves[] = {CMD_UP,      CMD_DOWN,      CMD_PAGE_UP, CMD_PAGE_DOWN,
                                     CMD_HALF_UP, CMD_HALF_DOWN, CMD_TOP,     CMD_BOTTOM,
                                     CMD_LEFT,    CMD_RIGHT};
    return is_of(moves, ALEN(moves), cmd);
}

/* No moves, and yet about what is selected. */
static bool is_choice(enum cmd cmd)
{
    static const enum cmd choices[] = {CMD_NEXT_PANE, CMD_PREV_PANE, CMD_TAB, CMD_INSPECT};
    return is_of(choices, ALEN(choices), cmd);
}

/* About the selected row, and nothing is changed by it: what writes is never done unseen. */
static bool can_wait(const struct app *app, const struct view *v, enum cmd cmd)
{
    unsigned flags = cmd_info(cmd)->flags;
    bool is_of_row = flags & CMD_NEEDS_SELECTION && !(flags & CMD_WRITES);
    return (is_move(cmd) || is_choice(cmd) || is_of_row) && !app_reason(app, v, cmd);
}

void app_ahead_drop(struct app *app)
{
    vec_clear(&app->ahead);
}

/* They are for the view in front alone, and for a while. */
static bool is_due(const struct app *app)
{
    const struct view *v = app_top(app);
    return app->ahead.n && v && v->id == app->ahead_id;
}

bool app_ahead_keep(struct app *app, enum cmd cmd, long n)
{
    const struct view *v = app_top(app);
    if (!is_due(app)) {
        app_ahead_drop(app);
    }
    if (cmd == CMD_BACK && app->ahead.n) {
        app_ahead_drop(app);
        app_toast(app, TOAST_INFO, "what was typed ahead of the rows is forgotten");
        return true;
    }
    if (!is_loading(v) || !can_wait(app, v, cmd) || app->ahead.n >= AHEAD_MAX) {
        return false;
    }
    vec_push(&app->ahead, ((struct ahead){cmd, n}));
    app->ahead_id = v->id;
    app->ahead_until_ms = app->mono_ms + AHEAD_MS;
    if (!is_move(cmd)) {
        app_toast(app, TOAST_INFO, "%s: as soon as the rows are here; Esc forgets it",
                  cmd_info(cmd)->name);
    }
    return true;
}

void app_ahead_do(struct app *app)
{
    bool is_late = app->mono_ms > app->ahead_until_ms;
    if (app->ahead.n && (is_late || !is_due(app))) {
        app_ahead_drop(app);
    }
    while (is_due(app) && !is_loading(app_top(app)) && !app_modal(app)) {
        struct ahead next = app->ahead.at[0];
        vec_remove(&app->ahead, 0);
        if (!is_move(next.cmd)) {
            str_clear(&app->toast); /* that it waited */
        }
        (void)app_command(app, next.cmd, &(struct cmd_arg){.text = {"", 0}, .n = next.n});
        app->ahead_id =
            app_top(app) ? app_top(app)->id : 0; /* the next one is for what it led to */
    }
}
