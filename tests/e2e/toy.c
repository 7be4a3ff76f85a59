/* The toy: 300 rows, a filter prompt, a dialog for stop, a crash on purpose. */
#include "toy.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tui/app.h"
#include "tui/widgets/table.h"

enum { TOY_ROWS = 300, TAG_STOP = 1, TAG_FILTER = 2 };

struct toy {
    struct table table;
    char id[16];
    char filter[32];
};

static enum table_row toy_row(const void *arg, size_t row, struct sv *ret_id)
{
    struct toy *t = (struct toy *)(uintptr_t)arg;
    (void)snprintf(t->id, sizeof t->id, "bird-%05zu", row);
    *ret_id = sv_z(t->id);
    return TABLE_DATA;
}

static void toy_cell(const void *arg, size_t row, size_t col, struct table_cell *ret)
{
    (void)arg;
    switch (col) {
    case 0:
        str_addf(&ret->buf, "bird-%05zu", row);
        break;
    case 1:
        str_addz(&ret->buf, row % 7 ? "✓ Succeeded" : "✗ Failed");
        ret->style = row % 7 ? ROLE_GOOD : ROLE_BAD;
        break;
    case 2:
        str_addf(&ret->buf, "%.4g", 1.0 / (double)(row + 1));
        break;
    default:
        str_addf(&ret->buf, "%zum", row % 60);
    }
}

static const struct table_column columns[] = {
    {.id = "name", .title = "NAME", .min = 10, .flags = TABLE_FROZEN},
    {.id = "state", .title = "STATE", .min = 11, .priority = 9},
    {.id = "loss", .title = "LOSS", .align = ALIGN_POINT, .priority = 5},
    {.id = "age", .title = "AGE", .align = ALIGN_RIGHT, .flags = TABLE_LATE_DIM},
};

static bool toy_open(struct view *v, const struct route *r, struct err *e)
{
    static const struct table_source source = {.row = toy_row, .cell = toy_cell};
    struct toy *t = v->state;
    (void)r;
    (void)e;
    table_init(&t->table, columns, ALEN(columns), &source, t);
    table_update(&t->table, TOY_ROWS);
    return true;
}

static void toy_layout(struct view *v, struct rect r)
{
    table_layout(&((struct toy *)v->state)->table, r);
}

static void toy_draw(const struct view *v, struct canvas *c, struct rect r)
{
    table_draw(&((const struct toy *)v->state)->table, c, r);
}

static enum handled toy_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct toy *t = v->state;
    CLEANUP(str_release) struct str id = STR_INIT;
    (void)table_selection(&t->table, &id);
    switch ((int)cmd) {
    case CMD_STOP:
        app_dialog(v->app, v, TAG_STOP,
                   &(struct dialog_spec){.tier = DIALOG_T1, .verb = "stop", .object = id.p});
        return HANDLED;
    case CMD_FILTER:
        app_prompt(v->app, v, TAG_FILTER, &(struct prompt_spec){.label = "/", .is_live = true});
        return HANDLED;
    case CMD_COLUMNS:
        (void)fprintf(stderr, "said meanwhile\n");
        return HANDLED;
    case CMD_REFRESH:
        (void)raise(SIGSEGV);
        return HANDLED;
    default:
        return table_command(&t->table, cmd, arg);
    }
}

static enum can toy_can(const struct view *v, enum cmd cmd, struct str *why)
{
    if (cmd == CMD_STOP || cmd == CMD_FILTER || cmd == CMD_REFRESH || cmd == CMD_COLUMNS) {
        return CAN_YES;
    }
    if (cmd == CMD_RETRY) {
        str_addz(why, "it has not ended");
        return CAN_OFF;
    }
    return table_can(&((const struct toy *)v->state)->table, cmd, why);
}

static void toy_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    struct toy *t = v->state;
    if (tag == TAG_STOP && what == REPLY_ACCEPTED) {
        app_toast(v->app, TOAST_INFO, "stopped %.*s", (int)text.n, text.p);
    } else if (tag == TAG_FILTER) {
        size_t n = text.n < sizeof t->filter - 1 ? text.n : sizeof t->filter - 1;
        memcpy(t->filter, text.p, n);
        t->filter[what == REPLY_CANCELLED ? 0 : n] = '\0';
    }
}

static void toy_status(const struct view *v, struct status *st)
{
    const struct toy *t = v->state;
    table_status(&t->table, st);
    if (t->filter[0]) {
        st->is_filtered = true;
        str_addz(&st->filter, t->filter);
        st->matched = 42;
        st->total = 12310;
    }
}

static void toy_sentence(const struct view *v, struct str *out)
{
    const struct toy *t = v->state;
    (void)table_selection(&t->table, out);
    str_addf(out, "  a bird\trow %zu of %d", t->table.selected + 1, TOY_ROWS);
}

static void toy_hints(const struct view *v, struct hints *h)
{
    (void)v;
    hint_add(h, CMD_STOP, "stop");
    hint_add(h, CMD_RETRY, "retry");
}

static unsigned toy_contexts(const struct view *v)
{
    (void)v;
    return KEYCTX_BIT(TABLE);
}

static bool toy_pick(struct view *v, int y)
{
    struct table *t = &((struct toy *)v->state)->table;
    size_t row = table_row_at(t, y);
    if (row != SIZE_MAX) {
        table_select_row(t, row);
    }
    return row != SIZE_MAX;
}

static void toy_close(struct view *v)
{
    table_release(&((struct toy *)v->state)->table);
}

static const struct view_ops toy_view = {
    .name = "birds",
    .state_size = sizeof(struct toy),
    .open = toy_open,
    .layout = toy_layout,
    .draw = toy_draw,
    .command = toy_command,
    .can = toy_can,
    .reply = toy_reply,
    .status = toy_status,
    .sentence = toy_sentence,
    .hints = toy_hints,
    .contexts = toy_contexts,
    .pick = toy_pick,
    .close = toy_close,
};

struct app *toy_app(void)
{
    struct err e = ERR_INIT;
    struct app *app = app_new(&(struct app_config){.wake_fd = -1}, &e);
    xassert(app && app_open(app, &toy_view, NULL, &e));
    return app;
}

int toy_main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    int status = 1;
    struct app_config config = {.wake_fd = -1};
    config.is_ascii = !utf8_init_locale();
    config.no_colour = getenv("NO_COLOR") != NULL;
    config.first_line = argc > 2 ? argv[2] : NULL;
    struct app *app = app_new(&config, &e);
    if (!app || !app_open(app, &toy_view, NULL, &e) || !app_run(app, &status, &e)) {
        (void)fprintf(stderr, "toy: %s\n", e.msg);
    }
    app_free(app);
    return status;
}
